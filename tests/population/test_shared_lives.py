"""Arms that share people have, to the bit, the sums and the people of arms that live by themselves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from little_world import LITTLE, same_rows

from sim.kernels import chunks
from sim.kernels.layout import Practices, same_tables
from sim.kernels.tally import Asked
from sim.population.experience import people_lived
from sim.population.health import with_prevention
from sim.population.shared_lives import SharedLives
from sim.scenarios import Scenario
from sim.start import make_world

YEARS = (2027, 2028, 2029, 2030)
DEEDS = 4  # kinds of what an arm may do in a market in a year; the first is nothing
ALL = Asked(referred=True, types=True, served=True)


def asks(world, arm) -> Asked:
    """Return what an arm asks for, which is not what other arms do."""
    practices = range(world.n_practices)
    everything = ALL._replace(
        monthly=tuple((arm + place) // 2 % 2 for place in practices),
        listed=tuple(0xFFFF * ((arm + place) % 2) for place in practices),
    )
    by_itself = everything._replace(referred=False, listed=tuple(0x00F0 for _ in practices))
    little = Asked(served=True, types=True, listed=tuple(0x0001 for _ in practices))
    return (everything, little, by_itself)[arm % 3]


@pytest.fixture(scope="module")
def world():
    return make_world(Scenario.from_toml(LITTLE), 0)


def some_answers(world):
    return np.ones((world.n_practices, *world.no_answers().shape[1:]))


def done(world, deeds, markets) -> Practices:
    """Return practices of an arm that does one of the deeds in each market."""
    plain = world.untouched()
    tables = {name: column.copy() for name, column in plain._asdict().items()}
    for market in range(world.n_markets):
        deed = deeds[market]
        here = np.flatnonzero(world.providers.market == market)
        if deed == 0:
            continue
        rng = np.random.default_rng(deed)
        # The first deed is done by one practice, the others by most of the market.
        who = here[:1] if deed == 1 else here[rng.random(len(here)) < 0.7]
        for name in (
            "base_effect",
            "event_effect",
            "base_spill",
            "event_spill",
            "high_needs_effect",
            "high_needs_event_effect",
            "stays",
            "stays_spill",
            "high_needs_stays",
            "snf",
            "snf_spill",
            "high_needs_snf",
            "coding",
            "stays_habit",
        ):
            tables[name][who] = 1.0 + 0.05 * rng.standard_normal(len(who))
        for name in ("readmission", "follow_up", "glycemic_poor", "pressure_controlled"):
            tables[name][who] = rng.random(len(who))
        tables["attest"][who] = 0.0 if deed == 2 else 0.15
        tables["home_care"][who] = tables["medicaid"][who] = 0.0 if deed == 1 else 0.6
        tables["full_benefit"][who] = 0.7
        tables["home_effect"][who] = 0.9
        # Courses go on protecting people who are aligned elsewhere later.
        tables["falls_uptake"][who] = 0.0 if deed == 1 else 0.5 * rng.random(len(who))
        tables["support_uptake"][who] = 0.5
        tables["support_effect"][who] = 1.2
        if deed == 3:
            tables["answers"] = tables["answers"] if len(tables["answers"]) else some_answers(world)
            own = tables["answers"][who]
            own += 0.1 * rng.standard_normal(own.shape)
            tables["answers"][who] = own
    return Practices(**tables)


def alone(world, arms, years, healths, threads=1):
    """Live every arm by itself; return sums and people by year and arm."""
    people = [world.branch() for _ in healths]
    found = []
    for t, year in enumerate(years):
        sums = []
        for arm, own in enumerate(people):
            reference = people[0].spend if arm else None
            health = healths[arm](year)
            practices = done(world, arms[arm][t], world.n_markets)
            wanted = asks(world, arm)
            sums.append(world.live(own, year, practices, reference, threads, health, wanted)[0])
        found.append((sums, [[column.copy() for column in own] for own in people]))
    return found


def usual(world):
    """Return health parameters by year, with what falls prevention averts."""
    return lambda year: with_prevention(world.health(year), world.evidence)


def compare(world, arms, years, healths, threads, look):
    lives = SharedLives(world, len(arms))
    for t, (year, (sums, people)) in enumerate(zip(years, alone(world, arms, years, healths), strict=True)):
        levers = [
            (done(world, deeds[t], world.n_markets), healths[arm](year)) for arm, deeds in enumerate(arms)
        ]
        together = lives.live(year, levers, threads, [asks(world, arm) for arm in range(len(arms))])
        for arm, (mine, wanted) in enumerate(zip(together, sums, strict=True)):
            for name in mine._fields:
                assert np.array_equal(getattr(mine, name), getattr(wanted, name)), (year, arm, name)
            if look[t]:
                own = lives.people(arm) if arm % 2 else lives.fill(arm)
                assert same_rows(own, type(own)(*people[arm])) == [], (year, arm)
    return lives


deed = st.integers(0, DEEDS - 1)


@settings(
    deadline=None,
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
    phases=[Phase.generate],  # to shrink what takes seconds takes many minutes
)
@given(data=st.data())
def test_arms_together_are_arms_alone(world, monkeypatch, data):
    monkeypatch.setattr(chunks, "CHUNK", data.draw(st.sampled_from([997, 2_500, 10**9])))
    n = data.draw(st.integers(2, 6))
    of_market = st.tuples(*[deed] * world.n_markets)
    arms = [data.draw(st.tuples(*[of_market] * len(YEARS))) for _ in range(n)]
    # Arms often do for years what another does, and the same year after year.
    for arm in range(1, n):
        like = data.draw(st.integers(0, arm))
        since = data.draw(st.integers(0, len(YEARS)))
        arms[arm] = arms[like][:since] + arms[arm][since:]
        if data.draw(st.booleans()):
            arms[arm] = (arms[arm][0],) * 3 + arms[arm][3:]
    compare(
        world,
        arms,
        YEARS,
        [usual(world)] * n,
        data.draw(st.sampled_from([1, 2])),
        data.draw(st.tuples(*[st.booleans()] * 4)),
    )


def sicker(world):
    def of(year):
        health = usual(world)(year)
        return health._replace(visits=health.visits._replace(practice_leave=0.5))

    return of


def test_arms_of_other_health_share_among_themselves(world):
    still, act, other = ((0, 0),) * 4, ((3, 0),) * 4, ((3, 2),) * 4
    own = sicker(world)
    healths = [usual(world), own, usual(world), own, own]
    lives = compare(world, [still, still, act, act, other], YEARS, healths, 2, (True,) * 4)
    wanted = [asks(world, arm) for arm in range(len(healths))]
    alone_rows = sum(people_lived(sums.care) for sums in lives.live(2031, _levers(world, healths), 1, wanted))
    assert alone_rows > 0


def _levers(world, healths):
    return [(world.untouched(), health(2031)) for health in healths]


def test_an_arm_whose_health_becomes_otherwise_lives_by_itself_from_then_on(world):
    def later(year):
        return usual(world)(year) if year < 2029 else sicker(world)(year)

    act = ((3, 1),) * 4
    compare(
        world,
        [((0, 0),) * 4, act, act, act],
        YEARS,
        [usual(world), later, usual(world), later],
        1,
        (True,) * 4,
    )


def test_people_who_are_not_touched_live_once(world):
    still, one = ((0, 0),) * 4, ((1, 0),) * 4
    arms = {
        "same": [still] * 5,
        "one": [still, one],
        "twins": [still, one, one],
        "two": [still, one, ((1, 3),) * 4],
    }
    apart = {
        name: compare(world, deeds, YEARS, [usual(world)] * len(deeds), 1, (False,) * 4).worked_out_apart
        for name, deeds in arms.items()
    }
    assert apart["same"] == 0
    assert 0 < apart["one"] < 0.2 * world.n_people
    assert apart["twins"] == apart["one"]
    # The first market is worked out once for both, the second for one of them.
    assert apart["one"] < apart["two"] < world.n_people


def test_who_is_changed_from_outside_lives_by_itself(world):
    act = done(world, (3, 2), world.n_markets)
    levers = [(world.untouched(), world.health(2027)), (act, world.health(2027)), (act, world.health(2027))]
    lives, single = SharedLives(world, 3), world.branch()
    lives.live(2027, levers, 1)
    reference = world.branch()
    world.live(reference, 2027, levers[0][0], None, 1)
    world.live(single, 2027, act, reference.spend, 1)
    columns = lives.columns(1)
    changed = lives.set_apart(1)
    assert changed is columns
    assert same_rows(changed, single) == []
    for people in (changed, single):
        people.attested[:] = -1
    levers = [(practices, world.health(2028)) for practices, _ in levers]
    sums = lives.live(2028, levers, 1)
    world.live(reference, 2028, levers[0][0], None, 1)
    expected, _ = world.live(single, 2028, act, reference.spend, 1)
    assert same_tables(sums[1], expected)
    assert same_rows(lives.people(1), single) == []
    # The arm that did the same has gone on from the people as they were.
    other, again = world.branch(), world.branch()
    world.live(again, 2027, levers[0][0], None, 1)
    world.live(other, 2027, act, again.spend, 1)
    world.live(again, 2028, levers[0][0], None, 1)
    expected, _ = world.live(other, 2028, act, again.spend, 1)
    assert same_tables(sums[2], expected)
    assert same_rows(lives.people(2), other) == []
