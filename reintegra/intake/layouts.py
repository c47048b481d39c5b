"""Tables that stand another way: people across instead of down, and paper forms typed as ticks.

Each becomes a grid with one row a person and one column an item, that remembers where every cell stood.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Any

from ..core.errors import Problem, one_or_list
from ..core.language import listed
from ..core.text import fold
from ..instruments import Instrument
from .grids import Grid, Place, Row, Ticks, letter
from .header import DEEPEST, heading_of, spread
from .widths import Widths

TICKED = frozenset({"v", "x", "✓", "√", "✔", "☑", "✗", "✘", "●", "•", "■", "*", "1", "ya", "y", "true"})
UNTICKED = frozenset({"", "0", "-", "false"})


def transposed(grid: Grid) -> Grid:
    """Turn a table whose items run down and whose people run across."""
    rows = [(number, row) for number, row in grid.rows() if any(cell is not None for cell in row)]
    while rows and sum(bool(heading_of(cell).strip()) for cell in rows[0][1]) < 2:  # a title
        del rows[0]
    numbers, filled = [number for number, _ in rows], [row for _, row in rows]
    turned = [list(column) for column in zip_longest(*filled)]

    def where(row: int, column: int, heading: str, value: Any) -> Place:
        number = numbers[column]
        return Place(number, heading, (f"{letter(row - 1)}{number}",) if grid.addressed else ())

    table = [(number, row) for number, row in enumerate(turned, 1)]
    return replace(
        grid, rows=lambda: iter(table), merged=(), formulas={}, hidden_rows=(), hidden_columns=(), where=where, key=0
    )


def ticks(grid: Grid, instrument: Instrument) -> Grid:
    """Fold a paper form typed as ticks: a column for each answer, the item above them."""
    codes = {fold(s): a.value for i in instrument.items for a in i.answers for s in (*a.spellings, str(a.value))}
    spellings = set(codes)
    head = grid.head(DEEPEST)
    counts = [sum(fold(heading_of(cell)) in spellings for cell in row) for _, row in head]
    at = counts.index(max(counts, default=0)) if counts else 0
    if not counts or counts[at] < 2 * len(instrument.items) or at == 0:
        return grid
    number, answers = head[at]
    above = _carried(spread(grid, *head[at - 1]), answers, spellings)
    groups: dict[str, list[int]] = {}
    for column, cell in enumerate(answers):
        if fold(heading_of(cell)) in spellings:
            groups.setdefault(heading_of(above[column]), []).append(column)
    lost = _strange_columns(above, answers, spellings)
    others = [c for c in range(len(answers)) if c not in lost and not any(c in at for at in groups.values())]
    names = [heading_of(above[c]) or heading_of(answers[c]) for c in others] + list(groups)
    offset = len(others)
    widths = Widths(len(answers))
    rows: list[tuple[int, Row]] = []
    for shown, row in grid.rows():
        if shown > number:
            if grid.delimited:
                widths.see([shown], [row])
            cells = [row[c] if c < len(row) else None for c in range(len(answers))]
            folded = [
                _ticked([(heading_of(answers[c]), cells[c]) for c in columns], codes) for columns in groups.values()
            ]
            rows.append((shown, [*(cells[c] for c in others), *folded]))
    raw = dict(grid.rows())
    columns_of = list(groups.values())

    def where(row: int, column: int, heading: str, value: Any) -> Place:
        if column < offset:
            return Place(row, heading, (f"{letter(others[column])}{row}",))
        filled = [c for c in columns_of[column - offset] if c < len(raw[row]) and _is_tick(raw[row][c]) is not False]
        return Place(row, heading, tuple(f"{letter(c)}{row}" for c in filled or columns_of[column - offset][:1]))

    table: list[tuple[int, Row]] = [(number, list(names)), *rows]
    made = replace(grid, rows=lambda: iter(table), merged=(), formulas={}, hidden_columns=(), where=where)
    made.delimited = False
    made.problems = [*grid.problems, *widths.problems(grid.file, grid.sheet, names[0])]
    allowed = {"allowed": listed(dict.fromkeys(heading_of(answers[c]) for cs in groups.values() for c in cs))}
    strange: dict[str, list[int]] = {}
    for column in lost:
        strange.setdefault(heading_of(answers[column]), []).append(column)
    for answer, under in strange.items():
        items = one_or_list(list(dict.fromkeys(heading_of(above[c]) for c in under)))
        stand = one_or_list([f"{letter(c)}{number}" for c in under]) if grid.addressed else None
        where_it_is = grid.file, grid.sheet, number, items, stand, answer
        made.problems.append(Problem("tick-column-unknown", *where_it_is, params=allowed))
    return made


def _carried(above: Row, answers: Row, spellings: set[str]) -> Row:
    """Repeat an item's heading over its answers, where the heading is not merged but stands over the first only."""
    carried = [*above, *[None] * (len(answers) - len(above))]
    for column in range(1, len(answers)):
        inside = any(fold(heading_of(cell)) in spellings for cell in answers[:column])
        if inside and not heading_of(carried[column]) and heading_of(answers[column]):
            carried[column] = carried[column - 1]
    return carried


def _strange_columns(above: Row, answers: Row, spellings: set[str]) -> list[int]:
    """Return the columns below an item's heading that are none of its answers: their ticks would be lost.

    What stands after the last answer of one item only may be something else, such as a remark.
    """
    known = [fold(heading_of(cell)) in spellings for cell in answers]
    items = {heading_of(cell) for cell, answer in zip(above, known, strict=False) if answer}
    inside = [
        c
        for c, cell in enumerate(answers)
        if not known[c] and heading_of(cell) and heading_of(above[c]) and heading_of(above[c]) in items
    ]
    count = Counter(fold(heading_of(answers[c])) for c in inside)

    def followed(column: int) -> bool:
        after = zip(above[column:], known[column:], strict=False)
        return any(answer and heading_of(cell) == heading_of(above[column]) for cell, answer in after)

    return [c for c in inside if count[fold(heading_of(answers[c]))] > 1 or followed(c)]


def _is_tick(cell: Any) -> bool | None:
    """Tell whether a cell is ticked; None where it is neither ticked nor blank."""
    text = fold(heading_of(cell)) if cell is not None else ""
    return True if text in TICKED else False if text in UNTICKED else None


def _ticked(cells: Sequence[tuple[str, Any]], codes: Mapping[str, int]) -> Any:
    """Return the answer that is ticked, all of them where there are several, or what stands there instead of a tick.

    A code or label instead of a tick has to be that of its column: a 4 below "STS" is two answers.
    """
    found: list[str] = []
    strange: list[str] = []
    for answer, cell in cells:
        tick = _is_tick(cell)
        said = fold(heading_of(cell)) if tick is None else ""
        if tick or (said in codes and codes[said] == codes.get(fold(answer))):
            found.append(answer)
        elif tick is None and said in codes:
            found += [answer, heading_of(cell)]
        elif tick is None:
            strange.append(heading_of(cell))
    if strange:
        return strange[0] if not found else Ticks((*found, *strange))
    return None if not found else found[0] if len(found) == 1 else Ticks(tuple(found))
