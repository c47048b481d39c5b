"""Agreement of 10 000 answers and 5 coders with 2 000 samples drawn again; and how often such intervals are right.

    python benchmarks/agreement.py [samples]

Beside a loop over the package `krippendorff` that draws answers again (from counts, its fastest way), in turns in the
same run. Then the coverage: two, three or five coders who err with known chances read a code that one person in ten
voices; how often the 95 % interval holds the true alpha, and how often the percentile bootstrap does.
"""

import sys
import time

import krippendorff
import numpy as np
import pandas as pd

from reintegra.measure import agreement, code_agreement

ANSWERS, CODERS, DRAWS = 10_000, 5, 2_000
SECTIONS = {"hope": 5, "worry": 5, "strategy": 4, "plan": 5, "challenge": 4}
ERRORS = ((0.95, 0.99), (0.90, 0.98), (0.80, 0.95))  # sensitivity and specificity of a coder
PREVALENCE = 0.10


def read(rng, n, coders, sensitivity, specificity):
    """Return what coders say of n answers (0 and 1)."""
    true = rng.random((n, 1)) < PREVALENCE
    return np.where(true, rng.random((n, coders)) < sensitivity, rng.random((n, coders)) > specificity).astype(int)


def loop(counts):
    """Return the limits of alpha from a loop over the package."""
    rng, found = np.random.default_rng(1), []
    for _ in range(DRAWS):
        again = counts[rng.integers(0, len(counts), len(counts))]
        found.append(krippendorff.alpha(value_counts=again, level_of_measurement="nominal"))
    return np.quantile(found, [0.025, 0.975])


def timed(call):
    """Return what a call gives and how long it took."""
    start = time.perf_counter()
    found = call()
    return found, time.perf_counter() - start


def speed():
    """Time both on the same ratings, in turns, and print the best of each."""
    ratings = read(np.random.default_rng(1), ANSWERS, CODERS, 0.9, 0.98)
    frame = pd.DataFrame(ratings, columns=list("abcde"))
    counts = np.column_stack([(ratings == 0).sum(axis=1), (ratings == 1).sum(axis=1)])
    ours, theirs = [], []
    for _ in range(2):
        ours += [timed(lambda: agreement(frame, categories=[0, 1], draws=DRAWS)) for _ in range(3)]
        theirs.append(timed(lambda: loop(counts)))
    row = ours[0][0].table.set_index("name").loc["krippendorff"]
    fast, slow = min(t for _, t in ours), min(t for _, t in theirs)
    print(f"{ANSWERS} x {CODERS}, {DRAWS} draws, six coefficients: {fast:.3f} s", end="; ")
    print(f"loop over krippendorff: {slow:.2f} s, {slow / fast:.0f} x", end="; ")
    low, high = theirs[0][0]
    print(f"limits {row['ci_low']:.4f} to {row['ci_high']:.4f} and {low:.4f} to {high:.4f}")


def codes():
    """Time the agreement on all codes of 10 000 answers read by five coders."""
    rng = np.random.default_rng(2)
    names = list(SECTIONS)
    parts = []
    for place, (section, own) in enumerate(SECTIONS.items()):
        answers = np.arange(place, ANSWERS, len(names))
        for code in range(own):
            said = read(rng, len(answers), CODERS, 0.9, 0.98)
            parts.append(pd.DataFrame({
                "answer": np.repeat([f"{a // 5}.awal.{section}" for a in answers], CODERS),
                "person": np.repeat([f"R{a // 5}" for a in answers], CODERS), "section": section,
                "coder": list("abcde") * len(answers), "code": f"{section}_{code}", "value": said.ravel(),
            }))  # fmt: skip
    codings = pd.concat(parts, ignore_index=True)
    found, took = timed(lambda: code_agreement(codings))
    print(
        f"{len(codings)} codings, {sum(SECTIONS.values())} codes, {DRAWS} draws of 2 000 people: {took:.2f} s; {found}"
    )


def percentile(ratings, draws=1_000):
    """Return the limits of alpha by the percentile bootstrap of answers, undefined samples left out."""
    coders = ratings.shape[1]
    times = np.bincount(ratings.sum(axis=1), minlength=coders + 1)
    again = np.random.default_rng(1).multinomial(len(ratings), times / len(ratings), draws)
    yes, n = np.arange(coders + 1), again.sum(axis=1) * coders
    apart, ones = again @ (2 * yes * (coders - yes) / (coders - 1)), again @ yes
    with np.errstate(invalid="ignore", divide="ignore"):
        alpha = 1 - (n - 1) * apart / (2 * ones * (n - ones))
    return np.nanquantile(alpha, [0.025, 0.975])


def coverage(samples):
    """Simulate, count, print."""
    rng = np.random.default_rng(3)
    print(
        f"share of 95 % intervals that hold the true alpha; {samples} samples each, a code voiced by {PREVALENCE:.0%}"
    )
    print("coders    n   alpha   ours  percentile   width, width   nobody varied")
    for coders in (2, 3, 5):
        for n in (30, 50):
            for sensitivity, specificity in ERRORS:
                p = PREVALENCE * sensitivity + (1 - PREVALENCE) * (1 - specificity)
                errors = PREVALENCE * sensitivity * (1 - sensitivity) + (1 - PREVALENCE) * specificity * (
                    1 - specificity
                )
                true = 1 - errors / (p * (1 - p))
                held, wide, none = [], [], 0
                for _ in range(samples):
                    ratings = read(rng, n, coders, sensitivity, specificity)
                    frame = pd.DataFrame(ratings)
                    row = agreement(frame, categories=[0, 1], draws=1_000).table.set_index("name").loc["krippendorff"]
                    if row["estimate"] != row["estimate"]:
                        none += 1
                        continue
                    ends = (row["ci_low"], row["ci_high"]), percentile(ratings)
                    held.append([low <= true <= high for low, high in ends])
                    wide.append([high - low for low, high in ends])
                right, width = np.mean(held, axis=0), np.mean(wide, axis=0)
                print(f"{coders:6} {n:4} {true:7.3f} {right[0]:6.3f} {right[1]:11.3f}", end="   ")
                print(f"{width[0]:5.2f}, {width[1]:5.2f} {none / samples:15.3f}", flush=True)


def pools(samples):
    """Simulate codes pooled, two coders, and print how often the limits of each code and of the pool are right."""
    rng = np.random.default_rng(4)
    sensitivity, specificity = ERRORS[1]
    print("codes  people  voiced   true   pool   codes")
    for codes, people, share in ((8, 40, 0.1), (8, 40, 0.3), (23, 150, 0.2)):
        p = share * sensitivity + (1 - share) * (1 - specificity)
        apart = share * sensitivity * (1 - sensitivity) + (1 - share) * specificity * (1 - specificity)
        true, held, each = 1 - apart / (p * (1 - p)), [], []
        person, code, coder = (part.ravel() for part in np.indices((people, codes, 2)))
        for _ in range(samples):
            there = rng.random((people, codes, 1)) < share
            said = np.where(
                there, rng.random((people, codes, 2)) < sensitivity, rng.random((people, codes, 2)) > specificity
            )
            found = code_agreement(pd.DataFrame({
                "answer": person, "person": person, "section": "hope", "coder": coder, "code": code,
                "value": said.ravel().astype(int),
            }), draws=1_000)  # fmt: skip
            held.append(found.pooled["ci_low"] <= true <= found.pooled["ci_high"])
            ours = found.codes.dropna(subset=["estimate"])
            each.append(((ours["ci_low"] <= true) & (true <= ours["ci_high"])).mean())
        print(f"{codes:5} {people:7} {share:7.1f} {true:6.3f} {np.mean(held):6.3f} {np.mean(each):7.3f}", flush=True)


if __name__ == "__main__":
    speed()
    codes()
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    coverage(times)
    pools(times)
