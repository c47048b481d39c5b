"""The share of people whose score rose, never without its no-change line."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from ..core.errors import DataError, Notice
from ..core.language import number, say
from ..core.results import Estimate, Result, checked_level
from ..measure import Retest
from ..measure.shares import exact_interval
from .design import left_out_note, numbers
from .estimates import Floats, label, p_words
from .no_change import HIGHEST_RHO, Lattice, Scale, count_probabilities, fit_lattice, lattice_points, mid_p

Reliability: TypeAlias = float | Estimate | Retest


@dataclass(frozen=True, eq=False)
class Improved(Result):
    """The share of people who scored higher the second time, and the share that would if nobody had truly changed.

    Rows: improved (with its exact interval), no_change_line, and line_at_low_r and line_at_high_r where the line rests
    on a retest. Columns: name, estimate (shares from 0 to 1), ci_low, ci_high, p_value (of that line), r, n.
    ``reading`` is "above", "below", "unclear", or "unsettled" (the limits of r disagree); ``form`` is "sign" or
    "lattice".
    """

    form: str
    higher: int
    level: float
    reading: str

    @property
    def row(self) -> pd.DataFrame:
        """The table, by the names of its rows."""
        return self.table.set_index("name")

    @property
    def sentence(self) -> str:
        share, line = self.row.loc["improved"], self.row.loc["no_change_line"]
        said = {"higher": self.higher, "n": int(share["n"]), "share": _percent(share["estimate"])}
        said |= {"line": _percent(line["estimate"]), "p": p_words(line["p_value"]), "around": ""}
        if "line_at_low_r" in self.row.index:
            ends = sorted(self.row.loc[["line_at_low_r", "line_at_high_r"], "estimate"])
            said["around"] = say("evaluate", "line_limits", low=_percent(ends[0]), high=_percent(ends[1]))
        return say("evaluate", "improved", reading=say("evaluate", f"verdict_line_{self.reading}"), **said)

    def shown(self) -> pd.DataFrame:
        """Return the table as people read it, in percent."""
        t = self.table
        columns = {
            "": t["name"].map(label),
            "%": t["estimate"].map(_percent),
            say("evaluate", "head_low"): t["ci_low"].map(_percent),
            say("evaluate", "head_high"): t["ci_high"].map(_percent),
            "p": t["p_value"].map(p_words),
            "r": t["r"].map(lambda x: number(x, 2)),
            "n": t["n"].astype(int),
        }
        return pd.DataFrame(columns)


def percent_improved(
    first: pd.Series,
    second: pd.Series,
    *,
    chosen_by_score: bool,
    screened: pd.Series | None = None,
    retest: Reliability | None = None,
    scale: Scale | None = None,
    level: float = 0.95,
) -> Improved:
    """Return the share of people whose score rose, with its no-change line: the share if nobody had truly changed.

    Where people were not chosen by their first score, as many rise as fall by chance: (1 - share of ties) / 2. Where
    they were chosen because it was low, most of them rise again by themselves; how many depends on each first score,
    on everyone it was chosen from, and on how well the scale repeats itself. That line takes the trait as normal; where
    it is strongly skewed, 6 to 8 % of unchanged groups are called changed instead of 5.

    Parameters
    ----------
    first, second : Series (people)
        Scores in their own unit, matched by index; people with only one of them are left out.
    chosen_by_score : bool
        Whether ``first`` decided who came into the group. There is no default: the line depends on it. A new
        measurement after the choice is not chosen by score.
    screened : Series (people)
        First scores of everyone among whom the group was chosen, the group included.
    retest : float, Estimate or Retest
        Test-retest correlation in people like those screened; with an interval, the line is shown at its limits too.
    scale : three floats
        Lowest score, highest score, and the step between two neighbouring ones, in the unit of the score.
    level : float between 0 and 1
        Coverage of the interval; the line is left behind where p is below 1 - level.

    Returns
    -------
    Improved
        Shares from 0 to 1. Test: exact sign test, or mid-p of a Poisson-binomial count.

    Raises
    ------
    DataError
        Chosen by score, and screened, retest or scale is missing; fewer people screened than chosen; a retest r that no
        correlation of the trait can give; fewer than three people; a person stands twice; nobody differs.

    Source
    ------
    Dixon & Mood (1946), Journal of the American Statistical Association 41, 557-566 (sign test); Campbell & Kenny
    (1999), A Primer on Regression Artifacts; Hong (2013), Computational Statistics & Data Analysis 59, 41-51
    (Poisson-binomial); the line of those chosen by score is our own device, simulated in benchmarks/no_change_line.py.
    """
    x, y, notes = two_times(first, second)
    if chosen_by_score:
        given = {"screened": screened, "retest": retest, "scale": scale}
        if missing := [name for name, value in given.items() if value is None]:
            raise DataError("line-needs", missing=", ".join(missing))
        return _of_chosen(x, y, screened, retest, lattice_points(scale), level, notes)  # type: ignore[arg-type]
    higher, lower = int((y > x).sum()), int((y < x).sum())
    if higher + lower == 0:
        raise DataError("nobody-moved", people=len(x))
    line = (higher + lower) / (2 * len(x))
    p = _sign_test(higher, lower)
    rows = [_share(higher, len(x), level), ("no_change_line", line, math.nan, math.nan, p, math.nan, len(x))]
    return _improved("sign", higher, rows, level, notes)


def two_times(first: pd.Series, second: pd.Series) -> tuple[Floats, Floats, tuple[Notice, ...]]:
    """Return the two scores of the people who have both, and say how many have only one."""
    first, second = people_once(first).align(people_once(second), join="outer")
    x, y = numbers(first), numbers(second)
    both, either = ~(np.isnan(x) | np.isnan(y)), ~(np.isnan(x) & np.isnan(y))
    if both.sum() < 3:
        raise DataError("too-few-rows", rows=int(both.sum()), parameters=2)
    return x[both], y[both], left_out_note(int((either & ~both).sum()), names_of(first, second))


def people_once(scores: pd.Series[Any]) -> pd.Series[Any]:
    """Return scores by person; a person who stands twice is refused."""
    scores = pd.Series(scores)
    if twice := int(scores.index.duplicated().sum()):
        raise DataError("code-twice-a-wave", people=twice)
    return scores


def names_of(*columns: pd.Series[Any]) -> tuple[str, ...]:
    """Return the headings of columns, each once, a dash for one without."""
    return tuple(dict.fromkeys("–" if column.name is None else str(column.name) for column in columns))


def limits_of(retest: Reliability) -> tuple[float, float, float]:
    """Return a retest correlation with its limits, which are not known of a bare number."""
    found = retest.r if isinstance(retest, Retest) else retest
    if isinstance(found, Estimate):
        return found.value, found.ci_low, found.ci_high
    return float(found), math.nan, math.nan


def _of_chosen(
    x: Floats,
    y: Floats,
    screened: pd.Series[Any],
    retest: Reliability,
    points: Floats,
    level: float,
    notes: tuple[Notice, ...],
) -> Improved:
    """Compare the group with what each first score would do by itself."""
    everyone = numbers(people_once(screened))
    everyone = everyone[~np.isnan(everyone)]
    if len(everyone) <= len(x):
        raise DataError("screened-too-few", screened=len(everyone), people=len(x))
    if len(np.unique(everyone)) < 3:
        raise DataError("no-variance", column="screened")
    step = points[1] - points[0]
    for values in (everyone, x, y):
        if outside := int(((values < points[0] - step / 2) | (values > points[-1] + step / 2)).sum()):
            ends = {"low": lambda: number(points[0], 1), "high": lambda: number(points[-1], 1)}
            raise DataError("outside-scale", people=outside, **ends)
    lattice = fit_lattice(everyone, points)
    before, after = lattice.places(x), lattice.places(y)
    between = int((np.abs(points[before] - x) > 1e-6 * step).sum() + (np.abs(points[after] - y) > 1e-6 * step).sum())
    if between:
        notes = (*notes, Notice("between-steps", params={"scores": between}))
    higher = int((after > before).sum())
    rows = [_share(higher, len(x), level), *_lines(lattice, before, higher, retest)]
    if len(rows) == 2:
        notes = (*notes, Notice("line-at-one-r"))
    return _improved("lattice", higher, rows, level, notes)


Row: TypeAlias = tuple[str, float, float, float, float, float, int]


def _lines(lattice: Lattice, before: Floats, higher: int, retest: Reliability) -> Iterator[Row]:
    """Yield the no-change line at a retest correlation and at its limits."""
    names = ("no_change_line", "line_at_low_r", "line_at_high_r")
    kinds = np.bincount(before, minlength=len(lattice.points))
    found, *limits = limits_of(retest)
    possible = np.clip(limits, 1e-6, lattice.correlation(HIGHEST_RHO) - 1e-6)
    for name, r in zip(names, (found, *possible), strict=True):
        if r == r:
            chances = lattice.rising(r)
            p = mid_p(count_probabilities(chances, kinds), higher)
            yield name, float(chances[before].mean()), math.nan, math.nan, p, float(r), len(before)


def _improved(form: str, higher: int, rows: list[Row], level: float, notes: tuple[Notice, ...]) -> Improved:
    """Put the result together and read it: at every r alike, or not settled."""
    table = pd.DataFrame(rows, columns=["name", "estimate", "ci_low", "ci_high", "p_value", "r", "n"])
    share, lines = table["estimate"].iloc[0], table.iloc[1:]
    side = np.where(lines["estimate"] < share, "above", "below")
    readings = set(np.where(lines["p_value"] < 1 - level, side, "unclear"))
    return Improved(table, "", form, higher, level, readings.pop() if len(readings) == 1 else "unsettled", notes=notes)


def _share(higher: int, n: int, level: float) -> Row:
    """Return the share of people who rose with the interval of Clopper and Pearson."""
    low, high = (float(end) for end in exact_interval(higher, n, checked_level(level)))
    return "improved", higher / n, low, high, math.nan, math.nan, n


def _sign_test(higher: int, lower: int) -> float:
    """Return the exact two-sided p of as many up and down."""
    from scipy.special import bdtr

    return float(min(1.0, 2 * bdtr(min(higher, lower), higher + lower, 0.5)))


def _percent(share: float) -> str:
    return number(100 * share, 0)
