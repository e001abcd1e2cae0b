"""Entries: values with unit, source and standing, as rulebooks and evidence files state them.

A TOML table that has a key ``value`` or ``values`` is an entry and its dotted path is its key; every other
table only groups entries. ``values`` states a value by performance year, carried forward until restated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.inputs.faults import Fault, InputError, unknown_key
from sim.inputs.limits import NO_LIMITS, Limits
from sim.inputs.values import Value


@dataclass(frozen=True, slots=True)
class Conflict:
    """What another source says, and how a scenario switches to it."""

    value: str
    source: str
    switch: str


@dataclass(frozen=True, slots=True)
class Change:
    """What a scenario changed: where it was stated and the entry it replaced."""

    origin: str
    before: Entry


@dataclass(frozen=True, slots=True)
class Entry:
    """One value, or one value by performance year, with everything a doubter asks for.

    Attributes
    ----------
    key : str
        Dotted path, e.g. ``discount.higher_spending``.
    unit : str
        Canonical unit of the parsed value; ``word`` and ``flag`` are switches.
    by_year : tuple of (int or None, Value)
        Sorted by year; one pair with year None when the value holds for all years.
    written : tuple of (int or None, object)
        The same as the author wrote it, for people to read.
    standing : str
        Rulebooks: ``final``, ``proposed``, ``secondary``, ``assumed`` or ``conflicted``, which has a
        :attr:`conflict`. Evidence: grade ``A`` to ``D``.
    file : str
        Where it is stated.
    limits : Limits
        What its values, stated, changed by a scenario or drawn, must hold. All have the shape of the first.
    distribution : Mapping or None
        Evidence only: ``dist`` and its parameters, in the entry's unit.
    scope : str
        Evidence only: ``world`` where the world is made with it, which is one for all arms, and ``arm`` where
        each arm may have its own.
    assumed_years : tuple of int
        Rulebooks: performance years whose value is assumed although others are published.
    change : Change or None
        Set when a scenario replaced the stated value.
    """

    key: str
    title: str
    unit: str
    by_year: tuple[tuple[int | None, Value], ...]
    written: tuple[tuple[int | None, object], ...]
    source: str
    standing: str
    file: str
    note: str = ""
    choices: tuple[str, ...] = ()
    limits: Limits = NO_LIMITS
    conflict: Conflict | None = None
    distribution: Mapping[str, Any] | None = None
    spread: str = ""
    scope: str = ""
    year: int | None = None
    assumed_years: tuple[int, ...] = ()
    change: Change | None = None

    @property
    def yearly(self) -> bool:
        """Whether the value is stated by performance year."""
        return self.by_year[0][0] is not None

    @property
    def years_assumed(self) -> str:
        """Years whose value alone is assumed, in words; empty for none or where a scenario states it."""
        years = () if self.change else self.assumed_years
        starts = [year for year in years if year - 1 not in years]
        ends = [year for year in years if year + 1 not in years]
        spans = (f"{one}" if one == last else f"{one}-{last}" for one, last in zip(starts, ends, strict=True))
        return f"PY{', '.join(spans)}" if years else ""

    @property
    def value(self) -> Value:
        """The value that holds for all years."""
        return self.at(None)

    def at(self, py: int | None) -> Value:
        """Return the value in a performance year: the latest one stated up to it.

        Raises
        ------
        InputError
            When the value goes by year and `py` is missing or before the first year stated.
        """
        first, value = self.by_year[0]
        if first is None:
            return value
        if py is None or py < first:
            asked = "no year was asked for" if py is None else f"asked for {py}"
            raise InputError(
                Fault(self.file, self.key, f"is stated by year; {asked}", f"a year from {first}")
            )
        return next(value for year, value in reversed(self.by_year) if year is not None and year <= py)


def rebuilt(entry: Entry, **changes: Any) -> Entry:
    """Return the entry with some fields replaced."""
    return Entry(**({one.name: getattr(entry, one.name) for one in fields(Entry)} | changes))


@dataclass(frozen=True)
class EntryBook:
    """Entries by key, with typed access.

    Attributes
    ----------
    name : str
        What errors call the book.
    entries : Mapping of str to Entry
        By dotted key.
    asked : set of str
        Keys of the entries asked for so far: what somebody's result rests on.
    """

    name: str
    entries: Mapping[str, Entry] = field(repr=False)
    asked: set[str] = field(default_factory=set, repr=False, compare=False, kw_only=True)

    def keys(self) -> list[str]:
        """Return all keys, in the order stated."""
        return list(self.entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries.values())

    def __contains__(self, key: object) -> bool:
        return key in self.entries

    def entry(self, key: str) -> Entry:
        """Return an entry; raises InputError naming the nearest key when there is none."""
        if key not in self.entries:
            raise InputError(unknown_key(self.name, key, _siblings(key, self.entries)))
        self.asked.add(key)
        return self.entries[key]

    def value(self, key: str, py: int | None = None) -> Value:
        """Return a value (in a performance year, when it is stated by year)."""
        return self.entry(key).at(py)

    def number(self, key: str, py: int | None = None) -> float:
        """Return a value known to be one number."""
        value = self.value(key, py)
        if isinstance(value, float):
            return value
        raise self._not("one number", key, value)

    def array(self, key: str, py: int | None = None) -> NDArray[np.float64]:
        """Return a value known to be a list or table of numbers."""
        value = self.value(key, py)
        if isinstance(value, np.ndarray):
            return value
        raise self._not("a list of numbers", key, value)

    def word(self, key: str, py: int | None = None) -> str:
        """Return a value known to be a word."""
        value = self.value(key, py)
        if isinstance(value, str):
            return value
        raise self._not("a word", key, value)

    def words(self, key: str, py: int | None = None) -> tuple[str, ...]:
        """Return a value known to be a list of words."""
        value = self.value(key, py)
        if isinstance(value, tuple):
            return value
        raise self._not("a list of words", key, value)

    def flag(self, key: str, py: int | None = None) -> bool:
        """Return a value known to be true or false."""
        value = self.value(key, py)
        if isinstance(value, bool):
            return value
        raise self._not("true or false", key, value)

    def _not(self, wanted: str, key: str, value: Value) -> InputError:
        return InputError(Fault(self.name, key, f"= {value!r}", f"must be {wanted}"))


def _siblings(key: str, known: Iterable[str]) -> list[str]:
    """Return the keys of the table a wrong key stands in, or all keys when the table is unknown too."""
    known = list(known)
    table = key.rpartition(".")[0]
    beside = [other for other in known if table and other.startswith(table + ".")]
    return beside or known
