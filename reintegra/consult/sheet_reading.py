"""Coding sheets that came back: their rows, checked against the texts, and the codings in them.

docs/decisions/0019-blank-is-not-read.md
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from ..core.errors import DataError, IntakeError, Problem
from ..core.language import LANGUAGES, listed, say, speaking, texts
from ..core.text import fold, nearest, tidy
from ..instruments.schema import did_you_mean
from ..intake.faults import Gathered
from ..intake.grids import Place, Source, grids_of, letter, open_source
from ..intake.header import heading_of
from .codebook import NONE, Codebook
from .coding import CODINGS, Codings, checked_columns
from .sheets import KEPT, UNREAD, checked_sections, options_of, row_mark

_DEEPEST = 30  # row of the headings
_LABEL = re.compile(r"\s[–—-]\s")  # between a code and its name

_Key = tuple[str, str]  # coder and text


@dataclass(frozen=True)
class Row:
    """One row of a sheet that came back: what stands in it under each heading, and where that is."""

    source: Source
    faults: Gathered
    number: int
    cells: Mapping[str, tuple[int, str, Any]]  # place, heading and value, by what the heading means

    def text(self, name: str) -> str:
        """Return what stands under a heading."""
        value = self.cells[name][2]
        return "" if value is None else tidy(heading_of(value))

    def fault(self, why: str, name: str, value: str, **params: Any) -> None:
        """Note that one of its cells is at fault."""
        column, heading, _ = self.cells[name]
        self.faults.cells(why, value, [Place(self.number, heading, (f"{letter(column)}{self.number}",))], params)


def rows_of(path: str | Path, needed: Iterable[str]) -> list[Row]:
    """Return the filled rows of every sheet of a file that has the needed headings, in either language."""
    source, names = open_source(path), set(needed)
    bare = {name.partition(" ")[0] for name in names}
    words = {fold(texts(lang)["coding"][f"head_{name}"]): name for lang in LANGUAGES for name in bare}
    found, there = [], False
    for grid in grids_of(source):
        faults = Gathered(source.name, grid.sheet)
        head: dict[str, tuple[int, str]] = {}
        for number, row in grid.rows():
            if not head:
                meant = dict(_meant(row, words))
                head = meant if names <= set(meant) else {}
                there = there or bool(head)
                if number > _DEEPEST:
                    break
                continue
            cells = {name: (at, heading, row[at] if at < len(row) else None) for name, (at, heading) in head.items()}
            if any(tidy(heading_of(value)) for _, _, value in cells.values()):
                found.append(Row(source, faults, number, cells))
    if not there:
        raise source.refuse("coding-no-sheet")
    return found


def _meant(row: list[Any], words: Mapping[str, str]) -> Iterator[tuple[str, tuple[int, str]]]:
    """Yield what each heading of a row means, with its place."""
    for column, cell in enumerate(row):
        heading = heading_of(cell)
        name, _, number = fold(heading).rpartition(" ") if re.search(r" \d+$", heading) else (fold(heading), "", "")
        if name in words:
            yield f"{words[name]} {number}".strip(), (column, heading)


def read_sheets(paths: Iterable[str | Path], answers: pd.DataFrame, codebook: Codebook) -> Codings:
    """Read coding sheets back.

    Parameters
    ----------
    paths : iterable of str or Path
        The workbooks of `coding_sheets`, one for each coder, filled in.
    answers : DataFrame
        The texts: answer, person, wave, section, text. With a column coder (`assign_coders`) it is also checked that
        everyone has their own texts and all of them.
    codebook : Codebook
        The codebook the sheets were made with.

    Returns
    -------
    Codings
        ``.table``: answer, person, wave, section, coder, code, value: one row for every code of the section of a text
        that was read. ``.blank``: what is not read yet.

    Raises
    ------
    IntakeError
        A row key or its mark was changed; a text is unknown, stands twice, is missing or was given to somebody else; a
        coder has two sheets; a code is unknown, of another section, chosen twice or beside ``none``: all faults at
        once, each with file, sheet, row, column and remedy.
    DataError
        A column of ``answers`` is missing, a section has no codes, or there are no sheets.

    Source
    ------
    docs/decisions/0019-blank-is-not-read.md
    """
    checked_columns(answers, ("answer", *KEPT))
    checked_sections(answers, codebook)
    sheets = [rows_of(path, ("answer", "code 1", "coder", "mark")) for path in paths]
    if not sheets:
        raise DataError("coding-none")
    known = _Known(answers, codebook)
    readings = [known.reading(row) for row in chain(*sheets)]
    problems = _two_sheets(sheets)
    problems += [problem for sheet in sheets for problem in known.missing(sheet)]
    gathered = {id(row.faults): row.faults for row in chain(*sheets)}
    problems += [problem for faults in gathered.values() for problem in faults.problems()]
    if problems:
        raise IntakeError(problems)
    return known.codings([reading for reading in readings if reading])


class _Reading(NamedTuple):
    """What a coder chose for a text; nothing where it has not been read."""

    key: _Key
    codes: list[str]
    row: Row


class _Known:
    """What the rows of coding sheets are checked against."""

    def __init__(self, answers: pd.DataFrame, codebook: Codebook) -> None:
        self.codebook = codebook
        once = answers.drop_duplicates("answer")
        self.order = list(once["answer"].astype(str))
        self.about = dict(zip(self.order, once[list(KEPT)].itertuples(index=False, name=None), strict=True))
        pairs = (
            answers[["coder", "answer"]].astype(str).itertuples(index=False, name=None) if "coder" in answers else ()
        )
        self.given: dict[_Key, None] = dict.fromkeys(pairs)
        self.found: dict[_Key, Row] = {}
        self.marks: dict[str, dict[str, str]] = {}
        self.words = {section: _words(section, codebook) for section in codebook.sections}

    def reading(self, row: Row) -> _Reading | None:
        """Return what one row says, or note what is wrong with it."""
        coder, answer, mark = row.text("coder"), row.text("answer"), row.text("mark")
        if answer not in self.about or mark != row_mark(coder, answer, self.about[answer][-1]):
            self._changed(row, coder, answer, mark)
            return None
        key = coder, answer
        if key in self.found:
            if self.found[key].source is row.source:  # else the coder has two sheets, which is said once
                row.fault("coding-answer-twice", "answer", answer, first=self.found[key].number)
            return None
        self.found[key] = row
        if self.given and key not in self.given:
            row.fault("coding-not-assigned", "answer", answer, coder=coder)
        return _Reading(key, self._codes(row, self.about[answer][2]), row)

    def _changed(self, row: Row, coder: str, answer: str, mark: str) -> None:
        """Note a row that is not the one that was written, and which that was, if it can be told."""
        if coder not in self.marks:
            self.marks[coder] = {row_mark(coder, name, about[-1]): name for name, about in self.about.items()}
        original = self.marks[coder].get(mark)
        if original is not None:
            row.fault("coding-key-changed", "answer", answer, original=original, private=answer not in self.about)
        elif answer in self.about:
            row.fault("coding-mark-changed", "mark", answer)
        else:
            row.fault("coding-answer-unknown", "answer", answer, private=True)
        self.found.setdefault((coder, original or answer), row)

    def _codes(self, row: Row, section: str) -> list[str]:
        """Return the codes chosen in a row."""
        words, codes = self.words.get(section, {}), list[str]()
        for name in (name for name in row.cells if name.startswith("code ")):
            text = row.text(name)
            if not text:
                continue
            whole = words.get(fold(text))
            parts = [text] if whole else re.split(r"[\s,;]+", _LABEL.split(text)[0])
            for part in filter(None, parts):
                code = whole or words.get(fold(part))
                if code is None:
                    self._no_such_code(row, name, part, section)
                elif code in codes:
                    row.fault("coding-code-twice", name, code)
                else:
                    codes.append(code)
                    if len(codes) > 1 and {NONE, UNREAD} & set(codes):
                        row.fault("coding-none-and-code", name, code, none=NONE)
        return codes

    def _no_such_code(self, row: Row, name: str, part: str, section: str) -> None:
        own = self.codebook.of_section(section)
        elsewhere = {fold(code): its for code, its in self.codebook.section_of.items()}.get(fold(part))
        near = did_you_mean(part, own)
        if elsewhere:
            its, own_name = (partial(say, "coding", f"section_{name}") for name in (elsewhere, section))
            row.fault("coding-other-section", name, part, its=its, section=own_name, near=near)
        else:
            private = not nearest(part, self.codebook.codes)  # a remark about somebody, perhaps
            row.fault("coding-unknown-code", name, part, near=near, allowed=listed([*own, NONE], 12), private=private)

    def missing(self, rows: list[Row]) -> Iterator[Problem]:
        """Yield a fault for each coder of a sheet who has not all the texts they were given."""
        for coder in dict.fromkeys(row.text("coder") for row in rows):
            left = [answer for name, answer in self.given if name == coder and (name, answer) not in self.found]
            if left:
                params = {"n": len(left), "answers": listed(left), "coder": coder}
                yield Problem("coding-row-missing", rows[0].faults.file, params=params)

    def codings(self, readings: list[_Reading]) -> Codings:
        """Return what was found, in the order of coders and texts."""
        coders = {key[0]: None for key in chain(self.given, self.found)}
        place = {name: at for at, name in enumerate(coders)}
        at: dict[Any, int] = {key: n for n, key in enumerate(self.given or self.order)}
        readings.sort(key=lambda r: (place[r.key[0]], at[r.key if self.given else r.key[1]]))
        of_section = {section: self.codebook.of_section(section) for section in self.codebook.sections}
        table = [
            (answer, *self.about[answer][:3], coder, code, int(code in codes))
            for (coder, answer), codes, _ in readings
            if codes and codes != [UNREAD]
            for code in of_section[self.about[answer][2]]
        ]
        blank: list[tuple[Any, ...]]
        blank = [(*r.key, r.row.faults.file, r.row.faults.sheet, r.row.number) for r in readings if not r.codes]
        blank += [(*key, None, None, None) for key in self.given if key not in self.found]
        unread = [reading.key for reading in readings if reading.codes == [UNREAD]]
        return Codings(
            pd.DataFrame(table, columns=list(CODINGS)),
            "",
            pd.DataFrame(blank, columns=["coder", "answer", "file", "sheet", "row"]).astype({"row": "Int64"}),
            pd.DataFrame(unread, columns=["coder", "answer"]),
        )


def _words(section: str, codebook: Codebook) -> dict[str, str]:
    """Return what may stand in a cell of a section's codes, folded, in either language."""
    words = {fold(code): code for code in (NONE, UNREAD, *codebook.of_section(section))}
    for lang in LANGUAGES:
        with speaking(lang):
            words |= {fold(option): code for code, option in options_of(section, codebook).items()}
    return words


def _two_sheets(sheets: list[list[Row]]) -> list[Problem]:
    """Return a fault for every further file of a coder."""
    first: dict[str, Row] = {}
    problems = []
    for rows in sheets:
        of_file = {row.text("coder"): row for row in reversed(rows)}
        for coder, row in of_file.items():
            if coder in first:
                params = {"coder": coder, "other": first[coder].faults.file}
                problems.append(Problem("coding-two-sheets", row.faults.file, row.faults.sheet, params=params))
            first.setdefault(coder, row)
    return problems
