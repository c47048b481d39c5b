"""Comparing people who live in sites: models and tests that count sites as well as people.

All take the sums of the sites (`site_sums`), so that they run alike on a table, on pieces of one, and on sums that
units send.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ..core.errors import DesignError, Notice
from ..core.language import listed
from ..core.results import checked_draws
from .contrasts import holm
from .estimates import ChanceTest, Estimates, Floats, chosen, estimate_table, one_of, pairs_of
from .mixed import Fitted, Model, reml
from .resampling import ENUMERATED, wild_test
from .robust import KINDS, Robust
from .site_sums import SiteSums
from .small_sample import Curvature

DF = ("kenward_roger", "satterthwaite")
UNSURE = 0.1  # decided by one site alone to this share, a coefficient gets no standard error


@dataclass(frozen=True, eq=False)
class MixedModel(Estimates):
    """Coefficients of a model with effects that vary between sites.

    ``between`` holds the variances (and covariances) of what varies, in ``varying``; ``residual`` the variance of
    people within a site; ``criterion`` the REML criterion (-2 log likelihood); ``theta`` the Cholesky factor of
    between / residual, by rows.
    """

    varying: tuple[str, ...]
    between: Floats
    residual: float
    criterion: float
    theta: Floats

    @cached_property
    def icc(self) -> float:
        """The share of variance that lies between sites (of the level, where slopes vary too)."""
        return float(self.between[0, 0] / (self.between[0, 0] + self.residual))


def mixed_model(
    sums: SiteSums,
    *,
    varying: Sequence[str] = (),
    df: str = "kenward_roger",
    term: str | None = None,
    level: float = 0.95,
) -> MixedModel:
    """Fit a mixed model by REML: ``1 | site``, or ``1 + programme | site`` with the programme in ``varying``.

    A random intercept alone claims an effect far too often (.22 for .05) where the effect differs between sites.

    Parameters
    ----------
    sums : SiteSums
        From `site_sums`.
    varying : list of str
        Terms whose coefficients vary between sites, besides the level.
    df : "kenward_roger" or "satterthwaite"
        Degrees of freedom; Kenward and Roger also enlarge the standard errors.
    term : str, optional
        The term the sentence is about; the last by default.
    level : float between 0 and 1
        Coverage of the intervals.

    Returns
    -------
    MixedModel
        Coefficients in the unit of the outcome per unit of the term, t statistics and intervals.

    Raises
    ------
    DesignError
        A term is constant or a combination of others; a varying term is none of the terms, or varies within fewer than
        two sites; too few sites; every site has one person.
    DataError
        The outcome does not vary; more coefficients than people.

    Source
    ------
    Bates et al. (2015), Journal of Statistical Software 67(1) (REML); Giesbrecht & Burns (1985), Biometrics 41,
    477-486; Kuznetsova et al. (2017), Journal of Statistical Software 82(13) (Satterthwaite); Kenward & Roger (1997),
    Biometrics 53, 983-997.
    """
    one_of("df", df, DF)
    term = chosen(term, sums.names)
    fitted = reml(Model.of(sums, tuple(dict.fromkeys(varying))))
    curvature = Curvature(fitted)
    contrasts = sums.to_original
    estimates = contrasts @ fitted.solved.coefficients
    estimates[0] += sums.centre[-1]
    found = [(b, *getattr(curvature, df)(contrast)) for b, contrast in zip(estimates, contrasts, strict=True)]
    table = estimate_table(sums.names, found, sums.n, level)
    between, residual = fitted.solved.between, fitted.solved.residual
    return MixedModel(
        table, "", df, term, level, ("constant", *varying), between, residual, fitted.criterion, fitted.theta,
        notes=(*sums.notes, *_at_the_limit(fitted)),
    )  # fmt: skip


def _at_the_limit(fitted: Fitted) -> tuple[Notice, ...]:
    """Say that variances between sites came out as nothing, or as tied to each other."""
    factor = fitted.model.cholesky(fitted.theta)
    scale = np.sqrt(np.diag(fitted.model.zz.sum(axis=0)) / fitted.model.sums.n)
    return (Notice("variance-at-limit"),) if (np.abs(np.diag(factor)) * scale < 1e-4).any() else ()


def cluster_robust(
    sums: SiteSums,
    *,
    kind: str = "CR2",
    site_effects: bool = False,
    term: str | None = None,
    level: float = 0.95,
) -> Estimates:
    """Fit least squares with cluster-robust standard errors, each site a cluster, and Satterthwaite's df.

    With ``site_effects`` people are compared within their site only. Then CR3 is the delete-one-site jackknife about
    the estimate. The default within sites is ``kind="CR2", site_effects=True``.

    Parameters
    ----------
    sums : SiteSums
        From `site_sums`; weights are taken as inverse variances.
    kind : "CR0", "CR1", "CR2" or "CR3"
        How residuals are adjusted: not at all, by G / (G - 1), unbiased where people vary alike, jackknife.
    site_effects : bool
        A level for every site of its own (absorbed: they stand in no row of the table).
    term : str, optional
        The term the sentence is about; the last by default.
    level : float between 0 and 1
        Coverage of the intervals.

    Returns
    -------
    Estimates
        Coefficients in the unit of the outcome per unit of the term. One that a single site decides has no standard
        error, and a note says so.

    Raises
    ------
    DesignError
        A term is constant or a combination of others (with ``site_effects``: within sites); fewer than two sites.
    DataError
        The outcome does not vary; more coefficients than people.

    Source
    ------
    Bell & McCaffrey (2002), Survey Methodology 28, 169-181; Pustejovsky & Tipton (2018), Journal of Business & Economic
    Statistics 36, 672-683.
    """
    one_of("kind", kind, KINDS)
    gram, moment, names, contrasts = _least_squares(sums, site_effects)
    term = chosen(term, names)
    fit = Robust(gram, moment, kind)
    start = 0.0 if site_effects else float(sums.centre[-1])  # coefficients are about the mean of everyone
    table, notes = _table(fit, contrasts, names, sums.n, level, start)
    method = kind.lower() + ("_within" if site_effects else "")
    return Estimates(table, "", method, term, level, notes=(*sums.notes, *notes))


def cluster_contrasts(
    sums: SiteSums,
    *,
    programme: str,
    kind: str = "CR2",
    site_effects: bool = True,
    adjust: str = "holm",
    against: str | None = None,
    term: str | None = None,
    level: float = 0.95,
) -> Estimates:
    """Compare several programmes with each other, or each with one, with cluster-robust standard errors.

    Parameters
    ----------
    sums : SiteSums
        From `site_sums`, the programme a column of words.
    programme : str
        That column.
    kind, site_effects, level
        As in `cluster_robust`.
    adjust : "holm" or "none"
        Whether p-values may be read all at once; each interval stands alone.
    against : str, optional
        The programme the others are compared with; all pairs without it.
    term : str, optional
        The row the sentence is about; the last by default.

    Returns
    -------
    Estimates
        Rows "B - A", each with its own df, in the unit of the outcome.

    Raises
    ------
    DesignError
        As `cluster_robust`.
    DataError
        As `cluster_robust`; no such programme.

    Source
    ------
    Pustejovsky & Tipton (2018), Journal of Business & Economic Statistics 36, 672-683; Holm (1979), Scandinavian
    Journal of Statistics 6, 65-70.
    """
    one_of("kind", kind, KINDS)
    one_of("adjust", adjust, ("holm", "none"))
    labels, at = sums.arms(programme)
    pairs, rows = pairs_of(labels, against)
    gram, moment, names, _ = _least_squares(sums, site_effects)
    fit = Robust(gram, moment, kind)
    read_off = np.zeros((len(labels), len(names)))
    read_off[range(1, len(labels)), np.array(at) + len(names) - len(sums.terms)] = 1
    made = [read_off[later] - read_off[earlier] for earlier, later in pairs]
    table, notes = _table(fit, made, rows, sums.n, level)
    if adjust == "holm":
        table["p_value"] = holm(table["p_value"].to_numpy())
    method = kind.lower() + ("_within" if site_effects else "")
    return Estimates(table, "", method, chosen(term, rows), level, notes=(*sums.notes, *notes))


def _table(
    fit: Robust, contrasts: Sequence[Floats] | Floats, names: Sequence[str], n: int, level: float, start: float = 0.0
) -> tuple[pd.DataFrame, tuple[Notice, ...]]:
    """Return combinations of coefficients as rows, without an error where one site decides them."""
    seen = np.array([fit.of(contrast) for contrast in contrasts])
    seen[0, 0] += start
    alone = [i for i, contrast in enumerate(contrasts) if fit.alone(contrast) > UNSURE]
    seen[alone, 1:] = np.nan
    note = (Notice("one-site-decides", columns=tuple(names[i] for i in alone)),) if alone else ()
    return estimate_table(names, seen, n, level), note


def _least_squares(sums: SiteSums, site_effects: bool) -> tuple[Floats, Floats, tuple[str, ...], Floats]:
    """Return X'X and X'y of each site, the names of the coefficients, and how they are read off."""
    if len(sums) < 2:
        raise DesignError("too-few-sites", sites=len(sums), needed=2)
    if site_effects:
        inside, names, contrasts = sums.scatter, sums.terms, np.eye(len(sums.terms))
        if constant := sums.between_sites():
            raise DesignError("constant-within-sites", columns=listed(constant))
        sums.check(inside.sum(axis=0), names, parameters=len(names) + len(sums))
    else:
        inside, names, contrasts = sums.products, sums.names, sums.to_original
        sums.check(inside.sum(axis=0)[1:, 1:], sums.terms, parameters=len(names))
    return inside[:, :-1, :-1], inside[:, :-1, -1], names, contrasts


def wild_bootstrap(
    sums: SiteSums,
    *,
    term: str | None = None,
    null: float = 0.0,
    site_effects: bool = False,
    draws: int = 9999,
    seed: int = 0,
) -> ChanceTest:
    """Test one coefficient by turning the signs of whole sites' residuals: the wild cluster bootstrap.

    Residuals are those under the null, signs are Rademacher's. Up to 12 sites all 2^G signs are tried, so that the
    p-value does not depend on a seed.

    Parameters
    ----------
    sums : SiteSums
        From `site_sums`.
    term : str, optional
        The coefficient to test; the last by default.
    null : float
        Its value under the null, in the unit of the outcome per unit of the term.
    site_effects : bool
        A level for every site of its own.
    draws : int
        How many signs are drawn beyond 12 sites.
    seed : int
        Of these draws.

    Returns
    -------
    ChanceTest
        One row: the estimate, its CR1-type t statistic, the share of signs with as large a |t|; no interval.

    Raises
    ------
    DesignError
        As `cluster_robust`.
    DataError
        As `cluster_robust`.

    Source
    ------
    Cameron, Gelbach & Miller (2008), Review of Economics and Statistics 90, 414-427.
    """
    checked_draws(draws)
    gram, moment, names, _ = _least_squares(sums, site_effects)
    term = chosen(term, sums.terms)
    place = names.index(term)
    count = len(sums)
    parameters = moment.shape[1] + (count if site_effects else 0)
    small = count / (count - 1) * (sums.n - 1) / (sums.n - parameters)
    t, p, tried = wild_test(gram, moment, place, null=null, small=small, draws=draws, seed=seed)
    fit = Robust(gram, moment)
    estimate, notes = float(fit.coefficients[place]), sums.notes
    if fit.alone(np.eye(moment.shape[1])[place]) > UNSURE:
        t, p, notes = np.nan, np.nan, (*notes, Notice("one-site-decides", columns=(term,)))
    table = estimate_table([term], [estimate, (estimate - null) / t, np.nan], sums.n, 0.95)
    table = table.assign(statistic=t, p_value=p)
    smallest = 2.0 ** (1 - count) if count <= ENUMERATED else 1 / (draws + 1)
    return ChanceTest(table, "", "wild", term, 0.95, tried, smallest, notes=notes)


def site_table(sums: SiteSums, *, term: str, level: float = 0.95) -> pd.DataFrame:
    """Estimate one coefficient in every site by itself: for a forest of sites, and as input of `synthesis`.

    Parameters
    ----------
    sums : SiteSums
        From `site_sums`.
    term : str
        The coefficient, for example the programme; the other terms are adjusted for within the site.
    level : float between 0 and 1
        Coverage of the intervals.

    Returns
    -------
    DataFrame
        One row a site: name, estimate, se, df, statistic, p_value, ci_low, ci_high, n; blanks where a site has too few
        people, or one programme only; no error where nobody differs.

    Raises
    ------
    DataError
        No such term.

    Source
    ------
    Ordinary least squares within each site.
    """
    chosen(term, sums.terms)
    place = sums.terms.index(term)
    rows = []
    for people, scatter in zip(sums.people, sums.scatter, strict=True):
        df = people - len(sums.terms) - 1
        left, right = scatter[:-1, :-1], scatter[:-1, -1]
        sizes = np.sqrt(np.diag(left))
        whole = df > 0 and (sizes > 0).all()
        if not whole or np.linalg.matrix_rank(left / np.outer(sizes, sizes), tol=1e-9) < len(left):
            rows.append((np.nan, np.nan, np.nan))
            continue
        beta = np.linalg.solve(left, right)
        residual = (scatter[-1, -1] - beta @ right) / df
        settled = residual * df <= 1e-13 * scatter[-1, -1]  # nothing is left that could tell an error
        error = np.nan if settled else np.sqrt(residual * np.linalg.inv(left)[place, place])
        rows.append((beta[place], error, df))
    return estimate_table(sums.sites, rows, sums.people.round().astype(int), level)
