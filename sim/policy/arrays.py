"""Array helpers of the rules: cells, safe ratios and weighted means."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

CATEGORIES = ("ad", "esrd", "hn")
"""Beneficiary categories, in the order of the cell axis: Aged & Disabled, ESRD, High Needs."""


def ratio(top: ArrayLike, bottom: ArrayLike, otherwise: ArrayLike) -> Floats:
    """Return ``top / bottom`` where both are positive, else `otherwise`; never warns and never gives NaN."""
    above, below = np.asarray(top, dtype=np.float64), np.asarray(bottom, dtype=np.float64)
    usable = (above > 0.0) & (below > 0.0)
    result = np.empty(np.broadcast(usable, otherwise).shape)
    result[...] = otherwise
    np.divide(above, below, out=result, where=usable)
    return result


def weighted_mean(values: ArrayLike, weights: ArrayLike) -> Floats:
    """Return the mean over the last axis; 0 where all weights are zero."""
    weight = np.asarray(weights, dtype=np.float64)
    total = weight.sum(axis=-1)
    summed = (np.asarray(values, dtype=np.float64) * weight).sum(axis=-1)
    return np.asarray(np.divide(summed, total, out=np.zeros_like(summed), where=total > 0.0))


def dollars(pbpm: Floats, months: Floats) -> Floats:
    """Return PBPM times months; 0 where there are none, whether or not anything is known of the PBPM."""
    return np.multiply(pbpm, months, out=np.zeros_like(pbpm), where=months > 0.0)


def quantiles_by_group(values: ArrayLike, group: ArrayLike, n_groups: int, shares: ArrayLike) -> Floats:
    """Return quantiles of the values of each group, as :func:`numpy.quantile` has them; 0 for an empty group.

    Parameters
    ----------
    values : array_like, shape (some,)
    group : array_like of int, shape (some,)
        Group of each value, from 0 on.
    n_groups : int
    shares : array_like, shape (quantiles,)

    Returns
    -------
    numpy.ndarray, shape (quantiles, groups)
    """
    given, of = np.asarray(values, dtype=np.float64), np.asarray(group, np.int64)
    number = np.bincount(of, minlength=n_groups)
    if not of.size:
        return np.zeros((np.size(shares), n_groups))
    ranked, start = given[np.lexsort((given, of))], np.cumsum(number) - number
    place = np.asarray(shares, dtype=np.float64)[:, None] * np.maximum(number - 1, 0)
    below = np.floor(place).astype(np.int64)
    part = place - below
    low, high = (
        ranked[np.minimum(start + at, len(ranked) - 1)] for at in (below, np.minimum(below + 1, number - 1))
    )
    found = np.where(part < 0.5, low + (high - low) * part, high - (high - low) * (1.0 - part))
    return np.where(number > 0, found, 0.0)


def over_cells(by_category: ArrayLike) -> Floats:
    """Repeat values per category (..., 3) over both alignment routes (..., 6)."""
    return np.concatenate([np.asarray(by_category, dtype=np.float64)] * 2, axis=-1)
