"""What a file itself declares about its values: labels of codes and missing values, as SPSS files do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..core.errors import Notice, one_or_list
from ..core.text import fold
from ..instruments import Instrument
from .cells import Cell, Decoder
from .columns import Layout
from .faults import Gathered


def declared_by_file(
    layout: Layout, instrument: Instrument, decode: list[Decoder], use: str | None, faults: Gathered
) -> list[Callable[[Any], Cell]]:
    """Return the decoders of the items, minding the labels and missing values of the file.

    Labels that contradict the codes of the instrument are a fault unless the caller says which to believe.
    """
    grid = layout.grid
    if not grid.labels and not grid.blanks:
        return list(decode)
    made: list[Callable[[Any], Cell]] = []
    contradicting: list[str] = []
    unknown: list[str] = []
    first = None
    for (column, *_), item, decoder in zip(layout.items, instrument.items, decode, strict=True):
        labels = grid.labels.get(column, {})
        for code, label in sorted(labels.items(), key=lambda pair: str(pair[0])):
            known = decoder.labels.get(fold(label))
            if known is not None and known != code:
                first = first or f"{code:g} = {label}"
                contradicting.append(layout.heading(column))
            elif known is None and code in item.codes and any(answer.label for answer in item.answers):
                unknown.append(layout.heading(column))
        blanks = grid.blanks.get(column, [])
        taken = [code for code in item.codes if any(low <= code <= high for low, high in blanks)]
        if taken:
            faults.add(
                "missing-code-is-answer", column=layout.heading(column), value=one_or_list(list(map(str, taken)))
            )
        made.append(_FileDecoder(decoder, labels if use == "labels" else {}, blanks))
    if contradicting and use is None:
        columns = one_or_list(list(dict.fromkeys(contradicting)))
        faults.add("codes-contradict-instrument", column=columns, value=first)
    if unknown:
        headings = tuple(dict.fromkeys(unknown))
        layout.notices.append(Notice("labels-not-known", grid.file, grid.sheet, columns=headings))
    return made


class _FileDecoder:
    """A decoder that first asks what the file says of a value."""

    def __init__(self, decode: Decoder, labels: dict[Any, str], blanks: list[tuple[float, float]]) -> None:
        self.decode = decode
        self.labels = labels
        self.blanks = blanks

    def __call__(self, value: Any) -> Cell:
        if isinstance(value, int | float) and any(low <= value <= high for low, high in self.blanks):
            return Cell(blank=int(value) if float(value).is_integer() else str(value))
        return self.decode(self.labels.get(value, value))
