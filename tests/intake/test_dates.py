"""Dates as people write them."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from reintegra.intake.dates import read_dates


def column(*values):
    cells = np.empty(len(values), dtype=object)
    cells[:] = values
    return cells


@pytest.mark.parametrize(
    "written",
    [
        "04/02/2026 10:03:47", "2026-02-04T10:03:47", "2026-02-04 10:03:47", "4 Februari 2026", "04-02-2026",
        "4.2.2026", "Rabu, 4 Februari 2026", "4 Pebruari 2026", "4 Feb 26", "Feb 4, 2026 1:20:18 PM",
        "2026-02-04", "2026-02-04T10:03:47.123+07:00",
        "2026/02/04 1:03:47 PM GMT+7", "2026/02/04 1:03 PM UTC+07:00",
        "4 Februari 2026 pukul 10.03 WIB", "February 4, 2026 at 1:20 PM",
        dt.date(2026, 2, 4), dt.datetime(2026, 2, 4, 9), 46057, "46057",
    ],
)  # fmt: skip
def test_a_date_is_read(written):
    found = read_dates(column(written, "21/01/2026"), "Tanggal").values
    assert found.dt.strftime("%Y-%m-%d").tolist() == ["2026-02-04", "2026-01-21"]


def test_the_afternoon_is_the_afternoon():
    assert read_dates(column("Feb 4, 2026 1:20:18 PM"), "start").values[0] == pd.Timestamp("2026-02-04 13:20:18")
    assert read_dates(column("Feb 4, 2026 12:05:00 AM"), "start").values[0] == pd.Timestamp("2026-02-04 00:05:00")


def test_one_day_above_twelve_decides_the_order_of_the_column():
    assert read_dates(column("03/04/2026", "02/13/2026"), "Tanggal").order == "month-first"
    assert read_dates(column("03/04/2026", "13/02/2026"), "Tanggal").order is None
    assert read_dates(column("03/04/2026"), "Tanggal").order == "assumed-day-first"


def test_an_iso_date_is_never_turned_round():
    assert read_dates(column("2026-04-03", "13/02/2026"), "Tanggal").values[0] == pd.Timestamp("2026-04-03")


def test_two_orders_in_one_column_are_told():
    assert read_dates(column("21/01/2026", "02/13/2026"), "Tanggal").mixed == (1,)


def test_a_column_of_other_texts_is_not_a_column_of_dates():
    assert read_dates(column("Unit A", "Unit B"), "Unit").values is None
    assert read_dates(column("12", "13"), "Umur").values is None
    assert read_dates(column(None, ""), "Tanggal").values is None


def test_a_column_without_a_date_in_its_heading_is_one_only_if_every_cell_is_a_date():
    cells = [f"{day:02}/03/2026" for day in range(1, 29)] * 2
    assert read_dates(column(*cells), "Kapan").values is not None
    assert read_dates(column(*cells, "lupa"), "Kapan").values is None
    assert read_dates(column(*cells, "lupa"), "Tanggal").unread == (56,)


def test_an_impossible_day_is_blank_and_told():
    dates = read_dates(column("31/02/2026", "13/02/2026"), "Tanggal")
    assert dates.values.isna().tolist() == [True, False]
    assert dates.unread == (0,)
