"""The difference between programmes as the layout allows: the estimate, its error, and whether there is a verdict."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from ..core.errors import DataError, DesignError, Notice
from .ancova import ancova
from .clustered import cluster_contrasts, cluster_robust
from .contrasts import contrasts
from .effects import paired_effects
from .estimates import Estimates, estimate_table, label
from .layout import ENOUGH, Layout, Pair
from .lottery import randomisation_test
from .roster import Roster
from .site_means import SiteMeans, compare_site_means
from .site_sums import SiteSums, site_sums

Made = TypeVar("Made")


@dataclass(frozen=True, eq=False)
class Difference:
    """One programme against the reference. ``row`` is its row of the table; ``method`` the code of how it was computed;
    ``verdict``: whether the design has sites (or groups) enough for one; ``beside``: other inferences shown with it.
    """

    pair: Pair
    row: pd.Series[Any]
    method: str
    verdict: bool
    notes: tuple[Notice, ...] = ()
    beside: dict[str, Any] = field(default_factory=dict)

    @property
    def estimates(self) -> Estimates:
        """The row as estimates, for tests that take them."""
        return Estimates(self.row.to_frame().T.infer_objects(), "", self.method, self.pair.name, 0.95)


ASKED = ("grade-too-high", "not-a-reliability")  # of what was asked, not of the data


def tried(what: str, make: Callable[[], Made]) -> tuple[Made | None, tuple[Notice, ...]]:
    """Return what could be made, or the reason why not; what was asked for amiss is refused."""
    try:
        return make(), ()
    except (DataError, DesignError) as error:
        if error.code in ASKED:
            raise
        refused = error  # the name of the error itself ends with this clause
        return None, (Notice("not-computed", params={"columns": lambda: label(what), "reason": lambda: str(refused)}),)


def sums_of(study: Roster, people: pd.DataFrame, site: str, terms: list[str] | None = None) -> SiteSums:
    """Sum the sites (or groups) for the programmes of these people, the reference first."""
    people = present(people, study.programme)
    levels = {study.programme: list(people[study.programme].cat.categories)}
    wanted = [study.programme, *study.before] if terms is None else terms
    return site_sums(people, outcome=study.outcome, terms=wanted, site=site, levels=levels)


def present(people: pd.DataFrame, programme: str, names: tuple[str, ...] | None = None) -> pd.DataFrame:
    """Return the people of some programmes, with no other level in the column."""
    part = people if names is None else people[people[programme].isin(names)]
    return part.assign(**{programme: part[programme].cat.remove_unused_categories()})


def compared(study: Roster, pair: Pair) -> pd.DataFrame:
    """Return the people of two programmes who are compared: where sites hold both, only those of such sites."""
    people = present(study.analysed, study.programme, pair.programmes)
    if pair.shared:
        people = present(people[people[study.site].isin(pair.shared)], study.programme)
    return people


def differences(
    study: Roster, layout: Layout, pairs: Sequence[Pair], *, group: str | None, by_lot: bool, level: float
) -> list[Difference]:
    """Compare the programmes of each pair as the layout allows."""
    people = study.analysed
    joint = _joint(study, layout, pairs, level)
    found = []
    for pair in pairs:
        if pair.name in joint:
            made = joint[pair.name]
        elif pair.layout == "no_sites" or len(pair.shared) == 1:
            here = people
            if len(layout.counts) > 1:
                here = people[people[study.site].isin(pair.shared) & people[study.programme].isin(pair.programmes)]
            made = _people(study, pair, present(here, study.programme), group, level)
        else:
            made = _between(study, pair, present(people, study.programme, pair.programmes), level)
        if by_lot and pair.layout in ("no_sites", "within_sites"):
            made = _by_lot(study, made, group)
        found.append(_judged(made))
    return found


def _joint(study: Roster, layout: Layout, pairs: Sequence[Pair], level: float) -> dict[str, Difference]:
    """Return the comparisons within two or more sites from models with site effects, CR2 and Satterthwaite's df.

    Programmes that are linked by sites they share stand in one model.
    """
    found: dict[str, Difference] = {}
    for pair in pairs:
        if len(pair.shared) < 2 or pair.name in found:
            continue
        linked = layout.linked(pair.reference)
        part = present(study.analysed, study.programme, linked)
        sums = sums_of(study, part, str(study.site))
        made = cluster_contrasts(sums, programme=study.programme, adjust="none", level=level)
        rows = made.table.set_index("name", drop=False)
        for other in pairs:
            if len(other.shared) > 1 and other.programme in linked:
                notes = tuple(_about(note, other.name) for note in made.notes)
                kept = tuple(note for note in notes if note is not None)
                found[other.name] = Difference(other, rows.loc[other.name], made.method, other.enough, kept)
    return found


def _about(note: Notice, name: str) -> Notice | None:
    """Return what a note on several rows says of one."""
    if note.code != "one-site-decides":
        return note
    return Notice(note.code, columns=(name,)) if name in note.columns else None


def _people(study: Roster, pair: Pair, people: pd.DataFrame, group: str | None, level: float) -> Difference:
    """Compare people of one site, or of none: HC3, or by session group."""
    if group is None:
        options: dict[str, Any] = {"outcome": study.outcome, "programme": study.programme, "covariates": study.before}
        model = ancova(people, **options, kind="HC3", level=level)
        found = contrasts(model, adjust="none", level=level)
        return Difference(pair, _row(found, pair), model.method, True, model.notes)
    if blank := int(people[group].isna().sum()):
        raise DataError("blank-in-column", column=group, people=blank)
    sums = sums_of(study, people, group)
    found = cluster_contrasts(sums, programme=study.programme, site_effects=False, adjust="none", level=level)
    groups = people.groupby(study.programme, observed=True)[group].nunique()
    enough = int(groups[[pair.programme, pair.reference]].min()) >= ENOUGH
    return Difference(pair, _row(found, pair), "cr2_group", enough, found.notes)


def _between(study: Roster, pair: Pair, people: pd.DataFrame, level: float) -> Difference:
    """Compare sites: their weighted means with CR2; of one site in an arm only the difference."""
    if pair.layout == "between_sites" and not pair.shared:
        made: SiteMeans = compare_site_means(
            sums_of(study, people, str(study.site)), programme=study.programme, level=level
        )
        beside = {"knapp_hartung": made.knapp_hartung, "permutation": made.permutation, "site_means": made}
        return Difference(pair, _row(made, pair), made.method, pair.enough, made.notes, beside)
    model = ancova(people, outcome=study.outcome, programme=study.programme, covariates=study.before, kind="alike")
    bare = estimate_table([pair.name], [model.table["estimate"].iloc[-1], np.nan, np.nan], len(people), level)
    note = Notice("programme-is-site", params={"name": pair.name})
    return Difference(pair, bare.iloc[0], "bare", False, (*model.notes, note))


def _row(found: Estimates, pair: Pair) -> pd.Series[Any]:
    return found.table.set_index("name", drop=False).loc[pair.name]


def _by_lot(study: Roster, made: Difference, group: str | None) -> Difference:
    """Add the randomisation test; among people of one site, or of none, its p-value is the one that counts."""
    pair = made.pair
    people = compared(study, pair)
    site = study.site if len(pair.shared) > 1 else None
    options = {"outcome": study.outcome, "programme": study.programme, "covariates": study.before}
    test, notes = tried(
        "randomisation_test",
        lambda: randomisation_test(people, **options, site=site, group=group),  # type: ignore[arg-type]
    )
    row = made.row
    if test is not None and site is None:
        row = row.copy()
        row["p_value"] = float(test.table["p_value"].iloc[0])
    return Difference(
        pair, row, made.method, made.verdict, (*made.notes, *notes), {**made.beside, "randomisation": test}
    )


def _judged(made: Difference) -> Difference:
    """Take the p-value away where the design has no verdict, and say why."""
    if made.verdict:
        return made
    row = made.row.copy()
    row["p_value"] = np.nan
    if np.isnan(row["se"]):  # said already: the only difference, or one site (or group) that decides
        return Difference(made.pair, row, made.method, False, made.notes, made.beside)
    code = "few-groups" if made.method == "cr2_group" else "few-sites"
    note = Notice(code, params={"name": made.pair.name, "needed": ENOUGH})
    return Difference(made.pair, row, made.method, False, (*made.notes, note), made.beside)


def apart(study: Roster, layout: Layout, level: float) -> tuple[pd.DataFrame, tuple[Notice, ...]]:
    """Compare, for programmes that are mixed, the sites that have only one of the two: shown apart, never pooled."""
    rows, notes = [], []
    for pair in layout.pairs:
        if pair.layout != "mixed":
            continue
        people = present(study.analysed, study.programme, pair.programmes)
        people = people[~people[study.site].isin(pair.shared)]
        sites = people.groupby(study.programme, observed=False)[study.site].nunique()
        counts = int(sites[pair.programme]), int(sites[pair.reference])
        if min(counts) == 0:
            notes.append(Notice("nothing-apart", columns=(pair.name,)))
            continue
        other = Pair(
            pair.programme, pair.reference, "between_sites" if min(counts) > 1 else "one_site_each", (), counts
        )
        made, why = tried(pair.name, lambda p=other, who=people: _judged(_between(study, p, who, level)))  # type: ignore[misc]
        notes += why
        if made is not None:
            rows.append(made.row)
    return pd.DataFrame(rows).reset_index(drop=True), tuple(notes)


def one_group(study: Roster, level: float) -> Difference:
    """Return the change of one group: no comparison, so no effect."""
    name = study.programmes[0]
    pair = Pair(name, name, "one_group")
    if study.baseline is None:
        raise DesignError("one-programme", column=study.programme, programme=name)
    people = study.people.dropna(subset=[study.outcome, study.baseline])
    paired = paired_effects(people[study.baseline], people[study.outcome], level=level)
    found: Estimates = paired
    if study.site is not None and people[study.site].nunique() >= ENOUGH:
        moved = people.assign(change=people[study.outcome] - people[study.baseline])
        found = cluster_robust(site_sums(moved, outcome="change", terms=[], site=study.site), level=level)
    row = found.table.iloc[0].copy()
    row["name"] = "mean_change"
    return Difference(pair, row, found.method, True, paired.notes, {"effects": paired})
