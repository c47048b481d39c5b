"""The words people use: where they stand, and which mark one set of texts. Only of masked and reviewed texts."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..core.coded import present
from ..core.errors import DataError, Notice
from ..core.language import listed, number, say
from ..core.results import Result, checked_level
from .identifiers import MASK
from .masking import Masked, reviewed_table
from .proportions import adjusted, normal
from .withheld import LEAST

_WORD = re.compile(r"(?<!\w)[^\W\d_]+(?:[-'’][^\W\d_]+)*(?!\w)")


def keyword_in_context(
    masked: Masked, word: str, *, answers: Iterable[str] | None = None, width: int = 40
) -> pd.DataFrame:
    """List every place where a word stands, with what stands around it.

    Parameters
    ----------
    masked : Masked
        From `mask`; every text that is looked at must have been reviewed.
    word : str
        A word or several; capitals do not count; * at the end lets the last word go on ("kerja*").
    answers : list of str, optional
        The ids of the answers to look at; without it all.
    width : int
        Letters shown on each side.

    Returns
    -------
    DataFrame
        One row a place: answer, before, keyword, after (masked text).

    Raises
    ------
    DisclosureError
        A text that was not masked, or that nobody has reviewed.
    DataError
        An empty word; no such answer.

    Source
    ------
    Luhn (1960), American Documentation 11, 288-295.
    """
    wanted = word.strip().rstrip("*").strip()
    if not wanted:
        raise DataError("theme-no-word")
    end = r"\w*" if word.strip().endswith("*") else ""
    parts = r"\s+".join(map(re.escape, wanted.split()))
    pattern = re.compile(rf"(?<!\w){parts}{end}(?!\w)", re.IGNORECASE)
    rows = []
    for row in reviewed_table(masked, answers).to_dict("records"):
        text = " ".join(str(row["text"]).split())
        for found in pattern.finditer(text):
            before, after = text[max(found.start() - width, 0) : found.start()], text[found.end() : found.end() + width]
            rows.append((row["answer"], before, found[0], after))
    return pd.DataFrame(rows, columns=["answer", "before", "keyword", "after"])


@dataclass(frozen=True, eq=False)
class Keyness(Result):
    """Words that one set of texts has more, or less, than another. Columns: name (the word), count, other_count,
    share, other_share (per 1,000 words), log_likelihood, p_value, p_adjusted (Benjamini-Hochberg), estimate (log ratio:
    1 is twice, 2 four times as often, -1 half as often), ci_low, ci_high, people (who use it in either set).

    ``words`` are how many words the two sets have; words of fewer than ``least`` people are left out.
    """

    words: tuple[int, int]
    least: int
    level: float

    @property
    def sentence(self) -> str:
        sure = self.table[self.table["p_adjusted"] < 0.05]
        more, less = (sure[sign * sure["estimate"] > 0]["name"].head(5) for sign in (1, -1))
        said = {"more": listed(more) or "–", "less": listed(less) or "–", "tested": len(self.table)}
        return say("themes", "keyness", first=self.words[0], second=self.words[1], least=self.least, **said)

    def shown(self) -> pd.DataFrame:
        """Return the table as people read it."""
        t = self.table
        columns: dict[str, Any] = {say("themes", "head_word"): t["name"]}
        columns |= {say("themes", f"head_{name}"): t[name] for name in ("count", "other_count", "people")}
        columns["LL"] = t["log_likelihood"].map(lambda x: number(x, 1))
        for head, column in (("log_ratio", "estimate"), ("low", "ci_low"), ("high", "ci_high")):
            columns[say("themes", f"head_{head}")] = t[column].map(lambda x: number(x, 1))
        return pd.DataFrame(columns)


def keyness(
    masked: Masked,
    answers: Iterable[str],
    *,
    against: Iterable[str] | None = None,
    least: int = LEAST,
    level: float = 0.95,
) -> Keyness:
    """Return the words that mark a set of answers, compared with another set.

    Parameters
    ----------
    masked : Masked
        From `mask`; every text that is looked at must have been reviewed.
    answers : list of str
        The ids of one set, for example those to which a code applies.
    against : list of str, optional
        The ids of the other set; without it all other answers.
    least : int, 1 or more
        A word of fewer people than this is left out: it could show who said it.
    level : float between 0 and 1
        Coverage of the intervals.

    Returns
    -------
    Keyness
        The most telling words first. No word is left out for being common: "tidak" and "belum" can be what matters.

    Raises
    ------
    DisclosureError
        A text that was not masked, or that nobody has reviewed.
    DataError
        No such answer; an answer in both sets; a set without words; no column "person".

    Source
    ------
    Dunning (1993), Computational Linguistics 19, 61-74, in the form of Rayson & Garside (2000), Workshop on Comparing
    Corpora, 1-6 (log-likelihood); Hardie (2014), Log Ratio, CASS Lancaster (effect size).
    """
    checked_level(level)
    ids = list(dict.fromkeys(answers))
    if not isinstance(masked, Masked):
        reviewed_table(masked, ids)  # refuses it
    others = (
        [a for a in masked.table["answer"] if a not in set(ids)] if against is None else list(dict.fromkeys(against))
    )
    if both := set(ids) & set(others):
        raise DataError("theme-in-both", answers=len(both))
    counts: list[Counter[str]] = []
    people: dict[str, set[Any]] = {}
    for some in (ids, others):
        table = reviewed_table(masked, some)
        present(table, ["person"])
        count: Counter[str] = Counter()
        for person, text in zip(table["person"], table["text"], strict=True):
            words = _WORD.findall(MASK.sub(" ", str(text)).casefold())
            count.update(words)
            for word in set(words):
                people.setdefault(word, set()).add(person)
        counts.append(count)
    sizes = (counts[0].total(), counts[1].total())
    if not all(sizes):
        raise DataError("theme-no-words")
    kept = [word for word, who in people.items() if len(who) >= least]
    rows = [
        {"name": word, **key_word(counts[0][word], counts[1][word], *sizes, level=level), "people": len(people[word])}
        for word in kept
    ]
    names = [
        "name",
        "count",
        "other",
        "share",
        "other_share",
        "log_likelihood",
        "p_value",
        "estimate",
        "ci_low",
        "ci_high",
    ]
    table = pd.DataFrame(rows, columns=[*names, "people"])
    table.insert(7, "p_adjusted", adjusted(table["p_value"].to_numpy(dtype=float)))
    table = table.sort_values(["log_likelihood", "name"], ascending=[False, True]).reset_index(drop=True)
    table = table.rename(columns={"other": "other_count"})
    notes: tuple[Notice, ...] = (Notice("theme-words-not-people"),)
    if rare := len(people) - len(kept):
        notes += (Notice("theme-rare-words", params={"words": rare, "least": least}),)
    return Keyness(table, "", sizes, least, level, notes=notes)


def key_word(count: int, other: int, words: int, other_words: int, *, level: float = 0.95) -> dict[str, Any]:
    """Return how much more often a word is used in one set of texts than in another, as a row of a result table."""
    from scipy.special import chdtrc

    expected = [(count + other) * size / (words + other_words) for size in (words, other_words)]
    likelihood = 2 * sum(x * math.log(x / e) for x, e in zip((count, other), expected, strict=True) if x)
    one, two = count or 0.5, other or 0.5
    ratio = math.log2((one / words) / (two / other_words))
    reach = normal(level) * math.sqrt(max(1 / one - 1 / words + 1 / two - 1 / other_words, 0.0)) / math.log(2)
    row = {"count": count, "other": other, "share": 1000 * count / words, "other_share": 1000 * other / other_words}
    row |= {"log_likelihood": likelihood, "p_value": float(chdtrc(1, likelihood)) if likelihood > 0 else 1.0}
    return row | {"estimate": ratio, "ci_low": ratio - reach, "ci_high": ratio + reach}
