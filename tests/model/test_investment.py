"""ACOs that decide on care management in a little world: what they believe, spend and change."""

from __future__ import annotations

import numpy as np
import pytest
from little_world import ACOS, STATED
from worlds import NO_ACO, scenario_of

from sim.outcomes.registry import VARIABLES
from sim.replicate import Replicate

LEAD = {"program": "lead"}
INVESTS = {"decides": "investment"}
LAST_PY = 2029
TOLD = {"care_spending", "care_acting", "believed_effect"}
ARMS = {
    # Without a factor of its own for base years that never come.
    "fixed": LEAD | {"evidence": {"effect": {"no_rebasing": 1.0}}},
    "lead_global": LEAD | INVESTS,
    "professional": LEAD | INVESTS | {"risk_option": "professional"},
    "mssp": {"program": "mssp", "track": "enhanced"} | INVESTS,
    "one": LEAD | {"acos": {"alpha": INVESTS}, "evidence": {"effect": {"no_rebasing": 1.0}}},
}


def at_the_reference(parameters, *, effect, **state):
    return np.ones(len(effect))


def lived(arms, **replaced):
    made = Replicate(scenario_of(*ACOS, arms=NO_ACO | arms, last_py=LAST_PY, **STATED), 0, **replaced)
    while made.models["no_aco"].running:
        made.step()
    return {arm: model.outcomes for arm, model in made.models.items()}


@pytest.fixture(scope="module")
def outcomes():
    return lived(ARMS)


def test_who_spends_what_the_evidence_spends_has_its_effect_and_cost_to_the_byte():
    arms = {arm: ARMS[arm] for arm in ("fixed", "lead_global")}
    found = lived(arms, behaviours={"investment": at_the_reference})
    for variable in VARIABLES:
        if variable.name not in TOLD:
            same = found["fixed"][variable.name], found["lead_global"][variable.name]
            assert same[0].tobytes() == same[1].tobytes(), variable.name
    assert (found["lead_global"]["care_acting"] == 1.0).all()
    assert np.isnan(found["fixed"]["care_spending"]).all()


def test_a_higher_share_and_no_new_base_years_make_acos_spend_more(outcomes):
    spending = {arm: found["care_spending"] for arm, found in outcomes.items()}
    assert (spending["lead_global"] > spending["professional"]).all()
    assert (spending["professional"] > spending["mssp"]).any()
    assert (spending["lead_global"] > spending["mssp"]).all()
    # The hospital-led ACO believes in less.
    assert (spending["lead_global"][1] < spending["lead_global"][0]).all()


def test_spending_is_paid_and_acts(outcomes):
    more, fixed = outcomes["lead_global"], outcomes["fixed"]
    spends_more = more["care_acting"][0] > 1.0
    assert spends_more.all()
    dearer = more["care_management_cost"][0] > fixed["care_management_cost"][0]
    assert dearer.all()
    years = more["true_savings"][0].sum(axis=0) > fixed["true_savings"][0].sum(axis=0)
    assert years.sum() >= len(years) - 1
    # What the first year's spending adds stays in part for the second.
    assert more["care_acting"][0, 1] > more["care_acting"][0, 0]


def test_care_management_costs_what_was_decided(outcomes):
    more, fixed = outcomes["lead_global"], outcomes["fixed"]
    months = more["person_months"].sum(axis=1)
    decided, usual = more["care_management_cost"] / 100.0, fixed["care_management_cost"] / 100.0
    # People of an ACO are the same in both arms, but for those who leave it by what happens to them.
    reference = 2.9 * 1.03 ** np.arange(1, 1 + months.shape[1])
    wanted = usual + months * (more["care_spending"] - reference)
    np.testing.assert_allclose(decided[0], wanted[0], rtol=0.02)


def test_beliefs_begin_with_what_all_expect_and_follow_the_first_settled_year(outcomes):
    believed = outcomes["lead_global"]["believed_effect"]
    np.testing.assert_array_equal(believed[:, :2], [[-0.03] * 2, [-0.01] * 2, [-0.03] * 2])
    assert (believed[:, 2] != believed[:, 1]).all()
    saved = outcomes["lead_global"]["gross_savings"][:, 0] / outcomes["lead_global"]["benchmark"][:, 0]
    np.testing.assert_array_equal(believed[:, 2] < believed[:, 1], saved > 0.033)


def test_others_do_not_feel_that_one_decides(outcomes):
    for name in ("true_savings", "care_management_cost"):
        np.testing.assert_array_equal(outcomes["one"][name][1:], outcomes["fixed"][name][1:])
    assert np.isnan(outcomes["one"]["care_spending"][1:]).all()
