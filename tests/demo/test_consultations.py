"""The invented talks: what was built in can be found again, and nothing planted in them belongs to anybody."""

from __future__ import annotations

import csv
import re
import tomllib
from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from reintegra.consult import answers, load_codebook, mask, read_consultations
from reintegra.demo import draw
from reintegra.demo.consultations import SECTIONS, TALKING, draw_talks
from reintegra.demo.identities import ROSTER, TOLD
from reintegra.measure import code_agreement

DEMO = Path(__file__).parents[2] / "data" / "demo"
ONE_IN_A_HUNDRED = 2.576


@pytest.fixture(scope="module")
def truth():
    return tomllib.loads((DEMO / "kebenaran.toml").read_text("utf-8"))["konsultasi"]


@pytest.fixture(scope="module")
def talks():
    return read_consultations(DEMO / "konsultasi.csv")


@pytest.fixture(scope="module")
def drawn():
    return draw_talks(draw())


@pytest.fixture(scope="module")
def true():
    """What is voiced: one row an answer and code of its section, value 1 or 0, with the talk beside it."""
    table = pd.read_csv(DEMO / "kode_benar.csv")
    rows = []
    book = load_codebook()
    for row in table.itertuples():
        own = set(row.codes.split()) - {"none"}
        rows += [
            (row.answer, row.person, row.wave, row.section, c, int(c in own)) for c in book.of_section(row.section)
        ]
    return pd.DataFrame(rows, columns=["answer", "person", "wave", "section", "code", "value"])


@pytest.fixture(scope="module")
def codings():
    return pd.read_csv(DEMO / "koding.csv")


def voiced(true, talks, code):
    """Return the talks with whether a code is voiced in each."""
    one = true[true["code"] == code].set_index(["person", "wave"])["value"].rename("voiced")
    return talks.join(one, on=["person", "wave"])


def higher(one, other):
    """Return how many standard errors a share of one group is above that of another."""
    p = np.concatenate([one, other]).mean()
    return (one.mean() - other.mean()) / np.sqrt(p * (1 - p) * (1 / len(one) + 1 / len(other)))


# The files


def test_the_file_of_talks_is_read_as_the_form_asks_without_a_fault(talks, truth):
    assert len(talks) == truth["percakapan"]
    assert talks["person"].nunique() == truth["orang"] == (talks["wave"] == "awal").sum()
    assert talks["site"].nunique() == 6
    assert talks["facilitator"].nunique() == 10
    assert set(talks.loc[talks["wave"] == "awal", "programme"].value_counts()) == {20}
    assert talks[["action", "time"]].notna().all(axis=1).eq(talks["danger_mentioned"] == 1).all()
    assert talks["danger_mentioned"].sum() > 0
    assert len(answers(talks)) == 5 * len(talks)


def test_the_tables_speak_of_the_same_answers(talks, true, codings):
    ids = set(answers(talks)["answer"])
    assert set(true["answer"]) == set(codings["answer"]) == ids
    assert not codings.duplicated(["answer", "coder", "code"]).any()
    book = load_codebook()
    assert (codings["code"].map(book.section_of) == codings["section"]).all()
    assert set(codings["coder"]).isdisjoint(talks["facilitator"])


def test_the_codebook_of_the_data_names_the_files_in_both_languages(talks):
    for text in (DEMO.parent / "README.md").read_text("utf-8").split("# Data in English"):
        for name in ("konsultasi.csv", "daftar_nama.csv", "koding.csv", "kode_benar.csv"):
            assert f"`{name}`" in text
        header = (DEMO / "konsultasi.csv").read_text("utf-8").splitlines()[0].split(",")
        plain = [name for name in header if not re.search(r"_\d$", name)]
        assert [name for name in plain if f"`{name}`" not in text] == []
        assert f"{len(talks)} " in text


# What is true


def test_each_text_says_what_its_codes_are_and_nothing_else(drawn):
    """The sentences are found again in notes.csv and in the examples of the codebook, with their codes."""
    text = resources.files("reintegra.demo").joinpath("notes.csv").read_text("utf-8")
    notes = {
        (row["section"], row["text"]): set(row["codes"].split()) - {"none"} for row in csv.DictReader(text.splitlines())
    }
    for code in drawn.codebook.codes:
        example = drawn.codebook.words(code, "example", "id").strip('"').rstrip(".")
        notes[drawn.codebook.section_of[code], example] = {code}
    planted = {}
    for mark in drawn.planted:
        planted.setdefault(mark.answer, []).append(mark.text)
    for talk in drawn.talks:
        for section in SECTIONS:
            left = talk.texts[section]
            for mark in planted.get(f"{talk.person.code}.{talk.wave}.{section}", []):
                left = re.sub(rf"\. [^.]*?{re.escape(mark)}", "", left, count=1)
            said = set()
            while left:  # the longest sentence first: one may be the start of another
                note = max((t for s, t in notes if s == section and left.startswith(t)), key=len)
                said |= notes[section, note]
                left = left[len(note) :].removeprefix(". ")
            assert said == set(talk.true[section])


def test_plans_are_concrete_only_where_there_are_plans(true, talks):
    plans = true[true["section"] == "plan"].groupby(["person", "wave"])["value"].sum().rename("plans")
    both = talks.join(plans, on=["person", "wave"])
    assert ((both["plan_concreteness"] > 0) == (both["plans"] > 0)).all()


def test_the_shares_of_the_start_are_those_of_the_truth_file(true, truth):
    start = true[true["wave"] == "awal"]
    assert start.groupby("code")["value"].sum().to_dict() == truth["disebut_awal"]


def test_an_officer_within_earshot_hushes_some_themes_and_not_others(true, talks):
    some, others = (
        pd.concat([voiced(true, talks, code) for code in codes])
        for codes in (TALKING.hushed, ("K_KELUARGA", "K_STIGMA", "K_KERJA", "T_DOKUMEN"))
    )
    near, none = (some[some["officer_present"] == level]["voiced"] for level in (2, 0))
    assert higher(none, near) > ONE_IN_A_HUNDRED
    near, none = (others[others["officer_present"] == level]["voiced"] for level in (2, 0))
    assert abs(higher(none, near)) < ONE_IN_A_HUNDRED


def test_the_programme_moves_its_theme_and_how_concrete_the_plan_is(true, talks):
    theme = voiced(true, talks, TALKING.supported[0])
    end = theme[theme["wave"] == "akhir"]
    here, elsewhere = (end[(end["programme"] == TALKING.programme) == own] for own in (True, False))
    assert higher(here["voiced"], elsewhere["voiced"]) > ONE_IN_A_HUNDRED
    assert here["plan_concreteness"].mean() > elsewhere["plan_concreteness"].mean()


def test_every_coder_errs_as_often_as_was_built_in(true, codings, truth):
    both = codings.merge(true[["answer", "code", "value"]], on=["answer", "code"], suffixes=("", "_true"))
    for coder, told in truth["pengode"].items():
        own = both[both["coder"] == coder]
        for value, share in ((1, told["sensitivitas"]), (0, told["spesifisitas"])):
            right = own.loc[own["value_true"] == value, "value"] == value
            assert abs(right.mean() - share) < ONE_IN_A_HUNDRED * np.sqrt(share * (1 - share) / len(right))


def test_the_agreement_of_the_coders_is_what_their_errors_make_of_it(true, codings, truth):
    """The true alpha of all codes: by the share voiced, and by how often two coders differ on what is there or not."""
    found = code_agreement(codings, draws=500)
    told = [(c["sensitivitas"], c["spesifisitas"]) for c in truth["pengode"].values()]
    pairs = [(a, b) for a in range(3) for b in range(3) if a != b]
    observed = expected = 0.0
    for share in true.groupby("code")["value"].mean():
        says = [share * one + (1 - share) * (1 - two) for one, two in told]
        apart = [
            share * (told[a][0] * (1 - told[b][0])) + (1 - share) * (1 - told[a][1]) * told[b][1] for a, b in pairs
        ]
        observed += 2 * np.mean(apart)
        expected += 2 * np.mean(says) * (1 - np.mean(says))
    assert found.pooled["ci_low"] < 1 - observed / expected < found.pooled["ci_high"]


# What is planted


def test_what_is_planted_belongs_to_nobody():
    """Province 99, day 32 and month 13 do not exist; 0800-0000 and example.id are nobody's; no street has that name."""
    text = (DEMO / "konsultasi.csv").read_text("utf-8")
    for number in re.findall(r"\d{10,}", text):
        assert re.fullmatch(r"9900\d\d3213\d{6}", number)
    assert set(re.findall(r"0\d{3}-\d{4}", text)) == {"0800-0000"}
    assert set(re.findall(r"@(\S+?\.\w+)", text)) == {"example.id"}
    assert set(re.findall(r"Jalan (\w+)", text)) <= {"Rekaan", "Contoh", "Khayal", "Umpama"}
    assert all(number.startswith("0000/") for number in re.findall(r"register (\S+?)[.,\"\n]", text))
    roster = (DEMO / "daftar_nama.csv").read_text("utf-8").splitlines()[1:]
    assert roster == [",".join(names) for names in ROSTER]


def test_nothing_planted_survives_masking_but_sums_and_years(talks, drawn, truth):
    masked = mask(answers(talks), DEMO / "daftar_nama.csv").table.set_index("answer")["text"]
    plain = answers(talks).set_index("answer")["text"]
    assert len(drawn.planted) == sum(truth["ditanam"].values()) > 100
    assert all(truth["ditanam"][kind] > 0 for kind in TOLD)
    for mark in drawn.planted:
        assert mark.text in plain[mark.answer]
        assert (mark.text in masked[mark.answer]) == mark.kept, mark.kind
