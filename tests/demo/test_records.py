"""The invented records: every table is that of the data dictionary, and the tables hang together."""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

import reintegra as rg
from reintegra.demo import is_valid
from reintegra.intake.records.dictionary import dictionary

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "data" / "demo"
RECORDS = DEMO / "catatan"


@pytest.fixture(scope="module")
def tables():
    return {path.stem: pd.read_csv(path, dtype=str, keep_default_na=False) for path in RECORDS.iterdir()}


@pytest.fixture(scope="module")
def truth():
    return tomllib.loads((DEMO / "kebenaran.toml").read_text("utf-8"))["catatan"]


def _by_wave(column):
    return pd.DataFrame({wave: column.xs(wave, level="gelombang") for wave in ("awal", "tengah", "akhir")})


def test_every_table_has_the_columns_of_the_data_dictionary_and_its_codes(tables):
    names = {name.partition("_")[0] if name.startswith("jawaban") else name for name in tables}
    assert names == set(dictionary())
    for name, table in tables.items():
        told = dictionary()["jawaban" if name.startswith("jawaban") else name].columns
        own = [column for column in table.columns if not re.fullmatch(r"(whoqol|urica|gse)_.*|[a-z]{3}[1-4]", column)]
        assert set(own) == set(told)
        for column in own:
            if told[column].type == "code" and column != "gelombang":
                assert set(table[column]) - {""} <= {str(code) for code in told[column].codes.labels}
            if told[column].required:
                assert (table[column] != "").all()


def test_no_key_stands_twice(tables):
    for name, table in tables.items():
        key = dictionary()["jawaban" if name.startswith("jawaban") else name].key
        assert not table.duplicated(list(key)).any()


def test_every_person_has_a_right_check_letter_and_the_people_of_siap_36_are_there(tables, truth):
    people = tables["peserta"].set_index("pid")
    assert len(people) == truth["orang"] == people.index.nunique()
    assert all(map(is_valid, people.index))
    for table in tables.values():
        if "pid" in table:
            assert set(table["pid"]) <= set(people.index)
    scored = pd.read_csv(DEMO / "siap_36.csv", dtype=str).drop_duplicates("kode").set_index("kode")
    assert (people.loc[scored.index, "upt_id"] == scored["upt"]).all()
    enrolled = tables["keikutsertaan"].merge(tables["program"], on="program_id").drop_duplicates("pid").set_index("pid")
    waits = scored["program"] == "daftar_tunggu"
    assert (enrolled.loc[scored.index[~waits], "program_jenis"] == scored.loc[~waits, "program"]).all()
    assert (enrolled.loc[scored.index, "angkatan"] == waits.map({True: "2", False: "1"})).all()
    assert (enrolled.loc[scored.index, "cara_masuk"] == scored["cara_masuk"]).all()


def test_the_answers_to_siap_36_are_those_of_the_file_beside(tables):
    beside = pd.read_csv(DEMO / "siap_36.csv", dtype=str, keep_default_na=False)
    here = tables["jawaban_siap_36"].iloc[: len(beside)].rename(columns={"pid": "kode"})
    shared = [name for name in here.columns if name in beside.columns]
    pd.testing.assert_frame_equal(here[shared], beside[shared])
    assert len(shared) == 36 + 6


def test_every_reference_leads_to_a_row(tables):
    for name, table in tables.items():
        for column in dictionary()["jawaban" if name.startswith("jawaban") else name].columns.values():
            if column.to and column.name in table:
                keys = tables[column.to][dictionary()[column.to].key[0]]
                assert set(table[column.name]) - {""} <= set(keys)


def test_who_has_left_and_who_is_of_another_group_attends_nothing(tables):
    sessions = tables["sesi"].set_index("sesi_id")
    there = tables["kehadiran"].join(sessions, on="sesi_id")
    assert (there["terlaksana"] != "0").all()
    groups = there["sesi_id"].str.extract(r"-K(\d+)-")[0].groupby([there["pid"], there["program_id"]]).nunique()
    assert (groups == 1).all()
    stay = tables["keikutsertaan"].set_index(["pid", "program_id"])
    ends = stay["selesai"].loc[pd.MultiIndex.from_frame(there[["pid", "program_id"]])].to_numpy()
    assert (there["tanggal"].to_numpy() <= ends).all()


def test_dates_are_in_order_and_nothing_is_known_after_the_last_day(tables, truth):
    events = tables["peristiwa"]
    free = events[events["jenis"] == "bebas"].set_index("pid")["tanggal"]
    came = events[events["jenis"] == "masuk"].set_index("pid")["tanggal"]
    agreed = tables["persetujuan"].set_index("pid")["tanggal"]
    assert (free > came[free.index]).all()
    for name in ("jawaban_siap_36", "jawaban_whoqol_bref", "konsultasi", "keterampilan"):
        rows = tables[name]
        assert (rows["tanggal"] > agreed[rows["pid"]].to_numpy()).all()
        assert rows["tanggal"].max() <= truth["hari_terakhir"].isoformat()
    after = tables["tindak_lanjut"]
    assert (after["tanggal_terakhir"] > free[after["pid"]].to_numpy()).all()
    assert (after["tanggal_terakhir"].max(), after["tanggal_masuk_lagi"].max()) <= (
        truth["hari_terakhir"].isoformat(),
    ) * 2
    waves = _by_wave(tables["jawaban_whoqol_bref"].set_index(["pid", "gelombang"])["tanggal"])
    for before, later in pairwise(("awal", "tengah", "akhir")):
        both = waves.dropna(subset=[before, later])
        assert (both[before] < both[later]).all()


def test_one_withdrew_and_those_who_refused_contact_or_quotes_are_kept_apart(tables, truth):
    consent = tables["persetujuan"].set_index("pid")
    assert list(consent.index[consent["tarik_tanggal"] != ""]) == truth["tarik_diri"]
    assert sorted(consent.index[consent["setuju_kontak"] == "0"]) == sorted(truth["tanpa_kontak"])
    assert sorted(consent.index[consent["setuju_kutip"] == "0"]) == sorted(truth["tanpa_kutip"])
    assert len(truth["tarik_diri"]) == 1
    assert len(truth["tanpa_kontak"]) == len(truth["tanpa_kutip"]) == 2
    assert not set(tables["tindak_lanjut"]["pid"]) & {*truth["tanpa_kontak"], *truth["tarik_diri"]}
    assert set(truth["tanpa_kutip"]) <= set(tables["konsultasi"]["pid"])


def test_the_reader_finds_no_fault_and_leaves_out_the_one_who_withdrew(truth):
    read = rg.read_records(RECORDS)
    assert read.withdrawn.codes == tuple(truth["tarik_diri"])
    assert len(read["peserta"]) == truth["orang"] - 1


def test_the_codebook_names_every_table_and_column_in_both_languages_and_counts_the_rows(tables):
    indonesian, english = (ROOT / "data" / "README.md").read_text("utf-8").split("# Data in English")
    for text in (indonesian, english):
        for name, table in tables.items():
            *_, line = (line for line in text.splitlines() if line.startswith(f"| `{name}.csv` |"))
            assert f"| {len(table)} |" in line
            told = text if name.startswith("jawaban") else line
            between = r"\w+_\d+|pilar_.*|men\d|.{3}[1-4]"
            assert [c for c in table.columns if f"`{c}`" not in told and not re.fullmatch(between, c)] == []
            assert f"`{table.columns[-1]}`" in line
