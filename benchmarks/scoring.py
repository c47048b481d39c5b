"""Scoring 200 000 people x 36 items: reversal, missing rule, nine scales and a total.

    python benchmarks/scoring.py

The kernel beside a bare numpy row mean of the same bytes in the same layout, in turns; `rg.score(frame)` beside the
pandas code a user would write for the same scores, in turns too but each in processes of its own: in one process the
memory that one side gives back makes the other up to a quarter faster. The best times are shown, results are compared.
"""

import multiprocessing
import time

import numpy as np
import pandas as pd

import reintegra as rg
from reintegra.intake import responses_of
from reintegra.measure import score_block

PEOPLE = 200_000
SCALES = ["men", "emo", "pos", "pdi", "ada", "tgj", "ren", "duk", "kmb"]


def best(*calls, rounds=7):
    """Return the best time of each call, in seconds; the calls take turns, each warmed up by itself."""
    times = [[] for _ in calls]
    for _ in range(rounds):
        for taken, call in zip(times, calls, strict=True):
            call()  # what the call before it left in the caches does not count
            start = time.perf_counter()
            call()
            taken.append(time.perf_counter() - start)
    return [min(taken) for taken in times]


def with_pandas(frame):
    """Score as a careful pandas user would."""
    data = frame.copy()
    for scale in SCALES:
        data[f"{scale}4"] = 5 - data[f"{scale}4"]
    scores = pd.DataFrame(index=data.index)
    for scale in SCALES:
        items = data[[f"{scale}{i}" for i in range(1, 5)]]
        scores[scale] = ((items.mean(axis=1) - 1) / 3 * 100).where(items.count(axis=1) >= 3)
    core = scores[SCALES[:8]]
    scores["total"] = core.mean(axis=1).where(core.count(axis=1) >= 7)
    return scores


def answers(instrument):
    """Return the answers as a frame, put together column by column, as a file gives them."""
    rng = np.random.default_rng(1)
    codes = rng.integers(1, 5, (PEOPLE, 36)).astype(float)
    codes[rng.random(codes.shape) < 0.03] = np.nan
    return pd.DataFrame({name: codes[:, i].copy() for i, name in enumerate(instrument.item_names)})


def alone(side):
    """Return the best time of one side, in seconds, in a process where nothing else was measured."""
    instrument = rg.load_instrument("siap_36")
    frame = answers(instrument)
    sides = {
        "score": lambda: rg.score(frame, instrument),
        "coding": lambda: responses_of(frame, instrument),
        "pandas": lambda: with_pandas(frame),
    }
    return best(sides[side])[0]


def main():
    """Measure, compare, print."""
    instrument = rg.load_instrument("siap_36")
    frame = answers(instrument)
    ours, theirs = rg.score(frame, instrument), with_pandas(frame)
    assert np.allclose(ours.values, theirs.to_numpy(), equal_nan=True, rtol=1e-12)

    print(f"{PEOPLE:,} people x 36 items, nine scales and a total")
    for name, block in (
        ("column-major", ours.responses.block),
        ("row-major", np.ascontiguousarray(ours.responses.block)),
    ):
        bare, kernel = best(lambda b=block: b.mean(axis=1), lambda b=block: score_block(b, instrument))
        print(
            f"  kernel, {name:13} {1000 * kernel:7.1f} ms   bare row mean {1000 * bare:6.1f} ms   {kernel / bare:.1f} x"
        )
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as fresh:
        times = fresh.map(alone, 3 * ["score", "pandas", "coding"], chunksize=1)
    scored, idiom, coding = (min(times[side::3]) for side in range(3))
    faster = f"{idiom / scored:.1f} times faster"
    print(f"  rg.score(frame)       {1000 * scored:7.1f} ms   pandas idiom {1000 * idiom:7.1f} ms   {faster}")
    print(f"  of which coding       {1000 * coding:7.1f} ms")


if __name__ == "__main__":
    main()
