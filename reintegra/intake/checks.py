"""Checks of the whole table: answers that run one too high or the other way, skips contradicted, the wrong people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from ..core.errors import Problem, one_or_list
from ..core.language import in_language, listed
from ..core.text import fold
from ..instruments import Instrument
from ..instruments.schema import did_you_mean
from .coding import decoders
from .columns import Layout, plain
from .faults import Gathered
from .grids import Place
from .matching import parted
from .responses import Block

FEWEST_FOR_DIRECTION = 5


def check_told(
    instrument: Instrument,
    missing: Iterable[Any],
    values: Mapping[Any, Any] | None,
    columns: Mapping[str, str] | Sequence[str] | None = None,
) -> list[Problem]:
    """Return what is wrong with what the caller said: answers thrown away, labels turned round, columns of no item."""
    codes = {code for item in instrument.items for code in item.codes}
    labels = {fold(s): a.value for item in instrument.items for a in item.answers for s in a.spellings}
    problems = []
    names = instrument.item_names
    if isinstance(columns, Mapping):
        unknown = [item for item in columns.values() if item not in names]
        problems += [
            Problem("unknown-item", value=item, params={"near": did_you_mean(item, names)}) for item in unknown
        ]
    elif columns is not None and len(columns) != len(names):
        problems.append(Problem("columns-not-items", value=len(columns), params={"items": len(names)}))
    for cell, code in (values or {}).items():
        known = labels.get(fold(str(cell)))
        if not isinstance(code, int | np.integer) or isinstance(code, bool) or int(code) not in codes:
            problems.append(Problem("bad-value", value=str(code)))
        elif known is not None and known != code:
            problems.append(Problem("values-contradict-labels", value=str(cell), params={"code": code, "known": known}))
    if not problems:
        means = set(decoders(instrument, (), values))
        thrown = [value for value in missing if any(decode(value).position for decode in means)]
        problems += [Problem("missing-code-is-answer", value=str(value)) for value in thrown]
    return problems


def direction_told(instrument: Instrument, values: Mapping[Any, Any] | None) -> bool:
    """Tell whether the caller said of every answer of the instrument which cell means it."""
    told = {int(code) for code in (values or {}).values()}
    return told >= {code for item in instrument.items for code in item.codes}


def check_answers(
    instrument: Instrument,
    block: Block,
    rows: Any,
    people: pd.DataFrame,
    layout: Layout | None,
    faults: Gathered,
    *,
    direction_known: bool,
) -> None:
    """Note what no single cell can show."""
    _right_people(instrument, people, rows, layout, faults)
    _shifted(instrument, block, faults)
    if not direction_known:
        _backwards(instrument, block, faults)

    def place(row: int, item: int) -> Place:
        if layout is None:
            return Place(row, instrument.items[item].name, ())
        column = layout.items[item][0]
        return layout.grid.locate(row, column, layout.heading(column))

    _skips(instrument, block, rows, place, faults)


def _shifted(instrument: Instrument, block: Block, faults: Gathered) -> None:
    """Where answers outside the scale are just one too high or low, and the other end is never used, say so once."""
    ranges = {(item.lowest, item.highest, len(item.codes)) for item in instrument.items}
    outside = {value for why, value in faults.causes if why == "out-of-range"}
    if len(ranges) != 1 or len(outside) != 1:
        return
    lowest, highest, count = ranges.pop()
    value = outside.pop()
    for shifted, unused, by in ((highest + 1, 1, 1), (lowest - 1, count, -1)):
        if value == str(shifted) and not (block == unused).any():
            cause = faults.causes.pop(("out-of-range", value))
            seen = (lowest + by, highest + by)
            turned = {lowest + by: highest, highest + by: lowest}
            last = next(a.label for a in instrument.items[0].answers if a.value == highest)
            faults.add(
                "codes-shifted" if count > 2 else "two-codes-shifted",
                row=one_or_list(list(dict.fromkeys(cause.rows))),
                column=one_or_list(list(dict.fromkeys(cause.columns))),
                value=value,
                params={
                    "why": "out-of-range",
                    "seen": f"{seen[0]}–{seen[1]}",
                    "span": f"{lowest}–{highest}",
                    "values": ", ".join(f"{code + by}: {code}" for code in range(lowest, highest + 1)),
                    "turned": ", ".join(f"{cell}: {code}" for cell, code in turned.items()),
                    "cells": listed(seen),
                    "low": seen[0],
                    "high": seen[1],
                    "last": partial(_said, last, highest),
                },
            )
            return


def _said(label: Mapping[str, str], code: int) -> str:
    return in_language(label) or str(code)


def _backwards(instrument: Instrument, block: Block, faults: Gathered) -> None:
    """Where a form is known to exist in both directions, refuse answers that crowd at the far end."""
    direction = instrument.guards.direction
    if direction is None or len(block) < FEWEST_FOR_DIRECTION:
        return
    answered = block[block > 0]
    count = len(instrument.items[0].codes)
    if len(answered) and np.median(answered) > (count + 1) / 2:
        codes = instrument.items[0].codes
        mirrored = ", ".join(f"{a}: {b}" for a, b in zip(codes, reversed(codes), strict=True))
        same = ", ".join(f"{code}: {code}" for code in codes)
        faults.add(
            "answers-run-backwards",
            params={"direction": lambda: in_language(direction), "mirrored": mirrored, "same": same},
        )


def _skips(
    instrument: Instrument, block: Block, rows: Any, place: Callable[[int, int], Place], faults: Gathered
) -> None:
    """Refuse an answer to a question that the person's other answers make impossible."""
    number = {name: i for i, name in enumerate(instrument.item_names)}
    for skip in instrument.skips:
        met = np.ones(len(block), dtype=bool)
        for name, code in skip.when.items():
            met &= block[:, number[name]] == instrument.item(name).codes.index(code) + 1
        for name in skip.items:
            item, column = instrument.item(name), number[name]
            allowed = item.codes.index(skip.value) + 1
            wrong = met & (block[:, column] > 0) & (block[:, column] != allowed)
            for position in np.unique(block[wrong, column]):
                at = [int(row) for row in rows[wrong & (block[:, column] == position)]]
                found = [place(row, column) for row in at]
                reason = listed(f"{place(at[0], number[n]).column} = {code}" for n, code in skip.when.items())
                faults.add(
                    "contradicts-skip",
                    row=one_or_list([p.row for p in found]),
                    column=found[0].column,
                    cell=one_or_list([cell for p in found for cell in p.cells]),
                    value=str(item.codes[position - 1]),
                    params={"reason": reason, "expected": skip.value},
                )


def _right_people(
    instrument: Instrument, people: pd.DataFrame, rows: Any, layout: Layout | None, faults: Gathered
) -> None:
    """Refuse people of whom the instrument may not be asked."""
    guard = instrument.guards
    if guard.people_column is None:
        return
    named = layout.people_names if layout else dict(enumerate(map(str, people.columns)))
    for column, name in named.items():
        heading = layout.heading(column) if layout else name
        if plain(guard.people_column) not in map(plain, parted(heading)):
            continue
        cells = people.iloc[:, list(named).index(column)].astype(object)
        given = cells.map(lambda cell: "" if pd.isna(cell) else fold(str(cell)))
        for value in given[~given.isin(["", *map(fold, guard.people)])].unique():
            at = [int(row) for row in rows[(given == value).to_numpy()]]
            places = (layout.grid.locate(row, column, heading) if layout else Place(row, heading, ()) for row in at)
            reason = {"reason": lambda: in_language(guard.people_reason)}
            faults.cells("not-for-these-people", value, places, reason)
