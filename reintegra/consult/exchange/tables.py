"""One table of a sheet, its columns found by their headings."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ...core.language import listed
from ...core.text import fold
from ...intake.grids import Source, grids_of
from ...intake.header import heading_of


def table_of(source: Source, columns: Mapping[str, str]) -> pd.DataFrame:
    """Return the named columns of the first sheet that has them all, as texts, indexed by row number.

    ``columns`` maps our names to headings. Line ends stay as they are.
    """
    for grid in grids_of(source):
        rows = grid.rows()
        heads = next((row for _, row in rows if any(heading_of(cell).strip() for cell in row)), [])
        names = [fold(heading_of(cell)) for cell in heads]
        if all(fold(heading) in names for heading in columns.values()):
            places = {name: names.index(fold(heading)) for name, heading in columns.items()}
            found = {number: [_text(row, at) for at in places.values()] for number, row in rows}
            filled = {number: row for number, row in found.items() if any(row)}
            return pd.DataFrame.from_dict(filled, orient="index", columns=list(places), dtype=object)
    raise source.refuse("exchange-columns", wanted=listed(columns.values()))


def _text(row: list[object], place: int) -> str:
    value = row[place] if place < len(row) else None
    return "" if value is None else str(value)
