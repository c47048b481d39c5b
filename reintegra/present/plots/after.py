"""Figures of units and of the time after release: funnels, curves with the people at risk, cumulative incidence."""

from __future__ import annotations

from typing import Any

from ...core.language import number, say
from ...evaluate import FollowUp, Units
from ...evaluate.estimates import label
from .drawing import DARK, LIGHT, MIDDLE, PALE, axes, decimals, height, status, with_n, wrapped

STYLES = ((DARK, "-"), ("#7a3e12", (0, (5, 2))), (MIDDLE, (0, (1.5, 1.2))), ("0.35", (0, (6, 1.5, 1.2, 1.5))))


def funnel(result: Units, *, ax: Any = None) -> Any:
    """Draw units by their size inside the 95 % and 99.8 % limits.

    Parameters
    ----------
    result : Units
        From `units`.
    ax : Axes, optional
        Where to draw; without it a new figure.

    Returns
    -------
    Axes
        One mark a unit, hollow where it has too few people; only units outside the 99.8 % limits bear their name.

    Raises
    ------
    Nothing.

    Source
    ------
    Spiegelhalter (2005), Statistics in Medicine 24, 1185-1202.
    """
    table, curve = result.table, result.curve
    times = 100 if result.kind == "proportion" else 1
    ax = axes(ax, 7.2, 4.2)
    for name, cover, style in (("998", 99.8, "-"), ("95", 95.0, (0, (4, 2)))):
        text = say("evaluate", "funnel_limit", level=number(cover, 1 if cover % 1 else 0))
        low, high = times * curve[f"low_{name}"], times * curve[f"high_{name}"]
        ax.plot(curve["size"], low, color=MIDDLE, linewidth=1.1, linestyle=style, label=text)
        ax.plot(curve["size"], high, color=MIDDLE, linewidth=1.1, linestyle=style)
    text = say("evaluate", "funnel_target")
    ax.axhline(times * result.target, color="0.35", linewidth=0.9, label=text)
    for few, colour in ((False, DARK), (True, "white")):
        part = table[(table["verdict"] == "few") == few]
        ax.plot(part["size"], times * part["estimate"], "o", color=colour, markeredgecolor=DARK, markersize=5.5,
                label=label("unit_few") if few and len(part) else None)  # fmt: skip
    for row in table[table["verdict"] == "outside"].to_dict("records"):
        ax.annotate(
            row["name"], (row["size"], times * row["estimate"]), xytext=(6, 4), textcoords="offset points", fontsize=9
        )
    head = "axis_exposure" if result.kind == "rate" else "axis_size_adjusted" if result.adjusted_for else "axis_size"
    ax.set_xlabel(say("evaluate", head), fontsize=9)
    ax.set_ylabel(f"{result.outcome} (%)" if result.kind == "proportion" else result.outcome, fontsize=9)
    ax.tick_params(labelsize=9)
    ax.xaxis.get_major_locator().set_params(integer=True)
    decimals(ax.xaxis, 0)
    decimals(ax.yaxis, 0 if result.kind == "proportion" else 2 if result.kind == "rate" else 1)
    _legend(ax)
    status(ax, result)
    return ax


def shrunken(result: Units, *, ax: Any = None) -> Any:
    """Draw the shrunken estimate of each unit with its interval, and as a cross what the unit itself shows.

    Parameters
    ----------
    result : Units
        From `units`.
    ax : Axes, optional
        Where to draw; without it a new figure.

    Returns
    -------
    Axes
        One row a unit, in the order of the names: units are not ranked. The line is everyone together.

    Raises
    ------
    Nothing.

    Source
    ------
    The result.
    """
    table, times = result.table, 100 if result.kind == "proportion" else 1
    names = [wrapped(with_n(name, n), 34) for name, n in zip(table["name"], table["n"], strict=True)]
    ax = axes(ax, 7.2, height(names, 0.26) + 1.1)
    rows = range(len(table))
    ax.axvline(times * result.target, color="0.35", linewidth=0.9, label=say("evaluate", "funnel_target"))
    ax.hlines(rows, times * table["ci_low"], times * table["ci_high"], color=DARK, linewidth=1.4)
    ax.plot(times * table["shrunken"], rows, "o", color=DARK, markersize=5, label=say("evaluate", "head_shrunken"))
    ax.plot(times * table["estimate"], rows, "x", color=MIDDLE, markersize=5, label=say("evaluate", "head_estimate"))
    ax.set_yticks(rows, names)
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.set_xlabel(f"{result.outcome} (%)" if result.kind == "proportion" else result.outcome, fontsize=9)
    ax.grid(axis="x", color=LIGHT, linewidth=0.5)
    ax.tick_params(labelsize=9)
    decimals(ax.xaxis, 0 if result.kind == "proportion" else 2 if result.kind == "rate" else 1)
    _legend(ax)
    status(ax, result)
    return ax


def survival(result: FollowUp, *, ax: Any = None) -> Any:
    """Draw the share still free over time with its interval, and below how many people that rests on.

    Parameters
    ----------
    result : FollowUp
        From `follow_up`.
    ax : Axes, optional
        Where to draw; without it a new figure.

    Returns
    -------
    Axes
        One curve a programme, up to the last time at which people are counted; the upright line is the horizon.

    Raises
    ------
    Nothing.

    Source
    ------
    Pocock, Clayton & Altman (2002), Lancet 359, 1686-1689 (numbers at risk below the curve).
    """
    names = list(dict.fromkeys(result.survival["name"]))
    ax = axes(ax, 7.2, 4.0 + 0.22 * len(names))
    for place, name in enumerate(names):
        colour, style = STYLES[place % len(STYLES)]
        rows = result.survival[result.survival["name"] == name]
        ax.fill_between(
            rows["time"],
            100 * rows["ci_low"],
            100 * rows["ci_high"],
            step="post",
            color=colour,
            alpha=0.13,
            linewidth=0,
        )
        ax.step(
            rows["time"], 100 * rows["estimate"], where="post", color=colour, linestyle=style, linewidth=1.7, label=name
        )
    _over_time(ax, result, "axis_free", names)
    return ax


def cumulative_incidence(result: FollowUp, *, ax: Any = None) -> Any:
    """Draw to how many the event, and what may come before it, has happened over time.

    Parameters
    ----------
    result : FollowUp
        From `follow_up` with ``competing``.
    ax : Axes, optional
        Where to draw; without it a new figure.

    Returns
    -------
    Axes
        One curve a programme and kind of event: the event itself thick, what came first thin.

    Raises
    ------
    Nothing.

    Source
    ------
    The result.
    """
    names = list(dict.fromkeys(result.survival["name"]))
    ax = axes(ax, 7.2, 4.0 + 0.22 * len(names))
    curves = result.incidence.groupby(["name", "cause"], sort=False) if len(result.incidence) else ()
    for (name, cause), rows in curves:
        colour, style = STYLES[names.index(name) % len(STYLES)]
        width = 2.0 if cause == result.event else 0.9
        ax.step(
            rows["time"],
            100 * rows["estimate"],
            where="post",
            color=colour,
            linestyle=style,
            linewidth=width,
            label=f"{name}: {cause}",
        )
    _over_time(ax, result, "axis_incidence", names)
    return ax


def _over_time(ax: Any, result: FollowUp, head: str, names: list[str]) -> None:
    """Write what figures over time share: axes, the horizon, and the people at risk below."""
    counts = result.at_risk
    ax.axvline(result.horizon, color="0.55", linewidth=0.9, linestyle=":", label=say("evaluate", "horizon_line"))
    ax.set_xlim(0, 1.02 * counts["time"].max())
    ax.set_ylim(0, 100 if head == "axis_free" else None)
    ax.set_xticks(counts["time"].unique())
    decimals(ax.xaxis, 0)
    ax.set_xlabel(say("evaluate", "axis_after_release", unit=label(result.unit)), fontsize=9)
    ax.set_ylabel(say("evaluate", head), fontsize=9)
    ax.grid(axis="y", color=PALE, linewidth=0.8)
    ax.tick_params(labelsize=9)
    below = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points", "va": "top", "fontsize": 8.5}
    first = {**below, "xycoords": "axes fraction", "annotation_clip": False}
    ax.annotate(say("evaluate", "at_risk_title"), (0, 0), xytext=(-30, -40), weight="bold", **first)
    for place, name in enumerate(names):
        down = -54 - 13 * place
        ax.annotate(wrapped(name, 60), (0, 0), xytext=(-12, down), ha="right", **first)
        for row in counts[counts["name"] == name].to_dict("records"):
            ax.annotate(
                str(int(row["n"])), (row["time"], 0), xytext=(0, down), ha="center", annotation_clip=False, **below
            )
    _legend(ax)


def _legend(ax: Any) -> None:
    """Write the legend above the axes, each mark once."""
    named = {text: mark for mark, text in zip(*ax.get_legend_handles_labels(), strict=True)}
    ax.legend(
        named.values(), named.keys(), loc="lower right", bbox_to_anchor=(1, 1), ncols=3, fontsize=8, frameon=False
    )
