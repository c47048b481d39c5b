"""Tables with several rows or several columns a person: one answer a row, waves side by side.

Each becomes a grid with one row a person (and wave) and one column an item, that remembers where every cell stood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..core.errors import IntakeError, Notice, Problem
from ..core.text import fold, nearest, tidy
from ..instruments import Instrument
from .grids import Grid, Locate, Place, Row, letter
from .header import DEEPEST, Finder, heading_of

WAVE = "gelombang"

_ITEM = re.compile(r"(?:nama |kode )?(?:butir|item|pertanyaan|pernyataan|question|variable|variabel)")
_ANSWER = re.compile(r"jawaban|answer|response|value|nilai|isi")


def long(grid: Grid, instrument: Instrument, key: Sequence[str], item: str | None, answer: str | None) -> Grid:
    """Fold a table with one answer a row: a column that names the item, a column that holds the answer."""
    number, names = _first_filled(grid)
    if not names:
        return grid
    finder = Finder(instrument)
    item_column = _column(grid, names, item, _ITEM, "item")
    answer_column = _column(grid, names, answer, _ANSWER, "answer")
    others = [c for c in range(len(names)) if c not in (item_column, answer_column)]
    keyed = [c for c in others if fold(names[c]) in map(fold, key)] or others
    people: dict[tuple[str, ...], tuple[Row, dict[int, tuple[int, Any]]]] = {}
    unknown: set[str] = set()
    twice: list[int] = []
    for shown, cells in _rows_below(grid, number, len(names)):
        place = finder.find(heading_of(cells[item_column]))
        if place is None:
            unknown.add(heading_of(cells[item_column]))
            continue
        person = tuple(tidy(heading_of(cells[c])) for c in keyed)
        answers = people.setdefault(person, ([cells[c] for c in others], {}))[1]
        if place in answers:
            twice += [answers[place][0], shown]
        answers.setdefault(place, (shown, cells[answer_column]))
    if twice:
        at = list(dict.fromkeys(twice))
        raise IntakeError([Problem("answered-twice", grid.file, grid.sheet, at, names[answer_column])])
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
    folded = _folded(grid, number, headings, rows, where)
    if unknown:
        notice = Notice("items-not-used", grid.file, grid.sheet, columns=tuple(sorted(unknown)))
        folded.notices = [*grid.notices, notice]
    return folded


def waves_beside(grid: Grid, instrument: Instrument, waves: Mapping[str, str]) -> Grid:
    """Fold waves that stand side by side: ``{"pra": "pra_{n}", "pasca": "pasca_{n}"}``, or ``{item}`` for its name."""
    patterns = {wave: _pattern(pattern) for wave, pattern in waves.items()}
    best: tuple[int, int, dict[str, dict[int, int]]] = (0, 0, {})
    for number, row in grid.head(DEEPEST):
        columns = {wave: _wave_columns(row, pattern, instrument) for wave, pattern in patterns.items()}
        count = sum(map(len, columns.values()))
        if count > best[0]:
            best = count, number, columns
    _, number, columns = best
    problems = [
        Problem("missing-item", grid.file, grid.sheet, number or None, absent, params={"near": waves[wave]})
        for wave in waves
        if (absent := [i.name for place, i in enumerate(instrument.items) if place not in columns.get(wave, {})])
    ]
    if problems:
        raise IntakeError(problems)
    head = dict(grid.head(DEEPEST))[number]
    used = {column for found in columns.values() for column in found.values()}
    others = [c for c in range(len(head)) if c not in used]
    headings = [*(heading_of(head[c]) for c in others), WAVE, *instrument.item_names]
    rows: list[tuple[int, Row]] = []
    origin: dict[int, tuple[int, str]] = {}
    for shown, padded in _rows_below(grid, number, len(head)):
        for wave, found in columns.items():
            cells = [padded[found[place]] for place in range(len(instrument.items))]
            if any(cell is not None and str(cell).strip() for cell in cells):
                index = number + 1 + len(rows)
                origin[index] = shown, wave
                rows.append((index, [*(padded[c] for c in others), wave, *cells]))

    def where(index: int, column: int, heading: str, value: Any) -> Place:
        if index not in origin:
            return Place(index, heading, ())
        shown, wave = origin[index]
        if column == len(others):
            return Place(shown, heading, ())
        there = others[column] if column < len(others) else columns[wave][column - len(others) - 1]
        return Place(shown, heading_of(head[there]), (f"{letter(there)}{shown}",) if grid.addressed else ())

    return _folded(grid, number, headings, rows, where)


def _folded(grid: Grid, number: int, headings: list[str], rows: list[tuple[int, Row]], where: Locate) -> Grid:
    """Return the grid with other rows below a header of other headings."""
    table: list[tuple[int, Row]] = [(number, [*headings]), *rows]
    return replace(grid, rows=lambda: iter(table), merged=(), formulas={}, hidden_columns=(), where=where)


def _rows_below(grid: Grid, number: int, width: int) -> Iterator[tuple[int, Row]]:
    """Yield the rows below the header that hold anything, all of one width."""
    for shown, row in grid.rows():
        if shown > number and any(cell is not None and str(cell).strip() for cell in row):
            yield shown, [*row[:width], *[None] * (width - len(row))]


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


def _pattern(pattern: str) -> re.Pattern[str]:
    text = re.escape(fold(pattern))
    text = text.replace(re.escape("{n}"), r"0*(?P<n>\d+)")
    return re.compile(re.sub(r"\\{(?:item|name|butir)\\}", r"(?P<item>.+)", text))


def _wave_columns(row: Row, pattern: re.Pattern[str], instrument: Instrument) -> dict[int, int]:
    """Return for each item the column that one wave has for it."""
    finder = Finder(instrument)
    found: dict[int, int] = {}
    for column, cell in enumerate(row):
        if matched := pattern.fullmatch(fold(heading_of(cell))):
            parts = matched.groupdict()
            place = int(parts["n"]) - 1 if parts.get("n") else finder.find(parts.get("item") or "")
            if place is not None and 0 <= place < len(instrument.items):
                found.setdefault(place, column)
    return found
