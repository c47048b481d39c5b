"""To and from other programs: REFI-QDA codebooks and projects, Taguette, QualCoder, named columns, text files.

docs/decisions/0021-exchange.md
"""

from .codebooks import read_qdc, write_qdc
from .highlights import read_highlights
from .project_reading import Project, read_qdpx
from .projects import write_qdpx
from .tags import read_tags, write_tags
from .texts import read_texts, write_texts

__all__ = [
    "Project",
    "read_highlights",
    "read_qdc",
    "read_qdpx",
    "read_tags",
    "read_texts",
    "write_qdc",
    "write_qdpx",
    "write_tags",
    "write_texts",
]
