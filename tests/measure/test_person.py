"""One person's score: what its error is, when a band may be printed, and when a change is one."""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import reintegra as rg
from reintegra.core.errors import DataError
from reintegra.measure import (
    alpha,
    minimal_important_change,
    person_scores,
    reliable_change,
    retest,
    scale_of,
    sem,
    true_score,
)

REFERENCE = Path(__file__).parent.parent / "reference"
EXPECTED = json.loads((REFERENCE / "measure.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def waves():
    table = pd.read_csv(REFERENCE / "data" / "readiness.csv").set_index("pid")
    return [rg.score(table[table["wave"] == wave], "siap_36") for wave in ("awal", "akhir")]


def test_the_error_of_a_score_is_sd_times_the_root_of_what_is_not_reliable():
    """psych's, on means of codes 1-4."""
    expected = EXPECTED["reliability_complete"]["men"]
    assert sem(expected["scale_mean_sd"], expected["alpha"]) == pytest.approx(expected["sem"], rel=1e-9)
    assert sem(10, -0.3) == 10
    for sd, r in ((10, 1.01), (-1, 0.5), (math.nan, 0.5)):
        with pytest.raises(DataError) as caught:
            sem(sd, r)
        assert caught.value.code == "not-a-reliability"


def test_kelleys_true_score_is_drawn_towards_the_group():
    """IQ 130 of mean 100, sd 15, reliability .90: 127, standard error of estimation 15 x sqrt(.9 x .1) = 4.5."""
    found = true_score(130, mean=100, sd=15, reliability=0.90)
    assert [found.value, found.se] == pytest.approx([127, 4.5], rel=1e-12)
    assert [found.ci_low, found.ci_high] == pytest.approx([127 - 1.959964 * 4.5, 127 + 1.959964 * 4.5], rel=1e-6)
    assert true_score(130, mean=100, sd=15, reliability=0).value == 100
    assert true_score(130, mean=100, sd=15, reliability=1).value == 130


def test_who_answered_everything_has_the_error_of_the_scale(waves):
    scores = waves[0]
    scale = scale_of(scores.responses, "men")
    whole = (scale.block != 0).all(axis=1)
    rows = person_scores(scores).of("men")
    expected = scores.of("men")[whole].std() * math.sqrt(1 - alpha(scale).value)
    np.testing.assert_allclose(rows["se"][whole], expected, rtol=1e-9)
    low = np.maximum(rows["estimate"] - stats.norm.ppf(0.975) * rows["se"], 0)
    np.testing.assert_allclose(rows["ci_low"], low, rtol=1e-9)


def test_who_left_items_blank_has_a_larger_error_by_the_items_left(waves):
    scale = scale_of(waves[0].responses, "men")
    whole = (scale.block != 0).all(axis=1)
    rows = person_scores(waves[0]).of("men")
    full = rows["se"][whole].iloc[0]
    c = np.cov(scale.values[whole].T)
    error = np.diagonal(c) - c[~np.eye(4, dtype=bool)].mean()
    for blank in range(4):
        one = (scale.block[:, blank] == 0) & ((scale.block != 0).sum(axis=1) == 3)
        left = np.delete(error, blank)
        expected = full * math.sqrt(left.sum() / 9 / (error.sum() / 16))
        np.testing.assert_allclose(rows["se"][one], expected, rtol=1e-9)
        assert expected > full


def test_the_error_of_a_total_is_put_together_from_its_parts(waves):
    found = person_scores(waves[0])
    parts = np.column_stack([found.of(name)["se"] for name in ("men", "emo", "pos", "pdi", "ada", "tgj", "ren", "duk")])
    expected = np.sqrt(np.nansum(parts**2, axis=1)) / (~np.isnan(parts)).sum(axis=1)
    np.testing.assert_allclose(found.of("total")["se"], expected, rtol=1e-9)


def test_the_mean_of_the_true_scores_is_that_of_the_scores(waves):
    rows = person_scores(waves[0]).of("men")
    whole = rows[rows["se"] == rows["se"].min()]
    spread = whole["true_score"].std() / whole["estimate"].std()
    assert 0.7 < spread < 0.85
    assert rows["true_score"].mean() == pytest.approx(rows["estimate"].mean(), abs=0.1)


def test_a_band_is_shown_only_where_the_whole_interval_lies_in_it(waves):
    found = person_scores(waves[0], sem={"men": 3.0})
    rows = found.of("men")
    half = stats.norm.ppf(0.975) * 3
    whole = np.isclose(rows["se"], 3)
    assert whole.sum() > 300
    low, value, high = rows["estimate"] - half, rows["estimate"], rows["estimate"] + half
    inside = (high < 50) | ((low >= 50) & (high <= 75)) | (low > 75)
    assert (rows["band_shown"] == inside)[whole].all()
    assert set(rows["reason"][whole & ~inside]) == {"crosses"}
    assert (rows["reason"][rows["band_shown"]] == "").all()
    assert rows["band_shown"].any()
    assert value[rows["band_shown"]].between(50, 75).any()


def test_without_an_error_there_is_no_band_and_the_reason_is_said(waves):
    few = waves[0].take(np.arange(len(waves[0])) < 20)
    found = person_scores(few)
    assert not found.table["band_shown"].any()
    assert set(found.of("men")["reason"]) == {"few-people"}
    assert "sem-few-people" in {note.code for note in found.notes}
    given = person_scores(few, sem={"men": 1.0}).of("men")
    assert given["band_shown"].any()
    assert given["true_score"].isna().all()


def test_people_who_all_answer_alike_have_no_error_to_take_from_them(waves):
    items = waves[0].instrument.item_names
    found = person_scores(rg.score(pd.DataFrame(3, index=range(40), columns=items), "siap_36"))
    assert set(found.of("men")["reason"]) == {"nobody-differs"}
    assert set(found.of("total")["reason"]) == {"few-people"}
    assert len(found.shown()) == len(found.table)


def test_flagged_people_get_no_band(waves):
    flagged = pd.Series(np.arange(len(waves[0])) < 100, index=waves[0].people.index)
    found = person_scores(waves[0], flagged=flagged)
    pd.testing.assert_frame_equal(person_scores(waves[0], flagged=flagged[::-1]).table, found.table)
    first = found.of("men").iloc[:100]
    assert not first["band_shown"].any()
    assert set(first["reason"]) == {"flagged"}
    assert found.of("men").iloc[100:]["band_shown"].any()


def test_flags_that_leave_a_person_out_are_refused(waves):
    index = waves[0].people.index
    marks = pd.Series(True, index=index)
    both = pd.MultiIndex.from_product([index, ["awal"]])
    partly = marks.astype(object).mask(np.arange(len(marks)) == 3)
    for flagged in (marks[1:], marks.reset_index(drop=True), marks.set_axis(both), partly, pd.concat([marks] * 2)):
        with pytest.raises(DataError) as caught:
            person_scores(waves[0], flagged=flagged)
        assert caught.value.code == "rows-differ"


def test_every_row_without_a_band_has_a_reason_in_both_languages():
    rng = np.random.default_rng(3)
    for name in ("whoqol_bref", "socrates_8d", "phq_9", "urica_32", "bam_17", "tcuds_2", "who_5"):
        instrument = rg.load_instrument(name)
        frame = pd.DataFrame({i.name: rng.choice([*i.codes, np.nan], 80) for i in instrument.items})
        for skip in instrument.skips:
            met = np.logical_and.reduce([frame[item] == code for item, code in skip.when.items()])
            for item in skip.items:
                frame.loc[met, item] = np.nan
        found = person_scores(rg.score(rg.intake.responses_of(frame, instrument, direction_known=True)))
        assert ((found.table["reason"] == "") == found.table["band_shown"]).all()
        assert len(found.table) == 80 * len(instrument.scores)
        for lang in ("id", "en"):
            with rg.core.language.speaking(lang):
                assert len(found.shown()) == len(found.table)
                assert ">nan<" not in found.shown().to_html().lower()


def test_an_sem_for_a_scale_that_is_not_there_is_refused(waves):
    with pytest.raises(DataError, match="men"):
        person_scores(waves[0], sem={"mem": 5.0})


@pytest.mark.parametrize("value", [-5, 0, math.nan, math.inf, "5"])
def test_an_sem_that_is_no_number_above_0_is_refused(waves, value):
    with pytest.raises(DataError, match="men") as caught:
        person_scores(waves[0], sem={"men": value})
    assert caught.value.code == "not-an-sem"


def test_the_example_of_jacobson_and_truax_is_met():
    """Jacobson & Truax (1991), p. 14: 32.5 to 47.5, sd 7.5, r .80: S_diff 4.74, RC 3.16."""
    first, second = pd.Series([32.5], index=["x"]), pd.Series([47.5], index=["x"])
    found = reliable_change(first, second, retest=0.80, sd=(7.5, 9.0), method="jacobson_truax")
    row = found.table.iloc[0]
    assert round(row["se"], 2) == 4.74
    assert round(row["statistic"], 2) == 3.16
    assert row["verdict"] == "rose"
    maassen = reliable_change(first, second, retest=0.80, sd=(7.5, 9.0))
    assert maassen.table["se"].iloc[0] == pytest.approx(math.sqrt((7.5**2 + 9.0**2) * (1 - 0.80)), rel=1e-12)
    assert maassen.smallest == pytest.approx(1.959963985 * maassen.table["se"].iloc[0], rel=1e-9)


def test_about_five_per_cent_of_unchanged_people_are_called_changed():
    """2.5 % rose and 2.5 % fell, where nothing changed and the retest r is right."""
    rng = np.random.default_rng(9)
    true = rng.normal(50, 10, 20_000)
    first, second = (pd.Series(true + rng.normal(0, 5, 20_000)) for _ in range(2))
    found = reliable_change(first, second, retest=retest(first, second))
    share = found.table["verdict"].value_counts(normalize=True)
    assert share["rose"] == pytest.approx(0.025, abs=0.005)
    assert share["fell"] == pytest.approx(0.025, abs=0.005)
    assert found.notes == ()


def test_a_change_without_a_retest_r_is_refused_or_marked(waves):
    first, second = (scores.of("total") for scores in waves)
    with pytest.raises(DataError) as caught:
        reliable_change(first, second)
    assert caught.value.code == "needs-retest"
    marked = reliable_change(first, second, alpha=0.94)
    assert [note.code for note in marked.notes] == ["pairs-left-out", "alpha-used"]
    either = first.dropna().index.union(second.dropna().index)
    assert len(marked.table) + marked.notes[0].params["people"] == len(either)
    for part in ("0,94", "2,5 %", "15 %"):
        assert part in str(marked.notes[1])
    few = reliable_change(first, second, retest=0.8, sd=(16.0, 16.0))
    assert "tidak dapat dibedakan" in str(few)
    assert set(few.shown().columns)
    for code, options in (
        ("unknown-method", {"retest": 0.8, "method": "edwards"}),
        ("no-error", {"retest": 1.0}),
        ("not-a-reliability", {"retest": 1.2}),
        ("not-a-reliability", {"retest": "0.8"}),
        ("needs-two-sds", {"retest": 0.8, "sd": 10}),
        ("needs-two-sds", {"retest": 0.8, "sd": (10, 10, 10)}),
    ):
        with pytest.raises(DataError) as caught:
            reliable_change(first, second, **options)
        assert caught.value.code == code
    with pytest.raises(DataError) as caught:
        reliable_change(first[:20], second[:20], retest=0.8)
    assert caught.value.code == "too-few-people"


def test_a_retest_of_few_people_or_below_0_is_used_and_said():
    rng = np.random.default_rng(2)
    first, second = (pd.Series(rng.normal(50, 10, 40)) for _ in range(2))
    few = retest(first[:29], first[:29] + second[:29])
    assert [note.code for note in reliable_change(first, second, retest=few).notes] == ["few-in-retest"]
    enough = retest(first[:30], first[:30] + second[:30])
    assert reliable_change(first, second, retest=enough).notes == ()
    below = reliable_change(first, second, retest=-0.2)
    assert [note.code for note in below.notes] == ["reliability-negative"]
    assert below.smallest == reliable_change(first, second, retest=0.0).smallest


def test_the_least_change_that_matters_is_the_mean_of_those_who_felt_a_little_better():
    change = pd.Series([1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 3, 5, 7, 2, 9, 4] * 2)
    ruler = pd.Series([0, 0, 0, 0, 1, 0, 1, 1, 1, 2, 3, 5, 0, 1, 0, 0, 2, 1] * 2)
    found = minimal_important_change(change, ruler)
    slightly = change[ruler.between(1, 2)]
    row = found.table.set_index("name").loc["mean change"]
    interval = stats.ttest_1samp(slightly, 0).confidence_interval()
    assert row["estimate"] == pytest.approx(slightly.mean(), rel=1e-12)
    assert [row["ci_low"], row["ci_high"]] == pytest.approx(list(interval), rel=1e-9)
    assert found.anchor == pytest.approx(stats.spearmanr(change, ruler).statistic, rel=1e-9)


def test_the_predictive_least_change_is_that_of_rs_glm():
    """R: f <- glm(y ~ x, binomial); p <- mean(y); (log(p / (1 - p)) - coef(f)[1]) / coef(f)[2]  # 5.49479371905"""
    change = pd.Series([1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 3, 5, 7, 2, 9, 4] * 2)
    ruler = pd.Series([0, 0, 0, 0, 1, 0, 1, 1, 1, 1, 1, 1, 0, 1, 0, 0, 1, 1] * 2)
    found = minimal_important_change(change, ruler).table.set_index("name")
    assert found.loc["predictive", "estimate"] == pytest.approx(5.49479371905, rel=1e-9)


def test_a_ruler_that_goes_another_way_is_refused():
    rng = np.random.default_rng(1)
    change, ruler = pd.Series(rng.normal(size=60)), pd.Series(rng.integers(-2, 4, 60))
    bad = {"anchor-weak": ruler, "too-few-slightly": change.rank() // 10 - 5, "all-alike": ruler * 0 + 0.1}
    for code, told in bad.items():
        with pytest.raises(DataError) as caught:
            minimal_important_change(change, told)
        assert caught.value.code == code
    apart = minimal_important_change(change, (change > 0).astype(int))
    assert [note.code for note in apart.notes] == ["no-predictive"]
    assert "mean change" in set(apart.table["name"])
    assert "60" not in str(apart)
