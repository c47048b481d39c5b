"""Sessions and who came: Release Talk, the therapeutic community, the partner's sessions; the Release Talk form."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from .members import Draws, Member
from .people import _share
from .places import Rows
from .planted import LAST_DAY, PILLARS, PROMISED, THERAPEUTIC, Planted

NORMAL = NormalDist()
WEEKS = 19  # of the therapeutic community
BEGINS = 10  # days after enrolment
PER_QUARTER = 12  # sessions a component the partner has promised
ABSENT = ((0.55, "0"), (0.80, "3"), (1.0, "2"))  # of those who do not come: absent, excused, came for a part
KINDS = ("release_talk", "rehab_sosial", "ipwl")


@dataclass(frozen=True)
class Session:
    """One session of one group."""

    code: str
    programme: str
    part: str
    group: int
    date: dt.date
    minutes: int
    leader: str
    planned: int
    held: int  # 0 cancelled, 1 yes, 2 replaced
    steps: str


def weekday(date: dt.date) -> dt.date:
    """Return this day, or the next one from Monday to Friday."""
    while date.isoweekday() > 5:
        date += dt.timedelta(days=1)
    return date


def quarter(date: dt.date) -> str:
    """Return the quarter of a day, such as 2025-Q4."""
    return f"{date.year}-Q{(date.month + 2) // 3}"


def draw_sessions(seed: int, planted: Planted, members: Sequence[Member]) -> list[Session]:
    """Draw the sessions of every group.

    Parameters
    ----------
    seed : int
    planted : Planted
    members : sequence of Member

    Returns
    -------
    list of Session

    Raises
    ------
    Nothing.

    Source
    ------
    `Delivery`, `Planted.cancelled`, `Planted.kept`.
    """
    rng = np.random.default_rng([seed, 5])
    groups = sorted({(m.programme, m.kind, m.unit, m.group, m.begins) for m in members if m.kind in KINDS})
    sessions: list[Session] = []
    for programme, kind, unit, group, begins in groups:
        if kind == "release_talk" and programme.endswith("-25"):
            sessions += _release_talk(rng, planted, programme, unit, group, begins)
        elif kind == "rehab_sosial":
            sessions += _community(rng, programme, unit, group, begins)
    return [*sessions, *_partner(rng, planted)]


def _release_talk(
    rng: Draws, planted: Planted, programme: str, unit: str, group: int, begins: dt.date
) -> Iterator[Session]:
    """Two sessions a pillar, one a week."""
    for number, part in enumerate([*PILLARS.values(), *PILLARS.values()]):
        state, late, minutes = (float(u) for u in rng.random(3))
        held = 0 if state < planted.cancelled else 2 if state < planted.cancelled + 0.06 else 1
        date = weekday(begins + dt.timedelta(days=7 * number + int(late * 3)))
        about = (date, 80 + 5 * int(minutes * 5), f"FS-{unit[-1]}{1 + group % 2}", 1, held, "")
        yield Session(f"{programme}-K{group}-{number + 1:02d}", programme, part, group, *about)


def _community(rng: Draws, programme: str, unit: str, group: int, begins: dt.date) -> Iterator[Session]:
    """The weeks of a therapeutic community; now and then a morning meeting that was not planned."""
    number = 0
    first = begins + dt.timedelta(days=BEGINS)
    for week in range(WEEKS):
        for part, delivery in THERAPEUTIC.items():
            extra = part == "morning_meeting" and float(rng.random()) < 0.10
            for nth in range(delivery.per_week + extra):
                planned = nth < delivery.per_week
                state, minutes = (float(u) for u in rng.random(2))
                right = delivery.held[unit]
                held = 1 if not planned or state < right else 2 if state < right + 0.02 else 0
                steps = int((rng.random(delivery.steps) < delivery.complete[unit]).sum())
                day = {"morning_meeting": 0, "seminar": 1, "terapi_kelompok": 3}[part]
                date = weekday(first + dt.timedelta(days=7 * week + day + nth))
                number += 1
                yield Session(
                    f"{programme}-K{group}-{number:03d}",
                    *(programme, part, group, date),
                    delivery.minutes - 10 + 5 * int(minutes * 5),
                    *(f"FS-{unit[-1]}{1 + number % 3}", int(planned), held, str(steps) if held else ""),
                )


def _partner(rng: Draws, planted: Planted) -> Iterator[Session]:
    """The partner's sessions: twelve a quarter and component; in one quarter most of them fall through."""
    number = 0
    bad, chance = planted.bad_quarter
    for nth in range(6):
        start = dt.date(2025 + nth // 4, 1 + 3 * (nth % 4), 8)
        for part in PROMISED:
            for week in range(PER_QUARTER):
                date = weekday(start + dt.timedelta(days=7 * week + PROMISED.index(part)))
                state, minutes = (float(u) for u in rng.random(2))
                held = int(state < (chance if quarter(date) == bad else planted.kept))
                number += 1
                about = (date, 60 + 15 * int(minutes * 3), f"IN-C{1 + PROMISED.index(part)}", 1, held, "")
                yield Session(f"IP-C-25-K{1 + nth // 2}-{number:03d}", "IP-C-25", part, 1 + nth // 2, *about)


def table_sesi(sessions: Sequence[Session]) -> Rows:
    """Return the sessions."""
    rows = [
        [
            "sesi_id",
            "program_id",
            "komponen_id",
            "tanggal",
            "durasi_mnt",
            "fasilitator_id",
            "direncanakan",
            "terlaksana",
            "kelengkapan",
        ]
    ]
    for one in sessions:
        about = [one.code, one.programme, one.part, one.date.isoformat(), str(one.minutes), one.leader]
        rows.append([*about, str(one.planned), str(one.held), one.steps])
    return rows


def table_kehadiran(seed: int, planted: Planted, members: Sequence[Member], sessions: Sequence[Session]) -> Rows:
    """Return who came to the sessions of his group that were held; the readier come more often, whatever they gain.

    Parameters
    ----------
    seed : int
    planted : Planted
        ``attending`` and ``attending_trait``: the logit of coming.
    members : sequence of Member
    sessions : sequence of Session

    Returns
    -------
    list of rows of text

    Raises
    ------
    Nothing.

    Source
    ------
    data/README.md.
    """
    rng = np.random.default_rng([seed, 6])
    of_group: dict[tuple[str, int], list[Member]] = {}
    for one in members:
        of_group.setdefault((one.programme, one.group), []).append(one)
    rows = [["sesi_id", "pid", "hadir", "partisipasi", "peran"]]
    for session in sessions:
        if not session.held or session.date > LAST_DAY:
            continue
        here = [m for m in of_group[session.programme, session.group] if m.here_until > session.date]
        leader = int(float(rng.random()) * len(here))
        for place, one in enumerate(here):
            comes, how, spoke = (float(u) for u in rng.random(3))
            noise = float(rng.standard_normal())
            logit = planted.attending + planted.attending_trait * one.trait
            if comes < 1 / (1 + math.exp(-logit)):
                level = 0.5 * one.trait + noise
                role = "pemimpin" if place == leader else "pembicara" if spoke < 0.08 else "anggota"
                rows.append([session.code, one.code, "1", str(sum(level > cut for cut in (-0.9, 0.3, 1.4))), role])
            else:
                rows.append([session.code, one.code, _share(how, ABSENT), "", ""])
    return rows


def table_release_talk(seed: int, planted: Planted, members: Sequence[Member], sessions: Sequence[Session]) -> Rows:
    """Return the Release Talk forms: what people know before and after, and what they say of the four pillars.

    Parameters
    ----------
    seed : int
    planted : Planted
        ``right`` and ``unknown`` are chances over all people; ``knowing`` ties a person's answers together.
    members : sequence of Member
    sessions : sequence of Session

    Returns
    -------
    list of rows of text
        A row before the first session, a row after the last for those still there.

    Raises
    ------
    Nothing.

    Source
    ------
    data/README.md.
    """
    rng = np.random.default_rng([seed, 7])
    last = {(one.programme, one.group): one.date for one in sessions}
    marks = [f"{pillar}{n}" for pillar in PILLARS for n in (1, 2)]
    rows = [["pid", "gelombang", *(f"tahu_{n}" for n in range(1, 7)), *(f"pilar_{mark}" for mark in marks)]]
    shared, alone = math.sqrt(planted.knowing), math.sqrt(1 - planted.knowing)
    for one in members:
        if (one.programme, one.group) not in last or one.kind != "release_talk":
            continue
        person, says = (float(z) for z in rng.standard_normal(2))
        for wave, until in (("pra", one.begins), ("pasca", last[one.programme, one.group])):
            luck, unsure = rng.standard_normal(6), rng.random(6)
            told = rng.standard_normal(len(marks))
            if one.here_until <= until:
                continue
            known = []
            for chance, z, u in zip(planted.right[wave], luck, unsure, strict=True):
                right = shared * person + alone * float(z) < NORMAL.inv_cdf(chance)
                doubts = float(u) < planted.unknown[wave] / (1 - chance)
                known.append("1" if right else "88" if doubts else "0")
            given = [""] * len(marks)
            if wave == "pasca":
                given = [_feedback(planted, mark[0], says, float(z)) for mark, z in zip(marks, told, strict=True)]
            rows.append([one.code, wave, *known, *given])
    return rows


def _feedback(planted: Planted, pillar: str, says: float, luck: float) -> str:
    own = planted.feedback_person
    level = planted.pillars[pillar] + own * says + math.sqrt(1 - own**2) * luck
    return str(1 + sum(level > cut for cut in planted.feedback_cuts))


def expected_feedback(planted: Planted) -> Mapping[str, float]:
    """Return the mean answer to the items of each pillar, over all people who could be drawn."""
    found = {}
    for pillar, level in planted.pillars.items():
        found[pillar] = 1 + sum(1 - NORMAL.cdf(cut - level) for cut in planted.feedback_cuts)
    return found
