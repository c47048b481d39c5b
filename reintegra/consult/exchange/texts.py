"""Notes as one text file an answer, so that a document of another program is an answer.

docs/decisions/0021-exchange.md
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd

from ...core.errors import DataError, IntakeError, Problem
from ...core.files import output_folder
from ..masking import Masked, reviewed_table
from .archive import MOST_MEMBERS, decoded, open_archive, open_file, write_archive, write_bytes
from .marks import ANSWERS, Faults, called, checked_answers, parted
from .projects import encoded


def write_texts(masked: Masked, path: str | Path, *, answers: Iterable[str] | None = None) -> Path:
    """Write masked and reviewed answers as one text file each.

    Parameters
    ----------
    masked : Masked
        From `mask`.
    path : str or Path
        A folder, or a .zip. Files are named as their answers are.
    answers : list of str, optional
        Which answers; all without it.

    Returns
    -------
    Path
        Of the folder or the archive.

    Raises
    ------
    DisclosureError
        An answer that nobody has reviewed.
    DataError
        Names of answers that cannot be names of files; more than an archive may hold.
    OutputError
        The place cannot be written to.

    Source
    ------
    docs/decisions/0021-exchange.md
    """
    table = checked_answers(reviewed_table(masked, answers))
    if len(table) > MOST_MEMBERS:
        raise DataError("exchange-too-many", n=len(table), most=MOST_MEMBERS)
    files = {f"{a}.txt": encoded(text) for a, text in zip(table["answer"], table["text"], strict=True)}
    if Path(path).suffix.lower() == ".zip":
        return write_archive(Path(path), files)
    folder = output_folder(path, *files)
    for name, data in files.items():
        write_bytes(folder / name, data)
    return folder


def read_texts(path: str | Path) -> pd.DataFrame:
    """Read notes that stand in one text file an answer.

    Parameters
    ----------
    path : str or Path
        A folder or a .zip of files called person.wave.section.txt; other files are passed over.

    Returns
    -------
    DataFrame
        Answer, person, wave, section and text, by name. A wave of digits is a number.

    Raises
    ------
    IntakeError
        A file is called something else or is no text, two stand for one answer, there is none, or the archive cannot
        be trusted.

    Source
    ------
    docs/decisions/0021-exchange.md
    """
    file = Path(path).name
    faults = Faults(file)
    rows: dict[str, dict[str, Any]] = {}
    for place, (name, data) in enumerate(sorted(_files(Path(path))), 1):
        answer, said, text = name[:-4], parted(name[:-4]), decoded(data)
        if said is None:
            faults.add("exchange-unknown-answer", called(name, place))
        elif text is None:
            faults.add("exchange-no-text", called(name, place))
        elif answer in rows:
            faults.add("exchange-answer-twice", called(name, place))
        else:
            rows[answer] = {
                "answer": answer,
                **dict(zip(("person", "wave", "section"), said, strict=True)),
                "text": text,
            }
    faults.stop()
    if not rows:
        raise IntakeError([Problem("exchange-no-texts", file)])
    return pd.DataFrame(list(rows.values()), columns=list(ANSWERS))


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of each text file of a folder or an archive."""
    if path.is_dir():
        found = [one for one in path.iterdir() if one.suffix.lower() == ".txt" and one.is_file()]
        if len(found) > MOST_MEMBERS:
            params = {"count": len(found), "most": MOST_MEMBERS}
            raise IntakeError([Problem("exchange-members", path.name, params=params)])
        yield from ((one.name, open_file(one).data if one.stat().st_size else b"") for one in found)
        return
    archive = open_archive(open_file(path))
    for name in archive.names:
        inside = PurePosixPath(name)
        if inside.suffix.lower() == ".txt" and not inside.name.startswith("._"):
            yield inside.name, archive.read(name)
