"""LEAD behind the door: three base years before an ACO's first performance year, kept for ten years."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sim.inputs.evidence import Evidence
from sim.inputs.lead_criteria import excluded_shares, stated_growth
from sim.inputs.lead_terms import guardrail, lead_terms, savings_are_prorated
from sim.inputs.rulebook import Rulebook
from sim.kernels.codes import N_CELLS, RISK_UNIT, Sum
from sim.policy.arrays import weighted_mean
from sim.policy.baseline import net_expenditure
from sim.policy.efficiency import prorated_prior_savings
from sim.policy.lead import (
    BaselineInputs,
    PerformanceYearInputs,
    YearsBetween,
    historical_baseline,
    settle_performance_year,
)
from sim.policy.rate_book import cost_index, county_rates
from sim.policy.terms import LeadTerms
from sim.population.experience import ratio
from sim.population.past import Volunteers
from sim.population.plan import AcoPlan
from sim.population.trend import Trend
from sim.settlement.bracket import guardrail_readings
from sim.settlement.bridge import bridge_parts, coded_at_by3, coded_by_cell
from sim.settlement.entry import LeadEntry
from sim.settlement.lead_quality import LeadQuality
from sim.settlement.program import Flags, Floats, History, Participants, Settled, Shown, cents
from sim.settlement.prospective import prospective_by_cell

BASE_YEARS = 3
CLAIMS, VOLUNTARY = slice(0, N_CELLS // 2), slice(N_CELLS // 2, N_CELLS)


@dataclass(frozen=True, eq=False)
class LeadBenchmark:
    """What the base years say about ACOs whose first performance year is the same.

    Attributes
    ----------
    inputs : BaselineInputs
        Base-year experience for the present list of TINs.
    cost_index : float64, shape (acos, cells)
        Relative risk-standardised cost of each ACO's market over the base years, for the rate book.
    by3 : int
        Calendar year of BY3.
    counted : float64, shape (by,)
        Share of spending that counts in each base year.
    national_risk : float64, shape (cells, by)
        Mean risk score of the nation, which scores are normalised by.
    coded : float64, shape (acos, cells)
        Coded over true risk of the claims cell's people in BY3, for both routes; 1 where there is nobody.
    """

    inputs: BaselineInputs
    cost_index: Floats
    by3: int
    counted: Floats
    national_risk: Floats
    coded: Floats

    def with_volunteers(self, volunteers: Volunteers | None) -> BaselineInputs:
        """Return base years in which voluntary cells hold what those now voluntarily aligned did then.

        Notes
        -----
        Wakely, LEAD Model site, Benchmarking: a voluntary cell goes by past spending of the people who are
        voluntarily aligned in the current performance year. That they count in the category they were in
        then, with all their months in Original Medicare, is assumed.
        """
        if volunteers is None:
            return self.inputs
        years = range(self.by3 - BASE_YEARS + 1, self.by3 + 1)
        months, spend, risk = (
            np.stack(sums, axis=-1) for sums in zip(*(volunteers.before(y) for y in years), strict=True)
        )
        normal = self.national_risk[VOLUNTARY]
        pbpm = ratio(spend / 100.0, months) * self.counted
        scores = ratio(ratio(risk / RISK_UNIT, months), normal)

        def filled(claims: Floats, voluntary: Floats) -> Floats:
            return np.concatenate([claims[:, CLAIMS], voluntary], axis=1)

        return replace(
            self.inputs,
            base_months=filled(self.inputs.base_months, months),
            base_pbpm=filled(self.inputs.base_pbpm, pbpm),
            base_risk=filled(self.inputs.base_risk, scores),
        )


class Lead:
    """LEAD in one arm.

    Parameters
    ----------
    rulebook : Rulebook
        A LEAD rulebook.
    evidence : Evidence
        Of the world: says what part of spending is skin substitutes.
    trend : Trend
    plans : tuple of AcoPlan
    """

    def __init__(
        self, rulebook: Rulebook, evidence: Evidence, trend: Trend, plans: tuple[AcoPlan, ...]
    ) -> None:
        self.rulebook = rulebook
        self._evidence = evidence
        self._trend = trend
        self._prospective: dict[tuple[int, int], Floats] = {}
        self._former_mssp = np.array([plan.former_mssp for plan in plans])
        self.entry = LeadEntry(rulebook, plans)
        renewing = evidence.number("entry.prior_savings")
        self._prior_savings = np.array([earlier_savings(plan, renewing) for plan in plans])
        self._benchmarks: dict[int, tuple[bytes, LeadBenchmark]] = {}
        self._first_months: dict[int, Floats] = {}
        self._quality = LeadQuality(rulebook, evidence)

    def counted(self, year: int) -> float:
        """Return the share of spending that counts: without the excluded part of skin substitutes."""
        skin = self._evidence.number("spending.skin_substitutes", year)
        sahs_share, skin_share = excluded_shares(self.rulebook, year)
        return float(net_expenditure(1.0, 0.0, skin, sahs_share=sahs_share, skin_share=skin_share))

    def benchmark(self, history: History, participants: Participants, agreement: int) -> LeadBenchmark:
        """Gather the three years before `agreement`, for the present list of TINs."""
        known = self._benchmarks.get(agreement)
        if known is None or known[0] != participants.key:
            known = participants.key, self._gather(history, participants, agreement)
            self._benchmarks[agreement] = known
        return known[1]

    def _gather(self, history: History, participants: Participants, agreement: int) -> LeadBenchmark:
        years = range(agreement - BASE_YEARS, agreement)
        seen = [participants.observe(history, year) for year in years]
        factor = np.array([self.counted(year) for year in years])

        def base(name: str, scale: Floats | None = None) -> Floats:
            stacked = np.stack([getattr(one, name) for one in seen], axis=-1)
            return stacked if scale is None else stacked * scale

        # By base year, over cells; a year without participation would count as 0.
        spent = weighted_mean(np.moveaxis(base("pbpm", factor), 1, -1), np.moveaxis(base("months"), 1, -1))
        national_risk = base("national_risk")
        national = base("national_pbpm", factor)
        region = base("region_pbpm", factor)
        region_risk = ratio(base("region_risk"), national_risk)
        return LeadBenchmark(
            inputs=BaselineInputs(
                base_pbpm=base("pbpm", factor),
                base_months=base("months"),
                base_risk=ratio(base("risk"), national_risk),
                region_base_pbpm=region,
                region_base_risk=region_risk,
                national_base_pbpm=national,
                national_base_risk=np.ones_like(national),
                market_share=base("market_share"),
                former_mssp=self._former_mssp,
                newly_entering=self.entry.newly_entering(
                    base("aco")[:, CLAIMS, Sum.PERSONS].sum(axis=1), agreement
                ),
                prior_savings_pbpm=self._earlier(spent, base("months").sum(axis=1), agreement),
            ),
            cost_index=cost_index(
                np.moveaxis(ratio(region, region_risk), -1, 0), np.moveaxis(national, -1, 0)
            ),
            by3=years[-1],
            counted=factor,
            national_risk=national_risk,
            coded=coded_at_by3(seen[-1].aco),
        )

    def _earlier(self, spent: Floats, months: Floats, agreement: int) -> Floats:
        """Return earlier savings PBPM (acos,), less where TINs have joined since the agreement began.

        `spent` and `months`, of shape (acos, by), are of the present list of TINs; what was saved was saved
        by those of the first.
        """
        months = months.mean(axis=-1)
        first = self._first_months.setdefault(agreement, months)
        then = first if savings_are_prorated(self.rulebook) else np.full_like(months, np.inf)
        return prorated_prior_savings(self._prior_savings[:, None] * spent, then[:, None], months)

    def prospective_factor(self, by3: int, year: int) -> Floats:
        """Return CMS's prospective growth since BY3, shape (cells,); what the rulebook states goes first."""
        if (by3, year) not in self._prospective:
            years = range(by3 + 1, year + 1)
            stated = stated_growth(self.rulebook, years)
            self._prospective[by3, year] = prospective_by_cell(self._trend, stated, years)
        return self._prospective[by3, year]

    def settle(self, year: int, experience: Shown, active: Flags) -> Settled:
        """Settle a performance year: everybody by each option and first year met, each ACO's own kept."""
        contracts = experience.contracts
        scored = self._quality.scored(year, experience.year.aco, experience.quality, active)
        experience = replace(experience, quality=scored.earning)
        result: Settled = {"measured_quality": scored.total}
        options, starts = contracts.risk_option[active], contracts.agreement_start[active]
        for option, start in sorted(set(zip(options.tolist(), starts.tolist(), strict=True))):
            mine = (contracts.risk_option == option) & (contracts.agreement_start == start)
            base = self.benchmark(experience.history, experience.participants, start)
            settled = self._settle(year, experience, base, lead_terms(self.rulebook, year, option))
            for name, values in settled.items():
                into = result.setdefault(name, values)
                into[mine] = values[mine]
        pool = self._quality.pool_usd(year, scored.earning, result["benchmark"] / 100.0)
        return {**result, "high_performers_pool": cents(pool)}

    def _settle(self, year: int, experience: Shown, base: LeadBenchmark, terms: LeadTerms) -> Settled:
        seen, counted = experience.year, self.counted(year)
        paid = np.rint(seen.aco[..., Sum.SPEND] * counted).astype(np.int64)
        risk = ratio(seen.risk, seen.national_risk)
        baseline = historical_baseline(base.with_volunteers(experience.participants.volunteers), terms)
        national = seen.national_pbpm * counted
        inputs = PerformanceYearInputs(
            months=seen.months,
            risk=risk,
            paid=paid / 100.0,
            region_pbpm=seen.region_pbpm * counted,
            region_risk=ratio(seen.region_risk, seen.national_risk),
            national_pbpm=national,
            national_risk=np.ones_like(national),
            market_share=seen.market_share,
            prospective_factor=self.prospective_factor(base.by3, year),
            quality_score=experience.quality,
            rate_book_pbpm=county_rates(base.cost_index, national),
            coded=coded_by_cell(seen.aco) / base.coded,
            between=self._between(experience, base.by3, year),
        )
        done = settle_performance_year(baseline, inputs, terms)
        benchmark = cents(done.benchmark_usd)
        shared = cents(done.shared_usd)
        taken = cents(done.sequestration_usd)
        return {
            "expenditure": paid,
            "risk_score": risk,
            "benchmark": benchmark,
            "benchmark_before_discount": cents(done.benchmark_before_discount_usd),
            "gross_savings": benchmark - paid.sum(axis=-1),
            "shared_savings": shared,
            "sequestration": taken,
            "settlement": shared - taken,
            "admin_add_on": cents(done.add_on_usd),
            "quality_score": experience.quality.copy(),
            "historical_benchmark": baseline.history_pbpm.copy(),
            "higher_spending": baseline.higher_spending.astype(np.int8),
            "agreement_start": np.full(len(paid), float(base.by3 + 1)),
            **bridge_parts(done.steps_usd),
            **guardrail_readings(self.rulebook, baseline, inputs, terms, paid.sum(axis=-1)),
        }

    def _between(self, experience: Shown, by3: int, year: int) -> YearsBetween:
        """Return the years after BY3 and before this one as the present list of TINs would have seen them."""
        earlier = range(by3 + 1, year)
        seen = [experience.participants.observe(experience.history, one) for one in earlier]
        region = [
            ratio(one.region_pbpm, ratio(one.region_risk, one.national_risk)) * self.counted(calendar)
            for one, calendar in zip(seen, earlier, strict=True)
        ]
        nation = [
            one.national_pbpm * self.counted(calendar) for one, calendar in zip(seen, earlier, strict=True)
        ]
        factors = [self.prospective_factor(by3, one) for one in earlier]
        shape = experience.year.region_pbpm.shape
        below, above = zip(*(guardrail(self.rulebook, one) for one in range(by3 + 1, year + 1)), strict=True)
        return YearsBetween(
            region_pbpm=np.reshape(region, (len(earlier), *shape)),
            national_pbpm=np.reshape(nation, (len(earlier), shape[-1])),
            prospective_factor=np.reshape(factors, (len(earlier), shape[-1])),
            guard_below=np.array(below),
            guard_above=np.array(above),
        )


def earlier_savings(plan: AcoPlan, renewing: float) -> float:
    """Return an ACO's savings in its base years as a share of spending; `renewing` is the usual rate.

    Losses are negative and net in, as in 42 CFR 425.658; an ACO that is new to programs has none.
    """
    if plan.prior_savings is not None:
        return plan.prior_savings
    return renewing if plan.entry == "renewing" else 0.0
