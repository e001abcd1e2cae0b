"""Quality: measure scores, what of the withhold is earned back, and the High Performers Pool."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from sim.policy.arrays import Floats


def earned_back(score: ArrayLike, *, withhold: float) -> Floats:
    """Return the factor on the discounted benchmark: 1 with a quality score of 1.

    Parameters
    ----------
    score : array_like, shape (..., aco)
        Total quality score, 0 to 1.
    withhold : float
        3 % in LEAD.

    Notes
    -----
    CMS, LEAD PY2027 Alignment and Finance Methodology, quality withhold and earn-back.
    """
    return 1.0 - withhold + withhold * np.asarray(score, dtype=np.float64)
