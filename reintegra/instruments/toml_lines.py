"""On which line of a TOML text each key stands (the standard reader does not tell)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

Path = tuple[str | int, ...]

_TABLE = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"\s*((?:[\w\-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[\w\-]+|\"[^\"]*\"|'[^']*'))*)\s*=\s*")
_TOKEN = re.compile(
    r"\"\"\".*?\"\"\"|'''.*?'''|\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*'|#[^\n]*|\n|[\[\]{},]|[^\s\[\]{},\"'#]+", re.S
)


def _parts(key: str) -> Path:
    return tuple(part.strip().strip("\"'") for part in re.split(r"\s*\.\s*", key.strip()))


class Lines:
    """Find the line of a path such as ("scores", 2, "bands", 0); one that is not written gives its nearest parent."""

    def __init__(self, text: str) -> None:
        self._line: dict[Path, int] = {}
        prefix: Path = ()
        tables: Counter[Path] = Counter()
        position, line = 0, 1
        while position < len(text):
            end = text.find("\n", position)
            end = len(text) if end < 0 else end
            row = text[position:end]
            if found := _TABLE.match(row):
                prefix = self._within(_parts(found[2]), tables)
                if found[1] == "[[":
                    tables[prefix] += 1
                    prefix = (*prefix, tables[prefix] - 1)
                self._note(prefix, line)
            elif found := _KEY.match(row):
                path = (*prefix, *_parts(found[1]))
                self._note(path, line)
                end = self._value(text, position + found.end(), path, line)
            line += text.count("\n", position, end + 1)
            position = end + 1

    @staticmethod
    def _within(parts: Path, tables: Counter[Path]) -> Path:
        """Add to [scores.bands] which of the scores it stands in: the last one."""
        path: Path = ()
        for part in parts:
            path = (*path, tables[path] - 1, part) if path in tables else (*path, part)
        return path

    def _note(self, path: Path, line: int) -> None:
        for length in range(1, len(path) + 1):
            self._line.setdefault(path[:length], line)

    def _value(self, text: str, start: int, path: Path, line: int) -> int:
        """Note the elements of an array; return where the value's last line ends."""
        depth, element, fresh = 0, 0, True
        for token, where in self._tokens(text, start):
            if token == "\n":
                line += 1
                if depth == 0:
                    return where
            elif token[0] != "#":
                if depth == 1 and fresh and token != "]":
                    self._note((*path, element), line)
                depth += (token in "[{") - (token in "]}")
                fresh = token in "[," and depth == 1
                element += token == "," and depth == 1
                line += token.count("\n")
        return len(text)

    @staticmethod
    def _tokens(text: str, start: int) -> Iterator[tuple[str, int]]:
        return ((found[0], found.start()) for found in _TOKEN.finditer(text, start))

    def of(self, path: Path) -> int:
        """Return the line of a path, counted from 1."""
        for length in range(len(path), 0, -1):
            if path[:length] in self._line:
                return self._line[path[:length]]
        return 1
