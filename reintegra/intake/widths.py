"""Lines of a delimited file that were broken, joined or shifted: they have more or fewer cells than the headings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ..core.errors import Problem, one_or_list
from .grids import Row


class Widths:
    """Looks at the lines of a table in passing; ``wrong`` are those of another width.

    A line may end in more delimiters than the header only if all do: "12,5,1,2," is not told from a line whose
    unquoted decimal comma pushed every answer one to the right.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self.even = False
        self.broken: list[tuple[int, int]] = []
        self.longer: dict[int, list[int]] = {}

    def see(self, numbers: Sequence[int] | Any, rows: Sequence[Row]) -> None:
        """Look at some lines."""
        width = self.width
        if self.even and all(len(row) == width for row in rows):
            return
        for number, row in zip(numbers, rows, strict=True):
            if len(row) == width:
                self.even = self.even or _filled(row) > 1
                continue
            count = _filled(row)
            if count > 1 and (len(row) < width or _filled(row[width:])):
                self.broken.append((int(number), len(row)))
            elif count > 1:
                self.longer.setdefault(len(row), []).append(int(number))

    @property
    def wrong(self) -> list[tuple[int, int]]:
        """The lines of another width: (row, cells)."""
        common = max(self.longer, key=lambda cells: (len(self.longer[cells]), cells), default=None)
        fine = None if self.even else common
        longer = [(row, cells) for cells, rows in self.longer.items() if cells != fine for row in rows]
        return sorted([*self.broken, *longer])

    def problems(self, file: str | None, sheet: str | None, heading: str) -> list[Problem]:
        """Return the faults of the lines, one for each number of cells."""
        counts = Counter(cells for _, cells in self.wrong)
        return [
            Problem(
                "ragged-row",
                file,
                sheet,
                one_or_list([row for row, c in self.wrong if c == cells]),
                heading,
                value=f"{cells} / {self.width}",
            )
            for cells in counts
        ]


def _filled(row: Row) -> int:
    return sum(cell is not None and bool(str(cell).strip()) for cell in row)
