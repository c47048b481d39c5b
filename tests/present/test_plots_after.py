"""Figures of units and of the time after release: drawn from results alone, in either language."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from reintegra.core.language import LANGUAGES, speaking
from reintegra.evaluate import follow_up, units
from reintegra.present import plots

DATA = Path(__file__).parent.parent / "reference" / "data"
DRAWN = {"funnel": "units", "shrunken": "units", "survival": "followed", "cumulative_incidence": "followed"}


@pytest.fixture(scope="module")
def results():
    people = pd.read_csv(DATA / "follow_up.csv").assign(source="catatan")
    asked = {"time": "day", "event": "event", "programme": "programme", "source": "source", "horizon": 365}
    rates = pd.read_csv(DATA / "unit_rates.csv")
    return {
        "followed": follow_up(people, **asked, competing={2: "pindah"}, times=[0, 90, 180, 365]),
        "units": units(rates, unit="unit", outcome="completed", n="entrants"),
    }


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def written(ax):
    legend = ax.get_legend().get_texts()
    return [text.get_text() for text in (*ax.texts, *ax.get_yticklabels(), ax.xaxis.label, ax.yaxis.label, *legend)]


@pytest.mark.parametrize("name", DRAWN)
def test_a_figure_is_written_in_both_languages_on_the_axes_it_is_given_and_changes_nothing_else(name, results):
    before, said = dict(plt.rcParams), []
    for lang in LANGUAGES:
        with speaking(lang):
            _, ax = plt.subplots()
            assert getattr(plots, name)(results[DRAWN[name]], ax=ax) is ax
            ax.figure.canvas.draw()
            said.append(written(ax))
    assert said[0] != said[1]
    assert dict(plt.rcParams) == before
    assert len(plt.get_fignums()) == 2


def test_a_funnel_has_a_mark_for_every_unit_and_names_only_those_outside(results):
    found = results["units"]
    ax = plots.funnel(found)
    marks = [tuple(map(float, pair)) for line in ax.lines if line.get_marker() == "o" for pair in line.get_xydata()]
    assert sorted(marks) == sorted(zip(found.table["size"], 100 * found.table["estimate"], strict=True))
    named = [text for text in written(ax) if text in set(found.table["name"])]
    assert named == list(found.table.loc[found.table["verdict"] == "outside", "name"])
    hollow = next(line for line in ax.lines if line.get_marker() == "o" and line.get_color() == "white")
    assert len(hollow.get_xdata()) == (found.table["n"] < 30).sum()


def test_shrunken_estimates_are_drawn_in_the_order_of_the_names(results):
    found = results["units"].table
    ax = plots.shrunken(results["units"])
    assert [text.get_text().split(" (")[0] for text in ax.get_yticklabels()] == sorted(found["name"])
    line = next(line for line in ax.lines if line.get_marker() == "o")
    assert list(line.get_xdata()) == list(100 * found["shrunken"])
    assert list(line.get_ydata()) == list(range(len(found)))


def test_survival_curves_stand_above_the_numbers_at_risk(results):
    found = results["followed"]
    with speaking("en"):
        ax = plots.survival(found)
    for name, rows in found.survival.groupby("name"):
        line = next(line for line in ax.lines if line.get_label() == name)
        assert np.array_equal(line.get_xydata(), np.column_stack([rows["time"], 100 * rows["estimate"]]))
        assert line.get_drawstyle() == "steps-post"
    assert {str(n) for n in found.at_risk["n"]} <= set(written(ax))
    assert "Still free and followed" in written(ax)
    assert any(set(line.get_xdata()) == {365.0} for line in ax.lines), "the declared horizon"
    assert len({str(line.get_linestyle()) for line in ax.lines}) == 3, "told apart without colours"


def test_cumulative_incidence_has_a_curve_for_every_programme_and_kind_of_event(results):
    found = results["followed"]
    ax = plots.cumulative_incidence(found)
    for (name, cause), rows in found.incidence.groupby(["name", "cause"]):
        line = next(line for line in ax.lines if line.get_label() == f"{name}: {cause}")
        assert list(line.get_ydata()) == list(100 * rows["estimate"])
