"""A report as a list of sections, told once and rendered twice: as one html page and as a Word document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from .pages import figure, page


@dataclass(frozen=True)
class Bullets:
    """A list of sentences; ``boxes`` puts an empty box before each, to be ticked by hand."""

    items: Sequence[str]
    kind: str = "bullets"


@dataclass(frozen=True)
class Box:
    """A sentence that must not be passed over."""

    text: str
    kind: str = "box"


@dataclass(frozen=True)
class Note:
    """A sentence in small print, below what it explains."""

    text: str
    kind: str = "note"


@dataclass(frozen=True)
class Grid:
    """A table of texts. Columns that are ``words`` (the first, unless said) stand left, the others right.

    ``widths``: of the first columns on paper, in cm.
    """

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: Sequence[int] = (0,)
    widths: Sequence[float] = (4.5,)
    kind: str = "grid"


@dataclass(frozen=True)
class Drawing:
    """A figure of a result; ``result.sentence`` is what is read out in its place."""

    draw: Callable[[Any], Any]
    result: Any
    height: float = 0  # mm at most on paper; 0: as it is
    kind: str = "drawing"

    @property
    def image(self) -> Any:
        """The figure as an element of a page."""
        return figure(self.draw, self.result)


Part: TypeAlias = str | Bullets | Box | Note | Grid | Drawing


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it; ``whole`` keeps it on one page."""

    title: str
    parts: Sequence[Part]
    whole: bool = False


@dataclass(frozen=True)
class Document:
    """A report: title, the lines below it, sections, what it was made from, and the lines at its foot."""

    title: str
    about: Sequence[str]
    sections: Sequence[Section]
    made: Sequence[tuple[str, str]] = ()
    foot: Sequence[str] = ()
    tight: bool = False  # one page
    marked: str = field(default="")  # a word in a frame beside the title


def as_page(document: Document) -> str:
    """Return a document as one self-contained html page, in the current language."""
    return page("document.html", document=document)
