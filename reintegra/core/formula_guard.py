"""Texts that a spreadsheet would run as a formula, made inert in CSV files and turned back when they are read.

docs/decisions/0011-exports.md
"""

from __future__ import annotations

# An apostrophe and a no-break space: seen in a spreadsheet, kept by every encoding Excel writes, typed by nobody.
GUARD = "'\u00a0"

_RUNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def _risky(text: str) -> bool:
    return text.startswith(("\t", "\r", "\n")) or text.lstrip().startswith(_RUNS)


def guarded(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return GUARD + text if _risky(text) or text.startswith(GUARD) else text


def unguarded(text: str) -> str:
    """Return what `guarded` was given; any other text is left alone."""
    rest = text.removeprefix(GUARD)
    return rest if rest != text and (_risky(rest) or rest.startswith(GUARD)) else text
