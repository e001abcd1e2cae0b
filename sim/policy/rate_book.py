"""ACO rate book: regional rates that replace own history in the second half of the model."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from sim.policy.arrays import Floats, ratio, weighted_mean


def county_rates(cost_index: ArrayLike, national_pbpm: ArrayLike) -> Floats:
    """Return county rates: national PBPM at risk 1 times each county's relative cost.

    Parameters
    ----------
    cost_index : array_like, shape (county, cell)
        Several years' average of county over national risk-standardised FFS spending.
    national_pbpm : array_like, shape (cell,)
        National PBPM of the performance year.

    Notes
    -----
    LEAD's construction is not published; assumed like the ACO REACH rate book.
    """
    return np.asarray(np.asarray(cost_index) * np.asarray(national_pbpm), np.float64)


def cost_index(county_pbpm: ArrayLike, national_pbpm: ArrayLike) -> Floats:
    """Return relative cost (county, cell): county (year, county, cell) over nation (year, cell), averaged."""
    national = np.asarray(national_pbpm, dtype=np.float64)[:, None, :]
    return np.asarray(ratio(county_pbpm, national, 1.0).mean(axis=0))


def aco_rates(rates: ArrayLike, months: ArrayLike) -> Floats:
    """Return ACO rates (aco, cell): county rates (county, cell) weighted by months (aco, county, cell)."""
    weight = np.moveaxis(np.asarray(months, dtype=np.float64), -2, -1)
    return weighted_mean(np.asarray(rates, dtype=np.float64).T, weight)


def blend_rate_book(own_history: Floats, rate: ArrayLike, risk: ArrayLike, *, share: float) -> Floats:
    """Blend the own-history benchmark with the rate book at the ACO's capped risk, PBPM (..., aco, cell).

    Parameters
    ----------
    own_history : numpy.ndarray
        Updated benchmark PBPM.
    rate : array_like
        Rate-book PBPM at risk 1; where it is 0 or missing own history stays.
    risk : array_like
        Capped risk score.
    share : float
        Weight of the rate book in the year: 0 to PY2031; by year after that, not published.

    Notes
    -----
    CMS, LEAD Model Overview fact sheet: from own history to a standardised rate book in the second half.
    """
    book = np.asarray(rate, dtype=np.float64)
    known = book > 0.0
    target = book * np.asarray(risk)
    return np.where(known, (1.0 - share) * own_history + share * target, own_history)
