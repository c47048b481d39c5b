"""From the workbook of a form back to an Instrument, or to the list of everything that is wrong in it, cell by cell.

``survey`` and ``choices`` give the items, their wording and their answers, as in any XLSForm; the sheets of
`definition_sheets` give the rest. What is gathered here is checked by `reading`, as a definition in TOML is.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection
from itertools import pairwise
from pathlib import Path
from typing import Any

from ..core.errors import InstrumentError
from ..core.language import LANGUAGES, listed
from .cell_words import from_cell
from .definition import Instrument, Label
from .definition_sheets import MISSING, SHEETS, TOP, kind_of, words_of
from .form_labels import bare_answer, bare_item, own_label
from .reading import read_table
from .schema import KINDS, Faults, did_you_mean
from .sheet_tables import Cell, read_sheets
from .toml_lines import Path as WordPath

Row = dict[str, Cell]
Entry = dict[str, Any]

_SELECT_ONE = re.compile(r"select[_ ]?(?:one|1)(?: from)?\s+(\S+)", re.I)
_TONGUES = {"id": re.compile(r"\bid\b|indonesia", re.I), "en": re.compile(r"\ben\b|english|inggris", re.I)}
_OLD_HEADINGS = {"list name": "list_name", "value": "name"}
_GAP = 10  # a larger step between the codes of one list, beside smaller ones, leads to a code for "no answer"
_FIRST = {"no-such-sheet", "no-scores-sheet", "choice-not-whole"}  # before these are mended no more can be told


def from_xlsform(path: str | Path) -> Instrument:
    """Read an instrument from an XLSForm workbook: one that `to_xlsform` wrote, or one written in Excel.

    Parameters
    ----------
    path : str or Path
        The workbook (.xlsx). ``survey`` and ``choices`` are as in any XLSForm; ``scores`` and, where they say
        something, ``reintegra``, ``items``, ``bands``, ``lookup``, ``skips``, ``variants`` and ``forms`` hold the words
        of a definition. Without ``items``, every select_one question whose choices are whole numbers is an item.

    Returns
    -------
    Instrument
        Equal to the one that was written, but for ``file`` and ``digest``.

    Raises
    ------
    InstrumentError
        ``.problems``: every fault in the workbook, each with sheet, row, cell, cause and remedy. A form without a sheet
        ``scores`` is refused: nothing in it says how answers are scored.

    Source
    ------
    XLSForm: xlsform.org; the words: docs/instruments.md; why so: docs/decisions/0010-forms-for-phone-and-paper.md
    """
    return _Workbook(Path(path)).instrument()


class _Workbook:
    """The cells of a workbook on their way to a definition; ``places`` keeps where each word of it stood."""

    def __init__(self, path: Path) -> None:
        self.sheets = read_sheets(path)
        self.places: dict[WordPath, Cell] = {}
        self.faults = Faults(path.name, self._where)
        self.top = self._top(path.stem)
        self.language: str = self.top["language"] if self.top["language"] in LANGUAGES else LANGUAGES[0]
        self.questions = self._questions()
        self.choices: dict[str, list[Row]] = {}
        for row in self._rows("choices"):
            if "list_name" in row:
                self.choices.setdefault(str(row["list_name"].value), []).append(row)

    def instrument(self) -> Instrument:
        """Gather the definition and check it."""
        top = self.top
        for sheet in ("survey", "choices"):
            if sheet not in self.sheets:
                self.faults.add("no-such-sheet", (sheet,), sheet, sheets=listed(self.sheets))
        top["scores"] = self._scores()
        if not top["scores"]:
            self.faults.add("no-scores-sheet", ("scores",))
        top["missing"] = self._answers(MISSING, ("missing",))
        top["items"] = self._items()
        blanks = [answer["value"] for answer in top["missing"]]
        used = dict.fromkeys(item["responses"] for item in top["items"] if item.get("responses") in self.choices)
        top["responses"] = {name: self._answers(name, ("responses", name), blanks) for name in used}
        for word in ("skips", "variants"):
            top[word] = self._entries(word, (word,))
        if forms := self._entries("forms", ("guards", "forms")):
            top.setdefault("guards", {})["forms"] = forms
        if {problem.code for problem in self.faults.problems} & _FIRST:
            raise InstrumentError(self.faults.problems)
        content = json.dumps(top, sort_keys=True, default=str)
        return read_table(top, self.faults, hashlib.sha256(content.encode()).hexdigest())

    def _where(self, path: WordPath) -> dict[str, Any]:
        """Return where a word stands, or else the nearest it belongs to, as words of Problem."""
        for length in range(len(path), 0, -1):
            if cell := self.places.get(path[:length]):
                return {"sheet": cell.sheet, "row": cell.row, "cell": cell.address}
        return {"sheet": next((name for name in path[:1] if name in (*SHEETS, "survey", "choices")), TOP)}

    def _fault(self, code: str, cell: Cell, *word: str, **params: Any) -> None:
        """Note a fault of one cell, under the heading ``word`` if it has one."""
        self.places[cell.sheet, *word] = cell
        self.faults.add(code, (cell.sheet, *word), cell.value, **params)

    def _rows(self, sheet: str) -> list[Row]:
        """Return the rows of a sheet, each cell under its heading.

        The headings stand in the first row that has a known one. In the sheets of a definition a heading that is not
        known is a fault; in those of the XLSForm standard it is somebody else's.
        """
        known = ["word", "value"] if sheet == TOP else words_of(sheet)
        word_of = {word: word for word in known}.get if known else _standard_heading
        lines = self.sheets.get(sheet) or [[]]
        first = next((n for n, line in enumerate(lines) if any(word_of(_folded(cell)) for cell in line)), 0)
        columns: dict[int, str | None] = {}
        for cell in lines[first]:
            word = word_of(_folded(cell))
            if word and word in columns.values():
                self._fault("heading-twice", cell, word)
            elif known and not word:
                self._fault("unknown-word", cell, str(cell.value), near=did_you_mean(str(cell.value), known))
            columns[cell.column] = word
        for cell in (cell for line in lines[first + 1 :] for cell in line if known and cell.column not in columns):
            self._fault("no-heading", cell)
        rows = ({columns.get(cell.column): cell for cell in line} for line in lines[first + 1 :])
        named = ({word: cell for word, cell in row.items() if word} for row in rows)
        return [row for row in named if row]

    def _entries(self, sheet: str, path: WordPath) -> list[Entry]:
        """Return the rows of a sheet as tables of a definition."""
        return [self._entry(sheet, row, (*path, n)) for n, row in enumerate(self._rows(sheet))]

    def _entry(self, sheet: str, row: Row, path: WordPath, without: tuple[str, ...] = ()) -> Entry:
        entry: Entry = {}
        self.places[path] = next(iter(row.values()))
        for word, cell in row.items():
            if word not in without:
                self._put(entry, sheet, word, cell, path)
        return entry

    def _put(self, entry: Entry, sheet: str, word: str, cell: Cell, path: WordPath = ()) -> None:
        """Put the value of a cell into a table; a dotted word goes into the table it names."""
        *inner, last = word.split(".")
        for name in inner:
            entry = entry.setdefault(name, {})
        entry[last] = from_cell(last, kind_of(sheet, word), cell.value)
        self.places[(*path, *inner, last)] = cell

    def _top(self, stem: str) -> Entry:
        """Return the words of the sheet reintegra; for what it does not say, the settings of the form."""
        settings = next(iter(self._rows("settings")), {})
        said = {word: str(cell.value) for word, cell in settings.items()}
        name = re.sub(r"[^a-z0-9]+", "_", said.get("form_id", stem).casefold()).strip("_")
        language = _tongue(said.get("default_language", "")) or LANGUAGES[0]
        top: Entry = {
            "format": 1,
            "name": name if name[:1].isalpha() else f"form_{name}",
            "version": said.get("version", "0"),
            "status": "draft",
            "language": language,
            "title": {language: said.get("form_title", name)},
        }
        known = words_of(TOP)
        given: Entry = {}
        for row in self._rows(TOP):
            if "word" in row and "value" in row:
                word = _folded(row["word"])
                if word not in known:
                    self._fault("unknown-word", row["word"], "word", near=did_you_mean(word, known))
                elif (word,) in self.places:
                    self._fault("heading-twice", row["word"], "word")
                else:
                    self._put(given, TOP, word, row["value"])
        return top | given

    def _questions(self) -> dict[str, tuple[Row, str]]:
        """Return the select_one questions by name, each with its list of choices."""
        questions: dict[str, tuple[Row, str]] = {}
        for row in self._rows("survey"):
            asked = _SELECT_ONE.match(str(row["type"].value)) if "type" in row else None
            if asked and "name" in row:
                if (name := str(row["name"].value)) in questions:
                    self._fault("name-twice", row["name"], "name")
                questions[name] = row, asked[1]
        return questions

    def _items(self) -> list[Entry]:
        """Return the items of the sheet items, or without one the questions that are answered by whole numbers."""
        items = self._entries("items", ("items",))
        if not items:
            coded = [name for name, (_, answers) in self.questions.items() if self._coded(answers)]
            items = [{"name": name} for name in coded or self.questions]
            self.places |= {("items", n): self.questions[item["name"]][0]["name"] for n, item in enumerate(items)}
        for n, item in enumerate(items):
            bare, tongues = bare_item(str(item.get("number", n + 1))), item.pop("wording", None)
            if item.get("name") in self.questions:
                row, item["responses"] = self.questions[item["name"]]
                self.places["items", n, "responses"] = row["type"]
                item["label"] = self._label(row, bare, tongues)
                self.places["items", n, "label"] = row["name"]
            elif "name" in item:
                self._fault("item-not-asked", self.places["items", n], "name")
        names, lists = ({item.get(word) for item in items} for word in ("name", "responses"))
        for name, (row, answers) in self.questions.items():
            if answers in lists and name not in names:
                self._fault("question-not-listed", row["name"], "name")
        return items

    def _coded(self, answers: str) -> bool:
        """Tell whether every choice of a list is a whole number."""
        return all(KINDS["whole"](_code(row)) for row in self.choices.get(answers, [{}]))

    def _label(self, row: Row, bare: Label, tongues: Any) -> Label:
        """Return the wording in a row; what a form shows where it has none is no wording."""
        shown = {lang: str(row[f"label.{lang}"].value) for lang in LANGUAGES if f"label.{lang}" in row}
        if "label" in row:
            shown.setdefault(self.language, str(row["label"].value))
        return {lang: shown[lang] for lang in tongues if lang in shown} if tongues else own_label(shown, bare)

    def _answers(self, name: str, path: WordPath, blanks: Collection[int] = ()) -> list[Entry]:
        """Return the choices of a list as answers, without those that are no answers."""
        answers: list[Entry] = []
        for row in self.choices.get(name, ()):
            code = _code(row)
            if not KINDS["whole"](code):
                self._fault("choice-not-whole", row.get("name", row["list_name"]), "name")
            elif code not in blanks:
                self.places[(*path, len(answers))] = row["name"]
                words: Entry = {w: from_cell(w, "texts", row[w].value) for w in ("also", "wording") if w in row}
                label = self._label(row, bare_answer(code), words.pop("wording", None))
                answers.append({"value": code, **label, **words})
        if path[0] == "responses":
            self._no_gap(answers, path)
        return answers

    def _no_gap(self, answers: list[Entry], path: WordPath) -> None:
        """Refuse a code far from the others of its list: taken for an answer it would be the end of the scale."""
        order = sorted(range(len(answers)), key=lambda n: answers[n]["value"])
        steps = [answers[b]["value"] - answers[a]["value"] for a, b in pairwise(order)]
        for place, step in enumerate(steps):
            if step > max(_GAP, min(steps)):
                far = order[place + 1] if place >= len(steps) / 2 else order[place]
                self._fault("choice-not-answer", self.places[(*path, far)], "name", blank=MISSING)

    def _scores(self) -> list[Entry]:
        """Return the scores with their bands and steps."""
        scores = self._entries("scores", ("scores",))
        place = {score.get("name"): n for n, score in enumerate(scores)}
        for sheet in ("bands", "lookup"):
            for row in self._rows(sheet):
                name = str(row["score"].value) if "score" in row else None
                if name is None:
                    self._fault("missing-word", next(iter(row.values())), "score", word="score")
                elif name not in place:
                    self._fault("unknown-score", row["score"], "score", near=did_you_mean(name, filter(None, place)))
                if name not in place:
                    continue
                system = str(row["system"].value) if "system" in row else ""
                path: WordPath = ("scores", place[name], sheet, *([system] if system else []))
                parts = scores[place[name]].setdefault(sheet, [] if sheet == "lookup" else {})
                parts = parts if sheet == "lookup" else parts.setdefault(system, [])
                parts.append(self._entry(sheet, row, (*path, len(parts)), without=("score", "system")))
        return scores


def _folded(cell: Cell) -> str:
    return str(cell.value).casefold()


def _code(row: Row) -> Any:
    """Return the code of a choice; one that is no whole number as it stands."""
    return from_cell("name", "whole", row["name"].value) if "name" in row else None


def _tongue(text: str) -> str | None:
    """Return which of our languages the name of a language means."""
    return next((lang for lang, pattern in _TONGUES.items() if pattern.search(text)), None)


def _standard_heading(text: str) -> str | None:
    """Return the heading of a sheet of the standard: label::English (en) as label.en; None in any other language."""
    name, *tongue = re.split(r"\s*::?\s*", text, maxsplit=1)
    name = _OLD_HEADINGS.get(name, name)
    return name if not tongue else f"{name}.{lang}" if (lang := _tongue(tongue[0])) else None
