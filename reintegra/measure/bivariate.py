"""Ordered answers as cuts of correlated normals: probabilities and polychorics of all pairs of items at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.coded import Counts, Floats

FAR = 38.0  # a threshold beyond which a normal has no mass that a float could hold
LIMIT = 0.999
LEAST = 1e-13  # a cell less likely than this is lost to rounding
STEPS = 60


def normal_below(h: Any, k: Any, r: Any) -> Floats:
    """Return P(X <= h, Y <= k) of two standard normals with correlation r (abs(r) < 1).

    Source: Owen (1956), Annals of Mathematical Statistics 27, 1075-1090.
    """
    from scipy.special import ndtr, owens_t

    h, k = np.where(h == 0, 1e-250, h), np.where(k == 0, 1e-250, k)
    spread = np.sqrt((1 - r) * (1 + r))
    owen = owens_t(h, (k / h - r) / spread) + owens_t(k, (h / k - r) / spread)
    below: Floats = 0.5 * (ndtr(h) + ndtr(k)) - owen - np.where(np.signbit(h) != np.signbit(k), 0.5, 0.0)
    return below


@dataclass(frozen=True, eq=False)
class Pairs:
    """Every pair of items with its cross table, padded to the item with most categories.

    ``first`` and ``second`` are the items of each pair, ``counts`` its table (pairs x categories x categories),
    ``n`` how many answered each item, ``edges`` its thresholds (items x categories + 1, from -FAR to FAR), ``below``
    the share up to each.
    """

    first: Counts
    second: Counts
    counts: Floats
    n: Floats
    edges: Floats
    below: Floats

    @classmethod
    def of(cls, burt: Counts, widths: Sequence[int]) -> Pairs:
        """Cut a Burt table, in which every category was used, into the tables of its pairs."""
        from scipy.special import ndtri

        items, widest = len(widths), max(widths)
        cell = np.concatenate([place * widest + np.arange(width) for place, width in enumerate(widths)])
        padded = np.zeros((items * widest, items * widest))
        padded[np.ix_(cell, cell)] = burt
        tables = padded.reshape(items, widest, items, widest).transpose(0, 2, 1, 3)
        answers = np.einsum("iiaa->ia", tables)
        below = np.zeros((items, widest + 1))
        below[:, 1:] = answers.cumsum(axis=1) / answers.sum(axis=1, keepdims=True)
        first, second = np.triu_indices(items, 1)
        return cls(first, second, tables[first, second], answers.sum(axis=1), np.clip(ndtri(below), -FAR, FAR), below)

    def cells(self, r: Floats, which: Any = slice(None)) -> tuple[Floats, Floats, Floats]:
        """Return the probability of each cell of the pairs and its first and second derivative by r."""
        first, second = self.first[which], self.second[which]
        h, k = self.edges[first, 1:-1, None], self.edges[second, None, 1:-1]
        r = r[:, None, None]
        left = (1 - r) * (1 + r)
        square = h * h - 2 * r * h * k + k * k
        density = np.exp(-square / (2 * left)) / (2 * np.pi * np.sqrt(left))
        steeper = density * ((r + h * k) / left - r * square / left**2)
        size = self.counts.shape[1] + 1
        corners = np.zeros((3, len(first), size, size))
        corners[0, :, 1:-1, 1:-1] = normal_below(h, k, r)
        corners[0, :, -1], corners[0, :, :, -1] = self.below[second], self.below[first]
        corners[1, :, 1:-1, 1:-1], corners[2, :, 1:-1, 1:-1] = density, steeper
        inside = np.diff(np.diff(corners, axis=2), axis=3)
        return inside[0], inside[1], inside[2]


def polychorics(pairs: Pairs) -> Floats:
    """Return the two-step maximum likelihood correlation of each pair; NaN where nobody answered both.

    Newton's method on all pairs at once, inside a bracket that shrinks; where a step leaves it, the bracket is halved.
    As in lavaan, a 2 x 2 table with one empty cell gets half a person in it with the margins kept, two empty cells give
    1 or -1, and nothing is added to larger tables; the search ends at .999.

    Source: Olsson (1979), Psychometrika 44, 443-460.
    """
    counts = _mended(pairs)
    n = counts.sum(axis=(1, 2))
    r = _pearson(counts)
    low, high = np.full(len(r), -LIMIT), np.full(len(r), LIMIT)
    active = np.flatnonzero(n > 0)
    for _ in range(STEPS):
        seen = counts[active]
        p, slope, bend = pairs.cells(r[active], active)
        now = r[active]
        lost = (p < LEAST) & (seen > 0)  # far from the maximum, where the way back is the way to 0
        p = np.maximum(p, LEAST)
        ratio = np.where(lost, -np.sign(now)[:, None, None] / LEAST, slope / p)
        score = (seen * ratio).sum(axis=(1, 2))
        rate = (seen * (bend / p - ratio**2)).sum(axis=(1, 2))
        safe = (rate < 0) & ~lost.any(axis=(1, 2))
        step = np.divide(-score, rate, out=np.full_like(score, np.nan), where=safe)
        low[active] = np.where(score > 0, now, low[active])
        high[active] = np.where(score < 0, now, high[active])
        goal, middle = now + step, (low[active] + high[active]) / 2
        there = np.abs(step) < 1e-12
        inside = (goal > low[active]) & (goal < high[active])
        r[active] = np.where(there, now, np.where(inside, goal, middle))
        active = active[~there & (high[active] - low[active] > 1e-12)]
        if not len(active):
            break
    r[n == 0] = np.nan
    return _perfect(pairs, r)


def influence(pairs: Pairs, r: Floats) -> tuple[Floats, tuple[Floats, Floats]]:
    """Return what one person adds to the estimate of each pair's r, and the share of it that comes from thresholds.

    The first (pairs x categories x categories) is for people who answered both items; sums of its products over people
    are the covariances of the estimates. The second (pairs x categories, for either item) is to be taken off for those
    who answered only that one, who count in its thresholds.

    Source: Muthén (1984), Psychometrika 49, 115-132, with products of scores for the information.
    """
    from scipy.special import ndtr

    p, slope, _ = pairs.cells(r)
    p = np.maximum(p, LEAST)
    score = np.where(pairs.counts > 0, slope / p, 0.0)
    weight = pairs.counts * score / p
    information = (weight * slope).sum(axis=(1, 2))
    lower = np.tri(pairs.counts.shape[1]).T[:, :-1]  # [a, c]: category a lies below threshold c
    parts = []
    for own, other, table in ((pairs.first, pairs.second, weight), (pairs.second, pairs.first, weight.swapaxes(1, 2))):
        cut, along = pairs.edges[own, 1:-1, None], pairs.edges[other, None, :]
        given = np.diff(ndtr((along - r[:, None, None] * cut) / np.sqrt(1 - r**2)[:, None, None]), axis=2)
        pull = -(given * np.diff(table, axis=1)).sum(axis=2) / (pairs.n[own] * information)[:, None]
        parts.append(np.einsum("pc,pac->pa", pull, lower - pairs.below[own, None, 1:-1]))
    found = score / information[:, None, None] - parts[0][:, :, None] - parts[1][:, None, :]
    return found, (parts[0], parts[1])


def standard_errors(pairs: Pairs, r: Floats) -> Floats:
    """Return the standard error of each polychoric; NaN where it is at a limit. Blanks are allowed."""
    both, alone = influence(pairs, np.clip(np.nan_to_num(r), -LIMIT, LIMIT))
    n = pairs.counts.sum(axis=(1, 2))
    variance = (pairs.counts * both**2).sum(axis=(1, 2))
    for own, part, axis in ((pairs.first, alone[0], 2), (pairs.second, alone[1], 1)):
        answers = np.diff(pairs.below, axis=1) * pairs.n[:, None]
        variance += ((answers[own] - pairs.counts.sum(axis=axis)) * part**2).sum(axis=1)
    inside = (np.abs(r) < LIMIT) & (n > 1)
    found: Floats = np.sqrt(np.where(inside, variance * n / np.maximum(n - 1, 1), np.nan))
    return found


def covariances(pairs: Pairs, r: Floats, block: Any) -> Floats:
    """Return n times the covariance matrix of the polychorics of complete people, with n - 1 for n as lavaan does.

    ``block`` holds the people: positions among the categories that were used, counted from 0 (people x items).
    """
    table, _ = influence(pairs, r)
    every = np.arange(len(r))
    total = np.zeros((len(r), len(r)))
    for start in range(0, len(block), 4_096):
        part = block[start : start + 4_096]
        rows = table[every, part[:, pairs.first], part[:, pairs.second]]
        total += rows.T @ rows
    n = len(block)
    scaled: Floats = total * n * (n / (n - 1))
    return scaled


def _pearson(counts: Floats) -> Floats:
    """Return the correlation of the positions in each table, drawn in a little; 0 where there is none."""
    place = np.arange(counts.shape[1])
    n = np.maximum(counts.sum(axis=(1, 2)), 1)
    rows, columns = counts.sum(axis=2), counts.sum(axis=1)
    x, y = rows @ place / n, columns @ place / n
    both = np.einsum("pab,a,b->p", counts, place, place) / n - x * y
    spread = (rows @ place**2 / n - x * x) * (columns @ place**2 / n - y * y)
    r: Floats = np.divide(both, np.sqrt(spread), out=np.zeros_like(both), where=spread > 0)
    return np.clip(r, -0.95, 0.95)


def _small(pairs: Pairs) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Tell which tables are 2 x 2."""
    two = (pairs.edges[:, 1:-1] < FAR).sum(axis=1) == 1
    small: np.ndarray[Any, np.dtype[np.bool_]] = two[pairs.first] & two[pairs.second]
    return small


def _mended(pairs: Pairs) -> Floats:
    """Return the tables with half a person in the only empty cell of a 2 x 2 table, the margins kept."""
    counts = pairs.counts.copy()
    corner = counts[:, :2, :2]
    for at in np.flatnonzero(_small(pairs) & ((corner == 0).sum(axis=(1, 2)) == 1)):
        a, b = np.argwhere(corner[at] == 0)[0]
        sign = np.array([[0.5, -0.5], [-0.5, 0.5]])
        counts[at, :2, :2] += sign if a == b else -sign
    return counts


def _perfect(pairs: Pairs, r: Floats) -> Floats:
    """Return r with 1 or -1 where a 2 x 2 table has nobody off one diagonal."""
    corner = pairs.counts[:, :2, :2]
    one = _small(pairs) & ((corner == 0).sum(axis=(1, 2)) == 2) & (corner.sum(axis=(1, 2)) > 0)
    return np.where(one, np.where(corner[:, 0, 0] > 0, 1.0, -1.0), r)
