"""What may not be of falls prevention, benefit enhancements and incentives."""

import pytest
from little_world import faults_in_lead, in_lead

from sim.inputs.scenario_benefits import KINDS


def benefit(kind, **stated):
    return {"kind": kind, **stated}


@pytest.mark.parametrize(
    ("stated", "key", "words"),
    [
        ([benefit("substance_access", cost="600 USD/year")], "[0].cost", "at most 500 USD/year"),
        ([benefit("prevention_reward", cost=80)], "[0].cost", "at most 75 USD/year"),
        ([benefit("telehealth")], "[0].cost", "must be given"),
        ([benefit("telehealth", cost=5, covers="50 %")], "[0].covers", "cost_sharing_support"),
        ([benefit("substance_access"), benefit("substance_access")], "[1].kind", "each kind once"),
        ([benefit("telehelth", cost=5)], "[0].kind", "telehealth"),
        ([benefit("telehealth", cost="5 USD/month")], "[0].cost", "USD/year"),
    ],
)
def test_a_benefit_that_may_not_be_is_named(stated, key, words):
    found = faults_in_lead(benefits=stated)
    assert list(found) == [f"arms.x.benefits{key}"]
    assert words in found[f"arms.x.benefits{key}"]


@pytest.mark.parametrize(
    ("kind", "rule"),
    [("cost_sharing_support", "benefits.cost_sharing_support"), ("telehealth", "benefits.reach_waivers")],
)
def test_rules_may_close_a_benefit(kind, rule):
    stated = {"benefits": [benefit(kind, cost=5)], "values": {rule: False}}
    assert rule in faults_in_lead(**stated)["arms.x.benefits[0].kind"]
    in_lead(benefits=stated["benefits"])


def test_the_limits_are_the_rules():
    stated = [benefit("substance_access", cost=900), benefit("prevention_reward", cost=100)]
    rules = {"benefits": {"substance_access": 1000, "chronic_disease_reward": 100}}
    made = in_lead(benefits=stated, values=rules)
    assert {"benefits.substance_access", "benefits.chronic_disease_reward"} <= made.rules_in_use("x")


def test_every_kind_may_be_offered():
    made = in_lead(benefits=[benefit(kind, cost=10) for kind in KINDS])
    assert [one.kind for one in made.arms["x"].benefits] == list(KINDS)
    assert "benefits.part_d_from_py" in made.rules_in_use("x")


def test_falls_terms_need_falls_prevention_and_that_needs_lead():
    assert "falls_prevention = true" in faults_in_lead(falls_uptake="20 %")["arms.x.falls_uptake"]
    stated = {"falls_prevention": True, "home_modification": "1,500 USD", "falls_uptake": "20 %"}
    made = in_lead(**stated)
    assert {"falls.payer", "falls.payment", "falls.satisfies_plan"} <= made.rules_in_use("x")
    found = faults_in_lead(acos={"alpha": {"program": "mssp", "falls_prevention": True}})
    assert "in no year of LEAD" in found["arms.x.acos.alpha.falls_prevention"]


def test_nothing_is_asked_for_where_nothing_is_offered():
    used = in_lead().rules_in_use("x")
    assert not [key for key in used if key.startswith(("falls.", "benefits."))]
