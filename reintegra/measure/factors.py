"""Factors of a correlation matrix: least residuals (minres), rotations, and the general factor above them."""

from __future__ import annotations

import numpy as np

from ..core.coded import Floats

LEAST_UNIQUE = 0.005
STARTS = 12
SEED = 1


def minres(r: Floats, factors: int) -> tuple[Floats, Floats]:
    """Return loadings (items x factors, principal axes) and uniquenesses that leave the least squared residuals.

    Projected Newton steps on the uniquenesses, which are not let below .005; a factor's loadings sum to more than 0.

    Source: Harman & Jones (1966), Psychometrika 31, 351-368; Jöreskog (1977), in Statistical Methods for Digital
    Computers, 125-153 (derivatives).
    """
    unique = _unique_at_first(r)
    loss, slope, bend = _left(r, unique, factors)
    for _ in range(200):
        held = (unique <= LEAST_UNIQUE) & (slope > 0)
        free = np.flatnonzero(~held)
        if np.abs(slope[free]).max(initial=0) < 1e-12:
            break
        step = np.zeros(len(r))
        values, vectors = np.linalg.eigh(bend[np.ix_(free, free)])
        step[free] = -vectors @ ((vectors.T @ slope[free]) / np.maximum(np.abs(values), 1e-8))
        size = 1.0
        while size > 1e-8:
            there = np.clip(unique + size * step, LEAST_UNIQUE, 1.0)
            less, steeper, rounder = _left(r, there, factors)
            if less <= loss:
                break
            size /= 2
        else:
            break
        moved = np.abs(there - unique).max()
        unique, loss, slope, bend = there, less, steeper, rounder
        if moved < 1e-11:
            break
    values, vectors = np.linalg.eigh(r - np.diag(unique))
    loadings = (vectors * np.sqrt(np.maximum(values, 0)))[:, : -factors - 1 : -1]
    return loadings * _signs(loadings), unique


def _unique_at_first(r: Floats) -> Floats:
    """Return 1 minus the squared multiple correlations; a half where the matrix has no inverse."""
    if np.linalg.eigvalsh(r)[0] > 1e-8:
        return np.clip(1 / np.diag(np.linalg.inv(r)), LEAST_UNIQUE, 1.0)
    return np.full(len(r), 0.5)


def _left(r: Floats, unique: Floats, factors: int) -> tuple[float, Floats, Floats]:
    """Return half the squares of the roots that the factors leave, with slopes and curvature by the uniquenesses."""
    roots, vectors = np.linalg.eigh(r - np.diag(unique))
    cut = len(r) - factors
    small, large = vectors[:, :cut], vectors[:, cut:]
    slope = -(small**2) @ roots[:cut]
    share = roots[:cut, None] / (roots[None, :cut].T - roots[None, cut:])
    cross = small[:, :, None] * large[:, None, :]
    bend = (small @ small.T) ** 2 + 2 * np.einsum("iab,ab,jab->ij", cross, share, cross, optimize=True)
    return float(roots[:cut] @ roots[:cut]) / 2, slope, bend


def _signs(loadings: Floats) -> Floats:
    return np.where(loadings.sum(axis=0) < 0, -1.0, 1.0)


def varimax(loadings: Floats) -> Floats:
    """Return loadings turned to varimax, rows brought to length 1 for the turning (Kaiser), factors in order.

    Source: Kaiser (1958), Psychometrika 23, 187-200.
    """
    length = np.sqrt((loadings**2).sum(axis=1, keepdims=True))
    rows = loadings / np.where(length > 0, length, 1)
    turn = np.eye(loadings.shape[1])
    before = 0.0
    for _ in range(5_000):
        z = rows @ turn
        u, s, v = np.linalg.svd(rows.T @ (z**3 - z * (z**2).mean(axis=0)))
        turn = u @ v
        if s.sum() <= before * (1 + 1e-15):
            break
        before = s.sum()
    turned, _ = in_order(loadings @ turn, np.eye(len(turn)))
    return turned


def oblimin(loadings: Floats) -> tuple[Floats, Floats]:
    """Return the pattern turned to direct quartimin, and the factor correlations.

    Gradient projection from the principal axes and from seeded turns, all at once; the lowest criterion is kept. Rows
    are not brought to length 1.

    Source: Jennrich & Sampson (1966), Psychometrika 31, 313-323; Jennrich (2002), Psychometrika 67, 7-19.
    """
    factors = loadings.shape[1]
    random = np.random.default_rng(SEED).standard_normal((STARTS - 1, factors, factors))
    starts = np.concatenate([np.eye(factors)[None], np.linalg.qr(random)[0]])
    turns, found = _quartimin(loadings, starts, 1e-3)
    best = int(np.argmin(found))
    turn = _quartimin(loadings, turns[best : best + 1], 1e-11)[0][0]
    return in_order(loadings @ np.linalg.inv(turn).T, turn.T @ turn)


def _quartimin(loadings: Floats, turns: Floats, near: float) -> tuple[Floats, Floats]:
    """Walk every start down the quartimin criterion until its projected gradient is small."""
    turns = turns.copy()
    size = np.ones(len(turns))
    value, slope = _criterion(loadings, turns)
    active = np.arange(len(turns))
    for _ in range(3_000):
        turn, step = turns[active], slope[active]
        along = step - turn * (turn * step).sum(axis=1, keepdims=True)
        steep = (along**2).sum(axis=(1, 2))
        going = np.sqrt(steep) > near
        active, turn, along, steep = active[going], turn[going], along[going], steep[going]
        if not len(active):
            break
        size[active] *= 2
        waiting = np.arange(len(active))
        for _ in range(30):
            at = active[waiting]
            there = turn[waiting] - size[at, None, None] * along[waiting]
            there /= np.sqrt((there**2).sum(axis=1, keepdims=True))
            less, steeper = _criterion(loadings, there)
            good = less < value[at] - 0.5 * steep[waiting] * size[at]
            turns[at[good]], value[at[good]], slope[at[good]] = there[good], less[good], steeper[good]
            waiting = waiting[~good]
            if not len(waiting):
                break
            size[active[waiting]] /= 2
        active = np.delete(active, waiting)
    return turns, value


def _criterion(loadings: Floats, turns: Floats) -> tuple[Floats, Floats]:
    """Return the quartimin criterion of each turn and its slope."""
    back = np.linalg.inv(turns)
    pattern = loadings @ back.swapaxes(1, 2)
    squares = pattern**2
    others = squares.sum(axis=2, keepdims=True) - squares
    slope = -(pattern.swapaxes(1, 2) @ (pattern * others) @ back).swapaxes(1, 2)
    return (squares * others).sum(axis=(1, 2)) / 4, slope


def in_order(pattern: Floats, phi: Floats) -> tuple[Floats, Floats]:
    """Return a solution with the factor of most squared loadings first, and each factor's loadings summing above 0."""
    order = np.argsort(-(pattern**2).sum(axis=0), kind="stable")
    sign = _signs(pattern[:, order])
    return pattern[:, order] * sign, phi[np.ix_(order, order)] * np.outer(sign, sign)


def general_factor(pattern: Floats, phi: Floats) -> tuple[Floats, Floats]:
    """Return loadings on the general factor above correlated factors, and on what each keeps for itself.

    Source: Schmid & Leiman (1957), Psychometrika 22, 53-61.
    """
    above, kept = minres(phi, 1)
    return pattern @ above[:, 0], pattern * np.sqrt(kept)
