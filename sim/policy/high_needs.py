"""High Needs: who qualifies, checked every quarter, and kept once found. Arrays are per person."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from sim.policy.arrays import Flags


def meets_criteria(
    *,
    mobility: Flags | bool,
    frailty: Flags | bool,
    risk_score: ArrayLike,
    esrd: Flags,
    unplanned_admissions: ArrayLike,
    snf_days: ArrayLike,
    home_health_days: ArrayLike,
    score_limits: ArrayLike,
    score_with_admissions: float,
    admissions_needed: float,
    snf_days_needed: float,
    home_health_days_needed: float,
) -> Flags:
    """Return who meets any High Needs criterion in the 12 months before a check.

    Parameters
    ----------
    mobility, frailty : numpy.ndarray of bool or bool
        Mobility-impairing diagnosis; frailty indicator (durable equipment). False switches one off.
    risk_score : array_like
        Risk score of the person's own model.
    esrd : numpy.ndarray of bool
        Whose score is on the ESRD scale.
    unplanned_admissions, snf_days, home_health_days : array_like
        Use in 12 months.
    score_limits : array_like, shape (2,)
        Score that qualifies on the Aged & Disabled and the ESRD scale.
    score_with_admissions, admissions_needed : float
        Lower score that qualifies with unplanned admissions (Aged & Disabled).
    snf_days_needed, home_health_days_needed : float
        Days that qualify; infinite switches a criterion off.

    Notes
    -----
    CMS, LEAD PY2027 Alignment and Finance Methodology, High Needs criteria; ACO REACH windows of 12 months.
    """
    score = np.asarray(risk_score, dtype=np.float64)
    by_ad, by_esrd = np.asarray(score_limits, dtype=np.float64)
    by_score = score >= np.where(esrd, by_esrd, by_ad)
    repeated = np.asarray(unplanned_admissions) >= admissions_needed
    by_admissions = ~esrd & (score >= score_with_admissions) & repeated
    by_days = (np.asarray(snf_days) >= snf_days_needed) | (
        np.asarray(home_health_days) >= home_health_days_needed
    )
    return np.asarray(mobility | by_score | by_admissions | by_days | frailty)


def status_by_check(before: Flags, met: Flags, *, sticky: bool) -> Flags:
    """Return High Needs status after each check of the year, shape (person, check).

    Parameters
    ----------
    before : numpy.ndarray of bool, shape (person,)
        Status at the end of the year before.
    met : numpy.ndarray of bool, shape (person, check)
        Whether the criteria are met at each check.
    sticky : bool
        Once High Needs, always High Needs.

    Notes
    -----
    CMS, LEAD PY2027 Alignment and Finance Methodology: quarterly checks, status is kept.
    """
    if not sticky:
        return met
    return np.logical_or.accumulate(met, axis=-1) | before[..., None]


def months_with_status(status: Flags, *, months_between: int) -> Flags:
    """Spread status after each check over the months (person, month) until the next check."""
    return np.repeat(status, months_between, axis=-1)
