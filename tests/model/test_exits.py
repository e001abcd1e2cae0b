"""ACOs that leave by their own decision in a little world: what is left of them, of money and of care."""

from __future__ import annotations

import numpy as np
import pytest
from little_world import ACOS, STATED
from worlds import NO_ACO, lived_through, scenario_of

from sim.outcomes.registry import VARIABLES

LEAD = {"program": "lead"}
EXIT = LEAD | {"decides": "exit"}
SURE = {"leaving": {"level": 30}}
ARMS = {
    "stay": LEAD,
    "nothing": LEAD | {"decides": []},
    "out": EXIT | {"evidence": SURE},
    "to_mssp": EXIT | {"after_exit": "mssp", "evidence": SURE},
    "notice": EXIT | {"evidence": {"leaving": {"level": 30, "notice_month": 2}}},
    "late": EXIT
    | {
        "evidence": {"leaving": {"level": 30, "notice_month": 3}},
        "acos": {"beta": {"decides": []}},
    },
}


@pytest.fixture(scope="module")
def models():
    return lived_through(scenario_of(*ACOS, arms=NO_ACO | ARMS, last_py=2029, **STATED)).models


@pytest.fixture(scope="module")
def outcomes(models):
    return {arm: model.outcomes for arm, model in models.items()}


def test_deciding_nothing_gives_the_same_bytes(outcomes):
    for variable in VARIABLES:
        same = outcomes["stay"][variable.name], outcomes["nothing"][variable.name]
        assert same[0].tobytes() == same[1].tobytes(), variable.name
    assert (outcomes["stay"]["exits"] == -1).all()


def test_who_has_left_is_in_no_program_and_cares_as_before_it_came(outcomes):
    out, stay = outcomes["out"], outcomes["stay"]
    assert (out["program"][:, 0] == 1).all()
    assert np.isnan(out["program"][:, 1:]).all()
    assert (out["exits"] == [-1, 1, -1]).all()
    assert (out["exit_chance"][:, 1] > 0.99).all()
    for name in ("true_savings", "settlement", "expenditure"):
        np.testing.assert_array_equal(out[name][..., 0], stay[name][..., 0])
    assert not out["true_savings"][..., 1:].any()
    assert stay["true_savings"][..., 1:].any()


def test_who_has_left_may_be_in_the_shared_savings_program(outcomes):
    moved = outcomes["to_mssp"]
    assert (moved["program"][:, 0] == 1).all()
    assert (moved["program"][:, 1] == 2).all()
    assert (moved["agreement_start"][:, 1] == 2028).all()
    # From there they leave for good.
    assert np.isnan(moved["program"][:, 2]).all()


def test_notice_in_time_spares_the_years_loss_and_forgoes_its_savings(outcomes):
    notice, stay = outcomes["notice"], outcomes["stay"]
    paid = ("settlement", "admin_add_on", "high_performers_pool")
    had = sum(stay[name][:, 1] for name in paid)
    assert had.any()
    np.testing.assert_array_equal(notice["settlement_forgone"][:, 1], had)
    assert not any(notice[name][:, 1].any() for name in paid)
    np.testing.assert_array_equal(notice["true_savings"][..., 1], stay["true_savings"][..., 1])
    assert np.isnan(notice["program"][:, 2]).all()
    assert not stay["settlement_forgone"].any()


def test_notice_too_late_owes_the_years_loss_and_others_do_not_feel_it(outcomes):
    late, stay = outcomes["late"], outcomes["stay"]
    leaves, had = np.array([True, False, True]), stay["settlement"][:, 1]
    np.testing.assert_array_equal(late["settlement"][:, 1], np.where(leaves, np.minimum(had, 0), had))
    assert late["exits"][1].tolist() == [-1, -1, -1]
    np.testing.assert_array_equal(late["true_savings"][1], stay["true_savings"][1])
