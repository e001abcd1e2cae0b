"""A nation-like world of many markets in which no ACO acts, and what its people do year by year."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.inputs.evidence import Evidence
from sim.inputs.lead_criteria import criteria_of
from sim.inputs.rulebook import load_rulebook
from sim.kernels.codes import AGED_IN, DUAL, FEMALE, Kind, Status
from sim.kernels.draws import make_key
from sim.population.build import build_world
from sim.population.disease import condition_names
from sim.population.market_traits import market_traits
from sim.population.plan import AcoPlan
from sim.population.world import World

RULEBOOK = "lead-py2027"
FIRST_PY = 2027
MARKET_SHARE = 0.5
MARKETS_SEED = 1


@dataclass(frozen=True)
class Lived:
    """One year of everybody enrolled for at least a month; arrays of shape (people,).

    Attributes
    ----------
    year : int
    row : int64
        Rows of the people.
    age, kind, market, first_month, months : int
    aco : int64
        ACO of the practice aligned to, -1 for none.
    female, dual, assignable, died, left : bool
        `left` says that the person moved to Medicare Advantage during the year or before it began.
    spend, risk : float64
        Dollars, and prospective score on 1 January.
    carried, conditions : uint32
        On 1 January and on 31 December.
    high_needs, admitted : bool
        High Needs by the end of the year; with a stay after an acute event.
    moved : int64
        Rows of everybody who moved to Medicare Advantage, on 1 January too.
    enrolled_before, enrolled_after : int
        People in Original Medicare when the year begins, before anybody moves or enters, and when it ends.
    entered : bool
        Entered Original Medicare in the year.
    sums, episodes : int64 arrays
        The kernel's, all places together.
    stays : int
        Stays after acute events, those for planned procedures left out.
    """

    year: int
    row: NDArray[np.int64]
    age: NDArray[np.int64]
    kind: NDArray[np.int64]
    market: NDArray[np.int64]
    first_month: NDArray[np.int64]
    months: NDArray[np.int64]
    aco: NDArray[np.int64]
    female: NDArray[np.bool_]
    dual: NDArray[np.bool_]
    assignable: NDArray[np.bool_]
    died: NDArray[np.bool_]
    left: NDArray[np.bool_]
    spend: NDArray[np.float64]
    risk: NDArray[np.float64]
    carried: NDArray[np.uint32]
    conditions: NDArray[np.uint32]
    high_needs: NDArray[np.bool_]
    admitted: NDArray[np.bool_]
    moved: NDArray[np.int64]
    entered: NDArray[np.bool_]
    sums: NDArray[np.int64]
    episodes: NDArray[np.int64]
    stays: int
    enrolled_before: int
    enrolled_after: int


def nation_plans(people: int, markets: int, evidence: Evidence) -> tuple[AcoPlan, ...]:
    """Return one ACO a market, none of which will act, so that all markets together hold `people`."""
    rural = evidence.number("market.rural_share")
    lives = round(people / markets * MARKET_SHARE * evidence.number("care.assignable"))
    return tuple(
        AcoPlan(
            name=f"market-{market}",
            entry="renewing",
            leadership="physician",
            rural=int(rural * (market + 1)) > int(rural * market),
            lives=lives,
            high_needs_share=None,
            former_mssp=False,
            efficiency=0.0,
            market=f"market-{market}",
        )
        for market in range(markets)
    )


def scaled_to_nation(plans: tuple[AcoPlan, ...], evidence: Evidence) -> tuple[AcoPlan, ...]:
    """Return the plans with stated mix and risk, whose means over the markets are the nation's.

    Markets differ as counties do. A hundred of them would not have the nation's mean by chance alone, so they
    are drawn once for nations of all seeds and scaled to have it.
    """
    key = make_key(MARKETS_SEED, 0)
    traits = market_traits(plans, [[market] for market in range(len(plans))], evidence, key)
    mix = traits.mix * (evidence.array("demography.mix") / traits.mix.mean(axis=0))
    mix /= mix.sum(axis=1, keepdims=True)
    risk = traits.risk * (mix.sum(axis=0) / (mix * traits.risk).sum(axis=0))
    return tuple(
        replace(plan, mix=tuple(mix[market].tolist()), risk=tuple(risk[market].tolist()))
        for market, plan in enumerate(plans)
    )


def make_nation(
    evidence: Evidence, people: int, markets: int, seed: int, years: range, threads: int
) -> World:
    """Return the world on 1 January of the first of `years`, its markets drawn as for any other."""
    return _made(nation_plans(people, markets, evidence), evidence, seed, years, threads)


def live_nation(
    evidence: Evidence, people: int, markets: int, seed: int, years: range, threads: int = 2
) -> tuple[World, list[Lived]]:
    """Make a nation of the nation's mix and risk and live it, keeping what happened to everybody."""
    plans = scaled_to_nation(nation_plans(people, markets, evidence), evidence)
    world = _made(plans, evidence, seed, years, threads)
    return world, [live(world, year, threads) for year in years]


def live_history(
    evidence: Evidence, people: int, markets: int, seed: int, last: int = FIRST_PY, threads: int = 2
) -> tuple[World, list[Lived]]:
    """Make a nation and live it from the first year of its history to the `last` one, as `live_nation`."""
    plans = scaled_to_nation(nation_plans(people, markets, evidence), evidence)
    world = _made(plans, evidence, seed, range(FIRST_PY, max(last, FIRST_PY) + 1), threads, history=False)
    return world, [live(world, year, threads) for year in range(world.first_lived, last + 1)]


def _made(
    plans: tuple[AcoPlan, ...],
    evidence: Evidence,
    seed: int,
    years: range,
    threads: int,
    *,
    history: bool = True,
) -> World:
    criteria = criteria_of(load_rulebook(RULEBOOK), FIRST_PY)
    return build_world(plans, evidence, criteria, years, MARKET_SHARE, seed, 0, threads, history=history)


def live(world: World, year: int, threads: int) -> Lived:
    """Live one year and keep what happened."""
    people = world.people
    before = people.conditions.copy()
    status = people.status.copy()
    tally, _ = world.live(people, year, world.untouched(year), None, threads)
    rows = np.flatnonzero(people.months > 0)
    age = year - people.birth_year[rows].astype(np.int64)
    traits = people.traits[rows]
    dual = (traits & DUAL) > 0
    kidney = 1 << condition_names(world.evidence).index("kidney_failure")
    kind = np.where(age < AGED_IN, Kind.DISABLED, np.where(dual, Kind.AGED_DUAL, Kind.AGED_NON_DUAL))
    kind = np.where(before[rows] & kidney, Kind.ESRD, kind)
    entered = status[rows] == Status.FUTURE
    return Lived(
        year=year,
        row=rows,
        age=age,
        kind=kind,
        market=people.market[rows].astype(np.int64),
        first_month=np.where(entered, people.entry_month[rows], 1),
        months=people.months[rows].astype(np.int64),
        female=(traits & FEMALE) > 0,
        dual=dual,
        aco=np.append(world.providers.aco, -1)[people.aligned[rows]],
        assignable=people.aligned[rows] >= 0,
        died=people.status[rows] == Status.DEAD,
        left=people.status[rows] == Status.ADVANTAGE,
        spend=people.spend[rows] / 100.0,
        risk=people.risk[rows].astype(np.float64),
        carried=before[rows],
        conditions=people.conditions[rows],
        high_needs=people.high_needs[rows] > 0,
        admitted=people.admissions[rows] > 0,
        moved=np.flatnonzero((status == Status.ENROLLED) & (people.status == Status.ADVANTAGE)),
        entered=entered,
        sums=tally.care.sum(axis=0),
        episodes=tally.episodes.sum(axis=0),
        stays=int(people.admissions[rows].sum()),
        enrolled_before=int((status == Status.ENROLLED).sum()),
        enrolled_after=int((people.status == Status.ENROLLED).sum()),
    )
