"""Several programmes compared with each other, none the more easily for being several; and whether two are alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..core.errors import DataError
from ..core.language import number, say
from ..core.results import Result
from .ancova import Ancova
from .estimates import Estimates, Floats, chosen, estimate_table, one_of, p_words, pairs_of

ADJUSTMENTS = ("tukey", "holm", "dunnett", "none")
POINTS = 50_000  # of the lattice rule behind Dunnett's p of many programmes; always the same ones


def contrasts(
    model: Ancova, *, adjust: str = "tukey", against: str | None = None, level: float = 0.95, term: str | None = None
) -> Estimates:
    """Compare programmes with each other, or each with one.

    Parameters
    ----------
    model : Ancova
        From `ancova`.
    adjust : "tukey", "holm", "dunnett" or "none"
        How p-values are kept honest: Tukey for all pairs, Dunnett for each against one, Holm for either. Tukey's and
        Dunnett's intervals hold together; with Holm and none each interval stands alone.
    against : str, optional
        The programme the others are compared with; without it all pairs ("dunnett": the first programme).
    level : float between 0 and 1
        Coverage of the intervals.
    term : str, optional
        The row the sentence is about; the last by default.

    Returns
    -------
    Estimates
        Rows "B - A" (the later programme less the earlier one), in the unit of the outcome.

    Raises
    ------
    DataError
        No such programme or adjustment; Tukey with ``against``.

    Source
    ------
    Kramer (1956), Biometrics 12, 307-310 (Tukey); Dunnett (1955), Journal of the American Statistical Association 50,
    1096-1121; Holm (1979), Scandinavian Journal of Statistics 6, 65-70.
    """
    one_of("adjust", adjust, ADJUSTMENTS if against is None else ADJUSTMENTS[1:])
    names = model.programmes
    pairs, labels = pairs_of(names, names[0] if adjust == "dunnett" and against is None else against)
    made = np.array([model.read_off[later] - model.read_off[earlier] for earlier, later in pairs])
    covariance = made @ model.covariance @ made.T
    se = np.sqrt(np.maximum(np.diag(covariance), 0))
    of_means = np.einsum("ij,jk,ik->i", model.read_off, model.covariance, model.read_off)
    se[se <= 1e-9 * np.sqrt(of_means.max())] = np.nan  # of two programmes in which everyone is alike: nothing to go by
    found = np.column_stack([made @ model.coefficients, se, np.full(len(se), model.df)])
    table = estimate_table(labels, found, int(model.means["n"].sum()), level)
    if adjust == "holm":
        table["p_value"] = holm(table["p_value"].to_numpy())
    elif adjust != "none":
        table = _together(table, covariance / np.outer(se, se), len(names), adjust, level)
    return Estimates(table, "", adjust, chosen(term, labels), level, notes=model.notes)


def _together(table: pd.DataFrame, correlation: Floats, programmes: int, adjust: str, level: float) -> pd.DataFrame:
    """Return the rows with p-values and intervals that hold for all of them together."""
    from scipy import optimize, stats

    t, df = np.abs(table["statistic"].to_numpy()), float(table["df"].iloc[0])
    if adjust == "tukey":
        p = stats.studentized_range.sf(t * np.sqrt(2), programmes, df)
        reach = float(stats.studentized_range.ppf(level, programmes, df)) / np.sqrt(2)
    else:

        def inside(limit: float) -> float:
            return all_within(limit, correlation, df)

        there = ~np.isnan(t)
        correlation = correlation[np.ix_(there, there)]
        p = np.array([1 - inside(value) if value == value else np.nan for value in t])
        reach = float(optimize.brentq(lambda limit: inside(limit) - level, 1e-3, 50, xtol=1e-6))
    half = reach * table["se"]
    return table.assign(p_value=p, ci_low=table["estimate"] - half, ci_high=table["estimate"] + half)


def all_within(limit: float, correlation: Floats, df: float) -> float:
    """Return the probability that t statistics with these correlations all lie within +-limit.

    With one common part z behind all correlations (always so for two or three comparisons with one programme, and for
    any number of independent means), it is Dunnett's integral over z and the common SD s; else a lattice rule.
    """
    from scipy import special, stats

    loading = _common_part(correlation)
    if loading is None:
        bound = np.full(len(correlation), limit)
        shape = stats.multivariate_t(None, correlation, df, allow_singular=True)
        return float(shape.cdf(bound, maxpts=POINTS, lower_limit=-bound, random_state=np.random.default_rng(0)))
    nodes, weights = np.polynomial.legendre.leggauss(200)
    low, high = np.sqrt(stats.chi2.ppf(1e-15, df) / df), np.sqrt(stats.chi2.isf(1e-15, df) / df)
    s, z = low + (high - low) * (nodes + 1) / 2, 8.5 * nodes
    density = (high - low) / 2 * weights * 2 * s * df * stats.chi2.pdf(s * s * df, df)
    normal = 8.5 * weights * np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
    left = np.sqrt(1 - loading**2)
    shift, reach = (loading * z[:, None] / left)[None], (limit * s[:, None] / left)[:, None]
    return float(density @ (special.ndtr(reach - shift) - special.ndtr(-reach - shift)).prod(axis=2) @ normal)


def _common_part(correlation: Floats) -> Floats | None:
    """Return loadings whose products are the correlations, or None where there are none."""
    if len(correlation) == 1:
        return np.zeros(1)
    first = correlation[0, 1]
    if len(correlation) > 2:
        first = correlation[0, 1] * correlation[0, 2] / correlation[1, 2]
    if not 0 < first < 1:
        return None
    loading = correlation[0] / np.sqrt(first)
    loading[0] = np.sqrt(first)
    apart = correlation - np.outer(loading, loading)
    np.fill_diagonal(apart, 0)
    return loading if np.abs(apart).max() < 1e-9 and (np.abs(loading) < 1).all() else None


def holm(p_values: np.ndarray[Any, Any] | pd.Series | Sequence[float]) -> Floats:
    """Return p-values that may all be read at once, by Holm's steps.

    Parameters
    ----------
    p_values : array
        Of several tests; NaN stays NaN and is not counted.

    Returns
    -------
    array
        In the same order, none above 1.

    Raises
    ------
    Nothing.

    Source
    ------
    Holm (1979), Scandinavian Journal of Statistics 6, 65-70.
    """
    p = np.asarray(p_values, dtype=float)
    made = np.full(len(p), np.nan)
    there = np.flatnonzero(~np.isnan(p))
    order = there[np.argsort(p[there], kind="stable")]
    made[order] = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(order), 0, -1)), 1)
    return made


@dataclass(frozen=True, eq=False)
class Equivalence(Result):
    """Whether two programmes are alike within a margin. Columns: name, estimate, se, df, margin, p_lower, p_upper,
    p_value (the larger of the two), ci_low, ci_high (of level 1 - 2 alpha), n.
    """

    alpha: float

    @property
    def alike(self) -> bool:
        """Both tests reject: the interval lies inside the margin."""
        return bool(self.table["p_value"].iloc[0] < self.alpha)

    @property
    def sentence(self) -> str:
        row = self.table.iloc[0]
        said = {"name": row["name"], "margin": number(row["margin"], 1), "p": p_words(row["p_value"])}
        said |= {"low": number(row["ci_low"], 2), "high": number(row["ci_high"], 2)}
        return say("evaluate", "alike" if self.alike else "not_shown_alike", **said)


def equivalence(found: Estimates, *, margin: float, term: str | None = None, alpha: float = 0.05) -> Equivalence:
    """Test whether a difference lies within a margin, by two one-sided tests: not the same as finding no difference.

    Parameters
    ----------
    found : Estimates
        Any comparison with standard errors and df, for example `contrasts` or `cluster_robust`.
    margin : float, above 0
        The largest difference that would not matter, in the unit of the outcome, fixed beforehand.
    term : str, optional
        The row; that of the sentence by default.
    alpha : float between 0 and 0.5
        Size of each test.

    Returns
    -------
    Equivalence
        One row.

    Raises
    ------
    DataError
        No such row; a margin that is not above 0.

    Source
    ------
    Schuirmann (1987), Journal of Pharmacokinetics and Biopharmaceutics 15, 657-680.
    """
    from scipy import stats

    if not margin > 0:
        raise DataError("margin-not-positive", margin=lambda: number(margin, 2))
    row = found.table.set_index("name").loc[chosen(term or found.term, list(found.table["name"]))]
    estimate, se, df = (float(row[column]) for column in ("estimate", "se", "df"))
    lower, upper = float(stats.t.sf((estimate + margin) / se, df)), float(stats.t.cdf((estimate - margin) / se, df))
    reach = float(stats.t.ppf(1 - alpha, df)) * se
    made = {"name": str(row.name), "estimate": estimate, "se": se, "df": df, "margin": margin, "p_lower": lower}
    made |= {"p_upper": upper, "p_value": max(lower, upper), "ci_low": estimate - reach, "ci_high": estimate + reach}
    return Equivalence(pd.DataFrame([{**made, "n": int(row["n"])}]), "", alpha, notes=found.notes)
