"""What every result is: a frozen value with a table, one honest sentence, and html made of the same two."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape

import pandas as pd

from .errors import Notice


@dataclass(frozen=True, eq=False)
class Result:
    """A result of some analysis. ``table`` holds plain columns at full precision; ``str()`` is its sentence.

    ``status`` is the line that goes with everything made from an instrument that is not validated; empty for others.
    ``notes`` are what the reader of the numbers has to know.
    """

    table: pd.DataFrame
    status: str
    notes: tuple[Notice, ...] = field(default=(), kw_only=True)

    @property
    def sentence(self) -> str:
        """What the table says, in one sentence of the current language."""
        raise NotImplementedError

    def __str__(self) -> str:
        return self.sentence

    __repr__ = __str__

    def shown(self) -> pd.DataFrame:
        """Return the table as people read it: headings and numbers in the current language."""
        return self.table

    def _repr_html_(self) -> str:
        table = self.shown().to_html(index=False, border=0, na_rep="–")
        notes = "".join(f"<li>{escape(note.text)}</li>" for note in self.notes)
        notes = f"<ul>{notes}</ul>" if notes else ""
        status = f"<p><small>{escape(self.status)}</small></p>" if self.status else ""
        return f"<p>{escape(self.sentence)}</p>{table}{notes}{status}"
