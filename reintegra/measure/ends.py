"""Scores at the ends of their range, where nothing can fall or rise any more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..core.language import in_language, listed, number, say
from ..core.results import Result
from ..instruments import status_line
from .describe import CEILING, SMALLEST_GROUP
from .scoring import Scores

FEWEST = 50


@dataclass(frozen=True, eq=False, repr=False)
class Ends(Result):
    """Floor and ceiling of each score: score, label, n, at_lowest, at_highest (shares), floor, ceiling (15 % or more).

    Shares are blank under five people; floor and ceiling are missing under 50, too few to tell.
    """

    @property
    def sentence(self) -> str:
        known = self.table.dropna(subset="floor")
        if known.empty:
            return say("quality", "ends_few", least=FEWEST)
        lists = {end: listed(known.loc[known[end].astype(bool), "label"]) or "–" for end in ("floor", "ceiling")}
        return say("quality", "ends_sentence", share=number(100 * CEILING, 0), **lists)

    def shown(self) -> pd.DataFrame:
        """Return the table as people read it."""
        t = self.table
        columns = {say("quality", "column_score"): t["label"], "n": t["n"]}
        for name in ("at_lowest", "at_highest"):
            columns[say("quality", f"column_{name}")] = (100 * t[name]).map(number)
        return pd.DataFrame(columns)


def floor_ceiling(scores: Scores) -> Ends:
    """Say how many people stand at the lowest and at the highest value each score can have.

    Parameters
    ----------
    scores : Scores
        From `score`.

    Returns
    -------
    Ends
        Shares of the people who have the score.

    Raises
    ------
    Nothing: what too few people cannot tell is missing.

    Source
    ------
    Terwee et al. (2007), Journal of Clinical Epidemiology 60, 34-42: 15 % at an end, in 50 people or more.
    """
    rows = []
    for place, score in enumerate(scores.instrument.scores):
        values = scores.values[:, place]
        values = values[~np.isnan(values)]
        row: dict[str, Any] = {"score": score.name, "label": in_language(score.label), "n": len(values)}
        if len(values) >= SMALLEST_GROUP:
            row |= {
                "at_lowest": float((values == score.low).mean()),
                "at_highest": float((values == score.high).mean()),
            }
        if len(values) >= FEWEST:
            row |= {"floor": row["at_lowest"] >= CEILING, "ceiling": row["at_highest"] >= CEILING}
        rows.append(row)
    columns = ["score", "label", "n", "at_lowest", "at_highest", "floor", "ceiling"]
    table = pd.DataFrame(rows, columns=columns).astype({"floor": "boolean", "ceiling": "boolean"})
    return Ends(table, status_line(scores.instrument))
