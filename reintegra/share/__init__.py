"""What may leave a unit: cells too small to show, and people made unrecognisable."""

from .archive import Archive, archive
from .disclosure import LEAST, withheld

__all__ = ["LEAST", "Archive", "archive", "withheld"]
