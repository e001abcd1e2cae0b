"""The office: each ACO by its contract, ACOs that are out, moves at a year's start, new lists of TINs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from program_arms import lived, scenario

from sim.inputs.lead_terms import lead_terms
from sim.kernels.codes import Sum
from sim.outcomes.registry import BY_NAME
from sim.policy.lead import historical_baseline
from sim.settlement.office import SETTLED, Settlement

ALPHA, BETA, GAMMA = range(3)
BY_YEAR = [name for name in SETTLED if "year" in BY_NAME[name].dims]


def out(arm):
    return lived().models[arm].outcomes


def absent(name, values):
    fill = BY_NAME[name].fill_value
    return np.isnan(values) if np.isnan(fill) else values == fill


@pytest.mark.parametrize("name", [*SETTLED, "expenditure"])
def test_two_options_in_one_arm_are_two_arms_with_one(name):
    mixed = out("mixed")[name]
    np.testing.assert_array_equal(mixed[[ALPHA, GAMMA]], out("lead_global")[name][[ALPHA, GAMMA]])
    np.testing.assert_array_equal(mixed[BETA], out("lead_professional")[name][BETA])


def test_options_make_a_difference():
    settled = out("mixed")["settlement"][BETA]
    assert (settled != out("lead_global")["settlement"][BETA]).all()


@pytest.mark.parametrize("name", BY_YEAR)
def test_an_aco_that_is_out_has_no_settlement(name):
    gamma = np.moveaxis(out("move")[name][GAMMA], BY_NAME[name].dims.index("year") - 1, 0)
    outside = [0, 1, 6, 7, 8, 9]
    assert absent(name, gamma[outside]).all()
    # A minimum rate and agreement benchmark are of the other program, and the survey has no rank.
    if name not in ("minimum_savings_rate", "agreement_benchmark", "quality_rank"):
        assert not absent(name, np.delete(gamma, outside, axis=0)).any()


def test_a_move_at_a_years_start():
    moved = out("move")
    assert moved["program"][BETA].tolist() == [2.0] * 3 + [1.0] * 7
    assert moved["agreement_start"][BETA].tolist() == [2027.0] * 3 + [2030.0] * 7
    assert moved["agreement_start"][GAMMA, 2:6].tolist() == [2029.0] * 4
    minimum = moved["minimum_savings_rate"][BETA]
    assert np.isfinite(minimum[:3]).all()
    assert np.isnan(minimum[3:]).all()


def test_base_years_after_a_move_are_those_the_arm_has_lived():
    model = lived().models["move"]
    lead, participants = model.settlement.programs["lead"], model.participants()
    base = lead.benchmark(model.history, participants, 2030)
    assert base.by3 == 2029
    for at, year in enumerate((2027, 2028, 2029)):
        seen = participants.observe(model.history, year)
        np.testing.assert_array_equal(base.inputs.base_months[..., at], seen.months)
    terms = lead_terms(lead.rulebook, 2036, "professional")
    inputs = base.with_volunteers(participants.volunteers)
    history = historical_baseline(inputs, terms).history_pbpm
    np.testing.assert_array_equal(model.outcomes["historical_benchmark"][BETA, :, -1], history[BETA])


@pytest.mark.parametrize("year", [2027, 2029, 2036])
def test_spending_is_shown_without_the_skin_substitutes_that_do_not_count_in_or_out_of_lead(year):
    model = lived().models["move"]
    skin = model.world.evidence.number("spending.skin_substitutes", year)
    counted = 1.0 - model.rulebook.number("expenditure.skin_substitutes_excluded", year) * skin
    assert 0.9 < counted < 1.0
    assert model.settlement.programs["lead"].counted(year) == pytest.approx(counted, rel=1e-12)
    # Gamma is out in 2027 and 2036, in LEAD in 2029.
    spent = model.participants().observe(model.history, year).aco[GAMMA, :, Sum.SPEND]
    shown = model.outcomes["expenditure"][GAMMA, :, year - 2027]
    np.testing.assert_allclose(shown, spent * counted, rtol=0, atol=0.51)
    assert shown.sum() < spent.sum()


def another_list(model):
    """Return the list of TINs with one of alpha's moved to beta."""
    now = model.participants()
    practice_aco = now.practice_aco.copy()
    practice_aco[np.flatnonzero(practice_aco == ALPHA)[0]] = BETA
    return replace(now, practice_aco=practice_aco)


@pytest.mark.parametrize(("arm", "program"), [("lead_global", "lead"), ("stay", "mssp")])
def test_base_years_follow_the_list_of_tins(arm, program):
    model = lived().models[arm]
    office = Settlement.of(scenario(), arm, model.world)
    contracts, everybody = office.contracts(2027), np.ones(3, bool)
    quality = np.full(3, 0.8)

    def settled(participants):
        return office.settle(2027, model.history, participants, contracts, everybody, quality)

    before, changed = settled(model.participants()), settled(another_list(model))
    fresh = Settlement.of(scenario(), arm, model.world)
    directly = fresh.settle(2027, model.history, another_list(model), contracts, everybody, quality)
    for name in SETTLED:
        np.testing.assert_array_equal(changed[name], directly[name], err_msg=name)
    name = "historical_benchmark" if program == "lead" else "agreement_benchmark"
    # The practice that moves need not have patients of every category.
    moved = changed[name][[ALPHA, BETA]] != before[name][[ALPHA, BETA]]
    assert moved.reshape(2, -1).any(axis=1).all()
    again = settled(model.participants())
    for name in SETTLED:
        np.testing.assert_array_equal(again[name], before[name], err_msg=name)


def test_a_scenario_may_have_a_single_year():
    single = scenario().replace({"horizon.last_py": 2027})
    office = Settlement.of(single, "mixed", lived().world)
    assert sorted(office.programs) == ["lead", "mssp", "reach"]
    assert not office.asks_types
    assert office.contracts(2027).participates.all()


def test_nobody_is_settled_who_is_not_active():
    model = lived().models["stay"]
    office = Settlement.of(scenario(), "stay", model.world)
    settled = office.settle(
        2027, model.history, model.participants(), office.contracts(2027), np.zeros(3, bool), np.ones(3)
    )
    for name in SETTLED:
        assert absent(name, settled[name]).all(), name
    assert (settled["expenditure"].sum(axis=1) > 0).all()
