"""The panel of the first notebook, its functions called plainly."""

from pathlib import Path

import pytest

import reintegra as rg
from reintegra.present import panel

CORPUS = Path(__file__).parent.parent / "corpus"
KSR = str(CORPUS / "instrument.toml")


def test_files_of_the_inbox_come_before_the_examples(tmp_path):
    (tmp_path / "masuk").mkdir()
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "b.csv").write_text("x")
    assert [p.name for p in panel.files_in(tmp_path / "masuk", tmp_path / "demo")] == ["b.csv"]
    for name in ("pra.XLSX", "~$pra.xlsx", "catatan.docx"):
        (tmp_path / "masuk" / name).write_text("x")
    assert [p.name for p in panel.files_in(tmp_path / "masuk", tmp_path / "demo")] == ["pra.XLSX"]
    assert panel.files_in(tmp_path / "tidak ada") == []


def test_a_good_file_gives_links_and_the_lines_that_do_the_same(tmp_path, monkeypatch):
    outcome = panel.run(CORPUS / "files" / "gf01_google_sheets.csv", KSR, tmp_path / "a", "en")
    assert outcome.fine
    assert "laporan.html" in outcome.html
    assert outcome.code.count("\n") == 2
    monkeypatch.setattr(rg, "report", lambda scores, out, lang: (len(scores), lang))
    exec(outcome.code.replace("rg.report", "made = rg.report"), space := {})
    assert space["made"] == (10, "en")


def test_a_faulty_file_gives_the_list_of_its_faults_and_a_copy_to_mend(tmp_path):
    outcome = panel.run(CORPUS / "files" / "gf09_unknown_labels.csv", KSR, tmp_path / "a", "id")
    assert not outcome.fine
    assert outcome.html.count("<tr") == 4
    for part in ("G3", "Kurang Setuju", "E8", "P10"):
        assert part in outcome.html
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["gf09_unknown_labels_perbaiki.xlsx"]
    assert "gf09_unknown_labels_perbaiki.xlsx" in outcome.html


def test_a_file_that_cannot_be_copied_is_said_so(tmp_path):
    outcome = panel.run(CORPUS / "files" / "xl17_password.xlsx", KSR, tmp_path / "a", "id")
    assert not outcome.fine
    assert "tidak dibuat" in outcome.html


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "berkas").write_text("")
    outcome = panel.run(CORPUS / "files" / "gf01_google_sheets.csv", KSR, tmp_path / "berkas" / "a", "id")
    assert not outcome.fine
    assert "tidak dapat ditulisi" in outcome.html


def test_the_button_shows_what_run_gives(tmp_path):
    pytest.importorskip("ipywidgets")
    (tmp_path / "masuk").mkdir()
    (tmp_path / "masuk" / "pra.csv").write_bytes((CORPUS / "files" / "gf06_linear_scale.csv").read_bytes())
    box = panel.panel(str(tmp_path / "masuk"), str(tmp_path), str(tmp_path / "hasil"))
    file, instrument, lang, button, shown = box.children
    assert [name for name, _ in file.options] == ["pra.csv"]
    assert "siap_36" in [name for _, name in instrument.options]
    lang.value = "en"
    button.click()
    assert "none of the 36 items" in shown.value.lower()
    file.options = []
    button.click()
    assert "masuk" in shown.value
