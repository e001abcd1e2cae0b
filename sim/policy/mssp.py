"""Shared savings and losses of the MSSP, from benchmark and expenditure to the amount paid or owed.

Every array has the ACO as its last axis; dollars are of one performance year.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

SHARING_STEPS = ("gross", "minimum_rate", "sharing", "sharing_quality", "limits")
"""Rules between gross and shared savings, one after another: the minimum rate; the rate at full quality; what
quality leaves of it; limits of savings and losses, the last."""


@dataclass(frozen=True, slots=True)
class MsspTerms:
    """What each ACO's track says in the year; arrays of shape (aco,), fractions unless said.

    Attributes
    ----------
    two_sided : bool array
        Accountable for losses.
    maximum_share, savings_cap : float64 arrays
        Highest sharing rate; limit of the payment as a fraction of the benchmark.
    loss_rate_lowest, loss_rate_highest : float64 arrays
        Bounds of the loss rate, equal where it is fixed.
    loss_cap_benchmark, loss_cap_revenue : float64 arrays
        Limits of the loss as fractions of the benchmark and of the Participants' revenue; infinite for none.
    share_by_score : bool array
        Sharing rate times quality score (to PY2020), or all of it once the standard is met.
    sequestration : float64 array
        Taken off payments.
    reduced_share : float64 array
        Part of the sharing rate left to a low-revenue BASIC ACO below its minimum savings rate; 0 for none.
    smallest_for_reduced : float64 array
        Lives that the reduced share needs.
    relieved : float64 array
        Part of every loss forgiven in the year.
    """

    two_sided: Flags
    maximum_share: Floats
    savings_cap: Floats
    loss_rate_lowest: Floats
    loss_rate_highest: Floats
    loss_cap_benchmark: Floats
    loss_cap_revenue: Floats
    share_by_score: Flags
    sequestration: Floats
    reduced_share: Floats
    smallest_for_reduced: Floats
    relieved: Floats


@dataclass(frozen=True, slots=True)
class MsspQuality:
    """Quality results; arrays of shape (aco,).

    Attributes
    ----------
    score : float64 array
        0 to 1.
    met : bool array
        Whether the quality performance standard was met.
    met_alternative : bool array
        Whether the alternative standard was met where the standard was not (42 CFR 425.512, from PY2023).
    """

    score: Floats
    met: Flags
    met_alternative: Flags


@dataclass(frozen=True, slots=True)
class MsspSettlement:
    """Every step of the settlement; float64 arrays of shape (aco,), savings positive, losses negative.

    Attributes
    ----------
    gross_usd : benchmark less expenditure
    savings_rate : the same as a fraction of the benchmark
    generated_usd : gross where the minimum savings (or loss) rate was reached, else 0
    share_rate, loss_rate : fractions applied
    shared_usd : the ACO's share before sequestration and after all limits
    disaster_relief_usd : losses forgiven
    settlement_usd : paid to the ACO (positive) or owed by it (negative)
    """

    gross_usd: Floats
    savings_rate: Floats
    generated_usd: Floats
    share_rate: Floats
    loss_rate: Floats
    shared_usd: Floats
    disaster_relief_usd: Floats
    settlement_usd: Floats


def sharing_rate(quality: MsspQuality, terms: MsspTerms) -> Floats:
    """Return each ACO's final sharing rate.

    Notes
    -----
    To PY2020 the highest rate times the score where the standard was met; from PY2021 the whole rate where it
    was, the rate times the score where only the alternative standard was. 42 CFR
    425.512, 425.605(d), 425.610(d).
    """
    earned = np.where(terms.share_by_score, quality.score, 1.0)
    part = np.where(quality.met, earned, np.where(quality.met_alternative, quality.score, 0.0))
    return terms.maximum_share * part


def loss_rate(quality: MsspQuality, terms: MsspTerms) -> Floats:
    """Return the share of losses an ACO bears: one less its quality-scaled sharing rate, within its bounds.

    Notes
    -----
    42 CFR 425.606(f), 425.610(f). Fixed in BASIC (425.605(d)). The highest rate where quality failed.
    """
    passed = quality.met | quality.met_alternative
    rate = 1.0 - terms.maximum_share * quality.score
    bounded = np.clip(rate, terms.loss_rate_lowest, terms.loss_rate_highest)
    return np.where(passed, bounded, terms.loss_rate_highest)


def settle(
    benchmark_usd: ArrayLike,
    expenditure_usd: ArrayLike,
    minimum_rate: ArrayLike,
    lives: ArrayLike,
    *,
    quality: MsspQuality,
    terms: MsspTerms,
    revenue_usd: ArrayLike = np.nan,
    low_revenue: ArrayLike = False,
    disaster_relief_usd: ArrayLike = 0.0,
    forfeits: ArrayLike = False,
) -> MsspSettlement:
    """Settle a performance year.

    Parameters
    ----------
    benchmark_usd, expenditure_usd : array_like, shape (..., aco)
        Updated benchmark and expenditure of the assigned people.
    minimum_rate : array_like, shape (..., aco)
        Minimum savings rate; its negative is the minimum loss rate of a two-sided ACO.
    lives : array_like, shape (..., aco)
        Assigned beneficiaries.
    quality : MsspQuality
    terms : MsspTerms
    revenue_usd : array_like
        Participants' Medicare revenue, which limits losses in BASIC and Track 1+; NaN leaves that limit out.
    low_revenue : array_like of bool
    disaster_relief_usd : array_like
        Losses forgiven for extreme and uncontrollable circumstances, as a positive amount, where that is more
        than ``terms.relieved`` of the loss.
    forfeits : array_like of bool
        ACOs that ended their agreement in mid-year and so share no savings (42 CFR 425.221(b)).

    Returns
    -------
    MsspSettlement

    Notes
    -----
    From the first dollar once the minimum rate is reached (42 CFR 425.605(c)). The 2 % sequestration comes
    off before the savings limit: CMS's own results follow ``min(rate x savings x 0.98, limit)``.
    """
    benchmark = np.asarray(benchmark_usd, dtype=np.float64)
    gross = benchmark - np.asarray(expenditure_usd, dtype=np.float64)
    rate = np.divide(gross, benchmark, out=np.zeros_like(gross), where=benchmark > 0)
    minimum = np.asarray(minimum_rate, dtype=np.float64)
    saves = (gross > 0) & (rate >= minimum)
    loses = (gross < 0) & (rate <= -minimum) & terms.two_sided
    small = (gross > 0) & ~saves & np.asarray(low_revenue, dtype=bool)
    reduced = small & (np.asarray(lives, dtype=np.float64) >= terms.smallest_for_reduced)
    share = sharing_rate(quality, terms) * np.where(reduced, terms.reduced_share, 1.0)
    share = np.where((saves | reduced) & ~np.asarray(forfeits, dtype=bool), share, 0.0)
    limit = terms.savings_cap * benchmark
    before = np.minimum(share * gross, limit)
    paid = np.minimum(share * gross * (1.0 - terms.sequestration), limit)
    borne = loss_rate(quality, terms)
    revenue = np.asarray(revenue_usd, dtype=np.float64)
    known = ~np.isnan(revenue) & np.isfinite(terms.loss_cap_revenue)
    free = np.full(np.broadcast_shapes(known.shape, benchmark.shape), np.inf)
    by_revenue = np.multiply(terms.loss_cap_revenue, revenue, out=free.copy(), where=known)
    limited = np.isfinite(terms.loss_cap_benchmark)
    by_benchmark = np.multiply(terms.loss_cap_benchmark, benchmark, out=free, where=limited)
    worst = np.minimum(by_benchmark, by_revenue)
    loss = np.where(loses, np.minimum(borne * -gross, worst), 0.0)
    stated = np.asarray(disaster_relief_usd, dtype=np.float64)
    relief = np.minimum(np.maximum(stated, terms.relieved * loss), loss)
    gains = saves | reduced
    return MsspSettlement(
        gross_usd=gross,
        savings_rate=rate,
        generated_usd=np.where(gains | loses, gross, 0.0),
        share_rate=share,
        loss_rate=np.where(loses, borne, 0.0),
        shared_usd=np.where(gains, before, -loss),
        disaster_relief_usd=relief,
        settlement_usd=np.where(gains, paid, relief - loss),
    )


def sharing_steps(
    done: MsspSettlement, minimum_rate: ArrayLike, quality: MsspQuality, terms: MsspTerms
) -> Floats:
    """Return what is left of gross savings after one rule more at each of :data:`SHARING_STEPS`.

    Parameters
    ----------
    done : MsspSettlement
        Of ACOs that do not forfeit.
    minimum_rate, quality, terms
        What it was settled by, see :func:`settle`.

    Returns
    -------
    float64 array, shape (..., aco, step)
        USD; the last is the ACO's share before sequestration.

    Notes
    -----
    42 CFR 425.605 and 425.610, (b) to (g). Below the minimum savings rate a low-revenue BASIC ACO keeps a
    part (425.605(h)). A one-sided ACO has no minimum loss rate: that it bears no loss is its sharing rate.
    """
    gains = done.gross_usd > 0
    low = gains & (done.savings_rate < np.asarray(minimum_rate, dtype=np.float64))
    reached = np.where(gains | terms.two_sided, done.generated_usd, done.gross_usd)
    counted = reached * np.where(low, terms.reduced_share, 1.0)
    everybody = np.ones_like(quality.met)
    full = replace(quality, score=np.ones_like(quality.score), met=everybody)
    whole = np.where(gains, sharing_rate(full, terms), loss_rate(full, terms) * terms.two_sided) * counted
    earned = np.where(gains, done.share_rate, done.loss_rate) * done.generated_usd
    return np.stack([done.gross_usd, counted, whole, earned, done.shared_usd], axis=-1)
