"""Figures of programmes: who was lost, how alike people were, what changed, and how sure a difference is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from ...core.language import number, say
from ...evaluate import Ancova, Change, Comparison, Improved, Synthesis, Weights
from ...evaluate.comparison import say_head
from ...measure import ReliableChange
from .drawing import DARK, LIGHT, MIDDLE, PALE, axes, decimals, status, with_n, wrapped

BALANCED, APART = 0.10, 0.25
BESIDE = ("name", "lost", "share_lost", "lost_smd", "release_smd")  # of the flow: not people who were there


def flow(result: Comparison, *, ax: Any = None) -> Any:
    """Draw how many people of each programme were there from allocation to analysis, and how many were lost.

    Parameters
    ----------
    result : Comparison
        From `compare`.
    ax : Axes, optional
        Where to draw; without it a new figure.

    Returns
    -------
    Axes
        One column a programme, one box a count; those lost beside the last measurement.

    Raises
    ------
    Nothing.

    Source
    ------
    Layout: Schulz, Altman & Moher (2010), BMJ 340, c332 (CONSORT).
    """
    table = result.flow
    stages = [column for column in table.columns if column not in BESIDE]
    ax = axes(ax, max(2.2 * len(table), 4.2), 0.95 * len(stages) + 0.7)
    box = {"boxstyle": "round,pad=0.45", "facecolor": PALE, "edgecolor": DARK, "linewidth": 0.8}
    for column, row in enumerate(table.to_dict("records")):
        ax.text(column, -0.75, wrapped(str(row["name"]), 22), ha="center", va="center", fontsize=9.5, weight="bold")
        for place, stage in enumerate(stages):
            text = f"{wrapped(say_head(stage), 14)}\n{int(row[stage])}"
            ax.text(column, place, text, ha="center", va="center", fontsize=9, bbox=box, zorder=3)
        for place in range(len(stages) - 1):
            arrow = {"arrowstyle": "-|>", "color": DARK, "shrinkA": 19, "shrinkB": 19}
            ax.annotate("", (column, place + 1), (column, place), arrowprops=arrow)
        lost = f"{say_head('lost')}: {int(row['lost'])} ({number(100 * row['share_lost'], 0)} %)"
        ax.text(column + 0.06, stages.index("followed") - 0.5, lost, ha="left", va="center", fontsize=8, color="0.3")
    ax.set_xlim(-0.55, len(table) - 0.35)
    ax.set_ylim(len(stages) - 0.5, -1.1)
    ax.axis("off")
    status(ax, result)
    return ax


def love(result: Weights | Comparison, *, ax: Any = None) -> Any:
    """Draw how far two groups were apart before the programme, and after weighting where there are weights.

    Parameters
    ----------
    result : Weights or Comparison
        From `balancing_weights` or `compare`.
    ax : Axes, optional
        Where to draw; without it a new figure.

    Returns
    -------
    Axes
        One row a trait (of each comparison); the bands end at .10 and .25 SD.

    Raises
    ------
    Nothing.

    Source
    ------
    Love (2004), Graphical display of covariate balance.
    """
    weighted = isinstance(result, Weights)
    table = result.table if isinstance(result, Weights) else result.balance
    before = table["smd_before" if weighted else "smd"]
    ax = axes(ax, 7.2, 0.32 * len(table) + 1.2)
    rows = range(len(table))
    ax.axvspan(-APART, APART, color=PALE, zorder=0)
    ax.axvspan(-BALANCED, BALANCED, color="#d7e0e9", zorder=0)
    ax.axvline(0, color="0.35", linewidth=0.8)
    ax.plot(before, rows, "o", markerfacecolor="white", markeredgecolor=DARK, label=say("evaluate", "head_before"))
    if weighted:
        ax.hlines(rows, before, table["smd_after"], color=LIGHT, linewidth=1, zorder=1)
        ax.plot(table["smd_after"], rows, "o", color=DARK, label=say("evaluate", "head_after"))
    labels = list(table["name"])
    if not weighted and len(set(table["compared"])) > 1:
        labels = [f"{compared}: {name}" for compared, name in zip(table["compared"], labels, strict=True)]
    widest = max([0.3, *(1.1 * before.abs()), *((1.1 * table["smd_after"].abs()) if weighted else ())])
    ax.set_xlim(-widest, widest)
    _rows(ax, labels)
    decimals(ax.xaxis, 2)
    _legend(ax)
    status(ax, result)
    return ax


def adjusted_means(result: Ancova, *, ax: Any = None) -> Any:
    """Draw the adjusted mean of each programme with its interval.

    Parameters
    ----------
    result : Ancova
        From `ancova`.
    ax : Axes, optional
        Where to draw; without it a new figure.

    Returns
    -------
    Axes
        One row a programme, in the unit of the outcome. Whether two differ is not read off two intervals.

    Raises
    ------
    Nothing.

    Source
    ------
    The result.
    """
    table = result.means
    ax = axes(ax, 7.2, 0.42 * len(table) + 1.0)
    _intervals(ax, table, range(len(table)))
    _rows(ax, _with_n(table["name"], table["n"]))
    ax.set_xlabel(say("evaluate", "axis_adjusted"), fontsize=9)
    ax.grid(axis="x", color=LIGHT, linewidth=0.5)
    decimals(ax.xaxis)
    status(ax, result)
    return ax


def forest(result: Comparison, *, ax: Any = None) -> Any:
    """Draw the sites for the eye; below them what they say together, and where a further site may lie.

    Parameters
    ----------
    result : Comparison
        From `compare`.
    ax : Axes, optional
        Where to draw; without it a new figure.

    Returns
    -------
    Axes
        One row a site (of each comparison), in the order of the table: sites are not ranked. Diamond: the sites put
        together; thin line: the prediction interval.

    Raises
    ------
    Nothing.

    Source
    ------
    Riley, Higgins & Deeks (2011), BMJ 342, d549 (prediction interval).
    """
    table = result.sites
    together = {name: found["synthesis"] for name, found in result.beside.items() if "synthesis" in found}
    ax = axes(ax, 7.2, 0.34 * (len(table) + 1.4 * len(together)) + 1.1)
    _intervals(ax, table, range(len(table)), mark="s")
    labels = _with_n(table["site"], table["n"])
    if len(set(table["compared"])) > 1:
        labels = [f"{compared} · {label}" for compared, label in zip(table["compared"], labels, strict=True)]
    for place, (name, found) in enumerate(together.items(), start=len(table)):
        _together(ax, found, place)
        labels.append(say("evaluate", "sites_together", name=name))
    if together:
        ax.axvline(0, color="0.35", linewidth=0.8)
        ax.axhline(len(table) - 0.5, color=LIGHT, linewidth=0.8)
        _legend(ax)
    _rows(ax, labels)
    ax.set_xlabel(say("evaluate", "axis_difference" if together else "axis_mean"), fontsize=9)
    decimals(ax.xaxis)
    status(ax, result)
    return ax


def changes(result: Change | ReliableChange, *, ax: Any = None) -> Any:
    """Draw the change of each person, from the largest fall to the largest rise; grey: no more than error.

    Parameters
    ----------
    result : Change or ReliableChange
        From `change` (of people who could still rise) or `reliable_change`.
    ax : Axes, optional
        Where to draw; without it a new figure.

    Returns
    -------
    Axes
        One bar a person, without codes; the band ends at the smallest reliable change. Of a Change without one: the
        reason why.

    Raises
    ------
    Nothing.

    Source
    ------
    Jacobson & Truax (1991), Journal of Consulting and Clinical Psychology 59, 12-19.
    """
    found = result.reliable if isinstance(result, Change) else result
    ax = axes(ax, 7.2, 3.4)
    if found is None:
        why = "\n".join(wrapped(note.text, 60) for note in result.notes if note.code == "not-computed")
        ax.text(0.5, 0.5, why, ha="center", va="center", fontsize=9, transform=ax.transAxes)
        ax.axis("off")
        return ax
    table = found.table.sort_values("estimate", kind="stable")
    colours = table["verdict"].map({"rose": DARK, "fell": "#d9a06b", "unclear": LIGHT})
    ax.axhspan(-found.smallest, found.smallest, color=PALE, zorder=0, label=say("evaluate", "error_band"))
    bars = ax.bar(range(len(table)), table["estimate"], width=0.8, color=list(colours), edgecolor="0.5", linewidth=0.3)
    for bar, verdict in zip(bars, table["verdict"], strict=True):
        bar.set_hatch("///" if verdict == "fell" else "")
    ax.set_xlim(-1, len(table))
    _legend(ax)
    ax.axhline(0, color="0.35", linewidth=0.8)
    ax.set_xticks([])
    ax.set_xlabel(say("evaluate", "axis_people"), fontsize=9)
    ax.set_ylabel(say("evaluate", "axis_change"), fontsize=9)
    ax.tick_params(labelsize=9)
    decimals(ax.yaxis, 0)
    status(ax, result)
    return ax


def improved(result: Improved | Sequence[Improved], *, labels: Sequence[str] = (), ax: Any = None) -> Any:
    """Draw the share of people whose score rose, beside its no-change line.

    Parameters
    ----------
    result : Improved, or several
        From `percent_improved`.
    labels : list of str, optional
        What each is called.
    ax : Axes, optional
        Where to draw; without it a new figure.

    Returns
    -------
    Axes
        One row a result: the share with its interval, the no-change line as a bar across, and the line at the limits of
        the retest r as a band.

    Raises
    ------
    Nothing.

    Source
    ------
    The result.
    """
    results = [result] if isinstance(result, Improved) else list(result)
    ax = axes(ax, 7.2, 0.55 * len(results) + 1.3)
    for place, each in enumerate(results):
        rows = each.row
        share, line = rows.loc["improved"], 100 * float(rows.loc["no_change_line", "estimate"])
        if "line_at_low_r" in rows.index:
            ends = [100 * float(rows.loc[name, "estimate"]) for name in ("line_at_low_r", "line_at_high_r")]
            text = say("evaluate", "line_at_limits")
            ax.fill_betweenx([place - 0.36, place + 0.36], *ends, color="#e6d3bd", linewidth=0, label=text)
        text = say("evaluate", "name_no_change_line")
        ax.vlines(line, place - 0.36, place + 0.36, color="#7a3e12", linewidth=2.2, label=text)
        ax.hlines(place, 100 * share["ci_low"], 100 * share["ci_high"], color=DARK, linewidth=1.4)
        text = say("evaluate", "name_improved")
        ax.plot(100 * share["estimate"], place, "o", color=DARK, markersize=6, label=text)
    _rows(ax, _with_n(labels or [""] * len(results), [int(each.table["n"].iloc[0]) for each in results]))
    ax.set_xlim(0, 100)
    ax.set_xlabel(say("evaluate", "axis_improved"), fontsize=9)
    _legend(ax)
    status(ax, results[0])
    return ax


def _together(ax: Any, found: Synthesis, place: int) -> None:
    """Draw several sites put together as a diamond, their prediction interval as a thin line."""
    row, text = found.row, say("evaluate", "prediction_interval")
    ax.hlines(place, *found.prediction, color=MIDDLE, linewidth=1, linestyle=(0, (4, 2)), label=text)
    ends = [row["ci_low"], row["estimate"], row["ci_high"], row["estimate"]]
    ax.fill(ends, [place, place - 0.24, place, place + 0.24], color=DARK, zorder=3)


def _intervals(ax: Any, table: pd.DataFrame, rows: Sequence[int], mark: str = "o") -> None:
    """Draw estimates with their intervals, one row each."""
    ax.hlines(rows, table["ci_low"], table["ci_high"], color=DARK, linewidth=1.4)
    ax.plot(table["estimate"], rows, mark, color=DARK, markersize=5.5)


def _rows(ax: Any, labels: Sequence[str]) -> None:
    """Name the rows, the first at the top."""
    ax.set_yticks(range(len(labels)), [wrapped(str(label), 34) for label in labels], fontsize=9)
    ax.set_ylim(len(labels) - 0.4, -0.6)
    ax.tick_params(labelsize=9)


def _with_n(names: Any, counts: Any) -> list[str]:
    """Return names with the number of people behind them."""
    return [with_n(name, n) for name, n in zip(names, counts, strict=True)]


def _legend(ax: Any) -> None:
    """Write the legend above the axes, each mark once."""
    named = {text: mark for mark, text in zip(*ax.get_legend_handles_labels(), strict=True)}
    ax.legend(
        named.values(), named.keys(), loc="lower right", bbox_to_anchor=(1, 1), ncols=3, fontsize=8, frameon=False
    )
