"""What the template of the programme workbook checks while it is filled in: choices, dates, references, keys, codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..core.check_letter import ALPHABET
from ..core.language import in_language, word
from ..instruments import Item
from ..intake.grids import letter
from ..intake.records.dictionary import BLANKS, PEOPLE, PERSON, Column, Table, dictionary
from ..intake.records.order import PERIODS

FIRST, ROWS = 3, 2_000  # the first row below the headings; how far the rules reach
LAST = FIRST + ROWS - 1
LONGEST_CODE = 12
RED, YELLOW = "F4B6B6", "FFF2CC"
ALPHABET_NAME = "abjad"  # of the cell that holds the letters of codes, in their order
LONGEST_PROMPT = 250  # letters that Excel shows of it

# The value of I: as many of these as one likes before a code leave its check letter as it is.
PADDING = "I" * LONGEST_CODE


@dataclass(frozen=True)
class Place:
    """Where a column stands in the workbook: title of its sheet and its letter."""

    sheet: str
    letter: str

    @property
    def range(self) -> str:
        """The cells of the column, as a formula on another sheet names them."""
        return f"'{self.sheet}'!${self.letter}${FIRST}:${self.letter}${LAST}"

    @property
    def filled(self) -> str:
        """The cells of the column down to the last that is filled, for a list to choose from."""
        start = f"'{self.sheet}'!${self.letter}${FIRST}"
        return f"OFFSET({start},0,0,MAX(1,COUNTA({self.range})),1)"


Places = Mapping[tuple[str, str], Place]


def check_formula(code: str, padded: str) -> tuple[str, str]:
    """Return two formulas: a code without hyphens, padded; and a text where its check letter does not fit.

    ISO 7064, MOD 37,36, written out one level a character: a formula of a spreadsheet has no loop.
    """
    bare = f'=IF({code}="","",RIGHT("{PADDING}"&SUBSTITUTE(SUBSTITUTE(UPPER({code}),"-","")," ",""),{LONGEST_CODE}))'
    product = str(len(ALPHABET))
    for place in range(1, LONGEST_CODE):
        product = f"MOD(2*(MOD({product}+{_value(padded, place)}-1,36)+1),37)"
    fits = f"MOD({product}+{_value(padded, LONGEST_CODE)},36)=1"
    return bare, f'=IF({code}="","",IF(IFERROR({fits},FALSE),"","{word("template_mistyped")}"))'


def _value(padded: str, place: int) -> str:
    return f"FIND(MID({padded},{place},1),{ALPHABET_NAME})-1"


def add_rules(sheet: Any, table: Table, at: Mapping[str, int], places: Places, lists: Mapping[int, str]) -> None:
    """Add the rules of a table to its sheet; ``at`` tells which column of the sheet each of its columns is."""
    letters = {name: letter(column - 1) for name, column in at.items()}
    for name, where in letters.items():
        column = table.columns[name]
        cells = f"{where}{FIRST}:{where}{LAST}"
        _validate(sheet, cells, column, _allowed(column, places, lists))
        if column.required:
            begun = f"COUNTA(${letters[table.key[0]]}{FIRST}:${letter(max(at.values()) - 1)}{FIRST})>0"
            _colour(sheet, cells, f'AND({where}{FIRST}="",{begun})', YELLOW)
        target = places.get((column.to or "", _key_of(column.to)))
        if target:
            _colour(sheet, cells, f'AND({where}{FIRST}<>"",COUNTIF({target.range},{where}{FIRST})=0)', RED)
    _unique(sheet, table, letters)
    for _, first, last in (period for period in PERIODS if period[0] == table.name):
        a, b = f"{letters[first]}{FIRST}", f"{letters[last]}{FIRST}"
        cells = f"{letters[last]}{FIRST}:{letters[last]}{LAST}"
        _colour(sheet, cells, f'AND({a}<>"",{b}<>"",{b}<{a})', RED)
    if table.name == "kehadiran":
        _cancelled(sheet, letters, places)


def add_answer_rules(sheet: Any, items: Iterable[tuple[int, Item]]) -> None:
    """Let the cells of items take only the codes of their answers, and those for no answer."""
    from openpyxl.worksheet.datavalidation import DataValidation

    for column, item in items:
        where = letter(column - 1)
        codes = [*item.codes, *(code for code in BLANKS if code not in item.codes)]
        rule = DataValidation("list", f'"{",".join(map(str, codes))}"', allow_blank=True)
        _say(rule, item.name, in_language(item.label), word("template_not_a_choice"))
        rule.add(f"{where}{FIRST}:{where}{LAST}")
        sheet.add_data_validation(rule)


def _key_of(table: str | None) -> str:
    return dictionary()[table].key[0] if table else ""


def _allowed(column: Column, places: Places, lists: Mapping[int, str]) -> str | None:
    """Return where the choices of a column stand."""
    if column.codes and column.type == "code":
        return lists[id(column.codes.labels)]
    target = places.get((column.to or "", _key_of(column.to)))
    return target.filled if target else None


def _validate(sheet: Any, cells: str, column: Column, allowed: str | None) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    said = word("template_not_a_choice")
    if allowed:
        rule = DataValidation("list", allowed, allow_blank=True)
        if column.to:  # the other sheet may be filled in later
            rule.errorStyle, said = (
                "warning",
                word("template_not_there", table=in_language(dictionary()[column.to].label)),
            )
    elif column.type == "date":
        rule = DataValidation("date", "DATE(1990,1,1)", "DATE(2100,12,31)", operator="between", allow_blank=True)
        said = word("template_date")
    elif column.type in ("whole", "number"):
        kind, high = "whole" if column.type == "whole" else "decimal", column.high
        bounds = (f"{column.low:g}", f"{99 if high is not None else 10**12:g}")
        rule = DataValidation(kind, *bounds, operator="between", allow_blank=True)
        said = word("template_number")
    else:
        rule = DataValidation(None, allow_blank=True)
    _say(rule, in_language(column.label), prompt(column), said)
    rule.add(cells)
    sheet.add_data_validation(rule)


def _say(rule: Any, title: str, text: str, error: str) -> None:
    rule.promptTitle, rule.prompt = title[:32], text[:LONGEST_PROMPT]
    rule.errorTitle, rule.error = title[:32], error
    rule.showInputMessage, rule.showErrorMessage = bool(text), True


def prompt(column: Column) -> str:
    """Return what a column is to hold, as the sheet says it beside the cell."""
    how = word(f"template_type_{column.type}")
    said = [word("template_required") if column.required else word("template_optional"), how]
    if column.to:
        said.append(word("template_from", table=in_language(dictionary()[column.to].label)))
    if column.unit:
        said.append(word("template_unit", unit=word(f"template_unit_{column.unit.replace('-', '_')}")))
    if column.type == "codes" and column.codes:
        said.append("; ".join(map(str, column.codes.labels)))
    if column.high is not None:
        said.append(f"{column.low:g}–{column.high:g}")
    return " ".join(text if text.endswith(".") else f"{text}." for text in said)


def _colour(sheet: Any, cells: str, formula: str, colour: str) -> None:
    from openpyxl.formatting.rule import FormulaRule
    from openpyxl.styles import PatternFill

    sheet.conditional_formatting.add(cells, FormulaRule([formula], fill=PatternFill("solid", bgColor=colour)))


def _unique(sheet: Any, table: Table, letters: Mapping[str, str]) -> None:
    """Colour keys that stand twice."""
    keys = [letters[name] for name in table.key if name in letters]
    pairs = ",".join(f"${k}${FIRST}:${k}${LAST},${k}{FIRST}" for k in keys)
    filled = ",".join(f'${k}{FIRST}<>""' for k in keys)
    for key in keys:
        _colour(sheet, f"{key}{FIRST}:{key}{LAST}", f"AND({filled},COUNTIFS({pairs})>1)", RED)


def _cancelled(sheet: Any, letters: Mapping[str, str], places: Places) -> None:
    """Colour attendance at a session that was cancelled."""
    sessions, held = places["sesi", "sesi_id"].range, places["sesi", "terlaksana"].range
    here = f"{letters['hadir']}{FIRST}"
    row = f"MATCH(${letters['sesi_id']}{FIRST},{sessions},0)"
    present = f'OR(LEFT({here},1)="1",LEFT({here},1)="2")'
    formula = f'AND({present},IFERROR(LEFT(INDEX({held},{row}),1)="0",FALSE))'
    _colour(sheet, f"{letters['hadir']}{FIRST}:{letters['hadir']}{LAST}", formula, RED)


def add_check_column(sheet: Any, table: Table, at: Mapping[str, int], rows: int) -> None:
    """Put a column beside the participants that tells which codes are mistyped, and colour them."""
    if table.name != PEOPLE:
        return
    pid = letter(at[PERSON] - 1)
    last = max(at.values())
    check, helper = letter(last), letter(last + 1)
    for row in range(FIRST, FIRST + rows):
        bare, fault = check_formula(f"{pid}{row}", f"{helper}{row}")
        sheet[f"{check}{row}"], sheet[f"{helper}{row}"] = fault, bare
    sheet.column_dimensions[check].width, sheet.column_dimensions[helper].hidden = 16, True
    cells = f"{pid}{FIRST}:{pid}{FIRST + rows - 1}"
    _colour(sheet, cells, f"LEN(${check}{FIRST})>0", RED)
