"""The list of faults as a table, a CSV file and a workbook."""

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import reintegra as rg
from reintegra.core.language import speaking
from reintegra.present import problems_table, write_problems

CORPUS = Path(__file__).parent.parent / "corpus"


@pytest.fixture
def table():
    with pytest.raises(rg.IntakeError) as caught, speaking("id"):
        rg.read_responses(CORPUS / "files" / "xl11_impossible_answers.xlsx", CORPUS / "instrument.toml")
    return problems_table(caught.value)


def test_every_fault_has_its_place_and_remedy(table):
    assert table["cell"].tolist() == ["B3", "C5", "E6", "F7", "G8", "H9", "I10", "J11"]
    assert table["remedy"].str.len().gt(10).all()
    assert table["value"].iloc[0] == "6"


def test_the_list_is_written_twice_and_alike(table, tmp_path):
    csv, book = write_problems(tmp_path, table)
    assert (csv.name, book.name) == ("masalah.csv", "masalah.xlsx")
    again = pd.read_csv(csv, dtype=str, keep_default_na=False)
    assert again["code"].tolist() == table["code"].tolist()
    assert again["value"].tolist()[6] == "'-1"  # a minus sign would be a formula
    rows = list(openpyxl.load_workbook(book).active.iter_rows(values_only=True))
    assert len(rows) == 9
    assert rows[0][0] == "Golongan"


def test_the_error_itself_holds_the_list_as_a_table_in_the_current_language():
    with pytest.raises(rg.IntakeError) as caught:
        rg.read_responses(CORPUS / "files" / "xl02_missing_codes.xlsx", CORPUS / "instrument.toml")
    error = caught.value
    for lang in ("id", "en"):
        with speaking(lang):
            assert error.table["cell"].tolist() == [problem.cell for problem in error.problems]
            assert error.table["remedy"].tolist() == [problem.remedy for problem in error.problems]
            pd.testing.assert_frame_equal(problems_table(error).drop(columns="kind"), error.table)
