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
    """Return (code, [wave,] twelve answers) of each row; REDCap's arm suffix is not part of a wave's name."""
    named = [key if isinstance(key, tuple) else (key,) for key in keys]
    return {
        (*(str(part).removesuffix("_arm_1") for part in key), *(None if np.isnan(c) else int(c) for c in row))
        for key, row in zip(named, codes, strict=True)
    }


def plain(values):
    """Yield the cells of a column as texts: dates as days, numbers without needless decimals, blanks as nothing."""
    for value in values:
        if value is None or value != value:
            yield ""
        elif hasattr(value, "strftime"):
            yield value.strftime("%Y-%m-%d")
        else:
            yield f"{float(value):g}" if str(value).replace(".", "").isdigit() else str(value)


def ticked(people, heading):
    """Return for each person the check boxes that are ticked, in columns such as kegiatan___pagi."""
    boxes = people.filter(regex="^" + heading.removesuffix("*"))
    return [" ".join(name.split("___")[1] for name in boxes if row[name] == 1) for row in boxes.to_dict("records")]


@pytest.mark.parametrize("name", [name for name, entry in CASES.items() if entry["expectation"] == "decodes"])
def test_a_good_file_decodes_to_its_truth(name):
    entry = CASES[name]
    made = read(entry)
    truth = pd.read_csv(CORPUS / entry["truth"], dtype=str)
    keys = truth[["kode", "gelombang"] if "gelombang" in truth else ["kode"]].itertuples(index=False, name=None)
    assert rows_of(made.codes.index, made.codes[ITEMS].to_numpy()) == rows_of(
        keys, truth[ITEMS].astype(float).to_numpy()
    )
    assert len(made) == len(truth)
    for column, heading in entry.get("check_columns", {}).items():
        if heading.endswith("*"):
            assert sorted(ticked(made.people, heading)) == sorted(truth[column].fillna(""))
        else:
            found = dict(zip(made.codes.index.get_level_values(0), plain(made.people[heading]), strict=True))
            assert found == dict(zip(truth["kode"], plain(truth[column]), strict=True))
    said = {notice.code: notice for notice in made.notices}
    for notice in entry.get("notices", []):
        assert notice["code"] in said
        assert set(notice.get("rows", [])) <= set(said[notice["code"]].rows)
        assert set(notice.get("columns", [])) <= set(said[notice["code"]].columns)
        assert all(sheet in said[notice["code"]].text for sheet in notice.get("sheets", []))


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


def test_all_54_cases_are_here():
    assert len(CASES) == 54


def test_the_readers_truth_is_scored_as_worked_out_by_hand():
    truth = pd.read_csv(CORPUS / "truth" / "base_scores.csv").set_index("kode")
    made = rg.score(read(CASES["gf08"])).table
    for name in ("mental", "sosial", "kerja", "total"):
        np.testing.assert_allclose(made[name], truth[name], rtol=1e-9)
