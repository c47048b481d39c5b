"""Scores against another program's, and what no table can say: splits, column types and order change nothing."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import reintegra as rg
from reintegra.intake import responses_of
from reintegra.measure import score_block

REFERENCE = Path(__file__).parent.parent / "reference"
SCALES = ["men", "emo", "pos", "pdi", "ada", "tgj", "ren", "duk", "kmb"]


@pytest.fixture(scope="module")
def first_wave():
    table = pd.read_csv(REFERENCE / "data" / "readiness.csv")
    return table[table["wave"] == "awal"].set_index("pid")


def test_siap_scores_are_those_of_r(first_wave):
    """R: 100 * (rowMeans(x, na.rm=TRUE) - 1) / 3 with at least 3 of 4; total the mean of at least 7 of 8 scales."""
    expected = json.loads((REFERENCE / "measure.json").read_text("utf-8"))["scores"]
    table = rg.score(first_wave, "siap_36").table
    np.testing.assert_allclose(table[SCALES].to_numpy()[:20], np.array(expected["first20"], dtype=float), rtol=1e-9)
    np.testing.assert_allclose(table["total"].to_numpy()[:20], expected["total_first20"], rtol=1e-9)
    for name in SCALES:
        assert table[name].mean() == pytest.approx(expected["mean"][name], rel=1e-9)
        assert table[name].std() == pytest.approx(expected["sd"][name], rel=1e-9)
        assert table[name].isna().sum() == expected["blank"][name]
    assert table["total"].std() == pytest.approx(expected["total_sd"], rel=1e-9)


def test_scores_worked_out_the_long_way_are_met():
    """tests/corpus/truth/base_scores.csv: worked out by hand from the base answers."""
    corpus = REFERENCE.parent / "corpus"
    made = rg.score(rg.read_responses(corpus / "files" / "gf06_linear_scale.csv", corpus / "instrument.toml")).table
    expected = pd.read_csv(corpus / "truth" / "base_scores.csv").set_index("kode")
    for name in ("mental", "sosial", "kerja", "total"):
        np.testing.assert_allclose(made[name], expected[name], rtol=1e-9)
    assert list(made["total_band"]) == list(expected["band"])


@pytest.fixture(scope="module")
def many():
    rng = np.random.default_rng(7)
    codes = rng.integers(0, 5, (100_003, 36)).astype(float)
    codes[codes == 0] = np.nan
    return pd.DataFrame(codes, columns=rg.load_instrument("siap_36").item_names)


@pytest.mark.parametrize("size", [1, 7, 1000, 99_999])
def test_pieces_give_the_same_bits_as_the_whole(many, size):
    instrument = rg.load_instrument("siap_36")
    block = responses_of(many, instrument).block
    whole = score_block(block, instrument)
    rows = len(block) if size > 1 else 300
    pieces = [score_block(block[start : start + size], instrument) for start in range(0, rows, size)]
    for place in range(3):
        joined = np.concatenate([piece[place] for piece in pieces])[:rows]
        assert joined.tobytes() == np.ascontiguousarray(whole[place][:rows]).tobytes()


def as_types(frame):
    yield "float64", frame
    yield "float32", frame.astype("float32")
    yield "Int64", frame.astype("Int64")
    yield "Int8", frame.astype("Int8")
    yield "object", frame.astype(object)
    yield "object of None", frame.astype(object).where(frame.notna(), None)
    yield "category", frame.astype("Int64").astype("category")
    yield "str", frame.astype("Int64").astype("string").astype(object).where(frame.notna(), "")
    yield "string", frame.astype("Int64").astype("string")


def test_every_column_type_gives_the_same_bits(many):
    frame = many.head(500)
    expected = rg.score(frame, "siap_36").values.tobytes()
    for name, typed in as_types(frame):
        assert rg.score(typed, "siap_36").values.tobytes() == expected, name
    whole = frame.fillna(2).astype("int64")
    assert rg.score(whole, "siap_36").values.tobytes() == rg.score(whole.astype("uint8"), "siap_36").values.tobytes()


def test_labels_and_codes_may_stand_in_one_column():
    item = rg.load_instrument("siap_36").item_names
    codes = pd.DataFrame([[3] * 36, [1] * 36], columns=item)
    words = codes.astype(object)
    words.loc[0, "men1"], words.loc[1, "men1"] = " sesuai ", "STS"
    assert rg.score(words, "siap_36").values.tobytes() == rg.score(codes, "siap_36").values.tobytes()


def test_the_order_of_rows_and_columns_changes_nothing(many):
    frame = many.head(200)
    mixed = frame.sample(frac=1, random_state=1)[frame.columns[::-1]]
    pd.testing.assert_frame_equal(rg.score(mixed, "siap_36").table.loc[frame.index], rg.score(frame, "siap_36").table)


def test_all_blank_is_missing_and_never_zero():
    table = rg.score(pd.DataFrame([[np.nan] * 36], columns=rg.load_instrument("siap_36").item_names), "siap_36").table
    assert table[[*SCALES, "total"]].isna().all(axis=None)
    assert (table[[f"{name}_answered" for name in SCALES]] == 0).all(axis=None)


def test_the_definition_decides_how_many_answers_are_enough():
    item = rg.load_instrument("siap_36").item_names
    frame = pd.DataFrame([[3.0] * 36] * 2, columns=item)
    frame.loc[0, ["men1"]] = np.nan
    frame.loc[1, ["men1", "men2"]] = np.nan
    table = rg.score(frame, "siap_36").table
    assert table["men_answered"].tolist() == [3, 2]
    assert table["men"].notna().tolist() == [True, False]
    assert table["total_answered"].tolist() == [8, 7]
    assert table["total"].notna().tolist() == [True, True]


def test_a_reversed_byte_never_wraps_round():
    """uint8 6 - 7 is 255 elsewhere; here 7 is refused before anything is reversed."""
    item = rg.load_instrument("siap_36").item_names
    with pytest.raises(rg.IntakeError, match="7"):
        rg.score(pd.DataFrame([[7] * 36], columns=item, dtype="uint8"), "siap_36")


def test_a_frame_keeps_its_index_and_its_other_columns(first_wave):
    scores = rg.score(first_wave, "siap_36")
    assert scores.table.index.equals(first_wave.index)
    assert list(scores.people.columns) == ["unit", "wave"]


def test_a_score_without_an_instrument_is_a_wrong_call(first_wave):
    with pytest.raises(TypeError, match="instrument"):
        rg.score(first_wave)


def test_a_score_on_an_edge_stands_on_it_and_keeps_its_bits(many):
    """The total of eight scales is a float that may miss 50 by 7e-15; its exact value is a whole number of 288ths."""
    from fractions import Fraction

    frame = many.head(20_000).fillna(2)
    scores = rg.score(frame, "siap_36")
    siap = scores.instrument
    exact = [Fraction(0)] * len(frame)
    for part in siap.score("total").scores:
        counted = [frame[name] if not siap.item(name).reverse else 5 - frame[name] for name in siap.score(part).items]
        exact = [
            e + Fraction(int(total) - len(counted), 3 * len(counted) * 8) * 100
            for e, total in zip(exact, sum(counted), strict=True)
        ]
    edges = [Fraction(band.edge) for band in siap.score("total").bands[""] if band.edge is not None]
    below = [band.below is not None for band in siap.score("total").bands[""][:-1]]
    places = [sum(e >= edge if b else e > edge for edge, b in zip(edges, below, strict=True)) for e in exact]
    assert list(scores.table["total_band"].cat.codes) == places
    on_an_edge = [e in edges for e in exact]
    assert sum(on_an_edge) > 100
    values = scores.values[:, -1]
    assert any(v != float(e) for v, e in zip(values, exact, strict=True))  # the bits are those of the kernel, unrounded
