"""Which sheet is which table, which column is which, and what must not stand in the workbook at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from ...core.errors import IntakeError, Notice, Problem
from ...core.language import listed
from ...core.text import fold, nearest, shortened
from ...instruments import Instrument
from ..faults import Gathered
from ..grids import Grid, Place, Row, Source, grids_of, open_source
from ..header import DEEPEST, heading_of, spread
from ..matching import Finder, canonical
from ..people import decides_rights, looks_personal
from ..widths import Widths
from .dictionary import ANSWERS, CONSENT, PERSON, Table, dictionary

CHECK = "periksa"  # the column of the template that marks mistyped codes
GUIDES = frozenset(map(canonical, ("Petunjuk", "Guide", "Daftar kode", "Code lists")))  # sheets of the template
SAMPLE = 1_000

_MISCONDUCT = re.compile(
    r"\burine?\b|\btes (?:narkoba|urin\w*)\b|\bpelanggaran\b|\bdisiplin\w*\b|\bmisconduct\b|\bdrug test\b"
)
_LONGEST_HEADING = 4  # words; more are a sentence, as in notes


@dataclass
class Sheet:
    """One sheet that holds a table: where its headings are, what each column is, and the faults found in it.

    ``columns`` holds the place of each declared column, ``others`` the headings of all other columns; ``instrument``
    is the one that the name of the sheet says.
    """

    table: Table
    grid: Grid
    header: int
    headings: list[str]
    columns: dict[str, int]
    others: dict[int, str]
    faults: Gathered
    instrument: str | None = None
    rows: dict[int, Row] = field(default_factory=dict)

    def place(self, row: int, name: str | int) -> Place:
        """Return where the cell of a row and a column stands; a column that is absent has no cell."""
        column = name if isinstance(name, int) else self.columns.get(name)
        if column is None:
            return Place(row, str(name), ())
        return self.grid.locate(row, column, self.headings[column])


def grids_at(path: str | Path) -> tuple[list[Source], list[Grid]]:
    """Open a workbook, or every CSV file of a folder."""
    path = Path(path)
    files = sorted(p for p in path.glob("*.csv") if not p.name.startswith((".", "~$"))) if path.is_dir() else [path]
    sources = [open_source(file) for file in files]
    return sources, [grid for source in sources for grid in grids_of(source)]


def title_of(grid: Grid) -> str:
    """Return the name of a sheet, or of the file that is one."""
    return Path(grid.sheet or grid.file).stem if grid.sheet is None or grid.sheet.endswith(".csv") else grid.sheet


def find_sheets(file: str, grids: Iterable[Grid]) -> tuple[list[Sheet], list[Notice], list[Problem]]:
    """Return the sheets that hold tables, their rows read; refuse what must not be there."""
    sheets: list[Sheet] = []
    problems: list[Problem] = []
    notices: list[Notice] = []
    unknown = []
    for grid in grids:
        table, instrument = _table_named(title_of(grid))
        if table is None:
            if canonical(title_of(grid)) not in GUIDES and grid.head(1):
                unknown.append(title_of(grid))
                problems += _of_other_sheet(grid)
        elif any(any(map(_filled, row)) for _, row in grid.head()):
            sheets.append(sheet := _sheet(table, grid, instrument))
            notices += grid.notices
            notices += _columns(sheet)
            if grid.hidden_rows:
                notices.append(Notice("hidden-rows", grid.file, grid.sheet, grid.hidden_rows))
    if not sheets:
        tables = listed(dictionary(), len(dictionary()))
        raise IntakeError([Problem("no-record-tables", file, params={"tables": tables}), *problems])
    if unknown:
        notices.append(Notice("other-sheets", file, params={"sheets": listed(map(shortened, unknown))}))
    return sheets, notices, [*problems, *_tables(file, sheets)]


def _table_named(title: str) -> tuple[Table | None, str | None]:
    """Return the table a sheet's name means; for a sheet of answers also the instrument in its name."""
    name = canonical(title)
    answers = dictionary()[ANSWERS]
    for table in dictionary().values():
        if name in {canonical(table.name), *map(canonical, table.label.values())}:
            return table, None
    for start in (answers.name, *answers.label.values()):
        if fold(title).startswith(fold(start)) and (rest := title[len(start) :].strip(" _-:")):
            return answers, rest
    return None, None


def _tables(file: str, sheets: Sequence[Sheet]) -> Iterator[Problem]:
    """Yield the faults of the workbook as a whole: a table twice, no consent."""
    seen: dict[str, list[str]] = {}
    for sheet in sheets:
        if sheet.instrument is None:
            seen.setdefault(sheet.table.name, []).append(title_of(sheet.grid))
    for name, titles in seen.items():
        if len(titles) > 1:
            yield Problem("table-twice", file, value=titles, params={"table": name})
    if CONSENT not in seen and any(sheet.table.of_people for sheet in sheets):
        yield Problem("no-consent", file, params={"table": CONSENT})


def _sheet(table: Table, grid: Grid, instrument: str | None) -> Sheet:
    """Find the headings of a table: one row, or two where the first holds labels and the second names."""
    known = {name: column.name for column in table.columns.values() for name in column.names}
    head = grid.head(DEEPEST)
    lines = [(number, [heading_of(cell).strip() for cell in spread(grid, number, row)]) for number, row in head]
    found = [len({known[canonical(text)] for text in line if canonical(text) in known}) for _, line in lines]
    best = max(found)
    first = found.index(best) if best else next(i for i, (_, line) in enumerate(lines) if any(line))
    last = first
    while best and last + 1 < len(lines) and found[last + 1] * 2 >= best:
        last += 1
    width = max(len(line) for _, line in lines)
    headings = [""] * width
    columns: dict[str, int] = {}
    twice: list[tuple[str, int]] = []
    for _, line in lines[first : last + 1]:
        headings = [new or old for new, old in zip([*line, *[""] * (width - len(line))], headings, strict=True)]
    for number in range(width):
        texts = [line[number] for _, line in lines[first : last + 1] if number < len(line)]
        names = {known[canonical(text)] for text in texts if canonical(text) in known}
        twice += [(name, number) for name in names if columns.setdefault(name, number) != number]
    others = {c: text for c, text in enumerate(headings) if text not in ("", CHECK) and c not in columns.values()}
    sheet = Sheet(
        table, grid, lines[last][0], headings, columns, others, Gathered(grid.file, grid.sheet), instrument
    )  # fmt: skip
    for name, number in twice:
        if others.pop(number, None):
            sheet.faults.cells("column-twice", name, [sheet.place(sheet.header, c) for c in (columns[name], number)])
    _read_rows(sheet, width)
    return sheet


def _read_rows(sheet: Sheet, width: int) -> None:
    """Take the rows below the headings in which any declared cell is filled."""
    grid, widths = sheet.grid, Widths(width)
    used = {*sheet.columns.values(), *(sheet.others if sheet.table.name == ANSWERS else ())}
    for number, row in grid.rows():
        if number > sheet.header and any(_filled(row[c]) for c in used if c < len(row)):
            if grid.delimited:
                widths.see([number], [row])
            sheet.rows[number] = [*row[:width], *[None] * (width - len(row))]
    if grid.delimited:
        sheet.faults.others += widths.problems(grid.file, grid.sheet, sheet.headings[0])


def _columns(sheet: Sheet) -> Iterator[Notice]:
    """Refuse columns that show who somebody is or decide rights, and missing ones; say which are not read."""
    at = sheet.grid.file, sheet.grid.sheet
    for number, heading in [*sheet.others.items()]:
        sample = [row[number] for row in islice(sheet.rows.values(), SAMPLE)]
        if code := _forbidden(heading, sample):
            place = sheet.place(sheet.header, number)
            sheet.faults.add(code, row=place.row, column=place.column, cell=place.cells[0] if place.cells else None)
            del sheet.others[number]
    if PERSON in sheet.columns:
        number = sheet.columns[PERSON]
        if looks_personal("", [row[number] for row in islice(sheet.rows.values(), SAMPLE)]):
            sheet.faults.add("personal-key", column=sheet.headings[number])
    absent = [c for c in sheet.table.columns.values() if c.required and c.name not in sheet.columns]
    for column in absent:
        if column.name == "instrumen" and sheet.instrument:
            continue
        near = nearest(column.name, sheet.others.values(), 1)
        params = {"near": f"«{shortened(near[0])}»" if near else "–"}
        code = "no-consent-column" if column.name == "setuju_ikut" else "missing-column"
        sheet.faults.add(code, row=sheet.header, column=column.name, params=params)
    if sheet.others and sheet.table.name != ANSWERS:
        yield Notice("columns-not-read", *at, columns=tuple(sheet.others.values()))


def _forbidden(heading: str, sample: Iterable[Any]) -> str | None:
    """Return the fault of a column that must not be in the workbook."""
    if decides_rights(heading):
        return "decides-rights"
    if _MISCONDUCT.search(fold(heading).replace("_", " ")):
        return "misconduct-column"
    return "identity-column" if looks_personal(heading, sample) else None


def _of_other_sheet(grid: Grid) -> Iterator[Problem]:
    """Yield the faults of headings on a sheet that is no table: a list that links codes and names must not be here."""
    for number, row in grid.head(10):
        for column, cell in enumerate(row):
            text = heading_of(cell).strip() if isinstance(cell, str) else ""
            if 0 < len(text.split()) <= _LONGEST_HEADING and (code := _forbidden(text, ())):
                place = grid.locate(number, column, text)
                yield Problem(code, grid.file, grid.sheet, place.row, text, place.cells[0] if place.cells else None)


def items_of(sheet: Sheet, instrument: Instrument) -> dict[int, int]:
    """Return the columns of a sheet of answers that are items of an instrument."""
    finder = Finder(instrument)
    found: dict[int, int] = {}
    for column, heading in sheet.others.items():
        item = finder.find(heading)
        if item is not None:
            if item in found.values():
                other = next(c for c, i in found.items() if i == item)
                places = [sheet.place(sheet.header, c) for c in (other, column)]
                sheet.faults.cells("column-twice", instrument.items[item].name, places)
            else:
                found[column] = item
    return found


def _filled(cell: Any) -> bool:
    return cell is not None and bool(str(cell).strip())
