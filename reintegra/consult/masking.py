"""Masking what tells who somebody is in the texts of talks. Masked is not anonymous: a person reads each text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from ..core.errors import DataError, DisclosureError
from ..core.language import listed, say
from ..core.results import Result
from .identifiers import MASK, MASKS, Found, cleared, find_identifiers, plain
from .names import Roster, find_names, find_numbers, roster_of

NEEDED = ("answer", "text")
REVIEW = ("answer", "place", "length", "kind", "words")


@dataclass(frozen=True, eq=False)
class Masked(Result):
    """Masked texts and what a person must still look at. It never holds the texts as they were, nor the roster.

    ``table`` is the long table of answers with the masked ``text``, ``reviewed`` and ``reviewed_by``; ``review`` has
    one row for every word that may still name somebody: answer, place and length in the masked text, kind, words;
    ``counts`` how many places of each kind were masked and are to be looked at; ``names`` how many names were listed.
    """

    review: pd.DataFrame = field(repr=False)
    counts: pd.DataFrame = field(repr=False)
    names: int

    @property
    def sentence(self) -> str:
        masked = self.counts[self.counts["masked"] > 0]
        kinds = zip(masked["kind"], masked["masked"], strict=True)
        said = say(
            "mask",
            "done",
            answers=len(self.table),
            places=int(masked["masked"].sum()),
            kinds=listed((f"{say('mask', f'kind_{kind}')} {n}" for kind, n in kinds), 12) or "–",
            doubts=len(self.review),
            left=int((~self.table["reviewed"]).sum()),
        )
        roster = say("mask", "roster", names=self.names) if self.names else say("mask", "no_roster")
        return f"{said} {roster} {say('mask', 'not_anonymous')}"

    def shown(self) -> pd.DataFrame:
        """Return the counts by kind; the texts themselves are not for a page that may be handed on."""
        table = self.counts.assign(kind=[say("mask", f"kind_{kind}") for kind in self.counts["kind"]])
        return table.set_axis([say("mask", f"head_{name}") for name in table], axis=1)

    def mark_reviewed(self, *, answers: Iterable[str], by: str) -> Masked:
        """Return a copy in which these answers have been read by a person.

        Parameters
        ----------
        answers : list of str
            The ids of the answers that were read, whole, by that person.
        by : str
            The code of the person who read them; never a name.

        Returns
        -------
        Masked
            With ``reviewed`` True and ``reviewed_by`` for these answers.

        Raises
        ------
        DataError
            An answer that is not there, or no reviewer.

        Source
        ------
        docs/decisions/0018-masked-is-not-anonymous.md
        """
        wanted = [answers] if isinstance(answers, str) else [*answers]
        unknown = sorted({str(a) for a in wanted} - set(self.table["answer"]))
        if unknown:
            raise DataError("mask-no-such-answer", answers=listed(unknown))
        if not str(by).strip():
            raise DataError("mask-no-reviewer")
        table = self.table.copy()
        these = table["answer"].isin(wanted)
        table.loc[these, "reviewed"] = True
        table.loc[these, "reviewed_by"] = str(by).strip()
        return replace(self, table=table)


def mask(answers: pd.DataFrame, roster: str | Path | Iterable[str] = ()) -> Masked:
    """Mask identity numbers, phones, e-mail, addresses, register numbers, full dates, and the names of a roster.

    Parameters
    ----------
    answers : DataFrame (texts x columns)
        From `answers`: one row a text, at least ``answer`` (unique) and ``text``.
    roster : str, Path or list of str
        The names and nicknames of people of the place: a file (one name a line, or a table), or a list. It is read and
        forgotten: keep it outside the project.

    Returns
    -------
    Masked
        Texts with marks such as [nama] instead. Sums, lengths of time, years and counts stay. Masking finds what is
        written in known ways or stands on the roster; a story can still show who tells it.

    Raises
    ------
    DataError
        A column is missing, or an answer stands twice.
    IntakeError
        The file of the roster cannot be read.

    Source
    ------
    docs/decisions/0018-masked-is-not-anonymous.md
    """
    absent = [name for name in NEEDED if name not in answers]
    if absent:
        raise DataError("mask-no-column", columns=listed(absent))
    twice = answers["answer"][answers["answer"].duplicated()]
    if len(twice):
        raise DataError("mask-answer-twice", answers=listed(twice.unique()))
    known = roster_of(roster)
    texts, rows = [], []
    counts: Counter[str] = Counter()
    for answer, text in zip(answers["answer"], answers["text"], strict=True):
        masked, taken, doubts = mask_text("" if pd.isna(text) else str(text), known)
        texts.append(masked)
        counts.update(found.kind for found in taken)
        rows += [(answer, d.start, d.end - d.start, d.kind, masked[d.start : d.end]) for d in doubts]
    table = answers.assign(text=pd.Series(texts, index=answers.index, dtype=object), reviewed=False, reviewed_by="")
    review = pd.DataFrame(rows, columns=list(REVIEW))
    return Masked(table, "", review, counted(counts, review), known.people)


def counted(masked: Mapping[str, int], review: pd.DataFrame) -> pd.DataFrame:
    """Return how many places of each kind were masked and are to be looked at."""
    doubts = Counter(review["kind"])
    kinds = [kind for kind in dict.fromkeys([*MASKS, *doubts]) if masked.get(kind) or doubts[kind]]
    rows = [(kind, int(masked.get(kind, 0)), doubts[kind]) for kind in kinds]
    return pd.DataFrame(rows, columns=["kind", "masked", "for_review"])


def mask_text(text: str, roster: Roster) -> tuple[str, list[Found], list[Found]]:
    """Mask one text; return it with what was taken out, and what is doubtful at its place in the masked text."""
    text = cleared(text)
    view, doubts = find_identifiers(plain(text))
    find_numbers(view, roster)
    doubts += find_names(view, roster)
    taken = sorted(view.found)
    pieces: list[str] = []
    moves: list[tuple[int, int]] = []  # from which place on, by how much a place has moved
    at = move = 0
    for found in taken:
        pieces += [text[at : found.start], found.mask]
        move += len(found.mask) - (found.end - found.start)
        at = found.end
        moves.append((at, move))
    pieces.append(text[at:])
    shifted = [_moved(doubt, moves) for doubt in sorted(doubts) if not _within(doubt, taken)]
    return "".join(pieces), taken, shifted


def _within(doubt: Found, taken: list[Found]) -> bool:
    return any(found.start < doubt.end and doubt.start < found.end for found in taken)


def _moved(doubt: Found, moves: list[tuple[int, int]]) -> Found:
    by = next((move for place, move in reversed(moves) if place <= doubt.start), 0)
    return doubt._replace(start=doubt.start + by, end=doubt.end + by)


def mask_words(text: str, words: Iterable[str]) -> str:
    """Mask further words of a masked text, as a reviewer asks; the marks in it stay."""
    wanted = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    if not wanted:
        return text
    pattern = re.compile(rf"({MASK.pattern})|(?<![^\W_])(?:{wanted})(?![^\W_])", re.I)
    return pattern.sub(lambda found: found[1] or MASKS["word"], text)


def reviewed_text(masked: Masked, answer: str) -> str:
    """Return the masked text of an answer that a person has reviewed: the only way to a quote.

    Parameters
    ----------
    masked : Masked
        From `mask`.
    answer : str
        The id of the answer.

    Returns
    -------
    str
        The masked text.

    Raises
    ------
    DisclosureError
        Nobody has reviewed it.
    DataError
        There is no such answer.

    Source
    ------
    docs/decisions/0018-masked-is-not-anonymous.md
    """
    return str(reviewed_table(masked, [answer])["text"].iloc[0])


def reviewed_table(masked: Masked, answers: Iterable[str] | None = None) -> pd.DataFrame:
    """Return the rows of answers that may leave: all of them reviewed, or an error that names those that are not.

    Parameters
    ----------
    masked : Masked
        From `mask`.
    answers : list of str, optional
        The ids of the answers; without it all.

    Returns
    -------
    DataFrame (texts x columns)
        The masked rows, in the order asked for.

    Raises
    ------
    DisclosureError
        Some were not reviewed, or these are no masked texts at all.
    DataError
        There is no such answer.

    Source
    ------
    docs/decisions/0018-masked-is-not-anonymous.md
    """
    if not isinstance(masked, Masked):
        raise DisclosureError("mask-not-masked")
    table = masked.table.set_index("answer", drop=False)
    wanted: list[Any] = list(table.index) if answers is None else [*answers]
    unknown = [str(answer) for answer in wanted if answer not in table.index]
    if unknown:
        raise DataError("mask-no-such-answer", answers=listed(unknown))
    rows = table.loc[wanted].reset_index(drop=True)
    left = rows.loc[~rows["reviewed"], "answer"]
    if len(left):
        raise DisclosureError("mask-not-reviewed", answers=listed(left), n=len(left))
    return rows
