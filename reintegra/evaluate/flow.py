"""Who was allocated, who was lost and whether those lost differ: before any difference is looked at."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..core.errors import Notice
from ..core.language import number
from .design import matrix, numbers
from .layout import Pair
from .roster import Roster
from .weighting import balance_table

DIFFERENTIAL = 0.10  # shares lost that differ by more make the groups two different selections
MUCH = 0.20  # of everyone allocated
BALANCED, COMPARABLE = 0.10, 0.25  # standardised differences at the start


def flow_of(study: Roster, release: str | None) -> pd.DataFrame:
    """Return for each programme who was allocated, measured and analysed.

    Columns: name, allocated, baseline (people with one), a column for each later wave, followed (with the outcome),
    lost, share_lost, lost_smd (the baseline of those lost less that of those who stayed, in SDs), release_smd (the
    same of the days to release), analysed.
    """
    rows = []
    for name in study.programmes:
        people = study.people[study.people[study.programme] == name]
        stayed = people[study.outcome].notna()
        row = {"name": name, "allocated": len(people)}
        if study.baseline:
            row["baseline"] = int(people[study.baseline].notna().sum())
        row |= {wave: int(people[column].notna().sum()) for wave, column in list(study.waves.items())[:-1]}
        row |= {"followed": int(stayed.sum()), "lost": int((~stayed).sum()), "share_lost": float((~stayed).mean())}
        row["lost_smd"] = _apart(people[study.baseline], stayed) if study.baseline else np.nan
        if release:
            row["release_smd"] = _apart(numbers(people[release]), stayed)
        rows.append({**row, "analysed": int(people[[study.outcome, *study.before]].notna().all(axis=1).sum())})
    return pd.DataFrame(rows)


def _apart(values: pd.Series, stayed: pd.Series) -> float:
    """Return how far those lost are from those who stayed, in SDs; NaN where fewer than two were lost or stayed."""
    x, t = np.asarray(values, dtype=float), ~stayed.to_numpy()
    there = ~np.isnan(x)
    x, t = x[there], t[there].astype(float)
    if min(t.sum(), len(t) - t.sum()) < 2:
        return float("nan")
    return float(balance_table(["x"], x[:, None], t, np.ones(len(t)))["smd_before"].iloc[0])


def loss(flow: pd.DataFrame, pair: Pair) -> tuple[float, float]:
    """Return the share lost of two programmes together, and by how much their shares differ."""
    rows = flow.set_index("name").loc[list(pair.programmes)]
    return float(rows["lost"].sum() / rows["allocated"].sum()), float(rows["share_lost"].diff().abs().iloc[-1])


def flow_notes(flow: pd.DataFrame, pairs: tuple[Pair, ...], release: str | None) -> tuple[Notice, ...]:
    """Say where people were lost unequally, or not by chance."""
    notes = [
        Notice("differential-loss", params={"name": pair.name, "points": lambda x=100 * apart: number(x, 0)})
        for pair in pairs
        if (apart := loss(flow, pair)[1]) > DIFFERENTIAL
    ]
    if release and (flow["release_smd"].abs() > COMPARABLE).any():
        notes.append(Notice("loss-by-release", columns=(release,)))
    if (flow["lost_smd"].abs() > COMPARABLE).any():
        notes.append(Notice("loss-by-baseline"))
    return tuple(notes)


def balance_of(study: Roster, pairs: tuple[Pair, ...]) -> pd.DataFrame:
    """Return how alike the people who are compared were at the start.

    Columns: compared ("B - A"), name, mean_programme, mean_reference, smd (difference of means in roots of the mean of
    the two variances), verdict ("balanced" up to .10, "adjust" up to .25, "apart" beyond).
    """
    people = study.analysed.reset_index(drop=True)
    tables = []
    if study.before:
        names, x, _ = matrix(people, study.before)
        for pair in pairs:
            here = people[study.programme].isin(pair.programmes).to_numpy()
            if pair.shared:
                here = here & people[study.site].isin(pair.shared).to_numpy()
            t = (people[study.programme] == pair.programme).to_numpy(dtype=float)[here]
            if min(t.sum(), len(t) - t.sum()) > 1:
                made = balance_table(names, x[here], t, np.ones(len(t)))
                tables.append(made.assign(compared=pair.name))
    columns = ["compared", "name", "mean_programme", "mean_reference", "smd", "verdict"]
    if not tables:
        return pd.DataFrame(columns=columns)
    table = pd.concat(tables, ignore_index=True).rename(
        columns={"mean_treated": "mean_programme", "mean_control": "mean_reference", "smd_before": "smd"}
    )
    size = table["smd"].abs()
    table["verdict"] = np.select([size <= BALANCED, size <= COMPARABLE], ["balanced", "adjust"], "apart")
    return table[columns]


def worst(balance: pd.DataFrame, pair: Pair) -> float:
    """Return the largest difference at the start; NaN where nothing was measured before."""
    return float(balance.loc[balance["compared"] == pair.name, "smd"].abs().max())
