"""Beliefs: a closed form of normal prior and normal noise, and nothing of years that are not settled."""

from __future__ import annotations

import numpy as np
import pytest

from sim.behaviour.belief import BeliefParameters, believe
from sim.inputs.evidence import load_evidence

PARAMETERS = BeliefParameters.read(load_evidence())
UNKNOWN = np.nan


def belief(rates, lives=10_000.0, size=10_000.0, hospital_led=False):
    table = np.atleast_2d(np.asarray(rates, dtype=float))
    people = np.broadcast_to(np.asarray(lives, dtype=float), table.shape)
    n = len(table)
    return believe(
        PARAMETERS, rates=table, lives=people, size=np.full(n, size), hospital_led=np.full(n, hospital_led)
    )


def test_without_settled_years_an_aco_expects_what_all_do():
    for rates in (np.empty((1, 0)), [[UNKNOWN, UNKNOWN]]):
        found = belief(rates)
        assert found.savings[0] == PARAMETERS.mean
        assert found.unsure[0] == pytest.approx(PARAMETERS.spread)
        assert found.effect[0] == PARAMETERS.effect[0] == -0.03
        assert belief(rates, hospital_led=True).effect[0] == -0.01


def test_a_settled_year_is_shrunk_by_its_noise():
    noise = PARAMETERS.cv**2 / 10_000.0 + PARAMETERS.yearly**2
    weight = PARAMETERS.spread**2 / (PARAMETERS.spread**2 + noise)
    found = belief([0.06, UNKNOWN])
    assert found.savings[0] == pytest.approx(PARAMETERS.mean + weight * (0.06 - PARAMETERS.mean))
    assert found.noise[0] == pytest.approx(np.sqrt(noise))
    assert found.unsure[0] == pytest.approx(np.sqrt(weight * noise))
    credit = (PARAMETERS.effect_spread[0] / PARAMETERS.spread) ** 2
    assert found.effect[0] == pytest.approx(-0.03 - credit * weight * (0.06 - PARAMETERS.mean))


def test_small_acos_learn_less_from_a_year_and_more_years_teach_more():
    by_size = [belief([0.06], lives=lives).savings[0] for lives in (1_000.0, 10_000.0, 100_000.0)]
    assert (np.diff(by_size) > 0.0).all()
    by_years = [belief([0.06] * years) for years in (1, 2, 8)]
    assert (np.diff([one.savings[0] for one in by_years]) > 0.0).all()
    assert (np.diff([one.unsure[0] for one in by_years]) < 0.0).all()
    assert by_years[2].savings[0] < 0.06


def test_losses_make_an_aco_doubt_its_effect():
    assert belief([-0.10] * 8).effect[0] > belief([0.0]).effect[0] > belief([0.10] * 8).effect[0]
