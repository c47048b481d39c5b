"""Highlights, tags and texts of other programs become codings and notes; what does not fit does not leave."""

from dataclasses import replace

import openpyxl
import pandas as pd
import pytest

from reintegra.consult import (
    load_codebook,
    mask,
    read_highlights,
    read_tags,
    read_texts,
    write_qdc,
    write_qdpx,
    write_texts,
)
from reintegra.consult.coding import CODINGS
from reintegra.core.errors import DataError, DisclosureError, IntakeError, OutputError
from reintegra.core.language import speaking

TEXT = "Saya takut. Saya mau kerja."


def refused(function, *arguments, **options):
    with pytest.raises(IntakeError) as caught:
        function(*arguments, **options)
    return caught.value


ANSWERS = pd.DataFrame([
    {"answer": f"P0{n}.1.hope", "person": f"P0{n}", "wave": 1, "section": "hope", "text": TEXT} for n in (1, 2)
])  # fmt: skip
TAGUETTE = "id,document,tag,content\n"
QUALCODER = '"File","Coder","Coded","Id","Codename","Coded_Memo","Category","Category"\n'


def sheet(tmp_path, text):
    path = tmp_path / "kutipan.csv"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "options"),
    [
        (f"{TAGUETTE}1,P01.1.hope.txt,hope.H_KERJA,mau kerja\n2,P02.1.hope,none,Saya\n", {"coder": "A1"}),
        (
            f'{QUALCODER}"P01.1.hope","A1","mau kerja","1","H_KERJA","","x",""\n'
            '"P02.1.hope","A1","Saya","2","none","","",""\n',
            {},
        ),
        ("Dok;Kode;Siapa\nP01.1.hope;H_KERJA;A1\nP02.1.hope;None;A1\n",
         {"columns": {"answer": "Dok", "code": "Kode", "coder": "Siapa"}}),
    ],
)  # fmt: skip
def test_highlights_of_other_programs_become_codings(text, options, tmp_path):
    codebook = load_codebook()
    codings = read_highlights(sheet(tmp_path, text), ANSWERS, codebook, **options)
    assert list(codings.columns) == list(CODINGS)
    assert len(codings) == 2 * len(codebook.of_section("hope"))
    applies = codings[codings["value"] == 1]
    assert applies[["answer", "coder", "code"]].to_numpy().tolist() == [["P01.1.hope", "A1", "H_KERJA"]]


def test_a_workbook_of_taguette_and_cases_of_qualcoder_are_read(tmp_path):
    book = openpyxl.Workbook()
    for row in (["id", "document", "tag", "content"], ["1", "P01.1.hope", "H_KERJA", "mau kerja"]):
        book.active.append(row)
    book.save(tmp_path / "highlights.xlsx")
    cases = '"Case","Filename","Coder","Coded","Id","Codename"\n"P01","P01.1.hope","A1","mau","1","H_KERJA"\n'
    found = [
        read_highlights(tmp_path / "highlights.xlsx", ANSWERS, load_codebook(), coder="A1"),
        read_highlights(sheet(tmp_path, cases), mask(ANSWERS), load_codebook()),
    ]
    pd.testing.assert_frame_equal(*found)
    assert list(found[0].query("value == 1")["code"]) == ["H_KERJA"]


def test_columns_that_have_no_meaning_here_are_a_wrong_call(tmp_path):
    with pytest.raises(TypeError, match="answer and code"):
        read_highlights(sheet(tmp_path, TAGUETTE), ANSWERS, load_codebook(), columns={"answer": "document"})


BAD_SHEETS = {
    "exchange-columns": ("a,b\n1,2\n", {}, "columns="),
    "exchange-unknown-answer": (f"{TAGUETTE}1,P09.1.hope,H_KERJA,x\n", {"coder": "A1"}, "P09.1.hope"),
    "exchange-unknown-code": (f"{TAGUETTE}1,P01.1.hope,H_KERJ,mau\n", {"coder": "A1"}, "H_KERJA"),
    "exchange-other-section": (f"{TAGUETTE}1,P01.1.hope,K_KERJA,mau\n", {"coder": "A1"}, "worry"),
    "exchange-not-in-text": (f"{TAGUETTE}1,P01.1.hope,H_KERJA,mau pulang\n", {"coder": "A1"}, "P01.1.hope"),
    "exchange-no-code": (f"{TAGUETTE}1,P01.1.hope,,mau\n", {"coder": "A1"}, "P01.1.hope"),
    "exchange-no-coder": (f"{TAGUETTE}1,P01.1.hope,H_KERJA,mau\n", {}, "coder="),
    "exchange-no-codings": (TAGUETTE, {"coder": "A1"}, "none"),
}


@pytest.mark.parametrize("code", BAD_SHEETS)
def test_a_faulty_sheet_of_highlights_is_refused_with_its_row(code, tmp_path):
    text, options, said = BAD_SHEETS[code]
    for lang in ("id", "en"):
        with speaking(lang):
            error = refused(read_highlights, sheet(tmp_path, text), ANSWERS, load_codebook(), **options)
            (problem,) = [problem for problem in error.problems if problem.code == code]
            assert said in str(problem)
            assert problem.row == (None if code in ("exchange-columns", "exchange-no-codings") else 2)


def test_tags_without_a_section_are_refused(tmp_path):
    error = refused(read_tags, sheet(tmp_path, "tag,description\nhope.A,\nKerja,\n"))
    assert [(problem.code, problem.row) for problem in error.problems] == [("exchange-no-section", 3)]


def test_notes_that_are_no_answers_are_refused(tmp_path):
    for name, data in {"P01.1.hope": b"baik", "catatan": b"x", "P02.1.hope": b"\xff\xfe\x00"}.items():
        (tmp_path / f"{name}.txt").write_bytes(data)
    codes = [problem.code for problem in refused(read_texts, tmp_path).problems]
    assert codes == ["exchange-no-text", "exchange-unknown-answer"]
    (tmp_path / "kosong").mkdir()
    assert refused(read_texts, tmp_path / "kosong").problems[0].code == "exchange-no-texts"


def leaving(answers=ANSWERS, reviewed=True):
    return replace(mask(answers), table=answers.assign(reviewed=reviewed, reviewed_by="R1"))


def codings(change=None):
    codebook = load_codebook()
    rows = [(*ANSWERS.iloc[0, :4], "A1", code, 0) for code in codebook.of_section("hope")]
    return change(pd.DataFrame(rows, columns=list(CODINGS))) if change else pd.DataFrame(rows, columns=list(CODINGS))


CANNOT_LEAVE = {
    "exchange-codings-strange": (leaving(), codings(lambda made: made.assign(value=2)), {}),
    "exchange-codings-twice": (leaving(), codings(lambda made: pd.concat([made, made])), {}),
    "exchange-codings-part": (leaving(), codings(lambda made: made[1:]), {}),
    "exchange-characters": (leaving(), codings(lambda made: made.assign(coder="A\x00")), {}),
    "exchange-file-names": (leaving(ANSWERS.assign(answer=["../P1.1.hope", "b"])), None, {}),
    "exchange-names-twice": (leaving(ANSWERS.assign(answer=["p1.1.hope", "P1.1.hope"])), None, {}),
    "no-such-choice": (leaving(ANSWERS.assign(section="harap")), None, {}),
    "exchange-place": (
        leaving(),
        codings(),
        {"selections": pd.DataFrame([["P01.1.hope", "A1", "none", 0, 999]],
                                    columns=["answer", "coder", "code", "start", "end"])},
    ),
}  # fmt: skip


@pytest.mark.parametrize("code", CANNOT_LEAVE)
def test_what_does_not_fit_does_not_leave(code, tmp_path):
    masked, table, options = CANNOT_LEAVE[code]
    table = pd.DataFrame(columns=list(CODINGS)) if table is None else table
    with pytest.raises(DataError) as caught:
        write_qdpx(masked, table, load_codebook(), tmp_path / "a.qdpx", **options)
    assert caught.value.code == code
    for lang in ("id", "en"):
        with speaking(lang):
            assert str(caught.value)
    assert not list(tmp_path.iterdir())


def test_texts_with_half_a_character_do_not_leave(tmp_path):
    with pytest.raises(DataError) as caught:
        write_texts(leaving(ANSWERS.assign(text=pd.Series(["a\ud800", "b"], dtype=object))), tmp_path / "a.zip")
    assert caught.value.code == "exchange-characters"


def test_more_answers_than_an_archive_may_hold_do_not_leave(tmp_path, monkeypatch):
    for module in ("projects", "texts"):
        monkeypatch.setattr(f"reintegra.consult.exchange.{module}.MOST_MEMBERS", 1)
    for write in (
        lambda path: write_qdpx(leaving(), codings(), load_codebook(), path),
        lambda path: write_texts(leaving(), path),
    ):
        with pytest.raises(DataError) as caught:
            write(tmp_path / "a.zip")
        assert caught.value.code == "exchange-too-many"


def test_a_text_that_nobody_reviewed_does_not_leave(tmp_path):
    half = leaving(reviewed=[True, False])
    empty = pd.DataFrame(columns=list(CODINGS))
    for write in (
        lambda: write_qdpx(half, empty, load_codebook(), tmp_path / "a"),
        lambda: write_texts(half, tmp_path / "b"),
    ):
        with pytest.raises(DisclosureError):
            write()
    with pytest.raises(DisclosureError):
        write_texts(ANSWERS, tmp_path / "c")
    assert not list(tmp_path.iterdir())
    write_texts(half, tmp_path / "d", answers=["P01.1.hope"])
    assert [path.name for path in (tmp_path / "d").iterdir()] == ["P01.1.hope.txt"]


def test_a_place_that_cannot_be_written_to_is_said(tmp_path):
    with pytest.raises(OutputError):
        write_qdc(load_codebook(), tmp_path / "tidak_ada" / "a.qdc")
