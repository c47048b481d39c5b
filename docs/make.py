"""Write docs/methods.md and docs/messages.md from what the package itself says.

python docs/make.py
"""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from pathlib import Path

from reintegra.core.language import texts

DOCS = Path(__file__).parent
TESTS = DOCS.parent / "tests"
SIMULATED = DOCS.parent / "benchmarks" / "false_positives.md"
ESTIMATING = ("measure", "consult", "evaluate", "share")

PLACES = {
    "not-toml": "Definitions of instruments",
    "unknown-instrument": "Choosing an instrument",
    "no-such-file": "Files",
    "one-column": "Headings and columns",
    "no-rows": "Rows and keys",
    "out-of-range": "Cells",
    "no-record-tables": "Programme records",
}


def section(function: object, name: str) -> str:
    """Return one section of a docstring, on one line."""
    found = re.search(rf"\n{name}\n-+\n(.*?)(?=\n\n\w+\n-+\n|\Z)", inspect.getdoc(function) or "", re.S)
    return " ".join(found[1].split()) if found else ""


def tests_of(name: str) -> str:
    """Return the test files that call a function."""
    found = [p for p in sorted(TESTS.rglob("test_*.py")) if re.search(rf"\b{name}\(", p.read_text("utf-8"))]
    return ", ".join(f"`{path.relative_to(DOCS.parent).as_posix()}`" for path in found)


def methods() -> str:
    """Return docs/methods.md."""
    lines = [
        "# Methods",
        "",
        "What is computed, from which source, and which tests hold it. Written by `python docs/make.py`.",
        "",
    ]
    lines += ["## Scores", "", STEPS, "", "| function | what it gives | source | tests |", "|---|---|---|---|"]
    for folder in ESTIMATING:
        module = importlib.import_module(f"reintegra.{folder}")
        for name in module.__all__:
            function = getattr(module, name)
            if inspect.isfunction(function):
                first = (inspect.getdoc(function) or "").split("\n")[0]
                row = (f"`{folder}.{name}`", first, section(function, "Source"), tests_of(name))
                lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |")
    lines += ["", "## How often a difference is claimed where there is none", "", CLAIMS, ""]
    lines += SIMULATED.read_text("utf-8").strip().splitlines()
    return "\n".join(lines) + "\n"


STEPS = """The order of steps is the same for every instrument; one that the definition does not name is left out.

1. **Skip rules** fill blanks whose answer another answer implies. An answer that contradicts the rule is refused.
2. **Answers become what they count**: lowest + highest declared code - code where an item is reversed, of the declared
   answers and never of the observed range; 1 or 0 for the rule `count`. Of an either-or group the larger counts, once.
3. **`min_answered`**: with fewer answers (or scores, for a score of scores) there is no score.
4. **`sum`, `mean` or `count`** over the answered; a prorated sum is mean x number of items.
5. **`rescale`** (linear, from the least and the most the score can be), or `multiply`, or `lookup`.
6. A **variant** may round the score, halves upwards.
7. **Bands** are half-open and have no gaps; `round_before_bands` rounds the score for its band only.

A score is missing, never 0, where nothing or too little was answered, and where a person answered too little of the
whole questionnaire. The number of answers stands beside every score.

How it is computed: a score of items depends only on how many were answered and on the sum of what they count. The
kernel adds bytes column by column and looks the score up in a table made by the steps above, so that any split of the
rows gives the same bits."""


CLAIMS = """What `python benchmarks/false_positives.py` printed: the share of invented studies without any effect in
which each method claims one, at a nominal 5 %. "default" is what `rg.compare` gives. The other columns are what people
are used to: ordinary least squares, a cluster-robust z, a mixed model with a random intercept (on every 25th draw).
1 - the share is how often the 95 % interval holds the truth."""


def messages() -> str:
    """Return docs/messages.md."""
    both = {lang: texts(lang) for lang in ("id", "en")}
    lines = [
        "# Messages",
        "",
        "Every fault and notice: its code, which never changes, what it says, and what to do.",
        "",
    ]
    lines += ["Each one is provoked by a test (`tests/test_messages.py`). Written by `python docs/make.py`.", ""]
    lines += ["## Faults", ""]
    for code, parts in both["en"]["problem"].items():
        if code in PLACES:
            lines += [f"### {PLACES[code]}", ""]
        indonesian = both["id"]["problem"][code]
        lines += [f"**`{code}`**: {parts['text']} *{parts['remedy']}*  "]
        lines += [f"{indonesian['text']} *{indonesian['remedy']}*", ""]
    for title, table in (("Notices", "notice"), ("Other errors", "error")):
        lines += [f"## {title}", ""]
        for code, text in both["en"][table].items():
            lines += [f"**`{code}`**: {text}  ", both["id"][table][code], ""]
    return "\n".join(lines).rstrip() + "\n"


def main() -> int:
    """Write both files."""
    for name, text in (("methods.md", methods()), ("messages.md", messages())):
        (DOCS / name).write_text(text, "utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
