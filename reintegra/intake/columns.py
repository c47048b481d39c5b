"""What each column is for: an item, the key, the wave, something else about the person, or nothing that may be kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..core.errors import Notice
from ..core.text import fold, nearest
from ..instruments import Instrument
from .faults import Gathered
from .grids import Grid
from .header import Header, canonical, question
from .people import decides_rights, looks_personal

_KEYS = [
    re.compile(pattern)
    for pattern in (
        r"(?:kode|id|no(?:mor)?\.?) (?:responden|peserta|wbp|residen|warga binaan)\b.*",
        r"(?:respondent|participant|person)(?:'s)? (?:code|id)\b.*",
        r"pid|kode|code",
        r"record id|id|key|case",
    )
]
_WAVES = re.compile(r"gelombang|wave|redcap event name|waktu pengukuran|pengukuran ke")


@dataclass
class Layout:
    """The columns of a table by their use; ``items`` holds the column of each item, in the order of the items."""

    header: Header
    items: list[int]
    keys: list[int]
    wave: int | None
    people: list[int]
    people_names: dict[int, str]
    personal: list[int]
    notices: list[Notice] = field(default_factory=list)


def lay_out(
    grid: Grid, header: Header, instrument: Instrument, key: str | Sequence[str] | None, faults: Gathered
) -> Layout:
    """Decide what each column is for, and say what was noticed."""
    names = header.names
    column_of = {item: column for column, item in header.items.items()}
    items = [column_of[item] for item in range(len(instrument.items))]
    sample = [row for number, row in grid.head(60) if number > header.row]
    filled = {c for row in sample for c, cell in enumerate(row) if cell is not None and str(cell).strip()}
    others = [c for c in range(len(names)) if c not in header.items and (names[c].strip() or c in filled)]
    at = grid.file, grid.sheet

    for column in others:
        if decides_rights(names[column]):
            cell = header.address(column, header.row)
            faults.add("decides-rights", row=header.row, column=names[column], cell=cell)
    keys = _keys(header, others, key, faults)
    wave = keys[1] if len(keys) > 1 else next((c for c in others if _WAVES.fullmatch(_plain(names[c]))), None)

    def personal_looking(column: int) -> bool:
        return looks_personal(names[column], (row[column] for row in sample if column < len(row)))

    personal = [c for c in others if c not in (*keys, wave) and personal_looking(c)]
    for column in keys[:1]:
        if personal_looking(column):
            cell = header.address(column, header.row)
            faults.add("personal-key", row=header.row, column=names[column], cell=cell)
    people = [c for c in others if c not in personal and c not in keys]
    layout = Layout(header, items, keys, wave, people, _unique(names, people), personal)

    if personal:
        layout.notices.append(Notice("personal-columns", *at, columns=tuple(names[c] for c in personal)))
    if not keys:
        layout.notices.append(Notice("no-key-column", *at))
    if header.how == "number":
        layout.notices.append(Notice("matched-by-number", *at, columns=tuple(names[c] for c in items)))
    elif folded := tuple(names[c] for c in items if not _as_written(names[c], instrument, header.items[c])):
        layout.notices.append(Notice("headings-tidied", *at, columns=folded))
    if extra := tuple(names[c] for c in people if names[c].strip() and c != wave):
        layout.notices.append(Notice("other-columns", *at, columns=extra))
    if hidden := tuple(_letter(header, c) for c in grid.hidden_columns if c in {*items, *others}):
        layout.notices.append(Notice("hidden-columns", *at, columns=hidden))
    return layout


def _keys(header: Header, others: list[int], key: str | Sequence[str] | None, faults: Gathered) -> list[int]:
    names = header.names
    if key is None:
        for pattern in _KEYS:
            if found := [c for c in others if pattern.fullmatch(_plain(names[c]))]:
                return found[:1]
        return []
    keys = []
    for wanted in [key] if isinstance(key, str) else key:
        found = [c for c in others if fold(names[c]) == fold(wanted) or canonical(names[c]) == canonical(wanted)]
        if found:
            keys.append(found[0])
        else:
            near = nearest(wanted, [names[c] for c in others if names[c]])
            faults.add("no-such-column", row=header.row, value=wanted, params={"near": ", ".join(near) or "–"})
    return keys


def _plain(heading: str) -> str:
    return question(heading).replace("_", " ").strip()


def _as_written(heading: str, instrument: Instrument, item: int) -> bool:
    return heading in (instrument.items[item].name, *instrument.items[item].label.values())


def _letter(header: Header, column: int) -> str:
    return header.address(column, 1).rstrip("1")


def _unique(names: list[str], columns: list[int]) -> dict[int, str]:
    """Return a heading of its own for each column: an empty one gets its letter, a repeated one its letter too."""
    taken: set[str] = set()
    unique = {}
    for column in columns:
        letter = Header(0, []).address(column, 1).rstrip("1")
        name = names[column].strip() or letter
        unique[column] = f"{name} ({letter})" if name in taken else name
        taken.add(unique[column])
    return unique
