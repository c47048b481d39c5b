"""How texts are compared and shown: folding, nearest names, and what a message may repeat."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\ufe0e\ufe0f"))
_DASH = re.compile("[\u2010-\u2015\u2212]")
_LONG_NUMBER = re.compile(r"(?:\d[\s.\-]?){9,}\d")


def tidy(text: str) -> str:
    """Return a text as it was meant: full-width digits made plain, hidden characters gone, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_INVISIBLE).split())


def fold(text: str) -> str:
    """Return the form in which two spellings of one label are equal: tidied, lower case, no space round a hyphen.

    A dash of any length is a hyphen: word processors put one for the other.
    """
    return re.sub(r"\s*([-/])\s*", r"\1", _DASH.sub("-", tidy(text).casefold().replace("’", "'")))


def nearest(name: str, names: Iterable[str], most: int = 3, likeness: float = 0.6) -> list[str]:
    """Return the names that look most like ``name``, the best first."""
    folded = {fold(other): other for other in names}
    return [folded[near] for near in difflib.get_close_matches(fold(name), folded, most, likeness)]


def long_number(text: str) -> bool:
    """Tell whether a text holds a number long enough to be a person's: ten digits or more."""
    return bool(_LONG_NUMBER.search(text))


def shortened(heading: Any, longest: int = 48) -> str:
    """Write a column heading on one line, cut where it is long."""
    text = " ".join(str(heading).split())
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
