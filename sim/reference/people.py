"""The beneficiary-year as ordinary Mesa agents in scalar Python: a yardstick, and a second opinion.

One agent a person, plain attributes, plain floats. The rules and limits are those of
:func:`sim.kernels.beneficiary_year.live_year`, written anew with one method for each of its stages, in its
order: given the kernel's own draws both live the same lives, which the tests hold them to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sim.columns.mesa_compat import Agent, Model
from sim.kernels.codes import (
    AGED_IN,
    DUAL,
    FEMALE,
    MONTHS_A_YEAR,
    N_CELLS,
    N_EPISODE_SUMS,
    N_EPISODES,
    N_MONTH_SUMS,
    N_REFERRED_SUMS,
    N_SERVED_SUMS,
    N_SUMS,
    NO_PRACTICE,
    OLDEST,
    ORIGINALLY_DISABLED,
    Kind,
    Status,
)
from sim.kernels.layout import People
from sim.kernels.tally import NOTHING_FURTHER, Asked
from sim.reference.care import Care
from sim.reference.episodes import Situation
from sim.reference.inputs import Draws, Tables, Uniform, binomial, one_source, poisson

FUTURE, ENROLLED, ADVANTAGE, DEAD = map(int, Status)
ESRD, DISABLED, AGED_DUAL, AGED_NON_DUAL = map(int, Kind)
MOST_ONSETS = 3
TIE = 1.0 - 1e-9  # weighted visits closer than this are equal


class Beneficiary(Care, Agent):
    """A person who lives by the rules of the beneficiary-year."""

    model: PlainModel

    def __init__(self, model: PlainModel, person: Mapping[str, float], draws: Draws) -> None:
        super().__init__(model)
        self.draws = draws
        self.drawn = {}
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
        table = health.mortality.table[sex][age]
        if self.status == ADVANTAGE:
            self.year_in_advantage(kind, age, table * health.mortality.level[kind][sex][age])
            return
        carried = self.conditions
        score = self.risk_score(carried, kind, age)
        missing = self.draws.missing(health.conditions.uncoded_halvings) if carried else 0
        coded_score = self.risk_score(carried & ~missing, kind, age) if carried & missing else score
        developed, relative = self.health_in_year(kind, age, score)
        new = self.is_new_enrollee()
        if new:
            score = coded_score = self.new_enrollee_score(kind, age)
        self.risk = coded_score
        self.check_high_needs(kind, coded_score, carried)
        self.align(kind, entering)
        first_month = self.entry_month if entering else 1
        dies = self.leave(table * health.mortality.level[kind][sex][age], relative, entering, first_month)
        uses, visits = self.seek_care(relative, coded_score)
        if self.model.asked.served:
            self.align_by_medicaid(entering)
        known = (kind, age, first_month, carried, developed, missing, new, score, coded_score)
        self.live_care(Situation(*known, relative, uses, visits, dies, self.event))
        if dies:
            self.remove()

    def kind(self, age: int) -> int:
        """Return the Medicare enrollment type."""
        if self.conditions & self.model.health.conditions.kidney_failure:
            return ESRD
        if age < AGED_IN:
            return DISABLED
        return AGED_DUAL if self.traits & DUAL else AGED_NON_DUAL

    def year_in_advantage(self, kind: int, age: int, mortality: float) -> None:
        """Grow ill, be seen by no practice, die or come back to Original Medicare on 1 January."""
        health = self.model.health
        relative = self.health_in_year(kind, age)[1]
        self.remember_visits(-1, 0, -1, 0)
        self.aligned = -1
        self.event = self.admissions = self.snf_days = 0
        dual = 1 if self.traits & DUAL else 0
        tilt = 1.0 + health.advantage.back_risk * (
            min(relative, health.advantage.risk_most) - health.advantage.risk_usual
        )
        if self.draws.death() < mortality * (
            1.0 - health.mortality.risk_slope + health.mortality.risk_slope * relative
        ):
            self.status = DEAD
            self.remove()
        elif self.draws.leaving() < health.advantage.back[dual] * tilt:
            self.status = ENROLLED

    def risk_score(self, conditions: int, kind: int, age: int) -> float:
        """Return the ESRD or community risk score before normalisation."""
        disease = self.model.disease
        esrd = kind == ESRD
        dual = self.traits & DUAL > 0
        who = (self.traits & FEMALE > 0) + 2 * (self.traits & ORIGINALLY_DISABLED > 0 and age >= AGED_IN)
        parents, children = (
            (disease.esrd_parent, disease.esrd_children) if esrd else (disease.parent, disease.children)
        )
        kept = conditions
        for parent, removed in zip(parents, children, strict=True):
            if conditions & parent:
                kept &= ~removed
        kept_bytes = kept.to_bytes(4, "little")
        if esrd:
            score: float = disease.esrd_demographic[who + 4 * dual][age]
            values, pairs, by_count, counted = disease.esrd_score, disease.esrd_pair, [0.0], 0
        else:
            segment = 2 * (age < AGED_IN) + dual
            score = disease.demographic[segment][who][age]
            values, pairs = disease.score[segment], disease.pair_value[segment]
            by_count = disease.count_value[segment]
            counted = (kept & disease.counted).bit_count()
        for factors, byte in zip(values, kept_bytes, strict=True):
            score += factors[byte]
        for a, b, value in zip(disease.pair_a, disease.pair_b, pairs, strict=True):
            if kept & a and kept & b:
                score += value
        score += by_count[min(counted, len(by_count) - 1)]
        return score

    def is_new_enrollee(self) -> bool:
        """Whether there were under twelve months of Part B in the year before."""
        since = self.model.year - self.entry_year
        return self.entry_year - self.birth_year <= AGED_IN and (
            since == 0 or (since == 1 and self.entry_month > 1)
        )

    def new_enrollee_score(self, kind: int, age: int) -> float:
        """Return the score that age, sex, Medicaid and origin alone give."""
        disease, dual = self.model.disease, self.traits & DUAL > 0
        who = (self.traits & FEMALE > 0) + 2 * (self.traits & ORIGINALLY_DISABLED > 0 and age >= AGED_IN)
        if kind == ESRD:
            esrd: float = disease.esrd_new_enrollee[who + 4 * dual][age]
            return esrd
        score: float = disease.new_enrollee[2 * (age < AGED_IN) + dual][who][age]
        return score

    def check_high_needs(self, kind: int, score: float, carried: int) -> None:
        """Become High Needs, for good, when a criterion is met on 1 January."""
        health = self.model.health
        enough = health.high_needs.score
        if self.admissions >= health.high_needs.admissions:
            enough = min(enough, health.high_needs.score_with_admissions)
        by_score = kind != ESRD and score >= enough
        impaired = carried & health.high_needs.conditions
        if by_score or impaired or self.snf_days >= health.high_needs.snf_days:
            self.high_needs = 1

    def align(self, kind: int, entering: bool) -> None:
        """Find the practice aligned to: attested, or that of most weighted PQEM visits, the latest first."""
        self.aligned = -1
        voluntary = False
        if not entering:
            health = self.model.health
            totals: dict[int, float] = {}
            for practice, visits, weight in (
                (self.last_main, self.last_main_visits, health.alignment.weight_recent),
                (self.last_other, self.last_other_visits, health.alignment.weight_recent),
                (self.older_main, self.older_main_visits, health.alignment.weight_older),
                (self.older_other, self.older_other_visits, health.alignment.weight_older),
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

    def with_onsets(self, kind: int, age: int) -> int:
        """Return the conditions with this year's onsets; an onset of one already there changes nothing."""
        disease = self.model.disease
        here = self.model.markets.onset[self.market][kind]
        expected = disease.onset_total[age] * self.frailty * here
        conditions = self.conditions
        for number in range(poisson(self.draws.onset_count(), expected, MOST_ONSETS)):
            u = self.draws.onset(number)
            shares = disease.onset_pick[age]
            conditions |= 1 << next((k for k, share in enumerate(shares) if u < share), len(shares) - 1)
        return conditions

    def health_in_year(self, kind: int, age: int, score: float | None = None) -> tuple[int, float]:
        """Fall ill and recover; return conditions at their most and expected spending over the average."""
        health = self.model.health
        passing = self.conditions & health.conditions.recoverable
        ill = self.with_onsets(kind, age)
        current = self.risk_score(ill, kind, age) if score is None or ill != self.conditions else score
        relative: float = health.relative.constant + health.relative.slope * current
        for costs, byte in zip(self.model.disease.cost, ill.to_bytes(4, "little"), strict=True):
            relative += costs[byte]
        developed = ill
        for k in range(passing.bit_length()):
            if passing >> k & 1 and self.draws.recovery(k) < self.model.disease.recovery[k]:
                ill &= ~(1 << k)
        self.conditions = ill
        relative = max(relative, health.relative.least) * health.relative.age[age] * self.cost_factor
        return developed, min(relative, health.relative.most)

    def leave(self, mortality: float, relative: float, entering: bool, first: int) -> bool:
        """Die or move to Medicare Advantage, whichever month comes first; return whether the person dies."""
        health, draws = self.model.health, self.draws
        last = 12
        self.status = ENROLLED
        risk = 1.0 - health.mortality.risk_slope + health.mortality.risk_slope * relative
        if self.event:
            risk *= health.mortality.event
        here = 13 - first
        if draws.death() < mortality * risk * (here / 12.0):
            self.status = DEAD
            last = first + int(here * draws.death_month())
        dual = 1 if self.traits & DUAL else 0
        tilt = 1.0 + health.advantage.leave_risk * (
            health.advantage.risk_usual - min(relative, health.advantage.risk_most)
        )
        if not entering and draws.leaving() < health.advantage.leave[dual] * tilt:
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

    def seek_care(self, relative: float, score: float) -> tuple[bool, int]:
        """Choose practices, attest, make PQEM visits; return whether any care is used, and the visits."""
        health, draws = self.model.health, self.draws
        leaves = health.visits.practice_leave + health.visits.leave_risk * (score - health.visits.leave_usual)
        if draws.changing_practice() < leaves * self.model.markets.changes[self.market]:
            self.practice = self.pick_practice(*draws.new_practice)
        attest_chance = self.model.practices.attest[self.practice]
        readily = 1.0 + health.visits.attest_risk * (min(score, health.visits.attest_most) - 1.0)
        if attest_chance > 0.0 and draws.attesting() / readily < attest_chance:
            self.attested = self.practice
        without = self.traits & NO_PRACTICE > 0
        no_use = health.visits.no_use_without if without else health.visits.no_use
        use = draws.use()
        uses = use >= no_use / (1.0 - health.visits.no_use_risk + health.visits.no_use_risk * relative)
        sees = uses and (not without or use > 1.0 - health.visits.seldom)
        visits = elsewhere = 0
        other = -1
        if sees and self.months > 0:
            mean = health.visits.visits_mean * (
                1.0 - health.visits.visits_risk + health.visits.visits_risk * relative
            )
            visits = 1 + poisson(draws.visits(), mean * (self.months / 12.0), health.visits.most_visits)
            elsewhere = binomial(draws.elsewhere(), visits, 1.0 - health.visits.visits_loyal)
            if elsewhere:
                other = self.pick_practice(*draws.other_practice)
        self.remember_visits(self.practice, visits - elsewhere, other, elsewhere)
        return uses, visits

    def remember_visits(self, main: int, visits: int, other: int, elsewhere: int) -> None:
        """Keep this year's visits as the latest, and the latest so far as those of the year before."""
        self.older_main, self.older_main_visits = self.last_main, self.last_main_visits
        self.older_other, self.older_other_visits = self.last_other, self.last_other_visits
        self.last_main, self.last_main_visits = main, visits
        self.last_other, self.last_other_visits = other, elsewhere


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
    asked : Asked
        Sums wanted beyond those always kept.

    Attributes
    ----------
    year : int
        The year that the next step lives.
    lived : int
        Person-years lived so far, of people enrolled for at least a month.
    sums : list
        Of the latest year, by place, cell and :class:`sim.kernels.codes.Sum`, as the kernel's.
    episodes, monthly, referred, served, listed : list
        Likewise, as :class:`sim.kernels.tally.Tally` has them.
    """

    def __init__(
        self,
        people: People,
        rows: Sequence[int],
        years: Mapping[int, Tables],
        draws: Callable[[PlainModel, int], Draws] | None = None,
        seed: int = 1,
        asked: Asked = NOTHING_FURTHER,
    ) -> None:
        super().__init__(seed=seed)
        common = one_source(self.random.random)
        self.year = min(years)
        self.lived = 0
        self.sums: list[list[list[int]]] = []
        self.episodes: list[list[list[int]]] = []
        self.monthly: list[list[list[list[int]]]] = []
        self.referred: list[list[list[list[list[int]]]]] = []
        self.served: list[list[int]] = []
        self.listed: list[list[int]] = []
        self.asked = asked
        self._years = {year: tables.as_lists() for year, tables in years.items()}
        columns = zip(*(column[rows].tolist() for column in people), strict=True)
        for row, values in zip(rows, columns, strict=True):
            person = dict(zip(People._fields, values, strict=True))
            person["row"] = row
            if person["status"] != DEAD:
                Beneficiary(self, person, draws(self, row) if draws else common)

    def step(self) -> None:
        """Live one year."""
        self.markets, self.practices, self.disease, self.health, self.referrals = self._years[self.year]
        places = len(self.practices.efficiency) + len(self.markets.onset)
        self.sums = [[[0] * N_SUMS for _ in range(N_CELLS)] for _ in range(places)]
        self.episodes = [[[0] * N_EPISODE_SUMS for _ in range(N_EPISODES)] for _ in range(places)]
        if any(self.asked.monthly):
            self.monthly = [
                [[[0] * N_MONTH_SUMS for _ in range(MONTHS_A_YEAR)] for _ in range(N_CELLS)]
                for _ in self.practices.efficiency
            ]
        self.served = [[0] * N_SERVED_SUMS for _ in self.practices.efficiency]
        self.listed = []
        if self.asked.referred:
            share = self.referrals.share
            slots = range(len(share[0][0]))
            self.referred = [
                [[[[0] * N_REFERRED_SUMS for _ in slots] for _ in range(N_EPISODES)] for _ in share]
                for _ in range(2)
            ]
        self.agents.do("step")
        self.year += 1
