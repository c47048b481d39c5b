"""Consultations out of any export the intake knows, or one report of every fault; no message repeats what was told."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..core.errors import DataError, IntakeError, Notice, Problem, one_or_list
from ..core.language import in_language, listed
from ..core.text import fold, tidy
from ..instruments.definition import Label
from ..intake.cells import Decoder
from ..intake.choosing import choose, sheet_named
from ..intake.columns import Layout
from ..intake.dates import read_dates
from ..intake.faults import Gathered
from ..intake.grids import Grid, Place, Ticks, Unfilled, beside, grids_of, open_source
from ..intake.header import Header, heading_of
from ..intake.keys import check_keys
from ..intake.people import decides_rights, looks_personal
from ..intake.waves import fold_waves
from ..intake.widths import Widths
from .form import ConsultationForm, Field, consultation_form

LONGEST_TALK = 600  # minutes

_MINUTES = re.compile(r"(\d{1,4})(?:[.,]0+)?\s*(?:menit|mnt|minutes?|min|')?\.?", re.I)
_TIME = re.compile(
    r"(?:jam|pukul|pkl\.?|at)?\s*(\d{1,2})[.:](\d{2})(?:[.:]\d{2}(?:\.\d+)?)?\s*([ap]\.?m\.?)?"
    r"\s*(?:z|wib|wita|wit|[+-]\d{2}(?::?\d{2})?)?",
    re.I,
)


def read_consultations(
    path: str | Path,
    *,
    sheet: str | None = None,
    columns: Mapping[str, str] | None = None,
    missing: Sequence[Any] = (),
    duplicates: str | None = None,
) -> pd.DataFrame:
    """Read a file of consultations.

    Parameters
    ----------
    path : str or Path
        An export of the form, or a sheet typed from paper: CSV, workbook, KoboToolbox, Google Forms; codes or labels,
        in Indonesian or English.
    sheet : str, optional
        The sheet of a workbook; needed where several hold consultations.
    columns : {heading: question}, optional
        Which column is which question, where headings do not tell.
    missing : list, optional
        Cells that mean "no answer", beside 77, 88 and 99.
    duplicates : "first" or "last", optional
        Which talk to keep where a person has two in one wave; without it that is a fault.

    Returns
    -------
    DataFrame (talks x questions)
        One row a talk, one column a question of the form, under its name: texts as they were told, numbers as codes,
        ``date`` a date, ``time`` a text such as "14:05". ``.attrs["notices"]`` holds what was decided on the way.

    Raises
    ------
    IntakeError
        ``.problems``: all faults at once. Where danger was mentioned, what was done and at what time must be there.

    Source
    ------
    reintegra/consult/form.toml; docs/decisions/0004-no-guess-changes-an-answer.md
    """
    if duplicates not in (None, "first", "last"):
        raise DataError("no-such-choice", what="duplicates", value=duplicates, allowed="first, last")
    form, source = consultation_form(), open_source(path)
    grids = sheet_named(source, grids_of(source), sheet)
    if not grids:
        raise source.refuse("not-a-table")
    grid, header, notices, problems = choose(source, grids, form.instrument, sheet, columns, False)
    talks = _Talks(form, grid, header, missing)
    talks.faults.others += [*grid.problems, *_needed(problems, form)]
    table = talks.table(duplicates)
    table.attrs["notices"] = (*beside(path), *grid.notices, *notices, *talks.notices)
    return table


def _needed(problems: list[Problem], form: ConsultationForm) -> list[Problem]:
    """Return the faults of a header: questions that need not be answered need no column."""
    needed = {asked.name: asked.label for asked in form.fields if asked.required}
    kept = []
    for problem in problems:
        if problem.code != "missing-item":
            kept.append(problem)
        elif absent := [name for name in problem.column if name in needed]:
            params = {"near": problem.params["near"], "labels": partial(_labels, [needed[name] for name in absent])}
            kept.append(Problem("talk-no-column", problem.file, problem.sheet, problem.row, absent, params=params))
    return kept


def _labels(labels: Iterable[Label]) -> str:
    return listed(map(in_language, labels))


class _Talks:
    """The rows of one sheet, question by question."""

    def __init__(self, form: ConsultationForm, grid: Grid, header: Header, missing: Sequence[Any]) -> None:
        self.form, self.grid, self.header, self.missing = form, grid, header, missing
        spelt = [spelling for blank in form.missing for spelling in (str(blank.value), *blank.spellings)]
        self.blanks = {fold(str(text)) for text in (*spelt, *missing)}
        self.faults = Gathered(grid.file, grid.sheet)
        self.notices: list[Notice] = []
        fields = form.fields
        self.columns = {fields[item].name: column for column, item in reversed(header.items.items())}
        self.numbers, self.rows = self._rows()

    def _rows(self) -> tuple[list[int], list[list[Any]]]:
        """Return the rows that hold anything of the form; headings that stand there again are none."""
        widths, dropped = Widths(len(self.header.names)), []
        numbers, rows = [], []
        for places, chunk in self.grid.chunks(self.header.row):
            if self.grid.delimited:
                widths.see(places, chunk)
            for number, row in zip(places, chunk, strict=True):
                cells = [row[column] if column < len(row) else None for column in self.columns.values()]
                if any(_filled(cell) for cell in cells) and not self.header.repeated_by(row):
                    numbers.append(number)
                    rows.append(row)
                elif any(map(_filled, row)):
                    dropped.append(self._place(number, 0).row)
        if self.grid.delimited:
            self.faults.others += widths.problems(self.grid.file, self.grid.sheet, self.header.names[0])
        if dropped:
            self._notice("rows-dropped", rows=tuple(dropped))
        return numbers, rows

    def _notice(self, code: str, **told: Any) -> None:
        self.notices.append(Notice(code, self.grid.file, self.grid.sheet, **told))

    def _place(self, number: int, column: int) -> Place:
        return self.grid.locate(number, column, self.header.names[column])

    def _fault(self, why: str, name: str, at: Iterable[int], value: str = "", **params: Any) -> None:
        """Note a fault of a question in these rows."""
        at = [*at]
        if at:
            column = self.columns.get(name)
            label = next(asked.label for asked in self.form.fields if asked.name == name)
            places = [
                Place(self._place(self.numbers[i], 0).row, in_language(label), ())
                if column is None
                else self._place(self.numbers[i], column)
                for i in at
            ]
            self.faults.cells(why, value or name, places, {"label": lambda: in_language(label), **params})

    def table(self, duplicates: str | None) -> pd.DataFrame:
        """Return the table, or raise everything that is wrong with it."""
        if not self.rows:
            raise IntakeError([*self.faults.problems(), Problem("no-rows", self.grid.file, self.grid.sheet)])
        made = {asked.name: self._read(asked) for asked in self.form.fields}
        table = pd.DataFrame(made)
        self._others()
        for asked in self.form.fields:
            blank = table[asked.name].isna() | (table[asked.name].astype(object) == "")
            if asked.required and asked.name in self.columns:
                self._fault("talk-blank", asked.name, np.flatnonzero(blank & ~self._told_of(asked.name)))
            elif asked.when:
                needed = table[asked.when] == 1
                self._fault("talk-danger", asked.name, np.flatnonzero(needed & blank & ~self._told_of(asked.name)))
        keep = self._codes(table, duplicates)
        if problems := self.faults.problems():
            raise IntakeError(problems)
        return table[keep].reset_index(drop=True)

    def _told_of(self, name: str) -> Any:
        """Tell which cells of a question are filled, whatever became of them: a cell at fault is not blank too."""
        return np.array([_filled(cell) and not self._is_missing(cell) for cell in self._cells(name)], dtype=bool)

    def _is_missing(self, cell: Any) -> bool:
        return fold(heading_of(cell)) in self.blanks

    def _cells(self, name: str) -> list[Any]:
        column = self.columns.get(name)
        if column is None:
            return [None] * len(self.rows)
        return [row[column] if column < len(row) else None for row in self.rows]

    def _read(self, asked: Field) -> Any:
        """Return the column of one question; what cannot be read is noted and left blank."""
        cells = self._cells(asked.name)
        self._fault("talk-formula", asked.name, [i for i, cell in enumerate(cells) if isinstance(cell, Unfilled)])
        cells = [None if isinstance(cell, Unfilled) else cell for cell in cells]
        if asked.choices:
            return self._choices(asked, cells)
        if asked.type == "date":
            return self._dates(asked, cells)
        if asked.type in ("text", "note"):
            return pd.Series([_told(cell) for cell in cells], dtype=object)
        cells = [None if self._is_missing(cell) else cell for cell in cells]
        if asked.type == "minutes":
            return self._by(asked, cells, _minutes, "talk-not-minutes").astype(float)
        if asked.type == "time":
            return self._by(asked, cells, _time, "talk-not-a-time")
        texts = [tidy(heading_of(cell)) for cell in cells]
        if asked.type == "words":
            known = {fold(s): v for v, label in asked.words.items() for s in (v, v.replace("_", " "), *label.values())}
            texts = [str(text) for text in fold_waves([known.get(fold(text), text) for text in texts])[0]]
        return pd.Series([text or None for text in texts], dtype=object)

    def _by(self, asked: Field, cells: list[Any], read: Any, why: str) -> pd.Series:
        values = [read(cell) if _filled(cell) else None for cell in cells]
        bad = [i for i, (cell, value) in enumerate(zip(cells, values, strict=True)) if _filled(cell) and value is None]
        self._fault(why, asked.name, bad)
        return pd.Series(values, dtype=object)

    def _choices(self, asked: Field, cells: list[Any]) -> pd.Series:
        decode = Decoder(self.form.instrument.item(asked.name), self.form.missing, self.missing)
        codes = [answer.value for answer in asked.choices]
        values = []
        for i, cell in enumerate(cells):
            meant = decode(Ticks(("…", "…")) if isinstance(cell, Ticks) else cell)
            if meant.why:  # what stands there may be what a person told
                self._fault("talk-no-choice", asked.name, [i], allowed=partial(_allowed, asked))
            values.append(float(codes[meant.position - 1]) if meant.position else np.nan)
        return pd.Series(values, dtype=float)

    def _dates(self, asked: Field, cells: list[Any]) -> pd.Series:
        array = np.empty(len(cells), dtype=object)
        array[:] = [None if self._is_missing(cell) else cell for cell in cells]
        dates = read_dates(array, "tanggal")
        self._fault("mixed-date-order", asked.name, dates.mixed)
        filled = [i for i, cell in enumerate(array) if _filled(cell)]
        if dates.values is None:
            self._fault("talk-not-a-date", asked.name, [] if dates.mixed else filled)
            return pd.Series(pd.NaT, index=range(len(cells)), dtype="datetime64[s]")
        self._fault("talk-not-a-date", asked.name, dates.unread)
        if dates.order:
            self._notice(f"date-order-{dates.order}", columns=(self.header.names[self.columns[asked.name]],))
        return dates.values.dt.normalize().astype("datetime64[s]")

    def _others(self) -> None:
        """Look at the columns that are no questions: none is kept, and some must not be here."""
        others, personal = [], []
        for column, name in enumerate(self.header.names):
            if column in self.header.items or not name.strip():
                continue
            cells = (row[column] for row in self.rows[:1000] if column < len(row))
            if decides_rights(name):
                place = self._place(self.header.row, column)
                self.faults.add("decides-rights", row=place.row, column=place.column, cell=one_or_list(place.cells))
            elif looks_personal(name, cells):
                personal.append(name)
            else:
                others.append(name)
        if personal:
            self._notice("personal-columns", columns=tuple(personal))
        if others:
            self._notice("talk-other-columns", columns=tuple(others))

    def _codes(self, table: pd.DataFrame, duplicates: str | None) -> Any:
        """Check the codes of people; return which rows stay."""
        everyone = np.ones(len(table), dtype=bool)
        for name in ("person", "facilitator"):
            if name in self.columns and looks_personal("", table[name].dropna()):
                place = self._place(self.header.row, self.columns[name])
                self.faults.add("personal-key", row=place.row, column=place.column, cell=one_or_list(place.cells))
        if "person" not in self.columns or any(problem.code == "personal-key" for problem in self.faults.others):
            return everyone
        column = self.columns["person"]
        layout = Layout(self.grid, self.header, [], [column], None, [], {}, [], [], None, {}, [], None)
        named = np.flatnonzero(table["person"].notna())
        persons, numbers = table["person"].to_numpy()[named], np.array(self.numbers)[named]
        block = np.zeros((len(named), 1), dtype=np.uint8)
        check_keys([persons], layout, pd.DataFrame(), block, numbers, "first", True, self.faults)
        pairs = table[["person", "wave"]]
        twice = pairs.duplicated(keep=False) & pairs.notna().all(axis=1)
        if duplicates:
            keep = ~pairs.duplicated(keep=duplicates) | ~twice
            if not keep.all():
                rows = tuple(self._place(self.numbers[i], 0).row for i in np.flatnonzero(~keep))
                self._notice("rows-dropped", rows=rows)
            return keep.to_numpy()
        for (person, _), at in pairs[twice].groupby(["person", "wave"]).groups.items():
            self._fault("talk-twice", "person", list(at), str(person), code=str(person))
        return everyone


def _filled(cell: Any) -> bool:
    return cell is not None and cell == cell and bool(str(cell).strip())


def _allowed(asked: Field) -> str:
    return listed(f"{answer.value} {in_language(answer.label)}" for answer in asked.choices)


def _told(cell: Any) -> str | None:
    """Return a text as it was told: hidden characters and doubled spaces gone, lines kept."""
    if not _filled(cell):
        return None
    lines = (tidy(line) for line in heading_of(cell).splitlines())
    return "\n".join(line for line in lines if line) or None


def _minutes(cell: Any) -> float | None:
    found = _MINUTES.fullmatch(tidy(heading_of(cell)))
    minutes = float(found[1]) if found else 0.0
    return minutes if 0 < minutes <= LONGEST_TALK else None


def _time(cell: Any) -> str | None:
    if isinstance(cell, dt.datetime | dt.time):
        return f"{cell:%H:%M}"
    if isinstance(cell, float) and 0 <= cell < 1:  # a time of day as Excel stores it
        minutes = round(cell * 1440) % 1440
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    found = _TIME.fullmatch(tidy(str(cell)))
    if not found:
        return None
    hour, minute = int(found[1]), int(found[2])
    if found[3]:
        hour = hour % 12 + (12 if fold(found[3])[0] == "p" else 0)
    return f"{hour:02d}:{minute:02d}" if hour < 24 and minute < 60 else None
