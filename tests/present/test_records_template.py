"""The template of the programme workbook: what is filled in reads back, and its rules are those of the reader."""

import datetime as dt
import re
import zipfile

import openpyxl
import pandas as pd
import pytest
from small_records import TYPO, A, B, C, code, tables, write_book

import reintegra as rg
from reintegra.core.language import LANGUAGES, speaking
from reintegra.intake.records.dictionary import dictionary
from reintegra.present import coloured_copy, records_template
from reintegra.present.records_rules import check_formula


@pytest.fixture(scope="module", params=LANGUAGES)
def lang(request):
    return request.param


@pytest.fixture(scope="module")
def template(lang, tmp_path_factory):
    return records_template(tmp_path_factory.mktemp(lang) / "catatan.xlsx", lang)


def fill(template, path, made, lang):
    """Fill a template in as a person would: by the headings, with choices from the lists and dates as dates."""
    book = openpyxl.load_workbook(template)
    for name, rows in made.items():
        table = dictionary()[name]
        title = table.label[lang] + (" siap_36" if name == "jawaban" else "")
        sheet = book[title]
        places = {sheet.cell(2, column).value: column for column in range(1, sheet.max_column + 1)}
        for number, row in enumerate(rows, 3):
            for heading, value in row.items():
                column = table.columns.get(heading)
                if heading == "instrumen" or value is None:
                    continue
                if column is not None and column.type == "date":
                    value = dt.datetime.fromisoformat(value)
                elif column is not None and column.codes:
                    value = column.codes.choice(value, lang)
                sheet.cell(number, places[heading]).value = value
    book.save(path)
    return path


def test_a_filled_template_reads_back_to_the_same_tables(template, lang, tmp_path):
    filled = rg.read_records(fill(template, tmp_path / "terisi.xlsx", tables(), lang))
    plain = rg.read_records(write_book(tmp_path / "catatan.xlsx", tables()))
    assert [notice.code for notice in filled.notices] == ["missing-codes"]
    for name in plain:
        pd.testing.assert_frame_equal(filled[name], plain[name])


def test_an_empty_template_is_refused_only_for_being_empty(template):
    with pytest.raises(rg.IntakeError) as caught:
        rg.read_records(template)
    assert [problem.code for problem in caught.value.problems] == ["no-rows"]


def test_every_column_of_the_dictionary_has_its_place_and_the_required_ones_are_marked(template, lang):
    book = openpyxl.load_workbook(template)
    assert book.sheetnames[1] == dictionary()["persetujuan"].label[lang], "consent comes first, after the guide"
    for table in dictionary().values():
        title = table.label[lang] + (" siap_36" if table.name == "jawaban" else "")
        sheet = book[title]
        assert sheet.freeze_panes == "B3"
        heads = {sheet.cell(2, c).value: sheet.cell(1, c).value for c in range(1, sheet.max_column + 1)}
        for name, column in table.columns.items():
            if name != "instrumen":
                assert heads[name] == column.label[lang] + (" *" if column.required else ""), name


def test_every_choice_of_a_list_is_a_code_the_reader_knows(template, lang):
    book = openpyxl.load_workbook(template)
    listed = 0
    for table in dictionary().values():
        if table.name == "jawaban":
            continue
        sheet = book[table.label[lang]]
        rules = {str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation}
        for place, column in enumerate(table.columns.values(), 1):
            rule = rules[f"{sheet.cell(3, place).coordinate}"]
            if column.codes and column.type == "code":
                title, cells = re.fullmatch(r"'(.+)'!(.+)", rule.formula1).groups()
                choices = [cell.value for (cell,) in book[title][cells.replace("$", "")]]
                assert choices == [column.codes.choice(known, lang) for known in column.codes.labels]
                assert rule.errorStyle in (None, "stop")
                listed += 1
            if column.to and column.to != "jawaban":
                assert f"'{dictionary()[column.to].label[lang]}'" in rule.formula1
            assert len(rule.prompt) <= 255
            assert len(rule.formula1 or "") <= 255, "Excel takes no more"
    assert listed > 50


@pytest.mark.parametrize(
    "typed", [A, B, C, code(417), code(99, "LN"), TYPO, A[:-1] + "?", "PWT-0417-6", "pwt04175", "x"]
)
def test_the_formula_for_the_check_letter_agrees_with_the_reader(typed):
    """The formula as a spreadsheet computes it, written in Python."""
    from reintegra.core.check_letter import ALPHABET, is_valid

    def find(letter, text):
        return text.index(letter) + 1

    functions = {
        "MOD": lambda a, b: a % b, "FIND": find, "MID": lambda t, i, n: t[i - 1 : i - 1 + n], "UPPER": str.upper,
        "RIGHT": lambda t, n: t[-n:], "SUBSTITUTE": str.replace, "IF": lambda c, a, b: a if c else b,
        "abjad": ALPHABET, "IFERROR": lambda value, other: value, "FALSE": False, "CODE": typed,
    }  # fmt: skip

    def computed(formula, **cells):
        text = re.sub(r"(?<![<>])=", "==", formula[1:]).replace("&", "+")
        return eval(text, {**functions, **cells})

    with speaking("en"):
        bare, said = check_formula("CODE", "PADDED")
    try:
        found = computed(said, PADDED=computed(bare))
    except ValueError:  # FIND found no such letter: IFERROR
        found = "mistyped"
    assert found == ("" if is_valid(typed) else "mistyped")


def test_the_formula_nests_no_deeper_than_excel_allows():
    depth = deepest = 0
    for letter in check_formula("A3", "R3")[1]:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        deepest = max(deepest, depth)
    assert deepest <= 64


def test_the_template_has_no_macro_and_is_no_bomb(template):
    with zipfile.ZipFile(template) as archive:
        assert not any("vba" in name.lower() for name in archive.namelist())
        assert sum(member.file_size for member in archive.infolist()) < 30 * template.stat().st_size


def test_a_faulty_template_comes_back_marked_and_still_has_its_lists(template, lang, tmp_path):
    made = tables()
    made["kehadiran"][0]["pid"] = TYPO
    path = fill(template, tmp_path / "terisi.xlsx", made, lang)
    with pytest.raises(rg.IntakeError) as caught:
        rg.read_records(path)
    copy = coloured_copy(path, caught.value.problems, tmp_path)
    assert copy.cells == 1
    book = openpyxl.load_workbook(copy.path)
    sheet = book[dictionary()["kehadiran"].label[lang]]
    assert sheet["B3"].comment is not None
    assert any("OFFSET" in (rule.formula1 or "") for rule in sheet.data_validations.dataValidation)
    sheet["B3"] = A
    book.save(copy.path)
    assert len(rg.read_records(copy.path).kehadiran) == 3
