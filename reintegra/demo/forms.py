"""The same people as a Google Forms export of an Indonesian form, and that export with the faults people make."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from ..core.language import in_language
from .people import Cohort

FORM_ROWS = 40
HEADINGS = ("Timestamp", "Kode peserta (bukan nama)", "UPT")


@dataclass(frozen=True)
class Planted:
    """One fault in the faulty export: where the spreadsheet shows it, what stands there, and the word for its cause."""

    rows: tuple[int, ...]
    column: str
    value: str
    why: str
    about: str


def form_rows(cohort: Cohort) -> list[list[str]]:
    """Return forty sheets of the first wave as a Google Forms export has them.

    Parameters
    ----------
    cohort : Cohort
        Of whom those who fill in by themselves; chosen and timed by chance, in the order of the time.

    Returns
    -------
    list of rows of text
        The header first: Timestamp, code, unit, then the questions in Indonesian. Labels in title case; what is not
        asked (KMB of people who have not used drugs) is blank.

    Raises
    ------
    Nothing: fewer rows where fewer people fill in by themselves.

    Source
    ------
    Google Sheets, File > Download > CSV: no byte order mark, quotes where needed, day first in an Indonesian sheet.
    """
    rng = np.random.default_rng(cohort.truth.seed + 1)
    lot = np.argsort(rng.random(len(cohort.people)), kind="stable")
    chosen = [int(i) for i in lot if cohort.people[int(i)].mode == "isi_sendiri"][:FORM_ROWS]
    times = [dt.time(8 + int(h * 7), int(m * 60), int(s * 60)) for h, m, s in rng.random((len(chosen), 3))]
    moments = sorted((dt.datetime.combine(cohort.visits[i][0].date, t), i) for i, t in zip(chosen, times, strict=True))
    instrument = cohort.instrument
    words = {a.value: in_language(a.label, "id").title() for a in (*instrument.items[0].answers, *instrument.missing)}
    words |= {0: "", 77: ""}
    rows = [[*HEADINGS, *(in_language(item.label, "id") for item in instrument.items)]]
    for moment, i in moments:
        person = cohort.people[i]
        rows.append([_stamp(moment), person.code, person.unit.name, *(words[int(c)] for c in cohort.answers[i, 0])])
    return rows


def _stamp(moment: dt.datetime, order: str = "%d/%m/%Y") -> str:
    return f"{moment.strftime(order)} {moment.hour}:{moment.strftime('%M:%S')}"


def faulty_rows(cohort: Cohort) -> tuple[list[list[str]], list[Planted]]:
    """Return the same export with the faults of a real one, and the list of them.

    Parameters
    ----------
    cohort : Cohort

    Returns
    -------
    tuple of rows of text and list of Planted
        Rows as in `form_rows`, one more at the end: somebody who sent the form twice.

    Raises
    ------
    Nothing.

    Source
    ------
    The kinds of fault are those of the exports this project is tested with; the order is that of the rows.
    """
    rows = form_rows(cohort)
    planted: list[Planted] = []

    def plant(row: int, column: str, value: str, why: str, about: str, *also: int) -> None:
        rows[row - 1][_column(cohort, column)] = value
        planted.append(Planted((*also, row), column, value, why, about))

    plant(6, "emo2", "Kurang Sesuai", "unknown-label", "jawaban dari formulir lama, tidak ada di SIAP-36")
    plant(9, "pos3", "Sangat Sesaui", "unknown-label", "salah ketik, seharusnya Sangat Sesuai")
    plant(12, "tgj3", "Sesuai, Tidak Sesuai", "two-answers", "dua kotak dicentang")
    plant(15, "kode", "", "missing-key", "kode tidak diisi")
    plant(18, "ren2", "5", "out-of-range", "angka dari skala lain")
    plant(21, "ada1", "03/04/2025", "date-in-item", "«3-4» diubah Excel menjadi tanggal")
    code = rows[23][1]
    plant(
        24, "kode", _swapped(code), "wrong-check-letter", "dua angka tertukar; hanya tanda pemeriksa yang menangkapnya"
    )
    late = next(i for i, row in enumerate(rows[26:], 27) if int(row[0][:2]) > 12)
    stamp = rows[late - 1][0]
    plant(late, "waktu", f"{stamp[3:5]}/{stamp[:2]}/{stamp[6:]}", "mixed-date-order", "bulan ditulis di depan")
    rows.append([rows[-1][0], *_other_answers(rows[6])])
    plant(len(rows), "kode", rows[6][1], "duplicate-key-conflict", "mengirim dua kali, jawabannya berbeda", 7)
    return rows, planted


def _column(cohort: Cohort, name: str) -> int:
    return ["waktu", "kode", "upt", *cohort.instrument.item_names].index(name)


def _swapped(code: str) -> str:
    """Swap the first two digits of a code that differ."""
    at = next(i for i in range(4, 7) if code[i] != code[i + 1])
    return code[:at] + code[at + 1] + code[at] + code[at + 2 :]


def _other_answers(row: list[str]) -> list[str]:
    """Return a person's row as it would be sent a second time, some answers changed."""
    changed = {"Sangat Sesuai": "Sesuai", "Tidak Sesuai": "Sesuai"}
    return [cell if i % 5 else changed.get(cell, cell) for i, cell in enumerate(row[1:])]
