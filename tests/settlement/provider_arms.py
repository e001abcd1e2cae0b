"""A little world whose study keeps the books of every provider, and whose ACOs elect all that moves money."""

from __future__ import annotations

from functools import cache

from little_world import ACOS, STATED
from worlds import NO_ACO, lived_through, scenario_of

from sim.replicate import Replicate
from sim.scenarios import Scenario

CARA = [
    {"episodes": ["cataract", "diabetes_chronic"], "least_episodes": 1},
    {"specialty": "cardiology", "least_episodes": 1, "collected": "50 %", "reconciled": "pooled"},
]
PCC, LEAD = {"program": "lead", "payments": ["pcc"]}, {"program": "lead"}
HALF = {"capitation": {"passed_on": 0.5}}
ELECTIONS = {
    "plain": {},
    "pcc": PCC,
    "half": PCC | {"participant_reduction": "50 %"},
    "kept": PCC | {"evidence": HALF},
    "tcc": {"payments": ["tcc"], "preferred_reduction": "40 %", "cara": CARA},
    "advances": {"payments": ["pcc", "npcc", "apo"], "npcc_reduction": "40 %", "apo_reduction": "60 %"},
    "everything": PCC
    | {"enhanced_share": "100 %", "provisional_settlement": True, "stop_loss": True, "cara": CARA},
    "shared": PCC | {"enhanced_share": "100 %", "evidence": {"capitation": {"enhanced_passed_on": 0.4}}},
    "owed": {"cara": CARA, "values": {"cara": {"counts_as_expenditure": False}}},
    "one": {"acos": {"beta": {"payments": ["tcc"], "preferred_reduction": "100 %"}}},
    "mssp": {"program": "mssp", "track": "enhanced", "agreement_start": 2027},
}
ARMS = NO_ACO | {arm: LEAD | stated for arm, stated in ELECTIONS.items()}
LAST_PY = 2028


@cache
def scenario() -> Scenario:
    """Return the little world; beta has hardly any reserves."""
    poor = tuple(one | ({"reserves": "10,000 USD"} if one["name"] == "beta" else {}) for one in ACOS)
    made = scenario_of(*poor, arms=ARMS, last_py=LAST_PY, **STATED)
    return made.replace({"study.provider_books": True})


@cache
def lived(replicate: int = 0) -> Replicate:
    """Return a replicate that is lived to its end; tests must not change it."""
    return lived_through(scenario(), replicate)


@cache
def without_books(replicate: int = 0) -> Replicate:
    """Return the same replicate of a study that keeps no such books."""
    return lived_through(scenario().replace({"study.provider_books": False}), replicate)
