"""SPSS files (.sav, .zsav): values as stored, with the labels and the missing values that the file declares."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .grids import Grid, Row, Source


def sav_grids(source: Source) -> list[Grid]:
    """Read an SPSS file as one grid; its rows are counted as cases, and its cells have no addresses."""
    import pyreadstat

    with tempfile.TemporaryDirectory() as folder:  # the reader takes paths only
        path = Path(folder) / "x.sav"
        path.write_bytes(source.data)
        try:
            columns, meta = pyreadstat.read_sav(path, user_missing=True, output_format="dict")
        except (pyreadstat.ReadstatError, ValueError, UnicodeDecodeError, OverflowError):
            columns = None
    if columns is None:  # raised here, where no error of the library can carry the file's bytes along
        raise source.refuse("damaged")
    names = list(columns)
    places = {name: place for place, name in enumerate(names)}

    def rows() -> Iterator[tuple[int, Row]]:
        yield 0, list(names)
        for number, row in enumerate(zip(*(columns[name] for name in names), strict=True), 1):
            yield number, [None if value != value else value for value in row]

    missing: dict[str, Any] = dict(meta.missing_ranges)
    ranges = {places[name]: [(entry["lo"], entry["hi"]) for entry in entries] for name, entries in missing.items()}
    labels: dict[int, dict[Any, str]] = {places[n]: dict(values) for n, values in meta.variable_value_labels.items()}
    texts = {places[n]: label for n, label in meta.column_names_to_labels.items() if label}
    grid = Grid(source.name, None, rows, texts=texts, labels=labels, blanks=ranges, addressed=False)
    grid.rows_expected = meta.number_rows
    return [grid]
