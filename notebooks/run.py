"""Run the notebooks from top to bottom and store what they show, the same bytes every time.

python notebooks/run.py              run all, write them back
python notebooks/run.py --check      run all, write nothing, fail if any stored output would change (images too)
python notebooks/run.py 02_profil_kesiapan.ipynb
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).parent
IGNORED = "NBVAL_IGNORE_OUTPUT"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def run(path: Path) -> str:
    """Run one notebook and return its text, in the form in which it is stored."""
    book = nbformat.read(path, as_version=4)
    client = NotebookClient(book, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(HERE)}})
    client.execute()
    return normal(book)


def normal(book: Any) -> str:
    """Return a notebook without what differs from run to run: timings, random ids, versions, widgets' state."""
    book.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    book.nbformat, book.nbformat_minor = 4, 5
    for number, cell in enumerate(book.cells):
        cell.id = f"cell-{number:02d}"
        cell.metadata = {key: value for key, value in cell.metadata.items() if key == "tags"}
        if cell.cell_type == "code" and IGNORED in cell.source:
            cell.outputs = []
        if cell.cell_type == "code":
            cell.outputs = list(joined(cell.outputs))
    return json.dumps(book, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def joined(outputs: Any) -> Iterator[Any]:
    """Yield outputs without metadata; pieces of one stream, which break at random, as one."""
    last: Any = None
    for output in outputs:
        if output.output_type == "stream" and last is not None and last.get("name") == output.name:
            last["text"] += output.text
            continue
        if output.output_type != "stream":
            output.metadata = {}
        last = output
        yield output


def changed(path: Path, stored: str, made: str) -> list[str]:
    """Name the cells whose stored form would change."""
    before, after = json.loads(stored)["cells"], json.loads(made)["cells"]
    if stored == made:
        return []
    told = [f"{path.name}: would be stored differently"]
    for number, (old, new) in enumerate(zip(before, after, strict=False)):
        if old != new:
            old_text, new_text = (
                json.dumps(c.get("outputs"), indent=1, sort_keys=True).splitlines() for c in (old, new)
            )
            lines = [
                line[:160] for line in difflib.unified_diff(old_text, new_text, "stored", "made", n=0, lineterm="")
            ]
            told += [f"  cell {number}:", *(f"    {line}" for line in lines[:12])]
    return told


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebooks", nargs="*", help="file names; without any, all of them")
    parser.add_argument("--check", action="store_true", help="write nothing, fail if an output would change")
    said = parser.parse_args()
    os.environ.update(PYTHONHASHSEED="0", MPLBACKEND="module://matplotlib_inline.backend_inline")
    paths = [HERE / Path(name).name for name in said.notebooks] or sorted(HERE.glob("[0-9]*.ipynb"))
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(run, paths))
    told: list[str] = []
    for path, text in zip(paths, made, strict=True):
        stored = path.read_text("utf-8")
        if said.check:
            told += changed(path, stored, text)
        else:
            path.write_text(text, "utf-8", newline="\n")
    print("\n".join(told or [f"{len(paths)} notebooks, " + ("unchanged" if said.check else "written")]))
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
