"""What stands in the way of an output is found before anything is written; names of files are safe everywhere."""

import pandas as pd
import pytest

import reintegra as rg
from reintegra.__main__ import main
from reintegra.core.errors import DataError, OutputError
from reintegra.core.files import safe_name
from reintegra.present import report


@pytest.fixture(scope="module")
def scores():
    codes = ["x" * 300, "x" * 300 + "y", "CON", "con", "nul.2"]
    k6 = rg.load_instrument("k6")
    return rg.score(pd.DataFrame([[1, 2, 3, 2, 1, 1]] * 5, columns=k6.item_names, index=codes), k6)


def test_long_and_reserved_codes_get_short_names_of_their_own(scores, tmp_path):
    made = report(scores, tmp_path)
    names = [path.name for path in made.sheets]
    assert len({name.casefold() for name in names}) == 5
    assert all(path.exists() and len(path.name) < 120 for path in made.sheets)
    assert names[2:] == ["_CON.html", "_con_2.html", "_nul.2.html"]
    assert "x" * 300 in made.sheets[0].read_text("utf-8")


def test_a_safe_name_of_a_plain_code_is_that_code():
    assert [safe_name(code) for code in ("R-001", "PWT 17/3", "CONTOH", "Com10")] == [
        "R-001", "PWT_17_3", "CONTOH", "Com10",
    ]  # fmt: skip
    assert {safe_name(code) for code in ("COM1", "lpt9", "Prn", "aux.csv")} == {"_COM1", "_lpt9", "_Prn", "_aux.csv"}


@pytest.mark.parametrize("name", ["laporan.html", "skor.xlsx", "lembar", "lembar/_CON.html", "asal.json"])
def test_an_obstacle_is_found_before_anything_is_written(name, scores, tmp_path):
    if name == "lembar":
        (tmp_path / name).write_text("")
    else:
        (tmp_path / name).mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(OutputError) as caught:
        report(scores, tmp_path)
    assert "penuh" not in str(caught.value)
    assert [path for path in sorted(tmp_path.rglob("*")) if path not in before] == []


def test_a_wave_that_is_not_there_leaves_nothing_written(scores, tmp_path):
    with pytest.raises(DataError):
        report(scores, tmp_path, wave="akhir")
    assert list(tmp_path.iterdir()) == []


def test_no_folder_is_no_place_to_write_to(scores, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.csv").write_text("kode,k6_01,k6_02,k6_03,k6_04,k6_05,k6_06\nP1,1,1,1,1,1,2\n")
    for command in ("report", "score", "check"):
        with pytest.raises(SystemExit, match="2"):
            raise SystemExit(main([command, "x.csv", "--instrument", "k6", "--out", ""]))
    assert [path.name for path in tmp_path.iterdir()] == ["x.csv"]
    with pytest.raises(OutputError):
        report(scores, "")
