"""Whether new talks still bring new themes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..core.errors import DataError, Notice
from ..core.language import number, say
from .codebook import Codebook
from .talks import Coded, Themes, of_talks, open_notes, voiced

ORDERS = 1000  # other orders of the same people that are tried


@dataclass(frozen=True, eq=False)
class Saturation(Themes):
    """New themes by person, in the order of their first talk. Columns: place, new (themes nobody voiced before),
    cumulative, run_new (new themes in the run that begins with the next person), share (of the themes of the base).

    ``reached`` is the person after whom a run brought no more than ``threshold`` of the base's themes (None: not yet),
    confirmed by the ``run`` people after; ``base_themes`` are those of the first ``base`` people. ``elsewhere`` tells
    of 1,000 other orders of the same people: the share in which it is reached, and the 5th, 50th and 95th percentile of
    where.
    """

    base: int
    run: int
    threshold: float
    base_themes: int
    reached: int | None
    elsewhere: tuple[float, float, float, float]

    @property
    def sentence(self) -> str:
        share, low, middle, high = self.elsewhere
        said = {
            "base": self.base,
            "run": self.run,
            "limit": number(100 * self.threshold, 0),
            "themes": self.base_themes,
        }
        said |= {"people": len(self.table), "share": number(100 * share, 0), "reached": self.reached or 0}
        said |= {"low": number(low, 0), "middle": number(middle, 0), "high": number(high, 0)}
        first = say("themes", "saturated" if self.reached else "not_saturated", **said)
        return f"{first} {say('themes', 'other_orders' if share else 'no_other_orders', **said)}"

    def shown(self) -> pd.DataFrame:
        """Return the table as people read it."""
        t = self.table
        heads = {name: say("themes", f"head_{name}") for name in ("place", "new", "cumulative", "run_new", "new_share")}
        columns: dict[str, Any] = {heads["place"]: t["place"], heads["new"]: t["new"]}
        columns[heads["cumulative"]] = t["cumulative"]
        columns[heads["run_new"]] = t["run_new"].map(lambda x: number(x, 0))
        columns[heads["new_share"]] = t["share"].map(lambda x: number(100 * x, 0))
        return pd.DataFrame(columns)


def saturation(
    consensus: Coded,
    codebook: Codebook,
    talks: pd.DataFrame,
    *,
    base: int = 4,
    run: int = 2,
    threshold: float = 0.05,
    facet: str = "code",
    sections: Sequence[str] | None = None,
    seed: int = 0,
) -> Saturation:
    """Return after how many people new talks bring (almost) no new theme.

    Parameters
    ----------
    consensus, codebook, facet, sections
        As in `prevalence`.
    talks : DataFrame
        One row a talk: person, wave, date. People are taken in the order of their first talk, then of their code.
    base : int, 1 or more
        People whose themes are the measure.
    run : int, 1 or more
        People of a run; runs move on one person at a time.
    threshold : float, 0 or more
        New themes of a run, as a share of those of the base, that still count as nothing new.
    seed : int
        Of the other orders.

    Returns
    -------
    Saturation
        One row a person. Only of the themes of this codebook: it cannot tell of one that has no code.

    Raises
    ------
    DataError
        As `prevalence`; fewer people than base and run; a talk without a date; no theme among the base.

    Source
    ------
    Guest, Namey & Chen (2020), PLoS ONE 15, e0232076.
    """
    if min(base, run) < 1 or not threshold >= 0:
        raise DataError("theme-saturation-settings", base=base, run=run, threshold=threshold)
    found = voiced(consensus, codebook, facet, sections)
    dates = pd.to_datetime(of_talks(talks, "date", found.values.index), errors="coerce")
    if undated := int(dates.isna().sum()):
        raise DataError("theme-no-date", talks=undated)
    begun = dates.groupby(level="person").min()
    order = begun.sort_index().sort_values(kind="stable").index
    said = (found.by_person().loc[order] == 1).to_numpy()
    if len(said) < base + run:
        raise DataError("theme-too-few-people", people=len(said), least=base + run)
    new = _new(said)
    base_themes = int(new[:base].sum())
    if not base_themes:
        raise DataError("theme-no-base", base=base)
    runs = np.convolve(new, np.ones(run, dtype=int), "valid")
    table = pd.DataFrame({"place": np.arange(1, len(new) + 1), "new": new, "cumulative": new.cumsum()})
    table["run_new"] = np.nan
    table.loc[base - 1 : len(new) - run - 1, "run_new"] = runs[base:]
    table["share"] = table["run_new"] / base_themes
    reached = _reached(new, base, run, threshold)
    rng = np.random.default_rng(seed)
    tried = [_reached(_new(said[rng.permutation(len(said))]), base, run, threshold) for _ in range(ORDERS)]
    there = [float(at) for at in tried if at is not None]
    ends = np.percentile(there, [5, 50, 95]) if there else np.full(3, np.nan)
    elsewhere = (len(there) / ORDERS, *(float(end) for end in ends))
    notes: tuple[Notice, ...] = (Notice("theme-order-matters"),)
    if not dates.groupby(level="person").min().is_unique:
        notes += (Notice("theme-same-date", params={"people": int(begun.duplicated(keep=False).sum())}),)
    return Saturation(
        table, "", codebook, facet, base, run, threshold, base_themes, reached, elsewhere,  # type: ignore[arg-type]
        notes=notes + open_notes(found),
    )  # fmt: skip


def _new(said: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return how many themes each person is the first to voice."""
    first = np.argmax(said, axis=0)[said.any(axis=0)]
    return np.bincount(first, minlength=len(said))


def _reached(new: np.ndarray[Any, Any], base: int, run: int, threshold: float) -> int | None:
    """Return after how many people the next run brought no more than the threshold."""
    themes = int(new[:base].sum())
    if not themes:
        return None
    runs = np.convolve(new, np.ones(run, dtype=int), "valid")[base:]
    low = np.flatnonzero(runs <= threshold * themes + 1e-12)
    return base + int(low[0]) if len(low) else None
