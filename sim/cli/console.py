"""The console for results."""

from __future__ import annotations

import os

from rich.console import Console

NARROW, WIDE = 80, 100


def stdout(width: int = WIDE) -> Console:
    """Return the console for results: `width` columns where it is no terminal and nobody says otherwise."""
    console = Console()
    return console if console.is_terminal or "COLUMNS" in os.environ else Console(width=width)
