"""Specialists and to whom practices refer."""

from __future__ import annotations

import numpy as np
import pytest
from little_world import one_market, world

from sim.kernels.draws import make_key
from sim.population.health import specialties, specialty_of_episodes
from sim.population.referrals import draw_specialists

SMALL, LARGE = 3, 120


@pytest.fixture(scope="module")
def drawn():
    """Return the specialists of a small and a large market, and the practices' markets."""
    practices = np.repeat([0, 1], [SMALL, LARGE])
    return draw_specialists(
        one_market().evidence, make_key(5, 0), practices, np.array([0, 3, 123])
    ), practices


def test_practices_refer_to_different_specialists_of_their_own_market():
    made = world()
    found = made.providers.specialists
    for referred in (found.referred, found.by_specialty.reshape(made.n_practices, -1)):
        np.testing.assert_array_equal(
            found.market[referred], np.broadcast_to(made.providers.market[:, None], referred.shape)
        )
    np.testing.assert_allclose(found.share.sum(axis=1), 1.0)
    assert (np.diff(found.share, axis=1) < 0.0).all()
    assert found.share.shape[1] == 3
    different = [len(set(row)) for row in found.referred.tolist()]
    # Of few specialists the same one may be drawn twice.
    assert min(different) >= 2
    assert np.mean(different) > 2.9


def test_every_market_has_every_specialty_and_referrals_are_within_it(drawn):
    found, practices = drawn
    n = len(specialties(one_market().evidence))
    for market in (0, 1):
        assert set(found.specialty[found.market == market].tolist()) == set(range(n))
        counts = np.bincount(found.specialty[found.market == market])
        assert counts.max() - counts.min() <= 1
    assert found.by_specialty.shape == (SMALL + LARGE, n, 3)
    np.testing.assert_array_equal(
        found.specialty[found.by_specialty], np.broadcast_to(np.arange(n)[:, None], found.by_specialty.shape)
    )
    large = found.by_specialty[practices == 1]
    assert all(len(set(three)) == 3 for three in large.reshape(-1, 3).tolist())
    assert len(set(large.ravel().tolist())) == (found.market == 1).sum()


def test_those_whose_efficiency_is_felt_come_first_in_their_specialty(drawn):
    found, _ = drawn
    for row, chosen in zip(found.by_specialty, found.referred, strict=True):
        for specialty in set(found.specialty[chosen].tolist()):
            own = [one for one in chosen.tolist() if found.specialty[one] == specialty]
            assert row[specialty].tolist()[: len(own)] == own


def test_each_kind_of_episode_has_a_specialty():
    evidence = one_market().evidence
    names = specialties(evidence)
    led = [names[of] for of in specialty_of_episodes(evidence)]
    assert led[:3] == ["orthopedics", "orthopedics", "cardiology"]
    assert set(led) == set(names)
