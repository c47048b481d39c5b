"""The second opinion on who joined: a model of joining and one of the outcome, of which one may be wrong."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from .balancing import enough, logit
from .design import known, left_out_note, matrix, numbers, two_groups, with_blanks
from .estimates import Estimates, chosen, estimate_table
from .jackknife import site_jackknife


def aipw(
    frame: pd.DataFrame,
    *,
    outcome: str,
    programme: str,
    covariates: Sequence[str],
    site: str | None = None,
    level: float = 0.95,
) -> Estimates:
    """Estimate the effect on those who joined by a model of joining and one of the outcome: right where either is.

    The outcome model is least squares among those who did not join; what it misses is weighted by e / (1 - e).

    Parameters
    ----------
    frame : DataFrame (one row a person)
        Rows with a blank are left out, and counted.
    outcome : str
        Column of numbers in any unit.
    programme : str
        Column with two programmes; the first in order is the one compared with.
    covariates : list of str
        Columns known before the programme.
    site : str, optional
        As in `weighted_difference`.
    level : float between 0 and 1
        Coverage of the interval.

    Returns
    -------
    Estimates
        One row, in the unit of the outcome; without sites the standard error is that of the influence function.

    Raises
    ------
    DataError
        As `balancing_weights`.
    DesignError
        As `balancing_weights`.

    Source
    ------
    Robins, Rotnitzky & Zhao (1994), Journal of the American Statistical Association 89, 846-866; Moodie, Saarela &
    Stephens (2018), Stat 7, e205 (ATT).
    """

    def estimate(part: pd.DataFrame) -> tuple[float, float, int]:
        labels, joined = two_groups(part, programme)
        names, x, _ = matrix(part, covariates)
        chosen(None, names)
        y = numbers(part[outcome])
        kept = ~(np.isnan(x).any(axis=1) | np.isnan(y))
        x, t, y = x[kept], joined[kept], y[kept]
        enough(t, labels)
        _, e = logit(names, x, t)
        full = np.column_stack([np.ones(len(t)), x])
        left = y - full @ np.linalg.lstsq(full[t == 0], y[t == 0], rcond=None)[0]
        pull = t * left - (1 - t) * e / (1 - e) * left
        att = pull.sum() / t.sum()
        influence = (pull - t * att) / t.mean()
        return float(att), float(influence.std(ddof=1) / math.sqrt(len(t))), len(t)

    known(frame, [outcome])
    value, se, n = estimate(frame)
    found, notes = (value, se, math.inf), left_out_note(len(frame) - n, with_blanks(frame, [outcome, *covariates]))
    if site is not None:
        se, df, more = site_jackknife(frame, site, lambda part: estimate(part)[0], value)
        found, notes = (value, se, df), (*notes, *more)
    return Estimates(estimate_table([programme], found, n, level), "", "aipw_att", programme, level, notes=notes)
