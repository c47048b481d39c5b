"""What a partner promised and gave, quarter by quarter: components, instructors, people, and a run chart."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ..core.errors import DataError
from ..core.language import listed, number, say
from ..core.results import Result
from ..intake import Records
from .estimates import one_of
from .run_chart import RunChart, run_chart, share_limits


@dataclass(frozen=True, eq=False)
class Quarters(Result):
    """Quarters of one partner in one unit. ``table`` has a row a quarter and component: quarter, name, planned,
    delivered, instructors (visits kept), people, finished, share.

    ``chart`` has a row a quarter, all components together: name, planned, delivered, share, low, high
    (three-sigma limits around the share of all quarters), outside. ``centre`` is that share.
    """

    partner: str
    unit: str
    chart: pd.DataFrame
    centre: float

    @property
    def run(self) -> RunChart:
        """The share delivered, quarter by quarter, and its signs of a special cause; three quarters at least."""
        chart = self.chart.set_index("name")
        return run_chart(chart["delivered"], of=chart["planned"], outcome=say("reports", "delivered_share"))

    @property
    def sentence(self) -> str:
        out = list(self.chart.loc[self.chart["outside"], "name"])
        said = {"centre": number(100 * self.centre, 0), "quarters": len(self.chart), "names": listed(out)}
        return say("reports", "chart_outside" if out else "chart_inside", **said)


def quarters(records: Records, partner: str | None = None, unit: str | None = None) -> Quarters:
    """Put what a partner planned and delivered side by side, by quarter.

    Parameters
    ----------
    records : Records
        From `read_records`; the table evaluasi.
    partner, unit : str, optional
        Their codes; without them the only ones evaluated.

    Returns
    -------
    Quarters
        Counts of sessions, visits and people; shares from 0 to 1.

    Raises
    ------
    DataError
        Nothing was evaluated; no such partner or unit; several, and none is named.

    Source
    ------
    The limits: `run_chart`.
    """
    table = records["evaluasi"]
    if table.empty:
        raise DataError("no-rows-of", table="evaluasi")
    for column, value in (("mitra_id", partner), ("upt_id", unit)):
        known = sorted(table[column].unique())
        value = known[0] if value is None and len(known) == 1 else value
        one_of(column, value or "–", known)
        table = table[table[column] == value]
    names = {"periode": "quarter", "komponen_id": "name", "sesi_rencana": "planned", "sesi_jalan": "delivered",
             "instruktur_hadir": "instructors", "peserta": "people", "selesai": "finished"}  # fmt: skip
    rows = table.rename(columns=names)[[*names.values()]].sort_values("quarter", kind="stable").reset_index(drop=True)
    rows["share"] = rows["delivered"] / rows["planned"].where(rows["planned"] > 0)
    chart = rows.groupby("quarter")[["planned", "delivered"]].sum().reset_index(names="name")
    chart["share"] = chart["delivered"] / chart["planned"]
    centre = float(chart["delivered"].sum() / chart["planned"].sum())
    low, high = share_limits(chart["planned"].to_numpy(), centre)
    chart["low"], chart["high"] = low / chart["planned"], high / chart["planned"]
    chart["outside"] = (chart["share"] < chart["low"]) | (chart["share"] > chart["high"])
    return Quarters(rows, "", str(table["mitra_id"].iloc[0]), str(table["upt_id"].iloc[0]), chart, centre)
