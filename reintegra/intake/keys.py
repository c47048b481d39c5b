"""One row a person, or a person and a wave: keys that stand twice are faults unless the caller chose a row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ..core.errors import Notice
from .coding import Mask
from .columns import Layout
from .faults import Gathered
from .grids import Place
from .responses import Block


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

    _zeros(index, places, faults)
    if len(keys) > 1:
        index = pd.MultiIndex.from_arrays(keys, names=[layout.heading(c) for c in layout.keys])
    elif not told and index.has_duplicates and layout.wave is not None:
        wave = layout.people_names[layout.wave]
        both = pd.MultiIndex.from_arrays([keys[0], people[wave].astype(str)], names=[heading, wave])
        if not both.has_duplicates:
            index = both
            notices.append(Notice("waves-found", faults.file, faults.sheet, columns=(wave,)))
    if not index.has_duplicates:
        return Keys(index, everyone, notices)
    if duplicates in ("first", "last"):
        return Keys(index, ~index.duplicated(keep=duplicates), notices)
    repeated = pd.Series(range(len(index))).groupby([np.asarray(index)] if index.nlevels == 1 else list(index)).indices
    for key, positions in repeated.items():
        if len(positions) > 1 and key != "":
            same = (block[positions] == block[positions[0]]).all()
            value = " / ".join(map(str, key)) if isinstance(key, tuple) else str(key)
            faults.cells("duplicate-key-identical" if same else "duplicate-key-conflict", value, places(positions))
    return Keys(index, everyone, notices)


def _zeros(index: pd.Index, places: Callable[[Any], list[Place]], faults: Gathered) -> None:
    """Refuse codes such as 001 beside 1: one of them lost its zeros in a spreadsheet."""
    texts = pd.Series(index.astype(str)).drop_duplicates()
    numbers = texts[texts.str.fullmatch(r"\d+")]
    clash = numbers[numbers.str.lstrip("0").duplicated(keep=False)]
    if len(clash):
        found = places(clash.index)
        faults.add("keys-differ-by-zeros", row=[p.row for p in found], column=found[0].column, value=list(clash))
