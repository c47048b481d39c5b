"""Signs that an item or a whole wave runs the other way than its definition says: warned of, never turned round."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from ..core.errors import Notice
from ..core.language import number
from ..instruments import Instrument, Score
from ..intake import Block, Responses

FEWEST = 20
MOST = 1_000
FEWEST_IN_A_WAVE = 10
OPPOSED = -0.5


def against(responses: Responses) -> Iterator[Notice]:
    """Yield a notice for each item that goes against its scale, and for each wave whose item means run backwards.

    An item is named where the correlation with the rest of its scale is below zero beyond its 95 % interval (Fisher's
    z); a wave where its item means correlate below -0.5 with those of the first wave.
    """
    instrument = responses.instrument
    step = max(len(responses) // MOST, 1)  # a sample is enough to see a direction
    coded = _counted(responses.block[::step], instrument)
    places = {name: i for i, name in enumerate(instrument.item_names)}
    for score in instrument.scores:
        if len(score.items) > 2 and not score.formative and len(score.either) == 0:
            yield from _items(coded[[places[name] for name in score.items]], score)
    yield from _waves(responses, coded, step)


def opposes(r: float, n: int) -> bool:
    """Tell whether a correlation of n people is below zero beyond its 95 % interval (Fisher's z)."""
    return n > 3 and math.atanh(min(max(r, -0.999999), 0.999999)) + 1.96 / math.sqrt(n - 3) < 0


def _counted(block: Block, instrument: Instrument) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return what the answers count after reversal (items x people); NaN for none."""
    counted = np.empty(block.shape[::-1])
    for answers, item, out in zip(block.T, instrument.items, counted, strict=True):
        np.take([np.nan, *(item.scored(code, item.reverse) for code in item.codes)], answers, out=out)
    return counted


def _items(scale: np.ndarray[Any, Any], score: Score) -> Iterator[Notice]:
    complete = scale.compress(~np.isnan(scale.sum(axis=0)), axis=1)
    people = complete.shape[1]
    if people < FEWEST:
        return
    centred = complete - complete.mean(axis=1, keepdims=True)
    products = centred @ centred.T
    own, with_total = np.diagonal(products), products.sum(axis=1)
    rest = np.maximum(products.sum() - 2 * with_total + own, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        item_rest = (with_total - own) / np.sqrt(own * rest)
    for name, r in zip(score.items, item_rest.tolist(), strict=True):
        if math.isfinite(r) and opposes(r, people):
            yield Notice("item-against-scale", columns=(name,), params={"r": lambda r=r: number(r, 2)})


def _waves(responses: Responses, coded: np.ndarray[Any, Any], step: int) -> Iterator[Notice]:
    index = responses.index
    if index.nlevels < 2:
        return
    waves = index.get_level_values(1)[::step]
    means = {}
    for wave in dict.fromkeys(waves):
        here = coded[:, waves == wave]
        if here.shape[1] >= FEWEST_IN_A_WAVE and not np.isnan(here).all(axis=1).any():
            means[wave] = np.nanmean(here, axis=1)
    first, *others = means or {"": None}
    for wave in others:
        if means[first].std() > 0 and means[wave].std() > 0:
            r = float(np.corrcoef(means[first], means[wave])[0, 1])
            if r < OPPOSED:
                said = {"wave": str(wave), "first": str(first), "r": lambda r=r: number(r, 2)}
                yield Notice("wave-backwards", params=said)
