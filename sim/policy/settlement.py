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
