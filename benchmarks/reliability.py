"""Reliability of five scales of five items, 200 000 people, 2 % blanks: the Burt table with all item statistics.

    python benchmarks/reliability.py

Beside `pingouin.cronbach_alpha` for the same five scales (alpha and its interval only), which takes the DataFrame, and
beside R's `psych::alpha` where Rscript with psych is found. All run in turns, the best of five is shown with how many
times as long it took, and the alphas are compared.
"""

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pingouin

from reintegra.core.coded import coded
from reintegra.core.moments import Moments
from reintegra.measure import alpha, item_statistics

PEOPLE = 200_000
NAMES = [f"s{s}_{i}" for s in range(1, 6) for i in range(1, 6)]
CODES = ((1, 2, 3, 4, 5),) * 25
SCALES = {f"s{s}": [f"s{s}_{i}" for i in range(1, 6)] for s in range(1, 6)}

IN_R = """
suppressPackageStartupMessages(library(psych))
x <- as.data.frame(matrix(readBin("{file}", "integer", {cells}, size = 1), ncol = 25)); x[x == 0] <- NA
took <- system.time(for (s in 0:4) {{y <- x[, s * 5 + 1:5]
  a <- alpha(y[complete.cases(y), ], check.keys = FALSE); cat(format(a$total$raw_alpha, digits = 15), "")}})
cat(took[["elapsed"]])
"""


def answers():
    """Return five scales of five items on 1-5, each led by its own trait, with blanks."""
    rng = np.random.default_rng(1)
    traits = np.repeat(rng.normal(size=(PEOPLE, 5)), 5, axis=1)
    codes = np.clip(np.round(3 + 0.8 * traits + rng.normal(0, 0.8, (PEOPLE, 25))), 1, 5)
    codes[rng.random(codes.shape) < 0.02] = np.nan
    return pd.DataFrame({name: codes[:, i].copy() for i, name in enumerate(NAMES)})


def ours(block):
    """Count each scale from the bytes in which answers are held; item statistics and alpha; return the alphas."""
    found = []
    for place, items in enumerate(SCALES.values()):
        moments = Moments.of_block(block[:, 5 * place : 5 * place + 5], items, CODES[:5])
        item_statistics(moments)
        found.append(alpha(moments).value)
    return found


def theirs(frame, policy):
    """Return pingouin's alphas."""
    return [pingouin.cronbach_alpha(frame[items], nan_policy=policy)[0] for items in SCALES.values()]


def best(*calls, rounds=5):
    """Return the best time of each call, in seconds; the calls take turns, each warmed up by itself."""
    times = [[] for _ in calls]
    for _ in range(rounds):
        for taken, call in zip(times, calls, strict=True):
            call()  # what the call before it left in the caches does not count
            start = time.perf_counter()
            call()
            taken.append(time.perf_counter() - start)
    return [min(taken) for taken in times]


def in_r(frame):
    """Return psych's alphas and the time they took, None where it is not installed."""
    if not shutil.which("Rscript"):
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "codes.bin"
        path.write_bytes(frame.fillna(0).to_numpy(np.uint8).tobytes(order="F"))
        code = IN_R.format(file=path.as_posix(), cells=frame.size)
        run = subprocess.run(["Rscript", "-e", code], capture_output=True, text=True, check=False)
    *alphas, took = map(float, run.stdout.split()) if run.returncode == 0 else [None]
    return (alphas, took) if took else None


def main():
    """Measure, compare, print."""
    frame = answers()
    block = coded(frame, NAMES, CODES)
    assert np.allclose(ours(block), theirs(frame, "listwise"), rtol=1e-9)
    calls = {
        "five Burt tables, all item statistics": lambda: ours(block),
        "... and coding the frame first": lambda: ours(coded(frame, NAMES, CODES)),
        "one Burt table of all 25 items": lambda: Moments.of_block(block, NAMES, CODES).covariance,
        "pingouin.cronbach_alpha, listwise": lambda: theirs(frame, "listwise"),
        "pingouin.cronbach_alpha, as it comes": lambda: theirs(frame, "pairwise"),
    }
    took = dict(zip(calls, best(*calls.values()), strict=True))
    if found := in_r(frame):
        assert np.allclose(ours(block), found[0], rtol=1e-9)
        took["psych::alpha"] = found[1]
    print(f"{PEOPLE:,} people x 25 items, five scales, 2 % blanks")
    first, *_ = took.values()
    for name, seconds in took.items():
        print(f"  {name:38} {1000 * seconds:9.1f} ms   {seconds / first:7.1f}")
    small = block[:200]
    print(f"  {'five scales of 200 people':38} {1000 * best(lambda: ours(small))[0]:9.1f} ms")


if __name__ == "__main__":
    main()
