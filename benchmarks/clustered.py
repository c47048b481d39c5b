"""100 000 people in 600 sites: REML, degrees of freedom, cluster-robust variances.

    python benchmarks/clustered.py

One pass over the rows, then everything from the sums of the sites; beside it statsmodels' MixedLM and its
cluster-robust OLS (which has no small-sample df), and lme4 with lmerTest where R is installed. Of ours the best of five
turns is shown; the peers, which are slow, run once. Coefficients are compared.
"""

import shutil
import subprocess
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf

from reintegra.evaluate import cluster_robust, mixed_model, site_sums
from reintegra.evaluate.mixed import Model, reml
from reintegra.evaluate.small_sample import Curvature

PEOPLE, SITES = 100_000, 600
TERMS = ["pre", "age", "programme"]
FORMULA = "post ~ " + " + ".join(TERMS)

R_CODE = """
suppressPackageStartupMessages(library(lmerTest))
d <- read.csv(commandArgs(TRUE)[1])
t0 <- proc.time()[3]; m <- lmer(post ~ pre + age + programme + (1 | site), d); t1 <- proc.time()[3]
s <- summary(m)$coefficients; t2 <- proc.time()[3]
cat(sprintf("%.3f %.3f %.10f", t1 - t0, t2 - t1, s["programme", "Estimate"]))
"""


def people(rng):
    """Return invented people whose sites differ."""
    site = rng.integers(0, SITES, PEOPLE)
    frame = pd.DataFrame({"site": [f"S{s:03d}" for s in site], "programme": (rng.random(PEOPLE) < 0.5).astype(int)})
    frame["pre"], frame["age"] = rng.normal(55, 12, PEOPLE), rng.normal(33, 8, PEOPLE).clip(19, 65)
    level, slope = rng.normal(0, 4, SITES)[site], rng.normal(3, 2, SITES)[site]
    noise = rng.normal(0, 9, PEOPLE)
    frame["post"] = 20 + 0.6 * frame["pre"] + 0.05 * frame["age"] + level + slope * frame["programme"] + noise
    return frame


def timed(call, rounds=5):
    """Return the best time of a call in seconds, and what it gave."""
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        given = call()
        taken.append(time.perf_counter() - start)
    return min(taken), given


def main():
    """Measure, compare, print."""
    frame = people(np.random.default_rng(5))
    print(f"{PEOPLE:,} people, {SITES} sites, {len(TERMS)} terms")

    seconds, sums = timed(lambda: site_sums(frame, outcome="post", terms=TERMS, site="site"))
    print(f"  sums of the sites (one pass over the rows)   {seconds:8.3f} s")
    solving, _ = timed(lambda: reml(Model.of(sums)))
    print(f"  REML of 1 | site, from the sums              {solving:8.3f} s   with the pass {seconds + solving:.3f} s")
    fitted = reml(Model.of(sums))

    def freedoms():
        curvature = Curvature(fitted)
        return [(curvature.satterthwaite(c), curvature.kenward_roger(c)) for c in sums.to_original]

    freeing, _ = timed(freedoms)
    robust, _ = timed(lambda: cluster_robust(sums, site_effects=True))
    print(f"  Satterthwaite and Kenward-Roger, all terms   {freeing:8.3f} s")
    print(f"  CR2 with site effects and df, all terms      {robust:8.3f} s   with the above {freeing + robust:.3f} s")
    slopes, _ = timed(lambda: mixed_model(sums, varying=["programme"]), rounds=1)
    print(f"  REML and df of 1 + programme | site          {slopes:8.3f} s")
    ours = mixed_model(sums).row["estimate"]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs, fit = timed(lambda: smf.mixedlm(FORMULA, frame, groups="site").fit(), rounds=1)
    print(f"  statsmodels MixedLM 1 | site                 {theirs:8.3f} s   converged: {fit.converged}, no df")
    assert abs(fit.params["programme"] - ours) < 1e-3
    groups = {"groups": frame["site"].astype("category").cat.codes}
    theirs, fit = timed(lambda: smf.ols(FORMULA, frame).fit(cov_type="cluster", cov_kwds=groups), rounds=1)
    print(f"  statsmodels OLS with CR1                     {theirs:8.3f} s   no CR2, no df")
    if shutil.which("Rscript"):
        with tempfile.TemporaryDirectory() as folder:
            frame.to_csv(Path(folder) / "people.csv", index=False)
            (Path(folder) / "fit.R").write_text(R_CODE)
            call = ["Rscript", str(Path(folder) / "fit.R"), str(Path(folder) / "people.csv")]
            said = subprocess.run(call, capture_output=True, text=True, check=False)
        if said.returncode == 0:
            fitting, freeing, estimate = map(float, said.stdout.split())
            assert abs(estimate - ours) < 1e-5
            print(f"  R: lme4 {fitting:.3f} s, lmerTest's Satterthwaite {freeing:.3f} s")


if __name__ == "__main__":
    main()
