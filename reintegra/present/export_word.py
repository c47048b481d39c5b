"""A Word document of a group: the answers to each item or the scales of each wave, and the codebook; A4."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import pandas as pd

from ..core.language import in_language, language, number, say, word
from ..intake import Responses
from ..measure import Scores, answers, describe
from ..measure.describe import SMALLEST_GROUP
from ..measure.waves import waves
from .outgoing import Outgoing, writable
from .workbook import codebook

WIDTH = 17.0  # cm between the margins
ONE_PAGE = 20  # a table of fewer rows stays on one page


def write_word(path: Path, out: Outgoing) -> None:
    """Write the document, in the current language."""
    instrument = out.responses.instrument
    document = a4_document()
    title = writable(in_language(instrument.title))
    document.core_properties.title = title
    document.add_heading(title, 1)
    file = out.responses.origin.file or word("prov_frame")
    people = out.responses.index.get_level_values(0).nunique()
    document.add_paragraph(writable(say("export", "from", file=file, forms=len(out.responses), people=people)))
    for note in out.notes:
        document.add_paragraph().add_run(note).bold = True
    if out.responses.index.nlevels > 1:
        document.add_paragraph(say("page", "waves_warning"))
    if out.scores is not None:
        document.add_heading(say("page", "scores_title"), 2)
        document.add_paragraph(say("page", "scores_how"))
        for name, part in _waves(out.scores):
            add_table(document, name, _scales(part), [4.2, 1.6, 1.2])
    else:
        document.add_heading(say("page", "figure_answers"), 2)
        document.add_paragraph(say("export", "answers_how", least=SMALLEST_GROUP))
        for name, responses in _waves(out.responses):
            for table in _answers(responses):
                add_table(document, name, table, [2.2, 6.3])
    document.add_heading(say("export", "codebook_title"), 2)
    add_table(document, "", codebook(instrument), [2.4, 4.6, 4.2, 4.0])
    document.save(str(path))


def _waves(what: Any) -> Iterator[tuple[str, Any]]:
    """Yield the answers or scores of each wave with its name; all of them, unnamed, where there are no waves."""
    index = what.people.index
    if index.nlevels < 2:
        yield "", what
        return
    level = index.get_level_values(1)
    for name in waves(what):
        yield f"{say('page', 'wave')}: {name}", what.take(level == name)


def _scales(scores: Scores) -> pd.DataFrame:
    table = describe(scores).shown()
    table.insert(1, say("export", "range"), [f"{score.low:g}–{score.high:g}" for score in scores.instrument.scores])
    return table


def _answers(responses: Responses) -> Iterator[pd.DataFrame]:
    """Yield one table for each run of items that share their answers: in per cent, blank where too few answered."""
    rows = zip(responses.instrument.items, answers(responses).table.to_dict("records"), strict=True)
    for given, run in groupby(rows, key=lambda pair: pair[0].answers):
        table = []
        for item, row in run:
            enough = row["n"] >= SMALLEST_GROUP
            percent = [number(100 * row[f"code_{a.value}"], 0) if enough else "–" for a in given]
            table.append(
                (
                    item.name,
                    in_language(item.label) or f"{word('column_item')} {item.number}",
                    number(row["n"], 0),
                    *percent,
                )
            )
        heads = [f"{a.value} {in_language(a.label)}".strip() for a in given]
        yield pd.DataFrame(table, columns=[word("column_item"), word("column_label"), "n", *heads])


def a4_document() -> Any:
    from docx import Document
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(2)
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Arial", Pt(10)
    style.paragraph_format.space_after = Pt(4)
    for lang in document.styles.element.iter(qn("w:lang")):
        lang.set(qn("w:val"), {"id": "id-ID", "en": "en-GB"}[language()])
    document.core_properties.author, document.core_properties.comments = "reintegra", ""
    return document


def add_table(
    document: Any, title: str, table: pd.DataFrame, first: Sequence[float], words: Sequence[int] | None = None
) -> None:
    """Add a table: its header again on every page, rows that stay whole, the widths of its first columns in cm.

    ``words``: the columns that stand left, the others right; without it those of numbers stand right.
    """
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement, parse_xml
    from docx.oxml.ns import nsdecls
    from docx.shared import Cm, Pt

    if title or document.element.body[-2].tag.endswith("}tbl"):  # two tables that touch would become one
        above = document.add_paragraph()
        above.add_run(writable(title)).bold = True
        above.paragraph_format.keep_with_next = True
        above.paragraph_format.space_before = Pt(8 if title else 0)
    columns = range(table.shape[1])
    numeric = [
        all(map(_is_number, map(str, table.iloc[:, place]))) if words is None else place not in words
        for place in columns
    ]
    left = table.shape[1] - len(first)
    widths = [*first, *[(WIDTH - sum(first)) / max(left, 1)] * left]
    made = document.add_table(rows=0, cols=table.shape[1], style="Table Grid")
    made.autofit = False
    for column, width in zip(made.columns, widths, strict=True):
        column.width = Cm(width)
    for line, values in enumerate([tuple(table.columns), *table.itertuples(index=False, name=None)]):
        row = made.add_row()
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        if line == 0:
            row._tr.trPr.append(OxmlElement("w:tblHeader"))
        for place, (cell, width, value) in enumerate(zip(row.cells, widths, values, strict=True)):
            cell.width = Cm(width)
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(1)
            run = paragraph.add_run(writable(str(value)))
            run.font.size, run.bold = Pt(8), line == 0
            if line == 0:
                cell._tc.get_or_add_tcPr().append(parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:fill="DFE6ED"/>'))
            paragraph.paragraph_format.keep_with_next = line < len(table) < ONE_PAGE
            if numeric[place]:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _is_number(text: str) -> bool:
    return text != "" and not set(text) - set("0123456789.,–-")
