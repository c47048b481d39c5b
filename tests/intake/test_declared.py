"""What an SPSS file says of its own values: labels, missing values, codes kept as texts."""

import os

import pandas as pd
import pyreadstat
import pytest

import reintegra as rg

SIAP = rg.load_instrument("siap_36")
LABELS = {answer.value: answer.label["id"] for answer in SIAP.items[0].answers}
ROWS = [[1, 2, 3, 4] * 9, [4, 3, 2, 1] * 9]


def read(tmp_path, labels=None, rows=ROWS, missing=None, **options):
    frame = pd.DataFrame(rows, columns=SIAP.item_names)
    frame.insert(0, "kode", [f"P{i}" for i in range(len(frame))])
    labels = dict.fromkeys(SIAP.item_names, labels) if labels else None
    missing = dict.fromkeys(SIAP.item_names, missing) if missing else None
    pyreadstat.write_sav(frame, tmp_path / "x.sav", variable_value_labels=labels, missing_ranges=missing)
    return rg.read_responses(tmp_path / "x.sav", SIAP, **options)


def problems(call, *arguments, **options):
    with pytest.raises(rg.IntakeError) as caught:
        call(*arguments, **options)
    return caught.value.problems


TURNED = {1: LABELS[4], 2: LABELS[3], 3: LABELS[2], 4: LABELS[1]}


def test_labels_that_turn_the_codes_are_believed_only_where_every_code_has_one(tmp_path):
    assert [p.code for p in problems(read, tmp_path, TURNED)] == ["codes-contradict-instrument"]
    made = read(tmp_path, TURNED, use="labels")
    assert made.codes.iloc[0].tolist() == [5 - code for code in ROWS[0]]
    ends = {1: LABELS[4], 4: LABELS[1]}
    (problem,) = problems(read, tmp_path, ends, use="labels")
    assert (problem.code, problem.value) == ("labels-incomplete", ["2", "3"])
    assert read(tmp_path, ends, use="codes").codes.iloc[0].tolist() == ROWS[0]
    right = {1: LABELS[1], 4: LABELS[4]}
    assert read(tmp_path, right, use="labels").codes.iloc[0].tolist() == ROWS[0]


def test_an_answer_labelled_as_no_answer_is_refused(tmp_path):
    blank = SIAP.missing[0]
    frame = pd.DataFrame([[3] * 36], columns=SIAP.item_names).assign(kode="A")
    labels = {name: {3: blank.spellings[0]} for name in SIAP.item_names}
    pyreadstat.write_sav(frame, tmp_path / "x.sav", variable_value_labels=labels)
    (problem,) = problems(rg.read_responses, tmp_path / "x.sav", SIAP)
    assert problem.code == "codes-contradict-instrument"
    assert rg.read_responses(tmp_path / "x.sav", SIAP, use="codes").codes["men1"].tolist() == [3]


def test_codes_kept_as_texts_are_codes_with_labels_and_missing_values(tmp_path):
    texts = [[str(code) for code in row] for row in ROWS]
    labels = {str(code): label for code, label in LABELS.items()}
    assert read(tmp_path, labels, texts).codes.iloc[0].tolist() == ROWS[0]
    turned = {str(code): label for code, label in TURNED.items()}
    assert [p.code for p in problems(read, tmp_path, turned, texts)] == ["codes-contradict-instrument"]
    texts[0][2] = "NA"
    assert read(tmp_path, labels, texts, ["NA"]).codes.isna().to_numpy().sum() == 1


def test_missing_values_that_are_answers_are_one_fault(tmp_path):
    (problem,) = problems(read, tmp_path, rows=ROWS, missing=[{"lo": 3, "hi": 4}])
    assert (problem.code, problem.value, len(problem.column)) == ("missing-code-is-answer", ["3", "4"], 36)


def test_a_workbook_without_a_sheet_of_cells_is_no_table(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.create_chartsheet("Grafik")
    book.remove(book["Sheet"])
    book.save(tmp_path / "x.xlsx")
    assert [p.code for p in problems(rg.read_responses, tmp_path / "x.xlsx", SIAP)] == ["not-a-table"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_that_nobody_writes_to_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "x.csv")
    assert [p.code for p in problems(rg.read_responses, tmp_path / "x.csv", SIAP)] == ["no-such-file"]
