"""Turns a REACH rulebook into the terms that its policy functions take."""

from __future__ import annotations

from sim.inputs.rulebook import Rulebook
from sim.policy.reach import ReachTerms


def reach_terms(rules: Rulebook, option: str) -> ReachTerms:
    """Return the terms of ``"global"`` or ``"professional"`` in the rulebook's performance year."""
    return ReachTerms(
        corridor_edges=rules.array(f"corridors.{option}.edges"),
        corridor_shares=rules.array(f"corridors.{option}.shares"),
        discount=rules.number(f"discount.{option}"),
        quality_withhold=rules.number("quality.withhold"),
        retention_withhold=rules.number("retention.withhold"),
        sequestration_gains=rules.number("sequestration.gains"),
        sequestration_losses=rules.number("sequestration.losses"),
    )
