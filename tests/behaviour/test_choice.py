"""What ACOs choose among incomes that are not sure: closed forms, and what makes them shun risk."""

from __future__ import annotations

import numpy as np
import pytest

from sim.behaviour.choice import NONE, ChoiceParameters, certainty_equivalent, choose
from sim.inputs.evidence import load_evidence

PARAMETERS = ChoiceParameters.read(load_evidence())
OUT, SURE, RISKY = range(3)
CLOSED = [-np.inf, -np.inf]


def chosen(*options, capacity=0.0, present=NONE):
    incomes = np.array([[0.0, 0.0], *options])[:, :, None]
    state = {"capacity": np.array([capacity]), "present": np.array([present])}
    return int(choose(PARAMETERS, incomes=incomes, **state)[0])


def test_a_sure_income_is_worth_itself_and_a_normal_one_its_mean_less_half_its_variance():
    assert certainty_equivalent(np.full((1, 3, 1), 0.02), np.array([0.05]))[0, 0] == pytest.approx(0.02)
    luck = np.random.default_rng(3).normal(0.01, 0.02, (1, 400_000, 1))
    worth = certainty_equivalent(luck, np.array([0.05]))[0, 0]
    assert worth == pytest.approx(0.01 - 0.02**2 / (2 * 0.05), abs=2e-4)


def test_who_can_bear_less_shuns_risk():
    options = [0.01, 0.01], [-0.06, 0.10]
    assert chosen(*options, capacity=0.0) == SURE
    assert chosen(*options, capacity=1.0) == RISKY
    assert chosen([-0.01, -0.01], [-0.06, 0.05]) == OUT


def test_another_option_has_to_be_worth_what_changing_costs():
    little, enough = 0.9 * PARAMETERS.switching, 1.1 * PARAMETERS.switching
    assert chosen([0.0, 0.0], [little, little], present=SURE) == SURE
    assert chosen([0.0, 0.0], [enough, enough], present=SURE) == RISKY
    assert chosen([0.0, 0.0], [little, little]) == RISKY


def test_what_is_not_open_is_not_chosen():
    assert chosen(CLOSED, [-0.5, -0.5]) == OUT
    assert chosen(CLOSED, [0.5, 0.5]) == RISKY
    assert chosen([0.5, 0.5], CLOSED, present=SURE) == SURE
