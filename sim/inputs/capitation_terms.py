"""The terms of capitation, advances and settlement dates of LEAD in one year, out of a rulebook."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.inputs.rulebook import Rulebook

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SettlementCalendar:
    """When a performance year is settled, in months counted from January of that year.

    Attributes
    ----------
    final, provisional : int
        Month in which each settlement is paid.
    """

    final: int
    provisional: int


@dataclass(frozen=True, eq=False)
class CapitationTerms:
    """Values of the rulebook's chapter on capitation, and what provisional settlement goes by.

    Attributes
    ----------
    benchmark : str
        See :func:`sim.policy.capitation.capitated_benchmark`.
    stated_rate : float or None
        One base PCC rate for all, None where look-back claims make it.
    target, enhanced_floor, enhanced_repaid : float
        See :func:`sim.policy.capitation.enhanced_ceiling`; share of the advance that is repaid.
    participant_reduction, leakage_withhold : float
    vintage_known, vintage_months : float64 arrays
        See :func:`sim.policy.capitation.benchmark_by_month`.
    eligibility_lag : int
        See :func:`sim.policy.capitation.people_known`.
    sequestration : float
    sequestered, enhanced_sequestered : bool
    provisional_months : int
    provisional_share, completion : float
    """

    benchmark: str
    stated_rate: float | None
    target: float
    enhanced_floor: float
    enhanced_repaid: float
    participant_reduction: float
    leakage_withhold: float
    vintage_known: Floats
    vintage_months: Floats
    eligibility_lag: int
    sequestration: float
    sequestered: bool
    enhanced_sequestered: bool
    provisional_months: int
    provisional_share: float
    completion: float


def capitation_terms(rulebook: Rulebook, year: int) -> CapitationTerms:
    """Return the terms of a performance year."""
    number, flag = rulebook.number, rulebook.flag
    stated = rulebook.word("capitation.base_rate", year) == "stated"
    return CapitationTerms(
        benchmark=rulebook.word("capitation.benchmark", year),
        stated_rate=number("capitation.base_share", year) if stated else None,
        target=number("capitation.target", year),
        enhanced_floor=number("capitation.enhanced_floor", year),
        enhanced_repaid=number("capitation.enhanced_repaid", year),
        participant_reduction=number("capitation.participant_reduction", year),
        leakage_withhold=number("capitation.leakage_withhold", year),
        vintage_known=rulebook.array("capitation.vintage_known", year),
        vintage_months=rulebook.array("capitation.vintage_months", year),
        eligibility_lag=int(number("capitation.eligibility_lag", year)),
        sequestration=number("sequestration.rate", year),
        sequestered=flag("capitation.sequestered", year),
        enhanced_sequestered=flag("capitation.enhanced_sequestered", year),
        provisional_months=int(number("calendar.provisional_months", year)),
        provisional_share=number("calendar.provisional_share", year),
        completion=number("calendar.completion", year),
    )


def settlement_calendar(rulebook: Rulebook, year: int) -> SettlementCalendar:
    """Return the months in which a performance year's settlements are paid; a provisional one is no later."""
    months = 12
    final = months + int(rulebook.number("calendar.final_lag", year))
    return SettlementCalendar(
        final=final, provisional=min(final, months + int(rulebook.number("calendar.provisional_lag", year)))
    )
