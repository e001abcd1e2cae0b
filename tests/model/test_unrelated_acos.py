"""What ACOs elsewhere do reaches an ACO's benchmark only by the share of the nation that takes part."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from worlds import aco, scenario_of

from sim.replicate import simulate

OURS = 3
REPLICATES = 12
STILL = dict.fromkeys(("coding.excess", "drift.practice", "drift.aco", "drift.coding", "tins.leave"), 0)
ARMS = {"no_aco": {"program": "none"}, "lead": {"program": "lead", "risk_option": "professional"}}


def acos(name: str, number: int, lives: int) -> list[dict[str, Any]]:
    """Return ACOs, each with a market of its own, that all save a lot."""
    own = {"effect": "-8 %", "prior_savings": 0}
    return [aco(f"{name}-{k}", lives, region=f"{name}-{k}", **own) for k in range(number)]


def beyond_true(*others: dict[str, Any]) -> NDArray[np.float64]:
    """Return by replicate what our ACOs save against their benchmark beyond what they truly save, in %."""
    scenario = scenario_of(
        *acos("ours", OURS, 8_000), *others, arms=ARMS, last_py=2030, aco_market_share="40 %"
    ).replace({f"evidence.{key}": value for key, value in STILL.items()})
    found = []
    for replicate in range(REPLICATES):
        out = {name: values[1, :OURS] for name, values in simulate(scenario, replicate, threads=2).items()
               if name in ("benchmark_before_discount", "expenditure", "true_savings")}  # fmt: skip
        benchmark = float(out["benchmark_before_discount"].sum())
        saved = benchmark - float(out["expenditure"].sum())
        found.append(100.0 * (saved - float(out["true_savings"].sum())) / benchmark)
    return np.array(found)


@pytest.mark.slow
def test_unrelated_acos_hardly_move_an_aco_s_result():
    """If the simulated markets were the nation, five sixths of it would follow the others' 8 %."""
    alone, among = beyond_true(), beyond_true(*acos("theirs", 5, 16_000))
    error = float(np.sqrt((alone.var(ddof=1) + among.var(ddof=1)) / REPLICATES))
    assert error < 0.6
    assert abs(float(among.mean() - alone.mean())) < 3.0 * error
