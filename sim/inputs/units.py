"""Units written in values ("1.75 %", "210 USD/month"), turned into plain floats once, at load."""

from __future__ import annotations

import re
from math import inf, isfinite

# Unit written by the user -> (canonical unit, factor to it). Kernels and policy see only the canonical unit.
UNITS: dict[str, tuple[str, float]] = {
    "": ("1", 1.0),
    "1": ("1", 1.0),
    "%": ("1", 0.01),
    "percent": ("1", 0.01),
    "pp": ("1", 0.01),
    "/yr": ("1/year", 1.0),
    "/year": ("1/year", 1.0),
    "1/year": ("1/year", 1.0),
    "%/yr": ("1/year", 0.01),
    "%/year": ("1/year", 0.01),
    "per 1000 per year": ("1/year", 0.001),
    "USD": ("USD", 1.0),
    "million USD": ("USD", 1e6),
    "USD/year": ("USD/year", 1.0),
    "USD/yr": ("USD/year", 1.0),
    "million USD/year": ("USD/year", 1e6),
    "USD/month": ("USD/month", 1.0),
    "USD/mo": ("USD/month", 1.0),
    "USD PBPM": ("USD/month", 1.0),
    "people": ("people", 1.0),
    "years": ("years", 1.0),
    "months": ("months", 1.0),
    "days": ("days", 1.0),
    "visits/year": ("visits/year", 1.0),
}

# Least and greatest value in a canonical unit where an entry states no bounds of its own. A number without a
# unit is a share, a number a year a chance; entries that state factors or growth say how far those may go.
BOUNDS: dict[str, tuple[float, float]] = {
    "1": (0.0, 1.0),
    "1/year": (0.0, 1.0),
    "USD": (0.0, 1e7),
    "USD/year": (0.0, 1e9),
    "USD/month": (0.0, 1e5),
    "people": (0.0, 1e7),
    "years": (0.0, 100.0),
    "months": (0.0, 60.0),
    "days": (0.0, 366.0),
    "visits/year": (0.0, 366.0),
}

# Commas and underscores stand between thousands only: 1,5 is no 15.
_NUMBER = r"[1-9]\d{0,2}(?:,\d{2,3})*,\d{3}(?:\.\d*)?|\d+(?:_\d+)*(?:\.\d*)?|\.\d+"
_QUANTITY = re.compile(
    rf"\s*([-+]?(?:{_NUMBER})(?:e[-+]?\d+)?)(?![\d.,_])\s*(.*?)\s*", re.ASCII | re.IGNORECASE
)
_DECIMAL_COMMA = re.compile(r"\s*[-+]?\d[\d.,]*,\d", re.ASCII)


def parse_quantity(text: object, unit: str = "1") -> float:
    """Turn ``"1.75 %"`` (or a bare number, taken to be in `unit` already) into a float in `unit`.

    Parameters
    ----------
    text : str, int or float
        The value as a user wrote it.
    unit : str
        Canonical unit wanted: one of the first items of :data:`UNITS`' values.

    Returns
    -------
    float
        The number in `unit`.

    Raises
    ------
    ValueError
        When it is not a number, or its unit is unknown or of another kind; the message says what is allowed.
    """
    number, written = parse_number(text, unit)
    canonical, factor = UNITS[written]
    if written == "" or canonical == unit:
        return number * factor
    raise ValueError(f"{text!r} is in {canonical}; {allowed_units(unit)}")


def parse_number(text: object, unit: str = "") -> tuple[float, str]:
    """Return a number and the unit written behind it, one of :data:`UNITS`, not yet converted.

    Raises
    ------
    ValueError
        When it is not a number, or its unit is unknown; the message names those of `unit`.
    """
    if isinstance(text, bool):
        raise ValueError(f"{text!r} is not a number")
    if isinstance(text, int | float):
        return _finite(text), ""
    if not isinstance(text, str):
        raise ValueError(f"{text!r} is not a number")
    found = _QUANTITY.fullmatch(text)
    if found is None and _DECIMAL_COMMA.match(text):
        raise ValueError(f"{text!r} has a comma that parts no thousands; write a decimal point: 1234.5")
    if found is None:
        raise ValueError(f"{text!r} is not a number with a unit")
    if found[2] not in UNITS:
        known = f"; {allowed_units(unit)}" if unit else ""
        raise ValueError(f"{text!r} has the unknown unit {found[2]!r}{known}")
    return _finite(found[1].replace(",", "").replace("_", "")), found[2]


def _finite(number: str | float) -> float:
    try:
        found = float(number)
    except OverflowError:
        found = inf
    if not isfinite(found):
        raise ValueError("must be a finite number")
    return found


def allowed_units(unit: str) -> str:
    """Return a sentence listing the spellings accepted for a canonical unit."""
    spellings = [name for name, (canonical, _) in UNITS.items() if canonical == unit and name]
    return f"allowed: a number in {' or '.join(repr(name) for name in spellings)}"
