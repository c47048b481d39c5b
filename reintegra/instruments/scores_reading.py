"""Reading and checking the scores of a definition."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import Any

from ..core.language import LANGUAGES, in_language
from . import schema
from .definition import Band, Item, Score
from .schema import Faults, did_you_mean, wording
from .toml_lines import Path

Table = dict[str, Any]

_RESERVED = ("_band", "_answered")
_UNKNOWN = (-math.inf, math.inf)
_WORTH = {"rule", "items", "scores", "either", "rescale", "multiply", "lookup", "prorate"}  # what the range rests on


def read_scores(faults: Faults, top: Table, items: dict[str, Item]) -> list[Score]:
    """Read the scores in their order: a score may use items and the scores before it."""
    scores: dict[str, Score] = {}
    used: set[str] = set()
    tables = faults.tables(top.get("scores", []), ("scores",), schema.SCORE, ("name", "rule"))
    for (path, table), given in zip(tables, top.get("scores", []), strict=True):
        name = table.get("name")
        faults.choice((*path, "rule"), table.get("rule"), schema.RULES)
        faults.choice((*path, "higher_is"), table.get("higher_is"), schema.DIRECTIONS)
        if name is not None and (name in scores or name in items):
            faults.add("name-twice", (*path, "name"), name)
        elif name is not None and (name.endswith(_RESERVED) or "_band_" in name):
            faults.add("reserved-name", (*path, "name"), name)
        if bool(given.get("items")) == bool(given.get("scores")):
            faults.add("items-or-scores", path, name)
        score = _score(faults, path, table, items, scores, (_WORTH & set(given) <= set(table), "items" in top))
        used.update(table.get("items", ()))
        if name is not None:
            scores.setdefault(name, score)
    if not tables and "scores" in top:
        faults.add("no-scores", ("scores",))
    told = bool(tables) and used <= set(items) and all(table.get("items") or table.get("scores") for _, table in tables)
    for index, item in enumerate(items.values()):
        if item.unused and item.name in used:
            faults.add("unused-but-scored", ("items", index), item.name)
        elif not item.unused and item.name not in used and told:
            faults.add("item-in-no-score", ("items", index), item.name)
    return list(scores.values())


def _score(
    faults: Faults, path: Path, table: Table, items: dict[str, Item], scores: dict[str, Score], read: tuple[bool, bool]
) -> Score:
    """Read one score; where a fault leaves its range unknown, what depends on the range is not checked.

    ``read`` says whether all that its range rests on could be read, and whether the items could.
    """
    whole, items_told = read
    names, given = table.get("items", []), table.get("scores", [])
    weights = dict.fromkeys(given, 1.0) if isinstance(given, list) else {k: float(v) for k, v in given.items()}
    for word, named, known, told in (("items", names, items, items_told), ("scores", list(given), scores, True)):
        for name in dict.fromkeys(named):
            if name not in known and told:
                code = "unknown-item" if word == "items" else "unknown-score"
                faults.add(code, (*path, word), name, near=did_you_mean(name, known))
            if named.count(name) > 1:
                faults.add("item-twice-in-score", (*path, word), name)
    draft = Score(
        name=table.get("name", ""),
        label=table.get("label", {}),
        rule=table.get("rule", ""),
        min_answered=0,
        items=tuple(dict.fromkeys(names)),
        scores=weights,
        either=_either(faults, path, table, items),
        counts=tuple(table.get("counts", ())),
        prorate=table.get("prorate", False),
        rescale=tuple(table["rescale"]) if "rescale" in table else None,
        multiply=float(table.get("multiply", 1)),
        lookup=_lookup(faults, path, table),
        round_before_bands=table.get("round_before_bands", False),
        higher_is=table.get("higher_is", "unknown"),
        formative=table.get("formative", False),
    )
    least = table.get("min_answered", draft.parts)
    if draft.parts and not 1 <= least <= draft.parts:
        faults.add("min-answered-too-high", (*path, "min_answered"), least, most=draft.parts)
    draft = replace(draft, min_answered=least)
    parts = [items[name] for name in draft.items if name in items and len(items[name].answers) > 1]
    below = [scores[name] for name in weights if name in scores and math.isfinite(scores[name].high)]
    _rule_fits(faults, path, table, draft, parts, below)
    raw, (low, high) = _UNKNOWN, _UNKNOWN
    all_known = 0 < len(parts) + len(below) == len(draft.items) + len(weights)
    all_read = whole and all(len(getattr(draft, word)) == len(table.get(word, ())) for word in ("either", "lookup"))
    no_mean = draft.rule == "mean" and min(weights.values(), default=1) <= 0
    if all_known and all_read and draft.rule in schema.RULES and not no_mean:
        raw = _raw_range(draft, parts, scores)
        low, high = _range(draft, least, parts, raw)
        if draft.lookup and draft.lookup[-1][0] < high:
            faults.add("lookup-too-short", (*path, "lookup"), draft.name, high=high)
            low, high = _UNKNOWN
        elif draft.lookup:
            values = [value for _, value in draft.lookup]
            low, high = min(values), max(values)
        if low >= high:
            faults.add("never-varies", path, draft.name)
            low, high = _UNKNOWN
    return replace(draft, raw=raw, low=low, high=high, bands=_bands(faults, path, table, low, high))


def _rule_fits(faults: Faults, path: Path, table: Table, score: Score, items: list[Item], scores: list[Score]) -> None:
    """Refuse words that do not go together, or that the parts of a score do not bear."""
    rule, weights = score.rule, score.scores.values()
    if score.scores and (rule == "count" or (rule == "mean" and min(weights) <= 0)):
        faults.add("rule-needs-items", (*path, "rule"), rule)
    elif rule == "count" and "counts" not in table:
        faults.add("missing-word", path, "counts", word="counts")
    elif rule in schema.RULES and rule != "count" and "counts" in table:
        faults.add("word-not-used", (*path, "counts"), "counts", rule=rule)
    if rule == "count" and items:
        worth = {item.scored(code, item.reverse) for item in items for code in item.codes}
        for code in score.counts:
            if code not in worth:
                faults.add("counts-nothing", (*path, "counts"), code)
    partial = score.min_answered < score.parts
    ranges = {(item.lowest, item.highest) for item in items}
    unlike = {(made.low, made.high) for made in scores} if partial else set()
    if (rule == "mean" or score.prorate) and (len(ranges) > 1 or len(unlike) > 1):
        faults.add("unequal-answers", (*path, "items" if items else "scores"), score.name)
    if rule in ("sum", "count") and partial:
        bare = not (score.rescale or score.lookup or score.scores or table.get("bands"))
        if not (score.prorate or bare) or len(set(weights)) > 1:
            faults.add("partial-sum", (*path, "min_answered"), score.name, parts=score.parts)
    for other in ("multiply", "lookup"):
        if "rescale" in table and other in table:
            faults.add("rescale-and-multiply", path, score.name, other=other)


def _either(faults: Faults, path: Path, table: Table, items: dict[str, Item]) -> tuple[tuple[str, ...], ...]:
    """Read the groups of items that count once; return none where one of them is wrong."""
    groups = [tuple(group) for group in table.get("either", [])]
    known = len(faults.problems)
    among = table.get("items", [])
    for name in (name for group in groups for name in group):
        if name not in among:
            faults.add("unknown-item", (*path, "either"), name, near=did_you_mean(name, among))
    for name, times in Counter(name for group in groups for name in group).items():
        if times > 1:
            faults.add("either-twice", (*path, "either"), name)
    for group in groups:
        if len({items[name].codes for name in group if name in items}) > 1:
            faults.add("unequal-answers", (*path, "either"), table.get("name"))
    return tuple(groups) if len(faults.problems) == known else ()


def _raw_range(score: Score, items: list[Item], scores: dict[str, Score]) -> tuple[float, float]:
    """Return the range of the sum, mean or count of all parts."""
    if score.scores:
        ends = [sorted((w * scores[name].low, w * scores[name].high)) for name, w in score.scores.items()]
        by = sum(score.scores.values()) if score.rule == "mean" else 1.0
        return sum(low for low, _ in ends) / by, sum(high for _, high in ends) / by
    if score.rule == "count":
        return 0.0, float(score.parts)
    twice = {name for group in score.either for name in group[1:]}
    once = [item for item in items if item.name not in twice and item.answers]
    by = len(once) if score.rule == "mean" else 1
    return sum(item.lowest for item in once) / max(by, 1), sum(item.highest for item in once) / max(by, 1)


def _range(score: Score, least: int, items: list[Item], raw: tuple[float, float]) -> tuple[float, float]:
    """Return the least and the most a score can be once it is rescaled or multiplied, before it is looked up."""
    if score.rescale:
        return score.rescale
    low, high = raw
    if score.rule == "sum" and not score.prorate and least < score.parts and items:
        low = min(low, sum(sorted(item.lowest for item in items if item.answers)[:least]))
    ends = sorted((low * score.multiply, high * score.multiply))
    return ends[0], ends[1]


def _lookup(faults: Faults, path: Path, table: Table) -> tuple[tuple[float, float], ...]:
    steps = [
        (float(step["upto"]), float(step["value"]))
        for _, step in faults.tables(table.get("lookup", []), (*path, "lookup"), schema.STEP, ("upto", "value"))
        if len(step) == 2
    ]
    if any(second <= first for (first, _), (second, _) in pairwise(steps)):
        faults.add("lookup-not-rising", (*path, "lookup"))
    return tuple(steps)


def _bands(faults: Faults, path: Path, table: Table, low: float, high: float) -> dict[str, tuple[Band, ...]]:
    given = table.get("bands", {})
    systems = {"": given} if isinstance(given, list) else given
    return {
        name: _system(faults, (*path, "bands", name) if name else (*path, "bands"), bands, low, high)
        for name, bands in systems.items()
    }


def _system(faults: Faults, path: Path, tables: list[Any], low: float, high: float) -> tuple[Band, ...]:
    bands = [Band(wording(t), t.get("below"), t.get("upto")) for _, t in faults.tables(tables, path, schema.BAND)]
    for index, band in enumerate(bands):
        where = (*path, index)
        if not band.label:
            faults.add("missing-word", where, "id", word="id")
        if band.below is not None and band.upto is not None:
            faults.add("two-edges", where)
        elif band.edge is None and index < len(bands) - 1:
            faults.add("band-gap", where)
        elif (band.below is not None and not low < band.below <= high) or (
            band.upto is not None and not low <= band.upto < high
        ):
            faults.add("band-outside", where, band.edge, low=low, high=high)
    edges = [band.edge for band in bands if band.edge is not None]
    if any(second <= first for first, second in pairwise(edges)):
        faults.add("bands-not-rising", path, edges)
    shown = [[in_language(band.label, lang) for band in bands if band.label] for lang in LANGUAGES]
    for label in sorted({label for labels in shown for label in labels if labels.count(label) > 1}):
        faults.add("bands-alike", path, label)
    if bands and bands[-1].edge is not None:
        faults.add("band-gap", (*path, len(bands) - 1))
    return tuple(bands)
