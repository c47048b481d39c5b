"""How many dimensions answers have, and whether they can be factored at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..core.coded import Floats
from ..core.errors import DataError
from ..core.language import number, say
from ..core.results import Result, checked_draws, checked_level
from .taken import Correlated, Declared, Measured, correlated, positive

LEAST = 100
SHUFFLED = 5_000


@dataclass(frozen=True, eq=False)
class Adequacy(Result):
    """Whether items share enough to be factored. ``table``: item, msa (Kaiser's measure of each item, 0 to 1).

    ``kmo`` is that of all items; ``statistic``, ``df`` and ``p_value`` are Bartlett's test of no correlation at all.
    """

    kmo: float
    statistic: float
    df: int
    p_value: float
    n: int

    @property
    def sentence(self) -> str:
        level = next(word for least, word in KMO_WORDS if self.kmo >= least)
        words = {"kmo": number(self.kmo, 2), "level": say("dimensions", f"kmo_{level}"), "df": self.df, "n": self.n}
        tiny = "< " + number(0.001, 3) if self.p_value < 0.001 else "= " + number(self.p_value, 3)
        return say("dimensions", "adequacy_sentence", **words, statistic=number(self.statistic, 1), p=tiny)

    def shown(self) -> pd.DataFrame:
        """Return the table as people read it."""
        msa = self.table["msa"].map(lambda x: number(x, 2))
        return pd.DataFrame({say("dimensions", "column_item"): self.table["item"], "MSA": msa})


KMO_WORDS = ((0.8, "high"), (0.6, "middling"), (0.5, "low"), (0.0, "none"))


def adequacy(data: Measured, scale: str | None = None, *, codes: Declared = None) -> Adequacy:
    """Work out the Kaiser–Meyer–Olkin measure and Bartlett's test of sphericity. Counts or sums are enough.

    Parameters
    ----------
    data : Responses, Scale, Moments, Products, or DataFrame (people x items)
        Answers, their Burt table, or their cross products; people with a blank are left out. A DataFrame holds codes,
        or where none are declared numbers of any unit.
    scale : str, optional
        The score whose items are meant, for Responses; every item that is scored by default.
    codes : list of numbers, or dict of item to list, optional
        The declared answers, for a DataFrame.

    Returns
    -------
    Adequacy
        Both from Pearson correlations of the answers. Bartlett's test is nearly always significant: it says only that
        the items are not all unrelated.

    Raises
    ------
    DataError
        Fewer than three items or 30 people; an item with one answer only; correlations that have no inverse.

    Source
    ------
    Kaiser (1974), Psychometrika 39, 31-36; Bartlett (1951), Biometrika 38, 337-344.
    """
    from scipy.special import chdtrc

    found = correlated(data, scale, codes, "adequacy", 30, items=3)
    r = _invertible(found.pearson, found.n)
    inverse = np.linalg.inv(r)
    spread = np.sqrt(np.diag(inverse))
    left = inverse / np.outer(spread, spread)
    np.fill_diagonal(left, 0.0)
    seen = r - np.eye(len(r))
    shared, apart = (seen**2).sum(axis=0), (left**2).sum(axis=0)
    table = pd.DataFrame({"item": found.items, "msa": shared / (shared + apart)})
    kmo = float(shared.sum() / (shared.sum() + apart.sum()))
    k, n = len(r), found.n
    statistic = float(-(n - 1 - (2 * k + 5) / 6) * np.linalg.slogdet(r)[1])
    df = k * (k - 1) // 2
    return Adequacy(table, found.status, kmo, statistic, df, float(chdtrc(df, statistic)), n, notes=found.notes)


def _invertible(r: Floats, n: int) -> Floats:
    if n <= len(r) or not positive(r):
        raise DataError("no-inverse", items=len(r), n=n)
    return r


@dataclass(frozen=True, eq=False)
class Parallel(Result):
    """Parallel analysis. One row a dimension: dimension, eigenvalue, random_mean, random_high, and for the variance
    that items share (communalities in the diagonal) shared_eigenvalue, shared_random_mean, shared_random_high.

    ``components`` and ``factors``: how many lead before the first that does not exceed the random one.
    """

    components: int
    factors: int
    n: int
    draws: int

    @property
    def sentence(self) -> str:
        words = {"components": self.components, "factors": self.factors, "n": self.n, "draws": self.draws}
        return say("dimensions", "parallel_sentence", **words)

    def shown(self) -> pd.DataFrame:
        """Return the table as people read it."""
        columns = {say("dimensions", "column_dimension"): self.table["dimension"]}
        names = {"eigenvalue": "eigenvalue", "random": "random_high"}
        names |= {"shared": "shared_eigenvalue", "shared_random": "shared_random_high"}
        for name, column in names.items():
            columns[say("dimensions", f"column_{name}")] = self.table[column].map(lambda x: number(x, 2))
        return pd.DataFrame(columns)


def parallel_analysis(
    data: Measured,
    scale: str | None = None,
    *,
    codes: Declared = None,
    draws: int = 200,
    level: float = 0.95,
    seed: int = 1,
) -> Parallel:
    """Compare eigenvalues with those of the same answers shuffled within each item. Counts are enough.

    Parameters
    ----------
    data : Responses, Scale, Moments, Products, or DataFrame (people x items)
        Answers, their Burt table, or of more than 5,000 people their cross products; people with a blank are left out.
        A DataFrame holds codes, or where none are declared numbers of any unit.
    scale : str, optional
        The score whose items are meant, for Responses; every item that is scored by default.
    codes : list of numbers, or dict of item to list, optional
        The declared answers, for a DataFrame.
    draws : int
        How many times the columns are shuffled; over 5,000 people what shuffling gives is drawn from its distribution.
    level : float between 0 and 1
        The quantile of the shuffled eigenvalues to be exceeded.
    seed : int
        The same seed gives the same shuffles, in whatever order people stand.

    Returns
    -------
    Parallel
        From Pearson correlations of the answers. Components are the cautious count; factors, from the variance that
        items share (squared multiple correlations in the diagonal), are the most there may be.

    Raises
    ------
    DataError
        Fewer than three items or 100 people; an item with one answer only; correlations that have no inverse; cross
        products of 5,000 people or fewer.

    Source
    ------
    Horn (1965), Psychometrika 30, 179-185; shuffled columns: Buja & Eyuboglu (1992), Multivariate Behavioral Research
    27, 509-540; shared variance: Humphreys & Montanelli (1975), Multivariate Behavioral Research 10, 193-205.
    """
    checked_level(level)
    checked_draws(draws)
    found = correlated(data, scale, codes, "parallel", LEAST, items=3, most=SHUFFLED)
    k, n = len(found.items), found.n
    r = _invertible(found.pearson, n)
    shuffled = _shuffled(found, draws, np.random.default_rng(seed))
    table = pd.DataFrame({"dimension": np.arange(1, k + 1)})
    counts = []
    for name, change in (("", lambda m: m), ("shared_", _shared)):
        own = np.linalg.eigvalsh(change(r[None]))[0, ::-1]
        random = np.linalg.eigvalsh(change(shuffled))[:, ::-1]
        table[f"{name}eigenvalue"] = own
        table[f"{name}random_mean"] = random.mean(axis=0)
        table[f"{name}random_high"] = high = np.quantile(random, level, axis=0)
        counts.append(int(np.argmin(np.append(own > high, False))))
    return Parallel(table, found.status, counts[0], counts[1], n, draws, notes=found.notes)


def _shuffled(found: Correlated, draws: int, rng: np.random.Generator) -> Floats:
    """Return the correlations (draws x items x items) of answers shuffled item by item.

    Of many people they are drawn: shuffling gives each a mean of 0 and a variance of 1 / (n - 1), uncorrelated.
    """
    k, n, values = len(found.items), found.n, found.answers
    if n > SHUFFLED:
        lower = np.tril(rng.normal(0, 1 / np.sqrt(n - 1), (draws, k, k)), -1)
        return np.eye(k) + lower + lower.swapaxes(1, 2)
    if values is None:
        raise DataError("needs-rows")
    values = (values - values.mean(axis=1, keepdims=True)) / (values.std(axis=1, keepdims=True) * np.sqrt(n))
    shuffled = np.empty((draws, k, k))
    for draw in range(draws):
        mixed = rng.permuted(values, axis=1)
        shuffled[draw] = mixed @ mixed.T
    return shuffled


def _shared(r: Floats) -> Floats:
    """Return correlations with the squared multiple correlation of each item in the diagonal."""
    at = np.arange(r.shape[1])
    changed = r.copy()
    changed[:, at, at] = 1 - 1 / np.linalg.inv(r)[:, at, at]
    return changed


@dataclass(frozen=True, eq=False)
class AveragePartial(Result):
    """Velicer's minimum average partial. Columns: components (taken out), squared, fourth (mean of that power of the
    partial correlations that are left); the count with the smallest one is the number of components.
    """

    components: int
    n: int

    @property
    def sentence(self) -> str:
        return say("dimensions", "map_sentence", components=self.components, n=self.n)

    def shown(self) -> pd.DataFrame:
        """Return the table as people read it."""
        columns = {say("dimensions", "column_components"): self.table["components"]}
        columns[say("dimensions", "column_squared")] = self.table["squared"].map(lambda x: number(x, 4))
        return pd.DataFrame(columns)


def minimum_average_partial(data: Measured, scale: str | None = None, *, codes: Declared = None) -> AveragePartial:
    """Count components until what they leave is least correlated. Counts or sums are enough.

    Parameters
    ----------
    data : Responses, Scale, Moments, Products, or DataFrame (people x items)
        Answers, their Burt table, or their cross products; people with a blank are left out. A DataFrame holds codes,
        or where none are declared numbers of any unit.
    scale : str, optional
        The score whose items are meant, for Responses; every item that is scored by default.
    codes : list of numbers, or dict of item to list, optional
        The declared answers, for a DataFrame.

    Returns
    -------
    AveragePartial
        From Pearson correlations of the answers; the number of components is that of the squared partials.

    Raises
    ------
    DataError
        Fewer than three items or 100 people; an item with one answer only.

    Source
    ------
    Velicer (1976), Psychometrika 41, 321-327; fourth powers: Velicer, Eaton & Fava (2000), in Problems and Solutions in
    Human Assessment, 41-71.
    """
    found = correlated(data, scale, codes, "map", LEAST, items=3)
    r, k = found.pearson, len(found.items)
    values, vectors = np.linalg.eigh(r)
    loadings = (vectors * np.sqrt(np.maximum(values, 0)))[:, ::-1]
    off = ~np.eye(k, dtype=bool)
    rows = []
    for taken_out in range(k - 1):
        left = r - loadings[:, :taken_out] @ loadings[:, :taken_out].T
        spread = np.sqrt(np.diag(left).clip(min=0))
        if spread.min() < 1e-6:
            break
        partial = (left / np.outer(spread, spread))[off]
        means = {"squared": float((partial**2).mean()), "fourth": float((partial**4).mean())}
        rows.append({"components": taken_out, **means})
    table = pd.DataFrame(rows)
    best = int(table["components"][table["squared"].idxmin()])
    return AveragePartial(table, found.status, best, found.n, notes=found.notes)
