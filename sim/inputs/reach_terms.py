"""Turns a REACH rulebook into the terms that its policy functions take."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.inputs.capitation_terms import CapitationTerms, capitation_terms
from sim.inputs.faults import Fault, InputError
from sim.inputs.rulebook import Rulebook
from sim.policy.reach import ReachTerms
from sim.policy.reach_benchmark import ReachBenchmarkTerms

Floats = NDArray[np.float64]

TYPES = ("standard", "new_entrant", "high_needs")


def reach_terms(rules: Rulebook, option: str) -> ReachTerms:
    """Return the terms of ``"global"`` or ``"professional"`` in the rulebook's performance year.

    Raises
    ------
    InputError
        When corridors have not as many shares as edges.
    """
    edges, shares = _bands(rules, f"corridors.{option}.edges", f"corridors.{option}.shares")
    return ReachTerms(
        corridor_edges=edges,
        corridor_shares=shares,
        discount=rules.number(f"discount.{option}"),
        quality_withhold=rules.number("quality.withhold"),
        retention_withhold=rules.number("retention.withhold"),
        sequestration_gains=rules.number("sequestration.gains"),
        sequestration_losses=rules.number("sequestration.losses"),
    )


def reach_benchmark_terms(rules: Rulebook) -> ReachBenchmarkTerms:
    """Return the terms of the benchmark in the rulebook's performance year, types in the order of `TYPES`.

    Raises
    ------
    InputError
        As :func:`reach_terms` does.
    """
    edges, shares = _bands(rules, "trend.retrospective_edges", "trend.retrospective_shares")
    cap, cap_high_needs = rules.number("risk.cap"), rules.number("risk.cap_high_needs")
    return ReachBenchmarkTerms(
        base_weights=rules.array("benchmark.base_year_weights"),
        history_share=np.array([rules.number(f"benchmark.history_share.{one}") for one in TYPES]),
        effect_up=rules.number("benchmark.regional_effect_up"),
        effect_down=rules.number("benchmark.regional_effect_down"),
        missed_trend_edges=edges,
        missed_trend_shares=shares,
        missed_trend_threshold=rules.number("trend.retrospective_threshold"),
        risk_cap=np.array([cap, cap, cap_high_needs]),
    )


def reach_capitation_terms(rules: Rulebook, year: int) -> CapitationTerms:
    """Return the terms of capitation and advances in the rulebook's performance year."""
    return capitation_terms(rules, year, "sequestration.gains")


def reach_base_years(rules: Rulebook) -> tuple[int, ...]:
    """Return the calendar years of the history, oldest first: the same in all performance years."""
    return tuple(int(year) for year in rules.array("benchmark.base_years"))


def _bands(rules: Rulebook, edges: str, shares: str) -> tuple[Floats, Floats]:
    low, part = rules.array(edges), rules.array(shares)
    if low.shape != part.shape:
        problem = f"has {part.size} shares for {low.size} bands"
        raise InputError(Fault(rules.name, shares, problem, f"as many as {edges}"))
    return low, part
