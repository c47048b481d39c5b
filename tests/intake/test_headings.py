"""Which row holds the headings, which column is which item, and what is refused because it cannot be told."""

import csv
import io
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
import pytest

import reintegra as rg
from reintegra.intake import responses_of
from reintegra.intake.matching import canonical
from reintegra.intake.people import decides_rights, looks_personal

KSR = rg.load_instrument(Path(__file__).parent.parent / "corpus" / "instrument.toml")
NAMES = KSR.item_names
TEXTS = [item.label["id"] for item in KSR.items]
CODES = [4, 5, 3, 3, 2, 2, 1, 3, 5, 4, 5, 1]
PEOPLE = [["P-001", *CODES], ["P-002", *CODES[::-1]]]


def table(tmp_path, *rows):
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(rows)
    path = tmp_path / "x.csv"
    path.write_text(file.getvalue(), "utf-8")
    return path


def book(tmp_path, *rows, merged=(), **sheets):
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    for cells in merged:
        made.active.merge_cells(cells)
    for name, others in sheets.items():
        sheet = made.create_sheet(name)
        for row in others:
            sheet.append(row)
        sheet.sheet_state = "hidden" if name.startswith("hidden") else "visible"
    made.save(tmp_path / "x.xlsx")
    return tmp_path / "x.xlsx"


def answers(path, instrument=KSR, **options):
    return rg.read_responses(path, instrument, **options).codes.iloc[0].tolist()


def faults(path, instrument=KSR, **options):
    with pytest.raises(rg.IntakeError) as caught:
        rg.read_responses(path, instrument, **options)
    return [problem.code for problem in caught.value.problems]


def said(made):
    return {notice.code for notice in made.notices}


@pytest.mark.parametrize(
    "again",
    [
        [f"Q{n}" for n in range(1, 13)], [f"Q{n:02d}" for n in range(1, 13)], [f"q{n}" for n in range(1, 13)],
    ],
)  # fmt: skip
def test_two_runs_of_the_same_numbers_are_refused_or_merged_and_never_halved(again, tmp_path):
    half = [["P-001", *CODES, *[""] * 12], ["P-002", *[""] * 12, *CODES]]
    path = table(tmp_path, ["Kode", *(f"Q{n}" for n in range(1, 13)), *again], *half)
    assert faults(path) == ["two-columns-for-one-item"]
    assert (rg.read_responses(path, KSR, merge_columns=True).codes == CODES).all(axis=None)


@pytest.mark.parametrize("mark", [".1", " 2", " (2)", " [2]", "_2", " - 2", " (salinan)", "_dup", "_x", "b", "_pasca"])
@pytest.mark.parametrize("heads", [NAMES, TEXTS])
def test_a_question_that_stands_twice_with_a_mark_is_refused(heads, mark, tmp_path):
    half = [["P-001", *CODES, *[""] * 12], ["P-002", *[""] * 12, *CODES]]
    path = table(tmp_path, ["Kode", *heads, *(head + mark for head in heads)], *half)
    assert faults(path) == ["two-columns-for-one-item"]
    assert (rg.read_responses(path, KSR, merge_columns=True).codes == CODES).all(axis=None)


@pytest.mark.parametrize("pattern", ["{item}_pra", "pra_{item}", "T1 {item}", "{item} (awal)"])
def test_waves_beside_each_other_are_refused_or_told_and_never_one_of_them_taken(pattern, tmp_path):
    siap = rg.load_instrument("siap_36")
    second = pattern.replace("pra", "pasca").replace("T1", "T2").replace("awal", "akhir")
    heads = [p.replace("{item}", name) for p in (pattern, second) for name in siap.item_names]
    path = table(tmp_path, ["Kode", *heads], ["P-001", *[1, 2, 3, 4] * 9, *[4, 3, 2, 1] * 9])
    with pytest.raises(rg.IntakeError) as caught:
        rg.read_responses(path, siap)
    (problem,) = caught.value.problems
    assert (problem.code, problem.column) == ("two-columns-for-one-item", [heads[0], heads[36]])
    assert "waves={" in problem.remedy
    made = rg.read_responses(path, siap, waves={"pra": pattern, "pasca": second})
    assert made.codes["men1"].tolist() == [1, 4]


def test_one_wave_alone_is_not_taken_for_the_items(tmp_path):
    siap = rg.load_instrument("siap_36")
    path = table(tmp_path, ["Kode", *(f"{name}_pra" for name in siap.item_names)], ["P-001", *[1, 2, 3, 4] * 9])
    assert faults(path, siap) == ["no-items-found"]


def test_columns_made_of_items_or_said_about_them_are_no_second_items(tmp_path):
    more = ["ksr03_r", "rev.ksr06", "Skor/ksr01", "ksr01b", "ksr01_total"]
    more += ["Points - " + TEXTS[0], "Komentar/" + TEXTS[1]]
    path = table(tmp_path, ["Kode", *NAMES, *more], ["P-001", *CODES, *[1] * len(more)])
    made = rg.read_responses(path, KSR)
    assert made.codes.iloc[0].tolist() == CODES
    assert made.people.columns.tolist() == more


@pytest.mark.parametrize("heading", ["rev.ksr03", "R-ksr03", "skor/ksr03", "ksr03_R", "ksr01.1", "ksr0 3.1"])
def test_a_heading_that_is_only_like_an_item_is_not_taken_for_it(heading, tmp_path):
    path = table(tmp_path, ["Kode", *(heading if name == "ksr03" else name for name in NAMES)], *PEOPLE)
    assert "missing-item" in faults(path)
    told = {**{name: name for name in NAMES}, heading: "ksr03"}
    assert answers(path, columns=told) == CODES


def test_digits_of_a_name_stay_apart_and_only_leading_zeros_go():
    pairs = {"Q 07": "q7", "q_7": "q7", "q1.1": "q1·1", "q1_12": "q1·12", "q101": "q101", "gse_10_01": "gse10·1"}
    assert {name: canonical(name) for name in pairs} == pairs


@pytest.mark.parametrize("merged", [["A1:A2", "B1:B2", "C1:N1"], []])
def test_blank_headings_take_the_cell_above(merged, tmp_path):
    upper = ["Kode", "Nama", "Pernyataan", *[None] * 11]
    rows = [["P-001", "Contoh", *CODES], ["P-002", "Contoh", *CODES]]
    made = rg.read_responses(book(tmp_path, upper, [None, None, *TEXTS], *rows, merged=merged), KSR)
    assert made.codes.iloc[0].tolist() == CODES
    assert made.index.tolist() == ["P-001", "P-002"]
    assert made.people.columns.tolist() == []
    assert "personal-columns" in said(made)
    upper[1] = "SPPN"
    assert faults(book(tmp_path, upper, [None, None, *TEXTS], *rows, merged=merged)) == ["decides-rights"]


def test_a_second_row_of_surveymonkey_does_not_hide_the_first(tmp_path):
    upper = ["Kode responden", "Pernyataan", *[None] * 11]
    made = rg.read_responses(book(tmp_path, upper, ["Open-Ended Response", *TEXTS], *PEOPLE), KSR)
    assert made.index.name == "Kode responden"


def test_a_title_is_no_heading(tmp_path):
    rows = ["REKAP SPPN"], [None, "Kode", *NAMES], [1, *PEOPLE[0]]
    made = rg.read_responses(book(tmp_path, *rows, merged=["A1:N1"]), KSR)
    assert made.people.columns.tolist() == ["A"]
    assert made.index.tolist() == ["P-001"]


def test_merged_headings_of_libreoffice_are_spread(tmp_path):
    def cell(text, attributes=""):
        return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"

    def numbers(values):
        return "".join(f'<table:table-cell office:value-type="float" office:value="{v}"/>' for v in values)

    across = 'table:number-columns-spanned="12"'
    covered = '<table:covered-table-cell table:number-columns-repeated="11"/>'
    top = "<table:table-cell/>" + "".join(cell(wave, across) + covered for wave in ("Pra", "Pasca"))
    head = cell("Kode") + numbers([*range(1, 13)] * 2)
    body = "".join(f"<table:table-row>{row}</table:table-row>" for row in (top, head, cell("P-1") + numbers(CODES * 2)))
    spaces = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    sheet = f'<table:table table:name="A">{body}</table:table>'
    content = f"<office:document-content{spaces}>{sheet}</office:document-content>"
    with zipfile.ZipFile(tmp_path / "x.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
    assert faults(tmp_path / "x.ods") == ["two-columns-for-one-item"]
    made = rg.read_responses(tmp_path / "x.ods", KSR, columns={f"Pra {n}": name for n, name in enumerate(NAMES, 1)})
    assert made.codes.iloc[0].tolist() == CODES


def test_texts_go_before_numbers(tmp_path):
    path = book(tmp_path, ["Kode", *range(1, 13)], [None, *TEXTS[::-1]], *PEOPLE)
    assert answers(path) == CODES[::-1]
    made = rg.read_responses(book(tmp_path, ["Kode", *TEXTS[::-1]], [None, *range(1, 13)], *PEOPLE), KSR)
    assert made.codes.iloc[0].tolist() == CODES[::-1]
    assert made.origin.rows_dropped == {}


@pytest.mark.parametrize("apart", [False, True])
def test_numbers_do_not_make_another_questionnaire_ours(apart, tmp_path):
    other = [f"Saya suka hal dengan huruf {letter}" for letter in "ABCDEFGHIJKL"]
    numbered = ["Kode", *(f"{n}. {text}" for n, text in enumerate(other, 1))]
    rows = [["Kode", *range(1, 13)], ["", *other]] if apart else [numbered]
    assert faults(table(tmp_path, *rows, *PEOPLE)) == ["no-items-found"]
    shortened = ["Kode", *(f"{n}. {' '.join(text.split()[:5])}" for n, text in enumerate(TEXTS, 1))]
    assert answers(table(tmp_path, shortened, *PEOPLE)) == CODES


@pytest.mark.parametrize(("names", "code"), [(NAMES, "name-contradicts-text"), ([f"V{n}" for n in range(12)], None)])
def test_a_variable_whose_label_is_another_items_text_is_refused(names, code, tmp_path):
    frame = pd.DataFrame([CODES], columns=names).assign(kode="P-001")
    pyreadstat.write_sav(frame, tmp_path / "x.sav", column_labels=[*TEXTS[::-1], "kode"])
    if code:
        assert faults(tmp_path / "x.sav") == [code]
        assert answers(tmp_path / "x.sav", columns={name: name for name in NAMES}) == CODES
    else:
        assert answers(tmp_path / "x.sav") == CODES[::-1]


def test_names_over_texts_are_one_header_and_must_agree(tmp_path):
    for names in (NAMES, [f"Q{n}" for n in range(1, 13)]):
        marks = ['{"ImportId":"_recordId"}', *(f'{{"ImportId":"QID{n}"}}' for n in range(12))]
        path = table(tmp_path, ["ResponseId", *names], ["Response ID", *TEXTS], marks, *PEOPLE)
        made = rg.read_responses(path, KSR)
        assert made.index.tolist() == ["P-001", "P-002"]
        assert made.codes.iloc[0].tolist() == CODES
    assert faults(table(tmp_path, ["Kode", *NAMES], ["Kode", *TEXTS[::-1]], *PEOPLE)) == ["name-contradicts-text"]


def test_sentences_that_are_answers_are_no_heading(tmp_path):
    definition = ['format = 1\nname = "uji"\nstatus = "draft"\nlanguage = "id"\ntitle.id = "Uji"\n[responses]']
    for n in (1, 2):
        texts = "Saya tidak sedih", "Saya amat sedih"
        definition += [f"s{n} = [" + ", ".join(f"{{ value = {v}, id = '{t} {n}' }}" for v, t in enumerate(texts)) + "]"]
    definition += [f"[[items]]\nname = 'u{n}'\nresponses = 's{n}'" for n in (1, 2)]
    definition += ["[[scores]]\nname = 'total'\nitems = ['u1', 'u2']\nrule = 'sum'"]
    (tmp_path / "uji.toml").write_text("\n".join(definition), "utf-8")
    rows = [["kode", "u1", "u2"], *([key, "Saya tidak sedih 1", "Saya amat sedih 2"] for key in "AB")]
    assert rg.read_responses(table(tmp_path, *rows), tmp_path / "uji.toml").index.tolist() == ["A", "B"]


def test_headings_repeated_further_down_are_dropped_and_listed(tmp_path):
    made = rg.read_responses(table(tmp_path, ["Kode", *NAMES], PEOPLE[0], ["Kode", *NAMES], PEOPLE[1]), KSR)
    assert made.index.tolist() == ["P-001", "P-002"]
    assert [notice.rows for notice in made.notices if notice.code == "rows-dropped"] == [(3,)]


@pytest.mark.parametrize(
    "heading", ["Q1[SQ{n:03d}]. Pernyataan [{text}]", "SQ{n:03d}. {text}", "Pernyataan [{text}]", "Pernyataan - {text}"]
)
def test_limesurvey_and_qualtrics_headings_are_read_by_their_text(heading, tmp_path):
    heads = [heading.format(n=n, text=text) for n, text in enumerate(TEXTS[::-1], 1)]
    made = rg.read_responses(table(tmp_path, ["KODE. Kode responden", *heads], *PEOPLE), KSR)
    assert made.codes.iloc[0].tolist() == CODES[::-1]
    assert made.index.tolist() == ["P-001", "P-002"]


def test_bare_numbers_are_headings_only_where_many_rise_from_left_to_right(tmp_path):
    six, ten = rg.load_instrument("k6"), rg.load_instrument("gse_10")
    assert faults(table(tmp_path, ["Kode", *range(1, 7)], ["A", *[1] * 6]), six) != []
    assert answers(table(tmp_path, ["Kode", *range(1, 11)], ["A", *[1] * 10]), ten) == [1] * 10
    assert faults(table(tmp_path, ["Kode", *range(10, 0, -1)], ["A", *[1] * 10]), ten) != []


def test_a_sheet_with_more_than_half_of_the_items_holds_answers_too(tmp_path):
    ours = [["Kode", *NAMES], *PEOPLE]
    for count, several in ((7, True), (6, False)):
        path = book(tmp_path, *ours, Rekap=[row[: count + 1] for row in ours])
        if several:
            assert faults(path) == ["several-data-sheets"]
        else:
            assert said(rg.read_responses(path, KSR)) == {"other-sheets"}


def test_a_hidden_sheet_is_not_preferred_to_one_that_is_seen(tmp_path):
    ours = [["Kode", *NAMES], *PEOPLE]
    path = book(tmp_path, *(row[:6] for row in ours), hidden=ours)
    assert faults(path) == ["several-data-sheets"]
    assert answers(path, sheet="hidden") == CODES
    assert answers(book(tmp_path, ["Sampul"], hidden=ours)) == CODES


def test_columns_without_a_heading_are_kept_by_their_letter_and_named(tmp_path):
    made = rg.read_responses(table(tmp_path, ["Kode", *NAMES, ""], [*PEOPLE[0], "x"]), KSR)
    assert made.people["N"].tolist() == ["x"]
    assert [notice.columns for notice in made.notices if notice.code == "other-columns"] == [("N",)]


def test_a_wave_that_looks_personal_is_kept_out(tmp_path):
    rows = [["P-001", "Contoh bin Contoh", *CODES], ["P-002", "Misal bin Misal", *CODES]]
    made = rg.read_responses(table(tmp_path, ["Kode", "Gelombang", *NAMES], *rows), KSR)
    assert made.people.columns.tolist() == []
    rows[1][0] = "P-001"
    assert faults(table(tmp_path, ["Kode", "Gelombang", *NAMES], *rows)) == ["duplicate-key-identical"]
    rows = [["1", "awal_arm_1", *CODES], ["1", "akhir_arm_1", *CODES]]
    made = rg.read_responses(table(tmp_path, ["record_id", "redcap_event_name", *NAMES], *rows), KSR)
    assert made.index.nlevels == 2


@pytest.mark.parametrize(
    "heading",
    [
        "FirstName", "LastName", "NamaLengkap", "IPAddress", "RecipientEmail", "AlamatLengkap", "Ibu kandung", "TTL",
        "Tanggal lahir", "No. BI", "_submitted_by",
    ],
)  # fmt: skip
def test_more_headings_that_point_at_persons_are_known(heading):
    assert looks_personal(heading, [])


def test_half_of_the_values_make_a_column_personal_and_fewer_do_not():
    assert looks_personal("x", ["3302010101900001.0"])
    assert looks_personal("x", ["Siti bt. Contoh", "Ali b. Contoh", "a", "b"])
    assert not looks_personal("x", ["Siti binti Contoh", "a", "b"])
    assert not looks_personal("Unit", ["Lapas Kelas II B. Contoh"])


@pytest.mark.parametrize("heading", ["sppnTotal", "SPPN2", "lit-mas", "Sistem Penilaian Pembinaan Narapidana", "rri"])
def test_records_on_rights_are_known_however_they_are_written(heading):
    assert decides_rights(heading)
    assert not decides_rights("Penilaian peserta tentang program")


@pytest.mark.parametrize(
    "heading", ["Kode (bukan nama asli)", "Participant code (not a name)", "Code, not your real name"]
)
def test_a_heading_that_asks_for_no_name_is_no_name(heading):
    assert not looks_personal(heading, [])


QUALTRICS = [
    ["Status", "Finished", "ResponseId", "NIK", "Kode", *(f"Q2_{i}" for i in range(1, 13))],
    ["Response Type", "Finished", "Response ID", "Isi nomor", "Tulis kode Anda", *(f"Seberapa? - {t}" for t in TEXTS)],
]


@pytest.mark.parametrize("key", [None, "Kode", "Tulis kode Anda"])
def test_every_row_of_a_header_says_what_a_column_is(key, tmp_path):
    rows = [
        ["Survey Preview", "True", "R_1", "x", "P-001", *CODES],
        ["IP Address", "False", "R_2", "y", "P-002", *CODES],
    ]
    made = rg.read_responses(table(tmp_path, *QUALTRICS, *rows), KSR, key=key)
    assert made.index.tolist() == ["P-001", "P-002"]
    notices = {notice.code: notice for notice in made.notices}
    assert notices["personal-columns"].columns == ("Isi nomor",)
    assert notices["trial-responses"].rows == (3,)
    assert notices["incomplete-responses"].rows == (4,)


def test_rows_of_particulars_above_a_table_are_no_headings(tmp_path):
    above = [["Nama petugas", "Contoh"], ["Kode UPT", "PWT"]]
    made = rg.read_responses(
        table(tmp_path, *above, ["No", "Kode", *NAMES], *[[i, *p] for i, p in enumerate(PEOPLE)]), KSR
    )
    assert made.index.tolist() == ["P-001", "P-002"]
    assert "personal-columns" not in said(made)


def test_the_label_of_an_spss_variable_shows_whom_it_points_at(tmp_path):
    frame = pd.DataFrame([["P-001", "Contoh", *CODES]], columns=["kode", "v2", *NAMES])
    pyreadstat.write_sav(frame, tmp_path / "x.sav", column_labels=["Kode", "Nama lengkap", *TEXTS])
    made = rg.read_responses(tmp_path / "x.sav", KSR)
    assert "v2" not in made.people
    assert "personal-columns" in said(made)


@pytest.mark.parametrize(
    ("heading", "no", "yes"),
    [
        ("submitdate. Date submitted", "", "2026-01-21"), ("Date submitted", "", "2026-01-21"), ("ksr_complete", 1, 2),
        ("Complete?", "Incomplete", "Complete"), ("Complete?", "Unverified", "Complete"), ("Finished", 0, 1),
        ("Finished", "False", "True"),
    ],
)  # fmt: skip
def test_forms_that_were_not_finished_are_told(heading, no, yes, tmp_path):
    made = rg.read_responses(table(tmp_path, ["Kode", *NAMES, heading], [*PEOPLE[0], no], [*PEOPLE[1], yes]), KSR)
    assert [notice.rows for notice in made.notices if notice.code == "incomplete-responses"] == [(2,)]


def test_names_far_down_a_column_are_seen(tmp_path):
    rows = [[f"P-{n:03d}", "" if n < 80 else "Contoh bin Contoh", *CODES] for n in range(99)]
    made = rg.read_responses(table(tmp_path, ["Kode", "Catatan", *NAMES], *rows), KSR)
    assert "personal-columns" in said(made)


def test_a_frame_is_held_to_the_same_rules_about_people():
    siap = rg.load_instrument("siap_36")
    frame = pd.DataFrame([[1] * 36] * 2, columns=siap.item_names)
    for column, value, code in (("Status hukum:", "tahanan", "not-for-these-people"), ("sppn", 3, "decides-rights")):
        with pytest.raises(rg.IntakeError) as caught:
            responses_of(frame.assign(**{column: value}), siap)
        assert [problem.code for problem in caught.value.problems] == [code]
    with pytest.raises(rg.IntakeError, match="nama"):
        responses_of(frame.set_index(pd.Index(["A", "B"], name="Nama")), siap)
    made = responses_of(frame.assign(Nama="Contoh", Unit="A", status_hukum="Narapidana"), siap)
    assert made.people.columns.tolist() == ["Unit", "status_hukum"]
    assert [notice.columns for notice in made.notices] == [("Nama",)]


@pytest.mark.parametrize("heading", ["Status hukum", "1. Status hukum", "Status Hukum:", "STATUS_HUKUM"])
def test_the_column_that_says_who_may_be_asked_is_known_however_it_is_written(heading, tmp_path):
    siap = rg.load_instrument("siap_36")
    path = table(tmp_path, ["Kode", heading, *siap.item_names], ["A", "Tahanan", *[1] * 36])
    assert faults(path, siap) == ["not-for-these-people"]


def test_codes_with_a_gap_are_coded_as_they_are_declared():
    """AUDIT's items 9 and 10 have the codes 0, 2 and 4 only."""
    audit = rg.load_instrument("audit")
    frame = pd.DataFrame([[0] * 8 + [2, 2]], columns=audit.item_names)
    assert responses_of(frame, audit).codes.iloc[0].tolist() == [0] * 8 + [2, 2]


def test_one_row_of_sentences_may_be_a_heading_and_further_ones_are_answers_that_do_not_exist(tmp_path):
    wrong = [[f"S-{row}", *(f"jawaban lain nomor {row} {item}" for item in range(12))] for row in range(3)]
    with pytest.raises(rg.IntakeError) as caught:
        rg.read_responses(table(tmp_path, ["Kode", *NAMES], *wrong, *PEOPLE), KSR)
    assert {problem.code for problem in caught.value.problems} == {"unknown-label"}
    assert {problem.row for problem in caught.value.problems} >= {3, 4}
