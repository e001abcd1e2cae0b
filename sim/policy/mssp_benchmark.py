"""The MSSP benchmark: history of three base years, adjustments, update, risk cap, rebasing at each agreement.

Per-capita dollars are USD per person-year. Arrays are (..., aco, type) with the enrollment types ESRD,
disabled, aged dual, aged non-dual, and (..., aco, type, by) in the base years; leading axes are free.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.policy.arrays import Floats, ratio, weighted_mean

BASE_YEARS = 3


def agreement_start(year: ArrayLike, first: ArrayLike, length: int) -> NDArray[np.int64]:
    """Return the first year of the agreement that a performance year lies in (42 CFR 425.200(b))."""
    began = np.asarray(first, dtype=np.int64)
    return np.asarray(began + (np.asarray(year, dtype=np.int64) - began) // length * length)


def agreements_since(year: int, first: int, length_of: Callable[[int], int]) -> tuple[int, int]:
    """Return the first year of the agreement that a year lies in, and how many agreements came before it.

    Parameters
    ----------
    year : int
    first : int
        Start of some agreement; each follows the last one at once.
    length_of : callable
        Length in years of an agreement by its start.

    Notes
    -----
    42 CFR 425.200(b): of three years before July 2019, of five since. A year before `first` is in an
    agreement as long as that one is.
    """
    if year < first:
        start = int(agreement_start(year, first, length_of(first)))
        return start, (start - first) // length_of(first)
    start, before = first, 0
    while start + length_of(start) <= year:
        start, before = start + length_of(start), before + 1
    return start, before


def agreement_before(start: int, length_of: Callable[[int], int]) -> int:
    """Return the start of the agreement that one of `start` followed: the last that had ended by then."""
    return next(year for year in range(start - 1, 0, -1) if year + length_of(year) <= start)


def base_years(start: ArrayLike) -> NDArray[np.int64]:
    """Return BY1, BY2, BY3 of an agreement along a new last axis: the three years before it.

    Each new agreement takes new base years, so savings of the last agreement lower the next benchmark. LEAD
    fixes them for ten years instead. 42 CFR 425.652(a)(1).
    """
    return np.asarray(start, dtype=np.int64)[..., None] + np.arange(-BASE_YEARS, 0)


def truncated(annualised: ArrayLike, threshold: ArrayLike, part_of_year: ArrayLike = 1.0) -> Floats:
    """Return a person's expenditure cut at the national 99th percentile of the type, and at its negative.

    Parameters
    ----------
    annualised : array_like
        Expenditure as if of a whole year in the enrollment type.
    threshold : array_like
        The percentile of annualised expenditure.
    part_of_year : array_like
        Fraction of the year spent in the type; the result is that fraction of the cut amount.

    Notes
    -----
    42 CFR 425.652(a)(4); CMS, MSSP Shared Savings and Losses Methodology v11, section 3.
    """
    limit = np.asarray(threshold, dtype=np.float64)
    return np.asarray(np.clip(annualised, -limit, limit) * part_of_year)


def historical(per_capita: ArrayLike, risk: ArrayLike, trend: ArrayLike, weights: ArrayLike) -> Floats:
    """Return history (..., aco, type) at the prices and risk of BY3.

    Parameters
    ----------
    per_capita, risk : array_like, shape (..., aco, type, by)
        Truncated expenditure and renormalised risk score.
    trend : array_like, shape (..., aco, type, by)
        Growth factor from each base year to BY3: the blend of national and regional growth of
        :func:`sim.policy.trend.two_way_trend`.
    weights : array_like, shape (..., aco, 1, by) or (by,)
        10, 30, 60 % in a first agreement, one third each later.

    Notes
    -----
    42 CFR 425.652(a)(5) to (a)(7).
    """
    score = np.asarray(risk, dtype=np.float64)
    at_by3 = np.asarray(per_capita) * np.asarray(trend) * ratio(score[..., -1:], score, 1.0)
    return np.asarray((at_by3 * np.asarray(weights)).sum(axis=-1))


def regional_weight(gap: ArrayLike, times_used: ArrayLike, below: ArrayLike, above: ArrayLike) -> Floats:
    """Return the weight (..., aco) of the regional adjustment.

    Parameters
    ----------
    gap : array_like, shape (..., aco)
        Region, at the ACO's risk, less history; positive for an ACO that spends less.
    times_used : array_like, shape (..., aco)
        1 in the first agreement with a regional adjustment, and so on.
    below, above : array_like, shape (time,)
        Weights by time for an ACO below and above its region; the last holds for all later times.

    Notes
    -----
    42 CFR 425.656(d).
    """
    lower, upper = np.asarray(below, dtype=np.float64), np.asarray(above, dtype=np.float64)
    time = np.clip(np.asarray(times_used, dtype=np.int64), 1, len(lower)) - 1
    return np.where(np.asarray(gap) >= 0, lower[time], upper[time])


def regional_adjustment(
    gap: ArrayLike, weight: ArrayLike, national: ArrayLike, *, cap_up: ArrayLike, cap_down: ArrayLike
) -> Floats:
    """Return the adjustment by type (..., aco, type): the weighted gap within its caps.

    Parameters
    ----------
    gap : array_like, shape (..., aco, type)
        Risk-adjusted regional expenditure less the ACO's history.
    weight : array_like, shape (..., aco, 1)
        See :func:`regional_weight`; CMS takes one weight from the sign of the mean over types.
    national : array_like, shape (..., type)
        National assignable expenditure, of which the caps are fractions.
    cap_up, cap_down : array_like
        5 and 1.5 % (5 and 5 % in agreements before 2024).

    Notes
    -----
    42 CFR 425.656(b) and (c).
    """
    base = np.asarray(national, dtype=np.float64)
    low, high = -np.asarray(cap_down) * base, np.asarray(cap_up) * base
    return np.asarray(np.clip(np.asarray(weight) * np.asarray(gap), low, high))


def offset_negative(adjustment: ArrayLike, dual_share: ArrayLike, mean_risk: ArrayLike) -> Floats:
    """Shrink a negative adjustment of an ACO with many dual-eligible or high-risk people.

    Parameters
    ----------
    adjustment : array_like, shape (..., aco)
    dual_share, mean_risk : array_like, shape (..., aco)
        Share of dual-eligible person-years; person-weighted mean renormalised risk score.

    Notes
    -----
    42 CFR 425.656(c)(4): the offset is the dual share plus mean risk less 1, from 0 to 1.
    """
    amount = np.asarray(adjustment, dtype=np.float64)
    offset = np.clip(np.asarray(dual_share) + np.asarray(mean_risk) - 1.0, 0.0, 1.0)
    return np.where(amount < 0, amount * (1.0 - offset), amount)


def prior_savings_adjustment(
    savings: ArrayLike,
    person_years_then: ArrayLike,
    person_years_now: ArrayLike,
    *,
    share: ArrayLike,
    limit: ArrayLike,
) -> Floats:
    """Return the prior savings adjustment (..., aco).

    Parameters
    ----------
    savings : array_like, shape (..., aco, by)
        Per-capita savings (losses negative) in the performance years that are now base years; 0 if not
        reconciled.
    person_years_then : array_like, shape (..., aco)
        Mean person-years of those years.
    person_years_now : array_like, shape (..., aco)
        Person-years of BY3 with the present Participant list; growth prorates the adjustment down.
    share : array_like
        50 %.
    limit : array_like, shape (..., aco)
        5 % of national expenditure, weighted by type.

    Notes
    -----
    42 CFR 425.658.
    """
    mean = np.asarray(savings, dtype=np.float64).mean(axis=-1)
    prorated = mean * np.minimum(ratio(person_years_then, person_years_now, 0.0), 1.0)
    return np.asarray(np.clip(np.asarray(share) * prorated, 0.0, limit))


def population_adjustment(
    better: ArrayLike, needy_share: ArrayLike, *, limit: ArrayLike, smallest_share: float
) -> Floats:
    """Return the population (health equity) adjustment (..., aco).

    Parameters
    ----------
    better : array_like
        The better of the regional and the prior savings adjustment.
    needy_share : array_like
        Share of low-income-subsidy or dual-eligible people.
    limit : array_like
        5 % of national expenditure.
    smallest_share : float
        15 %.

    Notes
    -----
    42 CFR 425.662: (limit - max(better, 0)) x share.
    """
    share = np.asarray(needy_share, dtype=np.float64)
    room = np.maximum(np.asarray(limit) - np.maximum(better, 0.0), 0.0)
    return np.where(share >= smallest_share, room * share, 0.0)


def best_adjustment(
    regional: ArrayLike, prior_savings: ArrayLike, population: ArrayLike, *, floored: ArrayLike
) -> Floats:
    """Return the one adjustment (..., aco) that counts; `floored` says whether a negative regional one is 0.

    Notes
    -----
    42 CFR 425.652(a)(8): the highest of the three, never a sum.
    """
    overall = np.where(floored, np.maximum(regional, 0.0), regional)
    others = np.maximum(prior_savings, population)
    return np.where(others > 0, np.maximum(overall, others), overall)


def three_way_update(two_way: ArrayLike, prospective: ArrayLike, share: ArrayLike) -> Floats:
    """Return the update: two-way growth and, with weight `share`, the prospective trend (ACPT).

    Notes
    -----
    42 CFR 425.652(b): one third from agreements of 2024, none before. Both are factors or both USD.
    """
    weight = np.asarray(share, dtype=np.float64)
    return np.asarray((1.0 - weight) * np.asarray(two_way) + weight * np.asarray(prospective))


def guarded_benchmark(
    three_way: ArrayLike, two_way: ArrayLike, expenditure: ArrayLike, minimum_loss_rate: ArrayLike
) -> Floats:
    """Return the benchmark after the guardrail, all in USD (..., aco).

    A loss at or past the minimum loss rate under the three-way update is measured by the two-way update where
    that loss is smaller; where the two-way update shows savings there is neither loss nor saving.

    Notes
    -----
    42 CFR 425.605(a)(7), 425.610(a)(7).
    """
    wide = np.asarray(three_way, dtype=np.float64)
    narrow, cost = np.asarray(two_way, dtype=np.float64), np.asarray(expenditure, dtype=np.float64)
    loses = (cost > wide) & (wide - cost <= -np.asarray(minimum_loss_rate) * wide)
    return np.where(loses, np.where(narrow > cost, cost, np.maximum(wide, narrow)), wide)


def capped_risk_ratio(
    growth: ArrayLike,
    demographic_growth: ArrayLike,
    weights: ArrayLike,
    *,
    cap: float,
    allowance: ArrayLike,
) -> Floats:
    """Return growth of the risk score from BY3 (..., aco, type) after the cap.

    Parameters
    ----------
    growth, demographic_growth : array_like, shape (..., aco, type)
        Performance-year over BY3 score, of the CMS-HCC and of the demographic model.
    weights : array_like, shape (..., aco, type)
        Benchmark dollars by type: historical benchmark x performance-year person-years.
    cap : float
        3 %.
    allowance : array_like of bool, shape (..., aco)
        Agreements from 2024: the cap is demographic growth plus 3 points and binds only when growth over all
        types exceeds it. Before, each type is capped at 3 %.

    Notes
    -----
    42 CFR 425.605(a)(1). There is no floor.
    """
    ratios = np.asarray(growth, dtype=np.float64)
    allowed = np.asarray(allowance, dtype=bool)
    demographic = weighted_mean(demographic_growth, weights)
    limit = np.where(allowed, demographic + cap, 1.0 + cap)
    binds = np.where(allowed, weighted_mean(ratios, weights) > limit, True)
    return np.where(binds[..., None], np.minimum(ratios, limit[..., None]), ratios)
