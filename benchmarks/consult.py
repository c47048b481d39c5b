"""10 000 notes x 23 codes, coded by 5: from the codings to agreement, differences and consensus; coding sheets apart.

python benchmarks/consult.py [sheets]
"""

import sys
import tempfile
import time

import numpy as np
import pandas as pd

from reintegra.consult import assign_coders, coding_sheets, consensus, disagreements, load_codebook, read_sheets
from reintegra.measure import code_agreement

NOTES, CODES, CODERS = 10_000, 23, 5


def codings():
    """Return 1.15 million codings: five coders who each miss one code in ten."""
    rng = np.random.default_rng(20250312)
    truth = rng.random((NOTES, 1, CODES)) < rng.uniform(0.05, 0.4, CODES)
    value = truth ^ (rng.random((NOTES, CODERS, CODES)) < 0.1)
    note, coder, code = (axis.ravel() for axis in np.indices(value.shape))
    person = np.array([f"P{n // 5:04}" for n in range(NOTES)], dtype=object)
    return pd.DataFrame(
        {
            "answer": np.array([f"P{n // 5:04}.awal.{n % 5}" for n in range(NOTES)], dtype=object)[note],
            "person": person[note],
            "wave": "awal",
            "section": "worry",
            "coder": np.array([f"C{n}" for n in range(CODERS)], dtype=object)[coder],
            "code": np.array([f"K{n:02}" for n in range(CODES)], dtype=object)[code],
            "value": value.ravel().astype(int),
        }
    )


def timed(name, call):
    """Call, print the seconds, return both."""
    start = time.perf_counter()
    result = call()
    seconds = time.perf_counter() - start
    print(f"{name}: {seconds:.2f} s")
    return seconds, result


def sheets():
    """Write and read the sheets of five coders, 10 000 texts each."""
    codebook = load_codebook()
    talks = [f"P{n:04}" for n in range(NOTES // len(codebook.sections))]
    rows = [
        (f"{person}.awal.{section}", person, "awal", section, "Ingin kerja yang halal. " * 5, "F", True)
        for person in talks
        for section in codebook.sections
    ]
    columns = ["answer", "person", "wave", "section", "text", "facilitator", "reviewed"]
    answers = pd.DataFrame(rows, columns=columns)
    coders = [f"C{n}" for n in range(CODERS)]
    _, given = timed("assigned", lambda: assign_coders(answers, coders, per_answer=CODERS, seed=1))
    made = [
        (*one[:4], one.coder, code, int((at + place) % 4 == 0))
        for at, one in enumerate(given[["answer", "person", "wave", "section", "coder"]].itertuples(index=False))
        for place, code in enumerate(codebook.of_section(one.section))
    ]
    table = pd.DataFrame(made, columns=["answer", "person", "wave", "section", "coder", "code", "value"])
    with tempfile.TemporaryDirectory() as folder:
        _, paths = timed("sheets written", lambda: coding_sheets(given, codebook, folder, codings=table))
        _, read = timed("sheets read", lambda: read_sheets(paths, given, codebook))
    pd.testing.assert_frame_equal(read.table, table)


def main():
    """Print the seconds of each step and of all."""
    if sys.argv[1:] == ["sheets"]:
        return sheets()
    table = codings()
    steps = [
        timed("agreement with 2 000 draws", lambda: code_agreement(table)),
        timed("differences", lambda: disagreements(table)),
        timed("consensus", lambda: consensus(table)),
    ]
    print(f"{len(table):,} codings, all steps: {sum(seconds for seconds, _ in steps):.2f} s")


if __name__ == "__main__":
    main()
