"""The referral list: for the clinic or a counsellor only, and nothing else about the person."""

from __future__ import annotations

import pandas as pd

from ...core.errors import DataError
from ...core.language import day
from ...evaluate import Referrals
from ..document import Box, Document, Grid, Section
from .parts import t


def checked_contact(contact: str) -> str:
    """Return who is to be called, or refuse: a list without somebody to call is not made."""
    if not contact.strip():
        raise DataError("no-contact")
    return contact.strip()


def referral_list(found: Referrals, contact: str, today: pd.Timestamp) -> Document:
    """Return the list, in the current language."""
    contact = checked_contact(contact)
    shown = found.shown()
    rows = [tuple("–" if pd.isna(cell) else str(cell) for cell in row) for row in shown.itertuples(index=False)]
    head = [name[:1].upper() + name[1:] for name in shown.columns]
    parts = [Grid(head, rows, (0, 1, 2, 3, 5), (2.6, 5.2, 3.6))] if rows else [t("referrals_none")]
    sections = [
        Section("", [Box(t("referrals_head"))]),
        Section("", [t("referrals_call", contact=contact), t("referrals_not_safe")]),
        Section(t("referrals_title"), parts),
    ]
    about = [t("referrals_for"), t("made_on", date=day(today))]
    return Document(t("title_rujukan"), about, sections, (), [t("referrals_foot")], marked=t("restricted"))


def referral_sheet(found: Referrals, contact: str) -> tuple[str, list[str], pd.DataFrame]:
    """Return the same as a sheet of a workbook."""
    notes = [t("referrals_head"), t("referrals_for"), t("referrals_call", contact=checked_contact(contact)),
             t("referrals_not_safe"), t("referrals_foot")]  # fmt: skip
    return t("sheet_referrals"), notes, found.shown()
