"""Update trend: growth factors (1.05 is 5 % growth) between two years, per category."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from sim.policy.arrays import Floats

#: How the guardrail may widen, see :func:`guardrail_width`.
GUARD_PATHS = ("frozen", "linear", "triangular", "open")


def two_way_trend(national: ArrayLike, regional: ArrayLike, market_share: ArrayLike) -> Floats:
    """Blend national and regional growth; the national weight is the ACO's share of its region.

    Parameters
    ----------
    national, regional : array_like
        Growth factors of risk-standardised PBPM spending.
    market_share : array_like
        ACO's share of the region's assignable people; the larger it is, the more its own savings would
        lower its regional trend.

    Notes
    -----
    CMS, LEAD PY2027 Alignment and Finance Methodology, update trend; same form as 42 CFR 425.652(b).
    """
    share = np.asarray(market_share, dtype=np.float64)
    return np.asarray(share * np.asarray(national) + (1.0 - share) * np.asarray(regional))


def guarded_trend(
    two_way: ArrayLike,
    prospective: ArrayLike,
    *,
    two_way_weight: float,
    guard_below: float,
    guard_above: float,
    guard_target: str,
) -> Floats:
    """Blend the two-way trend with the prospective factor (ACPT), held near the two-way trend.

    Parameters
    ----------
    two_way, prospective : array_like
        Growth factors since BY3.
    two_way_weight : float
        2/3 in LEAD; the prospective factor has the rest.
    guard_below, guard_above : float
        Widths of the guardrail in percentage points on the factor, as fractions (0.003 is 0.3 points).
    guard_target : {"prospective", "blend"}
        Whether the guardrail binds the prospective factor or the blended result; the published wording
        allows both readings.

    Notes
    -----
    CMS, LEAD PY2027 Alignment and Finance Methodology, update trend and guardrail.
    """
    base = np.asarray(two_way, dtype=np.float64)
    ahead = np.asarray(prospective, dtype=np.float64)
    low, high = base - guard_below, base + guard_above
    if guard_target == "prospective":
        ahead = np.clip(ahead, low, high)
    blend = two_way_weight * base + (1.0 - two_way_weight) * ahead
    return np.clip(blend, low, high) if guard_target == "blend" else blend


def annual_guarded_trend(
    two_way: ArrayLike,
    prospective: ArrayLike,
    *,
    two_way_weight: float,
    guard_below: ArrayLike,
    guard_above: ArrayLike,
    guard_target: str,
) -> Floats:
    """Guard and blend the growth of each year since BY3, and multiply it up.

    Parameters
    ----------
    two_way, prospective : array_like, shape (year, ...)
        Growth factors since BY3 in each year after it, the performance year last.
    two_way_weight, guard_target
        See :func:`guarded_trend`.
    guard_below, guard_above : array_like, shape (year,)
        Widths of each year, in percentage points on its growth.

    Notes
    -----
    CMS publishes the width for PY2027, when a year's growth and the factor since BY3 are one. That it might
    be of each later year's growth is assumed, and a switch.
    """
    both = (np.asarray(factor, dtype=np.float64) for factor in (two_way, prospective))
    base, ahead = (factor / np.concatenate([np.ones_like(factor[:1]), factor[:-1]]) for factor in both)
    yearly = [
        guarded_trend(
            own,
            stated,
            two_way_weight=two_way_weight,
            guard_below=below,
            guard_above=above,
            guard_target=guard_target,
        )
        for own, stated, below, above in zip(
            base, ahead, np.asarray(guard_below), np.asarray(guard_above), strict=True
        )
    ]
    return np.asarray(np.prod(yearly, axis=0))


def guardrail_width(first: float, years: int, path: str) -> float:
    """Return how far the guarded trend may leave the two-way trend in a performance year.

    Parameters
    ----------
    first : float
        Width in the first year it is stated for.
    years : int
        Years since the year before that: 1 in the first year.
    path : {"linear", "triangular", "frozen", "open"}
        How it widens: by the first width each year; by one first width more each year than the year before;
        not at all; or it binds in the first year only.

    Notes
    -----
    CMS, LEAD PY2027 Alignment and Finance Methodology: wider each later year, figures not published. The
    trend is cumulative since BY3, so the linear path lets it leave by the first width a year.
    """
    if path == "open" and years > 1:
        return float("inf")
    return first * {"linear": years, "triangular": years * (years + 1) / 2}.get(path, 1)


def cumulative_growth(yearly: ArrayLike) -> Floats:
    """Return cumulative growth factors from yearly growth rates along the first axis (year, ...)."""
    return np.asarray(np.cumprod(1.0 + np.asarray(yearly), axis=0), dtype=np.float64)
