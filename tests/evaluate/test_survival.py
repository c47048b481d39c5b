"""Curves, tests, hazards and incidence after release, against R's survival."""

import numpy as np
import pandas as pd
import pytest
from released_people import RELEASED, RETURNED, E, R, followed, people, recid, rossi

import reintegra as rg
from reintegra.core.language import speaking
from reintegra.evaluate import cox, follow_up
from reintegra.evaluate.survival import Curve


def at(table, programme, times, column="estimate"):
    """Return a step function at some times."""
    rows = table[table["name"] == programme]
    return rows[column].to_numpy()[np.searchsorted(rows["time"], times, side="right") - 1]


def test_curves_are_those_of_survfit():
    """R: survfit(Surv(day, event == 1) ~ programme), summary(times = ...); conf.type = "log-log"."""
    found = followed()
    for place, programme in enumerate("01"):
        times, here = [90, 180, 365, 540], slice(4 * place, 4 * place + 4)
        assert at(found.survival, programme, times) == pytest.approx(E["km"]["survival"][here], rel=1e-9)
        assert at(found.survival, programme, times, "se") == pytest.approx(E["km"]["se"][here], rel=1e-9)
        here = slice(2 * place, 2 * place + 2)
        for ours, theirs in (("ci_low", "lower"), ("ci_high", "upper")):
            limits = E["km_loglog_ci"][theirs][here]
            assert at(found.survival, programme, [180, 365], ours) == pytest.approx(limits, rel=1e-9)


@pytest.mark.parametrize(("table", "asked", "name"), [(rossi, RELEASED, "rossi"), (recid, RETURNED, "recid")])
def test_curves_of_published_studies_are_those_of_survfit(table, asked, name):
    """tests/reference/follow_up.R; the last time of rossi has everyone still at risk."""
    times = sorted(set(R[name]["km"]["time"]))
    found = follow_up(table(), **asked, times=times)
    for column, theirs in (("estimate", "survival"), ("se", "se"), ("ci_low", "low"), ("ci_high", "high")):
        ours = np.concatenate([at(found.survival, programme, times, column) for programme in "01"])
        assert ours == pytest.approx(R[name]["km"][theirs], rel=1e-9)
    assert list(found.at_risk["n"]) == R[name]["km"]["at_risk"]
    rmst = R[name]["rmst52" if name == "rossi" else "rmst60"]
    assert found.means["estimate"].to_numpy() == pytest.approx(rmst["mean"], rel=1e-9)
    assert found.means["se"].to_numpy() == pytest.approx(rmst["se"], rel=1e-9)
    assert found.tests["statistic"].iloc[0] == pytest.approx(R[name]["logrank"], rel=1e-9)


def test_the_difference_of_mean_times_has_its_right_error():
    """R: survfit(...), print(rmean = 365); its error is 12.7 days."""
    row = followed().table.iloc[0]
    assert row["estimate"] == pytest.approx(E["rmst365"]["difference"], rel=1e-9)
    assert row["se"] == pytest.approx(E["rmst365"]["se_difference"], rel=1e-9)
    assert row["ci_low"] == pytest.approx(row["estimate"] - 1.959963984540054 * row["se"], rel=1e-9)


def test_pseudo_values_are_those_of_r():
    """R: pseudo(survfit(Surv(day, back) ~ 1), times = 365, type = "rmst"): the infinitesimal jackknife."""
    table = people().query("programme == 1")
    found = Curve(table["day"].to_numpy(float), table["back"].to_numpy(float)).pseudo(365)
    assert found == pytest.approx(np.array(R["pseudo_rmst365"]), rel=1e-9)


def test_the_log_rank_test_is_that_of_survdiff():
    found = followed()
    assert found.tests["statistic"].iloc[0] == pytest.approx(E["logrank"]["chisq"], rel=1e-9)
    assert list(found.log_rank["observed"]) == E["logrank"]["observed"]
    assert found.log_rank["expected"].to_numpy() == pytest.approx(E["logrank"]["expected"], rel=1e-9)
    by_site = followed(site="site").tests.iloc[0]
    assert by_site["name"] == "log_rank_by_site"
    assert by_site["statistic"] == pytest.approx(E["logrank_by_site"]["chisq"], rel=1e-9)


def test_the_log_rank_test_of_three_groups_is_that_of_survdiff():
    table = rossi().assign(prior=lambda t: pd.cut(t["prio"], [-1, 0, 3, 99], labels=["none", "few", "many"]))
    asked = {**RELEASED, "programme": "prior"}
    found = follow_up(table, **asked)
    assert found.tests[["statistic", "df"]].iloc[0].tolist() == pytest.approx(
        [R["rossi"]["three"]["chisq"], 2], rel=1e-9
    )
    assert found.log_rank["expected"].to_numpy() == pytest.approx(R["rossi"]["three"]["expected"], rel=1e-9)
    assert list(found.claims["programme"]) == ["few", "many"]
    by_race = follow_up(table, **asked, site="race")
    assert by_race.tests["statistic"].iloc[0] == pytest.approx(R["rossi"]["three_by_race"], rel=1e-9)


def test_cox_is_that_of_coxph_with_efrons_ties():
    """R: coxph(Surv(day, back) ~ programme + age (+ strata(site))); Breslow's ties would give -0.5630."""
    for site, expected in ((None, E["cox"]), ("site", E["cox_stratified_efron"])):
        found = cox(people(), time="day", event="back", terms=["programme", "age"], site=site)
        theirs = [[expected[name][key] for name in ("programme", "age")] for key in ("coef", "se")]
        assert pytest.approx(np.array(theirs), rel=1e-6) == found.table[["estimate", "se"]].to_numpy().T


@pytest.mark.parametrize("name", ["rossi", "recid"])
def test_cox_of_published_studies_is_that_of_coxph(name):
    """tests/reference/follow_up.R: coxph and cox.zph(transform = "km"), which has ties and strata in it."""
    expected = R[name]["cox"]
    options = (
        {"time": "week", "event": "arrest"} if name == "rossi" else {"time": "durat", "event": "event", "site": "felon"}
    )
    found = cox(rossi() if name == "rossi" else recid(), terms=list(expected), **options)
    for column, theirs in (("estimate", "coef"), ("se", "se")):
        assert found.table[column].to_numpy() == pytest.approx([row[theirs] for row in expected.values()], rel=1e-6)
    zph = list(R[name]["zph_km"].values())
    assert found.proportional["statistic"].to_numpy() == pytest.approx([row["chisq"] for row in zph], rel=1e-6)
    assert found.proportional["p_value"].to_numpy() == pytest.approx([row["p"] for row in zph], rel=1e-6)


def test_events_at_one_time_only_give_coxs_ratio_and_no_test_whether_it_moves():
    """R: coxph(Surv(t, e) ~ x): 0.121085574442371, 0.187238455608417; cox.zph stops, "exactly singular"."""
    table = pd.DataFrame({"t": 5, "e": [1, 0, 1, 1, 0, 1, 0, 0, 1, 0], "x": [3, 1, 4, 1, 5, 9, 2, 6, 5, 3]})
    found = cox(table, time="t", event="e", terms=["x"])
    assert found.table.loc[0, ["estimate", "se"]].to_list() == pytest.approx([0.121085574442371, 0.187238455608417])
    assert found.proportional["p_value"].isna().all()
    with speaking("en"):
        assert "cannot be tested" in str(found)


def test_people_followed_at_different_times_have_no_hazard_ratio():
    """R: coxph(Surv(t, e) ~ x) gives NA."""
    table = pd.DataFrame({"t": [1, 2, 3, 4, 5, 6], "e": [0, 0, 0, 1, 1, 1], "x": [0, 0, 0, 1, 1, 1]})
    with pytest.raises(rg.DataError) as caught:
        cox(table, time="t", event="e", terms=["x"])
    assert caught.value.code == "all-at-risk-alike"


def test_who_died_on_the_day_of_release_was_still_at_risk_on_it():
    """R: coxph(Surv(t, e == 1) ~ x): 0.632051696154372, 0.921982104134099; cox.zph: 2.8774250089."""
    t, e, x = [0, 0, 3, 5, 7, 8, 10, 12, 12, 14], [1, 2, 1, 0, 1, 1, 0, 2, 1, 0], [1, 0, 1, 0, 1, 0, 1, 0, 0, 1]
    table = pd.DataFrame({"t": t, "e": e, "x": x, "source": "catatan"})
    found = follow_up(table, time="t", event="e", programme="x", source="source", horizon=12, competing={2: "died"}).cox
    assert found.table.loc[0, ["estimate", "se"]].to_list() == pytest.approx([0.632051696154372, 0.921982104134099])
    assert found.proportional["statistic"].iloc[0] == pytest.approx(2.8774250089)


def test_the_log_likelihood_of_cox_is_that_of_coxph():
    found = cox(rossi(), time="week", event="arrest", terms=list(R["rossi"]["cox"]))
    assert found.log_likelihood == pytest.approx(R["rossi"]["loglik"][1], rel=1e-9)


def test_proportional_hazards_are_tested_by_site_too():
    """R: cox.zph(coxph(Surv(day, back) ~ programme + age + strata(site)))."""
    for site, expected in ((None, E["ph_check_km"]), ("site", R["by_site"]["zph_km"])):
        found = cox(people(), time="day", event="back", terms=["programme", "age"], site=site).proportional
        assert found["statistic"].to_numpy() == pytest.approx([row["chisq"] for row in expected.values()], rel=1e-6)


def test_shares_to_whom_it_happened_are_those_of_a_multi_state_survfit():
    """R: survfit(Surv(day, factor(event)) ~ programme): Aalen and Johansen, errors by the infinitesimal jackknife."""
    found = followed(event="event", competing={2: "pindah"})
    back, other = (found.incidence[found.incidence["cause"] == cause] for cause in ("event", "pindah"))
    for place, programme in enumerate("01"):
        here = slice(3 * place, 3 * place + 3)
        for table, times, expected in (
            (back, [180, 365, 540], [E["aalen_johansen"]["back"], E["aalen_johansen"]["back_se"]]),
            (other, [90, 365, 540], [R["aalen_johansen"]["other"], R["aalen_johansen"]["other_se"]]),
        ):
            for column, theirs in zip(("estimate", "se"), expected, strict=True):
                assert at(table, programme, times, column) == pytest.approx(theirs[here], rel=1e-9)
    shares = E["aalen_johansen"]["back"]
    assert found.table.set_index("measure").loc["incidence", "estimate"] == pytest.approx(
        shares[4] - shares[1], rel=1e-9
    )


def test_the_shares_of_all_causes_and_of_those_free_make_one():
    found = followed(event="event", competing=[2])
    rows = found.incidence_at.groupby("name")["estimate"].sum()
    assert (rows + found.means.set_index("name")["free"]).to_numpy() == pytest.approx([1, 1], abs=1e-12)
