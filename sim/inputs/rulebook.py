"""Rulebooks: what a program says, by performance year, each value with its source and status."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from typing import Any

from sim.inputs.entries import Entry, EntryBook
from sim.inputs.entry_reader import RULE, read_entries
from sim.inputs.faults import Fault, InputError, wrong_choice
from sim.inputs.overrides import Overrides, apply_overrides

_BOOKS_KEPT = 64
_FILE_KEYS = ("title", "first_py", "last_py")
_OPTIONAL_KEYS = ("extends", "by_year")


@dataclass(frozen=True)
class Rulebook(EntryBook):
    """The rules of one program version.

    Attributes
    ----------
    title : str
        What people call it.
    first_py, last_py : int
        Performance years it speaks about.
    chain : tuple of str
        Its name and those of the rulebooks it extends, nearest first.
    by_year : bool
        Whether all its values are read by performance year, so that a scenario may state any of them by year.
    """

    title: str = ""
    first_py: int = 0
    last_py: int = 0
    chain: tuple[str, ...] = ()
    by_year: bool = False

    def assumed(self) -> list[str]:
        """Return the keys whose value, or that of some years, is not public and therefore assumed."""
        return [entry.key for entry in self if entry.standing == "assumed" or entry.years_assumed]

    def conflicted(self) -> list[str]:
        """Return the keys about which sources say different things, where the scenario states no value."""
        return [entry.key for entry in self if entry.conflict is not None and entry.change is None]

    def changed(self) -> list[str]:
        """Return the keys a scenario changed."""
        return [entry.key for entry in self if entry.change is not None]


def available_rulebooks() -> list[str]:
    """Return the names of the rulebooks shipped with the package."""
    return sorted(
        item.name.removesuffix(".toml")
        for item in files("sim").joinpath("programs").iterdir()
        if item.name.endswith(".toml")
    )


def load_rulebook(name: str, overrides: Overrides | None = None, origin: str = "scenario") -> Rulebook:
    """Load a rulebook, with what it extends and what a scenario changes.

    Parameters
    ----------
    name : str
        One of :func:`available_rulebooks`.
    overrides : Mapping, optional
        See :func:`sim.inputs.overrides.apply_overrides`.
    origin : str
        File the overrides come from.

    Raises
    ------
    InputError
        With all faults at once: unknown rulebook or key, a value of the wrong unit, kind, year or size, and,
        in a rulebook, a value without unit, source or status.
    """
    book = _stated(name, origin, ())
    if not overrides:
        return book
    years = range(book.first_py, book.last_py + 1)
    entries, faults = apply_overrides(book.entries, overrides, origin, years, book.by_year)
    if faults:
        raise InputError(faults)
    return replace(book, entries=entries)


def _stated(name: str, asker: str, below: tuple[str, ...]) -> Rulebook:
    if name in below:
        raise InputError(Fault(asker, "extends", f"= {name!r} extends itself", "a chain that ends"))
    if name not in available_rulebooks():
        raise InputError(wrong_choice(asker, "extends" if below else "rulebook", name, available_rulebooks()))
    text = files("sim").joinpath("programs").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return replace(_parsed(name, text, below), asked=set())


@lru_cache(maxsize=_BOOKS_KEPT)
def _parsed(name: str, text: str, below: tuple[str, ...]) -> Rulebook:
    """Return what a text states: scenarios by the thousand read the same files."""
    return parse_rulebook(name, text, below)


def parse_rulebook(name: str, text: str, below: tuple[str, ...] = ()) -> Rulebook:
    """Parse a rulebook's text; `below` names the rulebooks that led here through ``extends``."""
    file = f"{name}.toml"
    try:
        tables: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(Fault(file, "", f"is not TOML: {error}", "a TOML file")) from error
    parent = _stated(tables["extends"], file, (*below, name)) if "extends" in tables else None
    faults = [
        Fault(file, key, "is missing", "every rulebook states title, first_py and last_py")
        for key in _FILE_KEYS
        if key not in tables and parent is None
    ]
    if faults:
        raise InputError(faults)
    first, last = (tables.get(key, getattr(parent, key, None)) for key in ("first_py", "last_py"))
    if not (isinstance(first, int) and isinstance(last, int) and first <= last):
        raise InputError(Fault(file, "first_py", f"= {first!r}, last_py = {last!r}", "two years in order"))
    inherited: Mapping[str, Entry] = parent.entries if parent else {}
    grouped = {key: item for key, item in tables.items() if key not in (*_FILE_KEYS, *_OPTIONAL_KEYS)}
    stated, faults = read_entries(grouped, file, RULE, range(first, last + 1), inherited)
    if faults:
        raise InputError(faults)
    return Rulebook(
        name=name,
        entries={**inherited, **stated},
        title=tables.get("title", parent.title if parent else name),
        first_py=first,
        last_py=last,
        chain=(name, *(parent.chain if parent else ())),
        by_year=tables.get("by_year", parent.by_year if parent else False) is True,
    )
