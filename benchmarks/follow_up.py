"""How often the intervals after release hold the truth, and how often a difference is claimed where there is none.

    python benchmarks/follow_up.py [runs]        2 000 runs a row by default

Invented people with a known constant hazard, followed for different lengths of time. First: the 95 % interval of the
difference of mean times free, and the log-rank test by four sites. Beside it, where it is installed, the error that
lifelines gives for a mean time free, which is the spread of people and not the error of their mean. Second: sites that
hold both programmes and differ in their hazard; the effect is none on average and differs between them.
"""

import sys
import warnings

import numpy as np
import pandas as pd

from reintegra.evaluate import follow_up
from reintegra.evaluate.survival import Curve, log_rank

HORIZON = 1.0


def people(rng, n, hazard):
    """Return times followed and events of people of one hazard a year, followed for half a year to two and a half."""
    event, end = rng.exponential(1 / np.broadcast_to(hazard, n)), rng.uniform(0.5, 2.5, n)
    return np.minimum(event, end), (event <= end).astype(float)


def plain(rng, runs, n, hazards):
    """Return how often the interval holds the true difference, and how often the log-rank test rejects."""
    truth = np.diff([(1 - np.exp(-h * HORIZON)) / h for h in hazards])[0]
    held = rejected = 0
    for _ in range(runs):
        arms = [people(rng, n, hazard) for hazard in hazards]
        means = [Curve(*arm).mean(HORIZON) for arm in arms]
        error = np.hypot(means[0][1], means[1][1])
        held += abs(means[1][0] - means[0][0] - truth) <= 1.959964 * error
        time, event = (np.concatenate([arm[i] for arm in arms]) for i in (0, 1))
        rejected += log_rank(time, event, np.repeat([0, 1], n), rng.integers(0, 4, 2 * n))[2] > 3.841459
    return held / runs, rejected / runs


def by_sites(rng, runs, sites):
    """Return how often a difference is claimed: by sites; by people as if there were no sites."""
    claimed = {"by sites": 0, "people": 0}
    for _ in range(runs):
        size = rng.integers(15, 50, sites)
        site = np.repeat(np.arange(sites), size)
        programme = rng.integers(0, 2, len(site))
        level, effect = rng.normal(0, 0.4, sites), rng.normal(0, 0.5, sites)
        time, event = people(rng, len(site), 0.6 * np.exp(level[site] + effect[site] * programme))
        frame = pd.DataFrame({"time": time, "event": event, "programme": programme, "site": site, "source": "x"})
        asked = {"time": "time", "event": "event", "programme": "programme", "source": "source", "horizon": 0.8}
        table = follow_up(frame, **asked, site="site").table.set_index("measure")
        claimed["by sites"] += table.loc["rmst_by_layout", "p_value"] < 0.05
        claimed["people"] += abs(table.loc["rmst", "estimate"] / table.loc["rmst", "se"]) > 1.959964
    return {name: count / runs for name, count in claimed.items()}


def beside_lifelines(rng):
    """Return the error of a mean time free here, by lifelines, and as it is over 500 samples."""
    try:
        from lifelines import KaplanMeierFitter
        from lifelines.utils import restricted_mean_survival_time
    except ImportError:
        return None
    samples = [people(rng, 150, 0.5) for _ in range(500)]
    true = np.std([Curve(*sample).mean(HORIZON)[0] for sample in samples])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = KaplanMeierFitter().fit(*samples[0])
        theirs = restricted_mean_survival_time(fitted, t=HORIZON, return_variance=True)[1] ** 0.5
    return Curve(*samples[0]).mean(HORIZON)[1], theirs, true


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    rng = np.random.default_rng(20)
    for n in (30, 60, 150):
        for hazards in ((0.5, 0.5), (0.2, 0.2), (0.5, 0.25)):
            held, rejected = plain(rng, runs, n, hazards)
            said = (
                f"log-rank rejects {rejected:.3f}" if hazards[0] == hazards[1] else f"log-rank finds it {rejected:.3f}"
            )
            print(f"{n} people an arm, hazards {hazards}: interval holds the truth {held:.3f}, {said}")
    for sites in (4, 6, 10):
        found = by_sites(rng, max(runs // 4, 100), sites)
        print(f"{sites} sites: " + ", ".join(f"{name} {share:.3f}" for name, share in found.items()))
    if (errors := beside_lifelines(rng)) is not None:
        print("error of a mean time free: here {:.4f}, lifelines {:.4f}, over samples {:.4f}".format(*errors))


if __name__ == "__main__":
    main()
