"""A small programme workbook without a fault, and ways to break it: invented people in two units."""

import csv
from copy import deepcopy

import openpyxl
import pytest

import reintegra as rg
from reintegra.core.check_letter import check_character


def code(number, prefix="PWT"):
    return f"{prefix}-{number:04d}-{check_character(f'{prefix}{number:04d}')}"


A, B, C = code(1), code(2), code(3)
SIAP = rg.load_instrument("siap_36").item_names


def person(pid, **changes):
    row = {"pid": pid, "upt_id": "U1", "kelompok_umur": "25-34", "jk": "L", "pendidikan": 3, "baca_tulis": 2}
    row |= {"status_hukum": "narapidana", "perkara": "narkotika", "sisa_pidana_hr": 90}
    return row | changes


def consent(pid, **changes):
    row = {"pid": pid, "versi": "1.0", "tanggal": "2025-01-02", "cara": "tertulis", "setuju_ikut": 1}
    return row | {"setuju_kontak": 1, "tarik_tanggal": None} | changes


def answer(pid, wave, date, **changes):
    row = {"pid": pid, "instrumen": "siap_36", "gelombang": wave, "tanggal": date, "cara": "wawancara"}
    row |= {"pewawancara_id": "S2", "petugas_hadir": 0, **dict.fromkeys(SIAP, 3)}
    return row | dict.fromkeys(SIAP[-4:], 77) | changes


def enrolled(pid, programme="P1", **changes):
    row = {"pid": pid, "program_id": programme, "angkatan": 1, "cara_masuk": "undian"}
    return row | {"mulai": "2025-02-01", "selesai": "2025-03-31", "status": "selesai"} | changes


def follow_up(pid, month, last, **changes):
    row = {"pid": pid, "bulan": month, "terhubung": 1, "sumber": "bapas", "masuk_lagi": 0}
    return row | {"tanggal_masuk_lagi": None, "tanggal_terakhir": last} | changes


def tables():
    """Return the tables, each a list of rows; no two calls share a row."""
    return deepcopy(
        {
            "persetujuan": [consent(A), consent(B), consent(C)],
            "peserta": [person(A), person(B, status_hukum="tahanan"), person(C)],
            "upt": [{"upt_id": "U1", "upt_jenis": "lapas"}, {"upt_id": "U2", "upt_jenis": "rutan"}],
            "petugas": [
                {"petugas_id": "S1", "upt_id": "U1", "peran": "wali"},
                {"petugas_id": "S2", "upt_id": "U1", "peran": "magang"},
            ],
            "program": [
                {"program_id": "P1", "program_jenis": "release_talk", "upt_id": "U1"}
                | {"mulai": "2025-01-15", "selesai": "2025-06-30"},
                {"program_id": "P2", "program_jenis": "konsultasi", "upt_id": "U2"}
                | {"mulai": "2025-01-15", "selesai": "2025-12-30"},
            ],
            "keikutsertaan": [
                enrolled(A),
                enrolled(B),
                enrolled(C, mulai="2025-02-01", selesai="2025-03-01", status="pindah"),
                enrolled(C, "P2", mulai="2025-03-02", selesai="2025-04-30"),
            ],
            "sesi": [
                {"sesi_id": "X1", "program_id": "P1", "komponen_id": "berbagi", "tanggal": "2025-02-10"}
                | {"durasi_mnt": 60, "fasilitator_id": "S1", "direncanakan": 1, "terlaksana": 1},
                {"sesi_id": "X2", "program_id": "P1", "komponen_id": "refleksi", "tanggal": "2025-02-17"}
                | {"durasi_mnt": 0, "fasilitator_id": "S1", "direncanakan": 1, "terlaksana": 0},
            ],
            "kehadiran": [{"sesi_id": "X1", "pid": pid, "hadir": 1} for pid in (A, B, C)],
            "jawaban": [answer(A, 0, "2025-01-20"), answer(A, 2, "2025-04-02"), answer(C, 0, "2025-01-21")],
            "peristiwa": [
                {"pid": A, "tanggal": "2024-06-01", "jenis": "masuk", "upt_tujuan": "U1"},
                {"pid": A, "tanggal": "2025-05-01", "jenis": "bebas", "upt_tujuan": None},
                {"pid": C, "tanggal": "2025-03-02", "jenis": "pindah_keluar", "upt_tujuan": "U2"},
            ],
            "tindak_lanjut": [follow_up(A, 1, "2025-06-02"), follow_up(A, 3, "2025-08-02")],
        }
    )


def changed(table, row, **cells):
    """Return the tables with some cells of one row changed; row None is a new one, made of the last."""
    made = tables()
    rows = made[table]
    if row is None:
        rows.append(dict(rows[-1]))
        row = -1
    rows[row] |= cells
    return made


def write_book(path, made, headings=str):
    """Write tables as a workbook, one sheet each."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in made.items():
        sheet = book.create_sheet(name)
        names = list(dict.fromkeys(name for row in rows for name in row))
        sheet.append([headings(name) for name in names])
        for row in rows:
            sheet.append([row.get(name) for name in names])
    book.save(path)
    return path


def write_folder(path, made):
    """Write tables as CSV files of a folder."""
    path.mkdir()
    for name, rows in made.items():
        names = list(dict.fromkeys(name for row in rows for name in row))
        with (path / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerows([names, *([row.get(name) for name in names] for row in rows)])
    return path


def faults(tmp_path, made):
    """Return the faults of tables that are refused."""
    with pytest.raises(rg.IntakeError) as caught:
        rg.read_records(write_book(tmp_path / "catatan.xlsx", made))
    return caught.value.problems


TYPO = "PWT-0021-" + check_character("PWT0012")  # two digits of 0012 swapped

# fault: the table, its changed row (None: a new one) and cells; then what is at fault: row in the sheet, column
ONE = {
    "check-letter": ("jawaban", 0, {"pid": TYPO}, (2, "pid")),
    "key-twice": ("peserta", None, {"pid": A, "jk": "P"}, ([2, 5], "pid")),
    "key-twice-identical": ("upt", None, {}, ([3, 4], "upt_id")),
    "unknown-reference": ("kehadiran", 0, {"sesi_id": "X9"}, (2, "sesi_id")),
    "transfer-unknown-unit": ("peristiwa", 2, {"upt_tujuan": "U7"}, (4, "upt_tujuan")),
    "transfer-without-unit": ("peristiwa", 2, {"upt_tujuan": None}, (4, "upt_tujuan")),
    "not-in-list": ("tindak_lanjut", 0, {"masuk_lagi": 2}, (2, "masuk_lagi")),
    "under-age": ("peserta", 0, {"kelompok_umur": "15-17"}, (2, "kelompok_umur")),
    "blank-required": ("sesi", 1, {"fasilitator_id": None}, (3, "fasilitator_id")),
    "no-source": ("tindak_lanjut", 1, {"sumber": None}, (3, "sumber")),
    "not-a-date": ("peristiwa", 0, {"tanggal": "kemarin"}, (2, "tanggal")),
    "not-a-whole-number": ("sesi", 0, {"durasi_mnt": "60 menit"}, (2, "durasi_mnt")),
    "number-outside": ("sesi", 0, {"durasi_mnt": -5}, (2, "durasi_mnt")),
    "end-before-start": ("program", 0, {"selesai": "2025-01-14"}, (2, "selesai")),
    "wave-before-former": ("jawaban", 1, {"tanggal": "2025-01-19"}, (3, "tanggal")),
    "release-before-entry": ("peristiwa", 1, {"tanggal": "2024-05-31"}, (3, "tanggal")),
    "session-cancelled": ("kehadiran", 0, {"sesi_id": "X2"}, (2, "hadir")),
    "two-units-at-once": ("keikutsertaan", 3, {"mulai": "2025-02-20"}, (5, "mulai")),
    "event-before-release": ("tindak_lanjut", 1, {"masuk_lagi": 1, "tanggal_masuk_lagi": "2025-04-30"},
                             (3, "tanggal_masuk_lagi")),
    "negative-follow-up": ("tindak_lanjut", 0, {"tanggal_terakhir": "2025-04-26"}, (2, "tanggal_terakhir")),
    "no-follow-up-time": ("tindak_lanjut", 0, {"tanggal_terakhir": "2025-05-01"}, (2, "tanggal_terakhir")),
    "not-for-these-people": ("jawaban", 0, {"pid": B}, (2, "pid")),
    "out-of-range": ("jawaban", 0, {"men1": 5}, (2, "men1")),
    "instrument-not-known": ("jawaban", 0, {"instrumen": "siap_63"}, (2, "instrumen")),
    "identity-in-text": ("upt", 0, {"upt_nama": "hubungi 0812-3456-7890"}, (2, "upt_nama")),
}  # fmt: skip
