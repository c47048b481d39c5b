"""Whether the band of a person's score may be printed: only where the error of that score leaves the band no doubt."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from .person import person_scores
from .quality import flagged_rows
from .scoring import Scores

ONE_SEM = math.erf(math.sqrt(0.5))  # the share of a normal curve within one standard error, .68


def band_doubts(scores: Scores) -> Mapping[str, pd.Series]:
    """Tell for every score why the band of each person may not be printed.

    Parameters
    ----------
    scores : Scores
        From `score`.

    Returns
    -------
    dict of score to Series of str (people)
        Empty where the band may be printed: the score less and plus one standard error of measurement lies inside it,
        and the answers are not flagged. Else "crosses", "flagged", "few-people" or another reason of `person_scores`.

    Raises
    ------
    Nothing.

    Source
    ------
    docs/decisions/0014-a-band-needs-its-error.md
    """
    known = person_scores(scores, level=ONE_SEM, flagged=flagged_rows(scores.responses))
    return {score.name: known.of(score.name)["reason"] for score in scores.instrument.scores}
