"""Delimited text: encoding, delimiter and rows, as Excel would show them."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator

from ..core.errors import IntakeError, Notice, Problem
from ..core.formula_guard import GUARD, unguarded
from .grids import Grid, Row, Source

DELIMITERS = ",;\t|"
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = frozenset(range(1, 32)) - set(b"\t\n\r\x1a")
_GUARDED = ("utf-8", "cp1252", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")


def csv_grids(source: Source) -> list[Grid]:
    """Read delimited text as one grid."""
    notices = []
    encoding = _encoding(source)
    if encoding == "cp1252":
        notices.append(Notice("read-as-cp1252", source.name))
    with io.TextIOWrapper(io.BytesIO(source.data), encoding, newline="") as text:
        first = text.readline()
    skip = len(first) if first.lower().startswith("sep=") else 0
    delimiter = (first.rstrip("\r\n")[4:5] if skip else "") or _delimiter(source, encoding)

    guarded = any(GUARD.encode(code) in source.data for code in _GUARDED)

    def rows() -> Iterator[tuple[int, Row]]:
        text = io.TextIOWrapper(io.BytesIO(source.data), encoding, newline="")
        if skip:
            text.readline()
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        number = 0
        try:
            for number, row in enumerate(reader, 1):
                yield number, [unguarded(cell) for cell in row] if guarded else row
            return
        except csv.Error:
            pass
        raise IntakeError([Problem("unclosed-quote", source.name, row=number + 1)])

    lines = source.data.count(b"\n")
    return [Grid(source.name, None, rows, notices=notices, rows_expected=lines, delimited=True)]


def _encoding(source: Source) -> str:
    marked = [encoding for bom, encoding in _BOMS if source.data.startswith(bom)][:1]
    if not marked and b"\0" in source.data:
        start = source.data.rstrip(b"\0")[:4096]
        if max(start[::2].count(0), start[1::2].count(0)) < len(start) / 4:  # a text in which some bytes were lost
            raise source.refuse("not-a-table" if _CONTROLS & set(start) else "damaged")
        if b"\0\0\0" in start:  # UTF-32 without its mark, or no text at all
            raise source.refuse("not-a-table")
        marked = ["utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be"]
    for encoding in marked or ("utf-8", "cp1252"):
        try:
            codecs.decode(source.data, encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise source.refuse("unknown-encoding")


def _delimiter(source: Source, encoding: str) -> str:
    """Return the delimiter that splits the first rows most, and most evenly."""
    sample = source.data[:200_000].decode(encoding, errors="ignore")
    best, most = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
        widths = []
        try:
            widths = [len(row) for row, _ in zip(reader, range(20), strict=False) if row]
        except csv.Error:
            continue
        if widths and max(widths) > 1:
            common = max(set(widths), key=widths.count)
            evenness = widths.count(common) / len(widths)
            if common > 1 and (evenness, common) > most:
                best, most = delimiter, (evenness, common)
    return best
