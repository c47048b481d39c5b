"""What reliability needs to know of some items: means and covariances of the people who answered them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from ..core.coded import Floats, numbers, places
from ..core.errors import DataError, Notice
from ..core.language import listed
from ..core.moments import Moments
from ..core.text import shortened
from ..intake import Responses
from .scales import Scale, scale_of

Items: TypeAlias = pd.DataFrame | Moments | Scale | Responses
"""Items of one scale after reversal: rows (DataFrame, Scale, answers of one scale), or the sums of rows (Moments)."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """Items over the people who answered all of them.

    ``values`` are the answers (people x items), None where only sums are known; ``at_low`` and ``at_high`` the shares
    of answers at the ends of the declared range, or of the range found in all items where none was declared.
    """

    names: tuple[str, ...]
    rows: int
    n: int
    means: Floats
    covariance: Floats
    high: Floats
    at_low: Floats
    at_high: Floats
    values: Floats | None
    repeated: int = 0

    @property
    def notes(self) -> tuple[Notice, ...]:
        """Who was left out, and whether people stand in it more than once."""
        counts = {"people-left-out": self.rows - self.n, "people-repeated": self.repeated}
        return tuple(Notice(code, params={"people": people}) for code, people in counts.items() if people)

    @cached_property
    def item_variance(self) -> Floats:
        """The variance of each item."""
        return np.diagonal(self.covariance)

    @cached_property
    def variance(self) -> float:
        """The variance of the sum."""
        return float(self.covariance.sum())

    @cached_property
    def correlation(self) -> Floats:
        """The correlations; NaN for a constant item."""
        with np.errstate(invalid="ignore", divide="ignore"):
            sd = np.sqrt(self.item_variance)
            found: Floats = self.covariance / np.outer(sd, sd)
        return found

    @cached_property
    def at_maximum(self) -> float:
        """The share of people with the highest sum there is; NaN where only sums are known."""
        return float("nan") if self.values is None else float((self.values == self.high).all(axis=1).mean())

    def take(self, names: Sequence[str]) -> Sheet:
        """Return some of the items, over the same people."""
        at = places(self.names, names)
        values = None if self.values is None else self.values[:, at]
        both = self.covariance[np.ix_(at, at)]
        ends = (self.high[at], self.at_low[at], self.at_high[at])
        return Sheet(tuple(names), self.rows, self.n, self.means[at], both, *ends, values, self.repeated)


def sheet(items: Items) -> Sheet:
    """Return what is known of the items, or refuse too few items, too few people, or people who do not differ."""
    if isinstance(items, Responses):
        scales = [score.name for score in items.instrument.scores if score.items]
        if len(scales) > 1:
            raise DataError("which-scale", scales=listed(scales), first=scales[0])
        repeated = int(items.index.get_level_values(0).duplicated().sum())
        return replace(sheet(scale_of(items)), repeated=repeated)
    found = _of_moments(items) if isinstance(items, Moments) else _of_rows(items)
    if found.variance <= 1e-12 * float(found.item_variance.sum()):
        raise DataError("nobody-differs", n=found.n)
    return found


def _of_moments(moments: Moments) -> Sheet:
    whole = moments.complete
    _refuse(moments.items, np.diagonal(moments.n), whole.rows, moments.rows)
    at_low, at_high = (np.array([counts[end] for counts in whole.counts]) / whole.rows for end in (0, -1))
    high = np.array([codes[-1] for codes in moments.codes])
    constant = np.array([np.count_nonzero(counts) < 2 for counts in whole.counts])
    known = (whole.rows, whole.means, _without(whole.covariance, constant))
    return Sheet(tuple(map(str, moments.items)), moments.rows, *known, high, at_low, at_high, None)


def alike(values: Floats) -> Any:
    """Tell whether the numbers of each column are all alike but for rounding."""
    return np.ptp(values, axis=0) <= 1e-12 * np.abs(values).max(axis=0)


def _without(covariance: Floats, constant: np.ndarray[Any, np.dtype[np.bool_]]) -> Floats:
    """Return covariances in which constant items have none: rounding gives them a little where they are not whole."""
    kept: Floats = np.where(constant | constant[:, None], 0.0, covariance)
    return kept


def _of_rows(items: pd.DataFrame | Scale) -> Sheet:
    if isinstance(items, Scale):
        names, values = items.items, items.values
    else:
        frame = pd.DataFrame(items)
        names, values = tuple(map(str, frame.columns)), numbers(frame, list(frame.columns))
    there = ~np.isnan(values)
    whole = values[there.all(axis=1)]
    _refuse(names, there.sum(axis=0), len(whole), len(values))
    means = whole.mean(axis=0)
    centred = whole - means
    covariance = _without(centred.T @ centred / (len(whole) - 1), alike(whole))
    if isinstance(items, Scale):
        low, high = (np.array([codes[end] for codes in items.codes]) for end in (0, -1))
    else:
        low, high = (np.full(len(names), end) for end in (whole.min(), whole.max()))
    ends = ((whole == low).mean(axis=0), (whole == high).mean(axis=0))
    return Sheet(names, len(values), len(whole), means, covariance, high, *ends, whole)


def _refuse(names: Sequence[str], answered: Floats, n: int, rows: int) -> None:
    if len(names) < 2:
        raise DataError("too-few-items", items=len(names), least=2)
    if empty := [shortened(name) for name, count in zip(names, answered, strict=True) if count == 0]:
        raise DataError("nobody-answered", columns=listed(empty))
    if n < 2:
        raise DataError("too-few-complete", n=n, rows=rows, least=2)
