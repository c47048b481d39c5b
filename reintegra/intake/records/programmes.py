"""Programmes and the people around them: empty ones, several at a time, and interviewers who also lead the sessions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import pandas as pd

from ...core.errors import Notice
from ...core.language import listed
from .cells import Filled, where
from .dictionary import ANSWERS, PERSON
from .order import enrolments_at_once

Tables = Mapping[str, Filled]


def check_programmes(tables: Tables, left_out: Collection[str]) -> list[Notice]:
    """Refuse programmes with nobody in them, those ``left_out`` counted; say who is in two, and who asks and leads."""
    if {"program", "keikutsertaan"} <= set(tables):
        programmes = tables["program"]
        taken = {*tables["keikutsertaan"].frame["program_id"].dropna(), *left_out}
        for i, code in enumerate(programmes.frame["program_id"]):
            if isinstance(code, str) and code not in taken:
                programmes.fault("nobody-in-programme", i, "program_id", code)
    return [*_several(tables), *_asks_and_leads(tables), *_left_the_study(tables)]


def overlaps(enrolled: pd.DataFrame, programmes: pd.DataFrame | None) -> pd.DataFrame:
    """Return who was in two programmes at the same time: pid, program_id, also, mulai, selesai, hari (both ends)."""
    rows = [
        (enrolled[PERSON][a], enrolled["program_id"][b], enrolled["program_id"][a], start, end, (end - start).days + 1)
        for a, b, start, end in enrolments_at_once(enrolled, programmes)
    ]
    return pd.DataFrame(rows, columns=[PERSON, "program_id", "also", "mulai", "selesai", "hari"])


def contamination(enrolled: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Return for each programme which others its people were in at the same time: how many of them, and what share."""
    people = enrolled.groupby("program_id")[PERSON].nunique()
    both = pd.concat([found, found.rename(columns={"program_id": "also", "also": "program_id"})], ignore_index=True)
    table = both.groupby(["program_id", "also"])[PERSON].nunique().rename("people").reset_index()
    table["of"] = table["program_id"].map(people).astype(int)
    return table.assign(share=table["people"] / table["of"])


def _several(tables: Tables) -> Iterator[Notice]:
    if "keikutsertaan" not in tables:
        return
    filled = tables["keikutsertaan"]
    found = overlaps(filled.frame, tables["program"].frame if "program" in tables else None)
    if len(found):
        pairs = Counter(zip(found["program_id"], found["also"], strict=True))
        said = {"people": found[PERSON].nunique(), "pairs": listed(f"{a} + {b} ({n})" for (a, b), n in pairs.items())}
        rows = where(filled.frame[PERSON].isin(found[PERSON]))
        grid = filled.stands[int(rows[0])][0].grid
        yield Notice("several-programmes", grid.file, grid.sheet, filled.rows(rows), params=said)


def _asks_and_leads(tables: Tables) -> Iterator[Notice]:
    """Warn of interviewers who led a session of the person's programme, or a consultation with them."""
    if ANSWERS not in tables:
        return
    leads: set[tuple[Any, Any]] = set()
    if "sesi" in tables:
        sessions = tables["sesi"].frame
        for table, by in (("kehadiran", "sesi_id"), ("keikutsertaan", "program_id")):
            if table in tables:
                theirs = tables[table].frame[[PERSON, by]].dropna().drop_duplicates()
                led = theirs.merge(sessions[[by, "fasilitator_id"]].dropna().drop_duplicates(), on=by)
                leads |= set(zip(led[PERSON], led["fasilitator_id"], strict=True))
    if "konsultasi" in tables:
        talks = tables["konsultasi"].frame
        leads |= set(zip(talks[PERSON], talks["fasilitator_id"], strict=True))
    answers = tables[ANSWERS]
    asked = zip(answers.frame[PERSON], answers.frame["pewawancara_id"], strict=True)
    rows = [i for i, pair in enumerate(asked) if isinstance(pair[1], str) and pair in leads]
    if rows:
        grid = answers.stands[rows[0]][0].grid
        staff = sorted(set(answers.frame["pewawancara_id"].iloc[rows]))
        said = {"people": answers.frame[PERSON].iloc[rows].nunique(), "staff": listed(staff)}
        yield Notice("interviewer-leads", grid.file, grid.sheet, answers.rows(rows), ("pewawancara_id",), params=said)


def _left_the_study(tables: Tables) -> Iterator[Notice]:
    """Ask whether people who left the study withdrew their consent too."""
    if "peristiwa" in tables:
        events = tables["peristiwa"]
        rows = where(events.frame["jenis"] == "tarik_diri")
        if len(rows):
            grid = events.stands[int(rows[0])][0].grid
            yield Notice("left-the-study", grid.file, grid.sheet, events.rows(rows))
