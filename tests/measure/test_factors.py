"""Factors and their number: against psych, then what must change nothing."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from reintegra.core.errors import DataError
from reintegra.core.moments import Moments, Products
from reintegra.measure import adequacy, efa, minimum_average_partial, parallel_analysis
from reintegra.measure.factors import general_factor, in_order, minres, oblimin, varimax

REFERENCE = Path(__file__).parent.parent / "reference"
SCALES = ["men", "emo", "pos", "pdi", "ada", "tgj", "ren", "duk", "kmb"]
CODES = [1, 2, 3, 4]
MEASURE, DIMENSIONS = (json.loads((REFERENCE / f"{n}.json").read_text("utf-8")) for n in ("measure", "dimensions"))


def complete():
    """The people of the first wave without a blank, items ending in 4 turned round."""
    table = pd.read_csv(REFERENCE / "data" / "readiness.csv")
    table = table[table["wave"] == "awal"].drop(columns=["pid", "unit", "wave"]).dropna()
    return table.assign(**{f"{scale}4": 5 - table[f"{scale}4"] for scale in SCALES})


COMPLETE = complete()
TWELVE = COMPLETE.iloc[:, :12]


def test_kmo_and_bartlett_are_those_of_psych():
    """R: KMO(cor(Kc)); cortest.bartlett(cor(Kc), n = nrow(Kc))."""
    expected, made = MEASURE["dimension"], adequacy(COMPLETE, codes=CODES)
    assert made.kmo == pytest.approx(expected["kmo"], rel=1e-9)
    assert made.statistic == pytest.approx(expected["bartlett"]["chisq"], rel=1e-9)
    assert made.df == expected["bartlett"]["df"]
    np.testing.assert_allclose(made.table["msa"], DIMENSIONS["kmo_items"], rtol=1e-9)
    four, few = DIMENSIONS["bartlett_first4"], adequacy(COMPLETE.iloc[:, :4], codes=CODES)
    assert (few.statistic, few.p_value) == pytest.approx((four["chisq"], four["p.value"]), rel=1e-9)


def test_parallel_analysis_counts_what_psych_counts():
    """R: fa.parallel(Kc, fm = "minres", fa = "both", n.iter = 200, quant = .95): 8 or 9 factors, 4 components."""
    made = parallel_analysis(COMPLETE, codes=CODES)
    np.testing.assert_allclose(made.table["eigenvalue"], MEASURE["dimension"]["eigenvalues"], rtol=1e-9)
    assert made.components == MEASURE["dimension"]["parallel"]["components"]
    assert made.factors in (8, 9)


def test_minimum_average_partial_is_that_of_psych():
    """R: VSS(cor(Kc), n = 20)$map; its first value has one component taken out."""
    made = minimum_average_partial(COMPLETE, codes=CODES)
    expected = np.array(DIMENSIONS["map_36"])
    np.testing.assert_allclose(made.table["squared"][1:21], expected, rtol=1e-9)
    assert made.components == int(np.argmin(expected)) + 1


def test_oblimin_is_that_of_psych():
    """R: fa(Kc[, 1:12], 3, fm = "minres", rotate = "oblimin")."""
    expected, made = MEASURE["efa_first12_minres_oblimin"], efa(TWELVE, 3, codes=CODES)
    np.testing.assert_allclose(made.loadings, expected["loadings"]["values"], atol=1e-4)
    np.testing.assert_allclose(made.factors, expected["phi"]["values"], atol=1e-4)
    np.testing.assert_allclose(made.table["uniqueness"], list(expected["uniqueness"].values()), rtol=1e-4)


def test_varimax_is_that_of_r():
    """R: varimax(fa(Kc[, 1:12], 3, fm = "minres", rotate = "none")$loadings, eps = 1e-14)."""
    expected, made = DIMENSIONS["efa_first12_minres_varimax"], efa(TWELVE, 3, codes=CODES, rotation="varimax")
    np.testing.assert_allclose(made.loadings, expected["loadings"], atol=1e-4)
    np.testing.assert_allclose(made.table["communality"], expected["communality"], rtol=1e-4)


def test_one_factor_and_its_omega_are_those_of_psych():
    """R: fa(x, 1, fm = "minres"); sum(L)^2 / sum(cor(x))."""
    for scale, expected in MEASURE["reliability_complete"].items():
        r = COMPLETE[[f"{scale}{i}" for i in range(1, 5)]].corr().to_numpy()
        loadings = minres(r, 1)[0][:, 0]
        np.testing.assert_allclose(loadings, list(expected["loadings_minres"].values()), atol=1e-4)
        omega = loadings.sum() ** 2 / r.sum()
        assert omega == pytest.approx(expected["omega_total_one_factor_minres"], rel=1e-5)


def test_omegas_of_nine_factors_are_those_of_psych():
    """R: omega(Kc, nfactors = 9); with 208 people only the kernel answers."""
    expected, r = MEASURE["omega_36_nine_group_factors"], COMPLETE.corr().to_numpy()
    loadings, unique = minres(r, 9)
    general, _ = general_factor(*oblimin(loadings))
    assert general.sum() ** 2 / r.sum() == pytest.approx(expected["omega_h"], rel=1e-5)
    assert 1 - unique.sum() / r.sum() == pytest.approx(expected["omega_t"], rel=1e-5)
    with pytest.raises(DataError) as caught:
        efa(COMPLETE, 9, codes=CODES)
    assert caught.value.code == "too-few-people"
    assert caught.value.values["least"] == 500


HOLZINGER = np.eye(9)
HOLZINGER[np.triu_indices(9, 1)] = [
    0.2973, 0.4407, 0.3727, 0.2934, 0.3568, 0.0669, 0.2239, 0.3903, 0.3398, 0.1529, 0.1394, 0.1925, -0.0757, 0.0923,
    0.2060, 0.1586, 0.0772, 0.1977, 0.0719, 0.1860, 0.3287, 0.7332, 0.7045, 0.1738, 0.1069, 0.2078, 0.7200, 0.1020,
    0.1387, 0.2275, 0.1211, 0.1496, 0.2142, 0.4868, 0.3406, 0.4490,
]  # fmt: skip
HOLZINGER = np.triu(HOLZINGER) + np.triu(HOLZINGER, 1).T


def measures(far=0.0):
    """301 people with nine measures of any unit, whose correlations are those of Holzinger & Swineford."""
    z = np.random.default_rng(6).normal(size=(301, 9))
    z = np.linalg.qr(z - z.mean(axis=0))[0] @ np.linalg.cholesky(HOLZINGER).T
    return pd.DataFrame(z * np.arange(1, 10) * 7.3 + far, columns=[f"x{i}" for i in range(1, 10)])


@pytest.mark.parametrize("kind", ["rows", "sums", "sums of large numbers"])
def test_continuous_measures_give_what_psych_gives(kind):
    """R: R <- round(cor(lavaan::HolzingerSwineford1939[, 7:15]), 4); KMO(R); cortest.bartlett(R, n = 301);
    VSS(R, n = 8, n.obs = 301)$map; fa(R, 3, n.obs = 301, fm = "minres")$uniquenesses."""
    rows = measures(1e6 if "large" in kind else 0)
    data = rows if kind == "rows" else Products.of(rows, origin=dict.fromkeys(rows, 1e6) if "large" in kind else None)
    made = adequacy(data)
    assert made.kmo == pytest.approx(0.752221441771, rel=1e-8)
    assert made.statistic == pytest.approx(904.161916605, rel=1e-8)
    assert made.table["item"].tolist() == list(rows)
    map_ = [0.08023208208, 0.06342060781, 0.06822986446, 0.12005971950, 0.20661250373]
    np.testing.assert_allclose(minimum_average_partial(data).table["squared"][1:6], map_, rtol=1e-7)
    unique = [
        0.52327565,
        0.74486325,
        0.54645092,
        0.27205524,
        0.24623179,
        0.30859416,
        0.48142780,
        0.47977486,
        0.53959326,
    ]
    np.testing.assert_allclose(efa(data, 3).table["uniqueness"], unique, atol=1e-5)
    if kind == "rows":
        assert parallel_analysis(data).components == 3
    else:
        with pytest.raises(DataError) as caught:
            parallel_analysis(data)
        assert caught.value.code == "needs-rows"


def test_a_frame_without_codes_gives_what_its_codes_give():
    for made in (adequacy, minimum_average_partial, lambda data, **of: efa(data, 3, **of)):
        pd.testing.assert_frame_equal(made(TWELVE).table, made(TWELVE, codes=CODES).table, rtol=1e-7)


def test_sums_of_many_people_are_enough_for_parallel_analysis():
    rng = np.random.default_rng(3)
    many = pd.DataFrame(rng.normal(size=(5_001, 1)) + rng.normal(size=(5_001, 5)))
    made = parallel_analysis(Products.of(many), draws=50)
    assert (made.components, made.n) == (1, 5_001)


def test_measures_that_cannot_be_factored_are_refused_by_name():
    """Of sums, an item all answer alike leaves nothing but rounding."""
    rows = measures()
    calls = {
        "nobody-answered": rows.assign(x9=np.nan),
        "constant-item": rows.assign(x9=0.1),
        "too-few-people": rows[:29],
        "too-few-items": rows.iloc[:, :0],
        "not-numbers": rows.assign(x9="teks"),
    }
    for code, data in calls.items():
        with pytest.raises(DataError) as caught:
            adequacy(data)
        assert caught.value.code == code
    for code in ("constant-item", "too-few-people"):
        with pytest.raises(DataError) as caught:
            adequacy(Products.of(calls[code]))
        assert caught.value.code == code
    with pytest.raises(DataError) as caught:
        efa(Products.of(rows), 1, correlation="polychoric")
    assert caught.value.code == "needs-rows"


def test_who_is_left_out_of_measures_and_who_is_counted_twice_is_said():
    rows = measures().astype(object)
    rows.iloc[:3, 2] = None
    twice = pd.concat({"awal": rows, "akhir": rows[:10]}, names=["gel", "pid"]).swaplevel()
    said = {note.code: note.params["people"] for note in adequacy(twice).notes}
    assert said == {"people-left-out": 6, "people-repeated": 7}
    assert [note.params["people"] for note in adequacy(Products.of(rows)).notes] == [3]


@pytest.mark.parametrize("factors", [2, 3, 5, 7])
def test_more_factors_than_the_items_allow_are_refused(factors):
    """(3 - 7)^2 is not under 3 + 7, and yet three items have no seven factors."""
    people = pd.concat([TWELVE.iloc[:, :3]] * 3, ignore_index=True)
    with pytest.raises(DataError) as caught:
        efa(people, factors)
    assert caught.value.code == "too-many-factors"


def test_one_factor_is_not_said_to_be_rotated():
    made = efa(TWELVE, 1)
    assert made.rotation == "none"
    assert "oblimin" not in str(made)
    assert "oblimin" in str(efa(TWELVE, 2))


def made_up(factors, per=5, load=0.7, apart=0.0):
    """A correlation matrix of a known simple structure."""
    pattern = np.kron(np.eye(factors), np.full((per, 1), load))
    phi = np.full((factors, factors), apart) + np.eye(factors) * (1 - apart)
    r = pattern @ phi @ pattern.T
    np.fill_diagonal(r, 1.0)
    return r, pattern, phi


@pytest.mark.parametrize("apart", [0.0, 0.4])
def test_a_known_structure_is_found_again(apart):
    r, pattern, phi = made_up(3, apart=apart)
    loadings, unique = minres(r, 3)
    np.testing.assert_allclose(unique, 1 - 0.49, atol=1e-8)
    found, between = oblimin(loadings)
    np.testing.assert_allclose(np.sort(found, axis=1)[:, -1], 0.7, atol=1e-6)
    np.testing.assert_allclose(np.sort(np.abs(found), axis=1)[:, :-1], 0, atol=1e-6)
    np.testing.assert_allclose(between, phi, atol=1e-6)
    assert np.linalg.norm(loadings @ loadings.T - pattern @ phi @ pattern.T) < 1e-7


def test_the_factor_above_equally_related_factors_is_found_again():
    """Factors that correlate .49 have one above them on which each loads .7, and each item .7 x .7."""
    r, _, _ = made_up(3, apart=0.49)
    general, own = general_factor(*oblimin(minres(r, 3)[0]))
    np.testing.assert_allclose(general, 0.49, atol=1e-6)
    np.testing.assert_allclose(own.max(axis=1), 0.7 * np.sqrt(1 - 0.49), atol=1e-6)


def test_minres_leaves_least():
    """Any other uniquenesses near by leave more off the diagonal."""
    r = TWELVE.corr().to_numpy()
    off = ~np.eye(12, dtype=bool)
    loadings, _ = minres(r, 3)
    least = ((r - loadings @ loadings.T)[off] ** 2).sum()
    rng = np.random.default_rng(4)
    for _ in range(50):
        other = loadings + rng.normal(size=loadings.shape) * 1e-3
        assert ((r - other @ other.T)[off] ** 2).sum() > least


def test_the_starts_of_oblimin_do_not_matter():
    loadings, _ = minres(COMPLETE.corr().to_numpy(), 4)
    pattern, phi = oblimin(loadings)
    rng = np.random.default_rng(2)
    for _ in range(3):
        turn, _ = np.linalg.qr(rng.normal(size=(4, 4)))
        again, between = oblimin(loadings @ turn)
        np.testing.assert_allclose(again, pattern, atol=1e-6)
        np.testing.assert_allclose(between, phi, atol=1e-6)
        np.testing.assert_allclose(varimax(loadings @ turn), varimax(loadings), atol=1e-5)


def test_factors_stand_in_one_order_with_one_sign():
    pattern = np.array([[0.1, -0.8], [0.0, -0.7], [0.5, 0.1]])
    phi = np.array([[1.0, 0.3], [0.3, 1.0]])
    ordered, between = in_order(pattern, phi)
    np.testing.assert_allclose(ordered, [[0.8, 0.1], [0.7, 0.0], [-0.1, 0.5]])
    np.testing.assert_allclose(between, [[1, -0.3], [-0.3, 1]])
    made = efa(TWELVE, 3, codes=CODES)
    squares = (made.loadings**2).sum()
    assert list(squares) == sorted(squares, reverse=True)
    assert (made.loadings.sum() > 0).all()


def test_row_order_splits_and_relabelled_codes_change_nothing():
    whole = efa(TWELVE, 3, codes=CODES).table
    halves = Moments.of(TWELVE[:77], codes=CODES) + Moments.of(TWELVE[77:], codes=CODES)
    for other in (efa(TWELVE.sample(frac=1, random_state=1), 3, codes=CODES), efa(halves, 3)):
        pd.testing.assert_frame_equal(other.table, whole, check_exact=True)
    again = efa(TWELVE * 10, 3, codes=[10, 20, 30, 40]).table
    pd.testing.assert_frame_equal(again, whole, atol=1e-7)
    assert adequacy(halves).kmo == adequacy(TWELVE, codes=CODES).kmo
    assert minimum_average_partial(halves).table.equals(minimum_average_partial(TWELVE, codes=CODES).table)


@pytest.mark.parametrize("codes", [CODES, None])
def test_parallel_analysis_depends_on_its_seed_only(codes):
    """Not on the order of the people: what is shuffled is sorted first, so that counts are enough."""
    mixed = TWELVE.sample(frac=1, random_state=2)
    first, again = (parallel_analysis(frame, codes=codes, seed=5, draws=50) for frame in (TWELVE, mixed))
    pd.testing.assert_frame_equal(first.table, again.table, rtol=0, atol=0 if codes else 1e-12)
    counts = parallel_analysis(Moments.of(mixed, codes=CODES), seed=5, draws=50).table
    pd.testing.assert_frame_equal(counts, first.table, rtol=1e-9)
    other = parallel_analysis(TWELVE, codes=CODES, seed=6, draws=50)
    assert not other.table["random_high"].equals(first.table["random_high"])
    assert (other.components, other.factors) == (first.components, first.factors)


def test_drawing_for_many_people_is_what_shuffling_gives(monkeypatch):
    rng = np.random.default_rng(9)
    z = rng.normal(size=(3_000, 1)) + rng.normal(size=(3_000, 8)) * 1.5
    frame = pd.DataFrame(np.digitize(z, [0, 2.5]))
    shuffled = parallel_analysis(frame, codes=[0, 1, 2], draws=400).table
    monkeypatch.setattr("reintegra.measure.dimensions.SHUFFLED", 1_000)
    drawn = parallel_analysis(frame, codes=[0, 1, 2], draws=400).table
    for column in ("random_mean", "random_high", "shared_random_mean", "shared_random_high"):
        np.testing.assert_allclose(drawn[column], shuffled[column], atol=4e-3)
    assert not drawn.equals(shuffled)


def test_answers_at_random_have_no_dimension():
    rng = np.random.default_rng(11)
    frame = pd.DataFrame(rng.integers(1, 5, (600, 10)))
    made = parallel_analysis(frame, codes=CODES, draws=100)
    assert made.components == 0
    assert minimum_average_partial(frame, codes=CODES).components == 0


def test_turning_an_item_round_turns_its_loadings_only():
    straight = efa(TWELVE, 3, codes=CODES).loadings
    turned = efa(TWELVE.assign(emo2=5 - TWELVE["emo2"]), 3, codes=CODES).loadings
    straight.loc["emo2"] *= -1
    np.testing.assert_allclose(turned, straight, atol=1e-6)


def test_polychoric_factors_load_higher_than_those_of_the_codes():
    codes, under = (efa(TWELVE, 1, codes=CODES, correlation=c) for c in ("pearson", "polychoric"))
    assert under.explained > codes.explained
    assert "empty-cells" in {note.code for note in under.notes}


def test_an_item_that_is_a_factor_of_its_own_is_said():
    """r12 r13 / r23 = 1.25 would be its communality: the uniqueness stops at .005."""
    r = np.array([[1, 0.9, 0.9], [0.9, 1, 0.65], [0.9, 0.65, 1]])
    assert minres(r, 1)[1][0] == 0.005
    z = np.random.default_rng(1).multivariate_normal(np.zeros(3), r, 400)
    made = efa(pd.DataFrame(np.clip(z.round(), -2, 2), columns=list("abc")), 1, codes=[-2, -1, 0, 1, 2])
    assert [note.columns for note in made.notes if note.code == "uniqueness-at-bound"] == [("a",)]
