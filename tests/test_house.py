"""The house: imports point one way, importing is light, and every public function says what it takes and gives."""

import ast
import importlib
import inspect
import json
import subprocess
import sys
from pathlib import Path

import pytest

import reintegra

PACKAGE = Path(reintegra.__file__).parent
ROOT = PACKAGE.parent
FOLDERS = ["core", "instruments", "intake", "measure", "consult", "evaluate", "share", "present", "demo"]


def modules():
    return sorted(path for path in PACKAGE.rglob("*.py"))


def imported(path):
    """Yield the folders of the package that a module imports from."""
    package = path.relative_to(PACKAGE).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = list(package[: len(package) - node.level + 1])
            yield (base + (node.module or "").split("."))[0] or None
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("reintegra."):
            yield node.module.split(".")[1]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_only_point_up_the_list(path):
    folder = path.relative_to(PACKAGE).parts[0]
    if folder not in FOLDERS:
        return
    for other in imported(path):
        if other in FOLDERS:
            assert FOLDERS.index(other) <= FOLDERS.index(folder), f"{folder} imports {other}"


def test_every_folder_of_the_package_is_on_the_list():
    found = {path.name for path in PACKAGE.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    assert found <= set(FOLDERS)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_has_one_subject(path):
    assert len(path.read_text("utf-8").splitlines()) <= 400
    assert ast.get_docstring(ast.parse(path.read_text("utf-8"))), "a module says what it is about"


def public():
    """Yield every function that is public by standing in a folder's ``__all__``, with its name."""
    for folder in ("", *FOLDERS):
        if folder and not (PACKAGE / folder / "__init__.py").exists():
            continue
        module = importlib.import_module(f"reintegra.{folder}".rstrip("."))
        for name in getattr(module, "__all__", []):
            thing = getattr(module, name)
            if inspect.isfunction(thing):
                yield f"{folder}.{name}".lstrip("."), thing
            elif inspect.ismodule(thing):
                yield from (
                    (f"{folder}.{name}.{inner}", function)
                    for inner, function in inspect.getmembers(thing, inspect.isfunction)
                    if function.__module__ == thing.__name__ and not inner.startswith("_")
                )


PUBLIC = dict(public())


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_function_says_what_it_takes_gives_refuses_and_where_it_comes_from(name):
    text = inspect.getdoc(PUBLIC[name]) or ""
    wanted = ["Returns", "Raises", "Source"]
    if inspect.signature(PUBLIC[name]).parameters:
        wanted.insert(0, "Parameters")
        for parameter in inspect.signature(PUBLIC[name]).parameters:
            assert parameter in text, f"{parameter} is not described"
    for section in wanted:
        assert f"\n{section}\n{'-' * len(section)}\n" in text, f"no {section}"


def test_there_are_at_most_25_top_level_names():
    assert len(reintegra.__all__) <= 25
    assert all(getattr(reintegra, name) is not None for name in reintegra.__all__)


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_importing_reintegra_is_light():
    heavy = ["statsmodels", "scipy", "matplotlib", "openpyxl", "jinja2", "pyarrow"]
    code = "import pandas, sys; before = set(sys.modules); import reintegra; print(*set(sys.modules) - before)"
    assert not set(heavy) & set(run(code).split())


def test_scoring_needs_neither_statsmodels_nor_matplotlib():
    code = (
        "import sys, pandas as pd, reintegra as rg\n"
        "rg.score(pd.DataFrame([[3] * 10], columns=rg.load_instrument('gse_10').item_names), 'gse_10')\n"
        "print([m for m in ('statsmodels', 'scipy.stats', 'matplotlib') if m in sys.modules])"
    )
    assert run(code).strip() == "[]"


def test_the_function_instruments_is_not_hidden_by_its_folder():
    code = "import reintegra.instruments.catalogue, reintegra as rg; print(len(rg.instruments()))"
    assert run(code).strip() == "28"


def test_the_version_stands_in_one_place_for_all():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == reintegra.__version__


def test_no_file_speaks_of_one_machine():
    """No path of a machine, no address of a registry; results of real people are never tracked."""
    listing = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listing.returncode:
        pytest.skip("not a git checkout")
    for name in listing.stdout.splitlines():
        assert not name.startswith(("data/masuk/", "data/hasil/")) or name.endswith(".gitkeep")
        path = ROOT / name
        if path.suffix in (".py", ".md", ".toml", ".ipynb", ".yml", ".css", ".html") and path.exists():
            text = path.read_text("utf-8")
            for start in ("/" + "root/", "/" + "home/", "C:\\" + "Users", "/" + "work/"):
                assert start not in text, f"{name}: {start}"


def test_a_notebook_is_never_left_unrun():
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        cells = [c for c in json.loads(path.read_text("utf-8"))["cells"] if c["cell_type"] == "code"]
        assert [c["execution_count"] for c in cells] == list(range(1, len(cells) + 1)), path.name
