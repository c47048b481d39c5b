"""Before a study: what it could detect, and what it never could."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real

import pandas as pd

from ..core.errors import DataError
from ..core.language import number, say
from ..core.results import Result, checked_level
from .resampling import smallest_deal_p


@dataclass(frozen=True, eq=False)
class Plan(Result):
    """A planned study. Columns: design, n (people: pairs, an arm, or a site), sites, effect (in SDs), power, level.

    The effect is the smallest that is found with this power.
    """

    design: str
    n: float
    effect: float
    power: float

    @property
    def sentence(self) -> str:
        people, power = f"{math.ceil(self.n - 1e-9)}", number(100 * self.power, 0)
        said = {"n": people, "effect": number(self.effect, 2), "power": power, "sites": self.table["sites"].iloc[0]}
        return say("evaluate", f"plan_{self.design}", **said)


def plan_paired(
    *, n: float | None = None, effect: float | None = None, power: float | None = None, level: float = 0.95
) -> Plan:
    """Plan a group measured twice: give two of ``n``, ``effect`` and ``power`` (.80 if only one is given).

    Parameters
    ----------
    n : float
        People measured twice.
    effect : float
        Mean change in SDs of the changes (dz).
    power : float between 0 and 1
        How often a change of that size is found.
    level : float between 0 and 1
        1 - level is the two-sided size of the test.

    Returns
    -------
    Plan
        All three; ``n`` not rounded.

    Raises
    ------
    DataError
        None or all of the three are given, or they are out of range.

    Source
    ------
    Cohen (1988), Statistical Power Analysis, 2nd ed., ch. 2 (non-central t, the far tail left out).
    """

    def reached(people: float, size: float) -> float:
        return _power_t(size * math.sqrt(people), people - 1, level)

    return _solved("paired", n, effect, power, level, reached, least=2)


def plan_two_groups(
    *, n: float | None = None, effect: float | None = None, power: float | None = None, level: float = 0.95
) -> Plan:
    """Plan two groups of equal size, people dealt one by one: give two of ``n``, ``effect`` and ``power``.

    Parameters
    ----------
    n : float
        People in each group.
    effect : float
        Difference in SDs (d); with a baseline that goes with the outcome by r, divide d by sqrt(1 - r^2).
    power : float between 0 and 1
        How often a difference of that size is found (.80 if only one of the three is given).
    level : float between 0 and 1
        1 - level is the two-sided size of the test.

    Returns
    -------
    Plan
        All three; ``n`` not rounded.

    Raises
    ------
    DataError
        None or all of the three are given, or they are out of range.

    Source
    ------
    Cohen (1988), Statistical Power Analysis, 2nd ed., ch. 2 (non-central t, the far tail left out).
    """

    def reached(people: float, size: float) -> float:
        return _power_t(size * math.sqrt(people / 2), 2 * people - 2, level)

    return _solved("two_groups", n, effect, power, level, reached, least=2)


def plan_sites(
    *,
    sites: int,
    n: float | None = None,
    icc: float,
    effect: float | None = None,
    power: float | None = None,
    inside: bool = False,
    effect_sd: float = 0.0,
    share: float = 0.5,
    r2_people: float = 0.0,
    r2_sites: float = 0.0,
    level: float = 0.95,
) -> Plan:
    """Plan a comparison of sites, or inside sites: give two of ``n``, ``effect`` and ``power``.

    More people in the same sites help little where programmes differ between sites: more sites do.

    Parameters
    ----------
    sites : int
        All sites of the study.
    n : float
        People in each site.
    icc : float between 0 and 1
        Share of the variance that lies between sites.
    effect : float
        Difference in SDs of people (all of them).
    power : float between 0 and 1
        How often a difference of that size is found (.80 if only one of the three is given).
    inside : bool
        Both programmes in every site, instead of one a site.
    effect_sd : float, 0 or more
        SD of the effect between sites, in SDs of people (counts with ``inside``).
    share : float between 0 and 1
        Share of the sites (of the people, with ``inside``) that get the programme.
    r2_people, r2_sites : float from 0 to below 1
        Share of the variance within and between sites that a baseline explains.
    level : float between 0 and 1
        1 - level is the two-sided size of the test.

    Returns
    -------
    Plan
        All three; df are sites - 2, or sites - 1 with ``inside``.

    Raises
    ------
    DataError
        None or all of the three are given, they are out of range, or fewer than 3 sites; more people cannot help.

    Source
    ------
    Bloom (1995), Evaluation Review 19, 547-556; Raudenbush & Liu (2000), Psychological Methods 5, 199-213 (inside).
    """
    df = sites - 1 if inside else sites - 2
    within = (0 <= icc < 1, 0 < share < 1, effect_sd >= 0, 0 <= r2_people < 1, 0 <= r2_sites < 1)
    if df < 1 or not all(within):
        raise DataError("plan-out-of-range", given=f"sites={sites}, icc={icc}, share={share}")
    split = share * (1 - share)
    apart = effect_sd**2 if inside else icc * (1 - r2_sites) / split

    def reached(people: float, size: float) -> float:
        from scipy import stats

        error = math.sqrt(apart / sites + (1 - icc) * (1 - r2_people) / (split * sites * people))
        return float(stats.t.cdf(size / error - stats.t.ppf((1 + level) / 2, df), df))

    return _solved("inside_sites" if inside else "sites", n, effect, power, level, reached, least=1, sites=sites)


def smallest_permutation_p(first: int, second: int) -> float:
    """Return the smallest two-sided p-value that dealing programmes to sites can ever give.

    Parameters
    ----------
    first, second : int
        Sites with the one and with the other programme.

    Returns
    -------
    float
        Three and three sites can never come below .10.

    Raises
    ------
    DataError
        No site in an arm.

    Source
    ------
    Fisher (1935), The Design of Experiments, section 21.
    """
    if min(first, second) < 1:
        raise DataError("plan-out-of-range", given=f"{first}, {second}")
    return smallest_deal_p(first, second)


def _power_t(ncp: float, df: float, level: float) -> float:
    from scipy import special, stats

    missed = float(special.nctdtr(df, ncp, stats.t.ppf((1 + level) / 2, df)))
    return 1.0 if math.isnan(missed) else 1 - missed  # not a number only far beyond every doubt


def _solved(
    design: str,
    n: float | None,
    effect: float | None,
    power: float | None,
    level: float,
    reached: Callable[[float, float], float],
    *,
    least: float,
    sites: int = 0,
) -> Plan:
    """Work out the one of people, effect and power that is not given."""
    from scipy.optimize import brentq

    level = checked_level(level)
    if power is None and (n is None or effect is None):
        power = 0.8
    right = (
        n is None or (isinstance(n, Real) and least <= n < math.inf),
        effect is None or (isinstance(effect, Real) and 0 < effect < math.inf),
        power is None or (isinstance(power, Real) and 1 - level < power < 1),
    )
    if [n, effect, power].count(None) != 1 or not all(right):
        raise DataError("plan-out-of-range", given=f"n={n}, effect={effect}, power={power}")
    if power is None:
        power = reached(n, effect)  # type: ignore[arg-type]
    elif effect is None:
        effect = float(brentq(lambda size: reached(n, size) - power, 1e-9, 1e3, xtol=1e-13))  # type: ignore[arg-type]
    else:
        if reached(1e9, effect) < power:
            raise DataError("no-number-helps", effect=lambda: number(effect, 2))
        lowest = least + 1e-6
        enough = reached(lowest, effect) >= power
        n = lowest if enough else float(brentq(lambda size: reached(size, effect) - power, lowest, 1e9, xtol=1e-10))
    assert n is not None
    assert effect is not None
    row = {"design": design, "n": n, "sites": sites, "effect": effect, "power": power, "level": level}
    return Plan(pd.DataFrame([row]), "", design, n, effect, power)
