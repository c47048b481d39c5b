"""How often a difference is claimed where there is none, at a nominal 5 %.

    python benchmarks/false_positives.py [runs]        5 000 runs a row by default; the table of docs/methods.md

Invented studies with sites that differ, and no programme effect on average. "alike": 30 people a site and, inside
sites, the same effect in each; else 10 to 60 people, and inside sites an effect that differs, but for "same effect".
Beside the default of `rg.compare`, on the same draws: ordinary least squares, cluster-robust z (CR1, normal), Knapp-
Hartung; and statsmodels' MixedLM with a random intercept on every 25th draw, because it is slow. The default is
computed by the kernel that `compare` calls, and held equal to `compare` itself on every 25th draw. Its interval and
its p-value come from the same t: 1 - the share is the coverage of the interval.
"""

import os
import sys
import warnings
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf
from scipy.stats import norm

import reintegra as rg
from reintegra.evaluate import ancova, cluster_robust, compare_site_means, site_sums

BETWEEN = [(3, 3), (4, 4), (5, 5), (10, 10), (3, 8), (8, 3)]
INSIDE = [3, 5, 10, 20]
KINDS = ["unequal sizes", "unequal variances", "skew", "ceiling", "one giant site", "alike", "same effect"]
METHODS = ["default", "Knapp-Hartung", "OLS", "cluster z", "MixedLM z"]
EVERY = 25  # draw on which MixedLM is tried, and the default held equal to `compare`


def study(rng, arms, kind):
    """Return one study: (sites with the programme, sites without), or a number of sites with both."""
    inside = isinstance(arms, int)
    count = arms if inside else sum(arms)
    size = np.full(count, 30) if kind == "alike" else rng.integers(10, 60, count)
    if kind == "one giant site":
        size[0] = 300
    site = np.repeat(np.arange(count), size)
    programme = rng.integers(0, 2, len(site)) if inside else (site < arms[0]).astype(int)

    def noise(shape):
        return rng.exponential(1, shape) - 1 if kind == "skew" else rng.normal(0, 1, shape)

    level, effect = 4 * noise(count), 4 * noise(count) * (inside and kind not in ("alike", "same effect"))
    if kind == "unequal variances" and not inside:
        level[: arms[0]] *= 2
    pre = rng.normal(55, 12, len(site))
    spread = 9 * (1 + programme * (kind == "unequal variances" and inside))
    post = 20 + 0.6 * pre + level[site] + effect[site] * programme + spread * noise(len(site))
    if kind == "ceiling":
        post = np.minimum(post, np.quantile(post, 0.8))
    return pd.DataFrame({"site": site, "programme": programme, "pre": pre, "post": post})


def p_values(frame, inside, slow):
    """Return the p-value of each method."""
    sums = site_sums(frame, outcome="post", terms=["pre", "programme"], site="site")
    found = {}
    if inside:
        found["default"] = cluster_robust(sums, site_effects=True).row["p_value"]
        if (frame.groupby("site")["programme"].nunique() == 2).sum() < 3:
            found["default"] = np.nan  # a small site happened to have one programme only: no verdict
    else:
        means = compare_site_means(sums, programme="programme")
        found["default"], found["Knapp-Hartung"] = means.row["p_value"], means.knapp_hartung["p_value"].iloc[0]
    model = {"outcome": "post", "programme": "programme", "covariates": ["pre"], "kind": "alike"}
    found["OLS"] = ancova(frame, **model).table["p_value"].iloc[-1]
    found["cluster z"] = 2 * norm.sf(abs(cluster_robust(sums, kind="CR1").row["statistic"]))
    if slow:
        compared = rg.compare(frame, outcome="post", programme="programme", site="site", baseline="pre", opinions=False)
        np.testing.assert_allclose(found["default"], compared.table["p_value"].iloc[0], rtol=1e-9)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fit = smf.mixedlm("post ~ pre + programme", frame, groups="site").fit()
        found["MixedLM z"] = fit.pvalues["programme"]
    return found


def shares(arms, kind, runs):
    """Return the share of runs in which each method claims a difference."""
    inside = isinstance(arms, int)
    rng = np.random.default_rng([KINDS.index(kind), *([arms] if inside else arms)])
    rows = [p_values(study(rng, arms, kind), inside, run % EVERY == 0) for run in range(runs)]
    table = pd.DataFrame(rows).reindex(columns=METHODS)
    return (table < 0.05).sum() / table.notna().sum().replace(0, np.nan)


def main():
    """Simulate and print one row a layout."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    print(f"{runs} runs; a share of .05 has a standard error of {np.sqrt(0.05 * 0.95 / runs):.3f}\n")
    print("| layout | sites | " + " | ".join(METHODS) + " |\n|---|---|" + "---|" * len(METHODS))
    layouts = [(arms, kind) for arms in [*BETWEEN, *INSIDE] for kind in KINDS]
    layouts = [(arms, kind) for arms, kind in layouts if isinstance(arms, int) or kind != "same effect"]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        waiting = [pool.submit(shares, arms, kind, runs) for arms, kind in layouts]
        for (arms, kind), found in zip(layouts, waiting, strict=True):
            layout = f"{arms} sites inside" if isinstance(arms, int) else f"{arms[0]} v {arms[1]} sites"
            cells = " | ".join("" if np.isnan(share) else f"{share:.3f}".lstrip("0") for share in found.result())
            print(f"| {layout} | {kind} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
