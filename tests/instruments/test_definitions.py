"""A definition that would load and then score wrong is refused: with its line, its cause, and all faults at once."""

import numpy as np
import pandas as pd
import pytest

import reintegra as rg
from reintegra.core.language import LANGUAGES, speaking
from reintegra.instruments import read_definition

BASE = """\
format = 1
name = "tes"
status = "draft"
language = "id"
title.id = "Tes"
[responses]
setuju = [{ value = 1, id = "STS" }, { value = 2, id = "TS" }, { value = 3, id = "S" }, { value = 4, id = "SS" }]
[[items]]
name = "q1"
[[items]]
name = "q2"
[[items]]
name = "q3"
reverse = true
[[scores]]
name = "total"
items = ["q1", "q2", "q3"]
rule = "sum"
"""
RULE = 'rule = "sum"\n'
BANDS = 'bands = [{ below = 6, id = "rendah" }, { id = "tinggi" }]\n'
SECOND = '[[scores]]\nname = "b"\nscores = %s\nrule = "sum"\n'
SKIP = "[[skips]]\nwhen = { %s = 1 }\nitems = [%s]\nvalue = 1\n"

# what stands in the definition, what is put in its place, the code, and what stands on the line that is named
WRONG = [
    ('name = "q1"', 'name = "q1"\nflag = { at = 9, id = "x" }', "flag-outside", "at = 9"),
    ('name = "q1"', 'name = "q1"\nflag = { at = 1, id = "x" }', "flag-outside", "at = 1"),
    ('name = "q1"', 'name = "q1"\nflag = { at = 2 }', "missing-word", "at = 2"),
    ('"q2"', '"q_1"', "items-alike", "q_1"),
    ('"q2"', '"q01"', "items-alike", "q01"),
    ('name = "q2"', 'name = "q2"\nlabel.id = "q1"', "items-alike", "label.id"),
    ('name = "q1"\n[[items]]', 'name = "q1"\nlabel.id = "Siap."\n[[items]]\nlabel.en = "siap"', "items-alike",
     "label.en"),
    ('name = "q1"', 'name = "q1"\ncodes = []', "wrong-kind", "codes"),
    ('name = "q1"', 'name = "q1"\ncodes = [3]', "too-few-answers", "codes"),
    ('name = "q1"', 'name = "q1"\ncodes = [1, 1, 2]', "code-twice", "codes"),
    ("value = 4", "value = 99999999999999999999", "wrong-kind", "setuju"),
    ("value = 4", "value = 100000", "codes-far-apart", "setuju"),
    ('id = "SS"', 'id = " "', None, None),
    ('title.id = "Tes"', "title = {}", "missing-word", "title"),
    ('title.id = "Tes"', 'title.id = ""', "wrong-kind", "title.id"),
    ('items = ["q1", "q2", "q3"]', "items = []", "items-or-scores", "[[scores]]"),
    ("language", "min_answered = -4\nlanguage", "min-answered-too-high", "min_answered"),
    ("language", 'profile = ["total", "total"]\nlanguage', "name-twice", "profile"),
    (RULE, RULE + "bands = []\n", "wrong-kind", "bands"),
    (RULE, RULE + "bands.a = []\n", "wrong-kind", "bands.a"),
    (RULE, RULE + BANDS.replace("tinggi", "rendah"), "bands-alike", "bands"),
    (RULE, RULE + BANDS.replace("id =", "en ="), None, None),
    (RULE, RULE + BANDS.replace('rendah"', 'rendah", en = "x"').replace('tinggi"', 'tinggi", en = "x"'), "bands-alike",
     "bands"),
    (RULE, RULE + BANDS.replace("below = 6", "below = 3"), "band-outside", "bands"),
    (RULE, RULE + BANDS.replace("below = 6", "upto = 12"), "band-outside", "bands"),
    (RULE, RULE + BANDS.replace("below = 6", "below = 12"), None, None),
    (RULE, RULE + BANDS.replace("below = 6", "upto = 3"), None, None),
    (RULE, RULE + "min_answered = 1\nrescale = [0, 100]\n", "partial-sum", "min_answered"),
    (RULE, RULE + "min_answered = 2\n" + BANDS, "partial-sum", "min_answered"),
    (RULE, RULE + "min_answered = 2\nlookup = [{ upto = 5, value = 1 }, { upto = 12, value = 2 }]\n", "partial-sum",
     "min_answered"),
    (RULE, RULE + "min_answered = 1\nrescale = [0, 100]\nprorate = true\n", None, None),
    (RULE, RULE + "min_answered = 1\n", None, None),
    (RULE, 'rule = "count"\ncounts = [4]\nmin_answered = 2\nrescale = [0, 100]\n', "partial-sum", "min_answered"),
    (RULE, RULE + 'either = [["q1", "q2"], ["q2", "q3"]]\n', "either-twice", "either"),
    (RULE, RULE + 'either = [["q1", "q1"]]\n', "either-twice", "either"),
    (RULE, RULE + "either = [[]]\n", "wrong-kind", "either"),
    (RULE, RULE + "lookup = [{ upto = 5, value = 1 }, { upto = 9, value = 2 }]\n", "lookup-too-short", "lookup"),
    (RULE, RULE + "lookup = [{ upto = 12, value = 1 }]\n", "never-varies", "[[scores]]"),
    (RULE, RULE + "rescale = [0, 9]\nlookup = [{ upto = 5, value = 1 }, { upto = 12, value = 2 }]\n",
     "rescale-and-multiply", "[[scores]]"),
    (RULE, RULE + "rescale = [0, inf]\n", "wrong-kind", "rescale"),
    (RULE, RULE + "multiply = 0\n", "never-varies", "[[scores]]"),
    (RULE, RULE + "multiply = nan\n", "wrong-kind", "multiply"),
    (RULE, RULE + "counts = [3]\n", "word-not-used", "counts"),
    (RULE, 'rule = "count"\ncounts = [7]\n', "counts-nothing", "counts"),
    (RULE, RULE + SECOND % '["total", "total"]', "item-twice-in-score", "scores ="),
    (RULE, RULE + SECOND % "{ total = 0 }", "wrong-kind", "scores ="),
    (RULE, RULE + SECOND % "{ total = nan }", "wrong-kind", "scores ="),
    (RULE, RULE + SKIP % ("q1", '"q1"'), "skip-order", "when"),
    (RULE, RULE + SKIP % ("q1", '"q2"') + SKIP % ("q2", '"q1"'), "skip-order", "when"),
    (RULE, RULE + SKIP % ("q2", '"q3"') + SKIP % ("q1", '"q2"'), "skip-order", "when"),
    (RULE, RULE + SKIP % ("q1", '"q2"') + SKIP % ("q2", '"q3"'), None, None),
    (RULE, RULE + SKIP.replace(" %s = 1 ", "") % '"q2"', "wrong-kind", "when"),
    (RULE, RULE + SKIP % ("q1", ""), "missing-word", "items = []"),
    (RULE, RULE + '[guards.people]\nallowed = ["a"]\nid = "x"\n', "missing-word", "guards.people"),
    (RULE, RULE + '[guards.people]\ncolumn = "a"\nid = "x"\n', "missing-word", "guards.people"),
]  # fmt: skip


def faults(text):
    with pytest.raises(rg.InstrumentError) as caught:
        read_definition(text, "tes.toml")
    return caught.value.problems


@pytest.mark.parametrize(("old", "new", "code", "mark"), WRONG)
def test_what_would_score_wrong_is_refused_with_its_line_and_a_remedy(old, new, code, mark):
    assert old in BASE
    text = BASE.replace(old, new)
    if code is None:  # the neighbour of a fault is none
        frame = pd.DataFrame([[1, 1, 1], [4, np.nan, 3]], columns=["q1", "q2", "q3"])
        assert len(rg.score(frame, read_definition(text, "tes.toml")).table) == 2
        return
    found = [problem for problem in faults(text) if problem.code == code]
    assert [mark in text.splitlines()[problem.row - 1] for problem in found][:1] == [True]
    for lang in LANGUAGES:
        with speaking(lang):
            assert all(problem.text and problem.remedy for problem in found)


def test_one_fault_is_told_once():
    """What follows from a fault (a range that is not known, items that could not be read) is no fault of its own."""
    for old, new, code, _ in WRONG:
        if code:
            assert [problem.code for problem in faults(BASE.replace(old, new))] == [code], new
    assert [p.code for p in faults(BASE.replace("[[scores]]", "[scores]"))] == ["wrong-kind"]
    assert [p.code for p in faults(BASE.replace('rule = "sum"', 'rule = "sun"\n' + BANDS))] == ["unknown-choice"]


def test_every_fault_of_a_score_is_told_at_once():
    wrong = RULE + BANDS.replace("{ id", '{ below = 5, id = "x" }, { id')
    text = BASE.replace(RULE, wrong).replace('"q3"]', '"q9"]').replace(RULE, 'rule = "men"\nmin_answered = 9\n')
    said = {"unknown-item", "unknown-choice", "min-answered-too-high", "bands-not-rising"}
    assert {problem.code for problem in faults(text)} == said


def test_a_skip_with_several_faults_tells_them_all():
    text = BASE + '[[skips]]\nwhen = { q9 = 1 }\nitems = ["q8"]\n'
    assert [problem.code for problem in faults(text)] == ["missing-word", "unknown-item", "unknown-item"]


def test_a_prorated_and_rescaled_sum_of_one_answer_is_that_answer():
    text = BASE.replace(RULE, RULE + "min_answered = 1\nrescale = [0, 100]\nprorate = true\n")
    frame = pd.DataFrame({"q1": [4, 1], "q2": [np.nan] * 2, "q3": [np.nan] * 2})
    assert rg.score(frame, read_definition(text, "tes.toml")).table["total"].tolist() == [100, 0]
