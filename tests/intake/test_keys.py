"""The codes of people: which column holds them, which are no codes, and which may be one person twice."""

import openpyxl
import pytest

import reintegra as rg

GSE = rg.load_instrument("gse_10").item_names
ANSWERS = [1, 2, 3, 4, 1, 2, 3, 4, 1, 2]


def table(tmp_path, *keys, heading="Kode"):
    rows = [[heading, *GSE], *([key, *ANSWERS] for key in keys)]
    (tmp_path / "x.csv").write_text("\n".join(",".join(map(str, row)) for row in rows) + "\n", "utf-8")
    return tmp_path / "x.csv"


def faults(path, **options):
    with pytest.raises(rg.IntakeError) as caught:
        rg.read_responses(path, "gse_10", **options)
    return [problem.code for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        (("P-001", "p-001"), "keys-alike"), (("P-001", "P 001"), "keys-alike"), (("A01", "A1"), "keys-alike"),
        (("001", "1"), "keys-differ-by-zeros"),
    ],
)  # fmt: skip
def test_codes_that_are_nearly_the_same_are_refused(keys, code, tmp_path):
    assert faults(table(tmp_path, *keys, "P-777")) == [code]


@pytest.mark.parametrize(
    "keys",
    [("P-1", "P-2"), ("1-11", "11-1"), ("1.5", "1.05"), ("1/I/2026", "001/04/2026"), ("A10", "A1"), ("NA", "null")],
)
def test_codes_that_differ_stay_apart(keys, tmp_path):
    assert rg.read_responses(table(tmp_path, *keys), "gse_10").index.tolist() == list(keys)


@pytest.mark.parametrize(
    "key",
    [
        "#REF!", "#N/A", "3-Apr", "Apr-03", "03/04/2026", "TRUE", "3.30214E+15", "-", "tidak ada", "Median",
        "Rata-rata", "Jumlah total", '="P-002"',
    ],
)  # fmt: skip
def test_what_cannot_be_a_code_is_refused(key, tmp_path):
    assert faults(table(tmp_path, "P-001", key, "P-003")) == ["not-a-code"]


def test_a_formula_that_was_never_calculated_is_no_code(tmp_path):
    book = openpyxl.Workbook()
    for row in (["Kode", *GSE], ["P-001", *ANSWERS], ['="P-"&1', *ANSWERS]):
        book.active.append(row)
    book.save(tmp_path / "x.xlsx")
    assert faults(tmp_path / "x.xlsx") == ["not-a-code"]


def test_cells_that_are_no_codes_are_one_line(tmp_path):
    with pytest.raises(rg.IntakeError) as caught:
        rg.read_responses(table(tmp_path, "P-001", "Total", "Median"), "gse_10")
    (problem,) = caught.value.problems
    assert (problem.row, problem.cell, problem.value) == ([3, 4], ["A3", "A4"], ["Total", "Median"])


def test_blank_codes_are_missing_and_not_repeated(tmp_path):
    assert faults(table(tmp_path, "P-001", "", "")) == ["missing-key"]


@pytest.mark.parametrize(
    "heading",
    [
        "Response ID", "ResponseId", "caseid", "Kode unik", "_uuid", "ParticipantID", "record_id", "Kode responden",
        "KODE. Kode responden",
    ],
)  # fmt: skip
def test_the_column_of_codes_is_found(heading, tmp_path):
    assert rg.read_responses(table(tmp_path, "a7", "b8", heading=heading), "gse_10").index.name == heading


def test_the_code_of_a_person_goes_before_the_number_of_a_form(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(f"_uuid,Response ID,Kode,{','.join(GSE)}\nu1,7,P-1,{','.join(map(str, ANSWERS))}\n")
    assert rg.read_responses(path, "gse_10").index.name == "Kode"


@pytest.mark.parametrize("key", [None, ["Kode", "Gelombang"]])
def test_a_person_twice_in_one_wave_is_told_with_the_wave_and_the_other_waves_stay(key, tmp_path):
    rows = [("P-1", "awal"), ("P-1", "akhir"), ("P-2", "awal"), ("P-2", "akhir"), ("P-1", "Awal")]
    lines = [",".join(map(str, ["Kode", "Gelombang", *GSE])), *(",".join(map(str, [*row, *ANSWERS])) for row in rows)]
    path = tmp_path / "x.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    with pytest.raises(rg.IntakeError) as caught:
        rg.read_responses(path, "gse_10", key=key)
    (problem,) = caught.value.problems
    assert (problem.code, problem.row, problem.value) == ("duplicate-key-identical", [2, 6], "P-1 / awal")
    made = rg.read_responses(path, "gse_10", key=key, duplicates="last")
    assert made.index.tolist() == [("P-1", "akhir"), ("P-2", "awal"), ("P-2", "akhir"), ("P-1", "awal")]
    assert made.origin.rows_dropped == {"duplicate": (2,)}


def test_the_code_of_a_person_goes_before_surveymonkeys_number_of_a_form(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(f"Respondent ID,Collector ID,Kode,{','.join(GSE)}\n118,7,P-1,{','.join(map(str, ANSWERS))}\n")
    assert rg.read_responses(path, "gse_10").index.name == "Kode"


def test_names_are_no_second_level_of_a_key(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(f"Kode,Nama,{','.join(GSE)}\nP-1,Contoh,{','.join(map(str, ANSWERS))}\n")
    assert faults(path, key=["Kode", "Nama"]) == ["personal-key"]
