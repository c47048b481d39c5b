"""One engine for every coefficient of agreement: what coders said of a unit, counted by category.

Each unit gives a row of sums (how often two of its coders said k and l, what share said k, what each coder said). Every
coefficient is worked out from the total of those rows alone, so that a sample, and a sample drawn again with other
weights, go the same way: totals may have any number of draws in front.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from ..core.coded import Floats
from ..core.errors import DataError

WEIGHTS = ("identity", "linear", "quadratic", "ordinal", "radical", "ratio", "ranks")
COEFFICIENTS = ("percent", "cohen", "fleiss", "krippendorff", "gwet", "brennan_prediger")


def weights_of(kind: str, values: Floats, counts: Floats) -> Floats:
    """Return how nearly two categories agree, 1 for the same; ``counts`` (... x categories) matter to "ranks" alone."""
    if kind not in WEIGHTS:
        raise DataError("no-such-choice", what="weights", value=kind, allowed=", ".join(WEIGHTS))
    if kind == "ratio" and (values < 0).any():
        raise DataError("agree-ratio-below-zero")
    apart = np.abs(values[:, None] - values[None, :])
    if kind == "identity":
        far = (apart > 0).astype(float)
    elif kind == "ordinal":  # Gwet's: by how many categories lie between, whatever their marginals
        steps = np.abs(np.subtract.outer(np.arange(len(values)), np.arange(len(values))))
        far = steps * (steps + 1.0)
    elif kind == "ratio":
        total = values[:, None] + values[None, :]
        far = (apart / np.where(total > 0, total, 1)) ** 2
    elif kind == "ranks":  # Krippendorff's: by how many ratings lie between
        upto = counts.cumsum(axis=-1) - counts / 2
        far = (upto[..., :, None] - upto[..., None, :]) ** 2
    else:
        far = apart ** {"linear": 1.0, "quadratic": 2.0, "radical": 0.5}[kind]
    most = far.max(axis=(-2, -1), keepdims=True)
    found: Floats = 1 - far / np.where(most > 0, most, 1)
    return found


@dataclass(frozen=True, eq=False)
class Sums:
    """What one unit, or all of them together, hold (... in front: units or draws; q categories, g coders)."""

    pairs: Floats  # ... x q x q: share of its pairs of coders who said k and l
    two: Floats  # ...: two coders or more
    one: Floats  # ...: one coder or more
    shares: Floats  # ... x q: share of its coders who said k
    coincidences: Floats  # ... x q x q: Krippendorff's o(k, l); rows add up to the ratings of units with two coders
    said: Floats | None  # ... x g x q: coder g said k; None where only counts are known

    @classmethod
    def of(cls, counts: Floats, said: Floats | None = None) -> Sums:
        """Return the sums of each unit from its counts (units x q) and, where known, from who said what."""
        many = counts.sum(axis=1)
        two, one = many >= 2, many >= 1
        together = counts[:, :, None] * counts[:, None, :]
        np.einsum("ikk->ik", together)[...] -= counts
        less = np.where(two, many - 1, 1)[:, None, None]
        coincidences = np.where(two[:, None, None], together / less, 0)
        return cls(
            coincidences / np.where(one, many, 1)[:, None, None],
            two.astype(float),
            one.astype(float),
            counts / np.where(one, many, 1)[:, None],
            coincidences,
            said,
        )

    def __len__(self) -> int:
        return len(self.two)

    def with_more(self, other: Sums) -> Sums:
        """Return these units followed by others of the same categories and coders."""
        return self._each(lambda name, part: np.concatenate([part, getattr(other, name)]))

    def totals(self, weights: Floats) -> Sums:
        """Return the weighted sums of all units: ``weights`` (draws x units), or (units) for one sample."""
        return self._each(lambda _, part: np.tensordot(weights, part, 1))

    def _each(self, change: Callable[[str, Floats], Floats]) -> Sums:
        names = [field.name for field in fields(self) if getattr(self, field.name) is not None]
        return replace(self, **{name: change(name, getattr(self, name)) for name in names})


def coefficients(total: Sums, kind: str, values: Floats) -> dict[str, tuple[Floats, Floats, Floats]]:
    """Return each coefficient with the agreement observed and that by chance; what has no value is NaN.

    Krippendorff's alpha counts each rating once, the others each unit, and it corrects for few ratings.
    """
    q = len(values)
    counts = total.coincidences.sum(axis=-1)
    w = weights_of(kind, values, counts)
    with np.errstate(invalid="ignore", divide="ignore"):
        seen = (w * total.pairs).sum(axis=(-2, -1)) / total.two
        share = total.shares / total.one[..., None]
        ratings = counts.sum(axis=-1)
        own = counts / ratings[..., None]
        paired = (w * total.coincidences).sum(axis=(-2, -1)) / ratings
        whole = w.sum(axis=(-2, -1))
        by_chance = {
            "percent": np.zeros_like(seen),
            "cohen": None if total.said is None else _by_coder(total.said, w),
            "fleiss": _expected(share, w),
            "krippendorff": _expected(own, w),
            "gwet": whole / (q * (q - 1)) * (share * (1 - share)).sum(axis=-1) if q > 1 else seen * np.nan,
            "brennan_prediger": seen * 0 + whole / q**2,
        }
        found = {}
        for name, chance in by_chance.items():
            if chance is not None:
                observed = (1 - 1 / ratings) * paired + 1 / ratings if name == "krippendorff" else seen
                value = (observed - chance) / np.where(1 - chance > 1e-12, 1 - chance, np.nan)
                found[name] = (value, observed, chance)
    return found


def _expected(share: Floats, w: Floats) -> Floats:
    found: Floats = (share[..., :, None] * share[..., None, :] * w).sum(axis=(-2, -1))
    return found


def _by_coder(said: Floats, w: Floats) -> Floats:
    """Return the agreement by chance of two coders (Cohen) or more (Conger), each with marginals of their own."""
    share = said / said.sum(axis=-1, keepdims=True)
    g = share.shape[-2]
    apart = _expected(share.sum(axis=-2), w) - _expected(share, w[..., None, :, :]).sum(axis=-1)
    found: Floats = apart / (g * (g - 1)) if g > 1 else apart * np.nan
    return found


def standard_errors(units: Sums, times: Floats, kind: str, values: Floats) -> dict[str, tuple[float, int]]:
    """Return Gwet's standard error of each coefficient, taking units (each found ``times``) for independent, and df."""
    total = units.totals(times)
    w = weights_of(kind, values, total.coincidences.sum(axis=-1))
    n, twos, q = total.one, total.two, len(values)
    found: dict[str, tuple[float, int]] = {}
    with np.errstate(invalid="ignore", divide="ignore"):
        own = (w * units.pairs).sum(axis=(1, 2))
        share = total.shares / n
        for name, (value, _, chance) in coefficients(total, kind, values).items():
            if name == "krippendorff":
                found[name] = _alpha_error(units, times, w, float(value), float(chance))
                continue
            drift: Any = {
                "fleiss": lambda: units.shares @ (w @ share),
                "gwet": lambda: w.sum() / (q * (q - 1)) * (units.shares @ (1 - share)),
                "cohen": lambda: _coder_drift(units, times, w),
            }.get(name)
            moved = 0 if drift is None else 2 * (1 - value) * (drift() - chance) / (1 - chance)
            each = n / twos * (own - chance * units.two) / (1 - chance) - moved - value
            found[name] = _error(each, times * units.one)
    return found


def _error(each: Floats, times: Floats) -> tuple[float, int]:
    n = round(float(times.sum()))
    if n < 2:
        return np.nan, n - 1
    return float(np.sqrt((times * each**2).sum() / (n * (n - 1)))), n - 1


def _alpha_error(units: Sums, times: Floats, w: Floats, value: float, chance: float) -> tuple[float, int]:
    many = units.coincidences.sum(axis=2)
    size, times = many.sum(axis=1), times * units.two
    mean = (times * size).sum() / times.sum()
    own = (w * units.coincidences).sum(axis=(1, 2)) / mean
    prime = (times @ own / times.sum() - chance) / (1 - chance)  # alpha before its correction for few ratings
    more = (size - mean) / mean
    share = (times @ many) / (times @ size)
    drift = many @ (w @ share) / mean - chance * more - chance
    each = own - (value + (1 - value) * chance) * more - chance - 2 * (1 - prime) * drift
    return _error(each / (1 - chance) - prime, times)


def _coder_drift(units: Sums, times: Floats, w: Floats) -> Floats:
    """Return what each unit adds to the agreement by chance of Cohen and Conger."""
    said = units.said
    if said is None or said.shape[1] < 2:
        return np.full(len(units), np.nan)
    n, there = float((times * units.one).sum()), said.sum(axis=2)
    rated = times @ there
    share = np.tensordot(times, said, 1) / rated[:, None]
    own = (said - (there - rated / n)[:, :, None] * share[None]) * (n / rated)[None, :, None]
    g = len(rated)
    found: Floats = np.einsum("igl,lk,gk->i", own, w, share.sum(axis=0)[None] - share) / (g * (g - 1))
    return found
