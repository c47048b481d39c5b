"""Samples drawn again for agreement: people get other weights, and what happened not to occur gets a half.

A plain bootstrap of 40 people in whom two coders never differed says that they never will. So half a person is added
for every category that all coders name together, and half a person in whom they differ; a person counts 1, however
often he was asked. docs/decisions/0024-half-for-what-did-not-occur.md
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..core.coded import Floats
from ..core.results import checked_draws
from .coincidences import Sums

BLOCK = 2_000_000
LEAST_DRAWS = 100
HALF, MOST_HALVES = 0.5, 5


def checked_samples(draws: int, least: int) -> int:
    """Return how many samples are drawn, or refuse a number that gives no limits; none where ``least`` allows it."""
    return 0 if draws == least == 0 else checked_draws(draws, LEAST_DRAWS)


def halves(q: int) -> Floats:
    """Return what is added for each of q categories all agree on, and for differing; of many categories 2.5 in all."""
    return np.append(np.full(q, HALF * min(1, MOST_HALVES / q)), HALF)


def drawn_weights(shape: Floats, draws: int, seed: int) -> Iterator[Floats]:
    """Yield Dirichlet weights before they are scaled, in blocks (draws x kinds); ``shape`` counts each kind."""
    rng = np.random.default_rng(seed)
    step = max(1, BLOCK // len(shape))
    for start in range(0, draws, step):
        yield rng.standard_gamma(shape, (min(step, draws - start), len(shape)))


def limits(drawn: Floats, level: float) -> tuple[float, float]:
    """Return the limits of a coefficient among its draws."""
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def differing(coders: Any) -> Any:
    """Return the share of pairs of coders who differ where they differ at all, any split being as likely as another."""
    return (coders + 1) / (3 * (coders - 1))


def unseen(q: int, coders: int, columns: int | None) -> Sums:
    """Return the units that get a half each: everyone names one category, q times, and everyone differs.

    ``columns``: how many coders there are, of whom ``coders`` rated a unit; None where only counts are known.
    """
    share = np.vstack([np.eye(q), np.full((1, q), 1 / q)])
    pairs = share[:, :, None] * np.eye(q)
    if q > 1:
        apart = differing(coders)
        pairs[q] = np.where(np.eye(q) > 0, (1 - apart) / q, apart / (q * (q - 1)))
    ones = np.ones(q + 1)
    said = None if columns is None else np.repeat(share[:, None], columns, axis=1) * coders / columns
    return Sums(pairs, ones, ones, share, coders * pairs, said)
