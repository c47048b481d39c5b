"""The instruments that come with the package, and how one is found by name or by file."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import pandas as pd

from ..core.errors import InstrumentError, Problem
from ..core.language import in_language, word
from .definition import Instrument
from .reading import read_definition
from .schema import did_you_mean
from .xlsform_reading import from_xlsform


def _library() -> dict[str, Traversable]:
    files = resources.files(__package__).joinpath("library").iterdir()
    return {file.name.removesuffix(".toml"): file for file in sorted(files, key=lambda file: file.name)}


@cache
def _shipped(name: str) -> Instrument:
    return read_definition(_library()[name].read_text("utf-8"), f"{name}.toml")


def _family(name: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the shipped instruments that share a bare name, as (name, how to recognise it)."""
    tables = ((other, tomllib.loads(file.read_text("utf-8"))) for other, file in _library().items())
    return [(other, table["recognise"]) for other, table in tables if table.get("family") == name]


def instruments() -> pd.DataFrame:
    """List the instruments that come with the package.

    Returns
    -------
    DataFrame (instruments x 5)
        name, title (in the current language), items (how many), status, licence.

    Raises
    ------
    InstrumentError
        A shipped definition is broken.

    Source
    ------
    reintegra/instruments/library; each file cites its own.
    """
    rows = []
    for name in _library():
        found = _shipped(name)
        title = in_language(found.title)
        rows.append((found.name, title, len(found.items), found.status, found.licence))
    return pd.DataFrame(rows, columns=["name", "title", "items", "status", "licence"])


def load_instrument(name: str | Path | Instrument) -> Instrument:
    """Load an instrument by its name, or from a definition of your own.

    Parameters
    ----------
    name : str, Path or Instrument
        The name of a shipped instrument ("siap_36"), or the path to a .toml file or to an XLSForm workbook (.xlsx). An
        Instrument is returned as it is.

    Returns
    -------
    Instrument
        ``.items`` and ``.scores`` in their published order.

    Raises
    ------
    InstrumentError
        No instrument of that name (with the nearest names), a bare name that several forms share (with how to tell
        them apart), or a broken definition (every fault, each with its line or cell).

    Source
    ------
    The format: docs/instruments.md.
    """
    if isinstance(name, Instrument):
        return name
    path = Path(name)
    if path.suffix.casefold() == ".xlsx":
        return from_xlsform(path)
    if path.suffix == ".toml" or len(path.parts) > 1:
        try:
            return read_definition(path.read_text("utf-8-sig"), path.name)
        except (OSError, ValueError) as error:
            code = "definition-not-text" if isinstance(error, UnicodeDecodeError) else "no-such-definition"
            raise InstrumentError([Problem(code, path.name)]) from None
    name = str(name)
    if name in _library():
        return _shipped(name)
    if family := _family(name):
        forms = {"forms": lambda: "; ".join(f"«{other}» = {in_language(label)}" for other, label in family)}
        raise InstrumentError([Problem("several-forms", value=name, params=forms)])
    near = did_you_mean(name, _library())
    raise InstrumentError([Problem("unknown-instrument", value=name, params={"near": near})])


def status_line(instrument: Instrument) -> str:
    """Return the line that goes with every score of an instrument that is not validated.

    Parameters
    ----------
    instrument : Instrument
        The instrument.

    Returns
    -------
    str
        The instrument's own line or that of its status, in the current language; empty for a validated one.

    Raises
    ------
    Nothing.

    Source
    ------
    AERA, APA & NCME (2014), Standards for Educational and Psychological Testing, standard 1.4: whoever uses a score in
    a way that has not been validated has to answer for it; so the reader is told.
    """
    if instrument.validated:
        return ""
    if instrument.status_line:
        return in_language(instrument.status_line)
    return word(f"status_{instrument.status}", title=in_language(instrument.title))
