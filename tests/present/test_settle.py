"""The sheet of differences: filled in, it gives the settled answers and changes nothing else; else it is refused."""

import numpy as np
import openpyxl
import pandas as pd
import pytest

import reintegra as rg
from reintegra.core.language import LANGUAGES, speaking, texts
from reintegra.intake import compare_entries, responses_of
from reintegra.present import read_settled, settle_sheet

SIAP = rg.load_instrument("siap_36")
NAMES = SIAP.item_names


def typings(tmp_path, waves=False):
    """Return the true answers of twelve people and two typings, each with slips of its own and a person of its own."""
    rng = np.random.default_rng(5)
    keys = pd.Index([f"UPA-{i:04d}" for i in range(1, 13)], name="kode")
    if waves:
        keys = pd.MultiIndex.from_product([keys[:6], ["awal", "akhir"]], names=["kode", "gelombang"])
    truth = pd.DataFrame(rng.integers(1, 5, (12, 36)).astype(float), columns=NAMES, index=keys)
    truth = truth.where(rng.random((12, 36)) > 0.05)
    made = []
    for name, slip, left_out, cells in (("a", 1, 11, [(1, 2), (3, 4), (5, 6)]), ("b", 2, 10, [(2, 7), (5, 6), (8, 8)])):
        slips = truth.copy()
        for row, column in cells:
            slips.iloc[row, column] = np.nan if truth.iloc[row, column] == slip else slip
        slips = slips.drop(index=keys[left_out]).sample(frac=1, random_state=left_out)
        slips.astype("Int64").to_csv(tmp_path / f"{name}.csv")
        made.append(rg.read_responses(tmp_path / f"{name}.csv", SIAP, key=list(keys.names) if waves else None))
    return truth, *made


def rows_of(sheet):
    """Return the headings of the table and its rows of cells."""
    rows = [row for row in sheet.iter_rows() if row[1].value is not None]
    return [cell.value for cell in rows[0]], rows[1:]


def fill(path, truth, waves=False, **changes):
    """Settle every difference by the true answers, then change cells by their address."""
    book = openpyxl.load_workbook(path)
    headings, rows = rows_of(book.active)
    blank = texts("id")["repair"]["blank"] if "Putusan" in headings else "blank"
    for row in rows:
        key = (row[0].value, row[1].value) if waves else row[0].value
        code = truth.loc[key, row[2 if waves else 1].value]
        row[-1].value = blank if np.isnan(code) else int(code)
    for address, value in changes.items():
        book.active[address] = value
    book.save(path)


def refused(path, first, second):
    with pytest.raises(rg.IntakeError) as caught:
        read_settled(path, first, second)
    return caught.value.problems


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("waves", [False, True])
def test_the_settled_answers_are_the_true_ones(lang, waves, tmp_path):
    truth, first, second = typings(tmp_path, waves)
    with speaking(lang):
        sheet = settle_sheet(compare_entries(first, second), tmp_path)
    fill(sheet, truth, waves)
    settled = read_settled(sheet, first, second)
    assert len(settled) == 12
    pd.testing.assert_frame_equal(settled.codes.sort_index(), truth.sort_index(), check_index_type=False)
    assert settled.index[:11].equals(first.index)
    said = {notice.code for notice in settled.notices}
    assert {"entries-settled", "typed-once"} <= said
    assert compare_entries(first, second).errors(settled)["differences"].tolist() == [3, 3]


def test_the_drop_down_holds_the_declared_codes_and_a_word_for_blank(tmp_path):
    _, first, second = typings(tmp_path)
    sheet = openpyxl.load_workbook(settle_sheet(compare_entries(first, second), tmp_path)).active
    headings, rows = rows_of(sheet)
    assert headings == ["Kode", "Butir", "Pernyataan", "Entri pertama", "Entri kedua", "Putusan"]
    (choices,) = sheet.data_validations.dataValidation
    assert choices.formula1 == '"1,2,3,4,kosong"'
    assert all(row[-1].coordinate in choices.sqref for row in rows)
    assert {cell.protection.locked for row in rows for cell in row[:-1]} == {True}
    assert {row[-1].protection.locked for row in rows} == {False}
    assert sheet.protection.sheet
    item = SIAP.item(rows[0][1].value)
    assert rows[0][2].value == item.label["id"]


def test_blank_and_undeclared_finals_are_refused_with_their_cells(tmp_path):
    truth, first, second = typings(tmp_path)
    sheet = settle_sheet(compare_entries(first, second), tmp_path)
    _, rows = rows_of(openpyxl.load_workbook(sheet).active)
    empty, wrong = rows[0][-1].coordinate, rows[1][-1].coordinate
    fill(sheet, truth, **{empty: None, wrong: 7})
    problems = refused(sheet, first, second)
    assert [(p.code, p.cell, p.value) for p in problems] == [
        ("settle-blank", empty, None),
        ("settle-not-an-answer", wrong, "7"),
    ]
    assert all("1, 2, 3, 4, kosong" in p.remedy for p in problems)


def test_a_row_that_is_gone_doubled_or_renamed_is_refused(tmp_path):
    truth, first, second = typings(tmp_path)
    sheet = settle_sheet(compare_entries(first, second), tmp_path)
    _, rows = rows_of(openpyxl.load_workbook(sheet).active)
    fill(sheet, truth, **{rows[0][0].coordinate: "UPA-9999"})
    problems = refused(sheet, first, second)
    assert [(p.code, p.row) for p in problems] == [("settle-row", None), ("settle-row-unknown", rows[0][0].row)]
    fill(settle_sheet(compare_entries(first, second), tmp_path), truth)
    copy = {f"{c}{rows[-1][0].row + 1}": cell.value for c, cell in zip("ABCDE", rows[-1], strict=False)}
    again = tmp_path / "selisih_entri (2).xlsx"
    fill(again, truth, **copy)
    (problem,) = refused(again, first, second)
    assert (problem.code, len(problem.row)) == ("settle-row", 2)


def test_a_sheet_of_other_entries_is_refused(tmp_path):
    truth, first, second = typings(tmp_path)
    sheet = settle_sheet(compare_entries(first, second), tmp_path)
    fill(sheet, truth)
    changed = first.codes.copy()
    changed.iloc[0, 0] = 5 - changed.iloc[0, 0]
    assert [p.code for p in refused(sheet, responses_of(changed, SIAP), second)] == ["settle-other-entries"]
    assert [p.code for p in refused(tmp_path / "a.csv", first, second)] == ["settle-no-sheet"]


def test_the_order_of_the_rows_does_not_matter(tmp_path):
    truth, first, second = typings(tmp_path)
    sheet = settle_sheet(compare_entries(first, second), tmp_path)
    fill(sheet, truth)
    book = openpyxl.load_workbook(sheet)
    _, rows = rows_of(book.active)
    values = [[cell.value for cell in row] for row in rows]
    for row, turned in zip(rows, reversed(values), strict=True):
        for cell, value in zip(row, turned, strict=True):
            cell.value = value
    book.save(sheet)
    assert read_settled(sheet, first, second).codes.sort_index().equals(truth.sort_index())


def test_answers_that_contradict_each_other_once_settled_are_refused(tmp_path):
    form = next(i for name in rg.instruments()["name"] if (i := rg.load_instrument(name)).skips)
    skip = form.skips[0]
    (asked, code), follows = next(iter(skip.when.items())), skip.items[0]
    base = {item.name: float(item.codes[0]) for item in form.items}
    free = next(c for c in form.item(asked).codes if c != code)
    other = next(c for c in form.item(follows).codes if c != skip.value)
    for rule in form.skips:
        base |= {name: float(rule.value) for name in rule.items}
    one = pd.DataFrame([base | dict(skip.when) | {follows: skip.value}], index=pd.Index(["R1"], name="kode"))
    two = pd.DataFrame([base | dict(skip.when) | {asked: free, follows: other}], index=one.index)
    first, second = responses_of(one, form), responses_of(two, form)
    sheet = settle_sheet(compare_entries(first, second), tmp_path)
    mixed = one.copy()
    mixed[follows] = other
    fill(sheet, mixed)
    problems = refused(sheet, first, second)
    assert {p.code for p in problems} == {"contradicts-skip"}


def test_an_earlier_sheet_is_not_overwritten(tmp_path):
    _, first, second = typings(tmp_path)
    entries = compare_entries(first, second)
    assert [settle_sheet(entries, tmp_path).name for _ in range(2)] == ["selisih_entri.xlsx", "selisih_entri (2).xlsx"]
