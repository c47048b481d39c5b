"""The words people read, in Indonesian and English, and how numbers are written in each.

All texts stand in ``id.toml`` and ``en.toml`` beside this file, under the same keys.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib import resources
from typing import Any

LANGUAGES = ("id", "en")

_current = "id"


def language() -> str:
    """Return the language in which messages, sentences and pages are written now: "id" or "en"."""
    return _current


def set_language(lang: str) -> None:
    """Choose the language of everything reintegra says from now on.

    Parameters
    ----------
    lang : "id" or "en"
        Indonesian (the default) or English.

    Returns
    -------
    None

    Raises
    ------
    ValueError
        Any other language.

    Source
    ------
    Texts: reintegra/core/id.toml and en.toml.
    """
    global _current
    if lang not in LANGUAGES:
        raise ValueError(f"lang: {lang!r}; id | en")
    _current = lang


@contextmanager
def speaking(lang: str | None) -> Iterator[None]:
    """Speak ``lang`` inside a with block; None changes nothing."""
    before = _current
    set_language(lang or before)
    try:
        yield
    finally:
        set_language(before)


@cache
def texts(lang: str) -> dict[str, Any]:
    """Return all texts of one language: tables of codes, each with its parts."""
    return tomllib.loads(resources.files(__package__).joinpath(f"{lang}.toml").read_text("utf-8"))


def say(table: str, code: str, part: str | None = None, /, **values: Any) -> str:
    """Return one text of the current language, its {places} filled in."""
    found = texts(_current)[table][code]
    text: str = found if part is None else found[part]
    return text.format_map(values)


def word(code: str, /, **values: Any) -> str:
    """Return a short text of the table ``words``."""
    return say("words", code, **values)


def in_language(label: Mapping[str, str], lang: str | None = None) -> str:
    """Return a label in the current language, or in the other one where it stands only there."""
    lang = lang or _current
    return label.get(lang) or next(iter(label.values()), "")


def number(value: float, decimals: int = 1, *, lang: str | None = None) -> str:
    """Write a number as its readers do: 1.234,5 in Indonesian, 1,234.5 in English; a missing one as a dash."""
    if value != value:
        return "–"
    text = f"{value:z,.{decimals}f}"
    return text.translate(str.maketrans(",.", ".,")) if (lang or _current) == "id" else text


def day(when: Any) -> str:
    """Write a day so that it cannot be mistaken: 6 Februari 2025, 6 February 2025; a missing one as a dash."""
    return f"{when.day} {word('months').split()[when.month - 1]} {when.year}" if when == when else "–"


def listed(things: Iterable[Any], most: int = 8, *, more: int = 0) -> str:
    """Write a list in words: "a, b, c", and after ``most`` how many more there are, with ``more`` not given here."""
    names = [str(thing) for thing in things]
    shown = ", ".join(names[:most])
    left = len(names[most:]) + more
    return shown if not left else word("and_more", shown=shown, more=left)
