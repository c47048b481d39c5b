"""What is voiced: shares, groups, change, pairs, saturation and circumstances, against other programs and print."""

import itertools
import re

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

import reintegra as rg
from reintegra.consult import (
    codebook_of,
    facilitator_effects,
    load_codebook,
    officer_present,
    prevalence,
    saturation,
    theme_change,
    theme_pairs,
    withhold,
)
from reintegra.consult.proportions import difference, exact, share, test_of_groups
from reintegra.core.language import LANGUAGES, speaking
from reintegra.measure import icc

CODEBOOK = load_codebook()
test_of_groups.__test__ = False


def coded(rows):
    """Return a consensus of (person, wave, code, value)."""
    table = pd.DataFrame(rows, columns=["person", "wave", "code", "value"])
    table["section"] = table["code"].map(CODEBOOK.section_of)
    table["answer"] = table["person"] + "." + table["wave"].astype(str) + "." + table["section"]
    return table


def made(people=60, waves=("awal",), seed=0, ties=0.02):
    """Return the consensus and the talks of people who voice every code with a chance of their own."""
    rng = np.random.default_rng(seed)
    rows, talks = [], []
    for at, (wave_at, wave) in itertools.product(range(people), enumerate(waves)):
        person = f"P{at:03d}"
        date = pd.Timestamp("2026-01-01") + pd.Timedelta(days=at // 2 + 90 * wave_at)
        talks.append((person, wave, f"S{at % 4}", "AB"[at % 2], date, f"F{at % 9}", int(rng.integers(0, 3))))
        liking = rng.uniform(0.1, 0.6)
        values = np.where(rng.random(len(CODEBOOK)) < ties, np.nan, rng.random(len(CODEBOOK)) < liking)
        rows += [(person, wave, code, value) for code, value in zip(CODEBOOK.codes, values, strict=True)]
    names = ["person", "wave", "site", "programme", "date", "facilitator", "officer_present"]
    return coded(rows), pd.DataFrame(talks, columns=names)


ONCE, TALKS = made()
TWICE, TALKS_TWICE = made(waves=("awal", "akhir"), seed=1)


def row(result, name):
    return result.table.set_index("name").loc[name]


@pytest.mark.parametrize(
    ("voiced", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_shares_have_the_wilson_intervals_that_newcombe_prints(voiced, n, low, high):
    """Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3."""
    values = [1.0] * voiced + [0.0] * (n - voiced)
    found = prevalence(coded([(f"P{i}", "awal", "K_KERJA", value) for i, value in enumerate(values)]), CODEBOOK)
    its = row(found, "K_KERJA")
    assert [round(its["ci_low"], 4), round(its["ci_high"], 4)] == [low, high]
    assert its[["ci_low", "ci_high"]].to_list() == pytest.approx(proportion_confint(voiced, n, method="wilson"))
    assert (its["n"], its["people"], its["voiced"], its["method"]) == (n, n, voiced, "wilson")


def test_where_people_repeat_the_error_is_that_of_statsmodels_with_clusters():
    """statsmodels OLS on a constant, cov_type="cluster"."""
    found = prevalence(TWICE, CODEBOOK)
    assert found.notes[0].code == "theme-people-repeat"
    for code in CODEBOOK.codes[:6]:
        its = TWICE[(TWICE["code"] == code) & TWICE["value"].notna()]
        fit = sm.OLS(its["value"], np.ones(len(its))).fit(
            cov_type="cluster", cov_kwds={"groups": pd.factorize(its["person"])[0]}
        )
        mine = row(found, code)
        assert [mine["estimate"], mine["se"]] == pytest.approx([fit.params.iloc[0], fit.bse.iloc[0]], rel=1e-12)
        assert mine["df"] == its["person"].nunique() - 1
        assert mine["method"] == "by_person"


def test_a_person_who_says_the_same_twice_counts_about_once():
    y = np.repeat([1.0] * 12 + [0.0] * 28, 2)
    twice, once = share(y, np.repeat(np.arange(40), 2), 0.95), share(y[::2], np.arange(40), 0.95)
    assert twice["estimate"] == once["estimate"]
    assert 1 < (twice["ci_high"] - twice["ci_low"]) / (once["ci_high"] - once["ci_low"]) < 1.06
    alone = share(np.zeros(80), np.repeat(np.arange(40), 2), 0.95)
    assert alone["ci_high"] > share(np.zeros(40), np.arange(40), 0.95)["ci_high"]


def test_talks_of_a_person_never_make_a_share_surer_than_as_many_people_would():
    y = np.tile([0.0, 1.0], 30)  # everybody changes their mind
    found = share(y, np.repeat(np.arange(30), 2), 0.95)
    as_people = share(y, np.arange(60), 0.95)
    assert found["ci_high"] - found["ci_low"] >= as_people["ci_high"] - as_people["ci_low"]


@pytest.mark.parametrize(("people", "chance"), [(20, 0.3), (40, 0.1)])
def test_intervals_hold_what_they_promise_where_talks_of_a_person_are_alike(people, chance):
    """800 drawn studies, one to three talks a person, ICC .5: Wilson's interval of the talks covers .87."""
    rng = np.random.default_rng(1)
    held = 0
    for _ in range(800):
        person = np.repeat(np.arange(people), rng.integers(1, 4, people))
        y = (rng.random(len(person)) < rng.beta(chance, 1 - chance, people)[person]).astype(float)
        found = share(y, person, 0.95)
        held += found["ci_low"] <= chance <= found["ci_high"]
    assert 0.93 <= held / 800 <= 0.98


def test_two_groups_differ_by_newcombes_interval():
    """Newcombe (1998), Statistics in Medicine 17, 873-890, table II (a), method 10: 56/70 less 48/80."""
    y = np.array([1.0] * 48 + [0.0] * 32 + [1.0] * 56 + [0.0] * 14)
    group = np.repeat([0, 1], [80, 70])
    found = difference(y, group, np.arange(150), 0.95)
    assert [round(value, 4) for value in found] == [0.2, 0.0524, 0.3339]


def test_few_people_are_tested_exactly():
    """R: fisher.test(matrix(c(3,7, 1,11, 6,2, 2,9), 2)); fisher.test(matrix(c(8,2,1,5), 2))."""
    assert exact([3, 1, 6, 2], [10, 12, 8, 11]) == pytest.approx(0.0129450660948735, rel=1e-6)
    assert exact([8, 1], [10, 6]) == pytest.approx(0.0349650349650349, rel=1e-12)
    sizes, yes = np.full(12, 40), np.arange(8, 20)  # far too many ways to go through
    chi = stats.chi2_contingency([yes, sizes - yes], correction=False)[1]
    assert exact(yes, sizes) == pytest.approx(chi, abs=0.03)


def test_many_people_are_tested_by_chi_square():
    """R: chisq.test(matrix(c(20,30, 35,15, 10,40), 2), correct = FALSE)."""
    y = np.concatenate([[1.0] * yes + [0.0] * no for yes, no in ((20, 30), (35, 15), (10, 40))])
    found = test_of_groups(y, np.repeat([0, 1, 2], 50), np.arange(150))
    assert [found["statistic"], found["p_value"]] == pytest.approx([25.79185520362, 2.50824412401e-06], rel=1e-9)


def test_groups_whose_people_repeat_are_tested_as_statsmodels_does():
    """statsmodels OLS on dummies, cov_type="cluster", use_t; its F of all dummies."""
    found = prevalence(TWICE, CODEBOOK, group="site", talks=TALKS_TWICE)
    its = TWICE[(TWICE["code"] == "K_KERJA") & TWICE["value"].notna()].merge(TALKS_TWICE, on=["person", "wave"])
    x = pd.get_dummies(its["site"], dtype=float)
    x["const"] = 1.0
    x = x[["const", "S1", "S2", "S3"]]
    groups = pd.factorize(its["person"])[0]
    fit = sm.OLS(its["value"], x).fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)
    test = fit.f_test(np.eye(4)[1:])
    mine = found.comparison.set_index("name").loc["K_KERJA"]
    assert mine["statistic"] == pytest.approx(float(np.squeeze(test.fvalue)), rel=1e-9)
    assert mine["p_value"] == pytest.approx(float(test.pvalue), rel=1e-9)
    assert mine["test"] == "by_person"


def test_p_values_of_many_themes_are_those_of_benjamini_and_hochberg():
    found = prevalence(ONCE, CODEBOOK, group="programme", talks=TALKS).comparison
    assert found["p_adjusted"].to_list() == pytest.approx(multipletests(found["p_value"], method="fdr_bh")[1])


def test_a_tie_is_neither_yes_nor_no_and_is_said():
    rows = [(f"P{i}", "awal", "K_KERJA", value) for i, value in enumerate([1, 1, 0, np.nan])]
    found = prevalence(coded(rows), CODEBOOK)
    its = row(found, "K_KERJA")
    assert (its["n"], its["voiced"], its["open"], its["estimate"]) == (3, 2, 1, pytest.approx(2 / 3))
    assert [note.code for note in found.notes] == ["theme-open-ties"]


def test_a_topic_is_known_where_its_sections_were_coded():
    rows = [
        ("P1", "awal", "K_KELUARGA", 1),  # the family's other sections were not coded
        *[("P2", "awal", code, 0) for code in CODEBOOK.codes],
        *[("P3", "awal", code, float(code == "H_KELUARGA")) for code in CODEBOOK.codes],
        *[("P4", "awal", code, np.nan if code == "H_KELUARGA" else 0) for code in CODEBOOK.codes],
        *[("P5", "awal", code, {"H_KELUARGA": np.nan, "K_KELUARGA": 1.0}.get(code, 0)) for code in CODEBOOK.codes],
    ]
    its = row(prevalence(coded(rows), CODEBOOK, facet="topic"), "family")
    assert (its["n"], its["voiced"], its["open"]) == (3, 2, 1)
    assert row(prevalence(coded(rows), CODEBOOK, facet="topic", sections=["worry"]), "family")["n"] == 5


def test_the_order_of_rows_and_the_names_of_people_change_nothing():
    shuffled = TWICE.sample(frac=1, random_state=3).assign(person=lambda t: "Q" + t["person"].str[::-1])
    talks = TALKS_TWICE.assign(person="Q" + TALKS_TWICE["person"].str[::-1])
    one = prevalence(TWICE, CODEBOOK, group="programme", talks=TALKS_TWICE)
    two = prevalence(shuffled, CODEBOOK, group="programme", talks=talks)
    pd.testing.assert_frame_equal(one.table, two.table)
    pd.testing.assert_frame_equal(one.comparison, two.comparison)


def shown_counts(shared):
    """Return what a reader of a shared table can count: voiced and other talks of each group."""
    t = shared.table
    return {(n, g): (v, k - v) for n, g, v, k in zip(t["name"], t["group"], t["voiced"], t["n"], strict=True) if v == v}


def test_a_shared_table_shows_no_cell_under_five_and_none_that_gives_one_away():
    whole = prevalence(ONCE, CODEBOOK, group="programme", talks=TALKS)
    shared = whole.shared()
    seen = shown_counts(shared)
    assert 0 < len(seen) < len(whole.table)
    assert min(min(pair) for pair in seen.values()) >= 5
    for name in set(whole.table["name"]):
        groups = [group for group in "AB" if (name, group) in seen]
        assert len(groups) != 1, "the one withheld group would follow from the total"
    lost = shared.table[shared.table["estimate"].isna()]
    assert lost[["ci_low", "ci_high", "n", "people", "voiced", "se"]].isna().all(axis=None)
    tests = shared.comparison.set_index("name")
    assert tests.loc[lost["name"].unique(), ["p_value", "statistic", "n", "estimate"]].isna().all(axis=None)
    assert shared.counts.empty


def possible(table, counts):
    """Return all tables of 2 x 2 counts that agree with what a withheld one shows, and its totals."""
    ways = np.indices([int(counts.to_numpy().sum()) + 1] * 4).reshape(2, 2, -1)
    ways = np.concatenate([ways, ways.sum(axis=0, keepdims=True)])
    ways = np.concatenate([ways, ways.sum(axis=1, keepdims=True)], axis=1)
    shown = table.to_numpy(dtype=float, na_value=np.nan)[:, :, None]
    return ways[:2, :2, ((ways == shown) | np.isnan(shown)).all(axis=(0, 1))]


@pytest.mark.parametrize("seed", range(8))
def test_no_withheld_cell_can_be_worked_out(seed):
    """Every table that agrees with the shown cells and totals is gone through: each withheld cell varies over them."""
    counts = pd.DataFrame(np.random.default_rng(seed).integers(0, 5, (2, 2)))
    table = withhold(counts, least=3)
    hidden = table.iloc[:2, :2].isna().to_numpy()
    assert (hidden | (counts.to_numpy() >= 3)).all()
    ways = possible(table, counts)
    assert ways.shape[2] >= 1
    assert (np.ptp(ways, axis=2)[hidden] > 0).all()


def test_a_cell_that_hangs_between_two_loops_of_withheld_ones_is_protected_too():
    """No row and no column has one withheld cell only, yet the middle one follows from sums of both halves."""
    counts = pd.DataFrame(
        [[1, 2, 50, 60, 70], [2, 1, 4, 70, 60], [50, 60, 3, 2, 1], [70, 80, 55, 1, 2], [60, 50, 44, 61, 73]]
    )
    table = withhold(counts).iloc[:5, :5]
    assert table.isna().to_numpy()[counts.to_numpy() < 5].all()
    assert table.isna().to_numpy().sum() > (counts.to_numpy() < 5).sum()


def test_nothing_is_withheld_where_nothing_is_small():
    counts = pd.DataFrame([[9, 8], [7, 12]])
    assert withhold(counts).notna().all(axis=None)
    assert withhold(counts).loc["total", "total"] == 36


def test_change_is_that_of_mcnemar_with_the_interval_of_bonett_and_price():
    """21 children before and after transplantation: 1 gained, 7 lost (Fagerland, Lydersen & Laake 2014): p .0703."""
    pairs = [(1, 1)] + [(0, 1)] + [(1, 0)] * 7 + [(0, 0)] * 12
    rows = [(f"P{i}", wave, "K_KERJA", pair[at]) for i, pair in enumerate(pairs) for at, wave in enumerate("ab")]
    its = row(theme_change(coded(rows), CODEBOOK, "a", "b"), "K_KERJA")
    assert its["p_value"] == pytest.approx(0.0703125, rel=1e-12)
    assert its["p_value"] == pytest.approx(mcnemar([[1, 7], [1, 12]], exact=True).pvalue)
    assert its["estimate"] == pytest.approx(-6 / 21)
    assert [round(its["ci_low"], 3), round(its["ci_high"], 3)] == [-0.508, -0.013]
    assert (its["gained"], its["lost"], its["n"]) == (1, 7, 21)


def test_change_is_of_people_known_at_both_waves():
    rows = [("P1", "a", "K_KERJA", 1), ("P1", "b", "K_KERJA", 0), ("P2", "a", "K_KERJA", 1)]
    rows += [("P3", "a", "K_KERJA", np.nan), ("P3", "b", "K_KERJA", 1)]
    found = theme_change(coded(rows), CODEBOOK, "a", "b")
    assert row(found, "K_KERJA")["n"] == 1
    assert [note.code for note in found.notes] == ["theme-one-wave-only", "theme-open-ties"]


def test_pairs_have_the_phi_of_a_correlation_and_the_p_of_fisher():
    found = theme_pairs(ONCE, CODEBOOK)
    wide = ONCE.set_index(["person", "code"])["value"].unstack()  # noqa: PD010
    for its in found.table.sample(20, random_state=1).to_dict("records"):
        both = wide[[its["name"], its["other"]]].dropna()
        assert its["phi"] == pytest.approx(both.corr().iloc[0, 1], rel=1e-9)
        p = stats.fisher_exact(pd.crosstab(both.iloc[:, 0], both.iloc[:, 1]))[1]
        assert its["p_value"] == pytest.approx(p, rel=1e-9)
        either = (both == 1).any(axis=1).sum()
        assert its["jaccard"] == pytest.approx((both == 1).all(axis=1).sum() / either)
        assert its["both"] + its["only_name"] + its["only_other"] + its["neither"] == its["n"] == len(both)


def interviews(new):
    """Return a codebook, a consensus and the talks in which each person is the first to voice so many themes."""
    codes = [f"C{i}" for i in range(sum(new))]
    table = pd.DataFrame({"code": codes, "section": "hope", "topic": "self"})
    words = dict.fromkeys(("label_id", "label_en", "definition_id", "definition_en"), "x")
    book = codebook_of(table.assign(**words))
    first = np.repeat(np.arange(len(new)), new)
    rows = [(f"P{p:02d}", 1, code, float(first[c] <= p)) for p in range(len(new)) for c, code in enumerate(codes)]
    long = pd.DataFrame(rows, columns=["person", "wave", "code", "value"])
    talks = pd.DataFrame({"person": [f"P{p:02d}" for p in range(len(new))], "wave": 1})
    return book, long, talks.assign(date=pd.date_range("2026-01-01", periods=len(new)))


def test_saturation_is_counted_as_guest_namey_and_chen_do():
    """Their example: a base of 4 interviews with 37 themes; 7 new ones in the run of interviews 5 and 6 are 19 %."""
    book, long, talks = interviews([14, 10, 7, 6, 4, 3, 1, 1, 0, 1])
    found = saturation(long, book, talks)
    assert found.base_themes == 37
    run = found.table.set_index("place")
    assert run.loc[4, "run_new"] == 7
    assert round(100 * run.loc[4, "share"]) == 19
    assert run["run_new"].dropna().to_list() == [7, 4, 2, 1, 1]
    assert found.reached is None or 100 * run.loc[found.reached, "share"] <= 5
    assert found.reached == 7  # 1 of 37 in interviews 8 and 9: 2.7 %, the first run at or below 5 %
    assert saturation(long, book, talks, threshold=0).reached is None
    assert saturation(long, book, talks, base=5, run=3, threshold=0.06).reached == 6


def test_saturation_follows_the_dates_not_the_rows_and_says_that_order_matters():
    book, long, talks = interviews([5, 4, 3, 2, 1, 0, 0, 0])
    forth = saturation(long, book, talks)
    mixed = saturation(long.sample(frac=1, random_state=1), book, talks.sample(frac=1, random_state=2))
    pd.testing.assert_frame_equal(forth.table, mixed.table)
    assert forth.elsewhere == mixed.elsewhere
    back = saturation(long, book, talks.assign(date=talks["date"].to_numpy()[::-1]))
    assert back.table["new"].to_list() == [15, 0, 0, 0, 0, 0, 0, 0]
    assert forth.notes[0].code == "theme-order-matters"


def test_the_icc_of_equal_groups_is_that_of_psych():
    """R: psych::ICC(m, lmer = FALSE), ICC1: 0.258278, F = 2.392857, -0.029913 to 0.676760."""
    said = [[1, 0, 1, 1], [0, 0, 0, 1], [1, 1, 1, 1], [0, 0, 0, 0], [1, 0, 1, 1], [0, 1, 0, 0], [1, 1, 0, 1],
            [0, 0, 1, 0], [1, 1, 1, 0]]  # fmt: skip
    rows = [(f"P{f}{t}", "awal", "K_KERJA", value) for f, talk in enumerate(said) for t, value in enumerate(talk)]
    talks = pd.DataFrame([(p, w, f"F{p[1]}") for p, w, _, _ in rows], columns=["person", "wave", "facilitator"])
    its = row(facilitator_effects(coded(rows), CODEBOOK, talks), "K_KERJA")
    found = its[["estimate", "statistic", "p_value", "ci_low", "ci_high"]].to_list()
    psych = [0.258278145695364, 2.39285714285714, 0.0429438763744066, -0.0299132590880329, 0.676759896563099]
    assert found == pytest.approx(psych, rel=1e-9)
    assert its["estimate"] == pytest.approx(icc(pd.DataFrame(said, dtype=float)).of("ICC(1,1)"))


def test_with_fewer_than_eight_facilitators_no_icc_is_computed_and_the_reason_is_said():
    few = TALKS.assign(facilitator=TALKS["facilitator"].replace({"F8": "F0", "F7": "F1"}))
    found = facilitator_effects(ONCE, CODEBOOK, few)
    assert found.table["estimate"].isna().all()
    assert found.notes[0].code == "theme-few-facilitators"
    for lang in LANGUAGES:
        with speaking(lang):
            assert "7" in str(found)
            assert "8" in str(found)


def test_the_difference_with_an_officer_is_that_of_a_model_with_facilitators():
    """statsmodels OLS with a constant for each facilitator, cov_type="cluster" by person."""
    talks = TALKS_TWICE.assign(officer_present=np.random.default_rng(5).integers(0, 3, len(TALKS_TWICE)))
    found = officer_present(TWICE, CODEBOOK, talks)
    its = TWICE[(TWICE["code"] == "K_KERJA") & TWICE["value"].notna()].merge(talks, on=["person", "wave"])
    x = pd.get_dummies(its["facilitator"], dtype=float).assign(there=(its["officer_present"] > 0).astype(float))
    groups = pd.factorize(its["person"])[0]
    fit = sm.OLS(its["value"], x).fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)
    mine = row(found, "K_KERJA")
    assert mine["estimate"] == pytest.approx(fit.params["there"], rel=1e-9)
    assert mine["se"] == pytest.approx(fit.bse["there"], rel=1e-9)
    assert mine["p_value"] == pytest.approx(fit.pvalues["there"], rel=1e-9)
    assert (mine["facilitators"], mine["n"]) == (9, len(its))
    assert found.notes[0].code == "theme-officer-no-lot"


def test_within_facilitators_means_mantel_and_haenszels_weights():
    talks = TALKS.assign(officer_present=np.arange(len(TALKS)) // 3 % 2 * 2)
    its = ONCE[(ONCE["code"] == "H_KERJA") & ONCE["value"].notna()].merge(talks, on=["person", "wave"])
    parts = []
    for _, group in its.groupby("facilitator"):
        one, two = (group.loc[group["officer_present"] == there, "value"] for there in (2, 0))
        parts.append((len(one) * len(two) / len(group), one.mean() - two.mean()))
    weights, gaps = np.array(parts).T
    mine = row(officer_present(ONCE, CODEBOOK, talks, within_earshot=True), "H_KERJA")
    assert mine["estimate"] == pytest.approx((weights * gaps).sum() / weights.sum(), rel=1e-12)


def test_a_facilitator_who_never_had_an_officer_cannot_tell():
    talks = TALKS.assign(officer_present=2 * (TALKS["facilitator"] < "F4"))
    found = officer_present(ONCE, CODEBOOK, talks)
    assert found.table["estimate"].isna().all()
    assert found.table["difference"].notna().any()


RESULTS = {
    "prevalence": lambda: prevalence(ONCE, CODEBOOK),
    "groups": lambda: prevalence(TWICE, CODEBOOK, facet="section", group="wave"),
    "shared": lambda: prevalence(ONCE, CODEBOOK, facet="topic", group="site", talks=TALKS).shared(),
    "change": lambda: theme_change(TWICE, CODEBOOK, "awal", "akhir"),
    "pairs": lambda: theme_pairs(ONCE, CODEBOOK),
    "saturation": lambda: saturation(ONCE, CODEBOOK, TALKS),
    "facilitators": lambda: facilitator_effects(ONCE, CODEBOOK, TALKS),
    "officer": lambda: officer_present(ONCE, CODEBOOK, TALKS),
}


@pytest.mark.parametrize("name", ["change", "pairs", "officer"])
def test_what_is_shared_of_a_result_has_no_row_with_a_cell_under_five(name):
    whole = RESULTS[name]()
    shared = whole.shared().table
    few = whole.table["fewest"] < 5
    assert 0 < few.sum() < len(few)
    assert shared[few].drop(columns=["name", "other"], errors="ignore").isna().all(axis=None)
    pd.testing.assert_frame_equal(
        shared[~few].astype({"name": str}), whole.table[~few].drop(columns="fewest"), check_dtype=False
    )


def test_fewest_counts_people_in_the_smallest_cell():
    found = theme_change(TWICE, CODEBOOK, "awal", "akhir").table.set_index("name")
    wide = TWICE[TWICE["code"] == "K_KERJA"].set_index(["person", "wave"])["value"].unstack().dropna()  # noqa: PD010
    assert found.loc["K_KERJA", "fewest"] == pd.crosstab(wide["awal"], wide["akhir"]).to_numpy().min()
    found = officer_present(ONCE, CODEBOOK, TALKS).table.set_index("name")
    both = ONCE[ONCE["code"] == "K_KERJA"].merge(TALKS, on=["person", "wave"])
    counts = pd.crosstab(both["officer_present"] > 0, both["value"])
    assert found.loc["K_KERJA", "fewest"] == counts.to_numpy().min()


def test_waves_stand_in_the_order_in_which_they_came():
    table = prevalence(TWICE, CODEBOOK, group="wave").table
    assert list(dict.fromkeys(table["group"])) == ["awal", "akhir"]


def test_no_icc_is_computed_of_a_theme_that_few_talks_voice():
    rare = ONCE.assign(value=ONCE["value"].where(ONCE["code"] != "K_KERJA", ONCE["person"] < "P009"))
    found = facilitator_effects(rare, CODEBOOK, TALKS)
    assert np.isnan(row(found, "K_KERJA")["estimate"])
    assert "theme-too-rare" in [note.code for note in found.notes]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", RESULTS)
def test_every_result_says_itself_in_both_languages(name, lang):
    result = RESULTS[name]()
    with speaking(lang):
        text = result._repr_html_()
        assert str(result) in text.replace("&quot;", '"').replace("&#x27;", "'")
        assert all(note.text for note in result.notes)
        assert not re.search(r"\bnan\b", text)


def test_what_cannot_be_told_of_themes_is_refused():
    with pytest.raises(rg.DataError, match="K_KERJA"):
        prevalence(ONCE.assign(code=ONCE["code"].replace("K_KERJA", "K_KERJAA")), CODEBOOK)
