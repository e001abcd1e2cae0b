"""A little world with stop-loss, reserves and notices of exit, arm by arm."""

from __future__ import annotations

from functools import cache

from little_world import ACOS, STATED
from worlds import NO_ACO, lived_through, scenario_of

from sim.replicate import Replicate
from sim.scenarios import Scenario

LEAD = {"program": "lead"}
LAST_PY = 2029
# Terms under which little ACOs have payouts in every year.
LOW = {"stop_loss.attachments": [40_000, 90_000], "stop_loss.payout_rates": [0.5, 0.8]}
ELECTIONS = {
    "plain": {},
    "none": {"stop_loss": False},
    "all": {"stop_loss": True},
    "one": {"acos": {"beta": {"stop_loss": True}}},
    "later": {"since": {"2028": {"stop_loss": True}}},
    "final": {"stop_loss": True, "values": {"stop_loss.expected": "final"}},
    "stated": {
        "stop_loss": True,
        "values": {"stop_loss.charge_set": "stated", "stop_loss.charge": 25},
    },
    "capitated": {"stop_loss": True, "payments": ["pcc"], "provisional_settlement": True},
    "capitated_unprotected": {"payments": ["pcc"], "provisional_settlement": True},
    "late_known": {
        "stop_loss": True,
        "payments": ["pcc"],
        "provisional_settlement": True,
        "values": {"calendar.provisional_stop_loss": False},
    },
    "prorated": {"stop_loss": True, "values": {"stop_loss.prorated": True}},
    "before": {"stop_loss": True, "values": {"stop_loss.experience": "prior_year"}},
    "before_later": {
        "since": {"2028": {"stop_loss": True}},
        "values": {"stop_loss.experience": "prior_year"},
    },
    "left_early": {"stop_loss": True, "exit_notice": "2028-02"},
    "left_late": {"stop_loss": True, "exit_notice": "2028-03"},
    "left_half": {"exit_notice": "2028-12", "values": {"exit.settles_after_notice": "50 %"}},
}
ARMS = NO_ACO | {arm: LEAD | stated for arm, stated in ELECTIONS.items()}


@cache
def scenario() -> Scenario:
    """Return the little world with an arm for each set of elections."""
    made = scenario_of(*ACOS, arms=ARMS, last_py=LAST_PY, **STATED)
    return made.replace({f"program.values.{key}": value for key, value in LOW.items()})


@cache
def lived(replicate: int = 0) -> Replicate:
    """Return a replicate that is lived to its end; tests must not change it."""
    return lived_through(scenario(), replicate)
