"""Archives: Excel workbooks and LibreOffice sheets, which are archives too, and archives of CSV files."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from pathlib import PurePosixPath

from .grids import Grid, Source

LARGEST = 200 * 2**20
STEEPEST = 60

# What the readers of archives and workbooks let out where a file is not whole: a fault to be told, not a traceback.
BROKEN = (
    *(KeyError, ValueError, TypeError, AttributeError, IndexError, SyntaxError, AssertionError, RuntimeError),
    *(OSError, EOFError, MemoryError, OverflowError, struct.error, zlib.error, lzma.LZMAError, zipfile.BadZipFile),
)


def zip_grids(source: Source) -> list[Grid]:
    """Return the grids of an archive, once it is known that it unfolds to something reasonable."""
    try:
        with zipfile.ZipFile(io.BytesIO(source.data)) as archive:
            names = set(archive.namelist())
            _reasonable(source, archive)
            if "xl/workbook.xml" in names:
                from .xlsx_grid import xlsx_grids

                return xlsx_grids(source, archive)
            if "content.xml" in names:
                from .ods_grid import ods_grids

                return ods_grids(source, archive)
            tables = sorted(name for name in names if name.lower().endswith((".csv", ".tsv", ".txt")))
            members = [(name, archive.read(name)) for name in tables]
    except BROKEN:
        raise source.refuse("damaged") from None  # RuntimeError: a member with a password
    found = [grid for name, data in members for grid in _member(source, name, data)]
    if not found:
        raise source.refuse("not-a-table")
    return found


def _member(source: Source, name: str, data: bytes) -> list[Grid]:
    from .csv_grid import csv_grids

    if not data.strip():
        return []
    grids = csv_grids(Source(source.name, data, source.digest))
    for grid in grids:
        grid.sheet = PurePosixPath(name).name
    return grids


def _reasonable(source: Source, archive: zipfile.ZipFile) -> None:
    """Refuse an archive that would unfold to something huge, or that carries document type definitions or macros."""
    members = archive.infolist()
    total = sum(member.file_size for member in members)
    if total > LARGEST or total > STEEPEST * max(len(source.data), 50_000):
        raise source.refuse("zip-bomb", times=round(total / max(len(source.data), 1)))
    for member in members:
        if member.filename.endswith("vbaProject.bin"):
            raise source.refuse("macros")
        if member.filename.endswith((".xml", ".rels")):
            with archive.open(member) as opened:
                if b"<!DOCTYPE" in opened.read(4096):
                    raise source.refuse("xml-entities")
