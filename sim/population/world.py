"""The starting world of a replicate: markets, people, practices, ACOs and the years before the first PY."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.inputs.evidence import Evidence
from sim.inputs.lead_criteria import Criteria
from sim.kernels.beneficiary_year import live_year
from sim.kernels.birth import Origins, create
from sim.kernels.chunks import over_chunks
from sim.kernels.draws import Key, make_key
from sim.kernels.health import Health
from sim.kernels.layout import (
    Disease,
    Markets,
    People,
    Practices,
    Referrals,
    copy_people,
    make_people,
)
from sim.kernels.selection import EVERYBODY, Selection
from sim.kernels.strip import Strip, make_strip
from sim.kernels.tally import NOTHING_FURTHER, Asked, Tally, add, zeros
from sim.population.disease import build_disease, spread_over_ages
from sim.population.health import build_health, in_year
from sim.population.market_risk import hazard_on, risk_curve
from sim.population.market_traits import MarketTraits, high_needs_share, market_traits
from sim.population.plan import AcoPlan
from sim.population.practices import Providers, choice_tables, draw_providers, market_people
from sim.population.trend import Trend, draw_trend
from sim.population.truncation import by_type, truncation

BASE_YEARS = 3
LOOKBACK_YEARS = 2


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
    trend : Trend
    first_lived : int
        First calendar year lived.
    percentile : float or None
        Of national spending, at which spending by enrollment type is cut off; None where no program of any
        arm looks at enrollment types, which are then left out of all sums.
    history : dict of int to Tally
        Exact sums of the years before the first performance year, but for the first two.
    truncation : dict of int to int64 array of shape (kinds,)
        Cents a year at which spending is cut off, of every year that the reference arm has lived.
    """

    key: Key
    plans: tuple[AcoPlan, ...]
    first_py: int
    last_py: int
    evidence: Evidence
    criteria: Criteria
    people: People
    providers: Providers
    trend: Trend
    disease: Disease
    onset: NDArray[np.float64]
    first_row: NDArray[np.int64]
    choice: tuple[NDArray[np.float64], NDArray[np.int64]]
    first_lived: int
    percentile: float | None = None
    truncation: dict[int, NDArray[np.int64]] = field(default_factory=dict)
    history: dict[int, Tally] = field(default_factory=dict)
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
    def base_years(self) -> tuple[int, ...]:
        """The three calendar years before the first performance year, oldest first."""
        return tuple(range(self.first_py - BASE_YEARS, self.first_py))

    def markets(self, year: int) -> Markets:
        """Return the kernels' market tables of a year."""
        level = self.evidence.array("spending.level") * self.evidence.array("spending.level_fit") * 12.0
        before = year - self.first_lived
        if before < BASE_YEARS + LOOKBACK_YEARS:
            level = level * self.evidence.array("spending.start_fit")[before]
        return Markets(
            level=level * self.trend.at(year),
            onset=self.onset,
            first_row=self.first_row,
            first_practice=self.providers.first_practice,
            choice_share=self.choice[0],
            choice_other=self.choice[1],
        )

    def health(self, year: int) -> Health:
        """Return the kernels' health parameters of a year."""
        return in_year(self._health, self.evidence, self.criteria, year)

    @cached_property
    def _health(self) -> Health:
        return build_health(self.evidence)

    def untouched(self) -> Practices:
        """Return practices that no ACO touches."""
        one, none = np.ones(self.n_practices), np.zeros(self.n_practices)
        return Practices(self.providers.efficiency, one, one, one, one, one, one, none)

    def referrals(self, asked: Asked) -> Referrals:
        """Return the kernels' referral tables, empty unless episodes by specialist are asked for."""
        made = self.providers.specialists
        if not asked.referred:
            return Referrals(np.empty((0, 0, 0)))
        share = np.cumsum(made.share, axis=1)[:, None, :]
        return Referrals(np.ascontiguousarray(np.broadcast_to(share, made.by_specialty.shape)))

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
        strips = [make_strip() for _ in tallies]

        def task(worker: int, start: int, stop: int) -> int:
            return self.live_rows(
                people,
                start,
                stop,
                tables,
                practices,
                health,
                reference_spend,
                tallies[worker],
                EVERYBODY,
                strips[worker],
            )

        lived = over_chunks(task, self.n_people, threads)
        for other in tallies[1:]:
            add(tallies[0], other)
        return self._with_types(tallies[0], people, year, practices, reference_spend is None, threads), lived

    def _with_types(
        self,
        tally: Tally,
        people: People,
        year: int,
        practices: Practices,
        is_reference: bool,
        threads: int,
    ) -> Tally:
        """Add the sums by enrollment type where a program looks at them; the reference arm is the nation."""
        if self.percentile is None:
            return tally
        if is_reference:
            self.truncation[year] = truncation(people, year, self.percentile, threads)
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
        selection: Selection,
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
                selection,
                strip,
            )
        )

    def branch(self) -> People:
        """Return the people of 1 January of the first PY for one arm."""
        return copy_people(self.people)


def history_years(first_py: int) -> range:
    """Return the calendar years lived before the first performance year: base years and their lookback."""
    return range(first_py - BASE_YEARS - LOOKBACK_YEARS, first_py)


def build_world(
    plans: tuple[AcoPlan, ...],
    evidence: Evidence,
    criteria: Criteria,
    years: range,
    aco_market_share: float,
    seed: int,
    replicate: int,
    threads: int = 1,
    *,
    history: bool = True,
    first_lived: int | None = None,
    percentile: float | None = None,
) -> World:
    """Make the world of a replicate and live its history.

    Parameters
    ----------
    plans : tuple of AcoPlan
        ACOs wanted.
    evidence : Evidence
    criteria : Criteria
        The program's High Needs and alignment numbers.
    years : range
        Performance years.
    aco_market_share : float
        Share of each market's assignable people who are in its ACOs.
    seed, replicate : int
        Key of all draws.
    threads : int
        Cores to use.
    history : bool
        Whether the years before the first performance year are lived already.
    first_lived : int, optional
        First calendar year lived, where some ACO's base years ask for more than :func:`history_years`.
    percentile : float, optional
        See :class:`World`.
    """
    key = make_key(seed, replicate)
    labels = list(dict.fromkeys(plan.market for plan in plans))
    by_market = [[a for a, plan in enumerate(plans) if plan.market == label] for label in labels]
    traits = market_traits(plans, by_market, evidence, key)
    high_needs = high_needs_share(traits, evidence)
    live = np.array(
        [
            market_people([plans[a] for a in acos], share, evidence, aco_market_share)
            for acos, share in zip(by_market, high_needs.tolist(), strict=True)
        ]
    )
    providers = draw_providers(plans, by_market, live, high_needs, evidence, key)
    before = history_years(years[0])
    before = range(before[0] if first_lived is None else first_lived, years[0])
    ages = _ages(evidence)
    origins, rows_per_person = _origins(traits.mix, ages, evidence, range(before[0], years[-1] + 1), years[0])
    lost = _further_losses(traits, evidence)
    people_at_start = live / (1.0 - lost) ** (years[0] - before[0])
    rows = np.maximum(1, np.round(people_at_start * rows_per_person)).astype(np.int64)
    first_row = np.concatenate([[0], np.cumsum(rows)]).astype(np.int64)
    people = make_people(int(first_row[-1]))
    people.market[:] = np.repeat(np.arange(len(labels)), rows)
    disease = build_disease(evidence)
    world = World(
        key=key,
        plans=plans,
        first_py=years[0],
        last_py=years[-1],
        evidence=evidence,
        criteria=criteria,
        people=people,
        providers=providers,
        trend=draw_trend(evidence, key, range(before[0], years[-1] + 1), traits.level),
        disease=disease,
        onset=hazard_on(_risk_curve(evidence), traits.risk ** evidence.array("market.risk_power")),
        first_row=first_row,
        choice=choice_tables(providers),
        first_lived=before[0],
        percentile=percentile,
    )
    markets, health = world.markets(before[0]), world.health(before[0])
    strips = [make_strip() for _ in range(threads)]
    over_chunks(
        lambda worker, start, stop: int(
            create(people, start, stop, key, origins, markets, world.disease, health, strips[worker])
        ),
        world.n_people,
        threads,
    )
    for year in before if history else ():
        tally, lived = world.live(people, year, world.untouched(), None, threads)
        if year >= before[0] + LOOKBACK_YEARS:
            world.history[year] = tally
        world.lived += lived
    return world


@lru_cache(maxsize=8)
def _risk_curve(evidence: Evidence) -> NDArray[np.float64]:
    """Return how mean risk follows the hazard of disease among people of the start."""
    return risk_curve(
        build_disease(evidence),
        _ages(evidence)[0],
        evidence.array("demography.dual"),
        evidence.number("conditions.frailty_spread"),
        1.0 - 0.5 ** evidence.number("conditions.uncoded_halvings"),
    )


def _ages(evidence: Evidence) -> NDArray[np.float64]:
    """Return age distributions at the start of the history and of entrants, shape (2, kinds, ages)."""
    edges = evidence.array("demography.age_bands")
    return np.stack(
        [spread_over_ages(evidence.array(f"demography.{which}"), edges) for which in ("age", "entrant_age")]
    )


def _origins(
    market_mix: NDArray[np.float64],
    ages: NDArray[np.float64],
    evidence: Evidence,
    years: range,
    first_py: int,
) -> tuple[Origins, float]:
    """Return where people come from, and the rows needed per person living in the first performance year."""
    stock = _stock(evidence, years)
    inflow = [evidence.number("demography.inflow", year) for year in years[1:]]
    entry = np.array([1.0, *(share * size for share, size in zip(inflow, stock[1:], strict=True))])
    rows = float(entry.sum() / stock[years.index(first_py)])
    entrant = evidence.array("demography.entrant_mix") / evidence.array("demography.mix")
    mix = np.stack([market_mix, market_mix * entrant])
    origins = Origins(
        first_year=years[0],
        entry=np.cumsum(entry / entry.sum()),
        mix=np.cumsum(mix / mix.sum(axis=2, keepdims=True), axis=2),
        age=np.cumsum(ages, axis=2),
        female=evidence.array("demography.female").copy(),
        dual=evidence.array("demography.dual").copy(),
        originally_disabled=evidence.array("demography.originally_disabled").copy(),
        no_supplement=evidence.number("demography.no_supplement"),
        frailty_spread=evidence.number("conditions.frailty_spread"),
        disease_cost_link=evidence.number("care.cost_link"),
    )
    return origins, rows


def _stock(evidence: Evidence, years: range) -> list[float]:
    """Return the people of each year relative to those of the first."""
    growth = [1.0 + evidence.number("demography.stock_growth", year) for year in years[1:]]
    # A growth that lasts is raised to the years it lasts: no rounding year by year.
    return [
        math.prod(one**lasting for one, lasting in Counter(growth[:t]).items()) for t in range(len(years))
    ]


def _further_losses(traits: MarketTraits, evidence: Evidence) -> NDArray[np.float64]:
    """Return the yearly share of people that each market loses beyond the nation, shape (markets,).

    People with Medicaid move to Medicare Advantage more, and people with high risk scores die more.
    """
    dual = evidence.array("demography.dual")
    plain, with_medicaid = evidence.array("advantage.leave")
    moved = (with_medicaid - plain) * (traits.mix - evidence.array("demography.mix")) @ dual
    risk = (traits.mix * traits.risk).sum(axis=1)
    died = evidence.number("mortality.overall") * evidence.number("mortality.risk_slope") * (risk - 1.0)
    return np.asarray(moved + died)
