"""An instrument as a form for KoboToolbox and ODK: the sheets survey, choices and settings of an XLSForm."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..core.files import write_whole
from ..core.language import LANGUAGES, in_language, say, speaking, word
from .catalogue import status_line
from .definition import Answer, Instrument, Item, Label
from .definition_sheets import MISSING, answer_words, definition_sheets
from .form_labels import answer_label, both, item_label
from .live_scores import LiveScores, free_name, ref
from .sheet_tables import Table, write_tables

LANGUAGE_NAMES = {"id": "Bahasa Indonesia (id)", "en": "English (en)"}
WAVES = ("awal", "tengah", "akhir", "pra_bebas", "bulan_1", "bulan_3", "bulan_6")
MODES = ("isi_sendiri", "dibacakan", "wawancara", "bersama_kelompok")
OFFICER = ("0", "1", "2")
CONTACTS = ("health", "counsellor", "duty", "other")

CODE_RULE = r"regex(., '^\S*[0-9]\S*$') and string-length(.) <= 15"
_OUTSIDE = "lain"
_LIKERT_WIDTH = 40  # letters in one row on a phone: docs.getodk.org shows five answers of eight letters

_TRANSLATED = ("label", "hint", "constraint_message")
COLUMNS = (
    "type", "name", "label", "hint", "appearance", "required", "relevant", "constraint", "constraint_message",
    "default", "calculation",
)  # fmt: skip


Own = Callable[[str], str]


@dataclass(frozen=True)
class Row:
    """One row of the survey."""

    type: str
    name: str = ""
    label: Label = field(default_factory=dict)
    hint: Label = field(default_factory=dict)
    appearance: str = ""
    required: str = ""
    relevant: str = ""
    constraint: str = ""
    constraint_message: Label = field(default_factory=dict)
    default: str = ""
    calculation: str = ""


def to_xlsform(instrument: Instrument, path: str | Path) -> Path:
    """Write an instrument as an XLSForm for KoboToolbox or ODK, in Indonesian and English, with live scores.

    Parameters
    ----------
    instrument : Instrument
        From `load_instrument`.
    path : str or Path
        The workbook to write (.xlsx).

    Returns
    -------
    Path
        The file that was written: under another name where ``path`` is open in another program.

    Raises
    ------
    OutputError
        The file cannot be written.

    Source
    ------
    XLSForm: xlsform.org; appearances and blanks: docs.getodk.org, "Form question types" and "Form logic". What a form
    must ask beside the items: docs/decisions/0010-forms-for-phone-and-paper.md
    """
    path = Path(path)
    tables = [*form_sheets(instrument), *definition_sheets(instrument)]
    return write_whole(path, lambda part: write_tables(part, tables))


def form_sheets(instrument: Instrument) -> list[Table]:
    """Return the sheets survey, choices and settings."""
    sets = response_sets(instrument)
    return [
        Table("survey", *spread(COLUMNS, map(vars, _survey(instrument, sets)))),
        Table("choices", *_choices(instrument, sets)),
        Table("settings", *_settings(instrument)),
    ]


def response_sets(instrument: Instrument) -> dict[str, tuple[Answer, ...]]:
    """Return each different set of answers under a name, in the order in which items use them."""
    sets: list[tuple[Answer, ...]] = []
    for item in instrument.items:
        if item.answers not in sets:
            sets.append(item.answers)
    return {"jawaban" if n == 1 else f"jawaban_{n}": answers for n, answers in enumerate(sets, 1)}


def _survey(instrument: Instrument, sets: Mapping[str, tuple[Answer, ...]]) -> Iterator[Row]:
    live = LiveScores(instrument)

    def own(name: str) -> str:
        return free_name(name, live.taken)

    yield Row("start", own("start"))
    yield Row("end", own("end"))
    yield Row("note", own("status"), _opening(instrument))
    yield from _header(instrument, own)
    yield Row("begin_group", own("butir"), instrument.title or both("items"))
    if instrument.instruction:
        yield Row("note", own("petunjuk"), instrument.instruction)
    if instrument.guards.direction:
        yield Row("note", own("arah"), instrument.guards.direction)
    for item in instrument.items:
        look = "likert" if fits_one_row((*item.answers, *instrument.missing)) else ""
        answers = next(name for name, answers in sets.items() if answers == item.answers)
        yield Row(f"select_one {answers}", item.name, item_label(item), appearance=look, relevant=live.relevant(item))
        if item.flag is not None:
            yield from _flag_box(item, live, own)
    yield Row("end_group")
    yield Row("note", own("selesai"), both("thanks"))
    for name, formula in live.calculations():
        yield Row("calculate", name, calculation=formula)


def _opening(instrument: Instrument) -> dict[str, str]:
    """Return the first note: what the form is not for, that it is voluntary, and where its wording is."""
    texts = {}
    for lang in LANGUAGES:
        with speaking(lang):
            said = [say("form", "voluntary"), status_line(instrument), word("not_for_rights")]
            if not any(item.label for item in instrument.items):
                said.append(say("form", "no_wording", licence=instrument.licence or "–"))
            texts[lang] = "\n\n".join(filter(None, said))
    return texts


def _header(instrument: Instrument, own: Own) -> Iterator[Row]:
    """Yield the questions about the filling-in: they are what answers may be biased by."""
    coded: Any = {"constraint": CODE_RULE, "constraint_message": both("code_rule"), "required": "yes"}
    yield Row("text", own("kode"), both("code"), both("code_hint"), **coded)
    guard = instrument.guards
    if guard.people_column:
        yield Row(
            f"select_one {guard.people_column}",
            own(guard.people_column),
            _column_label(guard.people_column),
            required="yes",
            constraint=f". != '{_OUTSIDE}'",
            constraint_message=guard.people_reason or both("people_other"),
        )
    yield Row("select_one gelombang", own("gelombang"), both("wave"), required="yes")
    past: Any = {"constraint": ". <= today()", "constraint_message": both("date_rule")}
    yield Row("date", own("tanggal"), both("date"), required="yes", default="today()", **past)
    yield Row("select_one cara", own("cara"), both("mode"), required="yes")
    yield Row("text", own("pewawancara_id"), both("interviewer"), both("interviewer_hint"), **coded)
    yield Row("select_one petugas_hadir", own("petugas_hadir"), both("officer"), required="yes")


def _column_label(column: str) -> dict[str, str]:
    """Write the name of a column as a question; both languages keep the words, so that an export is recognised."""
    return dict.fromkeys(LANGUAGES, column.replace("_", " ").capitalize())


def _flag_box(item: Item, live: LiveScores, own: Own) -> Iterator[Row]:
    """Yield the box of an item that needs someone today: stop, contact, time; and one for an item left blank."""
    assert item.flag is not None
    reached = f"{live.answered(item)} and {ref(item.name)} >= {item.flag.at}"
    stop = both("flag_stop", number=item.number, reason=item.flag.reason)
    yield Row("note", own(f"{item.name}_berhenti"), stop, relevant=reached)
    yield Row("select_one kontak", own(f"{item.name}_kontak"), both("contact"), required="yes", relevant=reached)
    yield Row("time", own(f"{item.name}_pukul"), both("contact_time"), required="yes", relevant=reached)
    ask = both("flag_ask", number=item.number)
    yield Row("note", own(f"{item.name}_tanyakan"), ask, relevant=f"not({live.answered(item)})")


def fits_one_row(answers: Iterable[Answer]) -> bool:
    """Tell whether answers can stand side by side on a phone: a likert row breaks no line between its columns."""
    labels = [text for answer in answers for text in answer_label(answer).values()]
    longest = max(len(part) for label in labels for part in label.split() or [""])
    return len(labels) // len(LANGUAGES) * longest <= _LIKERT_WIDTH


def _choices(instrument: Instrument, sets: Mapping[str, tuple[Answer, ...]]) -> tuple[tuple[str, ...], list[list[Any]]]:
    rows: list[dict[str, Any]] = []

    def add(name: str, value: Any, label: Label, answer: Answer | None = None) -> None:
        row = {"list_name": name, "name": value, "label": label}
        if answer is not None:
            row |= answer_words(answer)
        rows.append(row)

    for name, answers in sets.items():
        for answer in answers:
            add(name, answer.value, answer_label(answer), answer)
        for blank in instrument.missing:
            add(name, blank.value, answer_label(blank))
    for blank in instrument.missing:
        add(MISSING, blank.value, answer_label(blank), blank)
    if instrument.guards.people_column:
        for value in instrument.guards.people:
            add(instrument.guards.people_column, value, dict.fromkeys(LANGUAGES, value))
        add(instrument.guards.people_column, _OUTSIDE, both("people_other"))
    for name, key, values in (
        ("gelombang", "wave", WAVES),
        ("cara", "mode", MODES),
        ("petugas_hadir", "officer", OFFICER),
    ):
        for value in values:
            add(name, value, both(f"{key}_{value}"))
    if any(item.flag for item in instrument.items):
        for value in CONTACTS:
            add("kontak", value, both(f"contact_{value}"))
    return spread(("list_name", "name", "label", "also", "wording"), rows)


def _settings(instrument: Instrument) -> tuple[tuple[str, ...], list[list[Any]]]:
    version = "-".join(filter(None, (instrument.version, instrument.digest[:8])))
    live = LiveScores(instrument)
    code, wave = (ref(free_name(name, live.taken)) for name in ("kode", "gelombang"))
    named = f"concat({code}, ' ', {wave})"
    title = in_language(instrument.title, "id") or instrument.name
    return ("form_title", "form_id", "version", "default_language", "instance_name"), [
        [title, instrument.name, version, LANGUAGE_NAMES["id"], named]
    ]


def spread(columns: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> tuple[tuple[str, ...], list[list[Any]]]:
    """Give each translated column one column a language; leave out columns that stay empty."""
    headings: dict[str, tuple[str, str | None]] = {}
    for column in columns:
        if column in _TRANSLATED:
            headings |= {f"{column}::{name}": (column, lang) for lang, name in LANGUAGE_NAMES.items()}
        else:
            headings[column] = (column, None)
    table = [[_cell(row.get(column), lang) for column, lang in headings.values()] for row in rows]
    used = [place for place in range(len(headings)) if any(row[place] not in (None, "") for row in table)]
    names = list(headings)
    return tuple(names[place] for place in used), [[row[place] for place in used] for row in table]


def _cell(value: Any, lang: str | None) -> Any:
    return in_language(value, lang) if lang is not None and value else value if lang is None else ""
