"""Hazards compared: Cox's regression with Efron's ties, by site, and a test whether hazards are proportional at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..core.errors import DataError, DesignError
from ..core.language import listed, number, say
from .design import known, left_out_note, matrix, with_blanks
from .estimates import Estimates, Floats, chosen, estimate_table, label, p_words
from .observed import observed
from .site_sums import aliased
from .survival import Curve

TOO_FAR = 30.0  # a spread of log hazards beyond this: some column parts those with the event from all others


@dataclass(frozen=True, eq=False)
class Cox(Estimates):
    """Log hazard ratios. ``ratios``: name, estimate, ci_low, ci_high as hazard ratios. ``proportional``: name,
    statistic (chi-square), df, p_value of the test that the ratio stays the same over time; last "all" together.
    ``events`` stand behind it, ``log_likelihood`` is the partial one.
    """

    ratios: pd.DataFrame
    proportional: pd.DataFrame
    events: int
    log_likelihood: float

    @property
    def sentence(self) -> str:
        return self.said_of(self.term, label(self.term))

    def said_of(self, term: str, name: str) -> str:
        """Return the sentence about a row of the table, by the name given."""
        ratio = self.ratios.set_index("name").loc[term]
        said = {key: number(float(ratio[column]), 2) for key, column in
                (("ratio", "estimate"), ("low", "ci_low"), ("high", "ci_high"))}  # fmt: skip
        said |= {"name": name, "level": number(100 * self.level, 0), "events": str(self.events)}
        p = float(self.proportional.set_index("name").loc[_term(term), "p_value"])
        holds = "ph_unknown" if np.isnan(p) else "ph_fails" if p < 1 - self.level else "ph_not_refuted"
        return f"{say('evaluate', 'cox', **said)} {say('evaluate', holds, p=p_words(p))}"


def cox(
    frame: pd.DataFrame,
    *,
    time: str,
    event: str,
    terms: Sequence[str],
    site: str | None = None,
    term: str | None = None,
    level: float = 0.95,
) -> Cox:
    """Compare hazards by Cox's regression: Efron's ties, a baseline hazard for each site.

    Parameters
    ----------
    frame : DataFrame (one row a person)
        Rows with a blank are left out, and counted.
    time, event : str
        Columns of the time followed (any unit, not below 0) and of 1 for the event, 0 for a person last seen free.
    terms : list of str
        Columns of the model; a column of words becomes one column for each level but the first.
    site : str, optional
        Column of the sites: people are compared inside them only.
    term : str, optional
        The row the sentence is about; the last by default.
    level : float between 0 and 1
        Coverage of the intervals.

    Returns
    -------
    Cox
        Log hazard ratios, with normal intervals; their proportionality is tested against 1 - Kaplan-Meier as time (NaN
        where the events happened at too few different times).

    Raises
    ------
    DataError
        A column is absent or holds words or infinite values; a time below 0, an event other than 0 and 1, nobody with
        the event; a column that parts those with the event from all others, or in which all those at risk are alike
        whenever the event happens.
    DesignError
        A column that is constant (inside every site), or settled by others.

    Source
    ------
    Cox (1972), Journal of the Royal Statistical Society B 34, 187-220; Efron (1977), JASA 72, 557-565 (ties);
    Grambsch & Therneau (1994), Biometrika 81, 515-526, as the score test of R's survival (cox.zph, transform "km").
    """
    seen = observed(frame, time=time, event=event)
    return fitted(frame, seen, time=time, event=event, terms=terms, site=site, term=term, level=level)


def fitted(
    frame: pd.DataFrame,
    seen: tuple[Floats, Floats],
    *,
    time: str,
    event: str,
    terms: Sequence[str],
    site: str | None,
    term: str | None,
    level: float,
) -> Cox:
    """Return Cox's regression of times and events that were looked at already."""
    known(frame, [] if site is None else [site])
    times, kinds = seen
    names, x, _ = matrix(frame, terms)
    about = chosen(term, names)
    sites = np.zeros(len(frame), dtype=int) if site is None else pd.factorize(frame[site])[0]
    kept = ~(np.isnan(times) | np.isnan(kinds) | np.isnan(x).any(axis=1) | (sites < 0))
    blanks = with_blanks(frame, [time, event, *terms, *([site] if site is not None else [])])
    times, kinds, x, sites = times[kept], kinds[kept], x[kept], sites[kept]
    if not kinds.any():
        raise DataError("nobody-back", column=event, people=len(kinds))
    centred = x - pd.DataFrame(x).groupby(sites).transform("mean").to_numpy() if len(names) else x
    if same := aliased(centred.T @ centred):
        code = "aliased-columns" if site is None else "constant-within-sites"
        raise DesignError(code, columns=listed(names[i] for i in same))
    fit = _Fit.of(times, kinds, x, sites, names)
    found = np.column_stack([fit.beta, np.sqrt(np.diag(np.linalg.inv(fit.information))), np.full(len(names), np.inf)])
    table = estimate_table(names, found, len(times), level)
    columns = ["estimate", "ci_low", "ci_high"]
    ratios = pd.concat([table["name"], np.exp(table[columns])], axis=1)
    return Cox(
        table, "", "cox", about, level, ratios, fit.proportional(), int(kinds.sum()), fit.likelihood,
        notes=left_out_note(int((~kept).sum()), blanks),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Moments:
    """For each event: its covariates less the mean of those at risk, their covariance, and 1 - Kaplan-Meier before."""

    residual: Floats
    covariance: Floats
    log: Floats


@dataclass(frozen=True, eq=False)
class _Fit:
    names: tuple[str, ...]
    beta: Floats
    information: Floats
    likelihood: float
    clock: Floats
    moments: _Moments

    @classmethod
    def of(cls, time: Floats, event: Floats, x: Floats, site: Floats, names: tuple[str, ...]) -> _Fit:
        """Climb the partial likelihood by Newton's steps, halved where they would go down."""
        scale = x.std(axis=0)
        z = (x - x.mean(axis=0)) / scale
        order = np.lexsort((-time, site))
        time, event, z, site = time[order], event[order], z[order], site[order]
        beta, made = np.zeros(len(names)), _moments(np.zeros(len(names)), time, event, z, site)
        if same := aliased(made.covariance.sum(axis=0), least=1e-12):
            raise DataError("all-at-risk-alike", columns=listed(names[i] for i in same))
        for _ in range(60):
            step = np.linalg.solve(made.covariance.sum(axis=0), made.residual.sum(axis=0))
            height, size = made.log.sum(), 1.0
            tried = _moments(beta + step, time, event, z, site)
            while tried.log.sum() < height - 1e-12 * abs(height) and size > 1e-9:
                size /= 2
                tried = _moments(beta + size * step, time, event, z, site)
            beta, made = beta + size * step, tried
            if np.ptp(z @ beta) > TOO_FAR:
                far = np.abs(beta) >= 0.5 * np.abs(beta).max()
                raise DataError("hazard-without-end", columns=listed(np.array(names, dtype=object)[far]))
            if np.abs(step).max() < 1e-11 * (1 + np.abs(beta).max()):
                break
        everyone = Curve(time, event)
        clock = 1 - np.append(1.0, everyone.survival)[np.searchsorted(everyone.times, time[event == 1])]
        unit = _Moments(made.residual * scale, made.covariance * np.outer(scale, scale), made.log)
        return cls(names, beta / scale, unit.covariance.sum(axis=0), float(made.log.sum()), clock, unit)

    def proportional(self) -> pd.DataFrame:
        """Return the score test of log hazard ratios that move with the clock, for each term and for all."""
        clock, p = self.clock - self.clock.mean(), len(self.names)
        score = np.append(np.zeros(p), clock @ self.moments.residual)
        covariance = self.moments.covariance
        cross, own = (np.einsum("e,eij->ij", clock**power, covariance) for power in (1, 2))
        information = np.block([[self.information, cross], [cross, own]])
        terms = [_term(name) for name in self.names]
        groups = {one: [i for i in range(p) if terms[i] == one] for one in dict.fromkeys(terms)}
        rows = [self._test(one, places, score, information) for one, places in groups.items()]
        return pd.DataFrame([*rows, self._test("all", list(range(p)), score, information)])

    def _test(self, name: str, places: list[int], score: Floats, information: Floats) -> dict[str, object]:
        from scipy.stats import chi2

        p = len(self.names)
        part = [*range(p), *(p + place for place in places)]
        about, statistic = information[np.ix_(part, part)], float("nan")
        if not aliased(about):
            statistic = float(score[part] @ np.linalg.solve(about, score[part]))
        return {
            "name": name, "statistic": statistic, "df": len(places), "p_value": float(chi2.sf(statistic, len(places)))
        }  # fmt: skip


def _moments(beta: Floats, time: Floats, event: Floats, z: Floats, site: Floats) -> _Moments:
    """Return the moments of those at risk at each event; people stand by site, the longest followed first.

    Of d people with an event at one time, the l-th (0, 1, ...) meets a risk set from which l/d of the d has left.
    """
    eta = z @ beta
    eta = eta - eta.max()
    risk = np.exp(eta)
    columns = np.column_stack([np.ones(len(z)), z, (z[:, :, None] * z[:, None, :]).reshape(len(z), -1)]) * risk[:, None]
    starts = np.append(True, (site[1:] != site[:-1]) | (time[1:] != time[:-1]))
    block = np.cumsum(starts) - 1
    ends = np.append(np.flatnonzero(starts)[1:], len(z)) - 1
    total = np.cumsum(columns, axis=0)
    first = np.append(True, site[1:] != site[:-1])
    outside = (np.vstack([np.zeros(columns.shape[1]), total[:-1]])[first])[np.cumsum(first) - 1]
    tied = np.zeros((len(ends), columns.shape[1]))
    hit = event == 1
    np.add.at(tied, block[hit], columns[hit])
    at = block[hit]
    count = np.bincount(at, minlength=len(ends))
    earlier = np.arange(len(at)) - np.concatenate([[0], np.cumsum(count)])[at]
    sums = (total[ends] - outside[ends])[at] - (earlier / count[at])[:, None] * tied[at]
    p = z.shape[1]
    mean = sums[:, 1 : p + 1] / sums[:, :1]
    square = (sums[:, p + 1 :] / sums[:, :1]).reshape(-1, p, p)
    covariance = square - mean[:, :, None] * mean[:, None, :]
    return _Moments(z[hit] - mean, covariance, eta[hit] - np.log(sums[:, 0]))


def _term(name: str) -> str:
    """Return the column a row of the model comes from."""
    return name.split("[")[0] if name.endswith("]") else name
