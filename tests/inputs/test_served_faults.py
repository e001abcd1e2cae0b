"""Home-based programmes and arrangements with Medicaid that a scenario may not state."""

from __future__ import annotations

import pytest
from little_world import ACOS, faults_in_lead, in_lead
from worlds import scenario_of

from sim.inputs.faults import InputError
from sim.kernels.codes import HomeOpen
from sim.population.plan import plan_acos
from sim.settlement.contracts import contracts_of

ON = {"medicaid.alignment": "on"}


@pytest.mark.parametrize(
    ("stated", "key", "said"),
    [
        ({"home_care": "yes"}, "home_care", "'yes'"),
        ({"home_car": True}, "home_car", "did you mean 'home_care'"),
        ({"home_care": True, "home_care_open": "everybody"}, "home_care_open", "homebound"),
        ({"home_care": True, "home_care_share": "120 %"}, "home_care_share", "120 %"),
        ({"home_care_share": "20 %"}, "home_care_share", "home_care = true beside it"),
        ({"home_care": False, "home_care_open": "homebound"}, "home_care_open", "that there is not"),
        ({"medicaid_partnership": True}, "medicaid_partnership", "values.medicaid.alignment = 'on'"),
        ({"since": {"2028": {"program": "none"}}, "medicaid_partnership": True, "values": ON},
         "medicaid_partnership", "has not come"),
        ({"values": {"medicaid.cells": "voluntry"}}, "values.medicaid.cells", "voluntary"),
        ({"values": {"medicaid.incentive": "-1 USD/month"}}, "values.medicaid.incentive", "0"),
    ],
)  # fmt: skip
def test_what_cannot_be(stated, key, said):
    found = faults_in_lead(**stated)
    assert list(found) == [f"arms.x.{key}"]
    assert said in found[f"arms.x.{key}"]


def test_terms_by_aco_and_year():
    beta = {"home_care": True, "home_care_open": "after_stay", "since": {"2029": {"home_care": False}}}
    made = in_lead(acos={"beta": beta, "gamma": {"home_care": True, "home_care_share": "30 %"}})
    plans = plan_acos(made)
    before, after = (contracts_of(made, "x", plans, year).served for year in (2028, 2029))
    assert before.by_person.tolist() == [False, True, True]
    assert before.home_care.tolist() == [False, True, True]
    assert after.home_care.tolist() == [False, False, True]
    assert after.by_person.tolist() == [False, True, True]
    assert before.home_open.tolist() == [HomeOpen.HIGH_NEEDS, HomeOpen.AFTER_STAY, HomeOpen.HIGH_NEEDS]
    assert before.home_share[2] == 0.3
    assert not before.partnership.any()


def test_a_region_lies_in_one_state():
    acos = [{**one, "partner_state": one["name"] == "alpha"} for one in ACOS]
    with pytest.raises(InputError) as raised:
        scenario_of(*acos)
    assert [fault.key for fault in raised.value.faults] == ["population.acos.partner_state"]
    assert "alpha, beta" in str(raised.value)
