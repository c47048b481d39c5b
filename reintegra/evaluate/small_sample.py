"""How sure a few sites can make us: Satterthwaite and Kenward-Roger degrees of freedom of a mixed model."""

from __future__ import annotations

from functools import cached_property
from itertools import product

import numpy as np

from .estimates import Floats
from .mixed import Fitted, Solved, turned

FLAT = 1e-8  # directions in which the criterion does not bend more than this tell nothing about the variances


class Curvature:
    """How the REML criterion bends in the variances phi = (D's lower triangle, sigma^2) at a fit.

    V is linear in phi, dV/dphi_a = Z e_a Z' for D and I for sigma^2, so the derivatives are sums of
    A_a = V^-1 dV_a V^-1 and A_ab = V^-1 dV_a V^-1 dV_b V^-1 between the columns of M = [1 X y].
    """

    def __init__(self, fitted: Fitted) -> None:
        self.fitted = fitted
        self.at: Solved = fitted.solved
        model, at = fitted.model, self.at
        p, q = model.p, model.q
        d, s2, e1, u1 = at.between, at.residual, at.zvm, at.zvz
        units = []
        for a, b in zip(*model.corners, strict=True):
            unit = np.zeros((q, q))
            unit[a, b] = unit[b, a] = 1
            units.append(unit)
        e2 = np.linalg.solve(at.t, e1)  # Z'V^-2 M
        u2 = np.linalg.solve(at.t, u1)  # Z'V^-2 Z
        second = (at.mvm - (turned(e1) @ d @ e1).sum(axis=0)) / s2  # M'V^-2 M
        third = (second - (turned(e2) @ d @ e1).sum(axis=0)) / s2  # M'V^-3 M
        trace1 = (model.sums.n - np.trace(d @ u1.sum(axis=0))) / s2  # tr V^-1
        trace2 = (trace1 - np.trace(d @ u2.sum(axis=0))) / s2  # tr V^-2
        k = len(units) + 1
        self.first = np.array([*((turned(e1) @ e @ e1).sum(axis=0) for e in units), second])  # M'A_a M
        self.second = np.empty((k, k, p + 1, p + 1))  # M'A_ab M
        trace = np.array([*(np.trace(e @ u1.sum(axis=0)) for e in units), trace1])
        traces = np.empty((k, k))
        for a, b in product(range(k), repeat=2):
            if a < k - 1 and b < k - 1:
                self.second[a, b] = (turned(e1) @ units[a] @ u1 @ units[b] @ e1).sum(axis=0)
                traces[a, b] = np.einsum("ij,gjk,kl,gli->", units[a], u1, units[b], u1)
            elif a < k - 1 or b < k - 1:
                inside = (turned(e1) @ units[min(a, b)] @ e2).sum(axis=0)
                self.second[a, b] = inside if a < b else inside.T
                traces[a, b] = np.trace(units[min(a, b)] @ u2.sum(axis=0))
            else:
                self.second[a, b], traces[a, b] = third, trace2
        v = at.covariance
        self.slope = self.first[:, :p, :p]  # -d(X'V^-1 X)/dphi
        self.bend = self.second[:, :, :p, :p]
        taken = 2 * np.einsum("ij,abji->ab", v, self.bend)
        taken -= np.einsum("ij,ajk,kl,bli->ab", v, self.slope, v, self.slope)
        self.expected = traces - taken  # expected second derivatives of the criterion
        r = at.to_residual
        xr = self.first[:, :p] @ r
        observed = np.einsum("i,abij,j->ab", r, self.second, r) - np.einsum("ai,ij,bj->ab", xr, v, xr)
        self.observed = 2 * observed - self.expected
        self.score = trace - np.einsum("ij,aji->a", v, self.slope) - np.einsum("i,aij,j->a", r, self.first, r)

    @cached_property
    def uncertainty(self) -> Floats:
        """The covariance of phi, from the curvature in its Cholesky factor: exact also where D is at its limit."""
        model, at = self.fitted.model, self.at
        scale = np.sqrt(at.residual)
        factor = model.cholesky(self.fitted.theta) * scale
        rows, columns = model.corners
        k = len(rows) + 1
        turn = np.zeros((k, k))
        bend = np.zeros((k, k))
        steps = []
        for a, b in zip(rows, columns, strict=True):
            step = np.zeros_like(factor)
            step[a, b] = scale
            steps.append(step)
        for i, step in enumerate(steps):
            turn[:-1, i] = (step @ factor.T + factor @ step.T)[model.corners]
            for j, other in enumerate(steps):
                bend[i, j] = self.score[:-1] @ (step @ other.T + other @ step.T)[model.corners]
        turn[-1, -1] = at.residual
        values, vectors = np.linalg.eigh(turn.T @ self.observed @ turn + bend)
        known = values > FLAT
        reach = turn @ vectors[:, known]
        return 2 * (reach / values[known]) @ reach.T

    def satterthwaite(self, contrast: Floats) -> tuple[float, float]:
        """Return the standard error of a combination of coefficients and its degrees of freedom."""
        v = self.at.covariance
        variance = contrast @ v @ contrast
        slope = np.einsum("i,aij,j->a", v @ contrast, self.slope, v @ contrast)
        return float(np.sqrt(variance)), float(2 * variance**2 / (slope @ self.uncertainty @ slope))

    @cached_property
    def _information(self) -> Floats:
        """The covariance of phi from the expected curvature, as Kenward and Roger take it."""
        return np.linalg.pinv(self.expected / 2, rcond=1e-12, hermitian=True)

    @cached_property
    def adjusted(self) -> Floats:
        """The covariance of the coefficients, larger by what is not known of phi (Kenward and Roger)."""
        v = self.at.covariance
        inside = self.bend - np.einsum("aij,jk,bkl->abil", self.slope, v, self.slope)
        extra = np.einsum("ab,abij->ij", self._information, inside)
        return v + v @ (extra + extra.T) @ v

    def kenward_roger(self, contrast: Floats) -> tuple[float, float]:
        """Return the adjusted standard error of a combination of coefficients and its degrees of freedom."""
        v = self.at.covariance
        seen = np.outer(contrast, contrast) / (contrast @ v @ contrast)
        parts = np.array([seen @ v @ slope @ v for slope in self.slope])
        traces = np.einsum("aii->a", parts)
        a1 = traces @ self._information @ traces
        a2 = np.einsum("ab,aij,bji->", self._information, parts, parts)
        b = (a1 + 6 * a2) / 2
        g = (2 * a1 - 5 * a2) / (3 * a2)
        c1, c2, c3 = np.array([g, 1 - g, 3 - g]) / (3 + 2 * (1 - g))
        below, above = 1 - a2, 1 - c2 * b
        ratio = 1.0 if max(abs(below), abs(above)) < 1e-10 else below / above  # balanced sites, two an arm: 0 / 0
        df = 4 + 3 / (ratio**2 * (1 + c1 * b) / (1 - c3 * b) - 1)
        return float(np.sqrt(contrast @ self.adjusted @ contrast)), float(df)
