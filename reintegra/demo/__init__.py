"""Invented people whose truth is known: to learn on, and to ask a method whether it finds the truth."""

from ..core.check_letter import check_character, is_valid, sound
from ..core.door import with_door
from .people import Cohort, draw
from .truth import NO_PROGRAMME, TRUTH, WAVES, Truth

__all__ = ["NO_PROGRAMME", "TRUTH", "WAVES", "Cohort", "Truth", "check_character", "draw", "is_valid", "sound"]

with_door(globals(), __all__)
