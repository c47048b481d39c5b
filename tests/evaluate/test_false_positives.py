"""A short form of benchmarks/false_positives.py: how often the default claims a difference where there is none."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "false_positives.py"
RUNS = 300
MOST = 0.07 + 3 * (0.07 * 0.93 / RUNS) ** 0.5  # three standard errors above what is promised


@pytest.fixture(scope="module")
def simulation():
    spec = importlib.util.spec_from_file_location("false_positives", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.EVERY = RUNS  # MixedLM and `compare` itself on the first draw only
    return module


@pytest.mark.parametrize("arms", [(3, 3), (8, 3), 5])
def test_the_default_keeps_its_five_percent_where_people_taken_as_independent_do_not(simulation, arms):
    found = simulation.shares(arms, "unequal variances" if arms == (8, 3) else "unequal sizes", RUNS)
    assert found["default"] <= MOST
    assert found["OLS"] > MOST + 0.05
