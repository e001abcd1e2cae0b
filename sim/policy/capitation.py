"""Capitation and advances: PCC, TCC, NPCC and APO, month by month; what the ACO receives is positive.

Rates are shares of a benchmark, benchmarks PBPM, amounts USD; the ACO is the first axis of every array.
LEAD's Payment fact sheet gives the structure (public notes); where LEAD is silent ACO REACH's rule stands,
whose results show that base PCC, NPCC and TCC replace claims in the total cost of care, and enhanced PCC and
APO do not: see :func:`total_cost_of_care`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.kernels.codes import MONTHS_A_YEAR
from sim.policy.arrays import Floats, ratio

Ints = NDArray[np.int64]


def capitated_benchmark(before: ArrayLike, after: ArrayLike, *, base: str) -> Floats:
    """Return the benchmark that capitation is a share of, of the benchmark before and after the discount.

    Parameters
    ----------
    before, after : array_like
        USD or PBPM, of one shape.
    base : str
        ``before_discount``, as public notes on the LEAD Payment fact sheet say, or ``after_discount``, as in
        ACO REACH.
    """
    return np.asarray(before if base == "before_discount" else after, dtype=np.float64)


def claims_share(reduced: ArrayLike, spending: ArrayLike) -> Floats:
    """Return the part of the look-back spending that a payment is to replace, 0 where nothing was spent.

    ``beta = sum_p f_p lookbackPCC_p / sum(lookback A+B)``: with primary care of listed primary care
    clinicians it is the base PCC rate, with other services of those who elect NPCC that of NPCC.

    Parameters
    ----------
    reduced : array_like
        Look-back claims of the providers concerned, each at its fee reduction, USD.
    spending : array_like
        All Part A and B look-back spending of the aligned people, USD.

    Notes
    -----
    ACO REACH, capitation and advanced payment mechanisms: twelve months of look-back claims.
    """
    return ratio(reduced, spending, 0.0)


def enhanced_ceiling(base_rate: ArrayLike, *, target: float, floor: float) -> Floats:
    """Return the most enhanced PCC there may be, as a rate: ``max(target - base, floor)``.

    Notes
    -----
    CMS, LEAD Payment fact sheet (public notes): up to 7 % with the base, at least 2 %.
    """
    return np.maximum(target - np.asarray(base_rate, dtype=np.float64), floor)


def enhanced_rate(elected: ArrayLike, ceiling: ArrayLike) -> Floats:
    """Return the enhanced PCC rate of an ACO that elects a share of its benchmark, up to the ceiling."""
    return np.asarray(np.minimum(elected, ceiling), dtype=np.float64)


def leakage(reduced: ArrayLike, spending: ArrayLike) -> Floats:
    """Return tau, the share of expected spending billed by providers without full fee reduction.

    Outsiders, and of Preferred Providers what their fee reduction leaves. TCC is net of it.

    Parameters
    ----------
    reduced, spending : array_like
        As in :func:`claims_share`.

    Notes
    -----
    ACO REACH: TCC withholds for care outside the ACO's providers.
    """
    return 1.0 - claims_share(reduced, spending)


def advance_pbpm(reduced: ArrayLike, months: ArrayLike, trend: ArrayLike) -> Floats:
    """Return APO per person-month: ``trend x sum_p f_p lookbackOther_p / lookback months``.

    Parameters
    ----------
    reduced, months, trend : array_like, shape (acos, cells)
        Look-back claims at their fee reduction in USD, look-back person-months, and expected growth since.
    """
    claims = np.asarray(reduced, dtype=np.float64) * np.asarray(trend)
    return ratio(claims.sum(axis=-1), np.asarray(months, dtype=np.float64).sum(axis=-1), 0.0)


def look_back(before: ArrayLike, now: ArrayLike, *, passed: ArrayLike) -> Floats:
    """Return the claims of the twelve months that each vintage's rates look back on, shape (..., vintages).

    Parameters
    ----------
    before, now : array_like, shape (...)
        Claims of the year before the performance year, and of that year, USD.
    passed : array_like, shape (vintages,)
        Share of the twelve months that lies in the performance year.
    """
    share = np.asarray(passed, dtype=np.float64)
    earlier, later = (np.asarray(claims, dtype=np.float64)[..., None] for claims in (before, now))
    return np.asarray(earlier * (1.0 - share) + later * share)


def vintage_in_force(first_months: ArrayLike) -> Ints:
    """Return the benchmark vintage in force in each month of a year, shape (12,).

    0 is the preliminary benchmark; each month of `first_months` (1 to 12) brings the next report's.
    """
    months = np.arange(1, MONTHS_A_YEAR + 1)
    return np.asarray((np.asarray(first_months) <= months[:, None]).sum(axis=-1), np.int64)


def benchmark_by_month(
    preliminary: ArrayLike, final: ArrayLike, *, known: ArrayLike, first_months: ArrayLike
) -> Floats:
    """Return the benchmark that payments of each month go by, shape (..., 12).

    Parameters
    ----------
    preliminary, final : array_like, shape (...)
        PBPM as seen before the year, and as it will be seen when all is known.
    known : array_like, shape (vintages,)
        Share of the way from the one to the other that each vintage has gone.
    first_months : array_like, shape (vintages - 1,)
        See :func:`vintage_in_force`.
    """
    before = np.asarray(preliminary, dtype=np.float64)[..., None]
    way = np.asarray(known, dtype=np.float64)[vintage_in_force(first_months)]
    return np.asarray(before + way * (np.asarray(final)[..., None] - before))


def people_known(people: ArrayLike, *, lag: int) -> Floats:
    """Return the people a month's payment is made for: those of `lag` months before, of January at the least.

    Parameters
    ----------
    people : array_like, shape (..., 12)
        Aligned and eligible in each month.
    """
    months = np.maximum(np.arange(MONTHS_A_YEAR) - lag, 0)
    return np.asarray(people, dtype=np.float64)[..., months]


def monthly_payment(rate: ArrayLike, benchmark: ArrayLike, people: ArrayLike) -> Floats:
    """Return a payment of each month, shape (acos, 12): ``sum_c rate x B[c, m] x N[c, m]``.

    Parameters
    ----------
    rate : array_like, shape (acos, 12) or (acos, 1)
        In force.
    benchmark : array_like, shape (acos, cells, 12) or (acos, cells, 1)
        PBPM in force.
    people : array_like, shape (acos, cells, 12)

    Notes
    -----
    ACO REACH: base and enhanced PCC, NPCC and TCC are paid monthly for those aligned at the month's start.
    """
    paid = np.asarray(benchmark, dtype=np.float64) * np.asarray(people)
    return np.asarray(np.asarray(rate) * paid.sum(axis=-2))


def after_sequestration(amount: ArrayLike, *, rate: float, taken: bool) -> Floats:
    """Return what is paid of an amount due: less sequestration where it is taken."""
    return np.asarray(amount, dtype=np.float64) * (1.0 - rate if taken else 1.0)


def true_up(due: ArrayLike, paid: ArrayLike) -> NDArray[Any]:
    """Return what final settlement adds: what is due on all that is known then, less what was paid.

    For capitation due on final eligibility and benchmark, for APO the fee reductions that came to be.
    """
    return np.asarray(np.subtract(due, paid))


def total_cost_of_care(
    claims: ArrayLike,
    *,
    base_pcc: ArrayLike = 0.0,
    npcc: ArrayLike = 0.0,
    tcc: ArrayLike = 0.0,
    apo_reductions: ArrayLike = 0.0,
) -> NDArray[Any]:
    """Return the total cost of care that a benchmark is compared with, in the unit of what is given.

    Parameters
    ----------
    claims : array_like
        Claims as paid after fee reductions, before sequestration.
    base_pcc, npcc, tcc : array_like
        Capitation due, before sequestration: it replaces claims.
    apo_reductions : array_like
        Value of claims that APO has paid before; the advance itself does not count, nor does enhanced PCC.

    Notes
    -----
    CMS GPDC/ACO REACH results of PY2021-22: ``tot_cost_care = clm_pmt + cap_pmt`` in 152 of 152 rows.
    """
    capitation = np.add(np.add(base_pcc, npcc), tcc)
    return np.asarray(np.add(np.add(claims, apo_reductions), capitation))
