"""What a function cannot use is refused at once: what is no table, names that are numbers, cells that are lists."""

import numpy as np
import pandas as pd
import pytest
from released_people import followed, people

import reintegra as rg
from reintegra.core.language import LANGUAGES, speaking
from reintegra.evaluate import ancova, compare, cox, impute, randomisation_test, site_sums, units
from reintegra.measure import agreement, alpha, correlation, parallel_analysis

RNG = np.random.default_rng(4)
PEOPLE = pd.DataFrame({"y": RNG.normal(size=40), "x": RNG.normal(size=40), "arm": ["A", "B"] * 20, "u": [*"ppqq"] * 10})
ASKED = {"outcome": "y", "programme": "arm"}


def refused(call):
    with pytest.raises(rg.ReintegraError) as caught:
        call()
    for lang in LANGUAGES:
        with speaking(lang):
            assert str(caught.value)
    return caught.value


@pytest.mark.parametrize("frame", [[1, 2], PEOPLE["y"], PEOPLE.to_numpy(), {"y": [1.0]}, None])
def test_what_is_no_table_is_refused_as_such(frame):
    for call in (
        lambda: compare(frame, **ASKED),
        lambda: ancova(frame, **ASKED),
        lambda: units(frame, unit="u", outcome="y"),
        lambda: impute(frame, ["y"]),
        lambda: site_sums(frame, outcome="y", terms=["x"], site="u"),
    ):
        error = refused(call)
        assert isinstance(error, TypeError)
        assert error.code == "no-table"


def test_headings_that_are_numbers_are_refused_with_the_remedy():
    table = PEOPLE.set_axis(range(4), axis=1)
    for call in (
        lambda: compare(table, outcome=0, programme=2),
        lambda: compare(table, outcome=[0], programme="2"),
        lambda: cox(table, time=0, event=1, terms=[2]),
        lambda: units(table, unit=3, outcome=0),
    ):
        error = refused(call)
        assert error.code == "name-not-text"
        assert "columns.map(str)" in str(error)
    assert compare(table.rename(columns=str), outcome="0", programme="2").table["n"].to_list() == [40]


def test_one_word_for_those_not_found_is_taken_for_a_list_of_one():
    first = people().index == people().index[people()["back"] == 0][0]
    lost = people().assign(source=np.where(first, "gone", "file"))
    one, several = (followed(lost, not_found=words) for words in ("gone", ["gone"]))
    assert one.followed["lost"].sum() == several.followed["lost"].sum() == 1
    assert one.table.equals(several.table)


def test_a_cell_that_holds_a_list_is_refused_whatever_the_column_is_for():
    lists = PEOPLE.assign(arm=[[arm] for arm in PEOPLE["arm"]], u=[(u,) for u in PEOPLE["u"]])
    for call in (
        lambda: compare(lists.assign(u=PEOPLE["u"]), **ASKED),
        lambda: compare(lists.assign(arm=PEOPLE["arm"]), **ASKED, site="u"),
        lambda: units(lists, unit="u", outcome="y", kind="mean"),
        lambda: site_sums(lists, outcome="y", terms=["x"], site="u"),
    ):
        assert refused(call).code == "cells-hold-lists"


def test_a_name_that_is_empty_is_not_taken_for_no_name():
    for option in ("site", "group", "release", "person", "baseline"):
        assert refused(lambda named=option: compare(PEOPLE, **ASKED, **{named: ""})).code == "no-such-group"
    assert refused(lambda: cox(people(), time="day", event="back", terms=["age"], site="unit")).code == "no-such-group"


def test_a_number_of_draws_tells_something():
    items = pd.DataFrame(RNG.integers(1, 5, (120, 4)))
    for draws in (0, -1):
        for call in (
            lambda draws=draws: randomisation_test(PEOPLE, **ASKED, draws=draws),
            lambda draws=draws: impute(PEOPLE, ["y", "x"], draws=draws),
            lambda draws=draws: parallel_analysis(items, draws=draws),
        ):
            assert refused(call).code == "agree-draws"


def test_dates_and_complex_numbers_are_no_numbers():
    days = pd.date_range("2025-01-01", periods=40, tz="Asia/Jakarta")
    for strange in (PEOPLE["x"] + 1j, pd.Series(days), pd.Series(days - days[0]), PEOPLE["x"] * 1e200):
        for call in (
            lambda s=strange: alpha(PEOPLE[["x", "y"]].assign(z=s)),
            lambda s=strange: correlation(s, PEOPLE["y"]),
        ):
            assert refused(call).code == "not-numbers"


def test_an_empty_table_of_ratings_is_a_note_and_no_crash():
    assert [note.code for note in agreement(pd.DataFrame({"a": [], "b": []})).notes][:1] == ["agree-no-pair"]


def test_the_numbers_of_a_refusal_are_written_in_the_language_in_which_it_is_read():
    error = refused(lambda: compare(PEOPLE, **ASKED, margin=-0.5))
    for lang, written in (("id", "-0,50"), ("en", "-0.50")):
        with speaking(lang):
            assert written in str(error)
