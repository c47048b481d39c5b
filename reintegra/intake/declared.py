"""What a file itself declares about its values: labels of codes and missing values, as SPSS files do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..core.errors import Notice, one_or_list
from ..instruments import Instrument
from .cells import Cell, Decoder, spelling
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
    made: list[_FileDecoder] = []
    contradicting: list[str] = []
    turned: list[bool] = []
    unknown: list[str] = []
    taken: dict[int, list[str]] = {}
    first = None
    for (column, *_), item, decoder in zip(layout.items, instrument.items, decode, strict=True):
        labels = grid.labels.get(column, {})
        turned.append(False)
        for code, label in sorted(labels.items(), key=lambda pair: str(pair[0])):
            of_code, of_label = decoder(code), decoder(label)
            moved = bool(of_label.position) and of_label.position != of_code.position
            turned[-1] |= moved
            if moved or (of_label.blank is not None and of_code.position):
                first = first or f"{spelling(code)} = {label}"
                contradicting.append(layout.heading(column))
            elif not of_label.position and of_code.position and any(answer.label for answer in item.answers):
                unknown.append(layout.heading(column))
        blanks = grid.blanks.get(column, [])
        for code in item.codes:
            if any(_within(code, low, high) for low, high in blanks):
                taken.setdefault(code, []).append(layout.heading(column))
        made.append(_FileDecoder(decoder, labels if use == "labels" else {}, blanks))
    if taken:
        columns = one_or_list(list(dict.fromkeys(heading for headings in taken.values() for heading in headings)))
        faults.add("missing-code-is-answer", column=columns, value=one_or_list(list(map(str, taken))))
    if contradicting and use is None:
        columns = one_or_list(list(dict.fromkeys(contradicting)))
        faults.add("codes-contradict-instrument", column=columns, value=first)
    if unknown:
        headings = tuple(dict.fromkeys(unknown))
        layout.notices.append(Notice("labels-not-known", grid.file, grid.sheet, columns=headings))
    if any(turned) and use == "labels":
        for one, itself in zip(made, turned, strict=True):
            one.labelled = itself or not one.labels
    return list(made)


def _within(value: Any, low: Any, high: Any) -> bool:
    """Tell whether a value is one of the missing ones a file declares; texts are missing as they are."""
    if isinstance(low, str):
        return str(value).strip() == low.strip()
    return isinstance(value, int | float) and low <= value <= high


class _FileDecoder:
    """A decoder that first asks what the file says of a value."""

    def __init__(self, decode: Decoder, labels: dict[Any, str], blanks: list[tuple[Any, Any]]) -> None:
        self.decode = decode
        self.labels = labels
        self.blanks = blanks
        self.labelled = False  # whether a code without a label is a fault, because labels turn the codes round

    def __call__(self, value: Any) -> Cell:
        if any(_within(value, low, high) for low, high in self.blanks):
            code = spelling(value)
            return Cell(blank=int(code) if code.isdigit() else code)
        label = self.labels.get(value)
        cell = self.decode(value if label is None else label)
        if self.labelled and label is None and cell.position:
            return Cell(why="labels-incomplete", value=spelling(value))
        return cell
