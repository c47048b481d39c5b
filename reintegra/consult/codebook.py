"""The codebook: what a text of a consultation can be about, in both languages, by section and by topic."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd

from ..core.errors import IntakeError, Problem
from ..core.language import LANGUAGES, in_language, listed, say
from ..core.results import Result
from ..core.text import fold, nearest, tidy
from ..instruments.schema import did_you_mean
from ..intake.grids import grids_of, open_source
from ..intake.header import heading_of
from .patterns import Rule, rules_of

SECTIONS = ("hope", "worry", "strategy", "plan", "challenge")
ANSWERS = ("strategy", "plan")  # sections whose codes can answer a worry or a challenge
NONE = "none"  # read, and nothing applies

NEEDED = ("code", "section", "topic", "label_id", "label_en", "definition_id", "definition_en")
OTHERS = ("include_id", "include_en", "exclude_id", "exclude_en", "example_id", "patterns", "answered_by")
KNOWN = (*NEEDED, *OTHERS, "example_en")

_CODE = re.compile(r"[\w.\-]+")  # codes stand beside each other in one cell, with a space between
_Fault = tuple[str, int | None, str | None, Any, dict[str, Any]]  # code, row, column, value, params


@dataclass(frozen=True, eq=False)
class Codebook(Result):
    """Codes with their section, topic, labels and definitions; one row a code in ``.table``, as in the file."""

    def __len__(self) -> int:
        return len(self.table)

    @property
    def codes(self) -> tuple[str, ...]:
        """All codes, in the order of the file."""
        return tuple(self._rows)

    @cached_property
    def section_of(self) -> dict[str, str]:
        """The section of each code."""
        return {code: row["section"] for code, row in self._rows.items()}

    @cached_property
    def topic_of(self) -> dict[str, str]:
        """The topic of each code."""
        return {code: row["topic"] for code, row in self._rows.items()}

    @property
    def sections(self) -> tuple[str, ...]:
        """The sections that have codes, in the order of the form."""
        return tuple(section for section in SECTIONS if section in self.section_of.values())

    def of_section(self, section: str) -> tuple[str, ...]:
        """Return the codes of one section."""
        return tuple(code for code, its in self.section_of.items() if its == section)

    def answered_by(self, code: str) -> tuple[str, ...]:
        """Return the codes of strategies and plans that answer a worry or a challenge; none where nothing does."""
        return tuple(self._rows[code]["answered_by"].split())

    def rules(self, code: str) -> list[Rule]:
        """Return the rules of a code's pattern."""
        return rules_of(self._rows[code]["patterns"])[0]

    def words(self, code: str, what: str = "label", lang: str | None = None) -> str:
        """Return the label, definition, include, exclude or example of a code, in the current language if it has it."""
        row = self._rows[code]
        return in_language({at: row[f"{what}_{at}"] for at in LANGUAGES if row.get(f"{what}_{at}")}, lang)

    @property
    def sentence(self) -> str:
        count = {section: len(self.of_section(section)) for section in self.sections}
        each = listed(f"{say('coding', f'section_{section}')} {n}" for section, n in count.items())
        return say("coding", "codebook_sentence", codes=len(self), sections=each)

    def shown(self) -> pd.DataFrame:
        """Return the codes with their section, label and definition in the current language."""
        columns = {
            "code": list(self.codes),
            "section": [say("coding", f"section_{section}") for section in self.section_of.values()],
            **{what: [self.words(code, what) for code in self.codes] for what in ("label", "definition")},
        }
        return pd.DataFrame(columns).rename(columns=lambda name: say("coding", f"head_{name}"))

    @cached_property
    def _rows(self) -> dict[str, dict[str, str]]:
        return {row["code"]: row for row in self.table.to_dict("records")}


def load_codebook(path: str | Path | None = None) -> Codebook:
    """Load a codebook from a CSV file or a workbook, or the one that comes with reintegra.

    Parameters
    ----------
    path : str or Path, optional
        A table with one row a code and the columns code, section (hope, worry, strategy, plan, challenge), topic,
        label_id, label_en, definition_id and definition_en; as wanted also include_*, exclude_*, example_*, patterns
        (`suggest`) and answered_by (codes with a space between). Without it the shipped codebook.

    Returns
    -------
    Codebook
        ``.table`` as in the file, ``.codes``, ``.section_of``, ``.topic_of``, ``.of_section()``, ``.answered_by()``.

    Raises
    ------
    IntakeError
        The file cannot be read; or a column or a cell is missing, a section is unknown, a code stands twice, is no
        single word or is the word for "nothing applies", answered_by names a code that is not there or is no strategy
        or plan, a pattern cannot be read: all faults at once, each with its row and column.

    Source
    ------
    The shipped codebook: written for this project from the consultations' five sections and their topics.
    """
    if path is None:
        with resources.as_file(resources.files(__package__) / "codebook.csv") as shipped:
            return load_codebook(shipped)
    source = open_source(path)
    best: tuple[str | None, list[list[str]], list[int]] = (None, [], [])
    for grid in grids_of(source):
        pairs = [(number, [heading_of(cell).strip() for cell in row]) for number, row in grid.rows()]
        pairs = [pair for pair in pairs if any(pair[1])]
        if not best[1] or (pairs and {"code", "section"} <= set(map(fold, pairs[0][1]))):
            best = grid.sheet, [row for _, row in pairs], [number for number, _ in pairs]
    sheet, (head, *rows), numbers = best
    width = len(head)
    cells = [[*row[:width], *[""] * (width - len(row))] for row in rows]
    table = pd.DataFrame(cells, columns=[fold(name) for name in head], index=numbers[1:], dtype=object)
    return codebook_of(table.loc[:, table.columns != ""], file=source.name, sheet=sheet)


def codebook_of(table: pd.DataFrame, *, file: str | None = None, sheet: str | None = None) -> Codebook:
    """Make a codebook of a table that is already in memory.

    Parameters
    ----------
    table : DataFrame
        One row a code, with the columns that `load_codebook` lists; other columns are kept. Its index tells which row
        of the file each is.
    file, sheet : str, optional
        Where it comes from, for messages.

    Returns
    -------
    Codebook
        The checked codebook; columns that it may have and has not are there and blank.

    Raises
    ------
    IntakeError
        As `load_codebook`.

    Source
    ------
    `load_codebook`.
    """
    names = list(map(str, table.columns))
    twice = dict.fromkeys(name for name in names if names.count(name) > 1)
    faults: list[_Fault] = [("codebook-column-twice", None, name, None, {}) for name in twice]
    for name in NEEDED:
        if name not in names:
            near = did_you_mean(name, [other for other in names if other not in KNOWN])
            faults.append(("codebook-no-column", None, None, name, {"near": near}))
    for name in names:  # a misspelled heading would drop its column unseen
        like = nearest(name, [known for known in OTHERS if known not in names])
        if like and name not in KNOWN:
            faults.append(("codebook-heading", None, name, None, {"near": like[0]}))
    if not faults:
        blank = [name for name in OTHERS if name not in names]
        known = table.fillna("").astype(str).map(tidy).assign(**dict.fromkeys(blank, ""))
        faults = list(_faults(known))
        if not len(known):
            faults.append(("codebook-no-codes", None, None, None, {}))
        elif not faults:
            return Codebook(known.reset_index(drop=True), "")
    raise IntakeError([Problem(code, file, sheet, row, at, value=v, params=p) for code, row, at, v, p in faults])


def _faults(table: pd.DataFrame) -> Iterator[_Fault]:
    """Yield what is wrong with the rows of a codebook, in their order."""
    section_of = dict(zip(table["code"], table["section"], strict=True))
    seen: dict[str, Any] = {}
    for number, row in zip(table.index, table.to_dict("records"), strict=True):
        code, section = row["code"], row["section"]
        for name in NEEDED:
            if not row[name]:
                yield "codebook-blank", number, name, None, {"code": code}
        if code and (fold(code) == NONE or not _CODE.fullmatch(code)):
            yield "codebook-reserved" if fold(code) == NONE else "codebook-not-a-word", number, "code", code, {}
        if code and fold(code) in seen:
            yield "codebook-twice", number, "code", code, {"first": seen[fold(code)]}
        seen.setdefault(fold(code), number)
        if section and section not in SECTIONS:
            near = {"near": did_you_mean(section, SECTIONS), "allowed": listed(SECTIONS)}
            yield "codebook-section", number, "section", section, near
        for other in row["answered_by"].split():
            if other not in section_of:
                yield "codebook-answer-unknown", number, "answered_by", other, {"near": did_you_mean(other, section_of)}
            elif section_of[other] not in ANSWERS:
                yield "codebook-answer-section", number, "answered_by", other, {"section": section_of[other]}
        for rule in rules_of(row["patterns"])[1]:
            yield "codebook-pattern", number, "patterns", None, {"code": code, "rule": rule}
