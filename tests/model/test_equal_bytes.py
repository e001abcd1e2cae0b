"""Quickstart's arms give the bytes written down in tests/data; a change of results writes them anew."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.outcomes.registry import BY_NAME
from sim.replicate import simulate
from sim.scenarios import Scenario

ROOT = Path(__file__).parents[2]
BEFORE: dict[str, Any] = json.loads((ROOT / "tests/data/quickstart.json").read_text())
# What an arm without a program shows of its ACOs: the people they would have, and what these cost.
EXPERIENCE = (
    "person_months",
    "expenditure",
    "risk_score",
    "true_savings",
    "ffs_payments",
    "medicare_outlay",
    "medicare_net_cost",
)


def digest(name: str, values: Any) -> str:
    stored = BY_NAME[name].encode(np.asarray(values))
    return hashlib.sha256(np.ascontiguousarray(stored).tobytes()).hexdigest()[:16]


def differing(replicate: int) -> list[str]:
    scenario = Scenario.load(ROOT / "scenarios/quickstart.toml")
    arms = list(scenario.arms)
    results = simulate(scenario, replicate, threads=2)
    return [
        f"{arm}: {name}"
        for name, by_replicate in BEFORE["digests"].items()
        for arm, before in zip(BEFORE["arms"], by_replicate[replicate], strict=True)
        if scenario.arms[arm].program != "none" or name in EXPERIENCE
        if digest(name, results[name][arms.index(arm)]) != before
    ]


def test_the_first_replicate_of_quickstart_has_not_changed_by_a_bit() -> None:
    assert differing(0) == []


@pytest.mark.slow
@pytest.mark.parametrize("replicate", range(1, 8))
def test_no_other_replicate_has_changed_by_a_bit(replicate: int) -> None:
    assert differing(replicate) == []
