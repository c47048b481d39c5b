"""Rubbish is refused in the reader's own words, whatever it is made of."""

import runpy
from pathlib import Path

FUZZ = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "fuzz.py"))


def test_only_our_own_errors_come_out_of_the_reader():
    """A sample of what benchmarks/fuzz.py does 20 000 times."""
    found = {outcome for outcome, _ in FUZZ["outcomes"](400, seed=20250312)}
    assert found <= {"read", "refused"}
