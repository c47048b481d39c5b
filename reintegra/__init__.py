"""reintegra: questionnaires about readiness for release, turned into scores that can be trusted."""

from __future__ import annotations

from importlib import import_module
from typing import Any

try:
    from .instruments import instruments as instruments  # the function: it goes before the folder of that name
    from .instruments import load_instrument as load_instrument
except ModuleNotFoundError as missing:  # before any text can be read: both languages at once
    raise ModuleNotFoundError(
        f"""{missing.name} tidak ada di Python ini. Jalankan sekali: python start.py
Lalu pakai Python di folder .venv, bukan python: .venv\\Scripts\\python (Windows) atau .venv/bin/python
This Python has no {missing.name}. Run once: python start.py; then use the Python in the folder .venv.""",
        name=missing.name,
    ) from None

__version__ = "0.1.0"

_HOME = {
    "read_responses": "reintegra.intake",
    "Responses": "reintegra.intake",
    "read_records": "reintegra.intake",
    "Records": "reintegra.intake",
    "score": "reintegra.measure",
    "Scores": "reintegra.measure",
    "compare": "reintegra.evaluate",
    "Comparison": "reintegra.evaluate",
    "report": "reintegra.present",
    "set_language": "reintegra.core.language",
    **dict.fromkeys(
        ("ReintegraError", "InstrumentError", "IntakeError", "DataError", "DesignError", "DisclosureError"),
        "reintegra.core.errors",
    ),
}
_FOLDERS = ("core", "intake", "measure", "consult", "evaluate", "share", "present", "demo")

__all__ = sorted([*_HOME, "instruments", "load_instrument"])


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    if name in _FOLDERS:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, *_FOLDERS, "__version__"])
