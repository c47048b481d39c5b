"""Excel workbooks: one grid a sheet, with what is hidden, merged or a formula.

The cells are read here, in one pass over each sheet: a general library needs two, one for values and one for formulas,
and still cannot tell a formula that gave an empty text from one that was never calculated.
"""

from __future__ import annotations

import datetime as dt
import posixpath
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

from .grids import Grid, Row, Source, Truth, Unfilled

WIDEST, LONGEST = 16_384, 1_048_576
GAP = 1000  # of more blank rows between filled ones only so many are given

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LETTERS = {chr(65 + place): place + 1 for place in range(26)}


def xlsx_grids(source: Source, archive: zipfile.ZipFile) -> list[Grid]:
    """Read the sheets of a workbook; the values that Excel stored for formulas, and which cells hold one."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    parts = _parts(archive)
    by_kind = {kind: part for kind, part in parts.values() if kind != "worksheet"}
    since_1904 = any(element.get("date1904") in ("1", "true") for element in _named(book, "workbookPr"))
    shared = _shared(archive, by_kind.get("sharedStrings"))
    dates = _dates(archive, by_kind.get("styles"))
    grids = []
    for sheet in _named(book, "sheet"):
        link = next((value for name, value in sheet.items() if name.endswith("}id")), "")
        kind, part = parts.get(link, ("", ""))
        if kind == "worksheet":
            read = _Sheet(shared, dates, since_1904)
            with archive.open(part) as opened:
                read.take(opened)
            grids.append(read.grid(source.name, sheet.get("name", ""), sheet.get("state", "visible") != "visible"))
    return grids


def _named(element: Any, name: str) -> Iterator[Any]:
    """Yield the elements of a name, in whichever of the two namespaces the format has."""
    return (inner for inner in element.iter() if inner.tag.endswith(f"}}{name}"))


def _parts(archive: zipfile.ZipFile) -> dict[str, tuple[str, str]]:
    """Return the kind and the path of each part of the workbook, by the name by which the workbook refers to it."""
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    return {
        link.get("Id", ""): (link.get("Type", "").rpartition("/")[2], _path(link.get("Target", "")))
        for link in _named(links, "Relationship")
    }


def _path(target: str) -> str:
    return posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")


def _shared(archive: zipfile.ZipFile, part: str | None) -> list[str]:
    """Return the texts that cells refer to by number."""
    if part is None:
        return []
    texts = []
    with archive.open(part) as opened:
        for _, element in ElementTree.iterparse(opened):
            if element.tag.endswith("}si"):
                texts.append(_text(element))
                element.clear()
    return texts


def _text(element: Any) -> str:
    """Return the text of a string, plain or in runs; not the reading aids that stand beside East Asian text."""
    parts = []
    for inner in element:
        if inner.tag.endswith("}t"):
            parts.append(inner.text or "")
        elif inner.tag.endswith("}r"):
            parts += [run.text or "" for run in inner if run.tag.endswith("}t")]
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), "".join(parts))


def _dates(archive: zipfile.ZipFile, part: str | None) -> dict[str, bool]:
    """Return the numbers of the styles that show a number as a date or time: True for one that shows a duration."""
    if part is None:
        return {}
    from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format

    styles = ElementTree.fromstring(archive.read(part))
    formats = {str(number): code for number, code in BUILTIN_FORMATS.items()}
    formats |= {element.get("numFmtId"): element.get("formatCode", "") for element in _named(styles, "numFmt")}
    dates = {}
    for used in _named(styles, "cellXfs"):
        for number, style in enumerate(used):
            shown = formats.get(style.get("numFmtId"), "")
            if is_date_format(shown) or is_timedelta_format(shown):
                dates[str(number)] = is_timedelta_format(shown)
    return dates


@dataclass
class _Sheet:
    """Collects the cells of a sheet while its XML is read."""

    shared: list[str]
    dates: dict[str, bool]
    since_1904: bool
    rows: list[tuple[int, dict[int, Any]]] = field(default_factory=list)
    formulas: dict[tuple[int, int], str] = field(default_factory=dict)
    masters: dict[str, tuple[str, str]] = field(default_factory=dict)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)

    def take(self, opened: Any) -> None:
        """Read the XML of the sheet, row by row."""
        for _, element in ElementTree.iterparse(opened):
            kind = element.tag.rpartition("}")[2]
            if kind == "row":
                self._row(element)
                element.clear()
            elif kind == "col" and element.get("hidden") in ("1", "true"):
                first, last = int(element.get("min", "1")), int(element.get("max", "1"))
                self.hidden_columns.update(range(first - 1, min(last, WIDEST)))
            elif kind == "mergeCell":
                self._merged(element.get("ref", ""))

    def grid(self, file: str, name: str, hidden: bool) -> Grid:
        """Return the sheet as a grid whose rows are of one width, blank rows between filled ones included."""
        cells = dict(self.rows)
        for top, left, bottom, right in self.merged:
            for row in range(top, min(bottom, max(cells, default=0)) + 1):
                for column in range(left, right + 1):
                    if (row, column) != (top, left):
                        cells.get(row, {}).pop(column, None)
        filled = {number: row for number, row in cells.items() if row}
        width = max((max(row) + 1 for row in filled.values()), default=0)
        last = max(filled, default=0)

        def rows() -> Iterator[tuple[int, Row]]:
            before = 0
            for number, row in sorted(filled.items()):
                for blank in range(before + 1, min(number, before + GAP)):
                    yield blank, [None] * width
                yield number, [row.get(column) for column in range(width)]
                before = number

        return Grid(
            file,
            name,
            rows,
            hidden=hidden,
            hidden_rows=tuple(number for number in sorted(self.hidden_rows) if number <= last),
            hidden_columns=tuple(sorted(column for column in self.hidden_columns if column < width)),
            formulas=self.formulas,
            merged=tuple(self.merged),
            rows_expected=last,
        )

    def _row(self, element: Any) -> None:
        number = int(element.get("r") or (self.rows[-1][0] + 1 if self.rows else 1))
        if not 0 < number <= LONGEST:
            raise ValueError
        if element.get("hidden") in ("1", "true"):
            self.hidden_rows.append(number)
        row: dict[int, Any] = {}
        column = -1
        for cell in element:
            address = cell.get("r")
            column = _column(address) if address else column + 1
            value = self._value(cell, number, column)
            if value is not None:
                row[column] = value
        self.rows.append((number, row))

    def _value(self, cell: Any, row: int, column: int) -> Any:
        kind, stored, formula, inline = cell.get("t", "n"), None, None, None
        for part in cell:
            if part.tag.endswith("}v"):
                stored = part.text or ""
            elif part.tag.endswith("}f"):
                formula = part
            elif part.tag.endswith("}is"):
                inline = part
        if formula is not None:
            self.formulas[row, column] = written = self._formula(formula, cell.get("r"))
            if stored is None or (stored == "" and kind != "str"):
                return Unfilled(written)
        if kind == "inlineStr":
            return None if inline is None else _text(inline) or None
        if not stored:
            return None
        if kind == "s":
            return self.shared[int(stored)] or None
        if kind == "n":
            return self._number(stored, cell.get("s"))
        if kind == "b":
            return Truth.TRUE if stored in ("1", "true") else Truth.FALSE
        if kind == "d":
            return dt.datetime.fromisoformat(stored)
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), stored)  # "str", a formula's text; "e", an error

    def _number(self, stored: str, style: str | None) -> Any:
        number = int(stored) if stored.lstrip("-").isdigit() else float(stored)
        if style is None or style not in self.dates:
            return number
        from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

        try:
            return from_excel(number, MAC_EPOCH if self.since_1904 else WINDOWS_EPOCH, timedelta=self.dates[style])
        except (OverflowError, ValueError):
            return number  # Excel shows ##### for a date it cannot write

    def _formula(self, element: Any, address: str | None) -> str:
        """Return a formula as Excel shows it, also where the file only says that it follows one further up."""
        text, number = element.text, element.get("si")
        if text and number is not None and address:
            self.masters[number] = (f"={text}", address)
        if text or number not in self.masters or not address:
            return f"={text or ''}"
        from openpyxl.formula.translate import Translator

        return str(Translator(*self.masters[number]).translate_formula(address))

    def _merged(self, reference: str) -> None:
        ends = reference.split(":")
        corners = [(int(end.lstrip("".join(_LETTERS))), _column(end)) for end in (ends[0], ends[-1])]
        self.merged.append((*corners[0], *corners[1]))


def _column(address: Iterable[str]) -> int:
    """Return the column of a cell's address, counted from 0."""
    column = 0
    for letter in address:
        if letter not in _LETTERS:
            break
        column = column * 26 + _LETTERS[letter]
    if not 0 < column <= WIDEST:
        raise ValueError
    return column - 1
