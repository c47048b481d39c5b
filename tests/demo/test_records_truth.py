"""What is built into the invented records can be found in the raw tables."""

from __future__ import annotations

import tomllib
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest

import reintegra as rg
from reintegra.demo import draw
from reintegra.demo.after_release import draw_fates
from reintegra.demo.planted import PLANTED
from reintegra.demo.records import draw_records

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "data" / "demo"
RECORDS = DEMO / "catatan"
ONE_IN_A_HUNDRED = NormalDist().inv_cdf(0.995)  # some thirty truths are asked of one draw
SURVEYS = {"whoqol_bref": 7, "urica_32": 4, "gse_10": 1}  # instrument: scores that are compared


@pytest.fixture(scope="module")
def tables():
    return {path.stem: pd.read_csv(path, dtype=str, keep_default_na=False) for path in RECORDS.iterdir()}


@pytest.fixture(scope="module")
def truth():
    return tomllib.loads((DEMO / "kebenaran.toml").read_text("utf-8"))["catatan"]


@pytest.fixture(scope="module")
def records():
    return draw_records(draw())


@pytest.fixture(scope="module")
def scores():
    """Scores of every instrument, one row a person and wave."""
    found = {}
    for name in SURVEYS:
        read = rg.read_responses(RECORDS / f"jawaban_{name}.csv", name, key=["pid", "gelombang"], missing=[88])
        found[name] = rg.score(read).table
    return found


def _near(share, chance, n):
    """Tell whether a share lies within the interval of a chance."""
    return abs(share - chance) < ONE_IN_A_HUNDRED * np.sqrt(chance * (1 - chance) / n)


def _by_wave(column):
    return pd.DataFrame({wave: column.xs(wave, level="gelombang") for wave in ("awal", "tengah", "akhir")})


# Release Talk


def test_knowledge_before_and_after_is_what_was_built_in(tables, truth):
    form = tables["release_talk"]
    for wave, chances in truth["release_talk"]["benar"].items():
        rows = form[form["gelombang"] == wave].filter(like="tahu_")
        for chance, right in zip(chances, (rows == "1").mean(), strict=True):
            assert _near(right, chance, len(rows))
        # The six answers of a person hang together, so that he counts for less than six.
        assert _near((rows == "88").to_numpy().mean(), truth["release_talk"]["tidak_tahu"][wave], len(rows))


def test_feedback_puts_the_pillars_in_the_order_that_was_built_in(tables, truth):
    after = tables["release_talk"].query("gelombang == 'pasca'")
    built_in = truth["release_talk"]["pilar"]
    for pillar, expected in built_in.items():
        own = after[[f"pilar_{pillar}1", f"pilar_{pillar}2"]].astype(int).mean(axis=1)
        assert abs(own.mean() - expected) < ONE_IN_A_HUNDRED * own.std() / np.sqrt(len(own))
    means = {pillar: after.filter(like=f"pilar_{pillar}").astype(int).to_numpy().mean() for pillar in built_in}
    assert sorted(means, key=means.get) == sorted(built_in, key=built_in.get)


# Attendance and the therapeutic community


def _attended(tables):
    there = tables["kehadiran"].assign(here=tables["kehadiran"]["hadir"] == "1")
    return there.groupby("pid")["here"].agg(["mean", "size"])


def test_the_readier_come_more_often_by_the_logit_that_was_built_in(tables, truth, records):
    trait = pd.Series({one.code: one.trait for one in records.members})
    there = tables["kehadiran"]
    design = np.column_stack([np.ones(len(there)), trait[there["pid"]]])
    outcome = (there["hadir"] == "1").to_numpy(dtype=float)
    found = np.zeros(2)
    for _ in range(20):
        chance = 1 / (1 + np.exp(-design @ found))
        information = design.T @ (design * (chance * (1 - chance))[:, None])
        found += np.linalg.solve(information, design.T @ (outcome - chance))
    expected = [truth["kehadiran"]["orang_biasa"], truth["kehadiran"]["per_laten"]]
    assert (abs(found - expected) < ONE_IN_A_HUNDRED * np.sqrt(np.diag(np.linalg.inv(information)))).all()


def test_attendance_goes_with_the_level_but_not_with_the_change(tables, scores):
    wide = _by_wave(scores["whoqol_bref"]["psychological_100"])
    share = _attended(tables)["mean"].reindex(wide.index)
    known = share.notna() & wide["awal"].notna()
    r = np.corrcoef(share[known], wide.loc[known, "awal"])[0, 1]
    assert r > np.tanh(1.96 / np.sqrt(known.sum() - 3))
    change = (wide["akhir"] - wide["awal"])[known].dropna()
    r = np.corrcoef(share[change.index], change)[0, 1]
    assert abs(np.arctanh(r)) < ONE_IN_A_HUNDRED / np.sqrt(len(change) - 3)


def test_sessions_are_delivered_and_complete_as_was_built_in_for_each_unit(tables, truth):
    sessions = tables["sesi"].merge(tables["program"][["program_id", "upt_id"]], on="program_id")
    planned = sessions[sessions["direncanakan"] == "1"]
    for part, built_in in truth["komunitas"].items():
        for unit, chance in built_in["terlaksana"].items():
            rows = planned[(planned["komponen_id"] == part) & (planned["upt_id"] == unit)]
            assert _near((rows["terlaksana"] == "1").mean(), chance, len(rows))
            steps = pd.to_numeric(rows["kelengkapan"]).dropna()
            share = steps.mean() / built_in["langkah"]
            assert _near(share, built_in["lengkap"][unit], len(steps) * built_in["langkah"])


# WHOQOL-BREF, URICA, GSE-10


def test_the_mean_changes_are_those_that_were_built_in(scores, truth):
    asked = 0
    for instrument, built_in in truth["perubahan_poin"].items():
        if instrument not in scores:
            continue
        for score, points in built_in.items():
            wide = _by_wave(scores[instrument][score])
            change = (wide["akhir"] - wide["awal"]).dropna()
            assert len(change) > 30
            assert abs(change.mean() - points) < ONE_IN_A_HUNDRED * change.std() / np.sqrt(len(change))
            asked += 1
    assert asked == 6 + 4 + 1


def test_changes_in_points_are_those_of_the_scorer_on_complete_answers(records, truth):
    for survey in records.surveys:
        worlds = (survey.changed, survey.still)
        with_it, without = (
            rg.score(pd.DataFrame(world[:, 2], columns=survey.instrument.item_names), survey.instrument.name).table
            for world in worlds
        )
        for score, points in survey.change().items():
            assert points == pytest.approx((with_it[score] - without[score]).mean(), abs=1e-9)
            assert truth["perubahan_poin"][survey.instrument.name][score] == pytest.approx(points, abs=0.0051)


def test_a_scale_without_a_change_has_none_and_units_differ_as_was_built_in(truth):
    assert truth["perubahan_poin"]["whoqol_bref"]["environment_100"] == 0
    assert truth["perubahan_poin"]["urica_32"]["contemplation"] == 0
    by_unit = truth["perubahan_poin_upt"]["whoqol_bref"]
    order = sorted(by_unit, key=lambda unit: by_unit[unit]["psychological_100"])
    assert order == sorted(by_unit, key=truth["perubahan"]["kali_upt"].get)


# Training


def _training(tables, wave, columns):
    rows = tables["pelatihan"]
    return rows[(rows["gelombang"] == wave) & (rows["l2_1" if wave != "3bulan" else "l3_1"] != "")][columns].astype(int)


def test_item_difficulty_discrimination_and_gain_are_those_that_were_built_in(tables, truth):
    items = [f"l2_{n}" for n in range(1, 13)]
    before, after = (_training(tables, wave, items) for wave in ("pra", "pasca"))
    built_in = truth["pelatihan"]
    easy = pd.Series(np.negative(built_in["kesulitan"]), items)
    assert np.corrcoef(before.mean(), easy)[0, 1] > 0.9
    rest = {name: before[name].corr(before.drop(columns=name).sum(axis=1)) for name in items}
    blunt = [name for name, a in zip(items, built_in["daya_beda"], strict=True) if a == 0]
    assert [min(rest, key=rest.get)] == blunt
    gain = (after.mean() - before.mean()).drop(blunt)
    assert (gain > 0).all()
    assert after[blunt].mean().item() == pytest.approx(before[blunt].mean().item(), abs=0.15)
    assert gain[items[:3]].mean() < gain[items[6:11]].mean()  # the easy ones have no room


def test_confidence_rises_by_what_was_built_in(tables, truth):
    columns = [f"l2k_{n}" for n in range(1, 6)]
    before, after = (_training(tables, wave, columns).mean(axis=1) for wave in ("pra", "pasca"))
    gain = after.to_numpy() - before.to_numpy()
    half = ONE_IN_A_HUNDRED * gain.std(ddof=1) / np.sqrt(len(gain))
    assert abs(gain.mean() - truth["pelatihan"]["keyakinan"]["naik"]) < half


def test_practice_differs_between_units_as_was_built_in(tables, truth):
    rows = tables["pelatihan"].query("gelombang == '3bulan'")
    level = rows.filter(like="l3_").astype(int).mean(axis=1).groupby(rows["petugas_id"].str[3]).mean()
    built_in = pd.Series({unit[-1]: value for unit, value in truth["pelatihan"]["praktik_upt"].items()})
    assert level.idxmin() == built_in.idxmin()
    assert level.corr(built_in[level.index]) > 0.8
    assert 0.75 < len(rows) / truth["pelatihan"]["petugas"] < 1


def _kappa(one, other, weight):
    """Cohen's kappa from its definition: 1 minus disagreement seen over disagreement of the margins."""
    codes = np.arange(5)
    apart = abs(np.subtract.outer(codes, codes)) ** weight if weight else 1 - np.eye(5)
    seen = np.zeros((5, 5))
    np.add.at(seen, (one, other), 1 / len(one))
    return 1 - (seen * apart).sum() / (np.outer(seen.sum(1), seen.sum(0)) * apart).sum()


@pytest.mark.parametrize("weight", [0, 1, 2])
def test_two_raters_agree_as_much_as_was_built_in_by_every_weight(tables, truth, weight):
    rows = tables["pelatihan"].query("gelombang == 'pasca'")
    steps = [name for name in rows if name.startswith("sim_")]
    one, other = (found[steps].astype(int).to_numpy().ravel() for _, found in rows.groupby("penilai_id"))
    assert _kappa(one, other, weight) == pytest.approx(truth["pelatihan"]["kappa_simulasi"], abs=0.08)

    skills = tables["keterampilan"].assign(rater=tables["keterampilan"]["penilai_id"].str[-1])
    levels = skills.set_index(["pid", "tanggal", "tugas", "rater"])["tingkat"]
    both = pd.DataFrame({rater: levels.xs(rater, level="rater") for rater in "12"}).dropna().astype(int)
    both = both[(both < 77).all(axis=1)]
    assert both.index.get_level_values("pid").nunique() >= 0.2 * skills["pid"].nunique()
    assert _kappa(both["1"], both["2"], weight) == pytest.approx(truth["pangan"]["kappa"], abs=0.10)


# Food security and the partner


def test_skill_goes_with_plans_as_was_built_in_and_less_so_as_rated(tables, truth, records):
    drawn = np.corrcoef(records.skills.skill, records.skills.readiness)[0, 1]
    n = len(records.skills.people)
    assert drawn == pytest.approx(truth["pangan"]["korelasi_ren_terundi"], abs=0.0051)
    assert n == truth["pangan"]["orang"]
    assert abs(np.arctanh(drawn) - np.arctanh(truth["pangan"]["korelasi_ren"])) < ONE_IN_A_HUNDRED / np.sqrt(n - 3)
    rated = tables["keterampilan"].query("penilai_id.str.endswith('1') and tingkat != '77'")
    rated = rated.assign(alone=rated["tingkat"].astype(int) >= 3)
    last = rated.groupby("pid")["tanggal"].transform("max") == rated["tanggal"]
    twice = rated.groupby("pid")["tanggal"].nunique() == 2
    share = rated[last].groupby("pid")["alone"].mean()[twice]
    score = rg.score(rg.read_responses(DEMO / "siap_36.csv", "siap_36")).table["ren"].xs("akhir", level="gelombang")
    both = pd.concat([share, score], axis=1, join="inner").dropna()
    observed = np.corrcoef(both.to_numpy().T)[0, 1]
    assert observed > np.tanh(1.96 / np.sqrt(len(both) - 3))
    assert np.arctanh(observed) < np.arctanh(truth["pangan"]["korelasi_ren"]) + 1.96 / np.sqrt(len(both) - 3)


def test_yield_a_square_metre_is_what_was_built_in(tables, truth):
    grown = tables["produksi"].astype({"luas_m2": float, "hasil_kg": float, "jam_kerja": float})
    for commodity, rows in grown.groupby("komoditas"):
        yields = rows["hasil_kg"] / rows["luas_m2"]
        expected = truth["pangan"]["kg_per_m2"][commodity]
        assert abs(yields.mean() - expected) < ONE_IN_A_HUNDRED * yields.std() / np.sqrt(len(rows))
    adopted = tables["kunjungan"].query("topik == 'pangan' and upt_asal == 'UPT-F'")["tanggal_adopsi"].item()
    assert grown.query("upt_id == 'UPT-F'")["bulan"].min() == adopted[:7]


def test_the_partners_sheet_counts_the_sessions_and_one_quarter_falls_out(tables, truth):
    sheet = tables["evaluasi"].astype({"sesi_rencana": int, "sesi_jalan": int})
    sessions = tables["sesi"].query("program_id == 'IP-C-25'")
    dates = pd.PeriodIndex(sessions["tanggal"], freq="Q").strftime("%Y-Q%q")
    counted = (sessions["terlaksana"] != "0").groupby([dates, sessions["komponen_id"]]).agg(["size", "sum"])
    told = sheet.set_index(["periode", "komponen_id"])[["sesi_rencana", "sesi_jalan"]].loc[counted.index]
    np.testing.assert_array_equal(told.to_numpy(), counted.to_numpy())
    quarters = sheet.groupby("periode")[["sesi_jalan", "sesi_rencana"]].sum()
    assert len(quarters) == 6
    special = truth["mitra"]["sebab_khusus"]
    for quarter, row in quarters.iterrows():
        chance = special["terlaksana"] if quarter == special["triwulan"] else truth["mitra"]["terlaksana"]
        assert _near(row["sesi_jalan"] / row["sesi_rencana"], chance, row["sesi_rencana"])
    assert sheet.set_index("periode").loc[special["triwulan"], "masalah"].ne("").all()


def test_who_finishes_is_counted_alike_in_the_sheet_and_in_the_records(tables):
    sheet = tables["evaluasi"].drop_duplicates("periode").set_index("periode")["selesai"].astype(int)
    done = tables["keikutsertaan"].query("program_id == 'IP-C-25' and status == 'selesai'")
    assert sheet.sum() == len(done)


# After release


@pytest.fixture(scope="module")
def followed(tables):
    """One row a person: days under observation, re-entry, programme, unit."""
    after, events = tables["tindak_lanjut"], tables["peristiwa"]
    free = events[events["jenis"] == "bebas"].set_index("pid")["tanggal"]
    found = after.groupby("pid").agg(
        last=("tanggal_terakhir", "max"), back=("masuk_lagi", lambda codes: "1" in set(codes))
    )
    found["days"] = (pd.to_datetime(found["last"]) - pd.to_datetime(free[found.index])).dt.days
    first = tables["keikutsertaan"].drop_duplicates("pid").merge(tables["program"], on="program_id").set_index("pid")
    return found.join(first[["program_jenis", "upt_id", "program_id"]])


def _ratio(people):
    """Mantel-Haenszel rate ratio of Release Talk to consultation, stratified by unit, and the error of its log."""
    above = below = spread = 0.0
    for _, unit in people.groupby("upt_id"):
        talk = unit["program_jenis"] == "release_talk"
        (d1, t1), (d0, t0) = ((unit[w]["back"].sum(), unit[w]["days"].sum()) for w in (talk, ~talk))
        above, below = above + d1 * t0 / (t1 + t0), below + d0 * t1 / (t1 + t0)
        spread += (d1 + d0) * t1 * t0 / (t1 + t0) ** 2
    return np.log(above / below), np.sqrt(spread / (above * below))


def test_the_rate_of_re_entry_in_release_talk_is_the_part_that_was_built_in(followed, truth):
    both = followed[followed["program_id"].str.endswith("-24")]
    assert both["back"].sum() > 60
    found, error = _ratio(both)
    assert abs(found - np.log(truth["setelah_bebas"]["rasio_hazard"]["release_talk"])) < 1.96 * error
    assert found + 1.96 * error < 0


def test_over_many_draws_the_ratio_is_on_the_mark_and_is_one_when_nothing_is_built_in(records):
    members = [one for one in records.members if one.programme.endswith("-24")]
    for planted, expected in (
        (PLANTED, PLANTED.hazard_ratio["release_talk"]),
        (type(PLANTED)(hazard_ratio=dict.fromkeys(PLANTED.hazard_ratio, 1.0)), 1.0),
    ):
        ratios = []
        for seed in range(40):
            fates = draw_fates(seed, planted, members)
            days = np.array([min(f.returns, f.dies, f.lost, 365) for f in fates])
            people = pd.DataFrame(
                {
                    "upt_id": [f.member.unit for f in fates],
                    "program_jenis": [f.member.kind for f in fates],
                    "days": days,
                    "back": [f.returns == day for f, day in zip(fates, days, strict=True)],
                }
            )
            ratios.append(_ratio(people)[0])
        assert abs(np.mean(ratios) - np.log(expected)) < ONE_IN_A_HUNDRED * np.std(ratios) / np.sqrt(len(ratios))


def test_some_are_lost_some_die_and_most_are_followed_for_a_year(tables, followed, truth):
    assert len(followed) == truth["setelah_bebas"]["diikuti"]
    died = tables["peristiwa"].query("jenis == 'meninggal'").set_index("pid")["tanggal"]
    assert 1 <= len(died) < 15
    assert (followed.loc[died.index, "last"] == died).all()
    assert not followed.loc[died.index, "back"].any()
    old = followed[followed["program_id"].str.endswith("-24")]
    lost = tables["tindak_lanjut"].query("masuk_lagi == '88'")["pid"].nunique()
    assert _near(
        lost / len(followed),
        1 - np.exp(-truth["setelah_bebas"]["hilang_kabar"] * followed["days"].mean() / 30.4),
        len(followed),
    )
    assert (old["days"] == 365).mean() > 0.5
