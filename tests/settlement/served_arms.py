"""A little world with home-based programmes and arrangements with Medicaid, arm by arm."""

from __future__ import annotations

from functools import cache

from little_world import ACOS, STATED
from worlds import NO_ACO, lived_through, scenario_of

from sim.replicate import Replicate
from sim.scenarios import Scenario

LEAD = {"program": "lead"}
LAST_PY = 2029
ON = {"medicaid.alignment": "on"}
MEDICAID = {"medicaid_partnership": True, "values": ON}
ALL = {"home_care": True, "home_care_share": "90 %"}
ELECTIONS = {
    "plain": {},
    "off": {"home_care": False},
    "average": {"evidence": {"cost.high_needs_enrolled": ["30 %", "30 %"]}},
    "average_off": {"home_care": False, "evidence": {"cost.high_needs_enrolled": ["30 %", "30 %"]}},
    "home": ALL,
    "few": ALL | {"home_care_share": "40 %"},
    "homebound": ALL | {"home_care_open": "homebound"},
    "after_stay": ALL | {"home_care_open": "after_stay"},
    "gamma": {"acos": {"gamma": ALL}},
    "later": {"since": {"2028": ALL}},
    "no_effect": ALL | {"evidence": {"effect.scale": 0}},
    "no_effect_off": {"evidence": {"effect.scale": 0}},
    "unallied": {"values": ON},
    "medicaid": MEDICAID,
    "claims": MEDICAID | {"values": ON | {"medicaid.cells": "claims"}},
    "paid": MEDICAID | {"values": ON | {"medicaid.incentive": "40 USD/month"}},
    "late": MEDICAID | {"values": ON | {"medicaid.from_py": 2029}},
    "both": MEDICAID | ALL,
}
ARMS = NO_ACO | {arm: LEAD | stated for arm, stated in ELECTIONS.items()}
ARMS["shared_savings"] = {"program": "mssp"} | ALL


@cache
def scenario() -> Scenario:
    """Return the little world, of which alpha's and beta's region is in a partner state, with these arms."""
    acos = [{**one, "partner_state": one["name"] != "gamma"} for one in ACOS]
    made = scenario_of(*acos, arms=ARMS, last_py=LAST_PY, **STATED)
    return made.replace({"evidence.dual.covered": "95 %", "evidence.nation.taking_part": 0})


@cache
def lived() -> Replicate:
    """Return its first replicate, lived to the end."""
    return lived_through(scenario())
