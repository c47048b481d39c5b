"""The partner's sheet of one quarter: one page on what was promised, given and found, and what was to be done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from ...core.errors import DataError
from ...core.language import day, listed, number
from ...evaluate import Quarters, changes, quarters
from ...evaluate.run_chart import RunChart
from ...instruments import status_line
from ...intake import Records
from ...share import LEAST
from .. import plots
from ..document import Document, Drawing, Grid, Note, Part, Section
from ..plots.drawing import axes
from .parts import all_scores, code_word, foot, people_cells, share, span, t, unit_name

# what an IPWL is evaluated on: WHOQOL-BREF, the two stages of URICA for change, relapse prevention and plan of SIAP-36
SCALES = {
    "whoqol_bref": ("physical_100", "psychological_100", "social_100", "environment_100"),
    "urica_32": ("action", "maintenance"),
    "siap_36": ("kmb", "ren"),
}
SHORT = 4  # quarters: fewer points make no run chart


def partner(records: Records, *, programme: str | None = None, period: str | None = None) -> Document:
    """Return the sheet of one quarter (the last, unless one is named), in the current language."""
    programme = _programme(records, programme)
    row = records["program"].set_index("program_id").loc[programme]
    found = quarters(records, row["mitra_id"], row["upt_id"])
    known = list(found.chart["name"])
    period = period or known[-1]
    if period not in known:
        raise DataError("no-such-choice", what="--period", value=period, allowed=", ".join(known))
    name = records["mitra"].set_index("mitra_id")["nama"].get(found.partner, found.partner)
    sections = [
        Section(t("given_title"), [*_given(found, period)]),
        Section(t("people_title"), [*_people(records, programme, period)]),
        Section(t("partner_change_title"), [*_change(records, programme, period)]),
        Section(t("run_title"), [*_chart(found)]),
        Section(t("actions_title"), [*_actions(records, found, period)]),
    ]
    about = [
        t("partner_about", partner=name, unit=unit_name(records, found.unit), programme=programme),
        _agreement(records, found),
    ]
    status = [status_line(records.instruments[name]) for name in SCALES if name in records.instruments]
    title = t("title_mitra", period=quarter_words(period))
    return Document(title, about, sections, (), foot(*status, t("partner_no_diagnosis")), tight=True)


def _programme(records: Records, programme: str | None) -> str:
    """Return the programme of the partner: the one named, or the only one of a partner that is evaluated."""
    table = records["program"]
    table = table[table["mitra_id"].isin(records["evaluasi"]["mitra_id"])]
    known = list(table["program_id"])
    if programme is None and len(known) == 1:
        return str(known[0])
    if programme not in known:
        raise DataError("which-programme", name=programme or "–", known=listed(known, 40) or "–")
    return str(programme)


def quarter_words(period: str) -> str:
    """Write a quarter as its readers do."""
    year, number_ = period.split("-Q")
    return t("quarter", number=number_, year=year)


def _agreement(records: Records, found: Quarters) -> str:
    made = records["perjanjian"]
    made = made[(made["mitra_id"] == found.partner) & (made["upt_id"] == found.unit)]
    if made.empty:
        return t("no_agreement")
    parts = [part for text in made["komponen"].dropna() for part in str(text).split("; ")]
    words = [code_word("sesi", "komponen_id", part) for part in dict.fromkeys(parts)]
    return t("agreement", start=day(made["mulai"].min()), end=day(made["akhir"].max()), components=listed(words, 12))


def _given(found: Quarters, period: str) -> Iterator[Part]:
    table = found.table
    here = table[table["quarter"] == period]
    order = list(found.chart["name"])
    before = order[order.index(period) - 1] if order.index(period) else None
    then = table[table["quarter"] == before].set_index("name")["share"]
    rows = [
        (
            code_word("sesi", "komponen_id", row["name"]), str(row["planned"]), str(row["delivered"]),
            share(row["share"]), share(float(then.get(row["name"], float("nan")))),
            t("of", part=row["instructors"], whole=row["planned"]),
        )
        for row in here.to_dict("records")
    ]  # fmt: skip
    whole = found.chart.set_index("name")
    last = share(float(whole.loc[before, "share"])) if before else "–"
    now = whole.loc[period]
    rows.append((t("together"), str(int(now["planned"])), str(int(now["delivered"])), share(now["share"]), last,
                 t("of", part=int(here["instructors"].sum()), whole=int(now["planned"]))))  # fmt: skip
    heads = [t(f"head_{name}") for name in ("component", "planned", "delivered", "percent", "percent_before",
                                            "visits")]  # fmt: skip
    yield Grid(heads, rows, widths=(4.4,))


def _people(records: Records, programme: str, period: str) -> Iterator[Part]:
    """Yield who was there in the quarter: at its start, new, finished, gone and why."""
    start, end = _days(period)
    enrolled = records["keikutsertaan"]
    people = enrolled[enrolled["program_id"] == programme]
    there = people[(people["mulai"] <= end) & ~(people["selesai"] < start)]
    ended = there[there["selesai"].between(start, end)]
    new = int(there["mulai"].between(start, end).sum())
    finished = int((ended["status"] == "selesai").sum())
    left = ended[~ended["status"].isin(["selesai", "berjalan"])]
    cells = [people_cells([count], total=False)[0] for count in (len(there) - new, new, finished, len(left))]
    yield t("partner_people", start=cells[0], new=cells[1], finished=cells[2], left=cells[3])
    if len(left) >= LEAST:
        counts = left["status"].value_counts()
        words = [code_word("keikutsertaan", "status", status) for status in counts.index]
        shown = people_cells([int(count) for count in counts])
        yield t("reasons", reasons=listed((f"{name} {cell}" for name, cell in zip(words, shown, strict=True)), 12))
    elif len(left):
        yield t("lost_few", least=LEAST)


def _days(period: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    year, quarter = period.split("-Q")
    span_ = pd.Period(f"{year}Q{quarter}", freq="Q")
    return span_.start_time.normalize(), span_.end_time.normalize()


def _change(records: Records, programme: str, period: str) -> Iterator[Part]:
    """Yield the change of everyone whose last wave came by the end of the quarter."""
    enrolled = records["keikutsertaan"]
    answers = records["jawaban"]
    by_then = answers[(answers["gelombang"] == 2) & (answers["tanggal"] <= _days(period)[1])]
    people = enrolled.loc[(enrolled["program_id"] == programme) & enrolled["pid"].isin(by_then["pid"]), "pid"]
    found = changes(all_scores(records), first="awal", last="akhir", chosen_by_score=False, people=pd.Index(people),
                    only=SCALES)  # fmt: skip
    if found.table.empty:
        yield t("change_none", least=LEAST)
        return
    rows = [
        (t("of_instrument", label=row["label"], instrument=row["instrument"].upper().replace("_", "-")), str(row["n"]),
         *(number(row[name], 1) for name in ("first", "last", "estimate")), span(row["ci_low"], row["ci_high"]))
        for row in found.table.to_dict("records")
    ]  # fmt: skip
    yield Grid(
        [t(f"head_{name}") for name in ("scale", "both", "start", "end", "change", "interval")],
        rows,
        widths=(6.6, 1.8, 1.5, 1.5, 1.9),
    )
    yield Note(t("partner_change_note"))


def _chart(found: Quarters) -> Iterator[Part]:
    if len(found.chart) < SHORT:
        yield t("run_few", quarters=len(found.chart))
        return
    yield Drawing(_run, found.run)
    yield found.sentence


def _run(found: RunChart) -> Any:
    """Draw the run chart in the height that one page leaves."""
    return plots.run_chart(found, ax=axes(None, 7.2, 2.2))


def _actions(records: Records, found: Quarters, period: str) -> Iterator[Part]:
    table = records["evaluasi"]
    table = table[(table["mitra_id"] == found.partner) & (table["upt_id"] == found.unit)]
    order = list(found.chart["name"])
    place = order.index(period)
    rows = [(t("this_quarter"), problem or t("none_noted"), action or t("none_noted"), t("to_write"), t("to_write"))
            for problem, action in _said(table, period)]  # fmt: skip
    before = _said(table, order[place - 1]) if place else []
    rows += [(t("last_quarter"), problem or t("none_noted"), action or t("none_noted"), t("to_write"), t("tick_status"))
             for problem, action in before if problem or action]  # fmt: skip
    heads = [t(f"head_{name}") for name in ("when", "problem", "action", "owner", "status")]
    yield Grid(heads, rows, (0, 1, 2, 3, 4), (2.2, 4.6, 4.6, 2.6))


def _said(table: pd.DataFrame, period: str) -> list[tuple[str, str]]:
    rows = table.loc[table["periode"] == period, ["masalah", "tindak"]].astype(object)
    pairs = [tuple(cell if isinstance(cell, str) else "" for cell in row) for row in rows.itertuples(index=False)]
    found = [pair for pair in dict.fromkeys(pairs) if any(pair)]
    return found or [("", "")]  # type: ignore[return-value]
