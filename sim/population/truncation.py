"""Where the Shared Savings Program cuts off what a person costs, and a lived year by enrollment type."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.kernels.chunks import over_chunks
from sim.kernels.codes import MONTHS_A_YEAR, N_KINDS, N_TYPE_SUMS
from sim.kernels.layout import Disease, People, Practices
from sim.kernels.types import add_types, annualised

Ints = NDArray[np.int64]
UNLIMITED = np.iinfo(np.int64).max // MONTHS_A_YEAR


def truncation(people: People, year: int, percentile: float, threads: int = 1) -> Ints:
    """Return the cents a year at which spending is cut off, by enrollment type, shape (kinds,).

    The percentile of the annualised spending of everybody assignable, weighted by months: the smallest amount
    that at least that share of person-months do not exceed. Only people of the arm that stands for the nation
    should be given. A type without anybody has the largest amount there is.

    Parameters
    ----------
    people : People
        Columns as the year left them.
    year : int
    percentile : float
        0.99 by the rule.
    threads : int
        Cores to use; the result does not depend on it.

    Notes
    -----
    42 CFR 425.652(a)(4); CMS, MSSP Shared Savings and Losses Methodology v11, section 3, without weights.
    With months as weights people reach the thresholds that CMS published for 2022 (targets ``spending.p99``).
    """
    rows = len(people.spend)
    kinds, cents = np.empty(rows, np.uint8), np.empty(rows, np.int64)

    def task(_: int, start: int, stop: int) -> int:
        return int(annualised(people, start, stop, year, kinds, cents))

    over_chunks(task, rows, threads)
    limit = np.full(N_KINDS, UNLIMITED, np.int64)
    for kind in range(N_KINDS):
        chosen = kinds == kind
        if chosen.any():
            limit[kind] = _quantile(cents[chosen], people.months[chosen], percentile)
    return limit


def _quantile(cents: Ints, months: NDArray[np.uint8], percentile: float) -> int:
    """Return the smallest amount that `percentile` of the months do not exceed, without sorting everybody."""
    total = int(months.sum(dtype=np.int64))
    needed = int(np.ceil(percentile * total))
    # Everybody has a month at least, so that many people hold all the months above.
    first = max(0, len(cents) - (total - needed) - 1)
    order = np.argpartition(cents, first)[first:]
    order = order[np.argsort(cents[order], kind="stable")]
    tail = months[order].astype(np.int64)
    reached = total - int(tail.sum()) + np.cumsum(tail)
    return int(cents[order[np.searchsorted(reached, needed)]])


def by_type(
    people: People,
    year: int,
    practices: Practices,
    disease: Disease,
    n_markets: int,
    threshold: Ints,
    threads: int = 1,
) -> Ints:
    """Return the exact sums of a lived year by place and enrollment type.

    Parameters
    ----------
    people : People
        Columns of the arm as the year left them.
    year : int
    practices : Practices
        What practices did that year.
    disease : Disease
    n_markets : int
    threshold : int64, shape (kinds,)
        See :func:`truncation`.
    threads : int
        Cores to use; the result does not depend on it.

    Returns
    -------
    int64 array, shape (practices + markets, kinds, type sums)
    """
    places = len(practices.coding) + n_markets
    sums = np.zeros((max(1, threads), places, N_KINDS, N_TYPE_SUMS), np.int64)

    def task(worker: int, start: int, stop: int) -> int:
        at = sums[worker]
        return int(add_types(people, start, stop, year, practices.coding, disease, threshold, at))

    over_chunks(task, len(people.spend), threads)
    summed: Ints = sums.sum(axis=0)
    return summed
