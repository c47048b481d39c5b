"""Sessions planned and delivered, and who came, counted by hand and by R."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import reintegra as rg
from reintegra.measure import attendance, delivery, session_groups
from reintegra.measure.shares import exact_interval

KIND = ["program_id", "komponen_id"]
SESSIONS = pd.DataFrame(
    [
        ("RT-X-25-K1-01", "RT-X-25", "seminar", 60, 1, 1, 4),
        ("RT-X-25-K1-02", "RT-X-25", "seminar", 90, 1, 2, 3),
        ("RT-X-25-K1-03", "RT-X-25", "seminar", 80, 1, 0, np.nan),
        ("RT-X-25-K2-01", "RT-X-25", "seminar", 70, 0, 1, np.nan),
        ("RT-X-25-K2-02", "RT-X-25", "berbagi", 30, 1, 0, np.nan),
    ],
    columns=["sesi_id", *KIND, "durasi_mnt", "direncanakan", "terlaksana", "kelengkapan"],
)
CAME = pd.DataFrame(
    [
        ("RT-X-25-K1-01", "a", 1, 3),
        ("RT-X-25-K1-01", "b", 0, np.nan),
        ("RT-X-25-K1-02", "a", 2, np.nan),
        ("RT-X-25-K1-02", "b", 3, np.nan),
        ("RT-X-25-K2-01", "c", 1, 1),
    ],
    columns=["sesi_id", "pid", "hadir", "partisipasi"],
)


def test_every_planned_session_is_held_replaced_or_cancelled():
    row = delivery(SESSIONS).set_index("komponen_id").loc["seminar"]
    assert [row[name] for name in ("planned", "held", "replaced", "cancelled", "unplanned")] == [3, 1, 1, 1, 1]
    assert row["share"] == pytest.approx(2 / 3)


def test_a_cancelled_session_counts_neither_minutes_nor_steps():
    table = delivery(SESSIONS).set_index("komponen_id")
    assert table.loc["seminar", "minutes"] == 70
    assert tuple(table.loc["seminar", ["checklists", "fidelity", "complete"]]) == (2, 0.875, 0.5)
    interval = stats.t.interval(0.95, 1, loc=0.875, scale=stats.sem([1, 0.75]))
    assert tuple(table.loc["seminar", ["fidelity_low", "fidelity_high"]]) == pytest.approx(interval)
    assert np.isnan(table.loc["berbagi", ["minutes", "fidelity", "complete"]].astype(float)).all()


def test_the_interval_of_a_share_is_that_of_r():
    # R 4: binom.test(x, 19)$conf.int for x = 0, 15, 19
    low, high = exact_interval([0, 15, 19], [19, 19, 19], 0.95)
    np.testing.assert_allclose(low, [0, 0.544346918, 0.823533088], atol=1e-8)
    np.testing.assert_allclose(high, [0.176466912, 0.939475462, 1], atol=1e-8)
    assert np.isnan(exact_interval([0], [0], 0.95)).all()


def test_a_person_is_counted_over_the_sessions_of_his_group():
    table = attendance(CAME).set_index("pid")
    assert list(table.loc["a", ["sessions", "full", "part", "excused", "absent"]]) == [2, 1, 1, 0, 0]
    assert list(table.loc["b", ["sessions", "full", "part", "excused", "absent"]]) == [2, 0, 0, 1, 1]
    assert list(table["share"]) == [0.5, 0, 1]


def test_attendance_is_counted_by_what_the_sessions_say_of_themselves():
    table = attendance(CAME, SESSIONS[SESSIONS["direncanakan"] == 1], by="komponen_id")
    assert table[["komponen_id", "people", "sessions"]].to_numpy().tolist() == [["seminar", 2, 4]]


def test_the_group_of_a_session_stands_in_its_code():
    assert list(session_groups(SESSIONS["sesi_id"]).unique()) == ["RT-X-25-K1", "RT-X-25-K2"]
    assert session_groups(pd.Series(["A-07"])).isna().all()


def test_the_order_of_the_rows_and_splitting_them_change_no_count():
    records = rg.read_records("data/demo/catatan")
    came, sessions = records.kehadiran, records.sesi
    turned = attendance(came[::-1], sessions[::-1])
    pd.testing.assert_frame_equal(attendance(came, sessions), turned)
    counts = ["planned", "held", "replaced", "cancelled", "unplanned"]
    assert delivery(sessions)[counts].sum().equals(delivery(sessions, by="program_id")[counts].sum())


def test_a_column_that_is_not_there_is_named():
    with pytest.raises(rg.DataError) as caught:
        attendance(CAME, SESSIONS, by="komponen")
    assert "komponen" in str(caught.value)


def test_numbers_that_were_read_as_text_count_as_numbers():
    """Blank cells and a spreadsheet make text of codes; nothing planned would be counted otherwise."""
    text = SESSIONS.astype({"direncanakan": str, "durasi_mnt": str})
    assert delivery(text).equals(delivery(SESSIONS))
    assert delivery(SESSIONS.astype(object)).equals(delivery(SESSIONS))
    assert attendance(CAME.astype({"hadir": str})).equals(attendance(CAME))


def test_codes_that_are_blank_or_unknown_are_refused_and_not_counted_as_held():
    refusals = {
        "blank-cells": lambda: delivery(SESSIONS.assign(terlaksana=[1, 2, 0, 1, None])),
        "undeclared-codes": lambda: delivery(SESSIONS.assign(terlaksana=[1, 2, 0, 1, 7])),
        "not-numbers": lambda: delivery(SESSIONS.assign(durasi_mnt="lama")),
        "session-twice": lambda: attendance(CAME, pd.concat([SESSIONS, SESSIONS]), by="komponen_id"),
        "no-grouping": lambda: attendance(CAME, by=[]),
        "cells-hold-lists": lambda: attendance(CAME.assign(pid=[["a"]] * 5)),
    }
    for code, call in refusals.items():
        with pytest.raises(rg.DataError) as caught:
            call()
        assert caught.value.code == code
    with pytest.raises(rg.DataError) as caught:
        attendance(CAME.assign(hadir=[1, 0, None, 3, 1]))
    assert caught.value.code == "blank-cells"
