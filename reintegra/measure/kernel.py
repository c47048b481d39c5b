"""The scoring kernel: from a block of coded answers to scores.

A score of items depends only on how many were answered and on the sum of what they count, two small whole numbers.
So the kernel adds up bytes, column by column in declared order, and looks the score up in a table that was worked out
once by the rules of the definition: exact, fast, and the same however the rows are split.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..instruments import Instrument, Item, Score
from ..instruments.definition import Skip, Variant
from ..intake import Block

ROWS_AT_ONCE = 100_000
DIGITS = 9  # what is left of a value before it meets an edge: 50.00000000000001 is 50

Floats = np.ndarray[Any, np.dtype[np.float64]]
Counts = np.ndarray[Any, Any]
Column = np.ndarray[Any, Any]
Step = Callable[[Block, Block, Floats, Counts, int], None]


def score_block(block: Block, instrument: Instrument, variant: Variant | None = None) -> tuple[Floats, Counts, Column]:
    """Score a block of coded answers: the kernel.

    Parameters
    ----------
    block : uint8 array (people x items)
        Positions among the declared answers, 0 for none; quickest column-major.
    instrument : Instrument
        Its definition.
    variant : Variant, optional
        Further items to reverse, scores to round.

    Returns
    -------
    tuple
        Scores (people x scores, float64), answers behind each (same shape), answers of each person to any item.

    Raises
    ------
    Nothing: a Block holds only what `Responses` has checked.

    Source
    ------
    docs/methods.md, "Scores".
    """
    plan = _Plan(instrument, variant)
    people = len(block)
    values = np.empty((people, len(instrument.scores)), order="F")
    answered = np.empty(
        (people, len(instrument.scores)), dtype=np.uint8 if len(instrument.items) < 256 else np.int32, order="F"
    )
    given = np.zeros(people, dtype=answered.dtype)
    for start in range(0, people, ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        plan.run(block[rows], values[rows], answered[rows], given[rows])
    return values, answered, given


class _Plan:
    """The steps of scoring one instrument, their tables worked out."""

    def __init__(self, instrument: Instrument, variant: Variant | None) -> None:
        self.instrument = instrument
        self.place = {item.name: i for i, item in enumerate(instrument.items)}
        self.score_place = {score.name: i for i, score in enumerate(instrument.scores)}
        self.reversed = {item.name for item in instrument.items if item.reverse}
        self.reversed ^= set(variant.reverse if variant else ())
        self.rounded = set(variant.round if variant else ())
        self.steps = [self._step(score) for score in instrument.scores]

    def run(self, block: Block, values: Floats, answered: Counts, given: Counts) -> None:
        """Score some rows, into the arrays handed in."""
        block = block if block.strides[0] == 1 else np.asfortranarray(block)
        filled = fill_skipped(block, self.instrument, self.place)
        there = (filled != 0).view(np.uint8)
        for column in there.T if filled is block else (block != 0).view(np.uint8).T:
            given += column
        for place, step in enumerate(self.steps):
            step(filled, there, values, answered, place)
        if self.instrument.min_answered:
            values[given < self.instrument.min_answered] = np.nan

    def _step(self, score: Score) -> Step:
        return self._of_scores(score) if score.scores else self._of_items(score)

    def _of_items(self, score: Score) -> Step:
        """Sum what the items count, counted from 1 so that a blank adds nothing; look the score up."""
        items = [self.instrument.items[self.place[name]] for name in score.items]
        weighs = {item.name: self._counted(item, score) for item in items}
        grouped = {name: group for group in score.either for name in group}
        lowest = 0 if score.rule == "count" else min(min(weigh.worth) for weigh in weighs.values())
        most = max(max(weigh.worth) for weigh in weighs.values()) - lowest + 1
        parts = score.parts
        kind = np.min_scalar_type(parts * most)
        columns = [
            (self.place[item.name], weighs[item.name].from_one(lowest)) for item in items if item.name not in grouped
        ]
        either = [[(self.place[name], weighs[name].from_one(lowest)) for name in group] for group in score.either]
        width = parts * most + 1
        place_kind = np.min_scalar_type((parts + 1) * width)
        table = self._table(score, lowest, width)

        def step(block: Block, there: Block, values: Floats, answered: Counts, place: int) -> None:
            total: Any = np.zeros(len(block), dtype=kind)
            count: Any = np.zeros(len(block), dtype=np.uint8 if parts < 256 else np.int32)
            for column, weigh in columns:
                total += weigh(block[:, column], there[:, column])
                count += there[:, column]
            for group in either:
                best = np.max([weigh(block[:, column], there[:, column]) for column, weigh in group], axis=0)
                sure = (best == most) | np.all([there[:, column] for column, _ in group], axis=0)
                total += best * sure
                count += sure
            index = count.astype(place_kind)
            index *= width
            index += total
            np.take(table, index, out=values[:, place], mode="clip")
            answered[:, place] = count

        return step

    def _counted(self, item: Item, score: Score) -> _Weigh:
        """Return what each answer of an item counts in a score."""
        worth = [item.scored(code, item.name in self.reversed) for code in item.codes]
        return _Weigh([int(w in score.counts) for w in worth] if score.rule == "count" else worth)

    def _table(self, score: Score, lowest: int, width: int) -> Floats:
        """Work out the score for every pair of (answers, sum counted from 1)."""
        count, total = np.divmod(np.arange((score.parts + 1) * width, dtype=float), width)
        with np.errstate(invalid="ignore", divide="ignore"):
            raw = total + count * (lowest - 1)
            if score.rule == "mean":
                raw = raw / count
            elif score.prorate:
                raw = raw / count * score.parts
            return self._finish(score, np.where(count >= score.min_answered, raw, np.nan))

    def _of_scores(self, score: Score) -> Step:
        """Add up scores made before, each with its weight; those missing are left out if enough remain."""
        places = [self.score_place[name] for name in score.scores]
        weights = list(score.scores.values())

        def step(block: Block, there: Block, values: Floats, answered: Counts, place: int) -> None:
            parts = [values[:, part] for part in places]
            total = _weighted(parts, weights)
            if score.rule == "mean":
                total /= sum(weights)
            count = np.full(len(block), len(parts), dtype=answered.dtype)
            if len(lacking := np.flatnonzero(total != total)):
                total[lacking], count[lacking] = self._of_known([part[lacking] for part in parts], score)
            values[:, place] = self._finish(score, total)
            answered[:, place] = count

        return step

    def _of_known(self, parts: list[Floats], score: Score) -> tuple[Floats, Counts]:
        """Do the same for people who lack some of the scores, and count those they have."""
        known = [part == part for part in parts]
        weights = list(score.scores.values())
        total = _weighted([np.where(there, part, 0) for there, part in zip(known, parts, strict=True)], weights)
        count = np.sum(known, axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            if score.rule == "mean":
                total /= _weighted(known, weights)
            elif score.prorate:
                total *= len(parts) / count
        return np.where(count >= score.min_answered, total, np.nan), count

    def _finish(self, score: Score, raw: Floats) -> Floats:
        """Rescale, multiply, look up, round."""
        if score.rescale:
            (low, high), (bottom, top) = score.raw, score.rescale
            raw = (raw - low) * (top - bottom) / (high - low) + bottom
        elif score.multiply != 1:
            raw = raw * score.multiply
        if score.lookup:
            edges, steps = np.array(score.lookup).T
            found = np.searchsorted(edges, np.round(raw, DIGITS))
            raw = np.where((raw == raw) & (found < len(steps)), steps[np.minimum(found, len(steps) - 1)], np.nan)
        return half_up(raw) if score.name in self.rounded else raw


@dataclass(frozen=True)
class _Weigh:
    """What the answers of an item count, in the order of their codes."""

    worth: list[int]

    def from_one(self, lowest: int) -> Callable[[Column, Column], Column]:
        """Return how a column of positions becomes what it counts less ``lowest``, plus 1; a blank stays 0."""
        shifted = [w - lowest + 1 for w in self.worth]
        last = len(shifted)
        if shifted == list(range(1, last + 1)):
            return lambda answers, there: answers
        if shifted == list(range(last, 0, -1)):
            top = np.uint8(last + 1)
            return lambda answers, there: (top - answers) * there
        table = np.array([0, *shifted], dtype=np.min_scalar_type(max(shifted)))
        return lambda answers, there: table[answers]


def _weighted(parts: list[Column], weights: list[float]) -> Floats:
    """Return the sum of columns, each times its weight, added in their order."""
    total = np.zeros(len(parts[0]))
    for part, weight in zip(parts, weights, strict=True):
        total += part if weight == 1 else part * weight
    return total


def fill_skipped(block: Block, instrument: Instrument, place: dict[str, int]) -> Block:
    """Give the answer that a skip rule implies to the questions it left blank."""
    if not instrument.skips:
        return block
    filled = block.copy(order="F")
    for skip in instrument.skips:
        met = _met(filled, skip, instrument, place)
        for name in skip.items:
            column = filled[:, place[name]]
            column[met & (column == 0)] = instrument.item(name).codes.index(skip.value) + 1
    return filled


def _met(block: Block, skip: Skip, instrument: Instrument, place: dict[str, int]) -> Column:
    met = np.ones(len(block), dtype=bool)
    for name, code in skip.when.items():
        met &= block[:, place[name]] == instrument.item(name).codes.index(code) + 1
    return met


def band_places(score: Score, system: str, values: Floats) -> Counts:
    """Return the place of each value among the bands of a system, -1 for a missing one.

    Only the place is found of the rounded value; the score itself keeps all its digits.
    """
    bands = score.bands[system]
    values = half_up(values) if score.round_before_bands else np.round(values, DIGITS)
    places: Counts = np.zeros(len(values), dtype=np.int8)
    for band in bands[:-1]:
        edge = band.edge or 0.0
        places += values >= edge if band.below is not None else values > edge
    places[np.isnan(values)] = -1
    return places


def half_up(values: Floats) -> Floats:
    """Round to whole numbers, halves upwards, as people do on paper."""
    return np.floor(np.round(values, DIGITS) + 0.5)
