"""The change of one group in several scores at once, each as `change` tells it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from ..core.errors import DataError
from ..core.language import in_language, number, say
from ..core.results import Result
from ..instruments import status_line
from ..measure import Scores
from ..measure.describe import profile_scores
from .change import Change, change

SMALLEST = 5  # people with both waves; a smaller group shows no mean
# what is read as change: the stages of URICA by the two that its authors use for it, SIAP-36 with its total
OF_CHANGE = {"urica_32": ("action", "maintenance")}


@dataclass(frozen=True, eq=False)
class Changes(Result):
    """Changes of one group. Columns: instrument, name, label, higher_is, n, first and last (means of the same people),
    estimate (their difference), ci_low, ci_high, smallest (the mean change that a group of this size usually shows),
    rose (people), share, line and reading (of `percent_improved`; blank where it is refused), at_best (people who stood
    at the best end at first). In the unit of each score; scores of fewer than five people with both waves are left out.
    ``each`` holds the `Change` behind a row, ``by`` instrument and name.
    """

    each: Mapping[tuple[str, str], Change]

    @property
    def sentence(self) -> str:
        t = self.table
        up, down = ((t["ci_low"] > 0).sum(), (t["ci_high"] < 0).sum())
        return say("reports", "changes_said", scores=len(t), up=int(up), down=int(down), level=number(95, 0))

    def row(self, instrument: str, name: str) -> pd.Series:
        """Return one row."""
        t = self.table
        return t[(t["instrument"] == instrument) & (t["name"] == name)].iloc[0]


def changes(
    scores: Iterable[Scores],
    *,
    first: str,
    last: str,
    chosen_by_score: bool,
    people: pd.Index | None = None,
    only: Mapping[str, Sequence[str]] | None = None,
) -> Changes:
    """Tell how one group changed in every scale of its questionnaires. Many scales: some move by chance.

    Parameters
    ----------
    scores : several Scores
        By person and wave.
    first, last : str
        The two waves.
    chosen_by_score : bool
        As for `change`.
    people : Index, optional
        The codes of the group; without it everyone.
    only : dict of instrument: score names, optional
        Which scores; without it the scales of the profile (for URICA action and maintenance), and the total.

    Returns
    -------
    Changes
        A row a score.

    Raises
    ------
    Nothing: what `change` refuses is left out.

    Source
    ------
    `change`, `percent_improved`.
    """
    rows, each, status = [], {}, ""
    for of_one in scores:
        instrument = of_one.instrument
        names = (only or OF_CHANGE).get(instrument.name)
        if names is None and only is None:
            found = [score.name for score in profile_scores(instrument)]
            names = [*found, *("total" for s in instrument.scores if s.name == "total" and "total" not in found)]
        for name in names or ():
            score = instrument.score(name)
            values = of_one.of(name).unstack()  # noqa: PD010
            values = values[values.index.isin(people)] if people is not None else values
            if not {first, last} <= set(values.columns):
                continue
            both = values[[first, last]].dropna()
            if len(both) < SMALLEST:
                continue
            scale = (score.low, score.high, 1.0)
            try:
                told = change(both[first], both[last], chosen_by_score=chosen_by_score, scale=scale)
            except DataError:
                continue
            found_change = told.row
            share = told.improved.row["estimate"] if told.improved else None
            at_best = (
                both[first] <= score.low if score.higher_is in ("worse", "less ready") else both[first] >= score.high
            )
            smallest = told.table.set_index("name").loc["smallest_detectable", "estimate"]
            rows.append({
                "instrument": instrument.name, "name": name, "label": in_language(score.label),
                "higher_is": score.higher_is, "n": len(both), "first": both[first].mean(), "last": both[last].mean(),
                "estimate": found_change["estimate"], "ci_low": found_change["ci_low"],
                "ci_high": found_change["ci_high"], "smallest": smallest,
                "rose": told.improved.higher if told.improved else int((both[last] > both[first]).sum()),
                "share": math.nan if share is None else share["improved"],
                "line": math.nan if share is None else share["no_change_line"],
                "reading": told.improved.reading if told.improved else "", "at_best": int(at_best.sum()),
            })  # fmt: skip
            each[instrument.name, name] = told
            status = status or status_line(instrument)
    return Changes(pd.DataFrame(rows), status, each)
