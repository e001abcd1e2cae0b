"""The bracket of what is not published about the guardrail: the same year settled by each way to read it."""

from __future__ import annotations

from dataclasses import replace

from sim.inputs.lead_terms import guardrail
from sim.inputs.rulebook import Rulebook
from sim.outcomes.registry import GUARDRAILS
from sim.policy.lead import HistoricalBaseline, PerformanceYearInputs, settle_performance_year
from sim.policy.terms import LeadTerms
from sim.policy.trend import GUARD_PATHS
from sim.settlement.program import Ints, Settled, cents


def guardrail_readings(
    rulebook: Rulebook,
    baseline: HistoricalBaseline,
    inputs: PerformanceYearInputs,
    terms: LeadTerms,
    paid: Ints,
) -> Settled:
    """Return gross savings by each reading of the guardrail, in cents, as ``gross_savings_guard_`` variables.

    A path is of the factor since BY3; ``annual`` is of each year's growth, its widths by the rulebook's path.
    People and what ACOs decided are those of the arm, whose own reading is one of these.

    Parameters
    ----------
    rulebook : Rulebook
    baseline, inputs, terms
        What the arm itself is settled by.
    paid : int64, shape (acos,)
        Expenditure, cents.
    """

    def read(name: str) -> LeadTerms:
        if name not in GUARD_PATHS:
            return replace(terms, guard_applied=name)
        below, above = guardrail(rulebook, terms.py, name)
        return replace(terms, guard_applied="cumulative", guard_below=below, guard_above=above)

    return {
        f"gross_savings_guard_{name}": cents(
            settle_performance_year(baseline, inputs, read(name)).benchmark_usd
        )
        - paid
        for name in GUARDRAILS
    }
