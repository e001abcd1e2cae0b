"""Quality: measure scores, what of the withhold is earned back, and the High Performers Pool."""

from __future__ import annotations

from math import erf, exp, pi, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.policy.arrays import Flags, Floats, weighted_mean

Ints = NDArray[np.int64]


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


def withheld(before_usd: ArrayLike, discounted_usd: ArrayLike, *, withhold: float, combined: str) -> Floats:
    """Return what is withheld of the benchmark until quality is known, USD, shape (..., aco).

    Parameters
    ----------
    before_usd, discounted_usd : array_like, shape (..., aco)
        Benchmark before and after the discount.
    withhold : float
    combined : {"product", "sum"}
        See :func:`after_discount_and_quality`.
    """
    of = discounted_usd if combined == "product" else before_usd
    return withhold * np.asarray(of, dtype=np.float64)


def normal_share(standing: ArrayLike) -> Floats:
    """Return the share of a standard normal distribution that lies below."""
    found = np.asarray(standing, dtype=np.float64)
    return np.array([0.5 * (1.0 + erf(z / sqrt(2.0))) for z in found.ravel()]).reshape(found.shape)


def percentile(
    observed: ArrayLike,
    expected: ArrayLike,
    lower_is_better: ArrayLike,
    *,
    spread: ArrayLike,
    dispersion: ArrayLike,
) -> Floats:
    """Return the share of reference ACOs of the same size that do worse on each measure.

    Parameters
    ----------
    observed, expected : array_like, shape (..., aco, measure)
        What was counted of an ACO's people, and what the same people would show at the nation's rates.
    lower_is_better : array_like of bool, shape (measure,)
    spread : array_like, shape (measure,)
        Standard deviation of observed over expected between reference ACOs of endless size.
    dispersion : array_like, shape (measure,)
        Variance of what is counted over its mean: chance spreads the ratio by its root over `expected`.

    Notes
    -----
    A ratio drawn towards 1 by its reliability, among reference ACOs whose ratios are so too. An ACO that
    has nobody to count stands in the middle. How CMS ranks small ACOs in LEAD is not published.
    """
    due = np.asarray(expected, dtype=np.float64)
    counts = due > 0.0
    away = np.divide(observed, due, out=np.ones_like(due), where=counts) - 1.0
    noise = np.divide(dispersion, due, out=np.zeros_like(due), where=counts)
    wide = np.sqrt(np.asarray(spread) ** 2 + noise)
    better = np.where(lower_is_better, -away, away)
    return normal_share(np.divide(better, wide, out=np.zeros_like(better), where=wide > 0.0))


def measure_points(share: ArrayLike, *, percentiles: ArrayLike, points: ArrayLike) -> Floats:
    """Return the points of a measure, 0 to 1, in straight lines between stated percentiles.

    Notes
    -----
    ACO REACH and the Shared Savings Program give points by percentile; LEAD's are not published.
    """
    return np.asarray(
        np.interp(np.asarray(share, dtype=np.float64), np.asarray(percentiles), np.asarray(points))
    )


def shared_pool(pool_cents: int, claims: ArrayLike) -> Ints:
    """Return each ACO's cents of a pool that is paid out to the last cent, shape (acos,).

    Parameters
    ----------
    pool_cents : int
    claims : array_like, shape (acos,)
        Not negative; the pool is shared in proportion. Where nobody has any, nothing is paid.

    Notes
    -----
    Whole cents first; those left over go to the largest fractions, the first of equal ones.
    """
    parts = np.asarray(claims, dtype=np.float64)
    if parts.sum() <= 0.0:
        return np.zeros(parts.shape, np.int64)
    exact = pool_cents * (parts / parts.sum())
    whole: Ints = np.floor(exact).astype(np.int64)
    order = np.argsort(whole - exact, kind="stable")
    left = pool_cents - int(whole.sum())
    whole[order[:left]] += 1
    return whole


def points_that_count(
    scores: ArrayLike, reported: ArrayLike, electronic: ArrayLike, *, electronic_phase: str
) -> tuple[Floats, Flags]:
    """Return the points of each measure as they count, and which measures count, shape (measure,).

    See :func:`total_score`.
    """
    is_electronic = np.asarray(electronic, dtype=bool)
    told = np.asarray(reported, dtype=bool)
    points = np.where(told, np.asarray(scores, dtype=np.float64), 0.0)
    if electronic_phase == "reporting":
        points = np.where(is_electronic, told, points)
    counted = ~is_electronic if electronic_phase == "unscored" else np.ones_like(is_electronic)
    return points, counted


def total_score(
    scores: ArrayLike,
    reported: ArrayLike,
    electronic: ArrayLike,
    *,
    electronic_phase: str,
    weights: ArrayLike = 1.0,
) -> Floats:
    """Return the total quality score (..., aco), the weighted mean over the measures that count.

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
    weights : array_like, shape (measure,)
        Weight of each measure. Where none that counts has any, nothing is scored and the score is 1.

    Notes
    -----
    Wakely, LEAD Model site, Quality: seven measures; eCQMs unscored in PY2027-2028, pay for reporting in
    PY2029-2030, pay for performance after that. Weights are not published.
    """
    points, counted = points_that_count(scores, reported, electronic, electronic_phase=electronic_phase)
    weight = np.broadcast_to(counted * np.asarray(weights, dtype=np.float64), points.shape)
    return np.where(weight.sum(axis=-1) > 0.0, weighted_mean(points, weight), 1.0)


def improves_or_sustains(
    score: ArrayLike, score_before: ArrayLike, *, improvement: float, sustained: float
) -> Flags:
    """Return whether an ACO improved its quality score enough or kept it high.

    An ACO without an earlier score, NaN, has nothing to improve on and does neither worse nor better: yes.

    Notes
    -----
    CMS, LEAD Model Overview fact sheet: improving or keeping high quality counts; the figures are assumed.
    """
    now, before = np.asarray(score, dtype=np.float64), np.asarray(score_before, dtype=np.float64)
    # A rise of exactly the limit counts, whatever its rounding.
    return np.asarray((now - before >= improvement - 1e-12) | (now >= sustained) | np.isnan(before))


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
    score: ArrayLike,
    benchmark_usd: ArrayLike,
    *,
    withhold: float,
    share: float,
    threshold: float,
    mean: float,
    spread: float,
) -> Floats:
    """Return each ACO's dollars from the High Performers Pool.

    Parameters
    ----------
    score, benchmark_usd : array_like, shape (..., aco)
        Earning score and final benchmark; the pool is paid in proportion to their product.
    withhold : float
        Quality withhold, a share of the benchmark.
    share : float
        Part of the unearned withholds that fills the pool.
    threshold : float
        Score from which an ACO is a high performer.
    mean, spread : float
        Mean and standard deviation of the program's scores, taken as normal. All its ACOs fill the pool,
        not those that are simulated, so that what one is paid does not depend on which those are.

    Notes
    -----
    CMS, LEAD Model Overview: extra reward for top performers; amount and funding are not published, the form
    is that of ACO REACH.
    """
    earned = np.asarray(score, dtype=np.float64)
    claims = mean_above(threshold, mean=mean, spread=spread)
    rate = share * withhold * (1.0 - mean) / claims if claims > 0.0 else 0.0
    return rate * pool_claims(earned, benchmark_usd, threshold=threshold)


def pool_claims(score: ArrayLike, benchmark_usd: ArrayLike, *, threshold: float) -> Floats:
    """Return what each ACO's part of the pool is in proportion to; 0 for one that is no high performer."""
    earned = np.asarray(score, dtype=np.float64)
    return np.where(earned >= threshold, earned * np.asarray(benchmark_usd, dtype=np.float64), 0.0)


def mean_above(threshold: float, *, mean: float, spread: float) -> float:
    """Return the mean of a normal score counted as 0 below a threshold."""
    if spread == 0.0:
        return mean if mean >= threshold else 0.0
    standing = (threshold - mean) / spread
    above = 0.5 * (1.0 - erf(standing / sqrt(2.0)))
    return mean * above + spread * exp(-0.5 * standing * standing) / sqrt(2.0 * pi)
