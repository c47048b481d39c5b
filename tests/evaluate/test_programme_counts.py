"""What a programme's records count to, against counts made another way and the truth of the invented records."""

import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from demo_records import demo_records, with_tables

import reintegra as rg
from reintegra.core.errors import DataError
from reintegra.evaluate import (
    change,
    changes,
    dose,
    normalised_gain,
    quarters,
    taking_part,
    talk_form,
    training,
)
from reintegra.evaluate.taking_part import taught_with
from reintegra.measure import icc

TRUTH = tomllib.loads((Path(__file__).parents[2] / "data" / "demo" / "kebenaran.toml").read_text("utf-8"))["catatan"]


@pytest.fixture(scope="module")
def records():
    return demo_records()


@pytest.fixture(scope="module")
def scores(records):
    return [rg.score(records.responses(name)) for name in records.instruments]


def test_the_flow_counts_each_person_once(records):
    for programme in ("RT-A-25", "KS-C-25", "IP-C-25"):
        part = taking_part(records, programme)
        enrolled = records.keikutsertaan[records.keikutsertaan["program_id"] == programme]
        table = part.table
        assert table["enrolled"].sum() == enrolled["pid"].nunique() == len(part.people)
        assert (table["both"] + table["lost"] == table["enrolled"]).all()
        assert part.lost["people"].sum() == table.loc[~table["waiting"], "lost"].sum()
        answers = records.jawaban
        answers = answers[(answers["instrumen"] == part.instrument) & answers["pid"].isin(enrolled["pid"])]
        both = set(answers.loc[answers["gelombang"] == 0, "pid"]) & set(answers.loc[answers["gelombang"] == 2, "pid"])
        assert set(part.people.index[part.people["both"]]) == both


def test_who_was_measured_before_his_first_session_was_waiting(records):
    waits = {code: list(taking_part(records, code).table["waiting"]) for code in ("RT-A-25", "RT-B-25", "IP-C-25")}
    assert waits == {"RT-A-25": [False, True], "RT-B-25": [False, True], "IP-C-25": [False, False, False]}
    assert taking_part(records, "RT-A-25").by_lot
    assert not taking_part(records, "RT-B-25").by_lot


def test_people_taught_together_share_the_group_of_their_sessions(records):
    groups = taught_with(records, "RT-A-25")
    own = groups.str.extract(r"(K\d+)", expand=False)
    rows = records.kehadiran[records.kehadiran["sesi_id"].str.startswith("RT-A-25")]
    of_sessions = rows.assign(group=rows["sesi_id"].str.extract(r"(K\d+)", expand=False))
    assert of_sessions.groupby("pid")["group"].nunique().max() == 1
    assert own.equals(of_sessions.groupby("pid")["group"].first().rename("sesi_id"))


def test_attendance_and_sessions_are_counted_as_by_hand(records):
    found = dose(records, "RS-E-25")
    sessions = records.sesi[records.sesi["program_id"] == "RS-E-25"]
    given = sessions[(sessions["terlaksana"] > 0) & (sessions["direncanakan"] == 1)]
    table = found.table.set_index("name")
    assert table["planned"].sum() == (sessions["direncanakan"] == 1).sum()
    assert (table["held"] + table["replaced"]).sum() == len(given)
    rows = records.kehadiran[records.kehadiran["sesi_id"].isin(sessions["sesi_id"])]
    full = (rows["hadir"] == 1).groupby(rows["pid"]).mean()
    assert found.people.sort_index().to_numpy() == pytest.approx(full.sort_index().to_numpy())
    assert found.bands["people"].tolist() == [
        (full < 0.5).sum(),
        full.between(0.5, 0.8, "left").sum(),
        (full >= 0.8).sum(),
    ]


def test_sessions_are_held_as_often_as_was_planted(records):
    """Binomial: the share found lies within 4 standard errors of the share it was drawn with."""
    for unit, programme in (("UPT-D", "RS-D-25"), ("UPT-E", "RS-E-25")):
        table = dose(records, programme).table.set_index("name")
        for name, of in TRUTH["komunitas"].items():
            p, n = of["terlaksana"][unit], table.loc[name, "planned"]
            assert abs(table.loc[name, "share"] - p) < 4 * np.sqrt(p * (1 - p) / n)


def test_consultations_are_counted_where_there_are_no_sessions(records):
    found = dose(records, "KS-B-25")
    enrolled = records.keikutsertaan.loc[records.keikutsertaan["program_id"] == "KS-B-25", "pid"]
    talks = records.konsultasi[records.konsultasi["pid"].isin(enrolled)]
    assert found.table.empty
    assert found.talks.sum() == len(talks)
    assert found.minutes == talks["durasi_mnt"].median()


def test_changes_are_those_of_change(scores, records):
    part = taking_part(records, "IP-C-25")
    found = changes(scores, first="awal", last="akhir", chosen_by_score=False, people=part.took)
    siap = next(one for one in scores if one.instrument.name == "siap_36")
    wide = siap.of("kmb").unstack()  # noqa: PD010
    wide = wide[wide.index.isin(part.took)]
    alone = change(wide["awal"], wide["akhir"], chosen_by_score=False)
    row = found.row("siap_36", "kmb")
    assert [row["estimate"], row["ci_low"], row["ci_high"]] == pytest.approx(
        [alone.row["estimate"], alone.row["ci_low"], alone.row["ci_high"]]
    )
    assert row["share"] == pytest.approx(alone.improved.row.loc["improved", "estimate"])
    assert row["line"] == pytest.approx(alone.improved.row.loc["no_change_line", "estimate"])


def test_the_changes_planted_in_the_records_are_found(scores, records):
    part = taking_part(records, "IP-C-25")
    found = changes(scores, first="awal", last="akhir", chosen_by_score=False, people=part.took)
    planted = TRUTH["perubahan_poin_upt"]["whoqol_bref"]["UPT-C"]
    rows = [found.row("whoqol_bref", name) for name in planted if name.endswith("_100")]
    inside = [row["ci_low"] < planted[row["name"]] < row["ci_high"] for row in rows]
    assert sum(inside) >= 3  # of four intervals of 95 %


def test_urica_changes_are_told_in_action_and_maintenance_only(scores, records):
    found = changes(scores, first="awal", last="akhir", chosen_by_score=False)
    assert list(found.table.loc[found.table["instrument"] == "urica_32", "name"]) == ["action", "maintenance"]
    assert (found.table["n"] >= 5).all()


def test_groups_chosen_by_their_score_get_no_share(scores, records):
    part = taking_part(records, "RS-E-25")
    found = changes(scores, first="awal", last="akhir", chosen_by_score=True, people=part.took).table
    assert found[["share", "line"]].isna().all(axis=None)
    assert found["estimate"].notna().all()


def test_the_quarter_without_instructors_lies_outside(records):
    found = quarters(records)
    table = records.evaluasi.groupby("periode")[["sesi_rencana", "sesi_jalan"]].sum()
    assert found.chart["delivered"].tolist() == table["sesi_jalan"].tolist()
    assert found.chart.loc[found.chart["outside"], "name"].tolist() == [TRUTH["mitra"]["sebab_khusus"]["triwulan"]]
    assert found.centre == pytest.approx(table["sesi_jalan"].sum() / table["sesi_rencana"].sum())


def test_a_table_without_rows_has_nothing_to_report(records):
    empty = with_tables(records, evaluasi=records.evaluasi.iloc[:0], pelatihan=records.pelatihan.iloc[:0])
    for ask in (quarters, training):
        with pytest.raises(DataError, match=r"kosong|empty"):
            ask(empty)


def test_a_training_is_told_level_by_level(records):
    found = training(records)
    table = records.pelatihan
    before, after = (table[table["gelombang"] == wave].groupby("petugas_id").first() for wave in ("pra", "pasca"))
    items = [f"l2_{i}" for i in range(1, 13)]
    first, second = (part[items].astype(float).sum(axis=1) for part in (before, after))
    assert found.knowledge.row["estimate"] == pytest.approx((second - first).mean())
    units_of = records.petugas.set_index("petugas_id")["upt_id"]
    gain = normalised_gain(first, second, highest=12, site=units_of)
    assert found.gain.value == pytest.approx(gain.value)
    assert found.items["before"].to_numpy() == pytest.approx(before[items].mean().to_numpy(dtype=float))
    assert found.items["verdict"].iloc[11] == "poor"  # planted: tells nobody apart
    rated = table[table["gelombang"] == "pasca"].set_index(["petugas_id", "penilai_id"])
    sums = rated[[f"sim_{i}" for i in range(1, 9)]].astype(float).sum(axis=1).unstack()  # noqa: PD010
    assert found.agreement.of("ICC(2,1)") == pytest.approx(icc(sums).of("ICC(2,1)"))
    means = (second - first).groupby(units_of.reindex(first.index)).mean()
    assert found.unit_change[0] == pytest.approx(means.mean())
    assert found.unit_change[3] == 6


def test_units_with_fewer_than_five_officers_are_not_shown(records):
    table, units_of = records.pelatihan, records.petugas.set_index("petugas_id")["upt_id"]
    of_f = sorted({code for code in table["petugas_id"] if units_of[code] == "UPT-F"})[4:]
    found = training(with_tables(records, pelatihan=table[~table["petugas_id"].isin(of_f)]))
    for result in found.by_unit.values():
        assert "UPT-F" not in set(result.table["name"])
        assert (result.table["n"] >= 5).all()


def test_a_fact_not_known_is_not_right(records):
    part = taking_part(records, "RT-A-25")
    found = talk_form(records, part.took)
    rows = records.release_talk[records.release_talk["pid"].isin(part.took)]
    both = rows.groupby("pid")["gelombang"].nunique() == 2
    rows = rows[rows["pid"].isin(both.index[both])]
    after = rows[rows["gelombang"] == "pasca"][[f"tahu_{i}" for i in range(1, 7)]]
    assert found.facts["after"].to_numpy() == pytest.approx((after == 1).mean().to_numpy())
    assert found.unknown[1] == pytest.approx((after == 88).to_numpy().mean())
    assert list(found.table["name"]) == ["reintegration", "learning", "sharing", "exchange"]
    assert found.table.set_index("name").loc["sharing", "mean"] == found.table["mean"].min()  # planted: the lowest
    assert talk_form(records, pd.Index([])) is None


def test_a_programme_that_is_not_there_is_refused(records):
    for ask in (taking_part, dose):
        with pytest.raises(DataError) as caught:
            ask(records, "RT-Z-25")
        assert caught.value.code == "which-programme"
