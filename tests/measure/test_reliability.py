"""Reliability against R (psych 2.2.9; tests/reference/measure.json), and what no table can say."""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import reintegra as rg
from reintegra.core.errors import DataError
from reintegra.core.moments import Moments
from reintegra.measure import alpha, item_statistics, moments, omega_total, reliability, scale_of, stratified_alpha
from reintegra.measure.consistency import _variance_ratio, coefficient, one_factor
from reintegra.measure.sheet import sheet

REFERENCE = Path(__file__).parent.parent / "reference"
EXPECTED = json.loads((REFERENCE / "measure.json").read_text("utf-8"))
SCALES = list(EXPECTED["reliability_complete"])
BY_HAND = EXPECTED["alpha_by_hand"]
K10 = rg.load_instrument("k10")


@pytest.fixture(scope="module")
def first_wave():
    table = pd.read_csv(REFERENCE / "data" / "readiness.csv")
    return table[table["wave"] == "awal"].set_index("pid")


@pytest.fixture(scope="module")
def scores(first_wave):
    return rg.score(first_wave, "siap_36")


@pytest.fixture(scope="module")
def complete(scores):
    """Those who answered all 36 items: "complete" in measure.R."""
    return scores.responses.take((scores.responses.block != 0).all(axis=1))


@pytest.mark.parametrize("name", SCALES)
def test_alpha_and_item_statistics_are_those_of_psych(complete, name):
    """R: alpha(Kc[, men1..men4], check.keys = FALSE); Feldt by qf()."""
    expected, scale = EXPECTED["reliability_complete"][name], scale_of(complete, name)
    for items in (scale, scale.moments, pd.DataFrame(scale.values, columns=scale.items)):
        found = alpha(items)
        assert found.value == pytest.approx(expected["alpha"], rel=1e-9)
        assert found.standardised == pytest.approx(expected["alpha_standardised"], rel=1e-9)
        assert [found.feldt_low, found.feldt_high] == pytest.approx(expected["feldt95"], rel=1e-9)
        assert (found.n, found.items) == (expected["n"], expected["k"])
        table = item_statistics(items).table.set_index("item")
        for column, key in (("mean", "item_mean"), ("sd", "item_sd"), ("item_rest", "item_rest_r")):
            assert table[column].to_dict() == pytest.approx(expected[key], rel=1e-9)
        assert table["alpha_if_dropped"].to_dict() == pytest.approx(expected["alpha_if_dropped"], rel=1e-9)


@pytest.mark.parametrize("name", SCALES)
def test_omega_is_that_of_one_minres_factor_in_psych(complete, name):
    """R: L <- fa(x, 1, fm = "minres")$loadings; sum(L)^2 / sum(cor(x))."""
    expected, scale = EXPECTED["reliability_complete"][name], scale_of(complete, name)
    assert omega_total(scale).value == pytest.approx(expected["omega_total_one_factor_minres"], rel=1e-5)
    loadings = dict(zip(scale.items, one_factor(sheet(scale).correlation), strict=True))
    assert loadings == pytest.approx(expected["loadings_minres"], rel=1e-4)


def test_alpha_of_the_first_forty_is_that_of_psych(complete):
    expected = EXPECTED["reliability_first_40_complete"]["men"]
    found = alpha(scale_of(complete.take(np.arange(len(complete)) < 40), "men"))
    assert found.value == pytest.approx(expected["alpha"], rel=1e-9)
    assert [found.feldt_low, found.feldt_high] == pytest.approx(expected["feldt95"], rel=1e-9)


def test_pairwise_covariances_are_those_of_r(first_wave):
    """R: C <- cov(x, use = "pairwise"); 4/3 * (1 - sum(diag(C)) / sum(C))."""
    for name, expected in EXPECTED["reliability_pairwise_alpha"].items():
        c = moments(first_wave, "siap_36", scale=name).covariance
        assert 4 / 3 * (1 - np.trace(c) / c.sum()) == pytest.approx(expected, rel=1e-9)


def test_stratified_alpha_is_that_of_r(complete):
    strata = {name: [f"{name}{i}" for i in range(1, 5)] for name in SCALES[:8]}
    found = stratified_alpha(scale_of(complete, "total"), strata)
    assert found.value == pytest.approx(EXPECTED["stratified_alpha_core32"], rel=1e-9)
    table = reliability(complete).table.set_index("score")
    assert table.loc["total", "estimate"] == pytest.approx(EXPECTED["stratified_alpha_core32"], rel=1e-9)
    assert table.loc["total", "coefficient"] == "stratified alpha"


def test_the_worked_example_of_a_thesis_is_met():
    """Four items, six respondents; R: alpha(as.data.frame(hm))."""
    items = pd.DataFrame(BY_HAND["data"], columns=["q1", "q2", "q3", "q4"])
    found = alpha(items)
    assert found.value == pytest.approx(BY_HAND["alpha"], rel=1e-9)
    assert [found.feldt_low, found.feldt_high] == pytest.approx(BY_HAND["feldt95"], rel=1e-9)
    assert item_statistics(items).table["item_rest"].tolist() == pytest.approx(BY_HAND["item_rest_r"], rel=1e-9)
    with rg.core.language.speaking("en"):
        assert str(found) == "alpha = 0.94 (95 %: 0.79 to 0.99; n = 6)"


def test_the_standard_error_of_measurement_is_that_of_r(complete):
    """measure.R gives it for means of codes 1-4; a score of 0-100 is 100/3 times as wide."""
    table = reliability(complete).table.set_index("score")
    for name, expected in EXPECTED["reliability_complete"].items():
        assert table.loc[name, "se"] == pytest.approx(expected["sem"] * 100 / 3, rel=1e-9)
        assert table.loc[name, "omega"] == pytest.approx(expected["omega_total_one_factor_minres"], rel=1e-5)


def test_the_robust_interval_is_feldts_with_fewer_people():
    rng = np.random.default_rng(5)
    latent = rng.exponential(1.0, (300, 1))
    items = pd.DataFrame((latent + rng.exponential(0.7, (300, 6))) ** 2)
    found = alpha(items)
    assert 2 < found.n_effective < found.n
    assert found.robust_low < found.feldt_low < found.value < found.feldt_high < found.robust_high
    assert found.shown == "feldt"
    assert (found.ci_low, found.ci_high) == (found.feldt_low, found.feldt_high)


def test_the_distribution_free_variance_is_that_of_the_jackknife():
    """The influence of each person on alpha, taken by leaving him out (infinitesimal against deleted)."""
    rng = np.random.default_rng(8)
    n, k = 3000, 5
    x = rng.exponential(1.0, (n, 1)) + rng.exponential(1.0, (n, k))
    known = sheet(pd.DataFrame(x))
    deleted = np.array([coefficient(np.cov(np.delete(x, i, axis=0).T)) for i in range(n)])
    jackknife = (n - 1) / n * ((deleted - deleted.mean()) ** 2).sum()
    c, one = known.covariance, np.ones(k)
    normal = 2 * k**2 / ((k - 1) ** 2 * c.sum() ** 3)
    normal *= c.sum() * (np.trace(c @ c) + np.trace(c) ** 2) - 2 * np.trace(c) * (one @ c @ c @ one)
    assert _variance_ratio(known) == pytest.approx(jackknife / (normal / n), rel=0.03)


def test_the_robust_interval_is_shown_from_15_per_cent_at_the_maximum():
    rng = np.random.default_rng(2)
    latent = rng.normal(1.6, 1, (200, 1))
    items = pd.DataFrame(np.clip(np.round(latent + rng.normal(0, 0.6, (200, 5)) + 2), 1, 4))
    found = alpha(items)
    assert found.at_maximum >= 0.15
    assert (found.ci_low, found.ci_high) == (found.robust_low, found.robust_high)
    assert "robust-shown" in {note.code for note in found.notes}
    from_sums = alpha(Moments.of(items, codes=(1, 2, 3, 4)))
    assert from_sums.shown == "feldt"
    assert {"robust-needs-rows"} <= {note.code for note in from_sums.notes}


@st.composite
def answers(draw):
    rows = draw(st.lists(st.tuples(*[st.sampled_from([1, 2, 3, 4, np.nan])] * 4), min_size=3, max_size=15))
    frame = pd.DataFrame(rows, columns=list("abcd"), dtype=float)
    whole = frame.dropna()
    assume(len(whole) > 1 and whole.sum(axis=1).std() > 0)
    return frame


def close(first, second):
    for name in ("value", "feldt_low", "feldt_high", "robust_low", "robust_high", "at_maximum"):
        assert getattr(first, name) == pytest.approx(getattr(second, name), rel=1e-7, abs=1e-7, nan_ok=True), name
    assert (first.n, first.left_out) == (second.n, second.left_out)


@settings(deadline=None, max_examples=60)
@given(answers(), st.randoms(use_true_random=False))
def test_the_order_of_people_and_of_items_changes_nothing(frame, random):
    order = list(range(len(frame)))
    random.shuffle(order)
    close(alpha(frame.iloc[order][list("dbca")]), alpha(frame))


@settings(deadline=None, max_examples=60)
@given(answers(), st.integers(1, 4))
def test_sums_of_pieces_give_the_alpha_of_the_rows(frame, size):
    pieces = Moments.of((frame[i : i + size] for i in range(0, len(frame), size)), codes=(1, 2, 3, 4))
    found, rows = alpha(pieces), alpha(frame)
    assert found.value == pytest.approx(rows.value, rel=1e-9, abs=1e-9)
    assert (found.n, found.left_out) == (rows.n, rows.left_out)


@settings(deadline=None, max_examples=60)
@given(answers(), st.integers(-5, 5), st.sampled_from([2, 10, 0.5]))
def test_other_codes_for_the_same_answers_change_nothing(frame, shift, step):
    close(alpha(frame * step + shift), alpha(frame))


@settings(deadline=None, max_examples=40)
@given(answers())
def test_reversing_every_item_twice_changes_nothing_and_once_neither(frame):
    turned = alpha(5 - frame)
    assert turned.value == pytest.approx(alpha(frame).value, rel=1e-9, abs=1e-9)
    close(alpha(5 - (5 - frame)), alpha(frame))


@settings(deadline=None, max_examples=40)
@given(answers(), st.integers(1, 60))
def test_empty_respondents_change_nothing_but_the_count(frame, empty):
    """pingouin 0.7 counts them: 50 empty respondents tighten its interval."""
    nobody = pd.DataFrame(np.nan, index=range(empty), columns=frame.columns)
    found, before = alpha(pd.concat([frame, nobody])), alpha(frame)
    assert found.left_out == before.left_out + empty
    assert str(found.left_out) in next(note for note in found.notes if note.code == "people-left-out").text
    assert (found.value, found.ci_low, found.ci_high, found.n) == (
        before.value,
        before.ci_low,
        before.ci_high,
        before.n,
    )


def test_three_people_are_enough_for_alpha_and_nothing_else():
    items = pd.DataFrame({"a": [1, 2, 3], "b": [1, 3, 3], "c": [2, 2, 4]})
    found = alpha(items)
    assert found.n == 3
    assert found.ci_low < found.value < found.ci_high
    with pytest.raises(DataError, match="3") as caught:
        omega_total(items)
    assert caught.value.code == "too-few-people"


def test_an_item_that_was_not_reversed_is_named(scores):
    scale = scale_of(scores.responses, "men")
    items = pd.DataFrame(scale.values, columns=scale.items)
    items["men4"] = 5 - items["men4"]
    notes = {note.code: note for note in alpha(items).notes}
    assert notes["item-against-scale"].columns == ("men4",)
    assert "men4" in str(notes["item-against-scale"])
    assert item_statistics(items).table.set_index("item").loc["men4", "item_rest"] < 0


def test_a_sound_item_is_seldom_said_to_go_against_its_scale():
    """16 people, true item-rest correlation .29: the sign alone accuses an item in more than a fifth of the samples."""
    rng = np.random.default_rng(3)
    accused = below = 0
    for _ in range(200):
        latent = rng.normal(size=(16, 1))
        items = pd.DataFrame(latent + rng.normal(0, 2, (16, 4)), columns=list("abcd"))
        found = item_statistics(items)
        below += bool((found.table["item_rest"] < 0).any())
        accused += "item-against-scale" in {note.code for note in found.notes}
    assert below > 40
    assert accused < 5


def test_an_item_that_is_constant_and_not_whole_is_seen():
    """A mean of many 0.3 is not 0.3 to the last digit, so the variance is not 0 but rounding."""
    rng = np.random.default_rng(4)
    items = pd.DataFrame(rng.integers(1, 5, (101, 1)) + rng.integers(0, 2, (101, 3)), columns=list("abc")) * 1.1
    items["same"] = 0.1 + 0.2
    for known in (items, Moments.of(items)):
        assert {note.code: note.columns for note in alpha(known).notes}["constant-items"] == ("same",)
        assert math.isnan(item_statistics(known).table.set_index("item").loc["same", "item_rest"])
        with pytest.raises(DataError, match="same") as caught:
            omega_total(known)
        assert caught.value.code == "constant-item"


def test_answers_of_a_questionnaire_of_one_scale_are_taken_and_of_several_refused(scores):
    rng = np.random.default_rng(6)
    frame = pd.DataFrame(rng.integers(2, 6, (70, 10)), columns=K10.item_names)
    one = rg.intake.responses_of(frame, K10, direction_known=True)
    assert alpha(one).value == alpha(scale_of(one)).value
    assert item_statistics(one).table.equals(item_statistics(scale_of(one)).table)
    waves = frame.set_axis(pd.MultiIndex.from_product([range(35), ["a", "b"]], names=["kode", "gelombang"]))
    twice = rg.intake.responses_of(waves, K10, direction_known=True)
    assert "people-repeated" in {note.code for note in alpha(twice).notes}
    with pytest.raises(DataError, match="men") as caught:
        alpha(scores.responses)
    assert caught.value.code == "which-scale"
    strata = {"men": ["men1", "men2"], "emo": ["emo1", "emo2"]}
    assert stratified_alpha(scores.responses, strata).n == scale_of(scores.responses).moments.complete.rows


def test_strata_that_are_misspelt_empty_or_overlap_are_refused():
    rng = np.random.default_rng(6)
    items = pd.DataFrame(rng.integers(1, 5, (40, 4)))
    found = stratified_alpha(items, {"s": [0, 1], "t": [2, 3]})
    assert found.value == pytest.approx(stratified_alpha(Moments.of(items), {"s": [0, 1], "t": [2, 3]}).value, rel=1e-9)
    named = items.set_axis(["N1", "N2", "N3", "N4"], axis=1)
    bad = {
        "columns-absent": {"s": ["N1", "N2"], "t": ["N3", "N44"]},
        "item-in-two-strata": {"s": ["N1", "N2"], "t": ["N2", "N3"]},
        "too-few-items": {},
    }
    for code, strata in bad.items():
        with pytest.raises(DataError) as caught:
            stratified_alpha(named, strata)
        assert caught.value.code == code


def test_who_was_left_out_is_told(scores):
    items = pd.DataFrame(scale_of(scores.responses, "men").values, columns=["a", "b", "c", "d"])
    out = int(items.isna().any(axis=1).sum())
    for found in (alpha(items), omega_total(items), stratified_alpha(items, {"s": ["a", "b"], "t": ["c", "d"]})):
        assert [note.params["people"] for note in found.notes if note.code == "people-left-out"] == [out]


def test_constant_items_and_items_that_lower_alpha_are_named():
    rng = np.random.default_rng(4)
    latent = rng.normal(size=(80, 1))
    items = pd.DataFrame(latent + rng.normal(0, 0.5, (80, 3)), columns=["a", "b", "c"])
    items["noise"], items["same"] = 0.1 * latent[:, 0] + rng.normal(0, 1, 80), 3.0
    notes = {note.code: note.columns for note in alpha(items).notes}
    assert notes["constant-items"] == ("same",)
    assert "noise" in notes["items-lower-alpha"]
    assert math.isnan(item_statistics(items).table.set_index("item").loc["same", "item_rest"])


def test_a_missing_category_is_declared_and_changes_no_number(scores):
    """Nobody chose 1: the table of the definition has its place, alpha is that of the rows."""
    scale = scale_of(scores.responses, "men")
    items = pd.DataFrame(scale.values, columns=scale.items).replace(1.0, 2.0)
    found = Moments.of(items, codes=(1, 2, 3, 4))
    assert all(counts[0] == 0 for counts in found.counts)
    assert alpha(found).value == pytest.approx(alpha(items).value, rel=1e-12)
    assert (item_statistics(found).table["at_lowest"] == 0).all()


def test_bad_items_are_refused_with_the_reason():
    fine = pd.DataFrame({"a": [1, 2, 3, 1], "b": [2, 2, 3, 1]})
    bad = {
        "too-few-items": fine[["a"]],
        "too-few-complete": fine[:1],
        "nobody-answered": fine * np.nan,
        "nobody-differs": fine * 0 + 2,
        "not-numbers": fine.assign(c=["x", "y", "z", "w"]),
    }
    for code, items in bad.items():
        with pytest.raises(DataError) as caught:
            alpha(items)
        assert caught.value.code == code
    with pytest.raises(DataError, match="0"):
        alpha(fine[[]])


def test_every_score_has_a_row_and_what_is_missing_has_its_reason(first_wave):
    """30 people: no omega; circumstances get no verdict; nobody answers the drug items."""
    frame = first_wave.head(45).assign(**{f"kmb{i}": np.nan for i in range(1, 5)})
    found = reliability(frame, "siap_36")
    table = found.table.set_index("score")
    assert table["omega"].isna().all()
    assert table.loc["kmb", "reason"] == "nobody-answered"
    assert math.isnan(table.loc["kmb", "estimate"])
    assert table.loc[["ren", "duk"], "reason"].tolist() == ["formative", "formative"]
    codes = [note.code for note in found.notes]
    assert {"not-computed", "formative-scales"} <= set(codes)
    told = {name for note in found.notes if note.code == "not-computed" for name in note.columns}
    assert "kmb" in told
    for lang in ("id", "en"):
        with rg.core.language.speaking(lang):
            html = found._repr_html_()
            assert all(note.text[:20] in found._repr_html_() for note in found.notes)
            assert str(found) in html
            assert ">nan<" not in html.lower()


def test_few_people_get_alpha_and_no_standard_error(first_wave):
    found = reliability(first_wave.head(20), "siap_36")
    table = found.table.set_index("score")
    assert table.loc["men", "n"] < 30
    assert not math.isnan(table.loc["men", "estimate"])
    assert table["se"].isna().all()


def test_every_shipped_questionnaire_gets_an_answer_for_every_score():
    rng = np.random.default_rng(6)
    for name in rg.instruments()["name"]:
        instrument = rg.load_instrument(name)
        frame = pd.DataFrame({i.name: rng.choice(i.codes, 70) for i in instrument.items})
        for skip in instrument.skips:
            met = np.logical_and.reduce([frame[item] == code for item, code in skip.when.items()])
            for item in skip.items:
                frame.loc[met, item] = skip.value
        found = reliability(rg.measure.score(rg.intake.responses_of(frame, instrument, direction_known=True)))
        unknown = found.table[found.table["estimate"].isna()]
        assert (unknown["reason"] != "").all(), name
        assert len(found.table) == len(instrument.scores)


def test_items_of_an_either_or_pair_are_one_item_and_counted_answers_are_1_or_0():
    instrument = rg.load_instrument("tcuds_2")
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({i.name: rng.choice(i.codes, 50) for i in instrument.items})
    scale = scale_of(rg.intake.responses_of(frame, instrument), "total")
    assert len(scale.items) == instrument.score("total").parts
    np.testing.assert_array_equal(scale.values.sum(axis=1), rg.score(frame, instrument).table["total"])
    dast = rg.load_instrument("dast_28")
    frame = pd.DataFrame({i.name: rng.choice(i.codes, 50) for i in dast.items})
    scored = rg.score(frame, dast)
    scale = scale_of(scored.responses, dast.scores[0].name)
    np.testing.assert_array_equal(scale.values.sum(axis=1), scored.table[dast.scores[0].name])
