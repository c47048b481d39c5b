"""Consent: whose rows may be read at all, and what has to be run again when somebody withdraws."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ...core.check_letter import is_valid
from ...core.errors import IntakeError, Notice, Problem
from ...core.language import in_language, listed, word
from ..header import heading_of
from .cells import Filled
from .dictionary import CONSENT, PEOPLE, PERSON, dictionary, spelling
from .sheets import Sheet

_TOLD = ("gelombang", "instrumen", "program_id")  # what is said of rows that are left out


@dataclass(frozen=True)
class Removed:
    """One row that is not read: of which table and person, where it stands, and what it was about."""

    table: str
    person: str
    row: int
    about: dict[str, str]


@dataclass(frozen=True)
class Withdrawn:
    """The people who withdrew: their codes, their rows by table, and what was made with them."""

    codes: tuple[str, ...] = ()
    rows: tuple[Removed, ...] = field(default=(), repr=False)

    @property
    def table(self) -> pd.DataFrame:
        """The rows that were left out: table, people, rows, and the waves, instruments and programmes they were of."""
        found: dict[str, list[Removed]] = {}
        for row in self.rows:
            found.setdefault(row.table, []).append(row)
        counted = [
            (name, len({row.person for row in rows}), len(rows), *(listed(_about(rows, what)) for what in _TOLD))
            for name, rows in found.items()
        ]
        return pd.DataFrame(counted, columns=["table", "people", "rows", "waves", "instruments", "programmes"])

    @property
    def notebooks(self) -> list[str]:
        """The notebooks that used a table in which they stood: run these again."""
        names = {row.table for row in self.rows}
        return sorted({book for name in names for book in dictionary()[name].notebooks})

    def traces(self, folder: str | Path) -> list[Path]:
        """Return the files of a folder that still hold one of their codes, in the name or inside."""
        files = (path for path in sorted(Path(folder).rglob("*")) if path.is_file())
        return [path for path in files if any(_holds(path, code) for code in self.codes)]

    def __str__(self) -> str:
        if not self.codes:
            return word("records_nobody_withdrew")
        values = {"people": len(self.codes), "rows": len(self.rows), "notebooks": listed(self.notebooks) or "–"}
        return word("records_withdrawn", waves=listed(_about(self.rows, "gelombang")) or "–", **values)

    __repr__ = __str__


def _about(rows: Iterable[Removed], what: str) -> list[str]:
    return sorted({row.about[what] for row in rows if what in row.about})


def _holds(path: Path, code: str) -> bool:
    """Tell whether a file holds a code; what is packed is unpacked."""
    if code in path.name:
        return True
    data = path.read_bytes()
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return any(code.encode() in archive.read(name) for name in archive.namelist())
    return code.encode() in data


def plain(code: Any) -> str:
    """Return the code of a person without hyphens, spaces and case."""
    return heading_of(code).replace("-", "").replace(" ", "").upper()


def keep_consenting(
    sheets: Sequence[Sheet], consent: Filled, withdrawn: Collection[str]
) -> tuple[Withdrawn, list[Removed], list[Notice]]:
    """Take the rows of people who did not consent, or withdrew, out of every sheet before it is read.

    A code that nobody has, or whose check letter is wrong, stays: it is a fault, and may be that of somebody else.
    """
    wrong = [code for code in withdrawn if not is_valid(code)]
    if wrong:
        raise IntakeError([Problem("check-letter", value=wrong)])
    agreed, left = _verdicts(consent.frame)
    left |= set(map(plain, withdrawn))
    known = {plain(code) for sheet in sheets if sheet.table.name in (CONSENT, PEOPLE) for _, code in _persons(sheet)}
    removed: dict[bool, list[Removed]] = {True: [], False: []}
    for sheet in sheets:
        for row, code in [*_persons(sheet)]:
            person = plain(code)
            if person in left or (person in known - agreed and is_valid(person)):
                removed[person in left].append(Removed(sheet.table.name, heading_of(code), row, _said(sheet, row)))
                if sheet.table.name != CONSENT:
                    del sheet.rows[row]
    stay = np.array([plain(code) in agreed - left for code in consent.frame[PERSON]], dtype=bool)
    consent.stands = [at for at, kept in zip(consent.stands, stay, strict=True) if kept]
    consent.frame = consent.frame.loc[stay].reset_index(drop=True)
    codes = {plain(row.person): row.person for row in removed[True]}
    gone = Withdrawn(tuple(sorted(codes.values())), tuple(removed[True]))
    return gone, removed[False], [*_notices(consent, gone, removed[False])]


def _verdicts(frame: pd.DataFrame) -> tuple[set[str], set[str]]:
    """Return who agrees by the latest row, and who withdrew and has not agreed again since."""
    agreed, left = set(), set()
    for code, rows in frame.sort_values("tanggal", kind="stable", na_position="first").groupby(PERSON):
        last = rows.iloc[-1]
        gone = rows["tarik_tanggal"].max()
        if pd.notna(gone) and not (last["setuju_ikut"] == 1 and last["tanggal"] > gone):
            left.add(plain(code))
        elif last["setuju_ikut"] == 1:
            agreed.add(plain(code))
    return agreed, left


def _persons(sheet: Sheet) -> Iterator[tuple[int, Any]]:
    place = sheet.columns.get(PERSON)
    if place is not None:
        yield from ((row, cells[place]) for row, cells in sheet.rows.items() if heading_of(cells[place]).strip())


def _said(sheet: Sheet, row: int) -> dict[str, str]:
    """Return the wave, the instrument and the programme of a row, as words."""
    said = {}
    for name in _TOLD:
        if name in sheet.columns and (text := heading_of(sheet.rows[row][sheet.columns[name]])):
            codes = sheet.table.columns[name].codes
            code = codes.spellings.get(spelling(text)) if codes else None
            said[name] = in_language(codes.labels[code], "id") if codes and code is not None else text
    if sheet.instrument and "instrumen" in sheet.table.columns:
        said.setdefault("instrumen", sheet.instrument)
    return said


def _notices(consent: Filled, gone: Withdrawn, without: Sequence[Removed]) -> Iterator[Notice]:
    grid = next((sheet.grid for sheet, _ in consent.stands), None)
    file, sheet = (grid.file, grid.sheet) if grid else (None, None)
    if without:
        people = {"people": len({plain(row.person) for row in without}), "rows": len(without)}
        at = tuple(row.row for row in without if row.table == PEOPLE)
        yield Notice("no-consent-left-out", file, PEOPLE, at, params={**people, "at": listed(at) or "–"})
    if gone.codes:
        yield Notice("withdrawn-left-out", file, sheet, params={"said": lambda: str(gone)})
