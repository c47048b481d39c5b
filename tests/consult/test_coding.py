"""Who codes what, what coders agree on, and what is refused."""

import itertools

import numpy as np
import pandas as pd
import pytest

import reintegra as rg
from reintegra.consult import Codings, assign_coders, consensus, disagreements
from reintegra.core.language import speaking

SECTIONS = ["hope", "worry", "strategy", "plan", "challenge"]


def texts(talks=30, facilitators=("F1", "F2", "F3")):
    rows = [
        (f"P{i:02d}.awal.{section}", f"P{i:02d}", "awal", section, "teks", facilitators[i % len(facilitators)])
        for i in range(talks)
        for section in SECTIONS
    ]
    return pd.DataFrame(rows, columns=["answer", "person", "wave", "section", "text", "facilitator"])


def codings(rows):
    """Return codings of (answer, coder, {code: value})."""
    flat = [(a, a, "awal", "hope", coder, code, value) for a, coder, codes in rows for code, value in codes.items()]
    return pd.DataFrame(flat, columns=["answer", "person", "wave", "section", "coder", "code", "value"])


def random_codings(seed, answers=40, coders=5, codes=6):
    random = np.random.default_rng(seed)
    return codings(
        (f"P{i:02d}", f"C{j}", {f"K{k}": int(random.random() < 0.4) for k in range(codes)})
        for i in range(answers)
        for j in random.permutation(coders)[: random.integers(1, coders + 1)]
    )


def refused(call, *arguments, **options):
    with pytest.raises(rg.DataError) as caught:
        call(*arguments, **options)
    return caught.value.code


TWO = codings([("A", "C1", {"X": 1, "Y": 0}), ("A", "C2", {"X": 0, "Y": 0}), ("B", "C1", {"X": 1, "Y": 1})])


@pytest.mark.parametrize(("per_answer", "share"), [*itertools.product([1, 2, 3], [0.3, 1.0])])
def test_nobody_codes_a_talk_they_led_and_every_talk_goes_to_as_many_coders_as_asked(per_answer, share):
    assigned = assign_coders(texts(), ["f1", "F2", "F3", "P"], per_answer=per_answer, share=share, seed=4)
    assert (assigned["coder"].str.upper() != assigned["facilitator"]).all()
    assert not assigned.duplicated(["answer", "coder"]).any()
    talks = assigned.groupby("person")["coder"].nunique()
    assert (talks == per_answer).sum() == (30 if per_answer == 1 else round(share * 30))
    assert ((talks == per_answer) | (talks == 1)).all()
    assert (assigned.groupby(["person", "coder"]).size() == 5).all(), "all texts of a talk go to the same coders"


@pytest.mark.parametrize("seed", range(10))
def test_loads_differ_by_one_talk_at_most_where_everyone_leads_as_many(seed):
    load = assign_coders(texts(), ["F1", "F2", "F3"], seed=seed)["coder"].value_counts()
    assert load.max() - load.min() <= 5


def test_who_led_most_talks_is_given_all_of_the_others():
    answers = texts(20, ["F1", "F1", "F1", "F2"])
    load = assign_coders(answers, ["F1", "F2", "F3"], per_answer=1, seed=1)["coder"].value_counts()
    assert load["F1"] == 25, "the five talks that F1 did not lead"
    assert abs(load["F2"] - load["F3"]) <= 5


def test_the_same_seed_gives_the_same_list_and_another_one_another():
    lists = [assign_coders(texts(), ["F1", "F2", "F3", "P"], seed=seed) for seed in (7, 7, 8)]
    pd.testing.assert_frame_equal(lists[0], lists[1])
    assert not lists[0].equals(lists[2])


def test_an_impossible_draw_is_refused():
    blank = texts()
    blank.loc[3, "facilitator"] = None
    assert refused(assign_coders, texts(), ["F1", "F2"], seed=1) == "coding-too-few-coders"
    assert refused(assign_coders, blank, ["F1", "F2"], seed=1) == "coding-no-facilitator"
    assert refused(assign_coders, texts(), ["F1", "f1", "F2"], seed=1) == "coding-coder-twice"
    assert refused(assign_coders, texts(), ["A", "B"], per_answer=0, seed=1) == "coding-out-of-range"
    assert refused(assign_coders, texts(), ["A", "B"], share=1.5, seed=1) == "coding-out-of-range"
    assert refused(assign_coders, texts().drop(columns="wave"), ["A", "B"], seed=1) == "coding-no-column"
    assert refused(assign_coders, pd.concat([texts(), texts()]), ["A", "B"], seed=1) == "coding-text-twice"


@pytest.mark.parametrize("seed", range(5))
def test_consensus_is_the_majority_of_those_who_read_and_a_tie_is_missing(seed):
    table = random_codings(seed)
    found = consensus(table)
    for answer, code, value in found.table[["answer", "code", "value"]].itertuples(index=False):
        votes = table.loc[(table["answer"] == answer) & (table["code"] == code), "value"]
        expected = np.nan if votes.mean() == 0.5 else float(votes.mean() > 0.5)
        assert value == expected or (np.isnan(value) and np.isnan(expected))
    assert len(found.table) == table[["answer", "code"]].drop_duplicates().shape[0]
    assert len(found.open) == found.table["value"].isna().sum()
    assert (found.open["yes"] == found.open["no"]).all()


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_codings_changes_nothing(seed):
    table = random_codings(seed)
    tables = [consensus(some).table for some in (table, table.sample(frac=1, random_state=1))]
    one, other = (found.sort_values(["answer", "code"], ignore_index=True) for found in tables)
    pd.testing.assert_frame_equal(one, other)


def test_disagreements_name_who_said_what():
    found = disagreements(TWO)
    assert found[["answer", "code", "yes", "no"]].to_numpy().tolist() == [["A", "X", "C1", "C2"]]
    assert found["value"].isna().all()
    three = pd.concat([TWO, codings([("A", "C0", {"X": 1, "Y": 0})])])
    assert disagreements(three)[["yes", "no", "value"]].to_numpy().tolist() == [["C0 C1", "C2", 1.0]]


def test_a_final_decision_settles_a_tie_and_overrules_a_majority():
    three = pd.concat([TWO, codings([("A", "C0", {"X": 1, "Y": 0})])])
    for table in (TWO, three):
        final = disagreements(table)[["answer", "code"]].assign(final=0.0)
        settled = consensus(table, final=final)
        assert settled.table.set_index(["answer", "code"])["value"]["A", "X"] == 0
        assert (settled.settled, len(settled.open)) == (1, 0)


def test_a_blank_decision_leaves_the_tie_open():
    final = disagreements(TWO)[["answer", "code"]].assign(final=np.nan)
    found = consensus(TWO, final=final)
    assert [n.code for n in found.notes] == ["coding-ties", "coding-one-coder"]
    assert found.open[["answer", "code", "yes", "no"]].to_numpy().tolist() == [["A", "X", 1, 1]]


def test_a_decision_about_what_nobody_disputes_is_refused():
    for answer, code, value in (("A", "Y", 1), ("Z", "X", 1), ("A", "X", 2)):
        final = pd.DataFrame([(answer, code, value)], columns=["answer", "code", "final"])
        assert refused(consensus, TWO, final=final) == "coding-final"


def test_consensus_is_refused_while_a_blank_is_left():
    plain = pd.DataFrame({"answer": ["A", "B", "C"]})
    assert refused(consensus, TWO, plain) == "coding-blank"
    assert consensus(TWO, plain[:2]).coders == 2
    given = pd.DataFrame({"answer": ["A", "A", "B", "B"], "coder": ["C1", "C2", "C1", "C2"]})
    with pytest.raises(rg.DataError, match="C2: B"):
        consensus(TWO, given)
    blank = pd.DataFrame([("C2", "B", "k.xlsx", "Harapan", 7)], columns=["coder", "answer", "file", "sheet", "row"])
    unread = blank[["coder", "answer"]]
    assert refused(consensus, Codings(TWO, "", blank, unread[:0])) == "coding-blank"
    assert len(consensus(Codings(TWO, "", blank[:0], unread), given).table) == 4, "declared not read: no blank"


def test_codings_that_contradict_themselves_are_refused():
    assert refused(consensus, pd.concat([TWO, TWO[:1]])) == "coding-twice"
    assert refused(consensus, TWO[1:]) == "coding-incomplete"
    assert refused(consensus, TWO.assign(value=2)) == "coding-value"
    assert refused(consensus, TWO[:0]) == "coding-none"
    assert refused(consensus, TWO.drop(columns="wave")) == "coding-no-column"


def test_what_is_shown_counts_codes_not_rows():
    with speaking("en"):
        shown = consensus(TWO).shown()
        assert shown.columns.tolist() == ["Section", "Code", "Applies", "Does not apply", "Tied"]
        assert shown.to_numpy().tolist() == [["Hopes", "X", 1, 0, 1], ["Hopes", "Y", 1, 1, 0]]
        none = pd.DataFrame({"coder": ["C2"], "answer": ["B"]})
        found = Codings(TWO, "", none, none[:0]).shown()
    assert found.to_numpy().tolist() == [["C1", 2, 0, 0], ["C2", 1, 1, 0]]


def test_a_coding_whose_key_is_blank_or_a_list_is_refused_by_its_column():
    for code, value in (("blank-cells", None), ("cells-hold-lists", ["A1"])):
        for column in ("answer", "code", "coder"):
            table = TWO.astype(object)
            table[column] = [value, *table[column].iloc[1:]]
            with pytest.raises(rg.DataError) as caught:
                consensus(table)
            assert (caught.value.code, column in str(caught.value)) == (code, True)
