"""What the programme workbook refuses: every fault with its sheet, row and column, all at once."""

import openpyxl
import pytest
from small_records import (
    ONE,
    TYPO,
    A,
    C,
    answer,
    changed,
    enrolled,
    faults,
    follow_up,
    tables,
    write_book,
    write_folder,
)  # fmt: skip

import reintegra as rg
from reintegra.core.language import LANGUAGES, speaking


@pytest.mark.parametrize("code", ONE)
def test_a_fault_is_refused_at_its_cell(code, tmp_path):
    table, row, cells, where = ONE[code]
    made = changed(table, row, **cells)
    found = faults(tmp_path, made)
    assert [problem.code for problem in found] == [code], [str(problem) for problem in found]
    assert (found[0].sheet, found[0].row, found[0].column) == (table, *where)
    assert found[0].cell is not None


@pytest.mark.parametrize("number", [3302010101900001, "3302010101900001", 10**30])
def test_a_number_as_long_as_an_identity_number_is_no_count(number, tmp_path):
    (problem,) = faults(tmp_path, changed("peserta", 0, sisa_pidana_hr=number))
    assert (problem.code, problem.column) == ("number-too-long", "sisa_pidana_hr")
    assert str(number) not in str(problem)


def test_a_person_in_two_units_on_one_day_is_refused_but_on_the_day_of_a_transfer(tmp_path):
    made = tables()
    made["program"].append({**made["program"][1], "program_id": "P4"})
    made["keikutsertaan"].append(enrolled(A, "P4", mulai="2025-06-01", selesai="2025-06-30"))
    made["sesi"].append({**made["sesi"][0], "sesi_id": "Y1", "program_id": "P4"})
    made["kehadiran"].append({"sesi_id": "Y1", "pid": A, "hadir": 1})
    problem = next(iter(faults(tmp_path, made)))
    assert (problem.code, problem.sheet, problem.row) == ("two-units-one-day", "kehadiran", 5)
    assert "U1" in problem.text
    assert "U2" in problem.text
    made["peristiwa"].append({"pid": A, "tanggal": "2025-02-10", "jenis": "pindah_masuk", "upt_tujuan": "U2"})
    rg.read_records(write_book(tmp_path / "catatan.xlsx", made))
    made["peristiwa"].append({"pid": A, "tanggal": "2025-02-10", "jenis": "masuk", "upt_tujuan": "U1"})
    assert [p.code for p in faults(tmp_path, made)] == ["two-units-one-day"], "one cannot arrive twice"


def test_a_transfer_is_no_second_unit_on_the_day_it_happens(tmp_path):
    made = changed("keikutsertaan", 3, mulai="2025-03-02")
    made["keikutsertaan"][2]["selesai"] = "2025-03-02"
    rg.read_records(write_book(tmp_path / "catatan.xlsx", made))
    made["peristiwa"].pop()
    assert [p.code for p in faults(tmp_path, made)] == ["two-units-at-once"]


def test_a_programme_with_nobody_in_it_is_refused(tmp_path):
    made = changed("program", None, program_id="P9")
    assert [(p.code, p.sheet, p.row) for p in faults(tmp_path, made)] == [("nobody-in-programme", "program", 4)]


def test_a_programme_of_people_who_withdrew_is_not_called_empty(tmp_path):
    made = changed("persetujuan", 2, tarik_tanggal="2025-05-05")
    assert (
        rg.read_records(write_book(tmp_path / "catatan.xlsx", made)).keikutsertaan["program_id"].tolist() == ["P1"] * 2
    )


def test_a_session_has_a_component_of_its_programme(tmp_path):
    made = tables()
    made["komponen"] = [{"komponen_id": "berbagi", "program_id": "P1"}]
    assert [(p.code, p.row) for p in faults(tmp_path, made)] == [("component-not-of-programme", 3)]


@pytest.mark.parametrize("name", ["nama", "NIK", "No HP", "no_register", "alamat"])
def test_a_column_that_tells_who_somebody_is_is_refused_and_no_value_shown(name, tmp_path):
    made = changed("peserta", 0, **{name: "Rahasia"})
    found = faults(tmp_path, made)
    assert [(p.code, p.sheet, p.column) for p in found] == [("identity-column", "peserta", name)]
    assert "Rahasia" not in str(found[0])


def test_a_list_that_links_codes_and_names_is_refused_on_a_sheet_of_its_own(tmp_path):
    made = tables()
    made["kunci"] = [{"pid": A, "nama": "Rahasia", "nik": "3302010101900001"}]
    found = faults(tmp_path, made)
    assert {(p.code, p.sheet) for p in found} == {("identity-column", "kunci")}
    assert not any("Rahasia" in str(p) for p in found)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        *(("SPPN", "decides-rights"), ("skor_RRI", "decides-rights"), ("litmas", "decides-rights")),
        *(("hasil_urine", "misconduct-column"), ("pelanggaran", "misconduct-column")),
    ],
)
def test_records_that_decide_rights_are_refused(name, code, tmp_path):
    assert [p.code for p in faults(tmp_path, changed("peserta", 0, **{name: 1}))] == [code]


def test_without_consent_nothing_is_read(tmp_path):
    made = tables()
    del made["persetujuan"]
    assert [p.code for p in faults(tmp_path, made)] == ["no-consent"]
    made = tables()
    for row in made["persetujuan"]:
        del row["setuju_ikut"]
    found = faults(tmp_path, made)
    assert [(p.code, p.sheet, p.column) for p in found] == [("no-consent-column", "persetujuan", "setuju_ikut")]


def test_a_column_that_must_be_there_is_asked_for_by_name(tmp_path):
    made = tables()
    for row in made["sesi"]:
        row["terlaksanna"] = row.pop("terlaksana")
    found = faults(tmp_path, made)
    assert [(p.code, p.column) for p in found] == [("missing-column", "terlaksana")]
    assert "terlaksanna" in found[0].text


def test_a_table_or_a_column_that_stands_twice_is_refused(tmp_path):
    made = tables()
    made["Units"] = made["upt"]
    assert "table-twice" in [p.code for p in faults(tmp_path, made)]
    made = changed("sesi", 0, Duration=60)
    assert [p.code for p in faults(tmp_path, made)] == ["column-twice"]
    made = changed("jawaban", 0, MEN1=3)
    assert [p.code for p in faults(tmp_path, made)] == ["column-twice"]


def test_an_item_that_is_missing_is_named(tmp_path):
    made = tables()
    for row in made["jawaban"]:
        del row["men1"]
    found = faults(tmp_path, made)
    assert [(p.code, p.column) for p in found] == [("missing-item", ["men1"])]


def test_months_quarters_and_numbers_are_checked(tmp_path):
    made = tables()
    made["mitra"] = [{"mitra_id": "M1", "nama": "IPWL Rekaan", "jenis": "ipwl"}]
    made["produksi"] = [{"upt_id": "U1", "bulan": "Maret", "komoditas": "lele", "hasil_kg": "dua"}]
    made["evaluasi"] = [
        {"mitra_id": "M1", "upt_id": "U1", "periode": "2025", "komponen_id": "keterampilan", "sesi_rencana": 1}
        | {"sesi_jalan": 1, "peserta": 1, "selesai": 1, "instruktur_hadir": 1}
    ]
    assert {p.code for p in faults(tmp_path, made)} == {"not-a-month", "not-a-number", "not-a-quarter"}
    made["produksi"][0] |= {"bulan": "2025-03", "hasil_kg": "12,5"}
    made["evaluasi"][0]["periode"] = "2025 TW 2"
    records = rg.read_records(write_book(tmp_path / "catatan.xlsx", made))
    assert records.produksi["hasil_kg"][0] == 12.5
    assert records.evaluasi["periode"][0] == "2025-Q2"


def test_dates_of_two_orders_in_one_column_are_refused(tmp_path):
    made = changed("kehadiran", 0, hadir=1)
    made["sesi"][0]["tanggal"], made["sesi"][1]["tanggal"] = "21/02/2025", "02/22/2025"
    assert [(p.code, p.row) for p in faults(tmp_path, made)] == [("mixed-date-order", 3)]


def test_a_formula_without_a_stored_value_is_refused(tmp_path):
    assert [p.code for p in faults(tmp_path, changed("sesi", 0, durasi_mnt="=30+30"))] == ["formula-without-value"]


def test_all_faults_of_all_tables_are_told_at_once(tmp_path):
    made = tables()
    expected = set()
    for code in ("check-letter", "no-source", "session-cancelled", "release-before-entry", "end-before-start"):
        table, row, cells, _ = ONE[code]
        made[table][row] |= cells
        expected.add(code)
    assert expected <= {p.code for p in faults(tmp_path, made)}


def test_what_may_be_a_name_is_not_repeated(tmp_path):
    for table, column in (("kehadiran", "pid"), ("peserta", "jk"), ("peristiwa", "upt_tujuan")):
        for problem in faults(tmp_path, changed(table, 0, **{column: "Suprapto"})):
            assert "Suprapto" not in str(problem)
            assert problem.row == 2


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_fault_names_file_sheet_cell_value_and_remedy(lang, tmp_path):
    (problem,) = faults(tmp_path, changed("kehadiran", 0, pid=TYPO))
    with speaking(lang):
        for part in ("catatan.xlsx", "kehadiran", "B2", TYPO, problem.remedy):
            assert part in str(problem)


def test_a_folder_names_the_file_of_a_fault(tmp_path):
    with pytest.raises(rg.IntakeError) as caught:
        rg.read_records(write_folder(tmp_path / "catatan", changed("sesi", 0, terlaksana=7)))
    (problem,) = caught.value.problems
    assert (problem.file, problem.row, problem.column) == ("sesi.csv", 2, "terlaksana")


def test_a_file_that_holds_no_table_of_records_is_refused(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["kode", "men1"])
    book.save(tmp_path / "x.xlsx")
    with pytest.raises(rg.IntakeError) as caught:
        rg.read_records(tmp_path / "x.xlsx")
    assert caught.value.code == "no-record-tables"
    (tmp_path / "kosong").mkdir()
    with pytest.raises(rg.IntakeError) as caught:
        rg.read_records(tmp_path / "kosong")
    assert caught.value.code == "no-such-file"


def test_a_withdrawn_code_that_is_mistyped_is_refused(tmp_path):
    path = write_book(tmp_path / "catatan.xlsx", tables())
    with pytest.raises(rg.IntakeError) as caught:
        rg.read_records(path, withdrawn=[TYPO])
    assert caught.value.code == "check-letter"


def test_people_not_reached_may_have_no_time_of_follow_up(tmp_path):
    made = tables()
    made["tindak_lanjut"] = [follow_up(A, 1, "2025-05-01", terhubung=0)]
    rg.read_records(write_book(tmp_path / "catatan.xlsx", made))


def test_waves_on_one_day_are_no_fault_and_other_instruments_are_apart(tmp_path):
    made = tables()
    made["jawaban"][1]["tanggal"] = made["jawaban"][0]["tanggal"]
    made["jawaban"].append(answer(C, 1, "2025-01-20"))
    assert [(p.code, p.row) for p in faults(tmp_path, made)] == [("wave-before-former", 5)]
