"""The data dictionary: which tables the programme workbook has, which columns, and what may stand in them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from importlib import resources
from typing import Any

from ...core.language import LANGUAGES, in_language, listed
from ...core.text import fold
from ..matching import canonical

ANSWERS = "jawaban"  # the table whose further columns are items of instruments
CONSENT = "persetujuan"
PEOPLE = "peserta"
PERSON = "pid"
BLANKS = (77, 88, 99)  # does not apply, does not know, refused

Label = Mapping[str, str]
Code = int | str


def _label(texts: list[str]) -> Label:
    return dict(zip(LANGUAGES, texts, strict=True))


@dataclass(frozen=True)
class Codes:
    """A list of codes with their labels; ``answers`` are codes that mean a blank elsewhere and an answer here."""

    labels: Mapping[Code, Label]
    answers: tuple[int, ...] = ()

    @cached_property
    def spellings(self) -> dict[str, Code]:
        """Every way to write a code: itself, its label, or both ("0 tidak", "0 - tidak")."""
        found: dict[str, Code] = {}
        for code, label in self.labels.items():
            for text in (str(code), *label.values(), *(f"{code} {text}" for text in label.values())):
                found.setdefault(spelling(text), code)
        return found

    def choice(self, code: Code, lang: str | None = None) -> str:
        """Return a code as it stands in a list to choose from: a number with its label, a word as a word."""
        label = in_language(self.labels[code], lang)
        return f"{code} {label}" if isinstance(code, int) else str(code) if lang == "id" else label

    def worded(self) -> str:
        """Return all codes, each with its label in the current language where that says more."""
        labels = ((code, in_language(label)) for code, label in self.labels.items())
        return listed((f"{c} ({label})" if spelling(label) != spelling(str(c)) else str(c) for c, label in labels), 99)


@lru_cache(4096)
def spelling(text: str) -> str:
    """Fold a code or its label: case, underscores and the mark between both do not count."""
    return " ".join(fold(text).replace("_", " ").replace(":", " ").replace(" - ", " ").replace("–", "-").split())


@dataclass(frozen=True)
class Column:
    """A column of a table; ``to`` is the table whose key it repeats, ``blank_if`` when a required cell may be blank."""

    name: str
    label: Label
    type: str
    key: bool = False
    required: bool = False
    codes: Codes | None = None
    to: str | None = None
    unit: str = ""
    privacy: str = "N"
    low: float = 0
    high: float | None = None
    blank_if: Mapping[str, Code] = field(default_factory=dict)

    @property
    def names(self) -> set[str]:
        """The headings under which the column is known, folded."""
        return {canonical(self.name), *map(canonical, self.label.values())}


@dataclass(frozen=True)
class Table:
    """A table of the workbook: what a row is, which columns name it, all its columns, and who reads it."""

    name: str
    label: Label
    about: Label
    key: tuple[str, ...]
    columns: Mapping[str, Column]
    notebooks: tuple[str, ...] = ()

    @property
    def of_people(self) -> bool:
        """Whether its rows belong to participants."""
        return PERSON in self.columns


@cache
def dictionary() -> Mapping[str, Table]:
    """Return the tables by name, in the order in which they are filled in."""
    read = tomllib.loads(resources.files(__package__).joinpath("dictionary.toml").read_text("utf-8"))
    codes = {
        name: {_code(code): _label(texts) for code, texts in found.items()} for name, found in read["codes"].items()
    }
    return {name: _table(name, table, codes) for name, table in read["tables"].items()}


def _code(text: str) -> Code:
    return int(text) if text.isdecimal() else text


def _table(name: str, read: Mapping[str, Any], codes: Mapping[str, Mapping[Code, Label]]) -> Table:
    key = tuple(read["key"])
    columns = {}
    for stem, words in read["columns"].items():
        for column in _columns(stem, words, codes, stem in key):
            columns[column.name] = column
    notebooks = tuple(read.get("notebooks", ()))
    return Table(name, _label(read["label"]), _label(read["about"]), key, columns, notebooks)


def _columns(
    stem: str, words: dict[str, Any], codes: Mapping[str, Mapping[Code, Label]], key: bool
) -> Iterator[Column]:
    """Yield the column, or all those that ``times`` says stand together."""
    given = {**words, "key": key}
    times, label = given.pop("times", 0), _label(given.pop("label"))
    answers = tuple(given.pop("answers", ()))
    given["required"] = given.get("required", key and not given.pop("may_be_blank", False))
    if "codes" in given:
        given["codes"] = Codes(codes[given["codes"]], answers)
    for number in range(1, times + 1):
        yield Column(f"{stem}_{number}", {lang: f"{text} {number}" for lang, text in label.items()}, **given)
    if not times:
        yield Column(stem, label, **given)
