"""What came in: survey exports read into checked, coded answers, or refused with one list of every fault."""

from .double import Entries, compare_entries
from .frames import responses_of
from .reader import read_responses
from .responses import Block, Origin, Responses

__all__ = ["Block", "Entries", "Origin", "Responses", "compare_entries", "read_responses", "responses_of"]
