"""The terms of capitation, advances and settlement dates in LEAD, out of a rulebook."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.inputs.rulebook import Rulebook
from sim.kernels.codes import MONTHS_A_YEAR

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ProvisionalTerms:
    """What provisional settlement of a performance year goes by.

    Attributes
    ----------
    month : int
        In which it is paid, counted from January of the performance year.
    months_known : int
        Months of the year that it knows.
    share : float
        Of what it finds that is paid.
    completion : float
        Factor on claims paid.
    stop_loss : bool
        Whether it knows payouts and charge of stop-loss.
    """

    month: int
    months_known: int
    share: float
    completion: float
    stop_loss: bool


@dataclass(frozen=True, eq=False)
class CapitationTerms:
    """Values of the rulebook's chapter on capitation.

    Attributes
    ----------
    benchmark : str
        See :func:`sim.policy.capitation.capitated_benchmark`.
    quality_earned : float
        Share of the quality withhold that counts as earned in the benchmark after discount.
    stated_rate : float or None
        One base PCC rate for all, None where look-back claims make it.
    target, enhanced_floor, enhanced_repaid : float
        See :func:`sim.policy.capitation.enhanced_ceiling`; share of the advance that is repaid.
    participant_reduction, leakage_withhold : float
    vintage_known, vintage_months : float64 arrays
        See :func:`sim.policy.capitation.benchmark_by_month`.
    rates_known : float64 array
        See :func:`sim.policy.capitation.look_back`.
    eligibility_lag : int
        See :func:`sim.policy.capitation.people_known`.
    sequestration : float
    sequestered, enhanced_sequestered : bool
    """

    benchmark: str
    quality_earned: float
    stated_rate: float | None
    target: float
    enhanced_floor: float
    enhanced_repaid: float
    participant_reduction: float
    leakage_withhold: float
    vintage_known: Floats
    vintage_months: Floats
    rates_known: Floats
    eligibility_lag: int
    sequestration: float
    sequestered: bool
    enhanced_sequestered: bool


def capitation_terms(
    rulebook: Rulebook, year: int, sequestration: str = "sequestration.rate"
) -> CapitationTerms:
    """Return the terms of a performance year.

    Parameters
    ----------
    rulebook : Rulebook
        LEAD's, or ACO REACH's of the year.
    year : int
    sequestration : str
        Key of the rate of sequestration.
    """
    number, flag = rulebook.number, rulebook.flag
    stated = rulebook.word("capitation.base_rate", year) == "stated"
    return CapitationTerms(
        benchmark=rulebook.word("capitation.benchmark", year),
        quality_earned=number("capitation.quality_earned", year),
        stated_rate=number("capitation.base_share", year) if stated else None,
        target=number("capitation.target", year),
        enhanced_floor=number("capitation.enhanced_floor", year),
        enhanced_repaid=number("capitation.enhanced_repaid", year),
        participant_reduction=number("capitation.participant_reduction", year),
        leakage_withhold=number("capitation.leakage_withhold", year),
        vintage_known=rulebook.array("capitation.vintage_known", year),
        vintage_months=rulebook.array("capitation.vintage_months", year),
        rates_known=rulebook.array("capitation.rates_known", year),
        eligibility_lag=int(number("capitation.eligibility_lag", year)),
        sequestration=number(sequestration, year),
        sequestered=flag("capitation.sequestered", year),
        enhanced_sequestered=flag("capitation.enhanced_sequestered", year),
    )


def final_settlement(rulebook: Rulebook, year: int) -> int:
    """Return the month in which a performance year's final settlement is paid, counted from its January."""
    return MONTHS_A_YEAR + int(rulebook.number("calendar.final_lag", year))


def add_on_by_month(rulebook: Rulebook, year: int) -> bool:
    """Return whether the administrative add-on is paid evenly over the year, not at final settlement."""
    return rulebook.word("add_on.paid", year) == "monthly"


def provisional_terms(rulebook: Rulebook, year: int) -> ProvisionalTerms:
    """Return the terms of provisional settlement, which is paid no later than the final one."""
    month = MONTHS_A_YEAR + int(rulebook.number("calendar.provisional_lag", year))
    return ProvisionalTerms(
        month=min(month, final_settlement(rulebook, year)),
        months_known=int(rulebook.number("calendar.provisional_months", year)),
        share=rulebook.number("calendar.provisional_share", year),
        completion=rulebook.number("calendar.completion", year),
        stop_loss=rulebook.flag("calendar.provisional_stop_loss", year),
    )
