"""Which programme makes a difference, and how sure can we be: one call that reads the layout of the study."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

import pandas as pd

from ..core.errors import Notice
from ..core.language import language, number, say, texts
from ..core.results import Estimate, Result
from .estimates import Estimates
from .sentences import sentences_of


@dataclass(frozen=True, eq=False)
class Comparison(Result):
    """Programmes compared. ``table`` has a row for each programme against the reference ("B - A": B minus A): name,
    estimate, se, df, statistic, p_value, ci_low, ci_high, n, in the unit of the outcome. p_value is blank where the
    design carries no verdict; a note says why.

    ``layout``: "within_sites", "between_sites", "mixed", "one_site_each", "one_group" or "no_sites". ``design`` says
    for each row its own layout, method, sites, grade and the smallest detectable difference. ``flow``: who was
    allocated, lost, analysed. ``balance``: how alike people were at the start. ``sites``: for the eye only.
    ``grade``: 1 to 5, that of the weakest row, for ``reasons``. ``others``: the comparisons of the further outcomes;
    ``outcomes``: the rows of all of them. The other tables are empty where nothing was asked.
    """

    layout: str
    outcome: str
    reference: str
    level: float
    design: pd.DataFrame
    flow: pd.DataFrame
    balance: pd.DataFrame
    sites: pd.DataFrame
    grade: int
    reasons: tuple[Notice, ...]
    by_lot: bool = False
    completers_only: bool = False
    effects: pd.DataFrame = field(default_factory=pd.DataFrame)
    contrasts: pd.DataFrame = field(default_factory=pd.DataFrame)
    slopes: pd.DataFrame = field(default_factory=pd.DataFrame)
    apart: pd.DataFrame = field(default_factory=pd.DataFrame)
    waves: pd.DataFrame = field(default_factory=pd.DataFrame)
    reliable: pd.DataFrame = field(default_factory=pd.DataFrame)
    equivalence: pd.DataFrame = field(default_factory=pd.DataFrame)
    contamination: pd.DataFrame = field(default_factory=pd.DataFrame)
    second_opinion: pd.DataFrame = field(default_factory=pd.DataFrame)
    outcomes: pd.DataFrame = field(default_factory=pd.DataFrame)
    others: tuple[Comparison, ...] = ()
    beside: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def estimate(self) -> Estimate:
        """The first difference."""
        row = self.table.iloc[0]
        low, high, se, df, t, p = (float(row[c]) for c in ("ci_low", "ci_high", "se", "df", "statistic", "p_value"))
        value, n = float(row["estimate"]), int(row["n"])
        return Estimate(str(row["name"]), value, low, high, n, se, df, t, p, self.level, notes=self.notes)

    def sentences(self, lang: str | None = None) -> tuple[str, ...]:
        """Return what may be said, in "id" or "en" (the current language by default), no stronger than the design."""
        return sentences_of(self, lang)

    @property
    def sentence(self) -> str:
        """All of it."""
        return " ".join(self.sentences())

    def shown(self) -> pd.DataFrame:
        """Return the table as people read it."""
        return Estimates(self.table, "", "none", str(self.table["name"].iloc[0]), self.level).shown()

    def _repr_html_(self) -> str:
        said = "".join(f"<li>{escape(sentence)}</li>" for sentence in self.sentences())
        parts = [f"<ol>{said}</ol>", self.shown().to_html(index=False, border=0, na_rep="–")]
        for head in ("flow", "balance"):
            table = getattr(self, head)
            if len(table):
                shown = written(table)
                if head == "balance":
                    shown = shown.rename(columns={"compared": "name", "name": "trait"})
                    shown["verdict"] = shown["verdict"].map(lambda code: say("evaluate", f"balance_{code}"))
                shown = shown.rename(columns=lambda name: say_head(str(name)))
                parts.append(f"<h4>{escape(say('evaluate', f'head_{head}'))}</h4>")
                parts.append(shown.to_html(index=False, border=0, na_rep="–"))
        for other in self.others:
            parts += [f"<h4>{escape(other.outcome)}</h4>", other.shown().to_html(index=False, border=0, na_rep="–")]
        notes = [note.text for note in self.notes]
        for other in self.others:
            notes += [f"{other.outcome}: {note.text}" for note in other.notes if note.text not in notes]
        listed = "".join(f"<li>{escape(note)}</li>" for note in notes)
        return "".join(parts) + (f"<ul>{listed}</ul>" if listed else "")


def say_head(name: str) -> str:
    """Return the words for a heading of flow or balance; a wave's own name as it is."""
    return str(texts(language())["evaluate"].get(f"head_{name}", name))


def written(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its numbers as people read them: whole ones whole, the others with two decimals."""
    made = table.astype(object)
    for name in table.select_dtypes("number").columns:
        whole = bool((table[name].dropna() % 1 == 0).all())
        made[name] = [number(value, 0 if whole else 2) for value in table[name]]
    return made
