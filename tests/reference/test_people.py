"""The plain-Mesa model and the kernel are two writings of one year: with the same draws, the same lives."""

from __future__ import annotations

from functools import partial, reduce
from operator import and_

import numpy as np
import pytest

from sim.kernels import quantiles
from sim.kernels.beneficiary_year import live_year
from sim.kernels.codes import (
    DIED_AT_ONCE,
    LEFT_BEFORE_END,
    WITH_ESRD,
    Cell,
    HomeOpen,
    Listed,
    ServedSum,
    Status,
    Sum,
)
from sim.kernels.draws import Decision, Key, draw4, unit, unit52
from sim.kernels.following import NOBODY
from sim.kernels.layout import People, Practices
from sim.kernels.strip import make_strip
from sim.kernels.tally import Asked
from sim.population.world import World
from sim.reference.inputs import Draws, Tables, binomial, poisson
from sim.reference.people import DEAD, PlainModel
from sim.scenarios import Scenario
from sim.start import make_world

SCENARIO = """
schema_version = 1
[study]
name = "two-markets"
seed = 11
[population]
aco_market_share = "40 %"
[[population.acos]]
name = "a"
entry = "renewing"
leadership = "physician"
market = "urban"
lives = "700 people"
[[population.acos]]
name = "b"
entry = "newly_entering"
leadership = "hospital"
market = "rural"
lives = "500 people"
high_needs_share = "40 %"
[arms.no_aco]
program = "none"
"""

# Which lanes of which of the kernel's decisions each of a person's draws is.
LANES = {
    "death": (Decision.LIFE, 0),
    "death_month": (Decision.LIFE, 1),
    "leaving": (Decision.LIFE, 2),
    "onset_count": (Decision.LIFE, 3),
    "leaving_month": (Decision.LEAVING, 0),
    "changing_practice": (Decision.CARE, 0),
    "attesting": (Decision.CARE, 1),
    "use": (Decision.CARE, 2),
    "visits": (Decision.CARE, 3),
    "ambulatory_cost": (Decision.COST, 0, 1),
    "event": (Decision.COST, 2),
    "elsewhere": (Decision.COST, 3),
    "event_cost": (Decision.EVENT_COST, 0, 1),
    "stays": (Decision.EVENT_COST, 2),
    "snf": (Decision.EVENT_COST, 3),
    "snf_days": (Decision.AFTER_STAY, 0),
    "hospice": (Decision.AFTER_STAY, 1),
    "averted": (Decision.AFTER_STAY, 2),
    "sent_home": (Decision.AFTER_STAY, 3),
    "cause": (Decision.EVENT_COURSE, 0),
    "readmissions": (Decision.EVENT_COURSE, 1),
    "event_month": (Decision.EVENT_COURSE, 2),
    "follow_up": (Decision.EVENT_COURSE, 3),
    "emergencies": (Decision.USE, 0),
    "procedure": (Decision.USE, 1),
    "clinical_value": (Decision.USE, 2),
    "fall_visits": (Decision.USE, 3),
    "procedure_cost": (Decision.PROCEDURE, 0, 1),
    "procedure_month": (Decision.PROCEDURE, 2),
    "procedure_setting": (Decision.PROCEDURE, 3),
    "high_needs_month": (Decision.HIGH_NEEDS_ENTRY, 0),
    "averted_visits": (Decision.FALLS, 0),
    "home_emergencies": (Decision.HOME_CARE, 0),
}
# What is drawn of a person once.
ONCE = {
    "home_care": (Decision.PERSON_HOME_CARE, 0),
    "full_benefit": (Decision.PERSON_MEDICAID, 0),
    "covered": (Decision.PERSON_MEDICAID, 1),
    "at_risk_of_falls": (Decision.PERSON_FALLS, 0),
    "falls_prevention": (Decision.PERSON_FALLS, 1),
    "cost_sharing_support": (Decision.PERSON_FALLS, 2),
}


def kernel_draws(key: Key, model: PlainModel, row: int) -> Draws:
    """Return what the kernel draws for a row in the model's year."""

    def uniform(decision: Decision, *lanes: int, number: int = 0, yearly: bool = True) -> float:
        words = draw4(key, row, model.year if yearly else 0, int(decision), number)
        return float(unit(words[lanes[0]])) if len(lanes) == 1 else float(unit52(*(words[i] for i in lanes)))

    def pair(decision: Decision):
        return partial(uniform, decision, 0), partial(uniform, decision, 1)

    def missing(halvings: int) -> int:
        words = [int(word) for word in draw4(key, row, model.year, int(Decision.CODING), 0)]
        return reduce(and_, words[:halvings])

    return Draws(
        missing=missing,
        onset=lambda number: uniform(Decision.ONSET, number),
        recovery=lambda k: uniform(Decision.RECOVERY, k % 4, number=k // 4),
        specialist=lambda kind: uniform(Decision.SPECIALIST, 0, number=kind),
        specialist_luck=lambda kind: uniform(Decision.SPECIALIST, 1, 2, number=kind),
        specialist_number=lambda kind: uniform(Decision.SPECIALIST, 3, number=kind),
        new_practice=pair(Decision.PRACTICE_CHOICE),
        other_practice=pair(Decision.OTHER_PRACTICE),
        **{name: partial(uniform, *where) for name, where in LANES.items()},
        **{name: partial(uniform, *where, yearly=False) for name, where in ONCE.items()},
    )


ASKED = Asked(referred=True, served=True)
# Of every other practice's people months are wanted. Kinds of episode that practices want one by one: none,
# odd ones or all.
LISTED = (0, 0xAAAA, 0xFFFF)


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(Scenario.from_toml(SCENARIO), replicate=3)


def touched(world: World, year: int) -> Practices:
    """Return practices that all do something, each another thing; a third of them take attestations."""
    rng = np.random.default_rng(year)

    def factors(spread: float) -> np.ndarray:
        return 1.0 + spread * rng.standard_normal(world.n_practices)

    answers = 1.0 + 0.2 * rng.standard_normal((world.n_practices, *world.no_answers().shape[1:]))
    attest, uptake, support = (
        np.where(rng.random(world.n_practices) < 1 / 3, share, 0.0) for share in (0.2, 0.8, 0.7)
    )
    offered = {"falls_uptake": uptake, "support_uptake": support, "support_effect": 1.0 + factors(0.1)}
    served = {
        "home_care": np.where(rng.random(world.n_practices) < 2 / 3, 0.6, 0.0),
        "home_open": rng.integers(0, len(HomeOpen), world.n_practices).astype(np.float64),
        "home_effect": 0.8 * factors(0.1),
        "home_last_effect": factors(0.2),
        "home_ed": factors(0.2),
        "full_benefit": np.where(rng.random(world.n_practices) < 2 / 3, 0.7, 0.0),
        "medicaid": np.where(rng.random(world.n_practices) < 2 / 3, 0.8, 0.0),
        "medicaid_cell": rng.choice([0.0, 3.0], world.n_practices),
    }
    factored = [factors(0.1) for _ in range(12)]
    # In the first year nobody has a contract.
    answers = answers if year > world.first_py else world.no_answers()
    habits = ("readmission", "follow_up", "glycemic_poor", "pressure_controlled")
    own = {"coding": factors(0.03), "attest": attest, "answers": answers, "stays_habit": factors(0.1)}
    own |= {name: rng.random(world.n_practices) for name in habits} | offered | served
    return Practices(world.providers.efficiency, *factored, **own)


def asked_of(world: World) -> Asked:
    practices = range(world.n_practices)
    listed = tuple(LISTED[practice % len(LISTED)] for practice in practices)
    return ASKED._replace(monthly=tuple(practice % 2 for practice in practices), listed=listed)


def tables(world: World) -> dict[int, Tables]:
    referrals = world.referrals(asked_of(world))
    return {
        year: Tables(world.markets(year), world.untouched(), world.disease, world.health(year), referrals)
        for year in range(world.first_py, world.last_py + 1)
    }


def eventful(world: World, year: int, plain: Tables) -> Tables:
    """Return tables of a year in which practices do much, and high scores and risk of falls are common."""
    criteria = plain.health.high_needs._replace(score=1.2, score_with_admissions=0.8)
    falls = plain.health.falls._replace(at_risk=0.9, lasts=3, stays=0.5, ed_visits=0.6)
    health = plain.health._replace(high_needs=criteria, falls=falls)
    return plain._replace(practices=touched(world, year), health=health)


def test_plain_model_and_kernel_live_the_same_lives(world: World) -> None:
    years = {year: eventful(world, year, plain) for year, plain in tables(world).items()}
    people: People = world.branch()
    rows = range(world.n_people)
    asked = asked_of(world)
    model = PlainModel(people, rows, years, partial(kernel_draws, world.key), asked=asked)
    persons = dict(zip([row for row in rows if people.status[row] != DEAD], model.agents, strict=True))
    seen = {"deaths": 0, "advantage": 0, "entrants": 0, "esrd": 0, "snf": 0, "recovered": 0, "again": 0}
    cells: set[int] = set()
    served = np.zeros(len(ServedSum), np.int64)
    states: set[int] = set()
    for year, (markets, practices, disease, health, referrals) in years.items():
        before = people.status.copy(), people.conditions.copy()
        tally = world.zeros(asked)
        none, strip = np.empty(0, np.int32), make_strip(len(rows))
        lived = live_year(
            people,
            0,
            len(rows),
            year,
            world.key,
            markets,
            practices,
            disease,
            health,
            referrals,
            none,
            tally,
            NOBODY,
            strip,
        )
        lived_before = model.lived
        model.step()
        assert model.lived - lived_before == lived
        assert np.array_equal(np.array(model.sums), tally.care)
        assert np.array_equal(np.array(model.episodes), tally.episodes)
        assert np.array_equal(np.array(model.monthly), tally.monthly)
        assert np.array_equal(np.array(model.referred), tally.referred)
        wrong = np.flatnonzero((np.array(model.served) != tally.served).any(axis=0))
        assert wrong.size == 0, (year, [ServedSum(which).name for which in wrong])
        served += tally.served.sum(axis=0)
        episodes = strip.episode_rows[: strip.listing[0]]
        assert np.array_equal(np.array(model.listed), episodes)
        states |= set(episodes[:, Listed.STATE].tolist())
        for name in People._fields:
            ours = np.array([getattr(person, name) for person in persons.values()])
            theirs = getattr(people, name)[list(persons)]
            wrong = np.flatnonzero(ours.astype(theirs.dtype) != theirs)
            assert wrong.size == 0, (
                year,
                name,
                [(list(persons)[i], ours[i], theirs[i]) for i in wrong[:5]],
            )
        was, had = before
        seen["deaths"] += int(np.sum((was == Status.ENROLLED) & (people.status == Status.DEAD)))
        seen["advantage"] += int(np.sum((was == Status.ENROLLED) & (people.status == Status.ADVANTAGE)))
        seen["again"] += int(np.sum((was == Status.ADVANTAGE) & (people.status == Status.ENROLLED)))
        seen["entrants"] += int(np.sum((was == Status.FUTURE) & (people.status == Status.ENROLLED)))
        seen["esrd"] += int(
            np.sum((people.conditions & health.conditions.kidney_failure > 0) & (people.months > 0))
        )
        seen["snf"] += int(np.sum(people.snf_days > 0))
        seen["recovered"] += int(np.sum(had & ~people.conditions > 0))
        cells |= set(people.cell[people.months > 0].tolist())
        persons = {row: person for row, person in persons.items() if person.status != DEAD}
        for name in ("FALLS_COURSES", "FALLS_PROTECTED", "PROTECTED_STAYS", "PROTECTED_ED_VISITS"):
            seen[name] = seen.get(name, 0) + int(tally.care[..., Sum[name]].sum())
        for name in ("AVERTED_STAYS", "AVERTED_ED_VISITS", "AVERTED_SPEND"):
            seen[name] = seen.get(name, 0) + int(tally.care[..., Sum[name]].sum())
    assert min(seen.values()) > 10, seen
    assert np.abs(served).min() > 10, served
    assert cells == {int(cell) for cell in Cell}
    assert states >= {0, DIED_AT_ONCE, LEFT_BEFORE_END, WITH_ESRD}


def test_the_dead_leave_the_model(world: World) -> None:
    model = PlainModel(world.branch(), range(1000), tables(world))
    living = len(model.agents)
    model.step()
    deaths = sum(cell[Sum.DEATHS] for place in model.sums for cell in place)
    assert deaths > 0
    assert living - deaths >= len(model.agents) > 0.8 * living
    assert all(person.status != DEAD for person in model.agents)


def test_by_itself_it_draws_from_its_own_generator(world: World) -> None:
    def spend(seed: int) -> list[int]:
        model = PlainModel(world.branch(), range(300), tables(world), seed=seed)
        model.step()
        return [person.spend for person in model.agents]

    assert spend(1) == spend(1) != spend(2)


@pytest.mark.parametrize("mean", [0.0, 0.05, 1.0, 4.0])
def test_quantiles_agree_with_the_kernels(mean: float) -> None:
    for u in np.linspace(1e-9, 1.0 - 1e-9, 997).tolist():
        assert poisson(u, mean, 9) == quantiles.poisson(u, mean, 9)
        assert binomial(u, 6, mean / 5.0) == quantiles.binomial(u, 6, mean / 5.0)
