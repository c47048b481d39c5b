"""The documents stay true: what can be generated is, and what is written by hand is checked."""

import importlib.util
import re
import shlex
from pathlib import Path

import pytest
from openpyxl import load_workbook

import reintegra as rg
from reintegra.__main__ import CONSULTATION, KINDS, parser
from reintegra.core.check_letter import is_valid
from reintegra.instruments import schema

ROOT = Path(__file__).parent.parent
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    ROOT / "data" / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]


def made(name):
    spec = importlib.util.spec_from_file_location("make", ROOT / "docs" / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, name)()


@pytest.mark.parametrize("name", ["methods", "messages"])
def test_a_generated_document_is_up_to_date(name):
    assert (ROOT / "docs" / f"{name}.md").read_text("utf-8") == made(name), "run python docs/make.py"


def test_the_format_of_instruments_is_described_word_by_word():
    text = (ROOT / "docs" / "instruments.md").read_text("utf-8")
    tables = (schema.TOP, schema.ITEM, schema.SCORE, schema.SKIP, schema.VARIANT, schema.GUARDS)
    for word in {word for table in tables for word in table}:
        assert re.search(rf"`{word}`|\b{word}\b", text), word


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_a_document_names_is_there(path):
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text("utf-8")):
        if "://" not in target:
            assert (path.parent / target).exists(), target


def blocks(name, wanted):
    """Yield the code blocks of one kind in a document."""
    for kind, block in re.findall(r"```(\w*)\n(.*?)```", (ROOT / name).read_text("utf-8"), re.S):
        if kind == wanted:
            yield block


def commands():
    """Yield the commands in the code blocks of the README and of the guide, where python is the one in .venv."""
    for name in ("README.md", "docs/panduan.md"):
        for line in "\n".join(blocks(name, "console")).splitlines():
            if line.strip() and not line.startswith("#"):
                yield line.split("  #")[0].strip().replace(".venv\\Scripts\\python", "python")


def test_the_two_commands_stand_in_the_readme():
    assert {"python start.py", "python start.py test"} <= set(commands())


@pytest.mark.parametrize("command", sorted(set(commands())))
def test_a_command_of_the_readme_or_the_guide_exists(command):
    words = shlex.split(command)
    if words[:3] == ["python", "-m", "reintegra"]:
        said = parser().parse_args(words[3:])
        if getattr(said, "instrument", None) not in (None, *CONSULTATION):
            rg.load_instrument(said.instrument)
    elif words[:2] == ["python", "-m"]:
        assert words[2] in ("pip", "pytest", "venv") or (ROOT / Path(*words[2].split("."))).exists(), command
    elif words[0] == "python":
        assert (ROOT / words[1]).exists()
        if words[1] == "start.py":
            spec = importlib.util.spec_from_file_location("start", ROOT / "start.py")
            start = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(start)
            assert (words[2] if len(words) > 2 and words[2][0] != "-" else "report") in start.JOBS
    else:
        assert words[0] == "conda", command


def test_files_that_these_commands_read_are_there():
    for command in commands():
        for name in re.findall(r"(?:data|notebooks|benchmarks|docs)/[\w./-]+", command):
            if not name.startswith(("data/masuk", "data/hasil")):
                assert (ROOT / name).exists(), command


def test_every_picture_is_shown_somewhere_and_small():
    texts = "\n".join(path.read_text("utf-8") for path in DOCUMENTS)
    for picture in (ROOT / "docs" / "images").glob("*"):
        assert f"images/{picture.name})" in texts
        assert picture.stat().st_size < 150_000, picture.name


def test_the_places_a_document_points_to_inside_a_page_are_there():
    for path in DOCUMENTS:
        for file, place in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", path.read_text("utf-8")):
            page = (path.parent / file).read_text("utf-8") if file else path.read_text("utf-8")
            headings = re.findall(r"^#+ (.*)$", page, re.M)
            assert place in {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in headings}, place


def fill_in(paths):
    """Do what people do in the sheets between two blocks of the guide: tick what was read, code it as none."""
    for path in paths:
        book = load_workbook(path)
        for sheet in book:
            for cell in sheet[5]:
                mark = {"Sudah dibaca": "ya", "Kode 1": "none"}.get(cell.value)
                for row in range(6, sheet.max_row + 1) if mark else ():
                    if sheet.cell(row, 1).value:
                        sheet.cell(row, cell.column).value = mark
        book.save(path)


def test_the_lines_of_python_in_the_guide_run_from_top_to_bottom(tmp_path, capsys):
    names, done = {}, set()
    for block in blocks("docs/panduan.md", "python"):
        sheets = set(tmp_path.glob("konsultasi/*.xlsx"))
        fill_in(sheets - done)
        done = sheets
        moved = block.replace("../data/demo", (ROOT / "data" / "demo").as_posix())
        exec(moved.replace("../data/hasil", tmp_path.as_posix()), names)
    assert {path.name for path in tmp_path.iterdir()} >= {"konsultasi_kobo.xlsx", "konsultasi.html", "konsultasi"}
    assert len(names["hasil"].followup)
    assert not names["bersih"].empty
    assert len(names["lembar"]) == 3
    codes = capsys.readouterr().out.splitlines()[:50]
    assert len(set(codes)) == 50
    assert all(is_valid(code) for code in codes)


def test_every_function_the_guide_names_exists():
    for folder, name in re.findall(
        r"\b(rg|consult|measure|present)\.(\w+)", (ROOT / "docs/panduan.md").read_text("utf-8")
    ):
        assert hasattr(rg if folder == "rg" else getattr(rg, folder), name), name


def test_programmes_and_quarters_the_guide_names_are_in_the_invented_records():
    said = [parser().parse_args(shlex.split(line)[3:]) for line in commands() if " --kind " in line]
    assert {given.kind for given in said} == set(KINDS)
    programmes = (ROOT / "data/demo/catatan/program.csv").read_text("utf-8")
    quarters = (ROOT / "data/demo/catatan/evaluasi.csv").read_text("utf-8")
    for given in said:
        assert f"\n{given.program}," in programmes or not given.program
        assert f",{given.period}," in quarters or not given.period


CONSENT = {  # what a consent text must contain: how it is said in either language
    "who asks, for whom": ("Siapa kami", "Who we are"),
    "what, how long": ("menit, sebanyak", "minutes, ...... times"),
    "voluntary, may skip and stop": ("boleh tidak menjawab dan boleh berhenti", "may skip any question and stop"),
    "no effect on rights": ("tidak memengaruhi remisi", "do not affect remission"),
    "a code instead of the name": ("kami memakai kode", "we use a code"),
    "who sees it": ("Siapa yang melihat", "Who sees it"),
    "how long it is kept": ("Jawaban disimpan sampai", "Answers are kept until"),
    "when the list is destroyed": ("dimusnahkan pada", "destroyed on"),
    "contact, a tick of its own": ("| 2. Saya setuju dihubungi lagi", "| 2. I agree to be contacted"),
    "quotes, a tick of its own": ("| 3. Kata-kata saya boleh dikutip", "| 3. My words may be quoted"),
    "danger": ("Jika ada bahaya", "If there is danger"),
    "withdrawal": ("3 × 24 jam", "3 × 24 hours"),
    "whom to ask and complain to": ("Bertanya atau mengadu", "Questions or complaints"),
    "date and version": ("Versi: **", "Version: **"),
    "how consent is given": ("tertulis  ☐ cap jempol  ☐ rekaman", "in writing  ☐ thumbprint  ☐ sound recording"),
}


@pytest.mark.parametrize("language", [0, 1], ids=["id", "en"])
def test_the_consent_text_says_all_it_must_on_one_page(language):
    page = (ROOT / "docs" / "persetujuan.md").read_text("utf-8").split("## In English")[language]
    assert [element for element, said in CONSENT.items() if said[language] not in page] == []
    assert len(page.split()) < 420  # an A4 page of 11 points


@pytest.mark.parametrize("name", ["persetujuan", "dpia"])
def test_both_languages_of_a_form_have_the_same_blanks_and_boxes(name):
    id_, en = (ROOT / "docs" / f"{name}.md").read_text("utf-8").split("## In English")
    for mark in ("☐", "|", "______", ".... / .... /", "**"):
        assert id_.count(mark) == en.count(mark), mark
