"""Cells too small to show: a count of one to four people could tell who they are."""

from __future__ import annotations

from collections.abc import Sequence

from ..consult.withheld import LEAST as LEAST  # people in a cell: one number for all that is shared


def withheld(counts: Sequence[int], *, least: int = LEAST, total: bool = True) -> list[bool]:
    """Tell which cells of a row of counts are not shown.

    Parameters
    ----------
    counts : list of int
        People in each cell; the cells exclude one another.
    least : int
        The smallest count that may be shown; 0 may be shown too.
    total : bool
        Whether the sum is known to the reader: then one withheld cell alone could be worked out, and the smallest of
        the others is withheld with it.

    Returns
    -------
    list of bool
        True where the cell is not shown.

    Raises
    ------
    Nothing.

    Source
    ------
    Hundepool et al. (2012), Statistical Disclosure Control, ch. 4 (primary and secondary suppression).
    """
    hidden = [0 < count < least for count in counts]
    others = [place for place, count in enumerate(counts) if count and not hidden[place]]
    if total and 0 < sum(count for count, out in zip(counts, hidden, strict=True) if out) < least and others:
        hidden[min(others, key=lambda place: counts[place])] = True
    return hidden
