"""How well coders or raters agree, chance set aside: one table of coefficients, and Cohen's kappa with its test."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..core.coded import Counts, Floats, coded, declared, numbers, present
from ..core.errors import DataError, Notice
from ..core.language import listed, number, say
from ..core.results import Estimate, Result, checked_level
from .coincidences import Sums, coefficients, standard_errors, weights_of
from .dirichlet import checked_samples, drawn_weights, halves, limits, unseen
from .gates import LEAST

Places = np.ndarray[Any, np.dtype[np.intp]]
FIRM, TENTATIVE = 0.80, 0.667


def reading(low: float) -> str:
    """Return how a lower limit of agreement is read: "firm", "tentative", "weak", or "none" where there is no limit."""
    if math.isnan(low):
        return "none"
    return "firm" if low >= FIRM else "tentative" if low >= TENTATIVE else "weak"


@dataclass(frozen=True, eq=False)
class Agreement(Result):
    """Coefficients of agreement. Columns: name, estimate, se, df, ci_low, ci_high, observed, by_chance, n (units that
    two or more rated); rows: percent, cohen (conger, where there are more than two coders), fleiss, krippendorff,
    gwet (AC1; AC2 with weights), brennan_prediger.
    """

    coders: int
    people: int

    def of(self, name: str) -> float:
        """Return one of the estimates by name, such as "krippendorff"."""
        return float(self.table.set_index("name").loc[name, "estimate"])

    @property
    def sentence(self) -> str:
        row = self.table.set_index("name").loc["krippendorff"]
        if math.isnan(row["estimate"]):
            return say("agreement", "nothing", n=int(row["n"]))
        said = {name: number(float(row[name]), 2) for name in ("estimate", "ci_low", "ci_high")}
        verdict = say("agreement", f"reading_{reading(float(row['ci_low']))}")
        return say("agreement", "sentence", n=int(row["n"]), people=self.people, reading=verdict, **said)

    def shown(self) -> pd.DataFrame:
        """Return the table as people read it."""
        t = self.table
        columns = {"": [say("agreement", f"name_{name}") for name in t["name"]]}
        for name in ("estimate", "ci_low", "ci_high", "observed", "by_chance"):
            columns[say("agreement", name)] = [number(x, 2) for x in t[name]]
        return pd.DataFrame(columns)


def agreement(
    ratings: pd.DataFrame,
    *,
    coders: Sequence[str] | None = None,
    person: str | None = None,
    counts: bool = False,
    categories: Sequence[float] | None = None,
    weights: str = "identity",
    draws: int = 2_000,
    seed: int = 1,
    level: float = 0.95,
) -> Agreement:
    """Work out how well coders or raters agree, chance set aside, by every usual coefficient.

    Parameters
    ----------
    ratings : DataFrame (units x coders)
        One row a thing rated, one column a coder; blank = not rated, never "no".
    coders : list of str, optional
        The columns of the coders; all but ``person`` when None.
    person : str, optional
        The column of the person each row is about: people are drawn again, not rows. Each row its own when None.
    counts : bool
        The columns are categories (their names are the categories where they are numbers, 1, 2, 3, ... where not) and
        hold how many coders chose them.
    categories : numbers, optional
        All categories there are, used or not: Gwet's AC and Brennan-Prediger depend on them. Those found when None,
        with a note.
    weights : "identity", "linear", "quadratic", "ordinal", "radical", "ratio" or "ranks"
        How nearly two categories agree. Krippendorff's alpha is nominal with identity, interval with quadratic, ratio
        with ratio and ordinal with ranks; "ordinal" are Gwet's, which give another number.
    draws : int
        Samples drawn again for the intervals (Dirichlet weights of people, half a person for what did not occur). With
        0 the intervals are Gwet's (t), which take every row for independent of the others.
    seed : int
        Of the draws: the same seed, the same limits, whatever the order of the rows.
    level : float between 0 and 1
        Coverage of the intervals.

    Returns
    -------
    Agreement
        No unit; 1 is perfect, 0 what chance would give. ``se`` is Gwet's. What cannot be computed is NaN, with a note:
        nobody varied, or no unit was rated twice. Read the lower limit: from .80 firm, from .667 tentative.

    Raises
    ------
    DataError
        No coders, ratings that are no numbers or not among the categories, counts that are no whole numbers, blank
        persons, unknown weights, negative categories with "ratio", draws or a level that cannot be.

    Source
    ------
    Krippendorff (2011), Computing Krippendorff's alpha-reliability; Gwet (2014), Handbook of inter-rater reliability,
    4th ed.; Conger (1980), Psychological Bulletin 88, 322-328; Rubin (1981), Annals of Statistics 9, 130-134.
    """
    checked_level(level)
    checked_samples(draws, 0)
    columns = [name for name in ratings.columns if name != person] if coders is None else list(coders)
    units, times, values, who = (
        _counted(ratings, columns, categories) if counts else _rated(ratings, columns, categories)
    )
    people, alike = _of_people(ratings, person, who, units.two, times)
    total = units.totals(times)
    found = coefficients(total, weights, values)
    errors = standard_errors(units, times, weights, values)
    if draws:
        ends = _drawn(units, people, alike, weights, values, draws, seed, level)
    else:
        ends = {name: _t_limits(float(found[name][0]), *errors[name], level) for name in found}
    n, rows = round(float(total.two)), []
    for name, (value, observed, chance) in found.items():
        se, df = errors[name]
        low, high = ends.get(name, (math.nan, math.nan)) if value == value else (math.nan, math.nan)
        called = "conger" if name == "cohen" and len(columns) > 2 else name
        row = Estimate(called, float(value), low, high, n, se if value == value else math.nan, df).row
        rows.append({**row, "observed": float(observed), "by_chance": float(chance)})
    table = pd.DataFrame(rows).drop(columns=["statistic", "p_value"])
    everyone = round(float(alike.sum()))
    notes = _notes(total, values, categories is None and not counts, everyone)
    return Agreement(table, "", len(columns), everyone, notes=notes)


def _rated(
    ratings: pd.DataFrame, columns: list[str], categories: Sequence[float] | None
) -> tuple[Sums, Floats, Floats, Places]:
    """Return the distinct rows, how often each is found, the categories, and the row each unit is of."""
    codes = declared(ratings, columns, categories)
    block = coded(ratings, columns, codes)
    values = np.array(codes[0])
    rows, who, times = _kinds(block.astype(np.int64))
    said = (rows[:, :, None] == np.arange(1, len(values) + 1)).astype(float)
    return Sums.of(said.sum(axis=1), said), times, values, who


def _kinds(table: Counts) -> tuple[Counts, Places, Floats]:
    """Return the distinct rows of whole numbers from 0 upwards, which of them each row is, and how often each is."""
    base, width = int(table.max(initial=0)) + 1, table.shape[1]
    if base**width < 2**62:  # a row is one number: many times faster
        powers = base ** np.arange(width)
        who, keys = pd.factorize(table @ powers, sort=True)
        rows = keys[:, None] // powers % base
    else:
        rows, who = np.unique(table, axis=0, return_inverse=True)
    return rows, who.ravel(), np.bincount(who.ravel(), minlength=len(rows)).astype(np.float64)


def _counted(
    ratings: pd.DataFrame, columns: list[str], categories: Sequence[float] | None
) -> tuple[Sums, Floats, Floats, Places]:
    table = np.nan_to_num(numbers(ratings, columns))
    if (wrong := (table < 0) | (table != np.round(table))).any():
        raise DataError("agree-not-counts", cells=int(wrong.sum()))
    if categories is None:
        try:
            values = np.array([float(name) for name in columns])
        except (TypeError, ValueError):
            values = np.arange(1.0, len(columns) + 1)
    else:
        values = np.array(list(categories), dtype=float)
    if len(values) != len(columns) or not len(values):
        raise DataError("agree-categories", columns=len(columns), categories=len(values))
    rows, who, times = _kinds(table.astype(np.int64))
    return Sums.of(rows.astype(np.float64)), times, values, who


def _of_people(
    ratings: pd.DataFrame, person: str | None, who: Places, two: Floats, times: Floats
) -> tuple[Floats, Floats]:
    """Return what units each kind of person has, and how many are of that kind; people nobody rated twice left out."""
    kinds = len(two)
    if person is None:
        return np.eye(kinds)[two > 0], times[two > 0]
    present(ratings, [person])
    if blank := int(ratings[person].isna().sum()):
        raise DataError("blank-in-column", column=person, people=blank)
    of, found = pd.factorize(ratings[person])
    people = np.bincount(of * kinds + who, minlength=len(found) * kinds).reshape(-1, kinds)
    rows, alike = np.unique(people[people @ two > 0], axis=0, return_counts=True)
    return rows.astype(float), alike.astype(float)


def _drawn(
    units: Sums, people: Floats, alike: Floats, kind: str, values: Floats, draws: int, seed: int, level: float
) -> dict[str, tuple[float, float]]:
    """Return the limits of every coefficient from samples of people drawn again; none for a single person."""
    if alike.sum() < 2:
        return {}
    coders = units.coincidences.sum(axis=(1, 2)).astype(int)
    often = np.bincount(coders, weights=alike @ people)
    usual = int(often[2:].argmax()) + 2
    added = unseen(len(values), usual, None if units.said is None else units.said.shape[1])
    whole = units.totals(people).with_more(added)
    found: dict[str, list[Floats]] = {}
    for drawn in drawn_weights(np.concatenate([alike, halves(len(values))]), draws, seed):
        totals = whole.totals(drawn * (alike.sum() / drawn.sum(axis=1, keepdims=True)))
        for name, (value, _, _) in coefficients(totals, kind, values).items():
            found.setdefault(name, []).append(value)
    return {name: limits(np.concatenate(parts), level) for name, parts in found.items()}


def _t_limits(value: float, se: float, df: int, level: float) -> tuple[float, float]:
    from scipy.special import stdtrit

    half = float(stdtrit(df, (1 + level) / 2)) * se if df > 0 else math.nan
    return value - half, min(1.0, value + half)


def _notes(total: Sums, values: Floats, inferred: bool, people: int) -> tuple[Notice, ...]:
    notes = []
    if not float(total.two):
        return (Notice("agree-no-pair"),)
    if np.count_nonzero(total.coincidences.sum(axis=1)) < 2:
        notes.append(Notice("agree-constant"))
    if inferred:
        notes.append(Notice("agree-categories-found", params={"codes": listed(f"{value:g}" for value in values)}))
    if alone := round(float(total.one - total.two)):
        notes.append(Notice("agree-alone", params={"units": alone}))
    if people < LEAST["sem"]:
        notes.append(Notice("few-people", params={"people": people, "least": LEAST["sem"]}))
    return tuple(notes)


def cohen_kappa(
    first: pd.Series,
    second: pd.Series,
    *,
    categories: Sequence[float] | None = None,
    weights: str = "identity",
    level: float = 0.95,
) -> Estimate:
    """Work out Cohen's kappa of two raters with its large-sample error and test, as other programs print it.

    Parameters
    ----------
    first, second : Series (units)
        What each rater said, matched by index; a unit with a blank is left out.
    categories : numbers, optional
        All categories; those found when None. It matters to weights only.
    weights : as in `agreement`
        "linear" and "quadratic" are the usual weighted kappas.
    level : float between 0 and 1
        Coverage of the interval (t, n - 1).

    Returns
    -------
    Estimate
        No unit. ``se`` is that of kappa; ``statistic`` is z against no agreement beyond chance, with its own error, and
        ``p_value`` its two-sided p. NaN where both raters used one and the same category throughout.

    Raises
    ------
    DataError
        A unit stands twice, no unit was rated by both, or what `agreement` refuses.

    Source
    ------
    Cohen (1960), Educational and Psychological Measurement 20, 37-46; Fleiss, Cohen & Everitt (1969), Psychological
    Bulletin 72, 323-327.
    """
    from scipy.special import ndtr

    from .intraclass import paired

    checked_level(level)
    pair, left_out = paired(first, second, least=1)
    codes = declared(pair, list(pair), categories)
    q, n = len(codes[0]), len(pair)
    block = coded(pair, list(pair), codes).astype(int) - 1
    p = np.bincount(block[:, 0] * q + block[:, 1], minlength=q * q).reshape(q, q) / n
    row, column = p.sum(axis=1), p.sum(axis=0)
    w = weights_of(weights, np.array(codes[0]), row + column)
    seen, chance = float((w * p).sum()), float(row @ w @ column)
    if 1 - chance < 1e-12:
        return Estimate("kappa", math.nan, n=n, level=level, notes=(*left_out, Notice("agree-constant")))
    value = (seen - chance) / (1 - chance)
    beside = (w @ column)[:, None] + (row @ w)[None, :]
    spread = float((p * (w * (1 - chance) - beside * (1 - seen)) ** 2).sum())
    se = math.sqrt(max(spread - (seen * chance - 2 * chance + seen) ** 2, 0) / n) / (1 - chance) ** 2
    null = float((np.outer(row, column) * (w - beside) ** 2).sum()) - chance**2
    z = value / (math.sqrt(null / n) / (1 - chance)) if null > 1e-15 else math.nan
    low, high = _t_limits(value, se, n - 1, level)
    return Estimate("kappa", value, low, high, n, se, n - 1, z, 2 * float(ndtr(-abs(z))), level, notes=left_out)
