"""The world of a replicate as a scenario wants it, and the evidence of its arms."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.inputs.evidence import Evidence
from sim.inputs.evidence_draw import draw_evidence, uncertain_keys, values_of
from sim.inputs.faults import Fault, InputError
from sim.inputs.lead_criteria import criteria_of
from sim.kernels.draws import make_key
from sim.population.build import build_world
from sim.population.plan import plan_acos
from sim.population.world import World
from sim.scenarios import Scenario
from sim.settlement.calendar import first_lived, remembered_years, truncation_percentile


def make_world(scenario: Scenario, replicate: int, threads: int = 1) -> World:
    """Return the world of a replicate, on 1 January of the first performance year.

    Raises
    ------
    InputError
        When the CMS file that the scenario names cannot be used.
    """
    arm, plans = scenario.study.reference_arm, plan_acos(scenario)
    return build_world(
        plans,
        evidence_of(scenario, arm, replicate),
        criteria_of(scenario.rulebook(arm), scenario.years[0]),
        scenario.years,
        scenario.population.aco_market_share,
        scenario.study.seed,
        replicate,
        threads,
        first_lived=first_lived(scenario, plans),
        percentile=truncation_percentile(scenario),
        remembered=set().union(*(remembered_years(scenario, one, plans) for one in scenario.arms)),
    )


def evidence_of(scenario: Scenario, arm: str, replicate: int) -> Evidence:
    """Return an arm's evidence in a replicate: drawn anew where the study asks for parameter uncertainty."""
    evidence = scenario.evidence(arm)
    if not scenario.study.parameter_uncertainty:
        return evidence
    return draw_evidence(evidence, make_key(scenario.study.seed, replicate))


def parameter_labels(scenario: Scenario) -> list[str]:
    """Return the labels of the parameters that are drawn in some arm; none where the study draws none."""
    if not scenario.study.parameter_uncertainty:
        return []
    keys = uncertain_keys(map(scenario.evidence, scenario.arms))
    return list(
        dict.fromkeys(label for arm in scenario.arms for label in values_of(scenario.evidence(arm), keys))
    )


def parameter_values(scenario: Scenario, evidence: Evidence) -> NDArray[np.float64]:
    """Return an arm's values of these parameters, as many as there are labels; NaN for what it has not."""
    labels = parameter_labels(scenario)
    if not labels:
        return np.empty(0)
    found = values_of(evidence, uncertain_keys(map(scenario.evidence, scenario.arms)))
    return np.array([found.get(label, np.nan) for label in labels])


def with_seed(scenario: Scenario, seed: Any) -> Scenario:
    """Return the scenario with another experiment seed, or as it is when `seed` is None.

    Raises
    ------
    InputError
        When the seed is no whole number.
    """
    if seed is None:
        return scenario
    if not isinstance(seed, int | np.integer):
        allowed = "must be a whole number: every draw is keyed by the scenario's seed"
        raise InputError(Fault("LeadModel", "seed", f"= {seed!r}", allowed))
    return scenario.replace({"study.seed": int(seed)})
