"""The reports of a programme: what each must and must not hold, in both languages, as a page and in Word."""

import re
import zipfile
from html import unescape
from html.parser import HTMLParser

import docx
import openpyxl
import pytest
from demo_records import demo_records, with_tables

import reintegra as rg
from reintegra.core.language import LANGUAGES, number, speaking
from reintegra.evaluate import changes, dose, quarters, taking_part, training
from reintegra.present import programme_report
from reintegra.present.document import Box, Bullets, Drawing, Grid, Note
from reintegra.present.reports.between_units import between_units, side_by_side
from reintegra.present.reports.cohort import cohort
from reintegra.present.reports.partner import partner
from reintegra.present.reports.parts import people_cells, share_cell
from reintegra.present.reports.training_report import training_report

PROGRAMMES = {"kohort": "RT-A-25"}
KINDS = ("kohort", "antar-unit", "mitra", "pelatihan")


@pytest.fixture(scope="module")
def records():
    return demo_records()


@pytest.fixture(scope="module", params=[(kind, lang) for kind in KINDS for lang in LANGUAGES], ids="-".join)
def written(request, records, tmp_path_factory):
    kind, lang = request.param
    folder = tmp_path_factory.mktemp(kind)
    made = programme_report(records, kind, folder, programme=PROGRAMMES.get(kind), lang=lang)
    return kind, lang, made.paths


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.addresses, self.alts, self.texts = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        given = dict(attrs)
        self.addresses += [given[name] for name in ("src", "href", "data", "action") if name in given]
        self.alts += [given["alt"]] if "alt" in given else []
        assert not any(name.startswith("on") for name in given)

    def handle_data(self, data):
        self.texts.append(data.strip())


def in_word(path):
    document = docx.Document(path)
    texts = [paragraph.text for paragraph in document.paragraphs]
    for table in document.tables:
        texts += [cell.text for row in table.rows for cell in row.cells]
    return texts


def test_a_page_carries_all_it_needs_and_loads_nothing(written):
    _, lang, paths = written
    text = paths[0].read_text("utf-8")
    page = Page(text)
    assert not {"script", "link", "iframe", "object"} & set(page.tags)
    assert all(address.startswith("data:image/svg+xml;base64,") for address in page.addresses)
    assert "http" not in re.sub(r'src="data:[^"]*"', "", text)
    assert f'<html lang="{lang}">' in text
    assert all(page.alts)


def test_word_holds_the_same_sentences_as_the_page(written):
    _, _, paths = written
    body = re.sub(r'<span class="code">(.*?)</span>', r"\1", paths[0].read_text("utf-8").partition("<body>")[2])
    page = [text for text in Page(body).texts if text]
    document = docx.Document(paths[1])
    known = {*in_word(paths[1]), *(p.text for p in document.sections[0].footer.paragraphs)}
    foot = " ".join(p.text for p in document.sections[0].footer.paragraphs)
    assert [text for text in page if text not in known and text not in foot] == []


def test_no_code_of_a_person_or_of_staff_stands_in_a_report_of_groups(written, records):
    codes = {*records.peserta["pid"], *records.petugas["petugas_id"], *records.sesi["sesi_id"]}
    for path in written[2]:
        data = [path.read_bytes()]
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                data = [archive.read(name) for name in archive.namelist()]
        held = b"\n".join(data).decode(errors="replace")
        assert not [code for code in codes if code in held]


def test_every_report_says_it_is_not_for_rights(written):
    _, lang, paths = written
    with speaking(lang):
        line = rg.core.language.word("not_for_rights")
    assert line in unescape(paths[0].read_text("utf-8"))


def test_a_report_that_shows_scores_says_that_they_are_not_validated(written):
    kind, lang, paths = written
    status = rg.load_instrument("siap_36").status_line[lang]
    assert (status in unescape(paths[0].read_text("utf-8"))) == (kind != "pelatihan")
    assert (status in docx.Document(paths[1]).sections[0].footer.paragraphs[0].text) == (kind != "pelatihan")


def test_columns_stand_in_word_as_on_the_page(written):
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    _, _, paths = written
    tables = re.findall(r"<thead>(.*?)</thead>", paths[0].read_text("utf-8"), re.S)
    for head, table in zip(tables, docx.Document(paths[1]).tables, strict=False):
        right = ['class="n"' in cell for cell in re.findall(r"<th[^>]*>", head)]
        for row in table.rows:
            found = [cell.paragraphs[0].alignment == WD_ALIGN_PARAGRAPH.RIGHT for cell in row.cells]
            assert found == right


def parts(document, kind=None):
    found = [part for section in document.sections for part in section.parts]
    return found if kind is None else [part for part in found if isinstance(part, kind)]


def told(document):
    """Every sentence of a document, without the figures."""
    lines = []
    for part in parts(document):
        if isinstance(part, str):
            lines.append(part)
        elif isinstance(part, Bullets):
            lines += part.items
        elif isinstance(part, Box | Note):
            lines.append(part.text)
        elif isinstance(part, Grid):
            lines += [" | ".join(row) for row in [part.head, *part.rows]]
    return lines


PEOPLE_1_TO_4 = re.compile(r"(?<![\d,.–-])[1-4] (orang|people|petugas|officers)\b")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_report_counts_one_to_four_people(records, lang):
    with speaking(lang):
        programmes = ("RT-D-25", "KS-C-25", "RS-D-25", "KP-E-25")
        documents = [cohort(records, programme) for programme in programmes]
        documents += [partner(records, period=f"{year}-Q{q}") for year, q in ((2025, 2), (2025, 4), (2026, 2))]
        documents += [training_report(records), between_units(records, side_by_side(records))]
        for document in documents:
            lines = told(document)
            assert not [
                line for line in lines if PEOPLE_1_TO_4.search(line.replace("5 orang", "").replace("5 people", ""))
            ]
        flow = [parts(document, Grid)[0] for document in documents[: len(programmes)]]
        assert not [cell for grid in flow for row in grid.rows for cell in row[1:] if cell in ("1", "2", "3", "4")]


@pytest.mark.parametrize("n", range(5, 41))
def test_a_share_never_tells_of_one_to_four_people(n):
    with speaking("en"):
        for count in range(n + 1):
            cell = share_cell(count / n, n)
            if 0 < count < 5:
                assert cell.startswith("<")
            elif 0 < n - count < 5:
                assert cell.startswith(">")
            else:
                assert float(cell) == pytest.approx(100 * count / n, abs=0.5 + 1e-9)


def test_counts_that_would_give_a_small_one_away_are_withheld():
    with speaking("en"):
        assert people_cells([7, 2, 20]) == ["not shown", "<5", "20"]
        assert people_cells([7, 2, 20], total=False) == ["7", "<5", "20"]
        assert people_cells([4, 3, 20]) == ["<5", "<5", "20"]
        assert people_cells([9, 0, 20]) == ["9", "0", "20"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_cohort_report_tells_flow_change_line_and_dose(records, lang):
    with speaking(lang):
        document = cohort(records, "RT-B-25")
        lines = " ".join(told(document))
        part = taking_part(records, "RT-B-25")
        siap = rg.score(records.responses("siap_36"))
        total = changes([siap], first="awal", last="akhir", chosen_by_score=False, people=part.took).row(
            "siap_36", "total"
        )
        assert part.sentence in lines
        assert dose(records, "RT-B-25").sentence in lines
        for name in ("first", "last", "estimate", "ci_low", "ci_high", "smallest"):
            assert number(total[name], 1) in lines
        assert number(100 * total["line"], 0) in lines
        wanted = {"id": ("bukan akibat program", "garis tanpa perubahan", "memilih sendiri untuk hadir", "Tidak boleh"),
                  "en": ("not effect", "no-change line", "chose to come", "Not allowed")}  # fmt: skip
        assert all(words in lines for words in wanted[lang])


@pytest.mark.parametrize(("lang", "causes"), [("id", "menyebabkan"), ("en", "caused")])
def test_only_a_lottery_lets_a_cohort_report_speak_of_causes(records, lang, causes):
    with speaking(lang):
        for programme in ("RS-E-25", "RT-F-25", "RT-B-25", "KS-C-25"):
            lines = [line for line in told(cohort(records, programme)) if causes in line]
            assert all(line.startswith(("Tidak boleh", "Not allowed")) for line in lines)
        by_lot = told(cohort(records, "RT-A-25"))
        assert any(causes in line for line in by_lot if not line.startswith(("Tidak boleh", "Not allowed")))


def test_a_group_chosen_by_its_score_gets_no_percent_without_its_line(records):
    with speaking("en"):
        document = cohort(records, "RS-E-25", chosen_by_score=True)
        grid = next(grid for grid in parts(document, Grid) if "% rose" in grid.head)
        assert {row[-2:] for row in grid.rows} == {("–", "–")}
        assert any("the scores of everyone screened" in line for line in told(document))
        assert not parts(document, Drawing)


def test_more_than_half_in_another_programme_is_said(records):
    with speaking("id"):
        assert any("KP-D-25" in line or "RT-D-25" in line for line in told(cohort(records, "KP-D-25")))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_units_stand_in_the_order_of_their_names(records, lang):
    with speaking(lang):
        document = between_units(records, side_by_side(records))
        grids = parts(document, Grid)
        for grid in grids[1:4]:
            names = [row[0] for row in grid.rows]
            assert names == sorted(names)
        boxes = [box.text for box in parts(document, Box)]
        assert any("bukan peringkat" in text or "not a ranking" in text for text in boxes)
        assert not any("99" in row[3] and row[3].startswith("#") for grid in grids for row in grid.rows)


def test_a_unit_of_fewer_than_five_people_is_left_out(records):
    gone = records.keikutsertaan
    of_f = gone.index[gone["program_id"] == "RT-F-25"][3:]
    small = with_tables(records, keikutsertaan=gone.drop(of_f))
    with speaking("en"):
        found = side_by_side(small)
        assert found.small == ("UPT-F",)
        document = between_units(small, found)
        assert not [row for grid in parts(document, Grid)[:4] for row in grid.rows if "UPT-F" in row[0]]
        assert any("UPT-F" in line and "fewer than 5" in line for line in told(document))


def test_no_report_to_be_handed_on_is_made_about_fewer_than_five_people(records):
    gone = records.keikutsertaan
    four = with_tables(records, keikutsertaan=gone[gone["program_id"] == "RT-F-25"][:4])
    for refused in (lambda: cohort(four, "RT-F-25"), lambda: side_by_side(four)):
        with pytest.raises(rg.DataError) as caught:
            refused()
        assert caught.value.code == "summary-too-few"


def test_the_annex_holds_every_result_and_what_its_columns_mean(records, tmp_path):
    made = programme_report(records, "antar-unit", tmp_path, lang="en")
    book = openpyxl.load_workbook(made.paths[2])
    assert book.sheetnames == ["sessions", "completed", "change", "people", "columns", "origin"]
    rows = [[cell.value for cell in row] for row in book["sessions"].iter_rows()]
    head = next(place for place, row in enumerate(rows) if "shrunken" in row)
    found = side_by_side(records).results["delivered"].table
    assert [row[0] for row in rows[head + 1 :]] == list(found["name"])
    assert [row[rows[head].index("shrunken")] for row in rows[head + 1 :]] == pytest.approx(list(found["shrunken"]))


def test_numbers_that_give_away_who_did_not_finish_are_blank(records):
    with speaking("en"):
        table = side_by_side(records).results["completed"].table
    left = table["n"] - table["observed"]
    assert not (left.between(1, 4) | table["observed"].between(1, 4)).any()
    assert table.loc[table["observed"].isna(), "estimate"].isna().all()
    assert table["shrunken"].notna().all()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_partner_reads_what_was_promised_given_and_still_to_be_done(records, lang):
    with speaking(lang):
        document = partner(records, period="2026-Q1")
        lines = " ".join(told(document))
        assert "instruktur tidak dapat datang hampir sepanjang triwulan" in lines
        assert "mitra menyiapkan instruktur pengganti" in lines
        assert "☐" in lines
        assert quarters(records).sentence in lines
        scales = [row[0] for grid in parts(document, Grid) for row in grid.rows]
        assert sum("WHOQOL" in name for name in scales) == 4
        assert sum("URICA" in name for name in scales) == 2
        assert sum("SIAP" in name for name in scales) == 2
        assert document.tight
        assert not re.search("diagnos(?!is dan|is and)", lines)


def test_only_answers_given_by_the_end_of_the_quarter_count(records):
    with speaking("en"):
        early, late = (
            [row[1] for grid in parts(partner(records, period=period), Grid) for row in grid.rows if "WHOQOL" in row[0]]
            for period in ("2025-Q2", "2026-Q2")
        )
    assert set(early) == {"14"}
    assert set(late) == {"33"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_training_report_tells_three_levels_and_no_officer(records, lang):
    with speaking(lang):
        document = training_report(records)
        found = training(records)
        lines = " ".join(told(document))
        assert found.sentence in lines
        poor = {"id": "tidak membedakan", "en": "does not tell apart"}[lang]
        items = next(grid for grid in parts(document, Grid) if len(grid.rows) == 12)
        assert items.rows[11][-1] == poor  # planted: discrimination 0
        assert number(found.agreement.of("ICC(2,1)"), 2) in lines
        ceiling = {"id": "terlalu mudah", "en": "too easy"}[lang]
        assert ceiling in lines
        units_ = [grid for grid in parts(document, Grid) if grid.rows and grid.rows[0][0].startswith("UPT-")]
        assert len(units_) == 2
        assert all([row[0] for row in grid.rows] == sorted(row[0] for row in grid.rows) for grid in units_)
