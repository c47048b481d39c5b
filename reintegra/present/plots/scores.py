"""Figures of scores and answers."""

from __future__ import annotations

from typing import Any

from ...core.language import in_language, number, word
from ...measure import Answers, Distribution, Profile
from .drawing import DARK, LIGHT, MIDDLE, PALE, axes, height, status, with_n, wrapped

DISAGREE = ("#7a3e12", "#d9a06b")
AGREE = ("#9db8cf", "#1f4e79")
NEUTRAL = "#d5d5d5"


def profile(result: Profile, *, ax: Any = None) -> Any:
    """Draw one person's scales, those to talk about first at the top and hatched.

    Parameters
    ----------
    result : Profile
        From `measure.profile`.
    ax : Axes, optional
        Where to draw; without it a new figure.

    Returns
    -------
    Axes
        Bars from the low to the high end of each scale's own range.

    Raises
    ------
    Nothing.

    Source
    ------
    The result.
    """
    table = result.table
    ax = axes(ax, 7.2, 0.42 * len(table) + 0.9)
    rows = range(len(table))
    share = (table["value"] - table["low"]) / (table["high"] - table["low"])
    ax.barh(rows, 1, height=0.62, color=PALE, edgecolor=LIGHT, linewidth=0.6)
    bars = ax.barh(rows, share.fillna(0), height=0.62, color=[DARK if t else MIDDLE for t in table["topic"]])
    for bar, topic, value in zip(bars, table["topic"], table["value"], strict=True):
        if topic:
            bar.set_hatch("///")
            bar.set_edgecolor("white")
        ax.text(1.015, bar.get_y() + bar.get_height() / 2, number(value, 0), va="center", fontsize=9)
    ax.set_yticks(rows, [wrapped(label, 34) for label in table["label"]], fontsize=9)
    ax.set_xlim(0, 1.08)
    ax.set_xticks([0, 0.5, 1], [word("low_end"), "", word("high_end")], fontsize=9)
    ax.invert_yaxis()
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    status(ax, result)
    return ax


def distribution(result: Distribution, *, ax: Any = None) -> Any:
    """Draw how a score spreads in groups: the middle half as a box, 10th to 90th percentile as a line, bands behind.

    Parameters
    ----------
    result : Distribution
        From `measure.distribution`.
    ax : Axes, optional
        Where to draw; without it a new figure.

    Returns
    -------
    Axes
        One row a group, on the score's own range.

    Raises
    ------
    Nothing.

    Source
    ------
    The result.
    """
    table, score = result.table, result.score
    alike = len(table) and table["n"].nunique() == 1
    names = [
        wrapped(str(group) if alike else with_n(group, n), 34)
        for group, n in zip(table.get("group", ()), table.get("n", ()), strict=True)
    ]
    ax = axes(ax, 7.2, max(height(names, 0.36), 0.36) + 1.3)
    _bands(ax, score)
    rows = range(len(table))
    if len(table):
        ax.hlines(rows, table["p10"], table["p90"], color=DARK, linewidth=1.2)
        ax.barh(rows, table["q3"] - table["q1"], left=table["q1"], height=0.5, color=MIDDLE, edgecolor=DARK)
        ax.plot(table["median"], rows, "|", color="white", markersize=15, markeredgewidth=2.4)
    ax.set_yticks(rows, names, fontsize=9)
    ax.set_xlim(score.low, score.high)
    ax.set_ylim(max(len(table), 1) - 0.4, -0.6)
    ax.set_xlabel(word("points") if result.scales else in_language(score.label), fontsize=9)
    ax.tick_params(labelsize=9)
    status(ax, result)
    return ax


def _bands(ax: Any, score: Any) -> None:
    """Shade the bands of the first system and name them above the axes."""
    bands = next(iter(score.bands.values()), ())
    start = score.low
    for place, band in enumerate(bands):
        end = score.high if band.edge is None else band.edge
        ax.axvspan(start, end, color=(PALE, "#dfe6ed", "#cdd8e3", "#bccbd9", "#abbdce")[place % 5], zorder=0)
        middle = ((start + end) / 2 - score.low) / (score.high - score.low)
        width = max(int(60 * (end - start) / (score.high - score.low)), 9)
        label = wrapped(in_language(band.label), width)
        ax.text(middle, 1.02, label, transform=ax.transAxes, ha="center", va="bottom", fontsize=7.5, color="0.25")
        start = end


def answers(result: Answers, *, ax: Any = None) -> Any:
    """Draw the answers to each item as bars that part at the middle: disagreement to the left, agreement to the right.

    Parameters
    ----------
    result : Answers
        From `measure.answers`.
    ax : Axes, optional
        Where to draw; without it a new figure.

    Returns
    -------
    Axes
        One row an item, shares of those who answered it; the stronger the answer, the darker.

    Raises
    ------
    Nothing.

    Source
    ------
    Layout: Robbins & Heiberger (2011), Proceedings of the Survey Research Methods Section, ASA, 1058-1066.
    """
    table = result.table
    ax = axes(ax, 7.2, 0.225 * len(table) + 1.1)
    named: dict[str, Any] = {}
    for row, (item, entry) in enumerate(zip(result.instrument.items, table.to_dict("records"), strict=True)):
        shares = [entry[f"code_{code}"] for code in item.codes]
        half = len(shares) / 2
        left = -sum(share * min(max(half - place, 0), 1) for place, share in enumerate(shares))
        for place, (answer, share) in enumerate(zip(item.answers, shares, strict=True)):
            bar = ax.barh(
                row, share, left=left, height=0.74, color=_shade(place, len(shares)), edgecolor="white", linewidth=0.4
            )
            named.setdefault(in_language(answer.label) or str(answer.value), bar)
            left += share
    reversed_mark = f" ({word('reversed')})"
    labels = [f"{t['label']}{reversed_mark if t['reverse'] else ''}" for t in table.to_dict("records")]
    ax.set_yticks(range(len(table)), [wrapped(label, 56) for label in labels], fontsize=6.6)
    ax.axvline(0, color="0.35", linewidth=0.8)
    ax.set_xlim(-1.02, 1.02)
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.set_xticks([-1, -0.5, 0, 0.5, 1], ["100 %", "50 %", "0", "50 %", "100 %"], fontsize=8)
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    if len(named) <= 7:
        ax.legend(named.values(), named.keys(), ncols=len(named) if len(named) < 5 else 3, loc="lower center",
                  bbox_to_anchor=(0.3, 1.0), fontsize=7.5, frameon=False)  # fmt: skip
    status(ax, result)
    return ax


def _shade(place: int, count: int) -> str:
    """Return the shade of an answer: darkest at the ends, grey in the middle."""
    middle = (count - 1) / 2
    if place == middle:
        return NEUTRAL
    strength = abs(place - middle) / middle
    pair = (DISAGREE[1], DISAGREE[0]) if place < middle else AGREE
    weak, strong = pair
    return _mixed(weak, strong, strength if count > 2 else 1.0) if count > 5 else (strong if strength == 1 else weak)


def _mixed(weak: str, strong: str, share: float) -> str:
    parts = [(int(weak[i : i + 2], 16), int(strong[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in parts)
