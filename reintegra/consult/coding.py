"""Who codes which talk, where coders differ, and what they agree on.

docs/decisions/0019-blank-is-not-read.md
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ..core.coded import keys
from ..core.errors import DataError, Notice
from ..core.language import listed, say
from ..core.results import Result
from ..core.text import fold

CODINGS = ("answer", "person", "wave", "section", "coder", "code", "value")
CONSENSUS = ("answer", "person", "wave", "section", "code", "value")


@dataclass(frozen=True, eq=False)
class Codings(Result):
    """What coders found. ``.table``: one row for every code of an answer's section that a coder read, value 1 or 0.

    ``blank`` lists what has not been read yet (coder, answer, and where it stands: file, sheet, row), ``unread`` what a
    coder said not to have read (coder, answer).
    """

    blank: pd.DataFrame = field(repr=False)
    unread: pd.DataFrame = field(repr=False)

    @property
    def sentence(self) -> str:
        pairs = self.table[["answer", "coder"]].drop_duplicates()
        counts = {"coders": pairs["coder"].nunique(), "answers": pairs["answer"].nunique(), "readings": len(pairs)}
        return say("coding", "codings_sentence", **counts, blank=len(self.blank), unread=len(self.unread))

    def shown(self) -> pd.DataFrame:
        """Return how many texts each coder has read, has still to read, and said not to have read."""
        tables = {"read": self.table.drop_duplicates(["answer", "coder"]), "left": self.blank, "unread": self.unread}
        counts = pd.DataFrame({name: table["coder"].value_counts() for name, table in tables.items()})
        counts = counts.fillna(0).astype(int).rename_axis("coder").reset_index()
        return counts.rename(columns=lambda name: say("coding", f"head_{name}"))


@dataclass(frozen=True, eq=False)
class Consensus(Result):
    """What coders agree on. ``.table``: answer, person, wave, section, code, value (1, 0, or missing for an open tie).

    ``open`` lists the ties (answer, section, code, yes, no: how many coders); ``settled`` counts final decisions.
    """

    open: pd.DataFrame = field(repr=False)
    coders: int
    settled: int

    @property
    def sentence(self) -> str:
        applies = int((self.table["value"] == 1).sum())
        counts = {"answers": self.table["answer"].nunique(), "coders": self.coders, "applies": applies}
        return say("coding", "consensus_sentence", **counts, settled=self.settled, ties=len(self.open))

    def shown(self) -> pd.DataFrame:
        """Return for each code to how many texts it applies, to how many not, and how many are tied."""
        value = self.table["value"]
        is_value = {"applies": value == 1, "not": value == 0, "tied": value.isna()}
        counts = self.table[["section", "code"]].assign(**is_value).groupby(["section", "code"], sort=False).sum()
        counts = counts.reset_index()
        counts["section"] = [say("coding", f"section_{section}") for section in counts["section"]]
        return counts.rename(columns=lambda name: say("coding", f"head_{name}"))


def assign_coders(
    answers: pd.DataFrame, coders: Iterable[str], *, per_answer: int = 2, share: float = 1.0, seed: int
) -> pd.DataFrame:
    """Draw who codes which talk: nobody their own, everyone about as much.

    Parameters
    ----------
    answers : DataFrame
        One row a text, with the columns answer, person, wave and facilitator. All texts of a talk go to the same
        coders.
    coders : iterable of str
        Their codes, written as in facilitator.
    per_answer : int
        How many coders read a text that is coded more than once.
    share : float above 0, at most 1
        Share of the talks that ``per_answer`` coders read; the others are read by one.
    seed : int
        Of the draw: the same seed gives the same list.

    Returns
    -------
    DataFrame
        ``answers`` with a column coder: one row for every text and coder.

    Raises
    ------
    DataError
        A column is missing or a facilitator blank; a text or a coder stands twice; ``per_answer`` or ``share`` is out
        of range; some talk has too few coders who did not lead it.

    Source
    ------
    The talks of those who led most are given out first, each to the coders who have least (longest-processing-time
    rule: Graham 1969, SIAM Journal on Applied Mathematics 17, 416-429).
    """
    names = list(coders)
    checked_columns(answers, ("answer", "person", "wave", "facilitator"))
    if not answers["answer"].is_unique:
        raise DataError("coding-text-twice", answers=listed(answers.loc[answers["answer"].duplicated(), "answer"]))
    led = answers["facilitator"].fillna("").astype(str).map(fold)
    if (led == "").any():
        raise DataError("coding-no-facilitator", n=int((led == "").sum()))
    if len({*map(fold, names)}) < len(names):
        raise DataError("coding-coder-twice", coders=listed(names))
    if per_answer < 1 or not 0 < share <= 1:
        raise DataError("coding-out-of-range", per_answer=per_answer, share=share)
    random = np.random.default_rng(seed)
    talk = answers.groupby(["person", "wave"], dropna=False, sort=False).ngroup().to_numpy()
    sizes = np.bincount(talk)
    own = np.zeros((len(sizes), len(names)), dtype=bool)
    for place, name in enumerate(names):
        own[talk[(led == fold(name)).to_numpy()], place] = True
    wanted = np.ones(len(sizes), dtype=int)
    wanted[random.permutation(len(sizes))[: round(share * len(sizes))]] = per_answer
    short = (~own).sum(axis=1) < wanted
    if short.any():
        whose = listed(sorted({str(name) for name in answers["facilitator"][short[talk]]}))
        raise DataError("coding-too-few-coders", talks=int(short.sum()), facilitators=whose, needed=int(wanted.max()))
    load, given = np.zeros(len(names)), np.zeros_like(own)
    order = random.permutation(len(sizes))
    busy = (own * (own * sizes[:, None]).sum(axis=0)).sum(axis=1)
    for one in order[np.argsort(-busy[order], kind="stable")]:
        free = np.flatnonzero(~own[one])
        chosen = free[np.lexsort((random.random(len(free)), load[free]))[: wanted[one]]]
        given[one, chosen] = True
        load[chosen] += sizes[one]
    parts = [answers[given[talk, place]].assign(coder=name) for place, name in enumerate(names)]
    return pd.concat(parts, ignore_index=True)


def consensus(
    codings: Codings | pd.DataFrame, answers: pd.DataFrame | None = None, *, final: pd.DataFrame | None = None
) -> Consensus:
    """Return what most coders found; ties stay open until somebody settles them.

    Parameters
    ----------
    codings : Codings or DataFrame
        From `read_sheets`; or a table with the columns answer, person, wave, section, coder, code, value.
    answers : DataFrame, optional
        What had to be read: the table of `assign_coders`, or one row a text.
    final : DataFrame, optional
        Decisions from `read_finals` (answer, code, final): they replace the majority. Missing ones change nothing.

    Returns
    -------
    Consensus
        ``.table`` with value 1 or 0 where more than half of those who read the text say so, missing for a tie;
        ``.open`` lists the ties.

    Raises
    ------
    DataError
        A text has not been read by all who had to; a coder has a code twice, or only some codes of a section; a value
        is neither 0 nor 1; a final decision is about something on which coders do not differ.

    Source
    ------
    docs/decisions/0019-blank-is-not-read.md
    """
    table = codings.table if isinstance(codings, Codings) else codings
    cells = _cells(table)
    _all_read(codings, answers, cells)
    value = np.where(cells.yes * 2 == cells.read, np.nan, (cells.yes * 2 > cells.read).astype(float))
    result = cells.rows.assign(value=value)
    settled = 0
    if final is not None:
        checked_columns(final, ("answer", "code", "final"))
        given = final[final["final"].notna()]
        mixed = pd.MultiIndex.from_frame(result.loc[cells.mixed, ["answer", "code"]])
        at = mixed.get_indexer(pd.MultiIndex.from_frame(given[["answer", "code"]]))
        if (at < 0).any() or len(set(at)) < len(at) or not given["final"].isin([0, 1]).all():
            raise DataError("coding-final", n=int((at < 0).sum() or len(at)))
        result.loc[np.flatnonzero(cells.mixed)[at], "value"] = given["final"].to_numpy(dtype=float)
        settled = len(given)
    ties = result["value"].isna()
    left = result.loc[ties, ["answer", "section", "code"]].assign(
        yes=cells.yes[ties].astype(int), no=(cells.read - cells.yes)[ties].astype(int)
    )
    alone = result.loc[cells.read == 1, "answer"].nunique()
    notes = [Notice("coding-ties", params={"n": len(left)})] if len(left) else []
    notes += [Notice("coding-one-coder", params={"n": alone})] if alone else []
    coders = table["coder"].nunique()
    return Consensus(result[list(CONSENSUS)], "", left.reset_index(drop=True), coders, settled, notes=tuple(notes))


def disagreements(codings: Codings | pd.DataFrame) -> pd.DataFrame:
    """List every code on which the coders of a text differ.

    Parameters
    ----------
    codings : Codings or DataFrame
        As in `consensus`.

    Returns
    -------
    DataFrame
        answer, person, wave, section, code, yes and no (the coders who applied the code, and who read the text and did
        not), value (1 or 0 by majority, missing for a tie).

    Raises
    ------
    DataError
        As `consensus`, but texts may still be unread.

    Source
    ------
    docs/decisions/0019-blank-is-not-read.md
    """
    table = codings.table if isinstance(codings, Codings) else codings
    cells = _cells(table)
    value = np.where(cells.yes * 2 == cells.read, np.nan, (cells.yes * 2 > cells.read).astype(float))
    found = cells.rows[cells.mixed].copy()
    coder, coders = pd.factorize(table["coder"].astype(str), sort=True)
    these = cells.mixed[cells.of_row]
    votes = np.full((len(cells.rows), len(coders)), -1, dtype=np.int8)
    votes[cells.of_row[these], coder[these]] = table["value"].to_numpy(dtype=np.int8)[these]
    patterns, pattern = np.unique(votes[cells.mixed], axis=0, return_inverse=True)
    for name, vote in (("yes", 1), ("no", 0)):
        said = [" ".join(coders[one == vote]) for one in patterns]
        found[name] = np.array(said, dtype=object)[pattern.ravel()]
    return found.assign(value=value[cells.mixed]).reset_index(drop=True)


class _Cells(NamedTuple):
    """Texts x codes that somebody read: how many did, how many applied the code, and the cell of each coding."""

    rows: pd.DataFrame
    read: Any
    yes: Any
    mixed: Any
    of_row: Any


def _cells(table: pd.DataFrame) -> _Cells:
    """Count a table of codings, or refuse one that cannot be what coders found."""
    checked_columns(table, CODINGS)
    if not len(table):
        raise DataError("coding-none")
    for name in ("answer", "code", "coder"):
        if blank := int(table[name].isna().sum()):
            raise DataError("blank-cells", column=name, cells=blank)
    if not table["value"].isin([0, 1]).all():
        raise DataError("coding-value", n=int((~table["value"].isin([0, 1])).sum()))
    answer, answers = pd.factorize(table["answer"])
    code, codes = pd.factorize(table["code"])
    coder, coders = pd.factorize(table["coder"])
    reading, cell = answer * len(coders) + coder, answer * len(codes) + code
    twice = pd.Series(reading * len(codes) + code).duplicated().to_numpy()
    if twice.any():
        raise DataError("coding-twice", n=int(twice.sum()), answers=listed(dict.fromkeys(table["answer"][twice])))
    present = np.flatnonzero(read := np.bincount(cell))
    of_answer = np.bincount(present // len(codes))
    rows = np.bincount(reading, minlength=len(answers) * len(coders)).reshape(len(answers), len(coders))
    partly = ((rows > 0) & (rows < of_answer[:, None])).any(axis=1)
    if partly.any():
        raise DataError("coding-incomplete", n=int(partly.sum()), answers=listed(answers[partly]))
    first = np.unique(answer, return_index=True)[1]
    about = table[["answer", "person", "wave", "section"]].iloc[first].reset_index(drop=True)
    found = about.iloc[present // len(codes)].reset_index(drop=True).assign(code=codes[present % len(codes)])
    yes = np.bincount(cell, weights=table["value"].to_numpy(dtype=float))[present]
    read = read[present]
    places = np.empty(len(answers) * len(codes), dtype=int)
    places[present] = np.arange(len(present))
    return _Cells(found, read, yes, (yes > 0) & (yes < read), places[cell])


def _all_read(codings: Codings | pd.DataFrame, answers: pd.DataFrame | None, cells: _Cells) -> None:
    """Refuse codings while a text is left that somebody had to read."""
    blank = pd.DataFrame(columns=["coder", "answer"])
    if isinstance(codings, Codings):
        blank = codings.blank[["coder", "answer"]]
    if answers is not None and "coder" in answers:
        table = codings.table if isinstance(codings, Codings) else codings
        read = pd.MultiIndex.from_frame(table[["coder", "answer"]])
        if isinstance(codings, Codings):
            read = read.append(pd.MultiIndex.from_frame(codings.unread[["coder", "answer"]]))
        wanted = answers[["coder", "answer"]]
        left = wanted[~pd.MultiIndex.from_frame(wanted).isin(read.unique())]
        blank = pd.concat([blank, left]).drop_duplicates()
    elif answers is not None:
        left = answers.loc[~answers["answer"].isin(cells.rows["answer"]), ["answer"]].assign(coder="–")
        blank = pd.concat([blank, left[["coder", "answer"]]]).drop_duplicates()
    if len(blank):
        each = [f"{coder}: {listed(some)}" for coder, some in blank.groupby("coder")["answer"]]
        raise DataError("coding-blank", n=len(blank), answers="; ".join(each))


def checked_columns(table: pd.DataFrame, columns: Sequence[str]) -> None:
    """Refuse a table without the columns that are needed."""
    missing = [name for name in columns if name not in table]
    if missing:
        raise DataError("coding-no-column", columns=listed(missing))
    keys(table, columns)
