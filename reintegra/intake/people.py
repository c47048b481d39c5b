"""Columns that could show who somebody is, and columns that must never be here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from ..core.text import fold

_PERSONAL = re.compile(
    r"\bnama\b(?!\s*(?:program|kegiatan|upt|unit|lapas|rutan|sesi|instrumen|blok|kota|kabupaten|provinsi))|\bname\b"
    r"|\bnik\b|\bktp\b|\bpaspor\b|\bpassport\b|\bno(?:mor|\.)?\s*(?:hp|telp|telepon|wa|whatsapp|reg|register|registrasi|induk|ktp|kk)"
    r"|\b(?:hp|handphone|telepon|telp|phone|whatsapp|e-?mail|surel|alamat|address|username)\b|\bregister\b|\bregistrasi\b"
)
_NOT_PERSONAL = re.compile(r"\b(?:bukan|not?|tanpa|without)\s+(?:nama|name)|\bname of (?:programme|unit)\b")
_DECISION = re.compile(r"\b(?:sppn|rri|ispn|litmas|penelitian kemasyarakatan)\b")
_IDENTITY = re.compile(r"\d{16}")
_PHONE = re.compile(r"(?:\+?62|0)8\d{8,11}")
_DECIMAL = re.compile(r"-?(?:0|[1-9]\d{0,8})[.,]\d+")
_PATRONYMIC = re.compile(r"\b(?:bin|binti)\b\s+\w")


def looks_personal(heading: str, sample: Iterable[Any]) -> bool:
    """Tell whether a heading, or most of a sample of its values, points at persons: names, numbers, addresses."""
    folded = fold(heading).replace("_", " ")
    if _PERSONAL.search(_NOT_PERSONAL.sub("", folded)):
        return True
    texts = [fold(str(value)) for value in sample if value is not None and str(value).strip()]
    return bool(texts) and sum(map(_is_personal, texts)) * 2 >= len(texts)


def _is_personal(text: str) -> bool:
    digits = "" if _DECIMAL.fullmatch(text) else re.sub(r"[\s.\-]", "", text)
    return bool(_IDENTITY.fullmatch(digits) or _PHONE.fullmatch(digits) or _PATRONYMIC.search(text))


def decides_rights(heading: str) -> bool:
    """Tell whether a column belongs to the records that decide on a person's rights."""
    return bool(_DECISION.search(fold(heading).replace("_", " ")))
