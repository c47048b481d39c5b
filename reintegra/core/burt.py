"""The counting behind the Burt table: which two answers were given by one person, over many people at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

from .coded import Block, Counts, Floats

ROWS_AT_ONCE = 262_144
MOST_PATTERNS = 256  # of one group of items: a key is a byte, and two groups make a table that stays in the cache


def count_pairs(block: Block, sizes: Sequence[int]) -> tuple[Counts, Counts]:
    """Return Z'Z over everyone, and over those without a blank; ``sizes`` are the numbers of answers with the blank.

    A few items together have few patterns of answers. So people are counted by the pattern of each two groups of
    items, with one more digit that tells those without a blank apart; then the patterns are spread over the categories.
    """
    groups = _groups(sizes)
    spreads = [_spread(tuple(sizes[item] for item in group)) for group in groups]
    edges = np.cumsum([0, *(spread.shape[1] for spread in spreads)]).tolist()
    places = [slice(a, b) for a, b in pairwise(edges)]
    tables = np.zeros((2, edges[-1], edges[-1]))
    kind = np.min_scalar_type(2 * max(map(len, spreads)) ** 2).type  # narrow keys are quicker
    for start in range(0, len(block), ROWS_AT_ONCE):
        part = block[start : start + ROWS_AT_ONCE]
        keys = [_key(part, group, sizes).astype(kind) for group in groups]
        blank = (part == 0).any(axis=1)
        for i, first in enumerate(spreads):
            flagged = keys[i] + blank * kind(len(first))
            for j, second in enumerate(spreads[i + 1 :], i + 1):
                counts = np.bincount(flagged * kind(len(second)) + keys[j], minlength=2 * len(first) * len(second))
                shaped = counts.reshape(2, len(first), len(second)).astype(np.float64)
                # in small pieces, which the linear algebra does at once instead of waking other threads
                spread = shaped.reshape(-1, sizes[groups[i][-1]], len(second)) @ second
                tables[:, places[i], places[j]] += first.T @ spread.reshape(2, len(first), -1)
                if j == i + 1:
                    tables[:, places[i], places[i]] += first.T @ (shaped.sum(axis=2)[:, :, None] * first)
                if j == i + 1 == len(groups) - 1:
                    tables[:, places[j], places[j]] += second.T @ (shaped.sum(axis=1)[:, :, None] * second)
    whole, rest = (np.rint(np.triu(table) + np.triu(table, 1).T).astype(np.int64) for table in tables)
    return whole + rest, whole


def _groups(sizes: Sequence[int]) -> list[list[int]]:
    """Return items in groups of at most 256 patterns; two groups at least, the last may be empty."""
    groups: list[list[int]] = [[]]
    patterns = 1
    for item, size in enumerate(sizes):
        if patterns * size > MOST_PATTERNS:
            groups.append([])
            patterns = 1
        groups[-1].append(item)
        patterns *= size
    return groups if len(groups) > 1 else [*groups, []]


@lru_cache(maxsize=64)
def _spread(sizes: tuple[int, ...]) -> Floats:
    """Return which categories each pattern of a group of items holds: patterns x categories, 1 or 0."""
    patterns = np.arange(int(np.prod(sizes, dtype=np.int64)))
    digits = np.unravel_index(patterns, sizes) if sizes else ()
    parts = [digit[:, None] == np.arange(1, size) for digit, size in zip(digits, sizes, strict=True)]
    return np.hstack([np.empty((len(patterns), 0)), *parts])


def _key(part: Block, group: Sequence[int], sizes: Sequence[int]) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return the number of the pattern each person has on a group of items."""
    key = np.zeros(len(part), dtype=np.uint8)  # a group has 256 patterns at most
    for item in group:
        key = key * np.uint8(sizes[item] % 256) + part[:, item]
    return key
