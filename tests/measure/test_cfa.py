"""Ordinal confirmatory factor analysis: against lavaan's WLSMV, then what must change nothing, and what is refused."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import reintegra as rg
from reintegra.core.errors import DataError
from reintegra.core.language import speaking
from reintegra.core.moments import Moments
from reintegra.intake import responses_of
from reintegra.measure import cfa, ordinal_reliability

REFERENCE = Path(__file__).parent.parent / "reference"
SCALES = ["men", "emo", "pos", "pdi", "ada", "tgj", "ren", "duk", "kmb"]
CODES = [1, 2, 3, 4]
MEASURE, DIMENSIONS = (json.loads((REFERENCE / f"{n}.json").read_text("utf-8")) for n in ("measure", "dimensions"))
THREE = {scale: [f"{scale}{i}" for i in range(1, 5)] for scale in SCALES[:3]}
OURS = {
    "statistic": "chisq.scaled", "df": "df", "scaling": "chisq.scaling.factor", "unscaled": "chisq",
    "cfi": "cfi.scaled", "tli": "tli.scaled", "rmsea": "rmsea.scaled", "srmr": "srmr",
}  # fmt: skip


def complete():
    """The people of the first wave without a blank, items ending in 4 turned round."""
    table = pd.read_csv(REFERENCE / "data" / "readiness.csv")
    table = table[table["wave"] == "awal"].drop(columns=["pid", "unit", "wave"]).dropna()
    return table.assign(**{f"{scale}4": 5 - table[f"{scale}4"] for scale in SCALES})


COMPLETE = complete()


def scale(name):
    return COMPLETE[[f"{name}{i}" for i in range(1, 5)]]


def assert_fit(made, expected):
    fit = made.fit.iloc[0]
    for ours, theirs in OURS.items():
        assert fit[ours] == pytest.approx(expected[theirs], rel=1e-4), ours
    for ours, theirs in (("rmsea_low", "rmsea.ci.lower.scaled"), ("rmsea_high", "rmsea.ci.upper.scaled")):
        if theirs in expected:
            assert fit[ours] == pytest.approx(expected[theirs], rel=1e-4, abs=1e-6), ours


def test_three_factors_are_those_of_lavaan():
    """R: cfa(model, Kc, ordered = items[1:12], std.lv = TRUE); standardizedSolution(f)."""
    expected, made = MEASURE["cfa_three_factors"]["WLSMV"], cfa(COMPLETE, THREE, codes=CODES)
    assert_fit(made, expected["fit"])
    known = expected["standardised"]
    both = [pd.concat([made.table[word], made.factors[word]]) for word in ("estimate", "se")]
    np.testing.assert_allclose(both[0], known["est"], rtol=1e-4)
    np.testing.assert_allclose(both[1], known["se"], rtol=1e-4)
    assert list(made.table["factor"][::4]) == list(THREE)


CASES = {
    "cfa_ren": (lambda: scale("ren"), None, CODES),
    "cfa_one_factor_25": (lambda: COMPLETE.iloc[:, :25], None, CODES),
    "cfa_men_below_2_merged": (lambda: scale("men").clip(lower=2), None, CODES),
    "cfa_two_of_two": (lambda: COMPLETE, {"f": ["men1", "men2"], "g": ["pos1", "pos2"]}, CODES),
}


@pytest.mark.parametrize("name", CASES)
def test_other_models_are_those_of_lavaan(name):
    """tests/reference/dimensions.R"""
    make, factors, codes = CASES[name]
    expected, made = DIMENSIONS[name], cfa(make(), factors, codes=codes)
    assert_fit(made, expected["fit"])
    assert made.fit["p_value"][0] == pytest.approx(expected["fit"]["pvalue.scaled"], rel=1e-4, abs=1e-12)
    np.testing.assert_allclose(made.table["estimate"], expected["loadings"], rtol=1e-4)
    np.testing.assert_allclose(made.table["se"], expected["se"], rtol=1e-4)
    np.testing.assert_allclose(made.factors["estimate"], np.ravel(expected["phi"]), rtol=1e-4)


def test_an_answer_nobody_gave_is_said():
    made = cfa(scale("men").clip(lower=2), codes=CODES)
    assert [note.columns for note in made.notes if note.code == "answers-unused"] == [("men1", "men2", "men3", "men4")]


def test_row_order_empty_people_and_the_way_of_the_data_change_nothing():
    table = pd.read_csv(REFERENCE / "data" / "readiness.csv")
    raw = table[table["wave"] == "awal"].dropna()
    whole = cfa(COMPLETE, THREE, codes=CODES)
    empty = pd.DataFrame(np.nan, index=range(9), columns=COMPLETE.columns)
    for other in (
        cfa(COMPLETE.sample(frac=1, random_state=1), THREE, codes=CODES),
        cfa(pd.concat([empty, COMPLETE]), THREE, codes=CODES),
        cfa(responses_of(raw, rg.load_instrument("siap_36")), list(THREE)),
        cfa(COMPLETE * 2, THREE, codes=[2, 4, 6, 8]),
    ):
        pd.testing.assert_frame_equal(other.table, whole.table, rtol=1e-9)
        pd.testing.assert_frame_equal(other.fit, whole.fit, rtol=1e-8)
        assert other.verdict == whole.verdict


def test_turning_an_item_round_turns_its_loading_only():
    straight = cfa(COMPLETE, THREE, codes=CODES)
    turned = cfa(COMPLETE.assign(emo3=5 - COMPLETE["emo3"]), THREE, codes=CODES)
    expected = straight.table["estimate"].where(straight.table["item"] != "emo3", -straight.table["estimate"])
    np.testing.assert_allclose(turned.table["estimate"], expected, atol=1e-7)
    pd.testing.assert_frame_equal(turned.fit, straight.fit, rtol=1e-6)


def test_the_order_of_items_and_factors_changes_nothing_but_the_order():
    straight = cfa(COMPLETE, THREE, codes=CODES).table.set_index("item")
    other = cfa(COMPLETE, {name: THREE[name][::-1] for name in reversed(THREE)}, codes=CODES).table.set_index("item")
    pd.testing.assert_frame_equal(other.loc[straight.index], straight, rtol=1e-7)


def made_up(n, loadings, seed=1, cuts=(-1, 0, 1)):
    """Answers that follow one factor."""
    rng = np.random.default_rng(seed)
    loadings = np.array(loadings)
    z = rng.normal(size=(n, 1)) * loadings + rng.normal(size=(n, len(loadings))) * np.sqrt(1 - loadings**2)
    return pd.DataFrame(np.digitize(z, cuts) + 1, columns=[f"x{i}" for i in range(len(loadings))])


def test_many_people_give_the_true_loadings_within_their_errors():
    true = np.array([0.8, 0.7, 0.6, 0.5, 0.4])
    made = cfa(made_up(20_000, true), codes=CODES)
    assert (np.abs(made.table["estimate"] - true) < 3.5 * made.table["se"]).all()
    assert made.table["se"].max() < 0.01
    assert made.verdict == "good"


def test_the_test_statistic_is_right_on_average():
    """A chi-square with df degrees of freedom has that mean; 60 samples of 300 people."""
    found = [cfa(made_up(300, [0.7] * 6, seed), codes=CODES).fit["statistic"][0] for seed in range(60)]
    assert abs(np.mean(found) - 9) < 3.5 * np.sqrt(2 * 9 / 60)


def test_three_items_leave_nothing_to_test_and_the_sentence_says_so():
    made = cfa(COMPLETE[["men1", "men2", "men3"]], codes=CODES)
    assert made.fit["df"][0] == 0
    assert made.fit[["statistic", "cfi", "rmsea"]].isna().all(axis=None)
    assert made.verdict == "none"
    with speaking("en"):
        assert "always fits" in made.sentence


def test_where_nothing_can_be_tested_nothing_is_said_of_measures_of_fit():
    made = cfa(COMPLETE[["men1", "men2", "men3"]][:150], codes=CODES)
    assert made.n < 200
    assert "no-verdict" not in {note.code for note in made.notes}


def test_people_of_several_waves_are_said():
    again = pd.concat({"awal": COMPLETE, "akhir": COMPLETE[:50]}).swaplevel()
    said = {note.code: note.params for note in cfa(again[["men1", "men2", "men3", "men4"]], codes=CODES).notes}
    assert said["people-repeated"]["people"] == 50


def test_under_200_people_there_is_no_verdict():
    made = cfa(scale("men")[:150], codes=CODES)
    assert made.verdict == "none"
    assert np.isfinite(made.fit["rmsea"][0])
    assert "no-verdict" in {note.code for note in made.notes}


def test_an_impossible_loading_gets_no_verdict_and_is_said():
    r = np.array([[1, 0.9, 0.85, 0.5], [0.9, 1, 0.55, 0.4], [0.85, 0.55, 1, 0.4], [0.5, 0.4, 0.4, 1]])
    z = np.random.default_rng(1).multivariate_normal(np.zeros(4), r, 400)
    frame = pd.DataFrame(np.digitize(z, [-1, 0, 1]) + 1, columns=list("abcd"))
    made = cfa(frame, codes=CODES)
    assert made.verdict == "none"
    assert [note.columns for note in made.notes if note.code == "loading-over-one"] == [("a",)]
    omega = ordinal_reliability(frame, codes=CODES)
    assert np.isnan(omega.table["estimate"][1])
    assert "loading-over-one" in {note.code for note in omega.notes}


def test_factors_that_are_one_get_no_verdict_and_are_said():
    made = cfa(made_up(400, [0.8] * 4, seed=0), {"f": ["x0", "x1"], "g": ["x2", "x3"]}, codes=CODES)
    assert made.factors["estimate"][0] > 1
    assert made.verdict == "none"
    assert [note.columns for note in made.notes if note.code == "factors-alike"] == [("f", "g")]


def raised(frame, factors=None, codes=CODES):
    with pytest.raises(DataError) as caught:
        cfa(frame, factors, codes=codes)
    return caught.value.code


def test_what_cannot_be_answered_is_refused_by_name():
    men = scale("men")
    assert raised(men[:99]) == "too-few-people"
    assert raised(COMPLETE[:199], THREE) == "too-few-people"
    assert raised(COMPLETE, {s: [f"{s}{i}" for i in range(1, 5)] for s in SCALES}) == "too-few-people"
    assert raised(men[["men1", "men2"]]) == "too-few-items"
    assert raised(men.assign(men2=3)) == "constant-item"
    assert raised(men.assign(men2=np.nan)) == "nobody-answered"
    assert raised(men.assign(men9=men["men1"])) == "correlation-of-one"
    assert raised(men.assign(men2=7)) == "undeclared-codes"
    assert raised(COMPLETE, {"f": ["men1", "men2"], "g": ["men2", "men3"]}) == "item-on-two-factors"
    assert raised(COMPLETE, {"f": ["men1", "men2", "men3"], "g": ["emo1"]}) == "factor-of-one-item"
    assert raised(COMPLETE, {"f": ["men1", "men2", "men33"]}) == "columns-absent"


def test_items_that_have_nothing_in_common_have_no_single_solution():
    cells = np.array(np.meshgrid(*[[1, 2]] * 4)).reshape(4, -1).T
    frame = pd.DataFrame(np.repeat(cells, 20, axis=0), columns=list("abcd"))
    assert raised(frame, codes=[1, 2]) == "no-solution"


def test_counts_are_not_enough_for_the_fit():
    assert raised(Moments.of(scale("men"), codes=CODES)) == "needs-rows"
