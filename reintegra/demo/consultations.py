"""Invented talks before release whose themes are known, three coders who err with known chances, and what is planted.

A person voices each code of a section with a chance of its own: the code's, the person's, the facilitator's, less where
an officer is near, more where a programme works on it. The texts are sentences of notes.csv (invented notes with their
codes) and the examples of the codebook, so that what they say is known without anybody reading them.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources

import numpy as np

from ..consult import Codebook, load_codebook
from .answers import Floats
from .identities import Planted, plant
from .people import Cohort, Person
from .truth import WAVES

SECTIONS = ("hope", "worry", "strategy", "plan", "challenge")
LANGUAGES = ((0.62, "indonesia"), (0.72, "jawa"), (1.0, "campuran"))

# How often a code is voiced by an ordinary person, of 1; others: `Talking.ordinary`
VOICED = {
    "H_KELUARGA": 0.55, "H_KERJA": 0.45, "H_PULIH": 0.30, "H_DITERIMA": 0.25, "H_DIRI": 0.20,
    "K_STIGMA": 0.35, "K_KERJA": 0.40, "K_KAMBUH": 0.35, "K_KELUARGA": 0.25, "K_BATIN": 0.25,
    "K_TINGGAL": 0.08, "K_UTANG": 0.12, "K_HUKUM": 0.10, "K_AMAN": 0.06,
    "S_HINDARI": 0.35, "S_DUKUNGAN": 0.25, "S_IBADAH": 0.30, "S_BAUR": 0.20,
    "R_KERJA": 0.35, "R_USAHA": 0.30, "R_LATIH": 0.12, "R_TINGGAL": 0.25, "R_REHAB": 0.20,
    "T_DOKUMEN": 0.35, "T_LINGKUNGAN": 0.25, "T_TANGGUNGAN": 0.25, "T_KESEHATAN": 0.12,
}  # fmt: skip


@dataclass(frozen=True)
class Talking:
    """What is built into the talks; chances are moved on the logit."""

    people: int = 20  # of each programme
    again: int = 16  # at most, of them: a second talk at the last wave
    voiced: Mapping[str, float] = field(default_factory=lambda: VOICED)
    person_sd: float = 0.6  # logit; how much people differ in what they voice, the same at both waves
    facilitator_sd: float = 0.35  # logit; some facilitators draw out more of everything
    officer: float = -0.9  # logit per step of officer_present (0, 1, 2), on these codes alone:
    hushed: tuple[str, ...] = ("K_KAMBUH", "K_HUKUM", "K_AMAN", "T_LINGKUNGAN")
    programme: str = "konsultasi"  # at the last wave it moves
    supported: tuple[str, float] = ("S_DUKUNGAN", 2.0)  # a theme (logit)
    planned: float = 1.5  # and how concrete the plan is (latent, sd 1)
    uneasy: tuple[str, str, float] = ("K_BATIN", "emo", -0.04)  # logit per point of a scale: the less ready voice it
    cuts: tuple[float, float] = (-0.4, 0.8)  # latent; where concreteness 2 and 3 begin, of those who have a plan
    planting: float = 0.06  # share of texts with a name; with another mark of a person; with a sum or a year
    danger: float = 0.02  # share of talks
    coders: Mapping[str, tuple[float, float]] = field(
        default_factory=lambda: {"PK-1": (0.95, 0.99), "PK-2": (0.90, 0.98), "PK-3": (0.80, 0.97)}
    )  # sensitivity and specificity of each


TALKING = Talking()


@dataclass(frozen=True)
class Talk:
    """One invented talk: what was told and is true of it."""

    person: Person
    wave: str
    date: dt.date
    facilitator: str
    officer: int
    language: str
    texts: Mapping[str, str]
    true: Mapping[str, tuple[str, ...]]  # section: codes voiced
    concreteness: int
    minutes: int
    steps: tuple[int, ...]
    feedback: tuple[int, ...]
    danger: str  # the time of the action, or nothing


@dataclass(frozen=True, eq=False)
class Talks:
    """All invented talks, what three coders found in them, and what was planted."""

    talking: Talking
    codebook: Codebook
    talks: tuple[Talk, ...]
    codings: tuple[tuple[str, str, str, str, str, str, int], ...]  # as in the long table
    planted: tuple[Planted, ...]
    facilitators: Mapping[str, float]


def draw_talks(cohort: Cohort, talking: Talking = TALKING) -> Talks:
    """Draw talks with some of the invented people.

    Parameters
    ----------
    cohort : Cohort
        The invented people: who is in which unit and programme, how ready they are, who is still there.
    talking : Talking
        What is built in.

    Returns
    -------
    Talks
        The same for the same people and the same truth, on every system.

    Raises
    ------
    IntakeError
        The shipped codebook is broken.

    Source
    ------
    Every number stands in `Talking`; the sentences are those of notes.csv and of the codebook.
    """
    rng = np.random.default_rng(cohort.truth.seed + 3)
    codebook = load_codebook()
    notes = _notes(codebook)
    units = [unit.name[-1] for unit in cohort.truth.units]
    leading = [f"FK-{unit}1" for unit in units] + [f"FK-{unit}2" for unit in units[:4]]
    facilitators = {name: talking.facilitator_sd * float(rng.standard_normal()) for name in sorted(leading)}
    rows, again = _chosen(rng, cohort, talking)
    talks: list[Talk] = []
    planted: list[Planted] = []
    for row in rows:
        own = talking.person_sd * rng.standard_normal(len(codebook))
        for place in (0, len(WAVES) - 1) if row in again else (0,):
            talk = _talk(rng, cohort, talking, codebook, notes, facilitators, row, place, own)
            texts, found = plant(rng, talk.texts, talking.planting, f"{talk.person.code}.{talk.wave}")
            planted += found
            talks.append(Talk(**{**vars(talk), "texts": texts}))
    codings = tuple(_codings(rng, talking, codebook, talks))
    return Talks(talking, codebook, tuple(talks), codings, tuple(planted), facilitators)


def _chosen(rng: np.random.Generator, cohort: Cohort, talking: Talking) -> tuple[list[int], set[int]]:
    """Return some people of each programme, in the order of the file, and which of them talk a second time."""
    order = np.argsort(rng.random(len(cohort.people)), kind="stable").tolist()
    rows: list[int] = []
    again: set[int] = set()
    for programme in sorted({person.programme for person in cohort.people}):
        own = [row for row in order if cohort.people[row].programme == programme][: talking.people]
        rows += own
        again |= set([row for row in own if cohort.present[row, -1]][: talking.again])
    return sorted(rows), again


def _notes(codebook: Codebook) -> dict[str, list[tuple[str, frozenset[str]]]]:
    """Return the invented notes of each section with their codes, those of the codebook's examples among them."""
    text = resources.files(__package__).joinpath("notes.csv").read_text("utf-8")
    notes: dict[str, list[tuple[str, frozenset[str]]]] = {section: [] for section in SECTIONS}
    for row in csv.DictReader(text.splitlines()):
        notes[row["section"]].append((row["text"], frozenset(row["codes"].split()) - {"none"}))
    for code in codebook.codes:
        example = codebook.words(code, "example", "id").strip('"“”').rstrip(".")
        notes[codebook.section_of[code]].append((example, frozenset([code])))
    return notes


def _talk(
    rng: np.random.Generator,
    cohort: Cohort,
    talking: Talking,
    codebook: Codebook,
    notes: Mapping[str, Sequence[tuple[str, frozenset[str]]]],
    facilitators: Mapping[str, float],
    row: int,
    place: int,
    own: Floats,
) -> Talk:
    """Draw one talk: who led it, who could hear it, what was voiced, and in which words."""
    person, wave = cohort.people[row], WAVES[place]
    hand, ear, tongue, day, harm, hour = (float(u) for u in rng.random(6))
    theirs = [name for name in facilitators if name[3] == person.unit.name[-1]]
    facilitator = theirs[int(hand * len(theirs))]
    officer = 0 if ear < 0.60 else 1 if ear < 0.85 else 2
    worked = person.programme == talking.programme and place > 0
    chances = rng.random(len(codebook))
    true: dict[str, list[str]] = {section: [] for section in SECTIONS}
    for code, mine, chance in zip(codebook.codes, own, chances, strict=True):
        p = talking.voiced[code]
        logit = math.log(p / (1 - p)) + float(mine) + facilitators[facilitator]
        logit += talking.officer * officer * (code in talking.hushed)
        logit += talking.supported[1] * (worked and code == talking.supported[0])
        if code == talking.uneasy[0]:
            logit += talking.uneasy[2] * (_points(cohort, row, place, talking.uneasy[1]) - 60)
        if chance < 1 / (1 + math.exp(-logit)):
            true[codebook.section_of[code]].append(code)
    texts = {section: _text(rng, notes[section], codes) for section, codes in true.items()}
    clear = float(rng.standard_normal()) + talking.planned * worked
    concreteness = 0 if not true["plan"] else 1 + sum(clear > cut for cut in talking.cuts)
    steps = tuple(int(u < 0.88) for u in rng.random(6))
    feedback = tuple(min(4, 2 + int(u * 3)) for u in rng.random(4))
    date = cohort.visits[row][place].date + dt.timedelta(days=1 + int(day * 4))
    while date.isoweekday() > 5:
        date += dt.timedelta(days=1)
    return Talk(
        person=person,
        wave=wave,
        date=date,
        facilitator=facilitator,
        officer=officer,
        language=next(word for upto, word in LANGUAGES if tongue < upto),
        texts=texts,
        true={section: tuple(codes) for section, codes in true.items()},
        concreteness=concreteness,
        minutes=25 + int(25 * float(rng.random())),
        steps=steps,
        feedback=feedback,
        danger=f"{9 + int(hour * 6):02d}:{int(hour * 600) % 60:02d}" if harm < talking.danger else "",
    )


def _points(cohort: Cohort, row: int, place: int, scale: str) -> float:
    """Return a person's score on a scale at a wave (0-100), from complete answers."""
    items = cohort.instrument.score(scale).items
    answers = cohort.worlds[cohort.people[row].programme][row, place]
    names = cohort.instrument.item_names
    total = 0
    for name in items:
        item = cohort.instrument.items[names.index(name)]
        code = int(answers[names.index(name)])
        total += (5 - code if item.reverse else code) - 1
    return 100 * total / (3 * len(items))


def _text(rng: np.random.Generator, notes: Sequence[tuple[str, frozenset[str]]], codes: Sequence[str]) -> str:
    """Return sentences that voice these codes and no other; of a text with no code, one that voices none."""
    left, said = set(codes), []
    if not left:
        silent = [text for text, own in notes if not own]
        return silent[int(float(rng.random()) * len(silent))]
    for code in codes:
        if code in left:
            fit = [(text, own) for text, own in notes if code in own and own <= set(codes)]
            text, own = fit[int(float(rng.random()) * len(fit))]
            left -= own
            said.append(text)
    return ". ".join(dict.fromkeys(said))


def _codings(
    rng: np.random.Generator, talking: Talking, codebook: Codebook, talks: Sequence[Talk]
) -> Iterator[tuple[str, str, str, str, str, str, int]]:
    """Yield what each coder found in each text: a code that is there with his sensitivity, another by mistake."""
    for talk in talks:
        for section in SECTIONS:
            codes = codebook.of_section(section)
            answer = f"{talk.person.code}.{talk.wave}.{section}"
            for coder, (sensitivity, specificity) in talking.coders.items():
                for code, chance in zip(codes, rng.random(len(codes)), strict=True):
                    found = chance < (sensitivity if code in talk.true[section] else 1 - specificity)
                    yield answer, talk.person.code, talk.wave, section, coder, code, int(found)
