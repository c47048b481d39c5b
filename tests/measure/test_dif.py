"""Items that work differently: Mantel's test against R and SciPy, sizes by hand, and what may not change them."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kruskal
from statsmodels.stats.multitest import multipletests

import reintegra as rg
from reintegra.core.moments import ScoreTable
from reintegra.intake import responses_of
from reintegra.measure import mantel_dif

REFERENCE = Path(__file__).parent.parent / "reference"
REN = ["ren1", "ren2", "ren3", "ren4"]
CODES = [1, 2, 3, 4]


@pytest.fixture(scope="module")
def siap():
    return rg.load_instrument("siap_36")


@pytest.fixture(scope="module")
def complete(siap):
    table = pd.read_csv(REFERENCE / "data" / "readiness.csv")
    first = table[table["wave"] == "awal"].set_index("pid")
    first = first[first[siap.item_names].notna().all(axis=1)]
    return first.assign(half=np.where(first["unit"].isin(["U1", "U2", "U3"]), "U1-3", "U4-6"))


@pytest.fixture(scope="module")
def scored(complete):
    return complete[[*REN, "half"]].assign(ren4=5 - complete["ren4"])


@pytest.fixture(scope="module")
def found(complete, siap):
    return mantel_dif(responses_of(complete, siap), "ren", by="half")


def test_mantels_chi_square_is_that_of_r(found):
    """R: the formula of Mantel (1963) in measure.R; units U1 to U3 against the rest, strata by the sum of the four."""
    expected = json.loads((REFERENCE / "measure.json").read_text("utf-8"))["dif_mantel_ren"]
    table = found.table.set_index("item")
    np.testing.assert_allclose(table["statistic"], [expected[item]["chisq"] for item in REN], rtol=1e-9)
    np.testing.assert_allclose(table["p_value"], [expected[item]["p"] for item in REN], rtol=1e-9)
    assert (table["df"] == 1).all()


def test_holms_correction_is_that_of_statsmodels(found):
    np.testing.assert_allclose(found.table["p_holm"], multipletests(found.table["p_value"], method="holm")[1])


def test_in_one_stratum_the_statistic_of_several_groups_is_that_of_kruskal_and_wallis():
    """Item b mirrors item a, so that everybody has one score; for two answers ranks and answers say the same."""
    rng = np.random.default_rng(2)
    group = np.repeat(["a", "b", "c"], [120, 150, 110])
    answer = (rng.random(380) < np.repeat([0.3, 0.5, 0.45], [120, 150, 110])).astype(int)
    frame = pd.DataFrame({"i": answer, "j": 1 - answer, "g": group})
    made = mantel_dif(frame, by="g").table
    expected = kruskal(*(answer[group == name] for name in "abc"))
    assert made["statistic"].iloc[0] == pytest.approx(expected.statistic, rel=1e-9)
    assert made["p_value"].iloc[0] == pytest.approx(expected.pvalue, rel=1e-9)
    assert made["df"].iloc[0] == 2


def test_the_difference_is_the_mean_over_the_scores_of_the_group(found, scored):
    """Worked out the long way with pandas (Zwick, Donoghue & Grima 1993)."""
    raw = scored[REN].sum(axis=1)
    for item in REN:
        first, second = (scored[scored["half"] == half].groupby(raw)[item] for half in ("U1-3", "U4-6"))
        away = (second.mean() - first.mean()).dropna()
        weight = second.count()[away.index]
        expected = (away * weight).sum() / weight.sum()
        row = found.table.set_index("item").loc[item]
        assert row["group"] == "U4-6"
        assert row["smd"] == pytest.approx(expected, rel=1e-9)
        assert row["standardised"] == pytest.approx(expected / scored[item].std(), rel=1e-9)


def test_a_frame_of_items_and_groups_gives_the_same(found, scored):
    assert mantel_dif(scored, by="half", codes=CODES).table.equals(found.table)


def test_splitting_merging_and_the_order_of_people_change_nothing(found, scored):
    mixed = scored.sample(frac=1, random_state=3)
    table = ScoreTable.of(mixed.iloc[:60], REN, CODES, by="half") + ScoreTable.of(
        mixed.iloc[60:], REN, CODES, by="half"
    )
    assert mantel_dif(table, by="half").table.equals(found.table)


def test_other_codes_change_nothing_and_reversal_only_the_sign(found, scored):
    other = scored.assign(**{item: 10 * scored[item] for item in REN})
    assert mantel_dif(ScoreTable.of(other, REN, [10, 20, 30, 40], by="half"), by="half").table.equals(found.table)
    turned = scored.assign(**{item: 5 - scored[item] for item in REN})
    made = mantel_dif(ScoreTable.of(turned, REN, CODES, by="half"), by="half").table
    np.testing.assert_allclose(made["statistic"], found.table["statistic"], rtol=1e-9)
    np.testing.assert_allclose(made["smd"], -found.table["smd"], rtol=1e-9)


def test_naming_the_groups_the_other_way_round_only_turns_the_sign(found, scored):
    swapped = scored.assign(half=scored["half"].map({"U1-3": "z", "U4-6": "a"}))
    made = mantel_dif(ScoreTable.of(swapped, REN, CODES, by="half"), by="half").table
    np.testing.assert_allclose(made["statistic"], found.table["statistic"], rtol=1e-9)
    assert (np.sign(made["smd"]) == -np.sign(found.table["smd"])).all()


def planted(shift, seed=11, n=500):
    """Two groups of equal level; one item is ``shift`` logits harder for the second."""
    rng = np.random.default_rng(seed)
    theta, group = rng.normal(size=2 * n), np.repeat(["p", "q"], n)
    answers = {}
    for item in range(8):
        level = theta - (shift * (group == "q") if item == 3 else 0)
        answers[f"i{item}"] = (level[:, None] + rng.logistic(size=(2 * n, 1)) > [-1, 0, 1]).sum(axis=1)
    return ScoreTable.of(pd.DataFrame({**answers, "g": group}), list(answers), range(4), by="g")


def test_a_planted_difference_is_found_and_named_in_the_sentence():
    made = mantel_dif(planted(0.9), by="g")
    flagged = made.table[made.table["size"] != "negligible"]
    assert flagged["item"].tolist() == ["i3"]
    assert flagged["size"].tolist() == ["large"]
    assert flagged["smd"].iloc[0] < 0
    assert "i3" in str(made)


def test_where_there_is_no_difference_none_is_named():
    made = mantel_dif(planted(0), by="g")
    assert (made.table["size"] == "negligible").all()
    assert "8" in str(made)
    assert len(made.shown()) == 8


def test_small_groups_are_left_out_and_said(complete, siap):
    few = complete.assign(half=np.where(np.arange(len(complete)) < 4, "kecil", complete["half"]))
    more = pd.concat([few, few[few["half"] != "kecil"]])
    more.index = range(len(more))
    made = mantel_dif(responses_of(more, siap), "ren", by="half")
    assert made.groups == ("U1-3", "U4-6")
    assert [note.code for note in made.notes] == ["dif-left-out"]


@pytest.mark.parametrize("by", ["unit", "wave"])
def test_too_few_people_in_the_groups_are_refused_with_the_reason(complete, siap, by):
    """Six units of 25 to 42 complete people; one wave."""
    with pytest.raises(rg.DataError, match="100") as caught:
        mantel_dif(responses_of(complete, siap), "ren", by=by)
    assert caught.value.code == "groups-too-small"


def test_one_item_cannot_be_compared_with_its_scale(scored):
    with pytest.raises(rg.DataError) as caught:
        mantel_dif(scored[["ren1", "half"]], by="half")
    assert caught.value.code == "too-few-items"


def test_nobody_complete_is_refused(complete, siap):
    with pytest.raises(rg.DataError):
        mantel_dif(responses_of(complete.assign(ren1=np.nan), siap), "ren", by="half")


def test_a_column_that_is_not_there_is_refused_with_those_that_are(complete, siap):
    with pytest.raises(rg.DataError, match="half") as caught:
        mantel_dif(responses_of(complete, siap), "ren", by="blok")
    assert caught.value.code == "no-such-group"


def test_an_item_all_answer_alike_is_not_tested_and_is_not_among_those_of_holm(scored):
    made = mantel_dif(ScoreTable.of(scored.assign(ren2=3), REN, CODES, by="half"), by="half")
    table = made.table.set_index("item")
    numbers = table.drop(columns=["group", "size", "df"]).astype(float)
    assert numbers.loc["ren2"].isna().all()
    assert table.loc["ren2", ["df", "size"]].tolist() == [0, "not_computed"]
    others = table.drop(index="ren2")
    assert np.isfinite(numbers.drop(index="ren2")).all(axis=None)
    np.testing.assert_allclose(others["p_holm"], multipletests(others["p_value"], method="holm")[1])
    assert [(note.code, note.columns) for note in made.notes] == [("dif-not-tested", ("ren2",))]
    assert "3" in str(made)
    assert len(made.shown()) == 4


def test_groups_without_a_score_in_common_are_refused_or_said(scored):
    """The higher half of the scores against the lower: nobody has anybody to be compared with."""
    raw = scored[REN].sum(axis=1)
    apart = scored.assign(half=np.where(raw > raw.median(), "atas", "bawah"))
    twice = pd.concat([apart, apart], ignore_index=True)
    with pytest.raises(rg.DataError) as caught:
        mantel_dif(twice, by="half", codes=CODES)
    assert caught.value.code == "nothing-to-compare"
    low = np.flatnonzero(twice["half"] == "bawah")
    twice.loc[low[::2], "half"] = "dasar"
    made = mantel_dif(twice, by="half", codes=CODES)
    assert [(note.code, note.params["groups"]) for note in made.notes] == [("dif-apart", "atas")]
    alone = made.table["group"] == "atas"
    assert (made.table.loc[alone, "size"] == "not_computed").all()
    assert made.table.loc[~alone, "smd"].notna().all()
    assert (made.table["df"] == 1).all()


def test_people_without_a_group_or_with_a_blank_are_said_and_whole_numbers_keep_their_names(found, scored):
    """A blank among the numbers of the groups makes pandas write 1.0; the groups are 1 and 2 all the same."""
    more = pd.concat(
        [scored.assign(half=scored["half"].map({"U1-3": 1, "U4-6": 2})), scored.head(9).assign(half=np.nan)]
    )
    blank = scored.head(4).assign(half=1, ren1=np.nan)
    more = pd.concat([more, blank]).reset_index(drop=True)
    made = mantel_dif(more, by="half", codes=CODES)
    assert made.groups == ("1", "2")
    assert made.table.drop(columns="group").equals(found.table.drop(columns="group"))
    said = {note.code: note.params["people"] for note in made.notes}
    assert said == {"people-left-out": 4, "people-without-group": 9}


def test_people_of_several_waves_are_said_where_the_groups_are_others(siap):
    table = pd.read_csv(REFERENCE / "data" / "readiness.csv").set_index(["pid", "wave"])
    table["half"] = np.where(table["unit"].isin(["U1", "U2", "U3"]), "a", "b")
    whole = table[["men1", "men2", "men3", "men4"]].notna().all(axis=1)
    times = table[whole].groupby("pid").size()
    made = mantel_dif(responses_of(table, siap), "men", by="half")
    assert {n.code: n.params["people"] for n in made.notes}["people-repeated"] == (times > 1).sum()
    assert "dif-same-people" not in {note.code for note in made.notes}


def test_waves_of_the_same_people_are_said(siap):
    table = pd.read_csv(REFERENCE / "data" / "readiness.csv")
    table = table[table["unit"].isin(["U1", "U2", "U3", "U5", "U6"])].set_index(["pid", "wave"])
    made = mantel_dif(responses_of(table, siap), "men", by="wave")
    assert made.groups == ("akhir", "awal")
    assert "dif-same-people" in {note.code for note in made.notes}
