"""Figures of consultations: what is voiced in which section, how often, and which words mark a set of texts."""

from __future__ import annotations

from typing import Any

from ...consult import ConcernCoverage, Keyness, Prevalence
from ...consult.talks import theme_label
from ...core.language import number, say
from .drawing import DARK, LIGHT, MIDDLE, PALE, axes, decimals, status, wrapped

MARKS = ("o", "s", "^", "D", "v", "P")
SHADES = (DARK, "white", MIDDLE, LIGHT)
DARK_CELL = 0.55  # from which share on a cell's text is white


def heat_map(result: ConcernCoverage, *, ax: Any = None) -> Any:
    """Draw how many people voice each topic in each section of the talk.

    Parameters
    ----------
    result : ConcernCoverage
        From `concern_coverage`, or its `shared`.
    ax : Axes, optional
        Where to draw; without it a new figure.

    Returns
    -------
    Axes
        A cell a section and topic, the darker the more; its text is the share and n. Empty: the codebook has no such
        code; hatched: withheld, or not known of anybody.

    Raises
    ------
    Nothing.

    Source
    ------
    The result.
    """
    table, book = result.heat, result.codebook
    sections = list(dict.fromkeys(table["section"]))
    topics = [topic for topic in dict.fromkeys(book.topic_of.values()) if topic in set(table["topic"])]
    ax = axes(ax, 1.5 * len(sections) + 2.0, 0.5 * len(topics) + 1.1)
    for row in table.to_dict("records"):
        x, y, share = sections.index(row["section"]), topics.index(row["topic"]), row["estimate"]
        known = share == share
        shade = _between(share) if known else "white"
        ax.add_patch(
            _cell(x, y, facecolor=shade, edgecolor="white" if known else LIGHT, hatch=None if known else "///")
        )
        if known:
            text = say("themes", "heat_cell", share=number(100 * share, 0), n=number(row["n"], 0))
            colour = "white" if share > DARK_CELL else "black"
            ax.text(x, y, text, ha="center", va="center", fontsize=7.5, color=colour, linespacing=1.15)
    ax.set_xlim(-0.5, len(sections) - 0.5)
    ax.set_ylim(len(topics) - 0.5, -0.5)
    ax.set_xticks(range(len(sections)), [theme_label(book, "section", name) for name in sections], fontsize=9)
    ax.set_yticks(range(len(topics)), [theme_label(book, "topic", name) for name in topics], fontsize=9)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    ax.set_xlabel(say("themes", "heat_title"), fontsize=9)
    status(ax, result)
    return ax


def prevalence(result: Prevalence, *, ax: Any = None) -> Any:
    """Draw the share that voices each theme with its interval, groups beside each other.

    Parameters
    ----------
    result : Prevalence
        From `prevalence`, or its `shared`.
    ax : Axes, optional
        Where to draw; without it a new figure.

    Returns
    -------
    Axes
        One row a theme, in the order of the table; what is withheld is named. Whether two groups differ is not read off
        two intervals.

    Raises
    ------
    Nothing.

    Source
    ------
    The result.
    """
    table = result.table
    names, groups = (list(dict.fromkeys(table[column])) for column in ("name", "group"))
    height = 0.3 + 0.16 * (len(groups) - 1)
    ax = axes(ax, 7.2, height * len(names) + 1.2)
    step = 0.7 / max(len(groups), 1)
    for at, group in enumerate(groups):
        part = table[table["group"] == group]
        rows = [names.index(name) + (at - (len(groups) - 1) / 2) * step for name in part["name"]]
        part = part.assign(row=rows)
        known, withheld = part.dropna(subset="estimate"), part[part["estimate"].isna()]
        ax.hlines(known["row"], 100 * known["ci_low"], 100 * known["ci_high"], color=DARK, linewidth=1.1, zorder=1)
        ax.plot(
            100 * known["estimate"], known["row"], MARKS[at % len(MARKS)], color=DARK, markersize=5,
            markerfacecolor=SHADES[at % len(SHADES)], label=str(group) if result.grouped else None,
        )  # fmt: skip
        for row in withheld["row"]:
            ax.text(1, row, say("themes", "withheld"), va="center", fontsize=6.5, color="0.4")
    ax.set_yticks(range(len(names)), [wrapped(result.label(name), 38) for name in names], fontsize=8.5)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.set_xlim(0, 100)
    for row in range(1, len(names)):
        ax.axhline(row - 0.5, color=PALE, linewidth=0.8, zorder=0)
    ax.set_xlabel(say("themes", "axis_share"), fontsize=9)
    if result.grouped:
        ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=min(len(groups), 4), fontsize=8, frameon=False)
    status(ax, result)
    return ax


def keyness(result: Keyness, *, most: int = 12, ax: Any = None) -> Any:
    """Draw the words that mark a set of texts, and those it lacks, with the interval of how much.

    Parameters
    ----------
    result : Keyness
        From `keyness`.
    most : int
        How many of the most telling words are drawn.
    ax : Axes, optional
        Where to draw; without it a new figure.

    Returns
    -------
    Axes
        One bar a word, as a log ratio: 1 is twice as often; dark bars are sure after adjustment, pale ones are not.

    Raises
    ------
    Nothing.

    Source
    ------
    The result.
    """
    table = result.table.head(most).sort_values("estimate", ascending=False, kind="stable").reset_index(drop=True)
    ax = axes(ax, 7.2, 0.28 * max(len(table), 1) + 1.1)
    sure = table["p_adjusted"] < 1 - result.level
    colours = sure.map({True: MIDDLE, False: LIGHT})
    ax.barh(table.index, table["estimate"], color=list(colours), edgecolor=DARK, linewidth=0.6)
    ax.hlines(table.index, table["ci_low"], table["ci_high"], color=DARK, linewidth=1.1)
    labels = [f"{row['name']} ({row['count']} / {row['other_count']})" for row in table.to_dict("records")]
    ax.set_yticks(range(len(table)), labels, fontsize=8.5)
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.axvline(0, color="0.35", linewidth=0.8)
    ax.set_xlabel(say("themes", "axis_log_ratio"), fontsize=9)
    decimals(ax.xaxis, 0)
    status(ax, result)
    return ax


def _between(share: float) -> tuple[float, ...]:
    """Return the shade of a share, from white to dark."""
    from matplotlib.colors import to_rgb

    return tuple(1 - share * (1 - part) for part in to_rgb(DARK))


def _cell(x: float, y: float, **style: Any) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((x - 0.5, y - 0.5), 1, 1, linewidth=1.5, **style)
