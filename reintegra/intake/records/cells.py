"""From the cells of a table to its values: codes, numbers, dates and texts, every fault noted where it stands."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ...core.errors import Notice
from ...core.language import word
from ...core.text import nearest, tidy
from ..dates import read_dates
from ..grids import Place, Truth, Unfilled
from ..people import names_a_person
from ..table import LONGEST_NUMBER
from .dictionary import BLANKS, Column, Table, spelling
from .sheets import Sheet

EARLIEST, LATEST = 1990, 2100  # years that can stand in a record

_AGE = re.compile(r"(?:<|di bawah|kurang dari|under|below)?\s*(\d{1,2})\b.*")
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
_MONTH = re.compile(r"(\d{4})[-/.](\d{1,2})")
_QUARTER = re.compile(r"(\d{4})\s*[-/ ]?\s*(?:q|tw|t|triwulan)\s*\.?\s*([1-4])")
_TO_SHOW = re.compile(r"[A-Za-z0-9_./+-]*\d[A-Za-z0-9_./+-]*")

Fault = Callable[..., None]


@dataclass
class Filled:
    """A table as it was read: its values, and where each of its rows stands."""

    table: Table
    frame: pd.DataFrame
    stands: list[tuple[Sheet, int]]
    notices: list[Notice] = field(default_factory=list)
    blanks: Counter[tuple[str, Any, Any]] = field(default_factory=Counter)  # (column, wave, code): how many

    def place(self, position: int, column: str) -> Place:
        """Return where a cell stands in the file."""
        sheet, row = self.stands[position]
        return sheet.place(row, column)

    def fault(
        self, why: str, position: int, column: str, value: Any = "", params: Mapping[str, Any] | None = None
    ) -> None:
        """Note what is wrong with a cell; a value that may be a person's name is not shown."""
        sheet, row = self.stands[position]
        sheet.faults.cells(why, value, [sheet.place(row, column)], {**(params or {}), **hidden(value)})

    def rows(self, positions: Any) -> tuple[int, ...]:
        """Return the numbers of rows as the spreadsheet counts them."""
        return tuple(self.stands[int(i)][1] for i in positions)


def where(mask: Any) -> list[int]:
    """Return the positions at which a mask is true."""
    return [int(i) for i in np.flatnonzero(mask)]


def hidden(value: Any) -> dict[str, Any]:
    """Return what withholds a value in a message, unless it can only be a code, a number or a date."""
    text = str(value)
    if not text or _TO_SHOW.fullmatch(text):
        return {}
    return {"value": lambda: word("withheld_text", letters=len(text))}


def read_table(table: Table, sheets: list[Sheet]) -> Filled:
    """Read all columns of a table, from one sheet or several."""
    at = [(sheet, number) for sheet in sheets for number in sheet.rows]
    filled = Filled(table, pd.DataFrame(index=range(len(at))), at)
    columns = {}
    for column in table.columns.values():
        values: list[Any] = []
        for sheet in sheets:
            values += _column(sheet, column, filled)
        columns[column.name] = _typed(column, values)
    filled.frame = pd.DataFrame(columns, index=range(len(at)))
    _required(filled)
    return filled


def _column(sheet: Sheet, column: Column, filled: Filled) -> list[Any]:
    place = sheet.columns.get(column.name)
    if place is None:
        told = sheet.instrument if column.name == "instrumen" else None
        return [told] * len(sheet.rows)
    cells = [_plain(row[place]) for row in sheet.rows.values()]
    numbers = [*sheet.rows]

    def fault(why: str, i: int, params: Mapping[str, Any] | None = None) -> None:
        shown = cells[i].formula if isinstance(cells[i], Unfilled) else cells[i]
        near = column.codes is not None and nearest(str(shown), column.codes.spellings, 1)
        withheld = {} if near or isinstance(cells[i], Unfilled) else hidden(shown)
        at = [sheet.place(numbers[i], column.name)]
        sheet.faults.cells(why, shown, at, {**(params or {}), **withheld})

    for i, cell in enumerate(cells):
        if isinstance(cell, Unfilled):
            fault("formula-without-value", i)
            cells[i] = None
    if column.type == "date":
        return _dates(sheet, column, cells, fault, filled)
    return [None if cell is None else _READ[column.type](column, cell, i, fault) for i, cell in enumerate(cells)]


def _plain(cell: Any) -> Any:
    """Return a cell without hidden characters: a blank as None, a whole number as such, TRUE and FALSE as 1 and 0."""
    if isinstance(cell, str):
        return tidy(cell) or None
    if isinstance(cell, Truth):
        return 1 if cell is Truth.TRUE else 0
    if isinstance(cell, float):
        return None if math.isnan(cell) else int(cell) if cell.is_integer() else cell
    return cell


def _text(column: Column, cell: Any, i: int, fault: Fault) -> Any:
    text = str(cell)
    if names_a_person(text):
        fault("identity-in-text", i)
    return text


def _person(column: Column, cell: Any, i: int, fault: Fault) -> Any:
    return str(cell).replace(" ", "").upper()


def _code(column: Column, cell: Any, i: int, fault: Fault) -> Any:
    text = str(cell)
    code = column.codes.spellings.get(spelling(text)) if column.codes else None
    if code is None and text.isdecimal() and int(text) in BLANKS and not column.key:
        return int(text)
    if code is None:
        if column.name == "kelompok_umur" and (age := _AGE.fullmatch(text.casefold())) and int(age[1]) < 18:
            fault("under-age", i)
        else:
            fault("not-in-list", i, {"allowed": column.codes.worded if column.codes else ""})
    return code


def _codes(column: Column, cell: Any, i: int, fault: Fault) -> Any:
    found = [_code(column, part.strip(), i, fault) for part in re.split(r"[;,|]", str(cell)) if part.strip()]
    return "; ".join(map(str, filter(None, found))) or None


def _number(column: Column, cell: Any, i: int, fault: Fault) -> Any:
    number = cell
    if isinstance(cell, str):
        number = float(cell.replace(",", ".")) if _NUMBER.fullmatch(cell) else None
    whole = column.type == "whole"
    if not isinstance(number, int | float) or math.isinf(number) or (whole and number != int(number)):
        fault("not-a-whole-number" if whole else "not-a-number", i)
        return None
    if abs(number) >= LONGEST_NUMBER:  # somebody's identity number, perhaps
        fault("number-too-long", i)
        return None
    number = int(number) if whole else float(number)
    if column.high is not None and number in BLANKS:
        return number
    if number < column.low or (column.high is not None and number > column.high):
        span = f"{column.low:g}–{column.high:g}" if column.high is not None else f"≥ {column.low:g}"
        fault("number-outside", i, {"span": span})
        return None
    return number


def _month(column: Column, cell: Any, i: int, fault: Fault) -> Any:
    if found := _MONTH.fullmatch(str(cell)):
        year, month = int(found[1]), int(found[2])
        if EARLIEST <= year <= LATEST and 1 <= month <= 12:
            return pd.Timestamp(year, month, 1)
    dates = read_dates(np.array([cell], dtype=object), "tanggal").values
    if dates is None or pd.isna(dates[0]):
        fault("not-a-month", i)
        return None
    return dates[0].replace(day=1)


def _quarter(column: Column, cell: Any, i: int, fault: Fault) -> Any:
    if found := _QUARTER.fullmatch(str(cell).casefold()):
        return f"{found[1]}-Q{found[2]}"
    fault("not-a-quarter", i)
    return None


_READ: dict[str, Callable[[Column, Any, int, Fault], Any]] = {
    "text": _text, "free": _text, "ref": _text, "person": _person, "code": _code, "codes": _codes,
    "whole": _number, "number": _number, "month": _month, "quarter": _quarter,
}  # fmt: skip


def _dates(sheet: Sheet, column: Column, cells: list[Any], fault: Fault, filled: Filled) -> list[Any]:
    """Read a column of dates: one order of day and month, the Indonesian one unless the dates themselves say other."""
    array = np.empty(len(cells), dtype=object)
    array[:] = cells
    dates = read_dates(array, "tanggal")
    for i in dates.mixed:
        fault("mixed-date-order", i)
    if dates.order:
        heading = sheet.headings[sheet.columns[column.name]]
        filled.notices.append(
            Notice(f"date-order-{dates.order}", sheet.grid.file, sheet.grid.sheet, columns=(heading,))
        )
    if dates.values is None:
        for i, cell in enumerate(cells):
            if cell is not None and i not in dates.mixed and not dates.mixed:
                fault("not-a-date", i)
        return [None] * len(cells)
    values = [None if pd.isna(value) else value.normalize() for value in dates.values]
    for i, value in enumerate(values):
        if i in dates.unread or (value is not None and not EARLIEST <= value.year <= LATEST):
            fault("not-a-date", i)
            values[i] = None
    return values


def _typed(column: Column, values: list[Any]) -> pd.Series:
    """Return a column of a frame: dates as dates, numbers as numbers (NaN where blank), everything else as it is."""
    if column.type in ("date", "month"):
        return pd.Series(pd.to_datetime(pd.Series(values, dtype=object))).astype("datetime64[s]")
    codes = [*column.codes.labels] if column.codes else []
    numeric = column.type in ("whole", "number") or (codes and all(isinstance(code, int) for code in codes))
    if numeric and column.type != "codes":
        plain = bool(values) and all(isinstance(value, int) for value in values)
        return pd.Series(values, dtype="int64" if plain else float)
    return pd.Series(values, dtype=object)


def _required(filled: Filled) -> None:
    """Note cells that must not be blank. A source is asked for by name: without one a follow-up says nothing."""
    for column in filled.table.columns.values():
        if not column.required or not len(filled.frame):
            continue
        present = [column.name in sheet.columns or column.name == "instrumen" for sheet, _ in filled.stands]
        for i in where(filled.frame[column.name].isna()):
            row = filled.frame.iloc[i]
            excused = any(row[name] == code for name, code in column.blank_if.items())
            if present[i] and not excused and not _at_fault(filled, i, column.name):
                filled.fault("no-source" if column.name == "sumber" else "blank-required", i, column.name)


def _at_fault(filled: Filled, position: int, column: str) -> bool:
    """Tell whether a cell that reads as blank holds something else that was refused."""
    sheet, row = filled.stands[position]
    place = sheet.columns.get(column)
    return place is not None and _plain(sheet.rows[row][place]) is not None


def count_blanks(filled: Filled) -> None:
    """Count the codes that mean no answer (77, 88, 99), then make them blank."""
    frame = filled.frame
    wave = frame["gelombang"] if "gelombang" in frame else pd.Series([None] * len(frame), dtype=object)
    for column in filled.table.columns.values():
        kept = column.codes.answers if column.codes else ()
        takes = column.type == "code" or (column.type == "whole" and column.high is not None)
        codes = [code for code in BLANKS if code not in kept]
        if takes and (found := frame[column.name].isin(codes)).any():
            filled.blanks.update(
                (column.name, w, int(c)) for w, c in zip(wave[found], frame.loc[found, column.name], strict=True)
            )
            frame[column.name] = frame[column.name].mask(found)
