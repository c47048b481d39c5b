"""What every result is: a frozen value with a table, one honest sentence, and html made of the same two."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import pandas as pd


@dataclass(frozen=True, eq=False)
class Result:
    """A result of some analysis. ``table`` holds plain columns at full precision; ``str()`` is its sentence.

    ``status`` is the line that goes with everything made from an instrument that is not validated; empty for others.
    """

    table: pd.DataFrame
    status: str

    def __init_subclass__(cls) -> None:
        cls.__repr__ = Result.__repr__  # type: ignore[method-assign]  # else a dataclass writes one that lists it all

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
        status = f"<p><small>{escape(self.status)}</small></p>" if self.status else ""
        return f"<p>{escape(self.sentence)}</p>{table}{status}"
