"""The results that a spreadsheet program stored with its formulas: openpyxl writes formulas without them.

A workbook without them reads as blank until Excel has opened and saved it; so they are put back.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from functools import partial
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

Stored = dict[str, dict[str, Any]]

_FORMULA = re.compile(r'<c r="([A-Z]+\d+)"([^>]*)>(<f[^>]*>(?:[^<]*</f>)?)<v ?(?:/>|></v>)</c>')


def stored_values(data: bytes) -> Stored:
    """Return the stored result of every formula of a workbook, by sheet and cell."""
    import openpyxl

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if not any(b"<f" in archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/")):
            return {}
    formulas, values = (openpyxl.load_workbook(io.BytesIO(data), data_only=only) for only in (False, True))
    return {
        sheet.title: {
            cell.coordinate: values[sheet.title][cell.coordinate].value
            for row in sheet.iter_rows()
            for cell in row
            if cell.data_type == "f"
        }
        for sheet in formulas.worksheets
    }


def restore(path: Path, book: Any, stored: Stored) -> None:
    """Put stored results back beside the formulas of a workbook that openpyxl has just saved."""
    parts = {f"xl/worksheets/sheet{n}.xml": stored.get(s.title, {}) for n, s in enumerate(book.worksheets, 1)}
    if not any(parts.values()):
        return
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as before, zipfile.ZipFile(path, "w") as after:
        for member in before.infolist():
            content = before.read(member)
            if values := parts.get(member.filename):
                content = _FORMULA.sub(partial(_with_value, values), content.decode("utf-8")).encode("utf-8")
            after.writestr(member, content)


def _with_value(values: dict[str, Any], found: re.Match[str]) -> str:
    from openpyxl.utils.datetime import to_excel

    value = values.get(found[1])
    if value is None:
        return found[0]
    kind = ""
    if isinstance(value, bool):
        kind, value = ' t="b"', int(value)
    elif isinstance(value, dt.datetime | dt.date | dt.time | dt.timedelta):
        value = to_excel(value)
    elif isinstance(value, str):
        kind = ' t="e"' if value.startswith("#") and value.isupper() else ' t="str"'
    return f'<c r="{found[1]}"{found[2]}{kind}>{found[3]}<v>{escape(str(value))}</v></c>'
