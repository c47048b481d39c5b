"""Time free of an event: Kaplan-Meier, the mean time up to a horizon, and the log-rank test by site.

All of it rests on one table, the steps of a curve: at each time with an event, who was at risk and who had it. An event
comes before a loss at the same time.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .estimates import Floats


@dataclass(frozen=True, eq=False)
class Curve:
    """The Kaplan-Meier curve of some people: ``time`` and ``event`` (1, 0) of each, ``times`` with events in order."""

    time: Floats
    event: Floats

    @cached_property
    def times(self) -> Floats:
        """The times at which an event happened."""
        return np.unique(self.time[self.event == 1])

    def at_risk(self, times: Floats) -> Floats:
        """Return how many are still free and followed just before each time."""
        return len(self.time) - np.searchsorted(np.sort(self.time), times, side="left")

    @cached_property
    def risk(self) -> Floats:
        """People at risk at each step."""
        return self.at_risk(self.times)

    @cached_property
    def events(self) -> Floats:
        """Events at each step."""
        return np.bincount(np.searchsorted(self.times, self.time[self.event == 1]), minlength=len(self.times))

    @cached_property
    def survival(self) -> Floats:
        """The share still free after each step."""
        return np.cumprod(1 - self.events / self.risk)

    @cached_property
    def spread(self) -> Floats:
        """d / (Y (Y - d)) at each step, the parts of Greenwood's sum; 0 where the curve ends at 0."""
        left = self.risk - self.events
        return np.divide(self.events, self.risk * left, out=np.zeros(len(left)), where=left > 0)

    def free(self, times: Floats) -> tuple[Floats, Floats]:
        """Return the share free after each time, and its standard error (Greenwood)."""
        place = np.searchsorted(self.times, times, side="right")
        survival = np.append(1.0, self.survival)[place]
        return survival, survival * np.sqrt(np.append(0.0, np.cumsum(self.spread))[place])

    def mean(self, horizon: float) -> tuple[float, float]:
        """Return the mean time free up to the horizon, and its standard error."""
        before, areas, ahead = self._areas(horizon)
        return float(areas.sum()), float(np.sqrt(np.sum(ahead**2 * self.spread[before])))

    def pseudo(self, horizon: float) -> Floats:
        """Return the pseudo-value of each person for the mean time free up to the horizon.

        Their mean is that mean time, and their sum of squares about it, over n^2, the square of its standard error.
        """
        before, areas, ahead = self._areas(horizon)
        left = self.risk[before] - self.events[before]
        weight = np.divide(ahead, left, out=np.zeros(len(left)), where=left > 0)
        past = np.append(0.0, np.cumsum(weight * self.events[before] / self.risk[before]))
        times = self.times[before]
        pull = past[np.searchsorted(times, self.time, side="right")]
        own = (self.event == 1) & (self.time < horizon)
        pull[own] -= weight[np.searchsorted(times, self.time[own])]
        return areas.sum() + len(self.time) * pull

    def _areas(self, horizon: float) -> tuple[Floats, Floats, Floats]:
        """Return which steps come before the horizon, the area between steps, and the area ahead of each step."""
        before = self.times < horizon
        corners = np.concatenate([[0.0], self.times[before], [horizon]])
        areas = np.diff(corners) * np.append(1.0, self.survival[before])
        return before, areas, np.cumsum(areas[::-1])[::-1][1:]


def log_log(share: Floats, se: Floats, level: float) -> tuple[Floats, Floats]:
    """Return the interval of a share by the log of its -log: never outside 0 and 1; none where the share is 0 or 1."""
    from scipy.stats import norm

    with np.errstate(divide="ignore", invalid="ignore"):
        log = np.log(share)
        reach = norm.ppf((1 + level) / 2) * se / (share * -log)
        low, high = share ** np.exp(reach), share ** np.exp(-reach)
    inside = (share > 0) & (share < 1)
    return np.where(inside, low, np.nan), np.where(inside, high, np.nan)


def log_rank(time: Floats, event: Floats, group: Floats, site: Floats) -> tuple[Floats, Floats, float, int]:
    """Compare the curves of groups (0, 1, ...) inside sites: events observed, events expected, chi-square and df.

    Only sites that hold several groups tell anything; without such sites the chi-square is NaN and df 0.
    """
    k = int(group.max()) + 1
    observed = np.bincount(group[event == 1], minlength=k).astype(float)
    expected, variance, most = np.zeros(k), np.zeros((k, k)), 0.0
    for one in np.unique(site):
        here = site == one
        curve = Curve(time[here], event[here])
        groups = [Curve(time[here & (group == g)], event[here & (group == g)]) for g in range(k)]
        share = np.array([part.at_risk(curve.times) for part in groups]) / curve.risk
        expected += share @ curve.events
        left = curve.risk - curve.events
        scale = curve.events * left / np.maximum(curve.risk - 1, 1)
        variance += np.diag(share @ scale) - (share * scale) @ share.T
        most += float(scale.sum())
    df = int(np.linalg.matrix_rank(variance, tol=1e-9 * most)) if most else 0
    apart = observed - expected
    if df == 0:
        return observed, expected, float("nan"), 0
    return observed, expected, float(apart @ np.linalg.pinv(variance, rcond=1e-9, hermitian=True) @ apart), df
