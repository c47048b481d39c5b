"""Figures of results. A plot draws what a result holds, computes nothing, and touches no global state.

Shades and sides carry the meaning, so that every figure can be read when printed in black and white.
"""

from .measures import items, loadings, quality, reliability, wright_map
from .scores import answers, distribution, profile

__all__ = [
    "answers",
    "distribution",
    "items",
    "loadings",
    "profile",
    "quality",
    "reliability",
    "wright_map",
]
