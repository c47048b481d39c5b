"""Weights that make groups alike, against R, and what no table can say."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import reintegra as rg
from reintegra.core.language import speaking
from reintegra.evaluate import (
    aipw,
    balancing_weights,
    cluster_robust,
    e_value,
    effective_sample_size,
    site_sums,
    weighted_difference,
)
from reintegra.evaluate.balancing import logit
from reintegra.evaluate.jackknife import site_jackknife

REFERENCE = Path(__file__).parent.parent / "reference"
ALL = json.loads((REFERENCE / "evaluate.json").read_text("utf-8"))
R = ALL["observational"]
BEFORE = ["age", "priors", "employed", "pre"]
KINDS = {
    "iptw_att": ("propensity", "att"),
    "iptw_ate": ("propensity", "ate"),
    "overlap_ato": ("propensity", "overlap"),
    "entropy_att": ("entropy", "att"),
}


@pytest.fixture(scope="module")
def people():
    return pd.read_csv(REFERENCE / "data" / "observational.csv")


def weigh(frame, method="entropy", estimand="att", covariates=BEFORE):
    return balancing_weights(frame, programme="joined", covariates=covariates, method=method, estimand=estimand)


def difference(frame, made, **options):
    return weighted_difference(frame, made, outcome="post", **options)


@pytest.mark.parametrize("name", KINDS)
def test_weights_balance_and_difference_are_those_of_r(people, name):
    """R: glm(binomial) or ebal, then lm(post ~ joined, weights) with vcovHC(type = "HC0")."""
    made, expected = weigh(people, *KINDS[name]), R[name]
    found = difference(people, made).row
    assert [found["estimate"], found["se"]] == pytest.approx(
        [expected["estimate"], expected["se_hc0_weights_fixed"]], rel=1e-9
    )
    assert made.effective_treated == pytest.approx(expected["ess_joined"], rel=1e-9)
    assert made.effective_control == pytest.approx(expected["ess_not"], rel=1e-9)
    balance = made.table.set_index("name")
    for term in BEFORE:
        assert balance.loc[term, "smd_before"] == pytest.approx(R["smd_before"][term], rel=1e-9)
        assert balance.loc[term, "smd_after"] == pytest.approx(expected["smd"][term], rel=1e-9, abs=1e-12)


def test_the_propensity_is_glm_s(people):
    """R: glm(joined ~ age + priors + employed + pre, binomial)."""
    beta, e = logit(tuple(BEFORE), people[BEFORE].to_numpy(float), people["joined"].to_numpy(float))
    np.testing.assert_allclose(beta, list(R["propensity_coef"].values()), rtol=1e-9)
    np.testing.assert_allclose(weigh(people, "propensity").propensity, e, rtol=1e-12)


def test_aipw_is_that_of_r(people):
    """R: the outcome model of those who did not join, weighted residuals, influence function."""
    found = aipw(people, outcome="post", programme="joined", covariates=BEFORE).row
    assert [found["estimate"], found["se"]] == pytest.approx(
        [R["aipw_att"]["estimate"], R["aipw_att"]["se_influence"]], rel=1e-9
    )


def test_the_e_value_is_vanderweele_s():
    """VanderWeele & Ding (2017): a risk ratio of 3.9 with limit 1.8."""
    table = e_value(3.9, limit=1.8).table.set_index("name")
    assert table.loc["estimate", "estimate"] == pytest.approx(ALL["e_value"]["rr_3.9"], rel=1e-9)
    assert table.loc["limit", "estimate"] == pytest.approx(ALL["e_value"]["limit_1.8"], rel=1e-9)
    turned = e_value(1 / 3.9, limit=1 / 1.8).table["estimate"]
    np.testing.assert_allclose(turned, table["estimate"], rtol=1e-12)
    crossed = e_value(d=0.3, se=0.3).table.set_index("name")["estimate"]
    assert crossed["limit"] == 1
    assert crossed["estimate"] == pytest.approx(1.3139 + (1.3139 * 0.3139) ** 0.5, rel=1e-4)  # exp(0.91 x 0.3)


def test_a_weighted_person_is_as_many_as_the_weight_says():
    assert effective_sample_size([2.0] * 7) == pytest.approx(7)
    assert effective_sample_size([1.0, 0, 0]) == pytest.approx(1)


@pytest.mark.parametrize("name", KINDS)
def test_order_units_and_labels_change_nothing(people, name):
    first = difference(people, weigh(people, *KINDS[name])).row
    other = people.sample(frac=1, random_state=2).assign(age=lambda f: 12 * f["age"] + 100)
    other["joined"] = other["joined"].map({0: "belum", 1: "ikut"})
    again = difference(other, weigh(other, *KINDS[name])).row
    assert [again["estimate"], again["se"]] == pytest.approx([first["estimate"], first["se"]], rel=1e-7)


def test_a_column_that_says_the_same_twice_changes_no_entropy_weight(people):
    doubled = people.assign(months=12 * people["age"] - 3)
    np.testing.assert_allclose(weigh(doubled, covariates=[*BEFORE, "months"]).values, weigh(people).values, rtol=1e-9)
    with pytest.raises(rg.DesignError, match="months"):
        weigh(doubled, "propensity", covariates=[*BEFORE, "months"])


def test_entropy_balancing_reaches_far_controls(people):
    """185 who joined against 15 992 who did not, far away in three of eight traits."""
    rng = np.random.default_rng(3)
    joined, others = rng.normal(size=(185, 8)), rng.normal(size=(15_992, 8))
    joined[:, 0] -= 1.5
    joined[:, 2], others[:, 2] = rng.random(185) < 0.8, rng.random(15_992) < 0.1
    joined[:, 3], others[:, 3] = np.exp(joined[:, 3] - 1.2), np.exp(others[:, 3])
    names = list("abcdefgh")
    frame = pd.DataFrame(np.vstack([joined, others]), columns=names).assign(joined=[1] * 185 + [0] * 15_992)
    made = weigh(frame, covariates=names)
    assert made.table["smd_after"].abs().max() < 1e-9
    assert made.values[frame["joined"] == 0].sum() == pytest.approx(185)


def sited(people):
    return people.assign(site=[f"S{i % 9}" for i in range(len(people))])


def test_the_jackknife_over_sites_of_least_squares_is_cr3(people):
    frame = sited(people)

    def slope(part):
        x = np.column_stack([np.ones(len(part)), part["joined"], part["pre"]])
        return float(np.linalg.lstsq(x, part["post"].to_numpy(), rcond=None)[0][1])

    se, df, _ = site_jackknife(frame, "site", slope, slope(frame))
    sums = site_sums(frame, outcome="post", terms=["pre", "joined"], site="site")
    assert se == pytest.approx(cluster_robust(sums, kind="CR3").row["se"], rel=1e-9)
    assert df == 8


@pytest.mark.parametrize("method", ["entropy", "propensity"])
def test_sites_give_weighted_estimates_their_jackknife(people, method):
    frame = sited(people)
    plain, found = (difference(frame, weigh(frame, method), site=site).row for site in (None, "site"))
    left = frame[frame["site"] != "S0"]
    assert found["estimate"] == plain["estimate"]
    assert found["df"] == 8
    apart = [
        difference(part, weigh(part, method)).row["estimate"] - plain["estimate"]
        for part in (frame[frame["site"] != name] for name in sorted(frame["site"].unique()))
    ]
    assert apart[0] == pytest.approx(difference(left, weigh(left, method)).row["estimate"] - plain["estimate"])
    assert found["se"] == pytest.approx(np.sqrt(np.sum(np.square(apart))), rel=1e-9)
    second = aipw(frame, outcome="post", programme="joined", covariates=BEFORE, site="site")
    without = [
        aipw(part, outcome="post", programme="joined", covariates=BEFORE).row["estimate"]
        for part in (frame[frame["site"] != name] for name in sorted(frame["site"].unique()))
    ]
    assert second.row["se"] == pytest.approx(np.sqrt(np.sum((np.array(without) - second.row["estimate"]) ** 2)))
    assert [note.code for note in second.notes] == ["site-jackknife"]


@pytest.mark.parametrize(
    "far", [lambda f: f["pre"] + 200 * f["joined"], lambda f: np.where(f["joined"] == 1, 7.0, 3.0)]
)
def test_groups_that_nothing_can_compare_are_refused_by_name(people, far):
    frame = people.assign(pre=far(people))
    for method, code in (("entropy", "cannot-balance"), ("propensity", "perfect-separation")):
        with pytest.raises(rg.DataError) as caught:
            weigh(frame, method)
        assert caught.value.code == code
        assert caught.value.values["columns"] == "pre"


def test_people_with_blanks_are_left_out_and_said(people):
    frame = people.assign(priors=people["priors"].where(people.index > 4), post=people["post"].where(people.index != 9))
    made = weigh(frame)
    assert made.values.isna().sum() == 5
    found = difference(frame, made)
    assert found.row["n"] == len(people) - 6
    assert [(note.columns, note.params["people"]) for note in found.notes] == [(("priors",), 5), (("post",), 1)]


def test_the_sentence_says_balance_and_what_is_left(people):
    with speaking("en"):
        text = str(weigh(people))
        assert weigh(people).shown().columns[1] == "Mean of 1, weighted"
    assert "4 traits falls from 0.30 to 0.00 SD; worth 203 and 361 people" in text
