"""ACO REACH behind the door: fixed base years, national trend, rate book, corridors.

What CMS has not published, or the simulated world does not know, is left out: the coding intensity factor,
the health equity adjustment (it goes by the need of places), stop-loss and the retention withhold. Score
growth is capped from BY3, as reference years have not been read. All spending counts. Capitation
and advances are made as LEAD's, by the rulebook's own terms and without provisional settlement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.inputs.evidence import Evidence
from sim.inputs.reach_terms import (
    TYPES,
    reach_base_years,
    reach_benchmark_terms,
    reach_capitation_terms,
    reach_terms,
)
from sim.inputs.rulebook import Rulebook
from sim.inputs.scenario_books import REACH
from sim.kernels.codes import MONTHS_A_YEAR, Sum
from sim.ledger.schedule import MonthlyPayments
from sim.policy.arrays import dollars
from sim.policy.capitation import capitated_benchmark, total_cost_of_care
from sim.policy.rate_book import cost_index, county_rates
from sim.policy.reach import ReachTerms, final_benchmark, settle
from sim.policy.reach_benchmark import ReachBenchmark, reach_benchmark, reach_history
from sim.population.experience import added_by, ratio
from sim.population.plan import AcoPlan
from sim.population.trend import Trend
from sim.settlement.bridge import bridge_parts, coded_at_by3, coded_by_cell
from sim.settlement.capitation import Capitated, CareEvidence, LivedYear, YearOfPayments, capitation_of
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
    own : Evidence
        Of the arm: what ACOs' own providers bill, and when settlements are paid.

    Attributes
    ----------
    monthly : MonthlyPayments or None
        What the year settled last pays by month, where any ACO elects it.
    types : int64, shape (acos,)
        What :func:`aco_type` says of each ACO.
    """

    def __init__(
        self,
        rulebooks: Mapping[int, Rulebook],
        trend: Trend,
        plans: tuple[AcoPlan, ...],
        high_needs_share: float,
        own: Evidence,
    ) -> None:
        self.rulebooks = rulebooks
        self.monthly: MonthlyPayments | None = None
        self._care = CareEvidence.read(own, plans)
        self._settled_in = MONTHS_A_YEAR + int(own.number("cash.settlement_lag"))
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
        contracts = experience.contracts
        elects = active & contracts.elects & (contracts.program == REACH)
        self.monthly = MonthlyPayments.nothing(len(active)) if elects.any() else None
        option_of = contracts.risk_option
        for option in np.unique(option_of[active]).tolist():
            settled, monthly = self._settle(year, experience, option)
            if self.monthly is not None and monthly is not None:
                self.monthly.take(monthly, elects & (option_of == option))
            for name, values in settled.items():
                into = result.setdefault(name, values)
                into[option_of == option] = values[option_of == option]
        return result

    def _settle(self, year: int, experience: Shown, option: str) -> tuple[Settled, MonthlyPayments | None]:
        rules, seen = self.rulebooks[year], experience.year
        terms, money = reach_benchmark_terms(rules), reach_terms(rules, option)
        base = self.benchmark(experience.history, experience.participants, year)
        growth = ratio(base.national[..., -1:], base.national)
        history = reach_history(base.pbpm, base.risk, base.months, growth, terms)
        prospective = prospective_by_cell(self._trend, {}, range(base.by3 + 1, year + 1))

        def benchmark_of(risk: Floats, actual: Floats) -> ReachBenchmark:
            coded = coded_by_cell(seen.aco) / base.coded
            national = base.national[..., -1]
            return reach_benchmark(
                history, base.rate, risk, self.types, national, prospective, actual, terms, coded
            )

        risk = ratio(seen.risk, seen.national_risk)
        trended = benchmark_of(risk, ratio(seen.national_pbpm, base.national[..., -1]))
        *steps, before = dollars(trended.steps_pbpm, seen.months).sum(axis=-1)
        final = final_benchmark(before, experience.quality, np.zeros(len(before), dtype=bool), money)
        paid = seen.aco[..., Sum.SPEND].copy()
        capitated = None
        if self.monthly is not None:
            last = experience.participants.observe(experience.history, year - 1)
            known = np.where(last.months > 0.0, ratio(last.risk, last.national_risk), risk)
            foreseen = benchmark_of(known, prospective).steps_pbpm[-1]
            capitated = self._capitated(year, experience, (foreseen, trended.steps_pbpm[-1]), money)
            paid = total_cost_of_care(paid - capitated.replaced, base_pcc=capitated.due)
        done = settle(final, np.zeros_like(final), paid.sum(axis=-1) / 100.0, money)
        benchmark, shared, owed = cents(final), cents(done.shared_usd), cents(done.settlement_usd)
        settled = {
            "expenditure": paid,
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
        if capitated is None:
            return settled, None
        return settled | capitated.told(), capitated.payments

    def _capitated(
        self, year: int, experience: Shown, pbpm: tuple[Floats, Floats], money: ReachTerms
    ) -> Capitated:
        """Return the year's capitation by the benchmark before discount as foreseen and as it is, PBPM."""
        rules, lists, history = self.rulebooks[year], experience.participants, experience.history
        terms = reach_capitation_terms(rules, year)
        preliminary, final = (
            capitated_benchmark(
                one, final_benchmark(one, terms.quality_earned, 0.0, money), base=terms.benchmark
            )
            for one in pbpm
        )
        lookback, now = (
            LivedYear(lists.observe(history, one).aco, lists.nationwide(history, one), 1.0)
            for one in (year - 1, year)
        )
        return capitation_of(
            experience.contracts.elections,
            terms,
            (self._settled_in, np.full(len(lists), self._settled_in)),
            self._care,
            YearOfPayments(
                year=now,
                lookback=lookback,
                monthly=added_by(lists.practice_aco, len(lists), history[year].monthly),
                preliminary=preliminary,
                final=final,
                trend=prospective_by_cell(self._trend, {}, range(year, year + 1)),
            ),
            np.zeros(len(lists)),
        )


def aco_type(plan: AcoPlan, high_needs_share: float) -> int:
    """Return the place of an ACO's type among :data:`sim.inputs.reach_terms.TYPES`."""
    if (plan.high_needs_share or 0.0) > high_needs_share:
        return TYPES.index("high_needs")
    return TYPES.index("new_entrant" if plan.entry == "newly_entering" else "standard")
