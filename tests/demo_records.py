"""The invented records of programmes, read once."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import reintegra as rg

CATATAN = Path(__file__).parent.parent / "data" / "demo" / "catatan"


@cache
def demo_records():
    return rg.read_records(CATATAN)


def with_tables(records, **tables):
    """Return records with some tables put in the place of others."""
    return replace(records, tables={**records.tables, **tables})
