"""A little world with falls prevention, benefit enhancements and incentives, arm by arm."""

from __future__ import annotations

from functools import cache
from typing import Any

from cara_arms import ACOS
from worlds import NO_ACO, lived_through, scenario_of

from sim.replicate import Replicate
from sim.scenarios import Scenario

LAST_PY = 2029
FALLS: dict[str, Any] = {"falls_prevention": True, "falls_uptake": "60 %"}
# Most of those that are offered, with what each costs a year; the rules say what two of them do.
EVERY = [
    {"kind": "part_d_premium", "cost": "240 USD/year", "uptake": "10 %"},
    {"kind": "prevention_reward", "uptake": "20 %"},
    {"kind": "substance_access"},
    {"kind": "telehealth", "cost": 144, "uptake": "30 %"},
    {"kind": "three_day_snf", "cost": 50, "uptake": "2 %"},
]
SUPPORT = [{"kind": "cost_sharing_support", "cost": "400 USD/year", "uptake": "100 %"}]
ELECTIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "nothing": {"falls_prevention": False, "benefits": []},
    "falls": FALLS,
    "one": {"acos": {"alpha": FALLS}},
    "later": {"since": {"2028": FALLS}},
    "hazard": FALLS | {"evidence": {"falls": {"trial": "home_hazard"}}},
    "medicare": FALLS | {"values": {"falls": {"payer": "medicare"}}},
    "counted": FALLS | {"values": {"falls": {"payer": "medicare", "counts_as_expenditure": True}}},
    "both": FALLS
    | {
        "cara": [{"episodes": ["cataract"], "least_episodes": 5}],
        "values": {"falls": {"payer": "medicare", "counts_as_expenditure": True}},
    },
    "benefits": {"benefits": EVERY, "acos": {"beta": {"benefits": []}}},
    "support": {"benefits": SUPPORT},
    "professional": {"risk_option": "professional", **FALLS, "home_modification": "5,000 USD"},
}
ARMS = NO_ACO | {arm: {"program": "lead"} | stated for arm, stated in ELECTIONS.items()}


@cache
def scenario() -> Scenario:
    """Return the little world with an arm for each set of elections."""
    return scenario_of(*ACOS, seed=3, last_py=LAST_PY, arms=ARMS)


@cache
def lived() -> Replicate:
    """Return a replicate that is lived to its end; tests must not change it."""
    return lived_through(scenario())
