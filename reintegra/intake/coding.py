"""From columns of raw cells to coded answers; every distinct value of a column is worked out once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..instruments import Instrument
from .cells import Cell, Decoder
from .faults import Gathered
from .grids import Place

Cells = np.ndarray[Any, np.dtype[np.object_]]
Mask = np.ndarray[Any, np.dtype[np.bool_]]


def decoders(
    instrument: Instrument, declared: Iterable[Any] = (), values: Mapping[Any, Any] | None = None
) -> list[Decoder]:
    """Return the decoder of each item; items with the same answers share one."""
    declared = list(declared)
    shared: dict[int, Decoder] = {}
    for item in instrument.items:
        if id(item.answers) not in shared:
            shared[id(item.answers)] = Decoder(item, instrument.missing, declared, values)
    return [shared[id(item.answers)] for item in instrument.items]


@dataclass
class Coded:
    """One column, coded: ``positions`` (0 where there is no answer) and ``filled`` (the cell holds anything at all)."""

    codes: np.ndarray[Any, np.dtype[np.intp]]
    values: list[Any]
    found: list[Cell]
    positions: np.ndarray[Any, np.dtype[np.uint8]]
    filled: Mask

    def report(
        self,
        keep: Mask,
        rows: np.ndarray[Any, Any],
        locate: Callable[[int, Any], Place],
        faults: Gathered,
        tally: Counter[Any],
    ) -> None:
        """Pass on the faults of the rows that are kept, and count declared blanks and tidied cells."""
        for number, (cell, value) in enumerate(zip(self.found, self.values, strict=True)):
            if cell.why or cell.blank is not None or cell.tidied:
                at = [int(row) for row in rows[(self.codes == number) & keep]]
                if cell.tidied:
                    tally["tidied"] += len(at)
                if cell.blank is not None:
                    tally["blank", cell.blank] += len(at)
                if cell.why and at:
                    faults.cells(cell.why, cell.value, (locate(row, value) for row in at), cell.params, len(at))


def code_column(decode: Callable[[Any], Cell], cells: Cells) -> Coded:
    """Code one column of raw cells."""
    try:
        codes, uniques = pd.factorize(cells)
    except TypeError:  # a cell of a frame that holds a list, a set or a dict
        codes, uniques = np.arange(len(cells)), cells
    found = [decode(value) for value in uniques]
    positions = np.array([*(cell.position for cell in found), 0], dtype=np.uint8)
    filled = np.array([*(bool(cell.position or cell.why or cell.blank is not None) for cell in found), False])
    return Coded(codes, list(uniques), found, positions[codes], filled[codes])
