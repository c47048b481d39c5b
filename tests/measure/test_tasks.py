"""The share of tasks mastered: counted by hand, and the same whatever the order and the second rater's silence."""

from pathlib import Path

import pandas as pd
import pytest

import reintegra as rg
from reintegra.measure import tasks_mastered

DEMO = Path(__file__).parent.parent.parent / "data" / "demo" / "catatan"
RATINGS = pd.DataFrame(
    [
        ("A", 1, "IN-1", "semai", 3), ("A", 1, "IN-1", "panen", 2), ("A", 1, "IN-1", "jual", None),
        ("A", 1, "IN-2", "semai", 2), ("A", 1, "IN-2", "panen", 1), ("A", 1, "IN-2", "jual", None),
        ("A", 2, "IN-1", "semai", 4), ("A", 2, "IN-1", "panen", 3), ("A", 2, "IN-1", "jual", 3),
        ("B", 1, "IN-1", "semai", 0), ("B", 1, "IN-1", "panen", 3), ("B", 1, "IN-1", "jual", 1),
    ],
    columns=["pid", "tanggal", "penilai_id", "tugas", "tingkat"],
)  # fmt: skip


def test_the_share_is_of_the_tasks_that_have_a_level_and_the_mean_of_both_raters():
    found = tasks_mastered(RATINGS).set_index(["pid", "tanggal"])
    assert found["share"].to_dict() == pytest.approx({("A", 1): 0.25, ("A", 2): 1, ("B", 1): 1 / 3})
    assert found["tasks"].to_dict() == {("A", 1): 2, ("A", 2): 3, ("B", 1): 3}
    assert found["raters"].to_dict() == {("A", 1): 2, ("A", 2): 1, ("B", 1): 1}
    assert found.loc[("A", 1), "level"] == 2


def test_by_task_every_person_and_day_counts_once():
    found = tasks_mastered(RATINGS[RATINGS["tanggal"] == 1], by="tugas").set_index("tugas")
    assert found["share"].to_dict() == {"jual": 0, "panen": 0.5, "semai": 0.25}
    assert found["people"].to_dict() == {"jual": 1, "panen": 2, "semai": 2}


def test_the_line_of_mastery_can_be_moved():
    assert tasks_mastered(RATINGS, mastered=4)["share"].tolist() == pytest.approx([0, 1 / 3, 0])


def test_the_order_of_the_rows_changes_nothing():
    pd.testing.assert_frame_equal(tasks_mastered(RATINGS), tasks_mastered(RATINGS[::-1]))


def test_the_invented_records_are_counted_like_a_plain_loop():
    rows = pd.read_csv(DEMO / "keterampilan.csv").replace({"tingkat": {77: None}})
    found = tasks_mastered(rows)
    assert len(found) == rows.groupby(["pid", "tanggal"]).ngroups
    for row in found[found["raters"] == 1].to_dict("records"):
        levels = rows[(rows["pid"] == row["pid"]) & (rows["tanggal"] == row["tanggal"])]["tingkat"].dropna()
        assert row["share"] == pytest.approx(sum(level >= 3 for level in levels) / len(levels))


def test_a_table_without_levels_is_refused():
    with pytest.raises(rg.DataError) as error:
        tasks_mastered(RATINGS.drop(columns="tingkat"))
    assert error.value.code == "columns-absent"


def test_not_applicable_is_not_taken_for_mastered():
    """The code 77 of the dictionary is above every level; read from the records it is blank."""
    with pytest.raises(rg.DataError) as caught:
        tasks_mastered(RATINGS.assign(tingkat=RATINGS["tingkat"].fillna(77)))
    assert caught.value.code == "undeclared-codes"
    assert tasks_mastered(RATINGS.astype({"tingkat": "Int64"})).equals(tasks_mastered(RATINGS))
