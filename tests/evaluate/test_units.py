"""Units side by side: the limits of Spiegelhalter's funnel, metafor's shrunken estimates, and never a ranking."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import reintegra as rg
from reintegra.core.language import LANGUAGES, speaking
from reintegra.evaluate import units
from reintegra.evaluate.units import LEAST, shrink

REFERENCE = Path(__file__).parent.parent / "reference"
E = json.loads((REFERENCE / "evaluate.json").read_text("utf-8"))["unit_rates"]
R = json.loads((REFERENCE / "follow_up.json").read_text("utf-8"))  # by tests/reference/follow_up.R


def rates():
    return pd.read_csv(REFERENCE / "data" / "unit_rates.csv")


def of_units(table=None, **options):
    return units(
        rates() if table is None else table, **{"unit": "unit", "outcome": "completed", "n": "entrants", **options}
    )


def people(seed=5, effect=0.0, units_=12, each=60):
    """Invented people of twelve units whose people differ in age; the unit itself adds ``effect`` times noise."""
    rng = np.random.default_rng(seed)
    unit = np.repeat([f"UPT-{i:02d}" for i in range(units_)], each)
    age = rng.normal(30, 6, len(unit)) + np.repeat(rng.normal(0, 6, units_), each)
    own = effect * np.repeat(rng.normal(0, 1, units_), each)
    risk = 1 / (1 + np.exp(-(0.08 * (age - 30) + own)))
    months = rng.uniform(2, 12, len(unit))
    return pd.DataFrame({
        "unit": unit, "age": age, "done": (rng.random(len(unit)) < risk).astype(int), "months": months,
        "faults": rng.poisson(months * np.exp(-2 + 0.03 * (age - 30) + own)),
        "score": 50 + age + 9 * own + rng.normal(0, 8, len(unit)),
    })  # fmt: skip


def test_the_funnel_is_that_of_spiegelhalter():
    """R: quantile(z, c(.1, .9)), phi, tau^2 by moments; five units outside by chance alone, one in all."""
    found = of_units()
    alone = (found.table["estimate"] - found.target) / found.table["se"]
    assert found.target == pytest.approx(E["target"], rel=1e-9)
    assert alone.to_numpy() == pytest.approx(E["z"], rel=1e-9)
    ours = [found.phi, found.phi_winsorised, found.tau2]
    assert ours == pytest.approx([E["phi_raw"], E["phi_winsorised_10"], E["tau2_additive"]], rel=1e-9)
    assert found.table["statistic"].to_numpy() == pytest.approx(E["z_overdispersed"], rel=1e-9)
    assert (alone.abs() > 3.0902).sum() == E["outside_998"]
    assert (found.table["verdict"] == "outside").sum() == E["outside_998_overdispersed"]


def test_shrunken_estimates_are_those_of_metafor():
    """R: blup(rma(y, v, method = "REML", test = "knha"))."""
    sites = pd.read_csv(REFERENCE / "data" / "site_effects.csv")
    made = shrink(sites["effect"].to_numpy(), sites["variance"].to_numpy(), 0.95)
    table = of_units().table
    of_table = (table["shrunken"], table["ci_low"], table["ci_high"])
    for found, expected in ((made[:3], R["shrunken_sites"]), (of_table, R["shrunken_units"])):
        for ours, theirs in zip(found, ("pred", "low", "high"), strict=True):
            assert np.asarray(ours) == pytest.approx(expected[theirs], rel=1e-7)


def test_a_unit_is_drawn_towards_the_mean_the_more_the_smaller_it_is():
    table = of_units().table
    kept = (table["shrunken"] - of_units().mean) / (table["estimate"] - of_units().mean)
    assert ((kept > 0) & (kept < 1)).all()
    assert (kept[table["n"].argsort()].diff().dropna() > -1e-9).all()


def test_units_stand_in_the_order_of_their_names_and_are_never_ranked():
    table = rates()
    for order in (table.sort_values("completed"), table.sample(frac=1, random_state=1)):
        found = of_units(order)
        assert list(found.table["name"]) == sorted(table["unit"])
        assert not {"rank", "place", "position"} & set(found.table)
        assert list(found.shown().iloc[:, 0]) == sorted(table["unit"])
        pd.testing.assert_frame_equal(found.table, of_units().table, rtol=1e-12)
    codes = people().assign(unit=lambda t: t["unit"].str.replace("UPT-0", "9"))
    names = list(units(codes, unit="unit", outcome="done").table["name"])
    assert names == sorted(names)


def test_a_unit_of_few_people_is_shown_and_never_called_out():
    table = pd.DataFrame({"unit": [*"ABCDEFGH"], "entrants": [LEAST - 1, *[400] * 7], "completed": [0, *[300] * 7]})
    found = of_units(table)
    row = found.table.set_index("name").loc["A"]
    assert row["estimate"] < row["low_998"]
    assert row["verdict"] == "few"
    with speaking("en"):
        assert "Outside" not in found.sentence
        assert "never called out: A" in found.sentence
    table.loc[0, "entrants"] = LEAST
    assert of_units(table).table["verdict"].iloc[0] == "outside"


def test_rows_of_people_give_what_rows_of_units_give():
    table = people()
    counted = table.groupby("unit").agg(n=("done", "size"), done=("done", "sum")).reset_index()
    one, other = units(table, unit="unit", outcome="done"), units(counted, unit="unit", outcome="done", n="n")
    pd.testing.assert_frame_equal(one.table, other.table, rtol=1e-9, check_dtype=False)
    by_time = table.groupby("unit").agg(n=("faults", "size"), faults=("faults", "sum"), months=("months", "sum"))
    asked = {"unit": "unit", "outcome": "faults", "kind": "rate", "exposure": "months"}
    pd.testing.assert_frame_equal(
        units(table, **asked).table, units(by_time.reset_index(), **asked, n="n").table, rtol=1e-9, check_dtype=False
    )
    means = table.groupby("unit")["score"].agg(["mean", "std", "size"]).reset_index()
    one = units(table, unit="unit", outcome="score", kind="mean")
    other = units(means, unit="unit", outcome="mean", kind="mean", n="size", sd="std")
    pd.testing.assert_frame_equal(one.table, other.table, rtol=1e-9, check_dtype=False)


@pytest.mark.parametrize(
    ("outcome", "kind", "family"),
    [("done", "proportion", sm.families.Binomial()), ("faults", "rate", sm.families.Poisson()),
     ("score", "mean", sm.families.Gaussian())],
)  # fmt: skip
def test_expected_outcomes_are_those_of_a_model_of_everyone(outcome, kind, family):
    """statsmodels: GLM(outcome ~ age, offset = log(months)).fit()."""
    table = people(effect=0.4)
    offset = np.log(table["months"]) if kind == "rate" else None
    fitted = sm.GLM(table[outcome], sm.add_constant(table[["age"]]), family=family, offset=offset).fit(tol=1e-14)
    exposure = "months" if kind == "rate" else None
    found = units(table, unit="unit", outcome=outcome, kind=kind, exposure=exposure, covariates=["age"])
    by_unit = fitted.fittedvalues.groupby(table["unit"])
    expected = by_unit.mean() if kind == "mean" else by_unit.sum()
    assert found.table["expected"].to_numpy() == pytest.approx(expected.to_numpy(), rel=1e-8)
    assert found.table["observed"].sum() == pytest.approx(found.table["expected"].sum(), rel=1e-9)


def test_indirect_standardisation_is_observed_over_expected_times_everyone():
    found = units(people(effect=0.4), unit="unit", outcome="done", covariates=["age"])
    t = found.table
    assert t["estimate"].to_numpy() == pytest.approx(
        (found.target * t["observed"] / t["expected"]).to_numpy(), rel=1e-12
    )


def test_units_whose_people_differ_look_alike_once_that_is_reckoned_with():
    """Nothing but age differs between these units: over-dispersion goes where age is in the model."""
    raw, adjusted = (units(people(), unit="unit", outcome="done", covariates=c) for c in ((), ("age",)))
    assert raw.phi > 2 > adjusted.phi
    assert adjusted.tau2 < raw.tau2 / 4
    assert (adjusted.table["verdict"] == "inside").all()


def test_chance_alone_calls_out_about_two_units_in_a_thousand():
    rng = np.random.default_rng(8)
    entrants = rng.integers(40, 300, 3000)
    table = pd.DataFrame({"unit": np.arange(3000), "entrants": entrants, "completed": rng.binomial(entrants, 0.6)})
    share = (of_units(table).table["verdict"] == "outside").mean()
    assert share < 0.005


def test_the_curve_of_the_funnel_passes_through_the_limits_of_units_without_case_mix():
    found = of_units()
    for column in ("low_998", "high_95"):
        between = np.interp(found.table["size"], found.curve["size"], found.curve[column])
        assert between == pytest.approx(found.table[column].to_numpy(), abs=2e-3)
    assert found.table["size"].to_numpy() == pytest.approx(found.table["n"].to_numpy(), rel=1e-9)
    assert found.curve[["low_95", "low_998"]].min().min() >= 0
    assert found.curve[["high_95", "high_998"]].max().max() <= 1


def test_names_of_units_change_nothing_but_their_order():
    table = rates()
    turned = of_units(table.assign(unit=table["unit"].str.replace("U", "Z").str[::-1]))
    assert sorted(turned.table["shrunken"]) == pytest.approx(sorted(of_units().table["shrunken"]), rel=1e-9)


def test_rows_with_a_blank_are_counted_and_left_out():
    table = people()
    table.loc[:3, "age"] = np.nan
    found = units(table, unit="unit", outcome="done", covariates=["age"])
    assert found.table["n"].sum() == len(table) - 4
    assert [note.code for note in found.notes] == ["rows-left-out"]


def test_what_cannot_stand_side_by_side_is_refused_by_name():
    table, single = rates(), people()
    calls = {
        "unit-twice": lambda: of_units(pd.concat([table, table[:1]])),
        "not-a-count": lambda: of_units(table.assign(completed=table["entrants"] + 1)),
        "units-need": lambda: units(single, unit="unit", outcome="faults", kind="rate"),
        "too-few-sites": lambda: of_units(table[:1]),
        "no-variance": lambda: of_units(table.assign(completed=table["entrants"])),
        "weights-not-positive": lambda: of_units(table.assign(entrants=0)),
        "no-such-choice": lambda: of_units(kind="rank"),
        "blank-in-column": lambda: of_units(table.assign(unit=None)),
    }
    for code, call in calls.items():
        with pytest.raises(rg.ReintegraError) as caught:
            call()
        assert caught.value.code == code
    for column, value in (("done", 2), ("done", 0.5)):
        with pytest.raises(rg.DataError) as caught:
            units(single.assign(**{column: value}), unit="unit", outcome=column)
        assert caught.value.code == "not-a-count"
    with pytest.raises(rg.DataError) as caught:
        of_units(table, covariates=["entrants"])
    assert caught.value.code == "units-need"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_units_are_told_in_both_languages_without_a_ranking(lang):
    ranking = {"id": ["terbaik", "terburuk", "urutan ke", "peringkat ke"], "en": ["best", "worst", "ranked", "league"]}
    with speaking(lang):
        for found in (of_units(), units(people(), unit="unit", outcome="score", kind="mean", covariates=["age"])):
            text = found._repr_html_()
            assert found.sentence.split(".")[0] in text
            assert not any(word in text.lower() for word in ranking[lang])
            assert ("bukan peringkat" if lang == "id" else "no ranking") in text
