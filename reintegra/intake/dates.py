"""Dates as people and programs write them, in Indonesian and English; one order of day and month a column."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..core.text import fold

_NAMES = """januari january jan, februari pebruari february feb peb, maret march mar, april apr, mei may, juni june jun,
juli july jul, agustus august agu aug agt, september sept sep, oktober october okt oct, november nopember nov nop,
desember december des dec"""
MONTHS = {name: number for number, names in enumerate(_NAMES.split(","), 1) for name in names.split()}
_ZONE = r"(?:\s*(?:z|wib|wita|wit|(?:gmt|utc)?[+-]\d{1,2}(?::?\d{2})?|gmt|utc))?"
_TIME = r"(?:[ t,]+(?:(?:pukul|jam|at) )?(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:\.\d+)?)?\s*([ap]\.?m\.?)?" + _ZONE + ")?"
_NUMERIC = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})" + _TIME)
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})" + _TIME)
_DAY_MONTH = re.compile(r"(?:[a-z']+,?\s+)?(\d{1,2})[\s\-]+([a-z]+)\.?[\s\-,]+(\d{4}|\d{2})" + _TIME)
_MONTH_DAY = re.compile(r"(?:[a-z]+,?\s+)?([a-z]+)\.?\s+(\d{1,2}),?\s+(\d{4})" + _TIME)
_HEADINGS = re.compile(
    r"timestamp|tanggal|\btgl\b|\bdate|\bwaktu|\bstart\b|\bend\b|\btoday\b|submit|submission.?time|completed|\bhari\b.*tanggal"
)
_EXCEL_DAY_0 = dt.datetime(1899, 12, 30)


@dataclass(frozen=True)
class Found:
    """A date of which the order of day and month may still be open: ``a`` came first, ``b`` second."""

    a: int
    b: int
    year: int
    time: dt.time
    open_order: bool


def is_date_heading(heading: str) -> bool:
    """Tell whether a heading announces a date."""
    return bool(_HEADINGS.search(fold(heading)))


def find_date(value: Any, serial: bool = False) -> Found | None:
    """Read one cell as a date; ``serial`` allows Excel's day numbers."""
    if isinstance(value, dt.datetime):
        return Found(value.day, value.month, value.year, value.time(), False)
    if isinstance(value, dt.date):
        return Found(value.day, value.month, value.year, dt.time(), False)
    if serial and (number := _serial(value)) is not None:
        return find_date(_EXCEL_DAY_0 + dt.timedelta(days=number))
    if not isinstance(value, str):
        return None
    text = fold(value)
    if found := _ISO.fullmatch(text):
        return Found(int(found[3]), int(found[2]), int(found[1]), _time(found[4], found[5], found[6], found[7]), False)
    if found := _NUMERIC.fullmatch(text):
        time = _time(found[4], found[5], found[6], found[7])
        return Found(int(found[1]), int(found[2]), _year(found[3]), time, True)
    if (found := _DAY_MONTH.fullmatch(text)) and found[2] in MONTHS:
        time = _time(found[4], found[5], found[6], found[7])
        return Found(int(found[1]), MONTHS[found[2]], _year(found[3]), time, False)
    if (found := _MONTH_DAY.fullmatch(text)) and found[1] in MONTHS:
        time = _time(found[4], found[5], found[6], found[7])
        return Found(int(found[2]), MONTHS[found[1]], int(found[3]), time, False)
    return None


def _serial(value: Any) -> float | None:
    if isinstance(value, str) and re.fullmatch(r"\d{5}(\.\d+)?", value.strip()):
        value = float(value)
    return float(value) if isinstance(value, int | float) and 20_000 <= value <= 70_000 else None


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _time(hour: str | None, minute: str | None, second: str | None, half: str | None) -> dt.time:
    if hour is None or minute is None:
        return dt.time()
    hours = int(hour) % 12 + (12 if half and half[0] == "p" else 0) if half else int(hour)
    return dt.time(hours, int(minute), int(second or 0)) if hours < 24 and int(minute) < 60 else dt.time()


@dataclass(frozen=True)
class Dates:
    """A column read as dates: the values (None where it is not a column of dates), and what was decided.

    ``order`` is "month-first" or "assumed-day-first" where that has to be said; ``mixed`` are the positions of the
    dates that fit no day-first order though others fit no other.
    """

    values: pd.Series | None
    order: str | None = None
    mixed: tuple[int, ...] = ()
    unread: tuple[int, ...] = ()


def read_dates(column: np.ndarray[Any, Any], heading: str) -> Dates:
    """Read a column as dates where its heading or its content says that it is one.

    The order of day and month is one for the whole column: shown by any day above 12; where none is, day first.
    """
    announced = is_date_heading(heading)
    filled = [i for i, v in enumerate(column) if v is not None and v == v and str(v).strip()]
    if not filled:
        return Dates(None)
    if not announced and any(find_date(column[i]) is None for i in filled[:50]):
        return Dates(None)
    codes, uniques = pd.factorize(column[filled])
    found = [find_date(value, serial=announced) for value in uniques]
    unread = tuple(i for i, code in zip(filled, codes, strict=True) if found[code] is None)
    if len(unread) == len(filled) or (unread and not announced):
        return Dates(None)
    open_ones = [f for f in found if f is not None and f.open_order]
    day_first, month_first = any(f.a > 12 for f in open_ones), any(f.b > 12 for f in open_ones)
    if day_first and month_first:
        bad = [f is not None and f.open_order and f.b > 12 for f in found]
        return Dates(None, mixed=tuple(i for i, code in zip(filled, codes, strict=True) if bad[code]))
    moments = [None if f is None else _moment(f, month_first) for f in found]
    unread = tuple(i for i, code in zip(filled, codes, strict=True) if moments[code] is None)
    values = pd.Series(pd.NaT, index=range(len(column)), dtype="datetime64[s]")
    values.iloc[filled] = pd.Series(pd.to_datetime(moments)).astype("datetime64[s]").to_numpy()[codes]
    order = "month-first" if month_first else "assumed-day-first" if open_ones and not day_first else None
    return Dates(values, order, unread=unread)


def _moment(found: Found, month_first: bool) -> dt.datetime | None:
    day, month = (found.b, found.a) if found.open_order and month_first else (found.a, found.b)
    try:
        return dt.datetime.combine(dt.date(found.year, month, day), found.time)
    except ValueError:
        return None
