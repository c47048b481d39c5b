"""One group measured twice: its change, which is not an effect of anything."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..core.errors import DataError, Notice
from ..core.language import number, say
from ..measure import ReliableChange, Retest, reliable_change
from ..measure.gates import gate
from .design import left_out_note, numbers
from .effects import paired_effects
from .estimates import COLUMNS, Estimates, Floats, label
from .improved import Improved, Reliability, limits_of, names_of, people_once, percent_improved, two_times
from .no_change import Scale
from .planning import plan_paired


@dataclass(frozen=True, eq=False)
class Change(Estimates):
    """The change of one group. Rows: smallest_detectable first, mean_change, then the effect sizes of `paired_effects`
    (dz, gz, d_av, g_av, d_rm, g_rm, d_pre, g_pre), and regression_to_mean where it can be worked out.

    ``smallest_dz`` is the smallest detectable change in SDs of the changes. ``at_maximum`` people stood at the highest
    score already (None where the scale is not given). ``reliable`` holds each person who could still rise (None without
    a retest r), ``improved`` the share of people whose score rose with its no-change line (None where it is refused).
    """

    smallest_dz: float
    at_maximum: int | None
    reliable: ReliableChange | None
    improved: Improved | None

    @property
    def sentence(self) -> str:
        return " ".join(self._sentences())

    def _sentences(self) -> Iterator[str]:
        smallest = self.table.set_index("name")["estimate"]["smallest_detectable"]
        said = {"n": int(self.row["n"]), "points": number(smallest, 1), "dz": number(self.smallest_dz, 2)}
        yield say("evaluate", "change_title")
        yield say("evaluate", "change_smallest", **said)
        yield super().sentence
        if self.reliable is not None:
            counts = self.reliable.table["verdict"].value_counts()
            moved = {name: int(counts.get(name, 0)) for name in ("rose", "fell")}
            moved["people"] = len(self.reliable.table)
            yield say("evaluate", "change_reliable", smallest=number(self.reliable.smallest, 1), **moved)
        if self.at_maximum:
            yield say("evaluate", "change_at_maximum", people=self.at_maximum)
        if self.improved is not None:
            yield self.improved.sentence


def change(
    first: pd.Series,
    second: pd.Series,
    *,
    chosen_by_score: bool,
    screened: pd.Series | None = None,
    retest: Reliability | None = None,
    scale: Scale | None = None,
    interviewer: pd.Series | None = None,
    facilitator: pd.Series | None = None,
    level: float = 0.95,
) -> Change:
    """Tell how one group changed between two measurements. Whatever else happened in between is in it too.

    Parameters
    ----------
    first, second : Series (people)
        Scores in their own unit, matched by index; people with only one of them are left out.
    chosen_by_score : bool
        Whether ``first`` decided who came into the group, as in `percent_improved`.
    screened : Series (people)
        First scores of everyone among whom the group was chosen: for the no-change line, the regression to the mean,
        and the error of a score, which a group chosen by it makes look too small.
    retest : float, Estimate or Retest
        Test-retest correlation; without it no change of a person is called reliable.
    scale : three floats
        Lowest score, highest score, and step between neighbouring ones. People at the highest are set apart; without
        it, they are not known.
    interviewer, facilitator : Series (people), optional
        Who asked each person the second time, and who led the programme, in the same codes.
    level : float between 0 and 1
        Coverage of the intervals.

    Returns
    -------
    Change
        Points of the score, and SDs for the effect sizes. The smallest detectable change is found in 80 % of studies of
        this size. The interval of regression_to_mean, the change expected of this group by chance, is that of r alone.

    Raises
    ------
    DataError
        As `paired_effects`. What cannot be worked out for want of a retest, a screened population or a scale is left
        out, and a note says what to collect.

    Source
    ------
    `paired_effects`, `reliable_change`, `percent_improved`; Cohen (1988), Statistical Power Analysis, ch. 2; Barnett,
    van der Pols & Dobson (2005), International Journal of Epidemiology 34, 215-220 (regression to the mean).
    """
    sizes = paired_effects(first, second, level=level)
    x, y, _ = two_times(first, second)
    smallest = plan_paired(n=len(x), level=level).effect
    detectable = _row("smallest_detectable", smallest * float((y - x).std(ddof=1)), len(x))
    parts = [detectable, sizes.table]
    notes = [*sizes.notes, *_asked_by_facilitator(interviewer, facilitator)]
    if chosen_by_score and retest is not None and screened is not None:
        parts.append(_regression(x, screened, retest))
    top = math.inf if scale is None else scale[1] - 1e-9 * abs(scale[1])
    reliable = improved = None
    try:
        spread = _spread(chosen_by_score, screened, retest)
        reliable = _reliable(first, second, retest, spread, top, level)
    except DataError as refused:
        notes.append(_not_computed("reliable_change", refused))
    try:
        options: dict[str, Any] = {"screened": screened, "retest": retest, "scale": scale, "level": level}
        improved = percent_improved(first, second, chosen_by_score=chosen_by_score, **options)
        notes += [note for note in improved.notes if note.code != "rows-left-out"]
    except DataError as refused:
        notes.append(_not_computed("no_change_line", refused))
    table = pd.concat([part.astype(sizes.table.dtypes) for part in parts], ignore_index=True)
    at_maximum = None if scale is None else int((x >= top).sum())
    about = (smallest, at_maximum, reliable, improved)
    return Change(table, "", "paired_t", "mean_change", level, *about, notes=tuple(notes))


def then_test(first: pd.Series, second: pd.Series, then: pd.Series, *, level: float = 0.95) -> Estimates:
    """Compare a change with what people say, looking back, that they were like at first.

    Who has learnt what readiness takes may mark himself lower than before, honestly. A then-test asks the second time
    "how were you then?": the shift of the yardstick is then - first, the change on the new one second - then. Memory
    and the wish to have got on are in it too.

    Parameters
    ----------
    first, second, then : Series (people)
        Scores in their own unit, matched by index; ``then`` was answered at the second time about the first. People
        without all three are left out.
    level : float between 0 and 1
        Coverage of the intervals.

    Returns
    -------
    Estimates
        Rows: mean_change, then_change, yardstick_shift; paired t tests, in the unit of the score.

    Raises
    ------
    DataError
        As `paired_effects`.

    Source
    ------
    Howard (1980), Evaluation Review 4, 93-106; Schwartz & Sprangers (2010), Quality of Life Research 19, 455-458.
    """
    for series in (first, second, then):
        two_times(first, series)
    three = pd.concat([first, second, then], axis=1, keys=["first", "second", "then"])
    kept = three.dropna()
    pairs = {
        "mean_change": ("first", "second"),
        "then_change": ("then", "second"),
        "yardstick_shift": ("first", "then"),
    }
    rows = [
        paired_effects(kept[a], kept[b], level=level).table.iloc[:1].assign(name=name) for name, (a, b) in pairs.items()
    ]
    out = int(three.notna().any(axis=1).sum()) - len(kept)
    notes = (Notice("then-test"), *left_out_note(out, names_of(first, second, then)))
    return Estimates(pd.concat(rows, ignore_index=True), "", "paired_t", "then_change", level, notes=notes)


def _row(name: str, estimate: float, n: int, low: float = math.nan, high: float = math.nan) -> pd.DataFrame:
    """Return a row that has no test."""
    row = {"name": name, "estimate": estimate, "ci_low": low, "ci_high": high, "n": n}
    return pd.DataFrame([row], columns=list(COLUMNS))


def _regression(x: Floats, screened: pd.Series[Any], retest: Reliability) -> pd.DataFrame:
    """Return the change by which a group chosen by its score moves to the mean of all, at r and at its limits."""
    way = float(np.nanmean(numbers(people_once(screened)))) - float(x.mean())
    found, *limits = ((1 - r) * way for r in limits_of(retest))
    return _row("regression_to_mean", found, len(x), min(limits), max(limits))


def _reliable(
    first: pd.Series[Any],
    second: pd.Series[Any],
    retest: Reliability | None,
    sd: tuple[float, float] | None,
    top: float,
    level: float,
) -> ReliableChange:
    """Return the change of each person who could still rise; the error is that of everyone, those at the top too."""
    if retest is None:
        raise DataError("needs-retest")
    x, y, _ = two_times(first, second)
    if sd is None:
        gate("sem", len(x))
        sd = (float(x.std(ddof=1)), float(y.std(ddof=1)))
    first = people_once(first)
    could_rise = first[first < top]
    return reliable_change(could_rise, second, retest=limits_of(retest)[0], sd=sd, level=level)


def _spread(
    chosen_by_score: bool, screened: pd.Series[Any] | None, retest: Reliability | None
) -> tuple[float, float] | None:
    """Return the spread of the people who were not chosen by their score: those screened, or those of the retest."""
    if screened is not None:
        return (float(np.nanstd(numbers(people_once(screened)), ddof=1)),) * 2
    if isinstance(retest, Retest):
        return retest.sd
    if chosen_by_score:
        raise DataError("error-needs-screened")
    return None


def _asked_by_facilitator(interviewer: pd.Series[Any] | None, facilitator: pd.Series[Any] | None) -> tuple[Notice, ...]:
    """Say how many people were asked by the one who led their programme."""
    if interviewer is None or facilitator is None:
        return ()
    asked, led = people_once(interviewer).align(people_once(facilitator), join="inner")
    same = int((asked.notna() & (asked.astype(str) == led.astype(str))).sum())
    return (Notice("asked-by-facilitator", params={"people": same}),) if same else ()


def _not_computed(term: str, refused: DataError) -> Notice:
    return Notice("not-computed", params={"columns": lambda: label(term), "reason": lambda: str(refused)})
