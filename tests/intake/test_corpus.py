"""The acceptance cases (tests/corpus): each file decodes to its truth, or is refused with every fault named."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import reintegra as rg

CORPUS = Path(__file__).parent.parent / "corpus"
MANIFEST = json.loads((CORPUS / "manifest.json").read_text("utf-8"))
CASES = {entry["id"]: entry for entry in MANIFEST["entries"]}
INSTRUMENT = CORPUS / MANIFEST["instrument"]
ITEMS = [f"ksr{i:02d}" for i in range(1, 13)]


def read(entry):
    return rg.read_responses(CORPUS / entry["file"], INSTRUMENT, **entry["options"])


def listed(value):
    return value if isinstance(value, list) else [value]


def rows_of(keys, codes):
    return {
        (key, *(None if np.isnan(code) else int(code) for code in row)) for key, row in zip(keys, codes, strict=True)
    }


@pytest.mark.parametrize("name", [name for name, entry in CASES.items() if entry["expectation"] == "decodes"])
def test_a_good_file_decodes_to_its_truth(name):
    entry = CASES[name]
    made = read(entry)
    truth = pd.read_csv(CORPUS / entry["truth"], dtype=str)
    expected = rows_of(truth["kode"], truth[ITEMS].astype(float).to_numpy())
    assert rows_of(made.codes.index, made.codes[ITEMS].to_numpy()) == expected
    assert len(made) == len(truth)
    for column, heading in entry.get("check_columns", {}).items():
        values = made.people[heading]
        text = values.dt.strftime("%Y-%m-%d") if column == "tanggal" else values.astype(str)
        assert list(text.loc[truth["kode"]]) == list(truth[column])
    said = {notice.code: notice for notice in made.notices}
    for notice in entry.get("notices", []):
        assert notice["code"] in said
        assert set(notice.get("rows", [])) <= set(said[notice["code"]].rows)


@pytest.mark.parametrize("name", [name for name, entry in CASES.items() if entry["expectation"] == "error"])
def test_a_faulty_file_is_refused_with_every_fault(name):
    entry = CASES[name]
    with pytest.raises(rg.IntakeError) as caught:
        read(entry)
    problems = caught.value.problems
    assert len(problems) == len(entry["errors"]), [problem.code for problem in problems]
    for expected in entry["errors"]:
        found = [
            p
            for p in problems
            if p.why == expected["why"]
            and set(listed(expected["row"])) <= set(listed(p.row))
            and set(listed(expected["column"])) <= set(listed(p.column))
            and set(listed(expected["value"])) <= set(listed(p.value))
            and set(listed(expected.get("cell"))) - {None} <= set(listed(p.cell))
        ]
        assert found, expected
        assert found[0].remedy


def test_the_readers_truth_is_scored_as_worked_out_by_hand():
    truth = pd.read_csv(CORPUS / "truth" / "base_scores.csv").set_index("kode")
    made = rg.score(read(CASES["gf08"])).table
    pd.testing.assert_frame_equal(
        made[["mental", "sosial", "kerja", "total"]].astype(float),
        truth[["mental", "sosial", "kerja", "total"]].astype(float),
        check_names=False,
        rtol=1e-9,
        check_index_type=False,
        check_column_type=False,
    )
