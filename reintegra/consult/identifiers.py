"""Numbers, addresses and dates that tell who somebody is, and the sums, years and times that tell what was meant."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import NamedTuple

from ..intake.dates import MONTHS

GONE = "\0"  # stands for what has been dealt with, so that no later pattern reaches into it


class Found(NamedTuple):
    """A stretch of a text that is to be masked or looked at."""

    start: int
    end: int
    kind: str
    mask: str = ""


# Letters of other alphabets that look like ours: a name may be typed with them by mistake or on purpose.
_LOOK_ALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТХаеѕіјорсхуԁɡΑΒΕΖΗΙΚΜΝΟΡΤΥΧαοιν‐‑‒–—−’‘`´ʼʻ′",
    "ABESIJKMHOPCTXaesijopcxydgABEZHIKMNOPTYXaoiv------'''''''",
)
# Letters that no alphabet is a part of: joiners, direction marks, soft hyphens, controls.
_HIDDEN = {
    c: None
    for c in range(0x110000)
    if (c < 32 and c not in (9, 10)) or (c > 126 and unicodedata.category(chr(c)) in ("Cf", "Cc"))
}


def cleared(text: str) -> str:
    """Return a text without hidden characters, its odd spaces and full-width letters made plain."""
    if text.isascii() and text.isprintable():
        return text
    return unicodedata.normalize("NFKC", text.replace("\r\n", "\n")).translate(_HIDDEN)


def plain(text: str) -> str:
    """Return a cleared text letter by letter in plain Latin ones, each at its place, for patterns to be found in."""
    if text.isascii():
        return text
    return "".join(c if c.isascii() else _plain(c) for c in text.translate(_LOOK_ALIKES))


def _plain(letter: str) -> str:
    if letter.isdecimal():
        return str(unicodedata.decimal(letter))
    base = unicodedata.normalize("NFD", letter)[0]
    return base if base.isascii() else letter


_S = r"[ \t.\-()/_]{0,3}"  # what people put between the digits of one number
_YEAR = r"(?:19|20)\d\d"
_UNITS = (
    "ribu|rb|ratus|puluh|juta|jt|milyar|miliar|rupiah|perak|persen|%|tahun|thn|th|taun|bulan|bln|sasi|hari|minggu|jam"
    "|menit|orang|anak|kali|ekor|kg|gram|meter|m2|hektar|ha|km|butir|paket|bungkus|batang|karung"
)
# Told apart first and left standing: sums, lengths of time, counts, years, times of day.
_KEPT = re.compile(
    rf"\brp\.?[ \t]*\d[\d.,]*(?:[ \t]*(?:ribu|rb|juta|jt|milyar|miliar|m|k)\b)?"
    rf"|(?<![\d.,\-/])(?<!\D\d )(?:[1-9]\d{{0,2}}|0(?=[.,]))(?:[.,]\d{{1,3}}){{0,4}}[ \t]*(?:{_UNITS})(?![^\W\d_])"
    rf"|(?<![\d.,\-/])[1-9]\d{{3,11}}[ \t]*(?:rupiah|perak)\b"
    rf"|\b(?:tahun|thn|th|taun|sejak|sampai|hingga|{'|'.join(MONTHS)})\.?[ \t]*{_YEAR}(?!\d|[ .\-/]\d)"
    rf"|\b(?:uu|pp|perpres|perma|permenkumham)(?: no(?:mor)?\.?)? \d{{1,3}}(?:/| tahun ){_YEAR}(?!\d)"
    rf"|(?<!\d){_YEAR}(?:[ \t]*[-/][ \t]*{_YEAR})+(?!\d|[.\-/]\d)"
    rf"|(?<![\d.,\-/])\d{{1,2}}[.:]\d{{2}}[ \t]*(?:-|sampai|s/d|s\.d\.?)[ \t]*\d{{1,2}}[.:]\d{{2}}(?!\d|[.\-/]\d)"
    rf"|\b(?:jam|pukul|pkl)\.?[ \t]*\d{{1,2}}(?:[.:]\d{{2}})?(?!\d|[.\-/]\d)",
    re.I,
)
_ASKED_FOR = re.compile(  # any number that is said to be one of a phone
    r"\b(?:hp|wa|whats?app|telp?|tlp|telepon|telfon|nomor|no)(?:\s*\.?\s*(?:hp|wa|telp?|telepon))?(?:nya|ku)?\s*[.:=]?\s*"
    r"(\+?\d(?:[ .\-]{0,3}\d){6,13})(?!\d)",
    re.I,
)
_SUM = re.compile(
    r"(?<![\d.,\-/])(?<!\d\d )[1-9]\d{0,2}(?:\.\d{3}){1,3}(?:,\d\d?|,-)?(?: [1-9]\d{0,2}(?:\.\d{3}){1,3})*"
    r"(?!\d|[.\-/]\d)"
    r"|(?<![\d.,\-/])[1-9]\d{0,2}(?:,\d{3}){1,3}(?!\d|[.\-/]\d)"
)
_MONTH = rf"(?:{'|'.join(sorted(MONTHS, key=len, reverse=True))})"
_DATES = [
    re.compile(pattern, re.I)
    for pattern in (
        rf"(?<![\d])(?<!\d[.\-/])({_YEAR})([-/.])(?:0?[1-9]|1[0-2])\2(?:0?[1-9]|[12]\d|3[01])(?!\d|[.\-/]\d)",
        r"(?<![\d])(?<!\d[.\-/])(?:0?[1-9]|[12]\d|3[01])(\s?[-/.]\s?)(?:0?[1-9]|1[0-2])\1((?:19|20)?\d\d)(?!\d|[.\-/]\d)",
        rf"(?<![\d])(?:0?[1-9]|[12]\d|3[01])[\s\-./]{{0,2}}{_MONTH}[\s\-.,/']{{0,3}}({_YEAR}|\d\d)(?!\d)",
        rf"\b{_MONTH}\.?\s+(?:0?[1-9]|[12]\d|3[01]),?\s+({_YEAR})(?!\d)",
    )
]
_NUMBERS: list[tuple[str, re.Pattern[str]]] = [
    ("nik", re.compile(r"(?<!\d)(?!62[ .\-]?8)[1-9](?:[ .\-]{0,2}\d){15}(?!\d)")),
    ("register", re.compile(r"(?<!\d)\d{1,5}\s?/\s?Pid[\w. \-]{0,20}/\s?\d{4}(?:/\s?PN[. ]?\w+)?", re.I)),
    (
        "register",
        re.compile(
            r"\b(?:no(?:mor)?\.?\s*)?(?:reg(?:ister|istrasi|\b\.?)|induk)(?:nya)?\s*[:=]?\s*"
            r"((?:[A-Z][A-Z.]{0,6} )?(?=[A-Z./\-]{0,8}\d)[A-Z0-9](?:[\w./\-]*\w)?)",
            re.I,
        ),
    ),
    (
        "register",
        re.compile(r"(?<!\w)[AB][. ]?I{1,3}(?:[. ]?[A-Za-z](?![^\W\d_]))?[./\- ]{0,2}\d{1,6}(?:[./\-]\d{1,6})*"),
    ),
    (
        "number",
        re.compile(
            r"\b(?:nik|ktp|kk|bpjs|npwp|sim|rek(?:ening)?|norek|paspor)\b[^\d\n\0]{0,15}"
            rf"(\d(?:{_S}\d){{7,19}})(?!\d)",
            re.I,
        ),
    ),
    (
        "number",
        re.compile(
            r"\b(?:plat|nopol|polisi)(?:nya)?\s*(?:no(?:mor)?\.?)?\s*:?\s*([A-Z]{1,2} ?\d{1,4} ?[A-Z]{1,3})\b", re.I
        ),
    ),
    ("phone", re.compile(rf"(?<!\d)(?:\+{_S}62|62|\(?0){_S}(?:\(?0\){_S})?8(?:{_S}\d){{7,11}}(?!\d)")),
    ("phone", re.compile(rf"(?<!\d)(?:\+?62{_S}|\(?0)[2-9]\d{{1,2}}(?:{_S}\d){{5,8}}(?!\d)")),
]
_EMAIL = re.compile(
    r"\w[\w.+\-]*\s?(?:@|\s?[(\[]at[)\]]\s?)\s?\w[\w\-]*(?:\.\w+|\s?[(\[](?:dot|titik)[)\]]\s?\w+)+", re.I
)
_ACCOUNT = re.compile(
    r"https?://\S+|www\.\S+|(?<!\w)@\w[\w.]{2,}\w|\b(?:ig|instagram|fb|facebook|tiktok|telegram)(?:nya|ku)?\s*[:=]\s*@?(\w[\w.]*\w)",
    re.I,
)
_CAP = r"(?!(?:No|NO|RT|RW|Kab|Kota|Kec|Kel|Desa|Dusun|Prov|Blok)\b)(?:[A-Z][\w'\-]*|\d{1,4}[A-Za-z]?\b)"
_NO = r"(?:,?\s*(?:[Nn]o|NO|[Nn]omor)\.?\s*\d+\w?(?:[/\-]\d+)?)"
_ADDRESS = re.compile(
    rf"\b(?:[Jj]alan|JALAN|[Gg]ang|GANG)\s+{_CAP}(?:[ \-]{_CAP}){{0,3}}{_NO}?"
    rf"|\b(?:[Jj]ln?|JLN?|[Gg]g|GG)(?:\.\s*|\s+)[^\W\d_][\w'\-]*(?:[ \-]{_CAP}){{0,3}}(?:(?:\s[a-z]+){{0,2}}{_NO})?"
    rf"|\b(?:[Jj]alan|[Gg]ang)(?:\s[a-z]+){{1,3}}{_NO}"
    rf"|\b(?:[Dd]usun|DUSUN|[Dd]sn|[Dd]esa|DESA|[Dd]s|[Kk]elurahan|[Kk]el|[Kk]ecamatan|[Kk]ec|[Pp]erum|[Pp]erumahan"
    rf"|[Kk]ompleks?|[Kk]ampung|KAMPUNG|[Kk]p|[Pp]edukuhan|[Dd]ukuh|[Gg]rumbul)\.?\s+{_CAP}(?:[ \-]{_CAP}){{0,2}}"
    rf"(?:,?\s*[Bb]lok\s*\w{{1,3}}(?:[/\-]\w{{1,4}})?)?{_NO}?"
    r"|\b[Rr][Tt]\.?\s*\d{1,3}(?:\s*[/,.\-]?\s*(?:[Rr][Ww]\.?\s*)?\d{1,3})?|\b[Rr][Ww]\.?\s*\d{1,3}"
)
_COMMAS = re.compile(r"[ ,.]{1,3}")
_MISTYPED = re.compile(r"(?<=\d)[OoIl](?=\d)")
_DIGIT = re.compile(r"\d")
_YEARS = re.compile(_YEAR)
_AT = re.compile(r"[@:=]|www|[(\[]at[)\]]")
_ADDRESS_WORD = re.compile(
    r"(?<![a-z])(?:jalan|jln?|gang|gg|dusun|dsn|desa|ds|kel|kelurahan|kec|kecamatan|perum|perumahan|kompleks?|kampung|kp"
    r"|pedukuhan|dukuh|grumbul|rt|rw)(?![a-z])"
)
_RUN = re.compile(r"(?<!\d)\d+(?:[.\-/ ]\d+)*(?!\d)")

MASKS = {
    "nik": "[NIK]",
    "phone": "[telepon]",
    "email": "[surel]",
    "account": "[akun]",
    "address": "[alamat]",
    "register": "[nomor register]",
    "date": "[tanggal]",
    "number": "[nomor]",
    "name": "[nama]",
    "word": "[disamarkan]",
}
MASK = re.compile("|".join(re.escape(mask[:-1]) + r"(?: \d{4})?\]" for mask in MASKS.values()))


class View:
    """A text in plain letters; what was found in it is taken out, so that nothing is found twice."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found: list[Found] = []
        self.hide(MASK, "[" in text)

    def hide(self, pattern: re.Pattern[str], wanted: bool = True) -> None:
        """Leave what matches as it stands, and let nothing else be found there."""
        if wanted:
            self.text = pattern.sub(lambda found: GONE * len(found[0]), self.text)

    def take(self, kind: str, pattern: re.Pattern[str], test: Callable[[str], bool] | None = None) -> None:
        """Note what matches (its first group, where it has one) as of a kind."""
        for found in pattern.finditer(self.text):
            group = 1 if pattern.groups == 1 and found[1] else 0
            start, end = found.span(group)
            if GONE not in found[group] and (test is None or test(found[group])):
                self.note(start, end, kind)

    def note(self, start: int, end: int, kind: str, mask: str = "") -> None:
        """Note a stretch as of a kind."""
        self.found.append(Found(start, end, kind, mask or MASKS[kind]))
        self.text = self.text[:start] + GONE * (end - start) + self.text[end:]


def find_identifiers(text: str) -> tuple[View, list[Found]]:
    """Find what patterns tell in a plain text; return what is left of it, and numbers a person must look at."""
    view, doubtful = View(text), []
    if _AT.search(text):
        view.take("email", _EMAIL)
        view.take("account", _ACCOUNT)
    digits = _DIGIT.search(text) is not None
    if digits:
        view.text = _MISTYPED.sub(lambda found: "0" if found[0] in "Oo" else "1", view.text)
        _dates(view)
        view.hide(_KEPT)
        view.take("phone", _ASKED_FOR)
        view.hide(_SUM)
        for kind, pattern in _NUMBERS:
            view.take(kind, pattern)
    if _ADDRESS_WORD.search(text.lower()):
        view.take("address", _ADDRESS)
        _join_addresses(view)
    if digits:
        doubtful = [*_left_over(view)]
    return view, doubtful


def _join_addresses(view: View) -> None:
    """Make one of the parts of an address that follow each other."""
    joined: list[Found] = []
    for found in sorted(view.found):
        last = joined[-1] if joined else found
        if last.kind == found.kind == "address" and _COMMAS.fullmatch(view.text, last.end, found.start):
            joined[-1] = last._replace(end=found.end)
        else:
            joined.append(found)
    view.found = joined


def _dates(view: View) -> None:
    """Note full dates; the year stays readable."""
    for pattern in _DATES:
        for found in pattern.finditer(view.text):
            if GONE not in found[0]:
                year = next((part for part in found.groups() if part and _YEARS.fullmatch(part)), "")
                view.note(*found.span(), "date", f"[tanggal {year}]" if year else MASKS["date"])


def _left_over(view: View) -> Iterator[Found]:
    """Note long numbers nobody named, and yield those that may be harmless."""
    for found in _RUN.finditer(view.text):
        run = found[0]
        count = sum(map(str.isdigit, run))
        if count < 5 or (run.isdigit() and run[0] != "0" and run.endswith("000")):
            continue
        spaced = " " in run
        long = 10 if spaced or run.isdigit() else 8
        if count >= long and not (spaced and all(_YEARS.fullmatch(part) for part in run.split())):
            view.note(*found.span(), "number")
        else:
            yield Found(*found.span(), "number")
