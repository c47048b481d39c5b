"""How often the two intervals of alpha hold the true alpha: Feldt's, and Feldt's with an effective n ("robust").

    python benchmarks/alpha_coverage.py [samples]

Eight items of one trait (loading .6), answered on 1-4; the thresholds move from the middle to a strong ceiling. The
true alpha is that of a million people. The robust interval is this project's own device, so here is what it does.
"""

import sys

import numpy as np
import pandas as pd

from reintegra.measure.consistency import alpha_of, coefficient
from reintegra.measure.sheet import sheet

ITEMS, LOADING = 8, 0.6
SHAPES = {"middle": 0.0, "leaning": 0.8, "ceiling": 1.6, "strong ceiling": 2.2}
PEOPLE = (20, 50, 100, 300)


def draw(rng, people, shift):
    """Return answers of some people to eight items; a larger shift moves them to the top."""
    trait = LOADING * rng.standard_normal((people, 1))
    latent = trait + np.sqrt(1 - LOADING**2) * rng.standard_normal((people, ITEMS))
    return np.digitize(latent + shift, [-1, 0, 1]) + 1.0


def main(samples=2_000):
    """Simulate, count, print."""
    rng = np.random.default_rng(1)
    print(f"{ITEMS} items on 1-4, {samples} samples each: share of the 95 % intervals that hold the true alpha")
    print("shape           alpha  at maximum    n   Feldt  robust   width F   width R")
    for shape, shift in SHAPES.items():
        everybody = draw(rng, 1_000_000, shift)
        true = coefficient(np.cov(everybody.T))
        top = (everybody == 4).all(axis=1).mean()
        for people in PEOPLE:
            found = [alpha_of(sheet(pd.DataFrame(draw(rng, people, shift)))) for _ in range(samples)]
            feldt = np.array([(a.feldt_low, a.feldt_high) for a in found])
            robust = np.array([(a.robust_low, a.robust_high) for a in found])
            held = [((ends[:, 0] <= true) & (true <= ends[:, 1])).mean() for ends in (feldt, robust)]
            wide = [np.median(ends[:, 1] - ends[:, 0]) for ends in (feldt, robust)]
            shares = f"{held[0]:7.3f} {held[1]:7.3f} {wide[0]:9.3f} {wide[1]:9.3f}"
            print(f"{shape:15} {true:5.3f} {top:9.1%} {people:6} {shares}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
