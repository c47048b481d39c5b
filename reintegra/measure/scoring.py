"""Scores of people, and what has to be said with them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ..core.errors import InstrumentError, Notice, Problem
from ..core.language import in_language, listed, say, word
from ..instruments import Instrument, Score, load_instrument, status_line
from ..instruments.definition import Variant
from ..instruments.schema import did_you_mean
from ..intake import Responses, responses_of
from .direction import against
from .kernel import Counts, Floats, band_places, score_block
from .waves import wave_order


@dataclass(frozen=True, eq=False)
class Scores:
    """The scores of people, with how many answers stand behind each.

    ``values`` (people x scores) and ``answered`` follow the order of ``instrument.scores``; ``given`` counts the
    answers of each person to any item.
    """

    responses: Responses
    values: Floats
    answered: Counts
    given: Counts
    variant: str | None
    notices: tuple[Notice, ...]

    @property
    def instrument(self) -> Instrument:
        """The instrument that was scored."""
        return self.responses.instrument

    @property
    def people(self) -> pd.DataFrame:
        """What else is known of the people, in the same order."""
        return self.responses.people

    def __len__(self) -> int:
        return len(self.values)

    def take(self, members: np.ndarray[Any, np.dtype[np.bool_]]) -> Scores:
        """Return the scores of some of the people."""
        parts = (self.values[members], self.answered[members], self.given[members])
        return Scores(self.responses.take(members), *parts, self.variant, self.notices)

    def of(self, name: str) -> pd.Series:
        """Return one score, indexed by person."""
        place = [score.name for score in self.instrument.scores].index(name)
        return pd.Series(self.values[:, place], index=self.people.index, name=name)

    def band(self, score: Score, system: str, lang: str | None = None) -> pd.Categorical:
        """Return the band of each person in one band system of a score."""
        places = band_places(score, system, self.of(score.name).to_numpy())
        labels = [in_language(band.label, lang or self.instrument.language) for band in score.bands[system]]
        return pd.Categorical.from_codes(places, labels, ordered=True)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a person: each score, its bands in the instrument's language, and how many answers it rests on."""
        return self.in_words(None)

    def in_words(self, lang: str | None) -> pd.DataFrame:
        """Return the table with its bands in a language; None for the instrument's own."""
        columns: dict[str, Any] = {}
        for place, score in enumerate(self.instrument.scores):
            columns[score.name] = self.values[:, place]
            for number, system in enumerate(score.bands):
                name = f"{score.name}_band" if number == 0 else f"{score.name}_band_{system}"
                columns[name] = self.band(score, system, lang)
            columns[f"{score.name}_answered"] = self.answered[:, place]
        return pd.DataFrame(columns, index=self.people.index)

    @cached_property
    def flags(self) -> pd.DataFrame:
        """People and items that need someone today: an answer at or above the mark, or none, which is to be asked.

        Columns: item, answer (the code, NaN for a blank), reason, action; indexed by person.
        """
        parts = []
        for place, item in enumerate(self.instrument.items):
            if item.flag is not None:
                marks = np.array([1, *(code >= item.flag.at for code in item.codes)], dtype=bool)
                at = np.flatnonzero(marks[self.responses.block[:, place]])
                positions = self.responses.block[at, place]
                answer = np.array([np.nan, *item.codes])[positions]
                part = pd.DataFrame({"item": item.name, "answer": answer}, index=self.people.index[at])
                part["reason"] = in_language(item.flag.reason)
                part["action"] = np.where(positions > 0, word("flag_today"), word("flag_ask"))
                parts.append(part)
        if parts:
            return pd.concat(parts)
        return pd.DataFrame({"item": [], "answer": [], "reason": [], "action": []}, index=self.people.index[:0])

    def __str__(self) -> str:
        title = in_language(self.instrument.title)
        made = word("scores_made", title=title, n=len(self), scores=len(self.instrument.scores))
        return f"{made}\n{status_line(self.instrument)}".rstrip()

    __repr__ = __str__


def score(
    data: Responses | pd.DataFrame, instrument: str | Instrument | None = None, variant: str | None = None
) -> Scores:
    """Score answers to a questionnaire.

    Parameters
    ----------
    data : Responses or DataFrame (people x items)
        Answers from `read_responses`; or codes or labels in columns named as the items, not reversed.
    instrument : str or Instrument, optional
        The questionnaire: needed for a DataFrame; Responses know theirs, and refuse another.
    variant : str, optional
        A declared other way to score ("rounded" for WHOQOL-BREF). Without it the first one.

    Returns
    -------
    Scores
        ``.table``: per score its value (in the score's own range; NaN where too few items were answered), its bands and
        ``<score>_answered``; ``.flags``: people and items that need someone today.

    Raises
    ------
    IntakeError
        Cells of a DataFrame that are no answers: all of them at once.
    InstrumentError
        Unknown instrument or variant, or not the instrument the Responses were read with.

    Source
    ------
    Rules: each instrument's own ``sources``; the order of the steps: docs/methods.md, "Scores".
    """
    if isinstance(data, Responses):
        responses = data
        if instrument is not None:
            _same(responses.instrument, load_instrument(instrument))
    else:
        if instrument is None:
            raise TypeError("score(frame, instrument): which instrument?")
        responses = responses_of(data, load_instrument(instrument), direction_known=variant is not None)
    responses = _named(responses)
    definition = responses.instrument
    chosen = find_variant(definition, variant)
    values, answered, given = score_block(responses.block, definition, chosen)
    notices = [*responses.notices, *_notices(definition, variant, answered, given)]
    notices += [*_order(responses), *against(responses)]
    return Scores(responses, values, answered, given, chosen.name if chosen else None, tuple(notices))


def _same(read: Instrument, asked: Instrument) -> None:
    """Refuse answers that were read with another instrument than the one to be scored."""
    if replace(read, file="", digest="") != replace(asked, file="", digest=""):
        both = {"read": f"{read.name} {read.version}", "asked": f"{asked.name} {asked.version}"}
        raise InstrumentError([Problem("other-instrument", params=both)])


def _named(responses: Responses) -> Responses:
    """Give the levels of person and wave a heading where they have none."""
    names = responses.people.index.names
    if len(names) < 2 or None not in names:
        return responses
    heads = (word("column_key"), say("page", "wave"))
    people = responses.people.rename_axis(index=[name or head for name, head in zip(names, heads, strict=True)])
    return replace(responses, people=people)


def _order(responses: Responses) -> list[Notice]:
    """Say that nothing tells the order of the waves, where that is so."""
    names, told = wave_order(responses.people)
    return [Notice("waves-as-in-file", params={"waves": listed(names)})] if told == "file" else []


def find_variant(instrument: Instrument, name: str | None) -> Variant | None:
    """Return a declared other way to score: by name, the first one without a name, None where there are none."""
    if name is None:
        return instrument.variants[0] if instrument.variants else None
    for variant in instrument.variants:
        if variant.name == name:
            return variant
    names = [variant.name for variant in instrument.variants]
    near = {"near": did_you_mean(name, names), "allowed": listed(names) or "–", "title": instrument.name}
    raise InstrumentError([Problem("unknown-variant", value=name, params=near)])


def _notices(instrument: Instrument, variant: str | None, answered: Counts, given: Counts) -> list[Notice]:
    """Say what the reader of the scores has to know."""
    said = []
    guards = instrument.guards
    for code, label in (("declare-wording", guards.wording), ("check-direction", guards.direction)):
        if label is not None and variant is None:
            said.append(Notice(code, params={"look": lambda label=label: in_language(label)}))
    if len(given) == 1:
        said.append(Notice("one-person"))
    if nothing := int(np.count_nonzero(given == 0)):
        said.append(Notice("no-answers", params={"people": nothing}))
    if discarded := int(np.count_nonzero((given > 0) & (given < instrument.min_answered))):
        said.append(Notice("discarded", params={"people": discarded, "least": instrument.min_answered}))
    missing = partly = 0
    for place, score in enumerate(instrument.scores):
        fewer = int(np.count_nonzero(answered[:, place] < score.parts))
        too_few = int(np.count_nonzero(answered[:, place] < score.min_answered))
        missing, partly = missing + too_few, partly + fewer - too_few
    if partly or missing:
        said.append(Notice("partly-answered", params={"partly": partly, "missing": missing}))
    return said
