"""Evidence: behavioural and clinical parameters, each with unit, distribution, source and grade."""

from __future__ import annotations

import tomllib
from collections import deque
from collections.abc import Callable, Mapping
from functools import lru_cache, wraps
from importlib.resources import files
from typing import TypeVar

import numpy as np

from sim.inputs.entries import Entry, EntryBook
from sim.inputs.entry_reader import EVIDENCE, read_entries
from sim.inputs.faults import Fault, InputError
from sim.inputs.overrides import Overrides, apply_overrides

# Evidence may hold from a calendar year on; these bound what a scenario may write.
YEARS = range(2008, 2051)
# Beside the evidence: published figures that simulated people are held to, read by sim/calibration.
TARGETS = "targets.toml"
_RESULTS_KEPT = 8
R = TypeVar("R")


class Evidence(EntryBook):
    """All parameters of behaviour, by dotted key."""

    # A book is told from another by being another: what follows from one can be kept for its next use.
    __hash__ = object.__hash__


def load_evidence(overrides: Overrides | None = None, origin: str = "scenario") -> Evidence:
    """Load every evidence file as one book, with what a scenario changes.

    Parameters
    ----------
    overrides : Mapping, optional
        See :func:`sim.inputs.overrides.apply_overrides`. A value a scenario states is certain: its
        distribution becomes ``fixed``.
    origin : str
        File the overrides come from.

    Raises
    ------
    InputError
        With all faults at once, over all files.
    """
    found = sorted(
        (
            item
            for item in files("sim").joinpath("evidence").iterdir()
            if item.name.endswith(".toml") and item.name != TARGETS
        ),
        key=lambda item: item.name,
    )
    stated = _parsed(tuple((item.name, item.read_text(encoding="utf-8")) for item in found))
    if not overrides:
        return Evidence("evidence", dict(stated))
    entries, faults = apply_overrides(stated, overrides, origin, YEARS)
    if faults:
        raise InputError(faults)
    return Evidence("evidence", entries)


@lru_cache(maxsize=1)
def _parsed(texts: tuple[tuple[str, str], ...]) -> Mapping[str, Entry]:
    """Return what texts state: scenarios by the thousand read the same files."""
    return parse_evidence(dict(texts)).entries


def parse_evidence(texts: dict[str, str]) -> Evidence:
    """Parse evidence files (name to text) into one book; a key stated twice is a fault."""
    entries: dict[str, Entry] = {}
    faults: list[Fault] = []
    for file, text in texts.items():
        try:
            tables = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            faults.append(Fault(file, "", f"is not TOML: {error}", "a TOML file"))
            continue
        stated, wrong = read_entries(tables, file, EVIDENCE, YEARS)
        faults += wrong
        faults += [
            Fault(file, key, f"is stated in {entries[key].file} too", "one file states a parameter")
            for key in stated
            if key in entries
        ]
        entries |= stated
    if faults:
        raise InputError(faults)
    return Evidence("evidence", entries)


def kept_by_value(function: Callable[[Evidence], R]) -> Callable[[Evidence], R]:
    """Keep the last results of a function, and give them again where all it asked for has the same values.

    A study that moves one parameter has a book for each of its values: what does not rest on that parameter
    is not worked out anew. The function must be one of what it asks of the book by key, and of nothing else.
    """
    kept: deque[tuple[dict[str, object], R]] = deque(maxlen=_RESULTS_KEPT)

    @wraps(function)
    def found(evidence: Evidence) -> R:
        for values, result in tuple(kept):
            if all(key in evidence and _told(evidence.entries[key]) == told for key, told in values.items()):
                evidence.asked.update(values)
                return result
        # Another book of the same entries, which is asked by this function alone.
        own = Evidence(evidence.name, evidence.entries)
        result = function(own)
        evidence.asked.update(own.asked)
        kept.appendleft(({key: _told(own.entries[key]) for key in own.asked}, result))
        return result

    return found


def _told(entry: Entry) -> object:
    """Return an entry's values to the bit, by year, as something that can be compared."""
    return [
        (year, value.shape, value.tobytes()) if isinstance(value, np.ndarray) else (year, value)
        for year, value in entry.by_year
    ]
