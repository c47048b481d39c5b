"""Archives and XML of other programs, read in memory and within limits, and written alike on every day.

Nothing is ever unpacked to the disk: a name in an archive is only a name.
"""

from __future__ import annotations

import io
import stat
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, indent, tostring

from ...core.errors import IntakeError, Problem
from ...core.files import write_whole
from ...intake.grids import Source, open_source
from ...intake.zip_grid import BROKEN, LARGEST, STEEPEST

MOST_MEMBERS = 9_999
DEEPEST_FOLDER = 8
DEEPEST_XML = 50
MOST_ELEMENTS = 1_000_000

_DAY = (1980, 1, 1, 0, 0, 0)  # the first day an archive knows: the same bytes whenever it is written


@dataclass(frozen=True)
class Archive:
    """An archive that was looked over: the names of its files, and each one's bytes when asked for."""

    source: Source
    names: tuple[str, ...]
    _opened: zipfile.ZipFile = field(repr=False)

    def read(self, name: str) -> bytes:
        """Return the bytes of a file; not more of them than the archive said before."""
        try:
            return self._opened.read(name)
        except BROKEN:
            pass
        raise self.source.refuse("exchange-damaged")


def open_file(path: str | Path) -> Source:
    """Read a file's bytes, unless it is too large to be what is looked for."""
    path = Path(path)
    if path.is_file() and path.stat().st_size > LARGEST:
        raise IntakeError([Problem("exchange-too-large", path.name, params={"most": LARGEST // 2**20})])
    return open_source(path)


def open_archive(source: Source) -> Archive:
    """Return an archive whose files have safe names and unfold to something reasonable, or refuse it by name."""
    try:
        opened = zipfile.ZipFile(io.BytesIO(source.data))
        members = opened.infolist()
    except BROKEN:
        opened, members = None, []
    if opened is None:
        raise source.refuse("exchange-damaged")
    if len(members) > MOST_MEMBERS:
        raise source.refuse("exchange-members", count=len(members), most=MOST_MEMBERS)
    total = sum(member.file_size for member in members)
    if total > LARGEST or total > STEEPEST * max(len(source.data), 50_000):
        raise source.refuse("exchange-bomb", times=round(total / max(len(source.data), 1)))
    if unsafe := sum(map(_unsafe, members)):
        raise source.refuse("exchange-path", count=unsafe)
    files = tuple(member.filename for member in members if not member.is_dir())
    if twice := sum(count > 1 for count in Counter(map(str.casefold, files)).values()):
        raise source.refuse("exchange-same-name", count=twice)
    return Archive(source, files, opened)


def _unsafe(member: zipfile.ZipInfo) -> bool:
    """Tell whether a member would land outside the folder, on a drive or a device, or is a link."""
    name = member.orig_filename
    path = PurePosixPath(name)
    link = stat.S_ISLNK(member.external_attr >> 16)
    odd = any(sign in name for sign in ("\\", ":", "\0"))
    return link or odd or path.is_absolute() or ".." in path.parts or len(path.parts) > DEEPEST_FOLDER


class _Limited(TreeBuilder):
    """Builds a tree, and stops where it has too many levels or elements; comments are passed over."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = self.count = 0

    def start(self, tag: Any, attrs: Any) -> Element:
        self.depth += 1
        self.count += 1
        if self.depth > DEEPEST_XML or self.count > MOST_ELEMENTS:
            raise _TooDeepError
        return super().start(tag, attrs)

    def end(self, tag: str) -> Element:
        self.depth -= 1
        return super().end(tag)


class _TooDeepError(Exception):
    """Too many levels or elements."""


def read_xml(source: Source, data: bytes) -> Element:
    """Return the root of an XML file that defines nothing of its own and is of a reasonable depth and size."""
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import DefusedXMLParser

    parser = DefusedXMLParser(target=_Limited(), forbid_dtd=True)
    code, params = "exchange-damaged", {}
    try:
        parser.feed(data)
        root: Element = parser.close()
        return root
    except DefusedXmlException:
        code = "exchange-entities"
    except _TooDeepError:
        code, params = "exchange-too-deep", {"levels": DEEPEST_XML, "elements": f"{MOST_ELEMENTS:_}".replace("_", " ")}
    except (ParseError, ValueError, LookupError, TypeError):
        pass
    raise source.refuse(code, **params)


def write_xml(root: Element) -> bytes:
    """Return an XML file, alike for alike content."""
    indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, encoding="unicode")}\n'.encode()


def write_archive(path: Path, files: Mapping[str, bytes] | Iterable[tuple[str, bytes]]) -> Path:
    """Write an archive of files in their order, alike for alike content."""

    def write(part: Path) -> None:
        with zipfile.ZipFile(part, "w") as archive:
            for name, data in dict(files).items():
                member = zipfile.ZipInfo(name, _DAY)
                member.create_system, member.external_attr = 3, 0o644 << 16
                archive.writestr(member, data, zipfile.ZIP_DEFLATED)

    return write_whole(path, write)


def write_bytes(path: Path, data: bytes) -> Path:
    """Write a file whole, or not at all."""

    def write(part: Path) -> None:
        part.write_bytes(data)

    return write_whole(path, write)


def decoded(data: bytes) -> str | None:
    """Return a text file's text, line ends as they stand and no byte order mark; None where it is no text."""
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return data.decode("utf-16" if marked else "utf-8-sig")
    except UnicodeDecodeError:
        return None
