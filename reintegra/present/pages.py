"""How html pages are made: templates that escape everything, and figures that travel inside the page."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from functools import cache
from typing import Any

from ..core.language import in_language, language, number, say, word


@cache
def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    texts = {"t": lambda code, **values: say("page", code, **values), "word": word}
    environment.globals.update(texts, number=number, label=in_language)
    environment.filters["codes"] = _whole_codes
    return environment


def _whole_codes(text: str) -> Any:
    """Keep codes such as UPT-A and RT-B-25 on one line."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"\b[A-Z]{2,}(?:-[A-Z0-9]+)+\b", r'<span class="code">\g<0></span>', str(escape(text))))


def page(template: str, **values: Any) -> str:
    """Return a page made from a template, in the current language."""
    text: str = _environment().get_template(template).render(lang=language(), **values)
    return text


def figure(draw: Callable[[Any], Any], result: Any) -> Any:
    """Draw a result and return it as an image element that holds the picture itself; its alt text is the sentence."""
    import matplotlib as mpl
    import matplotlib.pyplot as plt
    from markupsafe import Markup

    file = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "reintegra", "svg.fonttype": "path"}):
        drawn = draw(result).figure
        drawn.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
        plt.close(drawn)
    data = base64.b64encode(file.getvalue()).decode()
    return Markup('<img src="data:image/svg+xml;base64,{}" alt="{}">').format(data, result.sentence)
