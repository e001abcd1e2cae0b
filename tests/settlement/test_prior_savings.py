"""Earlier savings: whose they are, and that what a run settles rests on them."""

from dataclasses import replace

import numpy as np
import pytest
from program_arms import scenario, world

from sim.settlement.lead import Lead, earlier_savings
from sim.settlement.program import Participants

USUAL = 0.034


def plans():
    first = world().plans[0]
    return [
        replace(first, entry="renewing", prior_savings=None),
        replace(first, entry="newly_entering", prior_savings=None),
        replace(first, entry="newly_entering", prior_savings=0.02),
        replace(first, entry="renewing", prior_savings=-0.01),
    ]


def test_renewing_acos_bring_the_usual_rate_unless_their_own_is_stated():
    assert [earlier_savings(plan, USUAL) for plan in plans()] == [USUAL, 0.0, 0.02, -0.01]


def inputs_of(**changes):
    made = world()
    acos = tuple(replace(plan, **changes) for plan in made.plans)
    lead = Lead(scenario().rulebook("mixed"), made.evidence, made.trend, acos)
    providers = made.providers
    participants = Participants(providers.aco, providers.market, providers.aco_market(len(acos)))
    return lead.benchmark(dict(made.history), participants, 2027).inputs


def test_prior_savings_are_a_share_of_what_all_cells_spent_in_the_base_years():
    inputs = inputs_of(prior_savings=0.05)
    spent = (inputs.base_pbpm * inputs.base_months).sum(axis=1) / inputs.base_months.sum(axis=1)
    assert inputs.prior_savings_pbpm == pytest.approx(0.05 * spent.mean(axis=-1))
    assert (inputs.prior_savings_pbpm > 10.0).all()


def test_who_comes_from_mssp_and_who_is_new_reaches_the_baseline():
    made = world()
    inputs = inputs_of()
    assert inputs.former_mssp.tolist() == [plan.former_mssp for plan in made.plans]
    assert inputs.former_mssp.any()
    assert np.array_equal(inputs_of(former_mssp=False).former_mssp, [False] * len(made.plans))
