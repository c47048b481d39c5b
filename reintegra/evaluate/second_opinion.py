"""A second opinion on the same question: entropy balancing and AIPW, which lean on different models."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..core.errors import DesignError, Notice
from .by_layout import Difference, compared
from .doubly_robust import aipw
from .layout import ENOUGH
from .roster import Roster
from .sensitivity import EValue, e_value
from .weighting import Weights, balancing_weights, weighted_difference

MOST = 5e7  # products the jackknife may take: half a minute
APART = 0.10  # SDs of the outcome two opinions may differ by


@dataclass(frozen=True, eq=False)
class SecondOpinion:
    """The effect on those who joined, by entropy balancing and by AIPW. ``table`` has a row each; ``settled``: they
    agree within .10 SD of the outcome, and the comparison itself does not point the other way. ``weights`` holds the
    balance before and after.
    """

    table: pd.DataFrame
    settled: bool
    weights: Weights
    notes: tuple[Notice, ...]


def second_opinion(study: Roster, made: Difference, level: float) -> SecondOpinion:
    """Ask both; people are compared within sites where sites hold both programmes."""
    pair, people = made.pair, compared(study, made.pair).reset_index(drop=True)
    if not study.before:
        raise DesignError("nothing-before")
    traits, site = list(study.before), None
    if pair.shared:
        traits += [str(study.site)] if len(pair.shared) > 1 else []
        site = study.site if len(pair.shared) >= ENOUGH else None
    elif pair.layout == "between_sites":
        site = study.site if min(pair.sites) >= ENOUGH else None
    levels = len(pair.shared) if len(pair.shared) > 1 else 1
    work = len(people) * (len(study.before) + levels) ** 2 * (people[site].nunique() if site else 1)
    if work > MOST:
        raise DesignError("too-much-work", people=len(people), sites=max(levels, 1))
    options: dict[str, Any] = {"outcome": study.outcome, "site": site, "level": level}
    weights = balancing_weights(people, programme=study.programme, covariates=traits)
    balanced = weighted_difference(people, weights, **options)
    doubly = aipw(people, programme=study.programme, covariates=traits, **options)
    table = pd.concat([balanced.table, doubly.table], ignore_index=True)
    table["name"] = ["entropy_att", "aipw_att"]
    room = APART * spread(study, made)
    said = table["estimate"].to_numpy()
    against = (np.sign(said) != np.sign(made.row["estimate"])) & (np.abs(said - made.row["estimate"]) > room)
    settled = bool(abs(said[1] - said[0]) <= room and not against.any())
    said_of = {note.code: note for note in (*balanced.notes, *doubly.notes) if note.code != "rows-left-out"}
    notes = [
        Notice("second-opinion", params={"name": pair.name, "text": lambda note=note: note.text})
        for note in said_of.values()
    ]
    return SecondOpinion(table, settled, weights, tuple(notes))


def spread(study: Roster, made: Difference) -> float:
    """Return the SD of the outcome within the two programmes."""
    people = compared(study, made.pair)
    groups = people.groupby(study.programme, observed=True)[study.outcome]
    count = groups.count()
    return math.sqrt(float(((count - 1) * groups.var().fillna(0)).sum() / (count - 1).sum()))


def explained_away(study: Roster, made: Difference) -> EValue:
    """Return how strong something not measured would have to be."""
    sd = spread(study, made)
    return e_value(d=float(made.row["estimate"]) / sd, se=float(made.row["se"]) / sd)
