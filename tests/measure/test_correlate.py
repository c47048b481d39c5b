"""Correlations: those of scipy and of a published interval, whatever the order, the unit and who is missing."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import reintegra as rg
from reintegra.measure import correlation

# Student (1908), the same ten people under two drugs: sleep in R
FIRST = pd.Series([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0], name="first")
SECOND = pd.Series([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4], name="second")


def test_pearson_is_that_of_r():
    """R: with(sleep, cor.test(extra[group == 1], extra[group == 2])): 0.7951702058, t 3.7089904, p 0.005964996."""
    found = correlation(FIRST, SECOND)
    assert found.value == pytest.approx(0.7951702058, rel=1e-9)
    assert (found.ci_low, found.ci_high) == pytest.approx((0.3315254742, 0.9494465336), rel=1e-9)
    assert (found.statistic, found.p_value) == pytest.approx((3.7089904, 0.005964996), rel=1e-7)
    assert (found.df, found.n) == (8, 10)


@pytest.mark.parametrize(("method", "theirs"), [("pearson", stats.pearsonr), ("spearman", stats.spearmanr)])
def test_the_value_and_p_are_those_of_scipy(method, theirs):
    found, other = correlation(FIRST, SECOND, method=method), theirs(FIRST, SECOND)
    assert (found.value, found.p_value) == pytest.approx((other.statistic, other.pvalue), rel=1e-9)


def test_ranks_have_the_wider_interval_of_bonett_and_wright():
    found = correlation(FIRST, SECOND, method="spearman")
    half = (np.arctanh(found.ci_high) - np.arctanh(found.ci_low)) / 2
    assert half == pytest.approx(1.959963985 * np.sqrt((1 + found.value**2 / 2) / 7), rel=1e-8)


def test_unit_direction_and_order_change_nothing_but_the_sign():
    found = correlation(FIRST, SECOND)
    turned = correlation(32 - 1.8 * FIRST[::-1], SECOND)
    assert (turned.value, turned.ci_low) == pytest.approx((-found.value, -found.ci_high))
    assert correlation(SECOND, FIRST).value == pytest.approx(found.value)


def test_people_without_both_are_left_out_and_counted():
    found = correlation(FIRST.where(FIRST.index > 1), SECOND[:9])
    assert found.n == 7
    assert [note.code for note in found.notes] == ["pairs-left-out"]
    assert found.value == pytest.approx(correlation(FIRST[2:9], SECOND[2:9]).value)


def test_a_perfect_correlation_has_an_interval_without_width():
    found = correlation(FIRST, 2 * FIRST)
    assert (found.value, found.ci_low, found.ci_high, found.p_value) == pytest.approx((1, 1, 1, 0))


def test_the_interval_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(7)
    x, noise = rng.standard_normal((2, 400, 30))
    hits = [correlation(pd.Series(a), pd.Series(0.6 * a + 0.8 * b)) for a, b in zip(x, noise, strict=True)]
    share = np.mean([found.ci_low < 0.6 < found.ci_high for found in hits])
    assert abs(share - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 400)


def test_what_has_no_correlation_is_refused():
    for x, y, options, code in (
        (FIRST[:3], SECOND[:3], {}, "too-few-pairs"),
        (FIRST * 0, SECOND, {}, "all-alike"),
        (FIRST, SECOND, {"method": "kendall"}, "unknown-method"),
        (pd.concat([FIRST, FIRST]), SECOND, {}, "person-twice"),
    ):
        with pytest.raises(rg.DataError) as error:
            correlation(x, y, **options)
        assert error.value.code == code
