"""What scores would do if nobody had truly changed: a normal trait, cut on the lattice of the scale, seen twice."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..core.errors import DataError
from ..core.language import number
from .estimates import Floats

GRID = np.linspace(-7, 7, 561)  # of what both times share, in SDs; a sum over it is exact to 1e-9 up to a rho of .99
MOST_STEPS = 2_000
HIGHEST_RHO = 0.995

Scale = tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class Lattice:
    """A normal trait seen on a scale. ``mean`` and ``sd`` are those of the trait, in the unit of the score."""

    points: Floats
    mean: float
    sd: float

    @property
    def bounds(self) -> Floats:
        """Where one point of the scale ends and the next begins, in SDs of the trait; the ends are open."""
        inner = (self.points[:-1] + self.points[1:]) / 2
        return np.concatenate([[-np.inf], (inner - self.mean) / self.sd, [np.inf]])

    def twice(self, rho: float) -> Floats:
        """Return the probability of each pair of points, for a latent correlation of the two times."""
        from scipy.special import ndtr

        shared, own = math.sqrt(rho), math.sqrt(1 - rho)
        points: Floats = np.diff(ndtr((self.bounds - shared * GRID[:, None]) / own), axis=1)
        weights = np.exp(-(GRID**2) / 2)
        return (points.T * (weights / weights.sum())) @ points

    def correlation(self, rho: float) -> float:
        """Return the correlation of the two scores that a latent correlation gives."""
        pairs = self.twice(rho)
        alone = pairs.sum(axis=0)
        centred = self.points - alone @ self.points
        return float(centred @ pairs @ centred / (alone @ centred**2))

    def rho(self, r: float) -> float:
        """Return the latent correlation at which the two scores correlate as they did in a retest."""
        from scipy.optimize import brentq

        if not 0 < r < self.correlation(HIGHEST_RHO):
            raise DataError("retest-out-of-range", r=lambda: number(r, 2))
        return float(brentq(lambda rho: self.correlation(rho) - r, 0, HIGHEST_RHO, xtol=1e-10))

    def rising(self, r: float) -> Floats:
        """Return for each point of the scale how likely a second score is higher, if nothing changed."""
        pairs = self.twice(self.rho(r))
        return np.triu(pairs, 1).sum(axis=1) / np.maximum(pairs.sum(axis=1), 1e-300)

    def places(self, values: Floats) -> Floats:
        """Return the place on the lattice that is nearest to each value."""
        return np.abs(values[:, None] - self.points).argmin(axis=1)


def lattice_points(scale: Scale) -> Floats:
    """Return the points of a scale from its low end, its high end, and its step."""
    low, high, step = scale
    steps = (high - low) / step if step > 0 else math.nan
    if not (1 < steps + 1e-9 <= MOST_STEPS) or abs(steps - round(steps)) > 1e-6 * steps:
        ends = {"low": lambda: number(low, 2), "high": lambda: number(high, 2), "step": lambda: number(step, 2)}
        raise DataError("not-a-scale", **ends)
    return np.linspace(low, high, round(steps) + 1)


def fit_lattice(values: Floats, points: Floats) -> Lattice:
    """Return the normal trait under which scores on a scale are likeliest, each score standing for its interval."""
    from scipy.optimize import minimize
    from scipy.special import ndtr

    counts = np.bincount(Lattice(points, 0, 1).places(values), minlength=len(points))

    def surprise(at: Floats) -> float:
        shares = np.diff(ndtr(Lattice(points, at[0], math.exp(at[1])).bounds))
        return float(-counts @ np.log(np.maximum(shares, 1e-300)))

    start = np.array([values.mean(), math.log(values.std())])
    steps = np.array([[0, 0], [0.2 * values.std(), 0], [0, 0.2]])
    options = {"initial_simplex": start + steps, "xatol": 1e-8, "fatol": 1e-9, "maxiter": 2_000}
    mean, spread = minimize(surprise, start, method="Nelder-Mead", options=options).x
    return Lattice(points, float(mean), math.exp(spread))


def count_probabilities(chances: Floats, people: Floats) -> Floats:
    """Return how likely each number of people is, where ``people`` of a kind each have a chance (Poisson-binomial)."""
    from scipy.stats import binom

    made = np.ones(1)
    for chance, of_kind in zip(chances, people, strict=True):
        if of_kind:
            made = np.convolve(made, binom.pmf(np.arange(of_kind + 1), of_kind, chance))
    return made


def mid_p(probabilities: Floats, found: int) -> float:
    """Return the two-sided mid-p of a count: half of what was found belongs to either side."""
    half = probabilities[found] / 2
    lower, upper = probabilities[:found].sum() + half, probabilities[found + 1 :].sum() + half
    return float(min(1.0, 2 * min(lower, upper)))
