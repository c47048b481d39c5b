"""The band of a person is told only where the error of the score leaves it no doubt."""

from pathlib import Path

import numpy as np
import pytest

import reintegra as rg
from reintegra.measure import band_doubts, flagged_rows, person_scores, profile
from reintegra.measure.bands import ONE_SEM
from reintegra.present import report_page, sheet_page

DEMO = Path(__file__).parents[2] / "data" / "demo"


@pytest.fixture(scope="module")
def scores():
    return rg.score(rg.read_responses(DEMO / "siap_36.csv", "siap_36"))


def test_a_band_stands_only_where_the_score_less_and_plus_one_error_lies_in_it(scores):
    known = person_scores(scores, level=ONE_SEM).of("men")
    edges = np.array([50.0, 75.0])
    low, high = (np.digitize(known["estimate"] + way * known["se"], edges) for way in (-1, 1))
    inside = (low == high) & known["estimate"].notna().to_numpy() & ~flagged_rows(scores.responses).to_numpy()
    assert ((band_doubts(scores)["men"] == "").to_numpy() == inside).all()
    assert 0.1 < inside.mean() < 0.9


def test_the_profile_and_the_sheet_follow_it(scores):
    doubts = band_doubts(scores)["men"]
    last = scores.people.index.get_level_values(1) == "akhir"
    for doubt, words in (("crosses", "di antara dua tingkat"), ("", "menurut jawaban sendiri")):
        row = int(np.flatnonzero((doubts == doubt).to_numpy() & last)[-1])
        person = scores.people.index[row][0]
        entry = profile(scores, person, "akhir").table.set_index("score").loc["men"]
        assert (entry["band"] == "") == (doubt != "")
        assert words in sheet_page(scores, row)


def test_under_thirty_people_no_band_is_told_and_the_report_says_so(scores):
    few = scores.take(np.arange(len(scores)) < 20)
    assert set(band_doubts(few)["men"]) <= {"few-people", "flagged", "no-score"}
    assert "Kurang dari 30 orang" in report_page(few)


def test_the_report_tells_how_precise_each_score_is(scores):
    page = report_page(scores)
    assert "Seberapa tepat skornya" in page
    assert page.count("0,67–0,80") == 1  # Siap mental at the last wave
