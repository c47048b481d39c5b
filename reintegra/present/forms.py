"""The forms that answers are written on: on paper, and read aloud; and the one for the phone beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from ..core.files import output_folder, write_text
from ..core.language import in_language, listed, say, speaking
from ..instruments import Answer, Instrument, Item, status_line, to_xlsform
from ..instruments.xlsform import CONTACTS, MODES, OFFICER, WAVES
from .pages import page

MOST_COLUMNS = 12  # more answers than this do not fit side by side on a page: the code is written into a box


@dataclass(frozen=True)
class Forms:
    """What was written: the workbook for KoboToolbox or ODK, the form on paper and the one to read aloud."""

    phone: Path
    paper: Path
    read_aloud: Path

    def __str__(self) -> str:
        return say("form", "written", phone=self.phone, paper=self.paper, aloud=self.read_aloud)

    __repr__ = __str__


def write_forms(instrument: Instrument, out: str | Path, *, lang: str | None = None) -> Forms:
    """Write the forms of an instrument: <name>.xlsx, <name>_kertas.html and <name>_dibacakan.html.

    Parameters
    ----------
    instrument : Instrument
        From `load_instrument`.
    out : str or Path
        The folder to write to; it is made where missing.
    lang : "id" or "en", optional
        Language of the printed forms; without it the current one. The form for the phone speaks both.

    Returns
    -------
    Forms
        The paths that were written.

    Raises
    ------
    OutputError
        The folder cannot be written to; nothing is left half written.

    Source
    ------
    What a form asks beside the items: docs/decisions/0010-forms-for-phone-and-paper.md
    """
    with speaking(lang):
        folder = output_folder(out)
        return Forms(
            to_xlsform(instrument, folder / f"{instrument.name}.xlsx"),
            write_text(folder / f"{instrument.name}_kertas.html", form_page(instrument)),
            write_text(folder / f"{instrument.name}_dibacakan.html", form_page(instrument, aloud=True)),
        )


def form_page(instrument: Instrument, *, aloud: bool = False) -> str:
    """Return a form to print, in the current language.

    Parameters
    ----------
    instrument : Instrument
        From `load_instrument`. Where its wording is not shipped, the form holds numbers and codes and says so.
    aloud : bool
        For an interviewer who reads it to one person: large letters, each item with its own answers. Otherwise one item
        a row, to be filled in by the person.

    Returns
    -------
    str
        One self-contained html page, A4 when printed.

    Raises
    ------
    Nothing.

    Source
    ------
    docs/decisions/0010-forms-for-phone-and-paper.md
    """
    rules = list(_rules(instrument))
    return page(
        "form.html",
        form=lambda code, **values: say("form", code, **values),
        instrument=instrument,
        aloud=aloud,
        title=in_language(instrument.title) or instrument.name,
        status=status_line(instrument),
        worded=any(item.label for item in instrument.items),
        blocks=[(answers, list(items)) for answers, items in groupby(instrument.items, lambda item: item.answers)],
        said=answer_words,
        most=MOST_COLUMNS - len(instrument.missing),
        flags={item.name: _flagged(item) for item in instrument.items if item.flag},
        rules={item.name: [text for name, text in rules if name == item.name] for item in instrument.items},
        fields=[("wave", WAVES), ("mode", MODES), ("officer", OFFICER)],
        contacts=CONTACTS,
    )


def answer_words(answer: Answer) -> str:
    """Return what stands above the box of an answer: its wording, or its code where that is not shipped."""
    return in_language(answer.label) or str(answer.value)


def _flagged(item: Item) -> str:
    """Name the answers that need someone today."""
    least = item.flag.at if item.flag else 0
    return " / ".join(answer_words(answer) for answer in item.answers if answer.value >= least)


def _rules(instrument: Instrument) -> Iterator[tuple[str, str]]:
    """Yield which items are passed over, under the last item that the rule rests on."""
    place = {item.name: n for n, item in enumerate(instrument.items)}
    for skip in instrument.skips:
        last = max(skip.when, key=lambda name: place[name])
        later = [instrument.item(name).number for name in skip.items if place[name] > place[last]]
        if later:
            tests = [
                say("form", "skip_when", number=item.number, answer=answer_words(item.answers[item.codes.index(code)]))
                for item, code in ((instrument.item(name), code) for name, code in skip.when.items())
            ]
            yield last, say("form", "skip_rule", when=say("form", "skip_and").join(tests), items=listed(later, 40))
