"""Every bad design of the list: refused by name, noticed, or taken, as the list asks."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import reintegra as rg

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
