"""Distributions of evidence: how uncertain a value is, or how far agents differ, as the files state it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.inputs.entries import Entry
from sim.inputs.faults import Fault, unknown_key
from sim.inputs.values import parse_value
from sim.kernels.codes import N_KINDS

# Parameters of each distribution around the value: (needed, one of these must be given). All but cv and
# concentration are in the entry's unit. Where the value is a list, sd or cv may be a list of the same shape;
# a spread of 0 leaves a value where it is.
DISTRIBUTIONS: dict[str, tuple[str, ...]] = {
    "fixed": (),
    "normal": ("sd", "cv"),
    "lognormal": ("cv", "sd"),
    "beta": ("sd", "cv"),
    "triangular": ("low", "high"),
    "uniform": ("low", "high"),
    "dirichlet": ("concentration",),
}
_ALTERNATIVES = ("normal", "lognormal", "beta")
_UNITLESS = ("cv", "concentration", "mean_spending")
# `together = true` says that a list of values is uncertain as one level: all move by the same quantile.
# Without it each moves by itself. A Dirichlet's values depend on each other already.
_TOGETHER = "together"
# `mean_spending` is the elasticity of mean spending to the value: like the value, or with one more axis, by
# kind of person. Mean spending is known better than what shapes it, so a draw that changes its shape takes
# out of its level what that would add.
_MEAN_SPENDING = "mean_spending"
_ALONE = ("fixed", "dirichlet")
# `parameter`: the distribution is uncertainty of the value, drawn once a replicate when a study asks for it.
# `agent`, `year`: it is, or the value itself is, how far agents or years differ, drawn where they act.
SPREADS = ("parameter", "agent", "year")


def read_distribution(entry: Entry, table: object, file: str) -> tuple[dict[str, Any], list[Fault]]:
    """Parse the distribution of an entry, collecting every fault.

    Parameters
    ----------
    entry : Entry
        With its values and its spread.
    table : object
        What the file states: ``dist``, its parameters and perhaps ``together`` and ``mean_spending``.
    file : str
        Named in faults.

    Returns
    -------
    distribution : dict
        Parameters in the entry's unit; a list where each value has its own.
    faults : list of Fault
    """
    place = f"{entry.key}.distribution"
    if not isinstance(table, Mapping) or table.get("dist") not in DISTRIBUTIONS:
        return {}, [Fault(file, place, f"= {table!r}", f"dist must be one of {', '.join(DISTRIBUTIONS)}")]
    dist = table["dist"]
    allowed = DISTRIBUTIONS[dist]
    known = allowed if dist in _ALONE else (*allowed, _TOGETHER, _MEAN_SPENDING)
    faults = [unknown_key(file, f"{place}.{name}", known) for name in table if name not in ("dist", *known)]
    given = [name for name in table if name in allowed]
    enough = len(given) == 1 if dist in _ALTERNATIVES else len(given) == len(allowed)
    if not faults and not enough:
        how = " or " if dist in _ALTERNATIVES else " and "
        faults.append(Fault(file, place, f"of kind {dist} gives {given}", f"must give {how.join(allowed)}"))
    if entry.spread and entry.spread not in SPREADS:
        faults.append(
            Fault(file, f"{entry.key}.spread", f"= {entry.spread!r}", f"one of {', '.join(SPREADS)}")
        )
    parsed: dict[str, Any] = {"dist": dist}
    for name in (name for name in (*allowed, _MEAN_SPENDING) if name in table):
        try:
            number = parse_value(table[name], "1" if name in _UNITLESS else entry.unit)
        except ValueError as error:
            faults.append(Fault(file, f"{place}.{name}", f"= {table[name]!r}", str(error)))
        else:
            parsed[name] = number.tolist() if isinstance(number, np.ndarray) else number
    if _TOGETHER in table and _TOGETHER in known:
        parsed[_TOGETHER] = table[_TOGETHER]
    if not faults:
        faults = [
            Fault(file, place, problem, wanted)
            for _, value in entry.by_year
            for problem, wanted in _unsuited(parsed, np.asarray(value))
        ]
    return parsed, faults


def _unsuited(distribution: Mapping[str, Any], value: NDArray[Any]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong and what would be right where a distribution cannot hold around a value."""
    dist = distribution["dist"]
    if dist == "fixed":
        return
    if value.dtype != np.float64:
        yield f"of kind {dist} is of a value that is no number", "must be fixed"
        return
    if not isinstance(distribution.get(_TOGETHER, False), bool):
        yield f"{_TOGETHER} = {distribution[_TOGETHER]!r}", "must be true or false"
    if not value.ndim and (_TOGETHER in distribution or dist == "dirichlet"):
        yield "is of values that move with each other, of one value", "needs a list of values"
    shapes: dict[str, tuple[tuple[int, ...], ...]] = {
        "sd": ((), value.shape),
        "cv": ((), value.shape),
        _MEAN_SPENDING: (value.shape, (*value.shape, N_KINDS)),
    }
    misfits = [
        name
        for name, stated in distribution.items()
        if name not in ("dist", _TOGETHER) and np.shape(stated) not in shapes.get(name, ((),))
    ]
    for name in misfits:
        yield f"{name} = {distribution[name]!r}", "must be a number, or a list like the value's"
    if misfits:
        return
    if "low" in distribution:
        low, high = distribution["low"], distribution["high"]
        if not (low < high and (value >= low).all() and (value <= high).all()):
            yield f"lies between {low:g} and {high:g}", "low, value and high must rise"
        return
    if dist == "dirichlet":
        spread = np.asarray(distribution["concentration"])
    else:
        spread = spread_of(distribution, value)
    uncertain = spread > 0.0
    if (spread < 0.0).any() or not uncertain.any():
        yield "has no spread, or a negative one", "must have some spread, or be fixed"
    if dist == "lognormal" and (value[uncertain] <= 0.0).any():
        yield "is lognormal around a value at or below 0", "values must be above 0, or their sd 0"
    if dist == "beta" and (spread**2 >= value * (1.0 - value))[uncertain].any():
        yield "is a beta of too much spread", "sd squared must be below value times (1 - value)"


def spread_of(distribution: Mapping[str, Any], value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the standard deviation of each value under a distribution that states ``sd`` or ``cv``."""
    if "sd" in distribution:
        return np.broadcast_to(np.asarray(distribution["sd"], np.float64), value.shape)
    return np.asarray(distribution["cv"]) * np.abs(value)
