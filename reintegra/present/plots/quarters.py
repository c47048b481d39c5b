"""A run chart: what was delivered quarter by quarter, with the limits within which quarters differ by chance."""

from __future__ import annotations

from typing import Any

from ...core.language import say
from ...evaluate import Quarters
from .drawing import DARK, LIGHT, MIDDLE, axes, decimals


def run_chart(result: Quarters, *, ax: Any = None) -> Any:
    """Draw the share of planned sessions that were delivered in each quarter.

    Parameters
    ----------
    result : Quarters
        From `quarters`.
    ax : Axes, optional
        Where to draw; without it a new figure.

    Returns
    -------
    Axes
        One point a quarter, hollow where it lies outside the limits (dashes); the line across is the share of all.

    Raises
    ------
    Nothing.

    Source
    ------
    Benneyan, Lloyd & Plsek (2003), Quality and Safety in Health Care 12, 458-464 (p chart).
    """
    table = result.chart
    ax = axes(ax, 7.2, 2.1)
    places = range(len(table))
    ax.plot(places, 100 * table["share"], "-", color=MIDDLE, linewidth=1.2)
    limits = {"where": "mid", "color": "0.45", "linestyle": "--", "linewidth": 0.9}
    ax.step(places, 100 * table["low"], label=say("reports", "chart_limits"), **limits)
    ax.step(places, 100 * table["high"], **limits)
    ax.axhline(100 * result.centre, color="0.35", linewidth=0.9, label=say("reports", "chart_centre"))
    for outside, fill in ((False, DARK), (True, "white")):
        here = table["outside"].to_numpy() == outside
        ax.plot(
            [place for place in places if here[place]], 100 * table["share"][here], "o", markersize=7,
            markeredgecolor=DARK, markerfacecolor=fill, markeredgewidth=1.6, zorder=3,
        )  # fmt: skip
    for place, row in enumerate(table.to_dict("records")):
        below = (place, 100 * row["share"])
        text = f"{int(row['delivered'])}/{int(row['planned'])}"
        ax.annotate(text, below, xytext=(0, -15), textcoords="offset points", ha="center", fontsize=8)
    ax.set_xticks(places, list(table["name"]))
    ax.set_ylim(0, 108)
    ax.set_ylabel("%", fontsize=9)
    ax.grid(axis="y", color=LIGHT, linewidth=0.4)
    ax.tick_params(labelsize=9)
    decimals(ax.yaxis, 0)
    ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, fontsize=8, frameon=False)
    return ax
