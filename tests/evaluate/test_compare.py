"""The comparison of programmes: every layout against R, the planted truth of the demo, and what no table can say."""

import json
import tomllib
from html import escape
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import reintegra as rg
from reintegra.core.language import LANGUAGES, speaking

TESTS = Path(__file__).parent.parent
REFERENCE = TESTS / "reference"
DEMO = TESTS.parent / "data" / "demo"
R = json.loads((REFERENCE / "evaluate.json").read_text("utf-8"))
COLUMNS = ["name", "estimate", "se", "df", "statistic", "p_value", "ci_low", "ci_high", "n"]
STUDY = {"outcome": "post", "programme": "programme", "site": "site", "baseline": "pre"}


def people(name):
    return pd.read_csv(REFERENCE / "data" / f"{name}.csv")


@pytest.fixture(scope="module")
def within():
    return people("within_sites")


@pytest.fixture(scope="module")
def between():
    return people("between_sites")


@pytest.fixture(scope="module")
def three():
    return people("three_programmes")


@pytest.fixture(scope="module")
def demo():
    responses = rg.read_responses(DEMO / "siap_36.csv", "siap_36")
    return rg.score(responses).table.join(responses.people).reset_index()


@pytest.fixture(scope="module")
def truth():
    return tomllib.loads((DEMO / "kebenaran.toml").read_text("utf-8"))


def compare(frame, **options):
    return rg.compare(frame, **{**STUDY, **options})


def codes(comparison):
    return {note.code for note in comparison.notes}


def close(found, expected, rel=1e-9):
    assert list(found) == pytest.approx(list(expected), rel=rel)


# each layout against R


def test_inside_sites_it_is_site_effects_with_cr2(within):
    """R: coef_test(lm(post ~ pre + age + programme + site), vcov = "CR2", cluster = site, test = "Satterthwaite")."""
    found = compare(within, covariates=["age"])
    expected = R["within_sites"]["site_fixed_CR2"]["programme"]
    assert (found.layout, found.grade) == ("within_sites", 4)
    assert list(found.table) == COLUMNS
    row = found.table.iloc[0]
    close(row[["estimate", "se", "p_value"]], [expected["beta"], expected["SE"], expected["p_Satt"]], 1e-6)
    assert row["df"] == pytest.approx(expected["df_Satt"], rel=1e-5)
    assert row["n"] == R["within_sites"]["n"]
    assert row["ci_low"] < 0 < row["ci_high"]
    two = R["within_sites"]["two_stage"]
    close(found.beside["1 - 0"]["synthesis"].prediction, two["kh_pi"], 1e-6)
    sites = found.sites.set_index("site")["estimate"]
    for site in two["sites"]:
        assert sites[site["site"]] == pytest.approx(site["effect"], rel=1e-9)


def test_between_sites_it_is_the_weighted_means_of_sites(between):
    """R: adjusted site means, weights 1 / (pooled variance / n + REML tau2), CR2 with every site its own cluster."""
    found = compare(between, covariates=["age"])
    expected = R["between_sites"]["adjusted_site_means_CR2"]
    assert (found.layout, found.grade) == ("between_sites", 4)
    row = found.table.iloc[0]
    close(row[["estimate", "se"]], [expected["b"], expected["se"]], 1e-6)
    close(row[["df", "p_value"]], [expected["df"], expected["p"]], 1e-5)
    beside = found.beside["1 - 0"]
    other = R["between_sites"]["adjusted_site_means_knapp_hartung"]
    close(beside["knapp_hartung"].iloc[0][["se", "p_value"]], [other["se"], other["p"]], 1e-6)
    means = R["between_sites"]["adjusted_site_means"]
    close(beside["permutation"].iloc[0][["p_value", "smallest_p"]], [means["permutation_p"], 2 / means["permutations"]])


def test_without_sites_it_is_hc3(three):
    """R: lm(post ~ pre + site + programme), vcovHC(type = "HC3"); the site here a covariate of words."""
    found = compare(three, site=None, covariates=["site"])
    assert (found.layout, found.grade) == ("no_sites", 3)
    coefficients, errors = R["three_programmes"]["coef"], R["three_programmes"]["HC3"]
    for programme, row in zip("BC", found.table.to_dict("records"), strict=True):
        assert row["name"] == f"{programme} - A"
        assert row["estimate"] == pytest.approx(coefficients[f"programme{programme}"]["Estimate"], rel=1e-9)
        assert row["se"] == pytest.approx(errors[f"programme{programme}"], rel=1e-9)
        assert row["df"] == 208


def test_three_programmes_stand_in_one_model(three):
    """R: the coefficients of lm(post ~ pre + site + programme); d_ppc2 of Morris (2008)."""
    found = compare(three)
    assert found.layout == "within_sites"
    close(
        found.table["estimate"],
        [R["three_programmes"]["coef"][f"programme{name}"]["Estimate"] for name in "BC"],
    )
    assert list(found.contrasts["name"]) == ["B - A", "C - A", "C - B"]
    assert (found.contrasts["p_value"].to_numpy()[:2] > found.table["p_value"].to_numpy()).all()
    expected = R["three_programmes"]["morris_ppc2"]
    close(found.effects["estimate"], [expected[f"{name}_vs_A"]["d_ppc2"] for name in "BC"])


def test_one_site_is_compared_among_its_people(within):
    """The same as the analysis of covariance of that site alone."""
    from reintegra.evaluate import ancova

    site = within[within["site"] == "S04"]
    found = compare(site)
    alone = ancova(site, outcome="post", programme="programme", covariates=["pre"]).table.iloc[-1]
    assert found.layout == "within_sites"
    assert found.design["method"].tolist() == ["ancova_hc3"]
    close(found.table.iloc[0][["se", "p_value"]], alone[["se", "p_value"]])


def test_a_lot_is_judged_by_drawing_it_anew(within):
    from reintegra.evaluate import randomisation_test

    site = within[within["site"] == "S04"]
    found = compare(site, by_lot=True)
    test = randomisation_test(site, outcome="post", programme="programme", covariates=["pre"])
    assert found.table["p_value"].iloc[0] == test.table["p_value"].iloc[0]
    assert found.grade == 5


def test_people_taught_in_groups_are_counted_by_group(within):
    site = within[within["site"] == "S01"].reset_index(drop=True)
    site["group"] = site["programme"].astype(str) + (site.index % 4).astype(str)
    found = compare(site, group="group")
    assert found.design["method"].tolist() == ["cr2_group"]
    assert found.table["df"].iloc[0] < 8
    two = site.assign(group=site["programme"].astype(str) + (site.index % 2).astype(str))
    few = compare(two, group="group")
    assert np.isnan(few.table["p_value"].iloc[0])
    assert "few-groups" in codes(few)


# designs that carry no verdict


@pytest.mark.parametrize(
    ("name", "sites", "layout"),
    [
        ("within_sites", ["S03", "S04"], "within_sites"),
        ("between_sites", ["S01", "S02", "S03", "S04"], "between_sites"),
    ],
)
def test_two_sites_give_an_interval_and_no_verdict(name, sites, layout):
    frame = people(name)
    found = compare(frame[frame["site"].isin(sites)])
    row = found.table.iloc[0]
    assert found.layout == layout
    assert np.isfinite([row["se"], row["df"], row["ci_low"], row["ci_high"]]).all()
    assert np.isnan(row["p_value"])
    assert "few-sites" in codes(found)
    assert found.grade <= 3


@pytest.mark.parametrize("sites", [["S01", "S02"], ["S01", "S02", "S04", "S06"]])
def test_one_site_in_an_arm_gives_the_difference_only(between, sites):
    frame = between[between["site"].isin(sites)]
    found = compare(frame, baseline=None)
    row = found.table.iloc[0]
    means = frame.groupby("programme")["post"].mean()
    assert found.layout == "one_site_each"
    assert row["estimate"] == pytest.approx(means[1] - means[0])
    assert row[["se", "df", "statistic", "p_value", "ci_low", "ci_high"]].isna().all()
    assert "programme-is-site" in codes(found)
    assert found.grade <= 2
    assert compare(frame).grade == 2


def test_one_group_has_a_change_only(within):
    """Without sites the paired t test; with three sites or more, errors by site."""
    one = within[within["programme"] == 1]
    alone, by_site = compare(one, site=None), compare(one)
    assert (alone.layout, by_site.layout) == ("one_group", "one_group")
    change = one["post"] - one["pre"]
    close(alone.table.iloc[0][["estimate", "se"]], [change.mean(), change.std() / len(change) ** 0.5])
    assert by_site.table["se"].iloc[0] > alone.table["se"].iloc[0]
    assert alone.grade == by_site.grade == 2


def test_mixed_sites_are_not_pooled(within, between):
    """The difference is that within sites; one-programme sites are compared apart."""
    apart = between.assign(site="B" + between["site"])
    found = compare(pd.concat([within, apart]))
    assert found.layout == "mixed"
    without = compare(pd.concat([within, apart.assign(post=apart["post"] + 50 * apart["programme"])]))
    close(without.table["estimate"], found.table["estimate"])
    close(found.apart["estimate"], compare(apart).table["estimate"], 1e-6)
    assert set(found.sites["site"]) == set(within["site"])


def test_one_shared_site_is_compared_alone(within, between):
    apart = between.assign(site="B" + between["site"])
    found = compare(pd.concat([within[within["site"] == "S04"], apart]))
    assert found.layout == "mixed"
    close(found.table["estimate"], compare(within[within["site"] == "S04"]).table["estimate"])
    assert found.table["n"].iloc[0] == (within["site"] == "S04").sum()


def test_programmes_that_never_share_a_site_are_compared_between_sites(within):
    """A and B share eight sites, B and C eight others: C less A is not put together from the two."""
    names = within["programme"].map({0: "A", 1: "B"}), within["programme"].map({0: "B", 1: "C"})
    chain = pd.concat([within.assign(programme=names[0]), within.assign(programme=names[1], site="Z" + within["site"])])
    found = compare(chain)
    assert found.layout == "within_sites"
    assert found.design["layout"].tolist() == ["mixed", "between_sites"]
    alone = compare(chain[chain["programme"].isin(["A", "C"])])
    close(found.table.loc[1, ["estimate", "se", "df"]], alone.table.loc[0, ["estimate", "se", "df"]])


# the planted truth of the demo

WAVES = {"baseline": None, "outcome": "total", "programme": "program", "person": "kode", "wave": "gelombang"}


def test_the_lottery_of_the_demo_recovers_what_was_planted(demo, truth):
    found = compare(demo[demo["upt"] == "UPT-A"], **WAVES, site="upt", by_lot=True)
    planted = truth["efek_poin_undian"]["release_talk"]["total"]
    row = found.table.iloc[0]
    assert row["ci_low"] < planted < row["ci_high"]
    assert (found.grade, found.design["causal"].iloc[0]) == (5, True)
    assert "menyebabkan" in " ".join(found.sentences("id"))
    assert list(found.waves["wave"]) == ["tengah", "akhir"]
    assert list(found.waves.columns) == ["wave", *COLUMNS]


def test_without_the_lot_the_same_numbers_are_an_association(demo):
    found = compare(demo[demo["upt"] == "UPT-A"], **WAVES, site="upt")
    assert found.grade == 3
    assert "dikaitkan" in " ".join(found.sentences("id"))
    assert "menyebabkan" not in " ".join(found.sentences("id"))


def test_the_whole_demo_covers_what_was_planted(demo, truth):
    found = compare(demo, **WAVES, site="upt", reference="daftar_tunggu", also=["cara_masuk"])
    assert found.layout == "mixed"
    table = found.table.set_index(found.design["programme"])
    for programme, planted in truth["efek_poin"].items():
        assert table.loc[programme, "ci_low"] < planted["total"] < table.loc[programme, "ci_high"]
    assert found.flow["allocated"].sum() == truth["orang"]
    assert found.flow["followed"].sum() == truth["tinggal"]["akhir"]
    assert "differential-loss" in codes(found)
    assert (found.balance["smd"].abs() < 0.25).all()  # within sites; people of all sites together are further apart
    assert found.contamination[list(found.flow["name"])].to_numpy().sum() == truth["orang"]


def test_long_and_wide_tables_say_the_same(demo):
    site = demo[demo["upt"] == "UPT-A"]
    long = compare(site, **WAVES, site="upt")
    wide = site.pivot_table(index="kode", columns="gelombang", values="total").join(
        site.groupby("kode")[["program", "upt"]].first()
    )
    again = compare(wide, outcome="akhir", baseline="awal", programme="program", site="upt")
    close(long.table.loc[0, COLUMNS[1:]], again.table.loc[0, COLUMNS[1:]])
    middle = compare(site, **{**WAVES, "baseline": "tengah"}, site="upt")
    assert middle.table["estimate"].iloc[0] != long.table["estimate"].iloc[0]


# what no table can say


@pytest.mark.parametrize("name", ["within_sites", "between_sites"])
def test_order_labels_and_units_change_nothing(name):
    frame = people(name)
    first = compare(frame)
    moved = frame.sample(frac=1, random_state=1).assign(post=lambda f: 10 * f["post"] + 7, pre=lambda f: f["pre"] - 30)
    moved["programme"], moved["site"] = moved["programme"].map({0: "a", 1: "b"}), "X" + moved["site"]
    again = compare(moved)
    assert again.layout == first.layout
    for column, factor in (("estimate", 10), ("se", 10), ("df", 1), ("p_value", 1), ("ci_low", 10)):
        close(again.table[column], factor * first.table[column], 1e-6)
    close(again.balance["smd"], first.balance["smd"], 1e-9)
    turned = compare(moved, reference="b").table.iloc[0]
    close(
        [turned["estimate"], turned["p_value"]],
        [-again.table["estimate"].iloc[0], again.table["p_value"].iloc[0]],
        1e-6,
    )


def test_everyone_allocated_stays_in_the_account(within):
    lost = within.assign(post=within["post"].mask((within.index % 9 == 0) & (within["programme"] == 1)))
    found = compare(lost)
    assert found.flow["allocated"].sum() == len(within)
    assert found.flow["lost"].tolist() == [0, int(lost["post"].isna().sum())]
    assert found.table["n"].iloc[0] == lost["post"].notna().sum()
    assert "differential-loss" in codes(found)
    assert found.grade == compare(within).grade - 1


def test_days_to_release_are_in_the_model_and_in_the_account_of_who_was_lost(within):
    lost = within.index % 6 == 0
    frame = within.assign(post=within["post"].mask(lost), days=200 - 90 * lost + 7 * (within.index % 5))
    found = compare(frame, release="days")
    assert (found.flow["release_smd"] < -1).all()
    assert "loss-by-release" in codes(found)
    close(found.table["estimate"], compare(frame, covariates=["days"]).table["estimate"])


def test_a_grade_may_be_lowered_and_never_raised(within):
    found = compare(within, grade=2)
    assert found.grade == 2
    assert not found.design["causal"].any()
    with pytest.raises(rg.DesignError):
        compare(within, grade=5)
    assert compare(within, completers_only=True).grade == 3


def test_groups_apart_from_the_start_are_graded_two_unless_drawn_by_lot(within):
    apart = within.assign(pre=within["pre"] + 6 * within["programme"])
    assert compare(apart).grade == 2
    assert compare(apart, by_lot=True).grade == 5


def test_several_outcomes_are_held_together(within):
    frame = within.assign(other=within["post"] + within["age"])
    found = compare(frame, outcome=["post", "other"], baseline=["pre", "pre"])
    assert list(found.outcomes["outcome"]) == ["post", "other"]
    single = [compare(frame, outcome=name).table["p_value"].iloc[0] for name in ("post", "other")]
    assert found.outcomes["p_value"].min() == pytest.approx(2 * min(single))
    close(found.table["p_value"], single[:1])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_of_several_outcomes_has_its_sentences_and_notes(within, lang):
    """The other outcome is blank for a third of the people: its own losses, its own difference, its own notes."""
    other = (within["post"] + within["age"]).where(np.arange(len(within)) % 3 > 0)
    found = compare(within.assign(other=other), outcome=["post", "other"], baseline=["pre", "pre"], margin=8)
    alone = compare(within.assign(other=other), outcome="other", baseline="pre")
    assert [each.outcome for each in found.others] == ["other"]
    pd.testing.assert_frame_equal(found.others[0].table, alone.table)
    sentences = found.sentences(lang)
    own = compare(within, margin=8).sentences(lang)
    assert sentences[: len(own)] == own
    assert [said for said in sentences[len(own) :] if f"{len(other) - other.notna().sum()}" in said]
    assert all(said.startswith("other: ") for said in sentences[len(own) :])
    assert len(set(sentences)) == len(sentences)
    with speaking(lang):
        page = found._repr_html_()
        assert "<h4>other</h4>" in page
        assert all(escape(note.text) in page for note in found.others[0].notes)


def test_reliable_change_and_equivalence_are_given_when_asked(within):
    found = compare(within, retest=0.8, margin=8)
    assert found.reliable["n"].sum() == len(within)
    assert (found.reliable[["rose", "fell", "unclear"]].sum(axis=1) == found.reliable["n"]).all()
    assert found.equivalence["p_value"].iloc[0] < 0.05
    assert not compare(within[within["site"].isin(["S03", "S04"])], margin=8).equivalence.size


def test_two_opinions_that_disagree_are_not_settled(within):
    """A curved outcome and a far group: the outcome model and the weights answer differently."""
    rng = np.random.default_rng(2)
    x = np.concatenate([rng.normal(0, 1, 400), rng.normal(1.2, 0.6, 200)])
    t = np.repeat([0, 1], [400, 200])
    frame = pd.DataFrame({"pre": x, "post": np.exp(1.6 * x) + rng.normal(0, 1, 600), "programme": t})
    found = compare(frame, site=None)
    assert not found.design["settled"].iloc[0]
    assert "Not settled" in " ".join(found.sentences("en"))
    assert compare(within).design["settled"].iloc[0]


def test_a_curve_is_seen_in_the_slopes(three):
    steeper = three.assign(post=three["post"] + (three["programme"] == "C") * 1.5 * (three["pre"] - 50))
    assert compare(steeper).slopes["p_value"].min() < 0.05 < compare(three).slopes["p_value"].min()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_comparison_shows_itself(within, lang):
    with speaking(lang):
        found = compare(within)
        page = found._repr_html_()
        assert all(note.text in page for note in found.notes)
        assert found.estimate.value == found.table["estimate"].iloc[0]
        assert str(found.grade) in found.sentences()[-1]
    assert found.sentences("id") != found.sentences("en")


# data that cannot be compared

MANY = {"wave": "wave", "person": "code", "baseline": None}


def long(frame):
    later = frame.assign(code=range(len(frame)), wave="pasca")
    return pd.concat([later.assign(wave="pra", post=later["pre"]), later], ignore_index=True)


BAD = {
    "person-in-two": lambda f: compare(long(f).assign(programme=lambda x: x["wave"].eq("pra").astype(int)), **MANY),
    "code-twice-a-wave": lambda f: compare(long(f).assign(code=1, programme=1), **MANY),
    "baseline-after": lambda f: compare(long(f), **{**MANY, "baseline": "pasca"}),
    "wave-without-person": lambda f: compare(long(f), **{**MANY, "person": None}),
    "all-lost": lambda f: compare(f.assign(post=f["post"].mask(f["programme"] == 1))),
    "infinite-values": lambda f: compare(f.assign(post=f["post"].mask(f.index == 3, np.inf))),
    "blank-in-column": lambda f: compare(f.assign(programme=f["programme"].mask(f.index == 3))),
    "no-variance": lambda f: compare(f.assign(post=7.0)),
    "one-programme": lambda f: compare(f[f["programme"] == 1], baseline=None),
    "programme-spellings": lambda f: compare(f.assign(programme=f["programme"].map({0: "Pagi", 1: "pagi "}))),
    "coded-one-two": lambda f: compare(f.assign(post=1 + (f["post"] > 60))),
    "no-complete-rows": lambda f: compare(f.assign(pre=np.nan)),
    "no-such-group": lambda f: compare(f, outcome="nilai"),
    "no-such-choice": lambda f: compare(f, reference="C"),
}


@pytest.mark.parametrize("code", BAD)
def test_what_cannot_be_compared_is_refused_by_name(within, code):
    with pytest.raises((rg.DataError, rg.DesignError)) as caught:
        BAD[code](within)
    assert caught.value.code == code


def test_a_baseline_dated_after_the_outcome_is_refused(within):
    frame = long(within)
    frame["tanggal"] = pd.to_datetime(np.where(frame["wave"] == "pra", "2025-03-02", "2025-01-01"))
    with pytest.raises(rg.DesignError, match=str(len(within))):
        compare(frame, **MANY)
    with pytest.raises(rg.DesignError):
        compare(within, outcome="pre", baseline="post")


def test_programme_and_site_the_same_thing_is_described_only(within):
    assert compare(within, site="programme").layout == "one_site_each"


def test_a_site_of_one_is_kept_and_named(within):
    alone = within.assign(site=within["site"].mask(within.index == 0, "S99"))
    found = compare(alone)
    assert "lonely-sites" in codes(found)
    assert found.layout == "mixed"


def test_perfect_separation_leaves_the_second_opinion_out(within):
    found = compare(within.assign(pre=within["pre"] + 500 * within["programme"]))
    assert "not-computed" in codes(found)
    assert not found.second_opinion.size
    assert found.grade == 2
