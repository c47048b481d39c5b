"""Gathers the faults of one table so that one cause is one line, however many cells it touches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..core.errors import Problem, one_or_list

MOST_PLACES = 10_000


@dataclass
class _Cause:
    rows: list[int] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Gathered:
    """The faults found in the cells of one sheet, grouped by cause and value."""

    file: str | None
    sheet: str | None
    causes: dict[tuple[str, str], _Cause] = field(default_factory=dict)
    others: list[Problem] = field(default_factory=list)

    def cells(
        self, why: str, value: Any, column: str, rows: Sequence[int], cells: Sequence[str], params: Mapping[str, Any]
    ) -> None:
        """Note that a value is at fault in these rows of a column."""
        cause = self.causes.setdefault((why, str(value)), _Cause(params=params))
        room = MOST_PLACES - len(cause.rows)
        cause.rows.extend(rows[:room])
        cause.cells.extend(cells[:room])
        if column not in cause.columns:
            cause.columns.append(column)

    def add(self, code: str, **where: Any) -> None:
        """Note a fault that is not one of cells."""
        params = where.pop("params", {})
        self.others.append(Problem(code, self.file, self.sheet, params=params, **where))

    def problems(self) -> list[Problem]:
        """Return every fault: those of the whole table first, then those of cells by their first row."""
        found = []
        for (why, value), cause in self.causes.items():
            rows = list(dict.fromkeys(cause.rows))
            found.append(
                Problem(
                    why,
                    self.file,
                    self.sheet,
                    row=one_or_list(rows),
                    column=one_or_list(cause.columns),
                    cell=one_or_list(cause.cells),
                    value=value,
                    params=cause.params,
                )
            )
        return [*self.others, *sorted(found, key=lambda p: p.row[0] if isinstance(p.row, list) else p.row or 0)]
