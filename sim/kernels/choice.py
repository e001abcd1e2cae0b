"""How a person picks a practice of the market."""

from __future__ import annotations

from sim.kernels.draws import unit
from sim.kernels.jit import inlined
from sim.kernels.layout import Array


@inlined
def pick_practice(
    market: int,
    panel: int,
    where: int,
    which: int,
    first_practice: Array,
    choice_share: Array,
    choice_other: Array,
) -> int:
    """Return a practice of the market, drawn from its alias table with two 32-bit words."""
    first = first_practice[market]
    practice: int = first + int(unit(where) * (first_practice[market + 1] - first))
    if unit(which) < choice_share[panel, practice]:
        return practice
    other: int = choice_other[panel, practice]
    return other


@inlined
def pick(u: float, cumulative: Array, row: int) -> int:
    """Return the first column of a row of cumulative shares that exceeds `u`; past the end, their number."""
    low = 0
    high = cumulative.shape[1]
    while low < high:
        middle = (low + high) >> 1
        if u < cumulative[row, middle]:
            high = middle
        else:
            low = middle + 1
    return low
