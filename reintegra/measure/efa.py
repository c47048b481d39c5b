"""Exploratory factors: which items go together when nothing is laid down beforehand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..core.coded import Floats
from ..core.errors import DataError, Notice
from ..core.language import number, say
from ..core.results import Result
from .cfa import least_for
from .factors import LEAST_UNIQUE, general_factor, in_order, minres, oblimin, varimax
from .taken import Correlated, Declared, Measured, Taken, correlated, empty_cells, positive, taken

ROTATIONS = ("oblimin", "varimax", "none")
CORRELATIONS = ("pearson", "polychoric")


@dataclass(frozen=True, eq=False)
class Exploratory(Result):
    """Factors of items. ``table``: item, one column a factor (F1, F2, ...: the pattern), communality, uniqueness.

    ``factors``: correlations of the factors. ``explained``: the share of the items' variance that the factors carry.
    ``omega_total`` is of these factors; ``omega_hierarchical`` is the share of the sum's variance from the general
    factor above them (Schmid–Leiman; NaN unless oblique with three factors or more). Each from these factors only.
    """

    factors: pd.DataFrame
    explained: float
    omega_total: float
    omega_hierarchical: float
    rotation: str
    n: int

    @property
    def loadings(self) -> pd.DataFrame:
        """The pattern, indexed by item."""
        return self.table.set_index("item")[list(self.factors.columns)]

    @property
    def sentence(self) -> str:
        words = {"factors": len(self.factors), "items": len(self.table), "n": self.n}
        rotation = say("dimensions", f"rotation_{self.rotation}")
        return say("dimensions", "efa_sentence", **words, rotation=rotation, share=number(100 * self.explained, 0))

    def shown(self) -> pd.DataFrame:
        """Return the loadings as people read them."""
        columns = {say("dimensions", "column_item"): self.table["item"]}
        columns |= {name: self.table[name].map(lambda x: number(x, 2)) for name in self.factors.columns}
        return pd.DataFrame({**columns, "h²": self.table["communality"].map(lambda x: number(x, 2))})


def efa(
    data: Measured,
    factors: int,
    scale: str | None = None,
    *,
    codes: Declared = None,
    rotation: str = "oblimin",
    correlation: str = "pearson",
) -> Exploratory:
    """Look for factors by least residuals (minres), turned obliquely or at right angles. Counts or sums are enough.

    Parameters
    ----------
    data : Responses, Scale, Moments, Products, or DataFrame (people x items)
        Answers, their Burt table, or for Pearson correlations their cross products; people with a blank are left out. A
        DataFrame holds codes, or for Pearson correlations, where none are declared, numbers of any unit.
    factors : int
        How many; see `parallel_analysis`.
    scale : str, optional
        The score whose items are meant, for Responses; every item that is scored by default.
    codes : list of numbers, or dict of item to list, optional
        The declared answers, for a DataFrame.
    rotation : "oblimin", "varimax" or "none"
        Oblimin is direct quartimin without Kaiser's weights, from twelve seeded starts; varimax is with them.
    correlation : "pearson" or "polychoric"
        Of the answers, or of what lies under ordered ones.

    Returns
    -------
    Exploratory
        Factors stand in the order of their squared loadings, each turned so that its loadings sum to more than 0.

    Raises
    ------
    DataError
        Too few people (100 for one factor, 50 more for each further one; three need 200, nine 500); more factors than
        the items allow; an item with one answer only.

    Source
    ------
    Harman & Jones (1966), Psychometrika 31, 351-368; Jennrich & Sampson (1966), Psychometrika 31, 313-323; Kaiser
    (1958), Psychometrika 23, 187-200; omega: Zinbarg, Revelle, Yovel & Li (2005), Psychometrika 70, 123-133.
    """
    for value, allowed in ((rotation, ROTATIONS), (correlation, CORRELATIONS)):
        if value not in allowed:
            raise ValueError(f"{value!r}: {' | '.join(allowed)}")
    if factors < 1:
        raise ValueError("factors: 1 or more")
    rotation = rotation if factors > 1 else "none"
    found: Correlated | Taken
    if correlation == "pearson":
        found = correlated(data, scale, codes, "efa", least_for(factors), items=3)
        notes, r = list(found.notes), found.pearson
    else:
        found = taken(data, scale, codes, "efa", least_for(factors), items=3)
        notes, r = [*found.notes, *empty_cells(found)], found.polychoric
    if (k := len(found.items)) <= factors or (k - factors) ** 2 < k + factors:
        raise DataError("too-many-factors", factors=factors, items=k)
    if not positive(r):
        notes.append(Notice("not-positive-definite"))
    loadings, unique = minres(r, factors)
    if (bound := unique <= LEAST_UNIQUE).any():
        notes.append(Notice("uniqueness-at-bound", columns=tuple(np.array(found.items)[bound])))
    pattern, phi = _turned(loadings, rotation)
    names = [f"F{i + 1}" for i in range(factors)]
    communality = np.einsum("if,fg,ig->i", pattern, phi, pattern)
    table = pd.DataFrame(pattern, columns=names)
    table.insert(0, "item", found.items)
    table = table.assign(communality=communality, uniqueness=1 - communality)
    total, general = _omegas(r, pattern, phi, communality, rotation)
    between = pd.DataFrame(phi, index=names, columns=names)
    share = float(communality.mean())
    return Exploratory(table, found.status, between, share, total, general, rotation, found.n, notes=tuple(notes))


def _turned(loadings: Floats, rotation: str) -> tuple[Floats, Floats]:
    right = np.eye(loadings.shape[1])
    if rotation == "oblimin":
        return oblimin(loadings)
    return (varimax(loadings), right) if rotation == "varimax" else in_order(loadings, right)


def _omegas(r: Floats, pattern: Floats, phi: Floats, communality: Floats, rotation: str) -> tuple[float, float]:
    """Return omega total and hierarchical of the sum of the items."""
    total = float(1 - (1 - communality).sum() / r.sum())
    if rotation != "oblimin" or len(phi) < 3:
        return total, float("nan")
    general, _ = general_factor(pattern, phi)
    return total, float(general.sum() ** 2 / r.sum())
