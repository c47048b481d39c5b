"""What becomes of people after release: known hazards, death, people nobody hears of any more."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Container, Sequence
from dataclasses import dataclass

import numpy as np

from .members import Member
from .people import _share
from .places import Rows
from .planted import LAST_DAY, Planted

MONTH = 30.4375  # days
ASKED = (1, 3, 6, 12)  # months after release
SOURCES = ((0.40, "diri"), (0.62, "keluarga"), (1.0, "bapas"))
FOUND_OUT = ((0.55, "catatan"), (0.85, "bapas"), (1.0, "keluarga"))
WORK = ((0.28, "0"), (0.66, "1"), (0.80, "2"), (1.0, "3"))
HOUSING = ((0.70, "keluarga"), (0.82, "sendiri"), (0.94, "menumpang"), (1.0, "tak_tetap"))


@dataclass(frozen=True)
class Fate:
    """When each thing would happen to a person, in days after release; only the first of them does."""

    member: Member
    returns: int
    dies: int
    lost: int

    def happens(self, days: int) -> bool:
        """Tell whether this many days after release nothing has ended the watch before."""
        return days <= min(self.returns, self.dies, self.lost)


def draw_fates(seed: int, planted: Planted, members: Sequence[Member]) -> list[Fate]:
    """Draw what becomes of everybody who was released and may be contacted.

    Parameters
    ----------
    seed : int
    planted : Planted
        Hazards a month by unit, the ratio between programmes, of death, and of being lost.
    members : sequence of Member

    Returns
    -------
    list of Fate

    Raises
    ------
    Nothing.

    Source
    ------
    Exponential times: Bender, Augustin & Blettner 2005, Statistics in Medicine 24, 1713-1723.
    """
    rng = np.random.default_rng([seed, 3])
    fates = []
    for one in members:
        back, dies, lost = (-math.log(1 - float(u)) for u in rng.random(3))
        if not one.contact or one.why == "tarik_diri" or one.free + dt.timedelta(days=45) > LAST_DAY:
            continue
        rate = planted.hazard[one.unit] * planted.hazard_ratio[one.kind]
        days = [1 + int(MONTH * time) for time in (back / rate, dies / planted.dying, lost / planted.losing)]
        fates.append(Fate(one, *days))
    return fates


def deaths(fates: Sequence[Fate]) -> dict[str, dt.date]:
    """Return who died, and when, as far as anybody heard of it within a year."""
    found = {}
    for fate in fates:
        day = fate.member.free + dt.timedelta(days=fate.dies)
        if fate.dies < min(fate.returns, fate.lost) and fate.dies <= _asked(12) and day <= LAST_DAY:
            found[fate.member.code] = day
    return found


def _asked(month: int) -> int:
    return round(month * MONTH)


def table_tindak_lanjut(seed: int, fates: Sequence[Fate], free_of_duty: Container[str]) -> Rows:
    """Return the contacts after release that were due, with the source of what is known.

    Parameters
    ----------
    seed : int
    fates : sequence of Fate
    free_of_duty : container of str
        People released at the end of their sentence, who need not report to Bapas: 77.

    Returns
    -------
    list of rows of text
        After a re-entry or a death there are none; of who is lost, the last date known stands in all further rows.

    Raises
    ------
    Nothing.

    Source
    ------
    data/README.md.
    """
    rng = np.random.default_rng([seed, 4])
    rows = [
        [
            "pid",
            "bulan",
            "terhubung",
            "sumber",
            "bekerja",
            "tinggal",
            "wajib_lapor",
            "layanan_lanjut",
            "pakai_lagi",
            "masuk_lagi",
            "tanggal_masuk_lagi",
            "tanggal_terakhir",
        ]
    ]
    for fate in fates:
        free = fate.member.free
        ended = min(fate.returns, fate.dies, fate.lost)
        duty = "77" if fate.member.code in free_of_duty else "1"
        for month in ASKED:
            who, work, home, reports, aftercare, again, found = (float(u) for u in rng.random(7))
            due = _asked(month)
            if free + dt.timedelta(days=due) > LAST_DAY:
                break
            until = (free + dt.timedelta(days=min(due, ended))).isoformat()
            about = [fate.member.code, str(month)]
            if ended > due:
                source = _share(who, SOURCES)
                used = ("1" if again < 0.12 else "0" if again < 0.90 else "99") if source == "diri" else "88"
                known = [_share(work, WORK), _share(home, HOUSING), duty if reports < 0.85 or duty == "77" else "0"]
                reached = "1" if source == "diri" else "2" if source == "keluarga" else "1"
                rows.append([*about, reached, source, *known, "1" if aftercare < 0.35 else "0", used, "0", "", until])
            elif ended == fate.returns:
                rows.append([*about, "0", _share(found, FOUND_OUT), "", "", "", "", "", "1", until, until])
                break
            elif ended == fate.dies:
                rows.append([*about, "2", "keluarga", "", "", "", "", "", "0", "", until])
                break
            else:
                rows.append([*about, "0", "catatan", "", "", "", "", "", "88", "", until])
    return rows
