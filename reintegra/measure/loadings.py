"""Confirmatory factors, each item on one: loadings of least weighted squares, and the adjusted measures of fit."""

from __future__ import annotations

import numpy as np

from ..core.coded import Counts, Floats
from ..core.errors import DataError

STEPS = 200


def fit_loadings(r: Floats, weight: Floats, pairs: tuple[Counts, Counts], factor: Counts) -> tuple[Floats, Floats]:
    """Return loadings and factor correlations of least weighted squares (Levenberg-Marquardt).

    ``factor`` is the factor of each item. Each factor is turned so that its loadings sum to more than 0.
    """
    items, factors = len(factor), int(factor.max()) + 1
    theta = _start(r, pairs, factor)
    damping = 1e-3
    residual, slopes = _model(theta, r, pairs, factor)
    loss = weight @ residual**2
    for _ in range(STEPS):
        weighted = slopes * weight[:, None]
        information, gradient = weighted.T @ slopes, weighted.T @ residual
        step = np.linalg.solve(information + damping * np.diag(np.diag(information) + 1e-12), gradient)
        there, steeper = _model(theta + step, r, pairs, factor)
        less = weight @ there**2
        if less <= loss:
            theta, residual, slopes, loss, damping = theta + step, there, steeper, less, damping / 10
        else:
            damping *= 10
        if np.abs(step).max() < 1e-10:
            break
    else:
        raise DataError("no-solution")
    loadings, phi = theta[:items], _correlations(theta[items:], factors)
    turn = np.where(np.bincount(factor, loadings) < 0, -1.0, 1.0)
    return loadings * turn[factor], phi * np.outer(turn, turn)


def slopes_of(loadings: Floats, phi: Floats, pairs: tuple[Counts, Counts], factor: Counts) -> Floats:
    """Return the derivatives of the model's correlations by loadings and factor correlations (pairs x parameters)."""
    theta = np.concatenate([loadings, phi[np.triu_indices(len(phi), 1)]])
    return _model(theta, np.zeros(len(pairs[0])), pairs, factor)[1]


def _model(theta: Floats, r: Floats, pairs: tuple[Counts, Counts], factor: Counts) -> tuple[Floats, Floats]:
    """Return what the model leaves of r, and its slopes."""
    first, second = pairs
    items, factors = len(factor), int(factor.max()) + 1
    loadings, phi = theta[:items], _correlations(theta[items:], factors)
    between = phi[factor[first], factor[second]]
    one, two = loadings[first], loadings[second]
    every = np.arange(len(first))
    slopes = np.zeros((len(first), len(theta)))
    slopes[every, first] = two * between
    slopes[every, second] = one * between
    numbers = np.zeros((factors, factors), dtype=int)
    upper = np.triu_indices(factors, 1)
    numbers[upper] = numbers.T[upper] = items + np.arange(len(upper[0]))
    apart = factor[first] != factor[second]
    slopes[every[apart], numbers[factor[first], factor[second]][apart]] = (one * two)[apart]
    return r - one * two * between, slopes


def _correlations(values: Floats, factors: int) -> Floats:
    phi = np.eye(factors)
    upper = np.triu_indices(factors, 1)
    phi[upper] = phi.T[upper] = values
    return phi


def _start(r: Floats, pairs: tuple[Counts, Counts], factor: Counts) -> Floats:
    """Return where to begin: the first principal component within each factor, and what it says between them."""
    items = len(factor)
    full = np.eye(items)
    full[pairs] = full.T[pairs] = r
    sums = np.zeros((items, int(factor.max()) + 1))
    for place in range(sums.shape[1]):
        mine = np.flatnonzero(factor == place)
        values, vectors = np.linalg.eigh(full[np.ix_(mine, mine)])
        sums[mine, place] = vectors[:, -1] * np.sqrt(values[-1]) * 0.9
    squares = (sums**2).sum(axis=0)
    between = np.clip(sums.T @ (full - np.diag(np.diag(full))) @ sums / np.outer(squares, squares), -0.9, 0.9)
    return np.concatenate([sums.sum(axis=1), between[np.triu_indices(len(squares), 1)]])


def scaled_shifted(statistic: float, weighted: Floats, df: int) -> tuple[float, float, float]:
    """Return the statistic adjusted in mean and variance, its scaling factor and its shift.

    ``weighted`` is U times Gamma. Source: Asparouhov & Muthén (2010), Mplus technical report.
    """
    trace, square = float(np.trace(weighted)), float((weighted * weighted.T).sum())
    scale = np.sqrt(square / df)
    shift = df - trace / scale
    return statistic / scale + shift, scale, shift


def rmsea(statistic: float, df: int, n: int) -> tuple[float, float, float]:
    """Return RMSEA and its 90 % interval from a noncentral chi-square. Source: Steiger & Lind (1980)."""
    from scipy.special import chdtr, chndtrinc

    limits = [chndtrinc(statistic, df, p) if chdtr(df, statistic) > p else 0.0 for p in (0.95, 0.05)]
    value, low, high = (float(np.sqrt(max(x, 0.0) / (df * n))) for x in (statistic - df, *limits))
    return value, low, high


def against_none(x: float, df: int, x0: float, df0: int) -> tuple[float, float]:
    """Return CFI and TLI against the model without any correlation."""
    cfi = 1 - max(x - df, 0.0) / max(x - df, x0 - df0, 1e-12)
    tli = 1 - (x / df - 1) / (x0 / df0 - 1)
    return cfi, tli
