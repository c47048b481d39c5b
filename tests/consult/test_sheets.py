"""Coding sheets go out and come back with the same tables; what was changed on the way is refused with its place."""

import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import reintegra as rg
from reintegra.consult import (
    assign_coders,
    coding_sheets,
    consensus,
    disagreement_sheet,
    disagreements,
    load_codebook,
    read_finals,
    read_sheets,
)
from reintegra.core.language import LANGUAGES, speaking

NOTES = pd.read_csv(Path(__file__).parents[1] / "reference" / "notes.csv")
CODEBOOK = load_codebook()


@pytest.fixture
def answers():
    """Return the hand-coded notes as masked and reviewed texts, one of them with what looks like a formula."""
    table = NOTES.assign(
        answer=NOTES["unit"] + ".awal." + NOTES["section"], person=NOTES["unit"], wave="awal", reviewed=True
    )
    table["facilitator"] = [f"F{i % 3}" for i in range(len(table))]
    table.loc[0, "text"] = "=1+1 " + table.loc[0, "text"]
    return table.drop(columns=["unit", "codes"])


@pytest.fixture
def assigned(answers):
    return assign_coders(answers, ["F0", "F1", "F2", "P"], seed=5)


@pytest.fixture
def codings(assigned):
    """Return the hand codes, and for the coder P those without every fifth code."""
    hand = dict(zip(NOTES["unit"] + ".awal." + NOTES["section"], NOTES["codes"].str.split(), strict=True))
    rows = [
        (*one[:4], one.coder, code, int(code in hand[one.answer] and not (one.coder == "P" and at % 5 == 0)))
        for one in assigned[["answer", "person", "wave", "section", "coder"]].itertuples(index=False)
        for at, code in enumerate(CODEBOOK.of_section(one.section))
    ]
    return pd.DataFrame(rows, columns=["answer", "person", "wave", "section", "coder", "code", "value"])


def changed(path, section, *cells):
    """Change cells of a sheet: (row of the table, heading, value)."""
    book = openpyxl.load_workbook(path)
    sheet = book[section]
    head = next(row for row in range(1, 12) if sheet.cell(row, 1).value in ("Jawaban", "Answer"))
    columns = {cell.value: cell.column for cell in sheet[head]}
    for row, heading, value in cells:
        sheet.cell(head + row, columns[heading]).value = value
    book.save(path)
    return head


def faults(call, *arguments):
    with pytest.raises(rg.IntakeError) as caught:
        call(*arguments)
    return caught.value.problems


@pytest.mark.parametrize("lang", LANGUAGES)
def test_filled_sheets_give_back_the_same_table_in_whatever_language_they_were_made(
    lang, tmp_path, answers, assigned, codings
):
    with speaking(lang):
        paths = coding_sheets(assigned, CODEBOOK, tmp_path, codings=codings)
    assert [path.name for path in paths] == [f"koding_{coder}.xlsx" for coder in ("F0", "F1", "F2", "P")]
    found = read_sheets(paths, assigned, CODEBOOK)
    pd.testing.assert_frame_equal(found.table, codings)
    assert not len(found.blank)
    again = read_sheets(reversed(paths), answers, CODEBOOK).table
    keys = ["answer", "coder", "code"]
    pd.testing.assert_frame_equal(
        again.sort_values(keys, ignore_index=True), codings.sort_values(keys, ignore_index=True)
    )


def test_a_blank_is_not_read_none_is_zero_and_not_read_is_neither(tmp_path, assigned):
    path = coding_sheets(assigned, CODEBOOK, tmp_path)[0]
    head = changed(path, "Harapan", (1, "Kode 2", "none"), (2, "Kode 1", "Tidak dibaca"), (3, "Kode 1", "h_kerja"))
    mine = assigned[assigned["coder"] == "F0"]
    found = read_sheets([path], mine, CODEBOOK)
    first, second, third = mine["answer"][:3]
    read = found.table.groupby("answer")["value"].agg(["size", "sum"])
    assert read.loc[[first, third]].to_numpy().tolist() == [[5, 0], [5, 1]]
    assert len(read) == 2, "other texts have no rows"
    assert found.unread.to_numpy().tolist() == [["F0", second]]
    assert len(found.blank) == len(mine) - 3
    assert found.blank[["file", "sheet", "row"]].iloc[0].tolist() == ["koding_F0.xlsx", "Harapan", head + 4]
    with pytest.raises(rg.DataError, match="F0"):
        consensus(found)
    whole = read_sheets([path], assigned, CODEBOOK)
    assert len(whole.blank) == len(assigned) - 3, "also the texts of those whose sheet is not here"
    later = read_sheets(coding_sheets(mine, CODEBOOK, tmp_path, codings=found), mine, CODEBOOK)
    pd.testing.assert_frame_equal(later.table, found.table)
    pd.testing.assert_frame_equal(later.unread, found.unread)


def test_more_codes_than_cells_stand_in_the_last_one(tmp_path, assigned, codings):
    everything = codings.assign(value=1)
    paths = coding_sheets(assigned, CODEBOOK, tmp_path, codings=everything)
    pd.testing.assert_frame_equal(read_sheets(paths, assigned, CODEBOOK).table, everything)


def test_a_sheet_offers_the_codes_of_its_section_and_locks_the_rest(tmp_path, assigned):
    path = coding_sheets(assigned, CODEBOOK, tmp_path)[0]
    book = openpyxl.load_workbook(path)
    sheet = book["Kekhawatiran"]
    (rule,) = sheet.data_validations.dataValidation
    title, _, span = rule.formula1.partition("!")
    offered = [cell.value for (cell,) in book[title][span.replace("$", "")]]
    assert [text.partition(" ")[0] for text in offered[2:]] == list(CODEBOOK.of_section("worry"))
    assert offered[0].startswith("none – ")
    free = {cell.column for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
    assert sheet.protection.sheet
    assert free == {3, 4, 5, 6}
    shown = {cell.value for row in book["Buku kode"].iter_rows() for cell in row}
    assert {CODEBOOK.words(code, what, "id") for code in CODEBOOK.codes for what in ("definition", "include")} <= shown


def test_no_text_becomes_a_formula(tmp_path, answers, assigned, codings):
    paths = coding_sheets(assigned, CODEBOOK, tmp_path, codings=codings)
    paths.append(disagreement_sheet(codings, answers, CODEBOOK, tmp_path))
    for path in paths:
        with zipfile.ZipFile(path) as archive:
            sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
            assert not any(b"<f>" in archive.read(name) or b"<f " in archive.read(name) for name in sheets)


def test_an_earlier_sheet_is_never_overwritten(tmp_path, assigned):
    first, second = (coding_sheets(assigned, CODEBOOK, tmp_path)[0] for _ in range(2))
    assert first != second
    assert [problem.code for problem in faults(read_sheets, [first, second], assigned, CODEBOOK)] == [
        "coding-two-sheets"
    ]


def test_texts_that_were_not_masked_or_not_reviewed_never_stand_in_a_sheet(tmp_path, answers, assigned, codings):
    for texts in (assigned.drop(columns="reviewed"), assigned.assign(reviewed=assigned.index > 0)):
        with pytest.raises(rg.DisclosureError):
            coding_sheets(texts, CODEBOOK, tmp_path)
        with pytest.raises(rg.DisclosureError):
            disagreement_sheet(codings, texts, CODEBOOK, tmp_path)
    assert not list(tmp_path.iterdir())


def test_all_faults_of_a_sheet_are_told_at_once_each_in_its_cell(tmp_path, answers, assigned):
    paths = coding_sheets(assigned, CODEBOOK, tmp_path)
    mine = assigned.loc[assigned["coder"] == "F0", "answer"].tolist()
    head = changed(
        paths[0],
        "Harapan",
        (1, "Jawaban", mine[1]),
        (2, "Kode 1", "H_KERJAA"),
        (3, "Kode 1", "R_KERJA"),
        (4, "Kode 1", "H_KERJA"),
        (4, "Kode 3", "H_KERJA – Punya pekerjaan dan penghasilan"),
        (5, "Kode 1", "none"),
        (5, "Kode 2", "H_PULIH"),
        (6, "Tanda", "00000000"),
        (7, "Jawaban", "N999"),
        (7, "Tanda", "x"),
    )
    found = faults(read_sheets, paths[:1], answers, CODEBOOK)
    assert [(p.code, p.sheet, p.cell, p.row) for p in found] == [
        ("coding-key-changed", "Harapan", f"A{head + 1}", head + 1),
        ("coding-unknown-code", "Harapan", f"C{head + 2}", head + 2),
        ("coding-other-section", "Harapan", f"C{head + 3}", head + 3),
        ("coding-code-twice", "Harapan", f"E{head + 4}", head + 4),
        ("coding-none-and-code", "Harapan", f"D{head + 5}", head + 5),
        ("coding-mark-changed", "Harapan", f"H{head + 6}", head + 6),
        ("coding-answer-unknown", "Harapan", f"A{head + 7}", head + 7),
    ]
    assert mine[0] in found[0].text, "what the key was"
    for problem in found[1:3]:
        assert "Maksud Anda H_KERJA" in problem.text
    missing = faults(read_sheets, paths[:1], assigned, CODEBOOK)[0]
    assert (missing.code, missing.file, missing.params["n"]) == ("coding-row-missing", "koding_F0.xlsx", 1)


def test_a_row_of_another_coder_or_another_list_is_refused(tmp_path, assigned):
    paths = coding_sheets(assigned, CODEBOOK, tmp_path)
    other = assign_coders(assigned.drop(columns="coder").drop_duplicates(), ["F0", "F1", "F2", "P"], seed=6)
    assert {"coding-not-assigned", "coding-row-missing"} <= {
        problem.code for problem in faults(read_sheets, paths, other, CODEBOOK)
    }
    book = openpyxl.load_workbook(paths[0])
    sheet = book["Harapan"]
    sheet.append([cell.value for cell in sheet[sheet.max_row]])
    book.save(paths[0])
    (problem,) = faults(read_sheets, paths, assigned, CODEBOOK)
    assert (problem.code, problem.row) == ("coding-answer-twice", sheet.max_row)


def test_a_text_that_has_changed_since_must_be_read_again(tmp_path, assigned):
    paths = coding_sheets(assigned, CODEBOOK, tmp_path)
    edited = assigned.assign(text=assigned["text"].where(assigned["answer"] != "N003.awal.hope", "lain"))
    assert {p.code for p in faults(read_sheets, paths, edited, CODEBOOK)} == {"coding-mark-changed"}


def test_final_decisions_come_back_and_settle_what_they_are_about(tmp_path, answers, codings):
    found = disagreements(codings)
    made = {
        "id": ("Perbedaan koding", "Akhir", ["ya", "Tidak", None]),
        "en": ("Coding differences", "Final", ["yes", "No", 1]),
    }
    for lang, (title, heading, words) in made.items():
        with speaking(lang):
            path = disagreement_sheet(codings, answers, CODEBOOK, tmp_path)
        changed(path, title, *((row, heading, word) for row, word in enumerate(words, 1)))
        final = read_finals(path, codings)
        pd.testing.assert_frame_equal(final[["answer", "code"]], found[["answer", "code"]])
        given = [1.0, 0.0, *([1.0] if lang == "en" else [])]
        assert final["final"].dropna().tolist() == given
        settled = consensus(codings, final=final)
        assert (settled.settled, len(settled.open)) == (len(given), len(found) - len(given))
        again = settled.table.merge(final.dropna(), on=["answer", "code"])
        assert (again["value"] == again["final"]).all()


def test_a_decision_that_is_none_or_no_longer_fits_is_refused(tmp_path, answers, codings):
    path = disagreement_sheet(codings, answers, CODEBOOK, tmp_path)
    changed(path, "Perbedaan koding", (1, "Akhir", "mungkin"), (2, "Kode", "H_KERJ"))
    book = openpyxl.load_workbook(path)
    sheet = book.active
    sheet.append([cell.value for cell in sheet[sheet.max_row]])
    book.save(path)
    codes = [problem.code for problem in faults(read_finals, path, codings)]
    assert codes == ["coding-final-value", "coding-final-row", "coding-final-twice"]
    assert faults(read_sheets, [path], answers, CODEBOOK)[0].code == "coding-no-sheet"


def test_what_somebody_wrote_in_place_of_a_code_is_never_repeated(tmp_path, answers, assigned, codings):
    path = coding_sheets(assigned, CODEBOOK, tmp_path)[0]
    changed(path, "Harapan", (1, "Kode 1", "Siti"), (2, "Jawaban", "Siti"), (3, "Jawaban", "Siti"), (3, "Tanda", "x"))
    settled = disagreement_sheet(codings, answers, CODEBOOK, tmp_path)
    changed(settled, "Perbedaan koding", (1, "Akhir", "Siti"))
    for problem in (*faults(read_sheets, [path], answers, CODEBOOK), *faults(read_finals, settled, codings)):
        assert "Siti" not in f"{problem} {problem.shown_value}"


def test_a_code_may_be_followed_by_its_name_after_any_dash(tmp_path, answers, assigned):
    path = coding_sheets(assigned, CODEBOOK, tmp_path)[0]
    changed(path, "Harapan", (1, "Kode 1", "H_KERJA - Punya pekerjaan"), (2, "Kode 2", "H_DIRI, h_pulih"))
    found = read_sheets([path], answers, CODEBOOK).table
    assert found.loc[found["value"] == 1, "code"].tolist() == ["H_KERJA", "H_PULIH", "H_DIRI"]
