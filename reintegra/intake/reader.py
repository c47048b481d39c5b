"""Reading a survey export: from a file to Responses, or to one report of every fault."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..core.errors import IntakeError, Notice, Problem
from ..core.language import listed
from ..instruments import Instrument, load_instrument
from .checks import check_told, direction_told
from .choosing import choose, sheet_named
from .coding import decoders
from .columns import Layout, lay_out
from .declared import declared_by_file
from .faults import Gathered
from .folding import long
from .grids import Grid, Source, beside, grids_of, open_source
from .header import Columns, Header
from .layouts import ticks, transposed
from .options import Options, wrong_call
from .responses import Responses
from .table import Table
from .waves import ROW, WAVE, codes_apart, is_pattern, waves_beside

Progress = Callable[[int, int | None], None]


def read(path: str | Path, instrument: Instrument, options: Options, progress: Progress | None = None) -> Responses:
    """Read a file as `read_responses` does; ``progress`` is told the rows read and the rows expected."""
    wrong = [*wrong_call(options)] or check_told(instrument, options.missing or (), options.values, options.columns)
    if wrong:
        raise IntakeError(wrong)
    source = open_source(path)
    grids = sheet_named(source, grids_of(source), options.sheet)
    if not grids:
        raise source.refuse("not-a-table")
    notices = beside(path)
    if options.waves and not all(map(is_pattern, options.waves.values())):
        made = _sheets_as_waves(source, grids, instrument, options, options.waves)
    else:
        made = _one_table(source, grids, instrument, options, progress)
    return replace(made, notices=(*notices, *made.notices))


def _one_table(
    source: Source,
    grids: list[Grid],
    instrument: Instrument,
    options: Options,
    progress: Progress | None = None,
    one_wave: bool = False,
) -> Responses:
    """Read the one table among the grids that holds the answers."""
    shaped = [_shaped(grid, instrument, options) for grid in grids]
    grid, header, notices, problems = choose(
        source, shaped, instrument, options.sheet, options.columns, options.merge_columns
    )
    faults = Gathered(grid.file, grid.sheet)
    faults.others += [*grid.problems, *problems]
    width = len(header.names)
    if problems:
        _stand_in(header, instrument)
    layout = lay_out(grid, header, instrument, options.key, faults)
    if not layout.keys and options.key is not None:  # no such column: the rest is checked all the same
        layout = lay_out(grid, header, instrument, None, Gathered(grid.file, grid.sheet))
    layout.notices[:0] = notices
    if options.waves:
        _by_wave(layout)
    decode = decoders(instrument, options.missing or (), options.values)
    decode_file = declared_by_file(layout, instrument, decode, options.use, faults)
    table = Table(layout, faults, width)
    for numbers, rows in grid.chunks(header.row):
        table.take(np.array(numbers), rows, decode_file)
        if progress:
            progress(table.rows_read, grid.rows_expected)
    told = one_wave or (options.key is not None and not options.waves)
    return table.finish(source, instrument, options.duplicates, told, direction_told(instrument, options.values))


def _stand_in(header: Header, instrument: Instrument) -> None:
    """Give each item without a column an empty one, so that the cells of the others can still be checked."""
    header.doubles = {}
    for item in sorted(set(range(len(instrument.items))) - set(header.items.values())):
        header.items[len(header.names)] = item
        header.names.append("")


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


def _by_wave(layout: Layout) -> None:
    """Index waves that stood side by side by person and wave; where no column names the person, its row does."""
    wave, row = 0, 1
    layout.keys = [layout.keys[0] if layout.keys else row, wave]
    layout.people = [column for column in layout.people if column not in (wave, row)]
    for place, notice in enumerate(layout.notices):
        if notice.code == "other-columns":
            kept = tuple(name for name in notice.columns if name != ROW)
            layout.notices[place : place + 1] = [replace(notice, columns=kept)] if kept else []


def _sheets_as_waves(
    source: Source, grids: list[Grid], instrument: Instrument, options: Options, waves: Mapping[str, str]
) -> Responses:
    """Read each sheet as one wave and put them below each other, or raise the faults of all of them."""
    sheets = {grid.sheet: grid for grid in grids if grid.sheet}
    problems = [
        Problem("no-such-sheet", source.name, value=sheet, params={"sheets": listed(sheets) or "–"})
        for sheet in waves.values()
        if sheet not in sheets
    ]
    if len(set(waves.values())) < len(waves):
        problems.append(Problem("wave-twice", source.name, value=list(waves.values())))
    if problems:
        raise IntakeError(problems)
    made: dict[str, Responses] = {}
    for wave, sheet in waves.items():
        try:
            alone = replace(options, sheet=sheet, waves=None)
            made[wave] = _one_table(source, [sheets[sheet]], instrument, alone, one_wave=True)
            if any(notice.code == "no-key-column" for notice in made[wave].notices):
                problems.append(Problem("waves-without-key", source.name, sheet))
        except IntakeError as error:
            problems += error.problems
    if problems := problems or codes_apart(made, source.name, waves):
        raise IntakeError(problems)
    key = next(iter(made.values())).index.names[0]
    pairs = [(str(code), wave) for wave, responses in made.items() for code in responses.index]
    people = pd.concat([responses.people.reset_index(drop=True) for responses in made.values()], ignore_index=True)
    people.index = pd.MultiIndex.from_tuples(pairs, names=[key, WAVE])
    notices: tuple[Notice, ...] = tuple(notice for responses in made.values() for notice in responses.notices)
    origin = next(iter(made.values())).origin
    dropped = {f"{wave}: {k}": v for wave, r in made.items() for k, v in r.origin.rows_dropped.items()}
    origin = replace(origin, sheet=", ".join(waves.values()), rows_dropped=dropped)
    origin = replace(origin, rows_read=sum(responses.origin.rows_read for responses in made.values()))
    block = np.asfortranarray(np.concatenate([responses.block for responses in made.values()]))
    where = tuple(cell for responses in made.values() for cell in responses.where)
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
    options = Options(
        sheet, key, columns, values, missing, duplicates, merge_columns, waves, layout, item, answer, use
    )  # fmt: skip
    return read(path, load_instrument(instrument), options)
