"""What one ACO may choose between: allowed combinations, what is kept of its arms, what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from worlds import NO_ACO, aco, scenario_of

from sim.evaluation.choices import DIMENSIONS, Choices, choices_of, with_those_allowed
from sim.inputs.faults import InputError
from sim.outcomes.registry import BY_NAME
from sim.replicate import simulate
from sim.scenarios import Scenario

ONE = aco("a", "6,000 people", entry="renewing")


def choices(arms: dict[str, Any] | None = None, *without: str, **stated: Any) -> Choices:
    terms = {} if arms is None else {"arms": {**NO_ACO, **arms}}
    return choices_of(scenario_of(ONE, **terms, **stated), None, without)


def terms_of(found: Choices, arm: str, year: int = 2027) -> dict[str, Any]:
    return found.scenario.arms[arm].terms("a", year)


def test_every_allowed_combination_is_an_arm_and_no_other() -> None:
    found = choices()
    arms = {one.arm for one in found.choices}
    assert arms == set(found.scenario.arms)
    payments = {"claims", "pcc", "pcc_advance", "tcc"}
    lead = {one for one in found.choices if one.program == "lead"}
    assert {(one.option, one.payments, one.cara, one.stop_loss) for one in lead} == {
        (option, paid, cara, stop)
        for option in ("global", "professional")
        for paid in payments
        for cara in ("cara", "no_cara")
        for stop in ("stop_loss", "no_stop_loss")
        if option == "global" or (paid != "tcc" and cara == "no_cara")
    }
    assert {one.program for one in found.choices} == {"lead", "mssp", "neither"}
    assert found.scenario.study.reference_arm == "neither"
    assert len(found.refused) == 10
    assert "tcc needs risk_option global" in found.refused["professional_tcc"]
    assert "risk_option = 'global'" in found.refused["professional_claims_cara"]


def test_arms_have_the_terms_they_are_called_by() -> None:
    found = choices()
    own = terms_of(found, "global_pcc_advance_cara_stop_loss")
    assert (own["risk_option"], own["payments"], own["stop_loss"]) == ("global", ("pcc",), True)
    assert own["enhanced_share"] == 1.0
    assert {one.specialty for one in own["cara"]} >= {"orthopedics", "cardiology"}
    bare = terms_of(found, "professional_claims")
    assert (bare["stop_loss"], bare["cara"], bare.get("payments")) == (False, (), None)
    told = found.scenario.arms["global_pcc_advance_cara_stop_loss"].description
    assert told == "LEAD Global, PCC + advance, CARA, stop-loss"


def test_what_is_left_out_stays_as_the_first_lead_arm_has_it() -> None:
    lead = {
        "lead": {"program": "lead", "risk_option": "professional", "payments": ["pcc"], "stop_loss": True}
    }
    found = choices(lead, "option", "payments", "stop_loss", "mssp")
    assert [one.arm for one in found.choices] == ["neither", "lead"]
    own = terms_of(found, "lead")
    assert (own["risk_option"], own["payments"], own["stop_loss"]) == ("professional", ("pcc",), True)
    assert found.choices[1].levels == {
        "option": "as stated",
        "payments": "as stated",
        "cara": "no_cara",
        "stop_loss": "as stated",
    }
    assert [one.arm for one in choices(lead, *DIMENSIONS).choices] == ["neither", "lead"]


def test_ways_to_be_paid_and_contracts_are_those_that_the_scenario_states() -> None:
    arms = {
        "plain": {"program": "lead"},
        "apo": {"program": "lead", "payments": ["pcc", "apo"], "apo_reduction": "50 %"},
        "tcc": {"program": "lead", "payments": ["tcc"], "preferred_reduction": "25 %"},
        "cara": {"program": "lead", "cara": [{"specialty": "orthopedics", "discount": "2 %"}]},
    }
    found = choices(arms)
    assert terms_of(found, "global_pcc_apo")["apo_reduction"] == 0.5
    assert terms_of(found, "global_tcc")["preferred_reduction"] == 0.25
    contracts = terms_of(found, "global_claims_cara")["cara"]
    assert [(one.specialty, one.discount) for one in contracts] == [("orthopedics", 0.02)]
    assert "apo beside CARA" in found.refused["global_pcc_apo_cara"]


def test_the_rest_of_an_acos_terms_is_kept_and_rules_of_an_arms_own_are_no_choice() -> None:
    arms = {
        "other_rules": {"program": "lead", "values": {"add_on": {"place": "inside"}}},
        "lead": {
            "program": "lead",
            "decides": ["investment", "program"],
            "acos": {"a": {"alignment": "hybrid", "since": {"2030": {"home_care": True, "stop_loss": True}}}},
        },
        "mssp": {"program": "mssp", "track": "enhanced", "agreement_start": 2027},
    }
    found = choices(arms)
    for arm in ("global_claims", "professional_pcc_stop_loss"):
        own = terms_of(found, arm, 2031)
        assert (own["alignment"], own["home_care"], own["decides"]) == ("hybrid", True, ("investment",))
        assert own["stop_loss"] is arm.endswith("stop_loss")
        assert not found.scenario.arms[arm].values
    assert terms_of(found, "mssp")["track"] == "enhanced"


def test_one_of_several_acos_is_alone_in_its_world() -> None:
    several = scenario_of(aco("a", "6,000 people"), aco("b", 1500, market="rural", count=2))
    found = choices_of(several, "b-2")
    (left,) = found.scenario.population.synthetic
    assert (left.name, left.lives, left.market) == ("b-2", 1500, "rural")
    with pytest.raises(InputError, match="must be one of a, b-1, b-2"):
        choices_of(several)
    with pytest.raises(InputError, match="did you mean 'b-1'"):
        choices_of(several, "b-11")


@pytest.mark.slow
def test_a_choice_is_what_the_same_arm_is_in_a_run_of_its_own() -> None:
    """Arms beside it, their names and what else may be chosen change nothing of it, to the bit."""
    arms = {**NO_ACO, "mine": {"program": "lead", "risk_option": "professional", "alignment": "hybrid"}}
    alone = scenario_of(aco("a", 600, entry="renewing"), arms=arms, last_py=2028)
    found = choices_of(alone, None, ("cara", "mssp"))
    ours, theirs = simulate(alone, 1), simulate(found.scenario, 1)
    row = list(found.scenario.arms).index("professional_claims")
    for name, values in ours.items():
        if "arm" in BY_NAME[name].all_dims:
            np.testing.assert_array_equal(values[1], theirs[name][row], err_msg=name)


def test_faults_are_told_together() -> None:
    swept = scenario_of(ONE).replace({"sweep.design": "grid", "sweep.over": {"study.seed": [1, 2]}})
    with pytest.raises(InputError) as told:
        choices_of(swept, "b", ["stop_lose"])
    assert [(fault.file, fault.key) for fault in told.value.faults] == [
        ("--without", ""),
        (swept.merged.label, "sweep"),
        ("--aco", ""),
    ]


def test_what_is_wrong_with_more_than_one_arm_is_told() -> None:
    scenario = scenario_of(ONE)
    with pytest.raises(InputError, match="no_aco"):
        with_those_allowed(scenario, {"no_aco": {"program": "lead"}, "lead": {"program": "lead"}}, "no_aco")


def test_a_wished_precision_names_no_arm_that_is_gone() -> None:
    text = scenario_of(ONE).to_toml()
    wished = Scenario.from_toml(text).replace(
        {
            "study.precision": {
                "metric": "gross_savings",
                "arm": "lead_global",
                "error": "1 million USD",
                "at_most": 50,
            }
        }
    )
    assert choices_of(wished).scenario.study.precision is None
