"""Waves: one spelling each, whether they stand in a column, side by side or on sheets of their own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..core.errors import IntakeError, Problem
from ..core.text import fold, tidy
from ..instruments import Instrument
from .folding import folded, rows_below
from .grids import Grid, Place, Row, letter
from .header import DEEPEST, candidates
from .matching import Finder, canonical
from .responses import Responses
from .widths import Widths

WAVE = "gelombang"
ROW = "baris"

_WHOLE = re.compile(r"(\d+)[.,]0+")


def fold_waves(cells: Iterable[Any]) -> tuple[Any, list[int], dict[str, str]]:
    """Give each wave the spelling that most of its cells have (of equals, the first).

    Returns the texts, the positions of blank cells, and which spelling became which: "pra" and "PRA" are one wave,
    and so are 1 and "1.0".
    """
    texts = [_text(cell) for cell in cells]
    spellings: dict[str, Counter[str]] = {}
    for text, count in Counter(texts).items():
        spellings.setdefault(fold(text), Counter())[text] += count
    chosen = {text: found.most_common(1)[0][0] for found in spellings.values() for text in found}
    found = np.empty(len(texts), dtype=object)
    found[:] = [chosen[text] for text in texts]
    blank = [i for i, text in enumerate(texts) if not text]
    return found, blank, {old: new for old, new in chosen.items() if old != new}


def _text(cell: Any) -> str:
    if cell is None or cell is pd.NaT or cell != cell:
        return ""
    text = tidy(str(cell))
    whole = _WHOLE.fullmatch(text)
    return whole[1] if whole else text


def waves_beside(grid: Grid, instrument: Instrument, waves: Mapping[str, str]) -> Grid:
    """Fold waves that stand side by side: ``{"pra": "pra_{n}", "pasca": "pasca_{n}"}``, or ``{item}`` for its name.

    The wave is the first column of the folded table, the row in the file the second.
    """
    at = grid.file, grid.sheet
    patterns = {wave: _pattern(pattern) for wave, pattern in waves.items()}
    best: tuple[int, int, list[str], dict[str, dict[int, list[int]]]] = (0, 0, [], {})
    for names, number in candidates(grid, grid.head(DEEPEST)):
        found = {wave: _wave_columns(names, pattern, instrument) for wave, pattern in patterns.items()}
        count = sum(map(len, found.values()))
        if count > best[0]:
            best = count, number, names, found
    _, number, names, columns = best
    problems = [
        Problem("missing-item", *at, number or None, absent, params={"near": waves[wave]})
        for wave in waves
        if (absent := [i.name for place, i in enumerate(instrument.items) if place not in columns.get(wave, {})])
    ]
    taken = [column for of in columns.values() for place in of.values() for column in place]
    if len(taken) > len(set(taken)):
        problems.append(Problem("wave-twice", *at, value=list(waves.values())))
    doubles = [(place, cs) for by_item in columns.values() for place, cs in by_item.items() if len(cs) > 1]
    for place, double in doubles[:1]:
        params = {"item": instrument.items[place].name, "more": len(doubles) - 1}
        problems.append(Problem("two-columns-for-one-item", *at, number, [names[c] for c in double], params=params))
    if problems:
        raise IntakeError(problems)
    used = {wave: [of[place][0] for place in range(len(instrument.items))] for wave, of in columns.items()}
    others = [c for c in range(len(names)) if c not in taken]
    headings = [WAVE, ROW, *(names[c] for c in others), *instrument.item_names]
    widths = Widths(len(names))
    rows: list[tuple[int, Row]] = []
    origin: dict[int, tuple[int, str]] = {}
    for shown, cells in rows_below(grid, number, widths):
        answered = [wave for wave in used if any(_filled(cells[c]) for c in used[wave])]
        for wave in answered or [*used][:1]:  # a row without any answer is passed on, to be listed as dropped
            index = number + 1 + len(rows)
            origin[index] = shown, wave
            rows.append((index, [wave, shown, *(cells[c] for c in others), *(cells[c] for c in used[wave])]))

    def where(index: int, column: int, heading: str, value: Any) -> Place:
        if index not in origin:
            return Place(index, heading, ())
        shown, wave = origin[index]
        if column < 2:
            return Place(shown, heading, ())
        there = [*others, *used[wave]][column - 2]
        return Place(shown, names[there], (f"{letter(there)}{shown}",) if grid.addressed else ())

    made = folded(grid, number, headings, rows, where)
    made.problems = [*grid.problems, *widths.problems(*at, names[0])]
    return made


def codes_apart(made: Mapping[str, Responses], file: str, sheets: Mapping[str, str]) -> list[Problem]:
    """Return the faults of codes that are one person's but are not spelled alike on all sheets: 001 and 1."""
    spellings: dict[str, dict[str, None]] = {}
    for responses in made.values():
        for code in map(str, responses.index):
            spellings.setdefault(canonical(code), {})[code] = None
    apart = [list(found) for found in spellings.values() if len(found) > 1]
    zeros = [code for found in apart if all(map(str.isdecimal, found)) for code in found]
    others = [code for found in apart if not all(map(str.isdecimal, found)) for code in found]
    heading = next(iter(made.values())).index.names[0]
    return [
        Problem(kind, file, ", ".join(sheets.values()), column=heading, value=codes)
        for kind, codes in (("keys-differ-by-zeros", zeros), ("keys-alike", others))
        if codes
    ]


def _filled(cell: Any) -> bool:
    return cell is not None and bool(str(cell).strip())


def is_pattern(text: str) -> bool:
    """Tell whether a text says how the headings of a wave run, and is not the name of a sheet."""
    return bool(re.search(r"\{(?:n|item|name|butir)\}", text))


def _pattern(pattern: str) -> re.Pattern[str]:
    text = re.escape(fold(pattern))
    text = text.replace(re.escape("{n}"), r"0*(?P<n>\d+)")
    return re.compile(re.sub(r"\\{(?:item|name|butir)\\}", r"(?P<item>.+)", text))


def _wave_columns(names: list[str], pattern: re.Pattern[str], instrument: Instrument) -> dict[int, list[int]]:
    """Return for each item the columns that one wave has for it."""
    finder = Finder(instrument)
    found: dict[int, list[int]] = {}
    for column, name in enumerate(names):
        if matched := pattern.fullmatch(fold(name)):
            parts = matched.groupdict()
            place = int(parts["n"]) - 1 if parts.get("n") else finder.find(parts.get("item") or "")
            if place is not None and 0 <= place < len(instrument.items):
                found.setdefault(place, []).append(column)
    return found
