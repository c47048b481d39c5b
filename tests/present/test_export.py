"""Ways out: what is exported reads back as the same answers, no cell runs, and nobody's name leaves."""

import csv
import io
import sys
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest
from docx import Document
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

import reintegra as rg
from reintegra.core.errors import DisclosureError
from reintegra.core.formula_guard import GUARD, guarded, unguarded
from reintegra.core.language import speaking
from reintegra.core.text import tidy
from reintegra.intake import responses_of
from reintegra.intake.people import looks_personal
from reintegra.present import export
from reintegra.present.export_sav import missing_codes, spss_names
from reintegra.present.outgoing import LONGEST_TEXT, cut, writable

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "data" / "demo" / "siap_36.csv"
KSR = rg.load_instrument(ROOT / "tests" / "corpus" / "instrument.toml")
READABLE = [("x.xlsx", {}), ("x.sav", {}), ("x.csv", {}), ("x.csv", {"style": "excel-id"})]
IDS = ["xlsx", "sav", "csv", "csv-excel-id"]
LINK, COMMAND = '=HYPERLINK("http://x.test")', "=cmd|' /C calc'!A0"
FORMULAS = ["=1+1", "+62", "-3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1+1", LINK, COMMAND]


def responses(texts, answers=None, heading="catatan", **columns):
    """Return answers of as many people as there are texts."""
    rows = answers if answers is not None else [[1 + place % 5] * len(KSR.items) for place in range(len(texts))]
    frame = pd.DataFrame(rows, columns=KSR.item_names, dtype=float)
    frame[heading] = texts
    frame = frame.assign(**columns)
    frame.index = pd.Index([f"R{place}" for place in range(len(texts))], name="kode")
    return responses_of(frame, KSR)


def codes_of(exported):
    return {notice.code for notice in exported.notices}


@pytest.fixture(scope="module")
def demo():
    return rg.read_responses(DEMO, "siap_36")


@pytest.mark.parametrize(("name", "options"), READABLE, ids=IDS)
def test_the_demo_reads_back_as_it_was(demo, name, options, tmp_path):
    path = export(demo, tmp_path / name, **options).path
    again = rg.read_responses(path, "siap_36")
    pd.testing.assert_frame_equal(again.codes, demo.codes)
    pd.testing.assert_frame_equal(again.people, demo.people, check_dtype=False)


@pytest.mark.parametrize(("name", "options"), READABLE, ids=IDS)
def test_answers_exported_with_their_scores_give_the_same_scores_again(demo, name, options, tmp_path):
    scores = rg.score(demo)
    again = rg.score(rg.read_responses(export(scores, tmp_path / name, **options).path, "siap_36"))
    assert again.values.tobytes() == scores.values.tobytes()


# what a typist, a form or a prankster may leave in a cell
nasty = st.one_of(
    st.text(max_size=30),
    st.text(alphabet="=+-@'\";,\t\r\n \u00a0\u200b01,.é🙂\x00\x01\x0b\x1c\ufffe", max_size=12),
    st.sampled_from(
        [*FORMULAS, "'", "''=1", GUARD, GUARD + "=1", GUARD * 2 + "@", "NA", "nan", "None", "NULL", "#N/A"]
    ),
    st.sampled_from(["007", "1.500", "1,5", "12", "TRUE", "2026-01-02", "3-4", "a;b", 'a"b', "a\nb", "é" * 20_000]),
)


@settings(
    deadline=None,
    max_examples=15,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_every_round_trip_gives_back_codes_and_texts(data, tmp_path):
    texts = [f"teks {data.draw(st.text(max_size=5))}x", *data.draw(st.lists(nasty, max_size=4))]
    choice = st.sampled_from([np.nan, 1, 2, 3, 4, 5])
    answers = [[3.0, *data.draw(st.lists(choice, min_size=11, max_size=11))] for _ in texts]
    number = st.floats(-1e9, 1e9, allow_subnormal=False) | st.sampled_from([1.125, -0.5, 1e-7, 0.1 + 0.2, np.nan])
    numbers = data.draw(st.lists(number, min_size=len(texts), max_size=len(texts)))
    made = responses(texts, answers, angka=numbers)
    made.people.index = pd.Index([f"{text[:20]}{place}" for place, text in enumerate(texts)], name="kode")
    keys = [tidy(writable(key)) for key in made.index]
    expected = [tidy(writable(cut(writable(text), LONGEST_TEXT))) or None for text in texts]
    assume(not looks_personal("catatan", expected) and not looks_personal("kode", keys))
    assume(not looks_personal("angka", numbers))
    for name, options in READABLE:
        path = export(made, tmp_path / name, **options).path
        first = rg.read_responses(path, KSR)
        assert (first.block == made.block).all()
        assert first.index.tolist() == keys
        kept = first.people["catatan"]
        assert [None if text != text else text for text in kept] == expected
        if not np.isnan(numbers).all():
            # openpyxl writes sixteen digits, one fewer than a number may need
            np.testing.assert_allclose(
                first.people["angka"].to_numpy(float), numbers, rtol=1e-15 if "xlsx" in name else 0
            )
        second = rg.read_responses(export(first, tmp_path / f"y{name}", **options).path, KSR)
        pd.testing.assert_frame_equal(second.codes, first.codes)
        pd.testing.assert_frame_equal(second.people, first.people, check_dtype=False)


@given(nasty | st.text())
def test_the_guard_is_inert_and_comes_off_again(text):
    assert unguarded(guarded(text)) == text
    assert not guarded(text).lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert not guarded(text).startswith(("\t", "\r", "\n"))


@given(st.text().filter(lambda text: not text.startswith(GUARD)))
def test_nothing_is_taken_off_a_text_that_was_not_guarded(text):
    assert unguarded(text) == text
    assert unguarded("'" + text) == "'" + text or text.startswith("\u00a0")


def test_an_apostrophe_that_somebody_else_wrote_stays(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("kode,catatan," + ",".join(KSR.item_names) + "\n'A,'=1" + ",3" * 12 + "\n", "utf-8")
    read = rg.read_responses(path, KSR)
    assert (read.index[0], read.people["catatan"].iloc[0]) == ("'A", "'=1")


def test_the_guard_survives_a_copy_saved_by_an_old_excel(tmp_path):
    made = responses(["=1+1", "é"])
    path = export(made, tmp_path / "x.csv", style="excel-id").path
    path.write_bytes(path.read_bytes().decode("utf-8-sig").encode("cp1252"))
    assert rg.read_responses(path, KSR).people["catatan"].tolist() == ["=1+1", "é"]


def test_no_cell_of_an_export_can_run(tmp_path):
    made = responses(FORMULAS, heading="=cmd()")
    made.people.index = pd.Index([f"={place}" for place in range(len(FORMULAS))], name="kode")
    first, *others = KSR.items[0].answers
    evil = replace(KSR.items[0], label={"id": "=1+1"}, answers=(replace(first, label={"id": "@x"}), *others))
    made = replace(made, instrument=replace(KSR, title={"id": "=2+2"}, items=(evil, *KSR.items[1:])))
    scores = rg.score(made)
    book = openpyxl.load_workbook(export(scores, tmp_path / "x.xlsx").path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    assert sum(str(cell.value).lstrip().startswith("=") for cell in cells) > len(FORMULAS)
    with zipfile.ZipFile(tmp_path / "x.xlsx") as archive:
        assert not any(b"<f" in archive.read(n) for n in archive.namelist() if n.startswith("xl/worksheets/sheet"))
    for style, delimiter in (("plain", ","), ("excel-id", ";")):
        text = export(scores, tmp_path / "x.csv", style=style).path.read_bytes().decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        texts = [
            cell
            for row in rows
            for cell in row
            if cell and not cell.replace(",", ".").lstrip("-").replace(".", "").isdigit()
        ]
        assert sum(cell.startswith(GUARD) for cell in texts) > 2 * len(FORMULAS)
        assert not [cell for cell in texts if cell.lstrip().startswith(tuple("=+-@＝＋－＠")) or cell[0] in "\t\r\n"]
    for what in (scores, made):
        with zipfile.ZipFile(export(what, tmp_path / "x.docx").path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        document = parts["word/document.xml"]
        for element in (b"<w:hyperlink", b"w:fldSimple", b"w:instrText", b"w:object", b"w:altChunk"):
            assert element not in document
        assert b"=2+2" in document
        assert b'TargetMode="External"' not in b"".join(v for k, v in parts.items() if k.endswith(".rels"))


@pytest.mark.parametrize("name", ["x.xlsx", "x.sav", "x.csv", "x.docx"])
def test_nothing_personal_leaves(name, tmp_path):
    secret = {
        "Nama lengkap": "Budi Contoh",
        "NIK": "3302010101900001",
        "No. HP": "081234567890",
        "SPPN": 77.25,
        "Skor RRI": 77.25,
        "asal": "Wahyu bin Contoh",
        "kosong": 3302010101900001,
    }
    made = responses(["a", "b", "c"])
    made = replace(made, people=made.people.assign(**secret))
    exported = export(rg.score(made), tmp_path / name)
    assert codes_of(exported) == {"not-exported"}
    assert exported.notices[0].columns == tuple(secret)
    data = exported.path.read_bytes()
    if zipfile.is_zipfile(exported.path):
        with zipfile.ZipFile(exported.path) as archive:
            data = b"".join(archive.read(part) for part in archive.namelist())
    for trace in (b"Budi", b"3302010101900001", b"081234567890", b"77.25", b"Wahyu", b"bin Contoh"):
        assert trace not in data


def test_a_number_with_decimals_is_no_identity_number(tmp_path):
    made = responses(["a", "b"], rata=[1.6302809715270996, 65.27777777777779])
    assert codes_of(export(made, tmp_path / "x.csv")) == set()
    assert looks_personal("x", ["3302010101900001"])
    assert looks_personal("x", ["3302.0101.0190.0001"])
    assert looks_personal("x", ["0812.34567890"])


def test_names_as_codes_are_refused(tmp_path):
    made = responses(["a", "b"])
    for index in (["Wahyu bin Contoh", "Siti binti Contoh"], ["3302010101900001", "3302010101900002"]):
        made.people.index = pd.Index(index, name="kode")
        with pytest.raises(DisclosureError) as caught:
            export(made, tmp_path / "x.csv")
        assert caught.value.code == "personal-codes"
        assert index[0] not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_the_status_and_the_warning_go_with_every_export_that_has_a_place(demo, tmp_path):
    status, warning = "SIAP-36 belum divalidasi", "Bukan untuk menentukan remisi"
    book = openpyxl.load_workbook(export(demo, tmp_path / "x.xlsx").path)
    for name in ("butir", "kamus"):
        said = " ".join(str(cell.value) for cell in book[name]["A"][:4])
        assert status in said
        assert warning in said
    _, meta = pyreadstat.read_sav(export(demo, tmp_path / "x.sav").path, metadataonly=True)
    assert meta.file_label == "SIAP-36: Skala Kesiapan Pra-Bebas"
    notes = " ".join(meta.notes)
    assert status in notes
    assert warning in notes
    text = "\n".join(p.text for p in Document(str(export(demo, tmp_path / "x.docx").path)).paragraphs)
    assert status in text
    assert warning in text


def test_an_spss_file_carries_wording_labels_missing_codes_and_levels(demo, tmp_path):
    with speaking("en"):
        path = export(rg.score(demo), tmp_path / "x.sav").path
    frame, meta = pyreadstat.read_sav(path, user_missing=True)
    assert meta.column_names_to_labels["men1"] == "I know what I want to develop in myself."
    assert meta.variable_value_labels["men1"][4.0] == "Very much like me"
    assert 99.0 in meta.variable_value_labels["men1"]
    assert [(each["lo"], each["hi"]) for each in meta.missing_ranges["men1"]] == [(77, 77), (88, 88), (99, 99)]
    assert meta.original_variable_types["men1"] == "F2.0"
    levels = [meta.variable_measure[name] for name in ("kode", "men1", "men", "men_band")]
    assert levels == ["nominal", "ordinal", "scale", "ordinal"]
    assert meta.column_names_to_labels["men"] == "Mental readiness (0–100)"
    bands = rg.score(demo).in_words("en")["men_band"].astype(object).fillna("")
    labels = frame["men_band"].map(meta.variable_value_labels["men_band"]).fillna("")
    assert labels.tolist() == bands.tolist()
    assert meta.original_variable_types["tanggal"] == "DATE11"
    assert pd.to_datetime(frame["tanggal"]).tolist() == demo.people["tanggal"].tolist()


def test_what_spss_cannot_hold_is_shortened_at_a_letter_and_said(tmp_path):
    long = "é" * 200
    alike = [replace(answer, label={"id": long + str(answer.value)}) for answer in KSR.items[0].answers]
    item = replace(KSR.items[0], label={"id": long}, answers=tuple(alike))
    made = responses(["a"], heading="Apa yang Anda harapkan?")
    made = replace(made, instrument=replace(KSR, items=(item, *KSR.items[1:])))
    exported = export(made, tmp_path / "x.sav")
    assert codes_of(exported) == {"labels-shortened", "names-changed"}
    _, meta = pyreadstat.read_sav(exported.path)
    label = meta.column_names_to_labels["ksr01"]
    assert label == "é" * 126 + "…"
    assert len(label.encode()) <= 256
    values = list(meta.variable_value_labels["ksr01"].values())[:5]
    assert len(set(values)) == 5
    assert all(len(value.encode()) <= 120 and value.startswith("éé") and "… (" in value for value in values)
    assert meta.column_names_to_labels["Apa_yang_Anda_harapkan"] == "Apa yang Anda harapkan?"
    assert "Apa yang Anda harapkan? → Apa_yang_Anda_harapkan" in str(exported)


@settings(deadline=None)
@given(st.lists(st.text(min_size=1, max_size=80), unique=True, max_size=8))
def test_any_heading_becomes_a_name_that_spss_takes(headings):
    names = list(spss_names(headings).values())
    assert len({name.casefold() for name in names}) == len(headings)
    assert all(len(name.encode()) <= 64 and name[0].isalpha() and name[-1] not in "._" for name in names)
    assert all(all(letter.isalnum() or letter in "._$#@" for letter in name) for name in names)
    if names:
        with tempfile.TemporaryDirectory() as folder:
            pyreadstat.write_sav(pd.DataFrame([[1.0] * len(names)], columns=names), Path(folder) / "x.sav")
            assert pyreadstat.read_sav(Path(folder) / "x.sav")[1].column_names == names


def test_reserved_words_and_names_that_differ_in_case_are_changed():
    given = ["with", "Kode", "kode", "1. Umur", "a" * 70, "a" * 70 + "b", "men1"]
    assert list(spss_names(given).values()) == [
        "v.with", "Kode", "kode_2", "v.1._Umur", "a" * 64, "a" * 62 + "_2", "men1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("codes", "blanks", "expected"),
    [
        ([1, 2, 3], [99, 77, 88], [77, 88, 99]),
        ([1, 2, 3], [96, 97, 98, 99], [{"lo": 96, "hi": 99}]),
        ([1, 2, 3], [-9, 97, 98, 99], [{"lo": 97, "hi": 99}, -9]),
        ([1, 2, 3], [-9, -8, 98, 99], []),
        ([1, 2, 3], [], []),
    ],
)
def test_no_answer_of_an_item_is_ever_declared_missing(codes, blanks, expected):
    assert missing_codes(codes, blanks) == expected


def test_dates_stay_the_same_days_in_every_format(tmp_path):
    days = pd.to_datetime(["1899-05-17", "2026-02-28", None]).astype("datetime64[s]")
    moments = pd.to_datetime(["2026-01-02 10:30", "2026-01-03 00:00", None]).astype("datetime64[s]")
    made = responses(["a", "b", "c"], lahir=days, tanggal_isi=moments)
    for name, options in READABLE:
        people = rg.read_responses(export(made, tmp_path / name, **options).path, KSR).people
        assert people["lahir"].dt.date.astype(str).tolist()[:2] == ["1899-05-17", "2026-02-28"]
        assert people["tanggal_isi"].tolist()[:2] == moments.tolist()[:2]
        assert people[["lahir", "tanggal_isi"]].iloc[2].isna().all()


def test_the_csv_for_indonesian_excel_is_written_as_that_reads_it(tmp_path):
    made = responses(["satu; dua", "é"], angka=[1.125, 2.5])
    data = export(made, tmp_path / "x.csv", style="excel-id").path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbfkode;catatan;angka;ksr01;")
    assert b'\r\nR0;"satu; dua";1,1250;1;' in data
    assert export(made, tmp_path / "x.csv").path.read_bytes().split(b"\r\n")[1].startswith(b"R0,satu; dua,1.1250,1,")


def test_a_workbook_holds_answers_scores_and_codebook(demo, tmp_path):
    book = openpyxl.load_workbook(export(rg.score(demo), tmp_path / "x.xlsx", lang="en").path)
    assert book.sheetnames == ["items", "scores", "codebook", "notices"]
    rows = {row[0]: row for row in book["codebook"].iter_rows(values_only=True)}
    assert rows["men4"][1:4] == (
        "I feel confused when I think about my life after release.",
        "1 Not at all like me; 2 Not like me; 3 Like me; 4 Very much like me",
        "reversed",
    )
    assert rows["(every item)"][2].startswith("77 ")
    assert rows["total"][2] == "0–100"


@pytest.mark.parametrize(("lang", "mean", "codebook"), [("id", "65,4", "Kamus data"), ("en", "65.4", "Codebook")])
def test_a_word_document_is_made_of_real_tables_on_a4(demo, tmp_path, lang, mean, codebook):
    first = rg.score(demo.take(demo.index.get_level_values(1) == "awal"))
    alone = replace(first.responses, people=first.people.droplevel(1))
    document = Document(str(export(rg.score(alone), tmp_path / "x.docx", lang=lang).path))
    page = document.sections[0]
    assert (round(page.page_width.cm, 1), round(page.page_height.cm, 1)) == (21.0, 29.7)
    assert codebook in [paragraph.text for paragraph in document.paragraphs]
    assert len(document.tables) == 2
    for table in document.tables:
        assert table.rows[0]._tr.trPr.xpath("w:tblHeader")
        assert not table.rows[1]._tr.trPr.xpath("w:tblHeader")
    expected = f"{first.of('men').mean():.1f}".replace(".", "," if lang == "id" else ".")
    assert document.tables[0].rows[1].cells[3].text == expected
    assert [row.cells[0].text for row in document.tables[1].rows][-1] in ("(setiap butir)", "(every item)")


def test_a_word_document_shows_waves_apart_and_no_single_person(demo, tmp_path):
    for what in (demo, rg.score(demo)):
        document = Document(str(export(what, tmp_path / "x.docx").path))
        assert len(document.tables) == 4
        text = "\n".join(
            [p.text for p in document.paragraphs]
            + [c.text for t in document.tables for r in t.rows for c in r.cells[:1]]
        )
        assert "649 formulir terisi dari 240 orang" in text
        assert [line for line in text.split("\n") if line.startswith("Gelombang: ")] == [
            "Gelombang: awal", "Gelombang: tengah", "Gelombang: akhir",
        ]  # fmt: skip
        assert not any(str(person) in text for person in demo.index.get_level_values(0))
    few = Document(str(export(responses(["a"] * 4), tmp_path / "x.docx").path)).tables[0]
    assert {cell.text for row in few.rows[1:] for cell in row.cells[3:]} == {"–"}


def test_texts_too_long_and_control_characters_are_said(tmp_path):
    made = responses(["é" * 20_000, "a\x00b"])
    for name, options in READABLE:
        exported = export(made, tmp_path / name, **options)
        assert codes_of(exported) == {"texts-shortened", "characters-replaced"}
        kept = rg.read_responses(exported.path, KSR).people["catatan"]
        assert kept.tolist() == [tidy("é" * 15_998 + "…"), "a b"]


def test_people_without_any_answer_are_said(tmp_path):
    made = responses(["a", "b"], [[3.0] * 12, [np.nan] * 12])
    exported = export(made, tmp_path / "x.csv")
    assert codes_of(exported) == {"blank-people"}
    assert len(rg.read_responses(exported.path, KSR)) == 1


def test_row_numbers_that_served_as_codes_become_codes(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(",".join(KSR.item_names) + "\n" + ",".join("3" * 12) + "\n", "utf-8")
    first = rg.read_responses(path, KSR)
    second = rg.read_responses(export(first, tmp_path / "b.csv").path, KSR)
    assert second.index.tolist() == first.index.tolist() == ["2"]


def test_a_heading_like_a_score_gets_another_name(tmp_path):
    score = KSR.scores[0].name
    exported = export(rg.score(responses(["a", "b"], heading=score)), tmp_path / "x.csv")
    assert codes_of(exported) >= {"names-changed"}
    with exported.path.open(encoding="utf-8") as file:
        heads = next(csv.reader(file))
    assert len(set(heads)) == len(heads)


def test_what_cannot_be_exported_is_refused(tmp_path, monkeypatch):
    made = responses(["a", "b"])
    for name, options in (("x.pdf", {}), ("x", {}), ("x.csv", {"style": "excel"})):
        with pytest.raises(rg.ReintegraError) as caught:
            export(made, tmp_path / name, **options)
        assert caught.value.code == "unknown-export"
    monkeypatch.setattr(sys.modules["reintegra.present.export"], "MOST_ROWS", 1)
    with pytest.raises(rg.ReintegraError) as caught:
        export(made, tmp_path / "x.xlsx")
    assert caught.value.code == "does-not-fit"
    (tmp_path / "berkas").write_text("")
    with pytest.raises(rg.ReintegraError) as caught:
        export(made, tmp_path / "berkas" / "x.csv")
    assert caught.value.code == "cannot-write-folder"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["berkas"]


def test_the_file_the_answers_came_from_is_never_overwritten(tmp_path):
    path = export(responses(["a", "b"]), tmp_path / "pra.csv").path
    before = path.read_bytes()
    with pytest.raises(rg.ReintegraError) as caught:
        export(rg.read_responses(path, KSR), path, style="excel-id")
    assert caught.value.code == "is-the-source"
    assert path.read_bytes() == before
    assert export(responses(["a", "b", "c"]), path).path == path


def test_a_file_that_is_open_elsewhere_is_left_alone(tmp_path, monkeypatch):
    move = Path.replace

    def locked(self, target):
        if Path(target).name == "x.sav":
            raise PermissionError
        return move(self, target)

    monkeypatch.setattr(Path, "replace", locked)
    exported = export(responses(["a", "b"]), tmp_path / "x.sav")
    assert exported.path.name == "x (2).sav"
    assert "x (2).sav" in str(exported)
    assert len(rg.read_responses(exported.path, KSR)) == 2
