"""What an ACO states of itself acts in a run: on its own results, and not on lives in another market."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from extremes import little, trouble, usual
from worlds import ARMS, aco, scenario_of

from sim.inputs.evidence import load_evidence
from sim.kernels.codes import Kind
from sim.replicate import simulate
from sim.start import make_world

STEADY, CHANGED = 0, 1
NO_ACO, LEAD = 0, 1
TWO_ARMS = {name: ARMS[name] for name in ("no_aco", "lead_global")}
LIVED = ("person_months", "expenditure", "true_savings", "care_management_cost")
KINDS = [kind.name.lower() for kind in Kind]
OF_THE_WORLD = {
    "mix": {"aged_dual": "30 %", "disabled": "20 %"},
    "spending": {"aged_non_dual": 1.3},
    "risk": {"aged_non_dual": 1.3},
    "market_share": "10 %",
}
EFFECTS = {"effect": "-15 %", "effect_scale": 0}
COSTS = {"fixed_cost": "3 million USD/year", "cost_per_person": "30 USD/month"}
EVERY = OF_THE_WORLD | EFFECTS | COSTS


def scenario(**traits):
    # The ACO that changes comes last: the rows of the other market's people, and so their draws, stay.
    made = scenario_of(aco("steady", 3_000), aco("changed", 2_500, **traits), arms=TWO_ARMS, last_py=2029)
    # Markets otherwise drift towards the nation, and it is chance which single stays an effect averts.
    apart = {"trend.market": 0.0, "trend.market_reversion": 0.0, "effect.events": [0.0, 0.0, 1.0]}
    return made.replace({f"evidence.{key}": value for key, value in apart.items()})


@cache
def plain():
    return simulate(scenario(), 0)


def run(**traits):
    return simulate(scenario(**traits), 0)


def per_month(results, name, aco=CHANGED):
    """Return a result of an ACO without any effect, a person-month."""
    months, values = results["person_months"][NO_ACO, aco], results[name][NO_ACO, aco]
    return np.nansum(values * months if name == "risk_score" else values) / months.sum()


@pytest.mark.parametrize("key", EVERY)
def test_it_changes_its_aco_and_no_life_in_another_market(key):
    before, after = plain(), run(**{key: EVERY[key]})
    for name in LIVED:
        np.testing.assert_array_equal(after[name][NO_ACO, STEADY], before[name][NO_ACO, STEADY], err_msg=name)
        if key not in OF_THE_WORLD:
            np.testing.assert_array_equal(after[name][LEAD, STEADY], before[name][LEAD, STEADY], err_msg=name)
    # How an effect is spread over acute and other care goes by the acute share of the whole world.
    spent = [one["expenditure"][LEAD, STEADY].sum() for one in (before, after)]
    assert spent[1] == pytest.approx(spent[0], rel=1e-4)
    assert (after["aco_cash_change"][LEAD, CHANGED] != before["aco_cash_change"][LEAD, CHANGED]).any()
    spent = [one["expenditure"][NO_ACO, CHANGED] for one in (before, after)]
    assert np.array_equal(*spent) == (key not in OF_THE_WORLD)
    settled = [one["settlement"][LEAD, CHANGED] for one in (before, after)]
    assert np.array_equal(*settled) == (key in COSTS)


OF_CASH = (
    "care_management_cost",
    "aco_cash_change",
    "cash_low_point",
    "days_of_cash",
    "working_capital",
    "working_capital_interest",
)


@pytest.mark.parametrize("key", COSTS)
def test_costs_change_no_money_but_the_acos_own(key):
    before, after = plain(), run(**{key: EVERY[key]})
    for name, values in before.items():
        rows = STEADY if name in OF_CASH else slice(None)
        at = (slice(None), rows) if values.ndim > 2 else slice(None)
        np.testing.assert_array_equal(after[name][at], values[at], err_msg=name)


def test_running_cost_is_as_stated_and_grows():
    evidence = load_evidence()
    found = run(fixed_cost="3 million USD/year", cost_per_person="30 USD/month")
    months = found["person_months"][LEAD, CHANGED]
    needy = months[2] + months[5]
    programme = evidence.number("cost.high_needs") * evidence.array("cost.high_needs_enrolled")[1]
    dollars = 3e6 + 30.0 * months.sum(axis=0) + programme * needy
    growth = (1.0 + evidence.number("cost.inflation")) ** np.arange(1, 4)
    np.testing.assert_allclose(
        found["care_management_cost"][LEAD, CHANGED] / 100.0, dollars * growth, atol=0.01
    )


def test_an_own_effect_is_the_plateau_and_a_factor_scales_it():
    evidence = load_evidence()
    curve, more = evidence.array("effect.physician"), evidence.number("effect.no_rebasing")
    strong, half, none = run(effect="-15 %"), run(effect="-15 %", effect_scale=0.5), run(effect=0)
    months = strong["expenditure"][NO_ACO, CHANGED].sum(axis=0)
    saved = [one["true_savings"][LEAD, CHANGED].sum(axis=0) / months for one in (strong, half, none)]
    wanted = 0.15 * more * curve[:3] / curve[-1]
    np.testing.assert_allclose(saved[0], wanted, rtol=0.05)
    assert not saved[2].any()
    np.testing.assert_allclose(saved[1], 0.5 * saved[0], rtol=0.02)


def test_spending_is_as_stated_relative_to_the_nation():
    spent = [per_month(run(spending=dict.fromkeys(KINDS, level)), "expenditure") for level in (1.0, 1.3)]
    assert spent[1] / spent[0] == pytest.approx(1.3, rel=0.005)


def test_a_higher_risk_is_scored_and_costs_what_spending_says():
    level = dict.fromkeys(KINDS, 1.0)
    low, high = (run(spending=level, risk=dict.fromkeys(KINDS, risk)) for risk in (0.8, 1.2))
    # Scores are relative to those of all people here; the steady ACO's are the same in both runs.
    scores = [per_month(one, "risk_score") / per_month(one, "risk_score", STEADY) for one in (low, high)]
    # High Needs people, of whom there are more, are scored among themselves.
    assert 1.2 < scores[1] / scores[0] < 1.5
    spent = [per_month(one, "expenditure") for one in (low, high)]
    assert spent[1] / spent[0] == pytest.approx(1.0, abs=0.1)


def test_people_have_the_mix_stated():
    few, many = (run(mix={"esrd": share})["person_months"][NO_ACO, CHANGED] for share in ("1 %", "5 %"))
    esrd = [months[1].sum() / months.sum() for months in (few, many)]
    assert esrd[1] / esrd[0] == pytest.approx(5.0, rel=0.2)


def test_a_market_has_the_size_stated():
    size = [np.diff(make_world(scenario(**more), 0).first_row) for more in ({}, {"market_share": "10 %"})]
    np.testing.assert_allclose(size[1] / size[0], [1.0, 5.0], rtol=1e-3)


@pytest.mark.parametrize(
    "change",
    [
        {f"{table}.{kind}": value}
        for table, values in (("mix", (0.0, 1.0)), ("spending", (0.2, 5.0)), ("risk", (0.6, 1.8)))
        for kind in KINDS
        for value in values
    ]
    + [
        {key: value}
        for key, values in {
            "effect": (-0.25, 0.25),
            "effect_scale": (0.0, 5.0),
            "fixed_cost": (0.0, 1e9),
            "cost_per_person": (0.0, 1e5),
            "market_share": (1e-2, 1.0),
        }.items()
        for value in values
    ],
    ids=str,
)
def test_results_are_finite_at_the_bounds(change):
    stated = {f"population.acos.new.{key}": value for key, value in change.items()}
    assert trouble(little().replace(stated), usual()) == ""
