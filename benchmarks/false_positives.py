"""How often a difference is claimed where there is none, at a nominal 5 %.

    python benchmarks/false_positives.py [runs]        5 000 runs a row by default

Invented studies with sites of 10 to 60 people that differ, and no programme effect on average (inside sites it differs
between them). Beside the defaults of this package, on the same draws: ordinary least squares, cluster-robust z (CR1,
normal), Knapp-Hartung; and statsmodels' MixedLM on every 25th draw, because it is slow. 1 - the number is the coverage
of the 95 % interval.
"""

import sys
import warnings

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf
from scipy.stats import norm

from reintegra.evaluate import ancova, cluster_robust, compare_site_means, site_sums

BETWEEN = [(3, 3), (4, 4), (5, 5), (10, 10), (3, 8), (8, 3)]
INSIDE = [3, 5, 10, 20]
KINDS = ["alike", "unequal", "skew", "ceiling"]
EVERY = 25  # draw on which MixedLM is tried


def study(rng, arms, kind):
    """Return one study: (sites with the programme, sites without), or a number of sites with both."""
    inside = isinstance(arms, int)
    count = arms if inside else sum(arms)
    size = rng.integers(10, 60, count)
    site = np.repeat(np.arange(count), size)
    programme = rng.integers(0, 2, len(site)) if inside else (site < arms[0]).astype(int)

    def noise(shape):
        return rng.exponential(1, shape) - 1 if kind == "skew" else rng.normal(0, 1, shape)

    level, effect = 4 * noise(count), 4 * noise(count) * inside
    if kind == "unequal" and not inside:
        level[: arms[0]] *= 2
    pre = rng.normal(55, 12, len(site))
    spread = 9 * (1 + programme * (kind == "unequal" and inside))
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
    else:
        means = compare_site_means(sums, programme="programme")
        found["default"], found["Knapp-Hartung"] = means.row["p_value"], means.knapp_hartung["p_value"].iloc[0]
    model = {"outcome": "post", "programme": "programme", "covariates": ["pre"], "kind": "alike"}
    found["OLS"] = ancova(frame, **model).table["p_value"].iloc[-1]
    found["cluster z"] = 2 * norm.sf(abs(cluster_robust(sums, kind="CR1").row["statistic"]))
    if slow:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fit = smf.mixedlm("post ~ pre + programme", frame, groups="site").fit()
        found["MixedLM z"] = fit.pvalues["programme"]
    return found


def main():
    """Simulate and print one row a layout."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    methods = ["default", "Knapp-Hartung", "OLS", "cluster z", "MixedLM z"]
    print(f"{runs} runs; a share of .05 has a standard error of {np.sqrt(0.05 * 0.95 / runs):.3f}")
    print(f"{'layout':26}" + "".join(f"{name:>15}" for name in methods))
    for arms in [*BETWEEN, *INSIDE]:
        inside = isinstance(arms, int)
        for number, kind in enumerate(KINDS):
            rng = np.random.default_rng([number, *([arms] if inside else arms)])
            rows = [p_values(study(rng, arms, kind), inside, run % EVERY == 0) for run in range(runs)]
            table = pd.DataFrame(rows).reindex(columns=methods)
            shares = (table < 0.05).sum() / table.notna().sum().replace(0, np.nan)
            layout = f"{arms} sites inside" if inside else f"{arms[0]} v {arms[1]} sites"
            print(f"{layout + ', ' + kind:26}" + "".join(f"{share:15.3f}" for share in shares), flush=True)


if __name__ == "__main__":
    main()
