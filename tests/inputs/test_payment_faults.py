"""Payments that ACOs elect: which go together, by their terms and by the rules, with the nearest meant."""

from __future__ import annotations

import pytest
from little_world import faults_in_lead, in_lead

from sim.inputs.payment_faults import wrong_elections
from sim.inputs.rulebook import load_rulebook
from sim.population.plan import plan_acos
from sim.scenarios import Scenario
from sim.settlement.contracts import contracts_of


@pytest.mark.parametrize(
    ("stated", "key", "said"),
    [
        ({"payments": ["pcc", "tcc"]}, "payments", "has both pcc and tcc"),
        ({"payments": ["pcc", "tcc", "apo"]}, "payments", """did you mean '["pcc", "apo"]'"""),
        ({"payments": ["tcc"], "risk_option": "professional"}, "payments", "tcc needs risk_option global"),
        (
            {"payments": ["tcc", "npcc"]},
            "payments",
            "npcc without pcc -> npcc and apo come on top",
        ),
        ({"payments": ["apo"]}, "payments", """did you mean '["pcc", "apo"]'"""),
        ({"payments": ["pcc", "pcc"]}, "payments", "names one twice"),
        ({"payments": ["pc"]}, "payments[0]", "did you mean 'pcc'"),
        ({"paymnts": ["pcc"]}, "paymnts", "did you mean 'payments'"),
        ({"payments": ["tcc"], "enhanced_share": "3 %"}, "enhanced_share", "needs pcc in payments"),
        ({"enhanced_share": "3 %"}, "enhanced_share", "= 3 % with no payments"),
        ({"payments": ["tcc"], "participant_reduction": "90 %"}, "participant_reduction", "by 100 %"),
        (
            {"payments": ["tcc"], "preferred_reduction": "0.5 %"},
            "preferred_reduction",
            "between 1 % and 100",
        ),
        ({"payments": ["pcc"], "preferred_reduction": "50 %"}, "preferred_reduction", "needs tcc"),
        ({"payments": ["pcc"], "npcc_reduction": "50 %"}, "npcc_reduction", "needs npcc"),
        ({"payments": ["pcc", "apo", "npcc"]}, "apo_reduction", "is missing"),
        (
            {"payments": ["pcc", "apo", "npcc"], "apo_reduction": "60 %", "npcc_reduction": "50 %"},
            "npcc_reduction",
            "did you mean '40 %'",
        ),
    ],
)
def test_what_does_not_go_together(stated, key, said):
    found = faults_in_lead(**stated)
    assert list(found) == [f"arms.x.{key}"]
    assert said in found[f"arms.x.{key}"]


@pytest.mark.parametrize("program", ["lead", "mssp"])
def test_who_chooses_its_option_may_not_come_to_one_without_what_it_elects(program):
    found = faults_in_lead(program=program, payments=["tcc"], decides="program")
    assert list(found) == ["arms.x.payments"]
    assert "risk_option = 'professional', which it may choose (decides)" in found["arms.x.payments"]
    in_lead(payments=["pcc"], decides="program")
    in_lead(payments=["tcc"], decides=["exit", "investment", "coding"], after_exit="mssp")


def test_a_fault_names_the_table_that_has_the_last_word():
    later = {"beta": {"since": {"2030": {"payments": ["npcc"]}}}}
    assert list(faults_in_lead(payments=["pcc"], acos=later)) == ["arms.x.acos.beta.since.2030.payments"]
    own = {"beta": {"payments": ["tcc"]}}
    found = faults_in_lead(payments=["pcc"], enhanced_share="7 %", acos=own)
    assert '= 7 % with payments = ["tcc"] for beta' in found["arms.x.enhanced_share"]


def test_rules_may_allow_more_than_lead_py2027_does():
    assert load_rulebook("lead-py2027").words("capitation.tcc_options", 2027) == ("global",)
    options = {"capitation.tcc_options": ["global", "professional"]}
    in_lead(payments=["tcc"], risk_option="professional", values=options)


def test_rules_may_allow_smaller_reductions_than_lead_py2027_does():
    assert load_rulebook("lead-py2027").array("capitation.preferred_reduction", 2027).tolist() == [0.01, 1.0]
    least = {"capitation.preferred_reduction": [0.001, 1.0]}
    in_lead(payments=["tcc"], preferred_reduction="0.5 %", values=least)


def test_who_is_not_in_lead_elects_nothing():
    in_lead(program="mssp", payments=["pcc", "tcc"])


def test_npcc_and_apo_exclude_cara_unless_the_rules_let_them():
    book = load_rulebook("lead-py2027")
    terms = {"program": "lead", "payments": ("pcc", "apo"), "cara": True}
    ((term, problem, _, near),) = wrong_elections(terms, book, 2028)
    assert (term, near) == ("payments", '["pcc"]')
    assert "apo beside CARA" in problem
    assert not list(wrong_elections(terms | {"payments": ("pcc",)}, book, 2028))
    assert not list(wrong_elections(terms | {"cara": None}, book, 2028))
    both = load_rulebook("lead-py2027", {"cara.with_npcc_or_apo": True})
    assert not list(wrong_elections(terms, both, 2028))


def test_elections_by_aco_and_year():
    scenario = in_lead(
        payments="pcc",
        enhanced_share="4 %",
        acos={
            "beta": {"payments": ["tcc"], "enhanced_share": 0, "preferred_reduction": "30 %"},
            "gamma": {"since": {"2029": {"payments": ["pcc", "apo"], "apo_reduction": "50 %"}}},
        },
    )
    plans = plan_acos(scenario)
    first, later = (contracts_of(scenario, "x", plans, year).elections for year in (2027, 2029))
    assert first.pcc.tolist() == [True, False, True]
    assert first.tcc.tolist() == [False, True, False]
    assert first.enhanced.tolist() == [0.04, 0.0, 0.04]
    assert first.preferred_reduction.tolist() == [0.0, 0.3, 0.0]
    assert not first.apo.any()
    assert later.apo.tolist() == [False, False, True]
    assert later.apo_reduction.tolist() == [0.0, 0.0, 0.5]
    assert Scenario.from_toml(scenario.to_toml()).hash == scenario.hash
