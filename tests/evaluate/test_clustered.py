"""Clustered models against R: lme4, lmerTest, pbkrtest, clubSandwich, metafor."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from reintegra.evaluate import (
    cluster_robust,
    compare_site_means,
    mixed_model,
    site_sums,
    site_table,
    wild_bootstrap,
)

REFERENCE = Path(__file__).parent.parent / "reference"
R = json.loads((REFERENCE / "evaluate.json").read_text("utf-8"))
MIXED = json.loads((REFERENCE / "mixed.json").read_text("utf-8"))
TERMS = ["pre", "age", "programme"]
LAYOUTS = ["within_sites", "between_sites"]


def data(name):
    return pd.read_csv(REFERENCE / "data" / f"{name}.csv")


def sums(frame, terms=TERMS, outcome="post", **options):
    return site_sums(frame, outcome=outcome, terms=terms, site="site", **options)


def close(table, expected, keys, tolerances):
    """Hold columns of a table against those of R, row by row."""
    for (ours, theirs), tolerance in zip(keys.items(), tolerances, strict=True):
        np.testing.assert_allclose(table[ours], [row[theirs] for row in expected], rtol=tolerance, err_msg=ours)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("df", ["satterthwaite", "kenward_roger"])
def test_a_random_intercept_is_that_of_lmer(layout, df):
    """R: lmer(post ~ pre + age + programme + (1 | site)), summary(ddf = "Satterthwaite" | "Kenward-Roger")."""
    model = mixed_model(sums(data(layout)), df=df)
    keys = {"estimate": "Estimate", "se": "Std. Error", "df": "df"}
    close(model.table, [R[layout][df][k] for k in ["(Intercept)", *TERMS]], keys, (1e-6, 1e-6, 1e-5))
    assert model.criterion == pytest.approx(R[layout]["reml_criterion"], rel=1e-8)
    assert model.theta[0] == pytest.approx(R[layout]["theta"], rel=1e-6)
    assert model.residual == pytest.approx(R[layout]["var_resid"], rel=1e-6)
    assert model.between[0, 0] == pytest.approx(R[layout]["var_site"], rel=1e-6)


def case(name):
    """Return the data and model of one case of tests/reference/mixed.R."""
    w, b, t = data("within_sites"), data("between_sites"), data("three_programmes")
    w["flat"] = w["post"] - w.groupby("site")["post"].transform("mean") + w["post"].mean()
    w["one"] = w["post"].where(w["programme"] == 1, w["flat"])
    w["weight"] = 1 + np.arange(1, len(w) + 1) % 4
    rows = np.r_[0:15, 15, 65, 92, 133:185, 200:230]
    return {
        "slope": lambda: (sums(w), ["programme"]),
        "slope_of_pre": lambda: (sums(w), ["pre"]),
        "three": lambda: (sums(t, ["pre", "programme"]), []),
        "nothing_between": lambda: (sums(w, outcome="flat"), []),
        "slope_at_limit": lambda: (sums(w, outcome="one"), ["programme"]),
        "weighted": lambda: (sums(w, weights="weight"), []),
        "one_person_sites": lambda: (sums(b.iloc[rows], ["pre", "programme"]), []),
    }[name]()


@pytest.mark.parametrize("name", [name for name, value in MIXED.items() if isinstance(value, dict)])
def test_varying_slopes_limits_and_weights_are_those_of_lmer(name):
    """tests/reference/mixed.R; lmer's optimiser stops at 1e-6 of the coefficients where the criterion is flat."""
    expected = MIXED[name]
    made, varying = case(name)
    for df in ("satterthwaite", "kenward_roger"):
        if df in expected:
            model = mixed_model(made, varying=varying, df=df)
            assert model.criterion <= expected["criterion"] * (1 + 1e-10)
            assert model.criterion == pytest.approx(expected["criterion"], rel=1e-8)
            rows = [dict(zip(("b", "se", "df"), row[:3], strict=True)) for row in expected[df]]
            close(model.table, rows, {"estimate": "b", "se": "se", "df": "df"}, (1e-6, 1e-6, 1e-5))
            np.testing.assert_allclose(model.theta, np.atleast_1d(expected["theta"]), atol=1e-5)
    at_limit = name in ("slope_of_pre", "nothing_between", "slope_at_limit")
    assert ["variance-at-limit"] * at_limit == [note.code for note in model.notes]


CLUB = {"estimate": "beta", "se": "SE", "df": "df_Satt", "p_value": "p_Satt"}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("kind", ["CR0", "CR1", "CR2", "CR3"])
def test_cluster_robust_errors_are_those_of_clubsandwich(layout, kind):
    """R: coef_test(lm(post ~ pre + age + programme), vcov = kind, cluster = site, test = "Satterthwaite")."""
    table = cluster_robust(sums(data(layout)), kind=kind).table
    close(table, [R[layout][f"ols_{kind}"][k] for k in ["(Intercept)", *TERMS]], CLUB, [1e-9] * 4)


@pytest.mark.parametrize("kind", ["CR0", "CR1", "CR2"])
def test_site_effects_are_those_of_clubsandwich(kind):
    """R: coef_test(lm(post ~ pre + age + programme + factor(site)), ...)."""
    table = cluster_robust(sums(data("within_sites")), kind=kind, site_effects=True).table
    close(table, [R["within_sites"][f"site_fixed_{kind}"][k] for k in TERMS], CLUB, [1e-9] * 4)


def test_cr3_with_site_effects_is_the_jackknife_over_sites():
    """R: lm without one site at a time, about the full estimate."""
    table = cluster_robust(sums(data("within_sites")), kind="CR3", site_effects=True).table
    expected = R["within_sites"]["site_fixed_jackknife_se"]
    np.testing.assert_allclose(table["se"], [expected[k] for k in TERMS], rtol=1e-9)


def test_the_wild_bootstrap_is_the_full_enumeration():
    """R: every one of the 2^G Rademacher signs, null imposed."""
    for layout in LAYOUTS:
        test = wild_bootstrap(sums(data(layout)))
        assert test.row["statistic"] == pytest.approx(R[layout]["wild_cluster"]["t"], rel=1e-9)
        assert test.row["p_value"] == R[layout]["wild_cluster"]["p"]
        assert test.draws == R[layout]["wild_cluster"]["draws"]
    test = wild_bootstrap(sums(data("within_sites")), site_effects=True)
    expected = R["within_sites"]["wild_cluster_site_fixed"]
    assert (test.row["statistic"], test.row["p_value"]) == (pytest.approx(expected["t"], rel=1e-9), expected["p"])
    assert test.smallest_p == 2 / 256


def test_the_wild_bootstrap_draws_beyond_twelve_sites():
    frame = data("between_sites")
    frame["site"] += (np.arange(len(frame)) % 2).astype(str)
    first, again = (wild_bootstrap(sums(frame), draws=999) for _ in range(2))
    assert first.draws == 999
    assert first.row["p_value"] == again.row["p_value"]
    assert first.row["p_value"] == pytest.approx(wild_bootstrap(sums(frame), seed=3).row["p_value"], abs=0.06)


def test_means_of_sites_are_those_of_clubsandwich_and_metafor():
    """R: lm(adjusted ~ programme, weights) with CR2 (inverse_var = TRUE); rma(..., test = "knha"); combn."""
    found = compare_site_means(sums(data("between_sites")), programme="programme")
    expected = R["between_sites"]["adjusted_site_means_CR2"]
    close(found.table, [expected], {"estimate": "b", "se": "se", "df": "df", "p_value": "p"}, (1e-7, 1e-7, 1e-7, 1e-7))
    expected = R["between_sites"]["adjusted_site_means_knapp_hartung"]
    close(found.knapp_hartung, [expected], {"estimate": "b", "se": "se", "df": "df", "p_value": "p"}, [1e-7] * 4)
    assert found.tau2 == pytest.approx(expected["tau2"], rel=1e-7)
    assert list(found.knapp_hartung.loc[0, ["ci_low", "ci_high"]]) == pytest.approx(expected["ci"], rel=1e-7)
    expected = R["between_sites"]["adjusted_site_means"]
    np.testing.assert_allclose(found.sites["adjusted"], [site["adjusted"] for site in expected["sites"]], rtol=1e-9)
    dealt = found.permutation.loc[0]
    assert dealt["estimate"] == pytest.approx(expected["difference"], rel=1e-9)
    assert dealt["p_value"] == pytest.approx(expected["permutation_p"], rel=1e-9)
    assert (dealt["draws"], dealt["smallest_p"]) == (252, 2 / 252)


def test_one_site_at_a_time_is_lm_in_that_site():
    """R: lm(post ~ pre + age + programme) in each site."""
    expected = R["within_sites"]["two_stage"]["sites"]
    table = site_table(sums(data("within_sites")), term="programme")
    np.testing.assert_allclose(table["estimate"], [site["effect"] for site in expected], rtol=1e-9)
    np.testing.assert_allclose(table["se"] ** 2, [site["variance"] for site in expected], rtol=1e-9)
    assert list(table["n"]) == [site["n"] for site in expected]
