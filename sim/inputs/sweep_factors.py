"""What one key of a sweep may be: a list of values, or a range or distribution to choose from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from scipy import special

from sim.inputs.entries import Entry
from sim.inputs.evidence_draw import at_quantile
from sim.inputs.faults import Fault, InputError, shortened, unknown_key, wrong_choice
from sim.inputs.units import parse_number

# Which parameters each distribution of a factor needs, and which it may have beside them.
_KINDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "uniform": (("low", "high"), ()),
    "triangular": (("low", "mode", "high"), ()),
    "normal": (("mean", "sd"), ("low", "high")),
    "lognormal": (("mean", "cv"), ("low", "high")),
    "choice": (("values",), ()),
    "stated": ((), ()),
}
_FLAGS = ("relative", "whole")
# What shows that a table is a distribution, not a table of keys.
_MARKS = {"dist", "low", "high"}
_UNITLESS = ("cv",)
_LEAST_SHARE = 1e-9

Stated = Callable[[str], Entry | None]


@dataclass(frozen=True, slots=True)
class Levels:
    """A key with a list of values.

    Attributes
    ----------
    key : str
        Dotted.
    values : tuple
        As a scenario file has them.
    """

    key: str
    values: tuple[Any, ...]

    def at(self, u: float) -> Any:
        """Return the value at a share `u` of the list, each as likely as the others."""
        return self.values[min(int(u * len(self.values)), len(self.values) - 1)]

    shown = at


@dataclass(frozen=True, slots=True)
class Range:
    """A key with a distribution to choose from.

    Attributes
    ----------
    key : str
        Dotted.
    kind : str
        One of uniform, triangular, normal, lognormal, stated.
    parameters : mapping of str to float
    unit : str
        As written, put behind every value; empty for bare numbers.
    entry : Entry or None
        What is multiplied (`relative`) or drawn as its own distribution says (`stated`).
    relative, whole : bool
        Whether values multiply what is stated, or are rounded to whole numbers.
    """

    key: str
    kind: str
    parameters: Mapping[str, float]
    unit: str = ""
    entry: Entry | None = None
    relative: bool = False
    whole: bool = False

    def at(self, u: float) -> Any:
        """Return the value at quantile `u`, 0 to 1, as a scenario file would have it."""
        if self.kind == "stated" and self.entry is not None:
            return at_quantile(self.entry, u)
        number = self.number(u)
        if self.relative and self.entry is not None:
            return _times(self.entry, number)
        if self.whole:
            number = float(round(number))
        if not self.unit:
            return int(number) if self.whole else number
        return f"{number:.17g} {self.unit}"

    def shown(self, u: float) -> Any:
        """Return what stands for the value along a sweep: a factor or a quantile where it is a list."""
        if self.kind == "stated" and self.entry is not None:
            single = not self.entry.yearly and isinstance(self.entry.value, float)
            return self.at(u) if single else u
        return self.number(u) if self.relative else self.at(u)

    def number(self, u: float) -> float:
        """Return the number at quantile `u`, in the unit as written."""
        at = self.parameters
        low, high = at.get("low", -np.inf), at.get("high", np.inf)
        if self.kind == "uniform":
            return low + u * (high - low)
        if self.kind == "triangular":
            width, rising = high - low, (at["mode"] - low) / (high - low)
            if u < rising:
                return float(low + width * np.sqrt(u * rising))
            return float(high - width * np.sqrt((1.0 - u) * (1.0 - rising)))
        if self.kind == "lognormal":
            sd = float(np.sqrt(np.log1p(at["cv"] ** 2)))
            middle = float(np.log(at["mean"])) - 0.5 * sd**2
            ends = (float(np.log(low)) if low > 0.0 else -np.inf, float(np.log(high)))
            return float(np.exp(_normal(middle, sd, *ends, u)))
        return _normal(at["mean"], at["sd"], low, high, u)


Factor = Levels | Range


def _normal(mean: float, sd: float, low: float, high: float, u: float) -> float:
    """Return a quantile of a normal distribution cut off at two ends."""
    below, above = special.ndtr((low - mean) / sd), special.ndtr((high - mean) / sd)
    share = below + u * (above - below)
    # No distribution without ends reaches them at a quantile of 0 or 1.
    share = min(max(share, _LEAST_SHARE), 1.0 - _LEAST_SHARE)
    return float(min(max(mean + sd * special.ndtri(share), low), high))


def _times(entry: Entry, factor: float) -> Any:
    """Return what an entry states times a factor, as a scenario file would have it."""

    def times(value: Any) -> Any:
        return (np.asarray(value) * factor).tolist()

    if entry.yearly:
        return {str(year): times(value) for year, value in entry.by_year}
    return times(entry.value)


def factors_of(over: Mapping[str, Any], design: str, file: str, stated: Stated) -> list[Factor]:
    """Return the factors of a sweep's table `over`.

    Parameters
    ----------
    over : mapping
        Keys, dotted or nested, each with a list or a table.
    design : str
        The sweep's design: whether lists are values, or two of them the ends of a range.
    file : str
        Named in faults.
    stated : callable
        Returns the entry of a rule or parameter by the scenario's key for it, None where the key is another.

    Raises
    ------
    InputError
        With every fault.
    """
    found: list[Factor] = []
    faults: list[Fault] = []
    for key, raw in _leaves(over):
        one = _factor(key, raw, design in ("grid", "zip"), f"sweep.over.{key}", file, stated)
        if isinstance(one, list):
            faults += one
        else:
            found.append(one)
    if faults:
        raise InputError(faults)
    return found


def _leaves(table: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for name, item in table.items():
        key = f"{path}.{name}" if path else str(name)
        if isinstance(item, Mapping) and not _MARKS & set(item):
            yield from _leaves(item, key)
        else:
            yield key, item


def _factor(
    key: str, raw: object, listed: bool, place: str, file: str, stated: Stated
) -> Factor | list[Fault]:
    if isinstance(raw, list):
        if not raw:
            return [Fault(file, place, "= []", "must hold the values of the key")]
        if listed:
            return Levels(key, tuple(raw))
        ends = [_quantity(item) for item in raw]
        if len(raw) == 2 and all(ends):
            return _between(key, {"dist": "uniform", "low": raw[0], "high": raw[1]}, place, file, stated)
        if all(isinstance(item, str | bool) for item in raw) and not any(ends):
            return Levels(key, tuple(raw))
        allowed = "must be the two ends of a range, words to choose among, or a table with dist"
        return [Fault(file, place, f"= {shortened(raw)}", allowed)]
    if isinstance(raw, Mapping) and not listed:
        return _between(key, {"dist": "uniform", **raw}, place, file, stated)
    allowed = "must be a list of values" if listed else "must be a list or a table with dist"
    return [Fault(file, place, f"= {shortened(raw)}", allowed)]


def _between(key: str, raw: Mapping[str, Any], place: str, file: str, stated: Stated) -> Factor | list[Fault]:
    kind = raw["dist"]
    if kind not in _KINDS:
        return [wrong_choice(file, f"{place}.dist", kind, _KINDS)]
    needed, more = _KINDS[kind]
    known = {"dist", *needed, *more, *_FLAGS}
    faults = [unknown_key(file, f"{place}.{name}", known) for name in raw if name not in known]
    faults += [
        Fault(file, f"{place}.{name}", "is missing", f"{kind} needs it") for name in needed if name not in raw
    ]
    faults += [
        Fault(file, f"{place}.{name}", f"= {shortened(raw[name])}", "must be true or false")
        for name in _FLAGS
        if not isinstance(raw.get(name, False), bool)
    ]
    if faults:
        return faults
    if kind == "choice":
        values = raw["values"]
        if isinstance(values, list) and values:
            return Levels(key, tuple(values))
        return [Fault(file, f"{place}.values", f"= {shortened(values)}", "must be a list of values")]
    entry, relative = stated(key), raw.get("relative", False)
    if (kind == "stated" or relative) and (wrong := _unfit(entry, kind)):
        return [
            Fault(file, place, wrong, "must be a parameter (evidence.KEY) with numbers and a distribution")
        ]
    numbers, unit, faults = _numbers(raw, (*needed, *more), place, file)
    faults = faults or _disorder(kind, numbers, place, file)
    if faults:
        return faults
    return Range(key, kind, numbers, unit, entry, relative, raw.get("whole", False))


def _unfit(entry: Entry | None, kind: str) -> str:
    """Say why a key's own value or distribution cannot be used; empty where it can."""
    if entry is None:
        return "is no rule and no parameter"
    if not all(isinstance(value, float | np.ndarray) for _, value in entry.by_year):
        return "holds no numbers"
    if kind == "stated" and (entry.distribution or {}).get("dist", "fixed") == "fixed":
        return "states no distribution"
    return ""


def _quantity(value: object) -> tuple[float, str] | None:
    try:
        return parse_number(value)
    except ValueError:
        return None


def _numbers(
    raw: Mapping[str, Any], names: Sequence[str], place: str, file: str
) -> tuple[dict[str, float], str, list[Fault]]:
    """Return the parameters of a distribution as numbers in the unit that all are written in."""
    found: dict[str, float] = {}
    units: dict[str, str] = {}
    faults = []
    for name in names:
        if name not in raw:
            continue
        try:
            number, unit = parse_number(raw[name])
        except ValueError as error:
            faults.append(Fault(file, f"{place}.{name}", str(error), "must be a number with a unit"))
            continue
        found[name] = number
        if name not in _UNITLESS:
            units[name] = unit
    if len(set(units.values())) > 1:
        allowed = "must all be written in one unit"
        faults.append(Fault(file, place, f"mixes the units {', '.join(map(repr, units.values()))}", allowed))
    return found, next(iter(units.values()), ""), faults


def _disorder(kind: str, numbers: Mapping[str, float], place: str, file: str) -> list[Fault]:
    rising = [numbers[name] for name in ("low", "mode", "high") if name in numbers]
    spread = numbers.get("sd", numbers.get("cv", 1.0))
    if any(low > high for low, high in pairwise(rising)) or (len(rising) > 1 and rising[0] == rising[-1]):
        return [
            Fault(file, place, f"runs from {rising[0]:g} to {rising[-1]:g}", "must rise from low to high")
        ]
    if spread <= 0.0 or (kind == "lognormal" and numbers["mean"] <= 0.0):
        return [Fault(file, place, "has no spread, or a mean below 0", "must have a spread above 0")]
    return []
