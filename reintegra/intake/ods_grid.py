"""LibreOffice spreadsheets (.ods): one grid a table, read with the standard library's zip and a safe XML reader."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Iterator
from typing import Any

from .grids import Grid, Row, Source, Truth, Unfilled

WIDEST, LONGEST = 2_000, 1_100_000

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TRUTHS = {"of:=TRUE()": Truth.TRUE, "of:=FALSE()": Truth.FALSE}


def ods_grids(source: Source, archive: zipfile.ZipFile) -> list[Grid]:
    """Read the tables of a spreadsheet."""
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(archive.read("content.xml"))
    except DefusedXmlException:
        raise source.refuse("xml-entities") from None
    return [_grid(source, table) for table in root.iter(f"{_TABLE}table")]


def _grid(source: Source, table: Any) -> Grid:
    rows: list[tuple[int, Row]] = []
    hidden: list[int] = []
    formulas: dict[tuple[int, int], str] = {}
    merged: list[tuple[int, int, int, int]] = []
    number = 0
    for element in table.iter(f"{_TABLE}table-row"):
        times = int(element.get(f"{_TABLE}number-rows-repeated", 1))
        row = _row(element)
        if not row:
            number += times  # empty rows are repeated thousands of times at the end of a sheet
            continue
        for _ in range(min(times, LONGEST - len(rows))):
            number += 1
            rows.append((number, [cell for cell, _ in row]))
            merged += [(number, left, number + down, left + across) for left, down, across in _spans(element)]
            formulas |= {(number, column): formula for column, (_, formula) in enumerate(row) if formula}
            if element.get(f"{_TABLE}visibility", "visible") != "visible":
                hidden.append(number)
    filled = _with_blank_rows(rows)
    width = max((len(row) for _, row in filled), default=0)
    padded = [(n, [*row, *[None] * (width - len(row))]) for n, row in filled]
    name = table.get(f"{_TABLE}name")
    grid = Grid(source.name, name, lambda: iter(padded), hidden_rows=tuple(hidden), formulas=formulas)
    grid.merged = tuple(merged)
    grid.rows_expected = len(padded)
    return grid


def _with_blank_rows(rows: list[tuple[int, Row]]) -> list[tuple[int, Row]]:
    """Put the blank rows between filled ones back, so that every row has its own number."""
    filled: list[tuple[int, Row]] = []
    for number, row in rows:
        last = filled[-1][0] if filled else 0
        filled.extend((blank, []) for blank in range(last + 1, min(number, last + 1000)))
        filled.append((number, row))
    return filled


def _row(element: Any) -> list[tuple[Any, str | None]]:
    """Return the cells of a row with their formulas; blanks at its end are left out."""
    cells: list[tuple[Any, str | None]] = []
    for cell in element:
        if cell.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            continue
        times = int(cell.get(f"{_TABLE}number-columns-repeated", 1))
        value, formula = _value(cell), cell.get(f"{_TABLE}formula")
        if formula in _TRUTHS:  # so LibreOffice writes TRUE where the cell has the format of a number
            value, formula = _TRUTHS[formula], None
        if formula and value is None:
            value = Unfilled(formula.removeprefix("of:"))
        cells.extend([(value, formula)] * min(times, max(WIDEST - len(cells), 0)))
    while cells and cells[-1] == (None, None):
        cells.pop()
    return cells


def _spans(element: Any) -> Iterator[tuple[int, int, int]]:
    """Yield the merged cells of a row: column, and how many rows down and columns across they cover besides."""
    column = 0
    for cell in element:
        if cell.tag in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            across = int(cell.get(f"{_TABLE}number-columns-spanned", 1)) - 1
            down = int(cell.get(f"{_TABLE}number-rows-spanned", 1)) - 1
            if across or down:
                yield column, down, across
            column += int(cell.get(f"{_TABLE}number-columns-repeated", 1))


def _value(cell: Any) -> Any:
    kind = cell.get(f"{_OFFICE}value-type")
    if kind in ("float", "percentage", "currency"):
        number = float(cell.get(f"{_OFFICE}value"))
        return int(number) if number.is_integer() else number
    if kind == "boolean":
        return Truth.TRUE if cell.get(f"{_OFFICE}boolean-value") == "true" else Truth.FALSE
    if kind == "date":
        return dt.datetime.fromisoformat(cell.get(f"{_OFFICE}date-value"))
    text = "\n".join("".join(paragraph.itertext()) for paragraph in cell.findall(f"{_TEXT}p"))
    return text or None
