"""From the columns of a DataFrame to plain numbers, and to positions among declared codes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import infer_dtype

from .errors import CallError, DataError, shown
from .language import listed, word
from .text import nearest, shortened

Block = np.ndarray[Any, np.dtype[np.uint8]]
Counts = np.ndarray[Any, np.dtype[np.int64]]
Floats = np.ndarray[Any, np.dtype[np.float64]]
Codes = tuple[tuple[float, ...], ...]

MOST_CODES = 255
MANY = (list, tuple, set, dict, np.ndarray, pd.Series, pd.DataFrame)  # what no single cell should hold
LARGEST = 1e100  # beyond it products of two numbers are no longer safe
NO_NUMBERS = ("complex", "datetime64", "datetime", "date", "timedelta64", "timedelta", "time", "period", "interval")


def pieces(data: pd.DataFrame | Iterable[pd.DataFrame], codes: Any) -> tuple[pd.DataFrame, Iterator[pd.DataFrame]]:
    """Return the first piece of some data, and all of them, of which only one is held at a time.

    Several pieces need declared codes, or each would make its own.
    """
    if isinstance(data, pd.DataFrame):
        return data, iter([data])
    if codes is None:
        raise TypeError("of(pieces, codes=...): which codes?")
    frames = iter(data)
    first = next(frames, None)
    if first is None:
        raise DataError("no-pieces")
    return first, chain([first], frames)


def is_table(frame: object) -> None:
    """Refuse what is no table."""
    if not isinstance(frame, pd.DataFrame):
        raise CallError("no-table", found=type(frame).__name__)


def present(frame: pd.DataFrame, names: Sequence[str]) -> None:
    """Refuse a frame that lacks a column, naming the nearest ones, or has it twice."""
    is_table(frame)
    if twice := [name for name in dict.fromkeys(names) if (frame.columns == name).sum() > 1]:
        raise DataError("columns-twice", columns=listed(map(shortened, twice)))
    places(list(frame.columns), names)


def keys(frame: pd.DataFrame, names: Sequence[str]) -> None:
    """Refuse columns to group by that are not there, or of which a cell holds more than one value."""
    if not len(names):
        raise DataError("no-grouping", columns=listed(frame.columns))
    present(frame, names)
    for name in names:
        single(frame[name])


def single(column: pd.Series) -> None:
    """Refuse a column of which a cell holds a list or a table."""
    if infer_dtype(column, skipna=True) == "mixed" and (many := sum(isinstance(cell, MANY) for cell in column)):
        raise DataError("cells-hold-lists", column=shortened(column.name), people=many)


def places(known: Sequence[str], names: Sequence[str]) -> list[int]:
    """Return where each name stands among those known, or refuse with the nearest ones."""
    place = {name: i for i, name in enumerate(known)}
    if absent := [name for name in names if name not in place]:
        near = [found for name in absent for found in nearest(str(name), map(str, known), 1)]
        said = word("did_you_mean", near=listed(near)) if near else ""
        raise DataError("columns-absent", columns=listed(map(shortened, absent)), near=said)
    return [place[name] for name in names]


def numbers(frame: pd.DataFrame, names: Sequence[str]) -> Floats:
    """Return columns of any type as float64 (people x columns), every kind of blank as NaN."""
    present(frame, names)
    values = np.empty((len(frame), len(names)), order="F")
    for place, name in enumerate(names):
        values[:, place] = _numbers(frame[name])
        if endless := int((np.abs(values[:, place]) > LARGEST).sum()):
            raise DataError("not-numbers", column=shortened(name), cells=endless)
    return values


def _numbers(series: pd.Series) -> Floats:
    if series.dtype.kind not in "iufb" or not isinstance(series.dtype, np.dtype):
        there = series.notna()
        if there.any() and infer_dtype(series, skipna=True) in NO_NUMBERS:
            raise DataError("not-numbers", column=shortened(series.name), cells=int(there.sum()))
        found = pd.to_numeric(series.astype(object).where(there), errors="coerce")
        if (found.isna() & there).any():
            raise DataError("not-numbers", column=shortened(series.name), cells=int((found.isna() & there).sum()))
        series = found
    numbers: Floats = series.to_numpy(dtype=np.float64, na_value=np.nan)
    return numbers


def declared(
    frame: pd.DataFrame,
    names: Sequence[str],
    codes: Sequence[float] | Mapping[str, Sequence[float]] | None,
    items: Sequence[str] | None = None,
) -> Codes:
    """Return the declared codes of each item, rising; those found in the frame where none are declared."""
    present(frame, names)
    items = names if items is None else items
    if not len(items):
        raise DataError("too-few-items", items=0, least=1)
    if codes is None:
        found = np.unique(numbers(frame, items))
        codes = found[~np.isnan(found)].tolist() or [0.0]
    if isinstance(codes, Mapping):
        present(pd.DataFrame(columns=list(codes)), items)
        each = tuple(tuple(sorted(set(codes[name]))) for name in items)
    else:
        each = (tuple(sorted(set(codes))),) * len(items)
    if empty := [name for name, allowed in zip(items, each, strict=True) if not allowed]:
        raise DataError("no-codes", columns=listed(map(shortened, empty)))
    if (most := max(map(len, each), default=0)) > MOST_CODES:
        raise DataError("too-many-codes", count=most, most=MOST_CODES)
    return each


def coded(frame: pd.DataFrame, names: Sequence[str], codes: Codes) -> Block:
    """Return the positions of the answers among the codes of their item, counted from 1, 0 for none; column-major."""
    present(frame, names)
    block = np.empty((len(frame), len(names)), dtype=np.uint8, order="F")
    for place, (name, allowed) in enumerate(zip(names, codes, strict=True)):
        values = _numbers(frame[name])
        block[:, place] = _positions(values, allowed)
        if np.count_nonzero(block[:, place]) + np.count_nonzero(np.isnan(values)) < len(values):
            wrong = values[(block[:, place] == 0) & ~np.isnan(values)]
            found = listed((shown(f"{value:.15g}") for value in np.unique(wrong)), 3)
            said = listed((f"{code:g}" for code in allowed), 12)
            raise DataError("undeclared-codes", column=shortened(name), values=found, codes=said)
    return block


def _positions(values: Floats, allowed: tuple[float, ...]) -> np.ndarray[Any, Any]:
    """Return where each value stands among rising codes, 0 where it does not."""
    if allowed[-1] - allowed[0] == len(allowed) - 1 and all(code == round(code) for code in allowed):
        wanted = values if allowed[0] == 1 else values - (allowed[0] - 1)
        with np.errstate(invalid="ignore"):
            found = wanted.astype(np.uint8)  # what does not survive this is no code
        right: np.ndarray[Any, Any] = found * ((found == wanted) & (found <= len(allowed)))
        return right
    codes = np.array(allowed)
    place = np.minimum(np.searchsorted(codes, values), len(codes) - 1)
    return np.where(codes[place] == values, place + 1, 0)
