"""The forms that are printed: what they ask, what they must say, and that nothing in them runs."""

import re
import shutil
import subprocess
from html import unescape
from html.parser import HTMLParser

import pytest

import reintegra as rg
from reintegra.core.errors import OutputError
from reintegra.core.language import LANGUAGES, say, speaking, word
from reintegra.instruments import from_xlsform, read_definition
from reintegra.present import form_page, write_forms

SIAP, PHQ = map(rg.load_instrument, ("siap_36", "phq_9"))
BOTH = pytest.mark.parametrize("aloud", [False, True], ids=["paper", "aloud"])


class Page(HTMLParser):
    """Collects the elements of a page, its words, and the codes in its boxes."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.codes, self.words = [], [], []
        self.open = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append(tag)
        assert not {"src", "href", "action"} & set(given)
        assert not any(name.startswith("on") for name in given)
        self.open = given.get("class", "") if tag == "span" else tag

    def handle_endtag(self, tag):
        self.open = ""

    def handle_data(self, data):
        if self.open == "tick" and data.strip():
            self.codes.append(int(data))
        if self.open != "style":
            self.words.append(" ".join(data.split()))

    @property
    def text(self):
        return " ".join(filter(None, self.words))


@BOTH
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", rg.instruments()["name"])
def test_every_item_has_its_box_for_every_answer(name, aloud, lang):
    instrument = rg.load_instrument(name)
    with speaking(lang):
        page = Page(form_page(instrument, aloud=aloud))
    blanks = [answer.value for answer in instrument.missing]
    assert page.codes == [code for item in instrument.items for code in (*item.codes, *blanks)]
    assert not {"script", "link", "iframe", "img", "form", "input"} & set(page.tags)


@BOTH
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_form_says_what_it_must_and_asks_what_answers_may_depend_on(aloud, lang):
    with speaking(lang):
        page = Page(form_page(SIAP, aloud=aloud))
        said = [
            say("form", key)
            for key in ("voluntary", "code", "code_hint", "date", "interviewer", "wave", "mode", "officer")
        ]
        said += [say("form", key) for key in ("officer_2", "mode_dibacakan", "wave_pra_bebas")]
        said += [word("not_for_rights"), say("form", "aloud_how" if aloud else "tick_one")]
    said += [SIAP.status_line[lang], SIAP.instruction[lang], SIAP.guards.people_reason[lang], "narapidana"]
    said += [item.label[lang] for item in SIAP.items]
    for text in said:
        assert text in page.text, text
    assert "Nama:" not in page.text
    assert "Name:" not in page.text


@BOTH
@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_item_that_needs_someone_today_carries_its_box_on_paper(aloud, lang):
    with speaking(lang):
        text = Page(form_page(PHQ, aloud=aloud)).text
        reason = PHQ.items[8].flag.reason[lang]
        stop, blank = say("form", "flag_stop", number="9", reason=reason), say("form", "flag_blank", number="9")
        least = say("form", "flag_if", answers="1 / 2 / 3")
        last = say("form", "item", number="9")
    assert text.index(last) < text.index(least) < text.index(stop) < text.index(blank)
    assert text.count(stop) == 1
    with speaking(lang):
        assert say("form", "contact") in text
        assert say("form", "contact") not in Page(form_page(SIAP, aloud=aloud)).text


@BOTH
def test_a_form_without_wording_says_so_and_one_with_wording_does_not(aloud):
    with speaking("id"):
        start = say("form", "no_wording", licence="|").split("|")[0]
        assert start in Page(form_page(PHQ, aloud=aloud)).text
        assert PHQ.licence in Page(form_page(PHQ, aloud=aloud)).text
        assert start not in Page(form_page(SIAP, aloud=aloud)).text


@BOTH
def test_a_skip_rule_is_told_where_it_applies(aloud):
    with speaking("id"):
        text = Page(form_page(rg.load_instrument("audit"), aloud=aloud)).text
    first, second = (
        "Jika butir 1 dijawab 0, lewati butir 2, 3, 4, 5, 6, 7, 8.",
        "Jika butir 2 dijawab 0 dan butir 3 dijawab 0",
    )
    assert (
        text.index("Butir 1") < text.index(first) < text.index("Butir 2 ") < text.index("Butir 3 ") < text.index(second)
    )


@BOTH
def test_what_stands_in_a_definition_cannot_become_html(aloud):
    hostile = """\
format = 1
name = "uji"
version = "</style><script>1</script>"
status = "draft"
language = "id"
title.id = "<b>Uji</b>"
[responses]
banyak = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
[[items]]
name = "u1"
label.id = "<img src=x>"
[[scores]]
name = "a"
items = ["u1"]
rule = "sum"
"""
    text = form_page(read_definition(hostile, "uji.toml"), aloud=aloud)
    page = Page(text)
    assert not {"script", "img"} & set(page.tags)
    assert "<img src=x>" in unescape(text)
    assert page.codes == []
    assert "0–12" in page.text


def test_forms_are_written_under_the_names_that_are_promised(tmp_path):
    made = write_forms(SIAP, tmp_path / "borang", lang="en")
    names = ["siap_36.xlsx", "siap_36_kertas.html", "siap_36_dibacakan.html"]
    assert [path.name for path in (made.phone, made.paper, made.read_aloud)] == names
    assert {path.name for path in (tmp_path / "borang").iterdir()} == set(names)
    assert all(name in str(made) for name in names)
    assert '<html lang="en">' in made.paper.read_text("utf-8")
    assert from_xlsform(made.phone).scores == SIAP.scores
    (tmp_path / "berkas").write_text("")
    with pytest.raises(OutputError):
        write_forms(SIAP, tmp_path / "berkas" / "di dalam")


def test_a_printed_form_repeats_its_answers_on_every_page_and_breaks_no_row(tmp_path):
    """Printed with a browser where one is installed."""
    browser = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chrome", "msedge"))), None)
    if browser is None or not shutil.which("pdftotext"):
        pytest.skip("nothing to print with")
    page = write_forms(SIAP, tmp_path, lang="id").paper
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    printed = [f"--print-to-pdf={tmp_path / 'x.pdf'}", "--no-pdf-header-footer", page.as_uri()]
    subprocess.run([browser, *options, *printed], capture_output=True, check=True, timeout=120)
    run = subprocess.run(["pdftotext", "-layout", tmp_path / "x.pdf", "-"], capture_output=True, text=True, check=True)
    pages = [text for text in run.stdout.split("\f") if text.strip()]
    assert 2 <= len(pages) <= 5
    rows = [re.findall(r"^\s*(\d+)\s.*?\b1\s+2\s+3\s+4\s+77\s+88\s+99", text, re.M) for text in pages]
    assert [int(number) for page in rows for number in page] == list(range(1, 37))
    for text, numbers in zip(pages, rows, strict=True):
        assert "Kode peserta" in text
        assert not numbers or "Pernyataan" in text
