"""The consultation form on paper: it asks what the definition asks, and fits on the two sides of one sheet."""

import re
import shutil
import subprocess
from html.parser import HTMLParser

import pytest

from reintegra.consult import consultation_form
from reintegra.core.errors import OutputError
from reintegra.core.language import LANGUAGES, speaking
from reintegra.present import consultation_page, consultation_paper

FORM = consultation_form()


class Page(HTMLParser):
    """Collects the elements of a page, its words, and how many boxes and lines it has."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.classes, self.words = [], [], []
        self.feed(re.sub(r"<style>.*?</style>", "", text, flags=re.S))
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attrs):
        assert not {"src", "href", "action"} & {name for name, _ in attrs}
        self.tags.append(tag)
        self.classes += dict(attrs).get("class", "").split()

    def handle_data(self, data):
        self.words.append(data)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_question_stands_on_paper_with_its_boxes_and_lines(lang):
    with speaking(lang):
        page = Page(consultation_page())
    for asked in FORM.fields:
        assert asked.label[lang] in page.text
    assert page.classes.count("tick") == sum(len(asked.choices) + len(asked.words) for asked in FORM.fields)
    assert page.classes.count("row") == sum(asked.lines for asked in FORM.fields)
    assert not {"script", "link", "iframe", "img", "form", "input"} & set(page.tags)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_form_says_what_must_be_said_first_and_where_danger_is_mentioned(lang):
    with speaking(lang):
        text = Page(consultation_page()).text
    labels = {asked.name: asked.label[lang] for asked in FORM.fields}
    order = [FORM.first[lang], labels["person"], labels["danger_mentioned"], FORM.danger[lang], labels["action"]]
    assert [text.index(part) for part in order] == sorted(text.index(part) for part in order)
    assert text.index(labels["action"]) < text.index(labels["time"])


def test_the_page_is_written_where_it_is_wanted(tmp_path):
    path = consultation_paper(tmp_path / "konsultasi_kertas.html", lang="en")
    assert '<html lang="en">' in path.read_text("utf-8")
    with pytest.raises(OutputError):
        consultation_paper(tmp_path / "tidak ada" / "x.html")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_printed_form_is_one_sheet_with_the_code_on_both_sides(lang, tmp_path):
    """Printed with a browser where one is installed."""
    browser = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chrome", "msedge"))), None)
    if browser is None or not shutil.which("pdftotext"):
        pytest.skip("nothing to print with")
    page = consultation_paper(tmp_path / "x.html", lang=lang)
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    printed = [f"--print-to-pdf={tmp_path / 'x.pdf'}", "--no-pdf-header-footer", page.as_uri()]
    subprocess.run([browser, *options, *printed], capture_output=True, check=True, timeout=120)
    run = subprocess.run(["pdftotext", "-layout", tmp_path / "x.pdf", "-"], capture_output=True, text=True, check=True)
    sides = [text for text in run.stdout.split("\f") if text.strip()]
    assert len(sides) == 2
    assert all(re.search(r"konsultasi · \w+ \w+: _{10,}", side) for side in sides)
