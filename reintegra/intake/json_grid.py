"""JSON exports such as SurveyJS's: one object a respondent, questions of a matrix nested in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .grids import Grid, Row, Source, Truth

DEEPEST = 8


def json_grids(source: Source) -> list[Grid]:
    """Read a list of objects as one grid; its rows are counted as respondents, and its cells have no addresses."""
    read = _parsed(source.data)
    if read is None:  # raised here, where no error of the parser can carry the file along
        raise source.refuse("damaged")
    people = _people(read)
    if not people:
        raise source.refuse("not-a-table")
    flat = [dict(_flat(person)) for person in people]
    names = list(dict.fromkeys(name for person in flat for name in person))

    def rows() -> Iterator[tuple[int, Row]]:
        yield 0, [*names]
        for number, person in enumerate(flat, 1):
            yield number, [person.get(name) for name in names]

    return [Grid(source.name, None, rows, addressed=False, rows_expected=len(flat))]


def _parsed(data: bytes) -> Any:
    """Return what a file holds: one JSON value, or a value a line (ndjson) as a list; None where it is neither."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    lines = [line for line in text.splitlines() if line.strip()]
    for parts in ([text], lines if len(lines) > 1 else []):
        try:
            values = [json.loads(part) for part in parts]
        except (ValueError, RecursionError):
            continue
        if values:
            return values[0] if parts[0] is text else values
    return None


def _people(read: Any) -> list[dict[str, Any]]:
    """Return the list of objects: the file itself, or the only list of objects in it."""
    if isinstance(read, dict):
        lists = [value for value in read.values() if isinstance(value, list) and value]
        read = lists[0] if len(lists) == 1 else []
    return read if isinstance(read, list) and all(isinstance(person, dict) for person in read) else []


def _flat(value: dict[str, Any], path: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Yield each answer under the path of its question; answers with several ticks joined by spaces."""
    for name, answer in value.items():
        here = f"{path}/{name}" if path else str(name)
        if isinstance(answer, dict) and depth < DEEPEST:
            yield from _flat(answer, here, depth + 1)
        elif isinstance(answer, list):
            yield here, " ".join(map(str, answer)) or None
        else:
            yield here, Truth(str(answer)) if isinstance(answer, bool) else answer
