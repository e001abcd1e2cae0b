"""Eligibility: ACO types and the minimum number of aligned beneficiaries, in people of shape (..., aco)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.policy.arrays import Flags, Floats, ratio


def is_newly_entering(claims_aligned: ArrayLike, *, below: float) -> Flags:
    """Return whether an ACO had fewer than `below` claims-aligned people in every base year (..., aco, by).

    Notes
    -----
    ACO REACH New Entrant test; LEAD's definition is not published.
    """
    return np.asarray((np.asarray(claims_aligned) < below).all(axis=-1))


def is_high_needs_aco(
    high_needs: ArrayLike, esrd: ArrayLike, aligned: ArrayLike, *, share: float, test: str, counts: str
) -> Flags:
    """Return whether High Needs people are a large enough share of an ACO's aligned people.

    Parameters
    ----------
    high_needs, esrd, aligned : array_like, shape (..., aco)
        High Needs people, ESRD people without High Needs, and all aligned people.
    share : float
        0.40.
    test : {"above", "at_or_above"}
        How the share is compared; sources differ.
    counts : {"high_needs", "high_needs_or_esrd"}
        Who counts; sources differ.

    Notes
    -----
    CMS, LEAD Model FAQ: more than 40 % meeting High Needs criteria.
    """
    counted = np.asarray(high_needs, dtype=np.float64)
    if counts == "high_needs_or_esrd":
        counted = counted + np.asarray(esrd)
    held = ratio(counted, aligned, 0.0)
    return held > share if test == "above" else held >= share


def by_type(
    high_needs_aco: Flags, newly_entering: Flags, *, standard: float, high_needs: ArrayLike, new: ArrayLike
) -> Floats:
    """Return the minimum that an ACO's type gives; High Needs comes before Newly Entering.

    `high_needs` and `new` may be one for each ACO, as :func:`on_glide_path` gives them.

    Notes
    -----
    CMS, LEAD Model FAQ: 5,000, 800 and 1,000 aligned in the performance year; 3,000, 500 and (assumed) 600
    claims-aligned in at least one base year.
    """
    return np.where(high_needs_aco, high_needs, np.where(newly_entering, new, standard))


def on_glide_path(minimum: float, path: ArrayLike, performance_year: NDArray[np.int64]) -> Floats:
    """Return a minimum that rises with an ACO's performance years, never below the stated one.

    Parameters
    ----------
    minimum : float
        What the year's rules state.
    path : array_like, shape (years,)
        Minimum in an ACO's first performance year and those after it; the last one stands on.
    performance_year : numpy.ndarray of int, shape (..., aco)
        1 in an ACO's first.

    Notes
    -----
    A research card on CMMI models, October 2026: minimums are phased in; by how much is not published. ACO
    REACH's rise from year to year.
    """
    steps = np.asarray(path, dtype=np.float64)
    at = np.clip(np.asarray(performance_year) - 1, 0, len(steps) - 1)
    return np.maximum(minimum, steps[at])


def meets_base_year_minimum(claims_aligned: ArrayLike, minimum: ArrayLike) -> Flags:
    """Return whether an ACO that starts had enough people by claims in at least one base year.

    Parameters
    ----------
    claims_aligned : array_like, shape (..., aco, by)
        People aligned by claims in each base year.
    minimum : array_like, shape (..., aco)
        From :func:`by_type`.
    """
    return np.asarray(np.asarray(claims_aligned).max(axis=-1) >= np.asarray(minimum))


def may_continue(
    aligned: ArrayLike, minimum: ArrayLike, uses: NDArray[np.int64], *, buffer: float, allowed_uses: float
) -> tuple[Flags, NDArray[np.int64]]:
    """Return whether an ACO may go on, and how often it has now used the buffer.

    Parameters
    ----------
    aligned, minimum : array_like, shape (..., aco)
        People aligned this performance year and needed.
    uses : numpy.ndarray of int, shape (..., aco)
        Earlier years in which the buffer saved the ACO.
    buffer : float
        Shortfall tolerated, as a fraction of the minimum.
    allowed_uses : float
        Years it may be used.

    Notes
    -----
    ACO REACH: 10 % once over the model; LEAD's treatment is not published.
    """
    have, need = np.asarray(aligned, dtype=np.float64), np.asarray(minimum, dtype=np.float64)
    saved = (have < need) & (have >= (1.0 - buffer) * need) & (uses < allowed_uses)
    return np.asarray((have >= need) | saved), uses + saved


def without_overlap(memberships: Flags, excluded: Flags) -> Flags:
    """Return which TINs (tin,) may join: those in none of the excluded models.

    Parameters
    ----------
    memberships : numpy.ndarray of bool, shape (tin, model)
        Other models each TIN is in.
    excluded : numpy.ndarray of bool, shape (model,)
        Models that exclude LEAD at TIN level.

    Notes
    -----
    Wakely, LEAD Model site, Participation: MSSP, ACO PC Flex, AHEAD hospital global budget, Geo AHEAD.
    """
    return np.asarray(~(memberships & excluded).any(axis=-1))
