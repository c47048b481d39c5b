"""Codes that hold the tables together: check letters, keys that stand twice, references to nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ...core.check_letter import is_valid
from ...core.errors import Notice
from ...core.language import listed
from ...core.text import nearest
from .cells import Filled, hidden, where
from .dictionary import CONSENT, PEOPLE, PERSON

Tables = Mapping[str, Filled]

_TRANSFERS = ("pindah_masuk", "pindah_keluar")


def check_links(tables: Tables) -> list[Notice]:
    """Check every code that has to agree with another one."""
    _check_letters(tables)
    _one_spelling(tables)
    for name, filled in tables.items():
        if name != CONSENT:  # looked at before anybody's rows are left out
            check_keys(filled)
    _transfers(tables)
    _components(tables)
    return [*_references(tables)]


def _check_letters(tables: Tables) -> None:
    """Refuse codes of persons whose check letter does not fit: a slip of the pen, or two people mixed up."""
    for filled in tables.values():
        if PERSON not in filled.frame:
            continue
        sound: dict[Any, bool] = {}
        for i, code in enumerate(filled.frame[PERSON]):
            if isinstance(code, str) and not sound.setdefault(code, is_valid(code)):
                filled.fault("check-letter", i, PERSON, code)


def _one_spelling(tables: Tables) -> None:
    """Write the code of a person everywhere as the table of participants does: hyphens do not count."""
    people = tables[PEOPLE].frame[PERSON].dropna() if PEOPLE in tables else []
    known = {code.replace("-", ""): code for code in people}
    for filled in tables.values():
        if PERSON in filled.frame:
            codes = filled.frame[PERSON]
            written = [known.get(c.replace("-", ""), c) if isinstance(c, str) else c for c in codes]
            filled.frame[PERSON] = pd.Series(written, dtype=object)


def check_keys(filled: Filled) -> None:
    """Refuse a key that stands twice; the rows may say the same or not, and that is told."""
    frame, key = filled.frame, list(filled.table.key)
    blank = frame[[name for name in key if filled.table.columns[name].required]].isna().any(axis=1)
    groups = frame[~blank].groupby(key, dropna=False, sort=False).indices if len(frame) else {}
    positions = np.flatnonzero(~blank)
    for value, found in groups.items():
        if len(found) < 2:
            continue
        rows = positions[found]
        parts = [_written(part) for part in (value if isinstance(value, tuple) else (value,)) if part == part]
        shown = " / ".join(parts)
        same = len(frame.iloc[rows].drop_duplicates()) == 1
        params = {"same": same, **(hidden(parts[0]) if filled.table.columns[key[0]].type == "person" else {})}
        sheet = filled.stands[rows[0]][0]
        places = [filled.place(int(i), key[0]) for i in rows]
        sheet.faults.cells("key-twice-identical" if same else "key-twice", shown, places, params)


def _written(part: Any) -> str:
    if hasattr(part, "strftime"):
        return str(part.strftime("%Y-%m-%d"))
    return str(int(part)) if isinstance(part, float) and part.is_integer() else str(part)


def _references(tables: Tables) -> Iterator[Notice]:
    """Refuse codes of units, programmes, sessions, staff and people that no table has."""
    unchecked: dict[str, list[str]] = {}
    for filled in tables.values():
        for column in filled.table.columns.values():
            if column.to is None:
                continue
            if column.to not in tables:
                if filled.frame[column.name].notna().any():
                    unchecked.setdefault(column.to, []).append(f"{filled.table.name}.{column.name}")
                continue
            target = tables[column.to]
            known = set(target.frame[target.table.key[0]].dropna())
            if known or not len(target.frame):  # else its column of keys is missing, which is said once
                _unknown(filled, column.name, column.to, known)
    for table, columns in unchecked.items():
        yield Notice("table-absent", columns=tuple(columns), params={"table": table})


def _unknown(filled: Filled, column: str, table: str, known: set[Any]) -> None:
    for i, code in enumerate(filled.frame[column]):
        if not isinstance(code, str) or code in known or (column == PERSON and not is_valid(code)):
            continue
        near = [] if column == PERSON else nearest(code, known, 1)  # who it may have been is nobody's guess
        params = {"table": table, "near": f" ({near[0]}?)" if near else ""}
        moved = filled.table.name == "peristiwa" and filled.frame["jenis"].iloc[i] in _TRANSFERS
        filled.fault("transfer-unknown-unit" if moved else "unknown-reference", i, column, code, params)


def _transfers(tables: Tables) -> None:
    """A transfer has to say where to."""
    if "peristiwa" in tables:
        events = tables["peristiwa"]
        frame = events.frame
        for i in where(frame["jenis"].isin(_TRANSFERS) & frame["upt_tujuan"].isna()):
            events.fault("transfer-without-unit", i, "upt_tujuan")


def _components(tables: Tables) -> None:
    """The component of a session has to be one of its programme."""
    if "sesi" not in tables or "komponen" not in tables:
        return
    sessions, parts = tables["sesi"], tables["komponen"].frame
    known: dict[Any, list[Any]] = parts.dropna().groupby("program_id")["komponen_id"].agg(list).to_dict()
    frame = sessions.frame
    for i, (programme, part) in enumerate(zip(frame["program_id"], frame["komponen_id"], strict=True)):
        of_it: Sequence[Any] = known.get(programme, [])
        if isinstance(part, str) and of_it and part not in of_it:
            sessions.fault("component-not-of-programme", i, "komponen_id", part, {"allowed": listed(of_it, 20)})
