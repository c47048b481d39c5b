"""Excel workbooks: one grid a sheet, with what is hidden, merged or a formula."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from .grids import Grid, Row, Source, Truth

LARGEST = 200 * 2**20
STEEPEST = 60


def check_zip(source: Source, archive: zipfile.ZipFile) -> None:
    """Refuse an archive that would unfold to something huge, or that carries document type definitions."""
    members = archive.infolist()
    total = sum(member.file_size for member in members)
    if total > LARGEST or total > STEEPEST * max(len(source.data), 50_000):
        raise source.refuse("zip-bomb", times=round(total / max(len(source.data), 1)))
    for member in members:
        if member.filename.endswith((".xml", ".rels")):
            with archive.open(member) as opened:
                if b"<!DOCTYPE" in opened.read(4096):
                    raise source.refuse("xml-entities")


def xlsx_grids(source: Source) -> list[Grid]:
    """Read the sheets of a workbook; the values that Excel stored for formulas, and which cells hold one."""
    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(source.data)) as archive:
            names = set(archive.namelist())
            check_zip(source, archive)
            if any(name.endswith("vbaProject.bin") for name in names):
                raise source.refuse("macros")
            if "xl/workbook.xml" not in names:
                raise source.refuse("not-a-table")
            with_formulas = any(b"<f" in archive.read(name) for name in names if name.startswith("xl/worksheets/sheet"))
        book = openpyxl.load_workbook(io.BytesIO(source.data), data_only=True)
        formulas = openpyxl.load_workbook(io.BytesIO(source.data)) if with_formulas else None
    except zipfile.BadZipFile:
        raise source.refuse("damaged") from None
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, SyntaxError):
        raise source.refuse("damaged") from None  # what openpyxl lets out of a workbook that is not whole
    return [_grid(source, sheet, formulas[sheet.title] if formulas else None) for sheet in book.worksheets]


def _grid(source: Source, sheet: Any, formulas: Any) -> Grid:
    rows = [(number, [_plain(cell) for cell in row]) for number, row in enumerate(sheet.values, 1)]
    widths = [max((i + 1 for i, cell in enumerate(row) if cell is not None), default=0) for _, row in rows]
    width = max(widths, default=0)
    while rows and not widths[len(rows) - 1]:
        rows.pop()
    table: list[tuple[int, Row]] = [(number, row[:width]) for number, row in rows]
    found = {}
    if formulas is not None:
        for line in formulas.iter_rows():
            for cell in line:
                if cell.data_type == "f":
                    found[cell.row, cell.column - 1] = str(getattr(cell.value, "text", cell.value))
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


def _plain(cell: Any) -> Any:
    return Truth(str(cell)) if isinstance(cell, bool) else cell
