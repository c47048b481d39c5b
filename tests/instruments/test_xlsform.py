"""Instruments as forms for phones: pyxform and ODK Validate accept them, JavaRosa scores as we do, nothing is lost."""

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

import reintegra as rg
from reintegra.core.language import LANGUAGES
from reintegra.instruments import from_xlsform, read_definition, to_xlsform

HERE = Path(__file__).parent
ROWS = 24

# every rule of scoring that an instrument may declare
RULES = """\
format = 1
name = "semua"
status = "draft"
language = "id"
title.id = "Semua aturan: [uji], \\"kutip\\""
version = "1.0"
missing = [{ value = 8, id = "Tidak tahu", also = ["?", "tak tahu, entah"] }, { value = 9, id = "[Menolak]" }]
min_answered = 4
guards.direction = { id = "1 = tidak" }
[responses]
lima = [{ value = -1, id = "Tidak" }, { value = 1, en = "A bit" }, { value = 3, id = "3", en = "3" }, { value = 10 }]
[[items]]
name = "a1"
label = { id = "Butir 1" }
[[items]]
name = "a2"
reverse = true
opposite_of = "a1"
label = { en = "A line,\\nand another" }
flag = { at = 3, id = "bahaya", en = "danger" }
[[items]]
name = "a3"
number = "3a"
label = { id = "=1+1", en = "[=1+1]" }
[[items]]
name = "a4"
codes = [1, 3]
[[items]]
name = "a5"
[[items]]
name = "a6"
[[items]]
name = "a7"
unused = true
[[skips]]
when = { a1 = 1 }
items = ["a3", "a5"]
value = -1
[[skips]]
when = { a5 = -1 }
items = ["a6"]
value = 3
[[skips]]
when = { a6 = 10 }
items = ["a2"]
value = 1
[[variants]]
name = "satu"
label = { id = "Satu" }
reverse = ["a3"]
round = ["tambah", "tangga"]
[[variants]]
name = "dua"
label = { id = "Dua" }
[[scores]]
name = "jumlah"
items = ["a1", "a2", "a3", "a5", "a6"]
rule = "sum"
min_answered = 3
prorate = true
[[scores]]
name = "rata"
label = { id = "Rata" }
items = ["a1", "a2", "a3"]
rule = "mean"
min_answered = 2
rescale = [0, 100]
bands = [{ below = 33.5, id = "rendah" }, { id = "tinggi", en = "high" }]
[[scores]]
name = "hitung"
items = ["a1", "a2", "a4", "a5"]
rule = "count"
counts = [3, 10]
either = [["a2", "a5"]]
[[scores]]
name = "hitung_lagi"
items = ["a1", "a3", "a6"]
rule = "count"
counts = [-1, 1]
[[scores]]
name = "kelompok"
items = ["a1", "a2", "a5", "a6"]
rule = "sum"
either = [["a2", "a5"]]
multiply = 2.5
[[scores]]
name = "tangga"
items = ["a1", "a6"]
rule = "sum"
multiply = 0.5
lookup = [{ upto = 0, value = -1.5 }, { upto = 3, value = 2.5 }, { upto = 10, value = 4 }]
bands.x = [{ upto = 2, id = "a" }, { id = "b" }]
bands.y = [{ below = 1, id = "c" }, { id = "d" }]
[[scores]]
name = "tambah"
scores = { rata = 1, jumlah = -0.125 }
rule = "sum"
[[scores]]
name = "isi"
scores = ["hitung", "hitung_lagi"]
rule = "sum"
min_answered = 1
prorate = true
round_before_bands = true
higher_is = "better"
[[scores]]
name = "timbang"
scores = { hitung = 2, hitung_lagi = 1 }
rule = "mean"
min_answered = 1
formative = true
"""


KSR = (HERE.parent / "corpus" / "instrument.toml").read_text("utf-8")
TWO_FLAGS = re.sub(r'(name = "ksr0[12]")', r'\1\nflag = { at = 4, id = "bahaya", en = "danger" }', KSR)


def every():
    """Return every instrument at hand, one with every rule, and one in which two items need someone today."""
    own = {"ksr": KSR, "semua": RULES, "bendera": TWO_FLAGS.replace('name = "ksr"', 'name = "bendera"')}
    return [*map(rg.load_instrument, rg.instruments()["name"]), *(read_definition(t, n) for n, t in own.items())]


def bare(instrument):
    return replace(instrument, file="", digest="")


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    folder = tmp_path_factory.mktemp("borang")
    return {made.name: (made, to_xlsform(made, folder / f"{made.name}.xlsx")) for made in every()}


@pytest.fixture(scope="module")
def forms(books):
    """Return each instrument with its form as a phone reads it, and what pyxform warns of."""
    convert = pytest.importorskip("pyxform.xls2xform").convert
    made = {}
    for name, (instrument, book) in books.items():
        warnings = []
        xml = book.with_suffix(".xml")
        xml.write_text(convert(str(book), warnings=warnings).xform, "utf-8")
        made[name] = instrument, xml, warnings
    return made


def test_pyxform_converts_every_instrument_without_a_warning(forms):
    assert len(forms) == len(rg.instruments()) + 3
    assert {name: warnings for name, (_, _, warnings) in forms.items() if warnings} == {}


def test_every_instrument_comes_back_as_it_was(books):
    for instrument, book in books.values():
        assert bare(from_xlsform(book)) == bare(instrument)


def test_a_workbook_is_an_instrument_by_its_path(books):
    instrument, book = books["ksr"]
    assert bare(rg.load_instrument(book)) == bare(instrument)
    assert rg.load_instrument(book).digest == from_xlsform(book).digest


def filled_in(instrument, rng):
    """Return invented answers: declared codes, blanks, codes for no answer; questions that are not asked stay blank."""
    blanks = [None, *(answer.value for answer in instrument.missing)]
    rows = []
    for n in range(ROWS):
        share = (0, 0.05, 0.3)[n % 3]
        row = {
            item.name: int(rng.choice(item.codes)) if rng.random() >= share else rng.choice(np.array(blanks, object))
            for item in instrument.items
        }
        implied = {}
        for skip in instrument.skips:
            if all(code in (row[name], implied.get(name)) for name, code in skip.when.items()):
                row |= dict.fromkeys(skip.items)
                implied |= dict.fromkeys(skip.items, skip.value)
        rows.append(row)
    return pd.DataFrame(rows, dtype=object)


@pytest.fixture(scope="module")
def phone(forms):
    """Return what JavaRosa makes of invented answers: form by form the faults, our scores and its own."""
    pyxform = pytest.importorskip("pyxform.validators.odk_validate")
    if not shutil.which("java"):
        pytest.skip("no Java")
    rng = np.random.default_rng(20)
    lines, ours = [], {}
    for name, (instrument, xml, _) in forms.items():
        frame = filled_in(instrument, rng)
        scores = [score.name for score in instrument.scores]
        ours[name] = rg.score(frame, instrument).table[scores].to_numpy()
        lines += [["form", xml], ["items", *instrument.item_names], ["scores", *scores]]
        lines += [["row", *("" if answer is None else answer for answer in row)] for row in frame.to_numpy()]
    quick = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Djava.awt.headless=true"]
    command = ["java", *quick, "-cp", pyxform.ODK_VALIDATE_PATH, str(HERE / "PhoneScores.java")]
    text = "\n".join("\t".join(map(str, line)) for line in lines)
    run = subprocess.run(command, input=text, capture_output=True, text=True, encoding="utf-8", check=False)
    assert run.returncode == 0, run.stderr
    out = [line.split("\t")[1:] for line in run.stdout.splitlines()]
    assert len(out) == len(ours) * (ROWS + 1)
    blocks = (out[start : start + ROWS + 1] for start in range(0, len(out), ROWS + 1))
    return {name: (block[0][0], table, block[1:]) for (name, table), block in zip(ours.items(), blocks, strict=True)}


def test_odk_validate_accepts_every_form(phone):
    assert {name: faults for name, (faults, _, _) in phone.items() if faults} == {}


def test_the_score_on_the_phone_is_ours_and_so_is_a_missing_one(phone):
    compared = 0
    for name, (_, ours, theirs) in phone.items():
        there = np.array([[float(value or "nan") for value in row] for row in theirs])
        np.testing.assert_allclose(there, ours, rtol=0, atol=1e-9, equal_nan=True, err_msg=name)
        known = np.isfinite(ours)
        assert known.any(axis=0).all(), f"{name}: a score that no one has is not tested"
        compared += known.sum()
    assert compared > 1000


def column(sheet, heading):
    """Return the cells under a heading."""
    heads = [cell.value for cell in sheet[1]]
    return [cell.value for cell in next(sheet.iter_cols(heads.index(heading) + 1, min_row=2))]


def rows(sheet):
    """Return the rows of a sheet as tables."""
    head, *lines = sheet.iter_rows(values_only=True)
    return [{name: value for name, value in zip(head, line, strict=True) if value is not None} for line in lines]


def test_an_item_that_needs_someone_today_carries_its_box(books):
    sheet = openpyxl.load_workbook(books["phq_9"][1])["survey"]
    survey = {row["name"]: row for row in rows(sheet) if "name" in row}
    reached = "${phq_9_09} != '' and ${phq_9_09} >= 1"
    for name in ("phq_9_09_berhenti", "phq_9_09_kontak", "phq_9_09_pukul"):
        assert survey[name]["relevant"] == reached
    assert survey["phq_9_09_kontak"]["required"] == survey["phq_9_09_pukul"]["required"] == "yes"
    assert survey["phq_9_09_tanyakan"]["relevant"] == "not(${phq_9_09} != '')"
    stop = survey["phq_9_09_berhenti"]["label::Bahasa Indonesia (id)"]
    assert stop.startswith("BERHENTI. Butir 9:")
    assert "bukan alasan isolasi" in stop
    names = column(sheet, "name")
    assert names.index("phq_9_09_berhenti") == names.index("phq_9_09") + 1


def test_a_form_speaks_both_languages_and_no_text_in_it_is_a_formula(books):
    for _, path in books.values():
        book = openpyxl.load_workbook(path)
        for sheet, types in (("survey", column(book["survey"], "type")), ("choices", None)):
            for lang in ("label::Bahasa Indonesia (id)", "label::English (en)"):
                labels = column(book[sheet], lang)
                asked = [
                    label for n, label in enumerate(labels) if not types or types[n].startswith(("sel", "note", "text"))
                ]
                assert all(asked)
        assert not [c for s in book for row in s.iter_rows() for c in row if c.data_type == "f"]


def test_short_answers_stand_side_by_side_and_long_ones_do_not(books):
    def looks(name):
        return {
            row.get("appearance")
            for row in rows(openpyxl.load_workbook(books[name][1])["survey"])
            if row.get("name") in books[name][0].item_names
        }

    assert looks("gad_7") == {"likert"}
    assert looks("siap_36") == {None}


def test_skip_rules_close_questions_that_come_after(books):
    survey = {row.get("name"): row for row in rows(openpyxl.load_workbook(books["k10"][1])["survey"])}
    assert survey["k10_03"]["relevant"] == "not(${k10_02} = 1)"
    assert "relevant" not in survey["k10_02"]


# KoboToolbox and ODK -------------------------------------------------------------------------------------------------


def exported(book, people, labels, lang):
    """Return what KoboToolbox exports of a form: XML names and values, or labels; notes are columns without values."""
    sheets = openpyxl.load_workbook(book)
    heading = {"id": "label::Bahasa Indonesia (id)", "en": "label::English (en)"}[lang]
    choices = {(row["list_name"], str(row["name"])): row[heading] for row in rows(sheets["choices"])}
    fixed = {"text": "PWT-{}-5", "date": "2026-01-21", "time": "10:15:00.000+07:00", "calculate": "12.5"}
    table = []
    for number, answers in enumerate(people):
        line = []
        for row in rows(sheets["survey"]):
            kind, _, answered = row["type"].partition(" ")
            if kind in ("begin_group", "end_group"):
                continue
            value = (
                str(answers[row["name"]]) if row["name"] in answers else fixed.get(kind, "2026-01-21T09:12:33+07:00")
            )
            if kind == "note":
                value = ""
            if kind == "select_one" and row["name"] not in answers:
                value = next(code for name, code in choices if name == answered)
            if kind == "select_one" and labels:
                value = choices.get((answered, value), "")
            line.append((row.get(heading, row["name"]) if labels else row["name"], value.format(number)))
        table.append(
            [*line, ("_id", str(351204401 + number)), ("_uuid", f"0000-{number}"), ("_index", str(number + 1))]
        )
    return [[name for name, _ in table[0]], *([value for _, value in line] for line in table)]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("labels", [False, True], ids=["values", "labels"])
@pytest.mark.parametrize("name", ["siap_36", "phq_9", "bendera", "tcuds_2"])
def test_what_kobo_exports_of_our_form_is_read_as_the_same_codes(books, tmp_path, name, labels, lang):
    instrument, book = books[name]
    frame = filled_in(instrument, np.random.default_rng(3)).head(6)
    people = [{item: "" if code is None else code for item, code in row.items()} for row in frame.to_dict("records")]
    table = exported(book, people, labels, lang)
    path = tmp_path / "ekspor.xlsx"
    sheet = openpyxl.Workbook()
    for line in table:
        sheet.active.append(line)
    sheet.save(path)
    pd.DataFrame(table).to_csv(path.with_suffix(".csv"), sep=";", index=False, header=False)
    blanks = [answer.value for answer in instrument.missing]
    expected = frame.apply(pd.to_numeric).mask(frame.isin(blanks)).to_numpy(float)
    for made in (path, path.with_suffix(".csv")):
        read = rg.read_responses(made, instrument)
        np.testing.assert_array_equal(read.codes.to_numpy(float), expected)
        assert list(read.codes.index) == [f"PWT-{n}-5" for n in range(6)]
