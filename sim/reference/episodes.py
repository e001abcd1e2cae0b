"""Episodes of a plain-Mesa year: what begins them, what they cost and should have cost, who leads them."""

from __future__ import annotations

from math import exp, log
from statistics import NormalDist
from typing import Any, NamedTuple

from sim.kernels.codes import (
    CENTS_SQUARED,
    DIED_AT_ONCE,
    LEFT_BEFORE_END,
    NO_SUPPLEMENT,
    WITH_ESRD,
    Episode,
    EpisodeSum,
    Kind,
    ReferredSum,
)
from sim.reference.inputs import index_above
from sim.reference.served import Served

normal_quantile = NormalDist().inv_cdf


class Situation(NamedTuple):
    """What is known of a person's year when care begins; `carried` on 1 January, `developed` in the year.

    `new` says that the scores are those of a new enrollee.
    """

    kind: int
    age: int
    first_month: int
    carried: int
    developed: int
    missing: int
    new: bool
    score: float
    coded_score: float
    relative: float
    uses: bool
    visits: int
    dies: bool
    had_event: int


class Begun(NamedTuple):
    """An episode; a chronic one has month 0."""

    kind: int
    month: int
    cents: int
    expected: int
    inpatient: int


class Treatment(Served):
    """Prices, procedures and episodes of a person."""

    def effects(self) -> tuple[float, float]:
        """Return what ACOs do to the prices of the person's ambulatory and acute care, as factors."""
        practices = self.model.practices
        return (
            self.effect(practices.base_effect, practices.high_needs_effect, practices.base_spill),
            self.effect(practices.event_effect, practices.high_needs_event_effect, practices.event_spill),
        )

    def rates(self) -> tuple[float, float]:
        """Return how many acute events, of those drawn, the person has, and SNF stays after them."""
        practices = self.model.practices
        return (
            self.effect(practices.stays, practices.high_needs_stays, practices.stays_spill)
            * practices.stays_habit[self.practice],
            self.effect(practices.snf, practices.high_needs_snf, practices.snf_spill),
        )

    def effect(self, own: Any, high_needs: Any, spilt: Any) -> float:
        """Return the factor on somebody aligned to the practice, or who only sees it."""
        if self.aligned < 0:
            return float(spilt[self.practice])
        return float(own[self.aligned] * (high_needs[self.aligned] if self.high_needs else 1.0))

    def level(self, kind: int) -> float:
        """Return yearly dollars of an average person of a kind in the market."""
        level: float = self.model.markets.level[self.market][kind]
        return level

    def price(self, kind: int) -> float:
        """Return yearly dollars of an average person of a kind, at the practice's efficiency."""
        efficiency: float = self.model.practices.efficiency[self.practice]
        return self.level(kind) * efficiency

    def index_month(self, year: Situation, u: float) -> int:
        """Return the month in which something of the year begins."""
        return year.first_month + int(self.months * u)

    def led_by(self, kind: int, refers: int) -> int:
        """Return which of a practice's specialists leads an episode."""
        shares = self.model.referrals.share[refers][self.model.health.episodes.specialty[kind]]
        return index_above(self.draws.specialist(kind), shares[:-1])

    def answer(self, kind: int) -> tuple[float, float, float]:
        """Return factors of who leads an episode on its price, on SNF care after it and on their number."""
        answers = self.model.practices.answers
        if not answers or self.aligned < 0:
            return 1.0, 1.0, 1.0
        price, snf, number = answers[self.aligned][kind][self.led_by(kind, self.aligned)]
        return price, snf, number

    def procedures(self, year: Situation) -> list[Begun]:
        """Return the year's procedures, most often none, all of one kind."""
        rules, draws = self.model.health.episodes, self.draws
        self.usual_procedure = 0
        if not year.uses:
            return []
        which = index_above(draws.procedure() / (self.months / 12.0), rules.procedure_share[0])
        if which == len(rules.procedure_share[0]):
            return []
        usual = self.price(Kind.AGED_NON_DUAL) * self.effects()[0]
        price = self.price(Kind.AGED_NON_DUAL) * (self.effects()[0] * self.home_factor(year))
        spread = rules.procedure_spread[which]
        luck = exp(spread * normal_quantile(draws.procedure_cost()) - 0.5 * spread * spread)
        kind = rules.procedure_kind[which]
        answer, _, number = self.answer(kind)
        times = int(number + draws.specialist_number(kind))
        self.usual_procedure = times * in_cents(rules.procedure_cost[which] * usual * luck * answer)
        one = Begun(
            kind=kind,
            month=self.index_month(year, draws.procedure_month()),
            cents=in_cents(rules.procedure_cost[which] * price * luck * answer),
            expected=in_cents(rules.procedure_cost[which] * self.level(Kind.AGED_NON_DUAL)),
            inpatient=1 if draws.procedure_setting() < rules.procedure_inpatient[which] else 0,
        )
        return [one] * times

    def chronic(self, year: Situation, base: int, event: int) -> list[Begun]:
        """Return the chronic episodes of somebody who uses care."""
        if not year.uses:
            return []
        masks, share = self.model.health.conditions, self.model.health.episodes.share
        found = []
        for condition, kind, cents in (
            (masks.diabetes, Episode.DIABETES_CHRONIC, base),
            (masks.heart_failure, Episode.HF_CHRONIC, base + event),
            (masks.rheumatoid_arthritis, Episode.RHEUMATOID_ARTHRITIS, base),
        ):
            if year.carried & condition:
                expected = 0
                if self.model.asked.episodes:
                    mean = self.mean_ambulatory(year)
                    mean += self.mean_of_events(year) if kind == Episode.HF_CHRONIC else 0.0
                    expected = in_cents(mean * share[kind])
                found.append(Begun(int(kind), 0, int(cents * share[kind]), expected, 0))
        return found

    def chance_of_event(self, year: Situation) -> float:
        """Return the chance of an acute event."""
        rules = self.model.health.events
        risk = 1.0 - rules.event_slope + rules.event_slope * year.relative
        chance: float = rules.event_chance[year.kind] * risk
        if year.had_event:
            chance += rules.event_carry * (1.0 - chance)
        chance *= self.months / 12.0
        return max(chance, rules.death_event) if year.dies else chance

    def cause_row(self, year: Situation) -> int:
        """Return the row of the tables of causes: heart failure plus twice COPD."""
        masks = self.model.health.conditions
        return (1 if year.carried & masks.heart_failure else 0) + (2 if year.carried & masks.copd else 0)

    def mean_ambulatory(self, year: Situation) -> float:
        """Return the dollars of ambulatory care that somebody like this who uses care spends on average."""
        rules = self.model.health.ambulatory
        mean = rules.base_share[year.kind] * self.level(year.kind) * (self.months / 12.0) * year.relative
        mean *= exp(rules.base_spread[year.kind] ** 2 / 2.0)
        mean *= rules.no_supplement if self.traits & NO_SUPPLEMENT else 1.0
        return float(mean)

    def mean_event(self, year: Situation) -> float:
        """Return the mean dollars of an event of average cause."""
        rules = self.model.health.events
        mean = rules.event_share[year.kind] * self.level(year.kind)
        mean *= exp(rules.event_amount_slope * log(year.relative))
        mean *= exp(rules.event_spread[year.kind] ** 2 / 2.0)
        return float(mean * rules.death_amount if year.dies else mean)

    def mean_of_events(self, year: Situation) -> float:
        """Return the mean dollars of acute events in the year, that there may be none included."""
        rules = self.model.health.events
        chances = [0.0, *rules.cause_share[self.cause_row(year)], 1.0]
        cost = sum((b - a) * c for a, b, c in zip(chances, chances[1:], rules.cause_cost, strict=False))
        return float(self.chance_of_event(year) * self.mean_event(year) * cost)

    def book_episodes(self, year: Situation, begun: list[Begun], place: int) -> None:
        """Add the year's episodes to the sums of the place, and to those of who leads them."""
        model = self.model
        for one in begun:
            episode = model.episodes[place][one.kind]
            episode[EpisodeSum.COUNT] += 1
            episode[EpisodeSum.COST] += one.cents
            episode[EpisodeSum.INPATIENT] += one.inpatient
            episode[EpisodeSum.MONTH] += one.month
            if model.asked.episodes:
                refers, half = (self.aligned, 0) if self.aligned >= 0 else (self.practice, 1)
                which = self.led_by(one.kind, refers)
                expected, counted = self.related(one)
                if model.asked.referred:
                    led = model.referred[half][refers][one.kind][which]
                    led[ReferredSum.COUNT] += 1
                    led[ReferredSum.COST] += one.cents
                    led[ReferredSum.INPATIENT] += one.inpatient
                    led[ReferredSum.MONTH] += one.month
                    led[ReferredSum.EXPECTED] += expected
                    led[ReferredSum.RELATED] += counted
                    led[ReferredSum.SQUARE] += counted * counted // CENTS_SQUARED
                if self.aligned >= 0 and model.referrals.wanted[0][refers] >> one.kind & 1:
                    at = self.row, refers, one.kind, which, one.month
                    model.listed.append([*at, expected, counted, self.state(year, one), 0])

    def related(self, one: Begun) -> tuple[int, int]:
        """Return the cents of an episode that its measure expects and counts."""
        rules, kind = self.model.health.episodes, one.kind
        known, luck = rules.related_known[kind], rules.related_luck[kind]
        price = rules.usual_cost[kind] * self.level(Kind.AGED_NON_DUAL) * 100.0
        cents: float = known * one.expected + (1.0 - known) * price
        expected = int(cents + 0.5)
        if one.expected > 0:
            cents *= 1.0 + rules.related_spread[kind] * (one.cents / one.expected - 1.0)
        if luck > 0.0:
            z = normal_quantile(self.draws.specialist_luck(kind))
            cents *= exp(luck * z - 0.5 * luck * luck)
        return expected, int(cents + 0.5)

    def state(self, year: Situation, one: Begun) -> int:
        """Return the bits of how things stand with the person of an episode; a chronic one lasts all year."""
        last = year.first_month + self.months - 1
        bits = WITH_ESRD if year.kind == Kind.ESRD else 0
        if year.dies:
            return bits + (DIED_AT_ONCE if one.month == last else 0)
        window = one.month + self.model.health.episodes.months_after[one.kind] if one.month else 13.0
        return bits + (LEFT_BEFORE_END if last + 1.0 < min(window, 13.0) else 0)


def in_cents(dollars: float) -> int:
    """Return dollars in whole cents."""
    return int(100.0 * dollars + 0.5)
