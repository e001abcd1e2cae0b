"""Small scenarios for all tests: name some ACOs, and what differs from two LEAD arms and their reference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import tomlkit

from sim.replicate import Replicate
from sim.scenarios import Scenario

NO_ACO = {"no_aco": {"program": "none"}}
ARMS = {
    **NO_ACO,
    "lead_global": {"program": "lead"},
    "lead_professional": {"program": "lead", "risk_option": "professional"},
}
# Worlds so small are far below LEAD's minimums; entry has tests of its own (tests/settlement/test_entry.py).
ANY_SIZE = {
    "eligibility": {"below_minimum": "stays", "newly_entering_by": "label"},
    "mssp": {"assignment": {"below_smallest": "stays"}},
    "reach": {"alignment": {"below_smallest": "stays"}},
}
# TIN lists that change by chance have tests of their own (tests/population/test_course.py).
SAME_LISTS = {"tins": {"leave": 0.0}}


def aco(name: str, lives: int | str, **traits: Any) -> dict[str, Any]:
    """Return an ACO: newly entering, physician-led and urban where `traits` do not say otherwise."""
    usual = {"entry": "newly_entering", "leadership": "physician", "market": "urban"}
    return {"name": name, **usual, "lives": lives, **traits}


def text_of(
    *acos: Mapping[str, Any],
    name: str = "small",
    seed: int = 1,
    replicates: int = 1,
    arms: Mapping[str, Any] = ARMS,
    first_py: int | None = None,
    last_py: int | None = None,
    **population: Any,
) -> str:
    """Return a scenario file; `population` holds keys of that table, e.g. the market share of ACOs."""
    tables: dict[str, Any] = {
        "schema_version": 1,
        "study": {"name": name, "seed": seed, "replicates": replicates},
        "horizon": {key: py for key, py in (("first_py", first_py), ("last_py", last_py)) if py},
        "population": {**population, "acos": [dict(one) for one in acos]},
        "program": {"values": ANY_SIZE},
        "evidence": SAME_LISTS,
        "arms": {arm: dict(stated) for arm, stated in arms.items()},
    }
    return tomlkit.dumps({key: table for key, table in tables.items() if table})


def scenario_of(*acos: Mapping[str, Any], **stated: Any) -> Scenario:
    """Return the scenario of :func:`text_of`."""
    return Scenario.from_toml(text_of(*acos, **stated))


def lived_through(scenario: Scenario, replicate: int = 0) -> Replicate:
    """Return a replicate that is lived to its end."""
    made = Replicate(scenario, replicate)
    for _ in scenario.years:
        made.step()
    return made
