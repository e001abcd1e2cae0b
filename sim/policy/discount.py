"""Discount and administrative add-on: fractions per ACO, applied to the benchmark before discount."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from sim.policy.arrays import Flags, Floats


def discount_rate(higher_spending: Flags, *, lower: float, higher: float) -> Floats:
    """Return each ACO's discount in a performance year.

    Notes
    -----
    CMS, LEAD PY2027 Alignment and Finance Methodology, discount: 3 % for Lower-spending ACOs, 1.75 % rising
    to 3 % by PY2032 for Higher-spending ones, Global only; 0 under Professional.
    """
    return np.where(higher_spending, higher, lower)


def add_on(benchmark: ArrayLike, higher_spending: Flags, *, rate: float) -> Floats:
    """Return the administrative add-on, in the unit of `benchmark` (before discount); Higher-spending only.

    Notes
    -----
    CMS, LEAD PY2027 Alignment and Finance Methodology, administrative add-on of 1.5 %.
    """
    return np.where(higher_spending, rate, 0.0) * np.asarray(benchmark, dtype=np.float64)
