"""What the ACOs of a cohort showed, in one form for CMS's files and for a simulation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Shown:
    """What ACOs showed; NaN, or false, in years for which there is nothing.

    Attributes
    ----------
    rate : float64 array, shape (acos, years)
        Benchmark less expenditure, in % of the benchmark.
    lives : float64 array, shape (acos, years)
    earned : bool array, shape (acos, years)
        Whether savings were paid out.
    growth : float64 array, shape (kinds,)
        Growth of spending per person-year from BY3 to the cohort's year by enrollment type, in % a year, ACOs
        weighted by their person-years.
    risk : float64 array, shape (acos,)
        Growth of the risk score of aged non-dual people over the same years, renormalised, in %.
    minimum : float64 array, shape (acos,)
        Minimum savings rate of the cohort's year, in %.
    due, rebased : bool arrays, shape (acos,)
        Whether the agreement ends with the year by the rules; whether another one began the next year.
    """

    rate: Floats
    lives: Floats
    earned: Flags
    growth: Floats
    risk: Floats
    minimum: Floats
    due: Flags
    rebased: Flags


def yearly_growth(per_capita: Floats, weight: Floats, years: Floats) -> Floats:
    """Return mean growth in % a year by enrollment type, shape (kinds,).

    Parameters
    ----------
    per_capita : float64 array, shape (acos, kinds, 2)
        In BY3 and in the year.
    weight : float64 array, shape (acos, kinds)
        0 where nothing is known.
    years : float64 array, shape (acos,)
        Between the two.
    """
    known = weight > 0.0
    grown = np.log(np.where(known, per_capita[..., 1] / np.where(known, per_capita[..., 0], 1.0), 1.0))
    yearly = (weight * grown / years[:, None]).sum(axis=0) / np.maximum(weight.sum(axis=0), 1e-9)
    return np.asarray(100.0 * np.expm1(yearly))
