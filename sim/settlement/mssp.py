"""The Shared Savings Program behind the door: enrollment types, agreements, rebasing, minimum rates.

People are assigned as LEAD aligns them. Every ACO is taken to have met the quality standard, with the quality
score of the year. An ACO's Participants' revenue, which limits its losses in BASIC, is known only where a
scenario states it. Savings before the first year that an arm settles count as none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.inputs.mssp_terms import agreement_terms, glide, msr_table, mssp_terms
from sim.inputs.rulebook import Rulebook
from sim.kernels.codes import Sum, TypeSum
from sim.policy import arrays
from sim.policy.msr import minimum_savings_rate
from sim.policy.mssp import MsspQuality, settle, sharing_steps
from sim.policy.mssp_agreement import (
    STEPS,
    AgreementBenchmark,
    AgreementInputs,
    AgreementTerms,
    YearInputs,
    agreement_benchmark,
    updated_benchmark,
)
from sim.policy.mssp_benchmark import base_years, guarded_benchmark
from sim.population.experience import ratio
from sim.population.trend import Trend
from sim.population.types import TypeExperience
from sim.settlement.bridge import SHARING, bridge_parts, coded_over_true
from sim.settlement.calendar import mssp_agreements
from sim.settlement.program import Flags, Floats, History, Ints, Participants, Settled, Shown, cents
from sim.settlement.prospective import prospective_by_type


@dataclass(frozen=True, eq=False)
class SettledYear:
    """What a settled year means for the prior savings adjustment of a later agreement; arrays (acos,).

    Attributes
    ----------
    savings : float64 array
        Benchmark less expenditure in USD per person-year, 0 for an ACO that was not settled.
    person_years : float64 array
        0 likewise.
    """

    savings: Floats
    person_years: Floats


class Mssp:
    """The Shared Savings Program in one arm.

    Parameters
    ----------
    rulebook : Rulebook
        ``mssp``.
    trend : Trend
        Gives the prospective trend: the growth that is expected without knowing the replicate.
    """

    def __init__(self, rulebook: Rulebook, trend: Trend) -> None:
        self.rulebook = rulebook
        self._trend = trend
        self._settled: dict[int, SettledYear] = {}
        self._seen: dict[int, tuple[bytes, TypeExperience]] = {}

    def _types(self, history: History, participants: Participants, year: int) -> TypeExperience:
        known = self._seen.get(year)
        if known is None or known[0] != participants.key:
            known = participants.key, participants.observe_types(history, year)
            self._seen[year] = known
        return known[1]

    def benchmark(self, history: History, participants: Participants, agreement: int) -> dict[str, Floats]:
        """Return the base years of an agreement by enrollment type, for the present list of TINs.

        The fields of :class:`sim.policy.mssp_agreement.AgreementInputs` that they fill, and of BY3 the
        demographic score and coded over true risk.
        """
        seen = [self._types(history, participants, int(year)) for year in base_years(agreement)]

        def base(name: str) -> Floats:
            return np.stack([getattr(one, name) for one in seen], axis=-1)

        national_risk, national = base("national_risk"), base("national_per_capita")
        return {
            "per_capita": base("per_capita"),
            "risk": ratio(base("risk"), national_risk),
            "region_per_capita": base("region_per_capita"),
            "region_risk": ratio(base("region_risk"), national_risk),
            "national_per_capita": national,
            "national_risk": np.ones_like(national),
            "market_share": base("market_share"),
            "person_years": seen[-1].person_years,
            "dual_share": seen[-1].dual_share,
            "needy_share": seen[-1].dual_share,
            "demographic": ratio(seen[-1].demographic, seen[-1].national_demographic),
            "coded": coded_by_type(seen[-1]),
        }

    def _prior_savings(self, start: int, n: int) -> tuple[Floats, Floats]:
        """Return savings by base year (acos, by), and mean person-years of the years that were settled."""
        none = SettledYear(np.zeros(n), np.zeros(n))
        years = [self._settled.get(int(year), none) for year in base_years(start)]
        people = np.stack([year.person_years for year in years], axis=-1)
        mean = ratio(people.sum(axis=-1), np.count_nonzero(people, axis=-1))
        return np.stack([year.savings for year in years], axis=-1), mean

    def agreement(
        self, experience: Shown, start: int, number: Ints, terms: AgreementTerms
    ) -> tuple[AgreementBenchmark, dict[str, Floats]]:
        """Return the benchmark of agreements of one start, and the base years it rests on.

        `number`, shape (acos,), says which agreement it is for each ACO.
        """
        base = self.benchmark(experience.history, experience.participants, start)
        savings, people = self._prior_savings(start, len(experience.participants))
        fields = {name: values for name, values in base.items() if name not in ("demographic", "coded")}
        inputs = AgreementInputs(
            **fields,
            times_used=number.astype(np.float64),
            prior_savings=savings,
            prior_person_years=people,
        )
        return agreement_benchmark(inputs, terms), base

    def settle(self, year: int, experience: Shown, active: Flags) -> Settled:
        """Settle a performance year.

        Everybody's benchmark is worked out by each agreement met, and each ACO's own kept.
        """
        contracts, participants = experience.contracts, experience.participants
        types = self._types(experience.history, participants, year)
        start, number = mssp_agreements(contracts, year, self.rulebook)
        n = len(participants)
        three_way, two_way, at_by3 = np.zeros(n), np.zeros(n), np.zeros(n)
        steps = np.zeros((n, len(STEPS)))
        met = set(zip(start[active].tolist(), (number[active] == 1).tolist(), strict=True))
        for began, first in sorted(met):
            mine = (start == began) & ((number == 1) == first)
            terms = agreement_terms(self.rulebook, began, first=first)
            agreed, base = self.agreement(experience, began, number, terms)
            updated = updated_benchmark(agreed, self._year_inputs(types, base, began, year), terms)
            three_way[mine], two_way[mine] = updated.three_way_usd[mine], updated.two_way_usd[mine]
            steps[mine] = updated.steps_usd[mine]
            at_by3[mine] = arrays.weighted_mean(agreed.benchmark, base["person_years"])[mine]
        track = glide(contracts.track, year - contracts.track_year)
        terms_of = mssp_terms(self.rulebook, track, np.full(n, year), start)
        lives = types.aco[..., TypeSum.PERSONS].sum(axis=-1)
        minimum = minimum_savings_rate(
            lives, terms_of.two_sided, contracts.elected_rate, msr_table(self.rulebook)
        )
        spent = types.aco[..., TypeSum.TRUNCATED].sum(axis=-1)
        benchmark = guarded_benchmark(three_way, two_way, spent / 100.0, minimum)
        everybody = np.ones(n, dtype=bool)
        quality = MsspQuality(experience.quality, everybody, ~everybody)
        done = settle(
            benchmark,
            spent / 100.0,
            minimum,
            lives,
            quality=quality,
            terms=terms_of,
            revenue_usd=contracts.revenue_share * types.aco[..., TypeSum.SPEND].sum(axis=-1) / 100.0,
            low_revenue=contracts.low_revenue,
        )
        people = types.person_years.sum(axis=-1)
        self._settled[year] = SettledYear(
            np.where(active, ratio(np.ones(n), people) * done.gross_usd, 0.0), np.where(active, people, 0.0)
        )
        in_cents = cents(benchmark)
        shared, paid = cents(done.shared_usd), cents(done.settlement_usd)
        return {
            "expenditure": split(spent, experience.year.aco[..., Sum.SPEND]),
            "benchmark": in_cents,
            "benchmark_before_discount": in_cents.copy(),
            "gross_savings": in_cents - spent,
            "shared_savings": shared,
            "sequestration": shared - paid,
            "settlement": paid,
            "admin_add_on": np.zeros(n, np.int64),
            "quality_score": experience.quality.copy(),
            "agreement_start": start.astype(np.float64),
            "minimum_savings_rate": minimum,
            "agreement_benchmark": at_by3,
            # The guardrail, which goes by the year's expenditure, stays with the prices.
            **bridge_parts(steps, STEPS[1:]),
            **bridge_parts(sharing_steps(done, minimum, quality, terms_of), SHARING),
        }

    def _year_inputs(self, types: TypeExperience, base: dict[str, Any], start: int, year: int) -> YearInputs:
        national = types.national_per_capita
        demographic = ratio(types.demographic, types.national_demographic)
        return YearInputs(
            person_years=types.person_years,
            risk=ratio(types.risk, types.national_risk),
            demographic_growth=arrays.ratio(demographic, base["demographic"], 1.0),
            region_per_capita=types.region_per_capita,
            region_risk=ratio(types.region_risk, types.national_risk),
            market_share=types.market_share,
            national_per_capita=national,
            national_risk=np.ones_like(national),
            # The accountable care prospective trend (42 CFR 425.660), whose yearly growth is not public.
            prospective=prospective_by_type(self._trend, start - 1, year),
            coded=coded_by_type(types) / base["coded"],
        )


def coded_by_type(types: TypeExperience) -> Floats:
    """Return coded over true risk, shape (acos, kinds); 1 where there is nobody."""
    return coded_over_true(types.aco[..., TypeSum.CODED_RISK], types.aco[..., TypeSum.TRUE_RISK])


def split(total: Ints, parts: Ints) -> Ints:
    """Split whole cents (acos,) in proportion to `parts` (acos, cells); the largest part takes the rest."""
    weight = parts / np.maximum(parts.sum(axis=-1, keepdims=True), 1)
    shares: Ints = np.floor(weight * total[:, None]).astype(np.int64)
    rest = total - shares.sum(axis=-1)
    shares[np.arange(len(total)), parts.argmax(axis=-1)] += rest
    return shares
