"""The cohort report for the head of a unit: who took part, what changed, what may be said, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from ...core.errors import DataError, ReintegraError
from ...core.language import day, in_language, listed, number, say
from ...evaluate import Changes, Comparison, Dose, Improved, TakingPart, changes, compare, dose, taking_part, talk_form
from ...evaluate.taking_part import taught_with, wave_word
from ...intake import Records
from ...measure import Scores
from ...share import LEAST
from .. import plots
from ..document import Box, Bullets, Document, Drawing, Grid, Note, Part, Section
from ..plots.drawing import axes
from ..report import headline
from .parts import (
    all_scores,
    code_word,
    foot,
    made_with,
    people_cells,
    programme_name,
    share,
    share_cell,
    span,
    t,
    unit_name,
)  # fmt: skip

BOUNDS = {"<": "below", ">": "above"}
MANY_LOST, FEW_SESSIONS, SHARED = 0.20, 0.80, 0.50


def cohort(records: Records, programme: str, *, chosen_by_score: bool = False) -> Document:
    """Return the report of one programme, in the current language."""
    part, given = taking_part(records, programme), dose(records, programme)
    if len(part.took) < LEAST:
        raise DataError("summary-too-few", people=len(part.took), least=LEAST)
    scores = all_scores(records)
    first, last = (part.waves[0], part.waves[-1]) if part.waves else ("", "")
    found = changes(scores, first=first, last=last, chosen_by_score=chosen_by_score, people=part.took)
    main = next((of for of in scores if of.instrument.name == part.instrument), None)
    compared = _compared(records, part, main)
    row = records["program"].set_index("program_id").loc[programme]
    about = [
        programme_name(records, programme),
        t("period", start=day(row["mulai"]), end=day(row["selesai"])),
        t("written_for", who=t("for_kohort")),
    ]
    sections = [
        Section(t("short_title"), [Bullets([*_short(part, found, given, main)])]),
        Section(t("flow_title"), [*_flow(part)], whole=True),
        Section(t("change_title"), [*_change(found, part, main, chosen_by_score)]),
        Section(t("dose_title"), [*_dose(given)], whole=True),
    ]
    if form := _form(records, part):
        sections.append(form)
    if compared is not None:
        said = [compared] if isinstance(compared, str) else _of_difference(compared)
        sections.append(
            Section(t("compared_title"), [t("compared_how"), Bullets(said), Note(t("compared_note"))], whole=True)
        )
    sections += [
        Section(t("may_title"), [Bullets([*_may(part, isinstance(compared, Comparison))])], whole=True),
        Section(t("next_title"), [Bullets([*_next(part, given, found)])], whole=True),
    ]
    title = t("title_kohort", unit=unit_name(records, row["upt_id"]))
    return Document(title, about, sections, made_with(records), foot(found.status))


def _short(part: TakingPart, found: Changes, given: Dose, main: Scores | None) -> Iterator[str]:
    yield part.sentence
    if main is not None and (row := _main(found, main)) is not None:
        said = {name: number(row[name], 1) for name in ("first", "last", "estimate", "smallest")}
        yield t("main_said", label=row["label"], n=row["n"], span=span(row["ci_low"], row["ci_high"]), **said)
        if row["share"] == row["share"]:
            reading = say("evaluate", f"verdict_line_{row['reading']}")
            rose = share_cell(row["share"], row["n"])
            rose = t(BOUNDS[rose[0]], share=rose[1:]) if rose[0] in BOUNDS else rose
            yield t("rose_said", label=row["label"], share=rose, line=share(row["line"]), reading=reading)
    yield given.sentence
    yield t("no_cause_said") if not part.table["waiting"].any() else t("see_compared")


def _main(found: Changes, main: Scores) -> pd.Series | None:
    name = headline(main.instrument).name
    held = found.table
    at = (held["instrument"] == main.instrument.name) & (held["name"] == name) if len(held) else None
    return held[at].iloc[0] if at is not None and at.any() else None


def _shown(row: pd.Series) -> bool:
    """Tell whether the share of people who rose may be shown: neither those who did nor the others are too few."""
    others = row["n"] - row["rose"]
    return bool(row["share"] == row["share"]) and not (0 < row["rose"] < LEAST or 0 < others < LEAST)


def _flow(part: TakingPart) -> Iterator[Part]:
    table = part.table
    columns = ["enrolled", *part.waves, "both", "lost"]
    rows = []
    for row in table.to_dict("records"):
        name = t("cohort_waiting" if row["waiting"] else "cohort_name", number=row["name"])
        rows.append((name, *(people_cells([row[column]], total=False)[0] for column in columns)))
    heads = [t("head_cohort"), t("head_enrolled"), *map(wave_word, part.waves), t("head_both"), t("head_lost")]
    yield Grid(heads, rows, widths=(5.2,))
    lost = part.lost
    if lost["people"].sum() >= LEAST:
        words = [code_word("keikutsertaan", "status", status) for status in lost["status"]]
        cells = people_cells(list(lost["people"]))
        if any(cell.isdecimal() for cell in cells):
            pairs = listed((f"{name} {cell}" for name, cell in zip(words, cells, strict=True)), 12)
            yield t("lost_said", people=int(lost["people"].sum()), reasons=pairs)
        else:
            yield t("lost_not_told", people=int(lost["people"].sum()))
    elif lost["people"].sum():
        yield t("lost_few", least=LEAST)
    yield Note(t("flow_note"))


def _change(found: Changes, part: TakingPart, main: Scores | None, chosen: bool) -> Iterator[Part]:
    if found.table.empty:
        yield t("change_none", least=LEAST)
        return
    yield Box(t("change_box"))
    first, last = wave_word(part.waves[0]), wave_word(part.waves[-1])
    heads = [t("head_scale"), "n", first, last, t("head_change"), t("head_interval"), t("head_smallest"),
             t("head_rose"), t("head_line")]  # fmt: skip
    rows = []
    for row in found.table.to_dict("records"):
        shown = share_cell(row["share"], row["n"]), "–" if row["line"] != row["line"] else share(row["line"])
        values = (number(row[name], 1) for name in ("first", "last", "estimate"))
        rows.append((row["label"], str(row["n"]), *values, span(row["ci_low"], row["ci_high"]),
                     number(row["smallest"], 1), *shown))  # fmt: skip
    yield Grid(heads, rows, widths=(4.0, 0.9, 1.3, 1.3, 1.8, 2.7, 1.8, 1.4))
    yield Note(t("change_note", first=first, last=last))
    if chosen:
        yield Note(t("line_refused"))
    drawn = [
        (row["label"], found.each[row["instrument"], row["name"]].improved)
        for row in found.table.to_dict("records")
        if _shown(pd.Series(row)) and main is not None and row["instrument"] == main.instrument.name
    ]
    if len(drawn) > 1:
        labels, results = zip(*drawn, strict=True)
        yield Drawing(_together, _Several(labels, results))
    if full := [
        row["label"] for row in found.table.to_dict("records") if row["at_best"] >= max(LEAST, 0.15 * row["n"])
    ]:
        yield t("ceiling_said", scales=listed(full, 12))


def _together(several: _Several) -> Any:
    """Draw the shares in the height that their rows need on paper."""
    ax = axes(None, 7.2, 0.3 * len(several.each) + 0.9)
    return plots.improved(several.each, labels=several.labels, ax=ax)


class _Several:
    """Shares that rose, drawn together; the sentence is read out in place of the figure."""

    def __init__(self, labels: tuple[str, ...], each: tuple[Improved, ...]) -> None:
        self.labels, self.each = labels, each

    @property
    def sentence(self) -> str:
        return t("figure_rose", scales=listed(self.labels, 12))


def _dose(given: Dose) -> Iterator[Part]:
    yield given.sentence
    if len(given.table):
        steps = given.table["fidelity"].notna().any()
        heads = [t("head_component"), t("head_planned"), t("head_delivered"), "%", t("head_replaced"),
                 t("head_cancelled"), t("head_minutes"), *([t("head_fidelity")] if steps else []),
                 t("head_attended")]  # fmt: skip
        rows = [
            (code_word("sesi", "komponen_id", row["name"]), str(row["planned"]), str(row["held"] + row["replaced"]),
             share(row["share"]), str(row["replaced"]), str(row["cancelled"]), number(row["minutes"], 0),
             *([share(row["fidelity"])] if steps else []), share(row["attended"]) if row["places"] >= LEAST else "–")
            for row in given.table.to_dict("records")
        ]  # fmt: skip
        yield Grid(heads, rows, widths=(4.5,))
        cells = people_cells(list(given.bands["people"]))
        yield t("bands_said", **dict(zip(given.bands["name"], cells, strict=True)))
    yield Note(t("self_selection"))


def _form(records: Records, part: TakingPart) -> Section | None:
    form = talk_form(records, part.took)
    if form is None or form.knowledge is None or form.table["n"].min() < LEAST:
        return None
    rows = [(t(f"pillar_{row['name']}"), str(row["n"]), number(row["mean"], 2), share(row["agrees"]))
            for row in form.table.to_dict("records")]  # fmt: skip
    facts = [(t(f"fact_{place}"), str(row["n"]), *(share_cell(row[part], row["n"]) for part in ("before", "after")))
             for place, row in enumerate(form.facts.to_dict("records"), 1)]  # fmt: skip
    parts: list[Part] = [
        form.sentence,
        Grid([t("head_fact"), "n", t("head_before"), t("head_after")], facts, widths=(7.0,)),
        Grid([t("head_pillar"), "n", t("head_mean_4"), t("head_agrees_4")], rows, widths=(7.0,)),
        Note(t("pillar_note")),
    ]
    return Section(t("form_title"), parts)


def _compared(records: Records, part: TakingPart, main: Scores | None) -> Comparison | str | None:
    """Compare those who took part with those who were still waiting, where there are any."""
    people = part.people
    sizes = people.loc[people["both"], "waiting"].value_counts()
    if main is None or len(sizes) < 2 or sizes.min() < LEAST:
        return None
    outcome, days, site = in_language(headline(main.instrument).label), t("mix_days"), t("head_unit")
    values = main.of(headline(main.instrument).name)
    frame = values[values.index.get_level_values(0).isin(people.index)].reset_index()
    frame.columns = ["pid", "wave", outcome]
    frame = frame[frame["wave"].isin([part.waves[0], part.waves[-1]])]
    asked = records["peserta"].set_index("pid")
    groups = taught_with(records, part.programme)
    names = {True: t("arm_waiting"), False: t("arm_programme")}
    frame["programme"] = frame["pid"].map(people["waiting"]).map(names)
    frame["group"] = frame["pid"].map(groups).where(~frame["pid"].map(people["waiting"]), frame["pid"])
    frame["group"] = frame["group"].fillna(frame["pid"])
    frame[days], frame[site] = frame["pid"].map(asked["sisa_pidana_hr"]), frame["pid"].map(asked["upt_id"])
    several = frame.loc[frame["programme"] == names[False], "group"].nunique() > 2
    try:
        return compare(
            frame, outcome=outcome, programme="programme", reference=names[True], person="pid", wave="wave", site=site,
            release=days, by_lot=part.by_lot, group="group" if several and not part.by_lot else None,
        )  # fmt: skip
    except ReintegraError as refused:
        return str(refused)


def _of_difference(compared: Comparison) -> list[str]:
    """Return what the comparison says, without its own account of the flow, which stands above."""
    said = compared.sentences()
    return [said[0], *said[2:]]


def _may(part: TakingPart, compared: bool) -> Iterator[str]:
    yield t("may_describe")
    yield t("may_compared") if compared else t("may_not_effect")
    if len(part.also):
        worst = part.also.sort_values("share", ascending=False).iloc[0]
        if worst["share"] > SHARED:
            yield t("may_not_shared", programme=worst["also"])
    yield t("may_not_attendance")
    yield say("page", "may_not_rank")
    yield say("page", "own_answers")


def _next(part: TakingPart, given: Dose, found: Changes) -> Iterator[str]:
    took = part.table[~part.table["waiting"]]
    if took["enrolled"].sum() and took["lost"].sum() / took["enrolled"].sum() > MANY_LOST:
        yield t("next_lost")
    low = [code_word("sesi", "komponen_id", row["name"]) for row in given.table.to_dict("records")
           if row["share"] < FEW_SESSIONS]  # fmt: skip
    if low:
        yield t("next_sessions", components=listed(low, 12))
    if len(found.table):
        still = [row["label"] for row in found.table.to_dict("records") if row["ci_low"] <= 0 <= row["ci_high"]]
        if still:
            yield t("next_unclear", scales=listed(still, 12))
    if not part.table["waiting"].any():
        yield t("next_compare")
    yield t("next_return")
    yield t("next_follow")
