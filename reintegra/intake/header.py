"""Which row holds the headings, and which column is which item."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from ..core.text import fold, tidy
from ..instruments import Instrument
from .grids import Grid, Row

DEEPEST = 30
FEWEST_BARE_NUMBERS = 8

_NUMBERING = re.compile(
    r"^(?:no\.?|butir|pertanyaan|pernyataan|item|question|q|p)?\s*\d+\s*[a-z]?\s*[.):\-–]+\s*", re.I
)
_NUMBER = re.compile(r"^(.*?)0*(\d+[a-z]?)(\D*)$", re.S)


@dataclass
class Header:
    """The headings of a grid, and the items found under them.

    ``row`` is the last row of the header; ``names`` the heading of each column as the file writes it; ``items`` maps a
    column to the index of its item. ``how`` tells by what the items were found: "columns", "name", "text", "number".
    """

    row: int
    names: list[str]
    items: dict[int, int] = field(default_factory=dict)
    how: str = "name"
    doubles: dict[int, list[int]] = field(default_factory=dict)

    @property
    def width(self) -> int:
        """How many columns have a heading."""
        return sum(bool(name.strip()) for name in self.names)

    @property
    def found(self) -> int:
        """How many items have a column."""
        return len(set(self.items.values()))


Columns = Mapping[str, str] | Sequence[str]


def find_header(grid: Grid, instrument: Instrument, columns: Columns | None = None) -> Header:
    """Return the header row, or pair of rows, under which most items stand; the first such one."""
    best = Header(0, [])
    for names, row in candidates(grid, grid.head(DEEPEST)):
        header = match(names, row, instrument, columns, grid.texts)
        wider = header.found == best.found and header.row == best.row and header.width > best.width
        if header.found > best.found or wider or not best.width:
            best = header
    return best


def candidates(grid: Grid, head: list[tuple[int, Row]]) -> Iterator[tuple[list[str], int]]:
    """Yield the headings each row would give alone, then with the row above it."""
    for (above_number, above), (number, row) in pairwise([(0, []), *head]):
        yield [heading_of(cell) for cell in row], number
        if not above:
            continue
        over = spread(grid, above_number, above)
        width = max(len(over), len(row))
        pairs = zip(_padded(over, width), _padded(row, width), strict=True)
        yield [" ".join(dict.fromkeys(filter(None, map(heading_of, pair)))) for pair in pairs], number


def _padded(row: Row, width: int) -> Row:
    return [*row, *[None] * (width - len(row))]


def spread(grid: Grid, number: int, row: Row) -> Row:
    """Repeat a merged heading over the columns it covers."""
    over = list(row)
    for top, left, bottom, right in grid.merged:
        if top <= number <= bottom and left < len(over):
            for column in range(left + 1, min(right + 1, len(over))):
                over[column] = over[left]
    return over


def heading_of(cell: Any) -> str:
    """Return a cell as a heading: a number without decimals, nothing for a blank."""
    if cell is None:
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def canonical(name: str) -> str:
    """Fold a short name: no case, spaces, punctuation or leading zeros ("Q 07" is "q7")."""
    return re.sub(r"0+(?=\d)", "", re.sub(r"[\W_]+", "", fold(name)))


def question(text: str) -> str:
    """Fold the text of a question: its number, closing punctuation and quotes do not count."""
    return fold(_NUMBERING.sub("", tidy(text))).strip(" .:;?!\"'“”«»*")


def match(
    names: list[str],
    row: int,
    instrument: Instrument,
    columns: Columns | None = None,
    texts: Mapping[int, str] | None = None,
) -> Header:
    """Match headings to items: as the caller says, by item name, by question text, or by their numbers."""
    if columns is not None:
        return _as_told(names, row, instrument, columns)
    finder = Finder(instrument)
    header = Header(row, names)
    for column, name in enumerate(names):
        item = finder.by_name(name)
        if item is None:
            item = finder.by_text(name) if not texts or column not in texts else finder.by_text(texts[column])
            header.how = header.how if item is None else "text"
        if item is not None:
            _place(header, column, item)
    return header if header.items else _by_number(names, row, instrument)


class Finder:
    """Finds the item that a name or a question text means."""

    def __init__(self, instrument: Instrument) -> None:
        self._names = {canonical(item.name): i for i, item in enumerate(instrument.items)}
        self._texts = {question(text): i for i, item in enumerate(instrument.items) for text in item.label.values()}

    def by_name(self, name: str) -> int | None:
        """Return the item of a short name; what stands before it may be the name of a group."""
        if not name.strip():
            return None
        last = re.split(r"[/>.\-]", name)[-1]
        return self._names.get(canonical(name), self._names.get(canonical(last)) if last != name else None)

    def by_text(self, text: str) -> int | None:
        """Return the item of a question text."""
        return next((self._texts[t] for t in _texts(text) if t in self._texts), None) if text.strip() else None

    def find(self, text: str) -> int | None:
        """Return the item of a name or a text."""
        item = self.by_name(text)
        return self.by_text(text) if item is None else item


def _place(header: Header, column: int, item: int) -> None:
    taken = [c for c, i in header.items.items() if i == item]
    if not taken:
        header.items[column] = item
    elif column not in taken:
        header.doubles.setdefault(item, taken).append(column)


def _texts(heading: str) -> Iterator[str]:
    """Yield the texts a heading may carry: itself, what stands in brackets, what follows a group's name."""
    yield question(heading)
    if found := re.search(r"\[(.+)\]\s*$", heading, re.S):
        yield question(found[1])
    for mark in ("/", ">"):
        if mark in heading:
            yield question(heading.split(mark, 1)[1])
            yield question(heading.rsplit(mark, 1)[1])


def _as_told(names: list[str], row: int, instrument: Instrument, columns: Mapping[str, str] | Sequence[str]) -> Header:
    """Take the caller's word: {heading: item}, or the headings in the order of the items."""
    told = dict(columns) if isinstance(columns, Mapping) else dict(zip(columns, instrument.item_names, strict=False))
    wanted = {fold(heading): item for heading, item in told.items()}
    positions = {name: i for i, name in enumerate(instrument.item_names)}
    header = Header(row, names, how="columns")
    for column, name in enumerate(names):
        item = positions.get(wanted.get(fold(name), ""))
        if item is not None:
            _place(header, column, item)
    return header


def _by_number(names: list[str], row: int, instrument: Instrument) -> Header:
    """Match a run of headings that differ only in their numbers, where the numbers are just those of the items."""
    runs: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for column, name in enumerate(names):
        text = tidy(name)
        if found := _NUMBER.match(text):
            runs[fold(found[1]), fold(found[3])].setdefault(found[2].casefold(), column)
        if leading := re.match(r"^0*(\d+[a-z]?)\s*[.):\-–]\s*\S", text, re.I):
            runs["", "…"].setdefault(leading[1].casefold(), column)
    by_number = {item.number.casefold(): i for i, item in enumerate(instrument.items)}
    by_place = {str(i + 1): i for i in range(len(instrument.items))}
    header = Header(row, names, how="number")
    for numbers in (by_number, by_place):
        for ends, run in runs.items():
            if set(run) == set(numbers) and (any(ends) or _in_order(run)):
                for number, item in numbers.items():
                    _place(header, run[number], item)
        if header.items:
            break
    return header


def _in_order(run: Mapping[str, int]) -> bool:
    """Tell whether bare numbers can be headings: many of them, rising from left to right, unlike a row of answers."""
    return (
        len(run) >= FEWEST_BARE_NUMBERS
        and list(run) == sorted(run, key=int)
        and sorted(run.values()) == list(run.values())
    )


def number_runs(names: list[str]) -> list[int]:
    """Return how many headings each run of numbered headings has, so that a look-alike form can be recognised."""
    runs: dict[str, set[str]] = defaultdict(set)
    for name in names:
        if found := _NUMBER.match(tidy(name)):
            runs[fold(found[1])].add(found[2])
        if leading := re.match(r"^0*(\d+)\s*[.):\-–]\s*\S", tidy(name)):
            runs["…"].add(leading[1])
    return [len(run) for run in runs.values()]
