"""REFI-QDA projects (.qdpx), read: documents are answers, users coders; a part that was marked is kept beside.

docs/decisions/0021-exchange.md
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

import numpy as np
import pandas as pd

from ...core.errors import Notice
from ...core.language import listed, say
from ..codebook import NONE, SECTIONS, Codebook
from .archive import Archive, decoded, open_archive, open_file, read_xml
from .codebooks import PROJECT, bare, code_tree, guid, guid_of, its_guid, made
from .marks import ANSWERS, Faults, Mark, called, codings_of, parted
from .projects import SELECTIONS

_IN = f"{{{PROJECT}}}"
_READ = {
    "Boolean": lambda text: {"true": True, "1": True, "false": False, "0": False}[text.strip()],
    "Integer": lambda text: int(np.int64(int(text))),
    "Float": lambda text: float(text),
}
_SHORTEST_NAME = 4  # letters of a selection's name that are worth looking for in the text


@dataclass(frozen=True, repr=False)
class Project:
    """What a project held: ``answers``, ``codings``, ``codebook``; ``selections`` are the places that were marked."""

    answers: pd.DataFrame
    codings: pd.DataFrame
    codebook: Codebook
    selections: pd.DataFrame
    notices: tuple[Notice, ...] = field(default=())

    @property
    def sentence(self) -> str:
        """What was read, in the current language."""
        coders = sorted(set(self.codings["coder"]))
        said = say(
            "coding", "project_sentence", answers=len(self.answers), coders=len(coders), codes=len(self.codebook)
        )
        return " ".join([said, *(notice.text for notice in self.notices)])

    def __repr__(self) -> str:
        return self.sentence

    __str__ = __repr__


class Selection(NamedTuple):
    """A part of a text, what it is called, and the codes that each coder put on it."""

    start: int
    end: int
    name: str
    codes: list[tuple[str, str]]  # coder, guid of the code


def read_qdpx(path: str | Path, *, codebook: Codebook | None = None, coder: str | None = None) -> Project:
    """Read a REFI-QDA project of QualCoder, NVivo, MAXQDA, ATLAS.ti or `write_qdpx`.

    Parameters
    ----------
    path : str or Path
        A .qdpx file. Its documents are named as answers are (person.wave.section, with or without .txt). A code on a
        part of a text is a code of the answer. A coder who marked anything in an answer has read it.
    codebook : Codebook, optional
        The codebook of the study: codes are known by their guid, or else by their name. Without it the file's own,
        which has to stand in sections (`read_qdc`).
    coder : str, optional
        Who coded what the file says nobody coded.

    Returns
    -------
    Project
        ``.answers``, ``.codings`` (by answer, coder and code), ``.codebook``, ``.selections`` (answer, coder, code,
        start, end; places in the text, counted in characters) and ``.notices``.

    Raises
    ------
    IntakeError
        The archive is damaged, too large, holds too many files, unsafe names, or XML that defines its own; a place
        does not fit its text; a document is no answer; a text is not there; nothing was coded; a code is not in the
        codebook or of another section; "none" stands beside a code; nobody, or two of one name, coded something.

    Source
    ------
    REFI-QDA standard, QDA-XML 1.0, Project.xsd (www.qdasoftware.org): places are counted in Unicode code points.
    """
    source = open_file(path)
    archive = open_archive(source)
    inside = [name for name in archive.names if name.casefold().endswith(".qde") and "/" not in name]
    if len(inside) != 1:
        raise source.refuse("exchange-not-refi", kind=".qdpx")
    root = read_xml(source, archive.read(inside[0]))
    if root.tag != f"{_IN}Project":
        raise source.refuse("exchange-not-refi", kind=".qdpx")
    faults = Faults(source.name)
    book = root.find(f"{_IN}CodeBook")
    known, names = codebook, dict[str, str | None]()
    if codebook is not None:
        names = _named(book, codebook)
    elif book is not None:
        tree = code_tree(book, root.find(f"{_IN}Sets"), faults)
        faults.stop()
        known, names = made(source, tree), tree.names
    if known is None:
        raise source.refuse("exchange-no-codings")
    reader = _Reader(archive, root, names, faults, coder)
    answers = reader.answers()
    if not reader.marks:
        faults.add("exchange-no-codings", None)
    codings = codings_of(reader.marks, answers, known, faults)
    return Project(answers, codings, known, reader.selections(), reader.notices(source.name))


def _named(book: Element | None, codebook: Codebook) -> dict[str, str | None]:
    """Return the names of a file's codes in the codebook of the study: known by guid, or else as they are called."""
    ours = {guid(its_guid(row)): row["code"] for row in codebook.table.to_dict("records")}
    ours[guid_of("code", NONE)] = NONE
    names: dict[str, str | None] = {}
    for one in book.iter(f"{_IN}Code") if book is not None else ():
        known = guid(one.get("guid")) or ""
        names[known] = ours.get(known) or bare(one.get("name", ""), codebook)
        if one.get("isCodable") in ("false", "0"):
            names[known] = None
    return names


class _Reader:
    """Walks through the documents of a project."""

    def __init__(
        self, archive: Archive, root: Element, names: dict[str, str | None], faults: Faults, coder: str | None
    ) -> None:
        self.archive, self.root, self.names, self.faults, self.coder = archive, root, names, faults, coder
        self.files = {name.casefold(): name for name in archive.names}
        self.users: dict[str, str] = {}
        self.variables: dict[str, tuple[str, str]] = {}
        self.marks: list[Mark] = []
        self.places: list[tuple[Any, ...]] = []
        for one in root.iterfind(f"{_IN}Users/{_IN}User"):
            name = one.get("name") or one.get("id") or one.get("guid") or ""
            if name in self.users.values():
                faults.add("exchange-same-coder", name)
            self.users[guid(one.get("guid")) or ""] = name
        for one in root.iterfind(f"{_IN}Variables/{_IN}Variable"):
            self.variables[guid(one.get("guid")) or ""] = one.get("name", ""), one.get("typeOfVariable", "Text")
        self.owner = guid(root.get("creatingUserGUID"))

    def answers(self) -> pd.DataFrame:
        """Return the table of answers, having noted every mark."""
        rows: dict[str, dict[str, Any]] = {}
        for place, one in enumerate(self.root.iterfind(f"{_IN}Sources/{_IN}TextSource"), 1):
            name = one.get("name", "")
            answer = name[:-4] if name.casefold().endswith(".txt") else name
            row, text = self._row(answer, place, one), self._text(one)
            if row is None or answer in rows or text is None:
                twice = "exchange-answer-twice" if answer in rows else "exchange-no-text"
                self.faults.add("exchange-unknown-answer" if row is None else twice, called(name, place))
                continue
            rows[answer] = row | {"text": text}
            self._marks(answer, text, one)
        kinds = dict(self.variables.values())
        extra = [name for name in kinds if name not in ANSWERS]
        table = pd.DataFrame(list(rows.values()), columns=[*ANSWERS, *extra])
        for name in table.columns:
            table[name] = _typed(table[name], kinds.get(name, "Text"))
        return table

    def _row(self, answer: str, place: int, one: Element) -> dict[str, Any] | None:
        """Return what is known of an answer: what its variables say, or else its name."""
        row: dict[str, Any] = {}
        for value in one.iterfind(f"{_IN}VariableValue"):
            ref = value.find(f"{_IN}VariableRef")
            name, kind = self.variables.get(guid(ref.get("targetGUID") if ref is not None else None) or "", ("", ""))
            text = next((part.text for part in value if part.tag != f"{_IN}VariableRef"), None)
            if name not in ("", "answer", "text") and text is not None:
                try:
                    row[name] = _READ.get(kind, str)(text)
                except (ValueError, KeyError, OverflowError):
                    self.faults.add("exchange-value", name, document=called(answer, place), kind=kind)
        said = dict(zip(("person", "wave", "section"), parted(answer) or (), strict=False))
        row = {"answer": answer, **said, **row}
        return row if row.get("section") in SECTIONS and "person" in row and "wave" in row else None

    def _text(self, one: Element) -> str | None:
        """Return the text of a document: in the file itself, or in one of the archive; no other place is looked at."""
        path = one.get("plainTextPath")
        if path is None:
            return one.findtext(f"{_IN}PlainTextContent")
        kind, _, name = path.partition("://")
        found = self.files.get(f"sources/{name}".casefold())
        return decoded(self.archive.read(found)) if kind == "internal" and found else None

    def _marks(self, answer: str, text: str, one: Element) -> None:
        whole = Selection(0, len(text), "", list(self._codes(answer, one, None)))
        parts = []
        for part in one.iterfind(f"{_IN}PlainTextSelection"):
            try:
                start, end = int(part.get("startPosition", "")), int(part.get("endPosition", ""))
            except ValueError:
                start, end = -1, -1
            user = guid(part.get("creatingUser"))
            parts.append(Selection(start, end, part.get("name") or "", list(self._codes(answer, part, user))))
        moved, wrong = fitted(text, parts)
        if wrong:
            said = listed(f"{part.start}–{part.end}" for part in wrong)
            self.faults.add("exchange-offsets", one.get("name"), places=said, letters=len(text))
        for span in [whole, *moved]:
            for who, known in span.codes:
                name = self.names.get(known, "")
                if not name:
                    self.faults.add("exchange-not-a-code", answer, document=answer)
                    continue
                self.marks.append(Mark(answer, who, name))
                self.places.append((answer, who, name, span.start, span.end))

    def _codes(self, answer: str, above: Element, user: str | None) -> Iterator[tuple[str, str]]:
        """Yield coder and code of each coding of an element."""
        for coding in above.iterfind(f"{_IN}Coding"):
            ref = coding.find(f"{_IN}CodeRef")
            by = guid(coding.get("creatingUser")) or user or self.owner
            only = next(iter(self.users.values())) if len(self.users) == 1 else None
            who = self.users.get(by or "") or self.coder or only
            if who is None:
                self.faults.add("exchange-no-coder", answer, document=answer)
            else:
                yield who, guid(ref.get("targetGUID") if ref is not None else None) or ""

    def selections(self) -> pd.DataFrame:
        """Return which places were marked."""
        table = pd.DataFrame(self.places, columns=list(SELECTIONS))
        return table.drop_duplicates(ignore_index=True).astype({"start": "int64", "end": "int64"})

    def notices(self, file: str) -> tuple[Notice, ...]:
        """Say how many documents were passed over because they are no texts."""
        others = [one for one in self.root.iterfind(f"{_IN}Sources/*") if one.tag != f"{_IN}TextSource"]
        return (Notice("exchange-not-texts", file, params={"n": len(others)}),) if others else ()


def fitted(text: str, parts: list[Selection]) -> tuple[list[Selection], list[Selection]]:
    """Return the selections with places that fit the text, and those that fit in no way of counting.

    Some programs count the two characters that end a line in Windows as one (ATLAS.ti), others as they stand (NVivo).
    """
    wrong = [part for part in parts if not _fits(text, part)]
    if not wrong:
        return parts, []
    ends = [place - nth for nth, place in enumerate(_pairs(text))]
    moved = [part._replace(start=_from(part.start, ends), end=_from(part.end, ends)) for part in parts]
    return (moved, []) if ends and all(_fits(text, part) for part in moved) else (parts, wrong)


def _pairs(text: str) -> Iterator[int]:
    place = text.find("\r\n")
    while place >= 0:
        yield place
        place = text.find("\r\n", place + 2)


def _from(place: int, ends: list[int]) -> int:
    return place + bisect_left(ends, place)


def _fits(text: str, part: Selection) -> bool:
    """Tell whether a selection lies within the text, and is not called what stands elsewhere in it."""
    if not 0 <= part.start <= part.end <= len(text):
        return False
    name = " ".join(part.name.rstrip(" .…").split())
    if len(name) < _SHORTEST_NAME or name in " ".join(text[part.start : part.end].split()):
        return True
    return name not in " ".join(text.split())


def _typed(column: pd.Series, kind: str) -> pd.Series:
    """Return a column of the type that its variable has."""
    blank = column.isna()
    if kind == "Float":
        return column.astype(float)
    if kind in ("Integer", "Boolean") and len(column):
        plain = {"Integer": "int64", "Boolean": "bool"}[kind]
        return column.astype({"Integer": "Int64", "Boolean": "boolean"}[kind] if blank.any() else plain)
    values = [np.nan if lost else value for value, lost in zip(column, blank, strict=True)]
    return pd.Series(values, index=column.index, name=column.name) if values else column
