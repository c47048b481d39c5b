"""Programmes compared after release: how long people stay free of an event, and whose word that rests on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from ..core.errors import DataError, Notice, shown
from ..core.language import listed, number
from ..core.results import checked_level
from ..core.text import fold
from .by_layout import tried
from .comparing import compare
from .comparison import Comparison
from .competing import incidence
from .contrasts import holm
from .cox import Cox, fitted
from .design import known, matrix
from .estimates import Floats, estimate_table, one_of
from .followed import FollowUp
from .layout import Pair, layout_of
from .observed import observed
from .outcomes import (
    Outcomes,
    bounds,
    counts_at_risk,
    curves,
    incidences,
    mean_times,
    reached,
    who_told,
    who_was_followed,
)
from .roster import roster
from .survival import log_rank

UNITS = ("days", "weeks", "months")
NOT_FOUND = ("tidak ditemukan", "tidak terhubung", "not found", "not reached")
FEW = 10  # events in a programme, below which an interval rests on too little
APART = 0.10  # shares that differ by more between programmes make their people two different selections


def follow_up(
    frame: pd.DataFrame,
    *,
    time: str,
    event: str,
    programme: str,
    source: str,
    horizon: float,
    site: str | None = None,
    release: str | None = None,
    competing: Mapping[Any, str] | Sequence[Any] = (),
    covariates: Sequence[str] = (),
    reference: Any = None,
    person: str | None = None,
    not_found: Sequence[str] = NOT_FOUND,
    by_lot: bool = False,
    times: Sequence[float] | None = None,
    unit: str = "days",
    grade: int | None = None,
    level: float = 0.95,
) -> FollowUp:
    """Compare how long people of several programmes stay free of an event after release.

    First the difference of the mean time free up to a declared horizon; then the log-rank test by site; Cox's hazard
    ratio second, with a test whether it stays the same; cumulative incidence where something else may come first. With
    sites or covariates the difference is also taken as the layout allows (see `compare`), from pseudo-values.

    Parameters
    ----------
    frame : DataFrame (one row a person)
        Everyone released; of whom nothing is known since, the time is blank or the source one of ``not_found``.
    time : str
        Column of the time from release to the event, or to when the person was last known to be free; with ``release``
        a column of dates.
    event : str
        Column of what ended it: 1 the event, 0 last seen free, or a code of ``competing``.
    programme : str
        Column with the programme of each person; of one programme only its own curve is shown.
    source : str
        Column that says who told: without a source nobody may be counted as free.
    horizon : float
        Up to when the mean time free is taken, declared before the data are seen, in the unit of time.
    site : str, optional
        Column with the unit or prison of each person.
    release : str, optional
        Column of the date of release, when ``time`` holds dates.
    competing : dict or list, optional
        Codes of events after which the event cannot happen any more, as {2: "died"}.
    covariates : list of str
        Columns known before release, for the difference by layout and for Cox's regression.
    reference : optional
        The programme the others are compared with; the first in sorted order by default.
    person : str, optional
        Column with the code of the person: nobody may stand twice.
    not_found : list of str
        Words of the column ``source`` that mean that nobody could tell.
    by_lot : bool
        The programme was drawn by lot and the draw is documented.
    times : list of float, optional
        When the people still at risk are counted.
    unit : "days", "weeks" or "months"
        Of time.
    grade : int, optional
        The grade the analyst confirms; lower than suggested, never higher.
    level : float between 0 and 1
        Coverage of the intervals.

    Returns
    -------
    FollowUp
        Differences, programme minus reference, in the unit of time.

    Raises
    ------
    DataError
        A column is absent, blank, or holds words or infinite values; an event before release; somebody followed for no
        time at all and still free; a code of an event that is not declared; somebody with a time and no source; nobody
        with the event; a horizon nobody was followed to; a person twice.
    DesignError
        Everyone of a programme lost; a grade above the suggested one.

    Source
    ------
    Kaplan & Meier (1958), JASA 53, 457-481; Royston & Parmar (2013), BMC Medical Research Methodology 13, 152 (mean
    time free); Mantel (1966), Cancer Chemotherapy Reports 50, 163-170 (log-rank); Aalen & Johansen (1978),
    Scandinavian Journal of Statistics 5, 141-150; Andersen, Hansen & Klein (2004), Lifetime Data Analysis 10, 335-350
    (pseudo-values).
    """
    level, unit = checked_level(level), one_of("unit", unit, UNITS)
    causes = _causes(competing)
    known(frame, [source])
    matrix(frame, covariates)  # refuses dates and infinite values, before anything is said to be not computed
    days, kinds = observed(frame, time=time, event=event, release=release, competing=causes)
    days = _told(frame[source], days, kinds, event, not_found)
    study = roster(
        frame.assign(**{time: 0 * days}), outcome=time, programme=programme, site=site, baseline=None,
        covariates=covariates, reference=reference, person=person, wave=None, others=[source],
    )  # fmt: skip
    group = study.people[programme].cat.codes.to_numpy()
    seen = ~np.isnan(days)
    data = Outcomes(study, days, np.where(seen, kinds, np.nan), group, seen, float(horizon), level)
    if not (data.kind == 1).any():
        raise DataError("nobody-back", column=event, people=int(seen.sum()))
    reached(data, days)
    layout = layout_of(study)
    by_layout, why = _by_layout(data, by_lot, grade) if layout.pairs else (None, ())
    verdict = layout.name != "one_group" and all(pair.enough for pair in layout.pairs)
    tests, expected = _log_rank(data, verdict)
    ratio, refused = _cox(data) if verdict else (None, ())
    table, claims = _differences(data, layout.pairs, by_layout, causes)
    notes = [*why, *_notes(data, source, causes), *refused, *(ratio.notes if ratio else ())]
    return FollowUp(
        table,
        "",
        layout.name,
        event,
        study.programmes[0],
        data.horizon,
        unit,
        level,
        who_was_followed(data),
        who_told(data, source),
        curves(data),
        counts_at_risk(data, times),
        mean_times(data),
        tests,
        expected,
        *incidences(data, {1.0: event, **causes} if causes else {}),
        bounds(data, layout.pairs),
        ratio,
        by_layout,
        by_layout.grade if by_layout else 1,
        by_layout.reasons if by_layout else (),
        claims,
        notes=tuple({note.text: note for note in notes}.values()),
    )


def _causes(competing: Mapping[Any, str] | Sequence[Any]) -> dict[float, str]:
    """Return the codes of what may come first, and what they are called."""
    named = competing if isinstance(competing, Mapping) else {code: str(code) for code in competing}
    if wrong := [code for code in named if not isinstance(code, Real) or code in (0, 1) or code != code]:
        raise DataError("no-such-choice", what="competing", value=shown(wrong[0]), allowed="2, 3, 4, …")
    return {float(code): str(name) for code, name in named.items()}


def _told(source: pd.Series[Any], days: Floats, kinds: Floats, event: str, not_found: Sequence[str]) -> Floats:
    """Return the time of those of whom somebody could tell; the others are not followed, whatever their time says."""
    words = {fold(word).replace("_", " ") for word in ([not_found] if isinstance(not_found, str) else not_found)}
    lost = np.array([pd.notna(told) and fold(str(told)).replace("_", " ") in words for told in source], dtype=bool)
    name = str(source.name)
    if people := int((source.isna().to_numpy() & ~np.isnan(days)).sum()):
        raise DataError("no-source", column=name, people=people)
    if people := int((lost & (kinds > 0)).sum()):
        raise DataError("found-and-not", column=event, source=name, people=people)
    return np.where(lost, np.nan, days)


def _by_layout(data: Outcomes, by_lot: bool, grade: int | None) -> tuple[Comparison | None, tuple[Notice, ...]]:
    """Compare the pseudo-values of people as the layout allows; those lost stay among those allocated."""
    values = np.full(len(data.time), np.nan)
    for place in range(len(data.names)):
        values[data.seen & (data.group == place)] = data.curve(place).pseudo(data.horizon)
    study = data.study
    made, why = tried(
        "rmst_by_layout",
        lambda: compare(
            study.people.assign(**{study.outcome: values}),
            outcome=study.outcome, programme=study.programme, site=study.site, covariates=study.covariates,
            reference=study.programmes[0], by_lot=by_lot, opinions=False, grade=grade, level=data.level,
        ),
    )  # fmt: skip
    notes = made.notes if made else ()
    return made, (*why, *(note for note in notes if note.code != "negative-values"))


def _differences(
    data: Outcomes, pairs: Sequence[Pair], by_layout: Comparison | None, causes: Mapping[float, str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the table of differences, and the rows that are claimed, with what their design allows."""
    if not pairs:
        alone = mean_times(data).assign(measure="rmst")
        columns = ["name", "measure", "estimate", "se", "df", "statistic", "p_value", "ci_low", "ci_high", "n"]
        return alone.assign(df=np.inf, statistic=np.nan, p_value=np.nan)[columns], pd.DataFrame()
    plain = _subtracted(data, pairs, [data.curve(place).mean(data.horizon) for place in range(len(data.names))])
    sites = data.study.site is not None
    claimed = _without_verdict(plain, pairs, sites)
    tables = {"rmst": claimed}
    design = None if by_layout is None else by_layout.design
    if by_layout is not None and (sites or data.study.covariates):
        claimed = tables["rmst_by_layout"] = by_layout.table
    if causes:
        at = np.array([data.horizon])
        found = [incidence(*data.of(place), 1.0, at) for place in range(len(data.names))]
        shares = [(float(share[0]), float(se[0])) for share, se in found]
        tables["incidence"] = _without_verdict(_subtracted(data, pairs, shares), pairs, sites)
    table = pd.concat([rows.assign(measure=measure) for measure, rows in tables.items()], ignore_index=True)
    table.insert(1, "measure", table.pop("measure"))
    together = holm(claimed["p_value"].to_numpy(dtype=float))
    rows = []
    for place, (pair, row) in enumerate(zip(pairs, claimed.to_dict("records"), strict=True)):
        of = None if design is None else design.iloc[place]
        held = bool(together[place] < 1 - data.level)
        enough = pair.enough and (not sites if of is None else bool(of["enough"])) and not math.isnan(row["p_value"])
        outside = bool(row["ci_low"] > 0 or row["ci_high"] < 0)
        causal = of is not None and _causal(by_layout, of) and enough and held and outside
        rows.append({
            **row, "programme": pair.programme, "reference": pair.reference, "layout": pair.layout,
            "grade": 1 if of is None else int(of["grade"]), "causal": causal, "enough": enough, "held": held,
        })  # fmt: skip
    return table, pd.DataFrame(rows)


def _causal(by_layout: Comparison | None, row: pd.Series[Any]) -> bool:
    """Tell whether a lot, everyone in it, and few losses let the design carry the word cause."""
    if by_layout is None or not by_layout.by_lot or int(row["grade"]) < 5:
        return False
    return "grade-much-lost" not in {reason.code for reason in by_layout.reasons}


def _subtracted(data: Outcomes, pairs: Sequence[Pair], found: Sequence[tuple[float, float]]) -> pd.DataFrame:
    """Return the differences of independent estimates; no error where one of them has none to go by."""
    places = [(data.names.index(pair.programme), data.names.index(pair.reference)) for pair in pairs]
    se = [error if error > 0 else math.nan for _, error in found]
    rows = [(found[b][0] - found[a][0], math.hypot(se[b], se[a]), math.inf) for b, a in places]
    n = [len(data.of(b)[0]) + len(data.of(a)[0]) for b, a in places]
    return estimate_table([pair.name for pair in pairs], rows, n, data.level)


def _without_verdict(table: pd.DataFrame, pairs: Sequence[Pair], sites: bool) -> pd.DataFrame:
    """Take away what a layout does not carry: where there are sites, p-values come from comparing by them."""
    table = table.copy()
    apart = [pair.layout in ("between_sites", "one_site_each") for pair in pairs]
    table.loc[apart, ["se", "df", "statistic", "p_value", "ci_low", "ci_high"]] = np.nan
    table.loc[[sites or not pair.enough for pair in pairs], "p_value"] = np.nan
    return table


def _log_rank(data: Outcomes, verdict: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the log-rank test (by site), and the events observed and expected of each programme."""
    who, k = data.seen, len(data.names)
    event = (data.kind[who] == 1).astype(float)
    seen, expected, statistic, df = log_rank(data.time[who], event, data.group[who], data.site[who])
    counts = np.bincount(data.group[who], minlength=k)
    table = pd.DataFrame({"name": data.names, "n": counts, "observed": seen.astype(int), "expected": expected})
    if k == 1:
        return pd.DataFrame(columns=["name", "statistic", "df", "p_value", "n"]), table
    from scipy.stats import chi2

    p = float(chi2.sf(statistic, df)) if verdict and df else math.nan
    name = "log_rank" if data.study.site is None else "log_rank_by_site"
    row = {"name": name, "statistic": statistic, "df": df, "p_value": p, "n": int(who.sum())}
    return pd.DataFrame([row]), table


def _cox(data: Outcomes) -> tuple[Cox | None, tuple[Notice, ...]]:
    study, heads = data.study, ("time followed", "event of interest")
    columns = {heads[0]: data.time, heads[1]: (data.kind == 1).astype(float)}
    people = study.people.assign(programme=study.people[study.programme], **columns)[data.seen]
    seen = people[heads[0]].to_numpy(), people[heads[1]].to_numpy()  # who died on the first day was still followed
    terms = ["programme", *study.covariates]
    return tried(
        "cox",
        lambda: fitted(people, seen, time=heads[0], event=heads[1], terms=terms, site=study.site,
                       term=f"programme[{data.names[-1]}]", level=data.level),
    )  # fmt: skip


def _notes(data: Outcomes, source: str, causes: Mapping[float, str]) -> list[Notice]:
    """Say what the reader of the numbers has to know."""
    notes, followed = [], who_was_followed(data)
    if at_once := int((data.time == 0).sum()):
        notes.append(Notice("events-at-once", params={"people": at_once}))
    if lost := int((~data.seen).sum()):
        notes.append(Notice("not-found", params={"people": lost}))
    if few := [name for name, events in zip(followed["name"], followed["events"], strict=True) if events < FEW]:
        notes.append(Notice("few-events", params={"names": listed(few), "least": FEW}))
    if len(data.names) > 1:
        told = who_told(data, source).groupby("source")["share"]
        spread = told.max() - told.min()
        if len(apart := sorted(spread.index[spread > APART])):
            notes.append(Notice("sources-differ", columns=(source,), params={"sources": listed(apart)}))
        unknown = float(np.ptp(followed["share_unknown"]))
        if unknown > APART:
            notes.append(Notice("followed-unequally", params={"points": lambda: number(100 * unknown, 0)}))
    if causes and followed["other"].sum():
        notes.append(Notice("counted-as-lost", params={"causes": listed(causes.values())}))
    return notes
