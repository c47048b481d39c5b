"""The partial credit model against eRm, against closed forms, and against every way to cut the data."""

import itertools
import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import reintegra as rg
from reintegra.core.moments import ScoreTable
from reintegra.intake import responses_of
from reintegra.measure import partial_credit, person_fit
from reintegra.measure.conditional import Model, places, without_two

REFERENCE = Path(__file__).parent.parent / "reference"
REN = ["ren1", "ren2", "ren3", "ren4"]


@pytest.fixture(scope="module")
def complete():
    table = pd.read_csv(REFERENCE / "data" / "readiness.csv")
    first = table[table["wave"] == "awal"].set_index("pid")
    items = rg.load_instrument("siap_36").item_names
    return first[first[items].notna().all(axis=1)]


@pytest.fixture(scope="module")
def responses(complete):
    return responses_of(complete, rg.load_instrument("siap_36"))


@pytest.fixture(scope="module")
def scored(complete):
    """The four items after reversal, as plain numbers."""
    return complete[REN].assign(ren4=5 - complete["ren4"])


@pytest.fixture(scope="module")
def expected():
    return json.loads((REFERENCE / "measure.json").read_text("utf-8"))["partial_credit_ren"]


@pytest.fixture(scope="module")
def fitted(responses):
    return partial_credit(responses, "ren")


def thresholds(model):
    return model.table["estimate"].to_numpy().reshape(len(model.items), -1)


def test_thresholds_and_likelihood_are_those_of_erm(fitted, expected):
    """R: eRm::PCM(x); thresholds(pm). eRm stops 1e-9 short of the best likelihood."""
    values = np.array(expected["thresholds"]["values"])
    np.testing.assert_allclose(thresholds(fitted), values[:, 1:], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(fitted.items["location"], values[:, 0], rtol=1e-4)
    assert fitted.loglik == pytest.approx(expected["loglik"], rel=1e-9)
    assert fitted.loglik >= expected["loglik"]
    assert fitted.n == expected["n"]


def test_places_of_the_raw_scores_are_those_of_erm(fitted, expected):
    """R: person.parameter(pm): maximum likelihood; its two extreme scores are extrapolated, ours are Warm's."""
    np.testing.assert_allclose(fitted.scores["ml"][1:-1], expected["theta"]["theta"][1:-1], rtol=1e-4, atol=1e-5)
    assert fitted.scores["ml"].isna().tolist() == [True, *[False] * 11, True]
    assert np.isfinite(fitted.scores[["theta", "se"]]).all(axis=None)


@pytest.mark.parametrize("fit", ["infit", "outfit"])
def test_item_fit_is_that_of_erm(fitted, expected, fit):
    """R: itemfit(person.parameter(pm))."""
    np.testing.assert_allclose(fitted.items[fit], [expected[fit][item] for item in REN], rtol=1e-4)


def test_two_items_with_two_answers_have_a_closed_form():
    """Rasch: the difference is the log of the ratio of discordant pairs, its error that of McNemar's odds."""
    rows = [(1, 0)] * 90 + [(0, 1)] * 40 + [(1, 1)] * 30 + [(0, 0)] * 20
    model = partial_credit(ScoreTable.of(pd.DataFrame(rows, columns=["a", "b"]), ["a", "b"], [0, 1]))
    first, second = model.table["estimate"]
    assert second - first == pytest.approx(math.log(90 / 40), rel=1e-9)
    assert model.table["se"].tolist() == pytest.approx([math.sqrt(1 / 90 + 1 / 40) / 2] * 2, rel=1e-9)
    assert first + second == pytest.approx(0, abs=1e-12)


def conditional_loglik(free, patterns, counts, widths):
    """The conditional likelihood by going through every possible pattern."""
    starts = np.cumsum([0, *(width - 1 for width in widths)])
    easy = [np.concatenate([[0], free[a:b]]) for a, b in itertools.pairwise(starts)]
    weight = np.array([sum(own[x] for own, x in zip(easy, pattern, strict=True)) for pattern in patterns])
    raw = np.array([sum(pattern) for pattern in patterns])
    total = np.array([np.logaddexp.reduce(weight[raw == r]) for r in raw])
    return float(counts @ (weight - total))


def test_the_maximum_and_its_errors_are_those_of_the_likelihood_over_all_patterns():
    """Items with 2, 3 and 4 answers; gradient and second derivatives by central differences."""
    widths = (2, 3, 4)
    patterns = list(itertools.product(*(range(width) for width in widths)))
    counts = np.random.default_rng(3).integers(2, 30, len(patterns))
    rows = pd.DataFrame(np.repeat(patterns, counts, axis=0), columns=list("abc"))
    codes = {name: range(width) for name, width in zip("abc", widths, strict=True)}
    model = partial_credit(ScoreTable.of(rows, list("abc"), codes))
    best = np.concatenate(
        [-np.cumsum(part["estimate"]) for _, part in model.table.groupby("item")]
    )  # fmt: skip
    assert best.sum() == pytest.approx(0, abs=1e-9)
    step = 1e-3 * np.eye(len(best))

    def like(free):
        return conditional_loglik(free, patterns, counts, widths)

    assert like(best) == pytest.approx(model.loglik, rel=1e-10)
    slope = [(like(best + s) - like(best - s)) / 2e-3 for s in step]
    np.testing.assert_allclose(slope, 0, atol=2e-4)
    bend = [
        [like(best + s + t) - like(best + s - t) - like(best - s + t) + like(best - s - t) for t in step] for s in step
    ]
    information = -np.array(bend) / 4e-6
    kept = np.linalg.svd(np.ones((1, len(best))))[2][1:]  # all moves that leave the sum of the easiness alone
    covariance = kept.T @ np.linalg.inv(kept @ information @ kept.T) @ kept
    first = model.table["item"].ne(model.table["item"].shift()).to_numpy()
    change = np.eye(len(best)) - np.where(first[:, None], 0, np.eye(len(best), k=-1))
    np.testing.assert_allclose(model.table["se"], np.sqrt(np.diag(change @ covariance @ change.T)), rtol=1e-4)


def test_symmetric_functions_lose_no_digit():
    """36 items, weights from 1e-6 to 1e6, against exact fractions."""
    rng = np.random.default_rng(1)
    weights = np.column_stack([np.ones(36), 10 ** rng.uniform(-6, 6, (36, 3))])
    found = without_two(weights, 109)
    for i, j in ((0, 1), (17, 17), (35, 20)):
        exact = [Fraction(1)]
        for item in set(range(36)) - {i, j}:
            longer = [Fraction(0)] * (len(exact) + 3)
            for category in range(4):
                for r, value in enumerate(exact):
                    longer[r + category] += value * Fraction(weights[item, category])
            exact = longer
        np.testing.assert_allclose(found[i, j, : len(exact)], np.array(exact, dtype=float), rtol=1e-12)
        assert not found[i, j, len(exact) :].any()


def test_warms_places_of_equal_items_are_those_of_jeffreys():
    """k items of difficulty 0: the place of raw score r is the logit of (r + 1/2) / (k + 1)."""
    k = 7
    model = Model(np.zeros((k, 2)), np.eye(k), np.full(k, 2), 0.0)
    share = (np.arange(k + 1) + 0.5) / (k + 1)
    np.testing.assert_allclose(places(model, warm=True), np.log(share / (1 - share)), rtol=1e-9, atol=1e-12)


def test_person_fit_adds_up_to_item_fit(fitted, responses):
    people = person_fit(fitted, responses, "ren")
    inside = people["outfit"].notna()
    assert (people.loc[~inside, "raw_score"].isin([0, 12])).all()
    assert people.loc[inside, "outfit"].mean() == pytest.approx(fitted.items["outfit"].mean(), rel=1e-9)
    assert people["raw_score"].value_counts().sort_index().tolist() == fitted.scores["n"].tolist()


def test_a_person_with_a_blank_is_left_out_and_has_no_place(complete, fitted):
    blank = complete.head(3).assign(ren2=np.nan)
    blank.index = ["a", "b", "c"]
    more = responses_of(pd.concat([complete, blank]), rg.load_instrument("siap_36"))
    model = partial_credit(more, "ren")
    assert model.table.equals(fitted.table)
    assert person_fit(model, more, "ren").loc[["a", "b", "c"]].isna().all(axis=None)


def test_splitting_and_merging_the_score_table_changes_nothing(scored, fitted):
    codes = [1, 2, 3, 4]
    pieces = [scored.iloc[:7], scored.iloc[7:100], scored.iloc[100:]]
    merged = ScoreTable.of(pieces[0], REN, codes) + ScoreTable.of(pieces[1:], REN, codes)
    assert partial_credit(merged).table.equals(fitted.table)


def test_a_frame_of_items_gives_the_same(scored, fitted, responses):
    model = partial_credit(scored, codes=[1, 2, 3, 4])
    assert model.table.equals(fitted.table)
    assert person_fit(model, scored, codes=[1, 2, 3, 4]).equals(person_fit(fitted, responses, "ren"))
    with pytest.raises(rg.DataError) as caught:
        partial_credit(ScoreTable.of(scored, REN), collapse=True)
    assert caught.value.code == "needs-rows"


def test_the_order_of_people_changes_nothing_and_that_of_items_only_the_last_digits(scored, fitted):
    codes = [1, 2, 3, 4]
    mixed = partial_credit(ScoreTable.of(scored.sample(frac=1, random_state=1), REN, codes))
    assert mixed.table.equals(fitted.table)
    turned = partial_credit(ScoreTable.of(scored, REN[::-1], codes))
    np.testing.assert_allclose(thresholds(turned)[::-1], thresholds(fitted), rtol=1e-9, atol=1e-10)


def test_other_codes_for_the_same_answers_change_nothing(scored, fitted):
    other = partial_credit(ScoreTable.of(scored * 10 - 5, REN, [5, 15, 25, 35]))
    np.testing.assert_array_equal(thresholds(other), thresholds(fitted))
    assert other.table["code"].unique().tolist() == [15, 25, 35]


def test_reversing_all_items_turns_the_line_round(scored, fitted):
    """Distances between thresholds are kept; twice reversed, everything is."""
    codes = [1, 2, 3, 4]
    once = thresholds(partial_credit(ScoreTable.of(5 - scored, REN, codes)))
    mirrored = -once[:, ::-1]
    shift = mirrored - thresholds(fitted)
    np.testing.assert_allclose(shift, shift[0, 0], atol=1e-8)
    twice = partial_credit(ScoreTable.of(5 - (5 - scored), REN, codes))
    assert twice.table.equals(fitted.table)


def test_extreme_scores_change_no_threshold_and_are_said(scored, fitted):
    lowest = pd.DataFrame(np.ones((40, 4)), columns=REN)
    model = partial_credit(ScoreTable.of(pd.concat([scored, lowest]), REN, [1, 2, 3, 4]))
    np.testing.assert_allclose(thresholds(model), thresholds(fitted), rtol=1e-9, atol=1e-9)
    assert model.n == fitted.n + 40
    assert {note.code for note in model.notes} >= {"pcm-extreme"}


def test_an_answer_nobody_gave_is_refused_and_taken_out_on_request(complete):
    fewer = responses_of(complete.assign(ren1=complete["ren1"].replace(2, 3)), rg.load_instrument("siap_36"))
    with pytest.raises(rg.DataError, match="ren1") as caught:
        partial_credit(fewer, "ren")
    assert caught.value.code == "unused-answer"
    model = partial_credit(fewer, "ren", collapse=True)
    assert model.table.loc[model.table["item"] == "ren1", "code"].tolist() == [3, 4]
    assert np.isfinite(model.table["estimate"]).all()
    assert person_fit(model, fewer, "ren")["theta"].notna().all()


def test_an_item_all_answer_alike_is_refused_by_name(scored):
    for collapse, code in ((False, "unused-answer"), (True, "constant-item")):
        with pytest.raises(rg.DataError, match="ren2") as caught:
            partial_credit(scored.assign(ren2=3), codes=[1, 2, 3, 4], collapse=collapse)
        assert caught.value.code == code


def test_one_item_and_a_scale_that_is_not_there_are_refused(scored, responses):
    with pytest.raises(rg.DataError) as caught:
        partial_credit(scored[["ren1"]])
    assert caught.value.code == "too-few-items"
    with pytest.raises(rg.DataError, match="ren") as caught:
        partial_credit(responses, "renn")
    assert caught.value.code == "unknown-scale"


def test_too_few_people_are_refused_with_the_number_needed(responses):
    with pytest.raises(rg.DataError, match="150") as caught:
        partial_credit(responses.take(np.arange(len(responses)) < 149), "ren")
    assert caught.value.code == "too-few-people"


@pytest.mark.parametrize("n", [1, 3])
def test_a_handful_or_only_blanks_are_refused(n):
    names = rg.load_instrument("siap_36").item_names
    for value in (3, np.nan):
        few = responses_of(pd.DataFrame(value, index=range(n), columns=names), rg.load_instrument("siap_36"))
        with pytest.raises(rg.DataError):
            partial_credit(few, "ren")


def test_items_that_always_come_before_others_have_no_finite_solution():
    """Fischer's condition fails: who lacks one of a and b never has c or d."""
    rows = [(1, 0, 0, 0), (0, 1, 0, 0), (1, 1, 1, 0), (1, 1, 0, 1)] * 50
    table = ScoreTable.of(pd.DataFrame(rows, columns=list("abcd")), list("abcd"), [0, 1])
    with pytest.raises(rg.DataError) as caught:
        partial_credit(table)
    assert caught.value.code == "no-maximum"


def drawn(discrimination, steps, n=400, seed=5):
    rng = np.random.default_rng(seed)
    theta = rng.normal(size=n)
    answers = {}
    for place, a in enumerate(discrimination):
        log = np.cumsum(np.column_stack([np.zeros(n), *(a * (theta - step) for step in steps[place])]), axis=1)
        chance = np.exp(log) / np.exp(log).sum(axis=1, keepdims=True)
        answers[f"i{place}"] = (rng.random(n)[:, None] > chance.cumsum(axis=1)).sum(axis=1)
    return pd.DataFrame(answers)


def test_known_thresholds_are_found_again():
    """A seeded draw: within four standard errors, all in their places."""
    steps = [(-1, 0, 1), (-0.5, 0, 0.5), (-2, 0, 2), (0, 0.5, 1), (-1, -0.5, 0), (-1.5, 0, 1)]
    frame = drawn([1] * 6, steps, n=2000)
    model = partial_credit(ScoreTable.of(frame, list(frame), range(4)))
    truth = np.array(steps) - np.array(steps).mean()
    found = thresholds(model) - thresholds(model).mean()
    assert (np.abs(found - truth) < 4 * model.table["se"].to_numpy().reshape(6, 3)).all()


def test_a_noisy_a_muted_and_a_disordered_item_are_named():
    frame = drawn([0, 1, 1, 1, 6, 1], [(-1, 0, 1)] * 5 + [(1, 0, -1)])
    model = partial_credit(ScoreTable.of(frame, list(frame), range(4)))
    said = {note.code: note.columns for note in model.notes}
    assert said["pcm-noisy"] == ("i0",)
    assert said["pcm-muted"] == ("i4",)
    assert "i5" in said["pcm-disordered"]
    assert not model.items.set_index("item").loc["i5", "ordered"]


def test_the_map_holds_everybody_and_every_threshold(fitted):
    line = fitted.map
    assert line.loc[line["kind"] == "person", "n"].sum() == fitted.n
    assert (line["kind"] == "threshold").sum() == 12
    assert np.isfinite(line["place"]).all()


def test_another_scale_is_no_match_for_a_model(fitted, responses):
    with pytest.raises(rg.DataError) as caught:
        person_fit(fitted, responses, "duk")
    assert caught.value.code == "model-differs"
    assert "duk1 (1, 2, 3, 4)" in str(caught.value)


def test_people_who_do_not_use_every_answer_have_their_places_by_the_model(scored):
    """Five new people, columns in another order, others beside them; the codes are those of the model."""
    model = partial_credit(scored)
    few = scored.iloc[[3, 40, 41, 90, 150]]
    assert few["ren1"].nunique() < 4
    expected = person_fit(model, scored).loc[few.index]
    assert person_fit(model, few).equals(expected)
    assert person_fit(model, few[REN[::-1]].assign(umur=30)).equals(expected)
    assert person_fit(model, few, codes=[1, 2, 3, 4, 5]).equals(expected)
    with pytest.raises(rg.DataError, match="ren3") as caught:
        person_fit(model, few.drop(columns="ren3"))
    assert caught.value.code == "columns-absent"
    with pytest.raises(rg.DataError, match="0, 1, 2, 3") as caught:
        person_fit(model, few - 1, codes=[0, 1, 2, 3])
    assert caught.value.code == "model-differs"


def test_an_answer_that_was_taken_out_gives_no_place_and_the_others_keep_theirs(complete):
    fewer = complete.assign(ren1=complete["ren1"].replace(2, 3))
    siap = rg.load_instrument("siap_36")
    model = partial_credit(responses_of(fewer, siap), "ren", collapse=True)
    some = complete["ren1"].isin([2, 3, 4])
    found = person_fit(model, responses_of(complete[some], siap), "ren")
    same = complete.loc[some, "ren1"] != 2
    assert found.loc[~same].isna().all(axis=None)
    whole = person_fit(model, responses_of(fewer, siap), "ren")
    assert found[same].equals(whole.loc[same.index[same]])


@pytest.mark.parametrize("collapse", [False, True])
def test_an_item_nobody_answered_is_refused_by_name_and_nobody_complete_by_number(scored, collapse):
    with pytest.raises(rg.DataError, match="ren9") as caught:
        partial_credit(scored.assign(ren9=np.nan), codes=[1, 2, 3, 4], collapse=collapse)
    assert caught.value.code == "nobody-answered"
    odd = np.arange(len(scored)) % 2 == 0
    apart = scored.assign(ren1=scored["ren1"].where(odd), ren2=scored["ren2"].where(~odd))
    with pytest.raises(rg.DataError) as caught:
        partial_credit(apart, codes=[1, 2, 3, 4], collapse=collapse)
    assert (caught.value.code, caught.value.values["n"]) == ("too-few-people", 0)


def test_who_is_left_out_and_who_is_counted_twice_is_said(complete):
    siap = rg.load_instrument("siap_36")
    later = complete.head(30).set_index(complete.index[:30])
    both = pd.concat({"awal": complete, "akhir": later}, names=["gel", "pid"]).swaplevel()
    both.loc[both.index[:5], "ren2"] = np.nan
    said = {note.code: note.params["people"] for note in partial_credit(responses_of(both, siap), "ren").notes[:2]}
    assert said == {"people-left-out": 5, "people-repeated": 25}


def test_the_model_is_a_sentence_and_a_table_of_one_row_an_item(fitted):
    assert "208" in str(fitted)
    assert "ren4" in str(fitted)
    assert list(fitted.shown().iloc[:, 0]) == REN
    assert fitted.status in fitted._repr_html_()
