"""Making the world of a replicate: its markets, people and practices, lived until the first PY."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from sim.inputs.evidence import Evidence, kept_by_value
from sim.inputs.lead_criteria import Criteria
from sim.kernels.birth import Origins, create
from sim.kernels.chunks import over_chunks
from sim.kernels.codes import AGED_IN
from sim.kernels.draws import make_key
from sim.kernels.layout import make_people
from sim.kernels.strip import make_strip
from sim.population.course import draw_course
from sim.population.disease import AGES, build_disease, decades_since_65, lost_by_age, spread_over_ages
from sim.population.market_risk import hazard_on, risk_curve
from sim.population.market_traits import MarketTraits, high_needs_share, market_traits
from sim.population.past import remember
from sim.population.plan import AcoPlan
from sim.population.practices import choice_tables, draw_providers, market_people
from sim.population.trend import draw_trend
from sim.population.world import BURN_IN_YEARS, World, history_years


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
    remembered: Collection[int] = (),
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
    remembered : collection of int
        Years of the history to remember person by person.
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
        course=draw_course(providers, len(plans), evidence, key, range(before[0], years[-1] + 1), years[0]),
        # Markets stand at the levels drawn for them while people take on the rest of their past.
        trend=draw_trend(
            evidence, key, range(before[0], years[-1] + 1), traits.level, before[0] + BURN_IN_YEARS
        ),
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
        untouched = world.untouched(year)
        tally, lived = world.live(people, year, untouched, None, threads)
        if year in remembered:
            world.remembered[year] = remember(people, year, untouched.coding)
        if year >= world.first_counted:
            world.history[year] = tally
        world.lived += lived
    return world


@kept_by_value
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
        no_practice=evidence.number("care.no_practice"),
        frailty_spread=evidence.number("conditions.frailty_spread"),
        disease_cost_link=evidence.number("care.cost_link"),
        frailty_lost=lost_by_age(evidence, "conditions.frailty_lost"),
        cost_lost=lost_by_age(evidence, "spending.cost_lost"),
        high_needs_past=_high_needs_past(evidence),
    )
    return origins, rows


def _high_needs_past(evidence: Evidence) -> NDArray[np.float64]:
    """Return the cumulative hazard of having met a High Needs criterion before each age, shape (ages,).

    In the years that are looked back on when a history begins, as far as people were in Medicare.
    """
    rise, bend = evidence.array("high_needs.past")
    looked_back = evidence.number("high_needs.look_back") / 10.0
    until = np.where(AGES < AGED_IN, evidence.number("high_needs.young_years") / 10.0, decades_since_65())
    since = np.maximum(until - looked_back, 0.0)
    return np.asarray(rise * (until - since) + bend * (until**2 - since**2))


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
