"""REML for models whose coefficients vary between sites, from the site kernel alone.

In a site the outcome varies by V = sigma^2 I + Z D Z': sigma^2 between people, D between sites, Z the columns whose
coefficients vary. With T = sigma^2 I + Z'Z D, a small matrix for each site,

    Z'V^-1 = T^-1 Z'        and        V^-1 = (I - Z D Z'V^-1) / sigma^2,

so that everything the likelihood and its derivatives ask of V^-1 comes from the products of the site's columns.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..core.errors import DataError, DesignError
from ..core.language import listed
from .estimates import Floats
from .site_sums import SiteSums

GRID = np.concatenate([[0.0], np.geomspace(1e-3, 1e4, 36)])  # ratios of standard deviations, sites : people


def turned(matrices: Floats) -> Floats:
    """Transpose each of several matrices."""
    return np.swapaxes(matrices, -1, -2)


@dataclass(frozen=True, eq=False)
class Model:
    """A model 1 + ... | site: sums of the sites and, in ``varying``, the columns of Z as combinations of [1 X y]."""

    sums: SiteSums
    varying: Floats

    @classmethod
    def of(cls, sums: SiteSums, slopes: tuple[str, ...] = ()) -> Model:
        """Let the level, and the coefficients of some terms, vary between sites."""
        varying = np.zeros((len(sums.terms) + 2, 1 + len(slopes)))
        varying[0, 0] = 1
        for place, slope in enumerate(slopes, start=1):
            if slope not in sums.terms:
                raise DataError("no-such-term", term=slope, terms=listed(sums.terms) or "–")
            column = sums.terms.index(slope)
            varying[column + 1, place] = 1
            varying[0, place] = sums.centre[column]
        model = cls(sums, varying)
        sums.check(model.products.sum(axis=0)[1:, 1:], sums.terms, parameters=model.p + model.q * (model.q + 1) // 2)
        needed = max(model.q, 1 + len(sums.between_sites())) + 1
        if len(sums) < needed:
            raise DesignError("too-few-sites", sites=len(sums), needed=needed)
        if model.freedom_within <= 0:
            raise DesignError("one-person-sites", sites=len(sums))
        sums.check_fit(sums.scatter.sum(axis=0))
        if slopes and not np.count_nonzero(np.linalg.matrix_rank(model.zz) > 1) > 1:
            raise DesignError("slope-within-no-site", term=slopes[0])
        return model

    @property
    def products(self) -> Floats:
        """[1 X y]'[1 X y] of each site."""
        return self.sums.products

    @property
    def p(self) -> int:
        """The number of coefficients, the constant among them."""
        return len(self.sums.terms) + 1

    @property
    def q(self) -> int:
        """The number of coefficients that vary between sites."""
        return int(self.varying.shape[1])

    @property
    def freedom(self) -> int:
        """People less coefficients."""
        return self.sums.n - self.p

    @property
    def freedom_within(self) -> int:
        """People less what their sites' own coefficients use up: without any, sigma^2 cannot be told from D."""
        return self.sums.n - int(np.linalg.matrix_rank(self.zz).sum())

    @cached_property
    def zm(self) -> Floats:
        """Z'[1 X y] of each site."""
        return self.varying.T @ self.products

    @cached_property
    def zz(self) -> Floats:
        """Z'Z of each site."""
        return self.zm @ self.varying

    @cached_property
    def corners(self) -> tuple[Floats, Floats]:
        """The places of D's lower triangle, in which it is counted as parameters."""
        rows, columns = np.tril_indices(self.q)
        return rows, columns

    def cholesky(self, theta: Floats) -> Floats:
        """Return the lower triangle L with D = L L'."""
        made = np.zeros((self.q, self.q))
        made[self.corners] = theta
        return made


@dataclass(frozen=True, eq=False)
class Solved:
    """A model solved at given D and sigma^2. M stands for [1 X y], r for the outcome less its fit."""

    model: Model
    between: Floats
    residual: float

    @cached_property
    def t(self) -> Floats:
        """T = sigma^2 I + Z'Z D of each site."""
        return self.residual * np.eye(self.model.q) + self.model.zz @ self.between

    @cached_property
    def zvm(self) -> Floats:
        """Z'V^-1 M of each site."""
        return np.linalg.solve(self.t, self.model.zm)

    @cached_property
    def zvz(self) -> Floats:
        """Z'V^-1 Z of each site."""
        return np.linalg.solve(self.t, self.model.zz)

    @cached_property
    def mvm(self) -> Floats:
        """M'V^-1 M over all sites."""
        inside = turned(self.model.zm) @ self.between @ self.zvm
        return (self.model.products - inside).sum(axis=0) / self.residual

    @cached_property
    def covariance(self) -> Floats:
        """(X'V^-1 X)^-1: the variances of the coefficients."""
        p = self.model.p
        return np.linalg.inv(self.mvm[:p, :p])

    @cached_property
    def coefficients(self) -> Floats:
        """Generalised least squares, about the mean of everyone."""
        p = self.model.p
        return np.linalg.solve(self.mvm[:p, :p], self.mvm[:p, p])

    @cached_property
    def to_residual(self) -> Floats:
        """The combination of [1 X y] that is r."""
        return np.append(-self.coefficients, 1.0)

    @property
    def rvr(self) -> float:
        """r'V^-1 r."""
        return float(self.to_residual @ self.mvm @ self.to_residual)

    @property
    def log_dets(self) -> float:
        """log |V| + log |X'V^-1 X|, but for sigma^2's share of the first."""
        inside = np.linalg.slogdet(self.t)[1].sum() - len(self.t) * self.model.q * np.log(self.residual)
        return float(inside + np.linalg.slogdet(self.mvm[: self.model.p, : self.model.p])[1])

    def score_of_d(self, quadratic: float) -> Floats:
        """Return the derivative of the criterion in D (as a symmetric matrix), r'..r weighing ``quadratic``."""
        x, r = self.zvm[:, :, : self.model.p], self.zvm @ self.to_residual
        fixed = np.einsum("gai,ij,gbj->ab", x, self.covariance, x)
        return self.zvz.sum(axis=0) - fixed - quadratic * (r.T @ r)


@dataclass(frozen=True, eq=False)
class Fitted:
    """A REML fit: ``theta`` (the Cholesky factor of D / sigma^2, by rows), the criterion, the model solved there."""

    model: Model
    theta: Floats
    criterion: float
    solved: Solved


def profile(model: Model, theta: Floats) -> tuple[float, Floats, Solved]:
    """Return the REML criterion with the best sigma^2 for a D relative to it, and its derivative in ``theta``."""
    factor = model.cholesky(theta)
    solved = Solved(model, factor @ factor.T, 1.0)
    residual = solved.rvr / model.freedom
    log_weights = float(model.sums.log_weight.sum())
    criterion = solved.log_dets + model.freedom * (1 + np.log(2 * np.pi * residual)) - log_weights
    slope = 2 * solved.score_of_d(1 / residual) @ factor
    return criterion, slope[model.corners], Solved(model, residual * solved.between, residual)


def reml(model: Model) -> Fitted:
    """Return the REML fit: the best of a grid, then the root of the criterion's derivative."""
    theta = _one_variance(model) if model.q == 1 else _several(model)
    criterion, _, solved = profile(model, theta)
    factor = model.cholesky(theta)
    factor = factor * np.where(np.diag(factor) < 0, -1.0, 1.0)  # D is the same; the standard deviations positive
    return Fitted(model, factor[model.corners], criterion, solved)


def _one_variance(model: Model) -> Floats:
    from scipy.optimize import brentq

    def slope(theta: float) -> float:
        # the derivative in D itself: at theta = 0 it still tells on which side of 0 the optimum lies
        solved = Solved(model, np.array([[theta * theta]]), 1.0)
        return float(solved.score_of_d(model.freedom / solved.rvr)[0, 0])

    criteria = [profile(model, np.array([theta]))[0] for theta in GRID]
    best = int(np.argmin(criteria))
    low, high = GRID[max(best - 1, 0)], GRID[min(best + 1, len(GRID) - 1)]
    if slope(low) >= 0:
        return np.array([low])
    return np.array([brentq(slope, low, high, xtol=1e-14, rtol=1e-14) if slope(high) > 0 else high])


def _several(model: Model) -> Floats:
    from scipy.optimize import minimize, root

    def both(theta: Floats) -> tuple[float, Floats]:
        criterion, slope, _ = profile(model, theta)
        return criterion, slope

    scale = 1 / np.sqrt(np.diag(model.zz.sum(axis=0)) / model.sums.n)
    rows, columns = model.corners
    best = None
    for start in (0.3, 1.0, 0.05):
        theta = np.where(rows == columns, start * scale[rows], 0.0)
        found = minimize(both, theta, jac=True, method="BFGS", options={"gtol": 1e-8})
        if best is None or found.fun < best.fun - 1e-10:
            best = found
    assert best is not None
    return _polished(best.x, both, root)


def _polished(theta: Floats, both: Callable[[Floats], tuple[float, Floats]], root: Callable[..., object]) -> Floats:
    """Go from a minimum known by its height to the root of the derivative, where that is not higher."""
    found = root(lambda at: both(at)[1], theta, method="hybr", options={"xtol": 1e-13})
    exact: Floats = found.x  # type: ignore[attr-defined]
    return exact if both(exact)[0] <= both(theta)[0] + 1e-9 else theta
