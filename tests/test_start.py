"""start.py makes .venv only when it must, installs only what the job needs, and says in plain words what went wrong."""

import ast
import importlib.util
import json
import os
import re
import shutil
import string
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = (ROOT / "start.py").read_text("utf-8")


@pytest.fixture
def start(tmp_path):
    """start.py as a module, at home in an empty folder that holds the two files it looks at."""
    for name in ("start.py", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    spec = importlib.util.spec_from_file_location("start", tmp_path / "start.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def steps(start, monkeypatch):
    """The steps that prepare takes, by name; none of them is really taken, but installing writes its stamp."""
    taken = []

    def install(extra, lang):
        taken.append(f"install {extra}".strip())
        Path(start.VENV).mkdir(exist_ok=True)
        Path(start.STAMP).write_text(json.dumps({**start.wanted(), "extra": extra}), "utf-8")

    monkeypatch.setattr(start, "install", install)
    monkeypatch.setattr(start, "make_venv", lambda: taken.append("make"))
    monkeypatch.setattr(start, "is_stale", lambda: False)
    monkeypatch.setattr(start.signal, "signal", lambda *_: None)  # pytest keeps its own Ctrl-C
    return taken


def pretend_python(start, answer, code=0):
    """Put a program in the place of the Python of .venv that says what it is told to and ends."""
    if os.name == "nt":
        pytest.skip("the pretended Python is a shell script")
    Path(start.PYTHON).parent.mkdir(parents=True, exist_ok=True)
    Path(start.PYTHON).write_text(f"#!/bin/sh\necho '{answer}'\nexit {code}\n", "utf-8")
    Path(start.PYTHON).chmod(0o755)


# An old Python


NEWER = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.Nonlocal, ast.YieldFrom, ast.Match, ast.TryStar)
NEWER += (ast.AsyncFunctionDef, ast.Await, ast.MatMult)


def is_newer(node):
    """Tell whether Python 2.7 would stumble over this node."""
    if isinstance(node, ast.arguments):
        every = [*node.posonlyargs, *node.args, *node.kwonlyargs]
        return bool(node.posonlyargs or node.kwonlyargs or any(arg.annotation for arg in every))
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return any(isinstance(element, ast.Starred) for element in node.elts)
    if isinstance(node, ast.Dict):
        return None in node.keys
    if isinstance(node, ast.FunctionDef):
        return node.returns is not None
    if isinstance(node, ast.Raise):
        return node.cause is not None
    return isinstance(node, NEWER)


def test_start_holds_no_syntax_that_an_old_python_cannot_read():
    assert [ast.unparse(node) for node in ast.walk(ast.parse(SOURCE)) if is_newer(node)] == []
    assert SOURCE.isascii()


@pytest.mark.parametrize(
    "line",
    ['f"{a}"', "a: int = 1", "def f(a: int): 0", "def f(a) -> int: 0", "def f(*, a): 0", "[*a]", "{**a}", "(a := 1)"],
)
def test_syntax_that_an_old_python_cannot_read_is_recognised(line):
    assert any(is_newer(node) for node in ast.walk(ast.parse(line)))


def test_start_fits_in_300_lines():
    assert len(SOURCE.splitlines()) < 300


def test_start_imports_only_the_standard_library():
    nodes = [node for node in ast.walk(ast.parse(SOURCE)) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    assert names <= sys.stdlib_module_names
    assert [node.module for node in nodes if isinstance(node, ast.ImportFrom)] == ["__future__"]


def old_python(version):
    """Return an old Python of this machine that runs, or None: on the PATH, or among those of pyenv."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for python in [shutil.which(f"python{version}"), *pyenv.glob(f"versions/{version}.*/bin/python")]:
        if python and subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0:
            return python
    return None


@pytest.mark.parametrize("words", [["--help"], ["test", "--lang", "en"]], ids=["help", "job"])
@pytest.mark.parametrize("version", ["2.7", "3.6", "3.8", "3.10"])
def test_an_old_python_says_in_both_languages_that_it_is_too_old(version, words):
    python = old_python(version)
    if python is None:
        pytest.skip(f"no Python {version} here")
    ended = subprocess.run([python, ROOT / "start.py", *words], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr == ""
    assert f"Python {version}." in ended.stdout
    assert "terlalu tua" in ended.stdout
    assert "is too old" in ended.stdout


# What people read


def test_both_languages_have_the_same_messages_with_the_same_places(start):
    def places(lang):
        return {code: {p for _, p, _, _ in string.Formatter().parse(t) if p} for code, t in start.TEXTS[lang].items()}

    assert places("id") == places("en")


def test_every_failure_has_a_text(start):
    assert {kind for kind, _ in start.SIGNS} | {"wheels", "other"} <= set(start.TEXTS["id"])


def test_every_text_is_said_somewhere(start):
    said = set(re.findall(r'say\((?:lang|"id"), "(\w+)"', SOURCE)) | set(
        re.findall(r'TEXTS\[lang\]\["(\w+)"\]', SOURCE)
    )
    said |= {kind for kind, _ in start.SIGNS} | {"wheels", "other"}
    assert said == set(start.TEXTS["id"])


def test_a_letter_that_the_console_lacks_becomes_a_question_mark(start, monkeypatch, capfdbinary):
    with os.fdopen(os.dup(1), "w", encoding="cp437") as console:
        monkeypatch.setattr(sys, "stdout", console)
        start.say("id", "report", path="proyek ž é")
    assert capfdbinary.readouterr().out.rstrip() == "Laporan: proyek ? é".encode("cp437")


@pytest.mark.parametrize(
    ("words", "code"),
    [(["--help"], 0), (["laporan"], 2), (["--lang", "fr"], 2), (["report", "x.csv"], 2), (["-x"], 2)],
    ids=["help", "job", "language", "file", "option"],
)
def test_words_that_are_not_understood_show_the_help_and_install_nothing(start, steps, capsys, words, code):
    assert start.main(words) == code
    assert "start.py [report | lab | test]" in capsys.readouterr().out
    assert steps == []


@pytest.mark.parametrize(
    ("folder", "service"),
    [
        (r"D:\Data\ani\OneDrive - Kantor\Desktop\reintegra", "OneDrive"),
        ("/Users/ani/Library/CloudStorage/GoogleDrive-ani/My Drive/reintegra", "GoogleDrive"),
        (r"G:\Drive Saya\reintegra", "Drive Saya"),
        ("/srv/ani/Dropbox/reintegra", "Dropbox"),
        ("/srv/ani/Dokumen/reintegra", None),
    ],
)
def test_a_folder_that_is_copied_to_the_internet_is_pointed_out(start, steps, monkeypatch, capsys, folder, service):
    monkeypatch.setattr(start, "ROOT", folder)
    monkeypatch.setattr(start.subprocess, "call", lambda *_, **__: 0)
    monkeypatch.setattr(start, "wanted", dict)
    assert start.main(["test"]) == 0
    said = capsys.readouterr().out
    assert said == (f"{start.TEXTS['id']['synced'].format(service=service)}\n" if service else "")


def test_an_untested_python_is_pointed_out_and_used(start, steps, monkeypatch, capsys):
    monkeypatch.setattr(sys, "version_info", (3, 14, 0, "final", 0))
    monkeypatch.setattr(start.subprocess, "call", lambda *_, **__: 0)
    assert start.main(["test", "--lang", "en"]) == 0
    assert "not tested with reintegra yet" in capsys.readouterr().out


# What a failure is called. The outputs are those of pip 23.2 and 26.3, venv and Windows, cut to the lines that count.

OUTPUTS = {
    "no name server": (
        "network",
        "WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None)) after ...\n"
        "ERROR: Could not find a version that satisfies the requirement numpy (from versions: none)\n"
        "ERROR: No matching distribution found for numpy",
    ),
    "broken off while downloading": (
        "network",
        "pip._vendor.urllib3.exceptions.ReadTimeoutError: HTTPSConnectionPool(host='files.example'): Read timed out.",
    ),
    "not all of a file came": ("network", "× Download failed because not enough bytes were received (3.1 MB/12.4 MB)"),
    "index is ill": ("network", "ERROR: HTTP error 503 while getting https://files.example/numpy.whl"),
    "full while installing": (
        "disk",
        "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
    ),
    "full on Windows": ("disk", "OSError: [WinError 112] Ruang disk tidak cukup"),
    "folder of somebody else": ("permission", "Error: [Errno 13] Permission denied: '/srv/reintegra/.venv'"),
    "open in another program": ("permission", "PermissionError: [WinError 32] Proses tidak dapat mengakses berkas"),
    "path of 260 letters": (
        "long_path",
        "ERROR: Could not install packages due to an OSError: [Errno 2] No such file or directory: 'C:\\\\Users\\\\x'\n"
        "HINT: This error might have occurred since this system does not have Windows Long Path support enabled.",
    ),
    "Debian without python3-venv": ("venv", "/srv/reintegra/.venv/bin/python: No module named ensurepip"),
    "no wheel": (
        "package",
        "ERROR: Could not find a version that satisfies the requirement flit_core<4,>=3.11 (from versions: none)\n"
        "ERROR: No matching distribution found for flit_core<4,>=3.11",
    ),
    "no wheel of a pinned version": (
        "package",
        "The conflict is caused by:\n    reintegra 0.1.0 depends on scipy>=1.12\n"
        "    The user requested (constraint) scipy==1.17.1\nERROR: ResolutionImpossible: for help visit ...",
    ),
    "something else": ("other", "ModuleNotFoundError: No module named 'pip._vendor.rich'"),
}


@pytest.mark.parametrize("case", OUTPUTS)
def test_a_failure_is_called_by_its_cause(start, case):
    kind, output = OUTPUTS[case]
    assert start.explain(output) == kind


def test_a_broken_connection_that_was_mended_is_not_the_cause(start):
    mended = "WARNING: Retrying (Retry(total=6)) after connection broken by 'ReadTimeoutError(\"Read timed out.\")'\n"
    assert start.explain(mended + OUTPUTS["no wheel"][1]) == "package"


@pytest.mark.parametrize(("case", "package"), [("no wheel", "flit_core"), ("no wheel of a pinned version", "scipy")])
def test_what_the_wheels_folder_lacks_is_named(start, capsys, case, package):
    Path(start.WHEELS).mkdir()
    error = subprocess.CalledProcessError(1, "pip", OUTPUTS[case][1].encode())
    assert start.fail(error, "en") == 1
    assert capsys.readouterr().out.startswith(f"{package} for Python {start.VERSION} is not in the folder wheels")


def test_a_failure_nobody_knows_keeps_what_pip_said_and_names_the_file(start, capsys):
    assert start.fail(subprocess.CalledProcessError(1, "pip", "galat é".encode()), "id") == 1
    assert capsys.readouterr().out.strip().endswith(start.LOG)
    assert Path(start.LOG).read_text("utf-8") == "galat é"


def test_a_failing_step_ends_in_a_sentence_and_exit_code_1(start, steps, monkeypatch, capsys):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(start, "install", full)
    assert start.main([]) == 1
    assert capsys.readouterr() == (start.TEXTS["id"]["disk"] + "\n", "")


def test_ctrl_c_ends_quietly(start, steps, monkeypatch, capsys):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(start, "install", interrupted)
    assert start.main([]) == 130
    assert capsys.readouterr() == ("", "")


# What is made and installed


@pytest.mark.parametrize(("job", "extra"), [("report", "."), ("lab", ".[lab]"), ("test", ".[dev]")])
def test_each_job_installs_only_what_it_needs(start, job, extra):
    command = start.pip_command(start.JOBS[job])
    assert command[command.index("--editable") + 1] == extra
    assert command[command.index("--constraint") + 1] == "constraints.txt"
    assert "--no-index" not in command


def test_a_wheels_folder_is_used_instead_of_the_internet(start):
    Path(start.WHEELS).mkdir()
    assert start.pip_command("")[-3:] == ["--no-index", "--find-links", start.WHEELS]


def test_a_second_run_installs_nothing(start, steps):
    start.prepare("lab", "id")
    assert steps == ["install lab"]
    start.prepare("lab", "id")
    start.prepare("", "id")
    assert steps == ["install lab"]


def test_dev_covers_lab_and_lab_covers_the_report_but_not_the_other_way(start, steps):
    for extra in ("", "lab", "", "dev", "lab", ""):
        start.prepare(extra, "id")
    assert steps == ["install", "install lab", "install dev"]


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_a_changed_list_of_dependencies_is_installed_anew(start, steps, name):
    start.prepare("", "id")
    with Path(start.ROOT, name).open("a") as file:
        file.write("# changed\n")
    start.prepare("", "id")
    assert steps == ["install", "install"]


def test_a_damaged_stamp_counts_as_nothing_installed(start, steps):
    for text in ("", "[1]", "{", "null"):
        Path(start.VENV).mkdir(exist_ok=True)
        Path(start.STAMP).write_text(text, "utf-8")
        start.prepare("", "id")
    assert steps == ["install"] * 4


def test_a_failed_addition_does_not_undo_what_was_installed(start, steps, monkeypatch):
    start.prepare("", "id")
    with monkeypatch.context() as broken:
        broken.setattr(start, "install", lambda *_: (_ for _ in ()).throw(OSError("no network")))
        with pytest.raises(OSError, match="no network"):
            start.prepare("dev", "id")
    start.prepare("", "id")
    assert steps == ["install"]


def test_a_stale_venv_is_made_before_anything_is_installed(start, steps, monkeypatch):
    monkeypatch.setattr(start, "is_stale", lambda: True)
    start.prepare("", "id")
    assert steps == ["make", "install"]


def test_a_venv_that_is_missing_or_does_not_run_is_stale(start):
    assert start.is_stale()
    Path(start.PYTHON).parent.mkdir(parents=True)
    Path(start.PYTHON).write_text("no program", "utf-8")
    assert start.is_stale()


def test_a_venv_of_another_python_is_stale(start):
    pretend_python(start, start.VERSION)
    assert not start.is_stale()
    pretend_python(start, "3.10")
    assert start.is_stale()


def test_a_venv_that_was_moved_or_copied_with_its_folder_is_stale(start):
    pretend_python(start, start.VERSION)
    stamp = {**start.wanted(), "extra": ""}
    Path(start.STAMP).write_text(json.dumps(stamp), "utf-8")
    assert not start.is_stale()
    Path(start.STAMP).write_text(json.dumps({**stamp, "folder": "/somewhere/else"}), "utf-8")
    assert start.is_stale()


def test_a_new_venv_is_not_stale_until_it_loses_its_pip(start):
    start.make_venv()
    assert not start.is_stale()
    (record,) = Path(start.VENV).rglob("pip-*.dist-info")
    shutil.rmtree(record)
    assert start.is_stale()


def test_only_what_pip_finished_is_remembered_as_installed(start, capsys):
    pretend_python(start, "  Downloading numpy-2.4.6-cp311-cp311-win_amd64.whl (12.4 MB)", code=1)
    with pytest.raises(subprocess.CalledProcessError) as raised:
        start.install("lab", "en")
    assert b"numpy-2.4.6" in raised.value.output
    assert start.read_stamp() == {}
    pretend_python(start, "Successfully installed numpy-2.4.6")
    start.install("lab", "en")
    assert start.read_stamp() == {**start.wanted(), "extra": "lab"}
    said = start.TEXTS["en"]["install"]
    assert capsys.readouterr().out.splitlines() == [said, "  numpy (12.4 MB)", said]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Collecting numpy>=1.26 (from reintegra==0.1.0)", "numpy"),
        ("  Downloading numpy-2.4.6-cp311-cp311-win_amd64.whl (12.4 MB)", "numpy (12.4 MB)"),
        ("  Downloading et_xmlfile-2.0.0-py3-none-any.whl.metadata (2.7 kB)", "et_xmlfile (2.7 kB)"),
        ("Processing ./wheels/scipy-1.17.1-cp311-cp311-win_amd64.whl (from reintegra==0.1.0)", "scipy"),
        ("Processing c:\\reintegra\\wheels\\scipy-1.17.1-cp311-cp311-win_amd64.whl", "scipy"),
        ("WARNING: Retrying (Retry(total=6)) after connection broken", "connection lost, trying again"),
        ("  Preparing editable metadata (pyproject.toml): started", None),
    ],
)
def test_progress_is_a_package_and_its_size(start, line, words):
    assert start.progress(line, "en") == words


# What is run


def test_the_environment_of_children_keeps_all_but_other_pythons(start, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/qgis")
    monkeypatch.setenv("PYTHONHOME", "/qgis")
    monkeypatch.setenv("HTTPS_PROXY", "proxy.example:8080")
    env = start.environment()
    assert (env["HTTPS_PROXY"], env["PYTHONUTF8"]) == ("proxy.example:8080", "1")
    assert "PYTHONPATH" not in env
    assert "PYTHONHOME" not in env


def test_the_report_is_the_command_line_on_the_demo_data(start):
    command = start.job_command("report", "en", [])
    assert command[:4] == [start.PYTHON, "-m", "reintegra", "report"]
    assert command[4:7] == ["data/demo/siap_36.csv", "--instrument", "siap_36"]
    assert command[7:] == ["--out", "data/hasil/demo", "--lang", "en"]


def test_test_passes_further_words_to_pytest_in_their_order(start, steps, monkeypatch):
    ran = []
    monkeypatch.setattr(start.subprocess, "call", lambda command, **_: ran.append(command) or 5)
    assert start.main(["test", "-k", "report and not slow", "--lang", "en", "tests/core", "--lf"]) == 5
    assert ran == [[start.PYTHON, "-m", "pytest", "-k", "report and not slow", "tests/core", "--lf"]]


def test_the_last_line_of_a_report_says_where_it_is(start, steps, monkeypatch, capsys):
    monkeypatch.setattr(start.subprocess, "call", lambda *_, **__: 0)
    monkeypatch.setattr(
        start.webbrowser, "open", lambda _: pytest.fail("opened a browser without being double-clicked")
    )
    assert start.main([]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"Laporan: {Path(start.ROOT, 'data/hasil/demo/laporan.html')}"


@pytest.mark.parametrize(
    ("system", "words", "prompt", "terminal", "expected"),
    [
        ("nt", ["start.py"], None, True, True),
        ("nt", ["start.py"], "$P$G", True, False),  # cmd.exe
        ("nt", ["start.py", "report"], None, True, False),
        ("nt", ["start.py"], None, False, False),  # a log, CI
        ("posix", ["start.py"], None, True, False),
    ],
)
def test_only_a_window_of_the_windows_desktop_waits_to_be_closed(
    start, monkeypatch, system, words, prompt, terminal, expected
):
    with monkeypatch.context() as desktop:
        desktop.setattr(sys, "argv", words)
        desktop.setattr(sys.stdin, "isatty", lambda: terminal, raising=False)
        desktop.setattr(sys.stdout, "isatty", lambda: terminal, raising=False)
        desktop.delenv("PROMPT", raising=False)
        if prompt:
            desktop.setenv("PROMPT", prompt)
        desktop.setattr(os, "name", system)
        found = start.double_clicked()
    assert found == expected


def test_a_report_that_failed_is_not_pointed_to(start, steps, monkeypatch, capsys):
    monkeypatch.setattr(start.subprocess, "call", lambda *_, **__: 1)
    assert start.main(["report"]) == 1
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("lang", "locale"), [("id", "id_ID"), ("en", "en")])
def test_jupyterlab_opens_the_first_notebook_in_the_chosen_language(start, steps, monkeypatch, lang, locale):
    ran = []
    monkeypatch.setattr(start.subprocess, "call", lambda command, **_: ran.append(command) or 0)
    assert start.main(["lab", "--lang", lang]) == 0
    # --no-browser: in this test, as in a log, nobody looks at a screen
    assert ran == [
        [start.PYTHON, "-m", "jupyterlab", "notebooks/00_mulai.ipynb", "--ServerApp.root_dir=.", "--no-browser"]
    ]
    settings = json.loads(Path(start.VENV, "share/jupyter/lab/settings/overrides.json").read_text("utf-8"))
    assert settings["@jupyterlab/translation-extension:plugin"] == {"locale": locale}


def test_jupyterlab_looks_for_its_language_where_start_writes_it(start, monkeypatch):
    commands = pytest.importorskip("jupyterlab.commands")
    start.set_lab_language("id")
    monkeypatch.setattr(sys, "prefix", start.VENV)
    monkeypatch.delenv("JUPYTERLAB_DIR", raising=False)
    assert Path(commands.get_app_dir(), "settings", "overrides.json").exists()
