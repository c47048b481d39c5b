"""What must happen when the data are wrong: each row of tests/reference/bad_inputs.csv of issue A, B or F has its test.

GALAT: an error of ours that names the fault. PERINGATAN: done, and said. TERIMA: done, and right.
"""

import csv
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
import small_records

import reintegra as rg
from reintegra.core.language import speaking

ROWS = list(csv.DictReader((Path(__file__).parent / "reference" / "bad_inputs.csv").open(encoding="utf-8")))
VERDICTS = {row["id"]: row["verdict"] for row in ROWS if row["issue"] in "ABF"}
CHECKS = {}

GSE = rg.load_instrument("gse_10").item_names
SIAP = rg.load_instrument("siap_36").item_names
ANSWERS = [1, 2, 3, 4, 1, 2, 3, 4, 1, 2]


def row(number):
    """Register the test of one row of the table."""

    def register(function):
        CHECKS[number] = function
        return function

    return register


def write(tmp_path, rows, name="x.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes("\n".join(",".join(map(str, r)) for r in rows).encode(encoding) + b"\n")
    return path


def table(*rows, head=("kode", *GSE)):
    return [head, *rows]


def read(tmp_path, rows, instrument="gse_10", **options):
    return rg.read_responses(write(tmp_path, rows), instrument, **options)


def refused(call, *arguments, **options):
    """Return the error's text and its codes; only our own errors count."""
    with pytest.raises(rg.ReintegraError) as caught, speaking("id"):
        call(*arguments, **options)
    error = caught.value
    with speaking("id"):
        return str(error), {p.code for p in getattr(error, "problems", [])} or {error.code}


def said(thing):
    return {notice.code for notice in thing.notices}


def frame(values, columns=GSE):
    return pd.DataFrame(values, columns=columns)


@pytest.mark.parametrize("number", VERDICTS)
def test_a_bad_input_is_handled_as_the_table_says(number, tmp_path, monkeypatch):
    CHECKS[number](tmp_path, monkeypatch)


def test_every_row_of_the_table_has_its_test():
    assert set(CHECKS) == set(VERDICTS)


@row("B001")
def empty_file(tmp_path, _):
    (tmp_path / "kosong.csv").write_bytes(b"")
    text, codes = refused(rg.read_responses, tmp_path / "kosong.csv", "gse_10")
    assert codes == {"empty-file"}
    assert "kosong.csv" in text


@row("B002")
def header_only(tmp_path, _):
    assert refused(read, tmp_path, table())[1] == {"no-rows"}


@row("B003")
def one_row(tmp_path, _):
    scores = rg.score(read(tmp_path, table(["A", *ANSWERS])))
    assert "one-person" in said(scores)
    assert scores.table["total"].iloc[0] == sum(ANSWERS)


@row("B004")
def a_long_file_is_read_in_pieces_to_the_same(tmp_path, monkeypatch):
    """Ten thousand rows in ten parts; 1 000 000 is measured in benchmarks/large_file.py."""
    from reintegra.intake import grids

    rng = np.random.default_rng(1)
    path = write(tmp_path, table(*([i, *r] for i, r in enumerate(rng.integers(1, 5, (10_000, 10))))))
    whole = rg.read_responses(path, "gse_10").block.tobytes()
    monkeypatch.setattr(grids, "CHUNK", 1_000)
    assert rg.read_responses(path, "gse_10").block.tobytes() == whole


@row("B011")
def merged_group_cells(tmp_path, _):
    rows = table(["A", "U1", *ANSWERS], ["B", "", *ANSWERS], head=("kode", "unit", *GSE))
    text, codes = refused(read, tmp_path, rows)
    assert codes == {"blank-in-group"}
    assert "B3" in text


@row("B014")
def windows_letters(tmp_path, _):
    path = write(tmp_path, table(["A", "José", *ANSWERS], head=("kode", "catatan", *GSE)), encoding="cp1252")
    made = rg.read_responses(path, "gse_10")
    assert made.people["catatan"].iloc[0] == "José"
    assert "read-as-cp1252" in said(made)


@row("B015")
def open_in_excel(tmp_path, monkeypatch):
    path = write(tmp_path, table(["A", *ANSWERS]))
    (tmp_path / "~$x.csv").write_bytes(b"x")
    assert "open-in-excel" in said(rg.read_responses(path, "gse_10"))

    def held(self):
        raise PermissionError

    monkeypatch.setattr(Path, "read_bytes", held)
    assert refused(rg.read_responses, path, "gse_10")[1] == {"file-in-use"}


@row("B017")
def zip_bomb(tmp_path, _):
    with zipfile.ZipFile(tmp_path / "x.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<x>" + " " * 60_000_000)
    assert refused(rg.read_responses, tmp_path / "x.xlsx", "gse_10")[1] == {"zip-bomb"}


@row("B018")
def document_types(tmp_path, _):
    with zipfile.ZipFile(tmp_path / "x.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')
    assert refused(rg.read_responses, tmp_path / "x.xlsx", "gse_10")[1] == {"xml-entities"}


@row("B019")
def macros_and_old_workbooks(tmp_path, _):
    with zipfile.ZipFile(tmp_path / "x.xlsm", "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
        archive.writestr("xl/vbaProject.bin", b"x")
    (tmp_path / "x.xls").write_bytes(b"\xd0\xcf\x11\xe0" + bytes(1000))
    assert refused(rg.read_responses, tmp_path / "x.xlsm", "gse_10")[1] == {"macros"}
    assert refused(rg.read_responses, tmp_path / "x.xls", "gse_10")[1] == {"old-excel"}


@row("B021")
def texts_like_formulas(tmp_path, _):
    rows = table(["=1+1", "=HYPERLINK(1)", *ANSWERS], head=("kode", "unit", *GSE))
    made = read(tmp_path, rows)
    assert made.people["unit"].tolist() == ["=HYPERLINK(1)"]
    report = rg.report(rg.score(made), tmp_path / "out")
    cells = [c for sheet in openpyxl.load_workbook(report.workbook) for r in sheet.iter_rows() for c in r]
    assert not [cell for cell in cells if cell.data_type == "f"]


@row("B022")
def a_file_that_changed(tmp_path, _):
    path = write(tmp_path, table(["A", *ANSWERS]))
    rg.report(rg.score(rg.read_responses(path, "gse_10")), tmp_path / "out")
    write(tmp_path, table(["A", *ANSWERS], ["B", *ANSWERS]))
    changed = rg.score(rg.read_responses(path, "gse_10"))
    text, codes = refused(rg.report, changed, tmp_path / "out")
    assert codes == {"source-changed"}
    assert "1 menjadi 2 baris" in text
    rg.report(changed, tmp_path / "out", changed="satu formulir menyusul")
    assert "satu formulir menyusul" in (tmp_path / "out" / "asal.json").read_text("utf-8")
    rg.report(changed, tmp_path / "out")


@row("B023")
def inside_onedrive(tmp_path, _):
    (tmp_path / "OneDrive - Kantor").mkdir()
    path = write(tmp_path / "OneDrive - Kantor", table(["A", *ANSWERS]))
    assert "synced-folder" in said(rg.read_responses(path, "gse_10"))


@row("B024")
def a_column_is_missing(tmp_path, _):
    head = ("kode", *GSE[:6], "gse_10_7x", *GSE[7:])
    text, codes = refused(read, tmp_path, table(["A", *ANSWERS], head=head))
    assert codes == {"missing-item"}
    assert "gse_10_07" in text
    assert "gse_10_7x" in text
    assert refused(rg.score, frame([ANSWERS[:9]], GSE[:9]), "gse_10")[1] == {"missing-item"}


@row("B025")
def headings_with_spaces_and_capitals(tmp_path, _):
    made = read(tmp_path, table(["A", *ANSWERS], head=("kode", "GSE 10 1 ", *GSE[1:])))
    assert made.codes.iloc[0].tolist() == ANSWERS
    assert "headings-tidied" in said(made)
    assert refused(read, tmp_path, table(["A", *ANSWERS], head=("kode", "gsee_10_01", *GSE[1:])))[1] == {"missing-item"}


@row("B026")
def a_column_more(tmp_path, _):
    made = read(tmp_path, table(["A", *ANSWERS, "halo"], head=("kode", *GSE, "catatan")))
    assert made.people["catatan"].tolist() == ["halo"]
    assert "other-columns" in said(made)


@row("B027")
def columns_named_like_keywords(tmp_path, _):
    names = ("class", "lambda", "C", "Q", "I")
    made = read(tmp_path, table(["A", *ANSWERS, *"abcde"], head=("kode", *GSE, *names)))
    assert made.people.columns.tolist() == list(names)
    assert rg.score(made).table["total"].iloc[0] == sum(ANSWERS)


@row("B030")
def rows_in_another_order_keep_their_person(tmp_path, _):
    rng = np.random.default_rng(2)
    whole = frame(rng.integers(1, 5, (20, 10))).set_index(pd.Index([f"K{i}" for i in range(20)]))
    turned = whole.iloc[::-1]
    pd.testing.assert_frame_equal(rg.score(turned, "gse_10").table.loc[whole.index], rg.score(whole, "gse_10").table)


@row("B032")
def categorical_items(tmp_path, _):
    plain = frame([ANSWERS, ANSWERS[::-1]])
    category = plain.astype(pd.CategoricalDtype([4, 3, 2, 1, 9]))
    assert rg.score(category, "gse_10").values.tobytes() == rg.score(plain, "gse_10").values.tobytes()


@row("B033")
def small_integers_do_not_overflow(tmp_path, _):
    names = rg.load_instrument("dass_21").item_names
    for kind in ("int8", "Int8", "uint8"):
        assert rg.score(pd.DataFrame([[3] * 21], columns=names, dtype=kind), "dass_21").table["total"].iloc[0] == 126


@row("B034")
def unsigned_bytes_do_not_wrap(tmp_path, _):
    assert refused(rg.score, pd.DataFrame([[7] * 36], columns=SIAP, dtype="uint8"), "siap_36")[1] == {"out-of-range"}


@row("B035")
def text_columns_of_any_pandas(tmp_path, _):
    texts = frame([[str(a) for a in ANSWERS]])
    expected = rg.score(frame([ANSWERS]), "gse_10").values.tobytes()
    for kind in (object, "string", "str"):
        assert rg.score(texts.astype(kind), "gse_10").values.tobytes() == expected


@row("B036")
def every_kind_of_nothing_is_nothing(tmp_path, _):
    blanks = [np.nan, None, pd.NA, pd.NaT, "", "  "]
    values = [[blank, *ANSWERS[1:]] for blank in blanks]
    scores = rg.score(frame(values).astype(object), "gse_10")
    assert len({row.tobytes() for row in scores.values}) == 1
    assert (scores.answered == 9).all()


@row("B037")
def words_for_missing_are_declared(tmp_path, _):
    rows = table(["A", "-", *ANSWERS[1:]])
    text, codes = refused(read, tmp_path, rows)
    assert codes == {"unknown-label"}
    assert 'missing=["-"]' in text
    assert read(tmp_path, rows, missing=["-"]).codes.isna().sum().sum() == 1


@row("B038")
def na_can_be_a_name(tmp_path, _):
    made = read(tmp_path, table(["NA", "null", *ANSWERS], head=("kode", "unit", *GSE)))
    assert made.index.tolist() == ["NA"]
    assert made.people["unit"].tolist() == ["null"]


@row("B039")
def numbers_for_missing_are_declared(tmp_path, _):
    rows = table(["A", 99, *ANSWERS[1:]], ["B", *ANSWERS])
    text, codes = refused(read, tmp_path, rows)
    assert codes == {"out-of-range"}
    assert "missing=[99]" in text
    assert read(tmp_path, rows, missing=[99]).codes.isna().sum().sum() == 1


@row("B040")
def infinite_numbers(tmp_path, _):
    rows = table(["A", "1e999", *ANSWERS], ["B", "12", *ANSWERS], head=("kode", "lama", *GSE))
    text, codes = refused(read, tmp_path, rows)
    assert codes == {"infinite"}
    assert "B2" in text
    assert refused(rg.score, frame([[np.inf, *ANSWERS[1:]]]), "gse_10")[1] == {"infinite"}


@row("B041")
def hidden_letters(tmp_path, _):
    made = read(tmp_path, table(["A", "２", "4\u00a0", "3\u200b", *ANSWERS[3:]]))
    assert made.codes.iloc[0, :3].tolist() == [2, 4, 3]
    assert "cells-tidied" in said(made)


@row("B043")
def half_an_answer(tmp_path, _):
    text, codes = refused(rg.score, frame([[3.5, *ANSWERS[1:]]]), "gse_10")
    assert codes == {"not-whole"}
    assert "3.5" in text


@row("B044")
def answers_with_spaces(tmp_path, _):
    scores = rg.score(frame([["4 ", *ANSWERS[1:]]]), "gse_10")
    assert scores.table["total"].iloc[0] == 3 + sum(ANSWERS)


@row("B045")
def numbers_as_text(tmp_path, _):
    assert rg.score(frame([[str(a) for a in ANSWERS]]), "gse_10").table["total"].iloc[0] == sum(ANSWERS)


@row("B046")
def labels_and_codes_together(tmp_path, _):
    values = [["Sesuai", 3, "sesuai ", *[3] * 33]]
    assert rg.score(pd.DataFrame(values, columns=SIAP), "siap_36").table["men"].notna().all()
    text, codes = refused(rg.score, pd.DataFrame([["sesuaii", *[3] * 35]], columns=SIAP), "siap_36")
    assert codes == {"unknown-label"}
    assert "Sangat sesuai" in text


@row("B048")
def an_item_that_was_not_reversed(tmp_path, _):
    rng = np.random.default_rng(4)
    level = rng.integers(1, 5, 80)
    codes = np.clip(level[:, None] + rng.integers(-1, 2, (80, 10)), 1, 4)
    assert "item-against-scale" not in said(rg.score(frame(codes), "gse_10"))
    codes[:, 2] = 5 - codes[:, 2]
    (notice,) = [n for n in rg.score(frame(codes), "gse_10").notices if n.code == "item-against-scale"]
    assert notice.columns == ("gse_10_03",)


@row("B049")
def a_wave_that_runs_backwards(tmp_path, _):
    rng = np.random.default_rng(5)
    easy = np.linspace(1.2, 3.8, 10)
    first = np.clip(np.round(easy + rng.normal(0, 0.4, (30, 10))), 1, 4).astype(int)
    rows = [[f"K{i}", wave, *r] for wave, block in (("awal", first), ("akhir", 5 - first)) for i, r in enumerate(block)]
    head = ("kode", "gelombang", *GSE)
    assert "wave-backwards" in said(rg.score(read(tmp_path, table(*rows, head=head))))
    alike = [[f"K{i}", wave, *r] for wave in ("awal", "akhir") for i, r in enumerate(first)]
    assert "wave-backwards" not in said(rg.score(read(tmp_path, table(*alike, head=head))))


@row("B050")
def a_scale_from_zero(tmp_path, _):
    rng = np.random.default_rng(6)
    codes = rng.integers(0, 4, (30, 10))
    text, codes = refused(rg.score, frame(codes), "gse_10")
    assert codes == {"codes-shifted"}
    assert "0–3" in text


@row("B052")
def nothing_answered(tmp_path, _):
    scores = rg.score(frame([[np.nan] * 10, ANSWERS]), "gse_10")
    assert scores.table["total"].isna().tolist() == [True, False]
    assert "no-answers" in said(scores)


@row("B053")
def partly_answered(tmp_path, _):
    scores = rg.score(frame([[np.nan, *ANSWERS[1:]], [np.nan] * 4 + ANSWERS[4:]]), "gse_10")
    assert scores.table["total_answered"].tolist() == [9, 6]
    assert scores.table["total"].isna().tolist() == [False, True]
    (notice,) = [n for n in scores.notices if n.code == "partly-answered"]
    with speaking("id"):
        assert "1 skor dihitung dari sebagian butir, 1 skor kosong" in notice.text


@row("B058")
def a_code_twice(tmp_path, _):
    text, codes = refused(
        read, tmp_path, table(["A", *ANSWERS], ["A", *ANSWERS[::-1]], ["B", *ANSWERS], ["B", *ANSWERS])
    )
    assert codes == {"duplicate-key-conflict", "duplicate-key-identical"}
    assert "A2, A3" in text


@row("B059")
def a_blank_code(tmp_path, _):
    text, codes = refused(read, tmp_path, table(["", *ANSWERS], ["B", *ANSWERS]))
    assert codes == {"missing-key"}
    made = read(tmp_path, table(["B", *ANSWERS], ["", 4, *[""] * 9]))
    assert "rows-dropped" in said(made)
    assert "A2" in text


@row("B060")
def codes_that_lost_their_zeros(tmp_path, _):
    assert refused(read, tmp_path, table(["001", *ANSWERS], ["1", *ANSWERS]))[1] == {"keys-differ-by-zeros"}
    assert read(tmp_path, table(["001", *ANSWERS])).index.tolist() == ["001"]


@row("B062")
def identity_numbers_as_numbers(tmp_path, _):
    book = openpyxl.Workbook()
    for line in table([3302010101900001, "A", *ANSWERS], head=("nik", "kode", *GSE)):
        book.active.append(line)
    book.save(tmp_path / "x.xlsx")
    text, codes = refused(rg.read_responses, tmp_path / "x.xlsx", "gse_10")
    assert codes == {"number-too-long"}
    assert "33020101" not in text


@row("B063")
def phones_as_numbers(tmp_path, _):
    book = openpyxl.Workbook()
    for line in table([81234567890, "A", *ANSWERS], head=("hp", "kode", *GSE)):
        book.active.append(line)
    book.save(tmp_path / "x.xlsx")
    made = rg.read_responses(tmp_path / "x.xlsx", "gse_10")
    assert "personal-columns" in said(made)
    assert "hp" not in made.people


def dated(tmp_path, *dates):
    rows = [[f"K{i}", date, *ANSWERS] for i, date in enumerate(dates)]
    return read(tmp_path, table(*rows, head=("kode", "tanggal", *GSE)))


@row("B068")
def day_and_month_open(tmp_path, _):
    made = dated(tmp_path, "03/04/2026")
    assert made.people["tanggal"].iloc[0] == pd.Timestamp("2026-04-03")
    assert "date-order-assumed-day-first" in said(made)
    assert refused(dated, tmp_path, "13/04/2026", "04/13/2026")[1] == {"mixed-date-order"}


@row("B070")
def iso_dates(tmp_path, _):
    assert dated(tmp_path, "2026-04-03", "13/02/2026").people["tanggal"].iloc[0] == pd.Timestamp("2026-04-03")


@row("B072")
def indonesian_months(tmp_path, _):
    assert dated(tmp_path, "4 Februari 2026").people["tanggal"].iloc[0] == pd.Timestamp("2026-02-04")


def test_no_traceback_shows_what_stands_in_a_personal_cell(tmp_path):
    """A program that stops with our error prints its text, not the rows."""
    secret = "Contoh bin Rahasia"
    path = write(tmp_path, table([secret, "A", 9, *ANSWERS[1:]], head=("nama", "kode", *GSE)))
    code = f"import reintegra as rg; rg.read_responses({str(path)!r}, 'gse_10')"
    environment = {**os.environ, "PYTHONPATH": str(Path(rg.__file__).parent.parent)}
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)
    assert made.returncode == 1
    assert "Rahasia" not in made.stderr
    assert "missing=[9]" in made.stderr


def records(tmp_path, made):
    return rg.read_records(small_records.write_book(tmp_path / "catatan.xlsx", made))


@row("B061")
def a_wrong_check_character(tmp_path, _):
    """Every single wrong letter or digit is caught."""
    code = small_records.A
    for place, right in enumerate(code):
        if right != "-":
            typed = code[:place] + ("7" if right != "7" else "8") + code[place + 1 :]
            text, codes = refused(records, tmp_path, small_records.changed("jawaban", 0, pid=typed))
            assert codes == {"check-letter"}
            assert "tanda pemeriksa" in text
            assert typed in text


@row("B064")
def an_identifier_column(tmp_path, _):
    rows = table(["A", "Rahasia", *ANSWERS], head=("kode", "nama", *GSE))
    made = rg.read_responses(write(tmp_path, rows), "gse_10")
    assert "personal-columns" in said(made)
    assert "nama" not in made.people
    made = small_records.changed("peserta", 0, nama="Rahasia", nik="3302010101900001")
    text, codes = refused(records, tmp_path, made)
    assert codes == {"identity-column"}
    assert "nama" in text
    assert "nik" in text
    assert "Rahasia" not in text
    assert "3302010101900001" not in text


@row("B066")
def a_withdrawn_person(tmp_path, _):
    made = small_records.changed("persetujuan", 0, tarik_tanggal="2025-05-05")
    read_back = records(tmp_path, made)
    assert small_records.A not in set(read_back.jawaban["pid"])
    with speaking("id"):
        assert any("1 orang yang menarik persetujuan" in str(notice) for notice in read_back.notices)


@row("B067")
def no_consent(tmp_path, _):
    made = small_records.changed("persetujuan", 0, setuju_ikut="tidak")
    assert small_records.A not in set(records(tmp_path, made).peserta["pid"])
    for cells in made["persetujuan"]:
        del cells["setuju_ikut"]
    text, codes = refused(records, tmp_path, made)
    assert codes == {"no-consent-column"}
    assert "setuju_ikut" in text
    del made["persetujuan"]
    assert refused(records, tmp_path, made)[1] == {"no-consent"}


@row("B076")
def an_event_before_release(tmp_path, _):
    cells = {"masuk_lagi": 1, "tanggal_masuk_lagi": "2025-04-30"}
    text, codes = refused(records, tmp_path, small_records.changed("tindak_lanjut", 0, **cells))
    assert codes == {"event-before-release"}
    assert "2025-04-30" in text
    assert "2025-05-01" in text


@row("B077")
def follow_up_of_no_days(tmp_path, _):
    def known(last, **cells):
        return small_records.changed("tindak_lanjut", 0, tanggal_terakhir=last, **cells)

    assert refused(records, tmp_path, known("2025-04-26"))[1] == {"negative-follow-up"}
    assert refused(records, tmp_path, known("2025-05-01"))[1] == {"no-follow-up-time"}
    event = known("2025-05-01", masuk_lagi=1, tanggal_masuk_lagi="2025-05-01")
    assert "event-on-day-0" in said(records(tmp_path, event))


@row("B079")
def another_event_code(tmp_path, _):
    text, codes = refused(records, tmp_path, small_records.changed("tindak_lanjut", 0, masuk_lagi=2))
    assert codes == {"not-in-list"}
    assert "masuk_lagi" in text
    assert "0 (tidak), 1 (ya)" in text


@row("B080")
def a_wave_before_the_former(tmp_path, _):
    text, codes = refused(records, tmp_path, small_records.changed("jawaban", 1, tanggal="2025-01-19"))
    assert codes == {"wave-before-former"}
    assert "2025-01-20" in text
