"""Who voices a worry or a challenge, and none of the strategies or plans that answer it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ..core.coded import numbers, present
from ..core.errors import DataError, Notice
from ..core.language import listed, number, say
from ..core.results import Result, checked_level
from .codebook import Codebook
from .proportions import normal, wilson
from .talks import TALK, Coded, open_notes, theme_label, voiced
from .withheld import LEAST, blanked

CONCERNS = ("worry", "challenge")
GROUPS = ("unanswered", "answered", "no_worry", "cannot_tell")
SENSITIVITY, SPECIFICITY = 0.8, 0.95  # of coding one text, where they were not measured
EITHER = "either"  # a worry that may have been voiced, and would be answered
KEPT = ("site", "programme", "facilitator", "date")


@dataclass(frozen=True, eq=False)
class ConcernCoverage(Result):
    """Worries without a voiced plan. ``.table`` has the groups of people: name (unanswered, answered, no_worry,
    cannot_tell), people, estimate (share of those of whom it can be told), ci_low, ci_high, n.

    ``followup`` lists whom to talk with again, by person code: person, wave, what the talks tell (site, programme,
    facilitator, date), concerns (codes without a voiced answer), nothing_answers (those of them for which the codebook
    names no answer). ``unknown`` lists of whom it cannot be told: person, wave, concerns. ``topics`` and ``concerns``:
    name, voiced, unanswered, cannot_tell (people), estimate (share of those who voiced it and of whom it can be told),
    ci_low, ci_high, n; blank where the codebook names no answer. ``heat``: section, topic, voiced, estimate, ci_low,
    ci_high, n (people).
    ``missed`` is the share of those in need whom coding misses.
    """

    codebook: Codebook
    followup: pd.DataFrame
    unknown: pd.DataFrame
    topics: pd.DataFrame
    concerns: pd.DataFrame
    heat: pd.DataFrame
    missed: float
    sensitivity: float
    specificity: float
    measured: bool
    level: float

    @property
    def title(self) -> str:
        """What the list for follow-up is called, in the current language."""
        return say("themes", "followup_title")

    @property
    def sentence(self) -> str:
        t = self.table.set_index("name")
        row = t.loc["unanswered"]
        said: dict[str, Any] = {name: number(t.loc[name, "people"], 0) for name in GROUPS}
        said |= {end: number(100 * row[end], 0) for end in ("estimate", "ci_low", "ci_high")}
        code = "coverage_withheld" if math.isnan(row["n"]) else "coverage"
        return f"{say('themes', code, title=self.title, n=number(row['n'], 0), **said)} {self.caution}"

    @property
    def caution(self) -> str:
        """How many of those in need coding misses, in the current language."""
        said = {"sensitivity": number(self.sensitivity, 2), "specificity": number(self.specificity, 2)}
        code = "missed_measured" if self.measured else "missed_assumed"
        return say("themes", code, missed=number(100 * self.missed, 0), **said)

    def shown(self) -> pd.DataFrame:
        """Return the groups as people read them."""
        t = self.table
        columns: dict[str, Any] = {say("themes", "head_group"): [say("themes", f"group_{name}") for name in t["name"]]}
        columns[say("themes", "head_people")] = t["people"].map(lambda x: number(x, 0))
        for head, column in (("share", "estimate"), ("low", "ci_low"), ("high", "ci_high")):
            columns[say("themes", f"head_{head}")] = t[column].map(lambda x: number(100 * x, 0))
        return pd.DataFrame(columns)

    def list_shown(self) -> pd.DataFrame:
        """Return the list for follow-up as people read it."""
        t = self.followup
        columns: dict[str, Any] = {say("themes", f"head_{name}"): t[name] for name in ("person", "wave")}
        columns |= {say("themes", f"head_{name}"): t[name] for name in KEPT if name in t}
        columns[say("themes", "head_concerns")] = t["concerns"].map(self._labels)
        columns[say("themes", "head_nothing_answers")] = t["nothing_answers"].map(self._labels)
        return pd.DataFrame(columns)

    def topics_shown(self) -> pd.DataFrame:
        """Return the topics as people read them."""
        t = self.topics
        columns: dict[str, Any] = {
            say("themes", "head_theme"): [theme_label(self.codebook, "topic", x) for x in t["name"]]
        }
        for head in ("voiced", "unanswered"):
            columns[say("themes", f"head_{head}")] = t[head].map(lambda x: number(x, 0))
        for head, column in (("share", "estimate"), ("low", "ci_low"), ("high", "ci_high")):
            columns[say("themes", f"head_{head}")] = t[column].map(lambda x: number(100 * x, 0))
        return pd.DataFrame(columns)

    def shared(self, least: int = LEAST) -> ConcernCoverage:
        """Return what may leave the unit: no lists of people, and no number that fewer than ``least`` stand behind."""
        gone = self.table["name"].isin(_small(self.table.set_index("name")["people"], least)).to_numpy()
        table = self.table.assign(n=self.table["n"].astype(float), people=self.table["people"].astype(float))
        table.loc[gone, ["people", "estimate", "ci_low", "ci_high"]] = np.nan
        if gone.any():  # what the shares are shares of would give a withheld group away
            table.loc[:, ["estimate", "ci_low", "ci_high", "n"]] = np.nan
        parts = [_few(part, least) for part in (self.topics, self.concerns, self.heat)]
        notes = tuple(note for note in self.notes if note.code not in ("theme-cannot-tell", "theme-open-ties"))
        notes += (Notice("theme-shared", params={"least": least}),)
        topics, concerns, heat = parts
        nobody, unknown = self.followup[:0], self.unknown[:0]
        return replace(
            self,
            table=table,
            followup=nobody,
            unknown=unknown,
            topics=topics,
            concerns=concerns,
            heat=heat,
            notes=notes,
        )

    def _labels(self, codes: str) -> str:
        return "; ".join(self.codebook.words(code) for code in codes.split())


def concern_coverage(
    consensus: Coded,
    codebook: Codebook,
    talks: pd.DataFrame,
    *,
    wave: Any = None,
    concrete: float = 2,
    sensitivity: float | None = None,
    specificity: float | None = None,
    level: float = 0.95,
) -> ConcernCoverage:
    """Return who voices a worry or a challenge, and none of the strategies or plans that answer it.

    A worry is answered where one of the codes in the codebook's ``answered_by`` applies to the same talk: a strategy by
    being voiced, a plan where it is concrete enough as well.

    Parameters
    ----------
    consensus : Consensus or DataFrame
        As in `prevalence`.
    codebook : Codebook
        From `load_codebook`.
    talks : DataFrame
        One row a talk: person, wave, plan_concreteness (0 to 3); site, programme, facilitator and date are kept.
    wave : optional
        The talks of this wave; without it the last talk of each person (by date).
    concrete : float, 0 to 3
        The concreteness from which a plan answers.
    sensitivity, specificity : float between 0 and 1, optional
        Of the coding, where they were measured; .80 and .95 are assumed of what is not given, and both called assumed.
    level : float between 0 and 1
        Coverage of the intervals.

    Returns
    -------
    ConcernCoverage
        People in three groups, and those of whom it cannot be told because something was not coded, a tie is open or
        the concreteness is blank.

    Raises
    ------
    DataError
        As `prevalence`; a coded talk that is not among the talks; a person with several talks and no dates; a
        concreteness that is not 0 to 3.

    Source
    ------
    docs/decisions/0022-worry-without-a-voiced-plan.md; Wilson (1927), Journal of the American Statistical Association
    22, 209-212.
    """
    checked_level(level)
    measured = sensitivity is not None and specificity is not None
    sensitivity = SENSITIVITY if sensitivity is None else float(sensitivity)
    specificity = SPECIFICITY if specificity is None else float(specificity)
    found = voiced(consensus, codebook)
    chosen = _chosen(talks, found.values.index, wave)
    kept = pd.MultiIndex.from_frame(chosen[TALK])
    values = found.values.reindex(kept)
    plan = numbers(chosen, ["plan_concreteness"])[:, 0]
    if not ((plan >= 0) & (plan <= 3) | np.isnan(plan)).all():
        raise DataError("theme-concreteness")
    states = _states(values, plan >= concrete, np.isnan(plan), codebook)
    answerable = [code for code in states if codebook.answered_by(code)]
    person = _together(states, list(states), len(chosen))
    table = _groups(person, level)
    concerns = [
        {"name": code, **_asked(state, bool(codebook.answered_by(code)), level)} for code, state in states.items()
    ]
    topics = []
    for topic in dict.fromkeys(codebook.topic_of[code] for code in states):
        of = [code for code in states if codebook.topic_of[code] == topic]
        told = [code for code in of if code in answerable]
        topics.append({"name": topic, **_asked(_together(states, told or of, len(chosen)), bool(told), level)})
    notes: tuple[Notice, ...] = ()
    if wave is None and talks["person"].duplicated().any():
        notes += (Notice("theme-last-talk"),)
    if silent := [code for code in states if code not in answerable]:
        labels = tuple(silent)
        notes += (Notice("theme-no-answer", params={"concerns": lambda: listed(map(codebook.words, labels))}),)
    if untold := int((person == "cannot_tell").sum()):
        notes += (Notice("theme-cannot-tell", params={"people": untold}),)
    return ConcernCoverage(
        table,
        "",
        codebook,
        _list(chosen, states, person == "unanswered", ("unanswered",), answerable),
        _list(chosen, states, person == "cannot_tell", ("cannot_tell", EITHER), answerable)[[*TALK, "concerns"]],
        pd.DataFrame(topics),
        pd.DataFrame(concerns),
        _heat(values, codebook, level),
        share_missed(sensitivity, specificity, [len(codebook.answered_by(code)) for code in answerable]),
        sensitivity,
        specificity,
        measured,
        level,
        notes=notes + open_notes(found.take(found.values.index.isin(kept))),
    )


def share_missed(sensitivity: float, specificity: float, answers: int | Sequence[int] = 2) -> float:
    """Return the share of those with a worry without a voiced plan whom coding does not find.

    Such a person is found where the worry is coded (sensitivity) and none of the codes that would answer it is coded by
    mistake (specificity, each): 1 - sensitivity x specificity^answers, mistakes taken as independent.

    Parameters
    ----------
    sensitivity, specificity : float between 0 and 1
        Of coding one code: how often it is given where it applies, and not given where it does not.
    answers : int, or list of int
        How many codes answer the worry; of several worries the mean is returned.

    Returns
    -------
    float
        Between 0 and 1: .278 for .8, .95 and two codes.

    Raises
    ------
    DataError
        A sensitivity or specificity that is not between 0 and 1; no worry.

    Source
    ------
    The rule of product for independent mistakes; docs/decisions/0022-worry-without-a-voiced-plan.md
    """
    counts = np.atleast_1d(np.asarray(answers, dtype=float))
    if not (0 <= sensitivity <= 1 and 0 <= specificity <= 1 and counts.size):
        raise DataError("theme-not-a-share", sensitivity=sensitivity, specificity=specificity)
    return float((1 - sensitivity * specificity**counts).mean())


def _chosen(talks: pd.DataFrame, coded: pd.MultiIndex, wave: Any) -> pd.DataFrame:
    """Return one talk a person: that of the wave, or the last one."""
    present(talks, [*TALK, "plan_concreteness"])
    if twice := int(talks.duplicated(TALK).sum()):
        raise DataError("theme-talk-twice", column="plan_concreteness", talks=twice)
    if unknown := int((~coded.isin(pd.MultiIndex.from_frame(talks[TALK]))).sum()):
        raise DataError("theme-talk-unknown", talks=unknown)
    if wave is not None:
        if wave not in set(talks["wave"]):
            raise DataError("theme-no-wave", wave=wave, waves=listed(dict.fromkeys(map(str, talks["wave"]))))
        last = talks[talks["wave"] == wave]
    elif talks["person"].duplicated().any():
        present(talks, ["date"])
        dates = pd.to_datetime(talks["date"], errors="coerce")
        if undated := int(dates.isna().sum()):
            raise DataError("theme-no-date", talks=undated)
        last = talks.loc[dates.sort_values(kind="stable").index].drop_duplicates("person", keep="last")
    else:
        last = talks
    return last.sort_values("person", kind="stable", key=lambda codes: codes.astype(str)).reset_index(drop=True)


def _states(values: pd.DataFrame, concrete: Any, blank: Any, codebook: Codebook) -> dict[str, Any]:
    """Return for each worry or challenge, in which group everybody is."""
    states = {}
    for code in codebook.codes:
        if codebook.section_of[code] not in CONCERNS:
            continue
        answered: Any = np.zeros(len(values))
        for other in codebook.answered_by(code):
            its = values[other].to_numpy()
            if codebook.section_of[other] == "plan":
                its = np.where((its == 0) | ~(concrete | blank), 0.0, np.where(blank, np.nan, its))
            answered = np.where((answered == 1) | (its == 1), 1.0, answered + its)  # NaN where one is unknown
        said = values[code].to_numpy()
        named = [said == 0, (said == 1) & (answered == 1), (said == 1) & (answered == 0), answered == 1]
        states[code] = np.select(named, ["no_worry", "answered", "unanswered", EITHER], "cannot_tell")
    return states


def _together(states: dict[str, Any], codes: Iterable[str], people: int) -> Any:
    """Return the group of each person over several worries: one without an answer decides, then one that is unknown."""
    all_of = np.array([states[code] for code in codes]).reshape(-1, people)
    found = [(all_of == name).any(axis=0) for name in ("unanswered", "cannot_tell", "answered", EITHER)]
    return np.select(found, ["unanswered", "cannot_tell", "answered", "cannot_tell"], "no_worry")


def _groups(person: Any, level: float) -> pd.DataFrame:
    """Return how many people are in each group."""
    told = int((person != "cannot_tell").sum())
    rows = []
    for name in GROUPS:
        people = int((person == name).sum())
        row: dict[str, Any] = {"name": name, "people": people, **_share(people, told, level)}
        if name == "cannot_tell":
            row |= {"estimate": math.nan, "ci_low": math.nan, "ci_high": math.nan}
        rows.append(row)
    return pd.DataFrame(rows)


def _share(some: int, n: int, level: float) -> dict[str, Any]:
    """Return a share with Wilson's interval; blank of nobody."""
    low, high = wilson(some / n, n, normal(level)) if n else (math.nan, math.nan)
    return {"estimate": some / n if n else math.nan, "ci_low": low, "ci_high": high, "n": n}


def _asked(state: Any, answerable: bool, level: float) -> dict[str, Any]:
    """Return how many voiced a worry, and how many of them no answer to it."""
    count = {name: int((state == name).sum()) for name in (*GROUPS, EITHER)}
    n = count["unanswered"] + count["answered"]
    row: dict[str, Any] = {"voiced": n, "unanswered": count["unanswered"]}
    row["cannot_tell"] = count["cannot_tell"] + count[EITHER]
    share = _share(count["unanswered"], n, level)
    if not answerable:
        share |= {"estimate": math.nan, "ci_low": math.nan, "ci_high": math.nan}
        row["unanswered"] = math.nan
    return row | share


def _list(
    chosen: pd.DataFrame, states: dict[str, Any], those: Any, names: Sequence[str], answerable: Sequence[str]
) -> pd.DataFrame:
    """Return people, by code, with the worries for which they are in a group."""
    kept = [column for column in (*TALK, *KEPT) if column in chosen]
    people = chosen.loc[those, kept].reset_index(drop=True)
    at = np.flatnonzero(those)
    both = [[code for code, state in states.items() if state[place] in names] for place in at]
    people["concerns"] = [" ".join(codes) for codes in both]
    people["nothing_answers"] = [" ".join(code for code in codes if code not in answerable) for codes in both]
    return people


def _heat(values: pd.DataFrame, codebook: Codebook, level: float) -> pd.DataFrame:
    """Return how many people voice each topic in each section."""
    cells: dict[tuple[str, str], list[str]] = {}
    for code in codebook.codes:
        cells.setdefault((codebook.section_of[code], codebook.topic_of[code]), []).append(code)
    rows = []
    for section in codebook.sections:
        for topic in dict.fromkeys(codebook.topic_of.values()):
            if codes := cells.get((section, topic)):
                its = values[codes].to_numpy()
                said = (its == 1).any(axis=1)
                known = said | ~np.isnan(its).any(axis=1)
                rows.append({"section": section, "topic": topic, "voiced": int(said.sum()),
                             **_share(int(said.sum()), int(known.sum()), level)})  # fmt: skip
    return pd.DataFrame(rows)


def _small(people: pd.Series, least: int) -> list[str]:
    """Return the groups to withhold: the small ones, and the next until none follows from the sum of all.

    That it can be told of everybody is about the coding, not about people: nought there is no small group.
    """
    sizes = people[(people > 0) | (people.index != "cannot_tell")].sort_values(kind="stable")
    count = int((sizes < least).sum())
    while 0 < count < len(sizes) and (count == 1 or not sizes.head(count).sum()):
        count += 1
    return list(sizes.index[:count])


def _few(table: pd.DataFrame, least: int) -> pd.DataFrame:
    """Return shares without those of which fewer than ``least`` people are, or are not, a part."""
    part = "unanswered" if "unanswered" in table else "voiced"
    some = table[part].fillna(table["voiced"]).astype(float)
    few = (some < least) | (table["n"] - some < least)
    return blanked(table, few, ("name", "section", "topic"))
