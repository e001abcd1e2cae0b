"""Who is in a home-based programme: those it is open to whose draw, once a person, says so, and no others."""

from __future__ import annotations

import numpy as np
import pytest
from little_world import newborn

from sim.kernels.codes import Cell, HomeOpen, ServedSum, Status, Sum
from sim.kernels.draws import Decision, uniforms
from sim.kernels.layout import copy_people
from sim.kernels.tally import Asked
from sim.population.health import with_prevention

ROWS, SHARE = 40_000, 0.6
SERVED = Asked(served=True)


@pytest.fixture(scope="module")
def world():
    made = newborn(ROWS)
    for year in range(made.first_lived, made.first_lived + 4):
        made.live(made.people, year, made.untouched(), None, 1)
    return made, made.first_lived + 4


def with_programme(made, opened, **factors):
    """Return practices of which every other one has a programme."""
    some = np.arange(made.n_practices) % 2 == 0
    levers = {"home_care": np.where(some, SHARE, 0.0), "home_open": np.full(len(some), float(opened))}
    return made.untouched()._replace(
        **levers, **{name: np.where(some, value, 1.0) for name, value in factors.items()}
    )


@pytest.mark.parametrize("opened", list(HomeOpen))
def test_who_is_in_it_two_years_in_a_row(world, opened):
    made, year = world
    people = copy_people(made.people)
    draw = uniforms(made.key, np.arange(ROWS), 0, Decision.PERSON_HOME_CARE)[:, 0]
    before = np.zeros(ROWS, bool)
    for when in (year, year + 1):
        start = copy_people(people)
        tally, _ = made.live(people, when, with_programme(made, opened), None, 1, asked=SERVED)
        open_to = {
            HomeOpen.HIGH_NEEDS: np.ones(ROWS, bool),
            HomeOpen.HOMEBOUND: start.conditions & made.health(when).high_needs.conditions > 0,
            HomeOpen.AFTER_STAY: start.event > 0,
        }[opened]
        may = (people.aligned >= 0) & (people.aligned % 2 == 0) & (people.cell % 3 == Cell.HN_CLAIMS)
        may &= open_to & (people.months > 0)
        inside = may & (draw < SHARE)
        served = tally.served.sum(axis=0)
        assert served[ServedSum.PERSONS] == inside.sum() > 50
        assert served[ServedSum.MONTHS] == people.months[inside].sum()
        assert served[ServedSum.SPEND] == people.spend[inside].sum()
        assert served[ServedSum.DEATHS] == (inside & (people.status == Status.DEAD)).sum()
        assert served[ServedSum.MOVED] == (inside & (people.status == Status.ADVANTAGE)).sum()
        # Who was in it and may be is in it again.
        assert (inside[before & may]).all()
        before = inside


def test_it_touches_nobody_else_and_what_it_saves_is_the_difference(world):
    made, year = world
    plain, people = copy_people(made.people), copy_people(made.people)
    levers = with_programme(made, HomeOpen.HIGH_NEEDS, home_effect=0.9, home_last_effect=0.7, home_ed=0.8)
    without, _ = made.live(plain, year, made.untouched(), None, 1)
    tally, _ = made.live(people, year, levers, None, 1, asked=SERVED)
    draw = uniforms(made.key, np.arange(ROWS), 0, Decision.PERSON_HOME_CARE)[:, 0]
    inside = (draw < SHARE) & (people.aligned % 2 == 0) & (people.cell % 3 == Cell.HN_CLAIMS)
    for name in people._fields:
        mine, theirs = getattr(people, name), getattr(plain, name)
        rows = ~inside if name == "spend" else slice(None)
        np.testing.assert_array_equal(mine[rows], theirs[rows], err_msg=name)
    served = tally.served.sum(axis=0)
    saved = plain.spend[inside].astype(np.int64).sum() - people.spend[inside].astype(np.int64).sum()
    assert served[ServedSum.SAVED] == saved > 0
    care = (without.care - tally.care).sum(axis=(0, 1))
    assert care[Sum.STAYS] == served[ServedSum.STAYS_SPARED] > 0
    assert care[Sum.ED_VISITS] == served[ServedSum.ED_SPARED] > 0
    assert care[Sum.SPEND] == saved
    for name in (Sum.PERSONS, Sum.MONTHS, Sum.DEATHS, Sum.TRUE_RISK, Sum.CODED_RISK, Sum.PQEM_VISITS):
        assert care[name] == 0


def test_beside_falls_prevention_what_both_take_off_is_the_difference(world):
    """The programme's part is what it is without prevention, and prevention averts of what that leaves."""
    made, year = world
    usual = with_prevention(made.health(year), made.evidence)
    # Much of both, so that they often act on the same person.
    falls = usual.falls._replace(at_risk=1.0, at_risk_slope=0.0, stays=0.4, ed_visits=0.4)
    health = usual._replace(falls=falls._replace(visit_cost=40.0 * falls.visit_cost))
    at_home = with_programme(made, HomeOpen.HIGH_NEEDS, home_effect=0.7, home_last_effect=0.4, home_ed=0.6)
    offered = {"falls_uptake": np.ones(made.n_practices)}
    levers = {
        "neither": made.untouched(),
        "home": at_home,
        "falls": made.untouched()._replace(**offered),
        "both": at_home._replace(**offered),
    }
    tallies = {
        name: made.live(copy_people(made.people), year, does, None, 1, health, asked=SERVED)[0]
        for name, does in levers.items()
    }
    care = {name: tally.care.sum(axis=(0, 1)) for name, tally in tallies.items()}
    home, both = (tallies[name].served.sum(axis=0) for name in ("home", "both"))

    def less(one, other, which):
        return care[one][which] - care[other][which]

    for one in (ServedSum.SAVED, ServedSum.STAYS_SPARED, ServedSum.LAST_SAVED, ServedSum.PERSONS):
        assert both[one] == home[one] > 0, one.name
    averted = care["both"][Sum.AVERTED_SPEND]
    assert less("neither", "both", Sum.SPEND) == both[ServedSum.SAVED] + averted
    assert less("home", "both", Sum.SPEND) == averted > 0
    assert averted != care["falls"][Sum.AVERTED_SPEND]
    assert 0 < home[ServedSum.LAST_SPEND] - both[ServedSum.LAST_SPEND] < averted
    visits, stays = care["both"][Sum.AVERTED_ED_VISITS], care["both"][Sum.AVERTED_STAYS]
    assert visits == care["falls"][Sum.AVERTED_ED_VISITS] > 0
    assert less("neither", "both", Sum.ED_VISITS) == both[ServedSum.ED_SPARED] + visits
    assert less("home", "both", Sum.FALL_STAYS) == stays > 0
    # What the programme spares of falls is spared of those of people protected, too: all who are aligned.
    assert care["falls"][Sum.PROTECTED_ED_VISITS] > care["both"][Sum.PROTECTED_ED_VISITS] > 0
    assert less("falls", "both", Sum.FALL_ED_VISITS) == less("falls", "both", Sum.PROTECTED_ED_VISITS)
