"""How people choose among practices, and how the practices of a market share its people."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from little_world import history_years, newborn, one_market, world
from scipy import stats

from sim.population.practices import alias_table

weights = st.lists(st.floats(0.0, 1e6).filter(lambda x: x == 0.0 or x > 1e-6), min_size=1, max_size=60)


@given(weights)
def test_an_alias_table_reproduces_its_weights(given_weights):
    wanted = np.array(given_weights)
    share, other = alias_table(wanted)
    assert ((share >= 0.0) & (share <= 1.0)).all()
    chance = share.copy()
    np.add.at(chance, other, 1.0 - share)
    n = len(wanted)
    expected = wanted * (n / wanted.sum()) if wanted.sum() > 0.0 else np.ones(n)
    np.testing.assert_allclose(chance, expected, atol=1e-9 * n)


def test_people_choose_practices_by_their_size():
    made = newborn(200_000)
    people = made.people
    severe = made.health(history_years(made.first_py)[0]).high_needs.conditions
    for panel in range(2):
        # High Needs people by score alone are in the second panel too: take those who are so by condition.
        chosen = people.practice[(people.conditions & severe > 0) == bool(panel)]
        size = made.providers.lives[:, panel]
        seen = np.bincount(chosen, minlength=len(size))
        if panel == 0:
            mixed = seen / seen.sum() - size / size.sum()
            assert np.abs(mixed).max() < 0.02
            continue
        assert stats.chisquare(seen, size / size.sum() * seen.sum()).pvalue > 0.001


@pytest.mark.parametrize("made", [world, one_market], ids=["two markets", "one market"])
def test_practices_are_in_order_of_markets_and_hold_the_acos_lives(made):
    made = made()
    providers = made.providers
    assert (np.diff(providers.market) >= 0).all()
    assert providers.first_practice.tolist() == [
        *(int(np.flatnonzero(providers.market == m)[0]) for m in range(made.n_markets)),
        made.n_practices,
    ]
    for a, plan in enumerate(made.plans):
        lives = providers.lives[providers.aco == a]
        assert lives.sum() == pytest.approx(plan.lives)
        if plan.high_needs_share is not None:
            assert lives[:, 1].sum() == pytest.approx(plan.lives * plan.high_needs_share)
        # An ACO is as efficient as its plan says, its practices weighted by their people.
        mean = lives.sum(axis=1) @ providers.efficiency[providers.aco == a] / lives.sum()
        assert mean == pytest.approx(1.0 + plan.efficiency, abs=1e-9)


def test_a_market_as_a_whole_is_as_efficient_as_itself():
    providers = world().providers
    for market in range(world().n_markets):
        here = providers.market == market
        people = providers.lives[here].sum(axis=1)
        assert people @ providers.efficiency[here] / people.sum() == pytest.approx(1.0, abs=1e-9)
