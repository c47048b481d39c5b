"""A share of a count with its exact interval."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.coded import Floats


def exact_interval(hits: Any, tried: Any, level: float) -> tuple[Floats, Floats]:
    """Return the interval of Clopper and Pearson (1934) of each share; NaN where nothing was tried."""
    from scipy.special import betaincinv

    hits, tried, tail = np.asarray(hits, dtype=float), np.asarray(tried, dtype=float), (1 - level) / 2
    low = np.where(hits > 0, betaincinv(np.maximum(hits, 1), tried - hits + 1, tail), 0.0)
    high = np.where(hits < tried, betaincinv(hits + 1, np.maximum(tried - hits, 1), 1 - tail), 1.0)
    return np.where(tried > 0, low, np.nan), np.where(tried > 0, high, np.nan)
