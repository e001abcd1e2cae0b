"""Whole cents spread over months, so that nothing is lost."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def over_months(cents: ArrayLike, weights: ArrayLike) -> NDArray[np.int64]:
    """Return amounts by month in whole cents, which add up to the amounts given.

    Parameters
    ----------
    cents : array_like of int, shape (...)
    weights : array_like, shape (..., months)
        Not negative; where all are zero the last month has the whole amount.

    Returns
    -------
    int64 array, shape (..., months)
        Each month ends with the running total to the nearest cent.
    """
    total = np.asarray(cents)[..., None]
    so_far = np.cumsum(np.asarray(weights, dtype=np.float64), axis=-1)
    whole = so_far[..., -1:]
    part = np.divide(so_far, whole, out=np.zeros_like(so_far), where=whole > 0.0)
    reached = np.rint(part * total).astype(np.int64)
    reached[..., -1] = total[..., 0]
    by_month: NDArray[np.int64] = reached.copy()
    by_month[..., 1:] -= reached[..., :-1]
    return by_month
