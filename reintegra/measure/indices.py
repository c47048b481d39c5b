"""Indices of how a questionnaire was filled in, one number a person; higher is always more suspicious.

NaN stands where an index cannot be worked out for a person; `Unknown` says why it cannot be for anybody.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.coded import Floats
from ..core.moments import Moments
from ..instruments import Instrument
from ..intake import Block
from .describe import profile_scores

FEWEST_SCALES = 4
FEWEST_IN_COMMON = 20
FEWEST_PER_ITEM = 2
ROWS_AT_ONCE = 1_024


class Unknown(Exception):
    """An index that cannot be worked out for anybody; its argument is the key of the reason among the texts."""


def standing(block: Block, instrument: Instrument, *, turned: bool) -> Floats:
    """Return where each answer stands among the declared ones, 0 the lowest, 1 the highest; NaN for a blank."""
    found = np.empty(block.shape)
    for place, item in enumerate(instrument.items):
        steps = np.linspace(0, 1, len(item.answers))
        found[:, place] = np.array([np.nan, *(steps[::-1] if turned and item.reverse else steps)])[block[:, place]]
    return found


def runs(block: Block, instrument: Instrument) -> tuple[Floats, Floats]:
    """Return the longest run of equal answers in the order of the items, and the longest over items that run both ways.

    A blank ends a run. The second is 0 where no run holds a reversed item and one that is not.
    """
    longest, mixed, length, before = (np.zeros(len(block), dtype=np.int64) for _ in range(4))
    ways = np.zeros(len(block), dtype=np.int64)  # bit 1: a plain item is in this run, bit 2: a reversed one
    for column, item in zip(block.T, instrument.items, strict=True):
        goes_on = (column == before) & (column != 0)
        length = np.where(goes_on, length + 1, column != 0)
        ways = np.where(goes_on, ways, 0) | (2 if item.reverse else 1)
        longest = np.maximum(longest, length)
        mixed = np.maximum(mixed, length * (ways == 3))
        before = column
    answered = (block != 0).any(axis=1)
    return np.where(answered, longest, np.nan), np.where(answered, mixed, np.nan)


def sameness(block: Block) -> Floats:
    """Return minus the standard deviation (n - 1) of a person's answers, in steps; 0 for one answer throughout."""
    steps = np.where(block != 0, block, np.nan)
    away, n = steps - _mean(steps)[:, None], np.count_nonzero(block, axis=1)
    spread: Floats = -np.sqrt(_share(np.nansum(away**2, axis=1), np.where(n > 1, n - 1, 0)))
    return spread


def contradiction(raw: Floats, instrument: Instrument) -> tuple[Floats, Floats]:
    """Return the share of the answered opposite pairs that a person agrees with on both sides, and how many those are.

    To agree is to answer above the middle of the declared answers.
    """
    place = {item: i for i, item in enumerate(instrument.item_names)}
    pairs = sorted({tuple(sorted((place[i.name], place[i.opposite_of]))) for i in instrument.items if i.opposite_of})
    if not pairs:
        raise Unknown("no_pairs")
    first, second = (raw[:, list(side)] for side in zip(*pairs, strict=True))
    answered = ~np.isnan(first + second)
    both = (first > 0.5) & (second > 0.5) & answered
    return _share(both.sum(axis=1), answered.sum(axis=1)), both.sum(axis=1).astype(float)


def acquiescence(raw: Floats, instrument: Instrument) -> Floats:
    """Return how high a person answers whatever is asked: the mean standing, plain and reversed items counted alike.

    What the items are about falls out, since they run both ways: 0.5 is neutral, 1 is "yes" to everything.
    """
    reverse = np.array([item.reverse for item in instrument.items])
    if reverse.all() or not reverse.any():
        raise Unknown("one_way")
    level: Floats = (_mean(raw[:, reverse]) + _mean(raw[:, ~reverse])) / 2
    return level


def even_odd(turned: Floats, instrument: Instrument) -> Floats:
    """Return minus the correlation, over a person's scales, of the odd items' mean and the even items', stepped up.

    Spearman and Brown's step, not below -1 before the sign is turned: as in careless::evenodd.
    """
    place = {item: i for i, item in enumerate(instrument.item_names)}
    scales = [[place[i] for i in s.items] for s in profile_scores(instrument) if len(s.items) > 1 and not s.either]
    if len(scales) < FEWEST_SCALES:
        raise Unknown("few_scales")
    odd, even = (np.stack([_mean(turned[:, items[half::2]]) for items in scales], axis=1) for half in (0, 1))
    there = ~np.isnan(odd + even)
    odd, even = np.where(there, odd, np.nan), np.where(there, even, np.nan)
    odd, even = odd - _mean(odd)[:, None], even - _mean(even)[:, None]
    spread = np.sqrt(np.nansum(odd**2, axis=1) * np.nansum(even**2, axis=1))
    known = (there.sum(axis=1) >= FEWEST_SCALES) & (spread > 1e-12)
    r = np.divide(np.nansum(odd * even, axis=1), spread, out=np.full(len(turned), np.nan), where=known)
    stepped = np.divide(2 * r, 1 + r, out=np.full(len(turned), -1.0), where=~(1 + r < 1e-12))
    found: Floats = -np.maximum(stepped, -1)
    return found


def mahalanobis(block: Block, instrument: Instrument) -> tuple[Floats, Floats]:
    """Return the squared distance of a person's answers from the mean of all, and how many answers it rests on.

    A person with blanks is measured over the items answered, at least half of them. Covariances are those of the pairs
    answered; an item that all answer alike says nothing and is left out.
    """
    codes = tuple(tuple(map(float, item.codes)) for item in instrument.items)
    moments = Moments.of_block(block, instrument.item_names, codes)
    if moments.answered < FEWEST_PER_ITEM * len(instrument.items):
        raise Unknown("few_people")
    covariance, means = moments.covariance, moments.means
    if np.isnan(covariance).any():
        raise Unknown("unknown_covariance")
    kept = np.flatnonzero(np.diagonal(covariance) > 0)
    covariance = covariance[np.ix_(kept, kept)]
    if not len(kept) or np.linalg.eigvalsh(covariance)[0] < 1e-9 * np.trace(covariance):
        raise Unknown("unknown_covariance")
    away = np.column_stack([np.array([means[i], *codes[i]])[block[:, i]] - means[i] for i in kept])
    blank = block[:, kept] == 0
    inverse = np.linalg.inv(covariance)
    pulled = away @ inverse
    distance, blanks = (pulled * away).sum(axis=1), blank.sum(axis=1)
    for count in np.unique(blanks[blanks > 0]):  # the inverse without those items: its own, less what goes through them
        rows = np.flatnonzero(blanks == count)
        out = np.nonzero(blank[rows])[1].reshape(len(rows), count)
        through = np.take_along_axis(pulled[rows], out, axis=1)[:, :, None]
        distance[rows] -= (through * np.linalg.solve(inverse[out[:, :, None], out[:, None]], through)).sum(axis=(1, 2))
    answered = len(kept) - blanks.astype(float)
    distance[2 * answered < len(kept)] = np.nan
    return distance, answered


def duplicate(block: Block, group: np.ndarray[Any, np.dtype[np.object_]]) -> Floats:
    """Return the largest share of answers equal to those of somebody else of the same group, over what both answered.

    At least 20 items; NaN for who has no group (None) or nobody to be compared with.
    """
    if block.shape[1] < FEWEST_IN_COMMON:
        raise Unknown("few_items")
    found = np.full(len(block), np.nan)
    members: dict[Any, list[int]] = {}
    for row, name in enumerate(group):
        if name is not None:
            members.setdefault(name, []).append(row)
    for rows in members.values():
        own = block[rows]
        bits = np.concatenate([own == code for code in range(1, int(own.max(initial=0)) + 1)], axis=1, dtype=np.float32)
        there = (own != 0).astype(np.float32)
        for start in range(0, len(rows), ROWS_AT_ONCE):
            stop = min(start + ROWS_AT_ONCE, len(rows))
            equal, common = bits[start:stop] @ bits.T, there[start:stop] @ there.T
            common[np.arange(stop - start), np.arange(start, stop)] = 0  # nobody is compared with himself
            share = np.where(common >= FEWEST_IN_COMMON, equal.astype(float) / np.maximum(common, 1), -1)
            best = share.max(axis=1)
            found[rows[start:stop]] = np.where(best < 0, np.nan, best)
    return found


def _share(part: Any, whole: Any) -> Floats:
    share: Floats = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
    return share


def _mean(values: Floats) -> Floats:
    """Return the mean of each row without its blanks; NaN where there are only blanks."""
    there = ~np.isnan(values)
    return _share(np.where(there, values, 0).sum(axis=1), there.sum(axis=1))
