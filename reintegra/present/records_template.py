"""The template of the programme workbook: a sheet a table, with choices, colours and a guide; no macro."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..core.check_letter import ALPHABET
from ..core.files import output_folder, write_whole
from ..core.language import in_language, language, speaking, word
from ..core.worksheets import headed, lines, put, ruled
from ..instruments import Instrument, load_instrument, status_line
from ..intake.grids import letter
from ..intake.records.dictionary import ANSWERS, PEOPLE, Column, Table, dictionary
from ..intake.records.sheets import CHECK
from .records_rules import (
    ALPHABET_NAME,
    FIRST,
    RED,
    YELLOW,
    Place,
    Places,
    add_answer_rules,
    add_check_column,
    add_rules,
    prompt,
)

INSTRUMENTS = ("siap_36", "whoqol_bref", "urica_32", "gse_10")
CHECKED = 500  # people whose codes are checked while they are typed
TITLE = 31  # letters of a sheet's name

_HEAD, _REQUIRED, _GREY = "DFE6ED", "FCE4D6", "6B7785"
_WIDTHS = {"free": 32, "text": 18, "codes": 20, "date": 14, "month": 12, "quarter": 12, "whole": 11, "number": 12}


def records_template(
    path: str | Path, lang: str | None = None, *, instruments: Sequence[str | Path | Instrument] = INSTRUMENTS
) -> Path:
    """Write an empty programme workbook that is ready to be filled in.

    Parameters
    ----------
    path : str or Path
        The workbook to write (.xlsx).
    lang : "id" or "en", optional
        The language of headings, choices and guide; without it the current one. `read_records` reads both.
    instruments : list of str, Path or Instrument, optional
        The questionnaires that get a sheet of answers.

    Returns
    -------
    Path
        The workbook: a guide, consent and then every table of the data dictionary, and the lists of codes. Required
        columns are marked, codes are chosen from lists, and what does not fit is coloured while it is typed.

    Raises
    ------
    OutputError
        The file cannot be written.
    InstrumentError
        An instrument is unknown or its definition is broken.

    Source
    ------
    docs/decisions/0026-records.md
    """
    from openpyxl import Workbook

    path = Path(path)
    output_folder(path.parent)
    with speaking(lang):
        book = Workbook()
        guide = book.active
        guide.title = word("template_guide")
        loaded = [load_instrument(instrument) for instrument in instruments]
        pages = [*_pages(loaded)]
        places = {
            (table.name, name): Place(title, letter(column - 1))
            for title, table, instrument, at in pages
            for name, column in at.items()
            if instrument is None
        }
        lists = _lists(book)
        for title, table, instrument, at in pages:
            sheet = book.create_sheet(title, len(book.sheetnames) - 1)
            _page(sheet, table, instrument, at, places, lists)
        _guide(guide, pages)
        return write_whole(path, book.save)


Page = tuple[str, Table, Instrument | None, dict[str, int]]


def _pages(instruments: Sequence[Instrument]) -> Iterator[Page]:
    """Yield each sheet: its title, its table, the instrument of answers, and the place of its columns from 1."""
    for table in dictionary().values():
        title = in_language(table.label)
        if table.name == ANSWERS:
            names = [name for name in table.columns if name != "instrumen"]
            at = {name: place for place, name in enumerate(names, 1)}
            yield from ((f"{title} {one.name}"[:TITLE], table, one, at) for one in instruments)
        else:
            yield title, table, None, {name: place for place, name in enumerate(table.columns, 1)}


def _page(
    sheet: Any,
    table: Table,
    instrument: Instrument | None,
    at: dict[str, int],
    places: Places,
    lists: Mapping[int, str],
) -> None:
    """Lay out one sheet: labels, names of columns, formats, rules."""
    for name, column in at.items():
        _heading(sheet, column, *_titles(table.columns[name]), required=table.columns[name].required)
        _format(sheet, column, table.columns[name])
    width = len(at)
    add_rules(sheet, table, at, places, lists)
    if instrument:
        items = [*enumerate(instrument.items, width + 1)]
        for column, item in items:
            _heading(sheet, column, in_language(item.label) or item.number, item.name, required=False)
            sheet.column_dimensions[letter(column - 1)].width = 17 if in_language(item.label) else 9
        add_answer_rules(sheet, items)
        width += len(items)
    if table.name == PEOPLE:
        _heading(sheet, width + 1, word("template_check"), CHECK, required=False)
        add_check_column(sheet, table, at, CHECKED)
    sheet.row_dimensions[1].height = max(32, 15 * _tallest(sheet, width))
    sheet.freeze_panes = f"B{FIRST}"
    sheet.sheet_view.zoomScale = 100
    sheet.print_title_rows = f"1:{FIRST - 1}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.sheet_properties.tabColor = "C55A11" if table.name in ("persetujuan", PEOPLE) else None


def _titles(column: Column) -> tuple[str, str]:
    return in_language(column.label) + (" *" if column.required else ""), column.name


def _heading(sheet: Any, column: int, title: str, name: str, *, required: bool) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    for row, text, font in ((1, title, Font("Calibri", 11, bold=True)), (2, name, Font("Calibri", 9, color=_GREY))):
        cell = put(sheet, row, column, text)
        cell.font, cell.fill = font, PatternFill("solid", fgColor=_REQUIRED if required else _HEAD)
        cell.alignment, cell.border = Alignment(wrap_text=True, vertical="top"), ruled()


def _format(sheet: Any, column: int, about: Column) -> None:
    """Set width and format of a whole column: texts stay texts (18-24 is no date), dates are day first."""
    from openpyxl.styles import Alignment

    dimension = sheet.column_dimensions[letter(column - 1)]
    choices = [about.codes.choice(code, language()) for code in about.codes.labels] if about.codes else []
    widest = max(map(len, choices), default=0) + 3
    dimension.width = max(_WIDTHS.get(about.type, 15), min(widest, 34), min(len(about.name) + 2, 22))
    kinds = {"date": "dd/mm/yyyy", "whole": "0", "number": "General"}
    dimension.number_format = kinds.get(about.type, "@")
    if about.type == "free":
        dimension.alignment = Alignment(wrap_text=True, vertical="top")


def _tallest(sheet: Any, width: int) -> int:
    cells = ((sheet.cell(1, column).value, letter(column - 1)) for column in range(1, width + 1))
    return max(lines(str(text), sheet.column_dimensions[where].width - 1) for text, where in cells)


def _lists(book: Any) -> dict[int, str]:
    """Write the lists of codes, one a column, and return where each stands."""
    from openpyxl.workbook.defined_name import DefinedName

    title = word("template_lists")
    sheet = book.create_sheet(title)
    found: dict[int, str] = {}
    put(sheet, 1, 1, word("template_letters"))
    put(sheet, 2, 1, ALPHABET)
    book.defined_names[ALPHABET_NAME] = DefinedName(ALPHABET_NAME, attr_text=f"'{title}'!$A$2")
    sheet.column_dimensions["A"].width = 42
    for table in dictionary().values():
        for column in table.columns.values():
            if column.codes and id(column.codes.labels) not in found:
                place = len(found) + 2
                choices = [column.codes.choice(code, language()) for code in column.codes.labels]
                put(sheet, 1, place, f"{table.name}.{column.name}")
                for row, choice in enumerate(choices, 2):
                    put(sheet, row, place, choice)
                where = letter(place - 1)
                sheet.column_dimensions[where].width = max(18, *(len(choice) + 2 for choice in choices))
                found[id(column.codes.labels)] = f"'{title}'!${where}$2:${where}${len(choices) + 1}"
    sheet.freeze_panes = "A2"
    return found


def _guide(sheet: Any, pages: Sequence[Page]) -> None:
    """Write the first sheet: how to fill the workbook in, its sheets, and every column."""
    from openpyxl.styles import Alignment, PatternFill

    notes = [text for text in word("template_notes", rows=CHECKED).split("\n") if text]
    heads = [(word(f"template_head_{head}"), width) for head, width in _COLUMNS]
    row = headed(sheet, word("template_title"), [*notes, *_status(pages)], heads)
    legend = {word("template_mark_required"): _REQUIRED, word("template_mark_blank"): YELLOW}
    for place, (text, colour) in enumerate({**legend, word("template_mark_wrong"): RED}.items(), 3):
        cell = put(sheet, 1, place, text)
        cell.fill, cell.border = PatternFill("solid", fgColor=colour), ruled()
        cell.alignment = Alignment(wrap_text=True, vertical="center")
    sheet.row_dimensions[1].height = 34
    for title, table, instrument, at in pages:
        _line(sheet, row, [title, "", "", in_language(table.about)], bold=True)
        row += 1
        for name in at if instrument is None or instrument is _first_asked(pages) else ():
            column = table.columns[name]
            choices = column.codes.worded() if column.codes else ""
            _line(sheet, row, ["", *_titles(column), prompt(column), choices])
            row += 1


_COLUMNS = (("sheet", 24), ("label", 30), ("column", 22), ("content", 58), ("choices", 60))


def _first_asked(pages: Sequence[Page]) -> Instrument | None:
    """Return the first instrument that has a sheet: the columns before the items are explained there."""
    return next((instrument for _, _, instrument, _ in pages if instrument), None)


def _status(pages: Sequence[Page]) -> list[str]:
    return [line for _, _, instrument, _ in pages if instrument and (line := status_line(instrument))]


def _line(sheet: Any, row: int, values: Sequence[str], *, bold: bool = False) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    for column, value in enumerate([*values, *[""] * (len(_COLUMNS) - len(values))], 1):
        cell = put(sheet, row, column, value or None)
        cell.alignment, cell.border = Alignment(wrap_text=True, vertical="top"), ruled()
        cell.font = Font("Calibri", 11, bold=bold)
        if bold:
            cell.fill = PatternFill("solid", fgColor=_HEAD)
    widths = [width for _, width in _COLUMNS]
    tall = max(lines(text, width) for text, width in zip(values, widths, strict=False) if text)
    sheet.row_dimensions[row].height = 15 * tall + 3
