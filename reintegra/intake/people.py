"""Columns that could show who somebody is, and columns that must never be here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from ..core.text import fold

_PERSONAL = re.compile(
    r"\bnama\b(?!\s*(?:program|kegiatan|upt|unit|lapas|rutan|sesi|instrumen|blok|kota|kabupaten|provinsi))|\bname\b"
    r"|\bnama(?:lengkap|wbp|peserta|responden)\b|\bnik\b|\bktp\b|\bpaspor\b|\bpassport\b"
    r"|\bno(?:mor|\.)?\s*(?:hp|telp|telepon|wa|whatsapp|reg|register|registrasi|induk|ktp|kk|bi\b)"
    r"|\b(?:hp|handphone|telepon|telp|phone|whatsapp|e-?mail|surel|alamat|address|username)\b|\bregister\b|\bregistrasi\b"
    r"|\b(?:ibu|ayah|bapak) kandung\b|\b(?:tanggal|tgl\.?|tempat|waktu) lahir\b|\bttl\b"
    r"|\bbirth ?(?:date|day)\b|\bdate of birth\b|\bdob\b|\bsubmitted by\b"
)
_NOT_PERSONAL = re.compile(
    r"\b(?:bukan|not?|tanpa|without)\s+(?:(?:an?|the|your|any|real)\s+)*(?:nama|name)"
    r"|\b(?:name of (?:programme|unit)|event name)\b"
)
_DECISION = re.compile(
    r"\b(?:sppn|rri|ispn|lit ?mas)\d*\b|penelitian kemasyarakatan|penilaian pembinaan narapidana|risiko residiv\w+"
    r"|(?:instrumen )?(?:skrining|screening) penempatan narapidana"
)
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_IDENTITY = re.compile(r"\d{16}")
_PHONE = re.compile(r"(?:\+?62|0)8\d{8,11}")
_DECIMAL = re.compile(r"-?(?:0|[1-9]\d{0,8})[.,]\d+")
_PATRONYMIC = re.compile(r"\b(?:bin|binti)\b\s+\w|[a-z]{3,}\s+(?:bt|bte|b)\.\s*[a-z]{3,}")
_NUMBER_WITHIN = re.compile(r"(?<![\d.,])(?:\d{16}|(?:\+?62|0)[\s.\-]?8(?:[\s.\-]?\d){8,11})(?!\d)")


def looks_personal(heading: str, sample: Iterable[Any]) -> bool:
    """Tell whether a heading, or most of a sample of its values, points at persons: names, numbers, addresses."""
    folded = _worded(heading)
    if _PERSONAL.search(_NOT_PERSONAL.sub("", folded)):
        return True
    texts = [fold(str(value)) for value in sample if value is not None and str(value).strip()]
    return bool(texts) and sum(map(_is_personal, texts)) * 2 >= len(texts)


def _is_personal(text: str) -> bool:
    digits = "" if _DECIMAL.fullmatch(text) else re.sub(r"\.0$|[\s.\-]", "", text)
    return bool(_IDENTITY.fullmatch(digits) or _PHONE.fullmatch(digits) or _PATRONYMIC.search(text))


def names_a_person(text: str) -> bool:
    """Tell whether a text holds an identity number, a telephone number or a name with a father's name."""
    return bool(_NUMBER_WITHIN.search(text) or _PATRONYMIC.search(fold(text)))


def decides_rights(heading: str) -> bool:
    """Tell whether a column belongs to the records that decide on a person's rights."""
    return bool(_DECISION.search(re.sub(r"[\W_]+", " ", _worded(heading))))


def _worded(heading: str) -> str:
    """Fold a heading to words: "NamaLengkap" and "nama_lengkap" are "nama lengkap"."""
    return " ".join(fold(_HUMPS.sub(" ", heading)).replace("_", " ").split())
