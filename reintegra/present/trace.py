"""What an output folder remembers of the file it was made from: enough to notice that the file has changed since."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from ..core.errors import DataError
from ..core.files import write_text
from ..measure import Scores

TRACE = "asal.json"


def remember(folder: Path, scores: Scores, changed: str | None = None) -> None:
    """Note the file behind an output; refuse one that differs from the file of that name noted before.

    Parameters
    ----------
    folder : Path
        The output folder.
    scores : Scores
        What is about to be written.
    changed : str, optional
        Why the file is meant to differ; it is noted.

    Returns
    -------
    None

    Raises
    ------
    DataError
        The file has changed since this folder was written, and nobody said that this is meant.

    Source
    ------
    docs/decisions/0009-a-changed-file-is-noticed.md
    """
    origin = scores.responses.origin
    if origin.file is None:
        return
    path = folder / TRACE
    known: list[dict[str, Any]] = _read(path)
    before = next((entry for entry in reversed(known) if entry.get("file") == origin.file), None)
    differs = before is not None and before.get("sha256") != origin.digest
    if before is not None and differs and not changed:
        rows = {"before": before.get("rows"), "now": origin.rows_read, "date": before.get("date")}
        raise DataError("source-changed", file=origin.file, **rows)
    if before is None or differs:
        today = dt.datetime.now().astimezone().date().isoformat()
        entry = {"file": origin.file, "sha256": origin.digest, "rows": origin.rows_read, "date": today}
        known.append({**entry, "changed": changed} if differs else entry)
        write_text(path, json.dumps(known, ensure_ascii=False, indent=1) + "\n")


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return []
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []
