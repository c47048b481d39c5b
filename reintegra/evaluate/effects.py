"""Effect sizes, each under its own name: what a difference is divided by decides what it means.

One group measured twice: ``dz`` by the SD of the changes; ``d_rm`` the same on the scale of one measurement; ``d_av``
by the mean of the two SDs; ``d_pre`` by the SD of the first. Two groups: ``d`` by the pooled SD. Two groups measured
twice: ``d_ppc2``, the difference of the changes by the pooled SD of the first. ``g`` for ``d``: Hedges' correction.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from ..core.errors import DataError, Notice
from ..core.results import checked_level
from .design import left_out_note, numbers
from .estimates import Estimates, Floats, estimate_table

Values: TypeAlias = np.ndarray[Any, Any] | pd.Series | Sequence[float]


@dataclass(frozen=True, eq=False)
class EffectSizes(Estimates):
    """Effect sizes, one a row, after the raw difference they are made of (the row the sentence is about)."""


def paired_effects(first: Values, second: Values, *, level: float = 0.95) -> EffectSizes:
    """Return the effect sizes of a change in one group: a change, not an effect of anything.

    Parameters
    ----------
    first, second : Series (people), or arrays of one length
        Scores in their own unit; Series are matched by index. People with only one of them are left out.
    level : float between 0 and 1
        Coverage of the intervals.

    Returns
    -------
    EffectSizes
        Rows: mean_change (in points, with t test), dz, gz, d_av, g_av, d_rm, g_rm, d_pre, g_pre (in SDs). Intervals of
        dz are exact (non-central t), those of d_rm are dz's with r taken as known, the others are large-sample ones.

    Raises
    ------
    DataError
        Fewer than three pairs; infinite values; no spread in the changes or the scores.

    Source
    ------
    Lakens (2013), Frontiers in Psychology 4, 863 (dz, d_av, d_rm); Becker (1988), British Journal of Mathematical and
    Statistical Psychology 41, 257-278 (d_pre); Bonett (2008), Psychological Methods 13, 99-109 (interval of d_av).
    """
    x, y, notes = _pairs(first, second)
    n = len(x)
    change = y - x
    r = float(np.corrcoef(x, y)[0, 1])
    s1, s2, sd, mean = (float(part) for part in (x.std(ddof=1), y.std(ddof=1), change.std(ddof=1), change.mean()))
    dz, exact, average = mean / sd, hedges(n - 1), (s1 + s2) / 2
    low, high = (bound / math.sqrt(n) for bound in noncentral_t(mean / sd * math.sqrt(n), n - 1, level))
    one = math.sqrt(2 * (1 - r))  # from the SD of changes to that of one measurement, where both SDs are alike
    d_av, d_pre = mean / average, mean / s1
    of_average = (s1**2 + s2**2 + 2 * r**2 * s1 * s2) / (8 * (n - 1))  # the variance of the mean of the two SDs
    se_av = math.sqrt(sd**2 / n + d_av**2 * of_average) / average
    se_pre = math.sqrt(2 * (1 - r) / n + (exact * d_pre) ** 2 / (2 * n))
    rows = [
        ("dz", dz, math.nan, low, high),
        ("gz", exact * dz, math.nan, exact * low, exact * high),
        *_normal("av", d_av, se_av, exact, level),
        ("d_rm", one * dz, math.nan, one * low, one * high),
        ("g_rm", exact * one * dz, math.nan, exact * one * low, exact * one * high),
        *_normal("pre", d_pre, se_pre / exact, exact, level),
    ]
    raw = estimate_table(["mean_change"], [mean, sd / math.sqrt(n), n - 1], n, level)
    return EffectSizes(_with(raw, rows, n), "", "paired_t", "mean_change", level, notes=notes)


def group_effects(treated: Values, control: Values, *, level: float = 0.95) -> EffectSizes:
    """Return the effect sizes of a difference between two groups measured once.

    Parameters
    ----------
    treated, control : Series or arrays (people)
        Scores in their own unit, one group each; blanks are left out.
    level : float between 0 and 1
        Coverage of the intervals.

    Returns
    -------
    EffectSizes
        Rows: mean_difference (treated less control, in points, with Welch's t test), d, g (in pooled SDs, exact
        intervals), cliffs_delta (-1 to 1: how much more often the treated one of a pair is higher).

    Raises
    ------
    DataError
        Fewer than three people in a group; infinite values; no spread.

    Source
    ------
    Hedges (1981), Journal of Educational Statistics 6, 107-128; Feng & Cliff (2004), Journal of Modern Applied
    Statistical Methods 3, 322-332 (interval of Cliff's delta).
    """
    (x, out_x), (y, out_y) = _values(treated, 3), _values(control, 3)
    n1, n0 = len(x), len(y)
    n, freedom = n1 + n0, n1 + n0 - 2
    v1, v0 = float(x.var(ddof=1)) / n1, float(y.var(ddof=1)) / n0
    pooled = math.sqrt(((n1 - 1) * n1 * v1 + (n0 - 1) * n0 * v0) / freedom)
    if pooled == 0:
        raise DataError("no-variance", column=_name(treated))
    mean, scale, exact = float(x.mean() - y.mean()), math.sqrt(n1 * n0 / n), hedges(freedom)
    d = mean / pooled
    low, high = (bound / scale for bound in noncentral_t(d * scale, freedom, level))
    welch = (v1 + v0) ** 2 / (v1**2 / (n1 - 1) + v0**2 / (n0 - 1))
    rows = [
        ("d", d, math.nan, low, high),
        ("g", exact * d, math.nan, exact * low, exact * high),
        ("cliffs_delta", *_cliff(x, y, level)),
    ]
    raw = estimate_table(["mean_difference"], [mean, math.sqrt(v1 + v0), welch], n, level)
    notes = left_out_note(out_x + out_y, (_name(treated),))
    return EffectSizes(_with(raw, rows, n), "", "welch_t", "mean_difference", level, notes=notes)


def change_effects(
    treated: tuple[Values, Values], control: tuple[Values, Values], *, level: float = 0.95
) -> EffectSizes:
    """Return Morris' d_ppc2: how much more one group changed than another, in SDs of the first measurement.

    Parameters
    ----------
    treated, control : two Series or arrays (people) each
        First and second scores of a group in their own unit, matched as in `paired_effects`.
    level : float between 0 and 1
        Coverage of the intervals.

    Returns
    -------
    EffectSizes
        Rows: difference_of_changes (treated less control, in points, with Welch's t test), d_ppc2 (already corrected
        for small samples; interval by its variance in Morris' eq. 25).

    Raises
    ------
    DataError
        Fewer than three pairs in a group; infinite values; no spread.

    Source
    ------
    Morris (2008), Organizational Research Methods 11, 364-386.
    """
    (x1, y1, out1), (x0, y0, out0) = _pairs(*treated), _pairs(*control)
    n1, n0 = len(x1), len(x0)
    n, freedom = n1 + n0, n1 + n0 - 2
    mean = float((y1 - x1).mean() - (y0 - x0).mean())
    sd = math.sqrt(((n1 - 1) * x1.var(ddof=1) + (n0 - 1) * x0.var(ddof=1)) / freedom)
    correction = 1 - 3 / (4 * freedom - 1)
    d = correction * mean / sd
    covariances = [(len(x) - 1) * np.cov(x, y) for x, y in ((x1, y1), (x0, y0))]
    pooled = covariances[0] + covariances[1]
    r = float(pooled[0, 1] / math.sqrt(pooled[0, 0] * pooled[1, 1]))
    spread = 2 * (1 - r) * n / (n1 * n0)
    variance = correction**2 * spread * freedom / (freedom - 2) * (1 + d**2 / spread) - d**2
    v1, v0 = (float((y - x).var(ddof=1)) / len(x) for x, y in ((x1, y1), (x0, y0)))
    welch = (v1 + v0) ** 2 / (v1**2 / (n1 - 1) + v0**2 / (n0 - 1))
    raw = estimate_table(["difference_of_changes"], [mean, math.sqrt(v1 + v0), welch], n, level)
    reach = z_of(level) * math.sqrt(variance)
    table = _with(raw, [("d_ppc2", d, math.sqrt(variance), d - reach, d + reach)], n)
    return EffectSizes(table, "", "welch_t", "difference_of_changes", level, notes=(*out1, *out0))


def hedges(df: float) -> float:
    """Return Hedges' exact correction for a standardised difference with ``df`` degrees of freedom."""
    return math.exp(math.lgamma(df / 2) - math.log(math.sqrt(df / 2)) - math.lgamma((df - 1) / 2))


def noncentral_t(t: float, df: float, level: float) -> tuple[float, float]:
    """Return the non-centralities for which a t statistic is just no surprise (for one of thousands: the normal's)."""
    from scipy import optimize, special

    large = z_of(level) * math.sqrt(1 + t**2 / (2 * df))
    low, high = t - 2 * large - 1, t + 2 * large + 1

    def bound(probability: float) -> float:
        return float(optimize.brentq(lambda ncp: special.nctdtr(df, ncp, t) - probability, low, high, xtol=1e-12))

    if np.isnan(special.nctdtr(df, [low, high], t)).any():
        return t - large, t + large
    return bound((1 + level) / 2), bound((1 - level) / 2)


def z_of(level: float) -> float:
    """Return how many standard errors a normal interval reaches: 1.96 for .95."""
    from scipy.special import ndtri

    return float(ndtri((1 + checked_level(level)) / 2))


def _cliff(x: Floats, y: Floats, level: float) -> tuple[float, float, float, float]:
    """Return Cliff's delta, its standard error and interval, from how many of the others each person exceeds."""
    above, ties = _dominance(x, y)
    below, _ = _dominance(y, x)
    n1, n0, delta = len(x), len(y), float(above.mean())
    if abs(delta) == 1:  # everyone of the one group is above everyone of the other: nothing to tell an error
        return delta, math.nan, math.nan, math.nan
    squares = 1 - float(ties.mean()) - delta**2
    variance = (n0**2 * ((above - delta) ** 2).sum() + n1**2 * ((below + delta) ** 2).sum() - n1 * n0 * squares) / (
        n1 * n0 * (n1 - 1) * (n0 - 1)
    )
    variance = max(float(variance), (1 - delta**2) / (n1 * n0 - 1))
    z = z_of(level)
    middle, bottom = delta - delta**3, 1 - delta**2 + z**2 * variance
    reach = z * math.sqrt(variance) * math.sqrt((1 - delta**2) ** 2 + z**2 * variance)
    return delta, math.sqrt(variance), (middle - reach) / bottom, (middle + reach) / bottom


def _dominance(values: Floats, others: Floats) -> tuple[Floats, Floats]:
    """Return for each value the share of others below it less the share above, and the share equal to it."""
    ranked = np.sort(others)
    lower, not_higher = (np.searchsorted(ranked, values, side) for side in ("left", "right"))
    return (lower + not_higher) / len(others) - 1, (not_higher - lower) / len(others)


def _normal(name: str, d: float, se: float, exact: float, level: float) -> list[tuple[str, float, float, float, float]]:
    """Return the rows of d and g with a large-sample interval."""
    reach = z_of(level) * se
    return [
        (f"{kind}_{name}", k * d, k * se, k * (d - reach), k * (d + reach)) for kind, k in (("d", 1.0), ("g", exact))
    ]


def _with(raw: pd.DataFrame, rows: list[tuple[str, float, float, float, float]], n: int) -> pd.DataFrame:
    """Add effect sizes below the raw difference."""
    sizes = pd.DataFrame(rows, columns=["name", "estimate", "se", "ci_low", "ci_high"]).assign(n=n)
    return pd.concat([raw, sizes.reindex(columns=raw.columns).astype(raw.dtypes)], ignore_index=True)


def _pairs(first: Values, second: Values) -> tuple[Floats, Floats, tuple[Notice, ...]]:
    """Return the people with both scores, and say how many have only one."""
    if isinstance(first, pd.Series) and isinstance(second, pd.Series):
        for each in (first, second):
            if not each.index.is_unique:
                raise DataError("code-twice-a-wave", people=int(each.index.duplicated().sum()))
        first, second = first.align(second, join="outer")
    x, y = (numbers(pd.Series(part)) for part in (first, second))
    if len(x) != len(y):
        raise DataError("lengths-differ", first=len(x), second=len(y))
    both = ~(np.isnan(x) | np.isnan(y))
    any_score = ~(np.isnan(x) & np.isnan(y))
    x, y = x[both], y[both]
    if len(x) < 3:
        raise DataError("too-few-rows", rows=len(x), parameters=2)
    for values, of in ((x, first), (y, second), (y - x, second)):
        if np.ptp(values) <= 1e-12 * np.abs(values).max():
            raise DataError("no-variance", column=_name(of))
    return x, y, left_out_note(int((any_score & ~both).sum()), (_name(first), _name(second)))


def _values(column: Values, least: int) -> tuple[Floats, int]:
    """Return the numbers of one group and how many are blank."""
    values = numbers(pd.Series(column))
    there = values[~np.isnan(values)]
    if len(there) < least:
        raise DataError("too-few-rows", rows=len(there), parameters=least - 1)
    return there, len(values) - len(there)


def _name(column: Any) -> str:
    """Return the heading of a column, a dash for an array."""
    return str(getattr(column, "name", None) or "–")
