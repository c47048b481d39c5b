"""Entropy balancing of 185 people against 15 992, far away in three of eight traits.

    python benchmarks/balancing.py

Newton's steps on the dual beside the same dual given to scipy's BFGS; the best of five turns, and the imbalance left.
"""

import time

import numpy as np
from scipy.optimize import minimize
from scipy.special import logsumexp, softmax

from reintegra.evaluate.balancing import entropy_weights

JOINED, OTHERS, TRAITS = 185, 15_992, 8


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
    rng = np.random.default_rng(3)
    joined, others = rng.normal(size=(JOINED, TRAITS)), rng.normal(size=(OTHERS, TRAITS))
    joined[:, 0] -= 1.5
    joined[:, 1], others[:, 1] = rng.random(JOINED) < 0.8, rng.random(OTHERS) < 0.1
    joined[:, 2], others[:, 2] = np.exp(joined[:, 2] - 1.2), np.exp(others[:, 2])
    targets, names = joined.mean(axis=0), tuple("abcdefgh")
    z = (others - targets) / others.std(axis=0, ddof=1)

    def bfgs():
        found = minimize(lambda t: (logsumexp(z @ t), z.T @ softmax(z @ t)), np.zeros(TRAITS), jac=True, method="BFGS")
        return softmax(z @ found.x)

    print(f"{JOINED} people against {OTHERS:,}, {TRAITS} traits")
    for name, call in (("entropy_weights", lambda: entropy_weights(names, others, targets)), ("scipy BFGS", bfgs)):
        seconds, weights = timed(call)
        left = np.abs(z.T @ weights).max()
        print(f"  {name:16} {1000 * seconds:7.1f} ms   largest imbalance left {left:.0e} SD")


if __name__ == "__main__":
    main()
