"""The terms of quality in LEAD in one performance year, out of a rulebook."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.inputs.rulebook import Rulebook


@dataclass(frozen=True, eq=False)
class QualityTerms:
    """Values of the rulebook's chapter on quality; all shares are fractions.

    Attributes
    ----------
    measures : tuple of str
        Measures in the score.
    weights : float64, shape (measures,)
    electronic : bool, shape (measures,)
        Which are eCQMs.
    electronic_phase : str
        How those count.
    percentiles, points : float64 arrays
        Points of a measure at percentiles of reference ACOs.
    improvement, sustained, gate : float
        See :func:`sim.policy.quality.improves_or_sustains` and :func:`sim.policy.quality.earning_score`.
    plan_from_py, plan_interventions, plan_share : float
        First year of the Prevention and Quality Plan, what it has at least, and what is lost without it.
    withhold, pool_share, pool_score : float
        See :func:`sim.policy.quality.high_performers_pool`.
    pool_funding : str
        ``program`` or ``arm``: whose unearned withhold fills the pool.
    """

    measures: tuple[str, ...]
    weights: NDArray[np.float64]
    electronic: NDArray[np.bool_]
    electronic_phase: str
    percentiles: NDArray[np.float64]
    points: NDArray[np.float64]
    improvement: float
    sustained: float
    gate: float
    plan_from_py: float
    plan_interventions: float
    plan_share: float
    withhold: float
    pool_share: float
    pool_score: float
    pool_funding: str


def quality_terms(rulebook: Rulebook, py: int) -> QualityTerms:
    """Return the terms of a performance year."""

    def number(key: str) -> float:
        return rulebook.number(f"quality.{key}", py)

    measures = rulebook.words("quality.measures", py)
    electronic = rulebook.words("quality.electronic_measures", py)
    return QualityTerms(
        measures=measures,
        weights=np.array([number(f"weight.{name}") for name in measures]),
        electronic=np.array([name in electronic for name in measures]),
        electronic_phase=rulebook.word("quality.electronic_phase", py),
        percentiles=rulebook.array("quality.percentiles", py),
        points=rulebook.array("quality.points", py),
        improvement=number("improvement"),
        sustained=number("sustained"),
        gate=number("improvement_gate"),
        plan_from_py=number("plan_from_py"),
        plan_interventions=number("plan_interventions"),
        plan_share=number("plan_share"),
        withhold=number("withhold"),
        pool_share=number("pool_share"),
        pool_score=number("pool_score"),
        pool_funding=rulebook.word("quality.pool_funding", py),
    )
