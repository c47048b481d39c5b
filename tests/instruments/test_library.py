"""The shipped instruments against the published keys (tests/reference/keys.json: two sources each where it says so)."""

import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import reintegra as rg
from reintegra.core.language import LANGUAGES, speaking
from reintegra.instruments import status_line

REFERENCE = Path(__file__).parent.parent / "reference"
KEYS = {key["id"]: key for key in json.loads((REFERENCE / "keys.json").read_text("utf-8"))["keys"]}
VECTORS = json.loads((REFERENCE / "vectors.json").read_text("utf-8"))


def item(name, number):
    return f"{name}_{number:02d}"


def frame(name, rows):
    return pd.DataFrame(rows, columns=[item.name for item in rg.load_instrument(name).items], dtype=object)


def test_every_key_is_shipped_and_so_is_siap_36():
    table = rg.instruments()
    assert set(table["name"]) == {*KEYS, "siap_36"}
    assert list(table.columns) == ["name", "title", "items", "status", "licence"]


@pytest.mark.parametrize("name", KEYS)
def test_items_codes_and_reversals_are_those_of_the_key(name):
    key, made = KEYS[name], rg.load_instrument(name)
    count = key["n"] or len(key["items"])
    assert made.item_names == [item(name, i) for i in range(1, count + 1)]
    low, high = key["codes"]
    own = key.get("codes_by_item", {})
    for number, one in enumerate(made.items, 1):
        assert list(one.codes) == own.get(str(number), list(range(low, high + 1)))
        assert one.reverse == (number in key.get("reverse", []))
        assert one.unused == (number in key.get("unused", []))
        assert not one.label, "no wording is shipped with a key"
    assert made.check == key["check"]
    assert made.licence == key["licence"]
    assert made.citation
    assert made.sources


@pytest.mark.parametrize("name", KEYS)
def test_scores_are_those_of_the_key(name):
    key, made = KEYS[name], rg.load_instrument(name)
    for score_name, rule in key["subscales"].items():
        score = made.score(score_name)
        if "items" in rule:
            assert list(score.items) == [item(name, i) for i in rule["items"]]
            assert (score.rule, score.multiply) == (rule["how"], rule.get("times", 1))
            assert score.min_answered == rule["min_valid"]
            assert score.prorate == rule.get("prorate", False)
        if "range" in rule:
            assert [score.low, score.high] == rule["range"]
        direction = key["higher_is"]
        direction = direction.get(score_name) if isinstance(direction, dict) else direction
        assert score.higher_is == (direction or "unknown")
    assert made.min_answered == key.get("min_answered_of_26", 0)


@pytest.mark.parametrize("name", [name for name, key in KEYS.items() if key.get("bands")])
def test_bands_are_those_of_the_key(name):
    """Every whole score up to the top falls in the band whose printed limits hold it."""
    key, made = KEYS[name], rg.load_instrument(name)
    by_score = set(key["bands"]) <= set(key["subscales"])
    for system, printed in key["bands"].items():
        if not isinstance(printed, list) or isinstance(printed[0], dict):
            continue  # cut-offs and half-open edges: tested below
        score = made.score(system if by_score else "total")
        bands = score.bands["" if by_score else system]
        for label, low, high in printed:
            for value in range(low, high + 1):
                found = next(
                    b for b in bands if b.edge is None or (value < b.edge if b.below is not None else value <= b.edge)
                )
                assert found.label["en"] == label


def test_the_vendor_cut_offs_of_the_bam_lie_where_printed():
    made = rg.load_instrument("bam_17")
    assert [made.score(name).bands["vendor"][0].edge for name in ("use", "risk", "protective")] == [1, 12, 12]
    assert made.score("protective").bands["vendor"][0].upto == 12


@pytest.mark.parametrize(("name", "edges"), [("brs", (3.0, 4.3)), ("mspss", (3.0, 5.0))])
def test_the_gaps_of_printed_bands_are_closed(name, edges):
    made = rg.load_instrument(name).score("total")
    bands = next(iter(made.bands.values()))
    assert (bands[0].below, bands[1].upto, bands[2].edge) == (*edges, None)
    rows = {
        "mspss": [[3] * 11 + [2], [5] * 11 + [6], [5] * 12],
        "brs": [[3, 3, 3, 3, 3, 4], [5, 2, 4, 2, 4, 2], [3] * 6],
    }
    scored = rg.score(frame(name, rows[name]), name).table["total_band"]
    assert list(scored) == {"mspss": ["low", "high", "moderate"], "brs": ["low", "normal", "normal"]}[name]


@pytest.mark.parametrize("vector", VECTORS, ids=[f"{v['instrument']}-{i}" for i, v in enumerate(VECTORS)])
def test_a_vector_of_answers_gives_its_scores(vector):
    table = rg.score(frame(vector["instrument"], [vector["responses"]]), vector["instrument"]).table
    for name, expected in vector["expected"].items():
        found = table[name].iloc[0]
        assert np.isnan(found) if expected is None else found == pytest.approx(expected, abs=1e-6)


def test_the_rounded_variant_of_whoqol_gives_the_paper_table():
    """Published conversion: social raw 3, 5, 9, 14, 15 and physical raw 7, 21, 35."""
    rows, expected = [], []
    answers = {3: (1, 1, 1), 5: (1, 2, 2), 9: (3, 3, 3), 14: (5, 5, 4), 15: (5, 5, 5)}
    for raw, hundred in ((3, 0), (5, 19), (9, 50), (14, 94), (15, 100)):
        rows.append([3] * 19 + list(answers[raw]) + [3] * 4)
        expected.append(hundred)
    scored = rg.score(frame("whoqol_bref", rows), "whoqol_bref", variant="rounded").table
    assert list(scored["social_100"]) == expected
    worst, best = [3] * 26, [3] * 26
    for number in (3, 4, 10, 15, 16, 17, 18):
        worst[number - 1], best[number - 1] = (5, 1) if number < 5 else (1, 5)
    scored = rg.score(frame("whoqol_bref", [worst, [3] * 26, best]), "whoqol_bref", variant="rounded").table
    assert list(scored["physical_100"]) == [0, 50, 100]


def test_a_person_with_21_of_26_answers_has_no_whoqol_score():
    rows = [[3] * 22 + [None] * 4, [3] * 21 + [None] * 5]
    scored = rg.score(frame("whoqol_bref", rows), "whoqol_bref").table
    assert scored["physical"].notna().tolist() == [True, False]
    assert scored.filter(regex="^(?!.*_answered)").iloc[1].isna().all()


def test_a_prorated_score_is_rounded_before_its_band():
    """10 / 7 x 9 = 12.86 is 13, 7 / 8 x 9 = 7.88 is 8."""
    rows = {
        "moderate": [3, 2, 1, 0, 1, 2, None, None, 1],
        "mild": [3, 2, 1, 1, 0, 0, 0, 0, None],
    }
    table = rg.score(frame("phq_9", list(rows.values())), "phq_9").table
    assert table["total"].tolist() == pytest.approx([90 / 7, 63 / 8])
    assert table["total_band"].tolist() == list(rows)
    just = rg.score(frame("gad_7", [[2, 2, 1, 1, 1, 1, None], [2, 2, 2, 1, 1, None, None]]), "gad_7").table
    assert just["total"].tolist() == pytest.approx([56 / 6, 56 / 5])
    assert just["total_band"].tolist() == ["mild", "moderate"]  # 9.33 is 9, 11.2 is 11


def test_a_skipped_question_is_filled_and_counted():
    k10 = [2, 1, None, 3, 1, None, 2, 2, 2, 2]
    scored = rg.score(frame("k10", [k10]), "k10").table
    assert scored["total"].iloc[0] == 2 + 1 + 1 + 3 + 1 + 1 + 2 + 2 + 2 + 2
    audit = [0] + [None] * 7 + [2, 0]
    assert rg.score(frame("audit", [audit]), "audit").table["total"].iloc[0] == 2
    audit = [2, 0, 0] + [None] * 5 + [0, 0]
    assert rg.score(frame("audit", [audit]), "audit").table["total"].iloc[0] == 2
    bam = [0, 0, 0, 0, None, None, 0] + [0] * 6 + [4] + [0] * 3
    assert rg.score(frame("bam_17", [bam]), "bam_17").table["use"].iloc[0] == 0


def test_a_blank_that_no_skip_explains_stays_blank():
    assert np.isnan(rg.score(frame("k10", [[2, 2, None, 3, 1, None, 2, 2, 2, 2]]), "k10").table["total"].iloc[0])


def test_either_of_two_questions_counts_once():
    """TCU Drug Screen II: 4a or 4b, 6a or 6b; a 'no' beside a blank is not known."""
    rows = [
        [1] * 11,
        [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0],
        [0, 0, 0, 1, None, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, None, 0, 0, 0, 0, 0, 0],
    ]
    scored = rg.score(frame("tcuds_2", rows), "tcuds_2").table
    assert scored["total"].tolist()[:3] == [9, 2, 1]
    assert np.isnan(scored["total"].iloc[3])
    assert scored["total_band"].iloc[0] == "relatively severe"


def test_socrates_deciles_are_looked_up():
    """Published: recognition 29 is decile 30; out of the drug form no decile above the last step."""
    recognition = [1, 3, 7, 10, 12, 15, 17]
    row = [1] * 19
    for number, answer in zip(recognition, (5, 4, 4, 4, 4, 4, 4), strict=True):
        row[number - 1] = answer
    scored = rg.score(frame("socrates_8d", [row, [5] * 19]), "socrates_8d").table
    assert (scored["recognition"].iloc[0], scored["recognition_decile"].iloc[0]) == (29, 30)
    assert scored["ambivalence_decile"].tolist() == [10, 90]


def test_two_band_systems_stand_beside_each_other():
    table = rg.score(frame("k10", [[2] * 10, [3] * 10]), "k10").table
    assert table["total_band"].tolist() == ["mild", "severe"]
    assert table["total_band_population_ABS"].tolist() == ["moderate", "very high"]


def test_flag_items_name_who_needs_someone_today():
    rows = [[0] * 9, [0] * 8 + [1], [0] * 8 + [None], [1] * 8 + [0]]
    flags = rg.score(frame("phq_9", rows), "phq_9").flags
    assert flags.index.tolist() == [1, 2]
    assert flags["item"].unique().tolist() == ["phq_9_09"]
    assert flags["answer"].isna().tolist() == [False, True]
    assert flags["action"].nunique() == 2
    assert rg.load_instrument("srq_20").items[16].flag is not None


def test_answers_that_run_from_1_to_4_are_not_taken_for_0_to_3():
    dass = frame("dass_21", np.tile([1, 2, 3, 4, 1, 2, 3] * 3, (5, 1)))
    with pytest.raises(rg.IntakeError) as caught:
        rg.score(dass, "dass_21")
    (problem,) = caught.value.problems
    assert (problem.code, problem.why) == ("codes-shifted", "out-of-range")
    with speaking("en"):
        assert "look one off" in str(caught.value)
    assert rg.score(dass - 1, "dass_21").table["total"].notna().all()


def test_24_columns_are_not_taken_for_urica():
    narrow = pd.DataFrame([[3] * 24], columns=[f"urica_32_{i:02d}" for i in range(1, 25)])
    with pytest.raises(rg.IntakeError, match="24"):
        rg.score(narrow, "urica_32")
    with pytest.raises(rg.IntakeError, match="24"):
        rg.score(pd.DataFrame([[3] * 24], columns=[f"P{i}" for i in range(1, 25)]), "urica_32")


def test_the_wording_of_srq_item_3_can_be_declared():
    rows = [[0, 0, 1] + [0] * 17]
    assert rg.score(frame("srq_20", rows), "srq_20").table["total"].iloc[0] == 1
    assert rg.score(frame("srq_20", rows), "srq_20", variant="tidur_nyenyak").table["total"].iloc[0] == 0


@pytest.mark.parametrize("name", [*KEYS, "siap_36"])
def test_titles_labels_and_notes_stand_in_both_languages(name):
    made = rg.load_instrument(name)
    labels = [made.title, made.note, *(score.label for score in made.scores)]
    labels += [band.label for score in made.scores for bands in score.bands.values() for band in bands]
    assert all(set(label) == set(LANGUAGES) for label in labels)


def test_siap_36_is_the_published_csv():
    made = rg.load_instrument("siap_36")
    with (REFERENCE / "siap_36.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert made.item_names == [row["item"] for row in rows]
    for one, row in zip(made.items, rows, strict=True):
        assert one.label == {"id": row["text_id"], "en": row["text_en"]}
        assert one.reverse == (row["reverse"] == "1")
        assert (one.opposite_of or "") == row["opposite_of"]
    scales = ["men", "emo", "pos", "pdi", "ada", "tgj", "ren", "duk", "kmb"]
    assert [score.name for score in made.scores] == [*scales, "total"]
    assert [score.name for score in made.scores if score.formative] == ["ren", "duk"]
    assert "kmb" not in made.score("total").scores


def test_answering_sesuai_throughout_is_not_yet_the_highest_band():
    """Answering 4 throughout gives exactly 75: the middle band, for it ends with 75."""
    table = rg.score(frame("siap_36", [[4] * 36]), "siap_36").table
    assert table["men"].iloc[0] == 75
    assert table["men_band"].iloc[0] == "perlu diperkuat"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_instrument_that_is_not_validated_says_so(lang):
    with speaking(lang):
        assert "SIAP-36" in status_line(rg.load_instrument("siap_36"))
        assert status_line(rg.load_instrument("whoqol_bref")) == ""
