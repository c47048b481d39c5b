"""The sheet on which a person reads masked texts, has more masked and ticks what was read; and its way back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from ..core.errors import DataError, IntakeError, Problem, one_or_list
from ..core.files import free_name, output_folder, write_whole
from ..core.language import LANGUAGES, listed, say, texts
from ..core.text import fold, tidy
from ..core.worksheets import clean, filled, headed
from ..intake.grids import Grid, Source, grids_of, letter, open_source
from ..intake.header import heading_of
from .identifiers import MASKS
from .masking import Masked, counted, mask_words

COLUMNS = {"answer": 22, "text": 80, "words": 24, "also": 24, "read": 10}
NEEDED = ("answer", "text", "also", "read")


def review_sheet(masked: Masked, out: str | Path) -> Path:
    """Write the sheet on which masked texts are read.

    Parameters
    ----------
    masked : Masked
        From `mask`.
    out : str or Path
        The folder to write to.

    Returns
    -------
    Path
        ``periksa_samaran.xlsx``: one row a text that nobody has read yet, with the words that may name somebody, a cell
        for further words to mask, and a cell to tick. An earlier sheet is never overwritten.

    Raises
    ------
    OutputError
        The folder cannot be written to.

    Source
    ------
    docs/decisions/0018-masked-is-not-anonymous.md
    """
    from openpyxl import Workbook
    from openpyxl.styles import PatternFill, Protection

    folder, book = output_folder(out), Workbook()
    sheet = book.active
    sheet.title = say("mask", "sheet_title")
    notes = [say("mask", key) for key in ("not_anonymous", "sheet_how")]
    headings = [(say("mask", f"head_{name}"), width) for name, width in COLUMNS.items()]
    row = headed(sheet, say("mask", "sheet_title"), notes, headings)
    doubts: dict[str, dict[str, None]] = {}
    for answer, words in zip(masked.review["answer"], masked.review["words"], strict=True):
        doubts.setdefault(answer, {})[words] = None
    left = masked.table[~masked.table["reviewed"]]
    for answer, text in zip(left["answer"], left["text"], strict=True):
        words = ", ".join(filter(None, doubts.get(answer, ())))
        filled(sheet, row, [answer, text, words, "", ""], list(COLUMNS.values()))
        for column in (4, 5):
            cell = sheet.cell(row, column)
            cell.protection, cell.fill = Protection(locked=False), PatternFill("solid", fgColor="FFF2CC")
        row += 1
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False
    return write_whole(free_name(folder / "periksa_samaran.xlsx"), book.save)


class _Row(NamedTuple):
    """One row of a sheet that came back."""

    number: int
    answer: str
    text: str
    also: str
    read: str


def read_review(masked: Masked, sheet: str | Path, *, by: str) -> Masked:
    """Read a review sheet back: the words it asks for are masked, the texts it ticks are reviewed.

    Parameters
    ----------
    masked : Masked
        What the sheet was made from.
    sheet : str or Path
        The sheet of `review_sheet`, filled in.
    by : str
        The code of the person who read the texts; never a name.

    Returns
    -------
    Masked
        Further masked, and reviewed where ticked. A text without a tick stays as unreviewed as it was.

    Raises
    ------
    IntakeError
        A key or a text was changed, stands twice or has no row; a tick that is neither yes nor no; words to mask that
        do not stand in the text: all faults at once, each with its cell.
    DataError
        No reviewer.

    Source
    ------
    docs/decisions/0018-masked-is-not-anonymous.md
    """
    if not str(by).strip():
        raise DataError("mask-no-reviewer")
    source = open_source(sheet)
    grid, columns, rows = _rows(source)
    known = dict(zip(masked.table["answer"], masked.table["text"], strict=True))
    problems = [*_faults(source, grid, columns, rows, known)]
    wanted = set(masked.table.loc[~masked.table["reviewed"], "answer"])
    if absent := sorted(wanted - {row.answer for row in rows}):
        params = {"answers": listed(absent)}
        problems.append(Problem("mask-row-missing", source.name, grid.sheet, value=one_or_list(absent), params=params))
    if problems:
        raise IntakeError(problems)
    also = {row.answer: _words(row.also) for row in rows if row.also}
    told = {answer: mask_words(text, also.get(answer, ())) for answer, text in known.items()}
    review = _left(masked.review, told, also)
    further = sum(told[answer].count(MASKS["word"]) - known[answer].count(MASKS["word"]) for answer in also)
    table = masked.table.assign(text=[*told.values()])
    masks = dict(zip(masked.counts["kind"], masked.counts["masked"], strict=True))
    counts = counted(masks | {"word": masks.get("word", 0) + further}, review)
    changed = replace(masked, table=table, review=review, counts=counts)
    return changed.mark_reviewed(answers=[row.answer for row in rows if _ticked(row.read)], by=by)


def _left(review: pd.DataFrame, told: Mapping[str, str], also: Mapping[str, list[str]]) -> pd.DataFrame:
    """Return the words that are still to be looked at, at their places in the texts that were masked further."""
    rows, last = [], ("", 0)
    for row in review.itertuples(index=False):
        place = row.place
        if row.answer in also:
            place = told[row.answer].find(row.words, last[1] if last[0] == row.answer else 0)
            last = (row.answer, place + 1) if place >= 0 else last
        if place >= 0:
            rows.append(row._replace(place=place))
    return pd.DataFrame(rows, columns=review.columns)


def _rows(source: Source) -> tuple[Grid, Mapping[str, int], list[_Row]]:
    """Return the sheet, the place of each column, and its filled rows."""
    words = {fold(texts(lang)["mask"][f"head_{name}"]): name for lang in LANGUAGES for name in NEEDED}
    for grid in grids_of(source):
        columns: dict[str, int] = {}
        rows = []
        for number, row in grid.rows():
            if not columns:
                found = {words[fold(text)]: c for c, cell in enumerate(row) if fold(text := heading_of(cell)) in words}
                columns = found if set(NEEDED) <= set(found) else {}
                continue
            cells = [heading_of(row[columns[n]]) if columns[n] < len(row) else "" for n in NEEDED]
            if any(map(str.strip, cells)):
                rows.append(_Row(number, tidy(cells[0]), cells[1], tidy(cells[2]), fold(cells[3])))
        if columns:
            return grid, columns, rows
    raise source.refuse("mask-no-sheet")


def _faults(
    source: Source, grid: Grid, columns: Mapping[str, int], rows: list[_Row], known: Mapping[str, str]
) -> Iterator[Problem]:
    times = Counter(row.answer for row in rows)

    def fault(code: str, row: _Row, name: str, **params: Any) -> Problem:
        cell = f"{letter(columns[name])}{row.number}"
        return Problem(code, source.name, grid.sheet, row.number, cell=cell, params={"value": "", **params})

    for row in rows:
        if row.answer not in known:
            yield fault("mask-row-unknown", row, "answer")
        elif times[row.answer] > 1:
            yield fault("mask-row-twice", row, "answer", answer=row.answer)
        elif tidy(clean(known[row.answer])) != tidy(row.text):
            yield fault("mask-text-changed", row, "text", answer=row.answer)
        elif any(mask_words(known[row.answer], [word]) == known[row.answer] for word in _words(row.also)):
            yield fault("mask-words-not-there", row, "also", answer=row.answer)
        if _ticked(row.read) is None:
            yield fault("mask-tick", row, "read", yes=say("mask", "ticks").split()[0])


def _words(cell: str) -> list[str]:
    return [word for part in cell.replace(";", ",").split(",") if (word := part.strip())]


def _ticked(cell: str) -> bool | None:
    """Tell whether a cell is ticked; None where it says neither."""
    said = {key: {w for lang in LANGUAGES for w in texts(lang)["mask"][key].split()} for key in ("ticks", "no_ticks")}
    if cell in said["ticks"]:
        return True
    return False if not cell or cell in said["no_ticks"] else None
