"""What a form shows for an item or an answer, in both languages, where the wording is shipped and where it is not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.language import LANGUAGES, in_language, say, speaking
from .definition import Answer, Item, Label


def both(key: str, /, **values: Any) -> dict[str, str]:
    """Return a text of the table ``form`` in both languages; a value that is a label is put in in its language."""
    texts = {}
    for lang in LANGUAGES:
        with speaking(lang):
            said = {name: in_language(v) if isinstance(v, Mapping) else v for name, v in values.items()}
            texts[lang] = say("form", key, **said)
    return texts


def bare_item(number: str) -> dict[str, str]:
    """Return what stands for an item whose wording is not shipped: its number."""
    return both("item", number=number)


def bare_answer(code: Any) -> dict[str, str]:
    """Return what stands for an answer whose wording is not shipped: its code."""
    return dict.fromkeys(LANGUAGES, str(code))


def item_label(item: Item) -> dict[str, str]:
    """Return what a form shows for an item."""
    return shown_label(item.label, bare_item(item.number))


def answer_label(answer: Answer) -> dict[str, str]:
    """Return what a form shows for an answer."""
    return shown_label(answer.label, bare_answer(answer.value))


def shown_label(label: Label, bare: Label) -> dict[str, str]:
    """Return what stands in each language: the wording; that of the other language in brackets; or ``bare``."""
    other = next(iter(label.values()), "").strip()
    return {lang: label.get(lang) or (f"[{other}]" if other else bare[lang]) for lang in LANGUAGES}


def own_label(shown: Mapping[str, str], bare: Label) -> dict[str, str]:
    """Return the wording that `shown_label` was made of: neither ``bare`` nor borrowed in brackets."""
    borrowed = {f"[{text}]" for text in shown.values()}
    return {lang: text for lang, text in shown.items() if text and text != bare.get(lang) and text not in borrowed}


def wording(label: Label, bare: Label) -> list[str]:
    """Return in which languages a label is wording, where its texts alone would not tell; mostly nothing."""
    return [] if own_label(shown_label(label, bare), bare) == label else list(label)
