"""Tables that stand another way: people across instead of down, and paper forms typed as ticks.

Each becomes a grid with one row a person and one column an item, that remembers where every cell stood.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import zip_longest
from typing import Any

from ..core.text import fold
from ..instruments import Instrument
from .grids import Grid, Place, Row, Ticks, letter
from .header import DEEPEST, heading_of, spread

TICKED = frozenset({"v", "x", "✓", "√", "✔", "☑", "✗", "✘", "●", "•", "■", "*", "1", "ya", "y", "true"})
UNTICKED = frozenset({"", "0", "-", "false"})


def transposed(grid: Grid) -> Grid:
    """Turn a table whose items run down and whose people run across."""
    rows = list(grid.rows())
    numbers = [number for number, row in rows if any(cell is not None for cell in row)]
    filled = [row for _, row in rows if any(cell is not None for cell in row)]
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
    spellings = {fold(s) for i in instrument.items for a in i.answers for s in (*a.spellings, str(a.value))}
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
    others = [c for c in range(len(answers)) if not any(c in columns for columns in groups.values())]
    names = [heading_of(above[c]) or heading_of(answers[c]) for c in others] + list(groups)
    offset = len(others)
    rows: list[tuple[int, Row]] = []
    for shown, row in grid.rows():
        if shown > number:
            cells = [row[c] if c < len(row) else None for c in range(len(answers))]
            folded = [_ticked({heading_of(answers[c]): cells[c] for c in columns}) for columns in groups.values()]
            rows.append((shown, [*(cells[c] for c in others), *folded]))
    raw = dict(grid.rows())
    columns_of = list(groups.values())

    def where(row: int, column: int, heading: str, value: Any) -> Place:
        if column < offset:
            return Place(row, heading, (f"{letter(others[column])}{row}",))
        filled = [c for c in columns_of[column - offset] if c < len(raw[row]) and _is_tick(raw[row][c]) is not False]
        return Place(row, heading, tuple(f"{letter(c)}{row}" for c in filled or columns_of[column - offset][:1]))

    table: list[tuple[int, Row]] = [(number, list(names)), *rows]
    return replace(grid, rows=lambda: iter(table), merged=(), formulas={}, hidden_columns=(), where=where)


def _carried(above: Row, answers: Row, spellings: set[str]) -> Row:
    """Repeat an item's heading over its answers, where the heading is not merged but stands over the first only."""
    carried = [*above, *[None] * (len(answers) - len(above))]
    for column in range(1, len(answers)):
        if not heading_of(carried[column]) and fold(heading_of(answers[column])) in spellings:
            carried[column] = carried[column - 1]
    return carried


def _is_tick(cell: Any) -> bool | None:
    """Tell whether a cell is ticked; None where it is neither ticked nor blank."""
    text = fold(heading_of(cell)) if cell is not None else ""
    return True if text in TICKED else False if text in UNTICKED else None


def _ticked(cells: Mapping[str, Any]) -> Any:
    """Return the answer that is ticked, all of them where there are several, or what stands there instead of a tick."""
    found = [answer for answer, cell in cells.items() if _is_tick(cell)]
    strange = [cell for cell in cells.values() if _is_tick(cell) is None]
    if strange:
        return str(strange[0])
    return None if not found else found[0] if len(found) == 1 else Ticks(tuple(found))
