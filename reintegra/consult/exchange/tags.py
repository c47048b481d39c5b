"""Codebooks as the list of tags that Taguette reads and writes.

docs/decisions/0021-exchange.md
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from ...core.text import fold
from ..codebook import NONE, Codebook
from .archive import open_file, write_bytes
from .codebooks import CodeTree, description_of, made, none_means, row_of, rows_of, section_named
from .marks import Faults
from .tables import table_of


def write_tags(codebook: Codebook, path: str | Path) -> Path:
    """Write a codebook as the list of tags that Taguette imports.

    Parameters
    ----------
    codebook : Codebook
        A tag is called section.CODE; "none" (read, and nothing applies) is a tag too.
    path : str or Path
        Ends in .csv.

    Returns
    -------
    Path
        Of the file that was written.

    Raises
    ------
    OutputError
        The place cannot be written to.

    Source
    ------
    Taguette 1.5.2, import_codebook.py: columns tag and description.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["tag", "description"])
    for row in rows_of(codebook):
        writer.writerow([f"{row['section']}.{row['code']}", description_of(row)])
    writer.writerow([NONE, none_means()])
    data = text.getvalue().encode("utf-8")
    return write_bytes(Path(path), data)


def read_tags(path: str | Path) -> Codebook:
    """Read the codebook that Taguette exports.

    Parameters
    ----------
    path : str or Path
        .csv or .xlsx with the columns tag and description. Tags are called section.code; "none" is passed over.

    Returns
    -------
    Codebook
        As `read_qdc` gives it.

    Raises
    ------
    IntakeError
        The file has no such columns, a tag does not begin with a section, or the tags do not make a codebook.

    Source
    ------
    Taguette 1.5.2, export.py: columns tag, description, number of highlights, number of documents.
    """
    source = open_file(path)
    table = table_of(source, {"tag": "tag", "description": "description"})
    faults = Faults(source.name)
    tree = CodeTree(list(_tagged(table, faults)))
    faults.stop()
    return made(source, tree)


def _tagged(table: pd.DataFrame, faults: Faults) -> Iterator[dict[str, str]]:
    for number, tag, description in table[["tag", "description"]].itertuples():
        above, dot, name = str(tag).partition(".")
        section = section_named(above)
        if fold(tag) == NONE:
            continue
        if not (dot and section):
            faults.add("exchange-no-section", tag, row=number)
            continue
        yield row_of(name, section, description, section)
