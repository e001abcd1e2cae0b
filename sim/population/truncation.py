"""Where the Shared Savings Program cuts off what a person costs, and a lived year by enrollment type."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.kernels.chunks import over_chunks
from sim.kernels.codes import MONTHS_A_YEAR, N_KINDS, N_TYPE_SUMS
from sim.kernels.layout import Disease, People, Practices
from sim.kernels.types import COST_CLASS_CENTS, COST_CLASSES, add_types, count_costs, list_costs

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
    rows, width = len(people.spend), COST_CLASS_CENTS
    by_worker = np.zeros((max(1, threads), N_KINDS, COST_CLASSES), np.int64)
    over_chunks(
        lambda worker, start, stop: int(count_costs(people, start, stop, year, width, by_worker[worker])),
        rows,
        threads,
    )
    below = by_worker.sum(axis=0).cumsum(axis=1)
    needed = np.ceil(percentile * below[:, -1]).astype(np.int64)
    wanted = np.array([np.searchsorted(below[kind], needed[kind]) for kind in range(N_KINDS)])
    wanted = np.where(below[:, -1] > 0, wanted, -1)
    found, filled = np.empty((rows, 3), np.int64), list[slice]()

    def task(_: int, start: int, stop: int) -> int:
        n = int(list_costs(people, start, stop, year, width, wanted, found))
        filled.append(slice(start, start + n))
        return n

    over_chunks(task, rows, threads)
    listed = np.concatenate([found[part] for part in filled]) if filled else found[:0]
    limit = np.full(N_KINDS, UNLIMITED, np.int64)
    for kind in np.flatnonzero(wanted >= 0).tolist():
        of_kind = listed[listed[:, 0] == kind]
        of_kind = of_kind[np.argsort(of_kind[:, 1], kind="stable")]
        before = below[kind, wanted[kind] - 1] if wanted[kind] > 0 else 0
        limit[kind] = of_kind[np.searchsorted(before + of_kind[:, 2].cumsum(), needed[kind]), 1]
    return limit


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
