"""The partner's quarter sheets: counted from the sessions and the people of the records, not drawn anew."""

from __future__ import annotations

from collections.abc import Sequence

from .members import Member
from .places import PARTNER, Rows
from .planted import PROMISED, Planted
from .sittings import Session, quarter

PROBLEMS = {
    "2025-Q4": ("instruktur tidak dapat datang hampir sepanjang triwulan", "mitra menyiapkan instruktur pengganti"),
    "2025-Q2": ("ruang dipakai bersama kegiatan lain", "jadwal ruang disusun tiap bulan"),
}


def table_evaluasi(planted: Planted, members: Sequence[Member], sessions: Sequence[Session]) -> Rows:
    """Return a row a quarter and component: planned, delivered, people, finished, instructors, problem and action.

    Parameters
    ----------
    planted : Planted
    members : sequence of Member
    sessions : sequence of Session

    Returns
    -------
    list of rows of text

    Raises
    ------
    Nothing.

    Source
    ------
    data/README.md.
    """
    rows = [
        [
            "mitra_id",
            "upt_id",
            "periode",
            "komponen_id",
            "sesi_rencana",
            "sesi_jalan",
            "peserta",
            "selesai",
            "instruktur_hadir",
            "masalah",
            "tindak",
        ]
    ]
    clients = [one for one in members if one.kind == "ipwl"]
    held = [one for one in sessions if one.programme == "IP-C-25"]
    for period in sorted({quarter(one.date) for one in held}):
        begin = min(one.date for one in held if quarter(one.date) == period)
        there = [m for m in clients if m.enrolled <= begin < min(m.ends, m.here_until)]
        done = [m for m in clients if not m.left and quarter(m.ends) == period]
        problem, action = PROBLEMS.get(period, ("", ""))
        for part in PROMISED:
            own = [one for one in held if one.part == part and quarter(one.date) == period]
            given = sum(one.held > 0 for one in own)
            about = [PARTNER, "UPT-C", period, part, str(len(own)), str(given), str(len(there)), str(len(done))]
            rows.append([*about, str(given), problem, action])
    return rows
