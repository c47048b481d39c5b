"""One site left out at a time: how sure an estimate is that has no formula for it."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd

from ..core.errors import DataError, DesignError, Notice
from .design import known


def site_jackknife(
    frame: pd.DataFrame, site: str, estimate: Callable[[pd.DataFrame], float], value: float
) -> tuple[float, float, tuple[Notice, ...]]:
    """Return the standard error of an estimate from leaving out one site at a time, its df, and what has to be said.

    Squares are taken about the full estimate and not shrunk, so that for least squares this is CR3.
    """
    known(frame, [site])
    if blank := int(frame[site].isna().sum()):
        raise DataError("blank-in-column", column=site, people=blank)
    sites = sorted(frame[site].unique(), key=str)
    if len(sites) < 3:
        raise DesignError("too-few-sites", sites=len(sites), needed=3)
    without = []
    for name in sites:
        try:
            without.append(estimate(frame[frame[site] != name]))
        except (DataError, DesignError):
            return math.nan, math.nan, (Notice("jackknife-failed", columns=(str(name),)),)
    note = Notice("site-jackknife", params={"sites": len(sites)})
    return float(np.sqrt(((np.array(without) - value) ** 2).sum())), len(sites) - 1, (note,)
