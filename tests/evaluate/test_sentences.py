"""A sentence never says more than the design: every layout, grade, result and language is tried."""

import re
from itertools import product

import pytest

from reintegra.core.language import LANGUAGES, say, speaking, texts
from reintegra.evaluate.grade import claim
from reintegra.evaluate.layout import LAYOUTS
from reintegra.evaluate.sentences import claim_code

# words that claim a cause, in both languages
CAUSE = re.compile(
    r"menyebabkan|disebabkan|karena|akibat|berkat|berhasil|efektif|manjur|terbukti|berdampak|dampak|meningkatkan|menurunkan"
    r"|\bcaus|because|due to|thanks to|effective|\bworks?\b|\bproves?\b|proven|impact|improves?|reduces?|leads? to"
    r"|results? in",
    re.IGNORECASE,
)
ASSOCIATION = re.compile(r"dikaitkan|associated", re.IGNORECASE)
NO_DIFFERENCE = re.compile(
    r"tidak berbeda|tidak ada (beda|perbedaan|selisih)|sama saja|no difference|do not differ|the same"
)
NAN = float("nan")
RESULTS = [(1.0, 3.0), (-3.0, -1.0), (-1.0, 1.0), (0.0, 1.0), (NAN, NAN)]
ALL = list(product(LAYOUTS, range(1, 6), (True, False), RESULTS, (True, False), (True, False)))
WORDS = "programme reference outcome size estimate low high df p n sd level"
SAID = dict.fromkeys(WORDS.split(), "7")


def spoken(lang, layout, grade, causal, limits, enough, held):
    code = claim_code(
        layout=layout, grade=grade, causal=causal, low=limits[0], high=limits[1], enough=enough, held=held
    )
    with speaking(lang):
        return say("evaluate", code, **SAID)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_sentence_names_a_cause_below_its_grade(lang):
    causes = 0
    for layout, grade, causal, limits, enough, held in ALL:
        text = spoken(lang, layout, grade, causal, limits, enough, held)
        clear = enough and held and (limits[0] > 0 or limits[1] < 0)
        may = grade == 5 and causal and clear and layout not in ("one_group", "one_site_each")
        assert bool(CAUSE.search(text)) == may, text
        assert not ASSOCIATION.search(text) or grade >= 3, text
        assert not NO_DIFFERENCE.search(text), text
        causes += may
    assert causes


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_other_text_of_a_comparison_names_a_cause(lang):
    words = texts(lang)["evaluate"]
    parts = ("layout_", "flow_", "start_", "grade_", "detectable", "dealt", "size_said", "reliable_said", "not_settled")
    others = [text for code, text in words.items() if code.startswith(parts)]
    others += [text for code, text in texts(lang)["notice"].items() if code.startswith("grade-")]
    assert len(others) > 20
    assert not [text for text in others if CAUSE.search(text)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_one_group_has_changed_and_nothing_more(lang):
    for grade, causal in product(range(1, 6), (True, False)):
        text = spoken(lang, "one_group", grade, causal, (1.0, 2.0), True, True)
        assert re.search("berubah|changed", text)


def test_the_verb_is_the_strongest_that_the_grade_carries():
    verbs = [claim(grade, layout="within_sites", causal=True) for grade in range(1, 6)]
    assert verbs == ["differ", "differ", "associate", "associate", "cause"]
    assert claim(5, layout="within_sites", causal=False) == "associate"
    assert claim(5, layout="one_site_each", causal=True) == "differ"
