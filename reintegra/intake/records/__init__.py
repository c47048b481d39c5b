"""The records of a programme: one workbook of tables that belong together, read and checked as a whole."""

from .consent import Withdrawn
from .records import Records, read_records

__all__ = ["Records", "Withdrawn", "read_records"]
