"""What no table can say of the clustered models: order, splits, units, weights, and what is refused."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import reintegra as rg
from reintegra.core.language import speaking
from reintegra.evaluate import (
    cluster_contrasts,
    cluster_robust,
    compare_site_means,
    holm,
    mixed_model,
    site_sums,
    site_table,
    wild_bootstrap,
)

TERMS = ["pre", "age", "programme"]


def data(name):
    return pd.read_csv(Path(__file__).parent.parent / "reference" / "data" / f"{name}.csv")


def sums(frame, terms=TERMS, outcome="post", **options):
    return site_sums(frame, outcome=outcome, terms=terms, site="site", **options)


def results(made):
    """Return every number the clustered methods give, in one row."""
    tables = [
        mixed_model(made).table,
        mixed_model(made, varying=["programme"], df="satterthwaite").table,
        cluster_robust(made).table,
        cluster_robust(made, kind="CR3", site_effects=True).table,
        wild_bootstrap(made).table,
    ]
    columns = ["estimate", "se", "df", "statistic", "p_value", "ci_low", "ci_high", "n"]
    return np.concatenate([table[columns].to_numpy(dtype=float).ravel() for table in tables])


@pytest.fixture(scope="module")
def within():
    return data("within_sites")


@pytest.fixture(scope="module")
def told(within):
    return results(sums(within))


def test_the_order_of_rows_changes_nothing(within, told):
    np.testing.assert_allclose(results(sums(within.sample(frac=1, random_state=1))), told, rtol=1e-6)


def test_sums_of_pieces_add_up_to_those_of_the_whole(within, told):
    cut = [within.iloc[:1], within.iloc[1:100], within.iloc[100:103], within.iloc[103:]]
    added = sum((sums(piece) for piece in cut[1:]), start=sums(cut[0]))
    whole = sums(within)
    assert added.sites == whole.sites
    np.testing.assert_allclose(added.products, whole.products, rtol=1e-11, atol=1e-9)
    np.testing.assert_allclose(results(added), told, rtol=1e-6)


def test_pieces_that_lack_a_programme_add_up_where_its_levels_are_declared():
    three = data("three_programmes")
    levels = {"programme": ["A", "B", "C"]}
    pieces = [sums(part, ["pre", "programme"], levels=levels) for _, part in three.groupby("programme")]
    whole = cluster_robust(sums(three, ["pre", "programme"]), site_effects=True).table
    added = cluster_robust(pieces[0] + pieces[1] + pieces[2], site_effects=True).table
    np.testing.assert_allclose(added["se"], whole["se"], rtol=1e-9)
    assert list(whole["name"]) == ["pre", "programme[B]", "programme[C]"]


def test_other_names_of_sites_change_nothing(within, told):
    renamed = within.assign(site=within["site"].map(lambda name: f"{9 - int(name[1:])}"))
    np.testing.assert_allclose(results(sums(renamed)), told, rtol=1e-6)


def test_a_shift_of_the_outcome_moves_only_the_constant(within, told):
    shifted = results(sums(within.assign(post=within["post"] + 1e6)))
    table = cluster_robust(sums(within.assign(post=within["post"] + 1e6))).table
    assert table["estimate"][0] - 1e6 == pytest.approx(cluster_robust(sums(within)).table["estimate"][0], rel=1e-6)
    width = 8
    apart = np.ones(len(told), dtype=bool)
    for row in (0, 4, 8):  # the constants of the first three models
        apart[row * width : (row + 1) * width] = False
    np.testing.assert_allclose(shifted[apart], told[apart], rtol=1e-5)


def test_another_unit_of_the_outcome_changes_no_df_and_no_p(within):
    first, scaled = (mixed_model(sums(within.assign(post=within["post"] * factor))).table for factor in (1, 1000))
    np.testing.assert_allclose(scaled["estimate"], 1000 * first["estimate"], rtol=1e-8)
    np.testing.assert_allclose(scaled[["df", "p_value"]], first[["df", "p_value"]], rtol=1e-6)


def test_a_row_that_counts_twice_is_two_rows(within):
    counted = within.assign(times=1 + np.arange(len(within)) % 3)
    doubled = within.loc[within.index.repeat(counted["times"])]
    np.testing.assert_allclose(results(sums(counted, counts="times")), results(sums(doubled)), rtol=1e-6)


def test_weights_of_one_size_change_nothing_but_their_share_of_the_criterion(within, told):
    weighted = sums(within.assign(w=2.5), weights="w")
    np.testing.assert_allclose(results(weighted), told, rtol=1e-6)


def test_a_site_of_one_person_is_counted_as_a_site(within):
    lonely = pd.concat([within, within.iloc[:1].assign(site="S99")])
    made = sums(lonely)
    assert (len(made), made.n) == (9, 282)
    with_effects = cluster_robust(made, site_effects=True).table
    np.testing.assert_allclose(
        with_effects["estimate"], cluster_robust(sums(within), site_effects=True).table["estimate"]
    )
    assert np.isfinite(mixed_model(made).table["df"]).all()
    assert site_table(made, term="programme")["estimate"].isna().tolist() == [False] * 8 + [True]


def test_a_site_with_one_programme_tells_nothing_of_the_programme_within_sites(within):
    alone = within.drop(index=within.index[(within["site"] == "S03") & (within["programme"] == 1)])
    table = site_table(sums(alone), term="programme").set_index("name")
    assert np.isnan(table.loc["S03", "estimate"])
    found = cluster_robust(sums(alone, ["programme"]), site_effects=True)
    without = cluster_robust(sums(alone[alone["site"] != "S03"], ["programme"]), site_effects=True)
    np.testing.assert_allclose(found.table["se"], without.table["se"], rtol=1e-10)


def test_an_effect_that_one_site_decides_gets_no_standard_error(within):
    one = within.assign(programme=within["programme"].where(within["site"] == "S02", 0))
    found = cluster_robust(sums(one), site_effects=True)
    assert np.isnan(found.row["se"])
    assert np.isfinite(found.table["se"][:2]).all()
    assert [note.code for note in found.notes] == ["one-site-decides"]
    assert found.notes[0].columns == ("programme",)
    assert np.isnan(wild_bootstrap(sums(one), site_effects=True).row["p_value"])


def test_blanks_are_left_out_and_counted(within):
    holes = within.astype({"age": float})
    holes.loc[[3, 5], "age"] = np.nan
    holes.loc[7, "post"] = np.nan
    found = cluster_robust(sums(holes))
    assert found.row["n"] == len(within) - 3
    with speaking("en"):
        assert "3 people" in found.notes[0].text
    np.testing.assert_allclose(found.table["se"], cluster_robust(sums(within.drop(index=[3, 5, 7]))).table["se"])


def test_a_rank_deficient_model_is_refused_with_its_columns(within):
    doubled = within.assign(months=12 * within["age"])
    for call in (mixed_model, cluster_robust):
        with pytest.raises(rg.DesignError) as caught:
            call(sums(doubled, [*TERMS, "months"]))
        assert "months" in str(caught.value)
    with pytest.raises(rg.DesignError) as caught:
        cluster_robust(sums(data("between_sites")), site_effects=True)
    assert caught.value.code == "constant-within-sites"
    assert "programme" in str(caught.value)


def test_the_table_is_shown_rounded_and_in_words(within):
    found = cluster_robust(sums(within), site_effects=True)
    shown = found.shown()
    assert shown.iloc[-1].tolist() == ["programme", "3,35", "-0,32", "7,02", "1,54", "6,8", "= 0,068", 281]
    with speaking("en"):
        assert "<td>3.35</td>" in found._repr_html_()
        assert list(found.shown().columns)[:2] == ["Compared", "Estimate"]


def test_the_sentence_says_the_row_in_both_languages(within):
    found = cluster_robust(sums(within), site_effects=True)
    assert (
        str(found)
        == "programme: 3,35 (95 %: -0,32 sampai 7,02; p = 0,068; n = 281; di dalam unit, galat per unit CR2)."
    )
    with speaking("en"):
        assert str(found).startswith("programme: 3.35 (95 %: -0.32 to 7.02; p = 0.068; n = 281; within sites")
        assert "smallest possible p is 0.008" in str(wild_bootstrap(sums(within)))


def test_sites_of_one_size_have_their_exact_df():
    """Balanced sites of one programme each: both df are sites - 2, as in the analysis of site means."""
    rng = np.random.default_rng(2)
    for count in (4, 6, 10):
        site = np.repeat(np.arange(count), 8)
        frame = pd.DataFrame({"site": site, "programme": site % 2})
        frame["post"] = rng.normal(size=len(site)) + 2 * rng.normal(size=count)[site]
        for df in ("kenward_roger", "satterthwaite"):
            row = mixed_model(sums(frame, ["programme"]), df=df).row
            means = frame.groupby("site").mean()
            expected = stats.ttest_ind(*(means.loc[means["programme"] == p, "post"] for p in (1, 0)))
            assert row["df"] == pytest.approx(count - 2, rel=1e-6)
            assert row["p_value"] == pytest.approx(expected.pvalue, rel=1e-6)


def root(matrix):
    """Return the pseudo-inverse of the square root of a symmetric matrix."""
    values, vectors = np.linalg.eigh(matrix)
    return vectors @ np.diag([v**-0.5 if v > 1e-9 else 0.0 for v in values]) @ vectors.T


@pytest.mark.parametrize("site_effects", [False, True])
def test_small_matrices_do_what_hat_matrices_would(within, site_effects):
    """CR2 and its df with a row for every person, weights and all: Pustejovsky & Tipton (2018), eq. 6 and 11."""
    frame = within.iloc[::4].assign(w=lambda f: 1 + np.arange(len(f)) % 3)
    site = frame["site"].to_numpy()
    names = sorted(set(site))
    constant = [site == name for name in names] if site_effects else [np.ones(len(frame))]
    half = np.sqrt(frame["w"].to_numpy())[:, None]
    x = half * np.column_stack([frame[TERMS].to_numpy(float), *constant])
    y = half[:, 0] * frame["post"].to_numpy()
    bread = np.linalg.inv(x.T @ x)
    left = np.eye(len(x)) - x @ bread @ x.T
    pulls = []
    for name in names:
        own = site == name
        pull = np.zeros(len(x))
        pull[own] = root(left[np.ix_(own, own)]) @ x[own] @ bread[2]
        pulls.append(left @ pull)
    se = np.sqrt(sum((pull @ y) ** 2 for pull in pulls))
    products = np.array(pulls) @ np.array(pulls).T
    df = np.trace(products) ** 2 / (products**2).sum()
    row = cluster_robust(sums(frame, weights="w"), site_effects=site_effects).row
    assert [row["se"], row["df"]] == pytest.approx([se, df], rel=1e-9)


def test_the_criterion_is_the_restricted_likelihood_of_all_rows(within):
    """-2 log REML with the covariance of every pair of people written out: Harville (1977)."""
    frame = within.iloc[::5].assign(w=lambda f: 1 + np.arange(len(f)) % 3)
    model = mixed_model(sums(frame, weights="w"), varying=["programme"])
    site = frame["site"].to_numpy()
    z = np.column_stack([np.ones(len(frame)), frame["programme"]])
    v = (site[:, None] == site) * (z @ model.between @ z.T) + np.diag(model.residual / frame["w"].to_numpy())
    x = np.column_stack([np.ones(len(frame)), frame[TERMS]])
    inverse = np.linalg.inv(v)
    residual = frame["post"].to_numpy() - x @ model.table["estimate"].to_numpy()
    dets = np.linalg.slogdet(v)[1] + np.linalg.slogdet(x.T @ inverse @ x)[1]
    expected = dets + residual @ inverse @ residual + (len(x) - 4) * np.log(2 * np.pi)
    assert model.criterion == pytest.approx(expected, rel=1e-9)
    np.testing.assert_allclose(np.linalg.inv(x.T @ inverse @ x) @ x.T @ inverse @ residual, 0, atol=1e-8)


def test_too_few_sites_get_no_numbers():
    """One site an arm: the sites cannot tell how much sites differ."""
    frame = data("between_sites")
    two = frame[frame["site"].isin(["S01", "S02"])]
    with pytest.raises(rg.DesignError) as caught:
        mixed_model(sums(two))
    assert caught.value.code == "too-few-sites"
    assert np.isnan(cluster_robust(sums(two)).row["se"])
    with pytest.raises(rg.DesignError) as caught:
        compare_site_means(sums(frame[frame["site"].isin(["S01", "S02", "S03"])]), programme="programme")
    assert caught.value.code == "one-site-arm"


def test_three_programmes_of_three_sites_each_are_compared_in_pairs():
    frame = data("between_sites")
    frame["programme"] = frame["site"].map(lambda name: "CAB"[int(name[1:]) % 3])
    found = compare_site_means(sums(frame), programme="programme")
    assert list(found.table["name"]) == list(found.permutation["name"]) == ["B - A", "C - A", "C - B"]
    assert list(found.knapp_hartung["df"]) == [7, 7, 7]
    assert (found.table["df"] < 7).all()
    means = {
        name: np.average(part["adjusted"], weights=part["weight"]) for name, part in found.sites.groupby("programme")
    }
    expected = [means["B"] - means["A"], means["C"] - means["A"], means["C"] - means["B"]]
    np.testing.assert_allclose(found.table["estimate"], expected, rtol=1e-9)
    turned = compare_site_means(sums(frame, levels={"programme": ["C", "B", "A"]}), programme="programme").table
    np.testing.assert_allclose(turned["se"][::-1], found.table["se"], rtol=1e-9)
    np.testing.assert_allclose(turned["df"][::-1], found.table["df"], rtol=1e-9)


def test_site_means_need_no_covariates():
    frame = data("between_sites")
    found = compare_site_means(sums(frame, ["programme"]), programme="programme")
    np.testing.assert_allclose(found.sites["adjusted"], frame.groupby("site")["post"].mean(), rtol=1e-12)


def test_pairs_of_programmes_are_the_same_whichever_is_the_reference():
    frame = data("three_programmes")
    terms = ["pre", "programme"]
    first = cluster_contrasts(sums(frame, terms), programme="programme", adjust="none").table.set_index("name")
    rows = cluster_robust(sums(frame, terms), site_effects=True).table.set_index("name")
    assert list(first.index) == ["B - A", "C - A", "C - B"]
    columns = ["estimate", "se", "df", "p_value"]
    np.testing.assert_allclose(first.loc["C - A", columns].to_list(), rows.loc["programme[C]", columns].to_list())
    other = sums(frame, terms, levels={"programme": ["B", "C", "A"]})
    again = cluster_robust(other, site_effects=True).table.set_index("name")
    np.testing.assert_allclose(first.loc["C - B", columns].to_list(), again.loc["programme[C]", columns].to_list())
    one = cluster_contrasts(sums(frame, terms), programme="programme", against="C")
    assert list(one.table["name"]) == ["A - C", "B - C"]
    plain = cluster_contrasts(sums(frame, terms), programme="programme", against="C", adjust="none").table["p_value"]
    np.testing.assert_allclose(one.table["p_value"], holm(plain))


def test_pieces_with_another_reference_are_not_added():
    frame = data("three_programmes")
    first = sums(frame, ["programme"], levels={"programme": ["A", "B", "C"]})
    other = sums(frame.replace("A", "Z"), ["programme"], levels={"programme": ["Z", "B", "C"]})
    with pytest.raises(rg.DataError, match="Z"):
        first + other


@pytest.mark.parametrize("factor", [1e-6, 1e6])
def test_units_far_from_one_change_nothing_but_the_unit(within, factor):
    scaled = within.assign(post=within["post"] * factor, pre=within["pre"] / factor)
    for fit in (
        lambda made: mixed_model(made, varying=["programme"]),
        lambda made: cluster_robust(made, site_effects=True),
    ):
        first, again = fit(sums(within)).row, fit(sums(scaled)).row
        assert again["estimate"] == pytest.approx(factor * first["estimate"], rel=1e-6)
        assert [again["df"], again["p_value"]] == pytest.approx([first["df"], first["p_value"]], rel=1e-5)


@pytest.mark.parametrize(
    "kind",
    [
        lambda column: column == 1,
        lambda column: (column == 1).astype("boolean"),
        lambda column: column.astype("Int64"),
        lambda column: column.astype(object),
        lambda column: column.map({0: "a", 1: "b"}),
        lambda column: pd.Categorical.from_codes(column, ["b", "a"]),
    ],
)
def test_a_programme_may_be_kept_in_any_type_of_column(within, kind):
    found = cluster_robust(sums(within.assign(programme=kind(within["programme"]))))
    assert found.row["estimate"] == pytest.approx(cluster_robust(sums(within)).row["estimate"], rel=1e-9)


def test_a_term_of_one_level_is_not_dropped_in_silence(within):
    with pytest.raises(rg.DesignError, match="programme"):
        sums(within.assign(programme="A"))


def test_the_order_of_declared_levels_is_kept(within):
    frame = within.assign(programme=within["programme"].map({0: "kelas", 1: "bengkel"}))
    turned = cluster_robust(sums(frame, levels={"programme": ["kelas", "bengkel"]})).row
    assert turned.name == "programme[bengkel]"
    assert turned["estimate"] == pytest.approx(-cluster_robust(sums(frame)).row["estimate"], rel=1e-9)
