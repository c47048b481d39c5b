"""Gathers the faults of one table so that one cause is one line, however many cells it touches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from ..core.errors import Problem, one_or_list
from .grids import Place

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

    def cells(self, why: str, value: Any, places: Iterable[Place], params: Mapping[str, Any] | None = None) -> None:
        """Note that a value is at fault in these places."""
        cause = self.causes.setdefault((why, str(value)), _Cause(params=params or {}))
        for place in islice(places, MOST_PLACES - len(cause.rows)):
            cause.rows.append(place.row)
            cause.cells.extend(place.cells)
            if place.column not in cause.columns:
                cause.columns.append(place.column)

    def add(self, code: str, **where: Any) -> None:
        """Note a fault that is not one of cells."""
        params = where.pop("params", {})
        self.others.append(Problem(code, self.file, self.sheet, params=params, **where))

    def problems(self) -> list[Problem]:
        """Return every fault: those of the whole table first, then those of cells by their first row.

        Codes that nobody knows are one fault: an export with codes of its own.
        """
        found, causes, others = [], dict(self.causes), list(self.others)
        codes = [value for why, value in causes if why == "unknown-code"]
        if len(codes) > 1:
            several = [causes.pop(("unknown-code", code)) for code in codes]
            columns = list(dict.fromkeys(column for cause in several for column in cause.columns))
            rows = sorted({row for cause in several for row in cause.rows})
            cells = [cell for cause in several for cell in cause.cells]
            params = {**several[0].params, "example": codes[0]}
            where = rows, columns, cells or None, sorted(codes)
            others.append(Problem("unknown-code", self.file, self.sheet, *where, params=params))
        for (why, value), cause in causes.items():
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
        return [*others, *sorted(found, key=lambda p: p.row[0] if isinstance(p.row, list) else p.row or 0)]
