"""What every result is: a frozen value with a table, one honest sentence, and html made of the same two."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from html import escape
from numbers import Integral, Real
from typing import Any

import pandas as pd

from .errors import DataError, Notice, shown
from .language import number, word


def checked_level(level: float) -> float:
    """Return the level of an interval, or refuse one that is no number between 0 and 1 (95 for .95)."""
    if not (isinstance(level, Real) and 0 < level < 1):
        raise DataError("not-a-level", level=shown(level))
    return float(level)


def checked_draws(draws: int, least: int = 1) -> int:
    """Return how often something is drawn, or refuse a number that tells nothing."""
    if not isinstance(draws, Integral) or isinstance(draws, bool) or draws < least:
        raise DataError("agree-draws", draws=shown(draws), least=least)
    return int(draws)


@dataclass(frozen=True, eq=False)
class Result:
    """A result of some analysis. ``table`` holds plain columns at full precision; ``str()`` is its sentence.

    ``status`` is the line that goes with everything made from an instrument that is not validated; empty for others.
    ``notes`` are what the reader of the numbers has to know.
    """

    table: pd.DataFrame
    status: str
    notes: tuple[Notice, ...] = field(default=(), kw_only=True)

    def __init_subclass__(cls) -> None:
        cls.__repr__ = Result.__repr__  # type: ignore[method-assign]  # else a dataclass writes one that lists it all

    @property
    def sentence(self) -> str:
        """What the table says, in one sentence of the current language."""
        raise NotImplementedError

    def __str__(self) -> str:
        return self.sentence

    __repr__ = __str__

    def shown(self) -> pd.DataFrame:
        """Return the table as people read it: headings and numbers in the current language."""
        return self.table

    def _repr_html_(self) -> str:
        table = self.shown().to_html(index=False, border=0, na_rep="–")
        notes = "".join(f"<li>{escape(note.text)}</li>" for note in self.notes)
        notes = f"<ul>{notes}</ul>" if notes else ""
        status = f"<p><small>{escape(self.status)}</small></p>" if self.status else ""
        return f"<p>{escape(self.sentence)}</p>{table}{notes}{status}"


@dataclass(frozen=True)
class Estimate:
    """One number with its interval; ``n`` people stand behind it. What was not computed is NaN, and a note says why."""

    name: str
    value: float
    ci_low: float = math.nan
    ci_high: float = math.nan
    n: int = 0
    se: float = math.nan
    df: float = math.nan
    statistic: float = math.nan
    p_value: float = math.nan
    level: float = 0.95
    decimals: int = field(default=2, repr=False)
    notes: tuple[Notice, ...] = field(default=(), repr=False)

    @property
    def row(self) -> dict[str, Any]:
        """The estimate as a row of a result table."""
        words = ("se", "df", "statistic", "p_value", "ci_low", "ci_high", "n")
        return {"name": self.name, "estimate": self.value, **{name: getattr(self, name) for name in words}}

    @property
    def table(self) -> pd.DataFrame:
        """The estimate as a table of one row."""
        return pd.DataFrame([self.row])

    def __str__(self) -> str:
        value, low, high = (number(x, self.decimals) for x in (self.value, self.ci_low, self.ci_high))
        if math.isnan(self.ci_low):
            return word("estimate_bare", name=self.name, value=value, n=self.n)
        return word(
            "estimate", name=self.name, value=value, low=low, high=high, n=self.n, level=f"{100 * self.level:g} %"
        )

    def _repr_html_(self) -> str:
        notes = "".join(f"<li>{escape(note.text)}</li>" for note in self.notes)
        return f"<p>{escape(str(self))}</p>" + (f"<ul>{notes}</ul>" if notes else "")
