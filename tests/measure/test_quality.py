"""Response quality against the R package careless, then by hand; and what must not change it."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import reintegra as rg
from reintegra.intake import responses_of
from reintegra.measure import (
    flagged_rows,
    floor_ceiling,
    missing_answers,
    quality_groups,
    response_quality,
    without_flagged,
)

REFERENCE = Path(__file__).parent.parent / "reference"
DEMO = Path(rg.__file__).parent.parent / "data" / "demo" / "siap_36.csv"
INDICES = [
    "blank", "longest_run", "straight", "sameness", "contradiction", "acquiescence", "even_odd", "mahalanobis",
    "duplicate", "speed",
]  # fmt: skip


@pytest.fixture(scope="module")
def siap():
    return rg.load_instrument("siap_36")


@pytest.fixture(scope="module")
def first():
    table = pd.read_csv(REFERENCE / "data" / "readiness.csv")
    return table[table["wave"] == "awal"].set_index("pid")


@pytest.fixture(scope="module")
def complete(first, siap):
    return response_quality(responses_of(first[first[siap.item_names].notna().all(axis=1)], siap)).table


@pytest.fixture(scope="module")
def expected():
    return json.loads((REFERENCE / "measure.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("index", "name"), [("longest_run", "longstring"), ("mahalanobis", "mahalanobis"), ("even_odd", "even_odd")]
)
def test_an_index_is_that_of_careless(complete, expected, index, name):
    """R: careless::longstring(raw), mahad(raw), evenodd(reversed, factors = rep(4, 9))."""
    wanted = expected["careless"][name]
    np.testing.assert_allclose(complete[index][:20], wanted["first20"], rtol=1e-9)
    assert complete[index].mean() == pytest.approx(wanted["mean"], rel=1e-9)
    assert complete[index].std() == pytest.approx(wanted["sd"], rel=1e-9)


def test_sameness_is_the_variability_of_careless_with_its_sign_turned(complete, expected):
    """R: careless::irv(raw)."""
    wanted = expected["careless"]["irv"]
    np.testing.assert_allclose(-complete["sameness"][:20], wanted["first20"], rtol=1e-9)
    assert -complete["sameness"].mean() == pytest.approx(wanted["mean"], rel=1e-9)


def test_contradictions_are_those_of_r_with_blanks_left_out(first, siap, expected):
    """R: share of the answered pairs in which the raw code is 3 or 4 on both."""
    made = response_quality(responses_of(first, siap)).table["contradiction"]
    np.testing.assert_allclose(made[:20], expected["opposite_pairs"]["first20"], rtol=1e-9)


def test_the_mean_distance_of_complete_people_is_the_number_of_items(complete):
    """The trace of S^-1 S, times (n - 1) / n."""
    assert complete["mahalanobis"].mean() == pytest.approx(36 * 207 / 208, rel=1e-9)


def people(siap, *rows, **columns):
    """Each row is one answer for all items, or a list of 36."""
    answers = [row if isinstance(row, list) else [row] * 36 for row in rows]
    frame = pd.DataFrame(answers, columns=siap.item_names, dtype=float)
    return responses_of(frame.assign(**columns), siap)


def test_answering_very_much_like_me_throughout_gives_75_points_and_is_flagged(siap):
    """STATISTICS: 4 throughout gives exactly 75; so does no honest path around the flag: 1, 2 and 3 are flagged too."""
    straight = people(siap, 4, 3, 2, 1)
    assert rg.score(straight).table["total"].iloc[0] == 75
    assert flagged_rows(straight).all()
    table = response_quality(straight).table
    assert table["longest_run"].tolist() == [36] * 4
    assert table["acquiescence"].tolist() == pytest.approx([1, 2 / 3, 1 / 3, 0])
    assert table["contradiction"].tolist() == [1, 1, 0, 0]


def test_an_honest_person_at_an_end_is_not_flagged(siap):
    ready = [1 if item.reverse else 4 for item in siap.items]
    unready = [4 if item.reverse else 1 for item in siap.items]
    table = response_quality(people(siap, ready, unready)).table
    assert not table["lenient"].any()
    assert table["acquiescence"].tolist() == [0.5, 0.5]
    assert table["straight"].tolist() == [0, 0]


def test_a_run_over_items_of_one_direction_is_no_straight_line():
    """K10 has no reversed item: no distress at all is an honest answer to each."""
    k10 = rg.load_instrument("k10")
    quality = response_quality(responses_of(pd.DataFrame([[1] * 10] * 12, columns=k10.item_names), k10))
    assert (quality.table["longest_run"] == 10).all()
    assert not quality.table["lenient"].any()
    missing = quality.marks.set_index("index")["reason"]
    assert missing["straight"] == ""
    assert missing["contradiction"] == "no_pairs"
    nothing = quality.table[INDICES].isna().all()
    assert set(nothing[nothing].index) == set(missing[missing != ""].index)


def test_a_blank_ends_a_run(siap):
    row = [3.0] * 36
    row[20] = np.nan
    assert response_quality(people(siap, row)).table["longest_run"].tolist() == [20]


def test_half_a_sheet_left_blank_is_flagged_and_a_scale_that_was_not_asked_is_not(siap):
    mixed = ([2.0, 3.0, 4.0, 1.0] * 9)[:36]
    half = mixed[:18] + [np.nan] * 18
    no_drugs = mixed[:32] + [np.nan] * 4
    table = response_quality(people(siap, half, no_drugs, mixed)).table
    assert table["blank"].tolist() == pytest.approx([0.5, 4 / 36, 0])
    assert table["strict"].tolist() == [True, False, False]


def test_slow_is_fine_and_fast_is_not(siap):
    rows = [[2.0, 3.0, 4.0, 1.0] * 9] * 5
    table = response_quality(people(siap, *rows, menit=[40, 10, 3, 0.5, 0])).table
    assert table["speed"][:4].tolist() == pytest.approx([36 / 40, 3.6, 12, 72])
    assert np.isnan(table["speed"][4])
    assert table["lenient"].tolist() == [False, False, True, True, False]
    assert table["strict"].tolist() == [False, False, False, True, False]


def test_minutes_may_be_named_and_have_to_be_numbers(siap, first):
    answers = first[siap.item_names].head(3)
    typed = responses_of(answers.assign(lama=["12", None, "8.5"]), siap)
    assert response_quality(typed, minutes="lama").table["speed"].isna().tolist() == [False, True, False]
    assert response_quality(typed).table["speed"].isna().all()
    with pytest.raises(rg.DataError, match="lama"):
        response_quality(responses_of(answers.assign(lama="sebentar"), siap), minutes="lama")
    with pytest.raises(rg.DataError):
        response_quality(typed, interviewer="siapa")


def test_copies_are_found_within_one_interviewer_and_one_wave_only(siap, first):
    rng = np.random.default_rng(4)
    rows = rng.integers(1, 5, (4, 36)).astype(float)
    copy = rows[0].copy()
    copy[:3] = 5 - copy[:3]
    frame = pd.DataFrame([*rows, copy, copy], columns=siap.item_names)
    frame["pewawancara"] = ["A", "A", "A", "B", "A", "B"]
    made = response_quality(responses_of(frame, siap)).table["duplicate"]
    assert made[[0, 4]].tolist() == pytest.approx([33 / 36] * 2)
    assert (made[[1, 2, 3, 5]] < 0.6).all()
    frame["kode"], frame["gelombang"] = ["p", "q", "r", "s", "p", "t"], ["awal"] * 4 + ["akhir"] * 2
    waves = response_quality(responses_of(frame.set_index(["kode", "gelombang"]), siap)).table["duplicate"].to_numpy()
    assert np.nanmax(waves) < 0.6
    assert np.isnan(waves[[3, 4, 5]]).all()


def by_hand(rows, others):
    """Share of equal answers among those both gave, one pair after the other."""
    best = []
    for i in range(len(rows)):
        shares = []
        for j in range(len(rows)):
            both = (rows[i] > 0) & (rows[j] > 0)
            if i != j and others[i] == others[j] and both.sum() >= 20:
                shares.append((rows[i] == rows[j])[both].mean())
        best.append(max(shares, default=np.nan))
    return best


def test_duplicates_with_blanks_are_those_of_a_comparison_pair_by_pair(siap, first):
    some = first.head(80)
    made = response_quality(responses_of(some, siap), interviewer="unit").table["duplicate"]
    expected = by_hand(some[siap.item_names].fillna(0).to_numpy(), some["unit"].to_numpy())
    np.testing.assert_allclose(made, expected, rtol=1e-12)


def test_a_distance_with_blanks_is_measured_over_what_was_answered(siap, first):
    """Against numpy, for one person, with the pairwise covariances of pandas."""
    made = response_quality(responses_of(first, siap)).table["mahalanobis"]
    answers = first[siap.item_names]
    person = answers.index[answers.isna().any(axis=1)][0]
    there = answers.loc[person].notna()
    away = (answers.loc[person] - answers.mean())[there]
    covariance = answers.cov().loc[there, there]
    assert made[person] == pytest.approx(float(away @ np.linalg.inv(covariance) @ away), rel=1e-8)


def test_an_item_all_answer_alike_changes_no_distance(siap, first):
    """It says nothing; the others are measured as if it were not there."""
    some = first[first[siap.item_names].notna().all(axis=1)].assign(men1=3)
    made = response_quality(responses_of(some, siap)).table["mahalanobis"]
    assert made.mean() == pytest.approx(35 * 207 / 208, rel=1e-9)


def test_items_that_repeat_each_other_leave_the_distance_out_and_say_so(siap, first):
    quality = response_quality(responses_of(first.assign(men2=first["men1"], men3=first["men1"]), siap))
    assert quality.table["mahalanobis"].isna().all()
    assert quality.marks.set_index("index").loc["mahalanobis", "reason"]


def test_the_order_of_people_changes_nothing(siap, first):
    whole = response_quality(responses_of(first, siap), interviewer="unit").table
    mixed = response_quality(responses_of(first.sample(frac=1, random_state=2), siap), interviewer="unit").table
    pd.testing.assert_frame_equal(mixed.loc[whole.index], whole, rtol=1e-9)


def test_other_codes_for_the_same_answers_change_nothing(siap, first):
    """0 to 3 instead of 1 to 4, with a definition that says so."""
    shifted = tuple(
        replace(item, answers=tuple(replace(answer, value=answer.value - 1) for answer in item.answers))
        for item in siap.items
    )
    other = replace(siap, items=shifted, skips=())
    frame = first.copy()
    frame[siap.item_names] -= 1
    made = response_quality(responses_of(frame, other, direction_known=True)).table
    pd.testing.assert_frame_equal(made, response_quality(responses_of(first, siap)).table, rtol=1e-9)


def test_a_questionnaire_turned_round_twice_gives_the_same_indices(siap, first):
    """Answers mirrored and every key turned: what rests on answers after reversal stays."""
    turned = replace(siap, items=tuple(replace(item, reverse=not item.reverse) for item in siap.items))
    mirrored = first.copy()
    mirrored[siap.item_names] = 5 - mirrored[siap.item_names]
    made = response_quality(responses_of(mirrored, turned, direction_known=True)).table
    whole = response_quality(responses_of(first, siap)).table
    same = ["blank", "longest_run", "straight", "sameness", "even_odd", "mahalanobis"]
    pd.testing.assert_frame_equal(made[same], whole[same], rtol=1e-9)
    np.testing.assert_allclose(made["acquiescence"], 1 - whole["acquiescence"], rtol=1e-9)


@pytest.mark.parametrize("n", [1, 3])
def test_a_handful_of_people_and_all_blanks_are_answered_without_a_number_that_cannot_be(siap, n):
    for value in (np.nan, 3.0):
        quality = response_quality(people(siap, *[value] * n))
        assert len(quality.table) == n
        assert quality.table["strict"].all()
        reasons = quality.marks.set_index("index")["reason"]
        assert reasons["mahalanobis"]
        assert str(quality)
    assert response_quality(people(siap, *[np.nan] * n)).table["longest_run"].isna().all()


def test_empty_respondents_change_nobody_elses_indices(siap, first):
    more = pd.concat([first, pd.DataFrame(np.nan, index=["x", "y"], columns=siap.item_names)])
    made = response_quality(responses_of(more, siap)).table
    alone = response_quality(responses_of(first, siap)).table.rename_axis(None)
    pd.testing.assert_frame_equal(made.iloc[:-2], alone, rtol=1e-12)


@pytest.fixture(scope="module")
def demo():
    responses = rg.read_responses(DEMO, "siap_36")
    return responses, response_quality(responses)


def test_the_careless_people_built_into_the_invented_data_are_flagged_and_hardly_anyone_else(demo):
    """reintegra/demo/truth.py: six people give one answer throughout; at 15 visits."""
    responses, quality = demo
    straight = responses.codes.min(axis=1) == responses.codes.max(axis=1)
    assert straight.sum() >= 15
    assert quality.table.loc[straight, "strict"].all()
    assert quality.table.loc[~straight, "strict"].mean() < 0.02
    assert quality.table["lenient"].sum() >= quality.table["strict"].sum()


def test_nothing_is_deleted_and_the_difference_is_that_of_two_means(demo):
    responses, quality = demo
    scores = rg.score(responses)
    table = without_flagged(scores, quality).table.set_index(["rule", "score"])
    kept = ~quality.table["strict"]
    assert table.loc[("strict", "total"), "mean"] == pytest.approx(scores.table["total"].mean())
    assert table.loc[("strict", "total"), "mean_without"] == pytest.approx(scores.table.loc[kept, "total"].mean())
    assert table.loc[("strict", "total"), "difference"] == pytest.approx(
        scores.table.loc[kept, "total"].mean() - scores.table["total"].mean()
    )
    assert len(scores) == len(responses)


def test_the_sentence_names_the_rule_whose_flags_move_a_mean_most(demo):
    responses, quality = demo
    compared = without_flagged(rg.score(responses), quality)
    away = compared.table.set_index("rule")["difference"].abs()
    rule = {"lenient": "longgar", "strict": "ketat"}
    assert f"aturan {rule[away.idxmax()]}" in str(compared)
    strict = replace(compared, table=compared.table[compared.table["rule"] == "strict"])
    assert "aturan ketat" in str(strict)


def test_quality_is_compared_with_scores_of_the_same_rows_only(demo):
    responses, quality = demo
    with pytest.raises(rg.DataError) as caught:
        without_flagged(rg.score(responses.take(np.arange(len(responses)) < 50)), quality)
    assert caught.value.code == "rows-differ"


def test_groups_of_fewer_than_five_are_withheld(siap, first):
    frame = first.head(40).assign(cara=["wawancara"] * 4 + ["sendiri"] * 36)
    groups = quality_groups(response_quality(responses_of(frame, siap)), "cara")
    table = groups.table.set_index("group")
    assert table["n"].to_dict() == {"sendiri": 36, "wawancara": 4}
    assert table.loc["wawancara"].drop("n").isna().all()
    assert table.loc["sendiri", "strict"] == response_quality(responses_of(frame, siap)).table["strict"][4:].mean()
    assert "cara" in str(groups)


def test_interviewers_and_modes_are_summed_up_over_everybody(demo):
    for by in ("pewawancara_id", "cara", "gelombang"):
        table = quality_groups(demo[1], by).table
        assert table["n"].sum() == len(demo[1].table)
        assert (table["strict"] * table["n"]).sum() == pytest.approx(demo[1].table["strict"].sum())


def test_blanks_are_counted_by_item_by_person_and_by_pattern(first, siap):
    answers = first[siap.item_names]
    made = missing_answers(responses_of(first, siap))
    assert made.table["missing"].tolist() == answers.isna().sum().tolist()
    assert (made.people["n"] * made.people["blanks"]).sum() == answers.isna().sum().sum()
    assert made.patterns["n"].sum() == made.people["n"].sum() == len(first)
    assert made.patterns.loc[0, ["items", "blanks", "n"]].tolist() == ["", 0, 208]
    assert "208" in str(made)


def test_patterns_of_fewer_than_five_people_stand_together(siap):
    frame = pd.DataFrame(3.0, index=range(12), columns=siap.item_names)
    frame.loc[:5, ["kmb1", "kmb2"]] = np.nan
    frame.loc[6:8, "men1"] = np.nan
    made = missing_answers(responses_of(frame, siap)).patterns
    assert made["items"].tolist() == ["kmb1, kmb2", None]
    assert made["n"].tolist() == [6, 6]


def test_a_ceiling_begins_at_15_percent_and_needs_50_people(siap):
    full, middle = [1.0 if item.reverse else 4.0 for item in siap.items], [2.0, 3.0] * 18
    scores = rg.score(people(siap, *[full] * 9, *[middle] * 51))
    table = floor_ceiling(scores).table
    assert (table["at_highest"] == 0.15).all()
    assert table["ceiling"].all()
    assert not table["floor"].any()
    below = floor_ceiling(rg.score(people(siap, *[full] * 8, *[middle] * 52))).table
    assert not below["ceiling"].any()
    few = floor_ceiling(rg.score(people(siap, *[full] * 20))).table
    assert few["ceiling"].isna().all()
    assert (few["at_highest"] == 1).all()
    assert floor_ceiling(rg.score(people(siap, full, full))).table["at_highest"].isna().all()


def test_every_result_is_a_sentence_and_a_table_in_both_languages(demo):
    responses, quality = demo
    scores, three = rg.score(responses), responses.take(np.arange(len(responses)) < 3)
    results = [
        quality,
        quality_groups(quality, "cara"),
        quality_groups(response_quality(three), "cara"),
        without_flagged(scores, quality),
        without_flagged(rg.score(three), response_quality(three)),
        missing_answers(responses),
        floor_ceiling(scores),
        floor_ceiling(rg.score(three)),
    ]
    said = {}
    for lang in ("id", "en"):
        rg.set_language(lang)
        said[lang] = [result._repr_html_() for result in results]
    rg.set_language("id")
    assert all(a != b for a, b in zip(said["id"], said["en"], strict=True))
    assert all("<table" in html for html in said["id"])
