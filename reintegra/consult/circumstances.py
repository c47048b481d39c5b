"""What is voiced to whom: facilitators, and an officer who is there or not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..core.coded import numbers
from ..core.errors import DataError, Notice
from ..core.language import listed, number, say
from ..core.results import checked_level
from .codebook import Codebook
from .proportions import adjusted, difference
from .talks import Coded, Counted, Voiced, of_talks, open_notes, voiced

FACILITATORS = 8  # with fewer, how far they differ cannot be told
TALKS = 10  # that voice a theme, and as many that do not: of rarer themes it cannot be told either


@dataclass(frozen=True, eq=False)
class FacilitatorEffects(Counted):
    """How alike the talks of one facilitator are. Columns: name, estimate (ICC: the share of the variance between
    facilitators), ci_low, ci_high, statistic (F), df, df_error, p_value, p_adjusted, facilitators, n (talks), fewest.
    """

    facilitators: int
    level: float

    @property
    def sentence(self) -> str:
        if self.facilitators < FACILITATORS:
            return say("themes", "no_icc", facilitators=self.facilitators, least=FACILITATORS)
        if self.table["estimate"].isna().all():
            return say("themes", "no_icc_of_any", talks=TALKS)
        row = self.table.sort_values("estimate", ascending=False, kind="stable").iloc[0]
        said = {end: number(row[end], 2) for end in ("estimate", "ci_low", "ci_high")}
        middle = number(float(self.table["estimate"].median()), 2)
        return say(
            "themes", "icc", facilitators=self.facilitators, theme=self.label(row["name"]), middle=middle, **said
        )

    def shown(self) -> pd.DataFrame:
        """Return the table as people read it."""
        t = self.table
        columns: dict[str, Any] = {say("themes", "head_theme"): t["name"].map(self.label)}
        columns["ICC"] = t["estimate"].map(lambda x: number(x, 2))
        columns |= {say("themes", f"head_{e}"): t[f"ci_{e}"].map(lambda x: number(x, 2)) for e in ("low", "high")}
        columns["p"] = t["p_adjusted"].map(lambda x: number(x, 3))
        return pd.DataFrame(columns | {"n": t["n"]})


def facilitator_effects(
    consensus: Coded,
    codebook: Codebook,
    talks: pd.DataFrame,
    *,
    facet: str = "code",
    sections: Sequence[str] | None = None,
    wave: Any = None,
    level: float = 0.95,
) -> FacilitatorEffects:
    """Return how much of what is voiced goes with who held the talk.

    Parameters
    ----------
    consensus, codebook, facet, sections, wave
        As in `prevalence`.
    talks : DataFrame
        One row a talk: person, wave, facilitator.
    level : float between 0 and 1
        Coverage of the intervals.

    Returns
    -------
    FacilitatorEffects
        ICC(1) of one-way analysis of variance, 1 at most, below 0 possible. With fewer than 8 facilitators, or for a
        theme that fewer than 10 talks voice, or do not, it is not computed, and a note says so. People and programmes
        that differ between facilitators count as theirs too.

    Raises
    ------
    DataError
        As `prevalence`; no talk has a facilitator.

    Source
    ------
    Donner (1986), International Statistical Review 54, 67-82 (ICC of unequal groups); Searle (1971), Linear Models,
    ch. 9 (the interval, exact for equal groups).
    """
    checked_level(level)
    found = voiced(consensus, codebook, facet, sections).of_wave(wave)
    who = of_talks(talks, "facilitator", found.values.index)
    found, who = found.take(who.notna().to_numpy()), who.dropna()
    count = who.nunique()
    if not count:
        raise DataError("theme-no-facilitator")
    place = pd.factorize(who)[0]
    rows = []
    for name in found.values.columns:
        y = found.values[name].to_numpy()
        known = ~np.isnan(y)
        its = np.unique(place[known], return_inverse=True)[1]
        rows.append({"name": name, **_icc(y[known], its, level), "fewest": _fewest(y[known], found.people[known])})
    table = pd.DataFrame(rows)
    table.insert(8, "p_adjusted", adjusted(table["p_value"].to_numpy(dtype=float)))
    notes: tuple[Notice, ...] = ()
    if count < FACILITATORS:
        notes += (Notice("theme-few-facilitators", params={"facilitators": count, "least": FACILITATORS}),)
    elif rare := int(table["estimate"].isna().sum()):
        notes += (Notice("theme-too-rare", params={"themes": rare, "talks": TALKS}),)
    notes += _alone(talks, found)
    if found.repeated:
        notes += (Notice("theme-talks-alike"),)
    return FacilitatorEffects(table, "", codebook, facet, int(count), level, notes=notes + open_notes(found))


def _icc(y: Any, group: Any, level: float) -> dict[str, Any]:
    """Return the one-way ICC of a theme by facilitator; NaN where there are too few, or nobody differs."""
    from scipy.special import fdtrc, fdtri

    names = ("estimate", "ci_low", "ci_high", "statistic", "df", "df_error", "p_value")
    sizes = np.bincount(group) if len(group) else np.zeros(0, dtype=int)
    n, count = len(y), len(sizes)
    row: dict[str, Any] = dict.fromkeys(names, math.nan) | {"facilitators": count, "n": n}
    if count < FACILITATORS or n <= count or min(y.sum(), n - y.sum()) < TALKS:
        return row
    means = np.bincount(group, weights=y) / sizes
    between = float((sizes * (means - y.mean()) ** 2).sum()) / (count - 1)
    within = float(((y - means[group]) ** 2).sum()) / (n - count)
    if within == 0:
        return row
    size = (n - float((sizes**2).sum()) / n) / (count - 1)  # talks of a facilitator, were they equal
    f, df, left = between / within, count - 1, n - count
    ends = [f / float(fdtri(df, left, (1 + sign * level) / 2)) for sign in (1, -1)]
    icc, low, high = ((ratio - 1) / (ratio + size - 1) for ratio in (f, *ends))
    p = float(fdtrc(df, left, f))
    return row | dict(zip(names, (icc, low, high, f, df, left, p), strict=True))


def _fewest(y: Any, person: Any) -> int:
    """Return how few people voiced a theme, or did not."""
    return min(len(np.unique(person[y == value])) for value in (0, 1))


def _alone(talks: pd.DataFrame, found: Voiced) -> tuple[Notice, ...]:
    """Say where one facilitator held all talks of a wave or a programme while others held talks too."""
    index = found.values.index
    who = of_talks(talks, "facilitator", index).reset_index(drop=True)
    groups = [pd.Series(index.get_level_values("wave"))]
    if "programme" in talks:
        groups.append(of_talks(talks, "programme", index).reset_index(drop=True))
    lone = []
    for group in groups:
        each = who.groupby(group.to_numpy(), observed=True).nunique()
        if len(each) > 1 and len(set(who)) > 1:
            lone += [str(name) for name in each[each == 1].index]
    return (Notice("theme-one-facilitator", params={"groups": listed(lone)}),) if lone else ()


@dataclass(frozen=True, eq=False)
class OfficerPresent(Counted):
    """How often a theme is voiced with an officer there, less how often without (shares of 1).

    Columns: name, with_officer, without_officer, difference, difference_low, difference_high (of all talks), estimate,
    se, df, ci_low, ci_high, p_value, p_adjusted (within facilitators), facilitators (who held talks of both kinds), n
    (their talks), talks (all), fewest.
    """

    level: float

    @property
    def sentence(self) -> str:
        t = self.table
        apart = t[t["p_adjusted"] < 0.05]
        said = [f"{self.label(row['name'])} {number(100 * row['estimate'], 0)}" for _, row in apart.iterrows()]
        code = "officer_apart" if said else "officer_not_apart" if t["estimate"].notna().any() else "officer_untold"
        facilitators = int(t["facilitators"].max())
        return (
            f"{say('themes', code, themes=listed(said), facilitators=facilitators)} {say('themes', 'officer_caution')}"
        )

    def shown(self) -> pd.DataFrame:
        """Return the table as people read it."""
        t = self.table

        def percent(column: str) -> pd.Series:
            return t[column].map(lambda x: number(100 * x, 0))

        columns: dict[str, Any] = {say("themes", "head_theme"): t["name"].map(self.label)}
        heads = {"with_officer": "with_officer", "without_officer": "without_officer", "difference": "difference"}
        heads |= {"within": "estimate", "low": "ci_low", "high": "ci_high"}
        columns |= {say("themes", f"head_{head}"): percent(column) for head, column in heads.items()}
        columns["p"] = t["p_adjusted"].map(lambda x: number(x, 3))
        return pd.DataFrame(columns | {"n": t["n"]})


def officer_present(
    consensus: Coded,
    codebook: Codebook,
    talks: pd.DataFrame,
    *,
    within_earshot: bool = False,
    facet: str = "code",
    sections: Sequence[str] | None = None,
    wave: Any = None,
    level: float = 0.95,
) -> OfficerPresent:
    """Return what is voiced less, or more, where an officer is there.

    Parameters
    ----------
    consensus, codebook, facet, sections, wave
        As in `prevalence`.
    talks : DataFrame
        One row a talk: person, wave, facilitator, officer_present (0 no, 1 far away, 2 within earshot).
    within_earshot : bool
        Compare an officer within earshot with all else, instead of any officer with none.
    level : float between 0 and 1
        Coverage of the intervals.

    Returns
    -------
    OfficerPresent
        The difference within facilitators (each weighs as much as the talks can tell: Mantel and Haenszel's weights)
        with errors by person, and the plain difference beside it. An officer's presence is not drawn by lot.

    Raises
    ------
    DataError
        As `prevalence`; officer_present is none of 0, 1, 2, or the same in all talks.

    Source
    ------
    Mantel & Haenszel (1959), Journal of the National Cancer Institute 22, 719-748 (the weights); Newcombe (1998),
    Statistics in Medicine 17, 873-890 (the plain difference); Liang & Zeger (1986), Biometrika 73, 13-22 (errors).
    """
    checked_level(level)
    found = voiced(consensus, codebook, facet, sections).of_wave(wave)
    index = found.values.index
    officer = numbers(of_talks(talks, "officer_present", index).to_frame("officer_present"), ["officer_present"])[:, 0]
    if not np.isin(officer[~np.isnan(officer)], (0, 1, 2)).all():
        raise DataError("theme-officer-coded")
    who = of_talks(talks, "facilitator", index)
    kept = ~np.isnan(officer) & who.notna().to_numpy()
    there = (officer[kept] >= (2 if within_earshot else 1)).astype(np.intp)
    if len(np.unique(there)) < 2:
        raise DataError("theme-officer-always")
    left, found, who = int((~kept).sum()), found.take(kept), pd.factorize(who[kept])[0]
    rows = []
    for name in found.values.columns:
        y = found.values[name].to_numpy()
        known = ~np.isnan(y)
        person = found.people[known]
        row = _officer(y[known], there[known], who[known], person, level)
        few = min(_fewest(y[known][there[known] == at], person[there[known] == at]) for at in (0, 1))
        rows.append({"name": name, **row, "fewest": few})
    table = pd.DataFrame(rows)
    table.insert(11, "p_adjusted", adjusted(table["p_value"].to_numpy(dtype=float)))
    notes: tuple[Notice, ...] = (Notice("theme-officer-no-lot"),)
    if left:
        notes += (Notice("theme-talks-left-out", columns=("officer_present", "facilitator"), params={"talks": left}),)
    return OfficerPresent(table, "", codebook, facet, level, notes=notes + open_notes(found))


def _officer(y: Any, there: Any, who: Any, person: Any, level: float) -> dict[str, Any]:
    """Return one theme with an officer there and without: of all talks, and within facilitators."""
    nothing = math.nan
    row: dict[str, Any] = {"with_officer": nothing, "without_officer": nothing, "difference": nothing}
    row |= {"difference_low": nothing, "difference_high": nothing, "estimate": nothing, "se": nothing, "df": nothing}
    row |= {"ci_low": nothing, "ci_high": nothing, "p_value": nothing, "facilitators": 0, "n": 0, "talks": len(y)}
    if len(np.unique(there)) == 2:
        row |= {"with_officer": float(y[there == 1].mean()), "without_officer": float(y[there == 0].mean())}
        row |= dict(zip(("difference", "difference_low", "difference_high"), difference(y, there, person, level),
                        strict=True))  # fmt: skip
    both = [one for one in np.unique(who) if len(np.unique(there[who == one])) == 2]
    its = np.isin(who, both)
    row |= {"facilitators": len(both), "n": int(its.sum())}
    return row | _within(y[its], there[its], who[its], person[its], level) if both else row


def _within(y: Any, there: Any, who: Any, person: Any, level: float) -> dict[str, Any]:
    """Return the difference within facilitators by least squares, with errors by person (CR1)."""
    from scipy.special import stdtr, stdtrit

    who = np.unique(who, return_inverse=True)[1]
    cluster = np.unique(person, return_inverse=True)[1]
    size = np.bincount(who)
    x, z = (part - (np.bincount(who, weights=part) / size)[who] for part in (there.astype(float), y))
    square = float(x @ x)
    estimate = float(x @ z) / square
    people, n, parameters = int(cluster.max()) + 1, len(y), len(size) + 1
    score = np.bincount(cluster, weights=x * (z - estimate * x))
    se = math.sqrt(float((score**2).sum()) * people / max(people - 1, 1) * (n - 1) / max(n - parameters, 1)) / square
    row: dict[str, Any] = {"estimate": estimate}
    if se == 0 or people <= parameters:
        return row
    reach = float(stdtrit(people - 1, (1 + level) / 2)) * se
    row |= {"se": se, "df": people - 1.0, "ci_low": estimate - reach, "ci_high": estimate + reach}
    return row | {"p_value": 2 * float(stdtr(people - 1, -abs(estimate / se)))}
