"""An MSSP agreement end to end: its benchmark from three base years, and the update to a performance year.

Shapes are (..., aco, type), (..., aco) and, in the base years, (..., aco, type, by=3); money is USD per
person-year unless the name says otherwise. The steps follow 42 CFR 425.652; each function they call names its
rule.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.policy import mssp_benchmark as rules
from sim.policy.arrays import Floats, ratio, weighted_mean
from sim.policy.trend import two_way_trend

STEPS = ("prices", "adjustment", "caps")
"""Rules that make a benchmark, one after another: history carried forward by trend and true risk; the one
adjustment that counts (42 CFR 425.652(a)(8)); coding beyond BY3's and the cap on it (425.605(a)(1))."""


@dataclass(frozen=True, slots=True)
class AgreementTerms:
    """Terms of agreements that start in one year; fractions. Names and rules as in the MSSP rulebook.

    Attributes
    ----------
    base_weights : float64 array, shape (by,)
    regional_below, regional_above : float64 arrays, shape (time,)
    regional_cap_up, regional_cap_down : float
    regional_floor : bool
    prior_savings_share, prior_savings_cap : float
    population_cap, population_smallest_share : float
    accountable_care_share : float
    risk_cap : float
    demographic_allowance : bool
    national_weight : float or None
        Weight of national growth; None means the ACO's share of its region.
    flat_update : bool
        Whether the nation's growth in dollars updates the benchmark, and not its rate.
    """

    base_weights: Floats
    regional_below: Floats
    regional_above: Floats
    regional_cap_up: float
    regional_cap_down: float
    regional_floor: bool
    prior_savings_share: float
    prior_savings_cap: float
    population_cap: float
    population_smallest_share: float
    accountable_care_share: float
    risk_cap: float
    demographic_allowance: bool
    national_weight: float | None = None
    flat_update: bool = False

    def growth(self, national: Floats, region: Floats, market_share: Floats) -> Floats:
        """Return the growth of the nation and the region that counts for an ACO."""
        weight = market_share if self.national_weight is None else self.national_weight
        return two_way_trend(national, region, weight)


@dataclass(frozen=True, slots=True)
class AgreementInputs:
    """Experience of the base years, for the present Participant list.

    Attributes
    ----------
    per_capita, risk : float64 arrays, shape (..., aco, type, by)
        Truncated expenditure and renormalised risk score.
    region_per_capita, region_risk : float64 arrays, shape (..., aco, type, by)
        The same of the assignable people of the ACO's region.
    national_per_capita, national_risk : float64 arrays, shape (..., type, by)
    market_share : float64 array, shape (..., aco, type, by)
        ACO's share of its region's assignable people: the weight of national growth.
    person_years : float64 array, shape (..., aco, type)
        BY3.
    times_used : int64 array, shape (..., aco)
        How many agreements, this one included, have used a regional adjustment.
    dual_share, needy_share : float64 arrays, shape (..., aco)
        Shares of dual-eligible, and of low-income-subsidy or dual-eligible people.
    prior_savings : float64 array, shape (..., aco, by)
        Savings of the performance years that are now base years.
    prior_person_years : float64 array, shape (..., aco)
        Mean person-years then.
    """

    per_capita: Floats
    risk: Floats
    region_per_capita: Floats
    region_risk: Floats
    national_per_capita: Floats
    national_risk: Floats
    market_share: Floats
    person_years: Floats
    times_used: Floats
    dual_share: Floats
    needy_share: Floats
    prior_savings: Floats
    prior_person_years: Floats


@dataclass(frozen=True, slots=True)
class AgreementBenchmark:
    """The benchmark fixed at the start of an agreement, at the prices and risk of BY3.

    Attributes
    ----------
    history, gap, benchmark, risk : float64 arrays, shape (..., aco, type)
        History; region at the ACO's risk less history; history with adjustment; risk score of BY3.
    regional, prior_savings, population, adjustment : float64 arrays, shape (..., aco)
        The three candidates and the one that counts.
    region : float64 array, shape (..., aco, type)
    national : float64 array, shape (..., type)
        BY3 expenditure at risk 1.
    """

    history: Floats
    gap: Floats
    benchmark: Floats
    risk: Floats
    regional: Floats
    prior_savings: Floats
    population: Floats
    adjustment: Floats
    region: Floats
    national: Floats


@dataclass(frozen=True, slots=True)
class YearInputs:
    """Experience of a performance year.

    Attributes
    ----------
    person_years, risk, demographic_growth : float64 arrays, shape (..., aco, type)
        Assigned person-years, renormalised risk score, growth of the demographic score since BY3.
    region_per_capita, region_risk, market_share : float64 arrays, shape (..., aco, type)
    national_per_capita, national_risk : float64 arrays, shape (..., type)
    prospective : float64 array, shape (..., type)
        Accountable care prospective trend since BY3, a factor.
    coded : float64 array, shape (..., aco, type), optional
        Coded over true risk against BY3's, which only tells the steps apart; 1 by default.
    """

    person_years: Floats
    risk: Floats
    demographic_growth: Floats
    region_per_capita: Floats
    region_risk: Floats
    market_share: Floats
    national_per_capita: Floats
    national_risk: Floats
    prospective: Floats
    coded: Floats | None = None


@dataclass(frozen=True, slots=True)
class UpdatedBenchmark:
    """The benchmark of a performance year.

    Attributes
    ----------
    risk_ratio : float64 array, shape (..., aco, type)
        Growth of the risk score after its cap.
    three_way_usd, two_way_usd : float64 arrays, shape (..., aco)
        Benchmark dollars by the whole update, and without the prospective trend, for the guardrail
        (:func:`sim.policy.mssp_benchmark.guarded_benchmark`).
    steps_usd : float64 array, shape (..., aco, step)
        The benchmark of the whole update with one rule more at each of :data:`STEPS`.
    """

    risk_ratio: Floats
    three_way_usd: Floats
    two_way_usd: Floats
    steps_usd: Floats


def agreement_benchmark(inputs: AgreementInputs, terms: AgreementTerms) -> AgreementBenchmark:
    """Compute the historical benchmark of an agreement with the one adjustment that counts."""
    national = ratio(inputs.national_per_capita, inputs.national_risk, 0.0)
    region = ratio(inputs.region_per_capita, inputs.region_risk, national[..., None, :, :])
    to_by3 = terms.growth(
        ratio(national[..., -1:], national, 1.0)[..., None, :, :],
        ratio(region[..., -1:], region, 1.0),
        inputs.market_share,
    )
    history = rules.historical(inputs.per_capita, inputs.risk, to_by3, terms.base_weights)
    risk, people = inputs.risk[..., -1], inputs.person_years
    gap = region[..., -1] * risk - history
    weight = rules.regional_weight(
        weighted_mean(gap, people), inputs.times_used, terms.regional_below, terms.regional_above
    )
    by_type = rules.regional_adjustment(
        gap,
        weight[..., None],
        national[..., None, :, -1],
        cap_up=terms.regional_cap_up,
        cap_down=terms.regional_cap_down,
    )
    mean = weighted_mean(by_type, people)
    regional = rules.offset_negative(mean, inputs.dual_share, weighted_mean(risk, people))
    level = weighted_mean(national[..., None, :, -1], people)
    savings = rules.prior_savings_adjustment(
        inputs.prior_savings,
        inputs.prior_person_years,
        people.sum(axis=-1),
        share=terms.prior_savings_share,
        limit=terms.prior_savings_cap * level,
    )
    population = rules.population_adjustment(
        rules.best_adjustment(regional, savings, 0.0, floored=terms.regional_floor),
        inputs.needy_share,
        limit=terms.population_cap * level,
        smallest_share=terms.population_smallest_share,
    )
    adjustment = rules.best_adjustment(regional, savings, population, floored=terms.regional_floor)
    # The regional adjustment differs by type; prior savings and population need are flat dollars a head.
    flat = (np.maximum(savings, population) > 0) & (np.maximum(savings, population) >= adjustment)
    kept = np.divide(adjustment, mean, out=np.zeros_like(mean), where=mean != 0)
    by_type = np.where(flat[..., None], adjustment[..., None], by_type * kept[..., None])
    return AgreementBenchmark(
        history=history,
        gap=gap,
        benchmark=history + by_type,
        risk=risk,
        regional=regional,
        prior_savings=savings,
        population=population,
        adjustment=adjustment,
        region=region[..., -1],
        national=national[..., -1],
    )


def updated_benchmark(
    agreement: AgreementBenchmark, year: YearInputs, terms: AgreementTerms
) -> UpdatedBenchmark:
    """Update an agreement's benchmark to a performance year's prices, risk and mix of types."""
    national = ratio(ratio(year.national_per_capita, year.national_risk, 0.0), agreement.national, 1.0)
    region = ratio(ratio(year.region_per_capita, year.region_risk, 0.0), agreement.region, 1.0)
    grown_nation = national[..., None, :]
    if terms.flat_update:
        added = (national - 1.0) * agreement.national
        grown_nation = 1.0 + ratio(added[..., None, :], agreement.benchmark, 0.0)
    two_way = terms.growth(grown_nation, region, year.market_share)
    three_way = rules.three_way_update(two_way, year.prospective[..., None, :], terms.accountable_care_share)
    dollars = agreement.benchmark * year.person_years
    grown = ratio(year.risk, agreement.risk, 1.0)
    true = grown if year.coded is None else grown / year.coded
    risk_ratio = rules.capped_risk_ratio(
        grown,
        year.demographic_growth,
        dollars,
        cap=terms.risk_cap,
        allowance=terms.demographic_allowance,
    )
    by_history = (agreement.history * year.person_years * true * three_way).sum(axis=-1)
    adjusted = (dollars * true * three_way).sum(axis=-1)
    updated = (dollars * risk_ratio * three_way).sum(axis=-1)
    return UpdatedBenchmark(
        risk_ratio=risk_ratio,
        three_way_usd=updated,
        two_way_usd=(dollars * risk_ratio * two_way).sum(axis=-1),
        steps_usd=np.stack([by_history, adjusted, updated], axis=-1),
    )
