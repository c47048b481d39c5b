"""The tables that Indonesian theses print, each with the one sentence that says what it means."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..core.coded import Floats, coded
from ..core.errors import DataError, Notice
from ..core.language import number, say, word
from ..core.results import Result, checked_level
from .items import item_notes, item_rest
from .overview import Reliability
from .person import normal
from .sheet import Items, sheet

CONVENTION = 0.70
FEWEST_EXPERTS = 5
AGREED = 7 / 9  # printed as .78; of six or more experts; of five or fewer all must agree (Lynn 1986)


@dataclass(frozen=True, eq=False)
class ThesisItems(Result):
    """r hitung and r tabel. Columns: item, estimate (r hitung), critical (r tabel), n, verdict ("above", "below",
    "constant")."""

    @property
    def sentence(self) -> str:
        above = int((self.table["verdict"] == "above").sum())
        return say("reliability", "thesis_items_sentence", above=above, items=len(self.table))

    def shown(self) -> pd.DataFrame:
        """Return the table as theses print it."""
        t = self.table
        columns = {
            word("column_item"): t["item"],
            "n": t["n"],
            say("reliability", "r_found"): t["estimate"].map(lambda x: number(x, 3)),
            say("reliability", "r_table"): t["critical"].map(lambda x: number(x, 3)),
            say("reliability", "remark"): [say("reliability", f"remark_{v}") for v in t["verdict"]],
        }
        return pd.DataFrame(columns)


def thesis_items(items: Items, *, level: float = 0.95) -> ThesisItems:
    """Make the item table of a thesis: butir, r hitung, r tabel, keterangan.

    Parameters
    ----------
    items : DataFrame (respondents x items), Scale, Moments, or Responses of a questionnaire of one scale
        Item scores of one scale after reversal; respondents with a blank are left out.
    level : float between 0 and 1
        One minus the two-sided significance of r tabel.

    Returns
    -------
    ThesisItems
        r hitung is the corrected item-rest correlation; r tabel = t / sqrt(n - 2 + t^2) with t at n - 2 degrees.

    Raises
    ------
    DataError
        As for `alpha`; or fewer than three complete respondents.

    Source
    ------
    Fisher (1925), Statistical Methods for Research Workers, table V.A (r tabel); Henrysson (1963), Psychometrika 28.
    """
    known = sheet(items)
    if known.n < 3:
        raise DataError("too-few-complete", n=known.n, rows=known.rows, least=3)
    r, critical = item_rest(known), critical_r(known.n, level)
    verdict = np.select([np.isnan(r), r >= critical], ["constant", "above"], "below")
    table = pd.DataFrame({"item": known.names, "estimate": r, "critical": critical, "n": known.n, "verdict": verdict})
    return ThesisItems(table, "", notes=(*item_notes(known), *known.notes))


def critical_r(n: int, level: float = 0.95) -> float:
    """Return r tabel: the smallest correlation of n people that differs from 0, two-sided.

    Parameters
    ----------
    n : int
        People; 3 or more.
    level : float between 0 and 1
        One minus the significance.

    Returns
    -------
    float
        No unit.

    Raises
    ------
    DataError
        Fewer than three people, or a level that is not between 0 and 1.

    Source
    ------
    Fisher (1925), Statistical Methods for Research Workers, table V.A.
    """
    from scipy.special import stdtrit

    checked_level(level)
    if n < 3:
        raise DataError("too-few-people", method=lambda: say("reliability", "r_table"), n=n, least=3)
    t = float(stdtrit(n - 2, (1 + level) / 2))
    return t / math.sqrt(n - 2 + t * t)


@dataclass(frozen=True, eq=False)
class ThesisAlpha(Result):
    """Cronbach's alpha of each scale. Columns: score, label, items, n, estimate, threshold, verdict ("reliable",
    "not-reliable", "not-judged")."""

    @property
    def sentence(self) -> str:
        return say("reliability", "thesis_alpha_sentence", threshold=number(float(self.table["threshold"].iloc[0]), 2))

    def shown(self) -> pd.DataFrame:
        """Return the table as theses print it."""
        t = self.table
        columns = {
            word("column_score"): t["label"],
            say("reliability", "item_count"): t["items"],
            "n": t["n"],
            "Cronbach's alpha": t["estimate"].map(lambda x: number(x, 3)),
            say("reliability", "remark"): [say("reliability", f"remark_{v}") for v in t["verdict"]],
        }
        return pd.DataFrame(columns)


def thesis_alpha(found: Reliability, *, threshold: float = CONVENTION) -> ThesisAlpha:
    """Make the reliability table of a thesis: scale, items, Cronbach's alpha, keterangan.

    Parameters
    ----------
    found : Reliability
        From `reliability`.
    threshold : float
        From where on the remark says "reliabel": .70 by convention; some examiners ask for .60.

    Returns
    -------
    ThesisAlpha
        Scales of circumstances (`formative`) and scores of scores get no verdict.

    Raises
    ------
    Nothing: what `reliability` refused stays without a number.

    Source
    ------
    Nunnally (1978), Psychometric Theory, p. 245 (.70).
    """
    table = found.table[["score", "label", "items", "n", "estimate", "coefficient", "reason"]].copy()
    judged = (table["reason"] == "") & (table["coefficient"] == "alpha")
    table["threshold"] = threshold
    enough = table["estimate"] >= threshold
    table["verdict"] = np.select([~judged, enough], ["not-judged", "reliable"], "not-reliable")
    table = table[table["coefficient"] == "alpha"].drop(columns=["coefficient", "reason"])
    return ThesisAlpha(table.reset_index(drop=True), found.status, notes=found.notes)


@dataclass(frozen=True, eq=False)
class ExpertPanel(Result):
    """What experts think of items. Columns: item, n, estimate (Aiken's V), ci_low, ci_high, p_value, i_cvi, kappa,
    verdict ("fits", "revise")."""

    @property
    def sentence(self) -> str:
        t = self.table
        average = number(float(t["i_cvi"].mean()), 2)
        fits = int((t["verdict"] == "fits").sum())
        return say(
            "reliability", "expert_sentence", fits=fits, items=len(t), experts=int(t["n"].max()), average=average
        )

    def shown(self) -> pd.DataFrame:
        """Return the table as theses print it."""
        t = self.table
        ends = zip(t["ci_low"], t["ci_high"], strict=True)
        columns = {
            word("column_item"): t["item"],
            say("reliability", "experts"): t["n"],
            "Aiken's V": t["estimate"].map(lambda x: number(x, 2)),
            say("reliability", "interval"): [f"{number(a, 2)}–{number(b, 2)}" for a, b in ends],
            "p": t["p_value"].map(lambda x: number(x, 3) if x >= 0.001 else f"< {number(0.001, 3)}"),
            "I-CVI": t["i_cvi"].map(lambda x: number(x, 2)),
            "kappa*": t["kappa"].map(lambda x: number(x, 2)),
            say("reliability", "remark"): [say("reliability", f"remark_{v}") for v in t["verdict"]],
        }
        return pd.DataFrame(columns)


def expert_panel(
    ratings: pd.DataFrame, *, lowest: int = 1, highest: int = 4, relevant: int = 3, level: float = 0.95
) -> ExpertPanel:
    """Work out Aiken's V and the I-CVI of items that experts rated for relevance.

    Parameters
    ----------
    ratings : DataFrame (experts x items)
        Whole numbers from ``lowest`` to ``highest``; a blank is an item the expert did not rate.
    lowest, highest : int
        The ends of the rating scale.
    relevant : int
        From this rating on an expert counts as calling the item relevant (3 of 1-4).
    level : float between 0 and 1
        Coverage of the interval of V.

    Returns
    -------
    ExpertPanel
        No units. ``p_value`` is exact, one-sided, for experts who rate at random; ``kappa`` is the I-CVI corrected for
        chance. An item "fits" where its I-CVI is 1 with five or fewer experts, .78 (7 of 9) or more with six or more.

    Raises
    ------
    DataError
        A rating outside the scale, an item nobody rated, or ends of the scale, a relevant rating or a level that cannot
        be.

    Source
    ------
    Aiken (1985), Educational and Psychological Measurement 45, 131-142; Penfield & Giacobbi (2004), Measurement in
    Physical Education and Exercise Science 8, 213-225 (the interval); Lynn (1986), Nursing Research 35, 382-385; Polit,
    Beck & Owen (2007), Research in Nursing & Health 30, 459-467 (kappa).
    """
    if not lowest < relevant <= highest:
        raise DataError("not-a-rating-scale", lowest=lowest, highest=highest, relevant=relevant)
    z, codes = normal(level), tuple(float(code) for code in range(lowest, highest + 1))
    names = list(ratings.columns)
    if not names:
        raise DataError("too-few-items", items=0, least=1)
    block = coded(ratings, names, (codes,) * len(names)).astype(np.int64)
    if empty := [str(name) for name, column in zip(names, block.T, strict=True) if not column.any()]:
        raise DataError("nobody-answered", columns=", ".join(empty))
    rows = []
    for name, column in zip(names, block.T, strict=True):
        given = column[column > 0] - 1  # steps above the lowest
        n, agree = len(given), int((given >= relevant - lowest).sum())
        i_cvi, chance = agree / n, math.comb(n, agree) * 0.5**n
        low, high = _score_interval(float(given.sum()), n * (len(codes) - 1), z)
        verdict = "fits" if i_cvi >= (1 if n <= FEWEST_EXPERTS else AGREED) else "revise"
        row = {"item": str(name), "n": n, "estimate": float(given.sum()) / (n * (len(codes) - 1))}
        row |= {"ci_low": low, "ci_high": high, "p_value": _at_random(int(given.sum()), n, len(codes)), "i_cvi": i_cvi}
        rows.append(row | {"kappa": (i_cvi - chance) / (1 - chance), "verdict": verdict})
    table = pd.DataFrame(rows)
    few = int(table["n"].min())
    notes = (Notice("few-experts", params={"people": few, "least": FEWEST_EXPERTS}),) if few < FEWEST_EXPERTS else ()
    return ExpertPanel(table, "", notes=notes)


def _score_interval(steps: float, most: int, z: float) -> tuple[float, float]:
    """Return Wilson's interval of the share of all possible steps."""
    middle, root = 2 * steps + z * z, z * math.sqrt(4 * steps * (1 - steps / most) + z * z)
    return (middle - root) / (2 * (most + z * z)), (middle + root) / (2 * (most + z * z))


def _at_random(steps: int, n: int, categories: int) -> float:
    """Return how often n experts who rate at random reach this sum of steps or more."""
    chances: Floats = np.ones(1)
    for _ in range(n):
        chances = np.convolve(chances, np.full(categories, 1 / categories))
    return float(chances[steps:].sum())
