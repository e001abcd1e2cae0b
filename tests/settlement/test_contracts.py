"""What an ACO's contract says: its own terms before its arm's, later years before earlier, else its file."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from little_world import ACOS, STATED
from worlds import ARMS, scenario_of

from sim.inputs.faults import InputError
from sim.inputs.mssp_terms import glide
from sim.population.plan import MsspStanding, plan_acos
from sim.settlement.contracts import contracts_of


def contracts(year, plans=None, **arm):
    scenario = scenario_of(*ACOS, arms={**ARMS, "x": arm}, **STATED)
    return contracts_of(scenario, "x", plans or plan_acos(scenario), year)


def test_the_aco_goes_before_its_arm_and_later_years_before_earlier():
    arm = {
        "program": "lead",
        "since": {"2030": {"risk_option": "professional"}, "2033": {"program": "none"}},
        "acos": {"beta": {"risk_option": "global", "since": {"2032": {"program": "mssp"}}}},
    }
    assert contracts(2027, **arm).risk_option.tolist() == ["global"] * 3
    later = contracts(2031, **arm)
    assert later.program.tolist() == ["lead"] * 3
    assert later.risk_option.tolist() == ["professional", "global", "professional"]
    last = contracts(2034, **arm)
    assert last.program.tolist() == ["none", "mssp", "none"]
    assert last.participates.tolist() == [False, True, False]
    assert last.rebased.tolist() == [False, True, False]
    assert last.agreement_start[1] == 2032


def test_a_stay_begins_anew_after_a_year_out():
    arm = {"program": "lead", "since": {"2029": {"program": "none"}, "2031": {"program": "lead"}}}
    assert contracts(2028, **arm).agreement_start.tolist() == [2027] * 3
    assert contracts(2035, **arm).agreement_start.tolist() == [2031] * 3


def test_defaults_are_those_that_the_schema_states():
    got = contracts(2028, program="mssp")
    assert got.track.tolist() == ["basic-a"] * 3
    assert got.agreement_number.tolist() == [2, 1, 1]  # alpha comes from the program
    assert got.low_revenue.tolist() == [True, False, True]  # hospitals lead beta
    third = {"mssp": {"benchmark": {"agreement_of_former": 3}}}
    assert contracts(2028, program="mssp", values=third).agreement_number.tolist() == [3, 1, 1]
    assert np.isnan(got.elected_rate).all()
    assert np.isnan(got.revenue_share).all()


def test_what_is_stated_goes_before_who_leads_and_before_the_schema():
    terms = {"revenue": "high", "revenue_share": "20 %", "elected_rate": "1 %", "agreement_number": 4}
    got = contracts(2028, program="mssp", acos={"alpha": terms, "beta": {"revenue": "low"}})
    assert got.low_revenue.tolist() == [False, True, True]
    assert got.revenue_share.tolist()[:1] == [0.2]
    assert got.elected_rate.tolist()[:1] == [0.01]
    assert got.agreement_number.tolist() == [4, 1, 1]


def test_a_files_aco_stands_where_its_file_says_while_it_stays():
    standing = MsspStanding(
        year=2024, track="basic-c", agreement_start=2022, agreement_number=3, elected_rate=0.01
    )
    made = plan_acos(scenario_of(*ACOS, **STATED))
    plans = (replace(made[0], mssp=standing), *made[1:])
    got = contracts(2027, plans, program="mssp")
    assert (got.agreement_start[0], got.agreement_number[0]) == (2022, 3)
    assert (got.track[0], got.track_year[0], got.elected_rate[0]) == ("basic-c", 2024, 0.01)
    back = contracts(2031, plans, program="lead", since={"2030": {"program": "mssp"}})
    assert (back.agreement_start[0], back.track[0], back.track_year[0]) == (2030, "basic-a", 2030)
    lead = contracts(2027, plans, program="lead", since={"2028": {"program": "mssp"}})
    assert (lead.agreement_start[0], lead.agreement_number[0]) == (2027, 1 + made[0].former_mssp)
    assert lead.track_year[0] == 2027
    later = contracts(2028, plans, program="mssp")
    assert (later.agreement_start[0], later.track[0], later.track_year[0]) == (2022, "basic-c", 2024)
    stated = contracts(2027, plans, program="mssp", track="enhanced", agreement_start=2025)
    assert (stated.agreement_start[0], stated.track[0]) == (2025, "enhanced")
    assert (stated.track_year[0], stated.agreement_number[0]) == (2025, 3)


@pytest.mark.parametrize(
    ("track", "years", "reached"),
    [
        ("basic-a", 0, "basic-a"),
        ("basic-a", 3, "basic-d"),
        ("basic-c", 5, "basic-e"),
        ("basic-e", 1, "basic-e"),
        ("enhanced", 4, "enhanced"),
        ("basic-b", -2, "basic-b"),
    ],
)
def test_basic_rises_a_level_a_year(track, years, reached):
    assert glide(np.array([track, "enhanced"]), np.array([years, years])).tolist() == [reached, "enhanced"]


def test_an_aco_that_the_file_does_not_have():
    scenario = scenario_of(
        *ACOS, arms={**ARMS, "x": {"program": "lead", "acos": {"beta": {"program": "none"}}}}, **STATED
    )
    with pytest.raises(InputError, match=r"arms\.x\.acos\.beta: is not an ACO of the population"):
        contracts_of(scenario, "x", plan_acos(scenario)[:1], 2027)
