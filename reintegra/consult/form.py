"""The consultation form: one definition for the phone, for paper, and for reading any export of it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from ..core.files import sha256, write_whole
from ..instruments import Answer, Instrument, Item
from ..instruments.definition import Label
from ..instruments.form_labels import both
from ..instruments.sheet_tables import Table, write_tables
from ..instruments.xlsform import CODE_RULE, COLUMNS, LANGUAGE_NAMES, Row, spread

SECTIONS = ("hope", "worry", "strategy", "plan", "challenge")


@dataclass(frozen=True)
class Field:
    """One question of the form, and one column of the consultation table.

    ``when`` names the question that must be answered 1 for this one to be asked; it is then required.
    """

    name: str
    part: str
    type: str
    label: Label
    hint: Label = field(default_factory=dict)
    also: tuple[str, ...] = ()
    choices: tuple[Answer, ...] = ()
    words: Mapping[str, Label] = field(default_factory=dict)
    required: bool = False
    when: str = ""
    lines: int = 0


@dataclass(frozen=True)
class Part:
    """A group of questions under a heading."""

    name: str
    label: Label
    hint: Label
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class ConsultationForm:
    """The form: its parts in order, and what it says before everything and where danger is mentioned."""

    name: str
    version: str
    digest: str
    title: Label
    first: Label
    danger: Label
    parts: tuple[Part, ...]
    missing: tuple[Answer, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """All questions, in order."""
        return tuple(field for part in self.parts for field in part.fields)

    @property
    def instrument(self) -> Instrument:
        """The questions as items, so that headings are found as those of a questionnaire are."""
        return Instrument(self.name, self.version, "draft", "id", self.title, tuple(map(_item, self.fields)), ())


def _item(asked: Field) -> Item:
    headings = {**asked.label, **{f"also_{n}": text for n, text in enumerate(asked.also)}}
    return Item(asked.name, asked.name, asked.choices, headings)


@cache
def consultation_form() -> ConsultationForm:
    """Return the consultation form.

    Returns
    -------
    ConsultationForm
        Questions, choices and labels in both languages, in the order in which they are asked.

    Raises
    ------
    Nothing.

    Source
    ------
    reintegra/consult/form.toml
    """
    data = resources.files(__package__).joinpath("form.toml").read_bytes()
    told = tomllib.loads(data.decode("utf-8"))
    asked = [_field(entry, told["choices"]) for entry in told["fields"]]
    parts = tuple(
        Part(part["name"], part["label"], part.get("hint", {}), tuple(f for f in asked if f.part == part["name"]))
        for part in told["parts"]
    )
    missing = tuple(map(_answer, told["missing"]))
    said = {name: told[name] for name in ("name", "version", "title", "first", "danger")}
    return ConsultationForm(**said, digest=sha256(data), parts=parts, missing=missing)


def _field(entry: Mapping[str, Any], choices: Mapping[str, list[dict[str, Any]]]) -> Field:
    offered = choices[entry["choices"]] if "choices" in entry else []
    worded = entry["type"] == "words"
    return Field(
        **{name: value for name, value in entry.items() if name not in ("also", "choices")},
        also=tuple(entry.get("also", ())),
        choices=() if worded else tuple(map(_answer, offered)),
        words={choice["value"]: _label(choice) for choice in offered} if worded else {},
    )


def _answer(choice: Mapping[str, Any]) -> Answer:
    return Answer(choice["value"], _label(choice), tuple(choice.get("also", ())))


def _label(choice: Mapping[str, Any]) -> dict[str, str]:
    return {lang: choice[lang] for lang in LANGUAGE_NAMES}


def consultation_xlsform(path: str | Path) -> Path:
    """Write the consultation form as an XLSForm for KoboToolbox or ODK, in Indonesian and English.

    Parameters
    ----------
    path : str or Path
        The workbook to write (.xlsx).

    Returns
    -------
    Path
        The file that was written: under another name where ``path`` is open in another program.

    Raises
    ------
    OutputError
        The file cannot be written.

    Source
    ------
    XLSForm: xlsform.org. What a form must ask: docs/decisions/0010-forms-for-phone-and-paper.md
    """
    form = consultation_form()
    tables = [
        Table("survey", *spread(COLUMNS, map(vars, _survey(form)))),
        Table("choices", *spread(("list_name", "name", "label"), _choices(form))),
        Table(
            "settings",
            ("form_title", "form_id", "version", "default_language", "instance_name"),
            [
                [
                    form.title["id"],
                    form.name,
                    f"{form.version}-{form.digest[:8]}",
                    LANGUAGE_NAMES["id"],
                    "concat(${person}, ' ', ${wave})",
                ]
            ],
        ),
    ]
    return write_whole(Path(path), lambda part: write_tables(part, tables))


def _survey(form: ConsultationForm) -> Iterator[Row]:
    yield Row("start", "mulai")
    yield Row("end", "akhir")
    yield Row("note", "dahulu", form.first)
    for part in form.parts:
        yield Row("begin_group", part.name, part.label)
        if part.hint:
            yield Row("note", f"{part.name}_cara", part.hint)
        for asked in part.fields:
            yield _row(asked)
            if asked.name == "danger_mentioned":
                yield Row("note", "berhenti", form.danger, relevant="${danger_mentioned} = 1")
        yield Row("end_group")
    yield Row("note", "selesai", both("thanks"))


def _row(asked: Field) -> Row:
    rules: dict[str, Any] = {"required": "yes" if asked.required or asked.when else "", "hint": asked.hint}
    if asked.when:
        rules["relevant"] = f"${{{asked.when}}} = 1"
    if asked.type == "code":
        rules |= {"constraint": CODE_RULE, "constraint_message": both("code_rule")}
    elif asked.type == "date":
        past = {"constraint": ". <= today()", "constraint_message": both("date_rule")}
        rules |= {"default": "today()", **past}
    elif asked.type == "minutes":
        rules |= {"constraint": ". > 0 and . <= 600", "constraint_message": both("minutes_rule")}
    elif asked.type == "text":
        rules["appearance"] = "multiline"
    kind = {"date": "date", "minutes": "integer", "time": "time"}.get(asked.type, "text")
    if asked.choices or asked.words:
        kind = f"select_one {asked.name if asked.words else _list_of(asked)}"
    return Row(kind, asked.name, asked.label, **rules)


def _list_of(asked: Field) -> str:
    """Name a list of choices after the first question that has it."""
    return next(other.name for other in consultation_form().fields if other.choices == asked.choices)


def _choices(form: ConsultationForm) -> Iterator[dict[str, Any]]:
    offering = [asked for asked in form.fields if asked.words or (asked.choices and _list_of(asked) == asked.name)]
    for asked in offering:
        name = asked.name
        for value, label in asked.words.items():
            yield {"list_name": name, "name": value, "label": label}
        for answer in asked.choices:
            yield {"list_name": name, "name": answer.value, "label": answer.label}
