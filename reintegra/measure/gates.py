"""How many people a method needs before its answer is worth giving."""

from __future__ import annotations

from ..core.errors import DataError
from ..core.language import say

LEAST = {"sem": 30, "omega": 60}


def gate(method: str, n: int) -> None:
    """Refuse a method that needs more people, with the reason."""
    if n < LEAST[method]:
        raise DataError(
            "too-few-people", method=lambda: say("reliability", f"method_{method}"), n=n, least=LEAST[method]
        )
