"""The small panel of the first notebook: a file, an instrument, a language, a button."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from ..core.errors import FaultsError, IntakeError, ReintegraError
from ..core.files import safe_name
from ..core.language import speaking, word
from ..instruments import instruments
from ..intake import read_responses
from ..measure import score
from .problems import problems_table
from .repair import coloured_copy
from .report import report

TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".ods", ".sav", ".json", ".zip", ".parquet")


@dataclass(frozen=True)
class Outcome:
    """What the button gave: whether it went well, the html to show, and the code that does the same."""

    fine: bool
    html: str
    code: str


def files_in(*folders: str | Path) -> list[Path]:
    """Return the tables in the first of the folders that has any; lock files of Excel left out.

    Parameters
    ----------
    folders : str or Path
        Looked through in this order.

    Returns
    -------
    list of Path
        What may be a survey export, by name.

    Raises
    ------
    Nothing: a folder that is missing counts as empty.

    Source
    ------
    None; a list of files.
    """
    for folder in map(Path, folders):
        found = [p for p in sorted(folder.glob("*")) if p.suffix.lower() in TABLES]
        if found := [p for p in found if not p.name.startswith("~$")]:
            return found
    return []


def code_for(path: str | Path, instrument: str, out: str | Path, lang: str) -> str:
    """Return the three lines that make the same report.

    Parameters
    ----------
    path, out : str or Path
        The file, and the folder for the results.
    instrument : str
        Its name, or the path of a definition.
    lang : "id" or "en"
        The language of the report.

    Returns
    -------
    str
        Python code.

    Raises
    ------
    Nothing.

    Source
    ------
    None.
    """
    return (
        "import reintegra as rg\n"
        f'scores = rg.score(rg.read_responses("{Path(path).as_posix()}", "{instrument}"))\n'
        f'rg.report(scores, "{Path(out).as_posix()}", lang="{lang}")'
    )


def run(path: str | Path, instrument: str, out: str | Path, lang: str = "id") -> Outcome:
    """Read, score and report one file, or say everything that is wrong with it.

    Parameters
    ----------
    path, instrument, out, lang
        As for `code_for`.

    Returns
    -------
    Outcome
        Links to what was written, or the list of faults.

    Raises
    ------
    Nothing: every fault is part of the outcome.

    Source
    ------
    None.
    """
    code = code_for(path, instrument, out, lang)
    with speaking(lang):
        try:
            made = report(score(read_responses(path, instrument)), out)
        except FaultsError as error:
            table = problems_table(error)[["row", "column", "cell", "value", "text", "remedy"]]
            headed = table.rename(columns={name: word(f"column_{name}") for name in table.columns})
            head = f"<p><b>{escape(word('panel_faults', n=len(error.problems)))}</b></p>"
            copy = _copy(path, error, out) if isinstance(error, IntakeError) else ""
            return Outcome(False, head + copy + headed.to_html(index=False, border=0), code)
        except ReintegraError as error:
            return Outcome(False, f"<p>{escape(str(error))}</p>", code)
        return Outcome(True, f"<p><b>{escape(word('panel_done'))}</b></p>{made._repr_html_()}", code)


def _copy(path: str | Path, error: IntakeError, out: str | Path) -> str:
    """Write the copy to mend, and say where it is."""
    try:
        made = coloured_copy(path, error.problems, out)
    except ReintegraError as refused:
        return f"<p>{escape(str(refused))}</p>"
    if made.path is None:
        return f"<p>{escape(str(made))}</p>"
    link = f'<a href="{escape(made.path.as_posix())}" target="_blank">{escape(made.path.name)}</a>'
    return f"<p>{escape(word('panel_copy'))} {link}</p>"


def panel(inbox: str = "../data/masuk", examples: str = "../data/demo", results: str = "../data/hasil") -> Any:
    """Return the panel: choose a file and an instrument, press the button, read the list of faults or the links.

    Parameters
    ----------
    inbox, examples, results : str
        Folders as seen from the notebook. Examples are offered while the inbox is empty.

    Returns
    -------
    ipywidgets.Widget
        To stand at the end of a cell.

    Raises
    ------
    ImportError
        ipywidgets is not installed (the ``lab`` extra).

    Source
    ------
    None.
    """
    import ipywidgets as widgets

    files = files_in(inbox, examples)
    table = instruments()
    names = [(f"{row.title} [{row.name}]", row.name) for row in table.itertuples()]
    wide = {"style": {"description_width": "9rem"}, "layout": widgets.Layout(width="44rem")}
    file = widgets.Dropdown(options=[(p.name, p) for p in files], description=word("panel_file"), **wide)
    instrument = widgets.Dropdown(options=names, value="siap_36", description=word("panel_instrument"), **wide)
    lang = widgets.ToggleButtons(options=[("Indonesia", "id"), ("English", "en")], description=word("panel_language"))
    lang.style.description_width = "9rem"
    button = widgets.Button(description=word("panel_button"), button_style="primary")
    shown = widgets.HTML()

    def press(_: Any) -> None:
        if file.value is None:
            shown.value = f"<p>{escape(word('panel_no_file', folder=inbox))}</p>"
            return
        shown.value = f"<p>{escape(word('panel_working'))}</p>"
        outcome = run(file.value, instrument.value, Path(results) / safe_name(file.value.stem), lang.value)
        code = f"<p>{escape(word('panel_same'))}</p><pre>{escape(outcome.code)}</pre>"
        shown.value = outcome.html + code

    button.on_click(press)
    return widgets.VBox([file, instrument, lang, button, shown])
