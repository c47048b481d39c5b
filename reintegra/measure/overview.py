"""Reliability of every scale of a questionnaire on one page."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ..core.errors import DataError, Notice
from ..core.language import in_language, number, say, word
from ..core.results import Result, checked_level
from ..instruments import Instrument, Score, status_line
from ..intake import Responses
from .consistency import alpha_of, coefficient, omega_of
from .gates import LEAST, gate
from .items import ItemStatistics, item_statistics
from .person import sem, weights_of
from .scales import Scale, answers_of, scale_of
from .scoring import Scores
from .scoring import score as score_answers
from .sheet import alike, sheet

COLUMNS = [
    "score", "label", "coefficient", "items", "n", "left_out", "estimate", "ci_low", "ci_high", "interval",
    "feldt_low", "feldt_high", "robust_low", "robust_high", "n_effective", "standardised", "omega", "sd", "se",
    "at_highest", "reason",
]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Reliability(Result):
    """Reliability of every score, one row each.

    ``coefficient`` is "alpha", or "stratified alpha" for a score of scores; ``interval`` says which one stands in
    ci_low and ci_high; ``sd`` and ``se`` (the standard error of measurement, 30 people or more) are in the unit of the
    score; ``reason`` is a word that says why there is no estimate, or "formative" where it is no verdict. ``items``
    holds the item statistics of each scale.
    """

    instrument: Instrument
    items: Mapping[str, ItemStatistics]

    @property
    def sentence(self) -> str:
        fine = self.table[self.table["reason"] == ""]
        if fine.empty:
            return say("reliability", "overview_nothing", scores=len(self.table))
        ends = (fine.loc[fine["estimate"].idxmin()], fine.loc[fine["estimate"].idxmax()])
        low, high = (f"{number(row['estimate'], 2)} ({row['label']})" for row in ends)
        return say("reliability", "overview_sentence", scores=len(fine), low=low, high=high, n=int(fine["n"].max()))

    def shown(self) -> pd.DataFrame:
        """Return the table as people read it."""
        t = self.table
        ends = zip(t["ci_low"], t["ci_high"], strict=True)
        columns = {
            word("column_score"): t["label"],
            say("reliability", "item_count"): t["items"],
            "n": t["n"],
            say("reliability", "alpha"): t["estimate"].map(lambda x: number(x, 2)),
            say("reliability", "interval"): [f"{number(a, 2)}–{number(b, 2)}" if a == a else "–" for a, b in ends],
            "Omega": t["omega"].map(lambda x: number(x, 2)),
            say("reliability", "sem"): t["se"].map(number),
            word("column_highest"): (100 * t["at_highest"]).map(lambda x: number(x, 0)),
        }
        return pd.DataFrame(columns)


def reliability(
    data: Scores | Responses | pd.DataFrame,
    instrument: str | Instrument | None = None,
    *,
    variant: str | None = None,
    level: float = 0.95,
) -> Reliability:
    """Work out the reliability of every score of a questionnaire.

    Parameters
    ----------
    data : Scores, Responses or DataFrame (people x items)
        Scores; or answers, not reversed, as in `score`. One row a person: choose one wave first.
    instrument : str or Instrument, optional
        The questionnaire, for a DataFrame.
    variant : str, optional
        A declared other way to score.
    level : float between 0 and 1
        Coverage of the intervals.

    Returns
    -------
    Reliability
        One row a score; what was not computed has its reason, and a note says it in words. Notes name the items that
        run against their scale, are constant, or lower alpha.

    Raises
    ------
    IntakeError
        Cells of a DataFrame that are no answers.
    InstrumentError
        Unknown instrument or variant.
    DataError
        A level that is not between 0 and 1.

    Source
    ------
    Those of `alpha`, `omega_total` and `sem`; a score of scores: Cronbach, Schönemann & McKie (1965), Educational and
    Psychological Measurement 25, 291-312 (stratified alpha).
    """
    checked_level(level)
    scores = data if isinstance(data, Scores) else score_answers(answers_of(data, instrument), variant=variant)
    rows: list[dict[str, Any]] = []
    items: dict[str, ItemStatistics] = {}
    notes: list[Notice] = []
    definition = scores.instrument
    if repeated := int(scores.people.index.get_level_values(0).duplicated().sum()):
        notes.append(Notice("people-repeated", params={"people": repeated}))
    for score in definition.scores:
        row: dict[str, Any] = dict.fromkeys(COLUMNS, math.nan)
        row |= {"score": score.name, "label": in_language(score.label), "coefficient": "alpha", "reason": ""}
        row |= {"items": score.parts, "n": 0, "interval": ""}
        try:
            if score.scores:
                row |= _of_scores(scores, score)
                notes.append(Notice("no-interval", params={"what": row["label"]}))
            else:
                items[score.name], found = _of_items(scores, score, level, notes)
                row |= found
        except DataError as refused:
            row["reason"] = refused.code
            notes.append(_refused(score, refused))
        rows.append(row)
    if formative := tuple(score.name for score in definition.scores if score.formative):
        notes.append(Notice("formative-scales", columns=formative))
    table = pd.DataFrame(rows, columns=COLUMNS)
    return Reliability(table, status_line(definition), definition, items, notes=_once(notes))


def _of_items(scores: Scores, score: Score, level: float, notes: list[Notice]) -> tuple[ItemStatistics, dict[str, Any]]:
    """Return the item statistics of a scale and its row; add its notes."""
    scale = scale_of(scores.responses, score.name, scores.variant)
    known = sheet(scale)
    found = alpha_of(known, level)
    notes.extend(found.notes)
    row: dict[str, Any] = {"reason": "formative" if score.formative else "", "items": found.items, "n": found.n}
    row |= {"estimate": found.value, "interval": found.shown, "at_highest": found.at_maximum}
    same = ("left_out", "ci_low", "ci_high", "feldt_low", "feldt_high", "robust_low", "robust_high", "n_effective")
    row |= {name: getattr(found, name) for name in (*same, "standardised")}
    try:
        row["omega"] = omega_of(known).value
    except DataError as refused:
        notes.append(_refused(score, refused))
    whole = scores.of(score.name).to_numpy()[(scale.block != 0).all(axis=1)]
    if not score.lookup and not np.isnan(whole).any():
        row["sd"] = float(whole.std(ddof=1))
        try:
            gate("sem", known.n)
            row["se"] = sem(row["sd"], found.value)
        except DataError as refused:
            notes.append(_refused(score, refused))
    return item_statistics(scale), row


def _of_scores(scores: Scores, score: Score) -> dict[str, Any]:
    """Return the row of a score of scores: stratified alpha over the people who answered all its items."""
    parts = [scores.instrument.score(name) for name in score.scores]
    if len(parts) < 2 or any(part.scores or part.lookup for part in parts) or score.lookup:
        raise DataError("no-strata", score=score.name)
    scale = scale_of(scores.responses, score.name, scores.variant)
    whole = (scale.block != 0).all(axis=1)
    n = int(whole.sum())
    if n < 2:
        raise DataError("too-few-complete", n=n, rows=len(whole), least=2)
    total = scores.of(score.name).to_numpy()[whole]
    spread, error = float(total.var(ddof=1)), 0.0
    if alike(total):
        raise DataError("nobody-differs", n=n)
    for part, weight in zip(parts, weights_of(score), strict=True):
        inner = scale_of(scores.responses, part.name, scores.variant)
        values = scores.of(part.name).to_numpy()[whole]
        within = Scale(inner.items, inner.codes, inner.block[whole])
        error += weight**2 * float(values.var(ddof=1)) * (1 - coefficient(sheet(within).covariance))
    row = {"coefficient": "stratified alpha", "items": len(scale.items), "n": n, "left_out": len(whole) - n}
    row |= {"estimate": 1 - error / spread, "sd": math.sqrt(spread)}
    row["at_highest"] = float((total >= score.high - 1e-9).mean())
    return row | ({"se": math.sqrt(error)} if n >= LEAST["sem"] else {})


def _refused(score: Score, refused: DataError) -> Notice:
    """Say why something about a score was not computed."""
    if refused.code == "too-few-people":
        return Notice("too-few-for", columns=(score.name,), params=refused.values)
    return Notice("not-computed", columns=(score.name,), params={"reason": lambda: str(refused)})


def _once(notes: list[Notice]) -> tuple[Notice, ...]:
    """Fold what is said of several scales in the same words into one notice."""
    folded: dict[str, Notice] = {}
    for note in notes:
        words = replace(note, columns=()).text
        before = folded.get(words)
        columns = tuple(dict.fromkeys((*(before.columns if before else ()), *note.columns)))
        folded[words] = replace(note, columns=columns)
    return tuple(folded.values())
