"""The research archive: people made unrecognisable, with new random codes and every combination of traits shared."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from ..core.errors import DisclosureError
from ..core.language import listed, say, texts
from ..core.results import Result
from ..evaluate.taking_part import find_programme
from ..intake import Records
from ..intake.records.dictionary import dictionary
from ..measure import attendance
from .disclosure import LEAST

DROPPED = 0.5  # a trait that would be blanked for more than this share of people is left out
BANDS = {
    "lama_pidana_bln": ((12, 24, 60), "bulan"),
    "sisa_pidana_hr": ((30, 90, 180, 365), "hari"),
}
# what could help to recognise somebody, the most useful first: each is kept as far as those before it allow
TRAITS = (
    "upt_id", "program_id", "jk", "kelompok_umur", "pendidikan", "sisa_pidana_hr", "perkara", "status",
    "hadir", "mulai", "bebas", "lama_pidana_bln", "baca_tulis", "residivis", "jenis_bebas", "cara_masuk",
    "angkatan", "status_hukum", "status_kawin",
)  # fmt: skip
OF_PEOPLE = {
    "release_talk": ("gelombang", "tahu_", "pilar_"),
    "tindak_lanjut": ("bulan", "terhubung", "sumber", "bekerja", "tinggal", "layanan_lanjut", "pakai_lagi",
                      "masuk_lagi"),
    "keterampilan": ("tugas", "tingkat"),
}  # fmt: skip
OF_PROGRAMMES = {
    "program": ("program_id", "program_jenis", "upt_id", "sasaran_sesi"),
    "komponen": ("komponen_id", "program_id"),
    "sesi": ("program_id", "komponen_id", "bulan", "durasi_mnt", "direncanakan", "terlaksana", "kelengkapan"),
    "produksi": ("upt_id", "bulan", "komoditas", "luas_m2", "hasil_kg", "jam_kerja", "nilai_rp"),
}


@dataclass(frozen=True, eq=False)
class Archive(Result):
    """Tables without anything that points to a person. ``table`` tells of each trait: name, kept, blanked (people whose
    value was taken out), people. ``tables``: what is handed on, by name; ``codebook`` tells of every column in both
    languages. ``smallest``: the fewest people who share all traits.
    """

    tables: Mapping[str, pd.DataFrame]
    codebook: pd.DataFrame
    k: int
    smallest: int

    @property
    def sentence(self) -> str:
        t = self.table
        left = listed(t.loc[~t["kept"], "name"], 20) or "–"
        part = [f"{row.name} ({row.blanked})" for row in t[t["kept"] & (t["blanked"] > 0)].itertuples(index=False)]
        people = len(self.tables["orang"])
        return say("reports", "archive_said", people=people, smallest=self.smallest, left=left,
                   part=listed(part, 20) or "–")  # fmt: skip


def archive(records: Records, *, programme: str | None = None, k: int = LEAST) -> Archive:
    """Make people unrecognisable: new random codes, months for days, bands, and traits that at least k people share.

    Traits are taken one after another, the most useful first. Where fewer than k people would share all traits taken
    so far, this one is blanked for them; one that would be blanked for more than half of all is left out. Free texts,
    dates below a month, staff, places of origin and everything else that is not needed stay behind. The new codes
    cannot be worked out from the old ones, and are others each time.

    Parameters
    ----------
    records : Records
        From `read_records`.
    programme : str, optional
        Only the people of one programme.
    k : int
        The fewest people who share a combination of traits; never below 5.

    Returns
    -------
    Archive
        The tables, their codebook, and what was blanked or left out.

    Raises
    ------
    DisclosureError
        There are fewer than k people; no trait but the unit can be kept.
    DataError
        There is no such programme.

    Source
    ------
    Samarati & Sweeney (1998), Protecting privacy when disclosing information (k-anonymity; here by local suppression).
    """
    k = max(k, LEAST)
    people = _people(records)
    if programme is not None:
        enrolled = records["keikutsertaan"]
        members = enrolled.loc[enrolled["program_id"] == find_programme(records, programme), "pid"]
        people = people[people.index.isin(members)]
    if len(people) < k:
        raise DisclosureError("archive-k", people=len(people), k=k, columns=listed(TRAITS, 30))
    shared, told, smallest = _shared(people, k)
    if not set(told.loc[told["kept"], "name"]) - {"upt_id", "program_id"}:
        raise DisclosureError("archive-k", people=len(people), k=k, columns=listed(told.loc[~told["kept"], "name"], 30))
    codes = _new_codes(people.index)
    tables = {"orang": _coded(shared.reset_index(), codes)}
    for instrument in records.instruments.values():
        rows = records["jawaban"]
        rows = rows[(rows["instrumen"] == instrument.name) & rows["pid"].isin(codes)]
        columns = ["pid", "gelombang", *instrument.item_names]
        tables[f"jawaban_{instrument.name}"] = _coded(rows[columns], codes)
    for name, stems in OF_PEOPLE.items():
        rows = records[name]
        rows = rows[rows["pid"].isin(codes)]
        columns = [c for c in rows.columns if any(c == s or (s.endswith("_") and c.startswith(s)) for s in stems)]
        if len(rows):
            tables[name] = _coded(rows[["pid", *columns]], codes)
    of = set(people["program_id"].dropna().str.split("+").explode())
    for name, wanted in OF_PROGRAMMES.items():
        rows = records[name]
        rows = rows[rows["program_id"].isin(of)] if "program_id" in rows else rows
        month = rows["tanggal"] if "tanggal" in rows else rows.get("bulan")
        rows = rows.assign(bulan=_month(month)) if month is not None else rows
        if len(rows):
            tables[name] = rows[[*wanted]].reset_index(drop=True)
    return Archive(told, "", tables, _codebook(records, tables, told), k, smallest)


def _people(records: Records) -> pd.DataFrame:
    """Return one row a person with all that could help to recognise somebody: banded, dates to the month."""
    people = records["peserta"].set_index("pid")
    for name, (edges, _) in BANDS.items():
        people[name] = _banded(people[name], edges)
    enrolled = records["keikutsertaan"].sort_values(["mulai", "program_id"], kind="stable")
    first = enrolled.groupby("pid").first()
    people["program_id"] = enrolled.groupby("pid")["program_id"].agg("+".join)
    for name in ("status", "cara_masuk", "angkatan"):
        people[name] = first[name]
    came = attendance(records["kehadiran"]).set_index("pid")["share"]
    people["hadir"] = _banded(100 * came.reindex(people.index), (49, 79))
    people["mulai"], people["bebas"] = _month(first["mulai"]), _month(records.releases)
    return people[[*TRAITS]]


def _banded(values: pd.Series, edges: Sequence[int]) -> pd.Series:
    ends = [f"≤{edges[0]}", *(f"{a + 1}–{b}" for a, b in pairwise(edges)), f">{edges[-1]}"]
    made = pd.cut(values.astype(float), [-np.inf, *edges, np.inf], labels=ends).astype(object)
    return made.where(made.notna(), None)


def _month(days: pd.Series) -> pd.Series:
    return pd.to_datetime(days).dt.strftime("%Y-%m")


def _shared(people: pd.DataFrame, k: int) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    """Blank or leave out traits until every combination is that of at least k people."""
    kept, told = pd.DataFrame(index=people.index), []
    classes = np.zeros(len(people), dtype=int)
    for name in TRAITS:
        values = people[name].astype(object)
        codes = pd.factorize(values)[0]
        made = codes.copy()
        for rows in _members(classes):
            made[rows] = _blanked(made[rows], k)
        blanked = int(((made < 0) & (codes >= 0)).sum())
        keep = blanked <= DROPPED * len(people) and bool((made >= 0).any())
        told.append((name, keep, blanked, len(people)))
        if keep:
            kept[name] = values.where(made >= 0, None)
            classes = pd.factorize(pd.Series(list(zip(classes, made, strict=True))))[0]
    table = pd.DataFrame(told, columns=["name", "kept", "blanked", "people"])
    return kept, table, int(np.bincount(classes).min())


def _members(classes: np.ndarray) -> list[np.ndarray]:
    order = np.argsort(classes, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(classes[order])) + 1)


def _blanked(codes: np.ndarray, k: int) -> np.ndarray:
    """Blank the codes fewer than k people share, and the next rarest where those blanked are fewer than k."""
    codes = codes.copy()
    found, counts = np.unique(codes[codes >= 0], return_counts=True)
    blank = int((codes < 0).sum())
    for code, count in sorted(zip(found, counts, strict=True), key=lambda pair: int(pair[1])):
        if count < k or 0 < blank < k:
            codes[codes == code] = -1
            blank += int(count)
    return codes


def _new_codes(people: pd.Index) -> dict[str, str]:
    """Return a new code for each person, drawn without a seed: nobody can go back."""
    draw = secrets.SystemRandom()
    numbers = draw.sample(range(10**5, 10**6), len(people))
    return {code: f"R{number}" for code, number in zip(people, numbers, strict=True)}


def _coded(rows: pd.DataFrame, codes: Mapping[str, str]) -> pd.DataFrame:
    """Return rows under the new codes, in their order: that of the old ones would tell."""
    made = rows.drop(columns="pid").convert_dtypes()
    made.insert(0, "id", rows["pid"].map(codes))
    return made.sort_values([c for c in ("id", "gelombang", "bulan") if c in made], kind="stable").reset_index(
        drop=True
    )


def _codebook(records: Records, tables: Mapping[str, pd.DataFrame], told: pd.DataFrame) -> pd.DataFrame:
    """Return what every column means, which codes it holds, and what was done to it, in both languages."""
    done = told.set_index("name")
    rows = []
    for name, table in tables.items():
        for column in table.columns:
            instrument = records.instruments.get(name.removeprefix("jawaban_"))
            label, codes, unit = _meaning(name, column, instrument)
            blanked = int(done.loc[column, "blanked"]) if name == "orang" and column in done.index else None
            unit = BANDS[column][1] if column in BANDS else unit
            rows.append((name, column, *label, codes[0], codes[1], unit, blanked))
    heads = ["berkas", "kolom", "arti", "meaning", "kode", "codes", "satuan", "dikosongkan"]
    return pd.DataFrame(rows, columns=heads)


def _meaning(name: str, column: str, instrument: object) -> tuple[list[str], list[str], str]:
    """Return the label and the codes of a column in both languages, and its unit."""
    both = ("id", "en")
    own = f"archive_{column}"
    if own in texts("id")["reports"] and not (name == "tindak_lanjut" and column == "bulan"):
        return [texts(lang)["reports"][own] for lang in both], ["", ""], ""
    for item in getattr(instrument, "items", ()):
        if item.name == column:
            shown = [[f"{a.value} {a.label.get(lang, '')}".strip() for a in item.answers] for lang in both]
            names = [item.label.get(lang) or f"{texts(lang)['words']['column_item']} {item.number}" for lang in both]
            return names, ["; ".join(one) for one in shown], ""
    table = "jawaban" if instrument is not None else name
    places = [table] if table in dictionary() else ["peserta", "keikutsertaan"]
    for place in places:
        found = dictionary()[place].columns.get(column)
        if found is not None:
            labels = found.codes.labels if found.codes else {}
            shown = [[f"{code} {label[lang]}" for code, label in labels.items()] for lang in both]
            return [found.label[lang] for lang in both], ["; ".join(one) for one in shown], found.unit
    return [column, column], ["", ""], ""
