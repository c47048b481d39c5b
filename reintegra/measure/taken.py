"""What an analysis of dimensions is given: who is left out, which answers nobody gave, and whether there are enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from ..core.coded import Block, Codes, Floats, coded, declared, numbers
from ..core.errors import DataError, Notice
from ..core.language import listed, number, say
from ..core.moments import Moments, Products
from ..instruments import status_line
from ..intake import Responses
from .bivariate import LIMIT, Pairs, polychorics
from .scales import Scale, scale_of

Rows: TypeAlias = Responses | Scale | pd.DataFrame
Data: TypeAlias = Rows | Moments
Measured: TypeAlias = Data | Products
Declared = Sequence[float] | Mapping[str, Sequence[float]] | None


@dataclass(frozen=True, eq=False)
class Taken:
    """Items of which at least two answers were given, by at least as many people as a method needs.

    ``moments`` holds only the answers that somebody gave; ``block`` the positions among them, counted from 0, of the
    people without a blank; empty where only counts were asked for.
    """

    moments: Moments
    status: str
    notes: tuple[Notice, ...]
    block: Block = field(default_factory=lambda: np.empty((0, 0), dtype=np.uint8))

    @property
    def items(self) -> tuple[str, ...]:
        """The names of the items."""
        return self.moments.items

    @cached_property
    def n(self) -> int:
        """How many people stand behind every number; the fewest of any pair of items."""
        return int(self.moments.n.min())

    @property
    def pearson(self) -> Floats:
        """Correlations of the codes."""
        return _correlations(self.moments.covariance)

    @cached_property
    def pairs(self) -> Pairs:
        """The cross table of each pair of items."""
        return Pairs.of(self.moments.burt, [len(codes) for codes in self.moments.codes])

    @cached_property
    def r(self) -> Floats:
        """The polychoric correlation of each pair."""
        return polychorics(self.pairs)

    @cached_property
    def polychoric(self) -> Floats:
        """The same as a matrix."""
        matrix = np.eye(len(self.items))
        matrix[self.pairs.first, self.pairs.second] = matrix[self.pairs.second, self.pairs.first] = self.r
        return matrix

    @property
    def at_one(self) -> tuple[str, ...]:
        """The pairs of items whose polychoric stands where the search ends."""
        at = np.flatnonzero(np.abs(self.r) > LIMIT - 1e-6)
        return tuple(f"{self.items[self.pairs.first[i]]} – {self.items[self.pairs.second[i]]}" for i in at)

    @property
    def thresholds(self) -> list[Floats]:
        """The thresholds of each item, rising: one fewer than its answers that were given."""
        return [edges[1 : len(codes)] for edges, codes in zip(self.pairs.edges, self.moments.codes, strict=True)]


def taken(
    data: Measured, scale: str | None, codes: Declared, method: str, least: int, items: int = 2, complete: bool = True
) -> Taken:
    """Take the counts of the items that are meant; ``complete`` leaves out whoever left one of them blank.

    ``method`` names the text of what needs at least ``least`` people and ``items`` items.
    """
    if isinstance(data, Moments):
        if scale is not None:
            raise TypeError("scale: only with Responses; of a table take(items)")
        return _counted(data, "", method, least, items, complete)
    rows, status = rows_of(data, scale, codes)
    again = repeated(data, (rows.block != 0).all(axis=1) if complete else rows.block.any(axis=1))
    return _counted(rows.moments, status, method, least, items, complete, again)


def taken_rows(data: Rows, rows: Scale, status: str, method: str, least: int, items: int) -> Taken:
    """Take the rows of the people without a blank, for what counts are not enough for."""
    whole = (rows.block != 0).all(axis=1)
    block = rows.block[whole]
    found = _counted(rows.moments, status, method, least, items, True, repeated(data, whole))
    place = np.empty_like(block)
    for column, (own, used) in enumerate(zip(rows.codes, found.moments.codes, strict=True)):
        lookup = np.array([0, *np.cumsum(np.isin(own, used))], dtype=np.int64) - 1
        place[:, column] = lookup[block[:, column]]
    return Taken(found.moments, status, found.notes, place)


def rows_of(data: Measured, scale: str | None, codes: Declared) -> tuple[Scale, str]:
    """Return the answers as they count, with the line of status of their instrument."""
    if isinstance(data, Responses):
        return scale_of(data, scale), status_line(data.instrument)
    if scale is not None:
        raise TypeError("scale: only with Responses; of a frame take its columns")
    if isinstance(data, Scale):
        return data, ""
    if isinstance(data, Moments | Products):
        raise DataError("needs-rows")
    names = [str(name) for name in data.columns]
    allowed: Codes = declared(data, list(data.columns), codes)
    return Scale(tuple(names), allowed, coded(data, list(data.columns), allowed)), ""


def repeated(data: Any, counted: Any) -> list[Notice]:
    """Say how many people stand in several of the rows that are counted (waves), where the rows say who they are.

    Unnamed whole numbers are the rows of a frame and nobody's codes.
    """
    index = getattr(data, "index", None)
    if index is None or (index.nlevels == 1 and index.name is None and index.dtype.kind in "iu"):
        return []
    people = index.get_level_values(0)[counted]
    twice = people[people.duplicated()].nunique()
    return [Notice("people-repeated", params={"people": twice})] if twice else []


def complete_people(data: Rows, rows: Scale) -> tuple[Any, list[Notice]]:
    """Tell who answered every item, with what is to be said of the others and of people in several waves.

    An item that nobody answered is refused.
    """
    answered(rows.items, rows.block.any(axis=0))
    whole = (rows.block != 0).all(axis=1)
    return whole, [*left_out((rows.block.any(axis=1) & ~whole).sum()), *repeated(data, whole)]


def left_out(people: int) -> list[Notice]:
    """Say how many people with some answers left another item blank."""
    return [Notice("people-left-out", params={"people": int(people)})] if people else []


def answered(items: Sequence[str], somebody: Any) -> None:
    """Refuse items that nobody answered."""
    if nobody := [item for item, anybody in zip(items, somebody, strict=True) if not anybody]:
        raise DataError("nobody-answered", columns=listed(nobody))


def _refuse(names: Sequence[str], somebody: Any, n: int, differ: Any, method: str, least: int, items: int) -> None:
    """Refuse too few items, those nobody answered, too few people, and items with one answer."""
    if len(names) < items:
        raise DataError("too-few-items", items=len(names), least=items)
    answered(names, somebody)
    if n < least:
        raise DataError("too-few-people", method=lambda: say("dimensions", f"method_{method}"), n=n, least=least)
    if constant := [name for name, several in zip(names, differ, strict=True) if not several]:
        raise DataError("constant-item", columns=listed(constant))


def _counted(
    whole: Moments, status: str, method: str, least: int, items: int, complete: bool, again: Sequence[Notice] = ()
) -> Taken:
    found = whole.complete if complete else whole
    n = int(found.n.min(initial=found.rows))
    used = [counts > 0 for counts in found.counts]
    somebody = (counts.any() for counts in whole.counts)
    _refuse(whole.items, somebody, n, (given.sum() > 1 for given in used), method, least, items)
    notes = [*left_out(whole.answered - n if complete else 0), *again]
    if unused := [item for item, given in zip(found.items, used, strict=True) if not given.all()]:
        notes.append(Notice("answers-unused", columns=tuple(unused)))
    every = np.concatenate(used)
    codes = tuple(
        tuple(code for code, was in zip(own, given, strict=True) if was)
        for own, given in zip(found.codes, used, strict=True)
    )
    burt = found.burt[np.ix_(every, every)]
    return Taken(Moments(found.items, codes, found.rows, found.answered, burt, burt), status, tuple(notes))


@dataclass(frozen=True, eq=False)
class Correlated:
    """Pearson correlations of items over the people without a blank.

    ``answers`` are those to each item, rising (items x people); None where only sums are known, or nobody asked.
    """

    items: tuple[str, ...]
    n: int
    pearson: Floats
    status: str
    notes: tuple[Notice, ...]
    answers: Floats | None = None


def correlated(
    data: Measured, scale: str | None, codes: Declared, method: str, least: int, items: int, most: int = 0
) -> Correlated:
    """Take the correlations of items: from answers or counts, from any numbers, or from their sums.

    A frame without declared codes holds any numbers. The answers of up to ``most`` people are given with them.
    """
    if scale is None and isinstance(data, Products):
        return _summed(data, method, least, items)
    if codes is None and scale is None and isinstance(data, pd.DataFrame):
        return _measured(data, method, least, items, most)
    found = taken(data, scale, codes, method, least, items)
    answers = None
    if found.n <= most:
        both = zip(found.moments.codes, found.moments.counts, strict=True)
        answers = np.array([np.repeat(own, counts) for own, counts in both])
    return Correlated(found.items, found.n, found.pearson, found.status, found.notes, answers)


def _measured(data: pd.DataFrame, method: str, least: int, items: int, most: int) -> Correlated:
    names, values = tuple(map(str, data.columns)), numbers(data, list(data.columns))
    there = ~np.isnan(values)
    complete = there.all(axis=1)
    whole = values[complete]
    differ = whole.max(axis=0, initial=-np.inf) > whole.min(axis=0, initial=np.inf)
    _refuse(names, there.any(axis=0), len(whole), differ, method, least, items)
    centred = whole - whole.mean(axis=0)
    notes = (*left_out((there.any(axis=1) & ~complete).sum()), *repeated(data, complete))
    answers = np.sort(whole, axis=0).T if len(whole) <= most else None
    return Correlated(names, len(whole), _correlations(centred.T @ centred), "", notes, answers)


def _summed(sums: Products, method: str, least: int, items: int) -> Correlated:
    covariance, squares = sums.covariance, np.diagonal(sums.table)[1:]
    differ = np.diagonal(covariance) * (sums.n - 1) > 1e-13 * squares  # less is what is left of rounding
    _refuse(sums.columns, [True] * len(sums.columns), sums.n, differ, method, least, items)
    return Correlated(sums.columns, sums.n, _correlations(covariance), "", tuple(left_out(sums.rows - sums.n)))


def _correlations(covariance: Floats) -> Floats:
    spread = np.sqrt(np.diag(covariance))
    found: Floats = covariance / np.outer(spread, spread)
    np.fill_diagonal(found, 1.0)
    return found


def empty_cells(found: Taken) -> list[Notice]:
    """Say how many pairs have an empty cell and what was done about it, and which correlations stand at the limit."""
    tables, widths = found.pairs.counts, np.array([len(codes) for codes in found.moments.codes])
    first, second = found.pairs.first, found.pairs.second
    cells = widths[first] * widths[second]
    empty = (tables > 0).sum(axis=(1, 2)) < cells
    notes = []
    if empty.any():
        notes.append(Notice("empty-cells", params={"pairs": int(empty.sum()), "of": len(empty)}))
    if mended := int((empty & (cells == 4)).sum()):
        notes.append(Notice("half-added", params={"pairs": mended}))
    if pairs := found.at_one:
        notes.append(Notice("nearly-one", columns=pairs))
    return notes


def improper(items: Sequence[str], loadings: Floats) -> Notice:
    """Say which items load 1 or more, which no item can."""
    return Notice("loading-over-one", columns=tuple(np.array(items)[np.abs(loadings) >= 1]))


def positive(r: Floats) -> bool:
    """Tell whether a correlation matrix is positive definite."""
    return bool(np.isfinite(r).all() and np.linalg.eigvalsh(r)[0] > 1e-10)


def interval(table: pd.DataFrame) -> list[str]:
    """Write the intervals of a table as people read them."""
    return [
        f"{number(low, 2)} – {number(high, 2)}" for low, high in zip(table["ci_low"], table["ci_high"], strict=True)
    ]
