"""The cells of a file that is no workbook, as a workbook: each in its own place, and read to the same answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from math import isfinite
from pathlib import Path
from typing import Any

from ..core.text import fold
from ..core.worksheets import put
from ..instruments import Instrument
from ..intake.cells import Decoder
from ..intake.grids import Grid, Truth
from ..intake.header import heading_of
from ..intake.matching import Finder

UNSURE = "? "  # before every cell of a row that was broken or joined
EXACT = 1e15  # a spreadsheet keeps fifteen digits of a number

_TITLE = re.compile(r"[\[\]:*?/\\]")


def from_zero(grid: Grid) -> bool:
    """Tell whether a table counts its rows without the headings, as SPSS and JSON files do."""
    return [number for number, _ in grid.head(1)] == [0]


def as_workbook(
    grids: Sequence[Grid], name: str, broken: Collection[int], instrument: Instrument | None, use: str | None
) -> tuple[Any, dict[str | None, str]]:
    """Make a workbook of tables, and tell which sheet each became; rows in ``broken`` cannot be read until mended."""
    import openpyxl

    book, titles = openpyxl.Workbook(), {}
    book.remove(book.active)
    for grid in grids:
        sheet = book.create_sheet(_TITLE.sub("_", grid.sheet or Path(name).stem)[:31])
        titles[grid.sheet] = sheet.title
        sheet.page_setup.orientation, sheet.print_title_rows = "landscape", "1:1"
        shift = int(from_zero(grid))
        headings, declared = _declared(grid, instrument, use)
        for place, (number, row) in enumerate(grid.rows()):
            for column, value in enumerate(row):
                if place:
                    kept = _kept(declared[column](value) if column in declared else value)
                    kept = f"{UNSURE}{kept}" if number in broken and kept not in (None, "") else kept
                else:
                    kept = _kept(headings.get(column, value))
                cell = put(sheet, number + shift, column + 1, kept)
                cell.number_format = "@" if isinstance(kept, str | None) else cell.number_format
        for column in sheet.columns:
            sheet.column_dimensions[column[0].column_letter].width = 15
    return book, titles


def _declared(
    grid: Grid, instrument: Instrument | None, use: str | None
) -> tuple[dict[int, str], dict[int, Callable[[Any], Any]]]:
    """Return the headings that only a label gives, and how the cells of columns with labels are written.

    What an SPSS file declares of its values is lost in a workbook, so a column is written as plain codes only where its
    labels agree with the instrument; elsewhere every code stands with its label, and the reader refuses a
    contradiction.
    """
    if not (grid.texts or grid.labels or grid.blanks):
        return {}, {}
    finder = Finder(instrument) if instrument else None
    headings: dict[int, str] = {}
    written: dict[int, Callable[[Any], Any]] = {}
    for column, name in enumerate(grid.head(1)[0][1]):
        text, place = grid.texts.get(column, ""), None
        if finder:
            place = finder.by_name(str(name))
            if place is None and (place := finder.by_text(text)) is not None:
                headings[column] = text
        labels, blanks = grid.labels.get(column, {}), grid.blanks.get(column, [])
        agree = not labels
        if instrument and place is not None:
            item = instrument.items[place]
            known = Decoder(item).labels
            agree = all(known.get(fold(label), code) == code for code, label in labels.items())
            blanks = [] if any(low <= code <= high for low, high in blanks for code in item.codes) else blanks
        written[column] = _writer(labels, blanks, "codes" if agree and use is None else use)
    return headings, written


def _writer(labels: dict[Any, str], blanks: Iterable[tuple[float, float]], use: str | None) -> Callable[[Any], Any]:
    def write(value: Any) -> Any:
        if isinstance(value, int | float) and any(low <= value <= high for low, high in blanks):
            return None
        if use == "codes" or value not in labels:
            return value
        return labels[value] if use == "labels" else f"{heading_of(value)} - {labels[value]}"

    return write


def _kept(value: Any) -> Any:
    """Return a value as a workbook can hold it without changing it."""
    if isinstance(value, Truth):
        return value is Truth.TRUE
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    if isinstance(value, int | float):
        return str(value) if abs(value) >= EXACT else int(value) if value == int(value) else value
    plain = value is None or isinstance(value, str) or type(value).__module__ == "datetime"
    return value if plain else str(value)
