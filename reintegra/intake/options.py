"""What the caller says about a file, and what is wrong with the call before any file is opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..core.errors import Problem
from ..core.language import listed
from .header import Columns

LAYOUTS = ("transposed", "ticks", "long")
USES = ("labels", "codes")
KEPT = ("first", "last")

_CHOICES = {"layout": LAYOUTS, "use": USES, "duplicates": KEPT}


@dataclass(frozen=True)
class Options:
    """What the caller said about a file (see `read_responses`)."""

    sheet: str | None = None
    key: str | Sequence[str] | None = None
    columns: Columns | None = None
    values: Mapping[Any, Any] | None = None
    missing: Sequence[Any] | None = None
    duplicates: str | None = None
    merge_columns: bool = False
    waves: Mapping[str, str] | None = None
    layout: str | None = None
    item: str | None = None
    answer: str | None = None
    use: str | None = None

    @property
    def keys(self) -> list[str]:
        """The headings of the key, as a list."""
        return [] if self.key is None else [self.key] if isinstance(self.key, str) else list(self.key)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence | set | frozenset) and not isinstance(value, str | bytes)


def _of_texts(value: Any) -> bool:
    return all(isinstance(entry, str) for entry in value)


def _is_pairs(value: Any) -> bool:
    return isinstance(value, Mapping) and _of_texts([*value.keys(), *value.values()])


# option: (what it has to be, how it is written)
_KINDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "sheet": (lambda v: isinstance(v, str), 'sheet="Data"'),
    "key": (lambda v: isinstance(v, str) or (_is_list(v) and bool(v) and _of_texts(v)), 'key="Kode"'),
    "columns": (lambda v: _is_pairs(v) or (_is_list(v) and _of_texts(v)), 'columns={"P1": "item_01"}'),
    "values": (lambda v: isinstance(v, Mapping), 'values={"AO01": 1}'),
    "missing": (_is_list, "missing=[9]"),
    "waves": (_is_pairs, 'waves={"pra": "pra_{n}", "pasca": "pasca_{n}"}'),
    "item": (lambda v: isinstance(v, str), 'item="Butir"'),
    "answer": (lambda v: isinstance(v, str), 'answer="Jawaban"'),
}


def wrong_call(options: Options) -> Iterator[Problem]:
    """Yield what is wrong with the call itself: options of another kind, words that are no choice."""
    for name, (fits, example) in _KINDS.items():
        value = getattr(options, name)
        if value is not None and not fits(value):
            params = {"option": name, "example": example}
            yield Problem("wrong-option", value=type(value).__name__, params=params)
    for name, allowed in _CHOICES.items():
        value = getattr(options, name)
        if value is not None and value not in allowed:
            yield Problem("unknown-option", value=str(value), params={"allowed": listed(allowed)})
