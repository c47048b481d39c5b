"""How much of a programme was given, and how much of it reached its people: planned, delivered, attended."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ..core.language import number, say
from ..core.results import Result
from ..intake import Records
from ..measure import attendance, delivery
from .taking_part import find_programme

SHARES = (0.5, 0.8)  # of the sessions of a person: where the bands end


@dataclass(frozen=True, eq=False)
class Dose(Result):
    """Sessions and attendance of one programme. ``table`` has a row a component, as `delivery` counts it (name,
    planned, held, replaced, cancelled, share, minutes, fidelity, ...), with places (rows of attendance) and attended
    (share of full attendance).

    ``people``: the share of the sessions of his group each person attended in full, by code; ``bands``: how many people
    attended under half, up to four fifths, and more (name, people). ``talks``: consultations of each person, where the
    programme is one of consultations, with their median ``minutes``.
    """

    programme: str
    people: pd.Series[float]
    bands: pd.DataFrame
    talks: pd.Series[int]
    minutes: float

    @property
    def sentence(self) -> str:
        t = self.table
        if len(t):
            planned, given = int(t["planned"].sum()), int((t["held"] + t["replaced"]).sum())
            share = number(100 * given / planned, 0) if planned else "–"
            half = number(100 * self.people.median(), 0) if len(self.people) else "–"
            return say(
                "reports", "dose_said", delivered=given, planned=planned, share=share, half=half, n=len(self.people)
            )
        if len(self.talks):
            said = {"talks": int(self.talks.sum()), "n": len(self.talks), "half": number(self.talks.median(), 0)}
            return say("reports", "talks_said", minutes=number(self.minutes, 0), **said)
        return say("reports", "dose_none")


def dose(records: Records, programme: str) -> Dose:
    """Count the sessions of a programme by component, and how many of theirs people attended.

    People who attend more are others than those who attend less: what they gained is never the effect of attending.

    Parameters
    ----------
    records : Records
        From `read_records`.
    programme : str
        The code of the programme.

    Returns
    -------
    Dose
        Counts of sessions; shares from 0 to 1; minutes.

    Raises
    ------
    DataError
        There is no such programme.

    Source
    ------
    `delivery`, `attendance`.
    """
    programme = find_programme(records, programme)
    sessions = records["sesi"]
    sessions = sessions[sessions["program_id"] == programme]
    came = attendance(records["kehadiran"], sessions, by="komponen_id").set_index("komponen_id")
    table = delivery(sessions, by="komponen_id").rename(columns={"komponen_id": "name"})
    table["places"] = table["name"].map(came["sessions"]).fillna(0).astype(int)
    table["attended"] = table["name"].map(came["share"])
    people = attendance(records["kehadiran"], sessions).set_index("pid")["share"]
    names = ["low", "middle", "high"]
    bands = pd.cut(people, [-1, SHARES[0], SHARES[1], 2], right=False, labels=names).value_counts().reindex(names)
    counts = pd.DataFrame({"name": names, "people": bands.fillna(0).astype(int).to_numpy()})
    enrolled, talks = records["keikutsertaan"], records["konsultasi"]
    kind = records["program"].set_index("program_id")["program_jenis"][programme]
    members = enrolled.loc[enrolled["program_id"] == programme, "pid"] if kind == "konsultasi" else []
    talks = talks[talks["pid"].isin(members)]
    return Dose(table, "", programme, people, counts, talks.groupby("pid").size(), float(talks["durasi_mnt"].median()))
