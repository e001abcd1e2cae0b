"""Health and spending parameters for the kernels, from evidence and the rulebook's High Needs criteria."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.inputs.evidence import Evidence
from sim.inputs.lead_criteria import Criteria
from sim.kernels.layout import AGED_IN, N_KINDS, OLDEST, Health, Kind
from sim.population.disease import condition_names, mask_of, words
from sim.population.life_tables import death_probabilities

AGE_COST_EDGES = (0, 65, 70, 75, 80, 85, 90)
MORTALITY_EDGES = (65, 70, 75, 80, 85, 90, 95)


def by_age(values: NDArray[np.float64], edges: tuple[int, ...]) -> NDArray[np.float64]:
    """Return one value a band as one value an age; ages below the first edge get the first value."""
    ages = np.arange(OLDEST + 1)
    table: NDArray[np.float64] = values[np.clip(np.searchsorted(edges, ages, side="right") - 1, 0, None)]
    return table


def _mortality_level(evidence: Evidence) -> NDArray[np.float64]:
    """Return the factor on the population table by kind and age, shape (kinds, ages)."""
    level = np.ones((N_KINDS, OLDEST + 1))
    fit = by_age(evidence.array("mortality.age_fit"), MORTALITY_EDGES)
    mix = evidence.array("demography.mix")
    dual_share = mix[Kind.AGED_DUAL] / (mix[Kind.AGED_DUAL] + mix[Kind.AGED_NON_DUAL])
    dual = evidence.number("mortality.aged_dual")
    non_dual = 1.0 / (1.0 - dual_share + dual_share * dual)
    level[Kind.DISABLED] = evidence.number("mortality.disabled")
    level[Kind.AGED_DUAL] = fit * dual * non_dual
    level[Kind.AGED_NON_DUAL] = fit * non_dual
    return level


def build_health(evidence: Evidence, criteria: Criteria, year: int) -> Health:
    """Return the kernels' parameters for a calendar year."""
    names = condition_names(evidence)
    recovery = evidence.array("conditions.recovery")
    mortality = death_probabilities()[year]
    level = _mortality_level(evidence)
    # ESRD mortality is stated by itself: divide the table out, by a mean over the sexes at 65 and over.
    table = np.maximum(mortality.mean(axis=0), mortality.mean(axis=0)[AGED_IN])
    level[Kind.ESRD] = evidence.number("mortality.esrd") / table
    return Health(
        mortality=mortality,
        mortality_level=level,
        mortality_risk=evidence.number("mortality.risk_slope"),
        switch_out=evidence.array("advantage.leave").copy(),
        switch_risk=evidence.number("advantage.leave_risk"),
        switch_back=evidence.number("advantage.back"),
        recoverable=sum(1 << k for k in range(len(names)) if recovery[k] > 0.0),
        esrd=mask_of(names, "kidney_failure"),
        high_needs_conditions=mask_of(names, " ".join(words(evidence, "conditions.mobility"))),
        high_needs_score=criteria.score,
        high_needs_score_with_admissions=criteria.score_with_admissions,
        high_needs_admissions=criteria.admissions,
        high_needs_snf_days=criteria.snf_days,
        age_cost=by_age(evidence.array("spending.age"), AGE_COST_EDGES),
        cost_constant=evidence.number("spending.cost_constant"),
        cost_slope=evidence.number("spending.cost_slope"),
        cost_spread=evidence.number("spending.cost_spread"),
        practice_leave=evidence.number("care.practice_leave"),
        visits_mean=evidence.number("care.visits_mean"),
        visits_risk=evidence.number("care.visits_risk"),
        visits_loyal=evidence.number("care.visits_loyal"),
        weight_recent=criteria.weight_recent,
        weight_older=criteria.weight_older,
        no_use=evidence.number("spending.no_use"),
        no_use_risk=evidence.number("spending.no_use_risk"),
        base_share=evidence.number("spending.base_share"),
        base_spread=evidence.number("spending.base_spread"),
        event_chance=evidence.number("spending.event_chance"),
        event_slope=evidence.number("spending.event_slope"),
        event_carry=evidence.number("spending.event_carry"),
        event_share=evidence.number("spending.event_share"),
        event_amount_slope=evidence.number("spending.event_amount_slope"),
        event_spread=evidence.number("spending.event_spread"),
        death_event=evidence.number("spending.death_event"),
        death_amount=evidence.number("spending.death_amount"),
        stays_extra=evidence.number("spending.stays_extra"),
        snf_chance=evidence.number("spending.snf_chance"),
        snf_days=evidence.number("spending.snf_days"),
        no_supplement=evidence.number("spending.no_supplement"),
    )
