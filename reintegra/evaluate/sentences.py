"""Honest words: what a comparison may say in each language, its verb settled by the grade of the design."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..core.language import number, say, speaking
from .contrasts import Equivalence
from .estimates import p_words, plain_p
from .grade import claim
from .layout import ENOUGH

if TYPE_CHECKING:
    from .comparison import Comparison


def claim_code(*, layout: str, grade: int, causal: bool, low: float, high: float, enough: bool, held: bool) -> str:
    """Return the code of the sentence about one difference: only a design of grade 5 reaches the word cause.

    ``low`` and ``high`` are the limits of the interval (NaN: there is none); ``enough``: the design has sites enough;
    ``held``: the p-value is small after Holm's steps over all differences that are looked at.
    """
    if math.isnan(low):
        return "claim_bare" if layout == "one_site_each" else "claim_no_error"
    if not enough:
        return "claim_no_verdict"
    if low <= 0 <= high:
        return "claim_change_unclear" if layout == "one_group" else "claim_unclear"
    if not held:
        return "claim_not_held"
    return f"claim_{claim(grade, layout=layout, causal=causal)}_{'more' if low > 0 else 'less'}"


def sentences_of(comparison: Comparison, lang: str | None) -> tuple[str, ...]:
    """Write what the comparison shows, in the order in which it should be read."""
    with speaking(lang):
        said = [_said_of_flow(comparison), *_said_of_start(comparison)]
        grouped = comparison.layout == "no_sites" and "cr2_group" in set(comparison.design["method"])
        said.insert(0, say("evaluate", "layout_groups" if grouped else f"layout_{comparison.layout}"))
        for place in range(len(comparison.design)):
            said += _said_of_difference(comparison, place)
        said += _said_of_people(comparison)
        said.append(say("evaluate", "grade_said", grade=comparison.grade, why=" ".join(_reasons(comparison))))
    for other in comparison.others:
        said += [f"{other.outcome}: {sentence}" for sentence in sentences_of(other, lang) if sentence not in said]
    return tuple(said)


def _said_of_size(comparison: Comparison, name: str) -> list[str]:
    """Say how large a difference is in SDs, and whether it is small enough."""
    said = []
    if "compared" in comparison.effects:
        sizes = comparison.effects[comparison.effects["compared"] == name]
        said += [
            say("evaluate", "size_said", name=size, size=number(value, 2))
            for size, value in zip(sizes["name"], sizes["estimate"], strict=True)
        ]
    if len(comparison.equivalence) and name in set(comparison.equivalence["name"]):
        tested = comparison.equivalence[comparison.equivalence["name"] == name]
        said.append(Equivalence(tested, "", 0.05).sentence)
    return said


def _said_of_people(comparison: Comparison) -> list[str]:
    """Say how many people of each programme changed by more than the error of measurement."""
    said = []
    for row in comparison.reliable.to_dict("records"):
        counts = {key: str(int(row[key])) for key in ("rose", "fell", "n")}
        smallest = number(row["smallest"], 1)
        said.append(say("evaluate", "reliable_said", name=row["name"], smallest=smallest, **counts))
    return said


def _reasons(comparison: Comparison) -> list[str]:
    return [reason.text for reason in comparison.reasons]


def _said_of_flow(comparison: Comparison) -> str:
    flow = comparison.flow
    allocated, lost, analysed = (int(flow[column].sum()) for column in ("allocated", "lost", "analysed"))
    code = "flow_completers" if comparison.completers_only else "flow_said"
    return say("evaluate", code, allocated=allocated, lost=lost, analysed=analysed)


def _said_of_start(comparison: Comparison) -> list[str]:
    if not len(comparison.balance):
        return []
    size = comparison.balance["smd"].abs()
    row = comparison.balance.loc[size.idxmax()]
    said = {"name": row["name"], "smd": number(float(abs(row["smd"])), 2), "compared": row["compared"]}
    verdict = "adjust" if row["verdict"] == "apart" and comparison.by_lot else row["verdict"]  # a fair draw may do that
    return [say("evaluate", f"start_{verdict}", **said)]


def _said_of_difference(comparison: Comparison, place: int) -> list[str]:
    row, design = comparison.table.iloc[place], comparison.design.iloc[place]
    code = claim_code(
        layout=design["layout"], grade=int(design["grade"]), causal=bool(design["causal"]),
        low=row["ci_low"], high=row["ci_high"], enough=bool(design["enough"]), held=bool(design["held"]),
    )  # fmt: skip
    words = {name: number(float(row[key]), 1) for name, key in (("low", "ci_low"), ("high", "ci_high"))}
    words |= {"size": number(abs(float(row["estimate"])), 1), "estimate": number(float(row["estimate"]), 1)}
    words |= {"df": number(float(row["df"]), 1), "p": p_words(float(row["p_value"])), "sd": number(design["sd"], 1)}
    words |= {"outcome": comparison.outcome, "n": str(int(row["n"])), "level": number(100 * comparison.level, 0)}
    words |= {"programme": design["programme"], "reference": design["reference"]}
    said = [say("evaluate", code, **words)]
    if not math.isnan(design["detectable"]) and code in ("claim_unclear", "claim_change_unclear"):
        said.append(say("evaluate", "detectable_said", size=number(design["detectable"], 1)))
    beside = comparison.beside[str(row["name"])]
    said += _said_of_size(comparison, str(row["name"]))
    if "permutation" in beside:
        dealt = beside["permutation"].set_index("name").loc[row["name"]]
        said.append(say("evaluate", "dealt_said", p=p_words(dealt["p_value"]), smallest=plain_p(dealt["smallest_p"])))
    if "synthesis" in beside and len(beside["synthesis"].sites) >= ENOUGH:
        low, high = (number(limit, 1) for limit in beside["synthesis"].prediction)
        sites = len(beside["synthesis"].sites)
        said.append(say("evaluate", "prediction", low=low, high=high, sites=sites))
    if "e_value" in beside and code.startswith("claim_associate"):
        said.append(beside["e_value"].sentence)
    if design["settled"] is not None and not design["settled"]:
        said.append(say("evaluate", "not_settled", programme=design["programme"], reference=design["reference"]))
    return said
