"""Archives: Excel workbooks and LibreOffice sheets, which are archives too, and archives of CSV files."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import IO
from xml.parsers import expat

from .grids import LIST_MARK, Grid, Source

LARGEST = 200 * 2**20
STEEPEST = 60

# What the readers of archives and workbooks let out where a file is not whole: a fault to be told, not a traceback.
BROKEN = (
    *(LookupError, ValueError, TypeError, AttributeError, SyntaxError, AssertionError, RuntimeError),
    *(OSError, EOFError, MemoryError, OverflowError),
    *(struct.error, zlib.error, lzma.LZMAError, expat.ExpatError, zipfile.BadZipFile),
)


def zip_grids(source: Source) -> list[Grid]:
    """Return the grids of an archive, once it is known that it unfolds to something reasonable."""
    try:
        with zipfile.ZipFile(io.BytesIO(source.data)) as archive:
            names = set(archive.namelist())
            _reasonable(source, archive)
            if "xl/workbook.xml" in names:
                from .xlsx_grid import xlsx_grids

                return _without_list(xlsx_grids(source, archive))
            if "content.xml" in names:
                from .ods_grid import ods_grids

                return _without_list(ods_grids(source, archive))
            tables = sorted(name for name in names if _is_table(PurePosixPath(name)))
            members = [(name, archive.read(name)) for name in tables]
    except BROKEN:
        raise source.refuse("damaged") from None  # RuntimeError: a member with a password
    found = [grid for name, data in members for grid in _member(source, name, data)]
    if not found:
        raise source.refuse("not-a-table")
    return found


def _without_list(grids: list[Grid]) -> list[Grid]:
    """Pass over the list of faults that stands in front of a copy to mend; no answers stand there."""
    kept = [grid for grid in grids if not any(str(row[0]).startswith(LIST_MARK) for _, row in grid.head(1) if row)]
    return kept or grids


def _is_table(path: PurePosixPath) -> bool:
    """Tell whether a member may be a table; what a Mac puts beside each file is none."""
    return path.suffix.lower() in (".csv", ".tsv", ".txt") and not path.name.startswith("._")


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
                if _declares_types(opened):
                    raise source.refuse("xml-entities")


def _declares_types(opened: IO[bytes]) -> bool:
    """Tell whether an XML file has a document type definition, in whatever encoding; what follows it is not read."""
    found: list[str] = []
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = lambda *_: found.append("types")
    parser.StartElementHandler = lambda *_: found.append("element")
    while not found and (data := opened.read(4096)):
        parser.Parse(data)
    return found[:1] == ["types"]
