"""The change of one group, and the share that rose with its no-change line."""

import itertools
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import reintegra as rg
from reintegra.core.language import LANGUAGES, speaking
from reintegra.core.results import Estimate
from reintegra.evaluate import change, paired_effects, percent_improved, then_test
from reintegra.evaluate.no_change import Lattice, count_probabilities, fit_lattice, lattice_points, mid_p
from reintegra.measure import reliable_change, retest

REFERENCE = Path(__file__).parent.parent / "reference"
R = json.loads((REFERENCE / "evaluate.json").read_text("utf-8"))["three_programmes"]["prepost"]["B"]
SCALE = (0.0, 100.0, 100 / 12)
LATTICE = Lattice(lattice_points(SCALE), 55.0, 18.0)


def two_times(people, rho, seed=0, rise=0.0):
    """Return two scores of people on the scale whose trait rose by so much."""
    rng = np.random.default_rng(seed)
    t, *own = rng.standard_normal((3, people))
    traits = (LATTICE.mean + LATTICE.sd * (np.sqrt(rho) * t + np.sqrt(1 - rho) * e) for e in own)
    scores = [LATTICE.points[LATTICE.places(trait + add)] for trait, add in zip(traits, (0, rise), strict=True)]
    return [pd.Series(values, name=name) for values, name in zip(scores, ("awal", "akhir"), strict=True)]


def lowest(first, second, people=40):
    chosen = first.sort_values(kind="stable").index[:people]
    return first[chosen], second[chosen]


def rows(result):
    return result.table.set_index("name")


@pytest.fixture(scope="module")
def group():
    people = pd.read_csv(REFERENCE / "data" / "three_programmes.csv")
    people = people[people["programme"] == "B"]
    return people["pre"], people["post"]


def test_the_mean_change_comes_with_the_interval_of_r(group):
    """R: t.test(paired = TRUE); evaluate.json."""
    found = rows(change(*group, chosen_by_score=False)).loc["mean_change"]
    assert [found["estimate"], found["ci_low"], found["ci_high"]] == pytest.approx(
        [R["mean_change"], *R["ci"]], rel=1e-9
    )


@pytest.mark.parametrize(("people", "smallest"), [(16, 0.75), (30, 0.53), (50, 0.40)])
def test_the_smallest_detectable_change_stands_first_and_is_that_of_power_tables(people, smallest):
    """Power .80, two-sided .05, paired t: .75, .53 and .40 SD of the changes."""
    first, second = two_times(people, 0.5, seed=3)
    found = change(first, second, chosen_by_score=False)
    assert found.smallest_dz == pytest.approx(smallest, abs=0.006)
    assert found.table["name"][0] == "smallest_detectable"
    assert found.table["estimate"][0] == pytest.approx(found.smallest_dz * (second - first).std(), rel=1e-12)


def test_the_effect_sizes_keep_their_names(group):
    sizes, found = rows(paired_effects(*group)), rows(change(*group, chosen_by_score=False))
    pd.testing.assert_frame_equal(found.loc[sizes.index], sizes)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_single_group_is_titled_change_not_effect(group, lang):
    with speaking(lang):
        found = str(change(*group, chosen_by_score=False))
    assert found.startswith({"id": "Perubahan, bukan efek:", "en": "Change, not effect:"}[lang])


@pytest.mark.parametrize(("higher", "lower", "same"), [(14, 6, 5), (3, 9, 0), (20, 20, 4), (1, 0, 2)])
def test_the_line_of_people_not_chosen_is_half_of_those_who_moved(higher, lower, same):
    """scipy.stats.binomtest, the exact sign test and the interval of Clopper and Pearson."""
    first = pd.Series(10.0, index=range(higher + lower + same))
    second = first + np.repeat([1, -1, 0], [higher, lower, same])
    n, found = len(first), rows(percent_improved(first, second, chosen_by_score=False))
    ties = same / n
    assert found.loc["no_change_line", "estimate"] == pytest.approx((1 - ties) / 2, rel=1e-12)
    assert found.loc["no_change_line", "p_value"] == pytest.approx(stats.binomtest(higher, higher + lower).pvalue)
    ends = stats.binomtest(higher, n).proportion_ci()
    assert tuple(found.loc["improved", ["ci_low", "ci_high"]]) == pytest.approx((ends.low, ends.high), rel=1e-9)


def test_pairs_on_the_lattice_are_as_likely_as_the_bivariate_normal_says():
    """scipy.stats.multivariate_normal.cdf over the rectangle of two points."""
    found, bounds = LATTICE.twice(0.7), np.clip(LATTICE.bounds, -9, 9)
    normal = stats.multivariate_normal(cov=[[1, 0.7], [0.7, 1]])
    for a, b in ((0, 0), (3, 5), (6, 6), (12, 9)):
        expected = normal.cdf([bounds[a + 1], bounds[b + 1]], lower_limit=[bounds[a], bounds[b]])
        assert found[a, b] == pytest.approx(expected, rel=1e-5, abs=1e-9)
    assert found.sum() == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("r", [0.2, 0.5, 0.8, 0.95])
def test_the_latent_correlation_gives_back_the_retest_correlation(r):
    assert LATTICE.correlation(LATTICE.rho(r)) == pytest.approx(r, abs=1e-8)
    assert LATTICE.rho(r) > r  # cutting a trait loses some of its correlation


def test_the_trait_of_everyone_screened_is_found_as_scipy_finds_it():
    """scipy.stats.norm.fit of a CensoredData of intervals, the ends open; 300 people near the ceiling."""
    points = LATTICE.points
    places = Lattice(points, 85, 18).places(np.random.default_rng(2).normal(85, 18, 300))
    edges = np.concatenate([[-np.inf], (points[1:] + points[:-1]) / 2, [np.inf]])
    mean, sd = stats.norm.fit(stats.CensoredData(interval=np.column_stack([edges[places], edges[places + 1]])))
    found = fit_lattice(points[places], points)
    assert (found.mean, found.sd) == pytest.approx((mean, sd), rel=1e-4)


def test_the_counts_are_those_of_writing_every_case_down():
    chances = [0.1, 0.5, 0.5, 0.8, 0.95]
    expected = np.zeros(6)
    for case in itertools.product([0, 1], repeat=5):
        expected[sum(case)] += np.prod([p if hit else 1 - p for p, hit in zip(chances, case, strict=True)])
    found = count_probabilities(np.array([0.1, 0.5, 0.8, 0.95]), np.array([1, 2, 1, 1]))
    assert found == pytest.approx(expected, rel=1e-12)
    assert mid_p(found, 4) == pytest.approx(2 * (expected[4] / 2 + expected[5]), rel=1e-12)
    assert sum(found[k] * mid_p(found, k) for k in range(6)) == pytest.approx(0.5, abs=0.12)


@pytest.mark.parametrize("r", [0.3, 0.5, 0.7, 0.9])
def test_on_a_scale_of_very_fine_steps_a_rise_is_as_likely_as_regression_to_the_mean_says(r):
    """Of a score z SDs from the mean: Phi(-z sqrt((1 - r) / (1 + r)))."""
    fine = Lattice(np.linspace(-8, 8, 1601), 0.0, 1.0)
    at = np.arange(600, 1001, 100)  # z = -2 to 2
    expected = stats.norm.cdf(-fine.points[at] * np.sqrt((1 - r) / (1 + r)))
    assert fine.rising(r)[at] == pytest.approx(expected, abs=0.01)


def test_the_line_is_shown_at_the_limits_of_r_and_settles_nothing_where_they_disagree():
    first, second = two_times(120, 0.6, seed=5, rise=4)
    group = lowest(first, second)
    options = {"chosen_by_score": True, "screened": first, "scale": SCALE}
    alone = percent_improved(*group, retest=0.6, **options)
    limits = percent_improved(*group, retest=Estimate("r", 0.6, -0.1, 0.999, 12), **options)
    assert [note.code for note in alone.notes] == ["line-at-one-r"]
    assert list(limits.table["name"][2:]) == ["line_at_low_r", "line_at_high_r"]
    low, high = limits.table["estimate"][2:]
    assert high < limits.table["estimate"][1] < low
    assert limits.reading == "unsettled"


def test_people_of_a_retest_in_whom_nothing_changed_stand_on_the_line():
    first, second = two_times(4_000, 0.7, seed=1)
    group = lowest(first, second, 1_300)
    r = float(np.corrcoef(first, second)[0, 1])
    found = percent_improved(*group, chosen_by_score=True, screened=first, retest=r, scale=SCALE)
    assert found.reading == "unclear"
    assert found.table["estimate"][0] == pytest.approx(found.table["estimate"][1], abs=0.03)


def test_a_group_chosen_for_its_low_score_keeps_to_five_percent_and_half_of_the_movers_does_not():
    r, wrong = LATTICE.correlation(0.6), []
    for seed in range(250):
        first, second = two_times(120, 0.6, seed)
        group = lowest(first, second)
        ours = percent_improved(*group, chosen_by_score=True, screened=first, retest=r, scale=SCALE)
        halves = percent_improved(*group, chosen_by_score=False)
        wrong.append([result.table["p_value"][1] < 0.05 for result in (ours, halves)])
    ours, halves = np.mean(wrong, axis=0)
    assert 0.015 < ours < 0.09
    assert halves > 0.5


def test_row_order_and_the_unit_of_the_score_change_nothing():
    first, second = two_times(90, 0.6, seed=8)
    group, turned = lowest(first, second), np.random.default_rng(0).permutation(90)
    found = percent_improved(*group, chosen_by_score=True, screened=first, retest=0.6, scale=SCALE)
    again = percent_improved(
        *(part.iloc[::-1] * 0.12 for part in group),
        chosen_by_score=True,
        screened=first.iloc[turned] * 0.12,
        retest=0.6,
        scale=(0, 12, 1),
    )
    assert np.allclose(found.table.iloc[:, 1:], again.table.iloc[:, 1:], rtol=1e-5, equal_nan=True)


def test_scores_between_the_steps_are_taken_at_the_nearest_and_said():
    first, second = two_times(60, 0.6)
    group = lowest(first, second, 20)
    found = percent_improved(group[0] + 0.4, group[1], chosen_by_score=True, screened=first, retest=0.6, scale=SCALE)
    exact = percent_improved(*group, chosen_by_score=True, screened=first, retest=0.6, scale=SCALE)
    pd.testing.assert_frame_equal(found.table, exact.table)
    assert found.notes[0].params["scores"] == 20


def test_a_group_chosen_by_its_score_is_expected_to_move_to_the_mean_of_all():
    """Barnett, van der Pols & Dobson (2005): (1 - r) x (mean of all - mean of the group)."""
    first, second = two_times(120, 0.6, seed=4)
    group = lowest(first, second)
    r = Estimate("r", 0.6, 0.4, 0.75, 40)
    options = {"chosen_by_score": True, "screened": first, "scale": SCALE}
    found = rows(change(*group, retest=r, **options)).loc["regression_to_mean"]
    way = first.mean() - group[0].mean()
    assert list(found[["estimate", "ci_low", "ci_high"]].astype(float)) == pytest.approx(
        [0.4 * way, 0.25 * way, 0.6 * way]
    )


def test_people_already_at_the_maximum_are_set_apart_and_the_error_is_that_of_everyone():
    first, second = two_times(200, 0.6, seed=6, rise=20)
    found = change(first, second, chosen_by_score=False, retest=0.6, scale=SCALE)
    top = int((first == 100).sum())
    assert top > 0
    assert found.at_maximum == top
    assert len(found.reliable.table) == 200 - top
    assert found.reliable.smallest == pytest.approx(reliable_change(first, second, retest=0.6).smallest, rel=1e-12)
    assert change(first, second, chosen_by_score=False).at_maximum is None


def test_the_error_of_a_chosen_group_is_that_of_those_screened_or_of_the_retest():
    first, second = two_times(120, 0.6, seed=7)
    group = lowest(first, second)
    again = retest(first, second)
    options = {"chosen_by_score": True, "scale": SCALE}
    by_all = change(*group, retest=0.6, screened=first, **options).reliable
    assert by_all.smallest == pytest.approx(1.959964 * first.std() * np.sqrt(2 * 0.4), rel=1e-6)
    by_retest = change(*group, retest=again, **options).reliable
    assert by_retest.smallest == pytest.approx(reliable_change(*group, retest=again, sd=again.sd).smallest)
    assert change(*group, retest=0.6, **options).reliable is None


def test_what_is_missing_is_left_out_and_the_note_says_what_to_collect():
    first, second = two_times(120, 0.6)
    group = lowest(first, second)
    found = change(*group, chosen_by_score=True)
    assert (found.reliable, found.improved) == (None, None)
    assert len(found.notes) == 2
    for lang, word in (("id", "disaring"), ("en", "screened")):
        with speaking(lang):
            assert word in found.notes[1].text
            assert word in found._repr_html_()


def test_the_group_itself_is_no_screened_population():
    first, second = two_times(40, 0.6)
    with pytest.raises(rg.DataError, match="40"):
        percent_improved(first, second, chosen_by_score=True, screened=first, retest=0.6, scale=SCALE)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_is_called_the_no_change_line_and_never_what_would_have_been_without_the_programme(lang):
    first, second = two_times(120, 0.6)
    options = {"screened": first, "retest": Estimate("r", 0.6, 0.4, 0.75, 40), "scale": SCALE}
    with speaking(lang):
        for rise in (-30, 0, 30):
            group = lowest(first, (second + rise).clip(0, 100))
            for chosen in (True, False):
                found = percent_improved(*group, chosen_by_score=chosen, **options)
                said = f"{found} {found._repr_html_()}".lower()
                assert {"id": "garis tanpa perubahan", "en": "no-change line"}[lang] in said
                assert not any(word in said for word in ("program", "without", "menyebabkan", "caused"))


def test_a_then_test_parts_a_change_into_two():
    rng = np.random.default_rng(3)
    first, second, then = (pd.Series(rng.normal(m, 8, 50), name=n) for m, n in ((60, "a"), (63, "b"), (52, "c")))
    found = then_test(first, second, then.where(then.index > 4))
    estimate = rows(found)["estimate"]
    assert estimate["mean_change"] == pytest.approx(estimate["then_change"] + estimate["yardstick_shift"], rel=1e-12)
    t = stats.ttest_rel(second[5:], then[5:])
    assert rows(found).loc["then_change", "p_value"] == pytest.approx(t.pvalue, rel=1e-9)
    assert [note.code for note in found.notes] == ["then-test", "rows-left-out"]
    assert (found.table["n"] == 45).all()


def test_people_asked_by_who_led_their_programme_are_counted():
    first, second = two_times(40, 0.6)
    asked = pd.Series(["P1", "P2"] * 20)
    found = change(
        first, second, chosen_by_score=False, interviewer=asked, facilitator=pd.Series("P1", index=range(30))
    )
    assert [note.params["people"] for note in found.notes if note.code == "asked-by-facilitator"] == [15]
    apart = change(first, second, chosen_by_score=False, interviewer=asked, facilitator=asked + "x")
    assert "asked-by-facilitator" not in {note.code for note in apart.notes}


def test_a_person_who_stands_twice_is_refused_wherever():
    first, second = two_times(120, 0.6)
    group = lowest(first, second)
    twice = first.rename(index={1: 0})
    with pytest.raises(rg.DataError):
        percent_improved(twice, second, chosen_by_score=False)
    with pytest.raises(rg.DataError):
        percent_improved(*group, chosen_by_score=True, screened=twice, retest=0.6, scale=SCALE)
