"""The programme workbook, read and checked as a whole: readable tables, or one report of every fault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from ...core.errors import DataError, IntakeError, Notice, Problem
from ...core.language import in_language, listed, number, word
from ...core.text import nearest
from ...instruments import Instrument, load_instrument
from ..frames import responses_of
from ..grids import beside
from ..responses import Responses
from .answers import check_people, read_items
from .cells import Filled, count_blanks, read_table
from .consent import Removed, Withdrawn, keep_consenting
from .dictionary import ANSWERS, CONSENT, PEOPLE, PERSON, dictionary
from .links import check_keys, check_links
from .order import check_order, check_period, releases
from .programmes import check_programmes, contamination, overlaps
from .sheets import Sheet, find_sheets, grids_at

WAVE = "gelombang"


@dataclass(frozen=True, eq=False)
class Records:
    """The tables of the programme workbook, checked; ``records.peserta`` or ``records["peserta"]``.

    Every table of the data dictionary is there, an absent one without rows. Values are the codes of the dictionary
    (`in_words` writes their labels), dates are dates; the codes for "no answer" are blank, and counted in ``blanks``.
    ``withdrawn`` says whose rows were left out and what to run again; ``files`` holds each file's hash.
    """

    tables: Mapping[str, pd.DataFrame]
    notices: tuple[Notice, ...] = ()
    withdrawn: Withdrawn = field(default_factory=Withdrawn)
    blanks: pd.DataFrame = field(default_factory=pd.DataFrame)
    files: Mapping[str, str] = field(default_factory=dict)
    instruments: Mapping[str, Instrument] = field(default_factory=dict, repr=False)

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self.tables:
            raise DataError(
                "no-such-table", name=name, near=listed(nearest(name, self.tables)) or listed(self.tables, 30)
            )
        return self.tables[name]

    def __getattr__(self, name: str) -> pd.DataFrame:
        tables: Mapping[str, pd.DataFrame] = self.__dict__.get("tables", {})
        if name in tables:
            return tables[name]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __dir__(self) -> list[str]:
        return sorted([*super().__dir__(), *self.tables])

    def __iter__(self) -> Iterator[str]:
        return iter(self.tables)

    def in_words(self, name: str) -> pd.DataFrame:
        """Return a table with labels for codes, and its headings, in the current language."""
        table = self[name].copy()
        for column in dictionary()[name].columns.values():
            if column.codes and column.type == "code":
                labels = {code: in_language(label) for code, label in column.codes.labels.items()}
                table[column.name] = table[column.name].astype(object).map(labels)
        return table.rename(columns={c.name: in_language(c.label) for c in dictionary()[name].columns.values()})

    @cached_property
    def overlaps(self) -> pd.DataFrame:
        """Who was in two programmes at the same time: pid, program_id, also, mulai, selesai, hari."""
        return overlaps(self["keikutsertaan"], self["program"])

    @cached_property
    def contamination(self) -> pd.DataFrame:
        """Which other programmes the people of each were in at the same time: program_id, also, people, of, share."""
        return contamination(self["keikutsertaan"], self.overlaps)

    @cached_property
    def releases(self) -> pd.Series:
        """The day of each person's first release that was not cancelled, by code."""
        return releases(self["peristiwa"])

    def responses(self, instrument: str | Instrument) -> Responses:
        """Return the answers to one instrument, ready for `score`: by pid and wave, with what is known of people."""
        name = instrument.name if isinstance(instrument, Instrument) else instrument
        found = self.instruments.get(name)
        if found is None:
            load_instrument(instrument)
            raise DataError("no-answers-to", instrument=name, known=listed(self.instruments) or "–")
        rows = self[ANSWERS]
        rows = rows[rows["instrumen"] == name].drop(columns="instrumen")
        others = {item for one in self.instruments.values() for item in one.item_names} - set(found.item_names)
        people = self[PEOPLE].rename(columns={"upt_id": "upt"})
        frame = rows.drop(columns=sorted(others)).merge(people, on=PERSON, how="left", validate="many_to_one")
        codes = dictionary()[ANSWERS].columns[WAVE].codes
        labels = {code: label["id"] for code, label in codes.labels.items()} if codes else {}
        frame[WAVE] = frame[WAVE].map(labels)
        return responses_of(frame.set_index([PERSON, WAVE]), found, direction_known=True)

    def overview(self) -> pd.DataFrame:
        """Return how many rows and people each table has, empty ones left out."""
        rows = [
            (
                name,
                in_language(dictionary()[name].label),
                len(table),
                table[PERSON].nunique() if PERSON in table else None,
            )
            for name, table in self.tables.items()
            if len(table)
        ]
        heads = ("column_name", "column_label", "column_rows", "records_people")
        return pd.DataFrame(rows, columns=[word(head) for head in heads], dtype=object)

    def __str__(self) -> str:
        counts = {"tables": sum(bool(len(t)) for t in self.tables.values()), "people": len(self[PEOPLE])}
        return word("records_read", rows=sum(map(len, self.tables.values())), notices=len(self.notices), **counts)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        table = self.overview()
        notes = "".join(f"<li>{escape(str(notice))}</li>" for notice in self.notices)
        return f"<p>{escape(str(self))}</p>{table.to_html(index=False, border=0, na_rep='–')}<ul>{notes}</ul>"


def read_records(
    path: str | Path, *, withdrawn: Sequence[str] = (), instruments: Sequence[str | Path | Instrument] = ()
) -> Records:
    """Read the programme workbook: people, consent, programmes, sessions, answers, events and what followed.

    Parameters
    ----------
    path : str or Path
        An Excel workbook with one sheet a table, or a folder of CSV files named like the tables. Headings are the
        column names of the data dictionary or their labels, in either language.
    withdrawn : list of str, optional
        Codes of people who withdrew, beside those with a withdrawal date in the workbook.
    instruments : list of str, Path or Instrument, optional
        Questionnaires of your own that stand in the table of answers, beside those of `instruments`.

    Returns
    -------
    Records
        ``.peserta``, ``.sesi``, ... : one DataFrame a table; ``.notices``: everything that was decided or is doubtful;
        ``.withdrawn``: who was left out everywhere, and what to run again.

    Raises
    ------
    IntakeError
        ``.problems``: all faults at once, each with file, sheet, row, column, cell, value, cause and remedy.

    Source
    ------
    docs/decisions/0026-records.md
    """
    sources, grids = grids_at(path)
    if not sources:
        raise IntakeError([Problem("no-such-file", Path(path).name)])
    name = Path(path).name
    sheets, notices, problems = find_sheets(name, grids)
    notices = [*beside(path), *notices]
    if not any(sheet.rows for sheet in sheets):
        raise IntakeError([*problems, Problem("no-rows", name), *_problems(sheets)])
    consent = [sheet for sheet in sheets if sheet.table.name == CONSENT]
    gone, without = Withdrawn(), list[Removed]()
    tables: dict[str, Filled] = {}
    if consent:
        tables[CONSENT] = read_table(dictionary()[CONSENT], consent)
        if all({PERSON, "setuju_ikut"} <= set(sheet.columns) for sheet in consent):
            check_keys(tables[CONSENT])
            check_period(tables[CONSENT], "tanggal", "tarik_tanggal")
            gone, without, said = keep_consenting(sheets, tables[CONSENT], withdrawn)
            notices += said
    for table in dictionary().values():
        of_table = [sheet for sheet in sheets if sheet.table.name == table.name]
        if of_table and table.name != CONSENT:
            tables[table.name] = read_table(table, of_table)
    used: dict[str, Instrument] = {}
    if ANSWERS in tables:
        used, said = read_items(tables[ANSWERS], instruments)
        notices += said
    for filled in tables.values():
        count_blanks(filled)
    notices += check_links(tables)
    notices += check_order(tables)
    left_out = {row.about["program_id"] for row in (*gone.rows, *without) if "program_id" in row.about}
    notices += check_programmes(tables, left_out)
    if ANSWERS in tables and PEOPLE in tables:
        check_people(tables[ANSWERS], tables[PEOPLE], used)
    if problems := [*problems, *_problems(sheets)]:
        raise IntakeError(problems)
    notices += [notice for filled in tables.values() for notice in filled.notices]
    blanks = _blanks(tables)
    if len(blanks):
        counts = blanks.groupby("code")["count"].sum()
        shown = {"counts": listed(f"{code}: {number(count, 0)}" for code, count in counts.items())}
        notices.append(Notice("missing-codes", name, params=shown))
    frames = {table: tables[table].frame if table in tables else _empty(table) for table in dictionary()}
    files = {source.name: source.digest for source in sources}
    return Records(
        MappingProxyType(frames), tuple(notices), gone, blanks, MappingProxyType(files), MappingProxyType(used)
    )


def _problems(sheets: Sequence[Sheet]) -> list[Problem]:
    return [problem for sheet in sheets for problem in sheet.faults.problems()]


def _blanks(tables: Mapping[str, Filled]) -> pd.DataFrame:
    """Return how often each code for "no answer" stood in a column, by wave."""
    total: Counter[tuple[Any, ...]] = Counter()
    for name, filled in tables.items():
        for (column, wave, code), count in filled.blanks.items():
            total[name, column, wave, code] += count
    rows = [(*key, count) for key, count in total.items()]
    return pd.DataFrame(rows, columns=["table", "column", WAVE, "code", "count"])


def _empty(name: str) -> pd.DataFrame:
    return read_table(dictionary()[name], []).frame
