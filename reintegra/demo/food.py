"""Food security: who can do which task alone (two raters), what was grown, and how skill hangs on readiness."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .answers import NOT_APPLICABLE, Floats, Whole
from .members import Draws, Member
from .people import Cohort
from .places import Rows
from .planted import LAST_DAY, Planted
from .sittings import weekday
from .training import copied

LAND = ("siapkan_lahan", "semai", "pupuk", "kendalikan_hama", "panen", "catat_hasil")
POND = ("siapkan_kolam", "beri_pakan", "periksa_air", "sortir", "panen_ikan", "catat_hasil")
TRADE = ("hitung_biaya", "timbang_kemas", "jual")
TAUGHT = {"UPT-C": (*LAND, *TRADE), "UPT-D": (*POND, *TRADE), "UPT-E": (*LAND, *TRADE)}
HARD = (0.9, 0.6, 0.4, -0.3, 0.8, 0.0, -0.7, 0.5, -0.4)  # latent; how easy the nine tasks are
CUTS = (-1.4, -0.5, 0.5, 1.8)
SHARE = 0.45  # of the people of each other programme: fewer than half
RATED = (20, 125)  # days after enrolment
NO_TOOL = 0.01  # share of 77
FIELDS = {
    "UPT-C": (("kangkung", 120, 7000), ("jagung", 400, 5500)),
    "UPT-D": (("lele", 60, 24000), ("nila", 90, 32000)),
    "UPT-E": (("kangkung", 80, 7000),),
    "UPT-F": (("lele", 24, 24000),),
}
ADOPTED = {"UPT-F": dt.date(2025, 10, 1)}  # what was seen on the study visit


@dataclass(frozen=True, eq=False)
class Skills:
    """The learners, what the first rater saw at both times (people x 2 x 9), and who was seen by two."""

    people: tuple[Member, ...]
    skill: tuple[float, ...]  # latent, at the second rating
    readiness: tuple[float, ...]  # REN at "akhir", complete, standardised over the learners
    seen: Whole
    second: Whole
    twice: tuple[bool, ...]


def draw_skills(cohort: Cohort, planted: Planted, members: Sequence[Member]) -> Skills:
    """Draw who learns a trade beside his programme, and how well.

    Parameters
    ----------
    cohort : Cohort
    planted : Planted
        ``skill_ren``: how skill hangs on the score REN of SIAP-36 at "akhir".
    members : sequence of Member

    Returns
    -------
    Skills

    Raises
    ------
    Nothing.

    Source
    ------
    data/README.md.
    """
    rng = np.random.default_rng([cohort.truth.seed, 10])
    people = _learners(rng, members)
    names = cohort.instrument.item_names
    places = [names.index(name) for name in cohort.instrument.score("ren").items]
    sign = np.array([-1 if cohort.instrument.items[place].reverse else 1 for place in places])
    points = []
    for one in people:
        world = cohort.worlds[cohort.people[one.seat].programme]
        points.append(int((world[one.seat, 2, places] * sign).sum()))
    mean = sum(points) / len(points)
    sd = math.sqrt(sum((p - mean) ** 2 for p in points) / len(points))
    readiness = [(p - mean) / sd for p in points]
    rest = math.sqrt(1 - planted.skill_ren**2)
    skill = [planted.skill_ren * z + rest * float(rng.standard_normal()) for z in readiness]
    before = np.array(skill) - planted.skill_gain
    latent: Floats = np.stack([before, np.array(skill)], axis=1)[:, :, None] + np.array(HARD)
    latent = latent + 0.6 * rng.standard_normal(latent.shape)
    seen: Whole = (latent[..., None] > np.array(CUTS)).sum(axis=3)
    second = copied(rng, seen[:, 1], planted.skill_kappa)
    seen = np.where(rng.random(seen.shape) < NO_TOOL, NOT_APPLICABLE, seen)
    twice = np.zeros(len(people), dtype=bool)
    order = np.argsort(rng.random(len(people)), kind="stable")
    twice[order[: math.ceil(planted.rated_twice * len(people))]] = True
    return Skills(people, tuple(skill), tuple(readiness), seen, second, tuple(bool(t) for t in twice))


def _learners(rng: Draws, members: Sequence[Member]) -> tuple[Member, ...]:
    """Draw the same share of every programme of the units that teach a trade."""
    chances = [float(u) for u in rng.random(len(members))]
    of: dict[str, list[int]] = {}
    for row, one in enumerate(members):
        if one.seat >= 0 and one.unit in TAUGHT:
            of.setdefault(one.programme, []).append(row)
    drawn = [row for rows in of.values() for row in sorted(rows, key=chances.__getitem__)[: int(SHARE * len(rows))]]
    return tuple(members[row] for row in sorted(drawn))


def table_keterampilan(skills: Skills) -> Rows:
    """Return the ratings, a row a person, day, rater and task."""
    rows = [["pid", "tanggal", "penilai_id", "tugas", "tingkat"]]
    for row, one in enumerate(skills.people):
        for time, after in enumerate(RATED):
            date = weekday(one.enrolled + dt.timedelta(days=after))
            if date >= _learns_until(one):
                continue
            for task, level in zip(TAUGHT[one.unit], skills.seen[row, time], strict=True):
                rows.append([one.code, date.isoformat(), f"IN-{one.unit[-1]}1", task, str(level)])
            if time and skills.twice[row]:
                for task, level in zip(TAUGHT[one.unit], skills.second[row], strict=True):
                    rows.append([one.code, date.isoformat(), f"IN-{one.unit[-1]}2", task, str(level)])
    return rows


def _learns_until(one: Member) -> dt.date:
    return min(one.here_until, one.enrolled + dt.timedelta(days=150))


def enrolled_rows(skills: Skills) -> Rows:
    """Return the rows of keikutsertaan of the learners: a second programme beside the first."""
    rows = []
    for one in skills.people:
        end = _learns_until(one)
        status = "selesai" if end < one.here_until else {"tarik_diri": "berhenti"}.get(one.why, one.why or "bebas")
        about = [one.code, f"KP-{one.unit[-1]}-25", "1", "ditunjuk", (one.enrolled + dt.timedelta(days=7)).isoformat()]
        rows.append([*about, end.isoformat(), status])
    return rows


def table_produksi(seed: int, planted: Planted) -> Rows:
    """Return what was grown: area, yield, hours and value a month."""
    rng = np.random.default_rng([seed, 11])
    rows = [["upt_id", "bulan", "komoditas", "luas_m2", "hasil_kg", "jam_kerja", "nilai_rp"]]
    for unit, grown in FIELDS.items():
        for commodity, area, price in grown:
            for month in range(18):
                first = dt.date(2025 + month // 12, 1 + month % 12, 1)
                luck, hours = (float(z) for z in rng.standard_normal(2))
                if first < ADOPTED.get(unit, first) or first > LAST_DAY:
                    continue
                kg = round(area * planted.kg_per_m2[commodity] * (1 + planted.kg_sd * luck), 1)
                worked = round(kg / planted.kg_per_hour * (1 + 0.1 * hours))
                rows.append(
                    [unit, f"{first:%Y-%m}", commodity, str(area), f"{kg:.1f}", str(worked), f"{kg * price:.0f}"]
                )
    return rows
