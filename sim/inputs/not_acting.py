"""Program values that change no result of a simulation: stated, and not yet acting."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path

_HEADER = """\
# Program values that change no result of a simulation, found by moving each in little worlds:
# PYTHONPATH=tests python tests/model/perturbed_rules.py
"""

# Words before the keys of a program's rules; LEAD's have none.
_WORDS = {"lead": ""}


def list_path() -> Path:
    """Return the file that holds the list."""
    return Path(str(files("sim").joinpath("programs", "not_acting.txt")))


def list_text(keys: Iterable[str]) -> str:
    """Return the list as it stands in its file."""
    return _HEADER + "".join(f"{key}\n" for key in keys)


def acts(rulebook: str, key: str) -> bool:
    """Return whether a rule of a rulebook changes results; `rulebook` is its name, ``reach-py2024`` say."""
    program = rulebook.partition("-")[0]
    return _WORDS.get(program, f"{program}.") + key not in not_acting()


@cache
def not_acting() -> frozenset[str]:
    """Return the keys; those of other programs than LEAD begin with ``mssp.`` or ``reach.``."""
    lines = list_path().read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
