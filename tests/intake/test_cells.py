"""What single cells mean."""

import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import reintegra as rg
from reintegra.intake.cells import Decoder
from reintegra.intake.grids import Truth


@pytest.fixture(scope="module")
def decode():
    instrument = rg.load_instrument("siap_36")
    return Decoder(instrument.items[0], instrument.missing)


@pytest.mark.parametrize(
    ("value", "position"),
    [
        (3, 3), (3.0, 3), ("3", 3), (" 3 ", 3), ("3.0", 3), ("3,0", 3), ("３", 3), ("4\u00a0", 4), ("4\u200b", 4),
        ("Sesuai", 3), ("SESUAI", 3), ("  sangat   sesuai ", 4), ("Like me", 3), ("STS", 1), ("3 - Sesuai", 3),
        ("3. Sesuai", 3), ("Sesuai (3)", 3), ("[3] Sesuai", 3), ("3=Sesuai", 3),
        (None, 0), (math.nan, 0), ("", 0), ("  ", 0), ("\u00a0", 0), (88, 0), ("99", 0), ("Tidak tahu", 0),
    ],
)  # fmt: skip
def test_a_cell_means_its_answer(decode, value, position):
    cell = decode(value)
    assert (cell.position, cell.why) == (position, None)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (0, "out-of-range"), (5, "out-of-range"), (-1, "out-of-range"), (44, "out-of-range"), ("7", "out-of-range"),
        (3.5, "not-whole"), ("3,5", "not-whole"), ("1e999", "infinite"), (math.inf, "infinite"),
        (Truth.TRUE, "true-false-in-item"), (dt.datetime(2026, 4, 3), "date-in-item"), ("3-Apr", "date-in-item"),
        ("03/04/2026", "date-in-item"), (dt.time(3, 4), "date-in-item"),
        ("3/4", "two-answers"), ("3-4", "two-answers"), ("3 & 4", "two-answers"), ("3 dan 4", "two-answers"),
        ("Sesuai, Tidak sesuai", "two-answers"), ("2 - Sesuai", "code-contradicts-label"),
        ("4?", "unknown-label"), ("Kurang sesuai", "unknown-label"), ("N/A", "unknown-label"), (".", "unknown-label"),
        ("AO01", "unknown-code"), ("77x", "unknown-label"),
    ],
)  # fmt: skip
def test_a_cell_that_is_no_answer_has_a_cause(decode, value, why):
    assert decode(value).why == why


def test_kurang_setuju_is_never_taken_for_a_near_answer(decode):
    assert "Sangat" not in decode("Kurang sesuai").params["advice"]()
    assert "Sesuai" in decode("Sesuaii").params["advice"]()


def test_a_label_of_the_caller_stands_for_its_code():
    instrument = rg.load_instrument("siap_36")
    decode = Decoder(instrument.items[0], instrument.missing, values={"AO04": 4, "Kurang sesuai": 2})
    assert (decode("AO04").position, decode("kurang sesuai").position) == (4, 2)


@given(
    st.one_of(
        st.text(max_size=30), st.integers(), st.floats(), st.booleans().map(lambda b: Truth(str(b))), st.datetimes()
    )
)
def test_any_cell_is_an_answer_a_blank_or_a_named_fault(value):
    instrument = rg.load_instrument("siap_36")
    cell = Decoder(instrument.items[0], instrument.missing)(value)
    assert cell.position in range(5)
    assert not (cell.why and cell.position)
