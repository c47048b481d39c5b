"""The scores of an instrument as calculations of a phone form: the rules of scoring, written in XPath.

A blank is '' from end to end: ODK Collect takes a calculation that has no value for a blank, Enketo does not, and
Enketo keeps the answers of questions that a skip rule has closed. So every formula asks first whether there is an
answer, and a question that may be skipped is read through a field of its own that holds what the rule implies.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Iterator
from decimal import Decimal

from .definition import Instrument, Item, Score, Skip

Calculation = tuple[str, str]


def free_name(wanted: str, taken: Collection[str]) -> str:
    """Return a field name that no item and no score of the instrument has."""
    while wanted in taken:
        wanted += "_"
    return wanted


def ref(name: str) -> str:
    """Return how a formula refers to a field."""
    return f"${{{name}}}"


def literal(value: float) -> str:
    """Write a number as XPath 1.0 can read it: no exponent; a negative one in brackets."""
    text = format(Decimal(repr(float(value))).normalize(), "f")
    return f"({text})" if text.startswith("-") else text


class LiveScores:
    """Writes what a form has to work out: which questions are asked, and every score of the first variant."""

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        variant = instrument.variants[0] if instrument.variants else None
        self.reversed = {item.name for item in instrument.items if item.reverse}
        self.reversed ^= set(variant.reverse if variant else ())
        self.rounded = set(variant.round if variant else ())
        self.taken = {*instrument.item_names, *(score.name for score in instrument.scores)}
        self._place = {item.name: place for place, item in enumerate(instrument.items)}
        self._filled = {name: self._own(f"{name}_filled") for skip in instrument.skips for name in skip.items}
        self._given = self._own("answered_items")

    def _own(self, wanted: str) -> str:
        return free_name(wanted, self.taken)

    def answered(self, item: Item) -> str:
        """Return the condition that a question was answered with a declared code, not with one for "no answer"."""
        field, outside = ref(item.name), [answer.value for answer in self.instrument.missing]
        if not outside:
            return f"{field} != ''"
        inside = [f"{field} != {literal(code)}" for code in outside if item.lowest < code < item.highest]
        return " and ".join(
            [f"{field} >= {literal(item.lowest)}", f"{field} <= {literal(item.highest)}", *inside],
        )

    def relevant(self, item: Item) -> str:
        """Return the condition under which a question is asked; empty where it always is.

        A rule closes a question only if it rests on earlier ones: a form cannot skip what was asked before.
        """
        skips = self.instrument.skips
        rules = [self._met(n) for n, skip in enumerate(skips) if item.name in skip.items and self._after(skip, item)]
        return " and ".join(f"not({rule})" for rule in rules)

    def calculations(self) -> Iterator[Calculation]:
        """Yield every field to be worked out, as (name, formula): first what skip rules imply, then the scores."""
        for item in self.instrument.items:
            if item.name in self._filled:
                yield self._filled[item.name], self._value(item, len(self.instrument.skips))
        if self.instrument.min_answered:
            yield self._given, self._count(self.answered(item) for item in self.instrument.items)
        for score in self.instrument.scores:
            yield from self._of_scores(score) if score.scores else self._of_items(score)

    def _after(self, skip: Skip, item: Item) -> bool:
        return all(self._place[name] < self._place[item.name] for name in skip.when)

    def _met(self, number: int) -> str:
        """Return the condition of a skip rule, on answers as the rules before it left them."""
        when = self.instrument.skips[number].when.items()
        tests = (f"{self._value(self.instrument.item(name), number)} = {literal(code)}" for name, code in when)
        return " and ".join(tests)

    def _value(self, item: Item, stage: int) -> str:
        """Return an item's answer after the first ``stage`` skip rules; the last stage has a field of its own."""
        rules = [n for n, skip in enumerate(self.instrument.skips) if item.name in skip.items]
        if not rules:
            return ref(item.name)
        if rules[-1] < stage < len(self.instrument.skips):
            return ref(self._filled[item.name])
        answer = ref(item.name)
        text = f"if({self.answered(item)}, {answer}, '')" if self.instrument.missing else answer
        for number in reversed([n for n in rules if n < stage]):
            skip = self.instrument.skips[number]
            open_ = "" if self._after(skip, item) else f" and not({self.answered(item)})"
            text = f"if({self._met(number)}{open_}, {literal(skip.value)}, {text})"
        return text

    def _field(self, item: Item) -> str:
        return ref(self._filled.get(item.name, item.name))

    def _there(self, item: Item) -> str:
        """Return the condition that an item has an answer, given or implied."""
        return f"{self._field(item)} != ''" if item.name in self._filled else self.answered(item)

    @staticmethod
    def _count(tests: Iterable[str]) -> str:
        return " + ".join(f"if({test}, 1, 0)" for test in tests)

    def _worth(self, item: Item, score: Score, code: int) -> int:
        worth = item.scored(code, item.name in self.reversed)
        return int(worth in score.counts) if score.rule == "count" else worth

    def _is(self, item: Item, score: Score, worth: int) -> list[str]:
        """Return the conditions under which an item counts just so much."""
        codes = [code for code in item.codes if self._worth(item, score, code) == worth]
        return [f"{self._field(item)} = {literal(code)}" for code in codes]

    def _counts(self, item: Item, score: Score) -> str:
        """Return what an answered item counts."""
        if score.rule == "count":
            return f"if({' or '.join(self._is(item, score, 1)) or 'false()'}, 1, 0)"
        if item.name in self.reversed:
            return f"({literal(item.lowest + item.highest)} - {self._field(item)})"
        return self._field(item)

    def _either(self, group: list[Item], score: Score, top: int) -> Calculation:
        """Return when an either-or group is known, and what it counts: the highest, once no answer can be higher."""
        levels = sorted({self._worth(item, score, code) for item in group for code in item.codes}, reverse=True)

        def reached(worth: int) -> str:
            return " or ".join(test for item in group for test in self._is(item, score, worth))

        every = " and ".join(self._there(item) for item in group)
        value = literal(levels[-1])
        for level in reversed(levels[:-1]):
            value = f"if({reached(level)}, {literal(level)}, {value})"
        known = f"({reached(top)} or ({every}))" if top in levels else f"({every})"
        return known, value

    def _of_items(self, score: Score) -> Iterator[Calculation]:
        items = [self.instrument.item(name) for name in score.items]
        grouped = {name for group in score.either for name in group}
        top = max(self._worth(item, score, code) for item in items for code in item.codes)
        parts = [(self._there(item), self._counts(item, score)) for item in items if item.name not in grouped]
        parts += [self._either([self.instrument.item(n) for n in group], score, top) for group in score.either]
        count = self._own(f"{score.name}_answered")
        yield count, self._count(there for there, _ in parts)
        strict = score.min_answered == score.parts
        total = " + ".join(worth if strict else f"if({there}, {worth}, 0)" for there, worth in parts)
        if score.rule == "mean":
            total = f"({total}) div {ref(count)}"
        elif score.prorate:
            total = f"({total}) div {ref(count)} * {score.parts}"
        tests = [f"{ref(count)} >= {score.min_answered}"]
        if self.instrument.min_answered:
            tests.append(f"{ref(self._given)} >= {self.instrument.min_answered}")
        yield from self._finished(score, " and ".join(tests), total)

    def _of_scores(self, score: Score) -> Iterator[Calculation]:
        there = {name: f"{ref(name)} != ''" for name in score.scores}
        worth = {name: ref(name) if w == 1 else f"{ref(name)} * {literal(w)}" for name, w in score.scores.items()}
        strict = score.min_answered == score.parts
        count = str(score.parts) if strict else f"({self._count(there.values())})"
        total = " + ".join(worth[name] if strict else f"if({there[name]}, {worth[name]}, 0)" for name in worth)
        if score.rule == "mean":
            weights = " + ".join(
                literal(w) if strict else f"if({there[name]}, {literal(w)}, 0)" for name, w in score.scores.items()
            )
            total = f"({total}) div ({weights})"
        elif score.prorate:
            total = f"({total}) * {score.parts} div {count}"
        test = " and ".join(there.values()) if strict else f"{count} >= {score.min_answered}"
        yield from self._finished(score, test, total)

    def _finished(self, score: Score, test: str, raw: str) -> Iterator[Calculation]:
        """Yield a score where its condition holds: rescaled, multiplied, looked up, rounded."""
        if score.rescale:
            (low, high), (bottom, top) = score.raw, score.rescale
            raw = f"(({raw}) - {literal(low)}) * {literal(top - bottom)} div {literal(high - low)} + {literal(bottom)}"
        elif score.multiply != 1:
            raw = f"({raw}) * {literal(score.multiply)}"
        if score.lookup:
            raw = yield from self._kept(f"{score.name}_raw", test, raw)
            test, steps = f"{raw} != ''", "''"
            for edge, value in reversed(score.lookup):
                steps = f"if({raw} <= {literal(edge)}, {literal(value)}, {steps})"
            raw = steps
        if score.name in self.rounded:
            exact = yield from self._kept(f"{score.name}_unrounded", test, raw)
            half = f"(round({exact}, 9) + 0.5)"
            test, raw = f"{exact} != ''", f"int({half}) - if({half} < int({half}), 1, 0)"
        yield score.name, f"if({test}, {raw}, '')"

    def _kept(self, wanted: str, test: str, formula: str) -> Generator[Calculation, None, str]:
        """Yield a field that holds a value on its way; return the reference to it."""
        name = self._own(wanted)
        yield name, f"if({test}, {formula}, '')"
        return ref(name)
