"""Whom an ACO's programmes serve, in a plain-Mesa year: care at home, and alignment by Medicaid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.kernels.codes import DUAL, LAST_MONTHS, HomeOpen, ServedSum, Status, Sum
from sim.reference.inputs import Draws, Person

if TYPE_CHECKING:
    from sim.reference.episodes import Situation


class Served(Person):
    """A person's part in the programmes of the ACO of a practice."""

    model: Any
    draws: Draws
    at_home = by_medicaid = False
    drawn: dict[str, float]
    usual_base = usual_procedure = event_saved = stays_spared = emergencies = fall_visits = happened = 0
    protected = False

    def once(self, name: str) -> float:
        """Return a draw that is made once a person, the same every year."""
        if name not in self.drawn:
            self.drawn[name] = getattr(self.draws, name)()
        return self.drawn[name]

    def align_by_medicaid(self, entering: bool) -> None:
        """Align somebody with full benefits whom nothing else aligns to this year's practice."""
        self.by_medicaid = False
        practices, to = self.model.practices, self.practice
        if self.aligned >= 0 or entering or not self.traits & DUAL or practices.medicaid[to] <= 0.0:
            return
        full, covered = practices.full_benefit[to], practices.medicaid[to]
        if self.once("full_benefit") < full and self.once("covered") < covered:
            self.by_medicaid = True
            self.aligned = to
            self.cell += int(practices.medicaid_cell[to])

    def begin_home_care(self, year: Situation) -> None:
        """Find out whether the person is in the home-based programme of the practice aligned to."""
        self.at_home = False
        practices, to = self.model.practices, self.aligned
        needy = self.cell % 3 == 2
        if not self.model.asked.served or to < 0 or not needy or practices.home_care[to] <= 0.0:
            return
        open_to = int(practices.home_open[to])
        if open_to == HomeOpen.HOMEBOUND and not year.carried & self.model.health.high_needs.conditions:
            return
        if open_to == HomeOpen.AFTER_STAY and not year.had_event:
            return
        self.at_home = self.once("home_care") < practices.home_care[to]

    def last_of(self, year: Situation) -> int:
        """Return how many months of the year are the person's last."""
        return min(self.months, LAST_MONTHS) if year.dies else 0

    def is_late(self, year: Situation, month: int) -> bool:
        """Return whether a month is one of the person's last."""
        return month > year.first_month + self.months - 1 - self.last_of(year)

    def home_factor(self, year: Situation) -> float:
        """Return what the programme makes of spending over the year."""
        if not self.at_home:
            return 1.0
        practices, last = self.model.practices, self.last_of(year)
        early: float = practices.home_effect[self.aligned]
        late: float = practices.home_last_effect[self.aligned]
        return (early * (self.months - last) + late * last) / self.months

    def home_rate(self, year: Situation, month: int) -> float:
        """Return what the programme makes of how often an acute event of a month happens."""
        practices = self.model.practices
        which = practices.home_last_effect if self.is_late(year, month) else practices.home_effect
        return float(which[self.aligned])

    def book_served(self, year: Situation, cents: tuple[int, int, int], month: int, sums: Any) -> None:
        """Add the person to the sums of those served.

        `cents` are those of ambulatory care, procedure and acute event, `month` that of the event.
        """
        practices, to = self.model.practices, self.aligned
        served = self.model.served[to]
        if self.traits & DUAL and practices.full_benefit[to] > 0.0:
            if self.once("full_benefit") < practices.full_benefit[to]:
                served[ServedSum.FULL_DUAL_MONTHS] += self.months
            if self.by_medicaid:
                served[ServedSum.MEDICAID_PERSONS] += 1
                served[ServedSum.MEDICAID_MONTHS] += self.months
        if not self.at_home:
            return
        base, procedure, event = cents
        cheaper = int(self.usual_base * self.home_factor(year) + 0.5)
        saved = self.usual_base - cheaper + self.usual_procedure - procedure + self.event_saved
        seen = int(practices.home_ed[to] * self.emergencies + self.draws.home_emergencies())
        sums[Sum.ED_VISITS] -= self.emergencies - seen
        falls = max(0, self.fall_visits - seen)
        sums[Sum.FALL_ED_VISITS] -= falls
        sums[Sum.PROTECTED_ED_VISITS] -= falls * self.protected
        for which, value in {
            ServedSum.PERSONS: 1,
            ServedSum.MONTHS: self.months,
            ServedSum.SPEND: self.spend,
            ServedSum.SAVED: saved,
            ServedSum.STAYS: self.admissions * self.happened,
            ServedSum.STAYS_SPARED: self.stays_spared,
            ServedSum.ED_VISITS: seen,
            ServedSum.ED_SPARED: self.emergencies - seen,
            ServedSum.DEATHS: int(year.dies),
            ServedSum.MOVED: int(self.status == Status.ADVANTAGE),
        }.items():
            served[which] += value
        if year.dies:
            last, late = self.last_of(year), self.is_late(year, month)
            before = self.usual_base * last // self.months
            left = int(before * practices.home_last_effect[to] + 0.5)
            prevented = min(left, (cheaper - base) * last // self.months)
            served[ServedSum.LAST_MONTHS] += last
            served[ServedSum.LAST_SPEND] += left - prevented + (event if late else 0)
            served[ServedSum.LAST_SAVED] += before - left + (self.event_saved if late else 0)
