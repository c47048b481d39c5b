"""Headings, keys, rows and columns of a table."""

import csv
import io
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

import reintegra as rg
from reintegra.intake import grids
from reintegra.intake.people import looks_personal

CORPUS = Path(__file__).parent.parent / "corpus"
KSR = CORPUS / "instrument.toml"
GSE = rg.load_instrument("gse_10").item_names


def write(path, rows, **dialect):
    file = io.StringIO()
    csv.writer(file, lineterminator="\n", **dialect).writerows(rows)
    path.write_text(file.getvalue(), "utf-8")
    return path


def gse(*rows, head=("kode", *GSE)):
    return [head, *rows]


ANSWERS = [1, 2, 3, 4, 1, 2, 3, 4, 1, 2]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter, tmp_path):
    path = write(tmp_path / "x.csv", gse(["A", *ANSWERS], ["B", *ANSWERS]), delimiter=delimiter)
    assert rg.read_responses(path, "gse_10").codes.iloc[0].tolist() == ANSWERS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_encoding_is_found(encoding, tmp_path):
    text = "kode,catatan," + ",".join(GSE) + "\nA,“é”," + ",".join(map(str, ANSWERS)) + "\n"
    (tmp_path / "x.csv").write_bytes(text.encode(encoding))
    assert rg.read_responses(tmp_path / "x.csv", "gse_10").people["catatan"].iloc[0] == "“é”"


def test_a_text_that_lost_some_of_its_bytes_is_damaged_wherever_they_stood(tmp_path):
    lines = [["kode", *GSE], *([f"P{i:03d}", *ANSWERS] for i in range(400))]
    whole = "\n".join(",".join(map(str, line)) for line in lines).encode()
    for lost in (b"\0" * 300 + whole[300:], whole[:60] + b"\0" + whole[61:], whole[:9000] + b"\0" * 100, whole + b"\0"):
        (tmp_path / "x.csv").write_bytes(lost)
        with pytest.raises(rg.IntakeError) as caught:
            rg.read_responses(tmp_path / "x.csv", "gse_10")
        assert [problem.code for problem in caught.value.problems] == ["damaged"]


def test_a_table_below_titles_with_a_header_in_two_rows_is_found(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["REKAP"],
        [],
        ["No", "Kode", "Pernyataan"],
        [None, None, *range(1, 11)],
        [1, "A", *ANSWERS],
        ["Jumlah", None, 1],
    ):
        sheet.append(row)
    sheet.merge_cells("C3:L3")
    book.save(tmp_path / "x.xlsx")
    made = rg.read_responses(tmp_path / "x.xlsx", "gse_10")
    assert made.codes.iloc[0].tolist() == ANSWERS
    assert made.codes.index.tolist() == ["A"]
    assert made.origin.rows_dropped == {"not_a_person": (6,)}


def test_numbered_questions_of_a_form_without_wording_are_matched_by_number(tmp_path):
    head = ("Kode", *(f"{n}. Pertanyaan yang tertulis di formulir" for n in range(1, 11)))
    made = rg.read_responses(write(tmp_path / "x.csv", gse(["A", *ANSWERS], head=head)), "gse_10")
    assert made.codes.iloc[0].tolist() == ANSWERS
    assert "matched-by-number" in {notice.code for notice in made.notices}


def test_questions_and_answers_may_be_in_either_language(tmp_path):
    siap = rg.load_instrument("siap_36")
    answers = {lang: [answer.label[lang] for answer in siap.items[0].answers] for lang in ("id", "en")}
    codes = [1 + i % 4 for i in range(36)]
    made = []
    for lang in ("id", "en"):
        head = ["Kode", *(item.label[lang].upper() for item in siap.items)]
        other = answers["en" if lang == "id" else "id"]
        path = write(tmp_path / f"{lang}.csv", [head, ["A", *(other[code - 1] for code in codes)]])
        made.append(rg.read_responses(path, "siap_36").codes.iloc[0].tolist())
    assert made == [codes, codes]


def test_columns_can_be_named_by_the_caller(tmp_path):
    head = ("kode", *(f"Tanya {letter}" for letter in "abcdefghij"))
    path = write(tmp_path / "x.csv", gse(["A", *ANSWERS], head=head))
    told = dict(zip(head[1:], GSE, strict=True))
    assert rg.read_responses(path, "gse_10", columns=told).codes.iloc[0].tolist() == ANSWERS
    assert rg.read_responses(path, "gse_10", columns=list(head[1:])).codes.iloc[0].tolist() == ANSWERS


def test_a_row_with_answers_but_without_code_is_a_fault_and_a_total_is_not(tmp_path):
    path = write(tmp_path / "x.csv", gse(["A", *ANSWERS], ["", *ANSWERS], ["", 30, *[""] * 9]))
    with pytest.raises(rg.IntakeError) as caught:
        rg.read_responses(path, "gse_10")
    (problem,) = caught.value.problems
    assert (problem.code, problem.row, problem.cell) == ("missing-key", 3, "A3")


def test_codes_are_texts(tmp_path):
    book = openpyxl.Workbook()
    for row in gse([12, *ANSWERS], [13.0, *ANSWERS], ["0014", *ANSWERS]):
        book.active.append(row)
    book.save(tmp_path / "x.xlsx")
    assert rg.read_responses(tmp_path / "x.xlsx", "gse_10").codes.index.tolist() == ["12", "13", "0014"]


def test_duplicates_can_be_settled_on_purpose(tmp_path):
    rows = gse(["A", *ANSWERS], ["A", *ANSWERS[::-1]], ["B", *ANSWERS])
    path = write(tmp_path / "x.csv", rows)
    first = rg.read_responses(path, "gse_10", duplicates="first")
    last = rg.read_responses(path, "gse_10", duplicates="last")
    assert first.codes.loc["A"].tolist() == ANSWERS
    assert last.codes.loc["A"].tolist() == ANSWERS[::-1]
    assert last.origin.rows_dropped == {"duplicate": (2,)}


def test_a_wave_makes_a_second_level(tmp_path):
    rows = [("kode", "gelombang", *GSE), ("A", "awal", *ANSWERS), ("A", "akhir", *ANSWERS), ("B", "awal", *ANSWERS)]
    path = write(tmp_path / "x.csv", rows)
    assert rg.read_responses(path, "gse_10").codes.index.names == ["kode", "gelombang"]
    assert rg.read_responses(path, "gse_10", key=["kode", "gelombang"]).codes.index.nlevels == 2
    with pytest.raises(rg.IntakeError, match="A"):
        rg.read_responses(path, "gse_10", key="kode")


@pytest.mark.parametrize(
    ("heading", "values", "personal"),
    [
        ("Nama", [], True), ("nama_lengkap", [], True), ("NIK", [], True), ("No. HP", [], True), ("Alamat", [], True),
        ("Nomor register", [], True), ("Email Address", [], True), ("Data", ["3302010101900001"], True),
        ("Catatan", ["Contoh bin Contoh"], True), ("Kolom1", ["081234567890"], True),
        ("Kode responden (bukan nama)", ["R-001"], False), ("Nama program", [], False), ("Unit", ["A"], False),
        ("Kegiatan", ["Seminar, Rabu"], False), ("Lama pidana", [36], False), ("redcap_event", ["awal"], False),
    ],
)  # fmt: skip
def test_personal_columns_are_recognised(heading, values, personal):
    assert looks_personal(heading, values) == personal


def test_personal_columns_leave_no_trace(tmp_path):
    name, number = "Contoh Rahasia", "0812345678901"
    path = write(tmp_path / "x.csv", [("kode", "Nama", "Telepon", *GSE), ("A", name, number, *ANSWERS)])
    made = rg.read_responses(path, "gse_10")
    rg.report(rg.score(made), tmp_path / "out")
    for file in (tmp_path / "out").rglob("*"):
        assert file.is_dir() or (name.encode() not in file.read_bytes() and number.encode() not in file.read_bytes())
    book = openpyxl.load_workbook(tmp_path / "out" / "skor.xlsx")
    assert not any(name == cell.value for sheet in book for row in sheet for cell in row)


def test_pieces_of_a_long_file_give_what_the_whole_gives(tmp_path, monkeypatch):
    rng = np.random.default_rng(3)
    rows = [[f"K{i:04d}", *rng.integers(1, 5, 10)] for i in range(500)]
    rows[77][3] = 9
    rows[410][5] = 9
    path = write(tmp_path / "x.csv", gse(*rows))
    told = []
    for chunk in (20_000, 33, 1):
        monkeypatch.setattr(grids, "CHUNK", chunk)
        made = rg.read_responses(path, "gse_10", missing=[9])
        with pytest.raises(rg.IntakeError) as caught:
            rg.read_responses(path, "gse_10")
        told.append((made.block.tobytes(), tuple(made.index), [str(p) for p in caught.value.problems]))
    assert told[0] == told[1] == told[2]


def test_a_parquet_file_is_read_in_pieces(tmp_path):
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame([ANSWERS] * 3, columns=GSE).assign(kode=["A", "B", "C"])
    frame.to_parquet(tmp_path / "x.parquet")
    assert rg.read_responses(tmp_path / "x.parquet", "gse_10").codes.loc["B"].tolist() == ANSWERS


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is counted in other units elsewhere")
def test_a_hundred_thousand_rows_need_little_memory(tmp_path):
    """The same code path as 1 000 000 x 40 (benchmarks/): memory grows with the coded bytes, not with the cells."""
    path = tmp_path / "x.csv"
    with path.open("w") as file:
        file.write("kode," + ",".join(GSE) + "\n")
        file.writelines(f"K{i},1,2,3,4,1,2,3,4,1,2\n" for i in range(100_000))
    code = (
        "import resource, reintegra as rg, pandas\n"
        "start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        f"rg.score(rg.read_responses({str(path)!r}, 'gse_10'))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - start)"
    )
    grown = int(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
    assert grown < 150_000  # kilobytes
    assert resource.RUSAGE_SELF == 0
