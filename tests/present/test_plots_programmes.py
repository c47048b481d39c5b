"""Figures of programmes: each draws every row of its result, in either language, and computes nothing."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from reintegra.core.language import LANGUAGES, speaking
from reintegra.core.results import Estimate
from reintegra.evaluate import ancova, balancing_weights, change, compare, percent_improved
from reintegra.measure import reliable_change
from reintegra.present import plots


@pytest.fixture(scope="module")
def people():
    """A hundred and twenty invented people of three units; some were lost."""
    rng = np.random.default_rng(4)
    before = rng.normal(55, 12, 120).round()
    table = pd.DataFrame({"unit": np.repeat(["A", "B", "C"], 40), "program": ["lama", "baru"] * 60, "awal": before})
    after = (0.6 * before + rng.normal(25, 9, 120)).round()
    table = table.assign(umur=rng.integers(18, 60, 120), akhir=np.where(rng.random(120) < 0.1, np.nan, after))
    return table.set_axis([f"P{i:03d}" for i in range(120)])


@pytest.fixture(scope="module")
def results(people):
    weights = balancing_weights(people, programme="program", covariates=["awal", "umur"])
    compared = compare(people, outcome="akhir", programme="program", site="unit", baseline="awal", covariates=["umur"])
    low = people["awal"].nsmallest(40).index
    scale = {"scale": (0.0, 110.0, 1.0), "retest": Estimate("r", 0.7, 0.5, 0.83, 40)}
    chosen = percent_improved(
        people["awal"][low], people["akhir"][low], chosen_by_score=True, screened=people["awal"], **scale
    )
    return {
        "weights": weights,
        "compared": compared,
        "means": ancova(people, outcome="akhir", programme="program", covariates=["awal"], site="unit"),
        "change": change(people["awal"], people["akhir"], chosen_by_score=False, **scale),
        "chosen": chosen,
        "everyone": percent_improved(people["awal"], people["akhir"], chosen_by_score=False),
    }


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def written(ax):
    """Return all that can be read in a figure."""
    legend = ax.get_legend()
    texts = [*ax.texts, *ax.get_yticklabels(), ax.xaxis.label, ax.yaxis.label, *(legend.get_texts() if legend else ())]
    return [" ".join(text.get_text().split()) for text in texts]


def marks(ax, axis="x"):
    return [value for line in ax.lines for value in getattr(line, f"get_{axis}data")()]


DRAWN = {
    "flow": ("flow", "compared"), "love": ("love", "weights"), "balance": ("love", "compared"),
    "adjusted_means": ("adjusted_means", "means"), "forest": ("forest", "compared"), "changes": ("changes", "change"),
    "improved": ("improved", "chosen"),
}  # fmt: skip


@pytest.mark.parametrize("name", DRAWN)
def test_a_figure_is_written_in_both_languages_on_the_axes_it_is_given_and_changes_nothing_else(name, results):
    plot, result = DRAWN[name]
    before, said = dict(plt.rcParams), []
    for lang in LANGUAGES:
        with speaking(lang):
            _, ax = plt.subplots()
            assert getattr(plots, plot)(results[result], ax=ax) is ax
            ax.figure.canvas.draw()
            said.append(written(ax))
    assert said[0] != said[1]
    assert dict(plt.rcParams) == before
    assert len(plt.get_fignums()) == 2


def test_the_flow_shows_every_count_of_every_programme(results):
    table = results["compared"].flow
    with speaking("en"):
        said = written(plots.flow(results["compared"]))
    for row in table.to_dict("records"):
        assert row["name"] in said
        for head, column in (("Allocated", "allocated"), ("Baseline", "baseline"), ("Analysed", "analysed")):
            assert f"{head} {row[column]}" in said
        assert any(text.startswith(f"Lost: {row['lost']} (") for text in said)


def test_a_love_plot_has_a_mark_for_every_trait_before_and_after(results):
    table = results["weights"].table
    found = marks(plots.love(results["weights"]))
    assert set(table["smd_before"]) | set(table["smd_after"]) <= set(found)
    balance = results["compared"].balance
    ax = plots.love(results["compared"])
    assert set(balance["smd"]) <= set(marks(ax))
    assert [text for text in written(ax) if text in set(balance["name"])] == list(balance["name"])


def test_the_adjusted_means_stand_with_their_intervals(results):
    table = results["means"].means
    ax = plots.adjusted_means(results["means"])
    assert marks(ax) == list(table["estimate"])
    ends = [segment[:, 0].tolist() for segment in ax.collections[0].get_segments()]
    assert ends == table[["ci_low", "ci_high"]].to_numpy().tolist()


def test_the_forest_keeps_the_order_of_the_sites_and_shows_where_a_further_one_may_lie(results):
    compared = results["compared"]
    with speaking("en"):
        ax = plots.forest(compared)
    assert marks(ax)[:3] == list(compared.sites["estimate"])
    assert [text[0] for text in written(ax) if "(n = " in text] == list(compared.sites["site"])
    together = next(iter(compared.beside.values()))["synthesis"]
    segments = [tuple(s[:, 0]) for part in ax.collections if hasattr(part, "get_segments") for s in part.get_segments()]
    assert together.prediction in segments
    assert any(tuple(together.row[["ci_low", "ci_high"]]) == (p.get_xy()[0, 0], p.get_xy()[2, 0]) for p in ax.patches)


def test_every_person_who_could_rise_has_a_bar_and_only_reliable_changes_are_dark(results):
    found = results["change"].reliable
    ax = plots.changes(results["change"])
    bars = [bar for bar in ax.patches if bar in ax.containers[0].patches]
    assert sorted(bar.get_height() for bar in bars) == sorted(found.table["estimate"])
    dark = [bar.get_height() for bar in bars if to_hex(bar.get_facecolor()) == "#1f3b57"]
    assert sorted(dark) == sorted(found.table.loc[found.table["verdict"] == "rose", "estimate"])
    assert all(str(code) not in written(ax) for code in found.table.index)


def test_reliable_changes_can_be_drawn_alone_and_none_without_a_retest(people):
    found = reliable_change(people["awal"], people["akhir"], retest=0.7)
    assert len(plots.changes(found).containers[0].patches) == len(found.table)
    assert not plots.changes(change(people["awal"], people["akhir"], chosen_by_score=False)).containers


def test_the_share_that_rose_is_never_drawn_without_its_no_change_line(results):
    both = [results["everyone"], results["chosen"]]
    with speaking("en"):
        ax = plots.improved(both, labels=["everyone", "lowest forty"])
    assert marks(ax) == pytest.approx([100 * each.row.loc["improved", "estimate"] for each in both])
    upright = [
        s[0, 0]
        for part in ax.collections
        if hasattr(part, "get_segments")
        for s in part.get_segments()
        if s[0, 0] == s[1, 0]
    ]
    assert upright == pytest.approx([100 * each.row.loc["no_change_line", "estimate"] for each in both])
    assert {"No-change line", "line at the limits of r", "Scored higher"} <= set(written(ax))
    assert any(text.startswith("lowest forty (n = ") for text in written(ax))
