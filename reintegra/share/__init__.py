"""What may leave a unit: cells too small to show, and people made unrecognisable."""

from ..core.door import with_door
from .archive import Archive, archive
from .disclosure import LEAST, withheld

__all__ = ["LEAST", "Archive", "archive", "withheld"]

with_door(globals(), __all__)
