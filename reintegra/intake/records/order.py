"""Dates in order: periods, waves, entry and release, sessions, follow-up, and one unit a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

import pandas as pd

from ...core.errors import Notice
from ...core.language import in_language
from .cells import Filled, where
from .dictionary import ANSWERS, CONSENT, PERSON

Tables = Mapping[str, Filled]

PERIODS = (
    ("program", "mulai", "selesai"),
    ("keikutsertaan", "mulai", "selesai"),
    ("perjanjian", "mulai", "akhir"),
    ("kunjungan", "tanggal", "tanggal_adopsi"),
    (CONSENT, "tanggal", "tarik_tanggal"),
)
ARRIVALS, MOVES = ("masuk", "pindah_masuk"), ("pindah_masuk", "pindah_keluar")
PRESENT = (1, 2)


def check_order(tables: Tables) -> list[Notice]:
    """Check everything that has to come before or after something else."""
    for table, first, last in PERIODS:
        if table in tables and table != CONSENT:  # looked at before anybody's rows are left out
            check_period(tables[table], first, last)
    if ANSWERS in tables:
        _waves(tables[ANSWERS])
    if "peristiwa" in tables:
        _entry_first(tables["peristiwa"])
    if "kehadiran" in tables and "sesi" in tables:
        _cancelled(tables["kehadiran"], tables["sesi"])
    _one_unit_a_day(tables)
    return [*_follow_up(tables), *_before_consent(tables)]


def day(date: Any) -> str:
    """Write a date for a message."""
    return str(pd.Timestamp(date).strftime("%Y-%m-%d"))


def dates_by(keys: pd.Series, known: pd.Series) -> pd.Series:
    """Return the date that belongs to each key, blank where there is none; unlike `map`, also where all are blank."""
    found = pd.Series([known.get(key) for key in keys], index=keys.index, dtype=object)
    return pd.to_datetime(found).astype("datetime64[s]")


def check_period(filled: Filled, first: str, last: str) -> None:
    """Nothing ends before it begins."""
    frame = filled.frame
    for i in where(frame[last] < frame[first]):
        filled.fault("end-before-start", i, last, day(frame[last][i]), {"start": day(frame[first][i])})


def _waves(answers: Filled) -> None:
    """A wave is not dated before the one it follows."""
    codes = answers.table.columns["gelombang"].codes
    frame = answers.frame.dropna(subset=[PERSON, "instrumen", "gelombang", "tanggal"])
    ordered = frame.sort_values("gelombang", kind="stable")
    latest = ordered.groupby([PERSON, "instrumen"], sort=False)["tanggal"].cummax()
    late = ordered[ordered["tanggal"] < latest]
    for (person, instrument), rows in late.groupby([PERSON, "instrumen"], sort=False):
        theirs = ordered[(ordered[PERSON] == person) & (ordered["instrumen"] == instrument)]
        for i in rows.index:
            former = theirs[theirs["tanggal"] == latest[i]].iloc[0]
            waves = {"wave": frame["gelombang"][i], "former": former["gelombang"]}
            labels = {name: codes.labels[int(wave)] if codes else {} for name, wave in waves.items()}
            params: dict[str, Any] = {name: partial(in_language, label) for name, label in labels.items()}
            params["before"] = day(former["tanggal"])
            answers.fault("wave-before-former", int(i), "tanggal", day(frame["tanggal"][i]), params)


def _entry_first(events: Filled) -> None:
    """Nobody is released before they came in."""
    frame = events.frame.dropna(subset=[PERSON, "tanggal", "jenis"])
    came = dates_by(frame[PERSON], frame[frame["jenis"].isin(ARRIVALS)].groupby(PERSON)["tanggal"].min())
    freed = frame[frame["jenis"] == "bebas"].sort_values("tanggal", kind="stable").drop_duplicates(PERSON)
    for i in freed.index[freed["tanggal"] < came[freed.index]]:
        events.fault("release-before-entry", int(i), "tanggal", day(freed["tanggal"][i]), {"entry": day(came[i])})


def releases(events: pd.DataFrame) -> pd.Series:
    """Return the day of each person's first release that was not cancelled."""
    found: dict[Any, Any] = {}
    rows = events.dropna(subset=[PERSON, "tanggal"]).sort_values("tanggal", kind="stable")
    for person, date, kind in zip(rows[PERSON], rows["tanggal"], rows["jenis"], strict=True):
        if kind == "bebas":
            found.setdefault(person, date)
        elif kind == "batal_bebas":
            found.pop(person, None)
    return pd.Series(found, dtype="datetime64[s]")


def _cancelled(attendance: Filled, sessions: Filled) -> None:
    """Nobody can have been at a session that did not take place."""
    off = set(sessions.frame.loc[sessions.frame["terlaksana"] == 0, "sesi_id"].dropna())
    frame = attendance.frame
    for i in where(frame["sesi_id"].isin(off) & frame["hadir"].isin(PRESENT)):
        attendance.fault("session-cancelled", i, "hadir", int(frame["hadir"][i]), {"session": frame["sesi_id"][i]})


def _one_unit_a_day(tables: Tables) -> None:
    """Nobody is in two units on one day, but on the day of a transfer."""
    moved = _moves(tables)
    seen: dict[tuple[Any, Any], dict[Any, None]] = defaultdict(dict)
    for filled, i, column, person, date, unit in (*_arrivals(tables), *_attended(tables)):
        units = seen[person, date]
        units[unit] = None
        other = next(iter(units))
        if other != unit and (filled.table.name == "peristiwa" or (person, date) not in moved):
            filled.fault("two-units-one-day", i, column, day(date), {"unit": unit, "other": other})
    for filled, i, other, start, end, unit, unit_of_other in _enrolled_apart(tables):
        person = filled.frame[PERSON][i]
        if start < end or (person, start) not in moved:
            params = {"unit": unit, "other": unit_of_other, "row": filled.stands[other][1]}
            filled.fault("two-units-at-once", i, "mulai", day(start), params)


def _moves(tables: Tables) -> set[tuple[Any, Any]]:
    if "peristiwa" not in tables:
        return set()
    events = tables["peristiwa"].frame
    moves = events[events["jenis"].isin(MOVES)]
    return set(zip(moves[PERSON], moves["tanggal"], strict=True))


Seen = tuple[Filled, int, str, Any, Any, Any]


def _arrivals(tables: Tables) -> Iterator[Seen]:
    if "peristiwa" in tables:
        filled = tables["peristiwa"]
        frame = filled.frame.dropna(subset=[PERSON, "tanggal", "upt_tujuan"])
        for i in frame.index[frame["jenis"].isin(ARRIVALS)]:
            yield filled, int(i), "tanggal", frame[PERSON][i], frame["tanggal"][i], frame["upt_tujuan"][i]


def _attended(tables: Tables) -> Iterator[Seen]:
    if not {"kehadiran", "sesi", "program"} <= set(tables):
        return
    filled = tables["kehadiran"]
    sessions = tables["sesi"].frame.drop_duplicates("sesi_id").set_index("sesi_id")
    units = sessions["program_id"].map(_unit_of(tables))
    frame = filled.frame[filled.frame["hadir"].isin(PRESENT)]
    dates, places = dates_by(frame["sesi_id"], sessions["tanggal"]), frame["sesi_id"].map(units)
    for i, person, date, unit in zip(frame.index, frame[PERSON], dates, places, strict=True):
        if pd.notna(person) and pd.notna(date) and pd.notna(unit):
            yield filled, int(i), "sesi_id", person, date, unit


def _unit_of(tables: Tables) -> dict[Any, Any]:
    programmes = tables["program"].frame
    return dict(zip(programmes["program_id"], programmes["upt_id"], strict=True))


def enrolments_at_once(enrolled: pd.DataFrame, programmes: pd.DataFrame | None) -> Iterator[tuple[int, int, Any, Any]]:
    """Yield pairs of rows of one person in two programmes at the same time: the later, the earlier, from, until.

    An enrolment that is still going on ends with its programme, or never.
    """
    ends = enrolled["selesai"]
    if programmes is not None:
        last = programmes.dropna(subset=["program_id"]).drop_duplicates("program_id").set_index("program_id")["selesai"]
        ends = ends.fillna(dates_by(enrolled["program_id"], last))
    ends = ends.fillna(pd.Timestamp(2100, 1, 1))
    rows = enrolled.dropna(subset=[PERSON, "mulai"]).sort_values("mulai", kind="stable")
    for _, of_one in rows.groupby(PERSON, sort=False):
        if len(of_one) > 1:
            order = list(of_one.index)
            for place, later in enumerate(order):
                for earlier in order[:place]:
                    if enrolled["mulai"][later] <= ends[earlier]:
                        yield later, earlier, enrolled["mulai"][later], min(ends[later], ends[earlier])


def _enrolled_apart(tables: Tables) -> Iterator[tuple[Filled, int, int, Any, Any, Any, Any]]:
    if not {"keikutsertaan", "program"} <= set(tables):
        return
    filled, unit_of = tables["keikutsertaan"], _unit_of(tables)
    for later, earlier, start, end in enrolments_at_once(filled.frame, tables["program"].frame):
        units = [unit_of.get(filled.frame["program_id"][i]) for i in (later, earlier)]
        if None not in units and units[0] != units[1]:
            yield filled, later, earlier, start, end, units[0], units[1]


def _follow_up(tables: Tables) -> Iterator[Notice]:
    """What is known after release is dated after release."""
    if not {"tindak_lanjut", "peristiwa"} <= set(tables):
        return
    filled = tables["tindak_lanjut"]
    frame, at = filled.frame, dates_by(filled.frame[PERSON], releases(tables["peristiwa"].frame))
    for i in where(frame["tanggal_masuk_lagi"] < at):
        filled.fault("event-before-release", i, "tanggal_masuk_lagi", *_days(frame["tanggal_masuk_lagi"][i], at[i]))
    last = frame["tanggal_terakhir"]
    for i in where(last < at):
        filled.fault("negative-follow-up", i, "tanggal_terakhir", *_days(last[i], at[i]))
    back = (frame["masuk_lagi"] == 1) & (frame["tanggal_masuk_lagi"] == at)
    for i in where((last == at) & ~back & (frame["terhubung"] != 0)):
        filled.fault("no-follow-up-time", i, "tanggal_terakhir", *_days(last[i], at[i]))
    yield from _said("event-on-day-0", filled, where((last == at) & back))
    yield from _said("no-release-date", filled, where(at.isna() & frame[PERSON].notna()))


def _days(found: Any, release: Any) -> tuple[str, dict[str, str]]:
    return day(found), {"release": day(release)}


def _said(code: str, filled: Filled, positions: Iterable[Any]) -> Iterator[Notice]:
    """Yield a notice for each sheet that has such rows, with how many people they are."""
    of_sheet: dict[int, list[int]] = {}
    for i in positions:
        of_sheet.setdefault(id(filled.stands[int(i)][0]), []).append(int(i))
    for found in of_sheet.values():
        grid = filled.stands[found[0]][0].grid
        people = {"people": filled.frame[PERSON].iloc[found].nunique()}
        yield Notice(code, grid.file, grid.sheet, filled.rows(found), params=people)


def _before_consent(tables: Tables) -> Iterator[Notice]:
    """Say which answers were taken before the person had agreed."""
    if CONSENT not in tables:
        return
    agreed = tables[CONSENT].frame.groupby(PERSON)["tanggal"].min()
    for name in (ANSWERS, "konsultasi"):
        if name in tables:
            frame = tables[name].frame
            yield from _said("before-consent", tables[name], where(frame["tanggal"] < dates_by(frame[PERSON], agreed)))
