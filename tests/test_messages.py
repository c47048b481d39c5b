"""Every message exists in both languages and is provoked here by the mistake it is for."""

import io
import os
import re
import string
import tomllib
import zipfile
from dataclasses import replace
from html import unescape
from importlib import import_module
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest
import small_records
from small_records import ONE

import reintegra as rg
from reintegra import evaluate as ev
from reintegra.consult import (
    answers,
    assign_coders,
    codebook_of,
    coding_sheets,
    concern_coverage,
    consensus,
    disagreement_sheet,
    facilitator_effects,
    keyness,
    keyword_in_context,
    load_codebook,
    mask,
    officer_present,
    prevalence,
    read_consultations,
    read_finals,
    read_review,
    read_sheets,
    review_sheet,
    reviewed_table,
    saturation,
    share_missed,
    suggest,
    theme_change,
    withhold,
)
from reintegra.core.errors import FaultsError, OutputError
from reintegra.core.files import output_folder, write_text
from reintegra.core.language import LANGUAGES, speaking, texts
from reintegra.core.moments import Moments, ScoreTable
from reintegra.core.results import Estimate
from reintegra.evaluate import cluster_robust, compare_site_means, mixed_model, paired_effects, site_sums
from reintegra.instruments import from_xlsform, read_definition, to_xlsform
from reintegra.intake import compare_entries, responses_of
from reintegra.measure import (
    adequacy,
    agreement,
    alpha,
    cfa,
    code_agreement,
    describe,
    distribution,
    efa,
    expert_panel,
    icc,
    mantel_dif,
    minimal_important_change,
    moments,
    omega_total,
    partial_credit,
    person_fit,
    person_scores,
    polychoric,
    profile,
    reliability,
    reliable_change,
    response_quality,
    retest,
    sem,
    stratified_alpha,
    without_flagged,
)
from reintegra.present import (
    consultation_summary,
    export,
    programme_report,
    read_settled,
    report_page,
    settle_sheet,
)

PACKAGE = Path(rg.__file__).parent
NOTE = Path(__file__).parent / "corpus" / "instrument.toml"

DEFINITION = """\
format = 1
name = "uji"
status = "draft"
language = "id"
title.id = "Uji"
missing = [{ value = 99, id = "Menolak" }]
guards.people = { column = "status_hukum", allowed = ["narapidana"], id = "hanya narapidana", en = "sentenced only" }
guards.forms = [{ items = 6, id = "bentuk 6 butir", en = "6-item form" }]
[responses]
setuju = [{ value = 1, id = "Tidak" }, { value = 2, id = "Ragu" }, { value = 3, id = "Ya" }]
[[items]]
name = "u1"
[[items]]
name = "u2"
reverse = true
[[items]]
name = "u3"
[[items]]
name = "u4"
[[skips]]
when = { u1 = 1 }
items = ["u4"]
value = 1
[[scores]]
name = "a"
items = ["u1", "u2"]
rule = "mean"
rescale = [0, 100]
bands = [{ below = 50, id = "rendah" }, { id = "tinggi" }]
[[scores]]
name = "b"
items = ["u3", "u4"]
rule = "sum"
[[scores]]
name = "c"
scores = ["a", "b"]
rule = "sum"
"""

# code: (what stands in the definition, what the mistake makes of it, what stands on the line that must be named)
BROKEN = {
    "not-toml": ('name = "uji"', 'name = "uji', 'name = "uji'),
    "unknown-format": ("format = 1", "format = 2", "format = 2"),
    "unknown-word": ("reverse = true", "revers = true", "revers = true"),
    "missing-word": ('status = "draft"\n', "", "format = 1"),
    "wrong-kind": ("reverse = true", 'reverse = "ya"', 'reverse = "ya"'),
    "unknown-choice": ('status = "draft"', 'status = "drafft"', "drafft"),
    "name-twice": ('name = "u2"', 'name = "u1"', 'name = "u1"'),
    "named-like-instrument": ('name = "c"', 'name = "uji"', 'name = "uji"'),
    "reserved-name": ('name = "c"', 'name = "c_band"', "c_band"),
    "unknown-item": ('items = ["u3", "u4"]', 'items = ["u3", "u5", "u4"]', '"u5"'),
    "unknown-score": ('scores = ["a", "b"]', 'scores = ["a", "d"]', '"d"'),
    "item-twice-in-score": ('items = ["u3", "u4"]', 'items = ["u3", "u4", "u4"]', '"u4", "u4"'),
    "item-in-no-score": ('items = ["u3", "u4"]', 'items = ["u3"]', "[[items]]"),
    "unused-but-scored": ('name = "u3"', 'name = "u3"\nunused = true', "[[items]]"),
    "items-or-scores": ('scores = ["a", "b"]', 'scores = ["a", "b"]\nitems = ["u1"]', "[[scores]]"),
    "rule-needs-items": (
        'scores = ["a", "b"]\nrule = "sum"',
        'scores = { a = 1, b = -1 }\nrule = "mean"',
        'rule = "mean"',
    ),
    "no-items": (DEFINITION[DEFINITION.index("[[items]]") : DEFINITION.index("[[skips]]")], "[[items]]\n", "[[items]]"),
    "no-scores": (DEFINITION[DEFINITION.index("[[scores]]") :], "", "scores = []"),
    "code-twice": ('value = 2, id = "Ragu"', 'value = 1, id = "Ragu"', "Ragu"),
    "one-label-two-answers": ('id = "Ragu"', 'id = "Ragu", also = ["ya"]', "value = 3"),
    "too-few-answers": ('{ value = 2, id = "Ragu" }, { value = 3, id = "Ya" }', "", "setuju"),
    "missing-is-answer": ("value = 99", "value = 3", "value = 3"),
    "no-response-set": ("[responses]", "[responses]\nlain = [0, 1]", "[[items]]"),
    "unknown-response-set": ('name = "u1"', 'name = "u1"\nresponses = "setuj"', 'setuj"'),
    "bad-opposite": ('name = "u3"', 'name = "u3"\nopposite_of = "u1"', "opposite_of"),
    "not-an-answer": ("value = 1\n[[scores]]", "value = 7\n[[scores]]", "[[skips]]"),
    "min-answered-too-high": ('name = "b"', 'name = "b"\nmin_answered = 3', "min_answered"),
    "unequal-answers": ('name = "u2"', 'name = "u2"\ncodes = [0, 1]', 'items = ["u1", "u2"]'),
    "rescale-and-multiply": ("rescale = [0, 100]", "rescale = [0, 100]\nmultiply = 2", "[[scores]]"),
    "items-alike": ('name = "u2"', 'name = "u_1"', "u_1"),
    "codes-far-apart": ("value = 3", "value = 3000", "setuju"),
    "flag-outside": ('name = "u1"', 'name = "u1"\nflag = { at = 9, id = "x" }', "at = 9"),
    "skip-order": ('items = ["u4"]', 'items = ["u4", "u1"]', "when"),
    "either-twice": ('name = "b"', 'name = "b"\neither = [["u3", "u3"]]', "either"),
    "counts-nothing": ('name = "b"', 'name = "b"\ncounts = [7]', "counts"),
    "word-not-used": ('name = "b"', 'name = "b"\ncounts = [3]', "counts"),
    "partial-sum": ('name = "b"', 'name = "b"\nmin_answered = 1\nrescale = [0, 10]', "min_answered"),
    "lookup-too-short": ('name = "b"', 'name = "b"\nlookup = [{ upto = 4, value = 1 }]', "lookup"),
    "never-varies": ('name = "b"', 'name = "b"\nmultiply = 0', "[[scores]]"),
    "bands-alike": ('id = "tinggi"', 'id = "rendah"', "bands"),
    "lookup-not-rising": (
        'name = "b"',
        'name = "b"\nlookup = [{ upto = 4, value = 1 }, { upto = 3, value = 2 }]',
        "lookup",
    ),
    "bands-not-rising": (
        '{ below = 50, id = "rendah" }',
        '{ below = 50, id = "x" }, { below = 40, id = "y" }',
        "bands",
    ),
    "band-gap": ('{ id = "tinggi" }', '{ below = 90, id = "tinggi" }', "bands"),
    "band-outside": ("below = 50", "below = 500", "500"),
    "two-edges": ("below = 50", "below = 50, upto = 60", "upto"),
}

# code: (sheet, cell of the same definition as a workbook, what the mistake makes of it), None for the whole sheet
BROKEN_BOOKS = {
    "heading-twice": ("scores", "D1", "items"),
    "no-heading": ("scores", "Z3", "catatan"),
    "no-scores-sheet": ("scores", None, None),
    "choice-not-whole": ("choices", "B2", "tidak"),
    "choice-not-answer": ("choices", "B4", 500),
    "item-not-asked": ("items", "A2", "u9"),
    "question-not-listed": ("items", "A2", "u9"),
}


def raised(call, *arguments, **options):
    """Return the error a call raises."""
    with pytest.raises(rg.ReintegraError) as caught:
        call(*arguments, **options)
    return caught.value


@pytest.mark.parametrize("code", BROKEN_BOOKS)
def test_a_broken_workbook_of_a_form_is_refused_by_name(code, tmp_path):
    path = to_xlsform(read_definition(DEFINITION, "uji.toml"), tmp_path / "uji.xlsx")
    book = openpyxl.load_workbook(path)
    sheet, cell, text = BROKEN_BOOKS[code]
    if cell:
        book[sheet][cell] = text
    else:
        book.remove(book[sheet])
    book.save(path)
    problem = next(p for p in raised(from_xlsform, path).problems if p.code == code)
    assert problem.file == "uji.xlsx"
    if code != "question-not-listed":  # that one is told where it is asked
        assert (problem.sheet, problem.cell) == (sheet, cell)
    for lang in LANGUAGES:
        with speaking(lang):
            assert problem.text
            assert problem.remedy


def test_a_definition_that_is_no_workbook_is_refused_by_name(tmp_path):
    path = tmp_path / "uji.xlsx"
    path.write_text("bukan buku kerja")
    assert raised(from_xlsform, path).code == raised(rg.load_instrument, path).code == "definition-not-workbook"
    assert raised(from_xlsform, tmp_path / "tidak ada.xlsx").code == "no-such-definition"


@pytest.mark.parametrize("code", BROKEN)
def test_a_broken_definition_is_refused_with_its_line(code):
    old, new, mark = BROKEN[code]
    assert old in DEFINITION
    broken = DEFINITION.replace(old, new, 1)
    if code == "counts-nothing":
        broken = broken.replace('items = ["u3", "u4"]\nrule = "sum"', 'items = ["u3", "u4"]\nrule = "count"', 1)
    if code == "no-scores":
        broken = broken.replace("format = 1", "scores = []\nformat = 1", 1)
    error = raised(read_definition, broken, "uji.toml")
    assert isinstance(error, rg.InstrumentError)
    found = [problem for problem in error.problems if problem.code == code]
    assert found, [problem.code for problem in error.problems]
    assert any(mark in broken.splitlines()[problem.row - 1] for problem in found)


def test_all_faults_of_a_definition_are_told_at_once_and_in_order():
    codes = ["unknown-choice", "unknown-word", "unknown-item", "band-outside"]
    broken = DEFINITION
    for code in codes:
        broken = broken.replace(*BROKEN[code][:2], 1)
    problems = raised(read_definition, broken, "uji.toml").problems
    assert set(codes) <= {problem.code for problem in problems}
    assert [problem.row for problem in problems] == sorted(problem.row for problem in problems)


def test_a_wrong_word_gets_the_nearest_one():
    error = raised(read_definition, DEFINITION.replace("reverse = true", "revers = true"), "uji.toml")
    assert "reverse" in str(error)
    with speaking("en"):
        assert "Did you mean reverse?" in str(error)


def csv(*lines, head="Kode,u1,u2,u3,u4"):
    return "\n".join([head, *lines]) + "\n"


FINE = ("R1,1,2,3,1", "R2,3,3,3,3")
LONG = "kode,butir,jawaban\n" + "".join(f"{k},u{i},3\n" for k in ("R1", "R2") for i in range(1, 5))
TICKS = "Kode,u1,,,,u2,,,,u3,,,,u4,,,\n," + ",".join(["Tidak,Ragu,Cukup,Ya"] * 4) + "\nR1" + ",v,,," * 4 + "\n"
# code: (content of the file, options of the call)
REFUSED = {
    "empty-file": ("", {}),
    "not-a-table": (b"\x00\x01\x02\x00\x03" * 20, {}),
    "not-an-excel-file": ("<html><table></table></html>", {}),
    "old-excel": (b"\xd0\xcf\x11\xe0" + bytes(600), {}),
    "encrypted": (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), {}),
    "damaged": (b"PK\x03\x04 this is no archive", {}),
    "needs-pyarrow": (b"PAR1....PAR1", {}),
    "unknown-encoding": (b"Kode,u1\n\x81\x8d\x8f,1\n", {}),
    "unclosed-quote": (csv('"R1,1,2,3,1', "R2,1,1,1,1"), {}),
    "one-column": ("Kode#u1#u2\nR1#1#2\n", {}),
    "no-items-found": (csv("a,b", head="x,y"), {}),
    "missing-item": (csv("R1,1,2,3", head="Kode,u1,u2,uu3"), {}),
    "two-columns-for-one-item": (csv("R1,1,2,3,1,1", head="Kode,u1,u2,u3,u4,U4"), {}),
    "name-contradicts-text": ("Kode,u1,u2,u3,u4\nKode,u1,u2,u4,u3\nR1,3,2,3,1\n", {}),
    "other-form": (csv("R1,1,1,1,1,1,1", head="Kode,q1,q2,q3,q4,q5,q6"), {}),
    "no-such-column": (csv(*FINE), {"key": "kodee"}),
    "no-such-sheet": (csv(*FINE), {"sheet": "Pra"}),
    "no-rows": (csv(), {}),
    "decides-rights": (csv("R1,1,2,3,1,80", head="Kode,u1,u2,u3,u4,Skor SPPN"), {}),
    "personal-key": (csv("3302010101900001,1,2,3,1", "3302010101900002,1,2,3,1"), {}),
    "missing-key": (csv(",3,2,3,1", *FINE), {}),
    "duplicate-key-conflict": (csv("R1,1,2,3,1", "R1,3,2,3,1"), {}),
    "duplicate-key-identical": (csv("R1,1,2,3,1", "R1,1,2,3,1"), {}),
    "keys-alike": (csv("P-01,1,2,3,1", "p1,1,2,3,1"), {}),
    "not-a-code": (csv("#REF!,1,2,3,1", "R1,1,2,3,1"), {}),
    "keys-differ-by-zeros": (csv("001,1,2,3,1", "1,1,2,3,1"), {}),
    "out-of-range": (csv("R1,1,2,7,1", "R2,3,2,3,1"), {}),
    "codes-shifted": (csv("R1,0,1,2,0", "R2,2,2,2,2"), {}),
    "contradicts-skip": (csv("R1,1,2,3,3"), {}),
    "not-whole": (csv("R1,3,2.5,3,1"), {}),
    "infinite": (csv("R1,3,1e999,3,1"), {}),
    "date-in-item": (csv("R1,3,3-Apr,3,1"), {}),
    "two-answers": (csv("R1,3,2/3,3,1"), {}),
    "unknown-label": (csv("R1,3,Yaa,3,1", "R2,3,entah,3,1"), {}),
    "unknown-code": (csv("R1,3,AO01,3,1"), {}),
    "code-contradicts-label": (csv("R1,3,1 - Ya,3,1"), {}),
    "bad-value": (csv(*FINE), {"values": {"AO01": 8}}),
    "values-contradict-labels": (csv(*FINE), {"values": {"Ya": 1}}),
    "missing-code-is-answer": (csv(*FINE), {"missing": [3]}),
    "not-for-these-people": (csv("R1,3,2,3,1,tahanan", head="Kode,u1,u2,u3,u4,Status hukum"), {}),
    "transposed": (csv("u1,3,2", "u2,3,2", "u3,3,2", "u4,3,1", head="Pernyataan,R1,R2"), {}),
    "already-upright": (csv(*FINE), {"layout": "transposed"}),
    "several-columns-an-item": (TICKS, {}),
    "one-answer-a-row": (LONG, {}),
    "answered-twice": (LONG + "R1,u1,2\n", {"layout": "long"}),
    "two-columns-for-one-row": (csv("R1,3,2,3,1,2", head="Kode,u1,u2,u3,u4,U4"), {"merge_columns": True}),
    "code-not-in-values": (csv("R1,1,2,3,1"), {"values": {1: 3, 3: 1}}),
    "missing-wave": (csv("1,R1,3,2,3,1", ",R1,3,2,3,1", head="Gelombang,Kode,u1,u2,u3,u4"), {}),
    "wrong-option": (csv(*FINE), {"missing": 9}),
    "columns-not-items": (csv(*FINE), {"columns": ["Kode", "u1", "u2", "u3", "u4"]}),
    "wave-twice": (csv(*FINE), {"waves": {"pra": "u{n}", "pasca": "u{n}"}}),
    "long-without-key": (
        LONG.replace("R1", "1")
        .replace("kode", "no", 1)
        .split("R2")[0]
        .replace("1,u2", "2,u2")
        .replace("1,u3", "3,u3")
        .replace("1,u4", "4,u4"),
        {"layout": "long"},
    ),
    "item-name-unknown": (LONG.replace("R2,u4", "R2,u-O4"), {"layout": "long"}),
    "tick-column-unknown": (TICKS, {"layout": "ticks"}),
    "more-of-these": (csv(*(f"R{i},3,kata{'x' * i}!,3,1" for i in range(60))), {}),
    "ragged-row": (csv("R1,3,2", "R2,3,3,3,3"), {}),
    "blank-in-group": (csv("R1,3,2,3,1,A", "R2,3,2,3,1,", head="Kode,u1,u2,u3,u4,Unit"), {}),
    "unknown-option": (csv(*FINE), {"layout": "miring"}),
    "mixed-date-order": (csv("R1,3,2,3,1,21/01/2026", "R2,3,2,3,1,02/13/2026", head="Kode,u1,u2,u3,u4,Tanggal"), {}),
}


@pytest.fixture
def instrument(tmp_path):
    path = tmp_path / "uji.toml"
    path.write_text(DEFINITION, "utf-8")
    return path


@pytest.mark.parametrize("code", REFUSED)
def test_a_faulty_file_is_refused_by_name(code, tmp_path, instrument, monkeypatch):
    content, options = REFUSED[code]
    path = tmp_path / "pra.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    if code == "needs-pyarrow":
        monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    error = raised(rg.read_responses, path, instrument, **options)
    assert isinstance(error, rg.IntakeError)
    assert code in {problem.code for problem in error.problems}, [problem.code for problem in error.problems]


def workbook(**sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


ROWS = [["Kode", "u1", "u2", "u3", "u4"], ["R1", 3, 2, 3, 1]]


def archive(members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return file.getvalue()


REFUSED_BOOKS = {
    "several-data-sheets": lambda: workbook(Pra=ROWS, Pasca=ROWS),
    "waves-without-key": lambda: workbook(Pra=[row[1:] for row in ROWS], Pasca=ROWS),
    "true-false-in-item": lambda: workbook(Pra=[ROWS[0], ["R1", True, 2, 3, 1]]),
    "formula-without-value": lambda: workbook(Pra=[ROWS[0], ["R1", "=1+1", 2, 3, 1]]),
    "number-too-long": lambda: workbook(Pra=[[*ROWS[0], "NIK"], ["R1", 3, 2, 3, 1, 3302010101900001]]),
    "macros": lambda: archive({"xl/workbook.xml": "<x/>", "xl/vbaProject.bin": "x"}),
    "zip-bomb": lambda: archive({"xl/workbook.xml": "0" * 30_000_000}),
    "xml-entities": lambda: archive({"xl/workbook.xml": '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x/>'}),
}


@pytest.mark.parametrize("code", REFUSED_BOOKS)
def test_a_faulty_workbook_is_refused_by_name(code, tmp_path, instrument):
    path = tmp_path / "pra.xlsx"
    path.write_bytes(REFUSED_BOOKS[code]())
    options = {"waves": {"pra": "Pra", "pasca": "Pasca"}} if code == "waves-without-key" else {}
    error = raised(rg.read_responses, path, instrument, **options)
    assert [problem.code for problem in error.problems] == [code]


def test_files_that_are_no_files_are_refused_by_name(tmp_path, instrument, monkeypatch):
    codes = [raised(rg.read_responses, path, instrument).code for path in (tmp_path / "tidak-ada.csv", tmp_path)]
    (tmp_path / "~$pra.xlsx").write_bytes(b"x")
    codes.append(raised(rg.read_responses, tmp_path / "~$pra.xlsx", instrument).code)

    def held(self):
        raise PermissionError

    monkeypatch.setattr(Path, "read_bytes", held)
    codes.append(raised(rg.read_responses, tmp_path / "pra.csv", instrument).code)
    assert codes == ["no-such-file", "is-a-folder", "lock-file", "file-in-use"]


def test_instruments_that_are_not_there_are_refused_by_name(tmp_path):
    (tmp_path / "latin.toml").write_bytes(b'name = "caf\xe9"')
    calls = {
        "unknown-instrument": "siap36",
        "several-forms": "rses",
        "no-such-definition": tmp_path / "tidak-ada.toml",
        "definition-not-text": tmp_path / "latin.toml",
    }
    assert [raised(rg.load_instrument, name).code for name in calls.values()] == list(calls)
    assert "siap_36" in str(raised(rg.load_instrument, "siap36"))
    for name in ("rses", "dast_10"):
        text = str(raised(rg.load_instrument, name))
        assert all(form in text for form in (name, "butir"))


def frame(instrument, rows):
    return pd.DataFrame(rows, columns=instrument.item_names)


def test_a_variant_that_is_not_declared_is_refused():
    whoqol = rg.load_instrument("whoqol_bref")
    error = raised(rg.score, frame(whoqol, [[3] * 26]), whoqol, variant="roundd")
    assert error.code == "unknown-variant"
    assert "rounded" in str(error)


def test_answers_are_scored_with_the_instrument_they_were_read_with():
    k6 = rg.load_instrument("k6")
    error = raised(rg.score, responses_of(frame(k6, [[1] * 6]), k6), "k10")
    assert error.code == "other-instrument"
    assert "k10" in str(error)


def test_waves_in_no_known_order_are_said():
    k6 = rg.load_instrument("k6")
    index = pd.MultiIndex.from_tuples([("P1", "mawar"), ("P1", "melati")])
    notices = rg.score(frame(k6, [[1] * 6] * 2).set_index(index), k6).notices
    assert "waves-as-in-file" in {notice.code for notice in notices}


def test_answers_that_run_the_other_way_are_refused():
    k10 = rg.load_instrument("k10")
    error = raised(rg.score, frame(k10, [[5, 5, 5, 4, 5, 5, 4, 5, 4, 5]] * 6), k10)
    assert error.code == "answers-run-backwards"
    assert rg.score(frame(k10, [[5] * 10] * 6), k10, variant="published").table["total"].iloc[0] == 50


# notices that must be said: code -> (content, options)
SAID = {
    "rows-dropped": (csv(*FINE, ",,,,", "Jumlah,,,,", ",4,,,"), {}),
    "cells-tidied": (csv("R1,3,\u00a02,3,1"), {}),
    "missing-codes": (csv("R1,3,99,3,1"), {}),
    "read-as-cp1252": (csv("R1,3,2,3,1,\u201ctes\u201d", head="Kode,u1,u2,u3,u4,Catatan").encode("cp1252"), {}),
    "personal-columns": (csv("R1,3,2,3,1,Contoh", head="Kode,u1,u2,u3,u4,Nama Lengkap"), {}),
    "other-columns": (csv("R1,3,2,3,1,A", head="Kode,u1,u2,u3,u4,Unit"), {}),
    "no-key-column": (csv("3,2,3,1", head="u1,u2,u3,u4"), {}),
    "matched-by-number": (csv("R1,3,2,3,1", head="Kode,P1,P2,P3,P4"), {}),
    "headings-tidied": (csv("R1,3,2,3,1", head="Kode,U 01,u2,u3,u4"), {}),
    "columns-merged": (csv("R1,3,2,3,1,", head="Kode,u1,u2,u3,u4,U4"), {"merge_columns": True}),
    "not-approved-rows": (csv("R1,3,2,3,1,not approved", head="Kode,u1,u2,u3,u4,_validation_status"), {}),
    "incomplete-responses": (csv("R1,3,2,3,1,0", head="Kode,u1,u2,u3,u4,uji_complete"), {}),
    "trial-responses": (csv("R1,3,2,3,1,preview", head="Kode,u1,u2,u3,u4,DistributionChannel"), {}),
    "items-not-used": (LONG + "R1,catatan,halo\n", {"layout": "long"}),
    "waves-tidied": (
        csv(
            "R1,3,2,3,1,pra", "R1,3,2,3,1,Pasca", "R2,3,2,3,1,Pra", "R3,3,2,3,1,pra", head="Kode,u1,u2,u3,u4,Gelombang"
        ),
        {},
    ),
    "waves-found": (csv("R1,3,2,3,1,awal", "R1,3,2,3,1,akhir", head="Kode,u1,u2,u3,u4,Gelombang"), {}),
    "dates-unread": (csv("R1,3,2,3,1,21/01/2026", "R2,3,2,3,1,kemarin", head="Kode,u1,u2,u3,u4,Tanggal"), {}),
    "date-order-month-first": (csv("R1,3,2,3,1,01/21/2026", head="Kode,u1,u2,u3,u4,Tanggal"), {}),
    "date-order-assumed-day-first": (csv("R1,3,2,3,1,03/04/2026", head="Kode,u1,u2,u3,u4,Tanggal"), {}),
}


@pytest.mark.parametrize("code", SAID)
def test_a_decision_of_the_reader_is_said(code, tmp_path, instrument):
    content, options = SAID[code]
    path = tmp_path / "pra.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert code in {notice.code for notice in rg.read_responses(path, instrument, **options).notices}


def test_hidden_and_other_parts_of_a_workbook_are_said(tmp_path, instrument):
    path = tmp_path / "pra.xlsx"
    path.write_bytes(workbook(Pra=[*ROWS, ["R2", 3, 2, 3, 1]], Catatan=[["halo"]]))
    book = openpyxl.load_workbook(path)
    book["Pra"].row_dimensions[3].hidden = True
    book["Pra"].column_dimensions["B"].hidden = True
    book.save(path)
    codes = {notice.code for notice in rg.read_responses(path, instrument).notices}
    assert {"hidden-rows", "hidden-columns", "other-sheets"} <= codes


def test_where_a_file_lies_is_said(tmp_path, instrument):
    folder = tmp_path / "OneDrive"
    folder.mkdir()
    (folder / "pra.csv").write_text(csv(*FINE))
    (folder / "~$pra.csv").write_text("")
    codes = {notice.code for notice in rg.read_responses(folder / "pra.csv", instrument).notices}
    assert {"open-in-excel", "synced-folder"} <= codes


def test_a_formula_in_an_item_is_said(instrument):
    path = Path(__file__).parent / "corpus" / "files" / "xl07_formulas_cached.xlsx"
    assert "formula-in-item" in {notice.code for notice in rg.read_responses(path, NOTE).notices}


def test_what_an_spss_file_says_of_its_codes_is_minded(tmp_path, instrument):
    path = tmp_path / "pra.sav"
    frame = pd.DataFrame({"kode": ["R1", "R2"], "u1": [1.0, 3.0], "u2": [2.0, 2.0], "u3": [3.0, 3.0], "u4": [1.0, 1.0]})
    pyreadstat.write_sav(frame, path, variable_value_labels={"u1": {1: "Ya", 3: "Tidak"}})
    error = raised(rg.read_responses, path, instrument)
    assert [problem.code for problem in error.problems] == ["codes-contradict-instrument"]
    assert rg.read_responses(path, instrument, use="codes").codes["u1"].tolist() == [1, 3]
    pyreadstat.write_sav(frame, path, variable_value_labels={"u1": {1: "Sangat tidak", 3: "Ya"}})
    assert "labels-not-known" in {notice.code for notice in rg.read_responses(path, instrument).notices}


def test_what_the_reader_of_scores_must_know_is_said(tmp_path, instrument):
    said = set()
    for name, rows in (
        ("srq_20", [[0] * 20]),
        ("k6", [[1] * 6] * 2),
        ("whoqol_bref", [[3] * 20 + [None] * 6, [None] * 26, [3] * 25 + [None]]),
    ):
        loaded = rg.load_instrument(name)
        said |= {notice.code for notice in rg.score(frame(loaded, rows), loaded).notices}
    assert said == {"declare-wording", "one-person", "check-direction", "discarded", "no-answers", "partly-answered"}


def test_what_cannot_be_shown_is_refused(tmp_path, instrument, monkeypatch):
    path = tmp_path / "pra.csv"
    path.write_text(csv(*FINE))
    scores = rg.score(rg.read_responses(path, instrument))
    codes = [
        raised(describe, scores, by="blok").code,
        raised(profile, scores, "R9").code,
        raised(report_page, scores, wave="akhir").code,
        raised(distribution, scores, ["a", "b"]).code,
    ]
    (tmp_path / "berkas").write_text("")
    codes.append(raised(output_folder, tmp_path / "berkas" / "di dalam").code)

    def full(self, *arguments, **options):
        raise OSError(28, os.strerror(28))

    (tmp_path / "skor.csv").mkdir()
    codes += [raised(output_folder, out, "skor.csv").code for out in (tmp_path, "")]
    monkeypatch.setattr(Path, "write_text", full)
    codes.append(raised(write_text, tmp_path / "laporan.html", "x").code)
    codes.append(raised(write_text, tmp_path / "tidak ada" / "laporan.html", "x").code)
    assert codes == [
        "no-such-group", "no-such-person", "no-such-wave", "scales-differ", "cannot-write-folder", "folder-in-the-way",
        "cannot-write-folder", "disk-full", "cannot-write-file",
    ]  # fmt: skip
    assert not list(tmp_path.glob("*.html"))
    assert issubclass(OutputError, rg.ReintegraError)


PEOPLE = pd.DataFrame(
    {
        "site": [f"S{i % 4}" for i in range(24)],
        "group": ["A" if i % 4 < 2 else "B" for i in range(24)],
        "programme": [(i // 4) % 2 for i in range(24)],
        "pre": [i * i % 23 for i in range(24)],
        "post": [i * i * i % 29 for i in range(24)],
    }
)


def sums(terms=("pre", "programme"), outcome="post", options=None, **columns):
    return site_sums(PEOPLE.assign(**columns), outcome=outcome, terms=list(terms), site="site", **(options or {}))


def weights(programme="programme", method="entropy", **columns):
    frame = PEOPLE.assign(**columns)
    return ev.balancing_weights(frame, programme=programme, covariates=["pre"], method=method)


def lot(programme="programme", **options):
    return ev.randomisation_test(PEOPLE, outcome="post", programme=programme, **options)


def chosen_by_score(**options):
    """Return the share of the lowest eight that rose, or what stands in its way."""
    low = PEOPLE["pre"].sort_values().index[:8]
    given = {"screened": PEOPLE["pre"], "retest": 0.7, "scale": (0.0, 100.0, 1.0), **options}
    return ev.percent_improved(PEOPLE["pre"][low], PEOPLE["post"][low], chosen_by_score=True, **given)


def compared(columns=None, **options):
    """Compare the two programmes of PEOPLE, some columns changed."""
    asked = {"outcome": "post", "programme": "programme", "site": "site", "baseline": "pre", **options}
    return rg.compare(PEOPLE.assign(**(columns or {})), **asked)


RELEASED = PEOPLE.assign(day=PEOPLE["pre"] + 9.0, back=PEOPLE.index % 3 // 2, source="catatan")


def released(columns=None, **options):
    """Follow up the people of PEOPLE after release, some columns changed."""
    asked = {"time": "day", "event": "back", "programme": "programme", "source": "source", "horizon": 20, **options}
    return ev.follow_up(RELEASED.assign(**(columns or {})), **asked)


# code: a call that cannot be answered
NOT_EVALUATED = {
    "no-such-term": lambda: cluster_robust(sums(), term="umur"),
    "no-such-choice": lambda: cluster_robust(sums(), kind="CR9"),
    "no-complete-rows": lambda: sums(pre=float("nan")),
    "words-for-numbers": lambda: sums(outcome="group"),
    "infinite-values": lambda: sums(pre=float("inf")),
    "unknown-level": lambda: sums(["group"], options={"levels": {"group": ["A", "C"]}}),
    "blank-in-column": lambda: sums(site=None),
    "weights-not-positive": lambda: sums(options={"weights": "w"}, w=0.0),
    "sums-differ": lambda: sums() + sums(["pre"]),
    "too-few-rows": lambda: cluster_robust(site_sums(PEOPLE[:2], outcome="post", terms=["pre"], site="site")),
    "no-variance": lambda: mixed_model(sums(post=7.0)),
    "aliased-columns": lambda: mixed_model(sums(["pre", "twice"], twice=2 * PEOPLE["pre"])),
    "too-few-sites": lambda: cluster_robust(sums(site="S1")),
    "one-person-sites": lambda: mixed_model(sums(site=[f"S{i}" for i in range(24)])),
    "slope-within-no-site": lambda: mixed_model(sums(["group"]), varying=["group[B]"]),
    "constant-within-sites": lambda: cluster_robust(sums(["group"]), site_effects=True),
    "several-programmes-a-site": lambda: compare_site_means(sums(), programme="programme"),
    "lengths-differ": lambda: paired_effects([1, 2, 3], [1, 2]),
    "code-twice-a-wave": lambda: paired_effects(PEOPLE["pre"].rename({1: 0}), PEOPLE["post"]),
    "not-two-programmes": lambda: weights(programme="site"),
    "nobody-in-programme": lambda: weights(pre=PEOPLE["pre"].where(PEOPLE["programme"] == 0)),
    "perfect-separation": lambda: weights(method="propensity", pre=PEOPLE["pre"] + 50 * PEOPLE["programme"]),
    "cannot-balance": lambda: weights(pre=PEOPLE["pre"] + 50 * PEOPLE["programme"]),
    "no-propensity": lambda: weights().overlap,
    "other-table": lambda: ev.weighted_difference(PEOPLE[:9], weights(), outcome="post"),
    "not-a-risk-ratio": lambda: ev.e_value(-2.0),
    "one-imputation": lambda: ev.rubin([1.0], [1.0]),
    "nobody-lost": lambda: ev.tipping_point(PEOPLE, [PEOPLE] * 2, len, outcome="post", programme="programme"),
    "plan-out-of-range": lambda: ev.plan_paired(n=1),
    "no-number-helps": lambda: ev.plan_sites(sites=4, icc=0.2, effect=0.2),
    "not-a-number": lambda: ev.check_reported(r="besar", n=30),
    "one-programme": lambda: ev.ancova(PEOPLE.assign(programme="A"), outcome="post", programme="programme"),
    "one-person-decides": lambda: ev.ancova(
        PEOPLE.assign(site=["S9", *PEOPLE["site"][1:]]), outcome="post", programme="programme", site="site"
    ),
    "margin-not-positive": lambda: ev.equivalence(cluster_robust(sums()), margin=0),
    "nothing-to-deal": lambda: lot(site="group", programme="group"),
    "group-not-whole": lambda: lot(group="site"),
    "perfect-fit": lambda: mixed_model(sums(post=2 * PEOPLE["pre"] + PEOPLE["programme"])),
    "column-twice": lambda: site_sums(
        pd.concat([PEOPLE, PEOPLE[["pre"]]], axis=1), outcome="post", terms=["pre"], site="site"
    ),
    "person-in-two": lambda: compared({"code": [*range(4)] * 6}, person="code"),
    "wave-without-person": lambda: compared(wave="site"),
    "baseline-after": lambda: compared(outcome="pre", baseline="post"),
    "coded-one-two": lambda: compared({"post": [1, 2] * 12}),
    "all-lost": lambda: compared({"post": PEOPLE["post"].where(PEOPLE["programme"] == 0)}),
    "programme-spellings": lambda: compared({"programme": ["pagi", "Pagi "] * 12}),
    "one-baseline-each": lambda: compared(outcome=["post", "pre"], baseline=["pre"]),
    "nothing-to-fill-from": lambda: ev.impute(PEOPLE.assign(pre=PEOPLE["pre"].mask(PEOPLE.index < 3)), ["pre"]),
    "grade-too-high": lambda: compared(grade=5),
    "one-site-arm": lambda: compare_site_means(sums(["group"], site=PEOPLE["group"]), programme="group"),
    "line-needs": lambda: chosen_by_score(scale=None),
    "screened-too-few": lambda: chosen_by_score(screened=PEOPLE["pre"][:8]),
    "retest-out-of-range": lambda: chosen_by_score(retest=1.0),
    "not-a-scale": lambda: chosen_by_score(scale=(0.0, 10.0, 3.0)),
    "outside-scale": lambda: chosen_by_score(scale=(0.0, 10.0, 1.0)),
    "no-room": lambda: ev.normalised_gain(PEOPLE["pre"] * 0 + 9, PEOPLE["pre"] * 0 + 9, highest=9),
    "nobody-moved": lambda: ev.percent_improved(PEOPLE["pre"], PEOPLE["pre"], chosen_by_score=False),
    "event-before-release": lambda: released({"day": -5}),
    "event-code": lambda: released({"back": 2}),
    "not-followed": lambda: released({"day": 0, "back": 0}),
    "not-dates": lambda: released(release="site"),
    "no-source": lambda: released({"source": None}),
    "found-and-not": lambda: released({"source": "tidak ditemukan", "back": 1}),
    "nobody-back": lambda: released({"back": 0}),
    "horizon-too-far": lambda: released(horizon=99),
    "hazard-without-end": lambda: ev.cox(RELEASED.assign(x=RELEASED["back"]), time="day", event="back", terms=["x"]),
    "units-need": lambda: ev.units(PEOPLE, unit="site", outcome="post", kind="rate"),
    "unit-twice": lambda: ev.units(PEOPLE, unit="site", outcome="programme", n="post"),
    "not-a-count": lambda: ev.units(PEOPLE, unit="site", outcome="post"),
    "periods-out-of-order": lambda: ev.run_chart(PEOPLE["post"][::-1]),
    "too-few-periods": lambda: ev.run_chart(PEOPLE["post"][:2]),
}


@pytest.mark.parametrize("code", NOT_EVALUATED)
def test_what_cannot_be_evaluated_is_refused_by_name(code):
    error = raised(NOT_EVALUATED[code])
    assert isinstance(error, rg.DataError | rg.DesignError)
    assert error.code == code
    assert all(str(value() if callable(value) else value) in str(error) for value in error.values.values())


def test_what_the_reader_of_an_evaluation_must_know_is_said():
    lonely = PEOPLE.assign(only=(PEOPLE["site"] == "S1").astype(int))
    options = {"outcome": "post", "site": "site"}
    said = {
        "rows-left-out": cluster_robust(sums(pre=PEOPLE["pre"].where(PEOPLE.index > 2))),
        "variance-at-limit": mixed_model(sums(post=PEOPLE["post"] - PEOPLE.groupby("site")["post"].transform("mean"))),
        "one-site-decides": cluster_robust(sums(programme=PEOPLE["programme"].where(PEOPLE["site"] == "S1", 0))),
        "few-effective": weights(),
        "imbalance-left": weights(method="propensity", pre=PEOPLE["pre"] + 12 * PEOPLE["programme"]),
        "site-jackknife": ev.weighted_difference(PEOPLE, weights(), **options),
        "sites-left-out": ev.synthesis(pd.DataFrame({"name": [*"abc"], "estimate": [1, 2, None], "se": 1.0})),
        "jackknife-failed": ev.weighted_difference(lonely, weights(programme="only", only=lonely["only"]), **options),
    }
    said |= {
        "line-at-one-r": chosen_by_score(),
        "periods-left-out": ev.run_chart(PEOPLE["post"].where(PEOPLE.index > 2)),
        "gain-ceiling": ev.normalised_gain(PEOPLE["pre"].clip(upper=9), PEOPLE["pre"].clip(upper=9), highest=9),
        "between-steps": chosen_by_score(scale=(0.0, 100.0, 2.0), retest=Estimate("r", 0.7, 0.5, 0.8)),
        "then-test": ev.then_test(PEOPLE["pre"], PEOPLE["post"], PEOPLE["pre"] - PEOPLE["post"] % 5),
    }
    low = PEOPLE["pre"].sort_values().index[:8]
    same = {"interviewer": PEOPLE["site"], "facilitator": PEOPLE["site"][3:]}
    chosen = ev.change(PEOPLE["pre"][low], PEOPLE["post"][low], chosen_by_score=True, retest=0.7, **same)
    assert [note.code for note in chosen.notes[:2]] == ["asked-by-facilitator", "not-computed"]
    assert texts("id")["error"]["error-needs-screened"] in chosen.notes[1].text
    assert list(said) == [result.notes[-1].code for result in said.values()]
    assert all(note.text in result._repr_html_() for result in said.values() for note in result.notes)


def test_what_the_reader_of_a_comparison_must_know_is_said(monkeypatch):
    arm, lost = PEOPLE["programme"] == 1, PEOPLE.index.isin([4, 5, 6, 7])
    one_a_site = {"programme": PEOPLE["group"]}
    several = {"code": [*range(8), *range(8), *range(8, 16)], "wave": ["pra"] * 8 + ["pasca"] * 8 + ["pra"] * 8}
    several["site"] = PEOPLE["site"].where(PEOPLE.index != 8, "S9")
    groups = {"group": arm.astype(str) + (PEOPLE.index % 4 < 2).astype(str)}
    by_days = {"post": PEOPLE["post"].mask(lost), "days": PEOPLE.index % 7 + 9 * lost}
    some_apart = {"site": PEOPLE["site"].where((PEOPLE.index < 16) | arm, "S9")}
    results = {
        "programme-is-site": compared({**one_a_site, "site": PEOPLE["group"]}),
        "few-sites": compared(one_a_site, margin=5.0),
        "few-groups": compared(groups, site=None, group="group"),
        "nothing-apart": compared(some_apart),
        "lonely-sites": compared({"site": PEOPLE["site"].where(PEOPLE.index > 0, "S9")}),
        "all-alike": compared({"post": arm | (PEOPLE.index % 3 == 0)}, site=None),
        "risk-difference": compared({"post": PEOPLE.index % 3 == 0}, site=None),
        "differential-loss": compared({"post": PEOPLE["post"].mask(lost)}),
        "loss-by-release": compared(by_days, release="days"),
        "loss-by-baseline": compared({"post": PEOPLE["post"].mask(PEOPLE["pre"] > 12)}),
        "completers-only": compared(completers_only=True),
        "people-moved": compared(several, baseline=None, person="code", wave="wave"),
        "second-opinion": compared(),
        "negative-values": compared({"post": PEOPLE["post"].where(PEOPLE.index > 0, -9)}),
        "holm-instead": compared({"programme": [*"ABCCBA"] * 4}, adjust="tukey"),
        "no-equivalence": compared(one_a_site, margin=5.0),
    }
    grades = {
        "grade-one-group": compared({"programme": "A"}),
        "grade-one-site-each": results["programme-is-site"],
        "grade-no-baseline": compared(baseline=None),
        "grade-baseline": compared({"pre": PEOPLE.index // 8}, site=None),
        "grade-several-sites": compared({"pre": PEOPLE.index // 8}),
        "grade-lot": compared(by_lot=True),
        "grade-apart": compared({"pre": PEOPLE["pre"] + 9 * arm}),
        "grade-loss": results["differential-loss"],
        "grade-completers": results["completers-only"],
        "grade-much-lost": compared({"post": PEOPLE["post"].mask(PEOPLE.index < 8)}, by_lot=True),
        "grade-lowered": compared(grade=1),
    }
    for code, result in results.items():
        assert code in {note.code for note in result.notes}, code
        assert all(note.text in result._repr_html_() for note in result.notes)
    for code, result in grades.items():
        assert code in {reason.code for reason in result.reasons}, code
        assert all(reason.text in result.sentences()[-1] for reason in result.reasons)
    said = texts("id")["error"]
    assert said["nothing-before"] in " ".join(note.text for note in compared(baseline=None, retest=0.8).notes)
    monkeypatch.setattr("reintegra.evaluate.second_opinion.MOST", 1)
    assert said["too-much-work"][:20] in " ".join(note.text for note in compared().notes)


def test_what_the_reader_of_a_follow_up_must_know_is_said():
    arm, some = RELEASED["programme"] == 1, RELEASED.index < 14
    results = {
        "events-at-once": released({"day": RELEASED["day"].where(RELEASED.index != 2, 0)}),
        "not-found": released({"source": RELEASED["source"].mask(RELEASED.index == 0, "tidak_ditemukan")}),
        "few-events": released(),
        "sources-differ": released({"source": arm.map({True: "diri", False: "catatan"})}),
        "followed-unequally": released({"day": RELEASED["day"].mask(arm & some)}),
        "counted-as-lost": released({"back": RELEASED["back"].mask(RELEASED.index == 0, 2)}, competing={2: "pindah"}),
    }
    for code, result in results.items():
        assert code in {note.code for note in result.notes}, code
        assert all(note.text in result._repr_html_() for note in result.notes)


def rasch(rows, times, codes=(0, 1)):
    """Return the score table of some rows of answers, each given several times."""
    frame = pd.DataFrame(rows * times, columns=[f"b{i}" for i in range(len(rows[0]))])
    return ScoreTable.of(frame, list(frame), list(codes))


def test_item_models_and_response_quality_that_cannot_be_are_refused():
    k10 = rg.load_instrument("k10")
    few, more = (responses_of(frame(k10, [[1] * 10] * n), k10, direction_known=True) for n in (5, 6))
    apart = pd.DataFrame({"a": [0, 1] * 100, "b": [0, 1] * 100, "g": ["p", "q"] * 100})
    codes = [
        raised(partial_credit, rasch([(0, 1), (1, 0)], 100, (0, 1, 2))).code,
        raised(partial_credit, rasch([(1, 0, 0, 0), (0, 1, 0, 0), (1, 1, 1, 0), (1, 1, 0, 1)], 50)).code,
        raised(mantel_dif, rasch([(0, 1), (1, 0)], 100), by="g").code,
        raised(without_flagged, rg.score(few), response_quality(more)).code,
        raised(mantel_dif, apart, by="g").code,
        raised(person_fit, partial_credit(rasch([(0, 1), (1, 0), (1, 1)], 90)), few).code,
    ]
    assert codes == [
        "unused-answer", "no-maximum", "groups-too-small", "rows-differ", "nothing-to-compare", "model-differs",
    ]  # fmt: skip
    assert "collapse=True" in str(raised(partial_credit, rasch([(0, 1), (1, 0)], 100, (0, 1, 2))))


def test_what_the_reader_of_item_models_and_response_quality_must_know_is_said():
    rng = np.random.default_rng(5)
    slopes, cuts = np.array([0, 1, 1, 1, 6, 1]), np.array([[-1, 0, 1]] * 5 + [[1, 0, -1]])
    theta = rng.normal(size=600)
    log = slopes[:, None] * (theta[:, None, None] - cuts)
    weights = np.exp(np.concatenate([np.zeros((600, 6, 1)), log.cumsum(axis=2)], axis=2))
    chance = (weights / weights.sum(axis=2, keepdims=True)).cumsum(axis=2)
    drawn = pd.DataFrame((rng.random((600, 6, 1)) > chance).sum(axis=2), columns=list("abcdef"))
    table = ScoreTable.of(drawn.assign(g=["p"] * 290 + ["q"] * 290 + ["r"] * 20), list("abcdef"), range(4), by="g")
    said = {notice.code for notice in (*partial_credit(table).notes, *mantel_dif(table, by="g").notes)}
    apart = np.where(drawn.sum(axis=1) > 9, "z", np.where(np.arange(600) % 2, "p", "q"))
    grouped = drawn.assign(h=1, g=pd.Series(apart).where(drawn.index > 5))
    grouped.loc[10:12, "a"] = np.nan
    grouped.index = ["R1", "R1", *range(598)]
    notices = list(mantel_dif(grouped, by="g").notes)
    siap = rg.load_instrument("siap_36")
    waves = frame(siap, rng.integers(1, 5, (240, 36)))
    waves["kode"], waves["gelombang"] = [*range(120)] * 2, ["a"] * 120 + ["b"] * 120
    twice = responses_of(waves.set_index(["kode", "gelombang"]), siap)
    said |= {notice.code for notice in mantel_dif(twice, "men", by="gelombang").notes}
    said |= {notice.code for notice in response_quality(responses_of(frame(siap, [[4] * 36]), siap)).notes}
    assert all(notice.text for notice in notices)
    assert said | {notice.code for notice in notices} == {
        "pcm-extreme", "pcm-disordered", "pcm-noisy", "pcm-muted", "dif-left-out", "dif-same-people", "quality-flagged",
        "dif-not-tested", "dif-apart", "people-without-group", "people-left-out", "people-repeated",
    }  # fmt: skip


def ordered(n, loadings, seed=1):
    """Return answers that follow one factor, coded 0 to 3."""
    rng, loadings = np.random.default_rng(seed), np.array(loadings)
    z = rng.normal(size=(n, 1)) * loadings + rng.normal(size=(n, len(loadings))) * np.sqrt(1 - loadings**2)
    return pd.DataFrame(np.digitize(z, [-1, 0, 1]), columns=list("abcdef")[: len(loadings)])


def test_dimensions_that_cannot_be_worked_out_are_refused():
    answers = ordered(300, [0.7] * 6)
    unrelated = pd.DataFrame(list(np.ndindex(2, 2, 2, 2)) * 20, columns=list("abcd"))
    calls = {
        "correlation-of-one": (cfa, answers.assign(g=answers["a"])),
        "needs-rows": (cfa, Moments.of(answers)),
        "no-solution": (cfa, unrelated),
        "item-on-two-factors": (cfa, answers, {"f": list("abc"), "g": list("cde")}),
        "factor-of-one-item": (cfa, answers, {"f": list("abc"), "g": ["d"]}),
        "no-inverse": (adequacy, answers.assign(g=answers["a"] + answers["b"])),
        "too-many-factors": (efa, answers, 4),
    }
    assert [raised(*call).code for call in calls.values()] == list(calls)


def test_what_the_reader_of_dimensions_must_know_is_said():
    answers = ordered(300, [0.7] * 6)
    two = pd.DataFrame({"a": [0] * 65 + [1] * 35, "b": [0] * 40 + [1] * 60})
    over = np.array([[1, 0.9, 0.85, 0.5], [0.9, 1, 0.55, 0.4], [0.85, 0.55, 1, 0.4], [0.5, 0.4, 0.4, 1]])
    z = np.random.default_rng(1).multivariate_normal(np.zeros(4), over, 400)
    results = [
        polychoric(answers.assign(a=answers["a"].where(answers.index > 3)), codes=range(6)),
        polychoric(two.assign(c=two["a"]), codes=[0, 1]),
        cfa(pd.DataFrame(np.digitize(z, [-1, 0, 1]), columns=list("abcd"))),
        cfa(ordered(400, [0.8] * 4, seed=0), {"f": ["a", "b"], "g": ["c", "d"]}),
        cfa(ordered(150, [0.7] * 4)),
        efa(answers.assign(g=answers["a"]), 2),
    ]
    said = {notice.code for result in results for notice in result.notes}
    assert all(notice.text and result._repr_html_() for result in results for notice in result.notes)
    assert said == {
        "answers-unused", "empty-cells", "half-added", "nearly-one", "loading-over-one", "factors-alike", "no-verdict",
        "not-positive-definite", "uniqueness-at-bound", "people-left-out",
    }  # fmt: skip


PAIR = pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [1.0, 3, 3, 4]})
TIMES = pd.Series(np.arange(40.0))
CODED = pd.DataFrame(
    {"answer": ["x", "x"], "person": "R1", "section": "hope", "coder": ["a", "b"], "code": "H", "value": 1}
)
# code: what is asked of sums, reliability, or the change of a person that cannot be answered
UNANSWERABLE = {
    "no-pieces": lambda: Moments.of([], codes=[1, 2]),
    "columns-absent": lambda: Moments.of(PAIR, items=["aa"]),
    "columns-twice": lambda: alpha(pd.concat([PAIR, PAIR], axis=1)),
    "not-numbers": lambda: alpha(PAIR.assign(c=["ya", "tidak", "ya", "ya"])),
    "undeclared-codes": lambda: Moments.of(PAIR, codes=[1, 2, 3]),
    "too-many-codes": lambda: Moments.of(pd.DataFrame({"a": np.arange(300)})),
    "tables-differ": lambda: Moments.of(PAIR) + Moments.of(PAIR[["a"]]),
    "no-codes": lambda: Moments.of(PAIR, codes=[]),
    "not-a-level": lambda: alpha(PAIR, level=95),
    "which-scale": lambda: alpha(rg.score(frame(rg.load_instrument("siap_36"), [[3] * 36]), "siap_36").responses),
    "ratings-alike": lambda: retest(TIMES, -TIMES),
    "all-alike": lambda: minimal_important_change(TIMES, TIMES * 0),
    "not-an-sem": lambda: person_scores(rg.score(frame(rg.load_instrument("k6"), [[1] * 6]), "k6"), sem={"total": 0}),
    "needs-two-sds": lambda: reliable_change(TIMES, TIMES, retest=0.8, sd=10),
    "item-in-two-strata": lambda: stratified_alpha(PAIR, {"s": ["a", "b"], "t": ["b", "a"]}),
    "not-a-rating-scale": lambda: expert_panel(PAIR, lowest=4, highest=1),
    "unknown-scale": lambda: moments(frame(rg.load_instrument("siap_36"), [[3] * 36]), "siap_36", scale="mem"),
    "too-few-items": lambda: alpha(PAIR[["a"]]),
    "nobody-answered": lambda: alpha(PAIR.assign(c=np.nan)),
    "too-few-complete": lambda: alpha(PAIR[:1]),
    "nobody-differs": lambda: alpha(PAIR * 0),
    "constant-item": lambda: omega_total(pd.concat([PAIR.assign(c=1)] * 20)),
    "too-few-people": lambda: omega_total(PAIR.assign(c=PAIR["a"])),
    "person-twice": lambda: retest(pd.Series([1.0, 2], index=["x", "x"]), TIMES),
    "too-few-pairs": lambda: retest(TIMES[:3], TIMES[:3]),
    "not-a-reliability": lambda: sem(10, 1.1),
    "unknown-method": lambda: reliable_change(TIMES, TIMES, retest=0.8, method="edwards"),
    "needs-retest": lambda: reliable_change(TIMES, TIMES),
    "no-error": lambda: reliable_change(TIMES, TIMES, retest=1),
    "anchor-weak": lambda: minimal_important_change(TIMES, -TIMES),
    "too-few-slightly": lambda: minimal_important_change(TIMES, TIMES),
    "agree-ratio-below-zero": lambda: agreement(-PAIR, weights="ratio"),
    "agree-draws": lambda: agreement(PAIR, draws=7),
    "agree-not-counts": lambda: agreement(PAIR / 2, counts=True),
    "agree-categories": lambda: agreement(PAIR, counts=True, categories=[1, 2, 3]),
    "agree-no-codings": lambda: code_agreement(CODED[:0]),
    "agree-not-zero-one": lambda: code_agreement(CODED * 2),
    "agree-coded-twice": lambda: code_agreement(CODED.assign(coder="a")),
    "agree-answer-of-two": lambda: code_agreement(CODED.assign(person=["R1", "R2"])),
}


@pytest.mark.parametrize("code", UNANSWERABLE)
def test_what_reliability_cannot_answer_is_refused_by_name(code):
    error = raised(UNANSWERABLE[code])
    assert error.code == code
    for lang in LANGUAGES:
        with speaking(lang):
            assert not str(error)[0].islower()


def test_what_the_reader_of_reliability_must_know_is_said():
    rng = np.random.default_rng(7)
    top = pd.DataFrame(np.clip(np.round(rng.normal(1.5, 1, (90, 1)) + rng.normal(2, 0.6, (90, 4))), 1, 4))
    odd = top.assign(x=1, y=rng.integers(1, 5, 90) * 1.0 + top[0] * 0.1)
    f, e = rng.normal(size=(2, 90))
    twin = pd.DataFrame({"a": f, "b": f + e, "c": f - e / 2})
    siap = rg.load_instrument("siap_36")
    scores = rg.score(frame(siap, rng.integers(1, 5, (25, 36))), siap)
    apart = minimal_important_change(TIMES, (TIMES > 19).astype(int))
    results = [
        alpha(odd), alpha(top), alpha(Moments.of(top)), omega_total(top), omega_total(twin), icc(top[:9]),
        person_scores(scores), reliability(scores),
        reliability(frame(rg.load_instrument("urica_32"), rng.integers(1, 6, (40, 32))), "urica_32"),
        reliability(frame(rg.load_instrument("socrates_8d"), rng.integers(1, 6, (40, 19))), "socrates_8d"),
        reliability(rg.score(frame(siap, [[3] * 36] * 4).set_axis(list("xxyz")), siap)),
        reliable_change(TIMES, TIMES[1:], alpha=-0.1), apart,
        reliable_change(TIMES, TIMES, retest=retest(TIMES[:9], TIMES[:9] % 7)), alpha(odd.reindex(range(91))),
        expert_panel(pd.DataFrame({"a": [4, 3]})),
    ]  # fmt: skip
    said = {notice.code for result in results for notice in result.notes} - {"item-against-scale"}
    assert all(notice.text and result._repr_html_() for result in results for notice in result.notes)
    assert said == {
        "constant-items", "items-lower-alpha", "robust-needs-rows", "robust-shown", "no-interval", "which-omega",
        "heywood", "few-people", "sem-few-people", "sem-of-circumstances", "alpha-used", "no-predictive",
        "not-computed", "too-few-for", "formative-scales", "few-experts", "people-repeated", "people-left-out",
        "pairs-left-out", "reliability-negative", "few-in-retest",
    }  # fmt: skip
    assert any("«recognition_decile»" in notice.text for notice in results[9].notes)


def test_what_the_reader_of_agreement_must_know_is_said():
    others = CODED.assign(answer=["y", "z"], section="worry", code=["K", "L"], coder="a")
    results = [
        agreement(PAIR), agreement(PAIR * 0), agreement(PAIR[["a"]]),
        agreement(PAIR.assign(a=[1, None, 3, 4]), categories=range(1, 5)), code_agreement(pd.concat([CODED, others])),
    ]  # fmt: skip
    said = set()
    for lang in LANGUAGES:
        with speaking(lang):
            said |= {note.code for result in results for note in result.notes if note.text in result._repr_html_()}
    assert said - {"few-people"} == {
        "agree-constant", "agree-no-pair", "agree-alone", "agree-categories-found", "agree-codes-constant",
        "agree-codes-no-pair", "agree-read-once",
    }  # fmt: skip


def test_what_an_export_changes_or_refuses_is_said(tmp_path, monkeypatch):
    instrument = read_definition(DEFINITION, "uji.toml")
    rows = frame(instrument, [[3, 2, 3, 1], [None] * 4])
    rows["catatan bebas"] = ["a\x00", "é" * 20_000]
    answers = responses_of(rows, instrument)
    answers = replace(answers, people=answers.people.assign(Nama="Contoh"))
    item = replace(instrument.items[0], label={"id": "é" * 200})
    answers = replace(answers, instrument=replace(instrument, items=(item, *instrument.items[1:])))
    exported = export(answers, tmp_path / "x.sav")
    assert {notice.code for notice in exported.notices} == {
        "not-exported", "names-changed", "labels-shortened", "texts-shortened", "characters-replaced", "blank-people",
    }  # fmt: skip
    named = replace(answers, people=answers.people.set_axis(["Siti binti Contoh", "Wahyu bin Contoh"]))
    codes = [raised(export, answers, tmp_path / "x.pdf").code, raised(export, named, tmp_path / "y.csv").code]
    again = rg.read_responses(exported.path, instrument)
    monkeypatch.setattr(import_module("reintegra.present.export"), "MOST_COLUMNS", 5)
    codes += [raised(export, again, exported.path).code, raised(export, answers, tmp_path / "x.xlsx").code]
    assert codes == ["unknown-export", "personal-codes", "is-the-source", "does-not-fit"]


def test_entries_that_cannot_be_compared_or_settled_are_refused(tmp_path, instrument):
    def entry(*lines, name="a", head="Kode,u1,u2,u3,u4", key=None):
        (tmp_path / f"{name}.csv").write_text(csv(*lines, head=head))
        return rg.read_responses(tmp_path / f"{name}.csv", instrument, key=key)

    first, second = entry(*FINE, "R3,3,3,3,3"), entry("R1,3,2,3,1", "R2,3,3,3,2", name="b")
    waves = entry("R1,awal,3,2,3,1", head="Kode,Gelombang,u1,u2,u3,u4", key=["Kode", "Gelombang"])
    k6 = rg.load_instrument("k6")
    twice = pd.DataFrame([[3] * 4] * 2, columns=first.instrument.item_names, index=["R1", "R1"])
    others = [
        responses_of(pd.DataFrame([[1] * 6], columns=k6.item_names), k6),
        entry("3,2,3,1", head="u1,u2,u3,u4"),
        responses_of(twice, first.instrument),
        waves,
        entry("R9,3,2,3,1"),
    ]
    codes = [raised(compare_entries, first, other).code for other in others]
    assert codes == [
        "entries-instruments", "entries-no-key", "entries-person-twice", "entries-waves", "entries-nobody",
    ]  # fmt: skip
    assert [notice.code for notice in compare_entries(first, first).notices] == ["entries-identical"]
    path = settle_sheet(compare_entries(first, second), tmp_path)
    book = openpyxl.load_workbook(path)
    at = next(row for row in range(1, 20) if book.active[f"A{row}"].value == "R1")
    assert raised(read_settled, path, second, first).code == "settle-other-entries"
    assert raised(read_settled, tmp_path / "b.csv", first, second).code == "settle-no-sheet"
    book.active[f"F{at}"] = 8
    book.active[f"A{at + 2}"], book.active[f"B{at + 2}"] = "R9", "u1"
    book.save(path)
    problems = raised(read_settled, path, first, second).problems
    assert [p.code for p in problems] == ["settle-not-an-answer", "settle-blank", "settle-row-unknown"]
    book.active[f"A{at}"], book.active[f"A{at + 2}"], book.active[f"B{at + 2}"] = "R7", None, None
    book.save(path)
    assert "settle-row" in {p.code for p in raised(read_settled, path, first, second).problems}
    book.active[f"A{at}"], book.active[f"F{at}"], book.active[f"F{at + 1}"] = "R1", 3, "kosong"
    book.save(path)
    settled = read_settled(path, first, second)
    assert [notice.code for notice in settled.notices] == ["entries-settled", "typed-once"]


def test_a_codebook_that_cannot_be_used_is_refused():
    table = load_codebook().table
    broken = table.copy()
    for row, (name, value) in enumerate(
        [("section", "hopes"), ("code", "none"), ("code", "A B"), ("label_en", ""), ("answered_by", "R_KERJ H_DIRI")]
    ):
        broken.loc[row, name] = value
    broken.loc[6, ["code", "patterns"]] = ["K_STIGMA", "a ~ ; b"]
    several = raised(codebook_of, broken).problems
    others = [
        raised(codebook_of, other).problems[0]
        for other in (
            table.drop(columns="topic"),
            table.rename(columns={"patterns": "pattern"}),
            table.iloc[:0],
            pd.concat([table, table["code"]], axis=1),
        )
    ]
    assert [problem.code for problem in (*several, *others)] == [
        "codebook-section", "codebook-reserved", "codebook-not-a-word", "codebook-blank", "codebook-answer-unknown",
        "codebook-answer-section", "codebook-twice", "codebook-pattern",
        "codebook-no-column", "codebook-heading", "codebook-no-codes", "codebook-column-twice",
    ]  # fmt: skip
    said_in_both(*several, *others)


def said_in_both(*things):
    for lang in LANGUAGES:
        with speaking(lang):
            assert all(map(str, things))


def coded_talks(tmp_path):
    """Return texts of six talks, who codes them, and their coding sheets."""
    rows = [
        (f"{person}.awal.{section}", person, "awal", section, "Ingin kerja yang halal", f"F{n % 2}", True)
        for n, person in enumerate(("A", "B", "C", "D", "E", "G"))
        for section in ("hope", "plan")
    ]
    columns = ["answer", "person", "wave", "section", "text", "facilitator", "reviewed"]
    given = assign_coders(pd.DataFrame(rows, columns=columns), ["F0", "F1", "P"], seed=1)
    return pd.DataFrame(rows, columns=columns), given, coding_sheets(given, load_codebook(), tmp_path)


def test_codings_that_cannot_be_used_are_refused(tmp_path):
    texts_, given, paths = coded_talks(tmp_path)
    codebook = load_codebook()
    codings = pd.DataFrame(
        [
            (*row[:4], row.coder, code, int((n + place) % 3 == 0))
            for n, row in enumerate(given[["answer", "person", "wave", "section", "coder"]].itertuples(index=False))
            for place, code in enumerate(codebook.of_section(row.section))
        ],
        columns=["answer", "person", "wave", "section", "coder", "code", "value"],
    )
    final = pd.DataFrame({"answer": ["?"], "code": ["?"], "final": [1]})
    refused = [
        raised(assign_coders, texts_.drop(columns="wave"), ["P"], seed=1),
        raised(assign_coders, pd.concat([texts_, texts_]), ["P"], seed=1),
        raised(assign_coders, texts_.assign(facilitator=None), ["P"], seed=1),
        raised(assign_coders, texts_, ["P", "P"], seed=1),
        raised(assign_coders, texts_, ["P", "Q"], per_answer=0, seed=1),
        raised(assign_coders, texts_, ["F0", "F1"], seed=1),
        raised(coding_sheets, given.assign(section="lain"), codebook, tmp_path),
        raised(consensus, codings[:0]),
        raised(consensus, codings.assign(value=3)),
        raised(consensus, pd.concat([codings, codings[:1]])),
        raised(consensus, codings[1:]),
        raised(consensus, read_sheets(paths[:1], given, codebook).__class__(
            codings, "", given[["coder", "answer"]], given[["coder", "answer"]][:0])),
        raised(consensus, codings, final=final),
        raised(suggest, texts_.assign(answer="?"), codebook, consensus(codings)),
    ]  # fmt: skip
    assert [error.code for error in refused] == [
        "coding-no-column", "coding-text-twice", "coding-no-facilitator", "coding-coder-twice", "coding-out-of-range",
        "coding-too-few-coders", "coding-no-section", "coding-none", "coding-value", "coding-twice",
        "coding-incomplete", "coding-blank", "coding-final", "suggest-not-coded",
    ]  # fmt: skip
    alone = consensus(codings[codings["coder"] == "P"])
    notes = [*consensus(codings).notes, *alone.notes, *suggest(texts_, codebook, consensus(codings)).notes]
    assert [note.code for note in notes] == ["coding-ties", "coding-one-coder", "suggest-same-notes"]
    said_in_both(*refused, *notes)


def test_a_coding_sheet_that_was_changed_is_refused(tmp_path):
    texts_, given, paths = coded_talks(tmp_path)
    codebook = load_codebook()
    book = openpyxl.load_workbook(paths[2])  # all six talks
    sheet, head = book["Harapan"], 5
    assert sheet.cell(head, 1).value == "Jawaban"
    cells = [("A1", "B.awal.hope"), ("C2", "H_KERJAA"), ("C3", "R_KERJA"), ("C4", "H_KERJA"), ("D4", "H_KERJA"),
             ("C5", "none"), ("D5", "H_DIRI"), ("H6", "0")]  # fmt: skip
    for cell, value in cells:
        sheet[f"{cell[0]}{head + int(cell[1:])}"] = value
    for row in (head + 5, head + 4):
        sheet.append([cell.value for cell in sheet[row]])
    sheet.cell(sheet.max_row, 1).value, sheet.cell(sheet.max_row, 8).value = "Z", "Z"
    book.save(paths[2])
    other = given[~((given["coder"] == "P") & given["answer"].str.startswith("C"))]
    more = pd.concat([other, given[given["coder"] == "P"][:1].assign(answer="Y")])
    found = raised(read_sheets, [paths[2], paths[0], paths[0]], more, codebook).problems
    assert {problem.code for problem in found} == {
        "coding-two-sheets", "coding-row-missing", "coding-key-changed", "coding-unknown-code", "coding-other-section",
        "coding-code-twice", "coding-none-and-code", "coding-mark-changed", "coding-answer-unknown",
        "coding-answer-twice", "coding-not-assigned",
    }  # fmt: skip
    columns = ["answer", "person", "wave", "section", "coder", "code", "value"]
    two = pd.DataFrame([("A", "A", "awal", "hope", c, k, int(c == "P")) for c in "PQ" for k in "XY"], columns=columns)
    path = disagreement_sheet(two, texts_, codebook, tmp_path)
    assert raised(read_sheets, [path], texts_, codebook).code == "coding-no-sheet"
    book = openpyxl.load_workbook(path)
    head = next(row for row in range(1, 9) if book.active.cell(row, 1).value == "Jawaban")
    book.active[f"I{head + 1}"], book.active[f"J{head + 2}"] = "mungkin", "0"
    book.active.append([cell.value for cell in book.active[head + 1]])
    book.save(path)
    finals = raised(read_finals, path, two).problems
    assert [p.code for p in finals] == ["coding-final-value", "coding-final-row", "coding-final-twice"]
    said_in_both(*found, *finals)


def test_themes_that_cannot_be_told_are_refused(tmp_path):
    book = load_codebook()
    voiced_, talks, masked = themes()
    unread = pd.DataFrame({"answer": ["x"], "person": ["P"], "text": [""]})
    twice = pd.concat([talks, talks.assign(site=1)])
    refused = {
        "theme-no-wave": lambda: prevalence(voiced_, book, wave=9),
        "theme-code-unknown": lambda: prevalence(voiced_.assign(code="K_KERJAA"), book),
        "theme-not-0-1": lambda: prevalence(voiced_.assign(value=2), book),
        "theme-no-person": lambda: prevalence(voiced_.assign(person=None), book),
        "theme-coded-twice": lambda: prevalence(pd.concat([voiced_, voiced_[:1]]), book),
        "theme-nothing-coded": lambda: prevalence(voiced_[:0], book),
        "theme-talk-twice": lambda: prevalence(voiced_, book, group="site", talks=twice),
        "theme-talk-unknown": lambda: concern_coverage(voiced_, book, talks[1:]),
        "theme-not-counts": lambda: withhold(pd.DataFrame([[-1]])),
        "theme-nobody-twice": lambda: theme_change(voiced_[voiced_["wave"] == (voiced_["person"] > "P4")], book, 0, 1),
        "theme-saturation-settings": lambda: saturation(voiced_, book, talks, base=0),
        "theme-no-date": lambda: saturation(voiced_, book, talks.assign(date=None)),
        "theme-too-few-people": lambda: saturation(voiced_, book, talks, base=99),
        "theme-no-base": lambda: saturation(voiced_.assign(value=0), book, talks),
        "theme-no-facilitator": lambda: facilitator_effects(voiced_, book, talks.assign(facilitator=None)),
        "theme-officer-coded": lambda: officer_present(voiced_, book, talks.assign(officer_present=3)),
        "theme-officer-always": lambda: officer_present(voiced_, book, talks.assign(officer_present=2)),
        "theme-concreteness": lambda: concern_coverage(voiced_, book, talks.assign(plan_concreteness=4)),
        "theme-not-a-share": lambda: share_missed(80, 95),
        "theme-no-word": lambda: keyword_in_context(masked, "*"),
        "theme-in-both": lambda: keyness(masked, ["P0"], against=["P0"]),
        "theme-no-words": lambda: keyness(mask(unread).mark_reviewed(answers=["x"], by="R"), ["x"], against=[]),
        "theme-which-wave": lambda: ev.joint_display(voiced_, book, pd.DataFrame({"a": [1.0]})),
        "theme-nobody-scored": lambda: ev.joint_display(voiced_, book, pd.DataFrame({"a": [1.0]}), wave=1),
        "summary-too-few": lambda: consultation_summary(talks[:4], voiced_, book, tmp_path),
    }  # fmt: skip
    errors = {code: raised(ask) for code, ask in refused.items()}
    assert {code: error.code for code, error in errors.items()} == {code: code for code in refused}
    said_in_both(*errors.values())


def themes():
    """Return a consensus of ten people at two waves, their talks, and masked texts that were reviewed."""
    rows = [
        (f"P{n}", wave, "worry", code, float((n + wave + at) % 3 == 0))
        for n in range(10)
        for wave in (0, 1)
        for at, code in enumerate(load_codebook().of_section("worry"))
    ]
    talks = pd.DataFrame([(f"P{n}", wave, n % 2, n % 3) for n in range(10) for wave in (0, 1)])
    talks = talks.set_axis(["person", "wave", "site", "facilitator"], axis=1)
    talks = talks.assign(date="2026-01-01", officer_present=talks.index % 3, programme=talks["site"])
    talks = talks.assign(plan_concreteness=2)
    answers = pd.DataFrame({"answer": [f"P{n}" for n in range(10)], "text": "takut kerja"})
    masked = mask(answers.assign(person=answers["answer"])).mark_reviewed(answers=answers["answer"], by="R1")
    coded = pd.DataFrame(rows, columns=["person", "wave", "section", "code", "value"])
    return coded.assign(answer=coded["person"]), talks, masked


def test_what_the_reader_of_themes_must_know_is_said():
    book = load_codebook()
    coded, talks, masked = themes()
    tied = coded.assign(value=coded["value"].mask(coded.index == 50))
    alone = talks.assign(facilitator=talks["wave"].where(talks["wave"] == 0, talks["facilitator"] + 5))
    groups = prevalence(tied, book, group="site", talks=talks.assign(site=talks["site"].where(talks["person"] > "P0")))
    scores = pd.DataFrame({"a": np.arange(9.0)}, [f"P{n}" for n in range(9)])
    results = [
        groups, groups.shared(), theme_change(coded[1:].query("person != 'P1' or wave == 0"), book, 0, 1),
        saturation(coded, book, talks), facilitator_effects(coded, book, alone),
        facilitator_effects(coded[coded["person"] > "P1"], book, talks.assign(facilitator=talks["person"])),
        concern_coverage(coded, book, talks),
        officer_present(coded, book, talks.assign(officer_present=talks["officer_present"].where(talks.index > 0))),
        concern_coverage(coded, book, talks, wave=0), concern_coverage(coded, book, talks, wave=0).shared(),
        keyness(masked, ["P0", "P1"], least=11), ev.joint_display(coded, book, scores, wave=0, masked=masked),
    ]  # fmt: skip
    said = set()
    for lang in LANGUAGES:
        with speaking(lang):
            pages = [(result, unescape(result._repr_html_())) for result in results]
            said |= {note.code for result, page in pages for note in result.notes if note.text in page}
    assert said == {
        "theme-too-rare", "theme-last-talk",
        "theme-open-ties", "theme-withheld", "theme-people-repeat", "theme-people-alike", "theme-no-group",
        "theme-one-wave-only", "theme-order-matters", "theme-same-date", "theme-few-facilitators", "theme-talks-alike",
        "theme-one-facilitator", "theme-officer-no-lot", "theme-talks-left-out", "theme-shared", "theme-no-answer",
        "theme-cannot-tell", "theme-words-not-people", "theme-rare-words", "theme-differs-not-because",
        "theme-not-in-both", "theme-quotes-not-anonymous", "theme-quotes-no-consent",
    }  # fmt: skip


def talk(**changes):
    """Return a consultation without fault, changed."""
    row = {"person": "P-1", "site": "A", "programme": "X", "wave": "awal", "date": "2026-03-14", "facilitator": "M1",
           "officer_present": 0, "hope": "pulang", "worry": "utang", "strategy": "kerja", "plan": "kursus",
           "challenge": "modal", "danger_mentioned": 0, "action": None, "time": None, "minutes": 40}  # fmt: skip
    return row | changes


def test_consultations_that_cannot_be_read_are_refused(tmp_path):
    def read(*rows, **told):
        pd.DataFrame(rows).to_excel(tmp_path / "k.xlsx", index=False)
        return read_consultations(tmp_path / "k.xlsx", **told)

    rows = [
        talk(person=None, wave="akhir"), talk(danger_mentioned=1), talk(minutes="lama", wave="akhir"),
        talk(officer_present="siapa", person="P-2"), talk(date="kemarin", person="P-3"),
        talk(danger_mentioned=1, action="x", time="siang", person="P-4"), talk(),
    ]  # fmt: skip
    found = raised(read, *rows).problems
    bare = {name: value for name, value in talk().items() if name != "danger_mentioned"}
    found += raised(read, bare).problems
    book = openpyxl.load_workbook(tmp_path / "k.xlsx")
    book.active["H2"] = "=1+1"
    book.active["P1"], book.active["P2"] = "danger_mentioned", 0
    book.save(tmp_path / "k.xlsx")
    found += raised(read_consultations, tmp_path / "k.xlsx").problems
    assert {problem.code for problem in found} == {
        "talk-blank", "talk-danger", "talk-not-minutes", "talk-no-choice", "talk-not-a-date", "talk-not-a-time",
        "talk-twice", "talk-no-column", "talk-formula",
    }  # fmt: skip
    noted = read(talk(Blok="A")).attrs["notices"]
    assert "talk-other-columns" in {notice.code for notice in noted}
    frame = pd.DataFrame([talk(), talk()])
    refused = [
        raised(answers, frame), raised(answers, frame.assign(wave=[None, "x"])), raised(answers, frame[["person"]])
    ]  # fmt: skip
    assert [error.code for error in refused] == ["talk-twice-a-wave", "talk-without-code", "talk-columns"]
    said_in_both(*found, *noted, *refused)


def test_texts_that_were_not_masked_or_not_read_are_refused(tmp_path):
    texts_ = pd.DataFrame({"answer": ["A", "B"], "text": ["Kata Budi", "Ingin pulang"]})
    masked = mask(texts_, ["Budi"])
    refused = [
        raised(mask, texts_[["text"]]), raised(mask, pd.concat([texts_, texts_])),
        raised(masked.mark_reviewed, answers=["C"], by="M"), raised(masked.mark_reviewed, answers=["A"], by=""),
        raised(reviewed_table, texts_), raised(reviewed_table, masked),
    ]  # fmt: skip
    assert [error.code for error in refused] == [
        "mask-no-column", "mask-answer-twice", "mask-no-such-answer", "mask-no-reviewer", "mask-not-masked",
        "mask-not-reviewed",
    ]  # fmt: skip
    path = review_sheet(masked, tmp_path)
    found = []
    for cells in ({"A5": "x"}, {"A6": "C"}, {"A7": "A"}, {"B6": "lain"}, {"D6": "Siti", "E7": "mungkin"}):
        book = openpyxl.load_workbook(path)
        for cell, value in cells.items():
            book.active[cell] = value
        book.save(tmp_path / "lain.xlsx")
        found += raised(read_review, masked, tmp_path / "lain.xlsx", by="M").problems
    assert {problem.code for problem in found} == {
        "mask-no-sheet", "mask-row-unknown", "mask-row-twice", "mask-row-missing", "mask-text-changed",
        "mask-words-not-there", "mask-tick",
    }  # fmt: skip
    said_in_both(*refused, *found)


def test_reports_that_cannot_be_made_are_refused(tmp_path):
    records = rg.read_records(small_records.write_book(tmp_path / "catatan.xlsx", small_records.tables()))
    asked = {
        "which-programme": {"kind": "kohort"},
        "no-rows-of": {"kind": "pelatihan"},
        "no-contact": {"kind": "rujukan", "contact": " "},
        "archive-k": {"kind": "arsip"},
    }
    for code, call in asked.items():
        assert raised(programme_report, records, out=tmp_path, **call).code == code


# provoked by the tests above that name no code in a table, by tests/test_bad_inputs.py, or (exchange-...) by
# tests/consult/test_exchange_refusals.py and test_exchange_sheets.py, or (programme records) by
# tests/intake/test_records*.py
IN_TESTS = {
    "problem": {
        "talk-blank", "talk-danger", "talk-not-minutes", "talk-no-choice", "talk-not-a-date", "talk-not-a-time",
        "talk-twice", "talk-no-column", "talk-formula", "mask-no-sheet", "mask-row-unknown", "mask-row-twice",
        "mask-row-missing", "mask-text-changed", "mask-words-not-there", "mask-tick",
        "exchange-damaged", "exchange-too-large", "exchange-members", "exchange-bomb", "exchange-path",
        "exchange-same-name", "exchange-entities", "exchange-too-deep", "exchange-not-refi", "exchange-no-codings",
        "exchange-no-section", "exchange-guid", "exchange-unknown-answer", "exchange-answer-twice",
        "exchange-no-text", "exchange-no-texts", "exchange-offsets", "exchange-unknown-code", "exchange-not-a-code",
        "exchange-other-section", "exchange-none-and-code", "exchange-same-coder", "exchange-no-coder",
        "exchange-no-code", "exchange-not-in-text", "exchange-columns", "exchange-value",
        "codebook-no-column", "codebook-column-twice", "codebook-no-codes", "codebook-blank", "codebook-reserved",
        "codebook-not-a-word", "codebook-twice", "codebook-section", "codebook-answer-unknown",
        "codebook-answer-section", "codebook-pattern", "codebook-heading", "coding-no-sheet", "coding-two-sheets",
        "coding-key-changed", "coding-mark-changed", "coding-answer-unknown", "coding-answer-twice",
        "coding-not-assigned", "coding-row-missing", "coding-unknown-code", "coding-other-section",
        "coding-code-twice", "coding-none-and-code", "coding-final-value", "coding-final-row", "coding-final-twice",
        "no-record-tables", "table-twice", "no-consent", "no-consent-column", "missing-column", "column-twice",
        "identity-column", "misconduct-column", "not-a-number", "not-a-month", "not-a-quarter",
        "component-not-of-programme", "two-units-one-day", "two-units-at-once", "nobody-in-programme",
        "no-such-file", "is-a-folder", "lock-file", "file-in-use", "unknown-instrument", "several-forms",
        "no-such-definition", "definition-not-text", "unknown-variant", "other-instrument",
        "answers-run-backwards",
        "codes-contradict-instrument", "labels-incomplete", "strange-value", "two-codes-shifted",
        "definition-not-workbook", "settle-blank", "settle-not-an-answer",
        "settle-row", "settle-row-unknown", "settle-other-entries", "settle-no-sheet",
    },
    "notice": {
        "talk-other-columns",
        "theme-too-rare", "theme-last-talk",
        "theme-open-ties", "theme-withheld", "theme-people-repeat", "theme-people-alike", "theme-no-group",
        "theme-one-wave-only", "theme-order-matters", "theme-same-date", "theme-few-facilitators", "theme-talks-alike",
        "theme-one-facilitator", "theme-officer-no-lot", "theme-talks-left-out", "theme-shared", "theme-no-answer",
        "theme-cannot-tell", "theme-words-not-people", "theme-rare-words", "theme-differs-not-because",
        "theme-not-in-both", "theme-quotes-not-anonymous", "theme-quotes-no-consent",
        "exchange-not-texts",
        "coding-ties", "coding-one-coder", "suggest-same-notes",
        "between-steps", "line-at-one-r", "then-test", "asked-by-facilitator",
        "rows-left-out", "variance-at-limit", "one-site-decides", "few-effective", "imbalance-left", "jackknife-failed",
        "gain-ceiling", "periods-left-out",
        "site-jackknife", "sites-left-out", "programme-is-site", "few-sites", "few-groups", "nothing-apart",
        "lonely-sites", "all-alike", "risk-difference",
        "differential-loss", "loss-by-release", "loss-by-baseline", "completers-only", "holm-instead", "no-equivalence",
        "negative-values", "people-moved", "second-opinion",
        "grade-one-group", "grade-one-site-each", "grade-no-baseline", "grade-baseline", "grade-several-sites",
        "grade-lot", "grade-apart", "grade-loss", "grade-completers", "grade-much-lost", "grade-lowered",
        "hidden-rows", "hidden-columns", "other-sheets", "open-in-excel", "synced-folder", "formula-in-item",
        "labels-not-known", "item-against-scale", "wave-backwards", "waves-as-in-file", "declare-wording", "one-person",
        "check-direction", "discarded", "no-answers", "partly-answered", "not-exported", "names-changed",
        "labels-shortened", "texts-shortened", "characters-replaced", "blank-people", "entries-identical",
        "entries-settled", "typed-once", "constant-items", "items-lower-alpha", "robust-needs-rows",
        "robust-shown", "no-interval", "which-omega", "heywood", "few-people", "sem-few-people", "sem-of-circumstances",
        "alpha-used", "no-predictive", "not-computed", "too-few-for", "formative-scales", "few-experts",
        "people-repeated", "pcm-extreme", "pcm-disordered", "pcm-noisy", "pcm-muted",
        "dif-left-out", "dif-same-people", "dif-not-tested", "dif-apart", "people-without-group", "quality-flagged",
        "people-left-out", "pairs-left-out", "reliability-negative", "few-in-retest",
        "agree-constant", "agree-no-pair", "agree-alone", "agree-categories-found", "agree-codes-constant",
        "agree-codes-no-pair", "agree-read-once",
        "answers-unused", "empty-cells", "half-added", "nearly-one", "loading-over-one",
        "factors-alike", "no-verdict", "not-positive-definite", "uniqueness-at-bound",
        "no-consent-left-out", "withdrawn-left-out", "columns-not-read", "table-absent", "event-on-day-0",
        "no-release-date", "before-consent", "several-programmes", "interviewer-leads", "left-the-study",
        "events-at-once", "not-found", "few-events", "sources-differ", "followed-unequally", "counted-as-lost",
    },
    "error": {
        "which-programme", "no-rows-of", "no-contact", "archive-k",
        "no-such-table", "no-answers-to",
        "talk-columns", "talk-without-code", "talk-twice-a-wave", "mask-no-column", "mask-answer-twice",
        "mask-no-such-answer", "mask-no-reviewer", "mask-not-masked", "mask-not-reviewed",
        "theme-no-wave", "theme-code-unknown", "theme-not-0-1", "theme-no-person", "theme-coded-twice",
        "theme-nothing-coded", "theme-talk-twice", "theme-talk-unknown", "theme-not-counts", "theme-nobody-twice",
        "theme-saturation-settings", "theme-no-date", "theme-too-few-people", "theme-no-base", "theme-no-facilitator",
        "theme-officer-coded", "theme-officer-always", "theme-concreteness", "theme-not-a-share", "theme-no-word",
        "theme-in-both", "theme-no-words", "theme-which-wave", "theme-nobody-scored", "summary-too-few",
        "exchange-characters", "exchange-file-names", "exchange-names-twice", "exchange-too-many",
        "exchange-codings-strange", "exchange-codings-twice", "exchange-codings-part", "exchange-place",
        "coding-text-twice", "coding-no-column", "coding-no-facilitator", "coding-coder-twice", "coding-out-of-range",
        "coding-too-few-coders", "coding-no-section", "coding-none", "coding-value", "coding-twice",
        "coding-incomplete", "coding-blank", "coding-final", "suggest-not-coded",
        "error-needs-screened", "nothing-before", "too-much-work",
        "no-such-group", "no-such-person", "no-such-wave", "scales-differ", "cannot-write-folder", "cannot-write-file",
        "disk-full", "folder-in-the-way",
        "faults", "source-changed", "unknown-export", "personal-codes", "does-not-fit", "is-the-source",
        "entries-instruments", "entries-no-key", "entries-person-twice", "entries-waves", "entries-nobody",
        "no-strata", "unused-answer", "no-maximum", "groups-too-small", "nothing-to-compare", "model-differs",
        "no-table", "name-not-text", "cells-hold-lists", "all-at-risk-alike",
        "no-grouping", "session-twice", "blank-cells",
        "rows-differ", "correlation-of-one", "needs-rows", "no-solution", "item-on-two-factors", "factor-of-one-item",
        "no-inverse", "too-many-factors",
    },
}  # fmt: skip


def test_every_message_is_provoked():
    assert set(texts("id")["problem"]) == {*BROKEN, *BROKEN_BOOKS, *REFUSED, *REFUSED_BOOKS, *ONE, *IN_TESTS["problem"]}
    assert set(texts("id")["notice"]) == {*SAID, *IN_TESTS["notice"]}
    assert set(texts("id")["error"]) == {*UNANSWERABLE, *NOT_EVALUATED, *IN_TESTS["error"]}


def places(text):
    return sorted(field for _, field, _, _ in string.Formatter().parse(text) if field)


def flat(table, prefix=""):
    for key, value in table.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def test_both_languages_say_the_same_things():
    indonesian, english = (dict(flat(texts(lang))) for lang in LANGUAGES)
    assert list(indonesian) == list(english)
    assert {key: places(text) for key, text in indonesian.items()} == {
        key: places(text) for key, text in english.items()
    }


def test_every_word_is_used():
    """A word nobody says is deleted."""
    sources = "\n".join(p.read_text("utf-8") for p in PACKAGE.rglob("*") if p.suffix in (".py", ".html"))
    # words whose code is put together when they are looked up
    built = re.compile(
        r"kind_|status_|place_|higher_|rule_|prov_dropped_|column_|cli_|call_|figure_.*_how|wave_|mode_|officer_|contact_"
        r"|template_|run_|head_|section_|group_|topic_|adjust_|method_|why_|verdict_|remark_|name_|plan_|reported_|claim_|layout_|start_|balance_"
    )
    for table in ("words", "page", "form", "repair", "evaluate", "reliability", "coding", "mask", "themes"):
        for code in texts("id")[table]:
            assert re.search(rf"[\"']{code}[\"']", sources) or built.match(code), code


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_fault_names_file_place_value_and_remedy(lang, tmp_path, instrument):
    path = tmp_path / "pra.csv"
    path.write_text(csv("R1,3,2,7,1", "R2,3,1,3,1"))
    with speaking(lang):
        text = str(raised(rg.read_responses, path, instrument))
    for part in ("pra.csv", "D2", "u3", "7", "1–3", "missing=[7]"):
        assert part in text


def test_no_message_repeats_a_long_number_or_a_long_text(tmp_path, instrument):
    path = tmp_path / "pra.csv"
    secret, story = "3302010101900001", "saya cerita panjang tentang masa lalu saya yang tidak boleh tampil"
    path.write_text(csv(f"R1,3,2,{secret},1", f"R2,3,{story},3,1"))
    error = raised(rg.read_responses, path, instrument)
    assert isinstance(error, FaultsError)
    assert secret not in str(error)
    assert story not in str(error)


def test_the_texts_are_valid_toml_without_doubled_keys():
    for lang in LANGUAGES:
        tomllib.loads((PACKAGE / "core" / f"{lang}.toml").read_text("utf-8"))
