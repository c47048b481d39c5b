"""The rows of a grid, piece by piece: which of them are people, their answers, and what else is known of them."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from ..core.errors import IntakeError, Notice, Problem
from ..core.language import listed, number
from ..core.text import shortened, tidy
from ..instruments import Instrument
from .cells import spelling
from .checks import check_answers
from .coding import Coded, Mask, code_column
from .columns import Layout, is_trial, refused
from .dates import read_dates
from .faults import Gathered
from .grids import Place, Source
from .keys import check_keys
from .responses import Origin, Responses
from .waves import fold_waves
from .widths import Widths

LONG = 50_000  # above that, where each answer stood is not kept: it would keep the file itself in memory
LONGEST_NUMBER = 1e15  # Excel keeps fifteen digits of a number and turns the rest into zeros

# 007 is a code, and 1.500 may be one and a half thousand or one and a half: both stay texts.
_PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:[.,]\d+)?(?:e[+-]?\d+)?", re.I)
_THOUSANDS = re.compile(r"-?[1-9]\d{0,2}[.,]\d{3}")

Decode = Callable[[Any], Any]
_SIMPLE = (str, int, float, type(None), dt.date, dt.time)


class Table:
    """Collects the coded rows of a grid, piece by piece."""

    def __init__(self, layout: Layout, faults: Gathered, width: int) -> None:
        self.layout = layout
        self.faults = faults
        self.blocks: list[Any] = []
        self.keys: list[list[Any]] = [[] for _ in layout.keys]
        self.people: list[list[Any]] = [[] for _ in layout.people]
        self.rows: list[Any] = []
        self.rows_read = 0
        self.dropped: dict[str, list[int]] = {}
        self.tally: Counter[Any] = Counter()
        self.widths = Widths(width)

    def take(self, numbers: Any, rows: list[list[Any]], decode: list[Decode]) -> None:
        """Code one piece: its items, which of its rows are people, and what else is kept of them."""
        layout = self.layout
        if layout.grid.delimited:
            self.widths.see(numbers, rows)
        columns = self._columns(rows)
        keys = [_texts(columns[column]) for column in layout.keys]
        coded: list[Coded] = []
        for item, (first, *more) in enumerate(layout.items):
            cells = self._merged(numbers, columns, first, more) if more else columns[first]
            coded.append(code_column(decode[item], cells))
        headings = np.array([layout.header.repeated_by(row) for row in rows], dtype=bool)
        keep = self._people_rows(numbers, columns, keys, coded, headings)
        for (first, *_), one in zip(layout.items, coded, strict=True):
            one.report(keep, numbers, self._locator(first), self.faults, self.tally)
        self._long_numbers(numbers, columns, keep)
        self.rows_read += len(rows)
        self.rows.append(numbers[keep])
        self.blocks.append(np.asfortranarray(np.stack([one.positions[keep] for one in coded], axis=1)))
        for kept, column in zip(self.people, layout.people, strict=True):
            kept.append(columns[column][keep])
        for kept, key in zip(self.keys, keys, strict=True):
            kept.append(key[keep])

    def _locator(self, column: int) -> Callable[..., Place]:
        grid, heading = self.layout.grid, self.layout.heading(column)

        def locate(row: int, value: Any = None) -> Place:
            return grid.locate(row, column, heading, value)

        return locate

    def _columns(self, rows: list[list[Any]]) -> dict[int, Any]:
        """Turn rows into the columns that are used, as object arrays."""
        layout = self.layout
        width = len(layout.header.names)
        if any(len(row) != width for row in rows):
            rows = [row[:width] if len(row) >= width else [*row, *[None] * (width - len(row))] for row in rows]
        turned = list(zip(*rows, strict=True))
        used = {column for columns in layout.items for column in columns}
        columns = {}
        for column in {*used, *layout.keys, *layout.people, *layout.personal}:
            array = np.empty(len(rows), dtype=object)
            array[:] = turned[column]
            columns[column] = array
        return columns

    def _merged(self, numbers: Any, columns: Mapping[int, Any], first: int, more: list[int]) -> Any:
        """Return one column made of several for the same item; two different answers in one row are a fault."""
        cells = columns[first].copy()
        for other in more:
            mine, theirs = _filled(cells), _filled(columns[other])
            clash = mine & theirs & np.array([a != b for a, b in zip(cells, columns[other], strict=True)], dtype=bool)
            for position in np.flatnonzero(clash):
                row = int(numbers[position])
                places = [self._locator(first)(row, None), self._locator(other)(row, None)]
                self.faults.cells("two-columns-for-one-row", f"{cells[position]}, {columns[other][position]}", places)
            cells[~mine] = columns[other][~mine]
        return cells

    def _people_rows(
        self, numbers: Any, columns: Mapping[int, Any], keys: list[Any], coded: list[Coded], headings: Mask
    ) -> Mask:
        """Tell which rows are people, neither blank nor the headings again; note the others and those without code."""
        filled = np.sum([one.filled for one in coded], axis=0)
        valid = np.sum([one.positions > 0 for one in coded], axis=0)
        named = np.array([bool(text) for text in keys[0]]) if keys else np.ones(len(numbers), dtype=bool)
        keep: Mask = ~headings & (filled > 0) & (named | (valid * 2 >= len(coded)))
        anything = np.logical_or.reduce([_filled(cells) for cells in columns.values()])
        for reason, mask in (("no_answers", (filled == 0) & anything), ("not_a_person", ~keep & (filled > 0))):
            self.dropped.setdefault(reason, []).extend(self._shown(numbers[mask]))
        at = [int(n) for n in numbers[keep & ~named]] if keys else []
        if at:
            locate = self._locator(self.layout.keys[0])
            self.faults.cells("missing-key", "", [locate(row, None) for row in at])
        return keep

    def _shown(self, numbers: Any) -> list[int]:
        grid = self.layout.grid
        return list(dict.fromkeys(grid.locate(int(n), 0, "").row for n in numbers))

    def _long_numbers(self, numbers: Any, columns: Mapping[int, Any], keep: Mask) -> None:
        """Refuse numbers so long that a spreadsheet has changed their last digits: two people may have become one."""
        for column in (*self.layout.keys, *self.layout.personal, *self.layout.people):
            cells = columns[column]
            long = [
                i for i in np.flatnonzero(keep) if isinstance(cells[i], int | float) and abs(cells[i]) >= LONGEST_NUMBER
            ]
            finite = [i for i in long if isinstance(cells[i], int) or math.isfinite(cells[i])]
            if finite:
                locate = self._locator(column)
                self.faults.cells("number-too-long", "", [locate(int(numbers[i]), None) for i in finite])

    def finish(
        self, source: Source, instrument: Instrument, duplicates: str | None, told: bool, direction_known: bool
    ) -> Responses:
        """Check the table as a whole and return it, or raise everything that is wrong with it."""
        layout, faults = self.layout, self.faults
        width = len(instrument.items)
        block = np.asfortranarray(np.concatenate(self.blocks) if self.blocks else np.zeros((0, width), dtype=np.uint8))
        rows = np.concatenate(self.rows) if self.rows else np.zeros(0, dtype=int)
        if not len(block):
            raise IntakeError([*faults.problems(), Problem("no-rows", faults.file, faults.sheet)])
        keys = [np.concatenate(key) for key in self.keys]
        people, notices = self._people(rows)
        if layout.grid.delimited:
            faults.others += self.widths.problems(faults.file, faults.sheet, layout.heading(0))
        notices += self._waves(keys, people, rows, told)
        if {"personal-key", "no-such-column"} & {problem.code for problem in faults.others}:
            keys = []  # names must not be repeated, and a column the caller did not mean proves nothing
        checked = check_keys(keys, layout, people, block, rows, duplicates, told, faults)
        check_answers(instrument, block, rows, people, layout, faults, direction_known=direction_known)
        if problems := faults.problems():
            raise IntakeError(problems)
        dropped = {reason: tuple(at) for reason, at in self.dropped.items() if at}
        if not checked.keep.all():
            dropped["duplicate"] = tuple(self._shown(rows[~checked.keep]))
        notices += [*checked.notices, *self._marked(people, rows), *self._said(dropped)]
        people = people.drop(columns=[name for name in checked.index.names[1:] if name in people])[checked.keep]
        people.index = checked.index[checked.keep]
        origin = Origin(source.name, faults.sheet, source.digest, self.rows_read, dropped)
        block = np.asfortranarray(block[checked.keep])
        where = tuple(partial(_address, layout, int(row)) for row in rows[checked.keep]) if len(rows) <= LONG else ()
        return Responses(instrument, block, people, (*layout.grid.notices, *layout.notices, *notices), origin, where)

    def _people(self, rows: Any) -> tuple[pd.DataFrame, list[Notice]]:
        """Return the other columns, dates as dates and numbers as numbers, and what had to be decided."""
        layout, faults = self.layout, self.faults
        at = faults.file, faults.sheet
        columns: dict[str, Any] = {}
        notices = []
        for column, pieces in zip(layout.people, self.people, strict=True):
            heading = layout.heading(column)
            locate = self._locator(column)
            cells = np.concatenate(pieces) if pieces else np.zeros(0, dtype=object)
            dates = read_dates(cells, heading)
            for position in dates.mixed:
                faults.cells("mixed-date-order", cells[position], [locate(int(rows[position]), None)])
            if dates.order:
                notices.append(Notice(f"date-order-{dates.order}", *at, columns=(heading,)))
            if dates.unread:
                shown = tuple(self._shown(rows[list(dates.unread)]))
                notices.append(Notice("dates-unread", *at, shown, (heading,)))
            values = _typed(cells) if dates.values is None else dates.values
            endless = [i for i, v in enumerate(values) if isinstance(v, float) and math.isinf(v)]
            if endless:
                faults.cells("infinite", "", [locate(int(rows[i]), None) for i in endless])
            if column == layout.unit:
                blank = [i for i, value in enumerate(values) if value is None or value != value]
                if 0 < len(blank) < len(values):
                    faults.cells("blank-in-group", "", [locate(int(rows[i]), None) for i in blank])
            columns[layout.people_names[column]] = values
        return pd.DataFrame(columns, index=range(len(rows))), notices

    def _waves(self, keys: list[Any], people: pd.DataFrame, rows: Any, told: bool) -> list[Notice]:
        """Give each wave one spelling, in the key or in the column that will serve as its second part."""
        layout, faults = self.layout, self.faults
        notices: list[Notice] = []

        def folded(texts: Any, column: int) -> Any:
            locate = self._locator(column)
            found, blank, changed = fold_waves(texts)
            if len(blank) and len(blank) < len(found):
                faults.cells("missing-wave", "", [locate(int(rows[i]), None) for i in blank])
            if changed:
                at = faults.file, faults.sheet
                pairs = {"pairs": listed(f"{old} → {new}" for old, new in changed.items())}
                notices.append(Notice("waves-tidied", *at, columns=(layout.heading(column),), params=pairs))
            return found

        for level in range(1, len(keys)):
            keys[level] = folded(keys[level], layout.keys[level])
        if len(keys) == 1 and layout.wave is not None and not told and pd.Index(keys[0]).has_duplicates:
            name = layout.people_names[layout.wave]
            dates = people[name].dtype.kind == "M"
            cells = people[name].astype(str).where(people[name].notna()) if dates else people[name]
            people[name] = folded(cells, layout.wave)
        return notices

    def _marked(self, people: pd.DataFrame, rows: Any) -> Iterator[Notice]:
        """Say which forms a reviewer did not approve, and which were not finished."""
        layout = self.layout
        at = self.faults.file, self.faults.sheet
        for column in layout.reviews:
            marked = [i for i, value in enumerate(people[layout.people_names[column]]) if refused(value)]
            if marked:
                yield Notice("not-approved-rows", *at, tuple(self._shown(rows[marked])), (layout.heading(column),))
        unfinished: set[int] = set()
        if layout.submitted is not None:
            submitted = people[layout.people_names[layout.submitted]]
            unfinished |= set(np.flatnonzero(submitted.isna())) if submitted.notna().any() else set()
        for column, (no, yes) in layout.finished.items():
            marks = people[layout.people_names[column]].map(spelling, na_action="ignore")
            if set(marks.dropna()) <= no | yes:
                unfinished |= set(np.flatnonzero(marks.isin(no)))
        if unfinished:
            yield Notice("incomplete-responses", *at, tuple(self._shown(rows[sorted(unfinished)])))
        trials = {i for c in layout.channels for i, v in enumerate(people[layout.people_names[c]]) if is_trial(v)}
        if trials:
            yield Notice("trial-responses", *at, tuple(self._shown(rows[sorted(trials)])))

    def _said(self, dropped: Mapping[str, tuple[int, ...]]) -> Iterator[Notice]:
        """Say what was decided about the table."""
        at = self.faults.file, self.faults.sheet
        if rows := tuple(sorted(row for reason in dropped.values() for row in reason)):
            yield Notice("rows-dropped", *at, rows)
        if self.layout.grid.hidden_rows:
            yield Notice("hidden-rows", *at, self.layout.grid.hidden_rows)
        if self.tally["tidied"]:
            yield Notice("cells-tidied", *at, params={"cells": self.tally["tidied"]})
        blanks = {key[1]: count for key, count in self.tally.items() if isinstance(key, tuple) and count}
        if blanks:
            counts = listed(
                f"{code}: {number(count, 0)}" for code, count in sorted(blanks.items(), key=lambda kv: str(kv[0]))
            )
            yield Notice("missing-codes", *at, params={"counts": counts})


def _address(layout: Layout, row: int, item: int) -> str:
    """Write where an answer stands: Sheet!B3, or the row and the heading in a file without addresses."""
    column = layout.items[item][0]
    place = layout.grid.locate(row, column, layout.heading(column))
    address = place.cells[0] if place.cells else f"{place.row}, {shortened(place.column)}"
    return f"{layout.grid.sheet}!{address}" if layout.grid.sheet else address


def _filled(cells: Any) -> Mask:
    return np.array([not (cell is None or (isinstance(cell, str) and not cell.strip())) for cell in cells], dtype=bool)


def _texts(cells: Any) -> Any:
    """Return keys as texts: 12.0 is "12", hidden characters are gone."""
    texts = np.empty(len(cells), dtype=object)
    for i, cell in enumerate(cells):
        whole = isinstance(cell, float) and cell.is_integer()
        texts[i] = "" if cell is None else tidy(str(int(cell) if whole else cell))
    return texts


def _thousands(texts: list[str]) -> bool:
    """Tell whether marks in numbers may part thousands: some could, and none is proof of the decimal mark."""
    marked = [text for text in texts if "." in text or "," in text]
    could = [text for text in marked if _THOUSANDS.fullmatch(text)]
    return bool(could) and (len(could) == len(marked) or len({mark for t in marked for mark in ".," if mark in t}) > 1)


def _typed(cells: Any) -> pd.Series:
    """Return other cells tidied, blanks as missing, numbers as numbers where all are."""
    values = [str(cell) if isinstance(cell, int) and abs(cell) >= 2**63 else cell for cell in cells]
    values = [tidy(cell) or None if isinstance(cell, str) else cell for cell in values]
    texts = [value for value in values if isinstance(value, str)]
    numeric = all(isinstance(value, str | Real | None) for value in values)
    if texts and numeric and all(map(_PLAIN_NUMBER.fullmatch, texts)) and not _thousands(texts):
        numbers = pd.Series([float(v.replace(",", ".")) if isinstance(v, str) else v for v in values], dtype=float)
        whole = np.isfinite(numbers).all() and (numbers % 1 == 0).all()
        return numbers.astype("int64") if whole and numbers.abs().max() < 2**53 else numbers
    return pd.Series([str(v) if not isinstance(v, _SIMPLE) else v for v in values], dtype=object).infer_objects()
