"""What tells who somebody is, invented and planted in the invented talks: names of nobody, numbers that cannot be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

# Names of nobody: full name and nickname.
ROSTER = (
    ("Sutarmaji Wanglungu", "Tarmaji"), ("Rubiyanta Pandelima", "Rubiyan"), ("Karsimin Tolegawe", "Karsim"),
    ("Ngadirah Sumbalewa", "Ngadi"), ("Poniranto Bengkelasa", "Ponir"), ("Jumaritno Wadasliyu", "Maritno"),
    ("Tumirahyu Kedungrasa", "Tumira"), ("Sarjonadi Ragilmaya", "Sarjona"), ("Kusmariani Lentohwangi", "Kusma"),
    ("Paitunah Gejagsari", "Paitun"), ("Wagimanto Sedurupa", "Wagim"), ("Legiyatmo Randupitu", "Legiya"),
    ("Samijanah Tepusrena", "Samija"), ("Bonariyo Lumbungsela", "Bonar"),
)  # fmt: skip
STREETS = ("Rekaan", "Contoh", "Khayal", "Umpama")
MONTHS = ("Januari", "Maret", "Mei", "Juli", "September", "November")


@dataclass(frozen=True)
class Planted:
    """One thing planted in a text: where, of which kind, and its letters; ``kept`` must survive masking."""

    answer: str
    kind: str
    text: str
    kept: bool


Digits = Callable[[int], int]  # a number below another


def _name(below: Digits) -> tuple[str, str]:
    full, nickname = ROSTER[below(len(ROSTER))]
    name = full if below(2) else nickname
    return name, f"Tanya saja ke {name}"


def _identity(below: Digits) -> tuple[str, str]:
    """Return 16 digits of a province, a day and a month that do not exist."""
    number = f"9900{below(100):02d}3213{below(100):02d}{below(10_000):04d}"
    return number, f"NIK saya {number}"


def _phone(below: Digits) -> tuple[str, str]:
    """Return a number of the series 0800-0000, which no subscriber has."""
    number = f"0800-0000-{below(10_000):04d}"
    return number, f"Nomornya {number}"


def _mail(below: Digits) -> tuple[str, str]:
    address = f"{ROSTER[below(len(ROSTER))][1].lower()}{below(100)}@example.id"
    return address, f"Suratnya ke {address}"


def _address(below: Digits) -> tuple[str, str]:
    address = f"Jalan {STREETS[below(len(STREETS))]} No. {1 + below(90)}"
    return address, f"Tempatnya di {address}"


def _register(below: Digits) -> tuple[str, str]:
    number = f"0000/RK/{below(1_000):03d}"
    return number, f"Nomor register {number}"


def _date(below: Digits) -> tuple[str, str]:
    date = f"{1 + below(28)} {MONTHS[below(len(MONTHS))]} {1970 + below(35)}"
    return date, f"Lahirnya {date}"


def _sum(below: Digits) -> tuple[str, str]:
    amount = f"Rp {1 + below(9)}{below(10)}0.000"
    return amount, f"Tabungan {amount}"


def _year(below: Digits) -> tuple[str, str]:
    year = f"tahun {2015 + below(9)}"
    return year, f"Sejak {year}"


TOLD = {
    "person": _name, "identity": _identity, "phone": _phone, "email": _mail, "address": _address,
    "prison_number": _register, "date": _date,
}  # fmt: skip
KEPT = {"sum": _sum, "year": _year}


def plant(
    rng: np.random.Generator, texts: Mapping[str, str], share: float, talk: str
) -> tuple[dict[str, str], list[Planted]]:
    """Add to some texts of a talk a sentence with something that tells who somebody is, or with a sum or a year.

    Parameters
    ----------
    rng : Generator
    texts : {section: text}
    share : float
        How many texts get a name, another mark of a person, a sum or a year, of 1.
    talk : str
        The talk's id, "person.wave".

    Returns
    -------
    dict of section to text, list of Planted

    Raises
    ------
    Nothing.

    Source
    ------
    Province 99, day 32, month 13, 0800-0000 and example.id belong to nobody.
    """

    def below(n: int) -> int:
        return int(float(rng.random()) * n)

    made, found = {}, []
    for section, text in texts.items():
        names, others = list(TOLD)[:1], list(TOLD)[1:]
        for kinds, kept in ((names, False), (others, False), (list(KEPT), True)):
            if float(rng.random()) < share:
                kind = kinds[below(len(kinds))]
                words, sentence = (KEPT if kept else TOLD)[kind](below)
                text = f"{text}. {sentence}"
                found.append(Planted(f"{talk}.{section}", kind, words, kept))
        made[section] = text
    return made, found
