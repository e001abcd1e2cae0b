"""Falls prevention (RISE to Age in Place): what is paid for a course."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

# Spread too small to matter to a cent.
_NONE = 1e-9


def home_modification(mean: ArrayLike, *, spread: float, limit: float) -> Floats:
    """Return what is paid on average for changes to a person's home, USD, up to the limit per person.

    Parameters
    ----------
    mean : array_like
        Mean of what changes would cost, USD, log-normal between people.
    spread : float
        Coefficient of variation between people; at 0 each costs the mean.
    limit : float
        USD a person.

    Notes
    -----
    Up to 2,500 USD a person, for life (a public brief on CARA, 2026). What is paid on average is the mean of
    a log-normal cut off at the limit.
    """
    means = np.asarray(mean, dtype=np.float64)
    sigma = math.sqrt(math.log1p(spread**2))
    if sigma < _NONE or limit == 0.0:
        return np.minimum(means, limit)

    def paid(one: float) -> float:
        if one == 0.0:
            return 0.0
        z = (math.log(limit / one) + 0.5 * sigma**2) / sigma
        return one * _normal(z - sigma) + limit * _normal(-z)

    return np.array([paid(one) for one in means.ravel().tolist()]).reshape(means.shape)


def course_cost(visits: float, *, payment: float, modification: ArrayLike) -> Floats:
    """Return what a course costs, USD: visits at a payment each, and changes to the home."""
    return visits * payment + np.asarray(modification, dtype=np.float64)


def _normal(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2.0))
