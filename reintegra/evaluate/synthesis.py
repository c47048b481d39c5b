"""Several sites or studies put together: their mean, how much they differ, and what the next one may show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..core.errors import DataError, DesignError, Notice
from ..core.language import number, say
from ..core.results import checked_level
from .between import Weighted, reml_tau2, tau2_interval
from .design import known, numbers
from .estimates import Estimates, Floats, estimate_table


@dataclass(frozen=True, eq=False)
class Synthesis(Estimates):
    """The mean of several estimates (row "mean", Knapp and Hartung's interval) and how they differ.

    ``prediction``: where a further site would lie, t(k - 1). ``tau2``: variance between sites, with its Q-profile
    interval ``tau2_low``, ``tau2_high``; ``i2``: share of the variance of the estimates that it makes; ``q``, ``q_p``:
    Cochran's test. ``normal``: the mean with a normal interval, for comparison. ``sites``: name, estimate, se, weight
    (share). ``leave_one_out``: the mean without each site, and its tau2.
    """

    prediction: tuple[float, float]
    tau2: float
    tau2_low: float
    tau2_high: float
    i2: float
    q: float
    q_p: float
    normal: pd.DataFrame
    sites: pd.DataFrame
    leave_one_out: pd.DataFrame

    @property
    def sentence(self) -> str:
        if np.isnan(self.prediction).any():
            return super().sentence
        low, high = (number(limit, 2) for limit in self.prediction)
        return f"{super().sentence} {say('evaluate', 'prediction', low=low, high=high, sites=len(self.sites))}"


def synthesis(
    table: pd.DataFrame, *, estimate: str = "estimate", se: str = "se", name: str = "name", level: float = 0.95
) -> Synthesis:
    """Put estimates of several sites or studies together: REML, Knapp-Hartung, prediction interval.

    Parameters
    ----------
    table : DataFrame (one row a site), for example from `site_table`
        Rows with a blank are left out, and counted.
    estimate, se, name : str
        Columns of the estimates (all in one unit), of their standard errors, and of the names of the sites.
    level : float between 0 and 1
        Coverage of the intervals.

    Returns
    -------
    Synthesis
        In the unit of the estimates. Estimates that are all alike have no spread, and get no interval.

    Raises
    ------
    DataError
        A column is absent, holds words or infinite values; a standard error is not above 0.
    DesignError
        Fewer than two estimates.

    Source
    ------
    Viechtbauer (2005), Journal of Educational and Behavioral Statistics 30, 261-293 (REML); Knapp & Hartung (2003),
    Statistics in Medicine 22, 2693-2710; Higgins, Thompson & Spiegelhalter (2009), Journal of the Royal Statistical
    Society A 172, 137-159 (prediction, t(k - 1)); Viechtbauer (2007), Statistics in Medicine 26, 37-52 (Q-profile);
    Higgins & Thompson (2002), Statistics in Medicine 21, 1539-1558 (I2).
    """
    from scipy import stats

    level = checked_level(level)
    known(table, [estimate, se, name])
    y, errors = numbers(table[estimate]), numbers(table[se])
    there = ~(np.isnan(y) | np.isnan(errors))
    y, v = y[there], errors[there] ** 2
    names = [str(site) for site in table[name][there]]
    if not (errors[there] > 0).all():
        raise DataError("weights-not-positive", column=se, people=int((~(errors[there] > 0)).sum()))
    if len(y) < 2:
        raise DesignError("too-few-sites", sites=len(y), needed=2)
    fit = _fit(y, v)
    mean = float(fit.coefficients[0])
    kh = float(np.sqrt(fit.knapp_hartung[0, 0])) if fit.q > 1e-20 else np.nan  # all alike: no spread to go by
    equal = Weighted(y, v, fit.x, 0.0)
    low, high = tau2_interval(y, v, fit.x, level)
    reach = stats.t.ppf((1 + level) / 2, fit.df) * np.sqrt(kh**2 + fit.tau2)
    typical = fit.df / equal.trace
    sites = pd.DataFrame({"name": names, "estimate": y, "se": np.sqrt(v), "weight": fit.weights / fit.weights.sum()})
    rows = [(mean, kh, fit.df), (mean, float(np.sqrt(fit.bread[0, 0])), np.inf)]
    return Synthesis(
        estimate_table(["mean"], rows[0], len(y), level),
        "",
        "knapp_hartung",
        "mean",
        level,
        (float(mean - reach), float(mean + reach)),
        fit.tau2,
        low,
        high,
        fit.tau2 / (fit.tau2 + typical),
        equal.q,
        float(stats.chi2.sf(equal.q, fit.df)),
        estimate_table(["mean"], rows[1], len(y), level),
        sites,
        _without_each(names, y, v, level),
        notes=(Notice("sites-left-out", params={"sites": out}),) if (out := int((~there).sum())) else (),
    )


def _fit(y: Floats, v: Floats) -> Weighted:
    x = np.ones((len(y), 1))
    return Weighted(y, v, x, reml_tau2(y, v, x))


def _without_each(names: list[str], y: Floats, v: Floats, level: float) -> pd.DataFrame:
    """Return the mean without each site; nothing where only one would be left."""
    if len(y) < 3:
        return estimate_table([], np.empty((0, 3)), 0, level).assign(tau2=[])
    fits = [_fit(np.delete(y, i), np.delete(v, i)) for i in range(len(y))]
    rows = [(fit.coefficients[0], np.sqrt(fit.knapp_hartung[0, 0]), fit.df) for fit in fits]
    return estimate_table(names, rows, len(y) - 1, level).assign(tau2=[fit.tau2 for fit in fits])
