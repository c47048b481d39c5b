"""How many people voice a theme, and whether programmes, sites or waves differ in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ..core.errors import Notice
from ..core.language import listed, number, say
from ..core.results import checked_level
from ..measure.waves import wave_order
from .codebook import Codebook
from .proportions import adjusted, difference, share, test_of_groups
from .talks import Coded, Themes, Voiced, of_talks, open_notes, voiced
from .withheld import LEAST, blanked, withhold

COLUMNS = ("name", "group", "estimate", "se", "df", "ci_low", "ci_high", "n", "people", "voiced", "open", "method")


@dataclass(frozen=True, eq=False)
class Prevalence(Themes):
    """The share of talks that voice each theme (0 to 1). Columns: name, group, estimate, se, df, ci_low, ci_high, n
    (talks in which it can be told), people, voiced (talks), open (talks with a tie left open), method ("wilson", or
    "by_person" where people talked repeatedly).

    ``comparison`` has a row a theme where there are groups: name, groups, estimate (with two groups: the second less
    the first), ci_low, ci_high, statistic, df, p_value, p_adjusted (Benjamini-Hochberg over the themes), test, n.
    ``counts`` are people by theme, group and voiced, from which `shared` withholds.
    """

    grouped: str | None
    comparison: pd.DataFrame
    counts: pd.DataFrame
    level: float

    @property
    def sentence(self) -> str:
        whole = self.table.dropna(subset="estimate")
        if whole.empty:
            return say("themes", "all_withheld" if self.counts.empty else "nothing_told")
        groups = list(dict.fromkeys(whole["group"]))
        parts = []
        for group in groups:
            top = whole[whole["group"] == group].sort_values("estimate", ascending=False, kind="stable").head(3)
            said = listed(
                f"{self.label(row['name'])} {number(100 * row['estimate'], 0)} %" for _, row in top.iterrows()
            )
            people = int(whole.loc[whole["group"] == group, "people"].max())
            where = f"{group}: " if self.grouped else ""
            parts.append(say("themes", "prevalence", where=where, most=said, people=people))
        if self.grouped:
            apart = self.comparison[self.comparison["p_adjusted"] < 0.05]["name"]
            tested = int(self.comparison["p_value"].notna().sum())
            said = listed(map(self.label, apart))
            code = "groups_apart" if len(apart) else "groups_not_apart"
            parts.append(say("themes", code, themes=said, tested=tested))
        return " ".join(parts)

    def shown(self) -> pd.DataFrame:
        """Return the table as people read it."""
        table = self.table
        head = {name: say("themes", f"head_{name}") for name in ("theme", "group", "share", "low", "high", "people")}

        def percent(column: str) -> pd.Series:
            return table[column].map(lambda x: number(100 * x, 0))

        columns: dict[str, Any] = {head["theme"]: table["name"].map(self.label)}
        if self.grouped:
            columns[head["group"]] = table["group"]
        columns |= {
            head["share"]: percent("estimate"),
            head["low"]: percent("ci_low"),
            head["high"]: percent("ci_high"),
        }
        for name, column in (("n", "n"), (head["people"], "people")):
            columns[name] = table[column].map(lambda x: number(x, 0))
        return pd.DataFrame(columns)

    def shared(self, least: int = LEAST) -> Prevalence:
        """Return what may leave the unit, without cells of fewer than ``least`` people and those that give them away.

        A withheld share leaves with its interval, its counts and the test it went into.
        """
        hidden: set[tuple[Any, Any]] = set()
        for name in dict.fromkeys(self.table["name"]):
            of = self.counts[self.counts["name"] == name].set_index("group")
            if of.empty or not of[["voiced_talks", "other_talks"]].to_numpy().sum():
                hidden |= {(name, group) for group in of.index}
                continue
            small = of[["voiced_people", "other_people"]].to_numpy() < least
            cells = of[["voiced_talks", "other_talks"]].T
            made = withhold(cells, least=least, small=pd.DataFrame(small.T, cells.index, cells.columns))
            hidden |= {(name, group) for group in of.index if made[group].isna().any()}
        gone = [pair in hidden for pair in zip(self.table["name"], self.table["group"], strict=True)]
        table = blanked(self.table.drop(columns="open"), gone, ("name", "group", "method"))
        lost = self.comparison["name"].isin({name for name, _ in hidden})
        tests = blanked(self.comparison, lost, ("name", "groups", "test"))
        notes = tuple(note for note in self.notes if note.code != "theme-open-ties")
        notes += (Notice("theme-withheld", params={"cells": sum(gone), "least": least}),)
        return replace(self, table=table, comparison=tests, counts=self.counts[:0], notes=notes)


def prevalence(
    consensus: Coded,
    codebook: Codebook,
    *,
    facet: str = "code",
    sections: Sequence[str] | None = None,
    group: str | None = None,
    talks: pd.DataFrame | None = None,
    wave: Any = None,
    level: float = 0.95,
) -> Prevalence:
    """Return how many people voice each theme, with intervals, and whether groups differ.

    Parameters
    ----------
    consensus : Consensus or DataFrame
        One row a code of an answer: person, wave, code, value (1 voiced, 0 not, NaN for a tie left open).
    codebook : Codebook
        From `load_codebook`.
    facet : "code", "topic" or "section"
        What a theme is. A topic or section is voiced by any of its codes, and known where all its sections were coded.
    sections : list of str, optional
        Only codes of these sections.
    group : str, optional
        "wave", or a column of ``talks`` such as "programme" or "site".
    talks : DataFrame, optional
        One row a talk (or an answer): person, wave and the group; needed for any group but the wave.
    wave : optional
        Only the talks of this wave.
    level : float between 0 and 1
        Coverage of the intervals.

    Returns
    -------
    Prevalence
        Shares of 1. Where everybody talked once, Wilson's interval; where people talked repeatedly, an interval that
        lets the talks of a person be alike. Groups are compared by an exact test where under 5 people are expected in a
        cell, else by chi-square; where people repeat, by an F test with errors by person. A tie counts as neither.

    Raises
    ------
    DataError
        A column that is missing; a code that is not in the codebook; a code twice for one talk; no such wave, facet or
        section; two groups for one talk.

    Source
    ------
    Wilson (1927), Journal of the American Statistical Association 22, 209-212; Franco, Little, Louis & Slud (2019),
    Journal of Survey Statistics and Methodology 7, 334-364 (the effective sample size in Wilson's interval); Newcombe
    (1998), Statistics in Medicine 17, 873-890 (difference of two); Freeman & Halton (1951), Biometrika 38, 141-149;
    Benjamini & Hochberg (1995), Journal of the Royal Statistical Society B 57, 289-300.
    """
    checked_level(level)
    found = voiced(consensus, codebook, facet, sections).of_wave(wave)
    groups, notes = _groups(found, group, talks)
    if groups is not None:
        found = found.take(groups.notna().to_numpy())
        groups = groups.dropna()
    names = [] if groups is None else wave_order(found.values)[0] if group == "wave" else _ordered(groups)
    place = (
        np.zeros(len(found.values), np.intp) if groups is None else pd.Categorical(groups, names).codes.astype(np.intp)
    )
    rows, tests, counts = [], [], []
    for name in found.values.columns:
        y = found.values[name].to_numpy()
        known = ~np.isnan(y)
        for at, one in enumerate(names or [""]):
            its = place == at
            row = share(y[its & known], found.people[its & known], level)
            rows.append({"name": name, "group": one, **row, "open": int((found.tied[name].to_numpy() & its).sum())})
            counts.append({"name": name, "group": one, **_people(y[its & known], found.people[its & known])})
        if names:
            tests.append({"name": name, **_compared(y[known], place[known], found.people[known], names, level)})
    comparison = pd.DataFrame(tests, columns=["name", "groups", "estimate", "ci_low", "ci_high", "statistic", "df",
                                              "p_value", "test", "n"])  # fmt: skip
    comparison.insert(8, "p_adjusted", adjusted(comparison["p_value"].to_numpy(dtype=float)))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    if found.repeated:
        notes += (Notice("theme-people-repeat", params={"people": len(np.unique(found.people)), "talks": len(place)}),)
    notes += open_notes(found)
    return Prevalence(table, "", codebook, facet, group, comparison, pd.DataFrame(counts), level, notes=notes)


def _groups(
    found: Voiced, group: str | None, talks: pd.DataFrame | None
) -> tuple[pd.Series | None, tuple[Notice, ...]]:
    """Return the group of each talk, and what has to be said about it."""
    if group is None:
        return None, ()
    index = found.values.index
    if group == "wave":
        return pd.Series(index.get_level_values("wave"), index=index), ()
    groups = of_talks(pd.DataFrame(columns=["person", "wave"]) if talks is None else talks, group, index)
    notes: tuple[Notice, ...] = (Notice("theme-people-alike", params={"group": group}),)
    if lacking := int(groups.isna().sum()):
        notes += (Notice("theme-no-group", params={"talks": lacking, "group": group}),)
    return groups, notes


def _ordered(groups: pd.Series) -> list[Any]:
    """Return the groups that occur: as declared where the column is categorical, else sorted."""
    if isinstance(groups.dtype, pd.CategoricalDtype):
        return [one for one in groups.cat.categories if (groups == one).any()]
    found = list(dict.fromkeys(groups))
    try:
        return sorted(found)
    except TypeError:
        return sorted(found, key=str)


def _people(y: Any, person: Any) -> dict[str, int]:
    """Count talks and people who voiced a theme, and those who did not."""
    yes, no = y == 1, y == 0
    said = {"voiced_talks": int(yes.sum()), "other_talks": int(no.sum())}
    return said | {"voiced_people": len(np.unique(person[yes])), "other_people": len(np.unique(person[no]))}


def _compared(y: Any, place: Any, person: Any, names: Sequence[Any], level: float) -> dict[str, Any]:
    """Compare the groups that have any talk: the test of all, and with two the difference."""
    there, at = np.unique(place, return_inverse=True)
    row: dict[str, Any] = {"groups": listed(names[i] for i in there), "n": len(y)}
    row |= {"estimate": np.nan, "ci_low": np.nan, "ci_high": np.nan, **test_of_groups(y, at, person)}
    if len(there) == 2:
        row["estimate"], row["ci_low"], row["ci_high"] = difference(y, at, person, level)
    return row
