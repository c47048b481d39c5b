"""How the words of a definition stand in cells: lists with commas, yes as "ya", weights as "a = 1, b = -1".

A list or a table may stand in a cell as it does in TOML, too; so are lists written that the plain form cannot hold.
"""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

_YES = frozenset({"ya", "y", "yes", "true", "benar", "x", "✓", "v"})
_NO = frozenset({"tidak", "t", "no", "n", "false", "salah", "-"})
_PROSE = frozenset({"sources", "also", "allowed", "modes"})  # lists whose entries may hold commas: one a line
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")


def to_cell(word: str, kind: str, value: Any) -> Any:
    """Write a value of a definition for a cell."""
    plain = _plain(word, kind, value)
    return json.dumps(value, ensure_ascii=False) if from_cell(word, kind, plain) != value else plain


def _plain(word: str, kind: str, value: Any) -> Any:
    if kind == "yes_no":
        return "ya" if value else "tidak"
    if kind == "texts":
        return ("\n" if word in _PROSE else ", ").join(value)
    if kind in ("code_list", "range"):
        return ", ".join(map(str, value))
    if kind == "groups":
        return "; ".join(", ".join(group) for group in value)
    if isinstance(value, dict):
        return ", ".join(f"{name} = {number}" for name, number in value.items())
    return ", ".join(value) if kind == "weights" else value


def from_cell(word: str, kind: str, cell: Any) -> Any:
    """Read a cell as a value of a definition; one that cannot be read so is returned as it stands, to be refused."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if kind in ("text", "name"):
        return str(cell)
    if kind == "yes_no":
        return _yes_no(cell)
    if kind in ("whole", "number"):
        return _number(cell)
    if not isinstance(cell, str):
        return [_number(cell)] if kind == "code_list" else [str(cell)]
    if (literal := _literal(cell)) is not None:
        return literal
    if kind == "texts":
        parts = cell.splitlines() if word in _PROSE else re.split(r"[,;\s]+", cell)
        return [part.strip() for part in parts if part.strip()]
    if kind in ("code_list", "range"):
        return [_number(part) for part in re.split(r"[,;\s]+", cell.strip()) if part]
    if kind == "groups":
        return [re.split(r"[,\s]+", group.strip()) for group in re.split(r"[;\n]", cell) if group.strip()]
    if kind in ("weights", "code_table"):
        parts = [part.strip() for part in re.split(r"[,;\n]", cell) if part.strip()]
        if kind == "weights" and not any("=" in part for part in parts):
            return parts
        pairs = (part.partition("=") for part in parts)
        return {name.strip(): _number(number.strip()) for name, _, number in pairs}
    return cell


def _literal(cell: str) -> Any:
    """Return the value of a cell that is written as in TOML, or None."""
    if not cell.startswith(("[", "{")):
        return None
    try:
        return tomllib.loads(f"x = {cell}")["x"]
    except tomllib.TOMLDecodeError:
        return None


def _yes_no(cell: Any) -> Any:
    text = str(cell).strip().casefold()
    return True if text in _YES | {"1"} else False if text in _NO | {"0"} else cell


def _number(cell: Any) -> Any:
    text = str(cell).strip()
    if isinstance(cell, bool) or not _NUMBER.fullmatch(text):
        return cell
    return float(text) if "." in text else int(text)
