"""People lost on the way: what they might have scored, drawn several times, and how far that carries the result."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from inspect import signature
from typing import Any

import numpy as np
import pandas as pd

from ..core.errors import DataError
from ..core.language import listed, number, say
from ..core.results import Result, checked_draws
from .design import coded, is_number, known, numbers, two_groups
from .estimates import Estimates, estimate_table

Analysis = Callable[[pd.DataFrame], Estimates]


@dataclass(frozen=True, eq=False)
class Pooled(Estimates):
    """Estimates pooled over imputations. ``parts`` has for each name: within, between, total (variances), and missing,
    the share of what is to be known that the blanks took.
    """

    draws: int
    parts: pd.DataFrame


def rubin(
    estimates: np.ndarray[Any, Any] | Sequence[Any],
    variances: np.ndarray[Any, Any] | Sequence[Any],
    df_complete: float | Sequence[float] | np.ndarray[Any, Any] = math.inf,
) -> pd.DataFrame:
    """Pool estimates of several imputations by Rubin's rules, with Barnard and Rubin's degrees of freedom.

    Parameters
    ----------
    estimates, variances : arrays (imputations x names), or of one name
        Estimates and the squares of their standard errors.
    df_complete : float, or one a name
        Degrees of freedom if nothing were missing.

    Returns
    -------
    DataFrame
        One row a name: estimate, within, between, total (variances), df, missing (share of information).

    Raises
    ------
    DataError
        Fewer than two imputations; estimates and variances that are not as many.

    Source
    ------
    Rubin (1987), Multiple Imputation for Nonresponse in Surveys; Barnard & Rubin (1999), Biometrika 86, 948-955.
    """
    q, u = (np.atleast_2d(np.asarray(part, dtype=float).T).T for part in (estimates, variances))
    m = len(q)
    if m < 2:
        raise DataError("one-imputation", draws=m)
    if u.shape != q.shape:
        raise DataError("lengths-differ", first=q.size, second=u.size)
    within, between = u.mean(axis=0), q.var(axis=0, ddof=1)
    total = within + (1 + 1 / m) * between
    missing = (1 + 1 / m) * between / np.where(total > 0, total, 1)
    complete = np.broadcast_to(np.asarray(df_complete, dtype=float), missing.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        old = (m - 1) / missing**2
        whole = np.isinf(complete)
        finite = np.where(whole, 1.0, complete)
        observed = np.where(whole, np.inf, (finite + 1) / (finite + 3) * finite * (1 - missing))
        df = 1 / (1 / old + 1 / observed)
    parts = {"estimate": q.mean(axis=0), "within": within, "between": between, "total": total}
    return pd.DataFrame({**parts, "df": df, "missing": missing})


def pool(results: Sequence[Estimates]) -> Pooled:
    """Pool the results of one analysis of several imputed tables.

    Parameters
    ----------
    results : list of Estimates
        The same rows in each; their df are taken as those of complete data.

    Returns
    -------
    Pooled
        Rows as in the results.

    Raises
    ------
    DataError
        Fewer than two results.

    Source
    ------
    Rubin (1987), Multiple Imputation for Nonresponse in Surveys; Barnard & Rubin (1999), Biometrika 86, 948-955.
    """
    if len(results) < 2:
        raise DataError("one-imputation", draws=len(results))
    first = results[0]
    tables = [result.table for result in results]
    estimates, errors, df = (np.array([table[column] for table in tables]) for column in ("estimate", "se", "df"))
    parts = rubin(estimates, errors**2, df.mean(axis=0))
    names = list(first.table["name"])
    found = np.column_stack([parts["estimate"], np.sqrt(parts["total"]), parts["df"]])
    table = estimate_table(names, found, first.table["n"], first.level)
    shown = parts[["within", "between", "total", "missing"]].assign(name=names).set_index("name")
    return Pooled(table, "", "pooled", first.term, first.level, len(results), shown, notes=first.notes)


def impute(frame: pd.DataFrame, columns: Sequence[str], *, draws: int = 20, seed: int = 0) -> list[pd.DataFrame]:
    """Fill blanks several times with values of like people (chained equations, predictive mean matching).

    Right where, among people alike in ``columns``, being lost has nothing to do with what they would have scored (MAR).
    Name everything that goes with being lost: the programme, the site, the baseline, days to release.

    Parameters
    ----------
    frame : DataFrame (one row a person)
        Other columns are kept as they are.
    columns : list of str
        Columns to fill and to fill from: numbers with or without blanks, words without.
    draws : int
        How many filled tables.
    seed : int
        Of the draws; the same seed gives the same tables.

    Returns
    -------
    list of DataFrame
        As many tables as draws, without blanks in the columns of numbers.

    Raises
    ------
    DataError
        A column is absent; a column of words has blanks; a column of numbers has nothing else, or infinite values;
        a person has nothing in any of the columns.

    Source
    ------
    van Buuren & Groothuis-Oudshoorn (2011), Journal of Statistical Software 45(3); computed by statsmodels' MICEData.
    """
    from statsmodels.imputation.mice import MICEData

    checked_draws(draws)
    known(frame, columns)
    if not len(columns):
        raise DataError("too-few-items", items=0, least=1)
    parts: dict[str, Any] = {}
    own: dict[str, str] = {}
    for column in columns:
        if is_number(frame[column]):
            own[column] = f"c{len(parts)}"
            parts[own[column]] = numbers(frame[column])
            if np.isnan(parts[own[column]]).all():
                raise DataError("no-complete-rows", columns=column, rows=len(frame))
        else:
            if frame[column].isna().any():
                raise DataError("blank-in-column", column=column, people=int(frame[column].isna().sum()))
            levels, places = coded(frame[column])
            if len(levels) > len(frame) / 2:  # names or numbers as text: hardly two people are alike
                raise DataError("words-for-numbers", column=column)
            parts |= {f"c{len(parts) + i - 1}": (places == i).astype(float) for i in range(1, len(levels))}
    varying = pd.DataFrame(parts).loc[:, lambda table: (table.min() < table.max()) | table.isna().any()]
    if empty := int(varying.isna().all(axis=1).sum()):
        raise DataError("nothing-to-fill-from", columns=listed(columns), people=empty)
    if len(frame) < varying.shape[1] + 2:
        raise DataError("too-few-rows", rows=len(frame), parameters=varying.shape[1] + 1)
    blank = {column: name for column, name in own.items() if np.isnan(parts[name]).any()}
    seeded = {"rng": seed} if "rng" in signature(MICEData).parameters else {}
    before = np.random.get_state()  # noqa: NPY002 - statsmodels before 0.15 draws from numpy's global generator
    np.random.seed(seed)  # noqa: NPY002
    try:
        data = MICEData(varying, **seeded)
        made = []
        for _ in range(draws):
            data.update_all(5)
            filled = {column: data.data[name].to_numpy().copy() for column, name in blank.items()}
            made.append(frame.assign(**filled))
    finally:
        np.random.set_state(before)  # noqa: NPY002
    return made


@dataclass(frozen=True, eq=False)
class TippingPoint(Result):
    """How much worse those lost from a programme must have done for the result to change.

    Columns: delta (points taken from their imputed outcomes), estimate, se, df, statistic, p_value, ci_low, ci_high, n.
    ``tips_at`` is the first delta at which the interval no longer lies on its side of 0: 0 where it never did, NaN
    where none of the deltas does it. ``lost`` counts the people moved.
    """

    tips_at: float
    lost: int

    @property
    def sentence(self) -> str:
        if self.tips_at == 0:
            return say("evaluate", "tips_already")
        largest = number(float(self.table["delta"].abs().max()), 1)
        if math.isnan(self.tips_at):
            return say("evaluate", "tips_never", lost=self.lost, delta=largest)
        return say("evaluate", "tips_at", lost=self.lost, delta=number(self.tips_at, 1))


def tipping_point(
    frame: pd.DataFrame,
    imputed: Sequence[pd.DataFrame],
    analyse: Analysis,
    *,
    outcome: str,
    programme: str,
    deltas: Sequence[float] | None = None,
) -> TippingPoint:
    """Take more and more from the imputed outcomes of those lost from a programme, until the result changes.

    Parameters
    ----------
    frame : DataFrame (one row a person)
        The table with its blanks.
    imputed : list of DataFrame
        From `impute`, with the same rows.
    analyse : function of a DataFrame, giving Estimates
        The comparison; the row of its sentence is followed, for example
        ``lambda table: cluster_robust(site_sums(table, ...), site_effects=True)``.
    outcome : str
        Column that was imputed.
    programme : str
        Column with two programmes; those lost from the second in order are moved, against its estimate.
    deltas : list of float, optional
        How much to take, in the unit of the outcome; by default 0 to 2 of its standard deviations in steps of a tenth.

    Returns
    -------
    TippingPoint
        One row a delta.

    Raises
    ------
    DataError
        Nobody of the programme was lost; fewer than two imputations.
    DesignError
        Not two programmes.

    Source
    ------
    Cro et al. (2020), Statistics in Medicine 39, 2815-2842 (delta adjustment).
    """
    known(frame, [outcome])
    _, joined = two_groups(frame, programme)
    lost = frame[outcome].isna().to_numpy() & (joined == 1)
    if not lost.any():
        raise DataError("nobody-lost", programme=programme)
    steps = np.arange(21) / 10 * np.nanstd(numbers(frame[outcome]), ddof=1) if deltas is None else np.array(deltas)
    base = pool([analyse(table) for table in imputed]).row
    against = 1.0 if base["estimate"] >= 0 else -1.0
    rows = []
    for delta in steps:
        moved = [table.assign(**{outcome: table[outcome] - against * delta * lost}) for table in imputed]
        row = pool([analyse(table) for table in moved]).row
        rows.append({"delta": float(delta), **row.to_dict()})
    table = pd.DataFrame(rows)
    overturned = (table["ci_low"] if against > 0 else -table["ci_high"]) <= 0
    tips = float(table.loc[overturned, "delta"].min()) if overturned.any() else math.nan
    if base["ci_low"] <= 0 <= base["ci_high"]:
        tips = 0.0
    return TippingPoint(table, "", tips, int(lost.sum()))
