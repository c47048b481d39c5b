"""How far the answers of each person can be trusted: indices, flags at two rules, results with and without the flagged.

Nothing is deleted: a flag lowers the trust in a row and takes its band away.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..core.coded import Floats, numbers
from ..core.errors import DataError, Notice
from ..core.language import in_language, number, say
from ..core.results import Result
from ..core.text import fold
from ..instruments import status_line
from ..intake import Responses
from .belonging import belonging
from .describe import SMALLEST_GROUP
from .indices import Unknown, acquiescence, contradiction, duplicate, even_odd, mahalanobis, runs, sameness, standing
from .kernel import fill_skipped
from .scoring import Scores

# index: its mark, and what is far beyond it
MARKS: dict[str, tuple[float, float]] = {
    "blank": (0.2, 0.5),
    "longest_run": (np.nan, np.nan),
    "straight": (10, np.nan),  # far: half of the items, not fewer than 10
    "sameness": (np.nan, np.nan),
    "contradiction": (0.75, np.nan),
    "acquiescence": (np.nan, np.nan),
    "even_odd": (-0.3, np.nan),
    "mahalanobis": (0.001, np.nan),  # how likely a larger distance is
    "duplicate": (0.85, np.nan),
    "speed": (9, 30),
}
FEWEST_PAIRS = 3
RULES = ("lenient", "strict")

_INTERVIEWER = re.compile(r"(?:kode |id )?(?:pewawancara|enumerator|interviewer)(?: id| kode| code)?")
_MINUTES = re.compile(r"(?:lama |durasi |duration )?\(?(?:menit|minutes)\)?(?: pengisian)?")

Look = tuple[Floats, Any, Any]  # an index, who is at or past its mark, who is far beyond


@dataclass(frozen=True, eq=False, repr=False)
class Quality(Result):
    """Indices of response quality, one row a person, and flags; every index: higher is more suspicious.

    ``table``: blank (share of items), longest_run (equal answers in the order of the items), straight (the same over
    items that run both ways), sameness (minus the sd of the answers), contradiction (share of opposite pairs
    both agreed with), acquiescence (0.5 neutral, 1 "yes" to everything), even_odd, mahalanobis (squared), duplicate
    (share of answers equal to another person of the same interviewer), speed (items answered a minute); signs (indices
    at or past their mark); lenient, strict.
    ``past``: people x indices, 0, 1 at or past the mark, 2 far beyond.
    ``marks``: one row an index: index, mark, over, far, beyond (people at or past each), reason (code; why none).
    """

    marks: pd.DataFrame
    past: pd.DataFrame
    people: pd.DataFrame

    @property
    def sentence(self) -> str:
        return say("quality", "sentence", n=len(self.table), **{rule: int(self.table[rule].sum()) for rule in RULES})

    def shown(self) -> pd.DataFrame:
        """Return how many people are at or past the marks of each index."""
        t = self.marks
        columns: dict[str, Any] = {}
        columns[say("quality", "column_index")] = t["index"].map(lambda name: say("quality", f"index_{name}"))
        for mark, people in (("mark", "over"), ("far", "beyond")):
            columns[say("quality", f"column_{mark}")] = t[mark].map(_plain)
            columns[say("quality", f"column_{people}")] = t[people].map(lambda x: number(x, 0))
        why = {code: say("quality", f"reason_{code}") for code in set(t["reason"]) - {""}}
        columns[say("quality", "column_reason")] = t["reason"].map({"": "", **why})
        return pd.DataFrame(columns)


@dataclass(frozen=True, eq=False, repr=False)
class QualityGroups(Result):
    """Response quality of groups: group, n, lenient and strict (shares of flagged), the mean of each index."""

    by: str

    @property
    def sentence(self) -> str:
        shares = 100 * self.table["strict"].dropna()
        if shares.empty:
            return say("quality", "groups_withheld", by=self.by, least=SMALLEST_GROUP)
        ends = {"low": number(shares.min(), 0), "high": number(shares.max(), 0)}
        return say("quality", "groups_sentence", by=self.by, groups=len(shares), **ends)

    def shown(self) -> pd.DataFrame:
        """Return the shares of flagged rows as people read them."""
        columns = {say("quality", "column_group"): self.table["group"], "n": self.table["n"]}
        for rule in RULES:
            columns[f"% {say('quality', f'rule_{rule}')}"] = (100 * self.table[rule]).map(lambda x: number(x, 0))
        return pd.DataFrame(columns)


@dataclass(frozen=True, eq=False, repr=False)
class WithAndWithout(Result):
    """Scores of everybody, and without the flagged: rule, score, label, n, mean, sd, n_without, mean_without,
    sd_without, difference (mean without the flagged minus mean of all, in points of the score).
    """

    @property
    def sentence(self) -> str:
        away = self.table["difference"].abs()
        if away.isna().all():
            return say("quality", "without_withheld", least=SMALLEST_GROUP)
        most = self.table.loc[away.idxmax()]
        rule = say("quality", f"rule_{most['rule']}")
        return say("quality", "without_sentence", rule=rule, label=most["label"], points=number(most["difference"], 1))

    def shown(self) -> pd.DataFrame:
        """Return the table as people read it."""
        t = self.table
        columns = {say("quality", "column_rule"): t["rule"].map(lambda rule: say("quality", f"rule_{rule}"))}
        columns[say("quality", "column_score")] = t["label"]
        for name in ("n", "mean", "n_without", "mean_without", "difference"):
            columns[say("quality", f"column_{name}")] = t[name].map(lambda x, d=int(name[0] != "n"): number(x, d))
        return pd.DataFrame(columns)


def _plain(value: float) -> str:
    """Write a mark with the digits it has."""
    return number(value, len(f"{value:g}".partition(".")[2]))


def response_quality(responses: Responses, *, interviewer: str | None = None, minutes: str | None = None) -> Quality:
    """Work out how each person filled in the questionnaire, and flag rows at two rules.

    Parameters
    ----------
    responses : Responses
        Answers, as asked: runs and contradictions are looked for before reversal, in the order of the items.
    interviewer : str, optional
        The column that says who asked; without it one whose heading says so.
    minutes : str, optional
        The column of the minutes it took; without it a column of numbers whose heading says so.

    Returns
    -------
    Quality
        ``lenient``: one index is at or past its mark. ``strict``: two are, or one is far beyond: half of the items
        blank, a straight line over half of the items, 30 items a minute. Marks: more than 20 % blank; a straight line
        of 10; 3 opposite pairs and 75 % of them agreed with on both sides; even-odd -.30; a distance that 1 in 1000
        exceeds; 85 % of the answers those of somebody else of the same interviewer and wave; 9 items a minute. Longest
        run, sameness and acquiescence have no mark: an honest person can be even. In the invented data, where it is
        known who was careless, the strict rule finds all of their 15 sheets and 1 in 100 of the others, the lenient 1
        in 4.

    Raises
    ------
    DataError
        There is no such column; the minutes are no numbers.

    Source
    ------
    Curran (2016), Journal of Experimental Social Psychology 66, 4-19 (runs of half the items; several hurdles); Johnson
    (2005), Journal of Research in Personality 39, 103-129 (even-odd, longest run); Meade & Craig (2012), Psychological
    Methods 17, 437-455 (Mahalanobis); Huang et al. (2012), Journal of Business and Psychology 27, 99-114 (2 seconds an
    item); Winkler, Kanouse & Ware (1982), Journal of Applied Psychology 67, 555-561 (acquiescence); Dunn et al. (2018),
    Journal of Business and Psychology 33, 105-121 (sameness); Kuriakose & Robbins (2016), Statistical Journal of the
    IAOS 32, 283-291 (duplicates); WHOQOL Group (1996), scoring manual (20 % blank). The run of 10, the pairs and 9
    items a minute are rules of SIAP-36, provisional.
    """
    table = pd.DataFrame(np.nan, index=responses.index, columns=list(MARKS))
    past = pd.DataFrame(0, index=responses.index, columns=list(MARKS))
    half = max(MARKS["straight"][0], len(responses.instrument.items) / 2)
    marks = []
    for name, look in _looks(responses, interviewer, minutes, half):
        mark, limit = MARKS[name]
        row: dict[str, Any] = {"index": name, "mark": mark, "far": half if name == "straight" else limit}
        try:
            table[name], over, beyond = look()
        except Unknown as unknown:
            row["reason"] = str(unknown)
        else:
            past[name] = np.where(beyond, 2, np.where(over, 1, 0))
            row |= {"over": np.sum(over), "beyond": np.sum(beyond), "reason": ""}
        marks.append(row)
    table["signs"] = (past > 0).sum(axis=1)
    table["lenient"], table["strict"] = table["signs"] > 0, (table["signs"] > 1) | (past == 2).any(axis=1)
    shown = pd.DataFrame(marks, columns=["index", "mark", "over", "far", "beyond", "reason"])
    for limited, people in (("mark", "over"), ("far", "beyond")):
        shown[people] = shown[people].where(shown[limited].notna())
    flagged = int(table["strict"].sum())
    notes = (Notice("quality-flagged", params={"people": flagged}),) if flagged else ()
    return Quality(table, status_line(responses.instrument), shown, past, responses.people, notes=notes)


def _looks(
    responses: Responses, interviewer: str | None, minutes: str | None, half: float
) -> Iterator[tuple[str, Callable[[], Look]]]:
    """Yield each index with how to work it out."""
    instrument, block = responses.instrument, responses.block
    items = len(instrument.items)
    raw, turned = (standing(block, instrument, turned=way) for way in (False, True))
    run, straight = runs(block, instrument)
    nobody = np.zeros(len(block), dtype=bool)

    def blank() -> Look:
        filled = fill_skipped(block, instrument, {name: i for i, name in enumerate(instrument.item_names)})
        missing = items - np.count_nonzero(filled, axis=1)
        share = missing / items
        return share, missing > MARKS["blank"][0] * items, share >= MARKS["blank"][1]

    def pairs() -> Look:
        share, both = contradiction(raw, instrument)
        return share, (share >= MARKS["contradiction"][0]) & (both >= FEWEST_PAIRS), nobody

    def consistency() -> Look:
        found = even_odd(turned, instrument)
        return found, found >= MARKS["even_odd"][0], nobody

    def distance() -> Look:
        from scipy.special import chdtrc

        found, answered = mahalanobis(block, instrument)
        return found, chdtrc(answered, found) < MARKS["mahalanobis"][0], nobody

    def duplicates() -> Look:
        share = duplicate(block, _askers(responses, interviewer))
        return share, share >= MARKS["duplicate"][0], nobody

    def speed() -> Look:
        rate = np.count_nonzero(block, axis=1) / _minutes(responses, minutes)
        return rate, rate > MARKS["speed"][0], rate >= MARKS["speed"][1]

    yield "blank", blank
    yield "longest_run", lambda: (run, nobody, nobody)
    yield "straight", lambda: (straight, straight >= MARKS["straight"][0], straight >= half)
    yield "sameness", lambda: (sameness(block), nobody, nobody)
    yield "contradiction", pairs
    yield "acquiescence", lambda: (acquiescence(raw, instrument), nobody, nobody)
    yield "even_odd", consistency
    yield "mahalanobis", distance
    yield "duplicate", duplicates
    yield "speed", speed


def _column(people: pd.DataFrame, heading: re.Pattern[str]) -> Any:
    """Return the column whose heading says what it is, or None."""
    return next((c for c in people.columns if heading.fullmatch(fold(str(c)).replace("_", " "))), None)


def _askers(responses: Responses, named: str | None) -> Any:
    """Return who asked whom, each wave apart: a person answers alike at two waves without any fault."""
    people = responses.people
    column = named or _column(people, _INTERVIEWER)
    if column is None:
        raise Unknown("no_interviewer")
    askers = belonging(people, column)
    if people.index.nlevels > 1:
        askers = (askers + "\n").str.cat(people.index.get_level_values(1).astype(str))
    return askers.where(askers.notna(), None).to_numpy(dtype=object)


def _minutes(responses: Responses, named: str | None) -> Floats:
    """Return the minutes of each person; NaN where there are none, or none that can be."""
    column = named or _column(responses.people, _MINUTES)
    if column is None or (named is None and responses.people[column].dtype.kind not in "iuf"):
        raise Unknown("no_minutes")
    taken = numbers(responses.people, [column])[:, 0]
    return np.where(taken > 0, taken, np.nan)


def flagged_rows(responses: Responses) -> pd.Series:
    """Tell which rows are flagged by the strict rule, and so have no band.

    Parameters
    ----------
    responses : Responses
        Answers, as in `response_quality`.

    Returns
    -------
    Series of bool (people)

    Raises
    ------
    Nothing: an index that cannot be worked out flags nobody.

    Source
    ------
    `response_quality`; answering "very much like me" throughout gives exactly 75 points on SIAP-36.
    """
    return response_quality(responses).table["strict"]


def quality_groups(quality: Quality, by: str) -> QualityGroups:
    """Summarise response quality by interviewer, mode, unit or wave.

    Parameters
    ----------
    quality : Quality
        From `response_quality`.
    by : str
        A column of the people, or the name of the wave.

    Returns
    -------
    QualityGroups
        Shares and means; groups of fewer than five people have blanks instead of numbers. A difference between
        interviewers may be one between the people they were given.

    Raises
    ------
    DataError
        There is no such column.

    Source
    ------
    Kuriakose & Robbins (2016), Statistical Journal of the IAOS 32, 283-291.
    """
    rows = []
    for name, own in quality.table.groupby(belonging(quality.people, by).to_numpy(), sort=True):
        row: dict[str, Any] = {"group": name, "n": len(own)}
        if len(own) >= SMALLEST_GROUP:
            row |= own[[*RULES, *MARKS]].astype(float).mean().to_dict()
        rows.append(row)
    return QualityGroups(pd.DataFrame(rows, columns=["group", "n", *RULES, *MARKS]), quality.status, by)


def without_flagged(scores: Scores, quality: Quality) -> WithAndWithout:
    """Compare the mean of each score with and without the flagged rows, at both rules.

    Parameters
    ----------
    scores : Scores
        From `score`.
    quality : Quality
        From `response_quality`, of the same rows.

    Returns
    -------
    WithAndWithout
        Means and standard deviations (n - 1) in the scores' own units; blanks where fewer than five people are left.

    Raises
    ------
    DataError
        The two are not about the same rows.

    Source
    ------
    Curran (2016), Journal of Experimental Social Psychology 66, 4-19: report both, delete nothing.
    """
    if not scores.people.index.equals(quality.table.index):
        raise DataError("rows-differ", first=len(scores), second=len(quality.table))
    rows = []
    for rule in RULES:
        kept = ~quality.table[rule].to_numpy()
        for place, score in enumerate(scores.instrument.scores):
            values = scores.values[:, place]
            there = ~np.isnan(values)
            row: dict[str, Any] = {"rule": rule, "score": score.name, "label": in_language(score.label)}
            for ending, some in (("", values[there]), ("_without", values[there & kept])):
                row[f"n{ending}"] = len(some)
                if len(some) >= SMALLEST_GROUP:
                    row |= {f"mean{ending}": some.mean(), f"sd{ending}": some.std(ddof=1)}
            rows.append(row)
    columns = ["rule", "score", "label", "n", "mean", "sd", "n_without", "mean_without", "sd_without"]
    table = pd.DataFrame(rows, columns=columns)
    table["difference"] = table["mean_without"] - table["mean"]
    return WithAndWithout(table, quality.status)
