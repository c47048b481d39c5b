"""The report, the sheets and the workbook: what they hold, what they must not hold, and that nothing in them runs."""

import base64
import re
import shutil
import subprocess
from html import escape, unescape
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import openpyxl
import pandas as pd
import pytest

import reintegra as rg
from reintegra.core.language import LANGUAGES, speaking
from reintegra.intake import responses_of
from reintegra.measure import answers, describe, distribution, profile
from reintegra.present import plots, report_page, sheet_page

SIAP = rg.load_instrument("siap_36")
HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    '=HYPERLINK("http://x","y")',
    "\t=1",
    "<script>alert(1)</script>",
    "a/b",
    "a_b",
]


@pytest.fixture(scope="module")
def scores():
    """Forty invented people of three units, one of them with two people only."""
    rng = np.random.default_rng(11)
    codes = rng.integers(1, 5, (40, 36)).astype(float)
    codes[0, :8] = np.nan
    codes[3] = 4
    frame = pd.DataFrame(codes, columns=SIAP.item_names, index=[f"P{i:02d}" for i in range(40)])
    frame["unit"] = ["A"] * 20 + ["B"] * 18 + ["C"] * 2
    frame["cerita"] = "sebuah cerita bebas"
    return rg.score(frame, "siap_36")


class Page(HTMLParser):
    """Collects the elements and addresses of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.addresses, self.alts = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        given = dict(attrs)
        self.addresses += [given[name] for name in ("src", "href", "data", "action") if name in given]
        self.alts += [given["alt"]] if "alt" in given else []
        assert not any(name.startswith("on") for name in given)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_report_carries_all_it_needs_and_runs_nothing(scores, lang):
    with speaking(lang):
        text = report_page(scores, by="unit")
        sentence = str(distribution(scores, "total", "unit"))
        status = SIAP.status_line[lang]
    page = Page(text)
    assert not {"script", "link", "iframe", "object"} & set(page.tags)
    assert all(address.startswith("data:image/svg+xml;base64,") for address in page.addresses)
    assert page.alts.count(sentence) == 1
    assert unescape(text).count(status) >= 2
    assert f'<html lang="{lang}">' in text
    assert "@media print" in text
    assert {"id": "(rancangan", "en": "(draft"}[lang] in text
    for address in page.addresses:
        assert "<script" not in base64.b64decode(address.split(",")[1]).decode()


def test_a_report_shows_no_single_person(scores):
    text = report_page(scores, by="unit")
    assert not re.search(r"\bP\d\d\b", text)
    assert "cerita bebas" not in text


def test_a_group_of_fewer_than_five_is_withheld(scores):
    shown = distribution(scores, "total", "unit")
    assert list(shown.table["group"]) == ["A", "B"]
    assert shown.withheld == 1
    summary = describe(scores, "unit").table
    assert summary.loc[summary["group"] == "C", "mean"].isna().all()
    assert "C (n" not in report_page(scores, by="unit")


def test_numbers_are_written_as_their_readers_write_them(scores):
    mean = describe(scores).table["mean"].iloc[0]
    with speaking("id"):
        assert f"{mean:.1f}".replace(".", ",") in report_page(scores)
    with speaking("en"):
        assert f"{mean:.1f}" in report_page(scores)


def test_a_report_and_its_workbook_are_the_same_bytes_each_time(scores, tmp_path):
    first, second = (rg.report(scores, tmp_path / name) for name in "ab")
    assert first.page.read_bytes() == second.page.read_bytes()
    assert [p.name for p in first.sheets] == [p.name for p in second.sheets]


def test_a_report_writes_the_names_that_are_promised(scores, tmp_path):
    made = rg.report(scores, tmp_path / "hasil" / "baru", by="unit")
    assert made.page == tmp_path / "hasil" / "baru" / "laporan.html"
    assert made.workbook.name == "skor.xlsx"
    assert {p.name for p in (tmp_path / "hasil" / "baru" / "lembar").iterdir()} == {f"P{i:02d}.html" for i in range(40)}
    assert not list((tmp_path / "hasil" / "baru").glob(".*"))


def test_an_open_output_gets_another_name(scores, tmp_path, monkeypatch):
    from pathlib import Path

    original = Path.replace

    def replace(self, target):
        if Path(target).name == "skor.xlsx":
            raise PermissionError
        return original(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    made = rg.report(scores, tmp_path)
    assert made.workbook.name == "skor (2).xlsx"
    with speaking("id"):
        assert "«skor.xlsx» sedang dibuka di program lain, jadi ditulis sebagai «skor (2).xlsx»." in str(made)


def test_no_text_in_a_workbook_can_become_a_formula(tmp_path):
    frame = pd.DataFrame(np.full((len(HOSTILE), 36), 3.0), columns=SIAP.item_names, index=HOSTILE)
    frame["unit"] = HOSTILE
    made = rg.report(rg.score(frame, "siap_36"), tmp_path, by="unit")
    book = openpyxl.load_workbook(made.workbook)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.data_type == "f"]
    texts = {cell.value for cell in cells}
    assert {"=1+1", "@SUM(A1)"} <= texts
    assert all(cell.quotePrefix for cell in cells if str(cell.value)[:1] in "=+@" and isinstance(cell.value, str))
    assert len(made.sheets) == len(HOSTILE)


def test_codes_cannot_reach_out_of_their_folder(tmp_path):
    names = ["../../etc/kode", "CON", "..", "a/b", "a_b", "nama panjang é"]
    frame = pd.DataFrame(np.full((len(names), 36), 3.0), columns=SIAP.item_names, index=names)
    made = rg.report(rg.score(frame, "siap_36"), tmp_path / "out")
    assert {path.parent for path in made.sheets} == {tmp_path / "out" / "lembar"}
    assert len({path.name.casefold() for path in made.sheets}) == len(names)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_sheet_speaks_words_before_numbers_and_names_nobody(scores, lang):
    with speaking(lang):
        text = sheet_page(scores, 5)
        topics = list(profile(scores, "P05").table.query("topic")["label"])
        status = SIAP.status_line[lang]
    assert 2 <= len(topics) <= 4
    positions = [text.index(label) for label in topics]
    others = [text.index(s.label[lang]) for s in SIAP.scores if s.name != "total" and s.label[lang] not in topics]
    assert max(positions) < min(others)
    assert status in unescape(text)
    assert "cerita bebas" not in text
    assert not {"script", "img", "link"} & set(Page(text).tags)


def test_a_scale_with_too_few_answers_says_so_instead_of_a_number(scores):
    with speaking("id"):
        assert "belum cukup jawaban (0 dari 4)" in sheet_page(scores, 0)


def test_even_answers_name_no_topic(scores):
    table = profile(scores, "P03").table
    assert len(set(table["value"])) == 1
    assert not table["topic"].any()


def test_a_screening_scale_is_never_put_in_words_on_a_sheet():
    dass = rg.load_instrument("dass_21")
    made = rg.score(pd.DataFrame([[3] * 21, [0] * 21], columns=dass.item_names), dass)
    for row in range(2):
        with speaking("en"):
            text = sheet_page(made, row)
        assert "severe" not in text
        assert "normal" not in text


def test_flags_are_counted_in_the_report_and_listed_only_in_the_workbook(tmp_path):
    phq = rg.load_instrument("phq_9")
    frame = pd.DataFrame([[0] * 9] * 5 + [[0] * 8 + [2]], columns=phq.item_names, index=[f"K{i}" for i in range(6)])
    made = rg.report(rg.score(frame, phq), tmp_path, lang="id")
    text = made.page.read_text("utf-8")
    assert "Perlu ditemui hari ini" in text
    assert "K5" not in text
    sheet = openpyxl.load_workbook(made.workbook)["tindak lanjut"]
    assert "bukan alasan isolasi" in sheet["A1"].value
    assert [row[0].value for row in sheet.iter_rows(min_row=4)] == ["K5"]
    assert "pikiran" not in (tmp_path / "lembar" / "K5.html").read_text("utf-8")


@pytest.mark.parametrize(("rows", "lang"), [(1, "id"), (2, "en"), (4, "id")])
def test_a_report_of_very_few_people_is_still_made(rows, lang, tmp_path):
    frame = pd.DataFrame(np.full((rows, 36), 2.0), columns=SIAP.item_names)
    rg.report(rg.score(frame, "siap_36"), tmp_path, lang=lang)
    text = (tmp_path / "laporan.html").read_text("utf-8")
    assert "<figure" not in text
    assert "nan" not in re.sub(r"base64,[^\"]+", "", text).lower().replace("tanpa", "").split()


def test_waves_are_shown_apart_and_sheets_are_of_the_last(tmp_path):
    rng = np.random.default_rng(2)
    rows = [("A", "akhir", "2026-05-01"), ("A", "awal", "2026-01-01"), ("B", "awal", "2026-01-02")]
    frame = pd.DataFrame(rng.integers(1, 5, (3, 36)), columns=SIAP.item_names)
    frame.insert(0, "kode", [row[0] for row in rows])
    frame.insert(1, "gelombang", [row[1] for row in rows])
    frame.insert(2, "tanggal", [row[2] for row in rows])
    frame.to_csv(tmp_path / "x.csv", index=False)
    made = rg.score(rg.read_responses(tmp_path / "x.csv", "siap_36"))
    assert profile(made, "A").wave == "akhir"
    assert profile(made, "A", wave="awal").wave == "awal"
    report = rg.report(made, tmp_path / "out", lang="id")
    assert len(report.sheets) == 2
    assert "Gelombang: akhir" in (tmp_path / "out" / "lembar" / "A.html").read_text("utf-8")
    text = report.page.read_text("utf-8")
    assert text.index("<td>awal</td>") < text.index("<td>akhir</td>")


@pytest.mark.parametrize("name", sorted(rg.instruments()["name"]))
def test_every_instrument_has_a_report_and_a_sheet(name, tmp_path):
    instrument = rg.load_instrument(name)
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({i.name: rng.choice(i.codes, 8) for i in instrument.items})
    for skip in instrument.skips:
        met = np.logical_and.reduce([frame[item] == code for item, code in skip.when.items()])
        frame.loc[met, list(skip.items)] = skip.value
    made = rg.score(responses_of(frame, instrument, direction_known=True))
    report = rg.report(made, tmp_path, lang="id")
    assert len(report.sheets) == 8
    assert instrument.note["id"].split(".")[0] in report.page.read_text("utf-8").replace("&lt;", "<").replace(
        "&gt;", ">"
    )


def test_every_result_shows_itself_with_its_status(scores):
    with speaking("en"):
        for result in (
            describe(scores, "unit"),
            distribution(scores, "total"),
            answers(scores.responses),
            profile(scores, "P05"),
        ):
            html = result._repr_html_()
            assert escape(str(result)) in html
            assert "not yet validated" in html
            assert "<table" in html


def test_plots_draw_on_the_axes_they_are_given_and_leave_no_figure_behind(scores):
    import matplotlib.pyplot as plt

    before = plt.get_fignums()
    report_page(scores, by="unit")
    assert plt.get_fignums() == before
    drawings = [
        (plots.profile, profile(scores, "P05")),
        (plots.distribution, distribution(scores, "total", "unit")),
        (plots.answers, answers(scores.responses)),
    ]
    settings = dict(plt.rcParams)
    for draw, result in drawings:
        figure, ax = plt.subplots()
        assert draw(result, ax=ax) is ax
        assert ax.has_data()
        assert "SIAP-36" in ax.texts[-1].get_text(), "the status line stands on every figure"
        plt.close(figure)
    assert dict(plt.rcParams) == settings


def test_the_bars_of_a_profile_are_its_values(scores):
    import matplotlib.pyplot as plt

    result = profile(scores, "P05")
    ax = plots.profile(result)
    drawn = [patch.get_width() for patch in ax.patches[len(result.table) :]]
    np.testing.assert_allclose(drawn, result.table["value"] / 100)
    plt.close(ax.figure)


def test_what_fewer_than_five_people_answered_is_not_drawn(scores):
    few = scores.take(np.arange(len(scores)) < 6).responses  # the first of them left eight items out
    shares = answers(few).table.set_index("item")["code_1"]
    assert shares.notna().all()
    assert (
        answers(scores.take(np.arange(len(scores)) < 5).responses).table.set_index("item")["code_1"].isna().sum() == 8
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_long_names_of_units_do_not_run_into_each_other(lang):
    import matplotlib.pyplot as plt

    frame = pd.DataFrame(np.full((60, 36), 2.0), columns=SIAP.item_names)
    place = "Lembaga Pemasyarakatan Narkotika Kelas IIA Nusakambangan, Kabupaten Cilacap, Jawa Tengah"
    frame["unit"] = [f"{place} {k % 6}" for k in range(60)]
    with speaking(lang):
        ax = plots.distribution(distribution(rg.score(frame, "siap_36"), "total", "unit"))
    ax.figure.canvas.draw()
    boxes = [label.get_window_extent() for label in ax.get_yticklabels()]
    assert len(boxes) == 6
    assert all(below.y1 <= above.y0 for above, below in pairwise(boxes))
    plt.close(ax.figure)


def test_the_bars_of_the_answers_are_their_shares(scores):
    import matplotlib.pyplot as plt

    result = answers(scores.responses)
    ax = plots.answers(result)
    shares = result.table[[f"code_{code}" for code in range(1, 5)]].to_numpy()
    np.testing.assert_allclose([patch.get_width() for patch in ax.patches], shares.ravel())
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    starts = np.array([patch.get_x() for patch in ax.patches]).reshape(36, 4)
    np.testing.assert_allclose(starts[:, 2], 0, atol=1e-12)
    plt.close(ax.figure)


def test_a_sheet_is_one_page_even_where_four_scales_tie(tmp_path):
    """Printed with a browser where one is installed; the longest sheet there is."""
    browser = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chrome", "msedge"))), None)
    if browser is None:
        pytest.skip("no browser to print with")
    low = {"ada", "pos", "ren", "tgj"}
    row = [
        (4 if item.reverse else 1) if item.name[:3] in low else (1 if item.reverse else 4)
        for item in SIAP.items
    ]  # fmt: skip
    made = rg.score(pd.DataFrame([row], columns=SIAP.item_names, index=["UPA-0001-X"]), SIAP)
    for lang in LANGUAGES:
        with speaking(lang):
            (tmp_path / "x.html").write_text(sheet_page(made, 0), "utf-8")
        options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
        printed = [f"--print-to-pdf={tmp_path / 'x.pdf'}", "--no-pdf-header-footer", (tmp_path / "x.html").as_uri()]
        subprocess.run([browser, *options, *printed], capture_output=True, check=True, timeout=120)
        assert len(re.findall(rb"/Type\s*/Page\b", (tmp_path / "x.pdf").read_bytes())) == 1
