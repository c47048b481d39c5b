"""Worries without a voiced plan: who is listed, who is not, and of whom it cannot be told."""

import re
from itertools import product

import numpy as np
import pandas as pd
import pytest

import reintegra as rg
from reintegra.consult import concern_coverage, load_codebook, share_missed
from reintegra.core.language import LANGUAGES, speaking, texts

CODEBOOK = load_codebook()


def talk(person, said=(), plan=3.0, tied=(), unread=(), wave=1, date="2026-03-01"):
    """Return the coding of one talk in which these codes apply, and its row in the table of talks."""
    rows = [
        (person, wave, CODEBOOK.section_of[code], code, np.nan if code in tied else float(code in said))
        for code in CODEBOOK.codes
        if CODEBOOK.section_of[code] not in unread
    ]
    return rows, (person, wave, date, plan)


def coverage(*talks, **options):
    rows = pd.DataFrame(
        [row for part, _ in talks for row in part], columns=["person", "wave", "section", "code", "value"]
    )
    rows["answer"] = rows["person"] + "." + rows["wave"].astype(str) + "." + rows["section"]
    held = pd.DataFrame([held for _, held in talks], columns=["person", "wave", "date", "plan_concreteness"])
    return concern_coverage(rows, CODEBOOK, held, **options)


def group(*arguments, **options):
    """Return in which group one person is."""
    table = coverage(talk("P1", *arguments, **options)).table
    return table.loc[table["people"] == 1, "name"].item()


CASES = {
    "no worry": ([], {}, "no_worry"),
    "hopes and plans without a worry": (["H_KERJA", "R_KERJA"], {}, "no_worry"),
    "a worry and nothing else": (["K_KERJA"], {}, "unanswered"),
    "a worry and its plan": (["K_KERJA", "R_USAHA"], {}, "answered"),
    "a plan for something else": (["K_KERJA", "R_TINGGAL"], {}, "unanswered"),
    "a plan that is too vague": (["K_KERJA", "R_USAHA"], {"plan": 1}, "unanswered"),
    "a plan that is just concrete enough": (["K_KERJA", "R_USAHA"], {"plan": 2}, "answered"),
    "a strategy, however vague the plan": (["K_KAMBUH", "S_HINDARI"], {"plan": 0}, "answered"),
    "two worries, one answered": (["K_KERJA", "R_KERJA", "T_LINGKUNGAN"], {}, "unanswered"),
    "two worries, both answered": (["K_KERJA", "R_KERJA", "T_LINGKUNGAN", "S_HINDARI"], {}, "answered"),
    "a worry that nothing in the codebook answers": (["T_KESEHATAN", "R_REHAB"], {}, "unanswered"),
    "a plan of unknown concreteness": (["K_KERJA", "R_USAHA"], {"plan": np.nan}, "cannot_tell"),
    "unknown concreteness, but no plan at all": (["K_KERJA"], {"plan": np.nan}, "unanswered"),
    "unknown concreteness, but a strategy": (["K_KAMBUH", "S_HINDARI"], {"plan": np.nan}, "answered"),
    "a tie on the answer": (["K_KERJA"], {"tied": ["R_USAHA"]}, "cannot_tell"),
    "a tie on one answer, another voiced": (["K_KERJA", "R_KERJA"], {"tied": ["R_USAHA"]}, "answered"),
    "a tie on an answer that is too vague anyway": (["K_KERJA"], {"tied": ["R_USAHA"], "plan": 1}, "unanswered"),
    "a tie on the worry": ([], {"tied": ["K_KERJA"]}, "cannot_tell"),
    "a tie on one worry, another without an answer": (["K_AMAN"], {"tied": ["K_KERJA"]}, "unanswered"),
    "plans that were not read": (["K_KERJA"], {"unread": ["plan"]}, "cannot_tell"),
    "challenges that were not read": (["K_KERJA", "R_KERJA"], {"unread": ["challenge"]}, "cannot_tell"),
    "nothing read": ([], {"unread": CODEBOOK.sections}, "cannot_tell"),
}


@pytest.mark.parametrize("case", [case for case in CASES if case != "nothing read"])
def test_a_person_is_in_the_group_that_was_voiced_or_in_none(case):
    said, options, expected = CASES[case]
    assert group(said, **options) == expected


def test_everybody_is_in_one_group_or_cannot_be_told():
    talks = [talk(f"P{i}", said, **options) for i, (said, options, _) in enumerate(CASES.values())]
    found = coverage(*talks)
    table = found.table.set_index("name")
    wanted = pd.Series([expected for *_, expected in CASES.values()]).value_counts()
    assert table["people"].to_dict() == wanted.to_dict()
    assert table["people"].sum() == len(CASES)
    assert table["n"].unique() == [len(CASES) - wanted["cannot_tell"]]
    assert table.loc[["unanswered", "answered", "no_worry"], "estimate"].sum() == pytest.approx(1)
    listed = {f"P{i}" for i, (*_, expected) in enumerate(CASES.values()) if expected == "unanswered"}
    assert set(found.followup["person"]) == listed
    untold = {f"P{i}" for i, (*_, expected) in enumerate(CASES.values()) if expected == "cannot_tell"}
    assert set(found.unknown["person"]) == untold


def test_the_rules_agree_with_going_through_all_that_the_unknown_could_be():
    """Where every way to fill in what is unknown gives one group, that is the group; else it cannot be told."""
    rng = np.random.default_rng(4)
    codes = ["K_KERJA", "T_LINGKUNGAN", "R_KERJA", "S_HINDARI", "R_REHAB"]
    talks, expected = [], []
    for at in range(150):
        state = dict(zip(codes, rng.choice([0, 1, np.nan], len(codes), p=[0.4, 0.4, 0.2]), strict=True))
        plan = rng.choice([1.0, 2.0, np.nan])
        open_ = [code for code in codes if np.isnan(state[code])]
        ways = set()
        for fill in product([0, 1], repeat=len(open_)):
            one = {**state, **dict(zip(open_, fill, strict=True))}
            for concrete in [plan >= 2] if plan == plan else [True, False]:
                yes = {code for code in codes if one[code] and (concrete or not code.startswith("R_"))}
                worries = [
                    bool(yes & set(CODEBOOK.answered_by(code))) for code in ("K_KERJA", "T_LINGKUNGAN") if code in yes
                ]
                ways.add("no_worry" if not worries else "answered" if all(worries) else "unanswered")
        talks.append(talk(f"P{at:03d}", [code for code in codes if state[code] == 1], plan=plan, tied=open_))
        expected.append(ways.pop() if len(ways) == 1 else "cannot_tell")
    found = coverage(*talks)
    for name, listed in (("unanswered", found.followup), ("cannot_tell", found.unknown)):
        assert listed["person"].to_list() == [f"P{at:03d}" for at, group_ in enumerate(expected) if group_ == name]
    assert found.table.set_index("name")["people"].to_dict() == pd.Series(expected).value_counts().to_dict()


def test_the_list_names_the_worries_without_a_plan_by_person_code():
    found = coverage(
        talk("P10", ["K_KERJA", "T_KESEHATAN"]),
        talk("P02", ["K_KAMBUH", "S_HINDARI", "K_AMAN", "K_TINGGAL"]),
        talk("P3"),
    )
    assert found.followup["person"].to_list() == ["P02", "P10"]
    assert found.followup["concerns"].to_list() == ["K_TINGGAL", "K_KERJA T_KESEHATAN"]
    assert found.followup["nothing_answers"].to_list() == ["", "T_KESEHATAN"]
    with speaking("en"):
        assert found.title == "Worry without a voiced plan"
        assert found.list_shown().iloc[0, -2] == "Afraid of having nowhere to live"


def test_a_worry_that_nothing_in_the_codebook_answers_has_no_share_and_is_said():
    found = coverage(talk("P1", ["T_KESEHATAN"]), talk("P2", ["K_KERJA", "R_KERJA"]), talk("P3", ["K_KERJA"]))
    concerns = found.concerns.set_index("name")
    assert np.isnan(concerns.loc["T_KESEHATAN", "estimate"])
    assert concerns.loc["T_KESEHATAN", "voiced"] == 1
    assert concerns.loc["K_KERJA", ["voiced", "unanswered", "estimate"]].to_list() == [2, 1, 0.5]
    topics = found.topics.set_index("name")
    assert np.isnan(topics.loc["health", "estimate"])
    assert topics.loc["work", "n"] == 2
    with speaking("en"):
        assert "Barrier: health" in found.notes[0].text


def test_the_heat_map_counts_people_by_section_and_topic():
    found = coverage(talk("P1", ["H_KELUARGA", "K_KELUARGA"]), talk("P2", ["K_KELUARGA"]), talk("P3", unread=["worry"]))
    cells = found.heat.set_index(["section", "topic"])
    assert cells.loc[("hope", "family"), ["voiced", "n"]].to_list() == [1, 3]
    assert cells.loc[("worry", "family"), ["voiced", "n", "estimate"]].to_list() == [2, 2, 1]
    assert ("hope", "health") not in cells.index


def test_without_a_wave_the_last_talk_of_a_person_counts():
    talks = [talk("P1", ["K_KERJA"], wave=1, date="2026-01-01"), talk("P1", wave=2, date="2026-02-01")]
    assert coverage(*talks).followup.empty
    assert coverage(*talks[::-1]).table["people"].sum() == 1
    assert coverage(*talks, wave=1).followup["person"].to_list() == ["P1"]


def test_about_28_percent_of_those_in_need_are_missed():
    """.8 x .95 x .95 = .722 are found where two codes answer the worry; so is the mean over the shipped pairs."""
    assert share_missed(0.8, 0.95) == pytest.approx(0.278)
    found = coverage(talk("P1"))
    assert found.missed == pytest.approx(0.2807, abs=5e-5)
    for lang in LANGUAGES:
        with speaking(lang):
            assert "28 %" in str(found)
    measured = coverage(talk("P1"), sensitivity=0.9, specificity=1.0)
    assert measured.missed == pytest.approx(0.1)
    with speaking("en"):
        assert "measured sensitivity of 0.90" in str(measured)


def test_one_of_the_two_measured_counts_and_both_are_called_assumed():
    found = coverage(talk("P1"), sensitivity=0.9)
    assert found.missed == pytest.approx(coverage(talk("P1"), sensitivity=0.9, specificity=0.95).missed)
    with speaking("en"):
        assert "sensitivity of 0.90 and a specificity of 0.95 (assumed, not measured)" in str(found)


def test_what_is_said_to_be_missed_is_missed_in_a_trial():
    rng = np.random.default_rng(0)
    worry = rng.random(200_000) < 0.8  # everybody worries and nobody has one of the two plans
    answer = rng.random((200_000, 2)) < 0.05
    assert 1 - (worry & ~answer.any(axis=1)).mean() == pytest.approx(share_missed(0.8, 0.95, 2), abs=0.005)


def test_nobody_is_ever_called_covered():
    for lang in LANGUAGES:
        said = list(texts(lang)["themes"].values())
        said += [text for name, text in texts(lang)["notice"].items() if name.startswith("theme-")]
        assert not [text for text in said if re.search(r"\bcover|uncover|tertangani|tercakup|tertutupi|teratasi", text)]
        with speaking(lang):
            found = coverage(*[talk(f"P{i}", said, **options) for i, (said, options, _) in enumerate(CASES.values())])
            page = found._repr_html_() + found.list_shown().to_html() + found.topics_shown().to_html()
            assert not re.search(r"covered|tertangani|tercakup", page)


def test_what_is_shared_has_no_lists_and_no_few():
    talks = [talk(f"P{i:02d}", ["K_KERJA"] + ["R_KERJA"] * (i % 2)) for i in range(30)]
    talks += [talk(f"Q{i:02d}") for i in range(12)] + [talk("R1", ["K_AMAN"]), talk("R2", unread=["worry"])]
    whole = coverage(*talks)
    shared = whole.shared()
    assert shared.followup.empty
    assert shared.unknown.empty
    assert shared.table.set_index("name")["people"].isna()["cannot_tell"]
    assert shared.table["people"].isna().sum() >= 2
    assert shared.table["n"].isna().all()
    topics = shared.topics.set_index("name")
    assert topics.loc["work", ["voiced", "unanswered"]].to_list() == [30, 15]
    assert np.isnan(topics.loc["safety", "voiced"])
    assert "theme-cannot-tell" not in [note.code for note in shared.notes]
    for lang in LANGUAGES:
        with speaking(lang):
            assert not re.search(r"\bnan\b", shared._repr_html_())


@pytest.mark.parametrize(
    ("people", "hidden"),
    [
        ((61, 14, 5, 0), []),  # it can be told of everybody: nothing is small
        ((61, 14, 3, 0), [14, 3]),  # 3 alone would be the rest
        ((61, 3, 2, 0), [3, 2]),  # their sum, 5, leaves both open
        ((61, 9, 0, 0), [9, 0]),
        ((61, 9, 7, 4), [7, 4]),
        ((8, 0, 0, 0), [8, 0, 0]),  # two noughts would be known to be noughts
    ],
)
def test_a_small_group_is_withheld_with_the_next_one_and_large_groups_stay(people, hidden):
    kinds = (["K_KERJA"], ["K_KERJA", "R_KERJA"], [], [])
    ids = iter(range(1000))
    talks = [
        talk(f"P{next(ids):03d}", said, tied=["K_KERJA"] if place == 3 else ())
        for place, (said, count) in enumerate(zip(kinds, people, strict=True))
        for _ in range(count)
    ]
    shared = coverage(*talks).shared()
    assert [n for n, left in zip(people, shared.table["people"], strict=True) if np.isnan(left)] == hidden
    assert shared.table["n"].isna().all() == bool(hidden)


def test_talks_that_do_not_fit_are_refused():
    rows, _ = talk("P1")
    with pytest.raises(rg.DataError) as caught:
        coverage((rows, ("P2", 1, "2026-03-01", 2)))
    assert caught.value.code == "theme-talk-unknown"
    with pytest.raises(rg.DataError) as caught:
        coverage(talk("P1", plan=4))
    assert caught.value.code == "theme-concreteness"
