"""The beneficiary-year as ordinary Mesa agents in scalar Python: a yardstick, and a second opinion.

One agent a person, plain attributes, plain floats. The rules and limits are those of
:func:`sim.kernels.beneficiary_year.live_year`, written anew with one method for each of its stages, in its
order: given the kernel's own draws both live the same lives, which the tests hold them to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import exp, log
from statistics import NormalDist

from sim.agents.mesa_compat import Agent, Model
from sim.bench.plain_inputs import Draws, Person, Tables, Uniform, binomial, one_source, poisson
from sim.kernels.layout import (
    AGED_IN,
    DUAL,
    FEMALE,
    N_CELLS,
    N_SUMS,
    NO_SUPPLEMENT,
    OLDEST,
    RISK_UNIT,
    Kind,
    People,
    Status,
    Sum,
)

FUTURE, ENROLLED, ADVANTAGE, DEAD = map(int, Status)
ESRD, DISABLED, AGED_DUAL, AGED_NON_DUAL = map(int, Kind)
PERSONS, MONTHS, SPEND, EVENT, REFERENCE, TRUE_RISK, CODED_RISK, STAYS, DEATHS = map(int, Sum)
MOST_ONSETS = 3
MOST_VISITS = 40
MOST_STAYS = 12
MOST_SNF_DAYS = 100
LARGEST_RELATIVITY = 12.0
LARGEST_CENTS = 2_000_000_000
TIE = 1.0 - 1e-9  # weighted visits closer than this are equal

normal_quantile = NormalDist().inv_cdf


class Beneficiary(Person, Agent):
    """A person who lives by the rules of the beneficiary-year."""

    model: PlainModel

    def __init__(self, model: PlainModel, person: Mapping[str, float], draws: Draws) -> None:
        super().__init__(model)
        self.draws = draws
        self.__dict__.update(person)

    def step(self) -> None:
        """Live one year; the dead leave the model."""
        self.months = self.spend = 0
        entering = self.status == FUTURE
        if entering and self.entry_year != self.model.year:
            return
        age = min(self.model.year - self.birth_year, OLDEST)
        kind = self.kind(age)
        sex = 1 if self.traits & FEMALE else 0
        health = self.model.health
        mortality = health.mortality[sex][age] * health.mortality_level[kind][age]
        if self.status == ADVANTAGE:
            self.year_in_advantage(age, mortality)
            return
        score = self.risk = self.risk_score(self.conditions, kind, age, sex)
        self.check_high_needs(kind, score)
        self.align(kind, entering)
        relative = self.health_in_year(kind, age, sex, score)
        dies = self.leave(mortality, relative, entering)
        uses = self.seek_care(relative)
        event_cents = self.incur_spending(relative, kind, uses, dies)
        if self.months > 0:
            self.count(score, event_cents, dies)
        if dies:
            self.remove()

    def kind(self, age: int) -> int:
        """Return the Medicare enrollment type."""
        if self.conditions & self.model.health.esrd:
            return ESRD
        if age < AGED_IN:
            return DISABLED
        return AGED_DUAL if self.traits & DUAL else AGED_NON_DUAL

    def year_in_advantage(self, age: int, mortality: float) -> None:
        """Grow ill, die or come back to Original Medicare on 1 January."""
        self.conditions = self.with_onsets(age)
        if self.draws.death() < mortality:
            self.status = DEAD
            self.remove()
        elif self.draws.leaving() < self.model.health.switch_back:
            self.status = ENROLLED

    def risk_score(self, conditions: int, kind: int, age: int, sex: int) -> float:
        """Return the ESRD or community risk score before normalisation."""
        disease = self.model.disease
        score: float
        if kind == ESRD:
            score = disease.esrd_demographic[sex][age]
            for values, byte in zip(disease.esrd_score, conditions.to_bytes(4, "little"), strict=True):
                score += values[byte]
            return score
        kept = conditions
        for parent, children in zip(disease.parent, disease.children, strict=True):
            if conditions & parent:
                kept &= ~children
        segment = 2 * (age < AGED_IN) + (self.traits & DUAL > 0)
        score = disease.demographic[segment][sex][age]
        counted = 0
        for byte, values, counts in zip(
            kept.to_bytes(4, "little"), disease.score[segment], disease.counted, strict=True
        ):
            score += values[byte]
            counted += counts[byte]
        for a, b, value in zip(disease.pair_a, disease.pair_b, disease.pair_value[segment], strict=True):
            if kept & a and kept & b:
                score += value
        by_count = disease.count_value[segment]
        score += by_count[min(counted, len(by_count) - 1)]
        return score

    def check_high_needs(self, kind: int, score: float) -> None:
        """Become High Needs, for good, when a criterion is met on 1 January."""
        health = self.model.health
        enough = health.high_needs_score
        if self.admissions >= health.high_needs_admissions:
            enough = min(enough, health.high_needs_score_with_admissions)
        by_score = kind != ESRD and score >= enough
        impaired = self.conditions & health.high_needs_conditions
        if by_score or impaired or self.snf_days >= health.high_needs_snf_days:
            self.high_needs = 1

    def align(self, kind: int, entering: bool) -> None:
        """Find the practice aligned to: attested, or that of most weighted PQEM visits, the latest first."""
        self.aligned = -1
        voluntary = False
        if not entering:
            health = self.model.health
            totals: dict[int, float] = {}
            for practice, visits, weight in (
                (self.last_main, self.last_main_visits, health.weight_recent),
                (self.last_other, self.last_other_visits, health.weight_recent),
                (self.older_main, self.older_main_visits, health.weight_older),
                (self.older_other, self.older_other_visits, health.weight_older),
            ):
                if visits:
                    totals[practice] = totals.get(practice, 0.0) + weight * visits
            if totals:
                enough = TIE * max(totals.values())
                self.aligned = next(practice for practice, total in totals.items() if total >= enough)
            voluntary = self.attested >= 0 and self.model.practices.attest[self.attested] > 0.0
            if voluntary:
                self.aligned = self.attested
        category = 1 if kind == ESRD else 2 * self.high_needs
        self.cell = category + 3 * voluntary

    def with_onsets(self, age: int) -> int:
        """Return the conditions with this year's onsets; an onset of one already there changes nothing."""
        disease = self.model.disease
        expected = disease.onset_total[age] * self.frailty * self.model.markets.onset[self.market]
        conditions = self.conditions
        for number in range(poisson(self.draws.onset_count(), expected, MOST_ONSETS)):
            u = self.draws.onset(number)
            shares = disease.onset_pick[age]
            conditions |= 1 << next((k for k, share in enumerate(shares) if u < share), len(shares) - 1)
        return conditions

    def health_in_year(self, kind: int, age: int, sex: int, score: float) -> float:
        """Fall ill and recover; return the expected spending relative to the average person's."""
        health = self.model.health
        passing = self.conditions & health.recoverable
        ill = self.with_onsets(age)
        current = score if ill == self.conditions else self.risk_score(ill, kind, age, sex)
        relative: float = health.cost_constant + health.cost_slope * current
        for costs, byte in zip(self.model.disease.cost, ill.to_bytes(4, "little"), strict=True):
            relative += costs[byte]
        for k in range(passing.bit_length()):
            if passing >> k & 1 and self.draws.recovery(k) < self.model.disease.recovery[k]:
                ill &= ~(1 << k)
        self.conditions = ill
        relative = relative * health.age_cost[age] * self.cost_factor
        return min(relative, LARGEST_RELATIVITY)

    def leave(self, mortality: float, relative: float, entering: bool) -> bool:
        """Die or move to Medicare Advantage, whichever month comes first; return whether the person dies."""
        health, draws = self.model.health, self.draws
        first = self.entry_month if entering else 1
        last = 12
        self.status = ENROLLED
        if draws.death() < mortality * (1.0 - health.mortality_risk + health.mortality_risk * relative):
            self.status = DEAD
            last = 1 + int(12.0 * draws.death_month())
        dual = 1 if self.traits & DUAL else 0
        tilt = 1.0 + health.switch_risk * (1.0 - min(relative, 2.0))
        if not entering and draws.leaving() < health.switch_out[dual] * tilt:
            leaves_after = int(12.0 * draws.leaving_month())
            if leaves_after < last:
                self.status = ADVANTAGE
                last = leaves_after
        self.months = max(0, last - first + 1)
        return self.status == DEAD

    def pick_practice(self, place: Uniform, keep: Uniform) -> int:
        """Return a practice of the market, by the alias table of the person's panel."""
        markets = self.model.markets
        first, end = markets.first_practice[self.market : self.market + 2]
        practice: int = first + int(place() * (end - first))
        if keep() >= markets.choice_share[self.high_needs][practice]:
            practice = markets.choice_other[self.high_needs][practice]
        return practice

    def seek_care(self, relative: float) -> bool:
        """Choose practices, attest, make PQEM visits; return whether any care is used."""
        health, draws = self.model.health, self.draws
        if draws.changing_practice() < health.practice_leave:
            self.practice = self.pick_practice(*draws.new_practice)
        attest_chance = self.model.practices.attest[self.practice]
        if attest_chance > 0.0 and draws.attesting() < attest_chance:
            self.attested = self.practice
        uses = draws.use() >= health.no_use / (1.0 - health.no_use_risk + health.no_use_risk * relative)
        visits = elsewhere = 0
        other = -1
        if uses and self.months > 0:
            mean = health.visits_mean * (1.0 - health.visits_risk + health.visits_risk * relative)
            visits = 1 + poisson(draws.visits(), mean * (self.months / 12.0), MOST_VISITS)
            elsewhere = binomial(draws.elsewhere(), visits, 1.0 - health.visits_loyal)
            if elsewhere:
                other = self.pick_practice(*draws.other_practice)
        self.older_main, self.older_main_visits = self.last_main, self.last_main_visits
        self.older_other, self.older_other_visits = self.last_other, self.last_other_visits
        self.last_main, self.last_main_visits = self.practice, visits - elsewhere
        self.last_other, self.last_other_visits = other, elsewhere
        return uses

    def effects(self) -> tuple[float, float]:
        """Return what ACOs do to the person's ambulatory and acute spending, as factors."""
        practices = self.model.practices
        if self.aligned < 0:
            return practices.base_spill[self.practice], practices.event_spill[self.practice]
        further = practices.high_needs_effect[self.aligned] if self.high_needs else 1.0
        return practices.base_effect[self.aligned] * further, practices.event_effect[self.aligned] * further

    def incur_spending(self, relative: float, kind: int, uses: bool, dies: bool) -> int:
        """Spend on ambulatory care and perhaps on an acute event; return the cents of the event."""
        health, draws = self.model.health, self.draws
        had_event = self.event
        self.event = self.admissions = self.snf_days = 0
        if self.months == 0:
            return 0
        level = self.model.markets.level[self.market][kind] * self.model.practices.efficiency[self.practice]
        base_effect, event_effect = self.effects()
        share_of_year = self.months / 12.0
        base = event = 0.0
        if uses:
            luck = exp(health.base_spread * normal_quantile(draws.ambulatory_cost()))
            base = health.base_share * level * base_effect * share_of_year * relative * luck
        if self.traits & NO_SUPPLEMENT:
            base *= health.no_supplement
        chance = health.event_chance * (1.0 - health.event_slope + health.event_slope * relative)
        if had_event:
            chance += health.event_carry * (1.0 - chance)
        chance *= share_of_year
        if dies:
            chance = max(chance, health.death_event)
        if draws.event() < chance:
            size = health.event_amount_slope * log(relative)
            luck = health.event_spread * normal_quantile(draws.event_cost())
            event = health.event_share * level * event_effect * exp(size + luck)
            if dies:
                event *= health.death_amount
            self.admissions = 1 + poisson(draws.stays(), health.stays_extra, MOST_STAYS)
            if draws.snf() < health.snf_chance:
                self.snf_days = min(MOST_SNF_DAYS, 1 + int(-health.snf_days * log(draws.snf_days())))
        event_cents = int(100.0 * event + 0.5)
        self.event = 1 if event_cents > 0 else 0
        self.spend = min(int(100.0 * base + 0.5) + event_cents, LARGEST_CENTS)
        return event_cents

    def count(self, score: float, event_cents: int, dies: bool) -> None:
        """Add to the sums of the practice aligned to, or of the market for people aligned to none."""
        model, months = self.model, self.months
        place, coding = len(model.practices.efficiency) + self.market, 1.0
        if self.aligned >= 0:
            place, coding = self.aligned, model.practices.coding[self.aligned]
        micro = int(score * RISK_UNIT + 0.5)
        sums = model.sums[place][self.cell]
        sums[PERSONS] += 1
        sums[MONTHS] += months
        sums[SPEND] += self.spend
        sums[EVENT] += min(event_cents, self.spend)
        sums[REFERENCE] += self.spend
        sums[TRUE_RISK] += micro * months
        sums[CODED_RISK] += int(micro * coding + 0.5) * months
        sums[STAYS] += self.admissions
        sums[DEATHS] += dies
        model.lived += 1


class PlainModel(Model):
    """The people of some rows as ordinary Mesa agents; each is their own reference, a step is a year.

    Parameters
    ----------
    people : People
        Columns to take people from; not changed.
    rows : sequence of int
        Which.
    years : mapping of int to Tables
        The years to live, consecutive.
    draws : callable, optional
        Gives a model and a row's draws; without it all come from ``model.random``, as in an ordinary model.
    seed : int
        Seed of ``model.random``.

    Attributes
    ----------
    year : int
        The year that the next step lives.
    lived : int
        Person-years lived so far, of people enrolled for at least a month.
    sums : list
        Of the latest year, by place, cell and :class:`sim.kernels.layout.Sum`, as the kernel's.
    """

    def __init__(
        self,
        people: People,
        rows: Sequence[int],
        years: Mapping[int, Tables],
        draws: Callable[[PlainModel, int], Draws] | None = None,
        seed: int = 1,
    ) -> None:
        super().__init__(seed=seed)
        common = one_source(self.random.random)
        self.year = min(years)
        self.lived = 0
        self.sums: list[list[list[int]]] = []
        self._years = {year: tables.as_lists() for year, tables in years.items()}
        columns = zip(*(column[rows].tolist() for column in people), strict=True)
        for row, values in zip(rows, columns, strict=True):
            person = dict(zip(People._fields, values, strict=True))
            if person["status"] != DEAD:
                Beneficiary(self, person, draws(self, row) if draws else common)

    def step(self) -> None:
        """Live one year."""
        self.markets, self.practices, self.disease, self.health = self._years[self.year]
        places = len(self.practices.efficiency) + len(self.markets.onset)
        self.sums = [[[0] * N_SUMS for _ in range(N_CELLS)] for _ in range(places)]
        self.agents.do("step")
        self.year += 1
