"""Every interval has a level between 0 and 1."""

import inspect
import math

import numpy as np
import pandas as pd
import pytest

import reintegra as rg
from reintegra import measure
from reintegra.core.errors import DataError

K10 = rg.load_instrument("k10")
ANSWERS = pd.DataFrame(np.random.default_rng(1).integers(2, 6, (40, 10)), columns=K10.item_names)
SCORED = rg.score(rg.intake.responses_of(ANSWERS, K10, direction_known=True))
X = pd.DataFrame({"a": [1.0, 2, 3, 4, 2, 5, 6, 1, 9, 7] * 10, "b": [2.0, 2, 3, 4, 3, 5, 5, 1, 9, 8] * 10})
SESSIONS = pd.DataFrame(
    {"program_id": "p", "komponen_id": "k", "sesi_id": [*"abc"], "direncanakan": 1, "terlaksana": 1, "durasi_mnt": 60,
     "kelengkapan": [3, 4, 2]}
)  # fmt: skip
CODINGS = pd.DataFrame(
    {"answer": [*"aabbcc"], "person": [*"aabbcc"], "wave": "awal", "section": "worry", "coder": ["x", "y"] * 3,
     "code": "K", "value": [1, 1, 0, 1, 0, 0]}
)  # fmt: skip
LEVELS = {
    "agreement": lambda level: measure.agreement(X.clip(1, 4), level=level),
    "code_agreement": lambda level: measure.code_agreement(CODINGS, level=level),
    "cohen_kappa": lambda level: measure.cohen_kappa(X["a"].clip(1, 4), X["b"].clip(1, 4), level=level),
    "questions": lambda level: measure.questions((X > 3).astype(float), level=level),
    "correlation": lambda level: measure.correlation(X["a"], X["b"], level=level),
    "delivery": lambda level: measure.delivery(SESSIONS, level=level),
    "alpha": lambda level: measure.alpha(X, level=level),
    "reliability": lambda level: measure.reliability(SCORED, level=level),
    "icc": lambda level: measure.icc(X, level=level),
    "retest": lambda level: measure.retest(X["a"], X["b"], level=level),
    "person_scores": lambda level: measure.person_scores(SCORED, level=level),
    "true_score": lambda level: measure.true_score(1, mean=1, sd=1, reliability=0.5, level=level),
    "reliable_change": lambda level: measure.reliable_change(X["a"], X["b"], retest=0.8, level=level),
    "minimal_important_change": lambda level: measure.minimal_important_change(X["a"], X["b"], level=level),
    "thesis_items": lambda level: measure.thesis_items(X, level=level),
    "critical_r": lambda level: measure.critical_r(30, level=level),
    "expert_panel": lambda level: measure.expert_panel(X.clip(1, 4), level=level),
    "parallel_analysis": lambda level: measure.parallel_analysis(X.assign(c=X["a"] % 3), level=level, draws=2),
}


@pytest.mark.parametrize("name", LEVELS)
@pytest.mark.parametrize("level", [95, 1.0, 0, -0.5, math.nan, "0.95"])
def test_a_level_that_is_not_between_0_and_1_is_refused(name, level):
    LEVELS[name](0.9)
    with pytest.raises(DataError) as caught:
        LEVELS[name](level)
    assert caught.value.code == "not-a-level"


def test_every_function_that_takes_a_level_is_among_those_that_refuse_it():
    takes = {name for name in measure.__all__ if "level" in inspect.signature(getattr(measure, name)).parameters}
    assert {name for name in takes if name.islower()} == set(LEVELS)
