"""The copy to mend: every fault is marked where it stands, the mended copy is read, the original is not touched."""

import hashlib
import io
import json
import re
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

import reintegra as rg
from reintegra.core.errors import Problem
from reintegra.core.language import LANGUAGES, speaking
from reintegra.present import coloured_copy

CORPUS = Path(__file__).parent.parent / "corpus"
CASES = {entry["id"]: entry for entry in json.loads((CORPUS / "manifest.json").read_text("utf-8"))["entries"]}
KSR = rg.load_instrument(CORPUS / "instrument.toml")
SIAP = rg.load_instrument("siap_36")
UNREADABLE = {"xl16", "xl17", "xl18", "xl23"}


def faults_of(path, instrument=KSR, **options):
    with pytest.raises(rg.IntakeError) as caught:
        rg.read_responses(path, instrument, **options)
    return caught.value.problems


def marked(book):
    """Return the cells with a comment, in reading order."""
    return [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.comment]


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("name", [name for name, entry in CASES.items() if entry["expectation"] == "decodes"])
def test_a_copy_of_a_good_file_is_read_to_the_same_answers(name, tmp_path):
    path, options = CORPUS / CASES[name]["file"], CASES[name]["options"]
    copy = coloured_copy(path, [], tmp_path, instrument=KSR, use=options.get("use"))
    first, again = (rg.read_responses(p, KSR, **options) for p in (path, copy.path))
    pd.testing.assert_frame_equal(first.codes, again.codes, check_index_type=False, check_column_type=False)


@pytest.mark.parametrize(
    "name", [name for name, entry in CASES.items() if entry["expectation"] == "error" and name not in UNREADABLE]
)
def test_a_copy_that_is_not_mended_is_refused_again_and_the_original_is_untouched(name, tmp_path):
    path, options = CORPUS / CASES[name]["file"], CASES[name]["options"]
    before = digest(path)
    problems = faults_of(path, **options)
    copy = coloured_copy(path, problems, tmp_path, instrument=KSR)
    assert digest(path) == before
    again = {problem.code for problem in faults_of(copy.path, **options)}
    assert again == ({p.code for p in problems} if name != "sp04" else {"code-contradicts-label"})
    book = openpyxl.load_workbook(copy.path)
    addresses = {cell for problem in problems for cell in np.ravel(problem.cell if problem.cell is not None else [])}
    assert addresses <= {cell.coordinate for cell in marked(book)}
    assert len([row for row in book.worksheets[0].iter_rows(values_only=True) if isinstance(row[0], int)]) == len(
        problems
    )


@pytest.mark.parametrize("name", ["gf09", "xl02", "xl08", "xl11", "xl27"])
def test_the_mended_copy_gives_the_answers_of_the_mended_original(name, tmp_path):
    path, options = CORPUS / CASES[name]["file"], CASES[name]["options"]
    problems = faults_of(path, **options)
    copy = coloured_copy(path, problems, tmp_path).path
    mended = {cell: i % 4 + 1 for i, p in enumerate(problems) for cell in ([p.cell] if isinstance(p.cell, str) else [])}
    if name == "xl27":
        mended = {problems[0].cell[0]: None}
    made = []
    for source in (path, copy):
        if source.suffix == ".csv":
            table = pd.read_csv(source, header=None, dtype=object, keep_default_na=False)
            for cell, value in mended.items():
                row, column = openpyxl.utils.cell.coordinate_to_tuple(cell)
                table.iloc[row - 1, column - 1] = value
            table.to_csv(tmp_path / "asli.csv", header=False, index=False)
            made.append(rg.read_responses(tmp_path / "asli.csv", KSR, **options))
            continue
        book = openpyxl.load_workbook(source)
        for cell, value in mended.items():
            there = book.worksheets[-1][cell]
            if source == path:
                there.number_format = "General"  # as the remedy says; the copy has done so
            there.value = value
        book.save(tmp_path / "diperbaiki.xlsx")
        made.append(rg.read_responses(tmp_path / "diperbaiki.xlsx", KSR, **options))
    pd.testing.assert_frame_equal(made[0].codes, made[1].codes)


def answers(wrong=None):
    """Return six people's answers to SIAP-36; a wrong one for the third person's fifth item if asked."""
    codes = np.random.default_rng(8).integers(1, 5, (6, 36)).astype(object)
    codes[1, 3] = None
    codes[2, 4] = codes[2, 4] if wrong is None else wrong
    return pd.DataFrame(
        codes, columns=SIAP.item_names, index=pd.Index([f"UPA-{i:04d}" for i in range(1, 7)], name="kode")
    )


def as_csv(frame, path):
    path.write_bytes(frame.to_csv(sep=";").encode("utf-16"))


def as_zip(frame, path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data/uji.csv", "sep=,\r\n" + frame.to_csv())


def as_json(frame, path):
    people = [{"kode": key, "siap": row.dropna().to_dict()} for key, row in frame.iterrows()]
    path.write_text(json.dumps(people), "utf-8")


def as_sav(frame, path):
    labels = {answer.value: answer.label["id"] for answer in SIAP.items[0].answers} | {9: "Menolak"}
    numbers = frame.astype(float).fillna(9).reset_index()
    missing = {name: [9] for name in SIAP.item_names}
    values = dict.fromkeys(SIAP.item_names, labels)
    pyreadstat.write_sav(numbers, path, variable_value_labels=values, missing_ranges=missing)


def as_ods(frame, path):
    def cell(value):
        if isinstance(value, int):
            return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
        return f'<table:table-cell office:value-type="string"><text:p>{value or ""}</text:p></table:table-cell>'

    rows = [["kode", *frame.columns], *([key, *row] for key, row in zip(frame.index, frame.to_numpy(), strict=True))]
    lines = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    names = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))
    body = f'<office:body><table:table table:name="Data/1">{lines}</table:table></office:body>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("content.xml", f"<office:document-content {names}>{body}</office:document-content>")


@pytest.mark.parametrize("write", [as_csv, as_zip, as_json, as_sav, as_ods])
def test_a_file_that_is_no_workbook_is_mended_as_one(write, tmp_path):
    path = tmp_path / "pra.data"
    write(answers(wrong=7), path)
    copy = coloured_copy(path, faults_of(path, SIAP), tmp_path, instrument=SIAP).path
    assert copy.name == "pra_perbaiki.xlsx"
    book = openpyxl.load_workbook(copy)
    (cell,) = marked(book)
    assert str(cell.value) == "7"
    assert (cell.column, cell.row) == (6, 4)
    cell.value = answers().iloc[2, 4]
    book.save(copy)
    assert rg.read_responses(copy, SIAP).codes.equals(answers().astype(float))


def test_a_copy_saved_as_a_libreoffice_sheet_keeps_its_comments_apart_from_its_answers(tmp_path):
    path = tmp_path / "pra.ods"
    as_ods(answers(), path)
    with zipfile.ZipFile(path) as archive:
        content = archive.read("content.xml").decode()
    code = answers().iloc[0, 0]
    cell = f'<table:table-cell office:value-type="float" office:value="{code}"/>'
    note = "<office:annotation><text:p>reintegra ▸ 1</text:p></office:annotation>"
    noted = f'<table:table-cell office:value-type="string">{note}<text:p>{code}</text:p></table:table-cell>'
    truth = '<table:table-cell table:formula="of:=TRUE()" office:value-type="float" office:value="1"/>'
    for made in (noted, truth):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("content.xml", content.replace(cell, made, 1))
        if made == noted:
            assert rg.read_responses(path, SIAP).codes.equals(answers().astype(float))
    assert [p.code for p in faults_of(path, SIAP)] == ["true-false-in-item"]


def test_a_broken_row_cannot_be_read_until_it_is_mended(tmp_path):
    path, row = tmp_path / "pra.csv", ["R2", *["3"] * 11]
    head = ["Kode", *KSR.item_names]
    path.write_text("\n".join(",".join(line) for line in (head, ["R1", *["2"] * 12], row)) + "\n")
    problems = faults_of(path)
    assert [p.code for p in problems] == ["ragged-row"]
    copy = coloured_copy(path, problems, tmp_path).path
    assert faults_of(copy)
    book = openpyxl.load_workbook(copy)
    sheet = book.worksheets[1]
    assert [cell.value for cell in sheet[3]][:12] == [f"? {value}" for value in row]
    for cell, value in zip(sheet[3], [*row, "4"], strict=False):
        cell.value = value
    sheet["M3"] = 4
    book.save(copy)
    assert rg.read_responses(copy, KSR).codes.loc["R2"].tolist() == [3] * 11 + [4]


def rich_workbook(path):
    """Write a workbook with much that has to stay: a table with one answer out of range, in a hidden row."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Data 'pra'"
    sheet.append(["Rekap"])
    sheet.merge_cells("A1:C1")
    sheet.append(["Kode", *KSR.item_names, "Jumlah", "Catatan"])
    for number in range(1, 5):
        sheet.append([f"R-{number}", *[3] * 12, f"=SUM(B{number + 2}:M{number + 2})"])
    sheet["C5"], sheet["C5"].number_format = 8, "0.00"
    sheet["O3"].value, sheet["O3"].data_type = "=1+1", "s"
    sheet["C5"].comment = Comment("tulisan petugas", "petugas")
    sheet.row_dimensions[5].hidden = True
    sheet.column_dimensions["B"].width = 33
    sheet.freeze_panes = "B3"
    choices = DataValidation(type="list", formula1='"1,2,3,4,5"')
    choices.add("B3:M6")
    sheet.add_data_validation(choices)
    sheet.conditional_formatting.add("B3:M6", CellIsRule("greaterThan", ["5"]))
    book.create_sheet("Lain")["B2"] = "=Lain!B3"
    book.create_sheet("Sembunyi").sheet_state = "hidden"
    book.defined_names["daerah"] = DefinedName("daerah", attr_text="'Data ''pra'''!$B$3:$M$6")
    book.save(path)


def test_everything_else_of_a_workbook_stays(tmp_path):
    path = tmp_path / "pra.xlsx"
    rich_workbook(path)
    book = openpyxl.load_workbook(coloured_copy(path, faults_of(path), tmp_path).path)
    before = openpyxl.load_workbook(path)
    assert book.sheetnames[1:] == before.sheetnames
    for old in before.worksheets:
        new = book[old.title]
        for row in old.iter_rows():
            for cell in row:
                there = new[cell.coordinate]
                assert (there.value, there.data_type, there.number_format) == (
                    cell.value, cell.data_type, cell.number_format,
                )  # fmt: skip
        assert new.merged_cells == old.merged_cells
        assert new.freeze_panes == old.freeze_panes
        assert new.sheet_state == old.sheet_state
    sheet = book.worksheets[1]
    assert sheet.row_dimensions[5].hidden
    assert sheet.column_dimensions["B"].width == 33
    assert sheet.data_validations.dataValidation[0].formula1 == '"1,2,3,4,5"'
    assert len(sheet.conditional_formatting) == 1
    assert book.defined_names["daerah"].attr_text == "'Data ''pra'''!$B$3:$M$6"
    assert [s.title for s in book if s.sheet_view.tabSelected] == [book.sheetnames[0]], "sheets must not be grouped"


def test_formulas_keep_the_results_that_were_stored(tmp_path):
    path = CORPUS / "files" / "xl07_formulas_cached.xlsx"
    copy = coloured_copy(
        path, [Problem("out-of-range", path.name, cell="C3", value="3", params={"span": "1–4"})], tmp_path
    )
    for data_only in (True, False):
        old, new = (
            openpyxl.load_workbook(path, data_only=data_only),
            openpyxl.load_workbook(copy.path, data_only=data_only),
        )
        assert list(old.active.values) == list(new.worksheets[1].values)


def test_a_mark_shows_in_colour_in_print_and_as_a_comment(tmp_path):
    path = tmp_path / "pra.xlsx"
    rich_workbook(path)
    problems = faults_of(path)
    twice = [
        *problems,
        Problem("contradicts-skip", path.name, "Data 'pra'", 5, "ksr02", "C5", params={"reason": "x", "expected": 1}),
    ]
    copy = coloured_copy(path, twice, tmp_path)
    assert copy.cells == 1
    book = openpyxl.load_workbook(copy.path)
    (cell,) = marked(book)
    assert cell.fill.fill_type == "solid"
    assert {side.style for side in (cell.border.left, cell.border.right, cell.border.top, cell.border.bottom)} == {
        "thick"
    }
    assert cell.comment.text.startswith("tulisan petugas")
    assert all(problem.remedy in cell.comment.text for problem in twice)
    plain = book["Lain"]["B2"]
    assert (plain.fill.fill_type, plain.border.left.style) == (None, None)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_first_sheet_lists_every_fault_with_a_link_to_its_place(lang, tmp_path):
    path = tmp_path / "pra.xlsx"
    rich_workbook(path)
    problems = faults_of(path)
    with speaking(lang):
        book = openpyxl.load_workbook(coloured_copy(path, problems, tmp_path).path)
        sheet = book.active
        (row,) = [row for row in sheet.iter_rows() if row[0].value == 1]
        assert [cell.value for cell in row][:2] == [1, "Data 'pra'"]
        assert row[2].hyperlink.location == "'Data ''pra'''!C5"
        assert row[2].value.endswith({"id": "(tersembunyi: tampilkan dahulu)", "en": "(hidden: unhide it first)"}[lang])
        assert row[3].value[1:] == problems[0].text[1:]
        assert row[4].value == problems[0].remedy
        assert row[4].value in marked(book)[0].comment.text


def test_columns_that_are_missing_doubled_or_forbidden_are_marked_in_the_heading(tmp_path):
    path = tmp_path / "pra.csv"
    heads = ["Kode", *KSR.item_names[1:], "ksr02", "Skor SPPN"]
    path.write_text(",".join(heads) + "\n" + ",".join(["R1", *["2"] * 13]) + "\n")
    problems = faults_of(path)
    assert [p.code for p in problems] == ["two-columns-for-one-item", "missing-item", "decides-rights"]
    book = openpyxl.load_workbook(coloured_copy(path, problems, tmp_path).path)
    assert [cell.value for cell in marked(book)] == ["Kode", "ksr02", "ksr02", "Skor SPPN"]


def test_only_the_cells_with_the_value_at_fault_are_marked_where_cells_have_no_address(tmp_path):
    path, frame = tmp_path / "pra.json", answers(wrong=7)
    frame.iloc[4, 0] = 7
    as_json(frame, path)
    (problem,) = faults_of(path, SIAP)
    assert (problem.row, problem.cell) == ([5, 3], None)
    book = openpyxl.load_workbook(coloured_copy(path, [problem], tmp_path).path)
    assert [(cell.row, cell.column, cell.value) for cell in marked(book)] == [(4, 6, 7), (6, 2, 7)]


def test_a_copy_is_checked_again_without_its_old_marks_and_never_overwritten(tmp_path):
    path = tmp_path / "pra.xlsx"
    rich_workbook(path)
    first = coloured_copy(path, faults_of(path), tmp_path).path
    book = openpyxl.load_workbook(first)
    book.worksheets[1]["C5"], book.worksheets[1]["D6"] = 2, "Setujuu"
    book.save(first)
    begun = digest(first)
    second = coloured_copy(first, faults_of(first), tmp_path).path
    third = coloured_copy(path, faults_of(path), tmp_path).path
    assert digest(first) == begun
    assert [p.name for p in (first, second, third)] == [f"pra_perbaiki{n}.xlsx" for n in ("", " (2)", " (3)")]
    book = openpyxl.load_workbook(second)
    assert len(book.sheetnames) == 4
    old, new = marked(book)
    assert (old.coordinate, old.comment.text, old.fill.fill_type) == ("C5", "tulisan petugas", None)
    assert new.coordinate == "D6"


@pytest.mark.parametrize("name", sorted(UNREADABLE))
def test_of_a_file_that_cannot_be_opened_there_is_no_copy_and_it_is_said(name, tmp_path):
    path = CORPUS / CASES[name]["file"]
    copy = coloured_copy(path, faults_of(path), tmp_path)
    assert copy.path is None
    assert not list(tmp_path.iterdir())
    assert str(copy).endswith("tidak dapat dibuka.")
    with speaking("en"):
        assert str(copy).endswith("cannot be opened.")


def test_a_very_long_file_is_mended_in_its_own_program(tmp_path):
    path = tmp_path / "panjang.csv"
    path.write_text("Kode,ksr01\n" + "R,9\n" * 50_001)
    copy = coloured_copy(path, [], tmp_path)
    assert copy.path is None
    assert "50000" in str(copy)


def test_text_never_becomes_a_formula_and_hidden_characters_do_no_harm(tmp_path):
    path = tmp_path / "pra.csv"
    hostile = ["=1+1", "+1", "-1", "@SUM(A1)", '"=HYPERLINK(""http://x"",""y"")"', "\t=1", "#N/A", "a\x07b"]
    lines = [f"R{i},{text},{','.join(['9'] * 11)}" for i, text in enumerate(hostile)]
    path.write_text("\n".join([",".join(["Kode", *KSR.item_names]), *lines]) + "\n")
    book = openpyxl.load_workbook(coloured_copy(path, faults_of(path), tmp_path).path)
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert kinds <= {"s", "inlineStr", "n"}
    assert book.worksheets[1]["B2"].value == "=1+1"


def test_no_comment_and_no_list_repeats_a_personal_value(tmp_path):
    path = tmp_path / "pra.csv"
    secret, story = "3302010101900001", "saya cerita panjang tentang masa lalu saya yang tidak boleh tampil"
    path.write_text(f"{','.join(['NIK', *KSR.item_names])}\n{secret},{story},{secret}{',3' * 10}\nR2{',3' * 12}\n")
    book = openpyxl.load_workbook(coloured_copy(path, faults_of(path, key="NIK"), tmp_path).path)
    said = [cell.comment.text for cell in marked(book)]
    said += [str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row]
    assert said
    assert not [text for text in said if secret in text or story in text]


def test_what_cannot_be_carried_over_is_said(tmp_path):
    path = tmp_path / "pra.xlsx"
    rich_workbook(path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    ext = (
        b'<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}" '
        b'xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main">'
        b'<x14:dataValidations count="0"/></ext></extLst></worksheet>'
    )
    members["xl/worksheets/sheet1.xml"] = members["xl/worksheets/sheet1.xml"].replace(b"</worksheet>", ext)
    whole = tmp_path / "aturan.xlsx"
    with zipfile.ZipFile(whole, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    for source, lost in ((path, False), (whole, True)):
        sheet = openpyxl.load_workbook(coloured_copy(source, faults_of(source), tmp_path).path).active
        assert lost == any("aturan pilihan" in str(row[0]) for row in sheet.iter_rows(values_only=True))


def test_the_list_of_faults_is_no_sheet_of_answers_whatever_its_name(tmp_path):
    path = tmp_path / "pra.xlsx"
    rich_workbook(path)
    copy = coloured_copy(path, faults_of(path), tmp_path).path
    book = openpyxl.load_workbook(copy)
    book.worksheets[1]["C5"] = 2
    book.worksheets[0].title = "Data"
    book.save(copy)
    made = rg.read_responses(copy, KSR)
    assert made.origin.sheet == "Data 'pra'"
    assert not [n for n in made.notices if n.code == "other-sheets" and re.search(r"\bData\b(?! ')", n.text)]


def test_the_same_faults_give_the_same_sheets(tmp_path):
    def content(path):
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
            return {n: archive.read(n) for n in archive.namelist() if n.startswith("xl/")}

    path = tmp_path / "pra.xlsx"
    rich_workbook(path)
    problems = faults_of(path)
    assert content(coloured_copy(path, problems, tmp_path).path) == content(
        coloured_copy(path, problems, tmp_path).path
    )
