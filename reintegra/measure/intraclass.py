"""Agreement of repeated numbers: the six intraclass correlations, and a scale given twice."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..core.coded import numbers
from ..core.errors import DataError, Notice
from ..core.language import number, say, word
from ..core.moments import Products
from ..core.results import Estimate, Result, checked_level
from .gates import LEAST
from .sheet import alike


@dataclass(frozen=True, eq=False)
class Correlations(Result):
    """Intraclass correlations. Columns: name, estimate, statistic (F), df, df_error, p_value, ci_low, ci_high, n."""

    @property
    def sentence(self) -> str:
        row = self.table.set_index("name").loc["ICC(2,1)"]
        said = {name: number(row[name], 2) for name in ("estimate", "ci_low", "ci_high")}
        return say("reliability", "icc_sentence", n=int(row["n"]), **said)

    def of(self, name: str) -> float:
        """Return one of the estimates by name, such as "ICC(2,1)"."""
        return float(self.table.set_index("name").loc[name, "estimate"])

    def shown(self) -> pd.DataFrame:
        """Return the table as people read it."""
        t = self.table
        columns = {"": t["name"], "ICC": t["estimate"].map(lambda x: number(x, 2))}
        columns |= {say("reliability", end): t[end].map(lambda x: number(x, 2)) for end in ("ci_low", "ci_high")}
        columns[say("reliability", "meaning")] = [say("reliability", _MEANING[name]) for name in t["name"]]
        return pd.DataFrame(columns)


_MEANING = {
    "ICC(1,1)": "icc_11",
    "ICC(2,1)": "icc_21",
    "ICC(3,1)": "icc_31",
    "ICC(1,k)": "icc_1k",
    "ICC(2,k)": "icc_2k",
    "ICC(3,k)": "icc_3k",
}


def icc(ratings: pd.DataFrame | Products, *, level: float = 0.95) -> Correlations:
    """Work out the six intraclass correlations of Shrout and Fleiss, with intervals.

    Parameters
    ----------
    ratings : DataFrame (people x raters or occasions), or Products of those columns
        Numbers of one unit; a person with a blank is left out.
    level : float between 0 and 1
        Coverage of the intervals.

    Returns
    -------
    Correlations
        No unit. ICC(1,·): raters differ from person to person; ICC(2,·): absolute agreement; ICC(3,·): consistency;
        (·,1) of one rating, (·,k) of the mean of all.

    Raises
    ------
    DataError
        Fewer than two columns or complete people, people whose means are all alike, or a level that is not between 0
        and 1.

    Source
    ------
    Shrout & Fleiss (1979), Psychological Bulletin 86, 420-428; McGraw & Wong (1996), Psychological Methods 1, 30-46.
    """
    tail = (1 - checked_level(level)) / 2
    sums = ratings if isinstance(ratings, Products) else _about_the_first(ratings)
    n, k = sums.n, len(sums.columns)
    if k < 2:
        raise DataError("too-few-items", items=k, least=2)
    if n < 2:
        raise DataError("too-few-complete", n=n, rows=sums.rows, least=2)
    c = sums.covariance
    means = sums.table[0, 1:] / n + (np.array(sums.origin) - sums.origin[0])  # only their differences count
    people = float(c.sum()) / k  # mean squares: between people, between raters, what is left, and within people
    raters = n * float(((means - means.mean()) ** 2).sum()) / (k - 1)
    left = max((float(np.trace(c)) - people) / (k - 1), 1e-14 * people)  # never quite 0, so that the ratios exist
    within = ((n - 1) * left + raters) / n
    rounding = 1e-15 * float(np.trace(sums.table[1:, 1:])) / n
    if people <= max(1e-12 * left, rounding):
        raise DataError("ratings-alike", n=n)
    rows = _forms(people, raters, left, within, n, k, tail)
    notes = [Notice("few-people", params={"people": n, "least": LEAST["sem"]})] if n < LEAST["sem"] else []
    if out := sums.rows - n:
        notes.append(Notice("people-left-out", params={"people": out}))
    return Correlations(pd.DataFrame(rows), "", notes=tuple(notes))


def _about_the_first(ratings: pd.DataFrame) -> Products:
    """Return the products about the first complete person, so that large numbers keep their digits."""
    names = list(ratings.columns)
    values = numbers(ratings, names)
    whole = values[~np.isnan(values).any(axis=1)]
    return Products.of(ratings, origin=dict(zip(names, whole[0], strict=True)) if len(whole) else None)


def _forms(
    people: float, raters: float, left: float, within: float, n: int, k: int, tail: float
) -> list[dict[str, Any]]:
    """Return the six forms as rows of the table."""
    error = (n - 1) * (k - 1)
    single = {
        "ICC(1,1)": (people - within) / (people + (k - 1) * within),
        "ICC(2,1)": (people - left) / (people + (k - 1) * left + k * (raters - left) / n),
        "ICC(3,1)": (people - left) / (people + (k - 1) * left),
    }
    average = {
        "ICC(1,k)": (people - within) / people,
        "ICC(2,k)": (people - left) / (people + (raters - left) / n),
        "ICC(3,k)": (people - left) / people,
    }
    one_way = _limits(people / within, n - 1, n * (k - 1), tail)
    two_way = _limits(people / left, n - 1, error, tail)
    agree = _agreement(single["ICC(2,1)"], people, raters, left, n, k, tail)
    of_one = {name: tuple((f - 1) / (f + k - 1) for f in pair) for name, pair in (("1", one_way), ("3", two_way))}
    of_all = {name: tuple(1 - 1 / f for f in pair) for name, pair in (("1", one_way), ("3", two_way))}
    intervals = [of_one["1"], agree, of_one["3"]]
    intervals += [of_all["1"], tuple(k * x / (1 + (k - 1) * x) for x in agree), of_all["3"]]
    from scipy.special import fdtrc

    rows = []
    for (name, value), (low, high) in zip({**single, **average}.items(), intervals, strict=True):
        free, rest = (n * (k - 1), within) if "(1" in name else (error, left)
        p = float(fdtrc(n - 1, free, people / rest))
        found = Estimate(name, float(value), float(low), float(high), n, df=n - 1, statistic=people / rest, p_value=p)
        rows.append({**found.row, "df_error": free})
    return rows


def _limits(f: float, df: float, df_error: float, tail: float) -> tuple[float, float]:
    """Return the ends of the interval of an F ratio."""
    from scipy.special import fdtri

    return float(f / fdtri(df, df_error, 1 - tail)), float(f * fdtri(df_error, df, 1 - tail))


def _agreement(
    value: float, people: float, raters: float, left: float, n: int, k: int, tail: float
) -> tuple[float, float]:
    """Return the interval of ICC(2,1), by Satterthwaite's degrees of freedom."""
    from scipy.special import fdtri

    f, between = raters / left, n * (1 + (k - 1) * value) - k * value
    top = (k - 1) * (n - 1) * (k * value * f + between) ** 2
    free = top / ((n - 1) * k**2 * value**2 * f**2 + between**2)
    upper, lower = fdtri(n - 1, free, 1 - tail), fdtri(free, n - 1, 1 - tail)
    noise = k * raters + (k * n - k - n) * left
    low = n * (people - upper * left) / (upper * noise + n * people)
    high = n * (lower * people - left) / (noise + n * lower * people)
    return float(low), float(high)


@dataclass(frozen=True, eq=False)
class Retest(Result):
    """A scale given twice. Columns as in every table; rows: r, ICC(2,1), ICC(3,1), mean change, sem.

    ``r`` is the correlation between the two times, ``sd`` the two standard deviations.
    """

    r: Estimate
    sd: tuple[float, float]

    @property
    def sentence(self) -> str:
        said = {name: number(getattr(self.r, name), 2) for name in ("value", "ci_low", "ci_high")}
        change = number(float(self.table.set_index("name").loc["mean change", "estimate"]), 1)
        return say("reliability", "retest_sentence", n=self.r.n, change=change, **said)

    def shown(self) -> pd.DataFrame:
        """Return the table as people read it."""
        return estimates_shown(self.table)


_ROWS = {"mean change": "row_change", "sem": "sem", "predictive": "row_predictive"}


def estimates_shown(table: pd.DataFrame) -> pd.DataFrame:
    """Return the estimates of a table with their limits, as people read them."""
    names = [say("reliability", _ROWS[name]) if name in _ROWS else name for name in table["name"]]
    columns = {"": names, word("column_value"): table["estimate"].map(lambda x: number(x, 2))}
    columns |= {say("reliability", end): table[end].map(lambda x: number(x, 2)) for end in ("ci_low", "ci_high")}
    return pd.DataFrame(columns | {"n": table["n"]})


def retest(first: pd.Series, second: pd.Series, *, level: float = 0.95) -> Retest:
    """Compare a score given twice to the same people, with nothing in between that should change it.

    Parameters
    ----------
    first, second : Series (people)
        Scores in their own unit, matched by index; people with only one of them are left out.
    level : float between 0 and 1
        Coverage of the intervals.

    Returns
    -------
    Retest
        Pearson's r (Fisher's interval), ICC(2,1) and ICC(3,1), the mean change (t interval) and the standard error of
        measurement sd of the differences / sqrt(2), in the score's unit.

    Raises
    ------
    DataError
        Fewer than four people with both scores, a person twice, scores that are no numbers or all alike, or a level
        that is not between 0 and 1.

    Source
    ------
    Fisher (1921), Metron 1, 3-32 (the interval of r); Shrout & Fleiss (1979), Psychological Bulletin 86, 420-428.
    """
    from scipy.special import ndtri, stdtr, stdtrit

    checked_level(level)
    pair, left_out = paired(first, second, least=4)
    differing(pair, say("reliability", "first"), say("reliability", "second"))
    n, change = len(pair), pair["second"] - pair["first"]
    sd = (float(pair["first"].std()), float(pair["second"].std()))
    value = float(np.corrcoef(pair["first"], pair["second"])[0, 1])
    z, half = math.atanh(min(max(value, -1 + 1e-15), 1 - 1e-15)), float(ndtri((1 + level) / 2)) / math.sqrt(n - 3)
    r = Estimate("r", value, math.tanh(z - half), math.tanh(z + half), n, level=level)
    se = float(change.std()) / math.sqrt(n)
    half = float(stdtrit(n - 1, (1 + level) / 2)) * se
    mean = float(change.mean())
    t = mean / se if se > 0 else math.nan
    p = 2 * float(stdtr(n - 1, -abs(t))) if se > 0 else math.nan
    shift = Estimate("mean change", mean, mean - half, mean + half, n, se, n - 1, t, p)
    sem = Estimate("sem", float(change.std()) / math.sqrt(2), n=n)
    forms = icc(pair, level=level)
    kept = forms.table[forms.table["name"].isin(["ICC(2,1)", "ICC(3,1)"])]
    table = pd.concat([r.table, kept.drop(columns="df_error"), shift.table, sem.table], ignore_index=True)
    return Retest(table, "", r, sd, notes=(*forms.notes, *left_out))


def paired(first: pd.Series, second: pd.Series, least: int) -> tuple[pd.DataFrame, tuple[Notice, ...]]:
    """Return two scores of the same people, matched by index, and who has only one; refuse a person twice, too few."""
    for series in (first, second):
        if not series.index.is_unique:
            raise DataError("person-twice", n=int(series.index.duplicated().sum()))
    joined = pd.DataFrame({"first": first, "second": second})
    values = pd.DataFrame(numbers(joined, list(joined)), joined.index, joined.columns)
    both, out = values.dropna(), int((values.isna().sum(axis=1) == 1).sum())
    if len(both) < least:
        raise DataError("too-few-pairs", n=len(both), least=least)
    return both, ((Notice("pairs-left-out", params={"people": out}),) if out else ())


def differing(pair: pd.DataFrame, *names: str) -> None:
    """Refuse a column of a pair in which all people are alike."""
    for column, name in zip(pair, names, strict=True):
        if alike(pair[column].to_numpy()):
            raise DataError("all-alike", what=name, n=len(pair))
