"""The training of officers: reaction, knowledge, confidence, a simulation seen by two, practice after three months."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .answers import Floats, Whole
from .members import Draws
from .places import LETTERS, TRAINEES, TRAINING, Rows
from .planted import Planted

RATERS = ("NS-E1", "NS-E2")
REACTION = (0.9, 0.5, 0.9, 0.7, -0.6, 0.4)  # latent; l1_1 .. l1_6; the fifth: was there enough time
REACTION_CUTS = (-2.0, -1.2, -0.4, 0.7)
STEPS, PRACTICES, CONFIDENT = 8, 8, 5
RETURNED = 0.88  # share of officers who answer after three months
LEVELS = {"l1": 6, "l2": 12, "l2k": CONFIDENT, "sim": STEPS, "l3": PRACTICES}


@dataclass(frozen=True, eq=False)
class Training:
    """What the officers gave: unit letter of each, knowledge and confidence before and after, the two raters."""

    officers: tuple[str, ...]
    knowledge: Mapping[str, Whole]  # pra, pasca: officers x 12, 0 or 1
    confidence: Mapping[str, Whole]  # officers x 5, 0 to 10
    reaction: Whole
    simulation: tuple[Whole, Whole]
    practice: Whole
    returned: tuple[bool, ...]


def copied(rng: Draws, ratings: Whole, kappa: float) -> Whole:
    """Draw a second rater who agrees with the first beyond chance as often as is asked for.

    Parameters
    ----------
    rng : Generator
    ratings : array (rated x items)
        Of the first rater.
    kappa : float
        Chance that the second sees what the first saw; otherwise his rating is that of any other item and person.

    Returns
    -------
    array (rated x items)
        Both have the same margins in the long run, so every kappa, weighted or not, is ``kappa`` in the long run.

    Raises
    ------
    Nothing.

    Source
    ------
    Cohen's kappa as the share of knowing raters: Cohen 1960, Educational and Psychological Measurement 20, 37-46.
    """
    same = rng.random(ratings.shape) < kappa
    others = np.array(rng.random(ratings.shape) * ratings.size, dtype=np.int64)
    found: Whole = np.where(same, ratings, ratings.ravel()[others])
    return found


def draw_training(seed: int, planted: Planted) -> Training:
    """Draw what the officers of all units give before, after, and three months later.

    Parameters
    ----------
    seed : int
    planted : Planted

    Returns
    -------
    Training

    Raises
    ------
    Nothing.

    Source
    ------
    Two-parameter logistic items: Birnbaum 1968, in Lord & Novick, Statistical Theories of Mental Test Scores.
    """
    rng = np.random.default_rng([seed, 9])
    officers = tuple(f"PT-{at}{n:02d}" for at in LETTERS for n in range(1, TRAINEES + 1))
    size = len(officers)
    shared = np.repeat(planted.officers_unit_sd * rng.standard_normal(len(LETTERS)), TRAINEES)
    ability = shared + math.sqrt(1 - planted.officers_unit_sd**2) * rng.standard_normal(size)
    levels = {"pra": ability, "pasca": ability + planted.learned + 0.3 * rng.standard_normal(size)}
    knowledge = {wave: _right(rng, planted, level) for wave, level in levels.items()}
    before, gain = planted.confidence
    confidence = {}
    for wave, mean in (("pra", before), ("pasca", before + gain)):
        sure = mean + 0.8 * ability[:, None] + 1.2 * rng.standard_normal((size, CONFIDENT))
        confidence[wave] = np.clip(np.floor(sure + 0.5).astype(np.int64), 0, 10)
    liked = np.array(REACTION) + 0.6 * rng.standard_normal((size, 1)) + 0.8 * rng.standard_normal((size, 6))
    shown = 0.5 * levels["pasca"][:, None] + rng.standard_normal((size, STEPS)) + np.linspace(0.6, -0.6, STEPS)
    first = _cut(shown, (-0.7, 0.6))
    at_home = np.repeat(np.array([planted.practice[f"UPT-{at}"] for at in LETTERS]), TRAINEES)
    does = at_home[:, None] + 0.5 * rng.standard_normal((size, 1)) + rng.standard_normal((size, PRACTICES))
    return Training(
        officers=officers,
        knowledge=knowledge,
        confidence=confidence,
        reaction=1 + _cut(liked, REACTION_CUTS),
        simulation=(first, copied(rng, first, planted.simulation_kappa)),
        practice=_cut(does, (-0.5, 0.8)),
        returned=tuple(float(u) < RETURNED for u in rng.random(size)),
    )


def _cut(latent: Floats, cuts: Sequence[float]) -> Whole:
    found: Whole = (latent[..., None] > np.array(cuts)).sum(axis=-1)
    return found


def _right(rng: Draws, planted: Planted, level: Floats) -> Whole:
    """Draw right answers one by one: the exponential of a single number is the same on every system."""
    luck = rng.random((len(level), len(planted.difficulty)))
    right = np.zeros(luck.shape, dtype=np.int64)
    for row, ability in enumerate(level):
        for item, (a, b) in enumerate(zip(planted.discrimination, planted.difficulty, strict=True)):
            # An item that tells nobody apart is right as often in those who know nothing as in those who know all.
            logit = a * (float(ability) - b) if a else -b
            right[row, item] = float(luck[row, item]) < 1 / (1 + math.exp(-logit))
    return right


def table_pelatihan(training: Training) -> Rows:
    """Return the training: before, after (a second row holds the second rater's simulation), three months later."""
    columns = [f"{level}_{n}" for level, many in LEVELS.items() for n in range(1, many + 1)]
    rows = [["pelatihan_id", "petugas_id", "gelombang", "penilai_id", *columns]]

    def add(officer: str, wave: str, rater: str = "", **given: Whole) -> None:
        cells = []
        for level, many in LEVELS.items():
            cells += [str(code) for code in given[level]] if level in given else [""] * many
        rows.append([TRAINING, officer, wave, rater, *cells])

    for row, officer in enumerate(training.officers):
        before, after = (
            {"l2": training.knowledge[wave][row], "l2k": training.confidence[wave][row]} for wave in ("pra", "pasca")
        )
        add(officer, "pra", **before)
        one, other = (seen[row] for seen in training.simulation)
        add(officer, "pasca", RATERS[0], l1=training.reaction[row], sim=one, **after)
        add(officer, "pasca", RATERS[1], sim=other)
        if training.returned[row]:
            add(officer, "3bulan", l3=training.practice[row])
    return rows
