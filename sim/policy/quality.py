"""Quality: measure scores, what of the withhold is earned back, and the High Performers Pool."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from sim.policy.arrays import Flags, Floats, ratio, weighted_mean


def earned_back(score: ArrayLike, *, withhold: float) -> Floats:
    """Return the factor on the discounted benchmark: 1 with a quality score of 1.

    Parameters
    ----------
    score : array_like, shape (..., aco)
        Total quality score, 0 to 1.
    withhold : float
        3 % in LEAD.

    Notes
    -----
    CMS, LEAD PY2027 Alignment and Finance Methodology, quality withhold and earn-back.
    """
    return 1.0 - withhold + withhold * np.asarray(score, dtype=np.float64)


def after_discount_and_quality(discount: ArrayLike, earned: ArrayLike, *, combined: str) -> Floats:
    """Return the factor on the benchmark before discount.

    Parameters
    ----------
    discount : array_like, shape (..., aco)
        From :func:`sim.policy.discount.discount_rate`.
    earned : array_like, shape (..., aco)
        From :func:`earned_back`.
    combined : {"product", "sum"}
        Whether the unearned withhold is taken of the discounted benchmark, or of that before discount.

    Notes
    -----
    CMS, LEAD PY2027 Alignment and Finance Methodology: the withhold is a share of the discounted benchmark.
    ACO REACH's published results are sums.
    """
    rate, kept = np.asarray(discount, dtype=np.float64), np.asarray(earned, dtype=np.float64)
    return np.asarray((1.0 - rate) * kept if combined == "product" else kept - rate)


def total_score(
    scores: ArrayLike, reported: ArrayLike, electronic: ArrayLike, *, electronic_phase: str
) -> Floats:
    """Return the total quality score (..., aco), the mean over the measures that count.

    Parameters
    ----------
    scores : array_like, shape (..., aco, measure)
        Performance on each measure, 0 to 1.
    reported : array_like of bool, shape (..., aco, measure)
        Whether the ACO reported it.
    electronic : array_like of bool, shape (measure,)
        Which measures are eCQMs.
    electronic_phase : {"unscored", "reporting", "performance"}
        eCQMs do not count, count in full when reported, or count by performance.

    Notes
    -----
    Wakely, LEAD Model site, Quality: seven measures; eCQMs unscored in PY2027-2028, pay for reporting in
    PY2029-2030, pay for performance after that. Equal weights are assumed.
    """
    is_electronic = np.asarray(electronic, dtype=bool)
    told = np.asarray(reported, dtype=bool)
    points = np.where(told, np.asarray(scores, dtype=np.float64), 0.0)
    if electronic_phase == "reporting":
        points = np.where(is_electronic, told, points)
    counted = ~is_electronic if electronic_phase == "unscored" else np.ones_like(is_electronic)
    return weighted_mean(points, np.broadcast_to(counted, points.shape))


def improves_or_sustains(
    score: ArrayLike, score_before: ArrayLike, *, improvement: float, sustained: float
) -> Flags:
    """Return whether an ACO improved its quality score enough or kept it high.

    Notes
    -----
    CMS, LEAD Model Overview fact sheet: improving or keeping high quality counts; the figures are assumed.
    """
    now = np.asarray(score, dtype=np.float64)
    # A rise of exactly the limit counts, whatever its rounding.
    return np.asarray((now - np.asarray(score_before) >= improvement - 1e-12) | (now >= sustained))


def earning_score(
    score: ArrayLike, improving: ArrayLike, has_plan: ArrayLike, *, gate: float, plan_share: float
) -> Floats:
    """Return the score that the withhold is earned back by.

    Parameters
    ----------
    score : array_like, shape (..., aco)
        Total quality score.
    improving : array_like of bool, shape (..., aco)
        From :func:`improves_or_sustains`.
    has_plan : array_like of bool, shape (..., aco)
        Whether the ACO has a Prevention and Quality Plan.
    gate : float
        Factor on the score of an ACO that neither improves nor sustains; 1 is no gate.
    plan_share : float
        What an ACO without a plan loses.

    Notes
    -----
    ACO REACH has such a gate (one half); LEAD's, and the plan's share, are not published.
    """
    kept = np.where(improving, 1.0, gate) * np.where(has_plan, 1.0, 1.0 - plan_share)
    return np.asarray(np.asarray(score, dtype=np.float64) * kept)


def high_performers_pool(
    withheld_usd: ArrayLike, score: ArrayLike, benchmark_usd: ArrayLike, *, share: float, threshold: float
) -> Floats:
    """Return each ACO's dollars from the High Performers Pool; the last axis is the ACO.

    Parameters
    ----------
    withheld_usd : array_like, shape (..., aco)
        Quality withholds in USD, before earn-back.
    score, benchmark_usd : array_like, shape (..., aco)
        Earning score and final benchmark; the pool is paid in proportion to their product.
    share : float
        Part of the unearned withholds that fills the pool.
    threshold : float
        Score from which an ACO is a high performer.

    Notes
    -----
    CMS, LEAD Model Overview: extra reward for top performers; amount and funding are not published, the form
    is that of ACO REACH.
    """
    earned = np.asarray(score, dtype=np.float64)
    unearned = (np.asarray(withheld_usd) * (1.0 - earned)).sum(axis=-1, keepdims=True)
    claim = np.where(earned >= threshold, earned * np.asarray(benchmark_usd), 0.0)
    return np.asarray(share * unearned * ratio(claim, claim.sum(axis=-1, keepdims=True), 0.0))
