"""What an analysis of dimensions is given: who is left out, which answers nobody gave, and whether there are enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

import numpy as np
import pandas as pd

from ..core.coded import Block, Codes, Floats, coded, declared
from ..core.errors import DataError, Notice
from ..core.language import listed, number, say
from ..core.moments import Moments
from ..instruments import status_line
from ..intake import Responses
from .bivariate import LIMIT, Pairs, polychorics
from .scales import Scale, scale_of

Rows: TypeAlias = Responses | Scale | pd.DataFrame
Data: TypeAlias = Rows | Moments
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
        covariance = self.moments.covariance
        spread = np.sqrt(np.diag(covariance))
        found: Floats = covariance / np.outer(spread, spread)
        np.fill_diagonal(found, 1.0)
        return found

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
    data: Data, scale: str | None, codes: Declared, method: str, least: int, items: int = 2, complete: bool = True
) -> Taken:
    """Take the counts of the items that are meant; ``complete`` leaves out whoever left one of them blank.

    ``method`` names the text of what needs at least ``least`` people and ``items`` items.
    """
    if isinstance(data, Moments):
        if scale is not None:
            raise TypeError("scale: only with Responses; of a table take(items)")
        return _counted(data, "", method, least, items, complete)
    rows, status = rows_of(data, scale, codes)
    return _counted(rows.moments, status, method, least, items, complete)


def taken_rows(rows: Scale, status: str, method: str, least: int, items: int) -> Taken:
    """Take the rows of the people without a blank, for what counts are not enough for."""
    block = rows.block[(rows.block != 0).all(axis=1)]
    found = _counted(rows.moments, status, method, least, items, True)
    place = np.empty_like(block)
    for column, (own, used) in enumerate(zip(rows.codes, found.moments.codes, strict=True)):
        lookup = np.array([0, *np.cumsum(np.isin(own, used))], dtype=np.int64) - 1
        place[:, column] = lookup[block[:, column]]
    return Taken(found.moments, status, found.notes, place)


def rows_of(data: Data, scale: str | None, codes: Declared) -> tuple[Scale, str]:
    """Return the answers as they count, with the line of status of their instrument."""
    if isinstance(data, Responses):
        return scale_of(data, scale), status_line(data.instrument)
    if scale is not None:
        raise TypeError("scale: only with Responses; of a frame take its columns")
    if isinstance(data, Scale):
        return data, ""
    if isinstance(data, Moments):
        raise DataError("needs-rows")
    names = [str(name) for name in data.columns]
    allowed: Codes = declared(data, list(data.columns), codes)
    return Scale(tuple(names), allowed, coded(data, list(data.columns), allowed)), ""


def _counted(whole: Moments, status: str, method: str, least: int, items: int, complete: bool) -> Taken:
    if len(whole.items) < items:
        raise DataError("too-few-items", items=len(whole.items), least=items)
    if nobody := [item for item, counts in zip(whole.items, whole.counts, strict=True) if not counts.any()]:
        raise DataError("nobody-answered", columns=listed(nobody))
    found = whole.complete if complete else whole
    n = int(found.n.min())
    if n < least:
        raise DataError("too-few-people", method=lambda: say("dimensions", f"method_{method}"), n=n, least=least)
    used = [counts > 0 for counts in found.counts]
    constant = [item for item, given in zip(found.items, used, strict=True) if given.sum() < 2]
    if constant:
        raise DataError("constant-item", columns=listed(constant))
    notes = []
    if out := whole.answered - n if complete else 0:
        notes.append(Notice("people-left-out", params={"people": out}))
    if unused := [item for item, given in zip(found.items, used, strict=True) if not given.all()]:
        notes.append(Notice("answers-unused", columns=tuple(unused)))
    every = np.concatenate(used)
    codes = tuple(
        tuple(code for code, was in zip(own, given, strict=True) if was)
        for own, given in zip(found.codes, used, strict=True)
    )
    burt = found.burt[np.ix_(every, every)]
    return Taken(Moments(found.items, codes, found.rows, found.answered, burt, burt), status, tuple(notes))


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
