"""What the same people voice at two waves, and which themes go together in one person."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from ..core.errors import DataError, Notice
from ..core.language import listed, number, say
from ..core.results import checked_level
from .codebook import Codebook
from .proportions import adjusted, exact, normal
from .talks import Coded, Counted, open_notes, voiced


@dataclass(frozen=True, eq=False)
class ThemeChange(Counted):
    """How many of the same people came to voice a theme, or voice it no longer: a change, not an effect of anything.

    Columns: name, before, after (shares of 1), estimate (after less before), ci_low, ci_high, gained, lost (people), n
    (people known at both waves), p_value (exact McNemar), p_adjusted (Benjamini-Hochberg over the themes), fewest.
    """

    waves: tuple[Any, Any]
    level: float

    @property
    def sentence(self) -> str:
        first, second = map(str, self.waves)
        moved = self.table[self.table["p_adjusted"] < 0.05]
        said = [f"{self.label(row['name'])} {number(100 * row['estimate'], 0)}" for _, row in moved.iterrows()]
        people = int(self.table["n"].max()) if len(self.table) else 0
        code = "changed" if said else "not_changed"
        return say(
            "themes", code, first=first, second=second, themes=listed(said), people=people, tested=len(self.table)
        )

    def shown(self) -> pd.DataFrame:
        """Return the table as people read it."""
        t = self.table
        columns: dict[str, Any] = {say("themes", "head_theme"): t["name"].map(self.label)}
        for head, column in (("before", "before"), ("after", "after"), ("points", "estimate")):
            columns[say("themes", f"head_{head}")] = t[column].map(lambda x: number(100 * x, 0))
        for head, column in (("low", "ci_low"), ("high", "ci_high")):
            columns[say("themes", f"head_{head}")] = t[column].map(lambda x: number(100 * x, 0))
        columns["p"] = t["p_adjusted"].map(lambda x: number(x, 3))
        return pd.DataFrame(columns | {"n": t["n"]})


def theme_change(
    consensus: Coded,
    codebook: Codebook,
    first: Any,
    second: Any,
    *,
    facet: str = "code",
    sections: Sequence[str] | None = None,
    level: float = 0.95,
) -> ThemeChange:
    """Return what changed between two waves in the people who talked at both.

    Parameters
    ----------
    consensus, codebook, facet, sections
        As in `prevalence`.
    first, second : waves
        The earlier and the later one, as in the column wave.
    level : float between 0 and 1
        Coverage of the intervals.

    Returns
    -------
    ThemeChange
        Shares of 1. A person who is not known at both waves (a tie left open, or no talk) is left out.

    Raises
    ------
    DataError
        As `prevalence`; nobody talked at both waves.

    Source
    ------
    McNemar (1947), Psychometrika 12, 153-157 (exact, from the binomial); Bonett & Price (2012), Journal of Educational
    and Behavioral Statistics 37, 479-488 (the interval); Benjamini & Hochberg (1995).
    """
    checked_level(level)
    found = voiced(consensus, codebook, facet, sections)
    before, after = (found.of_wave(wave).values.droplevel("wave") for wave in (first, second))
    people = before.index.intersection(after.index, sort=False)
    if not len(people):
        raise DataError("theme-nobody-twice", first=str(first), second=str(second))
    before, after = before.loc[people], after.loc[people]
    rows = []
    for name in before.columns:
        x, y = before[name].to_numpy(), after[name].to_numpy()
        known = ~(np.isnan(x) | np.isnan(y))
        rows.append({"name": name, **_mcnemar(x[known], y[known], level)})
    table = pd.DataFrame(rows)
    table.insert(len(table.columns) - 1, "p_adjusted", adjusted(table["p_value"].to_numpy()))
    left = len(found.values.index.get_level_values("person").unique()) - len(people)
    notes = (Notice("theme-one-wave-only", params={"people": left}),) if left else ()
    both = found.take(found.values.index.get_level_values("wave").isin([first, second]))
    return ThemeChange(table, "", codebook, facet, (first, second), level, notes=notes + open_notes(both))


def _mcnemar(x: Any, y: Any, level: float) -> dict[str, Any]:
    """Return the change of one theme with its exact test."""
    from scipy.special import bdtr

    n = len(x)
    gained, lost = int(((x == 0) & (y == 1)).sum()), int(((x == 1) & (y == 0)).sum())
    row: dict[str, Any] = {"before": math.nan, "after": math.nan, "estimate": math.nan, "ci_low": math.nan}
    row |= {"ci_high": math.nan, "gained": gained, "lost": lost, "n": n, "p_value": math.nan}
    row["fewest"] = min(gained, lost, int(((x == 1) & (y == 1)).sum()), int(((x == 0) & (y == 0)).sum()))
    if not n:
        return row
    more, less = (gained + 1) / (n + 2), (lost + 1) / (n + 2)
    reach = normal(level) * math.sqrt((more + less - (more - less) ** 2) / (n + 2))
    moved = gained + lost
    p = min(2 * float(bdtr(min(gained, lost), moved, 0.5)), 1.0) if moved else 1.0
    row |= {"before": float(x.mean()), "after": float(y.mean()), "estimate": (gained - lost) / n, "p_value": p}
    return row | {"ci_low": max(more - less - reach, -1.0), "ci_high": min(more - less + reach, 1.0)}


@dataclass(frozen=True, eq=False)
class ThemePairs(Counted):
    """Which themes one person voices together. Columns: name, other, both, only_name, only_other, neither (people), n,
    phi (-1 to 1), jaccard (0 to 1: of those who voice either, the share who voice both), p_value (Fisher), p_adjusted,
    fewest.
    """

    @property
    def sentence(self) -> str:
        near = self.table[(self.table["p_adjusted"] < 0.05) & (self.table["phi"] > 0)]
        top = near.sort_values("phi", ascending=False, kind="stable").head(3)
        said = [
            f"{self.label(row['name'])} + {self.label(row['other'])} ({number(row['phi'], 2)})"
            for _, row in top.iterrows()
        ]
        return say("themes", "pairs" if said else "no_pairs", pairs=listed(said), tested=len(self.table))

    def shown(self) -> pd.DataFrame:
        """Return the table as people read it."""
        t = self.table
        columns: dict[str, Any] = {say("themes", "head_theme"): t["name"].map(self.label)}
        columns[say("themes", "head_other")] = t["other"].map(self.label)
        columns[say("themes", "head_both")] = t["both"]
        columns |= {"phi": t["phi"].map(lambda x: number(x, 2)), "Jaccard": t["jaccard"].map(lambda x: number(x, 2))}
        columns["p"] = t["p_adjusted"].map(lambda x: number(x, 3))
        return pd.DataFrame(columns | {"n": t["n"]})


def theme_pairs(
    consensus: Coded,
    codebook: Codebook,
    *,
    facet: str = "code",
    sections: Sequence[str] | None = None,
    wave: Any = None,
) -> ThemePairs:
    """Return which themes are voiced by the same people more often than chance would have it.

    Parameters
    ----------
    consensus, codebook, facet, sections, wave
        As in `prevalence`. Without a wave a person voices a theme who voiced it in any talk.

    Returns
    -------
    ThemePairs
        One row a pair; n are the people in whom both can be told.

    Raises
    ------
    DataError
        As `prevalence`.

    Source
    ------
    Yule (1912), Journal of the Royal Statistical Society 75, 579-652 (phi); Jaccard (1912), New Phytologist 11, 37-50;
    Fisher's exact test; Benjamini & Hochberg (1995).
    """
    found = voiced(consensus, codebook, facet, sections).of_wave(wave)
    people = found.by_person()
    rows = []
    for name, other in combinations(people.columns, 2):
        x, y = people[name].to_numpy(), people[other].to_numpy()
        known = ~(np.isnan(x) | np.isnan(y))
        rows.append({"name": name, "other": other, **_together(x[known], y[known])})
    table = pd.DataFrame(rows)
    if rows:
        table.insert(len(table.columns) - 1, "p_adjusted", adjusted(table["p_value"].to_numpy()))
    return ThemePairs(table, "", codebook, facet, notes=open_notes(found))


def _together(x: Any, y: Any) -> dict[str, Any]:
    """Return the four counts of two themes, and how they go together."""
    both, first, second = (int(part.sum()) for part in ((x == 1) & (y == 1), (x == 1) & (y == 0), (x == 0) & (y == 1)))
    n = len(x)
    one, two, neither = both + first, both + second, n - both - first - second
    spread = one * (n - one) * two * (n - two)
    row: dict[str, Any] = {"both": both, "only_name": first, "only_other": second, "neither": neither, "n": n}
    row["phi"] = (both * neither - first * second) / math.sqrt(spread) if spread else math.nan
    row["jaccard"] = both / (both + first + second) if both + first + second else math.nan
    row["p_value"] = exact([both, second], [one, n - one]) if spread else math.nan
    return row | {"fewest": min(both, first, second, neither)}
