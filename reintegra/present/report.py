"""The report: one page for staff, a workbook, and a sheet a person for the talk."""

from __future__ import annotations

import platform
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import reintegra

from ..core.errors import DataError
from ..core.files import output_folder, renamed, write_text, write_whole
from ..core.language import in_language, listed, speaking, word
from ..instruments import Instrument, Score, status_line
from ..measure import Scores, answers, describe, distribution, reliability, response_quality
from ..measure.describe import CEILING, SMALLEST_GROUP, profile_scores, unit_column
from ..measure.gates import LEAST
from ..measure.waves import waves
from . import plots
from .pages import figure, page
from .sheets import sheet_files, write_sheets
from .trace import TRACE, remember
from .workbook import write_workbook

PAGE, WORKBOOK, SHEETS = "laporan.html", "skor.xlsx", "lembar"

Progress = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Report:
    """What was written: the page, the workbook, and the sheets by person."""

    page: Path
    workbook: Path
    sheets: tuple[Path, ...]

    def __str__(self) -> str:
        said = word("report_written", page=self.page, workbook=self.workbook, sheets=len(self.sheets))
        return said + renamed([(self.page, PAGE), (self.workbook, WORKBOOK)])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from markupsafe import Markup

        link = Markup('<a href="{}" target="_blank">{}</a>')
        parts = [str(link.format(path.as_posix(), path.name)) for path in (self.page, self.workbook)]
        if self.sheets:
            parts.append(word("sheets_in", n=len(self.sheets), folder=self.sheets[0].parent.name))
        return f"<p>{' · '.join(parts)}</p>"


def report(
    scores: Scores,
    out: str | Path,
    *,
    lang: str | None = None,
    by: str | None = None,
    wave: str | None = None,
    changed: str | None = None,
    progress: Progress | None = None,
) -> Report:
    """Write the report of a group: laporan.html, skor.xlsx and lembar/<code>.html.

    Parameters
    ----------
    scores : Scores
        From `score`.
    out : str or Path
        The folder to write to; it is made where missing.
    lang : "id" or "en", optional
        Language of the report; without it the current one.
    by : str, optional
        The column that names the unit; without it a column headed unit, UPT, lapas or rutan.
    wave : str, optional
        The wave the page describes; without it the last one. Sheets are of each person's last wave.
    changed : str, optional
        Why the file behind the scores is meant to differ from the one this folder was made from before.
    progress : callable, optional
        Told the number of sheets written and to write.

    Returns
    -------
    Report
        The paths that were written.

    Raises
    ------
    OutputError
        The folder cannot be written to, or something stands where a file has to be; nothing is left half written.
    DataError
        There is no such column or wave; or the file has changed since this folder was written.

    Source
    ------
    What the page must and must not contain: docs/decisions/0006-what-a-report-shows.md
    """
    with speaking(lang):
        folder = output_folder(out, PAGE, WORKBOOK, TRACE)
        by = by or unit_column(scores)
        made = report_page(scores, by=by, wave=wave)
        output_folder(folder / SHEETS, *sheet_files(scores).values())
        remember(folder, scores, changed)
        written = write_text(folder / PAGE, made)
        workbook = write_whole(folder / WORKBOOK, lambda path: write_workbook(path, scores, by=by))
        sheets = write_sheets(scores, folder / SHEETS, progress)
    return Report(written, workbook, tuple(sheets))


def headline(instrument: Instrument) -> Score:
    """Return the score that stands for the whole: the total, or the last one made of scores, or the first scale."""
    named = [score for score in instrument.scores if score.name == "total"]
    made = [score for score in instrument.scores if len(score.scores) > 1]
    return (named or made[-1:] or profile_scores(instrument))[0]


def report_page(scores: Scores, *, by: str | None = None, wave: str | None = None) -> str:
    """Return the page of a report, in the current language.

    Parameters
    ----------
    scores : Scores
        From `score`.
    by, wave : str, optional
        As for `report`.

    Returns
    -------
    str
        One self-contained html page.

    Raises
    ------
    DataError
        There is no such column or wave.

    Source
    ------
    docs/decisions/0006-what-a-report-shows.md
    """
    order = waves(scores)
    if wave is not None and wave not in order:
        raise DataError("no-such-wave", wave=wave, waves=listed(order) or "–")
    now = scores
    if order:
        wave = wave or order[-1]
        now = scores.take(np.asarray(scores.people.index.get_level_values(1) == wave))
    instrument = scores.instrument
    main = headline(instrument)
    scales = [score for score in profile_scores(instrument) if (score.low, score.high) == _range(instrument)]
    figures: list[tuple[str, Callable[[Any], Any], Any]] = []
    if len(scales) > 1:
        figures.append(("figure_scales", plots.distribution, distribution(now, [score.name for score in scales])))
    figures.append(("figure_units", plots.distribution, distribution(now, main.name, by)))
    if len(now) >= SMALLEST_GROUP:
        figures.append(("figure_answers", plots.answers, answers(now.responses)))
    drawn = [(title, result, figure(draw, result)) for title, draw, result in figures if len(result.table)]
    over_time = describe(scores, scores.people.index.names[-1]) if order else None
    return page(
        "report.html",
        instrument=instrument,
        title=in_language(instrument.title),
        status=status_line(instrument),
        scores=now,
        wave=wave,
        waves=[(name, int((scores.people.index.get_level_values(1) == name).sum())) for name in order],
        over_time=None if over_time is None else _by_wave(over_time, main),
        main=main,
        summary=describe(now),
        ceilings=_ceilings(now),
        figures=drawn,
        flags=now.flags,
        precision=_precision(now),
        notices=(*scores.notices, *response_quality(now.responses).notes),
        origin=scores.responses.origin,
        made_with=provenance(scores),
        by=by.upper() if by and by.casefold() == "upt" else by,
    )


def _range(instrument: Instrument) -> tuple[float, float]:
    """Return the range that most scales of a profile share."""
    ranges = [(score.low, score.high) for score in profile_scores(instrument)]
    return max(ranges, key=ranges.count)


def _ceilings(scores: Scores) -> list[str]:
    """Name the scales on which too many people stand at the best end to show any rise."""
    table = describe(scores).table
    found = []
    for score in profile_scores(scores.instrument):
        row = table[table["score"] == score.name].iloc[0]
        at_best = row["at_lowest"] if score.higher_is in ("worse", "less ready") else row["at_highest"]
        if round(at_best, 2) >= CEILING:  # as the table writes it
            found.append(in_language(score.label))
    return found


def _precision(scores: Scores) -> list[dict[str, Any]]:
    """Return how far each score can be relied on, where there are people enough to tell."""
    if len(scores) < LEAST["sem"]:
        return []
    table = reliability(scores).table
    return [row for row in table.to_dict("records") if row["estimate"] == row["estimate"]]


def _by_wave(summary: Any, main: Score) -> Any:
    table = summary.table
    return table[table["score"] == main.name]


def provenance(scores: Scores) -> list[tuple[str, str]]:
    """Return what a reader needs to make the same scores again: file, rows, definition, versions."""
    origin, instrument = scores.responses.origin, scores.instrument
    dropped = sum(map(len, origin.rows_dropped.values()))
    rows = [
        (word("prov_file"), origin.file or word("prov_frame")),
        (word("prov_sheet"), origin.sheet or ""),
        ("SHA-256", origin.digest or ""),
        (word("prov_rows_read"), str(origin.rows_read or len(scores))),
        (word("prov_rows_used"), str(len(scores))),
        (word("prov_rows_dropped"), str(dropped)),
    ]
    rows += [
        (word(f"prov_dropped_{reason}"), listed(numbers, 40))
        for reason, numbers in origin.rows_dropped.items()
        if numbers
    ]
    status = word(f"status_word_{instrument.status}")
    checked = f", check {instrument.check}" if instrument.check else ""
    rows += [
        (word("prov_instrument"), f"{instrument.name} {instrument.version} ({status}{checked})"),
        (word("prov_definition"), instrument.digest),
        (word("prov_variant"), scores.variant or ""),
        (word("prov_citation"), instrument.citation),
        (word("prov_licence"), instrument.licence),
    ]
    rows += [(package.__name__, package.__version__) for package in (reintegra, np, pd)]
    return [(name, value) for name, value in [*rows, ("Python", platform.python_version())] if value]
