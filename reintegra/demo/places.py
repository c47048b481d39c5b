"""The invented places: units, programmes and their components, staff, partners, agreements and visits."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from .planted import LAST_DAY, PILLARS, PROMISED, THERAPEUTIC

Rows = list[list[str]]
LETTERS = "ABCDEF"
PARTNER, CAMPUS = "IPWL-1", "KMP-1"
TRAINEES = 10  # officers a unit
TRAINING = "BIMTEK-E-25"
PARTS = {
    "release_talk": tuple(PILLARS.values()),
    "konsultasi": ("konseling",),
    "rehab_sosial": tuple(THERAPEUTIC),
    "ipwl": PROMISED,
    "ketahanan_pangan": ("pertanian", "perikanan", "olah_lahan"),
}
PREFIX = {"release_talk": "RT", "konsultasi": "KS", "rehab_sosial": "RS", "ipwl": "IP", "ketahanan_pangan": "KP"}
GROWN = {"C": ("pertanian", "olah_lahan"), "D": ("perikanan",), "E": ("pertanian",)}


@dataclass(frozen=True)
class Programme:
    """One programme of one unit."""

    kind: str
    letter: str
    year: int
    sessions: int
    first: dt.date
    last: dt.date

    @property
    def code(self) -> str:
        return f"{PREFIX[self.kind]}-{self.letter}-{self.year % 100}"

    @property
    def parts(self) -> tuple[str, ...]:
        return GROWN[self.letter] if self.kind == "ketahanan_pangan" else PARTS[self.kind]


def _programmes() -> tuple[Programme, ...]:
    before = dt.date(2024, 1, 8), dt.date(2024, 12, 20)
    now = dt.date(2025, 1, 6), dt.date(2025, 12, 19)
    found = [Programme(kind, at, 2024, 8, *before) for kind in ("release_talk", "konsultasi") for at in "ABCD"]
    found += [Programme("release_talk", at, 2025, 8, *now) for at in "ABDF"]
    found += [Programme("konsultasi", at, 2025, 3, *now) for at in "BC"]
    found += [Programme("rehab_sosial", at, 2025, 95, *now) for at in "DE"]
    found += [Programme("ketahanan_pangan", at, 2025, 36, dt.date(2025, 1, 6), LAST_DAY) for at in "CDE"]
    return (*found, Programme("ipwl", "C", 2025, 72, dt.date(2025, 1, 2), LAST_DAY))


PROGRAMMES = _programmes()


def table_upt() -> Rows:
    """Return the units; their names say that they are invented."""
    kinds = {
        "A": ("lapas_narkotika", "IIB", 410, 655),
        "B": ("lapas", "IIB", 280, 431),
        "C": ("lapas", "IIA", 520, 902),
        "D": ("lapas", "IIA", 600, 744),
        "E": ("lapas_narkotika", "IIA", 450, 618),
        "F": ("rutan", "IIB", 120, 173),
    }
    words = {"lapas_narkotika": "Lapas Narkotika", "lapas": "Lapas", "rutan": "Rutan"}
    offices = {"A": "Rekaan Satu", "B": "Rekaan Satu", "C": "Rekaan Tiga", "D": "Rekaan Satu", "E": "Rekaan Dua"}
    rows = [["upt_id", "upt_nama", "upt_jenis", "upt_kelas", "kanwil", "kapasitas", "penghuni"]]
    for at, (kind, rank, room, people) in kinds.items():
        about = [f"{words[kind]} Rekaan {at}", kind, rank, f"Kanwil {offices.get(at, 'Rekaan Satu')}"]
        rows.append([f"UPT-{at}", *about, str(room), str(people)])
    return rows


def table_program() -> Rows:
    """Return the programmes."""
    rows = [["program_id", "program_jenis", "upt_id", "mitra_id", "sasaran_sesi", "mulai", "selesai"]]
    for one in PROGRAMMES:
        partner = {"ipwl": PARTNER, "konsultasi": CAMPUS}.get(one.kind, "")
        dates = [one.first.isoformat(), one.last.isoformat()]
        rows.append([one.code, one.kind, f"UPT-{one.letter}", partner, str(one.sessions), *dates])
    return rows


def table_komponen() -> Rows:
    """Return the components of every programme."""
    return [["komponen_id", "program_id"], *([part, one.code] for one in PROGRAMMES for part in one.parts)]


def table_petugas() -> Rows:
    """Return the staff: who asks, who leads a session, who is trained, who teaches a skill."""
    rows = [["petugas_id", "upt_id", "peran"]]
    for at in LETTERS:
        unit = f"UPT-{at}"
        rows += [[f"PW-{at}{n}", unit, "magang"] for n in (1, 2)]
        rows += [[f"MG-{at}{n}", unit, "magang"] for n in (1, 2)]
        rows += [[f"FS-{at}{n}", unit, role] for n, role in ((1, "wali"), (2, "konselor"), (3, "pm_rehab"))]
        rows += [[f"PT-{at}{n:02d}", unit, "petugas"] for n in range(1, TRAINEES + 1)]
    rows += [[f"IN-{at}{n}", f"UPT-{at}", "instruktur"] for at in "CDE" for n in (1, 2, 3)]
    return [*rows, ["NS-E1", "UPT-E", "narasumber"], ["NS-E2", "UPT-E", "narasumber"]]


def table_mitra() -> Rows:
    """Return the partners."""
    return [["mitra_id", "nama", "jenis"], [PARTNER, "IPWL Rekaan", "ipwl"], [CAMPUS, "Kampus Rekaan", "kampus"]]


def table_perjanjian() -> Rows:
    """Return the agreements."""
    rows = [["mitra_id", "upt_id", "mulai", "akhir", "komponen"]]
    rows.append([PARTNER, "UPT-C", "2025-01-02", LAST_DAY.isoformat(), "; ".join(PROMISED)])
    return [*rows, *([CAMPUS, f"UPT-{at}", "2024-01-08", "2025-12-31", "konseling"] for at in "ABCD")]


def table_kunjungan() -> Rows:
    """Return the study visits and what was adopted after them."""
    return [
        ["upt_asal", "upt_tujuan", "tanggal", "topik", "praktik_diadopsi", "tanggal_adopsi"],
        ["UPT-F", "UPT-D", "2025-08-20", "pangan", "kolam lele dengan catatan hasil tiap bulan", "2025-10-01"],
        ["UPT-F", "UPT-D", "2025-08-20", "rehab", "", ""],
        ["UPT-E", "UPT-D", "2025-09-11", "rehab", "daftar periksa tiap morning meeting", "2025-11-03"],
        ["UPT-A", "UPT-C", "2025-10-15", "pangan; lain", "", ""],
    ]
