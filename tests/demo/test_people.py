"""The invented people: the files are what the command writes, and the truth in them can be found by other means."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import tomllib
from itertools import pairwise
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest

import reintegra as rg
from reintegra.core.check_letter import ALPHABET
from reintegra.demo import NO_PROGRAMME, TRUTH, WAVES, check_character, draw, is_valid, sound
from reintegra.demo.__main__ import main
from reintegra.demo.files import contents

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "data" / "demo"
ONE_IN_TWENTY = 1.96
ONE_IN_A_HUNDRED = 2.576  # about ten truths are asked of one draw
SCALES = ["men", "emo", "pos", "pdi", "ada", "tgj", "ren", "duk", "kmb"]
CORE = SCALES[:8]
PLACES = ("upt", "program", "komponen", "petugas", "mitra", "perjanjian", "kunjungan")


@pytest.fixture(scope="module")
def truth():
    return tomllib.loads((DEMO / "kebenaran.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def responses():
    return rg.read_responses(DEMO / "siap_36.csv", "siap_36")


@pytest.fixture(scope="module")
def cells():
    return pd.read_csv(DEMO / "siap_36.csv", dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def scores(responses):
    """One row a person and wave: the scores, what stands beside them, code and wave."""
    table = rg.score(responses).table[[*SCALES, "total"]]
    beside = responses.people.drop(columns="gelombang", errors="ignore")
    frame = table.join(beside).reset_index()
    frame[["menit", "sisa_pidana_hr", "petugas_hadir"]] = frame[["menit", "sisa_pidana_hr", "petugas_hadir"]].astype(
        int
    )
    return frame


@pytest.fixture(scope="module")
def by_wave(scores):
    """The overall score, one row a person and one column a wave, with the programme and the unit."""
    wide = pd.DataFrame({wave: rows.set_index("kode")["total"] for wave, rows in scores.groupby("gelombang")})
    return wide[list(WAVES)].join(scores.drop_duplicates("kode").set_index("kode")[["upt", "program", "cara_masuk"]])


# The files


def _files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_command_writes_the_bytes_that_stand_in_data_demo(tmp_path, capsys):
    assert main([str(tmp_path)]) == 0
    written = _files(tmp_path)
    assert written == _files(DEMO)
    assert len(capsys.readouterr().out.splitlines()) == len(written)


def test_a_folder_that_cannot_be_written_is_a_sentence_and_exit_code_two(tmp_path, capsys):
    (tmp_path / "berkas").write_text("")
    assert main([str(tmp_path / "berkas")]) == 2
    assert "berkas" in capsys.readouterr().err


def test_no_file_has_a_byte_order_mark_or_a_carriage_return():
    for data in _files(DEMO).values():
        assert not data.startswith(b"\xef\xbb\xbf")
        assert b"\r" not in data


def test_another_seed_draws_other_people():
    other = contents(draw(dataclasses.replace(TRUTH, seed=TRUTH.seed + 1)))
    places = {f"catatan/{table}.csv" for table in PLACES}
    for name, data in contents(draw()).items():
        assert (other[name] == data) == (name in places or name == "daftar_nama.csv")  # names of nobody


def test_the_codebook_names_every_column_in_both_languages_and_the_counts(cells, truth):
    indonesian, english = (ROOT / "data" / "README.md").read_text("utf-8").split("# Data in English")
    beside = [name for name in cells.columns if not re.fullmatch(r"[a-z]{3}[1-4]", name)]
    for text in (indonesian, english):
        assert [name for name in beside if f"| `{name}` |" not in text] == []
        assert f"`{cells['kode'][0]}`" in text
        for n in (len(cells), truth["orang"], *truth["tinggal"].values()):
            assert re.search(rf"\b{n}\b", text)
        for points in (truth["efek_poin_undian"]["release_talk"], truth["kenaikan_tanpa_program_poin"]):
            assert f"+{points['total']:.1f}" in text.replace(",", ".")


def test_nothing_in_the_files_points_at_a_person():
    for name, data in _files(DEMO).items():
        if name in ("konsultasi.csv", "daftar_nama.csv"):
            continue  # what is planted there belongs to nobody: test_consultations.py
        text = data.decode("utf-8").replace("Kode peserta (bukan nama)", "Kode peserta")
        if name == "catatan/mitra.csv":
            text = text.replace("mitra_id,nama,jenis", "")  # the name of an organisation
        assert not re.search(r"\d{10,}", text)
        assert not re.search(r"\b(bin|binti|nik|nama|register|alamat|telepon)\b", text, re.I)


# The codes


@pytest.mark.parametrize(
    ("text", "character"),
    [
        ("A1-2425G-ABC1234002", "M"),  # GRid, IFPI's example
        ("0000-0000-D07A-0090", "Q"),  # ISAN 0000-0000-D07A-0090-Q-0000-0000-X
        ("0000-0000-D07A-0090-0000-0000", "X"),
        ("1881-66C7-3420-6541", "Y"),  # ISAN 1881-66C7-3420-6541-Y-9F3A-0245-O
        ("1881-66C7-3420-6541-9F3A-0245", "O"),
        ("0000-0001-8CFA-0000", "I"),  # ISAN 0000-0001-8CFA-0000-I-0000-0000-K
    ],
)
def test_the_check_character_is_that_of_published_examples(text, character):
    assert check_character(text) == character
    assert is_valid(f"{text}-{character}")


def test_the_check_character_catches_every_single_typing_error():
    for code in draw().people[0].code, "PWT-0417-5", "A12425GABC1234002M":
        plain = code.replace("-", "")
        for place, right in enumerate(plain):
            wrong = [plain[:place] + c + plain[place + 1 :] for c in ALPHABET if c != right]
            assert not any(map(is_valid, wrong))


def test_every_code_of_the_invented_people_is_its_own_and_catches_every_swap_of_neighbours(cells):
    codes = cells["kode"].unique()
    assert len(codes) == 240
    for code in codes:
        assert re.fullmatch(r"UP[A-F]-\d{4}-[0-9A-Z]", code)
        assert is_valid(code)
        plain = code.replace("-", "")
        swaps = {plain[:i] + plain[i + 1] + plain[i] + plain[i + 2 :] for i in range(len(plain) - 1)} - {plain}
        assert not any(map(is_valid, swaps))


def test_the_standard_itself_misses_about_three_swaps_in_a_thousand_and_sound_knows_them():
    missed = swapped = unsound = 0
    for number in range(10_000):
        text = f"UPC{number:04d}"
        plain = text + check_character(text)
        swaps = {plain[:i] + plain[i + 1] + plain[i] + plain[i + 2 :] for i in range(len(plain) - 1)} - {plain}
        unseen = sum(map(is_valid, swaps))
        missed, swapped = missed + unseen, swapped + len(swaps)
        unsound += not sound(plain)
        assert sound(plain) == (unseen == 0)
    assert 0.001 < missed / swapped < 0.004
    assert unsound < 300


@pytest.mark.parametrize("code", ["", "A", "-", "UPA-04é7-5", "UPA/0417/5"])
def test_what_is_no_code_is_not_valid(code):
    assert not is_valid(code)


def test_a_check_character_of_nothing_is_refused():
    with pytest.raises(ValueError, match="letters"):
        check_character(" - ")


# Reading them


def test_the_table_is_read_without_a_fault_and_counts_as_the_truth_says(responses, truth):
    assert len(responses) == sum(truth["tinggal"].values()) == 649
    assert list(responses.index.names) == ["kode", "gelombang"]
    assert responses.index.get_level_values("gelombang").value_counts().to_dict() == truth["tinggal"]
    assert not {"personal-columns", "dates-unread", "headings-tidied", "rows-dropped", "cells-tidied"} & {
        notice.code for notice in responses.notices
    }


def test_units_programmes_and_ways_in_are_as_the_truth_says(by_wave, truth):
    for unit, about in truth["upt"].items():
        if unit != "sd":
            people = by_wave[by_wave["upt"] == unit]
            assert people["program"].value_counts().to_dict() == about["program"]
            waiting = "undian" if about["cara_masuk"] == "undian" else NO_PROGRAMME
            assert set(people.loc[people["program"] == NO_PROGRAMME, "cara_masuk"]) <= {waiting}
            assert set(people.loc[people["program"] != NO_PROGRAMME, "cara_masuk"]) == {about["cara_masuk"]}


def test_days_run_forward_on_weekdays_and_everybody_is_asked_before_release(scores):
    assert scores["tanggal"].map(lambda date: date.isoweekday() <= 5).all()
    assert (scores["sisa_pidana_hr"] > 0).all()
    release = scores["tanggal"] + pd.to_timedelta(scores["sisa_pidana_hr"], unit="D")
    last, first = release.groupby(scores["kode"]).max(), release.groupby(scores["kode"]).min()
    assert (last == first).all()
    in_order = scores.assign(number=scores["gelombang"].map(WAVES.index)).sort_values(["kode", "number"])
    steps = in_order.groupby("kode")["tanggal"].diff().dropna()
    assert (steps > pd.Timedelta(days=45)).all()


def test_who_has_left_does_not_come_back(scores):
    seen = scores.groupby("kode")["gelombang"].agg(set)
    assert set(map(frozenset, seen)) == {frozenset(WAVES[:n]) for n in (1, 2, 3)}


def test_seventy_seven_is_on_all_items_of_kmb_or_on_none_and_nowhere_else(cells):
    drugs = [f"kmb{i}" for i in range(1, 5)]
    not_asked = cells[drugs] == "77"
    assert (not_asked.all(axis=1) == not_asked.any(axis=1)).all()
    assert not (cells[[f"{scale}{i}" for scale in CORE for i in range(1, 5)]] == "77").any(axis=None)
    assert not_asked.all(axis=1).groupby(cells["kode"]).nunique().max() == 1
    assert not not_asked[cells["program"] == "rehab_sosial"].any(axis=None)


def test_the_google_form_gives_the_scores_of_the_table(scores):
    form = rg.read_responses(DEMO / "formulir_google.csv", "siap_36")
    assert len(form) == 40
    assert "headings-tidied" not in {notice.code for notice in form.notices}
    here = rg.score(form).table[[*SCALES, "total"]]
    there = scores[scores["gelombang"] == "awal"].set_index("kode").loc[here.index]
    np.testing.assert_array_equal(here.to_numpy(), there[here.columns].to_numpy())
    assert (form.people["UPT"] == there["upt"]).all()
    assert (form.people["Timestamp"].dt.normalize() == there["tanggal"]).all()
    assert set(there["cara"]) == {"isi_sendiri"}


def test_every_planted_fault_is_found_in_its_row_or_by_the_check_character(truth):
    planted = {(fault["sebab"], tuple(fault["baris"])) for fault in truth["formulir_salah"]}
    with pytest.raises(rg.IntakeError) as caught:
        rg.read_responses(DEMO / "formulir_google_salah.csv", "siap_36")
    problems = caught.value.problems
    found = {(p.why, tuple(p.row) if isinstance(p.row, list) else (p.row,)) for p in problems}
    unseen = planted - found
    assert {why for why, _ in unseen} <= {"wrong-check-letter"}
    rows = pd.read_csv(DEMO / "formulir_google_salah.csv", dtype=str, keep_default_na=False)
    codes = rows["Kode peserta (bukan nama)"]
    mistyped = [fault for fault in truth["formulir_salah"] if fault["sebab"] == "wrong-check-letter"]
    assert [number + 2 for number, code in enumerate(codes) if code and not is_valid(code)] == mistyped[0]["baris"]
    assert len(found - planted) == 0
    assert len(planted) == 9


# The truth, found by other means


def test_a_mean_score_looks_like_that_of_a_real_unit(scores, cells):
    first = scores[scores["gelombang"] == "awal"]
    assert first[SCALES].mean().between(48, 75).all()
    assert first[SCALES].std().between(16, 25).all()
    lost = 1 - (scores["gelombang"] == "akhir").sum() / len(first)
    assert 0.15 < lost < 0.25
    core = cells[[f"{scale}{i}" for scale in CORE for i in range(1, 5)]]
    assert 0.02 < core.isin(["", "88", "99"]).to_numpy().mean() < 0.04


def _interval(values):
    """Return mean and half width of a normal interval."""
    values = np.asarray(values, dtype=float)
    return values.mean(), ONE_IN_A_HUNDRED * values.std(ddof=1) / np.sqrt(len(values))


def test_people_without_a_programme_gain_what_was_built_in(by_wave, truth):
    waiting = by_wave[by_wave["program"] == NO_PROGRAMME]
    gain, half = _interval((waiting["akhir"] - waiting["awal"]).dropna())
    assert abs(gain - truth["kenaikan_tanpa_program_poin"]["total"]) < half


def _latent_in_points(truth):
    """Return what one latent unit on every scale is worth in the overall score."""
    built_in = truth["efek"]["release_talk"]
    return truth["efek_poin"]["release_talk"]["total"] / np.mean([built_in[scale] for scale in CORE])


def _least_squares(columns, outcome):
    """Return coefficients and their robust (HC3) standard errors."""
    design = np.column_stack([np.ones(len(outcome)), *columns]).astype(float)
    bread = np.linalg.inv(design.T @ design)
    coefficients = bread @ design.T @ outcome
    leverage = np.einsum("ij,jk,ik->i", design, bread, design)
    scaled = design * ((outcome - design @ coefficients) / (1 - leverage))[:, None]
    return coefficients, np.sqrt(np.diag(bread @ scaled.T @ scaled @ bread))


def _lottery_effect(unit):
    """Return the effect of being drawn, at the last wave and at the same first score, with its standard error."""
    unit = unit.dropna()
    drawn = unit["program"] != NO_PROGRAMME
    coefficients, errors = _least_squares([drawn, unit["awal"]], unit["akhir"].to_numpy())
    return coefficients[1], errors[1]


def test_the_lottery_gives_the_effect_that_was_built_in(by_wave, truth):
    unit = by_wave[by_wave["upt"] == truth["efek_poin_undian"]["upt"]]
    assert set(unit["cara_masuk"]) == {"undian"}
    effect, error = _lottery_effect(unit)
    assert abs(effect - truth["efek_poin_undian"]["release_talk"]["total"]) < ONE_IN_A_HUNDRED * error
    assert effect - ONE_IN_A_HUNDRED * error > 0


def test_the_lottery_was_even_at_the_first_wave(by_wave, truth):
    unit = by_wave[by_wave["upt"] == truth["efek_poin_undian"]["upt"]]
    drawn = unit["program"] != NO_PROGRAMME
    assert abs(unit.loc[drawn, "awal"].mean() - unit.loc[~drawn, "awal"].mean()) < 0.1 * unit["awal"].std()


def test_over_many_draws_nineteen_of_twenty_lotteries_hold_their_truth():
    held = 0
    for seed in range(40):
        cohort = draw(dataclasses.replace(TRUTH, seed=seed))
        lottery = cohort.where(unit="UPT-A")
        true = cohort.difference("release_talk", NO_PROGRAMME, who=lottery)["total"]
        gone = np.where(cohort.present[:, :, None], cohort.answers, 0)
        answers = np.where((gone >= 1) & (gone <= 4), gone, np.nan)
        names = cohort.instrument.item_names
        frames = {wave: pd.DataFrame(answers[:, number], columns=names) for number, wave in enumerate(WAVES)}
        wide = pd.DataFrame({wave: rg.score(frame, "siap_36").table["total"] for wave, frame in frames.items()})
        wide["program"] = [person.programme for person in cohort.people]
        effect, error = _lottery_effect(wide[lottery])
        held += abs(effect - true) < ONE_IN_TWENTY * error
    assert held >= 36


def test_joining_by_choice_looks_like_an_effect_at_the_first_wave_already(by_wave, truth):
    chosen = by_wave[by_wave["upt"].isin(["UPT-B", "UPT-C", "UPT-D"])].dropna(subset="awal")
    way = chosen["cara_masuk"].map({"sukarela": 1, "ditunjuk": -1, "daftar_tunggu": 0})
    units = [chosen["upt"] == unit for unit in ("UPT-C", "UPT-D")]
    found, errors = _least_squares([way, *units], chosen["awal"].to_numpy())
    assert truth["masuk_program"]["sukarela"] == -truth["masuk_program"]["ditunjuk"]
    assert abs(found[1] - truth["masuk_program"]["sukarela"] * _latent_in_points(truth)) < ONE_IN_A_HUNDRED * errors[1]


def _logit(columns, outcome):
    """Return coefficients and standard errors of a logistic regression, by Newton's method."""
    design = np.column_stack([np.ones(len(outcome)), *columns]).astype(float)
    coefficients = np.zeros(design.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-design @ coefficients))
        information = design.T @ (design * (chance * (1 - chance))[:, None])
        coefficients += np.linalg.solve(information, design.T @ (outcome - chance))
    return coefficients, np.sqrt(np.diag(np.linalg.inv(information)))


def test_low_scorers_and_people_near_release_leave_as_was_built_in(scores, truth):
    steps = []
    for before, after in pairwise(WAVES):
        here = scores[scores["gelombang"] == before].dropna(subset="total")
        stayed = set(scores.loc[scores["gelombang"] == after, "kode"])
        steps.append(here.assign(left=~here["kode"].isin(stayed)))
    steps = pd.concat(steps)
    points, days = (steps["total"] - 60) / 10, (steps["sisa_pidana_hr"] - 250) / 30
    found, errors = _logit([points, days], steps["left"].to_numpy(dtype=float))
    built_in = truth["pergi"]
    expected = [built_in["pada_60_poin_dan_250_hari"], built_in["per_10_poin"], built_in["per_30_hari"]]
    assert (abs(found - expected) < ONE_IN_A_HUNDRED * errors).all()
    assert found[1] + ONE_IN_A_HUNDRED * errors[1] < 0  # and the loss does depend on the score
    assert found[2] + ONE_IN_A_HUNDRED * errors[2] < 0


def test_the_easy_scales_have_the_ceilings(scores, truth):
    at_most = (scores[SCALES] == 100).groupby(scores["gelombang"]).mean()
    ease = pd.Series(truth["jawaban"]["kemudahan"])
    assert set(ease.nlargest(2).index) == {"pos", "tgj"}
    for wave in WAVES:
        assert set(at_most.loc[wave].nlargest(2).index) == {"pos", "tgj"}
        assert at_most.loc[wave, ["pos", "tgj"]].between(0.08, 0.20).all()


def _agreeing(codes, reversed_items):
    """Return how far a person agrees with plain and with reversed items alike: 0 is even, in codes."""
    plain = codes.drop(columns=reversed_items)
    return (plain.mean(axis=1) + codes[reversed_items].mean(axis=1) - 5) / 2


def test_people_agree_with_plain_and_reversed_items_alike_as_much_as_was_built_in(responses, truth):
    codes = responses.codes[[f"{scale}{i}" for scale in CORE for i in range(1, 5)]]
    codes = codes.drop(index=truth["jawaban"]["asal_asalan"], level=0)
    agreeing = _agreeing(codes, [f"{scale}4" for scale in CORE])
    both = pd.DataFrame({wave: agreeing.xs(wave, level="gelombang") for wave in ("awal", "akhir")})
    # One latent unit in codes: how dense people stand where the answers 2, 3 and 4 begin.
    how, style = truth["jawaban"], truth["jawaban"]["setuju_terundi"]
    level = sum(weight**2 for weight in how["bobot"].values()) * np.mean(how["muatan"]) ** 2
    answer = NormalDist(style["rata"], np.sqrt(level + style["sd"] ** 2 + how["derau"] ** 2))
    code = sum(map(answer.pdf, how["batas"]))
    mean, half = _interval(both["awal"])
    items = ONE_IN_A_HUNDRED * 0.15 * code / 2 * np.sqrt(1 / 24 + 1 / 8)  # the items' own cuts differ, too
    assert abs(mean - style["rata"] * code) < np.hypot(half, items)
    assert mean - half > 0
    (_, shared), (_, _) = both.dropna().cov().to_numpy()  # what is the same at both waves is the person's style
    sampling = np.sqrt((1 + both.corr().to_numpy()[0, 1] ** -2) / len(both.dropna())) / 2
    assert abs(np.sqrt(shared) / (style["sd"] * code) - 1) < ONE_IN_A_HUNDRED * sampling


def test_without_the_style_nobody_agrees_with_both_kinds_of_item():
    plain = draw(dataclasses.replace(TRUTH, agreeing=0.0, agreeing_sd=0.0, careless=0))
    names = plain.instrument.item_names
    reversed_items = [item.name for item in plain.instrument.items if item.reverse]
    worlds = [pd.DataFrame(plain.worlds[NO_PROGRAMME][:, wave], columns=names) for wave in (0, 2)]
    before, after = (_agreeing(world, reversed_items) for world in worlds)
    assert abs(np.corrcoef(before, after)[0, 1]) < 0.3  # the extremes of the scale leave a trace
    assert abs(before.mean()) < 0.06


def test_one_interviewer_hears_people_readier_than_they_are(scores, truth):
    built_in = truth["jawaban"]["pewawancara"]
    unit = scores[(scores["upt"] == "UPT-B") & (scores["cara"] != "isi_sendiri")].dropna(subset="total").copy()
    unit["heard"] = (unit["pewawancara_id"] == built_in["kode"]).astype(float)
    waves = pd.get_dummies(unit["gelombang"]).astype(float).drop(columns="awal")
    own = pd.concat([unit[["total", "heard"]], waves], axis=1)
    inside = own - own.groupby(unit["kode"]).transform("mean")  # within persons
    design = inside.drop(columns="total").to_numpy()
    found, *_ = np.linalg.lstsq(design, inside["total"].to_numpy(), rcond=None)
    rest = inside["total"].to_numpy() - design @ found
    freedom = len(unit) - unit["kode"].nunique() - design.shape[1]
    error = np.sqrt(rest @ rest / freedom * np.linalg.inv(design.T @ design)[0, 0])
    assert abs(found[0] - built_in["efek"] * _latent_in_points(truth)) < ONE_IN_A_HUNDRED * error
    assert found[0] - ONE_IN_A_HUNDRED * error > 0


def test_the_careless_give_one_answer_throughout_in_three_minutes_at_most(responses, scores, truth):
    careless = truth["jawaban"]["asal_asalan"]
    different = responses.codes.nunique(axis=1)
    assert set(different[different == 1].index.get_level_values(0)) == set(careless)
    assert (scores.loc[scores["kode"].isin(careless), "menit"] <= 3).all()
    assert (scores.loc[~scores["kode"].isin(careless), "menit"] >= 5).all()


def test_missing_answers_are_as_frequent_as_was_built_in(cells, truth):
    names = [f"{scale}{i}" for scale in CORE for i in range(1, 5)]
    share = truth["kosong"]
    quantile = NormalDist().inv_cdf(0.995)
    knowing = ["men1", "ada3", "ren1", "ren3"]
    for code, chance, items in (
        ("88", share["tidak_tahu_88"], [name for name in names if name not in knowing]),
        ("88", 5 * share["tidak_tahu_88"], knowing),
        ("99", share["menolak_99"], names),
    ):
        seen = (cells[items] == code).to_numpy()
        assert abs(seen.mean() - chance) < quantile * np.sqrt(chance * (1 - chance) / seen.size)


# The truth in points


def test_effects_in_points_are_those_of_the_scorer_on_complete_answers():
    cohort = draw()
    names = cohort.instrument.item_names
    who = cohort.where(unit="UPT-A")
    for programme in TRUTH.effects:
        with_it, without = (
            rg.score(pd.DataFrame(cohort.worlds[world][who, 2], columns=names), "siap_36").table
            for world in (programme, NO_PROGRAMME)
        )
        exact = cohort.difference(programme, NO_PROGRAMME, who=who)
        for scale in [*CORE, "total"]:
            assert exact[scale] == pytest.approx((with_it[scale] - without[scale]).mean(), abs=1e-9)


def test_the_truth_file_holds_the_effects_of_the_draw(truth):
    cohort = draw()
    for programme, effects in truth["efek_poin"].items():
        exact = cohort.difference(programme, NO_PROGRAMME)
        assert effects == {scale: pytest.approx(value, abs=0.0051) for scale, value in exact.items()}


def test_what_a_programme_does_to_a_scale_follows_what_was_built_in(truth):
    for programme, latent in truth["efek"].items():
        if programme in truth["efek_poin"]:
            points = pd.Series(truth["efek_poin"][programme])[SCALES]
            assert np.corrcoef(points, pd.Series(latent)[SCALES])[0, 1] > 0.95


def test_without_effects_all_worlds_are_one():
    no_effects = {programme: dict.fromkeys(SCALES, 0.0) for programme in TRUTH.effects}
    cohort = draw(dataclasses.replace(TRUTH, effects=no_effects, effect_sd=0.0))
    for world in cohort.worlds.values():
        np.testing.assert_array_equal(world, cohort.worlds[NO_PROGRAMME])


def test_a_person_is_released_after_the_last_wave():
    cohort = draw()
    for person, visits in zip(cohort.people, cohort.visits, strict=True):
        assert person.release > visits[-1].date > dt.date(2025, 5, 1)


def test_the_experts_agree_on_all_items_but_the_planted_ones(truth):
    ratings = pd.read_csv(DEMO / "panel_ahli.csv", index_col="ahli")
    agreed = (ratings >= 3).mean() >= 0.78
    assert list(agreed.index[~agreed]) == sorted(truth["panel_ahli"]["butir_lemah"], key=list(agreed.index).index)
    assert len(ratings) == truth["panel_ahli"]["ahli"]


def test_people_asked_twice_did_not_change(truth):
    total = rg.score(rg.read_responses(DEMO / "uji_ulang.csv", "siap_36")).table["total"]
    first, second = (total.xs(wave, level="gelombang") for wave in ("uji", "ulang"))
    assert len(first) == len(second) == truth["uji_ulang"]["orang"]
    change = (second - first).dropna()
    assert abs(change.mean()) < ONE_IN_A_HUNDRED * change.std() / len(change) ** 0.5
    assert first.corr(second) > 0.7
