"""The part of a definition that an XLSForm has no place for, as sheets of the same workbook.

``reintegra`` holds the words at the top of a definition, one a row; ``items``, ``scores`` and the rest hold one entry a
row. Headings are the words of docs/instruments.md. What the form itself says, the wording and the answers, stands only
there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..core.language import LANGUAGES, say
from . import schema
from .cell_words import to_cell
from .definition import Answer, Instrument, Item, Label, Score
from .form_labels import bare_answer, bare_item, wording
from .sheet_tables import Table

MISSING = "kosong"  # the list of choices that are no answers
TOP = "reintegra"

Words = dict[str, Any]

_WORDING = {"wording": "texts"}
_ASKED = ("label", "responses", "codes")  # what the sheets survey and choices say of an item

_APART = ("table", "tables", "sets", "band_systems")  # kinds that have a sheet or columns of their own


def _words(words: Mapping[str, str], inner: str = "", table: Mapping[str, str] | None = None) -> Words:
    """Return the words a sheet has columns for, those of an inner table dotted."""
    dotted = {f"{inner}.{word}": kind for word, kind in (table or {}).items()}
    return {word: kind for word, kind in {**words, **dotted}.items() if kind not in _APART}


# sheet: the words of its columns, and what kind of value each takes
SHEETS: Mapping[str, Mapping[str, str]] = {
    "items": {**_words({w: k for w, k in schema.ITEM.items() if w not in _ASKED}, "flag", schema.FLAG), **_WORDING},
    "answers": {"also": schema.ANSWER["also"], **_WORDING},
    "scores": _words(schema.SCORE),
    "bands": {"score": "name", "system": "text", **schema.BAND},
    "lookup": {"score": "name", **schema.STEP},
    "skips": schema.SKIP,
    "variants": schema.VARIANT,
    "forms": schema.FORM,
    TOP: {**_words(schema.TOP, "guards", schema.GUARDS), **_words({}, "guards.people", schema.PEOPLE)},
}


def words_of(sheet: str) -> list[str]:
    """Return every word of a sheet, a label as one word for each language; none for a sheet that is not ours."""
    kinds = SHEETS.get(sheet, {})
    split = ([f"{word}.{lang}" for lang in LANGUAGES] if kind == "label" else [word] for word, kind in kinds.items())
    return [word for words in split for word in words]


def kind_of(sheet: str, word: str) -> str:
    """Return what kind of value a word of a sheet takes; one language of a label is a text."""
    name, _, lang = word.rpartition(".")
    return "text" if lang in LANGUAGES and SHEETS[sheet].get(name) == "label" else SHEETS[sheet].get(word, "text")


def definition_sheets(instrument: Instrument) -> list[Table]:
    """Return the sheets that hold what an XLSForm does not; sheets and columns that stay empty are left out."""
    top = [[word, _cell(TOP, word, value)] for word, value in _top(instrument).items() if _filled(value)]
    sheets = [
        _table("items", map(_item, instrument.items)),
        _table("scores", map(_score, instrument.scores)),
        _table("bands", _bands(instrument)),
        _table("lookup", _steps(instrument)),
        _table("skips", (dict(vars(skip)) for skip in instrument.skips)),
        _table("variants", ({**vars(v), **_dotted("label", v.label)} for v in instrument.variants)),
        _table("forms", ({"items": form.items, **form.reason} for form in instrument.guards.forms)),
    ]
    return [Table(TOP, ("word", "value"), top, say("form", "sheet_about")), *(s for s in sheets if s.rows)]


def answer_words(answer: Answer) -> Words:
    """Return what a sheet of choices says of an answer beside its code and labels."""
    words = {"also": list(answer.also), "wording": wording(answer.label, bare_answer(answer.value))}
    return {word: _cell("answers", word, value) for word, value in words.items() if _filled(value)}


def _filled(value: Any) -> bool:
    return value not in (None, "", [], ())


def _cell(sheet: str, word: str, value: Any) -> Any:
    plain = list(value) if isinstance(value, tuple) else value
    return to_cell(word.rpartition(".")[2], kind_of(sheet, word), plain)


def _table(sheet: str, entries: Iterator[Words]) -> Table:
    """Lay entries out in the order in which the format lists its words."""
    rows = [{word: value for word, value in entry.items() if _filled(value)} for entry in entries]
    used = [word for word in words_of(sheet) if any(word in row for row in rows)]
    return Table(sheet, tuple(used), [[_cell(sheet, w, row[w]) if w in row else None for w in used] for row in rows])


def _dotted(word: str, label: Label) -> Words:
    return {f"{word}.{lang}": text for lang, text in label.items()}


def _top(instrument: Instrument) -> Words:
    guards = instrument.guards
    return {
        "name": instrument.name,
        "version": instrument.version,
        "status": instrument.status,
        "language": instrument.language,
        **_dotted("title", instrument.title),
        "citation": instrument.citation,
        "sources": instrument.sources,
        "licence": instrument.licence,
        "check": instrument.check,
        "check_note": instrument.check_note,
        **_dotted("instruction", instrument.instruction),
        **_dotted("status_line", instrument.status_line),
        **_dotted("note", instrument.note),
        "min_answered": instrument.min_answered or None,
        "profile": instrument.profile,
        **_dotted("guards.direction", guards.direction or {}),
        **_dotted("guards.wording", guards.wording or {}),
        "guards.people.column": guards.people_column,
        "guards.people.allowed": guards.people,
        **_dotted("guards.people", guards.people_reason),
    }


def _item(item: Item) -> Words:
    flag = {} if item.flag is None else {"flag.at": item.flag.at, **_dotted("flag", item.flag.reason)}
    return {
        "name": item.name,
        "number": item.number,
        "reverse": item.reverse or None,
        "unused": item.unused or None,
        "opposite_of": item.opposite_of,
        **flag,
        "wording": wording(item.label, bare_item(item.number)),
    }


def _score(score: Score) -> Words:
    weights = score.scores
    return {
        "name": score.name,
        **_dotted("label", score.label),
        "items": score.items,
        "scores": (list(weights) if all(w == 1 for w in weights.values()) else dict(weights)) if weights else None,
        "rule": score.rule,
        "min_answered": score.min_answered,
        "prorate": score.prorate or None,
        "rescale": score.rescale,
        "multiply": None if score.multiply == 1 else score.multiply,
        "round_before_bands": score.round_before_bands or None,
        "either": [list(group) for group in score.either],
        "counts": score.counts,
        "higher_is": score.higher_is,
        "formative": score.formative or None,
    }


def _bands(instrument: Instrument) -> Iterator[Words]:
    for score in instrument.scores:
        for system, bands in score.bands.items():
            for band in bands:
                edges = {"below": band.below, "upto": band.upto}
                yield {"score": score.name, "system": system, **edges, **band.label}


def _steps(instrument: Instrument) -> Iterator[Words]:
    for score in instrument.scores:
        for edge, value in score.lookup:
            yield {"score": score.name, "upto": edge, "value": value}
