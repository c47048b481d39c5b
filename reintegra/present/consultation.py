"""The consultation form on paper."""

from __future__ import annotations

from pathlib import Path

from ..consult import consultation_form
from ..core.files import write_text
from ..core.language import say, speaking
from .pages import page


def consultation_page() -> str:
    """Return the consultation form to print, in the current language.

    Returns
    -------
    str
        One self-contained html page, A4 when printed: boxes to tick, lines to write on, and the box for danger.

    Raises
    ------
    Nothing.

    Source
    ------
    reintegra/consult/form.toml; docs/decisions/0010-forms-for-phone-and-paper.md
    """
    return page("consultation.html", form=consultation_form(), say=lambda code, **values: say("form", code, **values))


def consultation_paper(path: str | Path, *, lang: str | None = None) -> Path:
    """Write the consultation form to print, as `consultation_page` returns it.

    Parameters
    ----------
    path : str or Path
        The page to write (.html).
    lang : "id" or "en", optional
        Its language; without it the current one.

    Returns
    -------
    Path
        The file that was written: under another name where ``path`` is open in another program.

    Raises
    ------
    OutputError
        The file cannot be written.

    Source
    ------
    reintegra/consult/form.toml; docs/decisions/0010-forms-for-phone-and-paper.md
    """
    with speaking(lang):
        return write_text(Path(path), consultation_page())
