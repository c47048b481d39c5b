"""Patterns find what the hand codes have, as far as the decision record says, and only after people have coded."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

import reintegra as rg
from reintegra.consult import codebook_of, load_codebook, suggest
from reintegra.consult.patterns import WINDOW, rules_of, sentences_of
from reintegra.core.language import speaking

NOTES = pd.read_csv(Path(__file__).parents[1] / "reference" / "notes.csv")
CODEBOOK = load_codebook()
TEXTS = NOTES.rename(columns={"unit": "answer"})
HAND = pd.DataFrame(
    [
        (one.unit, one.unit, "awal", one.section, code, float(code in one.codes.split()))
        for one in NOTES.itertuples()
        for code in CODEBOOK.of_section(one.section)
    ],
    columns=["answer", "person", "wave", "section", "code", "value"],
)


def matches(pattern, text):
    rules, broken = rules_of(pattern)
    assert not broken
    return any(rule.matches(sentences_of(text)) for rule in rules)


def test_the_shipped_patterns_have_the_precision_and_recall_that_the_decision_record_says():
    found = suggest(TEXTS, CODEBOOK, HAND)
    assert found.table[["suggested", "applies", "both"]].sum().tolist() == [61, 79, 60]
    with speaking("en"):
        assert str(found.precision) == "precision = 0.98 (95 %: 0.91 to 1.00; n = 61)"
        assert str(found.recall) == "recall = 0.76 (95 %: 0.65 to 0.84; n = 79)"
    assert len(found.differences) == 1 + 19
    (wrong,) = found.differences.query("suggested == 1").to_dict("records")
    assert (wrong["answer"], wrong["code"]) == ("N024", "K_KERJA")
    assert wrong["rule"] == "bingung|takut|khawatir ~ kerja|uang|makan|nafkah"


def test_the_intervals_are_those_of_statsmodels():
    table = suggest(TEXTS, CODEBOOK, HAND, level=0.9).table
    for name, of in (("precision", "suggested"), ("recall", "applies")):
        some = table[table[of] > 0]
        low, high = proportion_confint(some["both"].to_numpy(), some[of].to_numpy(), 0.1, "wilson")
        np.testing.assert_allclose(some[f"{name}_low"], low, atol=1e-12)
        np.testing.assert_allclose(some[f"{name}_high"], high, atol=1e-12)
        assert table.loc[table[of] == 0, name].isna().all()


def test_only_the_codes_of_the_section_are_suggested():
    found = suggest(TEXTS, CODEBOOK, HAND).suggested
    assert (found["code"].map(CODEBOOK.section_of) == found["section"]).all()


def test_texts_that_nobody_has_coded_are_refused():
    with pytest.raises(rg.DataError, match="N080") as caught:
        suggest(TEXTS, CODEBOOK, HAND[HAND["answer"] != "N080"])
    assert caught.value.code == "suggest-not-coded"


def test_an_open_tie_counts_neither_for_nor_against():
    wrong = HAND["code"].eq("K_KERJA") & HAND["answer"].eq("N024")
    table = suggest(TEXTS, CODEBOOK, HAND.assign(value=HAND["value"].mask(wrong))).table.set_index("code")
    assert table.loc["K_KERJA", ["n", "suggested", "both"]].tolist() == [18, 3, 3]


@pytest.mark.parametrize(
    ("pattern", "text", "matched"),
    [
        ("takut ~ kerja", "Kerja apa, saya TAKUT", True),
        ("takut ~ kerja", "Takut. Kerja apa?", False),
        ("takut ~ kerja", "takut " + "x " * (WINDOW - 2) + "kerja", True),
        ("takut ~ kerja", "takut " + "x " * (WINDOW - 1) + "kerja", False),
        ("kumpul*", "berkumpul", False),
        ("kumpul*", "kumpulan", True),
        ("ditolak", "menolak", False),
        ("orang tua", "orang-tua saya", True),
        ("orang tua", "orang yang tua", False),
        ("anak ~ anak", "anak saya", False),
        ("anak ~ anak", "anak-anak saya", True),
        ("(tidak|gak) ~ tidur", "gak bisa tidur", True),
        ("(lebih ~ ibadah|salat)", "salat lebih rajin", True),
        ("minder; cemas", "cemas saja", True),
    ],
)
def test_a_pattern_is_read_as_written(pattern, text, matched):
    assert matches(pattern, text) is matched


@pytest.mark.parametrize("rule", ["a ~", "~ a", "(a", "a)", "a | ", "a*b", "((a))", "a + b", "*"])
def test_a_rule_that_cannot_be_read_is_refused_with_its_code(rule):
    table = CODEBOOK.table.copy()
    table.loc[3, "patterns"] = f"sembuh; {rule}"
    with pytest.raises(rg.IntakeError) as caught:
        codebook_of(table)
    (problem,) = caught.value.problems
    assert (problem.code, problem.params["code"], problem.params["rule"]) == (
        "codebook-pattern",
        "H_PULIH",
        rule.strip(),
    )


def test_what_is_shown_has_every_code_with_a_pattern_in_the_order_of_the_codebook():
    ties = HAND.assign(value=HAND["value"].mask(HAND["code"] == "K_STIGMA"))
    with speaking("en"):
        shown = suggest(TEXTS, CODEBOOK, ties).shown().set_index("Code")
    assert tuple(shown.index) == CODEBOOK.codes
    assert shown.loc["H_KELUARGA", ["Texts", "Both", "Recall"]].tolist() == [16, 3, "0.50 (0.19–0.81)"]
    assert shown.loc["K_STIGMA", ["Texts", "Precision"]].tolist() == [0, "–"]
