"""Two invented studies on the way to a validated SIAP-36: a panel of experts, and the same people asked twice."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np

from ..core.check_letter import check_character
from .answers import Whole, leave_gaps, worlds
from .people import Cohort
from .truth import NO_PROGRAMME, Truth

EXPERTS = 7
RATED_BY_CHANCE = 0.15  # how often an expert is one step off
WEAK = {"ren4": 2, "ada4": 2}  # what the experts agree is not relevant; every other item is a 4
PEOPLE, DAYS = 40, 8
FIRST_DAY = dt.date(2025, 1, 13)
TWICE = ("uji", "ulang")


@dataclass(frozen=True)
class Retest:
    """People asked twice, with nothing in between: their answers (people x 2 x items) and who they are."""

    codes: tuple[str, ...]
    answers: Whole
    complete: Whole


def expert_rows(cohort: Cohort) -> list[list[str]]:
    """Return what invented experts think of the relevance of each item, 1 to 4.

    Parameters
    ----------
    cohort : Cohort
        The invented people: their seed and their instrument.

    Returns
    -------
    list of rows of text
        The header first; one row an expert.

    Raises
    ------
    Nothing.

    Source
    ------
    `WEAK` and `RATED_BY_CHANCE`; the scale: Lynn (1986), Nursing Research 35, 382-385.
    """
    rng = np.random.default_rng(cohort.truth.seed + 1)
    names = cohort.instrument.item_names
    rows = [["ahli", *names]]
    for expert in range(1, EXPERTS + 1):
        off = (rng.random(len(names)) < RATED_BY_CHANCE).astype(int)
        rows.append(
            [f"A{expert}", *(str(max(1, WEAK.get(name, 4) - step)) for name, step in zip(names, off, strict=True))]
        )
    return rows


def draw_retest(cohort: Cohort) -> Retest:
    """Draw people who are asked twice, eight days apart, without a programme and without any change.

    Parameters
    ----------
    cohort : Cohort
        The invented people: their truth and their instrument.

    Returns
    -------
    Retest
        The same for the same truth.

    Raises
    ------
    Nothing.

    Source
    ------
    The model of `answers.worlds`, with every gain and effect at 0; the day (`Truth.occasion`) is new each time.
    """
    truth: Truth = replace(cohort.truth, gain=(0.0, 0.0, 0.0), stops=0.0)
    rng = np.random.default_rng(truth.seed + 2)
    style = truth.agreeing + truth.agreeing_sd * rng.standard_normal(PEOPLE)
    nothing = {NO_PROGRAMME: np.zeros((PEOPLE, len(truth.ease)))}
    flat = np.zeros(PEOPLE)
    drawn = worlds(rng, truth, cohort.instrument, flat, style, np.zeros((PEOPLE, 3)), nothing)[NO_PROGRAMME]
    asked = rng.random(PEOPLE) < truth.drug_history
    given = leave_gaps(rng, truth, cohort.instrument, drawn, asked)
    numbers = 1000 + rng.permutation(9000)[:PEOPLE]
    codes = tuple(f"UPU-{number}-{check_character(f'UPU{number}')}" for number in numbers.tolist())
    return Retest(codes, given[:, :2], drawn[:, :2])


def retest_rows(cohort: Cohort) -> list[list[str]]:
    """Return the table of the people asked twice, one row a person and wave.

    Parameters
    ----------
    cohort : Cohort
        The invented people.

    Returns
    -------
    list of rows of text
        The header first.

    Raises
    ------
    Nothing.

    Source
    ------
    `draw_retest`.
    """
    drawn = draw_retest(cohort)
    rows = [["kode", "gelombang", "tanggal", *cohort.instrument.item_names]]
    for code, both in zip(drawn.codes, drawn.answers, strict=True):
        for place, answers in enumerate(both):
            day = FIRST_DAY + dt.timedelta(days=place * DAYS)
            rows.append([code, TWICE[place], day.isoformat(), *("" if a == 0 else str(a) for a in answers)])
    return rows
