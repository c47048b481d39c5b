"""The command line: python -m reintegra report | score | check | export | double | form | template | lab ..."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from .core.errors import DataError, FaultsError, IntakeError, OutputError, ReintegraError
from .core.files import output_folder, renamed, write_whole
from .core.language import LANGUAGES, set_language, word
from .instruments import Instrument, instruments, load_instrument, status_line
from .intake import Responses, read_records
from .intake.options import LAYOUTS, USES, Options
from .intake.reader import read

FINE, FAULTS, WRONG_CALL = 0, 1, 2
LONG = 50_000
COMMANDS = ("report", "score", "check", "export", "double", "form", "template", "instruments", "lab")
CONSULTATION = ("konsultasi", "consultation")  # the form of the talks, in the place of an instrument
READING = ("report", "score", "check", "export", "double")
KINDS = ("kohort", "antar-unit", "mitra", "pelatihan", "rujukan", "arsip")
FORMATS = ("xlsx", "sav", "csv", "csv-excel", "docx")
CALLER = frozenset({"unknown-instrument", "several-forms", "no-such-definition", "no-such-file", "is-a-folder"})
CALLER_SAID = frozenset(
    {"bad-value", "values-contradict-labels", "missing-code-is-answer", "unknown-variant", "wave-twice", "wrong-option"}
)


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Writes "usage" in the language of the user."""

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, word("cli_usage") if prefix is None else prefix)


class _Parser(argparse.ArgumentParser):
    """Speaks the language of the user: titles, help, and what is wrong with a call."""

    def __init__(self, **given: Any) -> None:
        given.setdefault("formatter_class", _Formatter)
        super().__init__(add_help=False, **given)
        self._positionals.title, self._optionals.title = word("cli_positionals"), word("cli_options")
        self.add_argument("-h", "--help", action="help", help=word("cli_help"))

    def error(self, message: str) -> NoReturn:
        for english in (
            "the following arguments are required",
            "unrecognized arguments",
            "expected at least one argument",
        ):
            message = message.replace(english, word(f"call_{english.split()[-1]}"))
        message = message.replace("invalid choice", word("call_choice")).replace("choose from", word("call_from"))
        print(f"{word('wrong_call')} {message}\n{self.format_usage()}", file=sys.stderr)
        raise SystemExit(WRONG_CALL)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line, in the current language."""
    top = _Parser(prog="python -m reintegra", description=word("cli_about"), epilog=word("cli_examples"))
    top.add_argument("--lang", choices=LANGUAGES, default="id", help=word("cli_lang"))
    commands = top.add_subparsers(dest="command", required=True, metavar=" | ".join(COMMANDS))
    for name in COMMANDS:
        said = word(f"cli_{name}")
        made = commands.add_parser(name, help=said, description=said, epilog=_examples(name))
        made.add_argument("--lang", choices=LANGUAGES, default=argparse.SUPPRESS, help=word("cli_lang"))
        if name in READING:
            _reading(made, twice=name == "double", of_records=name in ("check", "report"))
        if name == "form":
            made.add_argument("instrument", metavar=word("cli_as_instrument"), help=word("cli_form_of"))
        if name in (*READING, "form", "template"):
            made.add_argument(
                "--out", type=_folder, default="data/hasil", metavar=word("cli_as_folder"), help=word("cli_out")
            )
        if name == "export":
            made.add_argument("--to", nargs="+", choices=FORMATS, default=["xlsx"], help=word("cli_to"))
        if name == "double":
            made.add_argument("--typist", metavar=word("cli_as_column"), help=word("cli_typist"))
            made.add_argument("--settled", metavar=word("cli_as_file"), help=word("cli_settled"))
        if name in ("report", "score"):
            made.add_argument("--variant", metavar=word("cli_as_variant"), help=word("cli_variant"))
            made.add_argument("--changed", metavar=word("cli_as_reason"), help=word("cli_changed"))
        if name == "report":
            made.add_argument("--by", metavar=word("cli_as_column"), help=word("cli_by"))
            made.add_argument("--wave", metavar=word("cli_as_wave"), help=word("cli_wave"))
            made.add_argument("--kind", choices=KINDS, metavar="|".join(KINDS), help=word("cli_kind"))
            made.add_argument("--program", metavar=word("cli_as_programme"), help=word("cli_programme"))
            made.add_argument("--contact", default="", metavar=word("cli_as_contact"), help=word("cli_contact"))
            made.add_argument("--period", metavar=word("cli_as_quarter"), help=word("cli_period"))
            made.add_argument("--chosen-by-score", action="store_true", help=word("cli_chosen"))
    return top


def _examples(name: str) -> str:
    """Return the examples of one command, below their heading."""
    heading, *lines = word("cli_examples").splitlines()
    return "\n".join([heading, *(line for line in lines if line.split()[3] == name)])


def _reading(made: argparse.ArgumentParser, *, twice: bool, of_records: bool) -> None:
    """Add what says how a file is to be read."""
    made.add_argument(
        "file", metavar=word("cli_as_file"), help=word("cli_file_or_records" if of_records else "cli_file")
    )
    if twice:
        made.add_argument("second", metavar=word("cli_as_second"), help=word("cli_second"))
    made.add_argument(
        "--instrument", required=not of_records, metavar=word("cli_as_instrument"), help=word("cli_instrument")
    )
    if of_records and not made.prog.endswith(" report"):
        made.add_argument("--records", action="store_true", help=word("cli_records"))
    made.add_argument("--sheet", metavar=word("cli_as_sheet"), help=word("cli_sheet"))
    made.add_argument("--key", nargs="+", metavar=word("cli_as_column"), help=word("cli_key"))
    pairs: dict[str, Any] = {"nargs": "+", "type": _column}
    made.add_argument("--columns", **pairs, metavar=word("cli_as_heading_item"), help=word("cli_columns"))
    made.add_argument("--layout", choices=LAYOUTS, help=word("cli_layout"))
    made.add_argument("--item", metavar=word("cli_as_column"), help=word("cli_item"))
    made.add_argument("--answer", metavar=word("cli_as_column"), help=word("cli_answer"))
    made.add_argument("--waves", **pairs, metavar=word("cli_as_wave_pattern"), help=word("cli_waves"))
    made.add_argument("--merge-columns", action="store_true", help=word("cli_merge"))
    made.add_argument("--use", choices=USES, help=word("cli_use"))
    made.add_argument("--missing", nargs="+", default=(), metavar=word("cli_as_value"), help=word("cli_missing"))
    made.add_argument("--values", nargs="+", metavar=word("cli_as_cell_code"), type=_pair, help=word("cli_values"))
    made.add_argument("--duplicates", choices=("first", "last"), help=word("cli_duplicates"))


def _folder(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError(word("cli_no_folder"))
    return text


def _pair(text: str) -> tuple[str, int]:
    cell, _, code = text.rpartition("=")
    if not cell:
        raise argparse.ArgumentTypeError(word("cli_pair"))
    try:
        return cell, int(code)
    except ValueError:
        raise argparse.ArgumentTypeError(word("cli_pair")) from None


def _column(text: str) -> tuple[str, str]:
    heading, _, item = text.rpartition("=")
    if not heading:
        raise argparse.ArgumentTypeError(word("cli_pair"))
    return heading, item


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv : list of str, optional
        The arguments; without it those of the program.

    Returns
    -------
    int
        0 fine; 1 faults in the data or in a definition; 2 a wrong call, or a folder that cannot be written to.

    Raises
    ------
    SystemExit
        2, where the call itself is wrong.

    Source
    ------
    docs/decisions/0005-exit-codes.md
    """
    given = list(sys.argv[1:] if argv is None else argv)
    set_language(_language_of(given))
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    said = parser().parse_args(given)
    try:
        return int(globals()[f"_{said.command}"](said))
    except OutputError as error:
        return _stop(error, WRONG_CALL)
    except FaultsError as error:
        codes = {problem.code for problem in error.problems}
        return _stop(error, WRONG_CALL if codes <= CALLER | CALLER_SAID else FAULTS)
    except DataError as error:
        return _stop(error, WRONG_CALL)
    except ReintegraError as error:
        return _stop(error, FAULTS)


def _language_of(given: Sequence[str]) -> str:
    """Find --lang before anything is parsed, so that even a wrong call is answered in it."""
    for place, text in enumerate(given):
        value = text.removeprefix("--lang=") if text.startswith("--lang=") else None
        if text == "--lang" and place + 1 < len(given):
            value = given[place + 1]
        if value in LANGUAGES:
            return value
    return "id"


def _stop(error: ReintegraError, status: int) -> int:
    print(error, file=sys.stderr)
    named = [name for name in vars(Options()) if re.search(rf"\b{name}=", str(error))]
    if named and isinstance(error, IntakeError):
        print(word("cli_hint", options="; ".join(word(f"cli_hint_{name}") for name in named)), file=sys.stderr)
    return status


def _progress(done: int, expected: int | None) -> None:
    """Show how far a long file is, on a terminal only."""
    if (expected is None or expected > LONG) and sys.stderr.isatty():
        total = f" / {expected:,}" if expected else ""
        end = "\n" if expected and done >= expected else ""
        print(f"\r{word('cli_progress')} {done:,}{total}", end=end, file=sys.stderr, flush=True)


def _answers(said: argparse.Namespace, file: str | None = None) -> tuple[Instrument, Responses]:
    instrument = load_instrument(said.instrument)
    values = dict(said.values) if said.values else None
    columns = dict(said.columns) if said.columns else None
    waves = dict(said.waves) if said.waves else None
    shape = (said.merge_columns, waves, said.layout, said.item, said.answer, said.use)
    options = Options(said.sheet, said.key, columns, values, tuple(said.missing), said.duplicates, *shape)
    return instrument, read(said.file if file is None else file, instrument, options, _progress)


def _report(said: argparse.Namespace) -> int:
    os.environ.setdefault("MPLBACKEND", "Agg")
    from .measure import score
    from .present import report

    if said.kind is not None:
        return _report_of_records(said)
    if said.instrument is None:
        parser().error(word("call_instrument"))
    if said.program or said.contact or said.period or said.chosen_by_score:
        parser().error(word("call_kind", options="--program, --contact, --period, --chosen-by-score"))
    output_folder(said.out)
    scores = score(_answers(said)[1], variant=said.variant)
    print(report(scores, said.out, by=said.by, wave=said.wave, changed=said.changed, progress=_progress))
    if flagged := scores.flags.index.nunique():
        print(word("cli_flags", people=flagged))
    return FINE


def _report_of_records(said: argparse.Namespace) -> int:
    from .present import programme_report

    given = {"programme": said.program, "contact": said.contact, "period": said.period}
    output_folder(said.out)
    records = read_records(said.file)
    print(programme_report(records, said.kind, said.out, chosen_by_score=said.chosen_by_score, **given))
    return FINE


def _score(said: argparse.Namespace) -> int:
    from .core.language import language
    from .measure import score
    from .present.problems import write_csv
    from .present.trace import remember
    from .present.workbook import write_workbook

    folder = output_folder(said.out, "skor.csv", "skor.xlsx", "asal.json")
    scores = score(_answers(said)[1], variant=said.variant)
    remember(folder, scores, said.changed)
    table = scores.in_words(language()).reset_index()
    csv = write_whole(folder / "skor.csv", lambda path: write_csv(path, table))
    book = write_whole(folder / "skor.xlsx", lambda path: write_workbook(path, scores))
    if status := status_line(scores.instrument):
        print(status)
    people = scores.people.index.get_level_values(0).nunique()
    print(
        word("cli_scored", forms=len(scores), people=people, csv=csv, book=book)
        + renamed([(csv, "skor.csv"), (book, "skor.xlsx")])
    )
    return FINE


def _check(said: argparse.Namespace) -> int:
    from .present import coloured_copy, problems_table, write_problems

    output_folder(said.out)
    error: IntakeError | None = None
    notices: tuple[Any, ...] = ()
    of_records = said.records or said.instrument is None
    try:
        notices = (read_records(said.file) if of_records else _answers(said)[1]).notices
    except IntakeError as found:
        if {problem.code for problem in found.problems} <= CALLER | CALLER_SAID:
            raise
        error = found
    csv, book = write_problems(said.out, problems_table(error, notices))
    if error is not None:
        print(error, file=sys.stderr) if of_records else _stop(error, FAULTS)
    for notice in notices:
        print(f"· {notice}")
    faults = len(error.problems) if error is not None else 0
    said_too = renamed([(csv, "masalah.csv"), (book, "masalah.xlsx")])
    print(word("cli_checked", faults=faults, notices=len(notices), csv=csv, book=book) + said_too)
    if error is not None and not Path(said.file).is_dir():
        instrument = None if of_records else load_instrument(said.instrument)
        print(coloured_copy(said.file, error.problems, said.out, instrument=instrument, use=said.use))
    print(word("cli_mend" if error is not None else "cli_ready_records" if of_records else "cli_ready"))
    return FAULTS if error is not None else FINE


def _export(said: argparse.Namespace) -> int:
    from .measure import score

    folder = output_folder(said.out)
    _write_exports(score(_answers(said)[1]), folder / Path(said.file).stem, said.to)
    return FINE


def _write_exports(what: Any, path: Path, formats: Sequence[str]) -> None:
    from .present import export

    for kind in dict.fromkeys(formats):
        name, style = (
            (f"{path.name}_excel.csv", "excel-id") if kind == "csv-excel" else (f"{path.name}.{kind}", "plain")
        )
        print(export(what, path.with_name(name), style=style))


def _double(said: argparse.Namespace) -> int:
    """Compare two typings; or, once their differences are settled, write the settled answers."""
    from .intake import compare_entries
    from .present import read_settled, settle_sheet

    folder = output_folder(said.out)
    first, second = (_answers(said, file)[1] for file in (said.file, said.second))
    entries = compare_entries(first, second, typist=said.typist)
    if said.settled:
        _write_exports(read_settled(said.settled, first, second), folder / "jawaban", ["xlsx"])
        return FINE
    print(entries)
    if entries.table.empty:
        return FINE
    print(word("cli_settle", path=settle_sheet(entries, folder)))
    return FAULTS


def _form(said: argparse.Namespace) -> int:
    if said.instrument in CONSULTATION:
        return _consultation_form(said)
    from .present import write_forms

    print(write_forms(load_instrument(said.instrument), said.out))
    return FINE


def _template(said: argparse.Namespace) -> int:
    from .present import records_template

    path = records_template(output_folder(said.out) / word("template_file"))
    print(word("cli_template_written", path=path, name=path.name))
    return FINE


def _consultation_form(said: argparse.Namespace) -> int:
    """Write the form of the talks before release, which is no questionnaire."""
    from .consult import consultation_xlsform
    from .present import consultation_paper

    folder = output_folder(said.out)
    phone = consultation_xlsform(folder / f"{CONSULTATION[0]}.xlsx")
    paper = consultation_paper(folder / f"{CONSULTATION[0]}_kertas.html")
    print(word("consultation_form_written", phone=phone, paper=paper))
    return FINE


def _instruments(said: argparse.Namespace) -> int:
    table = instruments()
    for row in table.itertuples():
        status = word(f"status_word_{row.status}")
        print(f"{row.name:<14}{row.items:>4}  {status:<12} {row.title}")
    print(f"\n{word('cli_instruments_said')}")
    return FINE


def _lab(said: argparse.Namespace) -> int:
    """Open JupyterLab on the first notebook."""
    import subprocess

    start = Path(__file__).parent.parent / "start.py"
    if not start.exists():
        print(word("cli_no_lab"), file=sys.stderr)
        return WRONG_CALL
    return subprocess.call([sys.executable, str(start), "lab", "--lang", said.lang])


if __name__ == "__main__":
    raise SystemExit(main())
