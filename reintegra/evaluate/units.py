"""Units side by side without a league table: what each shows against what chance and its people let expect.

A unit is never ranked. Rows stand in the order of their names, and a unit is called out only where it lies outside the
99.8 % limits, widened by what units differ in anyway, and has people enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..core.errors import DataError, DesignError, Notice
from ..core.language import listed, number, say
from ..core.results import Result, checked_level
from .between import Weighted, reml_tau2
from .case_mix import expected_outcomes
from .design import known, left_out_note, matrix, numbers, with_blanks
from .estimates import Floats, label, one_of

KINDS = ("proportion", "rate", "mean")
LIMITS = {"95": 0.95, "998": 0.998}
LEAST = 30  # people; a smaller unit is shown and never called out
TAILS = 0.10  # of the z-scores, pulled in before their spread is taken


@dataclass(frozen=True, eq=False)
class Units(Result):
    """Units in the order of their names, in the unit of the outcome (a share, events per unit of exposure, a mean).

    ``table``: name, n, observed and expected (counts; means for a mean), estimate (adjusted for case mix: target x
    observed / expected; for a mean target + observed - expected), se (by chance alone), statistic (z, over-dispersion
    in it), size (people such a precision would take without case mix; exposure for a rate), low_95, high_95, low_998,
    high_998 (funnel limits), shrunken, ci_low, ci_high (empirical Bayes: tau2 is taken as known; where units hardly
    differ they hold the truth in .83 to .90, not .95), verdict ("inside", "outside" the 99.8 % limits, or "few": under
    30 people).

    ``target``: of everyone. ``phi``: mean z^2 by chance alone, 1 where chance is all; ``phi_winsorised`` without the
    tails. ``tau2``: variance between units in the limits; ``tau2_reml`` and ``mean``: those of the shrunken estimates.
    ``curve``: size and the four limits, to draw a funnel without case mix.
    """

    kind: str
    outcome: str
    target: float
    phi: float
    phi_winsorised: float
    tau2: float
    mean: float
    tau2_reml: float
    level: float
    adjusted_for: tuple[str, ...]
    curve: pd.DataFrame

    @property
    def sentence(self) -> str:
        t, wider = self.table, "units_wider" if self.tau2 else "units_chance"
        out, few = (list(t.loc[t["verdict"] == verdict, "name"]) for verdict in ("outside", "few"))
        said = [
            say("evaluate", "units_said", units=len(t), outcome=self.outcome, target=self._written(self.target)),
            say("evaluate", wider, phi=number(self.phi_winsorised, 1), tau=self._written(self.tau2**0.5)),
            say("evaluate", "units_outside" if out else "units_inside", names=listed(out), units=len(out)),
        ]
        if few:
            said.append(say("evaluate", "units_few", names=listed(few), least=LEAST))
        if self.adjusted_for:
            said.append(say("evaluate", "units_case_mix", columns=listed(self.adjusted_for)))
        return " ".join([*said, say("evaluate", "units_no_rank")])

    def _written(self, value: float) -> str:
        """Write a share as a percentage, a rate with three decimals, a mean with one."""
        if self.kind == "proportion":
            return f"{number(100 * value, 1)} %"
        return number(value, 3 if self.kind == "rate" else 1)

    def shown(self) -> pd.DataFrame:
        """Return the table as people read it."""
        t = self.table
        columns = {"estimate": "estimate", "limit_low": "low_998", "limit_high": "high_998", "shrunken": "shrunken",
                   "low": "ci_low", "high": "ci_high"}  # fmt: skip
        made = {say("evaluate", "head_unit"): t["name"], "n": t["n"]}
        made |= {say("evaluate", f"head_{head}"): t[column].map(self._written)
                 for head, column in columns.items()}  # fmt: skip
        made[say("evaluate", "head_verdict_unit")] = t["verdict"].map(lambda word: label(f"unit_{word}"))
        return pd.DataFrame(made)


def units(
    frame: pd.DataFrame,
    *,
    unit: str,
    outcome: str,
    kind: str = "proportion",
    n: str | None = None,
    exposure: str | None = None,
    sd: str | None = None,
    covariates: Sequence[str] = (),
    level: float = 0.95,
) -> Units:
    """Show units side by side: funnel limits with over-dispersion, case mix, shrunken estimates. Nothing is ranked.

    Parameters
    ----------
    frame : DataFrame (one row a person, or with ``n`` one row a unit)
        Rows with a blank are left out, and counted.
    unit, outcome : str
        Columns of the unit and of what is looked at: 0 or 1 for a proportion, a count for a rate, a number for a mean.
        In rows of units: how many of ``n``, the count, the mean.
    kind : "proportion", "rate" or "mean"
        What the outcome is.
    n : str, optional
        Column of the number of people, where a row is a unit.
    exposure : str, optional
        Column of the time (or sessions) the count of a rate was possible in, in any unit.
    sd : str, optional
        Column of the standard deviation of people in a unit, for means in rows of units.
    covariates : list of str
        What units' people differ in from the start, for rows of people: expected outcomes come from a model of
        everyone (logistic, Poisson, linear).
    level : float between 0 and 1
        Coverage of the intervals of the shrunken estimates.

    Returns
    -------
    Units
        Sorted by the name of the unit.

    Raises
    ------
    DataError
        A column is absent, blank, or holds words or infinite values; a unit twice; more than everyone; an outcome other
        than 0 and 1 for a proportion; a negative count; an exposure not above 0.
    DesignError
        Fewer than two units; all have the same outcome.

    Source
    ------
    Spiegelhalter (2005), Statistics in Medicine 24, 1185-1202 (limits; additive over-dispersion, winsorised, its
    variance by DerSimonian and Laird 1986); Viechtbauer (2005), Journal of Educational and Behavioral Statistics 30,
    261-293 (REML); Morris (1983), JASA 78, 47-55 (shrunken estimates).
    """
    one_of("kind", kind, KINDS)
    level = checked_level(level)
    of_units = n is not None
    needs = [column for column, wanted in ((exposure, kind == "rate"), (sd, kind == "mean" and of_units)) if wanted]
    if None in needs or (of_units and covariates):
        wanted = "covariates" if of_units and covariates else "exposure" if kind == "rate" else "sd"
        raise DataError("units-need", column=wanted, kind=kind)
    columns = [unit, outcome, *(c for c in (n, exposure, sd) if c is not None), *covariates]
    known(frame, columns)
    if blank := int(frame[unit].isna().sum()):
        raise DataError("blank-in-column", column=unit, people=blank)
    kept = frame.dropna(subset=columns)
    if kept[unit].nunique() < 2:
        raise DesignError("too-few-sites", sites=kept[unit].nunique(), needed=2)
    people = _of_people(kept, unit, outcome, kind, exposure, covariates) if n is None else None
    t = people if people is not None else _of_units(kept, unit, outcome, kind, str(n), exposure, sd)
    left_out = left_out_note(len(frame) - len(kept), with_blanks(frame, columns))
    return _side_by_side(t, kind, outcome, tuple(covariates), level, left_out)


def _of_people(
    frame: pd.DataFrame, unit: str, outcome: str, kind: str, exposure: str | None, covariates: Sequence[str]
) -> pd.DataFrame:
    """Return for each unit: n, observed, expected (sums; means for a mean), variance (of the observed), base."""
    y = numbers(frame[outcome])
    base = np.ones(len(y)) if exposure is None or kind != "rate" else numbers(frame[exposure])
    _possible(y, np.ones(len(y)), base, kind, outcome, str(exposure))
    if not np.ptp(y):
        raise DesignError("no-variance", column=outcome)
    names, x, _ = matrix(frame, covariates)
    expected, variance = expected_outcomes(names, x, y, base, kind, frame[unit])
    rows = pd.DataFrame({"n": 1, "observed": y, "expected": expected, "variance": variance, "base": base})
    t = rows.groupby(frame[unit].astype(str).to_numpy()).sum()
    if kind == "mean":
        t[["observed", "expected"]] = t[["observed", "expected"]].div(t["n"], axis=0)
        t["variance"] /= t["n"] ** 2
    return t


def _of_units(
    frame: pd.DataFrame, unit: str, outcome: str, kind: str, n: str, exposure: str | None, sd: str | None
) -> pd.DataFrame:
    """Return the same from one row a unit: everyone's share, rate or mean is expected of all."""
    if twice := int(frame[unit].astype(str).duplicated().sum()):
        raise DataError("unit-twice", column=unit, units=twice)
    y, people = numbers(frame[outcome]), numbers(frame[n])
    base = people if exposure is None or kind != "rate" else numbers(frame[exposure])
    _possible(y, people, base, kind, outcome, exposure or n)
    if kind == "mean":
        overall = float(people @ y / people.sum())
        within = (people - 1) @ numbers(frame[str(sd)]) ** 2 / (people - 1).sum()
        expected, variance = np.full(len(y), overall), within / people
    else:
        overall = float(y.sum() / base.sum())
        expected = overall * base
        variance = expected * (1 - overall) if kind == "proportion" else expected
    made = {"n": people.astype(int), "observed": y, "expected": expected, "variance": variance, "base": base}
    return pd.DataFrame(made, index=frame[unit].astype(str).to_numpy()).sort_index()


def _possible(y: Floats, most: Floats, base: Floats, kind: str, outcome: str, under: str) -> None:
    """Refuse what cannot be counted."""
    if bad := int((~(base > 0)).sum()):
        raise DataError("weights-not-positive", column=under, people=bad)
    wrong = np.zeros(len(y), dtype=bool)
    if kind == "proportion":
        wrong = (y < 0) | (y > most) | (y != np.floor(y))
    elif kind == "rate":
        wrong = (y < 0) | (y != np.floor(y))
    if wrong.any():
        raise DataError("not-a-count", column=outcome, people=int(wrong.sum()), kind=kind)


def _side_by_side(
    t: pd.DataFrame, kind: str, outcome: str, covariates: tuple[str, ...], level: float, notes: tuple[Notice, ...]
) -> Units:
    """Put limits and shrunken estimates beside what the units show."""
    observed, expected, variance, base = (
        t[c].to_numpy(dtype=float) for c in ("observed", "expected", "variance", "base")
    )
    if kind == "mean":
        target = float(t["n"] @ observed / t["n"].sum())
        estimate, se = target + observed - expected, np.sqrt(variance)
        alone = float(variance @ t["n"] ** 2 / t["n"].sum())
    else:
        target = float(observed.sum() / base.sum())
        estimate, se = target * observed / expected, target * np.sqrt(variance) / expected
        alone = target * (1 - target) if kind == "proportion" else target
    if not (se > 0).all():
        raise DesignError("no-variance", column=outcome)
    phi, winsorised, tau2 = over_dispersion((estimate - target) / se, se)
    spread = np.sqrt(se**2 + tau2)
    shrunken, low, high, mean, between = shrink(estimate, se**2, level)
    table = pd.DataFrame({
        "name": t.index.astype(str), "n": t["n"].to_numpy(dtype=int), "observed": observed, "expected": expected,
        "estimate": estimate, "se": se, "statistic": (estimate - target) / spread, "size": alone / se**2,
        **_limits(target, spread, kind), "shrunken": shrunken, "ci_low": low, "ci_high": high,
    })  # fmt: skip
    outside = (estimate < table["low_998"]) | (estimate > table["high_998"])
    table["verdict"] = np.select([table["n"] < LEAST, outside], ["few", "outside"], "inside")
    size = np.geomspace(table["size"].min() / 1.2, 1.1 * table["size"].max(), 120)
    curve = pd.DataFrame({"size": size, **_limits(target, np.sqrt(alone / size + tau2), kind)})
    return Units(
        table, "", kind, outcome, target, phi, winsorised, tau2, mean, between, level, covariates, curve, notes=notes
    )


def over_dispersion(z: Floats, se: Floats) -> tuple[float, float, float]:
    """Return mean z^2, the same with the tails of z pulled in, and the variance between units that these give."""
    low, high = np.quantile(z, [TAILS, 1 - TAILS])
    phi = float(np.mean(np.clip(z, low, high) ** 2))
    weights = 1 / se**2
    freed = weights.sum() - (weights**2).sum() / weights.sum()
    tau2 = (len(z) * phi - (len(z) - 1)) / freed
    return float(np.mean(z**2)), phi, max(0.0, float(tau2))


def shrink(y: Floats, v: Floats, level: float) -> tuple[Floats, Floats, Floats, float, float]:
    """Return estimates drawn towards their mean by how unsure they are, their limits, the mean, and its variance.

    REML between units, Knapp and Hartung's error of the mean, t(k - 1).
    """
    from scipy.stats import t

    x = np.ones((len(y), 1))
    tau2 = reml_tau2(y, v, x)
    fit = Weighted(y, v, x, tau2)
    mean, kept = float(fit.coefficients[0]), tau2 / (tau2 + v)
    made = mean + kept * (y - mean)
    reach = t.ppf((1 + level) / 2, fit.df) * np.sqrt(kept * v + (1 - kept) ** 2 * fit.knapp_hartung[0, 0])
    return made, made - reach, made + reach, mean, tau2


def _limits(target: float, spread: Floats, kind: str) -> dict[str, Floats]:
    """Return the limits of a funnel; shares and rates end at 0, shares at 1."""
    from scipy.stats import norm

    least, most = {"proportion": (0.0, 1.0), "rate": (0.0, np.inf), "mean": (-np.inf, np.inf)}[kind]
    made = {}
    for name, cover in LIMITS.items():
        reach = norm.ppf((1 + cover) / 2) * spread
        made[f"low_{name}"], made[f"high_{name}"] = np.maximum(target - reach, least), np.minimum(target + reach, most)
    return made
