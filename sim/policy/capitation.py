"""Capitation and advances: PCC, TCC, NPCC, APO, in USD of any shape; what the ACO receives is positive."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from sim.policy.arrays import Floats


def capitated_benchmark(before: ArrayLike, after: ArrayLike, *, base: str) -> Floats:
    """Return the benchmark that capitation is a share of, of the benchmark before and after the discount.

    Parameters
    ----------
    before, after : array_like
        USD, of one shape.
    base : str
        ``before_discount``, as public notes on the LEAD Payment fact sheet say, or ``after_discount``, as in
        ACO REACH.
    """
    return np.asarray(before if base == "before_discount" else after, dtype=np.float64)


def base_pcc(benchmark: ArrayLike, *, share: float) -> Floats:
    """Return base primary care capitation, which replaces fee-for-service primary care payments.

    Parameters
    ----------
    benchmark : array_like
        Of :func:`capitated_benchmark`, USD.
    share : float
        Primary care's expected share; CMS sets it per ACO.
    """
    return share * np.asarray(benchmark, dtype=np.float64)


def enhanced_pcc(benchmark: ArrayLike, base: ArrayLike, *, target: float, floor: float) -> Floats:
    """Return enhanced PCC, an interest-free advance: ``max(target x benchmark - base, floor x benchmark)``.

    Notes
    -----
    CMS, LEAD Payment fact sheet (public notes): up to 7 % with the base, at least 2 %.
    """
    whole = np.asarray(benchmark, dtype=np.float64)
    return np.asarray(np.maximum(target * whole - np.asarray(base), floor * whole))


def fee_reductions(paid: ArrayLike, reduction: ArrayLike) -> Floats:
    """Return fee-for-service dollars not paid because capitation or an advance covers them."""
    return np.asarray(np.asarray(paid, dtype=np.float64) * np.asarray(reduction))


def preferred_reduction(chosen: ArrayLike, *, least: float, most: float) -> Floats:
    """Return the fee reduction a Preferred Provider may have under TCC, the choice held within its limits.

    Notes
    -----
    LEAD Payment fact sheet (public notes): 1 to 100 %; Participant Providers always 100 %.
    """
    return np.clip(np.asarray(chosen, dtype=np.float64), least, most)


def total_care_capitation(
    benchmark: ArrayLike, own_share: ArrayLike, reduction: ArrayLike, *, leakage_withhold: float
) -> Floats:
    """Return TCC: the benchmark for services of the ACO's own providers, at their fee reduction.

    Parameters
    ----------
    benchmark : array_like
        Of :func:`capitated_benchmark`, USD.
    own_share : array_like
        Expected share of spending on services of the ACO's providers.
    reduction : array_like
        Their mean fee reduction.
    leakage_withhold : float
        Part withheld for care elsewhere; not published for LEAD.
    """
    covered = np.asarray(benchmark, dtype=np.float64) * np.asarray(own_share) * np.asarray(reduction)
    return np.asarray(covered * (1.0 - leakage_withhold))


def capitation_gain(capitation: ArrayLike, reductions: ArrayLike) -> Floats:
    """Return what the ACO keeps (or loses) of true capitation: PCC base, TCC or NPCC minus fees not paid."""
    return np.asarray(np.asarray(capitation, dtype=np.float64) - np.asarray(reductions))


def apo_true_up(advance: ArrayLike, reductions: ArrayLike) -> Floats:
    """Return what settlement adds for the Advanced Payment Option: actual fee reductions minus the advance.

    Notes
    -----
    LEAD Payment fact sheet (public notes): APO is trued up to fee-for-service.
    """
    return np.asarray(np.asarray(reductions, dtype=np.float64) - np.asarray(advance))
