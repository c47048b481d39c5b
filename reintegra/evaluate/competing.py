"""When something else may come first: the share to whom each kind of event has happened (Aalen and Johansen).

Who died or was transferred cannot come back any more. Counting them as merely lost, as 1 - Kaplan-Meier does, says how
many would return if nobody could die: too many.
"""

from __future__ import annotations

import numpy as np

from .estimates import Floats
from .survival import Curve


def incidence(time: Floats, kind: Floats, cause: float, times: Floats) -> tuple[Floats, Floats]:
    """Return the share to whom ``cause`` has happened by each time, and its standard error.

    ``kind``: 0 where a person was last seen free, otherwise the code of the first event. At a step u with Y at risk,
    d events and d1 of them of this cause, F(t) changes with the persons there through S(u-) d1 / Y and through what
    comes later, D = F(t) - F(u); their variances add up over steps:
    S(u-)^2 d1 (Y - d1) / Y^3 - 2 D S(u-) d1 / Y^2 + D^2 d / (Y (Y - d)).
    """
    curve = Curve(time, (kind != 0).astype(float))
    of_cause = np.bincount(np.searchsorted(curve.times, time[kind == cause]), minlength=len(curve.times))
    before = np.append(1.0, curve.survival)[:-1]
    share = np.cumsum(before * of_cause / curve.risk)
    ours = before**2 * of_cause * (curve.risk - of_cause) / curve.risk**3
    both = before * of_cause / curve.risk**2
    parts = [ours + 2 * share * both + share**2 * curve.spread, both + share * curve.spread, curve.spread]
    place = np.searchsorted(curve.times, times, side="right")
    first, second, third = (np.append(0.0, np.cumsum(part))[place] for part in parts)
    found = np.append(0.0, share)[place]
    variance = first - 2 * found * second + found**2 * third
    return found, np.sqrt(np.maximum(variance, 0))
