"""What would be expected of each person, whatever the unit: a model of everyone, for indirect standardisation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..core.errors import DesignError
from ..core.language import listed
from .balancing import logit
from .estimates import Floats
from .site_sums import aliased


def expected_outcomes(
    names: Sequence[str], x: Floats, y: Floats, exposure: Floats, kind: str, unit: pd.Series[str]
) -> tuple[Floats, Floats]:
    """Return for each person the expected outcome and its variance by chance: logistic, Poisson or linear.

    Expected outcomes add up to the observed ones. The variance of a mean is that of people inside units.
    """
    if kind == "proportion":
        overall = float(y.mean())
        expected = logit(tuple(names), x, y)[1] if len(names) and 0 < overall < 1 else np.full(len(y), overall)
        return expected, expected * (1 - expected)
    centred = x - x.mean(axis=0)
    if same := aliased(centred.T @ centred):
        raise DesignError("aliased-columns", columns=listed(names[i] for i in same))
    z = np.column_stack([np.ones(len(x)), centred / np.where(x.std(axis=0) > 0, x.std(axis=0), 1)])
    if kind == "rate":
        expected = exposure * np.exp(z @ _poisson(z, y, exposure))
        return expected, expected
    expected = z @ np.linalg.lstsq(z, y, rcond=None)[0]
    left = pd.Series(y - expected).groupby(unit.to_numpy()).transform(lambda part: part - part.mean()).to_numpy()
    freedom = len(y) - unit.nunique() - len(names)
    if freedom < 1:
        raise DesignError("one-person-sites", sites=unit.nunique())
    return expected, np.full(len(y), left @ left / freedom)


def _poisson(z: Floats, y: Floats, exposure: Floats) -> Floats:
    """Return the coefficients of a log-linear model of counts, by Newton's steps."""
    beta = np.zeros(z.shape[1])
    beta[0] = np.log(y.sum() / exposure.sum())
    for _ in range(60):
        mean = exposure * np.exp(np.clip(z @ beta, -700, 700))
        step = np.linalg.solve((z.T * mean) @ z, z.T @ (y - mean))
        beta = beta + step
        if np.abs(step).max() < 1e-13 * (1 + np.abs(beta).max()):
            break
    return beta
