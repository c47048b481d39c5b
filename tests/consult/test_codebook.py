"""The codebook: what ships, what a file may look like, and what is refused."""

import openpyxl
import pandas as pd
import pytest

import reintegra as rg
from reintegra.consult import codebook_of, load_codebook
from reintegra.consult.codebook import ANSWERS, SECTIONS
from reintegra.core.language import LANGUAGES, speaking

CODEBOOK = load_codebook()


def refused(table):
    with pytest.raises(rg.IntakeError) as caught:
        codebook_of(table, file="kode.csv")
    return caught.value.problems


def numbered(**changes):
    """Return the shipped codebook with some cells changed, its rows numbered as in a file."""
    table = CODEBOOK.table.copy()
    table.index = range(2, 2 + len(table))
    for name, (row, value) in changes.items():
        table.loc[row, name] = value
    return table


def test_the_shipped_codebook_has_every_section_in_both_languages():
    assert CODEBOOK.sections == SECTIONS
    assert len(CODEBOOK) == len(CODEBOOK.codes) == 27
    for lang in LANGUAGES:
        assert all(CODEBOOK.words(code, what, lang) for code in CODEBOOK.codes for what in ("label", "definition"))
    assert CODEBOOK.words("K_KAMBUH", lang="en") == "Fear of relapse"
    assert CODEBOOK.words("K_KAMBUH", "example", "en") == CODEBOOK.words("K_KAMBUH", "example", "id")


def test_every_worry_and_challenge_but_health_has_a_strategy_or_plan_that_answers_it():
    concerns = [*CODEBOOK.of_section("worry"), *CODEBOOK.of_section("challenge")]
    assert [code for code in concerns if not CODEBOOK.answered_by(code)] == ["T_KESEHATAN"]
    for code in concerns:
        assert {CODEBOOK.section_of[other] for other in CODEBOOK.answered_by(code)} <= set(ANSWERS)


def test_the_two_facets_are_section_and_topic():
    assert CODEBOOK.section_of["R_KERJA"] == "plan"
    assert CODEBOOK.topic_of["R_KERJA"] == CODEBOOK.topic_of["K_KERJA"] == "work"


def test_a_workbook_and_a_csv_file_give_the_same_codebook(tmp_path):
    path = tmp_path / "kode.xlsx"
    with pd.ExcelWriter(path) as writer:
        pd.DataFrame({"catatan": ["lembar lain"]}).to_excel(writer, sheet_name="Catatan", index=False)
        CODEBOOK.table.to_excel(writer, sheet_name="Kode", index=False)
    pd.testing.assert_frame_equal(load_codebook(path).table, CODEBOOK.table)
    CODEBOOK.table.to_csv(tmp_path / "kode.csv", sep=";", index=False)
    pd.testing.assert_frame_equal(load_codebook(tmp_path / "kode.csv").table, CODEBOOK.table)


def test_a_fault_names_the_row_of_the_file_even_below_blank_rows(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(list(CODEBOOK.table.columns))
    book.active.append([])
    book.active.append(["X", "hopes", *["x"] * 5])
    book.save(tmp_path / "kode.xlsx")
    with pytest.raises(rg.IntakeError) as caught:
        load_codebook(tmp_path / "kode.xlsx")
    (problem,) = caught.value.problems
    assert (problem.code, problem.file, problem.row, problem.column) == ("codebook-section", "kode.xlsx", 3, "section")
    with speaking("en"):
        assert "Did you mean hope?" in str(problem)


def test_all_faults_are_told_at_once_with_row_and_column():
    table = numbered(
        section=(3, "hopes"), label_en=(7, " "), answered_by=(8, "R_KERJ H_DIRI"), patterns=(9, "a ~ ; (b")
    )
    table.loc[4, "code"], table.loc[5, "code"], table.loc[10, "code"] = "None", "H PULIH", "h_diri"
    assert [(p.code, p.row, p.column) for p in refused(table)] == [
        ("codebook-section", 3, "section"),
        ("codebook-reserved", 4, "code"),
        ("codebook-not-a-word", 5, "code"),
        ("codebook-blank", 7, "label_en"),
        ("codebook-answer-unknown", 8, "answered_by"),
        ("codebook-answer-section", 8, "answered_by"),
        ("codebook-pattern", 9, "patterns"),
        ("codebook-pattern", 9, "patterns"),
        ("codebook-twice", 10, "code"),
    ]


def test_a_misspelled_heading_is_refused_and_a_strange_one_kept():
    renamed = refused(CODEBOOK.table.rename(columns={"label_id": "labelid", "answered_by": "answerd_by"}))
    assert [p.code for p in renamed] == ["codebook-no-column", "codebook-heading"]
    assert refused(CODEBOOK.table.assign(x=1).rename(columns={"x": "code"}))[0].code == "codebook-column-twice"
    assert refused(CODEBOOK.table.iloc[:0])[0].code == "codebook-no-codes"
    assert "warna" in codebook_of(CODEBOOK.table.assign(warna="#FF0000")).table


def test_columns_that_a_codebook_may_leave_out_are_blank():
    bare = codebook_of(CODEBOOK.table[["code", "section", "topic", "label_id", "label_en", *DEFINITIONS]])
    assert bare.answered_by("K_KERJA") == ()
    assert bare.rules("K_KERJA") == []


DEFINITIONS = ["definition_id", "definition_en"]


def test_it_says_how_many_codes_each_section_has():
    with speaking("en"):
        assert str(CODEBOOK) == "Codebook with 27 codes: Hopes 5, Worries 9, Strategies 4, Plans 5, Challenges 4."
        assert list(CODEBOOK.shown().columns) == ["Code", "Section", "Name", "Meaning"]
