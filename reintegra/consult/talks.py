"""From the consensus to talks x themes: what was voiced, what was not, and what cannot be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self, TypeAlias

import numpy as np
import pandas as pd

from ..core.coded import keys, numbers
from ..core.errors import DataError, Notice, shown
from ..core.language import language, listed, say, texts, word
from ..core.results import Result
from ..core.text import nearest
from .codebook import Codebook
from .coding import Consensus
from .withheld import LEAST, blanked

Floats = np.ndarray[Any, np.dtype[np.float64]]

FACETS = ("code", "topic", "section")
TALK = ["person", "wave"]

Coded: TypeAlias = Consensus | pd.DataFrame


@dataclass(frozen=True, eq=False)
class Voiced:
    """Talks x themes: ``values`` (index person, wave) is 1 voiced, 0 not, NaN unknown; ``tied`` where a tie is open."""

    values: pd.DataFrame
    tied: pd.DataFrame

    @property
    def people(self) -> np.ndarray[Any, np.dtype[np.intp]]:
        """The place of each talk's person."""
        return np.asarray(pd.factorize(self.values.index.get_level_values("person"))[0])

    @property
    def repeated(self) -> bool:
        """Whether somebody has more than one talk."""
        return len(np.unique(self.people)) < len(self.values)

    def of_wave(self, wave: Any) -> Voiced:
        """Return the talks of one wave, or refuse a wave that is not there; None: all."""
        if wave is None:
            return self
        there = self.values.index.get_level_values("wave")
        if wave not in there:
            raise DataError("theme-no-wave", wave=shown(wave), waves=listed(dict.fromkeys(map(str, there))))
        return self.take(there == wave)

    def take(self, kept: Any) -> Voiced:
        """Return some of the talks."""
        return Voiced(self.values[kept], self.tied[kept])

    def by_person(self) -> pd.DataFrame:
        """Return people x themes: voiced in any of their talks; unknown where it was in none and one is unknown."""
        groups = self.values.groupby(level="person", sort=False)
        most, known = groups.max(), groups.count()
        return most.where((most == 1) | known.eq(groups.size(), axis=0))


@dataclass(frozen=True, eq=False)
class Themes(Result):
    """A result about themes: codes of a codebook, its topics or its sections (``facet``)."""

    codebook: Codebook
    facet: str

    def label(self, name: str) -> str:
        """Return what a theme is called in the current language."""
        return theme_label(self.codebook, self.facet, name)


@dataclass(frozen=True, eq=False)
class Counted(Themes):
    """A result about themes whose last column, ``fewest``, tells how few people stand in a cell behind each row."""

    def shared(self, least: int = LEAST) -> Self:
        """Return what may leave the unit: rows with fewer than ``least`` people in a cell are blank."""
        few = self.table["fewest"] < least
        table = blanked(self.table.drop(columns="fewest"), few, ("name", "other"))
        notes = tuple(note for note in self.notes if note.code != "theme-open-ties")
        notes += (Notice("theme-withheld", params={"cells": int(few.sum()), "least": least}),)
        return replace(self, table=table, notes=notes)


def theme_label(codebook: Codebook, facet: str, name: str) -> str:
    """Return what a code, a topic or a section is called in the current language."""
    if facet == "code":
        return codebook.words(name)
    if facet == "section":
        return say("coding", f"section_{name}")
    label: str = texts(language())["themes"].get(f"topic_{name}", name)
    return label


def voiced(consensus: Coded, codebook: Codebook, facet: str = "code", sections: Sequence[str] | None = None) -> Voiced:
    """Return which themes each talk voiced.

    A topic or section is voiced by any of its codes. Where a tie is left open on one code and no other applies, or
    where one of a topic's sections was not coded, it cannot be told.
    """
    if facet not in FACETS:
        raise DataError("no-such-choice", what="facet", value=shown(facet), allowed=", ".join(FACETS))
    for section in sections or ():
        if section not in codebook.sections:
            raise DataError("no-such-choice", what="sections", value=shown(section), allowed=listed(codebook.sections))
    values, there = _by_code(consensus, codebook)
    codes = [code for code in codebook.codes if sections is None or codebook.section_of[code] in sections]
    values, there = values.reindex(columns=codes), there.reindex(columns=codes, fill_value=False)
    if facet != "code":
        of = codebook.topic_of if facet == "topic" else codebook.section_of
        names = list(dict.fromkeys(of[code] for code in codes))
        parts = {name: [code for code in codes if of[code] == name] for name in names}
        made, coded = {}, {}
        for name, its in parts.items():
            one, open_ = (values[its] == 1).any(axis=1), values[its].isna().any(axis=1)
            coded[name] = there[its].all(axis=1)
            made[name] = pd.Series(np.where(one, 1.0, np.where(open_, np.nan, 0.0)), values.index).where(coded[name])
        values, there = pd.DataFrame(made, index=values.index), pd.DataFrame(coded, index=values.index)
    some = there.any(axis=1)
    return Voiced(values[some], (values.isna() & there)[some])


def _by_code(coded: Coded, codebook: Codebook) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return talks x codes, and which of the cells were coded, after a look at the consensus."""
    consensus = coded.table if isinstance(coded, Consensus) else coded
    keys(consensus, [*TALK, "code", "value"])
    codes = list(dict.fromkeys(consensus["code"]))
    if unknown := [code for code in codes if code not in codebook.section_of]:
        near = [found for code in unknown for found in nearest(str(code), codebook.codes, 1)]
        said = word("did_you_mean", near=listed(near)) if near else ""
        raise DataError("theme-code-unknown", codes=listed(map(shown, unknown)), near=said)
    value = numbers(consensus, ["value"])[:, 0]
    if strange := int((~np.isnan(value) & (value != 0) & (value != 1)).sum()):
        raise DataError("theme-not-0-1", rows=strange)
    if blank := int(consensus[TALK].isna().any(axis=1).sum()):
        raise DataError("theme-no-person", rows=blank)
    if twice := int(consensus.duplicated([*TALK, "code"]).sum()):
        raise DataError("theme-coded-twice", rows=twice)
    if not len(consensus):
        raise DataError("theme-nothing-coded")
    long = consensus[[*TALK, "code"]].assign(value=value)
    values = long.pivot(index=TALK, columns="code", values="value")  # noqa: PD010 (nothing to aggregate)
    there = long.assign(value=1.0).pivot(index=TALK, columns="code", values="value").notna()  # noqa: PD010
    return values, there


def of_talks(talks: pd.DataFrame, column: str, index: pd.MultiIndex) -> pd.Series:
    """Return what a table of talks (or of their answers) says in a column about each talk; blank where nothing."""
    keys(talks, [*TALK, column])
    each = talks[[*TALK, column]].drop_duplicates()
    if twice := int(each.duplicated(TALK).sum()):
        raise DataError("theme-talk-twice", column=column, talks=twice)
    return each.set_index(TALK)[column].reindex(index)


def open_notes(found: Voiced) -> tuple[Notice, ...]:
    """Say how many ties were left open, and that they count as neither yes nor no."""
    ties = int(found.tied.to_numpy().sum())
    if not ties:
        return ()
    talks = int(found.tied.any(axis=1).sum())
    return (Notice("theme-open-ties", params={"ties": ties, "talks": talks}),)
