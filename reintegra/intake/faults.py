"""Gathers the faults of one table so that one cause is one line, however many cells it touches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from ..core.errors import Problem, one_or_list
from ..core.language import word
from .grids import Place

MOST_PLACES = 10_000  # of one cause; how many more there are is said
MOST_CAUSES = 40  # of one kind; the values beyond are one fault together
LONGEST_OF_LETTERS = 3  # of a participant code
FEWEST_TO_REPEAT = 3  # a text in fewer rows may be what one person wrote, or a name


@dataclass
class _Cause:
    rows: list[int] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    params: Mapping[str, Any] = field(default_factory=dict)
    more: int = 0


@dataclass
class Gathered:
    """The faults found in the cells of one sheet, grouped by cause and value."""

    file: str | None
    sheet: str | None
    causes: dict[tuple[str, str], _Cause] = field(default_factory=dict)
    others: list[Problem] = field(default_factory=list)

    def cells(
        self,
        why: str,
        value: Any,
        places: Iterable[Place],
        params: Mapping[str, Any] | None = None,
        count: int | None = None,
    ) -> None:
        """Note that a value is at fault in these places; ``count`` tells how many they are without looking at all."""
        cause = self.causes.setdefault((why, str(value)), _Cause(params=params or {}))
        places, before = iter(places), len(cause.rows)
        for place in islice(places, MOST_PLACES - len(cause.rows)):
            cause.rows.append(place.row)
            cause.cells.extend(place.cells)
            if place.column not in cause.columns:
                cause.columns.append(place.column)
        left = sum(1 for _ in places) if count is None else count - (len(cause.rows) - before)
        cause.more += left

    def add(self, code: str, **where: Any) -> None:
        """Note a fault that is not one of cells."""
        params = where.pop("params", {})
        self.others.append(Problem(code, self.file, self.sheet, params=params, **where))

    def problems(self) -> list[Problem]:
        """Return every fault: those of the whole table first, then those of cells by their first row.

        Codes that nobody knows are one fault: an export with codes of its own.
        """
        causes, others = dict(self.causes), list(self.others)
        kinds: dict[str, list[str]] = {}
        for why, value in causes:
            kinds.setdefault(why, []).append(value)
        for why, values in kinds.items():
            together = values if why in _ONE_CAUSE and len(values) > 1 else values[MOST_CAUSES:]
            if together:
                others.append(self._together(why, together, [causes.pop((why, value)) for value in together]))
        found = [self._one(why, value, cause) for (why, value), cause in causes.items()]
        return [*others, *sorted(found, key=lambda p: p.row[0] if isinstance(p.row, list) else p.row or 0)]

    def _one(self, why: str, value: str, cause: _Cause) -> Problem:
        rows = list(dict.fromkeys(cause.rows))
        params = {**cause.params, "more_places": cause.more}
        if len(rows) < FEWEST_TO_REPEAT and (params.get("private") or (why in _OF_KEYS and _may_be_a_name(value))):
            params["value"] = lambda: word("withheld_text", letters=len(value))
        where = one_or_list(rows), one_or_list(cause.columns), one_or_list(cause.cells), value
        return Problem(why, self.file, self.sheet, *where, params=params)

    def _together(self, why: str, values: list[str], causes: list[_Cause]) -> Problem:
        """Return one fault of several values: codes that nobody knows, or all that would make the list endless."""
        columns = list(dict.fromkeys(column for cause in causes for column in cause.columns))
        rows = sorted({row for cause in causes for row in cause.rows})
        cells = [cell for cause in causes for cell in cause.cells] or None
        params = {**causes[0].params, "more_places": sum(cause.more for cause in causes)}
        if why in _ONE_CAUSE:
            params["example"] = values[0]
            return Problem(why, self.file, self.sheet, rows, columns, cells, sorted(values), params=params)
        params |= {"why": why, "count": len(values), "value": ""}
        return Problem("more-of-these", self.file, self.sheet, rows, columns, cells, sorted(values), params=params)


_ONE_CAUSE = ("unknown-code", "labels-incomplete", "code-not-in-values")
_OF_KEYS = ("duplicate-key-identical", "duplicate-key-conflict")


def _may_be_a_name(key: str) -> bool:
    """Tell whether what should be a code may be a name: letters only, more than a few."""
    letters = [part for part in key.split(" / ")[0].replace(".", " ").split() if part]
    return all(part.isalpha() for part in letters) and sum(map(len, letters)) > LONGEST_OF_LETTERS
