"""Invented people: who they are, when they were asked, and what they would answer in the world of every programme.

Everyone answers in every world with the same chance: the difference between two worlds is what a programme does to
these very people, exactly.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from ..core.check_letter import check_character, sound
from ..instruments import Instrument, load_instrument
from .answers import Floats, Mask, Whole, answer_straight, leave_gaps, stay, worlds
from .truth import NO_PROGRAMME, TRUTH, WAVES, Truth, Unit

INSTRUMENT = "siap_36"
AGES = ((0.18, "18-24"), (0.56, "25-34"), (0.83, "35-44"), (0.95, "45-54"), (1.0, "55+"))
MODES = ((0.55, "isi_sendiri"), (0.85, "dibacakan"), (1.0, "wawancara"))
MINUTES = {"isi_sendiri": 11, "dibacakan": 19, "wawancara": 24}
WAVE_DAYS = (0, 60, 120)
DAYS_LEFT = (150, 450)
OFFICER = ((0.60, 0), (0.85, 1), (1.0, 2))


@dataclass(frozen=True)
class Person:
    """One invented person: what does not change from wave to wave."""

    code: str
    unit: Unit
    programme: str
    entry: str
    age: str
    mode: str
    drug_history: bool
    release: dt.date


@dataclass(frozen=True)
class Visit:
    """One invented person at one wave: what stands beside the answers."""

    date: dt.date
    interviewer: str
    officer: int
    minutes: int
    days_left: int


@dataclass(frozen=True, eq=False)
class Cohort:
    """The people of one draw, in the order of the file.

    ``worlds`` holds, for each programme, the complete answers (people x waves x items, codes 1 to 4) everybody would
    give had everybody been in it; ``answers`` what stands in the file (0 for a blank; 77, 88, 99); ``present`` who was
    still there at a wave. ``style``, ``unit_levels`` and ``unit_effects`` are the latent deviations that were drawn.
    """

    truth: Truth
    instrument: Instrument
    people: tuple[Person, ...]
    visits: tuple[tuple[Visit, ...], ...]
    worlds: Mapping[str, Whole]
    answers: Whole
    present: Mask
    careless: Mask
    style: Floats
    unit_levels: Mapping[str, float]
    unit_effects: Mapping[tuple[str, str], float]

    def where(self, *, unit: str | None = None, programme: str | None = None) -> Mask:
        """Tell who is of a unit, of a programme, or of both.

        Parameters
        ----------
        unit, programme : str, optional
            Everybody's when None.

        Returns
        -------
        mask of people

        Raises
        ------
        Nothing: a name that is not there is nobody's.

        Source
        ------
        The draw itself.
        """
        fits = [unit in (None, p.unit.name) and programme in (None, p.programme) for p in self.people]
        return np.array(fits)

    def difference(
        self, world: str, other: str, *, wave: str = "akhir", since: str | None = None, who: Mask | None = None
    ) -> dict[str, float]:
        """Return by how many points a mean score is higher in one world than in another, for these very people.

        Parameters
        ----------
        world, other : str
            Programmes; NO_PROGRAMME for the world without one.
        wave : str
            The wave of ``world``.
        since : str, optional
            The wave of ``other``; the same one when None.
        who : mask of people, optional
            Over whom the mean is taken; everybody when None. KMB: those of them who have used drugs.

        Returns
        -------
        dict of score to points (0 to 100)
            Worked out in whole numbers up to the last division: the same digits on every system.

        Raises
        ------
        KeyError
            A programme or score that is not there.

        Source
        ------
        The key of the instrument, applied to complete answers.
        """
        here, there = WAVES.index(wave), WAVES.index(since or wave)
        sign = np.array([-1 if item.reverse else 1 for item in self.instrument.items], dtype=np.int64)
        change: Whole = (self.worlds[world][:, here] - self.worlds[other][:, there]) * sign
        everybody = np.ones(len(self.people), dtype=bool) if who is None else who
        used = np.array([person.drug_history for person in self.people])
        names = self.instrument.item_names
        found = {}
        for score in self.instrument.scores:
            items = [name for part in score.scores for name in self.instrument.score(part).items] or score.items
            rows = everybody & used if score.name == "kmb" else everybody
            total = int(change[rows][:, [names.index(name) for name in items]].sum())
            found[score.name] = 100 * total / (3 * len(items) * int(rows.sum()))
        return found


def draw(truth: Truth = TRUTH) -> Cohort:
    """Draw the invented people.

    Parameters
    ----------
    truth : Truth
        What is built in, and the seed.

    Returns
    -------
    Cohort
        The same for the same truth, on every system: only uniform and standard normal draws of PCG64 are used.

    Raises
    ------
    InstrumentError
        The shipped key of SIAP-36 is broken.

    Source
    ------
    `answers` names the model behind the answers; every number of it stands in `Truth`.
    """
    rng = np.random.default_rng(truth.seed)
    instrument = load_instrument(INSTRUMENT)
    people = _people(rng, truth)
    careless = np.zeros(len(people), dtype=bool)
    careless[np.argsort(rng.random(len(people)), kind="stable")[: truth.careless]] = True
    people = [replace(p, mode="isi_sendiri") if c else p for p, c in zip(people, careless, strict=True)]
    visits = [_visits(rng, person, bool(c)) for person, c in zip(people, careless, strict=True)]
    unit_levels = {unit.name: truth.unit_sd * float(rng.standard_normal()) for unit in truth.units}
    unit_effects = {
        (unit.name, programme): truth.effect_sd * float(rng.standard_normal())
        for unit in truth.units
        for programme in truth.effects
    }
    levels = np.array([_level(truth, p) + unit_levels[p.unit.name] for p in people])
    style = truth.agreeing + truth.agreeing_sd * rng.standard_normal(len(people))
    nudges = np.array([[_nudge(truth, p, v) for v in row] for p, row in zip(people, visits, strict=True)])
    effects = {NO_PROGRAMME: np.zeros((len(people), len(truth.ease)))}
    for programme, by_scale in truth.effects.items():
        common = np.array([by_scale[scale] for scale in truth.ease])
        effects[programme] = np.array([common + unit_effects[p.unit.name, programme] for p in people])
    drawn = worlds(rng, truth, instrument, levels, style, nudges, effects)
    answer_straight(drawn, careless)
    own = np.stack([drawn[person.programme][row] for row, person in enumerate(people)])
    days = np.array([[visit.days_left for visit in row] for row in visits])
    present = stay(rng, truth, instrument, own, days)
    asked = np.array([person.drug_history for person in people])
    answers = leave_gaps(rng, truth, instrument, own, asked)
    return Cohort(
        truth=truth,
        instrument=instrument,
        people=tuple(people),
        visits=tuple(map(tuple, visits)),
        worlds=drawn,
        answers=answers,
        present=present,
        careless=careless,
        style=style,
        unit_levels=unit_levels,
        unit_effects=unit_effects,
    )


def _people(rng: np.random.Generator, truth: Truth) -> list[Person]:
    """Draw who they are: in each unit in the order of their codes, the programmes dealt out by chance."""
    people = []
    taken: set[str] = set()
    for unit in truth.units:
        programmes = [programme for programme, places in unit.places.items() for _ in range(places)]
        order = np.argsort(rng.random(len(programmes)), kind="stable")
        codes = sorted(_code(rng, unit, taken) for _ in programmes)
        for code, place in zip(codes, order, strict=True):
            people.append(_person(rng, truth, unit, code, programmes[place]))
    return people


def _code(rng: np.random.Generator, unit: Unit, taken: set[str]) -> str:
    """Draw a code nobody has yet and in which no swap goes unseen: unit, four digits, check character."""
    while True:
        text = f"UP{unit.name[-1]}-{int(rng.random() * 10_000):04d}"
        code = f"{text}-{check_character(text)}"
        if code not in taken and sound(code):
            taken.add(code)
            return code


def _person(rng: np.random.Generator, truth: Truth, unit: Unit, code: str, programme: str) -> Person:
    by_lot = unit.entry == "undian"
    waits = programme == NO_PROGRAMME and not by_lot
    age, mode, used, days = (float(u) for u in rng.random(4))
    lowest, highest = DAYS_LEFT
    left = lowest + int(days * (highest - lowest)) + (truth.waiting_days if waits else 0)
    return Person(
        code=code,
        unit=unit,
        programme=programme,
        entry="daftar_tunggu" if waits else unit.entry,
        age=_share(age, AGES),
        mode=_share(mode, MODES),
        drug_history=used < truth.drug_history or programme == "rehab_sosial",
        release=unit.start + dt.timedelta(days=left),
    )


def _visits(rng: np.random.Generator, person: Person, hurried: bool) -> list[Visit]:
    """Draw the days on which a person was asked, by whom, who could hear it, and how long it took."""
    visits = []
    for after in WAVE_DAYS:
        day, hand, ear = (float(u) for u in rng.random(3))
        date = person.unit.start + dt.timedelta(days=after + int(day * 10))
        while date.isoweekday() > 5:
            date += dt.timedelta(days=1)
        minutes = max(5, MINUTES[person.mode] + round(3 * float(rng.standard_normal())))
        visits.append(
            Visit(
                date=date,
                interviewer=f"PW-{person.unit.name[-1]}{1 + int(hand * 2)}",
                officer=_share(ear, OFFICER),
                minutes=2 + minutes % 2 if hurried else minutes,
                days_left=(person.release - date).days,
            )
        )
    return visits


def _level(truth: Truth, person: Person) -> float:
    """Return how much readier than others people are who came into a programme in this way."""
    if person.programme == NO_PROGRAMME:
        return 0.0
    return {"sukarela": truth.volunteers, "ditunjuk": truth.appointed}.get(person.entry, 0.0)


def _nudge(truth: Truth, person: Person, visit: Visit) -> float:
    """Return by how much a person looks readier than he is: who asks, and who can hear it."""
    interviewer, effect = truth.interviewer
    heard = visit.interviewer == interviewer and person.mode != "isi_sendiri"
    return truth.officer * visit.officer + (effect if heard else 0.0)


T = TypeVar("T")


def _share(uniform: float, shares: Sequence[tuple[float, T]]) -> T:
    """Return the first value whose cumulated share lies above a uniform draw."""
    return next(value for upto, value in shares if uniform < upto)
