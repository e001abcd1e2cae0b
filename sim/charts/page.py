"""A short page of text, tables and figures, as Markdown for a repository and as HTML for a browser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from sim.pages import render


@dataclass(frozen=True, slots=True)
class Heading:
    """Heading of a section; level 1 is the title of the page."""

    kind: ClassVar[str] = "heading"
    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    kind: ClassVar[str] = "paragraph"
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under headings; the last `numbers` columns are aligned right."""

    kind: ClassVar[str] = "table"
    headings: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    numbers: int = 0


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture that lies beside the page as `stem`.png and `stem`.svg."""

    kind: ClassVar[str] = "figure"
    stem: str
    caption: str


Block = Heading | Paragraph | Table | Figure


def to_markdown(blocks: Sequence[Block]) -> str:
    """Return the page as Markdown with PNG pictures; text is shown as it is, whatever signs are in it."""
    return render("sim.charts", "page.md.j2", blocks=blocks)


def to_html(blocks: Sequence[Block]) -> str:
    """Return the page as one HTML document with SVG pictures; text is shown as it is."""
    title = next(block.text for block in blocks if isinstance(block, Heading))
    return render("sim.charts", "page.html.j2", blocks=blocks, title=title)
