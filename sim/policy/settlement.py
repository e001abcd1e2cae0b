"""Settlement: corridors, sequestration, stop-loss, what is owed in the end, guarantee and exit.

Dollar arrays have the shape (..., aco). Savings and amounts paid to the ACO are positive, losses and amounts
it owes negative.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def corridor_share(fraction: ArrayLike, edges: ArrayLike, shares: ArrayLike) -> Floats:
    """Return what the ACO keeps of savings, or pays of losses, as a fraction of its benchmark.

    Parameters
    ----------
    fraction : array_like
        Gross savings (positive) or losses (negative) as a fraction of the benchmark, any shape.
    edges : array_like, shape (band,)
        Lower edge of each band as a fraction of the benchmark, rising from 0; the last band has no end.
    shares : array_like, shape (band,)
        The ACO's share of the part of the savings or losses that lies in each band.

    Returns
    -------
    numpy.ndarray
        Same shape and sign as `fraction`; continuous, and the same for losses as for savings.

    Notes
    -----
    CMS, LEAD PY2027 Alignment and Finance Methodology, risk corridors; ACO REACH has the same form.
    """
    gross = np.asarray(fraction, dtype=np.float64)
    low = np.asarray(edges, dtype=np.float64)
    width = np.diff(low, append=np.inf)
    size = np.abs(gross)
    kept = np.zeros_like(size)
    for start, span, share in zip(low, width, np.asarray(shares, dtype=np.float64), strict=True):
        kept += share * np.clip(size - start, 0.0, span)
    return np.copysign(kept, gross)


def shared_amount(
    gross: ArrayLike, benchmark: ArrayLike, *, edges: ArrayLike, savings: ArrayLike, losses: ArrayLike
) -> Floats:
    """Return the ACO's dollars of gross savings or losses after the corridors; 0 without a benchmark.

    Parameters
    ----------
    gross, benchmark : array_like, shape (..., aco)
        Gross savings (losses negative) and the final benchmark the bands are fractions of, in USD.
    edges, savings, losses : array_like, shape (band,)
        Lower edges, and the ACO's shares of savings and of losses.

    Notes
    -----
    CMS, LEAD PY2027 Alignment and Finance Methodology, risk corridors: first dollar, no minimum savings rate,
    no ceiling.
    """
    base = np.asarray(benchmark, dtype=np.float64)
    amount = np.asarray(gross, dtype=np.float64)
    fraction = np.divide(
        amount, base, out=np.zeros(np.broadcast_shapes(amount.shape, base.shape)), where=base > 0
    )
    kept = np.where(
        fraction > 0.0, corridor_share(fraction, edges, savings), corridor_share(fraction, edges, losses)
    )
    return np.asarray(kept * base)


def sequestered(
    gross: ArrayLike,
    benchmark: ArrayLike,
    *,
    rate: float,
    base: str,
    edges: ArrayLike,
    savings: ArrayLike,
    losses: ArrayLike,
) -> Floats:
    """Return the dollars sequestration takes from the shared amount (never negative).

    Parameters
    ----------
    gross, benchmark, edges, savings, losses
        As in :func:`shared_amount`.
    rate : float
        2 %.
    base : {"shared", "gross", "gains"}
        ``shared``: of the shared amount, worsening losses too; ``gross``: of gross savings or losses before
        the corridors (the same inside a band that shares all); ``gains``: of shared savings only, as in
        ACO REACH.
    """
    bands = {"edges": edges, "savings": savings, "losses": losses}
    shared = shared_amount(gross, benchmark, **bands)
    if base == "gross":
        amount = np.asarray(gross, dtype=np.float64)
        return shared - shared_amount(amount - rate * np.abs(amount), benchmark, **bands)
    return rate * (np.maximum(shared, 0.0) if base == "gains" else np.abs(shared))
