"""Health and spending parameters for the kernels, from evidence and the rulebook's High Needs criteria."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.inputs.evidence import Evidence
from sim.inputs.lead_criteria import Criteria
from sim.kernels.codes import AGED_IN, N_KINDS, OLDEST, Kind
from sim.kernels.layout import Health
from sim.population.disease import condition_names, mask_of, words
from sim.population.life_tables import death_probabilities
from sim.population.scoring import concurrent_factors

AGE_COST_EDGES = (0, 65, 70, 75, 80, 85, 90)
MORTALITY_EDGES = (65, 70, 75, 80, 85, 90, 95)


def by_age(values: NDArray[np.float64], edges: tuple[int, ...]) -> NDArray[np.float64]:
    """Return one value a band as one value an age; ages below the first edge get the first value."""
    ages = np.arange(OLDEST + 1)
    table: NDArray[np.float64] = values[np.clip(np.searchsorted(edges, ages, side="right") - 1, 0, None)]
    return table


def _mortality_level(evidence: Evidence) -> NDArray[np.float64]:
    """Return the factor on the population table, shape (kinds, sexes, ages)."""
    level = np.ones((N_KINDS, 2, OLDEST + 1))
    fit = np.stack([by_age(row, MORTALITY_EDGES) for row in evidence.array("mortality.age_fit")])
    mix = evidence.array("demography.mix")
    dual_share = mix[Kind.AGED_DUAL] / (mix[Kind.AGED_DUAL] + mix[Kind.AGED_NON_DUAL])
    dual = evidence.number("mortality.aged_dual")
    non_dual = 1.0 / (1.0 - dual_share + dual_share * dual)
    level[Kind.DISABLED] = evidence.number("mortality.disabled")
    level[Kind.AGED_DUAL] = fit * dual * non_dual
    level[Kind.AGED_NON_DUAL] = fit * non_dual
    return level


def in_year(health: Health, evidence: Evidence, criteria: Criteria, year: int) -> Health:
    """Return parameters with a calendar year's mortality and a program's High Needs criteria and weights.

    Parameters
    ----------
    health : Health
        What :func:`build_health` returned for the same evidence.
    evidence : Evidence
    criteria : Criteria
    year : int
    """
    mortality = death_probabilities()[year]
    level = health.mortality_level.copy()
    # ESRD mortality is stated by itself: divide the table out.
    level[Kind.ESRD] = evidence.number("mortality.esrd") / np.maximum(mortality, mortality[:, [AGED_IN]])
    return health._replace(
        mortality=mortality,
        mortality_level=level,
        high_needs_score=criteria.score,
        high_needs_score_with_admissions=criteria.score_with_admissions,
        high_needs_admissions=criteria.admissions,
        high_needs_snf_days=criteria.snf_days,
        weight_recent=criteria.weight_recent,
        weight_older=criteria.weight_older,
    )


def build_health(evidence: Evidence) -> Health:
    """Return the kernels' parameters that hold in all years; :func:`in_year` fills in the rest."""
    names = condition_names(evidence)
    recovery = evidence.array("conditions.recovery")
    causes = words(evidence, "episodes.causes")
    procedures = words(evidence, "episodes.procedures")
    kinds = words(evidence, "episodes.names")
    incidence = evidence.array("episodes.incidence")
    cost = evidence.array("episodes.cost")
    of_procedure = np.array([kinds.index(name) for name in procedures])
    fitted = evidence.array("spending.level") * evidence.array("spending.level_fit")
    average = 12.0 * fitted[Kind.AGED_NON_DUAL]
    rate = incidence[of_procedure] * evidence.number("episodes.procedure_fit")
    return Health(
        mortality=np.empty((2, OLDEST + 1)),
        mortality_level=_mortality_level(evidence),
        mortality_risk=evidence.number("mortality.risk_slope"),
        mortality_event=evidence.number("mortality.event"),
        switch_out=evidence.array("advantage.leave").copy(),
        switch_risk=evidence.number("advantage.leave_risk"),
        switch_back=evidence.array("advantage.back").copy(),
        switch_back_risk=evidence.number("advantage.back_risk"),
        switch_risk_usual=evidence.number("advantage.risk_usual"),
        switch_risk_most=evidence.number("advantage.risk_most"),
        recoverable=sum(1 << k for k in range(len(names)) if recovery[k] > 0.0),
        esrd=mask_of(names, "kidney_failure"),
        high_needs_conditions=mask_of(names, " ".join(words(evidence, "conditions.mobility"))),
        high_needs_score=np.inf,
        high_needs_score_with_admissions=np.inf,
        high_needs_admissions=0,
        high_needs_snf_days=0,
        coding_words=int(evidence.number("conditions.uncoded_halvings")),
        age_cost=by_age(evidence.array("spending.age"), AGE_COST_EDGES),
        cost_constant=evidence.number("spending.cost_constant"),
        cost_slope=evidence.number("spending.cost_slope"),
        cost_spread=evidence.number("spending.cost_spread"),
        practice_leave=evidence.number("care.practice_leave"),
        visits_mean=evidence.number("care.visits_mean"),
        visits_risk=evidence.number("care.visits_risk"),
        visits_loyal=evidence.number("care.visits_loyal"),
        weight_recent=0.0,
        weight_older=0.0,
        no_use=evidence.number("spending.no_use"),
        no_use_risk=evidence.number("spending.no_use_risk"),
        base_share=evidence.array("spending.base_share").copy(),
        base_spread=evidence.array("spending.base_spread").copy(),
        event_chance=evidence.array("spending.event_chance").copy(),
        event_slope=evidence.number("spending.event_slope"),
        event_carry=evidence.number("spending.event_carry"),
        event_share=evidence.array("spending.event_share").copy(),
        event_amount_slope=evidence.number("spending.event_amount_slope"),
        event_spread=evidence.array("spending.event_spread").copy(),
        death_event=evidence.number("spending.death_event"),
        death_amount=evidence.number("spending.death_amount"),
        stays_extra=evidence.number("spending.stays_extra"),
        snf_chance=evidence.number("spending.snf_chance"),
        snf_days=evidence.number("spending.snf_days"),
        no_supplement=evidence.number("spending.no_supplement"),
        heart_failure=mask_of(names, "heart_failure"),
        copd=mask_of(names, "copd"),
        diabetes=mask_of(names, "diabetes"),
        hypertension=mask_of(names, "hypertension"),
        rheumatoid_arthritis=mask_of(names, "rheumatoid_arthritis"),
        most_visits=int(evidence.number("use.most_visits")),
        most_ed_visits=int(evidence.number("use.most_ed_visits")),
        most_stays=int(evidence.number("use.most_stays")),
        most_snf_days=int(evidence.number("use.most_snf_days")),
        most_relative=evidence.number("spending.most_relative"),
        drug_conditions=mask_of(names, " ".join(words(evidence, "conditions.drug_treated"))),
        cause_share=_cause_share(evidence, causes),
        cause_cost=evidence.array("episodes.cause_cost").copy(),
        cause_episode=np.array(
            [kinds.index(name) if name in kinds else -1 for name in (*causes, "other")], np.int64
        ),
        first_fall_cause=causes.index("hip_fracture"),
        last_fall_cause=causes.index("fall_injury"),
        procedure_share=np.cumsum(rate)[None, :].copy(),
        procedure_cost=cost[of_procedure] / average,
        procedure_spread=np.sqrt(np.log1p(evidence.array("episodes.procedure_cv") ** 2)),
        procedure_inpatient=evidence.array("episodes.procedure_inpatient").copy(),
        procedure_episode=of_procedure.astype(np.int64),
        episode_share=evidence.array("episodes.share").copy(),
        readmission=evidence.number("use.readmission"),
        hospice=evidence.number("use.hospice"),
        ed_mean=evidence.number("use.ed_visits"),
        ed_risk=evidence.number("use.ed_risk"),
        ed_stay=evidence.number("use.ed_stay"),
        ed_fall=evidence.number("use.ed_fall"),
        follow_up=evidence.number("use.follow_up"),
        glycemic_poor=evidence.number("use.glycemic_poor"),
        pressure_controlled=evidence.number("use.pressure_controlled"),
        complex_conditions=int(evidence.number("use.complex_conditions")),
        stay_days=evidence.number("use.stay_days"),
        concurrent_base=concurrent_factors()["base"],
    )


def _cause_share(evidence: Evidence, causes: tuple[str, ...]) -> NDArray[np.float64]:
    """Return cumulative chances of each cause by heart failure plus twice COPD, shape (4, causes)."""
    chance = np.tile(evidence.array("episodes.cause_fit"), (4, 1))
    chance[[0, 2], causes.index("hf_inpatient")] = 0.0
    chance[[0, 1], causes.index("copd_inpatient")] = 0.0
    return np.cumsum(chance, axis=1)
