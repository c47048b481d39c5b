"""Every bad design of the list: refused by name, noticed, or taken, as the list asks."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import reintegra as rg
from reintegra.evaluate import randomisation_test

REFERENCE = Path(__file__).parents[1] / "reference"
VERDICTS = {"GALAT": "refused", "PERINGATAN": "noticed", "TERIMA": "taken"}
LISTED = {row["id"]: row for row in csv.DictReader((REFERENCE / "bad_inputs.csv").open(encoding="utf-8"))}
DESIGNS = [key for key, row in LISTED.items() if row["issue"] == "D"]
WITHIN = pd.read_csv(REFERENCE / "data" / "within_sites.csv")
ARM = WITHIN["programme"] == 1


def compare(frame=WITHIN, **options):
    options = {"outcome": "post", "programme": "programme", "site": "site", "baseline": "pre"} | options
    return rg.compare(frame.assign(**options.pop("but", {})), **options)


def waves(order=slice(None)):
    long = pd.concat([WITHIN.assign(wave="1", post=WITHIN["pre"]), WITHIN.assign(wave="2")], ignore_index=True)
    return long.assign(code=[*range(len(WITHIN))] * 2)[order].reset_index(drop=True)


def by_wave(frame):
    return compare(frame, baseline=None, person="code", wave="wave", site=None)


def refused(call):
    with pytest.raises((rg.DataError, rg.DesignError)) as caught:
        call()
    return caught.value.code


def noticed(call):
    return {note.code for note in call().notes}


def no_p_value(but):
    found = compare(but=but)
    assert found.table["p_value"].isna().all()
    assert found.table["se"].isna().all()
    assert found.layout == "one_site_each"
    return "programme-is-site" in {note.code for note in found.notes}


CHECKS = {
    "B082": lambda: no_p_value({"programme": WITHIN["site"] == "S01"}),
    "B083": lambda: no_p_value({"site": WITHIN["programme"]}),
    "B085": lambda: (
        "lonely-sites" in noticed(lambda: compare(but={"site": WITHIN["site"].mask(WITHIN.index < 1, "x")}))
    ),
    "B086": lambda: refused(lambda: compare(but={"site": WITHIN["site"].mask(WITHIN.index < 3)})) == "blank-in-column",
    "B087": lambda: (
        refused(lambda: compare(but={"programme": np.where(ARM, "Morning", "morning ")})) == "programme-spellings"
    ),
    "B088": lambda: (
        refused(lambda: compare(but={"programme": WITHIN["programme"].mask(WITHIN.index < 1)})) == "blank-in-column"
    ),
    "B090": lambda: compare(but={"programme": pd.Categorical(WITHIN["programme"], [0, 1, 2])}).table.equals(
        compare().table
    ),
    "B091": lambda: (
        {"all-alike", "risk-difference"}
        <= noticed(lambda: compare(but={"post": ARM | (WITHIN["post"] > 60)}, site=None))
    ),
    "B092": lambda: refused(lambda: compare(but={"post": 1 + (WITHIN["post"] > 60)})) == "coded-one-two",
    "B095": lambda: by_wave(waves()).table.round(9).equals(by_wave(waves(slice(None, None, -1))).table.round(9)),
    "B096": lambda: by_wave(waves(slice(0, -9))).flow["lost"].sum() == 9,
    "B097": lambda: refused(lambda: by_wave(pd.concat([waves(), waves().head(1)]))) == "code-twice-a-wave",
}


def test_every_listed_design_has_its_check():
    assert set(DESIGNS) == set(CHECKS)
    assert {LISTED[key]["verdict"] for key in DESIGNS} <= set(VERDICTS)


@pytest.mark.parametrize("key", CHECKS)
def test_a_bad_design_meets_what_the_list_asks(key):
    assert CHECKS[key]()


def test_a_difference_of_shares_has_newcombes_interval():
    # Newcombe (1998), Statistics in Medicine 17, 873-890, table II: 56/70 - 48/80, method 10: .0524 to .3339
    frame = pd.DataFrame({"post": [1] * 56 + [0] * 14 + [1] * 48 + [0] * 32, "programme": ["b"] * 70 + ["a"] * 80})
    risk = rg.compare(frame, outcome="post", programme="programme").beside["b - a"]["risk_difference"]
    assert (round(risk.ci_low, 4), round(risk.ci_high, 4)) == (0.0524, 0.3339)
    assert risk.value == pytest.approx(0.2)
    assert risk.n == 150


def test_an_outcome_that_the_programme_settles_is_refused():
    for options in ({}, {"site": None}, {"site": None, "baseline": None}):
        for outcome in (ARM * 1.0, 1e6 + ARM, WITHIN["pre"] + 5 * ARM):
            if options.get("baseline", "pre") is None and outcome.nunique() > 2:
                continue
            assert refused(lambda o=outcome, x=options: compare(but={"post": o}, **x)) == "perfect-fit"


def test_a_site_in_which_nobody_differs_is_shown_without_an_error_and_said():
    alike = (WITHIN["post"] > 60).mask(WITHIN["site"] == "S02", 0).astype(float)
    found = compare(but={"post": alike})
    row = found.sites.set_index("site").loc["S02"]
    assert row["estimate"] == 0
    assert np.isnan(row["se"])
    assert "sites-left-out" in {note.code for note in found.notes}
    assert len(found.beside["1 - 0"]["synthesis"].sites) == WITHIN["site"].nunique() - 1


def test_names_that_differ_only_in_spaces_are_not_two_sites():
    assert (
        refused(lambda: compare(but={"site": WITHIN["site"].where(WITHIN.index > 2, "s01 ")})) == "programme-spellings"
    )


def test_a_blank_of_spaces_is_neither_a_programme_nor_a_site():
    for column in ("programme", "site"):
        words = WITHIN[column].astype(str).where(WITHIN.index > 2, "  ")
        assert refused(lambda c=column, w=words: compare(but={c: w})) == "blank-in-column"


def test_two_programmes_in_which_everyone_is_alike_get_no_error():
    arm = pd.Series(list("ABC") * (len(WITHIN) // 3))
    people = WITHIN.iloc[: len(arm)].assign(arm=arm, post=WITHIN["post"].where(arm == "C", (arm == "B") * 1.0))
    for baseline in (None, "pre"):
        table = compare(people, programme="arm", baseline=baseline, site=None).table.set_index("name")
        assert table["estimate"]["B - A"] == pytest.approx(1, abs=0.5)
        assert np.isnan(table["se"]["B - A"]) == (baseline is None)
        assert table["se"]["C - A"] > 0


def test_a_difference_of_thousands_of_deviations_is_still_told():
    found = compare(but={"post": WITHIN["post"] + 1e5 * ARM})
    assert found.table["estimate"].iloc[0] == pytest.approx(1e5, rel=1e-3)
    assert "E-value > 1,000" in " ".join(found.sentences("en"))


def test_numbers_too_large_to_be_squared_and_complex_ones_are_refused():
    assert refused(lambda: compare(but={"post": WITHIN["post"] * 1e150})) == "infinite-values"
    assert refused(lambda: compare(but={"post": WITHIN["post"] + 1j})) == "words-for-numbers"


def test_a_covariate_that_is_the_programme_leaves_no_lot():
    lot = {"outcome": "post", "programme": "programme", "covariates": ["twin"]}
    assert refused(lambda: randomisation_test(WITHIN.assign(twin=ARM * 2.0), **lot)) == "aliased-columns"


def test_one_group_an_arm_has_no_error_and_is_not_said_to_have_an_interval():
    found = compare(but={"class": "c" + WITHIN["programme"].astype(str)}, site=None, group="class")
    assert np.isnan(found.table["se"].iloc[0])
    assert "few-groups" not in {note.code for note in found.notes}
    assert "session groups" in found.sentences("en")[0]


def test_the_smallest_p_of_many_sites_is_not_said_to_be_nothing():
    many = pd.read_csv(REFERENCE / "data" / "between_sites.csv")
    many = pd.concat([many, many.assign(site="x" + many["site"].astype(str), post=many["post"] + 1)])
    said = " ".join(compare(many).sentences("en"))
    assert "can give is < 0.001" in said


def test_one_covariate_may_be_named_without_a_list():
    assert compare(covariates="age").table.equals(compare(covariates=["age"]).table)


def test_p_values_over_sites_are_left_as_they_are_when_asked():
    arm = pd.Series(list("ABCCBA") * 500)[: len(WITHIN)]
    three = WITHIN.assign(arm=arm, post=WITHIN["post"] + 20 * (arm == "C"))
    alone, held = (compare(three, programme="arm", adjust=adjust).contrasts for adjust in ("none", "holm"))
    assert len(alone) == 3
    assert alone["p_value"].min() * 3 == pytest.approx(held["p_value"].min())
