"""Contracts as a scenario states them: every fault at once, with the nearest meant, and what round-trips."""

from __future__ import annotations

import pytest
from little_world import ACOS, STATED
from worlds import ANY_SIZE, NO_ACO, scenario_of

from sim.inputs.faults import InputError
from sim.scenarios import Scenario


def made(first_py=None, **arms):
    scenario = scenario_of(*ACOS, arms={**NO_ACO, **arms}, **STATED)
    return scenario.replace({"horizon.first_py": first_py}) if first_py else scenario


def faults(**arms):
    with pytest.raises(InputError) as raised:
        made(**arms)
    return {fault.key: str(fault) for fault in raised.value.faults}


def test_every_fault_of_terms_in_one_go():
    found = faults(
        x={
            "program": "mssp",
            "track": "basic-f",
            "elected_rat": "1 %",
            "acos": {"alhpa": {"program": "lead"}, "beta": {"since": {"2030": {"program": "leed"}}}},
            "since": {"230": {"program": "lead"}},
        }
    )
    assert "did you mean 'basic-" in found["arms.x.track"]
    assert "did you mean 'elected_rate'" in found["arms.x.elected_rat"]
    assert "did you mean 'alpha'" in found["arms.x.acos.alhpa"]
    assert "did you mean 'lead'" in found["arms.x.acos.beta.since.2030.program"]
    assert "arms.x.since.230" in found


def test_what_the_rulebooks_do_not_allow():
    found = faults(
        x={"program": "mssp", "elected_rate": "0.7 %", "acos": {"beta": {"program": "reach"}}},
        y={"program": "lead", "values": {"mssp": {"risk": {"kap": 1}}, "msr": {"band_start": [1]}}},
    )
    assert "one of 0 %, 0.5 %, 1 %, 1.5 %, 2 %" in found["arms.x.elected_rate"]
    assert "a year of the program's rulebooks, 2021 to 2026" in found["arms.x.acos.beta.program"]
    assert "did you mean 'cap'" in found["arms.y.values.mssp.risk.kap"]
    assert "did you mean 'mssp.msr" in found["arms.y.values.msr"]


def test_where_spending_is_cut_off_is_the_same_in_all_arms():
    own = {"mssp": {"expenditure": {"truncation_percentile": "98 %"}}}
    found = faults(x={"program": "mssp", "values": own})
    assert "for the whole scenario" in found["arms.x.values.mssp.expenditure.truncation_percentile"]


def test_agreements_without_terms_of_a_benchmark():
    with pytest.raises(InputError, match="has an agreement of 2013 -> agreements from 2019 on"):
        made(x={"program": "mssp", "agreement_start": 2013}, first_py=2017)
    made(x={"program": "mssp", "agreement_start": 2014}, first_py=2019)


def test_lead_is_not_offered_before_it_begins():
    with pytest.raises(InputError, match="'lead' in 2026 -> a year of the program's rulebooks, 2027 to 2036"):
        made(x={"program": "lead"}, first_py=2026)


def test_nobody_acts_in_the_reference_arm():
    with pytest.raises(InputError) as raised:
        scenario_of(
            *ACOS, arms={"no_aco": {"program": "none", "acos": {"beta": {"program": "mssp"}}}}, **STATED
        )
    (fault,) = raised.value.faults
    assert fault.key == "arms.no_aco.acos.beta.program"


def test_each_rulebook_is_changed_by_its_own_keys():
    scenario = made(
        x={
            "program": "mssp",
            "values": {"mssp": {"risk": {"cap": "4 %"}}, "risk": {"cap": ["1 %", "1 %", "1 %"]}},
        },
        y={"program": "mssp"},
    )
    assert scenario.rulebook("x", "mssp").number("risk.cap") == 0.04
    assert scenario.rulebook("y", "mssp").number("risk.cap") == 0.03
    assert scenario.rulebook("x").array("risk.cap", 2027).tolist() == [0.01, 0.01, 0.01]
    sizes = {f"eligibility.{key}" for key in ANY_SIZE["eligibility"]}
    others = {"mssp.assignment.below_smallest", "reach.alignment.below_smallest"}
    assert set(scenario.changed()) == {"mssp.risk.cap", "risk.cap", "tins.leave", *sizes, *others}
    # LEAD's own, as no ACO of any arm is in LEAD, nor in ACO REACH.
    assert set(scenario.idle()) == {"risk.cap", *sizes, "reach.alignment.below_smallest"}
    assert "mssp.risk.cap" in scenario.rules_in_use("x")
    everywhere = scenario.replace({"program.values.mssp.risk.cap": "5 %"})
    assert everywhere.rulebook("y", "mssp").number("risk.cap") == 0.05
    assert everywhere.rulebook("x", "mssp").number("risk.cap") == 0.04
    assert len({scenario.hash, everywhere.hash, made(x={"program": "mssp"}, y={"program": "mssp"}).hash}) == 3


def test_reachs_rulebooks_are_changed_together():
    scenario = made(x={"program": "none", "values": {"reach": {"discount": {"global": "1 %"}}}})
    for year in (2021, 2024, 2026):
        assert scenario.rulebook("x", f"reach-py{year}").number("discount.global") == 0.01


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"corridors": {"global": {"shares": [1.0, 0.5]}}}, "must be a list of 4 numbers, not a list of 2"),
        (
            {"trend": {"retrospective_shares": [1.0, 0.5]}},
            r"has 2 shares for 3 bands -> as many as trend\.retrospective_edges",
        ),
    ],
)
def test_bands_need_as_many_shares_as_edges(values, fault):
    arm = {"program": "reach", "values": {"reach": values}}
    with pytest.raises(InputError, match=fault):
        scenario_of(*ACOS, arms={**NO_ACO, "x": arm}, first_py=2025, last_py=2026, **STATED)


def test_contracts_round_trip():
    scenario = made(
        x={
            "program": "lead",
            "acos": {"beta": {"program": "mssp", "track": "basic_c", "since": {"2030": {"program": "lead"}}}},
        }
    )
    again = Scenario.from_toml(scenario.to_toml())
    assert again == scenario
    assert again.hash == scenario.hash
    assert again.arms["x"].acos["beta"].track == "basic-c"
