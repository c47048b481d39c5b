"""The workbook: scores, items, codebook, notices and provenance; no text in it can become a formula."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ..core.errors import Notice
from ..core.language import in_language, language, listed, say, word
from ..core.worksheets import lines
from ..instruments import Instrument, status_line
from ..measure import Scores

MOST_ROWS = 50_000

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def write_workbook(path: Path, scores: Scores, *, by: str | None = None) -> None:
    """Write the workbook of a report.

    Parameters
    ----------
    path : Path
        The file to write.
    scores : Scores
        From `score`.
    by : str, optional
        A column of the people to put beside the scores, such as the unit.

    Returns
    -------
    None

    Raises
    ------
    OSError
        The file cannot be written.

    Source
    ------
    docs/decisions/0006-what-a-report-shows.md
    """
    from .report import provenance

    notes = [text for text in (status_line(scores.instrument), in_language(scores.instrument.note)) if text]
    notes.append(word("not_for_rights"))
    sheets = []
    if len(scores) <= MOST_ROWS:
        sheets.append((word("sheet_scores"), notes, score_table(scores, by)))
        codes = scores.responses.codes
        sheets.append((word("sheet_items"), notes[:1], _with_key(codes.convert_dtypes())))
    else:
        notes.append(word("too_many_rows", most=MOST_ROWS))
    flags = scores.flags
    if len(flags):
        sheets.append((word("sheet_flags"), [word("flags_note")], _with_key(_flags_in_words(flags))))
    sheets.append((word("sheet_codebook"), notes, codebook(scores.instrument)))
    sheets.append((word("sheet_notices"), [], notices_table(scores.notices)))
    facts = pd.DataFrame(provenance(scores), columns=[word("column_what"), word("column_value")])
    sheets.append((word("sheet_provenance"), notes, facts))
    write_sheets_safely(path, sheets)


WIDEST = 45  # characters of a column; a longer text goes on below


def write_sheets_safely(path: Path, sheets: Iterable[tuple[str, Sequence[str], pd.DataFrame]]) -> None:
    """Write tables as sheets, each with its notes above; texts stay texts whatever they begin with."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    book = Workbook(write_only=True)
    bold, shade = Font("Calibri", 11, bold=True), PatternFill("solid", fgColor="DFE6ED")
    wrap = Alignment(vertical="top", wrap_text=True)

    def cell(sheet: Any, value: Any) -> Any:
        if value is None or value is pd.NaT or value != value:
            return None
        if isinstance(value, str):
            made = WriteOnlyCell(sheet, _CONTROL.sub("", value)[:32_000])
            made.data_type = "s"
            made.quotePrefix = value[:1] in "=+-@\t\r" and value != ""
            return made
        if isinstance(value, pd.Timestamp):
            made = WriteOnlyCell(sheet, value.to_pydatetime())
            made.number_format = "yyyy-mm-dd"
            return made
        if isinstance(value, float):
            made = WriteOnlyCell(sheet, value)
            made.number_format = "0.00" if not value.is_integer() else "0"
            return made
        return value.item() if hasattr(value, "item") else value

    for name, notes, table in sheets:
        sheet = book.create_sheet(name)
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9  # A4
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.page_setup.fitToHeight = 0  # as wide as the paper, as long as it takes
        sheet.print_title_rows = f"{len(notes) + 2 if notes else 1}:{len(notes) + 2 if notes else 1}"
        table = table.astype(object).where(table.notna(), None)
        for place, column in enumerate(table.columns, 1):
            longest = max(
                [len(str(column)), *(len(str(v)) for v in table[column].head(200) if v is not None)], default=8
            )
            sheet.column_dimensions[get_column_letter(place)].width = min(max(longest + 2, 8), WIDEST)
        if not notes:
            sheet.freeze_panes = "A2"
        else:
            sheet.freeze_panes = f"A{len(notes) + 3}"
            for note in notes:
                sheet.append([cell(sheet, note)])
            sheet.append([])
        heads = []
        for column in table.columns:
            head = cell(sheet, str(column))
            head.font, head.fill, head.alignment = bold, shade, Alignment(vertical="top")
            heads.append(head)
        sheet.append(heads)
        for place, row in enumerate(table.itertuples(index=False, name=None), len(notes) + 3 if notes else 2):
            made = [cell(sheet, value) for value in row]
            long = [value for value in row if isinstance(value, str) and len(value) > WIDEST]
            if long:
                sheet.row_dimensions[place].height = 15 * max(lines(value, WIDEST) for value in long)
                made = [each if hasattr(each, "alignment") else WriteOnlyCell(sheet, each) for each in made]
                for each in made:
                    each.alignment = wrap
            sheet.append(made)
    book.save(path)


def score_table(scores: Scores, by: str | None = None) -> pd.DataFrame:
    """Return key, unit and scores, bands in the current language."""
    table = _with_key(scores.in_words(language()))
    if by is not None and by in scores.people.columns:
        table.insert(scores.people.index.nlevels, by, scores.people[by].to_numpy())
    return table


def _with_key(table: pd.DataFrame) -> pd.DataFrame:
    names = [name or word("column_key") for name in table.index.names]
    return table.rename_axis(index=names).reset_index()


def _flags_in_words(flags: pd.DataFrame) -> pd.DataFrame:
    headings = {"item": "column_item", "answer": "column_answer", "reason": "column_reason", "action": "column_action"}
    return flags.rename(columns={name: word(code) for name, code in headings.items()})


def codebook(instrument: Instrument) -> pd.DataFrame:
    """Return every score and item with its meaning, its codes or range, and its rule, and what means no answer."""
    rows = []
    for score in instrument.scores:
        made_of = listed(score.items or score.scores, 40)
        rule = word(f"rule_{score.rule}")
        rule = word("rule_line", rule=rule, least=score.min_answered, parts=score.parts, items=made_of)
        span = f"{score.low:g}–{score.high:g}"
        rows.append(
            (score.name, in_language(score.label), span, rule, word(f"higher_{score.higher_is.replace(' ', '_')}"))
        )
        for number, (system, bands) in enumerate(score.bands.items()):
            name = f"{score.name}_band" + (f"_{system}" if number else "")
            edges = [
                f"{in_language(b.label)} {'<' if b.below is not None else '≤'} {b.edge:g}" if b.edge is not None
                else in_language(b.label) for b in bands
            ]  # fmt: skip
            rows.append((name, f"{in_language(score.label)} {system}".strip(), "; ".join(edges), "", ""))
    for item in instrument.items:
        codes = "; ".join(f"{a.value} {in_language(a.label)}".strip() for a in item.answers)
        rule = word("reversed") if item.reverse else word("unused") if item.unused else ""
        rows.append((item.name, in_language(item.label) or item.number, codes, rule, ""))
    if instrument.missing:
        codes = "; ".join(f"{a.value} {in_language(a.label)}".strip() for a in instrument.missing)
        rows.append((say("export", "every_item"), say("export", "missing"), codes, "", ""))
    heads = ("column_name", "column_label", "column_codes", "column_rule", "column_direction")
    return pd.DataFrame(rows, columns=[word(head) for head in heads])


def notices_table(notices: Iterable[Notice]) -> pd.DataFrame:
    """Return notices as a table."""
    rows = [(notice.code, notice.text, listed(notice.rows, 200)) for notice in notices]
    return pd.DataFrame(rows, columns=[word("column_code"), word("column_text"), word("column_rows")])
