"""Figures of consultations show what their results hold."""

import numpy as np
import pandas as pd
import pytest

from reintegra.consult import concern_coverage, keyness, load_codebook, prevalence
from reintegra.consult.masking import mask
from reintegra.core.language import LANGUAGES, speaking
from reintegra.present import plots

plt = pytest.importorskip("matplotlib.pyplot")
CODEBOOK = load_codebook()
RNG = np.random.default_rng(0)
PEOPLE = [f"P{i:02d}" for i in range(40)]
CONSENSUS = pd.DataFrame(
    [(p, 1, CODEBOOK.section_of[c], c, float(RNG.random() < 0.3)) for p in PEOPLE for c in CODEBOOK.codes],
    columns=["person", "wave", "section", "code", "value"],
)
TALKS = pd.DataFrame({"person": PEOPLE, "wave": 1, "programme": ["A", "B"] * 20, "plan_concreteness": 2})


def words(ax):
    return " ".join(text.get_text() for text in ax.figure.findobj(plt.Text))


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_heat_map_has_a_cell_for_every_section_and_topic_with_its_share_and_n(lang):
    result = concern_coverage(CONSENSUS, CODEBOOK, TALKS)
    with speaking(lang):
        ax = plots.heat_map(result)
        assert len(ax.patches) == len(result.heat)
        assert len(ax.texts) == len(result.heat)
        assert f"{100 * result.heat['estimate'].iloc[0]:.0f} %" in ax.texts[0].get_text()
        assert ("Kekhawatiran" if lang == "id" else "Worries") in words(ax)


def test_what_is_withheld_is_hatched_and_shows_no_number():
    few = CONSENSUS[CONSENSUS["person"] < "P16"]
    result = concern_coverage(few, CODEBOOK, TALKS[TALKS["person"] < "P16"]).shared()
    withheld = int(result.heat["estimate"].isna().sum())
    ax = plots.heat_map(result)
    assert 0 < withheld < len(result.heat)
    assert sum(patch.get_hatch() is not None for patch in ax.patches) == withheld
    assert len(ax.texts) == len(result.heat) - withheld


def test_each_group_has_a_mark_at_its_share():
    result = prevalence(CONSENSUS, CODEBOOK, facet="topic", group="programme", talks=TALKS)
    ax = plots.prevalence(result)
    drawn = {line.get_label(): line.get_xdata() for line in ax.lines if line.get_label() in ("A", "B")}
    for group, shares in drawn.items():
        table = result.table[result.table["group"] == group]
        assert list(shares) == pytest.approx(list(100 * table["estimate"]))
    assert len(drawn) == 2


def test_withheld_shares_are_named_and_not_drawn():
    result = prevalence(CONSENSUS, CODEBOOK, group="programme", talks=TALKS).shared()
    withheld = int(result.table["estimate"].isna().sum())
    assert withheld
    with speaking("en"):
        assert sum(text.get_text() == "withheld" for text in plots.prevalence(result).texts) == withheld


def test_words_are_bars_from_more_to_less():
    texts = ["saya takut tidak kerja"] * 8 + ["saya ingin pulang ke rumah"] * 8
    ids = [f"P{i}.1.worry" for i in range(16)]
    table = pd.DataFrame({"answer": ids, "person": PEOPLE[:16], "text": texts})
    result = keyness(mask(table).mark_reviewed(answers=ids, by="R1"), ids[:8])
    ax = plots.keyness(result)
    widths = [bar.get_width() for bar in ax.patches]
    assert widths == sorted(widths, reverse=True)
    assert widths[0] == pytest.approx(result.table["estimate"].max())
    assert "takut (8 / 0)" in words(ax)
