"""The consultation form: pyxform accepts it, and every export of it gives the same table."""

import datetime as dt
import json

import openpyxl
import pandas as pd
import pytest

from reintegra.consult import answers, consultation_form, consultation_xlsform, read_consultations
from reintegra.core.errors import DataError, IntakeError
from reintegra.core.language import LANGUAGES, speaking
from reintegra.instruments.xlsform import LANGUAGE_NAMES

FORM = consultation_form()
NAMES = [asked.name for asked in FORM.fields]
TALKS = [
    ["P-01", "Lapas A", "Release Talk", "awal", dt.date(2026, 3, 14), "M1", 40, "jawa", 0, "Kumpul keluarga", None,
     None, "Kerja di bengkel,\nlalu nabung", "Stigma", 2, 0, None, None, 1, 1, 0, 1, 1, 1, 4, 3, 4, 2],
    ["P-02", "Lapas A", "Release Talk", "awal", dt.date(2026, 3, 15), "M2", 35, "indonesia", 2, "Bebas",
         "Utang Rp 5 juta",
     "Minta bantuan kakak", None, None, 0, 1, "Petugas jaga dipanggil", "14:05", 1, 0, 0, 1, 1, 1, 4, 4, None, 1],
    ["P-01", "Lapas A", "Release Talk", "akhir", dt.date(2026, 4, 2), "M2", None, None, 1, None, "Ditolak tetangga",
     None, None, "Modal", None, 0, None, None, 1, 1, 1, 1, 1, 0, None, None, None, None],
]  # fmt: skip


def labelled(lang):
    """Return the talks as a form writes them that exports the words of a language."""
    rows = []
    for talk in TALKS:
        row = []
        for asked, value in zip(FORM.fields, talk, strict=True):
            words = {answer.value: answer.label for answer in asked.choices} | dict(asked.words)
            row.append(words[value][lang] if value in words else value)
        rows.append(row)
    return rows


def read_as(frame, path, **options):
    frame.to_csv(path, index=False) if path.suffix == ".csv" else frame.to_excel(path, index=False)
    return read_consultations(path, **options)


def same(table, other):
    pd.testing.assert_frame_equal(table, other, check_dtype=False)


@pytest.fixture
def coded(tmp_path):
    return read_as(pd.DataFrame(TALKS, columns=NAMES), tmp_path / "kode.xlsx")


def test_pyxform_accepts_the_form_without_a_warning(tmp_path):
    convert = pytest.importorskip("pyxform.xls2xform").convert
    warnings = []
    xml = convert(str(consultation_xlsform(tmp_path / "konsultasi.xlsx")), warnings=warnings).xform
    assert warnings == []
    groups = {asked.name: part.name for part in FORM.parts for asked in part.fields}
    for name, group in groups.items():
        assert f'nodeset="/data/{group}/{name}"' in xml or f"/{group}/{name}" in xml, name


def test_the_form_on_a_phone_asks_what_the_definition_asks_and_requires_action_and_time_where_danger_is(tmp_path):
    book = openpyxl.load_workbook(consultation_xlsform(tmp_path / "konsultasi.xlsx"))
    head, *rows = book["survey"].iter_rows(values_only=True)
    rows = [dict(zip(head, row, strict=True)) for row in rows]
    asked = {row["name"]: row for row in rows}
    assert [row["name"] for row in rows if row["name"] in NAMES] == NAMES
    for name in ("action", "time", "berhenti"):
        assert asked[name]["relevant"] == "${danger_mentioned} = 1"
    assert all(asked[name]["required"] == "yes" for name in ("officer_present", "danger_mentioned", "action", "time"))
    assert all(
        asked[q.name][f"label::{LANGUAGE_NAMES[lang]}"] == q.label[lang] for q in FORM.fields for lang in LANGUAGES
    )


def test_names_and_codes_come_back_as_they_were(coded):
    assert list(coded.columns) == NAMES
    assert list(coded["date"]) == [pd.Timestamp(talk[4]) for talk in TALKS]
    for name in ("officer_present", "plan_concreteness", "danger_mentioned", "step_2", "feedback_4", "minutes"):
        place = NAMES.index(name)
        expected = [float("nan") if talk[place] is None else talk[place] for talk in TALKS]
        pd.testing.assert_series_equal(coded[name], pd.Series(expected, dtype=float, name=name))
    assert coded["plan"][0] == "Kerja di bengkel,\nlalu nabung"
    assert coded["time"][1] == "14:05"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_export_with_question_texts_and_labels_gives_the_same_table(lang, coded, tmp_path):
    headings = [asked.label[lang] for asked in FORM.fields]
    frame = pd.DataFrame(labelled(lang), columns=headings)
    frame.insert(0, "Timestamp", "2026/04/02 10:11:12 AM GMT+7")
    frame[headings[4]] = [f"{talk[4]:%d/%m/%Y}" for talk in TALKS]
    same(read_as(frame, tmp_path / "google.csv"), coded)


def test_a_kobo_export_with_groups_gives_the_same_table(coded, tmp_path):
    groups = {asked.name: part.name for part in FORM.parts for asked in part.fields}
    frame = pd.DataFrame(TALKS, columns=[f"{groups[name]}/{name}" for name in NAMES])
    frame["bahaya/time"] = [None, "14:05:00.000+07:00", None]
    frame.insert(0, "start", "2026-04-02T10:11:12.000+07:00")
    frame["_uuid"] = ["a", "b", "c"]
    same(read_as(frame, tmp_path / "kobo.xlsx"), coded)


def test_dates_in_words_and_times_as_people_write_them_are_read(coded, tmp_path):
    frame = pd.DataFrame(TALKS, columns=NAMES)
    frame["date"] = ["Sabtu, 14 Maret 2026", "15-03-2026", "2 April 2026"]
    frame["time"] = [None, "pukul 14.05 WIB", None]
    frame["minutes"] = ["40 menit", "35", None]
    same(read_as(frame, tmp_path / "ketik.xlsx"), coded)


def test_short_headings_typed_from_paper_are_found(coded, tmp_path):
    short = {"person": "Kode WBP", "site": "UPT", "programme": "Program", "wave": "Gelombang", "date": "Tgl",
             "facilitator": "Fasilitator", "officer_present": "Petugas hadir", "hope": "Harapan",
             "worry": "Kekhawatiran",
             "strategy": "Strategi", "plan": "Rencana", "challenge": "Tantangan", "danger_mentioned": "Bahaya disebut",
             "action": "Tindakan", "time": "Jam"}  # fmt: skip
    frame = pd.DataFrame(TALKS, columns=NAMES)[list(short)].rename(columns=short)
    table = read_as(frame, tmp_path / "kertas.xlsx")
    same(table[list(short)], coded[list(short)])
    assert table["feedback_1"].isna().all()


def faults(tmp_path, changes=(), drop=(), **options):
    frame = pd.DataFrame(TALKS, columns=NAMES).astype(object).drop(columns=list(drop))
    for row, name, value in changes:
        frame.loc[row, name] = value
    with pytest.raises(IntakeError) as caught:
        read_as(frame, tmp_path / "salah.xlsx", **options)
    return caught.value


def test_danger_without_what_was_done_and_when_is_refused(tmp_path):
    error = faults(tmp_path, [(1, "action", None), (1, "time", None)])
    assert [(p.code, p.cell) for p in error.problems] == [("talk-danger", "Q3"), ("talk-danger", "R3")]
    error = faults(tmp_path, drop=["action"])
    assert [(p.code, p.row) for p in error.problems] == [("talk-danger", 3)]


def test_all_faults_are_told_at_once_and_none_repeats_what_was_told(tmp_path):
    secret = "katanya mau menyusul almarhum"
    changes = [
        (0, "danger_mentioned", secret),
        (0, "officer_present", None),
        (1, "minutes", secret),
        (1, "time", secret),
        (2, "date", secret),
        (2, "plan_concreteness", 4),
        (2, "wave", "awal"),
        (1, "facilitator", None),
    ]
    error = faults(tmp_path, changes)
    assert {p.code for p in error.problems} == {
        "talk-no-choice", "talk-blank", "talk-not-minutes", "talk-not-a-time", "talk-not-a-date", "talk-twice",
    }  # fmt: skip
    assert len(error.problems) == len(changes)
    for lang in LANGUAGES:
        with speaking(lang):
            assert secret not in str(error)
            assert secret not in error.table.to_string()


def test_a_question_that_must_be_answered_needs_its_column_and_others_do_not(tmp_path):
    error = faults(tmp_path, drop=["danger_mentioned", "minutes"])
    assert [(p.code, p.column) for p in error.problems] == [("talk-no-column", ["danger_mentioned"])]


def test_columns_that_are_no_questions_are_left_out_and_those_on_rights_are_refused(tmp_path):
    frame = pd.DataFrame(TALKS, columns=NAMES).assign(**{"Nama lengkap": "Budi", "Blok": "A"})
    table = read_as(frame, tmp_path / "lain.xlsx")
    assert list(table.columns) == NAMES
    notices = {notice.code: notice.columns for notice in table.attrs["notices"]}
    assert notices["personal-columns"] == ("Nama lengkap",)
    assert notices["talk-other-columns"] == ("Blok",)
    frame["Skor SPPN"] = 80
    with pytest.raises(IntakeError) as caught:
        read_as(frame, tmp_path / "hak.xlsx")
    assert [p.code for p in caught.value.problems] == ["decides-rights"]


def test_names_where_codes_should_be_are_refused_and_not_repeated(tmp_path):
    error = faults(tmp_path, [(row, "person", f"Slamet{row} bin Karto") for row in range(3)])
    assert [p.code for p in error.problems] == ["personal-key"]
    assert "Slamet" not in str(error)


def test_of_two_talks_in_one_wave_the_caller_chooses(tmp_path):
    frame = pd.DataFrame([*TALKS, [*TALKS[0][:4], dt.date(2026, 3, 20), *TALKS[0][5:]]], columns=NAMES)
    for choice, day in (("first", 14), ("last", 20)):
        table = read_as(frame, tmp_path / "dua.xlsx", duplicates=choice)
        assert len(table) == 3
        assert table.loc[(table["person"] == "P-01") & (table["wave"] == "awal"), "date"].dt.day.tolist() == [day]
    with pytest.raises(DataError):
        read_as(frame, tmp_path / "dua.xlsx", duplicates="semua")


def test_waves_and_units_have_one_spelling(tmp_path):
    frame = pd.DataFrame(TALKS, columns=NAMES)
    frame["site"] = ["Lapas A", "Lapas A", "lapas a "]
    frame["wave"] = ["Awal", "awal", "After the course"]
    table = read_as(frame, tmp_path / "ejaan.csv")
    assert table["site"].tolist() == ["Lapas A"] * 3
    assert table["wave"].tolist() == ["awal", "awal", "After the course"]


def test_a_json_export_is_read_too(coded, tmp_path):
    path = tmp_path / "kobo.json"
    rows = [{k: v for k, v in zip(NAMES, talk, strict=True) if v is not None} for talk in TALKS]
    path.write_text(json.dumps(rows, default=str), "utf-8")
    same(read_consultations(path), coded)


def test_every_text_is_an_answer_with_an_id_of_its_own_that_is_a_file_name(coded):
    table = answers(coded)
    told = [(t[0], t[3], name) for t in TALKS for name in ("hope", "worry", "strategy", "plan", "challenge")
            if t[NAMES.index(name)]]  # fmt: skip
    assert list(table[["person", "wave", "section"]].itertuples(index=False, name=None)) == told
    assert table["answer"].tolist() == [".".join(key) for key in told]
    assert list(table.columns) == ["answer", "person", "wave", "section", "text", "site", "programme", "facilitator",
                                   "officer_present"]  # fmt: skip
    awkward = pd.DataFrame({"person": ["a/1", "A:1", "CON"], "wave": "x", "hope": "ya"})
    ids = answers(awkward)["answer"]
    assert ids.tolist() == ["a_1.x.hope", "A_1.x.hope_2", "_CON.x.hope"]


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ({"person": ["a"], "hope": ["x"]}, "talk-columns"),
        ({"person": ["a"], "wave": ["x"]}, "talk-columns"),
        ({"person": ["a", None], "wave": ["x", "x"], "hope": ["x", "y"]}, "talk-without-code"),
        ({"person": ["a", "a"], "wave": ["x", "x"], "hope": ["x", "y"]}, "talk-twice-a-wave"),
    ],
)
def test_texts_that_belong_to_nobody_or_to_two_talks_are_refused(frame, code):
    with pytest.raises(DataError) as caught:
        answers(pd.DataFrame(frame))
    assert caught.value.code == code
