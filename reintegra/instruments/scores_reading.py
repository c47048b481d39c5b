"""Reading and checking the scores of a definition."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

from ..core.language import LANGUAGES
from . import schema
from .definition import Band, Item, Score
from .schema import Faults, did_you_mean
from .toml_lines import Path

Table = dict[str, Any]

_RESERVED = ("_band", "_answered")


def read_scores(faults: Faults, top: Table, items: dict[str, Item]) -> list[Score]:
    """Read the scores in their order: a score may use items and the scores before it."""
    scores: dict[str, Score] = {}
    tables = faults.tables(top.get("scores", []), ("scores",), schema.SCORE, ("name", "rule"))
    for path, table in tables:
        name, rule = table.get("name"), table.get("rule")
        faults.choice((*path, "rule"), rule, schema.RULES)
        faults.choice((*path, "higher_is"), table.get("higher_is"), schema.DIRECTIONS)
        if name is None or rule not in schema.RULES:
            continue
        if name in scores or name in items:
            faults.add("name-twice", (*path, "name"), name)
        elif name.endswith(_RESERVED) or "_band_" in name:
            faults.add("reserved-name", (*path, "name"), name)
        if ("items" in table) == ("scores" in table):
            faults.add("items-or-scores", path, name)
        elif score := _score(faults, path, table, items, scores):
            scores[name] = score
    if not tables and "scores" in top:
        faults.add("no-scores", ("scores",))
    used = {name for score in scores.values() for name in score.items}
    read_all = len(scores) == len(tables)
    for index, item in enumerate(items.values()):
        if item.unused and item.name in used:
            faults.add("unused-but-scored", ("items", index), item.name)
        elif not item.unused and item.name not in used and read_all:
            faults.add("item-in-no-score", ("items", index), item.name)
    return list(scores.values())


def _score(faults: Faults, path: Path, table: Table, items: dict[str, Item], scores: dict[str, Score]) -> Score | None:
    known = len(faults.problems)
    if "items" in table:
        names = table["items"]
        for name in names:
            if name not in items:
                faults.add("unknown-item", (*path, "items"), name, near=did_you_mean(name, items))
        for name in {name for name in names if names.count(name) > 1}:
            faults.add("item-twice-in-score", (*path, "items"), name)
        weights: dict[str, float] = {}
    else:
        given = table["scores"]
        weights = dict.fromkeys(given, 1.0) if isinstance(given, list) else {k: float(v) for k, v in given.items()}
        for name in weights:
            if name not in scores:
                faults.add("unknown-score", (*path, "scores"), name, near=did_you_mean(name, scores))
        if table["rule"] == "count" or (table["rule"] == "mean" and min(weights.values(), default=1) <= 0):
            faults.add("rule-needs-items", (*path, "rule"), table["rule"])
    either = tuple(tuple(group) for group in table.get("either", []))
    for name in (name for group in either for name in group):
        if name not in table.get("items", []):
            faults.add("unknown-item", (*path, "either"), name, near=did_you_mean(name, table.get("items", [])))
    if table["rule"] == "count" and "counts" not in table and "items" in table:
        faults.add("missing-word", path, "counts", word="counts")
    if len(faults.problems) > known:
        return None

    parts = [items[name] for name in table.get("items", [])]
    draft = Score(
        name=table["name"],
        label=table.get("label", {}),
        rule=table["rule"],
        min_answered=0,
        items=tuple(table.get("items", ())),
        scores=weights,
        either=either,
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
    if not 1 <= least <= draft.parts:
        faults.add("min-answered-too-high", (*path, "min_answered"), least, most=draft.parts)
    ranges = {(item.lowest, item.highest) for item in parts if item.answers}
    if len(ranges) > 1 and (draft.rule == "mean" or draft.prorate):
        faults.add("unequal-answers", (*path, "items"), draft.name)
    if draft.rescale and draft.multiply != 1:
        faults.add("rescale-and-multiply", path, draft.name)
    raw = _raw_range(draft, parts, scores)
    low, high = _range(draft, least, parts, raw)
    bands = _bands(faults, path, table, low, high)
    return replace(draft, min_answered=least, raw=raw, low=low, high=high, bands=bands)


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
    """Return the least and the most a score can be, after everything that is done to it."""
    if score.rescale:
        return score.rescale
    if score.lookup:
        values = [value for _, value in score.lookup]
        return min(values), max(values)
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
    bands = [
        Band({lang: t[lang] for lang in LANGUAGES if lang in t}, t.get("below"), t.get("upto"))
        for _, t in faults.tables(tables, path, schema.BAND)
    ]
    for index, band in enumerate(bands):
        where = (*path, index)
        if not band.label:
            faults.add("missing-word", where, "id", word="id")
        if band.below is not None and band.upto is not None:
            faults.add("two-edges", where)
        elif band.edge is None and index < len(bands) - 1:
            faults.add("band-gap", where)
        elif band.edge is not None and not low <= band.edge <= high:
            faults.add("band-outside", where, band.edge, low=low, high=high)
    edges = [band.edge for band in bands if band.edge is not None]
    if any(second <= first for first, second in pairwise(edges)):
        faults.add("bands-not-rising", path, edges)
    if bands and bands[-1].edge is not None:
        faults.add("band-gap", (*path, len(bands) - 1))
    return tuple(bands)
