"""Ways out: answers and scores as a workbook, an SPSS file, CSV or a Word document."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..core.errors import DataError, Notice, OutputError
from ..core.files import output_folder, renamed, sha256, write_whole
from ..core.formula_guard import guarded
from ..core.language import language, listed, say, speaking, word
from ..intake import Responses
from ..measure import Scores
from .outgoing import Outgoing, outgoing
from .workbook import codebook, notices_table, write_sheets_safely

MOST_ROWS, MOST_COLUMNS = 1_048_500, 16_384
PIECE = 20_000

# delimiter, decimal mark, encoding
STYLES = {"plain": (",", ".", "utf-8"), "excel-id": (";", ",", "utf-8-sig")}

_THOUSANDS = re.compile(r"-?\d{1,3}\.\d{3}")
_FIRST_DAY = pd.Timestamp(1900, 3, 1)


@dataclass(frozen=True)
class Exported:
    """What was written, and what has to be said about it."""

    path: Path
    notices: tuple[Notice, ...]
    forms: int
    wanted: str

    def __str__(self) -> str:
        said = say("export", "made", path=self.path, forms=self.forms) + renamed([(self.path, self.wanted)])
        return "\n".join([said, *map(str, self.notices)])

    __repr__ = __str__


def export(what: Responses | Scores, path: str | Path, *, style: str = "plain", lang: str | None = None) -> Exported:
    """Write coded answers, or answers with their scores, in the format that the name of the file asks for.

    Parameters
    ----------
    what : Responses or Scores
        From `read_responses` or `score`. Codes are those of the instrument, not reversed; a blank stays blank.
    path : str or Path
        ``.xlsx``: answers, scores, codebook and notices, a sheet each. ``.sav``: SPSS, with labels, declared missing
        codes and levels of measurement. ``.csv``: one table. ``.docx``: shares of the answers or a table of the scales,
        and the codebook; no single person.
    style : "plain" or "excel-id"
        For CSV: comma, decimal point and UTF-8; or as Excel in Indonesia reads it: semicolon, decimal comma and UTF-8
        with its mark. In both, texts that a spreadsheet would run carry an apostrophe and a no-break space before them,
        which `read_responses` takes off.
    lang : "id" or "en", optional
        Language of labels, bands and notes; without it the current one.

    Returns
    -------
    Exported
        The path that was written and what had to be changed: columns left out because they look personal or belong to
        records that decide on rights, names and labels that SPSS does not allow, texts cut or tidied.

    Raises
    ------
    OutputError
        Another suffix or style; a place that cannot be written to; or the very file the answers were read from. A file
        that is open elsewhere is not touched: the export gets a numbered name beside it.
    DisclosureError
        The codes of the people look like names or identity numbers.
    DataError
        More rows or columns than a sheet of Excel holds.

    Source
    ------
    docs/decisions/0011-exports.md
    """
    path = Path(path)
    suffix = path.suffix.lower()
    for value, allowed in ((suffix, WRITERS), (style, STYLES)):
        if value not in allowed:
            raise OutputError("unknown-export", value=value, allowed=listed(allowed))
    with speaking(lang):
        out = outgoing(what)
        folder = output_folder(path.parent)
        if path.is_file() and sha256(path.read_bytes()) == out.responses.origin.digest:
            raise OutputError("is-the-source", file=path.name)
        said: list[Notice] = []

        def write(part: Path) -> None:
            said.extend(WRITERS[suffix](part, out, style))

        written = write_whole(folder / path.name, write)
    return Exported(written, (*out.notices, *said), len(out.responses), path.name)


def _write_xlsx(path: Path, out: Outgoing, style: str) -> list[Notice]:
    people = out.people.copy()
    if len(people) > MOST_ROWS or people.shape[1] + len(out.responses.instrument.items) > MOST_COLUMNS:
        raise DataError("does-not-fit", rows=len(people), most=MOST_ROWS, columns=MOST_COLUMNS)
    for name in people:
        if people[name].dtype.kind == "M" and people[name].min() < _FIRST_DAY:
            people[name] = [_text(value, ".") or None for value in people[name]]
    keys = people.iloc[:, : out.keys]
    sheets = [(word("sheet_items"), out.notes, _beside(people, out.responses.codes))]
    if out.scores is not None:
        sheets.append((word("sheet_scores"), out.notes, _beside(keys, out.scores.in_words(language()))))
    sheets.append((word("sheet_codebook"), out.notes, codebook(out.responses.instrument)))
    said = out.scores.notices if out.scores is not None else out.responses.notices
    sheets.append((word("sheet_notices"), [], notices_table([*said, *out.notices])))
    write_sheets_safely(path, sheets)
    return []


def _beside(left: pd.DataFrame, right: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([left, right.reset_index(drop=True)], axis=1)


def _write_csv(path: Path, out: Outgoing, style: str) -> list[Notice]:
    delimiter, mark, encoding = STYLES[style]
    instrument, block = out.responses.instrument, out.responses.block
    codes = [np.array(["", *map(str, item.codes)], dtype=object) for item in instrument.items]
    scores = out.scores.in_words(language()) if out.scores is not None else pd.DataFrame(index=out.people.index)
    heads = [*out.people.columns, *instrument.item_names, *scores.columns]
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\r\n")  # so that \r is quoted too
        writer.writerow([guarded(head) for head in heads])
        for start in range(0, len(block), PIECE):
            rows = slice(start, start + PIECE)
            given = [lookup[block[rows, column]] for column, lookup in enumerate(codes)]
            before, after = (
                [[_text(value, mark) for value in table.iloc[rows, place]] for place in range(table.shape[1])]
                for table in (out.people, scores)
            )
            writer.writerows(zip(*before, *given, *after, strict=True))
    return []


def _text(value: Any, mark: str) -> str:
    """Write a cell so that reading gives it back: a text inert, a date as ISO, a number with its decimal mark."""
    if value is None or value is pd.NaT or value != value:
        return ""
    if isinstance(value, str):
        return guarded(value)
    if isinstance(value, pd.Timestamp):
        return str(value).removesuffix(" 00:00:00")
    number = float(value)
    text = str(int(number)) if number.is_integer() else repr(number)
    return (f"{text}0" if _THOUSANDS.fullmatch(text) else text).replace(".", mark)  # 1.125 is no thousand


def _write_sav(path: Path, out: Outgoing, style: str) -> list[Notice]:
    from .export_sav import write_sav

    return write_sav(path, out)


def _write_word(path: Path, out: Outgoing, style: str) -> list[Notice]:
    from .export_word import write_word

    write_word(path, out)
    return []


WRITERS: dict[str, Callable[[Path, Outgoing, str], list[Notice]]] = {
    ".xlsx": _write_xlsx,
    ".sav": _write_sav,
    ".csv": _write_csv,
    ".docx": _write_word,
}
