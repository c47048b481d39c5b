"""What every figure shares: axes, shades, and the status line below."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from ...core.language import number
from ...core.results import Result

DARK, MIDDLE, LIGHT, PALE = "#1f3b57", "#5f7f9e", "#b4c4d4", "#eef2f6"


def axes(ax: Any, width: float, height: float) -> Any:
    """Return the axes to draw on: those given, or new ones of a size in inches."""
    if ax is None:
        import matplotlib.pyplot as plt

        ax = plt.subplots(figsize=(width, height), layout="constrained")[1]
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    return ax


def status(ax: Any, result: Result) -> None:
    """Write the status line of an instrument that is not validated below its figure."""
    if result.status:
        ax.annotate(
            wrapped(result.status, 110), (0, 0), xycoords=("figure fraction", "axes fraction"), xytext=(4, -34),
            textcoords="offset points", va="top", fontsize=6.5, color="0.3", annotation_clip=False,
        )  # fmt: skip


def wrapped(text: str, width: int) -> str:
    """Break a text into lines."""
    return "\n".join(textwrap.wrap(text, width)) or text


def with_n(name: object, n: int) -> str:
    """Return a name with the number of people behind it, which no line break parts."""
    return f"{name} (n\u00a0=\u00a0{int(n)})".strip()


def height(labels: Sequence[str], least: float) -> float:
    """Return the inches that rows need where each is at least so high and no label may run into the next."""
    lines = max((label.count("\n") + 1 for label in labels), default=1)
    return len(labels) * max(least, 0.17 * lines)


def decimals(axis: Any, digits: int = 1) -> None:
    """Write the numbers of an axis as the current language does."""
    axis.set_major_formatter(lambda value, _: number(value, digits))
