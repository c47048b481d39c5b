"""One table in many shapes: each is read to the same answers, and a fault is found where it stands in that shape."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest

import reintegra as rg

SIAP = rg.load_instrument("siap_36")
NAMES = SIAP.item_names
TEXTS = [item.label["id"] for item in SIAP.items]
LABELS = {answer.value: answer.label["id"] for answer in SIAP.items[0].answers}
WRONG = 7  # no answer; planted for the third person, item emo1 (the fifth)


def people(fault=False):
    """Return six people's answers, some blank; with a code outside the scale if asked."""
    rng = np.random.default_rng(8)
    codes = rng.integers(1, 5, (6, 36)).astype(object)
    codes[rng.random((6, 36)) < 0.1] = None
    codes[0, 0] = None
    codes[2, 4] = WRONG if fault else 3
    return codes


def keys():
    return [f"UPA-{i:04d}" for i in range(1, 7)]


def words(codes):
    return [[LABELS.get(code, code) for code in row] for row in codes]


def table(codes, head=NAMES):
    return [["kode", *head], *([key, *row] for key, row in zip(keys(), codes, strict=True))]


def as_csv(rows, delimiter=",", encoding="utf-8"):
    file = io.StringIO(newline="")
    pd.DataFrame(rows[1:], columns=rows[0], dtype=object).to_csv(file, sep=delimiter, index=False)
    return file.getvalue().encode(encoding)


def as_xlsx(rows, shift=0, merged=()):
    book = openpyxl.Workbook()
    for row in [*[["REKAP"]] * shift, *rows]:
        book.active.append(row)
    for span in merged:
        book.active.merge_cells(span)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def as_ods(rows):
    def cell(value):
        if value is None:
            return "<table:table-cell/>"
        if isinstance(value, int):
            return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
        return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'

    names = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"' for short in ("office", "table", "text")
    )
    lines = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    blank = '<table:table-cell table:number-columns-repeated="1024"/>'
    lines += f'<table:table-row table:number-rows-repeated="1048000">{blank}</table:table-row>'
    body = f'<office:spreadsheet><table:table table:name="Data">{lines}</table:table></office:spreadsheet>'
    body = f"<office:body>{body}</office:body>"
    return zipped({"content.xml": f"<office:document-content {names}>{body}</office:document-content>"})


def zipped(members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def as_sav(codes, tmp_path, labels=True):
    frame = pd.DataFrame(np.array(codes, dtype=float), columns=NAMES)
    frame.insert(0, "kode", keys())
    values = {name: {float(k): v for k, v in LABELS.items()} for name in NAMES} if labels else None
    pyreadstat.write_sav(frame, tmp_path / "made.sav", variable_value_labels=values)
    return (tmp_path / "made.sav").read_bytes()


def as_ticks(codes):
    top = ["kode", *(name if i == 0 else None for name in NAMES for i in range(4))]
    below = [None, *(short for _ in NAMES for short in ("STS", "TS", "S", "SS"))]
    rows = [
        [key, *("v" if code == answer else None for code in row for answer in (1, 2, 3, 4))]
        for key, row in zip(keys(), codes, strict=True)
    ]
    return as_xlsx([top, below, *rows])


def as_json(codes):
    return json.dumps(
        [
            {"kode": key, "siap": {n: c for n, c in zip(NAMES, row, strict=True) if c is not None}}
            for key, row in zip(keys(), codes, strict=True)
        ]
    ).encode()


def as_long(codes):
    rows = [["kode", "butir", "jawaban"]]
    for key, row in zip(keys(), codes, strict=True):
        rows += [[key, name, code] for name, code in zip(NAMES, row, strict=True) if code is not None]
    return as_csv(rows)


# shape: (content from the answers, options of the call, what is said of the fault: row, column, cells)
SHAPES = {
    "csv": (lambda c, t: as_csv(table(c)), {}, (4, "emo1", ["F4"])),
    "semicolons, Windows-1252": (lambda c, t: as_csv(table(c), ";", "cp1252"), {}, (4, "emo1", ["F4"])),
    "tabs, UTF-16": (lambda c, t: as_csv(table(c), "\t", "utf-16"), {}, (4, "emo1", ["F4"])),
    "sep line": (lambda c, t: b"sep=;\r\n" + as_csv(table(c), ";"), {}, (4, "emo1", ["F4"])),
    "zip of csv": (lambda c, t: zipped({"uji.csv": as_csv(table(c))}), {}, (4, "emo1", ["F4"])),
    "question texts and labels": (lambda c, t: as_csv(table(words(c), TEXTS)), {}, (4, TEXTS[4], ["F4"])),
    "workbook": (lambda c, t: as_xlsx(table(c)), {}, (4, "emo1", ["F4"])),
    "workbook below three titles": (lambda c, t: as_xlsx(table(c), 3), {}, (7, "emo1", ["F7"])),
    "libreoffice": (lambda c, t: as_ods(table(c)), {}, (4, "emo1", ["F4"])),
    "spss": (lambda c, t: as_sav(c, t), {}, (3, "emo1", [])),
    "json": (lambda c, t: as_json(c), {}, (3, "siap/emo1", [])),
    "transposed": (
        lambda c, t: as_xlsx([list(column) for column in zip(*table(c), strict=True)]),
        {"layout": "transposed"},
        (6, "emo1", ["D6"]),
    ),
    "one answer a row": (lambda c, t: as_long(c), {"layout": "long"}, None),
    "numbered": (lambda c, t: as_csv(table(c, [f"P{i}" for i in range(1, 37)])), {}, (4, "P5", ["F4"])),
    "named by the caller": (
        lambda c, t: as_csv(table(c, [f"x{i}y" for i in range(36)])),
        {"columns": [f"x{i}y" for i in range(36)]},
        (4, "x4y", ["F4"]),
    ),
}


def read(tmp_path, content, options):
    path = tmp_path / "berkas"
    path.write_bytes(content)
    return rg.read_responses(path, SIAP, **options)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_read_to_the_same_answers(shape, tmp_path):
    make, options, _ = SHAPES[shape]
    made = read(tmp_path, make(people(), tmp_path), options)
    np.testing.assert_array_equal(made.codes.to_numpy(), np.array(people(), dtype=float))
    assert made.codes.index.tolist() == keys()


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if SHAPES[shape][2]])
def test_a_fault_is_found_where_it_stands_in_every_shape(shape, tmp_path):
    make, options, (row, column, cells) = SHAPES[shape]
    with pytest.raises(rg.IntakeError) as caught:
        read(tmp_path, make(people(fault=True), tmp_path), options)
    (problem,) = caught.value.problems
    assert (problem.why, problem.value, problem.row, problem.column) == ("out-of-range", "7", row, column)
    assert (problem.cell or []) == (cells[0] if cells else [])


def test_a_fault_in_a_long_table_is_found_in_its_own_row(tmp_path):
    content = as_long(people(fault=True))
    with pytest.raises(rg.IntakeError) as caught:
        read(tmp_path, content, {"layout": "long"})
    (problem,) = caught.value.problems
    line = content.decode().splitlines()[problem.row - 1]
    assert line == "UPA-0003,emo1,7"
    assert problem.cell == f"C{problem.row}"


def test_paper_ticks_are_read_and_two_ticks_are_a_fault(tmp_path):
    codes = people()
    made = read(tmp_path, as_ticks(codes), {"layout": "ticks"})
    np.testing.assert_array_equal(made.codes.to_numpy(), np.array(codes, dtype=float))
    book = openpyxl.load_workbook(io.BytesIO(as_ticks(codes)))
    book.active["B3"], book.active["C3"] = "x", "✓"
    book.save(tmp_path / "dua.xlsx")
    with pytest.raises(rg.IntakeError) as caught:
        rg.read_responses(tmp_path / "dua.xlsx", SIAP, layout="ticks")
    (problem,) = caught.value.problems
    assert (problem.why, problem.row, problem.column, problem.cell) == ("two-answers", 3, "men1", ["B3", "C3"])
    book.active["C3"] = "mungkin"
    book.save(tmp_path / "aneh.xlsx")
    with pytest.raises(rg.IntakeError, match="mungkin"):
        rg.read_responses(tmp_path / "aneh.xlsx", SIAP, layout="ticks")


@pytest.mark.parametrize("name", ["{}", "P{}", "Butir {:02d}"])
def test_a_long_table_may_number_its_items_and_says_so(name, tmp_path):
    rows = [["kode", "butir", "jawaban"]]
    for key, codes in zip(keys(), people(), strict=True):
        rows += [[key, name.format(n), code] for n, code in enumerate(codes, 1) if code is not None]
    made = read(tmp_path, as_csv(rows), {"layout": "long"})
    np.testing.assert_array_equal(made.codes.to_numpy(), np.array(people(), dtype=float))
    assert "matched-by-number" in {notice.code for notice in made.notices}


def test_a_long_table_of_other_questions_holds_no_items(tmp_path):
    rows = [["kode", "butir", "jawaban"], *(["A", f"P{n}", 1] for n in range(1, 9))]
    with pytest.raises(rg.IntakeError) as caught:
        read(tmp_path, as_csv(rows), {"layout": "long"})
    assert [(problem.code, problem.column) for problem in caught.value.problems] == [("no-items-found", "butir")]


@pytest.mark.parametrize("mark", ["v", "✔\ufe0f", 1])
def test_paper_ticks_are_never_taken_for_answers(mark, tmp_path):
    book = openpyxl.load_workbook(io.BytesIO(as_ticks(people())))
    for row in book.active.iter_rows(min_row=3, min_col=2):
        for cell in row:
            cell.value = mark if cell.value else None
    book.save(tmp_path / "x.xlsx")
    with pytest.raises(rg.IntakeError) as caught:
        rg.read_responses(tmp_path / "x.xlsx", SIAP)
    assert [problem.code for problem in caught.value.problems] == ["several-columns-an-item"]
    assert 'layout="ticks"' in caught.value.problems[0].remedy
    made = rg.read_responses(tmp_path / "x.xlsx", SIAP, layout="ticks")
    np.testing.assert_array_equal(made.codes.to_numpy(), np.array(people(), dtype=float))


@pytest.mark.parametrize("merge", [False, True])
@pytest.mark.parametrize("short", [False, True])
def test_a_column_for_each_answer_is_never_merged_to_one(merge, short, tmp_path):
    instrument = rg.load_instrument(Path(__file__).parent.parent / "corpus" / "instrument.toml")
    answers = instrument.items[0].answers
    labels = [a.also[0] if short else a.label["id"] for a in answers]
    head = ["Kode", *(f"{name} {label}" for name in instrument.item_names for label in labels)]
    (tmp_path / "x.csv").write_bytes(as_csv([head, ["A", *[0, 0, 0, 1, 0] * 12], ["B", *["", "", 1, "", ""] * 12]]))
    with pytest.raises(rg.IntakeError) as caught:
        rg.read_responses(tmp_path / "x.csv", instrument, merge_columns=merge)
    assert [problem.code for problem in caught.value.problems] == ["several-columns-an-item"]


def test_a_title_above_a_transposed_table_is_no_row_of_it(tmp_path):
    turned = [list(column) for column in zip(*table(people()), strict=True)]
    made = read(tmp_path, as_xlsx([["REKAP"], [], *turned]), {"layout": "transposed"})
    np.testing.assert_array_equal(made.codes.to_numpy(), np.array(people(), dtype=float))
    assert made.index.tolist() == keys()


def beside(first, second):
    head = ["kode", *(f"pra_{n}" for n in range(1, 37)), *(f"pasca_{n}" for n in range(1, 37))]
    return [head, *([key, *a, *b] for key, a, b in zip(keys(), first, second, strict=True))]


def test_waves_side_by_side_become_rows(tmp_path):
    first, second = people(), people()[::-1].copy()
    second[5] = None
    waves = {"pra": "pra_{n}", "pasca": "pasca_{n}"}
    made = read(tmp_path, as_csv(beside(first, second)), {"waves": waves})
    assert made.codes.index.names == ["kode", "gelombang"]
    assert len(made) == 11, "a wave without any answer is not made up"
    np.testing.assert_array_equal(made.codes.xs("pra", level=1).to_numpy(), np.array(first, dtype=float))
    np.testing.assert_array_equal(made.codes.xs("pasca", level=1).to_numpy(), np.array(second[:5], dtype=float))
    second[1, 4] = WRONG
    with pytest.raises(rg.IntakeError) as caught:
        read(tmp_path, as_csv(beside(first, second)), {"waves": waves, "key": "kode"})
    (problem,) = caught.value.problems
    assert (problem.row, problem.column, problem.cell) == (3, "pasca_5", "AP3")


def test_sheets_can_be_waves(tmp_path):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, codes in (("Pra", people()), ("Pasca", people()[::-1])):
        sheet = book.create_sheet(name)
        for row in table(codes):
            sheet.append(row)
    book.save(tmp_path / "x.xlsx")
    with pytest.raises(rg.IntakeError) as caught:
        rg.read_responses(tmp_path / "x.xlsx", SIAP)
    assert caught.value.problems[0].code == "several-data-sheets"
    made = rg.read_responses(tmp_path / "x.xlsx", SIAP, waves={"awal": "Pra", "akhir": "Pasca"})
    np.testing.assert_array_equal(made.codes.xs("akhir", level=1).to_numpy(), np.array(people()[::-1], dtype=float))
    book["Pra"]["F4"], book["Pasca"]["B2"] = 9, 8
    book.save(tmp_path / "x.xlsx")
    with pytest.raises(rg.IntakeError) as caught:
        rg.read_responses(tmp_path / "x.xlsx", SIAP, waves={"awal": "Pra", "akhir": "Pasca"})
    assert [(p.sheet, p.cell) for p in caught.value.problems] == [("Pra", "F4"), ("Pasca", "B2")]


def test_two_columns_of_one_question_can_be_merged(tmp_path):
    codes = people()
    head = [*NAMES, "MEN1"]
    rows = [[*([None] if i % 2 else [2]), *row[1:], *([3] if i % 2 else [None])] for i, row in enumerate(codes)]
    content = as_csv(table(rows, head))
    with pytest.raises(rg.IntakeError) as caught:
        read(tmp_path, content, {})
    assert caught.value.problems[0].code == "two-columns-for-one-item"
    made = read(tmp_path, content, {"merge_columns": True})
    assert made.codes["men1"].tolist() == [2, 3, 2, 3, 2, 3]


def test_missing_values_that_an_spss_file_declares_are_blanks_and_counted(tmp_path):
    frame = pd.DataFrame(np.full((3, 36), 3.0), columns=NAMES)
    frame.loc[0, "men1"], frame.loc[1, "men1"] = 97, 98
    frame.insert(0, "kode", ["A", "B", "C"])
    pyreadstat.write_sav(frame, tmp_path / "x.sav", missing_ranges={"men1": [{"lo": 97, "hi": 99}]})
    made = rg.read_responses(tmp_path / "x.sav", SIAP)
    assert made.codes["men1"].isna().tolist() == [True, True, False]
    assert "97: 1, 98: 1" in next(n.text for n in made.notices if n.code == "missing-codes")
    pyreadstat.write_sav(frame, tmp_path / "x.sav", missing_ranges={"men1": [{"lo": 3, "hi": 99}]})
    with pytest.raises(rg.IntakeError) as caught:
        rg.read_responses(tmp_path / "x.sav", SIAP)
    assert caught.value.problems[0].code == "missing-code-is-answer"
