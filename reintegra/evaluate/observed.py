"""How long each person was followed and how it ended: read once, refused where it cannot be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from ..core.errors import DataError
from ..core.language import listed
from .design import known, numbers
from .estimates import Floats


def observed(
    frame: pd.DataFrame, *, time: str, event: str, release: str | None = None, competing: Iterable[float] = ()
) -> tuple[Floats, Floats]:
    """Return the time followed and the code of what ended it: 0 last seen free, 1 the event, others what came first.

    With ``release`` both are dates, and the time is counted in days. A time of 0 is an event on the day of release; a
    person who was not followed at all has a blank.
    """
    known(frame, [time, event, *([release] if release is not None else [])])
    times = numbers(frame[time]) if release is None else _days(frame, release, time)
    kinds = numbers(frame[event])
    if len(early := np.flatnonzero(times < 0)):
        raise DataError("event-before-release", column=time, people=len(early), rows=_rows(early))
    if len(other := np.flatnonzero(~np.isnan(kinds) & ~np.isin(kinds, [0, 1, *competing]))):
        found = listed(f"{kind:g}" for kind in np.unique(kinds[other]))
        raise DataError("event-code", column=event, codes=found, people=len(other), rows=_rows(other))
    if len(unknown := np.flatnonzero(np.isnan(kinds) & ~np.isnan(times))):
        raise DataError("blank-in-column", column=event, people=len(unknown))
    if len(none := np.flatnonzero((times == 0) & (kinds == 0))):
        raise DataError("not-followed", column=time, people=len(none), rows=_rows(none))
    return times, kinds


def _days(frame: pd.DataFrame, release: str, time: str) -> Floats:
    """Return the days from one date to another."""
    for column in (release, time):
        if not pd.api.types.is_datetime64_any_dtype(frame[column]):
            raise DataError("not-dates", column=column)
    last, first = (frame[column].dt.tz_localize(None).dt.normalize() for column in (time, release))
    passed: pd.Series[Any] = last - first
    if blank := int((frame[release].isna() & frame[time].notna()).sum()):
        raise DataError("blank-in-column", column=release, people=blank)
    return np.asarray(passed / pd.Timedelta(days=1), dtype=float)


def _rows(places: Floats) -> str:
    """Write the rows of a table, the first 1."""
    return listed(int(place) + 1 for place in places)
