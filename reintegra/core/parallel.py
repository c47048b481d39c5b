"""Work in independent pieces on all cores: threads, for numpy lets go of the interpreter while it computes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Piece = TypeVar("Piece")
Made = TypeVar("Made")


def on_all_cores(work: Callable[[Piece], Made], pieces: Iterable[Piece], *, worth_it: bool) -> list[Made]:
    """Return what ``work`` makes of each piece, in order; one after the other where threads are not ``worth_it``."""
    cores = os.cpu_count() or 1
    if not worth_it or cores == 1:
        return list(map(work, pieces))
    with ThreadPoolExecutor(cores) as pool:
        return list(pool.map(work, pieces))
