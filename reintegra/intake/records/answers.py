"""The answers to questionnaires in the workbook: each row by the key of its instrument, and asked of whom it may be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ...core.errors import Notice, Problem
from ...core.language import in_language, listed
from ...core.text import nearest, shortened
from ...instruments import Instrument, instruments, load_instrument
from ..coding import code_column, decoders
from ..matching import canonical
from .cells import Filled, where
from .dictionary import BLANKS, PERSON
from .sheets import Sheet, items_of


def known_instruments(further: Sequence[Any]) -> dict[str, Instrument]:
    """Return the instruments that may stand in the workbook, by their folded names."""
    found = [*map(load_instrument, instruments()["name"]), *map(load_instrument, further)]
    return {canonical(instrument.name): instrument for instrument in found}


def read_items(answers: Filled, further: Sequence[Any]) -> tuple[dict[str, Instrument], list[Notice]]:
    """Add the items of every instrument to the table of answers, as codes; return the instruments that were found."""
    known = known_instruments(further)
    frame = answers.frame
    named = [known.get(canonical(name)) if isinstance(name, str) else None for name in frame["instrumen"]]
    for i, (name, instrument) in enumerate(zip(frame["instrumen"], named, strict=True)):
        if isinstance(name, str) and instrument is None:
            near = nearest(name, (one.name for one in known.values()), 3)
            params = {"near": listed(near) or listed((one.name for one in known.values()), 30)}
            answers.fault("instrument-not-known", i, "instrumen", name, params)
    frame["instrumen"] = pd.Series([one.name if one else None for one in named], dtype=object, index=frame.index)
    used = {instrument.name: instrument for instrument in named if instrument is not None}
    columns = {item: np.full(len(frame), np.nan) for instrument in used.values() for item in instrument.item_names}
    notices = []
    for sheet, positions in _by_sheet(answers):
        read: set[int] = set()
        for name, instrument in used.items():
            rows = np.array([i for i in positions if frame["instrumen"][i] == name], dtype=int)
            if len(rows):
                read |= set(_items(answers, sheet, instrument, rows, columns))
        if left := [text for c, text in sheet.others.items() if c not in read]:
            notices.append(Notice("columns-not-read", sheet.grid.file, sheet.grid.sheet, columns=tuple(left)))
    answers.frame = pd.concat([frame, pd.DataFrame(columns, index=frame.index)], axis=1)
    return used, notices


def _by_sheet(answers: Filled) -> list[tuple[Sheet, list[int]]]:
    of: dict[int, tuple[Sheet, list[int]]] = {}
    for i, (sheet, _) in enumerate(answers.stands):
        of.setdefault(id(sheet), (sheet, []))[1].append(i)
    return [*of.values()]


def _items(
    answers: Filled, sheet: Sheet, instrument: Instrument, positions: Any, columns: Mapping[str, Any]
) -> dict[int, int]:
    """Code the answers of the rows of one instrument on one sheet."""
    found = items_of(sheet, instrument)
    absent = [item.name for place, item in enumerate(instrument.items) if place not in found.values()]
    if absent:
        near = {n: f for n in absent if (f := nearest(n, [t for c, t in sheet.others.items() if c not in found], 1))}
        pairs = {"near": listed(f"«{shortened(f[0])}» → {name}" for name, f in near.items()) or "–"}
        at = sheet.grid.file, sheet.grid.sheet, sheet.header
        sheet.faults.others.append(Problem("missing-item", *at, absent, params=pairs))
    blanks = [code for code in BLANKS if not any(code in item.codes for item in instrument.items)]
    rows = np.array([answers.stands[i][1] for i in positions])
    everyone = np.ones(len(rows), dtype=bool)
    decode = decoders(instrument, blanks)
    for column, place in found.items():
        item = instrument.items[place]
        cells = np.empty(len(rows), dtype=object)
        cells[:] = [sheet.rows[row][column] for row in rows]
        coded = code_column(decode[place], cells)
        tally: Counter[Any] = Counter()
        coded.report(everyone, rows, lambda row, _, c=column: sheet.place(row, c), sheet.faults, tally)  # type: ignore[misc]
        columns[item.name][positions] = np.array([np.nan, *item.codes])[coded.positions]
        blank = [cell.blank for cell in coded.found]
        waves = answers.frame["gelombang"].to_numpy()[positions]
        for number, wave in zip(coded.codes, waves, strict=True):
            if number >= 0 and blank[number] is not None:
                answers.blanks[item.name, wave, int(blank[number])] += 1
    return found


def check_people(answers: Filled, people: Filled, used: Mapping[str, Instrument]) -> None:
    """Refuse answers to an instrument that may not be asked of that person: SIAP-36 of detainees."""
    asked = people.frame.dropna(subset=[PERSON]).drop_duplicates(PERSON).set_index(PERSON)
    for name, instrument in used.items():
        guard = instrument.guards
        if guard.people_column not in asked:
            continue
        about = answers.frame[PERSON].map(asked[guard.people_column])
        wrong = (answers.frame["instrumen"] == name) & about.notna() & ~about.isin(guard.people)
        for i in where(wrong):
            reason = {"reason": lambda said=guard.people_reason: in_language(said)}
            sheet, row = answers.stands[i]
            sheet.faults.cells("not-for-these-people", about[i], [sheet.place(row, PERSON)], reason)
