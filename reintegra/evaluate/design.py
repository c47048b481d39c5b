"""From a table of people to the numbers of a linear model, without a silent step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..core.coded import is_table, single
from ..core.errors import CallError, DataError, DesignError, Notice, shown
from ..core.language import listed
from .estimates import Floats

Numbers = np.ndarray[Any, np.dtype[np.intp]]
LARGEST = 1e100  # beyond it products of two numbers are no longer safe


@dataclass(frozen=True, eq=False)
class Design:
    """The complete rows of a table: ``x`` (people x names, no constant), ``y``, and per person the place of the site.

    ``weights`` are inverse variances, ``counts`` how many people a row stands for; ``left_out`` counts the rows with a
    blank in ``blanks``, ``kept`` marks the others. ``levels`` are those of the terms of words, the reference first.
    """

    names: tuple[str, ...]
    outcome: str
    x: Floats
    y: Floats
    sites: tuple[str, ...]
    site: Numbers
    weights: Floats
    counts: Floats
    kept: np.ndarray[Any, np.dtype[np.bool_]]
    blanks: tuple[str, ...]
    levels: dict[str, tuple[str, ...]]

    @property
    def left_out(self) -> int:
        """How many rows have a blank and are left out."""
        return int(np.count_nonzero(~self.kept))


def with_blanks(frame: pd.DataFrame, columns: Sequence[str]) -> tuple[str, ...]:
    """Return those of the columns that have blanks."""
    return tuple(column for column in columns if frame[column].isna().any())


def left_out_note(left_out: int, columns: Sequence[str]) -> tuple[Notice, ...]:
    """Say how many people were left out for blanks in which columns."""
    return (Notice("rows-left-out", columns=tuple(columns), params={"people": left_out}),) if left_out else ()


def design(
    frame: pd.DataFrame,
    outcome: str,
    terms: Sequence[str],
    site: str | None = None,
    *,
    weights: str | None = None,
    counts: str | None = None,
    levels: Mapping[str, Sequence[Any]] | None = None,
) -> Design:
    """Return the numbers of a model: a column of words becomes one column for each level but the first.

    The levels are those declared, those of a categorical column, or the values found in sorted order.
    """
    known(frame, [outcome, *(column for column in (site, weights, counts) if column is not None)])
    names, x, found = matrix(frame, terms, levels)
    y = numbers(frame[outcome])
    kept = ~(np.isnan(y) | np.isnan(x).any(axis=1))
    if not kept.any():
        raise DataError("no-complete-rows", columns=listed([outcome, *terms]), rows=len(frame))
    sites, places = _sites(frame, site)
    return Design(
        names,
        outcome,
        x[kept],
        y[kept],
        sites,
        places[kept],
        _positive(frame, weights)[kept],
        _positive(frame, counts)[kept],
        kept,
        with_blanks(frame, [outcome, *terms]),
        found,
    )


def matrix(
    frame: pd.DataFrame, terms: Sequence[str], levels: Mapping[str, Sequence[Any]] | None = None
) -> tuple[tuple[str, ...], Floats, dict[str, tuple[str, ...]]]:
    """Return the names and numbers of the terms (people x names), NaN for blanks, and the levels of those of words."""
    known(frame, terms)
    names: list[str] = []
    columns: list[Floats] = []
    made: dict[str, tuple[str, ...]] = {}
    for term in terms:
        declared = (levels or {}).get(term)
        if pd.api.types.is_datetime64_any_dtype(frame[term]):
            raise DataError("words-for-numbers", column=term)
        if declared is None and is_number(frame[term]):
            names.append(term)
            columns.append(numbers(frame[term]))
        else:
            values, found = coded(frame[term], declared)
            if len(values) < 2 and len(frame):
                raise DesignError("aliased-columns", columns=term)
            made[term] = tuple(str(value) for value in values)
            names += [f"{term}[{level}]" for level in values[1:]]
            columns += [np.where(found < 0, np.nan, found == place) for place in range(1, len(values))]
    return tuple(names), np.column_stack(columns) if columns else np.empty((len(frame), 0)), made


def known(frame: pd.DataFrame, columns: Sequence[str]) -> None:
    """Refuse what is no table, a column that is not there, or one whose cells hold lists."""
    is_table(frame)
    for column in columns:
        if not isinstance(column, str):
            raise CallError("name-not-text", value=shown(column))
        if column not in frame.columns:
            raise DataError("no-such-group", column=column, columns=listed(frame.columns))
        if isinstance(frame[column], pd.DataFrame):
            raise DataError("column-twice", column=column)
        single(frame[column])


def two_groups(frame: pd.DataFrame, programme: str) -> tuple[tuple[str, str], Floats]:
    """Return the names of two programmes, the reference first, and 1 for people of the other; blanks are refused."""
    known(frame, [programme])
    if blank := int(frame[programme].isna().sum()):
        raise DataError("blank-in-column", column=programme, people=blank)
    labels, places = coded(frame[programme])
    if len(labels) != 2:
        raise DesignError("not-two-programmes", column=programme, programmes=listed(labels))
    return (str(labels[0]), str(labels[1])), places.astype(float)


def is_number(column: pd.Series[Any]) -> bool:
    """Tell whether a column holds numbers (or truth values) rather than words."""
    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        return not pd.api.types.is_complex_dtype(column)
    kind = pd.api.types.infer_dtype(column, skipna=True) if column.dtype == object else ""
    return kind in ("integer", "floating", "mixed-integer-float", "boolean", "decimal")


def numbers(column: pd.Series[Any]) -> Floats:
    """Return a column as numbers with NaN for blanks; words and infinite values are refused."""
    if column.isna().all():
        return np.full(len(column), np.nan)
    name = "–" if column.name is None else str(column.name)
    if not is_number(column):
        raise DataError("words-for-numbers", column=name)
    values: Floats = column.to_numpy(dtype=float, na_value=np.nan)
    if infinite := int((np.abs(values) > LARGEST).sum()):
        raise DataError("infinite-values", column=name, people=infinite)
    return values


def coded(column: pd.Series[Any], levels: Sequence[Any] | None = None) -> tuple[list[Any], Numbers]:
    """Return the levels of a column and for each person the place of theirs, -1 for a blank."""
    if levels is None:
        if isinstance(column.dtype, pd.CategoricalDtype):
            present = set(column.dropna())
            levels = [level for level in column.cat.categories if level in present]
        else:
            levels = sorted(column.dropna().unique(), key=lambda value: (str(type(value)), value))
    places = pd.Index(levels).get_indexer(pd.Index(column.astype(object)))
    unknown = (places < 0) & column.notna().to_numpy()
    if unknown.any():
        raise DataError("unknown-level", column=str(column.name), people=int(unknown.sum()), levels=listed(levels))
    return list(levels), places


def _sites(frame: pd.DataFrame, site: str | None) -> tuple[tuple[str, ...], Numbers]:
    """Return the names of the sites in order and for each row the place of its site; each row its own without one."""
    if site is None:
        return tuple(map(str, range(len(frame)))), np.arange(len(frame))
    blank = int(frame[site].isna().sum())
    if blank:
        raise DataError("blank-in-column", column=site, people=blank)
    found, labels = pd.factorize(frame[site])
    texts = [str(label) for label in labels]
    order = np.argsort(np.array(texts, dtype=object), kind="stable")
    place = np.empty(len(order), dtype=np.intp)
    place[order] = np.arange(len(order))
    return tuple(texts[i] for i in order), place[found]


def _positive(frame: pd.DataFrame, column: str | None) -> Floats:
    """Return a column of weights; without one, ones."""
    if column is None:
        return np.ones(len(frame))
    values = numbers(frame[column])
    bad = int(np.count_nonzero(~(values > 0)))
    if bad:
        raise DataError("weights-not-positive", column=column, people=bad)
    return values
