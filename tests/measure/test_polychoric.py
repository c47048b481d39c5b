"""Polychorics and the reliability that rests on them: against lavaan and semTools, then what must change nothing."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import multivariate_normal

import reintegra as rg
from reintegra.core.moments import Moments
from reintegra.intake import responses_of
from reintegra.measure import ordinal_reliability, polychoric
from reintegra.measure.bivariate import Pairs, normal_below, polychorics

REFERENCE = Path(__file__).parent.parent / "reference"
SCALES = ["men", "emo", "pos", "pdi", "ada", "tgj", "ren", "duk", "kmb"]
CODES = [1, 2, 3, 4]
MEASURE, DIMENSIONS = (json.loads((REFERENCE / f"{n}.json").read_text("utf-8")) for n in ("measure", "dimensions"))


def first_wave():
    """The answers of the first wave, items ending in 4 turned round."""
    table = pd.read_csv(REFERENCE / "data" / "readiness.csv")
    table = table[table["wave"] == "awal"].drop(columns=["pid", "unit", "wave"])
    return table.assign(**{f"{scale}4": 5 - table[f"{scale}4"] for scale in SCALES})


ALL = first_wave()
COMPLETE = ALL.dropna()


def items(scale, frame=COMPLETE):
    return frame[[f"{scale}{i}" for i in range(1, 5)]]


def upper(matrix):
    return np.array(matrix)[np.triu_indices(len(matrix), 1)]


def test_polychorics_thresholds_and_ordinal_alpha_of_a_scale_are_those_of_lavaan():
    """R: lavCor(x, ordered = names(x), output = "fit"); alpha: 4/3 * (1 - 4/sum(R))."""
    expected, made = MEASURE["polychoric_ren"], polychoric(items("ren"), codes=CODES)
    np.testing.assert_allclose(made.table["estimate"], upper(expected["two_step"]), rtol=1e-6)
    np.testing.assert_allclose(made.thresholds["estimate"], list(expected["thresholds"].values()), rtol=1e-9)
    alpha = ordinal_reliability(items("ren"), codes=CODES).table["estimate"][0]
    assert alpha == pytest.approx(expected["ordinal_alpha"], rel=1e-6)


def test_polychorics_of_sixty_people_are_those_of_lavaan():
    """Under the gate of 100 people only the kernel answers."""
    counts = Moments.of(items("men")[:60], codes=CODES)
    made = polychorics(Pairs.of(counts.burt, [4] * 4))
    np.testing.assert_allclose(made, upper(MEASURE["polychoric_first60_men"]["two_step"]), rtol=1e-6)


def test_630_polychorics_are_those_of_lavaan():
    """R: lavCor(Kc, ordered = items); in steps of 1e-6 of the range where r is near 0."""
    made = polychoric(COMPLETE, codes=CODES).table["estimate"]
    np.testing.assert_allclose(made, DIMENSIONS["polychoric_36"]["r"], rtol=1e-6, atol=1e-7)


def test_standard_errors_are_those_of_lavaan():
    """R: lavCor(x, ordered = names(x), output = "fit", se = "robust.sem")."""
    expected, made = DIMENSIONS["polychoric_se_men"], polychoric(items("men"), codes=CODES).table
    np.testing.assert_allclose(made["estimate"], expected["r"], rtol=1e-6)
    np.testing.assert_allclose(made["se"], expected["se"], rtol=1e-4)


def test_pairs_of_incomplete_people_are_those_of_lavaan():
    """R: missing = "pairwise". lavaan puts n / (n - 1) of all rows where this puts that of the pair."""
    expected, people = DIMENSIONS["polychoric_pairwise_emo"], items("emo", ALL)
    made = polychoric(people, codes=CODES, complete=False).table
    np.testing.assert_allclose(made["estimate"], expected["r"], rtol=1e-6)
    rows, n = len(people), made["n"]
    se = made["se"] * np.sqrt((n - 1) / n * rows / (rows - 1))
    np.testing.assert_allclose(se, expected["se"], rtol=1e-4)
    assert made["n"].max() > made["n"].min()


def test_tetrachorics_are_those_of_lavaan():
    two = (items("men") >= 3) + 1
    expected, made = DIMENSIONS["tetrachoric_men"], polychoric(two, codes=[1, 2]).table
    np.testing.assert_allclose(made["estimate"], expected["r"], rtol=1e-6)
    np.testing.assert_allclose(made["se"], expected["se"], rtol=1e-4)


def from_table(table):
    """People who make up a cross table of two items, coded from 1."""
    cells = [(a + 1, b + 1) for (a, b), n in np.ndenumerate(np.array(table)) for _ in range(n)]
    return pd.DataFrame(cells, columns=["a", "b"])


def test_an_empty_cell_of_two_by_two_gets_half_a_person_as_in_lavaan_and_a_note_says_so():
    expected = DIMENSIONS["tetrachoric_one_empty_cell"]
    made = polychoric(from_table(expected["table"]), codes=[1, 2])
    assert made.table["estimate"][0] == pytest.approx(expected["r"], rel=1e-6)
    assert {"empty-cells", "half-added"} <= {note.code for note in made.notes}


@pytest.mark.parametrize(("table", "r"), [([[60, 0], [0, 60]], 1), ([[0, 60], [60, 0]], -1)])
def test_two_empty_cells_give_one_without_a_standard_error_and_a_note_says_why(table, r):
    made = polychoric(from_table(table), codes=[1, 2])
    assert made.table["estimate"][0] == r
    assert np.isnan(made.table["se"][0])
    assert "nearly-one" in {note.code for note in made.notes}


@pytest.mark.parametrize("scale", SCALES)
def test_ordinal_omega_is_that_of_semtools(scale):
    """R: compRelSEM(cfa(model, x, ordered = names(x), std.lv = TRUE))."""
    omega = ordinal_reliability(items(scale), codes=CODES).table["estimate"][1]
    assert omega == pytest.approx(MEASURE["reliability_complete"][scale]["omega_total_cfa_ordinal"], rel=1e-5)


def test_a_scale_of_circumstances_is_said_to_need_no_alpha():
    """In SIAP-36 "ren" lists plans, which need not go together; "men" does not."""
    table = pd.read_csv(REFERENCE / "data" / "readiness.csv")
    raw = responses_of(table[table["wave"] == "awal"], rg.load_instrument("siap_36"))
    said = {scale: {note.code for note in ordinal_reliability(raw, scale).notes} for scale in ("ren", "men")}
    assert "formative-scales" in said["ren"] - said["men"]


def test_the_bivariate_normal_is_that_of_scipy():
    rng = np.random.default_rng(3)
    for h, k, r in np.column_stack([rng.normal(size=(60, 2)) * 1.5, rng.uniform(-0.99, 0.99, 60)]):
        expected = multivariate_normal.cdf([h, k], cov=[[1, r], [r, 1]], abseps=1e-12, releps=1e-12)
        assert float(normal_below(h, k, r)) == pytest.approx(expected, abs=1e-7)
    assert float(normal_below(0.0, 0.0, 0.5)) == pytest.approx(1 / 4 + np.arcsin(0.5) / (2 * np.pi), rel=1e-14)
    assert float(normal_below(0.0, 0.0, 0.999)) == pytest.approx(1 / 4 + np.arcsin(0.999) / (2 * np.pi), rel=1e-13)


def test_row_order_splits_and_the_way_of_the_data_change_nothing():
    frame = items("ren", ALL)
    whole = polychoric(frame, codes=CODES).table
    halves = Moments.of(frame[:111], codes=CODES) + Moments.of(frame[111:], codes=CODES)
    table = pd.read_csv(REFERENCE / "data" / "readiness.csv")
    raw = responses_of(table[table["wave"] == "awal"], rg.load_instrument("siap_36"))
    for other in (
        polychoric(frame.sample(frac=1, random_state=1), codes=CODES),
        polychoric(halves),
        polychoric(frame.astype("Int64")),
        polychoric(raw, "ren"),
        polychoric(frame * 10 - 3, codes=[7, 17, 27, 37]),
    ):
        pd.testing.assert_frame_equal(other.table, whole, check_exact=True)


def test_turning_an_item_round_turns_its_signs_only():
    frame = items("ren")
    straight, turned = polychoric(frame, codes=CODES), polychoric(frame.assign(ren2=5 - frame["ren2"]), codes=CODES)
    sign = pd.Series({"ren1": 1, "ren2": -1, "ren3": 1, "ren4": 1})
    expected = straight.matrix.mul(sign, axis=0).mul(sign, axis=1)
    np.testing.assert_allclose(turned.matrix, expected, atol=1e-10)
    np.testing.assert_allclose(turned.table["se"], straight.table["se"], rtol=1e-8)


def test_a_declared_answer_that_nobody_gave_changes_nothing_and_is_said():
    frame = items("ren")
    plain, more = polychoric(frame, codes=CODES), polychoric(frame, codes=[1, 2, 3, 4, 5])
    pd.testing.assert_frame_equal(more.table, plain.table, check_exact=True)
    assert "answers-unused" in {note.code for note in more.notes} - {note.code for note in plain.notes}


def test_empty_respondents_change_nothing():
    frame = items("ren")
    empty = pd.DataFrame(np.nan, index=range(30), columns=frame.columns)
    more = polychoric(pd.concat([frame, empty]), codes=CODES)
    pd.testing.assert_frame_equal(more.table, polychoric(frame, codes=CODES).table, check_exact=True)


def test_people_of_several_waves_are_said_once_where_the_rows_name_them():
    frame = items("men").reset_index(drop=True)
    frame.loc[0, "men1"] = np.nan
    named = pd.concat({"awal": frame, "akhir": frame[:20]}, names=["gel", "pid"]).swaplevel()
    for data, complete, twice in ((named, True, 19), (named, False, 20), (pd.concat([frame, frame[:20]]), True, None)):
        made = polychoric(data, codes=CODES, complete=complete)
        assert {n.code: n.params for n in made.notes}.get("people-repeated", {}).get("people") == twice


def test_a_step_that_goes_too_far_is_taken_back():
    """Newton's first step from here ends near 1, where two cells that people are in have no probability left."""
    table = [[85, 2, 5, 1, 0], [2, 0, 1, 0, 0], [6, 0, 5, 5, 0], [1, 0, 2, 1, 1], [1, 0, 0, 1, 1]]
    made = polychoric(from_table(table), codes=range(1, 6)).table
    assert made["estimate"][0] == pytest.approx(0.792433081319, rel=1e-6)  # R: lavCor(x, ordered = c("a", "b"))
    assert made["se"][0] < 0.2


def test_very_skewed_answers_find_the_maximum():
    """The likelihood on a fine grid has its top where Newton ended, even with nearly all people in one cell."""
    rng = np.random.default_rng(8)
    for r in (-0.97, -0.4, 0.0, 0.9, 0.985):
        z = rng.multivariate_normal([0, 0], [[1, r], [r, 1]], 400)
        frame = pd.DataFrame(np.column_stack([np.digitize(z[:, 0], [1.2, 1.9]), np.digitize(z[:, 1], [-2, 0.1, 1.5])]))
        counts = Moments.of(frame, codes=[0, 1, 2, 3])
        used = [counts.counts[i] > 0 for i in range(2)]
        every = np.concatenate(used)
        pairs = Pairs.of(counts.burt[np.ix_(every, every)], [int(u.sum()) for u in used])
        found = polychorics(pairs)[0]
        grid = np.linspace(-0.998, 0.998, 999)
        seen = pairs.counts[0]
        height = [(seen * np.log(np.maximum(pairs.cells(np.array([g]))[0][0], 1e-300)))[seen > 0].sum() for g in grid]
        assert abs(found - grid[int(np.argmax(height))]) < 0.003
