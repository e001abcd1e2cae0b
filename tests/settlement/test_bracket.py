"""The bracket of the guardrail: each reading of it, of the same year, is what an arm under it would get."""

from __future__ import annotations

import numpy as np
import pytest
from little_world import ARMS, results
from program_arms import lived

from sim.inputs.lead_terms import guardrail, lead_terms
from sim.outcomes.registry import BY_NAME, GUARDRAILS
from sim.policy.lead import settle_performance_year
from sim.policy.trend import GUARD_PATHS

NONE = BY_NAME["gross_savings"].fill_value
GLOBAL = ARMS.index("lead_global")


def readings(out, arm):
    return {name: out[f"gross_savings_guard_{name}"][arm] for name in GUARDRAILS}


def test_the_arm_s_own_reading_is_its_gross_savings_and_the_others_differ():
    out = results()
    found = readings(out, GLOBAL)
    assert np.array_equal(found["linear"], out["gross_savings"][GLOBAL])
    for name in set(GUARDRAILS) - {"linear"}:
        # In the first year all are one.
        assert np.array_equal(found[name][:, 0], found["linear"][:, 0])
        assert (found[name][:, 1:] != found["linear"][:, 1:]).any(), name


@pytest.mark.parametrize("name", [*GUARD_PATHS, "annual"])
def test_a_reading_is_what_the_first_years_of_an_arm_under_it_show(name):
    rule = ("trend.guard_path", name) if name in GUARD_PATHS else ("trend.guard_applied", name)
    out = results((f"arms.lead_global.values.{rule[0]}", rule[1]))
    assert np.array_equal(readings(out, GLOBAL)[name], out["gross_savings"][GLOBAL])
    # Until money that differs has changed what ACOs do, the usual arm's reading is the same to the cent.
    usual = readings(results(), GLOBAL)[name]
    assert np.array_equal(usual[:, :2], out["gross_savings"][GLOBAL][:, :2])
    if name != "linear":
        assert (out["gross_savings"][GLOBAL] != results()["gross_savings"][GLOBAL]).any()


def test_only_lead_has_readings():
    out = lived().models["stay"].outcomes
    assert (out["gross_savings"] != NONE).any()
    for name in GUARDRAILS:
        assert (out[f"gross_savings_guard_{name}"] == NONE).all()


@pytest.mark.parametrize("py", [2027, 2029, 2032])
def test_the_annual_trend_of_a_cell_by_hand(py, monkeypatch):
    """Growth of every year since BY3 in plain Python, at the ACO's present share of its market."""
    model = lived().models["lead_global"]
    lead, participants = model.settlement.programs["lead"], model.participants()
    terms = lead_terms(model.rulebook, py, "global")
    aco, cell = 0, 0
    gathered = lead.benchmark(model.history, participants, 2027)
    base = gathered.inputs
    share = float(participants.observe(model.history, py).market_share[aco, cell])
    level, ahead, product = 1.0, 1.0, 1.0
    for year in range(2027, py + 1):
        seen, counted = participants.observe(model.history, year), lead.counted(year)
        nation = float(seen.national_pbpm[cell]) * counted
        region = float(seen.region_pbpm[aco, cell] / seen.region_risk[aco, cell]) * counted
        region *= float(seen.national_risk[cell])
        own = share * nation / float(base.national_base_pbpm[cell, -1])
        own += (
            (1.0 - share)
            * region
            * float(base.region_base_risk[aco, cell, -1] / base.region_base_pbpm[aco, cell, -1])
        )
        stated = float(lead.prospective_factor(2026, year)[cell])
        growth, expected = own / level, stated / ahead
        below, above = guardrail(model.rulebook, year)
        held = min(max(expected, growth - below), growth + above)
        product *= terms.two_way_weight * growth + (1.0 - terms.two_way_weight) * held
        level, ahead = own, stated
    seen_trends = {}

    def spy(baseline, inputs, terms):
        done = settle_performance_year(baseline, inputs, terms)
        seen_trends[terms.guard_applied] = done.update_trend[aco, cell]
        return done

    monkeypatch.setattr("sim.settlement.bracket.settle_performance_year", spy)
    everybody = np.ones(len(participants))
    office = model.settlement
    office.settle(py, model.history, participants, office.contracts(py), everybody > 0, everybody)
    assert seen_trends["annual"] == pytest.approx(product, rel=1e-12)
