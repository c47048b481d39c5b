"""Printed results that cannot be: what r, n and p say of each other."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from numbers import Integral

import pandas as pd

from ..core.errors import DataError
from ..core.language import say
from ..core.results import Result
from .estimates import p_words


@dataclass(frozen=True, eq=False)
class Reported(Result):
    """A printed correlation looked at. Columns: r, n, p (as printed), p_low, p_high (what r and n allow, two-sided),
    verdict.

    ``verdict``: "possible", "one_sided" (p fits a one-sided test only), "impossible".
    """

    verdict: str

    @property
    def sentence(self) -> str:
        row = self.table.iloc[0]
        said = {"r": row["r"], "n": row["n"], "p": row["p"], "right": p_words(row["p_middle"])}
        return say("evaluate", f"reported_{self.verdict}", **said)


def check_reported(*, r: float | str, n: int, p: float | str | None = None) -> Reported:
    """Tell whether a printed correlation, its n and its p can belong together.

    Numbers are taken as rounded at their last printed digit: give them as text ("0.60", "0,60", "< .001") where the
    last digit is a zero, or p a bound.

    Parameters
    ----------
    r : float or str
        Correlation as printed.
    n : int
        People.
    p : float or str, optional
        p-value as printed: "0.03", "< .05", "> .05".

    Returns
    -------
    Reported
        "possible", "one_sided" or "impossible".

    Raises
    ------
    DataError
        Fewer than three people; something that is no number.

    Source
    ------
    Nuijten et al. (2016), Behavior Research Methods 48, 1205-1226.
    """
    from scipy import stats

    if not isinstance(n, Integral):
        raise DataError("not-a-number", value=f"n={n}"[:20])
    if n < 3:
        raise DataError("too-few-rows", rows=n, parameters=2)
    _, low, high = _range(r)

    def p_of(value: float) -> float:
        value = min(abs(value), 1.0)
        return 0.0 if value == 1 else float(2 * stats.t.sf(value * math.sqrt((n - 2) / (1 - value**2)), n - 2))

    nearest = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    p_low, p_high = p_of(max(abs(low), abs(high))), p_of(nearest)
    verdict = "possible"
    if nearest > 1:
        verdict = "impossible"
    elif p is not None:
        sign, least, most = _range(p)
        if sign == "<":
            least = 0.0
        elif sign == ">":
            most = 1.0
        fits = [least <= share * p_high and share * p_low <= most for share in (1.0, 0.5)]
        verdict = "possible" if fits[0] else "one_sided" if fits[1] else "impossible"
        if not (most >= 0 and least <= 1):
            verdict = "impossible"
    row = {"r": f"{r}", "n": n, "p": "–" if p is None else f"{p}", "p_low": p_low, "p_high": p_high}
    middle = math.nan if nearest > 1 else p_of((low + high) / 2)
    return Reported(pd.DataFrame([{**row, "p_middle": middle, "verdict": verdict}]), "", verdict)


def _range(printed: float | str) -> tuple[str, float, float]:
    """Return the sign before a printed number, and the numbers that are rounded to it."""
    text = str(printed).strip().replace(",", ".").replace("−", "-").replace("≤", "<").replace("≥", ">")
    text = text.lstrip("pr ")  # "p < .05" as it is printed
    found = re.fullmatch(r"([<>=]?)\s*([-+]?(\d*)(?:\.(\d*))?(?:e([-+]?\d+))?)", text)
    if not found or not (found[3] or found[4]):
        raise DataError("not-a-number", value=text[:20])
    half = 0.5 * 10.0 ** (int(found[5] or 0) - len(found[4] or ""))
    value = float(found[2])
    if found[1] in ("<", ">"):
        return found[1], value, value
    return "=", value - half * (1 + 1e-9), value + half * (1 + 1e-9)
