"""Worksheets that people work in and hand back: title, notes, a headed table, set up for the screen and for paper."""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import copy
from math import ceil
from typing import Any

LONGEST_CELL = 32_000
HIGHEST_ROW = 409  # points: a spreadsheet allows no more

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def clean(text: str) -> str:
    """Return a text as a cell or a comment can hold it."""
    return _CONTROL.sub("", text)[:LONGEST_CELL]


def put(sheet: Any, row: int, column: int, value: Any) -> Any:
    """Write a value and return its cell; a text stays a text whatever it begins with."""
    cell = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value = clean(value)
        if cell.value:
            cell.data_type = "s"
            cell.quotePrefix = cell.value[0] in "=+-@\t\r"
    else:
        cell.value = value
    return cell


def headed(sheet: Any, title: str, notes: Sequence[str], columns: Sequence[tuple[str, float]]) -> int:
    """Lay out a sheet: title, notes, headings with the width of their columns; return the first row of the table."""
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    put(sheet, 1, 1, title).font = Font("Calibri", 14, bold=True)
    width = sum(size for _, size in columns)
    for row, note in enumerate(notes, 2):
        put(sheet, row, 1, note).alignment = Alignment(wrap_text=True, vertical="top")
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=len(columns))
        sheet.row_dimensions[row].height = 15 * lines(note, width)
    head = len(notes) + 3
    for column, (heading, size) in enumerate(columns, 1):
        cell = put(sheet, head, column, heading)
        cell.font, cell.fill = Font("Calibri", 11, bold=True), PatternFill("solid", fgColor="DFE6ED")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.border = ruled()
        sheet.column_dimensions[get_column_letter(column)].width = size
    sheet.freeze_panes = f"A{head + 1}"
    sheet.print_title_rows = f"{head}:{head}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    return head + 1


def filled(sheet: Any, row: int, values: Sequence[Any], widths: Sequence[float]) -> None:
    """Write one row of the table, every text on as many lines as it needs."""
    from openpyxl.styles import Alignment

    for column, value in enumerate(values, 1):
        cell = put(sheet, row, column, value)
        cell.alignment = Alignment("left" if isinstance(value, str) else "center", "top", wrap_text=True)
        cell.border = ruled()
    _high(sheet, row, values, widths)


def filled_like(sheet: Any, row: int, values: Sequence[Any], widths: Sequence[float], like: int) -> None:
    """Write one row of the table in the styles of another one: in a long table far quicker than `filled`."""
    for column, value in enumerate(values, 1):
        sheet.cell(row, column)._style = copy(sheet.cell(like, column)._style)
        put(sheet, row, column, value)
    _high(sheet, row, values, widths)


def _high(sheet: Any, row: int, values: Sequence[Any], widths: Sequence[float]) -> None:
    needed = max(lines(str(value), width) for value, width in zip(values, widths, strict=True))
    sheet.row_dimensions[row].height = min(15 * needed + 3, HIGHEST_ROW)


def ruled() -> Any:
    """Return the thin border of a table's cells."""
    from openpyxl.styles import Border, Side

    thin = Side("thin", color="9AA5B1")
    return Border(thin, thin, thin, thin)


def lines(text: str, width: float) -> int:
    """Estimate on how many lines a text stands in a column of this width, in characters."""
    return sum(max(1, ceil(len(line) / (width * 0.95))) for line in text.split("\n"))
