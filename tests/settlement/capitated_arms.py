"""A little world whose ACOs elect capitation and advances of every kind, arm by arm."""

from __future__ import annotations

from functools import cache

from little_world import ACOS, STATED
from worlds import NO_ACO, lived_through, scenario_of

from sim.replicate import Replicate
from sim.scenarios import Scenario

LEAD = {"program": "lead"}
ELECTIONS = {
    "plain": {},
    "base": {"payments": ["pcc"]},
    "half": {"payments": ["pcc"], "participant_reduction": "50 %"},
    "enhanced": {"payments": ["pcc"], "enhanced_share": "100 %"},
    "some": {"payments": ["pcc"], "enhanced_share": "1.5 %"},
    "apo": {"payments": ["pcc", "apo"], "apo_reduction": "60 %"},
    "npcc": {"payments": ["pcc", "npcc"]},
    "tcc": {"payments": ["tcc"]},
    "tcc_wide": {"payments": ["tcc"], "preferred_reduction": "40 %"},
    "provisional": {
        "payments": ["pcc"],
        "enhanced_share": "100 %",
        "provisional_settlement": True,
    },
    "professional": {"payments": ["pcc"], "risk_option": "professional"},
    "mixed": {
        "payments": ["tcc"],
        "acos": {
            "alpha": {"payments": ["pcc", "npcc", "apo"], "npcc_reduction": "40 %", "apo_reduction": "60 %"},
            "gamma": {"payments": [], "since": {"2028": {"payments": ["pcc"], "enhanced_share": "2 %"}}},
        },
    },
}
ARMS = NO_ACO | {arm: LEAD | stated for arm, stated in ELECTIONS.items()}
LAST_PY = 2028


@cache
def scenario() -> Scenario:
    """Return the little world with an arm for each set of elections."""
    return scenario_of(*ACOS, arms=ARMS, last_py=LAST_PY, **STATED)


@cache
def lived(replicate: int = 0) -> Replicate:
    """Return a replicate that is lived to its end; tests must not change it."""
    return lived_through(scenario(), replicate)
