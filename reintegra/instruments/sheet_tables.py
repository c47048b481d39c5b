"""Plain tables in the sheets of a workbook: written so that no text can become a formula, read with their places."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from ..core.errors import InstrumentError, Problem

LARGEST = 50 * 2**20

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
# what openpyxl lets out of a workbook that is not whole
_BROKEN = (KeyError, ValueError, TypeError, AttributeError, IndexError, SyntaxError, AssertionError, zipfile.BadZipFile)


@dataclass(frozen=True)
class Table:
    """One sheet: its headings and rows; ``note`` stands above them."""

    name: str
    headings: tuple[str, ...]
    rows: list[list[Any]]
    note: str = ""


@dataclass(frozen=True)
class Cell:
    """A filled cell, and where it stands."""

    value: Any
    sheet: str
    row: int
    column: int

    @property
    def address(self) -> str:
        """Where the cell stands, such as D7."""
        from openpyxl.utils import get_column_letter

        return f"{get_column_letter(self.column)}{self.row}"


def write_tables(path: Path, tables: Iterable[Table]) -> None:
    """Write tables as the sheets of a workbook."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    bold, shade, wrapped = Font(bold=True), PatternFill("solid", fgColor="DFE6ED"), Alignment(wrap_text=True)
    book = Workbook(write_only=True)

    def cell(sheet: Any, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        made = WriteOnlyCell(sheet, _CONTROL.sub("", value))
        made.data_type = "s"
        made.quotePrefix = value[:1] in "=+-@\t\r" and value != ""
        if "\n" in value:
            made.alignment = wrapped
        return made

    for table in tables:
        sheet = book.create_sheet(table.name)
        for place, heading in enumerate(table.headings):
            texts = [str(row[place]) for row in table.rows if row[place] is not None]
            longest = max((len(line) for text in (heading, *texts) for line in text.splitlines()), default=8)
            sheet.column_dimensions[get_column_letter(place + 1)].width = min(max(longest + 2, 8), 60)
        sheet.freeze_panes = "A3" if table.note else "A2"
        if table.note:
            sheet.append([cell(sheet, table.note)])
        heads = [cell(sheet, heading) for heading in table.headings]
        for head in heads:
            head.font, head.fill = bold, shade
        sheet.append(heads)
        for row in table.rows:
            sheet.append([cell(sheet, value) for value in row])
    book.save(path)


def read_sheets(path: Path) -> dict[str, list[list[Cell]]]:
    """Return the filled cells of each sheet, row by row, under its name in small letters; empty rows are left out.

    Raises InstrumentError where there is no such file, where it is no workbook, or a formula has no stored result.
    """
    import openpyxl

    try:
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > LARGEST:
                raise zipfile.BadZipFile
        values, formulas = (openpyxl.load_workbook(path, data_only=only) for only in (True, False))
    except OSError:
        raise InstrumentError([Problem("no-such-definition", path.name)]) from None
    except _BROKEN:
        raise InstrumentError([Problem("definition-not-workbook", path.name)]) from None
    lost = [
        Problem("formula-without-value", path.name, sheet.title, cell.row, cell=cell.coordinate, value=str(cell.value))
        for sheet in formulas.worksheets
        for cell in _cells(sheet)
        if cell.data_type == "f" and values[sheet.title][cell.coordinate].value is None
    ]
    if lost:
        raise InstrumentError(lost)
    return {sheet.title.strip().casefold(): list(_rows(sheet)) for sheet in values.worksheets}


def _cells(sheet: Any) -> list[Any]:
    """Return the cells that are stored, in reading order; a sheet with one stray cell may claim a million rows."""
    return sorted(sheet._cells.values(), key=lambda cell: (cell.row, cell.column))


def _rows(sheet: Any) -> Iterator[list[Cell]]:
    filled = (
        Cell(cell.value.strip() if isinstance(cell.value, str) else cell.value, sheet.title, cell.row, cell.column)
        for cell in _cells(sheet)
        if cell.value is not None and str(cell.value).strip()
    )
    for _, row in groupby(filled, lambda cell: cell.row):
        yield list(row)
