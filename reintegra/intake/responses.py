"""The answers that came in: coded, checked, with what was decided on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import compress
from typing import Any

import numpy as np
import pandas as pd

from ..core.errors import Notice
from ..core.language import in_language, word
from ..instruments import Instrument

Block = np.ndarray[Any, np.dtype[np.uint8]]


@dataclass(frozen=True)
class Origin:
    """Where answers come from: enough to find the file again and to count what happened to its rows."""

    file: str | None = None
    sheet: str | None = None
    digest: str | None = None
    rows_read: int = 0
    rows_dropped: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Responses:
    """Checked answers to one instrument.

    ``block`` holds them as they are scored: uint8, column by column, the position of the answer among the declared
    ones counted from 1, 0 where there is none. ``where`` finds the cells of each person in the file, by the place of
    the item; it is empty where there is no file, or a very long one.
    """

    instrument: Instrument
    block: Block
    people: pd.DataFrame
    notices: tuple[Notice, ...] = ()
    origin: Origin = Origin()
    where: tuple[Callable[[int], str], ...] = ()

    @cached_property
    def codes(self) -> pd.DataFrame:
        """The answers as the codes of the instrument, not reversed; NaN where there is none."""
        columns = {}
        for column, item in enumerate(self.instrument.items):
            lookup = np.array([np.nan, *item.codes])
            columns[item.name] = lookup[self.block[:, column]]
        return pd.DataFrame(columns, index=self.people.index)

    @property
    def index(self) -> pd.Index:
        """The key of each respondent; with a second level where there are waves."""
        return self.people.index

    def take(self, members: np.ndarray[Any, np.dtype[np.bool_]]) -> Responses:
        """Return the answers of some of the people."""
        where = tuple(compress(self.where, members))
        return replace(self, block=np.asfortranarray(self.block[members]), people=self.people[members], where=where)

    def __len__(self) -> int:
        return len(self.block)

    def __str__(self) -> str:
        title = in_language(self.instrument.title)
        return word("responses_read", title=title, n=len(self), notices=len(self.notices))

    __repr__ = __str__
