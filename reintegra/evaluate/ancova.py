"""People of one layout adjusted for what they scored before: means, contrasts and slopes of programmes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..core.errors import DataError, DesignError
from ..core.language import listed
from .design import coded, known, left_out_note, matrix, numbers, with_blanks
from .estimates import Estimates, Floats, estimate_table, one_of
from .site_sums import aliased

KINDS = ("HC3", "HC2", "alike")


@dataclass(frozen=True, eq=False)
class Ancova(Estimates):
    """A linear model of programmes, covariates and sites. ``table`` has a row a coefficient.

    ``means``: the adjusted mean of each programme (at the covariates' means, every site weighing the same): name,
    estimate, se, df, ci_low, ci_high, n of its people. ``programmes`` are their names in order, ``read_off``
    (programmes x coefficients) how their means are read off ``coefficients``; ``covariance`` is of the kind asked for.
    ``slopes_equal``: whether the covariates' slopes are alike in all programmes (F test), ``programme_test``: whether
    the means are.
    """

    programme: str
    programmes: tuple[str, ...]
    means: pd.DataFrame
    read_off: Floats
    coefficients: Floats
    covariance: Floats
    df: float
    programme_test: pd.Series[float]
    slopes_equal: pd.Series[float]


@dataclass(frozen=True, eq=False)
class _Fit:
    """Least squares with one covariance of its coefficients."""

    beta: Floats
    covariance: Floats
    df: int


def ancova(
    frame: pd.DataFrame,
    *,
    outcome: str,
    programme: str,
    covariates: Sequence[str] = (),
    site: str | None = None,
    kind: str = "HC3",
    level: float = 0.95,
) -> Ancova:
    """Compare programmes among people who do not differ by site, or with a level for each site.

    For one site, or people dealt one by one. Where people were taught in groups, or in several sites whose effects may
    differ, errors go by group or site: `cluster_robust`.

    Parameters
    ----------
    frame : DataFrame (one row a person)
        Rows with a blank are left out, and counted.
    outcome : str
        Column of numbers in any unit.
    programme : str
        Column with two or more programmes; the first in order is the reference.
    covariates : list of str
        Columns known before the programme, the baseline first.
    site : str, optional
        Column that names the site, each with its own level.
    kind : "HC3", "HC2" or "alike"
        Standard errors that allow unequal variances, or the classical ones.
    level : float between 0 and 1
        Coverage of the intervals.

    Returns
    -------
    Ancova
        In the unit of the outcome; df are people less coefficients.

    Raises
    ------
    DataError
        A column is absent, holds words or infinite values; a programme is blank; more coefficients than people; the
        terms settle the outcome to the last digit.
    DesignError
        One programme only; a column is constant or a combination of others.

    Source
    ------
    MacKinnon & White (1985), Journal of Econometrics 29, 305-325 (HC2, HC3); Searle, Speed & Milliken (1980), The
    American Statistician 34, 216-221 (adjusted means).
    """
    one_of("kind", kind, KINDS)
    known(frame, [outcome, programme, *covariates, *([site] if site is not None else [])])
    for column in (programme, site):
        if column is not None and frame[column].isna().any():
            raise DataError("blank-in-column", column=column, people=int(frame[column].isna().sum()))
    _, x, _ = matrix(frame, covariates)
    y = numbers(frame[outcome])
    kept = ~(np.isnan(x).any(axis=1) | np.isnan(y))
    part = frame[kept]
    if len(part) == 0:
        raise DataError("no-complete-rows", columns=listed([outcome, *covariates]), rows=len(frame))
    names, x, _ = matrix(part, covariates)
    y = y[kept]
    programmes, place = coded(part[programme])
    if len(programmes) < 2:
        raise DesignError("one-programme", column=programme, programme=listed(programmes))
    arms = np.column_stack([place == k for k in range(1, len(programmes))]).astype(float)
    sites, at_site = coded(part[site]) if site is not None else (["–"], np.zeros(len(part), dtype=int))
    levels = np.column_stack([at_site == k for k in range(1, len(sites))]).astype(float) if len(sites) > 1 else None
    centred = x - x.mean(axis=0)
    blocks = [np.ones((len(y), 1)), centred, *([levels] if levels is not None else []), arms]
    full = np.hstack(blocks)
    labels = ["constant", *names, *(f"{site}[{s}]" for s in sites[1:]), *(f"{programme}[{p}]" for p in programmes[1:])]
    fit = _least_squares(full, y, labels, kind, outcome)
    read = np.zeros((len(programmes), full.shape[1]))
    read[:, 0] = 1
    read[:, 1 + len(names) : full.shape[1] - arms.shape[1]] = 1 / len(sites)
    read[1:, -arms.shape[1] :] = np.eye(arms.shape[1])
    tested = np.eye(full.shape[1])[-arms.shape[1] :]
    back = np.eye(full.shape[1])
    back[0, 1 : 1 + len(names)] = -x.mean(axis=0)
    means = _rows(fit, read, [str(p) for p in programmes], np.bincount(place, minlength=len(programmes)), level)
    return Ancova(
        _rows(fit, back, labels, len(y), level),
        "",
        f"ancova_{kind.lower()}",
        labels[-1],
        level,
        programme,
        tuple(str(p) for p in programmes),
        means[["name", "estimate", "se", "df", "ci_low", "ci_high", "n"]],
        read,
        fit.beta,
        fit.covariance,
        fit.df,
        _wald(fit, tested),
        _slopes(full, centred, arms, y, kind),
        notes=left_out_note(int((~kept).sum()), with_blanks(frame, [outcome, *covariates])),
    )


def _least_squares(x: Floats, y: Floats, labels: Sequence[str], kind: str, outcome: str) -> _Fit:
    """Fit least squares; refuse what does not vary, says the same twice, or asks more than people can tell."""
    n, p = x.shape
    if n <= p:
        raise DataError("too-few-rows", rows=n, parameters=p)
    if np.ptp(y) <= 1e-12 * np.abs(y).max():
        raise DataError("no-variance", column=outcome)
    apart = x[:, 1:] - x[:, 1:].mean(axis=0)
    if same := aliased(apart.T @ apart):
        raise DesignError("aliased-columns", columns=listed(labels[i + 1] for i in same))
    q, r = np.linalg.qr(x)
    beta = np.linalg.solve(r, q.T @ y)
    residual = y - x @ beta
    if residual @ residual <= 1e-24 * (y @ y):
        raise DataError("perfect-fit", column=outcome)
    inverse = np.linalg.inv(r)
    bread = inverse @ inverse.T
    if kind == "alike":
        return _Fit(beta, residual @ residual / (n - p) * bread, n - p)
    left = 1 - (q**2).sum(axis=1)
    if (left <= 1e-9).any():
        raise DesignError("one-person-decides", people=int((left <= 1e-9).sum()))
    weighed = (residual / (left if kind == "HC3" else np.sqrt(left)))[:, None] * (x @ bread)
    return _Fit(beta, weighed.T @ weighed, n - p)


def _rows(fit: _Fit, contrasts: Floats, names: Sequence[str], n: Floats | int, level: float) -> pd.DataFrame:
    """Return combinations of the coefficients as rows."""
    variances = np.einsum("ij,jk,ik->i", contrasts, fit.covariance, contrasts)
    errors = np.sqrt(np.maximum(variances, 0))  # of a programme in which everyone is alike: 0, up to rounding
    found = np.column_stack([contrasts @ fit.beta, errors, np.full(len(contrasts), fit.df)])
    return estimate_table(names, found, n, level)


def _wald(fit: _Fit, contrasts: Floats) -> pd.Series[float]:
    """Return the F test that all these combinations are 0."""
    from scipy import stats

    value, size = contrasts @ fit.beta, len(contrasts)
    covariance = contrasts @ fit.covariance @ contrasts.T
    se = np.sqrt(np.maximum(np.diag(covariance), 0))
    if (se <= 1e-9 * se.max()).any():  # of programmes in which everyone is alike
        return pd.Series({"statistic": np.nan, "df": size, "df_error": fit.df, "p_value": np.nan})
    f = float(value @ np.linalg.solve(covariance, value) / size)
    return pd.Series({"statistic": f, "df": size, "df_error": fit.df, "p_value": float(stats.f.sf(f, size, fit.df))})


def _slopes(full: Floats, centred: Floats, arms: Floats, y: Floats, kind: str) -> pd.Series[float]:
    """Return the F test that the covariates' slopes are alike in all programmes; blanks where there is no telling."""
    blank = pd.Series({"statistic": np.nan, "df": np.nan, "df_error": np.nan, "p_value": np.nan})
    if not centred.shape[1]:
        return blank
    crossed = np.hstack([centred[:, [i]] * arms for i in range(centred.shape[1])])
    wide = np.hstack([full, crossed])
    try:
        fit = _least_squares(wide, y, [f"{i}" for i in range(wide.shape[1])], kind, "–")
    except (DataError, DesignError):
        return blank
    return _wald(fit, np.eye(wide.shape[1])[full.shape[1] :])
