"""What specialists believe of their episodes, who signs a contract on them, and who ends one."""

from __future__ import annotations

from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest

from sim.behaviour.acceptance import AcceptanceParameters, accept
from sim.behaviour.drop_out import DropOutParameters, chance_to_drop_out
from sim.behaviour.episode_belief import EpisodeBeliefParameters, believe_episodes
from sim.inputs.evidence import load_evidence

BELIEF = EpisodeBeliefParameters.read(load_evidence())
ASKS = AcceptanceParameters.read(load_evidence())
ENDS = DropOutParameters.read(load_evidence())
NORMAL = NormalDist()
SPREAD, CV = 0.06, 0.4
MANY = 5_000
DRAWS = np.random.default_rng(5).normal(size=(2, MANY))
LUCK = np.array([NORMAL.inv_cdf((case + 0.5) / 41) for case in range(41)])[:, None]


def belief(costs, episodes, size=40.0, usual=1.0):
    costs = np.atleast_2d(np.asarray(costs, float))
    each = np.ones(len(costs))
    return believe_episodes(
        BELIEF,
        costs=costs,
        episodes=np.broadcast_to(np.asarray(episodes, float), costs.shape),
        usual=usual * each,
        spread=SPREAD * each,
        cv=CV * each,
        size=size * each,
    )


def test_without_a_year_of_its_own_a_specialist_expects_what_is_usual():
    nothing = belief([np.nan], 30.0, usual=0.98)
    assert (nothing.cost, nothing.unsure) == (pytest.approx(0.98), pytest.approx(SPREAD))
    assert nothing.noise**2 == pytest.approx(CV**2 / 40.0 + BELIEF.yearly**2)


def test_years_are_drawn_to_the_mean_by_their_noise():
    noise = CV**2 / 30.0 + BELIEF.yearly**2
    one, two = belief([1.1, np.nan], 30.0), belief([1.1, 1.1], 30.0)
    assert one.cost == pytest.approx(1.0 + 0.1 * SPREAD**2 / (SPREAD**2 + noise))
    assert two.cost == pytest.approx(1.0 + 0.1 * SPREAD**2 / (SPREAD**2 + noise / 2.0))
    assert two.unsure < one.unsure
    assert belief([1.1], 300.0).cost > one.cost
    assert belief([0.9], 30.0).cost == pytest.approx(2.0 - one.cost)


def share(results):
    """Return the share of specialists who sign for results that are the same for all, shape (cases, 1)."""
    given = np.broadcast_to(results, (len(results), MANY))
    return accept(ASKS, results=given, own_draw=DRAWS[0], draw=DRAWS[1]).mean()


@pytest.mark.parametrize("sure", [-0.05, 0.0, 0.03, 0.1])
def test_for_a_sure_result_those_sign_who_ask_for_less(sure):
    expected = NORMAL.cdf((sure - ASKS.asks) / ASKS.spread)
    assert share(np.full((1, 1), sure)) == pytest.approx(expected, abs=0.025)


def test_a_better_price_brings_more_and_risk_fewer():
    noise = 0.1
    by_price = [share(mean + noise * LUCK) for mean in (-0.04, -0.02, 0.0, 0.03)]
    assert (np.diff(by_price) > 0.02).all()
    # Of as much on average: the more episodes the less risk.
    by_size = [share(belief([1.0], 40.0, size).noise * LUCK) for size in (10.0, 20.0, 40.0, 400.0)]
    assert (np.diff(by_size) > 0.0).all()
    assert by_size[-1] < share(np.zeros((1, 1)))


def test_what_a_specialist_asks_for_is_in_part_its_own_for_good():
    alike, results = np.zeros(MANY), np.zeros((1, MANY))
    shares = [
        accept(replace(ASKS, lasting=lasting), results=results + 0.03, own_draw=own, draw=now).mean()
        for lasting, own, now in ((1.0, alike, DRAWS[1]), (0.0, DRAWS[0], alike))
    ]
    assert shares == [1.0, 1.0]


def chances(results, years=1, noise=0.08):
    results = np.atleast_1d(np.asarray(results, float))
    ones = np.ones(len(results))
    return chance_to_drop_out(
        ENDS, years=(years * ones).astype(np.int64), results=results, noise=noise * ones
    )


@pytest.mark.parametrize("noise", [0.0, 0.03, 0.08, 0.15, 0.5])
@pytest.mark.parametrize(("years", "mean"), [(1, 0.28), (2, 0.20), (3, 0.12), (9, 0.12)])
def test_on_average_over_luck_so_many_end_their_contracts(years, mean, noise):
    found = chances(ENDS.usual + noise * DRAWS[0], years, noise)
    error = found.std() / np.sqrt(MANY)
    assert found.mean() == pytest.approx(mean, abs=4.0 * error + 0.001)


def test_losses_make_specialists_end_contracts():
    points = np.array([-0.06, -0.05, 0.0, 0.04])
    odds = np.log(chances(points) / (1.0 - chances(points)))
    assert np.diff(odds) == pytest.approx(100.0 * ENDS.result * np.diff(points))
    low, high = ENDS.result_range
    assert chances([low - 1.0, high + 1.0]) == pytest.approx(chances([low, high]))
    assert chances(np.nan, 2) == pytest.approx(0.20)
