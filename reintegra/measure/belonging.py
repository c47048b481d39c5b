"""Which group each person belongs to."""

from __future__ import annotations

import pandas as pd

from ..core.errors import DataError
from ..core.language import listed


def belonging(people: pd.DataFrame, by: str) -> pd.Series:
    """Return the group of each person by a column of the people or by the wave, as text; None for no group."""
    if by in people.index.names:
        found = people.index.get_level_values(by).to_series(index=people.index)
    elif by in people.columns:
        found = people[by]
    else:
        known = [*people.columns, *(name for name in people.index.names if name)]
        raise DataError("no-such-group", column=by, columns=listed(known))
    return found.astype(object).map(_label, na_action="ignore").where(found.notna(), None)


def _label(group: object) -> str:
    """Write a group; a blank beside whole numbers has made them 1.0, 2.0, ..."""
    return str(int(group)) if isinstance(group, float) and group.is_integer() else str(group)
