"""What each column is for: an item, the key, the wave, something else about the person, or nothing that may be kept."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..core.errors import Notice
from ..core.text import fold, nearest
from ..instruments import Instrument, Item
from .faults import Gathered
from .grids import Grid, letter
from .header import Header
from .matching import canonical, parted, question
from .people import decides_rights, looks_personal

_KEYS = [
    re.compile(pattern)
    for pattern in (
        r"(?:kode|id|no(?:mor)?\.?) (?:responden|peserta|wbp|residen|warga binaan)\b.*",
        r"(?:respondent(?:'s)? ?code|(?:participant|person|subject)(?:'s)? ?(?:code|id))\b.*",
        r"pid|kode|code|kode unik|unique (?:code|id)",
        r"respondent(?:'s)? ?id\b.*",  # SurveyMonkey numbers forms under this heading
        r"record ?id|case ?id|id|key|case",
        r"response ?id|uuid|instance ?id|meta-instance ?id",
    )
]
_WAVES = re.compile(r"gelombang|wave|(?:redcap )?event name|waktu pengukuran|pengukuran ke")
_REVIEWS = re.compile(r"validation status|reviewstate|review state|review status")
_REFUSED = re.compile(
    r"(?:validation status )?(?:not approved|rejected|hasissues|has issues|on hold|ditolak|tidak disetujui)"
)
_SUBMITTED = re.compile(r"submitdate|date submitted")
# REDCap's and Qualtrics' columns: the marks of forms that were not finished, and of those that were.
_FINISHED = (
    (re.compile(r"(?:.+ )?complete"), frozenset({"0", "1", "incomplete", "unverified"}), frozenset({"2", "complete"})),
    (re.compile(r"finished"), frozenset({"0", "false"}), frozenset({"1", "true"})),
)
_CHANNEL = re.compile(r"status|response type|distribution ?channel")  # where Qualtrics says that a form was a trial
SAMPLE = 1_000  # rows looked at for names and numbers of persons
UNITS = re.compile(r"unit|upt|kode upt|upt id|nama upt|lapas|rutan|satuan kerja|satker|site")


@dataclass
class Layout:
    """The columns of a table by their use; ``items`` holds the columns of each item, in the order of the items."""

    grid: Grid
    header: Header
    items: list[list[int]]
    keys: list[int]
    wave: int | None
    people: list[int]
    people_names: dict[int, str]
    personal: list[int]
    reviews: list[int]
    submitted: int | None
    finished: dict[int, tuple[frozenset[str], frozenset[str]]]
    channels: list[int]
    unit: int | None
    notices: list[Notice] = field(default_factory=list)

    def heading(self, column: int) -> str:
        """Return the heading of a column, as the file writes it."""
        return self.header.names[column]


def plain(heading: str) -> str:
    """Fold a heading for comparison with words: no numbering, no underscores."""
    return question(heading).replace("_", " ").strip()


def lay_out(
    grid: Grid, header: Header, instrument: Instrument, key: str | Sequence[str] | None, faults: Gathered
) -> Layout:
    """Decide what each column is for, and say what was noticed."""
    names = header.names
    columns_of: dict[int, list[int]] = {}
    for column, item in header.items.items():
        columns_of.setdefault(item, []).append(column)
    for item, columns in header.doubles.items():
        columns_of[item] = list(columns)
    used = {column for columns in columns_of.values() for column in columns}
    sample = [row for number, row in grid.head(SAMPLE) if number > header.row]
    filled = {c for row in sample for c, cell in enumerate(row) if cell is not None and str(cell).strip()}
    others = [c for c in range(len(names)) if c not in used and (names[c].strip() or c in filled)]
    said = {c: [names[c], *(line[c] for line in header.lines if line[c]), grid.texts.get(c, "")] for c in others}

    for column in others:
        if any(map(decides_rights, said[column])):
            _fault(grid, header, column, "decides-rights", faults)
    keys = _keys(header, said, key, faults) or [c for c in others if c == grid.key]
    wave = keys[1] if len(keys) > 1 else next(iter(wave_column(said)), None)

    def personal_looking(column: int) -> bool:
        cells = [row[column] for row in sample if column < len(row)]
        return any(looks_personal(heading, cells) for heading in said[column])

    personal = [c for c in others if c not in keys and personal_looking(c)]
    wave = None if wave in personal else wave
    for column in filter(personal_looking, keys):
        _fault(grid, header, column, "personal-key", faults)
    people = [c for c in others if c not in personal and c not in keys]
    layout = Layout(
        grid,
        header,
        [columns_of[item] for item in range(len(instrument.items))],
        keys,
        wave,
        people,
        _unique(names, people),
        personal,
        reviews=[c for c in people if _says(_REVIEWS, said[c])],
        submitted=next((c for c in people if _says(_SUBMITTED, said[c])), None),
        finished={c: (no, yes) for c in people for pattern, no, yes in _FINISHED if _says(pattern, said[c])},
        channels=[c for c in people if _says(_CHANNEL, said[c])],
        unit=next((c for c in people if _says(UNITS, said[c])), None),
    )
    _say(layout, instrument, [*used, *others])
    return layout


def refused(value: object) -> bool:
    """Tell whether a reviewer's mark says that a form is not approved."""
    return bool(_REFUSED.fullmatch(fold(str(value)).replace("_", " ")))


def is_trial(value: object) -> bool:
    """Tell whether a mark says that a form was filled in only to try it out."""
    return fold(str(value)) in ("preview", "survey preview", "survey test")


def _fault(grid: Grid, header: Header, column: int, code: str, faults: Gathered) -> None:
    place = grid.locate(header.row, column, header.names[column])
    faults.add(code, row=place.row, column=place.column, cell=place.cells[0] if place.cells else None)


def _say(layout: Layout, instrument: Instrument, seen: list[int]) -> None:
    """Add the notices about columns."""
    grid, header, names = layout.grid, layout.header, layout.header.names
    at = grid.file, grid.sheet
    first = [columns[0] for columns in layout.items]

    def notice(code: str, columns: Sequence[str]) -> None:
        layout.notices.append(Notice(code, *at, columns=tuple(columns)))

    if layout.personal:
        notice("personal-columns", [names[c] for c in layout.personal])
    if not layout.keys:
        notice("no-key-column", [])
    if header.how == "number":
        notice("matched-by-number", [names[c] for c in first])
    elif folded := [names[c] for c, item in zip(first, instrument.items, strict=True) if not _written(names[c], item)]:
        notice("headings-tidied", folded)
    if header.doubles:
        notice("columns-merged", [names[c] for columns in header.doubles.values() for c in columns])
    if extra := [names[c] or layout.people_names[c] for c in layout.people if c != layout.wave]:
        notice("other-columns", extra)
    if hidden := [letter(c) for c in grid.hidden_columns if c in seen]:
        notice("hidden-columns", hidden)
    if formulas := [names[c] for c in first if any(column == c and row > header.row for row, column in grid.formulas)]:
        notice("formula-in-item", formulas)


Said = Mapping[int, Sequence[str]]  # everything that stands over a column: its heading first


def key_column(said: Said) -> list[int]:
    """Return the column whose heading best says that it holds the codes of people, if one does."""
    found = ([c for c in said if _says(pattern, said[c])] for pattern in _KEYS)
    return next(filter(None, found), [])[:1]


def wave_column(said: Said) -> list[int]:
    """Return the column whose heading says that it holds the wave, if one does."""
    return [c for c in said if _says(_WAVES, said[c])][:1]


def _says(pattern: re.Pattern[str], headings: Sequence[str]) -> bool:
    """Tell whether a heading, or the code or the text in it, is one of those a pattern knows."""
    return any(pattern.fullmatch(plain(part)) for heading in headings for part in (heading, *parted(heading)))


def _keys(header: Header, said: Said, key: str | Sequence[str] | None, faults: Gathered) -> list[int]:
    if key is None:
        return key_column(said)
    keys = []
    for wanted in [key] if isinstance(key, str) else key:
        forms = (fold(wanted), canonical(wanted))
        found = [c for c in said if any(fold(n) == forms[0] or canonical(n) == forms[1] for n in said[c])]
        if found:
            keys.append(found[0])
        else:
            near = nearest(wanted, [said[c][0] for c in said if said[c][0]])
            faults.add("no-such-column", row=header.row, value=wanted, params={"near": ", ".join(near) or "–"})
    return keys


def _written(heading: str, item: Item) -> bool:
    return heading in (item.name, *item.label.values())


def _unique(names: list[str], columns: list[int]) -> dict[int, str]:
    """Return a heading of its own for each column: an empty one gets its letter, a repeated one its letter too."""
    taken: set[str] = set()
    unique = {}
    for column in columns:
        name = names[column].strip() or letter(column)
        unique[column] = f"{name} ({letter(column)})" if name in taken else name
        taken.add(unique[column])
    return unique
