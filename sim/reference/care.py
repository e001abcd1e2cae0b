"""Care, money and counts of a plain-Mesa year: the second half of the beneficiary-year in scalar Python."""

from __future__ import annotations

from math import exp, log
from typing import Any

from sim.kernels.codes import AGED_IN, LARGEST_CENTS, NO_SUPPLEMENT, RISK_UNIT, MonthSum, Sum
from sim.reference.episodes import Begun, Situation, Treatment, in_cents, normal_quantile
from sim.reference.inputs import binomial, index_above, poisson


class Care(Treatment):
    """What a person's year costs and counts for."""

    def live_care(self, year: Situation) -> None:
        """Use care, spend, and add to the sums of the practice aligned to, or of the market."""
        self.event = self.admissions = self.snf_days = self.late_months = 0
        if self.months == 0:
            return
        model = self.model
        aligned = self.aligned >= 0
        place = self.aligned if aligned else len(model.practices.efficiency) + self.market
        sums = model.sums[place][self.cell]
        base = self.ambulatory(year)
        procedure = self.procedure(year)
        event, event_month, caused = self.acute_event(year, sums)
        # Who is spared a stay lives on as if it had been.
        stayed = self.admissions * self.happened
        lump_sums = [(event, event_month)]
        if procedure:
            lump_sums.append((procedure.cents, procedure.month))
            sums[Sum.PROCEDURES] += procedure.cents
        self.spend = min(base + sum(cents for cents, _ in lump_sums), LARGEST_CENTS)
        self.event = 1 if self.admissions else 0
        begun = [one for one in (procedure, *caused) if one]
        self.book_episodes([*begun, *self.chronic(year, base, event)], place)
        self.use(year, sums)
        self.measure(year, base, sums)
        stays = stayed + (procedure.inpatient if procedure else 0)
        sums[Sum.STAYS] += stays
        if stays:
            sums[Sum.EVENT] += event
        self.complex_care(year, sums)
        self.book(year, place, model.practices.coding[self.aligned] if aligned else 1.0, lump_sums)
        model.lived += 1

    def ambulatory(self, year: Situation) -> int:
        """Return cents of ambulatory care."""
        if not year.uses:
            return 0
        rules = self.model.health.ambulatory
        expected = rules.base_share[year.kind] * self.price(year.kind) * self.effects()[0]
        expected *= self.months / 12.0 * year.relative
        luck = exp(rules.base_spread[year.kind] * normal_quantile(self.draws.ambulatory_cost()))
        return in_cents(expected * luck * (rules.no_supplement if self.traits & NO_SUPPLEMENT else 1.0))

    def acute_event(self, year: Situation, sums: Any) -> tuple[int, int, list[Begun]]:
        """Return cents and month of an acute event and the episodes it is; write its stays and SNF days.

        The event that is drawn happens so often as an ACO lets it, and SNF care after it too.
        """
        rules, draws = self.model.health.events, self.draws
        self.happened = self.snf_stays = 0
        if draws.event() >= self.chance_of_event(year):
            return 0, 0, []
        cause = index_above(draws.cause(), rules.cause_share[self.cause_row(year)])
        size = rules.event_amount_slope * log(year.relative)
        luck = rules.event_spread[year.kind] * normal_quantile(draws.event_cost())
        event = rules.event_share[year.kind] * self.price(year.kind) * self.effects()[1]
        event *= rules.cause_cost[cause] * exp(size + luck)
        if year.dies:
            event *= rules.death_amount
        further = poisson(draws.stays(), rules.stays_extra, rules.most_stays)
        self.admissions = 1 + further
        snf = draws.snf() < rules.snf_chance
        if snf:
            self.snf_days = min(rules.most_snf_days, 1 + int(-rules.snf_days * log(draws.snf_days())))
        times, after = (
            int(rate + draw())
            for rate, draw in zip(self.rates(), (draws.averted, draws.sent_home), strict=True)
        )
        self.happened, self.snf_stays = times, times * after
        hospice = year.dies and draws.hospice() < rules.hospice
        if snf and not hospice:
            event *= 1.0 + rules.snf_part * (after - 1.0)
        one = min(in_cents(event), LARGEST_CENTS)
        cents = min(times * one, LARGEST_CENTS)
        sums[Sum.READMISSIONS] += times * binomial(draws.readmissions(), further, rules.readmission)
        sums[Sum.SNF_DAYS] += self.snf_days * self.snf_stays
        if hospice:
            sums[Sum.EVENT_HOSPICE] += cents
        elif snf and after:
            sums[Sum.EVENT_SNF] += cents
        month = self.index_month(year, draws.event_month())
        return cents, month, self.count_cause(year, cause, one, month, sums)

    def count_cause(self, year: Situation, cause: int, cents: int, month: int, sums: Any) -> list[Begun]:
        """Return the episodes that an acute event is, if any; count their follow-up, and the falls."""
        rules, of_episodes = self.model.health.events, self.model.health.episodes
        if year.age >= AGED_IN and rules.first_fall_cause <= cause <= rules.last_fall_cause:
            sums[Sum.FALL_STAYS] += self.happened
        kind = of_episodes.cause_kind[cause]
        if kind < 0:
            return []
        if not year.dies:
            sums[Sum.FOLLOW_UPS_DUE] += self.happened
            sums[Sum.FOLLOW_UPS_MADE] += self.happened * (self.draws.follow_up() < rules.follow_up)
        share = of_episodes.share[kind]
        expected = 0
        if self.model.asked.referred:
            expected = in_cents(self.mean_event(year) * rules.cause_cost[cause] * share)
        return [Begun(kind, month, int(cents * share), expected, 1)] * self.happened

    def use(self, year: Situation, sums: Any) -> None:
        """Count ED and PQEM visits; a stay that is averted brings none, one that comes again brings more."""
        if not year.uses:
            return
        rules, draws = self.model.health.emergency, self.draws
        mean = rules.ed_visits * (1.0 - rules.ed_risk + rules.ed_risk * year.relative) * (self.months / 12.0)
        stayed = self.admissions * self.happened
        visits = poisson(draws.emergencies(), mean + rules.ed_stay * stayed, rules.most_ed_visits)
        sums[Sum.ED_VISITS] += visits
        if year.age >= AGED_IN and visits:
            sums[Sum.FALL_ED_VISITS] += binomial(draws.fall_visits(), visits, rules.ed_fall)
        sums[Sum.PQEM_VISITS] += year.visits

    def measure(self, year: Situation, base: int, sums: Any) -> None:
        """Count what electronic quality measures look at."""
        masks, rules = self.model.health.conditions, self.model.health.quality
        if not year.uses:
            return
        if year.carried & masks.drug_treated:
            sums[Sum.BASE_DRUG] += base
        if year.carried & masks.hypertension:
            sums[Sum.HYPERTENSION] += 1
            sums[Sum.PRESSURE_CONTROLLED] += self.draws.clinical_value() < rules.pressure_controlled
        if year.carried & masks.diabetes:
            sums[Sum.DIABETES] += 1
            sums[Sum.GLYCEMIC_POOR] += 1.0 - self.draws.clinical_value() < rules.glycemic_poor

    def complex_care(self, year: Situation, sums: Any) -> None:
        """Count unplanned stays and days away of people with several chronic conditions."""
        rules = self.model.health.quality
        several = (year.carried & self.model.disease.chronic).bit_count()
        if several >= rules.complex_conditions:
            sums[Sum.COMPLEX_MONTHS] += self.months
            stayed = self.admissions * self.happened
            sums[Sum.COMPLEX_STAYS] += stayed
            sums[Sum.DAYS_AWAY] += self.snf_days * self.snf_stays + int(rules.stay_days * stayed)

    def concurrent_score(self, conditions: int) -> float:
        """Return the concurrent High Needs score."""
        score: float = self.model.health.high_needs.concurrent_base
        for values, byte in zip(self.model.disease.concurrent, conditions.to_bytes(4, "little"), strict=True):
            score += values[byte]
        return score

    def months_after_need(self, year: Situation, event_month: int) -> int:
        """Return the months from the quarter after a High Needs criterion is first met in the year."""
        criteria = self.model.health.high_needs
        admitted = self.admissions >= criteria.admissions
        by_care = (
            admitted and year.coded_score >= criteria.score_with_admissions
        ) or self.snf_days >= criteria.snf_days
        if self.cell % 3 != 0 or not (by_care or year.developed & criteria.conditions):
            return 0
        self.high_needs = 1
        met = event_month if by_care else self.index_month(year, self.draws.high_needs_month())
        quarter_end = 3 * ((met + 2) // 3)
        return max(0, year.first_month + self.months - 1 - quarter_end)

    def book(self, year: Situation, place: int, coding: float, lump_sums: list[tuple[int, int]]) -> None:
        """Book months, money and risk, those after a High Needs criterion is met in the High Needs cell.

        Money that belongs to a month is in `lump_sums`, cents and month, that of the acute event first.
        """
        late = self.late_months = self.months_after_need(year, lump_sums[0][1])
        true_risk, coded_risk = year.score, year.coded_score * (1.0 if year.new else coding)
        concurrent = self.concurrent_score(year.developed)
        on_claims = self.concurrent_score(year.developed & ~year.missing)
        if late or self.cell % 3 == 2:
            self.needy_risk = on_claims
        cells = self.model.sums[place]
        now = cells[self.cell]
        late_cents = self.spend * late // self.months
        if late:
            later = cells[self.cell + 2]
            add(later, late, late_cents, concurrent, on_claims * coding)
        if self.cell % 3 == 2:
            true_risk, coded_risk = concurrent, on_claims * coding
        add(now, self.months - late, self.spend - late_cents, true_risk, coded_risk)
        now[Sum.PERSONS] += 1
        now[Sum.DEATHS] += year.dies
        if self.model.asked.monthly:
            by_month = self.model.monthly[place]
            early = range(year.first_month, year.first_month + self.months - late)
            spread_money(by_month[self.cell], early, self.spend - late_cents, lump_sums)
            if late:
                rest = range(early.stop, early.stop + late)
                spread_money(by_month[self.cell + 2], rest, late_cents, lump_sums)


def add(sums: Any, months: int, cents: int, true_risk: float, coded_risk: float) -> None:
    """Add months, money and risk to sums; everybody is their own reference."""
    sums[Sum.MONTHS] += months
    sums[Sum.SPEND] += cents
    sums[Sum.REFERENCE] += cents
    sums[Sum.TRUE_RISK] += int(true_risk * RISK_UNIT + 0.5) * months
    sums[Sum.CODED_RISK] += int(coded_risk * RISK_UNIT + 0.5) * months


def spread_money(by_month: Any, months: range, cents: int, lump_sums: list[tuple[int, int]]) -> None:
    """Book money by calendar month: lump sums, as far as it reaches, in theirs, and the rest evenly."""
    money = dict.fromkeys(months, 0)
    left = cents
    for lump, month in lump_sums:
        if month in money:
            money[month] += min(lump, left)
            left -= min(lump, left)
    for so_far, month in enumerate(months):
        due = left * (so_far + 1) // len(months) - left * so_far // len(months)
        by_month[month - 1][MonthSum.MONTHS] += 1
        by_month[month - 1][MonthSum.SPEND] += money[month] + due
