"""What single cells mean."""

import datetime as dt
import math
import re
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import reintegra as rg
from reintegra.intake.cells import Decoder
from reintegra.intake.grids import Truth

CORPUS = Path(__file__).parent.parent / "corpus"


@pytest.fixture(scope="module")
def decode():
    instrument = rg.load_instrument("siap_36")
    return Decoder(instrument.items[0], instrument.missing)


@pytest.mark.parametrize(
    ("value", "position"),
    [
        (3, 3), (3.0, 3), ("3", 3), (" 3 ", 3), ("3.0", 3), ("3,0", 3), ("３", 3), ("4\u00a0", 4), ("4\u200b", 4),
        ("Sesuai", 3), ("SESUAI", 3), ("  sangat   sesuai ", 4), ("Like me", 3), ("STS", 1), ("3 - Sesuai", 3),
        ("3. Sesuai", 3), ("Sesuai (3)", 3), ("[3] Sesuai", 3), ("3=Sesuai", 3), ("99 - Tidak mau menjawab", 0),
        ("01", 1), ("3.00", 3), (np.int64(3), 3), (np.float32(3), 3), (Decimal("3.0"), 3), ("Sesuai / Like me", 3),
        ("99.0", 0), ("99,0", 0), (99.0, 0), (pd.NaT, 0), (pd.NA, 0),
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
        (Truth.TRUE, "true-false-in-item"), ("FALSE", "true-false-in-item"),
        (dt.datetime(2026, 4, 3), "date-in-item"), ("3-Apr", "date-in-item"),
        ("03/04/2026", "date-in-item"), (dt.time(3, 4), "date-in-item"),
        ("3/4", "two-answers"), ("3-4", "two-answers"), ("3 & 4", "two-answers"), ("3 dan 4", "two-answers"),
        ("Sesuai, Tidak sesuai", "two-answers"), ("2 - Sesuai", "code-contradicts-label"),
        ("0 - Sangat tidak sesuai", "code-contradicts-label"), ("9. Sesuai", "code-contradicts-label"),
        ("88 - Tidak mau menjawab", "code-contradicts-label"), ("3 - Tidak tahu", "code-contradicts-label"),
        ("4?", "unknown-label"), ("Kurang sesuai", "unknown-label"), ("N/A", "unknown-label"), (".", "unknown-label"),
        ("AO01", "unknown-code"), ("77x", "unknown-label"), ("4 poin", "unknown-label"), ("4 Agustus", "date-in-item"),
        (dt.timedelta(hours=3), "date-in-item"), (pd.Period("2026-01"), "date-in-item"), (10**400, "infinite"),
        ((1, 2), "strange-value"), ([1], "strange-value"), ({"a": 1}, "strange-value"),
        (b"x", "strange-value"), (1 + 2j, "strange-value"), (np.array([1, 2]), "strange-value"),
        (pd.Interval(1, 2), "strange-value"), (np.True_, "true-false-in-item"), ("Sesuai / STS", "two-answers"),
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


@pytest.mark.parametrize("written", ["{}", "{}.0", "{},0", "0{}", " {} "])
@pytest.mark.parametrize("told", [int, float, str, "{}.0".format])
def test_values_mean_the_same_however_a_number_is_written(written, told):
    instrument = rg.load_instrument("siap_36")
    decode = Decoder(instrument.items[0], values={told(code): 5 - code for code in (1, 2, 3, 4)})
    assert [decode(written.format(code)).position for code in (1, 2, 3, 4)] == [4, 3, 2, 1]
    assert [decode(code).position for code in (1, 2, 3, 4)] == [4, 3, 2, 1]


def test_a_code_and_its_label_are_compared_as_values_say():
    instrument = rg.load_instrument("siap_36")
    decode = Decoder(instrument.items[0], values={code: 5 - code for code in (1, 2, 3, 4)})
    assert decode("2 - Sesuai").position == 3
    assert decode("3 - Sesuai").why == "code-contradicts-label"


def test_a_code_of_which_values_say_nothing_is_a_fault_only_where_they_recode():
    item = rg.load_instrument("siap_36").items[0]
    assert Decoder(item, values={0: 1, 1: 2, 2: 3, 3: 4})(4).why == "code-not-in-values"
    assert Decoder(item, values={"AO04": 4, 9: 1})(3).position == 3


def read(tmp_path, instrument, rows, head, **options):
    path = tmp_path / "x.csv"
    path.write_text("\n".join(",".join(map(str, row)) for row in [head, *rows]) + "\n")
    return rg.read_responses(path, instrument, **options)


def problems(call, *arguments, **options):
    with pytest.raises(rg.IntakeError) as caught:
        call(*arguments, **options)
    return caught.value.problems


K10 = rg.load_instrument("k10")


@pytest.mark.parametrize("values", [None, {}, {"x": 3}, {1: 5}])
def test_only_a_word_on_every_answer_vouches_for_the_direction(values, tmp_path):
    rows = [[f"R{i}", 5, 5, 5, 4, 5, 5, 4, 5, 4, 5] for i in range(6)]
    found = problems(read, tmp_path, K10, rows, ["kode", *K10.item_names], values=values)
    assert {"answers-run-backwards", "code-not-in-values"} & {problem.code for problem in found}
    told = {code: code for code in range(1, 6)}
    assert len(read(tmp_path, K10, rows, ["kode", *K10.item_names], values=told)) == 6


def test_answers_in_the_middle_do_not_run_backwards(tmp_path):
    rows = [[f"R{i}", *[2, 3, 3, 3, 3, 3, 3, 3, 3, 4]] for i in range(6)]
    assert len(read(tmp_path, K10, rows, ["kode", *K10.item_names])) == 6


def test_two_shifted_codes_are_never_given_a_direction(tmp_path):
    srq = rg.load_instrument("srq_20")
    head = ["kode", *srq.item_names]
    rows = [[f"R{i}", *([1, 2] * 10)] for i in range(6)]
    (problem,) = problems(read, tmp_path, srq, rows, head)
    assert (problem.code, problem.why) == ("two-codes-shifted", "out-of-range")
    for told in ("values={1: 0, 2: 1}", "values={1: 1, 2: 0}"):
        assert told in problem.remedy
    assert read(tmp_path, srq, rows, head, values={2: 0, 1: 1}).codes.iloc[0, :2].tolist() == [1, 0]


@pytest.mark.parametrize("missing", [[3], [3.0], ["3.0"], ["3,0"], ["Sesuai"], ["4 - Sangat sesuai"], ["03"]])
def test_an_answer_is_never_declared_missing(missing, tmp_path):
    siap = rg.load_instrument("siap_36")
    (problem,) = problems(read, tmp_path, siap, [["A", *[3] * 36]], ["kode", *siap.item_names], missing=missing)
    assert problem.code == "missing-code-is-answer"


@pytest.mark.parametrize(
    "wrong",
    [{"missing": 9}, {"missing": "99"}, {"waves": ["pra"]}, {"waves": {"pra": 1}}, {"values": [1]}, {"key": 5},
     {"columns": "abc"}, {"sheet": 0}],
)  # fmt: skip
def test_a_wrong_call_is_told_by_name(wrong, tmp_path):
    (problem,) = problems(read, tmp_path, K10, [["A", *[1] * 10]], ["kode", *K10.item_names], **wrong)
    assert problem.code == "wrong-option"
    assert next(iter(wrong)) in problem.text
    assert f"{next(iter(wrong))}=" in problem.remedy


def test_a_column_told_to_be_no_item_is_refused_with_the_nearest_name(tmp_path):
    rows = [["P1", *[1] * 10]]
    with pytest.raises(rg.IntakeError, match="k10_01") as caught:
        read(tmp_path, K10, rows, ["kode", *K10.item_names], columns={"k10_01": "k10_1"})
    assert [problem.code for problem in caught.value.problems] == ["unknown-item"]


def test_a_name_that_no_file_can_have_is_no_file():
    for name in ("a\0b.csv", "x" * 5_000, f"{'y' * 5_000}/x.csv"):
        with pytest.raises(rg.IntakeError) as caught:
            rg.read_responses(name, K10)
        assert caught.value.code == "no-such-file"


def test_names_and_numbers_of_persons_are_not_shown(tmp_path):
    rows = [["A", "3302141234567890", *[1] * 9], ["B", "Budi bin Santoso", *[1] * 9], ["C", "Siti Aminah", *[1] * 9],
            ["Rahmat Hidayat", *[1] * 10], ["Rahmat Hidayat", *[2] * 10], ["E", "Sering sekali", *[1] * 9]]  # fmt: skip
    with pytest.raises(rg.IntakeError) as caught:
        read(tmp_path, K10, rows, ["kode", *K10.item_names])
    said = f"{caught.value}{caught.value.problems!r}{caught.value.table.to_csv()}"
    assert not any(word in said for word in ("3302141234567890", "Budi", "Santoso", "Siti", "Rahmat"))
    assert len(caught.value.problems) == 5


@pytest.mark.parametrize("cell", ["Sumarno", "Bu Siti; kamar 4", "bin Karto", "Pak_Budi"])
def test_a_word_from_no_answer_is_shown_only_where_it_repeats(cell, tmp_path):
    rows = [[f"P{i}", *[1] * 10] for i in range(4)]
    rows[0][3] = cell
    with pytest.raises(rg.IntakeError) as caught:
        read(tmp_path, K10, rows, ["kode", *K10.item_names])
    assert cell not in f"{caught.value}{caught.value.table.to_csv()}"
    for row in rows[1:]:
        row[3] = cell
    with pytest.raises(rg.IntakeError, match=cell):
        read(tmp_path, K10, rows, ["kode", *K10.item_names])


@pytest.mark.parametrize("cell", ["Selalau", "N/A", "#VALUE!", "tidak dijawab", "4?"])
def test_slips_of_the_pen_errors_and_marks_are_shown(cell, tmp_path):
    with pytest.raises(rg.IntakeError, match=re.escape(cell)):
        read(tmp_path, K10, [["P1", cell, *[1] * 9], ["P2", *[1] * 10]], ["kode", *K10.item_names])


def test_dashes_and_hyphens_of_every_kind_are_one_in_a_label():
    instrument = rg.load_instrument(CORPUS / "instrument.toml")
    decode = Decoder(instrument.items[0], instrument.missing)
    for dash in "-‐‑‒–—−":
        assert decode(f"Ragu {dash} ragu").position == 3


def test_thousands_of_faults_are_a_short_list_that_loses_none(tmp_path):
    rows = [[f"R{i}", *(f"kata-aneh {10 * i + j}" for j in range(10))] for i in range(1_500)]
    with pytest.raises(rg.IntakeError) as caught:
        read(tmp_path, K10, rows, ["kode", *K10.item_names])
    found = caught.value.problems
    assert len(found) == 41
    assert sum(len(p.value) if isinstance(p.value, list) else 1 for p in found) == 15_000
    assert len(str(caught.value)) < 20_000
    same = [[f"R{i}", *[9] * 10] for i in range(1_500)]
    (problem,) = problems(read, tmp_path, K10, same, ["kode", *K10.item_names])
    assert "14.992" in problem.place or "14992" in problem.place


def test_faults_of_columns_and_of_cells_come_together(tmp_path):
    rows = [["A", *[1] * 9, 9, 80], ["B", *[1] * 11]]
    head = ["kode", *K10.item_names, "SPPN"]
    codes = [problem.code for problem in problems(read, tmp_path, K10, rows, head)]
    assert codes == ["decides-rights", "out-of-range"]
    codes = [p.code for p in problems(read, tmp_path, K10, [row[:-1] for row in rows], head[:-1], key="Kodee")]
    assert codes == ["no-such-column", "out-of-range"]
    head[1] = "lain"
    codes = [p.code for p in problems(read, tmp_path, K10, [row[:-1] for row in rows], head[:-1])]
    assert codes == ["missing-item", "out-of-range"]


def test_a_code_between_the_codes_of_an_item_is_no_answer(tmp_path):
    text = (CORPUS / "instrument.toml").read_text("utf-8")
    path = tmp_path / "berlubang.toml"
    path.write_text(re.sub(r"(?m)^.*value = 3\b.*\n", "", text, count=1), "utf-8")
    gap = rg.load_instrument(path)
    assert 3 not in gap.items[0].codes
    frame = pd.DataFrame([[1, *[2] * 11], [3, *[4] * 11]], columns=gap.item_names)
    (problem,) = problems(rg.score, frame, gap)
    assert (problem.code, problem.row, problem.value) == ("out-of-range", 2, "3")


def test_lists_and_other_objects_in_a_frame_are_faults_with_their_place():
    frame = pd.DataFrame([[1] * 10] * 3, columns=K10.item_names, dtype=object)
    frame["k10_02"] = pd.Series([1, [1, 2], 1], dtype=object)
    frame["k10_03"] = pd.Series([1, 1, pd.Timedelta("3h")], dtype=object)
    found = problems(rg.score, frame, K10)
    assert [(p.code, p.row, p.column) for p in found] == [("strange-value", 2, "k10_02"), ("date-in-item", 3, "k10_03")]


def test_numbers_beside_a_date_or_a_formula_stay_as_they_stand():
    """A column of other things is turned into numbers only where nothing else stands in it."""
    import datetime as dt

    from reintegra.intake.grids import Ticks, Truth
    from reintegra.intake.table import _typed

    for other in (dt.date(2025, 1, 1), Ticks(("1", "2")), Truth.TRUE):
        assert _typed(["1", other]).tolist() == ["1", other if isinstance(other, dt.date) else str(other)]
    assert _typed(["1", 2.5, None]).tolist()[:2] == [1.0, 2.5]
