"""The referral list and the archive: what they refuse, and that nothing leaves with them that must stay."""

import datetime as dt
import re
import stat
import sys

import openpyxl
import pandas as pd
import pytest
from demo_records import demo_records, with_tables
from small_records import A, B, C, tables, write_book

import reintegra as rg
from reintegra.__main__ import main
from reintegra.core.errors import DataError, DisclosureError
from reintegra.core.language import LANGUAGES, speaking
from reintegra.evaluate import referrals
from reintegra.intake.records.dictionary import dictionary
from reintegra.present import programme_report
from reintegra.share import archive

TODAY = dt.date(2025, 5, 20)


@pytest.fixture(scope="module")
def records():
    return demo_records()


def phq(pid, wave, date, last, rest=0):
    row = {"pid": pid, "instrumen": "phq_9", "gelombang": wave, "tanggal": date, "cara": "wawancara"}
    row |= {"pewawancara_id": "S2", "petugas_hadir": 0}
    return row | {f"phq_9_{i:02d}": rest for i in range(1, 9)} | {"phq_9_09": last}


def k10(pid, each):
    row = {"pid": pid, "instrumen": "k10", "gelombang": 0, "tanggal": "2025-01-25", "cara": "wawancara"}
    return row | {"pewawancara_id": "S2", "petugas_hadir": 0} | {f"k10_{i:02d}": each for i in range(1, 11)}


def talk(number, pid, wish, status=None):
    row = {"konsul_id": f"T{number}", "pid": pid, "tanggal": "2025-03-10", "durasi_mnt": 30, "fasilitator_id": "S1"}
    row |= {"petugas_hadir": 0, "rujukan": wish, "rujukan_status": status}
    return row | dict.fromkeys(("hope", "worry", "strategy", "plan", "challenge"), "isi yang tidak boleh keluar")


@pytest.fixture
def health(tmp_path):
    """Records of three people: one at the mark, one unanswered (by last), one distressed; wishes for help."""

    def read(last=99, death=False):
        made = tables()
        made["jawaban_phq_9"] = [
            phq(A, 0, "2025-01-20", 2, rest=3), phq(A, 2, "2025-04-02", 0), phq(C, 0, "2025-01-21", last),
            phq(B, 0, "2025-01-20", 0, rest=3),
        ]  # fmt: skip
        made["jawaban_k10"] = [k10(B, 3), k10(A, 2)]
        made["konsultasi"] = [talk(1, C, "dokter; dinsos", "diajukan"), talk(2, C, "psikolog", "selesai")]
        if death:
            made["peristiwa"].append({"pid": A, "tanggal": "2025-05-02", "jenis": "meninggal", "upt_tujuan": None})
        return rg.read_records(write_book(tmp_path / "catatan.xlsx", made))

    return read


@pytest.mark.parametrize("contact", ["", "  "])
def test_no_referral_list_is_made_without_somebody_to_call(health, tmp_path, contact):
    with pytest.raises(DataError) as caught:
        programme_report(health(), "rujukan", tmp_path / "keluar", contact=contact)
    assert caught.value.code == "no-contact"
    assert not (tmp_path / "keluar").exists()


@pytest.mark.parametrize("last", [None, 77, 88, 99])
def test_a_marked_item_without_an_answer_is_asked_in_person(health, last):
    with speaking("id"):
        table = referrals(health(last), today=TODAY).table.set_index("pid")
        rows = table.loc[[C]]
        asked = rows[rows["reason"].str.contains("tidak dijawab")]
        assert list(asked["action"]) == ["kosong: tanyakan langsung"]


def test_who_is_listed_and_why(health):
    with speaking("id"):
        table = referrals(health(), today=TODAY).table
    reasons = {(row.pid, row.reason.partition(",")[0]) for row in table.itertuples()}
    assert len(table) == 4
    assert {pid for pid, _ in reasons} == {A, B, C}
    of_a = table[table["pid"] == A].iloc[0]
    assert "butir 9" in of_a["reason"]  # at the mark in January; an answer without a mark in April takes nobody off
    assert (of_a["date"], of_a["days"]) == (pd.Timestamp("2025-01-20"), 120)
    assert table.loc[table["pid"] == B, "reason"].tolist() == ["K10: 30 atau lebih"]
    wish = table[table["reason"].str.contains("dokter")].iloc[0]
    assert (wish["pid"], wish["status"]) == (C, "diajukan")
    assert not table["reason"].str.contains("psikolog").any()  # done
    assert table["date"].is_monotonic_increasing


def test_nobody_who_died_is_listed(health):
    assert A not in set(referrals(health(death=True), today=TODAY).table["pid"])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_list_holds_its_head_and_nothing_else_about_a_person(health, tmp_path, lang):
    made = programme_report(health(), "rujukan", tmp_path / lang, contact="Klinik 12", today=TODAY, lang=lang)
    page = made.paths[0].read_text("utf-8")
    sheet = openpyxl.load_workbook(made.paths[1]).active
    cells = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    head = {"id": "Urusan kesehatan, bukan alasan isolasi.", "en": "A matter of health, never a reason for isolation."}
    safe = {"id": "belum tentu aman", "en": "not therefore safe"}
    for text in (page, " ".join(cells)):
        assert head[lang] in text
        assert safe[lang] in text
        assert "Klinik 12" in text
        assert A in text
        for secret in ("isi yang tidak boleh keluar", "narkotika", "lapas", "siap_36", "2024-06-01", "S2", "SIAP"):
            assert secret not in text
    assert sheet.max_column == 6
    assert "<script" not in page
    if sys.platform != "win32":
        assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in made.paths)


def test_a_programme_narrows_the_list(health):
    assert set(referrals(health(), programme="P2", today=TODAY).table["pid"]) == {C}


@pytest.fixture(scope="module")
def archived(records):
    with speaking("en"):
        return archive(records)


def test_every_combination_of_traits_is_that_of_five_people(archived):
    people = archived.tables["orang"].drop(columns="id")
    shared = people.astype(object).where(people.notna(), "-").value_counts()
    assert shared.min() == archived.smallest >= 5
    assert shared.sum() == len(demo_records().peserta)


def test_suppression_takes_out_no_more_than_it_must(archived):
    """Unit and programme come first and are whole; no trait that is kept was blanked for more than half."""
    told = archived.table.set_index("name")
    assert told.loc[["upt_id", "program_id"], "blanked"].eq(0).all()
    assert (told.loc[told["kept"], "blanked"] <= 0.5 * told["people"].iloc[0]).all()
    assert told["kept"].sum() >= 8


def test_no_former_code_staff_day_or_free_text_leaves(archived, records):
    codes = {*records.peserta["pid"], *records.petugas["petugas_id"], *records.sesi["sesi_id"]}
    said = {text for column in ("hope", "worry", "plan") for text in records.konsultasi[column].dropna()}
    for table in [*archived.tables.values(), archived.codebook]:
        text = table.to_csv()
        assert not [code for code in codes if code in text]
        assert not [words for words in said if words in text]
        assert not re.search(r"20\d\d-\d\d-\d\d", text)
        assert not {"asal", "pewawancara_id", "tanggal", "fasilitator_id", "wajib_lapor"} & set(table.columns)


def test_new_codes_cannot_be_worked_out(records, archived):
    again = archive(records).tables["orang"]["id"]
    first = archived.tables["orang"]["id"]
    assert first.is_unique
    assert set(first) != set(again)
    assert list(first) == sorted(first)  # in the order of the new codes, not of the old ones


def test_the_same_person_has_one_code_in_all_tables(archived):
    people = set(archived.tables["orang"]["id"])
    for name in ("jawaban_siap_36", "tindak_lanjut", "release_talk"):
        assert set(archived.tables[name]["id"]) <= people
    answers = demo_records().jawaban
    assert len(archived.tables["jawaban_siap_36"]) == (answers["instrumen"] == "siap_36").sum()


def test_the_codebook_tells_of_every_column_in_both_languages(archived):
    told = archived.codebook.set_index(["berkas", "kolom"])
    for name, table in archived.tables.items():
        for column in table.columns:
            row = told.loc[(name, column)]
            assert row["arti"], (name, column)
            assert row["meaning"], (name, column)
    assert told.loc[("jawaban_siap_36", "men1"), "codes"].startswith("1 Not at all like me")
    assert told.loc[("tindak_lanjut", "bulan"), "meaning"] == dictionary()["tindak_lanjut"].columns["bulan"].label["en"]


def test_an_archive_of_too_few_people_is_refused_and_says_what_was_suppressed(health):
    with pytest.raises(DisclosureError) as caught:
        archive(health())
    assert caught.value.code == "archive-k"
    assert "kelompok_umur" in str(caught.value)


def test_people_who_share_no_trait_are_refused(records):
    people = records.peserta.groupby("upt_id").head(1).astype(object)
    enrolled = records.keikutsertaan[records.keikutsertaan["pid"].isin(people["pid"])].astype(object)
    alone = [[f"{name}{place}" for name in people.columns[1:]] for place in range(len(people))]
    people[people.columns[1:]] = alone
    people[["lama_pidana_bln", "sisa_pidana_hr"]] = [[1, 10], [20, 40], [30, 100], [90, 200], [90, 400], [90, 500]]
    for name in ("status", "cara_masuk", "angkatan"):
        enrolled[name] = [f"{name}{place}" for place in range(len(enrolled))]
    none = {name: records[name].iloc[:0] for name in ("kehadiran", "peristiwa")}
    with pytest.raises(DisclosureError) as caught:
        archive(with_tables(records, peserta=people, keikutsertaan=enrolled, **none))
    assert "jenis_bebas" in str(caught.value)


def test_a_person_who_withdrew_is_in_no_report(records, archived):
    assert len(archived.tables["orang"]) == 687  # of 688


def run(*arguments):
    return main([str(argument) for argument in arguments])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_command_line_writes_each_report(tmp_path, capsys, lang):
    folder = "data/demo/catatan"
    calls = {"mitra": ("--period", "2025-Q4"), "rujukan": ("--contact", "Klinik 12")}
    for kind, more in calls.items():
        with speaking(lang):
            assert run("report", "--kind", kind, folder, "--out", tmp_path, "--lang", lang, *more) == 0
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"lembar_mitra.html", "lembar_mitra.docx", "daftar_rujukan.html", "daftar_rujukan.xlsx"}
    assert "daftar_rujukan.xlsx" in capsys.readouterr().out


def test_exit_codes_tell_a_wrong_call_from_faulty_records(tmp_path, capsys):
    made = tables()
    book = write_book(tmp_path / "catatan.xlsx", made)
    with speaking("id"):
        assert run("report", "--kind", "kohort", book, "--out", tmp_path) == 2  # two programmes, none named
        assert "P1, P2" in capsys.readouterr().err
        assert run("report", "--kind", "rujukan", book, "--out", tmp_path) == 2
        assert run("report", "--kind", "pelatihan", book, "--out", tmp_path) == 2
        assert run("report", "--kind", "arsip", book, "--out", tmp_path) == 1
        made["peserta"][0]["jk"] = "X"
        write_book(book, made)
        assert run("report", "--kind", "kohort", book, "--out", tmp_path) == 1
        for wrong in (
            ("report", book, "--out", tmp_path),
            ("report", book, "--instrument", "siap_36", "--contact", "x"),
        ):
            with pytest.raises(SystemExit) as caught:
                run(*wrong)
            assert caught.value.code == 2
