"""The training report: reaction, learning, practice, by item and by unit; never by officer."""

from __future__ import annotations

from collections.abc import Iterator

from ...core.language import listed, number
from ...evaluate import Change, Training, training
from ...evaluate.training import CEILING, EASY, POOR
from ...intake import Records
from ...share import LEAST
from .. import plots
from ..document import Box, Bullets, Document, Drawing, Grid, Note, Part, Section
from .parts import foot, made_with, share, share_cell, span, t, units_grid

PARTS = ("routine", "partly")


def training_report(records: Records, *, name: str | None = None) -> Document:
    """Return the report of one training, in the current language."""
    found = training(records, name)
    counts = found.table.set_index("name")["n"]
    sections = [
        Section(t("short_title"), [Bullets([*_short(found)])]),
        Section(
            t("who_title"), [t("who_said", **{part: _n(count) for part, count in counts.items()}), Note(t("who_note"))]
        ),
        Section(t("l1_title"), [*_reaction(found)], whole=True),
        Section(t("l2_title"), [*_learning(found)]),
        Section(t("items_title"), [*_items(found)]),
        Section(t("sim_title"), [*_simulation(found)], whole=True),
        Section(t("l3_title"), [*_practice(found)]),
        Section(t("by_unit_title"), [*_by_unit(found)]),
        Section(
            t("may_title"), [Bullets([t("training_may"), t("training_may_not"), t("training_rights")])], whole=True
        ),
        Section(t("next_title"), [Bullets([*_next(found)])], whole=True),
    ]
    about = [t("training_about", name=found.training), t("written_for", who=t("for_pelatihan"))]
    return Document(t("title_pelatihan"), about, sections, made_with(records), foot())


def _ceiling(found: Training) -> bool:
    """Tell whether too many had everything right, and enough of them to say so."""
    n = 0 if found.knowledge is None else int(found.knowledge.row["n"])
    return bool(found.ceiling >= CEILING) and found.ceiling * n >= LEAST


def _n(count: int) -> str:
    return str(count) if count == 0 or count >= LEAST else t("under", least=LEAST)


def _short(found: Training) -> Iterator[str]:
    yield found.sentence
    if _ceiling(found):
        yield t("ceiling_training", share=share(found.ceiling))
    if found.agreement is not None:
        yield t("agreement_short", icc=number(found.agreement.of("ICC(2,1)"), 2), same=share(found.same))
    if len(found.practice) and found.practice["n"].max() >= LEAST:
        yield t("practice_short", routine=share(found.practice["routine"].mean()), n=int(found.practice["n"].max()))
    yield t("no_control")


def _reaction(found: Training) -> Iterator[Part]:
    rows = [
        (t(f"l1_{place}"), str(row["n"]), number(row["mean"], 1), share_cell(row["agrees"], row["n"]))
        for place, row in enumerate(found.reaction.to_dict("records"), 1)
        if row["n"] >= LEAST
    ]
    yield Grid([t("head_reaction"), "n", t("head_mean_5"), t("head_agrees")], rows, widths=(7.5,))
    yield Note(t("l1_note"))


def _learning(found: Training) -> Iterator[Part]:
    rows = []
    for name, told, decimals in (("knowledge", found.knowledge, 1), ("confidence", found.confidence, 1)):
        if told is not None and told.row["n"] >= LEAST:
            rows.append((t(f"measure_{name}"), *_change(told, decimals)))
    yield Grid(
        [t(f"head_{name}") for name in ("measure", "both", "change", "interval", "smallest")], rows, widths=(7.0,)
    )
    if found.gain is not None:
        low, high = 100 * found.gain.ci_low, 100 * found.gain.ci_high
        yield t("gain_said", gain=share(found.gain.value), span=span(low, high, 0))
    middle, low, high, places = found.unit_change
    if low == low:
        yield t("over_units", units=places, change=number(middle, 1), span=span(low, high))
    if _ceiling(found):
        yield Box(t("ceiling_training", share=share(found.ceiling)))
    yield Note(t("l2_note"))


def _change(told: Change, decimals: int) -> tuple[str, ...]:
    row = told.row
    smallest = told.table.set_index("name").loc["smallest_detectable", "estimate"]
    return (str(int(row["n"])), number(row["estimate"], decimals), span(row["ci_low"], row["ci_high"], decimals),
            number(smallest, decimals))  # fmt: skip


def _items(found: Training) -> Iterator[Part]:
    rows = [
        (t("question", number=place), str(row["n"]), *(share_cell(row[part], row["n"]) for part in ("before", "after")),
         number(row["discrimination"], 2), t(f"item_{row['verdict']}"))
        for place, row in enumerate(found.items.to_dict("records"), 1)
        if row["n"] >= LEAST
    ]  # fmt: skip
    heads = [t(f"head_{name}") for name in ("question", "n", "before", "after", "discrimination", "remark")]
    yield Grid(heads, rows, (0, 5), (2.4, 1.2, 2.6, 2.6, 2.6))
    yield Note(t("items_note", poor=number(POOR, 2), easy=share(EASY)))


def _simulation(found: Training) -> Iterator[Part]:
    if found.steps.empty or found.steps["n"].max() < LEAST:
        yield t("sim_none")
        return
    rows = [(t("step", number=place), str(row["n"]), share(row["done"]))
            for place, row in enumerate(found.steps.to_dict("records"), 1)]  # fmt: skip
    yield Grid([t("head_step"), "n", t("head_done")], rows, widths=(7.0,))
    if found.agreement is not None:
        row = found.agreement.table.set_index("name").loc["ICC(2,1)"]
        yield t("agreement_said", icc=number(row["estimate"], 2), span=span(row["ci_low"], row["ci_high"], 2),
                n=int(row["n"]), same=share(found.same))  # fmt: skip
    else:
        yield t("agreement_none")


def _practice(found: Training) -> Iterator[Part]:
    if found.practice["n"].max() < LEAST:
        yield t("practice_none")
        return
    rows = [(t("practice", number=place), str(row["n"]), *(share_cell(row[part], row["n"]) for part in PARTS))
            for place, row in enumerate(found.practice.to_dict("records"), 1) if row["n"] >= LEAST]  # fmt: skip
    yield Grid([t("head_practice"), "n", t("head_routine"), t("head_partly")], rows, widths=(7.0,))
    yield Note(t("l3_note"))


def _by_unit(found: Training) -> Iterator[Part]:
    if not found.by_unit:
        yield t("by_unit_none", least=LEAST)
        return
    yield Box(t("units_box"))
    for name, result in found.by_unit.items():
        yield t(f"by_unit_{name}")
        yield units_grid(result)
    if "practice" in found.by_unit:
        yield Drawing(plots.shrunken, found.by_unit["practice"], 60)
    yield Note(t("by_unit_note", least=LEAST))


def _next(found: Training) -> Iterator[str]:
    poor = [t("question", number=place) for place, row in enumerate(found.items.to_dict("records"), 1)
            if row["verdict"] == "poor"]  # fmt: skip
    if poor:
        yield t("next_items", items=listed(poor, 12))
    weak = found.steps.nsmallest(2, "done") if len(found.steps) else found.steps
    if len(weak):
        numbers = [name.rpartition("_")[2] for name in weak["name"]]
        yield t("next_steps", steps=listed((t("step", number=number_) for number_ in numbers), 4))
    yield t("next_practice")
    yield t("next_control")
