"""A little world whose ACOs elect all that can be elected together, in LEAD and, before it, in ACO REACH."""

from __future__ import annotations

from functools import cache
from typing import Any

from little_world import ACOS, STATED
from protected_arms import LOW
from worlds import NO_ACO, lived_through, scenario_of

from sim.replicate import Replicate
from sim.scenarios import Scenario

FIRST_PY, LAST_PY = 2026, 2028
CARA: list[dict[str, Any]] = [
    {"episodes": ["cataract", "diabetes_chronic"], "least_episodes": 1, "responds": True},
    {"specialty": "cardiology", "least_episodes": 1, "collected": "50 %", "reconciled": "pooled"},
]
BENEFITS: list[dict[str, Any]] = [
    {"kind": "cost_sharing_support", "cost": "400 USD/year", "uptake": "50 %"},
    {"kind": "part_d_premium", "cost": "240 USD/year", "uptake": "10 %"},
    {"kind": "prevention_reward", "uptake": "20 %"},
    {"kind": "substance_access"},
    {"kind": "telehealth", "cost": 144, "uptake": "30 %"},
]
OFFERED: dict[str, Any] = {
    "stop_loss": True,
    "provisional_settlement": True,
    "cara": CARA,
    "falls_prevention": True,
    "falls_uptake": "60 %",
    "benefits": BENEFITS,
    "home_care": True,
    "home_care_share": "90 %",
    "medicaid_partnership": True,
}
PASSED_ON = {"capitation": {"passed_on": 0.9, "enhanced_passed_on": 0.4}}
VALUES: dict[str, Any] = {
    **LOW,
    "benefits.part_d_from_py": 2027,
    "quality.pool_share": "60 %",
    "quality.pool_score": "50 %",
}
MEDICAID = {"medicaid": {"alignment": "on", "incentive": "40 USD/month"}}
COUNTED = {"falls": {"payer": "medicare", "counts_as_expenditure": True}}
OWED = {"cara": {"counts_as_expenditure": False}, "quality": {"pool_funding": "arm"}}
ENHANCED = {"enhanced_share": "100 %", "participant_reduction": "90 %"}
PCC = {"payments": ["pcc"]} | ENHANCED
TCC = {"payments": ["tcc"], "preferred_reduction": "40 %"}
# No provider with these is in an episode arrangement.
ADVANCES = {"npcc_reduction": "40 %", "apo_reduction": "60 %", "cara": []} | ENHANCED
APO = {"payments": ["pcc", "apo"], "apo_reduction": "50 %"} | ENHANCED


def _arm(before: dict[str, Any], elected: dict[str, Any], **values: Any) -> dict[str, Any]:
    """Return the terms of an arm: of ACO REACH in its last year, and LEAD's with all that is offered."""
    since = {"2027": {"program": "lead", "apo_reduction": 0, "preferred_reduction": 0} | OFFERED | elected}
    return {"program": "reach", **before, "since": since, "evidence": PASSED_ON, "values": MEDICAID | values}


ARMS = NO_ACO | {
    "plain": {"program": "reach", "since": {"2027": {"program": "lead"}}},
    "pcc": _arm(APO, PCC),
    "tcc": _arm(TCC, TCC, **COUNTED),
    "advances": _arm(APO, {"payments": ["pcc", "npcc", "apo"]} | ADVANCES, **COUNTED),
    "owed": _arm(TCC, PCC, **COUNTED, **OWED),
    "leaves": _arm(APO, PCC | {"exit_notice": "2028-12"}, **COUNTED),
}


@cache
def scenario() -> Scenario:
    """Return the little world in a partner state; beta has hardly any reserves."""
    poor = {"beta": {"reserves": "10,000 USD"}}
    acos = [one | poor.get(one["name"], {}) | {"partner_state": True} for one in ACOS]
    made = scenario_of(*acos, arms=ARMS, first_py=FIRST_PY, last_py=LAST_PY, **STATED)
    stated = {f"program.values.{key}": value for key, value in VALUES.items()}
    certain = {"evidence.dual.covered": "95 %", "evidence.nation.taking_part": 0}
    return made.replace(stated | certain | {"study.provider_books": True})


@cache
def lived() -> Replicate:
    """Return its first replicate, lived to the end; tests must not change it."""
    return lived_through(scenario())
