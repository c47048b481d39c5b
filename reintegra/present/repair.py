"""A copy of the user's file to mend: faulty cells marked, the remedy as their comment, and a list of every fault.

The original is only read. What openpyxl cannot carry over is said on the list: docs/decisions/0012-a-copy-to-mend.md.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core.errors import IntakeError, Problem, as_list
from ..core.files import free_name, output_folder, write_whole
from ..core.language import listed, say, word
from ..core.worksheets import clean, filled, headed, lines, put
from ..instruments import Instrument
from ..intake.grids import LIST_MARK, Grid, Source, grids_of, open_source
from ..intake.header import DEEPEST, candidates, heading_of
from .as_workbook import UNSURE, as_workbook, from_zero
from .stored_values import restore, stored_values

MOST_ROWS = 50_000  # of a file that is no workbook; a longer one is mended in the program it comes from

_FILL, _INK = "FFE699", "C00000"
_AGAIN = re.compile(r"_perbaiki(?: \(\d+\))?$")
_LOST = {
    "lost_rules": re.compile(rb"x14:(?:dataValidation|conditionalFormatting|sparkline)"),
    "lost_shapes": re.compile(rb"<xdr:(?:sp|grpSp|cxnSp)\b"),
    "lost_controls": re.compile(rb"<(?:control|slicer|x14:slicer)\b"),
}
_Target = tuple[str, int, int]  # title of a sheet, row and column as openpyxl counts them


@dataclass(frozen=True)
class ColouredCopy:
    """The copy that was written; ``path`` is None where none could be made, and ``str()`` says why."""

    path: Path | None
    faults: int
    cells: int = 0
    why: str = "copy_made"

    def __str__(self) -> str:
        return _say(self.why, path=self.path, cells=self.cells, faults=self.faults, most=MOST_ROWS)


def coloured_copy(
    path: str | Path,
    problems: Iterable[Problem],
    out: str | Path,
    *,
    instrument: Instrument | None = None,
    use: str | None = None,
) -> ColouredCopy:
    """Write a copy of a file in which every fault is marked where it stands.

    Parameters
    ----------
    path : str or Path
        The file that was refused. It is only read.
    problems : iterable of Problem
        ``.problems`` of the IntakeError that refused it.
    out : str or Path
        The folder to write to. An earlier copy in it is never overwritten: somebody may be mending it.
    instrument : Instrument, optional
        The questionnaire. Without it every code of an SPSS file is written with its label.
    use : "labels" or "codes", optional
        As the file was read: which to believe where the codes of an SPSS file contradict the labels.

    Returns
    -------
    ColouredCopy
        ``.path`` of ``<name>_perbaiki.xlsx``: the user's workbook, or the cells of any other file as a workbook, each
        at its own row and column. Faulty cells have a fill, a thick border and a comment; the first sheet lists every
        fault with a link. `read_responses` reads the mended copy and passes over that sheet. ``.path`` is None where
        the file cannot be opened (a password, damage) or is too long for a workbook to be of use.

    Raises
    ------
    OutputError
        The folder cannot be written to.

    Source
    ------
    docs/decisions/0012-a-copy-to-mend.md
    """
    problems, folder = list(problems), output_folder(out)
    try:
        source = open_source(path)
        grids = grids_of(source)
        workbook = _is_workbook(source)
        if not workbook and any((grid.rows_expected or 0) > MOST_ROWS for grid in grids):
            return ColouredCopy(None, len(problems), why="copy_too_long")
        broken = {row for problem in problems if problem.code == "ragged-row" for row in as_list(problem.row)}
        if workbook:
            book, notes = _opened(source)
            titles = {grid.sheet: str(grid.sheet) for grid in grids}
        else:
            book, titles = as_workbook(grids, source.name, broken, instrument, use)
            notes = [_say("note_ragged", mark=UNSURE.strip())] if broken else []
    except IntakeError:
        return ColouredCopy(None, len(problems), why="copy_not_made")
    of_sheet = {grid.sheet: grid for grid in grids}
    shifts = {grid.sheet: int(from_zero(grid)) for grid in grids}
    targets: list[list[_Target]] = []
    for problem in problems:
        grid = of_sheet.get(problem.sheet, grids[0] if len(grids) == 1 else None)
        found = [(grid.sheet, row, column) for row, column in _targets(problem, grid)] if grid else []
        targets.append([(titles[name], row + shifts[name], column) for name, row, column in found])
    marked = _mark(book, problems, targets)
    _list(book, source, problems, targets, notes)
    values = stored_values(source.data) if workbook else {}

    def write(part: Path) -> None:
        book.save(part)
        restore(part, book, values)

    written = write_whole(free_name(folder / f"{_AGAIN.sub('', Path(path).stem)}_perbaiki.xlsx"), write)
    return ColouredCopy(written, len(problems), marked)


def _say(code: str, /, **values: Any) -> str:
    return say("repair", code, **values)


def _is_workbook(source: Source) -> bool:
    if not source.data.startswith(b"PK"):
        return False
    with zipfile.ZipFile(io.BytesIO(source.data)) as archive:
        return "xl/workbook.xml" in archive.namelist()


def _opened(source: Source) -> tuple[Any, list[str]]:
    """Open the user's workbook, without the marks of an earlier copy, and say what cannot be kept of it."""
    import openpyxl
    from openpyxl.comments import Comment
    from openpyxl.styles import Border, PatternFill

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what openpyxl leaves out is said on the list
        book = openpyxl.load_workbook(io.BytesIO(source.data), rich_text=True)
    earlier = [sheet for sheet in book.worksheets if str(sheet["A1"].value).startswith(LIST_MARK)]
    for sheet in earlier:
        book.remove(sheet)
    if earlier:
        for cell in (cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.comment):
            before, found, _ = cell.comment.text.partition(LIST_MARK)
            if found:
                cell.comment = Comment(before.strip(), cell.comment.author) if before.strip() else None
                cell.fill, cell.border = PatternFill(), Border()
    with zipfile.ZipFile(io.BytesIO(source.data)) as archive:
        parts = [archive.read(name) for name in archive.namelist() if name.endswith((".xml", ".vml"))]
    lost = [_say(code) for code, pattern in _LOST.items() if any(map(pattern.search, parts))]
    return book, [_say("note_lost", lost=listed(lost))] if lost else []


def _targets(problem: Problem, grid: Grid) -> list[tuple[int, int]]:
    """Return the cells (row as the file counts, column from 1) where a fault is to be marked."""
    from openpyxl.utils.cell import coordinate_to_tuple

    if problem.cell is not None:
        return [coordinate_to_tuple(cell) for cell in as_list(problem.cell)]
    rows = [int(row) for row in as_list(problem.row)]
    if problem.code == "ragged-row":
        wide = {number: len(row) for number, row in grid.rows() if number in set(rows)}
        return [(row, column) for row in rows for column in range(1, wide.get(row, 0) + 1)]
    heads = _heads(grid, as_list(problem.column))
    if not rows:
        return list(heads.values())
    if not heads:
        return [(row, 1) for row in rows]
    return _at_fault(grid, rows, [column for _, column in heads.values()], as_list(problem.value))


def _at_fault(grid: Grid, rows: list[int], columns: list[int], values: list[Any]) -> list[tuple[int, int]]:
    """Return the cells of some rows and columns, those that hold the value at fault where it can be found there."""
    wanted, shown = set(rows), set(map(str, values))
    cells = dict.fromkeys((row, column) for row in rows for column in columns)
    holding = [
        (number, column)
        for number, row in (grid.rows() if len(cells) > 1 and shown else ())
        if number in wanted
        for column in columns
        if column <= len(row) and heading_of(row[column - 1]).strip() in shown
    ]
    return holding or list(cells)


def _heads(grid: Grid, names: list[Any]) -> dict[str, tuple[int, int]]:
    """Return where the headings of some columns stand."""
    found: dict[str, tuple[int, int]] = {}
    for headings, row in candidates(grid, grid.head(DEEPEST)) if names else ():
        for column, heading in enumerate(headings, 1):
            if heading in names:
                found.setdefault(heading, (row, column))
    return found


def _mark(book: Any, problems: Sequence[Problem], targets: Sequence[Sequence[_Target]]) -> int:
    """Colour and frame the faulty cells and comment on them; return how many there are."""
    from openpyxl.comments import Comment
    from openpyxl.styles import Border, PatternFill, Side

    said: dict[_Target, list[str]] = {}
    for number, (problem, places) in enumerate(zip(problems, targets, strict=True), 1):
        for place in dict.fromkeys(places):
            said.setdefault(place, []).append(f"{number}. {_found(problem)}\n→ {problem.remedy}")
    fill, thick = PatternFill("solid", fgColor=_FILL), Side("thick", color=_INK)
    frame = Border(thick, thick, thick, thick)
    merged = {
        (sheet.title, row, column): (span.min_row, span.min_col)
        for sheet in book.worksheets
        for span in sheet.merged_cells.ranges
        for row, column in span.cells
    }
    dates = {
        place
        for problem, places in zip(problems, targets, strict=True)
        if problem.why == "date-in-item"
        for place in places
    }
    for (title, row, column), texts in said.items():
        sheet = book[title]
        first = sheet.cell(*merged.get((title, row, column), (row, column)))
        for cell in {first, sheet.cell(row, column)}:
            cell.fill, cell.border = fill, frame
        if (title, row, column) in dates and first.is_date:  # a 3 typed in a cell of dates would be 3 January 1900
            put(sheet, first.row, first.column, first.value.isoformat()[:10]).number_format = "@"
        before = f"{first.comment.text}\n\n" if first.comment else ""
        text = f"{before}{LIST_MARK}{_say('title')}\n" + "\n\n".join(texts)
        first.comment = Comment(clean(text), "reintegra", width=360, height=20 + 17 * lines(text, 46))
    return len(said)


def _found(problem: Problem) -> str:
    return f"{problem.text[:1].upper()}{problem.text[1:]}"


def _list(
    book: Any, source: Source, problems: Sequence[Problem], targets: Sequence[Sequence[_Target]], notes: list[str]
) -> None:
    """Put the sheet with every fault in front."""
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.hyperlink import Hyperlink

    for other in book.worksheets:
        other.sheet_view.tabSelected = False  # sheets selected together would be edited together
    sheet = book.create_sheet(word("sheet_problems"), 0)
    book.active, sheet.sheet_view.tabSelected = 0, True
    above = [_say("note_from", file=source.name, faults=len(problems)), _say("note_how"), _say("note_private"), *notes]
    heads = ["number", word("column_sheet"), "cell", "found", "remedy", "done"]
    names = [head if head == heads[1] else _say(f"head_{head}") for head in heads]
    widths = [5, 16, 18, 55, 62, 8]
    row = headed(sheet, f"{LIST_MARK}{_say('title')}", above, list(zip(names, widths, strict=True)))
    for number, (problem, places) in enumerate(zip(problems, targets, strict=True), 1):
        cells = [f"{get_column_letter(column)}{line}" for _, line, column in places]
        where = listed(cells, 4) if cells else _say("whole_file")
        if places and _hidden(book, places[0]):
            where += f"\n{_say('hidden')}"
        title = places[0][0] if places else problem.sheet or ""
        filled(sheet, row, [number, title, where, _found(problem), problem.remedy, ""], widths)
        if places:
            quoted = title.replace("'", "''")
            link = sheet.cell(row, 3)
            link.hyperlink = Hyperlink(ref=link.coordinate, location=f"'{quoted}'!{cells[0]}")
            link.font = Font("Calibri", 11, color="0563C1", underline="single")
        row += 1


def _hidden(book: Any, place: _Target) -> bool:
    from openpyxl.utils import get_column_letter

    title, row, column = place
    sheet = book[title]
    hidden = sheet.row_dimensions[row].hidden or sheet.column_dimensions[get_column_letter(column)].hidden
    return bool(hidden or sheet.sheet_state != "visible")
