"""Monte Carlo standard errors: how far a figure is from what infinitely many replicates would give."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats


def mean_error(values: ArrayLike) -> float:
    """Return the Monte Carlo standard error of the mean of independent replicates.

    Parameters
    ----------
    values : array_like, shape (replicates,)
        NaNs (incomplete replicates) are left out.

    Returns
    -------
    float
        Standard deviation over the root of the number; NaN with fewer than two replicates.
    """
    kept = _kept(values)
    return float(stats.sem(kept)) if kept.size > 1 else math.nan


def quantile_error(values: ArrayLike, probability: float) -> float:
    """Return the Monte Carlo standard error of a quantile of independent replicates.

    The Maritz-Jarrett estimate, which assumes no distribution.

    Parameters
    ----------
    values : array_like, shape (replicates,)
        NaNs are left out.
    probability : float
        Between 0 and 1; 0.5 is the median.

    Returns
    -------
    float
        NaN where there are too few replicates to see so far out: fewer than 3 for the median, 15 for 0.1.

    References
    ----------
    Maritz and Jarrett, A note on estimating the variance of the sample median, JASA 1978.
    """
    kept = _kept(values)
    return float(stats.mstats.mjci(kept, prob=[probability])[0]) if kept.size > 1 else math.nan


def ratio_error(numerator: ArrayLike, denominator: ArrayLike) -> float:
    """Return the jackknife standard error of ``sum(numerator) / sum(denominator)`` over replicates.

    Parameters
    ----------
    numerator, denominator : array_like, shape (replicates,)
        One pair per replicate; pairs with a NaN are left out.

    Returns
    -------
    float
        NaN with fewer than two replicates, or where leaving one out leaves nothing to divide by.
    """
    top, bottom = np.asarray(numerator, np.float64), np.asarray(denominator, np.float64)
    whole = ~(np.isnan(top) | np.isnan(bottom))
    top, bottom = top[whole], bottom[whole]
    rest = bottom.sum() - bottom
    if top.size < 2 or np.any(rest == 0):
        return math.nan
    without = (top.sum() - top) / rest
    return float(np.sqrt((top.size - 1) * np.mean((without - without.mean()) ** 2)))


class RunningError:
    """Mean and Monte Carlo error of several figures, updated one replicate at a time (Welford's method)."""

    def __init__(self) -> None:
        self.count = 0
        self.mean: NDArray[np.float64] = np.zeros(0)
        self._squares: NDArray[np.float64] = np.zeros(0)

    def add(self, values: NDArray[np.float64]) -> None:
        """Take in one replicate's figures, shape (figures,), the same figures each time."""
        if self.count == 0:
            self.mean, self._squares = np.zeros(values.shape), np.zeros(values.shape)
        self.count += 1
        step = values - self.mean
        self.mean = self.mean + step / self.count
        self._squares = self._squares + step * (values - self.mean)

    @property
    def error(self) -> float:
        """Largest Monte Carlo standard error of the means; NaN before the second replicate."""
        if self.count < 2 or self.mean.size == 0:
            return math.nan
        return float(np.sqrt(self._squares.max() / (self.count - 1) / self.count))


def _kept(values: ArrayLike) -> NDArray[np.float64]:
    given = np.asarray(values, np.float64)
    return given[~np.isnan(given)]
