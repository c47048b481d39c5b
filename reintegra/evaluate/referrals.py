"""Who has to be seen for his health, and why: what people said at marked items, asked for, or left unanswered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..core.language import day, in_language, say, word
from ..core.results import Result
from ..intake import Records
from ..measure import score

OF_HEALTH = ("konselor", "dokter", "psikolog")
DISTRESSED = 30  # K10 from here on: the cut of both band systems in use
OPEN = ("diajukan", "diterima")


@dataclass(frozen=True, eq=False)
class Referrals(Result):
    """The referral list, by day and code, not by urgency: pid, reason, action, date, days (since it was asked), status.

    Nobody is safe because he is not on it.
    """

    @property
    def sentence(self) -> str:
        return say("reports", "referrals_said", people=self.table["pid"].nunique(), reasons=len(self.table))

    def shown(self) -> pd.DataFrame:
        """Return the list as people read it."""
        t = self.table
        return pd.DataFrame({
            word("column_key"): t["pid"], say("reports", "head_reason"): t["reason"],
            say("reports", "head_action"): t["action"],
            say("reports", "head_asked_on"): t["date"].map(day),
            say("reports", "head_days_since"): t["days"], say("reports", "head_status"): t["status"],
        })  # fmt: skip


def referrals(records: Records, *, programme: str | None = None, today: dt.date | None = None) -> Referrals:
    """List who has to be seen by the clinic or a counsellor.

    A person is listed for an item that is marked in its questionnaire (PHQ-9 item 9, SRQ-20 item 17) and was answered
    at the mark or above, or not answered (blank, 77, 88 or 99: to be asked in person); for a K10 of 30 or more; and for
    a wish to see a counsellor, a doctor or a psychologist that is still open. People who died are not listed. A later
    answer without a mark takes nobody off.

    Parameters
    ----------
    records : Records
        From `read_records`.
    programme : str, optional
        Only the people of one programme.
    today : date, optional
        The day the list is made; today, unless said.

    Returns
    -------
    Referrals
        A row a person and reason, of the last time it was given.

    Raises
    ------
    Nothing.

    Source
    ------
    Simpkins et al. (2022), General Hospital Psychiatry (an unmarked item is no sign of safety); Kessler et al. (2003),
    Archives of General Psychiatry 60, 184-189 (K10).
    """
    rows = [*_marked(records), *_distressed(records), *_asked(records)]
    table = pd.DataFrame(rows, columns=["pid", "reason", "action", "date", "status"])
    events = records["peristiwa"]
    table = table[~table["pid"].isin(events.loc[events["jenis"] == "meninggal", "pid"])]
    if programme is not None:
        enrolled = records["keikutsertaan"]
        table = table[table["pid"].isin(enrolled.loc[enrolled["program_id"] == programme, "pid"])]
    table = table.assign(date=pd.to_datetime(table["date"])).sort_values(["date", "pid"], kind="stable")
    table = table.drop_duplicates(["pid", "reason"], keep="last").reset_index(drop=True)
    now = pd.Timestamp(today or dt.datetime.now().astimezone().date())
    table.insert(4, "days", (now - table["date"]).dt.days.astype("Int64"))
    return Referrals(table, "")


Row = tuple[Any, ...]


def _marked(records: Records) -> Iterator[Row]:
    """Yield who answered a marked item at the mark or above, or left it unanswered."""
    for name, instrument in records.instruments.items():
        if not any(item.flag for item in instrument.items):
            continue
        scores = score(records.responses(name))
        places = {item.name: item.number for item in instrument.items}
        dates = scores.people["tanggal"]
        for key, flag in scores.flags.iterrows():
            title = in_language(instrument.title)
            said = {"instrument": title, "item": places[flag["item"]], "reason": flag["reason"]}
            asked = flag["answer"] == flag["answer"]
            reason = say("reports", "reason_item" if asked else "reason_unanswered", **said)
            yield key[0], reason, flag["action"], dates[key], say("reports", "status_none")


def _distressed(records: Records) -> Iterator[Row]:
    if "k10" in records.instruments:
        scores = score(records.responses("k10"))
        high = scores.of("total") >= DISTRESSED
        for key in scores.people.index[high.to_numpy()]:
            reason = say("reports", "reason_k10", cut=DISTRESSED)
            asked = scores.people.loc[key, "tanggal"]
            yield key[0], reason, say("reports", "action_talk"), asked, say("reports", "status_none")


def _asked(records: Records) -> Iterator[Row]:
    """Yield whom a consultation referred to somebody for health, while that is open."""
    talks = records["konsultasi"]
    for row in talks[talks["rujukan"].notna()].to_dict("records"):
        wanted = [code for code in str(row["rujukan"]).split("; ") if code in OF_HEALTH]
        state = row["rujukan_status"]
        if wanted and (state != state or state is None or state in OPEN):
            for code in wanted:
                status = say("reports", f"status_{state}") if isinstance(state, str) else say("reports", "status_none")
                reason = say("reports", f"reason_{code}")
                yield row["pid"], reason, say("reports", "action_referral"), row["tanggal"], status
