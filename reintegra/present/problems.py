"""The list of faults and notices of a file, as a table, a CSV file and a workbook."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from ..core.errors import FaultsError, Notice, joined
from ..core.files import output_folder, write_whole
from ..core.language import word
from .workbook import write_sheets_safely

COLUMNS = ["kind", "code", "file", "sheet", "row", "column", "cell", "value", "text", "remedy"]


def problems_table(error: FaultsError | None, notices: Iterable[Notice] = ()) -> pd.DataFrame:
    """Return faults and notices as one table.

    Parameters
    ----------
    error : FaultsError or None
        The error that lists the faults.
    notices : iterable of Notice
        What was said although the file could be read.

    Returns
    -------
    DataFrame (faults and notices x 10)
        kind, code, file, sheet, row, column, cell, value, text and remedy, the last two in the current language;
        several rows, columns or cells are separated by " | ". Long texts and numbers are withheld.

    Raises
    ------
    Nothing.

    Source
    ------
    The codes: docs/messages.md
    """

    said = [
        (word("kind_notice"), n.code, n.file, n.sheet, joined(n.rows), joined(n.columns), "", "", n.text, "")
        for n in notices
    ]
    table = pd.DataFrame(said, columns=COLUMNS)
    if error is None:
        return table
    faults = error.table
    faults.insert(0, "kind", word("kind_fault"))
    return pd.concat([faults, table], ignore_index=True) if said else faults


def write_problems(out: str | Path, table: pd.DataFrame) -> tuple[Path, Path]:
    """Write the list as masalah.csv and masalah.xlsx.

    Parameters
    ----------
    out : str or Path
        The folder to write to.
    table : DataFrame
        From `problems_table`.

    Returns
    -------
    tuple of Path
        The CSV file and the workbook; the headings of the workbook are in the current language.

    Raises
    ------
    OutputError
        The folder cannot be written to.

    Source
    ------
    docs/messages.md
    """
    folder = output_folder(out, "masalah.csv", "masalah.xlsx")
    csv = write_whole(folder / "masalah.csv", lambda path: write_csv(path, table))
    headed = table.rename(columns={name: word(f"column_{name}") for name in COLUMNS})
    sheets: list[tuple[str, list[str], pd.DataFrame]] = [(word("sheet_problems"), [], headed)]
    return csv, write_whole(folder / "masalah.xlsx", lambda path: write_sheets_safely(path, sheets))


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """Write a table as plain CSV; a text that a spreadsheet would run as a formula gets an apostrophe before it."""
    safe = table.copy()
    for name in safe.columns:
        if safe[name].dtype.kind == "O" or str(safe[name].dtype) in ("str", "string", "category"):
            safe[name] = [_inert(value) for value in safe[name].astype(object)]
    safe.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def _inert(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
