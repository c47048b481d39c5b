"""Two ways to make groups alike: a logistic model of who joined, and entropy balancing of those who did not."""

from __future__ import annotations

import numpy as np

from ..core.errors import DataError, DesignError
from ..core.language import listed
from .estimates import Floats
from .site_sums import aliased

CERTAIN = 15.0  # a linear predictor beyond this is looked at for separation
BALANCED = 1e-8  # SDs a mean may be away from its target


def expit(eta: Floats) -> Floats:
    """Return the probability of a log odds."""
    return 1 / (1 + np.exp(-np.clip(eta, -700, 700)))


def enough(t: Floats, labels: tuple[str, str]) -> None:
    """Refuse a group of fewer than two people."""
    for group, label in enumerate(labels):
        if (t == group).sum() < 2:
            raise DesignError("nobody-in-programme", programme=label, people=int((t == group).sum()))


def logit(names: tuple[str, ...], x: Floats, joined: Floats) -> tuple[Floats, Floats]:
    """Fit a logistic regression by Newton's steps; return its coefficients (the constant first) and probabilities.

    Columns that separate those who joined from the others have no finite coefficients: refused by name.
    """
    spread = x.std(axis=0)
    centred = x - x.mean(axis=0)
    if same := aliased(centred.T @ centred):
        raise DesignError("aliased-columns", columns=listed(names[i] for i in same))
    z = np.column_stack([np.ones(len(x)), centred / spread])
    beta = np.zeros(z.shape[1])
    looked = False
    for _ in range(60):
        p = expit(z @ beta)
        if not looked and np.abs(z @ beta).max() > CERTAIN:
            _refuse_separation(names, z, joined)
            looked = True
        step = np.linalg.solve((z.T * (p * (1 - p))) @ z, z.T @ (joined - p))
        beta = beta + step
        if np.abs(step).max() < 1e-13 * (1 + np.abs(beta).max()):
            break
    slopes = beta[1:] / spread
    return np.append(beta[0] - slopes @ x.mean(axis=0), slopes), expit(z @ beta)


def _refuse_separation(names: tuple[str, ...], z: Floats, joined: Floats) -> None:
    """Refuse columns of which a combination is never lower in those who joined than in the others (Konis 2007)."""
    from scipy.optimize import linprog

    signed = z * (2 * joined - 1)[:, None]
    found = linprog(-signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(len(z)), bounds=(-1, 1))
    if found.status == 0 and -found.fun > 1e-7 * len(z):
        mine, others = z[joined == 1, 1:], z[joined == 0, 1:]
        alone = (mine.min(axis=0) >= others.max(axis=0)) | (mine.max(axis=0) <= others.min(axis=0))
        guilty = np.array(names, dtype=object)[alone if alone.any() else np.abs(found.x[1:]) > 1e-7]
        raise DataError("perfect-separation", columns=listed(guilty))


def entropy_weights(names: tuple[str, ...], controls: Floats, targets: Floats) -> Floats:
    """Return the weights of controls, of sum 1 and least away from equal, whose means are the targets.

    They are exp(Z l) / sum, and l is the minimum of log sum exp(Z l), a smooth convex function: Newton's steps, halved
    where they would go up. Targets beyond the reach of the controls send l to infinity: refused by name.
    """
    spread = controls.std(axis=0, ddof=1)
    away = controls.mean(axis=0) - targets
    stuck = (spread <= 1e-12 * np.abs(targets).clip(1e-300)) & (np.abs(away) > 1e-9 * np.abs(targets).clip(1e-300))
    outside = (targets < controls.min(axis=0)) | (targets > controls.max(axis=0)) | stuck
    if outside.any():
        raise DataError("cannot-balance", columns=listed(np.array(names, dtype=object)[outside]))
    z = (controls - targets) / np.where(spread > 0, spread, 1)
    centred = z - z.mean(axis=0)
    same = aliased(centred.T @ centred)
    free = np.delete(z, same, axis=1)
    weights = _newton(free) if free.shape[1] else np.full(len(z), 1 / len(z))
    left = np.abs(z.T @ weights)
    if not (left <= BALANCED).all():
        raise DataError("cannot-balance", columns=listed(np.array(names, dtype=object)[~(left <= BALANCED)]))
    return weights


def _newton(z: Floats) -> Floats:
    """Return the weights at the minimum of log sum exp(Z l), or those reached where there is none."""
    tilt = np.zeros(z.shape[1])
    height, weights = _tilted(z, tilt)
    for _ in range(300):
        slope = z.T @ weights
        if np.abs(slope).max() < 1e-13:
            break
        bend = (z.T * weights) @ z - np.outer(slope, slope)
        try:
            step = -np.linalg.solve(bend, slope)
        except np.linalg.LinAlgError:
            break
        size = 1.0
        while size > 1e-10:
            lower, tried = _tilted(z, tilt + size * step)
            if lower <= height + 1e-4 * size * (slope @ step) + 1e-15:
                break
            size /= 2
        else:
            break
        tilt, height, weights = tilt + size * step, lower, tried
        if height < -60:
            break
    return weights


def _tilted(z: Floats, tilt: Floats) -> tuple[float, Floats]:
    """Return log sum exp(Z l) and the weights exp(Z l) / sum."""
    eta = z @ tilt
    top = eta.max()
    raised = np.exp(eta - top)
    total = raised.sum()
    return float(top + np.log(total)), raised / total
