"""Coding sheets: a workbook for each coder, in which texts are coded by choosing from lists.

docs/decisions/0019-blank-is-not-read.md
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ..core.errors import DataError, DisclosureError
from ..core.files import free_name, output_folder, safe_name, sha256, write_whole
from ..core.language import listed, say
from ..core.text import tidy
from ..core.worksheets import filled, filled_like, headed, put
from ..intake.grids import letter
from .codebook import NONE, Codebook
from .coding import Codings, checked_columns

CHOICES = 4  # cells for codes beside a text; more codes than that stand in one cell
UNREAD = "unread"
KEPT = ("person", "wave", "section", "text")

_FREE, _KEY = "FFF2CC", "7A8794"  # fill of the cells to work in, ink of those that identify a row
_ABOUT = {"section": 15, "code": 16, "label": 26, "definition": 40, "include": 34, "exclude": 34, "example": 34}
_COLUMNS = {"answer": 20, "text": 62, **{f"code {n}": 25 for n in range(1, CHOICES + 1)}, "coder": 10, "mark": 11}


def _say(code: str, /, **values: Any) -> str:
    return say("coding", code, **values)


def coding_sheets(
    assigned: pd.DataFrame,
    codebook: Codebook,
    out: str | Path,
    *,
    codings: Codings | pd.DataFrame | None = None,
) -> list[Path]:
    """Write a workbook for each coder in which texts are coded by choosing from lists.

    Parameters
    ----------
    assigned : DataFrame
        From `assign_coders`: answer, person, wave, section, text, reviewed, coder. Sheets go to people, so only masked
        and reviewed texts stand in them (`reviewed_table`).
    codebook : Codebook
        The codes; a text is offered those of its section.
    out : str or Path
        The folder to write to. An earlier sheet is never overwritten: somebody may be working in it.
    codings : Codings or DataFrame, optional
        What has been coded so far stands in the sheets already.

    Returns
    -------
    list of Path
        ``koding_<coder>.xlsx``: the codebook, then one sheet a section. In a row without any choice the text has not
        been read; ``none`` says that it has been and nothing applies.

    Raises
    ------
    DataError
        A column is missing, or a section has no codes.
    DisclosureError
        The texts are not masked, or not reviewed.
    OutputError
        The folder cannot be written to.

    Source
    ------
    docs/decisions/0019-blank-is-not-read.md
    """
    checked_columns(assigned, ("answer", *KEPT, "coder"))
    checked_sections(assigned, codebook)
    checked_reviewed(assigned)
    folder = output_folder(out)
    chosen = _chosen(codings, codebook)
    paths = []
    for coder, mine in assigned.groupby("coder", sort=False):
        path = free_name(folder / f"koding_{safe_name(str(coder))}.xlsx")
        paths.append(write_whole(path, _book(str(coder), mine, codebook, chosen).save))
    return paths


def _book(coder: str, mine: pd.DataFrame, codebook: Codebook, chosen: Mapping[tuple[str, str], list[str]]) -> Any:
    from openpyxl import Workbook

    book = Workbook()
    about = book.active
    about.title = _say("sheet_codebook")
    widths = list(_ABOUT.values())
    row = headed(
        about,
        _say("sheet_codebook"),
        [_say("how_1"), _say("how_2", none=NONE), _say("how_3")],
        [(_say(f"head_{name}"), width) for name, width in _ABOUT.items()],
    )
    lists = book.create_sheet("daftar")
    lists.sheet_state = "hidden"
    for section in codebook.sections:
        at = book.index(lists)
        _section(book.create_sheet(_say(f"section_{section}"), at), section, coder, mine, codebook, chosen)
        for code in codebook.of_section(section):
            words = [codebook.words(code, what) for what in list(_ABOUT)[2:]]
            filled(about, row, [_say(f"section_{section}"), code, *words], widths)
            row += 1
        for place, option in enumerate(options_of(section, codebook).values(), 1):
            put(lists, place, codebook.sections.index(section) + 1, option)
    about.protection.sheet = True
    about.protection.formatColumns = about.protection.formatRows = False
    return book


def _section(
    sheet: Any,
    section: str,
    coder: str,
    mine: pd.DataFrame,
    codebook: Codebook,
    chosen: Mapping[tuple[str, str], list[str]],
) -> None:
    """Lay out the sheet of one section: locked but for the cells of the codes."""
    from openpyxl.worksheet.datavalidation import DataValidation

    heads = [_heading(name) for name in _COLUMNS]
    notes = [_say("sheet_how", none=NONE, many=CHOICES), _say("sheet_coder", coder=coder)]
    widths = list(_COLUMNS.values())
    first = row = headed(sheet, _say(f"section_{section}"), notes, list(zip(heads, widths, strict=True)))
    free = range(3, 3 + CHOICES)
    options = options_of(section, codebook)
    for answer, text in mine.loc[mine["section"] == section, ["answer", "text"]].itertuples(index=False, name=None):
        own = chosen.get((coder, answer), [])
        cells: list[str | None] = [options[code] for code in own[:CHOICES]]
        if len(own) > CHOICES:
            cells[-1] = " ".join(own[CHOICES - 1 :])
        cells += [None] * (CHOICES - len(cells))
        values = [answer, str(text), *cells, coder, row_mark(coder, answer, text)]
        work_row(sheet, row, values, widths, first, free, (1, len(widths) - 1, len(widths)))
        row += 1
    if row > first:
        place = letter(codebook.sections.index(section))
        rule = DataValidation(
            type="list", formula1=f"daftar!${place}$1:${place}${len(options)}", allow_blank=True, showErrorMessage=True
        )
        rule.errorStyle, rule.error = "warning", _say("choose")
        rule.add(f"{letter(free[0] - 1)}{first}:{letter(free[-1] - 1)}{row - 1}")
        sheet.add_data_validation(rule)
    sheet.freeze_panes = f"C{first}"
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False


def work_row(
    sheet: Any,
    row: int,
    values: Sequence[Any],
    widths: Sequence[float],
    first: int,
    free: Iterable[int],
    keys: Iterable[int],
) -> None:
    """Write a row to work in: some cells unlocked and coloured, those that identify it grey; all rows as the first."""
    from openpyxl.styles import Alignment, Font, PatternFill, Protection

    if row > first:
        return filled_like(sheet, row, values, widths, first)
    filled(sheet, row, values, widths)
    for column in free:
        cell = sheet.cell(row, column)
        cell.protection, cell.fill = Protection(locked=False), PatternFill("solid", fgColor=_FREE)
        cell.alignment = Alignment("left", "top", wrap_text=True)
    for column in keys:
        sheet.cell(row, column).font = Font("Calibri", 9, color=_KEY)


def row_mark(*parts: Any) -> str:
    """Return what tells whether a row is still the one that was written."""
    return sha256("\0".join(tidy(str(part)) for part in parts).encode())[:8]


def _heading(name: str) -> str:
    what, _, number = name.partition(" ")
    return f"{_say(f'head_{what}')} {number}".strip()


def options_of(section: str, codebook: Codebook) -> dict[str, str]:
    """Return what may be chosen for a text of a section, by code, as the lists show it."""
    own = {code: f"{code} – {codebook.words(code)}" for code in codebook.of_section(section)}
    return {NONE: f"{NONE} – {_say('option_none')}", UNREAD: _say("option_unread"), **own}


def checked_sections(answers: pd.DataFrame, codebook: Codebook) -> None:
    """Refuse texts of a section for which there are no codes."""
    missing = sorted({*map(str, answers["section"].unique())} - {*codebook.sections})
    if missing:
        raise DataError("coding-no-section", sections=listed(missing))


def checked_reviewed(texts: pd.DataFrame) -> None:
    """Refuse texts that were not masked and reviewed."""
    if "reviewed" not in texts:
        raise DisclosureError("mask-not-masked")
    left = texts.loc[~texts["reviewed"].eq(True), "answer"].unique()
    if len(left):
        raise DisclosureError("mask-not-reviewed", answers=listed(left), n=len(left))


def _chosen(codings: Codings | pd.DataFrame | None, codebook: Codebook) -> dict[tuple[str, str], list[str]]:
    """Return what each coder chose for each text."""
    if codings is None:
        return {}
    table = codings.table if isinstance(codings, Codings) else codings
    chosen: dict[tuple[str, str], list[str]] = {}
    for coder, answer, code, value in table[["coder", "answer", "code", "value"]].itertuples(index=False, name=None):
        codes = chosen.setdefault((coder, answer), [])
        if value == 1:
            codes.append(code)
    chosen = {key: codes or [NONE] for key, codes in chosen.items()}
    if isinstance(codings, Codings):
        chosen |= {(coder, answer): [UNREAD] for coder, answer in codings.unread[["coder", "answer"]].to_numpy()}
    return chosen
