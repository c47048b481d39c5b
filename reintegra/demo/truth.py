"""The truth about the invented people: every number that is built in, with its unit.

A scale's level is a latent number. 0 is an ordinary person at the first wave; people differ on it by about 1 (sd); on
the scales of SIAP-36 one latent unit is worth about 15 points of 100.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

WAVES = ("awal", "tengah", "akhir")
NO_PROGRAMME = "daftar_tunggu"


@dataclass(frozen=True)
class Unit:
    """An invented unit: how many people are in each programme there, how they came in, and when the first wave was."""

    name: str
    places: Mapping[str, int]
    entry: str
    start: dt.date


UNITS = (
    # Drawn by lot: the only unit of which one may say "caused".
    Unit("UPT-A", {"release_talk": 36, NO_PROGRAMME: 36}, "undian", dt.date(2025, 2, 3)),
    # Several programmes inside a unit, not drawn by lot.
    Unit("UPT-B", {"release_talk": 18, "konsultasi": 16, NO_PROGRAMME: 16}, "sukarela", dt.date(2025, 2, 10)),
    Unit("UPT-C", {"konsultasi": 18, NO_PROGRAMME: 18}, "ditunjuk", dt.date(2025, 2, 17)),
    Unit("UPT-D", {"release_talk": 12, "rehab_sosial": 12, NO_PROGRAMME: 12}, "ditunjuk", dt.date(2025, 3, 3)),
    # One programme only: programme and unit cannot be told apart.
    Unit("UPT-E", {"rehab_sosial": 26}, "ditunjuk", dt.date(2025, 3, 10)),
    Unit("UPT-F", {"release_talk": 20}, "sukarela", dt.date(2025, 3, 17)),
)

SCALES = ("men", "emo", "pos", "pdi", "ada", "tgj", "ren", "duk", "kmb")


def _by_scale(*values: float) -> dict[str, float]:
    return dict(zip(SCALES, values, strict=True))


# Latent units at the wave "akhir", against no programme; in the order of SCALES.
EFFECTS = {
    "release_talk": _by_scale(0.55, 0.40, 0.45, 0.50, 0.40, 0.25, 0.30, 0.20, 0.10),
    "konsultasi": _by_scale(0.20, 0.10, 0.15, 0.15, 0.20, 0.05, 0.60, 0.30, 0.10),
    "rehab_sosial": _by_scale(0.25, 0.45, 0.15, 0.15, 0.25, 0.35, 0.00, 0.05, 0.80),
}

# Latent units: how much easier than ordinary it is to look ready on a scale; in the order of SCALES.
EASE = _by_scale(-0.20, 0.00, 0.45, -0.05, -0.15, 0.50, -0.35, 0.10, 0.15)


@dataclass(frozen=True)
class Truth:
    """What is built into the invented people; a changed copy (`dataclasses.replace`) draws another world."""

    seed: int = 20250312  # of numpy's PCG64; an ordinary draw: the lottery came out even, a fifth is lost
    units: tuple[Unit, ...] = UNITS

    # What the programmes do
    effects: Mapping[str, Mapping[str, float]] = field(default_factory=lambda: EFFECTS)  # latent, at "akhir"
    effect_share: tuple[float, ...] = (0.0, 0.6, 1.0)  # share of the effect that is there at each wave
    effect_sd: float = 0.08  # latent; sd between units of what one programme does, all scales alike
    gain: tuple[float, ...] = (0.0, 0.06, 0.12)  # latent; change since "awal" without any programme

    # How people and units differ
    unit_sd: float = 0.20  # latent; sd of the units' levels
    volunteers: float = 0.25  # latent; who joins by choice (sukarela) was readier already
    appointed: float = -0.25  # latent; who is sent (ditunjuk) was less ready
    general: float = 0.70  # weight of the one general factor
    specific: float = 0.60  # weight of the nine specific factors
    occasion: float = 0.40  # weight of the day, new at each wave
    drug_history: float = 0.65  # share of people who have used drugs; 1 in rehab_sosial. Others: 77 in KMB
    waiting_days: int = 60  # days; who waits is released later, except where lots were drawn

    # How answers come about
    loading: tuple[float, float] = (0.55, 0.85)  # lowest and highest weight of a scale's level in an item
    noise: float = 0.70  # latent; sd of a single answer
    cuts: tuple[float, ...] = (-1.40, -0.40, 0.90)  # latent; where answers 2, 3 and 4 begin
    cut_sd: float = 0.15  # latent; sd of the items' cuts about those
    ease: Mapping[str, float] = field(default_factory=lambda: EASE)  # latent; makes the ceilings of POS and TGJ
    agreeing: float = 0.15  # latent; pull towards "sesuai" in everybody: helps plain items, hurts reversed ones
    agreeing_sd: float = 0.35  # latent; how much people differ in that
    interviewer: tuple[str, float] = ("PW-B2", 0.50)  # latent; this interviewer hears people readier than they are
    officer: float = 0.12  # latent; each step of petugas_hadir (0, 1, 2) makes answers look readier
    careless: int = 6  # people who give one answer throughout

    # What is missing
    leaving: float = -2.05  # logit of leaving before the next wave at 60 points and 250 days
    leaving_per_10_points: float = -0.40  # logit per 10 points of the overall score at the wave before: the low leave
    leaving_per_30_days: float = -0.15  # logit per 30 days to release at the wave before: those near release leave
    blank: float = 0.012  # share of answers
    do_not_know: float = 0.008  # share of answers (88), five times that for items that ask what one knows
    refuse: float = 0.006  # share of answers (99)
    knowing: tuple[str, ...] = ("men1", "ada3", "ren1", "ren3", "kmb1", "kmb3")
    stops: float = 0.006  # share of sheets that end half way


TRUTH = Truth()
