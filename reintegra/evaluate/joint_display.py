"""Themes beside scores: how ready those are who voice a theme, and what one of them said."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..consult.codebook import Codebook
from ..consult.coding import Consensus
from ..consult.masking import Masked, reviewed_table, reviewed_text
from ..consult.proportions import adjusted
from ..consult.talks import TALK, Coded, Themes, open_notes, voiced
from ..consult.withheld import LEAST
from ..core.coded import numbers
from ..core.errors import DataError, Notice
from ..core.language import in_language, number, say
from ..core.results import checked_level
from ..instruments import Instrument, status_line
from ..measure import Scores
from .contrasts import holm
from .effects import group_effects
from .estimates import COLUMNS, one_of, p_words

CONSENT = ("setuju_kutip", "quote_consent")
YES = ("1", "1.0", "true", "ya", "yes")


@dataclass(frozen=True, eq=False)
class JointDisplay(Themes):
    """People who voice a theme less those who do not, on each scale. Columns: name (theme), scale, estimate (difference
    in points), se, df, statistic, p_value, p_adjusted, ci_low, ci_high, g, g_low, g_high, n (people), n_voiced,
    n_other, withheld ("few", "no_spread" or ""); blank where withheld.

    ``quotes`` has one reviewed quote a theme: name, section, text.
    """

    quotes: pd.DataFrame
    instrument: Instrument | None
    adjust: str
    level: float

    @property
    def sentence(self) -> str:
        known = self.table.dropna(subset="p_adjusted")
        if known.empty:
            return say("themes", "joint_nothing")
        row = known.sort_values("p_value", kind="stable").iloc[0]
        said: dict[str, Any] = {"theme": self.label(row["name"]), "scale": self.scale(row["scale"])}
        said |= {"voiced": int(row["n_voiced"]), "other": int(row["n_other"]), "p": p_words(row["p_adjusted"])}
        said |= {end: number(row[end], 1) for end in ("estimate", "ci_low", "ci_high")} | {"g": number(row["g"], 2)}
        method = say("themes", f"adjust_{self.adjust}")
        return say("themes", "joint", tested=len(known), method=method, **said)

    def scale(self, name: str) -> str:
        """Return what a scale is called in the current language."""
        labels = {score.name: score.label for score in self.instrument.scores} if self.instrument else {}
        return in_language(labels[name]) if name in labels else name

    def shown(self) -> pd.DataFrame:
        """Return the table as people read it, with the quotes."""
        t = self.table
        head = {name: say("themes", f"head_{name}") for name in ("theme", "scale", "points", "low", "high", "quote")}
        said = dict(zip(self.quotes["name"], self.quotes["text"], strict=True))
        columns: dict[str, Any] = {head["theme"]: t["name"].map(self.label), head["scale"]: t["scale"].map(self.scale)}
        for name, column in (("points", "estimate"), ("low", "ci_low"), ("high", "ci_high")):
            columns[head[name]] = t[column].map(lambda x: number(x, 1))
        columns |= {"g": t["g"].map(lambda x: number(x, 2)), "p": t["p_adjusted"].map(p_words)}
        columns["n"] = [
            "–" if math.isnan(one) else f"{one:.0f} + {two:.0f}"
            for one, two in zip(t["n_voiced"], t["n_other"], strict=True)
        ]
        return pd.DataFrame(columns | {head["quote"]: t["name"].map(lambda name: said.get(name, "–"))})


def joint_display(
    consensus: Coded,
    codebook: Codebook,
    scores: Scores | pd.DataFrame,
    *,
    scales: Sequence[str] | None = None,
    masked: Masked | None = None,
    consent: pd.Series | None = None,
    wave: Any = None,
    facet: str = "code",
    sections: Sequence[str] | None = None,
    adjust: str = "holm",
    least: int = LEAST,
    level: float = 0.95,
) -> JointDisplay:
    """Put themes beside scores: for each theme and scale, those who voice it less those who do not.

    Parameters
    ----------
    consensus, codebook, facet, sections
        As in `prevalence`.
    scores : Scores or DataFrame
        One row a person (index), scores in columns, in their own unit; or indexed by person and wave.
    scales : list of str, optional
        The scores; all of them by default.
    masked : Masked, optional
        From `mask`; quotes are taken from texts that were reviewed.
    consent : Series, optional
        Who agreed to be quoted, by person (1 or yes); a column setuju_kutip or quote_consent of ``masked`` counts as
        well. Where either is given, nobody else is quoted.
    wave : optional
        Of the talks, and of the scores where they have waves; needed where people talked repeatedly.
    adjust : "holm" or "bh"
        How the p-values of all themes and scales are kept honest.
    least : int, 3 or more
        A difference is shown where as many people voice the theme, and as many do not; a theme is quoted where as many
        voice it.
    level : float between 0 and 1
        Coverage of the intervals; each stands alone.

    Returns
    -------
    JointDisplay
        Differences in the unit of the score (Welch), with Hedges' g: who voices a theme differs, not because of it.

    Raises
    ------
    DataError
        As `prevalence`; several talks of a person and no wave; several rows of a person; no such score.
    DisclosureError
        Texts that were not masked.

    Source
    ------
    Guetterman, Fetters & Creswell (2015), Annals of Family Medicine 13, 554-561 (joint displays); Hedges (1981),
    Journal of Educational Statistics 6, 107-128; Holm (1979), Scandinavian Journal of Statistics 6, 65-70.
    """
    checked_level(level)
    one_of("adjust", adjust, ("holm", "bh"))
    least = max(least, 3)
    found = voiced(consensus, codebook, facet, sections).of_wave(wave)
    if found.repeated:
        raise DataError("theme-which-wave")
    people = found.values.droplevel("wave")
    table, names = _scores(scores, scales, wave)
    both = people.index.intersection(table.index, sort=False)
    if not len(both):
        raise DataError("theme-nobody-scored")
    said, scored = people.loc[both], table.loc[both]
    if not names:
        raise DataError("too-few-items", items=0, least=1)
    rows = [
        {"name": theme, "scale": scale, **_compared(scored[scale].to_numpy(), said[theme].to_numpy(), least, level)}
        for theme in said.columns
        for scale in names
    ]
    result = pd.DataFrame(rows)
    p = result["p_value"].to_numpy(dtype=float)
    result.insert(7, "p_adjusted", holm(p) if adjust == "holm" else adjusted(p))
    notes: tuple[Notice, ...] = (
        Notice("theme-differs-not-because", params={"adjust": lambda: say("themes", f"adjust_{adjust}")}),
    )
    if left := len(people.index.union(table.index)) - len(both):
        notes += (Notice("theme-not-in-both", params={"people": left}),)
    if withheld := int((result["withheld"] == "few").sum()):
        notes += (Notice("theme-withheld", params={"cells": withheld, "least": least}),)
    enough = [theme for theme in people.columns if (people[theme] == 1).sum() >= least]
    quotes, about = _quotes(consensus, codebook, facet, enough, found.values.index, masked, consent)
    instrument = scores.instrument if isinstance(scores, Scores) else None
    status = status_line(instrument) if instrument else ""
    notes += about + open_notes(found)
    return JointDisplay(result, status, codebook, facet, quotes, instrument, adjust, level, notes=notes)


def _scores(
    scores: Scores | pd.DataFrame, scales: Sequence[str] | None, wave: Any
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the scores as numbers by person, of the wave where there are several."""
    if isinstance(scores, Scores):
        made = [score.name for score in scores.instrument.scores]
        table = pd.DataFrame(scores.values, index=scores.people.index, columns=made)
    else:
        table = scores
    names = tuple(table.columns) if scales is None else tuple(scales)
    table = pd.DataFrame(numbers(table, names), table.index, list(names))
    if table.index.nlevels > 1:
        waves = table.index.get_level_values(1)
        if wave is None and len(set(waves)) > 1:
            raise DataError("theme-which-wave")
        table = (table if wave is None else table[waves.astype(str) == str(wave)]).droplevel(1)
    if not table.index.is_unique:
        raise DataError("person-twice", n=int(table.index.duplicated().sum()))
    return table, names


def _compared(scores: Any, voices: Any, least: int, level: float) -> dict[str, Any]:
    """Return those who voice a theme less those who do not on one scale; blank where they are few."""
    row: dict[str, Any] = dict.fromkeys(
        [*(column for column in COLUMNS if column != "name"), "g", "g_low", "g_high", "n_voiced", "n_other"], math.nan
    )
    known = ~np.isnan(scores)
    one, two = scores[known & (voices == 1)], scores[known & (voices == 0)]
    if min(len(one), len(two)) < least:
        return row | {"withheld": "few"}
    try:
        found = group_effects(one, two, level=level).table.set_index("name")
    except DataError:  # everybody of both groups has the same score
        return row | {"withheld": "no_spread"}
    row |= found.loc["mean_difference"].to_dict()
    row |= dict(zip(("g", "g_low", "g_high"), found.loc["g", ["estimate", "ci_low", "ci_high"]], strict=True))
    return row | {"n_voiced": len(one), "n_other": len(two), "withheld": ""}


def _quotes(
    coded: Coded, codebook: Codebook, facet: str, themes: Sequence[str], talks: pd.MultiIndex, masked: Masked | None,
    consent: pd.Series | None,
) -> tuple[pd.DataFrame, tuple[Notice, ...]]:  # fmt: skip
    """Return one quote a theme, of middling length, from texts that were reviewed and may be quoted.

    Nobody is quoted twice while others can be.
    """
    table = pd.DataFrame(columns=["name", "section", "text"])
    if masked is None:
        return table, ()
    if not isinstance(masked, Masked):
        reviewed_table(masked)  # refuses it
    ready = masked.table[masked.table["reviewed"].astype(bool)].sort_values("answer", kind="stable")
    asked = [column for column in CONSENT if column in ready]
    for column in asked:
        ready = ready[_agreed(ready[column])]
    if consent is not None:
        ready = ready[ready["person"].isin(consent.index[_agreed(consent)])]
    consensus = coded.table if isinstance(coded, Consensus) else coded
    applies = consensus[(consensus["value"] == 1) & pd.MultiIndex.from_frame(consensus[TALK]).isin(talks)]
    of = {"code": {code: code for code in codebook.codes}, "topic": codebook.topic_of, "section": codebook.section_of}
    applies = applies.assign(theme=applies["code"].map(of[facet]))
    quoted: set[Any] = set()
    rows = []
    for theme in themes:
        its = ready[ready["answer"].isin(applies.loc[applies["theme"] == theme, "answer"])]
        if not len(its):
            continue
        fresh = its[~its["person"].isin(quoted)]
        its = fresh if len(fresh) else its
        length = its["text"].str.len()
        at = (length - length.median()).abs().sort_values(kind="stable").index[0]
        quoted.add(its.loc[at, "person"])
        rows.append({"name": theme, "section": its.loc[at, "section"],
                     "text": reviewed_text(masked, its.loc[at, "answer"])})  # fmt: skip
    notes: tuple[Notice, ...] = (Notice("theme-quotes-not-anonymous"),)
    if not asked and consent is None:
        notes += (Notice("theme-quotes-no-consent"),)
    return pd.DataFrame(rows, columns=table.columns), notes


def _agreed(column: pd.Series) -> Any:
    """Return who said yes; a blank is no."""
    return column.astype(str).str.strip().str.casefold().isin(YES).to_numpy()
