"""The console for results."""

from __future__ import annotations

import os
from pathlib import Path

from rich.console import Console

NARROW, WIDE = 80, 100


def stdout(width: int = WIDE) -> Console:
    """Return the console for results: `width` columns where it is no terminal and nobody says otherwise."""
    console = Console()
    return console if console.is_terminal or "COLUMNS" in os.environ else Console(width=width)


def tell_figure(console: Console, figure: Path) -> None:
    """Say where a figure has been drawn."""
    console.print(f"Figure: {figure}", highlight=False, soft_wrap=True, markup=False)
