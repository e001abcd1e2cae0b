"""Which years a scenario rests on: base years of every agreement, and how far back the world is lived."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.inputs.mssp_terms import agreement_length
from sim.inputs.reach_terms import reach_base_years
from sim.inputs.rulebook import Rulebook
from sim.inputs.scenario_books import MSSP, REACH, reach_rulebook
from sim.policy.mssp_benchmark import agreements_since, base_years
from sim.population.plan import AcoPlan
from sim.population.world import first_lived_for, history_years
from sim.scenarios import Scenario
from sim.settlement.contracts import Contracts, contracts_of

Ints = NDArray[np.int64]


def mssp_agreements(contracts: Contracts, year: int, rulebook: Rulebook) -> tuple[Ints, Ints]:
    """Return first year and number of the agreement that each ACO has in a year, both of shape (acos,).

    Each agreement follows the last one at once.
    """
    length_of = agreement_length(rulebook)
    firsts, place = np.unique(contracts.agreement_start, return_inverse=True)
    met = np.array([agreements_since(year, first, length_of) for first in firsts.tolist()], np.int64)
    start, before = met.reshape(-1, 2)[place].T
    return start, contracts.agreement_number + before


def base_years_of(scenario: Scenario, arm: str, contracts: Contracts, year: int) -> set[int]:
    """Return the base years that the ACOs of an arm have in a performance year.

    LEAD: three before an ACO's first performance year, for good. MSSP: three before each agreement. REACH: as
    its rulebook says, the same for all.
    """
    found: set[int] = set()
    lead = contracts.agreement_start[contracts.program == "lead"]
    mssp = mssp_agreements(contracts, year, scenario.rulebook(arm, MSSP))[0][contracts.program == MSSP]
    for start in np.unique(np.concatenate([lead, mssp])):
        found.update(base_years(start).tolist())
    if (contracts.program == REACH).any():
        found.update(reach_base_years(scenario.rulebook(arm, reach_rulebook(year))))
    return found


def remembered_years(scenario: Scenario, arm: str, plans: tuple[AcoPlan, ...]) -> set[int]:
    """Return the years that an arm remembers person by person: base years of its ACOs' agreements in LEAD.

    There, what people did who are voluntarily aligned in a performance year is looked up again every year.
    """
    found: set[int] = set()
    for year in scenario.years:
        contracts = contracts_of(scenario, arm, plans, year)
        starts = contracts.agreement_start[contracts.program == "lead"].tolist()
        # Whoever chooses may be in LEAD from the first year on.
        starts += [scenario.years[0]] if contracts.decides.program.any() else []
        for start in set(starts):
            found.update(base_years(start).tolist())
    return found


def first_lived(scenario: Scenario, plans: tuple[AcoPlan, ...]) -> int:
    """Return the first calendar year to live: what leads up to the earliest base year of any ACO in any arm.

    A world is never younger than what leads up to three base years before the first performance year.
    """
    earliest = history_years(scenario.years[0])[0]
    for arm in scenario.arms:
        for year in scenario.years:
            base = base_years_of(scenario, arm, contracts_of(scenario, arm, plans, year), year)
            earliest = min([earliest, *map(first_lived_for, base)])
    return earliest


def truncation_percentile(scenario: Scenario) -> float | None:
    """Return the percentile at which MSSP cuts off spending; None where no ACO of any arm is in it."""
    for arm, stated in scenario.arms.items():
        if MSSP in stated.programs(scenario.years):
            return scenario.rulebook(arm, MSSP).number("expenditure.truncation_percentile")
    return None
