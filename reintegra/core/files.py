"""Writing files whole or not at all, and telling one file from another."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Iterable
from itertools import chain, count
from pathlib import Path

from .errors import OutputError
from .language import word

LONGEST = 100  # letters of a file name made of a code
# names that Windows keeps for devices, whatever follows the first dot
_RESERVED = re.compile(r"con|prn|aux|nul|(com|lpt)\d", re.IGNORECASE)
_FULL = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})


def sha256(data: bytes) -> str:
    """Return the hash that identifies these bytes."""
    return hashlib.sha256(data).hexdigest()


def safe_name(text: str) -> str:
    """Return a file name any system accepts, made of a respondent's code."""
    name = re.sub(r"[^\w.\-]+", "_", text, flags=re.ASCII).strip("._")
    if len(name) > LONGEST:
        name = f"{name[: LONGEST - 9]}_{sha256(text.encode())[:8]}"
    if _RESERVED.fullmatch(name.partition(".")[0]):
        name = f"_{name}"
    return name or "tanpa_kode"


def output_folder(path: str | Path, *files: str) -> Path:
    """Make a folder for output, or say why it, or one of the files that it is to hold, cannot be written."""
    if not str(path).strip():
        raise OutputError("cannot-write-folder", folder=path)
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError:
        raise OutputError("cannot-write-folder", folder=str(path)) from None
    for name in files:
        _no_folder(folder / name)
    return folder


def _no_folder(path: Path) -> None:
    if path.is_dir():
        raise OutputError("folder-in-the-way", file=path.name)


def renamed(written: Iterable[tuple[Path, str]]) -> str:
    """Return a sentence for each file that had to take another name than the one wanted, because that was open."""
    return "".join(
        "\n" + word("open_elsewhere", wanted=wanted, name=path.name) for path, wanted in written if path.name != wanted
    )


def free_name(path: Path) -> Path:
    """Return the path, or the first numbered one that no file has: what people are working in is not overwritten."""
    numbered = (path.with_stem(f"{path.stem} ({number})") for number in count(2))
    return next(place for place in chain([path], numbered) if not place.exists())


def write_text(path: Path, text: str) -> Path:
    """Write a text as `write_whole` does."""

    def write(part: Path) -> None:
        part.write_text(text, "utf-8", newline="\n")

    return write_whole(path, write)


def write_whole(path: Path, write: Callable[[Path], None]) -> Path:
    """Write a file beside its place and then move it there; where it is open elsewhere, give it a free name.

    Returns the path that was written: readers never see half a file, and nothing open is overwritten.
    """
    _no_folder(path)
    part = None
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=path.suffix)
        os.close(handle)
        part = Path(name)
        write(part)
        part.chmod(0o644)
        for number in range(1, 100):
            place = path if number == 1 else path.with_stem(f"{path.stem} ({number})")
            try:
                part.replace(place)
            except PermissionError:
                continue
            return place
        raise OutputError("cannot-write-file", file=path.name)
    except OSError as error:
        code = "disk-full" if error.errno in _FULL else "cannot-write-file"
        raise OutputError(code, file=path.name) from None
    finally:
        if part is not None:
            part.unlink(missing_ok=True)
