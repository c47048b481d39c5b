"""What the patterns of the codebook would have coded, after people have: a second look, with its precision and recall.

docs/decisions/0020-patterns-are-plain-rules.md
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import nan
from typing import Any

import pandas as pd

from ..core.errors import DataError, Notice
from ..core.language import listed, number, say
from ..core.results import Estimate, Result, checked_level
from .codebook import Codebook
from .coding import CONSENSUS, Consensus, checked_columns
from .patterns import sentences_of
from .proportions import normal, wilson


@dataclass(frozen=True, eq=False)
class Suggestions(Result):
    """How patterns did against the consensus. ``.table``: one row a code that has a pattern.

    n texts of the section, suggested, applies (by the consensus), both; precision and recall with their intervals.
    ``suggested`` has one row for every text and code: value (consensus), suggested (1 or 0) and the rule that matched.
    ``precision`` and ``recall`` are those of all codes together.
    """

    suggested: pd.DataFrame = field(repr=False)
    precision: Estimate
    recall: Estimate

    @property
    def sentence(self) -> str:
        counts = self.table[["suggested", "applies", "both"]].sum()
        said = {"marked": int(counts["suggested"]), "applies": int(counts["applies"]), "right": int(counts["both"])}
        return say("coding", "suggest_sentence", answers=self.suggested["answer"].nunique(), **said)

    def shown(self) -> pd.DataFrame:
        """Return the table with each share and its interval in one cell, in the current language."""
        table = self.table[["code", "n", "suggested", "applies", "both"]].copy()
        for name in ("precision", "recall"):
            shares = self.table[[name, f"{name}_low", f"{name}_high"]].map(lambda share: number(share, 2))
            table[name] = [
                share if share == "–" else f"{share} ({low}–{high})"
                for share, low, high in shares.itertuples(index=False)
            ]
        return table.rename(columns=lambda name: say("coding", f"head_{name}"))

    @property
    def differences(self) -> pd.DataFrame:
        """The rows of ``suggested`` in which pattern and consensus differ: worth reading again, by a person."""
        found: pd.DataFrame = self.suggested[self.suggested["suggested"] != self.suggested["value"].fillna(-1)]
        return found.reset_index(drop=True)


def suggest(
    answers: pd.DataFrame, codebook: Codebook, consensus: Consensus | pd.DataFrame, *, level: float = 0.95
) -> Suggestions:
    """Compare the patterns of the codebook with what people coded before they saw any suggestion.

    Parameters
    ----------
    answers : DataFrame
        The texts: answer, section, text.
    codebook : Codebook
        With patterns. A text is compared only with the patterns of its section.
    consensus : Consensus or DataFrame
        The finished consensus of these texts; texts that have none are refused. An open tie counts for nothing.
    level : float between 0 and 1
        Coverage of the intervals.

    Returns
    -------
    Suggestions
        ``.table``: precision (share of the suggested that the consensus has) and recall (share of the consensus that is
        suggested) of each code, with Wilson's intervals. ``.differences``: where both differ.

    Raises
    ------
    DataError
        A text has no consensus yet, a column is missing, or the level is none.

    Source
    ------
    Wilson (1927), Journal of the American Statistical Association 22, 209-212. The patterns:
    docs/decisions/0020-patterns-are-plain-rules.md
    """
    checked_columns(answers, ("answer", "section", "text"))
    coded = consensus.table if isinstance(consensus, Consensus) else consensus
    checked_columns(coded, CONSENSUS)
    z = normal(checked_level(level))
    left = answers.loc[~answers["answer"].isin(coded["answer"]), "answer"]
    if len(left):
        raise DataError("suggest-not-coded", n=len(left), answers=listed(left))
    columns = ["answer", "section", "code", "suggested", "rule"]
    found = pd.DataFrame(_matched(answers, codebook), columns=columns)
    found = found.merge(coded[["answer", "code", "value"]], on=["answer", "code"])
    told = found[found["value"].notna()]
    both = told["suggested"] * told["value"]
    counts = told.assign(applies=told["value"], both=both).groupby("code", sort=False)
    table = counts[["suggested", "applies", "both"]].sum().astype(int)
    table.insert(0, "n", counts.size())
    table = table.reindex([code for code in codebook.codes if code in set(found["code"])], fill_value=0)
    for name, of in (("precision", "suggested"), ("recall", "applies")):
        shares = [_share(int(k), int(n), z) for k, n in zip(table["both"], table[of], strict=True)]
        table[[name, f"{name}_low", f"{name}_high"]] = pd.DataFrame(shares, index=table.index, columns=range(3))
    k, marked, applies = (int(table[name].sum()) for name in ("both", "suggested", "applies"))
    precision, recall = (
        Estimate(name, *_share(k, n, z), n=n, level=level) for name, n in (("precision", marked), ("recall", applies))
    )
    order = ["answer", "section", "code", "value", "suggested", "rule"]
    return Suggestions(table.reset_index(), "", found[order], precision, recall, notes=(Notice("suggest-same-notes"),))


def _matched(answers: pd.DataFrame, codebook: Codebook) -> Iterator[tuple[Any, ...]]:
    """Yield for every text and code with a pattern whether it matches, and by which rule."""
    of_section = {
        section: [(code, rules) for code in codebook.of_section(section) if (rules := codebook.rules(code))]
        for section in codebook.sections
    }
    once = answers.drop_duplicates("answer")
    for answer, section, text in once[["answer", "section", "text"]].itertuples(index=False, name=None):
        sentences = sentences_of(str(text))
        for code, rules in of_section.get(section, []):
            rule = next((rule.text for rule in rules if rule.matches(sentences)), None)
            yield answer, section, code, int(rule is not None), rule


def _share(k: int, n: int, z: float) -> tuple[float, float, float]:
    return (k / n, *wilson(k / n, n, z)) if n else (nan, nan, nan)
