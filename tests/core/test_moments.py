"""Tables that add up: the same counts however the rows are split, and the numbers pandas gives."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reintegra.core import burt
from reintegra.core.errors import DataError
from reintegra.core.moments import Moments, Products, ScoreTable

CODES = (1, 2, 3, 4)
ITEMS = ["a", "b", "c"]


@st.composite
def answers(draw, most=12):
    """Draw answers to three items, with blanks and empty rows."""
    cell = st.sampled_from([*CODES, np.nan])
    rows = draw(st.lists(st.tuples(cell, cell, cell), min_size=1, max_size=most))
    return pd.DataFrame(rows, columns=ITEMS, dtype=float)


def same(first, second):
    assert (first.items, first.codes, first.rows, first.answered) == (
        second.items, second.codes, second.rows, second.answered,
    )  # fmt: skip
    assert first.burt.dtype == np.int64
    np.testing.assert_array_equal(first.burt, second.burt)
    np.testing.assert_array_equal(first.burt_complete, second.burt_complete)


@settings(deadline=None, max_examples=100)
@given(answers(), st.integers(1, 5), st.randoms(use_true_random=False))
def test_any_split_and_any_order_of_the_rows_gives_an_equal_table(frame, size, random):
    whole = Moments.of(frame, codes=CODES)
    same(whole, Moments.of((frame[i : i + size] for i in range(0, len(frame), size)), codes=CODES))
    order = list(range(len(frame)))
    random.shuffle(order)
    same(whole, Moments.of(frame.iloc[order], codes=CODES))


@settings(deadline=None, max_examples=100)
@given(answers())
def test_the_table_is_the_product_of_the_one_hot_columns(frame):
    one_hot = np.column_stack([frame[item] == code for item in ITEMS for code in CODES]).astype(int)
    moments = Moments.of(frame, codes=CODES)
    np.testing.assert_array_equal(moments.burt, one_hot.T @ one_hot)
    complete = one_hot[frame.notna().all(axis=1)]
    np.testing.assert_array_equal(moments.burt_complete, complete.T @ complete)
    assert moments.complete.rows == len(complete)


@settings(deadline=None, max_examples=60)
@given(answers(), st.integers(0, 5))
def test_empty_respondents_change_nothing_but_the_count(frame, empty):
    nobody = pd.DataFrame(np.nan, index=range(empty), columns=ITEMS)
    without, added = (Moments.of(f, codes=CODES) for f in (frame, pd.concat([frame, nobody])))
    assert added.rows == without.rows + empty
    assert added.answered == without.answered
    np.testing.assert_array_equal(added.burt, without.burt)


@settings(deadline=None, max_examples=60)
@given(answers(most=30))
def test_means_and_covariances_are_those_of_pandas(frame):
    moments = Moments.of(frame, codes=CODES)
    np.testing.assert_allclose(moments.means, frame.mean(), rtol=1e-12)
    np.testing.assert_allclose(moments.covariance, frame.cov(min_periods=2), rtol=1e-9, atol=1e-12)
    if moments.complete.rows > 1:
        np.testing.assert_allclose(moments.complete.covariance, frame.dropna().cov(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("widths", [[255, 2], [4] * 11, [2, 3, 7, 2, 5, 5, 11, 4, 2, 2, 2, 2, 3], [150] * 3, [3]])
def test_many_rows_of_items_with_few_and_many_answers_are_counted_alike(widths, monkeypatch):
    monkeypatch.setattr(burt, "ROWS_AT_ONCE", 300)
    rng = np.random.default_rng(3)
    names = [f"q{i}" for i in range(len(widths))]
    frame = pd.DataFrame({name: rng.integers(0, width, 1_001) for name, width in zip(names, widths, strict=True)})
    frame = frame.mask(rng.random(frame.shape) < 0.05)
    moments = Moments.of(frame, codes={name: range(width) for name, width in zip(names, widths, strict=True)})
    columns = [frame[name] == code for name, width in zip(names, widths, strict=True) for code in range(width)]
    one_hot = np.column_stack(columns).astype(int)
    np.testing.assert_array_equal(moments.burt, one_hot.T @ one_hot)
    complete = one_hot[frame.notna().all(axis=1)]
    np.testing.assert_array_equal(moments.burt_complete, complete.T @ complete)
    crossed = pd.crosstab(frame[names[0]], frame[names[-1]]).reindex(index=range(widths[0]), fill_value=0)
    np.testing.assert_array_equal(moments.pair(names[0], names[-1]), crossed)
    np.testing.assert_array_equal(np.concatenate(moments.counts), np.diagonal(moments.burt))


def test_every_column_type_and_every_blank_gives_the_same_table():
    frame = pd.DataFrame({"a": [1, np.nan, 4, 2], "b": [3, 3, np.nan, 1], "c": [2, 2, 2, np.nan]})
    expected = Moments.of(frame, codes=CODES)
    for kind in ("Float64", "Int64", "Int8"):
        same(Moments.of(frame.astype(kind), codes=CODES), expected)
    same(Moments.of(frame.astype(object).where(frame.notna(), None), codes=CODES), expected)
    same(Moments.of(frame.astype("Int64").astype("category"), codes=CODES), expected)


def test_a_category_nobody_chose_has_its_place():
    moments = Moments.of(pd.DataFrame({"a": [1, 2], "b": [1, 4]}), codes=CODES)
    assert [len(counts) for counts in moments.counts] == [4, 4]
    assert moments.counts[0].tolist() == [1, 1, 0, 0]


def test_codes_that_do_not_rise_by_one_and_codes_of_each_item_are_kept_apart():
    frame = pd.DataFrame({"a": [0, 2.5, 10], "b": [1, 0, np.nan]})
    moments = Moments.of(frame, codes={"a": [10, 0, 2.5], "b": [0, 1]})
    assert moments.codes == ((0, 2.5, 10), (0, 1))
    np.testing.assert_allclose(moments.covariance, frame.cov(), rtol=1e-12)


def test_items_that_are_not_there_and_tables_without_items_or_codes_are_refused():
    frame = pd.DataFrame({"N1": [1, 2, 3], "N2": [2, 3, 4]})
    calls = {
        "columns-absent": [lambda: Moments.of(frame).take(["N7"]), lambda: Moments.of(frame).pair("N1", "N7")],
        "no-codes": [lambda: Moments.of(frame, codes=[]), lambda: Moments.of(frame, codes={"N1": [], "N2": CODES})],
        "too-few-items": [lambda: Moments.of(frame[[]]), lambda: ScoreTable.of(frame, [], CODES)],
    }
    for code, each in calls.items():
        for call in each:
            with pytest.raises(DataError) as caught:
                call()
            assert caught.value.code == code


def test_some_of_the_items_can_be_taken_out():
    frame = pd.DataFrame({"a": [1, 2, 3], "b": [2, np.nan, 4], "c": [1, 1, 2]})
    part = Moments.of(frame, codes=CODES).take(["c", "a"])
    same(part.complete, Moments.of(frame.dropna()[["c", "a"]], codes=CODES).complete)
    np.testing.assert_array_equal(part.burt, Moments.of(frame[["c", "a"]], codes=CODES).burt)


def test_nobody_at_all_is_an_empty_table():
    moments = Moments.of(pd.DataFrame({"a": [np.nan], "b": [np.nan]}), codes=CODES)
    assert (moments.rows, moments.answered, moments.burt.sum()) == (1, 0, 0)
    assert np.isnan(moments.means).all()
    assert np.isnan(moments.covariance).all()


@settings(deadline=None, max_examples=60)
@given(answers(), st.integers(1, 4))
def test_score_tables_of_pieces_add_up(frame, size):
    frame = frame.assign(group=[["x", "y", "z", None][i % 4] for i in range(len(frame))])
    whole = ScoreTable.of(frame, ITEMS, CODES, by="group")
    parts = ScoreTable.of((frame[i : i + size] for i in range(0, len(frame), size)), ITEMS, CODES, by="group")
    assert whole.groups == parts.groups
    np.testing.assert_array_equal(whole.counts, parts.counts)
    complete = frame.dropna()
    assert whole.people.sum() == len(complete)
    for group, counts in zip(whole.groups, whole.people, strict=True):
        raw = complete.loc[complete["group"] == group, ITEMS].sum(axis=1) - len(ITEMS)
        np.testing.assert_array_equal(counts, np.bincount(raw.astype(int), minlength=10))
        for place, item in enumerate(ITEMS):
            given = complete.loc[complete["group"] == group, item]
            np.testing.assert_array_equal(
                whole.counts[whole.groups.index(group), :, place].sum(axis=0), [(given == code).sum() for code in CODES]
            )


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(-1000, 1000), st.integers(0, 99)), min_size=2, max_size=20), st.integers(1, 5))
def test_whole_numbers_stay_whole_however_they_are_split(rows, size):
    frame = pd.DataFrame(rows, columns=["x", "y"])
    origin = {"x": 10, "y": 50}
    whole = Products.of(frame, origin=origin)
    parts = Products.of((frame[i : i + size] for i in range(0, len(frame), size)), origin=origin)
    assert whole.table.dtype == parts.table.dtype == np.int64
    np.testing.assert_array_equal(whole.table, parts.table)
    np.testing.assert_allclose(whole.covariance, frame.cov(), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(whole.means, frame.mean(), rtol=1e-12, atol=1e-12)


def test_an_origin_near_the_mean_keeps_the_digits_of_large_numbers():
    """The first ten rows of NIST StRD Michelso, moved to a billion."""
    values = pd.DataFrame({"c": 1e9 + np.array([0.850, 0.740, 0.900, 1.070, 0.930, 0.850, 0.950, 0.980, 0.980, 0.880])})
    exact = np.var([0.850, 0.740, 0.900, 1.070, 0.930, 0.850, 0.950, 0.980, 0.980, 0.880], ddof=1)
    assert Products.of(values, origin={"c": 1e9}).covariance[0, 0] == pytest.approx(exact, rel=1e-5)


def test_people_with_a_blank_are_left_out_of_products_and_counted():
    products = Products.of(pd.DataFrame({"x": [1.5, 2.5, np.nan, 4], "y": [1, None, 3, 4]}))
    assert (products.rows, products.n) == (4, 2)
    assert products.table.dtype == np.float64
    assert np.isnan(Products.of(pd.DataFrame({"x": [np.nan]})).covariance).all()


def test_tables_of_other_questions_do_not_add_up():
    one = pd.DataFrame({"a": [1, 2]})
    with pytest.raises(DataError) as caught:
        Moments.of(one, codes=CODES) + Moments.of(one, codes=(1, 2, 3))
    assert caught.value.code == "tables-differ"
    with pytest.raises(DataError):
        Products.of(one) + Products.of(one, origin={"a": 1})
    with pytest.raises(DataError):
        ScoreTable.of(one, ["a"], CODES) + ScoreTable.of(one, ["a"], (1, 2))


def test_pieces_without_declared_codes_are_a_wrong_call():
    with pytest.raises(TypeError, match="codes"):
        Moments.of([pd.DataFrame({"a": [1]})])


def test_a_message_repeats_no_word_and_no_long_number_of_the_data():
    for values in (["Budi", "Ani"], [3302010101900001, 1]):
        with pytest.raises(DataError) as caught:
            Moments.of(pd.DataFrame({"a": values}), codes=CODES)
        assert not any(str(value)[:5] in str(caught.value) for value in values if value != 1)
