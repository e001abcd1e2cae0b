"""A little world with ACOs in the Shared Savings Program, in LEAD, in ACO REACH and in between."""

from __future__ import annotations

from functools import cache

from little_world import ACOS, STATED
from worlds import ARMS, NO_ACO, scenario_of

from sim.replicate import Replicate
from sim.scenarios import Scenario
from sim.start import make_world

# An ACO so small could not elect a rate; here it may, so that losses and savings are often shared.
MSSP_VALUES = {"mssp": {"msr": {"smallest_for_election": 100}}}
STAY = {
    "program": "mssp",
    "track": "basic_e",
    "elected_rate": "0.5 %",
    "values": MSSP_VALUES,
    # Low enough that quality counts where ENHANCED shares losses.
    "evidence": {"quality": {"score": 0.6}},
    "acos": {
        "beta": {"track": "enhanced"},
        "gamma": {"track": "basic-a", "revenue_share": "30 %"},
    },
}
MOVE = {
    "program": "lead",
    "acos": {
        "beta": {"program": "mssp", "since": {"2030": {"program": "lead", "risk_option": "professional"}}},
        "gamma": {"program": "none", "since": {"2029": {"program": "lead"}, "2033": {"program": "none"}}},
    },
}
MIXED = {"program": "lead", "acos": {"beta": {"risk_option": "professional"}}}

REACH_YEARS = range(2024, 2026)
REACH_ARMS = {
    **NO_ACO,
    "reach": {"program": "reach", "acos": {"beta": {"risk_option": "professional"}}},
    "no_discount": {"program": "reach", "values": {"reach": {"discount": {"global": 0.0}}}},
    "reach_or_mssp": {
        "program": "reach",
        "acos": {
            "beta": {"program": "mssp", "track": "enhanced"},
            "gamma": {"program": "mssp", "since": {"2025": {"program": "reach"}}},
        },
    },
}


@cache
def scenario() -> Scenario:
    """Return the little world with arms of every kind."""
    return scenario_of(*ACOS, arms={**ARMS, "stay": STAY, "move": MOVE, "mixed": MIXED}, **STATED)


@cache
def lived(last_py: int = 2036) -> Replicate:
    """Return a replicate whose years are lived up to one; tests must not change it."""
    made = Replicate(scenario(), 0)
    for _ in range(scenario().years[0], last_py + 1):
        made.step()
    return made


@cache
def lived_in_reach() -> Replicate:
    """Return a replicate of years past, with arms in ACO REACH; tests must not change it."""
    years = {"first_py": REACH_YEARS[0], "last_py": REACH_YEARS[-1]}
    made = Replicate(scenario_of(*ACOS, arms=REACH_ARMS, **years, **STATED), 0)
    for _ in REACH_YEARS:
        made.step()
    return made


def world():
    """Return the world of the replicate, not yet lived by any arm."""
    return make_world(scenario(), 0)
