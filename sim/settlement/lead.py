"""LEAD behind the door: three base years before an ACO's first performance year, kept for ten years."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.inputs.capitation_terms import capitation_terms, final_settlement, provisional_terms
from sim.inputs.evidence import Evidence
from sim.inputs.lead_criteria import excluded_shares, stated_growth
from sim.inputs.lead_terms import guardrail, lead_terms, savings_are_prorated
from sim.inputs.protection_terms import exit_terms, guarantee_terms, stop_loss_terms
from sim.inputs.rulebook import Rulebook
from sim.kernels.codes import Sum
from sim.ledger.schedule import MonthlyPayments
from sim.policy.arrays import weighted_mean
from sim.policy.baseline import net_expenditure
from sim.policy.capitation import capitated_benchmark, total_cost_of_care
from sim.policy.efficiency import prorated_prior_savings
from sim.policy.lead import (
    BaselineInputs,
    HistoricalBaseline,
    PerformanceYearInputs,
    PerformanceYearSettlement,
    YearsBetween,
    benchmark_at_quality,
    historical_baseline,
    settle_performance_year,
)
from sim.policy.rate_book import cost_index, county_rates
from sim.policy.settlement import financial_guarantee
from sim.policy.sharing import share_savings
from sim.policy.terms import LeadTerms
from sim.population.experience import added_by, ratio
from sim.population.plan import AcoPlan
from sim.population.trend import Trend
from sim.settlement.bracket import guardrail_readings
from sim.settlement.bridge import bridge_parts, coded_at_by3, coded_by_cell
from sim.settlement.capitation import (
    Capitated,
    CareEvidence,
    LivedYear,
    YearOfPayments,
    capitation_of,
)
from sim.settlement.contracts import Contracts
from sim.settlement.entry import LeadEntry
from sim.settlement.lead_base import (
    BASE_YEARS,
    CLAIMS,
    LeadBenchmark,
    earlier_savings,
    foreseen,
    spent_usd,
)
from sim.settlement.lead_quality import LeadQuality, withheld_of
from sim.settlement.leaving import leave_early
from sim.settlement.program import Flags, Floats, History, Ints, Participants, Settled, Shown, cents
from sim.settlement.prospective import prospective_by_cell
from sim.settlement.provisional import settle_early
from sim.settlement.stop_loss import STOP_LOSS, Expected, NationalPayouts, StopLossMoney, stop_loss_of


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
    own : Evidence, optional
        Of the arm: says what ACOs' own providers bill; the world's by default.
    draw : float64, shape (acos,), optional
        How far each ACO's own effect lies from its kind's; 0 by default.

    Attributes
    ----------
    protects : bool
        Whether any ACO of the arm has stop-loss in any year.
    monthly : MonthlyPayments or None
        What the year settled last pays by month, where any ACO elects it.
    ruined_leaves : bool
        Whether an ACO that the year settled last leaves in debt is out.
    """

    def __init__(
        self,
        rulebook: Rulebook,
        evidence: Evidence,
        trend: Trend,
        plans: tuple[AcoPlan, ...],
        own: Evidence | None = None,
        draw: Floats | None = None,
    ) -> None:
        self.rulebook = rulebook
        self._evidence = evidence
        self._trend = trend
        self._prospective: dict[tuple[int, int], Floats] = {}
        self._former_mssp = np.array([plan.former_mssp for plan in plans])
        self.entry = LeadEntry(rulebook, plans)
        self._prior_savings = earlier_savings(plans, evidence, np.zeros(len(plans)) if draw is None else draw)
        self._benchmarks: dict[int, tuple[bytes, LeadBenchmark]] = {}
        self._first_months: dict[int, Floats] = {}
        self._quality = LeadQuality(rulebook, evidence)
        self._care = CareEvidence.read(evidence if own is None else own, plans)
        self.protects = True
        self._payouts = NationalPayouts()
        self.monthly: MonthlyPayments | None = None
        self.ruined_leaves = False

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
            self._prospective[by3, year] = (
                self.prospective_factor(by3, year - 1) * self.prospective_factor(year - 1, year)
                if len(years) > 1
                else prospective_by_cell(self._trend, stated_growth(self.rulebook, years), years)
            )
        return self._prospective[by3, year]

    def _expected_growth(self, by3: int, year: int) -> Floats:
        """Return CMS's prospective growth since the year before, shape (cells,)."""
        return ratio(self.prospective_factor(by3, year), self.prospective_factor(by3, year - 1))

    def settle(self, year: int, experience: Shown, active: Flags) -> Settled:
        """Settle a performance year: everybody by each option and first year met, each ACO's own kept."""
        contracts = experience.contracts
        prevents = contracts.offers.falls & (contracts.program == "lead")
        scored = self._quality.scored(year, experience.year.aco, experience.quality, active, prevents)
        experience = replace(experience, quality=scored.earning)
        nothing = np.zeros(len(active), np.int64)
        result: Settled = scored.told() | {name: nothing.copy() for name in STOP_LOSS}
        elects = contracts.elects & (contracts.program == "lead")
        self.monthly = MonthlyPayments.nothing(len(active)) if (active & elects).any() else None
        options, starts = contracts.risk_option[active], contracts.agreement_start[active]
        for option, start in sorted(set(zip(options.tolist(), starts.tolist(), strict=True))):
            mine = (contracts.risk_option == option) & (contracts.agreement_start == start)
            base = self.benchmark(experience.history, experience.participants, start)
            terms = lead_terms(self.rulebook, year, option)
            settled, monthly = self._settle(year, experience, base, terms, mine & active)
            if self.monthly is not None and monthly is not None:
                self.monthly.take(monthly, mine & active & elects)
            for name, values in settled.items():
                into = result.setdefault(name, values)
                into[mine] = values[mine]
        leaves = contracts.elections.exit_month
        result |= self._quality.money(year, scored, result, active, leaves)
        return leave_early(result, leaves, exit_terms(self.rulebook, year))

    def settled_in(self, year: int, contracts: Contracts) -> tuple[int, Ints]:
        """Return the month of a year's final settlement, and of each ACO's first one, provisional or final.

        Months are counted from January of the performance year.
        """
        final, early = final_settlement(self.rulebook, year), contracts.elections.provisional
        first = provisional_terms(self.rulebook, year).month if (contracts.elects & early).any() else final
        return final, np.where(early, first, final)

    def _settle(
        self, year: int, experience: Shown, base: LeadBenchmark, terms: LeadTerms, mine: Flags
    ) -> tuple[Settled, MonthlyPayments | None]:
        seen, counted = experience.year, self.counted(year)
        paid = np.rint(seen.aco[..., Sum.SPEND] * counted).astype(np.int64)
        further = np.zeros(len(paid), np.int64) if experience.further is None else experience.further
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
        capitated = self._capitated(year, experience, base, baseline, inputs, done, terms)
        if capitated is not None:
            claims = paid - capitated.replaced
            paid = total_cost_of_care(claims, base_pcc=capitated.due)
        protected = self._protected(year, experience, done, mine)
        if capitated is not None and (early := experience.contracts.elections.provisional).any():
            when = provisional_terms(self.rulebook, year), terms
            net = None if protected is None else (protected.charge - protected.payout).sum(axis=-1)
            settle_early(capitated, early, net, self._care, when)
        spent = [spent_usd(paid, further)]
        if protected is not None:
            paid = paid + protected.charge - protected.payout
            spent.append(spent_usd(paid, further))
        # Without stop-loss first, and last as it is.
        _, *shares = share_savings(done.benchmark_usd, np.stack(spent), terms)
        shared, taken = (cents(one) for one in shares)
        settlement = shared - taken
        expended = paid.sum(axis=-1) + further
        benchmark = cents(done.benchmark_usd)
        settled = {
            "expenditure": paid,
            "risk_score": risk,
            "benchmark": benchmark,
            "benchmark_before_discount": cents(done.benchmark_before_discount_usd),
            "gross_savings": benchmark - expended,
            "bridge_cara": -further,
            "shared_savings": shared[-1],
            "sequestration": taken[-1],
            "settlement": settlement[-1],
            "admin_add_on": cents(done.add_on_usd),
            "quality_score": experience.quality.copy(),
            "quality_withhold": cents(withheld_of(done, terms)),
            "historical_benchmark": baseline.history_pbpm.copy(),
            "higher_spending": baseline.higher_spending.astype(np.int8),
            "agreement_start": np.full(len(paid), float(base.by3 + 1)),
            "financial_guarantee": self._guarantee(year, experience, base, terms.option),
            **bridge_parts(done.steps_usd),
            **guardrail_readings(self.rulebook, baseline, inputs, terms, expended),
        }
        if protected is not None:
            settled |= {**protected.told(), "stop_loss_settled": settlement[-1] - settlement[0]}
        if capitated is None:
            return settled, None
        return settled | capitated.told(), capitated.payments

    def _protected(
        self, year: int, experience: Shown, done: PerformanceYearSettlement, mine: Flags
    ) -> StopLossMoney | None:
        """Return payouts and charges of stop-loss; None where none of `mine` has it."""
        elected, lived = mine & experience.contracts.stop_loss, experience.lived
        if lived is None or not self.protects:
            return None
        seen, terms = experience.year, stop_loss_terms(self.rulebook, year)
        if not (elected.any() or terms.by_prior_year):
            return None
        counted = self.counted(year)
        neutral = self._payouts.neutral(year, lived, terms, counted)
        if not elected.any():
            return None
        pbpm = ratio(done.benchmark_cell_usd, seen.months) if terms.by_final else done.updated_pbpm
        benchmark = Expected(pbpm, seen.risk, seen.months)
        lists = experience.participants.practice_aco
        return stop_loss_of(lived, lists, elected, benchmark, terms, counted, neutral)

    def _guarantee(self, year: int, experience: Shown, base: LeadBenchmark, option: str) -> Ints:
        """Return financial guarantees in cents: a share of the last base year's spending."""
        terms = guarantee_terms(self.rulebook, year, option)
        self.ruined_leaves = terms.ruined_leaves
        before = base.inputs.base_pbpm[..., -1] * base.inputs.base_months[..., -1]
        made = [financial_guarantee(before.sum(axis=-1), rate=rate) for rate in (terms.option, terms.tcc)]
        return cents(np.where(experience.contracts.elections.tcc, made[1], made[0]))

    def _capitated(
        self,
        year: int,
        experience: Shown,
        base: LeadBenchmark,
        baseline: HistoricalBaseline,
        inputs: PerformanceYearInputs,
        done: PerformanceYearSettlement,
        terms: LeadTerms,
    ) -> Capitated | None:
        """Return the year's capitation and advances; None where nobody elects any.

        Quality is not known when payments are made, nor at provisional settlement, which takes it as good.
        """
        contracts, lists, history = experience.contracts, experience.participants, experience.history
        if self.monthly is None:
            return None
        rules, care = capitation_terms(self.rulebook, year), self._care
        growth = self.counted(year - 1) * self._expected_growth(base.by3, year)
        before = settle_performance_year(baseline, foreseen(year, experience, base, inputs, growth), terms)
        quality = np.full_like(inputs.quality_score, rules.quality_earned)

        def capitated(settled: PerformanceYearSettlement) -> Floats:
            usd, final = benchmark_at_quality(settled, quality, terms)
            pbpm, left = ratio(usd, inputs.months), ratio(final, settled.before_discount_pbpm)
            return capitated_benchmark(ratio(pbpm, left[:, None]), pbpm, base=rules.benchmark)

        lookback, now = (
            LivedYear(lists.observe(history, one).aco, lists.nationwide(history, one), self.counted(one))
            for one in (year - 1, year)
        )
        return capitation_of(
            contracts.elections,
            rules,
            self.settled_in(year, contracts),
            care,
            YearOfPayments(
                year=now,
                lookback=lookback,
                monthly=added_by(lists.practice_aco, len(lists), history[year].monthly),
                preliminary=capitated(before),
                final=capitated(done),
                trend=self._expected_growth(base.by3, year),
            ),
            done.benchmark_before_discount_usd * (1.0 - done.discount),
        )

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
