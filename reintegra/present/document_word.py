"""A report as a Word document: the same sections as on the page; A4."""

from __future__ import annotations

import io
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pandas as pd

from ..core.language import say, word
from .document import Bullets, Document, Drawing, Grid, Note, Part
from .export_word import WIDTH, a4_document, add_table
from .outgoing import writable

DOTS = 200  # per inch


def write_document(path: Path, document: Document) -> None:
    """Write a document as .docx, in the current language."""
    from docx.shared import Pt

    made = a4_document()
    made.core_properties.title = writable(document.title)
    if document.marked:
        made.add_paragraph().add_run(writable(document.marked)).bold = True
    made.add_heading(writable(document.title), 1)
    for line in document.about:
        _small(made, line)
    for section in document.sections:
        if section.title:
            made.add_heading(writable(section.title), 2)
        for part, after in zip_longest(section.parts, section.parts[1:]):
            _add(made, part)
            if isinstance(part, str) and isinstance(after, str | Grid):
                made.paragraphs[-1].paragraph_format.keep_with_next = True
            elif isinstance(part, Grid) and isinstance(after, Note):
                last = [cell.paragraphs[0] for cell in made.tables[-1].rows[-1].cells]
                for paragraph in (*last, made.paragraphs[-1]):
                    paragraph.paragraph_format.keep_with_next = True
    if document.made:
        made.add_heading(say("page", "made_title"), 2)
        rows = pd.DataFrame(document.made, columns=[word("column_what"), word("column_value")])
        add_table(made, "", rows, [4.5])
    foot = made.sections[0].footer.paragraphs[0]
    foot.add_run(writable(" ".join(document.foot))).font.size = Pt(7.5)
    made.save(str(path))


def _add(made: Any, part: Part) -> None:
    from docx.shared import Pt

    if isinstance(part, str):
        made.add_paragraph(writable(part))
    elif isinstance(part, Bullets):
        for item in part.items:
            made.add_paragraph(writable(item), style="List Bullet")
    elif isinstance(part, Grid):
        table = pd.DataFrame([*map(tuple, part.rows)], columns=_distinct(part.head), dtype=object)
        add_table(made, "", table, part.widths, part.words)
        below = made.add_paragraph().paragraph_format
        below.line_spacing, below.space_after = Pt(4), Pt(0)
    elif isinstance(part, Drawing):
        _picture(made, part)
    elif part.kind == "box":
        _framed(made.add_paragraph(), part.text)
    else:
        _small(made, part.text)


def _distinct(head: Any) -> list[str]:
    """Return headings of which no two are equal, as a table of pandas needs them; a blank more shows nothing."""
    return [f"{text}{' ' * list(head[:place]).count(text)}" for place, text in enumerate(head)]


def _small(made: Any, text: str) -> None:
    from docx.shared import Pt

    made.add_paragraph().add_run(writable(text)).font.size = Pt(8.5)


def _framed(paragraph: Any, text: str) -> None:
    """Write a paragraph in bold with a frame around it."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    paragraph.add_run(writable(text)).bold = True
    sides = "".join(
        f'<w:{side} w:val="single" w:sz="12" w:space="4" w:color="16202B"/>'
        for side in ("top", "left", "bottom", "right")
    )
    paragraph._p.get_or_add_pPr().append(parse_xml(f"<w:pBdr {nsdecls('w')}>{sides}</w:pBdr>"))


def _picture(made: Any, part: Drawing) -> None:
    """Draw a figure as wide as the text; its sentence is the text in its place."""
    import matplotlib.pyplot as plt
    from docx.shared import Cm

    file = io.BytesIO()
    drawn = part.draw(part.result).figure
    drawn.savefig(file, format="png", dpi=DOTS)
    wide, high = drawn.get_size_inches()
    plt.close(drawn)
    width = min(WIDTH, part.height / 10 * wide / high) if part.height else WIDTH
    shape = made.add_picture(file, width=Cm(width))
    shape._inline.docPr.set("descr", writable(part.result.sentence))
