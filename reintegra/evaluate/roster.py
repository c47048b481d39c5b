"""Everyone who was allocated to a programme, one row a person, whatever shape the table had."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ..core.errors import DataError, DesignError, Notice
from ..core.language import listed
from ..core.text import fold
from ..measure.waves import answered_on, wave_order
from .design import coded, known, numbers
from .estimates import one_of

NEGATIVE = 0.05  # share of negative values up to which they look like codes


@dataclass(frozen=True, eq=False)
class Roster:
    """Everyone allocated. ``people`` has a row a person under the headings of the table; the column of the programme is
    categorical, the reference first. ``baseline`` is the heading of what was measured before, ``waves`` maps each wave
    after it to the heading of the outcome then, in order; the last is ``outcome``.
    """

    people: pd.DataFrame
    outcome: str
    programme: str
    programmes: tuple[str, ...]
    site: str | None
    baseline: str | None
    covariates: tuple[str, ...]
    waves: dict[str, str] = field(default_factory=dict)
    notes: tuple[Notice, ...] = ()

    @property
    def before(self) -> list[str]:
        """What is adjusted for: the baseline first."""
        return list(dict.fromkeys([*([self.baseline] if self.baseline else []), *self.covariates]))

    @cached_property
    def analysed(self) -> pd.DataFrame:
        """Those with the outcome and all that is adjusted for."""
        return self.people.dropna(subset=[self.outcome, *self.before])


def roster(
    frame: pd.DataFrame,
    *,
    outcome: str,
    programme: str,
    site: str | None,
    baseline: str | None,
    covariates: Sequence[str],
    reference: Any,
    person: str | None,
    wave: str | None,
    others: Sequence[str] = (),
) -> Roster:
    """Return everyone allocated, one row a person, from a table of people or of people at waves.

    With waves the outcome is that of the last one. The baseline is the outcome at the first wave, or at the wave that
    ``baseline`` names, or the column it names, at the first wave; so are covariates. ``others`` are further columns.
    """
    labels = [programme, *([site] if site is not None else []), *others]
    told = [baseline] if baseline is not None and (wave is None or baseline in frame.columns) else []
    known(frame, [outcome, *labels, *covariates, *told, *(c for c in (person, wave) if c is not None)])
    if wave is not None and person is None:
        raise DataError("wave-without-person", column=wave)
    for column in (person, wave):
        if column is not None and (blank := int(frame[column].isna().sum())):
            raise DataError("blank-in-column", column=column, people=blank)
    if person is not None:
        _one_programme_each(frame, person, programme)
    waves: dict[str, str] = {}
    notes: tuple[Notice, ...] = ()
    if wave is None or person is None:
        if person is not None and (twice := int(frame[person].duplicated().sum())):
            raise DataError("code-twice-a-wave", people=twice)
        keyed = None if person is None else frame.set_index(person, drop=False).rename_axis(None)
        people = frame.reset_index(drop=True) if keyed is None else keyed
        if baseline is not None and _stage_after(baseline, outcome):
            raise DesignError("baseline-after", baseline=baseline, outcome=outcome, people=len(frame))
    else:
        people, baseline, waves, notes = _wide(frame, outcome, baseline, covariates, person, wave, labels)
    for column in labels[: 2 if site is not None else 1]:
        if blank := int((people[column].isna() | (people[column].astype(str).str.strip() == "")).sum()):
            raise DataError("blank-in-column", column=column, people=blank)
    if not len(people):
        raise DataError("no-complete-rows", columns=listed([outcome, programme]), rows=0)
    people = people.assign(**{column: numbers(people[column]) for column in {outcome, *told, *waves.values()}})
    if set(people[outcome].dropna().unique()) == {1.0, 2.0}:
        raise DataError("coded-one-two", column=outcome)
    notes = (*notes, *_negative(people[outcome]))
    names, places = _programmes(people[programme], reference)
    coded_as = pd.Categorical.from_codes(places, categories=list(names))
    people[programme] = pd.Series(coded_as, index=people.index)
    if site is not None and site != programme:
        people[site] = people[site].astype(str)
        _spelt_once(site, list(people[site].unique()))
    lost = people[outcome].isna().groupby(people[programme], observed=True).all()
    if lost.any():
        gone = people[programme].isin(lost.index[lost]).sum()
        raise DesignError("all-lost", column=outcome, programmes=listed(lost.index[lost]), people=int(gone))
    if site is not None and person is not None:
        notes = (*notes, *_moved(frame, person, site))
    made = Roster(people, outcome, programme, names, site, baseline, tuple(covariates), waves, notes)
    if not len(made.analysed):
        raise DataError("no-complete-rows", columns=listed([outcome, *made.before]), rows=len(people))
    return made


def _moved(frame: pd.DataFrame, person: str, site: str) -> tuple[Notice, ...]:
    """Say how many people stand at several sites: they are counted where they were first."""
    places = frame[[person, site]].dropna().drop_duplicates()
    people = int(places.loc[places[person].duplicated(), person].nunique())
    return (Notice("people-moved", columns=(site,), params={"people": people}),) if people else ()


def _negative(column: pd.Series[float]) -> tuple[Notice, ...]:
    """Say that a few values are negative: perhaps codes for no answer. Scores measured about 0 have many."""
    people = int((column < 0).sum())
    few = 0 < people < NEGATIVE * len(column)
    return (Notice("negative-values", columns=(str(column.name),), params={"people": people}),) if few else ()


def _one_programme_each(frame: pd.DataFrame, person: str, programme: str) -> None:
    """Refuse people who stand in two programmes."""
    pairs = frame[[person, programme]].dropna().drop_duplicates()
    if pairs[person].duplicated().any():
        people = int(pairs.loc[pairs[person].duplicated(), person].nunique())
        raise DesignError("person-in-two", column=programme, people=people)


def _spelt_once(column: str, names: Sequence[str]) -> None:
    """Refuse names that differ only in capitals or spaces."""
    folded: dict[str, list[str]] = {}
    for name in names:
        folded.setdefault(fold(name), []).append(name)
    for alike in folded.values():
        if len(alike) > 1:
            raise DataError("programme-spellings", column=column, names=listed(f"«{name}»" for name in alike))


def _programmes(column: pd.Series[Any], reference: Any) -> tuple[tuple[str, ...], Any]:
    """Return the names of the programmes, the reference first, and each person's place among them."""
    values, places = coded(column)
    names = [f"{value:g}" if isinstance(value, float) else str(value) for value in values]
    _spelt_once(str(column.name), names)
    first = 0
    if reference is not None:
        asked = f"{reference:g}" if isinstance(reference, float) else str(reference)
        one_of("reference", asked, names)
        first = names.index(asked)
    order = [first, *(i for i in range(len(names)) if i != first)]
    back = np.argsort(order)
    return tuple(names[i] for i in order), back[places]


def _wide(
    frame: pd.DataFrame,
    outcome: str,
    baseline: str | None,
    covariates: Sequence[str],
    person: str,
    wave: str,
    labels: Sequence[str],
) -> tuple[pd.DataFrame, str | None, dict[str, str], tuple[Notice, ...]]:
    """Return one row a person from one row a person and wave, the heading of the baseline, and those of later waves."""
    if twice := int(frame.duplicated([person, wave]).sum()):
        raise DataError("code-twice-a-wave", people=twice)
    by = frame.set_index([person, wave], drop=False)
    order, told = wave_order(by.rename_axis([None, None]))
    notes = () if told != "file" else (Notice("waves-as-in-file", params={"waves": listed(order)}),)
    start = order[0]
    if baseline is not None and baseline not in frame.columns:
        start = next((w for w in order if str(w) == str(baseline)), None)
        if start is None:
            raise DataError("no-such-wave", wave=baseline, waves=listed(order))
    later = order[order.index(start) + 1 :]
    if not later:
        raise DesignError("baseline-after", baseline=str(start), outcome=str(order[-1]), people=by.index.nunique())
    _in_time(by, start, later[-1])
    values = pd.Series(numbers(by[outcome]), by.index, name=outcome)
    scores = {w: values.xs(w, level=1) for w in order}
    people = by.sort_index(level=1, key=lambda level: level.map(order.index)).groupby(level=0)[list(labels)].first()
    first = by.xs(start, level=1)
    before = [*covariates, *([baseline] if baseline in frame.columns and baseline != outcome else [])]
    people = people.join(first[[column for column in before if column not in people]])
    if baseline is None or baseline == outcome or baseline not in frame.columns:
        baseline = f"{outcome} ({start})"
        people[baseline] = scores[start]
    waves = {str(w): outcome if w == later[-1] else f"{outcome} ({w})" for w in later}
    for at, heading in zip(later, waves.values(), strict=True):
        people[heading] = scores[at]
    return people.rename_axis(None), baseline, waves, notes


def _in_time(by: pd.DataFrame, first: Any, last: Any) -> None:
    """Refuse people whose baseline has a later date than their outcome."""
    day = answered_on(by)
    if day is None:
        return
    before, after = (by[day].xs(wave, level=1) for wave in (first, last))
    wrong = int((before > after.reindex(before.index)).sum())
    if wrong:
        raise DesignError("baseline-after", baseline=str(first), outcome=str(last), people=wrong)


def _stage_after(baseline: str, outcome: str) -> bool:
    """Tell whether two headings say themselves that the baseline is the later one: baseline="post", outcome="pre"."""
    words = [re.split(r"[\W_]+", fold(name)) for name in (baseline, outcome)]
    own = [" ".join(w for w in mine if w not in other) for mine, other in (words, words[::-1])]
    if not all(own) or any(re.search(r"\d", text) for text in own):
        return False
    index = pd.MultiIndex.from_tuples([(0, own[0]), (0, own[1])])
    order, told = wave_order(pd.DataFrame(index=index))
    return told == "names" and len(order) == 2 and order[0] == own[1]
