"""Of invented notes with identifiers planted in them nothing planted is left after masking, and all else is."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from reintegra.consult import mask
from reintegra.consult.identifiers import MASK
from reintegra.demo import identities

NOTES = pd.read_csv(Path(__file__).parents[1] / "reference" / "notes.csv")["text"].tolist()
ROSTER = [
    "Bagus Widodo", "Sri Wahyuni, S.H.", "Drs. H. Slamet Riyadi alias Gendon", "Ma'ruf Hidayat", "Rejeki Lestari",
    "Untung Budi Santoso", "Abdul-Rahman Tarigan", "Tri Wati", "Yohanes Paulus Simanjuntak (Jon)", "Ny. Ratna Ayu",
    "Dwi Cahyono", "Hartono", "Kasiyem", "Ngatinah binti Kromo", "Bambang S. Pamungkas", "José Amaral", "Eko Prasetyo",
]  # fmt: skip


@dataclass(frozen=True)
class Note:
    """One note: its text, the identifiers in it by kind, the sums, years and lengths in it, and the rest."""

    text: str
    planted: tuple[tuple[str, str], ...]
    kept: tuple[str, ...]
    rest: tuple[str, ...]


def _digits(rng, count):
    return "".join(map(str, rng.integers(0, 10, count)))


def _nik(rng):
    area, day, serial = f"33{_digits(rng, 4)}", _digits(rng, 6), _digits(rng, 4)
    forms = [
        f"{area}{day}{serial}", f"{area} {day} {serial}", f"{area}.{day}.{serial}", f"{area}-{day}-{serial}",
        f"{area[:2]}.{area[2:4]}.{area[4:]}.{day}.{serial}", f"{area[:4]} {area[4:]}{day[:2]} {day[2:]} {serial}",
        "".join(chr(ord(d) + 0xFEE0) for d in area + day + serial),
    ]  # fmt: skip
    return forms[rng.integers(len(forms))]


def _phone(rng):
    middle, last = _digits(rng, 4), _digits(rng, 4)
    forms = [
        f"0812{middle}{last}", f"0812-{middle}-{last}", f"0812 {middle} {last}", f"+62 812 {middle} {last}",
        f"+62812{middle}{last}", f"62812-{middle}-{last}", f"0812.{middle}.{last}", f"(0281) 6{middle[:2]}{last}",
        f"+62 (0)812-{middle}-{last}", " ".join(f"0812{middle}{last}"), f"0812\u00a0{middle}\u2011{last}",
        f"0812\u200b{middle}{last}",
    ]  # fmt: skip
    return forms[rng.integers(len(forms))]


def _email(rng):
    name = str(rng.choice(["tono.jaya", "siti_88", "warung-kita", "b4mb4ng"]))
    return f"{name}{rng.integers(100)}" + str(
        rng.choice(["@gmail.com", "@mail.co.id", " @ yahoo.com", "(at)gmail(dot)com"])
    )


def _address(rng):
    number = rng.integers(1, 99)
    forms = [
        f"Jl. Merdeka No. {number} RT 03/RW 04", f"Jalan Gatot Subroto {number}", f"jl melati no {number}",
        f"Gang Kenari III No.{number}", f"Desa Sokawera RT {number:02d} RW 02", f"RT.{number:02d}/05",
        f"Perum Griya Asri Blok C3 No. {number}", "Dusun Karangmangu, Kec. Baturraden", "Kel. Purwanegara",
    ]  # fmt: skip
    return forms[rng.integers(len(forms))]


def _register(rng):
    number = _digits(rng, 3)
    forms = [
        f"BI.N.{number}/2021", f"B.I {number}/2020", f"BIIa {number}/2019", f"No. Reg. A.{number}/X/2022",
        f"nomor register {number}77", f"{number}/Pid.Sus/2021/PN Pwt", f"register: B.II.a.{number}",
    ]  # fmt: skip
    return forms[rng.integers(len(forms))]


def _date(rng):
    day, month, year = rng.integers(1, 29), rng.integers(1, 13), rng.integers(1960, 2026)
    name = ["Januari", "Feb", "maret", "APRIL", "Mei", "Juni", "Juli", "Agt", "September", "okt", "Nov", "Desember"][
        month - 1
    ]
    forms = [f"{day:02d}-{month:02d}-{year}", f"{day}/{month}/{year}", f"{day} {name} {year}",
    f"{year}-{month:02d}-{day:02d}",
             f"{day}.{month}.{year}", f"{day:02d}/{month:02d}/{year % 100:02d}", f"{day}-{name}-{year}"]  # fmt: skip
    return forms[rng.integers(len(forms))]


def _name(rng):
    forms = [
        "Bagus Widodo", "bagus widodo", "Pak Bagus", "pak bagus", "BAGUS", "Bagusnya", "B. Widodo", "Widodo B.", "B.W.",
        "Sri Wahyuni", "sri wahyuni", "Bu Sri", "Wahyuni-nya", "SRI WAHYUNI", "Slamet Riyadi", "mas slamet",
        "Riyadinya",
        "Gendon", "si gendon", "Ma’ruf", "maruf", "Hidayat", "Rejeki Lestari", "Mbak Rejeki", "Untung Budi Santoso",
        "budi santoso", "U. Budi S.", "Abdul Rahman", "abdul-rahman", "Tarigan's", "Tri Wati", "mbak wati", "Yohanes",
        "jon", "Simanjuntak", "Ny. Ratna", "Ratna-Ayu", "Cahyono", "hartono", "HARTONO", "Hartono2", "kasiyem",
        "Ngatinah",
        "ngatinah binti Kromo", "Bambang S. Pamungkas", "pamungkas", "Jose", "José", "Eko", "eko prasetyo",
        "Prasetyone",
        "Har\u00adtono", "Harto\u200bno", "Нartono", "Ｅｋｏ", "Widodo\u00a0Bagus", "@hartono", "#kasiyem", "(eko)",
    ]  # fmt: skip
    return forms[rng.integers(len(forms))]


MAKERS = {"nik": _nik, "phone": _phone, "email": _email, "address": _address, "register": _register, "date": _date,
          "name": _name}  # fmt: skip
LEADS = {"nik": "nomor KTP", "phone": "bisa ditelepon di", "email": "surat ke", "address": "rumahnya di",
         "register": "tercatat", "date": "kejadian", "name": "kata"}  # fmt: skip


def _keeper(rng):
    n, m = rng.integers(2, 20), rng.integers(2, 12)
    forms = [
        f"Rp {n} juta", f"Rp{n}.500.000", f"{n}.000.000", f"{n} juta", f"{n}00 ribu", f"Rp. {n}50.000,-", f"{n},5 juta",
        f"{n} tahun {m} bulan", f"{n} th {m} bln", f"tahun {2000 + n}", f"sejak {1990 + n}", f"{n} orang anak",
        f"Rp 1{n}.000.000", f"{n}50000 rupiah", f"sampai {2020 + m}", f"bulan Mei {2010 + n}", f"{m}-{m + 5} tahun",
        f"{n}0rb", f"IDR {n}.250.000", f"20{n + 10}-20{n + 12}", f"jam 0{m % 10}.30", f"{n}%",
    ]  # fmt: skip
    return forms[rng.integers(len(forms))]


# sentences with words of daily speech that are also names on the roster
DAILY = ["kerjanya bagus", "untung ada kakak", "semoga selamat dan banyak rejeki", "lestari alamnya", "anak saya ayu",
         "jalan yang benar", "pulang ke kampung", "ibu saya sakit", "mau ke puskesmas"]  # fmt: skip


def planted_notes(count=600, seed=6):
    """Return invented notes."""
    rng = np.random.default_rng(seed)
    notes = []
    for _ in range(count):
        kinds = rng.choice(list(MAKERS), rng.integers(1, 4), replace=False)
        planted = [(kind, MAKERS[kind](rng)) for kind in map(str, kinds)]
        kept = [_keeper(rng) for _ in range(rng.integers(1, 3))]
        rest = [str(rng.choice(NOTES)), str(rng.choice(DAILY))]
        pieces = [f"{LEADS[kind]} {what}" for kind, what in planted] + [f"lalu {what} lagi" for what in kept] + rest[1:]
        rng.shuffle(pieces)
        mark = str(rng.choice([". ", ", ", "; ", "\n"]))
        notes.append(Note(mark.join([rest[0], *map(str, pieces)]), tuple(planted), tuple(kept), tuple(rest)))
    return notes


# what may stay around a mask: what led to it, titles, endings, and words for a kind of number
TITLES = "lalu lagi pak bu mas mbak si ny nya binti register reg no nomor"
AROUND = {*" ".join(LEADS.values()).lower().split(), *TITLES.split()}


def table_of(texts):
    return pd.DataFrame({"answer": [f"P{n:05}.awal.hope" for n in range(len(texts))], "text": list(texts)})


def test_of_600_notes_nothing_planted_is_left_and_every_sum_year_and_length_of_time_is():
    notes = planted_notes(600)
    result = mask(table_of([note.text for note in notes]), ROSTER)
    assert sum(len(note.planted) for note in notes) > 1100
    damaged = 0
    for note, text in zip(notes, result.table["text"], strict=True):
        for kept in note.kept:
            assert kept in text, (kept, text)
        damaged += sum(rest not in text for rest in note.rest)
        left = MASK.sub(" ", text.replace("[nama]2", ""))
        for piece in sorted([*note.kept, *note.rest], key=len, reverse=True):
            left = left.replace(piece, " ", 1)
        if all(rest in text for rest in note.rest):
            assert set(re.findall(r"\w+", left.lower())) <= AROUND, (note.planted, text)
    assert damaged == 0
    found = dict(zip(result.counts["kind"], result.counts["masked"], strict=True))
    for kind in ("nik", "phone", "email", "address", "register", "date", "name"):
        assert found[kind] >= 0.9 * sum(kind == planted for note in notes for planted, _ in note.planted)


def test_notes_without_identifiers_stand_as_they_were():
    result = mask(table_of(NOTES), ROSTER)
    assert result.table["text"].tolist() == NOTES
    assert result.counts["masked"].sum() == 0
    assert len(result.review) <= 0.05 * len(NOTES)


def test_the_places_of_doubtful_words_are_those_in_the_masked_text():
    result = mask(table_of([note.text for note in planted_notes(100)]), ROSTER)
    texts = dict(zip(result.table["answer"], result.table["text"], strict=True))
    assert len(result.review) > 20
    for row in result.review.itertuples():
        assert texts[row.answer][row.place : row.place + row.length] == row.words


def test_masking_twice_masks_nothing_more():
    once = mask(table_of([note.text for note in planted_notes(200)]), ROSTER)
    again = mask(once.table[["answer", "text"]], ROSTER)
    assert again.table["text"].tolist() == once.table["text"].tolist()
    assert again.counts["masked"].sum() == 0


def test_notes_are_masked_one_by_one():
    """Any order and any selection of notes gives the same texts."""
    table = table_of([note.text for note in planted_notes(80)])
    whole = mask(table, ROSTER).table.set_index("answer")["text"]
    part = mask(table.iloc[::-2], ROSTER).table.set_index("answer")["text"]
    assert part.equals(whole.loc[part.index])


def test_what_another_hand_planted_in_the_invented_talks_is_gone_and_what_it_kept_is_there():
    rng = np.random.default_rng(3)
    texts, found = {}, []
    for n in range(300):
        told = {section: NOTES[rng.integers(len(NOTES))] for section in ("hope", "worry")}
        made, there = identities.plant(rng, told, 0.7, f"P{n}.awal")
        texts |= {f"P{n}.awal.{section}": text for section, text in made.items()}
        found += there
    frame = pd.DataFrame({"answer": [*texts], "text": [*texts.values()]})
    roster = [f"{full} alias {nickname}" for full, nickname in identities.ROSTER]
    result = mask(frame, roster).table.set_index("answer")["text"]
    assert sum(not one.kept for one in found) > 700
    for one in found:
        assert (one.text in result[one.answer]) == one.kept, (one, result[one.answer])
    words = {word for full, nickname in identities.ROSTER for word in (*full.split(), nickname)}
    assert not [text for text in result if words & set(re.findall(r"\w+", text))]
