"""What one cell means: an answer, a blank, or a fault with its cause."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Number
from typing import Any

import numpy as np
import pandas as pd

from ..core.language import in_language, listed, word
from ..core.text import fold, nearest, tidy
from ..instruments import Answer, Item
from .dates import MONTHS
from .grids import Ticks, Truth, Unfilled

# A likeness that only slips reach: "Setujuu" is near "Setuju", but "Kurang setuju" is near no other answer.
SLIP_OF_THE_PEN = 0.85
FEW_LETTERS = 3  # "N/A" is nobody's name; a spreadsheet's error begins with #

_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[+-]?\d+)?", re.I)
_DATE = re.compile(
    rf"\d{{1,4}}[-/.]\d{{1,2}}[-/.]\d{{1,4}}(\s.*)?|\d{{1,2}}[- ](?:{'|'.join(MONTHS)})([- ]\d{{2,4}})?", re.I
)
_CODE_AND_LABEL = re.compile(r"[\[(]?(\d+)[\])]?\s*[-–=.:)]?\s*(\D.*)|(\D.*?)\s*[-–=:]?\s*[\[(]?(\d+)[\])]?")
_CODE = re.compile(r"(?=.*\d)[A-Za-z_]{0,6}\d{1,6}|[A-Z]{1,4}\d*")
_TWO_LANGUAGES = re.compile(r"\s*[/|]\s*")
_DIGITS = re.compile(r"\d+$")
_WORD = re.compile(r"[^\W\d_]+")
_BETWEEN = re.compile(r"\s*[,;/&+|\n]\s*|\s+(?:dan|atau|and|or)\s+|(?<=\d)\s*-\s*(?=\d)|(?<=\d)\s+(?=\d)")


@dataclass(frozen=True)
class Cell:
    """The meaning of one value: position among the item's answers from 1, or 0 for a blank, or a fault.

    ``blank`` is the declared missing code met, if one was; ``tidied`` tells that hidden characters were removed.
    """

    position: int = 0
    why: str | None = None
    value: Any = None
    blank: int | str | None = None
    tidied: bool = False
    params: Mapping[str, Any] = field(default_factory=dict)


BLANK = Cell()


class Decoder:
    """Decodes the cells of items that share one set of answers; every distinct value is worked out once."""

    def __init__(
        self,
        item: Item,
        missing: Sequence[Answer] = (),
        declared: Iterable[Any] = (),
        values: Mapping[Any, Any] | None = None,
    ) -> None:
        self.item = item
        self.positions = {code: i for i, code in enumerate(item.codes, 1)}
        self.labels = {fold(s): answer.value for answer in item.answers for s in answer.spellings}
        self.blanks: dict[str, int | str] = {fold(s): b.value for b in missing for s in (str(b.value), *b.spellings)}
        self.blanks |= {spelling(value): spelling(value) for value in declared}
        self.values = {spelling(k): int(v) for k, v in (values or {}).items()}
        self.recoded = any(self.values.get(str(code), code) != code for code in item.codes)
        self._known: dict[tuple[type, Any], Cell] = {}
        self._nearest: dict[str, list[str]] = {}

    def __call__(self, value: Any) -> Cell:
        """Return what a value means."""
        key = (type(value), value)
        try:
            known = self._known.get(key)
        except TypeError:  # a list, a set or a dict in a cell of a frame
            return self._decode(value)
        if known is None:
            known = self._known[key] = self._decode(value)
        return known

    def _decode(self, value: Any) -> Cell:
        if value is None or value is pd.NaT or value is pd.NA:
            return BLANK
        if isinstance(value, Unfilled):
            return Cell(why="formula-without-value", value=value.formula)
        if isinstance(value, Ticks):
            return Cell(why="two-answers", value=str(value))
        if isinstance(value, Truth | bool | np.bool_):
            return self._of_text(str(value)) or Cell(why="true-false-in-item", value=str(value))
        if isinstance(value, dt.datetime | dt.date | dt.time):
            return Cell(why="date-in-item", value=value.isoformat()[:10])
        if isinstance(value, dt.timedelta | pd.Period):
            return Cell(why="date-in-item", value=str(value))
        if isinstance(value, Number) and not isinstance(value, complex):
            if value != value:
                return BLANK
            return self._of_text(spelling(value)) or self._of_number(_float(value))
        if not isinstance(value, str):
            return Cell(why="strange-value", value=type(value).__name__)
        text = tidy(value)
        if not text:
            return BLANK
        cell = self._of_text(text) or self._of_words(text)
        return Cell(cell.position, cell.why, cell.value, cell.blank, text != value.strip(" "), cell.params)

    def _of_text(self, text: str) -> Cell | None:
        """Look a text up among what the caller declared, the blanks and the labels; numbers as numbers."""
        folded, number = fold(text), spelling(text)
        for known in dict.fromkeys((folded, number)):
            if known in self.values:
                return self._of_code(self.values[known])
            if known in self.blanks:
                return Cell(blank=self.blanks[known])
        if folded in self.labels:
            return Cell(self.positions[self.labels[folded]])
        return None

    def _of_number(self, number: float) -> Cell:
        shown: Any = int(number) if math.isfinite(number) and number == int(number) else number
        if not math.isfinite(number):
            return Cell(why="infinite", value=str(number))
        if number != int(number):
            return Cell(why="not-whole", value=str(number), params=self._choices())
        if self.recoded and int(number) in self.positions:
            return Cell(why="code-not-in-values", value=str(shown))
        return self._of_code(shown)

    def _of_code(self, code: int) -> Cell:
        if code in self.positions:
            return Cell(self.positions[code])
        return Cell(why="out-of-range", value=str(code), params=self._choices())

    def _of_words(self, text: str) -> Cell:
        if _NUMBER.fullmatch(text):
            return self._of_number(float(text.replace(",", ".")))
        if (code := self._bilingual(text)) is not None:
            return Cell(self.positions[code])
        if found := _CODE_AND_LABEL.fullmatch(text):
            digits, label = (found[1], found[2]) if found[1] else (found[4], found[3])
            of_label, of_code = self._of_label(label), self._of_text(digits) or self._of_number(float(digits))
            if of_label is not None:
                same = (of_label.position, of_label.blank) == (of_code.position, of_code.blank) and not of_code.why
                return of_code if same else Cell(why="code-contradicts-label", value=text)
        parts = [part for part in _BETWEEN.split(text) if part]
        if len(parts) > 1 and all(self._is_answer(part) for part in parts):
            return Cell(why="two-answers", value=text)
        if _DATE.fullmatch(text):
            return Cell(why="date-in-item", value=text)
        if text.casefold() in ("true", "false"):  # a spreadsheet's TRUE, saved as text
            return Cell(why="true-false-in-item", value=text)
        if _CODE.fullmatch(text) and not self._near(_DIGITS.sub("", text)):
            return Cell(why="unknown-code", value=text, params={**self._choices(), "example": text})
        params = {**self._choices(), "advice": lambda: self._advice(text), "private": self._may_be_a_name(text)}
        return Cell(why="unknown-label", value=text, params=params)

    def _bilingual(self, text: str) -> int | None:
        """Return the code of a label, also where it stands in two languages: "Setuju / Agree"."""
        if (code := self.labels.get(fold(text))) is not None:
            return code
        if not _TWO_LANGUAGES.search(text):
            return None
        codes = {self.labels.get(fold(part)) for part in _TWO_LANGUAGES.split(text)}
        return codes.pop() if len(codes) == 1 else None

    def _of_label(self, text: str) -> Cell | None:
        """Return the answer, or the reason for none, of which a text is the label."""
        if (code := self._bilingual(text)) is not None:
            return Cell(self.positions[code])
        folded = fold(text)
        return Cell(blank=self.blanks[folded]) if folded in self.blanks else None

    def _near(self, text: str) -> list[str]:
        if text not in self._nearest:
            words = [label for answer in self.item.answers for label in answer.spellings if len(label) > 2]
            self._nearest[text] = nearest(text, words, 1, SLIP_OF_THE_PEN)
        return self._nearest[text]

    def _advice(self, text: str) -> str:
        near = self._near(text)
        return word("choose_label", near=near[0]) if near else word("choose_any")

    def _may_be_a_name(self, text: str) -> bool:
        """Tell whether a text may name a person: more than a few letters, no word of them from any answer."""
        words = set(_WORD.findall(fold(text)))
        known = {word for label in (*self.labels, *self.blanks) for word in _WORD.findall(label)}
        return sum(map(len, words)) > FEW_LETTERS and not words & known and text[0] != "#" and not self._near(text)

    def _is_answer(self, part: str) -> bool:
        return fold(part) in self.labels or (part.isdigit() and int(part) in self.positions)

    def _choices(self) -> dict[str, Any]:
        """Name the answers that are allowed, in the language of the moment."""
        answers = self.item.answers
        codes = self.item.codes
        run = len(codes) > 2 and codes == tuple(range(codes[0], codes[-1] + 1))
        span = f"{codes[0]}–{codes[-1]}" if run else listed(codes)
        worded = all(answer.label for answer in answers)
        return {"span": span, "allowed": lambda: listed(in_language(a.label) for a in answers) if worded else span}


def spelling(value: Any) -> str:
    """Return the one spelling under which a cell is looked up: "1.0", "1,0", "01" and 1 are "1"."""
    if isinstance(value, Number) and not isinstance(value, bool | complex):
        number = _float(value)
    else:
        text = fold(str(value))
        if not _NUMBER.fullmatch(text):
            return text
        number = float(text.replace(",", "."))
    return str(int(number)) if number.is_integer() else str(number)


def _float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:  # an integer of hundreds of digits
        return math.inf
