"""What happened after release: who was followed, how long each programme's people stayed free, and what may be said."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from html import escape
from typing import Any

import pandas as pd

from ..core.errors import Notice
from ..core.language import listed, number, say, speaking
from ..core.results import Result
from .comparison import Comparison, say_head
from .cox import Cox
from .estimates import label, p_words
from .sentences import claim_code

SHOWN = ("followed", "sources", "means", "incidence_at")


LIMITS = (("estimate", "estimate"), ("low", "ci_low"), ("high", "ci_high"))


@dataclass(frozen=True, eq=False)
class FollowUp(Result):
    """Programmes compared after release. ``table`` has the usual columns and ``measure``: "rmst", the difference of the
    mean time free up to the horizon ("B - A": B minus A); "rmst_by_layout", the same inside sites or over sites, with
    covariates, from ``by_layout``; "incidence", the difference of the shares to whom the event has happened by the
    horizon where something else may come first.

    ``followed``: name, allocated, lost (nothing known), analysed, events, other (what else came first), early (last
    seen free before the horizon), share_unknown (lost or early), median (follow-up, by reverse Kaplan-Meier).
    ``sources``: name, source, n, share, events. ``survival``: name, time, at_risk, events, estimate, se, ci_low,
    ci_high. ``at_risk``: name, time, n. ``means``: of each programme, up to the horizon. ``tests``: the log-rank test
    (by site); ``log_rank``: name, n, observed, expected. ``incidence``: name, cause, time, estimate, se, ci_low,
    ci_high; ``incidence_at``: the same at the horizon. ``bounds``: name, low, high: the difference, had everyone lost
    come back at once or never. Where there are sites, only what is compared by them has a p-value.
    """

    layout: str
    event: str
    reference: str
    horizon: float
    unit: str
    level: float
    followed: pd.DataFrame
    sources: pd.DataFrame
    survival: pd.DataFrame
    at_risk: pd.DataFrame
    means: pd.DataFrame
    tests: pd.DataFrame
    log_rank: pd.DataFrame
    incidence: pd.DataFrame
    incidence_at: pd.DataFrame
    bounds: pd.DataFrame
    cox: Cox | None
    by_layout: Comparison | None
    grade: int
    reasons: tuple[Notice, ...]
    claims: pd.DataFrame = field(repr=False)

    def sentences(self, lang: str | None = None) -> tuple[str, ...]:
        """Return what may be said, in "id" or "en" (the current language by default), no stronger than the design."""
        with speaking(lang):
            layout = "alone_said" if self.layout == "one_group" else f"layout_{self.layout}"
            said = [say("evaluate", layout), *self._of_people(), *self._of_programmes()]
            said += [self._claim(row) for row in self.claims.to_dict("records")]
            said += [
                say("evaluate", "bounds_said", name=row["name"], unit=label(self.unit), **self._numbers(row))
                for row in self.bounds.to_dict("records")
            ]
            said += [*self._of_tests(), *self._of_incidence()]
            if len(self.claims):
                why = " ".join(reason.text for reason in self.reasons)
                said.append(say("evaluate", "grade_said", grade=self.grade, why=why))
        return tuple(said)

    @property
    def sentence(self) -> str:
        """All of it."""
        return " ".join(self.sentences())

    def shown(self) -> pd.DataFrame:
        """Return the table as people read it."""
        t = self.table
        places = {"incidence": 3}
        columns = {say_head("name"): t["name"], say_head("measure"): t["measure"].map(label)}
        for head, column in (("estimate", "estimate"), ("low", "ci_low"), ("high", "ci_high"), ("se", "se")):
            pairs = zip(t[column], t["measure"], strict=True)
            columns[say_head(head)] = [number(value, places.get(measure, 1)) for value, measure in pairs]
        return pd.DataFrame({**columns, "p": t["p_value"].map(p_words), "n": t["n"]})

    def _repr_html_(self) -> str:
        said = "".join(f"<li>{escape(sentence)}</li>" for sentence in self.sentences())
        parts = [f"<ol>{said}</ol>", self.shown().to_html(index=False, border=0, na_rep="–")]
        for head in ("followed", "sources"):
            table = getattr(self, head).rename(columns=lambda name: say_head(str(name))).round(2)
            parts.append(f"<h4>{escape(say('evaluate', f'head_{head}_title'))}</h4>")
            parts.append(table.to_html(index=False, border=0, na_rep="–"))
        notes = "".join(f"<li>{escape(note.text)}</li>" for note in self.notes)
        return "".join(parts) + (f"<ul>{notes}</ul>" if notes else "")

    def _numbers(self, row: dict[str, Any], decimals: int = 1) -> dict[str, str]:
        return {key: number(value, decimals) for key, value in row.items() if isinstance(value, float)}

    def _of_people(self) -> list[str]:
        """Say how many were followed, by whose word, and that those not found are not those who stayed free."""
        sums = self.followed[["analysed", "events", "other", "lost"]].sum()
        said = {name: str(int(count)) for name, count in sums.items()}
        sources = self.sources.groupby("source", sort=True)["n"].sum()
        told = listed(f"{name} ({int(count)})" for name, count in sources.items())
        causes = dict.fromkeys(self.incidence["cause"]) if len(self.incidence) else {}
        other = listed(cause for cause in causes if cause != self.event)
        more = [say("evaluate", "other_said", other=said["other"], causes=other)] if sums["other"] else []
        more += [say("evaluate", "lost_said", lost=said["lost"])] if sums["lost"] else []
        return [
            say("evaluate", "followed_said", event=self.event, analysed=said["analysed"], events=said["events"]),
            *more,
            say("evaluate", "sources_said", sources=told),
        ]

    def _of_programmes(self) -> list[str]:
        """Say of each programme how long its people stayed free."""
        said = {"horizon": number(self.horizon, 0), "unit": label(self.unit), "event": self.event}
        made = []
        for row in self.means.to_dict("records"):
            code = "mean_free_bare" if row["estimate"] == self.horizon else "mean_free"
            words = {"name": row["name"], "n": row["n"], "level": number(100 * self.level, 0)}
            words |= {key: number(row[column], 1) for key, column in LIMITS}
            made.append(say("evaluate", code, share=number(100 * row["free"], 0), **words, **said))
        return made

    def _claim(self, row: dict[str, Any]) -> str:
        keys = ("layout", "grade", "causal", "enough", "held")
        code = claim_code(**{key: row[key] for key in keys}, low=row["ci_low"], high=row["ci_high"])
        size = number(abs(row["estimate"]), 1)
        said = {"size": size, "estimate": number(row["estimate"], 1), "level": number(100 * self.level, 0)}
        said |= {"low": number(row["ci_low"], 1), "high": number(row["ci_high"], 1), "p": p_words(row["p_value"])}
        said |= {key: str(row[key]) for key in ("programme", "reference", "n")}
        said |= {"event": self.event, "unit": label(self.unit), "horizon": number(self.horizon, 0)}
        return say("evaluate", code.replace("claim_", "claim_free_"), **said)

    def _of_tests(self) -> list[str]:
        """Say what the log-rank test and, second, Cox's regression add."""
        said = []
        for row in self.tests.to_dict("records"):
            if not math.isnan(row["p_value"]):
                values = {"statistic": number(row["statistic"], 2), "p": p_words(row["p_value"]), "df": int(row["df"])}
                said.append(say("evaluate", "log_rank_said", name=label(row["name"]), **values))
        if self.cox is not None:
            said += [
                self.cox.said_of(f"programme[{name}]", f"{name} / {self.reference}")
                for name in self.claims["programme"]
            ]
        return said

    def _of_incidence(self) -> list[str]:
        """Say to how many the event, and what else may come first, has happened by the horizon."""
        where = {"horizon": number(self.horizon, 0), "unit": label(self.unit), "level": number(100 * self.level, 0)}
        made = []
        for row in self.incidence_at.to_dict("records"):
            shares = {key: number(100 * row[column], 0) for key, column in LIMITS}
            made.append(say("evaluate", "incidence_said", name=row["name"], cause=row["cause"], **shares, **where))
        return made
