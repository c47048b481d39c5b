"""The command line, called as a user would."""

import re
import subprocess
import sys
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import small_records

from reintegra.__main__ import COMMANDS, main, parser
from reintegra.core.language import word
from reintegra.intake.options import Options

ROOT = Path(__file__).parent.parent
CORPUS = ROOT / "tests" / "corpus"
FILES = CORPUS / "files"
KSR = ["--instrument", str(CORPUS / "instrument.toml")]


@pytest.fixture(autouse=True)
def indonesian():
    from reintegra.core.language import speaking

    with speaking("id"):
        yield


def run(*arguments):
    return main([str(argument) for argument in arguments])


@pytest.mark.parametrize("lang", ["id", "en"])
def test_report_writes_what_is_promised(lang, tmp_path, capsys):
    assert run("report", FILES / "gf01_google_sheets.csv", *KSR, "--out", tmp_path, "--lang", lang) == 0
    assert f'lang="{lang}"' in (tmp_path / "laporan.html").read_text("utf-8")
    assert openpyxl.load_workbook(tmp_path / "skor.xlsx").sheetnames[0] == {"id": "skor", "en": "scores"}[lang]
    assert len(list((tmp_path / "lembar").glob("R-*.html"))) == 10
    assert "laporan.html" in capsys.readouterr().out


def test_score_writes_a_plain_table_and_a_workbook(tmp_path, capsys):
    assert run("score", FILES / "gf06_linear_scale.csv", *KSR, "--out", tmp_path) == 0
    assert "hanya contoh" in capsys.readouterr().out  # the status line
    table = pd.read_csv(tmp_path / "skor.csv").set_index("Kode")
    assert table.loc["R-001", ["mental", "total", "total_band"]].tolist() == [81.25, 49, "Tinggi"]
    assert (tmp_path / "skor.xlsx").exists()


def test_check_lists_faults_and_ends_with_1(tmp_path, capsys):
    assert run("check", FILES / "gf09_unknown_labels.csv", *KSR, "--out", tmp_path) == 1
    said = capsys.readouterr()
    assert "G3" in said.err
    assert "jalankan check lagi" in said.out
    assert pd.read_csv(tmp_path / "masalah.csv")["code"].tolist() == ["unknown-label", "unknown-label", "two-answers"]
    assert (tmp_path / "masalah.xlsx").exists()


def test_check_of_a_good_file_lists_the_notices_and_ends_with_0(tmp_path, capsys):
    assert run("check", FILES / "gf07_header_noise.xlsx", *KSR, "--out", tmp_path) == 0
    assert "headings-tidied" in (tmp_path / "masalah.csv").read_text("utf-8")
    said = capsys.readouterr().out
    assert "0 kesalahan" in said
    assert "report sebagai ganti check" in said


def test_faults_leave_nothing_half_written(tmp_path):
    assert run("report", FILES / "gf09_unknown_labels.csv", *KSR, "--out", tmp_path) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["report"], 2, "masih kurang"),
        (["laporkan"], 2, "bukan pilihan"),
        (["report", "x.csv", "--instrument", "siap36"], 2, "siap_36"),
        (["report", "x.csv", "--instrument", "rses"], 2, "rses_b"),
        (["report", "x.csv", "--instrument", "siap_36"], 2, "x.csv"),
        (["report", "--bantu"], 2, "cara pakai"),
        (["score", "x.csv", "--instrument", "siap_36", "--values", "AO01"], 2, "ISI=KODE"),
        (
            ["score", str(FILES / "gf01_google_sheets.csv"), "--instrument", "whoqol_bref", "--variant", "exact"],
            1,
            "26",
        ),
    ],
)
def test_a_wrong_call_is_answered_in_words(arguments, status, said, tmp_path, capsys):
    try:
        found = run(*arguments, *(["--out", tmp_path] if "--instrument" in arguments else []))
    except SystemExit as end:
        found = end.code
    assert found == status
    assert said in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_ends_with_2(tmp_path, capsys):
    (tmp_path / "berkas").write_text("")
    for command in ("report", "score", "check"):
        assert run(command, FILES / "gf01_google_sheets.csv", *KSR, "--out", tmp_path / "berkas" / "x") == 2
        assert "tidak dapat ditulisi" in capsys.readouterr().err


def test_a_broken_definition_ends_with_1(tmp_path, capsys):
    (tmp_path / "uji.toml").write_text("format = 1\nname = 'uji'\n", "utf-8")
    assert run("score", FILES / "gf01_google_sheets.csv", "--instrument", tmp_path / "uji.toml", "--out", tmp_path) == 1
    assert "uji.toml" in capsys.readouterr().err


def test_what_cells_mean_can_be_told(tmp_path):
    missing = ["--missing", "9", "0", "N/A", "."]
    assert run("score", FILES / "xl02_missing_codes.xlsx", *KSR, *missing, "--out", tmp_path) == 0
    rows = "kode,q1,q2,q3,q4,q5,q6,q7,q8,q9,q10\n" + "A," + ",".join(["ya"] * 10) + "\n"
    (tmp_path / "x.csv").write_text(rows)
    given = ["--instrument", "gse_10", "--values", "ya=4", "--columns", *(f"q{i}=gse_10_{i:02d}" for i in range(1, 11))]
    assert run("score", tmp_path / "x.csv", *given, "--out", tmp_path / "b") == 0
    assert pd.read_csv(tmp_path / "b" / "skor.csv")["total"].tolist() == [40]


def test_forms_and_people_are_counted_apart(tmp_path, capsys):
    rows = [f"{code},{wave}," + ",".join(["2"] * 10) for code, wave in (("A", "awal"), ("A", "akhir"), ("B", "awal"))]
    head = "kode,gelombang," + ",".join(f"gse_10_{k:02d}" for k in range(1, 11))
    (tmp_path / "x.csv").write_text("\n".join([head, *rows]))
    assert run("score", tmp_path / "x.csv", "--instrument", "gse_10", "--out", tmp_path) == 0
    assert "3 formulir terisi dari 2 orang" in capsys.readouterr().out


@pytest.mark.parametrize("place", [0, 1])
def test_the_language_may_stand_before_or_after_the_command(place, capsys):
    call = ["instruments"]
    call[place:place] = ["--lang", "en"]
    assert run(*call) == 0
    assert "alcohol use" in capsys.readouterr().out


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_has_its_own_examples_and_no_other(command, lang, capsys):
    with pytest.raises(SystemExit) as stopped:
        run(command, "--help", "--lang", lang)
    assert stopped.value.code == 0
    said = capsys.readouterr().out
    examples = said[said.index({"id": "contoh:", "en": "examples:"}[lang]) :].splitlines()[1:]
    assert examples
    assert all(line.startswith(f"  python -m reintegra {command}") for line in examples if line)
    assert ("BERKAS" in said or "FOLDER" in said or command in ("instruments", "lab")) or lang == "en"


def test_every_example_is_a_call_that_is_understood():
    from reintegra.core.language import speaking

    for lang in ("id", "en"):
        with speaking(lang):
            for line in word("cli_examples").splitlines()[1:]:
                parser().parse_args(line.split()[3:])


def test_the_hint_for_the_command_line_stands_only_below_what_it_translates(tmp_path, capsys):
    assert run("report", tmp_path / "x.csv", "--instrument", "siap_36", "--out", tmp_path) == 2
    assert "--values" not in capsys.readouterr().err
    assert run("report", FILES / "gf09_unknown_labels.csv", *KSR, "--out", tmp_path) == 1
    hint = capsys.readouterr().err.splitlines()[-1]
    assert "--values" in hint
    assert "--waves" not in hint


def test_whatever_a_remedy_may_name_can_be_told_on_the_command_line(capsys):
    with pytest.raises(SystemExit):
        run("check", "--help")
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out))
    assert {re.search(r"--[a-z-]+", word(f"cli_hint_{name}"))[0] for name in vars(Options())} <= options


def test_a_python_without_the_libraries_says_which_python_to_use():
    code = "import sys; sys.modules['pandas'] = None; import reintegra"
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert made.returncode == 1
    assert "python start.py" in made.stderr
    assert ".venv" in made.stderr.splitlines()[-1]


@pytest.mark.parametrize("lang", ["id", "en"])
def test_help_shows_examples_in_both_languages(lang):
    made = subprocess.run(
        [sys.executable, "-m", "reintegra", "report", "--help", "--lang", lang],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "python -m reintegra report" in made.stdout
    assert {"id": "berkas jawaban", "en": "file of answers"}[lang] in made.stdout
    assert {"id": "show this help", "en": "tampilkan"}[lang] not in made.stdout


def test_the_list_of_instruments_is_printed(capsys):
    assert run("instruments") == 0
    lines, _, said = capsys.readouterr().out.partition("\n\n")
    lines = lines.splitlines()
    assert len(lines) == 28
    assert "form NAMA" in said
    assert any(line.startswith("siap_36") and "rancangan" in line for line in lines)


def test_check_of_a_faulty_file_leaves_a_copy_to_mend(tmp_path, capsys):
    assert run("check", FILES / "gf09_unknown_labels.csv", *KSR, "--out", tmp_path) == 1
    book = openpyxl.load_workbook(tmp_path / "gf09_unknown_labels_perbaiki.xlsx")
    assert book.worksheets[1]["G3"].comment is not None
    assert "gf09_unknown_labels_perbaiki.xlsx" in capsys.readouterr().out


def test_export_writes_each_format_once(tmp_path):
    formats = ("xlsx", "sav", "csv", "csv-excel", "docx")
    assert run("export", FILES / "gf01_google_sheets.csv", *KSR, "--to", *formats, "--out", tmp_path) == 0
    stem = "gf01_google_sheets"
    written = [f"{stem}.csv", f"{stem}.docx", f"{stem}.sav", f"{stem}.xlsx", f"{stem}_excel.csv"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(written)


def test_two_typings_are_compared_settled_and_put_together(tmp_path, capsys):
    first, second = FILES / "gf06_linear_scale.csv", tmp_path / "kedua.csv"
    text = first.read_text("utf-8")
    person = next(line for line in text.splitlines() if "R-001" in line)
    second.write_text(text.replace(person, f"{person[:-1]}{5 - int(person[-1])}"), encoding="utf-8")
    call = ["double", first, second, *KSR, "--out", tmp_path]
    assert run(*call) == 1
    assert "1 dari" in capsys.readouterr().out
    sheet = tmp_path / "selisih_entri.xlsx"
    assert run(*call, "--settled", sheet) == 1
    assert "belum diputuskan" in capsys.readouterr().err
    book = openpyxl.load_workbook(sheet)
    final = next(c for row in book.worksheets[0].iter_rows() for c in row if c.value == "Putusan")
    book.worksheets[0].cell(final.row + 1, final.column, int(person[-1]))
    book.save(sheet)
    assert run(*call, "--settled", sheet) == 0
    assert run("double", first, tmp_path / "jawaban.xlsx", *KSR, "--out", tmp_path) == 0


def test_form_writes_the_three_forms(tmp_path):
    assert run("form", "siap_36", "--out", tmp_path) == 0
    names = ["siap_36.xlsx", "siap_36_dibacakan.html", "siap_36_kertas.html"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names


@pytest.mark.parametrize("name", ["konsultasi", "consultation"])
def test_form_writes_the_form_of_the_talks_for_the_phone_and_on_paper(name, tmp_path, capsys):
    assert run("form", name, "--out", tmp_path, "--lang", "en") == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["konsultasi.xlsx", "konsultasi_kertas.html"]
    assert '<html lang="en">' in (tmp_path / "konsultasi_kertas.html").read_text("utf-8")
    assert str(tmp_path / "konsultasi.xlsx") in capsys.readouterr().out


def test_an_output_folder_without_a_name_is_a_wrong_call(capsys):
    with pytest.raises(SystemExit) as stopped:
        run("check", FILES / "gf01_google_sheets.csv", *KSR, "--out", "")
    assert stopped.value.code == 2
    assert "sebutkan foldernya" in capsys.readouterr().err


@pytest.mark.parametrize(("lang", "name"), [("id", "templat_catatan.xlsx"), ("en", "records_template.xlsx")])
def test_template_writes_an_empty_workbook_of_records(lang, name, tmp_path, capsys):
    assert run("template", "--out", tmp_path, "--lang", lang) == 0
    assert f"check data/masuk/{name} --records" in capsys.readouterr().out
    assert len(openpyxl.load_workbook(tmp_path / name).sheetnames) > 20


@pytest.mark.parametrize("asked", [[], ["--records"]])
def test_check_knows_programme_records_by_themselves(asked, tmp_path, capsys):
    made = small_records.changed("kehadiran", 0, sesi_id="X2")
    path = small_records.write_book(tmp_path / "catatan.xlsx", made)
    assert run("check", path, *asked, "--out", tmp_path / "hasil") == 1
    assert pd.read_csv(tmp_path / "hasil" / "masalah.csv")["code"].tolist() == ["session-cancelled"]
    assert (tmp_path / "hasil" / "catatan_perbaiki.xlsx").exists()
    assert "--values" not in capsys.readouterr().err
    folder = small_records.write_folder(tmp_path / "catatan", small_records.tables())
    assert run("check", folder, *asked, "--out", tmp_path / "hasil") == 0
    assert "missing-codes" in (tmp_path / "hasil" / "masalah.csv").read_text("utf-8")
