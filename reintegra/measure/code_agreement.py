"""How well coders agree on each code, on each section and on all codes together."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..core.coded import Floats, keys, numbers
from ..core.errors import DataError, Notice
from ..core.language import number, say
from ..core.results import Result, checked_level
from .agreement import TENTATIVE, reading
from .dirichlet import HALF, checked_samples, differing, drawn_weights, limits
from .gates import LEAST

COLUMNS = ["answer", "person", "section", "coder", "code", "value"]
Places = np.ndarray[Any, np.dtype[np.intp]]
SECTIONS = ("hope", "worry", "strategy", "plan", "challenge")


@dataclass(frozen=True, eq=False)
class CodeAgreement(Result):
    """Agreement on codes. One row a code, then one a section, then one for all (``about``: code, section, all).

    Columns: about, section, code, estimate (Krippendorff's alpha), ci_low, ci_high, reading, percent, gwet (AC1), n
    (answers two coders read), people, applies (share of their readings that say 1), codes, worst, worst_estimate, below
    (codes under .667).
    """

    @property
    def codes(self) -> pd.DataFrame:
        """The rows of the codes alone, by code."""
        return self.table[self.table["about"] == "code"].set_index("code")

    @property
    def pooled(self) -> pd.Series:
        """The row of all codes together."""
        return self.table.iloc[-1]

    @property
    def sentence(self) -> str:
        row = self.pooled
        if math.isnan(row["estimate"]):
            return say("agreement", "codes_nothing", codes=int(row["codes"]))
        said = {name: number(float(row[name]), 2) for name in ("estimate", "ci_low", "ci_high")}
        said |= {name: str(int(row[name])) for name in ("codes", "n", "people", "below")}
        said["reading"] = say("agreement", f"reading_{row['reading']}")
        lowest = number(float(row["worst_estimate"]), 2)
        return say("agreement", "codes_sentence", worst=row["worst"], lowest=lowest, **said)

    def shown(self) -> pd.DataFrame:
        """Return the table as people read it."""
        t = self.table
        pooled = {"section": say("agreement", "row_section"), "all": say("agreement", "row_all")}
        columns: dict[str, Any] = {
            say("agreement", "section"): [
                say("coding", f"section_{name}") if name in SECTIONS else name for name in t["section"].fillna("")
            ],
            say("agreement", "code"): t["code"].where(t["about"] == "code", t["about"].map(pooled)),
        }
        for name in ("estimate", "ci_low", "ci_high", "percent", "applies"):
            columns[say("agreement", name)] = [number(x, 2) for x in t[name]]
        columns[say("agreement", "answers")] = t["n"]
        columns[say("agreement", "reading")] = [say("agreement", f"reading_{x}") for x in t["reading"]]
        columns[say("agreement", "worst")] = t["worst"].where(t["about"] != "code", "").fillna("")
        columns[say("agreement", "below")] = t["below"]
        return pd.DataFrame(columns)


def code_agreement(codings: pd.DataFrame, *, draws: int = 2_000, seed: int = 1, level: float = 0.95) -> CodeAgreement:
    """Work out how well coders agree on each code, on the codes of each section, and on all of them.

    A code has two values (applies, does not) within the answers of its own section only: empty sections and categories
    that cannot occur would raise AC1 and the percentage without anybody agreeing more.

    Parameters
    ----------
    codings : DataFrame (one row an answer, coder and code)
        Columns answer, person, section, coder, code, value (1 applies, 0 read and does not). An answer not read by a
        coder has no rows of that coder.
    draws : int
        Samples of people drawn again for the intervals (a person is one, however many his answers), at least 100.
    seed : int
        Of the draws: the same seed, the same limits, whatever the order of the rows.
    level : float between 0 and 1
        Coverage of the intervals.

    Returns
    -------
    CodeAgreement
        Krippendorff's nominal alpha (no unit; 1 is perfect, 0 what chance would give). Pooled over codes it is
        1 - sum of the disagreement observed / sum of that expected; the worst code and the number of codes under .667
        always stand beside it. A code on which nobody varied is NaN, with a note, and is in no pool. ``reading`` is of
        the lower limit: from .80 firm (that needs about 200 answers read twice), from .667 tentative.

    Raises
    ------
    DataError
        Columns are missing, there are no rows, values other than 0 and 1, rows that repeat an answer, code and coder,
        an answer of two people or sections, draws or a level that cannot be.

    Source
    ------
    Krippendorff (2011), Computing Krippendorff's alpha-reliability; Gwet (2008), British Journal of Mathematical and
    Statistical Psychology 61, 29-48 (AC1); Rubin (1981), Annals of Statistics 9, 130-134. How often the intervals hold
    the truth: benchmarks/agreement.py.
    """
    checked_level(level)
    checked_samples(draws, 1)
    read = _read(codings)
    codes, people = len(read.codes), len(read.apart)
    parts = _parts(*(part.sum(axis=0) for part in (read.apart, read.ones, read.many)))
    alpha = _alpha(*parts)
    groups: dict[str | None, Places] = {
        name: np.flatnonzero(read.sections == name) for name in sorted(set(read.sections.tolist()), key=_place)
    }
    groups[None] = np.arange(codes)
    known = {name: members[~np.isnan(alpha[members])] for name, members in groups.items()}
    own, pooled = _drawn(read, known, draws, seed) if people > 1 else (np.empty((0, codes)), {})
    nothing, rows = (math.nan, math.nan), []
    for place in range(codes):
        ends = limits(own[:, place], level) if len(own) and not math.isnan(alpha[place]) else nothing
        row = _row("code", np.array([place]), read, alpha, float(alpha[place]), ends)
        rows.append(row | read.summary(place))
    for name, members in groups.items():
        inside = known[name]
        ends = limits(pooled[name], level) if len(own) and len(inside) else nothing
        value = float(_pooled(*(part[inside] for part in parts))) if len(inside) else math.nan
        row = _row("section" if name else "all", members, read, alpha, value, ends)
        rows.append(row | {"section": name} | read.together(members))
    return CodeAgreement(pd.DataFrame(rows), "", notes=_notes(read, alpha, people))


@dataclass(frozen=True, eq=False)
class _Readings:
    """Codings as sums of people and codes (people x codes), over answers that two coders or more read."""

    codes: list[str]
    sections: np.ndarray[Any, Any]
    apart: Floats  # 2 * yes * no / (coders - 1), summed: how often coders differ, as Krippendorff counts it
    ones: Floats  # readings that say 1
    many: Floats  # readings
    each_ones: Floats  # answers x codes
    each_many: Floats
    once: int  # answers read by one coder only

    def summary(self, place: int) -> dict[str, Any]:
        """Return what is said of one code beside its alpha."""
        many, ones = self.each_many[:, place], self.each_ones[:, place]
        two = many >= 2
        if not two.any():
            return {"percent": math.nan, "gwet": math.nan, "n": 0, "people": 0, "applies": math.nan}
        yes, of = ones[two], many[two]
        percent = float((1 - 2 * yes * (of - yes) / (of * (of - 1))).mean())
        there = many > 0
        share = float((ones[there] / many[there]).mean())
        chance = 2 * share * (1 - share)
        return {
            "percent": percent,
            "gwet": (percent - chance) / (1 - chance),
            "n": int(two.sum()),
            "people": int((self.many[:, place] > 0).sum()),
            "applies": float(yes.sum() / of.sum()),
        }

    def together(self, places: Places) -> dict[str, Any]:
        """Return how many answers and people stand behind several codes."""
        n = int((self.each_many[:, places] >= 2).any(axis=1).sum())
        return {"n": n, "people": int((self.many[:, places] > 0).any(axis=1).sum())}


def _read(codings: pd.DataFrame) -> _Readings:
    """Count the codings, or refuse them."""
    keys(codings, COLUMNS)
    if codings.empty:
        raise DataError("agree-no-codings")
    value = numbers(codings, ["value"])[:, 0]
    if wrong := int((~np.isin(value, (0, 1))).sum()):
        raise DataError("agree-not-zero-one", cells=wrong)
    for name in COLUMNS[:-1]:
        if blank := int(codings[name].isna().sum()):
            raise DataError("blank-in-column", column=name, people=blank)
    answer, answers = pd.factorize(codings["answer"])
    person, people = pd.factorize(codings["person"])
    section, sections = pd.factorize(codings["section"])
    code, names = pd.factorize(codings["code"])
    coder, coders = pd.factorize(codings["coder"])
    belongs = np.unique((answer * len(people) + person) * len(sections) + section)
    if (twice := len(belongs) - len(answers)) > 0:
        raise DataError("agree-answer-of-two", answers=twice)
    kind, of = np.unique(section * len(names) + code, return_inverse=True)
    unit = answer * len(kind) + of
    if twice := len(unit) - len(np.unique(unit * len(coders) + coder)):
        raise DataError("agree-coded-twice", rows=twice)
    size = len(answers) * len(kind)
    many = np.bincount(unit, minlength=size).reshape(len(answers), -1).astype(float)
    ones = np.bincount(unit, weights=value, minlength=size).reshape(len(answers), -1).astype(float)
    two = many >= 2
    apart = np.where(two, 2 * ones * (many - ones) / np.where(two, many - 1, 1), 0)
    found = [(str(sections[k // len(names)]), str(names[k % len(names)])) for k in kind]
    order = sorted(range(len(kind)), key=lambda k: (_place(found[k][0]), found[k][1]))
    owner = np.empty(len(answers), dtype=np.int64)
    owner[answer] = person
    by_person = np.argsort(owner, kind="stable")
    starts = np.flatnonzero(np.diff(owner[by_person], prepend=-1))

    def summed(part: Floats) -> Floats:
        total: Floats = np.add.reduceat(np.where(two, part, 0)[by_person][:, order], starts, axis=0)
        return total

    sums = [summed(part) for part in (apart, ones, many)]
    seen = sums[2].any(axis=1)
    differ, yes, both = (part[seen] for part in sums)
    once = int(((many == 1).any(axis=1) & ~two.any(axis=1)).sum())
    return _Readings(
        [found[k][1] for k in order], np.array([found[k][0] for k in order]), differ, yes, both,
        ones[:, order], many[:, order], once,
    )  # fmt: skip


def _place(section: str) -> tuple[int, str]:
    return (SECTIONS.index(section) if section in SECTIONS else len(SECTIONS), section)


def _parts(apart: Floats, ones: Floats, many: Floats) -> tuple[Floats, Floats]:
    """Return the disagreement observed and that expected (Krippendorff's Do and De of two values)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return apart / many, 2 * ones * (many - ones) / (many * (many - 1))


def _alpha(observed: Floats, expected: Floats) -> Floats:
    found: Floats = 1 - observed / np.where(expected > 0, expected, np.nan)
    return found


def _pooled(observed: Floats, expected: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = 1 - observed.sum(axis=-1) / expected.sum(axis=-1)
    return found


def _drawn(
    read: _Readings, groups: dict[str | None, Places], draws: int, seed: int
) -> tuple[Floats, dict[str | None, Floats]]:
    """Return alpha of every code (draws x codes) and of every group of codes, of people drawn again.

    All codes share the weights of the people. To them come halves for what coders can do: all say no, all say yes, they
    differ. A code has halves of its own, so that its weights are Dirichlet (count + 1/2); in a pool its codes share
    them, or the halves of many codes would pull the pool down. One draw serves all three, for what is added to the pool
    of all is a part of what is added to a section's, and that a part of what is added to a code.
    """
    codes = len(read.codes)
    kinds, times = np.unique(np.hstack([read.apart, read.ones, read.many]), axis=0, return_counts=True)
    there = (kinds[:, 2 * codes :] > 0).astype(float)
    size = times @ there
    usual = np.array([_usual(many) for many in read.each_many.T])
    together = np.array([len(groups[str(name)]) or 1 for name in read.sections])
    whole = np.ones(codes)
    share = HALF * np.diff([0 * whole, whole / (len(groups[None]) or 1), whole / together, whole], axis=0)
    shape = np.concatenate([times, np.repeat(share, 3, axis=0).ravel()])
    own: list[Floats] = []
    pooled: dict[str | None, list[Floats]] = {name: [] for name in groups}
    for drawn in drawn_weights(shape, draws, seed):
        people = drawn[:, : len(kinds)]
        counted, of = np.split(people @ kinds, 3, axis=1), people @ there
        added = drawn[:, len(kinds) :].reshape(-1, 3, 3, codes).cumsum(axis=1)
        in_all, in_section, alone = (_with_halves(counted, of, size, usual, added[:, layer]) for layer in range(3))
        own.append(_alpha(*alone))
        for name, members in groups.items():
            pooled[name].append(_pooled(*(part[:, members] for part in (in_section if name else in_all))))
    return np.concatenate(own), {name: np.concatenate(found) for name, found in pooled.items()}


def _with_halves(
    counted: list[Floats], of: Floats, size: Floats, usual: Places, added: Floats
) -> tuple[Floats, Floats]:
    """Return the disagreement observed and expected in people drawn again and what is added to them."""
    no, yes, differ = added[:, 0], added[:, 1], added[:, 2]
    scale = size / (of + no + yes + differ)
    apart = (counted[0] + differ * differing(usual) * usual) * scale
    ones = (counted[1] + (yes + differ / 2) * usual) * scale
    many = (counted[2] + (no + yes + differ) * usual) * scale
    return _parts(apart, ones, many)


def _usual(many: Floats) -> int:
    """Return how many coders usually read an answer for a code, of those that two or more read."""
    often = np.bincount(many.astype(int), minlength=3)[2:]
    return int(often.argmax()) + 2


def _row(
    about: str, places: Places, read: _Readings, alpha: Floats, value: float, ends: tuple[float, float]
) -> dict[str, Any]:
    """Return what every row of the table says; ``places`` are the codes it is about."""
    known = places[~np.isnan(alpha[places])]
    worst = int(known[np.argmin(alpha[known])]) if len(known) else None
    return {
        "about": about,
        "section": str(read.sections[places[0]]),
        "code": read.codes[places[0]] if about == "code" else None,
        "estimate": value,
        "ci_low": ends[0],
        "ci_high": ends[1],
        "reading": reading(ends[0]),
        "percent": math.nan,
        "gwet": math.nan,
        "n": 0,
        "people": 0,
        "applies": math.nan,
        "codes": len(places),
        "worst": None if worst is None else read.codes[worst],
        "worst_estimate": math.nan if worst is None else float(alpha[worst]),
        "below": int((alpha[known] < TENTATIVE).sum()),
    }


def _notes(read: _Readings, alpha: Floats, people: int) -> tuple[Notice, ...]:
    many = read.many.sum(axis=0)
    never = tuple(code for code, n in zip(read.codes, many, strict=True) if not n)
    constant = tuple(code for code, n, a in zip(read.codes, many, alpha, strict=True) if n and math.isnan(a))
    notes = []
    if never:
        notes.append(Notice("agree-codes-no-pair", columns=never))
    if constant:
        notes.append(Notice("agree-codes-constant", columns=constant))
    if read.once:
        notes.append(Notice("agree-read-once", params={"answers": read.once}))
    if people < LEAST["sem"]:
        notes.append(Notice("few-people", params={"people": people, "least": LEAST["sem"]}))
    return tuple(notes)
