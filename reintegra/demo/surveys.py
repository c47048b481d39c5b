"""Answers to WHOQOL-BREF, URICA, GSE-10 and SIAP-36 of people in rehabilitation, with a known change on every scale.

The model is that of `answers`: a level of each scale, equal cuts in the middle of the instrument's own range, noise.
Everybody answers twice with the same chance, with the change and without: the difference of the two is what changed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..instruments import Instrument, load_instrument
from .answers import DO_NOT_KNOW, Floats, Whole
from .members import Draws, Member
from .people import OFFICER, Cohort, _share
from .places import Rows
from .planted import CHANGES, LAST_DAY, Part, Planted
from .sittings import weekday
from .truth import WAVES

AFTER = (
    0,
    75,
    160,
)  # days after the programme began: months 1, 3 and 6 of a stay that began with three weeks of intake
RANGE = 1.4  # latent; where the lowest and the highest answer begin, below and above 0
UNUSED = "unused"  # items that no score counts
BESIDE = ["pid", "instrumen", "gelombang", "tanggal", "cara", "pewawancara_id", "bahasa", "petugas_hadir"]
# Points of a score for one step of the mean answer; WHOQOL-BREF: 1 for its two single questions.
IN_POINTS = {"whoqol_bref": 25.0, "urica_32": 1.0, "gse_10": 10.0, "siap_36": 100 / 3}


@dataclass(frozen=True, eq=False)
class Survey:
    """One instrument asked of some people: answers with the change and without (people x waves x items)."""

    instrument: Instrument
    people: tuple[Member, ...]
    changed: Whole
    still: Whole

    def change(self, who: Sequence[bool] | None = None) -> dict[str, float]:
        """Return what changed from awal to akhir in these very people, in points of each score.

        Parameters
        ----------
        who : sequence of bool, optional
            Over whom; everybody when None.

        Returns
        -------
        dict of score to points
            Whole numbers up to the last division. Names are those of the scores: physical_100 of WHOQOL-BREF.

        Raises
        ------
        Nothing.

        Source
        ------
        The key of the instrument, applied to complete answers.
        """
        rows = np.ones(len(self.people), dtype=bool) if who is None else np.array(who)
        sign = np.array([-1 if item.reverse else 1 for item in self.instrument.items], dtype=np.int64)
        difference: Whole = ((self.changed - self.still)[:, 2] * sign)[rows]
        names, known = self.instrument.item_names, [score.name for score in self.instrument.scores]
        found = {}
        for scale in CHANGES[self.instrument.name]:
            places = [names.index(item) for item in self.instrument.score(scale).items]
            factor = 1.0 if len(places) == 1 else IN_POINTS[self.instrument.name]
            name = f"{scale}_100" if f"{scale}_100" in known else scale
            found[name] = factor * int(difference[:, places].sum()) / (len(places) * len(difference))
        return found


def draw_surveys(seed: int, planted: Planted, members: Sequence[Member]) -> list[Survey]:
    """Draw the answers of everybody in social rehabilitation and of the partner's clients.

    Parameters
    ----------
    seed : int
    planted : Planted
    members : sequence of Member

    Returns
    -------
    list of Survey
        WHOQOL-BREF, URICA, GSE-10; SIAP-36 of the partner's clients only: the others have theirs in siap_36.csv.

    Raises
    ------
    InstrumentError
        A shipped key is broken.

    Source
    ------
    `answers.worlds` names the model.
    """
    found = []
    for number, (name, parts) in enumerate(CHANGES.items()):
        kinds = ("ipwl",) if name == "siap_36" else ("rehab_sosial", "ipwl")
        people = tuple(one for one in members if one.kind in kinds)
        instrument, rng = load_instrument(name), np.random.default_rng([seed, 20 + number])
        still, changed = _both(rng, planted, instrument, parts, people)
        found.append(Survey(instrument, people, changed, still))
    return found


def _both(
    rng: Draws, planted: Planted, instrument: Instrument, parts: Mapping[str, Part], people: Sequence[Member]
) -> tuple[Whole, Whole]:
    """Draw complete answers without the change and with it, by the same chance."""
    size, waves, items = len(people), len(WAVES), len(instrument.items)
    names = [*parts, UNUSED]
    own = {item: scale for scale in parts for item in instrument.score(scale).items}
    scale = np.array([names.index(own.get(item.name, UNUSED)) for item in instrument.items])
    all_parts = [*parts.values(), Part(0.0, 0.3, 0.0)]
    weight, ease, change = (
        np.array([getattr(part, what) for part in all_parts]) for what in ("general", "ease", "change")
    )
    trait = np.array([one.trait for one in people])
    factor = np.array([planted.unit_change[one.unit] for one in people])

    level = trait[:, None] * weight + planted.specific * rng.standard_normal((size, len(names)))
    still = level[:, None, :] + planted.occasion * rng.standard_normal((size, waves, len(names)))
    noise = planted.noise * rng.standard_normal((size, waves, items))
    sign = np.array([-1.0 if item.reverse else 1.0 for item in instrument.items])
    gained = factor[:, None, None] * np.array(planted.share)[None, :, None] * change
    one, other = (sign * planted.loading * (world + ease)[:, :, scale] + noise for world in (still, still + gained))
    return _coded(instrument, one), _coded(instrument, other)


def _coded(instrument: Instrument, latent: Floats) -> Whole:
    """Cut latent answers into the instrument's own; the range is alike for every number of answers."""
    coded = np.zeros(latent.shape, dtype=np.int64)
    for place, item in enumerate(instrument.items):
        codes = sorted(answer.value for answer in item.answers)
        cuts = [RANGE * (2 * n / (len(codes) - 2) - 1) for n in range(len(codes) - 1)]
        coded[..., place] = np.array(codes)[(latent[..., place][..., None] > np.array(cuts)).sum(axis=2)]
    return coded


def table_jawaban(cohort: Cohort, planted: Planted, survey: Survey) -> Rows:
    """Return the answers to one instrument, a row a person and wave; SIAP-36: those of siap_36.csv first.

    Parameters
    ----------
    cohort : Cohort
    planted : Planted
    survey : Survey

    Returns
    -------
    list of rows of text

    Raises
    ------
    Nothing.

    Source
    ------
    data/README.md.
    """
    name = survey.instrument.name
    rows = [[*BESIDE, *survey.instrument.item_names]]
    if name == cohort.instrument.name:
        rows += _of_the_cohort(cohort)
    rng = np.random.default_rng([cohort.truth.seed, 30 + list(CHANGES).index(name)])
    for row, one in enumerate(survey.people):
        for place, (wave, after) in enumerate(zip(WAVES, AFTER, strict=True)):
            day, hand, ear, speech = (float(u) for u in rng.random(4))
            gaps = rng.random(len(survey.instrument.items))
            date = weekday(one.begins + dt.timedelta(days=after + int(day * 2)))
            if date >= one.here_until or date > LAST_DAY:
                continue
            asked = f"PW-{one.unit[-1]}{1 + int(hand * 2)}"
            about = [one.code, name, wave, date.isoformat(), one.mode, asked, "jv" if speech < 0.15 else "id"]
            given = [
                "" if u < planted.blank else str(DO_NOT_KNOW) if u < planted.blank + planted.do_not_know else str(code)
                for u, code in zip(gaps, survey.changed[row, place], strict=True)
            ]
            rows.append([*about, str(_share(ear, OFFICER)), *given])
    return rows


def _of_the_cohort(cohort: Cohort) -> Rows:
    rows = []
    for row, (person, visits) in enumerate(zip(cohort.people, cohort.visits, strict=True)):
        for place, (wave, visit) in enumerate(zip(WAVES, visits, strict=True)):
            if cohort.present[row, place]:
                about = [person.code, cohort.instrument.name, wave, visit.date.isoformat(), person.mode]
                given = ("" if code == 0 else str(code) for code in cohort.answers[row, place])
                rows.append([*about, visit.interviewer, "id", str(visit.officer), *given])
    return rows
