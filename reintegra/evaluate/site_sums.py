"""The site kernel: what every clustered model needs to know about a site, in one pass; it adds over any split of rows.

Of each site: how many people, their mean, and the products of their deviations from it, for the terms of a model and
its outcome. These are the cross products [1 X y]'[1 X y] of the site, kept as deviations so that a large mean costs no
digits. Means of people carry what happens between sites, deviations what happens within.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ..core.errors import DataError, DesignError, Notice
from ..core.language import listed
from .design import Design, design, left_out_note
from .estimates import Floats

ALIASED = 1e-9  # a column with less than this share of its own variance left is a combination of those before it


@dataclass(frozen=True, eq=False)
class SiteSums:
    """Sums over the people of each site, of the columns ``(*terms, outcome)``.

    ``people`` (sites): rows, each as often as its count. ``weight``: their sum of weights (= people without weights).
    ``mean`` (sites x columns) and ``scatter`` (sites x columns x columns): weighted means and products of deviations
    from them. ``log_weight`` (sites): sums of log weights, which the likelihood needs. ``levels``: of the terms made of
    words, the reference first.
    """

    terms: tuple[str, ...]
    outcome: str
    sites: tuple[str, ...]
    people: Floats
    weight: Floats
    mean: Floats
    scatter: Floats
    log_weight: Floats
    left_out: int = 0
    blanks: tuple[str, ...] = ()
    levels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, numbers: Design) -> SiteSums:
        """Sum the rows of a design."""
        count = len(numbers.sites)
        weights = numbers.weights * numbers.counts
        columns = np.column_stack([numbers.x, numbers.y])

        def total(values: Floats) -> Floats:
            return np.bincount(numbers.site, weights=values, minlength=count)

        weight = total(weights)
        there = weight > 0
        mean = np.column_stack([total(weights * column) for column in columns.T]) / np.where(there, weight, 1)[:, None]
        apart = np.asfortranarray(columns - mean[numbers.site])
        width = columns.shape[1]
        scatter = np.empty((count, width, width))
        for i in range(width):
            weighed = weights * apart[:, i]
            for j in range(i, width):
                scatter[:, i, j] = scatter[:, j, i] = total(weighed * apart[:, j])
        whole = cls(
            numbers.names,
            numbers.outcome,
            numbers.sites,
            total(numbers.counts),
            weight,
            mean,
            scatter,
            total(numbers.counts * np.log(numbers.weights)),
            numbers.left_out,
            numbers.blanks,
            numbers.levels,
        )
        return whole.take(there)

    def take(self, chosen: Any) -> SiteSums:
        """Return the sums of some of the sites."""
        sites = tuple(np.array(self.sites, dtype=object)[chosen])
        return self._with(sites, lambda part: part[chosen])

    def __add__(self, other: SiteSums) -> SiteSums:
        """Add the people of another file: of two groups, the deviations also hold the distance of their means."""
        if (self.terms, self.outcome, self.levels) != (other.terms, other.outcome, other.levels):
            first, second = (
                listed([*of.terms, *(n for names in of.levels.values() for n in names)]) for of in (self, other)
            )
            raise DataError("sums-differ", first=first, second=second)
        sites = tuple(sorted({*self.sites, *other.sites}))
        mine, theirs = self._spread(sites), other._spread(sites)
        weight = mine.weight + theirs.weight
        share = theirs.weight / weight
        apart = theirs.mean - mine.mean
        mean = mine.mean + share[:, None] * apart
        between = (mine.weight * share)[:, None, None] * apart[:, :, None] * apart[:, None, :]
        return SiteSums(
            self.terms,
            self.outcome,
            sites,
            mine.people + theirs.people,
            weight,
            mean,
            mine.scatter + theirs.scatter + between,
            mine.log_weight + theirs.log_weight,
            self.left_out + other.left_out,
            tuple(dict.fromkeys([*self.blanks, *other.blanks])),
            self.levels,
        )

    @property
    def _model(self) -> str:
        levels = [f"{term}: {', '.join(names)}" for term, names in self.levels.items()]
        return listed([self.outcome, *self.terms, *levels], 20)

    def _spread(self, sites: Sequence[str]) -> SiteSums:
        """Return the same sums over a longer list of sites, zeros for those with nobody."""
        place = {site: i for i, site in enumerate(sites)}
        at = [place[site] for site in self.sites]

        def wide(part: Floats) -> Floats:
            made = np.zeros((len(sites), *part.shape[1:]))
            made[at] = part
            return made

        return self._with(tuple(sites), wide)

    def _with(self, sites: tuple[str, ...], change: Callable[[Floats], Floats]) -> SiteSums:
        """Return the same sums with other sites, each part of them changed alike."""
        parts = ("people", "weight", "mean", "scatter", "log_weight")
        return replace(self, sites=sites, **{part: change(getattr(self, part)) for part in parts})

    def __len__(self) -> int:
        return len(self.sites)

    def __repr__(self) -> str:
        return f"SiteSums({self.outcome} ~ {' + '.join(self.terms)}; {self.n} people, {len(self)} sites)"

    @property
    def n(self) -> int:
        """How many people."""
        return round(float(self.people.sum()))

    @property
    def notes(self) -> tuple[Notice, ...]:
        """What has to be said of the rows."""
        return left_out_note(self.left_out, self.blanks)

    @cached_property
    def centre(self) -> Floats:
        """The mean of everyone."""
        return self.weight @ self.mean / self.weight.sum()

    @cached_property
    def products(self) -> Floats:
        """[1 X y]'[1 X y] of each site, the columns measured from the mean of everyone."""
        apart = np.column_stack([np.ones(len(self)), self.mean - self.centre])
        made = self.weight[:, None, None] * apart[:, :, None] * apart[:, None, :]
        made[:, 1:, 1:] += self.scatter
        return made

    @cached_property
    def to_original(self) -> Floats:
        """The matrix that turns coefficients about the mean of everyone into those of the columns as they stand."""
        made = np.eye(len(self.terms) + 1)
        made[0, 1:] = -self.centre[:-1]
        return made

    @property
    def names(self) -> tuple[str, ...]:
        """The coefficients of a model with a constant."""
        return ("constant", *self.terms)

    def check(self, products: Floats, terms: Sequence[str], *, parameters: int) -> None:
        """Refuse an outcome that does not vary, columns that say the same thing twice, and more columns than people."""
        if self.n <= parameters:
            raise DataError("too-few-rows", rows=self.n, parameters=parameters)
        if products[-1, -1] <= 1e-24 * self.weight.sum() * max(1.0, float(np.abs(self.mean[:, -1]).max()) ** 2):
            raise DataError("no-variance", column=self.outcome)
        same = aliased(products[:-1, :-1])
        if same:
            raise DesignError("aliased-columns", columns=listed(terms[i] for i in same))
        self.check_fit(products)

    def check_fit(self, products: Floats) -> None:
        """Refuse an outcome that the terms settle to the last digit."""
        left, right = products[:-1, :-1], products[:-1, -1]
        size = np.sqrt(np.maximum(np.diag(left), 1e-300))
        there = np.diag(left) > 1e-12 * np.diag(self.products.sum(axis=0))[1:-1]
        scaled = (left / np.outer(size, size))[np.ix_(there, there)]
        pull = (right / size)[there]
        residual = products[-1, -1] - pull @ np.linalg.lstsq(scaled, pull, rcond=1e-9)[0]
        if residual <= 1e-13 * products[-1, -1]:
            raise DataError("perfect-fit", column=self.outcome)

    def arms(self, programme: str) -> tuple[tuple[str, ...], list[int]]:
        """Return the programmes of a term, the reference first, and the places of the others among the terms."""
        if programme in self.levels:
            labels = self.levels[programme]
            return labels, [self.terms.index(f"{programme}[{label}]") for label in labels[1:]]
        if programme not in self.terms:
            raise DataError("no-such-term", term=programme, terms=listed(self.terms) or "–")
        return ("0", "1"), [self.terms.index(programme)]

    def between_sites(self) -> list[str]:
        """Return the terms that do not vary within any site."""
        inside, total = self.scatter.sum(axis=0), self.products.sum(axis=0)
        return [name for i, name in enumerate(self.terms) if inside[i, i] <= 1e-12 * total[i + 1, i + 1]]


def aliased(gram: Floats, least: float = 0.0) -> list[int]:
    """Return the columns that are constant or a combination of those before them, from their sums of products.

    Sums of squares up to ``least`` are nothing but rounding.
    """
    left, own = gram.astype(float).copy(), np.diag(gram).copy()
    found = []
    for i in range(len(left)):
        if left[i, i] <= ALIASED * own[i] or own[i] <= least:
            found.append(i)
        else:
            left = left - np.outer(left[:, i], left[i]) / left[i, i]
    return found


def site_sums(
    frame: pd.DataFrame,
    *,
    outcome: str,
    terms: Sequence[str],
    site: str,
    weights: str | None = None,
    counts: str | None = None,
    levels: Mapping[str, Sequence[Any]] | None = None,
) -> SiteSums:
    """Sum what the clustered models need to know about each site.

    ``site_sums(a) + site_sums(b)`` is ``site_sums`` of both tables, up to rounding: files read in pieces, or sums sent
    by units that may not share rows.

    Parameters
    ----------
    frame : DataFrame (one row a person)
        Rows with a blank in the outcome or a term are left out, and counted.
    outcome : str
        Column of numbers, in any unit.
    terms : list of str
        Columns of the model: numbers as they are; words as one column for each level but the first ("programme[B]").
    site : str
        Column that names the site.
    weights : str, optional
        Column of inverse variances, known up to a factor.
    counts : str, optional
        Column that says how many people a row stands for.
    levels : dict of column to list, optional
        The levels of columns of words, the reference first. Needed where pieces do not hold them all.

    Returns
    -------
    SiteSums
        ``a + b`` merges.

    Raises
    ------
    DataError
        A column is absent, holds words or infinite values instead of numbers; a site is blank; weights not above 0;
        no complete row.

    Source
    ------
    Chan, Golub & LeVeque (1983), The American Statistician 37, 242-247 (adding deviations).
    """
    return SiteSums.of(design(frame, outcome, terms, site, weights=weights, counts=counts, levels=levels))
