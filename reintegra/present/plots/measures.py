"""Figures of reliability, items, response quality and dimensions."""

from __future__ import annotations

from typing import Any

from ...core.language import number, say
from ...measure import Confirmatory, Exploratory, ItemStatistics, PartialCredit, Quality, Reliability
from .drawing import DARK, LIGHT, MIDDLE, PALE, axes, decimals, status, wrapped

MOST_PEOPLE = 40
SHOWN = 0.3  # loadings below that are printed pale


def reliability(result: Reliability, *, ax: Any = None) -> Any:
    """Draw the reliability of each score with its interval; omega beside it as an open mark.

    Parameters
    ----------
    result : Reliability
        From `measure.reliability`.
    ax : Axes, optional
        Where to draw; without it a new figure.

    Returns
    -------
    Axes
        One row a score; a score without an estimate has an empty row.

    Raises
    ------
    Nothing.

    Source
    ------
    The result.
    """
    table = result.table
    ax = axes(ax, 7.2, 0.36 * len(table) + 0.9)
    rows = range(len(table))
    ax.hlines(rows, table["ci_low"], table["ci_high"], color=DARK, linewidth=1.4)
    ax.plot(table["estimate"], rows, "o", color=DARK, markersize=6, label="alpha")
    if table["omega"].notna().any():
        ax.plot(table["omega"], rows, "D", markerfacecolor="white", markeredgecolor=DARK, markersize=5, label="omega")
        ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, fontsize=8, frameon=False)
    ax.set_yticks(rows, [wrapped(label, 34) for label in table["label"]], fontsize=9)
    ax.set_xlim(min(0.0, float(table["ci_low"].min(skipna=True) or 0)), 1)
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.grid(axis="x", color=LIGHT, linewidth=0.5)
    decimals(ax.xaxis)
    ax.tick_params(labelsize=9)
    status(ax, result)
    return ax


def items(result: ItemStatistics, *, ax: Any = None) -> Any:
    """Draw how each item goes with the rest of its scale; items against it are hatched.

    Parameters
    ----------
    result : ItemStatistics
        From `measure.item_statistics`.
    ax : Axes, optional
        Where to draw; without it a new figure.

    Returns
    -------
    Axes
        One bar an item: the item-rest correlation.

    Raises
    ------
    Nothing.

    Source
    ------
    The result.
    """
    table = result.table
    ax = axes(ax, 7.2, 0.3 * len(table) + 0.9)
    rows = range(len(table))
    bars = ax.barh(rows, table["item_rest"], height=0.62, color=MIDDLE, edgecolor=DARK, linewidth=0.6)
    for bar, value in zip(bars, table["item_rest"], strict=True):
        if value < 0:
            bar.set_hatch("///")
        at, side = max(value, 0) + 0.015, "left"
        ax.text(at, bar.get_y() + bar.get_height() / 2, number(value, 2), va="center", ha=side, fontsize=8)
    ax.axvline(0, color="0.35", linewidth=0.8)
    ax.set_yticks(rows, table["item"], fontsize=9)
    ax.set_xlim(min(0.0, float(table["item_rest"].min()) - 0.05), 1)
    ax.set_ylim(len(table) - 0.4, -0.6)
    decimals(ax.xaxis)
    ax.set_xlabel(say("reliability", "item_rest"), fontsize=9)
    ax.tick_params(labelsize=9)
    status(ax, result)
    return ax


def wright_map(result: PartialCredit, *, ax: Any = None) -> Any:
    """Draw people (left) and thresholds of items (right) on one line of logits.

    Parameters
    ----------
    result : PartialCredit
        From `measure.partial_credit`.
    ax : Axes, optional
        Where to draw; without it a new figure.

    Returns
    -------
    Axes
        People as bars at the place of their raw score; thresholds by item and code.

    Raises
    ------
    Nothing.

    Source
    ------
    Wright & Masters (1982), Rating Scale Analysis, chapter 5.
    """
    people = result.map[result.map["kind"] == "person"]
    steps = result.map[result.map["kind"] == "threshold"]
    names = list(result.items["item"])
    ax = axes(ax, 7.2, 5.2)
    widest = float(people["n"].max())
    ax.barh(people["place"], -people["n"] / widest * len(names) * 0.5, height=0.09, color=MIDDLE)
    place = {name: column + 0.6 for column, name in enumerate(names)}
    for item, code, at in zip(result.table["item"], result.table["code"], steps["place"], strict=True):
        ax.plot(place[item], at, "_", color=DARK, markersize=14, markeredgewidth=2)
        ax.annotate(f"{code:g}", (place[item], at), (9, 0), textcoords="offset points", va="center", fontsize=8)
    ax.axvline(0, color="0.35", linewidth=0.8)
    ax.set_xlim(-len(names) * 0.55, len(names) + 0.2)
    ax.set_xticks(list(place.values()), names, fontsize=9, rotation=0 if len(names) < 9 else 90)
    ax.set_title(say("irt", "people"), loc="left", fontsize=9)
    ax.set_ylabel("logit", fontsize=9)
    status(ax, result)
    return ax


def quality(result: Quality, *, ax: Any = None) -> Any:
    """Draw who is past the marks of which index: grey at the mark, black far beyond; flagged people, worst first.

    Parameters
    ----------
    result : Quality
        From `measure.response_quality`.
    ax : Axes, optional
        Where to draw; without it a new figure.

    Returns
    -------
    Axes
        One row a flagged person (the first 40), one column an index.

    Raises
    ------
    Nothing.

    Source
    ------
    The result.
    """
    marks = result.marks[(result.marks["reason"] == "") & result.marks["mark"].notna()]
    flagged = result.table[result.table["lenient"]].sort_values("signs", ascending=False, kind="stable")[:MOST_PEOPLE]
    ax = axes(ax, 7.2, 0.2 * max(len(flagged), 1) + 1.8)
    from matplotlib.colors import ListedColormap

    grid = result.past.loc[flagged.index, marks["index"]].to_numpy()
    colours = ListedColormap([PALE, MIDDLE, DARK])
    if len(grid):
        ax.pcolormesh(grid, cmap=colours, vmin=0, vmax=2, edgecolors="white", linewidth=0.8)
    labels = [" · ".join(map(str, key)) if isinstance(key, tuple) else str(key) for key in flagged.index]
    ax.set_yticks([row + 0.5 for row in range(len(labels))], labels, fontsize=6.5)
    names = [wrapped(say("quality", f"index_{name}"), 26) for name in marks["index"]]
    ax.set_xticks([column + 0.5 for column in range(len(names))], names, fontsize=7.5, rotation=90)
    ax.xaxis.tick_top()
    ax.invert_yaxis()
    ax.tick_params(length=0)
    for side in ax.spines.values():
        side.set_visible(False)
    status(ax, result)
    return ax


def loadings(result: Exploratory | Confirmatory, *, ax: Any = None) -> Any:
    """Draw the loadings of items: as a shaded table where factors were looked for, with intervals where they were set.

    Parameters
    ----------
    result : Exploratory or Confirmatory
        From `measure.efa` or `measure.cfa`.
    ax : Axes, optional
        Where to draw; without it a new figure.

    Returns
    -------
    Axes
        One row an item.

    Raises
    ------
    Nothing.

    Source
    ------
    The result.
    """
    ax = axes(ax, 7.2, 0.28 * len(result.table) + 1.0)
    rows = range(len(result.table))
    if isinstance(result, Exploratory):
        pattern = result.loadings
        ax.pcolormesh(pattern.abs(), cmap="Greys", vmin=0, vmax=1.4, edgecolors="white", linewidth=1)
        for row, values in enumerate(pattern.to_numpy()):
            for column, value in enumerate(values):
                shade = "black" if abs(value) >= SHOWN else "0.6"
                text = number(value, 2)
                ax.text(column + 0.5, row + 0.5, text, ha="center", va="center", fontsize=8, color=shade)
        ax.set_xticks([column + 0.5 for column in range(pattern.shape[1])], pattern.columns, fontsize=9)
        ax.xaxis.tick_top()
        ax.set_yticks([row + 0.5 for row in rows], pattern.index, fontsize=8)
        ax.set_ylim(len(pattern), 0)
        ax.tick_params(length=0)
    else:
        table = result.table
        ax.hlines(rows, table["ci_low"], table["ci_high"], color=DARK, linewidth=1.4)
        ax.plot(table["estimate"], rows, "o", color=DARK, markersize=5)
        names = [f"{factor}: {item}" for factor, item in zip(table["factor"], table["item"], strict=True)]
        ax.set_yticks(rows, names, fontsize=8)
        ax.set_ylim(len(table) - 0.4, -0.6)
        ax.set_xlim(min(0.0, float(table["ci_low"].min())), max(1.0, float(table["ci_high"].max())))
        ax.grid(axis="x", color=LIGHT, linewidth=0.5)
        decimals(ax.xaxis)
        ax.set_xlabel(say("dimensions", "column_loading"), fontsize=9)
    status(ax, result)
    return ax
