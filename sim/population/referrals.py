"""Specialists of every market, their specialties, and to whom each practice refers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.inputs.evidence import Evidence
from sim.kernels.draws import Decision, Key, uniforms
from sim.kernels.quantiles import normals
from sim.population.health import specialties

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Specialists:
    """Specialists, and practices' referrals to them.

    Attributes
    ----------
    market, specialty : int64, shape (specialists,); efficiency : float64, same shape
        Specialty as a place in :func:`sim.population.health.specialties`; cost of its episodes relative to
        others of its kind.
    referred : int64, shape (practices, referred); share : float64, same shape
        Specialists whose efficiency a practice's patients feel, the most important one first, and shares.
    by_specialty : int64, shape (practices, specialties, referred)
        Specialists to whom a practice refers in each specialty, by the same shares. Those of `referred` come
        first in their specialty. Where a market has fewer of a specialty, they are there more than once.
    """

    market: Ints
    specialty: Ints
    efficiency: Floats
    referred: Ints
    share: Floats
    by_specialty: Ints


def draw_specialists(
    evidence: Evidence, key: Key, practice_market: Ints, first_practice: Ints
) -> Specialists:
    """Draw the specialists of all markets and the referrals of all practices.

    A market has ``care.specialists`` for each practice, who take the specialties in turn, and at least one of
    each specialty.
    """
    n_markets = len(first_practice) - 1
    shares = referral_shares(evidence)
    n_specialties = len(specialties(evidence))
    number = np.maximum(
        len(shares), np.round(np.diff(first_practice) * evidence.number("care.specialists")).astype(np.int64)
    )
    first = np.concatenate([[0], np.cumsum(number)]).astype(np.int64)
    market = np.repeat(np.arange(n_markets), number)
    # Some specialties are missing in a small market: one of each comes after all others.
    missing = np.arange(n_specialties) >= np.minimum(number, n_specialties)[:, None]
    further = np.nonzero(missing)
    specialty = np.concatenate([(np.arange(first[-1]) - first[market]) % n_specialties, further[1]])
    market = np.concatenate([market, further[0]])
    efficiency = np.exp(
        evidence.number("care.specialist_efficiency")
        * normals(key, np.arange(len(market)), 0, Decision.SPECIALIST_TRAITS)[:, 0]
    )
    referred = _referred(key, practice_market, first, number, len(shares))
    return Specialists(
        market=market,
        specialty=specialty,
        efficiency=efficiency,
        referred=referred,
        share=np.broadcast_to(shares, referred.shape).copy(),
        by_specialty=_by_specialty(key, practice_market, market, specialty, n_specialties, referred),
    )


def felt_by_practices(specialists: Specialists, efficiency: Floats, led: float) -> Floats:
    """Return what the specialists it refers to make of the spending of each practice's patients.

    Parameters
    ----------
    specialists : Specialists
    efficiency : float64, shape (specialists,)
        Cost of each one's episodes relative to others of its kind.
    led : float
        Share of spending that specialists lead.

    Returns
    -------
    float64, shape (practices,)
        A factor.
    """
    felt = (specialists.share * efficiency[specialists.referred]).sum(axis=1)
    return np.asarray(1.0 + led * (felt - 1.0))


def changed_specialists(specialists: Specialists, efficiency: Floats, led: float) -> Floats | float:
    """Return a factor on each practice's spending where specialists are not as drawn; 1 if all are."""
    if np.array_equal(specialists.efficiency, efficiency):
        return 1.0
    drawn = felt_by_practices(specialists, specialists.efficiency, led)
    return felt_by_practices(specialists, efficiency, led) / drawn


def referral_shares(evidence: Evidence) -> Floats:
    """Return the shares of a practice's referrals that go to its first specialist, its second and so on."""
    top = evidence.number("care.referral_top")
    return np.array([top, *((1.0 - top) * evidence.array("care.referral_next"))])


def _referred(key: Key, market: Ints, first_specialist: Ints, specialists: Ints, number: int) -> Ints:
    """Return specialists of each practice's market, any specialty, shape (practices, number)."""
    draws = uniforms(key, np.arange(len(market)), 0, Decision.REFERRALS)
    there = specialists[market]
    first = (draws[:, 0] * there).astype(np.int64)
    step = 1 + (draws[:, 1] * (np.maximum(there, 2) - 1)).astype(np.int64)
    around = (first[:, None] + np.arange(number) * step[:, None]) % there[:, None]
    found: Ints = first_specialist[market][:, None] + around
    return found


def _by_specialty(
    key: Key, practice_market: Ints, market: Ints, specialty: Ints, n_specialties: int, referred: Ints
) -> Ints:
    """Return the specialists to whom each practice refers in each specialty."""
    n, number = referred.shape
    ordered = np.lexsort((np.arange(len(market)), specialty, market))
    place = market[ordered] * n_specialties + specialty[ordered]
    bounds = np.searchsorted(place, np.arange((market.max() + 1) * n_specialties + 1))
    table = np.empty((n, n_specialties, number), np.int64)
    practices = np.arange(n)
    for of in range(n_specialties):
        begin = bounds[practice_market * n_specialties + of]
        there = bounds[practice_market * n_specialties + of + 1] - begin
        start = (uniforms(key, practices, 0, Decision.SPECIALTY_REFERRALS, of)[:, 0] * there).astype(np.int64)
        around = (start[:, None] + np.arange(number)) % there[:, None]
        table[:, of] = ordered[begin[:, None] + around]
    for rank in reversed(range(number)):
        chosen = referred[:, rank]
        row = table[practices, specialty[chosen]]
        at = np.where(
            (row == chosen[:, None]).any(axis=1), np.argmax(row == chosen[:, None], axis=1), number - 1
        )
        for i in range(number - 1, 0, -1):
            row[:, i] = np.where(at >= i, row[:, i - 1], row[:, i])
        row[:, 0] = chosen
        table[practices, specialty[chosen]] = row
    return table
