"""Agreement of coders against Krippendorff (2011), Gwet's irrCAC, R's irr, vcd and psych, and statsmodels."""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from reintegra.core.errors import DataError
from reintegra.core.language import LANGUAGES, speaking
from reintegra.measure import agreement, code_agreement, cohen_kappa
from reintegra.measure.agreement import reading

CASES = json.loads((Path(__file__).parent.parent / "reference" / "agreement.json").read_text("utf-8"))["cases"]
METRICS = {"nominal": "identity", "ordinal": "ranks", "interval": "quadratic", "ratio": "ratio"}
FULL = {"percent_agreement": "percent", "krippendorff_nominal": "krippendorff"}
PRINTED = {"bp": "brennan_prediger", "scott": "fleiss", "pa2": "percent", "AC1": "gwet"}
RATED = ["krippendorff_2011_4obs_12units", "irr_anxiety"]
COUNTED = ["gwet_distrib6raters", "fleiss_wikipedia_10x14"]
TABLES = ["cohen_1960", "gwet_paradox_2x2", "vcd_sexualfun"]


def rated(name, **options):
    case = CASES[name]
    return agreement(pd.DataFrame(case["units_by_coders"]), categories=case["categories"], **options)


def counted(name, **options):
    return agreement(pd.DataFrame(CASES[name]["counts"]), counts=True, **options)


def pairs(table):
    """Return the two ratings of every unit of a square table."""
    size = len(table)
    rows = [(i + 1, j + 1) for i in range(size) for j in range(size) for _ in range(table[i][j])]
    return pd.DataFrame(rows, columns=["a", "b"])


# Quoted


@pytest.mark.parametrize("name", RATED)
@pytest.mark.parametrize("metric", METRICS)
def test_krippendorffs_alpha_is_that_of_every_metric(name, metric):
    """Published (2011): .743 .815 .849 .797; digits: the package krippendorff 0.9.0."""
    found = rated(name, weights=METRICS[metric]).of("krippendorff")
    assert found == pytest.approx(CASES[name]["alpha"][metric], abs=1e-9)
    if "published" in CASES[name]:
        assert found == pytest.approx(CASES[name]["published"][metric], abs=5.1e-4)


@pytest.mark.parametrize("name", RATED)
@pytest.mark.parametrize("weights", ["identity", "linear", "quadratic", "ordinal"])
def test_coefficients_errors_and_intervals_are_those_of_irrcac(name, weights):
    case = CASES[name]
    found = rated(name, weights=weights, draws=0)
    for key, value in case["full_precision"][weights].items():
        assert found.of(FULL.get(key, key)) == pytest.approx(value, abs=1e-9)
    plain = case.get("unweighted_irrCAC") or case["irrCAC_py"]
    table = found.table.set_index("name")
    for key, expected in (plain if weights == "identity" else case["gwet_weights"][weights]).items():
        row = table.loc[PRINTED.get(key, key)]
        assert row["estimate"] == pytest.approx(expected["coef"], abs=1e-5)
        assert row["se"] == pytest.approx(expected["se"], abs=1e-5)
        assert [row["ci_low"], row["ci_high"]] == pytest.approx(expected["ci95_t"], abs=2e-5)
        assert [row["observed"], row["by_chance"]] == pytest.approx([expected["pa"], expected["pe"]], abs=1e-5)


@pytest.mark.parametrize("name", COUNTED)
def test_counts_give_what_ratings_give(name):
    found = counted(name)
    for key, value in CASES[name]["full_precision"].items():
        assert found.of(FULL.get(key, key)) == pytest.approx(value, abs=1e-9)
    assert "conger" not in set(found.table["name"])  # who said what is not known


def test_six_raters_of_gwet_have_the_errors_that_r_prints():
    table = counted("gwet_distrib6raters", draws=0).table.set_index("name")
    for key, expected in CASES["gwet_distrib6raters"]["published_R"].items():
        row = table.loc[PRINTED.get(key, key)]
        assert row["estimate"] == pytest.approx(expected["coef"], abs=1e-6)
        for ours, theirs in (("observed", "pa"), ("by_chance", "pe")):
            assert row[ours] == pytest.approx(expected.get(theirs, row[ours]), abs=1e-6)
        if key != "krippendorff":  # see the next test
            assert row["se"] == pytest.approx(expected["se"], abs=1e-6)
            assert [row["ci_low"], row["ci_high"]] == pytest.approx(expected["ci"], abs=6e-4)


def test_the_error_of_alpha_in_the_readme_of_irrcac_lacks_a_factor_two_that_later_versions_have():
    """The README's .0824 counts the drift of the chance term once; irrCAC itself, in R and Python, counts it twice."""
    counts = np.array(CASES["gwet_distrib6raters"]["counts"])
    (n, _), ratings = counts.shape, counts.sum()
    row = counted("gwet_distrib6raters", draws=0).table.set_index("name").loc["krippendorff"]
    alpha, chance = row["estimate"], row["by_chance"]
    seen = (1 - 1 / ratings) * (counts * (counts - 1)).sum(axis=1) / 30 + 1 / ratings
    drift = counts @ counts.sum(axis=0) / ratings / 6 - chance
    each = (seen - chance - (1 - alpha) * drift) / (1 - chance) - alpha
    printed = CASES["gwet_distrib6raters"]["published_R"]["krippendorff"]["se"]
    assert math.sqrt((each**2).sum() / (n * (n - 1))) == pytest.approx(printed, abs=1e-7)
    assert row["se"] == pytest.approx(0.0811929, abs=1e-7)  # as Fleiss', for all units have six raters


def test_fleiss_of_ten_subjects_and_fourteen_raters_is_point_two_one():
    assert counted("fleiss_wikipedia_10x14").of("fleiss") == pytest.approx(0.210, abs=5e-4)


@pytest.mark.parametrize("name", TABLES)
def test_two_raters_of_a_square_table_are_those_of_irrcac(name):
    """For a table irrCAC divides by n where it divides by n - 1 for ratings."""
    ratings = pairs(CASES[name]["table"])
    n = len(ratings)
    table = agreement(ratings, categories=range(1, len(CASES[name]["table"]) + 1), draws=0).table.set_index("name")
    for key, expected in CASES[name]["irrCAC_py"].items():
        row, (low, high) = table.loc[PRINTED.get(key, key)], np.ravel(expected["ci95"])
        assert row["estimate"] == pytest.approx(expected["coef"], abs=1e-5)
        assert row["se"] * math.sqrt((n - 1) / n) == pytest.approx(np.ravel(expected["se"])[0], abs=1e-5)
        assert row["estimate"] - row["ci_low"] == pytest.approx((high - low) / 2 * math.sqrt(n / (n - 1)), abs=2e-5)


@pytest.mark.parametrize("name", TABLES)
def test_cohens_kappa_and_its_errors_are_those_of_statsmodels_and_r(name):
    case, ratings = CASES[name], pairs(CASES[name]["table"])
    found = {w: cohen_kappa(ratings["a"], ratings["b"], weights=w) for w in ("identity", "linear", "quadratic")}
    expected = case["statsmodels"]
    assert found["identity"].value == pytest.approx(expected["kappa"], abs=1e-9)
    assert found["identity"].se == pytest.approx(expected["ase"], abs=1e-9)
    assert found["identity"].statistic == pytest.approx(expected["kappa"] / expected["ase0"], abs=1e-9)
    for weights in ("linear", "quadratic"):
        assert found[weights].value == pytest.approx(expected[weights], abs=1e-9)
    vcd = case.get("R_vcd", {}) if name == "vcd_sexualfun" else {}
    for key, pair in vcd.items():
        kappa = found["identity" if key == "unweighted" else key]
        assert [kappa.value, kappa.se] == pytest.approx(pair, abs=1e-9)
    low, high = np.ravel(case["irrCAC_py"]["cohen"]["ci95"])
    assert [found["identity"].ci_low, found["identity"].ci_high] == pytest.approx([low, high], abs=1e-5)


def test_cohens_kappa_of_r_vcd_and_psych_is_met():
    ratings = pairs(CASES["cohen_1960"]["table"])
    plain, squared = (cohen_kappa(ratings["a"], ratings["b"], weights=w) for w in ("identity", "quadratic"))
    vcd, psych = CASES["cohen_1960"]["R_vcd"], CASES["cohen_1960"]["R_psych"]
    assert [plain.value, plain.se] == pytest.approx([vcd["kappa"], vcd["ase"]], abs=1e-9)
    assert [plain.se**2, squared.value] == pytest.approx([psych["var"], psych["quadratic"]], abs=1e-9)
    assert round(plain.value, 3) == 0.492  # Cohen (1960), table 1


def test_cohens_kappa_of_two_raters_of_anxiety_is_that_of_irr():
    """irr numbers the categories these two raters used (nobody gave a 5): 6 counts as 5."""
    used = pd.DataFrame(CASES["irr_anxiety"]["units_by_coders"])[[1, 2]].replace(6, 5)
    expected = CASES["irr_anxiety"]["irr_kappa2_cols23"]
    for theirs, weights in (("unweighted", "identity"), ("equal", "linear"), ("squared", "quadratic")):
        found = cohen_kappa(used[1], used[2], weights=weights)
        z = expected["z" if theirs == "unweighted" else f"{theirs}_z"]
        assert found.value == pytest.approx(expected[theirs], abs=1e-7)
        assert found.statistic == pytest.approx(z, abs=1e-6)
    assert cohen_kappa(used[1], used[2]).p_value == pytest.approx(expected["p"], abs=1e-6)


@pytest.mark.parametrize("two", ["12", "13", "23"])
def test_cohens_kappa_of_every_two_raters_is_that_of_psych(two):
    a, b = (pd.DataFrame(CASES["irr_anxiety"]["units_by_coders"])[int(c) - 1] for c in two)
    used = sorted(set(a) | set(b))
    a, b = (x.map({value: place for place, value in enumerate(used)}) for x in (a, b))
    expected = CASES["irr_anxiety"]["psych"][f"anxiety_{two}"]
    plain = cohen_kappa(a, b)
    assert [plain.value, plain.se**2] == pytest.approx([expected["kappa"], expected["var"]], abs=1e-9)
    assert cohen_kappa(a, b, weights="quadratic").value == pytest.approx(expected["quadratic"], abs=1e-9)


def test_high_prevalence_ruins_kappa_and_not_ac1():
    """Gwet (2002): 94.4 % agreement, kappa -.0234, AC1 .9408."""
    found = agreement(pairs(CASES["gwet_paradox_2x2"]["table"]))
    assert [round(found.of(name), 4) for name in ("percent", "cohen", "gwet")] == [0.944, -0.0234, 0.9408]


def test_what_everyone_says_alike_has_no_alpha_but_an_ac1():
    edge = CASES["edge_cases"]["all_same_category"]["expected"]
    assert edge.startswith("alpha, kappa undefined (nan")
    found = agreement(pd.DataFrame([[1, 1]] * 20), categories=[0, 1])
    assert all(math.isnan(found.of(name)) for name in ("krippendorff", "fleiss", "cohen"))
    assert [found.of("percent"), found.of("gwet")] == [1, 1]
    assert [note.code for note in found.notes] == ["agree-constant", "few-people"]
    row = found.table.set_index("name").loc["krippendorff"]
    assert row[["ci_low", "ci_high", "se"]].isna().all()


@pytest.mark.parametrize("ratings", [[[1, None], [None, 2]], [[None, None]], [[1], [2]]])
def test_what_nobody_rated_twice_is_a_note_and_no_crash(ratings):
    found = agreement(pd.DataFrame(ratings, dtype=float), categories=[1, 2])
    assert found.table["estimate"].isna().all()
    assert [note.code for note in found.notes] == ["agree-no-pair"]
    for lang in LANGUAGES:
        with speaking(lang):
            assert str(found)


def test_a_category_nobody_used_lifts_ac1_and_leaves_alpha():
    edge = CASES["edge_cases"]["unused_category_declared"]
    ratings = pd.DataFrame([[1, 1], [1, 1], [2, 2], [1, 2]])
    two, three = (agreement(ratings, categories=range(1, q + 1)) for q in (2, 3))
    assert [two.of("gwet"), three.of("gwet")] == pytest.approx([edge["AC1_q2"], edge["AC1_q3"]], abs=1e-9)
    for name in ("krippendorff", "fleiss", "cohen"):
        assert two.of(name) == pytest.approx(three.of(name), abs=1e-12)
    assert "agree-categories-found" in [note.code for note in agreement(ratings).notes]


# Properties


@pytest.fixture(scope="module")
def ratings():
    """Skills of 40 people at two times, rated 0-4 by two raters; some blanks."""
    rng = np.random.default_rng(5)
    skill = rng.integers(0, 5, 80)
    seen = np.clip(skill[:, None] + rng.integers(-1, 2, (80, 2)), 0, 4).astype(float)
    seen[rng.random((80, 2)) < 0.05] = np.nan
    return pd.DataFrame(seen, columns=["a", "b"]).assign(person=[f"R{i % 40}" for i in range(80)])


def same(one, other, tolerance=1e-12):
    pd.testing.assert_frame_equal(one.table, other.table, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("weights", ["identity", "quadratic", "ranks"])
@pytest.mark.parametrize("person", ["person", None])
def test_the_order_of_rows_and_coders_changes_nothing(ratings, weights, person):
    data = ratings if person else ratings.drop(columns="person")
    options = {"person": person, "weights": weights, "categories": range(5), "draws": 200}
    found = agreement(data, **options)
    same(found, agreement(data.sample(frac=1, random_state=1), **options))
    swapped = agreement(data.rename(columns={"a": "b", "b": "a"})[list(data.columns)], **options).table
    np.testing.assert_allclose(found.table["estimate"], swapped["estimate"], atol=1e-12)


def test_renaming_people_changes_nothing(ratings):
    renamed = ratings.assign(person=ratings["person"].map(lambda name: f"X{hash(name) % 7}{name}"))
    same(*(agreement(data, person="person", categories=range(5), draws=200) for data in (ratings, renamed)))


def test_renaming_categories_changes_nothing_nominal(ratings):
    names = {0: 7, 1: 1, 2: 9, 3: 3, 4: 5}
    plain = agreement(ratings[["a", "b"]], categories=range(5))
    renamed = agreement(ratings[["a", "b"]].replace(names), categories=list(names.values()))
    np.testing.assert_allclose(plain.table["estimate"], renamed.table["estimate"], atol=1e-12)


def test_ratings_and_their_counts_agree(ratings):
    table = ratings[["a", "b"]]
    counts = pd.DataFrame({k: (table == k).sum(axis=1) for k in range(5)})
    for weights in ("identity", "linear", "ranks", "radical", "ordinal"):
        one = agreement(table, categories=range(5), weights=weights, draws=0).table.set_index("name").drop("cohen")
        other = agreement(counts, counts=True, weights=weights, draws=0).table.set_index("name")
        pd.testing.assert_frame_equal(one, other, rtol=1e-12)


def test_units_given_twice_change_only_the_small_sample_terms(ratings):
    table = ratings[["a", "b"]]
    once, twice = (agreement(data, categories=range(5)) for data in (table, pd.concat([table, table])))
    for name in ("percent", "cohen", "fleiss", "gwet", "brennan_prediger"):
        assert once.of(name) == pytest.approx(twice.of(name), abs=1e-12)
    se = [found.table["se"].iloc[1] for found in (once, twice)]
    assert se[1] == pytest.approx(se[0] / math.sqrt(2), rel=0.02)


def test_people_asked_twice_widen_the_interval_against_rows_taken_for_people():
    rng = np.random.default_rng(3)
    agree = np.repeat(rng.random(40) < 0.7, 5)
    a = rng.integers(0, 2, 200)
    data = pd.DataFrame({"a": a, "b": np.where(agree, a, 1 - a), "p": np.repeat(np.arange(40), 5)})
    by_person = agreement(data, person="p", categories=[0, 1]).table.set_index("name").loc["krippendorff"]
    by_row = agreement(data[["a", "b"]], categories=[0, 1]).table.set_index("name").loc["krippendorff"]
    assert by_person["estimate"] == by_row["estimate"]
    assert by_person["ci_high"] - by_person["ci_low"] > 1.7 * (by_row["ci_high"] - by_row["ci_low"])


def test_two_coders_who_never_differed_get_no_lower_limit_of_one():
    data = pd.DataFrame({"a": [1] * 4 + [0] * 36, "b": [1] * 4 + [0] * 36})
    row = agreement(data, categories=[0, 1]).table.set_index("name").loc["krippendorff"]
    assert row["estimate"] == 1
    assert 0.3 < row["ci_low"] < 0.8


def test_many_categories_are_not_drowned_by_what_did_not_occur():
    rng = np.random.default_rng(1)
    data = pd.DataFrame(rng.integers(0, 101, (60, 2)), columns=["a", "b"])
    row = agreement(data, categories=range(101), weights="quadratic").table.set_index("name").loc["krippendorff"]
    assert row["ci_low"] < row["estimate"] < row["ci_high"] < 0.5


def test_the_same_seed_gives_the_same_limits(ratings):
    first, again, other = (agreement(ratings, person="person", draws=200, seed=seed) for seed in (1, 1, 2))
    same(first, again, 0)
    assert (first.table["ci_low"] != other.table["ci_low"]).all()


# Codes


def codings(people=60, *, waves=1, wrong=0.05, seed=0, coders="AB", codes=None):
    """Return codings of invented answers, in each of which coders are wrong with a known chance."""
    rng = np.random.default_rng(seed)
    codes = codes or {"hope": ["H1", "H2"], "worry": ["K1", "K2", "K3"]}
    rows = []
    for person in range(people):
        for wave in range(waves):
            for section, own in codes.items():
                for code in own:
                    true = rng.random() < 0.3
                    for coder in coders:
                        said = int(true != (rng.random() < wrong))
                        rows.append((f"{person}.{wave}.{section}", f"R{person}", wave, section, coder, code, said))
    return pd.DataFrame(rows, columns=["answer", "person", "wave", "section", "coder", "code", "value"])


def test_each_code_is_what_the_general_engine_says_of_its_own_answers():
    data = codings(coders="ABC", waves=2)
    data = data[np.random.default_rng(1).random(len(data)) > 0.2]  # not all coders read all answers
    found = code_agreement(data, draws=100).codes
    for code, rows in data.groupby("code"):
        wide = rows.pivot_table(index="answer", columns="coder", values="value")
        own = agreement(wide, categories=[0, 1], draws=0)
        assert found.loc[code, "estimate"] == pytest.approx(own.of("krippendorff"), abs=1e-12)
        assert found.loc[code, "percent"] == pytest.approx(own.of("percent"), abs=1e-12)
        assert found.loc[code, "gwet"] == pytest.approx(own.of("gwet"), abs=1e-12)
        assert found.loc[code, "n"] == own.table["n"].iloc[0]


def test_the_limits_of_one_code_are_those_of_the_general_engine():
    data = codings(codes={"hope": ["H1"]}, people=300)
    found = code_agreement(data, draws=20_000).codes.loc["H1"]
    wide = data.pivot_table(index="answer", columns="coder", values="value")
    own = agreement(wide, categories=[0, 1], draws=20_000, seed=2).table.set_index("name").loc["krippendorff"]
    assert [found["ci_low"], found["ci_high"]] == pytest.approx([own["ci_low"], own["ci_high"]], abs=0.005)


def test_the_pool_is_one_minus_disagreement_over_that_expected_and_names_the_worst():
    data = codings()
    found = code_agreement(data, draws=100)
    parts = []
    for _, rows in data.groupby("code"):
        wide = rows.pivot_table(index="answer", columns="coder", values="value")
        ones, n = wide.to_numpy().sum(), wide.size
        parts.append(((wide["A"] != wide["B"]).mean(), 2 * ones * (n - ones) / (n * (n - 1))))
    observed, expected = np.array(parts).sum(axis=0)
    assert found.pooled["estimate"] == pytest.approx(1 - observed / expected, abs=1e-12)
    assert found.pooled["worst"] == found.codes["estimate"].idxmin()
    assert found.pooled["below"] == (found.codes["estimate"] < 0.667).sum()
    assert list(found.table["about"]) == ["code"] * 5 + ["section"] * 2 + ["all"]
    worry = found.table[(found.table["about"] == "section") & (found.table["section"] == "worry")].iloc[0]
    assert worry["worst"] == found.codes.loc[["K1", "K2", "K3"], "estimate"].idxmin()


def test_a_pool_of_one_code_is_that_code():
    table = code_agreement(codings(codes={"hope": ["H1"]}), draws=200).table
    ends = table[["estimate", "ci_low", "ci_high", "reading", "n", "people"]]
    assert (ends.iloc[0] == ends.iloc[1]).all()
    assert (ends.iloc[0] == ends.iloc[2]).all()


def test_halves_added_to_many_codes_do_not_pull_their_pool_down():
    many = codings(people=80, codes={"hope": [f"H{i}" for i in range(30)]}, seed=2)
    row = code_agreement(many).pooled
    assert 0.3 < (row["estimate"] - row["ci_low"]) / (row["ci_high"] - row["ci_low"]) < 0.7


def test_a_code_nobody_varied_on_is_a_note_and_in_no_pool():
    data = codings()
    data.loc[data["code"] == "K3", "value"] = 0
    found, without = (code_agreement(rows, draws=200) for rows in (data, data[data["code"] != "K3"]))
    assert found.codes.loc["K3", ["estimate", "ci_low", "ci_high"]].isna().all()
    assert found.codes.loc["K3", "percent"] == 1
    assert found.codes.loc["K3", "reading"] == "none"
    assert [(note.code, note.columns) for note in found.notes] == [("agree-codes-constant", ("K3",))]
    assert found.pooled["estimate"] == pytest.approx(without.pooled["estimate"], abs=1e-12)


def test_rows_coders_and_people_may_stand_in_any_order_and_have_any_name():
    data = codings(waves=2, coders="ABC")
    found = code_agreement(data, draws=200)
    shuffled = data.sample(frac=1, random_state=3)
    shuffled["coder"] = shuffled["coder"].map({"A": "z", "B": "y", "C": "x"})
    shuffled["person"] = "p" + shuffled["person"]
    same(found, code_agreement(shuffled, draws=200))


def test_saying_no_for_yes_throughout_leaves_every_alpha():
    data = codings()
    turned = data.assign(value=1 - data["value"])
    one, other = (code_agreement(rows, draws=100).codes for rows in (data, turned))
    np.testing.assert_allclose(one["estimate"], other["estimate"], atol=1e-12)


def test_an_answer_read_by_one_coder_changes_nothing_but_the_note():
    data = codings()
    more = codings(people=5, coders="A", seed=9)
    more["answer"], more["person"] = "x" + more["answer"], "x" + more["person"]
    found, plus = (code_agreement(rows, draws=200) for rows in (data, pd.concat([data, more])))
    same_columns = ["estimate", "ci_low", "ci_high", "percent", "n", "people", "applies"]
    pd.testing.assert_frame_equal(found.table[same_columns], plus.table[same_columns])
    assert [(note.code, dict(note.params)) for note in plus.notes] == [("agree-read-once", {"answers": 10})]


def test_one_coder_is_a_note_and_no_crash():
    found = code_agreement(codings(coders="A"))
    assert found.table["estimate"].isna().all()
    assert [note.code for note in found.notes][:2] == ["agree-codes-no-pair", "agree-read-once"]


def test_a_single_person_has_estimates_and_no_interval():
    found = code_agreement(codings(people=1, waves=30))
    assert found.codes["estimate"].notna().all()
    assert found.table[["ci_low", "ci_high"]].isna().all(axis=None)
    assert [note.code for note in found.notes] == ["few-people"]


def test_waves_of_one_person_are_one_person():
    once = codings(people=40, wrong=0.15)
    copies = [once.assign(answer=once["answer"] + str(i)) for i in range(4)]
    as_people = pd.concat([copy.assign(person=copy["person"] + str(i)) for i, copy in enumerate(copies)])
    width = {}
    for name, rows in (("waves", pd.concat(copies)), ("people", as_people)):
        row = code_agreement(rows).pooled
        width[name] = row["ci_high"] - row["ci_low"]
    assert width["waves"] > 1.6 * width["people"]


def test_the_reading_is_of_the_lower_limit():
    assert [reading(low) for low in (0.80, 0.79, 0.667, 0.66, math.nan)] == [
        "firm", "tentative", "tentative", "weak", "none",
    ]  # fmt: skip
    found = code_agreement(codings(people=400, wrong=0.02))
    assert (found.table["reading"] == [reading(low) for low in found.table["ci_low"]]).all()


def test_sentences_are_said_in_both_languages(ratings):
    of_codes = code_agreement(codings(people=300))
    of_skills = agreement(ratings, person="person", weights="quadratic", categories=range(5))
    said = {}
    for lang in LANGUAGES:
        with speaking(lang):
            said[lang] = (str(of_codes), str(of_skills), of_codes._repr_html_(), of_skills._repr_html_())
    assert "Paling lemah: " in said["id"][0]
    assert "Weakest: " in said["en"][0]
    assert f"alpha {of_codes.pooled['estimate']:.2f}" in said["en"][0]
    assert "40 people" in said["en"][1]
    assert "40 orang" in said["id"][1]
    assert all("<table" in html for pair in said.values() for html in pair[2:])
    assert "Worries" in said["en"][2]
    assert "Kekhawatiran" in said["id"][2]


def test_codings_that_cannot_be_counted_are_refused():
    data = codings(people=3)
    wrong = {
        "columns-absent": data.drop(columns="coder"),
        "agree-no-codings": data.iloc[:0],
        "agree-not-zero-one": data.assign(value=2),
        "agree-coded-twice": pd.concat([data, data.iloc[:1]]),
        "agree-answer-of-two": data.assign(answer="x"),
        "blank-in-column": data.assign(person=None),
    }
    for code, table in wrong.items():
        with pytest.raises(DataError) as caught:
            code_agreement(table)
        assert caught.value.code == code
