"""One call that reads the layout of a study and compares its programmes as far as the layout allows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ..core.errors import DataError, Notice
from ..measure.intraclass import Retest
from .beside import (
    alike_within,
    all_alike,
    all_contrasts,
    also_got,
    at_waves,
    detectable,
    effect_sizes,
    lonely_sites,
    reliable_shares,
    risk_difference,
    sites_of,
    slopes,
)
from .by_layout import Difference, apart, differences, one_group, tried
from .comparison import Comparison
from .contrasts import ADJUSTMENTS, holm
from .estimates import one_of
from .flow import balance_of, flow_notes, flow_of, loss, worst
from .grade import Grade, confirmed, suggest
from .layout import Layout, layout_of
from .roster import Roster, roster
from .second_opinion import explained_away, second_opinion, spread


@dataclass(frozen=True)
class _Asked:
    """What `compare` was asked for, beside its columns."""

    group: str | None
    by_lot: bool
    completers_only: bool
    release: str | None
    retest: float | Retest | None
    adjust: str | None
    margin: float | None
    also: tuple[str, ...]
    opinions: bool
    grade: int | None
    level: float


def compare(
    frame: pd.DataFrame,
    *,
    outcome: str | Sequence[str],
    programme: str,
    site: str | None = None,
    baseline: str | Sequence[str] | None = None,
    covariates: Sequence[str] = (),
    reference: Any = None,
    person: str | None = None,
    wave: str | None = None,
    group: str | None = None,
    by_lot: bool = False,
    completers_only: bool = False,
    release: str | None = None,
    retest: float | Retest | None = None,
    adjust: str | None = None,
    margin: float | None = None,
    also: Sequence[str] = (),
    opinions: bool = True,
    grade: int | None = None,
    level: float = 0.95,
) -> Comparison:
    """Compare programmes, as the layout of the study allows.

    Both programmes inside three or more sites: analysis of covariance with a level for every site, CR2 and
    Satterthwaite's df. Inside one site, or without sites: HC3, by session group with ``group``, by the lot with
    ``by_lot``. One programme a site: weighted means of sites, CR2. With two sites (an arm): an interval and no verdict.
    One site an arm: the difference only, for programme and site cannot be told apart.

    Parameters
    ----------
    frame : DataFrame (one row a person, or with ``wave`` one row a person and wave)
        Everyone allocated; those lost have a blank outcome, or no row at the later waves.
    outcome : str or list of str
        Column of numbers in any unit; several are the declared primary ones: the comparison is of the first, those of
        the others stand in ``others``, and all p-values are held together by Holm.
    programme : str
        Column with the programme of each person; one programme gives its change.
    site : str, optional
        Column with the unit or prison of each person.
    baseline : str or list of str, optional
        Column of the outcome as it was before (one for each outcome). With ``wave``: the wave that is the baseline, by
        default the first, or a column, taken at the first wave.
    covariates : list of str
        Further columns known before the programme; with ``wave`` as they are at the first wave.
    reference : optional
        The programme the others are compared with; the first in sorted order by default.
    person, wave : str, optional
        Columns with the code of the person and the wave; the outcome is that of the last wave.
    group : str, optional
        Column of the session groups people were taught in, for one site or none (over sites, errors go by site). Give
        people who were in no group, as on a waiting list, a code each.
    by_lot : bool
        The programme was drawn by lot and the draw is documented. A waiting list is not a lottery.
    completers_only : bool
        The table holds only those who finished.
    release : str, optional
        Column of the days to release at the start: in the model, and in the account of who was lost.
    retest : float or Retest, optional
        Test-retest correlation of the (first) outcome, for the share of people who changed reliably.
    adjust : "tukey", "holm", "dunnett" or "none", optional
        For the contrasts of three or more programmes.
    margin : float, optional
        The largest difference that would not matter, in the unit of the (first) outcome: tests of equivalence.
    also : list of str
        Columns that say what else people got.
    opinions : bool
        Whether the second opinion is asked: the slow part, for a simulation of thousands.
    grade : int, optional
        The grade the analyst confirms; lower than suggested, never higher.
    level : float between 0 and 1
        Coverage of the intervals.

    Returns
    -------
    Comparison
        Differences, programme minus reference, in the unit of the outcome.

    Raises
    ------
    DataError
        A column is absent, blank, or holds words or infinite values; programmes spelled two ways; the outcome is coded
        1 and 2, or does not vary.
    DesignError
        One programme and no baseline; a person in two programmes; the baseline later than the outcome; everyone of a
        programme lost; a grade above the suggested one.

    Source
    ------
    Pustejovsky & Tipton (2018), Journal of Business & Economic Statistics 36, 672-683 (sites); MacKinnon & White
    (1985), Journal of Econometrics 29, 305-325 (people); Bloom (1995), Evaluation Review 19, 547-556 (what is
    detectable); Morris (2008), Organizational Research Methods 11, 364-386 (d_ppc2).
    """
    outcomes, also = _several(outcome), _several(also)
    baselines: list[str | None]
    if baseline is None or isinstance(baseline, str):
        baselines = [baseline] * (len(outcomes) if baseline is None or wave is not None else 1)
    else:
        baselines = list(baseline)
    if len(outcomes) != len(baselines) or not outcomes:
        raise DataError("one-baseline-each", outcomes=len(outcomes), baselines=len(baselines))
    one_of("adjust", adjust or "holm", ADJUSTMENTS)
    adjusted = tuple(dict.fromkeys([*_several(covariates), *([release] if release is not None else [])]))
    asked = _Asked(group, by_lot, completers_only, release, retest, adjust, margin, tuple(also), opinions, grade, level)
    studies = [
        roster(
            frame, outcome=each, programme=programme, site=site, baseline=before, covariates=adjusted,
            reference=reference, person=person, wave=wave, others=[*([group] if group is not None else []), *also],
        )
        for each, before in zip(outcomes, baselines, strict=True)
    ]  # fmt: skip
    layouts = [layout_of(study) for study in studies]
    made = [_differences(study, layout, asked) for study, layout in zip(studies, layouts, strict=True)]
    together = holm(pd.Series([d.row["p_value"] for each in made for d in each]).to_numpy(dtype=float))
    ends = np.cumsum([len(each) for each in made])[:-1]
    further = [replace(asked, retest=None, margin=None)] * (len(made) - 1)  # those two are of the first outcome
    found, *others = map(_compared, studies, layouts, made, np.split(together, ends), [asked, *further])
    if not others:
        return found
    rows = [{"outcome": o, **d.row} for o, each in zip(outcomes, made, strict=True) for d in each]
    return replace(found, outcomes=pd.DataFrame(rows).assign(p_value=together), others=tuple(others))


def _several(columns: str | Sequence[str]) -> list[str]:
    """Return one column or several as a list."""
    return list(columns) if pd.api.types.is_list_like(columns) else [columns]  # type: ignore[list-item]


def _differences(study: Roster, layout: Layout, asked: _Asked) -> list[Difference]:
    if layout.name == "one_group":
        return [one_group(study, asked.level)]
    return differences(study, layout, layout.pairs, group=asked.group, by_lot=asked.by_lot, level=asked.level)


def _compared(study: Roster, layout: Layout, made: list[Difference], together: Any, asked: _Asked) -> Comparison:
    """Put together what stands beside the differences, in the order in which it is read."""
    level, pairs = asked.level, layout.pairs
    notes = [note for difference in made for note in difference.notes]
    flow, balance = flow_of(study, asked.release), balance_of(study, pairs)
    notes += [*study.notes, *flow_notes(flow, pairs, asked.release), *lonely_sites(study), *all_alike(study)]
    if asked.completers_only:
        notes.append(Notice("completers-only"))
    grades = [_grade(study, difference, flow, balance, asked) for difference in made]
    sites, together_of = sites_of(study, layout, made, level)
    beside: dict[str, dict[str, Any]] = {d.pair.name if pairs else "mean_change": dict(d.beside) for d in made}
    for name, found in together_of.items():
        beside[name]["synthesis"] = found
        notes += found.notes
    more: dict[str, Any] = {}
    if pairs:
        more, said = _beside(study, layout, made, asked, beside)
        notes += said
    elif "effects" in made[0].beside:
        more["effects"] = made[0].beside["effects"].table
    if asked.retest is not None:
        reliable, why = tried("reliable_change", lambda: reliable_shares(study, asked.retest, level))  # type: ignore[arg-type]
        notes += why
        more |= {} if reliable is None else {"reliable": reliable}
    if asked.also:
        more["contamination"] = also_got(study, asked.also)
    weakest = min(grades, key=lambda grade: grade.value)
    return Comparison(
        pd.DataFrame([difference.row for difference in made]).reset_index(drop=True).astype({"n": int}),
        "",
        layout.name,
        study.outcome,
        study.programmes[0],
        level,
        _design(study, made, grades, together, beside, level),
        flow,
        balance,
        sites,
        weakest.value,
        weakest.reasons,
        asked.by_lot,
        asked.completers_only,
        beside=beside,
        notes=tuple({note.text: note for note in notes}.values()),
        **more,
    )


def _grade(study: Roster, made: Difference, flow: pd.DataFrame, balance: pd.DataFrame, asked: _Asked) -> Grade:
    alone = made.pair.layout == "one_group"
    suggested = suggest(
        made,
        before=bool(study.before),
        smd=math.nan if alone else worst(balance, made.pair),
        lost=(float(flow["share_lost"].iloc[0]), 0.0) if alone else loss(flow, made.pair),
        by_lot=asked.by_lot,
        completers_only=asked.completers_only,
    )
    return confirmed(suggested, asked.grade)


def _beside(
    study: Roster, layout: Layout, made: list[Difference], asked: _Asked, beside: dict[str, dict[str, Any]]
) -> tuple[dict[str, Any], list[Notice]]:
    """Return the tables that stand beside the differences, and why some could not be made."""
    level = asked.level
    notes: list[Notice] = []
    more: dict[str, Any] = {}

    def attempt(what: str, make: Any) -> Any:
        value, why = tried(what, make)
        notes.extend(why)
        return value

    sizes, opinions = [], []
    for difference in made:
        name = difference.pair.name
        effects = attempt("effect_sizes", lambda d=difference: effect_sizes(study, d, level))
        if effects is not None:
            sizes.append(effects.assign(compared=name))
        risk, said = risk_difference(study, difference, level)
        notes.extend(said)
        if risk is not None:
            beside[name]["risk_difference"] = risk
        if asked.by_lot or difference.method == "bare":
            continue
        opinion = None
        if asked.opinions and study.before:
            opinion = attempt("second_opinion", lambda d=difference: second_opinion(study, d, level))
        if opinion is not None:
            beside[name] |= {"second_opinion": opinion, "weights": opinion.weights}
            opinions.append(opinion.table.assign(compared=name, settled=opinion.settled))
            notes.extend(opinion.notes)
        if math.isfinite(difference.row["se"]) and spread(study, difference) > 0:
            beside[name]["e_value"] = explained_away(study, difference)
    more["effects"] = _joined(sizes)
    more["second_opinion"] = _joined(opinions)
    if study.baseline is not None and all(difference.method != "bare" for difference in made):
        more["slopes"] = attempt("slopes", lambda: slopes(study, layout, level))
    if len(made) > 1:
        all_made = attempt("contrasts", lambda: _all(study, layout, asked))
        if all_made is not None:
            more["contrasts"], said = all_contrasts(study, layout, all_made, asked.adjust, level)
            notes.extend(said)
    if layout.name == "mixed" or any(pair.layout == "mixed" for pair in layout.pairs):
        more["apart"], said = apart(study, layout, level)
        notes.extend(said)
    if asked.margin is not None:
        more["equivalence"], said = alike_within(made, asked.margin)
        notes.extend(said)
    if len(study.waves) > 1:

        def at(outcome: str) -> list[Difference]:
            then = replace(study, outcome=outcome)
            return _differences(then, layout_of(then), asked)

        more["waves"], said = at_waves(study, at)
        notes.extend(said)
    return {name: table for name, table in more.items() if table is not None}, notes


def _all(study: Roster, layout: Layout, asked: _Asked) -> list[Difference]:
    return differences(study, layout, layout.all_pairs, group=asked.group, by_lot=False, level=asked.level)


def _joined(tables: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def _design(
    study: Roster,
    made: list[Difference],
    grades: list[Grade],
    together: Any,
    beside: dict[str, dict[str, Any]],
    level: float,
) -> pd.DataFrame:
    """Return what each difference rests on, and what may be said of it."""
    rows = []
    for difference, grade, p in zip(made, grades, together, strict=True):
        pair, row = difference.pair, difference.row
        held = bool(p < 1 - level)
        outside = bool(row["ci_low"] > 0 or row["ci_high"] < 0)
        known = beside[str(row["name"])]
        rows.append(
            {
                "name": row["name"],
                "programme": pair.programme,
                "reference": pair.reference,
                "layout": pair.layout,
                "method": difference.method,
                "shared": len(pair.shared),
                "sites_programme": pair.sites[0],
                "sites_reference": pair.sites[1],
                "enough": difference.verdict,
                "p_together": p,
                "held": held,
                "grade": grade.value,
                "causal": grade.causal and difference.verdict and outside and held,
                "sd": spread(study, difference),
                "detectable": detectable(row, level),
                "settled": known["second_opinion"].settled if "second_opinion" in known else None,
            }
        )
    return pd.DataFrame(rows)
