"""By calendar month and by specialist nothing of a year is lost, and each thing is where it belongs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from little_world import newborn

from sim.kernels.by_month import add_months
from sim.kernels.codes import EpisodeSum, Listed, MonthSum, ReferredSum, Sum
from sim.kernels.layout import copy_people
from sim.kernels.tally import Asked, add

ROWS = 40_000
YEARS = 4


@pytest.fixture(scope="module")
def made():
    world = newborn(ROWS)
    for year in range(world.first_lived, world.first_py - 1):
        world.live(world.people, year, world.untouched(), None, 2)
    return world


@pytest.fixture(scope="module")
def lived(made):
    """Return people and sums of a year in which practices act."""
    people = copy_people(made.people)
    asked = Asked(monthly=of_all(made), referred=True)
    tally, _ = made.live(people, made.first_py - 1, made.untouched(), None, 2, asked=asked)
    return people, tally


def of_all(made) -> tuple[int, ...]:
    """Return that something is wanted of the people of every practice."""
    return (1,) * made.n_practices


def test_months_add_up_to_the_year(lived):
    _, tally = lived
    for month, year in ((MonthSum.MONTHS, Sum.MONTHS), (MonthSum.SPEND, Sum.SPEND)):
        by_practice = tally.care[: len(tally.monthly), :, year]
        np.testing.assert_array_equal(tally.monthly[..., month].sum(axis=2), by_practice)


def test_months_are_of_the_practices_that_ask(made, lived):
    """And so are episodes, whether or not those of everybody are wanted by specialist."""
    asks = np.arange(made.n_practices) % 3 == 0
    listed = tuple(np.where(asks, 0xFFFF, 0).tolist())
    asked = Asked(monthly=tuple(asks.astype(int).tolist()), listed=listed)
    live = (copy_people(made.people), made.first_py - 1, made.untouched(), None, 2)
    tally, _ = made.live(*live, asked=asked)
    np.testing.assert_array_equal(tally.monthly, np.where(asks[:, None, None, None], lived[1].monthly, 0))
    assert tally.referred.size == 0
    both, _ = made.live(copy_people(made.people), *live[1:], asked=asked._replace(referred=True))
    np.testing.assert_array_equal(tally.listed, both.listed)
    np.testing.assert_array_equal(lived[1].referred, both.referred)
    by_practice = both.referred[0, ..., ReferredSum.COUNT].sum(axis=(1, 2))
    found = np.bincount(tally.listed[:, Listed.PRACTICE], minlength=made.n_practices)
    np.testing.assert_array_equal(found, np.where(asks, by_practice, 0))


def test_months_are_those_in_which_people_are_enrolled(made, lived):
    people, tally = lived
    here = (people.months > 0) & (people.aligned >= 0)
    first = np.where(people.entry_year == made.first_py - 1, people.entry_month, 1)
    enrolled = (np.arange(1, 13) >= first[here, None]) & (
        np.arange(1, 13) < (first.astype(int) + people.months)[here, None]
    )
    np.testing.assert_array_equal(tally.monthly[..., MonthSum.MONTHS].sum(axis=(0, 1)), enrolled.sum(axis=0))


def test_acute_money_is_in_its_month(made, lived):
    _, tally = lived
    # Without events and procedures money is even over the months of each person.
    health = made.health(made.first_py - 1)
    quiet = health._replace(
        events=health.events._replace(event_chance=np.zeros(4), event_carry=0.0, death_event=0.0),
        episodes=health.episodes._replace(procedure_share=np.zeros((1, 1))),
    )
    people = copy_people(made.people)
    asked = Asked(monthly=of_all(made))
    even, _ = made.live(people, made.first_py - 1, made.untouched(), None, 2, health=quiet, asked=asked)
    money = even.monthly[..., MonthSum.SPEND].sum(axis=(0, 1))
    here = (people.months > 0) & (people.aligned >= 0)
    first = np.where(people.entry_year == made.first_py - 1, people.entry_month, 1)[here].astype(int)
    months = people.months[here].astype(int)
    for month in range(1, 13):
        enrolled = (first <= month) & (month < first + months)
        expected = (people.spend[here] / months)[enrolled].sum()
        assert money[month - 1] == pytest.approx(expected, abs=float(enrolled.sum()))
    noisy = tally.monthly[..., MonthSum.SPEND].sum(axis=(0, 1))
    assert np.std(noisy / noisy.mean()) > np.std(money / money.mean())


@given(st.integers(1, 12), st.data(), st.integers(0, 10**9))
def test_cents_are_spread_evenly_to_the_last_one(months, data, cents):
    first = data.draw(st.integers(1, 13 - months))
    flat = np.zeros(24, np.int64)
    add_months(flat, 0, first, months, cents)
    by_month = flat.reshape(12, 2)
    here = by_month[first - 1 : first - 1 + months]
    assert by_month.sum(axis=0).tolist() == here.sum(axis=0).tolist() == [months, cents]
    assert (here[:, 0] == 1).all()
    assert np.ptp(here[:, 1]) <= 1


def test_every_episode_has_a_specialist(made, lived):
    _, tally = lived
    by_kind = tally.referred.sum(axis=3)
    n = made.n_practices
    for one, other in (
        (ReferredSum.COUNT, EpisodeSum.COUNT),
        (ReferredSum.COST, EpisodeSum.COST),
        (ReferredSum.INPATIENT, EpisodeSum.INPATIENT),
        (ReferredSum.MONTH, EpisodeSum.MONTH),
    ):
        np.testing.assert_array_equal(by_kind[0, ..., one], tally.episodes[:n, :, other])
        np.testing.assert_array_equal(
            by_kind[1, ..., one].sum(axis=0), tally.episodes[n:, :, other].sum(axis=0)
        )
    count = tally.referred[..., ReferredSum.COUNT].sum(axis=(0, 1, 2))
    np.testing.assert_allclose(count / count.sum(), made.providers.specialists.share[0], atol=0.01)


def test_episodes_cost_on_average_what_was_expected(made):
    flat = made.untouched()._replace(efficiency=np.ones(made.n_practices))
    total = None
    people = copy_people(made.people)
    for year in range(made.first_py - 1, made.first_py - 1 + YEARS):
        tally, _ = made.live(people, year, flat, None, 2, asked=Asked(referred=True))
        total = (
            tally.referred.sum(axis=(0, 1, 3))
            if total is None
            else total + tally.referred.sum(axis=(0, 1, 3))
        )
    cost, expected = total[:, ReferredSum.COST], total[:, ReferredSum.EXPECTED]
    assert cost.sum() / expected.sum() == pytest.approx(1.0, abs=0.03)
    many = total[:, ReferredSum.COUNT] > 1_000
    assert many.sum() > 6
    np.testing.assert_allclose((cost / expected)[many], 1.0, atol=0.06)


def test_what_practices_do_is_not_expected(made):
    year = made.first_py - 1
    half = made.untouched()._replace(efficiency=np.full(made.n_practices, 0.5))
    one = made.untouched()._replace(efficiency=np.ones(made.n_practices))
    found = [
        made.live(copy_people(made.people), year, tables, None, 2, asked=Asked(referred=True))[0].referred
        for tables in (half, one)
    ]
    np.testing.assert_array_equal(found[0][..., ReferredSum.EXPECTED], found[1][..., ReferredSum.EXPECTED])
    assert found[0][..., ReferredSum.COST].sum() == pytest.approx(
        0.5 * found[1][..., ReferredSum.COST].sum(), rel=1e-6
    )


def test_what_is_not_asked_for_is_left_out(made, lived):
    people = copy_people(made.people)
    tally, _ = made.live(people, made.first_py - 1, made.untouched(), None, 1)
    assert tally.monthly.size == tally.referred.size == tally.types.size == 0
    np.testing.assert_array_equal(tally.care, lived[1].care)
    np.testing.assert_array_equal(tally.episodes, lived[1].episodes)
    double = made.zeros()
    add(double, tally)
    add(double, tally)
    np.testing.assert_array_equal(double.care, 2 * tally.care)
