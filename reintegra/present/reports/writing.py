"""Writing a report of a programme: the page, the Word document, the annex, or the archive."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ...core.files import output_folder, renamed, write_whole
from ...core.language import speaking, word
from ...evaluate import referrals
from ...evaluate.estimates import one_of
from ...evaluate.taking_part import find_programme
from ...intake import Records
from ...share import archive
from ..document import Document, as_page
from ..document_word import write_document
from ..problems import write_csv
from ..workbook import write_sheets_safely
from .between_units import annex, between_units, side_by_side
from .cohort import cohort
from .partner import partner
from .parts import foot, t
from .referral_list import checked_contact, referral_list, referral_sheet
from .training_report import training_report

KINDS = ("kohort", "antar-unit", "mitra", "pelatihan", "rujukan", "arsip")
NAMES = {
    "kohort": "laporan_angkatan", "antar-unit": "laporan_antar_unit", "mitra": "lembar_mitra",
    "pelatihan": "laporan_pelatihan", "rujukan": "daftar_rujukan", "arsip": "arsip",
}  # fmt: skip


@dataclass(frozen=True)
class Written:
    """What was written."""

    paths: tuple[Path, ...]
    wanted: tuple[str, ...]

    def __str__(self) -> str:
        listed_ = "\n".join(f"  {path}" for path in self.paths)
        return (
            word("reports_written", files=len(self.paths))
            + f"\n{listed_}"
            + renamed(zip(self.paths, self.wanted, strict=True))
        )

    __repr__ = __str__


def programme_report(
    records: Records,
    kind: str,
    out: str | Path,
    *,
    programme: str | None = None,
    contact: str = "",
    period: str | None = None,
    chosen_by_score: bool = False,
    today: dt.date | None = None,
    lang: str | None = None,
) -> Written:
    """Write a report of the records for one reader.

    Parameters
    ----------
    records : Records
        From `read_records`.
    kind : "kohort", "antar-unit", "mitra", "pelatihan", "rujukan" or "arsip"
        For the head of the unit, the regional office, the partner, the office that trains, the clinic or counsellor,
        the university.
    out : str or Path
        The folder to write to; it is made where missing.
    programme : str, optional
        The code of the programme (of the training for "pelatihan"); needed where there are several.
    contact : str
        Who is called about somebody on the referral list; the list is not made without it.
    period : str, optional
        The quarter of the partner's sheet, such as 2025-Q4; without it the last.
    chosen_by_score : bool
        Whether people came into the programme because of a low score, as for `change`.
    today : date, optional
        The day a referral list is made.
    lang : "id" or "en", optional
        Language of the report; without it the current one.

    Returns
    -------
    Written
        The paths that were written.

    Raises
    ------
    OutputError
        The folder cannot be written to, or something stands where a file has to be.
    DataError
        No such kind, programme, training or quarter; several, and none is named; the records hold nothing for it; a
        referral list without somebody to call.
    DisclosureError
        An archive in which people could be recognised.

    Source
    ------
    What each report must and must not contain: docs/decisions/0027-reports-of-a-programme.md
    """
    with speaking(lang):
        one_of("kind", kind, KINDS)
        if kind == "rujukan":
            checked_contact(contact)
        folder = output_folder(out)
        stem = NAMES[kind]
        if kind == "arsip":
            return _archive(records, output_folder(folder / stem), programme)
        if kind == "rujukan":
            return _referrals(records, folder / stem, programme, contact, today)
        sheets: list[tuple[str, list[str], pd.DataFrame]] = []
        if kind == "kohort":
            made = cohort(records, find_programme(records, programme), chosen_by_score=chosen_by_score)
        elif kind == "mitra":
            made = partner(records, programme=programme, period=period)
        elif kind == "pelatihan":
            made = training_report(records, name=programme)
        else:
            found = side_by_side(records)
            made, sheets = between_units(records, found), annex(records, found)
        jobs = _of_document(made, folder / stem)
        if sheets:
            jobs.append((folder / f"{stem}.xlsx", lambda path: write_sheets_safely(path, sheets)))
        return _write(jobs)


Job = tuple[Path, Callable[[Path], None]]


def _of_document(document: Document, path: Path) -> list[Job]:
    """Return what writes a document as a page and in Word; the page is made before any file is touched."""
    page = as_page(document)

    def as_word(part: Path) -> None:
        write_document(part, document)

    return [(path.with_suffix(".html"), _text(page)), (path.with_suffix(".docx"), as_word)]


def _text(text: str) -> Callable[[Path], None]:
    """Return what writes a text to a place."""

    def write(part: Path) -> None:
        part.write_text(text, "utf-8", newline="\n")

    return write


def _write(jobs: list[Job]) -> Written:
    paths = tuple(write_whole(path, job) for path, job in jobs)
    return Written(paths, tuple(path.name for path, _ in jobs))


def _referrals(records: Records, path: Path, programme: str | None, contact: str, today: dt.date | None) -> Written:
    """Write the list, readable by its owner alone where the system knows owners."""
    if programme is not None:
        find_programme(records, programme)
    day = today or dt.datetime.now().astimezone().date()
    found = referrals(records, programme=programme, today=day)
    page = as_page(referral_list(found, contact, pd.Timestamp(day)))
    sheet = referral_sheet(found, contact)
    written = _write([
        (path.with_suffix(".html"), _text(page)),
        (path.with_suffix(".xlsx"), lambda part: write_sheets_safely(part, [sheet])),
    ])  # fmt: skip
    for made in written.paths:
        made.chmod(0o600)
    return written


def _archive(records: Records, folder: Path, programme: str | None) -> Written:
    made = archive(records, programme=programme)
    jobs: list[Job] = [
        (folder / f"{name}.csv", lambda part, table=table: write_csv(part, table))  # type: ignore[misc]
        for name, table in made.tables.items()
    ]
    jobs.append((folder / "kamus.csv", lambda part: write_csv(part, made.codebook)))
    text = "\n\n".join([t("archive_title"), made.sentence, t("archive_how", k=made.k), t("archive_not"), *foot()])
    jobs.append((folder / "BACA_DAHULU.txt", _text(text + "\n")))
    return _write(jobs)
