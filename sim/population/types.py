"""From sums by enrollment type to what the Shared Savings Program looks at: ACOs, regions, the nation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.kernels.codes import MONTHS_A_YEAR, RISK_UNIT, TypeSum
from sim.population.experience import added_by, participating_weight, ratio

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TypeExperience:
    """One year by enrollment type.

    Attributes
    ----------
    aco : int64, shape (acos, kinds, type sums)
        Exact sums of the people aligned to each ACO.
    person_years, per_capita, risk, demographic : float64, shape (acos, kinds)
        Person-years, truncated spending in dollars per person-year, mean coded prospective risk score, and
        mean demographic score (neither normalised).
    region_per_capita, region_risk : float64, shape (acos, kinds)
        The same of the assignable people of the ACO's market.
    national_per_capita, national_risk, national_demographic : float64, shape (kinds,)
        The same of the nation's assignable people, see :func:`sim.population.experience.observe`.
    market_share : float64, shape (acos, kinds)
        ACO's share of the assignable person-years of its market.
    dual_share : float64, shape (acos,)
        Share of person-years with Medicaid.
    """

    aco: Ints
    person_years: Floats
    per_capita: Floats
    risk: Floats
    demographic: Floats
    region_per_capita: Floats
    region_risk: Floats
    national_per_capita: Floats
    national_risk: Floats
    national_demographic: Floats
    market_share: Floats
    dual_share: Floats


def _means(sums: Ints) -> tuple[Floats, Floats, Floats, Floats]:
    months = sums[..., TypeSum.MONTHS]
    years = months / MONTHS_A_YEAR
    return (
        years,
        ratio(sums[..., TypeSum.TRUNCATED] / 100.0, years),
        ratio(sums[..., TypeSum.CODED_RISK] / RISK_UNIT, months),
        ratio(sums[..., TypeSum.DEMOGRAPHIC_RISK] / RISK_UNIT, months),
    )


def observe_types(
    types: Ints,
    practice_aco: Ints,
    practice_market: Ints,
    n_acos: int,
    aco_market: Ints,
    reference: Ints | None = None,
    taking_part: float = 0.0,
) -> TypeExperience:
    """Gather a year's sums by enrollment type by ACO, by its region and for the nation.

    Parameters
    ----------
    types : int64, shape (practices + markets, kinds, type sums)
        Only people aligned to a practice count as assignable.
    practice_aco, practice_market : int64, shape (practices,)
        ACO of each practice's TIN this year, -1 for none, and market.
    n_acos : int
    aco_market : int64, shape (acos,)
        Market of each ACO.
    reference : int64, shape (practices + markets, kinds, type sums), optional
    taking_part : float
        Both as in :func:`sim.population.experience.observe`.
    """
    aligned = types[: len(practice_aco)]
    aco = added_by(practice_aco, n_acos, aligned)
    market = added_by(practice_market, int(practice_market.max()) + 1, aligned)
    years, per_capita, risk, demographic = _means(aco)
    region_years, region_per_capita, region_risk, _ = _means(market[aco_market])
    everybody = market.sum(axis=0)
    national = np.stack(_means(everybody)[1:])
    if reference is not None:
        without = np.stack(_means(reference[: len(practice_aco)].sum(axis=0))[1:])
        months = everybody[:, TypeSum.MONTHS] / MONTHS_A_YEAR
        national = without + participating_weight(years, months, taking_part) * (national - without)
    national_per_capita, national_risk, national_demographic = national
    all_types = aco.sum(axis=1)
    return TypeExperience(
        aco=aco,
        person_years=years,
        per_capita=per_capita,
        risk=risk,
        demographic=demographic,
        region_per_capita=region_per_capita,
        region_risk=region_risk,
        national_per_capita=national_per_capita,
        national_risk=national_risk,
        national_demographic=national_demographic,
        market_share=ratio(years, region_years),
        dual_share=ratio(all_types[:, TypeSum.DUAL_MONTHS], all_types[:, TypeSum.MONTHS]),
    )
