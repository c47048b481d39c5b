"""The names of a roster: which words of a text are one of them, and which other words may be somebody's name."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources
from itertools import pairwise
from pathlib import Path

from ..intake.grids import grids_of, open_source
from .identifiers import GONE, Found, View, cleared, plain

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_ENDINGS = (("nya", 3), ("ku", 3), ("mu", 3), ("ne", 4), ("e", 4), ("s", 4))
_INITIALS = re.compile(r"(?<!\w)(?:(?:[A-Z]\.){2,4}(?:[A-Z](?!\w))?|(?:[A-Z]\. ){1,3}[A-Z]\.)")
_AFTER = re.compile(r"(?:[ \-][A-Z]\b\.?(?!['\w]))+")
_BEFORE = re.compile(r"(?<!\w)(?:[A-Z]\. ?){1,3}$")
_LEADS = re.compile(r"\b[BbAa](?:in|IN|inti|INTI|te?\.|lias|LIAS|ls)\b")
_PATRONYMIC = re.compile(r"\b(?:bin|binti|bte?\.|alias|als\.?)\s+([^\W\d_][^\W\d_']+)", re.I)
_BETWEEN = re.compile(r"[ \-]{1,2}")
_AFTER_TITLE = re.compile(r"\.?[ \-]{1,2}")
_SENTENCE = frozenset(".!?:;\"“”(['\n-•*/")
_DIGITS = re.compile(r"\d(?:[\s.\-/]{0,2}\d){3,}")


@cache
def words(kind: str) -> frozenset[str]:
    """Return a list of words of masking_words.toml."""
    text = resources.files(__package__).joinpath("masking_words.toml").read_text("utf-8")
    return frozenset(tomllib.loads(text)[kind].split())


def _key(word: str) -> str:
    return word.lower().replace("'", "")


@dataclass(frozen=True, repr=False)
class Roster:
    """Names and numbers of people, taken apart: never shown, never stored.

    ``names`` maps each word of a name to whether it is a word of daily speech too; ``pairs`` are the words that follow
    each other in a name, ``initials`` the first letters of whole names, ``numbers`` the digits of numbers that were
    listed.
    """

    names: dict[str, bool] = field(default_factory=dict)
    pairs: frozenset[tuple[str, str]] = frozenset()
    initials: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    people: int = 0

    def __repr__(self) -> str:
        return f"Roster({self.people})"

    @cached_property
    def forms(self) -> dict[str, str]:
        """The names as they may be written, with endings such as -nya, and which name each is."""
        made = {name + ending: name for name in self.names for ending, least in _ENDINGS if len(name) >= least}
        return made | {name: name for name in self.names}


def roster_of(names: str | Path | Iterable[str]) -> Roster:
    """Read a roster from a file (one name a line, or a table), or from a list."""
    if isinstance(names, Roster):
        return names
    entries = [*_lines(Path(names))] if isinstance(names, str | Path) else [*names]
    found: dict[str, bool] = {}
    pairs, initials, numbers = set(), set(), set()
    people = 0
    for entry in entries:
        text = plain(cleared(str(entry)))
        numbers |= {re.sub(r"\D", "", run[0]) for run in _DIGITS.finditer(text)}
        spelt = [[_key(w) for w in _WORD.findall(part)] for part in re.split(r"[,;()\"\[\]/]|\balias\b|\bals\b", text)]
        parts = [[w for w in part if len(w) > 1 and w not in _no_names()] for part in spelt]
        people += any(parts)
        found |= dict.fromkeys(re.findall(r"[a-z]{3,}(?=')|(?<=')[a-z]{3,}", text.lower()), False)
        for part in parts:
            found |= {w: w in words("ordinary") or len(w) < 3 for w in part}
            found |= {first + second: False for first, second in pairwise(part)}
            pairs |= {*pairwise(part)}
            initials |= {"".join(w[0] for w in part).upper()} if len(part) > 1 else set()
    return Roster(found, frozenset(pairs), frozenset(initials), frozenset(numbers), people)


@cache
def _no_names() -> frozenset[str]:
    return words("no_names") | words("titles")


def _lines(path: Path) -> Iterator[str]:
    """Yield the names in a file: the cells of a workbook, the lines of a text."""
    source = open_source(path)
    if source.data.startswith((b"PK\x03\x04", b"\xd0\xcf")):
        for grid in grids_of(source):
            yield from (str(cell) for _, row in grid.rows() for cell in row if cell is not None)
        return
    try:
        text = source.data.decode("utf-16" if source.data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        text = source.data.decode("cp1252", "replace")
    yield from (part for line in text.splitlines() for part in re.split(r"[\t;|]", line))


def find_numbers(view: View, roster: Roster) -> None:
    """Note the numbers of the roster, however their digits are grouped."""
    if roster.numbers:
        for run in _DIGITS.finditer(view.text):
            if re.sub(r"\D", "", run[0]) in roster.numbers:
                view.note(*run.span(), "number")


def find_names(view: View, roster: Roster) -> Iterator[Found]:
    """Note the names of the roster, and yield the words that a person must look at.

    A name that is also a word of daily speech is masked where it has a capital letter, follows a title or stands beside
    another word of the same name; in small letters alone it is yielded.
    """
    text = view.text
    if _LEADS.search(text):
        _patronymics(view)
    spelt = [(found.start(), found.end(), found[0]) for found in _WORD.finditer(view.text)]
    keys = [_key(word) for _, _, word in spelt]
    stems = [*map(roster.forms.get, keys)]
    shouting = _shouting(text)
    leading = words("titles") | words("places")
    spans: list[tuple[int, int]] = []
    doubtful: list[Found] = []
    for i, (start, end, word) in enumerate(spelt):
        stem, before = stems[i], keys[i - 1] if i and keys[i - 1] in leading else ""
        if stem is None and not before and word[0].islower():
            continue
        if before:
            gap = text[spelt[i - 1][1] : start]
            before = before if _AFTER_TITLE.fullmatch(gap) and (gap[0] != "." or len(before) < 4) else ""
        if stem is None:
            if kind := _doubt(text, start, word, keys[i], before, shouting):
                doubtful.append(Found(start, end, kind))
        elif (
            not roster.names[stem]
            or word[0].isupper()
            or before in words("titles") - words("weak_titles")
            or _whole(text, spelt, stems, i, roster)
        ):
            spans.append((start, end))
        else:
            doubtful.append(Found(start, end, "ordinary"))
    for found in _INITIALS.finditer(text):
        letters = re.sub(r"[^A-Z]", "", found[0])
        if letters in roster.initials:
            spans.append(found.span())
        elif GONE not in found[0] and letters.casefold() not in words("no_names"):
            doubtful.append(Found(*found.span(), "initials"))
    for start, end in _joined(text, spans):
        view.note(start, end, "name")
    if shouting:
        doubtful.append(Found(0, 0, "all_capitals"))
    yield from (found for found in doubtful if GONE not in view.text[found.start : found.end])


def _whole(text: str, spelt: list[tuple[int, int, str]], stems: list[str | None], i: int, roster: Roster) -> bool:
    """Tell whether the word before or after is the neighbour that a name has on the roster."""
    return any(
        0 <= first < len(spelt) - 1
        and (stems[first], stems[first + 1]) in roster.pairs
        and _BETWEEN.fullmatch(text, spelt[first][1], spelt[first + 1][0])
        for first in (i - 1, i)
    )


def _patronymics(view: View) -> None:
    """Note what stands behind bin, binti and alias: a name, on the roster or not."""
    for found in _PATRONYMIC.finditer(view.text):
        if GONE not in found[0] and _key(found[1]) not in words("roles"):
            view.note(*found.span(1), "name")


def _shouting(text: str) -> bool:
    """Tell whether a text is written in capitals, which then say nothing."""
    if 2 * sum(map(str.islower, text)) > len(text):
        return False
    letters = [c for c in text if c.isalpha()]
    return len(letters) > 12 and sum(map(str.isupper, letters)) > 0.7 * len(letters)


def _doubt(text: str, start: int, word: str, key: str, before: str, shouting: bool) -> str:
    """Return why a word that is on no roster must be looked at, or nothing."""
    capital = word[0].isupper() and not shouting
    if len(word) < 2 and not (capital and before in words("titles")):
        return ""
    if before in words("titles") and (capital or before not in words("weak_titles")):
        return "" if key in words("roles") | words("titles") or (word.isupper() and 1 < len(word) < 4) else "title"
    if before in words("places"):
        return "" if key in words("roles") | words("not_places") else "place"
    if not capital or key in words("known") or key in words("titles") or (word.isupper() and len(word) <= 5):
        return ""
    lead = text[:start].rstrip(" ")[-1:]
    return "capital" if lead and lead not in _SENTENCE else ""


def _joined(text: str, spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield names with the initials that belong to them, neighbours as one."""
    wide = []
    for start, end in sorted(spans):
        before, after = _BEFORE.search(text, max(0, start - 9), start), _AFTER.match(text, end)
        wide.append((before.start() if before else start, after.end() if after else end))
    last: tuple[int, int] | None = None
    for start, end in wide:
        if last and (start <= last[1] or _BETWEEN.fullmatch(text, last[1], start)):
            last = last[0], max(end, last[1])
        else:
            if last:
                yield last
            last = start, end
    if last:
        yield last
