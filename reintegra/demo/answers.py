"""How answers come about, who is still there to give them, and which are missing.

A graded response model (Samejima 1969, Psychometrika Monograph 17) with one general and nine specific factors; a style
of agreeing is added before reversal, so that it lifts plain items and lowers reversed ones (Billiet & McClendon 2000,
Structural Equation Modeling 7, 608-628).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..instruments import Instrument
from .truth import WAVES, Truth

Floats = np.ndarray[Any, np.dtype[np.float64]]
Whole = np.ndarray[Any, np.dtype[np.int64]]
Mask = np.ndarray[Any, np.dtype[np.bool_]]

NOT_APPLICABLE, DO_NOT_KNOW, REFUSED = 77, 88, 99
STRAIGHT = (3, 3, 4, 3, 2, 4)


def worlds(
    rng: np.random.Generator,
    truth: Truth,
    instrument: Instrument,
    levels: Floats,
    style: Floats,
    nudges: Floats,
    effects: Mapping[str, Floats],
) -> dict[str, Whole]:
    """Draw the complete answers of everybody in the world of every programme, with the same chance in each.

    Parameters
    ----------
    rng : Generator
    truth : Truth
    instrument : Instrument
        Whose items are answered; the scale of an item is its name without the number.
    levels : array (people)
        Latent: how much readier than others these people are, for being in this unit and having come in this way.
    style : array (people)
        Latent: a person's pull towards agreeing, whatever is asked.
    nudges : array (people x waves)
        Latent: how much readier they look, for who asks and who hears it.
    effects : {programme: array (people x scales)}
        Latent: what the programme does by the last wave.

    Returns
    -------
    dict of programme to array (people x waves x items)
        Codes of the answers, not reversed.

    Raises
    ------
    Nothing: the arrays come from `people.draw`.

    Source
    ------
    Samejima 1969; Billiet & McClendon 2000 (see the head of this module).
    """
    people, waves, scales, items = len(levels), len(WAVES), len(truth.ease), len(instrument.items)
    general = rng.standard_normal(people) * truth.general + levels
    specific = rng.standard_normal((people, scales)) * truth.specific
    occasion = rng.standard_normal((people, waves, scales)) * truth.occasion
    noise = truth.noise * rng.standard_normal((people, waves, items))
    lowest, highest = truth.loading
    loading = lowest + (highest - lowest) * rng.random(items)
    sign = np.array([-1.0 if item.reverse else 1.0 for item in instrument.items])
    cuts = _cuts(rng, truth, instrument)
    scale = np.array([list(truth.ease).index(item.name[:-1]) for item in instrument.items])

    still = general[:, None, None] + specific[:, None, :] + occasion
    still += np.array(truth.gain)[None, :, None] + nudges[:, :, None]
    found = {}
    for programme, effect in effects.items():
        level = still + effect[:, None, :] * np.array(truth.effect_share)[None, :, None]
        agreement = sign * loading * level[:, :, scale] + style[:, None, None] + noise
        found[programme] = 1 + (agreement[..., None] > cuts).sum(axis=3)
    return found


def _cuts(rng: np.random.Generator, truth: Truth, instrument: Instrument) -> Floats:
    """Return where each item's answers begin; within a scale the items differ, but not on the whole."""
    shifts = truth.cut_sd * rng.standard_normal(len(instrument.items))
    cuts = []
    for item, shift in zip(instrument.items, shifts, strict=True):
        own = np.array(truth.cuts) - truth.ease[item.name[:-1]]
        cuts.append(shift + (-own[::-1] if item.reverse else own))
    return np.array(cuts)


def answer_straight(drawn: Mapping[str, Whole], careless: Mask) -> None:
    """Let the careless give one answer throughout, in every world alike.

    Parameters
    ----------
    drawn : {programme: array (people x waves x items)}
        Changed in place.
    careless : mask of people

    Returns
    -------
    None

    Raises
    ------
    Nothing.

    Source
    ------
    "Straight-lining": Curran 2016, Journal of Experimental Social Psychology 66, 4-19.
    """
    for number, row in enumerate(np.flatnonzero(careless)):
        for world in drawn.values():
            world[row] = STRAIGHT[number % len(STRAIGHT)]


def stay(rng: np.random.Generator, truth: Truth, instrument: Instrument, own: Whole, days: Whole) -> Mask:
    """Draw who is still there at each wave; who has left does not come back.

    Parameters
    ----------
    rng : Generator
    truth : Truth
        The logit of leaving: ``leaving`` at 60 points and 250 days, and its two slopes.
    instrument : Instrument
    own : array (people x waves x items)
        Complete answers in the programme a person is really in.
    days : array (people x waves)
        Days to release.

    Returns
    -------
    mask (people x waves)

    Raises
    ------
    Nothing: the arrays come from `people.draw`.

    Source
    ------
    Discrete-time hazard: Singer & Willett 1993, Journal of Educational Statistics 18, 155-195.
    """
    chance = rng.random((len(own), len(WAVES)))
    total = instrument.score("total")
    counted = [name for part in total.scores for name in instrument.score(part).items]
    places = [instrument.item_names.index(name) for name in counted]
    reverse = np.array([item.reverse for item in instrument.items])
    points = (np.where(reverse, 5 - own, own)[:, :, places].sum(axis=2) - len(places)) * 100 / (3 * len(places))
    present = np.ones(chance.shape, dtype=bool)
    for wave in range(1, len(WAVES)):
        for row in range(len(own)):
            logit = truth.leaving + truth.leaving_per_10_points * (float(points[row, wave - 1]) - 60) / 10
            logit += truth.leaving_per_30_days * (int(days[row, wave - 1]) - 250) / 30
            leaves = float(chance[row, wave]) < 1 / (1 + math.exp(-logit))
            present[row, wave] = present[row, wave - 1] and not leaves
    return present


def leave_gaps(rng: np.random.Generator, truth: Truth, instrument: Instrument, own: Whole, asked: Mask) -> Whole:
    """Draw which answers are missing, and how.

    Parameters
    ----------
    rng : Generator
    truth : Truth
        The shares of blanks, of 88 and of 99, and of sheets that end half way.
    instrument : Instrument
    own : array (people x waves x items)
        Complete answers.
    asked : mask of people
        Who is asked about drugs; for the others KMB is 77.

    Returns
    -------
    array (people x waves x items)
        Codes; 0 for a blank; 77, 88, 99.

    Raises
    ------
    Nothing: the arrays come from `people.draw`.

    Source
    ------
    The missing codes are those of the instrument; the shares stand in `Truth`.
    """
    people, waves, items = own.shape
    kind = rng.random(own.shape)
    stops = rng.random((people, waves)) < truth.stops
    last = items // 2 + (rng.random((people, waves)) * items / 2).astype(np.int64)
    unknown = np.array([truth.do_not_know * (5 if name in truth.knowing else 1) for name in instrument.item_names])
    answers = own.copy()
    answers[kind < truth.blank] = 0
    answers[(kind >= truth.blank) & (kind < truth.blank + unknown)] = DO_NOT_KNOW
    answers[kind >= 1 - truth.refuse] = REFUSED
    answers[stops[:, :, None] & (np.arange(items) > last[:, :, None])] = 0
    drugs = np.array([name.startswith("kmb") for name in instrument.item_names])
    answers[np.ix_(~asked, np.ones(waves, dtype=bool), drugs)] = NOT_APPLICABLE
    return answers
