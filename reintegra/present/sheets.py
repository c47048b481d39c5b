"""The sheet for the talk with one person: A4, words before numbers, a code and never a name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..core.files import output_folder, safe_name, write_text
from ..core.language import day, in_language
from ..instruments import status_line
from ..measure import Scores, band_doubts
from ..measure.describe import profile_at
from ..measure.waves import answered_on, waves
from .pages import page


def sheet_page(scores: Scores, row: int, doubts: Mapping[str, pd.Series] | None = None) -> str:
    """Return the sheet of the person in a row of the scores, in the current language.

    Parameters
    ----------
    scores : Scores
        From `score`.
    row : int
        The place of the person in the scores.
    doubts : dict of score to Series, optional
        What `measure.band_doubts` gives for these scores, where it is at hand.

    Returns
    -------
    str
        A self-contained html page, one A4 sheet when printed.

    Raises
    ------
    Nothing.

    Source
    ------
    What a sheet must and must not contain: docs/decisions/0006-what-a-report-shows.md
    """
    result = profile_at(scores, row, doubts)
    scales = result.table.to_dict("records")
    instrument = scores.instrument
    helpful = {score.name for score in instrument.scores if score.higher_is in ("better", "more ready")}
    return page(
        "sheet.html",
        instrument=instrument,
        title=in_language(instrument.title),
        status=status_line(instrument),
        profile=result,
        scales=scales,
        said=_said(scores, row, [scale for scale in scales if scale["topic"]]),
        helpful=helpful,
        date=_date(scores, row),
    )


def _said(scores: Scores, row: int, topics: list[dict[str, Any]]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the statements of the topics with the person's own answers, in words, where the wording is shipped."""
    instrument = scores.instrument
    place = {item.name: i for i, item in enumerate(instrument.items)}
    said = []
    for entry in topics:
        lines = []
        for name in instrument.score(entry["score"]).items:
            item, position = instrument.item(name), int(scores.responses.block[row, place[name]])
            if item.label and position:
                answer = item.answers[position - 1]
                lines.append((in_language(item.label), in_language(answer.label) or str(answer.value)))
        if lines:
            said.append((entry["label"], lines))
    return said


def _date(scores: Scores, row: int) -> str:
    """Return the day on which the person answered, where the file tells."""
    column = answered_on(scores.people)
    moment = None if column is None else scores.people[column].iloc[row]
    return "" if pd.isna(moment) else day(moment)


def last_rows(scores: Scores) -> list[int]:
    """Return the row of each person's last wave, in the order in which people first appear."""
    index = scores.people.index
    if index.nlevels < 2:
        return list(range(len(index)))
    rank = {name: i for i, name in enumerate(waves(scores))}
    ranks = np.array([rank[name] for name in index.get_level_values(1)])
    last: dict[Any, int] = {}
    for row, person in enumerate(index.get_level_values(0)):
        if person not in last or ranks[row] > ranks[last[person]]:
            last[person] = row
    return list(last.values())


def sheet_files(scores: Scores) -> dict[int, str]:
    """Return the file of each person's sheet by row; two codes that would share one are told apart by a number."""
    taken: set[str] = set()
    files = {}
    codes = scores.people.index.get_level_values(0)
    for row in last_rows(scores):
        name = unique = safe_name(str(codes[row]))
        number = 1
        while unique.casefold() in taken:
            number += 1
            unique = f"{name}_{number}"
        taken.add(unique.casefold())
        files[row] = f"{unique}.html"
    return files


def write_sheets(scores: Scores, folder: Path, progress: Callable[[int, int | None], None] | None = None) -> list[Path]:
    """Write the sheet of each person's last wave as <code>.html."""
    output_folder(folder)
    files, doubts, written = sheet_files(scores), band_doubts(scores), []
    for done, (row, name) in enumerate(files.items(), 1):
        written.append(write_text(folder / name, sheet_page(scores, row, doubts)))
        if progress:
            progress(done, len(files))
    return written
