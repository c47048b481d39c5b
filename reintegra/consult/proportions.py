"""Shares of talks with their intervals, and whether groups differ: people are the unit, however often they talked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float64]]
Places = np.ndarray[Any, np.dtype[np.intp]]

SMALL = 5  # expected people in a cell, under which a test is exact
TABLES = 200_000  # so many tables are enumerated
DRAWS = 9_999  # and beyond, so many drawn


def normal(level: float) -> float:
    """Return how many standard errors a normal interval reaches: 1.96 for .95."""
    from scipy.special import ndtri

    return float(ndtri((1 + level) / 2))


def wilson(share: float, n: float, z: float) -> tuple[float, float]:
    """Return Wilson's interval of a share of n people."""
    middle, root = 2 * n * share + z * z, z * math.sqrt(4 * n * share * (1 - share) + z * z)
    low, high = ((middle + sign * root) / (2 * (n + z * z)) for sign in (-1, 1))
    return (0.0 if share == 0 else low), (1.0 if share == 1 else high)


def share(y: Floats, person: Places, level: float) -> dict[str, Any]:
    """Return a share of talks as a row of a result table.

    One talk a person: Wilson. Else the error lets talks of one person be alike (CR1), and Wilson's interval is taken
    for the number of independent talks that would be as sure, with t for z.
    """
    n, people = len(y), len(np.unique(person))
    row: dict[str, Any] = {"estimate": math.nan, "se": math.nan, "df": math.nan}
    row |= {"ci_low": math.nan, "ci_high": math.nan, "n": n, "people": people, "voiced": int(y.sum()), "method": "none"}
    if not n:
        return row
    p = float(y.mean())
    row["estimate"] = p
    if people == n:
        low, high = wilson(p, n, normal(level))
        row |= {"se": math.sqrt(p * (1 - p) / n), "df": math.inf, "ci_low": low, "ci_high": high, "method": "wilson"}
    elif people > 1:
        from scipy.special import stdtrit

        variance = float(_clustered(y, np.zeros(n, dtype=np.intp), person)[1][0, 0])
        effective = min(p * (1 - p) / variance, n) if variance > 0 else people
        low, high = wilson(p, effective, float(stdtrit(people - 1, (1 + level) / 2)))
        row |= {"se": math.sqrt(variance), "df": people - 1.0, "ci_low": low, "ci_high": high, "method": "by_person"}
    return row


def difference(y: Floats, group: Places, person: Places, level: float) -> tuple[float, float, float]:
    """Return the share of the second group less that of the first, with its interval.

    One talk a person: Newcombe's interval from the two of Wilson. Else t, with the talks of a person alike.
    """
    shares, covariance = _clustered(y, group, person)
    found = float(shares[1] - shares[0])
    if len(np.unique(person)) == len(y):
        z = normal(level)
        n = np.bincount(group)
        (low0, high0), (low1, high1) = (wilson(float(p), float(k), z) for p, k in zip(shares, n, strict=True))
        down = math.hypot(shares[1] - low1, high0 - shares[0])
        up = math.hypot(high1 - shares[1], shares[0] - low0)
        return found, found - down, found + up
    from scipy.special import stdtrit

    variance = float(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])
    reach = float(stdtrit(len(np.unique(person)) - 1, (1 + level) / 2)) * math.sqrt(max(variance, 0.0))
    return (found, found - reach, found + reach) if reach > 0 else (found, math.nan, math.nan)


def test_of_groups(y: Floats, group: Places, person: Places) -> dict[str, Any]:
    """Test whether groups voice a theme alike: exactly where people are few, by person where they talked repeatedly."""
    from scipy import special

    row: dict[str, Any] = {"statistic": math.nan, "df": math.nan, "p_value": math.nan, "test": "none"}
    sizes = np.bincount(group)
    count, total = len(sizes), int(y.sum())
    if count < 2 or total in (0, len(y)):
        return row
    if len(np.unique(person)) == len(y):
        yes = np.bincount(group, weights=y)
        expected = sizes * (total / len(y))
        chi = float(((yes - expected) ** 2 / expected).sum() * len(y) / (len(y) - total))
        if min(expected.min(), (sizes - expected).min()) < SMALL:
            return row | {"p_value": exact(yes.astype(int), sizes), "test": "exact"}
        p = float(special.chdtrc(count - 1, chi))
        return row | {"statistic": chi, "df": count - 1.0, "p_value": p, "test": "chi_square"}
    shares, covariance = _clustered(y, group, person)
    apart = shares[1:] - shares[0]
    between = np.hstack([-np.ones((count - 1, 1)), np.eye(count - 1)])
    covariance = between @ covariance @ between.T
    people = len(np.unique(person))
    if people <= count or np.linalg.matrix_rank(covariance, hermitian=True) < count - 1:
        return row
    f = float(apart @ np.linalg.solve(covariance, apart)) / (count - 1)
    p = float(special.fdtrc(count - 1, people - 1, f))
    return row | {"statistic": f, "df": count - 1.0, "p_value": p, "test": "by_person"}


def exact(yes: Sequence[int] | Any, sizes: Sequence[int] | Any) -> float:
    """Return the Fisher-Freeman-Halton p-value: how likely are divisions no likelier than the one found.

    Where there are too many divisions to go through, as many as `DRAWS` are drawn (always the same ones).
    """
    from scipy.special import gammaln

    yes, sizes = np.asarray(yes, dtype=np.int64), np.asarray(sizes, dtype=np.int64)
    total = int(yes.sum())

    def weight(part: Any, size: Any) -> Any:
        return -gammaln(part + 1) - gammaln(size - part + 1)

    found = float(weight(yes, sizes).sum())
    ways = np.ones(1)
    for size in sizes:
        ways = np.convolve(ways, np.ones(int(size) + 1))[: total + 1]
    if ways[total] > TABLES:
        drawn = np.random.default_rng(0).multivariate_hypergeometric(sizes, total, size=DRAWS, method="marginals")
        as_far = weight(drawn, sizes).sum(axis=1) <= found + 1e-7
        return float((as_far.sum() + 1) / (DRAWS + 1))
    left, log = np.array([total]), np.zeros(1)
    after = int(sizes.sum())
    for size in sizes:
        after -= int(size)
        part = np.arange(size + 1)
        rest = left[:, None] - part
        kept = (rest >= 0) & (rest <= after)
        log = (log[:, None] + weight(part, size))[kept]
        left = rest[kept]
    chance = np.exp(log - log.max())
    return float(min(chance[log <= found + 1e-7].sum() / chance.sum(), 1.0))


def adjusted(p_values: Floats) -> Floats:
    """Return Benjamini and Hochberg's p-values; NaN stays NaN and is not counted."""
    from scipy import stats

    p = np.asarray(p_values, dtype=float)
    made = np.full(len(p), np.nan)
    there = ~np.isnan(p)
    if there.any():
        made[there] = stats.false_discovery_control(p[there])
    return made


def _clustered(y: Floats, group: Places, person: Places) -> tuple[Floats, Floats]:
    """Return the share of each group and their covariance, with talks of one person alike (CR1)."""
    sizes = np.bincount(group)
    shares = np.bincount(group, weights=y) / sizes
    cluster = np.unique(person, return_inverse=True)[1]
    people, n = int(cluster.max()) + 1, len(y)
    score = np.zeros((people, len(sizes)))
    np.add.at(score, (cluster, group), y - shares[group])
    score = score / sizes
    small = people / max(people - 1, 1) * (n - 1) / max(n - len(sizes), 1)
    return shares, small * (score.T @ score)
