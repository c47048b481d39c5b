"""Figures of reliability, items, response quality and dimensions show every row of their result, in either language."""

from pathlib import Path

import pytest

import reintegra as rg
from reintegra.core.language import LANGUAGES, speaking
from reintegra.measure import cfa, efa, partial_credit, reliability, response_quality
from reintegra.present import plots

DEMO = Path(__file__).parents[2] / "data" / "demo"


@pytest.fixture(scope="module")
def scores():
    found = rg.score(rg.read_responses(DEMO / "siap_36.csv", "siap_36"))
    return found.take(found.people.index.get_level_values(1) == "awal")


@pytest.fixture(autouse=True)
def closed():
    yield
    import matplotlib.pyplot as plt

    plt.close("all")


def names(ax):
    return [label.get_text().replace("\n", " ") for label in ax.get_yticklabels()]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_reliability_has_a_row_for_every_score(scores, lang):
    with speaking(lang):
        result = reliability(scores)
        ax = plots.reliability(result)
        assert names(ax) == list(result.table["label"])
        marks = next(line for line in ax.lines if line.get_label() == "alpha")
        assert list(marks.get_xdata()) == list(result.table["estimate"])
        assert result.status.split(";")[0] in "".join(text.get_text() for text in ax.texts).replace("\n", " ")


def test_items_have_a_bar_each_and_those_against_the_scale_are_hatched(scores):
    result = reliability(scores).items["men"]
    result.table.loc[0, "item_rest"] = -0.2
    ax = plots.items(result)
    assert [bar.get_width() for bar in ax.patches] == list(result.table["item_rest"])
    assert [bool(bar.get_hatch()) for bar in ax.patches] == [True, False, False, False]


def test_a_wright_map_has_every_threshold_and_every_score(scores):
    result = partial_credit(scores.responses, "men")
    ax = plots.wright_map(result)
    assert len(ax.patches) == (result.map["kind"] == "person").sum()
    drawn = [line.get_ydata()[0] for line in ax.lines if line.get_marker() == "_"]
    assert drawn == list(result.table["estimate"])


def test_response_quality_shows_the_flagged_worst_first(scores):
    result = response_quality(scores.responses)
    ax = plots.quality(result)
    worst = result.table.loc[result.table["signs"].idxmax()].name
    assert names(ax)[0] == " · ".join(worst)
    assert len(names(ax)) == min(plots.measures.MOST_PEOPLE, result.table["lenient"].sum())


def test_loadings_are_those_of_the_result(scores):
    sought = efa(scores.responses.codes.iloc[:, :8], 2)
    assert names(plots.loadings(sought)) == list(sought.table["item"])
    assert len(plots.loadings(sought).texts) >= sought.loadings.size
    given = cfa(scores.responses, "men")
    ax = plots.loadings(given)
    assert list(ax.lines[0].get_xdata()) == list(given.table["estimate"])
