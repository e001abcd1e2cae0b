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
    share, other = choice_share[panel, practice], choice_other[panel, practice]
    return practice if unit(which) < share else int(other)


@inlined
def pick_specialist(u: float, practice: int, specialty: int, cumulative: Array) -> int:
    """Return which of the practice's specialists of a specialty leads an episode, by a uniform draw."""
    below = 0
    for place in range(cumulative.shape[2] - 1):
        below += 1 if u >= cumulative[practice, specialty, place] else 0
    return below


@inlined
def pick(u: float, cumulative: Array, row: int) -> int:
    """Return the first column of a row of cumulative shares that exceeds `u`; past the end, their number."""
    # Comparing with all of them is done at once; halving would take a branch that cannot be foreseen.
    below = 0
    for column in range(cumulative.shape[1]):
        below += 1 if u >= cumulative[row, column] else 0
    return below
