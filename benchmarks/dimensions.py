"""Polychorics, ordinal CFA and parallel analysis, beside lavaan and psych where R is installed.

    python benchmarks/dimensions.py

Both sides read the same invented answers (25 items of 4 answers, 200 people) from one file, run in turns, and the best
of five is shown; the results are compared. R's clock counts the call alone, not its start.
"""

import json
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from reintegra.core.moments import Moments
from reintegra.measure import (
    adequacy,
    cfa,
    efa,
    minimum_average_partial,
    ordinal_reliability,
    parallel_analysis,
    polychoric,
)

PEOPLE, ITEMS = 200, 25
CODES = [1, 2, 3, 4]
ROUNDS = 5
R = """
suppressPackageStartupMessages({library(lavaan); library(psych); library(jsonlite)})
options(mc.cores = 1)
quiet <- function(e) suppressWarnings(suppressMessages(e))
x <- read.csv("answers.csv"); model <- paste0("f =~ ", paste(names(x), collapse = " + "))
calls <- list(
  lavaan_polychoric = function() lavCor(x, ordered = names(x), se = "none", output = "cor"),
  psych_polychoric = function() polychoric(x, correct = 0)$rho,
  lavaan_cfa = function() fitMeasures(cfa(model, x, ordered = names(x), std.lv = TRUE), "chisq.scaled"),
  psych_parallel = function() fa.parallel(x, fm = "minres", fa = "pc", n.iter = 200, plot = FALSE, quant = .95)$ncomp)
once <- function(f) { t <- system.time(r <- quiet(f()))[["elapsed"]]; list(value = as.numeric(r), time = t) }
first <- lapply(calls, once)
for (i in 2:rounds) for (n in names(calls))
  first[[n]]$time <- min(first[[n]]$time, system.time(quiet(calls[[n]]()))[["elapsed"]])
write_json(first, "r.json", digits = 12, auto_unbox = TRUE)
"""


def answers():
    """Return invented answers that follow five related factors."""
    rng = np.random.default_rng(1)
    factors = 0.6 * rng.normal(size=(PEOPLE, 1)) + 0.8 * rng.normal(size=(PEOPLE, 5))
    z = 0.75 * np.repeat(factors, ITEMS // 5, axis=1) + 0.66 * rng.normal(size=(PEOPLE, ITEMS))
    return pd.DataFrame(np.digitize(z, [-1, 0, 1]) + 1, columns=[f"i{k + 1}" for k in range(ITEMS)])


def best(call):
    """Return the result of a call, and its best time in seconds."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        result = call()
        times.append(time.perf_counter() - start)
    return result, min(times)


def with_r(frame):
    """Return the times and values of R, or nothing where it or a package is missing."""
    program = shutil.which("Rscript")
    if program is None:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        frame.to_csv(Path(folder, "answers.csv"), index=False)
        Path(folder, "run.R").write_text(f"rounds <- {ROUNDS}\n{R}", "utf-8")
        done = subprocess.run([program, "run.R"], cwd=folder, capture_output=True, check=False)
        return {} if done.returncode else json.loads(Path(folder, "r.json").read_text("utf-8"))


def main():
    """Measure, compare, print."""
    frame = answers()
    table = Moments.of(frame, codes=CODES)
    ours = {
        "300 polychorics with standard errors": best(lambda: polychoric(table)),
        "ordinal CFA, 25 items on one factor": best(lambda: cfa(frame, codes=CODES)),
        "parallel analysis, 200 shuffles": best(lambda: parallel_analysis(frame, codes=CODES)),
        "KMO and Bartlett": best(lambda: adequacy(table)),
        "MAP": best(lambda: minimum_average_partial(table)),
        "EFA, three factors, oblimin": best(lambda: efa(table, 3)),
        "ordinal alpha and omega": best(lambda: ordinal_reliability(table)),
    }
    theirs = with_r(frame)
    rows = dict(
        zip(ours, (("lavaan_polychoric", "psych_polychoric"), ("lavaan_cfa",), ("psych_parallel",)), strict=False)
    )
    print(f"{PEOPLE} people x {ITEMS} items of four answers; milliseconds")
    for name, (_, took) in ours.items():
        line = f"  {name:38} {1000 * took:7.1f}"
        for peer in rows.get(name, ()) if theirs else ():
            line += f"   {peer.split('_')[0]} {1000 * theirs[peer]['time']:7.1f} ({theirs[peer]['time'] / took:.0f} x)"
        print(line)
    print(f"  {'all of it':38} {1000 * sum(took for _, took in ours.values()):7.1f}")
    if theirs:
        made, fit = (ours[name][0] for name in list(ours)[:2])
        r = np.array(theirs["lavaan_polychoric"]["value"]).reshape(ITEMS, ITEMS)
        np.testing.assert_allclose(made.matrix, r, atol=1e-6)
        np.testing.assert_allclose(fit.fit["statistic"][0], theirs["lavaan_cfa"]["value"], rtol=1e-4)
        print("  polychorics and test statistic are those of lavaan")


if __name__ == "__main__":
    main()
