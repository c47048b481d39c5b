"""The texts of consultations, one row a text: the unit that is masked, coded and quoted."""

from __future__ import annotations

import pandas as pd

from ..core.errors import DataError
from ..core.files import safe_name
from ..core.language import listed
from .form import SECTIONS

KEPT = ("site", "programme", "facilitator", "officer_present")


def answers(consultations: pd.DataFrame) -> pd.DataFrame:
    """Return the texts of consultations, one row a text.

    Parameters
    ----------
    consultations : DataFrame (talks x questions)
        From `read_consultations`: at least person, wave and one of hope, worry, strategy, plan, challenge.

    Returns
    -------
    DataFrame (texts x columns)
        answer (a unique id "person.wave.section" that is also a file name), person, wave, section, text, and where they
        are known site, programme, facilitator, officer_present. A question left blank has no row.

    Raises
    ------
    DataError
        A column is missing, a code or wave is blank, or a person has two talks in one wave.

    Source
    ------
    docs/decisions/0018-masked-is-not-anonymous.md: one text is one unit, wherever the texts travel.
    """
    absent = [name for name in ("person", "wave") if name not in consultations]
    sections = [name for name in SECTIONS if name in consultations]
    if absent or not sections:
        raise DataError("talk-columns", columns=listed(absent or SECTIONS))
    pairs = consultations[["person", "wave"]]
    blank = pairs.isna().any(axis=1) | pairs.astype(str).apply(lambda column: column.str.strip() == "").any(axis=1)
    if blank.any():
        raise DataError("talk-without-code", n=int(blank.sum()))
    twice = pairs.astype(str).duplicated()
    if twice.any():
        raise DataError("talk-twice-a-wave", people=int(pairs.loc[twice, "person"].nunique()))
    kept = [name for name in KEPT if name in consultations]
    heads = consultations[["person", "wave", *kept]].itertuples(index=False, name=None)
    told = consultations[sections].itertuples(index=False, name=None)
    rows = [
        (person, wave, section, text, *more)
        for (person, wave, *more), texts in zip(heads, told, strict=True)
        for section, text in zip(sections, texts, strict=True)
        if isinstance(text, str) and text.strip()
    ]
    table = pd.DataFrame(rows, columns=["person", "wave", "section", "text", *kept])
    table.insert(0, "answer", _ids(table))
    return table


def _ids(table: pd.DataFrame) -> list[str]:
    """Return an id for each text that no other has, whatever the case of its letters."""
    taken: set[str] = set()
    ids = []
    for parts in table[["person", "wave", "section"]].itertuples(index=False, name=None):
        name = unique = safe_name(".".join(map(str, parts)))
        number = 1
        while unique.casefold() in taken:
            number += 1
            unique = f"{name}_{number}"
        taken.add(unique.casefold())
        ids.append(unique)
    return ids
