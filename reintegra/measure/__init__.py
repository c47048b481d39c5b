"""What was measured: scores, and how they spread."""

from .describe import Answers, Distribution, Profile, Summary, answers, describe, distribution, profile
from .kernel import score_block
from .scoring import Scores, score

__all__ = [
    "Answers",
    "Distribution",
    "Profile",
    "Scores",
    "Summary",
    "answers",
    "describe",
    "distribution",
    "profile",
    "score",
    "score_block",
]
