"""The minimum savings rate of the MSSP: a sliding table by assigned lives, or the rate an ACO elects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MsrTable:
    """The sliding table and what surrounds it.

    Attributes
    ----------
    band_start : float64 array, shape (band,)
        First assigned life of each band, rising.
    rate_at_start, rate_at_end : float64 arrays, shape (band,)
        Rate at a band's first and last life, as fractions.
    smallest_for_election : float
        An ACO with fewer lives has the sliding rate whatever it elected.
    """

    band_start: Floats
    rate_at_start: Floats
    rate_at_end: Floats
    smallest_for_election: float


def sliding_rate(lives: ArrayLike, table: MsrTable) -> Floats:
    """Return the sliding minimum savings rate.

    Parameters
    ----------
    lives : array_like
        Assigned beneficiaries, any shape, at least the table's first life.
    table : MsrTable

    Returns
    -------
    float64 array
        Fraction of the benchmark: linear in a band, from its first to its last life; the last band is flat.

    Notes
    -----
    42 CFR 425.605(b)(1). CMS, MSSP Shared Savings and Losses Methodology v11, section 4.2.1.
    """
    people = np.asarray(lives, dtype=np.float64)
    band = np.maximum(np.searchsorted(table.band_start, people, side="right") - 1, 0)
    first = table.band_start[band]
    last = np.append(table.band_start[1:] - 1.0, np.inf)[band]
    part = np.clip((people - first) / (last - first), 0.0, 1.0)
    return table.rate_at_start[band] * (1.0 - part) + table.rate_at_end[band] * part


def minimum_savings_rate(
    lives: ArrayLike, two_sided: ArrayLike, elected: ArrayLike, table: MsrTable
) -> Floats:
    """Return the minimum savings rate; a two-sided ACO's minimum loss rate is its negative.

    Parameters
    ----------
    lives : array_like
        Assigned beneficiaries in the performance year.
    two_sided : array_like of bool
        Whether the ACO is accountable for losses and so may elect a rate.
    elected : array_like
        The rate elected, NaN for the sliding table.
    table : MsrTable

    Returns
    -------
    float64 array
        Fractions, in the common shape of the inputs.

    Notes
    -----
    42 CFR 425.605(b), 425.610(b); with fewer lives than an election needs, 425.110(b)(3).
    """
    rate = np.asarray(elected, dtype=np.float64)
    free = np.asarray(two_sided, dtype=bool) & ~np.isnan(rate)
    large = np.asarray(lives, dtype=np.float64) >= table.smallest_for_election
    return np.where(free & large, rate, sliding_rate(lives, table))
