"""From the text of a definition to an Instrument, or to the list of everything that is wrong with it."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from typing import Any

from ..core.errors import InstrumentError, Problem
from ..core.language import LANGUAGES, word
from ..core.text import fold
from . import schema
from .definition import (
    Answer,
    Flag,
    Guards,
    Instrument,
    Item,
    OtherForm,
    Skip,
    Variant,
)
from .schema import Faults, did_you_mean, wording
from .scores_reading import read_scores
from .toml_lines import Lines, Path

Table = dict[str, Any]

_PLAIN = (
    "name", "status", "language", "title", "citation", "licence", "check", "check_note", "instruction", "status_line",
    "note", "min_answered",
)  # fmt: skip


WIDEST = 1000  # the highest code less the lowest


def read_definition(text: str, file: str) -> Instrument:
    """Read one definition.

    Parameters
    ----------
    text : str
        The definition, TOML.
    file : str
        Its name, for messages.

    Returns
    -------
    Instrument
        What the definition says, checked.

    Raises
    ------
    InstrumentError
        ``.problems``: every fault in it, each with line, cause and remedy.

    Source
    ------
    The format: docs/instruments.md
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise InstrumentError([Problem("not-toml", file, row=line, params={"lines": True})]) from None
    lines = Lines(text)
    faults = Faults(file, lambda path: {"row": lines.of(path)})
    return read_table(table, faults, hashlib.sha256(text.encode()).hexdigest())


def read_table(table: Table, faults: Faults, digest: str) -> Instrument:
    """Check a definition as a table of words; raise every fault in it, and those found before, at once."""
    top = faults.words(table, (), schema.TOP, ("format", "name", "status", "language", "title", "items", "scores"))
    if top.get("format", 1) != 1:
        faults.add("unknown-format", ("format",), top["format"])
    faults.choice(("status",), top.get("status"), schema.STATUSES)
    faults.choice(("language",), top.get("language"), LANGUAGES)

    missing = _answers(faults, top.get("missing", []), ("missing",), offered=False)
    sets = {name: _answers(faults, s, ("responses", name)) for name, s in top.get("responses", {}).items()}
    items = _items(faults, top, sets)
    _missing_apart(faults, items, missing)
    scores = read_scores(faults, top, items)
    skips = _skips(faults, top, items)
    variants = _variants(faults, top, items, {score.name for score in scores})
    guards = _guards(faults, top)
    if not 0 <= top.get("min_answered", 0) <= len(items):
        faults.add("min-answered-too-high", ("min_answered",), top["min_answered"], most=len(items))
    for name in top.get("profile", []):
        if name not in (known := [score.name for score in scores]):
            faults.add("unknown-score", ("profile",), name, near=did_you_mean(name, known))
    for name in _twice(top.get("profile", [])):
        faults.add("name-twice", ("profile",), name)
    _names(faults, top, items)
    if faults.problems:
        raise InstrumentError(sorted(faults.problems, key=lambda problem: problem.row or 0))

    plain = {key: top[key] for key in _PLAIN if key in top}
    return Instrument(
        **plain,
        version=top.get("version", "0"),
        sources=tuple(top.get("sources", ())),
        items=tuple(items.values()),
        scores=tuple(scores),
        missing=missing,
        skips=skips,
        variants=variants,
        profile=tuple(top.get("profile", ())),
        guards=guards,
        file=faults.file,
        digest=digest,
    )


def _answers(faults: Faults, values: list[Any], path: Path, offered: bool = True) -> tuple[Answer, ...]:
    """Read a set of answers; bare codes stand for answers whose wording is not shipped."""
    tables = [{"value": v} if schema.KINDS["whole"](v) else v for v in values]
    if not schema.KINDS["tables"](tables):
        faults.add("wrong-kind", path, kind=lambda: word("kind_answers"))
        return ()
    answers: list[Answer] = []
    owner: dict[str, int] = {}
    for where, table in faults.tables(tables, path, schema.ANSWER, ("value",)):
        if "value" not in table:
            continue
        answer = Answer(table["value"], wording(table), tuple(table.get("also", ())))
        if answer.value in {other.value for other in answers}:
            faults.add("code-twice", where, answer.value)
        for spelling in {fold(s) for s in (*answer.spellings, str(answer.value))}:
            if owner.setdefault(spelling, answer.value) != answer.value:
                faults.add("one-label-two-answers", where, spelling, codes=f"{owner[spelling]}, {answer.value}")
        answers.append(answer)
    if offered:
        _enough(faults, path, [answer.value for answer in answers])
    return tuple(sorted(answers, key=lambda answer: answer.value))


def _enough(faults: Faults, path: Path, codes: list[int]) -> None:
    """Refuse a set of codes to choose from that is too small, too large or too wide."""
    if not 2 <= len(set(codes)) <= 250:
        faults.add("too-few-answers", path, len(set(codes)))
    elif max(codes) - min(codes) > WIDEST:
        faults.add("codes-far-apart", path, low=min(codes), high=max(codes))


def _twice(things: Iterable[Any]) -> list[Any]:
    return [thing for thing, count in Counter(things).items() if count > 1]


def _items(faults: Faults, top: Table, sets: dict[str, tuple[Answer, ...]]) -> dict[str, Item]:
    items: dict[str, Item] = {}
    tables = faults.tables(top.get("items", []), ("items",), schema.ITEM, ("name",))
    for index, (path, table) in enumerate(tables):
        name = table.get("name")
        if name is None:
            continue
        if name in items:
            faults.add("name-twice", (*path, "name"), name)
            continue
        flag = None
        if "flag" in table:
            words = faults.words(table["flag"], (*path, "flag"), schema.FLAG, ("at",))
            _says(faults, (*path, "flag"), words)
            flag = Flag(words["at"], wording(words)) if "at" in words else None
        answers = _item_answers(faults, path, table, sets)
        if flag and answers and not answers[0].value < flag.at <= answers[-1].value:
            faults.add("flag-outside", (*path, "flag"), flag.at, low=answers[0].value, high=answers[-1].value)
        items[name] = Item(
            name=name,
            number=table.get("number", str(index + 1)),
            answers=answers,
            label=table.get("label", {}),
            reverse=table.get("reverse", False),
            unused=table.get("unused", False),
            opposite_of=table.get("opposite_of"),
            flag=flag,
        )
    if not items and "items" in top:
        faults.add("no-items", ("items",))
    for index, (_, table) in enumerate(tables):
        other = table.get("opposite_of")
        if other is not None and (other not in items or items[other].reverse == table.get("reverse", False)):
            faults.add("bad-opposite", ("items", index, "opposite_of"), other, near=did_you_mean(other, items))
    return items


def _item_answers(faults: Faults, path: Path, table: Table, sets: dict[str, tuple[Answer, ...]]) -> tuple[Answer, ...]:
    """Return the answers of one item: of the set it names, of the only set, or of its own codes."""
    name = table.get("responses")
    if name is None and len(sets) == 1:
        name = next(iter(sets))
    if "codes" in table:
        for code in _twice(table["codes"]):
            faults.add("code-twice", (*path, "codes"), code)
        _enough(faults, (*path, "codes"), table["codes"])
        labels = {answer.value: answer for answer in sets.get(name or "", ())}
        return tuple(labels.get(code, Answer(code)) for code in sorted(set(table["codes"])))
    if name is None:
        faults.add("no-response-set", path, sets=", ".join(sets) or "–")
    elif name not in sets:
        faults.add("unknown-response-set", (*path, "responses"), name, near=did_you_mean(name, sets))
    return sets.get(name or "", ())


def _missing_apart(faults: Faults, items: dict[str, Item], missing: tuple[Answer, ...]) -> None:
    """Refuse a missing code or spelling that is also an answer."""
    taken = {fold(s) for item in items.values() for answer in item.answers for s in answer.spellings}
    taken |= {str(code) for item in items.values() for code in item.codes}
    for index, blank in enumerate(missing):
        for spelling in (str(blank.value), *blank.spellings):
            if fold(spelling) in taken:
                faults.add("missing-is-answer", ("missing", index), spelling)


def _skips(faults: Faults, top: Table, items: dict[str, Item]) -> tuple[Skip, ...]:
    skips = []
    for path, table in faults.tables(top.get("skips", []), ("skips",), schema.SKIP, ("when", "items", "value")):
        skip = Skip(table.get("when", {}), tuple(table.get("items", ())), table.get("value", 0))
        skips.append(skip)
        for name, code in [*skip.when.items(), *((name, table.get("value")) for name in skip.items)]:
            if name not in items:
                faults.add("unknown-item", path, name, near=did_you_mean(name, items))
            elif code is not None and items[name].answers and code not in items[name].codes:
                faults.add("not-an-answer", path, code, item=name)
    for place, skip in enumerate(skips):
        filled = {name for later in skips[place:] for name in later.items}
        for name in filled & set(skip.when):
            faults.add("skip-order", ("skips", place, "when"), name)
    return tuple(skips)


def _variants(faults: Faults, top: Table, items: dict[str, Item], scores: set[str]) -> tuple[Variant, ...]:
    variants = []
    for path, table in faults.tables(top.get("variants", []), ("variants",), schema.VARIANT, ("name",)):
        for name in table.get("reverse", []):
            if name not in items:
                faults.add("unknown-item", (*path, "reverse"), name, near=did_you_mean(name, items))
        for name in table.get("round", []):
            if name not in scores:
                faults.add("unknown-score", (*path, "round"), name, near=did_you_mean(name, scores))
        reverse, rounded = tuple(table.get("reverse", ())), tuple(table.get("round", ()))
        variants.append(Variant(table.get("name", ""), table.get("label", {}), reverse, rounded))
    for name in _twice(variant.name for variant in variants if variant.name):
        faults.add("name-twice", ("variants",), name)
    return tuple(variants)


def _guards(faults: Faults, top: Table) -> Guards:
    table = faults.words(top.get("guards", {}), ("guards",), schema.GUARDS)
    needed = ("column", "allowed") if "people" in table else ()
    people = faults.words(table.get("people", {}), ("guards", "people"), schema.PEOPLE, needed)
    if "people" in table:
        _says(faults, ("guards", "people"), people)
    forms = faults.tables(table.get("forms", []), ("guards", "forms"), schema.FORM, ("items",))
    return Guards(
        direction=table.get("direction"),
        wording=table.get("wording"),
        people_column=people.get("column"),
        people=tuple(people.get("allowed", ())),
        people_reason=wording(people),
        forms=tuple(OtherForm(form["items"], wording(form)) for _, form in forms if "items" in form),
    )


def _says(faults: Faults, path: Path, table: Table) -> None:
    """Refuse a table that people are to read, but that has a text in no language."""
    if not wording(table):
        faults.add("missing-word", path, "id", word="id")


def _key(name: str) -> str:
    """Return a name as the heading of a file may spell it: q1, q_1 and q01 are one, q_1_2 and q_12 are not."""
    return re.sub(r"(?<!\d)0+(?=\d)", "", re.sub(r"(?<!\d)_|_(?!\d)", "", name))


def _names(faults: Faults, top: Table, items: dict[str, Item]) -> None:
    """Refuse names that would make a column or a file ambiguous, and items that headings could not tell apart."""
    for path, names in (
        ("items", items),
        ("scores", [s.get("name") for s in top.get("scores", []) if isinstance(s, dict)]),
    ):
        for index, name in enumerate(names):
            if name is not None and name == top.get("name"):
                faults.add("named-like-instrument", (path, index, "name"), name)
    owner: dict[str, str] = {}
    for index, item in enumerate(items.values()):
        headings = {
            _key(item.name): "name",
            **{_key(re.sub(r"\W+", " ", fold(t))): "label" for t in item.label.values()},
        }
        for heading, path in headings.items():
            if (other := owner.setdefault(heading.strip(), item.name)) != item.name:
                faults.add("items-alike", ("items", index, path), item.name, other=other)
