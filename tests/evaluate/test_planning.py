"""Plans against R's power.t.test and Bloom's formula; printed results against what r and n allow."""

import json
from math import comb
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

import reintegra as rg
from reintegra.core.language import speaking
from reintegra.evaluate import check_reported, plan_paired, plan_sites, plan_two_groups, smallest_permutation_p

R = json.loads((Path(__file__).parent.parent / "reference" / "evaluate.json").read_text("utf-8"))["planning"]


def test_two_groups_need_what_r_says():
    """R: power.t.test(delta = .5, power = .8)$n; its uniroot stops at 1e-4."""
    assert plan_two_groups(effect=0.5, power=0.8).n == pytest.approx(R["t_n_per_arm_d.5"], rel=1e-5)


@pytest.mark.parametrize("n", [16, 30, 42, 50])
def test_the_smallest_change_is_that_of_r(n):
    """R: power.t.test(n, power = .8, type = "paired")$delta; its uniroot stops at 1e-4."""
    assert plan_paired(n=n).effect == pytest.approx(R["paired_mde_dz"][str(n)], rel=1e-4)


def test_the_smallest_effect_of_sites_is_bloom_s():
    """Bloom (1995): (t(.975) + t(.8)) x standard error, df = sites - 2."""
    expected = R["cluster_mde"]
    plan = plan_sites(sites=expected["sites"], n=expected["per_site"], icc=expected["icc"])
    assert plan.effect == pytest.approx(expected["mde_sd"], rel=1e-9)


def test_the_smallest_permutation_p_counts_the_deals():
    for first, second in ((2, 2), (3, 3), (4, 4)):
        assert smallest_permutation_p(first, second) == pytest.approx(R["smallest_permutation_p"][f"{first}v{second}"])
    assert smallest_permutation_p(3, 8) == 1 / comb(11, 3)


def test_power_is_the_share_of_studies_that_find_the_effect():
    """Power of 30 pairs at dz = .53, by 20 000 invented studies."""
    changes = np.random.default_rng(2).normal(0.53, 1, (20_000, 30))
    found = np.mean(stats.ttest_1samp(changes, 0, axis=1).pvalue < 0.05)
    assert plan_paired(n=30, effect=0.53).power == pytest.approx(found, abs=0.01)


@pytest.mark.parametrize(
    "plan",
    [
        lambda **given: plan_paired(**given),
        lambda **given: plan_two_groups(**given),
        lambda **given: plan_sites(sites=12, icc=0.04, **given),
        lambda **given: plan_sites(sites=8, icc=0.1, inside=True, effect_sd=0.1, r2_people=0.3, **given),
    ],
)
def test_what_is_solved_for_gives_back_what_was_given(plan):
    first = plan(n=40, power=0.9)
    assert plan(n=40, effect=first.effect).power == pytest.approx(0.9, abs=1e-9)
    assert plan(effect=first.effect, power=0.9).n == pytest.approx(40, rel=1e-6)
    assert plan(n=400, power=0.9).effect < first.effect


def test_more_people_cannot_replace_sites():
    few = [plan_sites(sites=6, n=n, icc=0.1).effect for n in (20, 200, 2000)]
    assert few[2] > 0.9 * few[1]
    assert plan_sites(sites=12, n=20, icc=0.1).effect < few[2]
    with pytest.raises(rg.DataError) as caught:
        plan_sites(sites=6, icc=0.1, effect=0.3)
    assert caught.value.code == "no-number-helps"


def test_the_sentence_of_a_plan_rounds_people_up():
    with speaking("en"):
        assert str(plan_two_groups(effect=0.5)) == (
            "With 64 people a group, a difference of 0.50 SD is found in 80 % of such studies."
        )
        assert "both programmes inside each of 8 sites" in str(plan_sites(sites=8, n=20, icc=0.1, inside=True))


@pytest.mark.parametrize(
    ("r", "n", "p", "verdict"),
    [
        ("0.50", 30, "0.005", "possible"),  # r = .50 at n = 30: p = .0049
        ("0.50", 30, "0.0024", "one_sided"),
        (0.50, 30, "0.20", "impossible"),
        ("0,30", 20, "< 0,05", "impossible"),  # r = .30 at n = 20: p = .20
        (".30", 50, "<.05", "possible"),
        (0.1, 1000, ">0.05", "possible"),  # .1 may be .14 or .06
        ("0.100", 1000, "> .05", "impossible"),
        (1.2, 30, None, "impossible"),
        (-0.9, 5, "0.04", "possible"),
        (0.4, 30, "1.3", "impossible"),
        ("0.85", 10, "0.000", "impossible"),  # p = .002
        ("0.98", 10, "0.000", "possible"),
    ],
)
def test_printed_correlations_that_cannot_be_are_told(r, n, p, verdict):
    assert check_reported(r=r, n=n, p=p).verdict == verdict


def test_the_verdict_is_said_with_the_right_p():
    with speaking("en"):
        assert "two-sided, from r and n: p = 0.20" in str(check_reported(r="0.30", n=20, p="0.01"))
    assert "tidak mungkin" in str(check_reported(r="0.30", n=20, p="0.01"))


@pytest.mark.parametrize("n", [float("nan"), float("inf"), "20"])
def test_a_number_of_people_that_is_none_is_refused(n):
    for plan in (plan_paired, plan_two_groups):
        with pytest.raises(rg.DataError) as caught:
            plan(n=n)
        assert caught.value.code == "plan-out-of-range"


def test_printed_signs_are_read_as_they_stand():
    for p in ("p < .05", "≤ .05", "p = 0,034"):
        assert check_reported(r=".30", n=50, p=p).verdict == "possible"
    with pytest.raises(rg.DataError):
        check_reported(r=".30", n=30.5)
