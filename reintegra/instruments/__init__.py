"""What is asked: questionnaires and their keys."""

from ..core.door import with_door
from .catalogue import instruments, load_instrument, status_line
from .definition import Answer, Band, Instrument, Item, Score
from .reading import read_definition
from .xlsform import to_xlsform
from .xlsform_reading import from_xlsform

__all__ = [
    "Answer",
    "Band",
    "Instrument",
    "Item",
    "Score",
    "from_xlsform",
    "instruments",
    "load_instrument",
    "read_definition",
    "status_line",
    "to_xlsform",
]

with_door(globals(), __all__)
