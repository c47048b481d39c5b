"""Questions with right and wrong answers, and the share of the room to rise that was used."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

import reintegra as rg
from reintegra.evaluate import normalised_gain
from reintegra.measure import number_right, questions


def test_right_wrong_and_unknown_make_one():
    table = questions(answers())
    np.testing.assert_allclose(table["right"] + table["wrong"] + table["unknown"], 1)


def answers(people=40, seed=3, unknown=True):
    rng = np.random.default_rng(seed)
    right = rng.normal(size=(people, 1)) + rng.normal(size=(people, 5)) > np.linspace(-1.5, 1, 5)
    codes = np.where(right, 1.0, np.where(rng.random(right.shape) < 0.3 * unknown, 88, 0))
    return pd.DataFrame(codes, columns=[f"q{n}" for n in range(1, 6)])


def test_discrimination_is_the_point_biserial_with_the_rest_of_the_test():
    given = answers()
    right = given.eq(1).astype(float)
    table = questions(given).set_index("question")
    for name in given:
        peer = stats.pointbiserialr(right[name], right.drop(columns=name).sum(axis=1))
        assert table.loc[name, "discrimination"] == pytest.approx(peer.statistic)
        low, high = stats.pearsonr(right[name], right.drop(columns=name).sum(axis=1)).confidence_interval()
        assert table.loc[name, ["discrimination_low", "discrimination_high"]].tolist() == pytest.approx([low, high])


def test_not_knowing_is_not_right_and_not_wrong():
    given = pd.DataFrame({"a": [1, 88, 0, np.nan], "b": [1, 0, 1, 0]})
    row = questions(given).set_index("question").loc["a"]
    assert row["n"] == 3
    assert row[["right", "wrong", "unknown"]].tolist() == pytest.approx([1 / 3] * 3)
    assert number_right(given).tolist()[:3] == [2, 0, 1]
    assert np.isnan(number_right(given)[3])


def test_an_answer_that_is_no_code_is_refused_by_question():
    with pytest.raises(rg.DataError) as caught:
        questions(pd.DataFrame({"a": [1, 2, 0], "b": [1, 0, 1]}))
    assert caught.value.code == "undeclared-codes"
    assert "«a»" in str(caught.value)


def before_and_after(people=30, seed=5):
    rng = np.random.default_rng(seed)
    first = pd.Series(rng.integers(2, 11, people), dtype=float)
    return first, (first + rng.integers(-1, 5, people)).clip(upper=12)


def test_the_gain_and_its_error_are_those_of_weighted_least_squares():
    # The rise by the room of all is the slope through the origin with weights 1 / room; leaving out one person, HC3.
    first, second = before_and_after()
    room = 12 - first
    peer = sm.WLS(second - first, room, weights=1 / room).fit(cov_type="HC3")
    found = normalised_gain(first, second, highest=12)
    assert found.value == pytest.approx(peer.params.iloc[0])
    assert found.se == pytest.approx(peer.bse.iloc[0])


def test_a_class_that_rose_from_half_to_three_quarters_used_half_of_its_room():
    found = normalised_gain(pd.Series([4.0, 6, 8]), pd.Series([8.0, 9, 10]), highest=12)
    assert found.value == pytest.approx(0.5)
    assert (found.n, found.notes) == (3, ())


def test_people_of_one_unit_are_left_out_together():
    first, second = before_and_after()
    unit = pd.Series([f"U{n % 6}" for n in range(30)])
    found = normalised_gain(first, second, highest=12, site=unit)
    assert (found.df, [note.code for note in found.notes]) == (5, ["site-jackknife"])
    alone = normalised_gain(first, second, highest=12, site=pd.Series(range(30)))
    assert alone.se == pytest.approx(normalised_gain(first, second, highest=12).se)
    mixed = np.random.default_rng(1).permutation(30)
    assert normalised_gain(first[mixed], second, highest=12, site=unit).se == pytest.approx(found.se)


def test_those_who_knew_it_all_have_no_room_and_are_told_of():
    first = pd.Series([12.0, 12, 6, 6, 6])
    found = normalised_gain(first, first.where(first > 6, 9), highest=12)
    assert found.value == pytest.approx(0.5)
    assert [note.code for note in found.notes] == ["gain-ceiling"]


def test_a_score_above_the_highest_is_refused():
    with pytest.raises(rg.DataError) as caught:
        normalised_gain(pd.Series([1.0, 2, 13]), pd.Series([2.0, 3, 4]), highest=12)
    assert caught.value.code == "outside-scale"
