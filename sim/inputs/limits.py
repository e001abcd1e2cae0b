"""Limits of a value: its shape, its bounds and what else it must hold, as entries state them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from sim.inputs.faults import Fault
from sim.inputs.units import BOUNDS

ANY_LENGTH = "any"
# Shares are written with few digits: thirds as 33.3 %.
_SUM_TOLERANCE = 0.005

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """What the numbers of a value must hold.

    Attributes
    ----------
    min, max : float or None
        Bounds in the entry's unit, both included. Where an entry states none, those of its unit hold.
    whole : bool
        Whether only whole numbers make sense.
    rising : bool
        Whether each number of a list must be above the one before.
    sum : float or None
        What the numbers of a list, or of each row of a table, add up to.
    length : str
        ``any`` where a list may have another length than the one stated; lists of words always may.
    held : str
        Why no scenario may change the value; empty where it may.
    """

    min: float | None = None
    max: float | None = None
    whole: bool = False
    rising: bool = False
    sum: float | None = None
    length: str = ""
    held: str = ""

    def broken(self, value: float | np.ndarray) -> str | None:
        """Return what is allowed where numbers break these limits, else None."""
        numbers = np.asarray(value)
        if not np.isfinite(numbers).all():
            return "must be a finite number"
        low, high = numbers.min(), numbers.max()
        if (self.min is not None and low < self.min) or (self.max is not None and high > self.max):
            return f"must lie {self.between()}"
        if self.whole and (numbers % 1.0 != 0.0).any():
            return "must be a whole number"
        if self.rising and (np.diff(numbers) <= 0.0).any():
            return "must rise from each number to the next"
        if self.sum is not None and (np.abs(numbers.sum(axis=-1) - self.sum) > _SUM_TOLERANCE).any():
            return f"must add up to {self.sum:g}"
        return None

    def between(self) -> str:
        """Return the bounds in words."""
        if self.min is None or self.max is None:
            return f"at or above {self.min:,.10g}" if self.max is None else f"at or below {self.max:,.10g}"
        return f"between {self.min:,.10g} and {self.max:,.10g}"


NO_LIMITS = Limits()
LIMIT_KEYS = tuple(one.name for one in fields(Limits))
_KINDS: dict[str, tuple[Any, str]] = {
    "min": (int | float, "a number in the entry's unit"),
    "max": (int | float, "a number in the entry's unit"),
    "whole": (bool, "true or false"),
    "rising": (bool, "true or false"),
    "sum": (int | float, "a number"),
    "length": (str, f"{ANY_LENGTH!r}, or left out"),
    "held": (str, "text that says why no scenario may change it"),
}


def read_limits(
    table: Mapping[str, Any], unit: str, parent: Limits | None, key: str, file: str
) -> tuple[Limits, list[Fault]]:
    """Read the limits of an entry: what it states, else its parent's, else the bounds of its unit."""
    stated = {name: table[name] for name in LIMIT_KEYS if name in table}
    faults = [
        Fault(file, f"{key}.{name}", f"= {value!r}", f"must be {_KINDS[name][1]}")
        for name, value in stated.items()
        if not isinstance(value, _KINDS[name][0])
        or (isinstance(value, bool) and _KINDS[name][0] is not bool)
        or (name == "length" and value != ANY_LENGTH)
    ]
    if faults:
        return NO_LIMITS, faults
    low, high = BOUNDS.get(unit, (None, None))
    usual = {name: getattr(parent, name) for name in LIMIT_KEYS} if parent else {"min": low, "max": high}
    return Limits(**(usual | stated)), []


def shape_text(value: object) -> str:
    """Return the shape of a value in words: one number, a list of 7 numbers, a table, a word."""
    if isinstance(value, np.ndarray):
        *rows, count = value.shape
        return "".join(f"a list of {one} lists, each " for one in rows[:1]) + f"a list of {count} numbers"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, tuple):
        return "a list of words"
    return "a word" if isinstance(value, str) else "one number"


def other_shape(value: object, like: object, limits: Limits) -> str | None:
    """Return what is allowed where a value has not the shape of `like`, the value stated, else None."""
    if isinstance(value, np.ndarray) and isinstance(like, np.ndarray):
        fits = value.ndim == like.ndim if limits.length else value.shape == like.shape
    else:
        fits = type(value) is type(like)
    if fits:
        return None
    found = "" if isinstance(value, bool) else f", not {shape_text(value)}"
    if limits.length:
        return f"must be a list of numbers{found}"
    return f"must be {shape_text(like)}{found}"
