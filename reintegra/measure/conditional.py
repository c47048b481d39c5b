"""The conditional likelihood of the partial credit model: symmetric functions, its maximum, and places of persons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.coded import Floats
from ..core.errors import DataError

MOST_STEPS = 50
LEAST = 1e-6  # of information, beside the one free direction; standard errors of 1000 logits mean no maximum


@dataclass(frozen=True, eq=False)
class Model:
    """Cumulated easiness of each category (items x categories; 0 for the lowest, -inf beyond an item's last)."""

    easiness: Floats
    covariance: Floats
    widths: np.ndarray[Any, Any]
    loglik: float

    def thresholds(self) -> tuple[list[Floats], list[Floats]]:
        """Return the thresholds of each item and their standard errors."""
        estimates, errors, start = [], [], 0
        for own, width in zip(self.easiness, self.widths, strict=True):
            stop = start + int(width) - 1
            differences = np.eye(int(width) - 1) - np.eye(int(width) - 1, k=-1)
            cov = differences @ self.covariance[start:stop, start:stop] @ differences.T
            estimates.append(-np.diff(own[:width]))
            errors.append(np.sqrt(np.diagonal(cov)))
            start = stop
        return estimates, errors

    def moments(self, theta: Floats) -> tuple[Floats, Floats, Floats]:
        """Return mean, variance and third central moment of each item's answer at each place (places x items)."""
        category = np.arange(self.easiness.shape[1])
        log = np.multiply.outer(theta, category)[:, None, :] + self.easiness
        chance = np.exp(log - log.max(axis=2, keepdims=True))
        chance /= chance.sum(axis=2, keepdims=True)
        mean = chance @ category
        away = category - mean[:, :, None]
        return mean, (chance * away**2).sum(axis=2), (chance * away**3).sum(axis=2)

    def error(self, theta: Floats) -> Floats:
        """Return the standard error of a place."""
        errors: Floats = 1 / np.sqrt(self.moments(theta)[1].sum(axis=1))
        return errors


def places(model: Model, *, warm: bool) -> Floats:
    """Return the place of each raw score: Warm's, or of maximum likelihood, which the two extreme scores lack."""
    raw = np.arange(int(model.widths.sum() - len(model.widths)) + 1)
    sought = raw if warm else raw[1:-1]
    steps = np.concatenate(model.thresholds()[0])
    low, high = np.full(len(sought), steps.min() - 20), np.full(len(sought), steps.max() + 20)
    place = np.linspace(steps.min(), steps.max(), len(sought))
    for _ in range(2 * MOST_STEPS):  # Newton's steps, halving instead where one would leave what is known to enclose it
        mean, variance, third = (part.sum(axis=1) for part in model.moments(place))
        short = sought - mean + (third / (2 * variance) if warm else 0)
        low, high = np.where(short > 0, place, low), np.where(short > 0, high, place)
        before, place = place, place + short / variance
        place = np.where((place > low) & (place < high), place, (low + high) / 2)
        if np.abs(place - before).max(initial=0) < 1e-10:
            break
    found = np.full(len(raw), np.nan)
    found[sought] = place
    return found


def without_two(weights: Floats, scores: int) -> Floats:
    """Return the symmetric functions of all items but i and j (items x items x scores); where i is j, of all but i.

    Every one is built up by adding positive terms, never by dividing an item out again, which loses digits. The items
    are halved and halved again, so that what halves have in common is multiplied once.
    """
    items = len(weights)
    found = np.empty((items, items, scores))

    def times(product: Floats, item: int) -> Floats:
        """Multiply by an item, except in the row that leaves this item out."""
        made: Floats = weights[item, 0] * product
        for category in range(1, weights.shape[1]):
            made[:, category:] += weights[item, category] * product[:, :-category]
        made[item] = product[item]
        return made

    def halve(some: list[int], product: Floats) -> None:
        if len(some) == 1:
            found[:, some[0]] = product
            return
        half = len(some) // 2
        for mine, others in ((some[:half], some[half:]), (some[half:], some[:half])):
            made = product
            for other in others:
                made = times(made, other)
            halve(mine, made)

    start = np.zeros((items, scores))
    start[:, 0] = 1
    halve(list(range(items)), start)
    return found


def maximum(given: Floats, people: Floats, widths: Floats) -> Model:
    """Find the maximum of the conditional likelihood by Newton's steps.

    ``given`` counts each category of each item, ``people`` each raw score. One direction is free (moving all people and
    all items alike); it is fixed afterwards by letting the cumulated easiness sum to 0.
    """
    there = np.arange(given.shape[1]) < widths[:, None]
    free = there.copy()
    free[:, 0] = False
    easiness = np.where(there, np.log((given + 0.5) / (given[:, :1] + 0.5)), -np.inf)
    along = np.nonzero(free)[1].astype(float)
    loglik, gradient, information = _likelihood(easiness, given, people, free)
    for _ in range(MOST_STEPS):
        whole = information + np.outer(along, along) * (np.trace(information) / along.sum() ** 2)
        try:
            step = np.linalg.solve(whole, gradient)
        except np.linalg.LinAlgError:
            break
        length = 1.0
        while length > 1e-6:
            tried = easiness.copy()
            tried[free] += length * step
            made = _likelihood(tried, given, people, free)
            if made[0] >= loglik - 1e-9:
                break
            length /= 2
        easiness, (loglik, gradient, information) = tried, made
        if np.abs(step).max() < 1e-6:  # the next one would be its square
            return _centred(easiness, information, along, free, widths, loglik)
    raise DataError("no-maximum")


def _likelihood(easiness: Floats, given: Floats, people: Floats, free: Any) -> tuple[float, Floats, Floats]:
    """Return the log likelihood given the raw scores, its gradient, and the information."""
    weights = np.exp(easiness)
    items, width = weights.shape
    scores = len(people)
    left = without_two(weights, scores)
    own = left[np.arange(items), np.arange(items)]
    share = np.zeros((scores, items, width))  # of each category, given the raw score; still to be divided by ``all_of``
    for step in range(width):
        share[step:, :, step] = (own[:, : scores - step] * weights[:, step, None]).T
    all_of = share[:, 0].sum(axis=1)
    share /= all_of[:, None, None]
    rate = people / all_of
    together = [left[:, :, : scores - both] @ rate[both:] for both in range(2 * width - 1)]
    item, category = np.nonzero(free)
    joint = np.stack(together)[category[:, None] + category, item[:, None], item]
    joint *= weights[free][:, None] * weights[free]
    joint[item[:, None] == item] = 0
    expected = np.tensordot(people, share, axes=1)[free]
    flat = share[:, free]
    information = joint + np.diag(expected) - (flat * people[:, None]).T @ flat
    loglik = float(given[free] @ easiness[free] - people @ np.log(all_of))
    return loglik, given[free] - expected, information


def _centred(easiness: Floats, information: Floats, along: Floats, free: Any, widths: Any, loglik: float) -> Model:
    """Move the origin so that the cumulated easiness sums to 0, and the covariance with it."""
    values, vectors = np.linalg.eigh(information)
    if values[1] < LEAST:
        raise DataError("no-maximum")
    known = vectors[:, 1:]
    kept = np.eye(len(along)) - np.outer(along, np.ones(len(along))) / along.sum()
    moved = kept @ known
    centred = easiness.copy()
    centred[free] = kept @ easiness[free]
    return Model(centred, (moved / values[1:]) @ moved.T, widths, loglik)
