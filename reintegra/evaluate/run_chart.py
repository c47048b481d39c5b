"""A run chart: one number over time about its median, and the signs that something other than chance was at work.

The rules most often taught (six points on one side of the median, five that rise or fall) cry out in 30 % of charts of
20 points in which nothing happened. The limits used here grow with the number of points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, log2

import numpy as np
import pandas as pd

from ..core.errors import DataError, Notice
from ..core.language import listed, number, say
from ..core.results import Result
from .design import numbers
from .estimates import Floats

TAIL = 0.025
FEW = 10  # points off the median; fewer can hardly have too few or too many runs
THREE_SIGMA = 0.00135
SHUFFLES = 2000


@dataclass(frozen=True, eq=False)
class RunChart(Result):
    """One number over time. ``table`` has a row a period: name, value, n (what a share is of), side (1 above the
    median, -1 below, 0 on it), low, high (limits of a share), outside, shifted (in a run longer than ``longest``).

    ``runs`` (rows of points on one side) among the ``useful`` points, those off the median; chance alone mostly gives
    ``fewest`` to ``most``. ``signals``: "outside", "shift", "few_runs", "many_runs". ``by_chance``: the share of random
    orders of these very points that show one of the last three.
    """

    outcome: str
    median: float
    centre: float
    runs: int
    useful: int
    longest: int
    fewest: int
    most: int
    signals: tuple[str, ...]
    by_chance: float

    @property
    def is_share(self) -> bool:
        """Whether the values are shares, written in per cent."""
        return bool(self.table["n"].notna().any())

    @property
    def sentence(self) -> str:
        t, times, mark = self.table, 100 if self.is_share else 1, " %" if self.is_share else ""
        out = [f"{row['name']} ({number(times * row['value'])}{mark})" for row in t[t["outside"]].to_dict("records")]
        values = {
            "names": listed(out), "longest": self.longest, "runs": self.runs, "fewest": self.fewest, "most": self.most
        }  # fmt: skip
        median = number(times * self.median) + mark
        said = [say("evaluate", "run_said", outcome=self.outcome, periods=len(t), median=median)]
        said += [say("evaluate", f"run_{sign}", **values) for sign in self.signals or ("none",)]
        if self.useful < FEW:
            said.append(say("evaluate", "run_too_short", useful=self.useful, least=FEW))
        else:
            said.append(say("evaluate", "run_by_chance", share=number(100 * self.by_chance, 0)))
        return " ".join(said)

    def shown(self) -> pd.DataFrame:
        """Return the table as people read it."""
        t, times = self.table, 100 if self.is_share else 1
        columns = {"value": "value", "low": "low", "high": "high"} if self.is_share else {"value": "value"}
        made = {say("evaluate", "head_period"): t["name"]}
        made |= {say("evaluate", f"head_{head}"): (times * t[column]).map(number) for head, column in columns.items()}
        return pd.DataFrame(made)


def run_chart(values: pd.Series, *, of: pd.Series | None = None, outcome: str | None = None, seed: int = 1) -> RunChart:
    """Look along one number over time for signs of a special cause.

    Parameters
    ----------
    values : Series (periods, in their order)
        The number of each period; with ``of`` a count out of it. A blank period is left out, and counted.
    of : Series (periods), optional
        What the counts are out of (sessions promised); the chart then shows shares, with three-sigma limits.
    outcome : str, optional
        What the number is, in words; the name of the series when None.
    seed : int
        Of the random orders behind ``by_chance``.

    Returns
    -------
    RunChart
        In the unit of the values, or shares. Signs: a point outside the limits; a shift (a run on one side of the
        median longer than log2(useful points) + 3, rounded); too few or too many runs (2.5 % on each side). Points on
        the median neither break nor lengthen a run.

    Raises
    ------
    DataError
        Periods that stand twice or out of order, fewer than three with a value, words, or counts that cannot be.

    Source
    ------
    Perla, Provost & Murray (2011), BMJ Quality & Safety 20, 46-51 (the chart); Anhøj & Olesen (2014), PLoS ONE 9,
    e113825 (shift; why not six points, and no trend); Swed & Eisenhart (1943), Annals of Mathematical Statistics 14,
    66-87 (runs); Mohammed, Worthington & Woodall (2008), Quality and Safety in Health Care 17, 137-145 (limits of a
    share, here by the binomial distribution itself).
    """
    if not all(s.index.is_monotonic_increasing and s.index.is_unique for s in (values, *(() if of is None else (of,)))):
        raise DataError("periods-out-of-order")
    outcome = str(values.name) if outcome is None else outcome
    count = numbers(values.rename(outcome))
    n = np.full(len(count), np.nan) if of is None else numbers(of.reindex(values.index).rename(str(of.name)))
    known = ~np.isnan(count) if of is None else ~np.isnan(count) & (n > 0)
    if known.sum() < 3:
        raise DataError("too-few-periods", periods=int(known.sum()))
    count, n, names = count[known], n[known], values.index[known].astype(str)
    low, high, outside, centre = n, n, np.zeros(len(n), dtype=bool), float("nan")
    if of is not None:
        if wrong := int(((count < 0) | (count > n) | (count != np.floor(count))).sum()):
            raise DataError("not-a-count", column=outcome, people=wrong, kind="proportion")
        centre = float(count.sum() / n.sum())
        low, high = share_limits(n, centre)
        outside = (count < low) | (count > high)
        count, low, high = count / n, low / n, high / n
    middle = float(np.median(count))
    side = np.sign(count - middle).astype(int)
    limits = (longest_by_chance(int((side != 0).sum())), *runs_by_chance(int((side > 0).sum()), int((side < 0).sum())))
    table = pd.DataFrame({
        "name": names, "value": count, "n": n, "side": side, "low": low, "high": high, "outside": outside,
        "shifted": _in_longer(side, limits[0]),
    })  # fmt: skip
    rng = np.random.default_rng(seed)
    chance = np.mean([bool(_signs(rng.permutation(side), *limits)) for _ in range(SHUFFLES)])
    signs = (*(("outside",) if outside.any() else ()), *_signs(side, *limits))
    return RunChart(
        table, "", outcome, middle, centre, _runs(side), int((side != 0).sum()), *limits, signs, float(chance),
        notes=_left_out(values.index[~known].astype(str)),
    )  # fmt: skip


def longest_by_chance(useful: int) -> int:
    """Return the longest run that is no sign."""
    return round(log2(useful) + 3) if useful else 0


def runs_by_chance(above: int, below: int) -> tuple[int, int]:
    """Return the fewest and the most runs that are no sign, where ``above`` and ``below`` points fall in any order."""
    if not (above and below):
        return 1, 1
    ways = {1: 0}
    for k in range(1, min(above, below) + 1):
        up, down = comb(above - 1, k - 1), comb(below - 1, k - 1)
        ways[2 * k] = 2 * up * down
        ways[2 * k + 1] = comb(above - 1, k) * down + up * comb(below - 1, k)
    runs = np.array(list(ways))
    share = np.array(list(ways.values())) / comb(above + below, above)
    at_most, at_least = np.cumsum(share), np.cumsum(share[::-1])[::-1]
    return int(runs[at_most > TAIL][0]), int(runs[at_least > TAIL][-1])


def _left_out(names: Sequence[str]) -> tuple[Notice, ...]:
    params = {"periods": len(names), "names": listed(names)}
    return (Notice("periods-left-out", params=params),) if len(names) else ()


def share_limits(n: Floats, centre: float) -> tuple[Floats, Floats]:
    """Return the smallest and the largest count that chance gives, but for 0.135 % on each side."""
    from scipy.stats import binom

    return binom.ppf(THREE_SIGMA, n, centre), binom.isf(THREE_SIGMA, n, centre)


def _signs(side: Floats, longest: int, fewest: int, most: int) -> tuple[str, ...]:
    """Name the signs in the order of the points."""
    runs = _runs(side)
    found = {
        "shift": _in_longer(side, longest).any(), "few_runs": 0 < runs < fewest, "many_runs": runs > most
    }  # fmt: skip
    return tuple(name for name, here in found.items() if here)


def _runs(side: Floats) -> int:
    """Count the rows of points on one side; points on the median neither break nor make one."""
    useful = side[side != 0]
    return int((np.diff(useful) != 0).sum()) + 1 if len(useful) else 0


def _in_longer(side: Floats, longest: int) -> Floats:
    """Say of each point whether it stands in a run of more than ``longest``."""
    places = np.flatnonzero(side)
    found = np.zeros(len(side), dtype=bool)
    for run in np.split(places, np.flatnonzero(np.diff(side[places])) + 1):
        found[run] = len(run) > longest
    return found
