"""A sheet to settle the differences between two typings from the paper forms, and its way back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..core.errors import IntakeError, Notice, Problem, one_or_list
from ..core.files import free_name, output_folder, write_whole
from ..core.language import in_language, listed, say, texts
from ..core.text import fold, tidy
from ..core.worksheets import filled, headed
from ..instruments import Item
from ..intake import Entries, Responses, compare_entries
from ..intake.checks import check_answers
from ..intake.double import named
from ..intake.faults import Gathered
from ..intake.grids import Grid, Source, grids_of, letter, open_source
from ..intake.header import heading_of

NEEDED = ("code", "item", "final")
LONGEST_LIST = 255  # letters of the choices that a cell's drop-down list can hold

_Key = tuple[str, str, str]


def _say(code: str, /, **values: Any) -> str:
    return say("repair", code, **values)


def settle_sheet(entries: Entries, out: str | Path) -> Path:
    """Write a sheet on which the differences between two typings are settled.

    Parameters
    ----------
    entries : Entries
        From `compare_entries`.
    out : str or Path
        The folder to write to.

    Returns
    -------
    Path
        ``selisih_entri.xlsx``: one row a difference with the code, the wave, the item, its text, both answers and
        where they stand; ``final`` is a drop-down list of the declared codes and a word for blank. An earlier sheet is
        never overwritten: somebody may be filling it in.

    Raises
    ------
    OutputError
        The folder cannot be written to.

    Source
    ------
    docs/decisions/0012-a-copy-to-mend.md
    """
    from openpyxl import Workbook
    from openpyxl.styles import PatternFill, Protection

    folder, book = output_folder(out), Workbook()
    sheet = book.active
    sheet.title = _say("settle_title")
    waves = bool((entries.table["wave"] != "").any())
    columns = {"code": 14, "wave": 12, "item": 12, "text": 52, "first": 26, "second": 26, "final": 12}
    columns = {name: width for name, width in columns.items() if waves or name != "wave"}
    files = {"first": entries.first.origin.file or "–", "second": entries.second.origin.file or "–"}
    notes = [
        _say("settle_from", differences=len(entries.table), **files),
        _say("settle_how", blank=_say("blank")),
        _say("settle_mark", mark=entries.digest[:16]),
    ]
    items = {item.name: item for item in entries.first.instrument.items}
    answers = {tuple((a.value, in_language(a.label)) for a in items[name].answers) for name in entries.table["item"]}
    if len(answers) == 1:  # every question has the same answers: say once what the codes mean
        named_codes = listed((f"{code} {label}".strip() for code, label in answers.pop()), 20)
        notes.insert(2, _say("settle_codes", answers=named_codes))
    headings = [(_say(f"head_{name}"), width) for name, width in columns.items()]
    row = headed(sheet, _say("settle_title"), notes, headings)
    free = Protection(locked=False)
    for difference in entries.table.to_dict("records"):
        item = items[difference["item"]]
        shown = {
            **difference,
            "text": in_language(item.label) or item.number,
            "first": _shown(item, difference["first"], difference["first_at"]),
            "second": _shown(item, difference["second"], difference["second_at"]),
            "final": None,
        }
        filled(sheet, row, [shown[name] for name in columns], list(columns.values()))
        answer = sheet.cell(row, len(columns))
        answer.protection, answer.fill = free, PatternFill("solid", fgColor="FFF2CC")
        row += 1
    _drop_downs(sheet, entries, items, row - len(entries.table), letter(len(columns) - 1))
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False
    return write_whole(free_name(folder / "selisih_entri.xlsx"), book.save)


def _shown(item: Item, code: Any, at: str) -> str:
    """Write an answer with its label and where it stands."""
    where = f"\n({at})" if at else ""
    if pd.isna(code):
        return f"{_say('blank')}{where}"
    label = in_language(item.answers[item.codes.index(int(code))].label)
    return f"{code} {label}".strip() + where


def _drop_downs(sheet: Any, entries: Entries, items: Mapping[str, Item], row: int, column: str) -> None:
    """Give every cell for the final answer the list of what may stand there."""
    from openpyxl.worksheet.datavalidation import DataValidation

    lists: dict[str, Any] = {}
    for place, name in enumerate(entries.table["item"], row):
        choices = ",".join([*map(str, items[name].codes), _say("blank")])
        if len(choices) > LONGEST_LIST:
            continue  # the answer is checked when the sheet is read
        if choices not in lists:
            lists[choices] = DataValidation(
                type="list", formula1=f'"{choices}"', allow_blank=True, showErrorMessage=True
            )
            lists[choices].error = _say("settle_choose", choices=choices.replace(",", ", "))
            sheet.add_data_validation(lists[choices])
        lists[choices].add(f"{column}{place}")


@dataclass(frozen=True)
class _Final:
    """One settled difference: what stands in the sheet, and where."""

    value: Any
    row: int
    cell: str


def read_settled(sheet: str | Path, first: Responses, second: Responses) -> Responses:
    """Read a settled sheet back: the answers of both typings, with the settled codes where they differed.

    Parameters
    ----------
    sheet : str or Path
        The sheet of `settle_sheet`, filled in.
    first, second : Responses
        The same two typings.

    Returns
    -------
    Responses
        People in both typings, then people typed once (a notice says how many). Nothing but the settled cells changes;
        what else is known of people in both is taken from the first.

    Raises
    ------
    IntakeError
        The sheet belongs to other entries; a difference has no row, or two; a final answer is blank, is not declared,
        or makes a person's answers contradict each other: all faults at once, each with its cell.

    Source
    ------
    docs/decisions/0012-a-copy-to-mend.md
    """
    source = open_source(sheet)
    entries = compare_entries(first, second)
    grid, head, columns = _found(source, entries)
    finals = _finals(source, grid, head, columns)
    items = {item.name: (place, item) for place, item in enumerate(first.instrument.items)}
    block, problems = first.block.copy(order="F"), []
    touched = np.zeros(len(block), dtype=int)
    keys = {key: row for row, key in enumerate(map(named, first.index))}
    for code, wave, name in entries.table[["code", "wave", "item"]].itertuples(index=False, name=None):
        place, item = items[name]
        given = finals.pop((_text(code), _text(wave), name), [])
        if len(given) != 1:
            rows = one_or_list([final.row for final in given])
            problems.append(
                Problem("settle-row", source.name, grid.sheet, rows, name, value=code, params={"n": len(given)})
            )
            continue
        (final,) = given
        position, fault = _position(item, final.value)
        if fault:
            where = (grid.sheet, final.row, columns["final"][1], final.cell)
            params = {"choices": listed([*item.codes, _say("blank")], 12), "item": name}
            problems.append(Problem(fault, source.name, *where, value=_text(final.value) or None, params=params))
            continue
        block[keys[code, wave], place] = position
        touched[keys[code, wave]] = final.row
    for strangers in finals.values():
        rows = [final.row for final in strangers]
        problems.append(Problem("settle-row-unknown", source.name, grid.sheet, one_or_list(rows)))
    if not problems:
        faults = Gathered(source.name, grid.sheet)
        check_answers(first.instrument, block, touched, first.people, None, faults, direction_known=True)
        problems = faults.problems()
    if problems:
        raise IntakeError(problems)
    return _with_those_typed_once(entries, block, source)


def _text(value: Any) -> str:
    return tidy(heading_of(value))


def _found(source: Source, entries: Entries) -> tuple[Grid, int, dict[str, tuple[int, str]]]:
    """Return the sheet of these entries, the row of its headings, and each column with its heading."""
    words = {fold(texts(lang)["repair"][f"head_{n}"]): n for lang in ("id", "en") for n in (*NEEDED, "wave")}
    belongs = False
    for grid in grids_of(source):
        for number, row in grid.head(30):
            belongs = belongs or any(f"#{entries.digest[:16]}" in heading_of(cell) for cell in row)
            columns = {
                words[fold(text)]: (c, text) for c, cell in enumerate(row) if fold(text := heading_of(cell)) in words
            }
            if set(NEEDED) <= set(columns):
                if not belongs:
                    raise source.refuse("settle-other-entries")
                return grid, number, columns
    raise source.refuse("settle-no-sheet")


def _finals(source: Source, grid: Grid, head: int, columns: Mapping[str, tuple[int, str]]) -> dict[_Key, list[_Final]]:
    """Return the rows of the sheet by the cell they settle."""
    found: dict[_Key, list[_Final]] = {}
    for number, row in grid.rows():
        cells = {name: row[column] if column < len(row) else None for name, (column, _) in columns.items()}
        if number > head and any(map(_text, cells.values())):
            key = (_text(cells["code"]), _text(cells.get("wave")), _text(cells["item"]))
            cell = f"{letter(columns['final'][0])}{number}"
            found.setdefault(key, []).append(_Final(cells["final"], number, cell))
    return found


def _position(item: Item, value: Any) -> tuple[int, str | None]:
    """Return the position of a final answer among the declared ones, 0 for the word for blank, or what is wrong."""
    text = fold(_text(value))
    if not text:
        return 0, "settle-blank"
    if text in {fold(texts(lang)["repair"]["blank"]) for lang in ("id", "en")}:
        return 0, None
    codes = {str(code): position for position, code in enumerate(item.codes, 1)}
    return (codes[text], None) if text in codes else (0, "settle-not-an-answer")


def _with_those_typed_once(entries: Entries, block: Any, source: Source) -> Responses:
    first, second = entries.first, entries.second
    alone = ~second.index.isin(first.index)
    people = pd.concat([first.people, second.people[alone]]) if alone.any() else first.people
    notices = [*first.notices, Notice("entries-settled", source.name, params={"n": len(entries.table)})]
    if once := len(entries.only_first) + len(entries.only_second):
        notices.append(Notice("typed-once", source.name, params={"n": once}))
    names = listed(filter(None, (first.origin.file, second.origin.file, source.name)))
    origin = replace(first.origin, file=names, digest=source.digest)
    where = (*first.where, *second.take(alone).where) if first.where and second.where else ()
    whole = np.asfortranarray(np.concatenate([block, second.block[alone]]))
    return Responses(first.instrument, whole, people, tuple(notices), origin, where)
