"""The partial credit model by conditional maximum likelihood, with the fit of items and of persons.

The raw score says all that the answers say about a person, so the thresholds of the items are worked out from the
score table alone, without a guess at how people spread; persons are placed afterwards, one place a raw score.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ..core.coded import Codes, Counts, Floats, present
from ..core.errors import DataError, Notice
from ..core.language import listed, number, say
from ..core.moments import ScoreTable
from ..core.results import Result
from .conditional import Model, maximum, places
from .scales import Scale
from .taken import Declared, Rows, complete_people, rows_of

FEWEST = 150
MISFIT = (0.6, 1.4)
Z = 1.959963984540054


@dataclass(frozen=True, eq=False, repr=False)
class PartialCredit(Result):
    """A partial credit model. Unit: logits; the origin is that of eRm: all cumulated thresholds of all items sum to 0.

    ``table``: one row a threshold: item, code (that is reached there), estimate, se, ci_low, ci_high, n (who gave it).
    ``items``: item, location (mean of its thresholds), infit, outfit (mean squares, 1 expected), ordered.
    ``scores``: one row a raw score: raw_score, n, theta and se (Warm's estimate, finite everywhere), ml and ml_se
    (maximum likelihood; NaN at the lowest and the highest score, where there is none).
    """

    items: pd.DataFrame
    scores: pd.DataFrame
    codes: Codes
    loglik: float
    n: int
    model: Model

    @property
    def sentence(self) -> str:
        easy, hard = (self.items.loc[at] for at in (self.items["location"].idxmin(), self.items["location"].idxmax()))
        ends = {"easy": easy["item"], "low": number(easy["location"], 2)}
        ends |= {"hard": hard["item"], "high": number(hard["location"], 2)}
        return say("irt", "sentence", items=len(self.items), n=self.n, **ends)

    @property
    def map(self) -> pd.DataFrame:
        """Where people and thresholds stand on one line (Wright map): kind, label, place in logits, n."""
        people = self.scores[self.scores["n"] > 0]
        names = self.table["item"] + "." + self.table["code"].map("{:g}".format)
        steps = pd.DataFrame({"kind": "threshold", "label": names, "place": self.table["estimate"], "n": 1})
        persons = {"kind": "person", "label": people["raw_score"].astype(str), "place": people["theta"]}
        return pd.concat([pd.DataFrame({**persons, "n": people["n"]}), steps], ignore_index=True)

    def shown(self) -> pd.DataFrame:
        """Return one row an item as people read it: location, thresholds, fit."""
        steps = self.table.pivot_table(index="item", columns="code", values="estimate", sort=False)
        columns = {say("irt", "column_item"): self.items["item"]}
        columns[say("irt", "column_location")] = self.items["location"].map(lambda x: number(x, 2))
        for code in sorted(steps):
            values = self.items["item"].map(steps[code])
            columns[say("irt", "column_threshold", code=f"{code:g}")] = values.map(lambda x: number(x, 2))
        for name in ("infit", "outfit"):
            columns[name] = self.items[name].map(lambda x: number(x, 2))
        return pd.DataFrame(columns)


def partial_credit(
    data: Rows | ScoreTable, scale: str | None = None, *, codes: Declared = None, collapse: bool = False
) -> PartialCredit:
    """Fit a partial credit model to the items of one scale.

    Parameters
    ----------
    data : Responses, Scale, DataFrame (people x items, after reversal) or ScoreTable
        Answers, or their score table, which is enough; groups of a table are added up. People with a blank are left
        out.
    scale : str, optional
        The score whose items are meant, for Responses.
    codes : list of numbers, or dict of item to list, optional
        The declared answers, for a DataFrame; without them those found in it.
    collapse : bool
        Whether to take out, item by item, the declared answers that nobody gave. Needs rows.

    Returns
    -------
    PartialCredit
        Thresholds with standard errors (logits), places of the raw scores, fit of the items. Mean squares rest on the
        people between the lowest and the highest score, placed by maximum likelihood, as in eRm.

    Raises
    ------
    DataError
        No such scale; one item; an item nobody answered; fewer than 150 complete people; an item all answer alike; a
        declared answer that nobody between the lowest and the highest score gave; no finite maximum.

    Source
    ------
    Masters (1982), Psychometrika 47, 149-174; conditional likelihood: Andersen (1972), JRSS B 34, 42-54; places: Warm
    (1989), Psychometrika 54, 427-450; fit: Wright & Masters (1982), Rating Scale Analysis, chapter 5, read with the
    limits of Wright & Linacre (1994), Rasch Measurement Transactions 8, 370: 0.6 to 1.4 for questionnaires.
    """
    said: list[Notice] = []
    if isinstance(data, ScoreTable):
        if collapse:
            raise DataError("needs-rows")
        table, status = data, ""
    else:
        rows, status = rows_of(data, scale, codes)
        whole, said = complete_people(data, rows)
        table = (collapsed(rows) if collapse and whole.any() else rows).score_table()
    counts = table.counts.sum(axis=0)
    people = counts[:, 0].sum(axis=1)
    _enough(table, counts)
    model = maximum(counts.sum(axis=0), people, np.array([len(codes) for codes in table.codes]))
    thresholds = _thresholds(table, model, counts.sum(axis=0))
    scores = _scores(model, people)
    fit = _item_fit(table, model, counts, scores["ml"].to_numpy())
    notes = (*said, *_notes(fit, int(people[[0, -1]].sum())))
    return PartialCredit(
        thresholds, status, fit, scores, table.codes, model.loglik, int(people.sum()), model, notes=notes
    )  # fmt: skip


def collapsed(scale: Scale) -> Scale:
    """Take out the answers that no complete person gave, item by item, so that each one left was given."""
    taken = scale.block[(scale.block != 0).all(axis=1)]
    block, codes = np.zeros_like(scale.block), []
    for place, own in enumerate(scale.codes):
        used = np.unique(taken[:, place])
        for rank, position in enumerate(used, 1):
            block[scale.block[:, place] == position, place] = rank
        codes.append(tuple(own[position - 1] for position in used))
    return replace(scale, codes=tuple(codes), block=block)


def _enough(table: ScoreTable, counts: Counts) -> None:
    """Refuse what cannot be fitted."""
    if len(table.items) < 2:
        raise DataError("too-few-items", items=len(table.items), least=2)
    if (n := int(counts[:, 0].sum())) < FEWEST:
        raise DataError("too-few-people", method=lambda: say("irt", "method_pcm"), n=n, least=FEWEST)
    if constant := [item for item, codes in zip(table.items, table.codes, strict=True) if len(codes) < 2]:
        raise DataError("constant-item", columns=listed(constant))
    for item, codes, given in zip(table.items, table.codes, counts[1:-1].sum(axis=0), strict=True):
        if unused := [code for code, times in zip(codes, given, strict=False) if not times]:
            raise DataError("unused-answer", item=item, codes=listed(f"{code:g}" for code in unused))


def _thresholds(table: ScoreTable, model: Model, given: Counts) -> pd.DataFrame:
    """Lay out one row a threshold."""
    rows = [
        {"item": item, "code": float(code), "estimate": estimate, "se": se, "n": int(n)}
        for item, codes, counts, *own in zip(table.items, table.codes, given, *model.thresholds(), strict=True)
        for code, n, estimate, se in zip(codes[1:], counts[1 : len(codes)], *own, strict=True)
    ]
    made = pd.DataFrame(rows)
    made.insert(4, "ci_low", made["estimate"] - Z * made["se"])
    made.insert(5, "ci_high", made["estimate"] + Z * made["se"])
    return made


def _scores(model: Model, people: Floats) -> pd.DataFrame:
    """Place every raw score."""
    theta, ml = places(model, warm=True), places(model, warm=False)
    raw = np.arange(len(people))
    columns = {"raw_score": raw, "n": people, "theta": theta, "se": model.error(theta)}
    return pd.DataFrame({**columns, "ml": ml, "ml_se": model.error(ml)})


def _item_fit(table: ScoreTable, model: Model, counts: Counts, ml: Floats) -> pd.DataFrame:
    """Lay out one row an item; its fit comes from the people between the two extreme scores."""
    mean, variance, _ = model.moments(ml[1:-1])
    squares = (counts[1:-1] * (np.arange(counts.shape[2]) - mean[:, :, None]) ** 2).sum(axis=2)
    n = counts[1:-1].sum(axis=2)
    thresholds, _ = model.thresholds()
    fit = pd.DataFrame({"item": table.items, "location": [own.mean() for own in thresholds]})
    fit["infit"] = squares.sum(axis=0) / (n * variance).sum(axis=0)
    fit["outfit"] = (squares / variance).sum(axis=0) / n.sum(axis=0)
    fit["ordered"] = [bool((np.diff(own) >= 0).all()) for own in thresholds]
    return fit


def _notes(items: pd.DataFrame, extreme: int) -> tuple[Notice, ...]:
    """Say which thresholds stand in the wrong order, which items fit badly, and who could not be placed."""
    said = []
    if extreme:
        said.append(Notice("pcm-extreme", params={"people": extreme}))
    if len(wrong := items.loc[~items["ordered"], "item"]):
        said.append(Notice("pcm-disordered", columns=tuple(wrong)))
    low, high = MISFIT
    if len(noisy := items.loc[items["infit"] > high, "item"]):
        said.append(Notice("pcm-noisy", columns=tuple(noisy), params={"high": lambda: number(high)}))
    if len(muted := items.loc[items["infit"] < low, "item"]):
        said.append(Notice("pcm-muted", columns=tuple(muted), params={"low": lambda: number(low)}))
    return tuple(said)


def person_fit(model: PartialCredit, data: Rows, scale: str | None = None, *, codes: Declared = None) -> pd.DataFrame:
    """Place people by a partial credit model and say how well each one's answers follow it.

    Parameters
    ----------
    model : PartialCredit
        From `partial_credit`.
    data : Responses, Scale, or DataFrame (people x items, after reversal, and other columns)
        Answers to the items of the model: of the same people or of others, few or many.
    scale : str, optional
        The score whose items are meant, for Responses.
    codes : list of numbers, or dict of item to list, optional
        The declared answers, for a DataFrame; those of the model by default.

    Returns
    -------
    DataFrame (one row a person, same index)
        raw_score, theta and se (logits, Warm), infit, outfit (mean squares, 1 expected; about a person's maximum
        likelihood place, so that the lowest and highest score have none). All NaN for a person with a blank, or with a
        declared answer that the model does not have.

    Raises
    ------
    DataError
        The items are not those of the model; answers of the model are not among those declared.

    Source
    ------
    Wright & Masters (1982), Rating Scale Analysis, chapter 5.
    """
    items = tuple(model.items["item"])
    own = dict(zip(items, model.codes, strict=True))
    if isinstance(data, pd.DataFrame):
        data = data.rename(columns=str)
        present(data, items)
        data = data[list(items)]
    rows = _as_in(model, rows_of(data, scale, own if codes is None else codes)[0])
    whole = (rows != 0).all(axis=1)
    taken = rows[whole] - 1
    raw = taken.sum(axis=1)
    mean, variance, _ = (part[raw] for part in model.model.moments(model.scores["ml"].to_numpy()))
    squares = (taken - mean) ** 2
    infit, outfit = squares.sum(axis=1) / variance.sum(axis=1), (squares / variance).mean(axis=1)
    index = pd.RangeIndex(len(whole)) if isinstance(data, Scale) else data.index
    found = pd.DataFrame(np.nan, index=index, columns=["raw_score", "theta", "se", "infit", "outfit"])
    found.loc[whole] = np.column_stack([raw, model.scores[["theta", "se"]].to_numpy()[raw], infit, outfit])
    return found


def _as_in(model: PartialCredit, rows: Scale) -> Counts:
    """Return the positions of answers among the codes of a model, 0 for a blank and for an answer it does not have."""
    items = tuple(model.items["item"])
    lacking = [item for item, own, new in zip(items, model.codes, rows.codes, strict=False) if not {*own} <= {*new}]
    if rows.items != items or lacking:
        sides = ((items, model.codes), (rows.items, rows.codes))
        first, second = (
            listed(f"{item} ({', '.join(f'{code:g}' for code in codes)})" for item, codes in zip(*side, strict=True))
            for side in sides
        )
        raise DataError("model-differs", first=first, second=second)
    found = np.zeros(rows.block.shape, dtype=np.int64)
    for place, (own, new) in enumerate(zip(model.codes, rows.codes, strict=True)):
        found[:, place] = np.array([0, *(own.index(code) + 1 if code in own else 0 for code in new)])[
            rows.block[:, place]
        ]
    return found
