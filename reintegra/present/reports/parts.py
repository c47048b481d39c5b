"""What the reports of a programme share: names, cells, the foot, and what they were made from."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from math import ceil, floor

import numpy as np
import pandas as pd

import reintegra

from ...core.files import sha256
from ...core.language import in_language, listed, number, say, word
from ...evaluate import Units
from ...intake import Records
from ...intake.records.dictionary import dictionary
from ...measure import Scores, score
from ...share import LEAST, withheld
from ..document import Grid


def t(code: str, /, **values: object) -> str:
    """Return a text of the reports."""
    return say("reports", code, **values)


def unit_name(records: Records, unit: str) -> str:
    """Return the name of a unit, with its code; the code alone where it has no name."""
    names = records["upt"].set_index("upt_id")["upt_nama"]
    name = names.get(unit)
    return f"{name} ({unit})" if isinstance(name, str) else unit


def code_word(table: str, column: str, code: object) -> str:
    """Return the words for a code of the data dictionary."""
    codes = dictionary()[table].columns[column].codes
    return in_language(codes.labels[code]) if codes and code in codes.labels else str(code)  # type: ignore[index]


def programme_name(records: Records, programme: str) -> str:
    """Return what a programme is called: its kind, its unit, its code."""
    row = records["program"].set_index("program_id").loc[programme]
    kind = code_word("program", "program_jenis", row["program_jenis"])
    return f"{kind[:1].upper()}{kind[1:]}, {unit_name(records, row['upt_id'])}, {programme}"


def people_cells(counts: Sequence[int], *, total: bool = True) -> list[str]:
    """Write counts of people; one to four are not shown, and not what would give them away."""
    hidden = withheld(counts, total=total)
    rest = t("hidden")
    return [t("under", least=LEAST) if out and n < LEAST else rest if out else str(n)
            for n, out in zip(counts, hidden, strict=True)]  # fmt: skip


def share(value: float, decimals: int = 0) -> str:
    """Write a share in per cent."""
    return number(100 * value, decimals)


def share_cell(value: float, n: int) -> str:
    """Write the share of n people in per cent; where one to four did, or did not, the bound that five would give."""
    if value != value or n < LEAST:
        return "–"
    count = round(value * n)
    if 0 < count < LEAST:
        return f"<{ceil(100 * LEAST / n)}"
    if 0 < n - count < LEAST:
        return f">{floor(100 * (n - LEAST) / n)}"
    return share(value)


def span(low: float, high: float, decimals: int = 1) -> str:
    """Write an interval."""
    return "–" if low != low else t("span", low=number(low, decimals), high=number(high, decimals))


def all_scores(records: Records) -> list[Scores]:
    """Return the scores of every questionnaire in the records."""
    return [score(records.responses(name)) for name in records.instruments]


def units_grid(result: Units) -> Grid:
    """Return units side by side as a table, in the order of their names."""
    times, decimals = (100, 0) if result.kind == "proportion" else (1, 1)
    mark = " (%)" if result.kind == "proportion" else ""
    rows = [
        (
            row["name"], str(row["n"]), number(times * row["estimate"], decimals),
            span(times * row["low_998"], times * row["high_998"], decimals), number(times * row["shrunken"], decimals),
            span(times * row["ci_low"], times * row["ci_high"], decimals), t(f"verdict_{row['verdict']}"),
        )
        for row in result.table.to_dict("records")
    ]  # fmt: skip
    heads = [t("head_unit"), "n", t("head_adjusted") + mark, t("head_limits"), t("head_shrunken") + mark,
             t("head_interval"), t("head_remark")]  # fmt: skip
    return Grid(heads, rows, (0, 6), (1.8, 1.1, 2.4, 2.8, 2.6, 2.8))


def made_with(records: Records) -> list[tuple[str, str]]:
    """Return what a reader needs to make the same report again."""
    digest = sha256("".join(records.files[name] for name in sorted(records.files)).encode())
    rows = sum(len(table) for table in records.tables.values())
    versions = ", ".join(f"{package.__name__} {package.__version__}" for package in (reintegra, np, pd))
    return [
        (t("made_files"), t("files_and_rows", files=listed(sorted(records.files), 3), rows=number(rows, 0))),
        (t("made_digest"), digest),
        (t("made_versions"), f"{versions}, Python {platform.python_version()}"),
    ]


def foot(*status: str) -> list[str]:
    """Return the lines at the foot of every report."""
    return [*dict.fromkeys(line for line in status if line), word("not_for_rights"), t("small_cells")]
