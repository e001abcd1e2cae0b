"""Alignment: whose beneficiary somebody is, by claims or by own choice, and from which month.

Claims alignment works on slots: the few providers a person saw, shape (person, slot). An entity is an ACO
(its Participant Providers count together; Preferred Providers never do) or a practice outside every ACO.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.policy.arrays import Flags, Floats

NOBODY = -1
MONTHS = 12
NOT_THIS_YEAR = MONTHS + 1
ROUNDING = 1e-12  # Charges in cents, weighted by thirds: sums that differ by less are equal.

Whole = NDArray[np.int64]


def weighted_charges(charges: ArrayLike, weights: ArrayLike) -> Floats:
    """Weight PQEM allowed charges (person, slot, alignment year) by alignment year, older first.

    Notes
    -----
    ACO REACH: 1/3 and 2/3 over two 12-month alignment years; LEAD's weights are not published.
    """
    return np.asarray(np.asarray(charges, dtype=np.float64) @ np.asarray(weights, dtype=np.float64))


def claims_aligned(
    charges: ArrayLike,
    entity: Whole,
    primary: Flags,
    last_visit: ArrayLike,
    *,
    weights: ArrayLike,
    primary_share: float,
    tie: str,
) -> Whole:
    """Return the entity each person is aligned to by claims, or -1.

    Parameters
    ----------
    charges : array_like, shape (person, slot, 2)
        PQEM allowed charges in the older and newer alignment year, USD; 0 in empty slots.
    entity : numpy.ndarray of int, shape (person, slot)
        ACO or practice of each slot.
    primary : numpy.ndarray of bool, shape (person, slot)
        Whether the provider is a primary care specialist.
    last_visit : array_like, shape (person, slot)
        Day of the most recent PQEM service, larger is later.
    weights : array_like, shape (2,)
        See :func:`weighted_charges`.
    primary_share : float
        Two-tier test: when primary care has at least this share of weighted charges, only it competes.
    tie : {"most_recent_visit", "newer_year_charges"}
        Who wins among equal totals.

    Notes
    -----
    ACO REACH two-tier plurality with ties to the most recent service; LEAD's rule is not published.
    """
    raw = np.asarray(charges, dtype=np.float64)
    weighted = weighted_charges(raw, weights)
    total = weighted.sum(axis=-1)
    first_tier = np.where(primary, weighted, 0.0)
    primary_total = first_tier.sum(axis=-1)
    by_primary = (primary_total >= primary_share * total * (1.0 - ROUNDING)) & (primary_total > 0.0)
    competing = np.where(by_primary[:, None], primary, ~primary) & (weighted > 0.0)
    same = entity[:, :, None] == entity[:, None, :]
    sums = (same * np.where(competing, weighted, 0.0)[:, None, :]).sum(axis=-1)
    sums = np.where(competing, sums, -np.inf)
    leading = competing & (sums >= sums.max(axis=-1, keepdims=True) * (1.0 - ROUNDING))
    breaker = np.asarray(last_visit, dtype=np.float64) if tie == "most_recent_visit" else raw[..., -1]
    if tie != "most_recent_visit":
        breaker = (same * np.where(competing, breaker, 0.0)[:, None, :]).sum(axis=-1)
    winner = np.argmax(np.where(leading, breaker, -np.inf), axis=-1)
    chosen = np.take_along_axis(entity, winner[:, None], axis=-1)[:, 0]
    return np.where(competing.any(axis=-1), chosen, NOBODY)


def aligned_entity(claims: Whole, voluntary: Whole, *, precedence: str) -> tuple[Whole, Flags]:
    """Return the entity each person is aligned to, -1 for none, and whether voluntarily.

    Parameters
    ----------
    claims, voluntary : numpy.ndarray of int, shape (person,)
        Entity by claims and by the latest valid attestation; -1 for none.
    precedence : {"voluntary", "claims"}
        Which route comes first.

    Notes
    -----
    ACO REACH: a valid attestation beats claims; LEAD's precedence is not published.
    """
    has_voluntary = voluntary != NOBODY
    by_choice = has_voluntary if precedence == "voluntary" else has_voluntary & (claims == NOBODY)
    return np.where(by_choice, voluntary, claims), by_choice


def first_month(
    claims: Flags, claims_new_tin: Flags, attested: Whole, *, hybrid: bool, mid_year_month: float
) -> Whole:
    """Return the month (1 to 12) from which a person is aligned this year; 13 when not this year.

    Parameters
    ----------
    claims : numpy.ndarray of bool, shape (person,)
        Aligned by the prospective claims run.
    claims_new_tin : numpy.ndarray of bool, shape (person,)
        Aligned by the mid-year claims run for Participant TINs newly added this year.
    attested : numpy.ndarray of int, shape (person,)
        Month of the voluntary attestation: 0 before the year, 13 none this year.
    hybrid : bool
        Hybrid alignment adds attestations from the month after and runs once at mid-year; it drops nobody.
        Prospective alignment changes nobody in the year.
    mid_year_month : float
        First month of those the mid-year run adds; its date is not published.

    Notes
    -----
    CMS, LEAD Model FAQ: prospective and hybrid alignment options.
    """
    start = np.where(claims | (attested == 0), 1, NOT_THIS_YEAR)
    if not hybrid:
        return start
    start = np.minimum(start, np.where(claims_new_tin, int(mid_year_month), NOT_THIS_YEAR))
    return np.minimum(start, np.minimum(attested + 1, NOT_THIS_YEAR))


def medicaid_aligned(
    full_dual: Flags, partner_state: Flags, partnership: Flags, unaligned: Flags, *, active: bool
) -> Flags:
    """Return who is aligned by the Medicaid route: full-benefit duals nobody else has aligned.

    Parameters
    ----------
    full_dual, partner_state, partnership, unaligned : numpy.ndarray of bool, shape (person,)
        Full-benefit dual; lives in a partner state; the person's plan or practice has a partnership with the
        ACO; aligned by no other route.
    active : bool
        The route is switched on and its first performance year has come.

    Notes
    -----
    CMS, LEAD Model Overview: nested route in two states; the formula is not published, this is the plainest.
    """
    return full_dual & partner_state & partnership & unaligned & active
