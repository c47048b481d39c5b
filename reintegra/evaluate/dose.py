"""How much of a programme was given, and how much of it reached its people: planned, delivered, attended."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ..core.language import number, say
from ..core.results import Result
from ..intake import Records
from .taking_part import find_programme

THERE = (1, 2)  # attended, in part
SHARES = (0.5, 0.8)  # of the sessions of a person: where the bands end


@dataclass(frozen=True, eq=False)
class Dose(Result):
    """Sessions and attendance of one programme. ``table`` has a row a component: name, planned, delivered (replaced ones
    too), replaced, cancelled, share_delivered, minutes (median), places (people expected), share_attended.

    ``people``: the share of his delivered sessions each person attended, by code; ``bands``: how many people attended
    under half, up to four fifths, and more (name, people). ``talks``: consultations of each person, where there are.
    """

    programme: str
    people: pd.Series[float]
    bands: pd.DataFrame
    talks: pd.Series[int]
    minutes: float

    @property
    def sentence(self) -> str:
        if len(self.table):
            planned, delivered = int(self.table["planned"].sum()), int(self.table["delivered"].sum())
            said = {"planned": planned, "delivered": delivered, "share": number(100 * delivered / planned, 0)}
            half = number(100 * self.people.median(), 0) if len(self.people) else "–"
            return say("reports", "dose_said", half=half, n=len(self.people), **said)
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
    Dane & Schneider (1998), Clinical Psychology Review 18, 23-45 (adherence and dosage as parts of integrity).
    """
    programme = find_programme(records, programme)
    sessions = records["sesi"]
    sessions = sessions[sessions["program_id"] == programme]
    attended = records["kehadiran"].merge(sessions[["sesi_id", "komponen_id"]])
    attended = attended.assign(there=attended["hadir"].isin(THERE))
    rows = []
    for name, group in sessions.groupby("komponen_id", sort=False):
        planned, delivered = int((group["direncanakan"] == 1).sum()), group["terlaksana"].isin(THERE)
        here = attended.loc[attended["komponen_id"] == name, "there"]
        rows.append({
            "name": str(name), "planned": planned, "delivered": int(delivered.sum()),
            "replaced": int((group["terlaksana"] == 2).sum()), "cancelled": int((group["terlaksana"] == 0).sum()),
            "share_delivered": float(delivered.sum() / planned) if planned else float("nan"),
            "minutes": float(group.loc[delivered, "durasi_mnt"].median()), "places": len(here),
            "share_attended": float(here.mean()) if len(here) else float("nan"),
        })  # fmt: skip
    people = attended.groupby("pid")["there"].mean()
    bands = pd.cut(people, [-1, SHARES[0] - 1e-9, SHARES[1] - 1e-9, 2], labels=["low", "middle", "high"])
    counts = bands.value_counts().reindex(["low", "middle", "high"]).fillna(0).astype(int)
    enrolled = records["keikutsertaan"]
    members = enrolled.loc[enrolled["program_id"] == programme, "pid"]
    kinds = records["program"].set_index("program_id")["program_jenis"]
    talks = records["konsultasi"]
    talks = talks[talks["pid"].isin(members)] if kinds[programme] == "konsultasi" else talks.iloc[:0]
    return Dose(
        pd.DataFrame(rows), "", programme, people, pd.DataFrame({"name": counts.index.astype(str), "people": counts.to_numpy()}),
        talks.groupby("pid").size(), float(talks["durasi_mnt"].median()),
    )  # fmt: skip
