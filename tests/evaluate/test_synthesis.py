"""Several sites put together, against metafor; imputations pooled, against mice."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import reintegra as rg
from reintegra.core.language import speaking
from reintegra.evaluate import cluster_robust, impute, pool, rubin, site_sums, site_table, synthesis, tipping_point
from reintegra.evaluate.between import Weighted

REFERENCE = Path(__file__).parent.parent / "reference"
R = json.loads((REFERENCE / "evaluate.json").read_text("utf-8"))
MODEL = {"outcome": "post", "terms": ["pre", "age", "programme"], "site": "site"}


def within():
    return pd.read_csv(REFERENCE / "data" / "within_sites.csv")


def nine():
    table = pd.read_csv(REFERENCE / "data" / "site_effects.csv")
    return table.assign(se=np.sqrt(table["variance"]))


def nine_sites():
    return synthesis(nine(), estimate="effect", name="site"), R["site_effects"]


def eight_sites():
    return synthesis(site_table(site_sums(within(), **MODEL), term="programme")), R["within_sites"]["two_stage"]


def analyse(table):
    return cluster_robust(site_sums(table, **MODEL), site_effects=True)


@pytest.mark.parametrize("case", [nine_sites, eight_sites])
def test_a_synthesis_is_that_of_metafor(case):
    """R: rma(method = "REML"), rma(test = "knha"), predict, confint."""
    found, expected = case()
    mean, normal = found.row, found.normal.iloc[0]
    ours = [mean["estimate"], mean["se"], mean["p_value"], mean["ci_low"], mean["ci_high"], *found.prediction]
    theirs = [expected["estimate"], expected["kh_se"], expected["kh_p"], *expected["kh_ci"], *expected["kh_pi"]]
    assert ours == pytest.approx(theirs, rel=1e-7)
    assert [normal["se"], normal["ci_low"], normal["ci_high"]] == pytest.approx(
        [expected["se"], *expected["ci_wald"]], rel=1e-7
    )
    assert [found.tau2, found.q, found.q_p, 100 * found.i2] == pytest.approx(
        [expected["tau2"], expected["Q"], expected["Q_p"], expected["I2"]], rel=1e-7
    )
    # metafor's confint stops its search at 1e-4 of its own scale
    assert [found.tau2_low, found.tau2_high] == pytest.approx(expected["tau2_ci_profile"], rel=1e-5)


def test_the_interval_of_tau2_is_where_q_is_just_no_surprise():
    found, _ = eight_sites()
    y, v = found.sites["estimate"].to_numpy(), found.sites["se"].to_numpy() ** 2
    for tau2, share in ((found.tau2_low, 0.975), (found.tau2_high, 0.025)):
        assert stats.chi2.cdf(Weighted(y, v, np.ones((8, 1)), tau2).q, 7) == pytest.approx(share, rel=1e-8)


def test_leaving_one_out_is_a_synthesis_of_the_others():
    table = nine()
    found, _ = nine_sites()
    assert list(found.leave_one_out["name"]) == list(table["site"])
    without = synthesis(table.drop(index=3), estimate="effect", name="site")
    row = found.leave_one_out.iloc[3]
    assert [row["estimate"], row["se"], row["tau2"]] == pytest.approx(
        [without.row["estimate"], without.row["se"], without.tau2], rel=1e-9
    )


def test_order_shift_and_unit_of_the_estimates_change_what_they_should():
    table = nine()
    first, _ = nine_sites()
    shuffled = synthesis(table.sample(frac=1, random_state=3), estimate="effect", name="site")
    assert shuffled.row["se"] == pytest.approx(first.row["se"], rel=1e-9)
    other = synthesis(
        table.assign(effect=5 + 10 * table["effect"], se=10 * table["se"]), estimate="effect", name="site"
    )
    assert other.row["estimate"] == pytest.approx(5 + 10 * first.row["estimate"], rel=1e-9)
    assert [other.tau2, other.i2, other.q] == pytest.approx([100 * first.tau2, first.i2, first.q], rel=1e-7)


def test_like_sites_differ_by_nothing():
    found = synthesis(pd.DataFrame({"name": ["a", "b", "c"], "estimate": [1.0, 1.01, 0.99], "se": [0.5, 0.4, 0.6]}))
    assert (found.tau2, found.i2, found.tau2_low) == (0, 0, 0)
    with speaking("en"):
        assert "from 3 sites" in str(found)


def test_a_site_that_could_not_be_estimated_is_left_out_and_said():
    table = nine().assign(effect=lambda f: f["effect"].where(f["site"] != "S2"))
    found = synthesis(table, estimate="effect", name="site")
    assert found.row["n"] == 8
    assert [(note.code, note.params["sites"]) for note in found.notes] == [("sites-left-out", 1)]


def test_pooled_imputations_are_those_of_mice():
    """R: pool.scalar(Q, U, n = 80, k = 4)."""
    expected = R["rubin"]
    found = rubin(expected["estimates"], expected["variances"], 76).iloc[0]
    assert list(found[["estimate", "within", "between", "total", "df"]]) == pytest.approx(
        [
            expected["estimate"],
            expected["within"],
            expected["between"],
            expected["total"],
            expected["df_barnard_rubin"],
        ],
        rel=1e-9,
    )


def test_imputations_without_blanks_pool_to_the_analysis_itself():
    one = analyse(within())
    found = pool([one, one, one])
    np.testing.assert_allclose(found.table[["estimate", "se"]], one.table[["estimate", "se"]], rtol=1e-12)
    nu = one.table["df"]
    np.testing.assert_allclose(found.table["df"], (nu + 1) / (nu + 3) * nu, rtol=1e-9)


@pytest.fixture(scope="module")
def lost():
    frame = within()
    rng = np.random.default_rng(0)
    frame["post"] += 3 * frame["programme"]
    frame.loc[rng.random(len(frame)) < 0.15 + 0.1 * (frame["pre"] < 50), "post"] = np.nan
    return frame, impute(frame, ["post", "pre", "age", "programme", "site"], draws=4, seed=1)


def test_imputing_fills_blanks_only_and_repeats_itself(lost):
    frame, tables = lost
    there = frame["post"].notna()
    before = np.random.get_state()[1].tolist()  # noqa: NPY002
    again = impute(frame, ["post", "pre", "age", "programme", "site"], draws=2, seed=1)
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002
    for table in tables:
        assert table["post"].notna().all()
        assert table["post"].isin(frame["post"]).all(), "values are those of other people"
        pd.testing.assert_frame_equal(table[there], frame[there])
    assert not tables[0]["post"].equals(tables[1]["post"])
    assert tables[1]["post"].equals(again[1]["post"])


def test_taking_from_those_lost_moves_the_estimate_and_tips_it(lost):
    frame, tables = lost
    deltas = [0, 2, 4, 8, 16, 32, 64]
    found = tipping_point(frame, tables, analyse, outcome="post", programme="programme", deltas=deltas)
    gone = frame["post"].isna() & (frame["programme"] == 1)
    assert found.lost == gone.sum()
    assert found.table["estimate"].is_monotonic_decreasing
    assert found.table.loc[0, "estimate"] == pytest.approx(pool([analyse(t) for t in tables]).row["estimate"])
    steps = np.diff(found.table["estimate"]) / np.diff(found.table["delta"])
    np.testing.assert_allclose(steps, steps[0], rtol=1e-9)  # the estimate is linear in what is taken
    crossing = found.table.set_index("delta")["ci_low"]
    assert found.tips_at == crossing[crossing <= 0].index[0] > 0
    with speaking("en"):
        assert f"the {found.lost} people lost" in str(found)
        calm = tipping_point(frame, tables, analyse, outcome="post", programme="programme", deltas=[0])
        assert "does not reach 0" in str(calm)
        dull = [table.assign(post=table["post"] - 6 * table["programme"]) for table in tables]
        nothing = tipping_point(frame, dull, analyse, outcome="post", programme="programme", deltas=[0, 1])
        assert nothing.tips_at == 0


@pytest.mark.parametrize("columns", [["programme", "pre", "post"], ["pre", "programme", "post"]])
def test_words_are_filled_from_wherever_they_stand_in_the_list(columns):
    frame = within()
    words = np.where(frame["programme"] == 1, "pagi", "sore")
    frame = frame.assign(programme=words, post=frame["post"] + 1000 * (words == "pagi"))
    blank = frame.index % 5 == 0
    for made in impute(frame.assign(post=frame["post"].mask(blank)), columns, draws=2):
        assert ((made["post"] > 500) == (made["programme"] == "pagi")).all()


def test_estimates_that_are_all_alike_get_no_interval():
    found = synthesis(pd.DataFrame({"name": list("abc"), "estimate": 1.0, "se": [1.0, 2.0, 3.0]}))
    assert found.row["estimate"] == pytest.approx(1)
    assert np.isnan([found.row["se"], found.row["p_value"], *found.prediction]).all()
    assert "–" not in found.sentence.replace("Knapp–Hartung", "")


def test_words_with_blanks_are_not_imputed(lost):
    frame, _ = lost
    with pytest.raises(rg.DataError) as caught:
        impute(frame.assign(site=frame["site"].where(frame.index > 0)), ["post", "site"])
    assert caught.value.code == "blank-in-column"
