"""The page about a unit's talks as a Word document: the same texts and numbers, one A4 page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..core.language import word
from .export_word import a4_document, add_table
from .outgoing import writable

if TYPE_CHECKING:
    from .talk_summary import Content


def write_summary(path: Path, content: Content, say: Callable[..., str]) -> None:
    """Write the document, in the current language."""
    from docx.shared import Cm, Pt

    document = a4_document()
    section = document.sections[0]
    section.top_margin = section.bottom_margin = Cm(1.3)
    normal = document.styles["Normal"]
    normal.font.size, normal.paragraph_format.space_after = Pt(9), Pt(2)
    document.core_properties.title = content.title

    def add(text: str, *, style: str | None = None, bold: bool = False) -> None:
        document.add_paragraph(style=style).add_run(writable(text)).bold = bold

    def head(text: str, level: int = 2) -> None:
        made = document.add_heading(writable(text), level)
        made.paragraph_format.space_before, made.paragraph_format.space_after = Pt(5), Pt(1)

    head(content.title, 1)
    add(f"{content.about}. {content.told}" if content.about else content.told)
    add(content.main, bold=True)
    head(say("themes_title"))
    rows = [(label, one.label, one.people, one.percent) for label, some in content.themes for one in some]
    rows += [(label, say("nothing_shown", least=content.least), "", "") for label, some in content.themes if not some]
    heads = [say(f"head_{name}") for name in ("section", "theme", "people", "share")]
    add_table(document, "", _once(pd.DataFrame(rows, columns=heads)), [3.6, 6.8, 2.2])
    head(say("topics_title"))
    if content.topics:
        table = [(one.label, one.people, one.percent) for one in content.topics]
        heads = [say(f"head_{name}") for name in ("topic", "voiced", "unanswered")]
        add_table(document, "", pd.DataFrame(table, columns=heads), [5.0, 3.0])
    for text in content.aside:
        add(text)
    head(say("trust_title"))
    for text in content.trust:
        add(text, style="List Bullet")
    head(say("next_title"))
    for text in content.next:
        add(text, style="List Number")
    add(f"{word('not_for_rights')} {say('danger')} {content.made}")
    document.save(str(path))


def _once(table: pd.DataFrame) -> Any:
    """Return a table in which what the first column repeats stands only once."""
    first = table.columns[0]
    return table.assign(**{first: table[first].mask(table[first].duplicated(), "")})
