"""CARA: which of a person's episodes count, and at what cost.

As in CMS's models of episodes (BPCI Advanced, TEAM) and the episode-based cost measures of MIPS: CARA's own
rules are not published.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.kernels.codes import DIED_AT_ONCE, LEFT_BEFORE_END, WITH_ESRD
from sim.policy.arrays import Floats

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

PROCEDURAL, ACUTE, CHRONIC = 0, 1, 2


def dropped(state: ArrayLike, of_class: ArrayLike, *, left: bool, died: bool, esrd: bool) -> Flags:
    """Return which episodes are dropped for what became of the person.

    Parameters
    ----------
    state : array_like of int
        Bits, see :mod:`sim.kernels.codes`.
    of_class : array_like of int
        0 procedural, 1 acute, 2 chronic.
    left : bool
        Drop episodes of people who lose Parts A or B or join Medicare Advantage before the window ends.
    died : bool
        Drop procedures and acute episodes in whose stay the person dies, read as within the month.
    esrd : bool
        Drop procedures of people entitled by end-stage renal disease.

    Notes
    -----
    Flags of BPCI Advanced's files; that CARA drops them is assumed.
    """
    drop = np.full(3, LEFT_BEFORE_END if left else 0)
    drop[[PROCEDURAL, ACUTE]] |= DIED_AT_ONCE if died else 0
    drop[PROCEDURAL] |= WITH_ESRD if esrd else 0
    return np.asarray(np.asarray(state, np.int64) & drop[np.asarray(of_class)] > 0)


def without_outliers(
    cost: ArrayLike, expected: ArrayLike, of_class: ArrayLike, *, low: ArrayLike, high: ArrayLike
) -> tuple[Floats, Flags]:
    """Return costs, chronic ones cut off, and which episodes are kept, by cost over expected cost.

    Parameters
    ----------
    cost, expected : array_like
    of_class : array_like of int
    low, high : array_like
        Percentiles of the ratio: procedures and acute episodes beyond are dropped, chronic ones cost at most
        so much.

    Notes
    -----
    Percentiles 1 and 99, as the episode-based cost measures have them (as known, not read again).
    """
    spent, foreseen = np.asarray(cost, np.float64), np.asarray(expected, np.float64)
    least, most = np.asarray(low) * foreseen, np.asarray(high) * foreseen
    chronic = np.asarray(of_class) == CHRONIC
    return np.where(chronic, np.minimum(spent, most), spent), chronic | ((spent >= least) & (spent <= most))


def goes_first(
    person: ArrayLike, of_class: ArrayLike, month: ArrayLike, *, before: ArrayLike, after: ArrayLike
) -> Flags:
    """Return which episodes no other one of the person goes before; arrays of shape (episodes,).

    Where windows overlap a procedure goes before an acute episode and both before a chronic one, then the
    earlier before the later, then the one that stands first. What gives way to one takes no other's place.

    Parameters
    ----------
    person, of_class : array_like of int
    month : array_like of int
        Month of the trigger; a chronic episode, which lasts all year, has 0.
    before, after : array_like
        Months of the window before and after the trigger.
    """
    who, when = np.asarray(person, np.int64), np.asarray(month, np.int64)
    earlier_days, later_days = np.asarray(before, np.float64), np.asarray(after, np.float64)
    order = np.lexsort((when, np.asarray(of_class), who))
    ranked = who[order]
    start = np.searchsorted(ranked, ranked)
    rank = np.arange(len(ranked)) - start
    first = np.ones(len(ranked), dtype=bool)
    for place in range(1, int(rank.max(initial=0)) + 1):
        at = np.flatnonzero(rank == place)
        for other in range(place):
            of = start[at] + other
            mine, theirs = order[at], order[of]
            apart = when[mine] - when[theirs]
            window = np.where(
                apart >= 0,
                later_days[theirs] + earlier_days[mine],
                later_days[mine] + earlier_days[theirs],
            )
            touch = (when[mine] == 0) | (when[theirs] == 0) | (np.abs(apart) < window)
            first[at] &= ~(first[of] & touch)
    found = np.empty(len(ranked), dtype=bool)
    found[order] = first
    return found
