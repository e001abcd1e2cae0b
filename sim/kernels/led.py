"""Episodes under arrangements added up by contract, quarter by quarter."""

from __future__ import annotations

import numpy as np

from sim.kernels.codes import MONTHS_A_YEAR
from sim.kernels.jit import kernel
from sim.kernels.layout import Array


@kernel
def add_led(place: Array, counts: Array, month: Array, cost: Array, expected: Array, sums: Array) -> None:
    """Add episodes that count to the sums of what was begun by the end of each quarter.

    Of a chronic episode, which lasts all year, cents come evenly.

    Parameters
    ----------
    place : int64, shape (episodes,)
        Row of `sums` of each; it means nothing for those that do not count.
    counts : bool, shape (episodes,)
    month : int64, shape (episodes,)
        In which it begins; 0 for one that lasts all year.
    cost, expected : float64, shape (episodes,)
        Cents.
    sums : int64, shape (3, rows, quarters)
        Episodes, their cost and what of it was expected: added to.
    """
    quarters = sums.shape[2]
    for episode in range(place.shape[0]):
        if not counts[episode]:
            continue
        row, when = place[episode], month[episode]
        spent, foreseen = np.rint(cost[episode]), np.rint(expected[episode])
        for quarter in range(max(when - 1, 0) * quarters // MONTHS_A_YEAR, quarters):
            part = 1.0 if when > 0 else (quarter + 1) / quarters
            sums[0, row, quarter] += 1
            sums[1, row, quarter] += np.int64(np.floor(spent * part))
            sums[2, row, quarter] += np.int64(np.floor(foreseen * part))
