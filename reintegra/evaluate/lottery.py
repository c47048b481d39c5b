"""Programmes that were drawn by lot: the draw itself is the test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import comb, prod
from typing import Any

import numpy as np
import pandas as pd

from ..core.errors import DataError, DesignError
from ..core.language import listed
from ..core.results import checked_draws
from .design import coded, known, left_out_note, matrix, numbers, two_groups, with_blanks
from .estimates import ChanceTest, Floats, estimate_table
from .resampling import LISTED, SAME, deals, share_of

AT_ONCE = 2_000_000  # numbers drawn at a time


def randomisation_test(
    frame: pd.DataFrame,
    *,
    outcome: str,
    programme: str,
    covariates: Sequence[str] = (),
    site: str | None = None,
    group: str | None = None,
    draws: int = 9999,
    seed: int = 0,
) -> ChanceTest:
    """Deal the programme anew, as the lot was drawn, and see how often it differs as much by chance.

    The statistic is the adjusted difference (analysis of covariance). Where all deals number at most 200 000, all are
    tried and the p-value is exact.

    Parameters
    ----------
    frame : DataFrame (one row a person)
        Rows with a blank are left out, and counted.
    outcome : str
        Column of numbers in any unit.
    programme : str
        Column with two programmes; the first in order is the one compared with.
    covariates : list of str
        Columns known before the lot.
    site : str, optional
        Column within whose values the lot was drawn; each gets its own level.
    group : str, optional
        Column of groups, where groups and not people were drawn.
    draws : int
        How many deals are drawn where there are more than 200 000.
    seed : int
        Of these draws.

    Returns
    -------
    ChanceTest
        One row: the adjusted difference in the unit of the outcome, and its two-sided p.

    Raises
    ------
    DataError
        A column is absent, holds words or infinite values; a programme, site or group is blank.
    DesignError
        Not two programmes; a group with both; no site with both; the covariates settle the programme.

    Source
    ------
    Fisher (1935), The Design of Experiments, section 21; Rosenbaum (2002), Statistical Science 17, 286-327
    (covariates).
    """
    checked_draws(draws)
    known(frame, [outcome, *(column for column in (site, group) if column is not None)])
    for column in (site, group):
        if column is not None and frame[column].isna().any():
            raise DataError("blank-in-column", column=column, people=int(frame[column].isna().sum()))
    _, joined = two_groups(frame, programme)
    _, x, _ = matrix(frame, covariates)
    y = numbers(frame[outcome])
    kept = ~(np.isnan(x).any(axis=1) | np.isnan(y))
    if not kept.any():
        raise DataError("no-complete-rows", columns=listed([outcome, *covariates]), rows=len(frame))
    y, t, x, part = y[kept], joined[kept], x[kept], frame[kept]
    strata = coded(part[site])[1] if site is not None else np.zeros(len(part), dtype=np.intp)
    levels = (strata[:, None] == np.unique(strata)).astype(float)
    basis, singular, _ = np.linalg.svd(
        np.hstack([levels, (x - x.mean(axis=0)) / np.maximum(x.std(axis=0), 1e-300)]), full_matrices=False
    )
    basis = basis[:, singular > 1e-10 * singular[0]]
    left = y - basis @ (basis.T @ y)

    unit = coded(part[group])[1] if group is not None else np.arange(len(part))
    dealt, stratum = _of_units(unit, t, group), _of_units(unit, strata, group).astype(int)

    def total(values: Floats) -> Floats:
        return np.bincount(unit, weights=values)

    sums, count = total(left), total(np.ones(len(y)))
    shadows = np.column_stack([total(column) for column in basis.T])

    def statistic(deal: Any) -> Floats:
        """Return the coefficient of the programme for each deal, as least squares would give it."""
        own = _freedom(deal, count, shadows)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(own > 1e-9, deal @ sums / own, 0.0)

    sizes = [(int((stratum == s).sum()), int(dealt[stratum == s].sum())) for s in np.unique(stratum)]
    ways = prod(float(comb(size, ones)) for size, ones in sizes)
    if ways == 1:
        raise DesignError("nothing-to-deal", column=programme)
    if not _freedom(dealt, count, shadows) > 1e-9:
        raise DesignError("aliased-columns", columns=programme)
    everything = len(sizes) == 1 and ways <= LISTED
    observed = float(statistic(dealt[None].astype(float))[0])
    bound = abs(observed) - SAME * max(1.0, abs(observed))
    chunks = [deals(*sizes[0], draws, seed)[0]] if everything else _drawn(stratum, dealt, draws, seed)
    as_large = np.concatenate([np.abs(statistic(deal.astype(float))) >= bound for deal in chunks])
    mirrored = all(2 * ones == size for size, ones in sizes)
    smallest = max((2.0 if mirrored else 1.0) / ways, 0.0 if everything else 1 / (draws + 1))
    table = estimate_table([programme], [observed, np.nan, np.nan], len(y), 0.95)
    table = table.assign(p_value=share_of(as_large, everything))
    notes = left_out_note(int((~kept).sum()), with_blanks(frame, [outcome, *covariates]))
    return ChanceTest(table, "", "lottery", programme, 0.95, len(as_large), smallest, notes=notes)


def _freedom(deal: Any, count: Floats, shadows: Floats) -> Floats:
    """Return the people of a deal less those whom the covariates account for: with none left, there is no telling."""
    return deal @ count - ((deal @ shadows) ** 2).sum(axis=-1)


def _of_units(unit: Any, values: Floats, group: str | None) -> Floats:
    """Return the value of each unit that was drawn; refuse a group whose people differ in it."""
    count = np.bincount(unit)
    mean = np.bincount(unit, weights=values) / count
    apart = np.bincount(unit, weights=np.abs(values - mean[unit])) > 1e-9
    if apart.any():
        raise DesignError("group-not-whole", column=group, groups=int(apart.sum()))
    return mean.round()


def _drawn(stratum: Any, dealt: Floats, draws: int, seed: int) -> Iterator[Floats]:
    """Yield deals within strata, a few thousand at a time."""
    rng = np.random.default_rng(seed)
    several = max(1, AT_ONCE // len(stratum))
    for start in range(0, draws, several):
        made = np.zeros((min(several, draws - start), len(stratum)))
        for s in np.unique(stratum):
            there = np.flatnonzero(stratum == s)
            ones = int(dealt[there].sum())
            order = rng.random((len(made), len(there))).argsort(axis=1)[:, :ones]
            np.put_along_axis(made, there[order], 1.0, axis=1)
        yield made
