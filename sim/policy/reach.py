"""Settlement of ACO REACH (and Global and Professional Direct Contracting), in CMS's order.

Dollar arrays have the shape (..., aco); savings and amounts paid to the ACO are positive.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.policy.settlement import corridor_share, shared_amount

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ReachTerms:
    """Terms of one performance year and risk option; fractions.

    Attributes
    ----------
    corridor_edges, corridor_shares : float64 arrays, shape (band,)
        Lower edges, as fractions of the benchmark with health equity adjustment, and the ACO's shares.
    discount, quality_withhold, retention_withhold : float
    sequestration_gains, sequestration_losses : float
    """

    corridor_edges: Floats
    corridor_shares: Floats
    discount: float
    quality_withhold: float
    retention_withhold: float
    sequestration_gains: float
    sequestration_losses: float


@dataclass(frozen=True, slots=True)
class ReachSettlement:
    """Steps of the settlement; float64 arrays of shape (..., aco).

    Attributes
    ----------
    gross_usd : benchmark with health equity adjustment less net expenditure
    savings_rate : gross as a fraction of the benchmark without it, as CMS publishes the rate
    shared_usd : the ACO's share after the corridors
    settlement_usd : the same after sequestration
    """

    gross_usd: Floats
    savings_rate: Floats
    shared_usd: Floats
    settlement_usd: Floats


def final_benchmark(
    benchmark_usd: ArrayLike, quality_score: ArrayLike, has_retention: ArrayLike, terms: ReachTerms
) -> Floats:
    """Return the benchmark after discount, quality withhold less what is earned back, and retention withhold.

    Parameters
    ----------
    benchmark_usd : array_like
        Trended benchmark before discount.
    quality_score : array_like
        0 to 1.
    has_retention : array_like of bool
        Whether the retention withhold of a first performance year applies.
    terms : ReachTerms

    Notes
    -----
    The three act additively on the trended benchmark: CMS's PY2023 results fit that form and not a product.
    """
    unearned = terms.quality_withhold * (1.0 - np.asarray(quality_score, dtype=np.float64))
    retention = terms.retention_withhold * np.asarray(has_retention, dtype=np.float64)
    return np.asarray(np.asarray(benchmark_usd) * (1.0 - terms.discount - unearned - retention))


def health_equity_adjustment(
    months_up: ArrayLike, months_down: ArrayLike, *, up_pbpm: float, down_pbpm: float
) -> Floats:
    """Return the health equity benchmark adjustment in USD; `down_pbpm` is negative.

    Notes
    -----
    CMS, ACO REACH PY2023: +30 USD PBPM for people in the top decile of need, -6 USD PBPM for the lower half.
    """
    return np.asarray(up_pbpm * np.asarray(months_up) + down_pbpm * np.asarray(months_down))


def retrospective_trend_adjustment(
    miss: ArrayLike, *, edges: ArrayLike, shares: ArrayLike, threshold: float
) -> Floats:
    """Return the part of a missed trend that the benchmark is corrected by.

    Parameters
    ----------
    miss : array_like
        Actual over prospective national trend, less 1.
    edges, shares : array_like, shape (band,)
        Corridors of the miss and the part applied in each.
    threshold : float
        Misses up to this size change nothing.

    Notes
    -----
    CMS, ACO REACH PY2024 Model Update: 0 to 4 % in full, 4 to 8 % half, none of the rest; before, all of it.
    """
    size = np.asarray(miss, dtype=np.float64)
    return np.where(np.abs(size) > threshold, corridor_share(size, edges, shares), 0.0)


def settle(
    benchmark_usd: ArrayLike, health_equity_usd: ArrayLike, net_expenditure_usd: ArrayLike, terms: ReachTerms
) -> ReachSettlement:
    """Settle a performance year from the final benchmark.

    Parameters
    ----------
    benchmark_usd : array_like
        Final benchmark: see :func:`final_benchmark`.
    health_equity_usd : array_like
        Added to it after the discount, and part of the base of the corridors.
    net_expenditure_usd : array_like
        Total cost of care plus the stop-loss charge less the stop-loss payout.
    terms : ReachTerms

    Notes
    -----
    First dollar, no minimum savings rate. CMS's PY2021 and PY2022 results follow this chain to the cent.
    """
    benchmark = np.asarray(benchmark_usd, dtype=np.float64)
    whole = benchmark + np.asarray(health_equity_usd, dtype=np.float64)
    gross = whole - np.asarray(net_expenditure_usd, dtype=np.float64)
    shared = shared_amount(
        gross,
        whole,
        edges=terms.corridor_edges,
        savings=terms.corridor_shares,
        losses=terms.corridor_shares,
    )
    taken = np.where(shared > 0, terms.sequestration_gains, terms.sequestration_losses) * np.abs(shared)
    return ReachSettlement(
        gross_usd=gross,
        savings_rate=np.divide(gross, benchmark, out=np.zeros_like(gross), where=benchmark > 0),
        shared_usd=shared,
        settlement_usd=shared - taken,
    )
