"""Where no ACO changes anything, benchmarks are what care costs: history, trend and risk scores have no bias.

What a rule adds or takes on purpose is switched off, and has tests of its own: adjustments of efficient ACOs,
the rate book, caps, CMS's prospective factor, and voluntary cells, whose people have outlived the base years.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import numpy as np
import pytest
import tomlkit
from worlds import aco, scenario_of

from sim.replicate import simulate
from sim.scenarios import Scenario

# LEADSIM_BIAS=200 pytest -m slow tests/model/test_bias.py takes about an hour.
REPLICATES = int(os.environ.get("LEADSIM_BIAS", "8"))
QUICKSTART = Path(__file__).parents[2] / "scenarios" / "quickstart.toml"
NOTHING_CHANGES = {
    "evidence.effect.scale": 0,
    "evidence.coding.excess": 0,
    "evidence.drift.practice": 0,
    "evidence.drift.aco": 0,
    "evidence.drift.coding": 0,
    "evidence.tins.leave": 0,
}
NOTHING_ON_PURPOSE = {
    "program.values.efficiency.share": 0,
    "program.values.prior_savings.share": 0,
    "program.values.rate_book.share": 0,
    "program.values.risk.cap": [1, 1, 1],
    "program.values.trend.two_way_weight": 1.0,
    "evidence.voluntary.attest": [0, 0, 0],
}
PROFESSIONAL = {"program": "lead", "risk_option": "professional"}


def bias(scenario: Scenario, replicates: int) -> tuple[float, float]:
    """Return the benchmark before discount over what was spent, less 1, and its Monte Carlo error."""
    arm, found = list(scenario.arms).index("lead_professional"), []
    for replicate in range(replicates):
        out = simulate(scenario, replicate, threads=2)
        assert not out["true_savings"].any()
        benchmark, spent = out["benchmark_before_discount"][arm], out["expenditure"][arm].sum(axis=1)
        # An ACO below the minimum number of people spends, and is not settled.
        settled = benchmark > 0
        found.append(float(benchmark[settled].sum()) / float(spent[settled].sum()) - 1.0)
    return float(np.mean(found)), float(np.std(found, ddof=1) / np.sqrt(replicates))


def quickstart() -> Scenario:
    """Return quickstart with its reference arm and one arm of LEAD."""
    stated = tomllib.loads(QUICKSTART.read_text())
    arms = {name: stated["arms"][name] for name in ("no_aco", "lead_professional")}
    return Scenario.from_toml(tomlkit.dumps({**stated, "arms": arms}))


def test_a_benchmark_without_effects_is_what_care_costs():
    acos = [
        aco(f"aco-{k}", 8_000, entry=entry, region=f"region-{k}")
        for k, entry in enumerate(("renewing", "newly_entering", "renewing"))
    ]
    arms = {"no_aco": {"program": "none"}, "lead_professional": PROFESSIONAL}
    scenario = scenario_of(*acos, arms=arms, last_py=2029, aco_market_share="60 %")
    mean, error = bias(scenario.replace({**NOTHING_CHANGES, **NOTHING_ON_PURPOSE}), 24)
    assert error < 0.005
    assert abs(mean) < 3.0 * error


@pytest.mark.slow
@pytest.mark.long(35)
def test_in_quickstart_within_a_twentieth_of_a_percent():
    """As near as 8 replicates tell, whose error is more than twice the bar.

    168 replicates of quickstart at a market share of 60 %, and 34 at its own, gave 0.013 % with an error of
    0.022, without the ACO that is at times below the minimum number of people.
    """
    mean, error = bias(quickstart().replace({**NOTHING_CHANGES, **NOTHING_ON_PURPOSE}), REPLICATES)
    assert error < 0.002
    assert abs(mean) < 0.0005 + 2.0 * error
    assert abs(mean) < 0.003
