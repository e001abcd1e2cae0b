"""ACO REACH behind the door: fixed base years, national trend, rate book, corridors.

What CMS has not published, or the simulated world does not know, is left out: the coding intensity factor,
the health equity adjustment (it goes by the need of places), stop-loss and the retention withhold. Score
growth is capped from BY3, as reference years have not been read. All spending counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.inputs.reach_terms import TYPES, reach_base_years, reach_benchmark_terms, reach_terms
from sim.inputs.rulebook import Rulebook
from sim.kernels.codes import Sum
from sim.policy.arrays import dollars
from sim.policy.rate_book import cost_index, county_rates
from sim.policy.reach import final_benchmark, settle
from sim.policy.reach_benchmark import reach_benchmark, reach_history
from sim.population.experience import ratio
from sim.population.plan import AcoPlan
from sim.population.trend import Trend
from sim.settlement.bridge import bridge_parts, coded_at_by3, coded_by_cell
from sim.settlement.program import Flags, Floats, History, Participants, Settled, Shown, cents
from sim.settlement.prospective import prospective_by_cell


@dataclass(frozen=True, eq=False)
class ReachBase:
    """Base years; arrays (acos, cells, by), (acos, cells) and (cells,) or (cells, by).

    Attributes
    ----------
    pbpm, months, risk : float64 arrays
        Spending, person-months and normalised risk score for the present list of TINs.
    rate : float64 array
        Regional spending at risk 1 and prices of BY3: several years' relative cost times the nation's.
    national : float64 array
        National spending at risk 1, by base year.
    by3 : int
    coded : float64 array, shape (acos, cells)
        Coded over true risk of the claims cell's people in BY3, for both routes; 1 where there is nobody.
    """

    pbpm: Floats
    months: Floats
    risk: Floats
    rate: Floats
    national: Floats
    by3: int
    coded: Floats


class Reach:
    """ACO REACH in one arm.

    Parameters
    ----------
    rulebooks : mapping of int to Rulebook
        By performance year.
    trend : Trend
    plans : tuple of AcoPlan
    high_needs_share : float
        Share of High Needs people above which an ACO is a High Needs ACO.

    Attributes
    ----------
    types : int64, shape (acos,)
        What :func:`aco_type` says of each ACO.
    """

    def __init__(
        self,
        rulebooks: Mapping[int, Rulebook],
        trend: Trend,
        plans: tuple[AcoPlan, ...],
        high_needs_share: float,
    ) -> None:
        self.rulebooks = rulebooks
        self._trend = trend
        self.types = np.array([aco_type(plan, high_needs_share) for plan in plans], np.int64)
        self._known: tuple[bytes, ReachBase] | None = None

    def benchmark(self, history: History, participants: Participants, agreement: int) -> ReachBase:
        """Gather the base years of the rulebook of the year `agreement`, for the present list of TINs."""
        if self._known is None or self._known[0] != participants.key:
            years = reach_base_years(self.rulebooks[agreement])
            self._known = participants.key, self._gather(history, participants, years)
        return self._known[1]

    def _gather(self, history: History, participants: Participants, years: tuple[int, ...]) -> ReachBase:
        seen = [participants.observe(history, year) for year in years]

        def base(name: str) -> Floats:
            return np.stack([getattr(one, name) for one in seen], axis=-1)

        national, national_risk = base("national_pbpm"), base("national_risk")
        region = ratio(base("region_pbpm"), ratio(base("region_risk"), national_risk))
        index = cost_index(np.moveaxis(region, -1, 0), np.moveaxis(national, -1, 0))
        return ReachBase(
            pbpm=base("pbpm"),
            months=base("months"),
            risk=ratio(base("risk"), national_risk),
            rate=county_rates(index, national[..., -1]),
            national=national,
            by3=years[-1],
            coded=coded_at_by3(seen[-1].aco),
        )

    def settle(self, year: int, experience: Shown, active: Flags) -> Settled:
        """Settle a performance year: everybody by each option met, each ACO's own kept."""
        result: Settled = {}
        option_of = experience.contracts.risk_option
        for option in np.unique(option_of[active]).tolist():
            for name, values in self._settle(year, experience, option).items():
                into = result.setdefault(name, values)
                into[option_of == option] = values[option_of == option]
        return result

    def _settle(self, year: int, experience: Shown, option: str) -> Settled:
        rules, seen = self.rulebooks[year], experience.year
        terms, money = reach_benchmark_terms(rules), reach_terms(rules, option)
        base = self.benchmark(experience.history, experience.participants, year)
        growth = ratio(base.national[..., -1:], base.national)
        history = reach_history(base.pbpm, base.risk, base.months, growth, terms)
        trended = reach_benchmark(
            history,
            base.rate,
            ratio(seen.risk, seen.national_risk),
            self.types,
            base.national[..., -1],
            prospective_by_cell(self._trend, {}, range(base.by3 + 1, year + 1)),
            ratio(seen.national_pbpm, base.national[..., -1]),
            terms,
            coded_by_cell(seen.aco) / base.coded,
        )
        *steps, before = dollars(trended.steps_pbpm, seen.months).sum(axis=-1)
        final = final_benchmark(before, experience.quality, np.zeros(len(before), dtype=bool), money)
        paid = seen.aco[..., Sum.SPEND]
        done = settle(final, np.zeros_like(final), paid.sum(axis=-1) / 100.0, money)
        benchmark, shared, owed = cents(final), cents(done.shared_usd), cents(done.settlement_usd)
        return {
            "expenditure": paid.copy(),
            "benchmark": benchmark,
            "benchmark_before_discount": cents(before),
            "gross_savings": benchmark - paid.sum(axis=-1),
            "shared_savings": shared,
            "sequestration": shared - owed,
            "settlement": owed,
            "admin_add_on": np.zeros(len(before), np.int64),
            "quality_score": experience.quality.copy(),
            "historical_benchmark": history.risk * history.pbpm,
            "agreement_start": experience.contracts.agreement_start.astype(np.float64),
            **bridge_parts(np.stack([*steps, before, before * (1.0 - money.discount), final], axis=-1)),
        }


def aco_type(plan: AcoPlan, high_needs_share: float) -> int:
    """Return the place of an ACO's type among :data:`sim.inputs.reach_terms.TYPES`."""
    if (plan.high_needs_share or 0.0) > high_needs_share:
        return TYPES.index("high_needs")
    return TYPES.index("new_entrant" if plan.entry == "newly_entering" else "standard")
