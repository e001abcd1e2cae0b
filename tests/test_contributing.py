"""The tour of the house names only what is there, and all that is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
# Made by following the page.
EXAMPLES = {"sim/behaviour/outreach.py"}


def named_paths() -> set[str]:
    """Return what the page names in code style and looks like a path of the repository."""
    places = r"\.ci|docs|notebooks|scenarios|sim|tests"
    return set(re.findall(rf"`((?:{places})(?:/[\w./-]+)?|[\w-]+\.(?:md|toml))`", PAGE)) - EXAMPLES


def test_every_path_that_the_page_names_exists() -> None:
    names = {name for name in named_paths() if not re.search(r"/X/|_y\.py", name)}
    assert len(names) > 40
    assert sorted(name for name in names if not (ROOT / name).exists()) == []


def test_every_room_is_on_the_tour() -> None:
    rooms = {f"sim/{path.name}" for path in (ROOT / "sim").iterdir() if path.is_dir() and path.name[0] != "_"}
    assert sorted(rooms - named_paths()) == []
