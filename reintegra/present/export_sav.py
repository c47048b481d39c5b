"""SPSS files: names, labels, missing codes and levels of measurement, within the limits of SPSS."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..core.errors import Notice
from ..core.language import in_language, say
from ..core.text import tidy
from ..instruments import Item, Score
from .outgoing import Outgoing, cut, names_changed, writable

# Bytes of UTF-8, as IBM SPSS Statistics counts them in Unicode mode.
NAME, LABEL, VALUE_LABEL, FILE_LABEL, NOTE_LINE = 64, 256, 120, 64, 80
RESERVED = frozenset(["all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"])
WIDEST = 40


@dataclass
class _Sav:
    """The variables of an SPSS file, under the names their columns have here."""

    values: dict[str, Any] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    value_labels: dict[str, dict[float, str]] = field(default_factory=dict)
    missing: dict[str, list[Any]] = field(default_factory=dict)
    measure: dict[str, str] = field(default_factory=dict)
    formats: dict[str, str] = field(default_factory=dict)
    width: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, values: Any, measure: str, form: str, label: str = "", width: int = 8) -> None:
        """Add a variable."""
        self.values[name], self.measure[name], self.width[name] = values, measure, width
        if form:
            self.formats[name] = form
        if label:
            self.labels[name] = label


def write_sav(path: Path, out: Outgoing) -> list[Notice]:
    """Write an SPSS file; return what SPSS did not allow and had to be changed."""
    import pyreadstat

    sav = _Sav()
    for name in out.people:
        _person(sav, name, out.people[name])
    instrument = out.responses.instrument
    for item, values in zip(instrument.items, out.responses.codes.to_numpy().T, strict=True):
        _item(sav, item, values, {a.value: in_language(a.label) for a in instrument.missing})
    if out.scores is not None:
        for score in instrument.scores:
            _score(sav, score, out)

    names = spss_names(sav.values)
    shortened = _shorten(sav)
    for old, new in names.items():
        if old != new:
            sav.labels.setdefault(old, cut(old, LABEL))
    frame = pd.DataFrame(sav.values).rename(columns=names)

    def under(table: Mapping[str, Any]) -> dict[str, Any]:
        return {names[old]: value for old, value in table.items()}

    pyreadstat.write_sav(
        frame,
        path,
        file_label=cut(writable(in_language(instrument.title)), FILE_LABEL),
        note=[line for note in out.notes for line in _lines(note)],
        column_labels=under(sav.labels),
        variable_value_labels=under(sav.value_labels),
        missing_ranges=under(sav.missing),
        variable_measure=under(sav.measure),
        variable_format=under(sav.formats),
        variable_display_width=under(sav.width),
    )
    notices = names_changed({old: new for old, new in names.items() if old != new})
    if shortened:
        notices.append(Notice("labels-shortened", columns=tuple(shortened)))
    return notices


def _person(sav: _Sav, name: str, column: pd.Series) -> None:
    """Add a key or another column of the people: a date, a number, or else a text."""
    if column.dtype.kind == "M":
        days = bool((column.dropna() == column.dropna().dt.normalize()).all())
        sav.add(name, column, "scale", "DATE11" if days else "DATETIME20", width=11 if days else 20)
    elif column.dtype.kind == "f":
        whole = bool((column.dropna() % 1 == 0).all())
        sav.add(name, column, "scale", "F8.0" if whole else "F10.2", width=10)
    else:
        texts = [None if v is None else v if isinstance(v, str) else f"{v:.15g}" for v in column]
        longest = max((len(text) for text in texts if text), default=0)
        sav.add(name, pd.Series(texts, dtype=object), "nominal", "", width=min(max(longest, 8), WIDEST))


def _item(sav: _Sav, item: Item, values: Any, blanks: Mapping[int, str]) -> None:
    """Add the answers to an item, with the codes that mean no answer declared as missing."""
    digits = max(len(str(code)) for code in (*item.codes, *blanks))
    measure = "ordinal" if len(item.codes) > 2 else "nominal"
    sav.add(item.name, values, measure, f"F{digits}.0", in_language(item.label), width=8)
    labels = {a.value: in_language(a.label) for a in item.answers} | dict(blanks)
    sav.value_labels[item.name] = {float(code): label for code, label in labels.items() if label}
    if missing := missing_codes(item.codes, blanks):
        sav.missing[item.name] = missing


def _score(sav: _Sav, score: Score, out: Outgoing) -> None:
    """Add a score, the places of its bands with their labels, and how many answers it rests on."""
    assert out.scores is not None
    label = f"{in_language(score.label)} ({score.low:g}–{score.high:g})"
    sav.add(score.name, out.scores.of(score.name).to_numpy(), "scale", "F8.2", label, width=10)
    for number, (system, bands) in enumerate(score.bands.items()):
        name = f"{score.name}_band" + (f"_{system}" if number else "")
        places = out.scores.band(score, system).codes.astype(float) + 1
        said = say("export", "band", label=in_language(score.label), system=system).strip()
        sav.add(name, np.where(places == 0, np.nan, places), "ordinal", "F8.0", said)
        sav.value_labels[name] = {place: in_language(band.label) for place, band in enumerate(bands, 1)}
    place = out.responses.instrument.scores.index(score)
    said = say("export", "answered", label=in_language(score.label), parts=score.parts)
    sav.add(f"{score.name}_answered", out.scores.answered[:, place].astype(float), "scale", "F8.0", said)


def missing_codes(codes: Iterable[int], blanks: Iterable[int]) -> list[Any]:
    """Return the codes of no answer as SPSS can hold them: three, or a range and one; none where neither will do."""
    blanks, codes = sorted(blanks), list(codes)
    if len(blanks) <= 3:
        return blanks
    for alone in ([], blanks[:1], blanks[-1:]):
        rest = [code for code in blanks if code not in alone]
        if not any(rest[0] <= code <= rest[-1] for code in codes):
            return [{"lo": rest[0], "hi": rest[-1]}, *alone]
    return []


def spss_names(columns: Iterable[str]) -> dict[str, str]:
    """Return a name for each column that SPSS allows; what is put before one ends in a point, so items are found."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for column in columns:
        name = re.sub(r"[^\w.$#@]+", "_", tidy(column)).strip("._") if column not in taken else column
        if not name[:1].isalpha() or name.casefold() in RESERVED:
            name = f"v.{name}" if name else "v"
        name = wanted = name.encode()[:NAME].decode(errors="ignore").rstrip("._")
        number = 1
        while name.casefold() in taken:
            number += 1
            end = f"_{number}"
            name = wanted.encode()[: NAME - len(end)].decode(errors="ignore") + end
        names[column] = name
        taken.add(name.casefold())
    return names


def _shorten(sav: _Sav) -> list[str]:
    """Cut labels to what SPSS holds, visibly; a cut label of a value ends in its code, so that no two become alike."""
    shortened = []
    for name in sav.values:
        label, values = writable(sav.labels.get(name, "")), sav.value_labels.get(name, {})
        short = cut(label, LABEL)
        kept = {}
        for code, text in values.items():
            text = kept[code] = writable(text)
            if len(text.encode()) > VALUE_LABEL:
                end = f" ({code:g})"
                kept[code] = cut(text, VALUE_LABEL - len(end)) + end
        if short != label or kept != {code: writable(text) for code, text in values.items()}:
            shortened.append(name)
        if label:
            sav.labels[name] = short
        if values:
            sav.value_labels[name] = kept
    return shortened


def _lines(note: str) -> list[str]:
    """Break a note into lines of 80 bytes, which is what SPSS keeps of one."""
    width = NOTE_LINE
    while any(len(line.encode()) > NOTE_LINE for line in textwrap.wrap(note, width)):
        width -= 1
    return textwrap.wrap(note, width)
