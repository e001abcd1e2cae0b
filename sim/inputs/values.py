"""Values of entries: numbers with units, tables of them, words and flags, parsed once at load."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.inputs.faults import Fault, nearest
from sim.inputs.limits import NO_LIMITS, Limits, other_shape
from sim.inputs.units import UNITS, parse_quantity

Value: TypeAlias = float | bool | str | tuple[str, ...] | NDArray[np.float64]

WORD, FLAG = "word", "flag"
# Lists in lists in lists: more than any entry has.
_DEEPEST = 3


def check_unit(unit: str) -> str | None:
    """Return what is allowed when `unit` is not a canonical unit, else None."""
    canonical = list(dict.fromkeys(name for name, _ in UNITS.values()))
    if unit in (*canonical, WORD, FLAG):
        return None
    return f"one of {', '.join((*canonical, WORD, FLAG))}"


def parse_value(
    raw: object,
    unit: str,
    choices: tuple[str, ...] = (),
    limits: Limits = NO_LIMITS,
    like: Value | None = None,
) -> Value:
    """Turn a raw TOML value into its canonical form.

    Parameters
    ----------
    raw : object
        Number, ``"number unit"``, bool, word, or a (nested) list of numbers or words.
    unit : str
        Canonical unit, ``word`` or ``flag``.
    choices : tuple of str
        Words allowed; empty allows any.
    limits : Limits
        What numbers must hold.
    like : Value, optional
        A value whose shape this one must have.

    Returns
    -------
    float, bool, str, tuple of str, or read-only float64 array

    Raises
    ------
    ValueError
        The message says what is allowed.
    """
    value = _parsed(raw, unit, choices)
    if like is not None and (allowed := other_shape(value, like, limits)):
        raise ValueError(allowed)
    if isinstance(value, float | np.ndarray) and (allowed := limits.broken(value)):
        raise ValueError(allowed if unit == "1" else f"{allowed} (unit {unit})")
    return value


def _parsed(raw: object, unit: str, choices: tuple[str, ...]) -> Value:
    if unit == FLAG:
        if isinstance(raw, bool):
            return raw
        raise ValueError("must be true or false")
    return _words(raw, choices) if unit == WORD else _numbers(raw, unit)


def _words(raw: object, choices: tuple[str, ...]) -> str | tuple[str, ...]:
    listed = raw if isinstance(raw, list) else [raw]
    words = [word for word in listed if isinstance(word, str) and word]
    if not words or len(words) < len(listed):
        raise ValueError("must be a word" + (f": one of {', '.join(choices)}" if choices else ""))
    for word in words:
        if choices and word not in choices:
            near = nearest(word, choices)
            hint = f"; did you mean '{near}'?" if near else ""
            raise ValueError(f"must be one of {', '.join(choices)}{hint}")
    return tuple(words) if isinstance(raw, list) else words[0]


def _numbers(raw: object, unit: str, depth: int = 0) -> float | NDArray[np.float64]:
    if not isinstance(raw, list):
        return parse_quantity(raw, unit)
    if not raw:
        raise ValueError("must not be an empty list")
    if depth == _DEEPEST:
        raise ValueError("must be a number, a list or a table of numbers")
    rows = [_numbers(item, unit, depth + 1) for item in raw]
    if len({np.shape(row) for row in rows}) > 1:
        raise ValueError("must be a table whose rows have one length")
    table = np.array(rows, dtype=np.float64)
    table.flags.writeable = False
    return table


def as_years(
    raw: object, file: str, key: str, years: range
) -> tuple[list[tuple[int | None, object]], list[Fault]]:
    """Return (year, raw value) sorted by year, and the faults of the years."""
    allowed = f"a table of performance years {years[0]} to {years[-1]}"
    if not isinstance(raw, Mapping) or not raw:
        return [], [Fault(file, key, f"= {raw!r}", allowed)]
    pairs: list[tuple[int | None, object]] = []
    faults: list[Fault] = []
    for name, item in raw.items():
        if str(name).isdecimal() and int(name) in years:
            pairs.append((int(name), item))
        else:
            faults.append(Fault(file, f"{key}.{name}", "is not a year here", allowed))
    return sorted(pairs, key=lambda pair: pair[0] or 0), faults
