"""A little world with episode arrangements of every kind: two ACOs of one market, one of another."""

from __future__ import annotations

from functools import cache
from typing import Any

from worlds import NO_ACO, aco, lived_through, scenario_of

from sim.replicate import Replicate
from sim.scenarios import Scenario

ACOS = (
    aco("alpha", 3000, entry="renewing", region="east"),
    aco("beta", 2000, leadership="hospital", region="east"),
    aco("gamma", 1500, market="rural"),
)
EVERY_PRICE: list[dict[str, Any]] = [
    {"specialty": "orthopedics", "least_episodes": 1, "premium": "3 %"},
    {"specialty": "ophthalmology", "reconciled": "pooled", "collected": "50 %", "cap": "5 %"},
    {"specialty": "cardiology", "approach": "max_flex", "days_after": 180, "price": "own_history"},
    {"episodes": ["colonoscopy"], "price": "team", "least_episodes": 5, "specialists": 1},
    {"episodes": ["sepsis"], "price": "bpci_advanced", "gain_share": "50 %", "loss_share": "80 %"},
    {"episodes": ["diabetes_chronic"], "overlap": "exclusive", "performance_adjustment": "100 %"},
]
# Nothing is dropped.
ALL_COUNT = {"drop": {"left": False, "died": False, "esrd": False}, "outliers": "kept"}
SIMPLE = [{"episodes": ["cataract", "diabetes_chronic"], "quality": "80 %", "least_episodes": 5}]
OWED = {"cara": {"counts_as_expenditure": False}}
ARMS = {
    **NO_ACO,
    "plain": {"program": "lead"},
    "arranged": {"program": "lead", "acos": {"alpha": {"cara": EVERY_PRICE}}},
    "owed": {"program": "lead", "acos": {"alpha": {"cara": EVERY_PRICE}}, "values": OWED},
    "all": {"program": "lead", "cara": SIMPLE, "acos": {"beta": {"since": {"2029": {"cara": []}}}}},
}


@cache
def scenario() -> Scenario:
    """Return the little world."""
    return scenario_of(*ACOS, seed=3, last_py=2030, arms=ARMS)


@cache
def lived() -> Replicate:
    """Return a replicate whose years are lived; tests must not change it."""
    return lived_through(scenario())
