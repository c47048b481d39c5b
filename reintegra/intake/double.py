"""Double entry: the same paper forms typed twice, compared cell by cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ..core.errors import DataError, Notice
from ..core.files import sha256
from ..core.language import listed, number, say
from ..core.results import Result
from ..instruments import status_line
from .responses import Responses

RATES = ["cells", "differences", "rate", "ci_low", "ci_high"]


@dataclass(frozen=True, eq=False)
class Entries(Result):
    """Two typings of the same forms, compared. Columns: code, wave, item, first, second, first_at, second_at.

    ``first`` and ``second`` of the table are codes (missing where a typing left the cell blank), ``first_at`` and
    ``second_at`` the cells they stand in. ``items`` and ``typists`` give cells, differences, rate, ci_low and ci_high
    for each item and each pair of typists; a rate is a share of the cells that hold an answer in either typing.
    """

    first: Responses = field(repr=False)
    second: Responses = field(repr=False)
    people: int
    cells: int
    rate: float
    ci_low: float
    ci_high: float
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    items: pd.DataFrame
    typists: pd.DataFrame
    typist: str | None = None
    notices: tuple[Notice, ...] = ()

    @cached_property
    def digest(self) -> str:
        """What identifies these two typings: their people, their answers, their instrument."""
        parts = [self.first.instrument.name, *map(str, self.first.instrument.item_names)]
        for entry in (self.first, self.second):
            parts += [*map(str, entry.index), sha256(np.ascontiguousarray(entry.block).tobytes())]
        return sha256("\0".join(parts).encode())

    @property
    def sentence(self) -> str:
        interval = {
            "percent": number(100 * self.rate, 2),
            "low": number(100 * self.ci_low, 2),
            "high": number(100 * self.ci_high, 2),
            "each": number(10_000 * self.rate, 0),
        }
        counts = {"differences": len(self.table), "cells": number(self.cells, 0), "people": self.people}
        said = [say("repair", "entries_sentence", **counts, **interval)]
        for code, alone in (("only_first", self.only_first), ("only_second", self.only_second)):
            said += [say("repair", code, n=len(alone), codes=listed(alone))] if alone else []
        return " ".join([*said, say("repair", "entries_meaning"), *map(str, self.notices)])

    def shown(self) -> pd.DataFrame:
        """Return the differences as people read them."""
        table = self.table.drop(columns="wave") if (self.table["wave"] == "").all() else self.table
        blank = {name: table[name].astype(object).where(table[name].notna(), say("repair", "blank")) for name in TWO}
        return table.assign(**blank).rename(columns=lambda name: say("repair", f"head_{name}"))

    def errors(self, settled: Responses) -> pd.DataFrame:
        """Return how often each typing differs from the settled answers: columns file, typist and those of `items`.

        Only now can an error be laid at one of the two; ``rate`` is errors per cell typed twice.
        """
        at = settled.index.get_indexer(self._both)
        truth = settled.block[at]
        rows = []
        for entry in (self.first, self.second):
            block = entry.block[entry.index.get_indexer(self._both)]
            for name, mine in _groups(entry, self._both, self.typist):
                typed = (block[mine] > 0) | (truth[mine] > 0)
                rows.append((entry.origin.file, name, *_rates((block[mine] != truth[mine])[typed])))
        return pd.DataFrame(rows, columns=["file", "typist", *RATES])

    @property
    def _both(self) -> pd.Index:
        return self.first.index[self.first.index.isin(self.second.index)]


TWO = ("first", "second")


def compare_entries(first: Responses, second: Responses, *, typist: str | None = None) -> Entries:
    """Compare two typings of the same paper forms, cell by cell.

    Parameters
    ----------
    first, second : Responses
        The two typings, each from `read_responses`, with the same instrument and the same key.
    typist : str, optional
        Heading of a column, in both, that says who typed a form; without it each file is one typist.

    Returns
    -------
    Entries
        ``.table``: every cell in which the two differ (person, wave, item, both codes, where each stands).
        ``.rate`` with ``.ci_low`` and ``.ci_high``: differences per cell, 0 to 1, over the cells of people in both
        typings that hold an answer in at least one; cells blank in both are not counted. The interval is exact
        (Clopper-Pearson, 95 %) for independent cells, and too narrow where errors come in runs, such as a skipped line.
        ``.items`` and ``.typists`` give the same per item and per pair of typists. ``.only_first`` and
        ``.only_second``: people typed once.
        A difference means that at least one of the two is wrong, not which; where two typists err independently the
        rate is about twice that of one typing. An error both made alike is not seen.

    Raises
    ------
    DataError
        Other instruments, no key, a person twice in one typing, or nobody in both.

    Source
    ------
    Day, Fayers & Harvey (1998), Controlled Clinical Trials 19, 15-24: what double entry finds. Clopper & Pearson
    (1934), Biometrika 26, 404-413.
    """
    _comparable(first, second)
    both = first.index[first.index.isin(second.index)]
    if not len(both):
        raise DataError("entries-nobody")
    at = first.index.get_indexer(both), second.index.get_indexer(both)
    blocks = first.block[at[0]], second.block[at[1]]
    typed, differ = (blocks[0] > 0) | (blocks[1] > 0), blocks[0] != blocks[1]
    table = _differences(first, second, both, at, differ)
    names = first.instrument.item_names
    items = [(name, *_rates(differ[typed[:, i], i])) for i, name in enumerate(names)]
    pairs = [
        (one, other, *_rates(differ[mine & theirs][typed[mine & theirs]]))
        for one, mine in _groups(first, both, typist)
        for other, theirs in _groups(second, both, typist)
        if (mine & theirs).any()
    ]
    cells, _, rate, low, high = _rates(differ[typed])
    same = first.origin.digest is not None and first.origin.digest == second.origin.digest
    return Entries(
        table,
        status_line(first.instrument),
        first,
        second,
        len(both),
        cells,
        rate,
        low,
        high,
        _alone(first, second),
        _alone(second, first),
        pd.DataFrame(items, columns=["item", *RATES]),
        pd.DataFrame(pairs, columns=[*TWO, *RATES]),
        typist,
        (Notice("entries-identical", first.origin.file, params={"file": first.origin.file}),) if same else (),
    )


def _comparable(first: Responses, second: Responses) -> None:
    """Refuse entries that cannot be laid side by side."""
    if first.instrument.item_names != second.instrument.item_names or [i.codes for i in first.instrument.items] != [
        i.codes for i in second.instrument.items
    ]:
        raise DataError("entries-instruments", first=first.instrument.name, second=second.instrument.name)
    for entry in (first, second):
        name = entry.origin.file or ""
        if any(notice.code == "no-key-column" for notice in entry.notices):
            raise DataError("entries-no-key", file=name)
        if entry.index.has_duplicates:
            raise DataError("entries-person-twice", file=name)
    if first.index.nlevels != second.index.nlevels:
        raise DataError("entries-waves")


def _differences(first: Responses, second: Responses, both: pd.Index, at: Any, differ: Any) -> pd.DataFrame:
    rows = []
    items = first.instrument.items
    for person, item in np.argwhere(differ):
        code, wave = named(both[person])
        cells = [
            (items[item].codes[position - 1] if position else None, entry.where[row](int(item)) if entry.where else "")
            for entry, row in ((first, at[0][person]), (second, at[1][person]))
            for position in [int(entry.block[row, item])]
        ]
        rows.append((code, wave, items[item].name, *(cell[0] for cell in cells), *(cell[1] for cell in cells)))
    table = pd.DataFrame(rows, columns=["code", "wave", "item", *TWO, "first_at", "second_at"])
    return table.astype(dict.fromkeys(TWO, "Int64"))


def named(key: Any) -> tuple[str, str]:
    """Return the code and the wave of a key; the wave is empty where there are none."""
    return (str(key[0]), str(key[1])) if isinstance(key, tuple) else (str(key), "")


def _alone(mine: Responses, other: Responses) -> tuple[str, ...]:
    return tuple(" / ".join(filter(None, named(key))) for key in mine.index[~mine.index.isin(other.index)])


def _groups(entry: Responses, both: pd.Index, typist: str | None) -> list[tuple[str, Any]]:
    """Return who typed which of the people in both."""
    if typist is None:
        return [(entry.origin.file or "", np.ones(len(both), dtype=bool))]
    if typist not in entry.people.columns:
        raise DataError("no-such-group", column=typist, columns=listed(entry.people.columns))
    names = entry.people.loc[both, typist].fillna("").astype(str).to_numpy()
    return [(name, names == name) for name in sorted(set(names))]


def _rates(differ: Any) -> tuple[int, int, float, float, float]:
    """Return cells, differences, their share and its Clopper-Pearson interval."""
    from scipy.stats import beta

    n, k = len(differ), int(np.count_nonzero(differ))
    if not n:
        return 0, 0, float("nan"), float("nan"), float("nan")
    low = float(beta.ppf(0.025, k, n - k + 1)) if k else 0.0
    high = float(beta.ppf(0.975, k + 1, n - k)) if k < n else 1.0
    return n, k, k / n, low, high
