"""The program's numbers that the world itself needs: who is High Needs, how lookback years weigh."""

from __future__ import annotations

from sim.inputs.rulebook import Rulebook
from sim.population.health import Criteria


def criteria_of(rulebook: Rulebook, py: int) -> Criteria:
    """Return the High Needs criteria and alignment weights of a performance year.

    The scores are the A&D ones: people with ESRD are a category of their own whatever their score.
    """
    older, recent = rulebook.array("alignment.lookback_weights", py)
    return Criteria(
        score=float(rulebook.array("high_needs.risk_score", py)[0]),
        score_with_admissions=rulebook.number("high_needs.risk_score_with_admissions", py),
        admissions=int(rulebook.number("high_needs.unplanned_admissions", py)),
        snf_days=int(rulebook.number("high_needs.snf_days", py)),
        weight_recent=float(recent),
        weight_older=float(older),
    )


def high_needs_aco_share(rulebook: Rulebook, py: int) -> float:
    """Return the share of High Needs people above which an ACO counts as a High Needs ACO."""
    return rulebook.number("eligibility.high_needs_share", py)
