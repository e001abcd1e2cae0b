"""From a simulated year to money: LEAD's benchmark and settlement on simulated experience, in cents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.inputs.lead_criteria import excluded_shares, stated_growth
from sim.inputs.rulebook import Rulebook
from sim.kernels.codes import N_CELLS, Kind, Sum
from sim.policy.baseline import net_expenditure
from sim.policy.lead import (
    BaselineInputs,
    PerformanceYearInputs,
    historical_baseline,
    settle_performance_year,
)
from sim.policy.rate_book import cost_index, county_rates
from sim.policy.terms import LeadTerms
from sim.population.experience import Experience, observe, ratio
from sim.population.trend import Trend, prospective_growth
from sim.population.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Benchmarking:
    """What the base years say about the ACOs of an arm.

    Attributes
    ----------
    inputs : BaselineInputs
        Base-year experience for the present list of TINs.
    cost_index : float64, shape (acos, cells)
        Relative risk-standardised cost of each ACO's market over the base years, for the rate book.
    event_share : float
        Share of base-year spending that is acute events.
    trend : Trend
    by3 : int
        Calendar year of BY3.
    counted : dict of int to float
        Share of spending that counts, by year: without the excluded part of skin substitutes.
    stated_growth : dict of int to float64 array of shape (3,)
        Prospective growth that the rulebook states, by year, for AD, ESRD and High Needs.
    """

    inputs: BaselineInputs
    cost_index: Floats
    event_share: float
    trend: Trend
    by3: int
    counted: dict[int, float]
    stated_growth: dict[int, Floats]

    @classmethod
    def of(cls, world: World, practice_aco: Ints, aco_market: Ints, rulebook: Rulebook) -> Benchmarking:
        """Gather the base years of a world for a list of TINs."""
        n = len(world.plans)
        years = world.base_years
        seen = [
            observe(world.history[year], practice_aco, world.providers.market, n, aco_market)
            for year in years
        ]
        counted = {year: _counted_share(world, rulebook, year) for year in range(years[0], world.last_py + 1)}
        factor = np.array([counted[year] for year in years])

        def base(name: str, scale: Floats | None = None) -> Floats:
            stacked = np.stack([getattr(one, name) for one in seen], axis=-1)
            return stacked if scale is None else stacked * scale

        national_risk = base("national_risk")
        national = base("national_pbpm", factor)
        region = base("region_pbpm", factor)
        region_risk = ratio(base("region_risk"), national_risk)
        by3 = world.history[years[-1]].sum(axis=(0, 1))
        index = cost_index(np.moveaxis(ratio(region, region_risk), -1, 0), np.moveaxis(national, -1, 0))
        newly = np.array([plan.entry == "newly_entering" for plan in world.plans])
        return cls(
            inputs=BaselineInputs(
                base_pbpm=base("pbpm", factor),
                base_months=base("months"),
                base_risk=ratio(base("risk"), national_risk),
                region_base_pbpm=region,
                region_base_risk=region_risk,
                national_base_pbpm=national,
                national_base_risk=np.ones_like(national),
                market_share=base("market_share"),
                former_mssp=np.array([plan.former_mssp for plan in world.plans]),
                newly_entering=newly,
                prior_savings_pbpm=np.zeros(n),
            ),
            cost_index=index,
            event_share=float(by3[Sum.EVENT] / by3[Sum.SPEND]),
            trend=world.trend,
            by3=years[-1],
            counted=counted,
            stated_growth=stated_growth(rulebook, range(years[-1] + 1, world.last_py + 1)),
        )

    def prospective_factor(self, year: int) -> Floats:
        """Return CMS's prospective growth since BY3, shape (cells,).

        A year's growth is the rulebook's where it states that year, else the central path of the evidence,
        with ESRD's own offset.
        """
        shares = np.zeros((N_CELLS, len(Kind)))
        shares[:, Kind.AGED_NON_DUAL] = 1.0
        shares[[1, 4]] = np.eye(len(Kind))[Kind.ESRD]
        factor = np.ones(N_CELLS)
        for one in range(self.by3 + 1, year + 1):
            if one in self.stated_growth:
                factor *= 1.0 + np.tile(self.stated_growth[one], 2)
            else:
                factor *= [prospective_growth(self.trend, share, one - 1, one) for share in shares]
        return factor


def _counted_share(world: World, rulebook: Rulebook, year: int) -> float:
    """Return the share of spending that counts: without the excluded part of skin substitutes."""
    skin = world.evidence.number("spending.skin_substitutes", year)
    sahs_share, skin_share = excluded_shares(rulebook, year)
    return float(net_expenditure(1.0, 0.0, skin, sahs_share=sahs_share, skin_share=skin_share))


def settle_year(
    base: Benchmarking, seen: Experience, terms: LeadTerms | None, quality: Floats, year: int
) -> dict[str, Any]:
    """Return the money of one performance year, in cents, by result variable.

    Parameters
    ----------
    base : Benchmarking
    seen : Experience
        The performance year.
    terms : LeadTerms or None
        None where no program runs: expenditure is still counted, nothing is settled.
    quality : float64, shape (acos,)
    year : int

    Returns
    -------
    dict
        Values of the registry's variables of this year (int64 cents, or float64), each of shape (acos,) or
        (acos, cells); ``historical_benchmark`` and ``higher_spending`` are those of the baseline.
    """
    counted = base.counted[year]
    paid = np.rint(seen.aco[..., Sum.SPEND] * counted).astype(np.int64)
    risk = ratio(seen.risk, seen.national_risk)
    n = len(paid)
    nothing = np.zeros(n, np.int64)
    result: dict[str, Any] = {"expenditure": paid, "risk_score": risk}
    if terms is None:
        names = ("benchmark", "benchmark_before_discount", "gross_savings", "shared_savings", "sequestration")
        result |= dict.fromkeys((*names, "settlement", "admin_add_on"), nothing)
        return result | {
            "quality_score": np.full(n, np.nan),
            "historical_benchmark": np.full((n, N_CELLS), np.nan),
            "higher_spending": np.full(n, -1, np.int8),
        }
    region_risk = ratio(seen.region_risk, seen.national_risk)
    baseline = historical_baseline(base.inputs, terms)
    national = seen.national_pbpm * counted
    done = settle_performance_year(
        baseline,
        PerformanceYearInputs(
            months=seen.months,
            risk=risk,
            paid=paid / 100.0,
            region_pbpm=seen.region_pbpm * counted,
            region_risk=region_risk,
            national_pbpm=national,
            national_risk=np.ones_like(national),
            market_share=seen.market_share,
            prospective_factor=base.prospective_factor(year),
            quality_score=quality,
            rate_book_pbpm=county_rates(base.cost_index, national),
        ),
        terms,
    )
    benchmark = cents(done.benchmark_usd)
    shared = cents(done.shared_usd)
    taken = cents(done.sequestration_usd)
    return result | {
        "benchmark": benchmark,
        "benchmark_before_discount": cents(done.benchmark_before_discount_usd),
        "gross_savings": benchmark - paid.sum(axis=-1),
        "shared_savings": shared,
        "sequestration": taken,
        "settlement": shared - taken,
        "admin_add_on": cents(done.add_on_usd),
        "quality_score": quality,
        "historical_benchmark": baseline.history_pbpm,
        "higher_spending": baseline.higher_spending.astype(np.int8),
    }


def cents(dollars: Floats) -> Ints:
    """Round dollars to whole cents."""
    return np.rint(dollars * 100.0).astype(np.int64)
