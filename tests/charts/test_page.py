"""The page: Markdown and HTML show every text as it is, and no text can break them."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from sim.charts.page import Figure, Heading, Paragraph, Table, to_html, to_markdown

NASTY = 'a | b <script>alert(1)</script> *c* `d` #e [f](g) & "h"\nsecond line'
BLOCKS = [
    Heading(NASTY, level=1),
    Paragraph(NASTY),
    Table(("name", "value"), [(NASTY, "1.0"), ("plain", "-2.5")], numbers=1),
    Figure("picture", NASTY),
]


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.text: list[str] = []
        self.images: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "img":
            self.images.append(dict(attrs))
        elif tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_html_is_well_formed_and_shows_text_as_it_is() -> None:
    reader = Reader()
    reader.feed(to_html(BLOCKS))
    reader.close()
    assert not reader.open
    assert "script" not in reader.tags
    assert reader.text.count(NASTY) == 5
    assert reader.images == [{"src": "picture.svg", "alt": NASTY}]
    assert reader.tags.count("tr") == 3


def test_markdown_cells_stay_in_their_columns() -> None:
    text = to_markdown(BLOCKS)
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert len(table) == 4
    for line in table:
        assert len(line.replace(r"\|", "").split("|")) == 4
    assert table[1] == "| --- | ---: |"
    assert "<" not in text
    assert "](picture.png)" in text
    assert text.startswith(r"# a \| b &lt;script&gt;")


@pytest.mark.parametrize("form", [to_html, to_markdown])
def test_a_page_ends_with_one_newline(form: object) -> None:
    text = form([Heading("t", level=1), Paragraph("p")])  # type: ignore[operator]
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
