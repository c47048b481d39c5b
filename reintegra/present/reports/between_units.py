"""The report for the regional office: units side by side with shrinkage and limits, and never a ranking."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pandas as pd

from ...core.errors import DataError, ReintegraError
from ...core.language import day, in_language, number
from ...evaluate import Units, taking_part, units
from ...instruments import status_line
from ...intake import Records
from ...share import LEAST
from .. import plots
from ..document import Box, Bullets, Document, Drawing, Grid, Note, Part, Section
from ..report import headline
from .parts import (
    all_scores,
    code_word,
    foot,
    made_with,
    people_cells,
    share,
    t,
    unit_name,
    units_grid,
)  # fmt: skip

MIX = (("jk", "P"), ("baca_tulis", 0), ("baca_tulis", 1), ("perkara", "narkotika"), ("residivis", 1))


@dataclass(frozen=True, eq=False)
class SideBySide:
    """What was found: the results by name, the people behind them, and what was left out."""

    results: dict[str, Units]
    people: pd.DataFrame
    small: tuple[str, ...]
    main: str  # the score that changed, in words
    status: str  # its status line
    programmes: tuple[str, ...]
    refused: dict[str, str] = field(default_factory=dict)


def side_by_side(records: Records) -> SideBySide:
    """Put the units side by side: sessions delivered, programmes completed, change of the main score."""
    people, main, status = _people(records)
    sizes = people["unit"].value_counts()
    small = tuple(sorted(sizes.index[sizes < LEAST]))
    if len(sizes) == len(small):
        raise DataError("summary-too-few", people=int(sizes.max()), least=LEAST)
    people = people[~people["unit"].isin(small)]
    results: dict[str, Units] = {}
    refused: dict[str, str] = {}
    sessions = records["sesi"].merge(records["program"][["program_id", "upt_id"]])
    sessions = sessions[(sessions["direncanakan"] == 1) & ~sessions["upt_id"].isin(small)]
    given = pd.DataFrame({"unit": sessions["upt_id"], "x": sessions["terlaksana"].isin((1, 2)).astype(float)})
    ended = people[people["status"] != "berjalan"]
    done = ended.assign(x=(ended["status"] == "selesai").astype(float))
    changed = people.dropna(subset=["change"]).assign(x=lambda frame: frame["change"])
    kept = changed["unit"].map(changed["unit"].value_counts()) >= LEAST
    for name, frame, kind, mix in (
        ("delivered", given, "proportion", ()),
        ("completed", done, "proportion", ("days",)),
        ("changed", changed[kept], "mean", ("before",)),
    ):
        try:
            label = t(f"units_{name}")
            frame = frame.rename(columns={"x": label, **{c: t(f"mix_{c}") for c in mix}})
            covariates = [t(f"mix_{c}") for c in mix]
            found = units(frame, unit="unit", outcome=label, kind=kind, covariates=covariates)
            results[name] = _without_small(found) if name == "completed" else found
        except ReintegraError as error:
            refused[name] = str(error)
    return SideBySide(results, people, small, main, status, tuple(sorted(people["program_id"].unique())), refused)


def _without_small(result: Units) -> Units:
    """Take out what would tell that one to four people of a unit did, or did not; what is shrunken does not tell."""
    table = result.table.copy()
    left = table["n"] - table["observed"]
    small = table["observed"].between(1, LEAST - 1) | left.between(1, LEAST - 1)
    table.loc[small, ["observed", "estimate", "statistic"]] = float("nan")
    return replace(result, table=table)


def _people(records: Records) -> tuple[pd.DataFrame, str, str]:
    """Return everyone enrolled in a programme with records of what was done, once, with the change of the score."""
    with_sessions = set(records["sesi"]["program_id"])
    talks = records["program"].set_index("program_id")["program_jenis"] == "konsultasi"
    asked = set(records["jawaban"]["pid"])
    enrolled = records["keikutsertaan"].sort_values(["mulai", "program_id"], kind="stable")
    here = enrolled["program_id"].isin(with_sessions) | (
        enrolled["program_id"].map(talks) & enrolled["pid"].isin(asked)
    )
    people = enrolled[here].drop_duplicates("pid")
    if people.empty:
        raise DataError("no-rows-of", table="keikutsertaan")
    about = records["peserta"].set_index("pid")
    unit_of = records["program"].set_index("program_id")["upt_id"]
    people = people.assign(unit=people["program_id"].map(unit_of), days=people["pid"].map(about["sisa_pidana_hr"]))
    people["days"] = people["days"].astype(float)
    for column in dict.fromkeys(column for column, _ in MIX):
        people[column] = people["pid"].map(about[column])
    waiting = {pid for code in people["program_id"].unique()
               for pid, row in taking_part(records, code).people["waiting"].items() if row}  # fmt: skip
    people = people[~people["pid"].isin(waiting)]
    said, status, before, after = "", "", pd.Series(dtype=float), pd.Series(dtype=float)
    scores = max(all_scores(records), key=len, default=None)
    if scores is not None:
        main = headline(scores.instrument)
        wide = scores.of(main.name).unstack()  # noqa: PD010
        waves = [wave for wave in ("awal", "akhir") if wave in wide]
        if len(waves) == 2:
            before, after = wide["awal"], wide["akhir"]
        said, status = t("main_score", label=in_language(main.label)), status_line(scores.instrument)
    people["before"] = people["pid"].map(before).astype(float)
    people["change"] = people["pid"].map(after - before).astype(float)
    return people.reset_index(drop=True), said, status


def between_units(records: Records, found: SideBySide) -> Document:
    """Return the report, in the current language."""
    days = records["keikutsertaan"]["mulai"]
    about = [
        t("programmes_said", programmes=", ".join(found.programmes)),
        t("period", start=day(found.people["mulai"].min()), end=day(found.people["selesai"].max())),
        t("written_for", who=t("for_antar_unit")),
    ]
    if days.empty:
        about = about[:1]
    sections = [
        Section(
            t("read_first"), [Box(t("units_box")), Bullets([t("units_read_1"), t("units_read_2"), t("units_read_3")])]
        ),
        Section(t("mix_title"), [*_mix(records, found)], whole=True),
    ]
    names = ("delivered", "completed", "changed")
    sections += [Section(t(f"units_{name}_title"), [*_one(found, name)]) for name in names]
    if visits := _visits(records):
        sections.append(visits)
    sections.append(
        Section(t("may_title"), [Bullets([t("units_may"), t("units_may_not"), t("units_next")])], whole=True)
    )
    return Document(t("title_antar_unit"), about, sections, made_with(records), foot(found.status))


def _one(found: SideBySide, name: str) -> Iterator[Part]:
    if name not in found.results:
        yield t("units_refused", reason=found.refused[name])
        return
    result = found.results[name]
    if name == "changed":
        yield found.main
    yield result.sentence
    yield units_grid(result)
    yield Drawing(plots.funnel if len(result.table) > 9 else plots.shrunken, result, 70)
    yield Note(t(f"units_{name}_note"))


def mix_rows(found: SideBySide) -> list[tuple[str, list[str]]]:
    """Return for each unit its people and who they are: n, shares in per cent, median days to release."""
    rows = []
    for unit, group in found.people.groupby("unit"):
        cells = [str(len(group))]
        for column, code in MIX:
            if (column, code) == ("baca_tulis", 0):
                continue
            codes = (0, 1) if column == "baca_tulis" else (code,)
            counts = [int(group[column].isin(codes).sum()), int((~group[column].isin(codes)).sum())]
            cell = people_cells(counts)[0]
            cells.append(share(counts[0] / len(group)) if cell == str(counts[0]) else "–")
        rows.append((str(unit), [*cells, number(group["days"].median(), 0), number(group["before"].mean(), 1)]))
    return rows


def mix_heads() -> list[str]:
    """Return the headings of the table of who the people are."""
    return [
        t(f"head_{name}") for name in ("unit", "people", "women", "reading", "drugs", "again", "days", "before_mean")
    ]


def _mix(records: Records, found: SideBySide) -> Iterator[Part]:
    yield Grid(mix_heads(), [(unit_name(records, unit), *cells) for unit, cells in mix_rows(found)], widths=(5.2,))
    yield Note(t("mix_note", least=LEAST))
    if found.small:
        yield t("units_small", units=", ".join(found.small), least=LEAST)


def _visits(records: Records) -> Section | None:
    visits = records["kunjungan"]
    if visits.empty:
        return None
    rows = []
    for row in visits.sort_values("tanggal").to_dict("records"):
        adopted = row["praktik_diadopsi"] if isinstance(row["praktik_diadopsi"], str) else t("nothing_yet")
        topics = "; ".join(code_word("kunjungan", "topik", code) for code in str(row["topik"]).split("; "))
        rows.append(
            (row["upt_asal"], row["upt_tujuan"], day(row["tanggal"]), topics, adopted, day(row["tanggal_adopsi"]))
        )
    heads = [t(f"head_{name}") for name in ("from", "to", "date", "topic", "adopted", "adopted_on")]
    return Section(
        t("visits_title"), [Grid(heads, rows, (0, 1, 2, 3, 4, 5), (1.8, 1.8, 2.6, 2.8, 5.0)), Note(t("visits_note"))]
    )


def annex(records: Records, found: SideBySide) -> list[tuple[str, list[str], pd.DataFrame]]:
    """Return the sheets of the Excel annex: numbers of every table at full precision, and what they mean."""
    sheets = []
    for name, result in found.results.items():
        table = result.table.copy()
        table.insert(1, t("head_unit_name"), [unit_name(records, unit) for unit in table["name"]])
        sheets.append((t(f"sheet_{name}"), [result.outcome, t("units_box")], table))
    mix = pd.DataFrame([(unit, *cells) for unit, cells in mix_rows(found)], columns=mix_heads())
    sheets.append((t("sheet_mix"), [t("mix_note", least=LEAST)], mix))
    words = ("name", "n", "observed", "expected", "estimate", "se", "statistic", "size", "low_95", "high_95",
             "low_998", "high_998", "shrunken", "ci_low", "ci_high", "verdict")  # fmt: skip
    meaning = pd.DataFrame(
        [(name, t(f"annex_{name}")) for name in words], columns=[t("head_column"), t("head_meaning")]
    )
    sheets.append((t("sheet_meaning"), [], meaning))
    sheets.append(
        (t("sheet_made"), [], pd.DataFrame(made_with(records), columns=[t("head_column"), t("head_meaning")]))
    )
    return sheets
