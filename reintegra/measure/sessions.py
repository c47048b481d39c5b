"""Sessions: what was planned and what was delivered, who came, and who missed it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ..core.coded import Floats, coded, keys, numbers, present
from ..core.errors import DataError
from ..core.results import checked_level
from .shares import exact_interval

STEPS: Mapping[str, int] = {"morning_meeting": 6, "seminar": 4, "terapi_kelompok": 4}
CANCELLED, HELD, REPLACED = 0, 1, 2
ABSENT, FULL, PART, EXCUSED = 0, 1, 2, 3


def delivery(
    sessions: pd.DataFrame,
    *,
    by: str | Sequence[str] = ("program_id", "komponen_id"),
    steps: Mapping[str, int] = STEPS,
    level: float = 0.95,
) -> pd.DataFrame:
    """Count the sessions that were planned, those that were held, and how much of their checklist was done.

    Parameters
    ----------
    sessions : DataFrame (one row a session)
        As ``records.sesi``: komponen_id, direncanakan, terlaksana, durasi_mnt (minutes), kelengkapan (steps done).
    by : str or list of str
        Columns whose values get a row each.
    steps : dict
        Steps on the checklist of each component; a component without one has no fidelity.
    level : float between 0 and 1
        Coverage of the interval.

    Returns
    -------
    DataFrame (one row a group)
        planned, held, replaced (a replacement took place), cancelled, all of what was planned, and unplanned (held
        without a plan); share of the planned sessions that were held or replaced, with the interval of Clopper and
        Pearson; minutes (median of those that took place); checklists (filled in), fidelity (mean share of steps
        done, its t interval over checklists in fidelity_low and fidelity_high), complete (share of checklists with
        every step).

    Raises
    ------
    DataError
        A column is absent; a plan or a state is blank or another code; words for minutes or steps; a level that is not
        between 0 and 1.

    Source
    ------
    Clopper & Pearson (1934), Biometrika 26, 404-413; Carroll et al. (2007), Implementation Science 2:40 (adherence,
    coverage and dose are told apart).
    """
    from scipy.special import stdtrit

    checked_level(level)
    groups = [by] if isinstance(by, str) else list(by)
    present(sessions, [*groups, "komponen_id", "direncanakan", "terlaksana", "durasi_mnt", "kelengkapan"])
    keys(sessions, groups)
    keys(sessions, ["komponen_id"])
    planned = _code(sessions, "direncanakan", (0, 1)) == 1
    state = _code(sessions, "terlaksana", (CANCELLED, HELD, REPLACED))
    took_place = state != CANCELLED
    minutes, checked = np.where(took_place, numbers(sessions, ["durasi_mnt", "kelengkapan"]).T, np.nan)
    done = pd.Series(checked, sessions.index) / sessions["komponen_id"].map(steps).astype(float)
    counted = {
        "planned": planned,
        "held": planned & (state == HELD),
        "replaced": planned & (state == REPLACED),
        "cancelled": planned & ~took_place,
        "unplanned": ~planned & took_place,
    }
    rows = sessions[groups].assign(
        **counted,
        minutes=minutes,
        fidelity=done,
        complete=(done == 1).where(done.notna()),
    )
    grouped = rows.groupby(groups)
    table = grouped[list(counted)].sum().astype(int)
    given = (table["held"] + table["replaced"]).to_numpy()
    table["share"] = given / table["planned"].where(table["planned"] > 0)
    table["ci_low"], table["ci_high"] = exact_interval(given, table["planned"].to_numpy(), level)
    table["minutes"] = grouped["minutes"].median()
    table["checklists"] = grouped["fidelity"].count()
    table["fidelity"] = grouped["fidelity"].mean()
    reach = stdtrit(np.maximum(table["checklists"] - 1, 1), (1 + level) / 2) * grouped["fidelity"].sem()
    table["fidelity_low"], table["fidelity_high"] = table["fidelity"] - reach, table["fidelity"] + reach
    table["complete"] = rows["complete"].astype(float).groupby([rows[name] for name in groups]).mean()
    return table.reset_index()


def attendance(
    attended: pd.DataFrame, sessions: pd.DataFrame | None = None, *, by: str | Sequence[str] = "pid"
) -> pd.DataFrame:
    """Count who came to the sessions of his group that took place, and how he took part.

    Parameters
    ----------
    attended : DataFrame (one row a session and person)
        As ``records.kehadiran``: sesi_id, pid, hadir (0 no, 1 yes, 2 in part, 3 excused), partisipasi (0 to 3).
    sessions : DataFrame (one row a session), optional
        As ``records.sesi``: keeps the sessions in it only, and lends its columns to ``by``.
    by : str or list of str
        Columns whose values get a row each: "pid" for people, "komponen_id" for components.

    Returns
    -------
    DataFrame (one row a group)
        people; sessions (of a person: those he could have come to; of others: rows of attendance); full, part,
        excused, absent; share of full attendance; participation (mean, where it was noted).

    Raises
    ------
    DataError
        A column is absent; an attendance is blank or another code; a session stands twice in ``sessions``.

    Source
    ------
    Attendance says who came, never why: Imbens & Rubin (2015), Causal Inference, ch. 23 (those who come differ).
    """
    groups = [by] if isinstance(by, str) else list(by)
    keys(attended, ["sesi_id", "pid"])
    state = _code(attended, "hadir", (ABSENT, FULL, PART, EXCUSED))
    codes = {"full": FULL, "part": PART, "excused": EXCUSED, "absent": ABSENT}
    came = {name: state == code for name, code in codes.items()}
    rows = attended.assign(**came, partisipasi=numbers(attended, ["partisipasi"])[:, 0])
    if sessions is not None:
        lent = ["sesi_id", *(name for name in groups if name not in attended)]
        keys(sessions, lent)
        if twice := int(sessions["sesi_id"].duplicated().sum()):
            raise DataError("session-twice", column="sesi_id", sessions=twice)
        rows, lender = (table.assign(sesi_id=table["sesi_id"].astype(str)) for table in (rows, sessions[lent]))
        rows = rows.merge(lender, on="sesi_id")
    keys(rows, groups)
    grouped = rows.groupby(groups)
    table = pd.DataFrame({"people": grouped["pid"].nunique(), "sessions": grouped.size()})
    table = table.join(grouped[list(came)].sum().astype(int))
    table["share"] = table["full"] / table["sessions"]
    table["participation"] = grouped["partisipasi"].mean()
    return table.reset_index()


def _code(frame: pd.DataFrame, column: str, codes: tuple[int, ...]) -> Floats:
    """Return a column of codes; a blank and any other code are refused."""
    places = coded(frame, [column], (codes,))[:, 0]
    if blank := int((places == 0).sum()):
        raise DataError("blank-cells", column=column, cells=blank)
    found: Floats = np.array(codes, dtype=float)[places.astype(int) - 1]
    return found


def session_groups(codes: pd.Series) -> pd.Series:
    """Return the group each session belongs to, as its code says: RT-A-25-K2-07 is session 7 of group RT-A-25-K2.

    Parameters
    ----------
    codes : Series of str
        Codes of sessions, as in ``sesi_id``.

    Returns
    -------
    Series of str
        Programme and group; blank where the code names no group.

    Raises
    ------
    Nothing.

    Source
    ------
    data/README.md: the codes of sessions.
    """
    return codes.str.extract(r"^(.+-K\d+)-", expand=False)
