"""What would have to be true for a result to be nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from ..core.errors import DataError
from ..core.language import number, say
from ..core.results import Result

MOST = 1000  # an E-value beyond it is not told apart in words


@dataclass(frozen=True, eq=False)
class EValue(Result):
    """E-values. Columns: name ("estimate", "limit"), risk_ratio, estimate (the E-value)."""

    @property
    def sentence(self) -> str:
        values = self.table.set_index("name")["estimate"]
        said = {name: number(value, 2) if value < MOST else f"> {number(MOST, 0)}" for name, value in values.items()}
        if "limit" in said:
            return say("evaluate", "e_value_limit", **said)
        return say("evaluate", "e_value", **said)


def e_value(
    risk_ratio: float | None = None,
    *,
    limit: float | None = None,
    d: float | None = None,
    se: float | None = None,
) -> EValue:
    """Return how strong something not measured would have to be to explain a result: with joining and with the outcome.

    Parameters
    ----------
    risk_ratio : float, above 0
        An estimated risk ratio.
    limit : float, above 0
        The limit of its interval that is nearer to 1.
    d, se : float
        Instead of both: a standardised difference and its standard error; taken as risk ratios exp(0.91 d) and
        exp(0.91 d +- 1.78 se).

    Returns
    -------
    EValue
        Risk ratios, 1 or more; 1 for a limit on the other side of 1.

    Raises
    ------
    DataError
        A risk ratio that is not above 0; neither a risk ratio nor d.

    Source
    ------
    VanderWeele & Ding (2017), Annals of Internal Medicine 167, 268-274.
    """
    if d is not None:
        risk_ratio = _ratio(0.91 * d)
        if se is not None:
            limit = _ratio(0.91 * d - math.copysign(1.78 * se, d))
    if risk_ratio is None or not risk_ratio > 0 or (limit is not None and not limit > 0):
        raise DataError(
            "not-a-risk-ratio", values=", ".join(f"{v}" for v in (risk_ratio, limit) if v is not None) or "–"
        )
    rows = [("estimate", risk_ratio, _e(risk_ratio))]
    if limit is not None:
        crossed = (limit - 1) * (risk_ratio - 1) <= 0
        rows.append(("limit", limit, 1.0 if crossed else _e(limit)))
    return EValue(pd.DataFrame(rows, columns=["name", "risk_ratio", "estimate"]), "")


def _ratio(log: float) -> float:
    return math.exp(math.copysign(min(abs(log), 300.0), log))  # beyond, no machine holds its square


def _e(ratio: float) -> float:
    ratio = max(ratio, 1 / ratio)
    return ratio + math.sqrt(ratio * (ratio - 1))
