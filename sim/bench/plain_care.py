"""Care, money and counts of a plain-Mesa year: the second half of the beneficiary-year in scalar Python."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log
from statistics import NormalDist
from typing import Any, NamedTuple

from sim.bench.plain_inputs import Draws, Person, binomial, poisson
from sim.kernels.codes import AGED_IN, NO_SUPPLEMENT, RISK_UNIT, Episode, EpisodeSum, Kind, Sum

LARGEST_CENTS = 2_000_000_000

normal_quantile = NormalDist().inv_cdf


class Situation(NamedTuple):
    """What is known of a person's year when care begins; `carried` on 1 January, `developed` in the year."""

    kind: int
    age: int
    first_month: int
    carried: int
    developed: int
    missing: int
    score: float
    coded_score: float
    relative: float
    uses: bool
    visits: int
    dies: bool


def index_above(u: float, cumulative: Sequence[float]) -> int:
    """Return the first index whose cumulative share exceeds `u`; past the end, their number."""
    return next((k for k, share in enumerate(cumulative) if u < share), len(cumulative))


class Care(Person):
    """What a person's year costs and counts for."""

    model: Any
    draws: Draws

    def live_care(self, year: Situation) -> None:
        """Use care, spend, and add to the sums of the practice aligned to, or of the market."""
        had_event = self.event
        self.event = self.admissions = self.snf_days = 0
        if self.months == 0:
            return
        model = self.model
        aligned = self.aligned >= 0
        place = self.aligned if aligned else len(model.practices.efficiency) + self.market
        sums, episodes = model.sums[place][self.cell], model.episodes[place]
        base = self.ambulatory(year)
        procedure, planned = self.procedure(year, episodes)
        event = self.acute_event(year, had_event, sums, episodes)
        self.spend = min(base + procedure + event, LARGEST_CENTS)
        self.event = 1 if event > 0 else 0
        self.use(year, sums)
        self.measure(year, base, event, sums, episodes)
        stays = self.admissions + planned
        sums[Sum.STAYS] += stays
        if stays:
            sums[Sum.EVENT] += event
        sums[Sum.PROCEDURES] += procedure
        self.complex_care(year, sums)
        self.book(year, place, model.practices.coding[self.aligned] if aligned else 1.0)
        model.lived += 1

    def effects(self) -> tuple[float, float]:
        """Return what ACOs do to the person's ambulatory and acute spending, as factors."""
        practices = self.model.practices
        if self.aligned < 0:
            return practices.base_spill[self.practice], practices.event_spill[self.practice]
        further = practices.high_needs_effect[self.aligned] if self.high_needs else 1.0
        return practices.base_effect[self.aligned] * further, practices.event_effect[self.aligned] * further

    def price(self, kind: int) -> float:
        """Return yearly dollars of an average person of a kind, at the practice's efficiency."""
        level: float = self.model.markets.level[self.market][kind]
        efficiency: float = self.model.practices.efficiency[self.practice]
        return level * efficiency

    def ambulatory(self, year: Situation) -> int:
        """Return cents of ambulatory care."""
        if not year.uses:
            return 0
        health = self.model.health
        expected = health.ambulatory.base_share[year.kind] * self.price(year.kind) * self.effects()[0]
        expected *= self.months / 12.0 * year.relative
        luck = exp(health.ambulatory.base_spread[year.kind] * normal_quantile(self.draws.ambulatory_cost()))
        supplement = health.ambulatory.no_supplement if self.traits & NO_SUPPLEMENT else 1.0
        return int(100.0 * (expected * luck * supplement) + 0.5)

    def index_month(self, year: Situation, u: float) -> int:
        """Return the month in which something of the year begins."""
        return year.first_month + int(self.months * u)

    def procedure(self, year: Situation, episodes: Any) -> tuple[int, int]:
        """Return cents of a procedure, if any, and 1 when it is a hospital stay."""
        health, draws = self.model.health, self.draws
        if not year.uses:
            return 0, 0
        which = index_above(draws.procedure() / (self.months / 12.0), health.episodes.procedure_share[0])
        if which == len(health.episodes.procedure_share[0]):
            return 0, 0
        price = self.price(Kind.AGED_NON_DUAL) * self.effects()[0]
        spread = health.episodes.procedure_spread[which]
        luck = exp(spread * normal_quantile(draws.procedure_cost()) - 0.5 * spread * spread)
        cents = int(100.0 * (health.episodes.procedure_cost[which] * price * luck) + 0.5)
        stay = 1 if draws.procedure_setting() < health.episodes.procedure_inpatient[which] else 0
        episode = episodes[health.episodes.procedure_kind[which]]
        episode[EpisodeSum.COUNT] += 1
        episode[EpisodeSum.COST] += cents
        episode[EpisodeSum.INPATIENT] += stay
        episode[EpisodeSum.MONTH] += self.index_month(year, draws.procedure_month())
        return cents, stay

    def acute_event(self, year: Situation, had_event: int, sums: Any, episodes: Any) -> int:
        """Return cents of an acute event, if there is one; write its stays and SNF days."""
        health, draws = self.model.health, self.draws
        risk = 1.0 - health.events.event_slope + health.events.event_slope * year.relative
        chance = health.events.event_chance[year.kind] * risk
        if had_event:
            chance += health.events.event_carry * (1.0 - chance)
        chance *= self.months / 12.0
        if year.dies:
            chance = max(chance, health.events.death_event)
        if draws.event() >= chance:
            return 0
        row = (1 if year.carried & health.conditions.heart_failure else 0) + (
            2 if year.carried & health.conditions.copd else 0
        )
        cause = index_above(draws.cause(), health.events.cause_share[row])
        size = health.events.event_amount_slope * log(year.relative)
        luck = health.events.event_spread[year.kind] * normal_quantile(draws.event_cost())
        event = health.events.event_share[year.kind] * self.price(year.kind) * self.effects()[1]
        event *= health.events.cause_cost[cause] * exp(size + luck)
        if year.dies:
            event *= health.events.death_amount
        cents = min(int(100.0 * event + 0.5), LARGEST_CENTS)
        further = poisson(draws.stays(), health.events.stays_extra, health.events.most_stays)
        self.admissions = 1 + further
        sums[Sum.READMISSIONS] += binomial(draws.readmissions(), further, health.events.readmission)
        snf = draws.snf() < health.events.snf_chance
        if snf:
            self.snf_days = min(
                health.events.most_snf_days, 1 + int(-health.events.snf_days * log(draws.snf_days()))
            )
            sums[Sum.SNF_DAYS] += self.snf_days
        if year.dies and draws.hospice() < health.events.hospice:
            sums[Sum.EVENT_HOSPICE] += cents
        elif snf:
            sums[Sum.EVENT_SNF] += cents
        self.count_cause(year, cause, cents, sums, episodes)
        return cents

    def count_cause(self, year: Situation, cause: int, cents: int, sums: Any, episodes: Any) -> None:
        """Count the episode and the fall that an acute event is, and its follow-up."""
        health, draws = self.model.health, self.draws
        kind = health.episodes.cause_kind[cause]
        if kind >= 0:
            episode = episodes[kind]
            episode[EpisodeSum.COUNT] += 1
            episode[EpisodeSum.COST] += int(cents * health.episodes.share[kind])
            episode[EpisodeSum.INPATIENT] += 1
            episode[EpisodeSum.MONTH] += self.index_month(year, draws.event_month())
            if not year.dies:
                sums[Sum.FOLLOW_UPS_DUE] += 1
                sums[Sum.FOLLOW_UPS_MADE] += draws.follow_up() < health.events.follow_up
        if year.age >= AGED_IN and health.events.first_fall_cause <= cause <= health.events.last_fall_cause:
            sums[Sum.FALL_STAYS] += 1

    def use(self, year: Situation, sums: Any) -> None:
        """Count ED and PQEM visits."""
        if not year.uses:
            return
        health, draws = self.model.health, self.draws
        mean = (
            health.emergency.ed_visits
            * (1.0 - health.emergency.ed_risk + health.emergency.ed_risk * year.relative)
            * (self.months / 12.0)
        )
        visits = poisson(
            draws.emergencies(),
            mean + health.emergency.ed_stay * self.admissions,
            health.emergency.most_ed_visits,
        )
        sums[Sum.ED_VISITS] += visits
        if year.age >= AGED_IN and visits:
            sums[Sum.FALL_ED_VISITS] += binomial(draws.fall_visits(), visits, health.emergency.ed_fall)
        sums[Sum.PQEM_VISITS] += year.visits

    def measure(self, year: Situation, base: int, event: int, sums: Any, episodes: Any) -> None:
        """Count chronic episodes and what electronic quality measures look at."""
        health = self.model.health
        if not year.uses:
            return
        if year.carried & health.conditions.drug_treated:
            sums[Sum.BASE_DRUG] += base
        if year.carried & health.conditions.hypertension:
            sums[Sum.HYPERTENSION] += 1
            sums[Sum.PRESSURE_CONTROLLED] += self.draws.clinical_value() < health.quality.pressure_controlled
        if year.carried & health.conditions.diabetes:
            sums[Sum.DIABETES] += 1
            sums[Sum.GLYCEMIC_POOR] += 1.0 - self.draws.clinical_value() < health.quality.glycemic_poor
        for condition, kind, cents in (
            (health.conditions.diabetes, Episode.DIABETES_CHRONIC, base),
            (health.conditions.heart_failure, Episode.HF_CHRONIC, base + event),
            (health.conditions.rheumatoid_arthritis, Episode.RHEUMATOID_ARTHRITIS, base),
        ):
            if year.carried & condition:
                episodes[kind][EpisodeSum.COUNT] += 1
                episodes[kind][EpisodeSum.COST] += int(cents * health.episodes.share[kind])

    def complex_care(self, year: Situation, sums: Any) -> None:
        """Count unplanned stays and days away of people with several chronic conditions."""
        several = (year.carried & self.model.disease.chronic).bit_count()
        if several >= self.model.health.quality.complex_conditions:
            sums[Sum.COMPLEX_MONTHS] += self.months
            sums[Sum.COMPLEX_STAYS] += self.admissions
            if self.admissions:
                sums[Sum.DAYS_AWAY] += self.snf_days + int(
                    self.model.health.quality.stay_days * self.admissions
                )

    def concurrent_score(self, conditions: int) -> float:
        """Return the concurrent High Needs score."""
        score: float = self.model.health.high_needs.concurrent_base
        for values, byte in zip(self.model.disease.concurrent, conditions.to_bytes(4, "little"), strict=True):
            score += values[byte]
        return score

    def months_after_need(self, year: Situation) -> int:
        """Return the months from the quarter after a High Needs criterion is first met in the year."""
        health = self.model.health
        admitted = self.admissions >= health.high_needs.admissions
        by_care = (
            admitted and year.coded_score >= health.high_needs.score_with_admissions
        ) or self.snf_days >= health.high_needs.snf_days
        if self.cell % 3 != 0 or not (by_care or year.developed & health.high_needs.conditions):
            return 0
        self.high_needs = 1
        draws = self.draws
        met = self.index_month(year, draws.event_month() if by_care else draws.high_needs_month())
        quarter_end = 3 * ((met + 2) // 3)
        return max(0, year.first_month + self.months - 1 - quarter_end)

    def book(self, year: Situation, place: int, coding: float) -> None:
        """Book months, money and risk, those after a High Needs criterion is met in the High Needs cell."""
        late = self.months_after_need(year)
        true_risk, coded_risk = year.score, year.coded_score
        concurrent = self.concurrent_score(year.developed)
        on_claims = self.concurrent_score(year.developed & ~year.missing)
        cells = self.model.sums[place]
        now = cells[self.cell]
        late_cents = self.spend * late // self.months
        if late:
            later = cells[self.cell + 2]
            add(later, late, late_cents, concurrent, on_claims * coding)
        if self.cell % 3 == 2:
            true_risk, coded_risk = concurrent, on_claims
        add(now, self.months - late, self.spend - late_cents, true_risk, coded_risk * coding)
        now[Sum.PERSONS] += 1
        now[Sum.DEATHS] += year.dies


def add(sums: Any, months: int, cents: int, true_risk: float, coded_risk: float) -> None:
    """Add months, money and risk to sums; everybody is their own reference."""
    sums[Sum.MONTHS] += months
    sums[Sum.SPEND] += cents
    sums[Sum.REFERENCE] += cents
    sums[Sum.TRUE_RISK] += int(true_risk * RISK_UNIT + 0.5) * months
    sums[Sum.CODED_RISK] += int(coded_risk * RISK_UNIT + 0.5) * months
