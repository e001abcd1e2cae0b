"""Spending designation, regional efficiency adjustment (REA) and prior savings adjustment (PSA).

Arrays are PBPM dollars of shape (..., aco, cell) or (..., aco).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from sim.policy.arrays import Flags, Floats, ratio, weighted_mean


def is_higher_spending(gap: ArrayLike, months: ArrayLike, *, tie_is_higher: bool) -> Flags:
    """Designate each ACO: Higher-spending when its region, at the ACO's risk, costs less than its history.

    Parameters
    ----------
    gap : array_like, shape (..., aco, cell)
        Regional risk-adjusted PBPM minus the ACO's historical PBPM, BY3.
    months : array_like, shape (..., aco, cell)
        BY3 person-months, the weights over categories.
    tie_is_higher : bool
        Designation at a gap of exactly zero (not published).

    Returns
    -------
    numpy.ndarray of bool, shape (..., aco)

    Notes
    -----
    CMS, LEAD PY2027 Alignment and Finance Methodology, spending designation: one per ACO.
    """
    mean = weighted_mean(gap, months)
    return mean <= 0.0 if tie_is_higher else mean < 0.0


def regional_adjustment(
    gap: Floats,
    months: Floats,
    reference: Floats,
    *,
    share: float,
    cap: Floats,
    cap_level: str,
    floor_level: str,
) -> Floats:
    """Return the REA by cell (..., aco, cell): a share of the gap, capped, and for the ACO not below 0.

    Parameters
    ----------
    gap : numpy.ndarray, shape (..., aco, cell)
        Regional risk-adjusted PBPM minus the ACO's historical PBPM, BY3.
    months : numpy.ndarray, shape (..., aco, cell)
        BY3 person-months, the weights over categories.
    reference : numpy.ndarray, shape (..., aco, cell)
        National BY3 PBPM at the ACO's risk, what the cap is a fraction of.
    share : float
        Share of the gap that is given.
    cap : numpy.ndarray, shape (..., aco)
        Fraction of the reference.
    cap_level : {"cell", "total"}
        Whether each cell has its cap, or their mean.
    floor_level : {"total", "cell"}
        Whether only an ACO whose mean would be below 0 gets nothing, cells below 0 counting in it, or no cell
        is below 0. The first keeps an ACO from collecting its good cells and skipping its bad ones.

    Notes
    -----
    CMS, LEAD PY2027 Alignment and Finance Methodology: a formula that caps by cell and words that cap the
    total. A public LEAD workbook has the adjustment before and after its cap by cohort. 42 CFR 425.656 caps
    by enrollment type and floors the overall amount.
    """
    amount = share * (gap if floor_level == "total" else np.maximum(gap, 0.0))
    if cap_level == "cell":
        amount = np.minimum(amount, cap[..., None] * reference)
    else:
        amount = cap_adjustment(amount, months, cap * weighted_mean(reference, months))
    below = weighted_mean(amount, months) < 0.0
    return np.where(below[..., None], 0.0, amount)


def cap_adjustment(adjustment: ArrayLike, months: ArrayLike, limit: ArrayLike) -> Floats:
    """Scale an ACO's adjustment down, all cells alike, so that its mean stays within `limit`.

    Parameters
    ----------
    adjustment : array_like, shape (..., aco, cell)
        PBPM, not negative.
    months : array_like, shape (..., aco, cell)
        Weights of the mean.
    limit : array_like, shape (..., aco)
        Cap in PBPM: 3 or 5 % of :func:`national_reference`.

    Notes
    -----
    CMS, LEAD PY2027 Alignment and Finance Methodology, cap on adjustments; scaling pro rata is assumed.
    """
    amount = np.asarray(adjustment, dtype=np.float64)
    mean, most = weighted_mean(amount, months), np.asarray(limit, dtype=np.float64)
    scale = np.divide(most, mean, out=np.ones_like(mean), where=mean > most)
    return np.asarray(amount * scale[..., None])


def national_reference(national: ArrayLike, risk: ArrayLike, months: ArrayLike) -> Floats:
    """Return national BY3 PBPM (..., aco) re-weighted to the ACO's categories and risk, the base of the caps.

    Parameters
    ----------
    national : array_like, shape (..., cell)
        National PBPM at risk 1.
    risk, months : array_like, shape (..., aco, cell)
        ACO's risk scores and person-months in BY3.
    """
    return weighted_mean(np.asarray(national)[..., None, :] * np.asarray(risk), months)


def prior_savings_adjustment(prior_savings: ArrayLike, limit: ArrayLike, *, share: float) -> Floats:
    """Return the PSA (..., aco): a share of prorated prior savings, between 0 and `limit`.

    Parameters
    ----------
    prior_savings : array_like, shape (..., aco)
        Prorated average of savings per person-month over the years matching the base years; losses net in.
    limit : array_like, shape (..., aco)
        Cap in PBPM.

    Notes
    -----
    CMS, LEAD PY2027 Alignment and Finance Methodology, prior savings adjustment (50 %, cap 5 %).
    """
    return np.clip(share * np.asarray(prior_savings, dtype=np.float64), 0.0, limit)


def prorated_prior_savings(
    savings_pbpm: ArrayLike, person_years_then: ArrayLike, person_years_now: ArrayLike
) -> Floats:
    """Average earlier savings (..., aco, by) over the base years, each prorated when the ACO has grown since.

    Years without participation count as 0; losses are negative and net in.

    Notes
    -----
    42 CFR 425.658, assumed for LEAD, whose proration is not published.
    """
    then = np.asarray(person_years_then, dtype=np.float64)
    now = np.asarray(person_years_now, dtype=np.float64)[..., None]
    return np.asarray((np.asarray(savings_pbpm) * np.minimum(ratio(then, now, 0.0), 1.0)).mean(axis=-1))


def higher_of(efficiency: Floats, prior_savings: Floats, months: Floats) -> tuple[Floats, Flags]:
    """Return the adjustment per cell, whichever is higher over the ACO and never both.

    Parameters
    ----------
    efficiency : numpy.ndarray, shape (..., aco, cell)
        Capped REA.
    prior_savings : numpy.ndarray, shape (..., aco)
        Capped PSA, the same PBPM in every cell.
    months : numpy.ndarray, shape (..., aco, cell)
        Weights of the comparison.

    Returns
    -------
    adjustment : numpy.ndarray, shape (..., aco, cell)
    is_prior_savings : numpy.ndarray of bool, shape (..., aco)

    Notes
    -----
    CMS, LEAD Model Overview fact sheet: the larger of the two.
    """
    by_savings = prior_savings > weighted_mean(efficiency, months)
    return np.where(by_savings[..., None], prior_savings[..., None], efficiency), by_savings
