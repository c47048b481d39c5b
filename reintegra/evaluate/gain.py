"""How much of what could still be learnt was learnt."""

from __future__ import annotations

import pandas as pd

from ..core.errors import DataError, Notice
from ..core.language import number
from ..core.results import Estimate, checked_level
from ..measure.describe import CEILING
from .design import numbers
from .improved import people_once
from .jackknife import site_jackknife


def normalised_gain(
    first: pd.Series, second: pd.Series, *, highest: float, site: pd.Series | None = None, level: float = 0.95
) -> Estimate:
    """Tell what share of the room to rise was used: the rise of all, by the room all of them had.

    One group before and after a course: it changed, which is not the effect of the course alone. Those who knew it all
    before have no room; the note warns where they are many, before or after.

    Parameters
    ----------
    first, second : Series (people)
        Scores from 0 upwards, before and after, matched by index; people with only one of them are left out.
    highest : float
        The highest score there can be.
    site : Series (people), optional
        The unit each person works in: units are left out one at a time for the interval, else people are.
    level : float between 0 and 1
        Coverage of the interval.

    Returns
    -------
    Estimate
        No unit: 0 nothing of the room was used, 1 all of it, below 0 they fell.

    Raises
    ------
    DataError
        A person stands twice, scores outside 0 to ``highest``, fewer than three people, or nobody has room to rise.
    DesignError
        Fewer than three units.

    Source
    ------
    Hake (1998), American Journal of Physics 66, 64-74 (the gain of the averages); the delete-one jackknife:
    Efron (1982), The Jackknife, the Bootstrap and Other Resampling Plans, ch. 3.
    """
    from scipy.special import stdtrit

    checked_level(level)
    both = pd.concat([people_once(first), people_once(second)], axis=1, keys=["first", "second"])
    pair = pd.DataFrame({when: numbers(both[when]) for when in both}, both.index)
    kept = pair.dropna()
    if len(kept) < 3:
        raise DataError("too-few-rows", rows=len(kept), parameters=2)
    if outside := int(((kept < 0) | (kept > highest)).any(axis=1).sum()):
        raise DataError("outside-scale", people=outside, low="0", high=lambda: number(highest, 0))
    sites = pd.Series(range(len(kept)), kept.index) if site is None else people_once(site).reindex(kept.index)
    value = _gain(kept, highest)
    se, df, notes = site_jackknife(kept.assign(site=sites), "site", lambda some: _gain(some, highest), value)
    if site is None:
        notes = ()
    reach = float(stdtrit(df, (1 + level) / 2)) * se
    at = {when: float((kept[when] >= highest).mean()) for when in ("first", "second")}
    if max(at.values()) >= CEILING:
        notes = (*notes, Notice("gain-ceiling", params={when: number(100 * share, 0) for when, share in at.items()}))
    if out := len(pair.dropna(how="all")) - len(kept):
        notes = (*notes, Notice("pairs-left-out", params={"people": out}))
    return Estimate("normalised gain", value, value - reach, value + reach, len(kept), se, df, level=level, notes=notes)


def _gain(pair: pd.DataFrame, highest: float) -> float:
    room = float((highest - pair["first"]).sum())
    if not room > 0:
        raise DataError("no-room")
    return float((pair["second"] - pair["first"]).sum()) / room
