"""What would have come out by chance: signs of sites turned, programmes dealt anew to sites or people."""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations, product
from math import comb
from typing import Any

import numpy as np

from .estimates import Floats

ENUMERATED = 12  # sites up to which all 2^G signs are tried
LISTED = 200_000  # ways to deal that are all tried; beyond, as many draws as asked for
SAME = 1e-10  # statistics closer than this are equal but for rounding


def signs(sites: int, draws: int, seed: int) -> Floats:
    """Return +1 and -1 for each site: all 2^G ways for up to 12 sites, else draws."""
    if sites <= ENUMERATED:
        return np.array(list(product((-1.0, 1.0), repeat=sites)))
    return np.random.default_rng(seed).choice([-1.0, 1.0], (draws, sites))


def wild_test(
    gram: Floats, moment: Floats, place: int, *, null: float, small: float, draws: int, seed: int
) -> tuple[float, float, int]:
    """Return t of one coefficient, the share of sign changes with as large a |t|, and how many were tried.

    Residuals are those of the model in which the coefficient is ``null``; ``small`` is the factor of the variance.
    """
    k = moment.shape[1]
    others = [i for i in range(k) if i != place]
    bread = np.linalg.inv(gram.sum(axis=0))
    row = bread[place]
    restricted = np.zeros(k)
    restricted[place] = null
    right = (moment - gram[:, :, place] * null).sum(axis=0)[others]
    restricted[others] = np.linalg.solve(gram.sum(axis=0)[np.ix_(others, others)], right)
    residual = moment - gram @ restricted
    turned = signs(len(gram), draws, seed)
    moved = turned @ (residual @ bread)  # what the estimates of each draw are away from the restricted ones
    own = turned * (residual @ row) - moved @ np.einsum("gij,j->ig", gram, row)
    with np.errstate(invalid="ignore", divide="ignore"):
        drawn = moved[:, place] / np.sqrt(small * (own**2).sum(axis=1))
    estimate = bread @ moment.sum(axis=0)
    shares = (moment - gram @ estimate) @ row
    observed = (estimate[place] - null) / np.sqrt(small * (shares**2).sum())
    as_large = ~(np.abs(drawn) < abs(observed) - SAME)
    return float(observed), share_of(as_large, len(gram) <= ENUMERATED), len(turned)


def share_of(as_large: Any, everything: bool) -> float:
    """Return the p-value: a share of all ways, or of the draws and what was observed."""
    count = int(np.count_nonzero(as_large))
    return count / len(as_large) if everything else (count + 1) / (len(as_large) + 1)


Deals = np.ndarray[Any, np.dtype[np.bool_]]


def deals(units: int, treated: int, draws: int, seed: int) -> tuple[Deals, bool]:
    """Return ways to deal a programme to some of the units, one a row, and whether they are all there are."""
    if comb(units, treated) <= LISTED:
        return _all_deals(units, treated), True
    order = np.random.default_rng(seed).random((draws, units)).argpartition(treated, axis=1)[:, :treated]
    return _rows(order, units), False


@lru_cache(maxsize=8)
def _all_deals(units: int, treated: int) -> Deals:
    return _rows(np.array(list(combinations(range(units), treated))), units)


def _rows(chosen: Floats, units: int) -> Deals:
    """Return rows that are true at the places chosen; they cannot be written to."""
    made = np.zeros((len(chosen), units), dtype=bool)
    np.put_along_axis(made, chosen, True, axis=1)
    made.setflags(write=False)
    return made


def deal_test(values: Floats, treated: Any, draws: int, seed: int) -> tuple[float, float, int]:
    """Return a difference of means, the share of deals with as large a one, and how many deals were tried."""
    treated = np.asarray(treated, dtype=bool)
    count, size = int(treated.sum()), len(treated)
    observed = float(values[treated].mean() - values[~treated].mean())
    made, everything = deals(size, count, draws, seed)
    sums = made @ values
    differences = sums / count - (values.sum() - sums) / (size - count)
    scale = SAME * max(1.0, float(np.abs(values).max()))
    return observed, share_of(np.abs(differences) >= abs(observed) - scale, everything), len(made)


def smallest_deal_p(first: int, second: int) -> float:
    """Return the smallest two-sided p that dealing a programme to ``first`` of ``first + second`` units can give."""
    return (2 if first == second else 1) / comb(first + second, first)
