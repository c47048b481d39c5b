"""Patterns of a codebook: plain rules about which words stand near each other, that anyone can read and mend.

docs/decisions/0020-patterns-are-plain-rules.md
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..core.text import fold

WINDOW = 8  # words from the first to the last that a rule may span

_WORD = re.compile(r"\w+")
_TERM = re.compile(r"\w+(?:[- ]\w+)*\*?")
_SENTENCE = re.compile(r"[.!?;\n]+")

Words = list[list[str]]  # the words of each sentence


@dataclass(frozen=True)
class Rule:
    """One rule: a term of every group, near each other. A term is its words; ``*`` lets the last one go on."""

    text: str
    groups: tuple[tuple[str, ...], ...]

    def matches(self, sentences: Words) -> bool:
        """Tell whether one of the sentences has a term of every group within `WINDOW` words, none used twice."""
        return any(self._within(sentence) for sentence in sentences)

    def _within(self, words: Sequence[str]) -> bool:
        places = [[span for term in group for span in _spans(term, words)] for group in self.groups]
        return all(places) and _apart(places, frozenset())


def _spans(term: str, words: Sequence[str]) -> Iterator[frozenset[int]]:
    """Yield where the words of a term follow each other."""
    wanted = _WORD.findall(term)
    *whole, last = wanted
    for start in range(len(words) - len(whole)):
        end = start + len(whole)
        word = words[end]
        if words[start:end] == whole and (word.startswith(last) if term.endswith("*") else word == last):
            yield frozenset(range(start, end + 1))


def _apart(places: Sequence[Sequence[frozenset[int]]], taken: frozenset[int]) -> bool:
    """Tell whether each group can have words of its own, all of them near."""
    if taken and max(taken) - min(taken) >= WINDOW:
        return False
    if not places:
        return True
    return any(not span & taken and _apart(places[1:], taken | span) for span in places[0])


def sentences_of(text: str) -> Words:
    """Return the words of each sentence of a text, folded; a hyphen parts words."""
    return [words for part in _SENTENCE.split(text) if (words := _WORD.findall(fold(part)))]


def rules_of(pattern: str) -> tuple[list[Rule], list[str]]:
    """Return the rules of a pattern, and those that cannot be read.

    ``;`` parts rules, ``~`` parts groups that have to stand near each other in one sentence, in any order, ``|`` parts
    the terms of a group, ``*`` ends a term whose last word may go on; brackets may stand round a group or a rule.
    """
    rules, broken = [], []
    for text in filter(None, map(str.strip, pattern.split(";"))):
        groups = [tuple(map(fold, _bare(group).split("|"))) for group in _bare(text).split("~")]
        if all(_TERM.fullmatch(term) for group in groups for term in group):
            rules.append(Rule(text, tuple(groups)))
        else:
            broken.append(text)
    return rules, broken


def _bare(text: str) -> str:
    """Take the brackets off a text that stands in one pair of them."""
    text = text.strip()
    inner = text[1:-1]
    return inner.strip() if text[:1] == "(" and text[-1:] == ")" and not set("()") & set(inner) else text
