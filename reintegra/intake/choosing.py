"""Which sheet holds the answers, under which header; and what is said where none does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import islice

from ..core.errors import IntakeError, Notice, Problem
from ..core.language import in_language, listed
from ..core.text import fold, nearest, shortened
from ..instruments import Instrument
from .grids import Grid, Source
from .header import Columns, Header, find_header, heading_of
from .matching import Finder, number_runs


def choose(
    source: Source,
    grids: list[Grid],
    instrument: Instrument,
    sheet: str | None,
    columns: Columns | None,
    merge_columns: bool,
) -> tuple[Grid, Header, list[Notice], list[Problem]]:
    """Return the only sheet that holds the items, with its header; refuse to choose between several."""
    headers = [(grid, find_header(grid, instrument, columns)) for grid in grids]
    most = max(header.found for _, header in headers)
    holding = [(grid, header) for grid, header in headers if header.found * 2 > most and most]
    visible = [pair for pair in holding if not pair[0].hidden]
    if not visible:  # what is hidden may be an old copy of what is seen
        visible = [(grid, header) for grid, header in headers if header.found]
    if len(visible) > 1 and sheet is None:
        names = [grid.sheet for grid, _ in visible]
        raise IntakeError([Problem("several-data-sheets", source.name, value=", ".join(map(str, names)))])
    grid, header = visible[0] if visible else headers[0]
    problems = _all_items(grid, header, instrument, merge_columns)
    if problems and header.found * 2 < len(instrument.items):
        raise IntakeError(problems)
    others = tuple(other.sheet or "" for other, _ in headers if other is not grid and other.head(2))
    notices = [Notice("other-sheets", grid.file, grid.sheet, params={"sheets": listed(others)})] if others else []
    return grid, header, notices, problems


def sheet_named(source: Source, grids: list[Grid], sheet: str | None) -> list[Grid]:
    """Return the sheet the caller names, or all."""
    if sheet is None:
        return grids
    named = [grid for grid in grids if grid.sheet == sheet]
    if not named:
        sheets = {"sheets": listed(grid.sheet for grid in grids if grid.sheet)}
        raise IntakeError([Problem("no-such-sheet", source.name, value=sheet, params=sheets)])
    return named


def _all_items(grid: Grid, header: Header, instrument: Instrument, merge_columns: bool) -> list[Problem]:
    """Refuse a header in which an item is missing or stands twice."""
    if header.found * 2 < len(instrument.items) and not header.contradicting:
        _other_layout(grid, instrument)
    if header.found == 0:
        raise IntakeError([_nothing_found(grid, header, instrument)])
    if spread_out := _over_several(grid, header) or _by_answers(header, instrument):
        headings = [header.names[column] for column in spread_out]
        raise IntakeError([Problem("several-columns-an-item", grid.file, grid.sheet, header.row or None, headings)])
    problems = []
    for column, items in islice(header.contradicting.items(), 1):
        name, text = (instrument.items[item].name for item in items)
        params = {"name": name, "text": text, "more": len(header.contradicting) - 1}
        heading = grid.texts.get(column, header.names[column])
        problems.append(
            Problem("name-contradicts-text", grid.file, grid.sheet, header.row or None, heading, params=params)
        )
    if header.doubles and not merge_columns:
        item, columns = next(iter(header.doubles.items()))
        params = {"item": instrument.items[item].name, "more": len(header.doubles) - 1}
        places = [grid.locate(header.row, column, header.names[column]) for column in columns]
        where = header.row, [p.column for p in places], [cell for p in places for cell in p.cells]
        problems.append(Problem("two-columns-for-one-item", grid.file, grid.sheet, *where, params=params))
    absent = [item.name for i, item in enumerate(instrument.items) if i not in header.items.values()]
    if absent:
        forms = [form for form in instrument.guards.forms if form.items == header.found]
        problems += [_other_form(form.reason, grid, header) for form in forms]
        free = [name for column, name in enumerate(header.names) if name and column not in header.items]
        near = {name: found for name in absent if (found := nearest(name, free, 1))}
        pairs = listed(f"«{shortened(found[0])}» → {name}" for name, found in near.items())
        params = {"near": pairs or "–"}
        problems.append(Problem("missing-item", grid.file, grid.sheet, header.row, absent, params=params))
    return problems


def _over_several(grid: Grid, header: Header) -> list[int]:
    """Return the columns of items after which columns without a heading are filled, if most are: ticks, not answers."""
    rows = [row for number, row in grid.head(400) if number > header.row]

    def nameless(column: int) -> bool:
        return column < len(header.names) and not header.names[column].strip()

    def filled(column: int) -> bool:
        return any(heading_of(row[column]).strip() for row in rows if column < len(row))

    found = [column for column in sorted(header.items) if nameless(column + 1) and filled(column + 1)]
    return found if len(found) * 2 > len(header.items) else []


def _by_answers(header: Header, instrument: Instrument) -> list[int]:
    """Return the columns of items that have one for each of several answers, if most have: "q1 Yes", "q1 No"."""
    found = []
    for item, columns in header.doubles.items():
        ends = {fold(s): answer.value for answer in instrument.items[item].answers for s in answer.spellings}
        longest = [max((e for e in ends if fold(header.names[c]).endswith(e)), key=len, default="") for c in columns]
        if len({ends.get(end) for end in longest} - {None}) == len(columns) > 2:
            found += columns
    return found if len({header.items.get(c) for c in found} - {None}) * 2 > len(instrument.items) else []


def _nothing_found(grid: Grid, header: Header, instrument: Instrument) -> Problem:
    """Return the fault of a table in which no item was found."""
    runs = number_runs([name for name in header.names if name.strip()])
    for form in instrument.guards.forms:
        if form.items in runs:
            return _other_form(form.reason, grid, header)
    first = grid.head(1)
    code = "no-items-found" if not first or len(first[0][1]) > 1 else "one-column"
    params = {"title": instrument.name, "items": len(instrument.items)}
    return Problem(code, grid.file, grid.sheet, row=header.row or None, params=params)


def _other_form(reason: Mapping[str, str], grid: Grid, header: Header) -> Problem:
    """Return the fault that a file holds another form of the instrument."""
    return Problem("other-form", grid.file, grid.sheet, header.row, params={"reason": lambda: in_language(reason)})


def _other_layout(grid: Grid, instrument: Instrument) -> None:
    """Refuse a table whose items stand in a column: people across, or one answer a row."""
    finder = Finder(instrument)
    rows = [row for _, row in grid.head(400)]
    for column in range(min(4, max(map(len, rows), default=0))):
        cells = (heading_of(row[column]) for row in rows if column < len(row))
        counts = Counter(item for cell in cells if (item := finder.find(cell)) is not None)
        if len(counts) * 2 >= len(instrument.items):
            code = "transposed" if max(counts.values()) == 1 else "one-answer-a-row"
            code = "already-upright" if grid.key == 0 else code  # turned round because the caller said so
            heading = next(
                (heading_of(row[column]) for row in rows if column < len(row) and heading_of(row[column])), ""
            )
            raise IntakeError([Problem(code, grid.file, grid.sheet, column=heading)])
