"""The tables of theses against published tables and other programs."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

import reintegra as rg
from reintegra.core.errors import DataError
from reintegra.core.language import speaking
from reintegra.measure import critical_r, expert_panel, reliability, thesis_alpha, thesis_items

REFERENCE = Path(__file__).parent.parent / "reference"
EXPECTED = json.loads((REFERENCE / "measure.json").read_text("utf-8"))


def test_r_tabel_is_that_of_the_printed_tables():
    """R: t <- qt(.975, n - 2); t / sqrt(n - 2 + t^2). Printed: n 30, .361; n 100, .197."""
    expected = EXPECTED["critical_r"]
    assert [critical_r(n) for n in expected["n"]] == pytest.approx(expected["r05"], rel=1e-9)
    assert [round(critical_r(n), 3) for n in (30, 100)] == [0.361, 0.197]
    with pytest.raises(DataError, match=r"r tabel .* 2 orang, .* 3"):
        critical_r(2)


def test_the_item_table_of_the_worked_example():
    items = pd.DataFrame(EXPECTED["alpha_by_hand"]["data"], columns=["q1", "q2", "q3", "q4"])
    found = thesis_items(items.assign(same=3))
    expected = EXPECTED["alpha_by_hand"]["item_rest_r"]
    assert found.table["estimate"][:4].tolist() == pytest.approx(expected, rel=1e-9)
    assert found.table["verdict"].tolist() == ["above", "above", "below", "above", "constant"]
    with speaking("id"):
        assert list(found.shown().columns) == ["Butir", "n", "r hitung", "r tabel", "Keterangan"]
        assert found.shown().iloc[0].tolist() == ["q1", 6, "0,967", "0,811", "valid"]
        assert "daya beda" in str(found)
    with speaking("en"):
        assert "validity" in str(found)
    with pytest.raises(DataError, match=r"2 dari 2 .* 3"):
        thesis_items(items[:2])


def test_people_left_out_of_the_item_table_are_counted_and_told():
    items = pd.DataFrame(EXPECTED["alpha_by_hand"]["data"], columns=["q1", "q2", "q3", "q4"])
    found = thesis_items(pd.concat([items, items[:2].assign(q1=np.nan)]))
    assert set(found.shown()["n"]) == {6}
    notes = {note.code: note.text for note in found.notes}
    assert "2 orang" in notes["people-left-out"]
    assert "people-left-out" not in {note.code for note in thesis_items(items).notes}


def test_lynns_limit_of_78_is_met_by_7_of_9_and_not_by_6_of_8():
    """Lynn (1986), table 2: the least agreement of 6 to 10 experts is 5, 6, 7, 7 and 8."""
    verdicts = {}
    for experts in range(6, 11):
        ratings = pd.DataFrame({agree: [4] * agree + [1] * (experts - agree) for agree in range(1, experts + 1)})
        table = expert_panel(ratings).table
        verdicts[experts] = int(table.loc[table["verdict"] == "fits", "item"].astype(int).min())
    assert verdicts == {6: 5, 7: 6, 8: 7, 9: 7, 10: 8}


def test_the_reliability_table_judges_no_scale_of_circumstances():
    table = pd.read_csv(REFERENCE / "data" / "readiness.csv")
    found = thesis_alpha(reliability(rg.score(table[table["wave"] == "awal"].set_index("pid"), "siap_36")))
    verdicts = found.table.set_index("score")["verdict"]
    assert verdicts["men"] == "reliable"
    assert verdicts[["ren", "duk"]].tolist() == ["not-judged"] * 2
    assert "total" not in verdicts
    strict = thesis_alpha(reliability(rg.score(table.head(300), "siap_36")), threshold=0.99)
    assert "not-reliable" in set(strict.table["verdict"])
    assert "0,99" in str(strict)
    assert "<table" in found._repr_html_()
    assert "SIAP-36" in found._repr_html_()


@pytest.mark.parametrize(
    ("experts", "categories", "v", "p"),
    [(5, 4, 0.87, 0.021), (7, 4, 0.76, 0.045), (5, 5, 0.80, 0.040), (5, 5, 0.90, 0.007), (6, 5, 0.79, 0.029)],
)
def test_aikens_probabilities_are_those_of_his_table(experts, categories, v, p):
    """Aiken (1985), table 1: right-tail probabilities of V."""
    steps = round(v * experts * (categories - 1))
    ratings = np.ones(experts, dtype=int)
    for i in range(steps):
        ratings[i % experts] += 1
    row = expert_panel(pd.DataFrame({"a": ratings}), highest=categories).table.iloc[0]
    assert round(row["estimate"], 2) == v
    assert round(row["p_value"], 3) == p


@pytest.mark.parametrize(
    ("experts", "agree", "kappa"),
    [(3, 3, 1.00), (3, 2, 0.47), (5, 4, 0.76), (6, 5, 0.82), (8, 7, 0.88), (9, 7, 0.76)],
)
def test_kappa_is_that_of_polits_table(experts, agree, kappa):
    """Polit, Beck & Owen (2007), table 4."""
    ratings = pd.DataFrame({"a": [4] * agree + [2] * (experts - agree)})
    row = expert_panel(ratings).table.iloc[0]
    assert row["i_cvi"] == agree / experts
    assert row["kappa"] == pytest.approx(kappa, abs=0.0101)
    assert row["verdict"] == ("fits" if round(row["i_cvi"], 2) >= (1 if experts <= 5 else 0.78) else "revise")


def test_the_interval_of_v_is_wilsons():
    ratings = pd.DataFrame({"a": [4, 3, 4, 2, 4, 3], "b": [1, 1, 1, 1, 1, 1], "c": [4, 4, 4, None, 4, 4]})
    found = expert_panel(ratings)
    for steps, most, row in zip((14, 0, 15), (18, 18, 15), found.table.to_dict("records"), strict=True):
        low, high = proportion_confint(steps, most, method="wilson")
        assert [row["ci_low"], row["ci_high"]] == pytest.approx([low, high], rel=1e-9, abs=1e-12)
    assert found.table["n"].tolist() == [6, 6, 5]
    assert found.shown()["p"].tolist() == ["0,050", "1,000", "< 0,001"]
    assert "bukan bukti" in str(found)


def test_a_panel_of_few_or_with_impossible_ratings_is_minded():
    assert [note.code for note in expert_panel(pd.DataFrame({"a": [4, 4]})).notes] == ["few-experts"]
    for options in ({"lowest": 4, "highest": 1}, {"relevant": 9}, {"relevant": 1}):
        with pytest.raises(DataError) as caught:
            expert_panel(pd.DataFrame({"a": [4, 4]}), **options)
        assert caught.value.code == "not-a-rating-scale"
    for code, ratings in (("undeclared-codes", [5, 4, 4]), ("nobody-answered", [np.nan] * 3)):
        with pytest.raises(DataError) as caught:
            expert_panel(pd.DataFrame({"a": ratings}))
        assert caught.value.code == code
