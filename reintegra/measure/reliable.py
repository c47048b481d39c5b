"""Change of one person: is it more than error, and is it enough to matter?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..core.coded import Floats
from ..core.errors import DataError, Notice
from ..core.language import number, say, word
from ..core.results import Estimate, Result, checked_level
from .gates import LEAST, gate
from .intraclass import Retest, differing, estimates_shown, paired
from .person import normal, sem

METHODS = ("maassen", "jacobson_truax")
WEAKEST_ANCHOR = 0.30
FEWEST_SLIGHTLY = 10


@dataclass(frozen=True, eq=False)
class ReliableChange(Result):
    """Changes of people. Columns: first, second, estimate (second - first), se, statistic, p_value, ci_low, ci_high,
    verdict ("rose", "fell", "unclear"); indexed by person.

    ``smallest`` is the smallest reliable change in the unit of the score; ``reliability`` what it was worked out with.
    """

    smallest: float
    reliability: float
    method: str
    level: float

    @property
    def sentence(self) -> str:
        counts = self.table["verdict"].value_counts()
        said = {name: int(counts.get(name, 0)) for name in ("rose", "fell", "unclear")}
        return say("reliability", "change_sentence", smallest=number(self.smallest, 1), **said)

    def shown(self) -> pd.DataFrame:
        """Return the table as people read it."""
        t = self.table
        columns = {
            word("column_key"): t.index,
            say("reliability", "first"): t["first"].map(number).to_numpy(),
            say("reliability", "second"): t["second"].map(number).to_numpy(),
            say("reliability", "change"): t["estimate"].map(number).to_numpy(),
            say("reliability", "verdict"): [say("reliability", f"verdict_{v}") for v in t["verdict"]],
        }
        return pd.DataFrame(columns)


def reliable_change(
    first: pd.Series,
    second: pd.Series,
    *,
    retest: float | Retest | None = None,
    alpha: float | None = None,
    method: str = "maassen",
    sd: tuple[float, float] | None = None,
    level: float = 0.95,
) -> ReliableChange:
    """Tell for each person whether a change is more than the error of the two scores.

    The error of a change is sqrt(SEM1^2 + SEM2^2), each SEM with the standard deviation of its own time (Maassen), or
    sqrt(2) x SEM1 (Jacobson and Truax).

    Parameters
    ----------
    first, second : Series (people)
        Scores in their own unit, matched by index; people with only one of them are left out.
    retest : float or Retest, optional
        Test-retest correlation, from people in whom nothing should have changed; a note says so where a Retest is of
        fewer than 30 of them. Below 0 it counts as 0, with a note.
    alpha : float, optional
        Taken in place of a retest r, and said so: of people who did not change alpha calls about 8 % improved instead
        of 2.5 %, and 15 % among the lowest third.
    method : "maassen" or "jacobson_truax"
        Which error of a change.
    sd : two floats, optional
        Standard deviations at the two times from a larger study, in the unit of the score; needed under 30 people.
    level : float between 0 and 1
        A change is reliable where its interval of this level leaves out 0.

    Returns
    -------
    ReliableChange
        One row a person, in the unit of the score.

    Raises
    ------
    DataError
        Neither a retest r nor alpha is given, or they are no number up to 1; fewer than 30 people and no sd, or an sd
        that is not two numbers; a person stands twice; a level that is not between 0 and 1.

    Source
    ------
    Maassen (2004), Journal of the International Neuropsychological Society 10, 888-893; Jacobson & Truax (1991),
    Journal of Consulting and Clinical Psychology 59, 12-19.
    """
    from scipy.special import ndtr

    if method not in METHODS:
        raise DataError("unknown-method", method=method, allowed=", ".join(METHODS))
    z = normal(level)
    pair, left_out = paired(first, second, least=1)
    if sd is None:
        gate("sem", len(pair))
        sd = (float(pair["first"].std()), float(pair["second"].std()))
    elif not isinstance(sd, tuple | list) or len(sd) != 2:
        raise DataError("needs-two-sds")
    r = retest.r.value if isinstance(retest, Retest) else retest
    reliability = alpha if r is None else r
    if reliability is None:
        raise DataError("needs-retest")
    errors = (sem(sd[0], reliability), sem(sd[1] if method == "maassen" else sd[0], reliability))
    se = math.hypot(*errors)
    if se <= 0:
        raise DataError("no-error", reliability=lambda: number(reliability, 2))
    change, smallest = pair["second"] - pair["first"], z * se
    table = pair.assign(
        estimate=change, se=se, statistic=change / se, p_value=2 * ndtr(-np.abs(change / se)),
        ci_low=change - smallest, ci_high=change + smallest,
        verdict=np.select([change > smallest, change < -smallest], ["rose", "fell"], "unclear"),
    )  # fmt: skip
    notes = list(left_out)
    if r is None:
        notes.append(Notice("alpha-used", params={"alpha": lambda: number(reliability, 2)}))
    if reliability < 0:
        notes.append(Notice("reliability-negative", params={"reliability": lambda: number(reliability, 2)}))
    if isinstance(retest, Retest) and retest.r.n < LEAST["sem"]:
        notes.append(Notice("few-in-retest", params={"people": retest.r.n, "least": LEAST["sem"]}))
    return ReliableChange(table, "", smallest, reliability, method, level, notes=tuple(notes))


@dataclass(frozen=True, eq=False)
class ImportantChange(Result):
    """The smallest change that people notice. Rows: mean change, predictive; columns as in every table.

    ``anchor`` is the rank correlation of the change with that on the ruler.
    """

    anchor: float

    @property
    def sentence(self) -> str:
        row = self.table.iloc[0]
        said = {name: number(float(row[name]), 1) for name in ("estimate", "ci_low", "ci_high")}
        return say("reliability", "important_sentence", n=int(row["n"]), anchor=number(self.anchor, 2), **said)

    def shown(self) -> pd.DataFrame:
        """Return the table as people read it."""
        return estimates_shown(self.table)


def minimal_important_change(
    change: pd.Series, ruler: pd.Series, *, slightly: tuple[float, float] = (1, 2), level: float = 0.95
) -> ImportantChange:
    """Find the smallest change of a score that matters to people, by how far they moved on a 0-10 ruler.

    Parameters
    ----------
    change : Series (people)
        Change of the score, in its unit.
    ruler : Series (people)
        Change of the answer to "how ready are you, 0 to 10?", matched by index.
    slightly : two numbers
        From where to where on the ruler counts as a slight improvement.
    level : float between 0 and 1
        Coverage of the interval.

    Returns
    -------
    ImportantChange
        In the unit of the score. "mean change": of those who improved slightly, with its t interval. "predictive": the
        change at which improving on the ruler is as likely as it is in all, from a logistic model; no interval.

    Raises
    ------
    DataError
        The two changes hardly go together (rank correlation under .30), all people are alike in one of them, fewer than
        10 people improved slightly, or a level that is not between 0 and 1.

    Source
    ------
    Jaeschke, Singer & Guyatt (1989), Controlled Clinical Trials 10, 407-415; Terluin et al. (2015), Journal of Clinical
    Epidemiology 68, 1388-1396; Revicki et al. (2008), same journal 61, 102-109 (the .30).
    """
    from scipy.special import stdtrit

    checked_level(level)
    pair, left_out = paired(change, ruler, least=FEWEST_SLIGHTLY)
    differing(pair, say("reliability", "change"), say("reliability", "ruler"))
    moved, told = pair["first"].to_numpy(), pair["second"].to_numpy()
    anchor = float(np.corrcoef(pair["first"].rank(), pair["second"].rank())[0, 1])
    if anchor < WEAKEST_ANCHOR:
        raise DataError("anchor-weak", r=lambda: number(anchor, 2), least=lambda: number(WEAKEST_ANCHOR, 2))
    little = moved[(told >= slightly[0]) & (told <= slightly[1])]
    n = len(little)
    if n < FEWEST_SLIGHTLY:
        raise DataError("too-few-slightly", n=n, least=FEWEST_SLIGHTLY)
    mean, se = float(little.mean()), float(little.std(ddof=1)) / math.sqrt(n)
    half = float(stdtrit(n - 1, (1 + level) / 2)) * se
    rows = [Estimate("mean change", mean, mean - half, mean + half, n, se, n - 1).row]
    notes = list(left_out)
    cut = _predictive(moved, told >= slightly[0])
    if cut is None:
        notes.append(Notice("no-predictive"))
    else:
        rows.append(Estimate("predictive", cut, n=len(pair)).row)
        notes.append(Notice("no-interval", params={"what": "predictive"}))
    return ImportantChange(pd.DataFrame(rows), "", anchor, notes=tuple(notes))


def _predictive(moved: Floats, better: np.ndarray[Any, np.dtype[np.bool_]]) -> float | None:
    """Return where a logistic model of getting better meets the share who did; None where it cannot be fitted."""
    share = float(better.mean())
    if not 0 < share < 1 or moved[better].min() > moved[~better].max():
        return None
    middle, spread = moved.mean(), moved.std()
    x = np.column_stack([np.ones(len(moved)), (moved - middle) / spread])
    b = np.array([math.log(share / (1 - share)), 0.0])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ b))
        step = np.linalg.solve(x.T @ (x * (p * (1 - p))[:, None]), x.T @ (better - p))
        b += step
        if np.abs(step).max() < 1e-12:
            break
    return float(middle + spread * (math.log(share / (1 - share)) - b[0]) / b[1]) if b[1] > 0 else None
