"""The items of one scale as they count: reversed, coded 1 or 0 where they are counted, skips filled, all one way.

From here come the tables that reliability, dimensions and item models are worked out from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..core.coded import Codes, Floats
from ..core.errors import DataError
from ..core.language import listed
from ..core.moments import Moments, ScoreTable
from ..instruments import Instrument, Score, load_instrument
from ..instruments.schema import did_you_mean
from ..intake import Block, Responses, responses_of
from .kernel import fill_skipped
from .scoring import find_variant


@dataclass(frozen=True, eq=False)
class Scale:
    """The answers to some items as they count. ``block`` holds positions among ``codes``, which rise; 0 for a blank."""

    items: tuple[str, ...]
    codes: Codes
    block: Block

    @property
    def values(self) -> Floats:
        """What each answer counts (people x items), NaN for none."""
        columns = [np.array([np.nan, *codes])[self.block[:, i]] for i, codes in enumerate(self.codes)]
        return np.column_stack(columns) if columns else np.empty((len(self.block), 0))

    @property
    def moments(self) -> Moments:
        """The Burt table of these items."""
        return Moments.of_block(self.block, self.items, self.codes)

    def score_table(self, by: Any = None) -> ScoreTable:
        """Return the score table of these items; ``by`` holds one group label a person."""
        return ScoreTable.of_block(self.block, self.items, self.codes, by)


def answers_of(data: Responses | pd.DataFrame, instrument: str | Instrument | None) -> Responses:
    """Return checked answers, from answers or from a frame and its instrument."""
    if isinstance(data, Responses):
        return data
    if instrument is None:
        raise TypeError("(frame, instrument): which instrument?")
    return responses_of(data, load_instrument(instrument))


def find_score(instrument: Instrument, name: str) -> Score:
    """Return a score by name, or refuse with the nearest names."""
    names = [score.name for score in instrument.scores]
    if name not in names:
        raise DataError("unknown-scale", scale=name, near=did_you_mean(name, names), allowed=listed(names))
    return instrument.score(name)


def scale_of(responses: Responses, name: str | None = None, variant: str | None = None) -> Scale:
    """Return the items of one score, or of the whole instrument, as they count.

    Parameters
    ----------
    responses : Responses
        Checked answers.
    name : str, optional
        A score. One made of other scores has all their items; without a name every item that is scored.
    variant : str, optional
        A declared other way to score, as in `score`.

    Returns
    -------
    Scale
        An either-or group is one item, its larger answer; an item of a score that counts answers is 1 or 0.

    Raises
    ------
    DataError
        The instrument has no such score.

    Source
    ------
    docs/methods.md, "Scores".
    """
    instrument = responses.instrument
    chosen = find_variant(instrument, variant)
    turned = {item.name for item in instrument.items if item.reverse} ^ set(chosen.reverse if chosen else ())
    place = {item: i for i, item in enumerate(instrument.item_names)}
    block = fill_skipped(responses.block, instrument, place)
    items: dict[str, tuple[tuple[float, ...], np.ndarray[Any, Any]]] = {}
    for score in _with_items(instrument, name):
        grouped = {item: group for group in score.either for item in group}
        for item in score.items:
            group = grouped.get(item, (item,))
            coded = [_counted(block[:, place[i]], instrument, score, i, i in turned) for i in group]
            items.setdefault(
                " / ".join(group), (coded[0][0], _larger([positions for _, positions in coded], len(coded[0][0])))
            )
    columns = [positions for _, positions in items.values()]
    return Scale(tuple(items), tuple(codes for codes, _ in items.values()), np.array(columns, dtype=np.uint8).T)


def _with_items(instrument: Instrument, name: str | None) -> list[Score]:
    """Return the scores that hold the items of a score."""
    if name is None:
        return [score for score in instrument.scores if score.items]
    score = find_score(instrument, name)
    if score.items:
        return [score]
    return [part for inner in score.scores for part in _with_items(instrument, inner)]


def _counted(column: Any, instrument: Instrument, score: Score, name: str, turned: bool) -> Any:
    """Return the values an item can count, rising, and the place of each answer among them."""
    item = instrument.item(name)
    worth = [item.scored(code, turned) for code in item.codes]
    if score.rule == "count":
        worth = [int(value in score.counts) for value in worth]
    values = sorted({*worth, 0, 1} if score.rule == "count" else set(worth))
    lookup = np.array([0, *(values.index(value) + 1 for value in worth)], dtype=np.uint8)
    return tuple(map(float, values)), lookup[column]


def _larger(columns: list[Any], highest: int) -> Any:
    """Return the larger of some answers where it is known: all are given, or one is the highest there is."""
    best = np.max(columns, axis=0)
    return best * ((best == highest) | np.all(columns, axis=0))


def moments(
    data: Responses | pd.DataFrame,
    instrument: str | Instrument | None = None,
    *,
    scale: str | None = None,
    variant: str | None = None,
) -> Moments:
    """Count the answers of a questionnaire as they count: the Burt table of one scale or of all items.

    Parameters
    ----------
    data : Responses or DataFrame (people x items)
        Answers, not reversed, as in `score`.
    instrument : str or Instrument, optional
        The questionnaire, for a DataFrame.
    scale : str, optional
        A score; without it every item that is scored.
    variant : str, optional
        A declared other way to score.

    Returns
    -------
    Moments
        Categories are the declared ones, rising in what they count after reversal. Tables of several files add up.

    Raises
    ------
    DataError
        The instrument has no such score.
    IntakeError
        Cells of a DataFrame that are no answers.

    Source
    ------
    Greenacre (1984), Theory and Applications of Correspondence Analysis, section 5.1.
    """
    return scale_of(answers_of(data, instrument), scale, variant).moments
