"""People who joined and people who did not, made alike by weights; and how sure the weighted difference is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..core.errors import DataError, Notice
from ..core.language import number, say
from ..core.results import Result
from .balancing import enough, entropy_weights, logit
from .design import known, left_out_note, matrix, numbers, two_groups, with_blanks
from .estimates import Estimates, Floats, chosen, estimate_table, one_of
from .jackknife import site_jackknife

ESTIMANDS = ("att", "ate", "overlap")
METHODS = ("entropy", "propensity")
ALIKE = 0.10  # standardised differences up to here count as balanced
EFFECTIVE = 30  # people an arm


@dataclass(frozen=True, eq=False)
class Weights(Result):
    """Weights that make two groups alike. Columns of ``table`` (balance): name, mean_treated, mean_control (both
    weighted), smd_before, smd_after.

    ``values`` holds a weight for each person, NaN for those left out for blanks; ``propensity`` the probability of
    joining (None for entropy balancing), ``group`` the programme of each person. ``effective_treated`` and
    ``effective_control`` say how many people of one weight the weighted ones are worth.
    """

    programme: str
    treated: str
    control: str
    estimand: str
    method: str
    covariates: tuple[str, ...]
    group: pd.Series[Any]
    values: pd.Series[float]
    propensity: pd.Series[float] | None
    effective_treated: float
    effective_control: float

    @property
    def sentence(self) -> str:
        before, after = (self.table[column].abs().max() for column in ("smd_before", "smd_after"))
        said = {"before": number(before, 2), "after": number(after, 2), "terms": f"{len(self.table)}"}
        said |= {"treated": number(self.effective_treated, 0), "control": number(self.effective_control, 0)}
        return say("evaluate", "weights", method=say("evaluate", f"method_{self.method}_{self.estimand}"), **said)

    def shown(self) -> pd.DataFrame:
        """Return the balance as people read it."""
        t = self.table
        columns = {say("evaluate", "head_trait"): t["name"]}
        for column, group in (("mean_treated", self.treated), ("mean_control", self.control)):
            columns[say("evaluate", "head_treated", group=group)] = t[column].map(lambda x: number(x, 2))
        for when in ("before", "after"):
            columns[say("evaluate", f"head_{when}")] = t[f"smd_{when}"].map(lambda x: number(x, 2))
        return pd.DataFrame(columns)

    @property
    def _labels(self) -> tuple[str, str]:
        return self.treated, self.control

    @property
    def overlap(self) -> pd.DataFrame:
        """Probabilities of joining of each group: n, lowest, q1, median, q3, highest, and the share outside the other's
        range.
        """
        if self.propensity is None:
            raise DataError("no-propensity")
        groups = {label: self.propensity[(self.group == label).to_numpy()].dropna() for label in self._labels}
        rows = []
        for label, other in zip(self._labels, self._labels[::-1], strict=True):
            own, range_of = groups[label], groups[other]
            outside = float(((own < range_of.min()) | (own > range_of.max())).mean())
            q = own.quantile([0, 0.25, 0.5, 0.75, 1]).to_numpy()
            rows.append((label, len(own), *q, outside))
        return pd.DataFrame(rows, columns=["name", "n", "lowest", "q1", "median", "q3", "highest", "outside"])


def balancing_weights(
    frame: pd.DataFrame,
    *,
    programme: str,
    covariates: Sequence[str],
    method: str = "entropy",
    estimand: str = "att",
) -> Weights:
    """Weigh people so that those of two programmes are alike in what was measured before.

    Nothing makes them alike in what was not measured.

    Parameters
    ----------
    frame : DataFrame (one row a person)
        Rows with a blank covariate are left out, and counted.
    programme : str
        Column with two programmes; the first in order is the one compared with.
    covariates : list of str
        Columns known before the programme: numbers, or words (one column for each level but the first).
    method : "entropy" or "propensity"
        Entropy balancing (the means of the covariates become equal), or a logistic model of who joined.
    estimand : "att", "ate" or "overlap"
        The effect on those who joined (weights 1 and e / (1 - e)), on everyone (1 / e and 1 / (1 - e)), or on those
        whose joining was open (1 - e and e): another question, not another opinion. Entropy balancing answers "att".

    Returns
    -------
    Weights
        A weight for each person (of controls: of sum n treated with "entropy"), and the balance before and after:
        differences of means in roots of the mean of the two unweighted variances.

    Raises
    ------
    DesignError
        Not two programmes.
    DataError
        A column is absent or infinite; covariates that tell perfectly who joined; means out of the controls' reach.

    Source
    ------
    Hainmueller (2012), Political Analysis 20, 25-46; Rosenbaum & Rubin (1983), Biometrika 70, 41-55; Li, Morgan &
    Zaslavsky (2018), Journal of the American Statistical Association 113, 390-400; Austin (2009), Statistics in
    Medicine 28, 3083-3107 (balance).
    """
    one_of("method", method, METHODS)
    one_of("estimand", estimand, ESTIMANDS if method == "propensity" else ("att",))
    labels, joined = two_groups(frame, programme)
    names, x, _ = matrix(frame, covariates)
    kept = ~np.isnan(x).any(axis=1)
    x, t = x[kept], joined[kept]
    enough(t, labels)
    chosen(None, names)
    propensity = None
    if method == "entropy":
        weights = np.ones(len(t))
        weights[t == 0] = t.sum() * entropy_weights(names, x[t == 0], x[t == 1].mean(axis=0))
    else:
        _, e = logit(names, x, t)
        weights = {
            "att": np.where(t == 1, 1, e / (1 - e)),
            "ate": np.where(t == 1, 1 / e, 1 / (1 - e)),
            "overlap": np.where(t == 1, 1 - e, e),
        }[estimand]
        propensity = _back(e, kept, frame.index)
    table = balance_table(names, x, t, weights)
    worth = [effective_sample_size(weights[t == group]) for group in (1, 0)]
    notes = list(left_out_note(int((~kept).sum()), with_blanks(frame, covariates)))
    if min(worth) < EFFECTIVE:
        notes.append(Notice("few-effective", params={"people": lambda: number(min(worth), 0), "least": EFFECTIVE}))
    apart = table.loc[table["smd_after"].abs() > ALIKE, "name"]
    if len(apart):
        notes.append(Notice("imbalance-left", columns=tuple(apart)))
    group = pd.Series(np.where(joined == 1, labels[1], labels[0]), index=frame.index)
    values = _back(weights, kept, frame.index)
    about = (programme, labels[1], labels[0], estimand, method, tuple(covariates), group, values, propensity)
    return Weights(table, "", *about, *worth, notes=tuple(notes))


def balance_table(names: Sequence[str], x: Floats, t: Floats, weights: Floats) -> pd.DataFrame:
    """Return the means of two groups and their standardised differences before and after weighting."""
    plain = np.ones(len(t))
    spread = np.sqrt((x[t == 1].var(axis=0, ddof=1) + x[t == 0].var(axis=0, ddof=1)) / 2)
    rows = {}
    for when, w in (("before", plain), ("after", weights)):
        treated, control = (np.average(x[t == group], axis=0, weights=w[t == group]) for group in (1, 0))
        difference = treated - control
        with np.errstate(invalid="ignore", divide="ignore"):
            rows[f"smd_{when}"] = np.where((spread == 0) & (difference == 0), 0.0, difference / spread)
    means = {"name": list(names), "mean_treated": treated, "mean_control": control}
    return pd.DataFrame({**means, **rows})


def effective_sample_size(weights: np.ndarray[Any, Any] | pd.Series | Sequence[float]) -> float:
    """Return how many people of one weight tell as much as these.

    Parameters
    ----------
    weights : array (people)
        Weights, known up to a factor.

    Returns
    -------
    float
        People.

    Raises
    ------
    Nothing.

    Source
    ------
    Kish (1965), Survey Sampling.
    """
    w = np.asarray(weights, dtype=float)
    return float(w.sum() ** 2 / (w**2).sum()) if w.any() else 0.0


def weighted_difference(
    frame: pd.DataFrame, weights: Weights, *, outcome: str, site: str | None = None, level: float = 0.95
) -> Estimates:
    """Compare two weighted groups.

    Parameters
    ----------
    frame : DataFrame (one row a person)
        The table the weights were made from; people with a blank outcome are left out.
    weights : Weights
        From `balancing_weights`.
    outcome : str
        Column of numbers in any unit.
    site : str, optional
        Column that names the site: then the standard error is the delete-one-site jackknife, the weights made anew each
        time, with t(sites - 1). Without it, it takes people as independent and the weights as known (HC0).
    level : float between 0 and 1
        Coverage of the interval.

    Returns
    -------
    Estimates
        One row: treated less control, in the unit of the outcome.

    Raises
    ------
    DataError
        A column is absent or holds words; nobody of a programme has the outcome; a site is blank.
    DesignError
        As `balancing_weights`.

    Source
    ------
    White (1980), Econometrica 48, 817-838; Efron & Tibshirani (1993), An Introduction to the Bootstrap, ch. 11.
    """
    known(frame, [outcome])
    if not frame.index.equals(weights.values.index):
        raise DataError("other-table", rows=len(frame), weights=len(weights.values))
    y, w, joined = _outcome(frame, weights, outcome)
    out = int((~np.isnan(weights.values.to_numpy()) & np.isnan(numbers(frame[outcome]))).sum())
    notes = (*weights.notes, *left_out_note(out, (outcome,)))
    value, se = _weighted(y, w, joined)
    found: tuple[float, float, float] = (value, se, math.inf)
    method = f"{weights.method}_{weights.estimand}"
    if site is not None:
        options = {"covariates": weights.covariates, "method": weights.method, "estimand": weights.estimand}

        def again(part: pd.DataFrame) -> float:
            made = balancing_weights(part, programme=weights.programme, **options)  # type: ignore[arg-type]
            return _weighted(*_outcome(part, made, outcome))[0]

        se, df, more = site_jackknife(frame, site, again, value)
        found, notes = (value, se, df), (*notes, *more)
    table = estimate_table([weights.programme], found, len(y), level)
    return Estimates(table, "", method, weights.programme, level, notes=notes)


def _outcome(frame: pd.DataFrame, weights: Weights, outcome: str) -> tuple[Floats, Floats, Floats]:
    """Return outcome, weight and group of the people who have both."""
    y, w = numbers(frame[outcome]), weights.values.to_numpy()
    there = ~(np.isnan(y) | np.isnan(w))
    joined = (weights.group == weights.treated).to_numpy(dtype=float)
    enough(joined[there], (weights.control, weights.treated))
    return y[there], w[there], joined[there]


def _weighted(y: Floats, w: Floats, t: Floats) -> tuple[float, float]:
    """Return the difference of two weighted means and its standard error, weights fixed."""
    means, variance = [], 0.0
    for group in (1, 0):
        own, values = w[t == group], y[t == group]
        means.append(float(np.average(values, weights=own)))
        variance += float((own**2 * (values - means[-1]) ** 2).sum() / own.sum() ** 2)
    return means[0] - means[1], math.sqrt(variance)


def _back(values: Floats, kept: Any, index: pd.Index[Any]) -> pd.Series[float]:
    """Return values of the people kept as a column of all, NaN for the others."""
    made = np.full(len(index), np.nan)
    made[kept] = values
    return pd.Series(made, index=index)
