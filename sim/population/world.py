"""The world of a replicate, the same in all arms, and how a year of it is lived."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.inputs.evidence import Evidence
from sim.inputs.lead_criteria import Criteria
from sim.kernels.beneficiary_year import live_year
from sim.kernels.chunks import over_chunks
from sim.kernels.codes import N_EPISODES
from sim.kernels.draws import Key
from sim.kernels.following import NOBODY, Followers
from sim.kernels.health import Episodes, Health
from sim.kernels.layout import (
    Disease,
    Markets,
    People,
    Practices,
    Referrals,
    copy_people,
    nothing_offered,
    serving_nobody,
)
from sim.kernels.strip import Strip
from sim.kernels.tally import NOTHING_FURTHER, Asked, Tally, add, zeros
from sim.population.arm_sums import EpisodeList
from sim.population.course import Course
from sim.population.habits import CARE_HABITS
from sim.population.health import build_health, in_year
from sim.population.past import PastYear
from sim.population.plan import AcoPlan
from sim.population.practices import Providers, changes_by_market
from sim.population.trend import Trend
from sim.population.truncation import by_type, truncation

BASE_YEARS = 3
LOOKBACK_YEARS = 2
# Years in which people made with a past take on the rest of it: events, and deaths of the most ill.
BURN_IN_YEARS = 3
EARLIEST_LIVED = 2008  # before it no life table and no trend is stated


class YearTables(NamedTuple):
    """The kernels' tables of a year that are the same in all arms."""

    year: int
    markets: Markets
    referrals: Referrals


@dataclass
class World:
    """Everything that is the same in all arms, and the people as they stand on 1 January of the first PY.

    Attributes
    ----------
    key : Key
    plans : tuple of AcoPlan
    first_py, last_py : int
    evidence : Evidence
    people : People
        Columns, lived through the history.
    providers : Providers
    course : Course
        How practices go their own ways in the years lived.
    trend : Trend
    first_lived : int
        First calendar year lived.
    percentile : float or None
        Of national spending, at which spending by enrollment type is cut off; None where no program of any
        arm looks at enrollment types, which are then left out of all sums.
    history : dict of int to Tally
        Exact sums of the years before the first performance year, but for those that only lead up to them.
    truncation : dict of int to int64 array of shape (kinds,)
        Cents a year at which spending is cut off, of every year that the reference arm has lived.
    remembered : dict of int to PastYear
        What each person did in the years before the first performance year that some arm's voluntary
        cells look at.
    """

    key: Key
    plans: tuple[AcoPlan, ...]
    first_py: int
    last_py: int
    evidence: Evidence
    criteria: Criteria
    people: People
    providers: Providers
    course: Course
    trend: Trend
    disease: Disease
    onset: NDArray[np.float64]
    first_row: NDArray[np.int64]
    choice: tuple[NDArray[np.float64], NDArray[np.int64]]
    first_lived: int
    percentile: float | None = None
    truncation: dict[int, NDArray[np.int64]] = field(default_factory=dict)
    history: dict[int, Tally] = field(default_factory=dict)
    remembered: dict[int, PastYear] = field(default_factory=dict)
    lived: int = 0

    @property
    def n_people(self) -> int:
        """Rows, those not yet entered included."""
        return len(self.people.status)

    @property
    def n_markets(self) -> int:
        """Number of markets."""
        return len(self.onset)

    @property
    def n_practices(self) -> int:
        """Number of practices."""
        return len(self.providers.market)

    @property
    def first_counted(self) -> int:
        """First year whose sums are kept; those before it only lead up to it."""
        return next(
            year for year in itertools.count(self.first_lived) if first_lived_for(year) >= self.first_lived
        )

    @property
    def base_years(self) -> tuple[int, ...]:
        """The three calendar years before the first performance year, oldest first."""
        return tuple(range(self.first_py - BASE_YEARS, self.first_py))

    def markets(self, year: int) -> Markets:
        """Return the kernels' market tables of a year."""
        level = self.evidence.array("spending.level") * self.evidence.array("spending.level_fit") * 12.0
        return Markets(
            level=level * self.trend.at(year),
            onset=self.onset,
            first_row=self.first_row,
            first_practice=self.providers.first_practice,
            choice_share=self.choice[0],
            choice_other=self.choice[1],
            changes=self.changes,
        )

    def health(self, year: int) -> Health:
        """Return the kernels' health parameters of a year."""
        return in_year(self._health, self.evidence, self.criteria, year)

    @property
    def episodes(self) -> Episodes:
        """The kernels' parameters of episodes, the same in all years."""
        return self._health.episodes

    @cached_property
    def changes(self) -> NDArray[np.float64]:
        """Changes of practice for each that leads out of an ACO, shape (markets,)."""
        return changes_by_market(self.providers)

    @cached_property
    def _health(self) -> Health:
        return build_health(self.evidence)

    def untouched(self, year: int | None = None) -> Practices:
        """Return practices that no ACO touches, as they are in a year; by default as they were drawn."""
        one, none = np.ones(self.n_practices), np.zeros(self.n_practices)
        spending, coding = (one, one) if year is None else self.course.at(year)
        alike = dict.fromkeys(Practices._fields, one)
        habits = self.providers.habits
        efficiency = self.providers.efficiency * spending * habits.price
        own = {"efficiency": efficiency, "coding": coding, "attest": none, "stays_habit": habits.stays}
        own |= {name: getattr(habits, name) for name in CARE_HABITS}
        own |= nothing_offered(self.n_practices) | serving_nobody(self.n_practices)
        own["answers"] = self.no_answers()
        return Practices(**(alike | own))

    def no_answers(self) -> NDArray[np.float64]:
        """Return what specialists do about their episodes where they do nothing, see :class:`Practices`."""
        return np.empty((0, N_EPISODES, self.providers.specialists.share.shape[1], 3))

    def referrals(self, asked: Asked) -> Referrals:
        """Return the kernels' referral tables: who refers to whom only where episodes are asked for."""
        wanted = np.tile(asked.of_practices(self.n_practices), (2, 1))
        return Referrals(self._refers if asked.episodes else np.empty((0, 0, 0)), wanted)

    @cached_property
    def _refers(self) -> NDArray[np.float64]:
        made = self.providers.specialists
        share = np.cumsum(made.share, axis=1)[:, None, :]
        return np.ascontiguousarray(np.broadcast_to(share, made.by_specialty.shape))

    def zeros(self, asked: Asked = NOTHING_FURTHER, regions: int = 1) -> Tally:
        """Return sums of a year that are all zero."""
        referred = self.providers.specialists.share.shape[1]
        return zeros(self.n_practices, self.n_markets, asked, n_referred=referred, regions=regions)

    def live(
        self,
        people: People,
        year: int,
        practices: Practices,
        reference_spend: NDArray[np.int32] | None,
        threads: int,
        health: Health | None = None,
        asked: Asked = NOTHING_FURTHER,
    ) -> tuple[Tally, int]:
        """Live one year and return the exact sums and the number of people who lived it.

        Parameters
        ----------
        people : People
            Columns, changed in place.
        year : int
        practices : Practices
            What practices do this year.
        reference_spend : int32, shape (people,) or None
            Cents of the reference arm this year; None in the reference arm.
        threads : int
            Cores to use; the result does not depend on it.
        health : Health, optional
            Health parameters of an arm that differs from the world's.
        asked : Asked
            Sums wanted beyond those that cost no time.
        """
        tables = self.tables(year, asked)
        health = self.health(year) if health is None else health
        tallies = [self.zeros(asked) for _ in range(max(1, threads))]
        listed = EpisodeList(asked, self.n_people)
        strips = listed.strips(len(tallies))

        def task(worker: int, start: int, stop: int) -> int:
            number = self.live_rows(
                people, start, stop, tables, practices, health, reference_spend, tallies[worker], NOBODY,
                strips[worker],
            )  # fmt: skip
            listed.take(start, strips[worker])
            return number

        lived = over_chunks(task, self.n_people, threads)
        for other in tallies[1:]:
            add(tallies[0], other)
        tallies[0] = tallies[0]._replace(listed=listed.rows())
        if self.percentile is None or year < self.first_counted:
            return tallies[0], lived
        if reference_spend is None:
            self.cut_off(people, year, threads)
        return self.with_types(tallies[0], people, year, practices, threads), lived

    def cut_off(self, people: People, year: int, threads: int = 1) -> None:
        """Note where spending of a year is cut off: at a percentile of the reference arm's `people`."""
        if self.percentile is not None:
            self.truncation[year] = truncation(people, year, self.percentile, threads)

    def with_types(
        self, tally: Tally, people: People, year: int, practices: Practices, threads: int = 1
    ) -> Tally:
        """Return a lived year's sums with those by enrollment type.

        Parameters
        ----------
        tally : Tally
        people : People
            Columns of the arm as the year left them.
        year : int
            One whose limits of spending are known, see :meth:`cut_off`.
        practices : Practices
            What practices did.
        threads : int
            Cores to use; the result does not depend on it.
        """
        types = by_type(people, year, practices, self.disease, self.n_markets, self.truncation[year], threads)
        return tally._replace(types=types)

    def tables(self, year: int, asked: Asked) -> YearTables:
        """Return the kernels' tables of a year that are the same in all arms."""
        return YearTables(year, self.markets(year), self.referrals(asked))

    def live_rows(
        self,
        people: People,
        start: int,
        stop: int,
        tables: YearTables,
        practices: Practices,
        health: Health,
        reference_spend: NDArray[np.int32] | None,
        tally: Tally,
        followers: Followers,
        strip: Strip,
    ) -> int:
        """Live a year for some rows; see :func:`sim.kernels.beneficiary_year.live_year`."""
        return int(
            live_year(
                people,
                start,
                stop,
                tables.year,
                self.key,
                tables.markets,
                practices,
                self.disease,
                health,
                tables.referrals,
                np.empty(0, np.int32) if reference_spend is None else reference_spend,
                tally,
                followers,
                strip,
            )
        )

    def branch(self) -> People:
        """Return the people of 1 January of the first PY for one arm."""
        return copy_people(self.people)


def history_years(first_py: int) -> range:
    """Return the calendar years lived before the first performance year."""
    return range(first_lived_for(first_py - BASE_YEARS), first_py)


def first_lived_for(base_year: int) -> int:
    """Return the first year to live for the sums of a year: the burn-in and the years it looks back on.

    The burn-in is left out as far as nothing is known of its years.
    """
    looked_back = base_year - LOOKBACK_YEARS
    return max(looked_back - BURN_IN_YEARS, min(looked_back, EARLIEST_LIVED))
