"""Confirmatory factor analysis of ordered answers, each item on one factor: do they hang together as designed?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..core.coded import Counts, Floats, present
from ..core.errors import DataError, Notice
from ..core.language import listed, number, say
from ..core.results import Result
from ..instruments import status_line
from ..intake import Responses
from .bivariate import covariances
from .loadings import against_none, fit_loadings, rmsea, scaled_shifted, slopes_of
from .scales import Scale, scale_of
from .taken import Declared, Rows, Taken, empty_cells, improper, interval, positive, rows_of, taken_rows

LEAST_A_FACTOR = 50
VERDICT = 200
Z = 1.959963984540054
GOOD = {"cfi": 0.95, "rmsea_low": 0.05, "srmr": 0.08}
POOR = {"cfi": 0.90, "rmsea_low": 0.08, "srmr": 0.10}


def least_for(factors: int) -> int:
    """Return how many people so many factors need: 100 for one, 200 for three, 500 for nine."""
    return LEAST_A_FACTOR * (factors + 1)


@dataclass(frozen=True, eq=False)
class Confirmatory(Result):
    """A confirmatory factor model of ordered answers.

    ``table``: one row a loading, standardised: factor, item, estimate, se, ci_low, ci_high, n.
    ``factors``: one row a pair of factors: first, second, estimate (correlation), se, ci_low, ci_high.
    ``fit``: one row: statistic (adjusted in mean and variance), df, p_value, scaling (factor of it), unscaled (the
    statistic before), cfi, tli, rmsea, rmsea_low and rmsea_high (90 %), srmr; NaN where a model leaves nothing to test.
    ``verdict``: "good", "middling", "poor", or "none".
    """

    factors: pd.DataFrame
    fit: pd.DataFrame
    n: int
    verdict: str

    @property
    def sentence(self) -> str:
        fit = self.fit.iloc[0]
        words: dict[str, Any] = {name: number(fit[name], 2) for name in ("cfi", "rmsea", "rmsea_low", "rmsea_high")}
        words |= {"items": len(self.table), "factors": self.table["factor"].nunique(), "n": self.n}
        words |= {"srmr": number(fit["srmr"], 2), "verdict": say("dimensions", f"verdict_{self.verdict}")}
        return say("dimensions", "cfa_sentence" if fit["df"] else "cfa_saturated", **words)

    def shown(self) -> pd.DataFrame:
        """Return the loadings as people read them."""
        t = self.table
        columns = {say("dimensions", f"column_{name}"): t[name] for name in ("factor", "item")}
        columns |= {say("dimensions", "column_loading"): t["estimate"].map(lambda x: number(x, 2))}
        return pd.DataFrame({**columns, "95 %": interval(t)})


def cfa(
    data: Rows,
    factors: str | Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    *,
    codes: Declared = None,
) -> Confirmatory:
    """Test whether items of ordered answers hang together as designed. Rows are needed: the fit takes more than counts.

    Parameters
    ----------
    data : Responses, Scale, or DataFrame (people x items)
        Answers; people with a blank among the items are left out. A DataFrame holds codes, reversed where they have to
        be.
    factors : str, list of str, or dict of factor to list of items, optional
        For Responses: the score, or the scores that are the factors. Or which items each factor has. All items on one
        factor by default.
    codes : list of numbers, or dict of item to list, optional
        The declared answers, for a DataFrame.

    Returns
    -------
    Confirmatory
        Standardised loadings with standard errors that do not rest on normal theory, and the fit as lavaan's WLSMV
        (delta parameters, factor variances 1). No verdict under 200 people. "good": CFI from .95 on, SRMR up to .08,
        the lower limit of RMSEA up to .05; "poor": CFI under .90, SRMR over .10 or that limit over .08. These come from
        continuous data and are lenient here (Xia & Yang, 2019).

    Raises
    ------
    DataError
        Too few people (100 for one factor, 50 more for each further one); an item with one answer only or on two
        factors; one factor of fewer than three items; a correlation of 1; no solution.

    Source
    ------
    Muthén, du Toit & Spisic (1997); Asparouhov & Muthén (2010); as lavaan 0.6. Limits: Hu & Bentler (1999), Structural
    Equation Modeling 6, 1-55; MacCallum, Browne & Sugawara (1996), Psychological Methods 1, 130-149; Xia & Yang (2019),
    Behavior Research Methods 51, 409-428.
    """
    rows, status, named = _model(data, factors, codes)
    names = list(named)
    factor = np.array([names.index(name) for name in named for _ in named[name]], dtype=np.int64)
    many = "cfa_one" if len(names) == 1 else "cfa_many"
    found = taken_rows(data, rows, status, many, least_for(len(names)), 3 if len(names) == 1 else 4)
    notes = [*found.notes, *empty_cells(found)]
    if found.at_one:
        raise DataError("correlation-of-one", pairs=listed(found.at_one))
    if not positive(found.polychoric):
        notes.append(Notice("not-positive-definite"))
    pairs = (found.pairs.first, found.pairs.second)
    gamma = covariances(found.pairs, found.r, found.block)
    weight = 1 / np.diag(gamma)
    loadings, phi = fit_loadings(found.r, weight, pairs, factor)
    slopes = slopes_of(loadings, phi, pairs, factor)
    information = slopes.T @ (weight[:, None] * slopes)
    if not np.isfinite(information).all() or np.linalg.cond(information) > 1e10:
        raise DataError("no-solution")
    if (np.abs(loadings) >= 1).any():
        notes.append(improper(found.items, loadings))
    spread, fit = _tested(found, gamma, weight, slopes, information, (loadings, phi, factor))
    proper = (np.abs(loadings) < 1).all() and (np.abs(phi[np.triu_indices(len(phi), 1)]) < 1).all()
    verdict = "none"
    if fit["df"] and found.n < VERDICT:
        notes.append(Notice("no-verdict", params={"people": found.n, "least": VERDICT}))
    elif fit["df"] and proper:
        verdict = _verdict(fit)
    k = len(loadings)
    table = pd.DataFrame({"factor": [names[i] for i in factor], "item": found.items})
    table = _with_interval(table, loadings, spread[:k]).assign(n=found.n)
    upper = np.triu_indices(len(names), 1)
    between = pd.DataFrame({"first": [names[i] for i in upper[0]], "second": [names[i] for i in upper[1]]})
    between = _with_interval(between, phi[upper], spread[k:])
    if (np.abs(phi[upper]) >= 1).any():
        notes.append(Notice("factors-alike", columns=tuple(names)))
    return Confirmatory(table, status, between, pd.DataFrame([fit]), found.n, verdict, notes=tuple(notes))


def _model(data: Rows, factors: Any, codes: Declared) -> tuple[Scale, str, dict[str, tuple[str, ...]]]:
    """Return the rows in the order of the factors, and which items each factor has."""
    if isinstance(data, Responses) and not isinstance(factors, Mapping):
        parts = [factors] if factors is None or isinstance(factors, str) else list(factors) or [None]
        scales = [scale_of(data, part) for part in parts]
        named = {part or data.instrument.name: one.items for part, one in zip(parts, scales, strict=True)}
        own = tuple(codes for one in scales for codes in one.codes)
        rows = Scale(tuple(i for one in scales for i in one.items), own, np.hstack([one.block for one in scales]))
        status = status_line(data.instrument)
    else:
        rows, status = rows_of(data, None, codes)
        if factors is not None and not isinstance(factors, Mapping):
            raise TypeError("factors: of a frame, a dict of factor to its items")
        named = {str(name): tuple(map(str, items)) for name, items in (factors or {}).items()}
        named = named or {say("dimensions", "one_factor"): rows.items}
        rows = _columns(rows, [item for items in named.values() for item in items])
    if twice := sorted({item for item in rows.items if rows.items.count(item) > 1}):
        raise DataError("item-on-two-factors", items=listed(twice))
    if len(named) > 1 and (small := [name for name, items in named.items() if len(items) < 2]):
        raise DataError("factor-of-one-item", factors=listed(small))
    return rows, status, named


def _columns(rows: Scale, items: list[str]) -> Scale:
    present(pd.DataFrame(columns=list(rows.items)), items)
    at = [rows.items.index(item) for item in items]
    return Scale(tuple(items), tuple(rows.codes[i] for i in at), rows.block[:, at])


def _tested(
    found: Taken,
    gamma: Floats,
    weight: Floats,
    slopes: Floats,
    information: Floats,
    model: tuple[Floats, Floats, Counts],
) -> tuple[Floats, dict[str, float]]:
    """Return the standard errors of all parameters, and the measures of fit."""
    from scipy.special import chdtrc

    loadings, phi, factor = model
    first, second = found.pairs.first, found.pairs.second
    n, k, pairs = found.n, len(loadings), len(first)
    weighted = weight[:, None] * slopes
    solved = np.linalg.solve(information, weighted.T)
    moved = solved @ gamma
    spread = np.sqrt((moved * solved).sum(axis=1) / n)
    residual = found.r - loadings[first] * loadings[second] * phi[factor[first], factor[second]]
    df = pairs - slopes.shape[1]
    srmr = float(np.sqrt((residual**2).sum() / (k * (k + 1) / 2)))
    words = ("statistic", "df", "p_value", "scaling", "unscaled", "cfi", "tli", "rmsea", "rmsea_low", "rmsea_high")
    if df == 0:
        return spread, {**dict.fromkeys(words, float("nan")), "df": 0, "srmr": srmr}
    raw = float(n * (weight @ residual**2))
    whole = weight[:, None] * gamma
    x, scaling, _ = scaled_shifted(raw, whole - weighted @ moved, df)
    x0, _, _ = scaled_shifted(float(n * (weight @ found.r**2)), whole, pairs)
    cfi, tli = against_none(x, df, x0, pairs)
    values = (x, df, float(chdtrc(df, x)), scaling, raw, cfi, tli, *rmsea(x, df, n - 1))
    return spread, {**dict(zip(words, values, strict=True)), "srmr": srmr}


def _with_interval(table: pd.DataFrame, estimate: Floats, se: Floats) -> pd.DataFrame:
    return table.assign(estimate=estimate, se=se, ci_low=estimate - Z * se, ci_high=estimate + Z * se)


def _verdict(fit: Mapping[str, float]) -> str:
    """Return "good" where all three measures are, "poor" where one is, else "middling".

    RMSEA counts by its lower limit: with few degrees of freedom its value alone says little.
    """
    larger = ("rmsea_low", "srmr")
    if fit["cfi"] < POOR["cfi"] or any(fit[name] > POOR[name] for name in larger):
        return "poor"
    good = fit["cfi"] >= GOOD["cfi"] and all(fit[name] <= GOOD[name] for name in larger)
    return "good" if good else "middling"
