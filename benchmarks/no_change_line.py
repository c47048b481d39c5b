"""How often a group in which nobody truly changed is said to have risen, by the line its rises are held against.

    python benchmarks/no_change_line.py [samples]

A hundred and twenty people are screened, the forty lowest come into the group, and all answer twice with the same
trait. The line of `percent_improved` should be left behind in 5 % of such groups; beside it the lines it replaces: half
of those who moved, the line made from the group alone, and the line with alpha taken for the retest r.
"""

import sys

import numpy as np
import pandas as pd

from reintegra.evaluate import percent_improved
from reintegra.evaluate.no_change import Lattice, count_probabilities, fit_lattice, mid_p

SCREENED, CHOSEN, SD = 120, 40, 18.0
SCALES = {"4 items of 1-4": 100 / 12, "36 items of 1-4": 100 / 108}
SHAPES = {"normal": 55.0, "ceiling": 80.0, "skewed": 55.0}
RHOS = (0.5, 0.7, 0.9)
ALPHA = 0.85


def draw(rng, lattice, rho, skewed, people=SCREENED):
    """Return two scores of people, with nobody changed; a skewed trait has the tail of a chi-square of 8."""
    t, *own = rng.standard_normal((3, people))
    if skewed:
        t = (rng.chisquare(8, people) - 8) / 4
    traits = [lattice.mean + lattice.sd * (np.sqrt(rho) * t + np.sqrt(1 - rho) * e) for e in own]
    return [lattice.points[lattice.places(trait)] for trait in traits]


def by_lattice(screened, first, second, points, r):
    """Return the mid-p of a line whatever it is made from."""
    lattice = fit_lattice(screened, points)
    before, after = lattice.places(first), lattice.places(second)
    kinds = np.bincount(before, minlength=len(points))
    return mid_p(count_probabilities(lattice.rising(r), kinds), int((after > before).sum()))


def once(rng, lattice, rho, r, skewed):
    """Return p by each line, the share that rose, and our line."""
    everyone, again = draw(rng, lattice, rho, skewed)
    chosen = np.argsort(everyone, kind="stable")[:CHOSEN]
    first, second = everyone[chosen], again[chosen]
    pair = pd.Series(first), pd.Series(second)
    points = lattice.points
    scale = (points[0], points[-1], points[1] - points[0])
    ours = percent_improved(*pair, chosen_by_score=True, screened=pd.Series(everyone), retest=r, scale=scale).table
    halves = percent_improved(*pair, chosen_by_score=False).table
    alone = by_lattice(first, first, second, points, r)
    alpha = by_lattice(everyone, first, second, points, ALPHA)
    return ours["p_value"][1], halves["p_value"][1], alone, alpha, *ours["estimate"][:2]


def main(samples=1_000):
    """Simulate, count, print."""
    rng = np.random.default_rng(1)
    print(f"{SCREENED} screened, the lowest {CHOSEN} chosen, {samples} groups each: p < .05 though none changed")
    print("scale            trait    retest r   rose   line    ours  halves  own mean  alpha for r")
    for scale, step in SCALES.items():
        points = np.linspace(0, 100, round(100 / step) + 1)
        for shape, mean in SHAPES.items():
            lattice = Lattice(points, mean, SD)
            for rho in RHOS:
                skewed = shape == "skewed"
                r = np.corrcoef(*draw(rng, lattice, rho, skewed, people=100_000))[0, 1]
                found = np.array([once(rng, lattice, rho, r, skewed) for _ in range(samples)])
                wrong, (rose, line) = (found[:, :4] < 0.05).mean(axis=0), found[:, 4:].mean(axis=0)
                shares = f"{wrong[0]:7.3f} {wrong[1]:7.3f} {wrong[2]:9.3f} {wrong[3]:12.3f}"
                print(f"{scale:16} {shape:8} {r:8.2f} {rose:6.2f} {line:6.2f} {shares}", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
