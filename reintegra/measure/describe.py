"""Scores of a group, of one person, and the answers behind them: described, not yet judged."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..core.errors import DataError
from ..core.language import in_language, listed, number, word
from ..core.results import Result
from ..core.text import fold
from ..instruments import Instrument, Score, status_line
from ..intake import Responses
from .kernel import band_places
from .scales import find_score
from .scoring import Scores
from .waves import waves

SMALLEST_GROUP = 5
TOPICS = 2
CEILING = 0.15

_UNITS = re.compile(r"unit|upt|kode upt|upt id|nama upt|lapas|rutan|satuan kerja|satker|site")

Mask = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True, eq=False)
class Summary(Result):
    """Scores of one or several groups; groups of fewer than five people have blanks instead of numbers.

    Columns: group, score, label, n, missing, mean, sd, median, at_lowest, at_highest.
    """

    @property
    def sentence(self) -> str:
        first = self.table.iloc[0]
        most = self.table["n"].max()
        return word("summary_sentence", scores=self.table["score"].nunique(), people=int(most), group=first["group"])

    def shown(self) -> pd.DataFrame:
        """Return the table as people read it."""
        t = self.table
        columns = {
            word("column_group"): t["group"],
            word("column_score"): t["label"],
            "n": t["n"],
            word("column_mean"): t["mean"].map(number),
            word("column_sd"): t["sd"].map(number),
            word("column_median"): t["median"].map(number),
            word("column_lowest"): (100 * t["at_lowest"]).map(lambda x: number(x, 0)),
            word("column_highest"): (100 * t["at_highest"]).map(lambda x: number(x, 0)),
        }
        shown = pd.DataFrame(columns)
        return shown if len(set(t["group"])) > 1 else shown.drop(columns=word("column_group"))


@dataclass(frozen=True, eq=False)
class Distribution(Result):
    """How a score spreads in groups. Columns: group, n, mean, p10, q1, median, q3, p90, and the share in each band."""

    score: Score
    withheld: int
    scales: bool = False

    @property
    def sentence(self) -> str:
        label = in_language(self.score.label)
        if self.scales and len(self.table):
            ranked = self.table.sort_values("mean", kind="stable")
            ends = {
                end: f"{row['group']} ({number(row['mean'], 0)})"
                for end, row in (("low", ranked.iloc[0]), ("high", ranked.iloc[-1]))
            }
            return word("scales_sentence", scales=len(ranked), people=int(ranked["n"].max()), **ends)
        if self.table.empty:
            return word("distribution_withheld", label=label, least=SMALLEST_GROUP)
        low, high = self.table["median"].min(), self.table["median"].max()
        said = word(
            "distribution_sentence" if len(self.table) > 1 else "distribution_one",
            label=label,
            groups=len(self.table),
            low=number(low, 0),
            high=number(high, 0),
            people=int(self.table["n"].sum()),
        )
        return said + (" " + word("groups_withheld", n=self.withheld, least=SMALLEST_GROUP) if self.withheld else "")


@dataclass(frozen=True, eq=False)
class Answers(Result):
    """The answers to each item as they were given, not reversed. Columns: item, label, reverse, n, a share per code."""

    instrument: Instrument

    @property
    def sentence(self) -> str:
        people = int(self.table["n"].max()) if len(self.table) else 0
        return word("answers_sentence", items=len(self.table), people=people)


@dataclass(frozen=True, eq=False)
class Profile(Result):
    """One person's scales, those to talk about first at the top.

    Columns: score, label, value, low, high, place (0 = the end that needs talk, 1 = the other), band (only where the
    error of the score leaves no doubt), doubt (why there is none), answered, parts, topic.
    """

    person: str
    wave: str | None

    @property
    def sentence(self) -> str:
        topics = self.table.loc[self.table["topic"], "label"]
        if not len(topics):
            return word("profile_even", person=self.person)
        return word("profile_sentence", person=self.person, topics=listed(topics))


def unit_column(scores: Scores) -> str | None:
    """Return the column that names the unit of a person, where a heading says so."""
    return next((c for c in scores.people.columns if _UNITS.fullmatch(fold(str(c)).replace("_", " "))), None)


def groups(scores: Scores, by: str | None) -> Iterator[tuple[str, Mask]]:
    """Yield the groups of a column of the people, each with who belongs to it; everyone where there is no column."""
    if by is None:
        yield word("everyone"), np.ones(len(scores), dtype=bool)
        return
    if by in scores.people.index.names:
        column = pd.Series(scores.people.index.get_level_values(by), dtype=object)
        names: list[Any] = waves(scores) if by == scores.people.index.names[-1] else sorted(column.unique())
    elif by in scores.people.columns:
        column = pd.Series(scores.people[by].to_numpy(), dtype=object)
        names = sorted(column.dropna().unique(), key=str)
    else:
        known = [*scores.people.columns, *(name for name in scores.people.index.names if name)]
        raise DataError("no-such-group", column=by, columns=listed(known))
    for name in names:
        yield str(name), (column == name).to_numpy()
    if column.isna().any():
        yield word("no_group"), column.isna().to_numpy()


def describe(scores: Scores, by: str | None = None) -> Summary:
    """Describe every score, in all people or in groups.

    Parameters
    ----------
    scores : Scores
        From `score`.
    by : str, optional
        A column of the people, or the name of the wave.

    Returns
    -------
    Summary
        Means, standard deviations (n - 1) and medians in the scores' own units; ``at_lowest`` and ``at_highest`` are
        the shares of people at the ends of the range. Groups under five people are withheld.

    Raises
    ------
    DataError
        There is no such column.

    Source
    ------
    Terwee et al. (2007), Journal of Clinical Epidemiology 60, 34-42 (floor and ceiling: 15 % at an end).
    """
    rows = []
    for name, members in groups(scores, by):
        enough = int(members.sum()) >= SMALLEST_GROUP
        for place, score in enumerate(scores.instrument.scores):
            values = scores.values[members, place]
            values = values[values == values]
            row: dict[str, Any] = {"group": name, "score": score.name, "label": in_language(score.label)}
            row |= {"n": len(values), "missing": int(members.sum()) - len(values)}
            if enough and len(values) >= SMALLEST_GROUP:
                row |= {"mean": values.mean(), "sd": values.std(ddof=1), "median": np.median(values)}
                row |= {"at_lowest": (values == score.low).mean(), "at_highest": (values == score.high).mean()}
            rows.append(row)
    columns = ["group", "score", "label", "n", "missing", "mean", "sd", "median", "at_lowest", "at_highest"]
    return Summary(pd.DataFrame(rows, columns=columns), status_line(scores.instrument))


def distribution(scores: Scores, names: str | Sequence[str], by: str | None = None) -> Distribution:
    """Show how a score spreads in groups, or how several scales of one range spread beside each other.

    Parameters
    ----------
    scores : Scores
        From `score`.
    names : str or several str
        The score; or the scales, which then are the rows.
    by : str, optional
        A column of the people, such as the unit: its groups are the rows.

    Returns
    -------
    Distribution
        Quantiles in the score's own units (linear interpolation) and the share of people in each band of the first
        band system; only rows of five people or more, and no extremes, which would show single persons.

    Raises
    ------
    DataError
        There is no such column or score, or none is asked for; or the scales differ in their range.

    Source
    ------
    Hyndman & Fan (1996), The American Statistician 50, 361-365, definition 7.
    """
    chosen = [find_score(scores.instrument, name) for name in ([names] if isinstance(names, str) else names)]
    if not chosen:
        raise DataError("too-few-items", items=0, least=1)
    if len({(score.low, score.high) for score in chosen}) > 1:
        raise DataError("scales-differ", scales=listed(score.name for score in chosen))
    rows, withheld = [], 0
    for score in chosen:
        values = scores.of(score.name).to_numpy()
        for group, members in groups(scores, by):
            there = values[members & (values == values)]
            if len(there) < SMALLEST_GROUP:
                withheld += bool(len(there))
            else:
                name = in_language(score.label) if len(chosen) > 1 else group
                rows.append({"group": name, **_spread(score, there)})
    return Distribution(pd.DataFrame(rows), status_line(scores.instrument), chosen[0], withheld, len(chosen) > 1)


def _spread(score: Score, values: Any) -> dict[str, Any]:
    p10, q1, median, q3, p90 = np.quantile(values, [0.1, 0.25, 0.5, 0.75, 0.9])
    row = {"n": len(values), "mean": values.mean(), "p10": p10, "q1": q1, "median": median, "q3": q3, "p90": p90}
    for system, bands in list(score.bands.items())[:1]:
        counts = np.bincount(band_places(score, system, values), minlength=len(bands))
        row |= {f"band_{place}": share for place, share in enumerate(counts / len(values))}
    return row


def answers(responses: Responses) -> Answers:
    """Count the answers to every item, as they were given.

    Parameters
    ----------
    responses : Responses
        From `read_responses`.

    Returns
    -------
    Answers
        Shares of the people who answered the item, one column a code ("code_1", ...).

    Raises
    ------
    Nothing: blanks are left out and counted by n.

    Source
    ------
    Plain proportions.
    """
    rows = []
    for place, item in enumerate(responses.instrument.items):
        counts = np.bincount(responses.block[:, place], minlength=len(item.answers) + 1)[1:]
        row: dict[str, Any] = {"item": item.name, "label": in_language(item.label) or item.name}
        row |= {"reverse": item.reverse, "n": int(counts.sum())}
        people = counts.sum() if counts.sum() >= SMALLEST_GROUP else np.nan
        row |= {f"code_{code}": count / people for code, count in zip(item.codes, counts, strict=True)}
        rows.append(row)
    return Answers(pd.DataFrame(rows), status_line(responses.instrument), responses.instrument)


def profile_scores(instrument: Instrument) -> list[Score]:
    """Return the scales of a profile: those the instrument names, or those of items that hold no other scale whole."""
    if instrument.profile:
        return [instrument.score(name) for name in instrument.profile]
    scales = [score for score in instrument.scores if score.items]
    return [
        score
        for score in scales
        if not any(other is not score and set(other.items) < set(score.items) for other in scales)
    ]


def profile(scores: Scores, person: str, wave: str | None = None) -> Profile:
    """Lay out one person's scales for the talk with that person.

    Parameters
    ----------
    scores : Scores
        From `score`.
    person : str
        The code of the person.
    wave : str, optional
        The wave; without it the last one the person took part in.

    Returns
    -------
    Profile
        The two lowest scales (ties with the second included) are the topics to open the talk, and stand first. Where
        more than four would be lowest, none is: the answers are too even.

    Raises
    ------
    DataError
        There is no such person or wave.

    Source
    ------
    Ipsative reading, for conversation only: Cattell (1944), Psychological Review 51, 292-303.
    """
    index = scores.people.index
    keys = index.get_level_values(0).astype(str)
    mine = np.flatnonzero(keys == str(person))
    taken: str | None = None
    if index.nlevels > 1 and len(mine):
        order = [w for w in waves(scores) if w in set(index.get_level_values(1)[mine])]
        taken = str(wave) if wave is not None else str(order[-1])
        mine = mine[index.get_level_values(1)[mine].astype(str) == taken]
    if not len(mine):
        raise DataError("no-such-person", person=str(person), wave=wave or "–")
    return profile_at(scores, int(mine[0]))


def profile_at(scores: Scores, row: int, doubts: Mapping[str, pd.Series] | None = None) -> Profile:
    """Lay out the scales of the person in a row of the scores; ``doubts`` are those of `band_doubts`."""
    from .bands import band_doubts

    doubts = band_doubts(scores) if doubts is None else doubts
    instrument, index = scores.instrument, scores.people.index
    names = [score.name for score in instrument.scores]
    entries: list[dict[str, Any]] = []
    for score in profile_scores(instrument):
        column = names.index(score.name)
        value = float(scores.values[row, column])
        place = (value - score.low) / (score.high - score.low)
        if score.higher_is in ("worse", "less ready"):
            place = 1 - place
        entry: dict[str, Any] = {"score": score.name, "label": in_language(score.label), "value": value}
        doubt = str(doubts[score.name].iloc[row])
        entry |= {"low": score.low, "high": score.high, "place": place}
        entry |= {"band": "" if doubt else _band(score, value), "doubt": doubt}
        entry |= {"answered": int(scores.answered[row, column]), "parts": score.parts, "topic": False}
        entries.append(entry)
    known = {score.name for score in instrument.scores if score.higher_is != "unknown"}
    ranked = sorted(entry["place"] for entry in entries if entry["score"] in known and entry["place"] == entry["place"])
    if len(ranked) > TOPICS:
        topics = [e for e in entries if e["score"] in known and e["place"] <= ranked[TOPICS - 1]]
        for entry in topics if len(topics) <= 2 * TOPICS else ():
            entry["topic"] = True
    entries.sort(key=lambda entry: entry["place"] if entry["topic"] else np.inf)
    key = index[row]
    person, wave = (str(key[0]), str(key[1])) if index.nlevels > 1 else (str(key), None)
    return Profile(pd.DataFrame(entries), status_line(instrument), person, wave)


def _band(score: Score, value: float) -> str:
    """Return the band of one value, in the current language; empty where there is none."""
    if value != value or not score.bands:
        return ""
    system = next(iter(score.bands))
    return in_language(score.bands[system][band_places(score, system, np.array([value]))[0]].label)
