"""Reading a survey export: from a file to Responses, or to one report of every fault."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..core.errors import IntakeError, Notice, Problem
from ..core.language import in_language, listed
from ..core.text import nearest, shortened, tidy
from ..instruments import Instrument, load_instrument
from .checks import check_answers, check_told
from .coding import Coded, Mask, code_column, decoders
from .columns import Layout, lay_out
from .dates import read_dates
from .faults import Gathered
from .grids import Grid, Source, grids_of, open_source
from .header import Header, find_header, number_runs
from .keys import check_keys
from .responses import Origin, Responses

# 007 is a code, and 1.500 may be a thousand and a half or one and a half: both stay texts.
_PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:[.,]\d+)?")
_THOUSANDS = re.compile(r"-?\d{1,3}[.,]\d{3}")

Progress = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Options:
    """What the caller said about a file."""

    sheet: str | None = None
    key: str | Sequence[str] | None = None
    columns: Mapping[str, str] | Sequence[str] | None = None
    values: Mapping[Any, Any] | None = None
    missing: Sequence[Any] = ()
    duplicates: str | None = None


def read(path: str | Path, instrument: Instrument, options: Options, progress: Progress | None = None) -> Responses:
    """Read a file as `read_responses` does; ``progress`` is told the rows read and the rows expected."""
    if wrong := check_told(instrument, options.missing, options.values):
        raise IntakeError(wrong)
    source = open_source(path)
    grid, header, notices = _choose(source, grids_of(source), instrument, options)
    faults = Gathered(grid.file, grid.sheet)
    layout = lay_out(grid, header, instrument, options.key, faults)
    if faults.others:
        raise IntakeError(faults.problems())
    table = _Table(layout)
    decode = decoders(instrument, options.missing, options.values)
    for numbers, rows in grid.chunks(header.row):
        table.take(np.array(numbers), rows, decode, faults)
        if progress:
            progress(table.rows_read, grid.rows_expected)
    return table.finish(source, grid, instrument, options, faults, [*grid.notices, *notices, *layout.notices])


def _choose(
    source: Source, grids: list[Grid], instrument: Instrument, options: Options
) -> tuple[Grid, Header, list[Notice]]:
    """Return the only sheet that holds the items, with its header; refuse to choose between several."""
    if options.sheet is not None:
        named = [grid for grid in grids if grid.sheet == options.sheet]
        if not named:
            sheets = [grid.sheet for grid in grids if grid.sheet]
            problem = Problem("no-such-sheet", source.name, value=options.sheet, params={"sheets": listed(sheets)})
            raise IntakeError([problem])
        grids = named
    headers = [(grid, find_header(grid, instrument, options.columns)) for grid in grids]
    most = max(header.found for _, header in headers)
    holding = [(grid, header) for grid, header in headers if header.found * 2 > most and most]
    visible = [pair for pair in holding if not pair[0].hidden] or holding
    if len(visible) > 1:
        names = [grid.sheet for grid, _ in visible]
        raise IntakeError([Problem("several-data-sheets", source.name, value=", ".join(map(str, names)))])
    grid, header = visible[0] if visible else headers[0]
    _all_items(grid, header, instrument)
    others = tuple(other.sheet or "" for other, _ in headers if other is not grid and other.head(2))
    notices = [Notice("other-sheets", grid.file, grid.sheet, params={"sheets": listed(others)})] if others else []
    return grid, header, notices


def _all_items(grid: Grid, header: Header, instrument: Instrument) -> None:
    """Refuse a header in which an item is missing or stands twice."""
    names = [name for name in header.names if name.strip()]
    if header.found == 0:
        runs = number_runs(names)
        for form in instrument.guards.forms:
            if form.items in runs:
                raise IntakeError([other_form(form.reason, grid, header)])
        first = grid.head(1)
        code = "no-items-found" if not first or len(first[0][1]) > 1 else "one-column"
        params = {"title": instrument.name, "items": len(instrument.items)}
        raise IntakeError([Problem(code, grid.file, grid.sheet, row=header.row or None, params=params)])
    problems = []
    if header.doubles:
        item, columns = next(iter(header.doubles.items()))
        params = {"item": instrument.items[item].name, "more": len(header.doubles) - 1}
        headings = [header.names[column] for column in columns]
        cells = [header.address(column, header.row) for column in columns]
        problems.append(
            Problem("two-columns-for-one-item", grid.file, grid.sheet, header.row, headings, cells, params=params)
        )
    absent = [item for i, item in enumerate(instrument.items) if i not in header.items.values()]
    if absent:
        forms = [form for form in instrument.guards.forms if form.items == header.found]
        problems += [other_form(form.reason, grid, header) for form in forms]
        free = [name for column, name in enumerate(header.names) if name and column not in header.items]
        near = {name: found for name in (item.name for item in absent) if (found := nearest(name, free, 1))}
        wanted = [item.name for item in absent]
        pairs = listed(f"«{shortened(found[0])}» → {name}" for name, found in near.items())
        problems.append(
            Problem("missing-item", grid.file, grid.sheet, header.row, wanted, params={"near": pairs or "–"})
        )
    if problems:
        raise IntakeError(problems)


def other_form(reason: Mapping[str, str], grid: Grid, header: Header) -> Problem:
    """Return the fault that a file holds another form of the instrument."""
    return Problem("other-form", grid.file, grid.sheet, header.row, params={"reason": lambda: in_language(reason)})


class _Table:
    """Collects the coded rows of a grid, piece by piece."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.blocks: list[Any] = []
        self.keys: list[list[Any]] = [[] for _ in layout.keys]
        self.people: list[list[Any]] = [[] for _ in layout.people]
        self.rows: list[Any] = []
        self.rows_read = 0
        self.dropped: dict[str, list[int]] = {}
        self.tally: Counter[Any] = Counter()

    def take(self, numbers: Any, rows: list[list[Any]], decode: list[Any], faults: Gathered) -> None:
        """Code one piece: its items, which of its rows are people, and what else is kept of them."""
        layout = self.layout
        columns = _columns(rows, layout)
        keys = [_texts(columns[column]) for column in layout.keys]
        coded: list[Coded] = []
        for item, column in enumerate(layout.items):
            coded.append(code_column(decode[item], columns[column], layout.header.names[column]))
        keep = self._people_rows(numbers, columns, keys, coded, faults)
        for column, one in zip(layout.items, coded, strict=True):
            one.report(keep, numbers, lambda row, c=column: layout.header.address(c, row), faults, self.tally)  # type: ignore[misc]
        self.rows_read += len(rows)
        self.rows.append(numbers[keep])
        self.blocks.append(np.asfortranarray(np.stack([one.positions[keep] for one in coded], axis=1)))
        for kept, column in zip(self.people, layout.people, strict=True):
            kept.append(columns[column][keep])
        for kept, key in zip(self.keys, keys, strict=True):
            kept.append(key[keep])

    def _people_rows(
        self, numbers: Any, columns: Mapping[int, Any], keys: list[Any], coded: list[Coded], faults: Gathered
    ) -> Mask:
        """Tell which rows are people; note the others, and the people without a code."""
        filled = np.sum([one.filled for one in coded], axis=0)
        valid = np.sum([one.positions > 0 for one in coded], axis=0)
        named = np.array([bool(text) for text in keys[0]]) if keys else np.ones(len(numbers), dtype=bool)
        enough = valid * 2 >= len(coded)
        keep: Mask = (filled > 0) & (named | enough)
        anything = np.zeros(len(numbers), dtype=bool)
        for cells in columns.values():
            anything |= np.array([not (cell is None or (isinstance(cell, str) and not cell.strip())) for cell in cells])
        for reason, mask in (
            ("no_answers", ~keep & (filled == 0) & anything),
            ("not_a_person", ~keep & (filled > 0)),
        ):
            self.dropped.setdefault(reason, []).extend(int(n) for n in numbers[mask])
        if keys:
            at = [int(n) for n in numbers[keep & ~named]]
            if at:
                column = self.layout.keys[0]
                cells = [self.layout.header.address(column, row) for row in at]
                faults.cells("missing-key", "", self.layout.header.names[column], at, cells, {})
        return keep

    def finish(
        self,
        source: Source,
        grid: Grid,
        instrument: Instrument,
        options: Options,
        faults: Gathered,
        notices: list[Notice],
    ) -> Responses:
        """Check the table as a whole and return it, or raise everything that is wrong with it."""
        width = len(instrument.items)
        block = np.concatenate(self.blocks) if self.blocks else np.zeros((0, width), dtype=np.uint8)
        block = np.asfortranarray(block)
        rows = np.concatenate(self.rows) if self.rows else np.zeros(0, dtype=int)
        if not len(block):
            raise IntakeError([*faults.problems(), Problem("no-rows", grid.file, grid.sheet)])
        dropped = {reason: tuple(at) for reason, at in self.dropped.items() if at}
        keys = [np.concatenate(key) for key in self.keys]
        people = self._people(faults, notices, rows)
        layout = self.layout
        checked = check_keys(keys, layout, people, block, rows, options.duplicates, options.key is not None, faults)
        notices += checked.notices
        check_answers(instrument, block, rows, people, layout, faults, direction_known=options.values is not None)
        if problems := faults.problems():
            raise IntakeError(problems)
        if not checked.keep.all():
            dropped["duplicate"] = tuple(int(n) for n in rows[~checked.keep])
            block = np.asfortranarray(block[checked.keep])
            people = people[checked.keep]
        people = people.drop(columns=[name for name in checked.index.names[1:] if name in people])
        people.index = checked.index[checked.keep]
        notices += list(_said(grid, dropped, self.tally))
        origin = Origin(source.name, grid.sheet, source.digest, self.rows_read, dropped)
        return Responses(instrument, block, people, tuple(notices), origin)

    def _people(self, faults: Gathered, notices: list[Notice], rows: Any) -> pd.DataFrame:
        """Return the other columns; dates as dates."""
        layout = self.layout
        columns: dict[str, Any] = {}
        for column, pieces in zip(layout.people, self.people, strict=True):
            heading = layout.header.names[column]
            cells = np.concatenate(pieces) if pieces else np.zeros(0, dtype=object)
            dates = read_dates(cells, heading)
            for position in dates.mixed:
                row = int(rows[position])
                faults.cells(
                    "mixed-date-order", cells[position], heading, [row], [layout.header.address(column, row)], {}
                )
            if dates.order:
                notices.append(Notice(f"date-order-{dates.order}", faults.file, faults.sheet, columns=(heading,)))
            if dates.unread:
                at = tuple(int(rows[i]) for i in dates.unread)
                notices.append(Notice("dates-unread", faults.file, faults.sheet, at, (heading,)))
            columns[layout.people_names[column]] = _cleaned(cells) if dates.values is None else dates.values
        return pd.DataFrame(columns, index=range(len(rows)))


def _columns(rows: list[list[Any]], layout: Layout) -> dict[int, Any]:
    """Turn rows into the columns that are used, as object arrays; short rows end in blanks."""
    width = len(layout.header.names)
    if any(len(row) != width for row in rows):
        rows = [row[:width] if len(row) >= width else [*row, *[None] * (width - len(row))] for row in rows]
    turned = list(zip(*rows, strict=True))
    used = dict.fromkeys([*layout.items, *layout.keys, *layout.people])
    columns = {}
    for column in used:
        array = np.empty(len(rows), dtype=object)
        array[:] = turned[column]
        columns[column] = array
    return columns


def _texts(cells: Any) -> Any:
    """Return keys as texts: 12.0 is "12", hidden characters are gone."""
    texts = np.empty(len(cells), dtype=object)
    for i, cell in enumerate(cells):
        whole = isinstance(cell, float) and cell.is_integer()
        texts[i] = "" if cell is None else tidy(str(int(cell) if whole else cell))
    return texts


def _cleaned(cells: Any) -> Any:
    """Return other cells tidied, blanks as missing, numbers as numbers where all are."""
    values = [tidy(cell) or None if isinstance(cell, str) else cell for cell in cells]
    texts = [value for value in values if isinstance(value, str)]
    if texts and all(map(_PLAIN_NUMBER.fullmatch, texts)) and not all(map(_THOUSANDS.fullmatch, texts)):
        numbers = pd.Series([float(v.replace(",", ".")) if isinstance(v, str) else v for v in values], dtype=float)
        return numbers.astype("int64") if (numbers % 1 == 0).all() else numbers
    return pd.Series(values, dtype=object).infer_objects()


def _said(grid: Grid, dropped: Mapping[str, tuple[int, ...]], tally: Counter[Any]) -> Iterator[Notice]:
    """Say what was decided about the table."""
    at = grid.file, grid.sheet
    if rows := tuple(sorted(row for reason in dropped.values() for row in reason)):
        yield Notice("rows-dropped", *at, rows)
    if grid.hidden_rows:
        yield Notice("hidden-rows", *at, grid.hidden_rows)
    if tally["tidied"]:
        yield Notice("cells-tidied", *at, params={"cells": tally["tidied"]})
    blanks = {key[1]: count for key, count in tally.items() if isinstance(key, tuple) and count}
    if blanks:
        counts = listed(f"{code}: {count}" for code, count in sorted(blanks.items(), key=lambda kv: str(kv[0])))
        yield Notice("missing-codes", *at, params={"counts": counts})


def read_responses(
    path: str | Path,
    instrument: str | Path | Instrument,
    *,
    sheet: str | None = None,
    key: str | Sequence[str] | None = None,
    columns: Mapping[str, str] | Sequence[str] | None = None,
    values: Mapping[Any, Any] | None = None,
    missing: Sequence[Any] | None = None,
    duplicates: str | None = None,
) -> Responses:
    """Read a file of answers to a questionnaire.

    Parameters
    ----------
    path : str or Path
        A survey export: CSV, Excel workbook, or Parquet. What it is is told by its content, not by its name.
    instrument : str, Path or Instrument
        The questionnaire: a name of `instruments`, a .toml file, or an Instrument.
    sheet : str, optional
        The sheet of a workbook; needed where several hold answers.
    key : str or two str, optional
        Heading of the column with the respondents' codes; two headings for code and wave.
    columns : {heading: item} or list of headings in the order of the items, optional
        Which column is which item, where headings do not tell.
    values : {cell: code}, optional
        What cells stand for that are neither codes nor labels of the instrument, or codes that run another way.
    missing : list, optional
        Cells that mean "no answer", beside those the instrument declares.
    duplicates : "first" or "last", optional
        Which row of a person to keep; without it a code that stands twice is a fault.

    Returns
    -------
    Responses
        ``.codes`` (people x items), ``.people``, ``.notices``: everything that was decided on the way.

    Raises
    ------
    IntakeError
        ``.problems``: all faults at once, each with file, sheet, row, column, cell, value, cause and remedy.
    InstrumentError
        The instrument is unknown or its definition is broken.

    Source
    ------
    docs/decisions/0004-no-guess-changes-an-answer.md
    """
    options = Options(sheet, key, columns, values, tuple(missing or ()), duplicates)
    return read(path, load_instrument(instrument), options)
