"""One tree of named errors, and the faults and notices they carry.

Every message has a stable code; its text and remedy stand in id.toml and en.toml and are looked up when they are read,
so that one fault can be shown in either language. Values are shown by `shown`, which lets no name or number of a
person through.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from .language import listed, say, word
from .text import long_number, shortened


def shown(value: Any, longest: int = 40) -> str:
    """Write a cell's value for a message: long texts and long numbers, which may tell who wrote them, are withheld."""
    text = str(value)
    if long_number(text):
        return word("withheld_number")
    return text if len(text) <= longest else word("withheld_text", letters=len(text))


def one_or_list(values: Sequence[Any]) -> Any:
    """Return the only value, or the list of them; None for none."""
    return None if not values else values[0] if len(values) == 1 else list(values)


def as_list(value: Any) -> list[Any]:
    """Return what `one_or_list` folded as a list again."""
    return [] if value is None else list(value) if isinstance(value, list | tuple) else [value]


def joined(values: Any) -> str:
    """Write what `one_or_list` folded in one cell of a table."""
    return " | ".join(map(str, as_list(values)))


@dataclass(frozen=True)
class Problem:
    """One fault with one cause: where it is, what was found and what to do.

    ``row`` counts as the spreadsheet does (header = 1; in a definition: the line); ``row``, ``column``, ``cell`` and
    ``value`` are one value, a list of them, or None where the whole file is meant.
    """

    code: str
    file: str | None = None
    sheet: str | None = None
    row: Any = None
    column: Any = None
    cell: Any = None
    value: Any = field(default=None, repr=False)  # as found: never shown but by `shown_value`
    params: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def why(self) -> str:
        """The cause, as a word that never changes (docs/messages.md)."""
        why: str = self.params.get("why", self.code)
        return why

    @property
    def text(self) -> str:
        """What was found, in the current language."""
        return say("problem", self.code, "text", **self._values())

    @property
    def remedy(self) -> str:
        """What to do about it, in the current language."""
        return say("problem", self.code, "remedy", **self._values())

    def _values(self) -> dict[str, Any]:
        columns = as_list(self.column)
        return {
            "value": listed(map(shown, as_list(self.value))),
            "column": listed(map(shortened, columns)),
            "columns": len(columns),
            "rows": len(as_list(self.row)),
            "file": self.file or "",
            **{name: value() if callable(value) else value for name, value in self.params.items()},
        }

    @property
    def shown_value(self) -> str:
        """The value, or the values, as a message may show them: names, numbers and texts of persons are withheld."""
        withheld = self.params.get("value")
        return withheld() if callable(withheld) else joined([*map(shown, as_list(self.value))])

    @property
    def place(self) -> str:
        """Where it is: file, sheet, cells or rows and column."""
        rows, cells, columns = as_list(self.row), as_list(self.cell), as_list(self.column)
        parts = []
        if self.file:
            parts.append(word("place_file", file=self.file))
        if self.sheet:
            parts.append(word("place_sheet", sheet=self.sheet))
        more = self.params.get("more_places", 0)
        if cells:
            parts.append(word("place_cell" if len(cells) == 1 else "place_cells", cells=listed(cells, more=more)))
        elif rows:
            many = "" if len(rows) == 1 else "s"
            unit = "line" if self.params.get("lines") else "row"
            parts.append(word(f"place_{unit}{many}", rows=listed(rows, more=more)))
        if columns and not self.params.get("lines"):
            parts.append(word("place_column", columns=listed(map(shortened, columns), 3)))
        return ", ".join(parts)

    def __str__(self) -> str:
        place, text = self.place, self.text
        return f"{place}: {text} {self.remedy}" if place else f"{text[:1].upper()}{text[1:]} {self.remedy}"


@dataclass(frozen=True)
class Notice:
    """Something that was decided, left out or doubtful, though the data could be used."""

    code: str
    file: str | None = None
    sheet: str | None = None
    rows: tuple[Any, ...] = ()
    columns: tuple[str, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def text(self) -> str:
        """The notice as a sentence of the current language."""
        values = {name: value() if callable(value) else value for name, value in self.params.items()}
        columns = listed(map(shortened, self.columns))
        places = {"rows": listed(self.rows), "n": len(self.rows), "columns": columns}
        return say("notice", self.code, **(places | values))

    def __str__(self) -> str:
        return self.text


class ReintegraError(Exception):
    """The root of all errors of this package; ``code`` is stable, the text follows the current language."""

    def __init__(self, code: str, /, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.values = values

    def __str__(self) -> str:
        return say("error", self.code, **{k: v() if callable(v) else v for k, v in self.values.items()})


class FaultsError(ReintegraError):
    """An error that lists every fault it found, as `Problem` values in ``problems``."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(self.problems[0].code)

    @property
    def table(self) -> pd.DataFrame:
        """The faults, one a row: code, file, sheet, row, column, cell, value, text and remedy, as people read them.

        Several rows, columns or cells are separated by " | "; long texts and numbers are withheld.
        """
        rows = [
            (
                p.code,
                p.file,
                p.sheet,
                joined(p.row),
                joined(p.column),
                joined(p.cell),
                p.shown_value,
                p.text,
                p.remedy,
            )
            for p in self.problems
        ]
        return pd.DataFrame(rows, columns=["code", "file", "sheet", "row", "column", "cell", "value", "text", "remedy"])

    def __str__(self) -> str:
        count = len(self.problems)
        head = [say("error", "faults", count=count)] if count > 1 else []
        return "\n".join([*head, *map(str, self.problems)])


class InstrumentError(FaultsError):
    """A definition is broken, or there is no instrument of that name."""


class IntakeError(FaultsError):
    """A file or a table of answers cannot be read without guessing."""


class DataError(ReintegraError):
    """The data do not allow what was asked."""


class DesignError(ReintegraError):
    """The design of the study does not allow what was asked."""


class DisclosureError(ReintegraError):
    """What was asked for could show who somebody is."""


class CallError(ReintegraError, TypeError):
    """A function was given a thing of a kind it does not take: a list for a table, a number for a name."""


class OutputError(ReintegraError):
    """A place cannot be written to."""
