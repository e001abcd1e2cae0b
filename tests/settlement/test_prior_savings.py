"""Earlier savings: whose they are, and that what a run settles rests on them."""

from dataclasses import replace

import numpy as np
import pytest
from program_arms import scenario, world

from sim.inputs.evidence import load_evidence
from sim.settlement.lead import Lead
from sim.settlement.lead_base import earlier_savings
from sim.settlement.office import Settlement
from sim.settlement.program import Participants

BEYOND = load_evidence().number("entry.beyond_true_savings")


def plans():
    first = replace(world().plans[0], leadership="physician", effect=None, effect_scale=None)
    return (
        replace(first, entry="renewing", prior_savings=None),
        replace(first, entry="renewing", prior_savings=None, leadership="hospital"),
        replace(first, entry="newly_entering", prior_savings=None),
        replace(first, entry="newly_entering", prior_savings=0.02),
        replace(first, entry="renewing", prior_savings=-0.01),
    )


def saved(*plans, draw=None, **evidence):
    values = {f"effect.{key}": value for key, value in evidence.items()}
    return earlier_savings(plans, load_evidence(values), np.zeros(len(plans)) if draw is None else draw)


def test_renewing_acos_bring_what_they_truly_saved_and_more_unless_their_own_is_stated():
    """By the curves, 2.3 and 0.7 % after four years; who is new has none, and what is stated holds."""
    expected = [BEYOND + 0.023, BEYOND + 0.007, 0.0, 0.02, -0.01]
    assert saved(*plans()) == pytest.approx(expected)
    assert 0.03 < expected[1] < expected[0] < 0.06


def test_who_saves_nothing_brings_no_more_than_benchmarks_show_beyond():
    physician, hospital, new, *_ = plans()
    still = [BEYOND, BEYOND, 0.0]
    assert saved(physician, hospital, new, scale=0) == pytest.approx(still)
    assert saved(physician, hospital, new, experience=0) == pytest.approx(still)
    own = replace(physician, effect_scale=0.0)
    assert saved(own, hospital) == pytest.approx([BEYOND, BEYOND + 0.007])


def test_an_aco_that_saves_more_than_its_kind_did_so_before():
    """An own plateau of 6 %, and two standard deviations of 1.5 %, at 2.3 of 3.0 of the way."""
    physician = plans()[0]
    assert saved(replace(physician, effect=-0.06)) == pytest.approx([BEYOND + 0.06 * 2.3 / 3.0])
    better = saved(physician, draw=np.array([-2.0]), aco_spread=[0.015, 0.0])
    assert better == pytest.approx([BEYOND + 0.023 + 2.0 * 0.015 * 2.3 / 3.0])


def test_what_an_arm_says_of_effects_is_not_of_the_base_years():
    """Base years are one and the same in all arms, and so is what each ACO saved in them."""
    made = world()
    providers, n = made.providers, len(made.plans)
    participants = Participants(providers.aco, providers.market, providers.aco_market(n))

    def brought(stated):
        lead = Settlement.of(stated, "mixed", made).programs["lead"]
        return lead.benchmark(dict(made.history), participants, 2027).inputs.prior_savings_pbpm

    usual = brought(scenario())
    assert usual == pytest.approx(brought(scenario().replace({"arms.mixed.evidence.effect.scale": 0})))
    renewing = np.array([plan.entry == "renewing" for plan in made.plans])
    assert (usual[renewing] > 0.0).all()
    assert not usual[~renewing].any()
    by_kind = inputs_of().prior_savings_pbpm
    assert not np.isclose(usual, by_kind)[renewing].any()


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


def test_savings_count_less_where_tins_have_joined_since_the_agreement_began():
    """By months of the base years, then over now; an ACO that has shrunk keeps its own."""
    made = world()
    acos = tuple(replace(plan, prior_savings=0.05) for plan in made.plans)
    providers, n = made.providers, len(acos)
    free = np.flatnonzero((providers.aco < 0) & (providers.market == providers.market[providers.aco == 0][0]))
    assert len(free)
    grown, shrunk = providers.aco.copy(), providers.aco.copy()
    grown[free[:2]] = 0
    shrunk[np.flatnonzero(providers.aco == 0)[0]] = -1
    history = dict(made.history)

    def inputs(lead, listed):
        participants = Participants(listed, providers.market, providers.aco_market(n))
        return lead.benchmark(history, participants, 2027).inputs

    def at_rate(found):
        months = found.base_months.sum(axis=1)
        spent = (found.base_pbpm * found.base_months).sum(axis=1) / months
        return 0.05 * spent.mean(axis=-1), months.mean(axis=-1)

    lead = Lead(scenario().rulebook("mixed"), made.evidence, made.trend, acos)
    first, later, smaller = (inputs(lead, listed) for listed in (providers.aco, grown, shrunk))
    (_, then), (rate, now), (less, _) = (at_rate(one) for one in (first, later, smaller))
    assert now[0] > 1.02 * then[0]
    assert later.prior_savings_pbpm[0] == pytest.approx(rate[0] * then[0] / now[0])
    assert later.prior_savings_pbpm[1:] == pytest.approx(first.prior_savings_pbpm[1:])
    assert smaller.prior_savings_pbpm[0] == pytest.approx(less[0])
    switch, rulebook = "prior_savings.prorated", scenario().rulebook("mixed")
    assert rulebook.flag(switch)
    assert "lead-py2027" in rulebook.chain
    off = scenario().replace({f"program.values.{switch}": False}).rulebook("mixed")
    whole = Lead(off, made.evidence, made.trend, acos)
    inputs(whole, providers.aco)
    assert inputs(whole, grown).prior_savings_pbpm[0] == pytest.approx(rate[0])
