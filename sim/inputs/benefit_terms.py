"""The terms of falls prevention, benefit enhancements and incentives in LEAD, out of a rulebook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sim.inputs.rulebook import Rulebook
from sim.inputs.scenario_benefits import ENHANCEMENTS


@dataclass(frozen=True, slots=True)
class FallsTerms:
    """Values of the rulebook's chapter on falls prevention.

    Attributes
    ----------
    payment, modification_limit : float
        USD a visit, and USD a person for changes to the home.
    medicare_pays, counts : bool
        Whether Medicare pays instead of the ACO, and whether that counts in the ACO's expenditure.
    """

    payment: float
    modification_limit: float
    medicare_pays: bool
    counts: bool


def falls_terms(rulebook: Rulebook, year: int) -> FallsTerms:
    """Return the terms of a performance year."""
    return FallsTerms(
        payment=rulebook.number("falls.payment", year),
        modification_limit=rulebook.number("falls.modification_limit", year),
        medicare_pays=rulebook.word("falls.payer", year) == "medicare",
        counts=rulebook.flag("falls.counts_as_expenditure", year),
    )


def benefit_limits(rulebook: Rulebook, year: int) -> Mapping[str, float]:
    """Return what a benefit or incentive may cost an ACO for each who uses it, USD a year, by kind."""
    return {
        "prevention_reward": rulebook.number("benefits.chronic_disease_reward", year),
        "substance_access": rulebook.number("benefits.substance_access", year),
    }


def part_d_from(rulebook: Rulebook, year: int) -> int:
    """Return the first year of the Part D premium buy-down."""
    return int(rulebook.number("benefits.part_d_from_py", year))


def not_offered(rulebook: Rulebook, year: int) -> Mapping[str, str]:
    """Return the kinds of benefit that the rules do not let an ACO offer, with the rule that says so."""
    found = {}
    if not rulebook.flag("benefits.cost_sharing_support", year):
        found["cost_sharing_support"] = "benefits.cost_sharing_support"
    if not rulebook.flag("benefits.reach_waivers", year):
        found |= dict.fromkeys(ENHANCEMENTS, "benefits.reach_waivers")
    return found
