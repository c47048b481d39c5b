"""Correlations of what lies under ordered answers, and the reliability that rests on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..core.coded import Floats
from ..core.errors import DataError, Notice
from ..core.language import listed, number, say
from ..core.results import Result
from ..intake import Responses
from .bivariate import Pairs, normal_below, standard_errors
from .loadings import fit_loadings
from .scales import find_score
from .taken import Data, Declared, Taken, empty_cells, improper, interval, taken

LEAST = 100
Z = 1.959963984540054


@dataclass(frozen=True, eq=False)
class Polychoric(Result):
    """Polychoric correlations, one row a pair: first, second, estimate, se, ci_low, ci_high, n, empty (empty cells).

    ``thresholds``: item, code (the lowest answer above it), estimate (standard normal).
    """

    thresholds: pd.DataFrame

    @property
    def matrix(self) -> pd.DataFrame:
        """The correlations as a matrix."""
        names = list(dict.fromkeys(self.thresholds["item"]))
        full = pd.DataFrame(np.eye(len(names)), index=names, columns=names)
        for first, second, r in zip(self.table["first"], self.table["second"], self.table["estimate"], strict=True):
            full.loc[first, second] = full.loc[second, first] = r
        return full

    @property
    def sentence(self) -> str:
        ranked = self.table.sort_values("estimate", kind="stable")
        ends: dict[str, Any] = {}
        for end, row in (("low", ranked.iloc[0]), ("high", ranked.iloc[-1])):
            ends |= {end: number(row["estimate"], 2), f"{end}_pair": f"{row['first']} – {row['second']}"}
        return say("dimensions", "polychoric_sentence", pairs=len(ranked), n=int(ranked["n"].min()), **ends)

    def shown(self) -> pd.DataFrame:
        """Return the table as people read it."""
        t = self.table
        columns = {say("dimensions", f"column_{name}"): t[name] for name in ("first", "second")}
        columns["r"] = t["estimate"].map(lambda x: number(x, 2))
        return pd.DataFrame({**columns, "95 %": interval(t), "n": t["n"]})


def polychoric(data: Data, scale: str | None = None, *, codes: Declared = None, complete: bool = True) -> Polychoric:
    """Estimate the correlations of the normal variables under ordered answers, in two steps. Counts are enough.

    Parameters
    ----------
    data : Responses, Scale, Moments, or DataFrame (people x items)
        Answers, or their Burt table. A DataFrame holds codes, reversed where they have to be.
    scale : str, optional
        The score whose items are meant, for Responses; every item that is scored by default.
    codes : list of numbers, or dict of item to list, optional
        The declared answers, for a DataFrame.
    complete : bool
        Whether only people without a blank count, or for each pair all who answered both.

    Returns
    -------
    Polychoric
        Correlations with standard errors and 95 % intervals (by Fisher's z), and thresholds. As lavaan does, nothing
        is added to empty cells but half a person in a 2 x 2 table with one, the margins kept; a note says so.

    Raises
    ------
    DataError
        Fewer than 100 people; an item with one answer only; no such scale.

    Source
    ------
    Olsson (1979), Psychometrika 44, 443-460; standard errors: Muthén (1984), Psychometrika 49, 115-132.
    """
    found = taken(data, scale, codes, "polychoric", LEAST, complete=complete)
    pairs, r = found.pairs, found.r
    se = standard_errors(pairs, r)
    z, wide = np.arctanh(np.clip(r, -1 + 1e-12, 1 - 1e-12)), Z * se / np.maximum(1 - r**2, 1e-12)
    widths = np.array([len(own) for own in found.moments.codes])
    cells = widths[pairs.first] * widths[pairs.second]
    table = pd.DataFrame(
        {
            "first": [found.items[i] for i in pairs.first],
            "second": [found.items[i] for i in pairs.second],
            "estimate": r,
            "se": se,
            "ci_low": np.tanh(z - wide),
            "ci_high": np.tanh(z + wide),
            "n": pairs.counts.sum(axis=(1, 2)).astype(int),
            "empty": cells - (pairs.counts > 0).sum(axis=(1, 2)),
        }
    )
    return Polychoric(table, found.status, _thresholds(found), notes=(*found.notes, *empty_cells(found)))


def _thresholds(found: Taken) -> pd.DataFrame:
    rows = [
        {"item": item, "code": code, "estimate": float(cut)}
        for item, codes, cuts in zip(found.items, found.moments.codes, found.thresholds, strict=True)
        for code, cut in zip(codes[1:], cuts, strict=True)
    ]
    return pd.DataFrame(rows)


@dataclass(frozen=True, eq=False)
class OrdinalReliability(Result):
    """Reliability of a scale from polychorics. Columns: name ("alpha_ordinal", "omega_ordinal"), estimate, n."""

    @property
    def sentence(self) -> str:
        alpha, omega = (number(value, 2) for value in self.table["estimate"])
        return say("dimensions", "ordinal_sentence", alpha=alpha, omega=omega, n=int(self.table["n"].iloc[0]))

    def shown(self) -> pd.DataFrame:
        """Return the table as people read it."""
        names = [say("dimensions", name) for name in self.table["name"]]
        columns = {say("dimensions", "column_measure"): names}
        columns[say("dimensions", "column_value")] = self.table["estimate"].map(lambda x: number(x, 3))
        return pd.DataFrame({**columns, "n": self.table["n"]})


def ordinal_reliability(data: Data, scale: str | None = None, *, codes: Declared = None) -> OrdinalReliability:
    """Estimate the reliability of a scale of ordered answers, in two senses. Counts are enough.

    Parameters
    ----------
    data : Responses, Scale, Moments, or DataFrame (people x items)
        Answers, or their Burt table; people with a blank are left out.
    scale : str, optional
        The score whose items are meant, for Responses.
    codes : list of numbers, or dict of item to list, optional
        The declared answers, for a DataFrame.

    Returns
    -------
    OrdinalReliability
        ``alpha_ordinal``: alpha of the variables under the answers; it is not the reliability of the score that is
        used, and mostly larger. ``omega_ordinal``: that of the sum of the answers, by one factor (DWLS).

    Raises
    ------
    DataError
        Fewer than three items or 100 people; an item with one answer only.

    Source
    ------
    Alpha: Zumbo, Gadermann & Zeisser (2007), Journal of Modern Applied Statistical Methods 6, 21-29; what it is not:
    Chalmers (2018), Educational and Psychological Measurement 78, 1056-1071. Omega: Green & Yang (2009),
    Psychometrika 74, 155-167, formula 21.
    """
    found = taken(data, scale, codes, "ordinal", LEAST, items=3)
    k, r, pairs = len(found.items), found.polychoric, found.pairs
    se = standard_errors(pairs, found.r)
    if found.at_one:
        raise DataError("correlation-of-one", pairs=listed(found.at_one))
    loadings, _ = fit_loadings(found.r, 1 / se**2, (pairs.first, pairs.second), np.zeros(k, dtype=np.int64))
    notes, omega = [*found.notes, *empty_cells(found)], np.nan
    if isinstance(data, Responses) and scale and find_score(data.instrument, scale).formative:
        notes.append(Notice("formative-scales", columns=(scale,)))
    if np.abs(loadings).max() < 1:
        omega = _of_sum(pairs, found.r, loadings)
    else:
        notes.append(improper(found.items, loadings))
    rows = [
        {"name": "alpha_ordinal", "estimate": float(k / (k - 1) * (1 - k / r.sum())), "n": found.n},
        {"name": "omega_ordinal", "estimate": omega, "n": found.n},
    ]
    return OrdinalReliability(pd.DataFrame(rows), found.status, notes=tuple(notes))


def _of_sum(pairs: Pairs, r: Floats, loadings: Floats) -> float:
    """Return the share of the variance of the sum of the answers that one factor under them explains."""
    from scipy.special import ndtr

    cuts = pairs.edges[:, 1:-1]
    one, two = cuts[pairs.first], cuts[pairs.second]
    own = ndtr(np.minimum(cuts[:, :, None], cuts[:, None])).sum() - (ndtr(cuts).sum(axis=1) ** 2).sum()
    true = _shared(cuts, cuts, loadings**2) + 2 * _shared(one, two, loadings[pairs.first] * loadings[pairs.second])
    return float(true / (own + 2 * _shared(one, two, r)))


def _shared(first: Floats, second: Floats, r: Floats) -> float:
    """Return the sum of the covariances of the positions of two answers each, whose normals correlate r."""
    from scipy.special import ndtr

    both = normal_below(first[:, :, None], second[:, None], r[:, None, None]).sum()
    return float(both - ndtr(first).sum(axis=1) @ ndtr(second).sum(axis=1))
