"""One programme in each site: the means of the sites are compared, as many observations as there are sites."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..core.errors import DataError, DesignError
from ..core.language import listed
from ..core.results import checked_draws
from .between import Weighted, reml_tau2
from .estimates import Estimates, Floats, chosen, estimate_table, pairs_of
from .resampling import deal_test, smallest_deal_p
from .robust import Robust
from .site_sums import SiteSums, aliased


@dataclass(frozen=True, eq=False)
class SiteMeans(Estimates):
    """Differences between programmes from the means of sites. ``table`` holds CR2 with every site its own cluster.

    ``knapp_hartung``: the same differences with Knapp and Hartung's standard errors, t(sites - programmes).
    ``permutation``: name, estimate (difference of the unweighted means of sites), p_value, smallest_p, draws.
    ``sites``: site, programme, n, mean, adjusted, variance, weight. ``tau2`` is the variance between sites,
    ``residual`` that of people within one, ``slopes`` those of the other terms within sites.
    """

    knapp_hartung: pd.DataFrame
    permutation: pd.DataFrame
    sites: pd.DataFrame
    tau2: float
    residual: float
    slopes: pd.Series[float]


def compare_site_means(
    sums: SiteSums,
    *,
    programme: str,
    term: str | None = None,
    level: float = 0.95,
    draws: int = 9999,
    seed: int = 0,
) -> SiteMeans:
    """Compare programmes of which every site has one: the default where programmes differ between sites.

    The other terms are adjusted for with their slopes within sites, to the mean of everyone. A site's mean weighs
    1 / (pooled variance within sites / n + REML tau^2).

    Parameters
    ----------
    sums : SiteSums
        From `site_sums`.
    programme : str
        The term of the programme (0 and 1), or the column of words it was made of.
    term : str, optional
        The difference the sentence is about; the last by default.
    level : float between 0 and 1
        Coverage of the intervals.
    draws : int
        Draws of the permutation test where the ways to deal programmes to sites are more than 200 000.
    seed : int
        Of these draws.

    Returns
    -------
    SiteMeans
        Differences of all pairs ("B - A"; of a term of 0 and 1: its name), in the unit of the outcome.

    Raises
    ------
    DesignError
        A site has people in several programmes; a programme has one site only; no site has two people; a term does not
        vary within sites.
    DataError
        No such programme.

    Source
    ------
    Bell & McCaffrey (2002), Survey Methodology 28, 169-181 (CR2); Knapp & Hartung (2003), Statistics in Medicine 22,
    2693-2710; Gail et al. (1996), Statistics in Medicine 15, 1069-1092 (permutation).
    """
    labels, at = sums.arms(programme)
    checked_draws(draws)
    pairs, names = pairs_of(labels)
    names = names if programme in sums.levels else [programme]
    term = chosen(term, names)
    member = sums.mean[:, at]
    mixed = (sums.scatter[:, at, at] > 1e-9).any(axis=1) | ~np.isin(member.round(9), (0, 1)).all(axis=1)
    if mixed.any():
        raise DesignError("several-programmes-a-site", sites=listed(np.array(sums.sites, dtype=object)[mixed]))
    place = (member @ np.arange(1, len(labels))).round().astype(int)
    alone = [label for k, label in enumerate(labels) if (place == k).sum() < 2]
    if alone:
        raise DesignError("one-site-arm", programmes=listed(alone))
    others = [i for i in range(len(sums.terms)) if i not in at]
    slopes, residual = _within(sums, others)
    adjusted = sums.mean[:, -1] - (sums.mean[:, others] - sums.centre[others]) @ slopes
    variance = residual / sums.weight
    x = np.column_stack([np.ones(len(sums)), member])
    tau2 = reml_tau2(adjusted, variance, x)
    fit = Weighted(adjusted, variance, x, tau2)
    gram = fit.weights[:, None, None] * x[:, :, None] * x[:, None, :]
    robust = Robust(gram, (fit.weights * adjusted)[:, None] * x)
    read_off = np.vstack([np.zeros(len(labels)), np.eye(len(labels))[1:]])
    contrasts = [read_off[later] - read_off[earlier] for earlier, later in pairs]
    seen = [robust.of(contrast) for contrast in contrasts]
    kh = [(c @ fit.coefficients, np.sqrt(c @ fit.knapp_hartung @ c), fit.df) for c in contrasts]
    sites = pd.DataFrame(
        {
            "site": sums.sites,
            "programme": [labels[k] for k in place],
            "n": sums.people.round().astype(int),
            "mean": sums.mean[:, -1],
            "adjusted": adjusted,
            "variance": variance,
            "weight": fit.weights,
        }
    )
    return SiteMeans(
        estimate_table(names, seen, sums.n, level),
        "",
        "site_means",
        term,
        level,
        estimate_table(names, kh, sums.n, level),
        _permuted(adjusted, place, dict(zip(names, pairs, strict=True)), draws, seed),
        sites,
        tau2,
        residual,
        pd.Series(slopes, index=[sums.terms[i] for i in others], dtype=float),
        notes=sums.notes,
    )


def _within(sums: SiteSums, others: list[int]) -> tuple[Floats, float]:
    """Return the slopes of the other terms within sites, and the variance of people there."""
    scatter = sums.scatter.sum(axis=0)
    left, right = scatter[np.ix_(others, others)], scatter[others, -1]
    df = sums.n - len(sums) - len(others)
    if df < 1:
        raise DesignError("one-person-sites", sites=len(sums))
    same = [k for k, i in enumerate(others) if sums.terms[i] in sums.between_sites()] or aliased(left)
    if same:
        raise DesignError("constant-within-sites", columns=listed(sums.terms[others[k]] for k in same))
    slopes = np.linalg.solve(left, right) if others else np.empty(0)
    residual = float(scatter[-1, -1] - slopes @ right) / df
    if residual <= 1e-24 * max(1.0, float(np.abs(sums.mean[:, -1]).max()) ** 2):
        raise DataError("no-variance", column=sums.outcome)
    return slopes, residual


def _permuted(
    adjusted: Floats, place: Floats, pairs: dict[str, tuple[int, int]], draws: int, seed: int
) -> pd.DataFrame:
    """Deal each pair of programmes anew to their sites."""
    rows = []
    for name, (earlier, later) in pairs.items():
        pair = (place == earlier) | (place == later)
        treated = place[pair] == later
        difference, p, tried = deal_test(adjusted[pair], treated, draws, seed)
        smallest = max(smallest_deal_p(int(treated.sum()), int((~treated).sum())), 1 / (tried + 1))
        rows.append({"name": name, "estimate": difference, "p_value": p, "smallest_p": smallest, "draws": tried})
    return pd.DataFrame(rows)
