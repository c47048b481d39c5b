"""Waves in a column, side by side and on sheets; lines that were shifted; one answer a row; paper ticks."""

import io

import openpyxl
import pytest

import reintegra as rg

SIAP = rg.load_instrument("siap_36")
GSE = rg.load_instrument("gse_10").item_names
ANSWERS = [1, 2, 3, 4, 1, 2, 3, 4, 1, 2]
OTHERS = ANSWERS[::-1]


def read(tmp_path, rows, **options):
    path = tmp_path / "x.csv"
    path.write_text("\n".join(",".join("" if c is None else str(c) for c in row) for row in rows) + "\n", "utf-8")
    return rg.read_responses(path, "gse_10", **options)


def sheets(tmp_path, **named):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in named.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "x.xlsx")
    return tmp_path / "x.xlsx"


def problems(call, *arguments, **options):
    with pytest.raises(rg.IntakeError) as caught:
        call(*arguments, **options)
    return caught.value.problems


def codes(call, *arguments, **options):
    return [problem.code for problem in problems(call, *arguments, **options)]


def waves(*spellings, head="Gelombang"):
    rows = [[f"P{i // 2}", wave, *ANSWERS] for i, wave in enumerate(spellings)]
    return [["kode", head, *GSE], *rows]


@pytest.mark.parametrize("key", [None, ["kode", "Gelombang"]])
def test_spellings_of_one_wave_are_one_wave_and_said(key, tmp_path):
    made = read(tmp_path, waves("pra", "pasca", "Pra", "PASCA", "pra ", "pasca"), key=key)
    assert made.index.get_level_values(1).tolist() == ["pra", "pasca"] * 3
    (notice,) = [notice for notice in made.notices if notice.code == "waves-tidied"]
    assert "Pra → pra" in notice.text
    assert "PASCA → pasca" in notice.text


@pytest.mark.parametrize("key", [None, ["kode", "Gelombang"]])
def test_a_blank_wave_is_a_fault_and_leaves_the_others_as_they_are(key, tmp_path):
    (problem,) = problems(read, tmp_path, waves("1", "2", "1", ""), key=key)
    assert (problem.code, problem.row, problem.column) == ("missing-wave", 5, "Gelombang")
    assert read(tmp_path, waves("1", "2.0", "1.0", "2"), key=key).index.get_level_values(1).tolist() == list("1212")


def test_sheets_without_codes_cannot_be_waves(tmp_path):
    path = sheets(tmp_path, Pra=[GSE, ANSWERS], Pasca=[GSE, OTHERS])
    found = problems(rg.read_responses, path, "gse_10", waves={"pra": "Pra", "pasca": "Pasca"})
    assert [(p.code, p.sheet) for p in found] == [("waves-without-key", "Pra"), ("waves-without-key", "Pasca")]


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [("001", 1, "keys-differ-by-zeros"), ("P-001", "p-001", "keys-alike"), ("P 01", "P01", "keys-alike")],
)
def test_codes_are_spelled_alike_on_all_sheets_or_refused(first, second, code, tmp_path):
    head = ["kode", *GSE]
    path = sheets(tmp_path, Pra=[head, [first, *ANSWERS]], Pasca=[head, [second, *OTHERS]])
    (problem,) = problems(rg.read_responses, path, "gse_10", waves={"pra": "Pra", "pasca": "Pasca"})
    assert (problem.code, problem.value) == (code, [str(first), str(second)])


def test_a_sheet_that_is_not_there_or_stands_for_two_waves_is_refused(tmp_path):
    head = ["kode", *GSE]
    path = sheets(tmp_path, Pra=[head, ["A", *ANSWERS]], Pasca=[head, ["A", *OTHERS]])
    (problem,) = problems(rg.read_responses, path, "gse_10", waves={"pra": "Pra", "pasca": "Psca"})
    assert (problem.code, problem.value) == ("no-such-sheet", "Psca")
    assert "Pasca" in problem.remedy
    assert codes(rg.read_responses, path, "gse_10", waves={"pra": "Pra", "pasca": "Pra"}) == ["wave-twice"]


BESIDE = {"pra": "pra_{n}", "pasca": "pasca_{n}"}
WIDE = [*(f"pra_{n}" for n in range(1, 11)), *(f"pasca_{n}" for n in range(1, 11))]


def test_waves_side_by_side_always_have_a_person_and_a_wave(tmp_path):
    made = read(tmp_path, [WIDE, [*ANSWERS, *OTHERS]], waves=BESIDE)
    assert made.index.names == ["baris", "gelombang"]
    assert made.index.tolist() == [("2", "pra"), ("2", "pasca")]
    assert "no-key-column" in {notice.code for notice in made.notices}
    one = read(tmp_path, [["kode", *WIDE], ["A", *ANSWERS, *[""] * 10]], waves=BESIDE)
    assert one.index.tolist() == [("A", "pra")]
    assert one.people.columns.tolist() == []


def test_a_wave_column_beside_waves_is_only_another_column(tmp_path):
    rows = [["kode", "Gelombang", *WIDE], *([key, "x", *ANSWERS, *OTHERS] for key in "AB")]
    for key in (None, "kode"):
        made = read(tmp_path, rows, waves=BESIDE, key=key)
        assert made.index.tolist() == [(key, wave) for key in "AB" for wave in BESIDE]
        assert made.people["Gelombang"].tolist() == ["x"] * 4


def test_a_pattern_that_finds_columns_twice_is_refused(tmp_path):
    doubled = [["kode", *WIDE, "Pra_1"], ["A", *ANSWERS, *OTHERS, 3]]
    assert codes(read, tmp_path, doubled, waves=BESIDE) == ["two-columns-for-one-item"]
    plain = [["kode", *WIDE], ["A", *ANSWERS, *OTHERS]]
    assert codes(read, tmp_path, plain, waves={"pra": "pra_{n}", "pasca": "pra_{n}"}) == ["wave-twice"]


def test_a_row_without_any_answer_in_any_wave_is_listed_as_dropped(tmp_path):
    made = read(tmp_path, [["kode", *WIDE], ["A", *ANSWERS, *OTHERS], ["B", *[""] * 20]], waves=BESIDE)
    assert next(n.rows for n in made.notices if n.code == "rows-dropped") == (3,)
    assert made.origin.rows_dropped == {"no_answers": (3,)}


def test_waves_under_merged_headings_are_read_by_both_rows(tmp_path):
    book = openpyxl.Workbook()
    for row in (["kode", "Pra", *[None] * 9, "Pasca"], [None, *range(1, 11), *range(1, 11)], ["A", *ANSWERS, *OTHERS]):
        book.active.append(row)
    for span in ("B1:K1", "L1:U1"):
        book.active.merge_cells(span)
    book.save(tmp_path / "x.xlsx")
    made = rg.read_responses(tmp_path / "x.xlsx", "gse_10", waves={"pra": "Pra {n}", "pasca": "Pasca {n}"})
    assert made.codes.loc[("A", "pasca")].tolist() == OTHERS


SHIFTED = [f"C{i},12,{','.join(map(str, ANSWERS))}," for i in range(4)]


def text(tmp_path, lines, head, **options):
    (tmp_path / "x.csv").write_text("\n".join([head, *lines]) + "\n")
    return rg.read_responses(tmp_path / "x.csv", "gse_10", **options)


def test_one_line_with_a_cell_too_many_is_refused_though_its_last_is_blank(tmp_path):
    head = f"kode,lama,{','.join(GSE)},paraf"
    assert len(text(tmp_path, SHIFTED, head)) == 4
    shifted = [*SHIFTED[:2], SHIFTED[2].replace(",12,", ",12,3,"), SHIFTED[3]]
    (problem,) = problems(text, tmp_path, shifted, head)
    assert (problem.code, problem.row, problem.value) == ("ragged-row", 4, "14 / 13")


def test_lines_that_all_end_in_one_more_delimiter_are_whole(tmp_path):
    head = f"kode,lama,{','.join(GSE)}"
    assert text(tmp_path, SHIFTED, head).codes.iloc[3].tolist() == ANSWERS


@pytest.mark.parametrize("size", [1, 3])
def test_shifted_lines_are_found_in_pieces_too(size, tmp_path, monkeypatch):
    monkeypatch.setattr("reintegra.intake.grids.CHUNK", size)
    head = f"kode,lama,{','.join(GSE)}"
    assert len(text(tmp_path, SHIFTED, head)) == 4
    (problem,) = problems(text, tmp_path, [*SHIFTED[:3], SHIFTED[3][:-1]], head)
    assert (problem.code, problem.row) == ("ragged-row", [2, 3, 4])


def test_shifted_lines_are_refused_in_waves_and_in_long_tables(tmp_path):
    wide = f"kode,lama,{','.join(WIDE)}"
    lines = [f"C{i},12,{','.join(map(str, ANSWERS * 2))}" for i in range(3)]
    assert codes(text, tmp_path, [*lines, lines[0].replace("C0,12", "C3,12,3")], wide, waves=BESIDE) == ["ragged-row"]
    long = [f"A,{name},3" for name in GSE]
    assert codes(text, tmp_path, [*long, "B,gse_10_01"], "kode,butir,jawaban", layout="long") == ["ragged-row"]


LONG = [["kode", "butir", "jawaban"], *([key, name, 3] for key in "ABCD" for name in GSE)]


def test_a_misspelt_item_in_a_long_table_is_refused_and_another_question_is_not(tmp_path):
    rows = [[key, "gse_1O_05" if name == GSE[4] and key in "AB" else name, a] for key, name, a in LONG[1:]]
    (problem,) = problems(read, tmp_path, [LONG[0], *rows], layout="long")
    assert (problem.code, problem.value, problem.row) == ("item-name-unknown", "gse_1O_05", [6, 16])
    made = read(tmp_path, [*LONG, *([key, "catatan", "x"] for key in "AB"), ["C", "Budi", "x"]], layout="long")
    (notice,) = [notice for notice in made.notices if notice.code == "items-not-used"]
    assert (notice.columns, notice.rows) == (("catatan",), (42, 43, 44))


def test_a_long_table_needs_a_column_that_tells_people_apart(tmp_path):
    head, *rows = LONG
    numbered = [["no", "siapa", *head[1:]], *([n, *row] for n, row in enumerate(rows, 1))]
    assert codes(read, tmp_path, numbered, layout="long") == ["long-without-key"]
    assert read(tmp_path, numbered, layout="long", key="siapa").index.tolist() == list("ABCD")
    numbered[0][1] = "kode"
    assert read(tmp_path, numbered, layout="long").index.tolist() == list("ABCD")


def ticks(tmp_path, change=None, answers=("STS", "TS", "S", "SS"), blank=None):
    top = ["kode", *(name if i == 0 else blank for name in SIAP.item_names for i in range(len(answers)))]
    below = [None, *(short for _ in SIAP.item_names for short in answers)]
    row = ["A", *("v" if short == "TS" else None for _ in SIAP.item_names for short in answers)]
    book = openpyxl.Workbook()
    for line in (top, below, row):
        book.active.append(line)
    for cell, value in (change or {}).items():
        book.active[cell] = value
    file = io.BytesIO()
    book.save(file)
    (tmp_path / "x.xlsx").write_bytes(file.getvalue())
    return rg.read_responses(tmp_path / "x.xlsx", SIAP, layout="ticks")


def test_a_number_typed_below_another_answer_is_two_answers(tmp_path):
    assert ticks(tmp_path, {"C3": 2}).codes["men1"].tolist() == [2]
    for change in ({"B3": 4, "C3": None}, {"E3": 3}, {"B3": "SS"}):
        (problem,) = problems(ticks, tmp_path, change)
        assert (problem.code, problem.row, problem.column) == ("two-answers", 3, "men1")


def test_an_answer_column_that_no_item_has_is_refused_once(tmp_path):
    found = problems(ticks, tmp_path, answers=("STS", "TS", "KS", "S", "SS"))
    assert [(p.code, p.value, len(p.cell)) for p in found] == [("tick-column-unknown", "KS", 36)]
    found = problems(ticks, tmp_path, answers=("STS", "TS", "S", "SS", "TB"))
    assert [(p.code, p.value, len(p.cell)) for p in found] == [("tick-column-unknown", "TB", 36)]


def test_a_unit_that_nobody_filled_in_is_no_gap_in_a_group(tmp_path):
    rows = [["kode", "Unit", *GSE], ["A", "", *ANSWERS], ["B", "", *OTHERS]]
    assert len(read(tmp_path, rows)) == 2
    rows[1][1] = "Mawar"
    assert codes(read, tmp_path, rows) == ["blank-in-group"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (["1.500", "900"], ["1.500", "900"]), (["1.500", "2,5"], ["1.500", "2,5"]), (["1.500", "2.5"], [1.5, 2.5]),
        (["0.125", "0.5"], [0.125, 0.5]), (["12", "13"], [12, 13]),
    ],
)  # fmt: skip
def test_a_mark_that_may_part_thousands_is_not_taken_for_a_decimal_mark(written, meant, tmp_path):
    rows = [["kode", "upah", *GSE], *([f"P{i}", f'"{cell}"', *ANSWERS] for i, cell in enumerate(written))]
    assert read(tmp_path, rows).people["upah"].tolist() == meant


@pytest.mark.parametrize("size", [10**400, 10**16])
def test_an_endless_number_of_a_person_is_refused(size, tmp_path):
    import json

    person = dict(zip(GSE, ANSWERS, strict=True))
    for name in ("kode", "umur"):
        (tmp_path / "x.json").write_text(json.dumps([{"kode": "A", **person, name: size}]))
        assert "number-too-long" in codes(rg.read_responses, tmp_path / "x.json", "gse_10")


def test_json_lines_and_utf_32_are_read(tmp_path):
    import json

    lines = [json.dumps({"kode": key, **dict(zip(GSE, ANSWERS, strict=True))}) for key in "AB"]
    (tmp_path / "x.json").write_text("\n".join(lines) + "\n")
    assert rg.read_responses(tmp_path / "x.json", "gse_10").index.tolist() == ["A", "B"]
    rows = "\n".join([",".join(["kode", *GSE]), "A," + ",".join(map(str, ANSWERS))])
    (tmp_path / "x.csv").write_bytes(rows.encode("utf-32"))
    assert rg.read_responses(tmp_path / "x.csv", "gse_10").codes.loc["A"].tolist() == ANSWERS
    (tmp_path / "x.csv").write_bytes(rows.encode("utf-32-le"))
    assert codes(rg.read_responses, tmp_path / "x.csv", "gse_10") == ["not-a-table"]


def test_a_broken_file_is_not_carried_along_by_its_error(tmp_path):
    (tmp_path / "x.json").write_text('{"kode": "rahasia", ')
    with pytest.raises(rg.IntakeError) as caught:
        rg.read_responses(tmp_path / "x.json", "gse_10")
    assert caught.value.__context__ is None
