"""What one cell means: an answer, a blank, or a fault with its cause."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..core.language import in_language, listed, word
from ..core.text import fold, nearest, tidy
from ..instruments import Answer, Item
from .grids import Ticks, Truth, Unfilled

# A likeness that only slips reach: "Setujuu" is near "Setuju", but "Kurang setuju" is near no other answer.
SLIP_OF_THE_PEN = 0.85

_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[+-]?\d+)?", re.I)
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(\s.*)?|\d{1,2}[- ][a-z]{3,9}([- ]\d{2,4})?", re.I)
_CODE_AND_LABEL = re.compile(r"[\[(]?(\d+)[\])]?\s*[-–=.:)]?\s*(\D.*)|(\D.*?)\s*[-–=:]?\s*[\[(]?(\d+)[\])]?")
_CODE = re.compile(r"(?=.*\d)[A-Za-z_]{0,6}\d{1,6}|[A-Z]{1,4}\d*")
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
        self.blanks |= {fold(_plain_text(value)): _plain_text(value) for value in declared}
        self.values = {fold(_plain_text(k)): int(v) for k, v in (values or {}).items()}
        self._known: dict[tuple[type, Any], Cell] = {}

    def __call__(self, value: Any) -> Cell:
        """Return what a value means."""
        key = (type(value), value)
        if key not in self._known:
            self._known[key] = self._decode(value)
        return self._known[key]

    def _decode(self, value: Any) -> Cell:
        if value is None or value != value:
            return BLANK
        if isinstance(value, Unfilled):
            return Cell(why="formula-without-value", value=value.formula)
        if isinstance(value, Ticks):
            return Cell(why="two-answers", value=str(value))
        if isinstance(value, Truth | bool):
            return self._of_text(str(value)) or Cell(why="true-false-in-item", value=str(value))
        if isinstance(value, dt.datetime | dt.date | dt.time):
            return Cell(why="date-in-item", value=value.isoformat()[:10])
        if not isinstance(value, str):
            return self._of_text(_plain_text(value)) or self._of_number(float(value))
        text = tidy(value)
        if not text:
            return BLANK
        cell = self._of_text(text) or self._of_words(text)
        return Cell(cell.position, cell.why, cell.value, cell.blank, text != value.strip(" "), cell.params)

    def _of_text(self, text: str) -> Cell | None:
        """Look a text up among what the caller declared, the blanks and the labels."""
        folded = fold(text)
        if folded in self.values:
            return self._of_number(self.values[folded])
        if folded in self.blanks:
            return Cell(blank=self.blanks[folded])
        if folded in self.labels:
            return Cell(self.positions[self.labels[folded]])
        return None

    def _of_number(self, number: float) -> Cell:
        shown: Any = int(number) if math.isfinite(number) and number == int(number) else number
        if not math.isfinite(number):
            return Cell(why="infinite", value=str(number))
        if number != int(number):
            return Cell(why="not-whole", value=str(number), params=self._choices())
        if int(number) in self.positions:
            return Cell(self.positions[int(number)])
        return Cell(why="out-of-range", value=str(shown), params=self._choices())

    def _of_words(self, text: str) -> Cell:
        if _NUMBER.fullmatch(text):
            return self._of_number(float(text.replace(",", ".")))
        if found := _CODE_AND_LABEL.fullmatch(text):
            code, label = (found[1], found[2]) if found[1] else (found[4], found[3])
            of_label = self.labels.get(fold(label))
            if of_label is not None and int(code) in self.positions:
                agree = of_label == int(code)
                return Cell(self.positions[of_label]) if agree else Cell(why="code-contradicts-label", value=text)
        parts = [part for part in _BETWEEN.split(text) if part]
        if len(parts) > 1 and all(self._is_answer(part) for part in parts):
            return Cell(why="two-answers", value=text)
        if _DATE.fullmatch(text):
            return Cell(why="date-in-item", value=text)
        words = [spelling for answer in self.item.answers for spelling in answer.spellings if len(spelling) > 2]
        near = nearest(text, words, 1, SLIP_OF_THE_PEN)
        if not near and _CODE.fullmatch(text):
            return Cell(why="unknown-code", value=text, params={**self._choices(), "example": text})
        advice = {"advice": lambda: word("choose_label", near=near[0]) if near else word("choose_any")}
        return Cell(why="unknown-label", value=text, params={**self._choices(), **advice})

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


def _plain_text(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
