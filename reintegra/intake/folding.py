"""Tables with one answer a row: each becomes a grid with one row a person that remembers where every cell stood."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from ..core.errors import IntakeError, Notice, Problem, one_or_list
from ..core.language import listed
from ..core.text import fold, nearest, shortened, tidy
from ..instruments import Instrument, Item
from .cells import SLIP_OF_THE_PEN
from .columns import key_column, wave_column
from .grids import Grid, Locate, Place, Row, letter
from .header import DEEPEST, heading_of
from .matching import Finder, by_number
from .widths import Widths

People = dict[tuple[str, ...], tuple[Row, dict[int, tuple[int, Any]]]]  # person: other cells, {item: (row, cell)}
Unknown = dict[str, dict[tuple[str, ...], int]]  # name: {person: row}

_ITEM = re.compile(r"(?:nama |kode )?(?:butir|item|pertanyaan|pernyataan|question|variable|variabel)")
_ANSWER = re.compile(r"jawaban|answer|response|value|nilai|isi")


def long(grid: Grid, instrument: Instrument, key: Sequence[str], item: str | None, answer: str | None) -> Grid:
    """Fold a table with one answer a row: a column that names the item, a column that holds the answer."""
    number, names = _first_filled(grid)
    if not names:
        return grid
    widths = Widths(len(names))
    item_column = _column(grid, names, item, _ITEM, "item")
    answer_column = _column(grid, names, answer, _ANSWER, "answer")
    others = [c for c in range(len(names)) if c not in (item_column, answer_column)]
    told = [c for c in others if fold(names[c]) in map(fold, key)]
    said = {c: [names[c]] for c in others}
    known = key_column(said)
    keyed = told or [*known, *(wave_column(said) if known else [])] or others
    people: People = {}
    unknown: Unknown = {}
    twice: list[int] = []
    found, counted = _items(grid, number, item_column, instrument)
    if not found:
        params = {"title": instrument.name, "items": len(instrument.items)}
        raise IntakeError([Problem("no-items-found", grid.file, grid.sheet, column=names[item_column], params=params)])
    for shown, cells in rows_below(grid, number, widths):
        place = found.get(heading_of(cells[item_column]))
        person = tuple(tidy(heading_of(cells[c])) for c in keyed)
        if place is None:
            unknown.setdefault(heading_of(cells[item_column]), {})[person] = shown
            continue
        answers = people.setdefault(person, ([cells[c] for c in others], {}))[1]
        if place in answers:
            twice += [answers[place][0], shown]
        answers.setdefault(place, (shown, cells[answer_column]))
    at = grid.file, grid.sheet
    problems = widths.problems(*at, names[0])
    if twice:
        problems.append(Problem("answered-twice", *at, list(dict.fromkeys(twice)), names[answer_column]))
    if not told and not known and max((len(answers) for _, answers in people.values()), default=0) == 1:
        problems.append(Problem("long-without-key", *at, value=listed(names[c] for c in others)))
    problems += _misspelt(grid, instrument, unknown, people, names[item_column])
    places = sorted({place for _, answers in people.values() for place in answers})
    origin: dict[tuple[int, int], int] = {}
    rows: list[tuple[int, Row]] = []
    for index, (known, answers) in enumerate(people.values(), number + 1):
        rows.append((index, [*known, *(answers[p][1] if p in answers else None for p in places)]))
        origin |= {(index, len(others) + i): answers[p][0] for i, p in enumerate(places) if p in answers}
        origin |= {(index, column): min(shown for shown, _ in answers.values()) for column in range(len(others))}

    def where(index: int, column: int, heading: str, value: Any) -> Place:
        shown = origin.get((index, column), index)
        there = others[column] if column < len(others) else answer_column
        return Place(shown, names[there], (f"{letter(there)}{shown}",) if grid.addressed else ())

    headings = [*(names[c] for c in others), *(instrument.items[p].name for p in places)]
    made = folded(grid, number, headings, rows, where)
    made.problems = [*grid.problems, *problems]
    made.notices = [*grid.notices, *([_unused(grid, unknown)] if unknown else [])]
    if counted:
        made.notices.append(Notice("matched-by-number", grid.file, grid.sheet, columns=tuple(found)))
    return made


def _items(grid: Grid, number: int, column: int, instrument: Instrument) -> tuple[dict[str, int], bool]:
    """Return the item each name in a column means, and whether only a run of numbers told."""
    finder = Finder(instrument)
    cells = (heading_of(row[column]) for shown, row in grid.rows() if shown > number and column < len(row))
    names = sorted(set(cells), key=lambda name: (len(name), name))
    found = {name: place for name in names if (place := finder.find(name)) is not None}
    if found:
        return found, False
    return {names[at]: place for at, place in by_number(names, {}, instrument)}, True


def _misspelt(grid: Grid, instrument: Instrument, unknown: Unknown, people: People, heading: str) -> list[Problem]:
    """Return the faults of names that are no item but look like one, above all like one those people lack."""
    found = []
    asked = {place for _, answers in people.values() for place in answers}
    for name, rows in unknown.items():
        theirs = {place for person in rows if person in people for place in people[person][1]}
        lacking = [instrument.items[place] for place in sorted(asked - theirs)]
        near = nearest(name, _spellings(instrument.items), 1, SLIP_OF_THE_PEN) or nearest(name, _spellings(lacking), 1)
        if near:
            params = {"near": shortened(near[0])}
            at = grid.file, grid.sheet, one_or_list(sorted(rows.values())), heading
            found.append(Problem("item-name-unknown", *at, value=name, params=params))
    return found


def _spellings(items: Sequence[Item]) -> list[str]:
    return [text for item in items for text in (item.name, *item.label.values())]


def _unused(grid: Grid, unknown: Unknown) -> Notice:
    """Say what was not used; a name that only one person has may be what that person wrote, and is not repeated."""
    shared = tuple(sorted(name for name, rows in unknown.items() if len(rows) > 1))
    rows = tuple(sorted(row for found in unknown.values() for row in found.values()))
    return Notice("items-not-used", grid.file, grid.sheet, rows, shared)


def folded(grid: Grid, number: int, headings: list[str], rows: list[tuple[int, Row]], where: Locate) -> Grid:
    """Return the grid with other rows below a header of other headings."""
    table: list[tuple[int, Row]] = [(number, [*headings]), *rows]
    made = replace(grid, rows=lambda: iter(table), merged=(), formulas={}, hidden_columns=(), where=where)
    made.delimited = False
    return made


def rows_below(grid: Grid, number: int, widths: Widths) -> Iterator[tuple[int, Row]]:
    """Yield the rows below the header that hold anything, all of one width; ``widths`` sees what had another."""
    for shown, row in grid.rows():
        if shown > number and any(cell is not None and str(cell).strip() for cell in row):
            if grid.delimited:
                widths.see([shown], [row])
            yield shown, [*row[: widths.width], *[None] * (widths.width - len(row))]


def _first_filled(grid: Grid) -> tuple[int, list[str]]:
    """Return the first row in which more than one cell is filled, as headings."""
    for number, row in grid.head(DEEPEST):
        names = [heading_of(cell) for cell in row]
        if sum(map(bool, names)) > 1:
            return number, names
    return 0, []


def _column(grid: Grid, names: list[str], wanted: str | None, pattern: re.Pattern[str], what: str) -> int:
    """Return the column the caller names, or the one whose heading says what it is."""
    for column, name in enumerate(names):
        if fold(name) == fold(wanted) if wanted is not None else pattern.fullmatch(fold(name).replace("_", " ")):
            return column
    near = nearest(wanted, names) if wanted is not None else list(filter(None, names))
    params = {"near": ", ".join(near) or "–"}
    raise IntakeError([Problem("no-such-column", grid.file, grid.sheet, value=wanted or what, params=params)])
