"""The order of waves and the day of answering: by what the names say, else by dates, else as the file has them."""

import itertools

import pandas as pd
import pytest

import reintegra as rg
from reintegra.intake import responses_of
from reintegra.measure import describe
from reintegra.measure.waves import answered_on, wave_order
from reintegra.present import report
from reintegra.present.sheets import sheet_page

ITEMS = rg.load_instrument("siap_36").item_names


def people(names, **columns):
    index = pd.MultiIndex.from_tuples([(f"P{i}", name) for i, name in enumerate(names)], names=["kode", "gelombang"])
    return pd.DataFrame({name.replace("_", " "): values for name, values in columns.items()}, index=index)


@pytest.mark.parametrize(
    "names",
    [
        ["awal", "tengah", "akhir"],
        ["Awal", "AKHIR", "pra_bebas", "bulan_1", "bulan_3", "bulan 10"],
        ["awal", "Pra-bebas", "1 bulan sesudah bebas", "3 bulan sesudah bebas"],
        ["pra", "pasca"],
        ["Pre-test", "Post-test"],
        ["baseline", "midline", "endline"],
        [1, 2, 10],
        ["1", "2", "10"],
        ["Gelombang 1", "Gelombang 2", "Gelombang 10"],
        ["0 awal", "1 tengah", "3 pra-bebas"],
        ["month 1", "month 3", "month 12"],
        ["pra 1", "pra 2", "pasca 1"],
    ],
)
def test_known_names_have_their_order_however_the_file_stands_and_whatever_its_dates(names):
    for mixed in itertools.permutations(names):
        dates = pd.date_range("2026-01-01", periods=len(names))
        assert wave_order(people(mixed, Tanggal=dates)) == (names, "names")


def test_other_names_go_by_the_median_day_of_answering_and_never_by_births():
    days = pd.to_datetime(["2026-05-01", "2026-01-01", "2026-03-01"])
    births = pd.to_datetime(["1980-01-01", "1990-01-01", "2000-01-01"])
    names = ["mawar", "melati", "kenanga"]
    dated = people(names, Tanggal_lahir=births, Tanggal_bebas=births, Waktu=days)
    assert wave_order(dated) == (["melati", "kenanga", "mawar"], "dates")
    assert wave_order(people(names, Tanggal_lahir=births)) == (names, "file")
    assert wave_order(people(names, Waktu=[days[0]] * 3)) == (names, "file")


@pytest.mark.parametrize(
    ("headings", "expected"),
    [
        (["Tanggal lahir", "Cap waktu"], "Cap waktu"),
        (["date_of_birth", "start", "_submission_time"], "_submission_time"),
        (["Tanggal", "Tanggal isi"], "Tanggal isi"),
        (["Tgl. Lahir", "TTL", "DOB", "Tanggal masuk lapas", "Perkiraan bebas"], None),
        (["Kapan"], "Kapan"),
        (["Kapan", "Sidang"], None),
    ],
)
def test_the_day_of_answering_is_told_by_its_heading(headings, expected):
    frame = pd.DataFrame({heading: pd.to_datetime(["2026-01-01"]) for heading in headings})
    assert answered_on(frame) == expected


def answers(names, **columns):
    """Return six people's answers in each wave, so that the table by wave shows numbers."""
    rows = [(f"P{i}", name) for name in names for i in range(6)]
    frame = pd.DataFrame([[1 + i % 4] * len(ITEMS) for i in range(len(rows))], columns=ITEMS)
    frame["status_hukum"] = "narapidana"
    for heading, values in columns.items():
        frame[heading] = [value for value in values for _ in range(6)]
    return frame.set_index(pd.MultiIndex.from_tuples(rows))


def test_waves_of_unknown_order_are_said():
    said = {notice.code: str(notice) for notice in rg.score(answers(["melati", "mawar"]), "siap_36").notices}
    assert "melati, mawar" in said["waves-as-in-file"]
    known = rg.score(answers(["akhir", "awal"]), "siap_36").notices
    assert "waves-as-in-file" not in {notice.code for notice in known}


def test_an_index_without_names_is_reported_by_wave(tmp_path):
    frame = answers(["akhir", "awal"], Tanggal=pd.to_datetime(["2026-06-01", "2026-01-01"]))
    frame["Tanggal lahir"] = pd.Timestamp("1990-02-03")
    scores = rg.score(frame[["Tanggal lahir", *frame.columns[:-1]]], "siap_36")
    made = report(scores, tmp_path)
    assert list(describe(scores, scores.people.index.names[1]).table["group"].unique()) == ["awal", "akhir"]
    assert len(made.sheets) == 6
    assert "1 Juni 2026" in sheet_page(scores, 0)
    assert "1990" not in made.sheets[0].read_text("utf-8")


def test_answers_are_not_scored_with_another_instrument():
    frame = answers(["awal"])
    read = responses_of(frame, rg.load_instrument("siap_36"))
    with pytest.raises(rg.InstrumentError) as caught:
        rg.score(read, "k10")
    assert caught.value.code == "other-instrument"
    pd.testing.assert_frame_equal(rg.score(read, "siap_36").table, rg.score(read).table)
