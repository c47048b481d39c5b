"""Themes beside scores, with one quote that may be quoted."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

import reintegra as rg
from reintegra.consult import load_codebook
from reintegra.consult.masking import mask
from reintegra.core.language import LANGUAGES, speaking
from reintegra.evaluate import group_effects, joint_display

CODEBOOK = load_codebook()
RNG = np.random.default_rng(3)
PEOPLE = [f"P{i:02d}" for i in range(40)]
VOICES = pd.DataFrame((RNG.random((40, len(CODEBOOK))) < 0.4).astype(float), PEOPLE, list(CODEBOOK.codes))
VOICES["K_AMAN"] = [1.0] * 3 + [0.0] * 37  # too few
VOICES.loc["P05", "K_KERJA"] = np.nan  # a tie left open
SCORES = pd.DataFrame({"a": RNG.normal(50, 10, 40), "b": RNG.normal(60, 12, 40)}, PEOPLE)
SCORES["a"] += 15 * VOICES["H_KERJA"]
SCORES.loc["P07", "b"] = np.nan


def long(wave=1):
    table = VOICES.rename_axis("person").reset_index().melt("person", var_name="code").assign(wave=wave)
    table["section"] = table["code"].map(CODEBOOK.section_of)
    return table.assign(answer=table["person"] + f".{wave}." + table["section"])


CONSENSUS = long()


def texts(left=(), **columns):
    """Return masked texts of all answers, all of them reviewed but those left."""
    table = CONSENSUS[["answer", "person", "section"]].drop_duplicates().assign(**columns)
    table["text"] = "kata dari " + table["answer"].str.replace(".", " ")
    return mask(table).mark_reviewed(answers=[a for a in table["answer"] if a not in set(left)], by="R1")


def test_each_row_is_the_difference_of_the_two_groups():
    found = joint_display(CONSENSUS, CODEBOOK, SCORES).table.set_index(["name", "scale"])
    for name, scale in (("H_KERJA", "a"), ("K_KERJA", "b")):
        voiced, other = (SCORES.loc[VOICES[name] == value, scale].dropna() for value in (1, 0))
        mine = found.loc[(name, scale)]
        welch = stats.ttest_ind(voiced, other, equal_var=False)
        assert [mine["estimate"], mine["p_value"]] == pytest.approx([voiced.mean() - other.mean(), welch.pvalue])
        sizes = group_effects(voiced, other).table.set_index("name").loc["g"]
        assert mine[["g", "g_low", "g_high"]].to_list() == sizes[["estimate", "ci_low", "ci_high"]].to_list()
        assert mine[["n_voiced", "n_other"]].to_list() == [len(voiced), len(other)]


@pytest.mark.parametrize(("adjust", "method"), [("holm", "holm"), ("bh", "fdr_bh")])
def test_p_values_are_adjusted_over_all_themes_and_scales_and_that_is_said(adjust, method):
    found = joint_display(CONSENSUS, CODEBOOK, SCORES, adjust=adjust)
    known = found.table.dropna(subset="p_value")
    assert known["p_adjusted"].to_list() == pytest.approx(multipletests(known["p_value"], method=method)[1])
    with speaking("en"):
        name = {"holm": "Holm", "bh": "Benjamini–Hochberg"}[adjust]
        assert name in str(found)
        assert name in found.notes[0].text


def test_groups_of_few_people_are_withheld_with_their_counts():
    found = joint_display(CONSENSUS, CODEBOOK, SCORES)
    few = found.table[found.table["name"] == "K_AMAN"]
    assert few["withheld"].to_list() == ["few", "few"]
    assert few.drop(columns=["name", "scale", "withheld"]).isna().all(axis=None)
    assert "theme-withheld" in [note.code for note in found.notes]


def test_a_scale_on_which_all_are_alike_gives_no_difference():
    found = joint_display(CONSENSUS, CODEBOOK, SCORES.assign(c=7.0), scales=["c"])
    assert set(found.table["withheld"]) == {"few", "no_spread"}
    assert found.table["estimate"].isna().all()
    for lang in LANGUAGES:
        with speaking(lang):
            assert str(found)


def test_quotes_are_of_people_who_voice_the_theme_agreed_and_were_reviewed():
    agreed = pd.Series([1, 0] * 20, PEOPLE)
    left = [f"{person}.1.{section}" for person in PEOPLE[:10] for section in CODEBOOK.sections]
    found = joint_display(CONSENSUS, CODEBOOK, SCORES, masked=texts(left), consent=agreed)
    quotes = found.quotes.set_index("name")
    assert "K_AMAN" not in quotes.index
    assert len(quotes) == len(CODEBOOK) - 1
    for name, quote in quotes.iterrows():
        person = quote["text"].split()[2]
        assert VOICES.loc[person, name] == 1
        assert agreed[person] == 1
        assert person not in PEOPLE[:10]
        assert quote["section"] == CODEBOOK.section_of[name]
        assert quote["text"].endswith(quote["section"])


@pytest.mark.parametrize("column", ["setuju_kutip", "quote_consent"])
def test_a_column_of_consent_with_the_texts_counts_and_a_blank_is_no(column):
    said = dict(zip(PEOPLE, ["ya", "", "tidak", None] * 10, strict=True))
    masked = texts(**{column: CONSENSUS[["answer", "person"]].drop_duplicates()["person"].map(said)})
    found = joint_display(CONSENSUS, CODEBOOK, SCORES, masked=masked)
    assert {quote.split()[2] for quote in found.quotes["text"]} <= set(PEOPLE[::4])
    assert "theme-quotes-no-consent" not in [note.code for note in found.notes]


def test_without_consent_on_record_that_is_said():
    found = joint_display(CONSENSUS, CODEBOOK, SCORES, masked=texts())
    assert {"theme-quotes-no-consent", "theme-quotes-not-anonymous"} <= {note.code for note in found.notes}


def test_texts_that_were_not_masked_are_refused():
    with pytest.raises(rg.DisclosureError):
        joint_display(CONSENSUS, CODEBOOK, SCORES, masked=CONSENSUS.assign(text="x", reviewed=True))


def test_several_waves_need_a_choice():
    both = pd.concat([CONSENSUS, long(wave=2)])
    with pytest.raises(rg.DataError) as caught:
        joint_display(both, CODEBOOK, SCORES)
    assert caught.value.code == "theme-which-wave"
    scores = pd.concat({1: SCORES, 2: SCORES + 5}).swaplevel()
    one, two = (joint_display(both, CODEBOOK, scores, wave=wave).table for wave in (1, 2))
    pd.testing.assert_frame_equal(one, two)


def test_scores_of_an_instrument_bring_their_labels_and_status_line():
    siap = rg.load_instrument("siap_36")
    answers = pd.DataFrame(RNG.integers(1, 5, (40, len(siap.item_names))), PEOPLE, siap.item_names)
    scores = rg.score(answers, siap)
    found = joint_display(CONSENSUS, CODEBOOK, scores, facet="topic", masked=texts())
    assert "SIAP-36" in found.status
    for lang in LANGUAGES:
        with speaking(lang):
            page = found._repr_html_()
            assert found.scale(found.table["scale"].iloc[0]) in page
            assert "kata dari" in page
