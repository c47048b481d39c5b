"""What a heading says: the name of an item, the text of a question, a number among numbers, or one of these again."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from ..core.text import fold, tidy
from ..instruments import Instrument

FEWEST_BARE_NUMBERS = 8
FEWEST_WORDS = 3  # a heading of fewer says too little to contradict anything

_NUMBERING = re.compile(
    r"^(?:no\.?|butir|pertanyaan|pernyataan|item|question|q|p)?\s*\d+\s*[a-z]?\s*[.):\-–]+\s*", re.I
)
_NUMBER = re.compile(r"^(.*?)0*(\d+[a-z]?)(\D*)$", re.S)
_LEADING = re.compile(r"^0*(\d+[a-z]?)\s*[.):\-–]\s*(\S.*)", re.I | re.S)
_CODED = re.compile(r"\s*([A-Za-z]\w*(?:\[\w+\])*)\s*[.:)]\s+(\S.*)", re.S)
_STEMMED = re.compile(r"\s[-–—]\s")

# Before a name these do not mean a group of questions: the column holds something made of the item, or said about it.
_MADE_OF = re.compile(
    r"r|rec|rev(?:ers\w*)?|recod\w*|(?:di|ter)?balik\w*|skor|score|points?|feedback|z"
    r"|catatan|alasan|komentar|comments?|waktu|time"
)
# At the end of a heading that otherwise repeats another: the same question once more.
_TWIN = re.compile(
    r"(.*\S)\s*(?:[._\-–\s]\s*\d{1,2}|[(\[]\d{1,2}[)\]]|(?<=\D)\d{1,2}"
    r"|[._\-–\s(\[]+(?:dup\w*|copy|salinan|ulang\w*|kedua|second)[)\]]?)",
    re.I | re.S,
)
_WAVE = "pra|pasca|pre|post|awal|tengah|akhir"
_MANY_TWINS = (
    re.compile(r"(?P<item>.*\S)[._\-–\s(\[]*(?P<mark>[abxy])[)\]]?", re.I | re.S),
    re.compile(rf"(?P<item>.*\S)[._\-–\s(\[]+(?P<mark>{_WAVE}|[rtvw]\d)[)\]]?", re.I | re.S),
    re.compile(rf"(?P<mark>{_WAVE}|[tw]\d)[._\-–\s]+(?P<item>.*\S)", re.I | re.S),
)


def canonical(name: str) -> str:
    """Fold a short name: no case, spaces, punctuation or leading zeros ("Q 07" is "q7", but "q1.1" is not "q11")."""
    apart = re.sub(r"(?<=\d)[\W_]+(?=\d)", "·", fold(name))
    return re.sub(r"(?<!\d)0+(?=\d)", "", re.sub(r"[^\w·]+|_", "", apart))


def question(text: str) -> str:
    """Fold the text of a question: its number, closing punctuation and quotes do not count."""
    return fold(_NUMBERING.sub("", tidy(text))).strip(" .:;?!\"'“”«»*")


def parted(heading: str) -> tuple[str, str]:
    """Part a heading such as "SQ001. Text" into code and text; a question's number is no code."""
    found = None if _NUMBERING.match(heading) else _CODED.fullmatch(heading)
    return (found[1], found[2]) if found else (heading, heading)


class Finder:
    """Finds the item that a name or a question text means."""

    def __init__(self, instrument: Instrument) -> None:
        self._names = {canonical(item.name): i for i, item in enumerate(instrument.items)}
        self._texts = {question(text): i for i, item in enumerate(instrument.items) for text in item.label.values()}
        self._words = [set(_words(" ".join(item.label.values()))) for item in instrument.items]

    def by_name(self, name: str) -> int | None:
        """Return the item of a short name; what stands before it may be the name of a group."""
        if not name.strip():
            return None
        *before, last = re.split(r"[/>.\-]", name)
        whole = self._names.get(canonical(name))
        return whole if whole is not None or not before or made_of(before[-1]) else self._names.get(canonical(last))

    def by_text(self, text: str) -> int | None:
        """Return the item of a question text."""
        return next((self._texts[t] for t in _texts(text) if t in self._texts), None) if text.strip() else None

    def by_stem(self, text: str) -> int | None:
        """Return the item of a question text that follows the stem of a matrix, as in "Stem - Text"."""
        stem, *rest = _STEMMED.split(text)
        ends = [" - ".join(rest), rest[-1]] if rest and not made_of(stem) else []
        return next((self._texts[t] for t in map(question, ends) if t in self._texts), None)

    def find(self, text: str) -> int | None:
        """Return the item of a name or a text."""
        item = self.by_name(text)
        return self.by_text(text) if item is None else item

    def speaks_of_another(self, text: str, item: int) -> bool:
        """Tell whether a text is so unlike the wording of an item that a number cannot make it that item."""
        said, known = _words(text), self._words[item]
        wordy = bool(known) and len(tidy(text).split()) >= FEWEST_WORDS
        return wordy and sum(word in known for word in said) * 2 < len(said)


def made_of(prefix: str) -> bool:
    """Tell whether what stands before an item's name says that the column is not the answer itself."""
    return bool(_MADE_OF.fullmatch(fold(prefix).strip(" _")))


def _words(text: str) -> list[str]:
    return re.findall(r"\w{4,}", question(text))


def _texts(heading: str) -> Iterator[str]:
    """Yield the texts a heading may carry: itself, what stands in brackets, what follows a group's name or a code."""
    yield question(heading)
    yield question(parted(heading)[1])
    for brackets in (r"\[(.+)\]\s*$", r"\[([^\[\]]+)\]\s*$"):
        if found := re.search(brackets, heading, re.S):
            yield question(found[1])
    for mark in ("/", ">", "|", "\n"):
        if mark in heading and not made_of(heading.split(mark, 1)[0]):
            yield question(heading.split(mark, 1)[1])
            yield question(heading.rsplit(mark, 1)[1])


def by_number(names: Sequence[str], texts: Mapping[int, str], instrument: Instrument) -> Iterator[tuple[int, int]]:
    """Yield columns and items of a run of headings that differ only in numbers, which are just those of the items.

    A heading that says something else than the item of its number is left out.
    """
    runs: dict[tuple[str, str], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    said = dict(texts)
    for column, name in enumerate(names):
        text = tidy(name)
        if found := _NUMBER.match(text):
            runs[fold(found[1]), fold(found[3])][found[2].casefold()].append(column)
        if leading := _LEADING.match(text):
            runs["", "…"][leading[1].casefold()].append(column)
            said[column] = leading[2]
    finder = Finder(instrument)
    numbered = {item.number.casefold(): i for i, item in enumerate(instrument.items)}
    placed = {str(i + 1): i for i in range(len(instrument.items))}
    for numbers in (numbered, placed):
        chosen = [r for ends, r in runs.items() if set(r) == set(numbers) and (any(ends) or _in_order(r))]
        pairs = [(column, item) for run in chosen for number, item in numbers.items() for column in run[number]]
        if pairs:
            yield from (p for p in dict.fromkeys(pairs) if not finder.speaks_of_another(said.get(p[0], ""), p[1]))
            return


def _in_order(run: Mapping[str, Sequence[int]]) -> bool:
    """Tell whether bare numbers can be headings: many of them, rising from left to right, unlike a row of answers."""
    if len(run) < FEWEST_BARE_NUMBERS or not all(number.isdigit() for number in run):
        return False
    columns = [run[number][0] for number in sorted(run, key=int)]
    return all(left < right for left, right in pairwise(columns))


def number_runs(names: Sequence[str]) -> list[int]:
    """Return how many headings each run of numbered headings has, so that a look-alike form can be recognised."""
    runs: dict[str, set[str]] = defaultdict(set)
    for name in names:
        if found := _NUMBER.match(tidy(name)):
            runs[fold(found[1])].add(found[2])
        if leading := re.match(r"^0*(\d+)\s*[.):\-–]\s*\S", tidy(name)):
            runs["…"].add(leading[1])
    return [len(run) for run in runs.values()]


def twins(names: Sequence[str], items: Mapping[int, int], instrument: Instrument) -> Iterator[tuple[int, int]]:
    """Yield columns and items of headings that repeat an item's heading with a mark: "Q1 (2)", "ksr01_dup".

    A letter or a wave beside a name counts only where it stands beside most items: a lone "q9b" may be a question.
    Where no heading is an item's without its wave, there have to be two waves.
    """
    finder = Finder(instrument)
    headings = {key: items[c] for c in items for key in (canonical(names[c]), question(names[c])) if key}
    many: dict[str, list[tuple[int, int]]] = defaultdict(list)

    def base(text: str) -> int | None:
        item = headings.get(canonical(text), headings.get(question(text), finder.find(text)))
        return item if not headings or item in headings.values() else None

    for column, name in enumerate(map(str.strip, names)):
        if column in items:
            continue
        found = _TWIN.fullmatch(name)
        if headings and found and (item := base(found[1])) is not None:
            yield column, item
            continue
        for pattern in _MANY_TWINS:
            found = pattern.fullmatch(name)
            if found and (item := base(found["item"])) is not None:
                many[fold(found["mark"])].append((column, item))
    whole = [pairs for pairs in many.values() if len({item for _, item in pairs}) * 2 >= len(instrument.items)]
    for pairs in whole if headings or len(whole) > 1 else []:
        yield from pairs
