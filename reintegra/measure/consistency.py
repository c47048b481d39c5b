"""Reliability of one scale: alpha with its intervals, standardised and stratified alpha, omega total."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ..core.coded import Floats
from ..core.errors import DataError, Notice
from ..core.language import listed, number
from ..core.results import Estimate, checked_level
from ..core.text import shortened
from ..intake import Responses
from .gates import gate
from .items import item_notes
from .scales import scale_of
from .sheet import Items, Sheet, sheet

CEILING = 0.15
LARGEST_COMMUNALITY = 0.995


@dataclass(frozen=True)
class Alpha(Estimate):
    """Cronbach's alpha with two intervals; ``shown`` names the one in ``ci_low`` and ``ci_high``.

    ``left_out`` people had a blank; ``at_maximum`` is the share of people with the highest sum there is, NaN where
    rows were not given; ``standardised`` is alpha of the correlations, NaN where an item is constant.
    """

    items: int = 0
    left_out: int = 0
    standardised: float = math.nan
    shown: str = "feldt"
    feldt_low: float = math.nan
    feldt_high: float = math.nan
    robust_low: float = math.nan
    robust_high: float = math.nan
    n_effective: float = math.nan
    at_maximum: float = math.nan

    @property
    def table(self) -> pd.DataFrame:
        """Both intervals, the one that is shown first."""
        ends = {"feldt": (self.feldt_low, self.feldt_high), "robust": (self.robust_low, self.robust_high)}
        order = sorted(ends, key=lambda name: name != self.shown)
        rows = [{**self.row, "name": name, "ci_low": ends[name][0], "ci_high": ends[name][1]} for name in order]
        return pd.DataFrame(rows)


def alpha(items: Items, *, level: float = 0.95) -> Alpha:
    """Cronbach's alpha of a scale, with Feldt's interval and beside it a robust one.

    The robust interval is Feldt's with the number of people replaced by 1 + (n - 1) / max(1, q), where q is the ratio
    of alpha's distribution-free to its normal-theory variance. It is this project's own device; benchmarks/
    alpha_coverage.py simulates what it covers. It is the one shown where 15 % or more of the people have the highest
    sum there is.

    Parameters
    ----------
    items : DataFrame (respondents x items), Scale, Moments, or Responses of a questionnaire of one scale
        Item scores after reversal. A respondent with a blank item is left out, and the result says how many were. The
        robust interval needs rows; from Moments there is Feldt's only.
    level : float between 0 and 1
        Coverage of the interval.

    Returns
    -------
    Alpha
        No unit; 1 is perfect consistency, below 0 is possible.

    Raises
    ------
    DataError
        Fewer than two items, fewer than two complete respondents, an item nobody answered, no differences, answers to
        a questionnaire of several scales, or a level that is not between 0 and 1.

    Source
    ------
    Feldt, Woodruff & Salih (1987), Applied Psychological Measurement 11, 93-103. Variances of alpha: van Zyl,
    Neudecker & Nel (2000), Psychometrika 65, 271-280; Maydeu-Olivares, Coffman & Hartmann (2007), Psychological
    Methods 12, 157-176.
    """
    known = sheet(items)
    found = alpha_of(known, level)
    return replace(found, notes=(*found.notes, *known.notes))


def alpha_of(known: Sheet, level: float = 0.95) -> Alpha:
    """Return alpha of a sheet; see `alpha`."""
    value, k = coefficient(known.covariance), len(known.names)
    feldt = _feldt(value, known.n, k, level)
    notes = list(item_notes(known))
    n_effective, robust = math.nan, (math.nan, math.nan)
    if known.values is None:
        notes.append(Notice("robust-needs-rows"))
    else:
        n_effective = 1 + (known.n - 1) / max(1.0, _variance_ratio(known))
        robust = _feldt(value, n_effective, k, level)
    shown = "robust" if known.at_maximum >= CEILING else "feldt"
    if shown == "robust":
        notes.append(Notice("robust-shown", params={"share": lambda: number(100 * known.at_maximum, 0)}))
    low, high = robust if shown == "robust" else feldt
    with np.errstate(invalid="ignore", divide="ignore"):
        standardised = coefficient(known.correlation)
    return Alpha(
        "alpha", value, low, high, known.n, level=level, notes=tuple(notes), items=k, left_out=known.rows - known.n,
        standardised=standardised, shown=shown, feldt_low=feldt[0], feldt_high=feldt[1], robust_low=robust[0],
        robust_high=robust[1], n_effective=n_effective, at_maximum=known.at_maximum,
    )  # fmt: skip


def coefficient(covariance: Floats) -> float:
    """Return alpha of a covariance matrix."""
    k = len(covariance)
    return float(k / (k - 1) * (1 - np.trace(covariance) / covariance.sum()))


def _feldt(value: float, n: float, k: int, level: float) -> tuple[float, float]:
    from scipy.special import fdtri

    degrees = (n - 1, (n - 1) * (k - 1))
    tail = (1 - checked_level(level)) / 2
    return float(1 - (1 - value) * fdtri(*degrees, 1 - tail)), float(1 - (1 - value) * fdtri(*degrees, tail))


def _variance_ratio(known: Sheet) -> float:
    """Return how much larger the distribution-free variance of alpha is than the one of normal answers."""
    if known.values is None:
        return math.nan
    c, total = known.covariance, known.variance
    trace = float(np.trace(c))
    centred = known.values - known.means
    influence = trace / total * centred.sum(axis=1) ** 2 - (centred**2).sum(axis=1)
    normal = 2 * (total * float((c * c).sum() + trace**2) - 2 * trace * float((c @ c).sum())) / total
    return float(influence.var(ddof=1)) / normal if normal > 0 else 1.0


def stratified_alpha(items: Items, strata: Mapping[str, Sequence[str]]) -> Estimate:
    """Stratified alpha: the reliability of a sum of scales that measure different things.

    Parameters
    ----------
    items : DataFrame (respondents x items), Scale, Moments, or Responses
        All items after reversal; respondents with a blank are left out.
    strata : dict of name to list of items
        The scales of the sum.

    Returns
    -------
    Estimate
        No unit. No interval is given.

    Raises
    ------
    DataError
        As for `alpha`; a scale of fewer than two items, an item that is not there, or stands on two scales.

    Source
    ------
    Rajaratnam, Cronbach & Gleser (1965), Psychometrika 30, 39-56; Cronbach, Schönemann & McKie (1965).
    """
    groups = [[str(name) for name in names] for names in strata.values()]
    every = [name for names in groups for name in names]
    if twice := sorted({name for name in every if every.count(name) > 1}):
        raise DataError("item-in-two-strata", items=listed(map(shortened, twice)))
    known = sheet(scale_of(items) if isinstance(items, Responses) else items)
    if not every:
        raise DataError("too-few-items", items=0, least=2)
    known = known.take(every)
    error = 0.0
    for names in groups:
        if len(names) < 2:
            raise DataError("too-few-items", items=len(names), least=2)
        part = known.take(names).covariance
        error += float(part.sum()) - len(names) / (len(names) - 1) * float(part.sum() - np.trace(part))
    if known.variance <= 1e-12 * float(known.item_variance.sum()):
        raise DataError("nobody-differs", n=known.n)
    notes = (Notice("no-interval", params={"what": "stratified alpha"}), *known.notes)
    return Estimate("stratified alpha", 1 - error / known.variance, n=known.n, notes=notes)


def omega_total(items: Items) -> Estimate:
    """Omega total of one factor (minres): (sum of loadings)^2 / sum of correlations.

    Other omegas (hierarchical, from a confirmatory or ordinal model) give other numbers for the same answers.

    Parameters
    ----------
    items : DataFrame (respondents x items), Scale, Moments, or Responses of a questionnaire of one scale
        Three or more items after reversal; respondents with a blank are left out.

    Returns
    -------
    Estimate
        No unit. No interval is given.

    Raises
    ------
    DataError
        As for `alpha`; fewer than three items, fewer than 60 complete respondents, or a constant item.

    Source
    ------
    McDonald (1999), Test Theory, chapter 6; Harman & Jones (1966), Psychometrika 31, 351-368 (minres).
    """
    known = sheet(items)
    found = omega_of(known)
    return replace(found, notes=(*found.notes, *known.notes))


def omega_of(known: Sheet) -> Estimate:
    """Return omega total of a sheet; see `omega_total`."""
    if len(known.names) < 3:
        raise DataError("too-few-items", items=len(known.names), least=3)
    gate("omega", known.n)
    if constant := [name for name, variance in zip(known.names, known.item_variance, strict=True) if variance <= 0]:
        raise DataError("constant-item", columns=", ".join(constant))
    loadings = one_factor(known.correlation)
    notes = [Notice("which-omega")]
    if (np.abs(loadings) ** 2 >= LARGEST_COMMUNALITY - 1e-9).any():
        notes.append(Notice("heywood"))
    value = float(loadings.sum() ** 2 / known.correlation.sum())
    return Estimate("omega total (one factor, minres)", value, n=known.n, notes=tuple(notes))


def one_factor(correlation: Floats) -> Floats:
    """Return the loadings of one factor that leave the smallest residuals off the diagonal.

    Communalities stay at or below .995, as in R's psych. Each loading in turn is the best for the others (Harman &
    Jones), until none moves any more.
    """
    off = correlation - np.diag(np.diagonal(correlation))
    most = math.sqrt(LARGEST_COMMUNALITY)
    values, vectors = np.linalg.eigh(correlation)
    loadings = np.clip(vectors[:, -1] * math.sqrt(max(values[-1] / 2, 0.1)), -most, most)
    if loadings.sum() < 0:
        loadings = -loadings
    for _ in range(5_000):
        before = loadings.copy()
        for i in range(len(loadings)):
            others = float(loadings @ loadings - loadings[i] ** 2)
            loadings[i] = min(max(float(off[i] @ loadings) / others, -most), most) if others > 0 else 0.0
        if np.abs(loadings - before).max() < 1e-12:
            break
    return loadings
