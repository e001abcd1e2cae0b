"""Who was seen where in a lived year: visits and spending by practice and by whose people they are."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.kernels.layout import People

Ints = NDArray[np.int64]


class Visited(NamedTuple):
    """Practices that a group of people used in a year; arrays of shape (rows,).

    Attributes
    ----------
    practice, group : int64 arrays
    visits : int64 array
        PQEM visits that people of the group made to the practice.
    spend : int64 array
        Cents of all care of those whose usual practice it was.
    """

    practice: Ints
    group: Ints
    visits: Ints
    spend: Ints


def visited(people: People, first_row: Ints, group: Ints, n_groups: int) -> Visited:
    """Return which practices people used in a year, whatever practice they are aligned to.

    Parameters
    ----------
    people : People
        Columns as the year left them.
    first_row : int64, shape (markets + 1,)
        First row of each market's people.
    group : int64, shape (practices,)
        Group of the people aligned to each practice.
    n_groups : int
        People aligned to none are of group ``n_groups - markets + market``.
    """
    n_markets = len(first_row) - 1
    found = []
    # Market by market, so that only one market's people are held besides their columns.
    for market in range(n_markets):
        rows = np.arange(first_row[market], first_row[market + 1])
        rows = rows[people.months[rows] > 0]
        aligned = people.aligned[rows]
        own = np.where(aligned >= 0, group[aligned], n_groups - n_markets + market)
        main, other = (column[rows].astype(np.int64) for column in (people.last_main, people.last_other))
        keys = np.concatenate([practice * n_groups + own for practice in (main, other)])
        seen = np.concatenate([main, other]) >= 0
        visits = np.concatenate([people.last_main_visits[rows], people.last_other_visits[rows]])
        spend = np.concatenate([people.spend[rows], np.zeros(len(rows), people.spend.dtype)])
        pairs, place = np.unique(keys[seen], return_inverse=True)
        # Sums of whole numbers below 2^53 are exact.
        sums = (np.bincount(place.reshape(-1), amount[seen], len(pairs)) for amount in (visits, spend))
        found.append(Visited(*np.divmod(pairs, n_groups), *(one.astype(np.int64) for one in sums)))
    return Visited(*(np.concatenate(parts) for parts in zip(*found, strict=True)))
