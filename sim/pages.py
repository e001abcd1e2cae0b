"""Pages from templates: each room keeps its own in a folder ``templates``."""

from __future__ import annotations

import html
import re
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment


def render(room: str, template: str, **values: Any) -> str:
    """Return a page.

    Parameters
    ----------
    room : str
        Package that holds the template in its folder ``templates``, e.g. ``sim.charts``.
    template : str
        File name. In ``*.html.j2`` every value is escaped; in ``*.md.j2`` values are Markdown, and the filter
        ``plain`` shows a text as it is.
    values
        What the template names; a name it does not find is an error.
    """
    return _environment(room).get_template(template).render(values)


@cache
def _environment(room: str) -> Environment:
    # Most runs write no page, and importing the template library takes longer than all else here.
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape  # noqa: PLC0415

    made = Environment(
        loader=PackageLoader(room, "templates"),
        autoescape=select_autoescape(("html.j2",), ("md.j2",), default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["plain"] = plain
    return made


def plain(text: str) -> str:
    """Return text in which no sign means anything to Markdown or HTML, on one line."""
    one_line = " ".join(text.split())
    return re.sub(r"([\\`*_\[\]|#])", r"\\\1", html.escape(one_line, quote=False))
