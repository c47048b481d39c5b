"""The list for the next talks, by person code: for those who hold the talks, and nobody else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from ..consult import ConcernCoverage
from ..core.files import free_name, output_folder, write_whole
from ..core.language import say, speaking, word
from ..core.worksheets import filled, headed

LIST = "tindak_lanjut_konsultasi.xlsx"
WIDTHS = {"person": 14, "wave": 11, "site": 10, "programme": 16, "facilitator": 12, "date": 12}
WORRIES, FREE = (34, 26), {"spoken": 14, "agreed": 40}


def followup_list(coverage: ConcernCoverage, out: str | Path, *, lang: str | None = None) -> Path:
    """Write the list of people whose worry has no voiced plan yet, by code, with room for what was agreed.

    Parameters
    ----------
    coverage : ConcernCoverage
        From `concern_coverage`.
    out : str or Path
        The folder to write to: one that only those who hold the talks can open.
    lang : "id" or "en", optional
        Language of the list; without it the current one.

    Returns
    -------
    Path
        ``tindak_lanjut_konsultasi.xlsx``: the list, and a second sheet of those of whom it cannot be told, if there are
        any. An earlier list is never overwritten: somebody may have written in it.

    Raises
    ------
    OutputError
        The folder cannot be written to.

    Source
    ------
    docs/decisions/0022-worry-without-a-voiced-plan.md, docs/decisions/0025-the-page-of-the-talks.md
    """
    from openpyxl import Workbook

    with speaking(lang):
        folder, book = output_folder(out), Workbook()
        book.active.title = say("summary", "list_sheet")
        _lay_out(book.active, coverage.title, coverage.caution, _dated(coverage.list_shown()))
        if len(coverage.unknown):
            unknown = coverage.unknown.assign(concerns=_labels(coverage, coverage.unknown["concerns"]))
            heads = [say("themes", f"head_{name}") for name in ("person", "wave")]
            table = unknown.set_axis([*heads, say("summary", "head_untold")], axis=1)
            title = say("themes", "group_cannot_tell")
            _lay_out(book.create_sheet(title), title, say("summary", "untold"), table)
        return write_whole(free_name(folder / LIST), book.save)


def _lay_out(sheet: Any, title: str, note: str, table: pd.DataFrame) -> None:
    """Write one sheet: what it is and for whom, the people, and cells to write in."""
    known = {say("themes", f"head_{name}"): width for name, width in WIDTHS.items()}
    rest = iter(WORRIES)
    columns = [(head, known.get(head) or next(rest)) for head in table.columns]
    columns += [(say("summary", f"head_{name}"), width) for name, width in FREE.items()]
    notes = [say("summary", "list_for"), say("summary", "list_how"), note, word("not_for_rights")]
    row = headed(sheet, title, notes, columns)
    sheet.row_dimensions[row - 1].height = 32
    widths = [width for _, width in columns]
    for values in table.itertuples(index=False, name=None):
        filled(sheet, row, [*values, *[""] * len(FREE)], widths)
        row += 1


def _dated(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its dates written as days, not as moments."""
    moments = table.select_dtypes("datetime")
    return table.assign(**{name: moments[name].dt.strftime("%d-%m-%Y").fillna("") for name in moments}).fillna("")


def _labels(coverage: ConcernCoverage, codes: pd.Series) -> list[str]:
    return ["; ".join(map(coverage.codebook.words, some.split())) for some in codes]
