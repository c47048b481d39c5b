"""Figures of results. A plot draws what a result holds, computes nothing, and touches no global state.

Shades and sides carry the meaning, so that every figure can be read when printed in black and white.
"""

from ...core.door import with_door
from .after import cumulative_incidence, funnel, shrunken, survival
from .consult import heat_map, keyness, prevalence
from .measures import items, loadings, quality, reliability, wright_map
from .over_time import run_chart
from .programmes import adjusted_means, changes, flow, forest, improved, love
from .scores import answers, distribution, profile

__all__ = [
    "adjusted_means",
    "answers",
    "changes",
    "cumulative_incidence",
    "distribution",
    "flow",
    "forest",
    "funnel",
    "heat_map",
    "improved",
    "items",
    "keyness",
    "loadings",
    "love",
    "prevalence",
    "profile",
    "quality",
    "reliability",
    "run_chart",
    "shrunken",
    "survival",
    "wright_map",
]

with_door(globals(), __all__)
