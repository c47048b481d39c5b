"""Whose consent is withdrawn leaves every result: each notebook that reads a table of people is named by that table."""

import json
import re
from pathlib import Path

import pytest

from reintegra.intake.records.dictionary import PERSON, dictionary

NOTEBOOKS = sorted((Path(__file__).parent.parent.parent / "notebooks").glob("*.ipynb"))
BEHIND = {  # what these read of the records handed to them
    "responses": {"jawaban", "peserta"}, "releases": {"peristiwa"},
    "taking_part": {"keikutsertaan", "jawaban", "kehadiran", "konsultasi"}, "dose": {"keikutsertaan", "kehadiran"},
}  # fmt: skip


def tables_read(path):
    cells = json.loads(path.read_text("utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    words = set(re.findall(r"\w+", code)) if "catatan" in code else set()
    found = {name for name in dictionary() if re.search(rf'catatan\.{name}\b|catatan\["{name}"\]|baca\("{name}"', code)}
    return found | {table for word, tables in BEHIND.items() if word in words for table in tables}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_table_of_people_names_the_notebooks_that_read_it(path):
    of_people = {name for name in tables_read(path) if PERSON in dictionary()[name].columns}
    assert {name for name in of_people if path.stem not in dictionary()[name].notebooks} == set()


def test_the_notebooks_of_the_programmes_are_seen_to_read_the_records():
    read = {path.stem: tables_read(path) for path in NOTEBOOKS}
    assert "keterampilan" in read["06_antar_unit"]
    assert {"jawaban", "keikutsertaan"} <= read["07_evaluasi_mitra"]
    assert "tindak_lanjut" in read["09_setelah_bebas"]
    assert not read["10_validasi_kuesioner"]
