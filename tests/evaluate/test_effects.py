"""Effect sizes against R (effectsize, metafor) and Morris' formula."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import reintegra as rg
from reintegra.evaluate import change_effects, group_effects, paired_effects, percent_improved, plan_paired, synthesis

REFERENCE = Path(__file__).parent.parent / "reference"
R = json.loads((REFERENCE / "evaluate.json").read_text("utf-8"))["three_programmes"]


@pytest.fixture(scope="module")
def groups():
    return dict(list(pd.read_csv(REFERENCE / "data" / "three_programmes.csv").groupby("programme")))


def rows(result):
    return result.table.set_index("name")


@pytest.mark.parametrize("name", ["A", "B", "C"])
def test_the_change_of_one_group_is_that_of_r(groups, name):
    """R: t.test(paired = TRUE), cohens_d(paired = TRUE), escalc("SMCR")."""
    table, expected = rows(paired_effects(groups[name]["pre"], groups[name]["post"])), R["prepost"][name]
    raw = table.loc["mean_change"]
    assert [raw["estimate"], raw["statistic"], raw["p_value"], raw["ci_low"], raw["ci_high"]] == pytest.approx(
        [expected["mean_change"], expected["t"], expected["p"], *expected["ci"]], rel=1e-9
    )
    for ours, theirs in (("dz", "dz"), ("d_av", "d_av"), ("d_rm", "d_rm"), ("d_pre", "glass_pre"), ("g_pre", "smcr")):
        assert table.loc[ours, "estimate"] == pytest.approx(expected[theirs], rel=1e-9), ours
    assert table.loc["g_pre", "se"] ** 2 == pytest.approx(expected["smcr_var"], rel=1e-9)
    # effectsize finds its limits with an optimiser that stops at 1e-6
    assert list(table.loc["dz", ["ci_low", "ci_high"]]) == pytest.approx(expected["dz_ci"], rel=1e-6)


def test_the_interval_of_dz_is_where_t_is_just_no_surprise(groups):
    table = rows(paired_effects(groups["B"]["pre"], groups["B"]["post"], level=0.9))
    t, n = table.loc["mean_change", "statistic"], 72
    for limit, share in (("ci_low", 0.95), ("ci_high", 0.05)):
        assert stats.nct.cdf(t, n - 1, table.loc["dz", limit] * np.sqrt(n)) == pytest.approx(share, rel=1e-6)


def test_the_difference_of_two_groups_is_that_of_r(groups):
    """R: cohens_d, hedges_g, cliffs_delta."""
    table, expected = rows(group_effects(groups["C"]["post"], groups["A"]["post"])), R["post_C_vs_A"]
    for name in ("d", "g", "cliffs_delta"):
        assert table.loc[name, "estimate"] == pytest.approx(expected[name], rel=1e-9)
    for name in ("d", "g"):
        assert list(table.loc[name, ["ci_low", "ci_high"]]) == pytest.approx(expected[f"{name}_ci"], rel=1e-6)
    welch = stats.ttest_ind(groups["C"]["post"], groups["A"]["post"], equal_var=False)
    assert table.loc["mean_difference", "p_value"] == pytest.approx(welch.pvalue, rel=1e-9)


@pytest.mark.parametrize("name", ["B", "C"])
def test_the_difference_of_changes_is_morris_d_ppc2(groups, name):
    treated, control = ((groups[g]["pre"], groups[g]["post"]) for g in (name, "A"))
    found = rows(change_effects(treated, control))
    assert found.loc["d_ppc2", "estimate"] == pytest.approx(R["morris_ppc2"][f"{name}_vs_A"]["d_ppc2"], rel=1e-9)
    assert found.loc["d_ppc2", "ci_low"] < found.loc["d_ppc2", "estimate"] < found.loc["d_ppc2", "ci_high"]


def test_morris_variance_is_the_true_one_on_average():
    """Morris (2008), eq. 25, at its true values: r = .6, effect .5, 20 and 20 people."""
    rng, found = np.random.default_rng(1), []
    for _ in range(150):
        level, first, second = rng.normal(size=(3, 40))
        x, y = np.sqrt(0.6) * level + np.sqrt(0.4) * first, np.sqrt(0.6) * level + np.sqrt(0.4) * second
        y[:20] += 0.5
        row = rows(change_effects((x[:20], y[:20]), (x[20:], y[20:]))).loc["d_ppc2"]
        found.append(row["se"] ** 2)
    correction, spread = 1 - 3 / (4 * 38 - 1), 2 * (1 - 0.6) * 40 / 400
    truth = correction**2 * spread * 38 / 36 * (1 + 0.5**2 / spread) - 0.5**2
    assert np.mean(found) == pytest.approx(truth, rel=0.06)


def test_cliffs_delta_counts_pairs():
    x, y = np.array([3.0, 5, 5, 8, 9]), np.array([1.0, 5, 6, 2])
    by_hand = np.sign(x[:, None] - y[None, :]).mean()
    row = rows(group_effects(x, y)).loc["cliffs_delta"]
    assert row["estimate"] == pytest.approx(by_hand, rel=1e-12)
    other = rows(group_effects(y, x)).loc["cliffs_delta"]
    assert [other["estimate"], other["se"], other["ci_low"]] == pytest.approx(
        [-row["estimate"], row["se"], -row["ci_high"]], rel=1e-12
    )


def test_another_unit_changes_no_standardised_size(groups):
    sizes = ["dz", "gz", "d_av", "g_av", "d_rm", "g_rm", "d_pre", "g_pre"]
    columns = ["estimate", "ci_low", "ci_high"]
    first = rows(paired_effects(groups["B"]["pre"], groups["B"]["post"])).loc[sizes, columns]
    other = rows(paired_effects(5 + 3 * groups["B"]["pre"], 5 + 3 * groups["B"]["post"])).loc[sizes, columns]
    np.testing.assert_allclose(first, other, rtol=1e-8)


def test_people_are_matched_by_code_and_those_with_one_score_are_counted(groups):
    pre, post = groups["B"]["pre"], groups["B"]["post"].iloc[::-1].iloc[3:]
    found = paired_effects(pre, post)
    assert found.row["n"] == 69
    assert found.notes[0].params["people"] == 3
    np.testing.assert_allclose(found.table["estimate"], paired_effects(pre.iloc[:69], post).table["estimate"])


def test_scores_without_spread_are_refused():
    for call in (
        lambda: paired_effects([1.0, 2, 3, 4], [2.0, 3, 4, 5]),
        lambda: paired_effects([2.0, 2, 2], [1.0, 2, 3]),
        lambda: group_effects([2.0, 2, 2], [2.0, 2, 2]),
    ):
        with pytest.raises(rg.DataError) as caught:
            call()
        assert caught.value.code == "no-variance"


def test_groups_that_nowhere_overlap_have_a_cliffs_delta_of_one_and_no_interval():
    row = group_effects([4, 5, 6], [1, 2, 3]).table.set_index("name").loc["cliffs_delta"]
    assert row["estimate"] == 1
    assert row[["se", "ci_low", "ci_high"]].isna().all()


@pytest.mark.parametrize("level", [95, 0, 1, -0.5, float("nan")])
def test_a_level_that_is_none_is_refused(level):
    calls = (
        lambda: group_effects([4, 5, 7], [1, 2, 3], level=level),
        lambda: paired_effects([4, 5, 7], [1, 2, 3], level=level),
        lambda: plan_paired(n=20, level=level),
        lambda: synthesis(pd.DataFrame({"name": list("abc"), "estimate": [1, 2, 4], "se": 1.0}), level=level),
        lambda: percent_improved(pd.Series([1, 2, 3]), pd.Series([2, 3, 5]), chosen_by_score=False, level=level),
    )
    for call in calls:
        with pytest.raises(rg.DataError) as caught:
            call()
        assert caught.value.code == "not-a-level"
