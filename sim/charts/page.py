"""A short page of text, tables and figures, as Markdown for a repository and as HTML for a browser."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #222 }
body { max-width: 52rem; margin: 2rem auto; padding: 0 1rem }
h1, h2 { line-height: 1.2 } h2 { margin-top: 2.5rem }
table { border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums }
th, td { padding: 0.25rem 0.9rem 0.25rem 0; text-align: left; vertical-align: top }
th { border-bottom: 1px solid #666 } td { border-bottom: 1px solid #ddd }
.number { text-align: right; white-space: nowrap }
figure { margin: 1.5rem 0 } img { max-width: 100% } figcaption { font-size: 0.9rem; color: #555 }
""".strip()


@dataclass(frozen=True, slots=True)
class Heading:
    """Heading of a section; level 1 is the title of the page."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under headings; the last `numbers` columns are aligned right."""

    headings: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    numbers: int = 0


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture that lies beside the page as `stem`.png and `stem`.svg."""

    stem: str
    caption: str


Block = Heading | Paragraph | Table | Figure


def to_markdown(blocks: Sequence[Block]) -> str:
    """Return the page as Markdown with PNG pictures; text is shown as it is, whatever signs are in it."""
    return "\n\n".join(_markdown(block) for block in blocks) + "\n"


def to_html(blocks: Sequence[Block]) -> str:
    """Return the page as one HTML document with SVG pictures; text is shown as it is."""
    title = next(html.escape(block.text) for block in blocks if isinstance(block, Heading))
    body = "\n".join(_html(block) for block in blocks)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n{_STYLE}\n</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _markdown(block: Block) -> str:
    match block:
        case Heading(text, level):
            return f"{'#' * level} {_plain(text)}"
        case Paragraph(text):
            return _plain(text)
        case Table(headings, rows, numbers):
            rule = ["---"] * (len(headings) - numbers) + ["---:"] * numbers
            lines = [map(_plain, headings), rule, *(map(_plain, row) for row in rows)]
            return "\n".join(f"| {' | '.join(line)} |" for line in lines)
        case Figure(stem, caption):
            return f"![{_plain(caption)}]({stem}.png)\n\n*{_plain(caption)}*"


def _plain(text: str) -> str:
    """Return text in which no sign means anything to Markdown or HTML, on one line."""
    one_line = " ".join(text.split())
    return re.sub(r"([\\`*_\[\]|#])", r"\\\1", html.escape(one_line, quote=False))


def _html(block: Block) -> str:
    match block:
        case Heading(text, level):
            return f"<h{level}>{html.escape(text)}</h{level}>"
        case Paragraph(text):
            return f"<p>{html.escape(text)}</p>"
        case Table(headings, rows, numbers):
            lines = [_row(headings, "th", numbers), *(_row(row, "td", numbers) for row in rows)]
            return "\n".join(["<table>", *lines, "</table>"])
        case Figure(stem, caption):
            shown = html.escape(caption)
            return f'<figure><img src="{stem}.svg" alt="{shown}"><figcaption>{shown}</figcaption></figure>'


def _row(cells: Sequence[str], tag: str, numbers: int) -> str:
    first = len(cells) - numbers
    shown = [
        f"<{tag}{' class=number' if place >= first else ''}>{html.escape(cell)}</{tag}>"
        for place, cell in enumerate(cells)
    ]
    return f"<tr>{''.join(shown)}</tr>"
