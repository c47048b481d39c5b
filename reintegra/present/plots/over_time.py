"""Figures of one number over time: run charts."""

from __future__ import annotations

from typing import Any

from ...core.language import say
from ...evaluate import RunChart
from .drawing import DARK, LIGHT, MIDDLE, axes, decimals, status

MOST_NAMES = 12  # below the axis; more periods are named every second, third, ...


def run_chart(result: RunChart, *, ax: Any = None) -> Any:
    """Draw one number over time about its median, and mark the signs of a special cause.

    Parameters
    ----------
    result : RunChart
        From `run_chart`.
    ax : Axes, optional
        Where to draw; without it a new figure.

    Returns
    -------
    Axes
        One point a period: a diamond lies outside the limits, a square in a shift.

    Raises
    ------
    Nothing.

    Source
    ------
    Perla, Provost & Murray (2011), BMJ Quality & Safety 20, 46-51.
    """
    table, times = result.table, 100 if result.is_share else 1
    ax = axes(ax, 7.2, 3.2)
    places = range(len(table))
    if result.is_share:
        ax.fill_between(places, times * table["low"], times * table["high"], color=LIGHT, alpha=0.35, step="mid",
                        linewidth=0, label=say("evaluate", "run_limits"))  # fmt: skip
    ax.axhline(times * result.median, color="0.35", linewidth=0.9, label=say("evaluate", "run_median"))
    ax.plot(places, times * table["value"], color=MIDDLE, linewidth=1.2)
    left = table["value"].notna()
    for column, shape in (("outside", "D"), ("shifted", "s"), (None, "o")):
        part = table[left & table[column]] if column else table[left]
        left &= ~left.index.isin(part.index)
        if len(part):
            named = {"label": say("evaluate", f"run_mark_{column}")} if column else {}
            ax.plot(part.index, times * part["value"], shape, color=DARK, markersize=7 if column else 5, **named)
    if result.is_share and len(table) <= MOST_NAMES:
        for place, row in enumerate(table.to_dict("records")):
            text = f"{row['value'] * row['n']:.0f}/{row['n']:.0f}"
            ax.annotate(text, (place, 100 * row["value"]), xytext=(0, -15), textcoords="offset points", ha="center",
                        fontsize=8)  # fmt: skip
        ax.set_ylim(0, 108)
    step = -(-len(table) // MOST_NAMES)
    ax.set_xticks(list(places)[::step], table["name"][::step], rotation=0 if len(table) <= 8 else 30)
    ax.set_xlabel(say("evaluate", "axis_period"), fontsize=9)
    ax.set_ylabel(f"{result.outcome} (%)" if result.is_share else result.outcome, fontsize=9)
    decimals(ax.yaxis, 0 if result.is_share else 1)
    ax.tick_params(labelsize=9)
    ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=4, fontsize=8, frameon=False)
    status(ax, result)
    return ax
