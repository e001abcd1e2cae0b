"""ACOs of a little world that choose program and option: what tempts them and what frightens them off."""

from __future__ import annotations

import numpy as np
import pytest
from little_world import STATED
from worlds import NO_ACO, aco, lived_through, scenario_of

NAMES = ("a", "b", "c", "d")
ACOS = tuple(
    aco(name, 700, entry="renewing", leadership=("physician", "hospital")[place % 2], market="urban")
    for place, name in enumerate(NAMES)
)
# ACOs of a few hundred people know little and gain little: these know the nation's size and cost nothing.
CERTAIN = {"belief": {"cv": 0.0, "spread": "1 %"}, "cost": {"fixed": 0, "variable": 0.01}}
LEAD = {"program": "lead"}


def free(values=None, **evidence):
    """Return an arm whose ACOs choose, with these rules and this evidence."""
    chooses = {"decides": "program", "track": "enhanced", "evidence": CERTAIN | evidence}
    return LEAD | chooses | {"values": values or {}}


NO_DISCOUNT = {"discount": {"lower_spending": "0 %", "higher_spending": "0 %"}}
MUCH_SECURED = {"guarantee": {"global": "100 %", "professional": "100 %"}}
ARRANGED = {"cara": [{"episodes": ["cataract", "diabetes_chronic"], "least_episodes": 1}]}
ARMS = {
    "stay": LEAD,
    "free": free(),
    "no_discount": free(NO_DISCOUNT),
    "much_to_lose": free(NO_DISCOUNT, choice={"capacity": "0.1 %"}),
    "large_guarantee": free(NO_DISCOUNT | MUCH_SECURED, choice={"guarantee_fee": "10 %/year"}),
    "dear": free(cost={"fixed": 5_000_000, "variable": 200}),
    "arranged": free() | ARRANGED,
    "arranged_global": free(NO_DISCOUNT) | ARRANGED,
    "one": LEAD | {"acos": {"a": {"decides": "program"}}},
    "and_exit": free() | {"decides": ["program", "exit"], "after_exit": "mssp"},
}
OUT, IN_LEAD, IN_MSSP = np.nan, 1, 2


@pytest.fixture(scope="module")
def outcomes():
    made = lived_through(scenario_of(*ACOS, arms=NO_ACO | ARMS, last_py=2030, **STATED))
    return {arm: model.outcomes for arm, model in made.models.items()}


def test_without_a_discount_global_is_best_and_with_it_professional(outcomes):
    assert (outcomes["no_discount"]["chose_global"][:, 0] == 1).all()
    assert not (outcomes["free"]["chose_global"][:, 0] == 1).any()


def test_who_can_bear_little_takes_less_risk(outcomes):
    assert not (outcomes["much_to_lose"]["chose_global"][:, 0] == 1).any()


def test_a_larger_guarantee_means_fewer_entries(outcomes):
    assert (outcomes["no_discount"]["program"][:, 0] == IN_LEAD).all()
    assert not (outcomes["large_guarantee"]["program"] == IN_LEAD).any()


def test_who_would_lose_by_any_stays_out(outcomes):
    assert np.isnan(outcomes["dear"]["program"]).all()
    assert not outcomes["dear"]["true_savings"].any()


def test_nobody_comes_back_to_lead(outcomes):
    for found in outcomes.values():
        in_lead = found["program"] == IN_LEAD
        assert (np.diff(in_lead.astype(int), axis=1) <= 0).all()


def test_who_is_not_in_global_by_its_choice_has_no_episode_arrangements(outcomes):
    found, free = outcomes["arranged"], outcomes["free"]
    assert (found["chose_global"] == 0).any()
    assert not (found["cara_episodes"] > 0).any()
    np.testing.assert_array_equal(found["settlement"], free["settlement"])
    in_global = outcomes["arranged_global"]
    arranging = (in_global["cara_episodes"] > 0).any(axis=-1)
    assert arranging.any()
    assert (in_global["chose_global"][arranging] == 1).all()


def test_who_does_not_choose_is_where_the_scenario_has_it(outcomes):
    one, stay = outcomes["one"], outcomes["stay"]
    assert (one["program"][1:] == IN_LEAD).all()
    assert (one["chose_global"][1:] == -1).all()
    np.testing.assert_array_equal(one["true_savings"][1:], stay["true_savings"][1:])
