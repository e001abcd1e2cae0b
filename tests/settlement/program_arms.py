"""A little world with ACOs in the Shared Savings Program, in LEAD and in between."""

from __future__ import annotations

from functools import cache

from little_world import ACOS, STATED
from worlds import ARMS, scenario_of

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


def world():
    """Return the world of the replicate, not yet lived by any arm."""
    return make_world(scenario(), 0)
