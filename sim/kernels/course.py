"""The course of disease in a year: conditions that begin and conditions that pass."""

from __future__ import annotations

from sim.kernels.draws import Decision, Key, draw4, unit
from sim.kernels.jit import inlined
from sim.kernels.layout import Array

_ONSET, _RECOVERY = int(Decision.ONSET), int(Decision.RECOVERY)


@inlined
def onsets(key: Key, i: int, year: int, number: int, conditions: int, age: int, onset_pick: Array) -> int:
    """Return the conditions after this year's `number` of onsets.

    Each onset picks a condition; one that is already there changes nothing, which leaves every absent
    condition with exactly its own hazard.
    """
    found: int = conditions
    if number > 0:
        words = draw4(key, i, year, _ONSET, 0)
        for n in range(number):
            u = unit(words[0] if n == 0 else (words[1] if n == 1 else words[2]))
            low = 0
            high = onset_pick.shape[1] - 1
            while low < high:
                middle = (low + high) >> 1
                if u < onset_pick[age, middle]:
                    high = middle
                else:
                    low = middle + 1
            found |= 1 << low
    return found


@inlined
def recoveries(key: Key, i: int, year: int, passing: int, recovery: Array) -> int:
    """Return the mask of passing conditions that end this year."""
    ended = 0
    k = 0
    while passing >> k:
        if (passing >> k) & 1:
            words = draw4(key, i, year, _RECOVERY, k >> 2)
            lane = k & 3
            word = (
                words[0] if lane == 0 else (words[1] if lane == 1 else (words[2] if lane == 2 else words[3]))
            )
            if unit(word) < recovery[k]:
                ended |= 1 << k
        k += 1
    return ended
