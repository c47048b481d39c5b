"""REFI-QDA codebooks (.qdc): sections are headings, codes stand below them, topics are sets.

docs/decisions/0021-exchange.md
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote, unquote
from xml.etree.ElementTree import Element, SubElement

import pandas as pd

from ...core.errors import DataError, shown
from ...core.language import LANGUAGES, say, speaking
from ...core.text import fold, tidy
from ...intake.grids import Source
from ..codebook import NEEDED, NONE, OTHERS, SECTIONS, Codebook, codebook_of
from .archive import open_file, read_xml, write_bytes, write_xml
from .marks import Faults

CODEBOOK = "urn:QDA-XML:codebook:1.0"
PROJECT = "urn:QDA-XML:project:1.0"

_CODEBOOKS = "urn:QDA-XML:codebook:"  # ATLAS.ti 9 still says 0:4
_OURS = uuid.UUID("5b2a1c1e-6d0f-5a57-9c5e-7f6a52e1d0c4")  # the space of the names this project gives
_GUID = re.compile(r"\{?([0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12})\}?")
_NOT_A_WORD = re.compile(r"[^\w.\-]+")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PLACE = "place in codebook"  # a line of a description, where the codes do not stand section by section


@lru_cache(10_000)
def guid_of(kind: str, key: str) -> str:
    """Return the name by which other programs know a thing: the same for the same key."""
    return str(uuid.uuid5(_OURS, f"{kind}:{key}")).upper()


def plain(text: str) -> str:
    """Return a text that XML can hold, or refuse it."""
    if _NOT_XML.search(text):
        raise DataError("exchange-characters", text=shown(_NOT_XML.sub("�", text)))
    return text


def section_named(name: str) -> str | None:
    """Return the section of that name: its word, or what it is called in either language."""
    for section in SECTIONS:
        names = {section}
        for lang in LANGUAGES:
            with speaking(lang):
                names.add(fold(say("coding", f"section_{section}")))
        if fold(name) in names:
            return section
    return None


@dataclass
class CodeTree:
    """The codes of a file: rows for a codebook, and the name of each element by its guid; None for a heading."""

    rows: list[dict[str, str]] = field(default_factory=list)
    names: dict[str, str | None] = field(default_factory=dict)


def write_qdc(codebook: Codebook, path: str | Path) -> Path:
    """Write a codebook as a REFI-QDA codebook, which QualCoder, NVivo, MAXQDA and ATLAS.ti read.

    Parameters
    ----------
    codebook : Codebook
        Its sections become headings, its topics sets, and "none" (read, and nothing applies) a code of its own. A
        column ``guid``, as `read_qdc` keeps it, is used.
    path : str or Path
        Ends in .qdc. The same codebook gives the same bytes.

    Returns
    -------
    Path
        Of the file that was written.

    Raises
    ------
    DataError
        A text has a character that XML does not allow.
    OutputError
        The place cannot be written to.

    Source
    ------
    REFI-QDA standard, QDA-XML 1.0, Codebook.xsd (www.qdasoftware.org).
    """
    root = Element("CodeBook", {"xmlns": CODEBOOK, "origin": "reintegra"})
    root.append(codes_element(codebook))
    if sets := sets_elements(codebook, "guid"):
        SubElement(root, "Sets").extend(sets)
    return write_bytes(Path(path), write_xml(root))


def read_qdc(path: str | Path) -> Codebook:
    """Read a REFI-QDA codebook.

    Parameters
    ----------
    path : str or Path
        A .qdc file. Its top level holds the five sections (hope, worry, strategy, plan, challenge, or what they are
        called in Indonesian or English); every code below one is a code of that section. A code's topic is what its
        description says, or else its set, the heading above it, or the section.

    Returns
    -------
    Codebook
        With a column ``guid`` where another program gave its codes their names.

    Raises
    ------
    IntakeError
        The file is no such codebook, too large or too deep, or defines XML of its own; a code stands below no section
        or has no guid of its own; the codes do not make a codebook (`load_codebook`).

    Source
    ------
    REFI-QDA standard, QDA-XML 1.0, Codebook.xsd (www.qdasoftware.org).
    """
    source = open_file(path)
    root = read_xml(source, source.data)
    space = root.tag.partition("}")[0].removeprefix("{")
    if not space.startswith(_CODEBOOKS) or root.tag != f"{{{space}}}CodeBook":
        raise source.refuse("exchange-not-refi", kind=".qdc")
    faults = Faults(source.name)
    tree = code_tree(root, root.find(f"{{{space}}}Sets"), faults)
    faults.stop()
    return made(source, tree)


def made(source: Source, tree: CodeTree) -> Codebook:
    """Return the codebook of a file's codes."""
    placed = [int(place) if (place := row.pop(_PLACE, "")).isdecimal() else 0 for row in tree.rows]
    tree.rows = [tree.rows[nth] for nth in sorted(range(len(placed)), key=placed.__getitem__)]
    extra = dict.fromkeys(name for row in tree.rows for name in row if name not in (*NEEDED, *OTHERS, "guid"))
    own = [row["code"] for row in tree.rows if row.get("guid")]
    columns = [*NEEDED, *OTHERS, *extra, *(["guid"] if own else [])]
    index = [row["code"] for row in tree.rows]
    rows = [[row.get(name, "") for name in columns] for row in tree.rows]
    return codebook_of(pd.DataFrame(rows, columns=columns, index=index, dtype=object), file=source.name)


def codes_element(codebook: Codebook) -> Element:
    """Return the codes below their sections, and the code for "nothing applies"."""
    top = Element("Codes")
    rows = {row["code"]: row for row in rows_of(codebook)}
    for section in dict.fromkeys(codebook.section_of.values()):
        heading = {"guid": guid_of("section", section), "name": section, "isCodable": "false"}
        inside = SubElement(top, "Code", heading)
        for code in codebook.of_section(section):
            one = SubElement(inside, "Code", {"guid": its_guid(rows[code]), "name": code, "isCodable": "true"})
            SubElement(one, "Description").text = description_of(rows[code])
    none = SubElement(top, "Code", {"guid": guid_of("code", NONE), "name": NONE, "isCodable": "true"})
    SubElement(none, "Description").text = none_means()
    return top


def none_means() -> str:
    """Return what the code for "nothing applies" means, in both languages: the same text whoever writes it."""
    said = []
    for lang in LANGUAGES:
        with speaking(lang):
            said.append(say("coding", "none_means"))
    return "\n".join(said)


def rows_of(codebook: Codebook) -> list[dict[str, str]]:
    """Return the rows of a codebook; where they do not stand section by section, each says its place."""
    rows: list[dict[str, str]] = codebook.table.to_dict("records")
    sections = dict.fromkeys(codebook.section_of.values())
    together = [code for section in sections for code in codebook.of_section(section)]
    if together == list(codebook.codes):
        return rows
    return [row | {_PLACE: str(place)} for place, row in enumerate(rows, 1)]


def its_guid(row: dict[str, str]) -> str:
    """Return the guid of a row of a codebook: the one that it came with, or ours."""
    return row.get("guid") or guid_of("code", row["code"])


def sets_elements(codebook: Codebook, name: str) -> list[Element]:
    """Return the topics as sets of codes; ``name`` is what the standard calls the reference there."""
    rows = codebook.table.to_dict("records")
    found = []
    for topic in dict.fromkeys(row["topic"] for row in rows):
        one = Element("Set", {"guid": guid_of("topic", topic), "name": plain(topic)})
        for row in rows:
            if row["topic"] == topic:
                SubElement(one, "MemberCode", {name: its_guid(row)})
        found.append(one)
    return found


def description_of(row: dict[str, str]) -> str:
    """Return everything about a code but its name and section, a line a column."""
    lines = [
        f"{quote(str(name), safe=' _-')}: {value}".rstrip()
        for name, value in row.items()
        if name not in ("code", "section", "guid") and (value or name not in OTHERS)
    ]
    return plain("\n".join(lines))


def described(text: str) -> dict[str, str]:
    """Return the columns that a description holds; a text of another program is the definition."""
    lines = [line.strip() for line in text.splitlines()]
    if not any(line.partition(":")[0] in NEEDED[2:] for line in lines):
        return {f"definition_{lang}": tidy(text) for lang in LANGUAGES} if text.strip() else {}
    found: dict[str, str] = {}
    last = None
    for line in lines:
        name, colon, value = line.partition(":")
        if colon and (not value or value.startswith(" ")):
            last = unquote(name)
            found[last] = value.strip()
        elif last:
            found[last] = f"{found[last]} {line}".strip()
    return found


def code_tree(book: Element, sets: Element | None, faults: Faults) -> CodeTree:
    """Return the codes of a CodeBook element; what is at fault with them is noted."""
    space = book.tag.partition("}")[0] + "}"
    tree = CodeTree()
    topics = {
        known: one.get("name", "")
        for one in (sets if sets is not None else ())
        for member in one.iter(f"{space}MemberCode")
        if (known := guid(member.get("guid") or member.get("targetGUID")))
    }
    for top in book.iterfind(f"{space}Codes/{space}Code"):
        name = top.get("name", "")
        known = _known(top, tree, faults)
        section = next((one for one in SECTIONS if known == guid_of("section", one)), None) or section_named(name)
        if known == guid_of("code", NONE) or fold(name) == NONE:
            tree.names[known] = NONE
        elif section is None:
            faults.add("exchange-no-section", name)
        else:
            tree.names[known] = None
            for below in top.iterfind(f"{space}Code"):
                _below(below, section, section, topics, tree, faults)
    return tree


def _below(one: Element, section: str, group: str, topics: dict[str, str], tree: CodeTree, faults: Faults) -> None:
    """Note a code below a section, and what is below it."""
    space = one.tag.partition("}")[0] + "}"
    name = one.get("name", "")
    known = _known(one, tree, faults)
    tree.names[known] = None
    if one.get("isCodable", "true") in ("true", "1"):
        row = row_of(name, section, one.findtext(f"{space}Description") or "", topics.get(known) or group)
        tree.names[known] = row["code"]
        tree.rows.append(row if known == guid_of("code", row["code"]) else row | {"guid": known})
    for below in one.iterfind(f"{space}Code"):
        _below(below, section, name, topics, tree, faults)


def _known(one: Element, tree: CodeTree, faults: Faults) -> str:
    known = guid(one.get("guid"))
    if known is None or known in tree.names:
        faults.add("exchange-guid", one.get("name", ""))
    return known or ""


def bare(name: str, codebook: Codebook) -> str:
    """Return the code that a name of another program means: without the section before it."""
    name = name.strip()
    above, dot, code = name.replace("::", ".").partition(".")
    if fold(name) == NONE:
        return NONE
    return code if dot and name not in codebook.section_of and section_named(above) else name


def guid(text: str | None) -> str | None:
    """Return a guid as all are written here, or None."""
    found = _GUID.fullmatch((text or "").strip().upper())
    return found[1] if found else None


def row_of(name: str, section: str, description: str, topic: str) -> dict[str, str]:
    """Return the row of a codebook for a code of another program."""
    about = described(description)
    labels = {f"label_{lang}": name for lang in LANGUAGES} | {f"definition_{lang}": name for lang in LANGUAGES}
    code = _NOT_A_WORD.sub("_", name.strip())
    filled = {key: value for key, value in about.items() if value or key not in labels}
    return {"topic": topic, **labels, **filled, "code": code, "section": section}
