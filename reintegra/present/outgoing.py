"""What of answers and scores may leave in a file, in cells that every format can hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..core.errors import DisclosureError, Notice
from ..core.language import in_language, word
from ..core.text import tidy
from ..instruments import status_line
from ..intake import Responses
from ..intake.people import decides_rights, looks_personal
from ..measure import Scores

LONGEST_TEXT = 32_000  # bytes of UTF-8: SPSS holds 32,767 of them, a cell of Excel as many letters
LARGEST_NUMBER = 1e15  # Excel keeps fifteen digits
SAMPLE = 1000

# Control characters, halves of letters, and the two codes that XML forbids.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Outgoing:
    """The columns of an export: keys and kept columns of the people, answers, and scores where there are any.

    ``people`` holds the ``keys`` first, as texts; its other columns are numbers (float), dates (datetime64[us]) or
    objects (texts, numbers, None).
    """

    responses: Responses
    scores: Scores | None
    people: pd.DataFrame
    keys: int
    notices: tuple[Notice, ...]

    @property
    def notes(self) -> list[str]:
        """What goes with every export that has a place for it, in the current language."""
        note = in_language(self.responses.instrument.note) if self.scores is not None else ""
        lines = (status_line(self.responses.instrument), note, word("not_for_rights"))
        return [writable(line) for line in lines if line]


def outgoing(what: Responses | Scores) -> Outgoing:
    """Take out what must not leave, and make every cell writable; what was changed is said."""
    scores = what if isinstance(what, Scores) else None
    responses = what.responses if isinstance(what, Scores) else what
    taken = {*responses.instrument.item_names, *(scores.table.columns if scores is not None else [])}
    cleaning = _Cleaning()
    columns: dict[str, Any] = {}
    left_out, renamed = [], {}
    keys = _keys(responses.people.index, cleaning)
    for heading, values in keys.items():
        columns[_unused(heading, taken)] = values
    for place, name in enumerate(responses.people.columns):
        heading = tidy(writable(str(name)))
        values = cleaning.column(heading, responses.people.iloc[:, place])
        if decides_rights(heading) or looks_personal(heading, values.dropna().head(SAMPLE)):
            left_out.append(heading)
        else:
            free = _unused(heading or str(place + 1), taken)
            columns[free] = values
            if free != heading:
                renamed[heading] = free
    notices = [Notice("not-exported", columns=tuple(left_out))] if left_out else []
    notices += names_changed(renamed)
    notices += cleaning.notices(set(columns))
    if nothing := int(np.count_nonzero(~responses.block.any(axis=1))):
        notices.append(Notice("blank-people", params={"people": nothing}))
    return Outgoing(responses, scores, pd.DataFrame(columns), len(keys), tuple(notices))


def names_changed(pairs: Mapping[str, str]) -> list[Notice]:
    """Say which columns got another name."""
    if not pairs:
        return []
    columns = tuple(f"{old} → {new}" for old, new in pairs.items())
    return [Notice("names-changed", columns=columns)]


def writable(text: str) -> str:
    """Return a text without the characters that no format can hold; each becomes a space."""
    return _UNWRITABLE.sub(" ", text)


def cut(text: str, most: int) -> str:
    """Shorten a text to a number of bytes of UTF-8, between two letters, and show that it was."""
    data = text.encode()
    return text if len(data) <= most else data[: most - 3].decode(errors="ignore").rstrip() + "…"


def _keys(index: pd.Index, cleaning: _Cleaning) -> dict[str, pd.Series]:
    """Return the codes of the people as texts, or refuse where they are names or identity numbers."""
    keys: dict[str, pd.Series] = {}
    for level, name in enumerate(index.names):
        heading = word("column_key") if name in (None, "baris") else tidy(writable(str(name)))
        values = pd.Series(index.get_level_values(level), dtype=object)
        whole = [str(int(v)) if isinstance(v, float) and v.is_integer() else str(v) for v in values]
        texts = cleaning.column(heading, pd.Series(whole, dtype=object))
        if level == 0 and (decides_rights(heading) or looks_personal(heading, texts.head(SAMPLE))):
            raise DisclosureError("personal-codes")
        keys[heading] = texts
    return keys


def _unused(heading: str, taken: set[str]) -> str:
    """Return the heading, numbered where it is taken, and take it."""
    number, name = 1, heading
    while name in taken:
        number += 1
        name = f"{heading} ({number})"
    taken.add(name)
    return name


class _Cleaning:
    """Makes columns writable and remembers where that changed something."""

    def __init__(self) -> None:
        self.replaced: dict[str, int] = {}
        self.shortened: dict[str, int] = {}

    def column(self, heading: str, column: pd.Series) -> pd.Series:
        """Return a column as numbers, dates or objects."""
        column = column.reset_index(drop=True)
        if column.dtype.kind == "M" and getattr(column.dt, "tz", None) is None:
            return column.astype("datetime64[us]")  # in seconds, pyreadstat writes 1970
        if column.dtype.kind in "iuf":
            numbers = pd.Series(column.to_numpy(dtype=np.float64, na_value=np.nan))
            if not (numbers.abs() >= LARGEST_NUMBER).any():
                return numbers
        blank = column.isna().to_numpy()
        values = column.astype(object).to_numpy()
        cells = (None if empty else self._cell(heading, value) for value, empty in zip(values, blank, strict=True))
        return pd.Series(list(cells), dtype=object)

    def _cell(self, heading: str, value: Any) -> Any:
        if isinstance(value, bool | np.bool_):
            return str(bool(value))
        if isinstance(value, int | float | np.number) and abs(float(value)) < LARGEST_NUMBER:
            return float(value)
        given = str(value)
        text = writable(given)
        short = cut(text, LONGEST_TEXT)
        for changed, counts in ((text != given, self.replaced), (short != text, self.shortened)):
            if changed:
                counts[heading] = counts.get(heading, 0) + 1
        return short

    def notices(self, columns: Iterable[str]) -> list[Notice]:
        """Say what was changed in the columns that are exported."""
        said = []
        for code, counts in (("characters-replaced", self.replaced), ("texts-shortened", self.shortened)):
            found = {heading: count for heading, count in counts.items() if heading in columns}
            if found:
                params = {"cells": sum(found.values()), "most": LONGEST_TEXT}
                said.append(Notice(code, columns=tuple(found), params=params))
        return said
