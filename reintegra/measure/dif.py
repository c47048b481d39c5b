"""Items that work differently in groups: whether people with the same score answer an item alike in every group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..core.coded import Counts, Floats
from ..core.errors import DataError, Notice, shown
from ..core.language import listed, number, say
from ..core.moments import ScoreTable
from ..core.results import Result
from ..intake import Responses
from .belonging import belonging
from .taken import Declared, complete_people, rows_of

FEWEST = 100
SLIGHT, LARGE = 0.17, 0.25
LEVEL = 0.05


@dataclass(frozen=True, eq=False, repr=False)
class Dif(Result):
    """Differential item functioning of each item of a scale.

    Columns: item, statistic (Mantel's chi-square; of several groups the generalised one), df, p_value, p_holm (over the
    items), group, smd (the group's mean answer minus that of everybody else with the same score, in the item's own
    points), standardised (smd over the item's standard deviation), size ("negligible", "slight", "large", or
    "not_computed" where there is nobody to compare with or all answer alike: numbers are NaN, Holm's does without).
    One row an item and group; of two groups only the second one's rows, for the first one's are the same, turned.
    """

    by: str
    n: int
    groups: tuple[str, ...]

    @property
    def sentence(self) -> str:
        found = listed(dict.fromkeys(self.table.loc[self.table["size"].isin(["slight", "large"]), "item"]))
        tested = self.table.loc[self.table["df"] > 0, "item"].nunique()
        said = {"by": self.by, "n": self.n, "groups": len(self.groups), "items": tested}
        return say("irt", "dif_found", found=found, **said) if found else say("irt", "dif_none", **said)

    def shown(self) -> pd.DataFrame:
        """Return the table as people read it."""
        t = self.table
        columns = {say("irt", "column_item"): t["item"], say("irt", "column_group"): t["group"]}
        columns["χ²"], columns["df"] = t["statistic"].map(lambda x: number(x, 2)), t["df"]
        columns["p"] = t["p_value"].map(lambda x: number(x, 3))
        columns["p (Holm)"] = t["p_holm"].map(lambda x: number(x, 3))
        columns[say("irt", "column_points")] = t["smd"].map(lambda x: number(x, 2))
        columns[say("irt", "column_size")] = t["size"].map(lambda size: say("irt", f"size_{size}"))
        return pd.DataFrame(columns)


def mantel_dif(
    data: Responses | pd.DataFrame | ScoreTable, scale: str | None = None, *, by: str, codes: Declared = None
) -> Dif:
    """Test every item of a scale for differential functioning between groups, by Mantel's test for ordered answers.

    Parameters
    ----------
    data : Responses, DataFrame (people x items after reversal, and the group) or ScoreTable
        Answers, or their score table by group, which is enough. People with a blank or without a group are left out,
        and said.
    scale : str, optional
        The score whose items are meant, for Responses.
    by : str
        The group: a column of the people (unit, interviewer, mode), or the name of the wave.
    codes : list of numbers, or dict of item to list, optional
        The declared answers, for a DataFrame; without them those found in it.

    Returns
    -------
    Dif
        People are compared with those of the same score, the item itself included. An item is "large" or "slight" where
        the test is significant after Holm's correction over the items and the difference is at least .25 or .17 of the
        item's standard deviation.

    Raises
    ------
    DataError
        No such scale or column; one item; an item nobody answered; fewer than two groups of 100 complete people
        (smaller groups are left out, and said); no item that can be tested.

    Source
    ------
    Mantel (1963), JASA 58, 690-700; several groups: Landis, Heyman & Koch (1978), International Statistical Review 46,
    237-254; difference: Zwick, Donoghue & Grima (1993), Journal of Educational Measurement 30, 233-251; sizes: Zwick,
    Thayer & Mazzeo (1997), Applied Measurement in Education 10, 321-344; Holm (1979).
    """
    table, status, notes = (data, "", []) if isinstance(data, ScoreTable) else _counted(data, scale, by, codes)
    people = table.people.sum(axis=1)
    taken = np.flatnonzero(people >= FEWEST)
    if len(table.items) < 2:
        raise DataError("too-few-items", items=len(table.items), least=2)
    if len(taken) < 2:
        sizes = listed(f"{shown(group)}: {n}" for group, n in zip(table.groups, people, strict=True))
        raise DataError("groups-too-small", least=FEWEST, sizes=sizes or "–")
    if len(taken) < len(people):
        left = [shown(table.groups[i]) for i in range(len(people)) if i not in taken]
        notes.append(Notice("dif-left-out", params={"groups": listed(left), "least": FEWEST}))
    groups = tuple(table.groups[i] for i in taken)
    rows = mantel(table.items, groups, table.counts[taken])
    notes += _untested(rows, groups)
    return Dif(rows, status, by, int(people[taken].sum()), groups, notes=tuple(notes))


def _counted(
    data: Responses | pd.DataFrame, scale: str | None, by: str, codes: Declared
) -> tuple[ScoreTable, str, list[Notice]]:
    """Count answers by group."""
    people = data.people if isinstance(data, Responses) else data
    labels = belonging(people, by)
    items = data.drop(columns=by, errors="ignore") if isinstance(data, pd.DataFrame) else data
    rows, status = rows_of(items, scale, codes)
    whole, notes = complete_people(items, rows)
    if people.index.nlevels > 1 and by == people.index.names[-1]:  # then it is the groups that are not independent
        same = Notice("dif-same-people")
        notes = [same if note.code == "people-repeated" else note for note in notes]
    if without := int((whole & labels.isna().to_numpy()).sum()):
        notes.append(Notice("people-without-group", params={"people": without, "by": by}))
    return rows.score_table(labels), status, notes


def _untested(rows: pd.DataFrame, groups: tuple[str, ...]) -> list[Notice]:
    """Say which items could not be tested and which groups have no score in common with the others."""
    tested = rows["df"] > 0
    if not tested.any():
        raise DataError("nothing-to-compare", items=rows["item"].nunique())
    notes = []
    if items := tuple(rows.loc[~tested, "item"].unique()):
        notes.append(Notice("dif-not-tested", columns=items))
    compared = set(rows.loc[rows["smd"].notna(), "group"]) if len(groups) > 2 else set(groups)
    if apart := [shown(group) for group in groups if group not in compared]:
        notes.append(Notice("dif-apart", params={"groups": listed(apart)}))
    return notes


def mantel(items: tuple[str, ...], groups: tuple[str, ...], counts: Counts) -> pd.DataFrame:
    """Work out the columns of `Dif` from counts (groups x raw scores x items x categories)."""
    from scipy.special import chdtrc

    sizes = counts[:, :, 0].sum(axis=2)
    several = (sizes > 0).sum(axis=0) > 1  # the others have nobody to compare with
    rows: list[dict[str, Any]] = []
    for place, item in enumerate(items):
        own = counts[:, several, place].astype(float)
        statistic, df = _mantel(own)
        spread = _spread(own.sum(axis=(0, 1)))
        test = {"item": item, "statistic": statistic if df else np.nan, "df": df}
        test["p_value"] = float(chdtrc(df, statistic)) if df else np.nan
        for focal in range(1 if len(groups) == 2 else 0, len(groups)):
            smd = _difference(own, focal) if df else np.nan
            rows.append({**test, "group": groups[focal], "smd": smd, "standardised": smd / spread if df else np.nan})
    table = pd.DataFrame(rows)
    table.insert(4, "p_holm", table["item"].map(_holm(table.groupby("item", sort=False)["p_value"].first().dropna())))
    away = table["standardised"].abs()
    sure = table["p_holm"] < LEVEL
    judged = [away.isna(), sure & (away >= LARGE), sure & (away >= SLIGHT)]
    table["size"] = np.select(judged, ["not_computed", "large", "slight"], "negligible")
    return table


def _mantel(counts: Floats) -> tuple[float, int]:
    """Return the generalised Mantel statistic of one item (groups x strata x categories) and its degrees of freedom."""
    answers = np.arange(counts.shape[2])
    sizes = counts.sum(axis=2)
    n, sums = sizes.sum(axis=0), counts @ answers
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = sums.sum(axis=0) / n
        spread = (n * (counts.sum(axis=0) @ answers**2) - sums.sum(axis=0) ** 2) / (n**2 * (n - 1))
    excess = (sums - sizes * mean).sum(axis=1)
    covariance = np.diag((sizes * n * spread).sum(axis=1)) - (sizes * spread) @ sizes.T
    kept = slice(1, None)  # the excesses of all groups add up to nothing
    inverse = np.linalg.pinv(covariance[kept, kept], hermitian=True)
    rank = int(np.linalg.matrix_rank(covariance[kept, kept], hermitian=True))
    return float(excess[kept] @ inverse @ excess[kept]), rank


def _difference(counts: Floats, focal: int) -> float:
    """Return the mean answer of a group minus that of the others at the same scores, weighted as the group is."""
    answers = np.arange(counts.shape[2])
    mine, others = counts[focal], counts.sum(axis=0) - counts[focal]
    both = (mine.sum(axis=1) > 0) & (others.sum(axis=1) > 0)
    mine, others = mine[both], others[both]
    away = mine @ answers - mine.sum(axis=1) * (others @ answers) / others.sum(axis=1)
    return float(away.sum() / mine.sum()) if mine.sum() else float("nan")


def _spread(counts: Floats) -> float:
    """Return the standard deviation (n - 1) of an item over everyone."""
    answers, n = np.arange(len(counts)), counts.sum()
    if n < 2:
        return 0.0
    mean = counts @ answers / n
    return float(np.sqrt(counts @ (answers - mean) ** 2 / (n - 1)))


def _holm(p: pd.Series) -> pd.Series:
    """Return Holm's adjusted p-values."""
    ordered = p.sort_values(kind="stable")
    steps = np.arange(len(p), 0, -1)
    return pd.Series(np.minimum(np.maximum.accumulate(ordered.to_numpy() * steps), 1), index=ordered.index)
