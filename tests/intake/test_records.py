"""The programme workbook: what is read, what is left out and said, and what the tables are then."""

import csv
import dataclasses
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from small_records import SIAP, A, B, C, changed, consent, enrolled, tables, write_book, write_folder

import reintegra as rg
from reintegra.core.language import LANGUAGES, speaking
from reintegra.intake.matching import canonical
from reintegra.intake.records.dictionary import dictionary, spelling

ROOT = Path(__file__).parents[2]
MODEL = list(csv.DictReader((ROOT / "tests" / "reference" / "model.csv").open(encoding="utf-8")))
NUMBERED = {"keterlaksanaan_1..6": 6, "tahu_1..tahu_6": 6, "l1_1..l1_6": 6, "l2_1..l2_12": 12, "l2k_1..l2k_5": 5}
NUMBERED |= {"sim_1..sim_8 + penilai_id": 8, "l3_1..l3_8": 8}


def read(tmp_path, made=None):
    return rg.read_records(write_book(tmp_path / "catatan.xlsx", made or tables()))


def said(records):
    return [notice.code for notice in records.notices]


def spelled_out(row):
    """Return the columns that a row of the dictionary stands for."""
    name = row["column"]
    if name in NUMBERED:
        stem = name.split("_1..")[0]
        return [f"{stem}_{n}" for n in range(1, NUMBERED[name] + 1)] + (["penilai_id"] if "penilai_id" in name else [])
    if name == "pilar_r1..pilar_e2":
        return [f"pilar_{pillar}{n}" for pillar in "rlse" for n in (1, 2)]
    return [part.strip() for part in name.split(",")]


@pytest.mark.parametrize("row", MODEL[:-1], ids=lambda row: f"{row['table']}.{row['column']}")
def test_the_dictionary_holds_every_column_of_the_model(row):
    if row["column"] == "<item>":
        return
    columns = dictionary()[row["table"]].columns
    names = spelled_out(row)
    assert set(names) <= set(columns)
    first = columns[names[0]]
    if len(names) == 1:
        assert list(first.label.values()) == [row["label_id"], row["label_en"]]
        assert (first.unit or "") == row["unit"]
        assert first.key == (row["required"] == "key") or row["table"] in ("persetujuan", "komponen")
        assert first.required == (row["required"] in ("yes", "key"))
    assert row["privacy"] in {columns[name].privacy for name in names}
    if row["type"] in ("code", "codes") and first.codes and len(names) == 1:
        wanted = [code.split(" ")[0].rstrip(",") for code in row["codes"].replace('"', "").split("; ")]
        if row["table"] == "jawaban" and row["column"] == "gelombang":
            wanted = [code[0] for code in row["codes"].split("; ")]
        assert list(map(str, first.codes.labels)) == wanted


def test_no_two_columns_of_a_table_share_a_heading_and_every_choice_reads_back():
    for table in dictionary().values():
        headings = [name for column in table.columns.values() for name in column.names]
        assert len(headings) == len(set(headings)), table.name
        for column in table.columns.values():
            for lang in LANGUAGES if column.codes else ():
                for known in column.codes.labels:
                    choice = column.codes.choice(known, lang)
                    assert column.codes.spellings[spelling(choice)] == known


def test_a_workbook_without_a_fault_becomes_readable_tables(tmp_path):
    records = read(tmp_path)
    assert said(records) == ["missing-codes"]
    assert list(records.peserta["pid"]) == [A, B, C]
    assert records["sesi"].equals(records.sesi)
    assert records.jawaban["tanggal"].iloc[0] == pd.Timestamp(2025, 1, 20)
    assert len(records.produksi) == 0
    assert list(records.produksi.columns) == list(dictionary()["produksi"].columns)
    with pytest.raises(rg.DataError):
        records["pesertaa"]
    with pytest.raises(AttributeError):
        _ = records.pesertaa
    with pytest.raises(dataclasses.FrozenInstanceError):
        records.notices = ()


def test_a_folder_of_csv_files_reads_to_the_same_tables_as_the_workbook(tmp_path):
    folder = rg.read_records(write_folder(tmp_path / "catatan", tables()))
    book = read(tmp_path)
    for name in book:
        pd.testing.assert_frame_equal(book[name], folder[name])


def label_of(lang):
    labels = {c.name: c.label[lang] for table in reversed(dictionary().values()) for c in table.columns.values()}
    return lambda name: labels.get(name, name)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_labels_in_either_language_do_as_headings_and_as_codes(tmp_path, lang):
    made = tables()
    for name, rows in made.items():
        columns = dictionary()[name].columns
        for place, row in enumerate(rows):
            worded = {}
            for column, cell in row.items():
                codes = columns[column].codes if column in columns else None
                label = codes.labels[cell][lang] if codes and cell in codes.labels else cell
                worded[columns[column].label[lang] if column in columns else column] = label
            rows[place] = worded
    made = {dictionary()[name].label[lang]: rows for name, rows in made.items()}
    worded, plain = read(tmp_path, made), read(tmp_path)
    for name in plain:
        pd.testing.assert_frame_equal(worded[name], plain[name])


def test_answers_may_stand_on_one_sheet_an_instrument(tmp_path):
    made = tables()
    whole = read(tmp_path, made)
    rows = made.pop("jawaban")
    made["jawaban_siap_36"] = [{name: cell for name, cell in row.items() if name != "instrumen"} for row in rows]
    pd.testing.assert_frame_equal(read(tmp_path, made).jawaban, whole.jawaban)


def test_answers_are_scored_as_if_read_by_themselves(tmp_path):
    records = read(tmp_path, changed("jawaban", 0, men1=1, men2=88))
    scores = rg.score(records.responses("siap_36"))
    assert list(scores.table.index) == [(A, "awal"), (A, "akhir"), (C, "awal")]
    assert scores.table.loc[(A, "awal"), "men_answered"] == 3
    assert list(records.responses("siap_36").people["upt"]) == ["U1"] * 3
    with pytest.raises(rg.DataError):
        records.responses("gse_10")


def test_codes_for_no_answer_are_counted_by_wave_and_then_blank(tmp_path):
    made = changed("jawaban", 0, men1=88, men2=99)
    made["peserta"][0]["pendidikan"] = 88
    made["release_talk"] = [{"pid": A, "gelombang": "pra", "tahu_1": 88, "tahu_2": 1, "pilar_r1": 99}]
    records = read(tmp_path, made)
    blanks = records.blanks.set_index(["table", "column", "gelombang", "code"])["count"]
    assert blanks["jawaban", "men1", 0, 88] == 1
    assert blanks["jawaban", "kmb1", 0, 77] == 2
    assert blanks["release_talk", "pilar_r1", "pra", 99] == 1
    assert records.blanks[records.blanks["table"] == "peserta"]["code"].tolist() == [88]
    assert records.jawaban[["men1", "men2"]].iloc[0].isna().all()
    assert pd.isna(records.peserta["pendidikan"][0])
    assert records.release_talk["tahu_1"][0] == 88, "there it is an answer, and counts as not known"


def test_people_without_consent_are_not_read_whatever_their_rows_hold(tmp_path):
    made = changed("persetujuan", 1, setuju_ikut="tidak", setuju_kontak=None)
    made["peserta"][1] |= {"jk": "?", "pendidikan": None}
    del made["persetujuan"][2]
    records = read(tmp_path, made)
    assert list(records.peserta["pid"]) == [A] == list(records.persetujuan["pid"])
    notice = next(notice for notice in records.notices if notice.code == "no-consent-left-out")
    assert notice.params == {"people": 2, "rows": 1 + 2 + 3 + 2 + 1 + 1, "at": "3, 4"}
    assert set(records.kehadiran["pid"]) == set(records.jawaban["pid"]) == {A}


def test_a_person_who_withdraws_is_gone_everywhere_and_it_is_said_what_to_run_again(tmp_path):
    whole = read(tmp_path)
    by_date = read(tmp_path, changed("persetujuan", 0, tarik_tanggal="2025-05-05"))
    by_list = rg.read_records(tmp_path / "catatan.xlsx", withdrawn=[A])
    for records in (by_date, by_list):
        assert not any((records[name] == A).any(axis=None) for name in records)
        assert sum(len(whole[n]) - len(records[n]) for n in records) == len(records.withdrawn.rows) == 10
        assert len(whole.upt) == len(records.upt)
        counts = records.withdrawn.table.set_index("table")
        assert counts.loc["jawaban", ["rows", "waves", "instruments"]].tolist() == [2, "akhir, awal", "siap_36"]
        assert counts.loc["keikutsertaan", "programmes"] == "P1"
        assert {"02_profil_kesiapan", "09_setelah_bebas"} <= set(records.withdrawn.notebooks)
        assert "03_konsultasi" not in records.withdrawn.notebooks, "no row of theirs was in it"
        text = next(notice.text for notice in records.notices if notice.code == "withdrawn-left-out")
        assert "10 baris" in text
        assert "09_setelah_bebas" in text
    assert str(whole.withdrawn) == "Tidak ada yang menarik persetujuan."


def test_who_agrees_again_after_withdrawing_is_read(tmp_path):
    made = changed("persetujuan", 0, tarik_tanggal="2025-02-01")
    made["persetujuan"].append(consent(A, versi="2.0", tanggal="2025-03-01"))
    assert A in set(read(tmp_path, made).peserta["pid"])
    made["persetujuan"][-1] = consent(A, versi="2.0", tanggal="2025-01-15")
    assert A not in set(read(tmp_path, made).peserta["pid"])


def test_the_results_that_still_hold_someone_who_withdrew_are_found(tmp_path):
    records = read(tmp_path, changed("persetujuan", 0, tarik_tanggal="2025-05-05"))
    results = tmp_path / "hasil"
    results.mkdir()
    (results / f"{A}.html").write_text("x")
    (results / "skor.csv").write_text(f"pid\n{A}\n")
    (results / "lain.csv").write_text(f"pid\n{B}\n")
    book = openpyxl.Workbook()
    book.active.append([A])
    book.save(results / "skor.xlsx")
    assert [path.name for path in records.withdrawn.traces(results)] == [f"{A}.html", "skor.csv", "skor.xlsx"]


def test_people_in_two_programmes_at_once_are_said_and_counted(tmp_path):
    made = tables()
    made["program"].append({**made["program"][0], "program_id": "P3", "program_jenis": "rehab_sosial"})
    made["keikutsertaan"].append(enrolled(A, "P3", mulai="2025-03-31", selesai="2025-05-01"))
    records = read(tmp_path, made)
    assert "several-programmes" in said(records)
    day = pd.Timestamp(2025, 3, 31)
    assert records.overlaps.to_numpy().tolist() == [[A, "P1", "P3", day, day, 1]]
    shares = records.contamination.set_index(["program_id", "also"])
    assert shares.loc[("P1", "P3"), ["people", "of"]].tolist() == [1, 3]
    assert shares.loc[("P3", "P1"), "share"] == 1


def test_an_interviewer_who_also_leads_the_persons_sessions_is_said(tmp_path):
    records = read(tmp_path, changed("jawaban", 1, pewawancara_id="S1"))
    notice = next(notice for notice in records.notices if notice.code == "interviewer-leads")
    assert notice.rows == (3,)
    assert "S1" in notice.text


def test_what_is_doubtful_is_said_and_read(tmp_path):
    made = tables()
    made["catatan lain"] = [{"isi": "x"}]
    made["peserta"][0]["kota kelahiran ibu"] = "x"
    del made["petugas"]
    made["persetujuan"][2]["tanggal"] = "2025-01-30"
    made["peristiwa"].append({"pid": B, "tanggal": "2025-03-03", "jenis": "tarik_diri"})
    made["tindak_lanjut"] += [
        {**made["tindak_lanjut"][0], "pid": C, "bulan": 1},
        {**made["tindak_lanjut"][0], "bulan": 6, "tanggal_terakhir": "2025-05-01"}
        | {"masuk_lagi": 1, "tanggal_masuk_lagi": "2025-05-01"},
    ]
    records = read(tmp_path, made)
    expected = {"other-sheets", "columns-not-read", "table-absent", "before-consent", "left-the-study"}
    assert expected | {"no-release-date", "event-on-day-0", "missing-codes"} == set(said(records))
    assert "kota kelahiran ibu" not in records.peserta


def test_day_and_month_are_read_in_the_indonesian_order_and_it_is_said(tmp_path):
    made = tables()
    for row in made["program"]:
        row["mulai"], row["selesai"] = "03/04/2025", "05/06/2025"
    records = read(tmp_path, made)
    assert records.program["mulai"][0] == pd.Timestamp(2025, 4, 3)
    assert said(records).count("date-order-assumed-day-first") == 2


def test_a_code_is_one_code_with_or_without_hyphens_in_any_case(tmp_path):
    made = changed("jawaban", 0, pid=A.replace("-", "").lower())
    assert list(read(tmp_path, made).jawaban["pid"]) == [A, A, C]


def test_tables_are_shown_in_words_of_the_language(tmp_path):
    records = read(tmp_path)
    assert records.in_words("sesi")["Terlaksana"].tolist() == ["ya", "batal"]
    with speaking("en"):
        assert records.in_words("sesi")["Delivered"].tolist() == ["yes", "cancelled"]
        assert "3 participants" in str(records)
    assert "3 peserta" in records._repr_html_()


def test_release_is_the_first_that_was_not_cancelled(tmp_path):
    made = tables()
    made["peristiwa"] += [
        {"pid": A, "tanggal": "2025-04-01", "jenis": "bebas"},
        {"pid": A, "tanggal": "2025-04-02", "jenis": "batal_bebas"},
    ]
    assert read(tmp_path, made).releases.to_dict() == {A: pd.Timestamp(2025, 5, 1)}


def test_the_invented_records_are_read_without_a_fault():
    records = rg.read_records(ROOT / "data" / "demo" / "catatan")
    assert all(len(records[name]) for name in records)
    assert "columns-not-read" not in said(records)
    assert len(records.responses("siap_36")) > 600


def test_headings_are_matched_without_regard_to_case_spaces_and_stars(tmp_path):
    made = tables()
    path = write_book(tmp_path / "b.xlsx", made, lambda name: name.replace("_", " ").upper() + " *")
    assert canonical("SESI ID *") == canonical("sesi_id")
    assert len(rg.read_records(path).jawaban.columns) == len(read(tmp_path).jawaban.columns)
    assert set(SIAP) < set(read(tmp_path).jawaban)
