"""What was not answered: by item, by person, and in which patterns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..core.language import in_language, listed, number, say
from ..core.results import Result
from ..instruments import status_line
from ..intake import Responses
from .describe import SMALLEST_GROUP


@dataclass(frozen=True, eq=False, repr=False)
class MissingAnswers(Result):
    """Blanks. ``table``: item, label, n (rows), missing, share.

    ``people``: blanks (how many one person left), n, share. ``patterns``: items (those left blank together), blanks, n,
    share, the most frequent first; patterns of fewer than five people stand together in a last row without items.
    """

    people: pd.DataFrame
    patterns: pd.DataFrame

    @property
    def sentence(self) -> str:
        complete, n = int(self.people.loc[self.people["blanks"] == 0, "n"].sum()), int(self.people["n"].sum())
        most = self.table.loc[self.table["share"].idxmax()]
        said = {"item": most["item"], "share": number(100 * most["share"], 1)}
        return say("quality", "missing_sentence", complete=complete, n=n, **said)

    def shown(self) -> pd.DataFrame:
        """Return the table as people read it."""
        t = self.table
        columns = {say("quality", "column_item"): t["item"], say("quality", "column_wording"): t["label"]}
        columns[say("quality", "column_missing")] = t["missing"]
        columns["%"] = (100 * t["share"]).map(number)
        return pd.DataFrame(columns)


def missing_answers(responses: Responses) -> MissingAnswers:
    """Count blanks: of each item, of each person, and which items are left blank together.

    Parameters
    ----------
    responses : Responses
        Answers. Declared blanks (not applicable, does not know, does not want to answer) are blanks; how often each
        was met is said by the notice "missing-codes".

    Returns
    -------
    MissingAnswers
        Counts, and shares of all rows.

    Raises
    ------
    Nothing: a questionnaire without any blank gives zeros.

    Source
    ------
    Schafer & Graham (2002), Psychological Methods 7, 147-177 (patterns).
    """
    blank = responses.block == 0
    items, n = responses.instrument.items, len(responses)
    table = pd.DataFrame({"item": [item.name for item in items]})
    table["label"] = [in_language(item.label) or item.name for item in items]
    table["n"], table["missing"] = n, blank.sum(axis=0)
    table["share"] = table["missing"] / n
    left = pd.Series(blank.sum(axis=1)).value_counts().sort_index()
    people = pd.DataFrame({"blanks": left.index.to_numpy(), "n": left.to_numpy(), "share": left.to_numpy() / n})
    found, counts = np.unique(blank, axis=0, return_counts=True)
    names = np.array(responses.instrument.item_names, dtype=object)
    rows = [
        {"items": listed(names[pattern], len(names)), "blanks": int(pattern.sum()), "n": int(count)}
        for pattern, count in zip(found, counts, strict=True)
    ]
    patterns = pd.DataFrame(rows).sort_values(["n", "blanks", "items"], ascending=[False, True, True])
    often = patterns["n"] >= SMALLEST_GROUP
    shown, rare = patterns[often], patterns[~often]
    if len(rare):
        rest = pd.DataFrame({"items": [None], "blanks": [np.nan], "n": [int(rare["n"].sum())]})
        shown = pd.concat([shown.astype({"blanks": float}), rest], ignore_index=True) if len(shown) else rest
    shown = shown.reset_index(drop=True)
    shown["share"] = shown["n"] / n
    return MissingAnswers(table, status_line(responses.instrument), people, shown)
