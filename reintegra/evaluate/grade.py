"""How much a design can carry, from 1 to 5: modified from the Maryland Scientific Methods Scale, for prisons.

1 a change or difference without anything measured before; 2 a change without comparison, one site an arm, groups apart
from the start; 3 a comparison with a baseline; 4 the same over three or more sites; 5 drawn by lot.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..core.errors import DesignError, Notice
from .by_layout import Difference
from .flow import COMPARABLE, DIFFERENTIAL, MUCH
from .layout import ENOUGH

CLAIMS = ("change", "differ", "associate", "cause")


@dataclass(frozen=True)
class Grade:
    """``value`` 1 to 5, why, and whether the design may carry the word cause."""

    value: int
    reasons: tuple[Notice, ...]
    causal: bool


def suggest(
    made: Difference, *, before: bool, smd: float, lost: tuple[float, float], by_lot: bool, completers_only: bool
) -> Grade:
    """Suggest the grade of one comparison.

    ``before``: whether a baseline was measured; ``smd``: the largest difference at the start; ``lost``: the share lost
    and the difference of the shares.
    """
    pair = made.pair
    value, reasons = _start(made, before, by_lot)
    if not by_lot and smd > COMPARABLE and value > 2:
        value, reasons = 2, [*reasons, Notice("grade-apart")]
    if value > 1 and (lost[1] > DIFFERENTIAL or completers_only):
        value -= 1
        reasons.append(Notice("grade-completers" if completers_only else "grade-loss"))
    few = lost[0] <= MUCH
    if value == 5 and not few:
        reasons.append(Notice("grade-much-lost"))
    return Grade(value, tuple(reasons), value == 5 and few and by_lot and pair.layout != "mixed")


def _start(made: Difference, before: bool, by_lot: bool) -> tuple[int, list[Notice]]:
    """Return the grade of the layout alone."""
    pair = made.pair
    if pair.layout == "one_group":
        return 2, [Notice("grade-one-group")]
    if made.method == "bare":
        return (2 if before or by_lot else 1), [Notice("grade-one-site-each")]
    if by_lot and pair.layout != "mixed":
        return (5 if made.verdict else 3), [Notice("grade-lot")]
    if not before:
        return 1, [Notice("grade-no-baseline")]
    if len(pair.shared) >= ENOUGH or (pair.layout == "between_sites" and min(pair.sites) >= ENOUGH):
        return 4, [Notice("grade-several-sites")]
    return 3, [Notice("grade-baseline")]


def confirmed(grade: Grade, asked: int | None) -> Grade:
    """Return the grade the analyst confirms: at most the suggested one."""
    if asked is None or asked == grade.value:
        return grade
    if not 1 <= asked < grade.value:
        raise DesignError("grade-too-high", asked=asked, grade=grade.value)
    return Grade(asked, (*grade.reasons, Notice("grade-lowered", params={"grade": grade.value})), False)


def claim(grade: int, *, layout: str, causal: bool) -> str:
    """Return the strongest verb a comparison may use: "change", "differ", "associate" or "cause".

    Parameters
    ----------
    grade : int
        1 to 5.
    layout : str
        Of the comparison; one group can only have changed.
    causal : bool
        Whether a lot was drawn and documented, everyone is analysed as allocated, few were lost, and the interval
        excludes 0.

    Returns
    -------
    str
        The verb.

    Raises
    ------
    Nothing.

    Source
    ------
    Sherman et al. (1997), Preventing Crime, ch. 2 (the scale it is modified from).
    """
    if layout == "one_group":
        return "change"
    if grade <= 2 or layout == "one_site_each":
        return "differ"
    return "cause" if grade == 5 and causal else "associate"
