"""Cluster-robust variances CR0 to CR3 with Satterthwaite degrees of freedom, from the products of each site.

For a symmetric function f, X'f(I - X M X') = f(I - X'X M) X'. So the adjustment of a site's residuals by its hat
matrix, which has a row for every person, acts on the products of the columns, and small matrices do.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .estimates import Floats

KINDS = ("CR0", "CR1", "CR2", "CR3")
POWER = {"CR0": 0.0, "CR1": 0.0, "CR2": -0.5, "CR3": -1.0}
WHOLE = 1e-9  # a site that leaves less than this of a direction to the others decides it alone


@dataclass(frozen=True, eq=False)
class Robust:
    """Least squares with clusters: ``gram`` (sites x k x k) is X'X of each site, ``moment`` (sites x k) its X'y."""

    gram: Floats
    moment: Floats
    kind: str = "CR2"

    @cached_property
    def bread(self) -> Floats:
        """(X'X)^-1."""
        return np.linalg.inv(self.gram.sum(axis=0))

    @cached_property
    def coefficients(self) -> Floats:
        """Least squares."""
        return np.linalg.solve(self.gram.sum(axis=0), self.moment.sum(axis=0))

    @cached_property
    def _leverage(self) -> tuple[Floats, Floats, Floats, Floats]:
        """The shares of every direction that each site decides, those directions, and the way to them and back."""
        root = np.linalg.cholesky(self.bread)
        shares, directions = np.linalg.eigh(root.T @ self.gram @ root)
        return np.clip(shares, 0, 1), directions, root, np.linalg.inv(root).T

    @cached_property
    def adjustment(self) -> Floats:
        """f(I - X'X M) of each site: what turns its X' into the adjusted one."""
        shares, directions, root, back = self._leverage
        left = 1 - shares
        made = np.where(left > WHOLE, np.maximum(left, WHOLE) ** POWER[self.kind], 1.0 * (POWER[self.kind] == 0))
        return back @ (directions * made[:, None, :]) @ np.swapaxes(directions, 1, 2) @ root.T

    @cached_property
    def influence(self) -> Floats:
        """What the adjusted residuals of each site add to each coefficient: sites x k."""
        residual = self.moment - self.gram @ self.coefficients
        return np.einsum("gij,gj->gi", self.adjustment, residual) @ self.bread

    @cached_property
    def covariance(self) -> Floats:
        """The variances of the coefficients."""
        count = len(self.gram)
        factor = count / (count - 1) if self.kind == "CR1" else 1.0
        return factor * (self.influence.T @ self.influence)

    def alone(self, contrast: Floats) -> float:
        """Return the share of a combination of coefficients that single sites decide alone: nothing can check it."""
        shares, directions, root, _ = self._leverage
        seen = np.einsum("gij,i->gj", directions, root.T @ contrast)
        own: Floats = shares * seen**2 * (1 - shares <= WHOLE)
        return float(own.sum() / (contrast @ self.bread @ contrast))

    def of(self, contrast: Floats) -> tuple[float, float, float]:
        """Return a combination of coefficients, its standard error and its degrees of freedom.

        The variance is a quadratic form of the residuals; its degrees of freedom are those of the scaled chi-square
        with the same mean and variance, were people alike and independent (the working model).
        """
        a = self.bread @ contrast
        weights = np.einsum("gji,j->gi", self.adjustment, a)  # people's weights are X times these
        products = np.einsum("gij,gj->gi", self.gram, weights)
        own = np.einsum("gi,gi->g", weights, products)
        shared = products @ self.bread
        taken = np.einsum("gi,gi->g", shared, products)
        trace = own.sum() - taken.sum()
        inside = self.bread @ (products.T @ products)
        square = (own**2).sum() - 2 * (own * taken).sum() + np.trace(inside @ inside)
        se = float(np.sqrt(contrast @ self.covariance @ contrast))
        return float(contrast @ self.coefficients), se, float(trace**2 / square) if square > 0 else float("nan")
