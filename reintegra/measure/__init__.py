"""What was measured: scores, and how far they can be trusted."""

from .scoring import Scores, score, score_block

__all__ = ["Scores", "score", "score_block"]
