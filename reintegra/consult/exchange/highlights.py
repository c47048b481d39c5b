"""Coded passages that other programs export as a sheet: Taguette, QualCoder, and others whose columns are named.

docs/decisions/0021-exchange.md
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from ...core.coded import present
from ...core.errors import IntakeError
from ...core.text import tidy
from ...intake.grids import Source
from ..codebook import Codebook
from ..masking import Masked
from .archive import open_file
from .codebooks import bare
from .marks import ANSWERS, Faults, Mark, called, codings_of
from .tables import table_of

# our names: the headings of a program, as its source writes them
PROGRAMS = {
    "taguette": {"answer": "document", "code": "tag", "text": "content"},
    "qualcoder": {"answer": "File", "coder": "Coder", "code": "Codename", "text": "Coded"},
    "qualcoder-cases": {"answer": "Filename", "coder": "Coder", "code": "Codename", "text": "Coded"},
}
ALLOWED = ("answer", "code", "coder", "text")


def read_highlights(
    path: str | Path,
    answers: Masked | pd.DataFrame,
    codebook: Codebook,
    *,
    columns: Mapping[str, str] | None = None,
    coder: str | None = None,
) -> pd.DataFrame:
    """Read coded passages from a sheet, one row a passage and code.

    Parameters
    ----------
    path : str or Path
        .csv or .xlsx as Taguette (highlights) and QualCoder (coding report) export it; from another program (NVivo,
        MAXQDA, ATLAS.ti) with ``columns``.
    answers : Masked or DataFrame
        The answers that were coded: answer, person, wave, section and text. Documents are named as answers are, with
        or without .txt.
    codebook : Codebook
        The codes. A code may be written section.CODE; the word "none" means read, and nothing applies.
    columns : mapping, optional
        The headings under which the sheet has answer, code and, as wanted, coder and text:
        ``{"answer": "Document name", "code": "Code"}``.
    coder : str, optional
        Who coded, where the sheet does not say it.

    Returns
    -------
    DataFrame
        Codings: answer, person, wave, section, coder, code, value. Who marked anything in an answer has read it.

    Raises
    ------
    IntakeError
        No sheet has the columns; a document is none of the answers, a code not in the codebook or of another section,
        a passage not in its answer; a row has no code or no coder; nothing is in it.
    DataError
        ``answers`` lacks a column.

    Source
    ------
    Taguette 1.5.2, export.py; QualCoder 3, report_codes.py: the headings of their exports.
    """
    table = answers.table if isinstance(answers, Masked) else answers
    present(table, ANSWERS)
    source = open_file(path)
    sheet = _sheet(source, columns)
    texts = {answer: tidy(str(text)) for answer, text in zip(table["answer"], table["text"], strict=True)}
    faults = Faults(source.name)
    marks = []
    for number, row in zip(sheet.index, sheet.to_dict("records"), strict=True):
        answer = row["answer"][:-4] if row["answer"].casefold().endswith(".txt") else row["answer"]
        who = row.get("coder") or coder
        if not row["code"]:
            faults.add("exchange-no-code", None, document=called(answer, number), row=number)
        elif not who:
            faults.add("exchange-no-coder", None, document=called(answer, number), row=number)
        else:
            marks.append(Mark(answer, who, bare(row["code"], codebook), number))
        if row.get("text") and answer in texts and tidy(row["text"]) not in texts[answer]:
            faults.add("exchange-not-in-text", answer, document=called(answer, number), row=number)
    if not marks:
        faults.add("exchange-no-codings", None)
    return codings_of(marks, table, codebook, faults)


def _sheet(source: Source, columns: Mapping[str, str] | None) -> pd.DataFrame:
    """Return the table with our names for its columns, told by the user or known by the program's headings."""
    if columns is not None:
        if not {"answer", "code"} <= set(columns) <= set(ALLOWED):
            raise TypeError(f"columns: {sorted(columns)}; answer and code, and as wanted {', '.join(ALLOWED[2:])}")
        return table_of(source, columns)
    refused = None
    for headings in PROGRAMS.values():
        try:
            return table_of(source, headings)
        except IntakeError as error:
            if error.problems[0].code != "exchange-columns":
                raise
            refused = refused or error
    raise refused or source.refuse("exchange-columns")
