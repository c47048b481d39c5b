"""Run charts as figures: every point drawn, and marked for the sign it is part of."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from reintegra.core.language import LANGUAGES, speaking
from reintegra.evaluate import run_chart
from reintegra.present import plots

QUARTERS = pd.Series([34, 33, 32, 15, 33, 32], [f"2025-Q{i}" for i in range(1, 7)], name="held")


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def points(ax, shape):
    return [tuple(map(float, xy)) for line in ax.lines if line.get_marker() == shape for xy in line.get_xydata()]


def test_a_run_chart_draws_every_point_once_and_those_outside_as_diamonds():
    found = run_chart(QUARTERS, of=pd.Series(36, QUARTERS.index))
    before = dict(plt.rcParams)
    ax = plots.run_chart(found)
    assert points(ax, "D") == [(3.0, 100 * (15 / 36))]
    assert sorted(points(ax, "D") + points(ax, "o")) == [(i, 100 * (v / 36)) for i, v in enumerate(QUARTERS)]
    assert [text.get_text() for text in ax.get_xticklabels()] == list(QUARTERS.index)
    assert dict(plt.rcParams) == before


def test_points_in_a_shift_are_squares_and_long_charts_name_some_periods_only():
    rng = np.random.default_rng(1)
    found = run_chart(pd.Series(np.r_[rng.normal(0, 1, 12), rng.normal(4, 1, 12)]), outcome="x")
    ax = plots.run_chart(found)
    assert len(points(ax, "s")) == 24
    assert len(ax.get_xticklabels()) == 12


def test_a_run_chart_is_written_in_both_languages_on_the_axes_it_is_given():
    said = []
    for lang in LANGUAGES:
        with speaking(lang):
            _, ax = plt.subplots()
            assert plots.run_chart(run_chart(QUARTERS, of=pd.Series(36, QUARTERS.index)), ax=ax) is ax
            said.append({*(text.get_text() for text in ax.get_legend().get_texts()), ax.get_xlabel()})
    assert said[0] != said[1]
