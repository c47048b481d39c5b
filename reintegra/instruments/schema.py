"""The words a definition may use, and what kind of value each takes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ..core.errors import Problem
from ..core.language import LANGUAGES, listed, word
from ..core.text import nearest
from .toml_lines import Path

STATUSES = ("example", "draft", "pilot", "validated", "retired")
RULES = ("mean", "sum", "count")
DIRECTIONS = ("better", "worse", "more ready", "less ready", "unknown")

MOST = 1_000_000_000  # no number of a definition is that large

_NAME = re.compile(r"[a-z][a-z0-9_]*")


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -MOST < value < MOST


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -MOST < value < MOST


def _list_of(test: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(map(test, value))


def _table_of(test: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, dict) and all(map(test, value.values()))


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _wording(value: Any) -> bool:
    return isinstance(value, str) and value.strip() != ""


def _filled(test: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: test(value) and len(value) > 0


KINDS: dict[str, Callable[[Any], bool]] = {
    "text": _text,
    "name": lambda value: isinstance(value, str) and _NAME.fullmatch(value) is not None,
    "whole": _whole,
    "number": _number,
    "yes_no": lambda value: isinstance(value, bool),
    "texts": _list_of(_wording),
    "label": lambda value: _table_of(_wording)(value) and set(value) <= set(LANGUAGES),
    "code_list": _filled(_list_of(_whole)),
    "groups": _list_of(lambda group: _list_of(_wording)(group) and len(group) > 1),
    "range": lambda value: _list_of(_number)(value) and len(value) == 2 and value[0] < value[1],
    "weights": lambda value: (
        _filled(_list_of(_wording))(value) or _filled(_table_of(lambda w: _number(w) and w != 0))(value)
    ),
    "code_table": _filled(_table_of(_whole)),
    "tables": _list_of(lambda value: isinstance(value, dict)),
    "table": lambda value: isinstance(value, dict),
    "sets": _table_of(lambda value: isinstance(value, list) and len(value) > 0),
    "band_systems": lambda value: _filled(KINDS["tables"])(value) or _table_of(_filled(KINDS["tables"]))(value),
}

Words = Mapping[str, str]

TOP: Words = {
    "format": "whole", "name": "name", "version": "text", "status": "text", "language": "text", "title": "label",
    "citation": "text", "licence": "text", "sources": "texts", "check": "whole", "check_note": "text",
    "family": "name", "recognise": "label", "modes": "texts", "instruction": "label", "status_line": "label",
    "note": "label", "missing": "tables", "responses": "sets", "items": "tables", "scores": "tables",
    "skips": "tables", "variants": "tables", "min_answered": "whole", "profile": "texts", "guards": "table",
}  # fmt: skip
ANSWER: Words = {"value": "whole", "id": "text", "en": "text", "also": "texts"}
ITEM: Words = {
    "name": "name", "number": "text", "label": "label", "responses": "text", "codes": "code_list",
    "reverse": "yes_no", "unused": "yes_no", "opposite_of": "text", "flag": "table", "construct": "text",
}  # fmt: skip
FLAG: Words = {"at": "whole", "id": "text", "en": "text"}
SCORE: Words = {
    "name": "name", "label": "label", "items": "texts", "scores": "weights", "rule": "text",
    "min_answered": "whole", "prorate": "yes_no", "rescale": "range", "multiply": "number", "lookup": "tables",
    "round_before_bands": "yes_no", "bands": "band_systems", "either": "groups", "counts": "code_list",
    "higher_is": "text", "formative": "yes_no",
}  # fmt: skip
BAND: Words = {"below": "number", "upto": "number", "id": "text", "en": "text"}
STEP: Words = {"upto": "number", "value": "number"}
SKIP: Words = {"when": "code_table", "items": "texts", "value": "whole"}
VARIANT: Words = {"name": "name", "label": "label", "reverse": "texts", "round": "texts"}
GUARDS: Words = {"direction": "label", "wording": "label", "people": "table", "forms": "tables"}
PEOPLE: Words = {"column": "text", "allowed": "texts", "id": "text", "en": "text"}
FORM: Words = {"items": "whole", "id": "text", "en": "text"}


class Faults:
    """Collects every fault of one definition, each with its place, which ``where`` gives as words of Problem."""

    def __init__(self, file: str, where: Callable[[Path], Mapping[str, Any]]) -> None:
        self.file = file
        self.where = where
        self.problems: list[Problem] = []

    def add(self, code: str, path: Path, value: Any = None, **params: Any) -> None:
        """Note a fault at a path of the definition."""
        column = ".".join(str(part) for part in path if isinstance(part, str)) or None
        place = {"column": column, **self.where(path)}
        params["lines"] = "sheet" not in place
        self.problems.append(Problem(code, self.file, value=value, params=params, **place))

    def choice(self, path: Path, value: str | None, choices: tuple[str, ...]) -> None:
        """Refuse a value that is not one of the choices."""
        if value is not None and value not in choices:
            self.add("unknown-choice", path, value, allowed=listed(choices), near=did_you_mean(value, choices))

    def words(
        self, table: Mapping[str, Any], path: Path, known: Words, required: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """Check the words of one table; return those that are known and of the right kind."""
        good = {}
        for key, value in table.items():
            if key not in known:
                self.add("unknown-word", (*path, key), key, near=did_you_mean(key, known))
            elif not KINDS[known[key]](value):
                self.add("wrong-kind", (*path, key), kind=(lambda kind: lambda: word(f"kind_{kind}"))(known[key]))
            else:
                good[key] = value
        for key in required:
            if key not in table or (known[key] != "tables" and good.get(key) in ("", [], {})):
                self.add("missing-word", (*path, key) if key in table else path, key, word=key)
        return good

    def tables(
        self, values: list[Any], path: Path, known: Words, required: tuple[str, ...] = ()
    ) -> list[tuple[Path, dict[str, Any]]]:
        """Check a list of tables; return each with its path."""
        return [((*path, i), self.words(value, (*path, i), known, required)) for i, value in enumerate(values)]


def wording(table: Mapping[str, Any]) -> dict[str, str]:
    """Return what a table says to people, by language."""
    return {lang: table[lang] for lang in LANGUAGES if table.get(lang, "").strip()}


def did_you_mean(name: str, names: Any) -> Callable[[], str]:
    """Return the words "did you mean ...?", or nothing, looked up when they are read."""
    near = nearest(name, names)
    return lambda: " " + word("did_you_mean", near=word("or").join(near)) if near else ""
