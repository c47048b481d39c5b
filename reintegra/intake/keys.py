"""One row a person, or a person and a wave: keys that stand twice are faults unless the caller chose a row."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ..core.errors import Notice, one_or_list
from ..core.text import fold
from .coding import Mask
from .columns import Layout
from .faults import Gathered
from .grids import Place
from .matching import canonical
from .responses import Block

_MONTH = "(?:jan|feb|mar|apr|mei|may|jun|jul|agu|ags|aug|sep|okt|oct|nov|des|dec)"
# What spreadsheets and people leave where a code should stand: errors, dates, cut numbers, totals, "none".
_NO_CODE = re.compile(
    r'="[^"]+"|'  # Excel's way to keep zeros in a CSV file
    r"#(?:ref!|n/a|value!|name\?|div/0!|null!|num!|spill!|calc!)|true|false|[\W_]+|\d[.,]\d+e\+\d+"
    r"|\d{4}-\d\d-\d\d(?: 00:00:00)?"
    rf"|\d{{1,2}}-{_MONTH}(?:-\d+)?|{_MONTH}-\d\d|(?:0?[1-9]|[12]\d|3[01])/(?:0?[1-9]|1[0-2])/\d{{4}}"
    r"|(?:sub ?)?total|jumlah|jumlah (?:responden|total|skor|data)|rata-rata|rerata|mean|average|median|modus"
    r"|simpangan baku|std\.? ?dev\w*\.?|standard deviation|minimum|maksimum|maximum"
    r"|(?:tidak|tdk|belum) ada|kosong|n/a|tanpa kode|anonim|anonymous"
)


@dataclass
class Keys:
    """The index of a table, which rows of it stay, and what was decided."""

    index: pd.Index
    keep: Mask
    notices: list[Notice] = field(default_factory=list)


def check_keys(
    keys: Sequence[Any],
    layout: Layout,
    people: pd.DataFrame,
    block: Block,
    rows: Any,
    duplicates: str | None,
    told: bool,
    faults: Gathered,
) -> Keys:
    """Make the index; find codes that stand twice, and codes that differ only in leading zeros."""
    everyone = np.ones(len(block), dtype=bool)
    if not keys:
        return Keys(pd.Index([str(row) for row in rows], name="baris"), everyone)
    heading = layout.heading(layout.keys[0])
    notices: list[Notice] = []
    index = pd.Index(keys[0], name=heading, dtype=object)

    def places(positions: Any) -> list[Place]:
        return [layout.grid.locate(int(rows[i]), layout.keys[0], heading) for i in positions]

    unfilled = {row for row, column in layout.grid.formulas if column == layout.keys[0]}
    wrong = [
        i
        for i, text in enumerate(index)
        if _NO_CODE.fullmatch(fold(text)) or (text.startswith("=") and int(rows[i]) in unfilled)
    ]
    if wrong:
        _no_codes(index[wrong], places(wrong), faults)
    _alike(index, wrong, places, faults)
    if len(keys) > 1:
        index = pd.MultiIndex.from_arrays(keys, names=[layout.heading(c) for c in layout.keys])
    elif not told and index.has_duplicates and layout.wave is not None:
        wave = layout.people_names[layout.wave]
        both = pd.MultiIndex.from_arrays([keys[0], people[wave].astype(str)], names=[heading, wave])
        if both.duplicated().sum() < index.duplicated().sum():
            index = both
            notices.append(Notice("waves-found", faults.file, faults.sheet, columns=(wave,)))
    if not index.has_duplicates:
        return Keys(index, everyone, notices)
    if duplicates in ("first", "last"):
        return Keys(index, ~index.duplicated(keep=duplicates), notices)
    repeated: dict[Any, list[int]] = {}
    for position in np.flatnonzero(index.duplicated(keep=False)):
        repeated.setdefault(index[position], []).append(int(position))
    for key, positions in repeated.items():
        parts = key if isinstance(key, tuple) else (key,)
        if all(parts):
            same = (block[positions] == block[positions[0]]).all()
            value = " / ".join(map(str, parts))
            faults.cells("duplicate-key-identical" if same else "duplicate-key-conflict", value, places(positions))
    return Keys(index, everyone, notices)


def _no_codes(codes: pd.Index, found: list[Place], faults: Gathered) -> None:
    """Refuse what stands in the column of codes and cannot be one."""
    faults.add(
        "not-a-code",
        row=one_or_list([p.row for p in found]),
        column=found[0].column,
        cell=one_or_list([cell for p in found for cell in p.cells]) or None,
        value=one_or_list(list(dict.fromkeys(codes))),
    )


def _alike(index: pd.Index, wrong: Sequence[int], places: Callable[[Any], list[Place]], faults: Gathered) -> None:
    """Refuse codes such as 001 beside 1, or P-01 beside p01: one person may have become two."""
    texts = pd.Series(index).drop(wrong).drop_duplicates()
    texts = texts[~texts.str.fullmatch(r"\d*[.,]\d+|[\W_]*")]
    forms = pd.Series([hash(canonical(text)) for text in texts], index=texts.index, dtype="int64")
    clash = texts[forms.duplicated(keep=False)]
    zeros = clash.str.fullmatch(r"\d+")
    for code, alike in (("keys-differ-by-zeros", clash[zeros]), ("keys-alike", clash[~zeros])):
        if len(alike):
            found = places(alike.index)
            faults.add(code, row=[p.row for p in found], column=found[0].column, value=list(alike))
