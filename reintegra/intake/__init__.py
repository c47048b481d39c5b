"""What came in: survey exports read into checked, coded answers, or refused with one list of every fault."""

from ..core.door import with_door
from .double import Entries, compare_entries
from .frames import responses_of
from .reader import read_responses
from .records import Records, Withdrawn, read_records
from .responses import Block, Origin, Responses

__all__ = [
    "Block",
    "Entries",
    "Origin",
    "Records",
    "Responses",
    "Withdrawn",
    "compare_entries",
    "read_records",
    "read_responses",
    "responses_of",
]

with_door(globals(), [name for name in __all__ if name != "read_responses"])  # which refuses wrong options itself
