"""REFI-QDA projects (.qdpx), written: a document for every answer, a user for every coder.

docs/decisions/0021-exchange.md
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement

import pandas as pd

from ...core.coded import present
from ...core.errors import DataError, shown
from ..codebook import Codebook
from ..coding import Codings
from ..masking import Masked, reviewed_table
from .archive import MOST_MEMBERS, write_archive, write_xml
from .codebooks import PROJECT, codes_element, guid_of, its_guid, plain, sets_elements
from .marks import checked_answers, marks_of

KEPT = ("person", "wave", "section", "site", "programme", "facilitator", "officer_present")
SELECTIONS = ("answer", "coder", "code", "start", "end")

_Spans = dict[tuple[str, str, str], list[tuple[int, int]]]


def write_qdpx(
    masked: Masked,
    codings: Codings | pd.DataFrame,
    codebook: Codebook,
    path: str | Path,
    *,
    answers: Iterable[str] | None = None,
    selections: pd.DataFrame | None = None,
) -> Path:
    """Write masked and reviewed answers and their codings as a REFI-QDA project.

    Parameters
    ----------
    masked : Masked
        The texts, from `mask`, with the columns answer, person, wave, section and text. Only person, wave, section,
        site, programme, facilitator and officer_present go with them.
    codings : Codings or DataFrame
        Answer, person, wave, section, coder, code, value: every code of a section, for each coder who read the answer.
        An empty table makes a project to be coded.
    codebook : Codebook
        As `write_qdc` writes it. A coder who read an answer to which nothing applies gives it the code "none".
    path : str or Path
        Ends in .qdpx. The same content gives the same bytes.
    answers : list of str, optional
        Which answers; all without it.
    selections : DataFrame, optional
        As `read_qdpx` returns them: which parts of a text a coder marked. Without it a code stands on the whole text.

    Returns
    -------
    Path
        Of the file that was written.

    Raises
    ------
    DisclosureError
        An answer that nobody has reviewed.
    DataError
        Codings that do not fit the answers or the codebook; names of answers that cannot be names of files; more
        answers than an archive may hold; characters that XML does not allow; places outside a text.
    OutputError
        The place cannot be written to.

    Source
    ------
    REFI-QDA standard, QDA-XML 1.0, Project.xsd (www.qdasoftware.org).
    """
    table = checked_answers(reviewed_table(masked, answers))
    if len(table) >= MOST_MEMBERS:
        raise DataError("exchange-too-many", n=len(table), most=MOST_MEMBERS - 1)
    its = codings.table if isinstance(codings, Codings) else codings
    marks = marks_of(its if answers is None else its[its["answer"].isin(table["answer"])], table, codebook)
    spans = _spans(selections, table)
    coders = sorted({coder for _, coder in marks})
    by_answer: dict[str, list[str]] = {}
    for answer, coder in sorted(marks):
        by_answer.setdefault(answer, []).append(coder)
    guids = {row["code"]: its_guid(row) for row in codebook.table.to_dict("records")}

    root = Element("Project", {"xmlns": PROJECT, "name": "reintegra", "origin": "reintegra"})
    if coders:
        users = SubElement(root, "Users")
        for coder in coders:
            SubElement(users, "User", {"guid": guid_of("coder", coder), "name": plain(coder)})
    SubElement(root, "CodeBook").append(codes_element(codebook))
    kinds = {name: _kind(table[name]) for name in KEPT if name in table}
    variables = SubElement(root, "Variables")
    for name, kind in kinds.items():
        SubElement(variables, "Variable", {"guid": guid_of("variable", name), "name": name, "typeOfVariable": kind})
    files: dict[str, bytes] = {}
    sources = Element("Sources")
    for row in table.to_dict("records"):
        answer, text = row["answer"], row["text"]
        name = f"{guid_of('text', answer)}.txt"
        files[f"sources/{name}"] = encoded(text)
        source = SubElement(sources, "TextSource", {"guid": guid_of("answer", answer), "name": answer})
        source.set("plainTextPath", f"internal://{name}")
        for coder in by_answer.get(answer, ()):
            _mark(source, answer, coder, marks[answer, coder], guids, spans, len(text))
        for one, kind in kinds.items():
            _value(source, one, kind, row[one])
    if len(sources):
        root.append(sources)
    if sets := sets_elements(codebook, "targetGUID"):
        SubElement(root, "Sets").extend(sets)
    return write_archive(Path(path), {"project.qde": write_xml(root), **files})


def _mark(
    source: Element, answer: str, coder: str, codes: list[str], guids: dict[str, str], spans: _Spans, letters: int
) -> None:
    """Write what a coder put on an answer: a selection for each place, a coding for each code there."""
    places: dict[tuple[int, int], list[str]] = {}
    for code in codes:
        for place in spans.get((answer, coder, code), [(0, letters)]):
            places.setdefault(place, []).append(code)
    user = guid_of("coder", coder)
    for (start, end), its in sorted(places.items()):
        key = f"{answer}:{coder}:{start}:{end}"
        selection = SubElement(source, "PlainTextSelection", {"guid": guid_of("selection", key)})
        selection.attrib |= {"startPosition": str(start), "endPosition": str(end), "creatingUser": user}
        for code in its:
            coding = SubElement(selection, "Coding", {"guid": guid_of("coding", f"{key}:{code}"), "creatingUser": user})
            SubElement(coding, "CodeRef", {"targetGUID": guids.get(code) or guid_of("code", code)})


def _spans(selections: pd.DataFrame | None, table: pd.DataFrame) -> _Spans:
    """Return the places of each answer, coder and code, or refuse places outside the text."""
    found: _Spans = {}
    if selections is None:
        return found
    present(selections, SELECTIONS)
    letters = dict(zip(table["answer"], table["text"].str.len(), strict=True))
    for answer, coder, code, start, end in selections[list(SELECTIONS)].itertuples(index=False):
        if answer in letters:
            if not 0 <= start <= end <= letters[answer]:
                raise DataError("exchange-place", answer=shown(answer), start=start, end=end, letters=letters[answer])
            found.setdefault((answer, str(coder), code), []).append((int(start), int(end)))
    return found


def encoded(text: str) -> bytes:
    """Return a text as it goes into the archive, without a byte order mark unless it begins with one itself."""
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError:
        raise DataError("exchange-characters", text=shown(text.encode("utf-8", "replace").decode())) from None
    return codecs.BOM_UTF8 + data if text.startswith("\ufeff") else data


def _kind(column: pd.Series) -> str:
    """Return what the standard calls the type of a column."""
    if pd.api.types.is_bool_dtype(column.dtype):
        return "Boolean"
    if pd.api.types.is_integer_dtype(column.dtype):
        return "Integer"
    return "Float" if pd.api.types.is_float_dtype(column.dtype) else "Text"


def _value(source: Element, name: str, kind: str, value: Any) -> None:
    if pd.isna(value) or (kind == "Float" and abs(value) == float("inf")):
        return
    written = {
        "Boolean": lambda: str(bool(value)).lower(),
        "Integer": lambda: str(int(value)),
        "Float": lambda: format(Decimal(repr(float(value))), "f"),
        "Text": lambda: plain(str(value)),
    }[kind]()
    one = SubElement(source, "VariableValue")
    SubElement(one, "VariableRef", {"targetGUID": guid_of("variable", name)})
    SubElement(one, f"{kind}Value").text = written
