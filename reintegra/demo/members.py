"""The people of the records: those who answered SIAP-36, the cohort before them, and the partner's clients."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..core.check_letter import check_character, sound
from .people import AGES, MODES, Cohort, _share
from .places import PREFIX, Rows
from .planted import LAST_DAY
from .truth import NO_PROGRAMME

Draws = np.random.Generator
BEFORE = 50  # people of 2024 in each programme of each unit
CLIENTS = 16  # people in each of the partner's cohorts
CLIENT_STARTS = (dt.date(2025, 1, 6), dt.date(2025, 7, 7), dt.date(2026, 1, 5))
GROUPS = {"UPT-A": 3, "UPT-B": 2, "UPT-F": 2, "UPT-E": 2}  # session groups of a cohort; elsewhere one
LENGTH = {"release_talk": 80, "konsultasi": 100, "rehab_sosial": 165, "ipwl": 175}  # days from enrolment to the end
SECOND = 140  # days from enrolment until those on the waiting list begin
NOT_TO_CONTACT, NOT_TO_QUOTE = 2, 2

AREAS = ((0.62, "33"), (0.76, "34"), (0.86, "32"), (0.95, "35"), (1.0, "62"))
SCHOOLING = ((0.03, "0"), (0.25, "1"), (0.55, "2"), (0.92, "3"), (1.0, "4"))
MARRIED = ((0.38, "belum"), (0.82, "kawin"), (1.0, "cerai"))
RELEASES = ((0.55, "PB"), (0.75, "CB"), (0.82, "CMB"), (0.97, "murni"), (1.0, "asimilasi"))
DRUGS = ((0.50, "pengguna"), (0.90, "pengedar"), (1.0, "tak_tahu"))
AGAIN = ((0.72, "0"), (0.96, "1"), (1.0, "88"))


@dataclass(frozen=True)
class Member:
    """One person in one programme; ``seat`` is the row in the cohort of SIAP-36, -1 for the others."""

    code: str
    unit: str
    kind: str  # of the programme
    programme: str
    cohort: int
    entry: str
    enrolled: dt.date
    begins: dt.date  # of the sessions
    ends: dt.date
    group: int
    trait: float  # latent: the level a person came with
    age: str
    mode: str
    drugs: bool
    release: dt.date  # as planned; after LAST_DAY for some
    seat: int = -1
    left: dt.date | None = None  # the day he left the programme before its end
    why: str = ""  # berhenti, pindah, bebas, dikeluarkan, sakit; tarik_diri for the one who withdrew
    contact: bool = True
    quote: bool = True

    @property
    def free(self) -> dt.date:
        """The day of release."""
        return self.left if self.why == "bebas" and self.left else self.release

    @property
    def here_until(self) -> dt.date:
        """The last day on which he can be met in the programme."""
        return min(self.free, self.left or dt.date.max)


def draw_members(cohort: Cohort) -> tuple[Member, ...]:
    """Draw everybody who stands in the records, in the order of the table peserta.

    Parameters
    ----------
    cohort : Cohort
        The people of SIAP-36: they keep their code, unit, programme, age group, mode and day of release.

    Returns
    -------
    tuple of Member

    Raises
    ------
    Nothing.

    Source
    ------
    data/README.md.
    """
    rng = np.random.default_rng([cohort.truth.seed, 1])
    taken = {person.code for person in cohort.people}
    people = [_of_the_cohort(rng, cohort, seat, trait) for seat, trait in enumerate(_traits(cohort))]
    first = next(row for row, one in enumerate(people) if one.unit == "UPT-B" and one.why == "pindah")
    people[first] = replace(people[first], why="tarik_diri")
    for at in "ABCD":
        for kind in ("release_talk", "konsultasi"):
            people += [_of_2024(rng, at, kind, taken) for _ in range(BEFORE)]
    for number, start in enumerate(CLIENT_STARTS, start=1):
        people += [_client(rng, number, start, taken) for _ in range(CLIENTS)]
    people = _in_groups(people)
    told = [row for row, one in enumerate(people) if one.why != "tarik_diri" and one.free < dt.date(2025, 12, 1)]
    for row in (told[0], told[-1])[:NOT_TO_CONTACT]:
        people[row] = replace(people[row], contact=False)
    spoke = [row for row, one in enumerate(people) if one.kind == "konsultasi" and one.seat >= 0 and not one.left]
    for row in spoke[2 : 2 + NOT_TO_QUOTE]:
        people[row] = replace(people[row], quote=False)
    return tuple(people)


def _traits(cohort: Cohort) -> list[float]:
    """Return the overall score everybody would have had without a programme at the first wave, standardised."""
    instrument, world = cohort.instrument, cohort.worlds[NO_PROGRAMME][:, 0]
    sign = np.array([(-1 if item.reverse else 1) * (not item.name.startswith("kmb")) for item in instrument.items])
    points = [int(total) for total in (world * sign).sum(axis=1)]
    mean = sum(points) / len(points)
    sd = math.sqrt(sum((p - mean) ** 2 for p in points) / len(points))
    return [(p - mean) / sd for p in points]


def _of_the_cohort(rng: Draws, cohort: Cohort, seat: int, trait: float) -> Member:
    person, visits = cohort.people[seat], cohort.visits[seat]
    waits = person.programme == NO_PROGRAMME
    kinds = [kind for kind in person.unit.places if kind != NO_PROGRAMME]
    kind = kinds[0] if waits else person.programme
    begins = person.unit.start + dt.timedelta(days=SECOND if waits else 16)
    one = Member(
        code=person.code,
        unit=person.unit.name,
        kind=kind,
        programme=f"{PREFIX[kind]}-{person.unit.name[-1]}-25",
        cohort=2 if waits else 1,
        entry=person.entry,
        enrolled=person.unit.start,
        begins=begins,
        ends=begins + dt.timedelta(days=LENGTH[kind]),
        group=0,
        trait=trait,
        age=person.age,
        mode=person.mode,
        drugs=person.drug_history,
        release=person.release,
        seat=seat,
    )
    day = float(rng.random())
    lost = [wave for wave in (1, 2) if not cohort.present[seat, wave]]
    if lost:
        last, next_one = visits[lost[0] - 1].date, visits[lost[0]].date
        left = last + dt.timedelta(days=3 + int(day * ((next_one - last).days - 4)))
        return replace(one, left=left, why="bebas" if (one.release - left).days < 180 else "pindah")
    return replace(one, left=one.release, why="bebas") if one.release < one.ends else one


def _new_code(rng: Draws, at: str, taken: set[str]) -> str:
    while True:
        text = f"UP{at}-{int(rng.random() * 10_000):04d}"
        code = f"{text}-{check_character(text)}"
        if code not in taken and sound(code):
            taken.add(code)
            return code


def _of_2024(rng: Draws, at: str, kind: str, taken: set[str]) -> Member:
    """Draw one who was in a programme in 2024 and is followed after release; nothing else is known of him."""
    code, trait = _new_code(rng, at, taken), float(rng.standard_normal())
    day, age, mode, drugs, left = (float(u) for u in rng.random(5))
    start = dt.date(2024, 1, 15) + dt.timedelta(days=7 * int(day * 20))
    release = start + dt.timedelta(days=110 + int(left * 230))
    ends = start + dt.timedelta(days=LENGTH[kind])
    about: dict[str, Any] = {
        "age": _share(age, AGES),
        "mode": _share(mode, MODES),
        "drugs": drugs < 0.65,
        "release": release,
    }
    code_of = f"{PREFIX[kind]}-{at}-24"
    return Member(code, f"UPT-{at}", kind, code_of, 1, "ditunjuk", start, start, ends, 1, trait, **about)


def _client(rng: Draws, number: int, start: dt.date, taken: set[str]) -> Member:
    """Draw one of the partner's clients, who stay or leave for a reason."""
    code, trait = _new_code(rng, "C", taken), float(rng.standard_normal())
    age, mode, why, when, left = (float(u) for u in rng.random(5))
    ends = start + dt.timedelta(days=LENGTH["ipwl"])
    release = start + dt.timedelta(days=185 + int(left * 300))
    about: dict[str, Any] = {"age": _share(age, AGES), "mode": _share(mode, MODES), "drugs": True, "release": release}
    one = Member(code, "UPT-C", "ipwl", "IP-C-25", number, "syarat", start, start, ends, 1, trait, **about)
    shares = ((0.74, ""), (0.82, "berhenti"), (0.89, "pindah"), (0.96, "bebas"), (0.98, "dikeluarkan"), (1.0, "sakit"))
    reason = _share(why, shares)
    return replace(one, left=start + dt.timedelta(days=20 + int(when * 120)), why=reason) if reason else one


def _in_groups(people: Sequence[Member]) -> list[Member]:
    """Deal out session groups, numbered through the cohorts of a programme: one group does not mix two cohorts."""
    seen: dict[tuple[str, int], int] = {}
    found = []
    for one in people:
        if one.seat < 0:
            found.append(replace(one, group=one.cohort))
            continue
        many = GROUPS.get(one.unit, 1)
        place = seen[one.programme, one.cohort] = seen.get((one.programme, one.cohort), -1) + 1
        found.append(replace(one, group=1 + place % many + (many if one.cohort == 2 else 0)))
    return found


def table_peserta(cohort: Cohort, members: Sequence[Member]) -> Rows:
    """Return the people, with what is asked of them once."""
    rng = np.random.default_rng([cohort.truth.seed, 2])
    rows = [
        [
            "pid",
            "upt_id",
            "kelompok_umur",
            "jk",
            "pendidikan",
            "baca_tulis",
            "status_kawin",
            "asal",
            "status_hukum",
            "perkara",
            "kategori_narkotika",
            "residivis",
            "lama_pidana_bln",
            "sisa_pidana_hr",
            "jenis_bebas",
        ]
    ]
    for one in members:
        sex, school, wed, area, drugs, kind, again, served, way = (float(u) for u in rng.random(9))
        narcotic = one.drugs and (one.kind in ("rehab_sosial", "ipwl") or drugs < 0.85)
        reads = {"isi_sendiri": "2", "dibacakan": "1", "wawancara": "0" if school < 0.3 else "1"}[one.mode]
        taught = "0" if reads == "0" and school < 0.1 else _share(0.03 + 0.97 * school, SCHOOLING)
        since = cohort.visits[one.seat][0].date if one.seat >= 0 else one.enrolled
        months = round(((one.release - entered(one)).days / 30.4) + 2 + 6 * served)
        rows.append(
            [
                *(one.code, one.unit, one.age, "P" if one.unit == "UPT-F" and sex < 0.15 else "L"),
                *(taught, reads, _share(wed, MARRIED), _share(area, AREAS), "narapidana"),
                *("narkotika" if narcotic else "lain", _share(kind, DRUGS) if narcotic else "tidak_berlaku"),
                *(_share(again, AGAIN), str(months), str((one.release - since).days), _share(way, RELEASES)),
            ]
        )
    return rows


def entered(one: Member) -> dt.date:
    """Return the day on which a person came into custody: worked out from his code, so that every table agrees."""
    return one.enrolled - dt.timedelta(days=120 + 7 * (int(one.code[4:8]) % 90))


def table_persetujuan(members: Sequence[Member]) -> Rows:
    """Return the consents: one withdrew, some do not want to be contacted after release, some not to be quoted."""
    rows = [["pid", "versi", "tanggal", "cara", "setuju_ikut", "setuju_kontak", "setuju_kutip", "tarik_tanggal"]]
    for one in members:
        how = {"isi_sendiri": "tertulis", "dibacakan": "tertulis", "wawancara": "cap_jempol"}[one.mode]
        day = one.enrolled - dt.timedelta(days=3 + int(one.code[7]) % 5)
        gone = one.left.isoformat() if one.why == "tarik_diri" and one.left else ""
        rows.append([one.code, "1.0", day.isoformat(), how, "1", str(int(one.contact)), str(int(one.quote)), gone])
    return rows


def table_keikutsertaan(members: Sequence[Member]) -> Rows:
    """Return who was in which programme, how they came in and how it ended."""
    rows = [["pid", "program_id", "angkatan", "cara_masuk", "mulai", "selesai", "status"]]
    for one in members:
        end = one.here_until if one.left else one.ends
        status = "berhenti" if one.why == "tarik_diri" else one.why or "selesai"
        about = [one.code, one.programme, str(one.cohort), one.entry]
        rows.append([*about, one.enrolled.isoformat(), end.isoformat(), status])
    return rows


def table_peristiwa(members: Sequence[Member], deaths: dict[str, dt.date]) -> Rows:
    """Return what happened to people: in, transferred, withdrawn, released, died."""
    rows = [["pid", "tanggal", "jenis", "upt_tujuan"]]
    for one in members:
        rows.append([one.code, entered(one).isoformat(), "masuk", one.unit])
        if one.left and one.why == "tarik_diri":
            rows.append([one.code, one.left.isoformat(), "tarik_diri", ""])
        if one.left and one.why == "pindah":
            there = f"UPT-{'BCDEFA'['ABCDEF'.index(one.unit[-1])]}"
            rows.append([one.code, one.left.isoformat(), "pindah_keluar", there])
            rows.append([one.code, (one.left + dt.timedelta(days=1)).isoformat(), "pindah_masuk", there])
        if one.free <= LAST_DAY and one.why != "tarik_diri":
            rows.append([one.code, one.free.isoformat(), "bebas", ""])
        if one.code in deaths:
            rows.append([one.code, deaths[one.code].isoformat(), "meninggal", ""])
    return rows
