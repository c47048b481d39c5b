"""Work that can be done alone: levels of skill, and the share of tasks mastered."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from ..core.coded import coded, keys

LEVELS = (0, 1, 2, 3, 4)
MASTERED = 3  # does it alone and right; 4 can also teach it


def tasks_mastered(
    ratings: pd.DataFrame, *, by: str | Sequence[str] = ("pid", "tanggal"), mastered: int = MASTERED
) -> pd.DataFrame:
    """Work out the share of tasks that are mastered: of each person on each day, or of each task over people.

    Parameters
    ----------
    ratings : DataFrame (one row a person, day, rater and task)
        As ``records.keterampilan``: pid, tanggal, penilai_id, tugas, tingkat (0 to 4). A blank level (the task is not
        done there) counts neither as mastered nor as not.
    by : str or list of str
        Columns whose values get a row each: person and day, or "tugas" for tasks.
    mastered : int
        From this level on a task is mastered.

    Returns
    -------
    DataFrame (one row a group)
        people, tasks (with a level), raters (who rated in that group), share (mastered; where two rated a task, the
        mean of both), level (mean).

    Raises
    ------
    DataError
        A column is absent, or a level other than 0 to 4.

    Source
    ------
    Levels with anchors that can be seen, mastery as a share of tasks: Wolf (2001), in Raven & Stephenson (eds.),
    Competence in the learning society, 453-466.
    """
    groups = [by] if isinstance(by, str) else list(by)
    one = ["pid", "tanggal", "tugas"]
    keys(ratings, groups)
    keys(ratings, [*one, "penilai_id"])
    level = coded(ratings, ["tingkat"], (LEVELS,))[:, 0] - 1.0
    rows = ratings.assign(share=(level >= mastered).astype(float), level=level)[level >= 0]
    means = rows.groupby([*groups, *(c for c in one if c not in groups)])[["share", "level"]].mean().reset_index()
    grouped = means.groupby(groups)
    table = pd.DataFrame({"people": grouped["pid"].nunique(), "tasks": grouped["tugas"].nunique()})
    table["raters"] = rows.groupby(groups)["penilai_id"].nunique()
    return table.join(grouped[["share", "level"]].mean()).reset_index()
