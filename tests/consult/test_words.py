"""The words of reviewed texts: where they stand, and which mark one set of texts."""

import math

import pandas as pd
import pytest

import reintegra as rg
from reintegra.consult import keyness, keyword_in_context
from reintegra.consult.masking import mask
from reintegra.consult.words import key_word
from reintegra.core.language import LANGUAGES, speaking


def reviewed(*texts, left=()):
    """Return masked texts, all of them reviewed but those left."""
    table = pd.DataFrame({"answer": [f"P{i}.1.worry" for i in range(len(texts))], "text": texts})
    table["person"] = [f"P{i}" for i in range(len(texts))]
    masked = mask(table)
    return masked.mark_reviewed(answers=[a for i, a in enumerate(table["answer"]) if i not in left], by="R1")


TEXTS = ["takut tidak dapat kerja", "Kerja apa nanti? belum tahu", "kerjaan susah, takut ditolak", "rumah belum ada"]


def test_log_likelihood_is_that_of_the_calculator_at_lancaster():
    """Its example (Lancaster's log-likelihood web form): 52 in 50,000 words and 57 in 75,000 give 2.65."""
    found = key_word(52, 57, 50_000, 75_000)
    assert round(found["log_likelihood"], 2) == 2.65
    assert found["estimate"] == pytest.approx(math.log2((52 / 50_000) / (57 / 75_000)))
    assert found["p_value"] > 0.05  # the critical value is 3.84


def test_the_log_ratio_of_twice_as_often_is_one_and_turns_with_the_sets():
    one, other = key_word(40, 20, 1000, 1000), key_word(20, 40, 1000, 1000)
    assert one["estimate"] == pytest.approx(1)
    assert [one["estimate"], one["ci_low"], one["log_likelihood"]] == pytest.approx(
        [-other["estimate"], -other["ci_high"], other["log_likelihood"]]
    )


def test_a_word_that_one_set_lacks_has_a_finite_ratio():
    found = key_word(8, 0, 500, 700)
    assert found["log_likelihood"] == pytest.approx(2 * 8 * math.log(1200 / 500))
    assert math.isfinite(found["estimate"])
    assert found["estimate"] > 0


def test_words_of_few_people_are_left_out_and_small_words_are_not():
    texts = [f"saya tidak tahu kata{i} {word}" for i, word in enumerate(["a", "b", "c", "d", "e", "f"])] + [
        "saya tahu"
    ] * 6
    masked = reviewed(*texts)
    found = keyness(masked, [f"P{i}.1.worry" for i in range(6)])
    assert set(found.table["name"]) == {"saya", "tidak", "tahu"}
    assert found.table.set_index("name").loc["tidak", ["count", "other_count", "people"]].to_list() == [6, 0, 6]
    assert [note.code for note in found.notes] == ["theme-words-not-people", "theme-rare-words"]
    for lang in LANGUAGES:
        with speaking(lang):
            assert "tidak" in found._repr_html_()


def test_masks_are_no_words():
    masked = reviewed(*["hubungi 081234567890 ya"] * 5, *["tidak ya"] * 5)
    assert set(keyness(masked, [f"P{i}.1.worry" for i in range(5)]).table["name"]) == {"hubungi", "ya", "tidak"}


def test_a_keyword_is_found_whole_or_begun_with_what_stands_around_it():
    masked = reviewed(*TEXTS)
    whole = keyword_in_context(masked, "kerja")
    assert whole["keyword"].to_list() == ["kerja", "Kerja"]
    assert whole.iloc[0].to_list() == ["P0.1.worry", "takut tidak dapat ", "kerja", ""]
    assert keyword_in_context(masked, "kerja*")["keyword"].to_list() == ["kerja", "Kerja", "kerjaan"]
    assert keyword_in_context(masked, "tidak dapat", width=3).iloc[0, 1:].to_list() == ["ut ", "tidak dapat", " ke"]
    assert keyword_in_context(masked, "belum", answers=["P3.1.worry"])["answer"].to_list() == ["P3.1.worry"]


@pytest.mark.parametrize("ask", [lambda m: keyword_in_context(m, "kerja"), lambda m: keyness(m, ["P0.1.worry"])])
def test_a_text_that_nobody_has_reviewed_is_not_looked_into(ask):
    for masked in (reviewed(*TEXTS, left=[2]), pd.DataFrame({"answer": ["P0.1.worry"], "text": ["kerja"]})):
        with pytest.raises(rg.DisclosureError):
            ask(masked)


def test_sets_of_texts_that_cannot_be_compared_are_refused():
    masked = reviewed(*TEXTS, "")
    codes = []
    for ids, against in ((["P0.1.worry"], ["P0.1.worry"]), (["P4.1.worry"], None)):
        with pytest.raises(rg.DataError) as caught:
            keyness(masked, ids, against=against)
        codes.append(caught.value.code)
    with pytest.raises(rg.DataError) as caught:
        keyword_in_context(masked, " * ")
    assert [*codes, caught.value.code] == ["theme-in-both", "theme-no-words", "theme-no-word"]
