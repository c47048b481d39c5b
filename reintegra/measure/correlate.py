"""Whether two numbers of the same people go together: a correlation with its interval, never a cause."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from ..core.errors import DataError
from ..core.results import Estimate, checked_level
from .intraclass import differing, paired

LEAST = 4  # people; with fewer there is no interval
METHODS = ("pearson", "spearman")


def correlation(x: pd.Series, y: pd.Series, *, method: str = "pearson", level: float = 0.95) -> Estimate:
    """Work out how two numbers of the same people go together, with an interval.

    Parameters
    ----------
    x, y : Series (people)
        Put together by their index (codes of people); a person without one of them is left out, and counted.
    method : "pearson" or "spearman"
        The numbers themselves, or their ranks (for ordered codes, or where a few people lie far out).
    level : float between 0 and 1
        Coverage of the interval.

    Returns
    -------
    Estimate
        No unit, -1 to 1; ``p_value`` by Student's t. The interval is Fisher's; for ranks that of Bonett and Wright.

    Raises
    ------
    DataError
        A code twice, fewer than four people with both, no difference between people, an unknown method.

    Source
    ------
    Fisher (1921), Metron 1, 3-32; Bonett & Wright (2000), Psychometrika 65, 23-28.
    """
    from scipy import stats

    checked_level(level)
    if method not in METHODS:
        raise DataError("unknown-method", method=method, allowed=", ".join(METHODS))
    pairs, left_out = paired(x, y, LEAST)
    differing(pairs, str(x.name), str(y.name))
    n = len(pairs)
    ranked = method == "spearman"
    used = pairs.rank() if ranked else pairs
    r = float(np.clip(np.corrcoef(used["first"], used["second"])[0, 1], -1, 1))
    se_z = math.sqrt((1 + r * r / 2 if ranked else 1) / (n - 3))
    reach = float(stats.norm.ppf((1 + level) / 2)) * se_z
    low, high = (math.tanh(math.atanh(r) + sign * reach) if abs(r) < 1 else r for sign in (-1, 1))
    t = r * math.sqrt((n - 2) / (1 - r * r)) if abs(r) < 1 else math.copysign(math.inf, r)
    return Estimate(
        "Spearman" if ranked else "Pearson", r, low, high, n,
        df=float(n - 2), statistic=t, p_value=float(2 * stats.t.sf(abs(t), n - 2)), level=level, notes=left_out,
    )  # fmt: skip
