"""Estimates with their uncertainty: one kind of table, and a sentence about the row that matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from ..core.errors import DataError
from ..core.language import language, listed, number, say, texts
from ..core.results import Result, checked_level

Floats: TypeAlias = Any  # an array of floats: products and sums of arrays have no narrower type in numpy

COLUMNS = ("name", "estimate", "se", "df", "statistic", "p_value", "ci_low", "ci_high", "n")


@dataclass(frozen=True, eq=False)
class Estimates(Result):
    """Estimates in the unit of the outcome. Columns: name, estimate, se, df, statistic, p_value, ci_low, ci_high, n.

    ``method`` is the code of how they were computed, ``term`` the row the sentence is about, ``level`` the coverage of
    the intervals.
    """

    method: str
    term: str
    level: float

    @property
    def row(self) -> pd.Series[Any]:
        """The row the sentence is about."""
        return self.table.set_index("name").loc[self.term]

    @property
    def sentence(self) -> str:
        row = self.row
        said = {"name": label(self.term), "method": say("evaluate", f"method_{self.method}"), "n": int(row["n"])}
        said |= {"estimate": number(row["estimate"], 2), "level": number(100 * self.level, 0)}
        if np.isnan(row["ci_low"]):
            return say("evaluate", "estimate_bare", **said)
        said |= {"low": number(row["ci_low"], 2), "high": number(row["ci_high"], 2), "p": p_words(row["p_value"])}
        return say("evaluate", "estimate", **said)

    def shown(self) -> pd.DataFrame:
        """Return the table as people read it."""
        t = self.table
        heads = {name: say("evaluate", f"head_{name}") for name in ("name", "estimate", "low", "high", "se", "df")}
        columns = {
            heads["name"]: t["name"].map(label),
            heads["estimate"]: t["estimate"].map(lambda x: number(x, 2)),
            heads["low"]: t["ci_low"].map(lambda x: number(x, 2)),
            heads["high"]: t["ci_high"].map(lambda x: number(x, 2)),
            heads["se"]: t["se"].map(lambda x: number(x, 2)),
            heads["df"]: t["df"].map(lambda x: "∞" if x == np.inf else number(x, 1)),
            "p": t["p_value"].map(p_words),
            "n": t["n"].astype(int),
        }
        return pd.DataFrame(columns)


@dataclass(frozen=True, eq=False)
class ChanceTest(Estimates):
    """A test by what chance could have done: ``draws`` ways were tried, and the smallest p they can give is
    ``smallest_p``.
    """

    draws: int
    smallest_p: float

    @property
    def sentence(self) -> str:
        row = self.row
        said = {
            "name": label(self.term),
            "method": say("evaluate", f"method_{self.method}"),
            "p": p_words(row["p_value"]),
        }
        said |= {"estimate": number(row["estimate"], 2), "smallest": plain_p(self.smallest_p)}
        return say("evaluate", "chance_test", draws=self.draws, **said)


def label(term: str) -> str:
    """Return the words for a row that is not named after a column."""
    words: str = texts(language())["evaluate"].get(f"name_{term}", term)
    return words


def p_words(p: float) -> str:
    """Write a p-value as its readers do: "= 0,03", "< 0,001"."""
    if p != p:
        return "–"
    return "< " + number(0.001, 3) if p < 0.001 else "= " + number(p, 3 if p < 0.1 else 2)


def plain_p(p: float) -> str:
    """Write a p-value without the sign of equality: "0,030", "< 0,001"."""
    return "< " + number(0.001, 3) if p < 0.001 else number(p, 3)


def estimate_table(names: Sequence[str], found: Any, n: Any, level: float) -> pd.DataFrame:
    """Return estimates with t statistics, two-sided p-values and intervals.

    ``found`` has a row a name: estimate, standard error, degrees of freedom (infinity means normal).
    """
    from scipy import stats

    level = checked_level(level)
    estimate, se, df = np.asarray(found, dtype=float).reshape(len(names), 3).T
    with np.errstate(invalid="ignore", divide="ignore"):
        statistic = estimate / se
        reach = stats.t.ppf((1 + level) / 2, df) * se
        p_value = 2 * stats.t.sf(np.abs(statistic), df)
    parts = (list(names), estimate, se, df, statistic, p_value, estimate - reach, estimate + reach, n)
    return pd.DataFrame(dict(zip(COLUMNS, parts, strict=True)))


def chosen(term: str | None, names: Sequence[str]) -> str:
    """Return the term a sentence is about: the one asked for, or the last."""
    if not names or (term is not None and term not in names):
        raise DataError("no-such-term", term=term or "–", terms=listed(names) or "–")
    return names[-1] if term is None else term


def pairs_of(names: Sequence[str], against: str | None = None) -> tuple[list[tuple[int, int]], list[str]]:
    """Return pairs of programmes (each with one, or all), the earlier first, and what they are called: "B - A"."""
    if against is None:
        pairs = list(combinations(range(len(names)), 2))
    else:
        base = list(names).index(chosen(against, names))
        pairs = [(base, other) for other in range(len(names)) if other != base]
    return pairs, [f"{names[later]} - {names[earlier]}" for earlier, later in pairs]


def one_of(what: str, value: str, allowed: Sequence[str]) -> str:
    """Return a choice, or refuse one that is not there."""
    if value not in allowed:
        raise DataError("no-such-choice", what=what, value=value, allowed=", ".join(allowed))
    return value
