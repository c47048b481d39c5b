"""A training of officers by Kirkpatrick's first three levels: reaction, learning, practice; officers within units."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..core.errors import DataError, ReintegraError
from ..core.language import number, say
from ..core.results import Estimate, Result
from ..intake import Records
from ..measure import Correlations, icc, item_statistics
from .change import Change, change
from .estimates import one_of
from .gain import normalised_gain
from .units import Units, units

CEILING = 0.15  # share of officers with every answer right from which a rise can no longer be seen
EASY, POOR = 0.90, 0.20  # share right before; correlation with the rest of the test
MANY = 4  # of 5: agrees


@dataclass(frozen=True, eq=False)
class Training(Result):
    """One training. ``table``: how many officers have each part (name, n).

    ``reaction``: name, n, mean (1-5), agrees (share at 4 or 5). ``knowledge`` and ``confidence``: the change from
    before to after, in right answers and in points from 0 to 10 (None under three officers). ``items``: name, n,
    before, after (shares right), discrimination (with the rest of the test, after), verdict ("sound", "easy", "poor").
    ``gain``: the normalised gain, units left out in turn for its interval (None where it cannot be had).
    ``unit_change``: the mean change of the units with its interval, and how many they are. ``ceiling``: share with all
    right after. ``agreement``: of two raters on the sum of the simulation; ``same``: share of steps rated alike;
    ``steps``: name, n, done (mean share of the step). ``practice``: name, n, routine, partly (shares). ``by_unit``:
    knowledge after, and practice, of units with five officers or more, shrunken and never ranked.
    """

    training: str
    reaction: pd.DataFrame
    knowledge: Change | None
    confidence: Change | None
    items: pd.DataFrame
    gain: Estimate | None
    ceiling: float
    unit_change: tuple[float, float, float, int]
    agreement: Correlations | None
    same: float
    steps: pd.DataFrame
    practice: pd.DataFrame
    by_unit: dict[str, Units]

    @property
    def sentence(self) -> str:
        if self.knowledge is None:
            return say("reports", "training_few")
        row = self.knowledge.row
        said = {name: number(row[column], 1) for name, column in
                (("change", "estimate"), ("low", "ci_low"), ("high", "ci_high"))}  # fmt: skip
        return say(
            "reports",
            "training_said",
            n=int(row["n"]),
            gain="–" if self.gain is None else number(100 * self.gain.value, 0),
            **said,
        )


def training(records: Records, name: str | None = None) -> Training:
    """Tell what a training of officers shows, level by level.

    Parameters
    ----------
    records : Records
        From `read_records`; the tables pelatihan and petugas.
    name : str, optional
        The code of the training; without it the only one.

    Returns
    -------
    Training
        Right answers, points and shares; no result of a single officer.

    Raises
    ------
    DataError
        There is no training; no such one; several, and none is named.

    Source
    ------
    Kirkpatrick (1959); Hake (1998), American Journal of Physics 66, 64-74 (normalised gain of means); Ebel & Frisbie
    (1991), Essentials of Educational Measurement, ch. 13 (difficulty, discrimination).
    """
    table = records["pelatihan"]
    if table.empty:
        raise DataError("no-rows-of", table="pelatihan")
    known = sorted(table["pelatihan_id"].unique())
    name = known[0] if name is None and len(known) == 1 else name
    table = table[table["pelatihan_id"] == one_of("pelatihan_id", name or "–", known)]
    unit = records["petugas"].set_index("petugas_id")["upt_id"]
    before, after, later = (_once(table, wave) for wave in ("pra", "pasca", "3bulan"))
    marks, sure = _block(before, after, "l2", 12), _block(before, after, "l2k", 5)
    knowledge, confidence = _change(marks, np.sum, 12.0), _change(sure, np.mean, 10.0)
    totals = [part.sum(axis=1, min_count=12) for part in marks]
    first, second = (part[totals[0].notna() & totals[1].notna()] for part in totals)
    agreement, same, steps, rated = _simulation(table)
    practice = later[[f"l3_{i}" for i in range(1, 9)]]
    counts = {"before": len(before), "after": len(after), "both": len(first), "simulation": rated, "later": len(later)}
    return Training(
        pd.DataFrame({"name": [*counts], "n": [*counts.values()]}), "", str(name), _reaction(after), knowledge,
        confidence, _items(*marks), _gain(totals[0], totals[1], unit),
        float((second == 12).mean()) if len(second) else np.nan, _over_units(second - first, unit), agreement, same,
        steps, _practice(practice), _by_unit({"knowledge": second, "practice": practice.mean(axis=1)}, unit),
    )  # fmt: skip


def _once(table: pd.DataFrame, wave: str) -> pd.DataFrame:
    """Return one row an officer of a wave; each cell the first that is filled."""
    return table[table["gelombang"] == wave].groupby("petugas_id").first()


def _block(before: pd.DataFrame, after: pd.DataFrame, stem: str, items: int) -> list[pd.DataFrame]:
    columns = [f"{stem}_{i}" for i in range(1, items + 1)]
    return [part[columns].astype(float) for part in (before, after)]


def _change(parts: list[pd.DataFrame], how: object, top: float) -> Change | None:
    first, second = (part.dropna().agg("sum" if how is np.sum else "mean", axis=1) for part in parts)
    try:
        return change(first, second, chosen_by_score=False, scale=(0.0, top, 1.0))
    except DataError:
        return None


def _gain(first: pd.Series, second: pd.Series, unit: pd.Series) -> Estimate | None:
    site = unit.reindex(first.index)
    try:
        return normalised_gain(first, second, highest=12.0, site=site if site.nunique() > 2 else None)
    except ReintegraError:
        return None


def _reaction(after: pd.DataFrame) -> pd.DataFrame:
    part = after[[f"l1_{i}" for i in range(1, 7)]].astype(float)
    agrees = (part >= MANY).where(part.notna()).astype(float).mean()
    return pd.DataFrame({"name": part.columns, "n": part.count().to_numpy(), "mean": part.mean().to_numpy(),
                         "agrees": agrees.to_numpy()})  # fmt: skip


def _items(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    rest = np.full(len(after.columns), np.nan)
    with suppress(DataError):
        rest = item_statistics(after).table["item_rest"].to_numpy()
    made = pd.DataFrame({"name": after.columns, "n": after.count().to_numpy(), "before": before.mean().to_numpy(),
                         "after": after.mean().to_numpy(), "discrimination": rest})  # fmt: skip
    made["verdict"] = np.select([made["discrimination"] < POOR, made["before"] > EASY], ["poor", "easy"], "sound")
    return made


def _simulation(table: pd.DataFrame) -> tuple[Correlations | None, float, pd.DataFrame, int]:
    """Return how two raters of the same officers agree, and what was done of each step."""
    steps = [f"sim_{i}" for i in range(1, 9)]
    rated = table[(table["gelombang"] == "pasca") & table[steps].notna().all(axis=1)]
    done = (rated.groupby("petugas_id")[steps].mean() / 2).astype(float)
    shares = pd.DataFrame({"name": steps, "n": len(done), "done": done.mean().to_numpy()})
    order = rated.sort_values(["petugas_id", "penilai_id"])
    order = order.assign(rater=order.groupby("petugas_id").cumcount())
    pairs = order[order["rater"] < 2].set_index(["petugas_id", "rater"])[steps].astype(float)
    both = pairs.unstack().dropna()  # noqa: PD010
    if len(both) < 3:
        return None, np.nan, shares, len(done)
    one, two = (both.xs(rater, axis=1, level="rater") for rater in (0, 1))
    sums = pd.DataFrame({"one": one.sum(axis=1), "two": two.sum(axis=1)})
    try:
        agreement = icc(sums)
    except DataError:
        agreement = None
    return agreement, float((one == two).to_numpy().mean()), shares, len(done)


def _practice(rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows.astype(float)
    shares = {name: (rows == code).where(rows.notna()).astype(float).mean().to_numpy()
              for name, code in (("routine", 2), ("partly", 1))}  # fmt: skip
    return pd.DataFrame({"name": rows.columns, "n": rows.count().to_numpy(), **shares})


def _over_units(change_of: pd.Series, unit: pd.Series) -> tuple[float, float, float, int]:
    """Return the mean change of the units with its t interval: officers of one unit are not independent."""
    from scipy.stats import t

    means = change_of.groupby(unit.reindex(change_of.index)).mean()
    if len(means) < 2:
        return float(means.mean()), np.nan, np.nan, len(means)
    middle, reach = means.mean(), t.ppf(0.975, len(means) - 1) * means.std(ddof=1) / len(means) ** 0.5
    return float(middle), float(middle - reach), float(middle + reach), len(means)


def _by_unit(parts: dict[str, pd.Series], unit: pd.Series) -> dict[str, Units]:
    found = {}
    for name, values in parts.items():
        outcome = say("reports", f"measure_{name}")
        frame = pd.DataFrame({"unit": unit.reindex(values.index), outcome: values.astype(float)}).dropna()
        sizes = frame["unit"].value_counts()
        frame = frame[frame["unit"].isin(sizes.index[sizes >= 5])]
        if len(set(frame["unit"])) > 1 and np.ptp(frame[outcome]) > 0:
            found[name] = units(frame, unit="unit", outcome=outcome, kind="mean")
    return found
