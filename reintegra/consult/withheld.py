"""Counts that may be shared: small cells withheld, and others with them, so that none can be worked out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..core.coded import numbers
from ..core.errors import DataError

LEAST = 5  # people behind a number that is shared

Counts = np.ndarray[Any, np.dtype[np.int64]]
Marks = np.ndarray[Any, np.dtype[np.bool_]]


def withhold(counts: pd.DataFrame, *, least: int = LEAST, small: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return a table of counts with its totals, without the cells that could show who somebody is.

    Withheld are the cells of fewer than ``least`` people, nought included, and as many others (the smallest that will
    do, a total last) as it takes that no withheld cell follows from the totals and the cells that are shown.

    Parameters
    ----------
    counts : DataFrame
        Counts that add up by row and by column, 0 or more, without totals.
    least : int, 1 or more
        The fewest people that are shown.
    small : DataFrame of bool, optional
        Which cells are too small, where they do not count people themselves (talks, for example).

    Returns
    -------
    DataFrame (Int64)
        The counts with a row and a column "total"; withheld cells are <NA>.

    Raises
    ------
    DataError
        Counts that are negative, broken or blank.

    Source
    ------
    Cox (1980), Journal of the American Statistical Association 75, 377-385 (complementary suppression); what follows
    from the rest is found by linear programming, as in Fischetti & Salazar (2001), Management Science 47, 1008-1027;
    docs/decisions/0023-withheld-cells.md
    """
    cells = numbers(counts, list(counts.columns))
    if not cells.size or not (np.isfinite(cells) & (cells >= 0) & (cells == np.round(cells))).all():
        raise DataError("theme-not-counts")
    values = np.zeros((cells.shape[0] + 1, cells.shape[1] + 1), dtype=np.int64)
    values[:-1, :-1] = cells
    values[-1], values[:, -1] = values.sum(axis=0), values.sum(axis=1)
    values[-1, -1] = cells.sum()
    hidden = values < least
    if small is not None:
        hidden[:-1, :-1] = small.to_numpy(dtype=bool)
        hidden[-1], hidden[:, -1] = values[-1] < least, values[:, -1] < least
    safe: set[tuple[int, int]] = set()  # withholding more keeps them so
    while (bare := _follows(values, hidden, safe)) is not None:
        hidden[_beside(values, hidden, bare)] = True
    table = pd.DataFrame(values, [*counts.index, "total"], [*counts.columns, "total"]).astype("Int64")
    return table.mask(hidden)


def blanked(table: pd.DataFrame, rows: Any, kept: Sequence[str]) -> pd.DataFrame:
    """Return a table in which the numbers of some rows are blank; the columns that name them are kept."""
    made, gone = table.copy(), np.asarray(rows, dtype=bool)
    for column in made.columns:
        if column not in kept:
            made[column] = made[column].astype(float).mask(gone)
    return made


def _follows(values: Counts, hidden: Marks, safe: set[tuple[int, int]]) -> tuple[int, int] | None:
    """Return a withheld cell that can have one value only, given what is shown; None where all can have several.

    Those that can are noted as ``safe``: any other table that adds up as well shows it.
    """
    from scipy.optimize import linprog

    places = [(int(i), int(j)) for i, j in np.argwhere(hidden)]
    number = {place: at for at, place in enumerate(places)}
    rows, columns = (range(count) for count in values.shape)
    lines = [[(i, j) for j in columns] for i in rows] + [[(i, j) for i in rows] for j in columns]
    left, right = [], []
    for *parts, total in lines:
        row, rest = np.zeros(len(places)), 0.0
        for cell, sign in (*((cell, 1.0) for cell in parts), (total, -1.0)):
            if hidden[cell]:
                row[number[cell]] = sign
            else:
                rest -= sign * values[cell]
        if row.any():
            left.append(row)
            right.append(rest)
    true = np.array([values[place] for place in places])
    for at, place in enumerate(places):
        for sign in (1.0, -1.0):
            if place in safe:
                break
            aim = np.zeros(len(places))
            aim[at] = sign
            found = linprog(aim, A_eq=np.array(left), b_eq=right, method="highs")
            if found.status == 0:
                safe.update(place for place, gap in zip(places, abs(found.x - true), strict=True) if gap > 0.5)
            else:  # there is no end to it
                safe.add(place)
        if place not in safe:
            return place
    return None


def _beside(values: Counts, hidden: Marks, cell: tuple[int, int]) -> tuple[int, int]:
    """Return the cell to withhold with another: the smallest shown one of its row or column, a total last."""
    last = tuple(size - 1 for size in values.shape)
    line = [(i, cell[1]) for i in range(last[0] + 1)] + [(cell[0], j) for j in range(last[1] + 1)]
    shown = [place for place in line if not hidden[place]] or [(int(i), int(j)) for i, j in np.argwhere(~hidden)]
    return min(shown, key=lambda place: ((place[0] == last[0]) + (place[1] == last[1]), values[place]))
