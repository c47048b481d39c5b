"""Two studies of people after release, and one of invented people, as the tests of `follow_up` ask about them."""

import json
from pathlib import Path

import pandas as pd

from reintegra.evaluate import follow_up

REFERENCE = Path(__file__).parent / "reference"
PUBLISHED = REFERENCE.parent.parent / "data" / "published"
E = json.loads((REFERENCE / "evaluate.json").read_text("utf-8"))["follow_up"]
R = json.loads((REFERENCE / "follow_up.json").read_text("utf-8"))  # by tests/reference/follow_up.R
ASKED = {"time": "day", "event": "back", "programme": "programme", "source": "source", "horizon": 365}


def people():
    """320 invented people: 136 came back, 33 were transferred or died first."""
    table = pd.read_csv(REFERENCE / "data" / "follow_up.csv").assign(source="catatan")
    return table.assign(back=(table["event"] == 1).astype(int))


def rossi():
    return pd.read_csv(PUBLISHED / "rossi.csv").assign(source="catatan")


def recid():
    return pd.read_csv(PUBLISHED / "recid.csv").assign(source="catatan", event=lambda t: 1 - t["cens"])


def followed(table=None, **options):
    return follow_up(people() if table is None else table, **{**ASKED, **options})


RELEASED = {"time": "week", "event": "arrest", "programme": "fin", "source": "source", "horizon": 52, "unit": "weeks"}
RETURNED = {**RELEASED, "time": "durat", "event": "event", "programme": "workprg", "horizon": 60, "unit": "months"}
