"""Excel workbooks: one grid a sheet, with what is hidden, merged or a formula."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from .grids import Grid, Row, Source, Truth, Unfilled


def xlsx_grids(source: Source, archive: zipfile.ZipFile) -> list[Grid]:
    """Read the sheets of a workbook; the values that Excel stored for formulas, and which cells hold one."""
    import openpyxl

    sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
    calculated = any(b"<f" in archive.read(name) for name in sheets)
    book = openpyxl.load_workbook(io.BytesIO(source.data), data_only=True)
    formulas = openpyxl.load_workbook(io.BytesIO(source.data)) if calculated else None
    return [_grid(source, sheet, formulas[sheet.title] if formulas else None) for sheet in book.worksheets]


def _grid(source: Source, sheet: Any, formulas: Any) -> Grid:
    found = _formulas(formulas)
    rows: list[tuple[int, Row]] = []
    for number, row in enumerate(sheet.values, 1):
        rows.append((number, [_plain(cell) for cell in row]))
    for (number, column), formula in found.items():
        if rows[number - 1][1][column] is None:
            rows[number - 1][1][column] = Unfilled(formula)
    widths = [max((i + 1 for i, cell in enumerate(row) if cell is not None), default=0) for _, row in rows]
    width = max(widths, default=0)
    while rows and not widths[len(rows) - 1]:
        rows.pop()
    table = [(number, row[:width]) for number, row in rows]
    hidden_columns: set[int] = set()
    for dimension in sheet.column_dimensions.values():
        if dimension.hidden:
            hidden_columns.update(range(dimension.min - 1, min(dimension.max, width)))
    return Grid(
        source.name,
        sheet.title,
        lambda: iter(table),
        hidden=sheet.sheet_state != "visible",
        hidden_rows=tuple(n for n, d in sorted(sheet.row_dimensions.items()) if d.hidden and n <= len(table)),
        hidden_columns=tuple(sorted(hidden_columns)),
        formulas=found,
        merged=tuple((r.min_row, r.min_col - 1, r.max_row, r.max_col - 1) for r in sheet.merged_cells.ranges),
        rows_expected=len(table),
    )


def _formulas(sheet: Any) -> dict[tuple[int, int], str]:
    if sheet is None:
        return {}
    cells = (cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f")
    return {(cell.row, cell.column - 1): str(getattr(cell.value, "text", cell.value)) for cell in cells}


def _plain(cell: Any) -> Any:
    return Truth(str(cell)) if isinstance(cell, bool) else cell
