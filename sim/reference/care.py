"""Care, money and counts of a plain-Mesa year: the second half of the beneficiary-year in scalar Python."""

from __future__ import annotations

from math import exp, log
from typing import Any

from sim.kernels.codes import AGED_IN, LARGEST_CENTS, NO_SUPPLEMENT, RISK_UNIT, Kind, MonthSum, Sum
from sim.kernels.falls import COURSES_SINCE
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
        self.begin_home_care(year)
        base = self.ambulatory(year)
        self.begin_course(year, sums)
        procedures = self.procedures(year)
        event, event_month, caused = self.acute_event(year, sums)
        base -= self.visit_emergency(year, base, sums)
        # Who is spared a stay lives on as if it had been.
        stayed = self.admissions * self.happened
        lump_sums = [(event, event_month)]
        if procedures:
            total = sum(one.cents for one in procedures)
            lump_sums.append((total, procedures[0].month))
            sums[Sum.PROCEDURES] += total
        self.spend = min(base + sum(cents for cents, _ in lump_sums), LARGEST_CENTS)
        self.event = 1 if self.admissions else 0
        self.book_episodes(year, [*procedures, *caused, *self.chronic(year, base, event)], place)
        sums[Sum.PQEM_VISITS] += year.visits
        sums[Sum.YOUNG_MONTHS] += self.months * (year.age < AGED_IN)
        self.measure(year, base, sums)
        stays = stayed + sum(one.inpatient for one in procedures)
        sums[Sum.STAYS] += stays
        if stays:
            sums[Sum.EVENT] += event
        self.complex_care(year, sums)
        self.book(year, place, model.practices.coding[self.aligned] if aligned else 1.0, lump_sums)
        if model.asked.served and aligned:
            self.book_served(year, (base, sum(one.cents for one in procedures), event), event_month, sums)
        model.lived += 1

    def ambulatory(self, year: Situation) -> int:
        """Return cents of ambulatory care."""
        self.usual_base = 0
        if not year.uses:
            return 0
        rules = self.model.health.ambulatory
        expected = rules.base_share[year.kind] * self.price(year.kind) * self.effects()[0]
        expected *= self.months / 12.0 * year.relative
        luck = exp(rules.base_spread[year.kind] * normal_quantile(self.draws.ambulatory_cost()))
        cents = in_cents(expected * luck * (rules.no_supplement if self.traits & NO_SUPPLEMENT else 1.0))
        practices, to = self.model.practices, self.aligned
        bare = self.traits & NO_SUPPLEMENT and to >= 0
        if bare and self.once("cost_sharing_support") < practices.support_uptake[to]:
            cents = int(cents * practices.support_effect[to] + 0.5)
        self.usual_base = cents
        return int(cents * self.home_factor(year) + 0.5) if self.at_home else cents

    def begin_course(self, year: Situation, sums: Any) -> None:
        """Begin falls prevention, once in a lifetime, where it is offered; note whether any protects."""
        rules, now = self.model.health.falls, self.model.year - COURSES_SINCE
        offered = self.model.practices.falls_uptake[self.aligned] if self.aligned >= 0 else 0.0
        at_risk = rules.at_risk + rules.at_risk_slope * year.relative
        may = offered > 0.0 and year.age >= AGED_IN and not self.falls_course
        if may and self.once("at_risk_of_falls") < at_risk and self.once("falls_prevention") < offered:
            self.falls_course = now
            sums[Sum.FALLS_COURSES] += 1
        begun = year.age >= AGED_IN and self.falls_course > 0
        self.protected = begun and now - self.falls_course < rules.lasts
        sums[Sum.FALLS_PROTECTED] += self.protected

    def visit_emergency(self, year: Situation, base: int, sums: Any) -> int:
        """Count ED visits, falls among them and those that prevention averts; return what these save."""
        self.emergencies = self.fall_visits = 0
        if not year.uses:
            return 0
        rules, draws = self.model.health.emergency, self.draws
        stayed = self.admissions * self.usual_times
        mean = rules.ed_visits * (1.0 - rules.ed_risk + rules.ed_risk * year.relative) * (self.months / 12.0)
        visits = poisson(draws.emergencies(), mean + rules.ed_stay * stayed, rules.most_ed_visits)
        falls = left = 0
        if year.age >= AGED_IN and visits:
            falls = left = binomial(draws.fall_visits(), visits, rules.ed_fall)
        if self.protected:
            left = binomial(draws.averted_visits(), falls, self.model.health.falls.ed_visits)
            sums[Sum.PROTECTED_ED_VISITS] += left
            sums[Sum.AVERTED_ED_VISITS] += falls - left
        self.emergencies, self.fall_visits = visits - (falls - left), left
        sums[Sum.ED_VISITS] += self.emergencies
        sums[Sum.FALL_ED_VISITS] += left
        one = in_cents(self.model.health.falls.visit_cost * self.price(Kind.AGED_NON_DUAL))
        saved = min(base, (falls - left) * one)
        sums[Sum.AVERTED_SPEND] += saved
        return saved

    def acute_event(self, year: Situation, sums: Any) -> tuple[int, int, list[Begun]]:
        """Return cents and month of an acute event and the episodes it is; write its stays and SNF days.

        The event that is drawn happens so often as an ACO lets it, and SNF care after it too.
        """
        rules, draws = self.model.health.events, self.draws
        self.usual_times = self.happened = self.snf_stays = self.event_saved = self.stays_spared = 0
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
        month = self.index_month(year, draws.event_month())
        kind = self.model.health.episodes.cause_kind[cause]
        answer, snf_answer, _ = self.answer(kind) if kind >= 0 else (1.0, 1.0, 1.0)
        (fewer, less_snf), averted = self.rates(), draws.averted()
        usual, after = int(fewer + averted), int(less_snf * snf_answer + draws.sent_home())
        self.usual_times = usual
        if self.at_home:
            fewer *= self.home_rate(year, month)
        times = otherwise = int(fewer + averted)
        if self.protected and rules.first_fall_cause <= cause <= rules.last_fall_cause:
            times = int(self.model.health.falls.stays * fewer + averted)
            sums[Sum.PROTECTED_STAYS] += times
            sums[Sum.AVERTED_STAYS] += otherwise - times
        self.happened, self.snf_stays = times, times * after
        hospice = year.dies and draws.hospice() < rules.hospice
        event *= answer
        if snf and not hospice:
            event *= 1.0 + rules.snf_part * (after - 1.0)
        one = min(in_cents(event), LARGEST_CENTS)
        cents = min(times * one, LARGEST_CENTS)
        before = min(otherwise * one, LARGEST_CENTS)
        sums[Sum.AVERTED_SPEND] += before - cents
        self.event_saved = min(usual * one, LARGEST_CENTS) - before
        self.stays_spared = self.admissions * (usual - otherwise)
        readmission = self.model.practices.readmission[self.practice]
        sums[Sum.READMISSIONS] += times * binomial(draws.readmissions(), further, readmission)
        sums[Sum.SNF_DAYS] += self.snf_days * self.snf_stays
        if hospice:
            sums[Sum.EVENT_HOSPICE] += cents
        elif snf and after:
            sums[Sum.EVENT_SNF] += cents
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
            follow_up = self.model.practices.follow_up[self.practice]
            sums[Sum.FOLLOW_UPS_MADE] += self.happened * (self.draws.follow_up() < follow_up)
        share = of_episodes.share[kind]
        expected = 0
        if self.model.asked.episodes:
            expected = in_cents(self.mean_event(year) * rules.cause_cost[cause] * share)
        return [Begun(kind, month, int(cents * share), expected, 1)] * self.happened

    def measure(self, year: Situation, base: int, sums: Any) -> None:
        """Count what electronic quality measures look at."""
        masks, habits = self.model.health.conditions, self.model.practices
        if not year.uses:
            return
        if year.carried & masks.drug_treated:
            sums[Sum.BASE_DRUG] += base
        if year.carried & masks.hypertension:
            sums[Sum.HYPERTENSION] += 1
            controlled = habits.pressure_controlled[self.practice]
            sums[Sum.PRESSURE_CONTROLLED] += self.draws.clinical_value() < controlled
        if year.carried & masks.diabetes:
            sums[Sum.DIABETES] += 1
            poor = habits.glycemic_poor[self.practice]
            sums[Sum.GLYCEMIC_POOR] += 1.0 - self.draws.clinical_value() < poor

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
        if self.aligned >= 0 and any(self.model.asked.monthly) and self.model.asked.monthly[self.aligned]:
            by_month = self.model.monthly[self.aligned]
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
