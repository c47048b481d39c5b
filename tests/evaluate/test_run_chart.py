"""Run charts: the published limits, false alarms that stay rare, and nothing seen where points are too few."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

import reintegra as rg
from reintegra.core.language import LANGUAGES, speaking
from reintegra.evaluate import run_chart
from reintegra.evaluate.run_chart import longest_by_chance, runs_by_chance

# Montgomery, Introduction to Statistical Quality Control, table 7.1: cans that leak, 30 samples of 50
CANS = [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6]


def cans(**changes):
    of = pd.Series(50, range(1, 31), name="cans")
    return run_chart(pd.Series(CANS, range(1, 31), name="leaking").replace(changes), of=of)


@pytest.mark.parametrize(
    ("above", "below", "fewest", "most"),
    [(5, 5, 3, 9), (6, 6, 4, 10), (7, 7, 4, 12), (8, 8, 5, 13), (9, 9, 6, 14), (10, 10, 7, 15), (5, 6, 4, 9)],
)
def test_the_number_of_runs_is_judged_by_the_table_of_swed_and_eisenhart(above, below, fewest, most):
    """Their table of 2.5 % on each side: 2|10, 3|11, 3|13, 4|14, 5|15, 6|16 are signs; 5 and 6 points: 3|10."""
    assert runs_by_chance(above, below) == (fewest, most)
    assert runs_by_chance(below, above) == (fewest, most)


def test_the_longest_run_is_judged_by_the_limits_of_anhoej_and_olesen():
    """R: round(log2(n) + 3)."""
    assert [longest_by_chance(n) for n in (10, 12, 16, 20, 24, 30, 60)] == [6, 7, 7, 7, 8, 8, 9]


def test_the_two_samples_that_montgomery_names_lie_outside():
    found = cans()
    assert found.centre == pytest.approx(0.2313, abs=5e-5)
    assert list(found.table.loc[found.table["outside"], "name"]) == ["15", "23"]
    assert found.signals == ("outside",)


def test_the_limits_of_a_share_are_those_of_the_binomial_distribution():
    planned, held = pd.Series([12, 36, 5, 80]), pd.Series([10, 30, 5, 70])
    found = run_chart(held, of=planned, outcome="held")
    for row in found.table.to_dict("records"):
        low, high = row["low"] * row["n"], row["high"] * row["n"]
        assert binom.cdf(low - 1, row["n"], found.centre) < 0.00135 <= binom.cdf(low, row["n"], found.centre)
        assert binom.sf(high, row["n"], found.centre) <= 0.00135 < binom.sf(high - 1, row["n"], found.centre)


@pytest.mark.parametrize("n", [10, 16, 24, 40])
def test_points_in_random_order_seldom_show_a_sign(n):
    rng = np.random.default_rng(n)
    signs = [run_chart(pd.Series(rng.normal(size=n)), outcome="x").signals for _ in range(60)]
    by_chance = run_chart(pd.Series(np.arange(float(n))), outcome="x").by_chance
    assert by_chance < 0.07
    assert sum(map(bool, signs)) <= binom.isf(1e-4, len(signs), by_chance)


def test_the_rules_most_often_taught_cry_out_in_a_third_of_charts_of_twenty_points():
    rng = np.random.default_rng(20)

    def longest(marks):
        return max(
            map(
                len,
                "".join("+" if mark > 0 else "-" for mark in marks).replace("+-", "+ -").replace("-+", "- +").split(),
            )
        )

    orders = [rng.permutation(20) for _ in range(1000)]
    taught = [longest(order - 9.5) >= 6 or longest(np.diff(order)) >= 4 for order in orders]
    assert 0.25 < np.mean(taught) < 0.35
    assert run_chart(pd.Series(np.arange(20.0)), outcome="x").by_chance < 0.05


def test_a_lasting_shift_is_seen_and_marked():
    rng = np.random.default_rng(1)
    found = run_chart(pd.Series(np.r_[rng.normal(0, 1, 12), rng.normal(4, 1, 12)]), outcome="x")
    assert found.signals == ("shift", "few_runs")
    assert found.table["shifted"].all()
    assert run_chart(pd.Series([1.0, 2.0] * 9), outcome="x").signals == ("many_runs",)


def test_points_on_the_median_neither_break_nor_lengthen_a_run():
    values = [1, 1, 3, 1, 1, 3, 3, 5, 5, 3, 5, 5]
    found = run_chart(pd.Series(values), outcome="x")
    assert (found.median, found.useful, found.runs) == (3, 8, 2)
    assert list(found.table["side"]) == [-1, -1, 0, -1, -1, 0, 0, 1, 1, 0, 1, 1]


def test_an_upside_down_chart_has_the_same_signs():
    rng = np.random.default_rng(3)
    values = pd.Series(np.r_[rng.normal(0, 1, 9), rng.normal(3, 1, 9)])
    up, down = (run_chart(sign * values, outcome="x") for sign in (1, -1))
    assert up.signals == down.signals
    assert (up.runs, up.fewest, up.most, up.by_chance) == (down.runs, down.fewest, down.most, down.by_chance)
    assert list(up.table["side"]) == list(-down.table["side"])


def test_with_six_points_the_chart_says_that_it_cannot_see_a_shift():
    values = pd.Series([34, 33, 32, 15, 33, 32], [f"2025-Q{i}" for i in range(1, 7)], name="held")
    with speaking("en"):
        alone, share = str(run_chart(values)), str(run_chart(values, of=pd.Series(36, values.index)))
    for text in (alone, share):
        assert "does not mean that nothing happened" in text
    assert "no sign" in alone
    assert "2025-Q4 (41.7 %)" in share


def test_a_period_without_a_number_is_left_out_and_named():
    found = run_chart(
        pd.Series([3, np.nan, 4, 5], list("abcd"), name="x"), of=pd.Series([5, 5, 0, 5], list("abcd")).replace(0, 9)
    )
    assert list(found.table["name"]) == ["a", "c", "d"]
    assert found.notes[0].code == "periods-left-out"
    assert "b" in str(found.notes[0])


def test_the_sentence_and_the_table_are_written_in_both_languages():
    said = []
    for lang in LANGUAGES:
        with speaking(lang):
            found = cans()
            said.append((str(found), *found.shown().columns))
    assert all(a != b for a, b in zip(*said, strict=True))


def test_what_is_no_run_chart_is_refused():
    values = pd.Series([1, 2, 3], [2, 1, 3], name="x")
    for bad, of, code in (
        (values, None, "periods-out-of-order"),
        (values.sort_index(), pd.Series(5, [1, 1, 2, 3], name="of"), "periods-out-of-order"),
        (values.sort_index().replace(3, np.nan), None, "too-few-periods"),
        (values.sort_index(), pd.Series(2, [1, 2, 3], name="of"), "not-a-count"),
        (values.sort_index().astype(str) + " sesi", None, "words-for-numbers"),
    ):
        with pytest.raises(rg.DataError) as error:
            run_chart(bad, of=of)
        assert error.value.code == code
