"""The order of waves, and the day on which a person answered."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from ..core.text import fold

_STAGES = (
    re.compile(r"awal|pra|pre|(pra|pre) ?test?|baseline|sebelum|before|start"),
    re.compile(r"tengah|mid|middle|midline"),
    re.compile(r"akhir|pasca|post|(pasca|post) ?test?|endline|sesudah|setelah|after|end"),
    re.compile(r"(pra|sebelum|menjelang) ?bebas|pre ?release|before release"),
    re.compile(r"(bulan|bln|month|months|mo)( ke)?( (setelah|sesudah|after) (bebas|release))?"),
)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")

# of the dates in a file, those that tell when the form was filled in, the surest first
_ANSWERED = (
    re.compile(
        r"time ?stamp|(cap|stempel|penanda) waktu|submission ?time|submitted( at| on)?|submit ?date|date ?submitted|"
        r"(tanggal|tgl|waktu|date|hari)( (of|di))? ?(isi|pengisian|diisi|kirim|wawancara|tes|pengukuran|survei|ukur|"
        r"interview|survey|completion|completed|response)"
    ),
    re.compile(r"tanggal|tgl|date|waktu|hari ?[/,]? ?tanggal|today|completed|end ?date|start ?date|end|start"),
)
_OF_A_LIFE = re.compile(
    r"lahir|birth|\bdob\b|\bttl\b|bebas|release|remisi|masuk|keluar|tahan|vonis|putus|ekspirasi|expir|pidana|nikah|"
    r"entry|admission|arrest|sentence|mulai|selesai program"
)


def wave_order(people: pd.DataFrame) -> tuple[list[Any], str]:
    """Return the waves in the order in which they came, and what tells it.

    Parameters
    ----------
    people : DataFrame (people x columns)
        Its index has the levels person and wave, or one level where there are no waves.

    Returns
    -------
    tuple
        The waves; and "names" where their names tell the order (awal, tengah, akhir, pra_bebas, bulan_n; pra, pasca;
        pre, post; baseline, endline; numbers), "dates" where the median day of answering does, or "file" where nothing
        does and they stand as in the file.

    Raises
    ------
    Nothing.

    Source
    ------
    The names on the forms: reintegra/instruments/xlsform.py
    """
    if people.index.nlevels < 2:
        return [], "names"
    level = people.index.get_level_values(1)
    names = list(dict.fromkeys(level))
    ranks = _ranks([_plain(name) for name in names])
    if ranks is not None:
        return [name for _, name in sorted(zip(ranks, names, strict=True), key=lambda pair: pair[0])], "names"
    day = answered_on(people)
    if day is not None:
        middle = people[day].groupby(level).median().reindex(names)
        if middle.notna().all() and middle.is_unique:
            return list(middle.sort_values().index), "dates"
    return names, "file" if len(names) > 1 else "names"


def waves(what: Any) -> list[Any]:
    """Return the waves of Scores or Responses in the order in which they came (see `wave_order`)."""
    return wave_order(what.people)[0]


def answered_on(people: pd.DataFrame) -> Any:
    """Return the column of dates that tells when a form was filled in, or None: never a birth or another day."""
    dated = [column for column in people.columns if people[column].dtype.kind == "M"]
    dated = [column for column in dated if not _OF_A_LIFE.search(_plain(column))]
    for headings in _ANSWERED:
        if found := [column for column in dated if headings.fullmatch(_plain(column))]:
            return found[0]
    return dated[0] if len(dated) == 1 else None


def _plain(text: Any) -> str:
    """Return a heading or the name of a wave without brackets and marks."""
    return " ".join(re.sub(r"\(.*?\)|[_:+\-–—]|\.(?!\d)", " ", fold(str(text))).split())


def _ranks(names: list[str]) -> list[tuple[float, float]] | None:
    """Return where each name stands among waves; None where one of the names does not tell."""
    numbers = [_NUMBER.findall(name) for name in names]
    words = [" ".join(_NUMBER.sub(" ", name).split()) for name in names]
    one_each = all(len(found) == 1 for found in numbers)
    if one_each and (len(set(words)) == 1 or all(_NUMBER.match(name) for name in names)):
        return [(0, float(found[0])) for found in numbers]
    ranks: list[tuple[float, float]] = []
    for text, found in zip(words, numbers, strict=True):
        stage = next((place for place, known in enumerate(_STAGES) if known.fullmatch(text)), None)
        if stage is None or len(found) > 1 or (stage == len(_STAGES) - 1 and not found):
            return None
        ranks.append((stage, float(found[0]) if found else 0.0))
    return ranks
