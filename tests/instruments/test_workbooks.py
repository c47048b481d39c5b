"""Instruments written in Excel: what a workbook has to hold, and that every fault in it is told with its cell."""

import openpyxl
import pandas as pd
import pytest

import reintegra as rg
from reintegra.core.errors import InstrumentError
from reintegra.instruments import from_xlsform, read_definition, to_xlsform


def column(sheet, heading):
    """Return the cells under a heading."""
    heads = [cell.value for cell in sheet[1]]
    return [cell.value for cell in next(sheet.iter_cols(heads.index(heading) + 1, min_row=2))]


def written(path, **sheets):
    """Write sheets, each a list of rows, as a workbook."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    book.save(path)
    return path


ASKED = [
    ["type", "name", "label"],
    ["text", "nama_kelompok", "Kelompok"],
    ["begin group", "g", "Bagian 1"],
    ["select_one setuju", "b1", "Saya siap."],
    ["select one setuju", "b2", "Saya bingung."],
    ["end group"],
    ["select_one kota", "asal", "Asal"],
]
GIVEN = [
    ["list name", "name", "label"],
    *[["setuju", code, text] for code, text in enumerate(("Tidak", "Ragu", "Ya"), 1)],
    ["kota", "pwt", "Purwokerto"],
]
SCORED = [["name", "items", "rule"], ["siap", "b1, b2", "mean"]]


def test_a_scale_takes_three_small_sheets_in_excel(tmp_path):
    made = from_xlsform(written(tmp_path / "Skala Siap 2.xlsx", survey=ASKED, choices=GIVEN, scores=SCORED))
    assert (made.name, made.status, made.language) == ("skala_siap_2", "draft", "id")
    assert [(item.name, item.label) for item in made.items] == [
        ("b1", {"id": "Saya siap."}),
        ("b2", {"id": "Saya bingung."}),
    ]
    assert [(answer.value, answer.label) for answer in made.items[1].answers] == [
        (1, {"id": "Tidak"}), (2, {"id": "Ragu"}), (3, {"id": "Ya"})
    ]  # fmt: skip
    assert rg.score(pd.DataFrame({"b1": [1, 3], "b2": [2, None]}), made).table["siap"].tolist()[0] == 1.5


def test_words_are_written_as_people_write_them(tmp_path):
    items = [["Name", "REVERSE", "flag.at", "flag.id"], ["b1", None, "3", "bahaya"], ["b2", "ya"]]
    scores = [["name", "items", "rule", "rescale"], ["siap", "b1;b2", "mean", "[0, 100]"]]
    bands = [["score", "below", "id"], ["siap", 50, "rendah"], ["siap", None, "tinggi"]]
    about = [["catatan di atas"], ["word", "value"], ["title.en", "Ready"], ["status", "pilot"], ["version", 2]]
    sheets = {"survey": ASKED, "choices": GIVEN, "Items": items, "scores": scores, "bands": bands, "reintegra": about}
    made = from_xlsform(written(tmp_path / "skala.xlsx", **sheets))
    assert (made.status, made.version, made.title) == ("pilot", "2", {"en": "Ready"})
    assert (made.item("b2").reverse, made.item("b1").flag.at) == (True, 3)
    assert (made.score("siap").rescale, [b.edge for b in made.score("siap").bands[""]]) == ((0, 100), [50, None])


def test_a_form_of_somebody_else_says_what_it_lacks(tmp_path):
    settings = [["form_title", "form_id", "default_language"], ["Survei", "aBc-12", "English (en)"]]
    with pytest.raises(InstrumentError) as caught:
        from_xlsform(written(tmp_path / "lain.xlsx", survey=ASKED, choices=GIVEN, settings=settings))
    assert [(p.code, p.sheet) for p in caught.value.problems] == [("no-scores-sheet", "scores")]
    assert "name, items, rule" in str(caught.value)
    made = from_xlsform(written(tmp_path / "lain.xlsx", survey=ASKED, choices=GIVEN, settings=settings, scores=SCORED))
    assert (made.name, made.language, made.title) == ("abc_12", "en", {"en": "Survei"})
    assert made.item("b1").label == {"en": "Saya siap."}
    for sheets, codes in (
        ({"survey": ASKED[:2], "choices": GIVEN, "scores": SCORED}, ["unknown-item", "no-items"]),
        ({"choices": GIVEN, "scores": SCORED}, ["no-such-sheet"]),
        ({"survey": ASKED, "scores": SCORED}, ["no-such-sheet"]),
        ({"Sheet1": [["a", "b"], [1, 2]]}, ["no-such-sheet", "no-scores-sheet"]),
        ({"survey": [], "choices": [], "scores": [], "settings": []}, ["no-scores-sheet"]),
    ):
        with pytest.raises(InstrumentError) as caught:
            from_xlsform(written(tmp_path / "kurang.xlsx", **sheets))
        assert set(codes) <= {problem.code for problem in caught.value.problems}, sheets


def test_a_code_for_no_answer_is_not_taken_for_the_end_of_the_scale(tmp_path):
    blank = [["setuju", 99, "Menolak"]]
    with pytest.raises(InstrumentError) as caught:
        from_xlsform(written(tmp_path / "skala.xlsx", survey=ASKED, choices=GIVEN + blank, scores=SCORED))
    assert [(p.code, p.sheet, p.cell, p.value) for p in caught.value.problems] == [
        ("choice-not-answer", "choices", "B6", 99)
    ]
    declared = [*blank, ["kosong", 99, "Menolak"]]
    made = from_xlsform(written(tmp_path / "skala.xlsx", survey=ASKED, choices=GIVEN + declared, scores=SCORED))
    assert (made.item("b1").codes, [answer.value for answer in made.missing]) == ((1, 2, 3), [99])


# sheet, cell, what is written there: code, and where it is told
FAULTS = {
    ("items", "A3", "u1"): ("name-twice", "items", "A3"),
    ("items", "C1", "revers"): ("unknown-word", "items", "C1"),
    ("items", "C3", "barangkali"): ("wrong-kind", "items", "C3"),
    ("scores", "B2", "u1, u7"): ("unknown-item", "scores", "B2"),
    ("scores", "D3", "rerata"): ("unknown-choice", "scores", "D3"),
    ("bands", "B2", 500): ("band-outside", "bands", "A2"),
    ("bands", "A2", "z"): ("unknown-score", "bands", "A2"),
    ("bands", "A3", None): ("missing-word", "bands", "C3"),
    ("skips", "C2", 7): ("not-an-answer", "skips", "A2"),
    ("reintegra", "A4", "stat"): ("unknown-word", "reintegra", "A4"),
    ("reintegra", "B5", "drafft"): ("unknown-choice", "reintegra", "B5"),
    ("choices", "B3", 1): ("code-twice", "choices", "B3"),
    ("survey", "A{u2}", "select_one entah"): ("unknown-response-set", "survey", "A{u2}"),
}
SMALL = """\
format = 1
name = "uji"
status = "draft"
language = "id"
title.id = "Uji"
[responses]
setuju = [{ value = 1, id = "Tidak" }, { value = 2, id = "Ragu" }, { value = 3, id = "Ya" }]
[[items]]
name = "u1"
[[items]]
name = "u2"
reverse = true
[[skips]]
when = { u1 = 1 }
items = ["u2"]
value = 1
[[scores]]
name = "a"
items = ["u1", "u2"]
rule = "mean"
bands = [{ below = 2, id = "rendah" }, { id = "tinggi" }]
[[scores]]
name = "c"
scores = ["a"]
rule = "sum"
"""


@pytest.mark.parametrize("mistake", FAULTS, ids=lambda mistake: FAULTS[mistake][0])
def test_a_fault_is_told_with_its_cell(tmp_path, mistake):
    book = openpyxl.load_workbook(to_xlsform(read_definition(SMALL, "uji.toml"), tmp_path / "uji.xlsx"))
    row = column(book["survey"], "name").index("u2") + 2
    sheet, cell, text = mistake
    book[sheet][cell.replace("{u2}", str(row))] = text
    book.save(tmp_path / "uji.xlsx")
    with pytest.raises(InstrumentError) as caught:
        from_xlsform(tmp_path / "uji.xlsx")
    found = [(p.code, p.sheet, p.cell) for p in caught.value.problems]
    code, where, address = FAULTS[mistake]
    assert (code, where, address.replace("{u2}", str(row))) in found, found
    assert all(p.remedy and p.sheet in book.sheetnames for p in caught.value.problems)


def test_every_fault_of_a_workbook_is_told_at_once(tmp_path):
    book = openpyxl.load_workbook(to_xlsform(read_definition(SMALL, "uji.toml"), tmp_path / "uji.xlsx"))
    for sheet, cell, text in (("items", "C3", "?"), ("scores", "B2", "u1, u7"), ("reintegra", "B5", "drafft")):
        book[sheet][cell] = text
    book.save(tmp_path / "uji.xlsx")
    with pytest.raises(InstrumentError) as caught:
        from_xlsform(tmp_path / "uji.xlsx")
    assert {"wrong-kind", "unknown-item", "unknown-choice"} <= {p.code for p in caught.value.problems}
    assert "lembar «items», sel C3" in str(caught.value)


def test_a_stray_cell_at_the_end_of_a_sheet_is_found_at_once(tmp_path):
    book = openpyxl.load_workbook(to_xlsform(read_definition(SMALL, "uji.toml"), tmp_path / "uji.xlsx"))
    book["scores"]["XFD1048576"] = "x"
    book["survey"]["XFD1048576"] = "x"
    book.save(tmp_path / "uji.xlsx")
    with pytest.raises(InstrumentError) as caught:
        from_xlsform(tmp_path / "uji.xlsx")
    assert [(p.code, p.cell) for p in caught.value.problems] == [("no-heading", "XFD1048576")]


def test_a_formula_that_was_never_worked_out_is_no_blank(tmp_path):
    book = openpyxl.load_workbook(to_xlsform(read_definition(SMALL, "uji.toml"), tmp_path / "uji.xlsx"))
    book["items"]["C2"] = '=IF(1=1,"ya","")'
    book.save(tmp_path / "uji.xlsx")
    with pytest.raises(InstrumentError) as caught:
        from_xlsform(tmp_path / "uji.xlsx")
    assert [(p.code, p.sheet, p.cell) for p in caught.value.problems] == [("formula-without-value", "items", "C2")]
