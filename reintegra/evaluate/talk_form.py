"""The Release Talk form: what people knew before and after, and how they found each pillar."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..core.errors import DataError
from ..core.language import number, say
from ..core.results import Result
from ..intake import Records
from .change import Change, change

FACTS, UNKNOWN = 6, 88
PILLARS = {"reintegration": "r", "learning": "l", "sharing": "s", "exchange": "e"}


@dataclass(frozen=True, eq=False)
class TalkForm(Result):
    """The forms of one group. ``table`` has a row a pillar: name, n, mean (1-4, of two items), agrees (share of answers
    at 3 or 4). ``facts``: name, n, before and after (shares right of those with both). ``knowledge``: the change in
    right answers (0-6; None under three people). ``unknown``: shares of "I do not know" before and after.
    """

    facts: pd.DataFrame
    knowledge: Change | None
    unknown: tuple[float, float]

    @property
    def sentence(self) -> str:
        if self.knowledge is None:
            return say("reports", "talk_few")
        row = self.knowledge.row
        before, after = (number(100 * share, 0) for share in self.unknown)
        said = {name: number(row[column], 1) for name, column in
                (("change", "estimate"), ("low", "ci_low"), ("high", "ci_high"))}  # fmt: skip
        return say("reports", "talk_said", n=int(row["n"]), before=before, after=after, **said)


def talk_form(records: Records, people: pd.Index) -> TalkForm | None:
    """Read the Release Talk forms of a group.

    Parameters
    ----------
    records : Records
        From `read_records`; the table release_talk.
    people : Index
        The codes of the group.

    Returns
    -------
    TalkForm or None
        Shares from 0 to 1; None where nobody of the group has a form. "I do not know" counts as not right.

    Raises
    ------
    Nothing.

    Source
    ------
    The form of the programme, shared data dictionary.
    """
    table = records["release_talk"]
    table = table[table["pid"].isin(people)]
    if table.empty:
        return None
    facts = [f"tahu_{i}" for i in range(1, FACTS + 1)]
    first, second = (
        table[table["gelombang"] == wave].set_index("pid")[facts].astype(float) for wave in ("pra", "pasca")
    )
    both = first.dropna(how="all").index.intersection(second.dropna(how="all").index)
    first, second = first.loc[both], second.loc[both]
    try:
        knowledge = change((first == 1).sum(axis=1), (second == 1).sum(axis=1), chosen_by_score=False,
                           scale=(0.0, float(FACTS), 1.0))  # fmt: skip
    except DataError:
        knowledge = None
    unknown = tuple(float((part == UNKNOWN).to_numpy().mean()) if len(both) else np.nan for part in (first, second))
    right = [(part == 1).mean().to_numpy() for part in (first, second)]
    known = pd.DataFrame({"name": facts, "n": len(both), "before": right[0], "after": right[1]})
    rows = []
    for name, letter in PILLARS.items():
        given = table.loc[table["gelombang"] == "pasca", [f"pilar_{letter}1", f"pilar_{letter}2"]].astype(float)
        given = given.dropna(how="all")
        said = given.to_numpy()[given.notna().to_numpy()]
        agrees = float((said >= 3).mean()) if len(said) else np.nan
        rows.append({"name": name, "n": len(given), "mean": float(given.mean(axis=1).mean()), "agrees": agrees})
    return TalkForm(pd.DataFrame(rows), "", known, knowledge, (unknown[0], unknown[1]))
