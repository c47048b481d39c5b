"""Questions with right and wrong answers: how many know each, who does not know, and whom a question tells apart."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..core.coded import Block, Floats, coded, declared
from ..core.results import checked_level
from .items import item_rest
from .shares import exact_interval
from .sheet import sheet

CODES = (0, 1, 88)  # wrong, right, does not know
WRONG, RIGHT, UNKNOWN = 1, 2, 3  # their places


def questions(answers: pd.DataFrame, *, level: float = 0.95) -> pd.DataFrame:
    """Describe the questions of a test at one time: how hard they are, and whether those who know more get them right.

    Parameters
    ----------
    answers : DataFrame (people x questions)
        1 right, 0 wrong, 88 does not know; blank = not answered. "Does not know" is not right, and is told apart.
    level : float between 0 and 1
        Coverage of the intervals.

    Returns
    -------
    DataFrame (one row a question)
        question, n (who answered), right (share; the higher, the easier) with the interval of Clopper and Pearson in
        ci_low and ci_high, wrong, unknown; discrimination: the correlation with the number right among the other
        questions, its interval (Fisher's z) in discrimination_low and discrimination_high. It is blank where nobody or
        everybody was right, and rests on those who answered all.

    Raises
    ------
    DataError
        Answers other than 0, 1, 88; fewer than two questions or two people who answered all; nobody differs; a level
        that is not between 0 and 1.

    Source
    ------
    Crocker & Algina (1986), Introduction to classical and modern test theory, ch. 14; Clopper & Pearson (1934),
    Biometrika 26, 404-413.
    """
    checked_level(level)
    found = _found(answers)
    known = sheet(_right(answers))
    n, hits = (found > 0).sum(axis=0), (found == RIGHT).sum(axis=0)
    low, high = exact_interval(hits, n, level)
    rest = item_rest(known)
    rest_low, rest_high = _around(rest, known.n, level)
    columns = {
        "question": list(map(str, answers)),
        "n": n,
        "right": hits / n,
        "ci_low": low,
        "ci_high": high,
        "wrong": (found == WRONG).sum(axis=0) / n,
        "unknown": (found == UNKNOWN).sum(axis=0) / n,
        "discrimination": rest,
        "discrimination_low": rest_low,
        "discrimination_high": rest_high,
    }
    return pd.DataFrame(columns)


def number_right(answers: pd.DataFrame) -> pd.Series:
    """Count the right answers of each person.

    Parameters
    ----------
    answers : DataFrame (people x questions)
        As in `questions`.

    Returns
    -------
    Series (people)
        Right answers; blank for a person who left a question blank.

    Raises
    ------
    DataError
        Answers other than 0, 1, 88.

    Source
    ------
    The number-right score: Crocker & Algina (1986), Introduction to classical and modern test theory, ch. 18.
    """
    return _right(answers).sum(axis=1, skipna=False).rename("right")


def _found(answers: pd.DataFrame) -> Block:
    """Return 0 for no answer, and WRONG, RIGHT or UNKNOWN."""
    return coded(answers, list(answers), declared(answers, list(answers), CODES))


def _right(answers: pd.DataFrame) -> pd.DataFrame:
    """Return 1 for a right answer, 0 for any other, blank for none."""
    found = _found(answers)
    return pd.DataFrame(np.where(found > 0, found == RIGHT, np.nan), answers.index, answers.columns)


def _around(r: Floats, n: int, level: float) -> tuple[Floats, Floats]:
    """Return Fisher's interval of correlations."""
    from scipy.special import ndtri

    if n < 4:
        return np.full_like(r, np.nan), np.full_like(r, np.nan)
    half = float(ndtri((1 + level) / 2)) / np.sqrt(n - 3)
    z = np.arctanh(np.clip(r, -1 + 1e-15, 1 - 1e-15))
    return np.tanh(z - half), np.tanh(z + half)
