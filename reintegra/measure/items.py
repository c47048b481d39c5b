"""Items of a scale: how hard they are, how they go with the rest, and which of them to look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..core.coded import Floats
from ..core.errors import Notice
from ..core.language import number, say, word
from ..core.results import Result
from .direction import opposes
from .sheet import Items, Sheet, sheet


@dataclass(frozen=True, eq=False)
class ItemStatistics(Result):
    """Items of one scale. Columns: item, n, mean, sd, at_lowest, at_highest, item_rest, alpha_if_dropped."""

    n: int
    left_out: int

    @property
    def sentence(self) -> str:
        return say("reliability", "items_sentence", items=len(self.table), n=self.n, out=self.left_out)

    def shown(self) -> pd.DataFrame:
        """Return the table as people read it."""
        t = self.table
        columns = {
            word("column_item"): t["item"],
            word("column_mean"): t["mean"].map(lambda x: number(x, 2)),
            word("column_sd"): t["sd"].map(lambda x: number(x, 2)),
            word("column_lowest"): (100 * t["at_lowest"]).map(lambda x: number(x, 0)),
            word("column_highest"): (100 * t["at_highest"]).map(lambda x: number(x, 0)),
            say("reliability", "item_rest"): t["item_rest"].map(lambda x: number(x, 2)),
            say("reliability", "alpha_if_dropped"): t["alpha_if_dropped"].map(lambda x: number(x, 2)),
        }
        return pd.DataFrame(columns)


def item_statistics(items: Items) -> ItemStatistics:
    """Describe the items of a scale, and name those that go against it.

    Parameters
    ----------
    items : DataFrame (respondents x items), Scale, Moments, or Responses of a questionnaire of one scale
        Item scores after reversal; respondents with a blank are left out.

    Returns
    -------
    ItemStatistics
        Mean and sd (n - 1) in the units of the answers; ``item_rest`` is the correlation with the sum of the other
        items; ``alpha_if_dropped`` is blank with two items. Notes name items that run against the scale (beyond
        the 95 % interval of that correlation, Fisher's z), are constant, or lower alpha.

    Raises
    ------
    DataError
        As for `alpha`.

    Source
    ------
    Henrysson (1963), Psychometrika 28, 211-218 (the item-rest correlation).
    """
    known = sheet(items)
    rest, dropped = item_rest(known), alpha_if_dropped(known)
    table = pd.DataFrame(
        {
            "item": known.names,
            "n": known.n,
            "mean": known.means,
            "sd": np.sqrt(known.item_variance),
            "at_lowest": known.at_low,
            "at_highest": known.at_high,
            "item_rest": rest,
            "alpha_if_dropped": dropped,
        }
    )
    return ItemStatistics(table, "", known.n, known.rows - known.n, notes=(*item_notes(known), *known.notes))


def item_rest(known: Sheet) -> Floats:
    """Return the correlation of each item with the sum of the others; NaN for a constant one."""
    own, row = known.item_variance, known.covariance.sum(axis=1)
    spread = own * (known.variance - 2 * row + own)
    spread[spread <= 1e-12 * known.variance**2] = np.nan
    found: Floats = (row - own) / np.sqrt(spread)
    return found


def alpha_if_dropped(known: Sheet) -> Floats:
    """Return alpha of the others, for each item; NaN where fewer than two others are left or they do not differ."""
    own, k = known.item_variance, len(known.names) - 1
    total = known.variance - 2 * known.covariance.sum(axis=1) + own
    fine = (total > 0) & (k > 1)
    ratio = np.divide(own.sum() - own, total, out=np.full(len(own), np.nan), where=fine)
    dropped: Floats = k / max(k - 1, 1) * (1 - ratio)
    return dropped


def item_notes(known: Sheet) -> Iterator[Notice]:
    """Yield a notice for each item that runs against its scale, those that are constant, and those that lower alpha."""
    k, own = len(known.names), known.item_variance
    alpha = k / (k - 1) * (1 - own.sum() / known.variance)
    rest, dropped = item_rest(known), alpha_if_dropped(known)
    against = [opposes(float(r), known.n) for r in rest]
    for name, r, opposed in zip(known.names, rest, against, strict=True):
        if opposed:
            yield Notice("item-against-scale", columns=(name,), params={"r": lambda r=float(r): number(r, 2)})
    if constant := tuple(name for name, variance in zip(known.names, own, strict=True) if variance <= 0):
        yield Notice("constant-items", columns=constant)
    lowering = tuple(
        name
        for name, opposed, without in zip(known.names, against, dropped, strict=True)
        if without > alpha and not opposed
    )
    if lowering:
        yield Notice("items-lower-alpha", columns=lowering)
