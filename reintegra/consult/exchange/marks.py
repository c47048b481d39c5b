"""From marks (a coder put a code on an answer) to the table of codings, and whether a table of codings can leave.

docs/decisions/0021-exchange.md
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

import pandas as pd

from ...core.coded import present
from ...core.errors import DataError, IntakeError, Problem, one_or_list, shown
from ...core.files import safe_name
from ...core.language import listed, word
from ...instruments.schema import did_you_mean
from ..codebook import NONE, SECTIONS, Codebook
from ..coding import CODINGS

ANSWERS = ("answer", "person", "wave", "section", "text")

_NUMBER = re.compile(r"_\d+$")  # `answers` numbers ids that would otherwise be the same
_OF_PEOPLE = ("exchange-none-and-code", "exchange-same-coder")  # their value is what a coder is called


def called(name: str, place: int) -> str:
    """Return a document's name for a message; its place where the name has no digit and may be a person's."""
    return name if any(map(str.isdigit, name)) else f"#{place}"


class Mark(NamedTuple):
    """A coder put a code, or the word for "nothing applies", on an answer; in a sheet: in which row."""

    answer: str
    coder: str
    code: str
    row: int | None = None


class Faults:
    """Faults of one file, those of one cause together."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: dict[tuple[str, str], dict[str, Any]] = {}

    def add(self, code: str, value: Any, *, document: str | None = None, row: int | None = None, **params: Any) -> None:
        """Note a fault of a value in a document or a row."""
        one = self.found.setdefault((code, str(value)), {"documents": {}, "rows": {}, "value": value, "params": params})
        if document is not None:
            one["documents"][document] = True
        if row is not None:
            one["rows"][row] = True

    def problems(self) -> list[Problem]:
        """Return every fault."""
        return [self._problem(code, **one) for (code, _), one in self.found.items()]

    def _problem(self, code: str, *, documents: Any, rows: Any, value: Any, params: dict[str, Any]) -> Problem:
        said = {"documents": listed(map(shown, documents)), "near": "", **params}
        if code in _OF_PEOPLE and called(value, 0) != value:
            said["value"] = lambda: word("withheld_text", letters=len(value))
        return Problem(code, self.file, row=one_or_list(list(rows)), value=value, params=said)

    def stop(self) -> None:
        """Refuse the file if there is a fault."""
        if self.found:
            raise IntakeError(self.problems())


def parted(answer: str) -> tuple[str, Any, str] | None:
    """Return person, wave and section that the name of an answer says; None where it is no such name."""
    person, wave, section = ["", "", *answer.rsplit(".", 2)][-3:]
    section = _NUMBER.sub("", section)
    if not (person and wave and section in SECTIONS):
        return None
    return person, int(wave) if wave.isdecimal() and str(int(wave)) == wave else wave, section


def codings_of(marks: Iterable[Mark], answers: pd.DataFrame, codebook: Codebook, faults: Faults) -> pd.DataFrame:
    """Return one row for every code of an answer's section that a coder read; who marked anything, read it all."""
    order = {answer: place for place, answer in enumerate(answers["answer"])}
    section_of = dict(zip(answers["answer"], answers["section"], strict=True))
    read: dict[tuple[int, str], set[str]] = {}
    for mark in marks:
        if mark.answer not in order:
            near = did_you_mean(mark.answer, order)
            faults.add("exchange-unknown-answer", called(mark.answer, mark.row or 0), row=mark.row, near=near)
            continue
        section = codebook.section_of.get(mark.code)
        if section is None and mark.code != NONE:
            near = did_you_mean(mark.code, codebook.codes)
            faults.add("exchange-unknown-code", mark.code, document=mark.answer, row=mark.row, near=near)
        elif mark.code != NONE and section != section_of[mark.answer]:
            faults.add("exchange-other-section", mark.code, document=mark.answer, row=mark.row, section=section)
        read.setdefault((order[mark.answer], mark.coder), set()).add(mark.code)
    names = list(order)
    for (place, coder), codes in read.items():
        if NONE in codes and len(codes) > 1:
            faults.add("exchange-none-and-code", coder, document=names[place])
    faults.stop()
    people = answers[["answer", "person", "wave", "section"]].to_dict("records")
    rows = [
        {**people[place], "coder": coder, "code": code, "value": int(code in codes)}
        for (place, coder), codes in sorted(read.items())
        for code in codebook.of_section(people[place]["section"])
    ]
    return pd.DataFrame(rows, columns=list(CODINGS))


def marks_of(codings: pd.DataFrame, answers: pd.DataFrame, codebook: Codebook) -> dict[tuple[str, str], list[str]]:
    """Return the codes that apply by answer and coder, `NONE` alone where none does; refuse codings that do not fit."""
    present(codings, CODINGS)
    section_of = dict(zip(answers["answer"], answers["section"], strict=True))
    whole = {section: set(codebook.of_section(section)) for section in SECTIONS}
    read: dict[tuple[str, str], dict[str, float]] = {}
    for answer, coder, code, value in codings[["answer", "coder", "code", "value"]].itertuples(index=False):
        if answer not in section_of or code not in whole.get(section_of[answer], ()) or value not in (0, 1):
            raise DataError("exchange-codings-strange", answer=shown(answer), code=shown(code), value=shown(value))
        its = read.setdefault((answer, str(coder)), {})
        if code in its:
            raise DataError("exchange-codings-twice", answer=shown(answer), code=shown(code))
        its[code] = value
    for (answer, _), its in read.items():
        if lacking := whole[section_of[answer]] - set(its):
            raise DataError("exchange-codings-part", answer=shown(answer), codes=listed(sorted(lacking)))
    return {key: [code for code in codebook.codes if its.get(code) == 1] or [NONE] for key, its in read.items()}


def checked_answers(answers: pd.DataFrame) -> pd.DataFrame:
    """Return answers whose names can be names of files, each once on every system, or refuse them."""
    present(answers, ANSWERS)
    names = [str(name) for name in answers["answer"]]
    if strange := [name for name in names if safe_name(name) != name]:
        raise DataError("exchange-file-names", n=len(strange), first=shown(strange[0]))
    if len({name.casefold() for name in names}) < len(names):
        raise DataError("exchange-names-twice", n=len(names) - len({name.casefold() for name in names}))
    if lost := [name for name in dict.fromkeys(answers["section"]) if name not in SECTIONS]:
        raise DataError("no-such-choice", what="section", value=shown(lost[0]), allowed=listed(SECTIONS))
    plain = ["" if pd.isna(text) else str(text) for text in answers["text"]]
    texts = pd.Series(plain, index=answers.index, dtype=object)  # an arrow text cannot hold half a character
    return answers.assign(answer=names, text=texts).reset_index(drop=True)
