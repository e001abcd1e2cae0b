"""The benchmark of ACO REACH before discount: fixed base years, national trend, blend with the rate book.

Shapes are (..., aco, cell) and, in the base years, (..., aco, cell, by). The cell axis is Aged & Disabled,
ESRD, High Needs by claims alignment, then the same by voluntary alignment; money is PBPM dollars.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sim.policy.arrays import Flags, Floats, over_cells, ratio
from sim.policy.baseline import base_year_weights, historical_pbpm, reference_risk
from sim.policy.reach import retrospective_trend_adjustment
from sim.policy.risk import capped_ratio

STEPS = ("prices", "adjustment", "rate_book", "caps")
"""Rules that make a benchmark, one after another: history (the rate book where there is none) carried forward
by trend and true risk; the blend with the region's rates within its limits, ACO REACH's regional adjustment;
the rate book alone where history has no weight; coding beyond BY3's and what limits it."""


@dataclass(frozen=True, slots=True)
class ReachBenchmarkTerms:
    """Terms of one performance year; fractions.

    Attributes
    ----------
    base_weights : float64 array, shape (by,)
    history_share : float64 array, shape (types,)
        Weight of history against the rate book: Standard, New Entrant, High Needs ACOs.
    effect_up, effect_down : float
        Limits of what the blend may change, of national spending.
    missed_trend_edges, missed_trend_shares : float64 arrays, shape (band,)
    missed_trend_threshold : float
        Retrospective trend adjustment.
    risk_cap : float64 array, shape (3,)
        Limit on growth of the risk score, by category.
    """

    base_weights: Floats
    history_share: Floats
    effect_up: float
    effect_down: float
    missed_trend_edges: Floats
    missed_trend_shares: Floats
    missed_trend_threshold: float
    risk_cap: Floats


@dataclass(frozen=True, eq=False)
class ReachHistory:
    """History at risk 1 and prices of BY3, shape (..., aco, cell); 0 where experience is not `known`."""

    pbpm: Floats
    risk: Floats
    known: Flags


@dataclass(frozen=True, eq=False)
class ReachBenchmark:
    """The trended benchmark before discount.

    Attributes
    ----------
    pbpm : float64 array, shape (..., aco, cell)
    steps_pbpm : float64 array, shape (step, ..., aco, cell)
        The same with one rule more at each of :data:`STEPS`; the last is `pbpm`.
    """

    pbpm: Floats
    steps_pbpm: Floats


def reach_history(
    pbpm: Floats, risk: Floats, months: Floats, national_growth: ArrayLike, terms: ReachBenchmarkTerms
) -> ReachHistory:
    """Return the ACO's history.

    Parameters
    ----------
    pbpm, risk, months : numpy.ndarray, shape (..., aco, cell, by)
        Spending, renormalised risk score and person-months for the present list of TINs.
    national_growth : array_like, shape (..., cell, by)
        Growth of national spending from each base year to BY3.

    Notes
    -----
    CMS, ACO REACH PY2024 Financial Operating Guide: Overview, section 4.1.1: base years weigh 10, 30, 60 %.
    """
    entering = np.zeros(months.shape[:-2], dtype=bool)
    weights = base_year_weights(months, entering, terms.base_weights, terms.base_weights)
    trend = np.asarray(national_growth)[..., None, :, :]
    score, known = reference_risk(risk, months)
    return ReachHistory(historical_pbpm(pbpm, risk, months, trend, weights), score, known)


def reach_benchmark(
    history: ReachHistory,
    rate: Floats,
    risk: Floats,
    aco_type: ArrayLike,
    national: ArrayLike,
    prospective: ArrayLike,
    actual: ArrayLike,
    terms: ReachBenchmarkTerms,
    coded: ArrayLike = 1.0,
) -> ReachBenchmark:
    """Return the trended benchmark before discount.

    Parameters
    ----------
    history : ReachHistory
    rate : numpy.ndarray, shape (..., aco, cell)
        Regional spending at risk 1 and prices of BY3: the rate book.
    risk : numpy.ndarray, shape (..., aco, cell)
        Renormalised risk score of the performance year.
    aco_type : array_like of int, shape (..., aco)
        0 Standard, 1 New Entrant, 2 High Needs.
    national : array_like, shape (..., cell)
        National spending at risk 1 and prices of BY3, of which the limits of the blend are fractions.
    prospective, actual : array_like, shape (..., cell)
        Growth factors since BY3 as CMS projected them and as they turned out.
    terms : ReachBenchmarkTerms
    coded : array_like, shape (..., aco, cell)
        Coded over true risk against BY3's, which only tells the steps apart.

    Notes
    -----
    CMS, ACO REACH PY2024 Financial Operating Guide and PY2025 Model Update. Cells without history have the
    rate book. The score's growth is capped from that of BY3: reference years have not been read.
    """
    share = terms.history_share[np.asarray(aco_type, np.int64)][..., None]
    blended = share * history.pbpm + (1.0 - share) * rate
    base = np.asarray(national, np.float64)[..., None, :]
    held = np.clip(blended, history.pbpm - terms.effect_down * base, history.pbpm + terms.effect_up * base)
    own = np.where(history.known, history.pbpm, rate)
    adjusted = np.where(history.known & (share > 0.0), held, own)
    at_risk_one = np.where(share > 0.0, adjusted, rate)
    cap = np.where(history.known, over_cells(terms.risk_cap), np.inf)
    score = history.risk * capped_ratio(risk, history.risk, cap)
    ahead = np.asarray(prospective, np.float64)
    miss = ratio(actual, ahead, 1.0) - 1.0
    corrected = ahead * (
        1.0
        + retrospective_trend_adjustment(
            miss,
            edges=terms.missed_trend_edges,
            shares=terms.missed_trend_shares,
            threshold=terms.missed_trend_threshold,
        )
    )
    trend = corrected[..., None, :]
    true = history.risk * ratio(risk, history.risk, 1.0) / np.asarray(coded, np.float64)
    pbpm = np.asarray(at_risk_one * score * trend)
    by_step = [level * true * trend for level in (own, adjusted, at_risk_one)]
    return ReachBenchmark(pbpm, np.stack([*by_step, pbpm]))
