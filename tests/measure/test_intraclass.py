"""Agreement of repeated numbers against Shrout & Fleiss (1979), psych and scipy."""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import reintegra as rg
from reintegra.core.errors import DataError
from reintegra.core.moments import Products
from reintegra.measure import icc, retest

REFERENCE = Path(__file__).parent.parent / "reference"
EXPECTED = json.loads((REFERENCE / "measure.json").read_text("utf-8"))
FORMS = ["ICC(1,1)", "ICC(2,1)", "ICC(3,1)", "ICC(1,k)", "ICC(2,k)", "ICC(3,k)"]


@pytest.fixture(scope="module")
def totals():
    table = pd.read_csv(REFERENCE / "data" / "readiness.csv").set_index("pid")
    return [rg.score(table[table["wave"] == wave], "siap_36").of("total") for wave in ("awal", "akhir")]


def met(found, expected):
    table = found.table.set_index("name").loc[FORMS]
    np.testing.assert_allclose(table["estimate"], expected["icc"], rtol=1e-9)
    np.testing.assert_allclose(table["ci_low"], expected["lower"], rtol=1e-9)
    np.testing.assert_allclose(table["ci_high"], expected["upper"], rtol=1e-9)


def test_the_six_forms_of_shrout_and_fleiss_are_met():
    """Published: .17 .29 .71 .44 .62 .91; digits and intervals: R, ICC(sf, lmer = FALSE)."""
    expected = EXPECTED["icc_shrout_fleiss_1979"]
    found = icc(pd.DataFrame(expected["data"]))
    met(found, expected)
    assert [round(found.of(form), 2) for form in FORMS] == expected["published"]
    assert [note.code for note in found.notes] == ["few-people"]


def test_the_six_forms_of_two_waves_are_those_of_psych(totals):
    pair = pd.DataFrame({"pre": totals[0], "post": totals[1]})
    found = icc(pair)
    met(found, EXPECTED["icc_total_two_waves"])
    n = EXPECTED["icc_total_two_waves"]["n"]
    assert found.table["n"].iloc[0] == n
    assert [(note.code, note.params["people"]) for note in found.notes] == [("people-left-out", len(pair) - n)]


@pytest.mark.parametrize("shift", [1e8, -1e8, 0.1])
def test_large_numbers_keep_their_digits(shift):
    expected = EXPECTED["icc_shrout_fleiss_1979"]
    ratings = pd.DataFrame(expected["data"])
    met(icc(ratings + shift), expected)
    apart = icc(ratings + shift * np.arange(4))  # only agreement may see that raters differ
    assert apart.of("ICC(3,1)") == pytest.approx(icc(ratings).of("ICC(3,1)"), rel=1e-9)
    pair = ratings[[0, 2]] + shift
    found, plain = (retest(x[0], x[2]).table[["estimate", "ci_low"]] for x in (pair, ratings))
    np.testing.assert_allclose(found, plain, rtol=1e-9)


def test_sums_of_pieces_are_enough(totals):
    pair = pd.DataFrame({"pre": totals[0], "post": totals[1]})
    pieces = Products.of((pair[i : i + 50] for i in range(0, len(pair), 50)), origin={"pre": 50, "post": 50})
    met(icc(pieces), EXPECTED["icc_total_two_waves"])


def test_the_f_test_is_that_of_an_analysis_of_variance():
    """Between people against what is left within them: scipy.stats.f_oneway over people."""
    ratings = pd.DataFrame(EXPECTED["icc_shrout_fleiss_1979"]["data"])
    row = icc(ratings).table.set_index("name").loc["ICC(1,1)"]
    anova = stats.f_oneway(*ratings.to_numpy())
    assert [row["statistic"], row["p_value"]] == pytest.approx([anova.statistic, anova.pvalue], rel=1e-9)


def test_full_agreement_is_one_and_the_order_of_people_and_raters_changes_nothing():
    same = icc(pd.DataFrame([[1, 1], [2, 2], [4, 4]]))
    assert same.table["estimate"].tolist() == pytest.approx([1] * 6)
    ratings = pd.DataFrame(EXPECTED["icc_shrout_fleiss_1979"]["data"])
    mixed = ratings.sample(frac=1, random_state=1)[[2, 0, 3, 1]]
    np.testing.assert_allclose(icc(mixed).table["ci_high"], icc(ratings).table["ci_high"], rtol=1e-9)


def test_raters_that_differ_by_a_constant_are_consistent_and_do_not_agree():
    found = icc(pd.DataFrame([[1, 3], [2, 4], [3, 5], [4, 6]]))
    assert found.of("ICC(3,1)") == pytest.approx(1)
    assert found.of("ICC(2,1)") < 0.6
    table = found.table.set_index("name").loc["ICC(2,1)"]
    assert table["ci_low"] < table["estimate"] < table["ci_high"]


def test_a_scale_given_twice_has_the_r_and_the_t_of_scipy(totals):
    found = retest(*totals)
    both = pd.concat(totals, axis=1).dropna().to_numpy()
    r = stats.pearsonr(*both.T)
    interval = r.confidence_interval()
    assert [found.r.value, found.r.ci_low, found.r.ci_high] == pytest.approx([r.statistic, *interval], rel=1e-9)
    t = stats.ttest_rel(both[:, 1], both[:, 0])
    row = found.table.set_index("name").loc["mean change"]
    assert [row["statistic"], row["p_value"]] == pytest.approx([t.statistic, t.pvalue], rel=1e-7)
    assert [row["ci_low"], row["ci_high"]] == pytest.approx(list(t.confidence_interval()), rel=1e-9)
    assert found.table.set_index("name").loc["sem", "estimate"] == pytest.approx(
        np.diff(both).std(ddof=1) / math.sqrt(2), rel=1e-9
    )
    assert "286" in str(found)
    out = {note.code: note.params["people"] for note in found.notes}
    assert out == {"pairs-left-out": int(pd.concat(totals, axis=1).isna().sum(axis=1).eq(1).sum())}
    assert "Rata-rata perubahan" in found._repr_html_()
    assert "ICC(2,1)" in found._repr_html_()


@pytest.mark.parametrize(
    ("code", "ratings"),
    [
        ("too-few-items", [[1], [2]]),
        ("too-few-complete", [[1, 2], [np.nan, 1]]),
        ("ratings-alike", [[1, 2], [1, 2], [1, 2]]),
    ],
)
def test_ratings_without_an_answer_are_refused_by_name(code, ratings):
    with pytest.raises(DataError) as caught:
        icc(pd.DataFrame(ratings))
    assert caught.value.code == code


def test_a_person_twice_and_too_few_pairs_are_refused():
    scores = pd.Series([1.0, 2, 3, 4], index=["a", "b", "c", "d"])
    alike = pd.Series(0.1 + 0.2, index=scores.index)
    for code, second in (
        ("person-twice", pd.Series([1.0, 2], index=["a", "a"])),
        ("too-few-pairs", scores[:3]),
        ("not-numbers", scores.map("skor {}".format)),
        ("all-alike", alike),
        ("ratings-alike", -scores),
    ):
        with pytest.raises(DataError) as caught:
            retest(scores, second)
        assert caught.value.code == code
