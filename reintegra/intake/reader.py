"""Reading a survey export: from a file to Responses, or to one report of every fault."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..core.errors import IntakeError, Notice, Problem
from ..core.language import listed
from ..instruments import Instrument, load_instrument
from .checks import check_told
from .choosing import choose, sheet_named
from .coding import decoders
from .columns import lay_out
from .declared import declared_by_file
from .faults import Gathered
from .folding import WAVE, long, waves_beside
from .grids import Grid, Source, beside, grids_of, open_source
from .header import Columns
from .layouts import ticks, transposed
from .responses import Responses
from .table import Table

LAYOUTS = ("transposed", "ticks", "long")
USES = ("labels", "codes")
KEPT = ("first", "last")

Progress = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Options:
    """What the caller said about a file (see `read_responses`)."""

    sheet: str | None = None
    key: str | Sequence[str] | None = None
    columns: Columns | None = None
    values: Mapping[Any, Any] | None = None
    missing: Sequence[Any] = ()
    duplicates: str | None = None
    merge_columns: bool = False
    waves: Mapping[str, str] | None = None
    layout: str | None = None
    item: str | None = None
    answer: str | None = None
    use: str | None = None

    @property
    def keys(self) -> list[str]:
        """The headings of the key, as a list."""
        return [] if self.key is None else [self.key] if isinstance(self.key, str) else list(self.key)


def read(path: str | Path, instrument: Instrument, options: Options, progress: Progress | None = None) -> Responses:
    """Read a file as `read_responses` does; ``progress`` is told the rows read and the rows expected."""
    wrong = check_told(instrument, options.missing, options.values)
    for value, allowed in ((options.layout, LAYOUTS), (options.use, USES), (options.duplicates, KEPT)):
        if value is not None and value not in allowed:
            wrong.append(Problem("unknown-option", value=value, params={"allowed": listed(allowed)}))
    if wrong:
        raise IntakeError(wrong)
    source = open_source(path)
    grids = sheet_named(source, grids_of(source), options.sheet)
    notices = beside(path)
    if options.waves and set(options.waves.values()) <= {grid.sheet for grid in grids}:
        made = _sheets_as_waves(source, grids, instrument, options, options.waves)
    else:
        made = _one_table(source, grids, instrument, options, progress)
    return replace(made, notices=(*notices, *made.notices))


def _one_table(
    source: Source, grids: list[Grid], instrument: Instrument, options: Options, progress: Progress | None = None
) -> Responses:
    """Read the one table among the grids that holds the answers."""
    shaped = [_shaped(grid, instrument, options) for grid in grids]
    grid, header, notices = choose(source, shaped, instrument, options.sheet, options.columns, options.merge_columns)
    faults = Gathered(grid.file, grid.sheet)
    layout = lay_out(grid, header, instrument, _key(options), faults)
    layout.notices[:0] = notices
    if faults.others:
        raise IntakeError(faults.problems())
    decode = decoders(instrument, options.missing, options.values)
    decode_file = declared_by_file(layout, instrument, decode, options.use, faults)
    table = Table(layout, faults)
    for numbers, rows in grid.chunks(header.row):
        table.take(np.array(numbers), rows, decode_file)
        if progress:
            progress(table.rows_read, grid.rows_expected)
    told = options.key is not None and not options.waves
    return table.finish(source, instrument, options.duplicates, told, options.values is not None)


def _shaped(grid: Grid, instrument: Instrument, options: Options) -> Grid:
    """Return a grid with one row a person and one column an item."""
    if options.layout == "transposed":
        return transposed(grid)
    if options.layout == "ticks":
        return ticks(grid, instrument)
    if options.layout == "long":
        return long(grid, instrument, options.keys, options.item, options.answer)
    if options.waves:
        return waves_beside(grid, instrument, options.waves)
    return grid


def _key(options: Options) -> str | Sequence[str] | None:
    """Return the key the caller gave; waves side by side add their own column to it."""
    if options.waves and options.key is not None:
        return [*options.keys, WAVE]
    return options.key


def _sheets_as_waves(
    source: Source, grids: list[Grid], instrument: Instrument, options: Options, waves: Mapping[str, str]
) -> Responses:
    """Read each sheet as one wave and put them below each other, or raise the faults of all of them."""
    made: list[tuple[str, Responses]] = []
    problems: list[Problem] = []
    for wave, sheet in waves.items():
        named = [grid for grid in grids if grid.sheet == sheet]
        try:
            alone = replace(options, sheet=sheet, waves=None)
            made.append((wave, _one_table(source, named, instrument, alone)))
        except IntakeError as error:
            problems += error.problems
    if problems:
        raise IntakeError(problems)
    key = made[0][1].index.names[0]
    pairs = [(str(code), wave) for wave, responses in made for code in responses.index]
    people = pd.concat([responses.people.reset_index(drop=True) for _, responses in made], ignore_index=True)
    people.index = pd.MultiIndex.from_tuples(pairs, names=[key, WAVE])
    notices: tuple[Notice, ...] = tuple(notice for _, responses in made for notice in responses.notices)
    origin = made[0][1].origin
    dropped = {f"{wave}: {k}": v for wave, r in made for k, v in r.origin.rows_dropped.items()}
    origin = replace(origin, sheet=", ".join(waves.values()), rows_dropped=dropped)
    origin = replace(origin, rows_read=sum(responses.origin.rows_read for _, responses in made))
    block = np.asfortranarray(np.concatenate([responses.block for _, responses in made]))
    where = tuple(cell for _, responses in made for cell in responses.where)
    return Responses(instrument, block, people, notices, origin, where)


def read_responses(
    path: str | Path,
    instrument: str | Path | Instrument,
    *,
    sheet: str | None = None,
    key: str | Sequence[str] | None = None,
    columns: Columns | None = None,
    values: Mapping[Any, Any] | None = None,
    missing: Sequence[Any] | None = None,
    duplicates: str | None = None,
    merge_columns: bool = False,
    waves: Mapping[str, str] | None = None,
    layout: str | None = None,
    item: str | None = None,
    answer: str | None = None,
    use: str | None = None,
) -> Responses:
    """Read a file of answers to a questionnaire.

    Parameters
    ----------
    path : str or Path
        A survey export: CSV, Excel or LibreOffice workbook, SPSS file, JSON, zip of CSV files, or Parquet; told apart
        by content, not by name.
    instrument : str, Path or Instrument
        The questionnaire: a name of `instruments`, a .toml file, or an Instrument.
    sheet : str, optional
        The sheet of a workbook (or file of a zip); needed where several hold answers.
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
    merge_columns : bool
        Whether two columns for one item are one question asked in two versions: a row may fill either.
    waves : {wave: pattern} or {wave: sheet}, optional
        Waves side by side, ``{"pra": "pra_{n}", "pasca": "pasca_{n}"}`` (``{n}`` the number of the item, ``{item}`` its
        name), or one sheet a wave.
    layout : "transposed", "ticks" or "long", optional
        People run across; a paper form typed as ticks; one answer a row.
    item, answer : str, optional
        With "long", the headings of the columns that name the item and hold the answer.
    use : "labels" or "codes", optional
        Which to believe where the codes of an SPSS file contradict the labels.

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
    kept = tuple(missing or ())
    options = Options(
        sheet, key, columns, values, kept, duplicates, merge_columns, waves, layout, item, answer, use
    )  # fmt: skip
    return read(path, load_instrument(instrument), options)
