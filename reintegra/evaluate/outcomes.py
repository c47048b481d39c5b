"""The outcomes of everyone released, and the tables that tell of them: who was followed, by whose word, how long."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from ..core.errors import DataError
from .competing import incidence
from .estimates import Floats
from .layout import Pair
from .roster import Roster
from .survival import Curve, log_log


@dataclass(frozen=True, eq=False)
class Outcomes:
    """What was observed, person by person: the time (NaN: nothing known), the code of what ended it, the place of the
    programme.
    """

    study: Roster
    time: Floats
    kind: Floats
    group: Floats
    seen: Any
    horizon: float
    level: float

    @property
    def names(self) -> tuple[str, ...]:
        """The programmes, the reference first."""
        return self.study.programmes

    def of(self, place: int) -> tuple[Floats, Floats]:
        """Return the times and codes of those of a programme of whom something is known."""
        here = self.seen & (self.group == place)
        return self.time[here], self.kind[here]

    def curve(self, place: int) -> Curve:
        """Return the curve of a programme, whatever else came first counted as lost."""
        time, kind = self.of(place)
        return Curve(time, (kind == 1).astype(float))

    @property
    def site(self) -> Floats:
        """The place of the site of each person; one where there are none."""
        if self.study.site is None:
            return np.zeros(len(self.time), dtype=int)
        return pd.factorize(self.study.people[self.study.site])[0]


def reached(data: Outcomes, days: Floats) -> None:
    """Refuse a horizon to which nobody of some programme was followed."""
    curves = [data.curve(place) for place in range(len(data.names))]
    ended = [len(curve.survival) > 0 and curve.survival[-1] == 0 for curve in curves]
    last = [math.inf if over else float(curve.time.max()) for curve, over in zip(curves, ended, strict=True)]
    longest = min(min(last), float(np.nanmax(days)))
    if not 0 < data.horizon <= longest:
        shortest = data.names[int(np.argmin(last))]
        raise DataError("horizon-too-far", horizon=f"{data.horizon:g}", longest=f"{longest:g}", name=shortest)


def who_was_followed(data: Outcomes) -> pd.DataFrame:
    rows = []
    for place, name in enumerate(data.names):
        time, kind = data.of(place)
        allocated = int((data.group == place).sum())
        early = int(((kind == 0) & (time < data.horizon)).sum())
        reverse = Curve(time, (kind == 0).astype(float))
        below = np.flatnonzero(reverse.survival <= 0.5)
        rows.append({
            "name": name, "allocated": allocated, "lost": allocated - len(time), "analysed": len(time),
            "events": int((kind == 1).sum()), "other": int((kind > 1).sum() + (kind < 0).sum()), "early": early,
            "share_unknown": (allocated - len(time) + early) / allocated,
            "median": float(reverse.times[below[0]]) if len(below) else math.nan,
        })  # fmt: skip
    return pd.DataFrame(rows)


def who_told(data: Outcomes, source: str) -> pd.DataFrame:
    """Return whose word each programme's outcomes rest on."""
    told = data.study.people[source].astype(str).to_numpy()
    rows = []
    for (place, name), word in product(enumerate(data.names), sorted(set(told[data.seen]))):
        here = data.seen & (data.group == place)
        n, events = int((here & (told == word)).sum()), int((here & (told == word) & (data.kind == 1)).sum())
        rows.append({"name": name, "source": word, "n": n, "share": n / here.sum(), "events": events})
    return pd.DataFrame(rows)


def curves(data: Outcomes) -> pd.DataFrame:
    tables = []
    for place, name in enumerate(data.names):
        curve = data.curve(place)
        times = np.unique(np.concatenate([[0.0], curve.times, [curve.time.max()]]))
        share, se = curve.free(times)
        low, high = log_log(share, se, data.level)
        events = np.zeros(len(times), dtype=int)
        events[np.searchsorted(times, curve.times)] = curve.events
        columns = {"time": times, "at_risk": curve.at_risk(times), "events": events, "estimate": share, "se": se}
        tables.append(pd.DataFrame({"name": name, **columns, "ci_low": low, "ci_high": high}))
    return pd.concat(tables, ignore_index=True)


def counts_at_risk(data: Outcomes, times: Sequence[float] | None) -> pd.DataFrame:
    if times is None:
        power = 10.0 ** math.floor(math.log10(data.horizon / 4))
        step = max(s * power for s in (1, 2, 3, 5, 6, 9) if s * power <= data.horizon / 4)
        grid = np.arange(0, data.horizon, step)
        at = np.append(grid[grid < data.horizon - step / 2], data.horizon)
    else:
        at = np.unique(np.asarray(times, dtype=float))
    tables = [
        pd.DataFrame({"name": name, "time": at, "n": data.curve(place).at_risk(at)})
        for place, name in enumerate(data.names)
    ]
    return pd.concat(tables, ignore_index=True)


def mean_times(data: Outcomes) -> pd.DataFrame:
    """Return the mean time free of each programme; ``free``: the share to whom nothing at all has happened by then."""
    from scipy.stats import norm

    rows = []
    for place, name in enumerate(data.names):
        curve = data.curve(place)
        mean, se = curve.mean(data.horizon)
        se = se if se > 0 else math.nan  # nothing happened before the horizon, or to all at one time
        reach = float(norm.ppf((1 + data.level) / 2)) * se
        time, kind = data.of(place)
        free = float(Curve(time, (kind != 0).astype(float)).free(np.array([data.horizon]))[0][0])
        rows.append({
            "name": name, "estimate": mean, "se": se, "ci_low": mean - reach, "ci_high": mean + reach, "free": free,
            "n": len(curve.time),
        })  # fmt: skip
    return pd.DataFrame(rows)


def incidences(data: Outcomes, causes: Mapping[float, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the share to whom each kind of event has happened, over time and at the horizon."""
    tables: list[pd.DataFrame] = []
    at: list[pd.DataFrame] = []
    for place, (code, cause) in product(range(len(data.names)), causes.items()):
        time, kind = data.of(place)
        steps = np.unique(np.concatenate([[0.0], time[kind != 0], [time.max()]]))
        for made, when in ((tables, steps), (at, np.array([data.horizon]))):
            share, se = incidence(time, kind, code, when)
            low, high = log_log(share, se, data.level)
            head = {"name": data.names[place], "cause": cause, "time": when}
            made.append(pd.DataFrame({**head, "estimate": share, "se": se, "ci_low": low, "ci_high": high}))
    if not tables:
        return pd.DataFrame(), pd.DataFrame()
    return pd.concat(tables, ignore_index=True), pd.concat(at, ignore_index=True)


def bounds(data: Outcomes, pairs: Sequence[Pair]) -> pd.DataFrame:
    """Return the differences, had all those lost come back at once in one programme and never in the other."""
    if data.seen.all() or not pairs:
        return pd.DataFrame()
    shares = [float(data.seen[data.group == place].mean()) for place in range(len(data.names))]
    means = [share * data.curve(place).mean(data.horizon)[0] for place, share in enumerate(shares)]
    most = [mean + (1 - share) * data.horizon for mean, share in zip(means, shares, strict=True)]
    rows = []
    for pair in pairs:
        b, a = data.names.index(pair.programme), data.names.index(pair.reference)
        rows.append({"name": pair.name, "low": means[b] - most[a], "high": most[b] - means[a]})
    return pd.DataFrame(rows)
