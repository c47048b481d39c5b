"""Masking: what was planted is gone, sums and years stand, and nothing leaves that no person has read."""

import openpyxl
import pandas as pd
import pytest

from reintegra.consult import mask, read_review, review_sheet, reviewed_table, reviewed_text
from reintegra.consult.identifiers import plain
from reintegra.core.errors import DataError, DisclosureError, IntakeError
from reintegra.core.language import LANGUAGES, say, speaking

ROSTER = [
    "Bagus Widodo", "Sri Wahyuni, S.H.", "Drs. H. Slamet Riyadi alias Gendon", "Ma'ruf Hidayat", "Rejeki Lestari",
    "Untung Budi Santoso", "Abdul-Rahman Tarigan", "Tri Wati", "Yohanes Paulus Simanjuntak (Jon)", "Ny. Ratna Ayu",
    "Dwi Cahyono", "Hartono", "Kasiyem", "Ngatinah binti Kromo", "Bambang S. Pamungkas", "José Amaral", "Eko Prasetyo",
]  # fmt: skip


def table_of(texts):
    return pd.DataFrame({"answer": [f"P{n:05}.awal.hope" for n in range(len(texts))], "text": list(texts)})


def masked(text, roster=ROSTER):
    return mask(table_of([text]), roster).table["text"][0]


def doubts(text, roster=ROSTER):
    review = mask(table_of([text]), roster).review
    return list(review[["kind", "words"]].itertuples(index=False, name=None))


@pytest.mark.parametrize(
    "text",
    [
        "utang Rp 5 juta dan 2.000.000", "10.500.000 20.500.000", "Rp1.250.000,-", "divonis 5 tahun 6 bulan",
        "5th 6bln",
        "sejak 2018, bebas tahun 2026", "2018-2021", "umur 33, anak 3, sawah 2 hektar", "jam 08.00-10.00",
        "bulan Mei 2026",
        "jalan yang benar, jalan kaki", "blok B kamar 12", "25 ekor ayam, 10%", "3.500.000 per bulan", "no 5",
    ],
)  # fmt: skip
def test_sums_years_and_counts_are_left_alone(text):
    assert masked(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("NIK 33.02.11.120590.0001", "NIK [NIK]"),
        ("wa 0812-3456-7890, utang 5 juta", "wa [telepon], utang 5 juta"),
        ("lahir 12 Mei 1990", "lahir [tanggal 1990]"),
        ("surat ke budi@mail.com. Nanti", "surat ke [surel]. Nanti"),
        ("rumah di Jl. Merdeka No. 12 RT 03/RW 04, Kab. Banyumas", "rumah di [alamat], Kab. Banyumas"),
        ("register BI.N.33/2021", "register [nomor register]"),
        ("rekening BRI 1234-01-012345-50-1", "rekening BRI [nomor]"),
        ("0812 3456 7890 5 juta", "[telepon] 5 juta"),
        ("NIK:33O2111205900001", "NIK:[NIK]"),
        ("lihat www.contoh.com/budi, ig: budi.s", "lihat [akun] ig: [akun]"),
        ("plat R 1234 AB", "plat [nomor]"),
        ("123/Pid.Sus/2021/PN Pwt, UU 35/2009", "[nomor register], UU 35/2009"),
        ("anak Paijo bin Kromo", "anak Paijo bin [nama]"),
        ("٠٨١٢٣٤٥٦٧٨٩٠", "[telepon]"),
    ],
)
def test_patterns_are_masked_without_a_roster(text, expected):
    assert masked(text, []) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kerjanya bagus", "kerjanya bagus"),
        ("Pak Bagus dan pak bagus", "Pak [nama] dan pak [nama]"),
        ("bagus widodo", "[nama]"),
        ("Bagus sekali", "[nama] sekali"),
        ("B. Widodo, Bagus W.", "[nama], [nama]"),
        ("HARTONO, Hartonone, hartono-nya", "[nama], [nama], [nama]-nya"),
        ("Ma\u2019ruf dan MARUF", "[nama] dan [nama]"),
        ("H\u0430rtono", "[nama]"),
        ("Har\u200btono\u00a0Eko", "[nama]"),
        ("budisantoso UntungBudi", "[nama]"),
        ("minta nasihat ustad. Sri datang", "minta nasihat ustad. [nama] datang"),
        ("untung ada ibu", "untung ada ibu"),
    ],
)
def test_names_of_the_roster_are_masked_in_every_spelling_but_not_as_words_of_daily_speech(text, expected):
    assert masked(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kerjanya bagus", [("ordinary", "bagus")]),
        ("Ketemu sama Joko di sini", [("capital", "Joko")]),
        ("ikut mas joko", [("title", "joko")]),
        ("Kata Pak Tarno", [("title", "Tarno")]),
        ("pak rt dan Bu Guru", []),
        ("pulang ke desa sokaraja", [("place", "sokaraja")]),
        ("katanya 1234567", [("number", "1234567")]),
        ("kata A.B. begitu", [("initials", "A.B.")]),
        ("KETEMU SAMA TEMAN LAMA", [("all_capitals", "")]),
        ("Lapas Purwokerto, Allah, bulan Mei, HP, BLK", [("capital", "Purwokerto")]),
    ],
)
def test_what_may_name_somebody_is_listed_for_a_person_to_look_at(text, expected):
    assert doubts(text) == expected


@pytest.mark.parametrize("suffix", [".txt", ".csv", ".xlsx"])
def test_a_roster_is_read_from_a_file_and_is_nowhere_in_the_result(suffix, tmp_path):
    path = tmp_path / f"nama{suffix}"
    if suffix == ".xlsx":
        pd.DataFrame({"Nama lengkap": ROSTER, "No": range(len(ROSTER))}).to_excel(path, index=False)
    else:
        path.write_text("Nama\n" + "\n".join(ROSTER), "utf-8-sig")
    result = mask(table_of(["Kata Hartono dan gendon, nama saya lain"]), path)
    assert result.table["text"][0] == "Kata [nama] dan [nama], nama saya lain"
    assert "artono" not in repr(vars(result)) + str(result) + result._repr_html_()
    with pytest.raises(IntakeError):
        mask(table_of(["x"]), tmp_path / "tidak ada.txt")


def test_numbers_on_the_roster_are_masked_however_they_are_grouped():
    assert masked("kamar 12 nomor 45-67.89", ["Hartono 456789"]) == "kamar 12 nomor [nomor]"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_says_that_masked_is_not_anonymous_and_whether_there_was_a_roster(lang):
    with speaking(lang):
        result = mask(table_of(["Kata Hartono"]))
        assert say("mask", "not_anonymous") in str(result)
        assert say("mask", "no_roster") in str(result)
        assert say("mask", "roster", names=len(ROSTER)) in str(mask(table_of(["x"]), ROSTER))
        assert "Hartono" not in result._repr_html_()


def test_no_text_leaves_before_a_person_has_read_it():
    result = mask(table_of(["Kata Hartono", "Ingin pulang"]), ROSTER)
    first, second = result.table["answer"]
    with pytest.raises(DisclosureError) as caught:
        reviewed_table(result)
    assert first in str(caught.value)
    assert second in str(caught.value)
    read = result.mark_reviewed(answers=[first], by="M1")
    assert reviewed_text(read, first) == "Kata [nama]"
    assert read.table["reviewed_by"].tolist() == ["M1", ""]
    assert not result.table["reviewed"].any()
    with pytest.raises(DisclosureError) as caught:
        reviewed_text(read, second)
    assert first not in str(caught.value)
    with pytest.raises(DisclosureError):
        reviewed_table(read.table)
    for wrong in ({"answers": ["X"], "by": "M1"}, {"answers": [first], "by": " "}):
        with pytest.raises(DataError):
            result.mark_reviewed(**wrong)
    with pytest.raises(DataError):
        reviewed_text(read, "X")


@pytest.fixture
def review(tmp_path):
    result = mask(table_of(["Kata Hartono dan Pak Tarno, Tarno lagi", "Ingin pulang", "=1+1 kerja"]), ROSTER)
    path = review_sheet(result, tmp_path)
    return result, path


def edited(path, changes=(), drop=()):
    book = openpyxl.load_workbook(path)
    sheet = book.active
    for cell, value in dict(changes).items():
        sheet[cell] = value
    for row in drop:
        sheet.delete_rows(row)
    book.save(path)
    return path


def test_a_review_sheet_comes_back_with_what_was_ticked_and_what_more_to_mask(review):
    result, path = review
    sheet = openpyxl.load_workbook(path).active
    assert [cell.value for cell in sheet[6]][:3] == [
        "P00000.awal.hope",
        "Kata [nama] dan Pak Tarno, Tarno lagi",
        "Tarno",
    ]
    assert sheet["B8"].data_type == "s"
    read = read_review(result, edited(path, {"D6": "tarno", "E6": "ya", "E7": "✓", "E8": "belum"}), by="M2")
    assert read.table["text"][0] == "Kata [nama] dan Pak [disamarkan], [disamarkan] lagi"
    assert read.table["reviewed"].tolist() == [True, True, False]
    assert read.table["reviewed_by"].tolist() == ["M2", "M2", ""]
    assert read.review["answer"].tolist() == []
    assert dict(zip(read.counts["kind"], read.counts["masked"], strict=True)) == {"name": 1, "word": 2}
    rest = openpyxl.load_workbook(review_sheet(read, path.parent)).active
    assert [row[0].value for row in rest.iter_rows(min_row=6)] == ["P00002.awal.hope"]


def test_words_left_for_review_keep_their_places_after_more_was_masked(tmp_path):
    result = mask(table_of(["Sama Joko dan Yanti, di rumah Yanti"]), ROSTER)
    read = read_review(result, edited(review_sheet(result, tmp_path), {"D6": "Joko"}), by="M1")
    text = read.table["text"][0]
    assert [(row.words, text[row.place : row.place + row.length]) for row in read.review.itertuples()] == [
        ("Yanti", "Yanti"), ("Yanti", "Yanti"),
    ]  # fmt: skip
    assert read.review["place"].is_unique


@pytest.mark.parametrize(
    ("changes", "drop", "code", "cell"),
    [
        ({"A6": "P9"}, (), "mask-row-unknown", "A6"),
        ({"A7": "P00000.awal.hope"}, (), "mask-row-twice", "A6"),
        ({}, (7,), "mask-row-missing", None),
        ({"B7": "Ingin kabur"}, (), "mask-text-changed", "B7"),
        ({"D7": "Tarno"}, (), "mask-words-not-there", "D7"),
        ({"E7": "mungkin"}, (), "mask-tick", "E7"),
        ({"A5": "Kode"}, (), "mask-no-sheet", None),
    ],
)
def test_a_changed_review_sheet_is_refused_with_its_cell_and_without_its_text(review, changes, drop, code, cell):
    result, path = review
    with pytest.raises(IntakeError) as caught:
        read_review(result, edited(path, changes, drop), by="M1")
    assert (code, cell) in [(problem.code, problem.cell) for problem in caught.value.problems]
    assert "kabur" not in str(caught.value)
    assert "Tarno" not in str(caught.value)


def test_a_review_has_a_reader(review):
    result, path = review
    with pytest.raises(DataError):
        read_review(result, path, by="")


@pytest.mark.parametrize(
    ("frame", "code"),
    [({"answer": ["a"]}, "mask-no-column"), ({"answer": ["a", "a"], "text": ["x", "y"]}, "mask-answer-twice")],
)
def test_a_table_that_holds_no_single_texts_is_refused(frame, code):
    with pytest.raises(DataError) as caught:
        mask(pd.DataFrame(frame))
    assert caught.value.code == code


def test_blank_texts_and_all_other_columns_stay():
    table = table_of(["Kata Eko", None]).assign(site="Lapas A", officer_present=[0, 2])
    result = mask(table, ROSTER).table
    assert result["text"].tolist() == ["Kata [nama]", ""]
    assert result["officer_present"].tolist() == [0, 2]


def test_plain_letters_keep_their_places():
    text = "Нartono — José ٣ ½ é ‘x’"
    assert len(plain(text)) == len(text)
