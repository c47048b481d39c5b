"""From a file to grids of raw cells: what kind of file it is, by its content, and one grid a sheet."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

from ..core.errors import IntakeError, Notice, Problem
from ..core.files import sha256

CHUNK = 20_000
LIST_MARK = "reintegra ▸ "  # begins the first cell of the list of faults in a copy to mend (present.repair)

_SYNCED = re.compile(r"[\\/](OneDrive|Dropbox|Google ?Drive|My Drive|Drive Saya|iCloud)", re.I)


class Truth(Enum):
    """A TRUE or FALSE typed in a spreadsheet: kept apart from 1 and 0, which Python would call equal."""

    TRUE = "True"
    FALSE = "False"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class Unfilled:
    """A formula for which the program that wrote it stored no value."""

    formula: str

    def __str__(self) -> str:
        return self.formula


@dataclass(frozen=True)
class Ticks:
    """More than one answer ticked where one was asked for."""

    answers: tuple[str, ...]

    def __str__(self) -> str:
        return ", ".join(self.answers)


class Place(NamedTuple):
    """Where a cell stands in the user's file: row as the program shows it, heading of its column, address or none."""

    row: int
    column: str
    cells: tuple[str, ...]


Row = list[Any]
Chunk = tuple[list[int], list[Row]]
Locate = Callable[[int, int, str, Any], Place]


def letter(column: int) -> str:
    """Return the letter of a column counted from 0: A, B, ... AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


@dataclass
class Grid:
    """The cells of one sheet, with their row numbers as the spreadsheet shows them.

    ``rows`` gives the (row number, cells) pairs anew each time it is called, so that a long file is never held whole.
    ``texts`` are longer headings (the labels of SPSS variables), ``labels`` and ``blanks`` what the file itself says of
    the values of a column. ``where`` finds a cell of a table that was turned or folded in the user's file again;
    ``addressed`` tells whether cells have addresses at all, ``delimited`` whether a line's cells were counted out by
    delimiters, so that a line of another length is broken, ``key`` which column names the people where none says so;
    ``problems`` are faults met while the table was turned or folded.
    """

    file: str
    sheet: str | None
    rows: Callable[[], Iterator[tuple[int, Row]]]
    hidden: bool = False
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[int, ...] = ()
    formulas: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: tuple[tuple[int, int, int, int], ...] = ()
    texts: dict[int, str] = field(default_factory=dict)
    labels: dict[int, dict[Any, str]] = field(default_factory=dict)
    blanks: dict[int, list[tuple[Any, Any]]] = field(default_factory=dict)
    where: Locate | None = None
    addressed: bool = True
    delimited: bool = False
    key: int | None = None
    notices: list[Notice] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    rows_expected: int | None = None

    def locate(self, row: int, column: int, heading: str, value: Any = None) -> Place:
        """Return where a cell stands in the user's file."""
        if self.where is not None:
            return self.where(row, column, heading, value)
        return Place(row, heading, (f"{letter(column)}{row}",) if self.addressed else ())

    def head(self, count: int = 40) -> list[tuple[int, Row]]:
        """Return the first rows."""
        return [pair for pair, _ in zip(self.rows(), range(count), strict=False)]

    def chunks(self, after: int) -> Iterator[Chunk]:
        """Yield the rows below row number ``after``, ``CHUNK`` at a time."""
        numbers: list[int] = []
        rows: list[Row] = []
        for number, row in self.rows():
            if number > after:
                numbers.append(number)
                rows.append(row)
                if len(rows) == CHUNK:
                    yield numbers, rows
                    numbers, rows = [], []
        if rows:
            yield numbers, rows


@dataclass(frozen=True)
class Source:
    """The bytes of a file, read once, with the name and the hash that identify it."""

    name: str
    data: bytes
    digest: str

    def refuse(self, code: str, **params: Any) -> IntakeError:
        """Return the error that refuses the whole file."""
        return IntakeError([Problem(code, self.name, params=params)])


def open_source(path: str | Path) -> Source:
    """Read a file's bytes once; wait a moment for one that another program holds."""
    path = Path(path)
    refused = path.name.startswith("~$")
    if refused:
        raise IntakeError([Problem("lock-file", path.name)])
    for pause in (0.3, 0.3, None):
        try:
            if path.is_fifo():  # reading one would wait for a writer for ever
                raise FileNotFoundError
            data = path.read_bytes()
            break
        except PermissionError:
            if pause is None:
                raise IntakeError([Problem("file-in-use", path.name)]) from None
            time.sleep(pause)
        except IsADirectoryError:
            raise IntakeError([Problem("is-a-folder", path.name)]) from None
        except (OSError, ValueError):  # also a name that no file can have
            raise IntakeError([Problem("no-such-file", path.name)]) from None
    source = Source(path.name, data, sha256(data))
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise source.refuse("empty-file")
    return source


def beside(path: str | Path) -> list[Notice]:
    """Return what has to be said about where a file lies: open in Excel, in a folder that is copied elsewhere."""
    path = Path(path)
    notices = []
    if path.with_name(f"~${path.name}").exists():
        notices.append(Notice("open-in-excel", path.name))
    service = _SYNCED.search(str(path.resolve().parent))
    if service:
        notices.append(Notice("synced-folder", path.name, params={"service": service[1]}))
    return notices


def grids_of(source: Source) -> list[Grid]:
    """Return the grids of a file, of whatever kind its content shows it to be."""
    data = source.data
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    if data.startswith(b"PK\x03\x04"):
        from .zip_grid import zip_grids

        return zip_grids(source)
    if data.startswith(b"PAR1"):
        from .parquet_grid import parquet_grids

        return parquet_grids(source)
    if data.startswith((b"$FL2", b"$FL3")):
        from .sav_grid import sav_grids

        return sav_grids(source)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise source.refuse("encrypted" if b"E\0n\0c\0r\0y\0p\0t\0e\0d" in data else "old-excel")
    if start[:1] == b"<":
        raise source.refuse("not-an-excel-file")
    if start[:1] in (b"[", b"{"):
        from .json_grid import json_grids

        return json_grids(source)
    from .csv_grid import csv_grids

    return csv_grids(source)
