"""Who took part in a programme: enrolled, measured at each wave, lost and how, and who was still waiting."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ..core.errors import DataError
from ..core.language import in_language, listed, say
from ..core.results import Result
from ..intake import Records
from ..intake.records.dictionary import dictionary
from ..intake.records.programmes import contamination as shared

LEFT = ("pindah", "bebas", "berhenti", "sakit", "dikeluarkan")


@dataclass(frozen=True, eq=False)
class TakingPart(Result):
    """The people of one programme. ``table`` has a row a cohort: name, waiting (the last measurement came before their
    first session), enrolled, a column a wave, both (first and last wave), lost (enrolled without both).

    ``ends``: how those who were not waiting ended (status, people). ``lost``: the same of those without both waves.
    ``also``: other programmes at the same time (also, people, of, share). ``people``: angkatan, cara_masuk, status,
    waiting, both by person. ``instrument`` is the questionnaire the waves are of.
    """

    programme: str
    instrument: str | None
    waves: tuple[str, ...]
    ends: pd.DataFrame
    lost: pd.DataFrame
    also: pd.DataFrame
    people: pd.DataFrame

    @property
    def sentence(self) -> str:
        took = self.table[~self.table["waiting"]]
        said = {"enrolled": int(took["enrolled"].sum()), "both": int(took["both"].sum())}
        if len(self.waves) < 2:
            return say("reports", "flow_none", enrolled=said["enrolled"])
        return say("reports", "flow_said", first=wave_word(self.waves[0]), last=wave_word(self.waves[-1]), **said)

    @property
    def took(self) -> pd.Index:
        """The codes of those who were not waiting."""
        return self.people.index[~self.people["waiting"]]

    @property
    def by_lot(self) -> bool:
        """Whether the records say of everyone that a lot decided who came first."""
        return bool((self.people["cara_masuk"] == "undian").all())


def wave_word(name: str) -> str:
    """Return the name of a wave in the current language."""
    codes = dictionary()["jawaban"].columns["gelombang"].codes
    return next((in_language(label) for label in codes.labels.values() if label["id"] == name), name) if codes else name


def find_programme(records: Records, programme: str | None, *, kind: str | None = None) -> str:
    """Return the code of a programme; without one the only programme there is (of a kind)."""
    table = records["program"]
    known = list(table.loc[table["program_jenis"] == kind, "program_id"] if kind else table["program_id"])
    if programme is None and len(known) == 1:
        return str(known[0])
    if programme not in known:
        raise DataError("which-programme", name=programme or "–", known=listed(known, 40) or "–")
    return str(programme)


def taking_part(records: Records, programme: str) -> TakingPart:
    """Count who was enrolled in a programme, who was measured, and who was lost.

    Parameters
    ----------
    records : Records
        From `read_records`.
    programme : str
        The code of the programme.

    Returns
    -------
    TakingPart
        Counts of people, by cohort. The waves are those of the questionnaire that most of them answered.

    Raises
    ------
    DataError
        There is no such programme.

    Source
    ------
    Layout: Schulz, Altman & Moher (2010), BMJ 340, c332 (CONSORT flow).
    """
    programme = find_programme(records, programme)
    enrolled = records["keikutsertaan"]
    people = enrolled[enrolled["program_id"] == programme].set_index("pid")
    people = people[["angkatan", "cara_masuk", "status"]]
    answers = records["jawaban"]
    answers = answers[answers["pid"].isin(people.index)]
    sizes = answers.groupby("instrumen")["pid"].nunique()
    main = None if sizes.empty else str(sizes.idxmax())
    answers = answers[answers["instrumen"] == main] if main else answers
    begun = _begun(records, programme, people.index)
    present = {code: set(rows["pid"]) for code, rows in answers.groupby("gelombang")}
    labels = dictionary()["jawaban"].columns["gelombang"].codes
    names = {code: labels.labels[code]["id"] for code in sorted(present)} if labels else {}
    first, last = (present[min(present)], present[max(present)]) if len(present) > 1 else (set(), set())
    last_day = answers[answers["gelombang"] == max(present)].groupby("pid")["tanggal"].max() if present else None
    rows, waiting = [], {}
    for cohort, group in people.groupby("angkatan"):
        start = begun.reindex(group.index).min()
        measured = last_day.reindex(group.index).median() if last_day is not None else pd.NaT
        waiting[cohort] = (
            bool(measured < start) if pd.notna(start) else bool((group["cara_masuk"] == "daftar_tunggu").all())
        )
        both = group.index.isin(first & last)
        row = {"name": int(cohort), "waiting": waiting[cohort], "enrolled": len(group)}
        row |= {name: int(group.index.isin(present[code]).sum()) for code, name in names.items()}
        rows.append(row | {"both": int(both.sum()), "lost": int((~both).sum())})
    people = people.assign(waiting=people["angkatan"].map(waiting), both=people.index.isin(first & last))
    took = people[~people["waiting"]]
    also = shared(enrolled, records.overlaps)
    return TakingPart(
        pd.DataFrame(rows), "", programme, main, tuple(names.values()), _ends(took), _ends(took[~took["both"]]),
        also[also["program_id"] == programme].reset_index(drop=True), people,
    )  # fmt: skip


def _begun(records: Records, programme: str, people: pd.Index) -> pd.Series:
    """Return the day of each person's first session of the programme, or first consultation."""
    sessions = records["sesi"]
    days = records["kehadiran"].merge(sessions.loc[sessions["program_id"] == programme, ["sesi_id", "tanggal"]])
    if days.empty:
        days = records["konsultasi"]
    return days[days["pid"].isin(people)].groupby("pid")["tanggal"].min()


def _ends(people: pd.DataFrame) -> pd.DataFrame:
    counts = people["status"].value_counts()
    order = [status for status in ("selesai", *LEFT, "berjalan") if status in counts.index]
    return pd.DataFrame({"status": order, "people": [int(counts[status]) for status in order]})


def taught_with(records: Records, programme: str) -> pd.Series[str]:
    """Return the session group of each person of a programme: the code of the first session they were expected at."""
    sessions = records["sesi"]
    sessions = sessions.loc[sessions["program_id"] == programme, ["sesi_id", "tanggal"]]
    rows = records["kehadiran"].merge(sessions).sort_values(["tanggal", "sesi_id"], kind="stable")
    return rows.groupby("pid")["sesi_id"].first()
