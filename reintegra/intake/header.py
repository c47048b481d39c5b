"""Which rows hold the headings, and which column is which item."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..core.text import fold
from ..instruments import Instrument
from .grids import Grid, Row
from .matching import FEWEST_BARE_NUMBERS, FEWEST_WORDS, Finder, by_number, parted, twins

DEEPEST = 30

_UNDERNEATH = re.compile(r"open-ended response|response|jawaban(?: terbuka)?")  # a second row's word for "see above"
_IMPORT = re.compile(r"\{.*importid.*\}", re.I | re.S)


@dataclass
class Header:
    """The headings of a grid, and the items found under them.

    ``row`` is the last row of the header; ``names`` the heading of each column as the file writes it; ``items`` maps a
    column to the index of its item. ``how`` tells by what the items were found: "columns", "name", "text", "number".
    ``doubles`` holds the columns of an item that has several, ``contradicting`` the columns whose name is one item and
    whose text another, ``lines`` the rows of the file that make up the header.
    """

    row: int
    names: list[str]
    items: dict[int, int] = field(default_factory=dict)
    how: str = "name"
    doubles: dict[int, list[int]] = field(default_factory=dict)
    contradicting: dict[int, tuple[int, int]] = field(default_factory=dict)
    lines: list[list[str]] = field(default_factory=list)

    @property
    def width(self) -> int:
        """How many columns have a heading."""
        return sum(bool(name.strip()) for name in self.names)

    @property
    def found(self) -> int:
        """How many items have a column."""
        return len(set(self.items.values()))

    def repeated_by(self, row: Row) -> bool:
        """Tell whether a row below is the header once more, as where two exports were put below each other."""
        return any(
            all(column < len(row) and heading_of(row[column]) == line[column] for column in self.items)
            for line in self.lines
            if any(line[column] for column in self.items)
        )


Columns = Mapping[str, str] | Sequence[str]


def find_header(grid: Grid, instrument: Instrument, columns: Columns | None = None) -> Header:
    """Return the header under which most items stand, the first such one; names and texts go before mere numbers."""
    head = grid.head(DEEPEST)
    best = Header(0, [])
    for names, row in candidates(grid, head):
        header = match(names, row, instrument, columns, grid.texts)
        if _rank(header, instrument) > _rank(best, instrument) or not best.width:
            best = header
    if best.found * 2 < len(instrument.items):
        return best
    best.lines = _rows_above(best, head)
    return _with_rows_below(best, head, instrument)


def _rank(header: Header, instrument: Instrument) -> tuple[bool, int]:
    return header.how != "number" and header.found * 2 >= len(instrument.items), header.found


def candidates(grid: Grid, head: list[tuple[int, Row]]) -> Iterator[tuple[list[str], int]]:
    """Yield the headings each row would give alone, its blanks filled from above, then joined to the row above it."""
    for place, (number, row) in enumerate(head):
        above = _above(grid, head, place)
        names = _padded([heading_of(cell) for cell in row], len(above))
        over = _padded(above, len(names))
        pairs = list(zip(over, names, strict=True))
        yield [o if o and (not n or _UNDERNEATH.fullmatch(fold(n))) else n for o, n in pairs], number
        if any(above):
            yield [" ".join(dict.fromkeys(filter(None, pair))) for pair in pairs], number


def _above(grid: Grid, head: list[tuple[int, Row]], place: int) -> list[str]:
    """Return what stands nearest above each column of a row, in the rows of headings that end there.

    A row with a single filled cell is a title, and a row of no text is none of headings.
    """
    over: list[str] = []
    below = head[place][0]
    for number, row in reversed(head[:place]):
        filled = [cell for cell in row if heading_of(cell).strip()]
        if number != below - 1 or len(filled) < 2:
            break
        names = [heading_of(cell) for cell in spread(grid, number, row)]
        over = [o or n for o, n in zip(_padded(over, len(names)), _padded(names, len(over)), strict=True)]
        below = number
    return over


def _rows_above(header: Header, head: list[tuple[int, Row]]) -> list[list[str]]:
    """Return the rows right above that are headings too: they say something over most of the items."""
    lines: list[list[str]] = []
    for number, row in reversed([pair for pair in head if pair[0] < header.row]):
        line = [heading_of(cell) for cell in _wide(row, len(header.names))]
        if number != header.row - 1 - len(lines) or sum(bool(line[c]) for c in header.items) * 2 < len(header.items):
            break
        lines.insert(0, line)
    return lines


def _padded(names: list[str], width: int) -> list[str]:
    return [*names, *[""] * (width - len(names))]


def _with_rows_below(header: Header, head: list[tuple[int, Row]], instrument: Instrument) -> Header:
    """Take in the rows right below that are headings too: texts below names, numbers below texts, import marks."""
    numbers = [number for number, _ in head]
    place = numbers.index(header.row)
    header.lines.append([heading_of(cell) for cell in _wide(head[place][1], len(header.names))])
    texts = False
    for number, row in head[place + 1 :]:
        line = [heading_of(cell) for cell in _wide(row, len(header.names))]
        below = match(line, number, instrument)
        again = _rank(below, instrument)[0]
        if again and header.how != "columns":
            for column, item in below.items.items():
                if header.items.get(column, item) != item:
                    header.contradicting[column] = (header.items[column], item)
        if not (again or _of_numbers(line) or _of_import(line)):
            if texts or not _of_texts(line, header, instrument):
                break
            texts = True
        header.row = number
        header.lines.append(line)
        header.names = [name or new for name, new in zip(header.names, line, strict=False)]
    return header


def _wide(row: Row, width: int) -> Row:
    return [*row, *[None] * (width - len(row))]


def _of_numbers(line: list[str]) -> bool:
    """Tell whether a row holds nothing but 1, 2, 3 … from left to right, more than any row of answers could."""
    filled = [name for name in line if name]
    return len(filled) >= FEWEST_BARE_NUMBERS and filled == [str(n) for n in range(1, len(filled) + 1)]


def _of_import(line: list[str]) -> bool:
    """Tell whether a row holds the marks that Qualtrics writes for its own import."""
    filled = [name for name in line if name]
    return bool(filled) and all(map(_IMPORT.fullmatch, filled))


def _of_texts(line: list[str], header: Header, instrument: Instrument) -> bool:
    """Tell whether a row gives every item a sentence of its own, and so continues the header.

    Where the items were found by number, those whose sentence is another question's are not that item.
    """
    said = {column: line[column] for column in header.items}
    answers = {fold(s) for item in instrument.items for answer in item.answers for s in answer.spellings}
    if len({fold(text) for text in said.values()}) < max(len(said), 2):
        return False
    if any(len(text.split()) < FEWEST_WORDS or fold(text) in answers for text in said.values()):
        return False
    if header.how == "number":
        finder = Finder(instrument)
        header.items = {c: i for c, i in header.items.items() if not finder.speaks_of_another(said[c], i)}
    return True


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
    texts = texts or {}
    for column, name in enumerate(names):
        code, text = parted(name)
        named, worded = finder.by_name(name), finder.by_text(texts.get(column, text))
        claimed = named if named is not None else finder.by_name(code)
        if worded is None and not texts:
            worded = finder.by_text(name)
        if claimed is not None and worded is not None and claimed != worded:
            header.contradicting[column] = (claimed, worded)
        if named is not None:
            _place(header, column, named)
        elif worded is not None:
            _place(header, column, worded)
            header.how = "text"
    left = set(range(len(instrument.items))) - set(header.items.values())
    for column, name in enumerate(names):
        item = finder.by_stem(texts.get(column, name)) if left and column not in header.items else None
        if item in left and item is not None:
            _place(header, column, item)
            header.how = "text"
    if not header.items:
        header.how = "number"
        for column, item in by_number(names, texts, instrument):
            _place(header, column, item)
    for column, item in [*twins(names, header.items, instrument)]:
        _place(header, column, item)
    return header


def _place(header: Header, column: int, item: int) -> None:
    taken = [c for c, i in header.items.items() if i == item]
    if not taken:
        header.items[column] = item
    elif column not in (columns := header.doubles.setdefault(item, taken)):
        columns.append(column)


def _as_told(names: list[str], row: int, instrument: Instrument, columns: Columns) -> Header:
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
