"""The page about a unit's talks and the list for the next ones: right numbers, and nobody to be seen on the page."""

import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import docx
import openpyxl
import pandas as pd
import pytest

import reintegra as rg
from reintegra.consult import concern_coverage, consensus, load_codebook, read_consultations
from reintegra.core.language import LANGUAGES, say, speaking
from reintegra.measure import code_agreement
from reintegra.present import consultation_summary, followup_list
from reintegra.present.talk_summary import summary_content

DEMO = Path(__file__).parents[2] / "data" / "demo"
CODEBOOK = load_codebook()


@pytest.fixture(scope="module")
def talks():
    return read_consultations(DEMO / "konsultasi.csv")


@pytest.fixture(scope="module")
def codings():
    return pd.read_csv(DEMO / "koding.csv")


@pytest.fixture(scope="module")
def coded(codings):
    return consensus(codings)


@pytest.fixture(scope="module")
def agreement(codings):
    return code_agreement(codings, draws=200)


def made(said, *, plan=3, near=0, wave="awal"):
    """Return the talks of people who voiced these codes, and their consensus."""
    people = [f"P{i:02d}" for i in range(len(said))]
    held = pd.DataFrame({"person": people, "wave": wave, "date": pd.Timestamp("2026-03-01"), "plan_concreteness": plan})
    held["officer_present"] = [2] * near + [0] * (len(said) - near)
    rows = [
        (f"{person}.{wave}.{CODEBOOK.section_of[code]}", person, wave, CODEBOOK.section_of[code], code, code in its)
        for person, its in zip(people, said, strict=True)
        for code in CODEBOOK.codes
    ]
    table = pd.DataFrame(rows, columns=["answer", "person", "wave", "section", "code", "value"])
    return held, table.astype({"value": float})


class Page(HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.tags, self.words = [], []
        self.feed(re.sub(r"<style>.*?</style>", "", path.read_text("utf-8"), flags=re.S))
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attrs):
        assert not {"src", "href", "action"} & {name for name, _ in attrs}
        self.tags.append(tag)

    def handle_data(self, data):
        self.words.append(data)


def words_of(path):
    """Return all that stands in a Word document."""
    document = docx.Document(path)
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


# Numbers


def test_the_main_sentence_counts_people_with_a_worry_and_none_of_its_answers(talks, coded):
    """Counted once more by hand: the last talk of each person, its codes, and the pairs of the codebook."""
    last = talks.sort_values("date", kind="stable").groupby("person").tail(1)
    applies = coded.table[coded.table["value"] == 1].groupby(["person", "wave"])["code"].agg(set)
    people = 0
    for row in last.itertuples():
        said = applies.get((row.person, row.wave), set())
        valid = {code for code in said if code[0] == "S" or (code[0] == "R" and row.plan_concreteness >= 2)}
        people += any(code[0] in "KT" and not valid & set(CODEBOOK.answered_by(code)) for code in said)
    content = summary_content(talks, coded, CODEBOOK)
    assert re.findall(r"\d+", content.main)[:2] == [str(people), str(talks["person"].nunique())]


def test_shares_are_of_people_and_of_their_last_talk(talks, coded):
    last = talks.sort_values("date", kind="stable").groupby("person").tail(1)
    table = coded.table.merge(last[["person", "wave"]])
    wanted = table.groupby("code")["value"].sum()
    by_label = {CODEBOOK.words(code): int(count) for code, count in wanted.items()}
    shown = [one for _, shares in summary_content(talks, coded, CODEBOOK).themes for one in shares]
    assert len(shown) == 15
    assert {one.label: int(one.people) for one in shown} == {one.label: by_label[one.label] for one in shown}
    assert all(one.estimate == pytest.approx(int(one.people) / 80) for one in shown)
    for section, shares in summary_content(talks, coded, CODEBOOK).themes:
        codes = [code for code in CODEBOOK.codes if CODEBOOK.words(code) in {one.label for one in shares}]
        its = CODEBOOK.of_section(CODEBOOK.section_of[codes[0]])
        assert sorted(wanted[codes]) == sorted(wanted[list(its)].nlargest(3)), section


def test_a_wave_can_be_asked_for(talks, coded):
    content = summary_content(talks, coded, CODEBOOK, wave="awal")
    assert content.told.startswith("80 percakapan dengan 80 orang.")
    assert "Harapan (80)" in [section for section, _ in content.themes]
    with pytest.raises(rg.DataError) as caught:
        summary_content(talks, coded, CODEBOOK, wave="x")
    assert caught.value.code == "theme-no-wave"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_and_the_document_say_the_same(talks, coded, agreement, lang, tmp_path):
    written = consultation_summary(talks, coded, CODEBOOK, tmp_path, agreement=agreement, about="UPT-A", lang=lang)
    with speaking(lang):
        content = summary_content(talks, coded, CODEBOOK, agreement=agreement, about="UPT-A")
        said = [content.title, content.main, *content.aside, *content.trust, *content.next]
        said += [one.label for _, shares in content.themes for one in shares]
        said += [one.percent for _, shares in content.themes for one in shares]
        said += [f"{one.percent}" for one in content.topics]
    page, document = Page(written.page).text, words_of(written.word)
    assert [text for text in said if text not in page] == []
    assert [text for text in said if text not in document] == []
    assert f'<html lang="{lang}">' in written.page.read_text("utf-8")
    assert str(written.page) in str(written)
    assert written._repr_html_().count("<a ") == 2


# What may be handed on


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_person_and_no_text_stands_on_the_page_or_in_the_document(talks, coded, agreement, lang, tmp_path):
    written = consultation_summary(talks, coded, CODEBOOK, tmp_path, agreement=agreement, lang=lang)
    for text in (Page(written.page).text, words_of(written.word)):
        for name in {*talks["person"], *talks["facilitator"], *talks["site"]}:
            assert name not in text
        for told in talks[["hope", "worry", "strategy", "plan", "challenge"]].to_numpy().ravel():
            assert str(told) not in text


def test_no_number_of_fewer_than_five_people_is_shown_in_any_unit(talks, coded):
    for _, held in talks.groupby("site"):
        content = summary_content(held, coded, CODEBOOK)
        people = held["person"].nunique()
        for one in [one for _, shares in content.themes for one in shares]:
            assert 5 <= int(one.people) <= people - 5
        for one in content.topics:
            unanswered = round(one.estimate * int(one.people))
            assert 5 <= unanswered <= int(one.people) - 5


def test_what_is_withheld_is_named_and_what_nothing_answers_too():
    said = [["K_KERJA"]] * 6 + [["K_KERJA", "R_KERJA"]] * 6 + [["K_AMAN"]] * 2 + [["T_KESEHATAN"]] * 5
    content = summary_content(*made(said), CODEBOOK)
    assert [(one.label, one.people, one.estimate) for one in content.topics] == [("Kerja", "12", 0.5)]
    few, silent = content.aside
    assert "Keamanan" in few
    assert "Kesehatan" not in few
    assert "Kesehatan (5 orang)" in silent
    fewer = summary_content(*made(said[:-1]), CODEBOOK)
    assert "Kesehatan." in fewer.aside[1]
    assert dict(fewer.themes)["Tantangan"] == []


def test_small_groups_leave_no_share_and_small_worries_no_number():
    def main(unanswered, answered, none):
        said = [["K_KERJA"]] * unanswered + [["K_KERJA", "R_KERJA"]] * answered + [[]] * none
        return summary_content(*made(said), CODEBOOK).main

    assert main(6, 5, 3).startswith("6 dari 14 orang meng")  # 5 and 3 are withheld
    assert not re.search(r"\b4\b|13", main(4, 9, 0))
    assert "6 dari 16 orang (38 %;" in main(6, 5, 5)


@pytest.mark.parametrize(("untold", "said"), [(0, None), (2, "Of a few people"), (5, "Of 5 people")])
def test_that_it_cannot_be_told_of_somebody_is_said_as_far_as_it_may_be(untold, said):
    held, table = made([["K_KERJA"]] * 7 + [["K_KERJA", "R_KERJA"]] * 6 + [[]] * 5 + [["H_KERJA"]] * untold)
    table.loc[table["person"].isin([f"P{i:02d}" for i in range(18, 18 + untold)]), "value"] = float("nan")
    with speaking("en"):
        main = summary_content(held, table, CODEBOOK).main
    assert "cannot be told" not in main if said is None else said in main


def test_talks_of_fewer_than_five_people_make_no_page(tmp_path):
    with pytest.raises(rg.DataError) as caught:
        consultation_summary(*made([["K_KERJA"]] * 4), CODEBOOK, tmp_path)
    assert caught.value.code == "summary-too-few"
    assert list(tmp_path.iterdir()) == []


# What it says beside the numbers


def test_what_to_do_next_follows_from_what_was_found(agreement):
    def steps(said, *, near=0, agreement=None):
        with speaking("en"):
            return " ".join(summary_content(*made(said, near=near), CODEBOOK, agreement=agreement).next)

    said = [["K_KERJA"]] * 8
    assert "hear" not in steps(said)
    assert "hear" in steps(said, near=1)
    assert "second person" in steps(said)
    assert "second person" not in steps(said, agreement=agreement)
    assert "clearer" in steps(said, agreement=agreement)
    firm = replace(agreement, table=agreement.table.assign(reading="firm"))
    assert "clearer" not in steps(said, agreement=firm)
    assert "Barrier: health" not in steps(said)
    assert "Barrier: health" in steps([*said, ["T_KESEHATAN"]])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_always_says_what_coding_misses_and_that_masked_is_not_anonymous(lang):
    with speaking(lang):
        trust = " ".join(summary_content(*made([["K_KERJA"]] * 8), CODEBOOK).trust)
    assert "28 %" in trust
    assert re.search("tidak berarti anonim|masked is not anonymous", trust)
    assert re.search("belum diukur|not measured", trust)


@pytest.mark.parametrize("reading", ["firm", "tentative", "weak", "none"])
def test_every_reading_of_agreement_has_its_words(agreement, reading):
    table = agreement.table.assign(reading=reading)
    for lang in LANGUAGES:
        with speaking(lang):
            made_of = summary_content(*made([["K_KERJA"]] * 8), CODEBOOK, agreement=replace(agreement, table=table))
            assert say("summary", f"agreed_{reading}") in made_of.trust[0]


@pytest.mark.parametrize(("near", "said"), [(0, "no talk"), (3, "fewer than 5"), (6, "In 6 talks")])
def test_how_often_an_officer_could_hear_is_said_as_far_as_it_may_be(near, said):
    with speaking("en"):
        assert said in summary_content(*made([["K_KERJA"]] * 8, near=near), CODEBOOK).told
        held, table = made([["K_KERJA"]] * 8)
        assert "hear" not in summary_content(held.drop(columns="officer_present"), table, CODEBOOK).told


def test_what_a_user_writes_is_escaped_and_nothing_is_loaded(tmp_path):
    written = consultation_summary(*made([["K_KERJA"]] * 8), CODEBOOK, tmp_path, about="<script>x</script>")
    page = Page(written.page)
    assert "<script>x</script>" in page.text
    assert not {"script", "link", "iframe", "img", "form", "input"} & set(page.tags)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_even_a_full_page_is_printed_on_one_sheet(talks, coded, agreement, lang, tmp_path):
    """Printed with a browser where one is installed."""
    browser = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chrome", "msedge"))), None)
    if browser is None or not shutil.which("pdfinfo"):
        pytest.skip("nothing to print with")
    untold = coded.table.assign(value=coded.table["value"].mask(coded.table["person"].isin(talks["person"][:9])))
    about = "Lapas Kelas IIA Rekaan, program konsultasi dan pembanding, gelombang awal sampai akhir"
    full = consultation_summary(talks, untold, CODEBOOK, tmp_path, agreement=agreement, about=about, lang=lang)
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    printed = [f"--print-to-pdf={tmp_path / 'x.pdf'}", "--no-pdf-header-footer", full.page.as_uri()]
    subprocess.run([browser, *options, *printed], capture_output=True, check=True, timeout=120)
    told = subprocess.run(["pdfinfo", tmp_path / "x.pdf"], capture_output=True, text=True, check=True).stdout
    assert re.search(r"Pages:\s+1\n", told)
    assert "A4" in told


# The list for the next talks


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_list_has_the_code_of_everyone_with_a_worry_without_a_voiced_plan(talks, coded, lang, tmp_path):
    coverage = concern_coverage(coded, CODEBOOK, talks)
    book = openpyxl.load_workbook(followup_list(coverage, tmp_path, lang=lang))
    assert len(book.sheetnames) == 1
    rows = [[cell.value for cell in row] for row in book.active.iter_rows()]
    with speaking(lang):
        assert rows[0][0] == coverage.title
        head = next(i for i, row in enumerate(rows) if row[0] == say("themes", "head_person"))
        notes = " ".join(str(row[0]) for row in rows[1:head])
        assert say("summary", "list_for") in notes
        assert coverage.caution in notes
        assert rows[head][-2:] == [say("summary", "head_spoken"), say("summary", "head_agreed")]
    assert [row[0] for row in rows[head + 1 :]] == coverage.followup["person"].to_list()
    assert all(re.fullmatch(r"\d\d-\d\d-\d{4}", row[5]) for row in rows[head + 1 :])
    assert not any(row[-1] or row[-2] for row in rows[head + 1 :])


def test_the_list_says_of_whom_it_cannot_be_told(tmp_path):
    held, table = made([["K_KERJA"], ["K_KERJA", "R_KERJA"]], plan=None)
    book = openpyxl.load_workbook(followup_list(concern_coverage(table, CODEBOOK, held), tmp_path, lang="en"))
    assert book.sheetnames == ["Follow-up", "Cannot tell"]
    assert [row[0].value for row in book["Cannot tell"].iter_rows()][-1] == "P01"
    assert [row[2].value for row in book["Cannot tell"].iter_rows()][-1] == CODEBOOK.words("K_KERJA", lang="en")


def test_an_earlier_list_is_kept_and_a_code_is_never_a_formula(tmp_path):
    held, table = made([["K_KERJA"]])
    held["person"] = table["person"] = "=1+1"
    coverage = concern_coverage(table, CODEBOOK, held)
    first, second = (followup_list(coverage, tmp_path) for _ in range(2))
    assert first != second
    assert first.exists()
    cells = [cell for row in openpyxl.load_workbook(second).active.iter_rows() for cell in row]
    assert [cell.data_type for cell in cells if cell.value == "=1+1"] == ["s"]
