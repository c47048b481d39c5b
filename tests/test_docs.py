"""The documents stay true: what can be generated is, and what is written by hand is checked."""

import importlib.util
import re
import shlex
from pathlib import Path

import pytest

import reintegra as rg
from reintegra.__main__ import CONSULTATION, parser
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


def commands():
    """Yield the commands in the README's code blocks."""
    for kind, block in re.findall(r"```(\w*)\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.S):
        for line in block.splitlines() if kind == "console" else ():
            if line.strip() and not line.startswith("#"):
                yield line.split("  #")[0].strip()


def test_the_two_commands_stand_in_the_readme():
    assert {"python start.py", "python start.py test"} <= set(commands())


@pytest.mark.parametrize("command", sorted(set(commands())))
def test_a_command_of_the_readme_exists(command):
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


def test_files_that_commands_of_the_readme_read_are_there():
    for command in commands():
        for name in re.findall(r"(?:data|notebooks|benchmarks|docs)/[\w./-]+\.\w+", command):
            if not name.startswith(("data/masuk", "data/hasil")):
                assert (ROOT / name).exists(), command
