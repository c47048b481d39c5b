"""The reports of a programme, one for each reader, from the same records and results."""

from .writing import KINDS, Written, programme_report

__all__ = ["KINDS", "Written", "programme_report"]
