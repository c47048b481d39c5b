"""One person's score with its error: the interval, Kelley's true score, and whether a band may be printed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from ..core.coded import Floats
from ..core.errors import DataError, Notice, shown
from ..core.language import number, say, word
from ..core.results import Estimate, Result, checked_level
from ..instruments import Score, status_line
from .consistency import coefficient
from .gates import LEAST
from .kernel import band_places
from .scales import find_score, scale_of
from .scoring import Scores
from .sheet import sheet


def sem(sd: float, reliability: float) -> float:
    """Return the standard error of measurement: sd x sqrt(1 - reliability).

    Parameters
    ----------
    sd : float
        Standard deviation of the scores, in their unit.
    reliability : float, at most 1
        Test-retest r, or alpha. Below 0 it counts as 0.

    Returns
    -------
    float
        In the unit of the scores.

    Raises
    ------
    DataError
        A reliability above 1, an sd below 0, or something that is no number.

    Source
    ------
    Lord & Novick (1968), Statistical Theories of Mental Test Scores, chapter 3.
    """
    fine = isinstance(sd, Real) and isinstance(reliability, Real)
    if not (fine and 0 <= sd < math.inf and -math.inf < reliability <= 1):
        said = [number(x, 2) if isinstance(x, Real) else f"«{shown(x)}»" for x in (sd, reliability)]
        raise DataError("not-a-reliability", sd=said[0], reliability=said[1])
    return float(sd * math.sqrt(1 - max(reliability, 0.0)))


def true_score(value: float, *, mean: float, sd: float, reliability: float, level: float = 0.95) -> Estimate:
    """Estimate a true score as Kelley does: the person's score drawn towards the group, the more the less reliable.

    Parameters
    ----------
    value : float
        The person's score.
    mean, sd : float
        Of the group the person comes from, in the unit of the score.
    reliability : float, at most 1
        Test-retest r, or alpha.
    level : float between 0 and 1
        Coverage of the interval.

    Returns
    -------
    Estimate
        In the unit of the score; ``se`` is the standard error of estimation.

    Raises
    ------
    DataError
        As for `sem`; or a level that is not between 0 and 1.

    Source
    ------
    Kelley (1947), Fundamentals of Statistics; Lord & Novick (1968), chapter 3.
    """
    error = sem(sd, reliability)
    r = max(reliability, 0.0)
    se = error * math.sqrt(r)
    found, half = mean + r * (value - mean), normal(level) * se
    return Estimate("true score", found, found - half, found + half, 1, se, level=level, decimals=1)


def normal(level: float) -> float:
    """Return the two-sided normal quantile of a level."""
    from scipy.special import ndtri

    return float(ndtri((1 + checked_level(level)) / 2))


@dataclass(frozen=True, eq=False)
class PersonScores(Result):
    """Scores of people with their error, one row a person and score, in the unit of the score.

    Columns: score, estimate, se (the standard error of measurement for what this person answered), ci_low, ci_high,
    true_score, true_low, true_high, band, band_shown, reason (a word that never changes; empty where a band is shown).
    Further band systems have ``band_<system>`` and ``band_shown_<system>``. The index is that of the people.
    """

    level: float

    @property
    def sentence(self) -> str:
        banded = self.table[self.table["band"].notna()]
        said = {"shown": int(banded["band_shown"].sum()), "bands": len(banded), "level": f"{100 * self.level:g} %"}
        return say("reliability", "persons_sentence", **said)

    def of(self, score: str) -> pd.DataFrame:
        """Return the rows of one score, indexed by person."""
        return self.table[self.table["score"] == score].drop(columns="score")

    def shown(self) -> pd.DataFrame:
        """Return the table as people read it: a band only where it may be printed."""
        t = self.table
        reasons = {code: say("reliability", f"why_{code}") for code in set(t["reason"]) - {""}}
        ends = zip(t["ci_low"], t["ci_high"], strict=True)
        columns = {
            word("column_key"): t.index.map(lambda key: " · ".join(map(str, key)) if isinstance(key, tuple) else key),
            word("column_score"): t["score"].to_numpy(),
            word("column_value"): t["estimate"].map(lambda x: number(x, 0)).to_numpy(),
            say("reliability", "interval"): [f"{number(a, 0)}–{number(b, 0)}" if a == a else "–" for a, b in ends],
            say("reliability", "band"): t["band"].where(t["band_shown"], "–").to_numpy(),
            word("column_reason"): t["reason"].map(reasons).fillna("").to_numpy(),
        }
        return pd.DataFrame(columns)


def person_scores(
    scores: Scores,
    *,
    level: float = 0.95,
    sem: Mapping[str, float] | None = None,
    flagged: pd.Series | None = None,
) -> PersonScores:
    """Give each score of each person its interval, and say whether its band may be printed.

    A band may be printed only where the whole interval lies inside it. The error is that of the items the person
    answered; it does not know that some items are harder than others. The error of a score made of scores is put
    together from theirs. Alpha is a lower bound where a scale lists circumstances (`formative`), so its error here is
    an upper one.

    Parameters
    ----------
    scores : Scores
        From `score`. The error of a scale is taken from everybody in it who answered all its items: 30 or more.
    level : float between 0 and 1
        Coverage of the intervals (normal).
    sem : dict of score to float, optional
        Standard errors from elsewhere (a retest, a larger study), in the unit of the score, of all items answered.
    flagged : Series of bool (people), optional
        People whose answers should not get a band: True or False for each person of the scores, matched by index.

    Returns
    -------
    PersonScores
        Units: those of the scores; intervals end at the ends of the score.

    Raises
    ------
    DataError
        ``sem`` names a score the instrument lacks, or holds no number above 0; ``flagged`` leaves people out; a level
        that is not between 0 and 1.

    Source
    ------
    Lord & Novick (1968), Statistical Theories of Mental Test Scores, chapter 3; the error of a part of the items: that
    of essentially tau-equivalent items, variance of the item less the mean covariance.
    """
    given = dict(sem or {})
    for name, value in given.items():
        find_score(scores.instrument, name)
        if not (isinstance(value, Real) and 0 < value < math.inf):
            raise DataError("not-an-sem", score=name, value=shown(value))
    z = normal(level)
    marked = np.zeros(len(scores), dtype=bool) if flagged is None else _marks(flagged, scores)
    errors: dict[str, Floats] = {}
    parts = []
    few = []
    for score in scores.instrument.scores:
        known = _errors(scores, score, given.get(score.name), errors)
        errors[score.name] = known.se
        if known.reason == "few-people":
            few.append(score.name)
        parts.append(_rows(scores, score, known, marked, z))
    notes = [Notice("sem-few-people", columns=tuple(few), params={"least": LEAST["sem"]})] if few else []
    if formative := tuple(score.name for score in scores.instrument.scores if score.formative):
        notes.append(Notice("sem-of-circumstances", columns=formative))
    return PersonScores(pd.concat(parts), status_line(scores.instrument), level, notes=tuple(notes))


def _marks(flagged: pd.Series, scores: Scores) -> Any:
    """Return who is flagged, in the order of the scores; refuse marks that leave a person out."""
    index, told = scores.people.index, flagged.dropna()
    if not told.index.equals(index):
        if not told.index.is_unique or not set(index) <= set(told.index):
            raise DataError("rows-differ", first=len(index), second=len(told))
        told = told.loc[index]
    return told.to_numpy(dtype=bool)


@dataclass(frozen=True)
class _Known:
    """The error of one score for each person; ``mean`` and ``true_sd`` of its group; why it is not known."""

    se: Floats
    mean: float = math.nan
    true_sd: float = math.nan
    n: int = 0
    reason: str = ""


def _errors(scores: Scores, score: Score, given: float | None, before: Mapping[str, Floats]) -> _Known:
    """Return the error of a score for each person."""
    blank = np.full(len(scores), np.nan)
    values = scores.of(score.name).to_numpy()
    if score.lookup:
        return _Known(blank, reason="lookup")
    if score.scores:
        se = blank + given if given is not None else _of_scores(scores, score, before)
        return _group(values, se)
    if len(score.items) < 2 and given is None:
        return _Known(blank, reason="one-item")
    scale = scale_of(scores.responses, score.name, scores.variant)
    there = scale.block != 0
    whole = there.all(axis=1)
    n = int(whole.sum())
    if given is None and n < LEAST["sem"]:
        return _Known(blank, n=n, reason="few-people")
    if n < 2 or len(scale.items) < 2:
        return _group(values, blank + (given if given is not None else math.nan))
    try:
        known = sheet(scale)
    except DataError as refused:
        return _Known(blank, n=n, reason=refused.code) if given is None else _group(values, blank + given)
    full = given
    if full is None:
        full = float(values[whole].std(ddof=1)) * math.sqrt(1 - max(coefficient(known.covariance), 0.0))
    own, k = known.item_variance, len(scale.items)
    error = np.maximum(own - (known.variance - own.sum()) / (k * (k - 1)), 0.0)
    share, count = there @ error / max(error.sum(), 1e-300), there.sum(axis=1)
    prorated = score.rule == "mean" or score.prorate
    with np.errstate(invalid="ignore", divide="ignore"):
        return _group(values, full * np.sqrt(share) * (k / count if prorated else 1.0))


def _group(values: Floats, se: Floats) -> _Known:
    """Add what Kelley's true score needs: the mean and the true spread of the people, where there are enough."""
    seen = ~np.isnan(values) & ~np.isnan(se)
    n = int(seen.sum())
    if n < LEAST["sem"]:
        return _Known(se, n=n, reason="" if n else "few-people")
    true = float(values[seen].var(ddof=1)) - float((se[seen] ** 2).mean())
    return _Known(se, float(values[seen].mean()), math.sqrt(max(true, 0.0)), n)


def weights_of(score: Score) -> list[float]:
    """Return how much one unit of each part moves a score of scores, where all parts are there."""
    weights = list(score.scores.values())
    step = 1 / sum(map(abs, weights)) if score.rule == "mean" else 1.0
    if score.rescale:
        (low, high), (bottom, top) = score.raw, score.rescale
        step *= (top - bottom) / (high - low)
    return [weight * step * score.multiply for weight in weights]


def _of_scores(scores: Scores, score: Score, before: Mapping[str, Floats]) -> Floats:
    """Put the error of a score of scores together from those of its parts that were there."""
    total, there, every = np.zeros(len(scores)), np.zeros(len(scores)), 0.0
    for name, weight in zip(score.scores, weights_of(score), strict=True):
        used = scores.of(name).notna().to_numpy()
        total += np.where(used, (weight * before[name]) ** 2, 0.0)
        there += used * abs(weight)
        every += abs(weight)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = every / there if score.rule == "mean" or score.prorate else 1.0
        return np.asarray(np.sqrt(total) * share)


def _rows(scores: Scores, score: Score, known: _Known, marked: Any, z: float) -> pd.DataFrame:
    """Return the rows of one score."""
    value = scores.of(score.name).to_numpy()
    se = np.where(np.isnan(value), np.nan, known.se)
    low, high = np.maximum(value - z * se, score.low), np.minimum(value + z * se, score.high)
    variance = known.true_sd**2
    with np.errstate(invalid="ignore", divide="ignore"):
        r = variance / (variance + se**2)
    true, half = known.mean + r * (value - known.mean), z * se * np.sqrt(r)
    columns: dict[str, Any] = {
        "score": score.name, "estimate": value, "se": se, "ci_low": low, "ci_high": high,
        "true_score": true, "true_low": true - half, "true_high": true + half,
        "band": None, "band_shown": False,
    }  # fmt: skip
    for place, system in enumerate(score.bands):
        suffix = f"_{system}" if place else ""
        ends = [band_places(score, system, x) for x in (low, value, high)]
        columns[f"band{suffix}"] = scores.band(score, system).astype(object)
        columns[f"band_shown{suffix}"] = (ends[0] == ends[2]) & (ends[1] >= 0) & (ends[0] >= 0) & ~marked
    unknown = known.reason or "sem-unknown"
    reasons = {
        "no-score": np.isnan(value),
        "flagged": marked,
        unknown: np.isnan(se),
        "no-bands": np.full(len(value), not score.bands),
        "crosses": ~np.asarray(columns["band_shown"]) & np.ones(len(value), dtype=bool),
    }
    columns["reason"] = np.select(list(reasons.values()), list(reasons), "")
    return pd.DataFrame(columns, index=scores.people.index)
