"""Answers that already stand in a DataFrame, whatever the types of its columns."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pandas as pd

from ..core.errors import IntakeError, Notice, Problem
from ..core.language import in_language, listed
from ..core.text import nearest
from ..instruments import Instrument
from .checks import check_answers
from .coding import code_column, decoders
from .columns import SAMPLE
from .faults import Gathered
from .grids import Place, Truth
from .people import decides_rights, looks_personal
from .responses import Responses


def responses_of(frame: pd.DataFrame, instrument: Instrument, *, direction_known: bool = False) -> Responses:
    """Code the answers in a DataFrame; its other columns are kept, its index is the key.

    Parameters
    ----------
    frame : DataFrame (people x columns)
        One column an item, under the item's name: codes or labels, of any column type; blanks in any form.
    instrument : Instrument
        The questionnaire.
    direction_known : bool
        Whether the caller has vouched for the direction of the answers.

    Returns
    -------
    Responses
        The same as from a file that holds these cells.

    Raises
    ------
    IntakeError
        Every fault at once; rows are counted from 1 as they stand in the frame.

    Source
    ------
    docs/decisions/0003-answers-are-stored-as-bytes.md
    """
    if not isinstance(frame, pd.DataFrame):
        raise TypeError(f"a DataFrame with one column an item, not {type(frame).__name__}")
    _all_items(frame, instrument)
    faults = Gathered(None, None)
    rows = np.arange(1, len(frame) + 1)
    if not len(frame):
        raise IntakeError([Problem("no-rows")])
    block = np.empty((len(frame), len(instrument.items)), dtype=np.uint8, order="F")
    tally: Counter[Any] = Counter()
    everyone = np.ones(len(frame), dtype=bool)
    for column, (item, decode) in enumerate(zip(instrument.items, decoders(instrument), strict=True)):
        series = frame[item.name]
        if not _quick(series, item.codes, block[:, column]):
            coded = code_column(decode, _objects(series))
            name = item.name
            coded.report(everyone, rows, lambda row, _, name=name: Place(row, name, ()), faults, tally)  # type: ignore[misc]
            block[:, column] = coded.positions
    items = set(instrument.item_names)
    others = [place for place, name in enumerate(frame.columns) if name not in items]
    people, notices = _people(frame.iloc[:, others] if others else pd.DataFrame(index=frame.index), faults)
    check_answers(instrument, block, rows, people, None, faults, direction_known=direction_known)
    if problems := faults.problems():
        raise IntakeError(problems)
    return Responses(instrument, block, people, notices)


def _people(people: pd.DataFrame, faults: Gathered) -> tuple[pd.DataFrame, tuple[Notice, ...]]:
    """Refuse records that decide on rights and an index of names; keep columns that look personal out."""
    names = list(map(str, people.columns))
    for name in filter(decides_rights, names):
        faults.add("decides-rights", column=name)
    for level in map(people.index.get_level_values, range(people.index.nlevels)):
        if not isinstance(level, pd.RangeIndex) and looks_personal(str(level.name or ""), level[:SAMPLE]):
            faults.add("personal-key", column=str(level.name or "index"))
    kept = [
        not looks_personal(name, people.iloc[:SAMPLE, place].dropna().astype(object))
        for place, name in enumerate(names)
    ]
    personal = tuple(name for name, keep in zip(names, kept, strict=True) if not keep)
    if not personal:
        return people, ()
    return people.loc[:, kept], (Notice("personal-columns", columns=personal),)


def _all_items(frame: pd.DataFrame, instrument: Instrument) -> None:
    """Refuse a frame that lacks items, has one twice, or holds another form."""
    names = [str(name) for name in frame.columns]
    twice = [name for name in instrument.item_names if names.count(name) > 1]
    if twice:
        raise IntakeError([Problem("two-columns-for-one-item", column=twice[:1], params={"item": twice[0], "more": 0})])
    absent = [name for name in instrument.item_names if name not in names]
    if not absent:
        return
    for form in instrument.guards.forms:
        if form.items in (len(names), len(instrument.items) - len(absent)):
            raise IntakeError(
                [Problem("other-form", params={"reason": lambda reason=form.reason: in_language(reason)})]
            )
    near = {name: found[0] for name in absent if (found := nearest(name, set(names) - set(instrument.item_names), 1))}
    pairs = listed(f"«{found}» → {name}" for name, found in near.items())
    raise IntakeError([Problem("missing-item", column=absent, params={"near": pairs or "–"})])


def _quick(series: pd.Series, codes: tuple[int, ...], out: np.ndarray[Any, Any]) -> bool:
    """Code a column of plain numbers whose codes rise by one, or tell that it is not that or something is wrong.

    A cell is right if it survives becoming a byte; the answers and the blanks then make up all the rows.
    """
    if series.dtype.kind not in "iuf" or codes[-1] - codes[0] != len(codes) - 1:
        return False
    plain = isinstance(series.dtype, np.dtype)
    numbers = series.to_numpy() if plain else series.to_numpy(dtype=np.float64, na_value=np.nan)
    if codes[0] != 1:
        numbers = numbers.astype(np.float64) - (codes[0] - 1)
    with np.errstate(invalid="ignore"):
        np.copyto(out, numbers, casting="unsafe")
    out *= (out == numbers).view(np.uint8)
    blanks = np.count_nonzero(numbers != numbers)
    return bool(np.count_nonzero(out) + blanks == len(out) and out.max(initial=0) <= len(codes))


def _objects(series: pd.Series) -> np.ndarray[Any, np.dtype[np.object_]]:
    """Return a column as plain Python values, every kind of blank as None."""
    values: np.ndarray[Any, np.dtype[np.object_]] = series.astype(object).to_numpy(dtype=object, copy=True)
    values[series.isna().to_numpy()] = None
    if pd.api.types.infer_dtype(values, skipna=True) in ("boolean", "mixed", "mixed-integer"):
        values[:] = [Truth(str(v)) if isinstance(v, bool | np.bool_) else v for v in values]
    return values
