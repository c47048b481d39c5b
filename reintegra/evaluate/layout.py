"""The layout of a study, read from its table of sites and programmes: it decides what a difference can mean."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import pandas as pd

from .roster import Roster

LAYOUTS = ("within_sites", "between_sites", "mixed", "one_site_each", "one_group", "no_sites")
ENOUGH = 3  # sites in common, or an arm, for a verdict


@dataclass(frozen=True)
class Pair:
    """Two programmes: ``shared`` sites hold both, ``sites`` are those of the programme and of the reference."""

    programme: str
    reference: str
    layout: str
    shared: tuple[str, ...] = ()
    sites: tuple[int, int] = (0, 0)

    @property
    def name(self) -> str:
        """The difference: programme minus reference."""
        return f"{self.programme} - {self.reference}"

    @property
    def programmes(self) -> tuple[str, str]:
        """Both."""
        return self.programme, self.reference

    @property
    def enough(self) -> bool:
        """Whether there are sites enough for a verdict. One site is no sample of sites: people are compared there."""
        if self.layout in ("within_sites", "mixed"):
            return len(self.shared) == 1 or len(self.shared) >= ENOUGH
        return self.layout == "no_sites" or (self.layout == "between_sites" and min(self.sites) >= ENOUGH)


@dataclass(frozen=True, eq=False)
class Layout:
    """The layout of the whole study, of each programme against the reference, and ``counts`` (sites x programmes)."""

    name: str
    pairs: tuple[Pair, ...]
    counts: pd.DataFrame

    def of(self, one: str, other: str) -> Pair:
        """Return two programmes, the second the reference."""
        return _pair(self.counts, one, other) if len(self.counts) else Pair(one, other, "no_sites")

    @property
    def all_pairs(self) -> tuple[Pair, ...]:
        """Every pair of programmes, the earlier one the reference."""
        return tuple(self.of(later, earlier) for earlier, later in combinations(self.counts.columns, 2))

    def linked(self, programme: str) -> tuple[str, ...]:
        """Return the programmes that share sites with this one, with those that share sites with these, and so on."""
        there, found = self.counts > 0, {programme}
        while True:
            sites = there[sorted(found)].any(axis=1)
            more = {name for name in there.columns if there.loc[sites, name].any()}
            if more <= found:
                return tuple(name for name in there.columns if name in found)
            found |= more


def layout_of(study: Roster) -> Layout:
    """Read the layout from the people who are analysed, for only they can be compared."""
    people = study.analysed
    names = list(study.programmes)
    if study.site is None:
        counts = pd.DataFrame(columns=names, dtype=int)
    else:
        found = pd.crosstab(people[study.site].astype(str).to_numpy(), people[study.programme].astype(str).to_numpy())
        counts = found.reindex(columns=names, fill_value=0)
    if len(names) == 1:
        return Layout("one_group", (), counts)
    if study.site is None:
        return Layout("no_sites", tuple(Pair(name, names[0], "no_sites") for name in names[1:]), counts)
    pairs = tuple(_pair(counts, name, names[0]) for name in names[1:])
    several = (counts > 0).sum(axis=1) > 1
    if several.any():
        return Layout("within_sites" if several.all() else "mixed", pairs, counts)
    between = any(pair.layout == "between_sites" for pair in pairs)
    return Layout("between_sites" if between else "one_site_each", pairs, counts)


def _pair(counts: pd.DataFrame, programme: str, reference: str) -> Pair:
    one, other = counts[programme] > 0, counts[reference] > 0
    sites, shared = (int(one.sum()), int(other.sum())), tuple(map(str, counts.index[one & other]))
    if shared:
        name = "within_sites" if not (one ^ other).any() else "mixed"
    else:
        name = "between_sites" if min(sites) > 1 else "one_site_each"
    return Pair(programme, reference, name, shared, sites)
