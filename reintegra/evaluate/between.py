"""Estimates of known variance that also vary between sites: REML of that variance, and what to do with it.

Estimates y with variances v, and columns X (at least a constant): y = X b + u + e, var e = v, var u = tau^2.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .estimates import Floats


@dataclass(frozen=True, eq=False)
class Weighted:
    """The estimates weighted by 1 / (v + tau^2)."""

    y: Floats
    v: Floats
    x: Floats
    tau2: float

    @cached_property
    def weights(self) -> Floats:
        """1 / (v + tau^2)."""
        return 1 / (self.v + self.tau2)

    @property
    def df(self) -> int:
        """Estimates less coefficients."""
        return int(len(self.y) - self.x.shape[1])

    @cached_property
    def bread(self) -> Floats:
        """(X'WX)^-1."""
        return np.linalg.inv((self.x.T * self.weights) @ self.x)

    @cached_property
    def coefficients(self) -> Floats:
        """Weighted least squares."""
        return self.bread @ ((self.x.T * self.weights) @ self.y)

    @cached_property
    def residual(self) -> Floats:
        """The estimates less their fit."""
        return self.y - self.x @ self.coefficients

    @property
    def q(self) -> float:
        """The weighted sum of squares: about ``df`` where tau^2 is right."""
        return float(self.weights @ self.residual**2)

    @property
    def trace(self) -> float:
        """tr P, with P = W - W X (X'WX)^-1 X'W."""
        return float(self.weights.sum() - np.einsum("ij,ik,jk,i->", self.x, self.x, self.bread, self.weights**2))

    @property
    def slope(self) -> float:
        """The derivative of the REML criterion in tau^2: tr P - y'PPy."""
        return self.trace - float(self.weights**2 @ self.residual**2)

    @property
    def criterion(self) -> float:
        """-2 log restricted likelihood, but for a constant."""
        return float(-np.log(self.weights).sum() - np.linalg.slogdet(self.bread)[1] + self.q)

    @property
    def knapp_hartung(self) -> Floats:
        """The covariance of the coefficients by Knapp and Hartung: scaled by the spread that was found."""
        return self.q / self.df * self.bread


def reml_tau2(y: Floats, v: Floats, x: Floats) -> float:
    """Return the REML estimate of the variance between sites."""
    from scipy.optimize import brentq

    def slope(tau2: float) -> float:
        return Weighted(y, v, x, tau2).slope

    scale = float(np.var(y) + np.mean(v))
    grid = scale * np.concatenate([[0.0], np.geomspace(1e-6, 1e2, 60)])
    best = int(np.argmin([Weighted(y, v, x, tau2).criterion for tau2 in grid]))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    if slope(low) >= 0 or slope(high) <= 0:
        return float(grid[best])
    return float(brentq(slope, low, high, xtol=1e-14 * scale, rtol=1e-14))


def tau2_interval(y: Floats, v: Floats, x: Floats, level: float) -> tuple[float, float]:
    """Return the Q-profile interval of tau^2: where Q is no surprise to a chi-square; NaN above where Q never falls."""
    from scipy.optimize import brentq
    from scipy.stats import chi2

    df = len(y) - x.shape[1]
    top = 1e6 * float(np.var(y) + np.mean(v))

    def solve(quantile: float) -> float:
        def over(tau2: float) -> float:
            return Weighted(y, v, x, tau2).q - quantile

        if over(0.0) <= 0:
            return 0.0
        return float(brentq(over, 0.0, top, xtol=1e-15 * top, rtol=1e-14)) if over(top) < 0 else float("nan")

    return solve(chi2.ppf((1 + level) / 2, df)), solve(chi2.ppf((1 - level) / 2, df))
