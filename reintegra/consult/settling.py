"""A sheet on which coders settle their differences, and its way back.

docs/decisions/0019-blank-is-not-read.md
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from ..core.errors import IntakeError
from ..core.files import free_name, output_folder, write_whole
from ..core.language import LANGUAGES, say, texts
from ..core.text import fold
from ..core.worksheets import headed
from ..intake.grids import letter
from .codebook import Codebook
from .coding import Codings, checked_columns, disagreements
from .sheet_reading import rows_of
from .sheets import checked_reviewed, row_mark, work_row

FINALS = ("answer", "code", "final")

_COLUMNS = {
    "answer": 20,
    "section": 15,
    "text": 55,
    "code": 15,
    "label": 28,
    "yes": 15,
    "no": 15,
    "majority": 17,
    "final": 12,
    "mark": 11,
}


def _say(code: str, /, **values: Any) -> str:
    return say("coding", code, **values)


def disagreement_sheet(
    codings: Codings | pd.DataFrame, answers: pd.DataFrame, codebook: Codebook, out: str | Path
) -> Path:
    """Write a sheet on which coders settle together what they saw differently.

    Parameters
    ----------
    codings : Codings or DataFrame
        As in `consensus`.
    answers : DataFrame
        The texts, masked and reviewed (`reviewed_table`): answer, text, reviewed.
    codebook : Codebook
        For the names of the codes.
    out : str or Path
        The folder to write to. An earlier sheet is never overwritten: somebody may be filling it in.

    Returns
    -------
    Path
        ``selisih_koding.xlsx``: the rows of `disagreements` with the text and a column for the final decision.

    Raises
    ------
    DataError
        As `disagreements`.
    DisclosureError
        The texts are not masked, or not reviewed.
    OutputError
        The folder cannot be written to.

    Source
    ------
    docs/decisions/0019-blank-is-not-read.md
    """
    from openpyxl import Workbook
    from openpyxl.worksheet.datavalidation import DataValidation

    checked_columns(answers, ("answer", "text"))
    checked_reviewed(answers)
    found = disagreements(codings)
    text_of = dict(answers[["answer", "text"]].itertuples(index=False, name=None))
    folder, book = output_folder(out), Workbook()
    sheet = book.active
    sheet.title = _say("disagreements_title")
    words = {1.0: _say("yes"), 0.0: _say("no")}
    heads = [(_say(f"head_{name}"), width) for name, width in _COLUMNS.items()]
    notes = [_say("disagreements_how", yes=words[1.0], no=words[0.0])]
    first = row = headed(sheet, _say("disagreements_title"), notes, heads)
    final = list(_COLUMNS).index("final") + 1
    for one in found.to_dict("records"):
        shown = {
            **one,
            "section": _say(f"section_{one['section']}"),
            "text": str(text_of.get(one["answer"], "")),
            "label": codebook.words(one["code"]) if one["code"] in codebook.codes else "",
            "majority": words.get(one["value"], _say("tie")),
            "final": None,
            "mark": _mark(one),
        }
        values, widths = [shown[name] for name in _COLUMNS], list(_COLUMNS.values())
        work_row(sheet, row, values, widths, first, [final], (1, len(_COLUMNS)))
        row += 1
    if row > first:
        rule = DataValidation(type="list", formula1=f'"{",".join(words.values())}"', allow_blank=True)
        rule.showErrorMessage = True
        rule.add(f"{letter(final - 1)}{first}:{letter(final - 1)}{row - 1}")
        sheet.add_data_validation(rule)
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False
    return write_whole(free_name(folder / "selisih_koding.xlsx"), book.save)


def _mark(one: dict[Any, Any]) -> str:
    """Return what tells whether a difference is still the one that was written."""
    return row_mark(*(one[name] for name in ("answer", "code", "yes", "no")))


def read_finals(path: str | Path, codings: Codings | pd.DataFrame) -> pd.DataFrame:
    """Read the final decisions back.

    Parameters
    ----------
    path : str or Path
        The sheet of `disagreement_sheet`, filled in.
    codings : Codings or DataFrame
        The same codings.

    Returns
    -------
    DataFrame
        answer, code, final: 1 or 0, missing where nothing was decided; for `consensus`.

    Raises
    ------
    IntakeError
        A row is none of the differences or stands twice, or a decision is neither yes nor no: all faults at once.

    Source
    ------
    docs/decisions/0019-blank-is-not-read.md
    """
    known = {(one["answer"], one["code"]): _mark(one) for one in disagreements(codings).to_dict("records")}
    words = {fold(texts(lang)["coding"][word]): value for lang in LANGUAGES for word, value in (("yes", 1), ("no", 0))}
    words |= {"1": 1, "0": 0}
    seen: dict[tuple[str, str], int] = {}
    finals = []
    rows = rows_of(path, ("answer", "code", "final", "mark"))
    for row in rows:
        key = row.text("answer"), row.text("code")
        given = fold(row.text("final"))
        if known.get(key) != row.text("mark"):
            row.fault("coding-final-row", "answer", key[0])
        elif key in seen:
            row.fault("coding-final-twice", "answer", key[0], first=seen[key])
        elif given and given not in words:
            choices = {word: partial(_say, word) for word in ("yes", "no")}
            row.fault("coding-final-value", "final", row.text("final"), private=True, **choices)
        seen.setdefault(key, row.number)
        finals.append((*key, words.get(given)))
    gathered = {id(row.faults): row.faults for row in rows}
    if problems := [problem for faults in gathered.values() for problem in faults.problems()]:
        raise IntakeError(problems)
    return pd.DataFrame(finals, columns=list(FINALS)).astype({"final": float})
