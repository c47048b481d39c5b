"""Adjusted means, contrasts, slopes, equivalence and lots, against R (lm, emmeans, sandwich)."""

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import reintegra as rg
from reintegra.core.language import speaking
from reintegra.evaluate import (
    ancova,
    cluster_robust,
    contrasts,
    equivalence,
    holm,
    randomisation_test,
    site_sums,
)
from reintegra.evaluate.contrasts import all_within

REFERENCE = Path(__file__).parent.parent / "reference"
R = json.loads((REFERENCE / "evaluate.json").read_text("utf-8"))["three_programmes"]


@pytest.fixture(scope="module")
def three():
    return pd.read_csv(REFERENCE / "data" / "three_programmes.csv")


def model(frame, kind="alike", **options):
    options = {"covariates": ["pre"], "site": "site"} | options
    return ancova(frame, outcome="post", programme="programme", kind=kind, **options)


def test_an_ancova_is_lm(three):
    """R: lm(post ~ pre + site + programme)."""
    table = model(three).table
    for ours, theirs in (("estimate", "Estimate"), ("se", "Std. Error"), ("p_value", "Pr(>|t|)")):
        np.testing.assert_allclose(table[ours], [row[theirs] for row in R["coef"].values()], rtol=1e-9)


@pytest.mark.parametrize("kind", ["HC2", "HC3"])
def test_robust_errors_are_those_of_sandwich(three, kind):
    """R: sqrt(diag(vcovHC(m, kind)))."""
    np.testing.assert_allclose(model(three, kind).table["se"], list(R[kind].values()), rtol=1e-9)


def test_adjusted_means_are_those_of_emmeans(three):
    means, expected = model(three).means, R["adjusted_means"]
    keys = {"estimate": "emmean", "se": "SE", "df": "df", "ci_low": "lower.CL", "ci_high": "upper.CL"}
    for ours, theirs in keys.items():
        np.testing.assert_allclose(means[ours], [row[theirs] for row in expected], rtol=1e-9)
    assert list(means["name"]) == ["A", "B", "C"]


def turned(row):
    """Return emmeans' "A - B" as our "B - A"."""
    limits = {"ci_low": -row["upper.CL"], "ci_high": -row["lower.CL"]} if "lower.CL" in row else {}
    return {"estimate": -row["estimate"], "se": row["SE"], "p_value": row["p.value"], **limits}


@pytest.mark.parametrize("adjust", ["tukey", "holm"])
def test_pairs_are_those_of_emmeans(three, adjust):
    """R: pairs(emmeans(m, ~programme), adjust)."""
    table = contrasts(model(three), adjust=adjust).table
    assert list(table["name"]) == ["B - A", "C - A", "C - B"]
    for i, row in enumerate(R[adjust]):
        for column, value in turned(row).items():
            assert table.loc[i, column] == pytest.approx(value, rel=1e-8), column


def test_comparisons_with_one_are_dunnett_s(three):
    """R: contrast(e, "trt.vs.ctrl", adjust = "mvt"); its intervals come from a search that stops at 1e-4."""
    table = contrasts(model(three), adjust="dunnett").table
    for i, row in enumerate(R["against_A_dunnett"]):
        assert table.loc[i, "p_value"] == pytest.approx(row["p.value"], rel=1e-4)
        assert [table.loc[i, "ci_low"], table.loc[i, "ci_high"]] == pytest.approx(
            [row["lower.CL"], row["upper.CL"]], abs=1e-4
        )


def test_dunnett_s_table_is_met():
    """Dunnett (1964), Biometrics 20, 482-491, two-sided 5 %."""
    for k, df, printed in ((3, 20, 2.54), (2, 10, 2.57), (9, 60, 2.77)):
        alike = np.full((k, k), 0.5) + 0.5 * np.eye(k)
        assert all_within(printed - 0.006, alike, df) < 0.95 < all_within(printed + 0.006, alike, df)


def test_dunnett_s_integral_and_the_lattice_rule_agree():
    alike = np.full((4, 4), 0.5) + 0.5 * np.eye(4)
    other = alike.copy()
    other[0, 1] = other[1, 0] = 0.5 + 1e-6  # no common part any more
    assert all_within(2.3, other, 15) == pytest.approx(all_within(2.3, alike, 15), abs=5e-6)


def test_slopes_and_programmes_are_tested_as_by_anova(three):
    """R: anova(m, m2), anova(m0, m)."""
    found = model(three)
    for ours, theirs in ((found.slopes_equal, R["slopes_equal"]), (found.programme_test, R["programme_F"])):
        assert list(ours) == pytest.approx([theirs["F"], *theirs["df"], theirs["p"]], rel=1e-9)


def test_equivalence_is_two_one_sided_tests(three):
    """R: pt((estimate +- 5) / SE, df); emmeans' A - C is our C - A, so the two tests change places."""
    found = equivalence(contrasts(model(three)), margin=5, term="C - A")
    row, expected = found.table.iloc[0], R["equivalence_A_C"]
    assert [row["p_lower"], row["p_upper"]] == pytest.approx([expected["p_upper"], expected["p_lower"]], rel=1e-9)
    assert [-row["ci_high"], -row["ci_low"]] == pytest.approx(expected["ci90"], rel=1e-9)
    assert not found.alike
    with speaking("en"):
        assert "no proof that they differ" in str(found)
        assert "alike within 9.0" in str(equivalence(contrasts(model(three)), margin=9, term="C - A"))


def test_holm_s_steps():
    """Holm (1979): the smallest times 3, the next times 2, never falling."""
    np.testing.assert_allclose(holm([0.02, np.nan, 0.01, 0.9]), [0.04, np.nan, 0.03, 0.9])
    np.testing.assert_allclose(holm([0.04, 0.03, 0.5]), [0.09, 0.09, 0.5])
    np.testing.assert_allclose(holm([0.6, 0.7]), [1, 1])


def test_order_shift_and_unit_change_what_they_should(three):
    first = contrasts(model(three, "HC3")).table
    other = three.sample(frac=1, random_state=1).assign(post=lambda f: 7 + 10 * f["post"], pre=lambda f: 3 * f["pre"])
    again = contrasts(model(other, "HC3")).table
    np.testing.assert_allclose(again["estimate"], 10 * first["estimate"], rtol=1e-9)
    np.testing.assert_allclose(again["p_value"], first["p_value"], rtol=1e-6)


def test_another_first_programme_changes_no_pair(three):
    renamed = three.assign(programme=three["programme"].map({"A": "Z", "B": "B", "C": "C"}))
    first, again = (contrasts(model(frame)).table.set_index("name") for frame in (three, renamed))
    assert again.loc["Z - C", "estimate"] == pytest.approx(-first.loc["C - A", "estimate"], rel=1e-9)
    assert again.loc["Z - C", "p_value"] == pytest.approx(first.loc["C - A", "p_value"], rel=1e-7)


def test_comparing_with_one_needs_no_tukey(three):
    table = contrasts(model(three), adjust="holm", against="C").table
    assert list(table["name"]) == ["A - C", "B - C"]
    with pytest.raises(rg.DataError):
        contrasts(model(three), adjust="tukey", against="C")


@pytest.fixture(scope="module")
def few(three):
    return three[(three["site"] == "S1") & three["programme"].isin(["A", "C"])].iloc[8:22]


def lot(frame, **options):
    return randomisation_test(frame, outcome="post", programme="programme", **options)


def test_a_lot_without_covariates_is_scipy_s_permutation_test(few):
    x, y = (few.loc[few["programme"] == name, "post"] for name in "CA")
    expected = stats.permutation_test((x, y), lambda a, b, axis: a.mean(axis=axis) - b.mean(axis=axis), vectorized=True)
    found = lot(few)
    assert found.draws == len(list(combinations(range(len(few)), len(x))))
    assert found.row["estimate"] == pytest.approx(expected.statistic, rel=1e-9)
    shares = np.abs(expected.null_distribution) >= abs(expected.statistic) - 1e-9
    assert found.row["p_value"] == pytest.approx(shares.mean(), rel=1e-9)


def test_a_lot_s_statistic_is_the_ancova_coefficient(three, few):
    pair = three[three["programme"] != "B"]
    assert lot(few, covariates=["pre"]).row["estimate"] == pytest.approx(
        model(few, covariates=["pre"], site=None).row["estimate"], rel=1e-9
    )
    found = lot(pair, covariates=["pre"], site="site", draws=499)
    assert found.row["estimate"] == pytest.approx(model(pair).row["estimate"], rel=1e-9)
    assert (found.draws, found.smallest_p) == (499, 1 / 500)
    assert found.row["p_value"] == pytest.approx(model(pair).row["p_value"], abs=0.01)


def test_groups_are_drawn_whole(three):
    pair = three[three["programme"] != "B"].copy()
    pair["class"] = pair["site"] + pair["programme"]
    found = lot(pair, group="class")
    assert (found.draws, found.smallest_p) == (252, pytest.approx(2 / 252))
    assert found.row["estimate"] == pytest.approx(lot(pair, draws=9).row["estimate"], rel=1e-9)
    with speaking("en"):
        assert "out of 252 possibilities" in str(found)


def test_a_true_null_gives_even_p_values():
    rng = np.random.default_rng(5)
    found = []
    for _ in range(300):
        frame = pd.DataFrame({"programme": [0, 1] * 5, "pre": rng.normal(size=10)})
        frame["post"] = frame["pre"] + rng.exponential(size=10)
        found.append(lot(frame, covariates=["pre"]).row["p_value"])
    assert stats.kstest(found, "uniform").pvalue > 0.001
    assert np.mean(np.array(found) <= 0.05) < 0.09


def test_equivalence_takes_any_comparison(three):
    sums = site_sums(three, outcome="post", terms=["pre", "programme"], site="site")
    found = equivalence(cluster_robust(sums, site_effects=True), margin=20)
    assert found.alike
    assert found.table["name"].iloc[0] == "programme[C]"
