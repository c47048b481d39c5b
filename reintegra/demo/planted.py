"""The truth about the invented records: every number that is built in beside SIAP-36, with its unit.

Latent numbers as in `truth`: 0 is an ordinary person at the first wave, people differ by about 1 (sd).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

LAST_DAY = dt.date(2026, 6, 30)  # nothing is known after this day


@dataclass(frozen=True)
class Part:
    """One scale of an instrument: how easy it is, how it hangs on the general level, what changes in a programme."""

    ease: float  # latent; lifts every answer
    general: float  # weight of a person's general level; negative where a high score is a bad sign
    change: float  # latent, by the wave "akhir"; 60 % of it is there at "tengah"


# What changes in people in social rehabilitation (rehab_sosial and ipwl), by instrument and scale.
CHANGES: Mapping[str, Mapping[str, Part]] = {
    "whoqol_bref": {
        "physical": Part(0.10, 0.6, 0.30),
        "psychological": Part(0.00, 0.7, 0.60),
        "social": Part(-0.15, 0.5, 0.45),
        "environment": Part(-0.40, 0.5, 0.00),
        "overall_qol": Part(0.00, 0.7, 0.45),
        "general_health": Part(0.00, 0.6, 0.20),
    },
    "urica_32": {
        "precontemplation": Part(-0.60, -0.4, -0.40),
        "contemplation": Part(0.75, 0.3, 0.00),
        "action": Part(0.35, 0.5, 0.60),
        "maintenance": Part(0.10, 0.2, 0.30),
    },
    "gse_10": {"total": Part(0.20, 0.7, 0.50)},
    "siap_36": {
        "men": Part(-0.20, 0.7, 0.25),
        "emo": Part(0.00, 0.7, 0.45),
        "pos": Part(0.45, 0.7, 0.15),
        "pdi": Part(-0.05, 0.7, 0.15),
        "ada": Part(-0.15, 0.7, 0.25),
        "tgj": Part(0.50, 0.7, 0.35),
        "ren": Part(-0.35, 0.7, 0.30),
        "duk": Part(0.10, 0.7, 0.05),
        "kmb": Part(0.15, 0.7, 0.80),
    },
}


@dataclass(frozen=True)
class Delivery:
    """One kind of session: how often, how long, of how many steps, and how much of it is delivered."""

    per_week: int
    minutes: int
    steps: int  # of the checklist; 0 where there is none
    held: Mapping[str, float]  # unit: chance that a planned session is delivered
    complete: Mapping[str, float] = field(default_factory=dict)  # unit: chance that a step of it is delivered


THERAPEUTIC: Mapping[str, Delivery] = {
    "morning_meeting": Delivery(3, 45, 6, {"UPT-D": 0.95, "UPT-E": 0.90}, {"UPT-D": 0.90, "UPT-E": 0.75}),
    "seminar": Delivery(1, 60, 4, {"UPT-D": 0.85, "UPT-E": 0.80}, {"UPT-D": 0.85, "UPT-E": 0.70}),
    "terapi_kelompok": Delivery(1, 75, 4, {"UPT-D": 0.85, "UPT-E": 0.55}, {"UPT-D": 0.80, "UPT-E": 0.60}),
}
PILLARS = {"r": "bimbingan_sosial", "l": "refleksi", "s": "berbagi", "e": "seminar"}
PROMISED = ("bimbingan_mental", "bimbingan_sosial", "keterampilan")


@dataclass(frozen=True)
class Planted:
    """What is built into the records; a changed copy (`dataclasses.replace`) draws other records."""

    # Release Talk
    right: Mapping[str, tuple[float, ...]] = field(  # chance of a right answer to tahu_1 .. tahu_6
        default_factory=lambda: {
            "pra": (0.62, 0.45, 0.70, 0.50, 0.60, 0.40),
            "pasca": (0.86, 0.74, 0.88, 0.72, 0.80, 0.58),
        }
    )
    unknown: Mapping[str, float] = field(default_factory=lambda: {"pra": 0.20, "pasca": 0.06})  # chance of 88
    knowing: float = 0.30  # correlation of the six, latent
    pillars: Mapping[str, float] = field(default_factory=lambda: {"r": 0.35, "l": 0.50, "s": -0.30, "e": 0.00})
    feedback_cuts: tuple[float, ...] = (-1.6, -0.6, 0.8)  # latent; where answers 2, 3 and 4 begin
    feedback_person: float = 0.6  # weight of the person in what he says

    # Attendance
    attending: float = 1.60  # logit of coming to a session, of an ordinary person
    attending_trait: float = 0.60  # logit per latent unit of the level a person came with
    cancelled: float = 0.08  # share of Release Talk sessions

    # Rehabilitation: answers of WHOQOL-BREF, URICA and GSE
    share: tuple[float, ...] = (0.0, 0.6, 1.0)  # share of the change that is there at each wave
    unit_change: Mapping[str, float] = field(  # times the change of every scale
        default_factory=lambda: {"UPT-C": 1.0, "UPT-D": 1.3, "UPT-E": 0.8}
    )
    specific: float = 0.5  # weight of the scale
    occasion: float = 0.35  # weight of the day
    loading: float = 0.70
    noise: float = 0.70
    blank: float = 0.004
    do_not_know: float = 0.002

    # Training of officers
    difficulty: tuple[float, ...] = (-2.6, -2.2, -1.9, -1.6, -1.3, -1.0, -0.8, -0.5, -0.2, 0.1, 0.5, -0.4)  # logit
    discrimination: tuple[float, ...] = (1.0, 1.3, 1.6, 1.2, 1.8, 1.4, 1.0, 1.7, 1.2, 1.5, 1.1, 0.0)
    learned: float = 1.0  # latent, from pra to pasca
    officers_unit_sd: float = 0.45  # latent; part of the knowledge that officers of a unit share
    confidence: tuple[float, float] = (5.5, 1.4)  # mean before, and what is gained: points of 0..10
    simulation_kappa: float = 0.75  # agreement of two raters beyond chance
    practice: Mapping[str, float] = field(  # latent: how much a unit lets its officers use what they learned
        default_factory=lambda: {
            "UPT-A": 0.2,
            "UPT-B": -0.1,
            "UPT-C": 0.1,
            "UPT-D": 0.6,
            "UPT-E": 0.4,
            "UPT-F": -0.9,
        }
    )

    # Food security
    skill_ren: float = 0.60  # correlation of skill (latent) with the score REN at "akhir"
    skill_gain: float = 0.90  # latent, from the first to the second rating
    skill_kappa: float = 0.80  # agreement of two raters beyond chance
    rated_twice: float = 0.50  # share of the people
    kg_per_m2: Mapping[str, float] = field(
        default_factory=lambda: {"kangkung": 0.65, "jagung": 0.30, "lele": 2.40, "nila": 1.30}  # a month
    )
    kg_sd: float = 0.08  # share of the yield by which months differ
    kg_per_hour: float = 1.5

    # Partner
    kept: float = 0.92  # chance that a session of the agreement is delivered
    bad_quarter: tuple[str, float] = ("2025-Q4", 0.40)  # the special cause, and that chance in it

    # After release
    hazard: Mapping[str, float] = field(  # re-entries a month, of people who came out of a consultation
        default_factory=lambda: {
            "UPT-A": 0.030,
            "UPT-B": 0.022,
            "UPT-C": 0.038,
            "UPT-D": 0.027,
            "UPT-E": 0.032,
            "UPT-F": 0.025,
        }
    )
    hazard_ratio: Mapping[str, float] = field(
        default_factory=lambda: {"konsultasi": 1.0, "release_talk": 0.55, "rehab_sosial": 0.80, "ipwl": 0.80}
    )
    dying: float = 0.0012  # deaths a month
    losing: float = 0.012  # a month: nothing more is heard of a person


PLANTED = Planted()
