"""Pages from templates: values are shown as they are, and a template that asks for more fails."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import UndefinedError

from sim.charts.page import Heading, to_html
from sim.pages import plain, render


def test_html_escapes_every_value():
    assert "<h1>&lt;b&gt; &amp; c</h1>" in to_html([Heading("<b> & c", level=1)])


def test_a_name_nobody_gives_is_an_error():
    with pytest.raises(UndefinedError):
        render("sim.charts", "page.html.j2", blocks=[])


def test_plain_text_means_nothing_to_markdown():
    assert plain("a | *b*\n<c> `d`") == r"a \| \*b\* &lt;c&gt; \`d\`"


def test_templates_say_by_their_names_whether_values_are_escaped():
    templates = list((Path(__file__).parents[1] / "sim").rglob("*.j2"))
    assert len(templates) >= 4
    for path in templates:
        assert path.parent.name == "templates"
        assert path.name.endswith((".html.j2", ".md.j2"))
