"""What stands beside the difference: effect sizes, reliable change, slopes, contrasts, sites, what else people got."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..core.errors import DesignError, Notice
from ..core.language import number
from ..core.results import Estimate
from ..measure.intraclass import Retest
from ..measure.reliable import reliable_change
from .ancova import ancova
from .by_layout import Difference, compared, sums_of, tried
from .clustered import cluster_robust, site_table
from .contrasts import contrasts, equivalence, holm
from .effects import change_effects, group_effects
from .estimates import estimate_table
from .layout import Layout
from .roster import Roster
from .synthesis import Synthesis, synthesis


def effect_sizes(study: Roster, made: Difference, level: float) -> pd.DataFrame:
    """Return d_ppc2 where there is a baseline, else Hedges' g, for reading beside other studies.

    The formulas take people as independent. Where errors go by site or group, the interval is that of the difference,
    in the same SDs; without one there is none.
    """
    people = compared(study, made.pair)
    groups = [people[people[study.programme] == name] for name in made.pair.programmes]
    if study.baseline is None:
        found = group_effects(*(group[study.outcome] for group in groups), level=level).table
    else:
        pairs = [(group[study.baseline], group[study.outcome]) for group in groups]
        found = change_effects(pairs[0], pairs[1], level=level).table
    sizes = found[found["name"].isin(["d_ppc2", "g"])].reset_index(drop=True)
    if made.method == "ancova_hc3":
        return sizes
    row = made.row
    sd = float(found["estimate"].iloc[0] / sizes["estimate"].iloc[0]) if sizes["estimate"].iloc[0] else np.nan
    half = (row["ci_high"] - row["ci_low"]) / 2 / sd
    return sizes.assign(
        se=row["se"] / sd, df=row["df"], ci_low=sizes["estimate"] - half, ci_high=sizes["estimate"] + half
    )


def reliable_shares(study: Roster, retest: float | Retest, level: float) -> pd.DataFrame:
    """Return for each programme how many people changed by more than the error of two scores.

    Columns: name, n, rose, fell, unclear (people), share_rose, share_fell, smallest (the smallest reliable change in
    the unit of the score, from everyone's standard deviations).
    """
    if study.baseline is None:
        raise DesignError("nothing-before")
    people = study.people.dropna(subset=[study.outcome, study.baseline])
    sd = float(people[study.baseline].std()), float(people[study.outcome].std())
    found = reliable_change(people[study.baseline], people[study.outcome], retest=retest, sd=sd, level=level)
    rows = []
    for name in study.programmes:
        verdicts = found.table["verdict"][(people[study.programme] == name).to_numpy()]
        counts = {verdict: int((verdicts == verdict).sum()) for verdict in ("rose", "fell", "unclear")}
        shares = {f"share_{verdict}": counts[verdict] / max(len(verdicts), 1) for verdict in ("rose", "fell")}
        rows.append({"name": name, "n": len(verdicts), **counts, **shares, "smallest": found.smallest})
    return pd.DataFrame(rows)


def slopes(study: Roster, layout: Layout, level: float) -> pd.DataFrame:
    """Return how much the slope of the baseline differs between programmes; p by Holm where there are several.

    Within sites where there are two or more, with errors by site; else among people, HC3.
    """
    if study.baseline is None:
        raise DesignError("nothing-before")
    people = study.analysed
    centred = people[study.baseline] - people[study.baseline].mean()
    crossed = {f"{pair.name}, {study.baseline}": pair.programme for pair in layout.pairs}
    products = {name: centred * (people[study.programme] == arm) for name, arm in crossed.items()}
    people, names = people.assign(**products), list(products)
    if len(layout.counts) < 2:
        before = [*study.before, *names]
        model = ancova(people, outcome=study.outcome, programme=study.programme, covariates=before, level=level)
        table = model.table
    else:
        inside = [study.programme] if any(pair.shared for pair in layout.pairs) else []
        sums = sums_of(study, people, str(study.site), [*inside, *study.before, *names])
        table = cluster_robust(sums, site_effects=True, level=level).table
    table = table[table["name"].isin(names)].reset_index(drop=True)
    return table.assign(p_value=holm(table["p_value"].to_numpy()))


def all_contrasts(
    study: Roster, layout: Layout, made: Sequence[Difference], adjust: str | None, level: float
) -> tuple[pd.DataFrame, tuple[Notice, ...]]:
    """Return all pairs of three or more programmes (Dunnett: each with the reference), p-values adjusted together.

    Tukey's and Dunnett's are those of people who are independent of each other; over sites it is Holm's.
    """
    independent = all(difference.method == "ancova_hc3" for difference in made) and len(layout.counts) < 2
    chosen = adjust or ("tukey" if independent else "holm")
    if independent:
        options: dict[str, Any] = {"outcome": study.outcome, "programme": study.programme}
        model = ancova(study.analysed, **options, covariates=study.before, level=level)
        return contrasts(model, adjust=chosen, level=level).table, ()
    table = pd.DataFrame([difference.row for difference in made]).reset_index(drop=True)
    if chosen != "none":
        table["p_value"] = holm(table["p_value"].to_numpy())
    return table, (Notice("holm-instead", params={"adjust": chosen}),) if chosen in ("tukey", "dunnett") else ()


def sites_of(
    study: Roster, layout: Layout, made: Sequence[Difference], level: float
) -> tuple[pd.DataFrame, dict[str, Synthesis]]:
    """Return the sites for the eye: the difference in each that holds two programmes, the mean of each that holds one.

    Columns: site, compared ("B - A", or the programme), estimate, se, df, ci_low, ci_high, n. Beside it, for each
    difference seen in two sites or more, their synthesis with its prediction interval.
    """
    columns = ["site", "compared", "estimate", "se", "df", "ci_low", "ci_high", "n"]
    if study.site is None:
        return pd.DataFrame(columns=columns), {}
    tables, together = [], {}
    for pair in (difference.pair for difference in made):
        if pair.shared:
            sums = sums_of(study, compared(study, pair), str(study.site))
            table = site_table(sums, term=sums.terms[0], level=level)
            tables.append(table.rename(columns={"name": "site"}).assign(compared=pair.name))
            if table["se"].notna().sum() > 1:
                together[pair.name] = synthesis(table, level=level)
    means = next(
        (difference.beside["site_means"].sites for difference in made if "site_means" in difference.beside), None
    )
    if means is not None and not tables:
        shown = estimate_table(
            means["site"], np.column_stack([means["adjusted"], np.sqrt(means["variance"]), [np.inf] * len(means)]),
            means["n"].to_numpy(), level,
        )  # fmt: skip
        tables.append(shown.rename(columns={"name": "site"}).assign(compared=means["programme"].to_numpy()))
    elif not tables:
        tables.append(_plain_means(study, level))
    return pd.concat(tables, ignore_index=True)[columns], together


def _plain_means(study: Roster, level: float) -> pd.DataFrame:
    """Return the mean of each site and programme as it is."""
    people = study.analysed
    by = [people[study.site].astype(str).rename("site"), people[study.programme].astype(str).rename("compared")]
    seen = people[study.outcome].groupby(by).agg(["mean", "std", "count"]).reset_index()
    found = np.column_stack([seen["mean"], seen["std"] / np.sqrt(seen["count"]), seen["count"] - 1])
    table = estimate_table(seen["site"], found, seen["count"].to_numpy(), level)
    return table.rename(columns={"name": "site"}).assign(compared=seen["compared"])


def detectable(row: pd.Series[Any], level: float) -> float:
    """Return the smallest difference this study, with its people and sites, would find in 80 % of such studies.

    Bloom (1995): (t of the test + t of .80) standard errors, in the unit of the outcome.
    """
    from scipy import stats

    df = float(row["df"])
    return float((stats.t.ppf((1 + level) / 2, df) + stats.t.ppf(0.8, df)) * float(row["se"]))


def alike_within(made: Sequence[Difference], margin: float) -> tuple[pd.DataFrame, tuple[Notice, ...]]:
    """Return two one-sided tests of each difference for which there is a verdict."""
    tables, notes = [], []
    for difference in made:
        if not margin > 0 or (difference.verdict and np.isfinite(difference.row["se"])):
            tables.append(equivalence(difference.estimates, margin=margin).table)
        else:
            notes.append(Notice("no-equivalence", columns=(difference.pair.name,)))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(), tuple(notes)


def also_got(study: Roster, others: Sequence[str]) -> pd.DataFrame:
    """Return what else people got: name, also, then a column for each programme with how many of its people."""
    tables = []
    for column in others:
        got = study.people[column].astype(object).where(study.people[column].notna(), "–")
        counts = pd.crosstab(got.astype(str).to_numpy(), study.people[study.programme].astype(str).to_numpy())
        counts = counts.reindex(columns=list(study.programmes), fill_value=0)
        tables.append(counts.rename_axis(None, axis=1).rename_axis("also").reset_index().assign(name=column))
    table = pd.concat(tables, ignore_index=True)
    return table[["name", "also", *study.programmes]]


def at_waves(study: Roster, make: Any) -> tuple[pd.DataFrame, tuple[Notice, ...]]:
    """Return the differences at each later wave (column wave, then as in every table); ``make`` makes those of one."""
    rows: list[dict[str, Any]] = []
    notes: list[Notice] = []
    for wave, outcome in study.waves.items():
        made, why = tried(wave, lambda at=outcome: make(at))  # type: ignore[misc]
        notes += why
        rows += [{"wave": wave, **difference.row} for difference in made or ()]
    return pd.DataFrame(rows), tuple(notes)


def all_alike(study: Roster) -> tuple[Notice, ...]:
    """Say in which programmes everyone has the same outcome (perfect separation where it is 0 or 1)."""
    spread = study.analysed.groupby(study.programme, observed=True)[study.outcome].nunique()
    same = tuple(str(name) for name in spread.index[spread == 1])
    return (Notice("all-alike", columns=same, params={"column": study.outcome}),) if same else ()


def risk_difference(study: Roster, made: Difference, level: float) -> tuple[Estimate | None, tuple[Notice, ...]]:
    """Return the difference of two shares with Newcombe's interval, and how it is said, for an outcome of 0 and 1.

    It takes people as independent, so it is given only where errors go by person; it holds where everyone of a
    programme has the outcome and an odds ratio would be infinite. Newcombe (1998), Statistics in Medicine 17, 873-890.
    """
    people = compared(study, made.pair)
    if made.method != "ancova_hc3" or not people[study.outcome].isin((0, 1)).all():
        return None, ()
    from statsmodels.stats.proportion import confint_proportions_2indep

    groups = people.groupby(study.programme, observed=True)[study.outcome].agg(["sum", "count"])
    (yes, n), (yes0, n0) = (groups.loc[name].astype(int) for name in made.pair.programmes)
    low, high = confint_proportions_2indep(yes, n, yes0, n0, method="newcomb", compare="diff", alpha=1 - level)
    found = Estimate(made.pair.name, yes / n - yes0 / n0, float(low), float(high), int(n + n0), level=level)
    said = {"name": made.pair.name, "yes": yes, "n": n, "yes0": yes0, "n0": n0}
    numbers = {"points": found.value, "low": found.ci_low, "high": found.ci_high}
    said |= {key: lambda x=x: number(100 * x, 0) for key, x in numbers.items()}
    return found, (Notice("risk-difference", params=said),)


def lonely_sites(study: Roster) -> tuple[Notice, ...]:
    """Say which sites have one person."""
    if study.site is None:
        return ()
    counts = study.analysed[study.site].astype(str).value_counts()
    lonely = tuple(sorted(counts.index[counts == 1]))
    return (Notice("lonely-sites", columns=lonely, params={"sites": len(lonely)}),) if lonely else ()
