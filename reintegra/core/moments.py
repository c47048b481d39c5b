"""Sums over people that add up: the Burt table of coded answers, the score table, and products of columns.

Each holds whole numbers wherever the data are whole, so that any split of the rows, over files, computers or units,
gives the same table after ``a + b``. What needs no more than these sums takes them instead of rows.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from .burt import count_pairs
from .coded import Block, Codes, Counts, Floats, coded, declared, numbers, pieces, places
from .errors import DataError
from .language import listed


@dataclass(frozen=True, eq=False)
class Moments:
    """The Burt table Z'Z of coded answers: how often each pair of answers to two items was given by one person.

    Z has one column a category of an item, items in order, categories rising as declared; a blank sets no bit.
    ``burt`` holds everyone, ``burt_complete`` those who left none of ``items`` blank. ``rows`` counts everyone who was
    looked at, ``answered`` those with any answer: people who answered nothing change ``rows`` only.

    Everything below is taken from the pairs who answered both items; ``.complete`` is the same over complete people.
    """

    items: tuple[str, ...]
    codes: Codes
    rows: int
    answered: int
    burt: Counts
    burt_complete: Counts

    @classmethod
    def of(
        cls,
        data: pd.DataFrame | Iterable[pd.DataFrame],
        items: Sequence[str] | None = None,
        codes: Sequence[float] | Mapping[str, Sequence[float]] | None = None,
    ) -> Moments:
        """Count a frame, or pieces of one.

        Parameters
        ----------
        data : DataFrame (people x columns), or several of them
            Codes as numbers, in columns of any type; NaN, None and NA are blanks.
        items : list of str, optional
            The columns to count; all of them by default.
        codes : list of numbers, or dict of item to list
            The declared answers. May be left out for one frame: then the values found, which is right for sums but
            leaves out an answer that nobody gave.

        Returns
        -------
        Moments
            Counts, int64.

        Raises
        ------
        DataError
            A column is absent, or holds a value that was not declared.

        Source
        ------
        Greenacre (1984), Theory and Applications of Correspondence Analysis, section 5.1.
        """
        first, frames = pieces(data, codes)
        names = tuple(first.columns if items is None else items)
        allowed = declared(first, names, codes)
        return reduce(operator.add, (cls.of_block(coded(frame, names, allowed), names, allowed) for frame in frames))

    @classmethod
    def of_block(cls, block: Block, items: Sequence[str], codes: Codes) -> Moments:
        """Count a block of positions among the codes (uint8, people x items, 0 for none): what `of` comes down to."""
        burt, complete = count_pairs(block, [len(values) + 1 for values in codes])
        answered = int(np.count_nonzero(block.max(axis=1, initial=0)))
        return cls(tuple(items), codes, len(block), answered, burt, complete)

    def __add__(self, other: Moments) -> Moments:
        if (self.items, self.codes) != (other.items, other.codes):
            raise DataError("tables-differ", first=listed(self.items), second=listed(other.items))
        return Moments(
            self.items,
            self.codes,
            self.rows + other.rows,
            self.answered + other.answered,
            self.burt + other.burt,
            self.burt_complete + other.burt_complete,
        )

    def __repr__(self) -> str:
        return f"Moments({len(self.items)} items, {self.rows} rows, {self.complete.rows} complete)"

    @cached_property
    def complete(self) -> Moments:
        """The same over the people who left none of the items blank."""
        n = 0
        if self.items:
            first = self._places[0]
            n = int(np.trace(self.burt_complete[first, first]))
        return Moments(self.items, self.codes, n, n, self.burt_complete, self.burt_complete)

    def take(self, items: Sequence[str]) -> Moments:
        """Return the table of some of the items; its complete people are still those complete on all of them here."""
        where = places(self.items, items)
        cells = [cell for i in where for cell in range(self._places[i].start, self._places[i].stop)]
        both = np.ix_(cells, cells)
        codes = tuple(self.codes[i] for i in where)
        return Moments(tuple(items), codes, self.rows, self.answered, self.burt[both], self.burt_complete[both])

    def pair(self, first: str, second: str) -> Counts:
        """Return the cross table of two items: categories of the first x categories of the second."""
        one, other = (self._places[place] for place in places(self.items, (first, second)))
        return self.burt[one, other]

    @cached_property
    def counts(self) -> tuple[Counts, ...]:
        """How often each category of each item was given."""
        diagonal = np.diagonal(self.burt)
        return tuple(diagonal[place] for place in self._places)

    @cached_property
    def n(self) -> Counts:
        """How many answered each pair of items (items x items); its diagonal: each item."""
        there = self._there
        n: Counts = there.T @ self.burt @ there
        return n

    @cached_property
    def means(self) -> Floats:
        """The mean of each item over all who answered it; NaN where nobody did."""
        with np.errstate(invalid="ignore"):
            means: Floats = np.diagonal(self._sums) / np.diagonal(self.n) + self._origin
        return means

    @cached_property
    def covariance(self) -> Floats:
        """Covariances (n - 1) of each pair of items over the people who answered both; NaN under two people."""
        weights = self._weights
        products = weights.T @ self.burt @ weights
        n, sums = self.n, self._sums
        with np.errstate(invalid="ignore", divide="ignore"):
            found: Floats = (n * products - sums * sums.T) / (n * (n - 1.0))
        found[n < 2] = np.nan
        return found

    @cached_property
    def _places(self) -> tuple[slice, ...]:
        edges = np.cumsum([0, *(len(values) for values in self.codes)]).tolist()
        return tuple(slice(a, b) for a, b in pairwise(edges))

    @cached_property
    def _there(self) -> Counts:
        """Which column of Z belongs to which item."""
        return np.repeat(np.eye(len(self.items), dtype=np.int64), [len(values) for values in self.codes], axis=0)

    @cached_property
    def _origin(self) -> Floats:
        """The lowest code of each item, from which sums are counted, so that they stay small."""
        return np.array([values[0] for values in self.codes])

    @cached_property
    def _weights(self) -> Any:
        """What each column of Z counts for its item, above the item's lowest code; whole where the codes are whole."""
        above = np.concatenate([np.subtract(values, values[0]) for values in self.codes])
        return self._there * (above.astype(np.int64) if (above == np.rint(above)).all() else above)[:, None]

    @cached_property
    def _sums(self) -> Any:
        """Sum of item i over the people who answered i and j."""
        return self._weights.T @ self.burt @ self._there


@dataclass(frozen=True, eq=False)
class ScoreTable:
    """Counts of complete people by group, raw score, item and category, from which Rasch models and DIF are worked out.

    The raw score is the sum of the positions of the answers, counted from 0. Where an item has fewer categories than
    another, the cells beyond its last one are 0.
    """

    items: tuple[str, ...]
    codes: Codes
    groups: tuple[str, ...]
    counts: Counts

    @classmethod
    def of(
        cls,
        data: pd.DataFrame | Iterable[pd.DataFrame],
        items: Sequence[str],
        codes: Sequence[float] | Mapping[str, Sequence[float]] | None = None,
        by: str | None = None,
    ) -> ScoreTable:
        """Count a frame, or pieces of one.

        Parameters
        ----------
        data : DataFrame (people x columns), or several of them
            Codes as numbers; people with a blank among ``items``, or without a group, are not counted.
        items : list of str
            The items of one scale, all in one direction.
        codes : list of numbers, or dict of item to list
            The declared answers; may be left out for one frame, as in `Moments.of`.
        by : str, optional
            The column that names the group of each person.

        Returns
        -------
        ScoreTable
            Counts, int64: groups x raw scores x items x categories.

        Raises
        ------
        DataError
            A column is absent, or holds a value that was not declared.

        Source
        ------
        Andersen (1995), in Fischer & Molenaar, Rasch Models, chapter 15.
        """
        first, frames = pieces(data, codes)
        names = tuple(items)
        allowed = declared(first, (*names, by) if by else names, codes, names)
        tables = (
            cls.of_block(coded(frame, names, allowed), names, allowed, frame[by] if by else None) for frame in frames
        )
        return reduce(operator.add, tables)

    @classmethod
    def of_block(cls, block: Block, items: Sequence[str], codes: Codes, group: Any = None) -> ScoreTable:
        """Count a block of positions among the codes; ``group`` holds one label a row."""
        labels = pd.Series("" if group is None else np.asarray(group, dtype=object), index=range(len(block)))
        whole = (block != 0).all(axis=1) & labels.notna().to_numpy()
        taken = np.asarray(block[whole], dtype=np.int64) - 1
        belongs, groups = pd.factorize(labels[whole].astype(str), sort=True)
        scores = sum(len(values) - 1 for values in codes) + 1
        widest = max(len(values) for values in codes)
        counts = np.zeros((len(groups), scores, len(codes), widest), dtype=np.int64)
        cell = belongs * scores + taken.sum(axis=1)
        for place in range(len(codes)):
            found = np.bincount(cell * widest + taken[:, place], minlength=len(groups) * scores * widest)
            counts[:, :, place] = found.reshape(len(groups), scores, widest)
        return cls(tuple(items), codes, tuple(groups), counts)

    def __add__(self, other: ScoreTable) -> ScoreTable:
        if (self.items, self.codes) != (other.items, other.codes):
            raise DataError("tables-differ", first=listed(self.items), second=listed(other.items))
        groups = tuple(sorted({*self.groups, *other.groups}))
        counts = np.zeros((len(groups), *self.counts.shape[1:]), dtype=np.int64)
        for table in (self, other):
            counts[[groups.index(group) for group in table.groups]] += table.counts
        return ScoreTable(self.items, self.codes, groups, counts)

    @property
    def people(self) -> Counts:
        """How many people have each raw score (groups x raw scores)."""
        people: Counts = self.counts[:, :, 0].sum(axis=2)
        return people


@dataclass(frozen=True, eq=False)
class Products:
    """Cross products of columns about a declared origin, with a leading column of ones.

    ``table`` is [1 x]'[1 x] with x = value - origin: its corner is the number of people, its first row the sums. It is
    int64 where all values were whole and the sums fit, float64 otherwise. ``rows`` counts everyone looked at; a person
    with a blank is left out of the table.
    """

    columns: tuple[str, ...]
    origin: tuple[float, ...]
    rows: int
    table: np.ndarray[Any, Any]

    @classmethod
    def of(
        cls,
        data: pd.DataFrame | Iterable[pd.DataFrame],
        columns: Sequence[str] | None = None,
        origin: Mapping[str, float] | None = None,
    ) -> Products:
        """Add up a frame, or pieces of one.

        Parameters
        ----------
        data : DataFrame (people x columns), or several of them
            Numbers of any unit; NaN, None and NA are blanks.
        columns : list of str, optional
            The columns; all of them by default.
        origin : dict of column to number, optional
            Where each column is counted from, the same for all pieces; 0 by default. A value near the mean keeps
            digits where the numbers are large.

        Returns
        -------
        Products
            Units: those of the columns, multiplied.

        Raises
        ------
        DataError
            A column is absent or holds something that is no number.

        Source
        ------
        Chan, Golub & LeVeque (1983), American Statistician 37, 242-247.
        """
        first, frames = pieces(data, "none are needed")
        names = tuple(first.columns if columns is None else columns)
        start = tuple(float((origin or {}).get(name, 0)) for name in names)
        return reduce(operator.add, (cls._one(frame, names, start) for frame in frames))

    @classmethod
    def _one(cls, frame: pd.DataFrame, names: tuple[str, ...], origin: tuple[float, ...]) -> Products:
        values = numbers(frame, names) - np.array(origin)
        values = values[~np.isnan(values).any(axis=1)]
        x = np.column_stack([np.ones(len(values)), values])
        table = x.T @ x
        if (x == np.rint(x)).all() and np.abs(table).max(initial=0) < 2**53:
            table = table.astype(np.int64)
        return cls(names, origin, len(frame), table)

    def __add__(self, other: Products) -> Products:
        if (self.columns, self.origin) != (other.columns, other.origin):
            raise DataError("tables-differ", first=listed(self.columns), second=listed(other.columns))
        return Products(self.columns, self.origin, self.rows + other.rows, self.table + other.table)

    @property
    def n(self) -> int:
        """How many people are in the table."""
        return int(self.table[0, 0])

    @property
    def means(self) -> Floats:
        """The mean of each column; NaN where there is nobody."""
        with np.errstate(invalid="ignore", divide="ignore"):
            means: Floats = self.table[0, 1:] / self.table[0, 0] + np.array(self.origin)
        return means

    @property
    def covariance(self) -> Floats:
        """Covariances (n - 1) of the columns; NaN under two people."""
        n, sums = self.n, self.table[0, 1:]
        if n < 2:
            return np.full((len(self.columns),) * 2, np.nan)
        found: Floats = (self.table[1:, 1:] - np.outer(sums, sums) / n) / (n - 1)
        return found
